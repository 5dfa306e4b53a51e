@testable import TransparencyLog

/// `tlog-proof` texts and bare Merkle proofs: a proof is accepted exactly when it is the one that the tree gives.
///
/// An input is taken as text, and also as bytes: two sizes of two bytes each, then the places of hashes in the fixture's tree, three bytes each.
func probe(_ input: [UInt8]) {
    checkText(input)
    checkPlaces(input)
    checkRaw(input)
}

private func checkText(_ input: [UInt8]) {
    guard let proof = try? TLogProof(parsing: input) else { return }
    require(proof.bytes == input, "a proof is written as it was read")
    let index = Int(clamping: proof.index)
    let leaves = index < Fixture.largest ? [Fixture.tree.leaves[index], Fixture.fork.leaves[index]] : [Fixture.tree.leaves[0]]
    for (position, leaf) in leaves.enumerated() {
        guard let verified = try? proof.verify(leafHash: leaf, policy: Fixture.policy) else { continue }
        guard let signed = Fixture.signed(verified.note.text) else { violated("only what was signed verifies") }
        require(index < signed.size && signed.isFork == (position == 1), "a leaf is proved in its own tree only")
        let tree = signed.isFork ? Fixture.fork : Fixture.tree
        require(proof.hashes == tree.inclusion(index, signed.size), "a proof that is accepted is the one the tree gives")
        require((try? proof.verify(leafHash: .leaf([1]), policy: Fixture.policy)) == nil, "a proof is of one leaf")
    }
}

private func checkPlaces(_ input: [UInt8]) {
    guard input.count >= 4 else { return }
    let first = (Int(input[0]) << 8 | Int(input[1])) % (Fixture.largest + 1)
    let second = (Int(input[2]) << 8 | Int(input[3])) % (Fixture.largest + 1)
    var hashes: [Hash] = []
    for start in stride(from: 4, to: min(input.count - 2, 4 + 3 * 70), by: 3) {
        let level = Int(input[start]) % 9
        let index = (Int(input[start + 1]) << 8 | Int(input[start + 2])) % (Fixture.largest >> level)
        hashes.append(Fixture.tree.node(NodeAddress(level: level, index: UInt64(index))))
    }
    check(hashes, first, second)
    // The right proof, so that both ways are taken.
    if first < second { check(Fixture.tree.inclusion(first, second), first, second) }
    if first > 0, first <= second { check(Fixture.tree.consistency(first, second), first, second) }
}

private func check(_ hashes: [Hash], _ first: Int, _ second: Int) {
    let tree = Fixture.tree
    if first < Fixture.largest {
        let accepted = succeeds {
            try MerkleProof.verifyInclusion(
                of: tree.leaves[first], index: UInt64(first), size: UInt64(second), root: tree.roots[second], proof: hashes)
        }
        let isRight = first < second && hashes == tree.inclusion(first, second)
        require(accepted == isRight, "an inclusion proof is accepted exactly when it is the right one")
    }
    let accepted = succeeds {
        try MerkleProof.verifyConsistency(
            oldSize: UInt64(first), oldRoot: tree.roots[first], newSize: UInt64(second), newRoot: tree.roots[second], proof: hashes)
    }
    let isRight = first > 0 && first <= second && hashes == tree.consistency(first, second)
    require(accepted == isRight, "a consistency proof is accepted exactly when it is the right one")
    if first > 0, first <= second {
        let forked = succeeds {
            try MerkleProof.verifyConsistency(
                oldSize: UInt64(first), oldRoot: Fixture.fork.roots[first], newSize: UInt64(second), newRoot: tree.roots[second],
                proof: hashes)
        }
        require(!forked, "no proof makes a fork consistent")
    }
}

/// Any numbers and hashes: nothing traps, and the answer is the same each time.
private func checkRaw(_ input: [UInt8]) {
    guard input.count >= 16 + 64 else { return }
    let numbers = (0..<2).map { position in input[(8 * position)..<(8 * position + 8)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
    let hashes = stride(from: 16, through: input.count - 32, by: 32).prefix(80).compactMap { Hash(input[$0..<($0 + 32)]) }
    let (leaf, root, proof) = (hashes[0], hashes[1], Array(hashes.dropFirst(2)))
    for _ in 0..<2 {
        let included = succeeds {
            try MerkleProof.verifyInclusion(of: leaf, index: numbers[0], size: numbers[1], root: root, proof: proof)
        }
        require(!included || (leaf == root && numbers[1] == 1), "hashes nobody computed prove nothing")
        let isConsistent = succeeds {
            try MerkleProof.verifyConsistency(oldSize: numbers[0], oldRoot: leaf, newSize: numbers[1], newRoot: root, proof: proof)
        }
        require(!isConsistent || (leaf == root && numbers[0] == numbers[1]), "hashes nobody computed prove nothing")
        guard numbers[0] <= numbers[1] else { continue }
        _ = succeeds {
            try MerkleProof.verifyInclusion(of: leaf, index: numbers[0], subtree: numbers[0]..<numbers[1], root: root, proof: proof)
        }
        _ = succeeds {
            try MerkleProof.verifyConsistency(
                subtree: numbers[0]..<numbers[1], subtreeRoot: leaf, size: numbers[1], root: root, proof: proof)
        }
    }
}

private func succeeds(_ body: () throws -> Void) -> Bool {
    (try? body()) != nil
}
