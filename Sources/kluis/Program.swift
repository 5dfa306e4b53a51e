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

    /// Help and version end well; everything else that the parser says is wrong use.
    private static func wrongUse(_ error: any Error, _ arguments: [String]) -> Int32 {
        if Kluis.exitCode(for: error) == .success {
            try? Bytes.write(Array((Kluis.fullMessage(for: error) + "\n").utf8), to: STDOUT_FILENO)
            return 0
        }
        Console.fail(plain(Kluis.message(for: error)))
        let path = arguments.prefix { !$0.hasPrefix("-") }.prefix(2).joined(separator: " ")
        Console.hint(path.isEmpty ? "kluis --help" : say(.hintHelp, path))
        return ProblemCode.invalid.exitCode
    }

    /// One line, no capital at the start, no full stop at the end.
    static func plain(_ text: String) -> String {
        var line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        while line.last == "." || line.last == " " { line.removeLast() }
        guard let first = line.first else { return line }
        return first.lowercased() + line.dropFirst()
    }
}
