/// An immutable, checked snapshot of all facts of one household beside those of the team.
///
/// This is what decisions are taken on. Every question about it names the moment; nothing in it reads a clock. What depends on age, on an end
/// date or on a withdrawal is worked out at that moment, never taken from a stored state alone (invariants 4, 5 and 16).
public struct HouseholdView: Sendable {
    /// The facts it was built of.
    public let facts: HouseholdFacts
    /// The team beside it.
    public let team: TeamView
    /// The local choices of the reglement in force.
    public let parameters: Parameters
    let personsByID: [PersonID: Person]
    let itemsByID: [ItemID: Item]
    let consentsByID: [ConsentID: Consent]
    let plansByID: [PlanID: PlanVersion]
    /// By the consent whose place they take.
    let replacementsByConsent: [ConsentID: [Consent]]
    let authoritiesByChild: [PersonID: [Authority]]
    let representationsByPerson: [PersonID: [Representation]]
    let incapacitiesByPerson: [PersonID: [IncapacityJudgement]]
    let involvementsByWorker: [WorkerID: [Involvement]]
    let conflictsByWorker: [WorkerID: [ConflictBlock]]
    let excusesByConsent: [ConsentID: [SignatureExcuse]]

    /// Throws `duplicateIdentifier`, `brokenReference` for a record of another household or about somebody the snapshot does not hold, and
    /// `inconsistentRecord` for a record that contradicts itself.
    public init(_ facts: HouseholdFacts, team: TeamView, parameters: Parameters = .waterwolde2026) throws(HouseholdError) {
        self.facts = facts
        self.team = team
        self.parameters = parameters
        personsByID = try byIdentifier(facts.persons)
        itemsByID = try byIdentifier(facts.items)
        consentsByID = try byIdentifier(facts.consents)
        plansByID = try byIdentifier(facts.plans)
        replacementsByConsent = Dictionary(grouping: facts.consents.filter { $0.replaces != nil }) { $0.replaces ?? $0.id }
        authoritiesByChild = Dictionary(grouping: facts.authorities, by: \.child)
        representationsByPerson = Dictionary(grouping: facts.representations, by: \.person)
        incapacitiesByPerson = Dictionary(grouping: facts.incapacities, by: \.person)
        involvementsByWorker = Dictionary(grouping: facts.involvements, by: \.worker)
        conflictsByWorker = Dictionary(grouping: facts.conflicts, by: \.worker)
        excusesByConsent = Dictionary(grouping: facts.excuses, by: \.consent)
        try checkReferences()
        try checkConsistency()
    }

    /// The household's identifier.
    public var id: HouseholdID { facts.household.id }
    /// The file itself.
    public var household: HouseholdRecord { facts.household }
    /// The resident, or nil when the file has none such.
    public func person(_ id: PersonID) -> Person? { personsByID[id] }
    /// The item, or nil when the snapshot does not hold it.
    public func item(_ id: ItemID) -> Item? { itemsByID[id] }
    /// The consent, or nil when the file has none such.
    public func consent(_ id: ConsentID) -> Consent? { consentsByID[id] }
    /// The plan version, or nil when the file has none such.
    public func plan(_ id: PlanID) -> PlanVersion? { plansByID[id] }
    /// The version in force, if any.
    public var planInForce: PlanVersion? { facts.plans.first { $0.state == .inForce } }
    /// The version in force, or where there is none the one that was so last; nil when none ever was (PR-21.2).
    public var lastPlanInForce: PlanVersion? { facts.plans.filter { $0.inForceOn != nil }.max { $0.number < $1.number } }
    /// The version with the highest number.
    public var latestPlan: PlanVersion? { facts.plans.max { $0.number < $1.number } }

    /// Residents who belong to the file and live in the household at `moment`.
    public func residents(at moment: Moment) -> [Person] { facts.persons.filter { $0.livesIn && $0.belongs(at: moment) } }

    /// Whether the subject is this household or one of its persons.
    public func contains(_ subject: Subject) -> Bool {
        switch subject {
        case .household(let household): household == id
        case .person(let person): personsByID[person] != nil
        }
    }

    func knows(_ party: Party) -> Bool {
        switch party {
        case .person(let person): personsByID[person] != nil
        case .organisation(let organisation): team.organisation(organisation) != nil
        }
    }

    /// Whether the file has ended at `moment` (PR-21.5).
    public func isEnded(at moment: Moment) -> Bool {
        household.state.isEnded && (household.closedAt.map { $0 <= moment } ?? true)
    }
}

// MARK: checks

extension HouseholdView {
    private func checkReferences() throws(HouseholdError) {
        if let unknown = facts.workers.filter({ team.worker($0) == nil }).min() {
            throw HouseholdError(.brokenReference, about: unknown.description)
        }
        try require(team.organisation(household.municipality) != nil, household.municipality)
        for record in facts.persons { try belongs(record.household, record.id) }
        _ = try byIdentifier(facts.authorities)
        for record in facts.authorities {
            try belongs(record.household, record.id)
            try require(personsByID[record.child] != nil, record.child)
            try require(knows(record.holder), record.holder)
        }
        _ = try byIdentifier(facts.representations)
        for record in facts.representations {
            try belongs(record.household, record.id)
            try require(personsByID[record.person] != nil, record.person)
            try require(knows(record.representative), record.representative)
        }
        _ = try byIdentifier(facts.incapacities)
        for record in facts.incapacities {
            try belongs(record.household, record.id)
            try require(personsByID[record.person] != nil, record.person)
        }
        _ = try byIdentifier(facts.involvements)
        for record in facts.involvements {
            try belongs(record.household, record.id)
            for person in record.persons ?? [] { try require(personsByID[person] != nil, person) }
        }
        let directorships = try byIdentifier(facts.directorships)
        for record in facts.directorships {
            try belongs(record.household, record.id)
            if let other = record.deputyFor { try require(directorships[other] != nil, other) }
        }
        _ = try byIdentifier(facts.conflicts)
        for record in facts.conflicts { try belongs(record.household, record.id) }
        try checkContentReferences()
    }

    private func checkContentReferences() throws(HouseholdError) {
        for record in facts.items {
            try belongs(record.household, record.id)
            try require(contains(record.subject), record.subject)
            try require(team.organisation(record.organisation) != nil, record.organisation)
        }
        for record in facts.consents {
            try belongs(record.household, record.id)
            try require(personsByID[record.subject] != nil, record.subject)
            try require(team.organisation(record.recipient) != nil, record.recipient)
            for giver in record.givers { try require(knows(giver.party), giver.party) }
            for withdrawal in record.withdrawals { try require(knows(withdrawal.by), withdrawal.by) }
            if let replaced = record.replaces { try require(consentsByID[replaced] != nil, replaced) }
        }
        _ = try byIdentifier(facts.refusals)
        for record in facts.refusals {
            try belongs(record.household, record.id)
            try require(personsByID[record.subject] != nil, record.subject)
            for party in [record.recipient, record.by] { try require(knows(party), party) }
        }
        _ = try byIdentifier(facts.excuses)
        for record in facts.excuses {
            try belongs(record.household, record.id)
            try require(consentsByID[record.consent] != nil, record.consent)
            try require(knows(record.excused), record.excused)
        }
        for record in facts.plans { try checkPlanReferences(record) }
    }

    private func checkPlanReferences(_ record: PlanVersion) throws(HouseholdError) {
        try belongs(record.household, record.id)
        let goals = SortedSet(record.goals.map(\.id))
        guard goals.count == record.goals.count, SortedSet(record.actions.map(\.id)).count == record.actions.count else {
            throw HouseholdError(.duplicateIdentifier, about: record.id.description)
        }
        for goal in record.goals { try require(contains(goal.subject), goal.subject) }
        for action in record.actions {
            try require(goals.contains(action.goal), action.goal)
            switch action.actor {
            case .network: break
            case .person(let person): try require(personsByID[person] != nil, person)
            case .organisation(let organisation): try require(team.organisation(organisation) != nil, organisation)
            }
        }
        for signature in record.signatures {
            if case .party(let party, _) = signature.signer { try require(knows(party), party) }
        }
        for refusal in record.refusals { try require(personsByID[refusal.person] != nil, refusal.person) }
    }

    private func belongs(_ household: HouseholdID, _ record: some CustomStringConvertible) throws(HouseholdError) {
        guard household == id else { throw HouseholdError(.brokenReference, about: record.description) }
    }

    private func checkConsistency() throws(HouseholdError) {
        for involvement in facts.involvements {
            // PR-7.3: nobody grants himself involvement.
            try hold(involvement.worker != involvement.grantedBy, involvement.id, [.pr(7, 3)])
            try hold((involvement.state == .ended) == (involvement.endedAt != nil), involvement.id)
        }
        for directorship in facts.directorships {
            try hold(directorship.state != .ended || directorship.endedAt != nil, directorship.id)
            try hold(!directorship.state.isDirecting || directorship.activeFrom != nil, directorship.id)
            // PR-6.5: a deputy has an end date.
            try hold((directorship.deputyFor == nil) == (directorship.deputyUntil == nil), directorship.id, [.pr(6, 5)])
        }
        for conflict in facts.conflicts {
            try hold((conflict.liftedAt == nil) == (conflict.liftedBy == nil), conflict.id)
            try hold(conflict.liftedBy != conflict.worker, conflict.id, [.pr(7, 4)])
        }
        for authority in facts.authorities {
            try hold(authority.holder != .person(authority.child), authority.id)
            try hold((authority.kind == .guardianBody) == (authority.holder.organisation != nil), authority.id)
        }
        for representation in facts.representations {
            try hold(representation.representative != .person(representation.person), representation.id)
        }
        for item in facts.items {
            // Invariant 8 and PR-19.1.
            try hold(item.kind.layers.contains(item.layer), item.id, [.pr(5, 2), .pr(19, 1)])
            try hold(item.lastChangedAt >= item.createdAt, item.id)
        }
        for consent in facts.consents {
            try hold(![.draft, .refused].contains(consent.state) || consent.activatedAt == nil, consent.id)
            // Withdrawn is also what a draft can be: it never took force.
            try hold([.draft, .refused, .withdrawn].contains(consent.state) || consent.activatedAt != nil, consent.id)
            try hold(consent.state == .lapsed || consent.lapse == nil, consent.id)
            try hold(consent.withdrawals.allSatisfy { $0.domains.isSubset(of: consent.domains) }, consent.id)
            if let replaced = consent.replaces.flatMap({ consentsByID[$0] }) {
                try hold(replaced.id != consent.id && consent.isAbout(sameAs: replaced), consent.id, [.pr(11, 7)])
            }
        }
        try hold(SortedSet(facts.plans.map(\.number)).count == facts.plans.count, id, [.pr(8, 4)])
        try hold(facts.plans.filter { $0.state == .inForce }.count <= 1, id, [.pr(8, 1)])
        for plan in facts.plans { try hold(plan.state == .draft || plan.state == .lapsed || plan.contentHash != nil, plan.id, [.pr(8, 4)]) }
    }

    private func hold(_ condition: Bool, _ about: some CustomStringConvertible, _ articles: [Article] = []) throws(HouseholdError) {
        guard condition else { throw HouseholdError(.inconsistentRecord, about: about.description, articles: articles) }
    }
}
