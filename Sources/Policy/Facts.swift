public import Household

/// What deciding rests on: identifiers, relations, states. Never names or content.
///
/// Read inside the transaction that decides. A thing that does not exist is missing here, and is then refused as if the asker could not know
/// of it, after the same work.
public struct Facts: Sendable {
    /// The asking worker; nil for the system, and for a worker whom the registry does not hold, who is then refused.
    public let worker: WorkerFacts?
    /// The household of the subject with everything deciding needs about it.
    public let household: HouseholdView?
    /// The item asked about.
    public let item: Item?
    /// The workers named in the question, and those whose registration a record in the household rests on.
    public let namedWorkers: [WorkerFacts]
    /// Those of them who have to do with a household, as the subject asks for it (``Subject/engagement``).
    public let engaged: Set<WorkerID>
    /// Whether the asker directs some household, where the subject asks for it (``Subject/needsDirection``).
    public let directs: Bool
    /// Every account of the vault, where the subject asks for them (``Subject/needsAccounts``).
    public let accounts: Accounts?
    /// The organisations that workers, items and plans here refer to.
    public let organisations: [Organisation]
    /// What a search would find: whether a household for which the asker is blocked is among it, and whether anything is.
    public let searchMatches: (blocked: Bool, any: Bool)
    /// The registry's revision at reading.
    public let revision: UInt64
    /// The first moment at which something here changes by itself; nil when nothing does.
    public let nextExpiry: Moment?
    /// What was decided on, in 32 bytes, for the log and for replay.
    public let digest: [UInt8]
    /// Where questions on these very facts find what was made of them for the question before; nil where there is one question only.
    public let shared: SharedGround?
    /// Where questions on the facts of one transaction find what residents have answered.
    public let answers: SharedAnswers

    public init(
        worker: WorkerFacts?, household: HouseholdView?, item: Item?, namedWorkers: [WorkerFacts] = [], engaged: Set<WorkerID> = [],
        directs: Bool = false, accounts: Accounts? = nil, organisations: [Organisation] = [],
        searchMatches: (blocked: Bool, any: Bool) = (blocked: false, any: false), revision: UInt64,
        nextExpiry: Moment?, digest: [UInt8],
        shared: SharedGround? = nil, answers: SharedAnswers = SharedAnswers()
    ) {
        self.worker = worker
        self.household = household
        self.item = item
        self.namedWorkers = namedWorkers
        self.engaged = engaged
        self.directs = directs
        self.accounts = accounts
        self.organisations = organisations
        self.searchMatches = searchMatches
        self.revision = revision
        self.nextExpiry = nextExpiry
        self.digest = digest
        self.shared = shared
        self.answers = answers
    }
}

/// A worker as the registry knows him.
public struct WorkerFacts: Sendable {
    public let worker: Worker
    /// Every role held now or earlier; which count is said by ``RoleAssignment``.
    public let roles: [RoleAssignment]
    public let organisation: Organisation

    public init(worker: Worker, roles: [RoleAssignment], organisation: Organisation) {
        self.worker = worker
        self.roles = roles
        self.organisation = organisation
    }
}
