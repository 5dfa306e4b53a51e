import Foundation
import LedgerFormat
import Sealing
import Testing
import TransparencyLog
import Wire

@testable import kluis

@Suite struct OfflineVerificationTests {
    /// An export of `count` lines on disk.
    private func export(_ count: UInt64) throws -> (directory: String, key: String) {
        let directory = try Scratch.directory()
        let pair = Pair(try Ed25519.SigningKey.generate())
        let name = try #require(KeyName("kluis.example.org/waterwolde"))
        let key = try VerifierKey(name: name, algorithm: .ed25519, publicKey: pair.publicKey)
        let entries = try (0..<count).map { number in
            var line = LogLine(
                .decision(.permit, effect: nil), moment: 1_763_770_000_000 + Int64(number), caller: try Token("w-1"),
                action: try Token("readItem"))
            line.residents = []
            return try line.leaf(at: number)
        }
        let root = try TileExport(from: 0, to: count).forEachFile(
            entry: { entries[Int($0)] }, node: { _ throws(TransparencyLogError) in throw .invalidSubtree },
            write: { file throws(TransparencyLogError) in
                let url = URL(fileURLWithPath: "\(directory)/\(file.path)")
                do {
                    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                    try Data(file.bytes).write(to: url)
                } catch {
                    throw .unreadable(path: file.path)
                }
            })
        let checkpoint = try Checkpoint(origin: Origin(name), size: count, root: root)
        let note = try checkpoint.signed(by: NoteSigner(key: key) { try pair.sign($0) })
        try Data(note.bytes).write(to: URL(fileURLWithPath: "\(directory)/checkpoint"))
        try Scratch.write("\(key.text)\n", to: "\(directory)/log.vkey")
        return (directory, key.text)
    }

    private final class Pair: Sendable {
        private let key: Ed25519.SigningKey
        let publicKey: [UInt8]
        init(_ key: consuming Ed25519.SigningKey) {
            publicKey = key.publicKey.bytes
            self.key = key
        }
        func sign(_ message: [UInt8]) throws -> [UInt8] { try key.sign(message) }
    }

    private func failure(_ directory: String, keyFile: String? = nil) -> Failure? {
        do {
            _ = try OfflineVerification.check(directory, keyFile: keyFile)
            return nil
        } catch { return error }
    }

    @Test func anExportVerifiesWithNothingElse() async throws {
        let (directory, key) = try export(300)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let report = try OfflineVerification.check(directory, keyFile: nil)
        #expect(report.size == 300 && report.key == key && !report.keyWasGiven && report.erased == 0)
        try Scratch.write("\(key)\n", to: "\(directory)/../\(URL(fileURLWithPath: directory).lastPathComponent).key")
        let file = "\(directory).key"
        defer { try? FileManager.default.removeItem(atPath: file) }
        #expect(try OfflineVerification.check(directory, keyFile: file).keyWasGiven)
        let ended = try await Built.run(
            "kluis", ["ledger", "verify", "--offline", directory, "--key", file], environment: ["LANG": "C.UTF-8"])
        #expect(ended.exitCode == 0 && ended.text == "300 entries verified\n" && ended.errors.isEmpty)
        let unpinned = try await Built.run("kluis", ["ledger", "verify", "--offline", directory], environment: ["LANG": "C.UTF-8"])
        #expect(unpinned.exitCode == 0 && unpinned.errors.hasPrefix("kluis: hint: "))
    }

    @Test func aFlippedByteAMissingLineAndAnotherKeyAreFound() async throws {
        let (directory, _) = try export(300)
        let (other, _) = try export(3)
        defer { for path in [directory, other] { try? FileManager.default.removeItem(atPath: path) } }
        let bundle = URL(fileURLWithPath: "\(directory)/tile/entries/000")
        let whole = try Data(contentsOf: bundle)
        var flipped = whole
        flipped[1_000] ^= 1
        try flipped.write(to: bundle)
        #expect(failure(directory)?.code == .verificationFailed)
        let ended = try await Built.run("kluis", ["ledger", "verify", "--offline", directory], environment: ["LANG": "C.UTF-8"])
        #expect(ended.exitCode == 5)
        #expect(ended.errors.hasPrefix("kluis: error: verification failed: altered-bundle (tile/entries/000"), "\(ended.errors)")
        try whole.write(to: bundle)
        #expect(failure(directory) == nil)
        // A line taken out of the last bundle.
        let last = URL(fileURLWithPath: "\(directory)/tile/entries/001.p/44")
        let tail = try Data(contentsOf: last)
        let length = Int(tail[tail.startIndex]) << 8 | Int(tail[tail.startIndex + 1])
        try Data(tail.dropFirst(2 + length)).write(to: last)
        #expect(failure(directory)?.code == .verificationFailed)
        try tail.write(to: last)
        #expect(failure(directory, keyFile: "\(other)/log.vkey")?.code == .verificationFailed)
        #expect(failure("\(directory)/nowhere")?.code == .invalid)
        #expect(failure(directory, keyFile: "\(directory)/checkpoint")?.code == .invalid)
        try FileManager.default.removeItem(atPath: "\(directory)/checkpoint")
        #expect(failure(directory)?.line == "verification failed: missing-file (checkpoint)")
    }

    /// Somebody else's export may hold anything under the names that are read.
    @Test func whatIsNoFileIsNotWaitedFor() async throws {
        let (directory, _) = try export(3)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let bundle = "\(directory)/tile/entries/000.p/3"
        let whole = try Data(contentsOf: URL(fileURLWithPath: bundle))
        try FileManager.default.removeItem(atPath: bundle)
        // SAFETY: the path is lent as a C string for the call.
        let made = unsafe mkfifo(bundle, 0o600)
        #expect(made == 0)
        #expect(failure(directory)?.line.contains("unreadable (tile/entries/000.p/3)") == true, "\(String(describing: failure(directory)))")
        try FileManager.default.removeItem(atPath: bundle)
        try FileManager.default.createDirectory(atPath: bundle, withIntermediateDirectories: false)
        #expect(failure(directory)?.line.contains("unreadable") == true)
        try FileManager.default.removeItem(atPath: bundle)
        try FileManager.default.createSymbolicLink(atPath: bundle, withDestinationPath: "/dev/zero")
        #expect(failure(directory)?.line.contains("unreadable") == true)
        try FileManager.default.removeItem(atPath: bundle)
        // What lies beside the log, as on any web server, is neither read nor counted.
        try whole.write(to: URL(fileURLWithPath: bundle))
        for name in ["index.html", "tile/0/000", "tile/entries/001", "tile/2/000.p/1", "checkpoint.new"] {
            try FileManager.default.createDirectory(
                atPath: URL(fileURLWithPath: "\(directory)/\(name)").deletingLastPathComponent().path, withIntermediateDirectories: true)
            try Scratch.write("anything", to: "\(directory)/\(name)")
        }
        #expect(failure(directory) == nil)
    }

    @Test func aSizeThatIsOnlyClaimedIsRefused() async throws {
        let (directory, _) = try export(3)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let pair = Pair(try Ed25519.SigningKey.generate())
        let name = try #require(KeyName("kluis/v-1/1"))
        let key = try VerifierKey(name: name, algorithm: .ed25519, publicKey: pair.publicKey)
        let checkpoint = try Checkpoint(origin: Origin(name), size: 1 << 62, root: .leaf([]))
        try Data(try checkpoint.signed(by: NoteSigner(key: key) { try pair.sign($0) }).bytes)
            .write(to: URL(fileURLWithPath: "\(directory)/checkpoint"))
        try Scratch.write("\(key.text)\n", to: "\(directory)/log.vkey")
        let ended = try await Built.run("kluis", ["ledger", "verify", "--offline", directory], environment: ["LANG": "C.UTF-8"])
        #expect(ended.exitCode == 5 && ended.errors.contains("missing (tile/entries/000)"), "\(ended.exitCode) \(ended.errors)")
    }

    /// A fork that is signed anew agrees with itself; it does not agree with what this account saw.
    @Test func anotherKeyThanTheOneThatWasSeenIsAnAlarm() async throws {
        let (seen, key) = try export(5)
        let (again, other) = try export(5)
        let pins = try Scratch.directory()
        defer { for path in [seen, again, pins] { try? FileManager.default.removeItem(atPath: path) } }
        let note = try SignedNote(parsing: Array(try Data(contentsOf: URL(fileURLWithPath: "\(seen)/checkpoint"))))
        try await Pins.check(note, key: try VerifierKey(parsing: key), pins: Pins(path: pins), before: nil) { _, _ in [] }
        let environment = ["LANG": "C.UTF-8", "KLUIS_PINS": pins]
        let known = try await Built.run("kluis", ["ledger", "verify", "--offline", seen], environment: environment)
        #expect(known.exitCode == 0, "\(known.errors)")
        let ended = try await Built.run("kluis", ["ledger", "verify", "--offline", again], environment: environment)
        #expect(ended.exitCode == 5 && ended.errors.contains("(wrong-key)"), "\(ended.errors)")
        // Who has the new key from its owner says so.
        try Scratch.write("\(other)\n", to: "\(pins)/given")
        let given = try await Built.run(
            "kluis", ["ledger", "verify", "--offline", again, "--key", "\(pins)/given"], environment: environment)
        #expect(given.exitCode == 0, "\(given.errors)")
    }
}

extension LogLine {
    fileprivate func leaf(at seq: UInt64) throws -> [UInt8] {
        let salt = { (0..<32).map { _ in UInt8.random(in: .min ... .max) } }
        return try leaves(at: seq, random: salt)[0].leaf.bytes
    }
}
