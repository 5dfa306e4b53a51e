/// All facts of one household: what ``HouseholdView`` is built of, and what a decision can be replayed from.
public struct HouseholdFacts: CanonicalRecord {
    public var household: HouseholdRecord
    public var persons: [Person]
    public var authorities: [Authority]
    public var representations: [Representation]
    public var incapacities: [IncapacityJudgement]
    public var involvements: [Involvement]
    public var directorships: [Directorship]
    public var conflicts: [ConflictBlock]
    public var items: [Item]
    public var consents: [Consent]
    public var refusals: [Refusal]
    public var excuses: [SignatureExcuse]
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
}
