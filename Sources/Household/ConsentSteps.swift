// What can happen to a consent. Each step is a pure function from a consent to the consent after it; the snapshot gives the circumstances.

extension HouseholdView {
    /// Activates a draft whose signatures suffice at `moment`; gives what is still missing. Throws `brokenReference` for an unknown subject.
    func completeIfSigned(_ consent: inout Consent, at moment: Moment) throws(HouseholdError) -> SignatureStatus {
        guard let status = signatureStatus(of: consent, at: moment) else {
            throw HouseholdError(.brokenReference, about: consent.subject.description)
        }
        if consent.state == .draft, status.isComplete {
            consent.state = try consent.state.next(.complete)
            consent.activatedAt = moment
        }
        return status
    }

    /// Adds a signature: to a draft, or to an active consent that was given orally, to confirm it (PR-11.4). The consent becomes active when it is
    /// the last one missing.
    ///
    /// Throws `notAllowed`: PR-12 for somebody whose signature is not asked in that capacity at `moment`, PR-11.1 for a moment of signing in the
    /// future, PR-11.4 for what was said by word of mouth before; `illegalTransition` for a consent that is neither draft nor active.
    public func signing(
        _ consent: Consent, _ giver: ConsentGiver, at moment: Moment
    ) throws(HouseholdError) -> (consent: Consent, signatures: SignatureStatus) {
        guard let assessment = assess(consent, at: moment) else {
            throw HouseholdError(.brokenReference, about: consent.subject.description)
        }
        guard [.pending, .active, .notYetBegun, .incomplete].contains(assessment.standing) else {
            throw HouseholdError(.illegalTransition, about: "\(assessment.standing)/sign", articles: assessment.articles)
        }
        guard giver.at <= moment else { throw ConsentDefect.signedInFuture.error() }
        let requirement = assessment.signatures.requirement
        guard requirement.signers.contains(where: { giver.signs($0) }) else {
            throw HouseholdError(.notAllowed, about: giver.party.description, articles: requirement.articles)
        }
        // PR-11.4: what is said once more gives no other five days.
        guard !consent.isSaidAgain(by: giver) else { throw ConsentDefect.saidAgain.error(about: giver.party.description) }
        var signed = consent
        signed.givers.append(giver)
        let status = try completeIfSigned(&signed, at: moment)
        return (signed, status)
    }

    /// Activates a draft that an excuse of the snapshot has completed (PR-12.5, 12.6). Gives it unchanged when signatures are still missing.
    public func completing(_ consent: Consent, at moment: Moment) throws(HouseholdError) -> Consent {
        guard let assessment = assess(consent, at: moment), assessment.standing == .pending else {
            throw HouseholdError(.illegalTransition, about: "\(consent.state)/complete")
        }
        var completed = consent
        _ = try completeIfSigned(&completed, at: moment)
        return completed
    }

    /// Whether `party` may withdraw: any of the signatories, the person concerned from twelve, and whoever would have to sign now (PR-13.1).
    public func mayWithdraw(_ consent: Consent, _ party: Party, at moment: Moment) -> Bool {
        isBound(by: party, consent, at: moment)
            || required(consent.subject, at: moment)?.signers.contains { $0.party == party } ?? false
    }

    /// Whether `party` has a say in `consent` at `moment` that no later record takes away: as one of its signatories by then, or as the person
    /// concerned from twelve.
    func isBound(by party: Party, _ consent: Consent, at moment: Moment) -> Bool {
        if consent.givers.contains(where: { $0.party == party && $0.at <= moment }) { return true }
        return party == .person(consent.subject) && personsByID[consent.subject].map { $0.age(at: moment) >= 12 } ?? false
    }

    /// Withdraws `domains` (all remaining ones when nil) at `moment`, the moment of recording: from then on nothing rests on them (PR-13.1, 13.2).
    /// A draft is withdrawn like any other consent, and never covers them whatever is signed later; and so is what ran out, lapsed or was refused since,
    /// for with it goes what was given before (``withdrawals(against:at:)``).
    ///
    /// Throws `notAllowed` with PR-13.1 for somebody who is no signatory, `illegalTransition` for what is withdrawn, and
    /// `inconsistentRecord` for a domain that the consent does not name any more.
    public func withdrawing(
        _ consent: Consent, domains: SortedSet<LifeDomain>? = nil, by party: Party, notedBy worker: WorkerID, at moment: Moment
    ) throws(HouseholdError) -> Consent {
        // ORDER: what is over is told before who may.
        let withdrawnState = try consent.state.next(.withdraw)
        guard mayWithdraw(consent, party, at: moment) else {
            throw HouseholdError(.notAllowed, about: party.description, articles: [.pr(13, 1)])
        }
        let remaining = consent.remainingDomains(at: moment)
        let taken = domains ?? remaining
        guard !taken.isEmpty, taken.isSubset(of: remaining) else {
            throw HouseholdError(.inconsistentRecord, about: "domains", articles: [.pr(11, 7)])
        }
        var withdrawn = consent
        withdrawn.withdrawals.append(ConsentWithdrawal(at: moment, by: party, domains: taken, notedBy: worker))
        if taken == remaining { (withdrawn.state, withdrawn.lapse) = (withdrawnState, nil) }
        return withdrawn
    }

    /// The consents in force that a withdrawal from another ends as well because its giver had to sign them at that moment, and has not signed them
    /// since (PR-13.2), as they are to be recorded. This is written down with the withdrawal, and whenever evidence of who had to sign comes in: what
    /// later evidence says otherwise does not bring back what he ended. Where he had signed himself nothing can say otherwise, and
    /// ``withdrawals(against:at:)`` sees it.
    public func withdrawnAlong(at moment: Moment) -> [Consent] {
        facts.consents.compactMap { consent in
            let others = consent.state == .active ? othersWithdrawals(consent).filter { $0.at <= moment } : []
            guard !others.isEmpty, let assessment = assess(consent, at: moment),
                [.active, .incomplete, .notYetBegun].contains(assessment.standing)
            else { return nil }
            var ended = consent
            for withdrawal in others where !consent.isTakenUp(after: withdrawal) {
                let taken = assessment.domains.intersection(withdrawal.domains).intersection(ended.remainingDomains(at: .latest))
                guard !taken.isEmpty, mayWithdraw(consent, withdrawal.by, at: withdrawal.at) else { continue }
                ended.withdrawals.append(
                    ConsentWithdrawal(at: withdrawal.at, by: withdrawal.by, domains: taken, notedBy: withdrawal.notedBy))
            }
            if ended.remainingDomains(at: .latest).isEmpty, let withdrawn = try? ended.state.next(.withdraw) { ended.state = withdrawn }
            return ended == consent ? nil : ended
        }
    }

    /// The consents that have lapsed by `moment` and are not recorded so, as they are to be recorded. Deciding does not depend on it as long as the
    /// records stay as they are, for ``assess(_:at:)`` sees through a stale state. It comes before any record that may say something else about the
    /// past: seen through that one they would never have lapsed, and what lapsed does not revive (PR-11.4, 12.7).
    public func lapsed(at moment: Moment) -> [Consent] {
        facts.consents.compactMap { consent in
            guard let state = try? consent.state.next(.lapse), let assessment = assess(consent, at: moment), assessment.standing == .lapsed
            else { return nil }
            var lapsed = consent
            lapsed.state = state
            lapsed.lapse = assessment.lapse
            return lapsed
        }
    }

    /// Active consents that will lapse on a birthday within the warning term, with that day (PR-12.7).
    public func birthdayWarnings(at moment: Moment) -> [(consent: ConsentID, birthday: CalendarDay)] {
        let last = moment.day.adding(days: parameters.birthdayWarningDays)
        var warnings: [(consent: ConsentID, birthday: CalendarDay)] = []
        for consent in facts.consents where assess(consent, at: moment)?.standing == .active {
            guard let person = personsByID[consent.subject] else { continue }
            for age in [12, 16, 18] {
                let birthday = person.birthDay.birthday(turning: age)
                guard moment.day < birthday, birthday <= last, birthday <= consent.until else { continue }
                if signatureStatus(of: consent, at: birthday.start)?.isComplete == false { warnings.append((consent.id, birthday)) }
            }
        }
        return warnings
    }
}
