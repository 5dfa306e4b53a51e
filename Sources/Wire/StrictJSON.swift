/// A JSON value as it stood in the bytes, keys in their order.
public enum JSONTree: Equatable, Sendable {
    case null
    case bool(Bool)
    /// The digits as written.
    case number(String)
    case string(String)
    case array([JSONTree])
    case object([(key: String, value: JSONTree)])

    public static func == (left: JSONTree, right: JSONTree) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.number(let a), .number(let b)): a.utf8.elementsEqual(b.utf8)
        case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)):
            a.count == b.count && zip(a, b).allSatisfy { $0.key.utf8.elementsEqual($1.key.utf8) && $0.value == $1.value }
        default: false
        }
    }

    /// The value of a key; nil where this is no object or has no such key. Keys are compared as UTF-8 bytes.
    public subscript(_ key: String) -> JSONTree? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
    }
}

/// How much a reader takes before it refuses.
public struct JSONLimits: Sendable {
    /// Bytes of the whole text.
    public let bytes: Int
    /// Arrays and objects inside one another; a bare object has depth 1.
    public let depth: Int
    /// Elements of one array.
    public let elements: Int

    /// 1 MiB, 32 levels and arrays of any length, unless told.
    public init(bytes: Int = 1 << 20, depth: Int = 32, elements: Int = .max) {
        self.bytes = bytes
        self.depth = depth
        self.elements = elements
    }
}

/// A JSON reader that refuses what other readers let through: duplicate keys, deep nesting, oversize texts,
/// bytes that are not UTF-8, lone surrogates, and anything after the value.
///
/// Two keys count as the same when their bytes are the same after escapes are resolved.
/// Source: RFC 8259 §2–§8; RFC 8259 §4 leaves duplicate keys open, this reader does not.
public enum StrictJSON {
    /// The one value in `text`, with white space around it allowed.
    public static func parse(_ text: [UInt8], limits: JSONLimits = JSONLimits()) throws(WireError) -> JSONTree {
        guard text.count <= limits.bytes else { throw .tooLarge(limit: limits.bytes) }
        var reader = JSONReader(text: text, limits: limits)
        return try reader.whole()
    }

    /// Reads `text` and throws the tree away: the check that stands before decoding.
    public static func check(_ text: [UInt8], limits: JSONLimits = JSONLimits()) throws(WireError) {
        _ = try parse(text, limits: limits)
    }
}

/// Recursion follows the nesting, which `limits.depth` bounds before each step down.
private struct JSONReader {
    let text: [UInt8]
    let limits: JSONLimits
    var at = 0

    init(text: [UInt8], limits: JSONLimits) {
        self.text = text
        self.limits = limits
    }

    var malformed: WireError { .malformed(at: at) }

    mutating func whole() throws(WireError) -> JSONTree {
        let tree = try value(depth: 0)
        skipSpace()
        guard at == text.count else { throw malformed }
        return tree
    }

    mutating func skipSpace() {
        while at < text.count, text[at] == 0x20 || text[at] == 0x0A || text[at] == 0x0D || text[at] == 0x09 { at += 1 }
    }

    func peek() -> UInt8? { at < text.count ? text[at] : nil }

    mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        at += 1
        return true
    }

    mutating func value(depth: Int) throws(WireError) -> JSONTree {
        skipSpace()
        guard let byte = peek() else { throw malformed }
        switch byte {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        default: throw malformed
        }
    }

    mutating func word(_ letters: StaticString, _ meaning: JSONTree) throws(WireError) -> JSONTree {
        for byte in "\(letters)".utf8 {
            guard take(byte) else { throw malformed }
        }
        return meaning
    }

    mutating func object(depth: Int) throws(WireError) -> JSONTree {
        guard depth < limits.depth else { throw .tooDeep(limit: limits.depth) }
        at += 1
        var members: [(key: String, value: JSONTree)] = []
        var seen: Set<[UInt8]> = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object([]) }
        while true {
            skipSpace()
            let start = at
            guard peek() == UInt8(ascii: "\"") else { throw malformed }
            let key = try string()
            guard seen.insert(Array(key.utf8)).inserted else { throw .duplicateKey(at: start) }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw malformed }
            members.append((key, try value(depth: depth + 1)))
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw malformed }
        }
    }

    mutating func array(depth: Int) throws(WireError) -> JSONTree {
        guard depth < limits.depth else { throw .tooDeep(limit: limits.depth) }
        at += 1
        var elements: [JSONTree] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array([]) }
        while true {
            guard elements.count < limits.elements else { throw .tooMany(limit: limits.elements, at: at) }
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            guard take(UInt8(ascii: ",")) else { throw malformed }
        }
    }

    mutating func number() throws(WireError) -> String {
        let start = at
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        return String(decoding: text[start..<at], as: UTF8.self)
    }

    mutating func digits() throws(WireError) {
        let start = at
        while let byte = peek(), byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { at += 1 }
        guard at > start else { throw malformed }
    }

    mutating func string() throws(WireError) -> String {
        at += 1
        var bytes: [UInt8] = []
        while let byte = peek() {
            at += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: bytes, as: UTF8.self) else { throw malformed }
                return string
            case UInt8(ascii: "\\"): bytes.append(contentsOf: String(try escaped()).utf8)
            case 0..<0x20: throw malformed
            default: bytes.append(byte)
            }
        }
        throw malformed
    }

    mutating func escaped() throws(WireError) -> Unicode.Scalar {
        guard let byte = peek() else { throw malformed }
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let unit = try hexUnit()
            if unit >= 0xD800, unit < 0xDC00 {
                guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw malformed }
                let low = try hexUnit()
                guard low >= 0xDC00, low < 0xE000 else { throw malformed }
                guard let scalar = Unicode.Scalar(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)) else { throw malformed }
                return scalar
            }
            guard let scalar = Unicode.Scalar(unit) else { throw malformed }
            return scalar
        default: throw malformed
        }
    }

    mutating func hexUnit() throws(WireError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek() else { throw malformed }
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw malformed
            }
            at += 1
            unit = unit << 4 | UInt32(digit)
        }
        return unit
    }
}
