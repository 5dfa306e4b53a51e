import Dispatch
import Foundation
import Sealing
import TransparencyLog

/// A log made with `TransparencyLog` alone: entries from nothing to the largest size, tiles that grow from what was exported before.
struct PlainSample {
    let directory: String

    /// Most are short; every 997th has some kilobytes, the twelfth has none, and the last of the first bundle is as large as an entry can be.
    private static func entry(_ index: UInt64) -> [UInt8] {
        if index == 11 { return [] }
        let count = index == 255 ? EntryBundle.maximumEntryByteCount : index % 997 == 0 ? 5_000 : Int(index % 61) + 1
        return (0..<count).map { UInt8(truncatingIfNeeded: UInt64($0) &* 31 &+ index) }
    }

    func export(_ sizes: [Int]) throws {
        let current = directory + "/current"
        let signing = try Ed25519.SigningKey.generate()
        guard let name = KeyName("log.example.org/plain") else { throw Failed("no name") }
        let key = try VerifierKey(name: name, algorithm: .ed25519, publicKey: signing.publicKey.bytes)
        try Folder.write(Array("\(key.text)\n".utf8), to: directory + "/log.vkey")
        var old: UInt64 = 0
        for size in sizes.map({ UInt64($0) }) {
            let root = try TileExport(from: old, to: size).forEachFile(
                entry: { index throws(TransparencyLogError) in Self.entry(index) },
                earlier: Folder.reader(current),
                write: { file throws(TransparencyLogError) in
                    do { try Folder.write(file.bytes, to: current + "/" + file.path) } catch { throw .unreadable(path: file.path) }
                })
            let text = try Checkpoint(origin: Origin(name), size: size, root: root).text
            var note = try SignedNote(text: text)
            // The closure cannot hold what cannot be copied, so the signature is made before.
            let signature = try signing.sign(text)
            try note.append(try NoteSigner(key: key) { _ in signature }.signature(over: text))
            try Folder.write(note.bytes, to: current + "/checkpoint")
            try Folder.copy(current, to: directory + "/\(size)")
            old = size
        }
    }

    /// - Returns: entries that were verified: all.
    static func verify(_ path: String, keyFile: String) throws -> UInt64 {
        let read = Folder.reader(path)
        let keys = try VerifierKeys(parsingLines: FileManager.default.contents(atPath: keyFile).map { Array($0) } ?? [])
        let note = try SignedNote(parsing: try read("checkpoint") ?? [])
        let checkpoint = try VerifiedCheckpoint.verify(note, log: keys).checkpoint
        return try LogVerification(checkpoint: checkpoint, read: read).verify {
            DispatchQueue.concurrentPerform(iterations: $0, execute: $1)
        }.entryCount
    }
}
