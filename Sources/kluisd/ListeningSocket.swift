import Glibc

/// Opens the daemon's socket in the file system.
enum ListeningSocket {
    enum Failure: Error { case pathTooLong, cannotOpen(CInt) }

    /// Removes what a former daemon left and listens. Call only while holding the lock file, and before any thread starts: the file mode
    /// creation mask belongs to the whole process.
    /// - Parameter mode: permission bits of the socket, for example 0o660.
    static func open(path: String, mode: mode_t) throws(Failure) -> CInt {
        guard case (var address, let length)? = UnixAddress.make(path) else { throw .pathTooLong }
        let descriptor = socket(
            AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { throw .cannotOpen(errno) }
        func fail() -> Failure {
            let code = errno
            close(descriptor)
            return .cannotOpen(code)
        }
        // ORDER: on Linux the mode set before bind is the mode of the socket file, so it is never open wider, not even for a moment; the
        // mask applies to bind as well, hence the 0 around it.
        guard fchmod(descriptor, mode) == 0 else { throw fail() }
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw fail() }
        let mask = umask(0)
        // SAFETY: the pointer lives for the call.
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, length) }
        }
        umask(mask)
        guard bound == 0, listen(descriptor, 256) == 0 else { throw fail() }
        return descriptor
    }
}
