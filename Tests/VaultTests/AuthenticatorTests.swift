import Foundation
import Household
import Policy
import Sealing
import Synchronization
import Testing

@testable import ReferenceMonitor
@testable import Vault

/// The authenticator over a real vault, with clocks that can be moved apart and a hardware key in software.
private final class Door: Sendable {
    final class Clocks: Sendable {
        let now: Mutex<Moment>
        let elapsed = Mutex(Duration.seconds(1000))
        init(_ start: Moment) { now = Mutex(start) }
    }

    let test: TestVault
    let clocks: Clocks
    let authenticator: Authenticator
    private let token: Ed25519.SigningKey

    init() async throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let folder = root.appending(path: "Policies")
        func text(_ name: String) throws -> String { try String(contentsOf: folder.appending(path: name), encoding: .utf8) }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().filter { $0.hasSuffix(".cedar") }
        let engine = try PolicyEngine(policies: names.map { (file: $0, text: try text($0)) }, schema: text("kluis.cedarschema"))
        let test = try await TestVault.make()
        let clocks = Clocks(test.cast.start.adding(milliseconds: 60_000))
        let token = try Ed25519.SigningKey.generate()
        let key = WorkerKey(
            id: .random(), worker: test.cast.kees, type: .securityKeyEd25519, publicKey: try #require(Bytes32(token.publicKey.bytes)),
            peerUIDs: [1000],
            addedAt: test.cast.start, state: .active)
        _ = try await test.change(EnrolKey(key: key), by: test.cast.lotte, hat: nil) { [vault = test.vault] grant, transaction in
            try vault.enrolKey(grant, in: transaction).id
        }
        self.test = test
        self.clocks = clocks
        self.token = token
        authenticator = Authenticator(
            identity: test.vault.identity, source: test.vault, writer: test.writer, log: test.log, engine: engine,
            clock: Clock(now: { clocks.now.withLock { $0 } }, elapsed: { clocks.elapsed.withLock { $0 } }))
    }

    /// Signs a challenge as a touched hardware key does, and armours it. Source: OpenSSH PROTOCOL.sshsig, PROTOCOL.u2f.
    func sign(_ challenge: Challenge, counter: UInt32) throws -> String {
        let type = Array("sk-ssh-ed25519@openssh.com".utf8), application = Array("ssh:".utf8), flags: [UInt8] = [1]
        let namespace = Array(challenge.namespace.utf8), hash = Array("sha512".utf8)
        var message = Array("SSHSIG".utf8)
        for part in [namespace, [], hash, SHA512.hash(Array(challenge.text.utf8))] { message += SSHReader.encode(part) }
        let after = flags + SSHReader.bigEndian(counter)
        let signature = try token.sign(SHA256.hash(application).bytes + after + SHA256.hash(message).bytes)
        let key = SSHReader.encode(type) + SSHReader.encode(token.publicKey.bytes) + SSHReader.encode(application)
        let signed = SSHReader.encode(type) + SSHReader.encode(signature) + after
        let blob =
            Array("SSHSIG".utf8) + SSHReader.bigEndian(1) + SSHReader.encode(key) + SSHReader.encode(namespace) + SSHReader.encode([])
            + SSHReader.encode(hash) + SSHReader.encode(signed)
        return "-----BEGIN SSH SIGNATURE-----\n" + Data(blob).base64EncodedString() + "\n-----END SSH SIGNATURE-----\n"
    }

    func challenge() -> Challenge { authenticator.challenge(worker: "kees", hat: .help, peer: 1000) }

    /// Nil when it succeeds.
    func signIn(_ challenge: Challenge, _ signature: String) async throws -> MonitorError? {
        do {
            _ = try await authenticator.signIn(
                challenge: challenge.text, signature: signature, peer: 1000,
                trace: try #require(TraceID(bytes: [UInt8](repeating: 3, count: 16))))
            return nil
        } catch let error as MonitorError { return error }
    }
}

@Suite struct AuthenticatorTests {
    /// A challenge is good for a minute by both clocks: setting the wall clock back makes it live no longer.
    @Test func aChallengeExpiresWhateverTheWallClockSays() async throws {
        let door = try await Door()
        let first = door.challenge()
        door.clocks.elapsed.withLock { $0 += .seconds(59) }
        #expect(try await door.signIn(first, door.sign(first, counter: 1)) == nil)
        let second = door.challenge()
        door.clocks.elapsed.withLock { $0 += .seconds(61) }
        door.clocks.now.withLock { $0 = $0.adding(milliseconds: -3_600_000) }
        #expect(try await door.signIn(second, door.sign(second, counter: 2)) == .signIn(.expiredChallenge))
        // Nor does it live again when only the other clock says that time passed.
        let third = door.challenge()
        door.clocks.now.withLock { $0 = $0.adding(milliseconds: 61_000) }
        #expect(try await door.signIn(third, door.sign(third, counter: 3)) == .signIn(.expiredChallenge))
    }

    /// A hardware key counts up; one that does not was copied.
    @Test func aCounterThatWentBackIsRefused() async throws {
        let door = try await Door()
        func attempt(_ counter: UInt32) async throws -> MonitorError? {
            let challenge = door.challenge()
            return try await door.signIn(challenge, door.sign(challenge, counter: counter))
        }
        #expect(try await attempt(7) == nil)
        #expect(try await attempt(7) == .signIn(.counterWentBack))
        #expect(try await attempt(6) == .signIn(.counterWentBack))
        #expect(try await attempt(0) == .signIn(.counterWentBack))
        #expect(try await attempt(8) == nil)
    }
}
