import ArgumentParser
import Glibc
import Household
import Policy
import ReferenceMonitor
import Sealing
import Vault

struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes a new vault.",
        discussion: "The first worker is the functional administrator, who registers everybody else. Their public key comes from a file.")
    @OptionGroup var configuration: ConfigurationOption
    @Option(help: "Handle of the municipality: 2 to 32 lower-case letters, digits or dashes.") var municipality: String
    @Option(help: "Name of the municipality.") var municipalityName: String
    @Option(help: "Handle of the functional administrator.") var administrator: String
    @Option(help: "Public key file of the functional administrator: an Ed25519 key, best on a hardware token.") var key: String
    @Option(help: "The number of the administrator's account on this machine, as `id -u` prints it.") var uid: UInt32

    func run() async throws {
        await ending {
            try Kluisd.harden()
            let (configuration, settings) = try configuration.settings()
            let engine = try PolicyFolder.load(settings.policyDirectory)
            guard let (type, bytes) = SSHPublicKey.parse(try String(contentsOfFile: key)), let publicKey = Bytes32(bytes) else {
                throw Ending.failed(
                    "\(key) holds no Ed25519 public key", hint: "give the .pub file; ssh-keygen -t ed25519-sk makes one", status: 2)
            }
            guard let town = Handle(municipality), let person = Handle(administrator) else {
                throw Ending.failed("a handle is 2 to 32 lower-case letters, digits or dashes", status: 2)
            }
            guard let digest = Bytes32(engine.digest), let version = Household.Label(engine.reglementVersion) else {
                throw Ending.failed("the policies have no version", status: 2)
            }
            try settings.requirePrivate()
            do { try VaultFiles.requireNone(settings.paths) } catch VaultError.vaultExists {
                throw Ending.failed("there is a vault in \(settings.stateDirectory) already", hint: "kluisd serve opens it", status: 2)
            }
            for folder in [settings.keyDirectory, settings.stateDirectory] {
                do { try VaultFiles.makeFolder(folder) } catch VaultError.file { throw Ending.cannotBeMade(folder) }
            }
            let lock = try LockFile(in: settings.stateDirectory)
            let secret = try UnsealingSecret.read(configuration, isNew: true)
            let now = SystemClock.now
            let organisation = OrganisationID.random()
            let worker = WorkerID.random()
            let founding = Founding(
                header: VaultHeader(isRehearsal: false, createdAt: now, policyDigest: digest, reglementVersion: version),
                organisations: [
                    .init(
                        Organisation(id: organisation, kind: .municipality, convenantSignedOn: now.day),
                        OrganisationWords(id: organisation, name: municipalityName), handle: town)
                ],
                workers: [
                    .init(
                        Worker(id: worker, organisation: organisation, state: .active, secrecyDeclaredOn: now.day),
                        WorkerWords(id: worker, name: administrator), handle: person,
                        roles: [RoleAssignment(id: .random(), worker: worker, role: .functionalAdmin, from: now)],
                        keys: [
                            WorkerKey(
                                id: .random(), worker: worker, type: type, publicKey: publicKey, peerUIDs: [uid], addedAt: now,
                                state: .active,
                                declaredApart: type == .ed25519)
                        ])
                ])
            try await VaultFiles.create(settings.paths, secret: secret, label: configuration.unseal.rawValue, founding: founding)
            _ = consume lock
            print("the vault was made in \(settings.stateDirectory)")
            advise(VaultFiles.claimedWays(settings.paths))
            warn(
                "the vault has one functional administrator: without that key nobody keeps accounts any more",
                hint: "make a second one first: kluis worker add, role functionalAdmin, key --uid, and have them sign in")
        }
    }
}

extension String {
    /// The contents of a small text file.
    fileprivate init(contentsOfFile path: String) throws {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Ending.failed("\(path) cannot be read: \(Ending.words(errno))", status: 2) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
        guard count >= 0, let text = String(validating: bytes[..<count], as: UTF8.self) else {
            throw Ending.failed("\(path) is not text", status: 2)
        }
        self = text
    }
}
