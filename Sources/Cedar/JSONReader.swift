extension JSON {
    /// Reads one JSON text.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8 without a byte order mark.
    ///   - maximumDepth: greatest nesting of arrays and objects.
    /// - Throws: `invalidJSON` for anything that is not exactly one JSON value, for a name that occurs twice in an object, for a lone
    ///   surrogate, and for bytes that are not UTF-8; `limitExceeded` when it nests too deep or is longer than `maximumBytes`.
    public init(parsing bytes: [UInt8], maximumDepth: Int = 127, maximumBytes: Int = 256 << 20) throws(CedarError) {
        guard bytes.count <= maximumBytes else {
            throw CedarError(.limitExceeded, "the JSON text is longer than \(maximumBytes) bytes")
        }
        var reader = JSONReader(bytes: bytes, maximumDepth: maximumDepth)
        self = try reader.document()
    }

    /// Reads one JSON text.
    ///
    /// - Throws: as `init(parsing:maximumDepth:maximumBytes:)` for bytes.
    public init(parsing text: String, maximumDepth: Int = 127) throws(CedarError) {
        try self.init(parsing: Array(text.utf8), maximumDepth: maximumDepth)
    }
}

private struct JSONReader {
    let bytes: [UInt8]
    let maximumDepth: Int
    var offset = 0
    var depth = 0

    init(bytes: [UInt8], maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
    }

    var current: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    func failure(_ message: String) -> CedarError {
        var line = 1
        var column = 1
        for byte in bytes.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        return CedarError(.invalidJSON, message, at: SourceLocation(offset: min(offset, bytes.count), line: line, column: column))
    }

    mutating func document() throws(CedarError) -> JSON {
        let value = try value()
        skipBlanks()
        guard offset == bytes.count else { throw failure("text after the end of the JSON value") }
        return value
    }

    mutating func skipBlanks() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard current == byte else { return false }
        offset += 1
        return true
    }

    mutating func value() throws(CedarError) -> JSON {
        skipBlanks()
        guard let byte = current else { throw failure("unexpected end of the JSON text") }
        switch byte {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw failure("unexpected character in the JSON text")
        }
    }

    mutating func word(_ word: StaticString, _ value: JSON) throws(CedarError) -> JSON {
        for byte in word.description.utf8 {
            guard take(byte) else { throw failure("expected `\(word)`") }
        }
        return value
    }

    mutating func descend() throws(CedarError) {
        guard depth < maximumDepth else {
            throw CedarError(.limitExceeded, "the JSON text nests more than \(maximumDepth) levels deep", at: failure("").location)
        }
        depth += 1
    }

    mutating func array() throws(CedarError) -> JSON {
        try descend()
        offset += 1
        var elements: [JSON] = []
        skipBlanks()
        if !take(UInt8(ascii: "]")) {
            repeat {
                elements.append(try value())
                skipBlanks()
            } while take(UInt8(ascii: ","))
            guard take(UInt8(ascii: "]")) else { throw failure("expected `,` or `]`") }
        }
        depth -= 1
        return .array(elements)
    }

    mutating func object() throws(CedarError) -> JSON {
        try descend()
        offset += 1
        var members: [JSON.Member] = []
        var names: Set<Text> = []
        skipBlanks()
        if !take(UInt8(ascii: "}")) {
            repeat {
                skipBlanks()
                guard current == UInt8(ascii: "\"") else { throw failure("expected a name in quotes") }
                let name = try string()
                // A handful of names is compared directly; a table is made for more.
                let isNew: Bool
                if members.count < 8 {
                    isNew = !members.contains { $0.name == name }
                } else {
                    if names.isEmpty { names = Set(members.map(\.name)) }
                    isNew = names.insert(name).inserted
                }
                guard isNew else { throw failure("the name \(name.quoted) occurs twice in an object") }
                skipBlanks()
                guard take(UInt8(ascii: ":")) else { throw failure("expected `:`") }
                members.append(JSON.Member(name, try value()))
                skipBlanks()
            } while take(UInt8(ascii: ","))
            guard take(UInt8(ascii: "}")) else { throw failure("expected `,` or `}`") }
        }
        depth -= 1
        return .object(members)
    }

    mutating func number() throws(CedarError) -> JSON {
        let start = offset
        let negative = take(UInt8(ascii: "-"))
        let digitsStart = offset
        while let byte = current, Identifier.isDigit(byte) { offset += 1 }
        let digits = bytes[digitsStart..<offset]
        guard !digits.isEmpty, digits.count == 1 || digits.first != UInt8(ascii: "0") else { throw failure("malformed number") }
        var isInteger = true
        if take(UInt8(ascii: ".")) {
            isInteger = false
            try moreDigits()
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isInteger = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try moreDigits()
        }
        // `-0` is a floating-point number, as in other readers of this language's JSON.
        let isNegativeZero = negative && digits.elementsEqual([UInt8(ascii: "0")])
        if isInteger, !isNegativeZero, let value = signedInteger(digits, negative: negative) { return .integer(value) }
        return .number(String(decoding: bytes[start..<offset], as: UTF8.self))
    }

    mutating func moreDigits() throws(CedarError) {
        let start = offset
        while let byte = current, Identifier.isDigit(byte) { offset += 1 }
        guard offset > start else { throw failure("malformed number") }
    }

    mutating func string() throws(CedarError) -> Text {
        offset += 1
        let start = offset
        while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { offset += 1 }
        if current == UInt8(ascii: "\"") {
            defer { offset += 1 }
            return try text(bytes[start..<offset])
        }
        var buffer = Array(bytes[start..<offset])
        while let byte = current {
            offset += 1
            switch byte {
            case UInt8(ascii: "\""): return try text(buffer[...])
            case UInt8(ascii: "\\"): try escape(into: &buffer)
            case 0..<0x20: throw failure("control character in a string")
            default: buffer.append(byte)
            }
        }
        throw failure("this string does not end")
    }

    func text(_ slice: ArraySlice<UInt8>) throws(CedarError) -> Text {
        guard let string = String(validating: slice, as: UTF8.self) else { throw failure("a string is not valid UTF-8") }
        return Text(string)
    }

    mutating func escape(into buffer: inout [UInt8]) throws(CedarError) {
        let byte = current
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): buffer.append(byte ?? 0)
        case UInt8(ascii: "b"): buffer.append(0x08)
        case UInt8(ascii: "f"): buffer.append(0x0C)
        case UInt8(ascii: "n"): buffer.append(0x0A)
        case UInt8(ascii: "r"): buffer.append(0x0D)
        case UInt8(ascii: "t"): buffer.append(0x09)
        case UInt8(ascii: "u"):
            var value = try codeUnit()
            if (0xD800..<0xDC00).contains(value) {
                guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw failure("lone surrogate in a string") }
                let low = try codeUnit()
                guard (0xDC00..<0xE000).contains(low) else { throw failure("lone surrogate in a string") }
                value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(value) else { throw failure("lone surrogate in a string") }
            buffer.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        default: throw failure("unknown escape in a string")
        }
    }

    mutating func codeUnit() throws(CedarError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = current, let digit = hexadecimalDigit(byte) else { throw failure("malformed \\u escape") }
            value = value << 4 | UInt32(digit)
            offset += 1
        }
        return value
    }
}
