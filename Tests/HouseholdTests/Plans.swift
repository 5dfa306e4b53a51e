@testable import Household

/// Plan version 1 of the scenario: five goals, nine actions.
enum Plans {
    static let id: PlanID = make(1)
    static let presented = moment("2026-01-19T11:00:00+01:00")

    static func goal(_ number: Int, _ domain: LifeDomain, _ subject: Subject, _ audience: GoalAudience = .household) -> Goal {
        Goal(id: make(number), domain: domain, subject: subject, due: day("2026-07-01"), audience: audience)
    }

    static func action(_ number: Int, _ goal: Int, _ actor: Actor, worker: WorkerID? = nil) -> PlanAction {
        PlanAction(id: make(number), goal: make(goal), actor: actor, worker: worker, due: day("2026-04-01"))
    }

    static func version(state: PlanState = .draft) -> PlanVersion {
        PlanVersion(
            id: id, household: Home.id, number: 1, state: state,
            goals: [
                goal(1, .schoolWorkDaytime, .person(Home.noor)), goal(2, .schoolWorkDaytime, .person(Home.emre)),
                goal(3, .finance, .person(Home.selma)), goal(4, .health, .person(Home.hatice)), goal(5, .parenting, .person(Home.sem)),
            ],
            actions: [
                action(1, 1, .organisation(Team.jeugdkompas)), action(2, 1, .person(Home.noor)), action(3, 2, .person(Home.emre)),
                action(4, 3, .organisation(Team.balans), worker: Team.kees), action(5, 3, .person(Home.selma)),
                action(6, 4, .organisation(Team.hetAnker)), action(7, 4, .network), action(8, 5, .person(Home.selma)),
                action(9, 5, .organisation(Team.jeugdkompas)),
            ], contentHash: state == .draft ? nil : hash(1), presentedOn: state == .draft ? nil : presented.day,
            reviewDueOn: day("2026-07-13"))
    }

    static var words: PlanWords {
        PlanWords(
            id: id, goals: (1...5).map { GoalWords(id: make($0), wantedResult: "resultaat \($0)") },
            actions: (1...9).map { PlanActionWords(id: make($0), description: "actie \($0)") })
    }

    static func signature(_ signer: PlanSigner, at: Moment = presented, _ content: Bytes32 = hash(1)) -> PlanSignature {
        PlanSignature(signer: signer, at: at, method: .written, contentHash: content, notedBy: Team.joost)
    }

    static func signature(_ person: PersonID, at: Moment = presented) -> PlanSignature {
        signature(.party(.person(person), .ownBehalf), at: at)
    }

    /// The signatures of 21 January.
    static var all: [PlanSignature] {
        [
            signature(.worker(Team.joost)), signature(Home.selma), signature(Home.noor), signature(Home.emre),
            signature(.worker(Team.fatima)),
            signature(.worker(Team.kees)), signature(.worker(Team.wendy)),
        ]
    }
}

enum Consents {
    /// Selma's consent to Balans of 14 January.
    static func active() -> Consent {
        Consent(
            id: make(1), household: Home.id, subject: Home.selma, recipient: Team.balans, domains: [.finance, .housing], purpose: .plan,
            from: day("2026-01-14"), until: day("2027-01-13"), leafletVersion: label("2026-1"),
            givers: [Home.giver(Home.selma, at: Home.kitchenTable)], state: .active, recordedAt: Home.kitchenTable, recordedBy: Team.joost,
            activatedAt: Home.kitchenTable)
    }
}
