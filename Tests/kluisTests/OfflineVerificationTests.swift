import Foundation
import LedgerFormat
import Sealing
import TLogConformance
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
            _ = try OfflineVerification.check(directory, .init(key: try keyFile.map { try OfflineVerification.key(in: $0) }))
            return nil
        } catch { return error as? Failure }
    }

    private func history(_ count: Int, fork: Int = .max, in place: String) throws -> (directory: String, log: SampleLog) {
        let log = try History.log(count, fork: fork)
        let directory = "\(place)/\(count)-\(fork == .max ? "honest" : String(fork))"
        try History.write(log, to: directory)
        return (directory, log)
    }

    /// One account, one memory, and the right key all the time: what was verified once is what everything later must continue.
    @Test func whatWasVerifiedIsRemembered() async throws {
        let place = try Scratch.directory()
        defer { try? FileManager.default.removeItem(atPath: place) }
        let honest = try history(700, in: place).directory
        let key = "\(place)/log.vkey"
        try FileManager.default.copyItem(atPath: "\(honest)/log.vkey", toPath: key)
        let policy = "\(place)/policy"
        try Scratch.write("log \(try String(contentsOfFile: key, encoding: .utf8))quorum none\n", to: policy)
        func verify(_ directory: String, _ more: String..., pins: String = "pins", lang: String = "en") async throws -> Built.Ended {
            try await Built.run(
                "kluis", ["ledger", "verify", "--offline", directory] + more,
                environment: ["KLUIS_LANG": lang, "KLUIS_PINS": "\(place)/\(pins)"])
        }
        func refused(_ ended: Built.Ended, _ name: String, _ location: SourceLocation = #_sourceLocation) {
            #expect(
                ended.exitCode == 5 && ended.text.isEmpty && ended.errors.contains("(\(name))"), "\(ended.errors)", sourceLocation: location
            )
        }
        let first = try await verify(honest, "--key", key)
        #expect(first.exitCode == 0 && first.errors.contains("first sight of the log kluis/v-1/1, at 700 entries"), "\(first.errors)")
        let again = try await verify(honest, "--key", key)
        #expect(again.exitCode == 0 && again.errors.isEmpty, "\(again.errors)")

        let (larger, sameSize) = (try history(800, fork: 600, in: place).directory, try history(700, fork: 699, in: place).directory)
        refused(try await verify(larger, "--key", key), "fork")
        refused(try await verify(larger), "fork")
        refused(try await verify(larger, "--policy", policy), "fork")
        refused(try await verify(larger, "--key", key, "--older"), "fork")
        let alarm = try await verify(sameSize, "--key", key, lang: "nl")
        refused(alarm, "same-size-fork")
        #expect(
            alarm.errors.contains("alarm: dit logboek is niet het logboek dat u eerder zag")
                && alarm.errors.contains("bel de privacy officer"))

        // A smaller one is no part of what was seen until that is shown, and it cannot be.
        for smaller in [try history(600, in: place).directory, try history(600, fork: 0, in: place).directory] {
            let ended = try await verify(smaller, "--key", key)
            refused(ended, "truncated")
            #expect(ended.errors.contains("--older"), "\(ended.errors)")
            let meant = try await verify(smaller, "--key", key, "--older")
            #expect(meant.exitCode == 0 && meant.errors.contains("was not shown to be part of what you saw"), "\(meant.errors)")
            let json = try await verify(smaller, "--key", key, "--older", "--json")
            #expect(
                json.exitCode == 0 && json.text.contains(#""continuesSeen":false"#) && json.text.contains(#""seen":700"#), "\(json.text)")
            #expect(json.text.contains(#""isRemembered":false"#), "\(json.text)")
        }
        // None of all that moved what is remembered; what continues it does, with the key given or not.
        let longer = try await verify(try history(750, in: place).directory, "--json")
        #expect(longer.exitCode == 0 && longer.text.contains(#""continuesSeen":true"#) && longer.text.contains(#""isRemembered":true"#))
        refused(try await verify(honest, "--key", key), "truncated")

        // The export's own word for its key begins no memory; a policy that names the log does.
        #expect(try await verify(honest, pins: "other").exitCode == 0)
        #expect(try await verify(larger, pins: "other").exitCode == 0)
        #expect(try await verify(honest, "--policy", policy, pins: "other").exitCode == 0)
        refused(try await verify(larger, "--policy", policy, pins: "other"), "fork")
        // Who cannot remember says so: nobody makes a directory there.
        let nowhere = try await Built.run(
            "kluis", ["ledger", "verify", "--offline", honest, "--key", key, "--json"],
            environment: ["LANG": "C.UTF-8", "KLUIS_PINS": "/proc/kluis-pins"])
        #expect(nowhere.exitCode == 0 && nowhere.errors.contains("kluis: warning: cannot write "), "\(nowhere.errors)")
        #expect(nowhere.text.contains(#""isRemembered":false"#), "\(nowhere.text)")
    }

    /// A receipt of the size that was seen is of the tree that was seen; of another size, it is said that nothing was compared.
    @Test func aReceiptIsHeldAgainstWhatWasSeen() async throws {
        let place = try Scratch.directory()
        defer { try? FileManager.default.removeItem(atPath: place) }
        let (honest, log) = try history(700, in: place)
        func receipt(_ log: SampleLog) throws -> String {
            var stored = try StoredLog(checkpoint: try log.checkpoint()) { log.files[$0] }
            let proof = try TLogProof(index: 42, hashes: try stored.inclusionProof(index: 42), note: try log.note(), extra: log.entries[42])
            let file = "\(place)/\(log.size)-\(try log.root(at: log.size).description.prefix(8)).tlog-proof"
            try Data(proof.bytes).write(to: URL(filePath: file))
            return file
        }
        func verify(_ what: String, _ file: String, _ more: String...) async throws -> Built.Ended {
            try await Built.run(
                "kluis", ["ledger", "verify", what, file, "--key", "\(honest)/log.vkey"] + more,
                environment: ["LANG": "C.UTF-8", "KLUIS_PINS": "\(place)/pins"])
        }
        let own = try receipt(log)
        let unseen = try await verify("--proof", own, "--json")
        #expect(unseen.exitCode == 0 && !unseen.text.contains("seen"), "\(unseen.text)")
        #expect(try await verify("--offline", honest).exitCode == 0)
        let seen = try await verify("--proof", own, "--json")
        #expect(seen.exitCode == 0 && seen.text.contains(#""isOfSeen":true"#), "\(seen.text)")
        let forged = try await verify("--proof", try receipt(try history(700, fork: 43, in: place).log))
        #expect(forged.exitCode == 5 && forged.text.isEmpty && forged.errors.contains("(same-size-fork)"), "\(forged.errors)")
        let later = try await verify("--proof", try receipt(try history(701, in: place).log))
        #expect(later.exitCode == 0 && later.errors.contains("the receipt is of 701 entries and you saw 700"), "\(later.errors)")
    }

    /// Who the officers are, the export says itself unless somebody else does; when a witness signed, it says as well.
    @Test func officersAndTimesAreNamed() async throws {
        let place = try Scratch.directory()
        defer { try? FileManager.default.removeItem(atPath: place) }
        let directory = "\(place)/erased"
        var log = try History.log(5)
        let officers = try (0..<3).map { try SeedSigner.make(name: "officer-\($0)", seed: [UInt8](repeating: UInt8(70 + $0), count: 32)) }
        var tombstone = try Tombstone(moment: 1_763_770_900_000, ground: .retention, order: try Token("D-2026-7"), erased: [1...2])
        for officer in officers[..<2] { try tombstone.sign(by: officer) }
        let leaf = try tombstone.leaf(at: 5) { [UInt8](repeating: 7, count: 32) }
        try log.append([leaf.leaf.bytes])
        log.files["openings"] = Openings.serialize(leaf.side.openings)
        log.files["officers.vkey"] = officers.flatMap { Array("\($0.key.text)\n".utf8) }
        let witness = try SeedSigner.make(name: "w.example/1", algorithm: .timestampedCosignature, seed: [UInt8](repeating: 3, count: 32))
        var note = try log.note()
        try note.append(try witness.signature(over: note.text, time: 1_768_000_000))
        log.files["checkpoint"] = note.bytes
        try History.write(log, to: directory)
        try Scratch.write("witness w \(witness.key.text)\nquorum w\n", to: "\(place)/policy")
        try Scratch.write(officers[..<2].map { "\($0.key.text)\n" }.joined(), to: "\(place)/officers")
        try Scratch.write(officers[1...].map { "\($0.key.text)\n" }.joined(), to: "\(place)/others")
        func verify(_ more: String...) async throws -> Built.Ended {
            try await Built.run(
                "kluis",
                ["ledger", "verify", "--offline", directory, "--key", "\(directory)/log.vkey", "--policy", "\(place)/policy"] + more,
                environment: ["LANG": "C.UTF-8", "KLUIS_PINS": "\(place)/pins"])
        }
        let believed = try await verify()
        #expect(believed.exitCode == 0 && believed.text.contains("cosigned by w.example/1 (2026-01-09T23:06:40Z)"), "\(believed.text)")
        #expect(
            believed.text.contains("2 of them committed and erased") && believed.errors.contains("give --officers FILE"),
            "\(believed.errors)")
        let given = try await verify("--officers", "\(place)/officers")
        #expect(given.exitCode == 0 && !given.errors.contains("--officers"), "\(given.errors)")
        let others = try await verify("--officers", "\(place)/others")
        #expect(others.exitCode == 5, "\(others.errors)")
        // Whoever holds a witness's key can sign any time; the reader says what it is worth and goes on.
        for time in [WitnessClock.last + 1, 67_768_036_191_676_799, 67_768_036_191_676_800, UInt64(Int64.max)] {
            var note = try log.note()
            try note.append(try witness.signature(over: note.text, time: time))
            try Data(note.bytes).write(to: URL(filePath: "\(directory)/checkpoint"))
            let strange = try await verify()
            #expect(
                strange.exitCode == 0 && strange.text.contains("cosigned by w.example/1 (at a time beyond the year 9999)"),
                "\(time): \(strange.exitCode) \(strange.text)")
        }
        #expect(WitnessClock.text(WitnessClock.last) == "9999-12-31T23:59:59Z" && WitnessClock.text(0) == "1970-01-01T00:00:00Z")
        try Data(log.files["checkpoint"] ?? []).write(to: URL(filePath: "\(directory)/checkpoint"))
        let json = try await verify("--json")
        #expect(json.text.contains(#""officersWereGiven":false"#) && json.text.contains(#""time":"2026-01-09T23:06:40Z""#), "\(json.text)")
    }

    @Test func anExportVerifiesWithNothingElse() async throws {
        let (directory, key) = try export(300)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let report = try OfflineVerification.check(directory)
        #expect(report.size == 300 && report.key == key && !report.keyWasGiven && report.erased == 0)
        try Scratch.write("\(key)\n", to: "\(directory)/../\(URL(fileURLWithPath: directory).lastPathComponent).key")
        let file = "\(directory).key"
        defer { try? FileManager.default.removeItem(atPath: file) }
        #expect(try OfflineVerification.check(directory, .init(key: try OfflineVerification.key(in: file))).keyWasGiven)
        let ended = try await Built.run(
            "kluis", ["ledger", "verify", "--offline", directory, "--key", file], environment: ["LANG": "C.UTF-8"])
        #expect(ended.exitCode == 0 && ended.text == "300 entries verified\n")
        #expect(ended.errors == "kluis: warning: there is no place to remember checkpoints: set HOME or KLUIS_PINS\n")
        let unpinned = try await Built.run("kluis", ["ledger", "verify", "--offline", directory], environment: ["LANG": "C.UTF-8"])
        #expect(unpinned.exitCode == 0 && unpinned.errors.contains("kluis: hint: the export's own key was believed"))
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
        // With what to do, as the daemon's own verification says it.
        #expect(ended.errors.hasSuffix("\nkluis: hint: touch nothing and call the privacy officer\n"), "\(ended.errors)")
        let dutch = try await Built.run("kluis", ["logboek", "controleer", "--offline", directory], environment: ["KLUIS_LANG": "nl"])
        #expect(dutch.exitCode == 5)
        #expect(dutch.errors.hasSuffix("\nkluis: tip: raak niets aan en bel de privacy officer\n"), "\(dutch.errors)")
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
        #expect(throws: Failure.self) { try OfflineVerification.key(in: "\(directory)/checkpoint") }
        try FileManager.default.removeItem(atPath: "\(directory)/checkpoint")
        #expect(failure(directory)?.line == "verification failed: missing-file (checkpoint): a file is not there or cannot be read")
    }

    /// Openings may be larger than any bundle, and everything else may not.
    @Test func eachFileIsReadToItsOwnLimit() throws {
        let place = try Scratch.directory()
        defer { try? FileManager.default.removeItem(atPath: place) }
        for name in ["openings", "checkpoint"] { try Data(count: 256 * 65_537 + 1).write(to: URL(filePath: "\(place)/\(name)")) }
        #expect(try OfflineVerification.contents(of: "openings", below: place)?.count == 256 * 65_537 + 1)
        #expect(throws: SystemFault.self) { try OfflineVerification.contents(of: "checkpoint", below: place) }
        try Data(count: Openings.maximumByteCount + 1).write(to: URL(filePath: "\(place)/openings"))
        #expect(throws: SystemFault.self) { try OfflineVerification.contents(of: "openings", below: place) }
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
