import Glibc
import Household
import Ledger
import Policy
import ReferenceMonitor
import Storage
import Vault

/// How the daemon ends when it cannot do its work: a sentence for the operator, what to do, and an exit status.
struct Ending: Error {
    let sentence: String
    let hint: String?
    let status: CInt

    static func failed(_ sentence: String, hint: String? = nil, status: CInt = 70) -> Ending {
        Ending(sentence: sentence, hint: hint, status: status)
    }

    /// A folder of the vault is neither there nor can it be made.
    static func cannotBeMade(_ folder: String) -> Ending {
        .failed("\(folder) cannot be made", hint: "make it first, with mode 0700, for the account of kluisd", status: 2)
    }

    /// Nobody knows whether the last commit stands, so nobody is served on top of it, and the service manager must not start again by itself.
    static var diskFailed: Ending {
        .failed("a commit failed with an input or output error", hint: "look at the disk, then start again", status: 74)
    }

    /// The sentence for what the layers below threw while starting.
    init(_ error: any Error) {
        switch error {
        case let ending as Ending: self = ending
        case let failure as Configuration.Failure: self = .failed(failure.description, status: 2)
        case LockFile.Failure.heldByAnother:
            // The socket unit too: left alone, it starts the service again for the next client.
            self = .failed(
                "another kluisd serves this state directory",
                hint: "stop it first: systemctl stop kluisd.socket kluisd.service; to practise, give another --state", status: 4)
        case LockFile.Failure.belongsToAnother(let folder):
            self = .failed(
                "\(folder) belongs to another account", hint: "run this as the account of kluisd: runuser -u kluis -- kluisd …", status: 2)
        case LockFile.Failure.cannotOpen(let path, let code):
            self = .failed(
                "\(path) cannot be opened: \(Self.words(code))", hint: "it must belong to the account of kluisd: look at owner and mode",
                status: 70)
        case VaultError.doesNotVerify(let finding):
            self = .failed(
                "the store does not verify: \(finding.rawValue)", hint: "touch nothing, keep a copy, and call the privacy officer",
                status: 5)
        case LedgerError.doesNotVerify(let index):
            self = .failed(
                "the ledger does not verify" + (index.map { " at line \($0)" } ?? ""),
                hint: "touch nothing, keep a copy, and call the privacy officer", status: 5)
        case LedgerError.rolledBack:
            self = .failed(
                "the store is older than the checkpoint that was published: it was put back",
                hint: "bring the newest store back, or ask the custodians for a new incarnation", status: 5)
        case LedgerError.cannotExport(let code):
            self = .failed(
                "the public copy of the log cannot be written: \(Self.words(code))",
                hint: "look at owner, mode and room of the folder ledger in the state directory", status: 70)
        case LedgerError.notRecorded, StorageError.notRecorded:
            self = .failed("the disk takes no line of the log", hint: "look at its room and its health, then start again", status: 70)
        case VaultError.wrongSecret: self = .failed("this secret opens no slot: the vault stays sealed", status: 4)
        case VaultError.noVault: self = .failed("there is no vault here", hint: "kluisd init makes one", status: 2)
        case VaultError.vaultExists: self = .failed("there is a vault here already", hint: "kluisd serve opens it", status: 2)
        case VaultError.unfinished:
            self = .failed(
                "an earlier kluisd init did not come to its end here",
                hint: "nothing was kept in it: empty the state directory and the key directory, then run kluisd init again", status: 2)
        case VaultError.missing(let step):
            self = .failed(
                "the \(step.rawValue) file of this vault is missing",
                hint: "mount the disk that it lies on, or bring it back from a copy; only where no vault was ever in use, empty the state "
                    + "directory and the key directory and run kluisd init", status: 2)
        case VaultError.otherFormat(let format):
            self = .failed(
                "this vault has format \(format), and this kluisd reads another",
                hint: "use the kluisd that made it; a practice vault can be made anew", status: 2)
        case VaultError.unsafeFile(let step):
            self = .failed("the \(step.rawValue) is not private to the daemon", hint: "check owner and mode", status: 2)
        case VaultError.file(let step, let code):
            self = .failed("the \(step.rawValue) cannot be used: \(Self.words(code))", status: 70)
        case StorageError.unknown, MonitorError.unknown: self = .diskFailed
        case StorageError.cannotOpen(.schema(let name)):
            self = .failed(
                "the store does not verify: \(name) in the database is not as the vault made it",
                hint: "touch nothing, keep a copy, and call the privacy officer", status: 5)
        case StorageError.cannotOpen(let reason): self = .failed("the database cannot be opened: \(reason)", status: 70)
        case let error as PolicyError: self = .failed("the policies are not accepted: \(error)", status: 2)
        case ListeningSocket.Failure.noFolder(let folder):
            self = .failed(
                "\(folder), where the socket is to be, is not there", hint: "make it for the account of kluisd, or name another", status: 2)
        case ListeningSocket.Failure.closedFolder(let folder):
            self = .failed(
                "this account may not make the socket in \(folder)",
                hint: "it must belong to the account of kluisd: look at owner and mode", status: 2)
        case ListeningSocket.Failure.pathTooLong: self = .failed("the path of the socket is too long", status: 2)
        case ListeningSocket.Failure.cannotOpen(let code): self = .failed("the socket cannot be opened: \(Self.words(code))", status: 70)
        default: self = .failed("\(error)", status: 70)
        }
    }

    init(sentence: String, hint: String?, status: CInt) {
        self.sentence = sentence
        self.hint = hint
        self.status = status
    }

    static func words(_ code: CInt) -> String {
        // SAFETY: copied at once.
        unsafe String(cString: strerror(code))
    }

    /// Tells the operator and ends the process.
    func tell() -> Never {
        var text = "kluisd: error: \(sentence)\n"
        if let hint { text += "kluisd: hint: \(hint)\n" }
        let bytes = Array(text.utf8)
        // SAFETY: the buffer lives for the call.
        _ = unsafe bytes.withUnsafeBytes { unsafe write(2, $0.baseAddress, $0.count) }
        exit(status)
    }
}
