internal import ArgumentParser
internal import Wire

struct LedgerCommands: AsyncParsableCommand {
    static let configuration = kluis.configuration(
        "ledger", dutch: "logboek", help: .helpLedger,
        subcommands: [
            ShowLedgerCommand.self, VerifyLedgerCommand.self, CheckpointCommand.self, ExportLedgerCommand.self,
            ProveCommand.self, WitnessCommands.self,
            CosignatureCommands.self,
        ])
}

struct ShowLedgerCommand: TalkingCommand {
    static let configuration = kluis.configuration("show", dutch: "toon", help: .helpLedgerShow)
    @OptionGroup var common: CommonOptions
    @OptionGroup var paging: PagingOptions

    @Option(name: .long, help: ArgumentHelp(say(.helpLast), valueName: "number"))
    var last: Int?

    func run(with client: Client) async throws {
        let query = paging.query + [("last", last.map { String($0) })]
        let page = try await client.ask(.ledgerEntries, query: query, for: LedgerPage.self)
        try client.console.show(page) {
            var table = Table(
                .headIndex, .headMoment, .headCaller, .headOrganisation, .headHat, .headAction, .headPurpose, .headOutcome, .headHousehold,
                .headConcerns, .headArticles, .headOf)
            for line in page.entries {
                table.add(
                    String(line.index), LocalTime.text(line.moment), page.names.name(line.caller), page.names.name(line.organisation),
                    line.hat, line.spokenAction, line.purpose, line.outcome, line.household, line.concerns,
                    line.articles?.joined(separator: ", "), line.of.map { String($0) })
            }
            return table.lines
        }
        paging.remark(page.next)
        try await client.checkSeenBefore()
    }
}

extension LedgerLine {
    /// What was done, in words; that it was only asked about is said with it, for nothing was looked at then.
    var spokenAction: String {
        let words = Spoken.action(action)
        return check == true ? say(.onlyAsked, words) : words
    }

    /// The one thing in the household that it is about: the item or plan, else the resident where it is one. With several residents it is about the
    /// household.
    var concerns: String? { item ?? (residents?.count == 1 ? residents?.first : nil) }
}

struct VerifyLedgerCommand: KluisCommand {
    static let configuration = kluis.configuration("verify", dutch: "controleer", help: .helpLedgerVerify)
    @OptionGroup var common: CommonOptions

    @Option(name: .long, help: ArgumentHelp(say(.helpOffline), valueName: "directory"), completion: .directory)
    var offline: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpVerifyProof), valueName: "file"), completion: .file())
    var proof: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpVerifyKey), valueName: "file"), completion: .file())
    var key: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpVerifyPolicy), valueName: "file"), completion: .file())
    var policy: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpVerifyOfficers), valueName: "file"), completion: .file())
    var officers: String?

    @Flag(name: .long, help: ArgumentHelp(say(.helpVerifyOlder)))
    var older = false

    func run() async throws {
        guard offline == nil || proof == nil else { throw Failure.invalid(.offlineOrProof) }
        if offline != nil || proof != nil {
            try common.checkWithoutDaemon()
            let console = Console(json: common.json)
            var known = OfflineVerification.Known(isOlderMeant: older, pins: Pins.chosen(environment: Environment.filled))
            known.key = try key.map { file throws(Failure) in try OfflineVerification.key(in: file) }
            known.policy = try policy.map { file throws(Failure) in try OfflineVerification.policy(in: file) }
            known.officers = try officers.map { file throws(Failure) in try OfflineVerification.officers(in: file) }
            if let proof { return try ProofVerification.run(proof, known, on: console) }
            if let offline { return try OfflineVerification.run(offline, known, on: console) }
        }
        if key != nil || policy != nil || officers != nil || older { throw Failure.invalid(.policyNeedsFiles) }
        let circumstances = try common.circumstances()
        try await Connection.open(circumstances.socket) { connection in
            let client = Client(circumstances, over: connection)
            let found = try await client.ask(.ledgerVerification, for: VerificationAnswer.self)
            try client.console.show(found) {
                [say(.ledgerVerified, String(found.size))] + (found.erased > 0 ? [say(.ledgerErased, String(found.erased))] : [])
                    + found.problems.map { say(.ledgerProblem, $0) }
            }
            if !found.problems.isEmpty { throw Failure.unverified() }
            // The daemon finds its own store in order; whether it is still the one that was seen before, only this side can tell.
            try await client.checkSeenBefore()
        }
    }
}
