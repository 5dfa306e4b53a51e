import Cedar
import Household

// Contexts of actions about items. For a reading the host finds the consent and the withdrawals that matter; the policies check their fields.

extension AddItem {
    public func context(in circumstances: Circumstances) -> CedarRecord {
        var context = CedarRecord(fileOf: circumstances, about: draft.subject)
        context.set("layer", .layer(draft.layer))
        context.set("domain", draft.domain.map { .domain($0) })
        switch draft.subject {
        case .person(let person): context.set("subject", .person(person))
        // An item on the name of another household is about nobody here: a person whom no household has.
        case .household(let other): if other != household { context.set("subject", .entity(.absent(EntityTypes.person))) }
        }
        context.set("kind", .kind(draft.kind))
        context.set("itemBasis", .basis(draft.basis))
        context.set("provisionGiven", .bool(draft.provision != nil))
        context.set("scoreReasonGiven", .bool(draft.scoreReasonGiven))
        return context
    }
}

extension ListItems {
    public func context(in circumstances: Circumstances) -> CedarRecord { CedarRecord(fileOf: circumstances) }
}

extension ReadItem {
    public func context(in circumstances: Circumstances) -> CedarRecord {
        guard let item = circumstances.facts.item else { return CedarRecord(fileOf: circumstances) }
        var context = CedarRecord(fileOf: circumstances, about: item.subject)
        guard let view = circumstances.facts.household, let person = item.subject.person,
            let organisation = circumstances.asker.organisation
        else { return context }
        guard let purpose = circumstances.purpose else { return context }
        let answers = circumstances.facts.answers.answers(of: person, to: organisation, at: circumstances.moment, in: view)
        context.set(
            "consent", answers.candidate(item.domain, for: purpose).map { .consent($0.assessment, standing: $0.standing, in: view) })
        func takenBack(_ domains: SortedSet<LifeDomain>) -> Value? {
            if domains.isEmpty { return nil }
            return ["subject": .person(person), "organisation": .organisation(organisation), "domains": .domains(domains)]
        }
        context.set("withdrawn", takenBack(answers.withdrawnDomains(for: purpose)))
        context.set("refused", takenBack(view.domainsRefusedLately(of: person, to: organisation, for: purpose, at: circumstances.moment)))
        return context
    }
}
