/// Entities by identity: open addressing by the hash every identity carries, so that a lookup hashes nothing.
struct EntityTable: Sendable {
    // INVARIANT: the number of places is a power of two, at least a quarter of them are free, and between an entity's place and the one
    // its hash asks for there is no free one.
    private var places: [EntityNode?] = [nil, nil, nil, nil]
    private(set) var count = 0

    private var mask: Int { places.count - 1 }

    private func home(_ uid: EntityUID) -> Int { uid.hash & mask }

    /// Where the entity is, or where it would be put.
    private func place(of uid: EntityUID) -> Int {
        var place = home(uid)
        while let node = places[place], node.uid != uid { place = (place + 1) & mask }
        return place
    }

    subscript(uid: EntityUID) -> EntityNode? { places[place(of: uid)] }

    var nodes: [EntityNode] { places.compactMap { $0 } }

    /// Puts an entity in, in the place of one with the same identity.
    ///
    /// - Returns: what was there before.
    mutating func insert(_ node: EntityNode) -> EntityNode? {
        let place = place(of: node.uid)
        let old = places[place]
        places[place] = node
        guard old == nil else { return old }
        count += 1
        if count * 4 > places.count * 3 { grow() }
        return nil
    }

    /// Takes an entity out.
    mutating func remove(_ uid: EntityUID) -> EntityNode? {
        var hole = place(of: uid)
        guard let old = places[hole] else { return nil }
        count -= 1
        places[hole] = nil
        // Those behind it that could not have their own place may move up.
        var next = (hole + 1) & mask
        while let node = places[next] {
            if (next - home(node.uid)) & mask >= (next - hole) & mask {
                places[hole] = node
                places[next] = nil
                hole = next
            }
            next = (next + 1) & mask
        }
        return old
    }

    private mutating func grow() {
        let old = places
        places = Array(repeating: nil, count: old.count * 2)
        for node in old {
            if let node { places[place(of: node.uid)] = node }
        }
    }
}
