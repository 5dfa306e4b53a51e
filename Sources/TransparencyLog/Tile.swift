/// One file of a tiled log: a tile of hashes or a bundle of entries, whole or partial.
///
/// Source: C2SP tlog-tiles v0.1.0, "Merkle Tree", "Partial Tiles" and "Log entries". Tiles are 8 levels high.
public struct Tile: Sendable, Hashable {
    /// What a file holds.
    public enum Content: Sendable, Hashable {
        /// Hashes of complete subtrees of 256^`level` leaves; `level` 0…63.
        case hashes(level: Int)
        /// The entries themselves.
        case entries
    }

    /// Hashes or entries in a full tile: 256.
    public static let fullWidth = 256

    public let content: Content
    /// Position within the level.
    public let index: UInt64
    /// Hashes or entries in the file, 1…256.
    public let width: Int

    /// - Throws: `malformedPath` unless level is 0…63, width 1…256 and index at most 2⁶³ − 1.
    public init(_ content: Content, index: UInt64, width: Int = Tile.fullWidth) throws(TransparencyLogError) {
        if case .hashes(let level) = content, !(0...63).contains(level) { throw .malformedPath }
        guard (1...Tile.fullWidth).contains(width), index <= Frontier.maximumSize else { throw .malformedPath }
        self.init(unchecked: content, index: index, width: width)
    }

    init(unchecked content: Content, index: UInt64, width: Int) {
        self.content = content
        self.index = index
        self.width = width
    }

    public var isFull: Bool { width == Tile.fullWidth }

    /// Where the file stands below the log's prefix, for instance `tile/0/x001/234.p/7`.
    public var path: String {
        let kind =
            switch content {
            case .hashes(let level): String(level)
            case .entries: "entries"
            }
        var groups = [Tile.threeDigits(index % 1000)]
        var rest = index / 1000
        while rest > 0 {
            groups.append("x" + Tile.threeDigits(rest % 1000))
            rest /= 1000
        }
        let suffix = isFull ? "" : ".p/\(width)"
        return "tile/\(kind)/" + groups.reversed().joined(separator: "/") + suffix
    }

    private static func threeDigits(_ value: UInt64) -> String {
        let digits = String(value)
        return String(repeating: "0", count: 3 - digits.count) + digits
    }

    /// The file that a path names.
    ///
    /// - Throws: `malformedPath` for anything but the one spelling that ``path`` gives.
    public init(path: String) throws(TransparencyLogError) {
        let parts = Array(path.utf8).split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard path.utf8.count <= 64, parts.count >= 3, parts[0].elementsEqual("tile".utf8) else { throw .malformedPath }
        var groups = parts[2...]
        var width = Tile.fullWidth
        if let last = groups.last, let name = groups.dropLast().last, name.suffix(2).elementsEqual(".p".utf8) {
            guard let parsed = Decimal.parse(last), (1...255).contains(parsed) else { throw .malformedPath }
            width = Int(parsed)
            groups = groups.dropLast(2) + [name.dropLast(2)]
        }
        var index: UInt64 = 0
        for group in groups {
            let digits = group.suffix(3).reduce(UInt64(0)) { $0 * 10 + UInt64($1 &- UInt8(ascii: "0")) }
            let (scaled, isTooLarge) = index.multipliedReportingOverflow(by: 1000)
            let (sum, isTooLargeToo) = scaled.addingReportingOverflow(digits)
            guard !isTooLarge, !isTooLargeToo else { throw .malformedPath }
            index = sum
        }
        let content: Content
        if parts[1].elementsEqual("entries".utf8) {
            content = .entries
        } else {
            guard let level = Decimal.parse(parts[1]), level <= 63 else { throw .malformedPath }
            content = .hashes(level: Int(level))
        }
        try self.init(content, index: index, width: width)
        // One spelling only: whatever slipped through above comes out differently.
        guard self.path.utf8.elementsEqual(path.utf8) else { throw .malformedPath }
    }
}

/// Which tiles and bundles a log of a given size consists of.
///
/// Source: C2SP tlog-tiles v0.1.0, "Partial Tiles".
public struct TileLayout: Sendable, Hashable {
    /// Leaves, 0…2⁶³ − 1.
    public let size: UInt64

    /// - Throws: `sizeOutOfRange`.
    public init(size: UInt64) throws(TransparencyLogError) {
        guard size <= Frontier.maximumSize else { throw .sizeOutOfRange }
        self.size = size
    }

    /// Levels that have at least one hash: 0 for an empty log, else 1…8.
    public var levelCount: Int {
        var levels = 0
        while levels < 8, size >> UInt64(8 * levels) > 0 { levels += 1 }
        return levels
    }

    /// Hashes at a level of tiles: ⌊size / 256^level⌋.
    public func hashCount(level: Int) -> UInt64 {
        (0..<8).contains(level) ? size >> UInt64(8 * level) : 0
    }

    /// Full tiles at a level.
    public func fullTileCount(level: Int) -> UInt64 { hashCount(level: level) >> 8 }

    /// The partial tile at the end of a level, if there is one.
    public func partialTile(level: Int) -> Tile? {
        let width = Int(hashCount(level: level) & 0xFF)
        return width == 0 ? nil : Tile(unchecked: .hashes(level: level), index: fullTileCount(level: level), width: width)
    }

    /// The tile at a position, as wide as this size has it; nil when it has no hashes yet.
    public func tile(level: Int, index: UInt64) -> Tile? {
        if index < fullTileCount(level: level) { return Tile(unchecked: .hashes(level: level), index: index, width: Tile.fullWidth) }
        return partialTile(level: level).flatMap { $0.index == index ? $0 : nil }
    }

    /// Bundles of entries, the partial one included.
    public var bundleCount: UInt64 { (size >> 8) + (size & 0xFF == 0 ? 0 : 1) }

    /// The bundle at a position, as wide as this size has it; nil when it has no entries yet.
    public func bundle(index: UInt64) -> Tile? {
        tile(level: 0, index: index).map { Tile(unchecked: .entries, index: index, width: $0.width) }
    }
}
