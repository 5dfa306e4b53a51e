import Foundation
import Glibc
import Testing

/// Clients that stop half-way or come all at once: the daemon lets go of them, and serves the others.
@Suite(.timeLimit(.minutes(2))) struct StallTests {
    /// A connection that somebody keeps open.
    private final class Held: Sendable {
        let descriptor: Int32

        init(_ daemon: Kluisd, sending bytes: Data) throws {
            descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            try #require(descriptor >= 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            // SAFETY: the path is shorter than the field, and the rest of it is zero.
            unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: Array(daemon.socket.utf8).prefix(107)) }
            let descriptor = descriptor
            // SAFETY: the pointer lives for the call; the length is that of the structure.
            let connected = unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            try #require(connected == 0, "nobody listens")
            var rest = bytes[...]
            while !rest.isEmpty {
                // SAFETY: the buffer lives for the call.
                let sent = unsafe rest.withUnsafeBytes { unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                guard sent > 0 else { break }
                rest = rest.dropFirst(sent)
            }
        }

        deinit { close(descriptor) }

        /// Waits until the other end has closed.
        func hungUp() {
            var wanted = pollfd(fd: descriptor, events: 0, revents: 0)
            while unsafe poll(&wanted, 1, -1) < 0 {}
        }

        /// Takes what lies there until the end.
        func rest() -> Int {
            var count = 0
            var buffer = [UInt8](repeating: 0, count: 65536)
            while true {
                // SAFETY: the buffer lives for the call and its length is given.
                let got = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
                guard got > 0 else { return count }
                count += got
            }
        }
    }

    private static func upload(_ furnished: Kluisd.Furnished, _ token: String, length: Int, part: Data, key: String? = nil) -> Data {
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
        try await blocking { held.hungUp() }
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
        try await blocking { held.hungUp() }
        #expect(held.rest() < size, "the stream was cut")
        #expect(try await daemon.stop() == 0)
    }

    /// One place after another is taken; whoever comes then hears so at once, and again finds one when somebody went.
    @Test func uploadsHaveABoundedNumberOfPlaces() async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        var held: [Held] = []
        for _ in 0..<8 {
            held.append(try Held(daemon, sending: Self.upload(furnished, joost, length: 900_000, part: Data(repeating: 7, count: 1_000))))
        }
        func one() async throws -> Reply { try await daemon.add(Kluisd.largeContent, title: "one more", to: furnished, as: joost) }
        // The eight are taken in turn with this one; as long as it finds a place itself, they are not all there yet.
        var reply = try await one()
        while reply.status == 201 { reply = try await one() }
        #expect(reply.status == 503 && reply.problem == "busy", "\(reply.text)")
        #expect(reply.head.lowercased().contains("retry-after: "), "\(reply.head)")
        #expect(reply.field("next")?.isEmpty == false)
        // A small one has places of its own.
        #expect(try await daemon.add(Data("small".utf8), title: "small", to: furnished, as: joost).status == 201)
        held.removeAll()
        while reply.status == 503 { reply = try await one() }
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
