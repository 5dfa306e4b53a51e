import HTTPTypes
import Household
import Hummingbird
import NIOCore
import Policy
import ReferenceMonitor
import Synchronization
import Wire

/// What the headers of one request say, parsed once.
struct Exchange: Sendable {
    let language: Language
    let peer: PeerCredentials
    let token: String?
    let purpose: Purpose?
    /// The task that the worker acts under (PR-10.3), where the caller named one.
    let basis: LegalBasis?
    /// The resident on whose behalf the worker acts, as the caller wrote it.
    let onBehalfOf: String?
    let whyOnly: Bool
    let idempotencyKey: String?
    let ifMatch: UInt64?
    let trace: TraceID
    /// A reference in the message that leads to nobody.
    let unresolved = Unresolved()

    init(_ request: Hummingbird.Request, _ state: RequestState) throws(Problem) {
        let headers = request.headers
        language = Language(headers)
        peer = state.peer
        if headers[.transferEncoding] != nil, headers[.contentLength] != nil { throw .lengthAndChunked }
        if let value = headers[.authorization] {
            guard value.hasPrefix("Bearer ") else { throw .signInFirst(.noSession) }
            token = String(value.dropFirst(7))
        } else {
            token = nil
        }
        if let text = headers[Self.name(HeaderName.purpose)] {
            guard let known = Purpose(text: text) else {
                throw .invalidField(
                    HeaderName.purpose, Sentence(nl: "kies één doel uit D1 tot en met D9", en: "choose one purpose from D1 to D9"))
            }
            purpose = known
        } else {
            purpose = nil
        }
        basis = try headers[Self.name(HeaderName.basis)].map { text throws(Problem) in
            guard let known = LegalBasis(rawValue: text) else {
                throw .invalidField(
                    HeaderName.basis, Sentence(nl: "kies één grondslag uit G1 tot en met G11", en: "choose one basis from G1 to G11"))
            }
            return known
        }
        onBehalfOf = headers[Self.name(HeaderName.onBehalfOf)]
        whyOnly = headers[Self.name(HeaderName.why)] == "1"
        if let key = headers[Self.name(HeaderName.idempotencyKey)] {
            guard (1...64).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
                throw .invalidField(
                    HeaderName.idempotencyKey, Sentence(nl: "geef 1 tot 64 zichtbare tekens", en: "give 1 to 64 visible characters"))
            }
            idempotencyKey = key
        } else {
            idempotencyKey = nil
        }
        if let text = headers[.ifMatch] {
            guard let version = UInt64(text.trimmingCharacters { $0 == "\"" }) else {
                throw .invalidField(
                    HeaderName.ifMatch,
                    Sentence(
                        nl: "geef het versienummer uit de ETag van het laatste antwoord",
                        en: "give the version number in the ETag of the last answer"))
            }
            ifMatch = version
        } else {
            ifMatch = nil
        }
        trace = headers[Self.name(HeaderName.traceParent)].flatMap(Self.trace) ?? .random()
    }

    /// The trace of a `traceparent`. Source: W3C Trace Context §3.2.2.
    private static func trace(_ text: String) -> TraceID? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[0] == "00", parts[1].utf8.count == 32 else { return nil }
        var bytes: [UInt8] = []
        var digits = Array(parts[1].utf8)[...]
        while let high = digits.popFirst(), let low = digits.popFirst() {
            guard let high = hexDigit(high), let low = hexDigit(low) else { return nil }
            bytes.append(high << 4 | low)
        }
        return TraceID(bytes: bytes)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 48
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - 87
        default: nil
        }
    }

    /// A header of our own. The names are constants that HTTP allows.
    static func name(_ text: String) -> HTTPField.Name {
        HTTPField.Name(text) ?? .contentType
    }
}

/// The first reference that led nowhere: told after a permit, and to nobody else.
final class Unresolved: Sendable {
    private let first = Mutex<Problem?>(nil)

    func note(_ problem: Problem) { first.withLock { $0 = $0 ?? problem } }

    /// Throws when there was one.
    func tell() throws(Problem) { if let problem = first.withLock({ $0 }) { throw problem } }
}

extension String {
    func trimmingCharacters(_ test: (Character) -> Bool) -> String {
        var text = Substring(self)
        while let first = text.first, test(first) { text.removeFirst() }
        while let last = text.last, test(last) { text.removeLast() }
        return String(text)
    }
}

/// Bodies in JSON: bounded, strict, decoded into a message before anything is decided.
enum Body {
    static func read<Message: Codable>(_ type: Message.Type, of request: Hummingbird.Request, limit: Int) async throws -> Message {
        if let length = request.headers[.contentLength].flatMap(Int.init), length > limit { throw Problem.tooLarge(limit: limit) }
        var bytes: [UInt8] = []
        do {
            for try await buffer in request.body {
                guard bytes.count + buffer.readableBytes <= limit else { throw Problem.tooLarge(limit: limit) }
                bytes.append(contentsOf: buffer.readableBytesView)
            }
        } catch let problem as Problem {
            throw problem
        } catch {
            throw Problem.truncated
        }
        do {
            return try WireJSON.decode(type, from: bytes, limits: JSONLimits(bytes: limit, depth: 32))
        } catch {
            throw Problem.invalid(error)
        }
    }
}
