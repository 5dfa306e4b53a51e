import Glibc

/// An open file; closes itself.
struct OpenFile: ~Copyable {
    let descriptor: Int32

    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { _ = close(descriptor) }

    /// Makes a new file that only its owner may touch; nothing that is there is followed or overwritten.
    static func create(_ path: String, _ step: VaultError.FileStep) throws(VaultError) -> OpenFile {
        let descriptor = Files.retrying { unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600) }
        guard descriptor >= 0 else { throw .file(step, errno: errno) }
        return OpenFile(descriptor: descriptor)
    }

    /// Opens a regular file for reading; never follows a link in the last part of the path.
    static func read(_ path: String, _ step: VaultError.FileStep) throws(VaultError) -> OpenFile {
        let descriptor = Files.retrying { unsafe Glibc.open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC) }
        guard descriptor >= 0 else { throw .file(step, errno: errno) }
        let file = OpenFile(descriptor: descriptor)
        guard try file.status(step).isRegular else { throw .unsafeFile(step) }
        return file
    }

    borrowing func status(_ step: VaultError.FileStep) throws(VaultError) -> FileStatus {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .file(step, errno: errno) }
        return FileStatus(status)
    }

    borrowing func write(_ bytes: UnsafeRawBufferPointer, _ step: VaultError.FileStep) throws(VaultError) {
        var done = 0
        var mayBypass = true
        while done < bytes.count {
            // SAFETY: the range lies inside `bytes`, which the caller keeps alive.
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                try fallBack(&mayBypass, step)
                continue
            }
            done += count
        }
    }

    /// After a call failed: throws, unless the same call may be made again through the page cache. A file system that cannot go past it for
    /// these bytes says `EINVAL`, once.
    private borrowing func fallBack(_ mayBypass: inout Bool, _ step: VaultError.FileStep) throws(VaultError) {
        let code = errno
        guard mayBypass, code == EINVAL else { throw .file(step, errno: code) }
        mayBypass = false
        useCache()
    }

    borrowing func write(_ bytes: [UInt8], _ step: VaultError.FileStep) throws(VaultError) {
        var failure: VaultError?
        unsafe bytes.withUnsafeBytes { buffer in
            do throws(VaultError) { try unsafe write(buffer, step) } catch { failure = error }
        }
        if let failure { throw failure }
    }

    /// Reads until `target` is full or the file ends.
    /// - Returns: how many bytes were read.
    borrowing func read(into target: UnsafeMutableRawBufferPointer, _ step: VaultError.FileStep) throws(VaultError) -> Int {
        var done = 0
        var mayBypass = true
        while done < target.count {
            // SAFETY: the range lies inside `target`, which the caller keeps alive.
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: target[done...])
            let count = unsafe Glibc.read(descriptor, rest.baseAddress, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                try fallBack(&mayBypass, step)
                continue
            }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// The whole file, which may have no more than `limit` bytes.
    borrowing func readAll(limit: Int, _ step: VaultError.FileStep) throws(VaultError) -> [UInt8] {
        guard let size = Int(exactly: try status(step).size), size <= limit else { throw .unsafeFile(step) }
        var bytes = [UInt8](repeating: 0, count: size)
        var failure: VaultError?
        var count = 0
        unsafe bytes.withUnsafeMutableBytes { buffer in
            do throws(VaultError) { count = try unsafe read(into: buffer, step) } catch { failure = error }
        }
        if let failure { throw failure }
        bytes.removeLast(size - count)
        return bytes
    }

    borrowing func sync(_ step: VaultError.FileStep) throws(VaultError) {
        guard Files.retrying({ fsync(descriptor) }) == 0 else { throw .file(step, errno: errno) }
    }
}

/// What the system says about a file.
struct FileStatus: Sendable {
    let isRegular: Bool
    let isFolder: Bool
    let owner: UInt32
    /// The permission bits.
    let mode: UInt32
    let size: Int64
    /// Seconds since 1970.
    let modified: Int64

    init(_ status: stat) {
        isRegular = status.st_mode & S_IFMT == S_IFREG
        isFolder = status.st_mode & S_IFMT == S_IFDIR
        owner = status.st_uid
        mode = UInt32(status.st_mode) & 0o7777
        size = Int64(status.st_size)
        modified = Int64(status.st_mtim.tv_sec)
    }

    /// Of a path, without following a link in its last part; nil when there is nothing.
    init?(of path: String, _ step: VaultError.FileStep) throws(VaultError) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else {
            if errno == ENOENT { return nil }
            throw .file(step, errno: errno)
        }
        self.init(status)
    }

    /// Belongs to this process's user, and nobody else may do anything with it.
    var isPrivate: Bool { owner == geteuid() && mode & 0o077 == 0 }
}

/// Work on paths.
enum Files {
    static func retrying(_ call: () -> Int32) -> Int32 {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }

    /// Makes a folder that only its owner may enter; one that is there must be like that already.
    /// - Returns: whether it was made.
    @discardableResult
    static func makeFolder(_ path: String) throws(VaultError) -> Bool {
        if unsafe mkdir(path, 0o700) == 0 { return true }
        guard errno == EEXIST else { throw .file(.folder, errno: errno) }
        try requirePrivateFolder(path)
        return false
    }

    static func requirePrivateFolder(_ path: String) throws(VaultError) {
        guard let status = try FileStatus(of: path, .folder), status.isFolder, status.isPrivate else { throw .unsafeFile(.folder) }
    }

    /// Makes what was created, renamed or removed in a folder durable.
    static func syncFolder(_ path: String) throws(VaultError) {
        let descriptor = retrying { unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw .file(.folder, errno: errno) }
        let folder = OpenFile(descriptor: descriptor)
        try folder.sync(.folder)
    }

    static func rename(_ from: String, to: String, _ step: VaultError.FileStep) throws(VaultError) {
        guard unsafe Glibc.rename(from, to) == 0 else { throw .file(step, errno: errno) }
    }

    /// Removes a file; that it is gone already is fine.
    static func remove(_ path: String, _ step: VaultError.FileStep) throws(VaultError) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw .file(step, errno: errno) }
    }

    /// Sets the times of a file, in seconds since 1970; a link is not followed.
    static func setTime(of path: String, to seconds: Int64, _ step: VaultError.FileStep) throws(VaultError) {
        var times = (timespec(tv_sec: Int(seconds), tv_nsec: 0), timespec(tv_sec: Int(seconds), tv_nsec: 0))
        let result = unsafe withUnsafePointer(to: &times) { pointer in
            // SAFETY: two timespec in a row, as utimensat wants them.
            unsafe pointer.withMemoryRebound(to: timespec.self, capacity: 2) {
                unsafe utimensat(AT_FDCWD, path, $0, AT_SYMLINK_NOFOLLOW)
            }
        }
        guard result == 0 else { throw .file(step, errno: errno) }
    }

    /// The folder that a path lies in.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Names in a folder, without `.` and `..`, sorted.
    static func names(in path: String) throws(VaultError) -> [String] {
        guard let stream = unsafe opendir(path) else { throw .file(.folder, errno: errno) }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            // SAFETY: `d_name` is a NUL-terminated string inside the entry, which lives until the next readdir.
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Replaces a file as a whole: a reader sees the old bytes or the new ones, also after a crash.
    ///
    /// Written beside it, synced, renamed, and the folder synced. Mode 0600.
    static func replace(_ path: String, with bytes: [UInt8], _ step: VaultError.FileStep) throws(VaultError) {
        let part = path + ".new"
        // What a crash left; it was never in use.
        try remove(part, step)
        do throws(VaultError) {
            let file = try OpenFile.create(part, step)
            try file.write(bytes, step)
            try file.sync(step)
            try rename(part, to: path, step)
        } catch {
            try? remove(part, step)
            throw error
        }
        try syncFolder(folder(of: path))
    }

    /// Takes everybody else's rights to a file away.
    static func restrict(_ path: String) throws(VaultError) {
        guard unsafe chmod(path, 0o600) == 0 else { throw .file(.database, errno: errno) }
    }

    /// Reads a small file that nobody else may write or read.
    static func readPrivate(_ path: String, limit: Int, _ step: VaultError.FileStep) throws(VaultError) -> [UInt8] {
        let file = try OpenFile.read(path, step)
        guard try file.status(step).isPrivate else { throw .unsafeFile(step) }
        return try file.readAll(limit: limit, step)
    }
}
