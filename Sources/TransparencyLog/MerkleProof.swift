/// Gives the hash of a complete subtree; called only for subtrees that lie wholly inside the tree.
public typealias NodeReader = (NodeAddress) throws(TransparencyLogError) -> Hash

/// Making of Merkle proofs from stored hashes.
///
/// Works from any store of node hashes: a database, tiles, or an array. At most 63 × 62 reads, in practice about two per hash of the proof.
///
/// Source: RFC 6962 §2.1.1 and §2.1.2; subtrees: draft-ietf-plants-merkle-tree-certs, "Subtree Consistency Proofs".
public enum MerkleProof {
    /// The root of the leaves `range`, from the hashes of the complete subtrees in it.
    ///
    /// - Parameter range: begins at a multiple of the smallest power of two that is not below its length; else the result is no node.
    /// - Returns: ``Hash/emptyTree`` for an empty range.
    public static func root(of range: Range<UInt64>, node read: NodeReader) throws(TransparencyLogError) -> Hash {
        guard range.upperBound <= Frontier.maximumSize else { throw .sizeOutOfRange }
        var root: Hash?
        var end = range.upperBound
        while end > range.lowerBound {
            let level = (end - range.lowerBound).trailingZeroBitCount
            end -= UInt64(1) << UInt64(level)
            let hash = try read(NodeAddress(level: level, index: end >> UInt64(level)))
            root = root.map { .node(hash, $0) } ?? hash
        }
        return root ?? .emptyTree
    }

    /// Proof that the leaf `index` is in the tree of `size` leaves: hashes from the leaf's sibling upwards.
    ///
    /// - Throws: `indexOutOfRange`, `sizeOutOfRange`; what `read` throws.
    public static func inclusion(index: UInt64, size: UInt64, node read: NodeReader) throws(TransparencyLogError) -> [Hash] {
        guard index < size else { throw .indexOutOfRange(index: index, size: size) }
        return try subtreeConsistency(index..<(index + 1), size: size, node: read)
    }

    /// Proof that the tree of `newSize` leaves continues the tree of `oldSize` leaves.
    ///
    /// - Returns: no hashes when the sizes are equal.
    /// - Throws: `emptyTreeProof` when `oldSize` is 0; `sizeOutOfRange` when the sizes run backwards; what `read` throws.
    public static func consistency(
        oldSize: UInt64, newSize: UInt64, node read: NodeReader
    ) throws(TransparencyLogError) -> [Hash] {
        guard oldSize > 0 else { throw .emptyTreeProof }
        guard oldSize <= newSize else { throw .sizeOutOfRange }
        return try subtreeConsistency(0..<oldSize, size: newSize, node: read)
    }

    /// Proof that the subtree of the leaves `range` is part of the tree of `size` leaves.
    ///
    /// - Throws: `invalidSubtree` unless `range` is a valid subtree; `sizeOutOfRange` unless it lies in the tree; what `read` throws.
    public static func subtreeConsistency(
        _ range: Range<UInt64>, size: UInt64, node read: NodeReader
    ) throws(TransparencyLogError) -> [Hash] {
        guard size <= Frontier.maximumSize, range.upperBound <= size else { throw .sizeOutOfRange }
        guard isSubtree(range) else { throw .invalidSubtree }
        guard !range.isEmpty else { return [] }
        // Descends from the root; what is passed by is collected top-down and turned round at the end.
        var proof: [Hash] = []
        var low: UInt64 = 0
        var high = size
        var start = range.lowerBound
        var isKnownNode = true
        while !(start == low && range.upperBound == high) {
            let middle = low + largestPowerOfTwo(below: high - low)
            if range.upperBound <= middle {
                proof.append(try root(of: middle..<high, node: read))
                high = middle
            } else {
                proof.append(try root(of: low..<middle, node: read))
                if start < middle {
                    // The subtree reaches over the middle, so the verifier does not know what remains of it as a node.
                    start = middle
                    isKnownNode = false
                }
                low = middle
            }
        }
        if !isKnownNode { proof.append(try root(of: low..<high, node: read)) }
        return proof.reversed()
    }

    /// Whether the leaves `range` are a subtree: it begins at a multiple of the smallest power of two that is not below its length.
    public static func isSubtree(_ range: Range<UInt64>) -> Bool {
        guard range.upperBound <= Frontier.maximumSize else { return false }
        let length = range.upperBound - range.lowerBound
        guard length > 1 else { return true }
        let width = largestPowerOfTwo(below: length) << 1
        return range.lowerBound & (width - 1) == 0
    }

    /// The largest power of two below `count`, which is at least 2 and at most 2⁶³.
    static func largestPowerOfTwo(below count: UInt64) -> UInt64 {
        UInt64(1) << UInt64(63 - (count - 1).leadingZeroBitCount)
    }
}
