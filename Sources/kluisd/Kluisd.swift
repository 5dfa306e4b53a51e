import ArgumentParser
import CKluis
import Glibc
import Logging

/// The program: reads its arguments, runs one command, and ends with its exit status. Wrong use ends with 2, in the same form as every other
/// error.
@main enum Program {
    static func main() async {
        do {
            let command = try Kluisd.parseAsRoot()
            if var waiting = command as? any AsyncParsableCommand {
                try await waiting.run()
            } else {
                var plain = command
                try plain.run()
            }
        } catch  where Kluisd.exitCode(for: error) == .success {
            print(Kluisd.fullMessage(for: error))
        } catch {
            if let command = unknownCommand { Ending.failed("there is no command '\(command)'", hint: "kluisd --help", status: 2).tell() }
            let lines = Kluisd.message(for: error).split(whereSeparator: \.isNewline)
            var sentence = withoutValues(lines.joined(separator: " "))
            while sentence.last == "." || sentence.last == " " { sentence.removeLast() }
            Ending.failed(sentence.prefix(1).lowercased() + sentence.dropFirst(), hint: "kluisd --help", status: 2).tell()
        }
    }

    /// The first word, where a command must stand and none of that name does; "…" for one that may be a secret. What stands behind it is not told: the
    /// command may have been meant to be `slot`.
    private static var unknownCommand: String? {
        let names = Kluisd.configuration.subcommands.map { $0._commandName } + ["help"]
        guard let word = CommandLine.arguments.dropFirst().first, !word.hasPrefix("-"), !names.contains(word) else { return nil }
        // A mistyped command looks like one.
        return word.utf8.count <= 12 && word.utf8.allSatisfy({ (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }) ? word : "…"
    }

    /// The sentence about wrong use, without what was typed where that may be a secret: whoever puts a passphrase behind `kluisd slot` has made one
    /// mistake, and standard error is kept in more places than the screen. What stands in quotes stays where it is the name of an option or argument.
    private static func withoutValues(_ sentence: String) -> String {
        // Of the other commands none takes a secret.
        let others = Kluisd.configuration.subcommands.map { $0._commandName }.filter { $0 != Slot._commandName }
        if let first = CommandLine.arguments.dropFirst().first, others.contains(first) { return sentence }
        guard let start = sentence.firstIndex(of: "'"), let end = sentence.lastIndex(of: "'"), start < end else { return sentence }
        let quoted = sentence[sentence.index(after: start)..<end]
        let names = Slot.configuration.subcommands.map { Kluisd.usageString(for: $0) }.joined()
        if quoted.hasPrefix("--") || quoted.hasPrefix("<"), names.contains(quoted) { return sentence }
        return sentence[..<start] + "'…'" + sentence[end...].dropFirst()
    }
}

struct Kluisd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kluisd", abstract: "The vault daemon of the sociaal team.", version: Daemon.version,
        subcommands: [Init.self, Serve.self, Rehearse.self, Check.self, Slot.self, Adopt.self])

    /// Before anything else: a private file mode mask, no core dumps, and no other process may look inside; and no more arenas than the one or two
    /// that there are by now, because each thread would keep for itself what the largest contents took that ever passed through it.
    static func harden() throws {
        umask(0o077)
        kluis_share_arena()
        guard kluis_forbid_dumps() == 0 else { throw Ending.failed("core dumps cannot be switched off") }
        signal(SIGPIPE, SIG_IGN)
    }

    static func logger(_ level: Logger.Level) -> Logger {
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        var logger = Logger(label: "kluisd")
        logger.logLevel = level
        return logger
    }
}

/// Runs a command and ends the process with a sentence when it fails.
func ending(_ body: () async throws -> Void) async {
    do { try await body() } catch { Ending(error).tell() }
}
