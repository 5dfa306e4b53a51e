// Asking for a consent (PR-11.1 to 11.5, 13.5). What people may ask for is wider than what a ``Consent`` can say: no receiver, all receivers, no
// end. A proposal holds whatever was asked; only one without defects becomes a consent.

/// Who shall receive, as asked.
public enum ReceiverChoice: Hashable, Sendable {
    case named([OrganisationID])
    /// "All organisations"; void (PR-11.3).
    case all
}

/// Which life domains, as asked.
public enum DomainChoice: Hashable, Sendable {
    case named([LifeDomain])
    /// "All life domains"; void (PR-11.3). Naming all eight is the same.
    case all

    var isAll: Bool {
        switch self {
        case .all: true
        case .named(let domains): Set(domains).count == LifeDomain.allCases.count
        }
    }
}

/// A consent as asked for.
public struct ConsentProposal: Hashable, Sendable {
    /// Whom the data are about.
    public var subject: PersonID?
    /// Who shall receive.
    public var receiver: ReceiverChoice
    /// Which life domains.
    public var domains: DomainChoice
    /// For what.
    public var purpose: Purpose?
    /// First day.
    public var from: CalendarDay?
    /// Last day; nil asks for an indefinite consent, which is void (PR-11.3).
    public var until: CalendarDay?
    /// Version of the explanation given (PR-11.5).
    public var leafletVersion: Label?
    /// Whether the resident was told how to withdraw (PR-11.1).
    public var withdrawalExplained: Bool
    /// Signatures given already; others can be added later.
    public var givers: [ConsentGiver]
    /// The consent that this one shall take the place of.
    public var replaces: ConsentID?

    public init(
        subject: PersonID?, receiver: ReceiverChoice, domains: DomainChoice, purpose: Purpose?, from: CalendarDay?, until: CalendarDay?,
        leafletVersion: Label?, withdrawalExplained: Bool, givers: [ConsentGiver] = [], replaces: ConsentID? = nil
    ) {
        self.subject = subject
        self.receiver = receiver
        self.domains = domains
        self.purpose = purpose
        self.from = from
        self.until = until
        self.leafletVersion = leafletVersion
        self.withdrawalExplained = withdrawalExplained
        self.givers = givers
        self.replaces = replaces
    }
}

extension HouseholdView {
    /// Everything that stands in the way of registering `proposal` at `moment`, in a fixed order; empty when nothing does. Missing signatures are
    /// no defect: the consent is then a draft.
    public func defects(of proposal: ConsentProposal, at moment: Moment) -> [ConsentDefect] {
        var defects: [ConsentDefect] = []
        if isEnded(at: moment) { defects.append(.fileClosed) }
        switch proposal.subject {
        case nil: defects.append(.subjectMissing)
        case .some(let subject): if personsByID[subject] == nil { defects.append(.subjectUnknown) }
        }
        switch proposal.receiver {
        case .all: defects.append(.allOrganisations)
        case .named(let receivers):
            if receivers.isEmpty { defects.append(.receiverMissing) }
            if receivers.count > 1 { defects.append(.severalReceivers) }
            if receivers.contains(where: { team.organisation($0) == nil }) { defects.append(.receiverUnknown) }
        }
        if proposal.domains.isAll { defects.append(.allDomains) }
        if proposal.domains == .named([]) { defects.append(.domainsMissing) }
        if proposal.purpose == nil { defects.append(.purposeMissing) }
        defects += termDefects(proposal, moment)
        if proposal.leafletVersion == nil { defects.append(.leafletMissing) }
        if !proposal.withdrawalExplained { defects.append(.withdrawalNotExplained) }
        if proposal.givers.contains(where: { $0.at > moment }) { defects.append(.signedInFuture) }
        if let subject = proposal.subject, let requirement = required(subject, at: moment),
            proposal.givers.contains(where: { giver in !requirement.signers.contains { giver.signs($0) } })
        {
            defects.append(.giverNotEntitled)
        }
        if let replaced = proposal.replaces, !isReplaceable(replaced, by: proposal, at: moment) { defects.append(.replacesAnother) }
        // What is signed already is put to nobody (PR-13.5).
        if !isComplete(proposal, at: moment), !reaskAllowed(proposal, at: moment) { defects.append(.refusedRecently) }
        return defects
    }

    /// Whether the consent `replaced` can give way to `proposal` at `moment`: it answers the same question, and it runs, is still to begin or
    /// waits for signatures. What has ended needs no replacement.
    public func isReplaceable(_ replaced: ConsentID, by proposal: ConsentProposal, at moment: Moment) -> Bool {
        guard let consent = consentsByID[replaced], let standing = assess(consent, at: moment)?.standing else { return false }
        return consent.subject == proposal.subject && proposal.receiver == .named([consent.recipient])
            && consent.purpose == proposal.purpose && [.pending, .active, .notYetBegun, .incomplete].contains(standing)
    }

    private func termDefects(_ proposal: ConsentProposal, _ moment: Moment) -> [ConsentDefect] {
        var defects: [ConsentDefect] = []
        if proposal.from == nil { defects.append(.startMissing) }
        guard let until = proposal.until else { return defects + [.indefinite] }
        if until < moment.day { defects.append(.alreadyEnded) }
        if let from = proposal.from {
            if until < from { defects.append(.endsBeforeStart) }
            if !Period.isWithin(months: parameters.consentMonths, from: from, until: until) { defects.append(.tooLong) }
        }
        return defects
    }

    /// Makes the consent that `proposal` asks for, recorded at `moment`: active when the signatures suffice, else a draft. Gives it with what is
    /// still missing.
    ///
    /// Throws `notAllowed` with the articles of every defect, about the first.
    public func register(
        _ proposal: ConsentProposal, id: ConsentID, by worker: WorkerID, at moment: Moment
    ) throws(HouseholdError) -> (consent: Consent, signatures: SignatureStatus) {
        let defects = defects(of: proposal, at: moment)
        guard defects.isEmpty, let subject = proposal.subject, case .named(let receivers) = proposal.receiver,
            let receiver = receivers.first,
            case .named(let domains) = proposal.domains, let purpose = proposal.purpose, let from = proposal.from,
            let until = proposal.until,
            let leaflet = proposal.leafletVersion
        else {
            throw HouseholdError(
                .notAllowed, about: defects.map(\.rawValue).joined(separator: ","), articles: Array(SortedSet(defects.flatMap(\.articles))))
        }
        var consent = Consent(
            id: id, household: self.id, subject: subject, recipient: receiver, domains: SortedSet(domains), purpose: purpose, from: from,
            until: until, leafletVersion: leaflet, givers: proposal.givers, state: .draft, recordedAt: moment, recordedBy: worker,
            replaces: proposal.replaces)
        let signatures = try completeIfSigned(&consent, at: moment)
        return (consent, signatures)
    }

    /// Whether the signatures given with `proposal` suffice at `moment`; never without any.
    public func isComplete(_ proposal: ConsentProposal, at moment: Moment) -> Bool {
        // Only who signed, in which capacity and when matters to this; what the proposal leaves open is filled in at will.
        guard let subject = proposal.subject, let worker = proposal.givers.first?.notedBy, let label = Label("-"),
            let draft = ConsentID(bytes: id.bytes)
        else { return false }
        let consent = Consent(
            id: draft, household: id, subject: subject, recipient: household.municipality, domains: [], purpose: .plan, from: moment.day,
            until: moment.day, leafletVersion: label, givers: proposal.givers, state: .draft, recordedAt: moment, recordedBy: worker)
        return signatureStatus(of: consent, at: moment)?.isComplete ?? false
    }

    /// The first day on which a question that was refused may be put again (PR-13.5); nil when it was not refused within the term, or given since.
    ///
    /// The same question is the same subject, receiver and purpose, with at least one domain in common.
    public func reaskDay(
        subject: PersonID, receiver: Party, domains: SortedSet<LifeDomain>, purpose: Purpose, at moment: Moment
    ) -> CalendarDay? {
        refusedLately(subject, receiver, purpose, at: moment).filter { !$0.domains.intersection(domains).isEmpty }.map(\.until).max()
    }

    /// The domains that may not be put again yet, because they were refused within the term (PR-13.5) and not given since.
    public func domainsRefusedLately(
        of subject: PersonID, to receiver: OrganisationID, for purpose: Purpose, at moment: Moment
    ) -> SortedSet<LifeDomain> {
        SortedSet(refusedLately(subject, .organisation(receiver), purpose, at: moment).flatMap(\.domains))
    }

    /// Of each refusal within its term the domains not given since, and the first day after it: who comes back to it himself is asked again when
    /// that has ended by itself, as is everybody else; but not when it was taken back, and not for what was never given whole.
    private func refusedLately(
        _ subject: PersonID, _ receiver: Party, _ purpose: Purpose, at moment: Moment
    ) -> [(domains: SortedSet<LifeDomain>, until: CalendarDay)] {
        facts.refusals.filter { refusal in
            refusal.subject == subject && refusal.recipient == receiver && refusal.purpose == purpose && refusal.askedOn <= moment
                && moment.day < reaskDay(of: refusal)
        }.map { refusal in
            // What was recorded before it was refused with it, whenever it was completed.
            let given = facts.consents.filter {
                refusal.isAbout(sameAs: $0) && refusal.askedOn < $0.recordedAt && wasGiven($0, by: moment)
            }.flatMap { $0.domains.subtracting(withdrawals(against: $0, at: moment).flatMap(\.domains)) }
            return (refusal.domains.subtracting(given), reaskDay(of: refusal))
        }
    }

    private func reaskDay(of refusal: Refusal) -> CalendarDay { refusal.askedOn.day.adding(months: parameters.reaskMonths) }

    private func reaskAllowed(_ proposal: ConsentProposal, at moment: Moment) -> Bool {
        guard let subject = proposal.subject, let purpose = proposal.purpose, case .named(let receivers) = proposal.receiver,
            case .named(let domains) = proposal.domains
        else { return true }
        return receivers.allSatisfy {
            reaskDay(subject: subject, receiver: .organisation($0), domains: SortedSet(domains), purpose: purpose, at: moment) == nil
        }
    }
}
