// Exactly one director (PR-6, 20.1; invariant 1).
//
// The first director is active on appointment. A handover appoints the next one beside the old; the old one stays director until the new one
// confirms, and both changes are one act. A deputy is an overlay with an end date: the same rights, but the director remains the director.

extension HouseholdView {
    /// Directors at `moment`, deputies aside. In a consistent household one while it is active or in watch-flame, else none.
    public func directors(at moment: Moment) -> [Directorship] {
        facts.directorships.filter { $0.deputyFor == nil && $0.isDirecting(at: moment) }
    }

    /// The one director at `moment`; nil when there is none, or contrary to invariant 1 more than one.
    ///
    /// None either where the one on record has left the team for good (PR-20.3, 20.5) or is blocked (PR-7.4): then the coordinator appoints
    /// another, and that ends what stands on record (``overtakenDirectorships(at:)``). A director whose account is locked remains the director.
    public func activeDirector(at moment: Moment) -> Directorship? {
        let all = directors(at: moment)
        return all.count == 1 && canDirect(all[0].worker, at: moment) ? all[0] : nil
    }

    private func canDirect(_ worker: WorkerID, at moment: Moment) -> Bool {
        !isBlocked(worker, at: moment) && !team.hasLeft(worker, at: moment)
    }

    /// Whether the worker has the rights of the director at `moment`: as director, or as deputy (PR-6.5). Never when blocked (PR-7.4) or not
    /// active (PR-20.3).
    public func isActingDirector(_ worker: WorkerID, at moment: Moment) -> Bool {
        guard !isBlocked(worker, at: moment), team.isActive(worker, at: moment), !isEnded(at: moment) else { return false }
        guard let director = activeDirector(at: moment) else { return false }
        if director.worker == worker { return true }
        return facts.directorships.contains { $0.worker == worker && $0.deputyFor == director.id && $0.isDirecting(at: moment) }
    }

    /// Appoints the first director: the coordinator's right (PR-4.2). Active at once.
    ///
    /// `reasonGiven` says whether the words hold a reason for deviating from the residents' preference (PR-6.2). The director's involvement is a
    /// separate record that the coordinator grants in the same act. Throws `notAllowed` with the articles of every objection.
    public func appointDirector(
        _ worker: WorkerID, id directorship: DirectorshipID, deviatesFromPreference: Bool = false, reasonGiven: Bool = false,
        by coordinator: WorkerID, at moment: Moment
    ) throws(HouseholdError) -> Directorship {
        var objections = eligibility(worker, at: moment)
        if !team.roles(of: coordinator, at: moment).contains(.teamCoordinator) { objections.append(.notCoordinator) }
        if directors(at: moment).contains(where: { canDirect($0.worker, at: moment) }) { objections.append(.alreadyDirected) }
        if deviatesFromPreference, !reasonGiven { objections.append(.reasonMissing) }
        try refuse(objections)
        return Directorship(
            id: directorship, household: id, worker: worker, state: try DirectorshipState.appointed.next(.confirm),
            appointedBy: coordinator,
            appointedAt: moment, activeFrom: moment, deviatesFromPreference: deviatesFromPreference)
    }

    /// The directorships that the appointment of another at `moment` ends: of a director who has left the team or is blocked, with handovers to
    /// others that were not confirmed and with deputies. Empty while there is a director.
    public func overtakenDirectorships(at moment: Moment) throws(HouseholdError) -> [Directorship] {
        guard !directors(at: moment).contains(where: { canDirect($0.worker, at: moment) }) else { return [] }
        var overtaken: [Directorship] = []
        for directorship in facts.directorships where directorship.state != .ended { overtaken.append(try directorship.closed(at: moment)) }
        return overtaken
    }

    /// Proposes a handover: by the director, or by the coordinator (PR-20.1). Gives the old directorship, handing over, and the new one, appointed.
    public func proposeHandover(
        to worker: WorkerID, id directorship: DirectorshipID, deviatesFromPreference: Bool = false, reasonGiven: Bool = false,
        by proposer: WorkerID, at moment: Moment
    ) throws(HouseholdError) -> (old: Directorship, new: Directorship) {
        var objections = eligibility(worker, at: moment)
        guard var old = activeDirector(at: moment) else { throw DirectorshipObjection.noDirector.error() }
        if old.worker == worker { objections.append(.sameWorker) }
        if !isActingDirector(proposer, at: moment), !team.roles(of: proposer, at: moment).contains(.teamCoordinator) {
            objections.append(.notTheDirector)
        }
        if deviatesFromPreference, !reasonGiven { objections.append(.reasonMissing) }
        try refuse(objections)
        old.state = try old.state.next(.proposeHandover)
        let new = Directorship(
            id: directorship, household: id, worker: worker, state: .appointed, appointedBy: proposer, appointedAt: moment,
            deviatesFromPreference: deviatesFromPreference)
        return (old, new)
    }

    /// Confirms a handover: by the appointed worker, after the conversation with the household (PR-6.1, 20.1). Gives both records, to be stored
    /// together: at `moment` the old one has ended and the new one is the director.
    public func confirmHandover(
        _ appointed: Directorship, by worker: WorkerID, discussedOn: CalendarDay?, at moment: Moment
    ) throws(HouseholdError) -> (old: Directorship, new: Directorship) {
        var objections = eligibility(appointed.worker, at: moment)
        guard var old = activeDirector(at: moment) else { throw DirectorshipObjection.noDirector.error() }
        if appointed.worker != worker { objections.append(.notTheAppointed) }
        if discussedOn == nil || discussedOn.map({ $0 > moment.day }) ?? true { objections.append(.notDiscussed) }
        try refuse(objections)
        var new = appointed
        new.state = try appointed.state.next(.confirm)
        new.activeFrom = moment
        new.discussedOn = discussedOn
        old.state = try old.state.next(.handOver)
        old.endedAt = moment
        return (old, new)
    }

    /// Calls a proposed handover off: the old director stays. Gives both records.
    public func cancelHandover(_ appointed: Directorship, at moment: Moment) throws(HouseholdError) -> (
        old: Directorship, new: Directorship
    ) {
        guard var old = activeDirector(at: moment) else { throw DirectorshipObjection.noDirector.error() }
        var new = appointed
        new.state = try appointed.state.next(.decline)
        new.endedAt = moment
        old.state = try old.state.next(.cancelHandover)
        return (old, new)
    }

    /// Appoints a deputy with an end date: the coordinator's right (PR-6.5).
    ///
    /// `absentSince` is the director's first day of absence; the term of five working days must be over.
    public func appointDeputy(
        _ worker: WorkerID, id directorship: DirectorshipID, absentSince: CalendarDay, until: CalendarDay?, by coordinator: WorkerID,
        at moment: Moment
    ) throws(HouseholdError) -> Directorship {
        var objections = eligibility(worker, at: moment)
        guard let director = activeDirector(at: moment) else { throw DirectorshipObjection.noDirector.error() }
        if !team.roles(of: coordinator, at: moment).contains(.teamCoordinator) { objections.append(.notCoordinator) }
        if director.worker == worker { objections.append(.sameWorker) }
        // The first day of absence is itself the first of the five when it is a working day.
        let lastOfTerm = WorkingDays.adding(parameters.directorAbsenceWorkingDays, to: absentSince.adding(days: -1))
        if moment.day <= lastOfTerm { objections.append(.directorPresent) }
        if until.map({ $0 < moment.day }) ?? true { objections.append(.deputyEndMissing) }
        try refuse(objections)
        return Directorship(
            id: directorship, household: id, worker: worker, state: try DirectorshipState.appointed.next(.confirm),
            appointedBy: coordinator,
            appointedAt: moment, activeFrom: moment, deputyFor: director.id, deputyUntil: until)
    }

    private func eligibility(_ worker: WorkerID, at moment: Moment) -> [DirectorshipObjection] {
        var objections: [DirectorshipObjection] = []
        if !team.isActive(worker, at: moment) { objections.append(.workerInactive) }
        if isBlocked(worker, at: moment) { objections.append(.blocked) }
        if isEnded(at: moment) { objections.append(.fileClosed) }
        return objections
    }

    /// Invariant 1 at `moment`: exactly one director while the household is active or in watch-flame. The moment lies after the last change.
    public func hasRightNumberOfDirectors(at moment: Moment) -> Bool {
        let count = directors(at: moment).count
        return household.state.needsDirector ? count == 1 : count <= 1
    }
}

extension Directorship {
    /// Whether it has ended at `moment`, or the last day of a deputy is past.
    func isOver(at moment: Moment) -> Bool {
        endedAt.map { $0 <= moment } ?? deputyUntil.map { $0.end <= moment } ?? (state == .ended)
    }

    /// The directorship after the file closed, or after the worker left. Throws `illegalTransition` when it has ended.
    public func closed(at moment: Moment) throws(HouseholdError) -> Directorship {
        var copy = self
        copy.state = try state.next(.close)
        copy.endedAt = moment
        return copy
    }
}
