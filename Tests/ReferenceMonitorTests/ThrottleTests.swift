import Testing

@testable import ReferenceMonitor

/// So often and no oftener, by a clock that is handed in.
@Suite struct ThrottleTests {
    @Test func aFewAtOnceAndThenOneByOne() {
        var throttle = Throttle<Int>(burst: 3, interval: .seconds(10))
        for _ in 0..<3 {
            #expect(throttle.wait(1, at: .seconds(100)) == nil)
            throttle.spend(1, at: .seconds(100))
        }
        #expect(throttle.wait(1, at: .seconds(100)) == .seconds(10))
        #expect(throttle.wait(1, at: .seconds(104)) == .seconds(6))
        #expect(throttle.wait(2, at: .seconds(100)) == nil, "each his own")
        #expect(throttle.wait(1, at: .seconds(110)) == nil)
        throttle.spend(1, at: .seconds(110))
        #expect(throttle.wait(1, at: .seconds(110)) == .seconds(10))
        // After a rest all of it is there again, and no more than that.
        for _ in 0..<3 {
            #expect(throttle.wait(1, at: .seconds(1000)) == nil)
            throttle.spend(1, at: .seconds(1000))
        }
        #expect(throttle.wait(1, at: .seconds(1000)) == .seconds(10))
    }

    @Test func inTheLongRunOneEachInterval() {
        var throttle = Throttle<Int>(burst: 20, interval: .seconds(30))
        var done = 0
        for second in 0..<36_000 where throttle.wait(7, at: .seconds(second)) == nil {
            throttle.spend(7, at: .seconds(second))
            done += 1
        }
        #expect((1200...1220).contains(done))
    }

    @Test func manyAskersAreForgottenInOrder() {
        var throttle = Throttle<Int>(burst: 1, interval: .seconds(10))
        throttle.spend(-1, at: .zero)
        throttle.spend(-1, at: .zero)
        for asker in 0..<20_000 { throttle.spend(asker, at: .zero) }
        #expect(throttle.wait(-1, at: .zero) == .seconds(20), "who did most is remembered")
        #expect(throttle.wait(19_999, at: .zero) == .seconds(10))
    }

    @Test func secondsAreRoundedUp() {
        #expect(Duration.milliseconds(1).wholeSeconds == 1 && Duration.milliseconds(1001).wholeSeconds == 2)
        #expect(Duration.seconds(30).wholeSeconds == 30 && Duration.zero.wholeSeconds == 1)
    }
}
