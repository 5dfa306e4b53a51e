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

    /// The standing for the question asked: what could still count and is withdrawn or refused for this domain alone is withdrawn or refused.
    public var standing: ConsentStanding {
        guard [.active, .pending, .incomplete, .notYetBegun].contains(assessment.standing) else { return assessment.standing }
        return domainWithdrawnAt != nil ? .withdrawn : domainRefused ? .refused : assessment.standing
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

    /// What a person has answered to an organisation by `moment`. Ask it for each domain and purpose of a question.
    public func answers(of subject: PersonID, to organisation: OrganisationID, at moment: Moment) -> ConsentAnswers {
        let recorded = (consents[Key(subject: subject, recipient: organisation)] ?? []).filter { $0.recordedAt <= moment }
        let isTold = recorded.contains { !$0.withdrawals.isEmpty }
        return ConsentAnswers(
            assessments: recorded.compactMap { view.assess($0, at: moment) },
            given: isTold
                ? recorded.filter { $0.activatedAt.map { $0 <= moment } ?? false }
                    .map { ConsentAnswers.Given(consent: $0, isWhole: view.wasGiven($0, by: moment)) }
                : [],
            moment: moment)
    }

    /// All consents about a person at `moment`, assessed, in the order of their identifiers (PR-22.4).
    public func assessments(of subject: PersonID, at moment: Moment) -> [ConsentAssessment] {
        view.facts.consents.filter { $0.subject == subject && $0.recordedAt <= moment }.compactMap { view.assess($0, at: moment) }
    }
}

/// What one person has answered to one organisation, each consent between the two assessed for one moment.
public struct ConsentAnswers: Sendable {
    /// A consent that took force by the moment asked about.
    fileprivate struct Given {
        let consent: Consent
        /// Whether nobody's signature was missing then or at a later one, by what the records say now.
        let isWhole: Bool

        /// Whether it came after `withdrawal` of `domain`: who withdrew has signed it since, or it was given anew, whole, without him who had no say.
        /// What is taken out of it then or later it does not give.
        func outweighs(_ withdrawal: ConsentWithdrawal, of domain: LifeDomain) -> Bool {
            if consent.withdrawals.contains(where: { $0.at >= withdrawal.at && $0.domains.contains(domain) }) { return false }
            return consent.isTakenUp(after: withdrawal) || isWhole && consent.isGivenAnew(after: withdrawal)
        }
    }

    fileprivate let assessments: [ConsentAssessment]
    /// Those of them that took force; empty when nothing was withdrawn.
    fileprivate let given: [Given]
    fileprivate let moment: Moment

    /// The consent that best fits a domain and a purpose.
    ///
    /// One that suffices, if there is one; else the most telling one, so that a refusal can name what is missing: first of those that name the
    /// domain and the purpose, in the order of ``Telling``, the latest first; then of the others. Nil when there is none between these two at all.
    public func candidate(_ domain: LifeDomain, for purpose: Purpose) -> ConsentCandidate? {
        let withdrawals = standingWithdrawals(of: domain, for: purpose)
        let candidates = assessments.map { assessment in
            ConsentCandidate(
                assessment: assessment, namesDomain: assessment.consent.domains.contains(domain),
                namesPurpose: assessment.consent.purpose == purpose,
                domainWithdrawnAt: assessment.withdrawals.filter { $0.domains.contains(domain) }.map(\.at).min(),
                domainRefused: assessment.refused.contains(domain))
        }
        return candidates.map { (rank: Rank($0, withdrawals), candidate: $0) }.min { $0.rank < $1.rank }?.candidate
    }

    /// The domains that were withdrawn for the purpose, that nobody came back to since, whatever became of that, and that no other consent gives
    /// (PR-13.2).
    public func withdrawnDomains(for purpose: Purpose) -> SortedSet<LifeDomain> {
        SortedSet(
            LifeDomain.allCases.filter { domain in
                !standingWithdrawals(of: domain, for: purpose).isEmpty && candidate(domain, for: purpose)?.suffices != true
            })
    }

    /// The withdrawals of a domain that nothing given since outweighs, whatever became of that.
    private func standingWithdrawals(of domain: LifeDomain, for purpose: Purpose) -> [ConsentWithdrawal] {
        func isAsked(_ consent: Consent) -> Bool { consent.purpose == purpose && consent.domains.contains(domain) }
        let given = given.filter { isAsked($0.consent) }
        return assessments.map(\.consent).filter(isAsked).flatMap(\.withdrawals).filter { withdrawal in
            withdrawal.at <= moment && withdrawal.domains.contains(domain) && !given.contains { $0.outweighs(withdrawal, of: domain) }
        }
    }
}

/// How much a consent that does not suffice tells about why, the most telling first. The last word of a resident goes before what it outweighs, and
/// what lacks a signature is told only where it does not wait for somebody who has just taken this back.
private enum Telling: Int {
    case active, pending, incomplete, withdrawn, ended, notYetBegun, refused, superseded, void, notTakenUp

    /// - Parameter withdrawals: those of the domain asked about that stand.
    init(_ candidate: ConsentCandidate, _ withdrawals: [ConsentWithdrawal]) {
        let isTakenUp = withdrawals.allSatisfy { candidate.assessment.consent.isTakenUp(after: $0) }
        switch candidate.standing {
        case .active: self = .active
        case .pending: self = isTakenUp ? .pending : .notTakenUp
        case .incomplete: self = isTakenUp ? .incomplete : .notTakenUp
        // What came after it tells more, whatever became of that.
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

extension HouseholdView {
    /// See ``ConsentAnswers/candidate(_:for:)``. Build the index once when asking often.
    ///
    /// There is no consent about the household as a whole: consent is per person (PR-11.1), so for such a subject the answer is nil.
    public func consentCandidate(
        subject: Subject, organisation: OrganisationID, domain: LifeDomain, purpose: Purpose, at moment: Moment
    ) -> ConsentCandidate? {
        guard let person = subject.person else { return nil }
        return ConsentIndex(self).answers(of: person, to: organisation, at: moment).candidate(domain, for: purpose)
    }
}
