// Changing, presenting, signing and reading a plan (PR-8.1, 8.4, 8.6).
//
// Content (goals, actions, dates, who acts) changes in a draft only. What is presented or signed is never changed again; adjusting means a new
// version. Progress (an action done, the outcome of a goal) is no content: it stays outside the content hash and is kept up in the version in force.

/// What somebody wants to change in a plan version.
public enum PlanChange: Hashable, Sendable {
    /// Content of the version as a whole: its goals, its review date, the actions of others.
    case content
    /// Content of one action, as it would become or as it was.
    case action(PlanAction)
    /// Whether an action is done.
    case progress(PlanActionID)
    /// The outcome of a goal at a review (PR-8.5).
    case outcome(GoalID)
}

extension PlanVersion {
    /// Whether anybody has signed it: from then on its content is never changed (PR-8.4).
    public var isSigned: Bool { !signatures.isEmpty }

    /// Whether the content is the same as that of `other`, outcomes and progress aside.
    public func hasSameContent(as other: PlanVersion) -> Bool {
        func content(_ version: PlanVersion) -> PlanVersion {
            var copy = version
            for index in copy.goals.indices { copy.goals[index].outcome = nil }
            for index in copy.actions.indices { copy.actions[index].doneOn = nil }
            return copy
        }
        let (a, b) = (content(self), content(other))
        return a.id == b.id && a.number == b.number && a.goals == b.goals && a.actions == b.actions && a.contentHash == b.contentHash
    }
}

extension HouseholdView {
    /// Everything that forbids `worker` to make `change` in `version` at `moment`, in a fixed order; empty when nothing does.
    ///
    /// The director manages the plan (PR-6.3); another team member changes the actions of the own organisation that name no other worker (PR-8.6).
    public func objections(
        to change: PlanChange, in version: PlanVersion, by worker: WorkerID, at moment: Moment
    ) -> [PlanObjection] {
        var objections: [PlanObjection] = []
        if isBlocked(worker, at: moment) { objections.append(.blocked) }
        if !isInvolved(worker, at: moment) { objections.append(.notInvolved) }
        if isEnded(at: moment) { objections.append(.fileClosed) }
        switch change {
        case .content, .action:
            if version.isSigned { objections.append(.signed) }
            if version.state != .draft { objections.append(.notDraft) }
        case .progress, .outcome:
            if version.state != .inForce { objections.append(.notInForce) }
        }
        if !isActingDirector(worker, at: moment) { objections += memberObjections(to: change, in: version, by: worker) }
        return objections
    }

    private func memberObjections(to change: PlanChange, in version: PlanVersion, by worker: WorkerID) -> [PlanObjection] {
        switch change {
        case .content, .outcome: return [.notDirector]
        case .action(let action):
            // Both what it was and what it would become must be the worker's own, or an action could be taken from another.
            let before = version.actions.first { $0.id == action.id }
            return isOwn(action, worker) && before.map { isOwn($0, worker) } ?? true ? [] : [.notOwnAction]
        case .progress(let id):
            guard let action = version.actions.first(where: { $0.id == id }) else { return [.unknownGoal] }
            return isOwn(action, worker) ? [] : [.notOwnAction]
        }
    }

    /// Whether the action is the worker's own: of the worker's organisation, and of this worker or of any (PR-8.6).
    public func isOwn(_ action: PlanAction, _ worker: WorkerID) -> Bool {
        guard let organisation = action.actor.organisation else { return false }
        return organisation == team.worker(worker)?.organisation && (action.worker == nil || action.worker == worker)
    }

    /// The version as presented, with the hash of its content fixed (PR-8.1, 8.4). The director presents.
    ///
    /// Throws `notAllowed`: not by the director, no goals, a review date missing or too late, a goal shielded by somebody under sixteen;
    /// `illegalTransition` unless it is a draft.
    public func present(
        _ version: PlanVersion, contentHash: Bytes32, by worker: WorkerID, at moment: Moment
    ) throws(HouseholdError) -> PlanVersion {
        try refuse(objections(to: .content, in: version, by: worker, at: moment).filter { $0 != .notDraft })
        var presented = version
        presented.state = try version.state.next(.present)
        presented.contentHash = contentHash
        presented.presentedOn = moment.day
        if version.goals.contains(where: { !mayShield($0, at: moment) }) { throw PlanObjection.shieldedTooYoung.error() }
        let lacks = activation(of: presented, at: moment).lacks.filter { [.noGoals, .reviewMissing, .reviewTooLate].contains($0.gap) }
        guard lacks.isEmpty else {
            throw HouseholdError(.notAllowed, about: lacks.map(\.description).joined(separator: ","), articles: [.pr(8, 5)])
        }
        return presented
    }

    /// Whether the goal may have the audience it has: only an own goal of somebody of sixteen or older may be hidden (PR-8.6).
    public func mayShield(_ goal: Goal, at moment: Moment) -> Bool {
        guard goal.audience == .ownerAndTeam else { return true }
        return goal.subject.person.flatMap { personsByID[$0] }.map { $0.age(at: moment) >= 16 } ?? false
    }

    /// The version with one more signature.
    ///
    /// Throws `notAllowed`: PR-8.2 when it is not presented or the capacity does not hold at `moment`, PR-8.4 when the signature is under other
    /// content, PR-7.1 or 7.4 for a worker who is not involved or is blocked.
    public func sign(_ version: PlanVersion, _ signature: PlanSignature, at moment: Moment) throws(HouseholdError) -> PlanVersion {
        guard version.state == .presented, let hash = version.contentHash else { throw PlanObjection.notPresented.error() }
        guard signature.contentHash == hash else { throw PlanObjection.contentDiffers.error() }
        guard signature.at <= moment, !isEnded(at: moment) else { throw PlanObjection.capacityNotHeld.error() }
        guard signature.method != .oral else { throw PlanObjection.notInWriting.error() }
        switch signature.signer {
        case .worker(let worker):
            if isBlocked(worker, at: moment) { throw PlanObjection.blocked.error() }
            guard isInvolved(worker, at: moment) else { throw PlanObjection.notInvolved.error() }
        case .party(let party, let capacity):
            guard maySign(party, capacity, at: signature.at) else { throw PlanObjection.capacityNotHeld.error(about: party.description) }
        }
        var signed = version
        signed.signatures.append(signature)
        return signed
    }

    /// The version signed once by a resident or representative, in every capacity that it lacks of him: a mother signs for herself, and for the
    /// daughter who cannot oversee the plan (PR-8.2, 12.4).
    ///
    /// Recorded is the signature on his own behalf where he can give it; beside it every capacity that he holds and that fills something; where
    /// none of these, the first that he holds. Throws as signing in one capacity does.
    public func sign(
        _ version: PlanVersion, by party: Party, method: SigningMethod, notedBy worker: WorkerID, at moment: Moment
    ) throws(HouseholdError) -> PlanVersion {
        guard let hash = version.contentHash else { throw PlanObjection.notPresented.error() }
        func signing(_ version: PlanVersion, as capacity: SigningCapacity) throws(HouseholdError) -> PlanVersion {
            let signature = PlanSignature(
                signer: .party(party, capacity), at: moment, method: method, contentHash: hash, notedBy: worker)
            return try sign(version, signature, at: moment)
        }
        let held = SigningCapacity.allCases.filter { maySign(party, $0, at: moment) }
        var signed = version
        for capacity in held {
            let next = try signing(signed, as: capacity)
            let fills = activation(of: next, at: moment).lacks.count < activation(of: signed, at: moment).lacks.count
            if capacity == .ownBehalf || fills { signed = next }
        }
        return signed.signatures.count > version.signatures.count ? signed : try signing(version, as: held.first ?? .ownBehalf)
    }

    /// Whether the party can sign a plan in this capacity: for himself from twelve unless judged incapable, or in the place of a resident.
    private func maySign(_ party: Party, _ capacity: SigningCapacity, at moment: Moment) -> Bool {
        if capacity == .ownBehalf {
            guard let person = party.person.flatMap({ personsByID[$0] }) else { return false }
            return person.age(at: moment) >= 12 && !isIncapacitated(person.id, at: moment)
        }
        guard canDecideForOthers(party, at: moment) else { return false }
        return facts.persons.contains { person in
            if let custody = custody(of: person.id, at: moment), custody.holders.contains(RequiredSigner(party, capacity)) { return true }
            return (representationsByPerson[person.id] ?? []).contains {
                $0.representative == party && $0.capacity == capacity && $0.isProven && $0.isHeld(at: moment)
            }
        }
    }

    /// The version with a resident's refusal to sign (PR-8.3). Throws `notAllowed` unless it is presented, `brokenReference` for somebody unknown.
    public func refuseToSign(_ version: PlanVersion, _ refusal: PlanRefusal) throws(HouseholdError) -> PlanVersion {
        guard version.state == .presented else { throw PlanObjection.notPresented.error() }
        try require(personsByID[refusal.person] != nil, refusal.person)
        var copy = version
        copy.refusals.removeAll { $0.person == refusal.person }
        copy.refusals.append(refusal)
        return copy
    }

    /// Whether a resident may read a goal of the plan at `moment` (PR-8.6).
    ///
    /// The owner always, and whoever decides in the place of an owner judged incapable. Housemates unless an owner of sixteen or older has hidden
    /// it. A parent with authority who lives elsewhere only goals about own children under sixteen. Nobody else outside the household. Team members
    /// read the plan by their involvement, not by this rule.
    public func mayRead(_ goal: Goal, reader: PersonID, at moment: Moment) -> Bool {
        guard let person = personsByID[reader], person.belongs(at: moment) else { return false }
        let owner = goal.subject.person
        if owner == reader { return true }
        if let owner, isIncapacitated(owner, at: moment), let requirement = required(owner, at: moment), requirement.gap == nil,
            requirement.signers.contains(where: { $0.party == .person(reader) })
        {
            return true
        }
        if goal.audience == .ownerAndTeam { return false }
        if person.livesIn { return true }
        guard let owner, let child = personsByID[owner], child.age(at: moment) < 16 else { return false }
        return holdsAuthority(.person(reader), over: owner, at: moment)
    }

    /// The goals of `version` that a resident may read at `moment`, in the plan's order.
    public func readableGoals(of version: PlanVersion, reader: PersonID, at moment: Moment) -> [Goal] {
        version.goals.filter { mayRead($0, reader: reader, at: moment) }
    }
}
