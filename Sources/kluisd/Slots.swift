import ArgumentParser
import Glibc
import Sealing
import Vault

/// The ways to open a vault: at least two, each rehearsed. Work on them is done while nobody serves the vault.
struct Slot: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists, adds, removes and tries the ways to open the vault.",
        discussion: """
            Stop the daemon first. Have two ways at least, one of them no credential of this machine, and try each now and then. Secrets are \
            never arguments: a key is a file, a passphrase is typed or comes on the standard input.

              kluisd slot add --passphrase --label 'envelope in the safe'
              kluisd slot try --passphrase

            With `unseal: credential`, only systemd has what opens the vault. Let it run the command:

              \(UnsealingSecret.throughSystemd) kluisd slot list
            """,
        subcommands: [List.self, Add.self, Remove.self, Try.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows the ways to open the vault: identifier, kind, label.")
        @OptionGroup var configuration: ConfigurationOption
        @OptionGroup var opening: OpeningSecret

        func run() async throws {
            await ending {
                try Slot.work(configuration) { configuration, paths in
                    let (ways, _) = try VaultFiles.rehearse(paths, with: try opening.read(configuration))
                    for way in ways { print(way.line) }
                    advise(ways)
                }
            }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Adds a way to open the vault, and tries it. Prints its identifier.")
        @OptionGroup var configuration: ConfigurationOption
        @OptionGroup var secret: GivenSecret
        @OptionGroup var opening: OpeningSecret
        @Option(help: "What people call it: 1 to 64 bytes. It stands in the file in the clear.") var label: String?

        func run() async throws {
            await ending {
                try Slot.work(configuration) { configuration, paths in
                    guard secret.isGiven else {
                        throw Ending.failed(
                            "say what is to open the vault", hint: "give --passphrase, --key-file or --credential", status: 2)
                    }
                    let known = try opening.read(configuration)
                    let new = try secret.read(configuration, isNew: true)
                    let id = try VaultFiles.changeSlots(paths, with: known) { list, root in
                        // A secret that opens the vault already is no second way.
                        if let same = try? list.slot(openedBy: new) {
                            throw Ending.failed("this secret opens the vault already, as \(same)", hint: "give another", status: 2)
                        }
                        do throws(SealingError) {
                            return try list.add(new, label: label ?? secret.word, root: root)
                        } catch {
                            switch error {
                            case .badName: throw Ending.failed("a label has 1 to 64 bytes and no control characters", status: 2)
                            case .tooManyEntries: throw Ending.failed("the vault has as many ways to open as it can", status: 2)
                            default: throw error
                            }
                        }
                    }
                    let (ways, opened) = try VaultFiles.rehearse(paths, with: new)
                    guard opened == id else { throw Ending.failed("the new way does not open the vault") }
                    print(id)
                    advise(ways)
                }
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Removes a way to open the vault.",
            discussion: """
                Open the vault with a way that stays, so that it is known to work. Whoever kept a copy of the old slot file and the secret still \
                opens the vault with them.
                """)
        @OptionGroup var configuration: ConfigurationOption
        @OptionGroup var opening: OpeningSecret
        @Argument(help: "Its identifier, as `kluisd slot list` shows it.") var slot: String

        func run() async throws {
            await ending {
                try Slot.work(configuration) { configuration, paths in
                    let known = try opening.read(configuration)
                    let ways = try VaultFiles.changeSlots(paths, with: known) { list, root in
                        guard let gone = list.slots.first(where: { $0.id.description == slot }) else {
                            throw Ending.failed("there is no such way to open the vault", hint: "kluisd slot list shows them", status: 3)
                        }
                        let rest = list.slots.filter { $0.id != gone.id }
                        guard !rest.isEmpty else {
                            throw Ending.failed(
                                "this is the last way to open the vault", hint: "add another first: kluisd slot add", status: 2)
                        }
                        // The credential of a machine dies with the machine, or with the next change of its firmware.
                        guard rest.contains(where: { $0.kind != .credential }) else {
                            throw Ending.failed(
                                "only this machine could open the vault then",
                                hint: "add a passphrase or a key file first: kluisd slot add",
                                status: 2)
                        }
                        // Of the others nobody has shown that their secret is still there.
                        let opened = try list.slot(openedBy: known)
                        guard opened != gone.id else {
                            throw Ending.failed(
                                "this is the way that was opened with, the only one that is known to work",
                                hint: "open with one that stays: --open-key-file, --open-credential or --open-passphrase", status: 2)
                        }
                        try list.remove(gone.id, root: root)
                        return rest
                    }
                    advise(ways)
                    guard try !Slot.opens(asConfigured: configuration, paths, ways) else { return }
                    warn(
                        "the vault no longer opens as `unseal` says (\(configuration.unseal.rawValue)): it cannot be started",
                        hint: "before the next start, add that way again (kluisd slot add) or change `unseal`")
                }
            }
        }
    }

    struct Try: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "try", abstract: "Opens the vault with a secret, says which way that was, and changes nothing.")
        @OptionGroup var configuration: ConfigurationOption
        @OptionGroup var secret: GivenSecret

        func run() async throws {
            await ending {
                try Slot.work(configuration) { configuration, paths in
                    let (ways, opened) = try VaultFiles.rehearse(paths, with: try secret.read(configuration))
                    for way in ways where way.id == opened { print(way.line) }
                }
            }
        }
    }

    /// Whether a start would still open the vault, as far as can be told without asking anybody: with the configured secret where it is at hand,
    /// else by whether a way of its kind is left.
    private static func opens(asConfigured configuration: Configuration, _ paths: VaultPaths, _ ways: [KeySlot]) throws -> Bool {
        let isAtHand =
            switch configuration.unseal {
            case .credential: UnsealingSecret.hasCredential
            case .keyFile: true
            case .passphrase: false
            }
        if isAtHand, let secret = try? UnsealingSecret.read(configuration) {
            do { _ = try VaultFiles.rehearse(paths, with: secret) } catch VaultError.wrongSecret { return false }
            return true
        }
        return ways.contains { $0.word == configuration.unseal.rawValue }
    }

    /// Runs work on the slots of the configured vault, with nobody else on it.
    private static func work(_ option: ConfigurationOption, _ body: (Configuration, VaultPaths) throws -> Void) throws {
        try Kluisd.harden()
        let configuration = try Configuration.read(path: option.path)
        let settings = ConfigurationOption.settings(configuration)
        try settings.requireVault()
        let lock = try LockFile(in: settings.stateDirectory)
        try body(configuration, settings.paths)
        _ = consume lock
    }
}

/// One of the three kinds of secrets, as options name it; none where the configuration is to say.
private struct NamedSecret {
    let keyFile: String?
    let credential: String?
    let passphrase: Bool

    func validate(_ options: String) throws {
        guard [keyFile != nil, credential != nil, passphrase].count(where: { $0 }) <= 1 else {
            throw ValidationError("give one of \(options)")
        }
    }

    func read(isNew: Bool) throws -> SlotSecret? {
        if let keyFile { return try UnsealingSecret.keyFile(keyFile) }
        if let credential { return try UnsealingSecret.credential(credential) }
        return passphrase ? try UnsealingSecret.passphrase(isNew: isNew) : nil
    }
}

/// The secret that a command is about; as configured where none is given.
struct GivenSecret: ParsableArguments {
    @Option(help: ArgumentHelp("A file with 32 to 4096 random bytes, which its owner alone may read.", valueName: "file"))
    var keyFile: String?
    @Option(help: ArgumentHelp("A file with what systemd will decrypt as the credential kluis-root.", valueName: "file"))
    var credential: String?
    @Flag(help: "A passphrase, typed or on the standard input.") var passphrase = false

    var isGiven: Bool { keyFile != nil || credential != nil || passphrase }
    /// As in `unseal` of the configuration.
    var word: String { keyFile != nil ? "key-file" : credential != nil ? "credential" : "passphrase" }

    func validate() throws {
        try given.validate("--key-file, --credential and --passphrase")
    }

    private var given: NamedSecret { NamedSecret(keyFile: keyFile, credential: credential, passphrase: passphrase) }

    func read(_ configuration: Configuration, isNew: Bool = false) throws -> SlotSecret {
        try given.read(isNew: isNew) ?? UnsealingSecret.atHand(configuration, else: "--credential, --key-file or --passphrase")
    }
}

/// The secret that opens the vault for the work; as configured where none is given.
struct OpeningSecret: ParsableArguments {
    @Option(help: ArgumentHelp("Open the vault with this key file, and not as configured.", valueName: "file")) var openKeyFile: String?
    @Option(
        help: ArgumentHelp(
            "Open the vault with this credential, decrypted as systemd lays it out, and not as configured.", valueName: "file"))
    var openCredential: String?
    @Flag(help: "Open the vault with a passphrase, and not as configured.") var openPassphrase = false

    func validate() throws {
        try given.validate("--open-key-file, --open-credential and --open-passphrase")
    }

    private var given: NamedSecret { NamedSecret(keyFile: openKeyFile, credential: openCredential, passphrase: openPassphrase) }

    func read(_ configuration: Configuration) throws -> SlotSecret {
        try given.read(isNew: false)
            ?? UnsealingSecret.atHand(configuration, else: "--open-credential, --open-key-file or --open-passphrase")
    }
}

extension UnsealingSecret {
    /// What runs a command with the credential that the service gets.
    static let throughSystemd = "systemd-run --pipe --wait -p User=kluis -p LoadCredentialEncrypted=kluis-root"

    /// Whether systemd has laid out credentials for this process.
    static var hasCredential: Bool { Systemd.environment("CREDENTIALS_DIRECTORY") != nil }

    /// As configured, for whoever works in a shell, where systemd lays out nothing.
    static func atHand(_ configuration: Configuration, else options: String) throws -> SlotSecret {
        guard configuration.unseal != .credential || hasCredential else {
            throw Ending.failed(
                "there is no credential to open the vault with: `unseal` names one, and systemd gives it to what it runs only",
                hint: "give \(options), or let systemd run it: \(throughSystemd) kluisd slot …", status: 4)
        }
        return try read(configuration)
    }
}

extension KeySlot {
    /// Its kind, as in `unseal` of the configuration.
    fileprivate var word: String {
        switch kind {
        case .passphrase: "passphrase"
        case .keyFile: "key-file"
        case .credential: "credential"
        }
    }

    /// Identifier, kind and label, in columns.
    fileprivate var line: String { "\(id)  \(word)\(String(repeating: " ", count: 10 - word.utf8.count))  \(label)" }
}

/// Warns where a vault can be opened in one way only, or by this machine only.
func advise(_ ways: [KeySlot]?) {
    guard let ways else { return }
    let warning: String
    if ways.count == 1 {
        warning = "the vault opens in one way only: whoever loses that secret loses everything"
    } else if ways.allSatisfy({ $0.kind == .credential }) {
        warning = "only this machine can open the vault: a change of its firmware may lock it for good"
    } else {
        return
    }
    warn(warning, hint: "add another way and try it: kluisd slot add, kluisd slot try")
}

/// Tells the operator what may go wrong later, and what to do.
func warn(_ warning: String, hint: String) {
    let bytes = Array("kluisd: warning: \(warning)\nkluisd: hint: \(hint)\n".utf8)
    // SAFETY: the buffer lives for the call.
    _ = unsafe bytes.withUnsafeBytes { unsafe write(2, $0.baseAddress, $0.count) }
}
