import Foundation
import Testing

/// Who asks: challenge, signature, token, at the door of the real daemon.
@Suite(.timeLimit(.minutes(2))) struct SignInTests {
    private func refused(_ reply: Reply, _ words: String, _ place: SourceLocation = #_sourceLocation) {
        #expect(reply.status == 401 && reply.problem == "signInFirst", "\(reply.status) \(reply.text)", sourceLocation: place)
        #expect(reply.text.contains(words), "\(reply.text)", sourceLocation: place)
        #expect(reply.field("token") == nil, sourceLocation: place)
    }
    private let used = "this challenge has expired, was used or is unknown"

    @Test func theChallengeNamesWhatItIsGoodFor() async throws {
        let (daemon, _) = try await Kluisd.furnished()
        let status = try await daemon.ask("GET", "/v1/status")
        let challenge = try await daemon.challenge("kees", hat: "help")
        #expect(challenge.namespace == "kluis-rehearsal-login@v1")
        let lines = challenge.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(lines.count == 10 && lines[0] == "kluis-login v1" && lines[9].isEmpty)
        #expect(lines[1] == "vault \(status.field("vault") ?? "?")" && lines[2] == "incarnation 1" && lines[3] == "rehearsal yes")
        #expect(lines[4] == "worker kees" && lines[5] == "uid \(getuid())" && lines[6] == "hat help")
        #expect(lines[7].wholeMatch(of: /nonce [A-Za-z0-9_-]{43}/) != nil && lines[8].hasPrefix("expires 20"))
        #expect(try await daemon.challenge("kees", hat: "help").text != challenge.text)
        #expect(try await daemon.challenge("nobody-we-know").text.contains("worker nobody-we-know"), "it tells nothing")
        #expect(try await daemon.stop() == 0)
    }

    @Test func anUnknownWorker() async throws {
        let (daemon, _) = try await Kluisd.furnished()
        let challenge = try await daemon.challenge("nobody-we-know")
        let reply = try await daemon.login(challenge.text, daemon.sign(challenge.text, challenge.namespace, key: "kees"))
        refused(reply, "signing in failed")
        let known = try await daemon.challenge("joost")
        let other = try await daemon.login(known.text, daemon.sign(known.text, known.namespace, key: "kees"))
        #expect(other.body == reply.body, "the answer does not tell who works here")
        let bad = try await daemon.ask("POST", "/v1/login/challenge", json: #"{"worker":"Kees\nuid 0"}"#)
        #expect(bad.status == 400)
        #expect(try await daemon.stop() == 0)
    }

    @Test func aReplayedChallenge() async throws {
        let (daemon, _) = try await Kluisd.furnished()
        let challenge = try await daemon.challenge("kees", hat: "help")
        let signature = try await daemon.sign(challenge.text, challenge.namespace, key: "kees")
        #expect(try await daemon.login(challenge.text, signature).status == 201)
        refused(try await daemon.login(challenge.text, signature), used)
        // Used up by a failure as well.
        let second = try await daemon.challenge("kees", hat: "help")
        refused(try await daemon.login(second.text, "rubbish"), "signing in failed")
        refused(try await daemon.login(second.text, daemon.sign(second.text, second.namespace, key: "kees")), used)
        // And not by a text that was never given.
        let third = try await daemon.challenge("kees", hat: "help")
        let changed = third.text.replacing("hat help", with: "hat direction")
        refused(try await daemon.login(changed, daemon.sign(changed, third.namespace, key: "kees")), used)
        #expect(try await daemon.stop() == 0)
    }

    @Test func anExpiredChallenge() async throws {
        let (daemon, _) = try await Kluisd.furnished()
        func answer(after seconds: TimeInterval) async throws -> Reply {
            let challenge = try await daemon.challenge("kees", hat: "help")
            let signature = try await daemon.sign(challenge.text, challenge.namespace, key: "kees")
            let status = try #require(try await daemon.ask("GET", "/v1/status").field("moment"))
            let now = try #require(ISO8601DateFormatter().date(from: status.prefix(19) + "Z"))
            let later = ISO8601DateFormatter().string(from: now.addingTimeInterval(seconds))
            #expect(try await daemon.ask("POST", "/v1/rehearsal/clock", json: #"{"moment":"\#(later)"}"#).status == 200)
            return try await daemon.login(challenge.text, signature)
        }
        refused(try await answer(after: 62), used)
        #expect(try await answer(after: 20).status == 201)
        #expect(try await daemon.stop() == 0)
    }

    @Test(arguments: ["kluis-login@v1", "git", "file"])
    func aForeignNamespace(namespace: String) async throws {
        let (daemon, _) = try await Kluisd.furnished()
        let challenge = try await daemon.challenge("kees", hat: "help")
        refused(
            try await daemon.login(challenge.text, daemon.sign(challenge.text, namespace, key: "kees")),
            "the signature was made for something else")
        #expect(try await daemon.stop() == 0)
    }

    @Test func aChallengeOfAnotherVault() async throws {
        let (first, _) = try await Kluisd.furnished()
        let second = try await Kluisd.fresh()
        let challenge = try await second.challenge("kees", hat: "help")
        #expect(challenge.text.split(separator: "\n")[1] != (try await first.challenge("kees", hat: "help").text.split(separator: "\n")[1]))
        refused(try await first.login(challenge.text, first.sign(challenge.text, challenge.namespace, key: "kees")), used)
        #expect(try await second.login(challenge.text, second.sign(challenge.text, challenge.namespace, key: "kees")).status == 201)
        // The two have keys of their own.
        let own = try await first.challenge("kees", hat: "help")
        refused(try await first.login(own.text, second.sign(own.text, own.namespace, key: "kees")), "signing in failed")
        #expect(try await first.stop() == 0)
        #expect(try await second.stop() == 0)
    }

    @Test func aSignatureByAnothersKey() async throws {
        let (daemon, _) = try await Kluisd.furnished()
        let challenge = try await daemon.challenge("joost", hat: "direction")
        refused(
            try await daemon.login(challenge.text, daemon.sign(challenge.text, challenge.namespace, key: "mirjam")), "signing in failed")
        let other = try await daemon.challenge("joost", hat: "direction")
        refused(try await daemon.login(other.text, daemon.sign(other.text + " ", other.namespace, key: "joost")), "signing in failed")
        #expect(try await daemon.stop() == 0)
    }

    @Test func fiveFailuresLock() async throws {
        let (daemon, _) = try await Kluisd.furnished()
        func attempt(_ worker: String, key: String) async throws -> Reply {
            let challenge = try await daemon.challenge(worker, hat: "help")
            return try await daemon.login(challenge.text, daemon.sign(challenge.text, challenge.namespace, key: key))
        }
        // Four failures and a success begin anew.
        for _ in 0..<4 { refused(try await attempt("wendy", key: "kees"), "signing in failed") }
        #expect(try await attempt("wendy", key: "wendy").status == 201)
        for _ in 0..<4 { refused(try await attempt("wendy", key: "kees"), "signing in failed") }
        #expect(try await attempt("wendy", key: "wendy").status == 201)
        for _ in 0..<5 { refused(try await attempt("kees", key: "wendy"), "signing in failed") }
        refused(try await attempt("kees", key: "kees"), "the account is locked after five failed attempts")
        #expect(try await attempt("wendy", key: "wendy").status == 201, "nobody else is")
        // Not forgotten by a restart.
        #expect(try await daemon.stop() == 0)
        try await daemon.start()
        refused(try await attempt("kees", key: "kees"), "the account is locked after five failed attempts")
        #expect(try await attempt("wendy", key: "wendy").status == 201)
        // Who keeps accounts opens it again, and nobody else.
        for (who, hat) in [("wendy", "help"), ("bram", nil)] {
            let reply = try await daemon.ask(
                "POST", "/v1/workers/kees/unlock", as: daemon.signIn(who, hat: hat), purpose: "D8")
            #expect(reply.status == 403 && reply.articles.contains("PR-26.3"), "\(reply.text)")
        }
        refused(try await attempt("kees", key: "kees"), "the account is locked")
        let lotte = try await daemon.signIn("lotte")
        let unlocked = try await daemon.ask("POST", "/v1/workers/kees/unlock", as: lotte, purpose: "D8")
        #expect(unlocked.status == 200 && unlocked.field("state") == "active", "\(unlocked.text)")
        let again = try await daemon.ask("POST", "/v1/workers/kees/unlock", as: lotte, purpose: "D8")
        #expect(again.status == 400, "it is not locked")
        #expect(again.field("field") == "state" && again.field("detail") == "the state is active now", "\(again.text)")
        let own = try await daemon.ask("POST", "/v1/workers/lotte/unlock", as: lotte, purpose: "D8")
        #expect(own.status == 403 && own.articles.contains("PR-26.3"), "\(own.text)")
        // The count begins anew: four more failures lock nothing.
        for _ in 0..<4 { refused(try await attempt("kees", key: "wendy"), "signing in failed") }
        #expect(try await attempt("kees", key: "kees").status == 201)
        let log = try await daemon.ask("GET", "/v1/ledger/entries?last=100", as: daemon.signIn("renske"), purpose: "D8")
        #expect(log.text.contains(#""action":"unlockWorker""#), "\(log.text)")
        #expect(try await daemon.ledgerVerifies())
        #expect(try await daemon.stop() == 0)
    }

    /// The only functional administrator is not locked out for good: a second person opens the account again (PR-26.3).
    @Test func theAdministratorsAccountIsOpenedAgain() async throws {
        let (daemon, _) = try await Kluisd.furnished()
        func attempt(_ worker: String, key: String) async throws -> Reply {
            let challenge = try await daemon.challenge(worker)
            return try await daemon.login(challenge.text, daemon.sign(challenge.text, challenge.namespace, key: key))
        }
        for worker in ["lotte", "kees"] {
            for _ in 0..<5 { refused(try await attempt(worker, key: "wendy"), "signing in failed") }
            refused(try await attempt(worker, key: worker), "the account is locked after five failed attempts")
        }
        func unlock(_ worker: String, by who: String, hat: String? = nil) async throws -> Reply {
            try await daemon.ask("POST", "/v1/workers/\(worker)/unlock", as: daemon.signIn(who, hat: hat), purpose: "D8")
        }
        for (who, hat) in [("wendy", "help"), ("bram", nil)] {
            let reply = try await unlock("lotte", by: who, hat: hat)
            #expect(reply.status == 403 && reply.articles.contains("PR-26.3"), "\(reply.text)")
        }
        // Other accounts are the administrator's.
        #expect(try await unlock("kees", by: "renske").status == 403)
        let reply = try await unlock("lotte", by: "renske")
        #expect(reply.status == 200 && reply.field("state") == "active", "\(reply.text)")
        #expect(try await attempt("lotte", key: "lotte").status == 201)
        #expect(try await unlock("kees", by: "lotte").status == 200)
        #expect(try await daemon.stop() == 0)
    }

    /// Counted where a restart does not forget it.
    @Test func failuresAreCountedAcrossARestart() async throws {
        let (daemon, _) = try await Kluisd.furnished()
        func attempt(_ key: String) async throws -> Reply {
            let challenge = try await daemon.challenge("kees", hat: "help")
            return try await daemon.login(challenge.text, daemon.sign(challenge.text, challenge.namespace, key: key))
        }
        for _ in 0..<4 { refused(try await attempt("wendy"), "signing in failed") }
        #expect(try await daemon.stop() == 0)
        try await daemon.start()
        refused(try await attempt("wendy"), "signing in failed")
        refused(try await attempt("kees"), "the account is locked after five failed attempts")
        #expect(try await daemon.stop() == 0)
    }

    /// The answer to a sign-in has the roles as the deciding transaction read them.
    @Test func aSignInAnswersWithTheRoles() async throws {
        let (daemon, _) = try await Kluisd.furnished()
        let challenge = try await daemon.challenge("joost", hat: "direction")
        let reply = try await daemon.login(challenge.text, daemon.sign(challenge.text, challenge.namespace, key: "joost"))
        #expect(reply.status == 201 && reply.text.contains("teamMember") && reply.text.contains("intakeWorker"), "\(reply.text)")
        #expect(try await daemon.stop() == 0)
    }

    /// Signing in, failing to, and signing out are attempts like any other.
    @Test func signingInAndOutLeaveTheirLines() async throws {
        let (daemon, _) = try await Kluisd.furnished()
        let renske = try await daemon.signIn("renske")
        func lines() async throws -> [String] {
            let page = try await daemon.ask("GET", "/v1/ledger/entries?last=3", as: renske, purpose: "D8")
            return page.text.matches(of: /"action":"(sign(?:In|Out))"[^{}]*"outcome":"(\w+)"/).map { "\($0.1) \($0.2)" }
        }
        let token = try await daemon.signIn("kees", hat: "help")
        #expect(try await lines().last == "signIn permit")
        let challenge = try await daemon.challenge("kees", hat: "help")
        refused(try await daemon.login(challenge.text, "rubbish"), "signing in failed")
        #expect(try await lines().last == "signIn refuse")
        #expect(try await daemon.ask("DELETE", "/v1/session", as: token).status == 200)
        #expect(try await lines().last == "signOut permit")
        #expect(try await daemon.stop() == 0)
    }

    @Test func malformedTokens() async throws {
        let (daemon, _) = try await Kluisd.furnished()
        let token = try await daemon.signIn("joost", hat: "direction")
        #expect(try await daemon.ask("GET", "/v1/session", as: token).status == 200)
        let flipped = String(token.dropLast()) + (token.last == "A" ? "B" : "A")
        for bad in [
            "", "none", String(token.dropLast()), token + "A", flipped, " " + token, token.uppercased(),
            String(repeating: "x", count: 4000),
        ] {
            refused(try await daemon.ask("GET", "/v1/session", as: bad), "sign in first")
            refused(try await daemon.ask("GET", "/v1/households", as: bad, purpose: "D1"), "sign in first")
        }
        for header in ["Basic am9vc3Q6", "bearer " + token, token] {
            refused(try await daemon.ask("GET", "/v1/session", [("Authorization", header)]), "sign in first")
        }
        refused(try await daemon.ask("GET", "/v1/session"), "sign in first")
        // Signed out is signed out, and a restart ends every session.
        #expect(try await daemon.ask("DELETE", "/v1/session", as: token).status == 200)
        refused(try await daemon.ask("GET", "/v1/session", as: token), "sign in first")
        let second = try await daemon.signIn("joost", hat: "direction")
        #expect(try await daemon.stop() == 0)
        try await daemon.start()
        refused(try await daemon.ask("GET", "/v1/session", as: second), "sign in first")
        #expect(try await daemon.stop() == 0)
    }
}
