import TransparencyLog

/// RFC 6962 §2.1 word by word, for comparison.
enum NaiveTree {
    static func root(_ leaves: ArraySlice<Hash>) -> Hash {
        switch leaves.count {
        case 0: return .emptyTree
        case 1: return leaves[leaves.startIndex]
        default:
            let middle = leaves.startIndex + split(leaves.count)
            return .node(root(leaves[..<middle]), root(leaves[middle...]))
        }
    }

    /// PATH(m, D[n]) of §2.1.1.
    static func path(_ index: Int, _ leaves: ArraySlice<Hash>) -> [Hash] {
        guard leaves.count > 1 else { return [] }
        let k = split(leaves.count)
        let middle = leaves.startIndex + k
        return index < k
            ? path(index, leaves[..<middle]) + [root(leaves[middle...])] : path(index - k, leaves[middle...]) + [root(leaves[..<middle])]
    }

    /// SUBPROOF(m, D[n], b) of §2.1.2.
    static func consistency(_ size: Int, _ leaves: ArraySlice<Hash>, _ isWhole: Bool = true) -> [Hash] {
        if size == leaves.count { return isWhole ? [] : [root(leaves)] }
        let k = split(leaves.count)
        let middle = leaves.startIndex + k
        return size <= k
            ? consistency(size, leaves[..<middle], isWhole) + [root(leaves[middle...])]
            : consistency(size - k, leaves[middle...], false) + [root(leaves[..<middle])]
    }

    private static func split(_ count: Int) -> Int {
        var k = 1
        while k * 2 < count { k *= 2 }
        return k
    }
}

/// Hashes of complete subtrees, as a database would keep them.
struct NodeStore {
    private(set) var nodes: [NodeAddress: Hash] = [:]
    private(set) var frontier = Frontier()
    private(set) var leaves: [Hash] = []

    init(count: Int) throws {
        for index in 0..<count { try append(.leaf(Array("leaf \(index)".utf8))) }
    }

    mutating func append(_ leaf: Hash) throws {
        nodes[NodeAddress(level: 0, index: frontier.size)] = leaf
        leaves.append(leaf)
        var completed: [(NodeAddress, Hash)] = []
        try frontier.append(leafHash: leaf) { completed.append(($0, $1)) }
        for (address, hash) in completed { nodes[address] = hash }
    }

    func read(_ address: NodeAddress) throws(TransparencyLogError) -> Hash {
        guard let hash = nodes[address] else { throw .indexOutOfRange(index: address.index, size: frontier.size) }
        return hash
    }
}
