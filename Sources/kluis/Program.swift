internal import ArgumentParser
internal import Glibc
internal import Wire

/// `kluis NOUN VERB`.
struct Kluis: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kluis", abstract: say(.helpProgram), version: Program.version,
        subcommands: [
            StatusCommand.self, LoginCommand.self, LogoutCommand.self, WhoamiCommand.self, HouseholdCommands.self, PersonCommands.self,
            TeamCommands.self, PlanCommands.self, ItemCommands.self, ConsentCommands.self, AccessCommands.self, LedgerCommands.self,
            OrganisationCommands.self, WorkerCommands.self, RehearsalCommands.self,
        ])
}

/// The program: reads its arguments, runs one command, and ends with that command's exit code.
@main enum Program {
    static let version = "0.1.0"

    static func main() async {
        // A reader that goes away shows as an error of write, which says more than a signal.
        signal(SIGPIPE, SIG_IGN)
        exit(await exitCode(of: Array(CommandLine.arguments.dropFirst())))
    }

    /// Runs the command in `arguments`; everything it has to say is said when this returns.
    static func exitCode(of arguments: [String]) async -> Int32 {
        let arguments = arranged(arguments)
        if let failure = unknownWord(arguments) {
            failure.report(json: arguments.contains("--json"))
            return failure.code.exitCode
        }
        let command: any ParsableCommand
        do { command = try Kluis.parseAsRoot(arguments) } catch { return wrongUse(error, arguments) }
        do {
            if var waiting = command as? any AsyncParsableCommand {
                try await waiting.run()
            } else {
                var plain = command
                try plain.run()
            }
            return 0
        } catch let finished as Finished {
            return finished.exitCode
        } catch let failure as Failure {
            failure.report(json: (command as? any KluisCommand)?.common.json ?? false)
            return failure.code.exitCode
        } catch {
            return wrongUse(error, arguments)
        }
    }

    /// `kluis --lang nl item list …` is as good as `kluis item list … --lang nl`: common options before the noun move behind it.
    static func arranged(_ arguments: [String]) -> [String] {
        let flags: Set = ["--json", "--why"]
        let options: Set = ["--socket", "--for", "--purpose", "--lang", "--idempotency-key", "--if-match"]
        var moved: [String] = []
        var rest = arguments[...]
        while let first = rest.first {
            if flags.contains(first) || options.contains(where: { first.hasPrefix("\($0)=") }) {
                moved.append(rest.removeFirst())
            } else if options.contains(first), rest.count > 1 {
                moved += [rest.removeFirst(), rest.removeFirst()]
            } else {
                break
            }
        }
        let end = rest.firstIndex(of: "--") ?? rest.endIndex
        return Array(rest[..<end]) + (rest.isEmpty ? [] : moved) + Array(rest[end...])
    }

    /// Help and version end well; everything else that the parser says is wrong use.
    private static func wrongUse(_ error: any Error, _ arguments: [String]) -> Int32 {
        if Kluis.exitCode(for: error) == .success {
            try? Bytes.write(Array((Kluis.fullMessage(for: error) + "\n").utf8), to: STDOUT_FILENO)
            return 0
        }
        Console.fail(reworded(Kluis.message(for: error)))
        let path = known(arguments)
        Console.hint(path.isEmpty ? "kluis --help" : say(.hintHelp, path.joined(separator: " ")))
        return ProblemCode.invalid.exitCode
    }

    /// The noun and the verb at the start of the arguments, as far as they are ours.
    static func known(_ arguments: [String]) -> [String] {
        var path: [String] = []
        var level: [any ParsableCommand.Type] = Kluis.configuration.subcommands
        for argument in arguments {
            guard let next = command(argument, among: level) else { break }
            path.append(argument)
            level = next.configuration.subcommands
        }
        return path
    }

    /// A noun or a verb that there is none of: said before the parser stumbles over what comes behind it, or shows the help of something else.
    private static func unknownWord(_ arguments: [String]) -> Failure? {
        let path = known(arguments)
        var level: [any ParsableCommand.Type] = Kluis.configuration.subcommands
        for word in path { level = command(word, among: level)?.configuration.subcommands ?? [] }
        // `kluis help NOUN` is the parser's own.
        guard !level.isEmpty, arguments.count > path.count, let word = arguments[path.count...].first, !word.hasPrefix("-"),
            !(path.isEmpty && word == "help")
        else { return nil }
        var words: [String] = []
        for one in level {
            let configuration = one.configuration
            words.append((say.language == .dutch ? configuration.aliases.first : nil) ?? configuration.commandName ?? "")
        }
        var failure = Failure.invalid(.unknownWord, word, words.joined(separator: ", "))
        failure.hints = [path.isEmpty ? "kluis --help" : say(.hintHelp, path.joined(separator: " "))]
        return failure
    }

    private static func command(_ word: String, among level: [any ParsableCommand.Type]) -> (any ParsableCommand.Type)? {
        level.first { $0.configuration.commandName == word || $0.configuration.aliases.contains(word) }
    }

    /// What the parser says, in the user's language. It says it in English only, with the particulars between quotes; what has another
    /// form stays as it is.
    static func reworded(_ text: String) -> String {
        let forms: [(start: String, phrase: Phrase)] = [
            ("Missing expected argument ", .wrongMissingArgument), ("Missing value for ", .wrongMissingValue),
            ("Unknown option ", .wrongUnknownOption), ("Unexpected argument ", .wrongUnexpected), ("The value ", .wrongValue),
        ]
        let plainText = plain(text)
        // `2 unexpected arguments: 'a', 'b'`.
        if let list = text.firstRange(of: " unexpected arguments: ") {
            return say(.wrongUnexpected, text[list.upperBound...].filter { $0 != "'" })
        }
        for (start, phrase) in forms where text.hasPrefix(start) {
            let quoted = text.split(separator: "'", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map(
                \.element)
            guard let first = quoted.first else { return plainText }
            return say(phrase, String(first), String(quoted.dropFirst().first ?? ""))
        }
        return plainText
    }

    /// One line, no capital at the start, no full stop at the end.
    static func plain(_ text: String) -> String {
        var line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        while line.last == "." || line.last == " " { line.removeLast() }
        guard let first = line.first else { return line }
        return first.lowercased() + line.dropFirst()
    }
}
