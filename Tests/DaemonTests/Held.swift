import Foundation
import Glibc
import Testing

/// A connection that somebody keeps open.
final class Held: Sendable {
    struct NobodyListens: Error {}

    let descriptor: Int32

    convenience init(_ daemon: Kluisd, sending bytes: Data) throws { try self.init(daemon.socket, sending: bytes) }

    init(_ path: String, sending bytes: Data) throws {
        descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        try #require(descriptor >= 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // SAFETY: the path is shorter than the field, and the rest of it is zero.
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: Array(path.utf8).prefix(107)) }
        let descriptor = descriptor
        // SAFETY: the pointer lives for the call; the length is that of the structure.
        let connected = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard connected == 0 else { throw NobodyListens() }
        send(bytes)
    }

    /// Sends more, as long as the other end takes it.
    func send(_ bytes: Data) {
        var rest = bytes[...]
        while !rest.isEmpty {
            // SAFETY: the buffer lives for the call.
            let sent = unsafe rest.withUnsafeBytes { unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { break }
            rest = rest.dropFirst(sent)
        }
    }

    deinit { close(descriptor) }

    /// Ends every waiting on this connection.
    func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Whether the other end has closed.
    var isHungUp: Bool {
        var wanted = pollfd(fd: descriptor, events: 0, revents: 0)
        return unsafe poll(&wanted, 1, 0) > 0
    }

    /// Whether something came that was not taken yet, or the other end has closed.
    var isAnswered: Bool {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&wanted, 1, 0) > 0
    }

    /// Waits until the other end has closed.
    func hungUp() async throws {
        try await blocking {
            var wanted = pollfd(fd: self.descriptor, events: 0, revents: 0)
            while unsafe poll(&wanted, 1, -1) < 0 {}
        } giveUp: {
            self.hangUp()
        }
    }

    /// Sends more, and takes what comes: until there is so much, or to the end.
    func take(_ least: Int = .max, sending bytes: Data = Data(), cutting: Bool = false) async throws -> Data {
        try await blocking {
            self.takeHere(least, sending: bytes, cutting: cutting)
        } giveUp: {
            self.hangUp()
        }
    }

    /// The same on the thread of whoever asks; ``hangUp()`` ends it.
    func takeHere(_ least: Int = .max, sending bytes: Data = Data(), cutting: Bool = false) -> Data {
        send(bytes)
        if cutting { shutdown(descriptor, Int32(SHUT_WR)) }
        var taken = Data()
        var buffer = [UInt8](repeating: 0, count: 65536)
        while taken.count < least {
            let wanted = min(buffer.count, least - taken.count)
            // SAFETY: the buffer lives for the call, and no more than its length is asked for.
            let got = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, wanted, 0) }
            guard got > 0 else { break }
            taken += buffer[..<got]
        }
        return taken
    }
}
