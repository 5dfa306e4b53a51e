/// What may be asked: entity types with their attributes, actions with the principals, resources and context they apply to.
///
/// A schema is read once and never changes; it is safe to share between threads.
///
/// Source: Cedar policy language, "Schema".
public struct Schema: Sendable {
    /// An entity type, or the type of the actions of a namespace.
    struct EntityType: Sendable {
        let name: EntityTypeName
        /// A record type.
        let attributes: TypeReference
        let tags: TypeReference?
        /// The identifiers that exist; nil when any may.
        let enumerators: Set<Text>?
        /// The types named after `in`.
        let parents: [Int]
        /// All types an entity of this type can be below, without itself unless it is named; transitively closed.
        let ancestors: Set<Int>
        let isAction: Bool
        let annotations: [Annotation]
    }

    /// An action.
    struct Action: Sendable {
        let uid: EntityUID
        let type: Int
        /// The actions and groups it is in, transitively closed.
        let ancestors: Set<EntityUID>
        let parents: [EntityUID]
        /// Indices of entity types, ascending.
        let principals: [Int]
        let resources: [Int]
        /// A record type.
        let context: TypeReference
        let annotations: [Annotation]
    }

    let types: TypeTable
    let entityTypes: [EntityType]
    let entityTypeNames: [EntityTypeName]
    let entityTypeIndex: [EntityTypeName: Int]
    let actions: [Action]
    let actionIndex: [EntityUID: Int]

    /// Reads a `.cedarschema` text.
    ///
    /// - Parameters:
    ///   - text: the schema in the human-readable syntax.
    ///   - limits: bounds on size and nesting; nesting counts braces and `Set<`.
    /// - Throws: `CedarError` with the place of the first fault: the codes of texts, `duplicateDefinition`, `unknownName`,
    ///   `cyclicDefinition` (common types and actions; entity types may be cyclic), `invalidSchema`, `limitExceeded`.
    /// Source: Cedar policy language, "Grammar specification for the human-readable schema format".
    public init(parsing text: String, limits: ParseLimits = .standard) throws(CedarError) {
        var parser = try Parser(text, limits: limits)
        let syntax: SchemaSyntax
        do {
            syntax = try parser.schema()
        } catch {
            throw error.error
        }
        var resolver = try SchemaResolver(syntax)
        self = try resolver.schema()
    }

    init(types: TypeTable, entityTypes: [EntityType], actions: [Action]) {
        self.types = types
        self.entityTypes = entityTypes
        self.actions = actions
        entityTypeNames = entityTypes.map(\.name)
        entityTypeIndex = Dictionary(entityTypes.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        actionIndex = Dictionary(actions.enumerated().map { ($1.uid, $0) }, uniquingKeysWith: { first, _ in first })
    }

    // MARK: What the schema says

    /// The declared entity types, those of actions not included, in no particular order.
    public var declaredEntityTypes: [EntityTypeName] { entityTypes.filter { !$0.isAction }.map(\.name) }

    /// The declared actions and action groups, in no particular order.
    public var declaredActions: [EntityUID] { actions.map(\.uid) }

    /// The identifiers of an enumerated entity type; nil when the type is not enumerated or not declared.
    public func enumerators(of type: EntityTypeName) -> Set<Text>? {
        entityType(type)?.enumerators
    }

    /// The types of principal an action applies to; empty for groups and undeclared actions.
    public func principalTypes(of action: EntityUID) -> [EntityTypeName] {
        self.action(action)?.principals.map { entityTypes[$0].name } ?? []
    }

    /// The types of resource an action applies to; empty for groups and undeclared actions.
    public func resourceTypes(of action: EntityUID) -> [EntityTypeName] {
        self.action(action)?.resources.map { entityTypes[$0].name } ?? []
    }

    /// Everything an action is in, directly or not; empty for undeclared actions.
    public func ancestors(of action: EntityUID) -> Set<EntityUID> {
        self.action(action)?.ancestors ?? []
    }

    /// The annotations before the declaration of an entity type, in the order written.
    public func annotations(of type: EntityTypeName) -> [Annotation] {
        entityType(type)?.annotations ?? []
    }

    /// The annotations before the declaration of an action, in the order written.
    public func annotations(of action: EntityUID) -> [Annotation] {
        self.action(action)?.annotations ?? []
    }

    // MARK: Lookups of the validator

    func entityType(_ name: EntityTypeName) -> EntityType? {
        entityTypeIndex[name].map { entityTypes[$0] }
    }

    func action(_ uid: EntityUID) -> Action? {
        actionIndex[uid].map { actions[$0] }
    }

    /// Whether an entity of the first type can be an entity of the second or below one.
    func canBeIn(_ type: Int, _ ancestor: Int) -> Bool {
        type == ancestor || entityTypes[type].ancestors.contains(ancestor)
    }

    func record(_ reference: TypeReference) -> TypeTable.RecordType {
        guard case .record(let record) = types[reference] else { return TypeTable.RecordType(attributes: []) }
        return record
    }
}
