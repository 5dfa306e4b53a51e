/// Finds out what is wrong with a log that does not check out.
///
/// Three things should agree and do not: the signed root, the stored tiles, and what the entries give. Who is in the minority is at fault:
///
/// - The entries give the signed root: a stored tile was altered (`alteredTile`).
/// - The stored tiles give the signed root and the entries do not: going down from the root, the first tile that does not hash to what its
///   parent says is at fault. If entries agree with it, both were forged together (`forgedEntries`); if not, the tile was altered. If all
///   tiles are authentic, the bundle was altered (`alteredBundle`).
/// - Neither gives the signed root: the log is another one than the root is of (`wrongRoot`).
struct LogDiagnosis {
    let checkpoint: Checkpoint
    let layout: TileLayout
    let recomputed: RecomputedLog
    private let mismatches: [Position: TileMismatch]

    private struct Position: Hashable {
        let level: Int
        let index: UInt64
    }

    init(checkpoint: Checkpoint, layout: TileLayout, recomputed: RecomputedLog, mismatches: [TileMismatch]) {
        self.checkpoint = checkpoint
        self.layout = layout
        self.recomputed = recomputed
        self.mismatches = Dictionary(mismatches.map { (Position(level: $0.level, index: $0.index), $0) }) { first, _ in first }
    }

    /// The error to report: of those that apply, the one for the lowest leaves at the highest level.
    var error: TransparencyLogError {
        get throws(TransparencyLogError) {
            let computed = try recomputed.root
            let ordered = mismatches.values.sorted { ($1.level, $0.index) < ($0.level, $1.index) }
            if computed == checkpoint.root, let first = ordered.first { return alteredTile(first) }
            let edges = (0..<8).map { level -> [Hash] in
                if let mismatch = mismatches[Position(level: level, index: layout.fullTileCount(level: level))] { return mismatch.stored }
                guard level < recomputed.levels.count else { return [] }
                let hashes = recomputed.levels[level]
                return level == 0 ? hashes : Array(hashes[(hashes.count & ~0xFF)...])
            }
            let stored = try TileEdges(size: checkpoint.size, hashes: edges).root
            let wrongRoot = TransparencyLogError.wrongRoot(size: checkpoint.size, signed: checkpoint.root, computed: computed)
            guard stored == checkpoint.root else { return wrongRoot }
            // The partial tiles are authentic now; what is wrong lies below them, or in the entries of the last bundle.
            for level in (0..<layout.levelCount).reversed() {
                let position = Position(level: level, index: layout.fullTileCount(level: level))
                if let mismatch = mismatches[position], let found = descend(from: mismatch) { return found }
            }
            return wrongRoot
        }
    }

    /// What is wrong below an authentic tile that differs from what the entries give; nil never comes back for such a tile.
    private func descend(from authentic: TileMismatch) -> TransparencyLogError? {
        var parent = authentic
        // At most eight levels: each turn goes one down.
        while parent.level > 0 {
            let level = parent.level - 1
            var next: TileMismatch?
            for (place, hash) in parent.stored.enumerated() {
                let index = parent.index << 8 | UInt64(place)
                guard let given = recomputed.root(ofTile: level, index), given != hash else { continue }
                guard let child = mismatches[Position(level: level, index: index)] else { return forged(level: level, index: index) }
                var scratch = child.stored
                guard TileHashes.reduce(&scratch, count: scratch.count) == hash else { return alteredTile(child) }
                next = child
                break
            }
            guard let next else { return nil }
            parent = next
        }
        guard let bundle = layout.bundle(index: parent.index) else { return nil }
        return .alteredBundle(path: bundle.path, index: parent.index << 8 + UInt64(parent.position))
    }

    private func forged(level: Int, index: UInt64) -> TransparencyLogError {
        let width = UInt64(1) << UInt64(8 * (level + 1))
        let path = layout.tile(level: level, index: index)?.path ?? ""
        return .forgedEntries(path: path, from: index * width, upTo: (index + 1) * width)
    }

    private func alteredTile(_ mismatch: TileMismatch) -> TransparencyLogError {
        .alteredTile(path: layout.tile(level: mismatch.level, index: mismatch.index)?.path ?? "", position: mismatch.position)
    }
}
