import Testing

@testable import Household

/// How records about authority, representation and capacity end (PR-2.2, 12.1, 12.2, 12.4).
struct SuccessionTests {
    private static let at = moment("2026-02-14T09:00:00+01:00")

    /// The scenario's household after these records were made, one after the other.
    private func recorded(_ records: [Authority], in view: HouseholdView) throws -> HouseholdView {
        try records.reduce(view) { view, record in
            try view.with { facts in
                for ended in view.ended(by: record) {
                    facts.authorities.removeAll { $0.id == ended.id }
                    facts.authorities.append(ended)
                }
                facts.authorities.append(record)
            }
        }
    }

    private func sem(_ view: HouseholdView, at moment: Moment = at) -> SignatureRequirement? { view.required(Home.sem, at: moment) }

    private func sole(_ number: Int = 10, _ evidence: Evidence = .courtDecision, until: String? = nil) -> Authority {
        Home.authority(number, Home.sem, .person(Home.selma), .sole, evidence, from: "2026-02-14", until: until)
    }

    private func end(_ holder: PersonID, _ last: String, _ evidence: Evidence = .courtDecision, number: Int = 11) -> Authority {
        Home.authority(number, Home.sem, .person(holder), .joint, evidence, from: last, until: last)
    }

    @Test func proofTakesThePlaceOfAStatement() throws {
        let view = try Home.view { facts in
            facts.authorities.removeAll { $0.child == Home.sem }
            facts.authorities.append(Home.authority(4, Home.sem, .person(Home.selma), .sole, .statement, from: "2026-01-09"))
        }
        #expect(sem(view)?.gap == .unproven)
        let proven = try recorded([sole()], in: view)
        #expect(sem(proven)?.gap == nil && sem(proven)?.signers == [RequiredSigner(.person(Home.selma), .parentWithAuthority)])
        // What was so before stays so.
        #expect(sem(proven, at: moment("2026-02-13T23:59:59.999+01:00"))?.gap == .unproven)
    }

    @Test func soleAfterJointWaitsForTheEndOfTheOther() throws {
        let one = try recorded([sole()], in: Home.view())
        // Nobody's record but her own: the father's stands until his own end is recorded.
        #expect(sem(one)?.gap == .contradictory)
        let both = try recorded([end(Home.ronald, "2026-02-13")], in: one)
        #expect(sem(both)?.gap == nil && sem(both)?.signers == [RequiredSigner(.person(Home.selma), .parentWithAuthority)])
        // The order does not matter, and neither does a replay of the day before.
        let turned = try recorded([end(Home.ronald, "2026-02-13"), sole()], in: Home.view())
        #expect(sem(turned)?.signers == sem(both)?.signers && sem(turned)?.gap == nil)
        for view in [both, turned] {
            let before = sem(view, at: moment("2026-02-13T12:00:00+01:00"))
            #expect(before?.gap == nil && before?.signers.count == 2)
        }
        // What both signed while both held it still counts.
        let parents = [ConsentTests.giver(Home.selma), ConsentTests.giver(Home.ronald)]
        let consent = try ConsentTests.registered(Home.view(), Home.proposal(Home.sem, Team.jeugdkompas, [.parenting], givers: parents))
        #expect(both.assess(consent, at: Self.at)?.standing == .active)
    }

    @Test func aParentWhoDiedHoldsNothingAnyMore() throws {
        let view = try recorded([end(Home.ronald, "2026-02-10", .civilRegistry)], in: Home.view())
        #expect(!view.holdsAuthority(.person(Home.ronald), over: Home.sem, at: Self.at))
        #expect(view.holdsAuthority(.person(Home.ronald), over: Home.sem, at: moment("2026-02-10T23:59:59+01:00")))
        // For Noor nothing was said.
        #expect(view.holdsAuthority(.person(Home.ronald), over: Home.noor, at: Self.at))
        #expect(sem(view)?.gap == .secondHolderUnknown)
        #expect(try sem(recorded([sole(12, .civilRegistry)], in: view))?.gap == nil)
    }

    @Test func proofEndsOnProofOnly() throws {
        let view = try Home.view()
        #expect(
            view.endsProof(end(Home.ronald, "2026-02-13", .statement)) && view.endsProof(end(Home.ronald, "2026-02-13", .writtenMandate)))
        #expect(!view.endsProof(end(Home.ronald, "2026-02-13")) && !view.endsProof(end(Home.ronald, "2026-02-13", .civilRegistry)))
        #expect(view.endsProof(sole(10, .statement)))
        // Of somebody about whom nothing is recorded, and where a statement is all there is, a statement will do.
        #expect(!view.endsProof(Home.authority(10, Home.sem, .person(Home.hatice), .sole, .statement)))
        let unproven = try Home.view { facts in
            for index in facts.authorities.indices { facts.authorities[index].evidence = .statement }
        }
        #expect(!unproven.endsProof(sole(10, .statement)))
        // Nor is a guardian ended by what proves a parent.
        let guarded = try Home.view {
            $0.authorities.append(Home.authority(9, Home.sem, .person(Home.hatice), .guardian, .courtDecision))
        }
        let civil = Home.authority(10, Home.sem, .person(Home.hatice), .joint, .civilRegistry, from: "2026-02-14")
        #expect(guarded.endsProof(civil))
        // What is over already is ended by nobody.
        let past = try recorded([end(Home.ronald, "2026-02-10")], in: view)
        #expect(!past.endsProof(Home.authority(13, Home.sem, .person(Home.ronald), .joint, .statement, from: "2026-02-14")))
    }

    @Test func nobodysWordStandsInThePlaceOfProof() throws {
        let view = try Home.view()
        func guardian(
            _ evidence: Evidence, _ from: String = "2026-02-14", until: String? = nil, holder: Party = .person(Home.hatice),
            kind: AuthorityKind = .guardian
        ) -> Authority { Home.authority(10, Home.sem, holder, kind, evidence, from: from, until: until) }
        // Whoever is named: a third person, an institution, one of the parents; and also for a while.
        for unproven in [
            guardian(.statement), guardian(.civilRegistry), guardian(.statement, until: "2026-02-14"),
            guardian(.statement, holder: .organisation(Team.instelling), kind: .guardianBody),
            guardian(.civilRegistry, holder: .person(Home.selma)),
        ] { #expect(view.endsProof(unproven), "\(unproven)") }
        #expect(!view.endsProof(guardian(.courtDecision)) && !view.endsProof(guardian(.authorityRegister)))
        // Of days before the parents' authority is on record, and of another child, it says what it likes.
        #expect(!view.endsProof(guardian(.statement, "2000-01-01", until: "2000-12-31")))
        var other = guardian(.statement)
        other.child = Home.hatice
        #expect(!view.endsProof(other))
        // Where nothing is proven a word will do, also to end itself when proof came since; it goes no further than it went.
        let spoken = try view.with { facts in
            facts.authorities.removeAll { $0.child == Home.sem }
            facts.authorities.append(guardian(.statement, "2026-02-01", until: "2026-02-20"))
        }
        #expect(!spoken.endsProof(guardian(.statement)))
        let proven = try spoken.with {
            $0.authorities.append(Home.authority(11, Home.sem, .person(Home.selma), .sole, .courtDecision, from: "2018-05-02"))
        }
        #expect(!proven.endsProof(guardian(.statement, "2026-02-13", until: "2026-02-13")))
        #expect(proven.endsProof(guardian(.statement, "2026-02-13")))
        #expect(proven.endsProof(guardian(.statement, "2026-01-31", until: "2026-02-13")))
        #expect(proven.endsProof(guardian(.statement, "2026-02-13", until: "2026-02-13", holder: .person(Home.ronald))))
        // Beside a proven guardian another takes a court as well; a parent's word changes nothing there.
        let guarded = try spoken.with { $0.authorities = [guardian(.courtDecision, "2026-01-01")] }
        #expect(guarded.endsProof(guardian(.statement, holder: .person(Home.ronald))))
        #expect(!guarded.endsProof(Home.authority(12, Home.sem, .person(Home.selma), .joint, .statement, from: "2026-02-14")))
    }

    @Test func nobodysWordRepresentsBeforeWhoProvesIt() throws {
        let view = try Home.view()
        func representation(_ kind: RepresentationKind, _ evidence: Evidence) -> Representation {
            Representation(
                id: make(10), household: Home.id, person: Home.hatice, representative: .person(Home.ronald), kind: kind, evidence: evidence,
                from: day("2026-02-14"))
        }
        // A court made Selma the mentor.
        for (kind, evidence) in [
            (RepresentationKind.curator, Evidence.statement), (.curator, .writtenMandate), (.curator, .civilRegistry),
            (.mentor, .statement),
        ] { #expect(view.endsProof(representation(kind, evidence)), "\(kind) \(evidence)") }
        // What is proven does, and what is weaker decides nothing beside her.
        for (kind, evidence) in [
            (RepresentationKind.curator, Evidence.courtDecision), (.mentor, .courtDecision), (.authorised, .statement),
            (.family, .statement),
        ] { #expect(!view.endsProof(representation(kind, evidence)), "\(kind) \(evidence)") }
        // A daughter speaks for herself: a word against it leaves doubt, and then nobody decides (PR-2.2).
        let family = try Home.view { $0.representations[0].kind = .family }
        #expect(!family.endsProof(representation(.mentor, .statement)))
    }

    @Test func fromItsFirstDayOnTheLastRecordIsAllThereIs() throws {
        // A slip of the pen of today, or of what is said to begin later, is taken back at once: it holds on no day.
        for begins in ["2025-02-14", "2026-02-14", "2026-03-01"] {
            let slip = Home.authority(11, Home.sem, .person(Home.hatice), .sole, from: begins)
            let slipped = try recorded([slip], in: Home.view())
            #expect(sem(slipped, at: moment("2026-03-01T12:00:00+01:00"))?.gap == .contradictory, "\(begins)")
            let mended = try recorded(
                [Home.authority(12, Home.sem, .person(Home.hatice), .sole, from: "2026-02-13", until: "2026-02-13")], in: slipped)
            for at in [Self.at, moment("2026-03-01T12:00:00+01:00")] {
                #expect(
                    sem(mended, at: at)?.gap == nil && !mended.holdsAuthority(.person(Home.hatice), over: Home.sem, at: at), "\(begins)")
            }
        }
        // What was over before its first day is left as it is.
        let past = Home.authority(13, Home.sem, .person(Home.hatice), .joint, from: "2019-01-01", until: "2020-12-31")
        let view = try recorded([past], in: Home.view())
        #expect(view.ended(by: Home.authority(14, Home.sem, .person(Home.hatice), .sole, from: "2021-01-01")).isEmpty)
        #expect(
            view.ended(by: Home.authority(14, Home.sem, .person(Home.hatice), .sole, from: "2020-12-31")).map(\.until) == [
                day("2020-12-30")
            ])
    }

    @Test func representationEndsLikeAuthority() throws {
        let view = try Home.view()
        func representation(_ kind: RepresentationKind, _ evidence: Evidence, until: String? = nil) -> Representation {
            Representation(
                id: make(10), household: Home.id, person: Home.hatice, representative: .person(Home.selma), kind: kind, evidence: evidence,
                from: until.map(day) ?? day("2026-02-14"), until: until.map(day))
        }
        func required(_ record: Representation) throws -> SignatureRequirement? {
            try view.with { $0.representations = view.ended(by: record) + [record] }.required(Home.hatice, at: Self.at)
        }
        let (curator, over) = (representation(.curator, .courtDecision), representation(.mentor, .courtDecision, until: "2026-02-10"))
        #expect(view.ended(by: curator).map(\.until) == [day("2026-02-13")])
        #expect(try required(curator)?.signers == [RequiredSigner(.person(Home.selma), .curator)])
        #expect(try required(over)?.gap == .noRepresentative)
        #expect(!view.endsProof(curator) && !view.endsProof(over))
        // Her own word does not make a mentor no more than a daughter.
        #expect(view.endsProof(representation(.family, .statement)) && view.endsProof(representation(.family, .writtenMandate)))
    }

    @Test func theLastJudgementCounts() throws {
        let view = try Home.view { $0.incapacities[0].until = day("2099-12-31") }
        let again = IncapacityJudgement(
            id: make(2), household: Home.id, person: Home.hatice, judgedBy: Team.wendy, judgedAt: Self.at, until: Self.at.day)
        let ended = view.ended(by: again, at: Self.at)
        #expect(ended.map(\.id) == [make(1)] && ended.map(\.endedAt) == [Self.at])
        let after = try view.with { $0.incapacities = ended + [again] }
        #expect(after.isIncapacitated(Home.hatice, at: Self.at.adding(milliseconds: -1)))
        #expect(after.isIncapacitated(Home.hatice, at: moment("2026-02-14T23:59:59.999+01:00")))
        #expect(!after.isIncapacitated(Home.hatice, at: moment("2026-02-15T00:00:00+01:00")))
        // About her, and nobody else; what has ended ends no second time.
        let other = IncapacityJudgement(
            id: make(3), household: Home.id, person: Home.selma, judgedBy: Team.wendy, judgedAt: Self.at, until: Self.at.day)
        #expect(view.ended(by: other, at: Self.at).isEmpty)
        #expect(after.ended(by: again, at: moment("2026-02-15T00:00:00+01:00")).isEmpty)
    }

    @Test func aDraftThatWaitedForEvidenceTakesForceWithIt() throws {
        let parent = ConsentTests.giver(Home.selma)
        let draft = try ConsentTests.registered(Home.view(), Home.proposal(Home.sem, Team.jeugdkompas, [.parenting], givers: [parent]))
        let view = try Home.view { $0.consents = [draft] }
        #expect(draft.state == .draft && view.assess(draft, at: Self.at)?.missing.map(\.party) == [.person(Home.ronald)])
        let one = try recorded([sole()], in: view)
        #expect(try one.completed(about: Home.sem, at: Self.at).isEmpty)
        let both = try recorded([end(Home.ronald, "2026-02-13")], in: one)
        let completed = try both.completed(about: Home.sem, at: Self.at)
        #expect(completed.map(\.state) == [.active] && completed.map(\.activatedAt) == [Self.at])
        #expect(try both.completed(about: Home.noor, at: Self.at).isEmpty)
        // Not one that was left lying while the same question was answered otherwise; another life domain is another question. What counts is
        // when it was signed, and of two signed at once the one that is to take the other's place was signed later.
        func answered(_ domains: [LifeDomain], at: Moment, replaces: ConsentID? = nil) throws -> [ConsentState] {
            let parents = [parent, Home.giver(Home.ronald, .parentWithAuthority, at: at)]
            let narrow = try ConsentTests.registered(
                view, Home.proposal(Home.sem, Team.jeugdkompas, domains, givers: parents), id: make(2), at: at)
            return try both.with { facts in
                facts.consents = [draft, narrow]
                facts.consents[0].replaces = replaces
            }.completed(about: Home.sem, at: Self.at).map(\.state)
        }
        #expect(try answered([.parenting, .health], at: ConsentTests.later).isEmpty)
        #expect(try answered([.health], at: ConsentTests.later) == [.active])
        #expect(try answered([.parenting], at: ConsentTests.later, replaces: make(2)).isEmpty)
        #expect(try answered([.parenting], at: ConsentTests.at).isEmpty)
        #expect(try answered([.parenting], at: ConsentTests.at, replaces: make(2)) == [.active])
        // Of two that the same evidence completes, too.
        func together(_ replaces: ConsentID?, at: Moment = ConsentTests.later) throws -> [ConsentID] {
            let signed = Home.giver(Home.selma, .parentWithAuthority, at: at)
            var narrow = try ConsentTests.registered(
                view, Home.proposal(Home.sem, Team.jeugdkompas, [.parenting], givers: [signed]), id: make(2), at: at)
            narrow.replaces = replaces
            return try both.with { $0.consents = [draft, narrow] }.completed(about: Home.sem, at: Self.at).map(\.id)
        }
        #expect(try together(nil) == [make(2)] && together(draft.id) == [make(2)])
        #expect(try together(nil, at: ConsentTests.at) == [] && together(draft.id, at: ConsentTests.at) == [make(2)])
        // Who confirms his word gives no other answer.
        func confirmed(_ method: SigningMethod) throws -> [ConsentState] {
            let first = ConsentTests.at.adding(milliseconds: -1)
            let parents = [
                Home.giver(Home.selma, .parentWithAuthority, at: first), Home.giver(Home.ronald, .parentWithAuthority, at: first, method),
            ]
            let other = try ConsentTests.registered(
                view, Home.proposal(Home.sem, Team.jeugdkompas, [.parenting, .health], givers: parents), id: make(2), at: first)
            let again = Home.giver(Home.ronald, .parentWithAuthority, at: ConsentTests.later)
            let signed = try view.with { $0.consents = [other] }.signing(other, again, at: ConsentTests.later).consent
            return try both.with { $0.consents = [draft, signed] }.completed(about: Home.sem, at: Self.at).map(\.state)
        }
        #expect(try confirmed(.oral) == [.active] && confirmed(.written).isEmpty)
        // As long as that word counted and was not confirmed: what is signed after that is an answer of its own.
        func last(_ signed: [(String, SigningMethod)]) throws -> Moment {
            var other = draft
            other.givers = signed.map { Home.giver(Home.ronald, .parentWithAuthority, at: moment($0.0), $0.1) }
            return try view.with { $0.consents = [other] }.lastAnswer(in: other)
        }
        let (word, inTime, late) = ("2026-01-14T09:00:00+01:00", "2026-01-21T23:59:00+01:00", "2026-01-22T00:00:00+01:00")
        #expect(try last([(word, .oral), (inTime, .written)]) == moment(word))
        #expect(try last([(word, .oral), (late, .written)]) == moment(late))
        #expect(try last([(word, .oral), ("2026-01-15T09:00:00+01:00", .digital), (inTime, .written)]) == moment(inTime))
        #expect(try last([]) == draft.recordedAt)
        // Not one of which somebody took something back since, in another consent about the same question.
        func takenBack(_ domain: LifeDomain, at: Moment) throws -> [ConsentState] {
            let parents = [Home.selma, Home.ronald].map {
                Home.giver($0, .parentWithAuthority, at: ConsentTests.at.adding(milliseconds: -1))
            }
            var other = try ConsentTests.registered(
                view, Home.proposal(Home.sem, Team.jeugdkompas, [.parenting, .health], givers: parents), id: make(2),
                at: ConsentTests.at.adding(milliseconds: -1))
            other = try view.withdrawing(other, domains: [domain], by: .person(Home.ronald), notedBy: Team.kees, at: at)
            return try both.with { $0.consents = [draft, other] }.completed(about: Home.sem, at: Self.at).map(\.state)
        }
        #expect(try takenBack(.parenting, at: ConsentTests.later).isEmpty && takenBack(.health, at: ConsentTests.later) == [.active])
        #expect(try takenBack(.parenting, at: ConsentTests.at.adding(milliseconds: -1)) == [.active])
        // Not one that was taken back.
        let back = try view.withdrawing(draft, by: .person(Home.selma), notedBy: Team.kees, at: ConsentTests.later)
        #expect(try both.with { $0.consents = [back] }.completed(about: Home.sem, at: Self.at).isEmpty)
    }
}

/// Who is a minor, or cannot oversee decisions himself, decides for nobody else (PR-2.2, 12).
struct UnableTests {
    private static let at = moment("2026-02-01T12:00:00+01:00")

    private func judged(_ person: PersonID, until: String = "2026-07-14") -> IncapacityJudgement {
        IncapacityJudgement(
            id: make(20), household: Home.id, person: person, judgedBy: Team.wendy, judgedAt: moment("2026-01-20T10:00:00+01:00"),
            until: day(until))
    }

    @Test func aParentWhoCannotOverseeItDoesNotDecideForTheChild() throws {
        let view = try Home.view { $0.incapacities.append(self.judged(Home.selma)) }
        let required = view.required(Home.sem, at: Self.at)
        #expect(required?.gap == .unable && required?.rule == .unknownAuthority && required?.articles == [.pr(2, 2), .pr(12, 1)])
        #expect(required?.signers == [RequiredSigner(.person(Home.ronald), .parentWithAuthority)])
        // She still holds it, and decides again when the judgement is over.
        #expect(view.holdsAuthority(.person(Home.selma), over: Home.sem, at: Self.at))
        let after = view.required(Home.sem, at: moment("2026-07-15T00:00:00+02:00"))
        #expect(after?.gap == nil && after?.signers.count == 2)
        // What she signed in the meantime is worthless then, too; what she signed before stands then.
        let givers = [
            Home.giver(Home.selma, .parentWithAuthority, at: Self.at), Home.giver(Home.ronald, .parentWithAuthority, at: Self.at),
        ]
        var consent = Consents.active()
        (consent.subject, consent.givers, consent.until) = (Home.sem, givers, day("2026-12-31"))
        let summer = moment("2026-08-01T12:00:00+02:00")
        #expect(view.signatureStatus(of: consent, at: summer)?.missing.map(\.party) == [.person(Home.selma)])
        consent.givers[0].at = ConsentTests.at
        #expect(view.signatureStatus(of: consent, at: summer)?.isComplete == true)
        #expect(view.signatureStatus(of: consent, at: Self.at)?.isComplete == false)
    }

    @Test func aRepresentativeWhoCannotOverseeItDoesNotDecide() throws {
        let view = try Home.view { $0.incapacities.append(self.judged(Home.selma)) }
        let required = view.required(Home.hatice, at: Self.at)
        #expect(required?.gap == .unable && required?.signers.isEmpty == true && required?.articles == [.pr(2, 2), .pr(12, 4)])
        // A judgement that counts for nothing, by somebody in no register, takes nothing from her.
        let worthless = try Home.view {
            var judgement = self.judged(Home.selma)
            judgement.judgedBy = Team.kees
            $0.incapacities.append(judgement)
        }
        #expect(worthless.required(Home.hatice, at: Self.at)?.gap == nil)
    }

    @Test func aMinorRepresentsNobody() throws {
        func view(_ representative: PersonID) throws -> HouseholdView {
            try Home.view { facts in
                facts.representations[0].representative = .person(representative)
                facts.representations[0].kind = .family
            }
        }
        #expect(try view(Home.sem).required(Home.hatice, at: Self.at)?.gap == .unable)
        // Emre is seventeen until 20 November.
        let emre = try view(Home.emre)
        #expect(emre.required(Home.hatice, at: Self.at)?.gap == .unable)
        let later = try emre.with { $0.incapacities[0].until = day("2027-01-01") }
        let birthday = moment("2026-11-20T00:00:00+01:00")
        #expect(later.required(Home.hatice, at: birthday.adding(milliseconds: -1))?.gap == .unable)
        #expect(later.required(Home.hatice, at: birthday)?.signers == [RequiredSigner(.person(Home.emre), .family)])
        #expect(later.canDecideForOthers(.person(Home.emre), at: birthday) && !later.canDecideForOthers(.person(make(99)), at: birthday))
    }

    @Test func aMinorParentHasAGuardianInstead() throws {
        // Emre, seventeen, is the father of a child in the same household.
        let child: PersonID = make(30)
        func view(_ extra: [Authority] = []) throws -> HouseholdView {
            try Home.view { facts in
                facts.persons.append(
                    Person(id: child, household: Home.id, birthDay: day("2025-12-01"), relation: .grandchild, livesIn: true))
                facts.authorities.append(Home.authority(30, child, .person(Home.emre), .sole, from: "2025-12-01"))
                facts.authorities += extra
            }
        }
        #expect(try view().required(child, at: Self.at)?.gap == .unable)
        let guardian = Home.authority(31, child, .organisation(Team.instelling), .guardianBody, .courtDecision, from: "2026-01-01")
        let guarded = try view([guardian]).required(child, at: Self.at)
        #expect(guarded?.gap == nil && guarded?.signers == [RequiredSigner(.organisation(Team.instelling), .guardianBody)])
        // A guardian who cannot oversee it himself is none that decides.
        let grandmother = Home.authority(31, child, .person(Home.hatice), .guardian, .courtDecision, from: "2026-01-01")
        #expect(try view([grandmother]).required(child, at: Self.at)?.gap == .unable)
    }
}
