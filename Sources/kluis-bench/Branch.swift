import TransparencyLog

/// One of the trees that a dishonest log shows: a beginning that is shared with another, and leaves of its own.
struct Branch: Sendable {
    private(set) var leaves: [Hash] = []
    /// `roots[n]` is the root at size n.
    private(set) var roots: [Hash] = [.emptyTree]
    private var nodes: [NodeAddress: Hash] = [:]
    private var frontier = Frontier()

    var size: UInt64 { UInt64(leaves.count) }

    mutating func append(_ entry: [UInt8]) throws {
        let hash = Hash.leaf(entry)
        nodes[NodeAddress(level: 0, index: size)] = hash
        leaves.append(hash)
        try frontier.append(leafHash: hash) { nodes[$0] = $1 }
        roots.append(frontier.root)
    }

    /// The first `size` leaves as a tree of their own.
    func prefix(_ size: UInt64) throws -> Branch {
        var branch = Branch()
        branch.leaves = Array(leaves[..<Int(size)])
        branch.roots = Array(roots[...Int(size)])
        for hash in branch.leaves {
            branch.nodes[NodeAddress(level: 0, index: branch.frontier.size)] = hash
            try branch.frontier.append(leafHash: hash) { branch.nodes[$0] = $1 }
        }
        return branch
    }

    func proof(_ old: UInt64, _ new: UInt64) throws(TransparencyLogError) -> [Hash] {
        try MerkleProof.consistency(oldSize: old, newSize: new) { address throws(TransparencyLogError) in
            guard let hash = nodes[address] else { throw .indexOutOfRange(index: address.index, size: size) }
            return hash
        }
    }

    func checkpoint(_ size: UInt64, by signer: NoteSigner) throws -> VerifiedCheckpoint {
        let checkpoint = try Checkpoint(origin: Origin(signer.key.name), size: size, root: roots[Int(size)])
        return try VerifiedCheckpoint.verify(try checkpoint.signed(by: signer), log: VerifierKeys(signer.key))
    }
}

/// What a client got signed.
struct Cosigned: Sendable {
    let size: UInt64
    let root: Hash
    /// Roots of the tree that was shown, at every size up to this one.
    let roots: [Hash]
}
