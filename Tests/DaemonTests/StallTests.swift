import Foundation
import Testing

/// Clients that stop half-way or come all at once: the daemon lets go of them, and serves the others.
@Suite(.timeLimit(.minutes(2))) struct StallTests {
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

    /// One place after another is taken; whoever comes then hears so at once, and again finds one when somebody went.
    @Test func uploadsHaveABoundedNumberOfPlaces() async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        var held: [Held] = []
        // More than is kept in memory: each has a file once it has its place. Nothing else asks for one before all eight have theirs.
        for _ in 0..<8 {
            held.append(try Held(daemon, sending: Self.upload(furnished, joost, length: 900_000, part: Data(repeating: 7, count: 400_000))))
        }
        while try Self.parts(daemon).count < 8 {
            try Task.checkCancellation()
            try #require(held.allSatisfy { !$0.isHungUp }, "one of the eight found no place")
            #expect(try await daemon.ask("GET", "/v1/status").status == 200)
        }
        func one() async throws -> Reply { try await daemon.add(Kluisd.largeContent, title: "one more", to: furnished, as: joost) }
        var reply = try await one()
        #expect(reply.status == 503 && reply.problem == "busy", "\(reply.text)")
        #expect(reply.head.lowercased().contains("retry-after: "), "\(reply.head)")
        #expect(reply.field("next")?.isEmpty == false)
        // A small one has places of its own.
        #expect(try await daemon.add(Data("small".utf8), title: "small", to: furnished, as: joost).status == 201)
        held.removeAll()
        while reply.status == 503 {
            try Task.checkCancellation()
            reply = try await one()
        }
        #expect(reply.status == 201, "\(reply.text)")
        #expect(try await daemon.stop() == 0)
        #expect(try Self.parts(daemon).isEmpty)
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
