import Household
import Hummingbird
import ReferenceMonitor
import Vault
import Wire

// References in messages and paths: an identifier, or a handle (workers, organisations), or a given name in lower case (persons of one
// household). Resolving opens no names and decides nothing; what comes out is decided on like any other identifier, and a reference to nothing
// becomes an identifier of nothing, so that it is refused by the reglement and not here. Only who was permitted hears that nobody goes by that
// handle or name (`Exchange/unresolved`), and the director, who knows everybody in the household: anybody else could try them out.

extension VaultServer {
    /// An identifier in the path. One that cannot be an identifier is a thing that does not exist.
    func identifier<Kind: IdentifierKind>(_ name: String, _ state: RequestState) throws -> Identifier<Kind> {
        guard let text = state.parameters.get(name), let id = Identifier<Kind>(text) else { throw Problem.notFound }
        return id
    }

    func worker(_ text: String, _ field: String, _ exchange: Exchange) async throws -> WorkerID {
        if let id = WorkerID(text) { return id }
        guard Handle(text) != nil else {
            throw Terms.fail(field, "noem een medewerker, met kenmerk of korte naam", "name a worker, by identifier or handle")
        }
        if let id = try await monitor.references({ [vault] in try vault.worker(handle: text, in: $0) }) { return id }
        exchange.unresolved.note(
            Terms.fail(
                field, "deze medewerker is niet geregistreerd; kluis worker list noemt wie dat is",
                "this worker is not registered; kluis worker list names who is"))
        return .random()
    }

    func organisation(_ text: String, _ field: String, _ exchange: Exchange) async throws -> OrganisationID {
        if let id = OrganisationID(text) { return id }
        guard Handle(text) != nil else {
            throw Terms.fail(field, "noem een organisatie, met kenmerk of korte naam", "name an organisation, by identifier or handle")
        }
        if let id = try await monitor.references({ [vault] in try vault.organisation(handle: text, in: $0) }) { return id }
        exchange.unresolved.note(
            Terms.fail(
                field, "deze organisatie is niet geregistreerd; kluis organisation list noemt wie dat is",
                "this organisation is not registered; kluis organisation list names who is"))
        return .random()
    }

    func person(_ text: String, in household: HouseholdID, _ field: String, _ exchange: Exchange? = nil) async throws -> PersonID {
        let people = try await persons([text], in: household, field, exchange)
        return people.first ?? .random()
    }

    /// Residents by identifier or given name, each name looked up once and all in one transaction.
    func persons(
        _ texts: [String], in household: HouseholdID, _ field: String, _ exchange: Exchange? = nil
    ) async throws -> SortedSet<PersonID> {
        let names = Set(texts.filter { PersonID($0) == nil })
        let known = texts.compactMap { PersonID($0) }
        guard !names.isEmpty else { return SortedSet(known) }
        let found = try await monitor.references { [vault] transaction in
            try names.map { try vault.person(givenName: $0, household: household, in: transaction) }
        }
        if found.contains(nil) { exchange?.unresolved.note(person: field) }
        // Who may not know the household may not learn from this who lives in it: a name that nobody has becomes a random identifier.
        return SortedSet(known + found.map { $0 ?? .random() })
    }

    /// A resident, or the organisation that the court made guardian of one (PR-12.1): by identifier, given name or handle, residents first.
    /// What a consent or plan that does not exist names has no household, and that must not show in how a name is answered.
    func party(_ text: String, in household: HouseholdID?, _ field: String, _ exchange: Exchange) async throws -> Party {
        if let party = Party(text) { return party }
        guard let household else { return .person(.random()) }
        let (person, organisation) = try await monitor.references { [vault] in
            // Both, whatever the first gives: the work would tell who lives there.
            (
                try vault.person(givenName: text, household: household, in: $0),
                try vault.organisation(handle: text, in: $0)
            )
        }
        if person == nil, organisation == nil { exchange.unresolved.note(person: field) }
        return person.map { .person($0) } ?? organisation.map { .organisation($0) } ?? .person(.random())
    }

    /// The resident or guardian body in `Kluis-For`, where the household is known: whose act is recorded.
    func actor(_ exchange: Exchange, in household: HouseholdID?) async throws -> Party? {
        guard let text = exchange.onBehalfOf else { return nil }
        return try await party(text, in: household, HeaderName.onBehalfOf, exchange)
    }

    /// The resident in `Kluis-For` of a reading, where the household is known.
    func onBehalfOf(_ exchange: Exchange, in household: HouseholdID?) async throws -> PersonID? {
        guard let text = exchange.onBehalfOf else { return nil }
        // A plan or consent that does not exist has no household; that must not show in how a name is answered.
        guard let household else { return PersonID(text) ?? .random() }
        // A reading may show that a household is there and nobody in it: whoever does it hears nothing of a name.
        return try await person(text, in: household, HeaderName.onBehalfOf)
    }

    /// A person or the household as a whole.
    func subject(_ text: String, in household: HouseholdID, _ field: String, _ exchange: Exchange) async throws -> Household.Subject {
        if text == "household" || text == "huishouden" || text == household.description { return .household(household) }
        return .person(try await person(text, in: household, field, exchange))
    }
}
