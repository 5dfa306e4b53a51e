import TransparencyLog

/// A flat JSON object in its one canonical form: keys in ascending order and each once, no white space, no escapes, numbers from 0 to
/// 2⁶³ − 1 without leading zeros, texts that are tokens.
///
/// A subset of RFC 8785, small enough that anybody can write a reader for it.
struct CanonicalObject {
    enum Value: Hashable {
        case text(Token)
        case number(UInt64)
        case flag(Bool)
        case list([Token])
    }

    private(set) var values: [String: Value] = [:]

    subscript(_ key: String) -> Value? {
        get { values[key] }
        set { values[key] = newValue }
    }

    /// The canonical bytes.
    var bytes: [UInt8] {
        var out: [UInt8] = [UInt8(ascii: "{")]
        for (key, value) in values.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            if out.count > 1 { out.append(UInt8(ascii: ",")) }
            out += Array("\"\(key)\":".utf8)
            switch value {
            case .text(let token): out += Array("\"\(token.text)\"".utf8)
            case .number(let number): out += Array(String(number).utf8)
            case .flag(let flag): out += Array(String(flag).utf8)
            case .list(let tokens): out += Array("[\(tokens.map { "\"\($0.text)\"" }.joined(separator: ","))]".utf8)
            }
        }
        return out + [UInt8(ascii: "}")]
    }

    init() {}

    /// Reads canonical bytes.
    ///
    /// - Throws: `malformedSegment` for anything else.
    init(parsing bytes: [UInt8]) throws(LedgerFormatError) {
        guard bytes.count <= SideEntry.maximumSegmentByteCount else { throw .malformedSegment }
        var reader = CanonicalReader(rest: bytes[...])
        try reader.expect("{")
        if reader.rest.first != UInt8(ascii: "}") {
            repeat {
                let key = try reader.text().text
                try reader.expect(":")
                guard values.updateValue(try reader.value(), forKey: key) == nil else { throw .malformedSegment }
            } while reader.takes(",")
        }
        try reader.expect("}")
        // Order, and everything else that has more than one spelling.
        guard reader.rest.isEmpty, self.bytes == bytes else { throw .malformedSegment }
    }
}

/// Takes values off the front of canonical bytes. Lists hold texts only, so nothing nests.
private struct CanonicalReader {
    var rest: ArraySlice<UInt8>

    mutating func takes(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }

    mutating func expect(_ character: Unicode.Scalar) throws(LedgerFormatError) {
        guard takes(character) else { throw .malformedSegment }
    }

    mutating func text() throws(LedgerFormatError) -> Token {
        try expect("\"")
        guard let end = rest.firstIndex(of: UInt8(ascii: "\"")) else { throw .malformedSegment }
        let characters = rest[rest.startIndex..<end]
        rest = rest[(end + 1)...]
        do {
            return try Token(utf8: characters)
        } catch {
            throw .malformedSegment
        }
    }

    mutating func value() throws(LedgerFormatError) -> CanonicalObject.Value {
        switch rest.first {
        case UInt8(ascii: "\""): return .text(try text())
        case UInt8(ascii: "["):
            try expect("[")
            var tokens: [Token] = []
            if takes("]") { return .list([]) }
            repeat { tokens.append(try text()) } while takes(",")
            try expect("]")
            return .list(tokens)
        case UInt8(ascii: "t"), UInt8(ascii: "f"):
            for (word, flag) in [("true", true), ("false", false)] where rest.starts(with: word.utf8) {
                rest = rest.dropFirst(word.utf8.count)
                return .flag(flag)
            }
            throw .malformedSegment
        default:
            let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard let number = Decimal.parse(digits) else { throw .malformedSegment }
            rest = rest.dropFirst(digits.count)
            return .number(number)
        }
    }
}
