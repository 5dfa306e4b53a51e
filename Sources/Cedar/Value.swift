/// What an expression evaluates to, and what attributes, tags and contexts hold.
///
/// Equality never fails: values of different types are unequal. Strings are compared by bytes, sets without regard to order.
public enum Value: Sendable, Hashable {
    case bool(Bool)
    case long(Int64)
    case string(Text)
    case entity(EntityUID)
    case set(ValueSet)
    case record(Record)
    case decimal(CedarDecimal)
    case ipaddr(CedarIPAddress)
    case datetime(CedarDateTime)
    case duration(CedarDuration)

    /// The type as error messages name it.
    public var typeName: String {
        switch self {
        case .bool: "bool"
        case .long: "long"
        case .string: "string"
        case .entity(let uid): "(entity of type `\(uid.type)`)"
        case .set: "set"
        case .record: "record"
        case .decimal: "decimal"
        case .ipaddr: "ipaddr"
        case .datetime: "datetime"
        case .duration: "duration"
        }
    }
}

extension Value: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int64) { self = .long(value) }
    public init(stringLiteral value: String) { self = .string(Text(value)) }
}

extension Value: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    public init(arrayLiteral elements: Value...) { self = .set(ValueSet(elements)) }
    public init(dictionaryLiteral elements: (Text, Value)...) {
        self = .record(Record(elements.map { (key: $0.0, value: $0.1) }))
    }
}

extension Value: CustomStringConvertible {
    /// The value as policy text.
    public var description: String {
        switch self {
        case .bool(let value): value ? "true" : "false"
        case .long(let value): String(value)
        case .string(let text): text.quoted
        case .entity(let uid): uid.description
        case .set(let set): "[" + set.elements.map(\.description).joined(separator: ", ") + "]"
        case .record(let record):
            "{" + record.sorted.map { "\($0.key.quoted): \($0.value)" }.joined(separator: ", ") + "}"
        case .decimal(let value): "decimal(\"\(value)\")"
        case .ipaddr(let value): "ip(\"\(value)\")"
        case .datetime(let value): "datetime(\"\(value)\")"
        case .duration(let value): "duration(\"\(value)\")"
        }
    }
}

/// A set of values: no order, no duplicates, mixed types allowed.
public struct ValueSet: Sendable, Hashable, ExpressibleByArrayLiteral {
    private final class Storage: Sendable {
        let elements: [Value]
        /// Present when there are too many elements to look through one by one.
        let index: Set<Value>?

        init(_ elements: [Value], index: Set<Value>?) {
            self.elements = elements
            self.index = index
        }
    }

    private static let linearLimit = 8
    private let storage: Storage

    /// Makes a set; later duplicates are dropped.
    public init(_ values: [Value]) {
        if values.count <= ValueSet.linearLimit {
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
    public func contains(_ value: Value) -> Bool {
        storage.index?.contains(value) ?? storage.elements.contains(value)
    }

    /// Whether every element of `other` is an element.
    public func containsAll(_ other: ValueSet) -> Bool {
        other.storage === storage || other.elements.allSatisfy(contains)
    }

    /// Whether some element of `other` is an element.
    public func containsAny(_ other: ValueSet) -> Bool {
        other.elements.contains(where: contains)
    }

    public static func == (lhs: ValueSet, rhs: ValueSet) -> Bool {
        lhs.storage === rhs.storage || (lhs.count == rhs.count && lhs.containsAll(rhs))
    }

    public func hash(into hasher: inout Hasher) {
        // Independent of the order of the elements.
        var sum = 0
        for element in elements { sum &+= element.hashValue }
        hasher.combine(elements.count)
        hasher.combine(sum)
    }
}

/// A record: names with values.
public struct Record: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    private final class Storage: Sendable {
        // INVARIANT: the three have the same length; `hashes` ascends, and equal hashes are ordered by key.
        let hashes: [Int]
        let keys: [Text]
        let values: [Value]

        init(hashes: [Int], keys: [Text], values: [Value]) {
            self.hashes = hashes
            self.keys = keys
            self.values = values
        }

        static let empty = Storage(hashes: [], keys: [], values: [])
    }

    private static let linearLimit = 12
    private let storage: Storage

    /// The record without names.
    public init() { storage = .empty }

    /// Makes a record; of two entries with the same name the later counts.
    public init(_ entries: [(key: Text, value: Value)]) {
        if entries.isEmpty {
            storage = .empty
            return
        }
        let ordered = entries.enumerated().map { (hash: $1.key.byteHash, key: $1.key, value: $1.value, position: $0) }.sorted {
            if $0.hash != $1.hash { return $0.hash < $1.hash }
            return $0.key == $1.key ? $0.position < $1.position : $0.key < $1.key
        }
        var hashes: [Int] = []
        var keys: [Text] = []
        var values: [Value] = []
        for entry in ordered {
            if hashes.last == entry.hash, keys.last == entry.key {
                values[values.count - 1] = entry.value
                continue
            }
            hashes.append(entry.hash)
            keys.append(entry.key)
            values.append(entry.value)
        }
        storage = Storage(hashes: hashes, keys: keys, values: values)
    }

    public init(dictionaryLiteral elements: (Text, Value)...) {
        self.init(elements.map { (key: $0.0, value: $0.1) })
    }

    /// The number of names.
    public var count: Int { storage.keys.count }

    /// Whether there are no names.
    public var isEmpty: Bool { storage.keys.isEmpty }

    /// The names, in no particular order.
    public var keys: [Text] { storage.keys }

    /// The entries ordered by name.
    public var sorted: [(key: Text, value: Value)] {
        zip(storage.keys, storage.values).map { (key: $0, value: $1) }.sorted { $0.key < $1.key }
    }

    /// The value under a name.
    public subscript(key: Text) -> Value? {
        value(AttributeName(key))
    }

    /// The value under a name whose hash is known.
    func value(_ name: AttributeName) -> Value? {
        index(of: name).map { storage.values[$0] }
    }

    /// Whether the name occurs.
    func contains(_ name: AttributeName) -> Bool {
        index(of: name) != nil
    }

    private func index(of name: AttributeName) -> Int? {
        let hashes = storage.hashes
        var low = 0
        if hashes.count > Record.linearLimit {
            var high = hashes.count
            while low < high {
                let middle = low + (high - low) / 2
                if hashes[middle] < name.hash { low = middle + 1 } else { high = middle }
            }
        } else {
            while low < hashes.count, hashes[low] != name.hash { low += 1 }
        }
        while low < hashes.count, hashes[low] == name.hash {
            if storage.keys[low] == name.text { return low }
            low += 1
        }
        return nil
    }

    public static func == (lhs: Record, rhs: Record) -> Bool {
        lhs.storage === rhs.storage
            || (lhs.storage.hashes == rhs.storage.hashes && lhs.storage.keys == rhs.storage.keys && lhs.storage.values == rhs.storage.values)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(storage.hashes)
        hasher.combine(storage.values)
    }
}

/// The name of an attribute or tag with its hash, computed once.
struct AttributeName: Sendable, Hashable {
    let text: Text
    let hash: Int

    init(_ text: Text) {
        self.text = text
        hash = text.byteHash
    }
}
