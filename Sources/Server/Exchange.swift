import HTTPTypes
import Household
import Hummingbird
import NIOCore
import Policy
import ReferenceMonitor
import Synchronization
import Wire

/// What the headers and the query of one request say, parsed once. What the route would pass over is refused: a caller who sends it believes that
/// it counts.
struct Exchange: Sendable {
    let language: Language
    let peer: PeerCredentials
    let token: String?
    let purpose: Purpose?
    /// The task that the worker reads items for (PR-10.3), where the caller named one.
    let basis: LegalBasis?
    /// The resident on whose behalf the worker acts, as the caller wrote it.
    let onBehalfOf: String?
    let whyOnly: Bool
    let idempotencyKey: String?
    let ifMatch: UInt64?
    /// The parameters of the query; only those that the route has.
    let query: [String: String]
    let trace: TraceID
    /// A reference in the message that leads to nobody.
    let unresolved = Unresolved()

    init(_ route: Route, _ request: Hummingbird.Request, _ state: RequestState) throws(Problem) {
        let headers = request.headers
        language = Language(headers)
        peer = state.peer
        if case .nothing = route.request, headers[.transferEncoding] != nil || headers[.contentLength].map({ $0 != "0" }) ?? false {
            throw .invalidField(
                "Content-Length",
                Sentence(nl: "stuur geen inhoud mee: dit verzoek leest er geen", en: "send no body: this request reads none"))
        }
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
        let task = headers[Self.name(HeaderName.basis)]
        guard task == nil || route.takesBasis else {
            throw .invalidField(
                HeaderName.basis,
                Sentence(
                    nl: "laat deze kop (--basis) weg: dit verzoek leest geen stuk",
                    en: "leave this header (--basis) out: this request reads no item"))
        }
        basis = try task.map { text throws(Problem) in
            guard let known = LegalBasis(rawValue: text) else {
                throw .invalidField(
                    HeaderName.basis, Sentence(nl: "kies één grondslag uit G1 tot en met G11", en: "choose one basis from G1 to G11"))
            }
            return known
        }
        onBehalfOf = headers[Self.name(HeaderName.onBehalfOf)]
        guard onBehalfOf == nil || route.takesResident else {
            throw .invalidField(
                HeaderName.onBehalfOf,
                Sentence(
                    nl: "laat deze kop (--for) weg: dit verzoek legt geen handeling van een inwoner vast, en toont met haar niet minder",
                    en: "leave this header (--for) out: this request records no resident's act, and shows no less with it"))
        }
        switch headers[Self.name(HeaderName.why)] {
        case nil: whyOnly = false
        case "1" where route.isDecided: whyOnly = true
        case "1":
            throw .invalidField(
                HeaderName.why,
                Sentence(
                    nl: "laat deze kop weg: over dit verzoek beslist het reglement niet",
                    en: "leave this header out: the reglement does not decide on this request"))
        default:
            // Whoever misspells "only ask" must not have it done.
            throw .invalidField(
                HeaderName.why,
                Sentence(nl: "geef 1 om het alleen te vragen, of laat deze kop weg", en: "give 1 to only ask, or leave this header out"))
        }
        if let key = headers[Self.name(HeaderName.idempotencyKey)] {
            guard (1...64).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
                throw .invalidField(
                    HeaderName.idempotencyKey, Sentence(nl: "geef 1 tot 64 zichtbare tekens", en: "give 1 to 64 visible characters"))
            }
            guard route.isChange else {
                throw .invalidField(
                    HeaderName.idempotencyKey,
                    Sentence(
                        nl: "laat deze kop (--idempotency-key) weg: dit verzoek wijzigt niets in het dossier of het register",
                        en: "leave this header (--idempotency-key) out: this request changes nothing in a file or the registry"))
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
            guard route.comparesVersion else {
                throw .invalidField(
                    HeaderName.ifMatch,
                    Sentence(
                        nl: "laat deze kop (--if-match) weg: dit verzoek vergelijkt geen versie",
                        en: "leave this header (--if-match) out: this request compares no version"))
            }
            ifMatch = version
        } else {
            ifMatch = nil
        }
        query = try Self.query(of: request, route.queryParameters)
        trace = headers[Self.name(HeaderName.traceParent)].flatMap(Self.trace) ?? .random()
    }

    private static func query(of request: Hummingbird.Request, _ known: [Route.Parameter]) throws(Problem) -> [String: String] {
        var query: [String: String] = [:]
        // A route without parameters reads nothing behind the question mark, and nothing there can be mistaken for one.
        if known.isEmpty { return query }
        for (key, value) in request.uri.queryParameters {
            guard known.contains(where: { $0.name == key }) else {
                let names = known.map(\.name).joined(separator: ", ")
                throw .invalidField("query", Sentence(nl: "kies uit: \(names)", en: "choose from: \(names)"))
            }
            guard query.updateValue(String(value), forKey: String(key)) == nil else {
                throw .invalidField(String(key), Sentence(nl: "geef dit één keer", en: "give this once"))
            }
        }
        for parameter in known where parameter.isRequired && query[parameter.name] == nil {
            throw .invalidField(
                parameter.name, Sentence(nl: "geef dit mee achter het vraagteken", en: "give this behind the question mark"))
        }
        return query
    }

    /// The number in a parameter of the query; nil when it is not there.
    func number(_ name: String, upTo most: Int) throws(Problem) -> Int? {
        guard let text = query[name] else { return nil }
        guard let number = Int(text), (1...most).contains(number) else {
            throw .invalidField(name, Sentence(nl: "geef een getal van 1 tot \(most)", en: "give a number from 1 to \(most)"))
        }
        return number
    }

    /// The part of a list that was asked for.
    /// - Throws: for a cursor of no entry: told after a permit only, when it is plain what the caller may see.
    func page<Entry>(of all: [Entry], names: Names? = nil, by id: (Entry) -> String) throws(Problem) -> Page<Entry> {
        var rest = all[...]
        if let after = query["after"] {
            guard let index = all.firstIndex(where: { id($0) == after }) else { throw Self.unknownCursor }
            rest = all[(index + 1)...]
        }
        let part = rest.prefix(try number("limit", upTo: Route.pageLimit) ?? Route.pageLimit)
        return Page(entries: Array(part), next: part.count < rest.count ? part.last.map(id) : nil, names: names)
    }

    static let unknownCursor = Problem.invalidField(
        "after",
        Sentence(
            nl: "geef de cursor van de vorige bladzijde, of begin zonder cursor opnieuw",
            en: "give the cursor of the page before, or begin again without one"))

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

/// The first reference that led nowhere: told after a permit, and the first name that nobody in the household has to its director as well.
final class Unresolved: Sendable {
    private let first = Mutex<Problem?>(nil)
    private let name = Mutex<Problem?>(nil)

    func note(_ problem: Problem) { first.withLock { $0 = $0 ?? problem } }

    /// Nobody in the household goes by the name in this field.
    func note(person field: String) {
        let problem = Terms.fail(
            field, "niemand in dit huishouden heet zo, of meer dan één; kluis household show noemt wie er zijn",
            "nobody in this household goes by that name, or more than one does; kluis household show names who there are")
        name.withLock { $0 = $0 ?? problem }
        note(problem)
    }

    /// The first name that nobody has.
    var unknownName: Problem? { name.withLock { $0 } }

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
            return try WireJSON.decode(type, from: bytes, limits: JSONLimits(bytes: limit, depth: 32, elements: Route.listLimit))
        } catch {
            throw Problem.invalid(error)
        }
    }
}
