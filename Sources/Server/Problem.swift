import HTTPTypes
import Household
import Hummingbird
import NIOCore
import Policy
import ReferenceMonitor
import Wire

/// Everything that can be the matter with a request. A closed list, and this file is the one map from it to what the caller hears.
///
/// Nothing in an answer repeats what the caller sent, and a thing that the caller may not know of is answered with the same bytes as a thing
/// that does not exist.
enum Problem: Error, Sendable {
    case refused(Refused)
    case notFound
    /// A body, header or value that is not what the message has; `field` is its path.
    case invalid(WireError)
    case invalidField(String, Sentence)
    /// What was asked contradicts what is on record: about what, and under which articles.
    case doesNotFit(String, Sentence? = nil, articles: [String])
    case tooLarge(limit: Int)
    case contentTooLarge
    /// As many contents come in as may at once, or as one worker may have come in.
    case busy
    /// As many large contents go out as may at once, or as one worker may have.
    case busyReading
    /// As many connections are open as may be at once, or as one machine account may have.
    case crowded
    case truncated
    /// Bytes that are no request of HTTP.
    case unreadable
    /// The path is there, for these methods.
    case methodNotAllowed([Method])
    /// What is in the way, and what to do about it.
    case conflict(Sentence, next: Sentence)
    case signInFirst(MonitorError.SignInFailure)
    case throttled(Throttled)
    case unwitnessed(Unwitnessed)
    case notRecorded
    case unknown
    case sealed
    case interrupted
    case verificationFailed
    case internalError

    private struct Form {
        let code: ProblemCode
        let status: Int
        let title: Sentence
        let next: Sentence?
        init(_ code: ProblemCode, _ status: Int, _ nl: String, _ en: String, next: Sentence? = nil) {
            self.code = code
            self.status = status
            title = Sentence(nl: nl, en: en)
            self.next = next
        }
    }

    private var form: Form {
        switch self {
        case .refused: Form(.refused, 403, "geweigerd", "refused")
        case .notFound:
            Form(
                .notFound, 404, "niet gevonden, of voor u niet zichtbaar", "not found, or not visible to you",
                next: Sentence(
                    nl: "controleer het kenmerk, of vraag de regisseur of coördinator om betrokkenheid",
                    en: "check the identifier, or ask the director or coordinator for an involvement"))
        case .doesNotFit:
            Form(
                .invalid, 400, "dit past niet bij wat is vastgelegd", "this does not fit what is on record",
                next: Sentence(
                    nl: "bekijk wat er staat (kaart, toestemmingen, plan) en vraag wat daarbij past",
                    en: "look at what is there (card, consents, plan) and ask for what fits it"))
        case .invalid(let error): Form(.invalid, 400, "het verzoek klopt niet", "the request is not valid", next: error.next)
        case .invalidField:
            Form(
                .invalid, 400, "het verzoek klopt niet", "the request is not valid",
                next: Sentence(
                    nl: "verbeter dit veld en stuur het verzoek opnieuw; er is niets gedaan",
                    en: "correct this field and send the request again; nothing was done"))
        case .truncated:
            Form(
                .invalid, 400, "de inhoud hield op voordat die heel was", "the content ended before it was whole",
                next: Sentence(
                    nl: "stuur het geheel opnieuw, met dezelfde idempotency-key; er is niets bewaard",
                    en: "send all of it again, with the same idempotency-key; nothing was kept"))
        case .tooLarge(let limit):
            Form(
                .invalid, 413, "het verzoek is groter dan is toegestaan", "the request is larger than allowed",
                next: Sentence(nl: "stuur ten hoogste \(limit) bytes", en: "send at most \(limit) bytes"))
        case .contentTooLarge:
            Form(
                .invalid, 413, "het stuk is groter dan is toegestaan of aangekondigd", "the item is larger than allowed or announced",
                next: Sentence(
                    nl: "kondig de lengte aan die komt, of deel het stuk op; de beheerder kent de grens (item-limit)",
                    en: "announce the length that comes, or divide the item; the administrator knows the limit (item-limit)"))
        case .busy:
            Form(
                .busy, 503, "er komen al zoveel stukken binnen als tegelijk kan", "as many items are coming in as can at once",
                next: Sentence(
                    nl: "probeer het over enkele seconden opnieuw, met dezelfde idempotency-key",
                    en: "try again in a few seconds, with the same idempotency-key"))
        case .busyReading:
            Form(
                .busy, 503, "er worden al zoveel grote stukken gelezen als tegelijk kan",
                "as many large items are being read as can be at once",
                next: Sentence(
                    nl: "lees er minder tegelijk, en probeer het over enkele seconden opnieuw",
                    en: "read fewer at once, and try again in a few seconds"))
        case .crowded:
            Form(
                .busy, 503, "er staan al zoveel verbindingen open als tegelijk kan", "as many connections are open as can be at once",
                next: Sentence(
                    nl: "sluit verbindingen die u niet gebruikt en probeer het over enkele seconden opnieuw",
                    en: "close connections that you do not use, and try again in a few seconds"))
        case .unreadable:
            Form(
                .invalid, 400, "dit is niet te lezen als HTTP-verzoek", "this cannot be read as a request of HTTP",
                next: Sentence(
                    nl: "stuur HTTP/1.1, met ten hoogste 80 KiB aan koppen, en content-length of chunked, niet beide",
                    en: "send HTTP/1.1, with 80 KiB of headers at most, and content-length or chunked, not both"))
        case .methodNotAllowed:
            Form(
                .invalid, 405, "dit kan hier niet", "this cannot be done here",
                next: Sentence(nl: "/v1/openapi.json noemt wat hier kan", en: "/v1/openapi.json names what can be done here"))
        case .conflict(_, let next): Form(.conflict, 409, "iemand was u voor", "somebody was first", next: next)
        case .signInFirst(.tokenOfAnotherUser):
            Form(
                .signInFirst, 401, "deze sessie hoort bij een andere gebruiker van deze machine",
                "this session belongs to another user of this machine", next: Self.signIn)
        case .signInFirst(.sessionExpired):
            Form(.signInFirst, 401, "de sessie is na tien minuten gesloten", "the session was closed after ten minutes", next: Self.signIn)
        case .signInFirst(.locked):
            Form(
                .signInFirst, 401, "het account is geblokkeerd na vijf mislukte pogingen",
                "the account is locked after five failed attempts",
                next: Sentence(
                    nl: "vraag de functioneel beheerder; bent u dat zelf, dan de coördinator of de privacy officer",
                    en: "ask the functional administrator; if that is you, the coordinator or the privacy officer"))
        case .signInFirst(.expiredChallenge), .signInFirst(.unknownChallenge):
            Form(
                .signInFirst, 401, "deze inlogvraag is verlopen, gebruikt of onbekend",
                "this challenge has expired, was used or is unknown",
                next: Sentence(nl: "vraag een nieuwe en teken die binnen een minuut", en: "ask for a new one and sign it within a minute"))
        case .signInFirst(.foreignNamespace):
            Form(
                .signInFirst, 401, "de handtekening is voor iets anders gezet", "the signature was made for something else",
                next: Sentence(
                    nl: "teken in de naamruimte die bij de inlogvraag staat", en: "sign in the namespace that came with the challenge"))
        case .signInFirst(.noSession): Form(.signInFirst, 401, "log eerst in", "sign in first", next: Self.signIn)
        case .signInFirst:
            Form(
                .signInFirst, 401, "inloggen is niet gelukt", "signing in failed",
                next: Sentence(
                    nl: "controleer medewerker en sleutel; na vijf pogingen wordt het account geblokkeerd",
                    en: "check worker and key; after five attempts the account is locked"))
        case .throttled(let throttled):
            switch throttled.deed {
            case .search:
                Form(
                    .refused, 429, "te vaak gezocht in korte tijd", "searched too often in a short time",
                    next: Sentence(
                        nl: "zoek over \(throttled.seconds) seconden opnieuw; overleg met de coördinator als u vaker moet zoeken",
                        en: "search again in \(throttled.seconds) seconds; consult the coordinator if you have to search more often"))
            case .signIn:
                Form(
                    .refused, 429, "te veel mislukte pogingen om in te loggen", "too many failed attempts to sign in",
                    next: Sentence(
                        nl: "probeer het over \(throttled.seconds) seconden opnieuw; vraag anders de functioneel beheerder",
                        en: "try again in \(throttled.seconds) seconds; otherwise ask the functional administrator"))
            }
        case .unwitnessed(let unwitnessed):
            Form(
                .refused, 403, "de kluis is alleen te lezen: sinds \(unwitnessed.since) heeft geen getuige het logboek gezien",
                "the vault is read-only: no witness has seen the log since \(unwitnessed.since)",
                next: Sentence(
                    nl:
                        "vraag de beheerder de getuigen bereikbaar te maken, of de privacy officer om kluis ledger checkpoint of kluis ledger cosignature add; intrekken en beëindigen gaan door",
                    en:
                        "ask the administrator to bring the witnesses back, or the privacy officer for kluis ledger checkpoint or kluis ledger cosignature add; withdrawing and ending go on"
                ))
        case .notRecorded:
            Form(
                .notRecorded, 503, "niet vastgelegd, niets gedaan", "not recorded, nothing done",
                next: Sentence(
                    nl: "probeer het opnieuw; blijft het zo, bel de beheerder", en: "try again; if it stays so, call the administrator"))
        case .unknown:
            Form(
                .unknown, 503, "onbekend of het is vastgelegd", "unknown whether it was recorded",
                next: Sentence(
                    nl: "vraag het opnieuw met dezelfde idempotency-key", en: "ask again with the same idempotency-key"))
        case .sealed:
            Form(
                .sealed, 503, "de kluis is verzegeld", "the vault is sealed",
                next: Sentence(nl: "vraag de beheerder de kluis te openen", en: "ask the administrator to unseal it"))
        case .interrupted:
            Form(
                .interrupted, 403, "afgebroken", "interrupted",
                next: Sentence(
                    nl: "vraag het opnieuw: het antwoord zegt waarom het niet meer mag", en: "ask again: the answer says why not any more"))
        case .verificationFailed:
            Form(
                .verificationFailed, 500, "de opslag klopt niet met wat is vastgelegd", "the store does not match what was recorded",
                next: Sentence(nl: "raak niets aan en bel de privacy officer", en: "touch nothing and call the privacy officer"))
        case .internalError:
            Form(
                .internal, 500, "er ging iets mis in de kluis", "something went wrong in the vault",
                next: Sentence(nl: "probeer het opnieuw en meld het de beheerder", en: "try again and tell the administrator"))
        }
    }

    /// What ``busy``, ``busyReading`` and ``crowded`` say of when to come back. Source: RFC 9110 §10.2.3.
    private static let retrySeconds = 2
    private static let signIn = Sentence(nl: "log in met kluis login", en: "sign in with kluis login")

    /// The problem document (RFC 9457) in the caller's language.
    func document(_ language: Language) -> ProblemDocument {
        let form = form
        var document = ProblemDocument(
            code: form.code, status: form.status, title: form.title(language), next: form.next?(language))
        switch self {
        case .refused(let refused):
            document.detail = refused.refusal.sentences.map { $0(language) }.joined(separator: "\n")
            let steps = refused.refusal.nextSteps.map { $0(language) }
            document.next = steps.isEmpty ? nil : steps.joined(separator: "\n")
            document.articles = refused.refusal.articles.map(\.description)
            document.receipt = refused.receipt
        case .invalid(let error):
            document.field = error.field
            document.detail = error.sentence(language)
        case .invalidField(let field, let sentence):
            document.field = field
            document.detail = sentence(language)
        case .doesNotFit(let about, let sentence, let articles):
            document.field = about
            document.detail = sentence?(language)
            document.articles = articles
        case .throttled(let throttled):
            document.articles = throttled.articles
            document.receipt = throttled.receipt
        case .unwitnessed(let unwitnessed):
            document.articles = unwitnessed.articles
            document.receipt = unwitnessed.receipt
        case .conflict(let sentence, _): document.detail = sentence(language)
        default: break
        }
        return document
    }

    /// The answer.
    ///
    /// INVARIANT: a not-found is the same bytes whatever its cause; its receipt travels nowhere.
    func response(language: Language) -> Response {
        let document = document(language)
        let body = (try? WireJSON.encode(document)) ?? []
        var headers: HTTPFields = [.contentType: MediaType.problem, .contentLength: "\(body.count)"]
        switch self {
        case .busy, .busyReading, .crowded: headers[.retryAfter] = "\(Self.retrySeconds)"
        default: break
        }
        if case .methodNotAllowed(let methods) = self { headers[.allow] = methods.map(\.rawValue).joined(separator: ", ") }
        if case .throttled(let throttled) = self { headers[.retryAfter] = "\(throttled.seconds)" }
        return Response(status: .init(code: document.status), headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }
}

extension Bilingual {
    func callAsFunction(_ language: Language) -> String { language == .nl ? nl : en }
}
