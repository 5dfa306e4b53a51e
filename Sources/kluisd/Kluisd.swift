import ArgumentParser
import CKluis
import Glibc
import Logging

@main
struct Kluisd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kluisd", abstract: "The vault daemon of the sociaal team.", version: Daemon.version,
        subcommands: [Init.self, Serve.self, Rehearse.self, Check.self, Slot.self, Adopt.self])

    /// Before any thread starts: a private file mode mask, no core dumps, and no other process may look inside.
    static func harden() throws {
        umask(0o077)
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
