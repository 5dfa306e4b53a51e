import Foundation
import TLogConformance

/// Runs the vectors for transparency logs and prints two lines a set, `name: value 1`.
///
/// Vectors: `$KLUIS_VECTORS`, else `../shared/vectors`. Fails on any difference, and when nothing was read.
@main
struct Conformance {
    static func main() {
        let directory = ProcessInfo.processInfo.environment["KLUIS_VECTORS"] ?? "../shared/vectors"
        let results = TLogConformance.run(vectors: directory)
        for result in results {
            if result.isAbsent {
                print("\(result.name): absent, skipped")
                continue
            }
            for difference in result.differences { print("  \(result.name): \(difference)") }
            print("\(result.name)-cases: \(result.cases) 1")
            print("\(result.name)-differences: \(result.differences.count) 1")
        }
        let cases = results.reduce(0) { $0 + $1.cases }
        let differences = results.reduce(0) { $0 + $1.differences.count }
        print("tlog-cases: \(cases) 1")
        print("tlog-differences: \(differences) 1")
        exit(cases > 0 && differences == 0 ? 0 : 1)
    }
}
