import Cedar
import CedarConformance
import Foundation

/// Runs every set of Cedar vectors and prints what differed.
///
/// Reads `$KLUIS_VECTORS`, else `../shared/vectors`. Exits with 1 on any difference, and when nothing was read.
@main
struct Conformance {
    /// How many differences of a set are printed in full.
    private static let shown = 20

    static func main() {
        let vectors = Vectors(fallback: URL(filePath: "../shared/vectors"))
        let sets: [@Sendable () throws -> [SetReport]] = [
            { [try vectors.parseSet()] },
            { [try vectors.evaluationSet()] },
            { [try vectors.teamSet()] },
            { try vectors.worldSets() },
            { [try vectors.handWrittenSet()] },
            { [try vectors.corpusSet()] },
            { try vectors.validationSets() },
        ]
        var read = 0
        var failed = false
        for set in sets {
            do {
                for report in try set() {
                    read += report.cases
                    failed = failed || !report.differences.isEmpty
                    show(report)
                }
            } catch {
                print("error: \(error)")
                failed = true
            }
        }
        if read == 0 { print("error: no vectors were read from \(vectors.root.path(percentEncoded: false))") }
        exit(failed || read == 0 ? 1 : 0)
    }

    private static func show(_ report: SetReport) {
        guard report.isPresent else {
            print("\(report.name): absent, skipped")
            return
        }
        for difference in report.differences.prefix(shown) { print("\(report.name): \(difference)") }
        print("\(report.name)-cases: \(report.cases) 1")
        print("\(report.name)-requests: \(report.requests) 1")
        print("\(report.name)-differences: \(report.differences.count) 1")
    }
}
