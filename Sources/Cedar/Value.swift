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
