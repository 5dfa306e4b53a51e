import Glibc

/// Opens the daemon's socket in the file system.
enum ListeningSocket {
    enum Failure: Error {
        case pathTooLong
        case cannotOpen(CInt)
        /// The folder that the socket is to lie in is not there, or this account may make nothing in it.
        case noFolder(String), closedFolder(String)
    }

    /// Requires that a socket can be made, and makes none.
    static func requirePlace(for path: String) throws(Failure) {
        guard UnixAddress.make(path) != nil else { throw .pathTooLong }
        // A name of the abstract name space lies in no folder.
        guard !path.hasPrefix("@") else { return }
        let folder = Folder.of(path)
        guard Folder.isThere(folder) else { throw .noFolder(folder) }
        guard Folder.takesNewFiles(folder) else { throw .closedFolder(folder) }
        // What a former daemon left is taken away; a folder is nobody's socket.
        guard !Folder.isThere(path) else { throw .cannotOpen(EISDIR) }
    }

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

/// What is asked of a folder before something is made in it.
enum Folder {
    /// The folder that a path lies in.
    static func of(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func isThere(_ folder: String) -> Bool {
        var status = stat()
        // SAFETY: `status` lives for the call.
        return unsafe stat(folder, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether this account may make something in it.
    static func takesNewFiles(_ folder: String) -> Bool {
        guard isThere(folder) else { return false }
        return unsafe access(folder, W_OK | X_OK) == 0
    }
}
