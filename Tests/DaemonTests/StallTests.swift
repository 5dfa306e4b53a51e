import Foundation
import Synchronization
import Testing

/// Clients that stop half-way or come all at once: the daemon lets go of them, and serves the others.
@Suite(.timeLimit(.minutes(10))) struct StallTests {
    static func upload(_ furnished: Kluisd.Furnished, _ token: String, length: Int, part: Data, key: String? = nil) -> Data {
        Kluisd.request(
            "POST", "/v1/households/\(furnished.household)/items",
            Kluisd.headers(token, "D2") + [Kluisd.item(title: "held", subject: furnished.selma), ("Content-Length", "\(length)")]
                + (key.map { [("Idempotency-Key", $0)] } ?? []), body: part)
    }

    private static func parts(_ daemon: Kluisd) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: daemon.state + "/blobs/tmp")
    }

    @Test(arguments: [(1_000, 200_000), (400_000, 900_000)])
    func anUploadThatStandsStillIsLetGo(sent: Int, announced: Int) async throws {
        let (daemon, furnished) = try await Kluisd.copy()
        try await daemon.start(["--stall-seconds", "1"])
        let joost = try await daemon.signIn("joost", hat: "direction")
        let held = try Held(daemon, sending: Self.upload(furnished, joost, length: announced, part: Data(repeating: 7, count: sent)))
        try await held.hungUp()
        // Others were served meanwhile and are now.
        #expect(try await daemon.add(Data("whole".utf8), title: "whole", to: furnished, as: joost).status == 201)
        #expect(try await daemon.stop() == 0)
        #expect(try Self.parts(daemon).isEmpty)
    }

    @Test func aReaderWhoStandsStillIsLetGo() async throws {
        let (daemon, furnished) = try await Kluisd.copy()
        try await daemon.start(["--stall-seconds", "1"])
        let joost = try await daemon.signIn("joost", hat: "direction")
        let size = 12 << 20
        let item = try await daemon.add(Data(repeating: 9, count: size), title: "long", to: furnished, as: joost).id()
        let held = try Held(
            daemon,
            sending: Kluisd.request("GET", "/v1/households/\(furnished.household)/items/\(item)", Kluisd.headers(joost, "D2")))
        try await held.hungUp()
        #expect(try await held.take().count < size, "the stream was cut")
        #expect(try await daemon.stop() == 0)
    }

    /// A head of twenty bytes costs the daemon a thousand times as much: who sends them without waiting for answers is let go, before he signed in.
    @Test func requestsThatDoNotWaitAreLetGo() async throws {
        let (daemon, _) = try await Kluisd.copy()
        try await daemon.start()
        func answers(_ count: Int) async throws -> Int {
            let one = "GET /v1/openapi.json HTTP/1.1\r\nHost: kluis\r\n\r\n"
            let last = "GET /v1/openapi.json HTTP/1.1\r\nHost: kluis\r\nConnection: close\r\n\r\n"
            let answer = try await daemon.raw(Data((String(repeating: one, count: count - 1) + last).utf8))
            return String(decoding: answer, as: UTF8.self).components(separatedBy: "HTTP/1.1 200").count - 1
        }
        #expect(try await answers(4) == 4)
        #expect(try await answers(2_000) <= 8)
        #expect(try await daemon.stop() == 0)
    }

    /// A stop sends what it has answered to its end, to whoever reads it late as well.
    @Test func aStopSendsAnswersToTheirEnd() async throws {
        let (daemon, _) = try await Kluisd.copy()
        try await daemon.start()
        let request = Data("GET /v1/openapi.json HTTP/1.1\r\nHost: kluis\r\n\r\n".utf8)
        let first = try Held(daemon, sending: request)
        let whole = try await first.take(1_000)
        let length = try #require(String(decoding: whole, as: UTF8.self).firstMatch(of: /(?i)content-length: (\d+)/).flatMap { Int($0.1) })
        first.hangUp()
        // More than the socket takes.
        let count = 8
        #expect(count * length > 400_000, "\(length)")
        let held = try Held(daemon, sending: Data((0..<count).flatMap { _ in request }))
        while !held.isAnswered { try await Task.sleep(for: .milliseconds(1)) }
        async let ended = daemon.stop()
        while (try? Held(daemon, sending: Data())) != nil { try await Task.sleep(for: .milliseconds(1)) }
        // In small steps: the last part is written while the socket is still full.
        var taken = Data()
        while case let part = try await held.take(4_096), !part.isEmpty {
            taken += part
            try await Task.sleep(for: .milliseconds(1))
        }
        let answers = String(decoding: taken, as: UTF8.self).components(separatedBy: "HTTP/1.1 200").dropFirst()
        #expect(answers.count == count && answers.allSatisfy { $0.utf8.count > length }, "\(answers.map(\.utf8.count)) of \(length)")
        #expect(try await ended == 0)
    }

    /// Each request has one answer, in their order: bytes that are none have the last, and none behind a request that was refused half-way.
    @Test func whatIsNoRequestHasOneAnswerInItsTurn() async throws {
        let (daemon, _) = try await Kluisd.copy()
        try await daemon.start()
        func statuses(_ answers: Data) -> [String] {
            String(decoding: answers, as: UTF8.self).matches(of: /HTTP\/1\.1 (\d{3})/).map { String($0.1) }
        }
        let get = "GET /v1/openapi.json HTTP/1.1\r\nHost: kluis\r\n\r\n"
        for count in [0, 1, 7] {
            let held = try Held(daemon, sending: Data((String(repeating: get, count: count) + "no request\r\n\r\n").utf8))
            while !held.isAnswered { try await Task.sleep(for: .milliseconds(1)) }
            #expect(statuses(try await held.take()) == Array(repeating: "200", count: count) + ["400"], "\(count)")
        }
        let refused = try Held(daemon, sending: Data("POST /v1/nowhere HTTP/1.1\r\nHost: kluis\r\nTransfer-Encoding: chunked\r\n\r\n".utf8))
        let answer = try await refused.take(100)
        let rest = try await refused.take(sending: Data("no length\r\n".utf8))
        #expect(statuses(answer + rest) == ["404"], "\(String(decoding: answer + rest, as: UTF8.self))")
        #expect(try await daemon.stop() == 0)
    }

    /// A head that comes byte by byte, and a connection on which nothing is asked any more: neither is kept for ever.
    @Test(arguments: [false, true])
    func aHeadThatTricklesIsLetGo(isAnswered: Bool) async throws {
        let (daemon, _) = try await Kluisd.copy()
        try await daemon.start(["--stall-seconds", "1"])
        let held = try Held(daemon, sending: isAnswered ? Data("GET /v1/status HTTP/1.1\r\nHost: kluis\r\n\r\n".utf8) : Data())
        if isAnswered { #expect(try await held.take(100).starts(with: Data("HTTP/1.1 200".utf8))) }
        held.send(Data("GET /v1/status HTTP/1.1\r\nHost: ".utf8))
        // Each byte of a host's name waits for an answer that somebody else gets: slow enough for the limit on a head's size.
        var bytes = 0
        while !held.isHungUp, bytes < 4_000 {
            held.send(Data("k".utf8))
            bytes += 1
            #expect(try await daemon.ask("GET", "/v1/status").status == 200)
        }
        #expect(held.isHungUp, "it was not let go")
        #expect(try await daemon.stop() == 0)
    }

    /// Connections are bounded, and those of one account are half: whoever comes beyond that hears so and what to do, in the own language.
    @Test func connectionsHaveABound() async throws {
        let (daemon, _) = try await Kluisd.copy()
        try await daemon.start(["--connections", "16"])
        var held = try (0..<8).map { _ in try Held(daemon, sending: Data()) }
        // They are accepted in the order in which they came.
        let reply = try await daemon.ask("GET", "/v1/status")
        #expect(reply.status == 503 && reply.problem == "busy", "\(reply.status) \(reply.text)")
        #expect(reply.head.lowercased().contains("retry-after: "), "\(reply.head)")
        #expect(reply.field("next") == "close connections that you do not use, and try again in a few seconds")
        let dutch = try await daemon.raw(Data("GET /v1/status HTTP/1.1\r\nHost: kluis\r\nAccept-Language: nl\r\n\r\n".utf8))
        #expect(Reply(dutch)?.text.contains("zoveel verbindingen open als tegelijk kan") == true, "the connection is closed as well")
        // Of those who are told, there are 64 at once; the rest is closed.
        let more = try (0..<64).map { _ in try Held(daemon, sending: Data()) }
        #expect(try await daemon.raw(Kluisd.request("GET", "/v1/status", [])).isEmpty)
        withExtendedLifetime(more) {}
        // One goes: there is a place again.
        held.removeLast()
        var again = reply
        while again.status == 503 {
            try Task.checkCancellation()
            again = Reply(try await daemon.raw(Kluisd.request("GET", "/v1/status", []))) ?? again
        }
        #expect(again.status == 200)
        withExtendedLifetime(held) {}
        #expect(try await daemon.stop() == 0)
    }

    /// Uploads of more than is kept in memory, each with a part of it sent: each has a file once it has its place.
    private static func hold(_ count: Int, _ daemon: Kluisd, _ furnished: Kluisd.Furnished, _ token: String) async throws -> [Held] {
        let before = try parts(daemon).count
        let held = try (0..<count).map { _ in
            try Held(daemon, sending: upload(furnished, token, length: 900_000, part: Data(repeating: 7, count: 400_000)))
        }
        // Nothing else asks for a place before all of these have theirs.
        while try parts(daemon).count < before + count {
            try Task.checkCancellation()
            try #require(held.allSatisfy { !$0.isHungUp }, "one of them found no place")
            #expect(try await daemon.ask("GET", "/v1/status").status == 200)
        }
        return held
    }

    private static func isBusy(_ reply: Reply) -> Bool {
        reply.status == 503 && reply.problem == "busy" && reply.head.lowercased().contains("retry-after: ")
            && reply.field("next")?.isEmpty == false
    }

    /// One worker has half of the places at most, and together there are no more than eight; whoever finds none hears so at once, and again
    /// finds one when somebody went.
    @Test func uploadsHaveABoundedNumberOfPlaces() async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        let kees = try await daemon.signIn("kees", hat: "help")
        func one(_ token: String) async throws -> Reply {
            try await daemon.add(Kluisd.largeContent, title: "one more", to: furnished, as: token)
        }
        var ofJoost = try await Self.hold(4, daemon, furnished, joost)
        var reply = try await one(joost)
        #expect(Self.isBusy(reply), "a fifth of one worker: \(reply.status) \(reply.text)")
        reply = try await one(kees)
        #expect(reply.status == 201, "another's first: \(reply.status) \(reply.text)")
        var ofKees = try await Self.hold(4, daemon, furnished, kees)
        let fatima = try await daemon.signIn("fatima", hat: "help")
        reply = try await one(fatima)
        #expect(Self.isBusy(reply), "a ninth: \(reply.status) \(reply.text)")
        // A small one has places of its own.
        #expect(try await daemon.add(Data("small".utf8), title: "small", to: furnished, as: joost).status == 201)
        ofKees.removeAll()
        while reply.status == 503 {
            try Task.checkCancellation()
            reply = try await one(kees)
        }
        #expect(reply.status == 201, "\(reply.text)")
        ofJoost.removeAll()
        #expect(try await daemon.stop() == 0)
    }

    /// Uploads that send a byte now and then whatever the test is doing: they never stand still, and hardly get on.
    private final class Trickling: Sendable {
        private let tokens: [String]
        private let open: @Sendable (String) throws -> Held
        private let held: Mutex<[Held]>
        /// Whether they send nothing for a while.
        let rests = Atomic(false)

        init(_ daemon: Kluisd, _ furnished: Kluisd.Furnished, _ tokens: [String], atOnce: Int = 1) throws {
            self.tokens = tokens
            open = { try Held(daemon, sending: upload(furnished, $0, length: 5_000_000, part: Data(repeating: 7, count: atOnce))) }
            held = Mutex(try tokens.map(open))
            Task { [weak self] in
                while let held = self?.all, !held.isEmpty {
                    if self?.rests.load(ordering: .acquiring) == false { for one in held { one.send(Data([7])) } }
                    try? await Task.sleep(for: .milliseconds(100))
                }
            }
        }

        private var all: [Held] { held.withLock { $0 } }

        /// Those that heard something: while one has its place it hears nothing.
        var answered: [Held] { all.filter(\.isAnswered) }
        /// The same of those that came with this session.
        func answered(of token: String) -> [Held] { zip(tokens, all).filter { $0 == token && $1.isAnswered }.map(\.1) }

        /// Asks for a place until all of these have theirs and there is none left. Whoever of them found none, because the one that asks had the
        /// last, comes again.
        /// - Returns: the answer of the one that found none.
        func takeAll(whileAsking ask: () async throws -> Reply) async throws -> Reply {
            while true {
                try Task.checkCancellation()
                let reply = try await ask()
                let areAllThere = try held.withLock { held in
                    let turnedAway = held.indices.filter { held[$0].isAnswered }
                    for index in turnedAway { held[index] = try open(tokens[index]) }
                    return turnedAway.isEmpty
                }
                if areAllThere, reply.status != 201 { return reply }
            }
        }

        func hangUp() { held.withLock { $0 = [] } }
    }

    /// Who sends a byte now and then never stands still; when others want a place, it is given up all the same. Nor does a fast beginning buy
    /// one: this one is as much as a slow upload may take minutes for.
    @Test(arguments: [1, 4_000_000]) func anUploadThatTricklesGivesItsPlaceUp(atOnce: Int) async throws {
        let (daemon, furnished) = try await Kluisd.copy()
        try await daemon.start(["--stall-seconds", "5"])
        let joost = try await daemon.signIn("joost", hat: "direction")
        let kees = try await daemon.signIn("kees", hat: "help")
        let trickling = try Trickling(
            daemon, furnished, [joost, joost, joost, joost, kees, kees, kees, kees], atOnce: atOnce)
        func one() async throws -> Reply {
            try Task.checkCancellation()
            return try await daemon.add(Kluisd.largeContent, title: "one more", to: furnished, as: joost)
        }
        var reply = try await trickling.takeAll(whileAsking: one)
        #expect(Self.isBusy(reply), "\(reply.status) \(reply.text)")
        while reply.status == 503 { reply = try await one() }
        #expect(reply.status == 201, "\(reply.text)")
        // It was given up for another, and not because it stood still: then nothing would have been said.
        let givenUp = try #require(trickling.answered.first)
        // Who has his share makes room in it himself.
        #expect(trickling.answered(of: kees).isEmpty)
        #expect(Reply(try await givenUp.take()).map { Self.isBusy($0) } == true)
        trickling.hangUp()
        #expect(try await daemon.stop() == 0)
    }

    /// Each worker that finds no place has another given up, not the same one over and over; and who asks again and again has no more than that.
    @Test func eachWhoFindsNoPlaceHasOneGivenUp() async throws {
        try await Self.beginning(withStall: 10, hasEachOneGivenUp)
    }

    /// Runs what has to do some of its steps within the seconds that a client may stand still. On a machine that takes so long that places fall
    /// free by standing still, or are slow before all are there, it begins anew with twice as many.
    /// - Parameter isDone: false when that was so.
    private static func beginning(withStall seconds: Int, _ isDone: (Int) async throws -> Bool) async throws {
        var seconds = seconds
        while try await !isDone(seconds) { seconds *= 2 }
    }

    private func hasEachOneGivenUp(stall: Int) async throws -> Bool {
        let (daemon, furnished) = try await Kluisd.copy()
        try await daemon.start(["--stall-seconds", "\(stall)"])
        let joost = try await daemon.signIn("joost", hat: "direction")
        let kees = try await daemon.signIn("kees", hat: "help")
        let fatima = try await daemon.signIn("fatima", hat: "help")
        func one(_ token: String) async throws -> Reply {
            try Task.checkCancellation()
            return try await daemon.add(Kluisd.largeContent, title: "one more", to: furnished, as: token)
        }
        let begin = ContinuousClock.now
        let trickling = try Trickling(daemon, furnished, [joost, joost, joost, joost, kees, kees, kees, kees])
        let first = try await trickling.takeAll { try await one(fatima) }
        guard begin.duration(to: .now) < .seconds(stall) else { return false }
        #expect(Self.isBusy(first), "\(first.status) \(first.text)")
        // All of them have had their places for as long as one may be slow; nobody asked since.
        try await Task.sleep(for: .seconds(stall + 1))
        #expect(trickling.answered.isEmpty)
        // One that is given up goes when its next byte comes: none comes before all have asked.
        trickling.rests.store(true, ordering: .releasing)
        let rested = ContinuousClock.now
        try await Task.sleep(for: .seconds(1))
        for token in [fatima, fatima, fatima, joost, kees, joost, kees] {
            let reply = try await one(token)
            guard rested.duration(to: .now) < .seconds(stall - 1) else { return false }
            #expect(Self.isBusy(reply), "\(reply.status) \(reply.text)")
        }
        trickling.rests.store(false, ordering: .releasing)
        while trickling.answered.count < 3 {
            try Task.checkCancellation()
            try await Task.sleep(for: .milliseconds(100))
        }
        try await Task.sleep(for: .seconds(2))
        #expect(trickling.answered.count == 3)
        trickling.hangUp()
        #expect(try await daemon.stop() == 0)
        return true
    }

    /// How readings of items ended, once so many have.
    private static func outcomes(_ count: Int, _ daemon: Kluisd) async throws -> [Substring] {
        let renske = try await daemon.signIn("renske")
        while true {
            try Task.checkCancellation()
            let page = try await daemon.ask("GET", "/v1/ledger/entries?last=200", as: renske, purpose: "D8")
            let outcomes = page.text.matches(
                of: /\{[^{}]*"action":"readItem"[^{}]*"kind":"outcome"[^{}]*"outcome":"([a-z]+)"[^{}]*\}/
            ).map(\.1)
            if outcomes.count >= count { return outcomes }
        }
    }

    /// The log says that somebody read the whole only where the socket took the last byte of it: not where the client hung up before, or was let
    /// go, in the last part as in any other. Who takes it all and hangs up at once has read it.
    @Test func aReadingThatIsCutIsToldAsInterrupted() async throws {
        let (daemon, furnished) = try await Kluisd.copy()
        try await daemon.start(["--stall-seconds", "2"])
        let joost = try await daemon.signIn("joost", hat: "direction")
        let part = 128 << 10
        // One part, with its head, is more than the socket holds.
        let short = try await daemon.add(Data(repeating: 8, count: part), title: "one part", to: furnished, as: joost).id()
        let long = try await daemon.add(Data(repeating: 9, count: 3 * part), title: "three parts", to: furnished, as: joost).id()
        func reading(_ item: String) throws -> Held {
            try Held(
                daemon,
                sending: Kluisd.request("GET", "/v1/households/\(furnished.household)/items/\(item)", Kluisd.headers(joost, "D2")))
        }
        for (item, size) in [(short, part), (long, 3 * part)] {
            for _ in 0..<8 {
                let one = try reading(item)
                let beginning = try await one.take(8_000)
                let head = try #require(beginning.firstRange(of: Data("\r\n\r\n".utf8))?.upperBound)
                let rest = try await one.take(head + size - beginning.count)
                #expect(beginning.count + rest.count == head + size)
            }
        }
        let whole = try await Self.outcomes(16, daemon)
        #expect(whole.allSatisfy { $0 == "completed" }, "\(whole)")
        for (item, taken) in [(short, 363), (long, 2 * part + 8_000)] {
            for _ in 0..<4 { #expect(try await reading(item).take(taken).count == taken) }
        }
        for (item, taken) in [(short, 363), (long, 2 * part + 8_000)] {
            let one = try reading(item)
            _ = try await one.take(taken)
            try await one.hungUp()
        }
        let all = try await Self.outcomes(26, daemon)
        #expect(all.count { $0 == "completed" } == 16 && all.count { $0 == "interrupted" } == 10, "\(all)")
        #expect(try await daemon.stop() == 0)
    }

    /// A reading whose place is given up while its last part goes out is whole, and told as that; one that has more to come was interrupted.
    @Test(arguments: [(isLast: true, stall: 17), (isLast: false, stall: 10)])
    func aReadingWhosePlaceIsGivenUpIsToldAsItEnded(isLast: Bool, stall: Int) async throws {
        try await Self.beginning(withStall: stall) { try await isToldAsItEnded(isLast: isLast, stall: $0) }
    }

    private func isToldAsItEnded(isLast: Bool, stall: Int) async throws -> Bool {
        let (daemon, furnished) = try await Kluisd.copy()
        try await daemon.start(["--stall-seconds", "\(stall)"])
        let joost = try await daemon.signIn("joost", hat: "direction")
        let part = 128 << 10
        let content = Data(repeating: 9, count: 3 * part)
        let item = try await daemon.add(content, title: "three parts", to: furnished, as: joost).id()
        let path = "/v1/households/\(furnished.household)/items/\(item)"
        var held: [(connection: Held, taken: Data)] = []
        let clock = ContinuousClock()
        let begin = clock.now
        var first = begin
        for _ in 0..<16 {
            let one = try Held(daemon, sending: Kluisd.request("GET", path, Kluisd.headers(joost, "D2")))
            held.append((one, try await one.take(8_000)))
            // From here at the latest the first of them had its place.
            if held.count == 1 { first = clock.now }
        }
        // Of the part that is to be under way some came, and more of it is to come than the socket holds.
        try await Task.sleep(until: begin + .seconds(Double(stall) * 0.6), clock: clock)
        let moving = clock.now
        for index in held.indices { held[index].taken += try await held[index].connection.take(isLast ? 2 * part : part) }
        // None of them has stood still for as long as it may: not before it took more, nor since.
        guard begin.duration(to: clock.now) < .seconds(stall) else { return false }
        // The first of them has its place for so long by now, and was slow.
        try await Task.sleep(until: first + .seconds(stall), clock: clock)
        let none = try #require(Reply(try await daemon.read(item, in: furnished, as: joost)))
        var whole = 0
        for index in held.indices {
            held[index].taken += try await held[index].connection.take()
            whole += Reply(held[index].taken)?.body == content ? 1 : 0
        }
        guard moving.duration(to: clock.now) < .seconds(stall) else { return false }
        #expect(Self.isBusy(none), "\(none.status) \(none.text)")
        // One was given up for the one that asked.
        #expect(whole == (isLast ? 16 : 15))
        let outcomes = try await Self.outcomes(17, daemon)
        #expect(outcomes.count { $0 == "completed" } == whole, "\(outcomes)")
        #expect(outcomes.count { $0 == "interrupted" } == 16 - whole, "\(outcomes)")
        // Only of the one that found no place nothing went out.
        #expect(outcomes.count { $0 == "failed" } == 1, "\(outcomes)")
        #expect(try await daemon.stop() == 0)
        return true
    }

    /// A large reading holds memory and threads as an upload does, and has places as well.
    @Test func largeReadingsHaveABoundedNumberOfPlaces() async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        let kees = try await daemon.signIn("kees", hat: "help")
        // More than lies in the socket: each is under way until it is read to the end.
        var held: [Held] = []
        func hold(_ count: Int, _ token: String) async throws {
            for _ in 0..<count {
                let one = try Held(
                    daemon,
                    sending: Kluisd.request(
                        "GET", "/v1/households/\(furnished.household)/items/\(furnished.large)", Kluisd.headers(token, "D2")))
                #expect(try await one.take(12).starts(with: Data("HTTP/1.1 200".utf8)))
                held.append(one)
            }
        }
        func read(_ token: String) async throws -> Reply {
            try #require(Reply(try await daemon.read(furnished.large, in: furnished, as: token)))
        }
        try await hold(16, joost)
        let mine = try await read(joost)
        #expect(Self.isBusy(mine), "a seventeenth of one worker: \(mine.status)")
        // Small ones need none, and another worker reads and adds.
        #expect(try await Reply(daemon.read(furnished.small, in: furnished, as: joost))?.status == 200)
        #expect(try await read(kees).body == Kluisd.largeContent)
        #expect(try await daemon.add(Kluisd.largeContent, title: "meanwhile", to: furnished, as: kees).status == 201)
        held.removeFirst()
        var again = mine
        while again.status == 503 {
            try Task.checkCancellation()
            again = try await read(joost)
        }
        #expect(again.body == Kluisd.largeContent)
        held.removeAll()
        #expect(try await daemon.stop() == 0)
    }

    /// An idempotency key stands for the whole content, to its last byte.
    @Test(arguments: [2_000, 3_000_000])
    func anIdempotencyKeyStandsForAllOfTheContent(size: Int) async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        func send(_ content: Data) async throws -> Reply {
            let bytes = Self.upload(furnished, joost, length: content.count, part: content, key: "one")
            return try #require(Reply(try await daemon.raw(bytes)))
        }
        var content = Data(repeating: 5, count: size)
        let first = try await send(content).id()
        #expect(try await send(content).id() == first)
        content[size - 1] = 6
        let other = try await send(content)
        #expect(other.status == 409 && other.problem == "conflict", "\(other.status) \(other.text)")
        #expect(try await daemon.stop() == 0)
    }
}
