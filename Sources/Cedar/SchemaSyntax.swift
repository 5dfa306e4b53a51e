/// A schema text as written, names not yet resolved.
struct SchemaSyntax: Sendable {
    /// The declarations outside any namespace first, then each `namespace` block.
    var blocks: [Block]

    /// The declarations of one namespace; `name` is empty for those outside any.
    struct Block: Sendable {
        let name: String
        let annotations: [Annotation]
        var entities: [Entity] = []
        var actions: [Action] = []
        var commonTypes: [CommonType] = []
    }

    /// `entity A, B in [C] { … } tags T;` or `entity A enum ["x"];`, one per name.
    struct Entity: Sendable {
        let name: String
        let annotations: [Annotation]
        let parents: [Path]
        let attributes: [Attribute]
        let tags: TypeExpression?
        /// The identifiers of an enumerated type; nil when it is not one.
        let enumerators: [Text]?
        let range: SourceRange
        /// The same for all names of one declaration, and for no others.
        let declaration: Int
    }

    /// `action a, b in [c] appliesTo { … };`, one per name.
    struct Action: Sendable {
        let name: Text
        let annotations: [Annotation]
        let parents: [ActionReference]
        let appliesTo: AppliesTo?
        let range: SourceRange
        /// The same for all names of one declaration, and for no others.
        let declaration: Int
    }

    /// What an action can be asked for.
    struct AppliesTo: Sendable {
        let principals: [Path]
        let resources: [Path]
        let context: TypeExpression?
    }

    /// `Path::"id"` or a bare name, which stands for an action of this or of no namespace.
    struct ActionReference: Sendable {
        let type: Path?
        let id: Text
        let range: SourceRange
    }

    /// `type T = …;`
    struct CommonType: Sendable {
        let name: String
        let annotations: [Annotation]
        let definition: TypeExpression
        let range: SourceRange
    }

    /// `name?: T`
    struct Attribute: Sendable {
        let name: Text
        let type: TypeExpression
        let isRequired: Bool
    }

    /// Identifiers joined by `::`.
    struct Path: Sendable, Hashable {
        let text: String
        let isQualified: Bool
        let range: SourceRange
    }

    /// A type as written. Its nesting is bounded by `ParseLimits.maximumNesting`, so recursion over it is safe.
    indirect enum TypeExpression: Sendable {
        case name(Path)
        case set(TypeExpression)
        case record([Attribute])
    }
}
