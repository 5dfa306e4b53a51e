import Dispatch
import Foundation
import LedgerFormat
import TLogConformance
import Testing
import TransparencyLog

// BEGIN of the article's code; what stands here and what stands there is compared below.
/// Checks the whole export in a directory with all cores.
///
/// Give the key if you know it, and the checkpoint that you saw last: without them an export shows only that it agrees with itself.
func check(_ directory: String, key: VerifierKey?, seenBefore: Checkpoint?) throws -> OfflineVerifier.Report {
    let verifier = OfflineVerifier(pinnedKey: key, pinnedCheckpoint: seenBefore) { path in
        FileManager.default.contents(atPath: directory + "/" + path).map { Array($0) }
    }
    return try verifier.verify { pieces, run in DispatchQueue.concurrentPerform(iterations: pieces, execute: run) }
}

/// What an opening says, once it is shown that the log has it: in that leaf, in that slot, and nowhere else.
func read(_ opening: Opening, in directory: String, checked: OfflineVerifier.Report) throws -> Segment {
    var log = try StoredLog(checkpoint: checked.checkpoint.checkpoint) { path in
        FileManager.default.contents(atPath: directory + "/" + path).map { Array($0) }
    }
    try opening.verify(against: try Leaf(parsing: try log.entry(at: opening.seq)))
    return try Segment(parsing: opening.segment, slot: opening.slot)
}
// END of the article's code.

/// The example of the article `CheckingAnExport`: it compiles, and it does what the article says.
@Suite struct ExampleTests {
    @Test func theArticleShowsThisCode() throws {
        let tests = URL(filePath: #filePath)
        let root = tests.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let article = try String(
            contentsOf: root.appending(path: "Sources/LedgerFormat/LedgerFormat.docc/CheckingAnExport.md"), encoding: .utf8)
        let source = try String(contentsOf: tests, encoding: .utf8)
        let shown = try #require(article.split(separator: "```swift\n").last?.split(separator: "```").first)
        let begin = try #require(source.range(of: "is compared below.\n"))
        let end = try #require(source.range(of: "// END of the article"))
        #expect(source[begin.upperBound..<end.lowerBound] == shown)
    }

    @Test func anExportAndAnOpeningCheckOut() throws {
        let ledger = try SampleLedger(count: 300)
        let directory = FileManager.default.temporaryDirectory.appending(path: "kluis-example-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        for (path, bytes) in ledger.log.files {
            let file = directory.appending(path: path)
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: file)
        }
        let report = try check(directory.path, key: ledger.log.signer.key, seenBefore: nil)
        #expect(report.leafCount == 300)
        let opening = try #require(ledger.side[42]?.openings.first)
        guard case .resident(let segment) = try read(opening, in: directory.path, checked: report) else {
            Issue.record("not a resident's segment")
            return
        }
        #expect(try segment.resident == Token("r-9"))
        let elsewhere = try Opening(seq: 43, slot: opening.slot, salt: opening.salt, segment: opening.segment)
        #expect(throws: LedgerFormatError.openingMismatch(seq: 43, slot: 0)) {
            try read(elsewhere, in: directory.path, checked: report)
        }
    }
}
