// When a plan version takes force (PR-8.2, 8.3, 8.5; invariant 6).
//
// Needed: the director; at least one adult resident or legal representative; every youth from twelve with a goal; every party to the convenant
// with an action. Who will not sign does not stop the plan for the others, but actions that concern him do not take force, and his view is
// attached. A signature counts when it is under exactly this content, and its capacity still holds.

/// Something a plan version lacks, and from whom.
public struct PlanLack: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// What is lacking.
    public let gap: PlanGap
    /// The resident or organisation whose signature is lacking, where it is one.
    public let party: Party?
    /// The worker whose signature is lacking, where it is one.
    public let worker: WorkerID?

    init(_ gap: PlanGap, party: Party? = nil, worker: WorkerID? = nil) {
        self.gap = gap
        self.party = party
        self.worker = worker
    }

    public var description: String {
        [gap.rawValue, party?.description ?? worker?.description ?? ""].filter { !$0.isEmpty }.joined(separator: " ")
    }

    public static func < (a: PlanLack, b: PlanLack) -> Bool { a.description.utf8.lexicographicallyPrecedes(b.description.utf8) }
}

/// Whether a plan version can take force at one moment.
public struct PlanActivation: Hashable, Sendable {
    /// Empty when it can.
    public let lacks: [PlanLack]
    /// Actions that will not take force because a resident concerned will not sign (PR-8.3).
    public let excludedActions: SortedSet<PlanActionID>

    /// Whether nothing is lacking.
    public var isPossible: Bool { lacks.isEmpty }
    /// The rules behind what is lacking, each once, ascending.
    public var articles: [Article] { Array(SortedSet(lacks.flatMap(\.gap.articles))) }
}

extension HouseholdView {
    /// Whether `version` can take force at `moment`, and what it lacks, in a fixed order.
    public func activation(of version: PlanVersion, at moment: Moment) -> PlanActivation {
        let refusers = refusers(of: version, at: moment)
        let excluded = SortedSet(
            version.actions.filter { action in refusers.contains { concerns(action, in: version, $0, at: moment) } }.map(\.id))
        var lacks: [PlanLack] = []
        if version.state != .presented { lacks.append(PlanLack(.notPresented)) }
        lacks += contentLacks(version, moment.day)
        lacks += directorLack(version, moment)
        if !hasAdultOrRepresentative(version, at: moment) { lacks.append(PlanLack(.adultOrRepresentative)) }
        lacks += youthLacks(version, refusers, moment)
        lacks += partnerLacks(version, moment)
        for refusal in version.refusals where refusers.contains(refusal.person) && !refusal.viewAttached {
            lacks.append(PlanLack(.viewNotAttached, party: .person(refusal.person)))
        }
        // PR-8.3: it takes force only for actions that do not concern who refuses; something must be left.
        if !refusers.isEmpty, excluded.count == version.actions.count { lacks.append(PlanLack(.nothingLeft)) }
        return PlanActivation(lacks: lacks, excludedActions: excluded)
    }

    /// The version in force from `moment`, and the version that it supersedes, to be stored together.
    ///
    /// Throws `notAllowed` with the articles of everything that is lacking.
    public func activate(
        _ version: PlanVersion, at moment: Moment
    ) throws(HouseholdError) -> (inForce: PlanVersion, superseded: PlanVersion?) {
        let activation = activation(of: version, at: moment)
        guard activation.isPossible else {
            throw HouseholdError(
                .notAllowed, about: activation.lacks.map(\.description).joined(separator: ","), articles: activation.articles)
        }
        var inForce = version
        inForce.state = try version.state.next(.activate)
        inForce.inForceOn = moment.day
        inForce.excludedActions = activation.excludedActions
        var previous = facts.plans.first { $0.state == .inForce && $0.id != version.id }
        if let state = previous?.state { previous?.state = try state.next(.supersede) }
        return (inForce, previous)
    }

    /// Signatures that count at `moment`: under exactly the presented content, given by then, and not by word of mouth alone.
    private func counting(_ version: PlanVersion, at moment: Moment) -> [PlanSignature] {
        guard let hash = version.contentHash else { return [] }
        return version.signatures.filter { $0.contentHash == hash && $0.at <= moment && $0.method != .oral }
    }

    private func contentLacks(_ version: PlanVersion, _ day: CalendarDay) -> [PlanLack] {
        var lacks: [PlanLack] = []
        if version.goals.isEmpty { lacks.append(PlanLack(.noGoals)) }
        // PR-8.5: a review on the date in the plan, at least every six months.
        if let review = version.reviewDueOn {
            if !Period.isWithin(months: parameters.reviewMonths, from: day, until: review) { lacks.append(PlanLack(.reviewTooLate)) }
        } else {
            lacks.append(PlanLack(.reviewMissing))
        }
        return lacks
    }

    private func directorLack(_ version: PlanVersion, _ moment: Moment) -> [PlanLack] {
        guard let director = activeDirector(at: moment) else { return [PlanLack(.noDirector)] }
        let signed = counting(version, at: moment).contains { signature in
            guard case .worker(let worker) = signature.signer else { return false }
            return isActingDirector(worker, at: moment)
        }
        return signed ? [] : [PlanLack(.directorSignature, worker: director.worker)]
    }

    private func hasAdultOrRepresentative(_ version: PlanVersion, at moment: Moment) -> Bool {
        counting(version, at: moment).contains { signature in
            guard case .party(let party, let capacity) = signature.signer else { return false }
            if capacity == .ownBehalf {
                guard let person = party.person.flatMap({ personsByID[$0] }) else { return false }
                return person.livesIn && person.belongs(at: moment) && person.isAdult(at: moment) && !isIncapacitated(person.id, at: moment)
            }
            return residents(at: moment).contains { represents(party, capacity, $0, at: moment) }
        }
    }

    /// Whether `party` is a legal representative of `person` in this capacity: with authority over a minor, or curator or mentor.
    private func represents(_ party: Party, _ capacity: SigningCapacity, _ person: Person, at moment: Moment) -> Bool {
        guard canDecideForOthers(party, at: moment) else { return false }
        return switch capacity {
        case .ownBehalf, .authorised, .partner, .family: false
        case .parentWithAuthority, .guardian, .guardianBody:
            custody(of: person.id, at: moment)?.holders.contains(RequiredSigner(party, capacity)) ?? false
        case .curator, .mentor:
            (representationsByPerson[person.id] ?? []).contains {
                $0.representative == party && $0.capacity == capacity && $0.isProven && $0.isHeld(at: moment)
            }
        }
    }

    /// Every youth from twelve with a goal signs; for one judged incapable the representatives do (PR-12.4).
    private func youthLacks(_ version: PlanVersion, _ refusers: Set<PersonID>, _ moment: Moment) -> [PlanLack] {
        let signers = counting(version, at: moment).map(\.signer)
        var lacks: [PlanLack] = []
        for person in SortedSet(version.goals.compactMap(\.subject.person)) {
            guard let youth = personsByID[person], (12..<18).contains(youth.age(at: moment)), !refusers.contains(person) else { continue }
            guard isIncapacitated(person, at: moment), let requirement = required(person, at: moment) else {
                if !signers.contains(.party(.person(person), .ownBehalf)) {
                    lacks.append(PlanLack(.youthSignature, party: .person(person)))
                }
                continue
            }
            if requirement.gap != nil { lacks.append(PlanLack(.authorityUnknown, party: .person(person))) }
            for signer in requirement.signers where !signers.contains(.party(signer.party, signer.capacity)) {
                lacks.append(PlanLack(.representativeSignature, party: signer.party))
            }
        }
        return lacks
    }

    /// Every party to the convenant with an action signs, by one of its active workers. The director signs for the own organisation as well.
    private func partnerLacks(_ version: PlanVersion, _ moment: Moment) -> [PlanLack] {
        let signed = counting(version, at: moment).compactMap { signature -> OrganisationID? in
            guard case .worker(let worker) = signature.signer, team.isActive(worker, at: moment), !isBlocked(worker, at: moment) else {
                return nil
            }
            return team.worker(worker)?.organisation
        }
        return SortedSet(version.actions.compactMap(\.actor.organisation)).filter { organisation in
            team.organisation(organisation)?.isParty(on: moment.day) ?? false
        }
        .filter { !signed.contains($0) }.map { PlanLack(.partnerSignature, party: .organisation($0)) }
    }

    /// Residents who would not sign and have not signed since (PR-8.3).
    private func refusers(of version: PlanVersion, at moment: Moment) -> Set<PersonID> {
        Set(
            version.refusals.filter { refusal in
                refusal.at <= moment
                    && !counting(version, at: moment).contains {
                        $0.signer == .party(.person(refusal.person), .ownBehalf) && $0.at > refusal.at
                    }
            }
            .map(\.person))
    }

    /// Whether an action concerns a resident: as actor, or through a goal about the resident or about the household that the resident lives in.
    func concerns(_ action: PlanAction, in version: PlanVersion, _ person: PersonID, at moment: Moment) -> Bool {
        if action.actor == .person(person) { return true }
        guard let goal = version.goals.first(where: { $0.id == action.goal }) else { return true }
        switch goal.subject {
        case .person(let subject): return subject == person
        case .household: return residents(at: moment).contains { $0.id == person }
        }
    }
}
