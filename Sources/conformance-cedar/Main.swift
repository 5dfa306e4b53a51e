import Cedar
import CedarConformance
import Foundation

/// Runs every set of Cedar vectors and prints what differed.
///
/// Reads `$KLUIS_VECTORS`, else `../shared/vectors`. Exits with 1 on any difference, and when a set is absent or has fewer cases than it should:
/// what was not checked has not passed.
@main
struct Conformance {
    /// How many differences of a set are printed in full.
    private static let shown = 20
    /// Cases that each set has at least.
    private static let expected = [
        "parse": 2313, "eval": 110, "wijkteam": 1, "world": 1, "subsets": 119, "tests": 22, "corpus": 7073, "corpus-validation": 7073,
        "made-validation": 1181, "extra-validation": 110, "extra-requests": 19, "extra-entities": 53, "entity-parsing": 22,
    ]

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
        var missing = expected
        var failed = false
        for set in sets {
            do {
                for report in try set() {
                    if report.isPresent, report.cases >= expected[report.name] ?? 1 { missing[report.name] = nil }
                    failed = failed || !report.differences.isEmpty
                    show(report)
                }
            } catch {
                print("error: \(error)")
                failed = true
            }
        }
        if !missing.isEmpty {
            print("error: absent or cut short: \(missing.keys.sorted().joined(separator: ", "))")
            print("error: vectors were read from \(vectors.root.path(percentEncoded: false))")
        }
        exit(failed || !missing.isEmpty ? 1 : 0)
    }

    private static func show(_ report: SetReport) {
        guard report.isPresent else {
            print("\(report.name): absent, not checked")
            return
        }
        for difference in report.differences.prefix(shown) { print("\(report.name): \(difference)") }
        print("\(report.name)-cases: \(report.cases) 1")
        print("\(report.name)-requests: \(report.requests) 1")
        print("\(report.name)-differences: \(report.differences.count) 1")
    }
}
