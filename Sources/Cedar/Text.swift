/// A string compared, hashed and ordered by its UTF-8 bytes.
///
/// Cedar strings are sequences of Unicode scalars without normalization: `"é"` and `"e\u{301}"` differ, while Swift's `String` calls
/// them equal. Every string that comes from a policy, a schema, an entity or a request is held as a `Text`.
public struct Text: Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The characters.
    public let string: String

    /// Wraps a string.
    public init(_ string: String) {
        var copy = string
        copy.makeContiguousUTF8()
        self.string = copy
    }

    /// Wraps a piece of a string.
    public init(_ substring: Substring) {
        self.init(String(substring))
    }

    public init(stringLiteral value: String) {
        self.init(value)
    }

    /// The UTF-8 bytes.
    public var utf8: String.UTF8View { string.utf8 }

    /// Whether there are no bytes.
    public var isEmpty: Bool { string.isEmpty }

    /// The string itself, unquoted.
    public var description: String { string }

    /// The hash of the bytes, seeded per process.
    var byteHash: Int {
        var hasher = Hasher()
        hash(into: &hasher)
        return hasher.finalize()
    }
}

extension Text: Hashable {
    public static func == (lhs: Text, rhs: Text) -> Bool {
        let left = lhs.string.utf8Span.span
        let right = rhs.string.utf8Span.span
        guard left.count == right.count else { return false }
        if left.isIdentical(to: right) { return true }
        for index in left.indices where left[index] != right[index] { return false }
        return true
    }

    public func hash(into hasher: inout Hasher) {
        let bytes = unsafe string.utf8.withContiguousStorageIfAvailable { buffer -> Bool in
            // SAFETY: the buffer is only read inside this closure, while the string is alive.
            unsafe hasher.combine(bytes: UnsafeRawBufferPointer(buffer))
            return true
        }
        if bytes == nil {
            for byte in string.utf8 { hasher.combine(byte) }
        }
        hasher.combine(0xFF as UInt8)
    }
}

extension Text: Comparable {
    public static func < (lhs: Text, rhs: Text) -> Bool {
        lhs.string.utf8.lexicographicallyPrecedes(rhs.string.utf8)
    }
}
