import Testing

@testable import Household

struct StateTests {
    /// `from event to`, one a line: the machines of the model, written down a second time.
    @Test func householdSteps() {
        check(
            HouseholdState.self,
            """
            intake triage triaged
            triaged activate active
            triaged close closed
            active scaleDown watchFlame
            watchFlame scaleUp active
            active close closed
            watchFlame close closed
            closed retain retained
            retained destroy destroyed
            """)
    }

    @Test func planSteps() {
        check(
            PlanState.self,
            """
            draft present presented
            presented activate inForce
            inForce supersede superseded
            presented withdraw withdrawn
            draft closeFile lapsed
            presented closeFile lapsed
            inForce closeFile lapsed
            """)
    }

    @Test func consentSteps() {
        check(
            ConsentState.self,
            """
            draft complete active
            draft refuse refused
            draft withdraw withdrawn
            active withdraw withdrawn
            active expire expired
            active lapse lapsed
            lapsed withdraw withdrawn
            refused withdraw withdrawn
            active supersede superseded
            """)
    }

    @Test func involvementSteps() {
        check(
            InvolvementState.self,
            """
            granted begin live
            granted expire ended
            granted revoke ended
            granted leave ended
            granted close ended
            live expire ended
            live revoke ended
            live leave ended
            live close ended
            """)
    }

    @Test func workerSteps() {
        check(
            WorkerState.self,
            """
            invited join active
            active suspend suspended
            suspended resume active
            invited leave ended
            active leave ended
            suspended leave ended
            """)
    }

    @Test func directorshipSteps() {
        check(
            DirectorshipState.self,
            """
            appointed confirm active
            appointed decline ended
            active proposeHandover handingOver
            handingOver cancelHandover active
            handingOver handOver ended
            appointed close ended
            active close ended
            handingOver close ended
            """)
    }

    /// Every pair of state and event either takes the listed step or is refused.
    private func check<State: StateMachine>(_ type: State.Type, _ table: String) {
        var expected: [String: String] = [:]
        for line in table.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            expected[words[0] + " " + words[1]] = words[2]
        }
        var seen = 0
        for state in type.allCases {
            for event in type.Event.allCases {
                let key = "\(state) \(event)"
                do {
                    let next = try state.next(event)
                    seen += 1
                    #expect(expected[key] == next.rawValue, "\(type): \(key)")
                } catch {
                    #expect(expected[key] == nil && error.code == .illegalTransition, "\(type): \(key)")
                }
            }
        }
        #expect(seen == expected.count && State.steps.count == expected.count, "\(type): a step is listed twice or not at all")
    }

    /// Random events: a machine moves only along its steps, and never out of a final state.
    @Test func randomWalks() {
        walk(HouseholdState.self, from: .intake, final: [.destroyed])
        walk(PlanState.self, from: .draft, final: [.superseded, .withdrawn, .lapsed])
        walk(ConsentState.self, from: .draft, final: [.withdrawn, .expired, .superseded])
        walk(InvolvementState.self, from: .granted, final: [.ended])
        walk(WorkerState.self, from: .invited, final: [.ended])
        walk(DirectorshipState.self, from: .appointed, final: [.ended])
    }

    private func walk<State: StateMachine>(_ type: State.Type, from first: State, final: Set<State>) {
        var random = SplitMix64(seed: 3)
        var reached: Set<State> = []
        for _ in 0..<200 {
            var state = first
            for _ in 0..<30 {
                guard let event = type.Event.allCases.randomElement(using: &random) else { return }
                guard let next = try? state.next(event) else { continue }
                #expect(!final.contains(state), "seed 3: \(type) left \(state)")
                state = next
            }
            reached.insert(state)
        }
        #expect(final.isSubset(of: reached), "seed 3: \(type) reaches \(reached)")
        #expect(Set(type.allCases.filter(\.isFinal)) == final)
    }
}
