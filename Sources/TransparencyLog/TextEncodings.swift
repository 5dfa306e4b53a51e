package import Encodings

extension Base64 {
    /// Appends the 44 characters of a digest, without an array in between.
    package static func append(_ hash: Hash, to out: inout [UInt8]) {
        append(digest: (hash.word0, hash.word1, hash.word2, hash.word3), to: &out)
    }
}

/// Decimal numbers as the C2SP formats write them.
package enum Decimal {
    /// The number, or nil unless `text` is ASCII digits without a leading zero (but `0` itself) and at most 2⁶³ − 1.
    ///
    /// The limit keeps every number representable where signed integers are used: in Go's tools, in SQLite and in timestamps.
    package static func parse(_ text: ArraySlice<UInt8>) -> UInt64? {
        guard let first = text.first, text.count <= 19 else { return nil }
        guard first != UInt8(ascii: "0") || text.count == 1 else { return nil }
        var value: UInt64 = 0
        for digit in text {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            // Nineteen digits stay below 10¹⁹, which fits in 64 bits.
            value = value &* 10 &+ UInt64(digit - UInt8(ascii: "0"))
        }
        return value <= UInt64(Int64.max) ? value : nil
    }
}

extension ArraySlice<UInt8> {
    /// The lines of a text in which every line ends in LF; nil when the last one does not. The LFs are left out.
    package func linesEndingInLineFeed() -> [ArraySlice<UInt8>]? {
        guard let last else { return [] }
        guard last == UInt8(ascii: "\n") else { return nil }
        return dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    }

    /// What follows `prefix`, or nil when this does not start with it.
    package func dropping(prefix: StaticString) -> ArraySlice<UInt8>? {
        let expected = Array(prefix.description.utf8)
        guard starts(with: expected) else { return nil }
        return dropFirst(expected.count)
    }
}
