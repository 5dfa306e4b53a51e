/// The one error of this module: a closed code, the articles behind it, and at most an identifier.
///
/// It never carries names or free text, so it is safe to log.
public struct HouseholdError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong; a closed set.
    public enum Code: String, CaseIterable, Hashable, Sendable {
        /// A text is not an identifier of the kind asked for.
        case malformedIdentifier
        /// A text is not a moment, or lies outside the years 1 to 9999.
        case malformedMoment
        /// A text or triple is not a day of the calendar, or lies outside the years 1 to 9999.
        case malformedDay
        /// A text is not an article of the reglement.
        case malformedArticle
        /// A label is empty, too long, or holds a character outside its alphabet.
        case malformedLabel
        /// Bytes are not the canonical JSON of the record asked for.
        case notCanonical
        /// A record cannot be written as JSON.
        case notEncodable
        /// The state machine knows no such step from this state.
        case illegalTransition
        /// A record refers to something that the snapshot does not hold.
        case brokenReference
        /// Two records carry one identifier.
        case duplicateIdentifier
        /// A record contradicts itself or its household.
        case inconsistentRecord
        /// The reglement does not allow it; `articles` say which rule.
        case notAllowed
    }

    /// What went wrong.
    public let code: Code
    /// The rules behind it; empty for plain input errors.
    public let articles: [Article]
    /// The identifier, state or field concerned, never words of a person.
    public let about: String

    public init(_ code: Code, about: String = "", articles: [Article] = []) {
        self.code = code
        self.about = about
        self.articles = articles
    }

    public var description: String {
        let cited = articles.map(\.description).joined(separator: ";")
        return [code.rawValue, about, cited].filter { !$0.isEmpty }.joined(separator: " ")
    }
}
