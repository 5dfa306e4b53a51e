import Synchronization

/// Checks a whole exported log: recomputes everything from the entries and believes nothing that is stored but the signed root.
///
/// The work falls into pieces of consecutive bundles that are independent of each other, so the caller may run them on as many threads as it
/// likes: `verify { DispatchQueue.concurrentPerform(iterations: $0, execute: $1) }`.
///
/// Every entry bundle and every tile that belongs to the log is read and checked, also those that the root could be computed without. A
/// log that does not check out is refused with the most exact error that the bytes allow: see ``LogDiagnosis``.
public struct LogVerification: Sendable {
    /// Looks at an entry that is at `index`; the bytes are lent for the call. For readers that parse entries as they go by.
    ///
    /// Called for entries before it is known whether they are authentic, from several threads at once, in order within a piece. What it
    /// throws is reported only if the log itself checks out.
    public typealias Inspection = @Sendable (_ index: UInt64, _ entry: RawSpan) throws -> Void

    /// The checkpoint that the log is checked against; verified by the caller.
    public let checkpoint: Checkpoint
    /// A checkpoint of the same log seen earlier, which the log must continue.
    public let pinned: Checkpoint?
    /// Bundles per piece.
    public let bundlesPerPiece: Int

    let layout: TileLayout
    let read: FileReader
    let inspect: Inspection?

    /// - Parameters:
    ///   - pinned: a checkpoint of the same log that was verified earlier.
    ///   - bundlesPerPiece: at least 1.
    /// - Throws: `truncated`, `sameSizeFork` and `wrongOrigin`, which need no look at the files.
    public init(
        checkpoint: Checkpoint, pinned: Checkpoint? = nil, bundlesPerPiece: Int = 64, read: @escaping FileReader,
        inspect: Inspection? = nil
    ) throws(TransparencyLogError) {
        if let pinned {
            guard pinned.origin == checkpoint.origin else { throw .wrongOrigin(expected: pinned.origin, found: checkpoint.origin) }
            guard pinned.size <= checkpoint.size else { throw .truncated(pinned: pinned.size, found: checkpoint.size) }
            guard pinned.size < checkpoint.size || pinned.root == checkpoint.root else { throw .sameSizeFork(size: pinned.size) }
        }
        self.checkpoint = checkpoint
        self.pinned = pinned
        self.bundlesPerPiece = max(bundlesPerPiece, 1)
        self.read = read
        self.inspect = inspect
        layout = try TileLayout(size: checkpoint.size)
    }

    static let piecesPerWave = 1024

    /// Pieces to verify; each may run on any thread.
    public var pieceCount: Int {
        let perPiece = UInt64(bundlesPerPiece)
        return Int(clamping: (layout.bundleCount + perPiece - 1) / perPiece)
    }

    /// Verifies the log, with the pieces run by `perform`.
    ///
    /// - Parameter perform: calls its second argument once for each number below its first, in any order, on any threads, and returns when
    ///   all calls have returned. Called once for every 1,024 pieces, and no more after a file was missing or malformed. Without it, the
    ///   pieces run one after the other.
    /// - Throws: `TransparencyLogError` when the log does not check out; otherwise what the inspection threw for the lowest index.
    public func verify(
        perform: (Int, @Sendable (Int) -> Void) -> Void = { count, body in for piece in 0..<count { body(piece) } }
    ) throws -> VerifiedLog {
        let count = pieceCount
        var done: [VerifiedPiece] = []
        var first = 0
        // In waves: a checkpoint may claim any size, and what is held in memory must follow what is there and not what is claimed.
        while first < count, !done.contains(where: { $0.failure != nil }) {
            let base = first
            let wave = min(count - base, LogVerification.piecesPerWave)
            let pieces = Mutex<[VerifiedPiece?]>(Array(repeating: nil, count: wave))
            perform(wave) { number in
                let piece = verify(piece: base + number)
                pieces.withLock { $0[number] = piece }
            }
            done += pieces.withLock { $0.compactMap { $0 } }
            first += wave
        }
        return try conclude(done)
    }
}

/// What checking a log gave.
public struct VerifiedLog: Sendable, Hashable {
    public let checkpoint: Checkpoint
    /// Entries that were hashed: the size of the log.
    public let entryCount: UInt64
    /// Files of entries that were read.
    public let bundleCount: UInt64
    /// Files of hashes that were read and compared.
    public let tileCount: UInt64
}

/// What one piece of a log gave: the recomputed hashes, and where the stored ones differ.
public struct VerifiedPiece: Sendable {
    /// The first bundle of the piece.
    let firstBundle: UInt64
    /// Roots of the full bundles, in order.
    var roots: [Hash] = []
    /// Leaf hashes of the partial bundle at the log's end.
    var tail: [Hash] = []
    /// Leaf hashes of the partial bundle with which the pinned checkpoint ended, as far as that went.
    var pinnedTail: [Hash]?
    /// Level-0 tiles that differ from the bundle.
    var mismatches: [TileMismatch] = []
    /// A file that is missing or no tile or bundle; the piece ends there.
    var failure: TransparencyLogError?
    /// What the inspection threw first, with the entry's index.
    var inspectionFailure: (index: UInt64, error: any Error)?
}

/// A stored tile that is not what the entries give.
struct TileMismatch: Sendable, Hashable {
    let level: Int
    let index: UInt64
    /// The first hash that differs.
    let position: Int
    /// The hashes as they are stored.
    let stored: [Hash]
}

extension LogVerification {
    /// Verifies one piece.
    ///
    /// - Parameter number: 0 ..< ``pieceCount``.
    public func verify(piece number: Int) -> VerifiedPiece {
        let first = UInt64(clamping: number) * UInt64(bundlesPerPiece)
        var piece = VerifiedPiece(firstBundle: first)
        // One buffer of leaf hashes serves all bundles, so that hashing allocates nothing.
        var hashes = [Hash](repeating: .emptyTree, count: Tile.fullWidth)
        for index in first..<max(first, min(first + UInt64(bundlesPerPiece), layout.bundleCount)) {
            do throws(TransparencyLogError) {
                try verify(bundle: index, hashes: &hashes, piece: &piece)
            } catch {
                piece.failure = error
                return piece
            }
        }
        return piece
    }

    private func verify(bundle index: UInt64, hashes: inout [Hash], piece: inout VerifiedPiece) throws(TransparencyLogError) {
        guard let bundle = layout.bundle(index: index), let tile = layout.tile(level: 0, index: index) else { throw .malformedPath }
        var bytes = try TileFile.bytes(of: bundle, read: read)
        let firstEntry = index << 8
        let inspect = piece.inspectionFailure == nil ? inspect : nil
        let result = BundleHashing.hashEntries(of: &bytes, width: bundle.width, into: &hashes) { position, entry in
            try inspect?(firstEntry + UInt64(position), entry)
        }
        guard let result else { throw .malformedFile(path: bundle.path) }
        if let failure = result.inspectionFailure { piece.inspectionFailure = (firstEntry + UInt64(failure.position), failure.error) }

        let stored = try TileFile.bytes(of: tile, read: read)
        guard stored.count == tile.width * Hash.byteCount else { throw .malformedFile(path: tile.path) }
        if let position = TileHashes.firstDifference(between: hashes, and: stored, width: tile.width) {
            let storedHashes = TileHashes.parse(stored, width: tile.width) ?? []
            piece.mismatches.append(TileMismatch(level: 0, index: index, position: position, stored: storedHashes))
        }
        // ORDER: here, of the bytes that everything else is computed of. A second reading could give others.
        if let pinned, pinned.size >> 8 == index { piece.pinnedTail = Array(hashes[..<Int(pinned.size & 0xFF)]) }
        if tile.isFull {
            piece.roots.append(TileHashes.reduce(&hashes, count: Tile.fullWidth))
        } else {
            piece.tail = Array(hashes[..<tile.width])
        }
    }

    /// Puts the pieces together: the levels above, the root, the pinned checkpoint.
    ///
    /// - Parameter pieces: what ``verify(piece:)`` gave for every piece, in any order.
    /// - Throws: `TransparencyLogError`; otherwise what the inspection threw for the lowest index.
    public func conclude(_ pieces: [VerifiedPiece]) throws -> VerifiedLog {
        let pieces = pieces.sorted { $0.firstBundle < $1.firstBundle }
        if let failure = pieces.lazy.compactMap(\.failure).first { throw failure }
        var levels = [pieces.last?.tail ?? [], pieces.flatMap(\.roots)]
        guard UInt64(levels[1].count) == layout.hashCount(level: 1), levels[0].count == Int(checkpoint.size & 0xFF) else {
            // The caller left a piece out.
            throw TransparencyLogError.malformedFrontier
        }
        var mismatches = pieces.flatMap(\.mismatches)
        var tileCount = layout.bundleCount
        var level = 1
        while level < layout.levelCount {
            levels.append(try compareTiles(level: level, hashes: levels[level], mismatches: &mismatches, tileCount: &tileCount))
            level += 1
        }
        let recomputed = RecomputedLog(size: checkpoint.size, levels: levels)
        guard mismatches.isEmpty, try recomputed.root == checkpoint.root else {
            throw try LogDiagnosis(checkpoint: checkpoint, layout: layout, recomputed: recomputed, mismatches: mismatches).error
        }
        if let pinned, try recomputed.root(at: pinned.size, tail: pieces.lazy.compactMap(\.pinnedTail).first ?? []) != pinned.root {
            throw TransparencyLogError.fork(pinned: pinned.size, found: checkpoint.size)
        }
        let inspectionFailures = pieces.compactMap(\.inspectionFailure)
        if let failure = inspectionFailures.min(by: { $0.index < $1.index }) { throw failure.error }
        return VerifiedLog(
            checkpoint: checkpoint, entryCount: checkpoint.size, bundleCount: layout.bundleCount, tileCount: tileCount)
    }

    /// Compares the stored tiles of a level with the recomputed hashes and gives the roots of the full ones.
    private func compareTiles(
        level: Int, hashes: [Hash], mismatches: inout [TileMismatch], tileCount: inout UInt64
    ) throws(TransparencyLogError) -> [Hash] {
        var roots: [Hash] = []
        var offset = 0
        while offset < hashes.count {
            let width = min(Tile.fullWidth, hashes.count - offset)
            var part = Array(hashes[offset..<(offset + width)])
            let tile = Tile(unchecked: .hashes(level: level), index: UInt64(offset >> 8), width: width)
            let stored = try TileFile.hashes(of: tile, read: read)
            if let position = zip(part, stored).enumerated().first(where: { $0.element.0 != $0.element.1 })?.offset {
                mismatches.append(TileMismatch(level: level, index: tile.index, position: position, stored: stored))
            }
            if tile.isFull { roots.append(TileHashes.reduce(&part, count: width)) }
            tileCount += 1
            offset += width
        }
        return roots
    }
}

/// All hashes from level 1 up, and the leaf hashes of the partial bundle, as the entries give them.
struct RecomputedLog {
    let size: UInt64
    /// `levels[0]` is the tail of level 0 alone; the others are whole.
    let levels: [[Hash]]

    var root: Hash {
        get throws(TransparencyLogError) {
            try TileEdges(
                size: size,
                hashes: levels.enumerated().map { level, hashes in
                    level == 0 ? hashes : Array(hashes[(hashes.count & ~0xFF)...])
                }
            ).root
        }
    }

    /// The root that the log had at an earlier size.
    ///
    /// - Parameter tail: the leaf hashes beyond its last full bundle.
    func root(at size: UInt64, tail: [Hash]) throws(TransparencyLogError) -> Hash {
        let earlier = try TileLayout(size: size)
        var edges = [tail]
        for level in 1..<8 {
            let first = earlier.fullTileCount(level: level) << 8
            let upTo = earlier.hashCount(level: level)
            edges.append(first < upTo ? Array(levels[level][Int(first)..<Int(upTo)]) : [])
        }
        return try TileEdges(size: size, hashes: edges).root
    }

    /// The root of a full tile, or nil when it is not known or not full.
    func root(ofTile level: Int, _ index: UInt64) -> Hash? {
        guard level + 1 < levels.count, index < levels[level + 1].count else { return nil }
        return levels[level + 1][Int(index)]
    }
}
