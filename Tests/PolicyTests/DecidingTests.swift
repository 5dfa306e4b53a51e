import Household
import Testing

@testable import Policy

/// The engine on facts: what the scenario's rows leave out.
@Suite("Deciding on facts")
struct DecidingTests {
    private let home = World.household

    private func read(_ item: String) -> ReadItem { ReadItem(household: home, item: named(item)) }

    @Test("what does not exist is refused like what one may not know, after the same questions")
    func nothingThere() {
        let world = ScenarioRows.settled()
        let other: HouseholdID = named("H-0999")
        let missing: [Decided] = [
            world.decide(ReadCard(household: other), by: "fatima", hat: .help, purpose: .plan, at: at("01-21T18:00")),
            world.decide(read("no-such-item"), by: "fatima", hat: .help, purpose: .plan, at: at("01-21T18:00")),
            world.decide(
                ReadItem(household: other, item: named("school")), by: "fatima", hat: .help, purpose: .plan, at: at("01-21T18:00")),
            world.decide(ReadPlan(plan: named("no-plan")), by: "fatima", hat: .help, purpose: .plan, at: at("01-21T18:00")),
            world.decide(
                SignConsent(consent: named("no-consent"), signer: .person(named("selma"))), by: "joost", hat: .direction, purpose: .plan,
                at: at("01-21T18:00")),
            // Anybody may declare a conflict, but not about nothing.
            world.decide(DeclareConflict(household: other, kind: .friend), by: "fatima", hat: .help, purpose: .plan, at: at("01-21T18:00")),
            world.decide(ActivatePlan(plan: named("no-plan")), system: .planEngine, purpose: .plan, at: at("01-21T18:00")),
        ]
        for decided in missing {
            #expect(decided.outcome == "refuse" && !decided.mayKnow && decided.reason == "noSuchThing", "\(decided)")
            #expect(!decided.articles.isEmpty)
        }
    }

    @Test("facts that do not fit the question fail closed, without an article")
    func policyError() {
        let world = ScenarioRows.settled()
        let decided = world.decide(ReadCard(household: home), system: .clock, purpose: .plan, at: at("01-21T18:00"))
        #expect(decided.outcome == "refuse" && decided.reason == "policyError" && decided.articles.isEmpty && !decided.mayKnow)
        #expect(!decided.sentences.isEmpty)
    }

    /// An overflow, for one, is found by no validation. A forbid that errs forbids nothing in Cedar; here nothing is allowed beside it.
    @Test("a policy that cannot be evaluated refuses what the others would have allowed")
    func failedPolicy() throws {
        let erring = """
            @id("PR-7.1-test")
            @artikel("PR-7.1")
            @uitleg("Zin.")
            @explain("Sentence.")
            @stap("Stap.")
            @step("Step.")
            forbid (principal is Worker, action == Action::"readItem", resource is Item) when { 9223372036854775807 + 1 == 0 };
            """
        var world = ScenarioRows.settled()
        #expect(world.decide(read("overview"), by: "kees", hat: .help, purpose: .plan, at: at("01-21T18:00")).outcome == "permit")
        world.engine = try PolicyEngine(policies: Reglement.files + [(file: "99-test.cedar", text: erring)], schema: Reglement.schema)
        let decided = world.decide(read("overview"), by: "kees", hat: .help, purpose: .plan, at: at("01-21T18:00"))
        #expect(decided.outcome == "refuse" && decided.reason == "policyError" && decided.articles.isEmpty, "\(decided)")
        #expect(decided.failed == ["PR-7.1-test"], "which one it was, for who keeps the policies")
        #expect(decided.policies.isEmpty && !decided.sentences.contains { $0.en.contains("PR-7.1") }, "and not for the asker")
    }

    @Test("who is unknown, ended, or signed in for another organisation, does nothing")
    func askers() {
        var world = ScenarioRows.settled()
        let nobody = world.decide(read("overview"), by: "nobody", hat: .help, purpose: .plan, at: at("01-21T18:00"))
        #expect(nobody.articles.contains("PR-4.1") && !nobody.mayKnow)
        let stranger = Asker.worker(named("kees"), organisation: named("jeugdkompas"), hat: .help, sessionStarted: at("01-21T17:00"))
        let (request, facts) = world.request(read("overview"), stranger, purpose: .plan, at: at("01-21T18:00"))
        let swapped = Decided(world.engine.decide(request, on: facts))
        #expect(swapped.outcome == "refuse" && swapped.policies.contains("PR-4.1-not-active"))
        let index = world.team.workers.firstIndex { $0.id == named("kees") }!
        world.team.workers[index].state = .ended
        world.team.workers[index].endedAt = at("01-21T17:30")
        let ended = world.decide(read("overview"), by: "kees", hat: .help, purpose: .plan, at: at("01-21T18:00"))
        #expect(ended.policies.contains("PR-4.1-not-active") && ended.policies.contains("PR-7.1-no-involvement"))
    }

    @Test("PR-10.2: an own item needs no consent; PR-18.6: no role and no involvement, nothing")
    func absences() {
        var world = ScenarioRows.settled()
        world.facts.consents = []
        #expect(world.decide(read("overview"), by: "kees", hat: .help, purpose: .plan, at: at("01-21T18:00")).outcome == "permit")
        world.team.roles.removeAll { $0.worker == named("tim") }
        let questions: [Decided] = [
            world.decide(ListHouseholds(), by: "tim", purpose: .oversight, at: at("01-21T18:00")),
            world.decide(ReadCard(household: home), by: "tim", purpose: .oversight, at: at("01-21T18:00")),
            world.decide(ListItems(household: home), by: "tim", purpose: .plan, at: at("01-21T18:00")),
            world.decide(read("overview"), by: "tim", purpose: .plan, at: at("01-21T18:00")),
            world.decide(ListWorkers(), by: "tim", purpose: .oversight, at: at("01-21T18:00")),
            world.decide(ReadLog(range: 0..<10), by: "tim", purpose: .oversight, at: at("01-21T18:00")),
        ]
        for decided in questions { #expect(decided.outcome == "refuse", "\(decided)") }
    }

    @Test("what questions share of the same facts changes no verdict, whoever asks and whenever")
    func sharedGround() throws {
        let world = ScenarioRows.settled()
        let draft = ItemDraft(
            subject: .person(named("selma")), layer: .personalFile, domain: .finance, kind: .overview, basis: .socialSupportAct,
            provision: nil, retentionClass: .socialSupport, scoreReasonGiven: false, sizeBucket: SizeBucket(bytes: 1000))
        let askers: [Asker] = [
            world.asker("kees", .help), world.asker("fatima", .help), world.asker("joost", .direction), world.asker("tim", nil),
            world.asker("nobody", .help),
            .worker(named("kees"), organisation: named("jeugdkompas"), hat: .help, sessionStarted: at("01-21T17:00")),
            .system(.planEngine),
        ]
        // Every moment at which time alone changes something, the one just before it, and back to where nothing had run out.
        var moments = [at("01-21T18:00")]
        while moments.count < 40, let next = world.view.nextTurningPoint(after: moments[moments.count - 1]) {
            moments += [Moment(millisecondsSince1970: next.millisecondsSince1970 - 1), next].compactMap { $0 }
        }
        #expect(moments.count > 4)
        moments.append(moments[0])
        let shared = SharedGround()
        var outcomes: Set<String> = []
        func compare<Q: Question>(_ question: Q, _ asker: Asker, at moment: Moment) {
            let (request, alone) = world.request(question, asker, purpose: .plan, at: moment)
            let together = Facts(
                worker: alone.worker, household: alone.household, item: alone.item, namedWorkers: alone.namedWorkers,
                organisations: alone.organisations, searchMatches: alone.searchMatches, revision: alone.revision,
                nextExpiry: world.view.nextTurningPoint(after: moment), digest: alone.digest, shared: shared)
            let expected = Decided(world.engine.decide(request, on: alone))
            // Twice: the second finds what the first left.
            for _ in 0..<2 {
                let decided = Decided(world.engine.decide(request, on: together))
                #expect(decided == expected, "\(Q.action) \(asker) at \(moment)")
            }
            outcomes.insert(expected.description)
        }
        // What follows is about the same thing, by another or at another moment.
        func everyone(_ ask: (Asker, Moment) -> Void) {
            for moment in moments { for asker in askers { ask(asker, moment) } }
            for asker in askers { for moment in moments { ask(asker, moment) } }
        }
        everyone { compare(AddItem(household: home, draft: draft), $0, at: $1) }
        everyone { compare(ListItems(household: home), $0, at: $1) }
        everyone { compare(ReadCard(household: home), $0, at: $1) }
        everyone { compare(AddItem(household: named("H-0999"), draft: draft), $0, at: $1) }
        everyone { compare(ListWorkers(), $0, at: $1) }
        #expect(outcomes.count > 6, "permits and refusals of several kinds: \(outcomes)")
    }

    /// A question, and one that differs from it in a single one of the things that a shared ground counts for: what was made for the first
    /// would give the second a wrong answer.
    @Test("what was made for one question is not found by one that differs in who, when, what about or under which policies")
    func sharedGroundKeys() throws {
        let world = ScenarioRows.settled()
        var other = world
        other.engine = try PolicyEngine(
            policies: Reglement.files, schema: Reglement.schema.replacing("  party: Bool,\n", with: "  party: Bool,\n  extra: Bool,\n"))
        let now = at("01-21T18:00")
        let kees = world.asker("kees", .help)
        let seconded = Asker.worker(named("kees"), organisation: named("jeugdkompas"), hat: .help, sessionStarted: at("01-09T08:00"))
        func decide<Q: Question>(_ question: Q, _ asker: Asker, _ moment: Moment, _ world: World, _ shared: SharedGround?) -> Decided {
            let (request, alone) = world.request(question, asker, purpose: .plan, at: moment)
            let facts = Facts(
                worker: alone.worker, household: alone.household, item: alone.item, namedWorkers: alone.namedWorkers,
                organisations: alone.organisations, searchMatches: alone.searchMatches, revision: alone.revision,
                nextExpiry: world.view.nextTurningPoint(after: moment), digest: alone.digest, shared: shared)
            return Decided(world.engine.decide(request, on: facts))
        }
        let list = ListItems(household: home)
        typealias Ask = (SharedGround?) -> Decided
        func ask(_ question: some Question, _ asker: Asker, _ moment: Moment, _ world: World) -> Ask {
            { decide(question, asker, moment, world, $0) }
        }
        let usual = ask(list, kees, now, world)
        let pairs: [(what: String, first: Ask, second: Ask)] = [
            ("another worker", usual, ask(list, world.asker("nico", .help), now, world)),
            ("for another organisation", usual, ask(list, seconded, now, world)),
            ("before the involvement", usual, ask(list, kees, at("01-13T09:00"), world)),
            ("after the involvement", usual, ask(list, kees, at("2026-07-14T10:00:00+02:00"), world)),
            ("under other policies", usual, ask(list, kees, now, other)),
            ("about another household", usual, ask(ListItems(household: named("H-0999")), kees, now, world)),
            (
                "about another item", ask(read("intake"), world.asker("joost", .direction), now, world),
                ask(read("no-such-item"), world.asker("joost", .direction), now, world)
            ),
            (
                "about another plan", ask(ReadPlan(plan: named("plan")), kees, now, world),
                ask(ReadPlan(plan: named("no-plan")), kees, now, world)
            ),
        ]
        for (what, first, second) in pairs {
            let alone = second(nil)
            #expect(first(nil).outcome == "permit" && alone.outcome == "refuse", "\(what): \(first(nil)), then \(alone)")
            let shared = SharedGround()
            _ = first(shared)
            #expect(second(shared) == alone, "\(what)")
        }
    }

    @Test("a missing purpose is a refusal one hears of")
    func purpose() {
        let world = ScenarioRows.settled()
        let decided = world.decide(read("overview"), by: "kees", hat: .help, purpose: nil, at: at("01-21T18:00"))
        #expect(decided.articles.contains("PR-3.2") && decided.mayKnow && !decided.nextSteps.isEmpty)
    }

    @Test("the end of an involvement, its persons and its purpose count")
    func involvement() {
        var world = ScenarioRows.settled()
        #expect(
            world.decide(read("overview"), by: "kees", hat: .help, purpose: .plan, at: at("2026-07-12T23:59:00+02:00")).outcome == "permit")
        let over = world.decide(read("overview"), by: "kees", hat: .help, purpose: .plan, at: at("2026-07-13T00:00:00+02:00"))
        #expect(over.articles.contains("PR-7.1") && !over.mayKnow)
        let safety = world.decide(read("overview"), by: "kees", hat: .help, purpose: .safety, at: at("01-21T18:00"))
        #expect(safety.policies == ["PR-7.2-other-purpose"])
        world.facts.involvements.removeAll { $0.worker == named("kees") }
        world.involve("kees", persons: [named("noor")], at: at("01-21T17:00"))
        let other = world.decide(read("overview"), by: "kees", hat: .help, purpose: .plan, at: at("01-21T18:00"))
        #expect(other.outcome == "refuse" && other.articles.contains("PR-18.2") && other.mayKnow)
        world.involve("kees", persons: [named("selma")], at: at("01-21T17:30"))
        #expect(world.decide(read("overview"), by: "kees", hat: .help, purpose: .plan, at: at("01-21T18:00")).outcome == "permit")
    }

    @Test("the director's involvement carries him for its term and not longer, a new one carries further")
    func directorsTerm() {
        var world = ScenarioRows.settled()
        func lists(_ moment: String) -> String {
            world.decide(ListItems(household: home), by: "joost", hat: .direction, purpose: .direction, at: at(moment)).outcome
        }
        #expect(lists("2026-07-12T10:00:00+02:00") == "permit")
        // A reading that is open on that evening is decided again at midnight, whatever else ends.
        var alone = world
        alone.facts.involvements.removeAll { $0.worker != named("joost") }
        #expect(alone.view.nextTurningPoint(after: at("2026-07-12T10:00:00+02:00")) == at("2026-07-13T00:00:00+02:00"))
        #expect(lists("2026-07-14T10:00:00+02:00") == "refuse")
        let extend = GrantInvolvement(
            household: home, worker: named("joost"), role: .caseDirector, persons: nil, purpose: .direction, from: day("2026-07-06"),
            until: day("2027-01-05"))
        let moment = at("2026-07-06T09:00:00+02:00")
        #expect(world.decide(extend, by: "joost", hat: .direction, purpose: .direction, at: moment).articles == ["PR-7.3"])
        #expect(world.decide(extend, by: "mirjam", hat: .direction, purpose: .direction, at: moment).outcome == "permit")
        world.involve("joost", purpose: .direction, role: .caseDirector, until: "2027-01-05", by: "mirjam", at: moment)
        #expect(lists("2026-07-14T10:00:00+02:00") == "permit")
    }

    @Test("when the director's involvement ends so does what he may do, until the coordinator grants another")
    func directorWithoutInvolvement() {
        var world = ScenarioRows.settled()
        for (number, state) in [PlanState.draft, .presented].enumerated() {
            var plan = ScenarioRows.plan(state, signers: [])
            plan.id = named(state.rawValue)
            plan.number = number + 2
            world.facts.plans.append(plan)
        }
        let kees = world.facts.involvements.first { $0.worker == named("kees") }!.id
        let moment = at("01-21T18:00")
        let invite = GrantInvolvement(
            household: home, worker: named("ilse"), role: .teamMember, persons: nil, purpose: .plan, from: day("2026-01-21"),
            until: day("2026-02-21"))
        func decided() -> [Decided] {
            [
                world.decide(ReadCard(household: home), by: "joost", hat: .direction, purpose: .plan, at: moment),
                world.decide(ListItems(household: home), by: "joost", hat: .direction, purpose: .plan, at: moment),
                world.decide(read("debt"), by: "joost", hat: .direction, purpose: .plan, at: moment),
                world.decide(invite, by: "joost", hat: .direction, purpose: .direction, at: moment),
                world.decide(
                    AddPerson(
                        household: home,
                        person: Person(id: named("new"), household: home, birthDay: day("2000-01-01"), relation: .network, livesIn: false)),
                    by: "joost", hat: .direction, purpose: .plan, at: moment),
            ] + directing
        }
        var directing: [Decided] {
            let draft = ItemDraft(
                subject: .household(home), layer: .plan, domain: .parenting, kind: .agreement, basis: .socialSupportAct, provision: nil,
                retentionClass: .socialSupport, scoreReasonGiven: false, sizeBucket: SizeBucket(bytes: 100))
            func ask(_ question: some Question, _ purpose: Purpose = .plan) -> Decided {
                world.decide(question, by: "joost", hat: .direction, purpose: purpose, at: moment)
            }
            return [
                ask(invite, .direction), ask(EndInvolvement(household: home, involvement: kees), .direction),
                ask(AddItem(household: home, draft: draft)),
                ask(DraftPlan(household: home, goals: [], actions: [], reviewDueOn: nil)), ask(PresentPlan(plan: named("draft"))),
                ask(SignPlan(plan: named("presented"), signer: .director)),
                ask(ChangePlanAction(plan: named("draft"), planAction: named("a-balans"))),
                ask(RecordProgress(plan: named("plan"), planAction: named("a-balans"), doneOn: moment.day)),
            ]
        }
        #expect(decided().allSatisfy { $0.outcome == "permit" }, "\(decided())")
        let index = world.facts.involvements.firstIndex { $0.worker == named("joost") }!
        do {
            world.facts.involvements[index] = try world.facts.involvements[index].ended(.revoked, at: at("01-21T17:59"))
        } catch { Issue.record(error) }
        let ended = decided()
        #expect(ended.allSatisfy { $0.outcome == "refuse" }, "\(ended)")
        #expect(ended[3].articles == ["PR-7.1"] && ended[3].mayKnow && !ended[3].nextSteps.isEmpty, "\(ended[3])")
        // In another role he is what that role says, and directs nothing.
        for role in Role.allCases.filter({ $0.isForHousehold && $0 != .caseDirector }) {
            let before = world
            defer { world = before }
            world.involve("joost", purpose: .direction, role: role, by: "mirjam", at: at("01-21T17:59"))
            #expect(directing.allSatisfy { $0.outcome == "refuse" && !$0.articles.isEmpty && $0.mayKnow }, "\(role): \(directing)")
            #expect(world.decide(ReadCard(household: home), by: "joost", hat: .direction, purpose: .plan, at: moment).mayKnow)
            let leaving = EndInvolvement(household: home, involvement: world.facts.involvements.last!.id)
            #expect(world.decide(leaving, by: "joost", hat: .direction, purpose: .direction, at: moment).outcome == "permit", "\(role)")
        }
        // Nor does an involvement as director that is for one resident or another purpose carry it; it opens what it says, as to a team member.
        for (persons, purpose) in [([named("noor")], .direction), (nil, .handoverAndAftercare)] as [(SortedSet<PersonID>?, Purpose)] {
            let before = world
            defer { world = before }
            world.involve("joost", purpose: purpose, role: .caseDirector, persons: persons, by: "mirjam", at: at("01-21T17:59"))
            #expect(directing.allSatisfy { $0.outcome == "refuse" && $0.mayKnow }, "\(purpose): \(directing)")
            func reads(_ item: String, _ purpose: Purpose) -> String {
                world.decide(read(item), by: "joost", hat: .direction, purpose: purpose, at: moment).outcome
            }
            let one = persons == nil ? "intake" : "school"
            #expect(
                reads("intake", .plan) == "refuse" && reads("school", .plan) == "refuse" && reads(one, purpose) == "permit", "\(purpose)")
            #expect(reads("intake", purpose) == (persons == nil ? "permit" : "refuse"), "\(purpose)")
        }
        // An involvement for one resident is not the direction.
        world.involve("joost", persons: [named("noor")], by: "mirjam", at: at("01-21T17:59"))
        let other = world.decide(read("debt"), by: "joost", hat: .direction, purpose: .plan, at: moment)
        #expect(other.outcome == "refuse" && other.articles.contains("PR-18.2"), "\(other)")
        let again = GrantInvolvement(
            household: home, worker: named("joost"), role: .caseDirector, persons: nil, purpose: .direction, from: day("2026-01-21"),
            until: day("2026-07-20"))
        #expect(world.decide(again, by: "mirjam", hat: .direction, purpose: .direction, at: moment).outcome == "permit")
    }

    @Test("a household whose director left or is blocked has none: the coordinator appoints another, and the triagist hears nothing")
    func directorGone() throws {
        let appoint = AppointDirector(household: home, worker: named("fatima"), preference: .none)
        let moment = at("01-21T18:00")
        func appointed(_ world: World) -> Decided {
            world.decide(appoint, by: "mirjam", hat: .direction, purpose: .direction, at: moment)
        }
        let settled = ScenarioRows.settled()
        #expect(appointed(settled).articles.contains("PR-6.1") && appointed(settled).outcome == "refuse")
        let joost = try #require(settled.team.workers.firstIndex { $0.id == named("joost") })
        let debrug = try #require(settled.team.organisations.firstIndex { $0.id == named("debrug") })
        var left = settled
        left.team.workers[joost].state = .ended
        left.team.workers[joost].endedAt = at("01-21T17:00")
        var blocked = settled
        blocked.block("joost", at: at("01-21T17:00"))
        var partnerLeft = settled
        partnerLeft.team.organisations[debrug].endsOn = day("2026-01-20")
        for world in [left, blocked, partnerLeft] {
            #expect(appointed(world).outcome == "permit", "\(appointed(world))")
            let invite = GrantInvolvement(
                household: home, worker: named("ilse"), role: .teamMember, persons: nil, purpose: .plan, from: day("2026-01-21"),
                until: day("2026-02-21"))
            #expect(world.decide(invite, by: "mirjam", hat: .direction, purpose: .direction, at: moment).outcome == "permit")
        }
        // Another triagist than the director.
        left.team.roles.append(
            RoleAssignment(id: named("nico-intake"), worker: named("nico"), role: .intakeWorker, from: at("2025-12-01T09:00:00+01:00")))
        left.facts.conflicts = []
        let triagist = left.decide(ReadCard(household: home), by: "nico", hat: .direction, purpose: .intakeAndTriage, at: moment)
        #expect(triagist.outcome == "refuse" && !triagist.mayKnow, "\(triagist)")
        // A locked account is not gone.
        var locked = settled
        locked.team.workers[joost].state = .suspended
        #expect(appointed(locked).outcome == "refuse")
    }

    @Test("who decides about a provision meets help only in what was designated, whatever hat was taken off")
    func accessOfficers() {
        var world = ScenarioRows.settled()
        world.item("help-muni", about: "selma", by: "tim", .housing, kind: .note, hat: .help, at: at("01-21T17:00"))
        let moment = at("01-21T18:00")
        let draft = ItemDraft(
            subject: .person(named("selma")), layer: .personalFile, domain: .housing, kind: .note, basis: .socialSupportAct, provision: nil,
            retentionClass: .socialSupport, scoreReasonGiven: false, sizeBucket: SizeBucket(bytes: 100))
        func all(_ world: World, _ hat: Hat?) -> [Decided] {
            [
                world.decide(read("help-muni"), by: "sander", hat: hat, purpose: .plan, basis: .socialSupportAct, at: moment),
                world.decide(AddItem(household: home, draft: draft), by: "sander", hat: hat, purpose: .plan, at: moment),
            ]
        }
        var officer = world
        officer.involve("sander", purpose: .plan, role: .accessOfficer, at: at("01-21T10:00"))
        // Invited in a role that is not his in the team, he decides about provisions all the same.
        var disguised = world
        disguised.involve("sander", purpose: .plan, role: .teamMember, at: at("01-21T10:00"))
        for world in [officer, disguised] {
            for hat in [Hat.help, .direction, nil] {
                for decided in all(world, hat) {
                    #expect(decided.outcome == "refuse" && decided.articles.contains("PR-17.2"), "\(hat as Any): \(decided)")
                }
                #expect(all(world, hat)[0].mayKnow == false, "help is invisible")
            }
        }
        // Who is a team member as well takes part in help, in its own hat (PR-17.3).
        world = disguised
        world.team.roles.append(
            RoleAssignment(id: named("sander-team"), worker: named("sander"), role: .teamMember, from: at("2025-12-01T09:00:00+01:00")))
        #expect(all(world, .help).allSatisfy { $0.outcome == "permit" }, "\(all(world, .help))")
        #expect(all(world, nil).allSatisfy { $0.articles.contains("PR-27.2") })
        // Of two involvements that are as close, that of the hat counts, whichever came first.
        for (first, second) in [(Role.accessOfficer, Role.teamMember), (.teamMember, .accessOfficer)] {
            var both = world
            both.facts.involvements.removeAll { $0.worker == named("sander") }
            both.involve("sander", purpose: .plan, role: first, at: at("01-21T10:00"))
            both.involve("sander", purpose: .plan, role: second, at: at("01-21T10:00"))
            #expect(all(both, .help).allSatisfy { $0.outcome == "permit" }, "\(first): \(all(both, .help))")
            #expect(all(both, .access).allSatisfy { $0.outcome == "refuse" })
        }
    }

    @Test("of several involvements the one that suffices counts, whichever has the first identifier; none adds to another")
    func severalInvolvements() {
        typealias Held = (role: Role, purpose: Purpose, persons: SortedSet<PersonID>?)
        let moment = at("01-21T18:00")
        var base = ScenarioRows.settled()
        base.facts.conflicts = []
        let draft = base.draftConsent("emre", to: "hetanker", [.finance], signed: ["emre"], at: moment)
        func all(_ held: [Held]) -> [Decided] {
            var world = base
            for one in held { world.involve("nico", purpose: one.purpose, role: one.role, persons: one.persons, at: at("01-21T10:00")) }
            func ask(_ question: some Question) -> Decided {
                world.decide(question, by: "nico", hat: .help, purpose: .plan, basis: .socialSupportAct, at: moment)
            }
            return [
                ask(read("intake")), ask(ListItems(household: home)), ask(ReadPlan(plan: named("plan"))),
                ask(RegisterConsent(household: home, draft: draft)), ask(read("school")),
            ]
        }
        let lesser: [Held] = [
            (.guest, .plan, nil), (.watchContact, .plan, nil), (.consultant, .plan, nil), (.clientSupporter, .plan, nil),
            (.guest, .plan, [named("emre"), named("noor"), named("selma")]), (.accessOfficer, .plan, nil), (.teamMember, .safety, nil),
            (.teamMember, .plan, [named("sem")]), (.caseDirector, .direction, [named("sem")]),
        ]
        let suffices: Held = (.teamMember, .plan, nil)
        let alone = all([suffices])
        #expect(alone.allSatisfy { $0.outcome == "permit" }, "\(alone)")
        for other in lesser {
            let orders = [all([other, suffices]), all([suffices, other])]
            #expect(orders == [alone, alone], "\(other): \(orders)")
        }
        #expect(all(lesser + [suffices]) == alone && all([suffices] + lesser) == alone)
        // Where the policies look at the role and not at the purpose, the closer one is not the one that gives.
        let elsewhere: Held = (.teamMember, .safety, nil)
        for pair in [[lesser[0], elsewhere], [elsewhere, lesser[0]]] {
            #expect(Array(all(pair)[1...3]) == Array(all([elsewhere])[1...3]), "\(all(pair))")
        }
        #expect(all([elsewhere])[1...3].allSatisfy { $0.outcome == "permit" } && all([lesser[0]]).allSatisfy { $0.outcome == "refuse" })
        // For the purpose but not for the resident, and for the resident but not for the purpose, is not for both; and the refusal is the same.
        let halves: [Held] = [(.teamMember, .safety, nil), (.teamMember, .plan, [named("sem")])]
        let (refused, turned) = (all(halves), all(halves.reversed()))
        #expect(refused[0].outcome == "refuse" && refused[4].outcome == "refuse", "\(refused)")
        #expect(refused == turned, "\(turned)")
        // What a director is involved in besides, for one resident, goes no further than it says.
        var director = base
        director.team.roles.append(
            RoleAssignment(id: named("joost-access"), worker: named("joost"), role: .accessOfficer, from: at("2025-12-01T09:00:00+01:00")))
        for (name, subject) in [("decided-noor", "noor"), ("decided-sem", "sem")] {
            director.item(name, about: subject, by: "joost", .parenting, kind: .decision, hat: .access, at: at("01-20T10:00"))
        }
        director.involve(
            "joost", purpose: .provisionDecision, role: .accessOfficer, persons: [named("noor")], by: "mirjam", at: at("01-20T11:00"))
        func decides(_ item: String) -> Decided {
            director.decide(read(item), by: "joost", hat: .access, purpose: .provisionDecision, at: moment)
        }
        #expect(decides("decided-noor").outcome == "permit", "\(decides("decided-noor"))")
        #expect(decides("decided-sem").outcome == "refuse", "\(decides("decided-sem"))")
        #expect(director.decide(read("intake"), by: "joost", hat: .direction, purpose: .plan, at: moment).outcome == "permit")
    }

    @Test("what cannot be evaluated under one involvement is not decided under another")
    func anErringInvolvement() throws {
        func lists(_ roles: [Role], erring: Role) throws -> Decided {
            let policy = """
                @id("PR-7.1-test")
                @artikel("PR-7.1")
                @uitleg("Zin.")
                @explain("Sentence.")
                permit (principal is Worker, action == Action::"listItems", resource is Household)
                when {
                  context has involvement && context.involvement.role == Role::"\(erring.rawValue)" && 9223372036854775807 + 1 == 0
                };
                """
            var world = ScenarioRows.settled()
            world.engine = try PolicyEngine(policies: Reglement.files + [(file: "99-test.cedar", text: policy)], schema: Reglement.schema)
            world.facts.conflicts = []
            for role in roles { world.involve("nico", role: role, at: at("01-21T10:00")) }
            return world.decide(ListItems(household: home), by: "nico", hat: .help, purpose: .plan, at: at("01-21T18:00"))
        }
        // The closest errs, and the other would be allowed.
        #expect(try lists([.accessOfficer], erring: .teamMember).outcome == "permit")
        for roles in [[Role.teamMember, .accessOfficer], [.accessOfficer, .teamMember]] {
            #expect(try lists(roles, erring: .teamMember).reason == "policyError")
        }
        // The closest is refused, and the other errs.
        #expect(try lists([.watchContact], erring: .guest).reason == "byReglement")
        for roles in [[Role.watchContact, .guest], [.guest, .watchContact]] {
            #expect(try lists(roles, erring: .guest).reason == "policyError")
        }
        // The closest suffices, and no other is asked for.
        #expect(try lists([.guest, .teamMember], erring: .guest).outcome == "permit")
    }

    @Test("PR-10.3: an express wish is for this purpose; a consent for another does not open an own item under G5")
    func expressWishForAnotherPurpose() {
        var world = ScenarioRows.settled()
        world.item("youth", about: "noor", by: "joost", .schoolWorkDaytime, hat: .direction, basis: .youthAct, at: at("01-20T10:00"))
        world.facts.conflicts = []
        world.involve("nico", at: at("01-20T11:00"))
        world.consent(
            "noor-brug", "noor", to: "debrug", [.schoolWorkDaytime], signed: ["noor", "selma", "ronald"], at: at("01-21T09:00"))
        func reads() -> Decided {
            world.decide(read("youth"), by: "nico", hat: .help, purpose: .plan, basis: .consentToDisclose, at: at("01-21T18:00"))
        }
        #expect(reads().outcome == "permit")
        world.change("noor-brug") { _, consent in
            var other = consent
            other.purpose = .handoverAndAftercare
            return other
        }
        #expect(reads().policies == ["PR-10.3-express-wish"] && !reads().nextSteps.isEmpty, "\(reads())")
    }

    @Test("PR-13.3: a withdrawal, and a refusal that ends a consent, say who must be told; nothing waits for it")
    func whoMustBeTold() {
        var world = ScenarioRows.team()
        world.consent("given", "selma", to: "balans", [.housing, .finance], signed: ["selma"], at: at("01-14T19:00"))
        func ask(_ question: some Question) -> (decided: Decided, explained: [String]) {
            let (request, facts) = world.request(question, world.asker("joost", .direction), purpose: .plan, at: at("01-15T10:00"))
            return (Decided(world.engine.decide(request, on: facts)), world.engine.explain(request, on: facts).notices.map(\.policy))
        }
        func refuse(_ domain: LifeDomain) -> RefuseConsent {
            RefuseConsent(
                household: home,
                draft: RefusalDraft(
                    subject: named("selma"), recipient: .organisation(named("balans")), domains: [domain], purpose: .plan,
                    by: .person(named("selma"))))
        }
        let withdrawal = WithdrawConsent(consent: named("given"), domains: [.housing], by: .person(named("selma")))
        let told = [(ask(withdrawal), "PR-13.1-withdraw"), (ask(refuse(.housing)), "PR-13.3-refusal-ends-consent")]
        for ((decided, explained), policy) in told {
            #expect(decided.outcome == "permit" && decided.duties == 0)
            #expect(decided.notices.map(\.policy) == [policy] && explained == [policy], "\(decided)")
            #expect(decided.notices.allSatisfy { $0.sentence.en.contains("organisation") && $0.sentence.nl.contains("organisatie") })
        }
        #expect(ask(refuse(.health)).decided.notices.isEmpty, "which ends nothing")
    }

    @Test("PR-4.7: who is involved with a household does not become an overseer; who cannot assign roles hears the same of all")
    func overseersHaveNoHousehold() {
        var world = ScenarioRows.settled()
        let moment = at("01-21T18:00")
        world.engaged = [named("tim"), named("kees")]
        // The functional administrator gives these roles before there is a household only.
        world.guardsHouseholds = false
        func assign(_ name: String, _ role: Role, by: String = "lotte") -> Decided {
            world.decide(AssignRole(worker: named(name), role: role), by: by, hat: nil, purpose: .oversight, at: moment)
        }
        for role in [Role.dpo, .privacyOfficer] {
            #expect(assign("tim", role).policies == ["PR-4.7-overseer-leaves-households-first"], "\(assign("tim", role))")
            #expect(assign("petra", role).policies == ["PR-4.7-overseer-stays-apart"])
        }
        #expect(assign("tim", .teamMember).outcome == "permit")
        #expect(assign("tim", .dpo, by: "bram") == assign("jan", .dpo, by: "bram"), "who could do it to nobody learns nothing")
        world.engaged = []
        #expect(assign("tim", .dpo).outcome == "permit")
    }

    @Test("PR-4.5: the administrator alone makes no account that opens something")
    func administratorAlone() {
        var world = ScenarioRows.settled()
        let moment = at("01-21T18:00")
        func ask(_ question: some Question, by: String = "lotte") -> Decided {
            world.decide(question, by: by, hat: nil, purpose: .oversight, at: moment)
        }
        func key(_ name: String, uid: UInt32, by: String = "lotte") -> Decided {
            ask(EnrolKey(key: Cast.key(of: name, "new", uid: uid)), by: by)
        }
        // A next key is one's own affair, on a machine account of one's own.
        #expect(key("fatima", uid: 1012).policies == ["PR-4.5-next-key-is-ones-own", "PR-26.2-account-of-another"].sorted())
        #expect(key("fatima", uid: 2000).policies == ["PR-4.5-next-key-is-ones-own"])
        #expect(key("fatima", uid: 2000, by: "fatima").policies == ["PR-26.2-own-key"])
        #expect(key("fatima", uid: 1012, by: "fatima").policies == ["PR-26.2-account-of-another"], "that is Lotte's")
        #expect(key("fatima", uid: 2000, by: "kees").outcome == "refuse")
        #expect(key("fatima", uid: 2000, by: "kees") == key("tim", uid: 1001, by: "kees"), "who may not hears nothing about others")
        // A key that was revoked was a key.
        world.team.keys = world.team.keys.map { key in
            var key = key
            if key.worker == named("tim") { key.state = .revoked }
            return key
        }
        #expect(key("tim", uid: 2000).policies == ["PR-4.5-next-key-is-ones-own"])
        #expect(key("jan", uid: 1014, by: "jan").policies == ["PR-26.2-own-key"], "the machine account of a revoked key is free")
        // One with which nobody signed in was none: its machine account may be mistyped. Who has left gets no key for that.
        let keys = world.team.keys
        func unused(but heard: String? = nil) -> [WorkerKey] {
            keys.map { key in
                var key = key
                if heard.map({ key.worker != named($0) }) ?? true { key.usedAt = nil }
                return key
            }
        }
        world.team.keys = unused(but: "mirjam")
        #expect(key("tim", uid: 2000).policies == ["PR-4.5-administrator-keeps-accounts"])
        #expect(key("joost", uid: 2000).policies == ["PR-4.5-key-comes-first"], "he is a triagist")
        // As long as no coordinator or overseer was ever heard, the slip that keeps the first of them out is mended by who made it. Of nobody else's
        // account, and not once somebody was let in: then a coordinator was heard, whatever her key says.
        world.team.keys = unused()
        func awaited() -> [String] { ["mirjam", "renske", "otto"].map { key($0, uid: 2000).policies.joined(separator: " ") } }
        #expect(Set(awaited()) == ["PR-4.5-key-comes-first"])
        world.hasLetIn = false
        #expect(Set(awaited()) == ["PR-4.5-administrator-keeps-accounts"])
        for name in ["joost", "petra", "sander"] { #expect(key(name, uid: 2000).policies == ["PR-4.5-key-comes-first"], "\(name)") }
        // Nor of a coordinator who keeps cards as well.
        let before = world.team.roles
        for role in Accounts.openingRoles {
            world.team.roles = before + [RoleAssignment(id: named("m"), worker: named("mirjam"), role: role, from: at("01-10T09:00"))]
            #expect(key("mirjam", uid: 2000).policies == ["PR-4.5-key-comes-first"], "\(role)")
        }
        world.team.roles = before
        world.team.keys = unused(but: "mirjam").map { key in
            var key = key
            if key.worker == named("mirjam") { key.state = .revoked }
            return key
        }
        #expect(key("renske", uid: 2000).policies == ["PR-4.5-key-comes-first"], "one was heard, whatever became of her key")
        world.team.keys = unused()
        world.engaged = [named("tim")]
        #expect(key("tim", uid: 2000).policies == ["PR-4.5-key-comes-first"], "who has to do with a household")
        world.hasLetIn = true
        world.team.keys = unused(but: "mirjam")
        #expect(key("tim", uid: 2000).policies == ["PR-4.5-key-comes-first"])
        world.engaged = []
        let workers = world.team.workers
        world.team.workers = workers.map { worker in
            var worker = worker
            if worker.id == named("tim") {
                worker.state = .ended
                worker.endedAt = moment
            }
            return worker
        }
        #expect(key("tim", uid: 2000).policies == ["PR-4.5-next-key-is-ones-own"])
        world.team.workers = workers
        world.team.keys = keys
        // The first one comes before whatever it could open.
        world.team.keys.removeAll { $0.worker == named("tim") || $0.worker == named("joost") }
        #expect(key("tim", uid: 2000).policies == ["PR-4.5-administrator-keeps-accounts"])
        #expect(key("joost", uid: 2000).policies == ["PR-4.5-key-comes-first"], "he is a triagist")
        world.engaged = [named("tim")]
        #expect(key("tim", uid: 2000).policies == ["PR-4.5-key-comes-first"])
        // Roles.
        for role in [Role.teamCoordinator, .intakeWorker, .adminSupport, .accessOfficer] {
            #expect(ask(AssignRole(worker: named("ilse"), role: role)).policies == ["PR-4.5-not-by-the-administrator-alone"], "\(role)")
            #expect(ask(AssignRole(worker: named("ilse"), role: role), by: "mirjam").outcome == "permit", "\(role)")
        }
        #expect(ask(AssignRole(worker: named("mirjam"), role: .adminSupport), by: "mirjam").outcome == "refuse", "not to herself")
        #expect(ask(AssignRole(worker: named("ilse"), role: .teamMember)).outcome == "permit")
        #expect(ask(AssignRole(worker: named("ilse"), role: .teamMember), by: "mirjam").outcome == "refuse")
        // As long as there is nothing to open, or nobody to ask.
        let coordinator = AssignRole(worker: named("ilse"), role: .teamCoordinator)
        world.guardsHouseholds = false
        #expect(ask(coordinator).outcome == "permit")
        world.guardsHouseholds = true
        let roles = world.team.roles
        world.team.roles.removeAll { Accounts.secondRoles.contains($0.role) }
        #expect(ask(coordinator).outcome == "permit")
        // Not even then for who keeps accounts: nobody who does lets anybody in.
        let administrator = AssignRole(worker: named("lotte"), role: .teamCoordinator)
        #expect(ask(administrator).policies == ["PR-4.5-coordinator-stays-apart"], "\(ask(administrator))")
        world.team.roles = roles
    }

    @Test("PR-4.5: who keeps accounts or the machine lets nobody in, and is not let in")
    func administratorsLetNobodyIn() {
        var world = ScenarioRows.settled()
        let moment = at("01-21T18:00")
        func ask(_ question: some Question, by name: String, _ purpose: Purpose = .oversight) -> Decided {
            world.decide(question, by: name, hat: purpose == .direction ? .direction : nil, purpose: purpose, at: moment)
        }
        func assign(_ role: Role, to name: String, by other: String = "lotte") -> Decided {
            ask(AssignRole(worker: named(name), role: role), by: other)
        }
        func invite(_ name: String, by other: String, role: Role = .teamMember) -> Decided {
            ask(
                GrantInvolvement(
                    household: home, worker: named(name), role: role, persons: nil, purpose: role == .caseDirector ? .direction : .plan,
                    from: day("2026-01-21"), until: day("2026-06-30")), by: other, .direction)
        }
        func appoint(_ name: String, by other: String) -> Decided {
            ask(AppointDirector(household: home, worker: named(name), preference: .followed), by: other, .direction)
        }
        func hold(_ role: Role, _ name: String) {
            world.team.roles.append(
                RoleAssignment(id: named("\(name)-\(role)"), worker: named(name), role: role, from: at("01-20T09:00")))
        }
        world.engaged = [named("joost")]
        let settled = world
        for role in [Role.functionalAdmin, .technicalAdmin] {
            // Neither becomes coordinator, whoever gives that role, nor the other way round; and no director becomes an administrator.
            world = settled
            #expect(assign(role, to: "ilse").outcome == "permit")
            #expect(assign(role, to: "joost").policies == ["PR-4.5-administrator-leaves-households-first"], "\(assign(role, to: "joost"))")
            #expect(assign(role, to: "mirjam").policies == ["PR-4.5-coordinator-stays-apart"])
            #expect(invite("ilse", by: "joost").outcome == "permit")
            hold(role, "ilse")
            #expect(assign(.teamCoordinator, to: "ilse", by: "mirjam").policies == ["PR-4.5-coordinator-stays-apart"])
            #expect(assign(.teamMember, to: "ilse").outcome == "permit")
            // Nobody lets one in,
            #expect(invite("ilse", by: "joost").policies == ["PR-4.5-administrator-does-not-join"])
            // and one who is both all the same, since before this was so, lets nobody in: as director, or as coordinator.
            hold(role, "joost")
            #expect(invite("kees", by: "joost").policies == ["PR-4.5-administrators-let-nobody-in"])
            world.team = settled.team
            #expect(invite("joost", by: "mirjam", role: .caseDirector).outcome == "permit")
            hold(role, "mirjam")
            #expect(invite("joost", by: "mirjam", role: .caseDirector).policies.contains("PR-4.5-administrators-let-nobody-in"))
            #expect(ask(SearchPerson(token: BlindIndexToken(bytes: [1])), by: "mirjam", .intakeAndTriage).outcome == "refuse")
            world = settled
            world.facts.directorships = []
            #expect(appoint("fatima", by: "mirjam").outcome == "permit", "\(appoint("fatima", by: "mirjam"))")
            hold(role, "fatima")
            #expect(appoint("fatima", by: "mirjam").policies == ["PR-4.5-administrator-does-not-join"])
            world.team = settled.team
            hold(role, "mirjam")
            #expect(appoint("fatima", by: "mirjam").policies == ["PR-4.5-administrators-let-nobody-in"])
        }
        // A director who stands in makes no administrator coordinator either.
        world = settled
        world.team.roles = world.team.roles.map { role in
            var role = role
            if Accounts.secondRoles.contains(role.role) { role.until = moment }
            return role
        }
        #expect(assign(.teamCoordinator, to: "ilse", by: "joost").policies == ["PR-4.5-director-stands-in"])
        #expect(assign(.teamCoordinator, to: "lotte", by: "joost").policies == ["PR-4.5-coordinator-stays-apart"])
    }

    @Test("PR-4.5: when the last who can be asked has left, the administrator is not alone again; a director names a coordinator")
    func nobodyLeftToAsk() {
        var world = ScenarioRows.settled()
        let moment = at("01-21T18:00")
        func give(_ role: Role, to name: String = "ilse", by: String) -> Decided {
            world.decide(AssignRole(worker: named(name), role: role), by: by, hat: nil, purpose: .oversight, at: moment)
        }
        #expect(give(.teamCoordinator, by: "joost").outcome == "refuse", "there is somebody to ask")
        let team = world.team
        func endSeconds(_ names: [String]) {
            world.team.roles = world.team.roles.map { role in
                var role = role
                if Accounts.secondRoles.contains(role.role), names.contains(where: { named($0) == role.worker }) { role.until = moment }
                return role
            }
        }
        endSeconds(["renske", "otto"])
        #expect(give(.teamCoordinator, by: "joost").outcome == "refuse", "there still is")
        endSeconds(["mirjam"])
        for role in Accounts.secondRoles.union([.intakeWorker, .adminSupport, .accessOfficer]) {
            #expect(give(role, by: "lotte").policies.contains("PR-4.5-not-by-the-administrator-alone"), "\(role)")
            #expect(give(role, by: "joost").outcome == (role == .teamCoordinator ? "permit" : "refuse"), "\(role)")
        }
        #expect(give(.teamCoordinator, by: "joost").policies == ["PR-4.5-director-stands-in"])
        // A successor is named once: who has still to sign in is somebody to ask.
        let (roles, keys) = (world.team.roles, world.team.keys)
        world.team.roles.append(RoleAssignment(id: named("jan-d"), worker: named("jan"), role: .dpo, from: at("01-20T09:00")))
        world.team.keys = keys.map { key in
            var key = key
            if key.worker == named("jan") { key.usedAt = nil }
            return key
        }
        #expect(give(.teamCoordinator, by: "joost").outcome == "refuse")
        (world.team.roles, world.team.keys) = (roles, keys)
        #expect(give(.teamCoordinator, to: "joost", by: "joost").outcome == "refuse", "not to himself")
        #expect(give(.teamCoordinator, by: "kees").outcome == "refuse", "who directs nothing")
        // By an involvement the direction is carried; by the appointment alone it is not.
        let involvements = world.facts.involvements
        world.facts.involvements.removeAll { $0.worker == named("joost") }
        #expect(give(.teamCoordinator, by: "joost").outcome == "refuse")
        world.facts.involvements = involvements
        // A director who is an administrator as well is not the second person.
        let since = at("01-20T09:00")
        world.team.roles.append(RoleAssignment(id: named("joost-f"), worker: named("joost"), role: .functionalAdmin, from: since))
        #expect(give(.teamCoordinator, by: "joost").policies == ["PR-4.5-not-by-the-administrator-alone"])
        // Nor does a coordinator count who was an administrator all the while; who ended that was one afterwards.
        world.team = team
        world.team.roles.removeAll { Accounts.secondRoles.contains($0.role) }
        world.team.roles.append(RoleAssignment(id: named("bram-f"), worker: named("bram"), role: .functionalAdmin, from: since))
        world.team.roles.append(RoleAssignment(id: named("bram-c"), worker: named("bram"), role: .teamCoordinator, from: since))
        #expect(give(.teamCoordinator, by: "lotte").outcome == "permit")
        world.team.roles = world.team.roles.map { role in
            var role = role
            if role.id == named("bram-f") { role.until = at("01-20T10:00") }
            return role
        }
        #expect(give(.teamCoordinator, by: "lotte").policies == ["PR-4.5-not-by-the-administrator-alone"])
        world.team.roles = world.team.roles.map { role in
            var role = role
            if role.id == named("bram-c") { role.until = at("01-20T11:00") }
            return role
        }
        #expect(give(.teamCoordinator, by: "lotte").policies == ["PR-4.5-not-by-the-administrator-alone"])
        // Who never had a key could never be asked.
        world.team.keys.removeAll { $0.worker == named("bram") }
        #expect(give(.teamCoordinator, by: "lotte").outcome == "permit")
    }

    @Test("PR-4.5: the last functional administrator stays, and so does the last one who can be asked beside him")
    func theLastOnes() {
        var world = ScenarioRows.settled()
        let moment = at("01-21T18:00")
        func ask(_ question: some Question) -> Decided { world.decide(question, by: "lotte", hat: nil, purpose: .oversight, at: moment) }
        func lotte() -> [Decided] {
            [ask(EndWorker(worker: named("lotte"))), ask(EndRole(worker: named("lotte"), role: .functionalAdmin))]
        }
        func change(_ name: String, _ body: (inout Worker) -> Void) {
            world.team.workers = world.team.workers.map { worker in
                var worker = worker
                if worker.id == named(name) { body(&worker) }
                return worker
            }
        }
        #expect(lotte().allSatisfy { $0.policies == ["PR-4.5-last-administrator"] }, "\(lotte())")
        #expect(ask(EndRole(worker: named("bram"), role: .technicalAdmin)).outcome == "permit")
        // A second one counts who can sign in.
        world.team.roles.append(
            RoleAssignment(id: named("bram-f"), worker: named("bram"), role: .functionalAdmin, from: at("01-20T09:00")))
        #expect(lotte().allSatisfy { $0.outcome == "permit" })
        let keys = world.team.keys
        world.team.keys.removeAll { $0.worker == named("bram") }
        #expect(lotte().allSatisfy { $0.policies == ["PR-4.5-last-administrator"] }, "without a key")
        for spoil in [{ $0.usedAt = nil }, { $0.peerUIDs = [] }] as [(inout WorkerKey) -> Void] {
            world.team.keys = keys.map { key in
                var key = key
                if key.worker == named("bram") { spoil(&key) }
                return key
            }
            #expect(lotte().allSatisfy { $0.policies == ["PR-4.5-last-administrator"] }, "with a key that may open nothing")
        }
        world.team.keys = keys
        change("bram") { $0.state = .suspended }
        #expect(lotte().allSatisfy { $0.policies == ["PR-4.5-last-administrator"] }, "locked")
        change("bram") { $0.state = .active }
        // Coordinator, privacy officer and data protection officer: the last of them.
        #expect(ask(EndWorker(worker: named("mirjam"))).outcome == "permit")
        world.team.roles.removeAll { [.privacyOfficer, .dpo].contains($0.role) }
        func mirjam() -> Decided { ask(EndRole(worker: named("mirjam"), role: .teamCoordinator)) }
        #expect(mirjam().policies == ["PR-4.5-last-second-person"], "\(mirjam())")
        let administrator = AssignRole(worker: named("mirjam"), role: .functionalAdmin)
        #expect(ask(administrator).policies == ["PR-4.5-coordinator-stays-apart", "PR-4.5-last-second-person"], "\(ask(administrator))")
        #expect(ask(EndWorker(worker: named("mirjam"))).outcome == "permit", "who leaves leaves (PR-20.3)")
        change("mirjam") { $0.state = .suspended }
        #expect(mirjam().policies == ["PR-4.5-last-second-person"], "her account is locked, and opened again")
        world.team.roles.append(RoleAssignment(id: named("jan-c"), worker: named("jan"), role: .dpo, from: at("01-20T09:00")))
        #expect(mirjam().outcome == "permit")
        // One counts who has signed in; as long as none has, all of them are expected.
        func never(_ names: String...) {
            world.team.keys = keys.map { key in
                var key = key
                if names.contains(where: { key.worker == named($0) }) { key.usedAt = nil }
                return key
            }
        }
        never("jan")
        #expect(mirjam().policies == ["PR-4.5-last-second-person"], "with a key that may open nothing")
        #expect(ask(EndRole(worker: named("jan"), role: .dpo)).outcome == "permit", "he keeps nothing")
        // When those who have signed in have left, the successor who has not is the last one: nobody makes himself another's successor by ending his role.
        change("mirjam") { ($0.state, $0.endedAt) = (.ended, at("01-21T10:00")) }
        let successor = ask(EndRole(worker: named("jan"), role: .dpo))
        #expect(successor.policies == ["PR-4.5-last-second-person"], "\(successor)")
        change("mirjam") { ($0.state, $0.endedAt) = (.suspended, nil) }
        never("jan", "mirjam")
        #expect(mirjam().outcome == "permit")
        world.team.keys = keys
        // Of two such roles the last one only.
        world.team.roles.removeAll { $0.worker == named("jan") }
        never("mirjam")
        #expect(mirjam().policies == ["PR-4.5-last-second-person"], "she is the one who is expected")
        world.team.keys = keys
        let more = RoleAssignment(id: named("mirjam-i"), worker: named("mirjam"), role: .intakeWorker, from: at("01-20T09:00"))
        world.team.roles.append(more)
        #expect(ask(EndRole(worker: named("mirjam"), role: .intakeWorker)).outcome == "permit")
        // Nothing to open yet.
        world.guardsHouseholds = false
        #expect(mirjam().outcome == "permit")
    }

    @Test("PR-10.3: a colleague's item is read within the task that it was collected for, named; or on an express wish, with a consent")
    func anotherTask() {
        var world = ScenarioRows.settled()
        world.item("youth", about: "noor", by: "joost", .schoolWorkDaytime, hat: .direction, basis: .youthAct, at: at("01-20T10:00"))
        world.facts.conflicts = []
        world.involve("nico", at: at("01-20T11:00"))
        func reads(_ basis: LegalBasis?, by name: String = "nico") -> Decided {
            world.decide(read("youth"), by: name, hat: .help, purpose: .plan, basis: basis, at: at("01-21T18:00"))
        }
        #expect(reads(nil).policies == ["PR-10.3-task-not-named"], "\(reads(nil))")
        #expect(reads(.youthAct).outcome == "permit")
        for other in LegalBasis.allCases where other != .youthAct {
            let decided = reads(other)
            #expect(decided.outcome == "refuse" && decided.mayKnow, "\(other): \(decided)")
            #expect(decided.articles.contains("PR-10.3") || decided.articles.contains("PR-10.1"), "\(other): \(decided)")
        }
        // Its author collected it and reads it as that; for another task he needs the wish like everybody.
        func author(_ basis: LegalBasis?) -> Decided {
            world.decide(read("youth"), by: "joost", hat: .direction, purpose: .plan, basis: basis, at: at("01-21T18:00"))
        }
        #expect(author(nil).outcome == "permit" && author(.debtReliefAct).articles == ["PR-10.3"])
        world.consent(
            "noor-brug", "noor", to: "debrug", [.schoolWorkDaytime], signed: ["noor", "selma", "ronald"], at: at("01-21T09:00"))
        #expect(reads(.consentToDisclose).outcome == "permit", "\(reads(.consentToDisclose))")
        #expect(reads(.debtReliefAct).articles == ["PR-10.3"], "the wish is what is relied on, so it is what is named")
    }

    @Test("the role of director comes by appointment, not by an involvement that says so")
    func falseDirector() {
        var world = ScenarioRows.settled()
        world.involve("wendy", purpose: .direction, role: .caseDirector, by: "mirjam", at: at("01-21T12:00"))
        let grant = GrantInvolvement(
            household: home, worker: named("ilse"), role: .teamMember, persons: nil, purpose: .plan, from: day("2026-01-21"),
            until: day("2026-02-21"))
        #expect(world.decide(grant, by: "wendy", hat: .direction, purpose: .direction, at: at("01-21T18:00")).outcome == "refuse")
        #expect(world.decide(grant, by: "joost", hat: .direction, purpose: .direction, at: at("01-21T18:00")).outcome == "permit")
    }

    @Test("who could not do it to anybody hears the same about everybody; who could hears what is the matter")
    func namedWorkers() {
        var world = ScenarioRows.settled()
        let moment = at("01-21T18:00")
        world.block("nico", at: at("01-21T10:00"))
        let workers = ["kees", "nico", "otto", "lotte", "nobody"]
        func assigned(_ by: String) -> [Decided] {
            workers.filter { $0 != by }.map {
                world.decide(AssignRole(worker: named($0), role: .dpo), by: by, hat: nil, purpose: .oversight, at: moment)
            }
        }
        for by in ["bram", "fatima"] {
            let decided = assigned(by)
            #expect(decided.allSatisfy { $0 == decided[0] } && decided[0].outcome == "refuse", "\(by): \(decided)")
        }
        for by in ["lotte", "mirjam"] { #expect(Set(assigned(by).map(\.description)).count > 1, "\(by)") }
        func invited(_ by: String) -> [Decided] {
            workers.map {
                world.decide(
                    GrantInvolvement(
                        household: home, worker: named($0), role: .teamMember, persons: nil, purpose: .plan, from: day("2026-01-21"),
                        until: day("2026-02-21")), by: by, hat: .direction, purpose: .direction, at: moment)
            }
        }
        let fatima = invited("fatima")
        #expect(
            fatima.allSatisfy { $0 == fatima[0] } && fatima[0].outcome == "refuse" && fatima[0].articles.contains("PR-7.3"), "\(fatima)")
        let joost = invited("joost")
        #expect(joost[0].outcome == "permit" && joost[1].articles.contains("PR-7.4") && joost[2].articles.contains("PR-4.7"), "\(joost)")
        #expect(joost[4].articles.contains("PR-4.1"))
    }

    /// What somebody hears: decided, and as `--why` explains it.
    private func heard(
        _ question: some Question, in world: World, by name: String, _ hat: Hat, _ purpose: Purpose, basis: LegalBasis? = nil,
        at moment: Moment
    ) -> String {
        let (request, facts) = world.request(question, world.asker(name, hat), purpose: purpose, basis: basis, at: moment)
        let decided = Decided(world.engine.decide(request, on: facts))
        let why = world.engine.explain(request, on: facts)
        let traces = (why.determining + why.nearest).map { "\($0.policy): \($0.clauses.map { "\($0.text) \($0.holds)" })" }
        return "\(decided) \(decided.sentences) \(decided.nextSteps) \(why.outcome) \(why.articles) \(why.nextSteps) \(traces)"
    }

    /// PR-11.7: a refusal to read is no second list of consents, and neither is `--why`.
    @Test("who may not list the consents hears the same of a reading, whatever was answered; who may hears what became of it")
    func nobodyReadsTheAnswers() {
        let moment = at("01-26T10:00")
        var base = ScenarioRows.team()
        base.facts.involvements.removeAll { $0.worker == named("kees") }
        base.team.roles.removeAll { $0.worker == named("ilse") || $0.worker == named("tim") }
        base.item("roof", about: "selma", by: "joost", .housing, kind: .agreement, layer: .plan, at: at("01-13T11:12"))
        let readers: [(name: String, organisation: String, role: Role, mayList: Bool)] = [
            ("kees", "balans", .guest, false), ("kees", "balans", .watchContact, false), ("kees", "balans", .teamMember, true),
            ("ilse", "jeugdkompas", .consultant, false), ("petra", "waterwolde", .teamMember, false),
        ]
        for (name, organisation, role, mayList) in readers {
            func given(_ change: (inout World) -> Void = { _ in }) -> World {
                var world = base
                world.involve(name, role: role, at: at("01-13T10:00"))
                change(&world)
                return world
            }
            func said(_ world: inout World, method: SigningMethod = .written, signed: [String] = ["selma"]) {
                world.consent("answer", "selma", to: organisation, [.housing], signed: signed, method: method, at: at("01-14T19:00"))
            }
            let worlds = [
                "nothing": given(), "yes": given { said(&$0) }, "not yet": given { said(&$0, signed: []) },
                "no longer": given {
                    said(&$0)
                    $0.withdraw("answer", nil, by: "selma", at: at("01-16T10:00"))
                },
                "not confirmed": given { said(&$0, method: .oral) },
                "over": given {
                    said(&$0)
                    $0.change("answer") { _, consent in
                        var short = consent
                        short.until = day("2026-01-20")
                        return short
                    }
                },
                "no": given {
                    $0.facts.refusals.append(
                        Household.Refusal(
                            id: named("no"), household: home, subject: named("selma"), recipient: .organisation(named(organisation)),
                            domains: [.housing], purpose: .plan, by: .person(named("selma")), askedOn: at("01-20T10:00"),
                            recordedBy: named("joost")))
                },
            ]
            func heard(_ world: World, _ item: String, basis: LegalBasis? = nil) -> String {
                self.heard(read(item), in: world, by: name, .help, .plan, basis: basis, at: moment)
            }
            let list = given().decide(ListConsents(household: home), by: name, hat: .help, purpose: .plan, at: moment)
            #expect((list.outcome == "permit") == mayList, "\(name): \(list)")
            let all = worlds.mapValues { heard($0, "housing") }
            if mayList {
                // An adult's draft is no answer, and nobody's signature but his own is waited for.
                #expect(Set(all.values).count == all.count - 1 && all["not yet"] == all["nothing"], "\(name): \(all)")
            } else {
                #expect(Set(all.values).count == 1 && all.values.allSatisfy { $0.hasPrefix("refuse") }, "\(name) as \(role): \(all)")
            }
            // G5 asks for a consent, and is no way to ask whether there is one.
            let wished = worlds.filter { $0.key != "no longer" }.mapValues { heard($0, "roof", basis: .consentToDisclose) }
            #expect(mayList || Set(wished.values).count == 1, "\(name) as \(role): \(wished)")
            #expect(wished["yes"]?.hasPrefix("permit") == mayList, "\(name) as \(role): \(wished)")
            // What a withdrawal takes from who would read it otherwise he hears.
            guard role == .watchContact else { continue }
            #expect(heard(given(), "roof").hasPrefix("permit") && heard(given { said(&$0) }, "roof").hasPrefix("permit"))
            #expect(worlds["no longer"].map { heard($0, "roof").contains("PR-13.2-withdrawn") } == true)
        }
    }

    /// What somebody hears about every change that rests on records, named after whom: decided, and as `--why` explains it.
    private func told(
        in world: World, by name: String, _ hat: Hat, _ purpose: Purpose, about person: String
    ) -> [String: String] {
        let moment = at("01-21T18:00")
        let who = named(person, IdentifierKinds.Person.self)
        let (selma, noor) = (named("selma", IdentifierKinds.Person.self), named("noor", IdentifierKinds.Person.self))
        func ask(_ question: some Question) -> String { heard(question, in: world, by: name, hat, purpose, at: moment) }
        func authority(_ child: PersonID, _ holder: PersonID) -> RecordAuthority {
            RecordAuthority(
                household: home,
                record: Authority(
                    id: named("a"), household: home, child: child, holder: .person(holder), kind: .sole, evidence: .statement,
                    from: moment.day))
        }
        func represent(_ person: PersonID, by other: PersonID) -> RecordRepresentation {
            RecordRepresentation(
                household: home,
                record: Representation(
                    id: named("r"), household: home, person: person, representative: .person(other), kind: .mentor, evidence: .statement,
                    from: moment.day))
        }
        func register(_ subject: PersonID, _ signers: [PersonID], claimed: SigningCapacity? = nil, replaces: ConsentID? = nil)
            -> RegisterConsent
        {
            RegisterConsent(
                household: home,
                draft: ConsentDraft(
                    subject: subject, recipients: .one(named("hetanker")), domains: .these([.finance]), purpose: .plan, from: moment.day,
                    until: moment.day.adding(months: 3), leafletVersion: Label("2026-1"),
                    signatures: signers.map { .init(.person($0), claimed: claimed) }, method: .written, replaces: replaces))
        }
        func refuse(_ subject: PersonID, by signer: PersonID) -> RefuseConsent {
            RefuseConsent(
                household: home,
                draft: RefusalDraft(
                    subject: subject, recipient: .organisation(named("balans")), domains: [.finance], purpose: .plan, by: .person(signer)))
        }
        let judgement = IncapacityJudgement(
            id: named("j"), household: home, person: who, judgedBy: named(name), judgedAt: moment, until: day("2026-06-30"))
        let item = ItemDraft(
            subject: .person(who), layer: .personalFile, domain: .finance, kind: .overview, basis: .socialSupportAct, provision: nil,
            retentionClass: .socialSupport, scoreReasonGiven: false, sizeBucket: SizeBucket(bytes: 1000))
        return [
            "authority over": ask(authority(who, selma)), "authority of": ask(authority(noor, who)),
            "represented": ask(represent(who, by: selma)), "represents": ask(represent(named("hatice"), by: who)),
            "judged": ask(RecordIncapacity(household: home, record: judgement, reasonGiven: true)),
            "consent of": ask(register(who, [])), "consent signed by": ask(register(selma, [who])),
            "consent signed as guardian": ask(register(noor, [who], claimed: .guardian)),
            "consent in the place of another": ask(register(who, [], replaces: named("selma-balans"))),
            "signature": ask(SignConsent(consent: named("draft"), signer: .person(who))),
            "signature as guardian": ask(SignConsent(consent: named("draft"), signer: .person(who), claimed: .guardian)),
            "refusal of": ask(refuse(who, by: who)), "refusal by": ask(refuse(selma, by: who)),
            "item about": ask(AddItem(household: home, draft: item)),
            "involvement for": ask(
                GrantInvolvement(
                    household: home, worker: named("fatima"), role: .teamMember, persons: [who], purpose: .plan, from: moment.day,
                    until: day("2026-03-01"))),
            "plan": ask(SignPlan(plan: named("plan"), signer: .party(.person(who)))),
        ]
    }

    @Test("who could not do it whatever is on record hears the same whoever lives there and whatever was refused, proven or given")
    func nobodyTriesTheRecords() {
        var base = ScenarioRows.settled()
        base.facts.plans = [ScenarioRows.plan(.presented, signers: [])]
        base.consent("draft", "emre", to: "balans", [.health], signed: [], at: at("01-20T10:00"))
        // Involved without a right to record any of it, and involved for one resident.
        base.team.roles.removeAll { $0.worker == named("ilse") || $0.worker == named("tim") }
        base.involve("ilse", role: .guest, at: at("01-21T10:00"))
        base.involve("jan", role: .clientSupporter, at: at("01-21T10:00"))
        base.involve("tim", persons: [named("sem")], at: at("01-21T10:00"))
        var worlds = [base]
        let names = ["selma", "ronald", "noor", "sem", "emre", "hatice", "nobody"]
        var refused = base
        for (number, name) in names.dropLast().enumerated() {
            refused.facts.refusals.append(
                Household.Refusal(
                    id: named("no\(number)"), household: home, subject: named(name), recipient: .organisation(named("hetanker")),
                    domains: [.finance], purpose: .plan, by: .person(named(name)), askedOn: at("01-20T10:00"), recordedBy: named("joost")))
        }
        worlds.append(refused)
        var unproven = base
        unproven.facts.authorities = []
        unproven.facts.representations = []
        unproven.facts.incapacities = []
        worlds.append(unproven)
        var without = base
        without.facts.consents.removeAll { $0.id == named("selma-balans") }
        worlds.append(without)
        var moved = base
        for place in moved.facts.persons.indices where [named("ronald"), named("hatice")].contains(moved.facts.persons[place].id) {
            moved.facts.persons[place].until = day("2026-01-20")
        }
        worlds.append(moved)

        func everything(_ by: String, _ hat: Hat, _ purpose: Purpose, about names: [String]) -> [String: Set<String>] {
            var all: [String: Set<String>] = [:]
            for world in worlds {
                for name in names {
                    for (what, heard) in told(in: world, by: by, hat, purpose, about: name) { all[what, default: []].insert(heard) }
                }
            }
            return all
        }
        for (by, hat, purpose) in [
            ("mirjam", Hat.direction, Purpose.direction), ("nico", .help, .plan), ("ilse", .help, .plan), ("jan", .help, .plan),
            ("lotte", .help, .plan),
        ] {
            for (what, heard) in everything(by, hat, purpose, about: names) {
                #expect(heard.count == 1, "\(by), \(what): \(heard.sorted().joined(separator: "\n"))")
                #expect(heard.first?.hasPrefix("refuse") == true, "\(by), \(what)")
            }
        }
        // What he may do for Sem tells nothing of the others. The plan is of all who are involved, as is who lives in the household.
        for (what, heard) in everything("tim", .help, .plan, about: names.filter { $0 != "sem" }) {
            guard what != "plan" else { continue }
            #expect(heard.count == 1, "tim, \(what): \(heard.sorted().joined(separator: "\n"))")
        }
        #expect(everything("tim", .help, .plan, about: ["sem"])["consent of"]!.contains { !$0.hasPrefix("refuse") })
        // Who may, hears what is the matter.
        for (what, heard) in everything("joost", .direction, .plan, about: names) { #expect(heard.count > 1, "joost, \(what)") }
    }

    @Test("PR-13.1: who asks for a purpose that a withdrawal is not for does not hear who could have withdrawn")
    func nobodyTriesTheSignatories() {
        var world = ScenarioRows.settled()
        let moment = at("01-21T18:00")
        world.involve("ilse", role: .guest, at: at("01-21T10:00"))
        func withdraw(_ by: Party, for purpose: Purpose, asker: String) -> String {
            let question = WithdrawConsent(consent: named("selma-balans"), domains: nil, by: by)
            let (request, facts) = world.request(question, world.asker(asker, .help), purpose: purpose, at: moment)
            let (decided, why) = (Decided(world.engine.decide(request, on: facts)), world.engine.explain(request, on: facts))
            return "\(decided) \(decided.sentences) \(why.articles) \((why.determining + why.nearest).map(\.policy))"
        }
        func heard(for purpose: Purpose, asker: String) -> Set<String> {
            let residents = ["selma", "ronald", "noor", "nobody"].map { Party.person(named($0)) }
            let bodies = ["jeugdkompas", "nobody"].map { Party.organisation(named($0)) }
            return Set((residents + bodies).map { withdraw($0, for: purpose, asker: asker) })
        }
        for asker in ["kees", "ilse"] {
            let told = heard(for: .provisionDecision, asker: asker)
            #expect(told.count == 1 && told.first?.hasPrefix("refuse") == true && told.first?.contains("PR-13.1") == false, "\(told)")
            #expect(heard(for: .plan, asker: asker).count > 1, "\(asker)")
        }
    }

    @Test("a deputy directs until the last day, and no longer")
    func deputy() {
        var world = ScenarioRows.settled()
        let director = world.facts.directorships[0].id
        world.facts.directorships.append(
            Directorship(
                id: named("deputy"), household: home, worker: named("wendy"), state: .active, appointedBy: named("mirjam"),
                appointedAt: at("01-21T09:00"), activeFrom: at("01-21T09:00"), deputyFor: director, deputyUntil: day("2026-01-30")))
        func granted(to name: String, as role: Role, by granter: String, _ moment: String) -> Decided {
            let question = GrantInvolvement(
                household: home, worker: named(name), role: role, persons: nil, purpose: role == .caseDirector ? .direction : .plan,
                from: day("2026-02-10"), until: day("2026-02-21"))
            return world.decide(question, by: granter, hat: .direction, purpose: .direction, at: at(moment))
        }
        func grant(_ moment: String) -> Decided { granted(to: "ilse", as: .teamMember, by: "wendy", moment) }
        // As a member of the team she does not direct yet (PR-7.1); the coordinator grants her what that takes, and nobody else.
        #expect(grant("01-30T23:00").articles == ["PR-7.1"])
        #expect(granted(to: "wendy", as: .caseDirector, by: "mirjam", "01-21T09:00").outcome == "permit")
        #expect(granted(to: "fatima", as: .caseDirector, by: "mirjam", "01-21T09:00").articles.contains("PR-6.1"))
        // A fault in the form is told as that, and not as if the director were none.
        func tooLong(to name: String, by granter: String) -> [String] {
            let question = GrantInvolvement(
                household: home, worker: named(name), role: .caseDirector, persons: nil, purpose: .direction, from: day("2026-01-21"),
                until: day("2027-01-21"))
            return world.decide(question, by: granter, hat: .direction, purpose: .direction, at: at("01-21T09:00")).policies
        }
        for name in ["joost", "wendy"] { #expect(tooLong(to: name, by: "mirjam") == ["PR-7.2-term"], "\(name)") }
        #expect(tooLong(to: "fatima", by: "mirjam") == ["PR-6.1-director-by-appointment", "PR-7.2-term"])
        // Nobody else finds out who directs by that: neither who may not know of the household, nor who may and reads no card.
        world.involve("jan", role: .clientSupporter, at: at("01-21T08:00"))
        world.block("nico", at: at("01-21T08:00"))
        world.block("mirjam", at: at("01-21T08:30"))
        for name in ["bram", "jan", "nico", "mirjam"] {
            let heard = Set(["joost", "wendy", "fatima"].map { tooLong(to: $0, by: name) })
            #expect(heard.count == 1 && heard.first?.contains("PR-6.1-director-by-appointment") == true, "\(name): \(heard)")
        }
        world.facts.conflicts.removeAll { $0.worker == named("mirjam") }
        world.involve("wendy", purpose: .direction, role: .caseDirector, by: "mirjam", at: at("01-21T09:00"))
        #expect(grant("01-30T23:00").policies == ["PR-6.5-deputy-directs"])
        #expect(grant("01-31T00:00").outcome == "refuse")
        // A coordinator who is deputy hears as such what is the matter with an involvement of the director's.
        world.facts.directorships[1].worker = named("mirjam")
        world.involve("mirjam", purpose: .direction, role: .caseDirector, by: "joost", at: at("01-21T09:00"))
        let stranger = GrantInvolvement(
            household: home, worker: named("joost"), role: .teamMember, persons: [named("stranger")], purpose: .plan,
            from: day("2026-01-22"), until: day("2026-02-21"))
        let heard = world.decide(stranger, by: "mirjam", hat: .direction, purpose: .direction, at: at("01-22T09:00"))
        #expect(heard.policies == ["PR-7.2-somebody-of-this-household"], "\(heard)")
    }

    @Test("consents: oral for five working days, until the last day, up to the birthday")
    func consentTerms() {
        var world = ScenarioRows.team()
        world.consent("oral", "selma", to: "balans", [.housing], signed: ["selma"], method: .oral, at: at("01-14T19:00"))
        func reads(_ item: String, _ moment: String, by name: String = "kees") -> Decided {
            world.decide(read(item), by: name, hat: .help, purpose: .plan, at: at(moment))
        }
        #expect(reads("housing", "01-21T23:59").outcome == "permit")
        #expect(reads("housing", "01-22T00:00").articles.contains("PR-11.4"))

        world.facts.persons.append(
            Person(id: named("mila"), household: home, birthDay: day("2014-06-01"), relation: .child, livesIn: true))
        for holder in ["selma", "ronald"] {
            world.facts.authorities.append(
                Authority(
                    id: named("\(holder)/mila"), household: home, child: named("mila"), holder: .person(named(holder)), kind: .joint,
                    evidence: .authorityRegister, from: day("2018-06-01")))
        }
        world.item("mila", about: "mila", by: "joost", .parenting, at: at("01-14T10:00"))
        world.consent("mila-jk", "mila", to: "jeugdkompas", [.parenting], signed: ["selma", "ronald"], at: at("01-14T19:00"))
        #expect(reads("mila", "2026-05-31T23:59:00+02:00", by: "fatima").outcome == "permit")
        #expect(reads("mila", "2026-06-01T00:00:00+02:00", by: "fatima").articles.contains("PR-12.7"))
    }

    @Test("a consent that ran out, and one with an unknown parent, open nothing")
    func consentEnds() {
        var world = ScenarioRows.team()
        world.consent("short", "selma", to: "balans", [.housing], signed: ["selma"], at: at("01-14T19:00"))
        world.facts.consents[0].until = day("2026-01-20")
        #expect(world.decide(read("housing"), by: "kees", hat: .help, purpose: .plan, at: at("01-20T23:59")).outcome == "permit")
        #expect(world.decide(read("housing"), by: "kees", hat: .help, purpose: .plan, at: at("01-21T00:00")).articles.contains("PR-11.2"))
        world.facts.authorities.removeAll { $0.holder == .person(named("ronald")) && $0.child == named("noor") }
        let draft = world.draftConsent("noor", to: "jeugdkompas", [.schoolWorkDaytime], signed: ["noor", "selma"], at: at("01-21T10:00"))
        let register = world.decide(
            RegisterConsent(household: home, draft: draft), by: "joost", hat: .direction, purpose: .plan, at: at("01-21T10:00"))
        #expect(register.outcome == "oblige" && register.articles == ["PR-2.2", "PR-12.1", "PR-12.2"])
        #expect(register.policies == ["PR-12.1-second-holder", "PR-12.2-twelve-to-fifteen-unsigned"])
    }

    @Test("a parent does not sign for who is sixteen; anybody else signs for nobody")
    func strangers() {
        var world = ScenarioRows.team()
        world.consent("emre", "emre", to: "perspectief", [.participation], signed: [], at: at("01-14T19:00"))
        func sign(_ name: String) -> Decided {
            world.decide(
                SignConsent(consent: named("emre"), signer: .person(named(name))), by: "joost", hat: .direction, purpose: .plan,
                at: at("01-15T10:00"))
        }
        #expect(sign("selma").policies == ["PR-11.1-signer-has-no-say"])
        #expect(sign("emre").articles == ["PR-12.3"])
        let draft = world.draftConsent("emre", to: "balans", [.finance], signed: ["selma"], at: at("01-15T10:00"))
        let register = world.decide(
            RegisterConsent(household: home, draft: draft), by: "joost", hat: .direction, purpose: .plan, at: at("01-15T10:00"))
        #expect(register.policies == ["PR-11.1-stranger-signed"])
    }

    @Test("PR-13.2: an older consent for the same does not outweigh a withdrawal; one given anew does")
    func lastWordCounts() {
        func world(_ then: (inout World) -> Void) -> World {
            var world = ScenarioRows.team()
            world.consent("first", "selma", to: "balans", [.housing, .finance], signed: ["selma"], at: at("01-14T19:00"))
            world.consent("second", "selma", to: "balans", [.housing], signed: ["selma"], at: at("01-15T19:00"))
            then(&world)
            return world
        }
        func reads(_ item: String, _ world: World, _ moment: String = "01-20T10:00") -> Decided {
            world.decide(read(item), by: "kees", hat: .help, purpose: .plan, at: at(moment))
        }
        #expect(reads("housing", world { _ in }).outcome == "permit")
        for domains: SortedSet<LifeDomain>? in [[.housing], nil] {
            let after = world { $0.withdraw("first", domains, by: "selma", at: at("01-16T10:00")) }
            #expect(reads("housing", after).policies.contains("PR-13.2-withdrawn"))
            #expect(after.view.standing(of: named("second"), at: at("01-20T10:00")) == .withdrawn, "and is not told to be active")
            #expect(reads("housing", after, "01-16T09:59").outcome == "permit", "not before it was recorded")
        }
        let other = world { $0.withdraw("first", [.finance], by: "selma", at: at("01-16T10:00")) }
        #expect(reads("housing", other).outcome == "permit" && reads("debt", other).articles.contains("PR-13.2"))
        let anew = world {
            $0.withdraw("first", nil, by: "selma", at: at("01-16T10:00"))
            $0.consent("third", "selma", to: "balans", [.housing], signed: ["selma"], at: at("01-17T10:00"))
        }
        #expect(reads("housing", anew).outcome == "permit")
        // What is withdrawn for another purpose is withdrawn for that one (PR-11.1), a draft like any other.
        let elsewhere = world { world in
            for (name, signed) in [("aftercare", ["selma"]), ("never signed", [])] {
                world.consent(name, "selma", to: "balans", [.housing], signed: signed, at: at("01-16T09:00"))
                world.change(name) { _, consent in
                    var other = consent
                    other.purpose = .handoverAndAftercare
                    return other
                }
                world.withdraw(name, nil, by: "selma", at: at("01-16T10:00"))
            }
        }
        #expect(reads("housing", elsewhere).outcome == "permit" && reads("debt", elsewhere).outcome == "permit")
        // And that one withdrawn too, whatever the second still says.
        var again = anew
        again.withdraw("third", nil, by: "selma", at: at("01-18T10:00"))
        #expect(reads("housing", again).policies.contains("PR-13.2-withdrawn"))
    }

    @Test("PR-13.1: a withdrawn draft opens nothing when the other parent signs; PR-11.7: nor does a refused domain")
    func draftsThatWereTakenBack() {
        var world = ScenarioRows.consents()
        world.withdraw("sem-jk", nil, by: "selma", at: at("01-15T10:00"))
        world.item("sem", about: "sem", by: "joost", .parenting, at: at("01-14T10:00"))
        let withdrawn = world.decide(read("sem"), by: "fatima", hat: .help, purpose: .plan, at: at("01-16T13:00"))
        #expect(withdrawn.articles.contains("PR-13.2"), "\(withdrawn)")

        world.consent("wide", "noor", to: "jeugdkompas", [.housing, .schoolWorkDaytime], signed: ["noor", "selma"], at: at("01-14T19:30"))
        world.item("room", about: "noor", by: "joost", .housing, at: at("01-14T10:00"))
        world.facts.refusals.append(
            Household.Refusal(
                id: named("no"), household: home, subject: named("noor"), recipient: .organisation(named("jeugdkompas")),
                domains: [.housing],
                purpose: .plan, by: .person(named("noor")), askedOn: at("01-15T10:00"), recordedBy: named("joost")))
        world.sign("wide", "ronald", at: at("01-16T12:00"))
        #expect(world.view.consent(named("wide"))?.state == .active)
        func reads(_ item: String) -> Decided {
            world.decide(read(item), by: "fatima", hat: .help, purpose: .plan, at: at("01-16T13:00"))
        }
        #expect(reads("school").outcome == "permit")
        #expect(reads("room").outcome == "refuse" && reads("room").articles.contains("PR-11.7"), "\(reads("room"))")
    }

    @Test("PR-18.1, 18.2: who is involved in another role or for another resident records no consent, signature or judgement")
    func rolesThatRecord() {
        var base = ScenarioRows.settled()
        base.facts.plans = [ScenarioRows.plan(.presented, signers: [])]
        base.consent("emre-draft", "emre", to: "jeugdkompas", [.health], signed: [], at: at("01-20T10:00"))
        let judgement = IncapacityJudgement(
            id: named("j"), household: home, person: named("emre"), judgedBy: named("ilse"), judgedAt: at("01-21T18:00"),
            until: day("2026-06-30"))
        func outcomes(_ role: Role, _ persons: [String]?) -> [String: Decided] {
            var world = base
            world.involve("ilse", role: role, persons: persons.map { SortedSet($0.map { named($0) }) }, at: at("01-21T10:00"))
            // A consultant who is involved by name; the role in the team would close the file to most of these by itself.
            world.team.roles.removeAll { $0.worker == named("ilse") }
            func ask(_ question: some Question) -> Decided {
                world.decide(question, by: "ilse", hat: .help, purpose: .plan, at: at("01-21T18:00"))
            }
            let draft = world.draftConsent("emre", to: "hetanker", [.finance], signed: ["emre"], at: at("01-21T18:00"))
            let refusal = RefusalDraft(
                subject: named("emre"), recipient: .organisation(named("hetanker")), domains: [.finance], purpose: .plan,
                by: .person(named("emre")))
            return [
                "register": ask(RegisterConsent(household: home, draft: draft)),
                "sign": ask(SignConsent(consent: named("emre-draft"), signer: .person(named("emre")))),
                "refuse": ask(RefuseConsent(household: home, draft: refusal)),
                "judge": ask(RecordIncapacity(household: home, record: judgement, reasonGiven: true)),
                "sign plan": ask(SignPlan(plan: named("plan"), signer: .party(.person(named("emre"))))),
                "sign plan for Jeugdkompas": ask(SignPlan(plan: named("plan"), signer: .organisation)),
            ]
        }
        for role in [Role.teamMember, .accessOfficer] {
            for persons in [nil, ["emre"]] {
                let refused = outcomes(role, persons).filter { $0.value.outcome == "refuse" }
                #expect(refused.isEmpty, "\(role): \(refused)")
            }
            let elsewhere = outcomes(role, ["sem"]).filter { !$0.key.hasPrefix("sign plan") }
            #expect(elsewhere.values.allSatisfy { $0.outcome == "refuse" && $0.articles.contains("PR-18.2") }, "\(elsewhere)")
        }
        let others: [Role] = [.guest, .watchContact, .consultant, .clientSupporter, .intakeWorker, .adminSupport]
        for role in others {
            for (what, decided) in outcomes(role, nil) {
                #expect(decided.outcome == "refuse" && decided.articles.contains("PR-18.1"), "\(role), \(what): \(decided)")
                #expect(!decided.nextSteps.isEmpty)
            }
        }
    }

    @Test("PR-18.1: a watch contact reads the version in force, or the last that was, and no other")
    func watchContacts() {
        var world = ScenarioRows.settled()
        var next = ScenarioRows.plan(.presented, signers: [])
        next.id = named("plan-2")
        next.number = 2
        world.facts.plans.append(next)
        world.involve("ilse", role: .watchContact, at: at("01-21T10:00"))
        world.team.roles.removeAll { $0.worker == named("ilse") }
        func reads(_ plan: String, by name: String = "ilse") -> Decided {
            world.decide(ReadPlan(plan: named(plan)), by: name, hat: .help, purpose: .plan, at: at("01-21T18:00"))
        }
        #expect(reads("plan").outcome == "permit")
        #expect(reads("plan-2").outcome == "refuse" && reads("plan-2").mayKnow && !reads("plan-2").articles.isEmpty)
        #expect(reads("plan-2", by: "kees").outcome == "permit")
        world.facts.plans[1].state = .inForce
        world.facts.plans[1].inForceOn = day("2026-01-21")
        world.facts.plans[0].state = .superseded
        #expect(reads("plan").outcome == "refuse" && reads("plan-2").outcome == "permit")
    }

    @Test("PR-13.1: who is involved records a withdrawal, also without a role in the team")
    func everyTeamMemberRecordsAWithdrawal() {
        var world = ScenarioRows.settled()
        func withdraw() -> Decided {
            world.decide(
                WithdrawConsent(consent: named("selma-balans"), domains: nil, by: .person(named("selma"))), by: "tim", hat: .help,
                purpose: .residentRights, at: at("01-21T18:00"))
        }
        world.team.roles.removeAll { $0.worker == named("tim") }
        #expect(withdraw().outcome == "refuse")
        world.involve("tim", at: at("01-21T10:00"))
        #expect(withdraw().outcome == "permit")
    }

    @Test("PR-13.5: a refusal keeps the same question away for three months, another one not; who says yes himself is heard at once")
    func refusedLately() {
        var world = ScenarioRows.team()
        world.facts.refusals.append(
            Household.Refusal(
                id: named("no"), household: home, subject: named("selma"), recipient: .organisation(named("hetanker")), domains: [.finance],
                purpose: .plan, by: .person(named("selma")), askedOn: at("01-14T10:00"), recordedBy: named("joost")))
        func register(_ domains: SortedSet<LifeDomain>, _ moment: String, signed: [String] = []) -> Decided {
            let draft = world.draftConsent("selma", to: "hetanker", domains, signed: signed, at: at(moment))
            return world.decide(
                RegisterConsent(household: home, draft: draft), by: "joost", hat: .direction, purpose: .plan, at: at(moment))
        }
        #expect(register([.finance], "2026-04-13T10:00:00+02:00").articles == ["PR-13.5"])
        #expect(register([.health], "2026-04-13T10:00:00+02:00").outcome != "refuse")
        #expect(register([.finance], "2026-04-14T10:00:00+02:00").outcome != "refuse")
        #expect(register([.finance], "2026-01-15T10:00:00+01:00").articles == ["PR-13.5"])
        #expect(register([.finance], "2026-01-15T10:00:00+01:00", signed: ["selma"]).outcome == "permit")
        // A child's consent is given when both parents have signed.
        world.facts.refusals.append(
            Household.Refusal(
                id: named("child"), household: home, subject: named("sem"), recipient: .organisation(named("hetanker")),
                domains: [.finance], purpose: .plan, by: .person(named("selma")), askedOn: at("01-14T10:00"), recordedBy: named("joost")))
        func child(_ signed: [String]) -> Decided {
            let draft = world.draftConsent("sem", to: "hetanker", [.finance], signed: signed, at: at("01-15T10:00"))
            return world.decide(
                RegisterConsent(household: home, draft: draft), by: "joost", hat: .direction, purpose: .plan, at: at("01-15T10:00"))
        }
        #expect(child(["ronald"]).articles == ["PR-13.5"] && child(["selma", "ronald"]).outcome == "permit")
    }

    @Test("PR-13.3: a refusal of what a running consent covers ends it, and says so as a withdrawal does")
    func refusalOfWhatWasAllowed() {
        var world = ScenarioRows.team()
        world.consent("given", "selma", to: "balans", [.housing, .finance], signed: ["selma"], at: at("01-14T19:00"))
        func refuse(_ domains: SortedSet<LifeDomain>, to organisation: String = "balans", purpose: Purpose = .plan) -> Decided {
            let draft = RefusalDraft(
                subject: named("selma"), recipient: .organisation(named(organisation)), domains: domains, purpose: purpose,
                by: .person(named("selma")))
            return world.decide(
                RefuseConsent(household: home, draft: draft), by: "joost", hat: .direction, purpose: .plan, at: at("01-15T10:00"))
        }
        #expect(refuse([.housing, .health]).articles == ["PR-11.6", "PR-13.3", "PR-13.5"])
        for other in [refuse([.health]), refuse([.housing], to: "hetanker"), refuse([.housing], purpose: .safety)] {
            #expect(other.articles == ["PR-11.6", "PR-13.5"] && other.outcome == "permit", "\(other)")
        }
        world.withdraw("given", [.housing], by: "selma", at: at("01-14T20:00"))
        #expect(refuse([.housing]).articles == ["PR-11.6", "PR-13.5"])
    }

    @Test("what became of a consent says the next step: a withdrawal is respected, and a missing signature is asked of who has to give it")
    func stepsAfterAConsent() {
        func steps<Q: Question>(
            _ question: Q, _ world: World, by name: String, hat: Hat? = .help, purpose: Purpose = .plan
        ) -> [String] {
            let (request, facts) = world.request(question, world.asker(name, hat), purpose: purpose, at: at("01-20T10:00"))
            return world.engine.explain(request, on: facts).nextSteps.map(\.en)
        }
        var world = ScenarioRows.team()
        #expect(steps(read("housing"), world, by: "kees").contains { $0.hasPrefix("Ask the resident for consent") })
        world.consent("given", "selma", to: "balans", [.housing], signed: ["selma"], at: at("01-14T19:00"))
        world.withdraw("given", nil, by: "selma", at: at("01-16T10:00"))
        let withdrawn = steps(read("housing"), world, by: "kees")
        #expect(withdrawn.first?.hasPrefix("Respect the withdrawal and do not ask again") == true, "\(withdrawn)")
        #expect(!withdrawn.contains { $0.hasPrefix("Ask the resident") }, "\(withdrawn)")
        world.item("upbringing", about: "sem", by: "joost", .parenting, at: at("01-13T10:00"))
        world.consent("half", "sem", to: "jeugdkompas", [.parenting], signed: ["selma"], at: at("01-14T19:12"))
        let pending = steps(read("upbringing"), world, by: "fatima")
        #expect(pending.first?.hasPrefix("Ask the parent with authority") == true, "\(pending)")
        #expect(!pending.contains { $0.hasPrefix("Ask the resident") }, "\(pending)")
        // Who took it back and signs again is waited for no longer; as long as only the other signs, nobody is asked.
        world.item("sleep", about: "sem", by: "joost", .health, at: at("01-13T10:00"))
        world.consent("both", "sem", to: "jeugdkompas", [.health], signed: ["selma", "ronald"], at: at("01-14T19:12"))
        world.withdraw("both", nil, by: "selma", at: at("01-15T10:00"))
        func sleeps(_ signed: [String]) -> [String] {
            var again = world
            again.consent("again", "sem", to: "jeugdkompas", [.health], signed: signed, at: at("01-16T10:00"))
            #expect(
                again.decide(read("sleep"), by: "fatima", hat: .help, purpose: .plan, at: at("01-20T10:00")).articles.contains("PR-13.2"))
            return steps(read("sleep"), again, by: "fatima")
        }
        for signed in [[], ["ronald"]] {
            let waiting = sleeps(signed)
            #expect(waiting.count == 1 && waiting[0].hasPrefix("Respect the withdrawal"), "\(signed): \(waiting)")
        }
        #expect(sleeps(["selma"]) == pending)
        // What the other gave alone since does not outweigh it when evidence says that who withdrew had to sign that, too.
        func alone(_ holdsAuthority: Bool) -> World {
            var alone = world
            let ronalds = alone.facts.authorities
            alone.facts.authorities.removeAll { $0.child == named("sem") && $0.holder == .person(named("selma")) }
            alone.facts.authorities = alone.facts.authorities.map { authority in
                var sole = authority
                if sole.child == named("sem") { sole.kind = .sole }
                return sole
            }
            alone.consent("alone", "sem", to: "jeugdkompas", [.health], signed: ["ronald"], at: at("01-16T10:00"))
            if holdsAuthority { alone.facts.authorities = ronalds }
            return alone
        }
        let late = alone(true)
        #expect(late.view.standing(of: named("alone"), at: at("01-20T10:00")) == .incomplete)
        #expect(late.decide(read("sleep"), by: "fatima", hat: .help, purpose: .plan, at: at("01-20T10:00")).articles.contains("PR-13.2"))
        #expect(steps(read("sleep"), late, by: "fatima").allSatisfy { $0.hasPrefix("Respect the withdrawal") })
        #expect(alone(false).decide(read("sleep"), by: "fatima", hat: .help, purpose: .plan, at: at("01-20T10:00")).outcome == "permit")
        // Whoever is no officer hears for whom the log is.
        let log = steps(ReadLog(range: 0..<10), world, by: "lotte", hat: nil, purpose: .oversight)
        #expect(log == ["The log is there for the privacy officer and the data protection officer, with purpose D8."])
    }

    @Test("PR-13.2: what was given anew after a withdrawal and then ended has ended, and is asked for again like anything that ended")
    func endedAfterComingBack() {
        func world(_ becomes: (inout World) -> Void) -> World {
            var world = ScenarioRows.team()
            world.consent("first", "selma", to: "balans", [.housing], signed: ["selma"], at: at("01-14T19:00"))
            world.withdraw("first", nil, by: "selma", at: at("01-15T10:00"))
            world.consent("anew", "selma", to: "balans", [.housing], signed: ["selma"], at: at("01-16T10:00"))
            becomes(&world)
            return world
        }
        func heard(_ world: World, _ moment: String = "2026-01-26T10:00:00+01:00") -> Decided {
            world.decide(read("housing"), by: "kees", hat: .help, purpose: .plan, at: at(moment))
        }
        let ended = world { world in
            world.change("anew") { _, consent in
                var short = consent
                short.until = day("2026-01-20")
                return short
            }
        }
        #expect(heard(ended).policies == ["PR-10.4-needs-consent", "PR-11.2-expired"], "\(heard(ended))")
        #expect(heard(ended).nextSteps.count == 1, "\(heard(ended).nextSteps)")
        #expect(heard(ended, "2026-01-19T10:00:00+01:00").outcome == "permit")
        let unconfirmed = world { world in
            world.change("anew") { _, consent in
                var spoken = consent
                spoken.givers = consent.givers.map {
                    ConsentGiver(party: $0.party, capacity: $0.capacity, at: $0.at, method: .oral, notedBy: $0.notedBy)
                }
                return spoken
            }
        }
        #expect(heard(unconfirmed).policies == ["PR-10.4-needs-consent", "PR-11.4-not-confirmed"], "\(heard(unconfirmed))")
        // Taken back once more, it is withdrawn, whenever it would have ended.
        var again = ended
        again.withdraw("anew", nil, by: "selma", at: at("01-17T10:00"))
        #expect(heard(again).policies == ["PR-10.4-needs-consent", "PR-13.2-withdrawn"], "\(heard(again))")
        // Of several that ended the last one speaks.
        var twice = ended
        twice.consent("spoken", "selma", to: "balans", [.housing], signed: ["selma"], at: at("01-10T10:00"))
        twice.change("spoken") { _, consent in
            var spoken = consent
            spoken.givers = consent.givers.map {
                ConsentGiver(party: $0.party, capacity: $0.capacity, at: $0.at, method: .oral, notedBy: $0.notedBy)
            }
            return spoken
        }
        #expect(heard(twice).policies == ["PR-10.4-needs-consent", "PR-11.2-expired"], "\(heard(twice))")
    }

    @Test("PR-13.5: who reads hears that it was refused, for three months and where nothing was given since")
    func refusedAndRead() {
        var world = ScenarioRows.team()
        func refuse(_ id: String, _ domain: LifeDomain, to organisation: String = "balans", purpose: Purpose = .plan) {
            world.facts.refusals.append(
                Household.Refusal(
                    id: named(id), household: home, subject: named("selma"), recipient: .organisation(named(organisation)),
                    domains: [domain], purpose: purpose, by: .person(named("selma")), askedOn: at("01-15T10:00"), recordedBy: named("joost")
                ))
        }
        func heard(_ item: String = "housing", _ moment: String = "2026-01-20T10:00:00+01:00", by name: String = "kees") -> Decided {
            world.decide(read(item), by: name, hat: .help, purpose: .plan, at: at(moment))
        }
        refuse("elsewhere", .housing, to: "hetanker")
        refuse("for another purpose", .housing, purpose: .handoverAndAftercare)
        refuse("of another domain", .health)
        #expect(heard().policies == ["PR-10.4-needs-consent"], "\(heard())")
        refuse("no", .housing)
        #expect(heard().policies == ["PR-10.4-needs-consent", "PR-13.5-refused"], "\(heard())")
        #expect(heard().nextSteps.count == 1 && heard().nextSteps[0].en.hasPrefix("Respect the refusal"), "\(heard().nextSteps)")
        #expect(heard("housing", "2026-04-14T23:59:00+02:00").policies.contains("PR-13.5-refused"))
        #expect(heard("housing", "2026-04-15T00:00:00+02:00").policies == ["PR-10.4-needs-consent"])
        #expect(heard("housing", by: "joost").outcome == "permit", "what his own organisation has")
        // One that was recorded before is refused with it, when it is completed too; one given since is what counts.
        world.consent("before", "selma", to: "balans", [.housing], signed: ["selma"], at: at("01-15T09:00"))
        #expect(heard().policies == ["PR-10.4-needs-consent", "PR-13.5-refused"], "\(heard())")
        world.consent("since", "selma", to: "balans", [.housing], signed: ["selma"], at: at("01-16T09:00"))
        #expect(heard().outcome == "permit")
        world.change("since") { _, consent in
            var short = consent
            short.until = day("2026-01-18")
            return short
        }
        #expect(heard().policies == ["PR-10.4-needs-consent", "PR-11.2-expired"], "\(heard())")
        // What was not given whole, and what was taken back, leaves the refusal what it was.
        let given = world
        world.change("since") { _, consent in
            var unsigned = consent
            unsigned.givers = []
            return unsigned
        }
        #expect(heard().policies.contains("PR-13.5-refused"), "\(heard())")
        world = given
        world.withdraw("since", nil, by: "selma", at: at("01-17T10:00"))
        #expect(heard().policies.contains("PR-13.5-refused"), "\(heard())")
    }

    @Test("--why: the first unmet demand, its operands, and the next lawful step")
    func why() throws {
        let world = ScenarioRows.settled()
        let (card, cardFacts) = world.request(ReadCard(household: home), world.asker("ilse", .help), purpose: .plan, at: at("01-21T18:00"))
        let consulted = world.engine.explain(card, on: cardFacts)
        #expect(consulted.outcome == .refuse && !consulted.mayKnow)
        #expect(consulted.determining.map(\.policy) == ["PR-18.5-consulted-without-names"])

        let (list, listFacts) = world.request(ReadCard(household: home), world.asker("jan", nil), purpose: .plan, at: at("01-21T18:00"))
        let outsider = world.engine.explain(list, on: listFacts)
        #expect(outsider.nearest.map(\.policy) == ["PR-5.1-team-reads-card"])
        let failing = try #require(outsider.nearest.first?.firstFailing)
        #expect(
            failing.text == "resource.involved.contains(principal)" && failing.operands.contains { $0.hasPrefix("resource.involved = [") })
        #expect(outsider.nextSteps.map(\.en) == ["Ask the household's director for an involvement."])

        let (own, ownFacts) = world.request(read("overview"), world.asker("kees", .help), purpose: .plan, at: at("01-21T18:00"))
        let yes = world.engine.explain(own, on: ownFacts)
        #expect(
            yes.outcome == .permit && yes.determining.allSatisfy { $0.firstFailing == nil }
                && yes.articles.map(\.description) == ["PR-18.2"])
    }
}
