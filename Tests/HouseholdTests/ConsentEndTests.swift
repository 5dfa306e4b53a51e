import Testing

@testable import Household

/// Excuses, withdrawals and refusals (PR-12.5, 12.6, 13): the scenario's step 13 and its variants.
struct ConsentEndTests {
    // MARK: excuses (PR-12.5, 12.6)

    private static func excuse(
        _ ground: ExcuseGround, _ signers: [WorkerID] = [], at: Moment = ConsentTests.at, attempts: [Moment] = [],
        excused: PersonID = Home.ronald,
        id: Int = 1
    ) -> SignatureExcuse {
        SignatureExcuse(
            id: make(id), household: Home.id, consent: make(1), excused: .person(excused), ground: ground, recordedAt: at,
            signatures: signers.map { ProfessionalSignature(worker: $0, at: at) }, attempts: attempts)
    }

    private func completes(
        _ excuses: [SignatureExcuse], _ givers: [ConsentGiver], at: String = "2026-01-15T10:00:00+01:00", subject: PersonID = Home.noor
    ) throws -> Bool {
        let view = try Home.view()
        let proposal =
            subject == Home.noor ? ConsentTests.noor(givers) : Home.proposal(subject, Team.jeugdkompas, [.parenting], givers: givers)
        let draft = try ConsentTests.registered(view, proposal)
        let stored = try view.with {
            $0.consents = [draft]; $0.excuses = excuses
        }
        let completed = try stored.completing(draft, at: moment(at))
        #expect(draft.state == .draft)
        return completed.state == .active
    }

    /// The recorded state alone takes worth away, whatever dates, withdrawals and signatures would say.
    @Test func aConsentThatIsRecordedAsEndedCountsNoMore() throws {
        let view = try Home.view()
        let consent = try ConsentTests.registered(
            view, Home.proposal(Home.selma, Team.balans, [.finance], givers: [Home.giver(Home.selma, at: ConsentTests.at)]))
        let when = "2026-02-01T12:00:00+01:00"
        #expect(ConsentTests.standing(view, consent, when) == .active)
        let ended: [(ConsentState, ConsentStanding)] = [
            (.withdrawn, .withdrawn), (.expired, .expired), (.lapsed, .lapsed), (.superseded, .superseded), (.refused, .refused),
            (.draft, .pending),
        ]
        #expect(ended.count + 1 == ConsentState.allCases.count)
        for (state, standing) in ended {
            var other = consent
            other.state = state
            #expect(ConsentTests.standing(view, other, when) == standing, "\(state)")
        }
    }

    @Test func twoProfessionalsMayDoWithoutAParent() throws {
        let youth = [ConsentTests.giver(Home.noor), ConsentTests.giver(Home.selma)]
        #expect(try completes([Self.excuse(.seriousHarm, [Team.fatima, Team.ilse])], youth))
        #expect(try completes([Self.excuse(.consideredWish, [Team.fatima, Team.wendy])], youth))
        // Both parents excused, the youth alone.
        #expect(
            try completes(
                [
                    Self.excuse(.consideredWish, [Team.fatima, Team.wendy]),
                    Self.excuse(.consideredWish, [Team.fatima, Team.wendy], excused: Home.selma, id: 2),
                ], [ConsentTests.giver(Home.noor)]))
        // One professional, twice the same, one not registered, one in another register only.
        for signers in [[Team.fatima], [Team.fatima, Team.fatima], [Team.fatima, Team.kees], [Team.fatima, Team.joost], []] {
            #expect(try !completes([Self.excuse(.seriousHarm, signers)], youth), "\(signers)")
        }
        // The youth's own signature is never excused, nor one recorded later, nor a child's parent below twelve.
        #expect(
            try !completes(
                [Self.excuse(.seriousHarm, [Team.fatima, Team.ilse], excused: Home.noor)],
                [ConsentTests.giver(Home.selma), ConsentTests.giver(Home.ronald)]))
        #expect(try !completes([Self.excuse(.seriousHarm, [Team.fatima, Team.ilse], at: moment("2026-01-16T00:00:00+01:00"))], youth))
        #expect(
            try !completes(
                [Self.excuse(.seriousHarm, [Team.fatima, Team.ilse])], [Home.giver(Home.selma, .parentWithAuthority, at: ConsentTests.at)],
                subject: Home.sem))
    }

    @Test func unreachableParentSufficesForThirtyDays() throws {
        let tried = [moment("2026-01-12T10:00:00+01:00"), moment("2026-01-14T10:00:00+01:00")]
        let youth = [ConsentTests.giver(Home.noor), ConsentTests.giver(Home.selma)]
        #expect(try completes([Self.excuse(.unreachable, attempts: tried)], youth))
        #expect(
            try completes(
                [Self.excuse(.unreachable, attempts: tried)], [Home.giver(Home.selma, .parentWithAuthority, at: ConsentTests.at)],
                subject: Home.sem
            ))
        // Without a report, with attempts made afterwards, or without the other parent: not.
        #expect(try !completes([Self.excuse(.unreachable)], youth))
        #expect(try !completes([Self.excuse(.unreachable, attempts: [moment("2026-01-14T19:00:01+01:00")])], youth))
        #expect(
            try !completes(
                [Self.excuse(.unreachable, attempts: tried), Self.excuse(.unreachable, attempts: tried, excused: Home.selma, id: 2)],
                [ConsentTests.giver(Home.noor)]))
        // Thirty days: through 13 February.
        let view = try Home.view()
        let draft = try ConsentTests.registered(view, ConsentTests.noor(youth))
        let stored = try view.with {
            $0.consents = [draft]; $0.excuses = [Self.excuse(.unreachable, attempts: tried)]
        }
        let consent = try stored.completing(draft, at: ConsentTests.at)
        #expect(stored.assess(consent, at: ConsentTests.at)?.articles.contains(.pr(12, 6)) == true)
        #expect(ConsentTests.standing(stored, consent, "2026-02-13T23:59:59.999+01:00") == .active)
        #expect(ConsentTests.standing(stored, consent, "2026-02-14T00:00:00+01:00") == .incomplete)
        // A second report does not give another thirty days.
        let again = try stored.with {
            $0.excuses.append(Self.excuse(.unreachable, at: moment("2026-02-10T10:00:00+01:00"), attempts: tried, id: 2))
        }
        #expect(ConsentTests.standing(again, consent, "2026-02-14T00:00:00+01:00") == .incomplete)
        // When Ronald turns up and signs, it counts again.
        let back = moment("2026-02-20T10:00:00+01:00")
        let (signed, _) = try stored.signing(consent, ConsentTests.giver(Home.ronald, back), at: back)
        #expect(ConsentTests.standing(stored, signed, "2026-02-20T10:00:00+01:00") == .active)
    }

    // MARK: withdrawal and refusal (PR-13)

    @Test func withdrawalOfOneDomainLeavesTheOther() throws {
        // SC-055, SC-056.
        let view = try Home.view()
        let consent = try ConsentTests.registered(
            view, Home.proposal(Home.selma, Team.balans, [.finance, .housing], givers: [Home.giver(Home.selma, at: ConsentTests.at)]))
        let when = moment("2026-01-27T10:15:00+01:00")
        let withdrawn = try view.withdrawing(consent, domains: [.housing], by: .person(Home.selma), notedBy: Team.kees, at: when)
        #expect(withdrawn.state == .active)
        let stored = try view.with { $0.consents = [withdrawn] }
        func ask(_ domain: LifeDomain, _ at: Moment) -> ConsentCandidate? {
            stored.consentCandidate(subject: .person(Home.selma), organisation: Team.balans, domain: domain, purpose: .plan, at: at)
        }
        #expect(ask(.housing, when.adding(milliseconds: -1))?.suffices == true)
        #expect(
            ask(.housing, when)?.suffices == false && ask(.housing, when)?.standing == .withdrawn
                && ask(.housing, when)?.articles == [.pr(13, 1), .pr(13, 2)])
        #expect(ask(.housing, when)?.domainWithdrawnAt == when)
        #expect(ask(.finance, when)?.suffices == true)
        // The rest, too, ends the consent.
        let all = try stored.withdrawing(withdrawn, by: .person(Home.selma), notedBy: Team.kees, at: when.adding(milliseconds: 1))
        #expect(all.state == .withdrawn)
        // A row whose state was put back: the withdrawals themselves still count.
        var putBack = all
        putBack.state = .active
        #expect(stored.assess(putBack, at: when.adding(milliseconds: 1))?.standing == .withdrawn)
        #expect(stored.assess(putBack, at: when)?.standing == .active)
        #expect(throws: HouseholdError.self) { try stored.withdrawing(all, by: .person(Home.selma), notedBy: Team.kees, at: when) }
        #expect(throws: HouseholdError.self) {
            try stored.withdrawing(withdrawn, domains: [.housing], by: .person(Home.selma), notedBy: Team.kees, at: when)
        }
        // A new consent for the same takes over.
        let newer = try ConsentTests.registered(
            stored,
            Home.proposal(
                Home.selma, Team.balans, [.housing], givers: [Home.giver(Home.selma, at: when)], from: "2026-01-27", until: "2026-12-31"),
            id: make(2), at: when)
        let both = try view.with { $0.consents = [withdrawn, newer] }
        #expect(
            both.consentCandidate(subject: .person(Home.selma), organisation: Team.balans, domain: .housing, purpose: .plan, at: when)?
                .assessment.consent.id == make(2))
    }

    @Test func anySignatoryMayWithdraw() throws {
        let view = try Home.view()
        let consent = try ConsentTests.registered(
            view, ConsentTests.noor([ConsentTests.giver(Home.noor), ConsentTests.giver(Home.selma), ConsentTests.giver(Home.ronald)]))
        for person in [Home.noor, Home.selma, Home.ronald] {
            #expect(try view.withdrawing(consent, by: .person(person), notedBy: Team.kees, at: ConsentTests.later).state == .withdrawn)
        }
        for person in [Home.emre, Home.sem, Home.hatice] {
            let error = #expect(throws: HouseholdError.self) {
                try view.withdrawing(consent, by: .person(person), notedBy: Team.kees, at: ConsentTests.later)
            }
            #expect(error?.articles == [.pr(13, 1)])
        }
    }

    @Test func aDraftIsWithdrawnForEver() throws {
        // PR-13.1: at any moment, and one of the signatories is enough, so also while the other parent has not signed.
        let view = try Home.view()
        let both = [LifeDomain.parenting, .health]
        let draft = try ConsentTests.registered(
            view,
            Home.proposal(Home.sem, Team.jeugdkompas, both, givers: [Home.giver(Home.selma, .parentWithAuthority, at: ConsentTests.at)]))
        let later = ConsentTests.later
        let withdrawn = try view.withdrawing(draft, by: .person(Home.selma), notedBy: Team.kees, at: later)
        #expect(draft.state == .draft && withdrawn.state == .withdrawn && withdrawn.activatedAt == nil)
        let stored = try view.with { $0.consents = [withdrawn] }
        #expect(stored.standing(of: make(1), at: later) == .withdrawn)
        let ronald = Home.giver(Home.ronald, .parentWithAuthority, at: later)
        let error = #expect(throws: HouseholdError.self) { try stored.signing(withdrawn, ronald, at: later) }
        #expect(error?.articles == [.pr(13, 1), .pr(13, 2)])
        // One domain of it: what is signed afterwards covers the other alone.
        let part = try view.withdrawing(draft, domains: [.health], by: .person(Home.selma), notedBy: Team.kees, at: later)
        let (signed, _) = try view.signing(part, ronald, at: later)
        let partly = try view.with { $0.consents = [signed] }
        func suffices(_ domain: LifeDomain) -> Bool? {
            partly.consentCandidate(subject: .person(Home.sem), organisation: Team.jeugdkompas, domain: domain, purpose: .plan, at: later)?
                .suffices
        }
        #expect(part.state == .draft && signed.state == .active)
        // Nor does it say anything else of that domain when who took it out signs the rest.
        var rest = signed
        rest.givers.append(Home.giver(Home.selma, .parentWithAuthority, at: later.adding(milliseconds: 1)))
        for consent in [signed, rest] {
            let answers = try ConsentIndex(view.with { $0.consents = [consent] })
                .answers(of: Home.sem, to: Team.jeugdkompas, at: later.adding(milliseconds: 2))
            #expect(answers.withdrawnDomains(for: .plan) == [.health])
        }
        #expect(suffices(.parenting) == true && suffices(.health) == false && partly.assess(signed, at: later)?.domains == [.parenting])
        // A stranger withdraws no draft either. What was refused since is withdrawn as what has lapsed is; what is withdrawn is over.
        #expect(throws: HouseholdError.self) { try view.withdrawing(draft, by: .person(Home.emre), notedBy: Team.kees, at: later) }
        var refused = draft
        refused.state = .refused
        let taken = try view.withdrawing(refused, by: .person(Home.selma), notedBy: Team.kees, at: later)
        #expect(taken.state == .withdrawn)
        #expect(throws: HouseholdError.self) { try view.withdrawing(taken, by: .person(Home.selma), notedBy: Team.kees, at: later) }
    }

    @Test func whatIsGivenAnewIsGivenAfterwards() {
        let when = ConsentTests.later
        let withdrawal = ConsentWithdrawal(at: when, by: .person(Home.selma), domains: [.housing], notedBy: Team.kees)
        func consent(signed: [Moment], activated: Moment?) -> Consent {
            var consent = Consents.active()
            consent.givers = signed.map { Home.giver(Home.selma, at: $0) }
            consent.activatedAt = activated
            return consent
        }
        let (before, after) = (when.adding(milliseconds: -1), when.adding(milliseconds: 1))
        #expect(consent(signed: [after], activated: after).isGivenAnew(after: withdrawal))
        #expect(!consent(signed: [before], activated: before).isGivenAnew(after: withdrawal))
        #expect(!consent(signed: [when], activated: when).isGivenAnew(after: withdrawal))
        #expect(!consent(signed: [after], activated: nil).isGivenAnew(after: withdrawal))
        // Signed before and completed by another afterwards is not given anew by who withdrew; signed again it is.
        #expect(!consent(signed: [before], activated: after).isGivenAnew(after: withdrawal))
        #expect(consent(signed: [before, after], activated: after).isGivenAnew(after: withdrawal))
        // By others alone, where who withdrew is not asked any more.
        #expect(consent(signed: [], activated: after).isGivenAnew(after: withdrawal))
        #expect(!consent(signed: [], activated: before).isGivenAnew(after: withdrawal))
    }

    @Test func anOlderConsentDoesNotOutweighAWithdrawal() throws {
        // PR-13.2: held against the purpose, the receiver and the person of what was withdrawn, and from its moment on.
        let view = try Home.view()
        let older = try ConsentTests.registered(
            view, Home.proposal(Home.selma, Team.balans, [.finance, .housing], givers: [Home.giver(Home.selma, at: ConsentTests.at)]))
        let when = ConsentTests.later
        func standing(
            _ domains: SortedSet<LifeDomain>, at asked: Moment = when, _ change: (inout Consent) -> Void = { _ in }
        ) throws -> (ConsentStanding?, SortedSet<LifeDomain>?, Moment?) {
            var other = older
            other.id = make(2)
            other.withdrawals = [ConsentWithdrawal(at: when, by: .person(Home.selma), domains: domains, notedBy: Team.kees)]
            change(&other)
            let assessment = try view.with { $0.consents = [older, other] }.assess(older, at: asked)
            return (assessment?.standing, assessment?.domains, assessment?.withdrawnAt)
        }
        #expect(try standing([.housing]) == (.active, [.finance], nil))
        #expect(try standing([.housing, .finance]) == (.withdrawn, [], when))
        #expect(try standing([.housing, .finance], at: when.adding(milliseconds: -1)) == (.active, [.finance, .housing], nil))
        let changes: [(inout Consent) -> Void] = [
            { $0.purpose = .safety }, { $0.recipient = Team.deBrug }, { $0.subject = Home.emre },
        ]
        for change in changes { #expect(try standing([.housing, .finance], change) == (.active, [.finance, .housing], nil)) }
        // A draft that is signed afterwards is given anew.
        let draft = try ConsentTests.registered(view, Home.proposal(Home.selma, Team.balans, [.finance]))
        var withdrawn = older
        withdrawn.id = make(2)
        withdrawn.withdrawals = [ConsentWithdrawal(at: when, by: .person(Home.selma), domains: [.finance], notedBy: Team.kees)]
        let after = when.adding(milliseconds: 1)
        let both = try view.with { $0.consents = [draft, withdrawn] }
        #expect(both.standing(of: draft.id, at: after) == .pending)
        let (signed, _) = try both.signing(draft, Home.giver(Home.selma, at: after), at: after)
        #expect(try view.with { $0.consents = [signed, withdrawn] }.standing(of: draft.id, at: after) == .active)
    }

    @Test func aRefusedDomainIsCoveredByNothingFromBefore() throws {
        // PR-11.7, 13.5: Noor refuses housing; the draft covers school as well, and Ronald signs it afterwards.
        let view = try Home.view()
        let when = moment("2026-01-15T10:00:00+01:00")
        let domains = [LifeDomain.schoolWorkDaytime, .housing]
        let draft = try ConsentTests.registered(
            view,
            Home.proposal(Home.noor, Team.jeugdkompas, domains, givers: [ConsentTests.giver(Home.noor), ConsentTests.giver(Home.selma)]))
        func refusal(
            _ domains: SortedSet<LifeDomain>, by person: PersonID = Home.noor, to recipient: Party = .organisation(Team.jeugdkompas),
            purpose: Purpose = .plan, at asked: Moment = when
        ) -> Refusal {
            Refusal(
                id: make(1), household: Home.id, subject: Home.noor, recipient: recipient, domains: domains, purpose: purpose,
                by: .person(person), askedOn: asked, recordedBy: Team.joost)
        }
        func remaining(_ refusals: [Refusal], at asked: Moment = ConsentTests.later) throws -> SortedSet<LifeDomain> {
            let stored = try view.with {
                $0.consents = [draft]; $0.refusals = refusals
            }
            let (signed, _) = try stored.signing(draft, ConsentTests.giver(Home.ronald, when), at: when)
            let after = try stored.with { $0.consents = [signed] }
            let covered = LifeDomain.allCases.filter { domain in
                after.consentCandidate(
                    subject: .person(Home.noor), organisation: Team.jeugdkompas, domain: domain, purpose: .plan, at: asked)?.suffices
                    == true
            }
            #expect(after.assess(signed, at: asked)?.domains == SortedSet(covered))
            return SortedSet(covered)
        }
        #expect(try remaining([]) == SortedSet(domains))
        #expect(try remaining([refusal([.housing, .health])]) == [.schoolWorkDaytime])
        // Another receiver, another purpose, and a refusal from before it was put: these take nothing.
        for other in [
            refusal([.housing], to: .organisation(Team.balans)), refusal([.housing], to: .person(Home.selma)),
            refusal([.housing], purpose: .safety), refusal([.housing], at: ConsentTests.at.adding(milliseconds: -1)),
        ] { #expect(try remaining([other]) == SortedSet(domains)) }
        // From the moment on, and an active consent as well.
        let late = refusal([.housing], at: ConsentTests.later)
        #expect(try remaining([late], at: ConsentTests.later.adding(milliseconds: -1)) == SortedSet(domains))
        #expect(try remaining([late]) == [.schoolWorkDaytime])
        // Whether he was to be asked was decided then: what the records say of it afterwards brings nothing back.
        #expect(try remaining([refusal([.housing], by: Home.emre)]) == [.schoolWorkDaytime])
        // All of it: nothing is left to sign.
        let whole = try view.with {
            $0.consents = [draft]; $0.refusals = [refusal(SortedSet(domains))]
        }
        #expect(whole.standing(of: make(1), at: when) == .refused && whole.assess(draft, at: when)?.articles == [.pr(13, 5)])
        #expect(throws: HouseholdError.self) { try whole.signing(draft, ConsentTests.giver(Home.ronald, when), at: when) }
    }

    @Test func whoIsRepresentedMayWithdraw() throws {
        // Hatice, judged incapable, did not sign; what her mentor gave she may still take back.
        let view = try Home.view()
        let after = moment("2026-01-14T19:25:00+01:00")
        let consent = try ConsentTests.registered(
            view, Home.proposal(Home.hatice, Team.deBrug, [.health], givers: [Home.giver(Home.selma, .mentor, at: after)]), at: after)
        #expect(try view.withdrawing(consent, by: .person(Home.hatice), notedBy: Team.kees, at: ConsentTests.later).state == .withdrawn)
        // Below twelve it is for the parents.
        let parents = [Home.selma, Home.ronald].map { Home.giver($0, .parentWithAuthority, at: after) }
        let sem = try ConsentTests.registered(view, Home.proposal(Home.sem, Team.jeugdkompas, [.parenting], givers: parents), at: after)
        #expect(sem.state == .active && !view.mayWithdraw(sem, .person(Home.sem), at: ConsentTests.later))
    }

    @Test func refusedQuestionsRestForThreeMonths() throws {
        let view = try Home.view()
        let draft = try ConsentTests.registered(view, Home.proposal(Home.selma, Team.balans, [.finance]))
        let refusal = Refusal(
            id: make(1), household: view.id, subject: draft.subject, recipient: .organisation(draft.recipient), domains: draft.domains,
            purpose: draft.purpose, by: .person(Home.selma), askedOn: ConsentTests.at, recordedBy: Team.joost)
        let stored = try view.with {
            $0.consents = [draft]; $0.refusals = [refusal]
        }
        #expect(stored.standing(of: draft.id, at: ConsentTests.at) == .refused)
        func defects(_ domains: [LifeDomain], _ receiver: OrganisationID, _ at: String) -> [ConsentDefect] {
            stored.defects(of: Home.proposal(Home.selma, receiver, domains, from: "2026-04-20", until: "2026-12-31"), at: moment(at))
        }
        #expect(defects([.finance], Team.balans, "2026-04-13T23:59:59.999+02:00") == [.refusedRecently])
        #expect(defects([.finance, .housing], Team.balans, "2026-04-13T12:00:00+02:00") == [.refusedRecently])
        #expect(defects([.finance], Team.balans, "2026-04-14T00:00:00+02:00").isEmpty)
        #expect(
            defects([.housing], Team.balans, "2026-02-01T12:00:00+01:00").isEmpty
                && defects([.finance], Team.deBrug, "2026-02-01T12:00:00+01:00").isEmpty)
        #expect(ConsentDefect.refusedRecently.articles == [.pr(13, 5)])
        // Given whole it is no question any more.
        let when = moment("2026-02-01T12:00:00+01:00")
        let given = Home.proposal(
            Home.selma, Team.balans, [.finance], givers: [Home.giver(Home.selma, at: when)], from: "2026-02-01", until: "2026-12-31")
        #expect(stored.defects(of: given, at: when).isEmpty && stored.isComplete(given, at: when))
    }

    // MARK: one in the place of another (PR-11.7)

    private static let narrowed = moment("2026-01-20T10:00:00+01:00")

    /// A consent of Selma for two life domains, and what is asked for to take its place.
    private func wider() throws -> (view: HouseholdView, consent: Consent) {
        let view = try Home.view()
        let consent = try ConsentTests.registered(
            view, Home.proposal(Home.selma, Team.balans, [.finance, .housing], givers: [Home.giver(Home.selma, at: ConsentTests.at)]))
        return (try view.with { $0.consents = [consent] }, consent)
    }

    private func narrower(_ givers: [ConsentGiver], from: String = "2026-01-20", replaces: ConsentID? = make(1)) -> ConsentProposal {
        var proposal = Home.proposal(Home.selma, Team.balans, [.finance], givers: givers, from: from, until: "2026-12-31")
        proposal.replaces = replaces
        return proposal
    }

    private func opens(_ view: HouseholdView, _ domain: LifeDomain, _ at: Moment) -> ConsentCandidate? {
        view.consentCandidate(subject: .person(Home.selma), organisation: Team.balans, domain: domain, purpose: .plan, at: at)
    }

    @Test func whatANarrowerConsentDropsOpensNothingFromThenOn() throws {
        let (view, old) = try wider()
        let next = try ConsentTests.registered(
            view, narrower([Home.giver(Home.selma, at: Self.narrowed)]), id: make(2), at: Self.narrowed)
        #expect(next.state == .active && next.replaces == old.id)
        let stored = try view.with { $0.consents.append(next) }
        // Until then the old one stands, also when asked about afterwards.
        let before = Self.narrowed.adding(milliseconds: -1)
        #expect(opens(stored, .housing, before)?.suffices == true && stored.standing(of: old.id, at: before) == .active)
        #expect(stored.standing(of: old.id, at: Self.narrowed) == .superseded)
        #expect(opens(stored, .housing, Self.narrowed)?.suffices == false)
        #expect(opens(stored, .housing, Self.narrowed)?.articles == [.pr(11, 7)])
        #expect(opens(stored, .finance, Self.narrowed)?.assessment.consent.id == next.id)
        // It takes no signature any more, and does not come back when the new one is taken back; it can be withdrawn itself, as ever.
        #expect(throws: HouseholdError.self) {
            try stored.signing(old, Home.giver(Home.selma, at: Self.narrowed), at: Self.narrowed)
        }
        let later = Self.narrowed.adding(milliseconds: 1_000)
        let gone = try stored.withdrawing(next, by: .person(Home.selma), notedBy: Team.kees, at: later)
        let taken = try view.with { $0.consents.append(gone) }
        #expect(opens(taken, .finance, later)?.suffices == false && opens(taken, .housing, later)?.suffices == false)
        #expect(try stored.withdrawing(old, by: .person(Home.selma), notedBy: Team.kees, at: later).state == .withdrawn)
    }

    @Test func aDraftTakesNobodysPlaceUntilItIsSigned() throws {
        let (view, old) = try wider()
        let draft = try ConsentTests.registered(view, narrower([]), id: make(2), at: Self.narrowed)
        var stored = try view.with { $0.consents.append(draft) }
        let signedAt = moment("2026-01-22T10:00:00+01:00")
        #expect(draft.state == .draft && stored.standing(of: old.id, at: signedAt) == .active)
        let (signed, _) = try stored.signing(draft, Home.giver(Home.selma, at: signedAt), at: signedAt)
        stored = try view.with { $0.consents.append(signed) }
        #expect(stored.standing(of: old.id, at: signedAt.adding(milliseconds: -1)) == .active)
        #expect(stored.standing(of: old.id, at: signedAt) == .superseded)
        // A draft that is taken back took nobody's place.
        let back = try view.with { $0.consents.append(draft) }
            .withdrawing(draft, by: .person(Home.selma), notedBy: Team.kees, at: signedAt)
        #expect(back.state == .withdrawn)
        let kept = try view.with { $0.consents.append(back) }
        #expect(!kept.isSuperseded(old, at: signedAt.adding(milliseconds: 1)))
    }

    @Test func whatReplacesADraftReplacesWhatThatWasToReplace() throws {
        let (view, old) = try wider()
        let draft = try ConsentTests.registered(view, narrower([]), id: make(2), at: Self.narrowed)
        let after = Self.narrowed.adding(milliseconds: 1_000)
        let stored = try view.with { $0.consents.append(draft) }
        let last = try ConsentTests.registered(
            stored, narrower([Home.giver(Home.selma, at: after)], replaces: draft.id), id: make(3), at: after)
        let taken = try stored.with { $0.consents.append(last) }
        for replaced in [old.id, draft.id] {
            #expect(taken.standing(of: replaced, at: after) == .superseded)
            #expect(taken.standing(of: replaced, at: after.adding(milliseconds: -1)) != .superseded)
        }
        #expect(taken.standing(of: last.id, at: after) == .active)
        #expect(throws: HouseholdError.self) { try taken.signing(draft, Home.giver(Home.selma, at: after), at: after) }
        // Records that go round in a ring are answered, too.
        let ring = try taken.with { $0.consents[0].replaces = last.id }
        #expect(ring.standing(of: last.id, at: after) == .superseded)
    }

    @Test func theOldOneStandsUntilTheNewOneBegins() throws {
        let (view, old) = try wider()
        let next = try ConsentTests.registered(
            view, narrower([Home.giver(Home.selma, at: Self.narrowed)], from: "2026-02-01"), id: make(2), at: Self.narrowed)
        let stored = try view.with { $0.consents.append(next) }
        #expect(stored.standing(of: next.id, at: Self.narrowed) == .notYetBegun)
        #expect(opens(stored, .housing, moment("2026-01-31T23:59:59.999+01:00"))?.suffices == true)
        let begins = moment("2026-02-01T00:00:00+01:00")
        #expect(stored.standing(of: old.id, at: begins) == .superseded && opens(stored, .housing, begins)?.suffices == false)
        // Who reads across that midnight is asked again.
        #expect(stored.nextTurningPoint(after: moment("2026-01-31T20:00:00+01:00")).map { $0 <= begins } == true)
    }

    /// She dropped housing in February and then took the rest back: nothing is left, and least of all what she dropped.
    @Test func whatWasTakenBackBeforeItBeganLeavesNothingBehind() throws {
        let (view, old) = try wider()
        let next = try ConsentTests.registered(
            view, narrower([Home.giver(Home.selma, at: Self.narrowed)], from: "2026-02-01"), id: make(2), at: Self.narrowed)
        let stored = try view.with { $0.consents.append(next) }
        let begins = moment("2026-02-01T00:00:00+01:00")
        let before = begins.adding(milliseconds: -1)
        func taken(_ consent: Consent, domains: SortedSet<LifeDomain>? = nil, at: Moment) throws -> HouseholdView {
            let gone = try stored.withdrawing(consent, domains: domains, by: .person(Home.selma), notedBy: Team.kees, at: at)
            return try stored.with { facts in facts.consents = facts.consents.map { $0.id == gone.id ? gone : $0 } }
        }
        let refused = try stored.with { facts in
            facts.refusals = [
                Refusal(
                    id: make(1), household: Home.id, subject: Home.selma, recipient: .organisation(Team.balans), domains: [.finance],
                    purpose: .plan, by: .person(Home.selma), askedOn: Self.narrowed.adding(milliseconds: 1), recordedBy: Team.kees)
            ]
        }
        let views = try [
            taken(next, at: before), taken(next, at: begins), taken(old, domains: [.finance], at: before), refused,
        ]
        for view in views {
            #expect(view.standing(of: old.id, at: begins) == .superseded)
            #expect(opens(view, .housing, begins)?.suffices == false && opens(view, .finance, begins)?.suffices == false)
        }
        // Until then she gave housing, and has not said otherwise.
        #expect(opens(views[0], .housing, before)?.suffices == true && opens(views[0], .finance, before)?.suffices == false)
    }

    @Test func whatHadEndedIsNotRefusedAfterwards() throws {
        let view = try Home.view()
        var consent = try ConsentTests.registered(
            view, Home.proposal(Home.selma, Team.balans, [.finance], givers: [Home.giver(Home.selma, at: ConsentTests.at)]))
        let day = ConsentTests.at.day
        consent.until = day.adding(days: 3)
        for (days, standing) in [(2 as Int64, ConsentStanding.refused), (4, .expired)] {
            let refusal = Refusal(
                id: make(1), household: Home.id, subject: Home.selma, recipient: .organisation(Team.balans), domains: [.finance],
                purpose: .plan, by: .person(Home.selma), askedOn: ConsentTests.at.adding(milliseconds: days * 86_400_000),
                recordedBy: Team.kees)
            let stored = try view.with {
                $0.consents = [consent]; $0.refusals = [refusal]
            }
            #expect(stored.standing(of: consent.id, at: day.adding(days: 6).start) == standing)
        }
    }

    /// PR-2.2, 12.1: evidence that comes in late can say that a consent was never given whole; that somebody's say ends afterwards gives nothing.
    @Test func whatWasNeverGivenWholeTakesASignature() throws {
        let mother = Home.giver(Home.selma, .parentWithAuthority, at: ConsentTests.at)
        let alone = try Home.view { $0.authorities = [Home.authority(1, Home.sem, .person(Home.selma), .sole, from: "2018-05-02")] }
        let hers = try ConsentTests.registered(alone, Home.proposal(Home.sem, Team.jeugdkompas, [.parenting], givers: [mother]))
        let day = ConsentTests.at.day
        let (during, after) = (day.adding(days: 2).start, day.adding(days: 6).start)
        func record(_ id: Int, _ holder: PersonID, _ kind: AuthorityKind, from: CalendarDay, until: CalendarDay?) -> Authority {
            var record = Home.authority(id, Home.sem, .person(holder), kind, from: "2018-05-02")
            (record.from, record.until) = (from, until)
            return record
        }
        let hersAgain = record(2, Home.selma, .sole, from: day.adding(days: 5), until: nil)
        let hersThen = record(1, Home.selma, .joint, from: day.adding(days: -9), until: day.adding(days: 4))
        // He decided as well; or it is only not known who did.
        for others in [[record(3, Home.ronald, .joint, from: day.adding(days: -9), until: day.adding(days: 4))], []] {
            let late = try alone.with {
                $0.authorities = [hersThen, hersAgain] + others
                $0.consents = [hers]
            }
            func assessed(_ consent: Consent, _ moment: Moment) throws -> ConsentAssessment {
                try #require(late.with { $0.consents = [consent] }.assess(consent, at: moment))
            }
            #expect(try assessed(hers, during).standing == .incomplete)
            let over = try assessed(hers, after)
            #expect(over.standing == .incomplete && over.toSign == [RequiredSigner(.person(Home.selma), .parentWithAuthority)])
            let anew = try late.signing(hers, Home.giver(Home.selma, .parentWithAuthority, at: after), at: after).consent
            #expect(try assessed(anew, after).standing == .active && assessed(anew, during).standing == .incomplete)
        }
        // What was whole and lacked a signature for a while counts again.
        let meanwhile = try alone.with {
            $0.authorities = [
                record(1, Home.selma, .sole, from: day.adding(days: -9), until: day), hersAgain,
                record(4, Home.selma, .joint, from: day.adding(days: 1), until: day.adding(days: 4)),
                record(3, Home.ronald, .joint, from: day.adding(days: 1), until: day.adding(days: 4)),
            ]
            $0.consents = [hers]
        }
        #expect(meanwhile.standing(of: hers.id, at: during) == .incomplete && meanwhile.standing(of: hers.id, at: after) == .active)
    }

    /// Who has no say any more takes back what he signed himself, and not what others gave since.
    @Test func aWithdrawalCountsAgainstWhatItsGiverCouldWithdraw() throws {
        let view = try Home.view()
        let parents = [Home.selma, Home.ronald].map { Home.giver($0, .parentWithAuthority, at: ConsentTests.at) }
        let both = try ConsentTests.registered(view, Home.proposal(Home.sem, Team.jeugdkompas, [.parenting], givers: parents))
        let since = ConsentTests.later
        let alone = try Home.view { facts in
            facts.authorities = [
                Home.authority(1, Home.sem, .person(Home.selma), .sole, from: "2018-05-02")
            ]
            facts.consents = [both]
        }
        let mother = [Home.giver(Home.selma, .parentWithAuthority, at: since)]
        let hers = try ConsentTests.registered(
            alone, Home.proposal(Home.sem, Team.jeugdkompas, [.parenting], givers: mother), id: make(2), at: since)
        #expect(hers.state == .active)
        let later = since.adding(milliseconds: 1)
        for (party, standing) in [(Home.ronald, ConsentStanding.active), (Home.selma, .withdrawn)] {
            let gone = try alone.withdrawing(both, by: .person(party), notedBy: Team.kees, at: later)
            let stored = try alone.with { $0.consents = [gone, hers] }
            #expect(stored.standing(of: both.id, at: later) == .withdrawn && stored.standing(of: hers.id, at: later) == standing)
            #expect(stored.withdrawnAlong(at: later).isEmpty)
        }
        // Who has to sign at that moment ends hers as well, and that is written into it: what evidence says of it afterwards brings nothing back.
        let joint = try view.with { $0.consents = [both, hers] }
        let gone = try joint.withdrawing(both, by: .person(Home.ronald), notedBy: Team.kees, at: later)
        let along = try joint.with { $0.consents = [gone, hers] }.withdrawnAlong(at: later)
        #expect(along.map(\.id) == [hers.id] && along.map(\.state) == [.withdrawn] && along[0].withdrawals.map(\.domains) == [[.parenting]])
        #expect(try alone.with { $0.consents = [gone] + along }.standing(of: hers.id, at: later) == .withdrawn)
        // What he has signed himself since is his new word, whatever evidence says of the day he withdrew.
        let day = 86_400_000 as Int64
        var signed = hers
        signed.givers.append(Home.giver(Home.ronald, .parentWithAuthority, at: later.adding(milliseconds: day)))
        for view in try [alone, joint].map({ try $0.with { $0.consents = [gone, signed] } }) {
            let after = later.adding(milliseconds: 2 * day)
            #expect(view.withdrawnAlong(at: after).isEmpty && view.standing(of: hers.id, at: after) == .active)
        }
        // When that has run out it has ended, and the withdrawal before it is no longer what is told.
        var ran = signed
        ran.until = later.day.adding(days: 3)
        let end = later.adding(milliseconds: 5 * day)
        for (consents, domains) in [([gone, ran], []), ([gone, hers], [LifeDomain.parenting])] as [([Consent], SortedSet<LifeDomain>)] {
            let stored = try joint.with { $0.consents = consents }
            #expect(ConsentIndex(stored).answers(of: Home.sem, to: Team.jeugdkompas, at: end).withdrawnDomains(for: .plan) == domains)
        }
        // What was over by then is not ended once more: neither by who had to sign nor by who had signed.
        let hersGone = try alone.withdrawing(both, by: .person(Home.selma), notedBy: Team.kees, at: later)
        var short = hers
        short.until = since.day.adding(days: -1)
        var spoken = hers
        spoken.givers[0].method = .oral
        (spoken.state, spoken.lapse) = (.lapsed, .oralNotConfirmed)
        for (other, standing) in [(short, ConsentStanding.expired), (spoken, .lapsed)] {
            for gone in [gone, hersGone] {
                let stored = try joint.with { $0.consents = [gone, other] }
                #expect(stored.withdrawnAlong(at: later).isEmpty && stored.standing(of: hers.id, at: later) == standing)
            }
        }
        var narrow = hers
        (narrow.id, narrow.replaces, narrow.domains) = (make(3), hers.id, [.health])
        for gone in [gone, hersGone] {
            let stored = try joint.with { $0.consents = [gone, hers, narrow] }
            #expect(stored.withdrawnAlong(at: later).isEmpty && stored.standing(of: hers.id, at: later) == .superseded)
        }
        // A draft, and another question, are not touched.
        for change: (inout Consent) -> Void in [
            { ($0.state, $0.activatedAt) = (.draft, nil) }, { $0.recipient = Team.balans }, { $0.purpose = .safety },
            { $0.domains = [.health] },
        ] {
            var other = hers
            change(&other)
            #expect(try view.with { $0.consents = [gone, other] }.withdrawnAlong(at: later).isEmpty)
        }
    }

    @Test func onlyARunningConsentAboutTheSameQuestionIsReplaced() throws {
        let (view, _) = try wider()
        let giver = Home.giver(Home.selma, at: Self.narrowed)
        func defects(_ view: HouseholdView, _ change: (inout ConsentProposal) -> Void = { _ in }) -> [ConsentDefect] {
            var proposal = narrower([giver])
            change(&proposal)
            return view.defects(of: proposal, at: Self.narrowed)
        }
        #expect(defects(view).isEmpty)
        #expect(defects(view) { $0.replaces = make(9) } == [.replacesAnother])
        #expect(defects(view) { $0.receiver = .named([Team.jeugdkompas]) } == [.replacesAnother])
        #expect(defects(view) { $0.purpose = .safety } == [.replacesAnother])
        #expect(ConsentDefect.replacesAnother.articles == [.pr(11, 7)])
        // Nor one about another person, or what has ended; a draft may be.
        func stored(_ change: (inout Consent) -> Void) throws -> HouseholdView {
            try view.with { change(&$0.consents[0]) }
        }
        #expect(defects(try stored { $0.subject = Home.hatice }) == [.replacesAnother])
        #expect(
            defects(
                try stored {
                    $0.state = .draft; $0.activatedAt = nil
                }
            ).isEmpty)
        #expect(defects(try stored { $0.state = .withdrawn }) == [.replacesAnother])
        #expect(defects(try stored { $0.until = day("2026-01-19") }) == [.replacesAnother])
        // And no record says that one takes the place of another's, or of itself.
        let next = try ConsentTests.registered(view, narrower([giver]), id: make(2), at: Self.narrowed)
        for change: (inout Consent) -> Void in [
            { $0.recipient = Team.jeugdkompas }, { $0.purpose = .safety }, { $0.subject = Home.hatice }, { $0.replaces = $0.id },
        ] {
            var other = next
            change(&other)
            #expect(throws: HouseholdError.self) { try view.with { $0.consents.append(other) } }
        }
    }

    @Test func formIsThatOfItsSignatures() {
        func form(_ methods: [(PersonID, SigningMethod)]) -> SigningMethod? {
            var consent = Consents.active()
            consent.givers = methods.map { Home.giver($0.0, at: ConsentTests.at, $0.1) }
            return consent.form
        }
        #expect(
            form([]) == nil && form([(Home.selma, .digital)]) == .digital
                && form([(Home.selma, .digital), (Home.ronald, .written)]) == .written)
        #expect(form([(Home.selma, .oral)]) == .oral && form([(Home.selma, .oral), (Home.ronald, .written)]) == .oral)
        #expect(form([(Home.selma, .oral), (Home.selma, .digital)]) == .digital)
    }

    @Test func signaturesAreNotTakenTwiceOrTooEarly() throws {
        let view = try Home.view()
        let draft = try ConsentTests.registered(view, ConsentTests.noor([ConsentTests.giver(Home.noor)]))
        #expect(throws: HouseholdError.self) {
            try view.signing(draft, ConsentTests.giver(Home.selma, ConsentTests.later), at: ConsentTests.at)
        }
        #expect(throws: HouseholdError.self) { try view.signing(draft, ConsentTests.giver(Home.emre), at: ConsentTests.at) }
        // A second signature of the same person adds nothing.
        let (twice, status) = try view.signing(draft, ConsentTests.giver(Home.noor), at: ConsentTests.at)
        #expect(twice.state == .draft && status.missing.count == 2)
    }
}
