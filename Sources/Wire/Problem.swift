/// Every way in which a request can fail, with what the socket and the command line say about it.
public enum ProblemCode: String, Codable, CaseIterable, Sendable {
    /// The reglement says no, and the caller may know that the thing exists; with status 429, not so often.
    case refused
    /// The request cannot be read or breaks a rule of form.
    case invalid
    /// No such thing, or none that the caller may know of: one text for both.
    case notFound
    /// Nobody answers on the socket. Said by a client, never by the daemon.
    case unreachable
    /// The vault is sealed: it has no keys.
    case sealed
    /// Something stored does not verify.
    case verificationFailed
    /// Somebody was first, or the same Idempotency-Key came with another request.
    case conflict
    /// No live session.
    case signInFirst
    /// The line could not be written: nothing is done.
    case notRecorded
    /// There is no room for this request now: nothing is done.
    case busy
    /// It is not known whether the commit happened: ask again with the same Idempotency-Key.
    case unknown
    /// The answer ended before it was whole. Said by a client, never by the daemon.
    case interrupted
    /// A fault of the daemon.
    case `internal`

    /// The HTTP statuses that carry it, the usual one first; empty where a client says it.
    public var statuses: [Int] {
        switch self {
        case .refused: [403, 429]
        case .invalid: [400, 405, 411, 413, 414, 415, 417, 422, 431]
        case .notFound: [404]
        case .unreachable, .interrupted: []
        case .sealed: [503]
        case .verificationFailed: [500]
        case .conflict: [409, 412]
        case .signInFirst: [401]
        case .notRecorded, .busy, .unknown: [503]
        case .internal: [500]
        }
    }

    /// The exit code of the command line.
    public var exitCode: Int32 {
        switch self {
        case .refused, .interrupted: 1
        case .invalid: 2
        case .notFound: 3
        case .unreachable, .sealed: 4
        case .verificationFailed: 5
        case .conflict: 6
        case .signInFirst: 7
        case .notRecorded, .busy, .unknown: 8
        case .internal: 70
        }
    }

    /// The `type` of the problem document, for ever the same: `urn:kluis:problem:<code>`.
    public var type: String { "urn:kluis:problem:\(rawValue)" }

    /// The code of a `type`; nil for a type that is none of these.
    public init?(type: String) {
        let prefix = "urn:kluis:problem:"
        guard type.utf8.starts(with: prefix.utf8) else { return nil }
        self.init(rawValue: String(type.dropFirst(prefix.count)))
    }

    /// The code that a bare status means, for an answer without a problem document.
    public init(status: Int) {
        self =
            switch status {
            case 401: .signInFirst
            case 403, 429: .refused
            case 404: .notFound
            case 409, 412: .conflict
            case 400..<500: .invalid
            case 503: .sealed
            default: .internal
            }
    }
}

/// A problem document. `title`, `detail` and `next` are in the caller's language and end without a full stop.
///
/// Source: RFC 9457 §3.1, with the members `next`, `articles` and `receipt` of our own (§3.2).
public struct ProblemDocument: Codable, Equatable, Sendable {
    public var type: String
    public var title: String
    public var status: Int
    /// For a refusal: the sentences of the articles that decided, one a line.
    public var detail: String?
    /// The next lawful steps, one a line.
    public var next: String?
    /// `PR-13.2` …, those that decided first.
    public var articles: [String]?
    /// The index of the log line.
    public var receipt: UInt64?
    /// The field or header that is wrong, for `invalid`.
    public var field: String?

    public init(
        code: ProblemCode, status: Int? = nil, title: String, detail: String? = nil, next: String? = nil,
        articles: [String]? = nil, receipt: UInt64? = nil, field: String? = nil
    ) {
        type = code.type
        self.title = title
        self.status = status ?? code.statuses.first ?? 500
        self.detail = detail
        self.next = next
        self.articles = articles
        self.receipt = receipt
        self.field = field
    }

    /// The code of `type`; a type unknown to this side is read by its status.
    public var code: ProblemCode { ProblemCode(type: type) ?? ProblemCode(status: status) }
}
