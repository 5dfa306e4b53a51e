import FoundationEssentials
import GRDB
import Household
import Policy
import Sealing
import Storage
import Testing

@testable import ReferenceMonitor
@testable import Vault

/// The first days of the household of the scenario, through every method of the vault.
@Suite struct ScenarioTests {
    private struct Home: Sendable {
        let test: TestVault
        let id: HouseholdID
        let selma: PersonID, ronald: PersonID, noor: PersonID, hatice: PersonID

        init() async throws {
            test = try await TestVault.make()
            id = try await test.household()
            selma = try await test.person(id, "Selma")
            ronald = try await test.person(id, "Ronald", "de Wit", born: "1984-06-25", relation: .formerPartner)
            noor = try await test.person(id, "Noor", "de Wit", born: "2011-09-03", relation: .child)
            hatice = try await test.person(id, "Hatice", "Kaya", born: "1953-02-17", relation: .grandparent)
            try await test.direct(id)
        }

        var vault: Vault { test.vault }

        func authority(_ holder: PersonID, at now: Moment? = nil) async throws {
            let record = Authority(
                id: .random(), household: id, child: noor, holder: .person(holder), kind: .joint, evidence: .authorityRegister,
                from: day("2011-09-03"))
            _ = try await test.change(RecordAuthority(household: id, record: record), by: test.cast.joost, at: now) {
                [vault] grant, transaction in try vault.recordAuthority(grant, in: transaction)
            }
        }

        func sign(_ consent: ConsentID, _ signer: PersonID) async throws -> ConsentResult {
            try await test.change(SignConsent(consent: consent, signer: .person(signer)), by: test.cast.joost) {
                [vault] grant, transaction in
                try vault.signConsent(grant, in: transaction)
            }
        }

        /// A consent to Balans, of Selma where nobody else is named.
        func register(
            _ signers: [PersonID], about subject: PersonID? = nil, method: SigningMethod = .written, by worker: WorkerID? = nil,
            at now: Moment? = nil
        ) async throws -> ConsentID {
            let draft = ConsentDraft(
                subject: subject ?? selma, recipients: .one(test.cast.balans), domains: .these([.finance]), purpose: .plan,
                from: test.cast.start.day, until: day("2027-01-07"), leafletVersion: Household.Label("folder-1"),
                signers: SortedSet(signers.map { .person($0) }), method: method)
            let asked = RegisterConsent(household: id, draft: draft)
            return try await test.change(asked, by: worker ?? test.cast.joost, at: now) { [vault] grant, transaction in
                try vault.registerConsent(grant, in: transaction).id
            }
        }

        /// Withdraws a consent wholly, and gives what it is worth then.
        func withdraw(_ consent: ConsentID, _ party: PersonID, at now: Moment) async throws -> ConsentStanding {
            try await test.change(WithdrawConsent(consent: consent, domains: nil, by: .person(party)), by: test.cast.joost, at: now) {
                [vault] grant, transaction in try vault.withdrawConsent(grant, in: transaction).standing
            }
        }

        /// A plan with one action of De Brug, for the worker named.
        func draft(action worker: WorkerID?) async throws -> PlanID {
            let goal = Goal(id: .random(), domain: .finance, subject: .household(id), due: day("2026-06-01"))
            let action = PlanAction(
                id: .random(), goal: goal.id, actor: .organisation(test.cast.debrug), worker: worker, due: day("2026-03-01"))
            let words = PlanWording(
                goals: [GoalWords(id: goal.id, wantedResult: "De huur is weer op tijd")],
                actions: [PlanActionWords(id: action.id, description: "Overzicht van de schulden")])
            return try await test.change(
                DraftPlan(household: id, goals: [goal], actions: [action], reviewDueOn: day("2026-06-01")), by: test.cast.joost
            ) { [vault] grant, transaction in try vault.draftPlan(grant, words: words, in: transaction).id }
        }

        func view() async throws -> HouseholdView {
            try #require(try await test.facts(.init(.household, household: id), test.cast.joost).household)
        }
    }

    @Test func aHouseholdBeginsAndHasOneDirector() async throws {
        let home = try await Home()
        let test = home.test
        let view = try await home.view()
        #expect(view.household.state == .active && view.household.triageOutcome == .team)
        #expect(view.activeDirector(at: test.cast.start)?.worker == test.cast.joost)
        #expect(view.isInvolved(test.cast.joost, at: test.cast.start))
        // A second one is refused, with the article, and nothing of it stays.
        await #expect(throws: HouseholdError.self) {
            try await test.change(
                AppointDirector(household: home.id, worker: test.cast.fatima, preference: .none), by: test.cast.mirjam
            ) { [vault = test.vault] grant, transaction in
                try vault.appointDirector(grant, words: AppointmentWording(), in: transaction)
            }
        }
        #expect(try await home.view().facts.directorships.count == 1)
        let card = try await test.read(ReadCard(household: home.id), by: test.cast.joost) { [vault = test.vault] in try vault.readCard($0) }
        #expect(card.words?.number == "H-0147" && card.words?.address == "Dorpsstraat 12, 1234 AB Waterwolde")
        #expect(Set(card.persons.compactMap { $0.words?.givenName }) == ["Selma", "Ronald", "Noor", "Hatice"])
        #expect(card.director?.name == "Joost Terpstra" && card.organisations.map(\.words?.name) == ["Welzijn De Brug"])
        #expect(
            card.director?.organisation == test.cast.debrug && card.organisations.map(\.words?.contactRoute) == ["Welzijn De Brug loket"])
        // Beside every identifier stands who it is; a given name is a word for commands only where one person has it.
        let joost = try #require(card.names.lines[test.cast.joost.description])
        #expect(joost.name == "Joost Terpstra" && joost.handle == "joost")
        let noor = try #require(card.names.lines[home.noor.description])
        #expect(noor.name == "Noor de Wit" && noor.handle == "noor")
        #expect(card.names.lines[home.id.description]?.name == "H-0147")
    }

    @Test func involvementsAreGrantedByOthersAndEnd() async throws {
        let home = try await Home()
        let test = home.test
        let involvement = try await test.involve(test.cast.kees, home.id)
        #expect(try await home.view().isInvolved(test.cast.kees, at: test.cast.start))
        await #expect(throws: HouseholdError.self) { try await test.involve(test.cast.joost, home.id) }
        let team = try await test.read(ListTeam(household: home.id), by: test.cast.joost) { [vault = test.vault] in try vault.listTeam($0) }
        func name(_ id: some CustomStringConvertible) -> String? { team.names.lines[id.description]?.name }
        #expect(Set(team.members.map { name($0.involvement.worker) }) == ["Joost Terpstra", "Kees Blokland"])
        #expect(team.members.allSatisfy(\.isLive) && team.director == test.cast.joost)
        #expect(team.members.first { $0.involvement.worker == test.cast.kees }.flatMap { name($0.organisation) } == "Schuldhulp Balans")
        _ = try await test.change(EndInvolvement(household: home.id, involvement: involvement), by: test.cast.joost) {
            [vault = test.vault] grant, transaction in try vault.endInvolvement(grant, in: transaction)
        }
        #expect(try await !home.view().isInvolved(test.cast.kees, at: test.cast.start))
    }

    @Test func consentOfAYouthWaitsForTheSecondParent() async throws {
        let home = try await Home()
        let test = home.test
        try await home.authority(home.selma)
        try await home.authority(home.ronald)
        let draft = ConsentDraft(
            subject: home.noor, recipients: .one(test.cast.jeugdkompas), domains: .these([.schoolWorkDaytime]), purpose: .plan,
            from: test.cast.start.day, until: day("2027-01-07"), leafletVersion: Household.Label("folder-1"),
            signers: [.person(home.noor), .person(home.selma)], method: .written)
        let made = try await test.change(RegisterConsent(household: home.id, draft: draft), by: test.cast.joost) {
            [vault = test.vault] grant, transaction in try vault.registerConsent(grant, note: "vader volgt", in: transaction)
        }
        #expect(made.standing == .pending && made.missing.map(\.party) == [.person(home.ronald)] && made.gap == nil)
        // Who must be asked is named, and nobody else.
        #expect(made.names.lines == [home.ronald.description: .init(name: "Ronald de Wit", handle: "ronald")])
        await #expect(throws: HouseholdError.self) { try await home.sign(made.id, home.hatice) }
        let signed = try await home.sign(made.id, home.ronald)
        #expect(signed.standing == .active && signed.missing.isEmpty)
        let list = try await test.read(ListConsents(household: home.id), by: test.cast.joost) { [vault = test.vault] in
            try vault.listConsents($0)
        }
        #expect(list.consents.map(\.standing) == [.active] && list.consents.first?.note == "vader volgt")
        #expect(list.names.lines[home.noor.description]?.name == "Noor de Wit")
        #expect(list.names.lines[home.hatice.description] == nil)
        let withdrawn = try await test.change(WithdrawConsent(consent: made.id, domains: nil, by: .person(home.noor)), by: test.cast.fatima)
        {
            [vault = test.vault] grant, transaction in try vault.withdrawConsent(grant, in: transaction)
        }
        #expect(withdrawn.standing == .withdrawn)
    }

    @Test func voidAndRefusedConsents() async throws {
        let home = try await Home()
        let test = home.test
        let blanket = ConsentDraft(
            subject: home.selma, recipients: .everybody, domains: .all, purpose: .plan, from: test.cast.start.day, until: nil,
            leafletVersion: Household.Label("folder-1"), signers: [.person(home.selma)], method: .written)
        await #expect(throws: HouseholdError.self) {
            try await test.change(RegisterConsent(household: home.id, draft: blanket), by: test.cast.joost) {
                [vault = test.vault] grant, transaction in try vault.registerConsent(grant, in: transaction)
            }
        }
        let waiting = try await test.consent(home.id, home.selma, to: test.cast.balans, signed: false)
        let other = try await test.consent(home.id, home.selma, to: test.cast.jeugdkompas, signed: false)
        _ = try await test.change(
            RefuseConsent(
                household: home.id,
                draft: RefusalDraft(
                    subject: home.selma, recipient: .organisation(test.cast.balans), domains: [.finance, .housing, .health], purpose: .plan,
                    by: .person(home.selma))), by: test.cast.joost
        ) { [vault = test.vault] grant, transaction in try vault.refuseConsent(grant, note: "liever niet", in: transaction) }
        let view = try await home.view()
        #expect(view.consent(waiting)?.state == .refused && view.facts.refusals.count == 1)
        #expect(view.consent(other)?.state == .draft)
    }

    @Test func incapacityAndRepresentation() async throws {
        let home = try await Home()
        let test = home.test
        let judgement = IncapacityJudgement(
            id: .random(), household: home.id, person: home.hatice, judgedBy: test.cast.fatima, judgedAt: test.cast.start,
            until: day("2026-07-08"))
        _ = try await test.change(
            RecordIncapacity(household: home.id, record: judgement, reasonGiven: true), by: test.cast.fatima
        ) { [vault = test.vault] grant, transaction in
            try vault.recordIncapacity(grant, words: IncapacityWords(id: judgement.id, reason: "beginnende dementie"), in: transaction)
        }
        let representation = Representation(
            id: .random(), household: home.id, person: home.hatice, representative: .person(home.selma), kind: .mentor,
            evidence: .courtDecision, from: day("2025-01-01"))
        _ = try await test.change(RecordRepresentation(household: home.id, record: representation), by: test.cast.joost) {
            [vault = test.vault] grant, transaction in try vault.recordRepresentation(grant, in: transaction)
        }
        let facts = try await test.facts(.init(.household, household: home.id), test.cast.joost)
        #expect(facts.namedWorkers.map(\.worker.id) == [test.cast.fatima])
        let view = try await home.view()
        #expect(view.required(home.hatice, at: test.cast.start)?.signers == [RequiredSigner(.person(home.selma), .mentor)])
        #expect(facts.nextExpiry != nil && facts.nextExpiry ?? test.cast.start > test.cast.start)
    }

    /// PR-13.1, 13.2: what comes in about the days before is heard for the withdrawals of those days, in whichever record, and brings nothing back.
    @Test(arguments: Evidence.allCases)
    fileprivate func whatWasWithdrawnEndsWithLateEvidence(evidence: Evidence) async throws {
        let home = try await Home()
        let test = home.test
        let first = test.cast.start
        let (next, then, last) = (
            first.adding(milliseconds: 86_400_000), first.adding(milliseconds: 90_000_000), first.adding(milliseconds: 99_000_000)
        )
        let subject = evidence == .authority ? home.noor : home.hatice
        func judge(at judged: Moment, until: String, recorded: Moment) async throws {
            let judgement = IncapacityJudgement(
                id: .random(), household: home.id, person: home.hatice, judgedBy: test.cast.fatima, judgedAt: judged, until: day(until))
            _ = try await test.change(
                RecordIncapacity(household: home.id, record: judgement, reasonGiven: true), by: test.cast.fatima, at: recorded
            ) { [vault = test.vault] grant, transaction in
                try vault.recordIncapacity(grant, words: IncapacityWords(id: judgement.id, reason: "dementie"), in: transaction)
            }
        }
        /// Both decide, or Selma alone from the day after the first.
        func decide(_ holders: [PersonID], until: CalendarDay?, at now: Moment) async throws {
            for holder in holders {
                switch evidence {
                case .authority:
                    let record = Authority(
                        id: .random(), household: home.id, child: home.noor, holder: .person(holder),
                        kind: until == nil || holder == home.ronald ? .joint : .sole, evidence: .courtDecision,
                        from: until == nil || holder == home.ronald ? day("2011-09-03") : next.day,
                        until: holder == home.ronald ? until : nil)
                    _ = try await test.change(RecordAuthority(household: home.id, record: record), by: test.cast.joost, at: now) {
                        [vault = test.vault] grant, transaction in try vault.recordAuthority(grant, in: transaction)
                    }
                case .representation, .incapacity:
                    let record = Representation(
                        id: .random(), household: home.id, person: home.hatice, representative: .person(holder), kind: .mentor,
                        evidence: .courtDecision, from: day("2025-01-01"), until: holder == home.ronald ? until : nil)
                    _ = try await test.change(RecordRepresentation(household: home.id, record: record), by: test.cast.joost, at: now) {
                        [vault = test.vault] grant, transaction in try vault.recordRepresentation(grant, in: transaction)
                    }
                }
            }
        }
        func register(_ signers: [PersonID], at now: Moment) async throws -> ConsentID {
            let made = try await home.register(signers, about: subject, at: now)
            #expect(try await home.view().standing(of: made, at: now) == .active)
            return made
        }
        func state(_ consent: ConsentID) async throws -> ConsentState? { try await home.view().consent(consent)?.state }

        let own = evidence == .authority ? [home.noor] : []
        if evidence != .authority {
            try await judge(at: first, until: evidence == .incapacity ? first.day.description : "2026-12-31", recorded: first)
        }
        let both = evidence == .incapacity ? [home.ronald] : [home.selma, home.ronald]
        try await decide(both, until: nil, at: first)
        let together = try await register(own + both, at: first)
        if evidence != .incapacity { try await decide(both, until: first.day, at: first.adding(milliseconds: 1)) }
        let since = try await register(own + (evidence == .incapacity ? [home.hatice] : [home.selma]), at: next)
        _ = try await home.withdraw(together, home.ronald, at: then)
        #expect(try await state(since) == .active)
        switch evidence {
        case .incapacity: try await judge(at: then.adding(milliseconds: -1), until: "2026-12-31", recorded: last)
        case .authority, .representation: try await decide(both, until: nil, at: last)
        }
        #expect(try await state(since) == .withdrawn)
        if evidence != .incapacity { try await decide(both, until: first.day, at: last.adding(milliseconds: 1)) }
        #expect(try await state(since) == .withdrawn)
    }

    fileprivate enum Evidence: CaseIterable { case authority, representation, incapacity }

    /// PR-11.4, 13.1: what had run out by itself when another was withdrawn is recorded as that; withdrawn itself it takes along what was given
    /// before, whether or not it was recorded by then that it ran out.
    @Test(arguments: [false, true])
    func whatRanOutIsWithdrawnByItself(isRecorded: Bool) async throws {
        let home = try await Home()
        let test = home.test
        let later = test.cast.start.adding(milliseconds: 20 * 86_400_000)
        let before = try await home.register([home.selma], at: test.cast.start)
        let spoken = try await home.register([home.selma], method: .oral, at: test.cast.start.adding(milliseconds: 1))
        if isRecorded { try await home.authority(home.selma, at: later) }
        #expect(try await home.view().standing(of: spoken, at: later) == .lapsed)
        #expect(try await home.view().consent(spoken)?.state == (isRecorded ? .lapsed : .active))
        #expect(try await home.withdraw(before, home.selma, at: later) == .withdrawn)
        var view = try await home.view()
        #expect(view.consent(spoken)?.state == .lapsed && view.standing(of: spoken, at: later) == .lapsed)
        let written = try await home.register([home.selma], at: later.adding(milliseconds: -1))
        #expect(try await home.withdraw(spoken, home.selma, at: later) == .withdrawn)
        view = try await home.view()
        #expect(view.consent(spoken)?.state == .withdrawn && view.consent(spoken)?.lapse == nil)
        #expect(view.standing(of: written, at: later) == .withdrawn)
    }

    /// PR-11.4, 13.5: what had run out by itself is not refused by what is refused afterwards.
    @Test func whatRanOutIsNotRefused() async throws {
        let home = try await Home()
        let test = home.test
        let later = test.cast.start.adding(milliseconds: 20 * 86_400_000)
        let spoken = try await home.register([home.selma], method: .oral, at: test.cast.start)
        let view = try await home.view()
        let consent = try #require(view.consent(spoken))
        let draft = RefusalDraft(
            subject: consent.subject, recipient: .organisation(consent.recipient), domains: consent.domains, purpose: consent.purpose,
            by: .person(home.selma))
        _ = try await test.change(RefuseConsent(household: home.id, draft: draft), by: test.cast.joost, at: later) {
            [vault = test.vault] grant, transaction in try vault.refuseConsent(grant, in: transaction)
        }
        let after = try await home.view()
        #expect(after.standing(of: spoken, at: later) == .lapsed && after.facts.refusals.count == 1)
    }

    @Test func aPlanTakesForceAndIsThenConstant() async throws {
        let home = try await Home()
        let test = home.test
        let cast = test.cast
        _ = try await test.involve(cast.kees, home.id)
        let goal = Goal(id: .random(), domain: .finance, subject: .household(home.id), due: day("2026-06-01"))
        let action = PlanAction(id: .random(), goal: goal.id, actor: .organisation(cast.balans), worker: cast.kees, due: day("2026-03-01"))
        let draft = DraftPlan(household: home.id, goals: [goal], actions: [action], reviewDueOn: day("2026-06-01"))
        let words = PlanWording(
            goals: [GoalWords(id: goal.id, wantedResult: "De huur is weer op tijd")],
            actions: [PlanActionWords(id: action.id, description: "Overzicht van de schulden")])
        await #expect(throws: HouseholdError.self) {
            try await test.change(draft, by: cast.joost) { [vault = test.vault] grant, transaction in
                try vault.draftPlan(grant, words: PlanWording(goals: [], actions: []), in: transaction)
            }
        }
        let made = try await test.change(draft, by: cast.joost) { [vault = test.vault] grant, transaction in
            try vault.draftPlan(grant, words: words, in: transaction)
        }
        #expect(made.number == 1 && made.state == .draft && made.revision == 1)
        let edited = try await test.change(ChangePlanAction(plan: made.id, planAction: action.id), by: cast.kees) {
            [vault = test.vault] grant, transaction in
            try vault.changePlanAction(
                grant, to: PlanActionChange(due: day("2026-03-15"), description: "Overzicht van alle schulden"), expected: 1,
                in: transaction)
        }
        #expect(edited.revision == 2)
        await #expect(throws: VaultError.revisionMoved(current: 2)) {
            try await test.change(PresentPlan(plan: made.id), by: cast.joost) { [vault = test.vault] grant, transaction in
                try vault.presentPlan(grant, expected: 1, in: transaction)
            }
        }
        let presented = try await test.change(PresentPlan(plan: made.id), by: cast.joost) { [vault = test.vault] grant, transaction in
            try vault.presentPlan(grant, expected: 2, in: transaction)
        }
        #expect(presented.state == .presented && !presented.lacks.isEmpty)
        func sign(_ signer: PlanSignatory, _ worker: WorkerID) async throws -> PlanResult {
            try await test.change(SignPlan(plan: made.id, signer: signer), by: worker) { [vault = test.vault] grant, transaction in
                try vault.signPlan(grant, in: transaction)
            }
        }
        func activate() async throws -> PlanResult {
            try await test.change(ActivatePlan(plan: made.id), by: nil) { [vault = test.vault] grant, transaction in
                try vault.activatePlan(grant, in: transaction)
            }
        }
        _ = try await sign(.director, cast.joost)
        await #expect(throws: HouseholdError.self) { try await activate() }
        _ = try await sign(.organisation, cast.kees)
        #expect(try await sign(.party(.person(home.selma)), cast.joost).lacks.isEmpty)
        #expect(try await activate().state == .inForce)
        await #expect(throws: HouseholdError.self) {
            try await test.change(ChangePlanAction(plan: made.id, planAction: action.id), by: cast.kees) {
                [vault = test.vault] grant, transaction in
                try vault.changePlanAction(grant, to: PlanActionChange(due: day("2026-04-01"), description: nil), in: transaction)
            }
        }
        // Progress is the owner's to note, and leaves what was signed as it is.
        let done = RecordProgress(plan: made.id, planAction: action.id, doneOn: day("2026-01-08"))
        await #expect(throws: HouseholdError.self) {
            try await test.change(done, by: cast.fatima) { [vault = test.vault] grant, transaction in
                try vault.recordProgress(grant, in: transaction)
            }
        }
        _ = try await test.change(done, by: cast.kees) { [vault = test.vault] grant, transaction in
            try vault.recordProgress(grant, in: transaction)
        }
        let reading = try await test.read(ReadPlan(plan: made.id), by: cast.kees) { [vault = test.vault] in try vault.readPlan($0) }
        #expect(reading.words.actions.first?.description == "Overzicht van alle schulden")
        #expect(reading.plan.actions.first?.doneOn == day("2026-01-08") && reading.plan.actions.first?.due == day("2026-03-15"))
        let content = try PlanContent(reading.plan, reading.words).canonicalJSON()
        #expect(reading.plan.contentHash == Bytes32(SHA256.hash(content).bytes))
    }

    @Test func listsShowWhatIsDecidedForEach() async throws {
        let home = try await Home()
        let test = home.test
        let other = try await test.household(number: "H-0999", address: "")
        let items = [try await test.item([1], home.id, by: test.cast.kees), try await test.item([2], home.id, by: test.cast.fatima)]
        let kees = test.cast.kees
        let list = try await test.read(ListItems(household: home.id), by: kees) { [vault = test.vault] grant in
            try vault.listItems(grant) { facts in
                #expect(facts.worker?.worker.id == kees && facts.household?.id == home.id)
                return facts.item?.author == kees ? .everything : .existence
            }
        }
        let lines = list.lines
        #expect(Set(lines.map(\.item.id)) == Set(items))
        // The author of what only shows to exist is not named; its organisation is.
        #expect(list.names.lines[kees.description]?.name == "Kees Blokland" && list.names.lines[test.cast.fatima.description] == nil)
        #expect(list.names.lines[test.cast.jeugdkompas.description]?.handle == "jeugdkompas")
        #expect(lines.first { $0.item.id == items[0] }?.title == "Gesprek aan de keukentafel")
        #expect(lines.first { $0.item.id == items[1] }?.title == nil)
        let households = try await test.read(ListHouseholds(), by: kees) { [vault = test.vault] grant in
            try vault.listHouseholds(grant) { $0.household?.id == other ? .nothing : .everything }
        }
        #expect(households.lines.map(\.number) == ["H-0147"] && households.lines.first?.director == test.cast.joost)
        #expect(households.names.lines.values.map(\.name) == ["Joost Terpstra"])
        let existing = try await test.read(ListHouseholds(), by: kees) { [vault = test.vault] grant in
            try vault.listHouseholds(grant) { $0.household?.id == other ? .nothing : .existence }
        }
        #expect(existing.lines.count == 1 && existing.lines.allSatisfy { $0.number == nil && $0.director == nil })
        #expect(existing.names.lines.isEmpty)
    }

    @Test func searchersHearLittle() async throws {
        let home = try await Home()
        let test = home.test
        let token = try test.vault.searchToken("Kaya")
        let stranger = try await test.read(SearchPerson(token: token), by: test.cast.kees) { [vault = test.vault] in
            try vault.searchPerson($0)
        }
        #expect(stranger.count == 1 && stranger.first?.household == nil && stranger.first?.hasDirector == true)
        #expect(stranger.first?.contactRoute == "Welzijn De Brug loket")
        let director = try await test.read(SearchPerson(token: token), by: test.cast.joost) { [vault = test.vault] in
            try vault.searchPerson($0)
        }
        #expect(director.first?.household == home.id)
        let nobody = try test.vault.searchToken("Jansen")
        let none = try await test.read(SearchPerson(token: nobody), by: test.cast.joost) { [vault = test.vault] in
            try vault.searchPerson($0)
        }
        #expect(none.isEmpty)
    }

    @Test func theRegistryGrowsAndAWorkerLeaves() async throws {
        let home = try await Home()
        let test = home.test
        let cast = test.cast
        _ = try await test.involve(cast.kees, home.id)
        let anker = OrganisationID.random()
        _ = try await test.change(
            AddOrganisation(organisation: Organisation(id: anker, kind: .partner, convenantSignedOn: day("2026-01-01"))), by: cast.lotte
        ) { [vault = test.vault] grant, transaction in
            try vault.addOrganisation(
                grant, words: OrganisationWords(id: anker, name: "Wijkzorg Het Anker"), handle: Handle("hetanker")!, in: transaction)
        }
        let wendy = Worker(id: .random(), organisation: anker, state: .active, secrecyDeclaredOn: day("2026-01-02"))
        func addWendy(_ handle: String) async throws {
            _ = try await test.change(AddWorker(worker: wendy), by: cast.lotte) { [vault = test.vault] grant, transaction in
                try vault.addWorker(grant, words: WorkerWords(id: wendy.id, name: "Wendy Prins"), handle: Handle(handle)!, in: transaction)
            }
        }
        await #expect(throws: VaultError.alreadyExists) { try await addWendy("kees") }
        try await addWendy("wendy")
        func assign(_ worker: WorkerID, _ role: Role) async throws {
            _ = try await test.change(AssignRole(worker: worker, role: role), by: cast.lotte) { [vault = test.vault] grant, transaction in
                try vault.assignRole(grant, in: transaction)
            }
        }
        try await assign(wendy.id, .teamMember)
        // PR-4.7: nobody reviews himself.
        await #expect(throws: HouseholdError.self) { try await assign(wendy.id, .dpo) }
        let key = WorkerKey(
            id: .random(), worker: wendy.id, type: .ed25519, publicKey: Bytes32(RandomBytes.generate(32))!, peerUIDs: [1001],
            addedAt: cast.start, state: .active)
        func enrol(_ key: WorkerKey) async throws {
            _ = try await test.change(EnrolKey(key: key), by: cast.lotte) { [vault = test.vault] grant, transaction in
                try vault.enrolKey(grant, in: transaction)
            }
        }
        try await enrol(key)
        var stolen = key
        stolen.id = .random()
        stolen.worker = cast.nico
        let sameKey = stolen
        await #expect(throws: VaultError.keyTaken) { try await enrol(sameKey) }
        let (workers, named) = try await test.read(ListWorkers(), by: cast.lotte) { [vault = test.vault] in try vault.listWorkers($0) }
        #expect(
            workers.first { $0.worker.id == wendy.id }.map {
                $0.handle == "wendy" && $0.words.name == "Wendy Prins" && $0.roles == [.teamMember]
            } == true)
        #expect(named.lines[anker.description] == .init(name: "Wijkzorg Het Anker", handle: "hetanker"))
        let organisations = try await test.read(ListOrganisations(), by: cast.lotte) { [vault = test.vault] in
            try vault.listOrganisations($0)
        }
        #expect(Set(organisations.map(\.handle)) == ["waterwolde", "debrug", "jeugdkompas", "balans", "hetanker"])

        _ = try await test.change(EndWorker(worker: cast.kees), by: cast.lotte) { [vault = test.vault] grant, transaction in
            try vault.endWorker(grant, in: transaction)
        }
        let credentials = try await test.writer.perform { [vault = test.vault] in try vault.credentials(of: "kees", in: $0) }
        #expect(credentials?.isActive == false && credentials?.keys.isEmpty == true)
        let view = try await home.view()
        #expect(view.facts.involvements.filter { $0.worker == cast.kees }.map(\.end) == [.leaver])
        #expect(try await test.facts(.init(.household, household: home.id), cast.kees).worker?.roles.allSatisfy { $0.until != nil } == true)
        _ = try await test.reopened()
    }

    /// That somebody was let in to a household is known whether or not it is written down that the coordinator who did so has signed in.
    @Test func whetherAnybodyWasLetIn() async throws {
        let test = try await TestVault.make()
        let key = WorkerKey(
            id: .random(), worker: test.cast.mirjam, type: .ed25519, publicKey: Bytes32(RandomBytes.generate(32))!, peerUIDs: [1001],
            addedAt: test.cast.start, state: .active)
        func hasLetIn() async throws -> Bool? { try await test.facts(EnrolKey(key: key).about, test.cast.lotte).accounts?.hasLetIn }
        let household = try await test.household()
        _ = try await test.person(household, "Selma")
        #expect(try await hasLetIn() == false)
        try await test.direct(household)
        #expect(try await hasLetIn() == true)
    }

    @Test func twoWhoChangeOneHouseholdAtOnce() async throws {
        let home = try await Home()
        let test = home.test
        let revision = try await test.read(ReadCard(household: home.id), by: test.cast.joost) { [vault = test.vault] in
            try vault.readCard($0).revision
        }
        func add(_ name: String) async throws {
            let person = Person(id: .random(), household: home.id, birthDay: day("1990-01-01"), relation: .otherRelative, livesIn: false)
            _ = try await test.change(AddPerson(household: home.id, person: person), by: test.cast.joost) {
                [vault = test.vault] grant, transaction in
                try vault.addPerson(grant, words: PersonWords(id: person.id, givenName: name), expected: revision, in: transaction)
            }
        }
        // Both go with one commit perhaps; only the first finds the household as he knows it.
        let results = await withTaskGroup(of: Bool.self) { group in
            for name in ["Een", "Twee", "Drie"] {
                group.addTask {
                    do {
                        try await add(name)
                        return true
                    } catch VaultError.revisionMoved {
                        return false
                    } catch {
                        Issue.record(error)
                        return false
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.filter { $0 }.count == 1)
    }

    @Test func thingsThatAreNotThereGiveFactsWithoutThem() async throws {
        let home = try await Home()
        let test = home.test
        let item = try await test.item([1], home.id, by: test.cast.kees)
        let other = try await test.household(number: "H-0999", address: "")
        let joost = test.cast.joost
        #expect(try await test.facts(.init(.household, household: .random()), joost).household == nil)
        #expect(try await test.facts(.init(.item, household: home.id, item: .random()), joost).item == nil)
        #expect(try await test.facts(.init(.item, household: other, item: item), joost).item == nil)
        #expect(try await test.facts(.init(.consent, consent: .random()), joost).household == nil)
        #expect(try await test.facts(.init(.plan, plan: .random()), joost).household == nil)
        let consent = try await test.consent(home.id, home.selma, to: test.cast.balans, signed: true)
        #expect(try await test.facts(.init(.consent, consent: consent), joost).household?.id == home.id)
        #expect(try await test.facts(.init(.consent, household: other, consent: consent), joost).household == nil)
        #expect(try await test.facts(.init(.household, household: home.id), .random()).worker == nil)
        let one = try await test.facts(.init(.household, household: home.id), joost)
        let two = try await test.facts(.init(.household, household: home.id), joost)
        #expect(one.digest == two.digest && one.digest.count == 32 && one.revision == two.revision)
        _ = try await test.involve(test.cast.kees, home.id)
        let three = try await test.facts(.init(.household, household: home.id), joost)
        #expect(three.digest != one.digest && three.revision > one.revision)
    }

    /// What may change a household, each by Nico, whom no other record of it names.
    private static let changes: [(String, @Sendable (Home) async throws -> Void)] = [
        ("registerConsent", { _ = try await $0.register([$0.selma], by: $0.test.cast.nico) }),
        (
            "signConsent",
            { home in
                let consent = try await home.register([], by: home.test.cast.joost)
                _ = try await home.test.change(SignConsent(consent: consent, signer: .person(home.selma)), by: home.test.cast.nico) {
                    [vault = home.vault] grant, transaction in try vault.signConsent(grant, in: transaction)
                }
            }
        ),
        (
            "withdrawConsent",
            { home in
                let consent = try await home.register([home.selma], by: home.test.cast.joost)
                _ = try await home.test.change(
                    WithdrawConsent(consent: consent, domains: nil, by: .person(home.selma)), by: home.test.cast.nico
                ) {
                    [vault = home.vault] grant, transaction in try vault.withdrawConsent(grant, in: transaction)
                }
            }
        ),
        (
            "refuseConsent",
            { home in
                let refusal = RefusalDraft(
                    subject: home.selma, recipient: .organisation(home.test.cast.balans), domains: [.finance], purpose: .plan,
                    by: .person(home.selma))
                _ = try await home.test.change(RefuseConsent(household: home.id, draft: refusal), by: home.test.cast.nico) {
                    [vault = home.vault] grant, transaction in try vault.refuseConsent(grant, in: transaction)
                }
            }
        ),
        (
            "recordIncapacity",
            { home in
                let judgement = IncapacityJudgement(
                    id: .random(), household: home.id, person: home.hatice, judgedBy: home.test.cast.nico, judgedAt: home.test.cast.start,
                    until: day("2026-07-08"))
                _ = try await home.test.change(
                    RecordIncapacity(household: home.id, record: judgement, reasonGiven: true), by: home.test.cast.nico
                ) { [vault = home.vault] grant, transaction in
                    try vault.recordIncapacity(
                        grant, words: IncapacityWords(id: judgement.id, reason: "beginnende dementie"), in: transaction)
                }
            }
        ),
        (
            "declareConflict",
            { home in
                _ = try await home.test.change(DeclareConflict(household: home.id, kind: .friend), by: home.test.cast.nico) {
                    [vault = home.vault] grant, transaction in try vault.declareConflict(grant, note: "", in: transaction)
                }
            }
        ),
        ("addItem", { _ = try await $0.test.item([1], $0.id, by: $0.test.cast.nico) }),
        ("draftPlan", { _ = try await $0.draft(action: $0.test.cast.nico) }),
        (
            "signPlan",
            { home in
                let plan = try await home.draft(action: nil)
                _ = try await home.test.change(PresentPlan(plan: plan), by: home.test.cast.joost) {
                    [vault = home.vault] grant, transaction in
                    try vault.presentPlan(grant, in: transaction)
                }
                _ = try await home.test.change(SignPlan(plan: plan, signer: .party(.person(home.selma))), by: home.test.cast.nico) {
                    [vault = home.vault] grant, transaction in try vault.signPlan(grant, in: transaction)
                }
            }
        ),
    ]

    @Test(arguments: changes.map(\.0))
    func whatAnybodyRecordsEverybodyReads(name: String) async throws {
        let home = try await Home()
        let before = try await home.view()
        let change = try #require(Self.changes.first { $0.0 == name }?.1)
        try await change(home)
        let after = try await home.view()
        #expect(name == "addItem" || after.facts != before.facts)
        let again = try await home.test.reopened()
        for reader in [again.cast.joost, again.cast.mirjam, again.cast.lotte] {
            #expect(try await again.facts(.init(.household, household: home.id), reader).household?.id == home.id)
        }
        let start = again.cast.start
        let found = try await again.writer.perform { [vault = again.vault] in try vault.plansToActivate(at: start, in: $0) }
        #expect(found.unsound.isEmpty)
        let report = try await again.vault.verifyStore(writer: again.writer) { _ in }
        #expect(report.isSound)
    }

    @Test func aChangeThatOnlyItsCallerCouldReadIsUndone() async throws {
        let home = try await Home()
        let stranger = WorkerID.random()
        let error = await #expect(throws: HouseholdError.self) { try await home.register([home.selma], by: stranger) }
        #expect(error?.code == .brokenReference && error?.about == stranger.description)
        #expect(try await home.view().facts.consents.isEmpty)
    }

    /// Records that contradict each other are a finding about their household, and stop no other.
    @Test func oneUnsoundHouseholdStopsNoOther() async throws {
        let home = try await Home()
        let other = try await home.test.household(number: "H-0999", address: "")
        let start = home.test.cast.start
        let block = ConflictBlock(
            id: .random(), household: other, worker: .random(), kind: .friend, declaredBy: home.test.cast.joost, declaredAt: start)
        try await home.test.writer.perform { [vault = home.vault] transaction in
            _ = try vault.registry.write(block, .inHousehold(other, .conflict, block.id), expecting: .absent, transaction.sql)
        }
        let again = try await home.test.reopened()
        let joost = again.cast.joost
        let found = try await again.writer.perform { [vault = again.vault] in try vault.plansToActivate(at: start, in: $0) }
        #expect(found.unsound == [other] && found.plans.isEmpty)
        #expect(try await again.facts(.init(.household, household: home.id), joost).household?.id == home.id)
        await #expect(throws: VaultError.doesNotVerify(.brokenReference)) {
            try await again.facts(.init(.household, household: other), joost)
        }
        let report = try await again.vault.verifyStore(writer: again.writer) { _ in }
        #expect(report.found == [StoreReport.Found(finding: .brokenReference, household: other, item: nil)])
    }

    /// No file of the vault holds a word of what was put in.
    @Test func nothingIsInTheClear() async throws {
        let home = try await Home()
        let test = home.test
        _ = try await test.consent(home.id, home.selma, to: test.cast.balans, signed: true)
        let marker = Array("Vertrouwelijk: de oma is dwalend gevonden. ".utf8)
        let long = (0..<20_000).flatMap { _ in marker }
        let upload = try await test.upload(long, home.id, by: test.cast.kees)
        _ = try await test.add(upload, home.id, by: test.cast.kees, title: "Huisbezoek van dinsdag")
        _ = try await test.item(marker, home.id, by: test.cast.kees)
        let caller = test.caller(test.cast.joost, at: test.cast.start)
        try await test.writer.perform { [vault = test.vault, start = test.cast.start] in
            try vault.remember(marker, key: "sleutel-van-joost", caller: caller, requestDigest: SHA256.hash([]).bytes, at: start, in: $0)
        }
        let words = [
            "Aydin", "Selma", "Kaya", "Dorpsstraat", "1234", "H-0147", "Terpstra", "joost", "debrug", "Welzijn", "aan tafel", "Joost graag",
            "Vertrouwelijk", "dwalend", "Huisbezoek", "brief.txt", "caseDirector", "finance", "PR-2026-01", "sleutel-van-joost",
            "teamCoordinator",
        ]
        func scan(_ folder: String) throws -> Int {
            var files = 0
            for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
                let path = folder + "/" + name
                guard try FileStatus(of: path, .blob)?.isRegular == true else { continue }
                let data = try Data(contentsOf: URL(filePath: path))
                files += 1
                for word in words {
                    #expect(data.firstRange(of: Data(word.utf8)) == nil, "\(word) in \(name)")
                    #expect(!name.contains(word))
                }
            }
            return files
        }
        // With the log of the database beside it, and after it was folded in.
        #expect(try scan(test.scratch.path) >= 5)
        let again = try await test.reopened()
        #expect(try scan(again.scratch.path) >= 4)
    }
}
