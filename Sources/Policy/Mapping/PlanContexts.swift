import Cedar
import Household

// Contexts of actions about the plan. What a version lacks is worked out by `Household`.

extension DraftPlan {
    public func context(in circumstances: Circumstances) -> CedarRecord { CedarRecord(fileOf: circumstances) }
}

extension ReadPlan {
    public func context(in circumstances: Circumstances) -> CedarRecord {
        var context = CedarRecord(fileOf: circumstances)
        context.set("last", .bool(circumstances.facts.household?.lastPlanInForce?.id == plan))
        return context
    }
}

extension PresentPlan {
    public func context(in circumstances: Circumstances) -> CedarRecord {
        var context = CedarRecord(fileOf: circumstances)
        // Signatures are asked for only after presenting.
        let gaps = circumstances.gaps(of: plan).intersection([.noGoals, .reviewMissing, .reviewTooLate])
        context.set("gaps", .gaps(gaps))
        return context
    }
}

extension ActivatePlan {
    public func context(in circumstances: Circumstances) -> CedarRecord {
        var context = CedarRecord()
        context.set("gaps", .gaps(circumstances.gaps(of: plan)))
        return context
    }
}

extension SignPlan {
    public func context(in circumstances: Circumstances) -> CedarRecord {
        let (moment, view) = (circumstances.moment, circumstances.facts.household)
        var context = CedarRecord(fileOf: circumstances)
        let name =
            switch signer {
            case .director: "director"
            case .organisation: "organisation"
            case .party: "person"
            }
        context.set("signatory", .entity(of: "Signatory", name))
        let acting = view?.plan(plan)?.actions.compactMap(\.actor.organisation) ?? []
        context.set("organisationActs", .bool(circumstances.asker.organisation.map { acting.contains($0) } ?? false))
        var counts = false
        if case .party(let party) = signer, let view { counts = view.countsAsPlanSigner(party, at: moment) }
        context.set("personCounts", .bool(counts))
        return context
    }
}

extension ChangePlanAction {
    public func context(in circumstances: Circumstances) -> CedarRecord { circumstances.context(of: planAction, in: plan) }
}

extension RecordProgress {
    public func context(in circumstances: Circumstances) -> CedarRecord { circumstances.context(of: planAction, in: plan) }
}

extension Circumstances {
    /// Whose action it is.
    fileprivate func context(of planAction: PlanActionID, in plan: PlanID) -> CedarRecord {
        var context = CedarRecord(fileOf: self)
        let action = facts.household?.plan(plan)?.actions.first { $0.id == planAction }
        context.set("owner", action?.actor.organisation.map { .organisation($0) })
        context.set("assignee", action?.worker.map { .worker($0) })
        return context
    }

    /// What a version lacks; what does not exist was not presented.
    fileprivate func gaps(of plan: PlanID) -> SortedSet<PlanGap> {
        guard let view = facts.household, let version = view.plan(plan) else { return [.notPresented] }
        return SortedSet(view.activation(of: version, at: moment).lacks.map(\.gap))
    }
}

extension HouseholdView {
    /// Whether the party can sign a plan: for himself from twelve unless judged incapable, or as legal representative of a resident.
    fileprivate func countsAsPlanSigner(_ party: Party, at moment: Moment) -> Bool {
        if let person = party.person {
            guard let signer = self.person(person), signer.belongs(at: moment) else { return false }
            if signer.age(at: moment) >= 12, !isIncapacitated(person, at: moment) { return true }
        }
        guard canDecideForOthers(party, at: moment) else { return false }
        return facts.persons.contains { holdsAuthority(party, over: $0.id, at: moment) }
            || facts.representations.contains {
                $0.representative == party && [.curator, .mentor].contains($0.kind) && $0.isProven && $0.isHeld(at: moment)
            }
    }
}

extension Value {
    fileprivate static func gaps(_ gaps: SortedSet<PlanGap>) -> Value { .set(ValueSet(gaps.map { .term($0, "PlanGap") })) }
}
