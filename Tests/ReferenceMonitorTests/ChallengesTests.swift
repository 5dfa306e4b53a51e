import Household
import Testing

@testable import ReferenceMonitor

/// Outstanding challenges: nobody takes another's place, and there is an end to them all the same.
@Suite struct ChallengesTests {
    private func challenge(_ text: String, peer: UInt32, expires: Duration = .seconds(60)) -> Challenge {
        Challenge(text: text, namespace: "n", worker: "kees", hat: nil, peer: peer, ends: .earliest, expires: expires)
    }

    @Test func aFloodOfOneAccountLeavesTheOthersTheirs() {
        var challenges = Challenges()
        challenges.add(challenge("mine", peer: 1000), at: .zero)
        for number in 0..<5000 { challenges.add(challenge("flood \(number)", peer: 666), at: .zero) }
        #expect(challenges.count == 1 + Challenges.limitOfAccount)
        #expect(challenges.take("flood 0") == nil && challenges.take("flood 4967") == nil, "its own oldest went")
        #expect(challenges.take("flood 4968")?.peer == 666 && challenges.take("flood 4999")?.peer == 666)
        challenges.add(challenge("another", peer: 1001), at: .zero)
        #expect(challenges.take("mine")?.peer == 1000 && challenges.take("another")?.peer == 1001)
        #expect(challenges.take("mine") == nil, "once")
    }

    @Test func theBoundOverAllTakesFromWhoHoldsMost() {
        var challenges = Challenges()
        let accounts = Challenges.limit / Challenges.limitOfAccount
        for number in 0..<Challenges.limitOfAccount {
            for account in 0..<accounts { challenges.add(challenge("\(account)/\(number)", peer: UInt32(account)), at: .zero) }
        }
        #expect(challenges.count == Challenges.limit)
        for late in 0..<50 { challenges.add(challenge("late \(late)", peer: UInt32(10_000 + late)), at: .zero) }
        #expect(challenges.count == Challenges.limit)
        for late in 0..<50 { #expect(challenges.take("late \(late)") != nil) }
        let left = (0..<accounts).map { account in
            (0..<Challenges.limitOfAccount).count { challenges.take("\(account)/\($0)") != nil }
        }
        #expect(left.reduce(0, +) == Challenges.limit - 50)
        #expect((left.min() ?? 0) >= Challenges.limitOfAccount - 2, "taken evenly: \(left)")
    }

    @Test func whatHasExpiredMakesRoom() {
        var challenges = Challenges()
        for number in 0..<Challenges.limitOfAccount { challenges.add(challenge("old \(number)", peer: 7), at: .zero) }
        challenges.add(challenge("new", peer: 7, expires: .seconds(120)), at: .seconds(61))
        #expect(challenges.count == 1 && challenges.take("new") != nil)
    }
}
