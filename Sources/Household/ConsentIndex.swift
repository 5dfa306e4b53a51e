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
    /// domain and the purpose, in the order pending, incomplete, withdrawn, lapsed, expired, not yet begun, refused, superseded, void, the
    /// latest first; then of the others. Nil when there is none between these two at all.
    public func candidate(
        subject: PersonID, organisation: OrganisationID, domain: LifeDomain, purpose: Purpose, at moment: Moment
    ) -> ConsentCandidate? {
        let recorded = (consents[Key(subject: subject, recipient: organisation)] ?? []).filter { $0.recordedAt <= moment }
        let candidates = recorded.compactMap { consent in
            view.assess(consent, at: moment).map { assessment in
                ConsentCandidate(
                    assessment: assessment, namesDomain: consent.domains.contains(domain), namesPurpose: consent.purpose == purpose,
                    domainWithdrawnAt: assessment.withdrawals.filter { $0.domains.contains(domain) }.map(\.at).min(),
                    domainRefused: assessment.refused.contains(domain))
            }
        }
        return candidates.min { Self.rank($0) < Self.rank($1) }
    }

    /// All consents about a person at `moment`, assessed, in the order of their identifiers (PR-22.4).
    public func assessments(of subject: PersonID, at moment: Moment) -> [ConsentAssessment] {
        view.facts.consents.filter { $0.subject == subject && $0.recordedAt <= moment }.compactMap { view.assess($0, at: moment) }
    }

    private static let telling: [ConsentStanding] = [
        .active, .pending, .incomplete, .withdrawn, .lapsed, .expired, .notYetBegun, .refused, .superseded, .void,
    ]

    /// Smaller is better; the identifier settles ties, so that replay finds the same one.
    private static func rank(_ candidate: ConsentCandidate) -> Rank {
        Rank(
            fit: candidate.suffices ? 0 : candidate.namesDomain && candidate.namesPurpose ? 1 : 2,
            telling: telling.firstIndex(of: candidate.standing) ?? telling.count,
            age: -candidate.assessment.consent.recordedAt.millisecondsSince1970, id: candidate.assessment.consent.id)
    }

    private struct Rank: Comparable {
        let fit: Int
        let telling: Int
        let age: Int64
        let id: ConsentID

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
