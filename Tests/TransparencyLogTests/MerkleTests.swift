import TLogConformance
import Testing
import TransparencyLog

@Suite struct MerkleTests {
    @Test func frontierAgreesWithTheNaiveTreeAtEverySize() throws {
        var store = try NodeStore(count: 0)
        for size in 0...300 {
            #expect(store.frontier.root == NaiveTree.root(store.leaves[...]), "size \(size)")
            #expect(store.frontier.size == UInt64(size))
            #expect(try Frontier(serialized: store.frontier.serialized) == store.frontier)
            try store.append(.leaf([UInt8(size & 0xFF), UInt8(size >> 8)]))
        }
    }

    @Test func aCopyOfAFrontierIsASnapshot() throws {
        var kept = Frontier()
        for index in 0..<5 { try kept.append(leafHash: .leaf([UInt8(index)])) }
        let root = kept.root
        var inTransaction = kept
        try inTransaction.append(leafHash: .leaf([9]))
        #expect(kept.root == root)
        #expect(kept.size == 5)
        #expect(inTransaction.root != root)
    }

    @Test func wholeSubtreesAppendAsTheirLeavesDo() throws {
        let store = try NodeStore(count: 12)
        var frontier = Frontier()
        try frontier.append(subtree: try store.read(NodeAddress(level: 3, index: 0)), level: 3)
        try frontier.append(subtree: try store.read(NodeAddress(level: 2, index: 2)), level: 2)
        #expect(frontier == store.frontier)
        // A subtree of eight does not fit behind twelve leaves.
        #expect(throws: TransparencyLogError.sizeOutOfRange) { try frontier.append(subtree: .emptyTree, level: 3) }
        #expect(throws: TransparencyLogError.sizeOutOfRange) { try frontier.append(subtree: .emptyTree, level: 63) }
    }

    @Test func malformedFrontiersAreRefused() throws {
        let good = try NodeStore(count: 7).frontier.serialized
        for bytes in [[], Array(good.dropLast()), good + [0], [UInt8](repeating: 0xFF, count: 8 + 64 * 32), Array(good.prefix(8 + 64))] {
            #expect(throws: TransparencyLogError.malformedFrontier) { try Frontier(serialized: bytes) }
        }
    }

    @Test func proofsAgreeWithTheNaiveTree() throws {
        let store = try NodeStore(count: 70)
        for size in 1...70 {
            let leaves = store.leaves[..<size]
            let root = NaiveTree.root(leaves)
            for index in 0..<size {
                let proof = try MerkleProof.inclusion(index: UInt64(index), size: UInt64(size), node: store.read)
                #expect(proof == NaiveTree.path(index, leaves))
                try MerkleProof.verifyInclusion(
                    of: leaves[index], index: UInt64(index), size: UInt64(size), root: root, proof: proof)
                let old = index + 1
                let consistency = try MerkleProof.consistency(oldSize: UInt64(old), newSize: UInt64(size), node: store.read)
                #expect(consistency == NaiveTree.consistency(old, leaves))
                try MerkleProof.verifyConsistency(
                    oldSize: UInt64(old), oldRoot: NaiveTree.root(leaves[..<old]), newSize: UInt64(size), newRoot: root, proof: consistency)
            }
        }
    }

    @Test func subtreeProofsHold() throws {
        let store = try NodeStore(count: 40)
        let size: UInt64 = 37
        let root = NaiveTree.root(store.leaves[..<37])
        for start in 0..<size {
            for end in start...size where MerkleProof.isSubtree(start..<end) {
                let subtree = NaiveTree.root(store.leaves[Int(start)..<Int(end)])
                let proof = try MerkleProof.subtreeConsistency(start..<end, size: size, node: store.read)
                try MerkleProof.verifyConsistency(subtree: start..<end, subtreeRoot: subtree, size: size, root: root, proof: proof)
                #expect(throws: TransparencyLogError.self) {
                    try MerkleProof.verifyConsistency(
                        subtree: start..<end, subtreeRoot: root, size: size, root: subtree, proof: proof + [root])
                }
            }
        }
        #expect(!MerkleProof.isSubtree(1..<3))
        #expect(!MerkleProof.isSubtree(4..<9))
        #expect(MerkleProof.isSubtree(8..<13))
    }

    /// Property: any change to a proof, an index, a size or a root is refused.
    @Test(arguments: [UInt64.random(in: 0...UInt64.max), 1])
    func alteredProofsAreRefused(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let store = try NodeStore(count: 200)
        for _ in 0..<300 {
            let size = UInt64.random(in: 2...200, using: &random)
            let index = UInt64.random(in: 0..<size, using: &random)
            let root = NaiveTree.root(store.leaves[..<Int(size)])
            var proof = try MerkleProof.inclusion(index: index, size: size, node: store.read)
            let leaf = store.leaves[Int(index)]
            switch Int.random(in: 0..<5, using: &random) {
            case 0:
                let place = Int.random(in: 0..<proof.count, using: &random)
                proof[place] = .leaf([UInt8.random(in: 0...255, using: &random)])
            case 1: proof.removeLast()
            case 2: proof.append(root)
            case 3: proof.insert(leaf, at: 0)
            default:
                #expect(throws: TransparencyLogError.self, "seed \(seed)") {
                    try MerkleProof.verifyInclusion(of: leaf, index: index ^ 1, size: size, root: root, proof: proof)
                }
                continue
            }
            #expect(throws: TransparencyLogError.self, "seed \(seed)") {
                try MerkleProof.verifyInclusion(of: leaf, index: index, size: size, root: root, proof: proof)
            }
        }
    }

    /// Property: consistency between random sizes holds, and between other roots does not.
    @Test(arguments: [UInt64.random(in: 0...UInt64.max), 2])
    func consistencyHoldsForGrowthOnly(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let store = try NodeStore(count: 1100)
        for _ in 0..<40 {
            let new = UInt64.random(in: 2...1100, using: &random)
            let old = UInt64.random(in: 1..<new, using: &random)
            let proof = try MerkleProof.consistency(oldSize: old, newSize: new, node: store.read)
            let oldRoot = try MerkleProof.root(of: 0..<old, node: store.read)
            let newRoot = try MerkleProof.root(of: 0..<new, node: store.read)
            #expect(oldRoot == NaiveTree.root(store.leaves[..<Int(old)]), "seed \(seed)")
            try MerkleProof.verifyConsistency(oldSize: old, oldRoot: oldRoot, newSize: new, newRoot: newRoot, proof: proof)
            for (one, other) in [(newRoot, oldRoot), (.emptyTree, newRoot), (oldRoot, .emptyTree)] {
                #expect(throws: TransparencyLogError.self, "seed \(seed), \(old) to \(new)") {
                    try MerkleProof.verifyConsistency(oldSize: old, oldRoot: one, newSize: new, newRoot: other, proof: proof)
                }
            }
        }
    }

    @Test func impossibleQuestionsAreRefused() throws {
        let store = try NodeStore(count: 4)
        #expect(throws: TransparencyLogError.indexOutOfRange(index: 4, size: 4)) {
            try MerkleProof.inclusion(index: 4, size: 4, node: store.read)
        }
        #expect(throws: TransparencyLogError.emptyTreeProof) { try MerkleProof.consistency(oldSize: 0, newSize: 4, node: store.read) }
        #expect(throws: TransparencyLogError.sizeOutOfRange) { try MerkleProof.consistency(oldSize: 5, newSize: 4, node: store.read) }
        #expect(throws: TransparencyLogError.sizeOutOfRange) {
            try MerkleProof.inclusion(index: 0, size: UInt64.max, node: store.read)
        }
        let many = [Hash](repeating: .emptyTree, count: 200)
        #expect(throws: TransparencyLogError.wrongProofLength) {
            try MerkleProof.verifyInclusion(of: .emptyTree, index: 0, size: UInt64(Int64.max), root: .emptyTree, proof: many)
        }
        #expect(throws: TransparencyLogError.wrongProofLength) {
            try MerkleProof.verifyConsistency(
                oldSize: 1, oldRoot: .emptyTree, newSize: UInt64(Int64.max), newRoot: .emptyTree, proof: many)
        }
    }
}
