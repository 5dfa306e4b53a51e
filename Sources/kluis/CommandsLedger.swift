internal import ArgumentParser
internal import Wire

struct LedgerCommands: AsyncParsableCommand {
    static let configuration = kluis.configuration(
        "ledger", dutch: "logboek", help: .helpLedger,
        subcommands: [ShowLedgerCommand.self, VerifyLedgerCommand.self, CheckpointCommand.self])
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
                .headIndex, .headMoment, .headCaller, .headOrganisation, .headHat, .headAction, .headPurpose, .headOutcome, .headArticles,
                .headOf)
            for line in page.entries {
                table.add(
                    String(line.index), line.moment, page.names.name(line.caller), page.names.name(line.organisation), line.hat,
                    line.action, line.purpose, line.outcome,
                    line.articles?.joined(separator: ", "), line.of.map { String($0) })
            }
            return table.lines
        }
        paging.remark(page.next)
    }
}

struct VerifyLedgerCommand: KluisCommand {
    static let configuration = kluis.configuration("verify", dutch: "controleer", help: .helpLedgerVerify)
    @OptionGroup var common: CommonOptions

    @Option(name: .long, help: ArgumentHelp(say(.helpOffline), valueName: "directory"), completion: .directory)
    var offline: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpVerifyKey), valueName: "file"), completion: .file())
    var key: String?

    func run() async throws {
        if let offline {
            try common.check()
            if common.why { throw Failure.invalid(.whyNotHere) }
            return try OfflineVerification.run(offline, keyFile: key, on: Console(json: common.json))
        }
        let circumstances = try common.circumstances()
        try await Connection.open(circumstances.socket) { connection in
            let client = Client(circumstances, over: connection)
            let found = try await client.ask(.ledgerVerification, for: VerificationAnswer.self)
            try client.console.show(found) {
                [say(.ledgerVerified, String(found.size))] + (found.erased > 0 ? [say(.ledgerErased, String(found.erased))] : [])
                    + found.problems.map { say(.ledgerProblem, $0) }
            }
            if !found.problems.isEmpty { throw Failure(.verificationFailed) }
        }
    }
}

struct CheckpointCommand: TalkingCommand {
    static let configuration = kluis.configuration("checkpoint", dutch: "zegel", help: .helpLedgerCheckpoint)
    @OptionGroup var common: CommonOptions

    func run(with client: Client) async throws {
        let checkpoint = try await client.ask(.ledgerCheckpoint, for: CheckpointAnswer.self)
        try client.console.show(checkpoint) {
            var lines = checkpoint.note.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
            if lines.last == "" { lines.removeLast() }
            return lines
        }
    }
}
