/// Checking of Merkle proofs; each function returns when the proof holds and throws otherwise.
///
/// Source: RFC 9162 §2.1.3.2 and §2.1.4.2, whose trees are those of RFC 6962; subtrees: draft-ietf-plants-merkle-tree-certs, "Verifying a
/// Subtree Consistency Proof".
extension MerkleProof {
    /// Checks that `leafHash` is the leaf `index` of the tree of `size` leaves with this root.
    ///
    /// - Throws: `indexOutOfRange`, `sizeOutOfRange`, `wrongProofLength`, `proofMismatch`.
    public static func verifyInclusion(
        of leafHash: Hash, index: UInt64, size: UInt64, root: Hash, proof: [Hash]
    ) throws(TransparencyLogError) {
        guard size <= Frontier.maximumSize else { throw .sizeOutOfRange }
        guard index < size else { throw .indexOutOfRange(index: index, size: size) }
        guard try rootOfInclusion(leafHash, index: index, size: size, proof: proof) == root else { throw .proofMismatch }
    }

    /// Checks that `leafHash` is the leaf `index` of the log, by a proof within the subtree of the leaves `range`.
    ///
    /// - Throws: as ``verifyInclusion(of:index:size:root:proof:)``, and `invalidSubtree`.
    public static func verifyInclusion(
        of leafHash: Hash, index: UInt64, subtree range: Range<UInt64>, root: Hash, proof: [Hash]
    ) throws(TransparencyLogError) {
        guard isSubtree(range) else { throw .invalidSubtree }
        guard range.contains(index) else { throw .indexOutOfRange(index: index, size: range.upperBound) }
        try verifyInclusion(
            of: leafHash, index: index - range.lowerBound, size: range.upperBound - range.lowerBound, root: root, proof: proof)
    }

    /// Checks that the tree of `newSize` leaves with `newRoot` continues the tree of `oldSize` leaves with `oldRoot`.
    ///
    /// - Throws: `emptyTreeProof` when `oldSize` is 0, `sizeOutOfRange` when the sizes run backwards, `wrongProofLength`, `proofMismatch`.
    public static func verifyConsistency(
        oldSize: UInt64, oldRoot: Hash, newSize: UInt64, newRoot: Hash, proof: [Hash]
    ) throws(TransparencyLogError) {
        guard oldSize > 0 else { throw .emptyTreeProof }
        guard oldSize <= newSize else { throw .sizeOutOfRange }
        try verifyConsistency(subtree: 0..<oldSize, subtreeRoot: oldRoot, size: newSize, root: newRoot, proof: proof)
    }

    /// Checks that the subtree of the leaves `range` is part of the tree of `size` leaves with this root.
    ///
    /// An empty range needs an empty proof and ``Hash/emptyTree`` as its root; it says nothing about `root`.
    ///
    /// - Throws: `invalidSubtree`, `sizeOutOfRange`, `wrongProofLength`, `proofMismatch`.
    public static func verifyConsistency(
        subtree range: Range<UInt64>, subtreeRoot: Hash, size: UInt64, root: Hash, proof: [Hash]
    ) throws(TransparencyLogError) {
        guard size <= Frontier.maximumSize, range.upperBound <= size else { throw .sizeOutOfRange }
        guard isSubtree(range) else { throw .invalidSubtree }
        guard !range.isEmpty else {
            guard proof.isEmpty else { throw .wrongProofLength }
            guard subtreeRoot == .emptyTree else { throw .proofMismatch }
            return
        }
        var path = ConsistencyPath(first: range.lowerBound, last: range.upperBound - 1, treeLast: size - 1)
        path.skipToFirstDifference()
        var rest = proof[...]
        // Where the subtree's own root is a node of the tree, the proof leaves it out.
        let seed: Hash
        if path.first == path.last {
            seed = subtreeRoot
        } else {
            guard let known = rest.popFirst() else { throw .wrongProofLength }
            seed = known
        }
        var subtreeHash = seed
        var treeHash = seed
        for hash in rest {
            guard path.treeLast != 0 else { throw .wrongProofLength }
            if path.last & 1 == 1 || path.last == path.treeLast {
                if path.first < path.last { subtreeHash = .node(hash, subtreeHash) }
                treeHash = .node(hash, treeHash)
                path.ascendToRightChild()
            } else {
                treeHash = .node(treeHash, hash)
            }
            path.ascend()
        }
        guard path.treeLast == 0 else { throw .wrongProofLength }
        guard subtreeHash == subtreeRoot, treeHash == root else { throw .proofMismatch }
    }

    private static func rootOfInclusion(
        _ leafHash: Hash, index: UInt64, size: UInt64, proof: [Hash]
    ) throws(TransparencyLogError) -> Hash {
        var node = index
        var last = size - 1
        var root = leafHash
        for hash in proof {
            guard last != 0 else { throw .wrongProofLength }
            if node & 1 == 1 || node == last {
                root = .node(hash, root)
                // Levels at which the right edge is a lone left child have no hash in the proof.
                while node & 1 == 0, node != 0 {
                    node >>= 1
                    last >>= 1
                }
            } else {
                root = .node(root, hash)
            }
            node >>= 1
            last >>= 1
        }
        guard last == 0 else { throw .wrongProofLength }
        return root
    }
}

/// The three positions that a consistency proof moves up the tree together.
private struct ConsistencyPath {
    var first: UInt64
    var last: UInt64
    var treeLast: UInt64

    mutating func ascend() {
        first >>= 1
        last >>= 1
        treeLast >>= 1
    }

    /// To the lowest node that the subtree's right edge and the tree have in common.
    mutating func skipToFirstDifference() {
        if last == treeLast {
            while first != last { ascend() }
        } else {
            while first != last, last & 1 == 1 { ascend() }
        }
    }

    /// Levels at which the right edge is a lone left child have no hash in the proof.
    mutating func ascendToRightChild() {
        while last & 1 == 0, last != 0 { ascend() }
    }
}
