import Household
import Hummingbird
import Policy
import ReferenceMonitor
import Vault
import Wire

extension VaultServer {
    func createHousehold(_ request: Hummingbird.Request, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let message = try await body(Wire.CreateHousehold.self, request)
        let municipality: OrganisationID
        if let text = message.municipality {
            municipality = try await organisation(text, "municipality", exchange)
        } else {
            municipality = try await onlyMunicipality(caller)
        }
        let number = HouseholdID.random().description.suffix(6).uppercased()
        return try await change(
            Policy.CreateHousehold(municipality: municipality), exchange, by: caller, request: [try WireJSON.encode(message)]
        ) { [vault] grant, transaction in
            let made = try vault.createHousehold(grant, words: HouseholdWording(number: "H-\(number)"), in: transaction)
            return ChangeAnswer(id: made.id.description, state: "intake", articles: [], version: made.revision)
        }
    }

    private func onlyMunicipality(_ caller: Caller) async throws -> OrganisationID {
        let now = operations.clock.now()
        let municipalities = try await monitor.references { [vault] transaction in
            try vault.facts(for: Policy.Subject(.vault), asker: caller.asker, at: now, in: transaction).organisations
                .filter { $0.kind == .municipality }.map(\.id)
        }
        guard municipalities.count == 1, let only = municipalities.first else {
            throw Terms.fail("municipality", "noem de gemeente", "name the municipality")
        }
        return only
    }

    func listHouseholds(_ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let action = Policy.ListHouseholds()
        if exchange.whyOnly {
            return try await why(Attempt(action, by: caller, purpose: exchange.purpose, trace: exchange.trace), exchange)
        }
        let (page, cited) = try await read(action, exchange, by: caller) { [vault, monitor] grant in
            let moment = grant.moment
            let list = try vault.listHouseholds(grant) { facts in
                guard let household = facts.household?.id else { return .nothing }
                return monitor.showing(
                    Policy.ReadCard(household: household), for: caller.asker, purpose: exchange.purpose, at: moment, on: facts)
            }
            return try exchange.page(
                of: list.lines.map {
                    HouseholdBrief(
                        id: $0.household.id.description, number: $0.number, state: $0.household.state.rawValue,
                        director: $0.director?.description)
                }, names: Names(list.names), by: \.id)
        }
        return try json(cite(page, cited), cited.receipt)
    }

    func cite<Entry>(_ page: Page<Entry>, _ cited: Cited) -> Page<Entry> {
        var page = page
        page.articles = cited.articles
        page.receipt = cited.receipt
        return page
    }

    func showHousehold(_ state: RequestState, _ exchange: Exchange, personsOnly: Bool) async throws -> Response {
        let caller = try caller(exchange)
        let household: HouseholdID = try identifier("h", state)
        let action = Policy.ReadCard(household: household)
        if exchange.whyOnly {
            return try await why(Attempt(action, by: caller, purpose: exchange.purpose, trace: exchange.trace), exchange)
        }
        let (card, cited) = try await read(action, exchange, by: caller) { [vault] grant in
            let moment = grant.moment
            return HouseholdCard(try vault.readCard(grant), at: moment)
        }
        var answer = card
        answer.articles = cited.articles
        answer.receipt = cited.receipt
        if personsOnly {
            let page = try exchange.page(of: answer.persons, names: answer.names, by: \.id)
            return try json(cite(page, cited), cited.receipt)
        }
        return try json(answer, cited.receipt, version: answer.version)
    }

    func searchHouseholds(_ request: Hummingbird.Request, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let message = try await body(SearchRequest.self, request)
        guard (1...200).contains(message.term.utf8.count) else {
            throw Terms.fail("term", "geef een zoekterm van 1 tot 200 bytes", "give a search term of 1 to 200 bytes")
        }
        let action = Policy.SearchPerson(token: try vault.searchToken(message.term))
        if exchange.whyOnly {
            return try await why(Attempt(action, by: caller, purpose: exchange.purpose, trace: exchange.trace), exchange)
        }
        let (answer, cited) = try await read(action, exchange, by: caller) { [vault] grant in
            let hits = try vault.searchPerson(grant)
            let hit = hits.first { $0.hasDirector } ?? hits.first
            return SearchAnswer(hasDirector: hit?.hasDirector ?? false, contactRoute: hit?.contactRoute)
        }
        var answerWithSource = answer
        answerWithSource.articles = cited.articles
        answerWithSource.receipt = cited.receipt
        return try json(answerWithSource, cited.receipt)
    }
}

extension HouseholdCard {
    init(_ card: Card, at moment: Moment) {
        let persons = card.persons.map { person, words in
            PersonBrief(
                id: person.id.description, name: words?.fullName ?? "", birthDate: person.birthDay.description,
                relation: person.relation.rawValue,
                livesIn: person.livesIn,
                authority: card.authorities.filter { $0.child == person.id && $0.isHeld(at: moment) }.map(\.holder.description),
                representatives: card.representations.filter { $0.person == person.id && $0.isHeld(at: moment) }
                    .map(\.representative.description))
        }
        self.init(
            id: card.household.id.description, number: card.words?.number, municipality: card.household.municipality.description,
            state: card.household.state.rawValue,
            director: card.director.map {
                WorkerBrief(
                    id: $0.worker.description, handle: card.names.lines[$0.worker.description]?.handle ?? "", name: $0.name,
                    organisation: $0.organisation?.description ?? "")
            },
            persons: persons, personCount: card.count,
            organisations: card.organisations.map {
                OrganisationBrief(
                    id: $0.id.description, handle: card.names.lines[$0.id.description]?.handle ?? "", name: $0.words?.name ?? "",
                    kind: $0.kind?.rawValue, contactRoute: $0.words?.contactRoute)
            }, names: Names(card.names), version: card.revision)
    }
}
