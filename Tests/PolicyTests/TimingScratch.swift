import Household
import Testing

@testable import Policy

@Suite struct TimingScratch {
    @Test func timing() {
        let world = ScenarioRows.settled()
        let (request, facts) = world.request(
            ReadItem(household: World.household, item: named("school")), world.asker("fatima", .help), purpose: .plan, at: at("01-21T18:00"))
        let (no, noFacts) = world.request(
            ReadItem(household: World.household, item: named("school")), world.asker("wendy", .help), purpose: .plan, at: at("01-21T18:00"))
        let (default_, defaultFacts) = world.request(ReadCard(household: World.household), world.asker("jan", nil), purpose: .plan, at: at("01-21T18:00"))
        let clock = ContinuousClock()
        for (name, run) in [
            ("permit", { _ = Decided(world.engine.decide(request, on: facts)) }), ("forbid", { _ = Decided(world.engine.decide(no, on: noFacts)) }),
            ("default", { _ = Decided(world.engine.decide(default_, on: defaultFacts)) }),
        ] {
            let d = clock.measure { for _ in 0..<2000 { run() } }
            print("TIME", name, d / 2000)
        }
    }
}
