import GRDB
public import Household
public import Policy
public import ReferenceMonitor
public import Storage

/// What is said about an appointment.
public struct AppointmentWording: Sendable {
    /// What the residents would like.
    public let preference: String
    /// Why that was not followed.
    public let reason: String

    public init(preference: String = "", reason: String = "") {
        self.preference = preference
        self.reason = reason
    }
}

extension Vault {
    /// Appoints the one director of a household. The triage outcome *team* is recorded with it, the file becomes active, and the director's own
    /// involvement is granted in the same act.
    public func appointDirector(
        _ grant: consuming Grant<AppointDirector>, words: AppointmentWording, expected revision: UInt64? = nil,
        in transaction: borrowing Transaction
    ) throws -> Made<DirectorshipID> {
        try require(grant.isLive)
        let coordinator = try worker(grant.caller)
        let moment = grant.moment
        let worker = grant.asked.worker
        var change = try HouseholdChange(
            self, grant.asked.household, at: moment, workers: [coordinator, worker], expected: revision, in: transaction.sql)
        let (deviates, reasonGiven) =
            if case .deviated(let given) = grant.asked.preference { (true, given && !words.reason.isEmpty) } else { (false, false) }
        let directorship = try change.view.appointDirector(
            worker, id: .random(), deviatesFromPreference: deviates, reasonGiven: reasonGiven, by: coordinator, at: moment)
        // Whom the coordinator replaces has left the team or is blocked; with this that is on record.
        for overtaken in try change.view.overtakenDirectorships(at: moment) { try change.write(overtaken, .directorship, isNew: false) }
        try change.write(
            directorship, .directorship,
            words: DirectorshipWords(id: directorship.id, preference: words.preference, reason: words.reason), isNew: true)
        try change.write(try Self.activated(change.view.household, at: moment), .household, isNew: false)
        try change.reload()
        try grantDirectorsInvolvement(to: worker, by: coordinator, in: &change)
        let next = try change.settle()
        guard change.view.hasRightNumberOfDirectors(at: moment) else {
            throw HouseholdError(.inconsistentRecord, about: change.household.description)
        }
        return Made(directorship.id, next)
    }

    private static func activated(_ household: HouseholdRecord, at moment: Moment) throws -> HouseholdRecord {
        var household = household
        if household.state == .intake {
            household.state = try household.state.next(.triage)
            household.triageOutcome = .team
            household.triagedAt = moment
        }
        if household.state == .triaged { household.state = try household.state.next(.activate) }
        return household
    }

    /// PR-7.1: the director opens the file as somebody involved, too; PR-7.3: nobody grants it to himself.
    private func grantDirectorsInvolvement(to worker: WorkerID, by coordinator: WorkerID, in change: inout HouseholdChange) throws {
        let moment = change.moment
        if change.view.liveInvolvements(of: worker, at: moment).contains(where: \.carriesDirection) { return }
        let day = moment.day
        let involvement = try change.view.grant(
            InvolvementProposal(
                worker: worker, role: .caseDirector, purpose: .direction, from: day,
                until: day.adding(months: change.view.parameters.involvementMonths)),
            id: .random(), by: coordinator, at: moment)
        try change.write(involvement, .involvement, isNew: true)
        try change.note(worker)
    }

    /// Ties a worker to a household for a time.
    public func grantInvolvement(
        _ grant: consuming Grant<GrantInvolvement>, expected revision: UInt64? = nil, in transaction: borrowing Transaction
    ) throws -> Made<InvolvementID> {
        try require(grant.isLive)
        let granter = try worker(grant.caller)
        let asked = grant.asked
        var change = try HouseholdChange(
            self, asked.household, at: grant.moment, workers: [granter, asked.worker], expected: revision, in: transaction.sql)
        let involvement = try change.view.grant(
            InvolvementProposal(
                worker: asked.worker, role: asked.role, persons: asked.persons, purpose: asked.purpose, from: asked.from, until: asked.until
            ),
            id: .random(), by: granter, at: grant.moment)
        try change.write(involvement, .involvement, isNew: true)
        try change.note(asked.worker)
        return Made(involvement.id, try change.settle())
    }

    /// Ends an involvement at once.
    public func endInvolvement(
        _ grant: consuming Grant<EndInvolvement>, expected revision: UInt64? = nil, in transaction: borrowing Transaction
    ) throws -> Made<InvolvementID> {
        try require(grant.isLive)
        var change = try HouseholdChange(self, grant.asked.household, at: grant.moment, expected: revision, in: transaction.sql)
        let id = grant.asked.involvement
        guard let involvement = change.view.facts.involvements.first(where: { $0.id == id }) else { throw VaultError.noSuchThing }
        try change.write(try involvement.ended(.revoked, at: grant.moment), .involvement, isNew: false)
        return Made(id, try change.settle())
    }
}
