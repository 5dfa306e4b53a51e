/// The right side of `like`: literal characters and wildcards.
public struct Pattern: Sendable, Hashable {
    /// One piece of a pattern.
    public enum Element: Sendable, Hashable {
        /// Any number of characters.
        case wildcard
        /// One or more characters that match themselves.
        case literal(Text)
    }

    /// The pieces in order. No two literals and no two wildcards stand side by side.
    public let elements: [Element]
    /// How the pattern was written, scalar by scalar, adjacent wildcards kept; nil stands for a wildcard.
    public let scalars: [Unicode.Scalar?]

    // What a text must begin with, end with, and hold in between in this order. Without a wildcard all of it is `head`.
    private let head: [UInt8]
    private let tail: [UInt8]
    private let middle: [Needle]
    private let hasWildcard: Bool

    /// Creates a pattern from scalars; nil stands for a wildcard.
    public init(scalars: [Unicode.Scalar?]) {
        self.scalars = scalars
        var elements: [Element] = []
        var literal = ""
        for scalar in scalars {
            if let scalar {
                literal.unicodeScalars.append(scalar)
                continue
            }
            if !literal.isEmpty { elements.append(.literal(Text(literal))) }
            literal = ""
            if elements.last != .wildcard { elements.append(.wildcard) }
        }
        if !literal.isEmpty { elements.append(.literal(Text(literal))) }
        self.elements = elements
        hasWildcard = elements.contains(.wildcard)
        var literals = elements.map { element -> [UInt8] in
            guard case .literal(let text) = element else { return [] }
            return Array(text.utf8)
        }
        // An element that is a wildcard became an empty literal, which everything begins and ends with.
        head = literals.first ?? []
        tail = hasWildcard ? literals.last ?? [] : []
        literals = Array(literals.dropFirst().dropLast())
        middle = literals.filter { !$0.isEmpty }.map(Needle.init)
    }

    /// Whether the whole text matches, byte by byte; no normalization, no case folding.
    ///
    /// Takes time proportional to the sum of the two lengths.
    public func matches(_ text: Text) -> Bool {
        let bytes = text.string.utf8Span.span
        guard hasWildcard else { return bytes.count == head.count && Pattern.isEqual(bytes, at: 0, head) }
        guard bytes.count >= head.count + tail.count, Pattern.isEqual(bytes, at: 0, head) else { return false }
        let end = bytes.count - tail.count
        guard Pattern.isEqual(bytes, at: end, tail) else { return false }
        // The first place for each literal leaves the most room for those after it.
        var position = head.count
        for needle in middle {
            guard let found = needle.end(in: bytes, from: position, to: end) else { return false }
            position = found
        }
        return true
    }

    /// Whether the literal stands at `position`, where there is room for it.
    private static func isEqual(_ bytes: Span<UInt8>, at position: Int, _ literal: [UInt8]) -> Bool {
        for offset in literal.indices where bytes[position + offset] != literal[offset] { return false }
        return true
    }
}

/// A literal that is searched for in time proportional to the text, whatever the two are made of.
///
/// Source: Knuth, Morris and Pratt, "Fast Pattern Matching in Strings", 1977.
private struct Needle: Sendable, Hashable {
    /// At least one byte.
    private let bytes: [UInt8]
    /// For each length of a part that matched, how much of it still matches one byte further on.
    private let overlaps: [Int]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var overlaps = [0]
        overlaps.reserveCapacity(bytes.count)
        var matched = 0
        for byte in bytes.dropFirst() {
            while matched > 0, bytes[matched] != byte { matched = overlaps[matched - 1] }
            if bytes[matched] == byte { matched += 1 }
            overlaps.append(matched)
        }
        self.overlaps = overlaps
    }

    /// Where the first occurrence between the two positions ends; nil when there is none.
    func end(in text: Span<UInt8>, from start: Int, to end: Int) -> Int? {
        var matched = 0
        var position = start
        while position < end {
            let byte = text[position]
            while matched > 0, bytes[matched] != byte { matched = overlaps[matched - 1] }
            if bytes[matched] == byte { matched += 1 }
            position += 1
            if matched == bytes.count { return position }
        }
        return nil
    }
}
