import Foundation
import TLogConformance
import Testing

/// The vectors by others; every set must be without a difference.
@Suite struct ConformanceTests {
    static let vectors: String = {
        if let path = ProcessInfo.processInfo.environment["KLUIS_VECTORS"] { return path }
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return root.deletingLastPathComponent().appending(path: "shared/vectors").path
    }()
    /// Whether there are any: then every set must be there.
    static let hasVectors = FileManager.default.fileExists(atPath: vectors)

    @Test(.enabled(if: hasVectors, "no vectors: set KLUIS_VECTORS"))
    func everySetIsWithoutDifference() {
        let results = TLogConformance.run(vectors: Self.vectors)
        for result in results {
            #expect(result.isPassed, "\(result.name): \(result.cases) of \(result.expectedCases), \(result.differences.prefix(5))")
        }
        #expect(results.map(\.expectedCases) == [518, 5, 157, 8, 2295, 19, 53, 1105])
    }

    /// What was not checked has not passed.
    @Test(.enabled(if: hasVectors, "no vectors: set KLUIS_VECTORS"))
    func aSetThatIsAbsentOrCutShortDoesNotPass() throws {
        #expect(TLogConformance.run(vectors: "/nonexistent").allSatisfy { $0.isAbsent && !$0.isPassed })
        let folder = FileManager.default.temporaryDirectory.appending(path: "kluis-vectors-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder.appending(path: "tlog"), withIntermediateDirectories: true)
        let merkle = folder.appending(path: "tlog/merkle").path
        try FileManager.default.copyItem(atPath: Self.vectors + "/tlog/merkle", toPath: merkle)
        func result() throws -> ConformanceResult {
            try #require(TLogConformance.run(vectors: folder.path).first { $0.name == "tlog-merkle" })
        }
        #expect(try result().isPassed)
        // One file less: nothing is different, and one case was not looked at.
        let files = try FileManager.default.subpathsOfDirectory(atPath: merkle + "/testdata").filter { $0.hasSuffix(".json") }
        try FileManager.default.removeItem(atPath: "\(merkle)/testdata/\(try #require(files.first))")
        let cut = try result()
        #expect(cut.differences.isEmpty && cut.cases == 517 && !cut.isPassed)
    }
}
