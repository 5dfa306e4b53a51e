internal import ArgumentParser
internal import Wire

struct TeamCommands: AsyncParsableCommand {
    static let configuration = kluis.configuration(
        "team", dutch: "betrokkenen", help: .helpTeam,
        subcommands: [AppointCommand.self, InviteCommand.self, ListTeamCommand.self, EndInvolvementCommand.self])
}

struct AppointCommand: TalkingCommand {
    static let configuration = kluis.configuration("appoint", dutch: "benoem", "wijsaan", help: .helpTeamAppoint)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpArgHousehold)))
    var household: String

    @Argument(help: ArgumentHelp(say(.helpArgWorker)))
    var worker: String

    @Option(name: .long, help: ArgumentHelp(say(.helpPreference)))
    var preference = "none"

    @Option(name: .long, help: ArgumentHelp(say(.helpReasonFile), valueName: "file"))
    var reasonFile: String?

    func run(with client: Client) async throws {
        let preference = Vocabulary.preference(preference)
        guard ["followed", "none", "deviated"].contains(preference) else { throw Failure.invalid(.badPreference) }
        // A deviation needs a reason; without a file it is asked for.
        let reason = preference == "deviated" || reasonFile != nil ? try Input.text(reasonFile, asking: .promptReason) : nil
        let appointment = AppointDirector(worker: worker, preference: preference, reason: reason)
        try show(try await client.ask(.appointDirector, [household], sending: appointment, for: ChangeAnswer.self), on: client.console)
    }
}

struct InviteCommand: TalkingCommand {
    static let configuration = kluis.configuration("invite", dutch: "betrek", help: .helpTeamInvite)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpArgHousehold)))
    var household: String

    @Argument(help: ArgumentHelp(say(.helpArgWorker)))
    var worker: String

    @Option(name: .long, help: ArgumentHelp(say(.helpRole)))
    var role = "teamMember"

    @Option(name: .long, help: ArgumentHelp(say(.helpInvolvedFor), valueName: "purpose"))
    var involvedFor: String?

    @Option(name: .customLong("person"), help: ArgumentHelp(say(.helpPersons), valueName: "person"))
    var persons: [String] = []

    @Option(name: .long, help: ArgumentHelp(say(.helpFrom)))
    var from: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpUntil)))
    var until: String

    func run(with client: Client) async throws {
        let role = Vocabulary.role(role)
        // The direction has one purpose (PR-6.1).
        let involvement = GrantInvolvement(
            worker: worker, role: role, persons: persons.isEmpty ? nil : persons,
            purpose: involvedFor ?? (role == "caseDirector" ? "D3" : "D2"), from: from, until: until)
        try show(try await client.ask(.grantInvolvement, [household], sending: involvement, for: ChangeAnswer.self), on: client.console)
    }
}

struct ListTeamCommand: TalkingCommand {
    static let configuration = kluis.configuration("list", dutch: "lijst", help: .helpTeamList)
    @OptionGroup var common: CommonOptions
    @OptionGroup var paging: PagingOptions

    @Argument(help: ArgumentHelp(say(.helpArgHousehold)))
    var household: String

    func run(with client: Client) async throws {
        let page = try await client.ask(.listInvolvements, [household], query: paging.query, for: Page<InvolvementBrief>.self)
        try client.console.show(page) {
            var table = Table(
                .headID, .headWorker, .headOrganisation, .headRole, .headPurpose, .headFrom, .headUntil, .headState, .headPersons)
            for one in page.entries {
                let handle = one.worker.handle
                table.add(
                    one.id, handle.isEmpty ? one.worker.name : "\(one.worker.name) (\(handle))", page.names.name(one.worker.organisation),
                    one.role, one.purpose, LocalTime.text(one.from), one.until.map(LocalTime.text), one.state, page.names.names(one.persons)
                )
            }
            return table.lines
        }
        paging.remark(page.next)
    }
}

struct EndInvolvementCommand: TalkingCommand {
    static let configuration = kluis.configuration("end", dutch: "beeindig", "beëindig", help: .helpTeamEnd)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpArgHousehold)))
    var household: String

    @Argument(help: ArgumentHelp(say(.helpArgInvolvement)))
    var involvement: String

    func run(with client: Client) async throws {
        try show(try await client.ask(.endInvolvement, [household, involvement], for: ChangeAnswer.self), on: client.console)
    }
}
