import Foundation
import TLogConformance
import Testing
import TransparencyLog

// BEGIN of the article's code; what stands here and what stands there is compared below.
/// A log in memory. A real one keeps the entries and the frontier in a database, and the files in a directory that a web server serves.
struct Notebook {
    let signer: NoteSigner
    var entries: [[UInt8]] = []
    /// All that appending needs to know of what came before: at most 63 hashes.
    var frontier = Frontier()
    /// What was exported, by path: tiles, bundles of entries, and the checkpoint.
    var files: [String: [UInt8]] = [:]
    var exportedSize: UInt64 = 0

    mutating func append(_ entry: [UInt8]) throws {
        try frontier.append(leafHash: .leaf(entry))
        entries.append(entry)
    }

    /// Brings the files up to the log: tiles and bundles first, the checkpoint that speaks of them last.
    mutating func publish() throws {
        let checkpoint = try Checkpoint(origin: Origin(signer.key.name), size: frontier.size, root: frontier.root)
        // A real log makes this durable before anybody can see it: never sign two checkpoints that do not continue each other.
        let note = try checkpoint.signed(by: signer)
        let (entries, earlier) = (entries, files)
        var made: [ExportedFile] = []
        let root = try TileExport(from: exportedSize, to: frontier.size).forEachFile(
            entry: { index throws(TransparencyLogError) in entries[Int(index)] },
            earlier: { path in earlier[path] },
            write: { file throws(TransparencyLogError) in made.append(file) })
        guard root == frontier.root else { throw TransparencyLogError.malformedFrontier }
        for file in made { files[file.path] = file.bytes }
        files["checkpoint"] = note.bytes
        exportedSize = frontier.size
    }
}

/// A receipt for one entry, made from the exported files alone. It is complete in itself.
func receipt(for index: UInt64, in files: [String: [UInt8]], of key: VerifierKey) throws -> [UInt8] {
    let note = try SignedNote(parsing: files["checkpoint"] ?? [])
    let head = try VerifiedCheckpoint.verify(note, log: VerifierKeys(key))
    var log = try StoredLog(checkpoint: head.checkpoint) { path in files[path] }
    return try TLogProof(index: index, hashes: log.inclusionProof(index: index), note: note).bytes
}

/// What somebody does who was handed an entry with its receipt, and trusts a log and some witnesses.
func check(receipt: [UInt8], of entry: [UInt8], policy: String) throws -> Checkpoint {
    let policy = try Policy(parsing: Array(policy.utf8))
    return try TLogProof(parsing: receipt).verify(leafHash: .leaf(entry), policy: policy).checkpoint
}

/// What somebody does who wants all of it: every entry hashed, every tile compared, and the log must continue what was seen before.
func check(_ files: [String: [UInt8]], of key: VerifierKey, seenBefore: Checkpoint?) throws -> Checkpoint {
    let note = try SignedNote(parsing: files["checkpoint"] ?? [])
    let head = try VerifiedCheckpoint.verify(note, log: VerifierKeys(key)).checkpoint
    return try LogVerification(checkpoint: head, pinned: seenBefore) { path in files[path] }.verify().checkpoint
}
// END of the article's code.

/// The example of the article `ALogFromNothing`: it compiles, and it does what the article says.
@Suite struct ExampleTests {
    @Test func theArticleShowsThisCode() throws {
        let tests = URL(filePath: #filePath)
        let root = tests.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let article = try String(
            contentsOf: root.appending(path: "Sources/TransparencyLog/TransparencyLog.docc/ALogFromNothing.md"), encoding: .utf8)
        let source = try String(contentsOf: tests, encoding: .utf8)
        let shown = try #require(article.split(separator: "```swift\n").last?.split(separator: "```").first)
        let begin = try #require(source.range(of: "is compared below.\n"))
        let end = try #require(source.range(of: "// END of the article"))
        #expect(source[begin.upperBound..<end.lowerBound] == shown)
    }

    @Test func aLogGrowsAndItsReceiptsHold() throws {
        let signer = try SeedSigner.make(name: "example.org/notebook", seed: [UInt8](repeating: 3, count: 32))
        let policy = "log \(signer.key.text)\nquorum none\n"
        var notebook = Notebook(signer: signer)
        var seen: Checkpoint?
        for size in [0, 1, 2, 255, 256, 257, 600] {
            while notebook.entries.count < size { try notebook.append(Array("entry \(notebook.entries.count)".utf8)) }
            try notebook.publish()
            let checked = try check(notebook.files, of: signer.key, seenBefore: seen)
            #expect(checked.size == UInt64(size) && checked.root == notebook.frontier.root)
            seen = checked
            for index in Set([0, size / 2, size - 1]) where index >= 0 && index < size {
                let proof = try receipt(for: UInt64(index), in: notebook.files, of: signer.key)
                #expect(try check(receipt: proof, of: notebook.entries[index], policy: policy).size == UInt64(size))
                #expect(throws: TransparencyLogError.proofMismatch) {
                    try check(receipt: proof, of: Array("another".utf8), policy: policy)
                }
            }
        }
        // Somebody who saw more than the log has now is not fooled.
        var shorter = Notebook(signer: signer)
        for number in 0..<300 { try shorter.append(Array("entry \(number)".utf8)) }
        try shorter.publish()
        #expect(throws: TransparencyLogError.truncated(pinned: 600, found: 300)) {
            try check(shorter.files, of: signer.key, seenBefore: seen)
        }
    }
}
