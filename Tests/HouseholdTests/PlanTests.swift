import Foundation
import Testing

@testable import Household

/// The plan (PR-8; invariant 6): the scenario's step 7.
struct PlanTests {
    static let at = moment("2026-01-21T16:10:00+01:00")

    static func activation(
        _ change: (inout PlanVersion) -> Void, facts: (inout HouseholdFacts) -> Void = { _ in }, at: Moment = at
    ) throws -> PlanActivation {
        var version = Plans.version(state: .presented)
        version.signatures = Plans.all
        change(&version)
        return try Home.view(facts).activation(of: version, at: at)
    }

    static func without(_ signer: PlanSigner) -> (inout PlanVersion) -> Void { { $0.signatures.removeAll { $0.signer == signer } } }
    static func own(_ person: PersonID) -> PlanSigner { .party(.person(person), .ownBehalf) }

    @Test func everybodyHasSigned() throws {
        // SC-031.
        let found = try Self.activation { _ in }
        #expect(found.isPossible && found.excludedActions.isEmpty && found.lacks.isEmpty)
        var version = Plans.version(state: .presented)
        version.signatures = Plans.all
        let (inForce, superseded) = try Home.view().activate(version, at: Self.at)
        #expect(inForce.state == .inForce && inForce.inForceOn == day("2026-01-21") && superseded == nil)
        #expect(inForce.hasSameContent(as: version))
    }

    @Test func noorHasNot() throws {
        // SC-030.
        let found = try Self.activation(Self.without(Self.own(Home.noor)))
        #expect(found.lacks == [PlanLack(.youthSignature, party: .person(Home.noor))] && found.articles == [.pr(8, 2)])
        var version = Plans.version(state: .presented)
        version.signatures = Plans.all.filter { $0.signer != Self.own(Home.noor) }
        let error = #expect(throws: HouseholdError.self) { try Home.view().activate(version, at: Self.at) }
        #expect(error?.articles == [.pr(8, 2)])
    }

    @Test(
        arguments: [
            ("director", [PlanLack(.directorSignature, worker: Team.joost)], PlanSigner.worker(Team.joost)),
            ("adult", [PlanLack(.adultOrRepresentative)], own(Home.selma)),
            ("Emre", [PlanLack(.youthSignature, party: .person(Home.emre))], own(Home.emre)),
            ("Jeugdkompas", [PlanLack(.partnerSignature, party: .organisation(Team.jeugdkompas))], .worker(Team.fatima)),
            ("Balans", [PlanLack(.partnerSignature, party: .organisation(Team.balans))], .worker(Team.kees)),
            ("Het Anker", [PlanLack(.partnerSignature, party: .organisation(Team.hetAnker))], .worker(Team.wendy)),
        ] as [(String, [PlanLack], PlanSigner)])
    func oneSignatureLacks(name: String, lacks: [PlanLack], signer: PlanSigner) throws {
        #expect(try Self.activation(Self.without(signer)).lacks == lacks)
    }

    @Test func signaturesMustBeUnderThisContentAndInTime() throws {
        for change: (inout PlanVersion) -> Void in [
            { $0.signatures[2].contentHash = hash(2) }, { $0.signatures[2].at = Self.at.adding(milliseconds: 1) },
            { $0.signatures[2].method = .oral },
            { $0.signatures[2].signer = .party(.person(Home.noor), .parentWithAuthority) },
        ] { #expect(try Self.activation(change).lacks == [PlanLack(.youthSignature, party: .person(Home.noor))]) }
        #expect(try Self.activation { $0.contentHash = hash(2) }.lacks.count == 7)
        #expect(try Self.activation { $0.state = .draft }.lacks == [PlanLack(.notPresented)])
    }

    @Test func adultsAndRepresentatives() throws {
        let noSelma = Self.without(Self.own(Home.selma))
        func signedBy(_ signer: PlanSigner, facts: (inout HouseholdFacts) -> Void = { _ in }) throws -> Bool {
            try Self.activation(
                {
                    noSelma(&$0); $0.signatures.append(Plans.signature(signer))
                }, facts: facts
            ).isPossible
        }
        // A legal representative of somebody who lives there will do; an adult who lives elsewhere, a youth, or the incapable will not.
        #expect(try signedBy(.party(.person(Home.selma), .mentor)) && signedBy(.party(.person(Home.ronald), .parentWithAuthority)))
        #expect(try !signedBy(Self.own(Home.ronald)) && !signedBy(Self.own(Home.emre)) && !signedBy(Self.own(Home.hatice)))
        #expect(try signedBy(Self.own(Home.hatice), facts: { $0.incapacities = [] }))
        #expect(try !signedBy(.party(.person(Home.ronald), .mentor)))
    }

    @Test func youthFromTwelveWithAGoal() throws {
        // Sem has a goal and is seven; on his twelfth birthday he must sign.
        let later = moment("2030-05-02T00:00:00+02:00")
        func lacks(_ at: Moment) throws -> [PlanLack] {
            try Self.activation(
                { $0.reviewDueOn = at.day },
                facts: { facts in
                    facts.involvements = facts.involvements.map {
                        var long = $0; long.until = day("2031-01-01"); return long
                    }
                }, at: at
            ).lacks.filter { $0.gap == .youthSignature }
        }
        #expect(try lacks(later.adding(milliseconds: -1)).isEmpty)
        #expect(try lacks(later) == [PlanLack(.youthSignature, party: .person(Home.sem))])
        // Without a goal Noor need not sign.
        #expect(
            try Self.activation({
                Self.without(Self.own(Home.noor))(&$0); $0.goals.removeFirst(); $0.actions.removeFirst(2)
            }).isPossible)
        // Judged incapable, both parents sign in her place.
        let judged: (inout HouseholdFacts) -> Void = {
            $0.incapacities.append(
                IncapacityJudgement(
                    id: make(2), household: Home.id, person: Home.noor, judgedBy: Team.fatima, judgedAt: Home.kitchenTable,
                    until: day("2026-06-01")))
        }
        #expect(try Self.activation({ _ in }, facts: judged).lacks.map(\.gap) == [.representativeSignature, .representativeSignature])
        #expect(
            try Self.activation(
                { version in
                    for parent in [Home.selma, Home.ronald] {
                        version.signatures.append(Plans.signature(.party(.person(parent), .parentWithAuthority)))
                    }
                }, facts: judged
            ).isPossible)
    }

    @Test func aSignatureStandsInEveryCapacityThatIsLacking() throws {
        let judged: (inout HouseholdFacts) -> Void = {
            $0.incapacities.append(
                IncapacityJudgement(
                    id: make(2), household: Home.id, person: Home.noor, judgedBy: Team.fatima, judgedAt: Home.kitchenTable,
                    until: day("2026-06-01")))
            $0.representations.append(
                Representation(
                    id: make(2), household: Home.id, person: Home.hatice, representative: .person(Home.ronald), kind: .curator,
                    evidence: .courtDecision, from: day("2025-11-03")))
        }
        func signed(
            _ version: PlanVersion, by person: PersonID, _ facts: (inout HouseholdFacts) -> Void = { _ in }
        ) throws -> PlanVersion {
            try Home.view(facts).sign(version, by: .person(person), method: .written, notedBy: Team.joost, at: Self.at)
        }
        func capacities(_ version: PlanVersion, _ person: PersonID) -> [SigningCapacity] {
            version.signatures.compactMap { signature in
                guard case .party(.person(person), let capacity) = signature.signer else { return nil }
                return capacity
            }
        }
        var version = Plans.version(state: .presented)
        version.signatures = Plans.all.filter { ![Self.own(Home.selma), Self.own(Home.noor)].contains($0.signer) }
        // Nobody is judged incapable: each signs for himself, once.
        #expect(capacities(try signed(version, by: Home.selma), Home.selma) == [.ownBehalf])
        #expect(capacities(try signed(version, by: Home.noor), Home.noor) == [.ownBehalf])
        // Noor is: each parent signs in her place as well, and then nothing lacks.
        let mother = try signed(version, by: Home.selma, judged)
        #expect(capacities(mother, Home.selma) == [.ownBehalf, .parentWithAuthority])
        let both = try signed(mother, by: Home.ronald, judged)
        #expect(capacities(both, Home.ronald) == [.ownBehalf, .parentWithAuthority])
        #expect(try Home.view(judged).activation(of: both, at: Self.at).lacks.isEmpty)
        #expect(throws: HouseholdError.self) { try signed(both, by: Home.noor, judged) }
        // Who lives elsewhere counts as a representative where no adult has signed, a curator as such.
        #expect(capacities(try signed(version, by: Home.ronald), Home.ronald) == [.ownBehalf, .parentWithAuthority])
        let noChildren: (inout HouseholdFacts) -> Void = {
            judged(&$0); $0.authorities = []; $0.incapacities.removeLast()
        }
        #expect(capacities(try signed(version, by: Home.ronald, noChildren), Home.ronald) == [.ownBehalf, .curator])
        // Who cannot oversee the plan himself signs neither for himself nor in another's place, and a child in no capacity (PR-2.2).
        let mentor: (inout HouseholdFacts) -> Void = {
            $0.incapacities.append(
                IncapacityJudgement(
                    id: make(2), household: Home.id, person: Home.selma, judgedBy: Team.fatima, judgedAt: Home.kitchenTable,
                    until: day("2026-06-01")))
        }
        var complete = Plans.version(state: .presented)
        complete.signatures = Plans.all
        #expect(throws: HouseholdError.self) { try signed(complete, by: Home.selma, mentor) }
        #expect(capacities(try signed(complete, by: Home.selma), Home.selma) == [.ownBehalf, .ownBehalf])
        #expect(throws: HouseholdError.self) { try signed(version, by: Home.sem) }
        version.state = .draft
        #expect(throws: HouseholdError.self) { try signed(version, by: Home.selma) }
    }

    @Test func partnersWithAnAction() throws {
        // The director's signature binds the own organisation; a third party does not sign; a stranger's signature binds nobody.
        #expect(try Self.activation { $0.actions.append(Plans.action(10, 1, .organisation(Team.deBrug))) }.isPossible)
        #expect(try Self.activation { $0.actions.append(Plans.action(10, 1, .organisation(Team.kompascollege))) }.isPossible)
        #expect(
            try Self.activation { $0.actions.append(Plans.action(10, 1, .organisation(Team.perspectief))) }.lacks == [
                PlanLack(.partnerSignature, party: .organisation(Team.perspectief))
            ])
        #expect(
            try Self.activation { $0.signatures[4].signer = .worker(Team.nico) }.lacks == [
                PlanLack(.partnerSignature, party: .organisation(Team.jeugdkompas))
            ])
    }

    @Test func whoRefusesIsLeftOut() throws {
        // PR-8.3: Emre will not sign; actions 3 (his own, under his goal) do not take force, his view is attached.
        func refuse(_ person: PersonID, viewAttached: Bool = true, at: Moment = Plans.presented) -> (inout PlanVersion) -> Void {
            {
                Self.without(Self.own(person))(&$0)
                $0.refusals.append(PlanRefusal(person: person, at: at, viewAttached: viewAttached, notedBy: Team.joost))
            }
        }
        let emre = try Self.activation(refuse(Home.emre))
        #expect(emre.isPossible && emre.excludedActions == [make(3)])
        #expect(
            try Self.activation(refuse(Home.emre, viewAttached: false)).lacks == [PlanLack(.viewNotAttached, party: .person(Home.emre))])
        // Noor: goal 1 is hers, so actions 1 and 2 go.
        #expect(try Self.activation(refuse(Home.noor)).excludedActions == [make(1), make(2)])
        // Selma refuses and nobody else of age signed.
        let selma = try Self.activation(refuse(Home.selma))
        #expect(selma.lacks == [PlanLack(.adultOrRepresentative)] && selma.excludedActions == [make(4), make(5), make(8)])
        // Signed after all.
        #expect(
            try Self.activation {
                $0.refusals.append(
                    PlanRefusal(person: Home.emre, at: Plans.presented.adding(milliseconds: -1), viewAttached: false, notedBy: Team.joost))
            }.excludedActions.isEmpty)
        // A goal of the household concerns everybody who lives there, so nothing is left.
        let common = try Self.activation {
            $0.goals = [Plans.goal(1, .housing, .household(Home.id))]
            $0.actions = [Plans.action(1, 1, .network)]
            refuse(Home.emre)(&$0)
        }
        #expect(common.lacks.map(\.gap) == [.nothingLeft])
    }

    @Test func reviewWithinSixMonths() throws {
        // PR-8.5.
        #expect(try Self.activation { $0.reviewDueOn = day("2026-07-21") }.isPossible)
        #expect(try Self.activation { $0.reviewDueOn = day("2026-07-22") }.lacks == [PlanLack(.reviewTooLate)])
        #expect(try Self.activation { $0.reviewDueOn = nil }.lacks == [PlanLack(.reviewMissing)])
    }

    @Test func newVersionSupersedesTheOld() throws {
        var old = Plans.version(state: .presented)
        old.state = .inForce
        old.signatures = Plans.all
        var new = Plans.version(state: .presented)
        new.id = make(2)
        new.number = 2
        new.signatures = Plans.all
        let view = try Home.view { $0.plans = [old, new] }
        let (inForce, superseded) = try view.activate(new, at: Self.at)
        #expect(inForce.id == new.id && superseded?.id == old.id && superseded?.state == .superseded)
        #expect(view.planInForce?.id == old.id && view.latestPlan?.id == new.id)
    }

    // MARK: changing (PR-8.4, 8.6)

    @Test(
        arguments: [
            ("director, draft", Team.joost, PlanState.draft, PlanChange.content, []),
            ("member, draft", Team.fatima, .draft, .content, [.notDirector]),
            ("own action", Team.fatima, .draft, .action(Plans.action(1, 1, .organisation(Team.jeugdkompas))), []),
            ("a new own action", Team.fatima, .draft, .action(Plans.action(11, 1, .organisation(Team.jeugdkompas))), []),
            ("action of Balans", Team.fatima, .draft, .action(Plans.action(4, 3, .organisation(Team.balans))), [.notOwnAction]),
            (
                "taking the action of Balans", Team.fatima, .draft, .action(Plans.action(4, 3, .organisation(Team.jeugdkompas))),
                [.notOwnAction]
            ),
            ("giving one away", Team.fatima, .draft, .action(Plans.action(1, 1, .organisation(Team.balans))), [.notOwnAction]),
            ("a resident's action", Team.fatima, .draft, .action(Plans.action(5, 3, .person(Home.selma))), [.notOwnAction]),
            ("not involved", Team.ilse, .draft, .action(Plans.action(1, 1, .organisation(Team.jeugdkompas))), [.notInvolved]),
            ("director, in force", Team.joost, .inForce, .content, [.signed, .notDraft]),
            (
                "SC-032", Team.fatima, .inForce, .action(Plans.action(4, 3, .organisation(Team.balans))),
                [.signed, .notDraft, .notOwnAction]
            ),
            ("own progress", Team.fatima, .inForce, .progress(make(1)), []),
            ("Kees's own progress", Team.kees, .inForce, .progress(make(4)), []),
            ("another's progress", Team.fatima, .inForce, .progress(make(4)), [.notOwnAction]),
            ("no such action", Team.fatima, .inForce, .progress(make(77)), [.unknownGoal]),
            ("progress in a draft", Team.fatima, .draft, .progress(make(1)), [.notInForce]),
            ("outcome by a member", Team.fatima, .inForce, .outcome(make(1)), [.notDirector]),
            ("outcome by the director", Team.joost, .inForce, .outcome(make(1)), []),
        ] as [(String, WorkerID, PlanState, PlanChange, [PlanObjection])])
    func changing(name: String, worker: WorkerID, state: PlanState, change: PlanChange, expected: [PlanObjection]) throws {
        var version = Plans.version(state: state)
        if state != .draft { version.signatures = Plans.all }
        let view = try Home.view()
        #expect(view.objections(to: change, in: version, by: worker, at: Self.at) == expected)
    }

    @Test func articlesOfTheScenario() {
        #expect([PlanObjection.signed, .notDraft, .notOwnAction].flatMap(\.articles).contains(.pr(8, 6)))
        #expect(PlanObjection.signed.articles == [.pr(8, 4)])
    }

    @Test func anActionNamedForAWorkerIsThatWorkers() throws {
        let view = try Home.view { $0.involvements.append(Home.involvement(9, Team.ilse, .consultant, by: Team.joost)) }
        var version = Plans.version()
        version.actions[0].worker = Team.ilse
        #expect(view.objections(to: .action(version.actions[0]), in: version, by: Team.fatima, at: Self.at) == [.notOwnAction])
        #expect(view.objections(to: .action(version.actions[0]), in: version, by: Team.ilse, at: Self.at).isEmpty)
    }

    @Test func presenting() throws {
        // SC-028.
        let view = try Home.view()
        let presented = try view.present(Plans.version(), contentHash: hash(1), by: Team.joost, at: Plans.presented)
        #expect(presented.state == .presented && presented.contentHash == hash(1) && presented.presentedOn == day("2026-01-19"))
        func articles(_ change: (inout PlanVersion) -> Void, by worker: WorkerID = Team.joost) -> [Article]? {
            var version = Plans.version()
            change(&version)
            return #expect(throws: HouseholdError.self) {
                try view.present(version, contentHash: hash(1), by: worker, at: Plans.presented)
            }?.articles
        }
        #expect(articles({ _ in }, by: Team.fatima) == [.pr(6, 3), .pr(8, 6)])
        #expect(
            articles {
                $0.goals = []; $0.actions = []
            } == [.pr(8, 5)])
        #expect(articles { $0.reviewDueOn = nil } == [.pr(8, 5)])
        #expect(articles { $0.goals[0].audience = .ownerAndTeam } == [.pr(8, 6)])
        #expect(articles { $0.state = .presented } != nil)
        var shielded = Plans.version()
        shielded.goals[1].audience = .ownerAndTeam
        #expect(try view.present(shielded, contentHash: hash(1), by: Team.joost, at: Plans.presented).state == .presented)
    }

    @Test func signing() throws {
        let view = try Home.view()
        let presented = Plans.version(state: .presented)
        let signed = try view.sign(presented, Plans.signature(Home.noor), at: Self.at)
        #expect(signed.signatures.count == 1 && signed.isSigned)
        #expect(try view.sign(signed, Plans.signature(.worker(Team.fatima)), at: Self.at).signatures.count == 2)
        func articles(_ signature: PlanSignature, _ version: PlanVersion = presented) -> [Article]? {
            #expect(throws: HouseholdError.self) { try view.sign(version, signature, at: Self.at) }?.articles
        }
        #expect(articles(Plans.signature(Home.noor), Plans.version()) == [.pr(8, 2)])
        #expect(articles(Plans.signature(.worker(Team.fatima), hash(2))) == [.pr(8, 2), .pr(8, 4)])
        #expect(articles(Plans.signature(Home.sem)) == [.pr(8, 2)])
        #expect(articles(Plans.signature(Home.hatice, at: Self.at)) == [.pr(8, 2)])
        #expect(articles(Plans.signature(.party(.person(Home.ronald), .mentor))) == [.pr(8, 2)])
        #expect(articles(Plans.signature(.worker(Team.ilse))) == [.pr(7, 1)])
        #expect(articles(Plans.signature(.worker(Team.nico))) == [.pr(7, 4)])
        #expect(articles(Plans.signature(Home.noor, at: Self.at.adding(milliseconds: 1))) == [.pr(8, 2)])
        let refused = try view.refuseToSign(presented, PlanRefusal(person: Home.emre, at: Self.at, viewAttached: true, notedBy: Team.joost))
        #expect(refused.refusals.count == 1)
        #expect(throws: HouseholdError.self) {
            try view.refuseToSign(Plans.version(), PlanRefusal(person: Home.emre, at: Self.at, viewAttached: true, notedBy: Team.joost))
        }
    }

    @Test func contentLeavesProgressOut() throws {
        let content = try PlanContent(Plans.version(), Plans.words).canonicalJSON()
        var progressed = Plans.version(state: .presented)
        progressed.actions[0].doneOn = day("2026-02-01")
        progressed.goals[0].outcome = .achieved
        progressed.signatures = Plans.all
        #expect(try PlanContent(progressed, Plans.words).canonicalJSON() == content)
        var words = Plans.words
        words.actions.reverse()
        #expect(try PlanContent(Plans.version(), words).canonicalJSON() == content)
        words.goals[0].wantedResult = "anders"
        #expect(try PlanContent(Plans.version(), words).canonicalJSON() != content)
        for change: (inout PlanVersion) -> Void in [
            { $0.goals[0].due = day("2026-07-02") }, { $0.actions[0].actor = .network }, { $0.number = 2 },
            { $0.goals[1].audience = .ownerAndTeam },
        ] {
            var version = Plans.version()
            change(&version)
            #expect(try PlanContent(version, Plans.words).canonicalJSON() != content)
            #expect(!version.hasSameContent(as: Plans.version()))
        }
        words = Plans.words
        words.goals.removeLast()
        #expect(throws: HouseholdError.self) { try PlanContent(Plans.version(), words) }
        words = Plans.words
        words.actions.append(words.actions[0])
        #expect(throws: HouseholdError.self) { try PlanContent(Plans.version(), words) }
    }

    // MARK: reading (PR-8.6)

    @Test(
        arguments: [
            // Reader, goals of: Noor 14 (1), Emre 17 (2), Selma (3), Hatice (4), Sem 7 (5), the household (6); Emre's is hidden.
            (Home.selma, [1, 3, 4, 5, 6]), (Home.emre, [1, 2, 3, 4, 5, 6]), (Home.noor, [1, 3, 4, 5, 6]), (Home.hatice, [1, 3, 4, 5, 6]),
            (Home.ronald, [1, 5]), (make(99), []),
        ] as [(PersonID, [Int])])
    func reading(reader: PersonID, goals: [Int]) throws {
        var version = Plans.version()
        version.goals[1].audience = .ownerAndTeam
        version.goals.append(Plans.goal(6, .housing, .household(Home.id)))
        let view = try Home.view()
        #expect(view.readableGoals(of: version, reader: reader, at: Self.at).map(\.id) == goals.map { make($0) })
    }

    @Test func parentElsewhereLosesSightAtSixteen() throws {
        let view = try Home.view()
        let goal = Plans.goal(1, .schoolWorkDaytime, .person(Home.noor))
        let birthday = moment("2027-09-03T00:00:00+02:00")
        #expect(
            view.mayRead(goal, reader: Home.ronald, at: birthday.adding(milliseconds: -1))
                && !view.mayRead(goal, reader: Home.ronald, at: birthday))
        #expect(view.mayRead(goal, reader: Home.selma, at: birthday))
        // Emre is not his child, and without authority he sees nothing.
        #expect(!view.mayRead(Plans.goal(2, .schoolWorkDaytime, .person(Home.emre)), reader: Home.ronald, at: Self.at))
        #expect(
            try !Home.view { $0.authorities.removeAll { $0.holder == .person(Home.ronald) } }.mayRead(
                goal, reader: Home.ronald, at: Self.at))
    }

    @Test func representativeReadsAHiddenGoal() throws {
        let view = try Home.view()
        let goal = Plans.goal(4, .health, .person(Home.hatice), .ownerAndTeam)
        #expect(view.mayRead(goal, reader: Home.selma, at: Self.at) && !view.mayRead(goal, reader: Home.emre, at: Self.at))
        #expect(!view.mayRead(goal, reader: Home.selma, at: moment("2026-07-15T00:00:00+02:00")))
    }
}
