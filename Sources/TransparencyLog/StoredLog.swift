/// Gives the bytes of a file below a log's directory, or nil when there is no such file.
///
/// Paths are those of ``Tile/path``. Whatever it throws becomes `unreadable`.
public typealias FileReader = @Sendable (String) throws -> [UInt8]?

/// A tiled log that is read piece by piece, and of which every piece is authenticated before it is used.
///
/// Trust comes from the checkpoint alone. The partial tiles at the end of the levels together give the root; every other tile is checked
/// against the hash that its parent has for it, and a bundle against its level-0 tile. There is no way to get at a hash or an entry that
/// was not checked so: a reader that checks only the tiles on the way to the root accepts a forged entry with a matching level-0 tile
/// (CVE-2026-56865).
///
/// Not for checking a whole log: see ``LogVerification``, which is faster and trusts no stored hash at all.
public struct StoredLog {
    /// The checkpoint that everything is checked against.
    public let checkpoint: Checkpoint
    private let layout: TileLayout
    private let read: FileReader
    /// Tiles that were checked. INVARIANT: nothing enters but through `authenticated(level:index:)` and `init`.
    private var tiles: [TilePosition: [Hash]] = [:]

    private struct TilePosition: Hashable {
        let level: Int
        let index: UInt64
    }

    /// Reads and checks the partial tiles.
    ///
    /// - Parameter checkpoint: verified by the caller.
    /// - Throws: `missing`, `malformedFile`, `unreadable`; `wrongRoot` when the partial tiles do not lead to the checkpoint's root.
    public init(checkpoint: Checkpoint, read: @escaping FileReader) throws(TransparencyLogError) {
        self.checkpoint = checkpoint
        self.read = read
        layout = try TileLayout(size: checkpoint.size)
        var edges: [[Hash]] = []
        for level in 0..<layout.levelCount {
            guard let tile = layout.partialTile(level: level) else {
                edges.append([])
                continue
            }
            edges.append(try TileFile.hashes(of: tile, read: read))
        }
        let root = try TileEdges(size: checkpoint.size, hashes: edges).root
        guard root == checkpoint.root else { throw .wrongRoot(size: checkpoint.size, signed: checkpoint.root, computed: root) }
        for (level, hashes) in edges.enumerated() where !hashes.isEmpty {
            tiles[TilePosition(level: level, index: layout.fullTileCount(level: level))] = hashes
        }
    }

    /// The hash of a complete subtree.
    ///
    /// - Throws: `indexOutOfRange` when it does not lie in the tree; `alteredTile`, `missing`, `malformedFile`, `unreadable`.
    public mutating func hash(at address: NodeAddress) throws(TransparencyLogError) -> Hash {
        guard (0...62).contains(address.level), address.index < checkpoint.size >> UInt64(address.level) else {
            throw .indexOutOfRange(index: address.index, size: checkpoint.size)
        }
        let level = address.level / 8
        let height = address.level % 8
        let first = address.index << UInt64(height)
        let hashes = try authenticated(level: level, index: first >> 8)
        var part = Array(hashes[Int(first & 0xFF)..<(Int(first & 0xFF) + 1 << height)])
        return TileHashes.reduce(&part, count: part.count)
    }

    /// An entry, checked against its tile.
    ///
    /// - Throws: `indexOutOfRange`; `alteredBundle`, `alteredTile`, `missing`, `malformedFile`, `unreadable`.
    public mutating func entry(at index: UInt64) throws(TransparencyLogError) -> [UInt8] {
        guard index < checkpoint.size, let bundle = layout.bundle(index: index >> 8) else {
            throw .indexOutOfRange(index: index, size: checkpoint.size)
        }
        let hashes = try authenticated(level: 0, index: index >> 8)
        let bytes = try TileFile.bytes(of: bundle, read: read)
        guard let entries = EntryBundle.entries(of: bytes, width: bundle.width) else { throw .malformedFile(path: bundle.path) }
        let entry = entries[Int(index & 0xFF)]
        guard .leaf(entry) == hashes[Int(index & 0xFF)] else { throw .alteredBundle(path: bundle.path, index: index) }
        return entry
    }

    /// Proof that an entry is in the tree of the checkpoint.
    ///
    /// - Throws: as ``hash(at:)``.
    public mutating func inclusionProof(index: UInt64) throws(TransparencyLogError) -> [Hash] {
        try MerkleProof.inclusion(index: index, size: checkpoint.size) { address throws(TransparencyLogError) in
            try hash(at: address)
        }
    }

    /// Proof that the tree of the checkpoint continues the tree of `oldSize` leaves.
    ///
    /// - Throws: `emptyTreeProof`, `sizeOutOfRange`; as ``hash(at:)``.
    public mutating func consistencyProof(from oldSize: UInt64) throws(TransparencyLogError) -> [Hash] {
        try MerkleProof.consistency(oldSize: oldSize, newSize: checkpoint.size) { address throws(TransparencyLogError) in
            try hash(at: address)
        }
    }

    /// The hashes of a tile, after it was checked against its parent, and that against its own, up to a partial tile.
    private mutating func authenticated(level: Int, index: UInt64) throws(TransparencyLogError) -> [Hash] {
        // Climbs to the first tile that is known, then comes down; at most eight levels.
        var path: [TilePosition] = []
        var position = TilePosition(level: level, index: index)
        while tiles[position] == nil, position.level < 8 {
            path.append(position)
            position = TilePosition(level: position.level + 1, index: position.index >> 8)
        }
        guard var known = tiles[position] else { throw .indexOutOfRange(index: index, size: checkpoint.size) }
        for child in path.reversed() {
            let tile = Tile(unchecked: .hashes(level: child.level), index: child.index, width: Tile.fullWidth)
            let hashes = try TileFile.hashes(of: tile, read: read)
            var scratch = hashes
            let place = Int(child.index & 0xFF)
            guard place < known.count, TileHashes.reduce(&scratch, count: Tile.fullWidth) == known[place] else {
                throw .alteredTile(path: tile.path, position: 0)
            }
            tiles[child] = hashes
            known = hashes
        }
        return known
    }
}

/// Reading of a tile's file.
package enum TileFile {
    /// A tile or bundle as wide as asked for. When a partial file is gone, the beginning of the full one is the same: a log may delete the
    /// partial files of a tile that is full, and who reads by an older checkpoint still wants them.
    ///
    /// Source: C2SP tlog-tiles v0.1.0, "Partial Tiles".
    ///
    /// - Throws: `missing`, `unreadable`; `malformedFile` when a full file is taken and is not of its form.
    package static func bytes(of tile: Tile, read: FileReader) throws(TransparencyLogError) -> [UInt8] {
        if let bytes = try file(tile.path, read: read) { return bytes }
        let full = Tile(unchecked: tile.content, index: tile.index, width: Tile.fullWidth)
        guard !tile.isFull, let bytes = try file(full.path, read: read) else { throw .missing(path: tile.path) }
        switch tile.content {
        case .hashes:
            guard bytes.count == Tile.fullWidth * Hash.byteCount else { throw .malformedFile(path: full.path) }
            return Array(bytes[..<(tile.width * Hash.byteCount)])
        case .entries:
            guard let beginning = EntryBundle.beginning(of: bytes, width: tile.width) else { throw .malformedFile(path: full.path) }
            return beginning
        }
    }

    private static func file(_ path: String, read: FileReader) throws(TransparencyLogError) -> [UInt8]? {
        do {
            return try read(path)
        } catch {
            throw .unreadable(path: path)
        }
    }

    /// - Throws: `missing`, `unreadable`; `malformedFile` unless it holds as many hashes as the tile is wide.
    static func hashes(of tile: Tile, read: FileReader) throws(TransparencyLogError) -> [Hash] {
        guard let hashes = TileHashes.parse(try bytes(of: tile, read: read), width: tile.width) else {
            throw .malformedFile(path: tile.path)
        }
        return hashes
    }
}
