/// All facts of one household: what ``HouseholdView`` is built of, and what a decision can be replayed from.
public struct HouseholdFacts: CanonicalRecord {
    /// The file itself.
    public var household: HouseholdRecord
    /// Everybody about whom the file records something.
    public var persons: [Person]
    /// Authority over its minors.
    public var authorities: [Authority]
    /// Who can decide for whom.
    public var representations: [Representation]
    /// Judgements of incapacity, withdrawn ones included.
    public var incapacities: [IncapacityJudgement]
    /// Ties of workers, ended ones included.
    public var involvements: [Involvement]
    /// Directors and deputies, former ones included.
    public var directorships: [Directorship]
    /// Blocks because of private ties, lifted ones included.
    public var conflicts: [ConflictBlock]
    /// Items, or a part of them.
    public var items: [Item]
    /// Consents in every state.
    public var consents: [Consent]
    /// Refusals of consent.
    public var refusals: [Refusal]
    /// Excuses for missing parental signatures.
    public var excuses: [SignatureExcuse]
    /// Versions of the plan.
    public var plans: [PlanVersion]

    /// The lists are put in the order of their identifiers, so that equal facts have equal bytes. `items` may be a part of the household's items.
    public init(
        household: HouseholdRecord, persons: [Person] = [], authorities: [Authority] = [], representations: [Representation] = [],
        incapacities: [IncapacityJudgement] = [], involvements: [Involvement] = [], directorships: [Directorship] = [],
        conflicts: [ConflictBlock] = [], items: [Item] = [], consents: [Consent] = [], refusals: [Refusal] = [],
        excuses: [SignatureExcuse] = [], plans: [PlanVersion] = []
    ) {
        self.household = household
        self.persons = Self.ordered(persons)
        self.authorities = Self.ordered(authorities)
        self.representations = Self.ordered(representations)
        self.incapacities = Self.ordered(incapacities)
        self.involvements = Self.ordered(involvements)
        self.directorships = Self.ordered(directorships)
        self.conflicts = Self.ordered(conflicts)
        self.items = Self.ordered(items)
        self.consents = Self.ordered(consents)
        self.refusals = Self.ordered(refusals)
        self.excuses = Self.ordered(excuses)
        self.plans = Self.ordered(plans)
    }

    private static func ordered<Record: FactRecord>(_ records: [Record]) -> [Record] { records.sorted { $0.id < $1.id } }

    /// Every worker that a record names: ``HouseholdView`` demands all of them of its team, and who builds one loads these. One list for both.
    public var workers: Set<WorkerID> {
        var workers: Set<WorkerID> = []
        if let contact = household.watchContact { workers.insert(contact) }
        for record in incapacities { workers.insert(record.judgedBy) }
        for record in involvements { workers.formUnion([record.worker, record.grantedBy]) }
        for record in directorships { workers.formUnion([record.worker, record.appointedBy]) }
        for record in conflicts {
            workers.formUnion([record.worker, record.declaredBy])
            if let liftedBy = record.liftedBy { workers.insert(liftedBy) }
        }
        for record in items { workers.insert(record.author) }
        for record in consents {
            workers.insert(record.recordedBy)
            workers.formUnion(record.givers.map(\.notedBy) + record.withdrawals.map(\.notedBy))
        }
        for record in refusals { workers.insert(record.recordedBy) }
        for record in excuses { workers.formUnion(record.signatures.map(\.worker)) }
        for record in plans {
            workers.formUnion(record.actions.compactMap(\.worker) + record.refusals.map(\.notedBy))
            for signature in record.signatures {
                workers.insert(signature.notedBy)
                if case .worker(let worker) = signature.signer { workers.insert(worker) }
            }
        }
        return workers
    }
}
