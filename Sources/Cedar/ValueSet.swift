/// A set of values: no order, no duplicates, mixed types allowed.
public struct ValueSet: Sendable, Hashable, ExpressibleByArrayLiteral {
    private final class Storage: Sendable {
        let elements: [Value]
        /// Present when there are too many elements to look through one by one.
        let index: Set<Value>?
        /// The hash of every element, when some hold other values: so that only those with the same hash are compared, and comparing
        /// sets of sets does not take time in the square of their size.
        let hashes: [Int]?
        let sum: Int?

        init(_ elements: [Value], index: Set<Value>?) {
            self.elements = elements
            self.index = index
            hashes = index == nil && elements.contains(where: \.isCompound) ? elements.map(\.hashValue) : nil
            sum = hashes.map { $0.reduce(0, &+) } ?? index.map { $0.reduce(0) { $0 &+ $1.hashValue } }
        }

        func contains(_ value: Value) -> Bool {
            if let index { return index.contains(value) }
            guard value.isCompound else { return elements.contains(value) }
            guard let hashes else { return false }
            let hash = value.hashValue
            for position in hashes.indices where hashes[position] == hash && elements[position] == value { return true }
            return false
        }
    }

    private static let linearLimit = 8
    private let storage: Storage

    /// Makes a set; later duplicates are dropped.
    public init(_ values: [Value]) {
        if values.count <= 1 {
            storage = Storage(values, index: nil)
        } else if values.count <= ValueSet.linearLimit, !values.contains(where: \.isCompound) {
            var kept: [Value] = []
            kept.reserveCapacity(values.count)
            for value in values where !kept.contains(value) { kept.append(value) }
            storage = Storage(kept, index: nil)
        } else {
            var index = Set<Value>(minimumCapacity: values.count)
            let kept = values.filter { index.insert($0).inserted }
            storage = Storage(kept, index: kept.count > ValueSet.linearLimit ? index : nil)
        }
    }

    public init(arrayLiteral elements: Value...) { self.init(elements) }

    /// The elements, each once, in the order first given.
    public var elements: [Value] { storage.elements }

    /// The number of distinct elements.
    public var count: Int { storage.elements.count }

    /// Whether there are no elements.
    public var isEmpty: Bool { storage.elements.isEmpty }

    /// Whether the value is an element.
    public func contains(_ value: Value) -> Bool { storage.contains(value) }

    /// Whether every element of `other` is an element.
    public func containsAll(_ other: ValueSet) -> Bool {
        other.storage === storage || other.elements.allSatisfy(contains)
    }

    /// Whether some element of `other` is an element.
    public func containsAny(_ other: ValueSet) -> Bool {
        other.elements.contains(where: contains)
    }

    public static func == (lhs: ValueSet, rhs: ValueSet) -> Bool {
        if lhs.storage === rhs.storage { return true }
        guard lhs.count == rhs.count else { return false }
        if let left = lhs.storage.sum, let right = rhs.storage.sum, left != right { return false }
        return lhs.containsAll(rhs)
    }

    public func hash(into hasher: inout Hasher) {
        // Independent of the order of the elements.
        hasher.combine(storage.elements.count)
        hasher.combine(storage.sum ?? storage.elements.reduce(0) { $0 &+ $1.hashValue })
    }
}
