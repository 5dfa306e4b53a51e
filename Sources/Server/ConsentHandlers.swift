import Household
import Hummingbird
import Policy
import ReferenceMonitor
import Vault
import Wire

extension VaultServer {
    func registerConsent(_ request: Hummingbird.Request, _ state: RequestState, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let household: HouseholdID = try identifier("h", state)
        let message = try await body(Wire.RegisterConsent.self, request)
        let recipients: ConsentDraft.Recipients =
            message.recipient == "*" ? .everybody : .one(try await organisation(message.recipient, "recipient", exchange))
        let domains: ConsentDraft.Domains =
            message.domains.contains("*") ? .all : .these(try Terms.domains(message.domains, "domains"))
        let form = try Terms.term(SigningMethod.self, message.form, "form")
        var signatures: [ConsentDraft.Signature] = []
        var names: Set<[UInt8]> = []
        for signature in message.signatures {
            guard let text = signature.person ?? exchange.onBehalfOf else {
                throw Terms.fail("signatures", "noem wie heeft getekend", "name who signed")
            }
            // Told by what was written, never by whom it turns out to be: that would tell a stranger who lives in the household.
            guard names.insert(Array(text.utf8)).inserted else {
                throw Terms.fail("signatures", "iedereen tekent één keer", "everybody signs once")
            }
            let party = try await party(text, in: household, "signatures", exchange)
            guard !signatures.contains(where: { $0.party == party }) else { continue }
            let method = try signature.method.map { try Terms.term(SigningMethod.self, $0, "method") }
            signatures.append(.init(party, claimed: try capacity(signature.capacity), method: method))
        }
        let draft = ConsentDraft(
            subject: try await person(message.subject, in: household, "subject", exchange), recipients: recipients, domains: domains,
            purpose: try Terms.term(Purpose.self, message.purpose, "purpose"),
            from: try Terms.day(message.from, "from") ?? operations.clock.now().day, until: try Terms.day(message.until, "until"),
            leafletVersion: try message.leaflet.map { try Terms.label($0, "leaflet") }, signatures: signatures, method: form,
            replaces: try message.replaces.map { try Terms.consent($0, "replaces") })
        let expected = exchange.ifMatch
        let behalf = try await actor(exchange, in: household)
        return try await change(
            Policy.RegisterConsent(household: household, draft: draft), exchange, by: caller, for: behalf?.person,
            request: [Array(household.description.utf8), try WireJSON.encode(message), Array((behalf?.description ?? "").utf8)]
        ) { [vault] grant, transaction in
            ChangeAnswer(try vault.registerConsent(grant, expected: expected, in: transaction))
        }
    }

    func signConsent(_ request: Hummingbird.Request, _ state: RequestState, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let consent: ConsentID = try identifier("c", state)
        let message = try await body(ConsentSignature.self, request)
        let household = try await monitor.references { [vault] in try vault.household(of: consent, in: $0) }
        let signer = try await whose(message.person, "person", exchange, in: household)
        let method = try message.method.map { try Terms.term(SigningMethod.self, $0, "method") } ?? .written
        let expected = exchange.ifMatch
        return try await change(
            Policy.SignConsent(
                household: household, consent: consent, signer: signer, claimed: try capacity(message.capacity), method: method), exchange,
            by: caller, for: signer.person,
            created: false, request: [Array(consent.description.utf8), try WireJSON.encode(message), Array(signer.description.utf8)]
        ) { [vault] grant, transaction in
            ChangeAnswer(try vault.signConsent(grant, expected: expected, in: transaction))
        }
    }

    func withdrawConsent(_ request: Hummingbird.Request, _ state: RequestState, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let consent: ConsentID = try identifier("c", state)
        let message = try await body(Wire.WithdrawConsent.self, request)
        let household = try await monitor.references { [vault] in try vault.household(of: consent, in: $0) }
        let by = try await whose(message.by, "by", exchange, in: household)
        let domains = try message.domains.map { try Terms.domains($0, "domains") }
        let expected = exchange.ifMatch
        return try await change(
            Policy.WithdrawConsent(consent: consent, domains: domains, by: by), exchange, by: caller, for: by.person,
            created: false,
            request: [Array(consent.description.utf8), try WireJSON.encode(message), Array(by.description.utf8)]
        ) { [vault] grant, transaction in
            ChangeAnswer(try vault.withdrawConsent(grant, expected: expected, in: transaction))
        }
    }

    func refuseConsent(_ request: Hummingbird.Request, _ state: RequestState, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let household: HouseholdID = try identifier("h", state)
        let message = try await body(RegisterRefusal.self, request)
        let subject = try await person(message.subject, in: household, "subject", exchange)
        let recipient: Party
        switch (message.recipient, message.person) {
        case (let text?, nil): recipient = .organisation(try await organisation(text, "recipient", exchange))
        case (nil, let text?): recipient = .person(try await person(text, in: household, "person", exchange))
        default:
            throw Terms.fail("recipient", "noem één organisatie of één persoon", "name one organisation or one person")
        }
        let behalf = try await actor(exchange, in: household)
        let by = if let text = message.by { try await party(text, in: household, "by", exchange) } else { behalf ?? .person(subject) }
        let draft = RefusalDraft(
            subject: subject, recipient: recipient, domains: try Terms.domains(message.domains, "domains"),
            purpose: try Terms.term(Purpose.self, message.purpose, "purpose"), by: by)
        let expected = exchange.ifMatch
        return try await change(
            Policy.RefuseConsent(household: household, draft: draft), exchange, by: caller, for: behalf?.person,
            request: [Array(household.description.utf8), try WireJSON.encode(message), Array(by.description.utf8)]
        ) { [vault] grant, transaction in
            let made = try vault.refuseConsent(grant, expected: expected, in: transaction)
            return ChangeAnswer(id: made.id.description, state: "refused", articles: [], version: made.revision)
        }
    }

    func listConsents(_ state: RequestState, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let household: HouseholdID = try identifier("h", state)
        let action = Policy.ListConsents(household: household)
        if exchange.whyOnly {
            return try await why(Attempt(action, by: caller, purpose: exchange.purpose, trace: exchange.trace), exchange)
        }
        let (page, cited) = try await read(action, exchange, by: caller) { [vault] grant in
            let list = try vault.listConsents(grant)
            let consents = list.consents.map { line in
                ConsentBrief(
                    id: line.consent.id.description, subject: line.consent.subject.description,
                    recipient: line.consent.recipient.description, domains: line.domains.map(\.rawValue),
                    purpose: line.consent.purpose.rawValue, from: line.consent.from.description, until: line.consent.until.description,
                    form: line.consent.form?.rawValue,
                    state: line.standing.state,
                    signers: line.consent.givers.map(\.party.description),
                    missing: line.missing.map { MissingSignature($0).named(list.names) },
                    gap: [.pending, .incomplete].contains(line.standing) ? line.gap?.rawValue : nil)
            }
            let refusals = list.refusals.map { refusal in
                ConsentBrief(
                    id: refusal.id.description, subject: refusal.subject.description,
                    recipient: refusal.recipient.organisation?.description, person: refusal.recipient.person?.description,
                    domains: refusal.domains.map(\.rawValue), purpose: refusal.purpose.rawValue, from: refusal.askedOn.day.description,
                    state: "refused", signers: [refusal.by.description], missing: [])
            }
            return try exchange.page(of: consents + refusals, names: Names(list.names), by: \.id)
        }
        return try json(cite(page, cited), cited.receipt)
    }

    /// The capacity that a signer claims; none when the message says nothing about it.
    private func capacity(_ text: String?) throws -> SigningCapacity? {
        try text.map { try Terms.term(SigningCapacity.self, $0, "capacity") }
    }

    /// The resident or guardian body that signs or withdraws: named in the message, else in `Kluis-For`.
    private func whose(_ text: String?, _ field: String, _ exchange: Exchange, in household: HouseholdID?) async throws -> Party {
        if let text { return try await party(text, in: household, field, exchange) }
        guard let actor = try await actor(exchange, in: household) else {
            throw Terms.fail(
                HeaderName.onBehalfOf, "noem de inwoner, of de instelling die voogd is, met --for",
                "name the resident, or the institution that is guardian, with --for")
        }
        return actor
    }
}

extension ChangeAnswer {
    init(_ result: ConsentResult) {
        self.init(
            id: result.id.description, state: result.standing.state,
            missing: result.missing.map { MissingSignature($0).named(result.names) }, articles: [],
            version: result.revision)
    }
}

extension ConsentStanding {
    /// The word of the interface: what waits for signatures is a draft there, as a plan is.
    fileprivate var state: String { self == .pending ? ConsentState.draft.rawValue : rawValue }
}

extension MissingSignature {
    init(_ signer: RequiredSigner) {
        switch signer.party {
        case .person(let id): self.init(kind: "person", id: id.description)
        case .organisation(let id): self.init(kind: "organisation", id: id.description)
        }
    }
}
