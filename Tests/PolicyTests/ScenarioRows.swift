import Household
import Testing

@testable import Policy

/// A row of the acceptance scenario: what was decided must have its outcome and cite at least its articles.
private func row(
    _ id: String, _ outcome: String, _ articles: String, _ decided: Decided, location: SourceLocation = #_sourceLocation
) {
    #expect(decided.outcome == outcome, "\(id): \(decided)", sourceLocation: location)
    let missing = articles.split(separator: ";").map { "PR-\($0)" }.filter { !decided.articles.contains($0) }
    #expect(missing.isEmpty, "\(id): \(decided)", sourceLocation: location)
}

/// Steps 3 to 8 without SC-016, and step 13 without SC-058, on the household as the story has it at each row.
@Suite("The scenario's rows, decided on facts")
struct ScenarioRows {
    private let home = World.household

    /// The household after step 4: one director, three involvements, one block.
    static func team() -> World {
        var world = World()
        world.appoint("joost", at: at("01-12T09:00"))
        for name in ["fatima", "kees", "wendy"] { world.involve(name, at: at("01-13T10:00")) }
        world.block("nico", at: at("01-13T10:20"))
        world.item("intake", about: nil, by: "joost", .parenting, kind: .intakeForm, hat: .direction, at: at("01-12T09:05"))
        world.item("school", about: "noor", by: "joost", .schoolWorkDaytime, hat: .direction, at: at("01-13T11:00"))
        world.item("debt", about: "selma", by: "joost", .finance, hat: .direction, at: at("01-13T11:05"))
        world.item("housing", about: "selma", by: "joost", .housing, hat: .direction, at: at("01-13T11:10"))
        return world
    }

    /// After step 5: consents of an adult, a child, a youth and an incapacitated person, some without the second parent.
    static func consents() -> World {
        var world = team()
        world.consent("selma-balans", "selma", to: "balans", [.finance, .housing], signed: ["selma"], at: at("01-14T19:00"))
        world.consent("noor-jk", "noor", to: "jeugdkompas", [.schoolWorkDaytime], signed: ["noor", "selma"], at: at("01-14T19:10"))
        world.consent("sem-jk", "sem", to: "jeugdkompas", [.parenting], signed: ["selma"], at: at("01-14T19:12"))
        world.consent("emre-persp", "emre", to: "perspectief", [.schoolWorkDaytime], signed: ["emre"], at: at("01-14T19:15"))
        world.facts.incapacities.append(
            IncapacityJudgement(
                id: named("hatice"), household: World.household, person: named("hatice"), judgedBy: named("wendy"),
                judgedAt: at("01-14T19:20"),
                until: day("2026-07-14")))
        return world
    }

    /// After step 6.
    static func signed() -> World {
        var world = consents()
        world.sign("noor-jk", "ronald", at: at("01-16T12:00"))
        world.sign("sem-jk", "ronald", at: at("01-16T12:00"))
        return world
    }

    /// After step 8, with the plan in force.
    static func settled() -> World {
        var world = signed()
        world.facts.plans = [plan(.inForce, signers: everybody)]
        world.item("overview", about: "selma", by: "kees", .finance, kind: .overview, basis: .debtReliefAct, at: at("01-21T17:00"))
        world.item("help-noor", about: "noor", by: "fatima", .parenting, kind: .note, basis: .youthAct, at: at("01-21T17:20"))
        return world
    }

    static let everybody = ["joost", "selma", "noor", "emre", "fatima", "kees", "wendy"]

    /// Plan v1: goals for Noor, Emre and the household; actions of three partners.
    static func plan(_ state: PlanState, signers: [String], review: String? = "2026-07-13") -> PlanVersion {
        let hash = Bytes32([UInt8](repeating: 7, count: 32))
        func goal(_ name: String, _ domain: LifeDomain, _ subject: Household.Subject) -> Goal {
            Goal(id: named(name), domain: domain, subject: subject, due: day("2026-06-30"))
        }
        func action(_ name: String, _ goal: String, _ organisation: String) -> PlanAction {
            PlanAction(id: named(name), goal: named(goal), actor: .organisation(named(organisation)), due: day("2026-05-01"))
        }
        let workers = ["joost", "fatima", "kees", "wendy"]
        return PlanVersion(
            id: named("plan"), household: World.household, number: 1, state: state,
            goals: [
                goal("g-noor", .schoolWorkDaytime, .person(named("noor"))), goal("g-emre", .participation, .person(named("emre"))),
                goal("g-debt", .finance, .household(World.household)),
            ],
            actions: [
                action("a-jk", "g-noor", "jeugdkompas"), action("a-balans", "g-debt", "balans"), action("a-anker", "g-debt", "hetanker"),
            ],
            contentHash: state == .draft ? nil : hash, presentedOn: state == .draft ? nil : day("2026-01-19"),
            inForceOn: state == .inForce ? day("2026-01-21") : nil, reviewDueOn: review.map(day),
            signatures: signers.compactMap { name in
                hash.map {
                    PlanSignature(
                        signer: workers.contains(name) ? .worker(named(name)) : .party(.person(named(name)), .ownBehalf),
                        at: at("01-20T12:00"),
                        method: .written, contentHash: $0, notedBy: named("joost"))
                }
            })
    }

    private func read(_ item: String) -> ReadItem { ReadItem(household: home, item: named(item)) }

    @Test("step 3: one director")
    func step3() {
        var world = World()
        row(
            "SC-009", "permit", "4.2;6.1;6.2",
            world.decide(
                AppointDirector(household: home, worker: named("joost"), preference: .followed), by: "mirjam", hat: .direction,
                purpose: .direction, at: at("01-12T09:00")))
        world.appoint("joost", at: at("01-12T09:00"))
        row(
            "SC-010", "refuse", "7.3",
            world.decide(
                GrantInvolvement(
                    household: home, worker: named("joost"), role: .teamMember, persons: nil, purpose: .plan, from: day("2026-01-12"),
                    until: day("2026-07-11")), by: "joost", hat: .direction, purpose: .direction, at: at("01-12T09:02")))
        world.item("intake", about: nil, by: "joost", .parenting, kind: .intakeForm, hat: .direction, at: at("01-12T09:05"))
        let coordinator = world.decide(read("intake"), by: "mirjam", hat: .direction, purpose: .direction, at: at("01-12T09:10"))
        row("SC-011", "refuse", "4.2;7.1", coordinator)
        #expect(!coordinator.mayKnow)
    }

    @Test("step 4: who may join, who may not")
    func step4() {
        var world = World()
        world.appoint("joost", at: at("01-12T09:00"))
        func grant(_ name: String, until: String) -> GrantInvolvement {
            GrantInvolvement(
                household: home, worker: named(name), role: .teamMember, persons: nil, purpose: .plan, from: day("2026-01-13"),
                until: day(until))
        }
        for name in ["fatima", "kees", "wendy"] {
            row(
                "SC-012", "permit", "7.2;7.3",
                world.decide(grant(name, until: "2026-07-12"), by: "joost", hat: .direction, purpose: .direction, at: at("01-13T10:00")))
        }
        row(
            "SC-013", "refuse", "7.2",
            world.decide(grant("fatima", until: "2027-01-13"), by: "joost", hat: .direction, purpose: .direction, at: at("01-13T10:05")))
        row(
            "SC-014", "permit", "7.4",
            world.decide(
                DeclareConflict(household: home, kind: .neighbour), by: "nico", hat: .help, purpose: .oversight, at: at("01-13T10:20")))
        world.block("nico", at: at("01-13T10:20"))
        world.searchMatches = (blocked: true, any: true)
        let search = world.decide(
            SearchPerson(token: BlindIndexToken(bytes: [1])), by: "nico", hat: .help, purpose: .plan, at: at("01-13T10:25"))
        row("SC-015", "refuse", "7.4;7.5", search)
        #expect(search.mayKnow)
    }

    @Test("step 5: consent at the kitchen table")
    func step5() {
        var world = Self.team()
        func register(_ draft: ConsentDraft, _ time: String) -> Decided {
            world.decide(RegisterConsent(household: home, draft: draft), by: "joost", hat: .direction, purpose: .plan, at: at(time))
        }
        let signedAt = at("01-14T19:00")
        row(
            "SC-017", "permit", "11.1;11.2;11.5",
            register(world.draftConsent("selma", to: "balans", [.finance, .housing], signed: ["selma"], at: signedAt), "01-14T19:00"))
        let blanket = ConsentDraft(
            subject: named("selma"), recipients: .everybody, domains: .all, purpose: .plan, from: day("2026-01-14"),
            until: day("2027-01-13"),
            leafletVersion: Label("2026-1"), signers: [.person(named("selma"))], method: .written)
        row("SC-018", "refuse", "11.3", register(blanket, "01-14T19:05"))
        row(
            "SC-019", "oblige", "12.2",
            register(
                world.draftConsent("noor", to: "jeugdkompas", [.schoolWorkDaytime], signed: ["noor", "selma"], at: signedAt), "01-14T19:10")
        )
        row(
            "SC-020", "oblige", "12.1",
            register(world.draftConsent("sem", to: "jeugdkompas", [.parenting], signed: ["selma"], at: signedAt), "01-14T19:12"))
        row(
            "SC-021", "permit", "12.3",
            register(world.draftConsent("emre", to: "perspectief", [.schoolWorkDaytime], signed: ["emre"], at: signedAt), "01-14T19:15"))
        row(
            "SC-021", "permit", "12.3",
            world.decide(
                RefuseConsent(
                    household: home,
                    draft: RefusalDraft(
                        subject: named("emre"), recipient: .person(named("selma")), domains: [.schoolWorkDaytime], purpose: .plan,
                        by: .person(named("emre")))),
                by: "joost", hat: .direction, purpose: .plan, at: at("01-14T19:16")))
        let judgement = IncapacityJudgement(
            id: named("hatice"), household: home, person: named("hatice"), judgedBy: named("wendy"), judgedAt: at("01-14T19:20"),
            until: day("2026-07-14"))
        row(
            "SC-022", "permit", "12.4",
            world.decide(
                RecordIncapacity(household: home, record: judgement, reasonGiven: true), by: "wendy", hat: .help, purpose: .plan,
                at: at("01-14T19:20")))
        world.facts.incapacities = [judgement]
        row(
            "SC-022, then", "permit", "12.4",
            register(world.draftConsent("hatice", to: "debrug", [.health], signed: ["selma"], at: signedAt), "01-14T19:30"))
        world = Self.consents()
        let early = world.decide(read("school"), by: "fatima", hat: .help, purpose: .plan, at: at("01-14T20:00"))
        row("SC-023", "refuse", "10.4;12.2;18.3", early)
        #expect(early.mayKnow)
    }

    @Test("step 6: the second parent signs")
    func step6() {
        var world = Self.consents()
        for consent in ["noor-jk", "sem-jk"] {
            row(
                "SC-024", "permit", "12.1;12.2",
                world.decide(
                    SignConsent(household: home, consent: named(consent), signer: .person(named("ronald"))), by: "joost", hat: .direction,
                    purpose: .plan,
                    at: at("01-16T12:00")))
        }
        world = Self.signed()
        row(
            "SC-025", "permit", "10.4;11.7;18.3",
            world.decide(read("school"), by: "fatima", hat: .help, purpose: .plan, at: at("01-16T13:00")))
        row(
            "SC-026", "refuse", "10.4;11.7;18.3",
            world.decide(read("debt"), by: "fatima", hat: .help, purpose: .plan, at: at("01-16T13:02")))
        let that = [
            world.decide(ReadCard(household: home), by: "fatima", hat: .help, purpose: .plan, at: at("01-16T13:05")),
            world.decide(ListTeam(household: home), by: "fatima", hat: .help, purpose: .plan, at: at("01-16T13:05")),
            world.decide(ListItems(household: home), by: "fatima", hat: .help, purpose: .plan, at: at("01-16T13:05")),
        ]
        for decided in that { row("SC-027", "permit", "5.1;18.1", decided) }
    }

    @Test("step 7: one plan, in force")
    func step7() {
        var world = Self.signed()
        let plan: PlanID = named("plan")
        row(
            "SC-028, before", "permit", "8.1",
            world.decide(
                DraftPlan(household: home, goals: [], actions: [], reviewDueOn: nil), by: "joost", hat: .direction, purpose: .plan,
                at: at("01-19T10:00")))
        world.facts.plans = [Self.plan(.draft, signers: [])]
        row(
            "SC-028", "permit", "8.1;8.5",
            world.decide(PresentPlan(plan: plan), by: "joost", hat: .direction, purpose: .plan, at: at("01-19T11:00")))
        let report = ItemDraft(
            subject: .person(named("noor")), layer: .plan, domain: .health, kind: .report, basis: .youthAct, provision: nil,
            retentionClass: .youthCare, scoreReasonGiven: false, sizeBucket: SizeBucket(bytes: 4_000))
        row(
            "SC-029", "refuse", "5.2;5.3",
            world.decide(AddItem(household: home, draft: report), by: "joost", hat: .direction, purpose: .plan, at: at("01-19T11:05")))
        world.facts.plans = [Self.plan(.presented, signers: Self.everybody.filter { $0 != "noor" })]
        row("SC-030", "refuse", "8.2", world.decide(ActivatePlan(plan: plan), system: .planEngine, purpose: .plan, at: at("01-20T16:00")))
        row(
            "SC-031, before", "permit", "8.2",
            world.decide(
                SignPlan(plan: plan, signer: .party(.person(named("noor")))), by: "joost", hat: .direction, purpose: .plan,
                at: at("01-21T16:00")))
        world.facts.plans = [Self.plan(.presented, signers: Self.everybody)]
        row(
            "SC-031", "permit", "8.2;8.4",
            world.decide(ActivatePlan(plan: plan), system: .planEngine, purpose: .plan, at: at("01-21T16:10")))
        world.facts.plans = [Self.plan(.inForce, signers: Self.everybody)]
        row(
            "SC-032", "refuse", "8.4;8.6",
            world.decide(
                ChangePlanAction(plan: plan, planAction: named("a-balans")), by: "fatima", hat: .help, purpose: .plan, at: at("01-21T16:20")
            ))
    }

    @Test("step 8: each their own part")
    func step8() {
        var world = Self.settled()
        func draft(_ kind: ItemKind, _ domain: LifeDomain?) -> AddItem {
            AddItem(
                household: home,
                draft: ItemDraft(
                    subject: .person(named("selma")), layer: .personalFile, domain: domain, kind: kind, basis: .debtReliefAct,
                    provision: nil,
                    retentionClass: .debtRelief, scoreReasonGiven: false, sizeBucket: SizeBucket(bytes: 4_000)))
        }
        row(
            "SC-033", "permit", "5.3;10.1;18.2",
            world.decide(draft(.overview, .finance), by: "kees", hat: .help, purpose: .plan, at: at("01-21T17:00")))
        row("SC-034", "refuse", "3.4", world.decide(draft(.score, nil), by: "kees", hat: .help, purpose: .plan, at: at("01-21T17:01")))
        row(
            "SC-035", "refuse", "10.4;11.7;18.3",
            world.decide(read("overview"), by: "wendy", hat: .help, purpose: .plan, at: at("01-21T17:30")))
        let hidden = world.decide(read("help-noor"), by: "sander", hat: .access, purpose: .provisionDecision, at: at("01-22T09:00"))
        row("SC-036", "refuse", "17.1;17.2", hidden)
        #expect(!hidden.mayKnow, "the access hat does not hear of help items")
        // Even somebody involved for the decision does not.
        world.involve("sander", purpose: .provisionDecision, role: .accessOfficer, at: at("01-21T10:00"))
        let involved = world.decide(read("help-noor"), by: "sander", hat: .access, purpose: .provisionDecision, at: at("01-22T09:00"))
        row("SC-036, involved", "refuse", "17.1;17.2", involved)
        #expect(!involved.mayKnow)
    }

    @Test("step 9, as far as it goes: what was designated opens, and only in the access hat")
    func step9() {
        var world = Self.settled()
        world.item("designated", about: "noor", by: "fatima", .parenting, basis: .youthAct, at: at("01-21T18:00"), designated: true)
        row(
            "SC-038", "permit", "17.1;18.1",
            world.decide(read("designated"), by: "sander", hat: .access, purpose: .provisionDecision, at: at("01-22T10:30")))
        row(
            "SC-039", "refuse", "17.3",
            world.decide(read("designated"), by: "sander", hat: .help, purpose: .provisionDecision, at: at("01-22T10:31")))
    }

    @Test("step 13: withdrawal")
    func step13() {
        var world = Self.settled()
        let before = world.decide(read("housing"), by: "kees", hat: .help, purpose: .plan, at: at("01-27T10:14"))
        row("SC-056, before", "permit", "10.4;11.7;18.3", before)
        row(
            "SC-055", "permit", "13.1;13.2;13.3",
            world.decide(
                WithdrawConsent(consent: named("selma-balans"), domains: [.housing], by: .person(named("selma"))), by: "kees", hat: .help,
                purpose: .residentRights, at: at("01-27T10:15")))
        world.withdraw("selma-balans", [.housing], by: "selma", at: at("01-27T10:15"))
        let after = world.decide(read("housing"), by: "kees", hat: .help, purpose: .plan, at: at("01-27T10:16"))
        row("SC-056", "refuse", "13.2", after)
        #expect(after.mayKnow)
        row("SC-057", "permit", "13.3;18.2", world.decide(read("overview"), by: "kees", hat: .help, purpose: .plan, at: at("01-27T10:17")))
        // The other domain of the same consent stands.
        row("SC-056, finance", "permit", "18.3", world.decide(read("debt"), by: "kees", hat: .help, purpose: .plan, at: at("01-27T10:18")))
        // A new consent is a new consent.
        world.consent("selma-balans-2", "selma", to: "balans", [.housing], signed: ["selma"], at: at("01-28T10:00"))
        row("SC-056, anew", "permit", "18.3", world.decide(read("housing"), by: "kees", hat: .help, purpose: .plan, at: at("01-28T10:01")))
    }
}
