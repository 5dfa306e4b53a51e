// Who may put another policy set in force (PR-2.4, 2.5). The rules that this file keeps:
// 1. A set takes the place of the adopted one only when the municipality and every partner have signed exactly that step: from this set, adopted
//    then, to that one. A signature under one step is good for no other, and not for the same step a second time.
// 2. Somebody who signs is an active worker, with a key that the registry knows. One of them is a privacy officer, and there are at least two.
// 3. Every attempt is in the log, refused ones too; the lines of an adoption stand in the transaction that carries it out (PR-27.3).
// The policies themselves have no say in it: a set that decides about its successor could keep itself in force, or let itself be talked away.

public import Household
public import Ledger
import LedgerFormat
import Policy
import Sealing
public import Storage

/// One step from the adopted policy set to another one.
public struct PolicyStep: Sendable {
    public let identity: VaultIdentity
    /// Digest of the adopted set, 32 bytes, and when it was adopted.
    public let adopted: Bytes32
    public let since: Moment
    /// Digest of the offered set.
    public let offered: Bytes32
    public let reglementVersion: Household.Label

    public init(identity: VaultIdentity, adopted: Bytes32, since: Moment, offered: Bytes32, reglementVersion: Household.Label) {
        self.identity = identity
        self.adopted = adopted
        self.since = since
        self.offered = offered
        self.reglementVersion = reglementVersion
    }

    /// The SSHSIG namespace of signatures under a step; a practice vault has its own.
    public var namespace: String { identity.isRehearsal ? "kluis-rehearsal-adopt@v1" : "kluis-adopt@v1" }

    /// What is signed, byte for byte: ASCII, one fact a line, each line ended.
    public var statement: String {
        """
        kluis policy adoption
        vault \(identity.vault)
        incarnation \(identity.incarnation)
        adopted \(adopted)
        since \(since)
        adopt \(offered)
        reglement \(reglementVersion)

        """
    }
}

/// A signature under a step, by the worker who goes by `handle`.
public struct PolicySignature: Sendable {
    public let handle: String
    /// Armoured SSHSIG, as `ssh-keygen -Y sign` makes it.
    public let signature: String

    public init(handle: String, signature: String) {
        self.handle = handle
        self.signature = signature
    }
}

/// What stands in the way of an adoption.
public enum PolicyAdoptionLack: Hashable, Sendable {
    /// Nobody signed for the municipality or for this partner.
    case organisation(OrganisationID)
    case privacyOfficer
    case secondPerson
    /// A signature that does not count: nobody goes by the handle, the worker is not active, or it was made with another key, under another
    /// step or for something else.
    case signature(handle: String)
}

/// Judges signatures under a step and writes the lines of it.
public struct PolicyAdoption: Sendable {
    /// What came of an attempt.
    public struct Judged: Sendable {
        /// Empty: adopted.
        public let lacks: [PolicyAdoptionLack]
        /// For the log's index, once the transaction has committed.
        public let entries: [Entry]
    }

    private struct Signatory {
        let worker: WorkerID
        let organisation: OrganisationID
        let roles: [Role]
    }

    let log: AuditLog
    let source: any FactSource & CredentialSource

    public init(log: AuditLog, source: any FactSource & CredentialSource) {
        self.log = log
        self.source = source
    }

    /// Judges the signatures, and writes what came of it into the log. The caller carries the step out in the same transaction, and only when
    /// nothing lacks.
    public func judge(
        _ step: PolicyStep, _ signatures: [PolicySignature], at moment: Moment, in transaction: borrowing Transaction
    ) throws -> Judged {
        var lacks: [PolicyAdoptionLack] = []
        var signatories: [Signatory] = []
        for signature in signatures {
            if let signatory = try signatory(signature, step, at: moment, in: transaction) {
                if !signatories.contains(where: { $0.worker == signatory.worker }) { signatories.append(signatory) }
            } else {
                lacks.append(.signature(handle: signature.handle))
            }
        }
        let facts = try source.facts(for: Policy.Subject(.vault), asker: .system(.planEngine), at: moment, in: transaction)
        for organisation in facts.organisations.filter({ $0.isParty(on: moment.day) }).map(\.id).sorted()
        where !signatories.contains(where: { $0.organisation == organisation }) {
            lacks.append(.organisation(organisation))
        }
        if !signatories.contains(where: { $0.roles.contains(.privacyOfficer) }) { lacks.append(.privacyOfficer) }
        if signatories.count < 2 { lacks.append(.secondPerson) }
        guard lacks.isEmpty else {
            let line = try line(.refuse, "system:operator", step, ["PR-2.5"], at: moment)
            return Judged(lacks: lacks, entries: [try log.append(line, in: transaction)])
        }
        let entries = try signatories.map { signatory in
            var line = try line(.permit, signatory.worker.description, step, ["PR-2.4", "PR-2.5"], at: moment)
            line.organisation = try Token(signatory.organisation.description)
            line.role = try signatory.roles.sorted().first.map { try Token($0.rawValue) }
            return try log.append(line, in: transaction)
        }
        return Judged(lacks: [], entries: entries)
    }

    /// The line for a practice vault, which takes whatever set it is started with.
    public func recordRehearsal(_ step: PolicyStep, at moment: Moment, in transaction: borrowing Transaction) throws {
        _ = try log.append(try line(.permit, "system:rehearsal", step, ["PR-2.4"], at: moment), in: transaction)
    }

    /// The worker behind a signature; nil when it does not count.
    private func signatory(
        _ signature: PolicySignature, _ step: PolicyStep, at moment: Moment, in transaction: borrowing Transaction
    ) throws -> Signatory? {
        guard let parsed = try? SSHSignature(armoured: signature.signature),
            let credentials = try source.credentials(of: signature.handle, in: transaction), credentials.isActive,
            let key = credentials.keys.first(where: { $0.publicKey == parsed.publicKey }),
            (try? parsed.verify(message: Array(step.statement.utf8), namespace: step.namespace, key: key.publicKey)) != nil
        else { return nil }
        let asker = Asker.worker(credentials.worker, organisation: credentials.organisation, hat: nil, sessionStarted: moment)
        let facts = try source.facts(for: Policy.Subject(.vault), asker: asker, at: moment, in: transaction)
        return Signatory(
            worker: credentials.worker, organisation: credentials.organisation,
            roles: facts.worker?.roles.filter { $0.isHeld(at: moment) }.map(\.role) ?? [])
    }

    private func line(
        _ verdict: LogLine.Verdict, _ caller: String, _ step: PolicyStep, _ articles: [String], at moment: Moment
    ) throws -> LogLine {
        var line = LogLine(
            .decision(verdict, effect: verdict == .refuse ? nil : .completed), moment: moment.millisecondsSince1970,
            caller: try Token(caller), action: try Token("adoptPolicies"))
        line.articles = try articles.map { try Token($0) }
        line.reglementVersion = try Token(step.reglementVersion.description)
        line.policySetDigest = try Token(step.offered.description)
        line.factsDigest = try Token(SHA256.hash(Array(step.statement.utf8)).description)
        return line
    }
}
