import Cedar
import Household

// What a worker is to a household at one moment.
//
// An appointment as director says in which role somebody works, and opens nothing by itself: the director needs an involvement on record like
// everybody (PR-7.1). The first is granted in the act of appointing; when it ends, so does what the director may see and do.

/// The asker's valid involvement that comes closest to what is asked.
struct ClosestInvolvement {
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

    /// Since when and until when the worker who directs at `moment`, as director or deputy, does so. Nil for everybody else: an involvement in
    /// another role, for one resident say, does not carry the direction (PR-7.1).
    private func direction(of worker: WorkerID, at moment: Moment) -> (from: Moment, until: Moment)? {
        guard isActingDirector(worker, at: moment),
            let directorship = facts.directorships.first(where: { $0.worker == worker && $0.isDirecting(at: moment) }),
            let until = liveInvolvements(of: worker, at: moment).filter({ $0.role == .caseDirector }).map(\.until.end).max()
        else { return nil }
        return (directorship.activeFrom ?? directorship.appointedAt, until)
    }

    /// Everybody whose involvement is valid at `moment`; the director and deputies only with one (PR-7.1).
    func involvedWorkers(at moment: Moment) -> Set<WorkerID> {
        Set(facts.involvements.map(\.worker)).filter { isInvolved($0, at: moment) }
    }

    /// The director and the deputies, each where a valid involvement as director carries the direction (PR-7.1).
    func directingWorkers(at moment: Moment) -> Set<WorkerID> {
        Set(facts.directorships.map(\.worker)).filter { direction(of: $0, at: moment) != nil }
    }

    /// Who stands in for the director at `moment` (PR-6.5).
    func deputies(at moment: Moment) -> Set<WorkerID> {
        Set(facts.directorships.filter { $0.deputyFor != nil && $0.isDirecting(at: moment) }.map(\.worker)).filter {
            isActingDirector($0, at: moment)
        }
    }

    /// The involvement to hold a question against: the director's as director; else of the worker's valid ones the first that extends to the
    /// subject and serves the purpose, else one that extends to it, else one that serves the purpose, else any. Of two that are as close, the one
    /// whose role goes with the hat: whoever decides about provisions elsewhere is not that in help (PR-17.3).
    func closestInvolvement(
        of worker: WorkerID, in hat: Hat?, with subject: Household.Subject?, for purpose: Purpose?, at moment: Moment
    ) -> ClosestInvolvement? {
        let live = liveInvolvements(of: worker, at: moment)
        if let direction = direction(of: worker, at: moment) {
            return ClosestInvolvement(
                role: .caseDirector, persons: nil, purposes: Self.directing.union(live.map(\.purpose)), from: direction.from,
                until: direction.until)
        }
        func rank(_ involvement: Involvement) -> Int {
            (subject.map { involvement.covers($0) } ?? true ? 0 : 4) + (involvement.purpose == purpose ? 0 : 2)
                + ((involvement.role == .accessOfficer) == (hat == .access) ? 0 : 1)
        }
        guard let best = live.enumerated().min(by: { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) })?.element else {
            return nil
        }
        // The role of director comes by appointment only (PR-6.1).
        let role = best.role == .caseDirector ? .teamMember : best.role
        return ClosestInvolvement(
            role: role, persons: best.persons, purposes: [best.purpose], from: max(best.from.start, best.grantedAt), until: best.until.end)
    }
}

extension Value {
    static func involvement(_ involvement: ClosestInvolvement) -> Value {
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
    /// The context of an action on what lies behind the card: the asker's closest involvement.
    init(fileOf circumstances: Circumstances, about subject: Household.Subject? = nil) {
        self.init()
        guard let view = circumstances.facts.household, let worker = circumstances.asker.worker else { return }
        set(
            "involvement",
            view.closestInvolvement(
                of: worker, in: circumstances.asker.hat, with: subject, for: circumstances.purpose, at: circumstances.moment
            ).map { .involvement($0) })
    }
}
