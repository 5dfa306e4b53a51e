/// A file of an exported log, to be written below the log's directory.
public struct ExportedFile: Sendable, Hashable {
    public let tile: Tile
    public let bytes: [UInt8]

    /// Below the log's directory.
    public var path: String { tile.path }
}

/// Which files of a tiled log are to be written when it has grown, and what is in them.
///
/// Pure: it says what to write and writes nothing. Once the files of an export are durable, and only then, the checkpoint of the new size
/// may be written beside them; any static web server can serve the directory.
///
/// Source: C2SP tlog-tiles v0.1.0.
public struct TileExport: Sendable, Hashable {
    public let oldSize: UInt64
    public let newSize: UInt64
    private let old: TileLayout
    private let new: TileLayout

    /// - Throws: `sizeOutOfRange` unless oldSize ≤ newSize ≤ 2⁶³ − 1.
    public init(from oldSize: UInt64, to newSize: UInt64) throws(TransparencyLogError) {
        guard oldSize <= newSize else { throw .sizeOutOfRange }
        old = try TileLayout(size: oldSize)
        new = try TileLayout(size: newSize)
        self.oldSize = oldSize
        self.newSize = newSize
    }

    /// Partial files of the old size that full ones of the new size replace. They may be deleted once the new checkpoint is served.
    ///
    /// Partial files that are merely narrower than the new partial ones are not among them: readers of the old checkpoint still want them.
    public var replaced: [Tile] {
        var tiles: [Tile] = []
        for level in 0..<8 {
            guard let partial = old.partialTile(level: level), new.tile(level: level, index: partial.index)?.isFull == true else {
                continue
            }
            tiles.append(partial)
            if level == 0 { tiles.append(Tile(unchecked: .entries, index: partial.index, width: partial.width)) }
        }
        return tiles
    }

    /// Makes every file that is new or wider than at the old size: bundles and level-0 tiles in order, then the levels above.
    ///
    /// - Parameters:
    ///   - entry: gives an entry below `newSize`. Asked for `oldSize` rounded down to a multiple of 256 and upwards.
    ///   - node: gives the hash of a complete subtree of the *old* tree, at levels 8, 16, …; at most 255 per level.
    ///   - write: takes one file at a time.
    /// - Returns: the root of the new tree, computed from the tiles. Compare it with the checkpoint's before publishing.
    /// - Throws: `entryTooLarge`; what the closures throw.
    @discardableResult
    public func forEachFile(
        entry: (UInt64) throws(TransparencyLogError) -> [UInt8], node: NodeReader,
        write: (ExportedFile) throws(TransparencyLogError) -> Void
    ) throws(TransparencyLogError) -> Hash {
        var edges: [[Hash]] = []
        // Hashes of the full tiles that this export makes, from position `first` of the level above.
        var finished = try writeEntries(entry: entry, edges: &edges, write: write)
        for level in 1..<max(new.levelCount, 1) {
            let first = old.hashCount(level: level)
            let start = first & ~0xFF
            // The hashes of the open tile that the old tree already had.
            var hashes: [Hash] = []
            for index in start..<first {
                hashes.append(try node(NodeAddress(level: 8 * level, index: index)))
            }
            hashes += finished
            finished = []
            if new.hashCount(level: level) == first {
                edges.append(hashes)
                continue
            }
            var offset = 0
            while offset < hashes.count {
                let width = min(Tile.fullWidth, hashes.count - offset)
                var part = Array(hashes[offset..<(offset + width)])
                let tile = Tile(unchecked: .hashes(level: level), index: (start + UInt64(offset)) >> 8, width: width)
                try write(ExportedFile(tile: tile, bytes: TileHashes.serialize(part)))
                if tile.isFull { finished.append(TileHashes.reduce(&part, count: width)) }
                offset += width
            }
            edges.append(Array(hashes[(hashes.count & ~0xFF)...]))
        }
        return try TileEdges(size: newSize, hashes: edges).root
    }

    /// As ``forEachFile(entry:node:write:)``, with the old tree's hashes computed from its entries: reads up to the whole log.
    @discardableResult
    public func forEachFile(
        entry: (UInt64) throws(TransparencyLogError) -> [UInt8], write: (ExportedFile) throws(TransparencyLogError) -> Void
    ) throws(TransparencyLogError) -> Hash {
        try forEachFile(
            entry: entry,
            node: { address throws(TransparencyLogError) in
                var frontier = Frontier()
                let width = UInt64(1) << UInt64(address.level)
                for index in (address.index * width)..<((address.index + 1) * width) {
                    try frontier.append(leafHash: .leaf(try entry(index)))
                }
                return frontier.root
            }, write: write)
    }

    /// As ``forEachFile(entry:node:write:)``, with the old tree's hashes taken from the tiles that were exported at the old size: reads at
    /// most one file per level, so that a checkpoint costs what is new and not what is old.
    ///
    /// The tiles are not authenticated. Whoever altered them changes the root that comes back, which the caller compares with its own.
    ///
    /// - Throws: also `missing`, `malformedFile` and `unreadable`; then the overload without earlier tiles still works.
    @discardableResult
    public func forEachFile(
        entry: (UInt64) throws(TransparencyLogError) -> [UInt8], earlier read: FileReader,
        write: (ExportedFile) throws(TransparencyLogError) -> Void
    ) throws(TransparencyLogError) -> Hash {
        var last: (tile: Tile, hashes: [Hash])?
        return try forEachFile(
            entry: entry,
            node: { address throws(TransparencyLogError) in
                guard let tile = old.partialTile(level: address.level / 8), tile.index == address.index >> 8 else { throw .malformedPath }
                let hashes: [Hash]
                if let last, last.tile == tile {
                    hashes = last.hashes
                } else {
                    hashes = try TileFile.hashes(of: tile, read: read)
                    last = (tile, hashes)
                }
                return hashes[Int(address.index & 0xFF)]
            }, write: write)
    }

    /// The files as an array, for small exports and tests.
    public func files(entry: (UInt64) throws(TransparencyLogError) -> [UInt8]) throws(TransparencyLogError) -> [ExportedFile] {
        var files: [ExportedFile] = []
        try forEachFile(entry: entry, write: { file throws(TransparencyLogError) in files.append(file) })
        return files
    }

    /// Level 0 and the bundles; returns the roots of the full tiles written, and appends the partial tile's hashes to `edges`.
    private func writeEntries(
        entry: (UInt64) throws(TransparencyLogError) -> [UInt8], edges: inout [[Hash]],
        write: (ExportedFile) throws(TransparencyLogError) -> Void
    ) throws(TransparencyLogError) -> [Hash] {
        var finished: [Hash] = []
        var hashes: [Hash] = []
        var bundle: [UInt8] = []
        for index in (oldSize & ~0xFF)..<newSize {
            let bytes = try entry(index)
            try EntryBundle.append(bytes, to: &bundle)
            hashes.append(.leaf(bytes))
            let isLast = index + 1 == newSize
            guard hashes.count == Tile.fullWidth || isLast else { continue }
            // Nothing new when the sizes are equal: the partial files stand there already.
            if newSize > oldSize {
                let width = hashes.count
                try write(ExportedFile(tile: Tile(unchecked: .entries, index: index >> 8, width: width), bytes: bundle))
                try write(
                    ExportedFile(
                        tile: Tile(unchecked: .hashes(level: 0), index: index >> 8, width: width), bytes: TileHashes.serialize(hashes)))
            }
            guard hashes.count == Tile.fullWidth else { break }
            finished.append(TileHashes.reduce(&hashes, count: Tile.fullWidth))
            hashes.removeAll(keepingCapacity: true)
            bundle.removeAll(keepingCapacity: true)
        }
        edges.append(hashes)
        return finished
    }
}

/// The hashes of the partial tiles at the end of each level, which together determine the root.
struct TileEdges {
    let size: UInt64
    /// By level; as many hashes as the partial tile is wide, none where the level ends in a full tile.
    let hashes: [[Hash]]

    /// The root of the tree.
    ///
    /// - Throws: `malformedFrontier` when a level does not have the hashes that the size asks for.
    var root: Hash {
        get throws(TransparencyLogError) {
            var frontier: [Hash] = []
            for level in (0..<8).reversed() {
                let width = Int(size >> UInt64(8 * level) & 0xFF)
                let edge = level < hashes.count ? hashes[level] : []
                guard edge.count == width else { throw .malformedFrontier }
                var partial = Frontier()
                for hash in edge { try partial.append(leafHash: hash) }
                frontier += partial.hashes
            }
            return try Frontier(size: size, hashes: frontier).root
        }
    }
}
