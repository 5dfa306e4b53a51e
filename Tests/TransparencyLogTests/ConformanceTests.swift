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
    static let hasVectors = VectorFolder(vectors + "/tlog").exists

    @Test(.enabled(if: hasVectors, "no vectors: set KLUIS_VECTORS"))
    func everySetIsWithoutDifference() {
        let results = TLogConformance.run(vectors: Self.vectors)
        for result in results where !result.isAbsent {
            #expect(result.cases > 0, "\(result.name)")
            #expect(result.differences.isEmpty, "\(result.name): \(result.differences.prefix(5))")
        }
        let merkle = results.first { $0.name == "tlog-merkle" }
        #expect(merkle?.isAbsent == true || merkle?.cases == 518)
        #expect(results.contains { !$0.isAbsent })
    }
}
