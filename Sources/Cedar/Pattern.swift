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

    // The bytes of the literals; nil stands for a wildcard.
    private let pieces: [[UInt8]?]

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
        pieces = elements.map {
            guard case .literal(let text) = $0 else { return nil }
            return Array(text.utf8)
        }
    }

    /// Whether the whole text matches, byte by byte; no normalization, no case folding.
    ///
    /// Takes time proportional to the product of the two lengths at worst.
    public func matches(_ text: Text) -> Bool {
        let bytes = text.string.utf8Span.span
        var position = 0
        var index = 0
        var retry: (index: Int, position: Int)?
        while true {
            if index == pieces.count {
                if position == bytes.count { return true }
            } else if let literal = pieces[index] {
                if Pattern.starts(bytes, at: position, with: literal) {
                    position += literal.count
                    index += 1
                    continue
                }
            } else {
                index += 1
                if index == pieces.count { return true }
                retry = (index, position)
                continue
            }
            // INVARIANT: only the last wildcard is ever retried, one byte further each time.
            guard let last = retry, last.position < bytes.count else { return false }
            retry = (last.index, last.position + 1)
            index = last.index
            position = last.position + 1
        }
    }

    private static func starts(_ bytes: Span<UInt8>, at position: Int, with literal: [UInt8]) -> Bool {
        guard bytes.count - position >= literal.count else { return false }
        for offset in literal.indices where bytes[position + offset] != literal[offset] { return false }
        return true
    }
}
