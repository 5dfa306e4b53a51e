import Foundation
import Glibc
import Testing

/// Two machine accounts at one socket. The second one is `nobody`, which takes root to become.
@Suite(.timeLimit(.minutes(2)), .enabled(if: geteuid() == 0, "a second machine account can only be played by root"))
struct AccountTests {
    private static let nobody = "65534"

    /// Lets other accounts reach the socket of a test.
    private func open(_ daemon: Kluisd) throws {
        for (path, mode) in [(daemon.directory, 0o711), (daemon.socket, 0o666)] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        }
    }

    /// Runs `curl` as the other account.
    private func curl(_ daemon: Kluisd, _ arguments: [String], input: String = "") async throws -> Built.Ended {
        try await Built.run(
            "/usr/bin/setpriv",
            ["--reuid=\(Self.nobody)", "--regid=\(Self.nobody)", "--clear-groups", "/usr/bin/curl", "-sS", "--unix-socket", daemon.socket]
                + arguments, input: Data(input.utf8))
    }

    @Test func aFloodOfChallengesBlocksNobodyElse() async throws {
        let (daemon, _) = try await Kluisd.furnished()
        try open(daemon)
        let mine = try await daemon.challenge("kees", hat: "help")
        // Just more than are outstanding in all.
        let count = 1030
        let flood = try await curl(
            daemon,
            [
                "-H", "Content-Type: application/json", "-d", #"{"worker":"kees"}"#, "-o", "/dev/null", "-w", "%{http_code}\n",
                "http://kluis/v1/login/challenge?[1-\(count)]",
            ])
        #expect(flood.status == 0 && flood.text.matches(of: /200/).count == count, "\(flood.errors) \(flood.text.suffix(100))")
        // Asked before the flood and after it: both are good.
        let later = try await daemon.challenge("fatima", hat: "help")
        #expect(try await daemon.login(mine.text, daemon.sign(mine.text, mine.namespace, key: "kees")).status == 201)
        #expect(try await daemon.login(later.text, daemon.sign(later.text, later.namespace, key: "fatima")).status == 201)
        #expect(try await daemon.stop() == 0)
    }

    /// One account that takes all the connections it can get leaves the others theirs.
    @Test func connectionsOfOneAccountLeaveTheOthersTheirs() async throws {
        let (daemon, _) = try await Kluisd.copy()
        try await daemon.start(["--connections", "16"])
        try open(daemon)
        let held = try (0..<20).map { _ in try Held(daemon, sending: Data()) }
        #expect(try await daemon.ask("GET", "/v1/status").status == 503)
        let other = try await curl(daemon, ["-o", "/dev/null", "-w", "%{http_code}", "http://kluis/v1/status"])
        #expect(other.text == "200", "\(other.text) \(other.errors)")
        withExtendedLifetime(held) {}
        #expect(try await daemon.stop() == 0)
    }

    @Test func aTokenOfAnotherAccount() async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        try open(daemon)
        let joost = try await daemon.signIn("joost", hat: "direction")
        for path in ["session", "households", "households/\(furnished.household)/items/\(furnished.small)"] {
            #expect(try await daemon.ask("GET", "/v1/" + path, as: joost, purpose: "D2").status == 200)
            let stolen = try await curl(
                daemon,
                [
                    "-H", "Authorization: Bearer \(joost)", "-H", "Kluis-Purpose: D2", "-H", "Accept-Language: en", "-w", "\n%{http_code}",
                    "http://kluis/v1/\(path)",
                ])
            #expect(stolen.text.hasSuffix("\n401"), "\(stolen.text)")
            #expect(
                stolen.text.contains("urn:kluis:problem:signInFirst") && stolen.text.contains("belongs to another user of this machine"))
            #expect(!stolen.text.contains("small one"))
        }
        // That it was tried ends nothing for its owner.
        #expect(try await daemon.ask("GET", "/v1/session", as: joost).status == 200)
        #expect(try await daemon.stop() == 0)
    }

    @Test func aChallengeOfAnotherAccount() async throws {
        let (daemon, _) = try await Kluisd.furnished()
        try open(daemon)
        let challenge = try await daemon.challenge("kees", hat: "help")
        let body = try Kluisd.json([
            "challenge": challenge.text, "signature": try await daemon.sign(challenge.text, challenge.namespace, key: "kees"),
        ])
        let relayed = try await curl(
            daemon,
            [
                "-H", "Accept-Language: en", "-H", "Content-Type: application/json", "-d", "@-", "-w", "\n%{http_code}",
                "http://kluis/v1/login",
            ],
            input: body)
        #expect(relayed.text.hasSuffix("\n401") && relayed.text.contains("was used or is unknown"), "\(relayed.text)")
        #expect(!relayed.text.contains("token"))
        #expect(try await daemon.stop() == 0)
    }

    /// Failures in a row are slowed down for the account that makes them, and for no other.
    @Test func failedAttemptsAreSlowedDown() async throws {
        let (daemon, _) = try await Kluisd.furnished()
        try open(daemon)
        let tries = try await curl(
            daemon,
            [
                "-H", "Content-Type: application/json", "-H", "Accept-Language: en", "-d", #"{"challenge":"x","signature":"y"}"#, "-D", "-",
                "http://kluis/v1/login?[1-26]",
            ])
        let statuses = tries.text.matches(of: /HTTP\/1.1 (\d+)/).map { String($0.1) }
        let first = try #require(statuses.firstIndex(of: "429"), "\(statuses)")
        #expect(first >= 20 && statuses[..<first].allSatisfy { $0 == "401" }, "\(statuses)")
        let limited = try #require(tries.text.matches(of: /(?i)retry-after: (\d+)/).first)
        #expect((1...15).contains(Int(limited.1) ?? 0))
        #expect(tries.text.contains("too many failed attempts to sign in") && tries.text.contains(#"["PR-26.2","PR-26.3"]"#))
        #expect(tries.text.contains("otherwise ask the functional administrator"))
        let dutch = try await curl(
            daemon,
            [
                "-H", "Content-Type: application/json", "-H", "Accept-Language: nl", "-d", #"{"challenge":"x","signature":"y"}"#,
                "http://kluis/v1/login",
            ])
        #expect(dutch.text.contains("te veel mislukte pogingen") && dutch.text.contains("seconden opnieuw"), "\(dutch.text)")
        _ = try await daemon.signIn("kees", hat: "help")
        #expect(try await daemon.ledgerVerifies())
        #expect(try await daemon.stop() == 0)
    }
}
