import ArgumentParser
import Glibc
import Household
import Logging
import Policy
import Sealing
import Vault

struct ConfigurationOption: ParsableArguments {
    static let usual = "/etc/kluis/kluisd.yaml"
    @Option(name: .customLong("config"), help: "The configuration file.") var path = ConfigurationOption.usual

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
    /// - Throws: the sentence that names which of the vault's folders and key files is not private to this account. One that is not there yet is.
    func requirePrivate() throws {
        guard let found = try VaultFiles.exposed(paths) else { return }
        switch found.fault {
        case .belongsToAnother: throw LockFile.Failure.belongsToAnother(found.path)
        case .openToOthers(let mode):
            let bits = String(mode, radix: 8)
            throw Ending.failed(
                "\(found.path) is not private to the daemon: its mode is \(String(repeating: "0", count: max(0, 4 - bits.count)) + bits)",
                hint: "run chmod \(found.isFolder ? 700 : 600) on it", status: 2)
        case .otherKind:
            throw Ending.failed(
                "\(found.path) is not a \(found.isFolder ? "folder" : "file")", hint: "it must be one, and no link to one", status: 2)
        }
    }

    /// - Throws: the sentence for whoever wants to open a vault where there is none, or not all of one, or one that others may touch.
    func requireVault() throws {
        try requirePrivate()
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

    /// The fewest characters of a new passphrase. Whoever has a copy of the slot file may guess for years, with nobody to slow them down.
    ///
    /// Source: NIST SP 800-63B-4, 3.1.1.2, for a password that nothing else stands beside.
    static let shortestPassphrase = 15

    static func passphrase(isNew: Bool) throws -> SlotSecret {
        let first = try SecretFile.prompt(isNew ? "new passphrase: " : "passphrase: ")
        guard isNew else { return try .passphrase(first) }
        // Characters and not bytes: those that do not go on with the one before.
        let characters = unsafe first.withUnsafeBytes { bytes in unsafe bytes.count { $0 & 0xC0 != 0x80 } }
        guard characters >= shortestPassphrase else {
            throw Ending.failed(
                "a passphrase has at least \(shortestPassphrase) characters, and this one has fewer",
                hint: "take a sentence that nobody guesses", status: 2)
        }
        if isatty(0) == 1 {
            let again = try SecretFile.prompt("once more: ")
            guard first.withBytes({ first in again.withBytes { ConstantTime.equal(first, $0) } }) else {
                throw Ending.failed("the two passphrases differ", hint: "try again", status: 2)
            }
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
            if sockets.isEmpty { try ListeningSocket.requirePlace(for: settings.socket) }
            let lock = try LockFile(in: settings.stateDirectory)
            let secret = try UnsealingSecret.read(configuration)
            let daemon = try await Daemon.open(settings, secret: secret, rehearsalClock: nil, logger: logger)
            try await daemon.serve(socket: sockets.first) { logger.info("serving") }
            _ = consume lock
        }
    }
}

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks configuration, policies, permissions and memory locking, and changes nothing.",
        discussion: """
            What it refuses, the next `init` or `serve` would refuse, with the same words and status. Run it as the account of kluisd. With \
            `unseal: credential`, let systemd run it:

              \(UnsealingSecret.throughSystemd) kluisd check
            """)
    @Option(
        name: .customLong("config"),
        help: "The configuration file. (default: \(ConfigurationOption.usual); none is looked at where --policies stands alone)")
    var path: String?
    @Option(help: "The folder with the policies; else as configured.") var policies: String?

    func run() async throws {
        await ending {
            try Kluisd.harden()
            guard let path = path ?? (policies == nil ? ConfigurationOption.usual : nil) else {
                try checkPolicies(policies ?? "")
                return checkMemory()
            }
            let configuration = try Configuration.read(path: path)
            print("configuration: ok")
            if let path = configuration.witnessPolicy { print("witnesses: ok, \(try WitnessPolicy.read(path: path).peers.count)") }
            try checkPolicies(policies ?? configuration.policyDirectory)
            try checkVault(ConfigurationOption.settings(configuration))
            try checkSecret(configuration)
            try ListeningSocket.requirePlace(for: configuration.socket)
            print("socket: ok, there is a place for it")
            checkMemory()
        }
    }

    private func checkPolicies(_ folder: String) throws {
        let engine = try PolicyFolder.load(folder)
        let digest = engine.digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        print("policies: ok, reglement \(engine.reglementVersion), digest \(digest)")
    }

    /// As `init` requires where there is no vault yet, else as `serve` does, up to the secret.
    private func checkVault(_ settings: Daemon.Settings) throws {
        try settings.requirePrivate()
        let ways: [KeySlot]?
        do { ways = try VaultFiles.ways(settings.paths) } catch VaultError.noVault { ways = nil }
        for (name, folder) in [("state", settings.stateDirectory), ("keys", settings.keyDirectory)] {
            if unsafe access(folder, F_OK) == 0 {
                print("\(name): ok, private")
            } else {
                guard Folder.takesNewFiles(Folder.of(folder)) else { throw Ending.cannotBeMade(folder) }
                print("\(name): \(folder) is not there yet; kluisd init makes it")
            }
        }
        guard let ways else { return print("vault: none yet; kluisd init makes one") }
        try LockFile.requireUsable(in: settings.stateDirectory)
        print("ways to open: \(ways.count)")
        advise(ways)
    }

    private func checkSecret(_ configuration: Configuration) throws {
        guard configuration.unseal != .passphrase else { return print("secret: a passphrase, asked for at the start") }
        guard configuration.unseal != .credential || UnsealingSecret.hasCredential else {
            throw Ending.failed(
                "there is no credential to open the vault with: `unseal` names one, and systemd gives it to what it runs only",
                hint: "let systemd run this: \(UnsealingSecret.throughSystemd) kluisd check", status: 4)
        }
        // Read and given up again: whether it opens the vault is for `kluisd slot try`.
        _ = try UnsealingSecret.read(configuration)
        print("secret: ok, \(configuration.unseal.rawValue)")
    }

    private func checkMemory() { print("memory: \(words(MemoryLocking.probe()))") }

    private func words(_ locking: MemoryLocking) -> String {
        func bytes(_ limit: UInt64?) -> String { limit.map { ", limit \($0) bytes" } ?? ", no limit" }
        return switch locking {
        case .works(let limit): "ok, key memory is locked" + bytes(limit)
        case .refused(let limit): "key memory cannot be locked" + bytes(limit) + "; raise LimitMEMLOCK"
        case .unavailable: "key memory cannot be locked on this system"
        }
    }
}
