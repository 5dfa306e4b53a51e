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
/// again from the leaves.
///
/// ORDER: the signed head is stored before it is published, the files before the checkpoint that speaks of them.
public actor LedgerExport {
    let directory: String
    private let store: Store
    let writer: Writer
    let log: AuditLog
    private let signer: NoteSigner
    private(set) var exported: UInt64
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
    ///   - directory: made when it is not there; 0755, its files 0644.
    ///   - published: what ``published(in:)`` found there.
    public init(
        directory: String, store: Store, writer: Writer, log: AuditLog, signer: NoteSigner, published: Checkpoint?
    ) throws(LedgerError) {
        self.directory = directory
        self.store = store
        self.writer = writer
        self.log = log
        self.signer = signer
        exported = published?.size ?? 0
        try Self.makeDirectory(directory)
        try Self.write(Array((signer.key.text + "\n").utf8), to: "log.vkey", in: directory)
    }

    /// The checkpoint that stands in an exported directory, if any. The log must extend it, or it was put back to an older state.
    public static func published(in directory: String) throws -> Checkpoint? {
        guard let note = FileManager.default.contents(atPath: directory + "/checkpoint") else { return nil }
        return try Checkpoint(parsing: try SignedNote(parsing: Array(note)).text)
    }

    /// Signs the head of the durable log, stores it, and brings the directory up to it.
    /// - Parameter moment: now, in milliseconds since 1970; kept with the first checkpoint of a size.
    /// - Returns: the checkpoint as a signed note, with the cosignatures that were kept for it.
    public func publish(at moment: Int64? = nil) async throws -> (note: [UInt8], size: UInt64, root: [UInt8]) {
        let head = log.head
        guard let root = Hash(head.root) else { throw LedgerError.doesNotVerify(index: nil) }
        let checkpoint = try Checkpoint(origin: Origin(signer.key.name), size: head.size, root: root)
        let signed = try checkpoint.signed(by: signer)
        let (note, openings) = try await writer.perform { [log] transaction in
            try log.keep(signed, size: head.size, at: moment, in: transaction)
            return (try Self.withCosignatures(signed, in: transaction).bytes, try log.cosignedOpenings(below: head.size, in: transaction))
        }
        if head.size > exported {
            let export = try TileExport(from: exported, to: head.size)
            effort = Effort()
            // A tile that is gone or was altered by somebody is no reason to stop: the leaves are the truth.
            if try write(export, usingEarlierTiles: true) != root {
                guard try write(export, usingEarlierTiles: false) == root else { throw LedgerError.doesNotVerify(index: nil) }
            }
            try Self.write(note, to: "checkpoint", in: directory)
            for tile in export.replaced { removeNarrower(than: tile) }
            exported = head.size
        } else {
            try Self.write(note, to: "checkpoint", in: directory)
        }
        // ORDER: after the checkpoint, because openings beyond it would be refused.
        if !openings.isEmpty { try Self.write(Openings.serialize(openings), to: "openings", in: directory) }
        return (note, head.size, head.root)
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
            guard let leaf = leaves.leaf(index) else { throw .sizeOutOfRange }
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
        guard synced == 0, unsafe rename(temporary, target) == 0 else { throw .cannotExport(errno: errno) }
        let folderDescriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folderDescriptor >= 0 else { throw .cannotExport(errno: errno) }
        defer { close(folderDescriptor) }
        guard fsync(folderDescriptor) == 0 else { throw .cannotExport(errno: errno) }
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

    func leaf(_ index: UInt64) -> [UInt8]? {
        if index < first || index >= first + UInt64(run.count) {
            first = index & ~0xFF
            run =
                (try? store.read { sql in
                    try Data.fetchAll(
                        sql, sql: "SELECT leaf FROM ledger_leaf WHERE seq >= ? ORDER BY seq LIMIT 256", arguments: [Int64(first)]
                    ).map { Array($0) }
                }) ?? []
            count += run.count
        }
        return index < first + UInt64(run.count) ? run[Int(index - first)] : nil
    }
}
