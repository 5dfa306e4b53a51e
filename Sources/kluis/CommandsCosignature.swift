internal import ArgumentParser
internal import Wire

/// Cosignatures that a witness gave as a file, brought back to the vault whose checkpoint they are on.
struct CosignatureCommands: AsyncParsableCommand {
    static let configuration = kluis.configuration(
        "cosignature", dutch: "medeondertekening", help: .helpCosignature, subcommands: [AddCosignatureCommand.self])
}

struct AddCosignatureCommand: TalkingCommand {
    static let configuration = kluis.configuration("add", dutch: "voegtoe", help: .helpCosignatureAdd)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpCosignatureFile), valueName: "file"), completion: .file())
    var file: String?

    func run(with client: Client) async throws {
        let text = String(decoding: try Input.bytes(file), as: UTF8.self)
        let change = try await client.ask(.ledgerCosignature, sending: CosignatureMessage(cosignatures: text), for: ChangeAnswer.self)
        try client.console.show(change) { [say(change.state == "known" ? .cosignatureKnown : .cosignatureAdded, change.id)] }
        // Who saw a checkpoint is who brings its cosignatures: the log must still continue it.
        try await client.checkSeenBefore()
    }
}
