/// A string compared, hashed and ordered by its UTF-8 bytes.
///
/// Cedar strings are sequences of Unicode scalars without normalization: `"é"` and `"e\u{301}"` differ, while Swift's `String` calls
/// them equal. Every string that comes from a policy, a schema, an entity or a request is held as a `Text`. One word to copy; the hash is
/// computed once.
public struct Text: Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    private final class Storage: Sendable {
        let string: String
        let hash: Int
        let isASCII: Bool

        init(_ string: String) {
            var copy = string
            copy.makeContiguousUTF8()
            self.string = copy
            var hasher = Hasher()
            var isASCII = true
            let span = copy.utf8Span.span
            for index in span.indices {
                hasher.combine(span[index])
                isASCII = isASCII && span[index] < 0x80
            }
            hash = hasher.finalize()
            self.isASCII = isASCII
        }
    }

    private let storage: Storage

    /// The characters.
    public var string: String { storage.string }

    /// The hash of the bytes, computed at creation, seeded per process.
    var hash: Int { storage.hash }

    /// Wraps a string.
    public init(_ string: String) {
        storage = Storage(string)
    }

    /// Wraps a piece of a string.
    public init(_ substring: Substring) {
        self.init(String(substring))
    }

    public init(stringLiteral value: String) {
        self.init(value)
    }

    /// The UTF-8 bytes.
    public var utf8: String.UTF8View { storage.string.utf8 }

    /// Whether there are no bytes.
    public var isEmpty: Bool { storage.string.isEmpty }

    /// The string itself, unquoted.
    public var description: String { storage.string }
}

extension Text: Hashable {
    public static func == (lhs: Text, rhs: Text) -> Bool {
        let left = lhs.storage
        let right = rhs.storage
        if left === right { return true }
        guard left.hash == right.hash, left.isASCII == right.isASCII else { return false }
        // Swift compares ASCII strings by their bytes; only others could be equal without being the same.
        return left.isASCII ? left.string == right.string : left.string.utf8.elementsEqual(right.string.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(storage.hash)
    }
}

extension Text: Comparable {
    public static func < (lhs: Text, rhs: Text) -> Bool {
        lhs.string.utf8.lexicographicallyPrecedes(rhs.string.utf8)
    }
}
