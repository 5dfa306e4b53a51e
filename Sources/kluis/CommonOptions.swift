internal import ArgumentParser

/// The options that every command takes.
struct CommonOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp(say(.helpSocket), valueName: "path"))
    var socket: String?

    @Flag(name: .long, help: ArgumentHelp(say(.helpJSON)))
    var json = false

    @Flag(name: .long, help: ArgumentHelp(say(.helpWhy)))
    var why = false

    @Option(name: .customLong("for"), help: ArgumentHelp(say(.helpFor), valueName: "person"))
    var onBehalfOf: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpPurpose), valueName: "purpose"))
    var purpose: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpLang), valueName: "language"))
    var lang: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpIdempotency), valueName: "key"))
    var idempotencyKey: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpIfMatch), valueName: "version"))
    var ifMatch: String?

    /// The socket: as named, else the first of the usual places that is named or there.
    var chosenSocket: String {
        if let socket { return socket }
        if let named = Environment.filled("KLUIS_SOCKET") { return named }
        if let base = Environment.filled("XDG_RUNTIME_DIR"), (try? PathKind("\(base)/kluis.sock")) != nil { return "\(base)/kluis.sock" }
        return "/run/kluis/kluis.sock"
    }

    func check() throws(Failure) {
        if let lang, Language(tag: lang) == nil { throw .invalid(.unknownLanguage) }
    }

    /// The check for a command that asks the daemon nothing: what says something about a request would count for nothing, and who gives it would
    /// believe that it did. The daemon refuses the same where they count for nothing; a purpose and a socket it always takes, and so does this.
    func checkWithoutDaemon() throws(Failure) {
        try check()
        if why { throw .invalid(.whyNotHere) }
        let options = [("--for", onBehalfOf), ("--idempotency-key", idempotencyKey), ("--if-match", ifMatch)]
        let given = options.compactMap { $0.1 == nil ? nil : $0.0 }
        if !given.isEmpty { throw .invalid(.nothingAskedHere, given.joined(separator: ", ")) }
    }

    /// What the requests of this run have in common; the session is the stored one, if any.
    func circumstances() throws(Failure) -> Circumstances {
        try check()
        let socket = chosenSocket
        let session = try Runtime.chosen(environment: Environment.filled).session(for: socket)
        return Circumstances(
            socket: socket, token: session?.token, hat: session?.hat, purpose: purpose, onBehalfOf: onBehalfOf, why: why, json: json,
            idempotencyKey: idempotencyKey, ifMatch: ifMatch, language: say.language, trace: Circumstances.newTrace())
    }
}

/// A command of this program.
protocol KluisCommand: AsyncParsableCommand {
    var common: CommonOptions { get }
}

/// A command that talks with the daemon over one connection.
protocol TalkingCommand: KluisCommand {
    /// The task that the user names (PR-10.3); only commands that read items ask for it.
    var basis: String? { get }
    func run(with client: Client) async throws
}

extension TalkingCommand {
    var basis: String? { nil }

    func run() async throws {
        var circumstances = try common.circumstances()
        circumstances.basis = basis
        let settled = circumstances
        try await Connection.open(settled.socket) { connection in
            try await run(with: Client(settled, over: connection))
        }
    }
}

/// A configuration with its help text, an example, the file to fill in where there is one, and its Dutch name.
func configuration(
    _ name: String, dutch: String..., help: Phrase, subcommands: [any ParsableCommand.Type] = [], usage: String? = nil
) -> CommandConfiguration {
    let discussion = [Examples.lines[help].map { say(.example, $0) }, Examples.forms[help].map { say($0) }].compactMap { $0 }
    return CommandConfiguration(
        commandName: name, abstract: say(help), usage: usage, discussion: discussion.joined(separator: "\n\n"),
        subcommands: subcommands, aliases: dutch.filter { $0 != name })
}
