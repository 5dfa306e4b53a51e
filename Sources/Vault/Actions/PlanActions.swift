import GRDB
public import Household
public import Policy
public import ReferenceMonitor
import Sealing
public import Storage

/// The words of a plan version, before it has an identifier.
public struct PlanWording: Sendable {
    public let goals: [GoalWords]
    public let actions: [PlanActionWords]

    public init(goals: [GoalWords], actions: [PlanActionWords]) {
        self.goals = goals
        self.actions = actions
    }
}

/// What becomes of one action of a draft: another term, other words, or both; nil leaves it as it is.
public struct PlanActionChange: Sendable {
    public let due: CalendarDay?
    public let description: String?

    public init(due: CalendarDay?, description: String?) {
        self.due = due
        self.description = description
    }
}

/// A plan version after something was done about it.
public struct PlanResult: Sendable {
    public let id: PlanID
    public let household: HouseholdID
    /// Revision of the plan version, for the next `If-Match`.
    public let revision: UInt64
    public let number: Int
    public let state: PlanState
    /// What it lacks before it can take force.
    public let lacks: [PlanLack]
    /// Names for who still has to sign.
    public let names: NameTable
}

extension Vault {
    /// Writes a new version of the plan, in state *draft*.
    /// - Parameter words: of every goal and action of the draft, under the same identifiers.
    public func draftPlan(
        _ grant: consuming Grant<DraftPlan>, words: PlanWording, expected revision: UInt64? = nil, in transaction: borrowing Transaction
    ) throws -> PlanResult {
        try require(grant.isLive)
        let asked = grant.asked
        let worker = try worker(grant.caller)
        let named = asked.actions.compactMap(\.worker)
        var change = try HouseholdChange(
            self, asked.household, at: grant.moment, workers: [worker] + named, expected: revision, in: transaction.sql)
        let number = (change.view.facts.plans.map(\.number).max() ?? 0) + 1
        let version = PlanVersion(
            id: .random(), household: change.household, number: number, state: .draft, goals: asked.goals, actions: asked.actions,
            reviewDueOn: asked.reviewDueOn)
        let sealed = PlanWords(id: version.id, goals: words.goals, actions: words.actions)
        // Every goal and action has words, once; nothing else has.
        let content = try PlanContent(version, sealed)
        guard content.goalWords.count == words.goals.count, content.actionWords.count == words.actions.count else {
            throw HouseholdError(.brokenReference, about: version.id.description)
        }
        try change.write(version, .plan, words: sealed, isNew: true)
        try registry.index(.plan, version.id.bytes, to: IndexTarget(.household(change.household), version.id), transaction.sql)
        _ = try change.settle()
        return try result(version.id, change)
    }

    /// Puts a draft before the household and the partners; from here on its content is constant.
    public func presentPlan(
        _ grant: consuming Grant<PresentPlan>, expected revision: UInt64? = nil, in transaction: borrowing Transaction
    ) throws -> PlanResult {
        try require(grant.isLive)
        let worker = try worker(grant.caller)
        var (change, version) = try open(grant.asked.plan, at: grant.moment, [worker], revision, transaction.sql)
        guard let words: PlanWords = try change.words(.plan, version.id) else { throw VaultError.doesNotVerify(.recordMalformed) }
        let bytes = try PlanContent(version, words).canonicalJSON()
        guard let hash = Bytes32(SHA256.hash(bytes).bytes) else { throw VaultError.doesNotVerify(.recordMalformed) }
        version = try change.view.present(version, contentHash: hash, by: worker, at: grant.moment)
        try change.write(version, .plan, isNew: false)
        _ = try change.settle()
        return try result(version.id, change)
    }

    /// Signs a presented plan: as director, for the own organisation, or for a resident whose signature the caller records.
    public func signPlan(
        _ grant: consuming Grant<SignPlan>, expected revision: UInt64? = nil, in transaction: borrowing Transaction
    ) throws -> PlanResult {
        try require(grant.isLive)
        let worker = try worker(grant.caller)
        let asked = grant.asked
        let moment = grant.moment
        var (change, version) = try open(asked.plan, at: moment, [worker], revision, transaction.sql)
        switch asked.signer {
        case .director, .organisation:
            guard let hash = version.contentHash else {
                throw HouseholdError(.notAllowed, about: "notPresented", articles: [Article(8, 2)].compactMap { $0 })
            }
            let signature = PlanSignature(signer: .worker(worker), at: moment, method: asked.method, contentHash: hash, notedBy: worker)
            version = try change.view.sign(version, signature, at: moment)
        case .party(let party):
            version = try change.view.sign(version, by: party, method: asked.method, notedBy: worker, at: moment)
        }
        try change.write(version, .plan, isNew: false)
        _ = try change.settle()
        return try result(version.id, change)
    }

    /// Puts a presented plan in force and supersedes the one before, in one act.
    public func activatePlan(
        _ grant: consuming Grant<ActivatePlan>, in transaction: borrowing Transaction
    ) throws -> PlanResult {
        try require(grant.isLive)
        var (change, version) = try open(grant.asked.plan, at: grant.moment, [], nil, transaction.sql)
        let (inForce, superseded) = try change.view.activate(version, at: grant.moment)
        version = inForce
        // ORDER: the old one first, so that at no moment two are in force.
        if let superseded { try change.write(superseded, .plan, isNew: false) }
        try change.write(version, .plan, isNew: false)
        _ = try change.settle()
        return try result(version.id, change)
    }

    /// Changes what one action of a draft says.
    public func changePlanAction(
        _ grant: consuming Grant<ChangePlanAction>, to becoming: PlanActionChange, expected revision: UInt64? = nil,
        in transaction: borrowing Transaction
    ) throws -> PlanResult {
        try require(grant.isLive)
        let worker = try worker(grant.caller)
        let id = grant.asked.planAction
        var (change, version) = try open(grant.asked.plan, at: grant.moment, [worker], revision, transaction.sql)
        guard let index = version.actions.firstIndex(where: { $0.id == id }) else { throw VaultError.noSuchThing }
        var action = version.actions[index]
        var words: PlanWords?
        action.due = becoming.due ?? action.due
        if let description = becoming.description {
            words = try change.words(.plan, version.id)
            guard let place = words?.actions.firstIndex(where: { $0.id == id }) else {
                throw VaultError.doesNotVerify(.recordMalformed)
            }
            words?.actions[place].description = description
        }
        try refuse(change.view.objections(to: .action(action), in: version, by: worker, at: grant.moment))
        version.actions[index] = action
        try change.write(version, .plan, words: words, isNew: false)
        _ = try change.settle()
        return try result(version.id, change)
    }

    /// Notes whether one action of the version in force is done: outside the content that was signed.
    public func recordProgress(
        _ grant: consuming Grant<RecordProgress>, expected revision: UInt64? = nil, in transaction: borrowing Transaction
    ) throws -> PlanResult {
        try require(grant.isLive)
        let worker = try worker(grant.caller)
        let asked = grant.asked
        var (change, version) = try open(asked.plan, at: grant.moment, [worker], revision, transaction.sql)
        guard let index = version.actions.firstIndex(where: { $0.id == asked.planAction }) else { throw VaultError.noSuchThing }
        try refuse(change.view.objections(to: .progress(asked.planAction), in: version, by: worker, at: grant.moment))
        let before = version
        version.actions[index].doneOn = asked.doneOn
        // INVARIANT: what was signed stays, to the byte (PR-8.4).
        guard version.hasSameContent(as: before) else { throw VaultError.doesNotVerify(.recordMalformed) }
        try change.write(version, .plan, isNew: false)
        _ = try change.settle()
        return try result(version.id, change)
    }

    private func refuse(_ objections: [PlanObjection]) throws {
        guard !objections.isEmpty else { return }
        throw HouseholdError(
            .notAllowed, about: objections.map(\.rawValue).joined(separator: ","),
            articles: Array(SortedSet(objections.flatMap(\.articles))))
    }

    private func open(
        _ id: PlanID, at moment: Moment, _ workers: [WorkerID], _ expected: UInt64?, _ sql: GRDB.Database
    ) throws -> (HouseholdChange, PlanVersion) {
        guard let household = try FactLoader(registry, sql).household(of: id, .plan) else { throw VaultError.noSuchThing }
        let change = try HouseholdChange(self, household, at: moment, workers: workers, in: sql)
        guard let plan = change.view.plan(id), let record = try registry.record(.inHousehold(household, .plan, id), sql) else {
            throw VaultError.noSuchThing
        }
        if let expected, expected != record.version { throw VaultError.revisionMoved(current: record.version) }
        return (change, plan)
    }

    private func result(_ id: PlanID, _ change: HouseholdChange) throws -> PlanResult {
        guard let version = change.view.plan(id),
            let record = try registry.record(.inHousehold(change.household, .plan, id), change.sql)
        else { throw VaultError.noSuchThing }
        let lacks = version.state == .presented ? change.view.activation(of: version, at: change.moment).lacks : []
        return PlanResult(
            id: id, household: change.household, revision: record.version, number: version.number, state: version.state, lacks: lacks,
            names: try change.names(of: lacks.compactMap(\.party), workers: lacks.compactMap(\.worker)))
    }
}
