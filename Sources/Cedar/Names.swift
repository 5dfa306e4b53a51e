/// The name of an entity type with its namespace, for example `Domain::Worker`.
public struct EntityTypeName: Sendable, Hashable, Comparable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The whole name, components joined by `::`.
    public let text: Text

    /// Wraps a name without looking at its form; a name that is not well-formed equals no name in any policy.
    public init(_ text: Text) {
        self.text = text
    }

    /// Wraps a name without looking at its form.
    public init(_ string: String) {
        self.init(Text(string))
    }

    public init(stringLiteral value: String) {
        self.init(value)
    }

    /// Reads a name: identifiers joined by `::` without blanks, none of them reserved.
    ///
    /// - Throws: `CedarError` with code `invalidName` or `reservedIdentifier`.
    /// Source: Cedar policy language, grammar of policies, `Path`.
    public init(parsing string: String) throws(CedarError) {
        for component in EntityTypeName.split(string) {
            guard Identifier.isWellFormed(component) else {
                throw CedarError(.invalidName, "`\(string)` is not a valid entity type name")
            }
            guard !Identifier.isReserved(component) else {
                throw CedarError(.reservedIdentifier, "`\(component)` in `\(string)` is reserved and cannot be used in a name")
            }
        }
        self.init(Text(string))
    }

    /// The identifiers the name is made of, outermost namespace first; at least one.
    public var components: [String] { EntityTypeName.split(text.string).map(String.init) }

    /// The last identifier.
    public var baseName: String { EntityTypeName.split(text.string).last.map(String.init) ?? "" }

    /// Everything before the last identifier, joined by `::`; nil when there is no namespace.
    public var namespace: String? {
        let parts = EntityTypeName.split(text.string).dropLast()
        return parts.isEmpty ? nil : parts.joined(separator: "::")
    }

    /// Whether entities of this type are actions: the last identifier is `Action`.
    public var isAction: Bool { baseName.utf8.elementsEqual("Action".utf8) }

    public var description: String { text.string }

    public static func < (lhs: EntityTypeName, rhs: EntityTypeName) -> Bool { lhs.text < rhs.text }

    private static func split(_ string: String) -> [Substring] {
        var parts: [Substring] = []
        let bytes = string.utf8
        var start = bytes.startIndex
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let next = bytes.index(after: index)
            if bytes[index] == UInt8(ascii: ":"), next < bytes.endIndex, bytes[next] == UInt8(ascii: ":") {
                parts.append(string[start..<index])
                index = bytes.index(after: next)
                start = index
            } else {
                index = next
            }
        }
        parts.append(string[start...])
        return parts
    }
}

/// The rules for identifiers in policies and schemas.
public enum Identifier {
    /// Identifiers that cannot be used as names, attributes after a dot, or variables.
    ///
    /// Source: Cedar policy language, grammar of policies, `RESERVED`.
    static let reserved: Set<String> = ["true", "false", "if", "then", "else", "in", "is", "like", "has", "__cedar"]

    /// Whether the text is a letter or `_`, then letters, digits or `_` (all ASCII).
    public static func isWellFormed(_ text: some StringProtocol) -> Bool {
        var first = true
        for byte in text.utf8 {
            guard isStart(byte) || (!first && isDigit(byte)) else { return false }
            first = false
        }
        return !first
    }

    /// Whether the identifier is one of the words of the language that no name may use.
    public static func isReserved(_ text: some StringProtocol) -> Bool {
        text.utf8.count <= 8 && reserved.contains(String(text))
    }

    static func isStart(_ byte: UInt8) -> Bool {
        (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z") || byte == UInt8(ascii: "_")
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }
}

/// An entity's identity: its type and its identifier within the type.
///
/// One word to copy; hashing uses a value computed once.
public struct EntityUID: Sendable, Hashable, CustomStringConvertible {
    final class Storage: Sendable {
        let type: EntityTypeName
        let id: Text
        let hash: Int

        init(type: EntityTypeName, id: Text) {
            self.type = type
            self.id = id
            // Both are evenly spread already; the rotation keeps type and identifier apart.
            hash = (type.text.hash << 21 | Int(bitPattern: UInt(bitPattern: type.text.hash) >> 43)) ^ id.hash
        }
    }

    let storage: Storage

    /// The entity type.
    public var type: EntityTypeName { storage.type }

    /// The identifier within the type; any text, the empty one too.
    public var id: Text { storage.id }

    /// Hash of type and identifier, computed at creation, seeded per process.
    var hash: Int { storage.hash }

    /// Names the entity of that type with that identifier.
    public init(type: EntityTypeName, id: Text) {
        storage = Storage(type: type, id: id)
    }

    /// Names the entity of that type with that identifier, without looking at the form of the type's name.
    public init(type: String, id: String) {
        self.init(type: EntityTypeName(type), id: Text(id))
    }

    public static func == (lhs: EntityUID, rhs: EntityUID) -> Bool {
        let left = lhs.storage
        let right = rhs.storage
        return left === right || (left.hash == right.hash && left.id == right.id && left.type == right.type)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(storage.hash)
    }

    /// The entity as policy text: `Type::"id"`, special characters escaped.
    public var description: String { "\(type)::\(id.quoted)" }
}

extension EntityUID: Comparable {
    /// By type, then by identifier, both as bytes.
    public static func < (lhs: EntityUID, rhs: EntityUID) -> Bool {
        lhs.type == rhs.type ? lhs.id < rhs.id : lhs.type < rhs.type
    }
}

extension Text {
    /// The text as a string literal of the policy language.
    public var quoted: String {
        var result = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case "\0": result += "\\0"
            case let other where other.value < 0x20 || other.value == 0x7F: result += "\\u{\(String(other.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
