internal import ArgumentParser
internal import Wire

struct ConsentCommands: AsyncParsableCommand {
    static let configuration = kluis.configuration(
        "consent", dutch: "toestemming", help: .helpConsent,
        subcommands: [
            RegisterConsentCommand.self, SignConsentCommand.self, WithdrawConsentCommand.self, RefuseConsentCommand.self,
            ListConsentsCommand.self,
        ])
}

struct RegisterConsentCommand: TalkingCommand {
    static let configuration = kluis.configuration("register", dutch: "registreer", "legvast", help: .helpConsentRegister)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpArgHousehold)))
    var household: String

    @Option(name: .long, help: ArgumentHelp(say(.helpSubject), valueName: "person"))
    var subject: String

    @Option(name: .long, help: ArgumentHelp(say(.helpTo), valueName: "organisation"))
    var to: String

    @Option(name: .customLong("domain"), help: ArgumentHelp(say(.helpDomains), valueName: "domain"))
    var domains: [String] = []

    @Option(name: .long, help: ArgumentHelp(say(.helpConsentPurpose), valueName: "purpose"))
    var consentPurpose: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpFrom)))
    var from: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpUntil)))
    var until: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpLeaflet), valueName: "version"))
    var leaflet: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpForm)))
    var form = "written"

    @Option(name: .customLong("signed"), help: ArgumentHelp(say(.helpSigned), valueName: "person"))
    var signed: [String] = []

    @Option(name: .long, help: ArgumentHelp(say(.helpReplaces), valueName: "consent"))
    var replaces: String?

    func run(with client: Client) async throws {
        let signatures = try signed.map { written in
            let parts = written.split(separator: ":", omittingEmptySubsequences: false).map { String($0) }
            guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else { throw Failure.invalid(.badSigner) }
            return ConsentSignature(person: parts[0], capacity: parts.count == 2 ? Vocabulary.capacity(parts[1]) : nil)
        }
        let consent = RegisterConsent(
            subject: subject, recipient: to, domains: domains.map { $0 == "*" ? $0 : Vocabulary.domain($0) },
            purpose: consentPurpose ?? common.purpose ?? "D2", from: from, until: until, leaflet: leaflet, form: Vocabulary.form(form),
            signatures: signatures, replaces: replaces)
        try show(try await client.ask(.registerConsent, [household], sending: consent, for: ChangeAnswer.self), on: client.console)
    }
}

struct SignConsentCommand: TalkingCommand {
    static let configuration = kluis.configuration("sign", dutch: "teken", help: .helpConsentSign)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpArgConsent)))
    var consent: String

    @Option(name: .long, help: ArgumentHelp(say(.helpCapacity)))
    var capacity: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpMethod)))
    var method: String?

    func run(with client: Client) async throws {
        let signature = ConsentSignature(capacity: capacity.map(Vocabulary.capacity), method: method.map(Vocabulary.form))
        try show(try await client.ask(.signConsent, [consent], sending: signature, for: ChangeAnswer.self), on: client.console)
    }
}

struct WithdrawConsentCommand: TalkingCommand {
    static let configuration = kluis.configuration("withdraw", dutch: "trekin", "intrekken", help: .helpConsentWithdraw)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpArgConsent)))
    var consent: String

    @Option(name: .customLong("domain"), help: ArgumentHelp(say(.helpDomains), valueName: "domain"))
    var domains: [String] = []

    func run(with client: Client) async throws {
        let withdrawal = WithdrawConsent(domains: domains.isEmpty ? nil : domains.map(Vocabulary.domain))
        try show(try await client.ask(.withdrawConsent, [consent], sending: withdrawal, for: ChangeAnswer.self), on: client.console)
    }
}

struct RefuseConsentCommand: TalkingCommand {
    static let configuration = kluis.configuration("refuse", dutch: "weiger", help: .helpConsentRefuse)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpArgHousehold)))
    var household: String

    @Option(name: .long, help: ArgumentHelp(say(.helpSubject), valueName: "person"))
    var subject: String

    @Option(name: .long, help: ArgumentHelp(say(.helpTo), valueName: "organisation"))
    var to: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpTowardsPerson), valueName: "person"))
    var towards: String?

    @Option(name: .customLong("domain"), help: ArgumentHelp(say(.helpDomains), valueName: "domain"))
    var domains: [String] = []

    @Option(name: .long, help: ArgumentHelp(say(.helpConsentPurpose), valueName: "purpose"))
    var consentPurpose: String?

    func run(with client: Client) async throws {
        guard (to == nil) != (towards == nil) else { throw Failure.invalid(.refusalTowards) }
        let refusal = RegisterRefusal(
            subject: subject, recipient: to, person: towards, domains: domains.map(Vocabulary.domain),
            purpose: consentPurpose ?? common.purpose ?? "D2")
        try show(try await client.ask(.refuseConsent, [household], sending: refusal, for: ChangeAnswer.self), on: client.console)
    }
}

struct ListConsentsCommand: TalkingCommand {
    static let configuration = kluis.configuration("list", dutch: "lijst", help: .helpConsentList)
    @OptionGroup var common: CommonOptions
    @OptionGroup var paging: PagingOptions

    @Argument(help: ArgumentHelp(say(.helpArgHousehold)))
    var household: String

    func run(with client: Client) async throws {
        let page = try await client.ask(.listConsents, [household], query: paging.query, for: Page<ConsentBrief>.self)
        try client.console.show(page) {
            var table = Table(.headID, .headSubject, .headRecipient, .headDomains, .headPurpose, .headUntil, .headState, .headMissing)
            for one in page.entries {
                table.add(
                    one.id, page.names.name(one.subject), page.names.name(one.recipient ?? one.person), Spoken.words(one.domains),
                    one.purpose, one.until, one.state, waiting(one))
            }
            return table.lines
        }
        paging.remark(page.next)
    }

    /// Whose signatures it waits for, and what has to be put on record first.
    private func waiting(_ consent: ConsentBrief) -> String? {
        let parts = [
            consent.missing.isEmpty ? nil : names(consent.missing),
            consent.gap.map { "\(say(.headAuthority)): \(Spoken.word($0))" },
        ]
        let text = parts.compactMap { $0 }.joined(separator: "; ")
        return text.isEmpty ? nil : text
    }
}
