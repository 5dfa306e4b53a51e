import Sealing
import TransparencyLog

/// A log of 300 entries, a fork of it that differs from the first entry on, and the keys of both and of two witnesses.
///
/// Everything follows from constants, so the corpus can hold signatures by these keys. Only `Tests/LibFuzzer/Log/MakeCorpus.swift` signs
/// with them: whatever else a target verifies is a forgery.
enum Fixture {
    static let name = "kluis.example/log"
    static let largest = 300

    static let log = signer(name, .ed25519, 1)
    static let first = signer("witness.example/one", .timestampedCosignature, 2)
    static let second = signer("witness.example/two", .timestampedCosignature, 3)
    static let keys = must("the keys are distinct") { try VerifierKeys([log.key, first.key, second.key]) }

    static let tree = Tree(prefix: "entry")
    static let fork = Tree(prefix: "other")

    static let policyText = """
        log \(log.key.text) https://kluis.example/
        witness one \(first.key.text)
        witness two \(second.key.text) https://witness.example/
        group both all one two
        group some 1 both
        quorum some

        """
    static let policy = must("the policy parses") { try Policy(parsing: Array(policyText.utf8)) }

    /// An extension line that the log has signed.
    static let extensionLine = Array("extension".utf8)

    private static func signer(_ name: String, _ algorithm: VerifierKey.Algorithm, _ seed: UInt8) -> NoteSigner {
        let seed = [UInt8](repeating: seed, count: 32)
        let key = must("a key can be made") {
            try VerifierKey(name: KeyName(name)!, algorithm: algorithm, publicKey: try pair(seed).publicKey.bytes)
        }
        return NoteSigner(key: key) { message in try pair(seed).sign(message) }
    }

    private static func pair(_ seed: [UInt8]) throws -> Ed25519.SigningKey {
        // SAFETY: bytes have no padding.
        let secret = try SecretKey(copying: unsafe seed.span.bytes)
        return try Ed25519.SigningKey(seed: secret)
    }

    static func checkpoint(_ tree: Tree, _ size: Int, extended: Bool = false) -> Checkpoint {
        must("a checkpoint can be made") {
            let plain = try Checkpoint(origin: Origin(log.key.name), size: UInt64(size), root: tree.roots[size])
            guard extended else { return plain }
            return try Checkpoint(parsing: plain.text + extensionLine + [UInt8(ascii: "\n")], extensionLines: .accepted)
        }
    }

    /// A checkpoint with the log's signature and cosignatures by those witnesses.
    static func note(_ tree: Tree, _ size: Int, extended: Bool = false, witnesses: [NoteSigner] = []) -> SignedNote {
        must("a checkpoint can be signed") {
            let checkpoint = checkpoint(tree, size, extended: extended)
            var note = try checkpoint.signed(by: log)
            for (index, witness) in witnesses.enumerated() {
                try note.append(try witness.signature(over: checkpoint.text, time: 1_700_000_000 + UInt64(index)))
            }
            return note
        }
    }

    /// The size and the tree of a text that the log signed; nil for any other text.
    static func signed(_ text: [UInt8]) -> (size: Int, isFork: Bool)? {
        guard let checkpoint = try? Checkpoint(parsing: text, extensionLines: .accepted), checkpoint.origin == Origin(log.key.name),
            checkpoint.size <= UInt64(largest), checkpoint.extensionLines.isEmpty || checkpoint.extensionLines == [extensionLine]
        else { return nil }
        let size = Int(checkpoint.size)
        if checkpoint.root == tree.roots[size] { return (size, false) }
        return checkpoint.root == fork.roots[size] ? (size, true) : nil
    }

    /// The witness that the `add-checkpoint` bodies are for, and the states it may be in: new, and after some sizes of the tree.
    static let witness = must("a witness can be made") { try Witness(key: first.key, logs: [log.key]) }
    static let states: [(size: Int, state: WitnessState)] = {
        var result: [(size: Int, state: WitnessState)] = [(0, WitnessState())]
        var state = WitnessState()
        var size = 0
        for next in [1, 5, 256] {
            let proof = size == 0 ? [] : tree.consistency(size, next)
            let request = must("a request can be made") {
                try AddCheckpointRequest(oldSize: UInt64(size), proof: proof, note: note(tree, next))
            }
            guard case .cosign(let pending) = witness.decide(request.body, state: state, time: 1_700_000_000) else {
                violated("the witness cosigns the fixture's own checkpoints")
            }
            _ = must("the witness signs") { try pending.cosign(by: first) { state = $0 } }
            result.append((next, state))
            size = next
        }
        return result
    }()
}

/// A small tree with all its roots.
struct Tree {
    let entries: [[UInt8]]
    let leaves: [Hash]
    /// By size, from 0.
    let roots: [Hash]
    private let nodes: [[Hash]]

    init(prefix: String) {
        // Of many lengths. The empty one is in one of the trees only: no leaf may be in both.
        entries = (0..<Fixture.largest).map {
            $0 == 7 && prefix == "entry" ? [] : Array(String(repeating: "\(prefix) \($0) ", count: 1 + $0 % 5).utf8)
        }
        leaves = entries.map { Hash.leaf($0) }
        var frontier = Frontier()
        var roots = [frontier.root]
        for leaf in leaves {
            must("a leaf can be appended") { try frontier.append(leafHash: leaf) }
            roots.append(frontier.root)
        }
        self.roots = roots
        var levels = [leaves]
        while let last = levels.last, last.count > 1 {
            levels.append((0..<(last.count / 2)).map { Hash.node(last[2 * $0], last[2 * $0 + 1]) })
        }
        nodes = levels
    }

    func node(_ address: NodeAddress) -> Hash { nodes[address.level][Int(address.index)] }

    func inclusion(_ index: Int, _ size: Int) -> [Hash] {
        must("a proof can be made") { try MerkleProof.inclusion(index: UInt64(index), size: UInt64(size), node: node) }
    }

    func consistency(_ oldSize: Int, _ newSize: Int) -> [Hash] {
        must("a proof can be made") { try MerkleProof.consistency(oldSize: UInt64(oldSize), newSize: UInt64(newSize), node: node) }
    }
}
