import Cedar
import Testing

/// `like`, held against the rules of the language followed to the letter.
@Suite struct PatternTests {
    /// Tries every length for every wildcard.
    private func matches(_ pattern: ArraySlice<Unicode.Scalar?>, _ text: ArraySlice<Unicode.Scalar>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        guard let scalar = first else {
            return matches(pattern.dropFirst(), text) || (!text.isEmpty && matches(pattern, text.dropFirst()))
        }
        return text.first == scalar && matches(pattern.dropFirst(), text.dropFirst())
    }

    private func text(_ scalars: [Unicode.Scalar]) -> Text {
        var string = String.UnicodeScalarView()
        string.append(contentsOf: scalars)
        return Text(String(string))
    }

    @Test(arguments: [UInt64.random(in: 0...UInt64.max), 1])
    func agreesWithTryingEverything(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        // Few letters, so that literals overlap themselves; the last two share their first byte.
        let letters: [Unicode.Scalar] = ["a", "b", "\u{E9}", "\u{E8}"]
        for _ in 0..<20_000 {
            let pattern = (0..<Int.random(in: 0...9, using: &generator)).map { _ -> Unicode.Scalar? in
                Int.random(in: 0..<3, using: &generator) == 0 ? nil : letters[Int.random(in: 0..<letters.count, using: &generator)]
            }
            let subject = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                letters[Int.random(in: 0..<letters.count, using: &generator)]
            }
            let expected = matches(pattern[...], subject[...])
            #expect(Pattern(scalars: pattern).matches(text(subject)) == expected, "seed \(seed): \(pattern) on \(subject)")
        }
    }

    @Test func takesLongLiterals() {
        // The product of the two lengths is 2 × 10¹⁰.
        let subject = text([Unicode.Scalar](repeating: "a", count: 300_000))
        let literal = [Unicode.Scalar?](repeating: "a", count: 100_000)
        #expect(!Pattern(scalars: [nil] + literal + ["b", nil]).matches(subject))
        #expect(Pattern(scalars: [nil] + literal + [nil] + literal + [nil, "a"]).matches(subject))
    }
}
