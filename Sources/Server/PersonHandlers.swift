import Household
import Hummingbird
import Policy
import ReferenceMonitor
import Vault
import Wire

extension VaultServer {
    func addPerson(_ request: Hummingbird.Request, _ state: RequestState, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let household: HouseholdID = try identifier("h", state)
        let message = try await body(Wire.AddPerson.self, request)
        let person = Person(
            id: .random(), household: household, birthDay: try Terms.day(message.birthDate, "birthDate"),
            relation: try Terms.relation(message.relation, "relation"), livesIn: message.livesIn ?? true,
            secretAddress: message.secretAddress ?? false)
        guard !person.secretAddress || (message.address ?? "").isEmpty else {
            throw Terms.fail(
                "address", "een geheim adres hoort in de afgeschermde map, niet op de kaart (PR-19.3); laat het hier weg",
                "a secret address belongs in the sealed folder, not on the card (PR-19.3); leave it out here")
        }
        let given = try Terms.words(message.givenName, "givenName", limit: 200)
        guard !given.isEmpty else { throw Terms.fail("givenName", "de voornaam ontbreekt", "the given name is missing") }
        let words = PersonWords(
            id: person.id, givenName: given, familyName: try Terms.words(message.familyName, "familyName", limit: 200),
            address: try Terms.words(message.address ?? "", "address"), phone: try Terms.words(message.phone ?? "", "phone", limit: 200),
            email: try Terms.words(message.email ?? "", "email", limit: 400),
            languageNeeds: try Terms.words(message.language ?? "", "language", limit: 200))
        let expected = exchange.ifMatch
        return try await change(
            Policy.AddPerson(household: household, person: person), exchange, by: caller,
            request: [Array(household.description.utf8), try WireJSON.encode(message)]
        ) { [vault] grant, transaction in
            let made = try vault.addPerson(grant, words: words, expected: expected, in: transaction)
            return ChangeAnswer(id: made.id.description, articles: [], version: made.revision)
        }
    }

    func recordAuthority(_ request: Hummingbird.Request, _ state: RequestState, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let household: HouseholdID = try identifier("h", state)
        let message = try await body(Wire.RecordAuthority.self, request)
        let kind = try Terms.term(AuthorityKind.self, message.kind, "kind")
        let holder: Party =
            kind == .guardianBody
            ? .organisation(try await organisation(message.holder, "holder", exchange))
            : .person(try await person(message.holder, in: household, "holder", exchange))
        let period = try Terms.period(message.from, message.until, today: operations.clock.now().day)
        let record = Authority(
            id: .random(), household: household, child: try await person(message.child, in: household, "child", exchange), holder: holder,
            kind: kind,
            evidence: try Terms.evidence(message.evidence, "evidence"), from: period.from, until: period.until)
        let expected = exchange.ifMatch
        return try await change(
            Policy.RecordAuthority(household: household, record: record), exchange, by: caller,
            request: [Array(household.description.utf8), try WireJSON.encode(message)]
        ) { [vault] grant, transaction in
            let made = try vault.recordAuthority(grant, expected: expected, in: transaction)
            return ChangeAnswer(id: made.id.description, articles: [], version: made.revision)
        }
    }

    func recordRepresentation(_ request: Hummingbird.Request, _ state: RequestState, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let household: HouseholdID = try identifier("h", state)
        let message = try await body(Wire.RecordRepresentation.self, request)
        let period = try Terms.period(message.from, message.until, today: operations.clock.now().day)
        let record = Representation(
            id: .random(), household: household, person: try await person(message.person, in: household, "person", exchange),
            representative: .person(try await person(message.representative, in: household, "representative", exchange)),
            kind: try Terms.term(RepresentationKind.self, message.kind, "kind"),
            evidence: try Terms.evidence(message.evidence, "evidence"), from: period.from, until: period.until)
        let expected = exchange.ifMatch
        return try await change(
            Policy.RecordRepresentation(household: household, record: record), exchange, by: caller,
            request: [Array(household.description.utf8), try WireJSON.encode(message)]
        ) { [vault] grant, transaction in
            let made = try vault.recordRepresentation(grant, expected: expected, in: transaction)
            return ChangeAnswer(id: made.id.description, articles: [], version: made.revision)
        }
    }

    func recordIncapacity(_ request: Hummingbird.Request, _ state: RequestState, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let household: HouseholdID = try identifier("h", state)
        let message = try await body(Wire.RecordIncapacity.self, request)
        guard let judge = caller.worker else { throw Problem.signInFirst(.noSession) }
        guard let text = message.until else {
            throw Terms.fail("until", "een oordeel heeft een einddatum (PR-12.4)", "a judgement has an end date (PR-12.4)")
        }
        let reason = try Terms.words(message.reason, "reason")
        let record = IncapacityJudgement(
            id: .random(), household: household, person: try await person(message.person, in: household, "person", exchange),
            judgedBy: judge,
            judgedAt: operations.clock.now(), until: try Terms.day(text, "until"))
        let words = IncapacityWords(id: record.id, reason: reason)
        let expected = exchange.ifMatch
        return try await change(
            Policy.RecordIncapacity(household: household, record: record, reasonGiven: !reason.isEmpty), exchange, by: caller,
            request: [Array(household.description.utf8), try WireJSON.encode(message)]
        ) { [vault] grant, transaction in
            let made = try vault.recordIncapacity(grant, words: words, expected: expected, in: transaction)
            return ChangeAnswer(id: made.id.description, articles: [], version: made.revision)
        }
    }

    func declareConflict(_ request: Hummingbird.Request, _ state: RequestState, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let household: HouseholdID = try identifier("h", state)
        let message = try await body(Wire.DeclareConflict.self, request)
        let kind = try Terms.term(
            ConflictKind.self, message.kind, "kind",
            aliases: ["exPartner": .formerPartner, "buur": .neighbour, "familie": .family, "vriend": .friend, "collega": .colleague])
        return try await change(
            Policy.DeclareConflict(household: household, kind: kind), exchange, by: caller,
            request: [Array(household.description.utf8), try WireJSON.encode(message)]
        ) { [vault] grant, transaction in
            let made = try vault.declareConflict(grant, note: "", in: transaction)
            return ChangeAnswer(id: made.id.description, articles: [], version: made.revision)
        }
    }
}
