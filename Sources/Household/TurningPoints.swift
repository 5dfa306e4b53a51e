// When an answer may change by the clock alone. A long reading is decided again when the facts change or such a moment passes.

extension HouseholdView {
    /// The first moment after `moment` at which time alone may change any answer of this snapshot: a day begins or ends a period, a birthday, an
    /// oral signature or excuse runs out, a worker or key record ends. Nil when there is none. It may be earlier than needed, never later.
    public func nextTurningPoint(after moment: Moment) -> Moment? {
        var next: Moment?
        func consider(_ candidate: Moment?) {
            guard let candidate, candidate > moment else { return }
            next = next.map { min($0, candidate) } ?? candidate
        }
        func period(_ from: CalendarDay?, _ until: CalendarDay?) {
            consider(from?.start)
            consider(until?.end)
        }
        consider(household.closedAt)
        consider(household.watchFlameUntil?.end)
        for person in facts.persons {
            period(person.from, person.until)
            for age in [12, 16, 18] { consider(person.birthDay.birthday(turning: age).start) }
        }
        for authority in facts.authorities { period(authority.from, authority.until) }
        for representation in facts.representations { period(representation.from, representation.until) }
        for judgement in facts.incapacities {
            period(nil, judgement.until)
            for at in [judgement.judgedAt, judgement.endedAt] { consider(at) }
        }
        for involvement in facts.involvements {
            period(involvement.from, involvement.until)
            for at in [involvement.grantedAt, involvement.endedAt] { consider(at) }
        }
        for directorship in facts.directorships {
            period(nil, directorship.deputyUntil)
            for at in [directorship.activeFrom, directorship.endedAt] { consider(at) }
        }
        for conflict in facts.conflicts { for at in [conflict.declaredAt, conflict.liftedAt] { consider(at) } }
        for consent in facts.consents {
            period(consent.from, consent.until)
            for at in [consent.recordedAt, consent.activatedAt] { consider(at) }
            for giver in consent.givers {
                consider(giver.at)
                if giver.method == .oral { consider(oralEnd(giver, of: consent)) }
            }
            for withdrawal in consent.withdrawals { consider(withdrawal.at) }
        }
        for excuse in facts.excuses {
            consider(excuse.recordedAt)
            for signature in excuse.signatures { consider(signature.at) }
            if excuse.ground == .unreachable { consider(unreachableEnd(excuse)) }
        }
        for refusal in facts.refusals {
            consider(refusal.askedOn)
            consider(refusal.askedOn.day.adding(months: parameters.reaskMonths).start)
        }
        considerTeam(consider)
        return next
    }

    private func considerTeam(_ consider: (Moment?) -> Void) {
        for organisation in team.facts.organisations {
            consider(organisation.convenantSignedOn?.start)
            consider(organisation.endsOn?.end)
        }
        for worker in team.facts.workers {
            consider(worker.endedAt)
            consider(worker.secrecyDeclaredOn?.start)
        }
        for role in team.facts.roles {
            consider(role.from)
            consider(role.until)
        }
        for key in team.facts.keys {
            consider(key.addedAt)
            consider(key.revokedAt)
        }
    }
}
