internal import ArgumentParser
internal import Wire

struct PersonCommands: AsyncParsableCommand {
    static let configuration = kluis.configuration(
        "person", dutch: "persoon", help: .helpPerson,
        subcommands: [
            AddPersonCommand.self, ListPersonsCommand.self, ShowPersonCommand.self, AuthorityCommand.self, RepresentCommand.self,
            IncapacityCommand.self, ConflictCommand.self,
        ])
}

struct AddPersonCommand: TalkingCommand {
    static let configuration = kluis.configuration("add", dutch: "voegtoe", "toevoegen", help: .helpPersonAdd)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpArgHousehold)))
    var household: String

    @Option(name: .long, help: ArgumentHelp(say(.helpPersonFile)))
    var file: String?

    func run(with client: Client) async throws {
        let person = file == nil && Console.inputIsTerminal ? try AddPersonCommand.asked() : try Written.person(Input.bytes(file))
        try show(try await client.ask(.addPerson, [household], sending: person, for: ChangeAnswer.self), on: client.console)
    }

    private static func asked() throws(Failure) -> AddPerson {
        func filled(_ prompt: Phrase) -> String? {
            let text = Input.asked(prompt)
            return text.isEmpty ? nil : text
        }
        var person = AddPerson(
            givenName: try Input.line(.promptGivenName), familyName: try Input.line(.promptFamilyName),
            birthDate: try Input.line(.promptBirthDate), relation: Vocabulary.relation(try Input.line(.promptRelation)))
        person.livesIn = try Fields.boolean(try Input.line(.promptLivesIn), say(.headLivesIn))
        // A secret address goes into the sealed folder; here it is not even asked for.
        person.secretAddress = try Fields.boolean(try Input.line(.promptSecret), say(.promptSecret))
        if person.secretAddress != true { person.address = filled(.promptAddress) }
        person.phone = filled(.promptPhone)
        return person
    }
}

struct ListPersonsCommand: TalkingCommand {
    static let configuration = kluis.configuration("list", dutch: "lijst", help: .helpPersonList)
    @OptionGroup var common: CommonOptions
    @OptionGroup var paging: PagingOptions

    @Argument(help: ArgumentHelp(say(.helpArgHousehold)))
    var household: String

    func run(with client: Client) async throws {
        let page = try await client.ask(.listPersons, [household], query: paging.query, for: Page<PersonBrief>.self)
        try client.console.show(page) {
            var table = Table(.headID, .headName, .headBorn, .headRelation, .headLivesIn, .headAuthority, .headRepresentative)
            for person in page.entries {
                table.add(
                    person.id, page.names.both(person.id) ?? person.name, person.birthDate, person.relation,
                    person.livesIn.map { say($0 ? .yes : .no) }, page.names.names(person.authority),
                    page.names.names(person.representatives))
            }
            return table.lines
        }
        paging.remark(page.next)
    }
}

struct ShowPersonCommand: TalkingCommand {
    static let configuration = kluis.configuration("show", dutch: "toon", help: .helpPersonShow)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpArgHousehold)))
    var household: String

    @Argument(help: ArgumentHelp(say(.helpArgPerson)))
    var person: String

    func run(with client: Client) async throws {
        var after: String?
        repeat {
            let page = try await client.ask(.listPersons, [household], query: [("after", after)], for: Page<PersonBrief>.self)
            let byName = { (brief: PersonBrief) in
                brief.name.lowercased().split(separator: " ").first.map(String.init) == person.lowercased()
            }
            if let found = page.entries.first(where: { $0.id == person }) ?? page.entries.first(where: byName) {
                return try client.console.show(found) {
                    particulars(
                        (.headID, found.id), (.headName, found.name), (.headBorn, found.birthDate), (.headRelation, found.relation),
                        (.headLivesIn, found.livesIn.map { say($0 ? .yes : .no) }), (.headAuthority, page.names.names(found.authority)),
                        (.headRepresentative, page.names.names(found.representatives)))
                }
            }
            after = page.next
        } while after != nil
        throw Failure(.notFound)
    }
}

struct AuthorityCommand: TalkingCommand {
    static let configuration = kluis.configuration("authority", dutch: "gezag", help: .helpPersonAuthority)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpArgHousehold)))
    var household: String

    @Argument(help: ArgumentHelp(say(.helpChild)))
    var child: String

    @Argument(help: ArgumentHelp(say(.helpHolder)))
    var holder: String

    @Option(name: .long, help: ArgumentHelp(say(.helpAuthorityKind)))
    var kind: String

    @Option(name: .long, help: ArgumentHelp(say(.helpFrom)))
    var from: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpUntil)))
    var until: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpEvidence)))
    var evidence: String?

    func run(with client: Client) async throws {
        let record = RecordAuthority(
            child: child, holder: holder, kind: Vocabulary.authority(kind), from: from, until: until,
            evidence: evidence.map(Vocabulary.evidence))
        try show(try await client.ask(.recordAuthority, [household], sending: record, for: ChangeAnswer.self), on: client.console)
    }
}

struct RepresentCommand: TalkingCommand {
    static let configuration = kluis.configuration("represent", dutch: "vertegenwoordig", help: .helpPersonRepresent)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpArgHousehold)))
    var household: String

    @Argument(help: ArgumentHelp(say(.helpArgPerson)))
    var person: String

    @Argument(help: ArgumentHelp(say(.helpRepresentative)))
    var representative: String

    @Option(name: .long, help: ArgumentHelp(say(.helpRepresentKind)))
    var kind: String

    @Option(name: .long, help: ArgumentHelp(say(.helpFrom)))
    var from: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpUntil)))
    var until: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpEvidence)))
    var evidence: String?

    func run(with client: Client) async throws {
        let record = RecordRepresentation(
            person: person, representative: representative, kind: Vocabulary.capacity(kind), from: from, until: until,
            evidence: evidence.map(Vocabulary.evidence))
        try show(try await client.ask(.recordRepresentation, [household], sending: record, for: ChangeAnswer.self), on: client.console)
    }
}

struct IncapacityCommand: TalkingCommand {
    static let configuration = kluis.configuration("incapacity", dutch: "wilsonbekwaam", help: .helpPersonIncapacity)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpArgHousehold)))
    var household: String

    @Argument(help: ArgumentHelp(say(.helpArgPerson)))
    var person: String

    @Option(name: .long, help: ArgumentHelp(say(.helpUntil)))
    var until: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpReasonFile), valueName: "file"))
    var reasonFile: String?

    func run(with client: Client) async throws {
        let record = RecordIncapacity(person: person, reason: try Input.text(reasonFile, asking: .promptReason), until: until)
        try show(try await client.ask(.recordIncapacity, [household], sending: record, for: ChangeAnswer.self), on: client.console)
    }
}

struct ConflictCommand: TalkingCommand {
    static let configuration = kluis.configuration("conflict", dutch: "belang", help: .helpPersonConflict)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpArgHousehold)))
    var household: String

    @Option(name: .long, help: ArgumentHelp(say(.helpConflictKind)))
    var kind: String

    func run(with client: Client) async throws {
        let declared = DeclareConflict(kind: Vocabulary.conflict(kind))
        try show(try await client.ask(.declareConflict, [household], sending: declared, for: ChangeAnswer.self), on: client.console)
    }
}
