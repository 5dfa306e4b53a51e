/// A cache that forgets: at most twice `limit` entries, those not used for a while go first.
///
/// Two generations: what is found or added goes into the young one; when that is full the old one is dropped and they change places.
struct BoundedCache<Key: Hashable, Value> {
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]
    private let limit: Int

    init(limit: Int) { self.limit = max(limit, 1) }

    subscript(key: Key) -> Value? {
        mutating get {
            if let value = young[key] { return value }
            guard let value = old.removeValue(forKey: key) else { return nil }
            insert(value, for: key)
            return value
        }
    }

    mutating func insert(_ value: Value, for key: Key) {
        if young.count >= limit {
            old = young
            young = [:]
        }
        young[key] = value
    }

    mutating func removeAll() {
        young = [:]
        old = [:]
    }

    var values: [Value] { Array(young.values) + Array(old.values) }
}
