import Glibc

/// Makes this daemon the only one on a state directory. Held until the process ends, however it ends.
struct LockFile: ~Copyable {
    private let descriptor: CInt

    enum Failure: Error { case heldByAnother, cannotOpen(CInt) }

    /// Takes the lock without waiting.
    init(path: String) throws(Failure) {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .cannotOpen(errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw .heldByAnother
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}
