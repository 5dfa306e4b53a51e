/// The form of a message, as JSON Schema (2020-12) tells it. Read from the message's own `init(from:)`: there is no second list of fields.
indirect enum MessageSchema: Equatable, Sendable {
    case string, boolean, anything
    case integer(least: Int?, most: Int?)
    case array(MessageSchema)
    case dictionary(MessageSchema)
    case object([String: MessageSchema], required: [String])
    /// A message with a name, which stands among the others.
    case named(String)
    case either([MessageSchema])

    /// The form of `type`, the forms of the named messages in it, its own included, and a message of it with every field filled.
    static func read<Message: Decodable>(_ type: Message.Type) throws -> (
        form: MessageSchema, named: [String: MessageSchema], sample: Message
    ) {
        let probe = Probe()
        let sample = try Message(from: probe)
        return (probe.form(as: type), probe.named, sample)
    }

    /// `PageOfHouseholdBrief` for `Page<HouseholdBrief>`.
    static func name(of type: Any.Type) -> String { "\(type)".replacing("<", with: "Of").filter { $0 != ">" } }
}

extension MessageSchema: Encodable {
    private enum Key: String, CodingKey {
        case type, minimum, maximum, items, properties, required, additionalProperties, anyOf
        case reference = "$ref"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .string: try container.encode("string", forKey: .type)
        case .boolean: try container.encode("boolean", forKey: .type)
        case .anything: break
        case .integer(let least, let most):
            try container.encode("integer", forKey: .type)
            try container.encodeIfPresent(least, forKey: .minimum)
            try container.encodeIfPresent(most, forKey: .maximum)
        case .array(let element):
            try container.encode("array", forKey: .type)
            try container.encode(element, forKey: .items)
        case .dictionary(let value):
            try container.encode("object", forKey: .type)
            try container.encode(value, forKey: .additionalProperties)
        case .object(let properties, let required):
            try container.encode("object", forKey: .type)
            try container.encode(properties, forKey: .properties)
            if !required.isEmpty { try container.encode(required, forKey: .required) }
        case .named(let name): try container.encode("#/components/schemas/\(name)", forKey: .reference)
        case .either(let forms): try container.encode(forms, forKey: .anyOf)
        }
    }
}

/// A decoder that has nothing to decode: it writes down what is asked of it, and gives the emptiest value that fits.
private final class Probe: Decoder {
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }
    /// The messages that were met inside this one.
    var named: [String: MessageSchema] = [:]
    fileprivate var properties: [String: MessageSchema] = [:]
    fileprivate var optional: Set<String> = []
    fileprivate var element: MessageSchema?
    /// The keys of a dictionary are asked for, those of a message are not.
    fileprivate var isDictionary = false

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(ProbeFields<Key>(probe: self))
    }
    func unkeyedContainer() -> any UnkeyedDecodingContainer { ProbeElements(probe: self) }
    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "a message has fields"))
    }

    /// What was written down, of a message of `type`.
    func form(as type: Any.Type) -> MessageSchema {
        if let element { return isDictionary ? .dictionary(element) : .array(element) }
        let name = MessageSchema.name(of: type)
        named[name] = .object(properties, required: properties.keys.filter { !optional.contains($0) }.sorted())
        return .named(name)
    }

    /// A value of `type` and its form.
    func value<Value: Decodable>(_ type: Value.Type) throws -> (Value, MessageSchema) {
        let plain: (any Decodable, MessageSchema) =
            switch type {
            case is String.Type: ("", .string)
            case is Bool.Type: (false, .boolean)
            case is Int.Type: (0, .integer(least: nil, most: nil))
            case is UInt32.Type: (UInt32(0), .integer(least: 0, most: Int(UInt32.max)))
            case is UInt64.Type: (UInt64(0), .integer(least: 0, most: nil))
            default: try nested(type)
            }
        guard let value = plain.0 as? Value else {
            throw DecodingError.typeMismatch(type, .init(codingPath: [], debugDescription: "no value of this type is known"))
        }
        return (value, plain.1)
    }

    private func nested<Value: Decodable>(_ type: Value.Type) throws -> (any Decodable, MessageSchema) {
        let probe = Probe()
        let value = try Value(from: probe)
        let form = probe.form(as: type)
        named.merge(probe.named) { _, new in new }
        return (value, form)
    }
}

private struct ProbeFields<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let probe: Probe
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] {
        probe.isDictionary = true
        return Key(stringValue: "key").map { [$0] } ?? []
    }

    // `decodeIfPresent` asks whether the field is there before it decodes; `decode` does not.
    func contains(_ key: Key) -> Bool {
        probe.optional.insert(key.stringValue)
        return true
    }
    func decodeNil(forKey key: Key) -> Bool { false }
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        let (value, form) = try probe.value(type)
        if probe.isDictionary { probe.element = form } else { probe.properties[key.stringValue] = form }
        return value
    }

    func nestedContainer<NestedKey: CodingKey>(keyedBy type: NestedKey.Type, forKey key: Key) throws -> KeyedDecodingContainer<NestedKey> {
        throw Self.unknown
    }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw Self.unknown }
    func superDecoder() throws -> any Decoder { throw Self.unknown }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw Self.unknown }
    private static var unknown: DecodingError { .dataCorrupted(.init(codingPath: [], debugDescription: "messages decode field by field")) }
}

private struct ProbeElements: UnkeyedDecodingContainer {
    let probe: Probe
    var codingPath: [any CodingKey] { [] }
    var count: Int? { nil }
    private(set) var currentIndex = 0
    /// One element tells what all are.
    var isAtEnd: Bool { currentIndex > 0 }

    init(probe: Probe) { self.probe = probe }

    mutating func decodeNil() -> Bool { false }
    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let (value, form) = try probe.value(type)
        probe.element = form
        currentIndex += 1
        return value
    }

    mutating func nestedContainer<NestedKey: CodingKey>(keyedBy type: NestedKey.Type) throws -> KeyedDecodingContainer<NestedKey> {
        throw Self.unknown
    }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { throw Self.unknown }
    mutating func superDecoder() throws -> any Decoder { throw Self.unknown }
    private static var unknown: DecodingError { .dataCorrupted(.init(codingPath: [], debugDescription: "messages decode field by field")) }
}
