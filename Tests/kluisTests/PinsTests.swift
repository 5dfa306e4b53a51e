import Foundation
import Synchronization
import TLogConformance
import Testing
import TransparencyLog
import Wire

@testable import kluis

/// What this account remembers of a log, and what it does not take for the same one.
@Suite final class PinsTests {
    private let directory: String
    private let pins: Pins

    init() throws {
        directory = try Scratch.directory()
        pins = Pins(path: "\(directory)/state/kluis")
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    private func log(_ count: Int, incarnation: Int = 1, seed: UInt8 = 1, fork: Int = .max) throws -> SampleLog {
        var log = try SampleLog(name: "kluis/v-1/\(incarnation)", seed: seed)
        try log.append((0..<count).map { Array("\($0 < fork ? "entry" : "fork") \($0)".utf8) })
        return log
    }

    /// What the alarm says; nil when there was none.
    private func see(
        _ log: SampleLog, honestly proof: Bool = true, before: Pins.Memory? = nil, at socket: String? = nil, served: SampleLog? = nil
    ) async throws -> String? {
        do {
            let before = try before ?? pins.memory(of: log.signer.key)
            try await Pins.check(try log.note(), key: log.signer.key, pins: pins, before: before, at: socket) { old, checkpoint in
                guard proof else { return [] }
                // What is served may have grown beyond the checkpoint that was fetched.
                let files = try checkpoint.root == log.checkpoint().root ? log.files : (served ?? log).files
                var stored = try StoredLog(checkpoint: checkpoint) { files[$0] }
                return try stored.consistencyProof(from: old)
            }
            return nil
        } catch let failure as Failure {
            #expect(failure.code == .verificationFailed && failure.code.exitCode == 5)
            return failure.line
        }
    }

    private func size(_ log: SampleLog) throws -> UInt64? { try pins.pin(for: log.signer.key)?.checkpoint.size }

    @Test func whatContinuesIsRemembered() async throws {
        #expect(try await see(log(0)) == nil)
        #expect(try await see(log(300)) == nil)
        #expect(try await see(log(300)) == nil)
        #expect(try await see(log(700)) == nil)
        #expect(try size(log(0)) == 700)
        let attributes = try FileManager.default.attributesOfItem(atPath: pins.file(of: try log(0).signer.key))
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test func whatDoesNotContinueIsAnAlarmByName() async throws {
        #expect(try await see(log(300)) == nil)
        let alarms: [(SampleLog, String)] = [
            (try log(299), "(truncated)"), (try log(300, fork: 200), "(same-size-fork)"), (try log(700, fork: 200), "(fork)"),
            // The same vault under another key, as itself and as a later incarnation: only the partners can say that this is right.
            (try log(700, seed: 2), "(wrong-key)"), (try log(700, incarnation: 2, seed: 2), "(wrong-key)"),
        ]
        for (other, name) in alarms {
            #expect(try await see(other)?.hasSuffix(name) == true, "\(name)")
            #expect(try size(log(0)) == 300)
        }
        // Without a proof that holds, a larger tree is not believed to continue anything.
        #expect(try await see(log(700), honestly: false)?.hasSuffix("(fork)") == true)
        #expect(try await see(log(700)) == nil)
        // Another vault has a memory of its own.
        let another = try SampleLog(name: "kluis/v-2/1", seed: 4)
        #expect(try await see(another) == nil)
        #expect(try size(log(0)) == 700)
    }

    /// A log's name comes from whoever signs: under a new one everything would be a first sight again.
    @Test func anotherNameAtTheSamePlaceIsAnAlarm() async throws {
        #expect(try await see(log(300), at: "/run/s") == nil)
        let renamed = try SampleLog(name: "kluis/v-2/1", seed: 4)
        #expect(try await see(renamed, at: "/run/s")?.hasSuffix("(other-vault)") == true)
        #expect(try pins.pin(for: renamed.signer.key) == nil)
        // Elsewhere it is a vault like any other, and once known it may move.
        #expect(try await see(renamed, at: "/run/t") == nil)
        #expect(try await see(renamed, at: "/run/s") == nil)
        #expect(try await see(log(700), at: "/run/s") == nil)
        // A new incarnation is no other vault: its key is what it is asked about.
        #expect(try await see(log(700, incarnation: 2, seed: 2), at: "/run/s")?.hasSuffix("(wrong-key)") == true)
        try Scratch.write("kluis-place/v1\n/run/s\n", to: pins.file(ofPlace: "/run/s"))
        #expect(try await see(SampleLog(name: "kluis/v-3/1", seed: 5), at: "/run/s")?.hasSuffix("(broken-pin)") == true)
    }

    /// Two runs that begin at the same moment and are shown two histories: the one that comes last is held against the other's.
    @Test func whatAnotherRunSawMeanwhileCounts() async throws {
        #expect(try await see(log(100)) == nil)
        let (first, second) = (try log(300), try log(400, fork: 200))
        await #expect(throws: Failure.self) {
            var isFirst = true
            let before = try pins.memory(of: second.signer.key)
            try await Pins.check(try second.note(), key: second.signer.key, pins: pins, before: before) { old, checkpoint in
                if isFirst {
                    isFirst = false
                    #expect(try await see(first) == nil)
                }
                var stored = try StoredLog(checkpoint: checkpoint) { second.files[$0] }
                return try stored.consistencyProof(from: old)
            }
        }
        #expect(try size(first) == 300)
        // Whoever fetched a checkpoint and was overtaken by a run that kept a later one has seen no log that was put back.
        let before = try pins.memory(of: first.signer.key)
        #expect(try await see(log(500)) == nil)
        #expect(try await see(log(400), before: before, served: log(500)) == nil)
        #expect(try size(first) == 500)
        #expect(try await see(log(400))?.hasSuffix("(truncated)") == true)
    }

    /// Overtaken by a larger checkpoint of another history: whoever of two runs comes last must hear of it.
    @Test func whoeverIsOvertakenByAnotherHistoryIsAlarmed() async throws {
        #expect(try await see(log(300)) == nil)
        let before = try pins.memory(of: log(0).signer.key)
        #expect(try await see(log(500)) == nil)
        // Both continue what was seen, with one key, and each agrees with itself. The later one stays, and is what the next run is held against.
        #expect(try await see(log(400, fork: 350), before: before, served: log(500))?.hasSuffix("(fork)") == true)
        #expect(try size(log(0)) == 500)
        // Nor does it help to serve no tree that belongs to the later one.
        await #expect(throws: TransparencyLogError.self) {
            try await see(log(400, fork: 350), before: before, served: log(500, fork: 350))
        }
    }

    /// Beside the vault's own pin, where the user named another key; and still known when the vault's own was put away.
    @Test func aNamedKeyHasAMemoryOfItsOwn() async throws {
        let (first, second) = (try log(3), try log(3, incarnation: 2, seed: 2))
        let own = pins.file(of: first.signer.key)
        #expect(try pins.file(ofNamed: first.signer.key) == own && pins.file(ofNamed: second.signer.key) == own)
        func keep(_ log: SampleLog) throws {
            let seen = Pins.Pin(key: log.signer.key, checkpoint: try log.checkpoint(), note: try log.note())
            #expect(try pins.keep(seen, after: nil, in: pins.file(ofNamed: log.signer.key)))
        }
        try keep(first)
        let named = try pins.file(ofNamed: second.signer.key)
        #expect(try named != own && pins.file(ofNamed: first.signer.key) == own)
        try keep(second)
        #expect(try pins.pin(for: second.signer.key)?.key == first.signer.key)
        try FileManager.default.removeItem(atPath: own)
        #expect(try pins.file(ofNamed: second.signer.key) == named && pins.file(ofNamed: first.signer.key) == own)
        // The vault itself is held against it too, and what it shows is remembered as the vault's from then on.
        let forks = [
            (try log(2, incarnation: 2, seed: 2), "(truncated)"), (try log(3, incarnation: 2, seed: 2, fork: 1), "(same-size-fork)"),
            (try log(9, incarnation: 2, seed: 2, fork: 1), "(fork)"),
        ]
        for (fork, name) in forks { #expect(try await see(fork)?.hasSuffix(name) == true, "\(name)") }
        #expect(try pins.pin(in: own) == nil)
        #expect(try await see(log(5, incarnation: 2, seed: 2)) == nil)
        #expect(try pins.pin(in: own)?.checkpoint.size == 5 && pins.file(ofNamed: second.signer.key) == own)
        for (fork, name) in forks { #expect(try await see(fork) != nil, "\(name)") }
        #expect(try await see(log(7, incarnation: 3, seed: 3))?.hasSuffix("(wrong-key)") == true)
    }

    /// As if an earlier run had remembered the vault without looking beside it.
    @Test func whatIsRememberedTwiceHasToBeContinuedTwice() async throws {
        let seen = try log(300)
        let note = try seen.note()
        #expect(
            try pins.keep(
                .init(key: seen.signer.key, checkpoint: try seen.checkpoint(), note: note), after: nil,
                in: pins.file(beside: seen.signer.key)))
        let early = try log(100)
        #expect(
            try pins.keep(
                .init(key: early.signer.key, checkpoint: try early.checkpoint(), note: try early.note()), after: nil,
                in: pins.file(of: early.signer.key)))
        #expect(try await see(log(400, fork: 200))?.hasSuffix("(fork)") == true)
        #expect(try await see(log(400)) == nil)
    }

    /// A new name with nothing published behind it is no way around the question either.
    @Test func anotherVaultThatPublishesNothingIsAnAlarm() async throws {
        let shown = Mutex(try log(300).files)
        let daemon = try await FakeDaemon { heard in
            guard heard.path.hasPrefix("/v1/ledger/file?path=") else {
                return .json(
                    StatusAnswer(
                        state: "open", rehearsal: false, version: "0.1.0", vault: "v-1", incarnation: 1, moment: "2026-01-14T20:00:00+01:00"
                    ))
            }
            let path = heard.path.removingPercentEncoding?.split(separator: "=").last.map { String($0) } ?? ""
            guard let bytes = shown.withLock({ $0[path] }) else {
                return .problem(ProblemDocument(code: .notFound, status: 404, title: "not found"))
            }
            return .whole(200, [], bytes)
        }
        try Runtime(path: "\(daemon.directory)/rt").keep(StoredSession(socket: daemon.socket, token: "t", worker: "kees"))
        func status() async throws -> Built.Ended {
            try await Built.kluis(["status"], on: daemon, environment: ["KLUIS_PINS": pins.path])
        }
        let first = try await status()
        #expect(first.exitCode == 0 && first.errors.contains("first sight of the log kluis/v-1/1"), "\(first.errors)")
        // Nothing published: the vault that is known is told from one that is not.
        for (other, name) in [(try log(0), "(truncated)"), (try SampleLog(name: "kluis/v-2/1", seed: 4), "(other-vault)")] {
            shown.withLock { $0 = ["log.vkey": Array("\(other.signer.key.text)\n".utf8)] }
            let ended = try await status()
            #expect(ended.exitCode == 5 && ended.errors.contains(name), "\(ended.errors)")
        }
    }

    @Test func aPinThatWasTamperedWithIsNotABeginning() async throws {
        #expect(try await see(log(300)) == nil)
        let file = pins.file(of: try log(0).signer.key)
        let text = try String(contentsOfFile: file, encoding: .utf8)
        for changed in [
            "", text.replacingOccurrences(of: "\n300\n", with: "\n200\n"), text.replacingOccurrences(of: "pin/v1", with: "pin/v2"),
        ] {
            try Scratch.write(changed, to: file)
            #expect(try await see(log(700))?.hasSuffix("(broken-pin)") == true)
        }
    }

    @Test func thePlaceIsTheAccountsOwn() {
        #expect(Pins.chosen { ["KLUIS_PINS": "/p", "HOME": "/h"][$0] }?.path == "/p")
        #expect(Pins.chosen { ["XDG_STATE_HOME": "/s", "HOME": "/h"][$0] }?.path == "/s/kluis")
        #expect(Pins.chosen { ["XDG_STATE_HOME": "relative", "HOME": "/h"][$0] }?.path == "/h/.local/state/kluis")
        #expect(Pins.chosen { _ in nil } == nil)
    }
}
