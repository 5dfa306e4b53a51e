/// The right edge of a growing Merkle tree: all that is needed to append leaves and to know the root.
///
/// One hash for every complete subtree, one per bit set in ``size``, the largest first; at most 63 hashes. A value: copy it, append to the
/// copy inside a database transaction, and keep or drop the copy with the transaction.
///
/// Source: RFC 6962 §2.1.
public struct Frontier: Sendable, Hashable {
    /// The largest size a tree can have, 2⁶³ − 1, so that sizes are representable where integers are signed.
    public static let maximumSize = UInt64(Int64.max)

    /// Leaves appended so far, 0…2⁶³ − 1.
    public private(set) var size: UInt64

    /// The roots of the complete subtrees from left to right.
    ///
    /// INVARIANT: `hashes.count` is the number of bits set in `size`.
    public private(set) var hashes: [Hash]

    /// The empty tree.
    public init() {
        size = 0
        hashes = []
    }

    /// A tree known by its complete subtrees, the largest first.
    ///
    /// - Throws: `malformedFrontier` unless there is one hash per bit set in `size`.
    public init(size: UInt64, hashes: [Hash]) throws(TransparencyLogError) {
        guard size <= Frontier.maximumSize, hashes.count == size.nonzeroBitCount else { throw .malformedFrontier }
        self.size = size
        self.hashes = hashes
    }

    /// The tree's root; ``Hash/emptyTree`` for size 0.
    public var root: Hash {
        guard var root = hashes.last else { return .emptyTree }
        for hash in hashes.dropLast().reversed() { root = .node(hash, root) }
        return root
    }

    /// Appends one leaf.
    ///
    /// - Parameter completed: hears of every inner node that this leaf completes, lowest first, so that a database can keep them; at most
    ///   62 calls. The leaf itself is not among them.
    /// - Throws: `sizeOutOfRange` at 2⁶³ − 1 leaves.
    public mutating func append(
        leafHash: Hash, completed: (NodeAddress, Hash) -> Void = { _, _ in }
    ) throws(TransparencyLogError) {
        try append(subtree: leafHash, level: 0, completed: completed)
    }

    /// Appends a complete subtree of 2^`level` leaves.
    ///
    /// - Throws: `sizeOutOfRange` when ``size`` is no multiple of 2^`level`, or the tree would become too large.
    public mutating func append(
        subtree hash: Hash, level: Int, completed: (NodeAddress, Hash) -> Void = { _, _ in }
    ) throws(TransparencyLogError) {
        guard (0...62).contains(level) else { throw .sizeOutOfRange }
        let width = UInt64(1) << UInt64(level)
        guard size & (width - 1) == 0, size <= Frontier.maximumSize - width else { throw .sizeOutOfRange }
        var carried = hash
        var height = level
        // As in binary addition: every set bit from `level` upwards is a left neighbour to merge with.
        while size >> UInt64(height) & 1 == 1, let left = hashes.popLast() {
            carried = .node(left, carried)
            height += 1
            completed(NodeAddress(level: height, index: size >> UInt64(height)), carried)
        }
        hashes.append(carried)
        size += width
    }
}

extension Frontier {
    /// The frontier as bytes: size (u64, big-endian), then the hashes from left to right. 8 + 32 × (bits set in size) bytes.
    public var serialized: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(8 + 32 * hashes.count)
        for shift in stride(from: UInt64(56), through: 0, by: -8) { out.append(UInt8(truncatingIfNeeded: size >> shift)) }
        for hash in hashes { hash.append(to: &out) }
        return out
    }

    /// The frontier that ``serialized`` gave.
    ///
    /// - Throws: `malformedFrontier` for anything else.
    public init(serialized bytes: [UInt8]) throws(TransparencyLogError) {
        guard bytes.count >= 8, (bytes.count - 8) % Hash.byteCount == 0 else { throw .malformedFrontier }
        let size = bytes[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        // SAFETY: bytes have no padding.
        let span = unsafe bytes.span.bytes
        let hashes = stride(from: 8, to: bytes.count, by: Hash.byteCount).map { Hash(reading: span, at: $0) }
        try self.init(size: size, hashes: hashes)
    }
}

/// Where a complete subtree stands in the tree: `level` 0 is the leaves, and node `index` of level `l` covers the leaves
/// `index × 2^l ..< (index + 1) × 2^l`.
public struct NodeAddress: Sendable, Hashable {
    /// 0…62.
    public let level: Int
    /// Position within the level.
    public let index: UInt64

    /// - Parameter level: 0…62; a caller's own arithmetic, never taken from outside.
    public init(level: Int, index: UInt64) {
        self.level = level
        self.index = index
    }
}
