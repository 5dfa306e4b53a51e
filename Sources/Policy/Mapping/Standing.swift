import Cedar
public import Household

// What a worker is to a household at one moment.
//
// An appointment as director says in which role somebody works, and opens nothing by itself: the director needs an involvement on record like
// everybody (PR-7.1). The first is granted in the act of appointing; when it ends, so does what the director may see and do.

/// One of the asker's valid involvements, as the policies see it.
struct HeldInvolvement {
    let role: Role
    /// The residents concerned; nil for the household as a whole.
    let persons: SortedSet<PersonID>?
    let purposes: SortedSet<Purpose>
    let from: Moment
    /// The first moment at which it no longer holds.
    let until: Moment
}

extension HouseholdView {
    /// The purposes that directing a household serves: all of its help, but not the decision about a provision (PR-17.1).
    private static let directing: SortedSet<Purpose> = [.intakeAndTriage, .plan, .direction, .safety, .handoverAndAftercare]

    /// Since when and until when the worker who directs at `moment`, as director or deputy, does so. Nil for everybody else, and where no
    /// involvement carries the direction (``Involvement/carriesDirection``; PR-7.1).
    private func direction(of worker: WorkerID, at moment: Moment) -> (from: Moment, until: Moment)? {
        guard isActingDirector(worker, at: moment),
            let directorship = facts.directorships.first(where: { $0.worker == worker && $0.isDirecting(at: moment) }),
            let until = liveInvolvements(of: worker, at: moment).filter(\.carriesDirection).map(\.until.end).max()
        else { return nil }
        return (directorship.activeFrom ?? directorship.appointedAt, until)
    }

    /// Everybody whose involvement is valid at `moment`; the director and deputies only with one (PR-7.1).
    func involvedWorkers(at moment: Moment) -> Set<WorkerID> {
        Set(facts.involvements.map(\.worker)).filter { isInvolved($0, at: moment) }
    }

    /// The director and the deputies, each where a valid involvement as director carries the direction (PR-7.1).
    func directingWorkers(at moment: Moment) -> Set<WorkerID> {
        Set(facts.directorships.map(\.worker)).filter { directs($0, at: moment) }
    }

    /// Whether the worker is director or deputy at `moment`, and a valid involvement as director carries it (PR-7.1).
    public func directs(_ worker: WorkerID, at moment: Moment) -> Bool { direction(of: worker, at: moment) != nil }

    /// Who stands in for the director at `moment` (PR-6.5).
    func deputies(at moment: Moment) -> Set<WorkerID> {
        Set(facts.directorships.filter { $0.deputyFor != nil && $0.isDirecting(at: moment) }.map(\.worker)).filter {
            isActingDirector($0, at: moment)
        }
    }

    /// The worker's valid involvements, the one that comes closest to what is asked first: it extends to the subject, else it serves the purpose,
    /// else its role goes with the hat, for whoever decides about provisions elsewhere is not that in help (PR-17.3). Of those that are as close
    /// first the one whose role opens most and that lasts longest.
    ///
    /// Which of them counts is not said by this order but by the policies: the first that suffices (``PolicyEngine``). Each stands for itself; what
    /// one says of a resident and another of a purpose they do not say together.
    func heldInvolvements(
        of worker: WorkerID, in hat: Hat?, with subject: Household.Subject?, for purpose: Purpose?, at moment: Moment
    ) -> [HeldInvolvement] {
        let direction = direction(of: worker, at: moment)
        var held = liveInvolvements(of: worker, at: moment).filter { direction == nil || !$0.carriesDirection }.map { HeldInvolvement($0) }
        if let direction {
            held.append(
                HeldInvolvement(
                    role: .caseDirector, persons: nil, purposes: Self.directing, from: direction.from, until: direction.until))
        }
        if held.count < 2 { return held }
        func distance(_ held: HeldInvolvement) -> Int {
            (subject.map { held.covers($0) } ?? true ? 0 : 4) + (purpose.map { held.purposes.contains($0) } ?? false ? 0 : 2)
                + ((held.role == .accessOfficer) == (hat == .access) ? 0 : 1)
        }
        let ranked = held.enumerated().map { (rank: (distance($1), $1.reach, -$1.until.millisecondsSince1970, $0), held: $1) }
        return ranked.sorted { $0.rank < $1.rank }.map(\.held)
    }
}

extension HeldInvolvement {
    /// As it was recorded; but the role of director comes by appointment only (PR-6.1).
    init(_ involvement: Involvement) {
        self.init(
            role: involvement.role == .caseDirector ? .teamMember : involvement.role, persons: involvement.persons,
            purposes: [involvement.purpose], from: max(involvement.from.start, involvement.grantedAt), until: involvement.until.end)
    }

    /// Smaller for a role that opens more (annex to PR-18.1).
    fileprivate var reach: Int {
        let most: [Role] = [.caseDirector, .teamMember, .accessOfficer, .watchContact]
        return most.firstIndex(of: role) ?? most.count
    }

    fileprivate func covers(_ subject: Household.Subject) -> Bool {
        guard let persons else { return true }
        return subject.person.map { persons.contains($0) } ?? false
    }
}

extension Value {
    static func involvement(_ involvement: HeldInvolvement) -> Value {
        [
            "role": .role(involvement.role),
            "persons": .persons(involvement.persons ?? []),
            "whole": .bool(involvement.persons == nil),
            "purposes": .set(ValueSet(involvement.purposes.map { .purpose($0) })),
            "from": .moment(involvement.from),
            "until": .moment(involvement.until),
        ]
    }
}

extension CedarRecord {
    /// The context of an action on what lies behind the card: the asker's closest involvement, and the others beside it.
    init(fileOf circumstances: Circumstances, about subject: Household.Subject? = nil) {
        self.init()
        guard let view = circumstances.facts.household, let worker = circumstances.asker.worker else { return }
        let held = view.heldInvolvements(
            of: worker, in: circumstances.asker.hat, with: subject, for: circumstances.purpose, at: circumstances.moment
        ).map { Value.involvement($0) }
        set("involvement", held.first)
        otherInvolvements = Array(held.dropFirst())
    }
}
