/// Reads the escapes of string literals.
///
/// Source: Cedar policy language, grammar, `STR` and `PAT`: `\n \r \t \\ \0 \' \"`, `\xHH` up to 7F, `\u{H…}` with one to six digits;
/// in patterns also `\*`. A bare carriage return is refused.
enum StringLiteral {
    /// The characters a string token stands for.
    ///
    /// - Throws: `invalidEscape`.
    static func text(of token: Token) throws(Fault) -> Text {
        var text = ""
        for scalar in try scalars(of: token, isPattern: false) {
            if let scalar { text.unicodeScalars.append(scalar) }
        }
        return Text(text)
    }

    /// The pattern a string token stands for: every `*`, however it is written, is a wildcard, except `\*`.
    ///
    /// - Throws: `invalidEscape`.
    static func pattern(of token: Token) throws(Fault) -> Pattern {
        Pattern(scalars: try scalars(of: token, isPattern: true))
    }

    private static func scalars(of token: Token, isPattern: Bool) throws(Fault) -> [Unicode.Scalar?] {
        var result: [Unicode.Scalar?] = []
        var rest = token.text.unicodeScalars.dropFirst().dropLast()
        while let scalar = rest.popFirst() {
            if scalar == "\r" { throw failure("\\r", token) }
            guard scalar == "\\" else {
                result.append(isPattern && scalar == "*" ? nil : scalar)
                continue
            }
            let kind = rest.popFirst()
            if isPattern, kind == "*" {
                result.append("*")
                continue
            }
            let value = try escape(kind, &rest, token)
            result.append(isPattern && value == "*" ? nil : value)
        }
        return result
    }

    private static func escape(
        _ kind: Unicode.Scalar?, _ rest: inout Substring.UnicodeScalarView, _ token: Token
    ) throws(Fault) -> Unicode.Scalar {
        switch kind {
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "0": return "\0"
        case "\\": return "\\"
        case "\"": return "\""
        case "'": return "'"
        case "x":
            guard let high = digit(rest.popFirst()), let low = digit(rest.popFirst()), high < 8 else { throw failure("\\x", token) }
            return Unicode.Scalar(UInt8(high * 16 + low))
        case "u":
            return try unicode(&rest, token)
        default:
            throw failure("\\" + (kind.map(String.init) ?? ""), token)
        }
    }

    private static func unicode(
        _ rest: inout Substring.UnicodeScalarView, _ token: Token
    ) throws(Fault) -> Unicode.Scalar {
        guard rest.popFirst() == "{" else { throw failure("\\u", token) }
        var value: UInt32 = 0
        var count = 0
        while let next = rest.popFirst() {
            if next == "}" {
                guard count > 0, let scalar = Unicode.Scalar(value) else { break }
                return scalar
            }
            if next == "_", count > 0 { continue }
            guard let digit = digit(next), count < 6 else { break }
            value = value << 4 | digit
            count += 1
        }
        throw failure("\\u{", token)
    }

    private static func digit(_ scalar: Unicode.Scalar?) -> UInt32? {
        guard let scalar, scalar.isASCII, let digit = hexadecimalDigit(UInt8(truncatingIfNeeded: scalar.value)) else { return nil }
        return UInt32(digit)
    }

    private static func failure(_ escape: String, _ token: Token) -> Fault {
        Fault(
            .invalidEscape, "`\(escape)` is not a valid escape in \(token.text)", at: token.range.start,
            expected: ["\\n", "\\r", "\\t", "\\0", "\\\\", "\\\"", "\\'", "\\xHH", "\\u{H}"])
    }
}
