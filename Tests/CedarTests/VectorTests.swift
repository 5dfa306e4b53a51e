import Cedar
import CedarConformance
import Foundation
import Testing

/// The sets of vectors; each is skipped with a message when it is not there.
@Suite struct VectorTests {
    private static let vectors = Vectors(
        fallback: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "shared/vectors"))

    private func expectAgreement(_ report: SetReport, atLeast cases: Int) {
        guard report.isPresent else {
            print("\(report.name): no vectors, skipped")
            return
        }
        print("\(report.name)-cases: \(report.cases) 1")
        #expect(report.cases >= cases, "\(report.name)")
        #expect(report.differences.isEmpty, "\(report.name): \(report.differences.prefix(10).joined(separator: "\n"))")
    }

    @Test func acceptsAndRefusesTheTexts() throws {
        expectAgreement(try VectorTests.vectors.parseSet(), atLeast: 1_000)
    }

    @Test func evaluatesTheExpressions() throws {
        expectAgreement(try VectorTests.vectors.evaluationSet(), atLeast: 100)
    }

    @Test func decidesTheTeamsRequests() throws {
        expectAgreement(try VectorTests.vectors.teamSet(), atLeast: 1)
    }

    @Test func decidesTheWorldsRequests() throws {
        let reports = try VectorTests.vectors.worldSets()
        expectAgreement(reports[0], atLeast: 1)
        expectAgreement(reports[1], atLeast: 100)
    }

    @Test func decidesTheHandWrittenCases() throws {
        expectAgreement(try VectorTests.vectors.handWrittenSet(), atLeast: 20)
    }

    /// Every eighth case; the conformance program runs them all.
    @Test func decidesTheCorpus() throws {
        expectAgreement(try VectorTests.vectors.corpusSet(stride: 8), atLeast: 800)
    }
}
