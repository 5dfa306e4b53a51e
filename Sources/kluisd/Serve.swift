import ArgumentParser
import Glibc
import Household
import Logging
import Policy
import Sealing
import Vault

struct ConfigurationOption: ParsableArguments {
    @Option(name: .customLong("config"), help: "The configuration file.") var path = "/etc/kluis/kluisd.yaml"

    func settings() throws -> (Configuration, Daemon.Settings) {
        let configuration = try Configuration.read(path: path)
        var settings = Self.settings(configuration)
        settings.witnessPolicy = try configuration.witnessPolicy.map { path throws(Configuration.Failure) in
            try WitnessPolicy.read(path: path)
        }
        return (configuration, settings)
    }

    /// All but what stands in another file.
    static func settings(_ configuration: Configuration) -> Daemon.Settings {
        var settings = Daemon.Settings(
            stateDirectory: configuration.stateDirectory, keyDirectory: configuration.keyDirectory,
            policyDirectory: configuration.policyDirectory, socket: configuration.socket)
        settings.socketMode = configuration.socketMode
        settings.checkpointMinutes = configuration.checkpointMinutes
        settings.jsonLimit = configuration.jsonLimit * 1024
        settings.itemLimit = UInt64(configuration.itemLimit) << 30
        settings.stopSeconds = configuration.stopSeconds
        settings.unwitnessedHours = configuration.unwitnessedHours
        settings.logLevel = Logger.Level(rawValue: configuration.logLevel.rawValue) ?? .info
        return settings
    }
}

extension Daemon.Settings {
    /// - Throws: the sentence for whoever wants to open a vault where there is none, or not all of one.
    func requireVault() throws {
        do throws(VaultError) { try VaultFiles.requireVault(paths) } catch {
            guard error == .noVault else { throw error }
            throw Ending.failed("there is no vault in \(stateDirectory)", hint: "kluisd init makes one", status: 2)
        }
    }
}

/// Where the secret that opens the vault comes from.
enum UnsealingSecret {
    /// - Parameter isNew: the secret is chosen now; a passphrase is asked for twice, where it is typed.
    static func read(_ configuration: Configuration, isNew: Bool = false) throws -> SlotSecret {
        switch configuration.unseal {
        case .credential:
            guard let folder = Systemd.environment("CREDENTIALS_DIRECTORY") else {
                throw Ending.failed(
                    "there is no credential to open the vault with", hint: "start it with systemd, or choose another way under `unseal`",
                    status: 4)
            }
            return try credential(folder + "/kluis-root")
        case .keyFile: return try keyFile(configuration.keyFile)
        case .passphrase: return try passphrase(isNew: isNew)
        }
    }

    static func keyFile(_ path: String) throws -> SlotSecret { try random(path, SlotSecret.keyFile) }
    static func credential(_ path: String) throws -> SlotSecret { try random(path, SlotSecret.credential) }

    static func passphrase(isNew: Bool) throws -> SlotSecret {
        guard isNew, isatty(0) == 1 else { return try .passphrase(try SecretFile.prompt("passphrase: ")) }
        let first = try SecretFile.prompt("new passphrase: ")
        let again = try SecretFile.prompt("once more: ")
        guard first.withBytes({ first in again.withBytes { ConstantTime.equal(first, $0) } }) else {
            throw Ending.failed("the two passphrases differ", hint: "nothing was changed; try again", status: 2)
        }
        return try .passphrase(first)
    }

    private static func random(
        _ path: String, _ secret: (consuming SecretBytes) throws(SealingError) -> SlotSecret
    ) throws -> SlotSecret {
        let content = try SecretFile.read(path)
        do throws(SealingError) { return try secret(content) } catch {
            guard error == .wrongLength else { throw error }
            throw Ending.failed(
                "\(path) is no key: it must hold 32 to 4096 random bytes", hint: "head -c 32 /dev/urandom makes one", status: 2)
        }
    }
}

/// Secrets go straight from the file or the terminal into guarded memory.
enum SecretFile {
    static let limit = 4096

    static func read(_ path: String) throws -> SecretBytes {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw Ending.failed("\(path) cannot be read", status: 4) }
        defer { close(descriptor) }
        var status = stat()
        let isCredential = Systemd.laidOut(path)
        // The group's bits of a credential may be the mask of an access control list; nobody but systemd writes there.
        guard unsafe fstat(descriptor, &status) == 0, status.st_mode & (isCredential ? 0o037 : 0o077) == 0 else {
            throw Ending.failed(
                "\(path) may be read by others",
                hint: isCredential ? "start the service again, so that systemd lays it out anew" : "run chmod 600 on it", status: 2)
        }
        return try take(descriptor, path, untilLineFeed: false)
    }

    /// Reads a line from the terminal without showing it.
    static func prompt(_ text: String) throws -> SecretBytes {
        var before = termios()
        let isTerminal = unsafe tcgetattr(0, &before) == 0
        if isTerminal {
            var silent = before
            silent.c_lflag &= ~tcflag_t(ECHO)
            _ = unsafe tcsetattr(0, TCSAFLUSH, &silent)
            let bytes = Array(text.utf8)
            _ = unsafe bytes.withUnsafeBytes { unsafe write(2, $0.baseAddress, $0.count) }
        }
        defer { if isTerminal { _ = unsafe tcsetattr(0, TCSAFLUSH, &before) } }
        return try take(0, "the passphrase", untilLineFeed: true)
    }

    private static func take(_ descriptor: CInt, _ name: String, untilLineFeed: Bool) throws -> SecretBytes {
        var count = 0
        // Room for one byte more than a secret may have, so that a longer one is refused and not cut.
        var secret = try SecretBytes(count: limit + 1)
        try unsafe secret.withUnsafeMutableBytes { target in
            while count <= limit {
                // SAFETY: one byte at an offset below the length.
                let got = unsafe Glibc.read(descriptor, target.baseAddress.map { unsafe $0 + count }, 1)
                if got < 0, errno == EINTR { continue }
                // What could be read of a secret is another secret.
                guard got >= 0 else { throw Ending.failed("\(name) cannot be read: \(Ending.words(errno))", status: 4) }
                guard got == 1 else { break }
                if untilLineFeed, unsafe target[count] == 10 { break }
                count += 1
            }
            guard count > 0 else { throw Ending.failed("the secret is empty", status: 4) }
            guard count <= limit else { throw Ending.failed("\(name) has more than \(limit) bytes", hint: "give a shorter one", status: 2) }
        }
        return try secret.prefix(count)
    }
}

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Opens the vault and serves.")
    @OptionGroup var configuration: ConfigurationOption

    func run() async throws {
        await ending {
            try Kluisd.harden()
            let sockets = Systemd.inheritedSockets()
            let (configuration, settings) = try configuration.settings()
            let logger = Kluisd.logger(settings.logLevel)
            try settings.requireVault()
            let lock = try LockFile(in: settings.stateDirectory)
            let secret = try UnsealingSecret.read(configuration)
            let daemon = try await Daemon.open(settings, secret: secret, rehearsalClock: nil, logger: logger)
            try await daemon.serve(socket: sockets.first) { logger.info("serving") }
            _ = consume lock
        }
    }
}

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Checks configuration, policies and memory locking, and changes nothing.")
    @Option(name: .customLong("config"), help: "The configuration file.") var path: String?
    @Option(help: "The folder with the policies; else as configured.") var policies: String?

    func run() async throws {
        await ending {
            var folder = policies
            if let path {
                let configuration = try Configuration.read(path: path)
                print("configuration: ok")
                if let path = configuration.witnessPolicy { print("witnesses: ok, \(try WitnessPolicy.read(path: path).peers.count)") }
                folder = folder ?? configuration.policyDirectory
                let ways = VaultFiles.claimedWays(ConfigurationOption.settings(configuration).paths)
                if let ways { print("ways to open: \(ways.count)") }
                advise(ways)
            }
            if let folder {
                let engine = try PolicyFolder.load(folder)
                print(
                    "policies: ok, reglement \(engine.reglementVersion), digest \(engine.digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())"
                )
            }
            print("memory: \(words(MemoryLocking.probe()))")
        }
    }

    private func words(_ locking: MemoryLocking) -> String {
        func bytes(_ limit: UInt64?) -> String { limit.map { ", limit \($0) bytes" } ?? ", no limit" }
        return switch locking {
        case .works(let limit): "ok, key memory is locked" + bytes(limit)
        case .refused(let limit): "key memory cannot be locked" + bytes(limit) + "; raise LimitMEMLOCK"
        case .unavailable: "key memory cannot be locked on this system"
        }
    }
}
