internal import Glibc
internal import NIOCore
internal import Synchronization
internal import Wire

/// A file that goes to the vault, or the standard input.
struct UploadFile: Sendable {
    /// Where it lies; `-` is the standard input.
    let path: String
    /// How it is called: its title, unless another was given.
    let name: String
    /// nil for the standard input.
    let size: UInt64?

    /// The files that `paths` name, directories walked through in the order of their names; each once, which is said where it was named again.
    ///
    /// Symbolic links named by the caller are followed; those inside a directory, and whatever is no regular file, are skipped with a warning.
    static func all(_ paths: [String]) throws(Failure) -> [UploadFile] {
        var files: [UploadFile] = []
        for path in paths {
            if path == "-" {
                files.append(UploadFile(path: path, name: "-", size: nil))
                continue
            }
            switch try kind(path, following: true) {
            case .file(let size): files.append(UploadFile(path: path, name: lastName(path), size: size))
            case .directory:
                let before = files.count
                try walk(path, prefix: "", into: &files)
                if files.count == before { throw .invalid(.nothingToAdd, path) }
            case .other: throw .invalid(.notAFile, path)
            }
        }
        return once(files)
    }

    /// Each file where it was named first: named again by the same path it would be the same attempt, and by another path another item. Two names
    /// in folders that share a content are two files, for each has a title of its own.
    private static func once(_ files: [UploadFile]) -> [UploadFile] {
        var places: Set<String> = [], told: Set<String> = []
        return files.filter { file in
            // What comes from the standard input has no place.
            guard file.path != "-" else { return true }
            let place = Paths.resolved(file.path)
            if places.insert(place).inserted { return true }
            if told.insert(place).inserted { Console.warn(say(.namedTwice, file.path)) }
            return false
        }
    }

    /// Depth is bounded by the longest path that the system opens.
    private static func walk(_ directory: String, prefix: String, into files: inout [UploadFile]) throws(Failure) {
        let names: [String]
        do throws(SystemFault) { names = try Directory.names(in: directory) } catch {
            throw .invalid(.cannotRead, directory, error.words)
        }
        for name in names {
            let path = "\(directory)/\(name)"
            switch try kind(path, following: false) {
            case .file(let size): files.append(UploadFile(path: path, name: prefix + name, size: size))
            case .directory: try walk(path, prefix: "\(prefix)\(name)/", into: &files)
            case .other: Console.warn(say(.skipped, path))
            }
        }
    }

    private static func kind(_ path: String, following: Bool) throws(Failure) -> PathKind {
        do throws(SystemFault) { return try PathKind(path, following: following) } catch {
            throw .invalid(.cannotRead, path, error.words)
        }
    }

    static func lastName(_ path: String) -> String { path.split(separator: "/").last.map { String($0) } ?? path }

    /// Files of at most this many bytes go in one piece.
    static let smallLimit: UInt64 = 262_144

    /// The bytes as a request's body, counted in `progress` as they go.
    func body(_ progress: Progress) throws(Failure) -> RequestBody {
        let source: FileSource
        do throws(SystemFault) {
            if let size, size <= UploadFile.smallLimit, path != "-" {
                let bytes = try Bytes.all(ofFile: path, limit: Int(UploadFile.smallLimit))
                progress.add(bytes: bytes.count)
                return .content(ByteBuffer(bytes: bytes))
            }
            source = try FileSource(path)
        } catch { throw .invalid(.cannotRead, path, error.words) }
        return .stream(length: source.length) { [path] in
            do {
                guard let piece = try await source.next() else { return nil }
                progress.add(bytes: piece.readableBytes)
                return piece
            } catch let fault as SystemFault {
                throw Failure(.invalid, say(.cannotRead, path, fault.words))
            }
        }
    }
}

/// Reads an open file piece by piece; one piece in memory at a time.
private actor FileSource {
    private let file: OpenFile
    /// Bytes that will come: those that the file had when it was opened; nil when that is not known.
    nonisolated let length: UInt64?
    private var left: UInt64

    private static let pieceLength = 262_144

    init(_ path: String) throws(SystemFault) {
        let file = try path == "-" ? OpenFile("/dev/stdin", O_RDONLY) : OpenFile(path, O_RDONLY)
        let status = try file.status()
        let isRegular = status.st_mode & S_IFMT == S_IFREG
        self.file = file
        length = isRegular && path != "-" ? UInt64(clamping: status.st_size) : nil
        left = length ?? .max
    }

    /// The next piece; nil at the end. A file that became shorter meanwhile is an `EIO`.
    func next() throws -> ByteBuffer? {
        guard left > 0 else { return nil }
        let wanted = Int(min(left, UInt64(FileSource.pieceLength)))
        var piece = ByteBufferAllocator().buffer(capacity: wanted)
        // SAFETY: the buffer lives for the closure; `read` writes at most the `wanted` bytes it is lent.
        let count = try unsafe piece.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { space in
            try unsafe Bytes.read(file.descriptor, into: UnsafeMutableRawBufferPointer(rebasing: space[..<wanted]))
        }
        if count == 0 {
            guard length == nil else { throw SystemFault(code: EIO) }
            return nil
        }
        left -= UInt64(count)
        return piece
    }
}

/// How far an upload or download is, shown on a terminal once it has taken a second.
final class Progress: Sendable {
    private let files = Atomic<Int>(0)
    private let bytes = Atomic<Int>(0)
    private let totalFiles: Int
    /// -1: not known.
    private let totalBytes: Atomic<Int>
    private let isShown = Atomic<Bool>(false)

    /// `totalBytes` nil: not known.
    init(files: Int, bytes: UInt64?) {
        totalFiles = files
        totalBytes = Atomic(bytes.map { Int(clamping: $0) } ?? -1)
    }

    /// Says later how many bytes there will be.
    func expect(bytes: UInt64) { totalBytes.store(Int(clamping: bytes), ordering: .relaxed) }

    func add(bytes count: Int) { bytes.wrappingAdd(count, ordering: .relaxed) }
    func addFile() { files.wrappingAdd(1, ordering: .relaxed) }

    /// Shows the bar while `body` runs, if there is a terminal and it takes more than a second.
    func shown<Output: Sendable>(during body: () async throws -> Output) async throws -> Output {
        guard Console.errorsAreTerminal else { return try await body() }
        let ticker = Task {
            try? await Task.sleep(for: .seconds(1))
            while !Task.isCancelled {
                draw()
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
        defer {
            ticker.cancel()
            clear()
        }
        return try await body()
    }

    /// Writes a line on the standard error, above the bar.
    func note(_ line: String) {
        clear()
        Console.note(line)
    }

    private func draw() {
        isShown.store(true, ordering: .relaxed)
        try? Bytes.write(Array("\r\u{1B}[K\(bar(width: 30))".utf8), to: STDERR_FILENO)
    }

    private func clear() {
        if isShown.exchange(false, ordering: .relaxed) { try? Bytes.write(Array("\r\u{1B}[K".utf8), to: STDERR_FILENO) }
    }

    /// `[#####.....]  3 of 10 files  12 of 40 MB`.
    func bar(width: Int) -> String {
        let done = bytes.load(ordering: .relaxed)
        let filesDone = files.load(ordering: .relaxed)
        var parts: [String] = []
        let share: Double
        let totalBytes = totalBytes.load(ordering: .relaxed)
        if totalBytes > 0 { share = Double(done) / Double(totalBytes) } else { share = Double(filesDone) / Double(max(1, totalFiles)) }
        let filled = max(0, min(width, Int(share * Double(width))))
        parts.append("[\(String(repeating: "#", count: filled))\(String(repeating: ".", count: width - filled))]")
        if totalFiles > 1 { parts.append(say(.progressItems, String(filesDone), String(totalFiles))) }
        let total = totalBytes >= 0 ? String(totalBytes / 1_000_000) : "?"
        parts.append(say(.progressBytes, String(done / 1_000_000), total))
        return parts.joined(separator: "  ")
    }
}
