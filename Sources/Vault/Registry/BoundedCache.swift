/// A cache that forgets: entries of at most twice `limit` in cost together, those not used for a while go first.
///
/// A cost is a size in bytes, or 1 where the entries are all of a size. An entry that costs more than the limit alone is not kept.
/// Two generations: what is found or added goes into the young one; when that is full the old one is dropped and they change places.
struct BoundedCache<Key: Hashable, Value> {
    private var young: [Key: (value: Value, cost: Int)] = [:]
    private var old: [Key: (value: Value, cost: Int)] = [:]
    private var youngCost = 0
    private var oldCost = 0
    private let limit: Int

    init(limit: Int) { self.limit = max(limit, 1) }

    /// The cost of everything kept.
    var cost: Int { youngCost + oldCost }

    subscript(key: Key) -> Value? {
        mutating get {
            if let entry = young[key] { return entry.value }
            guard let entry = old.removeValue(forKey: key) else { return nil }
            oldCost -= entry.cost
            insert(entry.value, for: key, cost: entry.cost)
            return entry.value
        }
    }

    mutating func insert(_ value: Value, for key: Key, cost: Int = 1) {
        guard cost <= limit else { return }
        if let before = young.removeValue(forKey: key) { youngCost -= before.cost }
        if youngCost + cost > limit {
            (old, oldCost) = (young, youngCost)
            (young, youngCost) = ([:], 0)
        }
        young[key] = (value, cost)
        youngCost += cost
    }

    mutating func removeAll() {
        (young, youngCost) = ([:], 0)
        (old, oldCost) = ([:], 0)
    }
}
