import Dispatch
import Foundation
import Glibc
import LedgerFormat
import Sealing
import TransparencyLog

/// A ledger on the disk as the vault exports it, with leaves of random commitments.
struct ExportedLedger {
    private let directory: String
    private let leaves: UInt64
    private let key: VerifierKey
    private let checkpoint: Checkpoint

    init(directory: String, leaves: UInt64) throws {
        self.directory = directory
        self.leaves = leaves
        let seed = try SecretKey.random()
        let signing = try Ed25519.SigningKey(seed: seed)
        guard let name = KeyName("kluis.example.org/bench") else { throw Failed("no name") }
        let key = try VerifierKey(name: name, algorithm: .ed25519, publicKey: signing.publicKey.bytes)
        self.key = key
        var root = Hash.emptyTree
        let time = try seconds {
            root = try TileExport(from: 0, to: leaves).forEachFile(
                entry: { index throws(TransparencyLogError) in
                    let random = RandomBytes.generate(Leaf.slotCount * Hash.byteCount)
                    let commitments = (0..<Leaf.slotCount).compactMap { Hash(random[($0 * 32)..<($0 * 32 + 32)]) }
                    guard let leaf = try? Leaf(seq: index, commitments: commitments) else { throw .sizeOutOfRange }
                    return leaf.bytes
                },
                write: { file throws(TransparencyLogError) in
                    do { try Self.write(file.bytes, to: directory + "/" + file.path) } catch { throw .unreadable(path: file.path) }
                })
        }
        checkpoint = try Checkpoint(origin: Origin(name), size: leaves, root: root)
        var note = try SignedNote(text: checkpoint.text)
        let box = Signing(signing)
        try note.append(try NoteSigner(key: key) { try box.sign($0) }.signature(over: checkpoint.text))
        try Self.write(note.bytes, to: directory + "/checkpoint")
        try Self.write(Array("\(key.text)\n".utf8), to: directory + "/log.vkey")
        report("ledger-export", Double(leaves) / time, "leaves/s")
    }

    private final class Signing: Sendable {
        private let key: Ed25519.SigningKey
        init(_ key: consuming Ed25519.SigningKey) { self.key = key }
        func sign(_ message: [UInt8]) throws -> [UInt8] { try key.sign(message) }
    }

    /// The whole export through the offline verifier: every file read, every leaf parsed, every hash computed. The best of three runs each.
    func verify(kluis: String) throws {
        let verifier = OfflineVerifier(pinnedKey: key, read: reader)
        var alone = Double.infinity, together = Double.infinity
        for _ in 0..<3 {
            alone = min(alone, try seconds { try check(try verifier.verify()) })
            together = min(
                together,
                try seconds { try check(try verifier.verify { DispatchQueue.concurrentPerform(iterations: $0, execute: $1) }) })
        }
        report("ledger-verify-one-core", Double(leaves) / alone, "leaves/s")
        report("ledger-verify", Double(leaves) / together, "leaves/s")
        report("ledger-verify-goal", 1_000_000, "leaves/s")
        // The same through the command line, with the start of the program in the time.
        guard FileManager.default.isExecutableFile(atPath: kluis) else { return }
        var program = Double.infinity
        for _ in 0..<3 {
            let process = Process()
            process.executableURL = URL(filePath: kluis)
            process.arguments = ["ledger", "verify", "--offline", directory]
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            program = min(
                program,
                try seconds {
                    try process.run()
                    process.waitUntilExit()
                    guard process.terminationStatus == 0 else { throw Failed("kluis ledger verify: \(process.terminationStatus)") }
                })
        }
        report("ledger-verify-command-line", Double(leaves) / program, "leaves/s")
    }

    private func check(_ report: OfflineVerifier.Report) throws {
        guard report.leafCount == leaves else { throw Failed("\(report.leafCount) leaves were verified, not \(leaves)") }
    }

    /// Receipts for leaves spread over the whole log.
    func prove() throws {
        let count = 2_000
        let note = try SignedNote(parsing: try reader("checkpoint") ?? [])
        let policy = try Policy(parsing: Array("log \(key.text)\nquorum none\n".utf8))
        let indices = (0..<UInt64(count)).map { $0 &* 0x9E37_79B9_7F4A_7C15 % leaves }
        var cold: [Double] = [], warm: [Double] = [], check: [Double] = []
        var hashes = 0, bytes = 0
        var kept = try StoredLog(checkpoint: checkpoint, read: reader)
        for index in indices {
            var entry: [UInt8] = []
            // From nothing: as somebody does who wants one proof.
            cold.append(
                try seconds {
                    var log = try StoredLog(checkpoint: checkpoint, read: reader)
                    entry = try log.entry(at: index)
                    _ = try log.inclusionProof(index: index)
                })
            var proof: TLogProof?
            warm.append(try seconds { proof = try TLogProof(index: index, hashes: try kept.inclusionProof(index: index), note: note) })
            guard let proof else { throw Failed("no proof") }
            hashes = max(hashes, proof.hashes.count)
            bytes = max(bytes, proof.bytes.count)
            let serialized = proof.bytes
            check.append(try seconds { try TLogProof(parsing: serialized).verify(leafHash: .leaf(entry), policy: policy) })
        }
        report("ledger-proof-hashes", Double(hashes), "hashes")
        report("ledger-proof-size", Double(bytes), "bytes")
        report("ledger-proof-make-first", Self.median(cold) * 1e6, "us")
        report("ledger-proof-make-next", Self.median(warm) * 1e6, "us")
        report("ledger-proof-check", Self.median(check) * 1e6, "us")
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    private var reader: FileReader {
        let directory = directory
        return { path in
            let descriptor = unsafe open(directory + "/" + path, O_RDONLY | O_CLOEXEC)
            if descriptor < 0, errno == ENOENT { return nil }
            guard descriptor >= 0 else { throw Failed("cannot read \(path)") }
            defer { close(descriptor) }
            var status = stat()
            guard unsafe fstat(descriptor, &status) == 0 else { throw Failed("cannot read \(path)") }
            return try unsafe [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { buffer, count in
                // SAFETY: as many bytes are read as there is room for.
                while count < buffer.count {
                    let read = unsafe Glibc.read(descriptor, buffer.baseAddress! + count, buffer.count - count)
                    guard read > 0 else { throw Failed("cannot read \(path)") }
                    count += read
                }
            }
        }
    }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        do { try Data(bytes).write(to: URL(filePath: path)) } catch {
            try FileManager.default.createDirectory(
                at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: URL(filePath: path))
        }
    }
}
