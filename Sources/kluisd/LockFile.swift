import Glibc

/// Makes this daemon the only one on a folder. Held until the process ends, however it ends.
struct LockFile: ~Copyable {
    private let descriptor: CInt

    enum Failure: Error {
        case heldByAnother
        /// The folder of this path is not the caller's own.
        case belongsToAnother(String)
        /// The file of this path; the number is `errno`.
        case cannotOpen(String, CInt)
    }

    /// Takes the lock of a folder without waiting.
    ///
    /// The folder must be the caller's own: a lock that root made in the folder of another account is one that this account can never take.
    init(in folder: String) throws(Failure) {
        // ORDER: before the file is made.
        let path = try Self.path(in: folder)
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .cannotOpen(path, errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw .heldByAnother
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Requires that the lock of a folder can be taken once nobody has it, and takes and makes nothing.
    static func requireUsable(in folder: String) throws(Failure) {
        let path = try path(in: folder)
        let descriptor = unsafe open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw .cannotOpen(path, errno) }
            return
        }
        close(descriptor)
    }

    /// Where the lock of a folder lies, which must be the caller's own.
    private static func path(in folder: String) throws(Failure) -> String {
        let path = folder + "/lock"
        var status = stat()
        // SAFETY: `status` lives for the call.
        guard unsafe stat(folder, &status) == 0 else { throw .cannotOpen(path, errno) }
        guard status.st_uid == geteuid() else { throw .belongsToAnother(folder) }
        return path
    }
}
