import FoundationEssentials
import GRDB
import Glibc
import LedgerFormat
public import Storage
import Synchronization
public import TransparencyLog

/// Signs checkpoints and keeps the public copy of the log in a directory that any static web server could serve: tiles, entry bundles, the
/// newest checkpoint and the log's key. Nothing in it is personal.
///
/// A checkpoint's export costs what is new and not what is old: it reads the leaves from the last multiple of 256 on and, for each level, one
/// tile that it wrote earlier. What is read from the directory is believed only if the root comes out right; else everything is made
/// again from the leaves. So it is when a file is gone or has another size, which is looked at each time, and when the copy does not verify, which is
/// looked at once a run: see <doc:TheCopyIsLookedAt>.
///
/// ORDER: the signed head is stored before it is published, the files before the checkpoint that speaks of them.
public actor LedgerExport {
    private let executor = FileExecutor("kluis.export")
    // SAFETY: the actor keeps its executor for as long as it lives.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }
    let directory: String
    private let store: Store
    let writer: Writer
    let log: AuditLog
    private let signer: NoteSigner
    /// Whose cosignatures are shown beside the log's own signature.
    public nonisolated let witnesses: Witnesses
    private(set) var exported: UInt64
    /// What an earlier run left in the directory, until it was verified.
    private var unverified: Checkpoint?
    /// What the last export cost.
    private(set) package var effort = Effort()

    /// Files and leaves that an export handled.
    package struct Effort: Sendable, Equatable {
        /// Tiles of earlier exports.
        package var filesRead = 0
        /// Tiles and bundles; not the checkpoint.
        package var filesWritten = 0
        package var leavesRead = 0

        package init(filesRead: Int = 0, filesWritten: Int = 0, leavesRead: Int = 0) {
            self.filesRead = filesRead
            self.filesWritten = filesWritten
            self.leavesRead = leavesRead
        }
    }

    /// - Parameters:
    ///   - directory: made with the first checkpoint when it is not there; 0755, its files 0644.
    ///   - witnesses: whose cosignatures count.
    ///   - published: what ``published(in:signedBy:)`` found there.
    public init(
        directory: String, store: Store, writer: Writer, log: AuditLog, signer: NoteSigner, witnesses: [VerifierKey] = [],
        published: Checkpoint?
    ) {
        self.directory = directory
        self.store = store
        self.writer = writer
        self.log = log
        self.signer = signer
        self.witnesses = Witnesses(witnesses, of: signer.key)
        exported = published?.size ?? 0
        unverified = published
    }

    /// The checkpoint that stands in an exported directory and was signed with the log's key; nil when there is none. The log must extend it,
    /// or it was put back to an older state.
    ///
    /// A file that the key did not sign says nothing about the log, whoever wrote it, and is made again with the next checkpoint.
    ///
    /// - Parameter publicKey: of the log's key, under whatever name it signed.
    public static func published(in directory: String, signedBy publicKey: [UInt8]) -> Checkpoint? {
        guard let bytes = FileManager.default.contents(atPath: directory + "/checkpoint"),
            let note = try? SignedNote(parsing: Array(bytes)),
            let name = try? KeyName(Checkpoint(parsing: note.text).origin.description),
            let key = try? VerifierKey(name: name, algorithm: .ed25519, publicKey: publicKey)
        else { return nil }
        return try? VerifiedCheckpoint.verify(note, log: VerifierKeys(key)).checkpoint
    }

    /// How many entries the durable log has.
    public nonisolated var loggedSize: UInt64 { log.head.size }

    /// Signs the head of the durable log, stores it, and brings the directory up to it.
    /// - Parameter moment: now, in milliseconds since 1970; kept with the first checkpoint of a size.
    /// - Returns: the checkpoint as a signed note, with the cosignatures that were kept for it.
    public func publish(at moment: Int64? = nil) async throws -> (note: [UInt8], size: UInt64, root: [UInt8]) {
        let head = log.head
        guard let root = Hash(head.root) else { throw LedgerError.doesNotVerify(index: nil) }
        let checkpoint = try Checkpoint(origin: Origin(signer.key.name), size: head.size, root: root)
        let signed = try checkpoint.signed(by: signer)
        let (note, openings) = try await writer.perform { [log, witnesses] transaction in
            try log.keep(signed, size: head.size, at: moment, in: transaction)
            return (
                try log.withCosignatures(signed, by: witnesses, in: transaction).bytes,
                try log.cosignedOpenings(below: head.size, in: transaction)
            )
        }
        try keepKey()
        let isCopyWhole = try isWhole()
        if head.size > exported || !isCopyWhole {
            let export = try TileExport(from: exported, to: head.size)
            effort = Effort()
            // A file that is gone or was altered by somebody is no reason to stop: the leaves are the truth.
            if try !isCopyWhole || write(export, usingEarlierTiles: true) != root {
                let all = try TileExport(from: 0, to: head.size)
                guard try write(all, usingEarlierTiles: false) == root else { throw LedgerError.doesNotVerify(index: nil) }
            }
            try Self.write(note, to: "checkpoint", in: directory)
            for tile in export.replaced { removeNarrower(than: tile) }
            exported = head.size
        } else {
            try Self.write(note, to: "checkpoint", in: directory)
        }
        unverified = nil
        // ORDER: after the checkpoint, because openings beyond it would be refused.
        if !openings.isEmpty {
            try Self.write(Openings.serialize(openings), to: "openings", in: directory)
        } else if unsafe unlink(directory + "/openings") != 0, errno != ENOENT {
            // Whatever stands there is none of this log's, and would keep the copy from verifying.
            throw LedgerError.cannotExport(errno: errno)
        }
        return (note, head.size, head.root)
    }

    /// Puts the log's key where outsiders look for it, unless it stands there.
    private func keepKey() throws(LedgerError) {
        let key = Array((signer.key.text + "\n").utf8)
        // For others to read, whatever somebody made of it; what is not there yet is written with that mode.
        unsafe chmod(directory + "/log.vkey", 0o644)
        guard FileManager.default.contents(atPath: directory + "/log.vkey").map(Array.init) != key else { return }
        try Self.write(key, to: "log.vkey", in: directory)
    }

    // MARK: - What was exported earlier

    /// Whether the directory still holds what earlier exports put there.
    private func isWhole() throws -> Bool {
        if let unverified {
            // Once a run, from the first bundle to the root: as much work as opening the log was.
            let directory = directory
            let verification = try LogVerification(checkpoint: unverified) { path in
                FileManager.default.contents(atPath: directory + "/" + path).map { Array($0) }
            }
            return (try? verification.verify()) != nil
        }
        let layout = try TileLayout(size: exported)
        for level in 0..<layout.levelCount {
            for index in 0..<layout.fullTileCount(level: level) {
                guard holds(try Tile(.hashes(level: level), index: index)) else { return false }
                if level == 0 { guard holds(try Tile(.entries, index: index)) else { return false } }
            }
            guard let partial = layout.partialTile(level: level) else { continue }
            guard holds(partial) else { return false }
            if level == 0 { guard holds(try Tile(.entries, index: partial.index, width: partial.width)) else { return false } }
        }
        return true
    }

    /// Whether the file of a tile is there with a size that it can have.
    private func holds(_ tile: Tile) -> Bool {
        var status = stat()
        // SAFETY: `status` lives for the call.
        guard unsafe stat(directory + "/" + tile.path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
        return switch tile.content {
        case .hashes: status.st_size == off_t(tile.width * Hash.byteCount)
        case .entries: status.st_size >= off_t(2 * tile.width)
        }
    }

    // MARK: - Files

    /// Writes the files of an export.
    /// - Returns: the root they lead to; nil when an earlier tile cannot be used.
    private func write(_ export: TileExport, usingEarlierTiles: Bool) throws -> Hash? {
        let leaves = LeafReader(store: store)
        var written = 0
        let read = ReadFiles()
        defer {
            effort.filesWritten += written
            effort.filesRead += read.count
            effort.leavesRead += leaves.count
        }
        let directory = directory
        var failure: LedgerError?
        func entry(_ index: UInt64) throws(TransparencyLogError) -> [UInt8] {
            let leaf: [UInt8]?
            do throws(LedgerError) { leaf = try leaves.leaf(index) } catch {
                failure = error
                throw .sizeOutOfRange
            }
            guard let leaf else { throw .sizeOutOfRange }
            return leaf
        }
        func write(_ file: ExportedFile) throws(TransparencyLogError) {
            do throws(LedgerError) { try Self.write(file.bytes, to: file.path, in: directory) } catch {
                failure = error
                throw .unreadable(path: file.path)
            }
            written += 1
        }
        do {
            guard usingEarlierTiles else { return try export.forEachFile(entry: entry, write: write) }
            return try export.forEachFile(
                entry: entry,
                earlier: { path in
                    read.add()
                    return FileManager.default.contents(atPath: directory + "/" + path).map { Array($0) }
                }, write: write)
        } catch {
            if let failure { throw failure }
            switch error {
            case .missing, .malformedFile, .unreadable: return nil
            default: throw LedgerError.doesNotVerify(index: nil)
            }
        }
    }

    /// Removes the partial files of a tile that is full now. What cannot be removed is merely of no use to anybody.
    private func removeNarrower(than tile: Tile) {
        let path = directory + "/" + tile.path
        guard let end = path.lastIndex(of: "/") else { return }
        let folder = String(path[..<end])
        for file in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] { unsafe unlink(folder + "/" + file) }
        unsafe rmdir(folder)
    }

    private static func makeDirectory(_ path: String) throws(LedgerError) {
        var built = ""
        for part in path.split(separator: "/", omittingEmptySubsequences: true) {
            built += (built.isEmpty && !path.hasPrefix("/") ? "" : "/") + part
            if unsafe mkdir(built, 0o755) == 0 {
                // The public copy may be read by others whatever the daemon's mask says.
                guard unsafe chmod(built, 0o755) == 0 else { throw .cannotExport(errno: errno) }
                // A name is durable when the directory that has it is.
                let parent = built.lastIndex(of: "/").map { $0 == built.startIndex ? "/" : String(built[..<$0]) } ?? "."
                try syncDirectory(parent)
            } else if errno != EEXIST {
                throw .cannotExport(errno: errno)
            }
        }
    }

    /// Writes a file whole or not at all, and makes it durable.
    static func write(_ bytes: [UInt8], to path: String, in directory: String) throws(LedgerError) {
        let target = directory + "/" + path
        let folder = String(target[..<(target.lastIndex(of: "/") ?? target.startIndex)])
        try makeDirectory(folder)
        let temporary = target + ".new"
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw .cannotExport(errno: errno) }
        var written = 0
        while written < bytes.count {
            // SAFETY: the slice lives for the call and its length is given.
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress! + written, buffer.count - written)
            }
            if count < 0 {
                if errno == EINTR { continue }
                let code = errno
                close(descriptor)
                unsafe unlink(temporary)
                throw .cannotExport(errno: code)
            }
            written += count
        }
        fchmod(descriptor, 0o644)
        let synced = fsync(descriptor)
        close(descriptor)
        guard synced == 0, unsafe rename(temporary, target) == 0 else {
            let code = errno
            unsafe unlink(temporary)
            throw .cannotExport(errno: code)
        }
        try syncDirectory(folder)
    }

    private static func syncDirectory(_ path: String) throws(LedgerError) {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotExport(errno: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .cannotExport(errno: errno) }
    }
}

/// Counts the tiles that were read.
private final class ReadFiles: Sendable {
    private let number = Atomic<Int>(0)
    var count: Int { number.load(ordering: .relaxed) }
    func add() { number.add(1, ordering: .relaxed) }
}

/// Reads leaves in runs of 256, so that the writer is never kept waiting for long.
private final class LeafReader {
    private let store: Store
    private(set) var count = 0
    private var first: UInt64 = 0
    private var run: [[UInt8]] = []

    init(store: Store) { self.store = store }

    /// - Returns: nil when there is none.
    /// - Throws: ``LedgerError/notRecorded`` when the disk or memory fails, which says nothing about the log; ``LedgerError/doesNotVerify(index:)``
    ///   when what stands there is no leaf.
    func leaf(_ index: UInt64) throws(LedgerError) -> [UInt8]? {
        if index < first || index >= first + UInt64(run.count) {
            (first, run) = (index & ~0xFF, [])
            do {
                run = try store.read { sql in
                    try Data.fetchAll(
                        sql, sql: "SELECT leaf FROM ledger_leaf WHERE seq >= ? ORDER BY seq LIMIT 256", arguments: [Int64(first)]
                    ).map { Array($0) }
                }
            } catch let error as DatabaseError where ![.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) {
                throw .notRecorded
            } catch {
                throw .doesNotVerify(index: index)
            }
            count += run.count
        }
        return index < first + UInt64(run.count) ? run[Int(index - first)] : nil
    }
}
