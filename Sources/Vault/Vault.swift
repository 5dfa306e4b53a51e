import GRDB
public import Household
public import Policy
public import ReferenceMonitor
import Sealing
public import Storage
import Synchronization

/// The vault: sealed households behind the reference monitor.
///
/// One public method for each action, each wanting the grant of that action and no other; besides them only what deciding needs
/// (``FactSource``, ``CredentialSource``), uploads that are not items yet, and checks.
public final class Vault: Sendable {
    let registry: Registry
    let keys: KeySession
    let blobs: BlobFolder
    let faults: Faults
    private let headerNow: Mutex<VaultHeader>
    /// Items whose content was found not to be what was recorded, since the start.
    let damaged = Mutex<Set<ItemID>>([])

    /// The blobs that contents lie in, as the opening verified them; taken once, by the housekeeping that follows.
    private let verifiedBlobs: Mutex<Set<BlobFolder.Name>?>

    init(
        registry: Registry, keys: KeySession, blobs: BlobFolder, verifiedBlobs: Set<BlobFolder.Name>? = nil, header: VaultHeader,
        faults: Faults
    ) {
        self.verifiedBlobs = Mutex(verifiedBlobs)
        self.registry = registry
        self.keys = keys
        self.blobs = blobs
        self.faults = faults
        headerNow = Mutex(header)
    }

    /// The vault's identifier: 16 random bytes, as 32 hexadecimal digits.
    public var identifier: String { BlobFolder.Name(octets: registry.vault).text }
    /// What the vault says about itself.
    public var header: VaultHeader { headerNow.withLock { $0 } }
    /// For the authenticator.
    public var identity: VaultIdentity {
        VaultIdentity(vault: identifier, incarnation: UInt64(keys.incarnation), isRehearsal: header.isRehearsal)
    }
    /// To be given to the writer, **after** the ledger: the commit record says where the ledger stands.
    public var participant: any Participant { registry }
    /// How many commits there were, and how many manifests stand behind the last one.
    public var generation: UInt64 { registry.lastRecord.generation }

    /// Destroys all keys; the vault serves nobody afterwards.
    public func seal() {
        keys.seal()
        registry.forget()
    }

    /// Whether the content of an item was found not to be what was recorded when it was last read. Only who may read the item may hear it.
    public func isKnownDamaged(_ item: ItemID) -> Bool { damaged.withLock { $0.contains(item) } }

    /// Adopts another policy set. Only for a start-up, before anybody is served.
    public func adopt(policyDigest: Bytes32, reglementVersion: Household.Label, at moment: Moment, in transaction: borrowing Transaction)
        throws
    {
        var next = header
        next.policyDigest = policyDigest
        next.reglementVersion = reglementVersion
        next.adoptedAt = moment
        try registry.write(next, .header, expecting: .present, transaction.sql)
        let adopted = next
        headerNow.withLock { $0 = adopted }
    }

    func takeVerifiedBlobs() -> Set<BlobFolder.Name>? {
        verifiedBlobs.withLock { blobs in
            defer { blobs = nil }
            return blobs
        }
    }

    // MARK: - References, which open no names

    /// The worker who goes by a handle.
    public func worker(handle: String, in transaction: borrowing Transaction) throws -> WorkerID? {
        try registry.lookUp(.workerHandle, Array(handle.utf8), transaction.sql).first?.id.identifier()
    }

    /// The organisation that goes by a handle.
    public func organisation(handle: String, in transaction: borrowing Transaction) throws -> OrganisationID? {
        try registry.lookUp(.organisationHandle, Array(handle.utf8), transaction.sql).first?.id.identifier()
    }

    /// What people type in the place of an organisation's identifier; nil when there is no such organisation.
    public func handle(of organisation: OrganisationID, in transaction: borrowing Transaction) throws -> String? {
        try handle(of: organisation, transaction.sql)
    }

    /// What people type in the place of a worker's identifier; nil when there is no such worker.
    public func handle(of worker: WorkerID, in transaction: borrowing Transaction) throws -> String? {
        try handle(of: worker, transaction.sql)
    }

    /// The resident of a household with a given name; nil when none or more than one has it.
    public func person(givenName: String, household: HouseholdID, in transaction: borrowing Transaction) throws -> PersonID? {
        let found = try registry.lookUp(guessed: .givenName(household), IndexValue.normalised(givenName), transaction.sql)
        return found.count == 1 ? found.first?.id.identifier() : nil
    }

    /// The household that a consent lies in.
    public func household(of consent: ConsentID, in transaction: borrowing Transaction) throws -> HouseholdID? {
        try FactLoader(registry, transaction.sql).household(of: consent, .consent)
    }

    /// The household that a plan version lies in.
    public func household(of plan: PlanID, in transaction: borrowing Transaction) throws -> HouseholdID? {
        try FactLoader(registry, transaction.sql).household(of: plan, .plan)
    }

    /// What to search for: a family name, given name and family name, or postcode and house number.
    public func searchToken(_ term: String) throws -> BlindIndexToken {
        let token =
            if let address = IndexValue.address(term) {
                try registry.token(.address, address)
            } else {
                try registry.token(.name, IndexValue.normalised(term))
            }
        return BlindIndexToken(bytes: token.bytes)
    }
}
