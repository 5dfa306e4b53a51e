internal import Glibc

/// The environment of this run.
enum Environment {
    /// The value of a variable; nil when it is not set.
    static func value(_ name: String) -> String? {
        // SAFETY: the program never changes its environment, so the text stays where it is while it is copied.
        guard let text = unsafe getenv(name) else { return nil }
        return unsafe String(cString: text)
    }

    /// As `value`, but an empty value counts as not set.
    static func filled(_ name: String) -> String? { value(name).flatMap { $0.isEmpty ? nil : $0 } }
}

/// A system call that failed, by its `errno`.
struct SystemFault: Error, Equatable {
    let code: Int32

    /// Of the call that failed just now.
    static var last: SystemFault { SystemFault(code: errno) }

    /// The system's own words, in the language of its library.
    var words: String {
        // SAFETY: strerror returns a text that stays until the next call on this thread; it is copied at once.
        guard let text = unsafe strerror(code) else { return "errno \(code)" }
        return unsafe String(cString: text)
    }
}

/// An open file, closed when its owner goes.
struct OpenFile: ~Copyable {
    let descriptor: Int32

    /// Opens `path`; `flags` as for open(2), to which close-on-exec is added. A new file is for this account only.
    init(_ path: String, _ flags: Int32) throws(SystemFault) {
        // SAFETY: the path is a Swift string, lent as a C string for the call; so too in `Paths`.
        let opened = unsafe open(path, flags | O_CLOEXEC, 0o600)
        guard opened >= 0 else { throw .last }
        descriptor = opened
    }

    deinit { close(descriptor) }

    /// What stat(2) tells of it.
    func status() throws(SystemFault) -> stat {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw .last }
        return status
    }

    /// Until the disk has it.
    func sync() throws(SystemFault) {
        while fsync(descriptor) != 0 { guard errno == EINTR else { throw .last } }
    }
}

/// Reading and writing on descriptors.
enum Bytes {
    /// Reads into `buffer` once; 0 at the end.
    static func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) throws(SystemFault) -> Int {
        while true {
            // SAFETY: the pointer and the length are those of the same buffer, which the caller lends for this call.
            let count = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            guard errno == EINTR else { throw .last }
        }
    }

    /// Writes all of `bytes`.
    static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(SystemFault) {
        var rest = unsafe bytes
        while unsafe !rest.isEmpty {
            // SAFETY: the pointer and the length are those of the same buffer, which the caller lends for this call.
            let count = unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0 {
                guard errno == EINTR else { throw .last }
                continue
            }
            unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// All that `descriptor` gives, at most `limit` bytes; more is an `EFBIG`.
    static func all(of descriptor: Int32, limit: Int) throws(SystemFault) -> [UInt8] {
        var collected: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: min(limit + 1, 262_144))
        while true {
            var fault: SystemFault?
            // SAFETY: the buffer lives for the closure and is not kept.
            let count = unsafe chunk.withUnsafeMutableBytes { buffer in
                do throws(SystemFault) { return unsafe try read(descriptor, into: buffer) } catch {
                    fault = error
                    return 0
                }
            }
            if let fault { throw fault }
            if count == 0 { return collected }
            guard collected.count + count <= limit else { throw SystemFault(code: EFBIG) }
            collected += chunk[..<count]
        }
    }

    /// All of a file, at most `limit` bytes.
    static func all(ofFile path: String, limit: Int = 1 << 20) throws(SystemFault) -> [UInt8] {
        let file = try OpenFile(path, O_RDONLY)
        return try all(of: file.descriptor, limit: limit)
    }

    /// Writes an array to a descriptor.
    static func write(_ bytes: [UInt8], to descriptor: Int32) throws(SystemFault) {
        var fault: SystemFault?
        // SAFETY: the buffer lives for the closure and is not kept.
        unsafe bytes.withUnsafeBytes { buffer in
            do throws(SystemFault) { unsafe try write(buffer, to: descriptor) } catch { fault = error }
        }
        if let fault { throw fault }
    }
}

/// Calls that take paths.
enum Paths {
    /// Removes a name; that it is not there is no fault.
    static func remove(_ path: String) { unsafe _ = unlink(path) }

    /// Gives a file another name, in the place of whatever had it.
    static func rename(_ old: String, _ new: String) throws(SystemFault) {
        guard unsafe Glibc.rename(old, new) == 0 else { throw .last }
    }

    /// Gives an open file without a name one.
    static func name(_ descriptor: Int32, _ path: String) throws(SystemFault) {
        guard unsafe linkat(AT_FDCWD, "/proc/self/fd/\(descriptor)", AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 else { throw .last }
    }

    /// A path without links, dots and doubled strokes; as it is where it leads nowhere.
    static func resolved(_ path: String) -> String {
        // SAFETY: the path is lent for the call; what comes back is ours to free, and copied before.
        guard let resolved = unsafe realpath(path, nil) else { return path }
        defer { unsafe free(resolved) }
        return unsafe String(cString: resolved)
    }

    /// The directory that a file lies in.
    static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }

    /// Makes the names in a directory durable: a name is when the directory that has it is.
    static func sync(folder: String) throws(SystemFault) { try OpenFile(folder, O_RDONLY | O_DIRECTORY).sync() }

    /// Makes a directory for this account only; that it is there already is no fault.
    static func makeDirectory(_ path: String) throws(SystemFault) {
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .last }
    }

    /// Makes the directories on the way to a file, which others may read; those that are there already stay as they are.
    static func makePublicDirectories(_ file: String) throws(SystemFault) {
        for (index, character) in zip(file.indices, file) where character == "/" && index > file.startIndex {
            let path = String(file[..<index])
            if unsafe mkdir(path, 0o755) == 0 {
                // Whatever the mask says.
                guard unsafe chmod(path, 0o755) == 0 else { throw .last }
                try sync(folder: folder(of: path))
            } else if errno != EEXIST {
                throw .last
            }
        }
    }

    /// Removes a directory with all that is in it, or a file; what cannot be removed stays.
    static func removeTree(_ path: String) {
        if case .directory? = try? PathKind(path, following: false) {
            for name in (try? Directory.names(in: path)) ?? [] { removeTree("\(path)/\(name)") }
            unsafe _ = rmdir(path)
        } else {
            remove(path)
        }
    }

    /// Whether it is a directory, no link, of this account, and shut to all others; a missing one is an `ENOENT`.
    static func isPrivateDirectory(_ path: String) throws(SystemFault) -> Bool {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { throw .last }
        return status.st_mode & S_IFMT == S_IFDIR && status.st_uid == geteuid() && status.st_mode & 0o077 == 0
    }
}

/// What a path leads to.
enum PathKind {
    case file(bytes: UInt64)
    case directory
    case other

    /// Follows symbolic links unless told otherwise.
    init(_ path: String, following: Bool = true) throws(SystemFault) {
        var status = stat()
        let result = unsafe following ? stat(path, &status) : lstat(path, &status)
        guard result == 0 else { throw .last }
        switch status.st_mode & S_IFMT {
        case S_IFREG: self = .file(bytes: UInt64(clamping: status.st_size))
        case S_IFDIR: self = .directory
        default: self = .other
        }
    }
}

enum Directory {
    /// The names in a directory but `.` and `..`, sorted by their bytes.
    static func names(in path: String) throws(SystemFault) -> [String] {
        // SAFETY: the stream is closed below and used by this function only; each entry is copied before the next is asked for.
        guard let stream = unsafe opendir(path) else { throw .last }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { field in
                unsafe field.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
}

/// Unpredictable bytes from the system.
func randomBytes(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
}
