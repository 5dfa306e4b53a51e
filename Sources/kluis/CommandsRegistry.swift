internal import ArgumentParser
internal import Wire

struct OrganisationCommands: AsyncParsableCommand {
    static let configuration = kluis.configuration(
        "organisation", dutch: "organisatie", help: .helpOrganisation,
        subcommands: [AddOrganisationCommand.self, ListOrganisationsCommand.self])
}

struct AddOrganisationCommand: TalkingCommand {
    static let configuration = kluis.configuration("add", dutch: "voegtoe", "toevoegen", help: .helpOrganisationAdd)
    @OptionGroup var common: CommonOptions

    @Option(name: .long, help: ArgumentHelp(say(.helpOrgFile)))
    var file: String?

    func run(with client: Client) async throws {
        let organisation = try Written.organisation(Input.bytes(file))
        try show(try await client.ask(.addOrganisation, sending: organisation, for: ChangeAnswer.self), on: client.console)
    }
}

struct ListOrganisationsCommand: TalkingCommand {
    static let configuration = kluis.configuration("list", dutch: "lijst", help: .helpOrganisationList)
    @OptionGroup var common: CommonOptions
    @OptionGroup var paging: PagingOptions

    func run(with client: Client) async throws {
        let page = try await client.ask(.listOrganisations, query: paging.query, for: Page<OrganisationBrief>.self)
        try client.console.show(page) {
            var table = Table(.headID, .headHandle, .headName, .headKind, .headRoute)
            for one in page.entries { table.add(one.id, one.handle, one.name, one.kind, one.contactRoute) }
            return table.lines
        }
        paging.remark(page.next)
    }
}

struct WorkerCommands: AsyncParsableCommand {
    static let configuration = kluis.configuration(
        "worker", dutch: "medewerker", help: .helpWorker,
        subcommands: [
            AddWorkerCommand.self, ListWorkersCommand.self, AssignRoleCommand.self, EnrolKeyCommand.self, UnlockWorkerCommand.self,
            EndWorkerCommand.self,
        ])
}

struct AddWorkerCommand: TalkingCommand {
    static let configuration = kluis.configuration("add", dutch: "voegtoe", "toevoegen", help: .helpWorkerAdd)
    @OptionGroup var common: CommonOptions

    @Option(name: .long, help: ArgumentHelp(say(.helpWorkerFile)))
    var file: String?

    func run(with client: Client) async throws {
        let worker = try Written.worker(Input.bytes(file))
        try show(try await client.ask(.addWorker, sending: worker, for: ChangeAnswer.self), on: client.console)
    }
}

struct ListWorkersCommand: TalkingCommand {
    static let configuration = kluis.configuration("list", dutch: "lijst", help: .helpWorkerList)
    @OptionGroup var common: CommonOptions
    @OptionGroup var paging: PagingOptions

    func run(with client: Client) async throws {
        let page = try await client.ask(.listWorkers, query: paging.query, for: Page<WorkerBrief>.self)
        try client.console.show(page) {
            var table = Table(.headID, .headHandle, .headName, .headOrganisation, .headRoles, .headState)
            for one in page.entries {
                table.add(one.id, one.handle, one.name, page.names.name(one.organisation), one.roles.map(Spoken.words), one.state)
            }
            return table.lines
        }
        paging.remark(page.next)
    }
}

struct AssignRoleCommand: TalkingCommand {
    static let configuration = kluis.configuration("role", dutch: "rol", help: .helpWorkerRole)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpArgWorker)))
    var worker: String

    @Argument(help: ArgumentHelp(say(.helpRole)))
    var role: String

    @Flag(name: .long, help: ArgumentHelp(say(.helpEndRole)))
    var end = false

    func run(with client: Client) async throws {
        if end {
            let ending = EndRole(role: Vocabulary.role(role))
            try show(try await client.ask(.endRole, [worker], sending: ending, for: ChangeAnswer.self), on: client.console)
            return
        }
        let assignment = AssignRole(role: Vocabulary.role(role))
        try show(try await client.ask(.assignRole, [worker], sending: assignment, for: ChangeAnswer.self), on: client.console)
    }
}

struct EnrolKeyCommand: TalkingCommand {
    static let configuration = kluis.configuration("key", dutch: "sleutel", help: .helpWorkerKey)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpArgWorker)))
    var worker: String

    @Argument(help: ArgumentHelp(say(.helpPublicKey)), completion: .file())
    var publicKeyFile: String

    @Option(name: .customLong("uid"), help: ArgumentHelp(say(.helpUIDs), valueName: "uid"))
    var uids: [UInt32] = []

    @Flag(name: .long, help: ArgumentHelp(say(.helpStoredApart)))
    var storedApart = false

    func run(with client: Client) async throws {
        let line = try Input.text(publicKeyFile, asking: .promptText)
        // A private key given by mistake stays here.
        guard !line.contains("PRIVATE KEY"), line.split(separator: " ").count >= 2, !line.contains(where: \.isNewline) else {
            throw Failure.invalid(.noPublicKey, publicKeyFile)
        }
        let key = EnrolKey(publicKey: line, uids: uids.isEmpty ? nil : uids, storedApart: storedApart ? true : nil)
        try show(try await client.ask(.enrolKey, [worker], sending: key, for: ChangeAnswer.self), on: client.console)
    }
}

struct UnlockWorkerCommand: TalkingCommand {
    static let configuration = kluis.configuration("unlock", dutch: "ontgrendel", help: .helpWorkerUnlock)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpArgWorker)))
    var worker: String

    func run(with client: Client) async throws {
        try show(try await client.ask(.unlockWorker, [worker], for: ChangeAnswer.self), on: client.console)
    }
}

struct EndWorkerCommand: TalkingCommand {
    static let configuration = kluis.configuration("end", dutch: "beeindig", "beëindig", help: .helpWorkerEnd)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpArgWorker)))
    var worker: String

    func run(with client: Client) async throws {
        try show(try await client.ask(.endWorker, [worker], sending: EndWorker(), for: ChangeAnswer.self), on: client.console)
    }
}

struct RehearsalCommands: AsyncParsableCommand {
    static let configuration = kluis.configuration(
        "rehearsal", dutch: "oefening", help: .helpRehearsal, subcommands: [RehearsalClockCommand.self, RehearsalFaultCommand.self])
}

struct RehearsalClockCommand: TalkingCommand {
    static let configuration = kluis.configuration("clock", dutch: "klok", help: .helpRehearsalClock)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpMoment)))
    var moment: String

    func run(with client: Client) async throws {
        if common.why { throw Failure.invalid(.whyNotHere) }
        let clock = try await client.ask(.rehearsalClock, sending: RehearsalClock(moment: moment), for: RehearsalClock.self)
        try client.console.show(clock) { [say(.rehearsalClockNow, clock.moment)] }
    }
}

struct RehearsalFaultCommand: TalkingCommand {
    static let configuration = kluis.configuration("fault", dutch: "storing", help: .helpRehearsalFault)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpFault)))
    var name: String

    func run(with client: Client) async throws {
        if common.why { throw Failure.invalid(.whyNotHere) }
        let fault = try await client.ask(.rehearsalFault, sending: RehearsalFault(name: name), for: RehearsalFault.self)
        try client.console.show(fault) { [say(.rehearsalFaultArmed, fault.name)] }
    }
}
