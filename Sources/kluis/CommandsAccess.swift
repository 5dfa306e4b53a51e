internal import ArgumentParser
internal import Wire

struct AccessCommands: AsyncParsableCommand {
    static let configuration = kluis.configuration(
        "access", dutch: "toegang", help: .helpAccess,
        subcommands: [CheckAccessCommand.self, WhoMayCommand.self, WhatMayCommand.self])
}

/// The same request as the command it asks about, with `Kluis-Why`: so the answer cannot drift from what that command would get.
struct CheckAccessCommand: KluisCommand {
    static let configuration = kluis.configuration("check", dutch: "nagaan", help: .helpAccessCheck)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpCheckAction)))
    var action: String

    @Argument(help: ArgumentHelp(say(.helpArgHousehold)))
    var household: String

    @Argument(help: ArgumentHelp(say(.helpCheckThing)))
    var thing: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpReadBasis)))
    var basis: String?

    func run() async throws {
        var circumstances = try common.circumstances()
        circumstances.why = true
        circumstances.basis = basis
        let (route, parameters) = try request()
        try await Connection.open(circumstances.socket) { [circumstances] connection in
            // Whatever the route answers otherwise, under `why` it answers with a decision, and this throws `Finished`.
            try await Client(circumstances, over: connection).tell(route, parameters)
        }
    }

    private func request() throws(Failure) -> (Route, [String]) {
        switch action {
        case "read-item", "lees-stuk":
            guard let thing else { throw .invalid(.itemNeeded) }
            return (.readItem, [household, thing])
        case "read-plan", "lees-plan":
            guard let thing else { throw .invalid(.planNeeded) }
            return (.readPlan, [thing])
        case "read-card", "lees-kaart": return (.showHousehold, [household])
        case "list-items", "lijst-stukken": return (.listItems, [household])
        case "list-consents", "lijst-toestemmingen": return (.listConsents, [household])
        case "list-team", "lijst-betrokkenen": return (.listInvolvements, [household])
        default: throw .invalid(.unknownCheck)
        }
    }
}

struct WhoMayCommand: TalkingCommand {
    static let configuration = kluis.configuration("who", dutch: "wie", help: .helpAccessWho)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpArgHousehold)))
    var household: String

    @Argument(help: ArgumentHelp(say(.helpArgItem)))
    var item: String

    @Option(name: .long, help: ArgumentHelp(say(.helpReadBasis)))
    var basis: String?

    func run(with client: Client) async throws {
        let page = try await client.ask(.accessWho, query: [("household", household), ("item", item)], for: Page<AccessRow>.self)
        try client.console.show(page) {
            var table = Table(
                .headWorker, .headOrganisation, .headHat, .headAction, .headPurpose, .headBasis, .headOutcome,
                .headArticles)
            for row in page.entries {
                table.add(
                    page.names.both(row.worker), page.names.name(row.organisation), row.hat, Spoken.action(row.action), row.purpose,
                    row.basis, row.outcome, row.articles.joined(separator: ", "))
            }
            return table.lines
        }
    }
}

struct WhatMayCommand: TalkingCommand {
    static let configuration = kluis.configuration("what", dutch: "wat", help: .helpAccessWhat)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpArgHousehold)))
    var household: String

    @Option(name: .long, help: ArgumentHelp(say(.helpReadBasis)))
    var basis: String?

    func run(with client: Client) async throws {
        let page = try await client.ask(.accessWhat, query: [("household", household)], for: Page<AccessRow>.self)
        try client.console.show(page) {
            var table = Table(.headAction, .headItem, .headOrganisation, .headPurpose, .headBasis, .headOutcome, .headArticles, .headTitle)
            for row in page.entries {
                table.add(
                    Spoken.action(row.action), row.item, page.names.name(row.organisation), row.purpose, row.basis, row.outcome,
                    row.articles.joined(separator: ", "), row.title)
            }
            return table.lines
        }
    }
}
