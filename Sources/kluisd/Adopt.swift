import ArgumentParser
import Foundation
import Glibc
import Household
import Ledger
import Policy
import ReferenceMonitor
import Storage
import Vault

struct Adopt: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Puts another policy set in force, signed by the municipality and all partners.",
        discussion: """
            Stop the daemon first. Without signatures it prints what is to be signed, and changes nothing:

              kluisd adopt --policies /srv/policies-next > step.txt
              ssh-keygen -Y sign -n kluis-adopt@v1 -f ~/.ssh/kluis step.txt        (each signatory, on an own machine)
              kluisd adopt --policies /srv/policies-next --signature renske=renske.sig --signature kees=kees.sig

            Somebody of the municipality and of every partner signs, with the key that signs in; one of them is a privacy officer (PR-2.5). \
            Afterwards let `policies` in the configuration name the adopted set, and start the daemon.
            """)
    @OptionGroup var configuration: ConfigurationOption
    @Option(help: "The folder with the set that is offered.") var policies: String
    @Option(
        name: .customLong("signature"),
        help: ArgumentHelp("A worker's handle and the file with the signature; once for each signatory.", valueName: "handle=file"))
    var signatures: [String] = []

    func run() async throws {
        await ending {
            try Kluisd.harden()
            let (configuration, read) = try configuration.settings()
            var settings = read
            settings.policyDirectory = policies
            let given = try signatures.map(Self.signature)
            let logger = Kluisd.logger(settings.logLevel)
            try settings.requireVault()
            let lock = try LockFile(in: settings.stateDirectory)
            let secret = try UnsealingSecret.read(configuration)
            let daemon = try await Daemon.open(settings, secret: secret, rehearsalClock: nil, logger: logger, offering: true)
            let outcome: Result<Daemon.Adoption, any Error>
            do { outcome = .success(try await daemon.adopt(given)) } catch { outcome = .failure(error) }
            // Whatever came of it, the log is closed and published before anybody hears it.
            try await daemon.close()
            try tell(try outcome.get())
            _ = consume lock
        }
    }

    private func tell(_ adoption: Daemon.Adoption) throws {
        switch adoption {
        case .statement(let text, let namespace):
            FileHandle.standardOutput.write(Data(text.utf8))
            FileHandle.standardError.write(Data("kluisd: to be signed in the namespace \(namespace)\n".utf8))
        case .adopted(let step):
            print("adopted: reglement \(step.reglementVersion), digest \(step.offered)")
        case .inForceAlready:
            throw Ending.failed("this set is in force already", hint: "there is nothing to sign", status: 6)
        case .lacking(let what):
            throw Ending.failed(
                "refused (PR-2.5): \(what.joined(separator: "; "))",
                hint: "a new set takes force when the municipality and all partners have signed what kluisd adopt prints", status: 1)
        }
    }

    /// `renske=renske.sig`.
    private static func signature(_ text: String) throws -> PolicySignature {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2, Handle(parts[0]) != nil else {
            throw Ending.failed("--signature is a handle, = and a file", hint: "for example --signature renske=renske.sig", status: 2)
        }
        guard let data = FileManager.default.contents(atPath: parts[1]), data.count <= 4096,
            let signature = String(validating: data, as: UTF8.self)
        else { throw Ending.failed("\(parts[1]) holds no signature", hint: "ssh-keygen -Y sign writes one beside the file", status: 2) }
        return PolicySignature(handle: parts[0], signature: signature)
    }
}

extension Daemon {
    /// What came of offering a policy set.
    enum Adoption: Sendable {
        /// Nobody signed yet: what is to be signed, and in which namespace.
        case statement(String, namespace: String)
        case adopted(PolicyStep)
        case inForceAlready
        /// What is missing, in words.
        case lacking([String])
    }

    /// The step from the adopted set to the one that this daemon was opened with.
    func policyStep() throws -> PolicyStep {
        let header = vault.header
        guard let offered = Bytes32(engine.digest), let version = Household.Label(engine.reglementVersion) else {
            throw Ending.failed("the policies have no version", status: 2)
        }
        return PolicyStep(
            identity: vault.identity, adopted: header.policyDigest, since: header.adoptedAt, offered: offered, reglementVersion: version)
    }

    /// Judges the signatures under the step, and carries it out when nothing lacks: line and adoption in one transaction.
    func adopt(_ signatures: [PolicySignature]) async throws -> Adoption {
        let step = try policyStep()
        guard step.adopted != step.offered else { return .inForceAlready }
        guard !signatures.isEmpty else { return .statement(step.statement, namespace: step.namespace) }
        let adoption = PolicyAdoption(log: log, source: vault)
        let moment = clock.now()
        return try await writer.perform { [vault] transaction in
            let judged = try adoption.judge(step, signatures, at: moment, in: transaction)
            guard judged.lacks.isEmpty else {
                return .lacking(
                    try judged.lacks.map { lack in
                        switch lack {
                        case .organisation(let id): "\(try vault.handle(of: id, in: transaction) ?? id.description) has not signed"
                        case .privacyOfficer: "no privacy officer has signed"
                        case .secondPerson: "a second person has not signed"
                        case .signature(let handle): "the signature of \(handle) does not count"
                        }
                    })
            }
            try vault.adopt(policyDigest: step.offered, reglementVersion: step.reglementVersion, at: moment, in: transaction)
            return .adopted(step)
        }
    }
}
