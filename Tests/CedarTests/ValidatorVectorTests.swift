import Cedar
import CedarConformance
import Testing

/// The verdicts of the vectors; skipped where there are none.
@Suite(.enabled(if: Vectors.areThere, Vectors.absence)) struct ValidatorVectorTests {
    private func check(_ report: SetReport) {
        #expect(report.isPresent && report.cases > 0, "\(report.name): \(report.isPresent ? "no cases" : "not among the vectors")")
        #expect(report.differences.isEmpty, "\(report.name): \(report.differences.prefix(10).joined(separator: "\n"))")
    }

    /// Every fourth case, for time's sake; `conformance-cedar` runs them all.
    @Test func agreesWithTheCorpus() throws {
        check(try Vectors.beside.corpusValidationSet(shard: 0, of: 4))
    }

    @Test func agreesWithTheSmallSets() throws {
        for report in try Vectors.beside.smallValidationSets() { check(report) }
    }
}
