/// A word of a policy or schema text.
public struct Token: Sendable, Hashable {
    /// What kind of word.
    public enum Kind: Sendable, Hashable {
        /// A letter or `_`, then letters, digits, `_`. Keywords are identifiers too.
        case identifier
        /// One or more decimal digits.
        case integer
        /// A string literal with its quotes; escapes not yet read.
        case string
        /// A symbol.
        case symbol(Symbol)
        /// The end of the text; always the last token.
        case end
    }

    /// The symbols of both grammars.
    public enum Symbol: String, Sendable, Hashable {
        case at = "@"
        case dot = "."
        case comma = ","
        case semicolon = ";"
        case colon = ":"
        case doubleColon = "::"
        case leftParenthesis = "("
        case rightParenthesis = ")"
        case leftBrace = "{"
        case rightBrace = "}"
        case leftBracket = "["
        case rightBracket = "]"
        case equal = "="
        case equalEqual = "=="
        case notEqual = "!="
        case less = "<"
        case lessEqual = "<="
        case greater = ">"
        case greaterEqual = ">="
        case or = "||"
        case and = "&&"
        case plus = "+"
        case minus = "-"
        case star = "*"
        case slash = "/"
        case percent = "%"
        case not = "!"
        case question = "?"
    }

    /// What kind of word.
    public let kind: Kind
    /// The characters as written; empty for the end.
    public let text: String
    /// Where it stands.
    public let range: SourceRange

    /// The word as an error message names it.
    public var description: String {
        kind == .end ? "end of input" : "`\(text)`"
    }

    /// Whether this is the identifier or keyword `word`.
    public func isIdentifier(_ word: StaticString) -> Bool {
        kind == .identifier && text == word.description
    }

    /// Whether this is that symbol.
    public func isSymbol(_ symbol: Symbol) -> Bool {
        kind == .symbol(symbol)
    }
}

/// Cuts policy and schema texts into words.
///
/// Source: Cedar policy language, grammar: identifiers and integers are ASCII, blanks are Unicode white space, `//` begins a comment.
public struct Lexer {
    private let bytes: [UInt8]
    private var offset = 0
    private var line = 1
    private var column = 1

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// All words of a text, the end included.
    ///
    /// `<` and `=` directly followed by `=` are one word, as are `::`, `||`, `&&`, `!=` and `>=`.
    ///
    /// - Throws: `invalidToken` where no word begins or a string does not end; `limitExceeded` when the text is too long.
    public static func tokens(of text: String, limits: ParseLimits = .standard) throws(CedarError) -> [Token] {
        guard text.utf8.count <= limits.maximumBytes else {
            throw CedarError(.limitExceeded, "the text is longer than \(limits.maximumBytes) bytes")
        }
        var lexer = Lexer(Array(text.utf8))
        var tokens: [Token] = []
        tokens.reserveCapacity(lexer.bytes.count / 5 + 1)
        while let token = try lexer.next() { tokens.append(token) }
        let end = lexer.location
        tokens.append(Token(kind: .end, text: "", range: SourceRange(start: end, endOffset: end.offset)))
        return tokens
    }

    private var location: SourceLocation { SourceLocation(offset: offset, line: line, column: column) }

    private func byte(at index: Int) -> UInt8? {
        index < bytes.count ? bytes[index] : nil
    }

    private mutating func advance() {
        guard let byte = byte(at: offset) else { return }
        offset += 1
        if byte == UInt8(ascii: "\n") {
            line += 1
            column = 1
        } else if byte & 0xC0 != 0x80 {
            column += 1
        }
    }

    private mutating func advance(to end: Int) {
        while offset < end { advance() }
    }

    /// Length in bytes of the white space scalar at the position, 0 when there is none.
    private func blankLength() -> Int {
        guard let first = byte(at: offset) else { return 0 }
        switch first {
        case 0x09...0x0D, 0x20: return 1
        case 0xC2:
            let second = byte(at: offset + 1)
            return second == 0x85 || second == 0xA0 ? 2 : 0
        case 0xE1: return byte(at: offset + 1) == 0x9A && byte(at: offset + 2) == 0x80 ? 3 : 0
        case 0xE2:
            guard let second = byte(at: offset + 1), let third = byte(at: offset + 2) else { return 0 }
            if second == 0x80 { return (0x80...0x8A).contains(third) || third == 0xA8 || third == 0xA9 || third == 0xAF ? 3 : 0 }
            return second == 0x81 && third == 0x9F ? 3 : 0
        case 0xE3: return byte(at: offset + 1) == 0x80 && byte(at: offset + 2) == 0x80 ? 3 : 0
        default: return 0
        }
    }

    private mutating func skipBlanks() {
        while true {
            let blank = blankLength()
            if blank > 0 {
                advance(to: offset + blank)
            } else if byte(at: offset) == UInt8(ascii: "/"), byte(at: offset + 1) == UInt8(ascii: "/") {
                while let next = byte(at: offset), next != UInt8(ascii: "\n"), next != UInt8(ascii: "\r") { advance() }
            } else {
                return
            }
        }
    }

    private mutating func next() throws(CedarError) -> Token? {
        skipBlanks()
        guard let first = byte(at: offset) else { return nil }
        let start = location
        let kind: Token.Kind
        if Identifier.isStart(first) {
            while let next = byte(at: offset), Identifier.isStart(next) || Identifier.isDigit(next) { advance() }
            kind = .identifier
        } else if Identifier.isDigit(first) {
            while let next = byte(at: offset), Identifier.isDigit(next) { advance() }
            kind = .integer
        } else if first == UInt8(ascii: "\"") {
            try skipString(from: start)
            kind = .string
        } else {
            let symbol = try symbol(first, at: start)
            advance(to: offset + symbol.rawValue.utf8.count)
            kind = .symbol(symbol)
        }
        let text = String(decoding: bytes[start.offset..<offset], as: UTF8.self)
        return Token(kind: kind, text: text, range: SourceRange(start: start, endOffset: offset))
    }

    private mutating func skipString(from start: SourceLocation) throws(CedarError) {
        advance()
        while let next = byte(at: offset) {
            if next == UInt8(ascii: "\"") {
                advance()
                return
            }
            advance()
            if next == UInt8(ascii: "\\") {
                guard let escaped = byte(at: offset), escaped != UInt8(ascii: "\n") else { break }
                advance()
            }
        }
        throw CedarError(.invalidToken, "invalid token: this string does not end", at: start, expected: ["`\"`"])
    }

    private func symbol(_ first: UInt8, at start: SourceLocation) throws(CedarError) -> Token.Symbol {
        let second = byte(at: offset + 1)
        switch (first, second) {
        case (UInt8(ascii: ":"), UInt8(ascii: ":")): return .doubleColon
        case (UInt8(ascii: "="), UInt8(ascii: "=")): return .equalEqual
        case (UInt8(ascii: "!"), UInt8(ascii: "=")): return .notEqual
        case (UInt8(ascii: "<"), UInt8(ascii: "=")): return .lessEqual
        case (UInt8(ascii: ">"), UInt8(ascii: "=")): return .greaterEqual
        case (UInt8(ascii: "|"), UInt8(ascii: "|")): return .or
        case (UInt8(ascii: "&"), UInt8(ascii: "&")): return .and
        default: break
        }
        guard first < 0x80, let symbol = Token.Symbol(rawValue: String(UnicodeScalar(first))) else {
            let scalar = String(decoding: bytes[offset..<min(offset + 4, bytes.count)], as: UTF8.self).unicodeScalars.first ?? " "
            let hint = scalar == "'" ? ["a string in double quotes"] : scalar == "#" ? ["`//` before a comment"] : []
            throw CedarError(.invalidToken, "invalid token: the character `\(scalar)` begins no word", at: start, expected: hint)
        }
        return symbol
    }
}
