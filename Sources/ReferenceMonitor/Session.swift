import Encodings
import Household
import Sealing
import Synchronization

/// One signed-in worker, in one hat, on one machine account. Lives in memory only.
final class Session: Sendable {
    let worker: WorkerID
    let handle: String
    let organisation: OrganisationID
    let hat: Hat?
    let peer: UInt32
    let started: Moment
    private struct Use { var last: Duration, ended = false }
    private let use: Mutex<Use>

    /// Ten minutes without a request end a session (PR-26.3).
    static let idleLimit: Duration = .seconds(Caller.idleSeconds)

    init(worker: WorkerID, handle: String, organisation: OrganisationID, hat: Hat?, peer: UInt32, started: Moment, at elapsed: Duration) {
        self.worker = worker
        self.handle = handle
        self.organisation = organisation
        self.hat = hat
        self.peer = peer
        self.started = started
        use = Mutex(Use(last: elapsed))
    }

    /// Notes a use; false when the session had ended or was idle too long.
    func touch(at elapsed: Duration) -> Bool {
        use.withLock { use in
            if elapsed - use.last > Self.idleLimit { use.ended = true }
            if !use.ended { use.last = elapsed }
            return !use.ended
        }
    }

    /// True while the session may still be used, without counting as a use.
    func isLive(at elapsed: Duration) -> Bool {
        use.withLock { !$0.ended && elapsed - $0.last <= Self.idleLimit }
    }

    /// Whether it was ended: signed out, or the vault was sealed.
    var hasEnded: Bool { use.withLock { $0.ended } }

    func end() { use.withLock { $0.ended = true } }
}

/// The bearer token of a session: 32 random bytes. Only its digest is kept.
public struct SessionToken: Sendable {
    /// The token as the client sends it: 43 characters of base64url behind `kluis-session-`.
    public let text: String

    static let prefix = "kluis-session-"

    static func digest(of text: String) -> [UInt8]? {
        guard text.utf8.count == prefix.utf8.count + 43, text.hasPrefix(prefix) else { return nil }
        return SHA256.hash(Array(text.utf8)).bytes
    }

    static func random() -> SessionToken {
        SessionToken(text: prefix + Base64URL.encode(RandomBytes.generate(32)))
    }
}
