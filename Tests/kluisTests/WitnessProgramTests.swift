import Foundation
import NIOCore
import TLogConformance
import Testing
import TransparencyLog
import Witnessing

@testable import kluis

/// Attacks on a witness through the real program, each refused by status and by name.
@Suite(.timeLimit(.minutes(2))) struct WitnessProgramTests {
    private let log: SampleLog
    private let fork: SampleLog

    init() throws {
        log = try SampleLog(count: 600)
        // The same beginning, then other entries.
        fork = try SampleLog(count: 600) { Array("\($0 < 300 ? "entry" : "fork") \($0)".utf8) }
    }

    private func request(_ log: SampleLog, from old: UInt64, to new: UInt64, signedBy signer: NoteSigner? = nil) throws -> [UInt8] {
        let checkpoint = try log.checkpoint(at: new)
        var proof: [Hash] = []
        if old > 0, old <= new {
            let small = try SampleLog(count: Int(new)) { log.entries[$0] }
            var stored = try StoredLog(checkpoint: checkpoint) { small.files[$0] }
            proof = try stored.consistencyProof(from: old)
        }
        return try AddCheckpointRequest(oldSize: old, proof: proof, note: try checkpoint.signed(by: signer ?? log.signer)).body
    }

    private func name(_ response: AddCheckpointResponse) -> String {
        String(String(decoding: response.body, as: UTF8.self).prefix { $0 != ":" })
    }

    @Test func attacksAreRefusedByStatusAndName() async throws {
        let witness = try await RunningWitness(trusting: [log.signer.key])
        try witness.start()
        #expect(try witness.post(request(log, from: 0, to: 400)).status == 200)
        let state = try Data(contentsOf: URL(filePath: "\(witness.folder)/state"))

        // A rollback: a smaller tree of the very same log, as if nothing had been cosigned.
        let rollback = try witness.post(request(log, from: 0, to: 200))
        #expect(rollback.status == 409 && rollback.contentType == "text/x.tlog.size" && rollback.body == Array("400\n".utf8))
        let honestRollback = try witness.post(request(log, from: 400, to: 200))
        #expect(honestRollback.status == 400 && name(honestRollback) == "old-size-above-new")
        // Two trees of one size, both signed by the log.
        let sameSize = try witness.post(request(fork, from: 400, to: 400))
        #expect(sameSize.status == 409 && name(sameSize) == "same-size-fork")
        // Trying again with the size would not help, so the answer must not look as if it would.
        #expect(sameSize.contentType != "text/x.tlog.size" && sameSize.conflictingSize == nil)
        // A larger tree that does not contain the cosigned one, with the best proof its log can give.
        let other = try witness.post(request(fork, from: 400, to: 600))
        #expect(other.status == 422 && name(other) == "bad-proof")
        // The same fork, signed by a key of the thief's own under the log's name.
        let thief = try SampleLog(seed: 9).signer
        let resigned = try witness.post(request(fork, from: 400, to: 600, signedBy: thief))
        #expect(resigned.status == 403 && name(resigned) == "bad-signature")
        // The log's signature under another text.
        var lines = String(decoding: try request(log, from: 400, to: 500), as: UTF8.self)
        lines = lines.replacingOccurrences(of: "\n500\n", with: "\n501\n")
        #expect(try witness.post(Array(lines.utf8)).status == 403)
        let stranger = try witness.post(request(try SampleLog(name: "stranger.example/log", seed: 3), from: 0, to: 0))
        #expect(stranger.status == 404 && name(stranger) == "unknown-log")

        // Nothing of all that moved it, and each left its name in the operator's log.
        #expect(try Data(contentsOf: URL(filePath: "\(witness.folder)/state")) == state)
        for line in [
            "refused 409 wrong-old-size", "refused 400 old-size-above-new", "refused 409 same-size-fork evidence", "refused 422 bad-proof",
            "refused 403 bad-signature", "refused 404 unknown-log",
        ] { #expect(witness.errors.contains(line), "\(line)") }
        #expect(try witness.post(request(log, from: 400, to: 600)).status == 200)
    }

    @Test func whatIsNoRequestIsRefused() async throws {
        let witness = try await RunningWitness(trusting: [log.signer.key])
        try witness.start()
        for body in ["", "old\n", "old 00\n\n", "old 1", "old 0\n\nx\n", "new 0\n\n", "old 0\n\n\n\n"] {
            let answer = try witness.post(Array(body.utf8))
            #expect(answer.status == 400 && name(answer) == "malformed-request", "\(body)")
        }
        let tooLarge = try witness.post([UInt8](repeating: 0x61, count: 1_100_000))
        #expect(tooLarge.status == 400 && name(tooLarge) == "malformed-request")
        let good = try request(log, from: 0, to: 10)
        #expect(try witness.post(good, path: "/add-checkpoint?x").status == 404)
        #expect(try witness.post(good, path: "/").status == 404)
        #expect(try witness.post(good, method: "PUT").status == 405)
        // Not HTTP at all: nobody else suffers.
        _ = try witness.exchange(Array("hello\r\n\r\n".utf8))
        #expect(try witness.post(good, overTCP: true).status == 200)
    }

    /// Whoever comes while there are as many as it takes is turned away, and nothing else happens.
    @Test func moreCallersThanItTakesAreTurnedAway() async throws {
        let witness = try await RunningWitness(trusting: [log.signer.key])
        try witness.start()
        do {
            let held = try (0..<WitnessServer.maximumConnectionCount).map { _ in try Caller(witness.socket) }
            defer { withExtendedLifetime(held) {} }
            // Whoever has an answer has a place; they are not let in in the order in which they came.
            for caller in held {
                #expect(caller.say(Array("GET /nothing HTTP/1.1\r\nHost: w\r\n\r\n".utf8)))
                #expect(caller.first() == UInt8(ascii: "H"))
            }
            for _ in 0..<10 {
                let more = try (0..<50).map { _ in try Caller(witness.socket) }
                for caller in more { #expect(caller.exchange([]).isEmpty) }
            }
        }
        // As soon as it has noticed that they are gone.
        let body = try request(log, from: 0, to: 400)
        let head = "POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nConnection: close\r\nContent-Length: \(body.count)\r\n\r\n"
        var answer: [UInt8] = []
        while answer.isEmpty { answer = try Caller(witness.socket).exchange(Array(head.utf8) + body) }
        #expect(String(decoding: answer, as: UTF8.self).hasPrefix("HTTP/1.1 200 "))
    }

    /// A caller that sends a byte now and then would keep its place for ever.
    @Test func aSlowCallerLosesItsPlace() async throws {
        let directory = try Scratch.directory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        _ = try WitnessFolder.make("\(directory)/w", name: "w.example/1")
        let kept = try KeptWitness(WitnessFolder(path: "\(directory)/w"))
        let socket = "\(directory)/s"
        let (ready, feed) = AsyncStream<String>.makeStream()
        let serving = Task {
            try await WitnessServer(witness: kept, now: { 1 }, patience: .seconds(3)).run(socket: socket, mode: 0o600, port: nil) {
                feed.yield($0)
            }
        }
        for await _ in ready { break }
        let caller = try Caller(socket)
        // An answer gives the next request as much time as the first one had.
        for _ in 0..<2 {
            #expect(caller.say(Array("GET /nothing HTTP/1.1\r\nHost: w\r\n\r\n".utf8)))
            #expect(caller.first() == UInt8(ascii: "H"))
        }
        #expect(caller.say(Array("POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 1000000\r\n\r\n".utf8)))
        while caller.say([UInt8(ascii: "x")]) { try await Task.sleep(for: .milliseconds(20)) }
        serving.cancel()
        _ = await serving.result
    }

    @Test func anAnswerIsACosignatureThatVerifies() async throws {
        let witness = try await RunningWitness(trusting: [log.signer.key])
        try witness.start()
        let checkpoint = try VerifiedCheckpoint.verify(try log.note(at: 300), log: VerifierKeys(log.signer.key))
        // The log side believes in a wrong size first, and hears the right one.
        #expect(try witness.post(request(log, from: 0, to: 100)).status == 200)
        var submission = Submission(checkpoint: checkpoint, witness: VerifierKeys(witness.key), lastSize: 0)
        let small = try SampleLog(count: 300) { log.entries[$0] }
        var steps = 0
        for _ in 0..<2 {
            let body = try submission.request { old, _ throws(TransparencyLogError) in
                var stored = try StoredLog(checkpoint: checkpoint.checkpoint) { small.files[$0] }
                return try stored.consistencyProof(from: old)
            }.body
            steps += 1
            if case .cosigned(let signatures) = submission.receive(try witness.post(body, overTCP: steps == 2)) {
                #expect(signatures.map(\.key) == [witness.key] && steps == 2)
                return
            }
        }
        Issue.record("no cosignature")
    }

    @Test func whatItCosignedOutlivesItsDeath() async throws {
        let witness = try await RunningWitness(trusting: [log.signer.key])
        try witness.start()
        #expect(try witness.post(request(log, from: 0, to: 400)).status == 200)
        witness.kill()
        // The socket of the dead one is in the way, and taken over.
        try witness.start()
        #expect(try witness.post(request(fork, from: 0, to: 600)).conflictingSize == 400)
        #expect(try witness.post(request(fork, from: 400, to: 400)).status == 409)
        #expect(try witness.post(request(log, from: 400, to: 401)).status == 200)
    }

    @Test func filesInAndOutWorkAsTheServerDoes() async throws {
        let witness = try await RunningWitness(trusting: [log.signer.key])
        let body = String(decoding: try request(log, from: 0, to: 400), as: UTF8.self)
        let signed = try await witness.run(["cosign", witness.folder], input: body)
        #expect(signed.exitCode == 0 && signed.text.hasPrefix("— w.example/1 ") && signed.text.hasSuffix("\n"), "\(signed.errors)")
        var note = try log.note(at: 400)
        try note.append(try NoteSignature(parsingLine: Array(signed.text.utf8).dropLast()[...]))
        let verified = try VerifiedCheckpoint.verify(note, log: VerifierKeys(log.signer.key), witnesses: [witness.key])
        #expect(verified.cosignatures.map(\.key) == [witness.key])

        func refused(_ body: [UInt8], _ code: Int32, _ name: String, lang: String = "en") async throws {
            try Scratch.write(String(decoding: body, as: UTF8.self), to: "\(witness.directory)/request")
            let ended = try await witness.run(["cosign", witness.folder, "\(witness.directory)/request", "--lang", lang])
            #expect(ended.exitCode == code && ended.errors.contains("(\(name))") && ended.text.isEmpty, "\(ended.errors)")
        }
        try await refused(request(log, from: 0, to: 500), 6, "wrong-old-size")
        try await refused(request(fork, from: 400, to: 400), 5, "same-size-fork")
        try await refused(request(fork, from: 400, to: 600), 5, "bad-proof", lang: "nl")
        try await refused(request(fork, from: 400, to: 600, signedBy: try SampleLog(seed: 9).signer), 5, "bad-signature")
        try await refused(request(try SampleLog(name: "stranger.example/log", seed: 3), from: 0, to: 0), 3, "unknown-log")
        try await refused(Array("old\n".utf8), 2, "malformed-request")
        // An export, handed over on a stick.
        let export = "\(witness.directory)/export"
        for (path, bytes) in log.files {
            let url = URL(filePath: "\(export)/\(path)")
            try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: url)
        }
        let out = "\(witness.directory)/cosignature"
        let fromExport = try await witness.run(["cosign", witness.folder, "--export", export, "--output", out])
        #expect(fromExport.exitCode == 0, "\(fromExport.errors)")
        #expect(try String(contentsOfFile: out, encoding: .utf8).hasPrefix("— w.example/1 "))
        // Where nobody could read it, it is no success; and it can be had once more.
        let full = try await Built.run(
            at: "/bin/sh",
            ["-c", "exec \"$@\" > /dev/full", "sh", try Built.path("kluis"), "ledger", "witness", "cosign"]
                + [witness.folder, "--export", export], environment: RunningWitness.plain)
        #expect(full.exitCode == 2 && full.errors.contains("cannot write /dev/stdout"), "\(full.errors)")
        #expect(full.errors.contains("with --export the witness gives the cosignature once more"), "\(full.errors)")
        let nowhere = try await witness.run(["cosign", witness.folder, "--export", export, "--output", "\(out)/x", "--json"])
        #expect(nowhere.exitCode == 2 && !nowhere.text.contains("— w.example"), "\(nowhere.text)")
        #expect(nowhere.errors.contains("with --export"), "\(nowhere.errors)")
        let again = try await witness.run(["cosign", witness.folder, "--export", export])
        #expect(again.exitCode == 0 && again.text.hasPrefix("— w.example/1 "), "\(again.errors)")
        // A smaller export is an older one, and no request from another size helps.
        let older = "\(witness.directory)/older"
        try History.write(try SampleLog(count: 500) { log.entries[$0] }, to: older)
        let smaller = try await witness.run(["cosign", witness.folder, "--export", older])
        #expect(smaller.exitCode == 6 && smaller.text.isEmpty, "\(smaller.errors)")
        #expect(smaller.errors.contains("this export is older than what was cosigned last, which has 600 entries"), "\(smaller.errors)")
        #expect(!smaller.errors.contains("from size"), "\(smaller.errors)")
        let shown = try await witness.run(["show", witness.folder])
        #expect(shown.text.contains(witness.key.text) && shown.text.contains(" 600 "), "\(shown.text)")
    }

    /// nil where it is not installed, or may trace nothing: some containers forbid it.
    static let strace = ["/usr/bin/strace", "/bin/strace"].first {
        // SAFETY: the text is lent for the call, which starts a shell and waits for it.
        unsafe system("\($0) -qq -o /dev/null true </dev/null >/dev/null 2>&1") == 0
    }
    static let noStrace: Comment = "strace is not installed (make setup), or may trace nothing here"

    /// A process that is killed leaves what it wrote to the system; only a power cut shows an fsync that was left out. So the system calls are
    /// looked at: new state, durable, under its name, the name durable, and only then an answer.
    @Test(.enabled(if: strace != nil, noStrace))
    func theStateIsDurableBeforeThereIsAnAnswer() async throws {
        let witness = try await RunningWitness(trusting: [log.signer.key])
        try Scratch.write(String(decoding: try request(log, from: 0, to: 400), as: UTF8.self), to: "\(witness.directory)/request")
        let trace = "\(witness.directory)/trace"
        let ended = try await Built.run(
            at: try #require(Self.strace),
            ["-f", "-y", "-s", "64", "-o", trace, "-e", "trace=write,writev,pwrite64,fsync,fdatasync,?rename,?renameat,?renameat2"]
                + [try Built.path("kluis"), "ledger", "witness", "cosign", witness.folder, "\(witness.directory)/request"],
            environment: RunningWitness.plain)
        try #require(ended.exitCode == 0 && ended.text.hasPrefix("— w.example/1 "), "\(ended.errors)")
        let lines = try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n").map { String($0) }
        let state = "\(witness.folder)/state"
        func place(_ what: String, _ isIt: (String) -> Bool) throws -> Int {
            let found = lines.indices.filter { isIt(lines[$0]) }
            try #require(found.count == 1, "\(what): \(found.count) times in\n\(lines.joined(separator: "\n"))")
            return found[0]
        }
        func isDone(_ line: String, _ call: String, on path: String) -> Bool {
            line.contains(" \(call)(") && line.contains("<\(path)>") && line.hasSuffix(" = 0")
        }
        let steps = [
            try place("new state written") { $0.contains(" write(") && $0.contains("<\(state).new>, \"tlog-witness-state/v1") },
            try place("new state durable") { isDone($0, "fsync", on: state + ".new") },
            try place("new state named") { $0.contains(" rename") && $0.contains("\"\(state).new\"") && $0.contains("\"\(state)\"") },
            try place("name durable") { isDone($0, "fsync", on: witness.folder) },
            try place("answer") { $0.contains(" write(1<") },
        ]
        #expect(steps == steps.sorted(), "\(lines.joined(separator: "\n"))")
    }

    @Test func whileItServesNobodyElseIsThisWitness() async throws {
        let witness = try await RunningWitness(trusting: [log.signer.key])
        try witness.start()
        let second = try await witness.run(["cosign", witness.folder], input: "old 0\n")
        #expect(second.exitCode == 6 && second.errors.contains("another program is this witness"), "\(second.errors)")
        witness.kill()
        try FileManager.default.removeItem(atPath: "\(witness.folder)/state")
        let forgetful = try await witness.run(["cosign", witness.folder, "--lang", "nl"], input: "old 0\n")
        #expect(forgetful.exitCode == 3 && forgetful.errors.contains("een getuige die vergat mag niet tekenen"), "\(forgetful.errors)")
        let nowhere = try await witness.run(["serve", witness.folder])
        #expect(nowhere.exitCode == 2, "\(nowhere.errors)")
    }
}
