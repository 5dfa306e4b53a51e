import TransparencyLog

extension TLogConformance {
    /// RFC 6962 and subtree proofs of transparency-dev/merkle, and the hashes of RFC 6962.
    @Sendable static func merkle(_ folder: VectorFolder) -> ConformanceResult {
        var result = ConformanceResult("tlog-merkle")
        for file in folder.files(below: "testdata") where file.hasSuffix(".json") {
            result.check(file) {
                let probe = try folder.json(file, as: MerkleProbe.self)
                return try probe.isAccepted == !probe.wantErr
            }
        }
        return result
    }

    /// The hash functions alone, in a set of their own, so that the number of proofs stands by itself.
    @Sendable static func merkleHashes(_ folder: VectorFolder) -> ConformanceResult {
        var result = ConformanceResult("tlog-merkle-hash")
        do {
            let vectors = try folder.json("rfc6962-hash.json", as: HashVectors.self)
            result.check("empty root", Hash.emptyTree.description == vectors.empty_root)
            result.check("empty leaf", Hash.leaf([]).description == vectors.empty_leaf)
            result.check("leaf", Hash.leaf(Array(vectors.leaf.data.utf8)).description == vectors.leaf.hash)
            result.check("leaf in base64", Hash.leaf(Array(vectors.leaf_b64.data.utf8)).base64 == vectors.leaf_b64.hash)
            // Halves that are no hashes: only SHA-256 itself can be asked.
            let node = Hash.sha256([1] + Array(vectors.node.left_raw.utf8) + Array(vectors.node.right_raw.utf8))
            result.check("node", node.description == vectors.node.hash)
        } catch {
            result.check("rfc6962-hash.json: \(error)", false)
        }
        return result
    }
}

private struct HashVectors: VectorRecord {
    struct Leaf: Decodable {
        let data: String
        let hash: String
    }
    struct Node: Decodable {
        let left_raw: String
        let right_raw: String
        let hash: String
    }
    static let fields: Set = ["source", "empty_root", "empty_leaf", "leaf", "data", "hash", "node", "left_raw", "right_raw", "leaf_b64"]
    let empty_root: String
    let empty_leaf: String
    let leaf: Leaf
    let leaf_b64: Leaf
    let node: Node
}

/// One proof; which fields are there says which of the four kinds it is.
private struct MerkleProbe: VectorRecord {
    static let fields: Set = [
        "leafIdx", "treeSize", "start", "end", "size", "size1", "size2", "root", "root1", "root2", "leafHash", "proof", "desc", "wantErr",
    ]
    let leafIdx: UInt64?
    let treeSize: UInt64?
    let start: UInt64?
    let end: UInt64?
    let size: UInt64?
    let size1: UInt64?
    let size2: UInt64?
    let root: String?
    let root1: String?
    let root2: String?
    let leafHash: String?
    let proof: [String]?
    let wantErr: Bool

    /// Whether the proof is accepted.
    ///
    /// A leaf hash or an element of a proof that has not 32 bytes is refused as it is read. Roots are another matter: four cases that are to
    /// be accepted have twelve bytes of text as their roots, because the procedure never computes with them. A root of another length is
    /// therefore replaced by its digest, so that equal ones stay equal and different ones different, and the verifier has to decide.
    var isAccepted: Bool {
        get throws {
            var hashes: [Hash] = []
            for text in proof ?? [] {
                guard let hash = Hash(base64: Array(text.utf8)[...]) else { return false }
                hashes.append(hash)
            }
            do throws(TransparencyLogError) {
                if let leafIdx, let leafHash {
                    guard let leaf = Hash(base64: Array(leafHash.utf8)[...]) else { return false }
                    if let treeSize {
                        try MerkleProof.verifyInclusion(of: leaf, index: leafIdx, size: treeSize, root: stand(in: root), proof: hashes)
                    } else if let start, let end {
                        guard start <= end else { return false }
                        try MerkleProof.verifyInclusion(
                            of: leaf, index: leafIdx, subtree: start..<end, root: stand(in: root), proof: hashes)
                    }
                } else if let size1, let size2 {
                    try MerkleProof.verifyConsistency(
                        oldSize: size1, oldRoot: stand(in: root1), newSize: size2, newRoot: stand(in: root2), proof: hashes)
                } else if let start, let end, let size {
                    guard start <= end else { return false }
                    try MerkleProof.verifyConsistency(
                        subtree: start..<end, subtreeRoot: stand(in: root1), size: size, root: stand(in: root2), proof: hashes)
                }
            } catch {
                return false
            }
            guard leafIdx != nil || size1 != nil || size != nil else { throw VectorError.malformed("no kind") }
            return true
        }
    }

    private func stand(in root: String?) -> Hash {
        let text = Array((root ?? "").utf8)
        return Hash(base64: text[...]) ?? .sha256(text)
    }
}
