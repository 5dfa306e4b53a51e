/// One sentence in the two languages of the vault.
public struct Bilingual: Hashable, Sendable {
    /// Dutch.
    public let nl: String
    /// English.
    public let en: String

    public init(nl: String, en: String) {
        self.nl = nl
        self.en = en
    }
}
