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

    /// INVARIANT: ascending by key, each key once. Keys are ASCII, this module's own or tokens, so `<` and `==` are those of the bytes.
    private var fields: [(key: String, value: Value)] = []

    var isEmpty: Bool { fields.isEmpty }

    subscript(_ key: String) -> Value? {
        get {
            let place = place(of: key)
            return place < fields.count && fields[place].key == key ? fields[place].value : nil
        }
        set {
            let place = place(of: key)
            let isThere = place < fields.count && fields[place].key == key
            switch (newValue, isThere) {
            case (let value?, true): fields[place].value = value
            case (let value?, false): fields.insert((key, value), at: place)
            case (nil, true): fields.remove(at: place)
            case (nil, false): break
            }
        }
    }

    /// Where the key stands, or would stand.
    private func place(of key: String) -> Int {
        var low = 0
        var high = fields.count
        while low < high {
            let middle = (low + high) / 2
            if fields[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The canonical bytes.
    var bytes: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(1024)
        out.append(UInt8(ascii: "{"))
        for (key, value) in fields {
            if out.count > 1 { out.append(UInt8(ascii: ",")) }
            Self.quote(key, into: &out)
            out.append(UInt8(ascii: ":"))
            switch value {
            case .text(let token): Self.quote(token.text, into: &out)
            case .number(let number): out.append(contentsOf: String(number).utf8)
            case .flag(let flag): out.append(contentsOf: flag ? "true".utf8 : "false".utf8)
            case .list(let tokens):
                out.append(UInt8(ascii: "["))
                for (position, token) in tokens.enumerated() {
                    if position > 0 { out.append(UInt8(ascii: ",")) }
                    Self.quote(token.text, into: &out)
                }
                out.append(UInt8(ascii: "]"))
            }
        }
        out.append(UInt8(ascii: "}"))
        return out
    }

    private static func quote(_ text: String, into out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        out.append(contentsOf: text.utf8)
        out.append(UInt8(ascii: "\""))
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
                guard self[key] == nil else { throw .malformedSegment }
                self[key] = try reader.value()
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
