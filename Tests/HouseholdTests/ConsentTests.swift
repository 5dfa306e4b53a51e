import Testing

@testable import Household

/// Consents (PR-11 to 13): the scenario's steps 5, 6 and 13, and every way in which one stops counting.
struct ConsentTests {
    static let later = moment("2026-01-16T13:00:00+01:00")
    static let at = Home.kitchenTable

    static func registered(
        _ view: HouseholdView, _ proposal: ConsentProposal, id: ConsentID = make(1), at moment: Moment = at
    ) throws -> Consent {
        try view.register(proposal, id: id, by: Team.joost, at: moment).consent
    }

    static func noor(_ givers: [ConsentGiver], from: String = "2026-01-14", until: String = "2027-01-13") -> ConsentProposal {
        Home.proposal(Home.noor, Team.jeugdkompas, [.schoolWorkDaytime], givers: givers, from: from, until: until)
    }

    static func giver(_ person: PersonID, _ at: Moment = at, _ method: SigningMethod = .written) -> ConsentGiver {
        Home.giver(person, person == Home.noor || person == Home.emre ? .ownBehalf : .parentWithAuthority, at: at, method)
    }

    static func standing(_ view: HouseholdView, _ consent: Consent, _ text: String) -> ConsentStanding? {
        view.assess(consent, at: moment(text))?.standing
    }

    // MARK: steps 5 and 6

    @Test func adultConsentIsActiveAtOnce() throws {
        // SC-017.
        let view = try Home.view()
        let consent = try Self.registered(
            view, Home.proposal(Home.selma, Team.balans, [.finance, .housing], givers: [Home.giver(Home.selma, at: Self.at)]))
        #expect(consent.state == .active && consent.activatedAt == Self.at)
        #expect(view.assess(consent, at: Self.at)?.isActive == true)
    }

    @Test func blanketConsentIsVoid() throws {
        // SC-018.
        var proposal = Home.proposal(Home.selma, Team.balans, [.finance], givers: [Home.giver(Home.selma, at: Self.at)])
        proposal.receiver = .all
        proposal.domains = .all
        let error = #expect(throws: HouseholdError.self) { try Self.registered(Home.view(), proposal) }
        #expect(error?.articles == [.pr(11, 3)] && error?.code == .notAllowed)
    }

    @Test func youthNeedsBothParents() throws {
        // SC-019, SC-023, SC-024, SC-025, SC-026.
        let view = try Home.view()
        let (draft, status) = try view.register(
            Self.noor([Self.giver(Home.noor), Self.giver(Home.selma)]), id: make(1), by: Team.joost, at: Self.at)
        let ronald = RequiredSigner(.person(Home.ronald), .parentWithAuthority)
        #expect(
            draft.state == .draft && status.missing == [ronald] && status.articles == [.pr(12, 2)]
                && status.requirement.rule == .youth12to15)
        var stored = try view.with { $0.consents = [draft] }
        func ask(_ domain: LifeDomain, _ at: Moment) -> ConsentCandidate? {
            stored.consentCandidate(subject: .person(Home.noor), organisation: Team.jeugdkompas, domain: domain, purpose: .plan, at: at)
        }
        let before = ask(.schoolWorkDaytime, moment("2026-01-14T20:00:00+01:00"))
        #expect(
            before?.suffices == false && before?.standing == .pending && before?.assessment.missing == [ronald]
                && before?.articles == [.pr(12, 2)])
        let signedAt = moment("2026-01-16T12:00:00+01:00")
        let (signed, after) = try stored.signing(draft, Self.giver(Home.ronald, signedAt), at: signedAt)
        #expect(signed.state == .active && after.isComplete && signed.activatedAt == signedAt)
        stored = try view.with { $0.consents = [signed] }
        #expect(ask(.schoolWorkDaytime, Self.later)?.suffices == true)
        #expect(ask(.finance, Self.later)?.suffices == false && ask(.finance, Self.later)?.articles == [.pr(11, 7)])
        #expect(ask(.schoolWorkDaytime, signedAt.adding(milliseconds: -1))?.suffices == false)
        #expect(
            stored.consentCandidate(
                subject: .person(Home.noor), organisation: Team.balans, domain: .schoolWorkDaytime, purpose: .plan, at: Self.later) == nil)
        #expect(
            stored.consentCandidate(
                subject: .person(Home.noor), organisation: Team.jeugdkompas, domain: .schoolWorkDaytime, purpose: .safety, at: Self.later)?
                .suffices == false)
        #expect(
            stored.consentCandidate(
                subject: .household(Home.id), organisation: Team.jeugdkompas, domain: .schoolWorkDaytime, purpose: .plan, at: Self.later)
                == nil)
    }

    @Test func childNeedsBothParents() throws {
        // SC-020.
        let view = try Home.view()
        let proposal = Home.proposal(
            Home.sem, Team.jeugdkompas, [.parenting], givers: [Home.giver(Home.selma, .parentWithAuthority, at: Self.at)])
        let (consent, status) = try view.register(proposal, id: make(1), by: Team.joost, at: Self.at)
        #expect(
            consent.state == .draft && status.missing == [RequiredSigner(.person(Home.ronald), .parentWithAuthority)]
                && status.articles == [.pr(12, 1)])
    }

    @Test func seventeenDecidesAlone() throws {
        // SC-021: Emre's mother can neither sign nor is asked.
        let view = try Home.view()
        let own = Home.proposal(Home.emre, Team.perspectief, [.schoolWorkDaytime], givers: [Home.giver(Home.emre, at: Self.at)])
        #expect(try Self.registered(view, own).state == .active)
        var mothers = own
        mothers.givers = [Home.giver(Home.selma, .parentWithAuthority, at: Self.at)]
        #expect(view.defects(of: mothers, at: Self.at) == [.giverNotEntitled])
        let draft = try Self.registered(view, Home.proposal(Home.emre, Team.perspectief, [.schoolWorkDaytime]))
        let error = #expect(throws: HouseholdError.self) { try view.signing(draft, Self.giver(Home.selma), at: Self.at) }
        #expect(error?.articles == [.pr(12, 3)])
        // The refusal to share with his mother has a person as receiver.
        let refusal = Refusal(
            id: make(1), household: Home.id, subject: Home.emre, recipient: .person(Home.selma), domains: [.schoolWorkDaytime],
            purpose: .plan,
            by: .person(Home.emre), askedOn: Self.at, recordedBy: Team.joost)
        #expect(try view.with { $0.refusals = [refusal] }.facts.refusals.count == 1)
    }

    @Test func mentorSignsForHatice() throws {
        // SC-022: not before the judgement, and not after it ends.
        let view = try Home.view()
        let early = Home.proposal(Home.hatice, Team.deBrug, [.health], givers: [Home.giver(Home.selma, .mentor, at: Self.at)])
        #expect(view.defects(of: early, at: Self.at) == [.giverNotEntitled])
        let after = moment("2026-01-14T19:25:00+01:00")
        let (consent, status) = try view.register(
            Home.proposal(Home.hatice, Team.deBrug, [.health], givers: [Home.giver(Home.selma, .mentor, at: after)]), id: make(1),
            by: Team.wendy, at: after)
        #expect(consent.state == .active && status.requirement.rule == .incapacitated && status.articles == [.pr(12, 4)])
        #expect(Self.standing(view, consent, "2026-07-14T23:59:59.999+02:00") == .active)
        #expect(Self.standing(view, consent, "2026-07-15T00:00:00+02:00") == .incomplete)
        // Her own signature of before the judgement does not count during it, and one given while judged does not count afterwards.
        let own = try Self.registered(
            view, Home.proposal(Home.hatice, Team.deBrug, [.health], givers: [Home.giver(Home.hatice, at: Self.at)]), id: make(2))
        #expect(own.state == .active)
        #expect(Self.standing(view, own, "2026-01-15T12:00:00+01:00") == .incomplete)
        #expect(Self.standing(view, own, "2026-07-15T00:00:00+02:00") == .active)
    }

    // MARK: what may be asked (PR-11.1 to 11.5)

    static let defective: [(String, [ConsentDefect], [Article], @Sendable (inout ConsentProposal) -> Void)] = [
        ("nobody", [.subjectMissing], [.pr(11, 1)], { $0.subject = nil }),
        ("a stranger", [.subjectUnknown], [.pr(11, 1)], { $0.subject = make(99) }),
        ("no receiver", [.receiverMissing], [.pr(11, 1)], { $0.receiver = .named([]) }),
        ("two receivers", [.severalReceivers], [.pr(11, 1)], { $0.receiver = .named([Team.balans, Team.deBrug]) }),
        ("all organisations", [.allOrganisations], [.pr(11, 3)], { $0.receiver = .all }),
        ("unknown receiver", [.receiverUnknown], [.pr(11, 1)], { $0.receiver = .named([make(99)]) }),
        ("no domains", [.domainsMissing], [.pr(11, 1)], { $0.domains = .named([]) }),
        ("all domains", [.allDomains], [.pr(11, 3)], { $0.domains = .all }),
        ("all eight by name", [.allDomains], [.pr(11, 3)], { $0.domains = .named(LifeDomain.allCases) }),
        ("no purpose", [.purposeMissing], [.pr(3, 2), .pr(11, 1)], { $0.purpose = nil }),
        ("no start", [.startMissing], [.pr(11, 1)], { $0.from = nil }),
        ("no end", [.indefinite], [.pr(11, 3)], { $0.until = nil }),
        ("a day too long", [.tooLong], [.pr(11, 2)], { $0.until = day("2027-01-15") }),
        (
            "ends before it starts", [.endsBeforeStart], [.pr(11, 1)],
            {
                $0.from = day("2026-02-01"); $0.until = day("2026-01-31")
            }
        ),
        (
            "over already", [.alreadyEnded], [.pr(11, 1)],
            {
                $0.from = day("2025-06-01"); $0.until = day("2026-01-13")
            }
        ),
        ("no leaflet", [.leafletMissing], [.pr(11, 5)], { $0.leafletVersion = nil }),
        ("withdrawal not explained", [.withdrawalNotExplained], [.pr(11, 1)], { $0.withdrawalExplained = false }),
        ("signed tomorrow", [.signedInFuture], [.pr(11, 1)], { $0.givers[0].at = moment("2026-01-15T00:00:00+01:00") }),
        (
            "signed by another", [.giverNotEntitled], [.pr(11, 1), .pr(12, 1), .pr(12, 2), .pr(12, 3), .pr(12, 4)],
            { $0.givers[0].party = .person(Home.ronald) }
        ),
    ]

    @Test(arguments: defective.map(\.0))
    func defects(name: String) throws {
        let (_, expected, articles, change) = try #require(Self.defective.first { $0.0 == name })
        var proposal = Home.proposal(Home.selma, Team.balans, [.finance], givers: [Home.giver(Home.selma, at: Self.at)])
        let view = try Home.view()
        #expect(view.defects(of: proposal, at: Self.at).isEmpty)
        change(&proposal)
        #expect(view.defects(of: proposal, at: Self.at) == expected)
        let error = #expect(throws: HouseholdError.self) { try Self.registered(view, proposal) }
        #expect(error?.articles == articles)
    }

    @Test func twelveMonthsExactlyAreAllowed() throws {
        let view = try Home.view()
        for (from, until, allowed) in [
            ("2026-01-14", "2027-01-14", true), ("2026-01-14", "2027-01-15", false), ("2028-02-29", "2029-02-28", true),
            ("2028-02-29", "2029-03-01", false),
        ] {
            let found = view.defects(of: Home.proposal(Home.selma, Team.balans, [.finance], from: from, until: until), at: Self.at)
            #expect(found == (allowed ? [] : [.tooLong]), "\(from) \(until)")
        }
        // Seven of eight domains are named domains.
        #expect(view.defects(of: Home.proposal(Home.selma, Team.balans, Array(LifeDomain.allCases.dropLast())), at: Self.at).isEmpty)
    }

    @Test func closedFileTakesNoConsent() throws {
        let view = try Home.view {
            $0.household.state = .closed; $0.household.closedAt = Self.at
        }
        #expect(view.defects(of: Home.proposal(Home.selma, Team.balans, [.finance]), at: Self.at) == [.fileClosed])
        #expect(view.defects(of: Home.proposal(Home.selma, Team.balans, [.finance]), at: Self.at.adding(milliseconds: -1)).isEmpty)
    }

    // MARK: time

    @Test func consentBeginsAndEndsAtMidnight() throws {
        let view = try Home.view()
        let consent = try Self.registered(
            view,
            Home.proposal(
                Home.selma, Team.balans, [.finance], givers: [Home.giver(Home.selma, at: Self.at)], from: "2026-02-01", until: "2026-03-29")
        )
        #expect(consent.state == .active)
        #expect(Self.standing(view, consent, "2026-01-31T23:59:59.999+01:00") == .notYetBegun)
        #expect(Self.standing(view, consent, "2026-02-01T00:00:00+01:00") == .active)
        #expect(Self.standing(view, consent, "2026-03-29T23:59:59.999+02:00") == .active)
        #expect(Self.standing(view, consent, "2026-03-30T00:00:00+02:00") == .expired)
    }

    @Test func oralConsentLivesFiveWorkingDays() throws {
        // PR-11.4: given on Wednesday 14 January; the fifth working day after is Wednesday 21 January.
        let view = try Home.view()
        let oral = Home.giver(Home.selma, at: Self.at, .oral)
        let consent = try Self.registered(view, Home.proposal(Home.selma, Team.balans, [.finance], givers: [oral]))
        #expect(consent.state == .active)
        #expect(Self.standing(view, consent, "2026-01-21T23:59:59.999+01:00") == .active)
        #expect(Self.standing(view, consent, "2026-01-22T00:00:00+01:00") == .lapsed)
        let lapsed = view.assess(consent, at: moment("2026-01-22T00:00:00+01:00"))
        #expect(lapsed?.lapse == .oralNotConfirmed && lapsed?.articles == [.pr(11, 4)])
        // Confirmed in time it lives on; confirmed too late it does not revive.
        let inTime = moment("2026-01-21T23:59:00+01:00")
        let (confirmed, _) = try view.signing(consent, Home.giver(Home.selma, at: inTime), at: inTime)
        #expect(Self.standing(view, confirmed, "2026-06-01T00:00:00+02:00") == .active)
        let tooLate = moment("2026-01-22T00:00:00+01:00")
        #expect(throws: HouseholdError.self) { try view.signing(consent, Home.giver(Home.selma, at: tooLate), at: tooLate) }
        var forced = consent
        forced.givers.append(Home.giver(Home.selma, at: tooLate.adding(milliseconds: 1)))
        #expect(Self.standing(view, forced, "2026-06-01T00:00:00+02:00") == .lapsed)
    }

    @Test func sayingItAgainGivesNoOtherFiveDays() throws {
        let view = try Home.view()
        let consent = try Self.registered(
            view, Home.proposal(Home.selma, Team.balans, [.finance], givers: [Home.giver(Home.selma, at: Self.at, .oral)]))
        let again = moment("2026-01-20T10:00:00+01:00")
        let error = #expect(throws: HouseholdError.self) {
            try view.signing(consent, Home.giver(Home.selma, at: again, .oral), at: again)
        }
        #expect(error?.articles == [.pr(11, 4)] && error?.code == .notAllowed)
        // Nor where it was written down before this was refused: the first time counts.
        var forced = consent
        forced.givers.append(Home.giver(Home.selma, at: again, .oral))
        #expect(Self.standing(view, forced, "2026-01-21T23:59:59.999+01:00") == .active)
        #expect(Self.standing(view, forced, "2026-01-22T00:00:00+01:00") == .lapsed)
        // In writing it is confirmed; another's word is his own.
        #expect(try view.signing(consent, Home.giver(Home.selma, at: again, .digital), at: again).signatures.isComplete)
        let both = Home.proposal(
            Home.sem, Team.jeugdkompas, [.parenting], givers: [Home.giver(Home.selma, .parentWithAuthority, at: Self.at, .oral)])
        let draft = try Self.registered(view, both)
        #expect(try view.signing(draft, Home.giver(Home.ronald, .parentWithAuthority, at: again, .oral), at: again).signatures.isComplete)
        // Nor in another consent about the same question, however often it is written down anew; one that says less is no exception.
        var line = [consent]
        for (number, said) in [(2, "2026-01-20T10:00:00+01:00"), (3, "2026-01-21T23:00:00+01:00")] {
            let said = moment(said)
            let next = Home.proposal(
                Home.selma, Team.balans, [.finance], givers: [Home.giver(Home.selma, at: said, .oral)], from: "2026-01-20")
            line.append(try Self.registered(try view.with { $0.consents = line }, next, id: make(number), at: said))
        }
        for consent in line {
            let stored = try view.with { $0.consents = line }
            #expect(Self.standing(stored, consent, "2026-01-21T23:59:59.999+01:00") == .active)
            #expect(Self.standing(stored, consent, "2026-01-22T00:00:00+01:00") == .lapsed)
        }
        // However many there are.
        let many = (1...60).map { number in
            var one = consent
            one.id = make(number)
            one.givers[0].at = consent.givers[0].at.adding(milliseconds: Int64(number))
            return one
        }
        let crowded = try view.with { $0.consents = many }
        #expect(crowded.lapsed(at: moment("2026-01-22T00:00:00+01:00")).count == 60)
        // Said anew after it had run out, about something else, or after it was confirmed, it counts five days of its own.
        func end(_ domain: LifeDomain, _ said: String, confirmed: Bool = false) throws -> Moment {
            var first = consent
            if confirmed { first.givers.append(Home.giver(Home.selma, at: again)) }
            let giver = Home.giver(Home.selma, at: moment(said), .oral)
            let next = try Self.registered(
                view, Home.proposal(Home.selma, Team.balans, [domain], givers: [giver], from: "2026-01-20"), id: make(2), at: giver.at)
            return try view.with { $0.consents = [first, next] }.oralEnd(giver, of: next)
        }
        let own = moment("2026-01-29T00:00:00+01:00")
        #expect(try end(.finance, "2026-01-21T11:00:00+01:00") == moment("2026-01-22T00:00:00+01:00"))
        #expect(try end(.housing, "2026-01-21T11:00:00+01:00") == own)
        #expect(try end(.finance, "2026-01-21T11:00:00+01:00", confirmed: true) == own)
        #expect(try end(.finance, "2026-01-22T11:00:00+01:00") == moment("2026-01-30T00:00:00+01:00"))
        // Each word of a line is held against those before it as they stood when it was said: that the first was confirmed afterwards gives the
        // next ones no days, and one that was said after the first had run out counts on its own, for what follows as well.
        func lastEnd(_ said: [(String, SortedSet<LifeDomain>)], confirmed: String? = nil) throws -> Moment {
            var line = said.enumerated().map { number, said in
                var one = consent
                (one.id, one.domains) = (make(number + 1), said.1)
                one.givers = [Home.giver(Home.selma, at: moment(said.0), .oral)]
                return one
            }
            if let confirmed { line[0].givers.append(Home.giver(Home.selma, at: moment(confirmed))) }
            let last = line[line.count - 1]
            return try view.with { $0.consents = line }.oralEnd(last.givers[0], of: last)
        }
        let (first, next, last) = ("2026-01-14T19:00:00+01:00", "2026-01-20T09:00:00+01:00", "2026-01-20T11:00:00+01:00")
        let firstEnd = moment("2026-01-22T00:00:00+01:00")
        #expect(
            try lastEnd([(first, [.finance]), (next, [.finance]), (last, [.finance])], confirmed: "2026-01-20T10:00:00+01:00") == firstEnd)
        #expect(
            try lastEnd([(first, [.finance]), (next, [.finance]), (last, [.finance])], confirmed: "2026-01-20T08:00:00+01:00") > firstEnd)
        let after = "2026-01-23T09:00:00+01:00"
        #expect(
            try lastEnd([(first, [.finance]), (after, [.finance]), ("2026-01-26T09:00:00+01:00", [.finance])])
                == moment("2026-01-31T00:00:00+01:00"))
        // Of several life domains the one said first tells.
        #expect(try lastEnd([(first, [.finance]), (next, [.housing]), (last, [.finance, .housing])]) == firstEnd)
        #expect(
            try lastEnd([(first, [.health]), (next, [.housing]), (last, [.finance, .housing])]) == moment("2026-01-28T00:00:00+01:00"))
        // A draft that waited longer than five days does not take it twice either.
        let tooLate = moment("2026-01-28T10:00:00+01:00")
        #expect(throws: HouseholdError.self) {
            try view.signing(draft, Home.giver(Home.selma, .parentWithAuthority, at: tooLate, .oral), at: tooLate)
        }
        #expect(try view.signing(draft, Home.giver(Home.selma, .parentWithAuthority, at: tooLate), at: tooLate).consent.givers.count == 2)
    }

    @Test func aDraftThatTimeCompletedSaysWhoIsStillToSign() throws {
        // Noor signed and so did Selma; on her sixteenth birthday, 3 September 2027, she decides alone.
        let view = try Home.view()
        let at = moment("2027-08-20T10:00:00+02:00")
        let draft = try Self.registered(
            view, Self.noor([Self.giver(Home.noor, at), Self.giver(Home.selma, at)], from: "2027-08-20", until: "2028-08-19"), at: at)
        let birthday = moment("2027-09-03T00:00:00+02:00")
        func toSign(_ at: Moment) -> [Party]? { view.assess(draft, at: at)?.toSign.map(\.party) }
        #expect(toSign(birthday.adding(milliseconds: -1)) == [.person(Home.ronald)])
        let assessed = view.assess(draft, at: birthday)
        #expect(assessed?.standing == .pending && assessed?.missing.isEmpty == true && toSign(birthday) == [.person(Home.noor)])
        let (signed, _) = try view.signing(draft, Self.giver(Home.noor, birthday), at: birthday)
        #expect(signed.state == .active && view.assess(signed, at: birthday)?.toSign.isEmpty == true)
    }

    @Test func whatLapsedStaysLapsedWhateverTheRecordsSayLater() throws {
        // The father's word ran out; afterwards it turns out that he had no authority any more when he gave it.
        let view = try Home.view()
        let givers = [Self.giver(Home.selma), Home.giver(Home.ronald, .parentWithAuthority, at: Self.at, .oral)]
        let consent = try Self.registered(view, Home.proposal(Home.sem, Team.jeugdkompas, [.parenting], givers: givers))
        let ranOut = moment("2026-01-22T00:00:00+01:00")
        func alone(_ consent: Consent) throws -> HouseholdView {
            try view.with { facts in
                facts.consents = [consent]
                facts.authorities = [Home.authority(1, Home.sem, .person(Home.selma), .sole, from: "2018-05-02")]
            }
        }
        let stored = try view.with { $0.consents = [consent] }
        #expect(stored.lapsed(at: ranOut.adding(milliseconds: -1)).isEmpty)
        let lapsed = try #require(stored.lapsed(at: ranOut).first)
        #expect(lapsed.state == .lapsed && lapsed.lapse == .oralNotConfirmed)
        // Only what is recorded keeps it so; and it is recorded once.
        #expect(try alone(consent).standing(of: consent.id, at: ranOut) == .active)
        let kept = try alone(lapsed)
        #expect(kept.standing(of: lapsed.id, at: ranOut) == .lapsed && kept.assess(lapsed, at: ranOut)?.articles == [.pr(11, 4)])
        #expect(kept.lapsed(at: ranOut).isEmpty)
        // A reason without a lapse is no record, and what expired is left to its date.
        #expect(throws: HouseholdError.self) {
            try view.with {
                var wrong = consent
                wrong.lapse = .birthday12
                $0.consents = [wrong]
            }
        }
        let over = Consents.active()
        #expect(try view.with { $0.consents = [over] }.lapsed(at: over.until.end).isEmpty)
        // A word runs out before the first day as well, and confirming it then is too late.
        var later = consent
        later.from = day("2026-02-10")
        let early = try view.with { $0.consents = [later] }
        #expect(early.standing(of: later.id, at: ranOut.adding(milliseconds: -1)) == .notYetBegun)
        #expect(early.lapsed(at: ranOut).map(\.lapse) == [.oralNotConfirmed])
        #expect(throws: HouseholdError.self) {
            try early.signing(later, Home.giver(Home.ronald, .parentWithAuthority, at: ranOut), at: ranOut)
        }
    }

    @Test func oralTermSkipsHolidays() throws {
        // Thursday 2 April 2026; Good Friday and Easter Monday do not count.
        let at = moment("2026-04-02T10:00:00+02:00")
        let view = try Home.view()
        let consent = try Self.registered(
            view,
            Home.proposal(
                Home.selma, Team.balans, [.finance], givers: [Home.giver(Home.selma, at: at, .oral)], from: "2026-04-02",
                until: "2026-12-31"), at: at)
        #expect(Self.standing(view, consent, "2026-04-13T23:59:59.999+02:00") == .active)
        #expect(Self.standing(view, consent, "2026-04-14T00:00:00+02:00") == .lapsed)
    }

    @Test func birthdaysEndWhatNoLongerSuffices() throws {
        // PR-12.7: Sem turns twelve on 2 May 2030; his parents' signatures no longer suffice, and his own afterwards is too late.
        let view = try Home.view()
        let at = moment("2030-01-10T10:00:00+01:00")
        let parents = [Home.giver(Home.selma, .parentWithAuthority, at: at), Home.giver(Home.ronald, .parentWithAuthority, at: at)]
        let consent = try Self.registered(
            view, Home.proposal(Home.sem, Team.jeugdkompas, [.parenting], givers: parents, from: "2030-01-10", until: "2031-01-09"), at: at)
        #expect(Self.standing(view, consent, "2030-05-01T23:59:59.999+02:00") == .active)
        #expect(Self.standing(view, consent, "2030-05-02T00:00:00+02:00") == .lapsed)
        #expect(view.assess(consent, at: moment("2030-05-02T00:00:00+02:00"))?.articles == [.pr(12, 7)])
        var late = consent
        late.givers.append(Home.giver(Home.sem, at: moment("2030-05-03T00:00:00+02:00")))
        #expect(Self.standing(view, late, "2030-05-04T00:00:00+02:00") == .lapsed)
        // Signed by Sem himself at eleven: worthless.
        #expect(
            view.defects(
                of: Home.proposal(
                    Home.sem, Team.jeugdkompas, [.parenting], givers: [Home.giver(Home.sem, at: at)], from: "2030-01-10",
                    until: "2031-01-09"), at: at) == [.giverNotEntitled])
        // Warned sixty days ahead.
        let stored = try view.with { $0.consents = [consent] }
        #expect(stored.birthdayWarnings(at: moment("2030-03-02T12:00:00+01:00")).isEmpty)
        #expect(stored.birthdayWarnings(at: moment("2030-03-03T12:00:00+01:00")).map(\.birthday) == [day("2030-05-02")])
        #expect(stored.birthdayWarnings(at: moment("2030-05-02T12:00:00+02:00")).isEmpty)
    }

    @Test func sixteenNeedsOnlyWhatIsThere() throws {
        // SC-087: Noor turns 16 on 3 September 2027; her own signature still suffices.
        let view = try Home.view()
        let at = moment("2027-01-10T10:00:00+01:00")
        let all = [Self.giver(Home.noor, at), Self.giver(Home.selma, at), Self.giver(Home.ronald, at)]
        let consent = try Self.registered(view, Self.noor(all, from: "2027-01-10", until: "2028-01-09"), at: at)
        #expect(consent.state == .active)
        #expect(Self.standing(view, consent, "2027-09-03T00:00:00+02:00") == .active)
        #expect(view.assess(consent, at: moment("2027-09-03T00:00:00+02:00"))?.signatures.requirement.rule == .from16)
    }

    @Test func eighteenEndsWhatParentsDecidedForTheIncapable() throws {
        // Emre, judged incapable at seventeen: his mother decides, until the mentor's time comes at eighteen.
        let at = moment("2026-01-14T19:30:00+01:00")
        let view = try Home.view { facts in
            facts.incapacities.append(
                IncapacityJudgement(
                    id: make(2), household: Home.id, person: Home.emre, judgedBy: Team.wendy, judgedAt: Self.at, until: day("2027-01-14")))
            facts.representations.append(
                Representation(
                    id: make(2), household: Home.id, person: Home.emre, representative: .person(Home.selma), kind: .mentor,
                    evidence: .courtDecision, from: day("2026-11-20")))
        }
        let consent = try Self.registered(
            view,
            Home.proposal(
                Home.emre, Team.perspectief, [.schoolWorkDaytime], givers: [Home.giver(Home.selma, .parentWithAuthority, at: at)]), at: at)
        #expect(Self.standing(view, consent, "2026-11-19T23:59:59.999+01:00") == .active)
        #expect(view.assess(consent, at: moment("2026-11-20T00:00:00+01:00"))?.lapse == .birthday18)
    }

    @Test func closingEndsEveryConsent() throws {
        let closed = moment("2026-06-03T10:00:00+02:00")
        let open = try Home.view()
        let consent = try Self.registered(
            open, Home.proposal(Home.selma, Team.balans, [.finance], givers: [Home.giver(Home.selma, at: Self.at)]))
        let view = try open.with {
            $0.household.state = .closed; $0.household.closedAt = closed; $0.consents = [consent]
        }
        #expect(view.standing(of: make(1), at: closed.adding(milliseconds: -1)) == .active)
        #expect(view.assess(consent, at: closed)?.lapse == .closing)
    }

    // MARK: changing circumstances (invariant 4)

    @Test func newHolderOfAuthorityMustSignToo() throws {
        // Selma alone held authority; from 1 March Ronald shares it.
        let at = Self.at
        let view = try Home.view { facts in
            facts.authorities = [
                Home.authority(1, Home.sem, .person(Home.selma), .sole, until: "2026-02-28"),
                Home.authority(2, Home.sem, .person(Home.selma), .joint, from: "2026-03-01"),
                Home.authority(3, Home.sem, .person(Home.ronald), .joint, from: "2026-03-01"),
            ]
        }
        let consent = try Self.registered(
            view, Home.proposal(Home.sem, Team.jeugdkompas, [.parenting], givers: [Home.giver(Home.selma, .parentWithAuthority, at: at)]))
        #expect(Self.standing(view, consent, "2026-02-28T23:59:59.999+01:00") == .active)
        #expect(Self.standing(view, consent, "2026-03-01T00:00:00+01:00") == .incomplete)
        let signedAt = moment("2026-03-02T10:00:00+01:00")
        let (signed, status) = try view.signing(consent, Home.giver(Home.ronald, .parentWithAuthority, at: signedAt), at: signedAt)
        #expect(status.isComplete && Self.standing(view, signed, "2026-03-02T10:00:00+01:00") == .active)
        // A signature from before he held authority is worth nothing.
        var early = consent
        early.givers.append(Home.giver(Home.ronald, .parentWithAuthority, at: at))
        #expect(Self.standing(view, early, "2026-03-02T10:00:00+01:00") == .incomplete)
    }

    @Test func capacityMustMatch() throws {
        let view = try Home.view()
        for capacity in SigningCapacity.allCases where capacity != .ownBehalf {
            let wrong = Home.proposal(Home.selma, Team.balans, [.finance], givers: [Home.giver(Home.selma, capacity, at: Self.at)])
            #expect(view.defects(of: wrong, at: Self.at) == [.giverNotEntitled], "\(capacity)")
        }
        // A stored consent with a claimed capacity counts no more than a proposed one.
        var forged = try Self.registered(view, Self.noor([Self.giver(Home.noor), Self.giver(Home.selma)]))
        forged.state = .active
        forged.activatedAt = Self.at
        forged.givers.append(Home.giver(Home.ronald, .guardian, at: Self.at))
        #expect(Self.standing(view, forged, "2026-01-15T10:00:00+01:00") == .incomplete)
    }

    @Test func recordedTermsAreNotTrusted() throws {
        // Invariant 4 on a row that was edited: more domains, or a longer time, than a consent can have.
        let view = try Home.view()
        let good = try Self.registered(
            view, Home.proposal(Home.selma, Team.balans, [.finance], givers: [Home.giver(Home.selma, at: Self.at)]))
        let at = "2026-01-15T10:00:00+01:00"
        var all = good
        all.domains = SortedSet(LifeDomain.allCases)
        var long = good
        long.until = day("2030-01-01")
        var empty = good
        empty.domains = []
        for bad in [all, long, empty] { #expect(Self.standing(view, bad, at) == .void) }
        #expect(Self.standing(view, good, at) == .active)
    }
}
