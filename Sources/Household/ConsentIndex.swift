/// The consent that fits a question best, with every field a policy may want to check for itself.
public struct ConsentCandidate: Hashable, Sendable {
    /// The consent and what it is worth at the moment asked about.
    public let assessment: ConsentAssessment
    /// Whether it names the domain asked about, withdrawn or not.
    public let namesDomain: Bool
    /// Whether it has the purpose asked about.
    public let namesPurpose: Bool
    /// When the domain asked about was withdrawn, by then, from it or from another that it does not outweigh.
    public let domainWithdrawnAt: Moment?
    /// Whether the domain asked about was refused since, by then.
    public let domainRefused: Bool

    /// The standing for the question asked: a consent withdrawn or refused for this domain alone is withdrawn or refused.
    public var standing: ConsentStanding {
        guard assessment.standing == .active else { return assessment.standing }
        return domainWithdrawnAt != nil ? .withdrawn : domainRefused ? .refused : .active
    }
    /// Whether it allows what was asked: active, for this domain and this purpose.
    public var suffices: Bool { standing == .active && namesDomain && namesPurpose }
    /// The rules behind the answer.
    public var articles: [Article] {
        if domainWithdrawnAt != nil { return [.pr(13, 1), .pr(13, 2)] }
        if domainRefused { return [.pr(13, 5)] }
        return namesDomain && namesPurpose ? assessment.articles : [.pr(11, 7)]
    }
}

/// Consents of one household, found by who is concerned and who receives.
public struct ConsentIndex: Sendable {
    private let view: HouseholdView
    private struct Key: Hashable {
        let subject: PersonID
        let recipient: OrganisationID
    }
    private let consents: [Key: [Consent]]

    public init(_ view: HouseholdView) {
        self.view = view
        consents = Dictionary(grouping: view.facts.consents) { Key(subject: $0.subject, recipient: $0.recipient) }
    }

    /// The consent that best fits: for this organisation to receive, about this person, in this domain, for this purpose, at `moment`.
    ///
    /// One that suffices, if there is one; else the most telling one, so that a refusal can name what is missing: first of those that name the
    /// domain and the purpose, in the order of ``Telling``, the latest first; then of the others. Nil when there is none between these two at all.
    public func candidate(
        subject: PersonID, organisation: OrganisationID, domain: LifeDomain, purpose: Purpose, at moment: Moment
    ) -> ConsentCandidate? {
        let recorded = recorded(subject, organisation, at: moment)
        let candidates = recorded.compactMap { consent in
            view.assess(consent, at: moment).map { assessment in
                ConsentCandidate(
                    assessment: assessment, namesDomain: consent.domains.contains(domain), namesPurpose: consent.purpose == purpose,
                    domainWithdrawnAt: assessment.withdrawals.filter { $0.domains.contains(domain) }.map(\.at).min(),
                    domainRefused: assessment.refused.contains(domain))
            }
        }
        let standing = Self.standingWithdrawals(of: domain, in: recorded.filter { $0.purpose == purpose }, at: moment)
        return candidates.map { (rank: Rank($0, standing), candidate: $0) }.min { $0.rank < $1.rank }?.candidate
    }

    /// The domains that the person has withdrawn from the organisation for the purpose by `moment`, and that nobody came back to: not given anew
    /// since, whatever became of that, and not given by a consent that the withdrawal does not bear on (PR-13.2).
    public func withdrawnDomains(
        of subject: PersonID, from organisation: OrganisationID, for purpose: Purpose, at moment: Moment
    ) -> SortedSet<LifeDomain> {
        let given = recorded(subject, organisation, at: moment).filter { $0.purpose == purpose }
        return SortedSet(
            Set(given.flatMap(\.withdrawals).flatMap(\.domains)).filter { domain in
                !Self.standingWithdrawals(of: domain, in: given, at: moment).isEmpty
                    && candidate(subject: subject, organisation: organisation, domain: domain, purpose: purpose, at: moment)?.suffices
                        != true
            })
    }

    private func recorded(_ subject: PersonID, _ organisation: OrganisationID, at moment: Moment) -> [Consent] {
        (consents[Key(subject: subject, recipient: organisation)] ?? []).filter { $0.recordedAt <= moment }
    }

    /// The withdrawals of a domain by `moment` after which none of these consents, all of one purpose, was given anew for it.
    private static func standingWithdrawals(of domain: LifeDomain, in consents: [Consent], at moment: Moment) -> [ConsentWithdrawal] {
        let withdrawals = consents.flatMap(\.withdrawals).filter { $0.at <= moment && $0.domains.contains(domain) }
        if withdrawals.isEmpty { return [] }
        let given = consents.filter { consent in
            consent.domains.contains(domain) && consent.activatedAt.map { $0 <= moment } ?? false
        }
        return withdrawals.filter { withdrawal in !given.contains { $0.isGivenAnew(after: withdrawal) } }
    }

    /// All consents about a person at `moment`, assessed, in the order of their identifiers (PR-22.4).
    public func assessments(of subject: PersonID, at moment: Moment) -> [ConsentAssessment] {
        view.facts.consents.filter { $0.subject == subject && $0.recordedAt <= moment }.compactMap { view.assess($0, at: moment) }
    }

    /// How much a consent that does not suffice tells about why, the most telling first. The last word of a resident goes before what it
    /// outweighs, and a draft is told only where it does not wait for somebody who has just taken this back.
    private enum Telling: Int {
        case active, pending, incomplete, withdrawn, notTakenUp, ended, notYetBegun, refused, superseded, void

        /// - Parameter withdrawals: those of the domain asked about that stand.
        init(_ candidate: ConsentCandidate, _ withdrawals: [ConsentWithdrawal]) {
            switch candidate.standing {
            case .active: self = .active
            case .pending:
                let consent = candidate.assessment.consent
                self = withdrawals.allSatisfy { consent.isTakenUp(after: $0) } ? .pending : .notTakenUp
            case .incomplete: self = .incomplete
            // One that was given anew since tells more, whatever became of it.
            case .withdrawn: self = withdrawals.isEmpty ? .superseded : .withdrawn
            case .lapsed, .expired: self = .ended
            case .notYetBegun: self = .notYetBegun
            case .refused: self = .refused
            case .superseded: self = .superseded
            case .void: self = .void
            }
        }
    }

    /// Smaller is better; the identifier settles ties, so that replay finds the same one.
    private struct Rank: Comparable {
        let fit: Int
        let telling: Int
        let age: Int64
        let id: ConsentID

        init(_ candidate: ConsentCandidate, _ withdrawals: [ConsentWithdrawal]) {
            fit = candidate.suffices ? 0 : candidate.namesDomain && candidate.namesPurpose ? 1 : 2
            telling = Telling(candidate, withdrawals).rawValue
            age = -candidate.assessment.consent.recordedAt.millisecondsSince1970
            id = candidate.assessment.consent.id
        }

        static func < (a: Rank, b: Rank) -> Bool { (a.fit, a.telling, a.age, a.id) < (b.fit, b.telling, b.age, b.id) }
    }
}

extension HouseholdView {
    /// See ``ConsentIndex/candidate(subject:organisation:domain:purpose:at:)``. Build the index once when asking often.
    ///
    /// There is no consent about the household as a whole: consent is per person (PR-11.1), so for such a subject the answer is nil.
    public func consentCandidate(
        subject: Subject, organisation: OrganisationID, domain: LifeDomain, purpose: Purpose, at moment: Moment
    ) -> ConsentCandidate? {
        guard let person = subject.person else { return nil }
        return ConsentIndex(self).candidate(subject: person, organisation: organisation, domain: domain, purpose: purpose, at: moment)
    }
}
