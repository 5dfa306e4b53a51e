import Cedar
public import Household

// Contexts of actions about consents. Everything that depends on age, authority or dates is asked of `Household` at the moment of deciding.

extension SignatureRequirement {
    /// In which capacity the signature of `party` is asked: as claimed where that is one, else the first that the party holds; nil for somebody
    /// whose signature is not asked, or not in the capacity claimed.
    public func capacity(of party: Party, claimed: SigningCapacity?) -> SigningCapacity? {
        signers.first { $0.party == party && (claimed == nil || $0.capacity == claimed) }?.capacity
    }

    /// Whether `party` claims nothing that the records do not give (PR-11.1). Somebody who is not asked at all is refused for that, not for this.
    func isHeld(_ claimed: SigningCapacity?, by party: Party) -> Bool {
        capacity(of: party, claimed: nil) == nil || capacity(of: party, claimed: claimed) != nil
    }
}

extension ConsentDraft {
    /// The signatures given on the spot, each in the capacity in which it is asked today. One that is not asked stands in the capacity claimed,
    /// else as signing for himself, which then counts for nothing.
    public func givers(under requirement: SignatureRequirement?, notedBy worker: WorkerID, at moment: Moment) -> [ConsentGiver] {
        signatures.map { signature in
            let capacity = requirement?.capacity(of: signature.party, claimed: signature.claimed) ?? signature.claimed ?? .ownBehalf
            return ConsentGiver(
                party: signature.party, capacity: capacity, at: moment, method: signature.method ?? method, notedBy: worker)
        }
    }

    /// The draft as `Household` weighs proposals.
    ///
    /// The explanation of the leaflet says how to withdraw (PR-11.1, 11.5).
    public func proposal(in view: HouseholdView, notedBy worker: WorkerID, at moment: Moment) -> ConsentProposal {
        let receiver: ReceiverChoice = if case .one(let organisation) = recipients { .named([organisation]) } else { .all }
        let choice: DomainChoice = if case .these(let domains) = domains { .named(Array(domains)) } else { .all }
        return ConsentProposal(
            subject: subject, receiver: receiver, domains: choice, purpose: purpose, from: from, until: until,
            leafletVersion: leafletVersion,
            withdrawalExplained: leafletVersion != nil,
            givers: givers(under: view.required(subject, at: moment), notedBy: worker, at: moment), replaces: replaces)
    }
}

extension RegisterConsent {
    public func context(in circumstances: Circumstances) -> CedarRecord {
        let (moment, view) = (circumstances.moment, circumstances.facts.household)
        let requirement = view?.required(draft.subject, at: moment)
        let months = (view?.parameters ?? .waterwolde2026).consentMonths
        var context = CedarRecord(fileOf: circumstances, about: .person(draft.subject))
        context.set("subject", .person(draft.subject))
        if case .one(let organisation) = draft.recipients { context.set("organisation", .organisation(organisation)) }
        let domains: SortedSet<LifeDomain> = if case .these(let domains) = draft.domains { domains } else { [] }
        // Naming all eight is the same as saying "all" (PR-11.3).
        context.set("allDomains", .bool(draft.domains == .all || domains.count == LifeDomain.allCases.count))
        context.set("domains", .domains(domains))
        context.set("consentPurpose", draft.purpose.map { .purpose($0) })
        context.set("today", .day(moment.day))
        context.set("from", .day(draft.from))
        context.set("until", draft.until.map { .day($0) })
        context.set("limit", .day(draft.from.adding(months: months)))
        context.set("explained", .bool(draft.leafletVersion != nil))
        let methods = draft.signatures.isEmpty ? [draft.method] : draft.signatures.map { $0.method ?? draft.method }
        context.set("oral", .bool(methods.contains(.oral)))
        context.set("regime", .regime(requirement, view?.person(draft.subject), at: moment))
        context.set("complete", .bool(isComplete(in: circumstances)))
        context.set("gap", .gap(requirement))
        context.set(
            "strangersSigned",
            .bool(draft.signers.contains { signer in !(requirement?.signers.contains { $0.party == signer } ?? false) }))
        context.set(
            "capacityHeld", .bool(draft.signatures.allSatisfy { requirement?.isHeld($0.claimed, by: $0.party) ?? true }))
        context.set("refusedLately", .bool(view.map { wasRefusedLately(domains, in: $0, at: moment) } ?? false))
        context.set("replacementFits", .bool(replacementFits(in: circumstances)))
        return context
    }

    /// Whether it takes no consent's place, or that of one that can give way to it.
    private func replacementFits(in circumstances: Circumstances) -> Bool {
        guard let replaced = draft.replaces else { return true }
        guard let view = circumstances.facts.household, let worker = circumstances.asker.worker else { return false }
        let moment = circumstances.moment
        return view.isReplaceable(replaced, by: draft.proposal(in: view, notedBy: worker, at: moment), at: moment)
    }

    /// Whether the signatures given on the spot suffice.
    private func isComplete(in circumstances: Circumstances) -> Bool {
        guard let view = circumstances.facts.household, let worker = circumstances.asker.worker else { return false }
        return view.isComplete(draft.proposal(in: view, notedBy: worker, at: circumstances.moment), at: circumstances.moment)
    }

    private func wasRefusedLately(_ domains: SortedSet<LifeDomain>, in view: HouseholdView, at moment: Moment) -> Bool {
        guard case .one(let organisation) = draft.recipients, let purpose = draft.purpose else { return false }
        return view.reaskDay(subject: draft.subject, receiver: .organisation(organisation), domains: domains, purpose: purpose, at: moment)
            != nil
    }
}

extension SignConsent {
    public func context(in circumstances: Circumstances) -> CedarRecord {
        let (moment, view) = (circumstances.moment, circumstances.facts.household)
        let consent = view?.consent(consent)
        let requirement = consent.flatMap { view?.required($0.subject, at: moment) }
        var context = CedarRecord(fileOf: circumstances, about: consent.map { .person($0.subject) })
        context.set("signer", signer.person.map { .person($0) })
        context.set("body", signer.organisation.map { .organisation($0) })
        context.set("capacity", .capacity(of: signer, under: requirement))
        context.set("capacityHeld", .bool(requirement?.isHeld(claimed, by: signer) ?? true))
        let giver = giver(requirement, in: circumstances)
        context.set("completes", .bool(completes(consent, giver, in: circumstances)))
        context.set("gap", .gap(requirement))
        context.set("oral", .bool(method == .oral))
        context.set("saidAgain", .bool(giver.flatMap { consent?.isSaidAgain(by: $0) } ?? false))
        return context
    }

    /// The signature as it would stand; nil for somebody whose signature is not asked, or not in that capacity.
    private func giver(_ requirement: SignatureRequirement?, in circumstances: Circumstances) -> ConsentGiver? {
        guard let worker = circumstances.asker.worker, let capacity = requirement?.capacity(of: signer, claimed: claimed)
        else { return nil }
        return ConsentGiver(party: signer, capacity: capacity, at: circumstances.moment, method: method, notedBy: worker)
    }

    /// Whether nothing is missing once this signature stands.
    private func completes(_ consent: Consent?, _ giver: ConsentGiver?, in circumstances: Circumstances) -> Bool {
        guard let view = circumstances.facts.household, let consent, let giver else { return false }
        return (try? view.signing(consent, giver, at: circumstances.moment).signatures.isComplete) ?? false
    }
}

extension WithdrawConsent {
    public func context(in circumstances: Circumstances) -> CedarRecord {
        var context = CedarRecord()
        context.set("by", by.person.map { .person($0) })
        context.set("body", by.organisation.map { .organisation($0) })
        return context
    }
}

extension RefuseConsent {
    public func context(in circumstances: Circumstances) -> CedarRecord {
        let (moment, view) = (circumstances.moment, circumstances.facts.household)
        let requirement = view?.required(draft.subject, at: moment)
        var context = CedarRecord(fileOf: circumstances, about: .person(draft.subject))
        context.set("subject", .person(draft.subject))
        context.set("regime", .regime(requirement, view?.person(draft.subject), at: moment))
        context.set("capacity", .capacity(of: draft.by, under: requirement))
        context.set("endsConsent", .bool(view.map { endsConsent(in: $0, at: moment) } ?? false))
        return context
    }

    /// Whether a consent that is active covers some of what is refused.
    private func endsConsent(in view: HouseholdView, at moment: Moment) -> Bool {
        view.facts.consents.contains { consent in
            guard consent.subject == draft.subject, .organisation(consent.recipient) == draft.recipient, consent.purpose == draft.purpose,
                let assessment = view.assess(consent, at: moment)
            else { return false }
            return assessment.isActive && !assessment.domains.intersection(draft.domains).isEmpty
        }
    }
}

extension ListConsents {
    public func context(in circumstances: Circumstances) -> CedarRecord { CedarRecord(fileOf: circumstances) }
}
