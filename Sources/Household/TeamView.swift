/// All facts about the team: organisations, workers, roles and sign-in keys.
public struct TeamFacts: CanonicalRecord {
    /// Parties to the convenant and third parties.
    public var organisations: [Organisation]
    /// Everybody with an account, former ones included.
    public var workers: [Worker]
    /// Roles in the team, past and present.
    public var roles: [RoleAssignment]
    /// Sign-in keys, revoked ones included.
    public var keys: [WorkerKey]

    /// The lists are put in the order of their identifiers, so that equal facts have equal bytes.
    public init(
        organisations: [Organisation] = [], workers: [Worker] = [], roles: [RoleAssignment] = [], keys: [WorkerKey] = []
    ) {
        self.organisations = organisations.sorted { $0.id < $1.id }
        self.workers = workers.sorted { $0.id < $1.id }
        self.roles = roles.sorted { $0.id < $1.id }
        self.keys = keys.sorted { $0.id < $1.id }
    }
}

/// An immutable, checked snapshot of the team's facts.
public struct TeamView: Sendable {
    /// The facts it was built of.
    public let facts: TeamFacts
    private let organisationsByID: [OrganisationID: Organisation]
    private let workersByID: [WorkerID: Worker]
    private let rolesByWorker: [WorkerID: [RoleAssignment]]
    private let keysByWorker: [WorkerID: [WorkerKey]]

    /// Throws `duplicateIdentifier`; `brokenReference` for a worker of an unknown organisation, or a role or key of an unknown worker;
    /// `inconsistentRecord` for a municipality or partner that has not signed the convenant (PR-1.3).
    public init(_ facts: TeamFacts) throws(HouseholdError) {
        self.facts = facts
        organisationsByID = try byIdentifier(facts.organisations)
        workersByID = try byIdentifier(facts.workers)
        _ = try byIdentifier(facts.roles)
        _ = try byIdentifier(facts.keys)
        rolesByWorker = Dictionary(grouping: facts.roles, by: \.worker)
        keysByWorker = Dictionary(grouping: facts.keys, by: \.worker)
        for organisation in facts.organisations where organisation.kind.isParty && organisation.convenantSignedOn == nil {
            throw HouseholdError(.inconsistentRecord, about: organisation.id.description, articles: [.pr(1, 3)])
        }
        for worker in facts.workers { try require(organisationsByID[worker.organisation] != nil, worker.organisation) }
        for role in facts.roles { try require(workersByID[role.worker] != nil, role.worker) }
        for key in facts.keys { try require(workersByID[key.worker] != nil, key.worker) }
    }

    /// The organisation, or nil when the vault has none such.
    public func organisation(_ id: OrganisationID) -> Organisation? { organisationsByID[id] }
    /// The worker, or nil when the vault has none such.
    public func worker(_ id: WorkerID) -> Worker? { workersByID[id] }
    /// All keys of a worker, revoked ones included.
    public func keys(of worker: WorkerID) -> [WorkerKey] { keysByWorker[worker] ?? [] }

    /// The roles that an active worker holds in the team at `moment`; none for a worker who is not active. Roles in one household are
    /// involvements.
    public func roles(of worker: WorkerID, at moment: Moment) -> SortedSet<Role> {
        guard isActive(worker, at: moment) else { return [] }
        return SortedSet((rolesByWorker[worker] ?? []).filter { $0.isHeld(at: moment) }.map(\.role))
    }

    /// Whether the worker can act at all at `moment` (PR-1.4, 20.3): declared, active, not left, and the parent organisation, when a party to
    /// the convenant, still is (PR-20.5).
    public func isActive(_ worker: WorkerID, at moment: Moment) -> Bool {
        guard let record = workersByID[worker], record.isActive(at: moment), let organisation = organisationsByID[record.organisation]
        else {
            return false
        }
        return !organisation.kind.isParty || organisation.isParty(on: moment.day)
    }

    /// Whether the worker has left for good at `moment`: the membership ended (PR-20.3), or the parent organisation is no party to the convenant
    /// any more (PR-20.5). Somebody whose account is locked has not.
    public func hasLeft(_ worker: WorkerID, at moment: Moment) -> Bool {
        guard let record = workersByID[worker], let organisation = organisationsByID[record.organisation] else { return true }
        if record.endedAt.map({ $0 <= moment }) ?? (record.state == .ended) { return true }
        return organisation.endsOn.map { $0 < moment.day } ?? false
    }

    /// Whether the worker stood in one of `registers` at `moment` and had not left by then (PR-12.4, 12.5).
    public func wasRegistered(_ worker: WorkerID, in registers: SortedSet<Register>, at moment: Moment) -> Bool {
        guard let record = workersByID[worker], record.isRegistered(in: registers, on: moment.day) else { return false }
        return record.endedAt.map { moment < $0 } ?? true
    }
}

/// Separation of duties (PR-4.7).
public enum SeparationOfDuties {
    /// Who reviews.
    public static let reviewers: SortedSet<Role> = [.privacyOfficer, .dpo]
    /// Who has to do with no household: who reviews (PR-4.7), and who keeps the accounts or the machine (PR-4.5).
    public static let withoutHousehold: SortedSet<Role> = reviewers.union([.functionalAdmin, .technicalAdmin])
    /// Administrators, the records manager among them (PR-2.2: strictest reading of *beheerder*), coordinators, and everybody who works as
    /// a team member (PR-1.4).
    public static let reviewed: SortedSet<Role> = [
        .functionalAdmin, .technicalAdmin, .recordsManager, .teamCoordinator, .teamMember, .caseDirector, .watchContact, .intakeWorker,
        .adminSupport, .accessOfficer, .consultant,
    ]

    /// Whether one person may hold all of `roles` at once (PR-4.7).
    public static func allows(_ roles: SortedSet<Role>) -> Bool {
        roles.intersection(reviewers).isEmpty || roles.intersection(reviewed).isEmpty
    }

    /// Throws `notAllowed` with PR-4.7 when somebody who holds `held` may not also hold `role`.
    public static func check(adding role: Role, to held: SortedSet<Role>) throws(HouseholdError) {
        guard allows(held.union([role])) else { throw HouseholdError(.notAllowed, about: role.rawValue, articles: [.pr(4, 7)]) }
    }
}

/// Records by identifier. Throws `duplicateIdentifier`.
func byIdentifier<Record: FactRecord>(_ records: [Record]) throws(HouseholdError) -> [Record.ID: Record] {
    var result: [Record.ID: Record] = Dictionary(minimumCapacity: records.count)
    for record in records {
        guard result.updateValue(record, forKey: record.id) == nil else {
            throw HouseholdError(.duplicateIdentifier, about: record.id.description)
        }
    }
    return result
}

/// Throws `brokenReference` about `id` unless `holds`.
func require(_ holds: Bool, _ id: some CustomStringConvertible) throws(HouseholdError) {
    guard holds else { throw HouseholdError(.brokenReference, about: id.description) }
}
