import Cedar
import CedarConformance
import Foundation
import Testing

/// The verdicts of the vectors; skipped with a message where there are none.
@Suite struct ValidatorVectorTests {
    private static let vectors = Vectors(
        fallback: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "shared/vectors"))

    private func check(_ report: SetReport) {
        guard report.isPresent else {
            print("\(report.name): no vectors, skipped")
            return
        }
        #expect(report.cases > 0, "\(report.name)")
        #expect(report.differences.isEmpty, "\(report.name): \(report.differences.prefix(10).joined(separator: "\n"))")
    }

    /// Every fourth case, for time's sake; `conformance-cedar` runs them all.
    @Test func agreesWithTheCorpus() throws {
        check(try ValidatorVectorTests.vectors.corpusValidationSet(shard: 0, of: 4))
    }

    @Test func agreesWithTheSmallSets() throws {
        for report in try ValidatorVectorTests.vectors.smallValidationSets() { check(report) }
    }
}
