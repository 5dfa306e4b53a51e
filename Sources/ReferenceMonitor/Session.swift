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
        SessionToken(text: prefix + Base64.encodeURL(RandomBytes.generate(32)))
    }
}

extension Base64 {
    private static let urlAlphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// Base64url without padding. Source: RFC 4648 §5.
    static func encodeURL(_ bytes: [UInt8]) -> String {
        var output: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let group = bytes[index..<min(index + 3, bytes.count)]
            var value = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            var characters: [UInt8] = []
            for _ in 0..<4 {
                characters.append(urlAlphabet[Int(value & 63)])
                value >>= 6
            }
            output += characters.reversed().prefix(group.count + 1)
            index += 3
        }
        return String(decoding: output, as: UTF8.self)
    }
}
