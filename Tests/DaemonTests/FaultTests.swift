import Foundation
import Glibc
import Testing

/// What happens when the disk or the daemon fails at the worst moment, planted in a practice vault.
@Suite(.timeLimit(.minutes(2))) struct FaultTests {
    private let body = #"{"municipality":"waterwolde"}"#

    private func create(_ daemon: Kluisd, as token: String, key: String? = nil) async throws -> Reply {
        try await daemon.ask("POST", "/v1/households", as: token, purpose: "D1", key.map { [("Idempotency-Key", $0)] } ?? [], json: body)
    }

    @Test(arguments: ["ledger-append", "disk-full-at-commit"])
    func notRecordedNothingDone(fault: String) async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        let households = try await daemon.households(as: joost)
        let items = try await daemon.sqlite("SELECT count(*) FROM item_version")
        // A change.
        try await daemon.arm(fault)
        let change = try await create(daemon, as: joost, key: "once")
        #expect(
            change.status == 503 && change.problem == "notRecorded" && change.text.contains("not recorded, nothing done"), "\(change.text)")
        #expect(try await daemon.households(as: joost) == households)
        // A reading: not a byte.
        try await daemon.arm(fault)
        let answer = try await daemon.read(furnished.small, in: furnished, as: joost)
        #expect(Reply(answer)?.problem == "notRecorded" && answer.range(of: Data("small one".utf8)) == nil)
        // A sign-in.
        try await daemon.arm(fault)
        let challenge = try await daemon.challenge("kees", hat: "help")
        let signIn = try await daemon.login(challenge.text, daemon.sign(challenge.text, challenge.namespace, key: "kees"))
        #expect(signIn.status == 503 && signIn.problem == "notRecorded")
        // An upload.
        try await daemon.arm(fault)
        let upload = try await daemon.add(Kluisd.largeContent, title: "lost", to: furnished, as: joost)
        #expect(upload.status == 503 && upload.problem == "notRecorded", "\(upload.text)")
        #expect(try await daemon.sqlite("SELECT count(*) FROM item_version") == items)
        // Afterwards all is well; what was not done can be asked for with the same key.
        #expect(try await create(daemon, as: joost, key: "once").status == 201)
        #expect(try await daemon.households(as: joost) == households + 1)
        #expect(Reply(try await daemon.read(furnished.small, in: furnished, as: joost))?.status == 200)
        #expect(try await daemon.ledgerVerifies())
        #expect(try await daemon.stop() == 0)
        try await daemon.start()
        #expect(try await daemon.ledgerVerifies())
        #expect(try await daemon.stop() == 0)
    }

    /// Of several at once, no more than one hears that it was not recorded, and the answers are true.
    @Test(arguments: ["ledger-append", "disk-full-at-commit"])
    func nobodyElseSuffers(fault: String) async throws {
        let (daemon, _) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        let households = try await daemon.households(as: joost)
        try await daemon.arm(fault)
        let replies = try await withThrowingTaskGroup(of: Reply.self) { group in
            for _ in 0..<8 { group.addTask { try await create(daemon, as: joost) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let done = replies.count { $0.status == 201 }
        let lost = replies.count { $0.status == 503 && $0.problem == "notRecorded" }
        #expect(done + lost == 8 && lost <= 1, "\(replies.map(\.text))")
        #expect(try await daemon.households(as: joost) == households + done)
        #expect(try await daemon.ledgerVerifies())
        #expect(try await daemon.stop() == 0)
    }

    /// The commit may stand or not: the daemon says so, ends, and tells the truth after a restart.
    @Test func anIOErrorAtCommitEndsTheDaemon() async throws {
        let (daemon, _) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        let households = try await daemon.households(as: joost)
        try await daemon.arm("io-error-at-commit")
        let answer = try await daemon.raw(
            Kluisd.request(
                "POST", "/v1/households",
                Kluisd.headers(joost, "D1") + [("Idempotency-Key", "once"), ("Content-Type", "application/json")],
                body: Data(body.utf8)))
        // The process may be gone before the answer is; never is it told as done.
        if !answer.isEmpty {
            let reply = try #require(Reply(answer))
            #expect(reply.status == 503 && reply.problem == "unknown", "\(reply.text)")
        }
        #expect(try await daemon.ended() == 74)
        #expect(daemon.errors.contains("kluisd: error: a commit failed with an input or output error"))
        try await daemon.start()
        let again = try await daemon.signIn("joost", hat: "direction")
        #expect(try await create(daemon, as: again, key: "once").status == 201)
        #expect(try await daemon.households(as: again) == households + 1)
        #expect(try await daemon.ledgerVerifies())
        #expect(try await daemon.stop() == 0)
    }

    /// The daemon commits by itself too, on its clock and when it stops. A disk that is full then ends nobody's work; a commit of which nobody
    /// knows whether it stands ends the daemon as it does when it was a client's, and the service manager must not start it again.
    @Test func theDaemonsOwnCommitsFailAsAnybodysDo() async throws {
        let (daemon, furnished) = try await Kluisd.copy()
        try await daemon.start(tick: 1)
        let joost = try await daemon.signIn("joost", hat: "direction")
        try await daemon.arm("disk-full-at-commit")
        // The next commit is the clock's.
        while !daemon.errors.contains("outcomes-not-recorded-yet") { try await Task.sleep(for: .milliseconds(200)) }
        #expect(Reply(try await daemon.read(furnished.small, in: furnished, as: joost))?.status == 200)
        #expect(try await daemon.ledgerVerifies())
        // Whoever comes meanwhile changes nothing about that.
        let comers = (0..<4).map { _ in
            Task {
                while !Task.isCancelled {
                    _ = try? await daemon.raw(Data("GET /v1/status HTTP/1.1\r\nHost: kluis\r\nConnection: close\r\n\r\n".utf8))
                    // Where nobody answers any more this would else take every thread there is.
                    try? await Task.sleep(for: .milliseconds(1))
                }
            }
        }
        try await daemon.arm("io-error-at-commit")
        #expect(try await daemon.ended() == 74)
        for comer in comers { comer.cancel() }
        #expect(daemon.errors.contains("kluisd: error: a commit failed with an input or output error"))
        try await daemon.start()
        // Also when something else went wrong just before: the outcome of this reading waits for a commit.
        let again = try await daemon.signIn("joost", hat: "direction")
        #expect(Reply(try await daemon.read(furnished.small, in: furnished, as: again))?.status == 200)
        try await daemon.arm("disk-full-at-commit")
        try await daemon.arm("io-error-at-commit")
        #expect(try await daemon.stop() == 74)
        try await daemon.start()
        #expect(try await daemon.ledgerVerifies())
        #expect(try await daemon.stop() == 0)
    }

    /// Killed after the commit and before the answer: the same key gets the same answer, and the thing is there once.
    @Test func killedBetweenCommitAndAnswer() async throws {
        let (daemon, _) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        let households = try await daemon.households(as: joost)
        try await daemon.arm("die-after-commit")
        let answer = try await daemon.raw(
            Kluisd.request(
                "POST", "/v1/households",
                Kluisd.headers(joost, "D1") + [("Idempotency-Key", "once"), ("Content-Type", "application/json")],
                body: Data(body.utf8)))
        #expect(answer.isEmpty)
        #expect(try await daemon.ended() == -SIGKILL)
        try await daemon.start()
        let again = try await daemon.signIn("joost", hat: "direction")
        #expect(try await daemon.households(as: again) == households + 1)
        let first = try await create(daemon, as: again, key: "once").id()
        #expect(try await create(daemon, as: again, key: "once").id() == first)
        #expect(try await daemon.households(as: again) == households + 1)
        #expect(try await daemon.ledgerVerifies())
        #expect(try await daemon.stop() == 0)
    }

    /// Killed when a large item's file has its name and no row says it: no item, no part file, and it can be stored again.
    @Test func killedBetweenRenameAndCommit() async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        let items = try await daemon.sqlite("SELECT count(*) FROM item_version")
        try await daemon.arm("die-after-rename")
        let request = Kluisd.request(
            "POST", "/v1/households/\(furnished.household)/items",
            Kluisd.headers(joost, "D2") + [Kluisd.item(title: "lost", subject: furnished.selma)],
            body: Kluisd.largeContent)
        #expect(try await daemon.raw(request).isEmpty)
        #expect(try await daemon.ended() == -SIGKILL)
        try await daemon.start()
        #expect(try await daemon.sqlite("SELECT count(*) FROM item_version") == items)
        #expect(try FileManager.default.contentsOfDirectory(atPath: daemon.state + "/blobs/tmp").isEmpty)
        let again = try await daemon.signIn("joost", hat: "direction")
        let item = try await daemon.add(Kluisd.largeContent, title: "kept", to: furnished, as: again).id()
        #expect(Reply(try await daemon.read(item, in: furnished, as: again))?.body == Kluisd.largeContent)
        #expect(try await daemon.ledgerVerifies())
        #expect(try await daemon.stop() == 0)
    }

    /// An effect that fails after its line was written is undone, and both lines stay.
    @Test func anEffectThatFailsIsUndone() async throws {
        let (daemon, _) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        let households = try await daemon.households(as: joost)
        try await daemon.arm("effect-fails")
        #expect(try await create(daemon, as: joost).status >= 500)
        #expect(try await daemon.households(as: joost) == households)
        #expect(try await create(daemon, as: joost).status == 201)
        #expect(try await daemon.ledgerVerifies())
        #expect(try await daemon.stop() == 0)
    }

    /// A stream that breaks is cut without its end, so that nobody takes a part for the whole.
    @Test func aBrokenStreamHasNoEnd() async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        try await daemon.arm("stream-breaks")
        #expect(Reply(try await daemon.read(furnished.large, in: furnished, as: joost)) == nil)
        #expect(Reply(try await daemon.read(furnished.large, in: furnished, as: joost))?.body == Kluisd.largeContent)
        #expect(try await daemon.ledgerVerifies())
        #expect(try await daemon.stop() == 0)
    }

    @Test func thereIsNoOtherFault() async throws {
        let daemon = try await Kluisd.fresh()
        for name in ["", "no-such-fault", "LEDGER-APPEND"] {
            let reply = try await daemon.ask("POST", "/v1/rehearsal/fault", json: #"{"name":"\#(name)"}"#)
            #expect(reply.status == 400 && reply.problem == "invalid")
        }
        #expect(try await daemon.stop() == 0)
    }
}
