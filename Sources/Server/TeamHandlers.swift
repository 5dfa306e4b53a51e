import Household
import Hummingbird
import Policy
import ReferenceMonitor
import Vault
import Wire

extension VaultServer {
    func appointDirector(_ request: Hummingbird.Request, _ state: RequestState, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let household: HouseholdID = try identifier("h", state)
        let message = try await body(Wire.AppointDirector.self, request)
        let reason = try Terms.words(message.reason ?? "", "reason")
        let preference: DirectorPreference
        switch message.preference {
        case "none": preference = .none
        case "followed": preference = .followed
        case "deviated": preference = .deviated(reasonGiven: !reason.isEmpty)
        default: throw Terms.fail("preference", "kies uit: followed, none, deviated", "choose from: followed, none, deviated")
        }
        let wording = AppointmentWording(preference: message.preference, reason: reason)
        let expected = exchange.ifMatch
        return try await change(
            Policy.AppointDirector(
                household: household, worker: try await worker(message.worker, "worker", exchange), preference: preference),
            exchange,
            by: caller, request: [Array(household.description.utf8), try WireJSON.encode(message)]
        ) { [vault] grant, transaction in
            let made = try vault.appointDirector(grant, words: wording, expected: expected, in: transaction)
            return ChangeAnswer(id: made.id.description, state: "active", articles: [], version: made.revision)
        }
    }

    func grantInvolvement(_ request: Hummingbird.Request, _ state: RequestState, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let household: HouseholdID = try identifier("h", state)
        let message = try await body(Wire.GrantInvolvement.self, request)
        var persons: SortedSet<PersonID>?
        if let names = message.persons, !names.isEmpty {
            persons = try await self.persons(names, in: household, "persons", exchange)
        }
        let action = Policy.GrantInvolvement(
            household: household, worker: try await worker(message.worker, "worker", exchange),
            role: try Terms.term(Role.self, message.role, "role"),
            persons: persons, purpose: try Terms.term(Purpose.self, message.purpose, "purpose"),
            from: try Terms.day(message.from, "from") ?? operations.clock.now().day, until: try Terms.day(message.until, "until"))
        let expected = exchange.ifMatch
        return try await change(
            action, exchange, by: caller, request: [Array(household.description.utf8), try WireJSON.encode(message)]
        ) { [vault] grant, transaction in
            let made = try vault.grantInvolvement(grant, expected: expected, in: transaction)
            return ChangeAnswer(id: made.id.description, state: "granted", articles: [], version: made.revision)
        }
    }

    func endInvolvement(_ state: RequestState, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let household: HouseholdID = try identifier("h", state)
        let involvement: InvolvementID = try identifier("v", state)
        let expected = exchange.ifMatch
        return try await change(
            Policy.EndInvolvement(household: household, involvement: involvement), exchange, by: caller, created: false,
            request: [Array(involvement.description.utf8)]
        ) { [vault] grant, transaction in
            let made = try vault.endInvolvement(grant, expected: expected, in: transaction)
            return ChangeAnswer(id: made.id.description, state: "ended", articles: [], version: made.revision)
        }
    }

    func listInvolvements(_ state: RequestState, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let household: HouseholdID = try identifier("h", state)
        let action = Policy.ListTeam(household: household)
        if exchange.whyOnly {
            return try await why(Attempt(action, by: caller, purpose: exchange.purpose, trace: exchange.trace), exchange)
        }
        let (page, cited) = try await read(action, exchange, by: caller) { [vault] grant in
            let team = try vault.listTeam(grant)
            return try exchange.page(
                of: team.members.map { member in
                    let involvement = member.involvement
                    let name = team.names.lines[involvement.worker.description]
                    return InvolvementBrief(
                        id: involvement.id.description,
                        worker: WorkerBrief(
                            id: involvement.worker.description, handle: name?.handle ?? "", name: name?.name ?? "",
                            organisation: member.organisation.description),
                        role: involvement.role.rawValue, persons: involvement.persons.map { $0.map(\.description) } ?? [],
                        purpose: involvement.purpose.rawValue, from: involvement.from.description, until: involvement.until.description,
                        state: member.isLive ? "live" : involvement.state.rawValue)
                }, names: Names(team.names), by: \.id)
        }
        return try json(cite(page, cited), cited.receipt)
    }
}
