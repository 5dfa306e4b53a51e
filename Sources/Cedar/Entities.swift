/// The entities decisions are made over, with the sets of ancestors computed beforehand.
///
/// A value: copies share what they have in common, and a copy that is read by one thread can be replaced in another.
/// Looking an entity up and asking what is above it does not depend on how many entities there are.
public struct Entities: Sendable {
    private static let shardCount = 64

    /// How many pairs of an entity and one above it are kept at most, besides 32 for every entity: a bound on memory.
    public static let standardHierarchyLimit = 4_000_000

    // Divided, so that changing one entity of a shared copy does not copy the whole table.
    private var shards: [EntityTable]
    private var children: [[EntityUID: Set<EntityUID>]]

    /// The number of entities.
    public private(set) var count = 0

    private var pairs = 0
    private let hierarchyLimit: Int

    /// No entities.
    ///
    /// - Parameter hierarchyLimit: how many pairs of an entity and one above it may be kept, besides 32 for every entity.
    public init(hierarchyLimit: Int = Entities.standardHierarchyLimit) {
        self.hierarchyLimit = hierarchyLimit
        shards = Array(repeating: EntityTable(), count: Entities.shardCount)
        children = Array(repeating: [:], count: Entities.shardCount)
    }

    /// Takes entities in any order; parents need not be among them.
    ///
    /// - Throws: `duplicateEntity` when two different entities have the same identity (the same entity twice is accepted);
    ///   `hierarchyCycle` when an entity is above itself; `invalidEntity` when an action has a parent that is not an action;
    ///   `limitExceeded` when the hierarchy is larger than the limit.
    public init(
        _ entities: some Sequence<Entity>, hierarchyLimit: Int = Entities.standardHierarchyLimit
    ) throws(CedarError) {
        self.init(hierarchyLimit: hierarchyLimit)
        var added: [EntityUID: Entity] = [:]
        for entity in entities {
            if let other = added.updateValue(entity, forKey: entity.uid), other != entity {
                throw CedarError(.duplicateEntity, "the entity `\(entity.uid)` is defined twice")
            }
        }
        try replace(Array(added.values))
    }

    private static func shard(_ uid: EntityUID) -> Int {
        Int(truncatingIfNeeded: UInt(bitPattern: uid.hash) >> 58)
    }

    func node(_ uid: EntityUID) -> EntityNode? {
        shards[Entities.shard(uid)][uid]
    }

    /// The entity of that identity.
    public subscript(uid: EntityUID) -> Entity? { node(uid)?.entity }

    /// Whether there is an entity of that identity.
    public func contains(_ uid: EntityUID) -> Bool { node(uid) != nil }

    /// All identities, in no particular order.
    public var uids: [EntityUID] { shards.flatMap { $0.nodes.map(\.uid) } }

    /// All entities, in no particular order.
    public var all: [Entity] { shards.flatMap { $0.nodes.map(\.entity) } }

    /// Everything above the entity, near and far; empty when there is no such entity.
    public func ancestors(of uid: EntityUID) -> [EntityUID] { node(uid)?.ancestors.elements ?? [] }

    /// Whether `uid` is `other` or lies below it.
    public func isDescendant(_ uid: EntityUID, of other: EntityUID) -> Bool {
        uid == other || node(uid)?.ancestors.contains(other) ?? false
    }

    /// Adds entities, or puts them in the place of those with the same identity; all of them or, on an error, none.
    ///
    /// Takes time in proportion to the entities given and everything below them.
    /// - Throws: `hierarchyCycle`, `invalidEntity`, `limitExceeded`.
    public mutating func replace(_ entities: [Entity]) throws(CedarError) {
        for entity in entities where entity.uid.type.isAction {
            if let parent = entity.parents.first(where: { !$0.type.isAction }) {
                throw CedarError(.invalidEntity, "the action `\(entity.uid)` has a parent that is not an action: `\(parent)`")
            }
        }
        var next = self
        for entity in entities { next.link(entity) }
        try next.computeAncestors(below: entities.map(\.uid))
        self = next
    }

    /// Adds one entity or replaces it.
    ///
    /// - Throws: as `replace(_:)` for several.
    public mutating func replace(_ entity: Entity) throws(CedarError) {
        try replace([entity])
    }

    /// Removes an entity; what lay below it keeps naming it as its parent, but no longer reaches what was above it.
    public mutating func remove(_ uid: EntityUID) {
        guard let old = shards[Entities.shard(uid)].remove(uid) else { return }
        count -= 1
        pairs -= old.ancestors.count
        for parent in old.entity.parents { children[Entities.shard(parent)][parent]?.remove(uid) }
        let below = children[Entities.shard(uid)][uid].map(Array.init) ?? []
        // Fewer entities make no cycle and no more pairs.
        try? computeAncestors(below: below)
    }

    private mutating func link(_ entity: Entity) {
        let uid = entity.uid
        let node = EntityNode(entity, ancestors: .empty)
        if let old = shards[Entities.shard(uid)].insert(node) {
            pairs -= old.ancestors.count
            for parent in old.entity.parents { children[Entities.shard(parent)][parent]?.remove(uid) }
        } else {
            count += 1
        }
        for parent in entity.parents { children[Entities.shard(parent)][parent, default: []].insert(uid) }
    }

    /// Computes anew what is above the given entities and above everything below them.
    private mutating func computeAncestors(below roots: [EntityUID]) throws(CedarError) {
        var affected: Set<EntityUID> = []
        var pending = roots
        while let uid = pending.popLast() {
            guard affected.insert(uid).inserted else { continue }
            pending.append(contentsOf: children[Entities.shard(uid)][uid] ?? [])
        }
        // From above to below: an entity is ready when all its affected parents are done.
        var waiting: [EntityUID: Int] = [:]
        var ready: [EntityUID] = []
        for uid in affected {
            let count = node(uid)?.entity.parents.count(where: affected.contains) ?? 0
            if count == 0 { ready.append(uid) } else { waiting[uid] = count }
        }
        var union = AncestorUnion()
        while let uid = ready.popLast() {
            if let entity = node(uid)?.entity {
                let above = union.above(entity) { node($0)?.ancestors.elements ?? [] }
                pairs += above.count - (node(uid)?.ancestors.count ?? 0)
                guard pairs <= hierarchyLimit + 32 * count else {
                    throw CedarError(.limitExceeded, "the hierarchy of entities is too deep or too wide")
                }
                _ = shards[Entities.shard(uid)].insert(EntityNode(entity, ancestors: above.isEmpty ? .empty : EntityIndex(above)))
            }
            for child in children[Entities.shard(uid)][uid] ?? [] {
                guard let count = waiting[child] else { continue }
                waiting[child] = count > 1 ? count - 1 : nil
                if count == 1 { ready.append(child) }
            }
        }
        if let stuck = waiting.keys.min() {
            throw CedarError(.hierarchyCycle, "the hierarchy of entities has a cycle at or above `\(stuck)`")
        }
    }
}

/// Puts together what is above the parents of entities.
///
/// Identities are numbered once. After that a union compares numbers: where many parents have the same thousands of ancestors, hashing
/// every one of them for every parent would take seconds for a few thousand entities.
private struct AncestorUnion {
    private var numbers: [EntityUID: Int32] = [:]
    private var uids: [EntityUID] = []
    /// For each number, the last union it was part of.
    private var marks: [Int] = []
    private var unions = 0
    private var above: [Int32: [Int32]] = [:]

    private mutating func number(_ uid: EntityUID) -> Int32 {
        if let known = numbers[uid] { return known }
        let new = Int32(truncatingIfNeeded: uids.count)
        numbers[uid] = new
        uids.append(uid)
        marks.append(0)
        return new
    }

    /// The parents of an entity and everything above them, each once.
    ///
    /// - Parameter ancestors: what is above a parent that was not asked about before; parents come before what is below them.
    mutating func above(_ entity: Entity, _ ancestors: (EntityUID) -> [EntityUID]) -> [EntityUID] {
        unions += 1
        var found: [Int32] = []
        for uid in entity.parents {
            let parent = number(uid)
            if above[parent] == nil { above[parent] = ancestors(uid).map { number($0) } }
            add(parent, to: &found)
            for ancestor in above[parent] ?? [] { add(ancestor, to: &found) }
        }
        above[number(entity.uid)] = found
        return found.map { uids[Int($0)] }
    }

    private mutating func add(_ number: Int32, to found: inout [Int32]) {
        guard marks[Int(number)] != unions else { return }
        marks[Int(number)] = unions
        found.append(number)
    }
}

/// The store of entities; another name for `Entities`.
public typealias EntityStore = Entities
