// What a consent is worth at a moment (PR-11.2, 11.4, 12.7, 13.2; invariants 4 and 5).

/// What a consent is worth at one moment.
public enum ConsentStanding: String, VocabularyTerm {
    /// It counts.
    case active
    /// Never completed: signatures are missing, or authority is not known.
    case pending
    /// It took force and is not complete: authority or capacity changed, an excuse ran out, or evidence that came in since says that it lacked a
    /// signature all along.
    case incomplete
    case notYetBegun, expired, withdrawn, superseded, refused
    /// It ended on a birthday, at closing, or because an oral signature was not confirmed.
    case lapsed
    /// Its terms are void whatever was signed (PR-11.3).
    case void
}

/// Why a consent lapsed.
public enum ConsentLapse: String, VocabularyTerm {
    case birthday12, birthday16, birthday18, closing, oralNotConfirmed
}

/// What a consent is worth at one moment, and why.
public struct ConsentAssessment: Hashable, Sendable {
    /// The consent assessed.
    public let consent: Consent
    /// The moment it was assessed for.
    public let moment: Moment
    /// What it is worth.
    public let standing: ConsentStanding
    /// Why it lapsed; nil unless `standing` is `lapsed`.
    public let lapse: ConsentLapse?
    /// When the whole consent was withdrawn, by then; or outweighed by the withdrawal of another.
    public let withdrawnAt: Moment?
    /// Domains that it still names; withdrawn and refused ones are gone (PR-11.7, 13.1, 13.5).
    public let domains: SortedSet<LifeDomain>
    /// The withdrawals that count against it, its own and others', by then.
    let withdrawals: [ConsentWithdrawal]
    /// Domains that were refused since, by then.
    let refused: SortedSet<LifeDomain>
    /// Who must sign at this moment, and who has not.
    public let signatures: SignatureStatus
    /// The rules behind the standing.
    public let articles: [Article]

    /// Whether it counts.
    public var isActive: Bool { standing == .active }
    /// Who must sign at this moment and has not; empty does not mean active.
    public var missing: SortedSet<RequiredSigner> { signatures.missing }
    /// Who is still to sign before it counts: whose signature is missing. What time or new evidence has made the signatures suffice for, a draft or
    /// what was never given whole, is not completed by the clock but by a signature, of anybody who decides now.
    public var toSign: SortedSet<RequiredSigner> {
        [.pending, .incomplete].contains(standing) && signatures.isComplete ? signatures.requirement.signers : missing
    }
}

extension HouseholdView {
    /// What `consent` is worth at `moment`; nil when the snapshot does not hold its subject.
    ///
    /// The recorded state can only take worth away: a recorded `active` is checked against terms, withdrawals, dates, birthdays, closing and
    /// signatures at this very moment.
    public func assess(_ consent: Consent, at moment: Moment) -> ConsentAssessment? {
        guard let signatures = signatureStatus(of: consent, at: moment) else { return nil }
        let withdrawals = withdrawals(against: consent, at: moment)
        let unwithdrawn = consent.domains.subtracting(withdrawals.flatMap(\.domains))
        let refused = refusedDomains(of: consent, at: moment)
        let remaining = unwithdrawn.subtracting(refused)
        let (standing, lapse) = standing(consent, signatures, (unwithdrawn, remaining), moment)
        let withdrawnAt = unwithdrawn.isEmpty ? withdrawals.map(\.at).max() : nil
        let articles: [Article] =
            switch standing {
            case .active: [.pr(11, 1)] + signatures.articles
            case .pending, .incomplete: signatures.articles
            case .notYetBegun: [.pr(11, 1)]
            case .expired: [.pr(11, 2)]
            case .withdrawn: [.pr(13, 1), .pr(13, 2)]
            case .superseded: [.pr(11, 7)]
            case .refused: [.pr(13, 5)]
            case .void: [.pr(11, 3)]
            case .lapsed:
                switch lapse {
                case .closing: [.pr(11, 2)]
                case .oralNotConfirmed: [.pr(11, 4)]
                default: [.pr(12, 7)]
                }
            }
        return ConsentAssessment(
            consent: consent, moment: moment, standing: standing, lapse: lapse, withdrawnAt: withdrawnAt, domains: remaining,
            withdrawals: withdrawals, refused: refused, signatures: signatures, articles: articles)
    }

    /// The standing of a consent of the snapshot at `moment`; nil when it is not there.
    public func standing(of consent: ConsentID, at moment: Moment) -> ConsentStanding? {
        consentsByID[consent].flatMap { assess($0, at: moment)?.standing }
    }

    private func standing(
        _ consent: Consent, _ signatures: SignatureStatus,
        _ domains: (unwithdrawn: SortedSet<LifeDomain>, remaining: SortedSet<LifeDomain>), _ moment: Moment
    ) -> (ConsentStanding, ConsentLapse?) {
        switch consent.state {
        case .refused: return (.refused, nil)
        case .withdrawn: return (.withdrawn, nil)
        case .superseded: return (.superseded, nil)
        case .expired: return (.expired, nil)
        case .lapsed: return (.lapsed, consent.lapse)
        case .draft, .active: break
        }
        // ORDER: what voids or ends a consent is asked before what completes it.
        guard hasValidTerms(consent) else { return (.void, nil) }
        if domains.unwithdrawn.isEmpty { return (.withdrawn, nil) }
        if domains.remaining.isEmpty { return (.refused, nil) }
        if isSuperseded(consent, at: moment) { return (.superseded, nil) }
        if isEnded(at: moment) { return (.lapsed, .closing) }
        if moment >= consent.until.end { return (.expired, nil) }
        guard consent.state == .active, let activatedAt = consent.activatedAt, activatedAt <= moment else { return (.pending, nil) }
        // ORDER: a word runs out, and a birthday comes, before the first day as well.
        if let lapse = birthdayLapse(consent, at: moment) ?? oralLapse(consent, at: moment) { return (.lapsed, lapse) }
        if moment < consent.from.start { return (.notYetBegun, nil) }
        return signatures.isComplete && wasGiven(consent, by: moment) ? (.active, nil) : (.incomplete, nil)
    }

    /// Whether `consent` was given whole by `moment`: when it took force, or at a signature or an excuse since, nobody's signature was missing, by
    /// what the records say of that day now. Evidence that comes in late can say that it never was; then that somebody's say ends gives nothing.
    func wasGiven(_ consent: Consent, by moment: Moment) -> Bool {
        guard let activatedAt = consent.activatedAt, activatedAt <= moment else { return false }
        let since = (consent.givers.map(\.at) + (excusesByConsent[consent.id] ?? []).map(\.recordedAt)).filter {
            activatedAt < $0 && $0 <= moment
        }
        // The last first: what confirms a word of mouth takes less work to weigh.
        return (since.sorted(by: >) + [activatedAt]).contains { signatureStatus(of: consent, at: $0)?.isComplete ?? false }
    }

    /// Whether another consent has taken its place by `moment` (PR-11.7).
    func isSuperseded(_ consent: Consent, at moment: Moment) -> Bool { supersededAt(consent).map { $0 <= moment } ?? false }

    /// When another consent took its place (PR-11.7): one that was complete, from its first day on, whatever became of it. A draft takes nobody's
    /// place; what takes the place of such a draft takes that of the one before as well.
    func supersededAt(_ consent: Consent) -> Moment? {
        var first: Moment?
        var line = replacementsByConsent[consent.id] ?? []
        var seen: Set<ConsentID> = [consent.id]
        while let next = line.popLast() {
            guard seen.insert(next.id).inserted else { continue }
            if let activatedAt = next.activatedAt {
                let begins = max(activatedAt, next.from.start)
                first = first.map { min($0, begins) } ?? begins
            }
            line += replacementsByConsent[next.id] ?? []
        }
        return first
    }

    /// The withdrawals up to `moment` that count against `consent`: its own, and those from another consent of the same person to the same receiver
    /// for the same purpose, while it had not expired or given way, when it was given before and not anew since (PR-13.2), by one of its own
    /// signatories or the person concerned. What is a draft still is given later. Where the records of the day gave somebody else a say, that is
    /// written into it: ``withdrawnAlong(at:)``.
    func withdrawals(against consent: Consent, at moment: Moment) -> [ConsentWithdrawal] {
        var withdrawals = consent.withdrawals
        if let activatedAt = consent.activatedAt, activatedAt <= moment {
            let end = endsByItself(consent)
            withdrawals += othersWithdrawals(consent).filter { withdrawal in
                withdrawal.at < end && isBound(by: withdrawal.by, consent, at: withdrawal.at)
            }
        }
        return withdrawals.filter { $0.at <= moment }
    }

    /// The withdrawals from other consents about the same question after which `consent` was not given anew.
    func othersWithdrawals(_ consent: Consent) -> [ConsentWithdrawal] {
        facts.consents.filter { other in
            other.id != consent.id && other.isAbout(sameAs: consent)
        }
        .flatMap(\.withdrawals).filter { !consent.isGivenAnew(after: $0) }
    }

    /// Domains that `consent` no longer covers, because since it was recorded, and before it ended by itself, somebody whose signature was asked has
    /// refused them to the same receiver for the same purpose. Different answers are followed exactly, and the last one counts (PR-11.7, 13.5). Whether his signature was
    /// asked was decided when the refusal was recorded, and is asked no more: evidence that comes in later would bring back what he ended.
    func refusedDomains(of consent: Consent, at moment: Moment) -> SortedSet<LifeDomain> {
        let refusals = facts.refusals.filter { refusal in
            refusal.isAbout(sameAs: consent) && consent.recordedAt <= refusal.askedOn && refusal.askedOn <= moment
        }
        if refusals.isEmpty { return [] }
        let end = endsByItself(consent)
        return SortedSet(refusals.filter { $0.askedOn < end }.flatMap(\.domains)).intersection(consent.domains)
    }

    /// When `consent` ends whatever anybody says of it: after its last day, or when another takes its place.
    private func endsByItself(_ consent: Consent) -> Moment { min(supersededAt(consent) ?? .latest, consent.until.end) }

    /// Invariant 4: one organisation is in the type; finite named domains and at most twelve months are checked here.
    func hasValidTerms(_ consent: Consent) -> Bool {
        !consent.domains.isEmpty && consent.domains.count < LifeDomain.allCases.count && consent.from <= consent.until
            && Period.isWithin(months: parameters.consentMonths, from: consent.from, until: consent.until)
    }

    /// The first birthday between activation and `moment` on which the signatures did not suffice (PR-12.7). A consent that lapsed does not
    /// revive, whatever is signed later.
    func birthdayLapse(_ consent: Consent, at moment: Moment) -> ConsentLapse? {
        guard let activatedAt = consent.activatedAt, let person = personsByID[consent.subject] else { return nil }
        let birthdays: [(Int, ConsentLapse)] = [(12, .birthday12), (16, .birthday16), (18, .birthday18)]
        for (age, lapse) in birthdays {
            let birthday = person.birthDay.birthday(turning: age).start
            guard activatedAt < birthday, birthday <= moment else { continue }
            if let status = signatureStatus(of: consent, at: birthday), !status.isComplete { return lapse }
        }
        return nil
    }

    /// Whether an oral signature that the consent needed ran out unconfirmed between activation and `moment` (PR-11.4). Confirming afterwards is
    /// too late: it takes a new consent.
    private func oralLapse(_ consent: Consent, at moment: Moment) -> ConsentLapse? {
        guard let activatedAt = consent.activatedAt else { return nil }
        let ends = consent.givers.filter { $0.method == .oral }.map { oralEnd($0, of: consent) }.filter { activatedAt < $0 && $0 <= moment }
        return ends.contains { !(signatureStatus(of: consent, at: $0)?.oralRunOut.isEmpty ?? true) } ? .oralNotConfirmed : nil
    }
}
