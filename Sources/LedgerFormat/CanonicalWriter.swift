import TransparencyLog

/// Writes a flat JSON object in its canonical form, field by field, straight into its bytes.
///
/// INVARIANT: the caller adds its fields in ascending order of their keys, each once. Whoever reads a segment holds its bytes against
/// ``CanonicalObject``, which sorts them itself, so a mistake here makes the segment unreadable at once and not ambiguous later.
struct CanonicalWriter {
    private var out: [UInt8] = []

    /// - Parameter capacity: bytes that will probably do.
    init(capacity: Int = 1024) {
        out.reserveCapacity(capacity)
        out.append(UInt8(ascii: "{"))
    }

    /// The canonical bytes; nothing can be added afterwards.
    consuming func finish() -> [UInt8] {
        out.append(UInt8(ascii: "}"))
        return out
    }

    mutating func add(_ key: StaticString, _ token: Token?) {
        guard let token else { return }
        begin(key)
        quote(token)
    }

    /// A list without tokens is left out.
    mutating func add(_ key: StaticString, _ tokens: [Token]) {
        guard !tokens.isEmpty else { return }
        list(key, tokens.count) { tokens[$0] }
    }

    /// A list of as many tokens as `count` says, which is not 0.
    mutating func list(_ key: StaticString, _ count: Int, _ token: (Int) -> Token) {
        begin(key)
        out.append(UInt8(ascii: "["))
        for position in 0..<count {
            if position > 0 { out.append(UInt8(ascii: ",")) }
            quote(token(position))
        }
        out.append(UInt8(ascii: "]"))
    }

    mutating func add(_ key: StaticString, number: UInt64) {
        begin(key)
        var digits = String(number)
        append(&digits)
    }

    mutating func add(_ key: StaticString, flag: Bool) {
        begin(key)
        append(flag ? "true" : "false")
    }

    /// A word of a closed list, which is always on the allow-list of tokens.
    mutating func add<Code: RawRepresentable<String>>(_ key: StaticString, code: Code?) {
        guard let code else { return }
        begin(key)
        out.append(UInt8(ascii: "\""))
        var text = code.rawValue
        append(&text)
        out.append(UInt8(ascii: "\""))
    }

    private mutating func begin(_ key: StaticString) {
        if out.count > 1 { out.append(UInt8(ascii: ",")) }
        out.append(UInt8(ascii: "\""))
        append(key)
        out.append(UInt8(ascii: "\""))
        out.append(UInt8(ascii: ":"))
    }

    private mutating func quote(_ token: Token) {
        out.append(UInt8(ascii: "\""))
        var text = token.text
        append(&text)
        out.append(UInt8(ascii: "\""))
    }

    private mutating func append(_ word: StaticString) {
        // SAFETY: a static string is UTF-8 for as long as the program runs.
        unsafe out.append(contentsOf: UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }

    private mutating func append(_ text: inout String) {
        // SAFETY: the buffer is valid during the call.
        text.withUTF8 { unsafe out.append(contentsOf: $0) }
    }
}
