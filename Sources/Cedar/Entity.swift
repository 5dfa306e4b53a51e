/// An entity: its identity, attributes, tags, and the entities directly above it.
public struct Entity: Sendable, Hashable {
    /// Who it is.
    public let uid: EntityUID
    /// Its attributes.
    public let attributes: Record
    /// Its tags.
    public let tags: Record
    /// The entities directly above it, which need not exist themselves; each once.
    public let parents: Set<EntityUID>

    /// Creates an entity.
    public init(uid: EntityUID, attributes: Record = [:], tags: Record = [:], parents: some Sequence<EntityUID> = []) {
        self.uid = uid
        self.attributes = attributes
        self.tags = tags
        self.parents = Set(parents)
    }
}

/// A set of entities that answers quickly and can be read by many threads.
struct EntityIndex: Sendable {
    // INVARIANT: same length; `hashes` ascends.
    private let hashes: [Int]
    private let members: [EntityUID]

    private static let linearLimit = 12

    static let empty = EntityIndex([])

    /// Takes identities, each once.
    init(_ distinct: [EntityUID]) {
        let sorted = distinct.map { (hash: $0.hash, uid: $0) }.sorted { $0.hash < $1.hash }
        members = sorted.map(\.uid)
        hashes = sorted.map(\.hash)
    }

    var elements: [EntityUID] { members }

    var count: Int { members.count }

    func contains(_ uid: EntityUID) -> Bool {
        let hash = uid.hash
        var low = 0
        if hashes.count > EntityIndex.linearLimit {
            var high = hashes.count
            while low < high {
                let middle = low + (high - low) / 2
                if hashes[middle] < hash { low = middle + 1 } else { high = middle }
            }
        } else {
            while low < hashes.count, hashes[low] != hash { low += 1 }
        }
        while low < hashes.count, hashes[low] == hash {
            if members[low] == uid { return true }
            low += 1
        }
        return false
    }
}

/// An entity as the evaluator sees it: with everything above it.
final class EntityNode: Sendable {
    let uid: EntityUID
    let entity: Entity
    let attributes: Record
    let tags: Record
    let ancestors: EntityIndex

    init(_ entity: Entity, ancestors: EntityIndex) {
        uid = entity.uid
        self.entity = entity
        attributes = entity.attributes
        tags = entity.tags
        self.ancestors = ancestors
    }
}
