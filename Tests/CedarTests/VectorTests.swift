import Cedar
import CedarConformance
import Foundation
import Testing

extension Vectors {
    /// `$KLUIS_VECTORS`, else `../shared/vectors` beside the package.
    static let beside = Vectors(
        fallback: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "shared/vectors"))
    /// Whether there are any: then every set must be there, and one that was renamed is not passed over.
    static let areThere = FileManager.default.fileExists(atPath: beside.root.path)
    static let absence: Comment = "no vectors: set KLUIS_VECTORS, or put them at ../shared/vectors"
}

/// The sets of vectors; all of them are skipped where there are no vectors.
@Suite(.enabled(if: Vectors.areThere, Vectors.absence)) struct VectorTests {
    private func expectAgreement(_ report: SetReport, atLeast cases: Int) {
        #expect(report.isPresent, "\(report.name) is not among the vectors")
        print("\(report.name)-cases: \(report.cases) 1")
        #expect(report.cases >= cases, "\(report.name)")
        #expect(report.differences.isEmpty, "\(report.name): \(report.differences.prefix(10).joined(separator: "\n"))")
    }

    @Test func acceptsAndRefusesTheTexts() throws {
        expectAgreement(try Vectors.beside.parseSet(), atLeast: 1_000)
    }

    @Test func evaluatesTheExpressions() throws {
        expectAgreement(try Vectors.beside.evaluationSet(), atLeast: 100)
    }

    @Test func decidesTheTeamsRequests() throws {
        expectAgreement(try Vectors.beside.teamSet(), atLeast: 1)
    }

    @Test func decidesTheWorldsRequests() throws {
        let reports = try Vectors.beside.worldSets()
        expectAgreement(reports[0], atLeast: 1)
        expectAgreement(reports[1], atLeast: 100)
    }

    @Test func decidesTheHandWrittenCases() throws {
        expectAgreement(try Vectors.beside.handWrittenSet(), atLeast: 20)
    }

    /// Every eighth case; the conformance program runs them all.
    @Test func decidesTheCorpus() throws {
        expectAgreement(try Vectors.beside.corpusSet(stride: 8), atLeast: 800)
    }
}
