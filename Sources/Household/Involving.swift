// Involvement, conflict and who may grant (PR-7).

/// An involvement as asked for.
public struct InvolvementProposal: Hashable, Sendable {
    /// Who would be involved.
    public var worker: WorkerID
    /// In which role.
    public var role: Role
    /// The residents concerned; nil for the whole household.
    public var persons: SortedSet<PersonID>?
    /// For what.
    public var purpose: Purpose
    /// First day.
    public var from: CalendarDay
    /// Last day.
    public var until: CalendarDay

    public init(
        worker: WorkerID, role: Role, persons: SortedSet<PersonID>? = nil, purpose: Purpose, from: CalendarDay, until: CalendarDay
    ) {
        self.worker = worker
        self.role = role
        self.persons = persons
        self.purpose = purpose
        self.from = from
        self.until = until
    }
}

extension Role {
    /// Whether it is a role that an involvement in one household gives (PR-1.5, annex). The others are held in the team, or by residents.
    public var isForHousehold: Bool {
        switch self {
        case .caseDirector, .teamMember, .watchContact, .intakeWorker, .accessOfficer, .consultant, .guest, .clientSupporter: true
        case .adminSupport, .teamCoordinator, .resident, .privacyOfficer, .dpo, .functionalAdmin, .technicalAdmin, .recordsManager,
            .analyst,
            .tool:
            false
        }
    }
}

extension HouseholdView {
    /// Whether a private tie blocks the worker for this household at `moment`. It beats every permission (PR-7.4, invariant 9).
    public func isBlocked(_ worker: WorkerID, at moment: Moment) -> Bool {
        conflictsByWorker[worker]?.contains { $0.isStanding(at: moment) } ?? false
    }

    /// Valid involvements of the worker at `moment`, in the order of their identifiers. None for a worker who is blocked (PR-7.4) or not active
    /// (PR-20.3), and none in a file that has ended (PR-21.5).
    public func liveInvolvements(of worker: WorkerID, at moment: Moment) -> [Involvement] {
        guard !isBlocked(worker, at: moment), team.isActive(worker, at: moment), !isEnded(at: moment) else { return [] }
        return (involvementsByWorker[worker] ?? []).filter { $0.isLive(at: moment) }
    }

    /// Whether the worker has a valid involvement that extends to `subject` at `moment` (PR-7.1, 18.2).
    public func isInvolved(_ worker: WorkerID, with subject: Subject, at moment: Moment) -> Bool {
        liveInvolvements(of: worker, at: moment).contains { $0.covers(subject) }
    }

    /// Whether the worker has any valid involvement in the household at `moment` (PR-7.1).
    public func isInvolved(_ worker: WorkerID, at moment: Moment) -> Bool { !liveInvolvements(of: worker, at: moment).isEmpty }

    /// Whether the worker has an involvement at `moment` that is not over, valid now or from a later day.
    public func hasInvolvement(_ worker: WorkerID, at moment: Moment) -> Bool {
        guard !isEnded(at: moment) else { return false }
        return (involvementsByWorker[worker] ?? []).contains { $0.endedAt.map { moment < $0 } ?? (moment < $0.until.end) }
    }

    /// Whether the worker is bound to the household at `moment`, now or from a later day: an involvement that is not over, or a directorship.
    public func isEngaged(_ worker: WorkerID, at moment: Moment) -> Bool {
        guard !isEnded(at: moment) else { return false }
        return hasInvolvement(worker, at: moment) || facts.directorships.contains { $0.worker == worker && !$0.isOver(at: moment) }
    }

    /// The roles that the worker has in this household at `moment`: those of the involvements, and `caseDirector` for the director and a deputy,
    /// whatever an involvement says (PR-6.1). Opening the file takes an involvement as well (PR-7.1).
    public func householdRoles(of worker: WorkerID, at moment: Moment) -> SortedSet<Role> {
        let involved = SortedSet(liveInvolvements(of: worker, at: moment).map(\.role)).subtracting([.caseDirector])
        return isActingDirector(worker, at: moment) ? involved.union([.caseDirector]) : involved
    }

    /// Organisations with a worker involved at `moment`: that-information (PR-1.6, 5.1).
    public func involvedOrganisations(at moment: Moment) -> SortedSet<OrganisationID> {
        let workers = Set(facts.involvements.map(\.worker)).filter { isInvolved($0, at: moment) }
        return SortedSet(workers.compactMap { team.worker($0)?.organisation })
    }

    /// Everything that forbids `granter` to grant `proposal` at `moment`, in a fixed order; empty when nothing does.
    ///
    /// The director grants, or the coordinator as long as there is none; the director's own involvement is granted by the coordinator, for
    /// nobody grants himself any (PR-7.3).
    public func objections(to proposal: InvolvementProposal, by granter: WorkerID, at moment: Moment) -> [InvolvementObjection] {
        var objections: [InvolvementObjection] = []
        if granter == proposal.worker { objections.append(.selfGrant) }
        if granter != proposal.worker, !mayGrant(granter, to: proposal.worker, at: moment) { objections.append(.notDirector) }
        if team.worker(proposal.worker) == nil {
            objections.append(.workerUnknown)
        } else if !team.isActive(proposal.worker, at: moment) {
            objections.append(.workerInactive)
        }
        if isBlocked(proposal.worker, at: moment) { objections.append(.blocked) }
        if proposal.from < moment.day { objections.append(.startsInPast) }
        if proposal.until < proposal.from { objections.append(.endsBeforeStart) }
        // PR-7.2: at most six calendar months ahead of the day of granting.
        if !Period.isWithin(months: parameters.involvementMonths, from: moment.day, until: proposal.until) {
            objections.append(.tooFarAhead)
        }
        if !proposal.role.isForHousehold { objections.append(.roleNotForHousehold) }
        if !(proposal.persons?.allSatisfy { personsByID[$0] != nil } ?? true) { objections.append(.personUnknown) }
        if proposal.persons?.isEmpty == true { objections.append(.personUnknown) }
        if isEnded(at: moment) { objections.append(.fileClosed) }
        return objections
    }

    private func mayGrant(_ granter: WorkerID, to worker: WorkerID, at moment: Moment) -> Bool {
        guard !isBlocked(granter, at: moment) else { return false }
        if isActingDirector(granter, at: moment) { return true }
        let directed = activeDirector(at: moment) != nil
        let concernsDirector = isActingDirector(worker, at: moment)
        return team.roles(of: granter, at: moment).contains(.teamCoordinator) && (!directed || concernsDirector)
    }

    /// The involvement that `proposal` asks for. Throws `notAllowed` with the articles of every objection.
    public func grant(
        _ proposal: InvolvementProposal, id involvement: InvolvementID, by granter: WorkerID, at moment: Moment
    ) throws(HouseholdError) -> Involvement {
        try refuse(objections(to: proposal, by: granter, at: moment))
        return Involvement(
            id: involvement, household: id, worker: proposal.worker, role: proposal.role, persons: proposal.persons,
            purpose: proposal.purpose,
            grantedBy: granter, grantedAt: moment, from: proposal.from, until: proposal.until, state: .granted)
    }

    /// The involvement with a later end: a deliberate act under the same rules as granting (PR-7.2, 7.3).
    ///
    /// Throws `notAllowed`, or `illegalTransition` for an involvement that has ended.
    public func extend(
        _ involvement: Involvement, until: CalendarDay, by granter: WorkerID, at moment: Moment
    ) throws(HouseholdError) -> Involvement {
        guard involvement.isLive(at: moment) || involvement.state != .ended && moment < involvement.from.start else {
            throw HouseholdError(.illegalTransition, about: "\(involvement.state)/extend", articles: [.pr(7, 2)])
        }
        let proposal = InvolvementProposal(
            worker: involvement.worker, role: involvement.role, persons: involvement.persons, purpose: involvement.purpose,
            from: max(involvement.from, moment.day), until: until)
        try refuse(objections(to: proposal, by: granter, at: moment))
        var extended = involvement
        extended.until = until
        return extended
    }

    func refuse(_ reasons: [some Reason]) throws(HouseholdError) {
        guard reasons.isEmpty else {
            throw HouseholdError(
                .notAllowed, about: reasons.map(\.rawValue).joined(separator: ","), articles: Array(SortedSet(reasons.flatMap(\.articles))))
        }
    }
}

extension Involvement {
    /// The involvement after it ended at `moment`. Throws `illegalTransition` when it has ended already.
    public func ended(_ end: InvolvementEnd, at moment: Moment) throws(HouseholdError) -> Involvement {
        let event: InvolvementState.Event =
            switch end {
            case .expired: .expire
            case .revoked: .revoke
            case .leaver: .leave
            case .closing: .close
            }
        var copy = self
        copy.state = try state.next(event)
        copy.end = end
        copy.endedAt = moment
        return copy
    }
}
