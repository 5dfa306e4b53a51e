// How records about authority, representation and capacity end. None is taken away: a later one takes the place of the one before, which keeps
// what was so until then. What rests on proof gives way to proof only (PR-2.2), or somebody's word would end what the court decided.

extension AuthorityKind {
    /// Whether `evidence` proves it: a statement never does; a guardian needs the court's decision or the register of authority.
    public func isProven(by evidence: Evidence) -> Bool {
        switch self {
        case .joint, .sole: [.courtDecision, .authorityRegister, .civilRegistry].contains(evidence)
        case .guardian, .guardianBody: [.courtDecision, .authorityRegister].contains(evidence)
        }
    }
}

extension RepresentationKind {
    /// Whether `evidence` proves it: the court appoints a curator or mentor, an authorised person shows a mandate, partner and family speak for
    /// themselves.
    public func isProven(by evidence: Evidence) -> Bool {
        switch self {
        case .curator, .mentor: [.courtDecision, .authorityRegister].contains(evidence)
        case .authorised: [.courtDecision, .writtenMandate].contains(evidence)
        case .partner, .family: true
        }
    }

    /// Its place among the kinds, the strongest first.
    fileprivate var rank: Int { Self.allCases.firstIndex(of: self) ?? Self.allCases.count }
}

/// A record that says for a period of days what somebody may decide in another's place, and on what that rests.
public protocol TenureRecord: FactRecord {
    /// First day.
    var from: CalendarDay { get }
    /// Last day; nil while it lasts.
    var until: CalendarDay? { get set }
    /// What it rests on.
    var evidence: Evidence { get }
    /// Whether the evidence proves it.
    var isProven: Bool { get }

    /// Whether `other` speaks of the same two.
    func isAbout(sameAs other: Self) -> Bool
    /// Whether `evidence` would prove what this record says.
    func isProven(by evidence: Evidence) -> Bool
    /// Whether what `other` says counts no more, or not without this one, on the days of both.
    func outweighs(_ other: Self) -> Bool
}

extension Authority: TenureRecord {
    public func isAbout(sameAs other: Authority) -> Bool { child == other.child && holder == other.holder }
    public func isProven(by evidence: Evidence) -> Bool { kind.isProven(by: evidence) }
    /// Guardians stand in the parents' place, and all of them decide.
    public func outweighs(_ other: Authority) -> Bool { child == other.child && (kind == .guardian || kind == .guardianBody) }
}

extension Representation: TenureRecord {
    public func isAbout(sameAs other: Representation) -> Bool { person == other.person && representative == other.representative }
    public func isProven(by evidence: Evidence) -> Bool { kind.isProven(by: evidence) }
    /// The strongest kind decides, all of it.
    public func outweighs(_ other: Representation) -> Bool { person == other.person && kind.rank <= other.kind.rank }
}

extension TenureRecord {
    /// Those of `records` whose place this one takes: about the same two, and not over before its first day.
    ///
    /// Also one that begins later: what was recorded last is all there is from its first day on. Recording a period of long ago ends what runs now
    /// with it, and then that is to be recorded again; an end that would not end what began the same day would let somebody decide who no longer may.
    fileprivate func predecessors(among records: [Self]) -> [Self] {
        records.filter { other in
            let last = other.until ?? .latest
            return isAbout(sameAs: other) && other.from <= last && from <= last
        }
    }

    /// Those of `records` whose place this one takes, as they are then: each ends on the day before the first of this one, and what it said of the
    /// days before stands. After its own last day nothing of them comes back.
    fileprivate func ended(among records: [Self]) -> [Self] {
        predecessors(among: records).map { earlier in
            var ended = earlier
            ended.until = from.adding(days: -1)
            return ended
        }
    }

    /// Whether it would end something proven on evidence that does not prove such a thing, or outweigh it without being proven itself.
    fileprivate func endsProof(among records: [Self]) -> Bool {
        predecessors(among: records).contains { $0.isProven && !$0.isProven(by: evidence) } || outweighsProof(among: records)
    }

    /// Whether somebody's word would keep from deciding who does so by proof, whomever it names. Who speaks for himself, as partner and family do,
    /// has no proof but his own word. What an unproven record said already of all these days may be said again, or it could not be ended.
    private func outweighsProof(among records: [Self]) -> Bool {
        let last = until ?? .latest
        let isSaidAgain = records.contains { earlier in
            isAbout(sameAs: earlier) && !earlier.isProven && earlier.outweighs(self) && earlier.from <= from
                && last <= (earlier.until ?? .latest)
        }
        guard !isProven, !isSaidAgain else { return false }
        return records.contains { other in
            outweighs(other) && other.isProven && !other.isProven(by: .statement) && other.from <= last && from <= (other.until ?? .latest)
        }
    }
}

extension HouseholdView {
    /// The records of the same child and holder that `record` takes the place of, as they are then; see ``TenureRecord``. Nobody's record but the
    /// holder's own: that one parent has authority alone does not say since when the other has none.
    public func ended(by record: Authority) -> [Authority] { record.ended(among: authoritiesByChild[record.child] ?? []) }

    /// The records of the same person and representative that `record` takes the place of, as they are then.
    public func ended(by record: Representation) -> [Representation] {
        record.ended(among: representationsByPerson[record.person] ?? [])
    }

    /// Whether `record` would end proven authority, or stand in its place, without proof (PR-2.2).
    public func endsProof(_ record: Authority) -> Bool { record.endsProof(among: authoritiesByChild[record.child] ?? []) }

    /// Whether `record` would end proven representation, or stand in its place, without proof (PR-2.2).
    public func endsProof(_ record: Representation) -> Bool { record.endsProof(among: representationsByPerson[record.person] ?? []) }

    /// The judgements about the same person that `judgement` takes the place of at `moment`, as they are then: the last professional judgement
    /// counts, also when it ends sooner (PR-12.4).
    public func ended(by judgement: IncapacityJudgement, at moment: Moment) -> [IncapacityJudgement] {
        (incapacitiesByPerson[judgement.person] ?? []).filter { $0.isStanding(at: moment) }.map { earlier in
            var ended = earlier
            ended.endedAt = moment
            return ended
        }
    }

    /// The drafts about `person` whose signatures suffice at `moment`, active: they waited for the evidence that is on record now. Not one that was
    /// left lying when the same question was answered otherwise; that one is completed by a signature only.
    public func completed(about person: PersonID, at moment: Moment) throws(HouseholdError) -> [Consent] {
        var completed: [Consent] = []
        for draft in facts.consents where draft.subject == person && draft.state == .draft {
            guard assess(draft, at: moment)?.standing == .pending else { continue }
            let consent = try completing(draft, at: moment)
            if consent.state == .active { completed.append(consent) }
        }
        if completed.isEmpty { return [] }
        // Those that would be completed together are answers to one another.
        let answers = (facts.consents.filter { $0.subject == person && $0.activatedAt != nil } + completed).map { ($0, lastAnswer(in: $0)) }
        return completed.filter { draft in
            let last = lastAnswer(in: draft)
            return !answers.contains { isAnswered(draft, last, by: $0) } && !facts.consents.contains { isTakenBack(draft, last, by: $0) }
        }
    }

    /// Whether `other` is the later answer to the question of `draft`, with a life domain in common: the last answer counts (PR-11.7), by when
    /// somebody gave it and not by when it took force. One that is to take the other's place was given later.
    private func isAnswered(_ draft: Consent, _ last: Moment, by other: (consent: Consent, last: Moment)) -> Bool {
        guard other.consent.id != draft.id, other.consent.isAbout(sameAs: draft), !other.consent.domains.intersection(draft.domains).isEmpty
        else { return false }
        return other.last > last || other.last == last && other.consent.id != draft.replaces
    }

    /// Whether something that `draft` still names was taken back in `other` since somebody last answered that draft (PR-13.1).
    private func isTakenBack(_ draft: Consent, _ last: Moment, by other: Consent) -> Bool {
        guard other.id != draft.id, other.isAbout(sameAs: draft) else { return false }
        return other.withdrawals.contains { withdrawal in
            withdrawal.at >= last && !withdrawal.domains.intersection(draft.remainingDomains(at: .latest)).isEmpty
        }
    }
}
