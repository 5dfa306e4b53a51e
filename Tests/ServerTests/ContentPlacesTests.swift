import Household
import Synchronization
import Testing

@testable import Server

/// Who finds a place and whose is given up, on a clock that the test moves.
struct ContentPlacesTests {
    private final class Time: Sendable {
        let now = Mutex(Duration.zero)
        func pass(_ time: Duration) { now.withLock { $0 += time } }
    }

    private static func givenUp(_ places: [ContentPlace]) -> Int {
        places.count { place in
            do {
                try place.goesOn()
                return false
            } catch { return true }
        }
    }

    /// Who has his share makes room in it himself: of the others' places none is given up for him, however slow they are.
    @Test func whoHasHisShareTakesNoneOfTheOthers() throws {
        let time = Time()
        let places = ContentPlaces(limits: Limits(json: 1, item: 1, largeUploads: 8, stallSeconds: 60)) { time.now.withLock { $0 } }
        let workers = (1...3).compactMap { WorkerID(bytes: [UInt8](repeating: $0, count: 16)) }
        let (joost, kees, fatima) = (workers[0], workers[1], workers[2])
        let ofKees = try (0..<4).map { _ in try places.take(.largeUpload, for: kees) }
        let ofJoost = try (0..<4).map { _ in try places.take(.largeUpload, for: joost) }
        time.pass(.seconds(60))
        // His get on, and the others' do not: whichever is looked at first, none is to be had.
        for place in ofJoost { place.count(60 << 20) }
        #expect(throws: Problem.self) { try places.take(.largeUpload, for: joost) }
        #expect(Self.givenUp(ofKees) == 0 && Self.givenUp(ofJoost) == 0)
        // Now none gets on.
        time.pass(.seconds(60))
        #expect(throws: Problem.self) { try places.take(.largeUpload, for: joost) }
        #expect(Self.givenUp(ofKees) == 0 && Self.givenUp(ofJoost) == 1)
        // Who has none finds room wherever there is some.
        for place in ofJoost { place.count(60 << 20) }
        #expect(throws: Problem.self) { try places.take(.largeUpload, for: fatima) }
        #expect(Self.givenUp(ofKees) == 1 && Self.givenUp(ofJoost) == 1)
    }
}
