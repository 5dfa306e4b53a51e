/// A record: names with values.
public struct Record: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    /// The names of a record in the order their values are held.
    final class Shape: Sendable {
        // INVARIANT: same length; `hashes` ascends, and equal hashes are ordered by name; names are distinct.
        fileprivate let hashes: [Int]
        fileprivate let names: [Text]

        /// The shape of a record with these names, each once.
        init(_ given: [Text]) {
            var distinct: [Text] = []
            distinct.reserveCapacity(given.count)
            for name in given.sorted(by: { $0.hash != $1.hash ? $0.hash < $1.hash : $0 < $1 }) where distinct.last != name {
                distinct.append(name)
            }
            names = distinct
            hashes = distinct.map(\.hash)
        }

        fileprivate static let empty = Shape([])

        /// The number of names.
        var count: Int { names.count }

        private static let linearLimit = 12

        /// The place of a name.
        func index(of name: Text) -> Int? {
            let count = hashes.count
            let hash = name.hash
            var low = 0
            if count > Shape.linearLimit {
                var high = count
                while low < high {
                    let middle = low + (high - low) / 2
                    if hashes[middle] < hash { low = middle + 1 } else { high = middle }
                }
            } else {
                while low < count, hashes[low] != hash { low += 1 }
            }
            while low < count, hashes[low] == hash {
                if names[low] == name { return low }
                low += 1
            }
            return nil
        }
    }

    private final class Storage: Sendable {
        let shape: Shape
        // INVARIANT: as many as the shape has names.
        let values: [Value]

        init(shape: Shape, values: [Value]) {
            self.shape = shape
            self.values = values
        }

        static let empty = Storage(shape: .empty, values: [])
    }

    private let storage: Storage

    /// The record without names.
    public init() { storage = .empty }

    /// Makes a record; of two entries with the same name the later counts.
    public init(_ entries: [(key: Text, value: Value)]) {
        if entries.isEmpty {
            storage = .empty
            return
        }
        let shape = Shape(entries.map(\.key))
        var values = [Value](repeating: .bool(false), count: shape.count)
        for entry in entries {
            if let place = shape.index(of: entry.key) { values[place] = entry.value }
        }
        storage = Storage(shape: shape, values: values)
    }

    /// Makes a record of a known shape; the values stand in its order.
    init(shape: Shape, values: [Value]) {
        storage = Storage(shape: shape, values: values)
    }

    public init(dictionaryLiteral elements: (Text, Value)...) {
        self.init(elements.map { (key: $0.0, value: $0.1) })
    }

    /// The number of names.
    public var count: Int { storage.values.count }

    /// Whether there are no names.
    public var isEmpty: Bool { storage.values.isEmpty }

    /// The names, in no particular order.
    public var keys: [Text] { storage.shape.names }

    /// The entries ordered by name.
    public var sorted: [(key: Text, value: Value)] {
        zip(storage.shape.names, storage.values).map { (key: $0, value: $1) }.sorted { $0.key < $1.key }
    }

    /// The value under a name.
    public subscript(key: Text) -> Value? {
        guard let index = storage.shape.index(of: key) else { return nil }
        return storage.values[index]
    }

    /// Whether the name occurs.
    func contains(_ name: Text) -> Bool {
        storage.shape.index(of: name) != nil
    }

    public static func == (lhs: Record, rhs: Record) -> Bool {
        let left = lhs.storage
        let right = rhs.storage
        if left === right { return true }
        guard left.shape === right.shape || (left.shape.hashes == right.shape.hashes && left.shape.names == right.shape.names) else {
            return false
        }
        return left.values == right.values
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(storage.shape.hashes)
        hasher.combine(storage.values)
    }
}
