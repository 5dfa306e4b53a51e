import Glibc

/// The few file operations that a witness rests on. Every path is below the witness's own directory.
enum GuardedFiles {
    /// Checks that the directory is one, no link, of this account, and shut to all others.
    static func checkDirectory(_ path: String) throws(WitnessingError) {
        var status = stat()
        // SAFETY: `status` lives for the call; so too below.
        guard unsafe lstat(path, &status) == 0 else { throw errno == ENOENT ? .missing(path) : .system(path, errno: errno) }
        guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(), status.st_mode & 0o077 == 0 else { throw .notPrivate(path) }
    }

    static func makeDirectory(_ path: String) throws(WitnessingError) {
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .system(path, errno: errno) }
    }

    static func exists(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0
    }

    /// Lends an open file that is a file, no link, of this account, and (when `isSecret`) shut to all others.
    static func reading<R: ~Copyable>(
        _ path: String, isSecret: Bool, _ body: (_ descriptor: CInt, _ size: Int) throws(WitnessingError) -> R
    ) throws(WitnessingError) -> R {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            throw errno == ENOENT ? .missing(path) : errno == ELOOP ? .notPrivate(path) : .system(path, errno: errno)
        }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .system(path, errno: errno) }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(), status.st_mode & (isSecret ? 0o077 : 0o022) == 0 else {
            throw .notPrivate(path)
        }
        return try body(descriptor, Int(clamping: status.st_size))
    }

    /// All of a file that holds nothing secret.
    static func contents(_ path: String, limit: Int) throws(WitnessingError) -> [UInt8] {
        try reading(path, isSecret: false) { descriptor, size throws(WitnessingError) in
            guard size <= limit else { throw .malformed(path) }
            var bytes = [UInt8](repeating: 0, count: size)
            // SAFETY: the buffer lives for the call.
            let count = unsafe bytes.withUnsafeMutableBytes { unsafe fill($0, from: descriptor) }
            guard count == size else { throw .malformed(path) }
            return bytes
        }
    }

    /// Reads until the buffer is full or the file ends; the number of bytes read, or −1.
    static func fill(_ buffer: UnsafeMutableRawBufferPointer, from descriptor: CInt) -> Int {
        var filled = 0
        while filled < buffer.count {
            // SAFETY: the slice lies within the buffer.
            let count = unsafe read(descriptor, buffer.baseAddress.map { unsafe $0 + filled }, buffer.count - filled)
            if count < 0, errno == EINTR { continue }
            if count < 0 { return -1 }
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    /// Writes all of a buffer; false when the system refused.
    static func drain(_ buffer: UnsafeRawBufferPointer, to descriptor: CInt) -> Bool {
        var drained = 0
        while drained < buffer.count {
            // SAFETY: the slice lies within the buffer.
            let count = unsafe write(descriptor, buffer.baseAddress.map { unsafe $0 + drained }, buffer.count - drained)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return false }
            drained += count
        }
        return true
    }

    /// Puts a file in place whole or not at all, and returns when it is durable under its name.
    ///
    /// - Parameter write: writes the content to the open file; false when the system refused.
    static func replace(
        _ path: String, in directory: String, mode: mode_t = 0o600, write: (_ descriptor: CInt) throws(WitnessingError) -> Bool
    ) throws(WitnessingError) {
        let temporary = path + ".new"
        // What a crash left of an earlier attempt is nobody's; a link there is not followed.
        unsafe unlink(temporary)
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)
        guard descriptor >= 0 else { throw .system(temporary, errno: errno) }
        var failure: WitnessingError?
        do throws(WitnessingError) {
            // ORDER: content, then its durability, then the name, then the name's durability.
            guard try write(descriptor), fchmod(descriptor, mode) == 0, fsync(descriptor) == 0 else {
                throw .system(temporary, errno: errno)
            }
        } catch { failure = error }
        close(descriptor)
        if failure == nil, unsafe rename(temporary, path) != 0 { failure = .system(path, errno: errno) }
        if let failure {
            unsafe unlink(temporary)
            throw failure
        }
        try syncDirectory(directory)
    }

    static func replace(_ path: String, in directory: String, mode: mode_t = 0o600, with bytes: [UInt8]) throws(WitnessingError) {
        try replace(path, in: directory, mode: mode) { descriptor throws(WitnessingError) in
            // SAFETY: the buffer lives for the call.
            unsafe bytes.withUnsafeBytes { unsafe drain($0, to: descriptor) }
        }
    }

    static func syncDirectory(_ path: String) throws(WitnessingError) {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(path, errno: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .system(path, errno: errno) }
    }
}

/// Makes this process the only one that is this witness. Held until the process ends, however it ends.
final class WitnessLock: Sendable {
    private let descriptor: CInt

    /// Takes the lock without waiting.
    init(_ path: String) throws(WitnessingError) {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .system(path, errno: errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw .held
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}
