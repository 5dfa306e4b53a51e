// Whether the signatures under a consent suffice at a moment (PR-11.4, 12).
//
// A signature counts when it was given by then; by somebody who held the required capacity when signing; and, if oral and not confirmed,
// for five working days. A required parental signature may be excused by two registered professionals (PR-12.5) or because the parent cannot
// be reached (PR-12.6).

/// Whether the signatures under a consent suffice at one moment.
public struct SignatureStatus: Hashable, Sendable {
    /// Who must sign.
    public let requirement: SignatureRequirement
    /// Required, not excused, and without a signature that counts.
    public let missing: SortedSet<RequiredSigner>
    /// Required and excused.
    public let excused: SortedSet<RequiredSigner>
    /// Required signers whose only signature was oral, and has run out unconfirmed (PR-11.4); a part of `missing`.
    public let oralRunOut: SortedSet<RequiredSigner>

    /// Whether every required signature is there or excused, and authority is known.
    public var isComplete: Bool { missing.isEmpty && requirement.gap == nil }

    /// The rules behind the answer: those of the requirement, and those of the excuses and lapses that bore on it.
    public let articles: [Article]
}

extension HouseholdView {
    /// Whether the signatures under `consent` suffice at `moment`; nil when the snapshot does not hold its subject.
    ///
    /// The consent itself need not be in the snapshot; its excuses are taken from there.
    public func signatureStatus(of consent: Consent, at moment: Moment) -> SignatureStatus? {
        guard let person = personsByID[consent.subject] else { return nil }
        let known = knowledge(about: consent.subject)
        let requirement = Signatories.required(person, at: moment, knowing: known)
        // PR-11.4: of what somebody says more than once the first time counts, so that saying it again gives no other five days.
        var heard: Set<RequiredSigner> = []
        let counting = consent.givers.filter { giver in
            let isFirst = giver.method != .oral || heard.insert(RequiredSigner(giver.party, giver.capacity)).inserted
            return isFirst && giver.at <= moment && holdsCapacity(giver, person, known)
        }
        let signed = requirement.signers.filter { signer in
            let his = counting.filter { $0.signs(signer) }
            return his.contains { $0.method != .oral } || his.contains { moment < oralEnd($0, of: consent) }
        }
        let open = requirement.signers.subtracting(signed)
        let excuses = open.compactMap { signer in
            excuse(for: signer, consent, requirement, signed: SortedSet(signed), at: moment).map { (signer, $0.ground) }
        }
        let missing = open.subtracting(excuses.map(\.0))
        let oral = missing.filter { signer in counting.contains { $0.signs(signer) && $0.method == .oral } }
        var articles = SortedSet(requirement.articles)
        if excuses.contains(where: { $0.1 == .unreachable }) { articles = articles.union([.pr(12, 6)]) }
        if excuses.contains(where: { $0.1 != .unreachable }) { articles = articles.union([.pr(12, 5)]) }
        if !oral.isEmpty { articles = articles.union([.pr(11, 4)]) }
        return SignatureStatus(
            requirement: requirement, missing: missing, excused: SortedSet(excuses.map(\.0)), oralRunOut: SortedSet(oral),
            articles: Array(articles))
    }

    /// The first moment at which an oral signature under `consent` no longer counts (PR-11.4): the end of the fifth working day after it was said
    /// first. What somebody says again in another consent about the same question, while his unconfirmed word about one of these life domains still
    /// counts, he said then; of several life domains the one said first tells.
    public func oralEnd(_ giver: ConsentGiver, of consent: Consent) -> Moment {
        let words = facts.consents.filter { $0.id != consent.id && $0.isAbout(sameAs: consent) }
            .flatMap { other in
                let confirmedAt = other.confirmedAt(by: giver)
                return other.words(before: giver).map { (said: $0.at, consent: other.id, domains: other.domains, confirmedAt: confirmedAt) }
            }
            .sorted { ($0.said, $0.consent) < ($1.said, $1.consent) }
        // Most are said on few days.
        var days: [CalendarDay: Moment] = [:]
        func own(_ said: Moment) -> Moment {
            if let end = days[said.day] { return end }
            let end = oralEnd(of: said)
            days[said.day] = end
            return end
        }
        return consent.domains.map { domain in
            // Each word is held against the earlier ones as they stood when it was said; those that end first come first. What no longer counts for
            // one word counts for no later one either, so it is passed once.
            var earlier: ArraySlice<(end: Moment, consent: ConsentID, confirmedAt: Moment?)> = []
            func end(said: Moment, in consent: ConsentID) -> Moment {
                func counts(_ end: Moment, _ confirmedAt: Moment?) -> Bool { said < end && (confirmedAt.map { said <= $0 } ?? true) }
                earlier = earlier.drop { !counts($0.end, $0.confirmedAt) }
                return earlier.first { $0.consent != consent && counts($0.end, $0.confirmedAt) }?.end ?? own(said)
            }
            for word in words where word.domains.contains(domain) {
                let end = end(said: word.said, in: word.consent)
                let place = earlier.lastIndex { $0.end <= end }.map { $0 + 1 } ?? earlier.startIndex
                earlier.insert((end, word.consent, word.confirmedAt), at: place)
            }
            return end(said: giver.at, in: consent.id)
        }.min() ?? own(giver.at)
    }

    /// The moment of the last answer given in `consent`: of the last signature that does not only confirm a word which still counted then
    /// (PR-11.4); of the recording while there is none.
    func lastAnswer(in consent: Consent) -> Moment {
        consent.givers.filter { giver in
            (consent.confirmedAt(by: giver).map { $0 < giver.at } ?? false)
                || !consent.words(before: giver).contains { giver.at < oralEnd($0, of: consent) }
        }.map(\.at).max() ?? consent.recordedAt
    }

    private func oralEnd(of said: Moment) -> Moment { WorkingDays.adding(parameters.oralConsentWorkingDays, to: said.day).end }

    /// Whether the giver held the stated capacity for `person` when signing, and could exercise it. A signature given too young, while judged
    /// incapable, or before holding authority stays worthless when that changes.
    private func holdsCapacity(_ giver: ConsentGiver, _ person: Person, _ known: Signatories.Knowledge) -> Bool {
        switch giver.capacity {
        case .ownBehalf:
            return giver.party == .person(person.id) && person.age(at: giver.at) >= 12
                && !Signatories.isIncapacitated(person, at: giver.at, judgements: known.judgements)
        case .parentWithAuthority, .guardian, .guardianBody:
            return known.isAble(giver.party, at: giver.at)
                && known.authorities.contains {
                    $0.child == person.id && $0.holder == giver.party && $0.capacity == giver.capacity && $0.isProven
                        && $0.isHeld(at: giver.at)
                }
        case .curator, .mentor, .authorised, .partner, .family:
            return Signatories.isIncapacitated(person, at: giver.at, judgements: known.judgements)
                && known.isAble(giver.party, at: giver.at)
                && known.representations.contains {
                    $0.person == person.id && $0.representative == giver.party && $0.capacity == giver.capacity && $0.isProven
                        && $0.isHeld(at: giver.at)
                }
        }
    }

    /// The excuse that stands in for the signature of `signer` at `moment`, if any.
    private func excuse(
        for signer: RequiredSigner, _ consent: Consent, _ requirement: SignatureRequirement, signed: SortedSet<RequiredSigner>,
        at moment: Moment
    ) -> SignatureExcuse? {
        // Both paragraphs speak of a parent; a guardian is never excused.
        guard signer.capacity == .parentWithAuthority else { return nil }
        let recorded = (excusesByConsent[consent.id] ?? []).filter { $0.excused == signer.party && $0.recordedAt <= moment }
        // PR-12.5: only from the parental requirement of PR-12.2; the youth's own signature is never excused.
        if requirement.rule == .youth12to15 {
            let professional = recorded.first { $0.ground != .unreachable && isSignedByTwoProfessionals($0, at: moment) }
            if let professional { return professional }
        }
        // PR-12.6: the other parent suffices, so another parent must have signed; thirty days from the first report, not renewed.
        guard requirement.rule == .youth12to15 || requirement.rule == .under12 else { return nil }
        let unreachable = recorded.filter { $0.ground == .unreachable && isReported($0) }.min { $0.recordedAt < $1.recordedAt }
        guard let unreachable, moment < unreachableEnd(unreachable) else { return nil }
        return signed.contains { $0.capacity == .parentWithAuthority && $0.party != signer.party } ? unreachable : nil
    }

    /// PR-12.5: two different professionals. Both must stand in SKJ or BIG: the article names these registers for the first, and for the second
    /// the strictest reading applies (PR-2.2).
    func isSignedByTwoProfessionals(_ excuse: SignatureExcuse, at moment: Moment) -> Bool {
        let valid = excuse.signatures.filter { $0.at <= moment && team.wasRegistered($0.worker, in: [.skj, .big], at: $0.at) }
        return Set(valid.map(\.worker)).count >= 2
    }

    /// PR-12.6: there is a report of attempts, made before it.
    private func isReported(_ excuse: SignatureExcuse) -> Bool {
        !excuse.attempts.isEmpty && excuse.attempts.allSatisfy { $0 <= excuse.recordedAt }
    }

    /// The first moment at which the other parent no longer suffices (PR-12.6): the end of the thirtieth day after the report.
    public func unreachableEnd(_ excuse: SignatureExcuse) -> Moment {
        excuse.recordedAt.day.adding(days: parameters.unreachableParentDays).end
    }
}

extension ConsentGiver {
    func signs(_ signer: RequiredSigner) -> Bool { party == signer.party && capacity == signer.capacity }
}
