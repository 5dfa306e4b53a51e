/// All that this program says in one language.
///
/// Messages (not help) begin without a capital and end without a full stop; a test sees to it.
struct Catalogue: Sendable {
    let language: Language
    let phrases: [Phrase: String]

    static let dutch = Catalogue(language: .dutch, phrases: dutchPhrases.merging(dutchWitnessPhrases) { first, _ in first })
    static let english = Catalogue(language: .english, phrases: englishPhrases.merging(englishWitnessPhrases) { first, _ in first })

    static func of(_ language: Language) -> Catalogue {
        switch language {
        case .dutch: dutch
        case .english: english
        }
    }

    /// The phrase with `{1}`, `{2}` … filled in, in order.
    func callAsFunction(_ phrase: Phrase, _ values: String...) -> String {
        Catalogue.fill(phrases[phrase] ?? phrase.rawValue, values)
    }

    /// Filled in one pass, so that a value which holds `{2}` stays as it is.
    static func fill(_ template: String, _ values: [String]) -> String {
        var filled = ""
        var rest = Substring(template)
        while let open = rest.firstIndex(of: "{") {
            filled += rest[..<open]
            let after = rest[rest.index(after: open)...]
            guard let close = after.firstIndex(of: "}"), let number = Int(after[..<close]), number >= 1, number <= values.count else {
                filled += "{"
                rest = after
                continue
            }
            filled += values[number - 1]
            rest = after[after.index(after: close)...]
        }
        return filled + rest
    }
}

/// The catalogue of this run: chosen once, from the command line and the environment.
let say = Catalogue.of(Language.chosen(arguments: CommandLine.arguments, environment: Environment.value))
