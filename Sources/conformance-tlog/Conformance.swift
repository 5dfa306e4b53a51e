import Foundation
import TLogConformance

/// Runs the vectors for transparency logs and prints two lines a set, `name: value 1`.
///
/// Vectors: `$KLUIS_VECTORS`, else `../shared/vectors`. Fails on any difference, and when a set is absent or has fewer cases than it should: what
/// was not checked has not passed.
@main
struct Conformance {
    static func main() {
        let directory = ProcessInfo.processInfo.environment["KLUIS_VECTORS"] ?? "../shared/vectors"
        let results = TLogConformance.run(vectors: directory)
        for result in results {
            if result.isAbsent {
                print("\(result.name): absent, not checked")
                continue
            }
            for difference in result.differences { print("  \(result.name): \(difference)") }
            print("\(result.name)-cases: \(result.cases) 1")
            if result.cases < result.expectedCases { print("\(result.name): cut short, of \(result.expectedCases) cases") }
            print("\(result.name)-differences: \(result.differences.count) 1")
        }
        let cases = results.reduce(0) { $0 + $1.cases }
        let differences = results.reduce(0) { $0 + $1.differences.count }
        print("tlog-cases: \(cases) 1")
        print("tlog-differences: \(differences) 1")
        let failed = results.filter { !$0.isPassed }
        if !failed.isEmpty { print("error: not passed: \(failed.map(\.name).joined(separator: ", ")); vectors from \(directory)") }
        exit(failed.isEmpty ? 0 : 1)
    }
}
