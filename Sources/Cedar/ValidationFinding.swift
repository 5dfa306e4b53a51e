/// How strictly policies are held against a schema.
///
/// Source: Cedar policy language, "Policy validation"; strict is what the language's tools use and what `Schema.validate` defaults to.
public enum ValidationMode: String, Sendable, Hashable, CaseIterable {
    /// Every expression has one exact type; operands of `==`, elements of sets and branches of `if` must agree; constructors take literals.
    case strict
    /// Expressions may have the union of several types as long as evaluation cannot go wrong.
    case permissive
}

/// One reason why a policy does not fit its schema.
public struct ValidationFinding: Sendable, Hashable, CustomStringConvertible {
    /// The closed set of reasons.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// An entity type that the schema does not declare.
        case unknownEntityType
        /// An action that the schema does not declare.
        case unknownAction
        /// An identifier that is not one of those of its enumerated entity type.
        case unknownEnumerator
        /// The scope fits no action with its principals and resources.
        case noApplicableAction
        /// An operand of another type than the operator takes.
        case unexpectedType
        /// Types that would have to agree, for `==`, `contains…`, a set, an `if`.
        case incompatibleTypes
        /// An attribute that the entity type or record does not have.
        case unknownAttribute
        /// An optional attribute used without `has`.
        case unguardedAttribute
        /// A tag read without `hasTag`.
        case unguardedTag
        /// A tag read from an entity type without tags.
        case noTags
        /// An extension function with too many or too few arguments.
        case wrongArity
        /// A string that the constructor of an extension type does not take.
        case invalidExtensionLiteral
        /// A constructor of an extension type with something else than a string literal; strict mode only.
        case computedExtensionLiteral
        /// `[]`; strict mode only.
        case emptySet
        /// A type too deeply nested to be checked, or more kinds of request than can be gone through.
        case limitExceeded
        /// A condition without a type for which none of the other reasons was found. Does not occur in policies that were parsed.
        case untypable
    }

    /// The policy.
    public let policyID: PolicyID
    /// The reason.
    public let code: Code
    /// Where the fault begins in the text of the policies.
    public let location: SourceLocation
    /// One sentence for a policy author; wording is not stable, `code` is.
    public let message: String

    /// Creates a finding.
    public init(policyID: PolicyID, code: Code, location: SourceLocation, message: String) {
        self.policyID = policyID
        self.code = code
        self.location = location
        self.message = message
    }

    /// `line:column: policy: message`.
    public var description: String { "\(location): \(policyID): \(message)" }
}
