/// A short technical label in a fact: 1 to 40 characters out of letters, digits, space and `.,:;/()-`, no space at either end.
///
/// For version numbers and citations of law, never for names; the narrow alphabet keeps free text out of the facts. Codable as text.
public struct Label: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// The label itself.
    public let text: String

    /// The label, or nil when the text is none.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard (1...40).contains(bytes.count), bytes.first != 32, bytes.last != 32, bytes.allSatisfy(Self.isAllowed) else { return nil }
        self.text = text
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: " .,:;/()-".utf8.contains(byte)
        }
    }

    public var description: String { text }
    public static func < (a: Label, b: Label) -> Bool { a.text.utf8.lexicographicallyPrecedes(b.text.utf8) }

    /// Throws ``HouseholdError`` `malformedLabel`.
    public init(from decoder: any Decoder) throws {
        guard let label = Label(try decoder.singleValueContainer().decode(String.self)) else { throw HouseholdError(.malformedLabel) }
        self = label
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// Exactly 32 bytes, written as 64 lower-case hexadecimal digits: a digest or a public key.
public struct Bytes32: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The 32 bytes.
    public let bytes: [UInt8]

    /// Nil unless there are exactly 32.
    public init?(_ bytes: some Sequence<UInt8>) {
        let all = Array(bytes)
        guard all.count == 32 else { return nil }
        self.bytes = all
    }

    /// Reads 64 lower-case hexadecimal digits; nil for anything else.
    public init?(hex text: String) {
        let utf8 = Array(text.utf8)
        guard utf8.count == 64 else { return nil }
        var all: [UInt8] = []
        for index in stride(from: 0, to: 64, by: 2) {
            guard let high = Self.nibble(utf8[index]), let low = Self.nibble(utf8[index + 1]) else { return nil }
            all.append(high << 4 | low)
        }
        bytes = all
    }

    private static func nibble(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Throws ``HouseholdError`` `malformedLabel`.
    public init(from decoder: any Decoder) throws {
        guard let value = Bytes32(hex: try decoder.singleValueContainer().decode(String.self)) else {
            throw HouseholdError(.malformedLabel)
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
