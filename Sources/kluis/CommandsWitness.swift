internal import ArgumentParser
internal import Glibc
internal import TransparencyLog
internal import Wire
internal import Witnessing

/// A witness on a partner organisation's own machine: keeps the last checkpoint of each log, and cosigns only what continues it.
///
/// These commands talk to no vault.
struct WitnessCommands: AsyncParsableCommand {
    static let configuration = kluis.configuration(
        "witness", dutch: "getuige", help: .helpWitness,
        subcommands: [
            MakeWitnessCommand.self, TrustLogCommand.self, ServeWitnessCommand.self, CosignCommand.self, ShowWitnessCommand.self,
        ])
}

/// The directory of a witness.
struct WitnessOption: ParsableArguments {
    @Argument(help: ArgumentHelp(say(.helpWitnessDirectory), valueName: "directory"), completion: .directory)
    var directory: String

    var folder: WitnessFolder { WitnessFolder(path: directory) }
}

struct MakeWitnessCommand: KluisCommand {
    static let configuration = kluis.configuration("init", dutch: "begin", help: .helpWitnessInit)
    @OptionGroup var common: CommonOptions
    @OptionGroup var witness: WitnessOption

    @Option(name: .long, help: ArgumentHelp(say(.helpWitnessName)))
    var name: String

    func run() async throws {
        try common.checkWithoutDaemon()
        let key = try WitnessWords.telling { () throws(WitnessingError) in try WitnessFolder.make(witness.directory, name: name) }
        try Console(json: common.json).show(WitnessWords.KeyDocument(key: key.text)) { [key.text] }
        if !common.json { Console.hint(say(.hintWitnessMade)) }
    }
}

struct TrustLogCommand: KluisCommand {
    static let configuration = kluis.configuration("trust", dutch: "vertrouw", help: .helpWitnessTrust)
    @OptionGroup var common: CommonOptions
    @OptionGroup var witness: WitnessOption

    @Argument(help: ArgumentHelp(say(.helpWitnessLogKey), valueName: "file"), completion: .file())
    var file: String

    func run() async throws {
        try common.checkWithoutDaemon()
        let log = try OfflineVerification.key(in: file)
        try WitnessWords.telling { () throws(WitnessingError) in try witness.folder.trust(log) }
        try Console(json: common.json).show(WitnessWords.KeyDocument(key: log.text)) { [say(.witnessTrusts, log.name.description)] }
    }
}

struct ServeWitnessCommand: KluisCommand {
    static let configuration = kluis.configuration("serve", dutch: "dien", help: .helpWitnessServe)
    @OptionGroup var common: CommonOptions
    @OptionGroup var witness: WitnessOption

    @Option(name: .long, help: ArgumentHelp(say(.helpWitnessUnix), valueName: "path"), completion: .file())
    var unix: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpWitnessMode), valueName: "bits"))
    var mode: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpWitnessPort), valueName: "number"))
    var port: Int?

    func run() async throws {
        try common.checkWithoutDaemon()
        guard unix != nil || port != nil else { throw Failure.invalid(.witnessNowhere) }
        guard (0...65_535).contains(port ?? 0) else { throw Failure.invalid(.wrongType, "--port") }
        guard let bits = mode_t(mode ?? "600", radix: 8), bits & ~0o666 == 0 else { throw Failure.invalid(.wrongType, "--mode") }
        let kept = try WitnessWords.telling { () throws(WitnessingError) in try KeptWitness(witness.folder) }
        if kept.logs.isEmpty { Console.warn(say(.witnessTrustsNobody)) }
        try await WitnessServer(witness: kept, now: { WitnessClock.seconds }).run(socket: unix, mode: bits, port: port) {
            Console.line("ready \($0)")
        }
    }
}

struct CosignCommand: KluisCommand {
    static let configuration = kluis.configuration("cosign", dutch: "medeonderteken", help: .helpWitnessCosign)
    @OptionGroup var common: CommonOptions
    @OptionGroup var witness: WitnessOption

    @Argument(help: ArgumentHelp(say(.helpWitnessRequest), valueName: "file"), completion: .file())
    var file: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpWitnessExport), valueName: "directory"), completion: .directory)
    var export: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpOutput), valueName: "file"), completion: .file())
    var output: String?

    func run() async throws {
        try common.checkWithoutDaemon()
        guard file == nil || export == nil else { throw Failure.invalid(.witnessFileOrExport) }
        let kept = try WitnessWords.telling { () throws(WitnessingError) in try KeptWitness(witness.folder) }
        let body = try export.map { try WitnessWords.request(from: $0, for: kept) } ?? Input.bytes(file)
        let answer = try WitnessWords.telling { () throws(WitnessingError) in try kept.answer(body, time: WitnessClock.seconds) }
        if let reason = answer.refusal { throw WitnessWords.failure(reason, evidence: answer.evidence, isExport: export != nil) }
        var shown = output == nil ? answer.response.body : []
        if common.json {
            let text = String(decoding: answer.response.body, as: UTF8.self)
            let document = WitnessWords.AnswerDocument(status: 200, size: answer.cosigned?.size, lines: text)
            shown = try Failure.wire { () throws(WireError) in try WireJSON.encode(document) } + [UInt8(ascii: "\n")]
        }
        do throws(SystemFault) {
            if let output { try StateFile.write(answer.response.body, to: output) }
        } catch { throw CosignCommand.lost(output ?? "", error) }
        do throws(SystemFault) { try Bytes.write(shown, to: STDOUT_FILENO) } catch { throw CosignCommand.lost("/dev/stdout", error) }
    }

    /// The cosignature went nowhere: it was given and is remembered, so the same request would be refused.
    private static func lost(_ place: String, _ fault: SystemFault) -> Failure {
        Failure(.invalid, say(.cannotWrite, place, fault.words), hints: [say(.hintWitnessLost)])
    }
}

struct ShowWitnessCommand: KluisCommand {
    static let configuration = kluis.configuration("show", dutch: "toon", help: .helpWitnessShow)
    @OptionGroup var common: CommonOptions
    @OptionGroup var witness: WitnessOption

    func run() async throws {
        try common.checkWithoutDaemon()
        let document = try WitnessWords.telling { () throws(WitnessingError) in
            let state = try witness.folder.state()
            return WitnessWords.WitnessDocument(
                key: try witness.folder.publicKey().text,
                logs: try witness.folder.logs().map { log in
                    let head = state.heads[Origin(log.name)]
                    return .init(
                        origin: log.name.description, key: log.text, size: head?.checkpoint.size, root: head?.checkpoint.root.base64,
                        time: head?.time)
                })
        }
        try Console(json: common.json).show(document) {
            var table = Table(.headLog, .headLines, .headWitnessed)
            for log in document.logs {
                table.add(log.origin, log.size.map { String($0) } ?? "-", log.time.flatMap(WitnessClock.text) ?? "-")
            }
            return [document.key] + table.lines
        }
    }
}
