/// What an expression evaluates to, and what attributes, tags and contexts hold.
///
/// Equality never fails: values of different types are unequal. Strings are compared by bytes, sets without regard to order.
public enum Value: Sendable, Hashable {
    /// `true` or `false`
    case bool(Bool)
    /// −9223372036854775808 to 9223372036854775807
    case long(Int64)
    /// Unicode scalars, compared by their bytes
    case string(Text)
    /// The identity of an entity, whether it exists or not
    case entity(EntityUID)
    /// Values of any types, each once, without order
    case set(ValueSet)
    /// Values under names
    case record(Record)
    /// A number with four digits after the point
    case decimal(CedarDecimal)
    /// An IP address or range
    case ipaddr(CedarIPAddress)
    /// A moment
    case datetime(CedarDateTime)
    /// A length of time
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

extension Value {
    /// Whether it holds other values, so that comparing it may take long.
    var isCompound: Bool {
        switch self {
        case .set, .record: true
        default: false
        }
    }
}
