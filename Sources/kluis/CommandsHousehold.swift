internal import ArgumentParser
internal import Wire

struct HouseholdCommands: AsyncParsableCommand {
    static let configuration = kluis.configuration(
        "household", dutch: "huishouden", help: .helpHousehold,
        subcommands: [CreateHouseholdCommand.self, ListHouseholdsCommand.self, ShowHouseholdCommand.self, FindHouseholdCommand.self])
}

struct CreateHouseholdCommand: TalkingCommand {
    static let configuration = kluis.configuration("create", dutch: "open", "maak", help: .helpHouseholdCreate)
    @OptionGroup var common: CommonOptions

    @Option(name: .long, help: ArgumentHelp(say(.helpMunicipality)))
    var municipality: String?

    func run(with client: Client) async throws {
        let made = try await client.ask(.createHousehold, sending: CreateHousehold(municipality: municipality), for: ChangeAnswer.self)
        try show(made, on: client.console)
    }
}

struct ListHouseholdsCommand: TalkingCommand {
    static let configuration = kluis.configuration("list", dutch: "lijst", help: .helpHouseholdList)
    @OptionGroup var common: CommonOptions
    @OptionGroup var paging: PagingOptions

    func run(with client: Client) async throws {
        let page = try await client.ask(.listHouseholds, query: paging.query, for: Page<HouseholdBrief>.self)
        try client.console.show(page) {
            var table = Table(.headID, .headHousehold, .headState, .headDirector)
            for household in page.entries {
                table.add(household.id, household.number, household.state, page.names.both(household.director))
            }
            return table.lines
        }
        paging.remark(page.next)
    }
}

struct ShowHouseholdCommand: TalkingCommand {
    static let configuration = kluis.configuration("show", dutch: "toon", help: .helpHouseholdShow)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpArgHousehold)))
    var household: String

    func run(with client: Client) async throws {
        let card = try await client.ask(.showHousehold, [household], for: HouseholdCard.self)
        try client.console.show(card) {
            var lines = particulars(
                (.headID, card.id), (.headHousehold, card.number), (.headMunicipality, card.names.both(card.municipality)),
                (.headState, card.state),
                (
                    .headDirector,
                    card.director.map { worker in
                        let known = [worker.handle, card.names.name(worker.organisation) ?? ""].filter { !$0.isEmpty }
                        return worker.name + (known.isEmpty ? "" : " (\(known.joined(separator: ", ")))")
                    }
                ), (.headPersonCount, card.personCount.map { String($0) }))
            var persons = Table(.headID, .headName, .headBorn, .headRelation, .headLivesIn, .headAuthority, .headRepresentative)
            for person in card.persons {
                persons.add(
                    person.id, person.name, person.birthDate, person.relation, person.livesIn.map { say($0 ? .yes : .no) },
                    card.names.names(person.authority), card.names.names(person.representatives))
            }
            if card.personCount == nil { lines += [""] + persons.lines }
            var organisations = Table(.headHandle, .headOrganisation, .headKind, .headRoute)
            for organisation in card.organisations {
                organisations.add(
                    organisation.handle.isEmpty ? organisation.id : organisation.handle, organisation.name, organisation.kind,
                    organisation.contactRoute)
            }
            return lines + [""] + organisations.lines
        }
    }
}

struct FindHouseholdCommand: TalkingCommand {
    static let configuration = kluis.configuration("find", dutch: "zoek", help: .helpHouseholdFind)
    @OptionGroup var common: CommonOptions

    func run(with client: Client) async throws {
        let term = try Input.line(.promptTerm)
        let answer = try await client.ask(.searchHouseholds, sending: SearchRequest(term: term), for: SearchAnswer.self)
        try client.console.show(answer) {
            [say(answer.hasDirector ? .known : .unknownPerson)] + (answer.contactRoute.map { [say(.reachVia, $0)] } ?? [])
        }
    }
}

/// `--after` and `--limit`, for lists.
struct PagingOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp(say(.helpAfter), valueName: "cursor"))
    var after: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpLimit), valueName: "number"))
    var limit: Int?

    var query: [(name: String, value: String?)] { [("after", after), ("limit", limit.map { String($0) })] }

    /// Says that there is more, and how to see it.
    func remark(_ next: String?) {
        if let next { Console.hint(say(.hintNextPage, next)) }
    }
}
