/// Why a policy set is not taken into service. A closed set of codes; `about` names the policy, file or term, never a person.
public struct PolicyError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: String, CaseIterable, Hashable, Sendable {
        /// A text is not Cedar.
        case notParsed
        /// The schema is not a schema, or lacks an action the code asks for, or a vocabulary differs from the registry's.
        case schemaMismatch
        /// A set in service holds no templates.
        case holdsTemplate
        /// `@id`, `@artikel`, `@uitleg` or `@explain` is missing, empty or malformed.
        case missingAnnotation
        /// Two policies carry one `@id`.
        case duplicateID
        /// An article is cited that the reglement does not have.
        case unknownArticle
        /// An annotation that means nothing here.
        case unknownAnnotation
        /// A role or another term that the registry's vocabulary does not have.
        case unknownVocabulary
        /// Strict validation against the schema failed.
        case notValid
    }

    public let code: Code
    public let about: String

    init(_ code: Code, about: String) {
        self.code = code
        self.about = about
    }

    public var description: String { about.isEmpty ? code.rawValue : "\(code.rawValue): \(about)" }
}
