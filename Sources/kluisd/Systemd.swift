import Glibc

/// The two small protocols of systemd that a service speaks: inherited sockets and readiness.
///
/// Source: sd_listen_fds(3), sd_notify(3).
enum Systemd {
    /// The listening sockets that were handed over. Call before any thread starts: it edits the environment.
    static func inheritedSockets() -> [CInt] {
        defer {
            for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { unsafe unsetenv(name) }
        }
        guard let pid = environment("LISTEN_PID").flatMap(Int32.init), pid == getpid(),
            let count = environment("LISTEN_FDS").flatMap(CInt.init), count > 0, count < 16
        else { return [] }
        let sockets = Array(3..<(3 + count))
        for socket in sockets { _ = fcntl(socket, F_SETFD, FD_CLOEXEC) }
        return sockets
    }

    /// Tells the service manager a state, such as `READY=1`. Never waits.
    /// - Returns: false when nobody listens, or when who listens has not read what came before: the daemon carries on all the same.
    @discardableResult
    static func notify(_ state: String) -> Bool {
        guard let path = environment("NOTIFY_SOCKET"), path.hasPrefix("/") || path.hasPrefix("@") else { return false }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        guard case (var address, let length)? = UnixAddress.make(path) else { return false }
        let message = Array(state.utf8)
        // SAFETY: the pointers live for the call; the length is that of the filled part of the address.
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe message.withUnsafeBytes { bytes in
                    unsafe sendto(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT), address, length)
                        >= 0
                }
            }
        }
    }

    /// Whether a path is that of a file which systemd laid out for this process as a credential.
    ///
    /// From version 254 on it gives the service's account its right by an access control list where `User=` is set, and such a file shows as 0440:
    /// the group's bits are the mask of the list, and give the group nothing. Source: acl(5); systemd issues 29096 and 29435.
    static func laidOut(_ path: String) -> Bool {
        guard let folder = environment("CREDENTIALS_DIRECTORY"), path.hasPrefix(folder + "/") else { return false }
        return !path.dropFirst(folder.utf8.count + 1).contains("/")
    }

    static func environment(_ name: String) -> String? {
        // SAFETY: copied at once; nothing else changes the environment after start.
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }
}

/// Socket addresses of the Unix domain, in the file system or (with `@`) the abstract name space.
enum UnixAddress {
    static func make(_ path: String) -> (sockaddr_un, socklen_t)? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard let offset = MemoryLayout<sockaddr_un>.offset(of: \.sun_path), !bytes.isEmpty,
            bytes.count < MemoryLayout.size(ofValue: address.sun_path)
        else { return nil }
        // SAFETY: the bytes fit, as was just checked, and the rest of the field is zero.
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { field in
            unsafe field.copyBytes(from: bytes)
            if bytes[0] == UInt8(ascii: "@") { unsafe field[0] = 0 }
        }
        return (address, socklen_t(offset + bytes.count + (bytes[0] == UInt8(ascii: "@") ? 0 : 1)))
    }
}
