import Cedar
import Testing

@Suite struct SchemaTests {
    private func findings(_ schema: String, _ condition: String) throws -> [ValidationFinding.Code] {
        let policies = try PolicySet(parsing: "permit(principal, action, resource) when { \(condition) };")
        return try Schema(parsing: schema).validate(policies).map(\.code)
    }

    // MARK: Names

    @Test func looksForNamesInTheirNamespaceFirstAndForCommonTypesBeforeEntityTypes() throws {
        let action = " action a appliesTo { principal: P, resource: P };"
        // An entity type goes before a type of the language.
        #expect(try findings("entity Long; entity P { x: Long };" + action, #"principal.x == Long::"a""#).isEmpty)
        #expect(try findings("entity Long; entity P { x: Long };" + action, "principal.x == 1") == [.incompatibleTypes])
        #expect(try findings("entity Long; entity P { x: __cedar::Long };" + action, "principal.x == 1").isEmpty)
        // A common type goes before an entity type.
        #expect(try findings("type T = Long; entity T; entity P { x: T };" + action, "principal.x == 1").isEmpty)
        // The own namespace goes before what is outside any.
        let inner = "namespace N { entity Long; entity P { x: Long }; \(action) }"
        #expect(try findings(inner, #"principal.x == N::Long::"a""#).isEmpty)
        let outer = "type T = Long; namespace N { entity P { x: T }; \(action) }"
        #expect(try findings(outer, "principal.x == 1").isEmpty)
    }

    @Test func countsTheLaterOfTwoAttributesWithOneName() throws {
        let action = " action a appliesTo { principal: P, resource: P };"
        #expect(try findings("entity P { x: Long, x: String };" + action, #"principal.x == "a""#).isEmpty)
        #expect(try findings("entity P { x: Long, x: String };" + action, "principal.x == 1") == [.incompatibleTypes])
        #expect(try findings("entity P { x: Long, x?: Long };" + action, "principal.x == 1") == [.unguardedAttribute])
    }

    /// Cases on which this library and the reference implementation once differed.
    @Test(arguments: [
        // The type of an attribute that a later one of the same name replaces is not looked at.
        ("entity A { x: { y: Nope }, x: Long };", true), ("entity A { x: Long, x: Nope };", false),
        ("type T = { x: T, x: Long };", true),
        // After `context:` a name never stands for an entity type, not even for that of the actions of the namespace.
        ("type Action = {}; namespace N { entity P; action a appliesTo { principal: P, resource: P, context: Action }; }", true),
        ("type Action = {}; namespace N { entity P; action a appliesTo { principal: P, resource: P, context: N::Action }; }", false),
        ("entity P; entity T; action a appliesTo { principal: P, resource: P, context: T };", false),
        (
            "type Action = {}; namespace N { type T = Action; entity P; action a appliesTo { principal: P, resource: P, context: T }; }",
            false
        ),
    ])
    func agreesWhereFuzzingFoundADifference(_ text: String, _ accepted: Bool) {
        let isAccepted = (try? Schema(parsing: text)) != nil
        #expect(isAccepted == accepted)
    }

    // MARK: Actions

    private static let hierarchy = """
        entity U; entity D;
        action all;
        action read in [all] appliesTo { principal: U, resource: D };
        namespace N {
            action inner in [read, Action::"all"] appliesTo { principal: [U], resource: [U, D], context: { x: Long } };
        }
        """

    @Test func derivesActionsWithTheirGroups() throws {
        let schema = try Schema(parsing: SchemaTests.hierarchy)
        let all = EntityUID(type: "Action", id: "all")
        let read = EntityUID(type: "Action", id: "read")
        let inner = EntityUID(type: "N::Action", id: "inner")
        let entities = try Entities(schema.actionEntities)
        #expect(Set(entities.uids) == [all, read, inner])
        #expect(Set(entities.ancestors(of: inner)) == [all, read])
        #expect(schema.ancestors(of: inner) == [all, read])
        #expect(schema.ancestors(of: all).isEmpty)
        #expect(Set(schema.declaredActions) == [all, read, inner])
        #expect(schema.principalTypes(of: inner) == ["U"])
        #expect(Set(schema.resourceTypes(of: inner)) == ["U", "D"])
        #expect(schema.principalTypes(of: all).isEmpty)
        #expect(Set(schema.declaredEntityTypes) == ["U", "D"])
    }

    @Test func listsEnumerators() throws {
        let schema = try Schema(parsing: #"entity E enum ["a", "b", "e\u{301}"]; entity U;"#)
        #expect(schema.enumerators(of: "E") == ["a", "b", "e\u{301}"])
        #expect(schema.enumerators(of: "E")?.contains("\u{e9}") == false)
        #expect(schema.enumerators(of: "U") == nil)
    }

    @Test func keepsAnnotations() throws {
        let schema = try Schema(parsing: #"@doc("who") @x entity U; @doc("does") action a, b;"#)
        #expect(schema.annotations(of: "U").map(\.name) == ["doc", "x"])
        #expect(schema.annotations(of: "U").map(\.value) == ["who", nil])
        #expect(schema.annotations(of: EntityUID(type: "Action", id: "b")).map(\.value) == ["does"])
        #expect(schema.annotations(of: "Nope").isEmpty)
    }

    // MARK: Requests

    private static let requests = """
        entity U; entity G; entity E enum ["a"];
        action group;
        action view appliesTo { principal: [U, E], resource: G, context: { c?: Bool, d?: decimal, e?: E, r?: { x: Long }, a?: Action } };
        """

    private func request(
        principal: EntityUID = EntityUID(type: "U", id: "x"), action: String = "view", resource: EntityUID = EntityUID(type: "G", id: "g"),
        context: Record = [:]
    ) throws -> Set<ConformanceFinding.Code> {
        let request = Request(principal: principal, action: EntityUID(type: "Action", id: action), resource: resource, context: context)
        return Set(try Schema(parsing: SchemaTests.requests).validate(request).map(\.code))
    }

    @Test func checksRequests() throws {
        #expect(try request().isEmpty)
        #expect(try request(principal: EntityUID(type: "E", id: "a")).isEmpty)
        #expect(try request(principal: EntityUID(type: "E", id: "b")) == [.unknownEnumerator])
        #expect(try request(principal: EntityUID(type: "G", id: "a")) == [.invalidPrincipal])
        #expect(try request(principal: EntityUID(type: "X", id: "a")) == [.unknownEntityType])
        #expect(try request(principal: EntityUID(type: "Action", id: "view")).contains(.unknownEntityType))
        #expect(try request(resource: EntityUID(type: "U", id: "a")) == [.invalidResource])
        #expect(try request(action: "group") == [.invalidPrincipal, .invalidResource])
        #expect(try request(action: "nope") == [.unknownAction])
    }

    @Test func checksContexts() throws {
        #expect(try request(context: ["c": true, "r": ["x": 1]]).isEmpty)
        #expect(try request(context: ["c": 1]) == [.invalidContext])
        #expect(try request(context: ["r": [:]]) == [.invalidContext])
        #expect(try request(context: ["r": ["x": 1, "y": 1]]) == [.invalidContext])
        #expect(try request(context: ["z": true]) == [.invalidContext])
        #expect(try request(context: ["e": .entity(EntityUID(type: "E", id: "a"))]).isEmpty)
        #expect(try request(context: ["e": .entity(EntityUID(type: "E", id: "b"))]) == [.invalidContext])
        #expect(try request(context: ["a": .entity(EntityUID(type: "Action", id: "group"))]).isEmpty)
        #expect(try request(context: ["a": .entity(EntityUID(type: "Action", id: "nope"))]) == [.invalidContext])
    }

    @Test func readsContextsAsTheSchemaDirects() throws {
        let schema = try Schema(parsing: SchemaTests.requests)
        let view = EntityUID(type: "Action", id: "view")
        let context = try schema.context(json: JSON(parsing: #"{"d": "1.50", "e": {"type": "E", "id": "a"}}"#), for: view)
        #expect(context == ["d": .decimal(try CedarDecimal(parsing: "1.5")), "e": .entity(EntityUID(type: "E", id: "a"))])
        #expect(throws: CedarError.self) { try schema.context(json: JSON(parsing: #"{"d": "1"}"#), for: view) }
        #expect(throws: CedarError.self) { try schema.context(json: JSON(parsing: #"{"q": 1}"#), for: view) }
        #expect(throws: CedarError.self) { try schema.context(json: [], for: view) }
        #expect(throws: CedarError.self) { try schema.context(json: [:], for: EntityUID(type: "Action", id: "nope")) }
    }

    // MARK: Entities

    @Test func namesEveryFaultOfAnEntity() throws {
        let schema = try Schema(
            parsing: #"entity G; entity E enum ["a"]; entity U in [G] { n: Long, e?: E, s?: Set<Long> } tags String; entity T;"#)
        func codes(_ entity: Entity) -> [ConformanceFinding.Code] { schema.validate(entity).map(\.code) }
        let uid = EntityUID(type: "U", id: "u")
        #expect(codes(Entity(uid: uid, attributes: ["n": 1], tags: ["k": "v"], parents: [EntityUID(type: "G", id: "g")])).isEmpty)
        #expect(codes(Entity(uid: uid)) == [.missingAttribute])
        #expect(codes(Entity(uid: uid, attributes: ["n": "1", "z": 1])) == [.wrongType, .unknownAttribute])
        #expect(codes(Entity(uid: uid, attributes: ["n": 1, "s": [1, "a"]])) == [.wrongType])
        #expect(codes(Entity(uid: uid, attributes: ["n": 1, "e": .entity(EntityUID(type: "E", id: "z"))])) == [.unknownEnumerator])
        #expect(codes(Entity(uid: uid, attributes: ["n": 1], tags: ["k": 1])) == [.wrongType])
        #expect(codes(Entity(uid: uid, attributes: ["n": 1], parents: [EntityUID(type: "T", id: "t")])) == [.invalidParent])
        #expect(codes(Entity(uid: EntityUID(type: "T", id: "t"), tags: ["k": 1])) == [.unknownTag])
        #expect(codes(Entity(uid: EntityUID(type: "E", id: "z"))) == [.unknownEnumerator])
        #expect(codes(Entity(uid: EntityUID(type: "X", id: "z"))) == [.unknownEntityType])
    }

    @Test func addsTheActionsToEntitiesRead() throws {
        let schema = try Schema(parsing: SchemaTests.hierarchy)
        let text = #"[{"uid": {"type": "U", "id": "u"}, "attrs": {}, "parents": []}]"#
        let entities = try Entities(json: JSON(parsing: text), schema: schema)
        #expect(entities.count == 4)
        #expect(entities.isDescendant(EntityUID(type: "N::Action", id: "inner"), of: EntityUID(type: "Action", id: "all")))
        #expect(schema.validate(entities).isEmpty)
        #expect(schema.validate(try Entities([Entity(uid: EntityUID(type: "Action", id: "read"))])).map(\.code) == [.alteredAction])
        #expect(schema.validate(try Entities([Entity(uid: EntityUID(type: "Action", id: "x"))])).map(\.code) == [.unknownAction])
    }

    // MARK: Messages

    @Test(arguments: [
        ("entity A;\nentity B in [C];", 2, 14), ("entity A {\n  x: Long,\n  y: Nope,\n};", 3, 6), ("entity A;\n entity A;", 2, 9),
        ("action a in b;", 1, 13), ("entity A { x: Set<Long };", 1, 24), ("\n\ntype A = A;", 3, 6),
    ])
    func saysWhereTheFaultIs(_ text: String, _ line: Int, _ column: Int) {
        do {
            _ = try Schema(parsing: text)
            Issue.record("accepted: \(text)")
        } catch {
            #expect(error.location?.line == line && error.location?.column == column, "\(error)")
        }
    }
}
