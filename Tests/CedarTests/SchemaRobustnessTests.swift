import Cedar
import Testing

/// Schemas and policies made to exhaust time, memory or stack.
@Suite struct SchemaRobustnessTests {
    private func code(_ text: String) -> CedarError.Code? {
        do {
            _ = try Schema(parsing: text)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func allowsCyclesOfEntityTypes() throws {
        let schema = try Schema(
            parsing: """
                entity Role in [Role]; entity A in [B]; entity B in [C]; entity C in [A];
                action a appliesTo { principal: [Role, A], resource: C };
                """)
        let policies = try PolicySet(
            parsing: """
                permit(principal in Role::"x", action, resource);
                permit(principal in B::"x", action, resource in A::"y");
                permit(principal is A in C::"x", action, resource) when { resource in principal && principal in resource };
                """)
        #expect(schema.validate(policies).isEmpty)
    }

    @Test func refusesEndlessTypesAndActions() {
        #expect(code("type A = { a: Set<B> }; type B = { b?: A };") == .cyclicDefinition)
        #expect(code("action a in b; action b in c; action c in a;") == .cyclicDefinition)
    }

    @Test func boundsTheNestingOfTypes() {
        let deep = String(repeating: "Set<", count: 5_000) + "Long" + String(repeating: ">", count: 5_000)
        #expect(code("type A = \(deep);") == .limitExceeded)
        let records = String(repeating: "{ a: ", count: 5_000) + "Long" + String(repeating: "}", count: 5_000)
        #expect(code("entity A \(records);") == .limitExceeded)
        // Each definition is shallow, but the last of the chain is not.
        let chain = (1...20_000).map { "type T\($0) = Set<T\($0 - 1)>;" }.joined()
        #expect(code("type T0 = Long;" + chain) == .limitExceeded)
        // A chain of other names for one type is no deeper than the type.
        let names = (1...20_000).map { "type T\($0) = T\($0 - 1);" }.joined()
        #expect(code("type T0 = Long;" + names) == nil)
    }

    @Test func takesTypesOfExponentialSize() throws {
        let chains = ["A", "B"].map { name in
            "type \(name)0 = { x: Long, y: Long };"
                + (1...100).map { "type \(name)\($0) = { x: \(name)\($0 - 1), y: \(name)\($0 - 1) };" }.joined()
        }
        let schema = try Schema(
            parsing: chains.joined() + "entity U { a: A100, b: B100 }; action act appliesTo { principal: U, resource: U };")
        let policies = try PolicySet(
            parsing: """
                permit(principal, action, resource) when { principal.a == principal.b && [principal.a].contains(resource.b) };
                permit(principal, action, resource) when { principal.a == 1 };
                """)
        #expect(schema.validate(policies).map(\.code) == [.incompatibleTypes])
        #expect(schema.validate(policies, mode: .permissive).isEmpty)
        let entity = Entity(uid: EntityUID(type: "U", id: "u"), attributes: ["a": ["x": 1]])
        #expect(!schema.validate(entity).isEmpty)
        #expect(throws: CedarError.self) {
            try schema.entity(json: JSON(parsing: #"{"uid": {"type": "U", "id": "u"}, "attrs": {"a": {"x": {}}}, "parents": []}"#))
        }
    }

    @Test func boundsHierarchies() {
        // Every type below every later one: the closure would have 12.5 million pairs.
        let text = (0..<5_000).map { "entity E\($0) in [E\($0 + 1)];" }.joined() + "entity E5000;"
        #expect(code(text) == .limitExceeded)
        let modest = (0..<1_000).map { "entity E\($0) in [E\($0 + 1)];" }.joined() + "entity E1000;"
        #expect(code(modest) == nil)
    }

    @Test func takesLongChainsOfOperators() throws {
        let schema = try Schema(parsing: "entity U { o?: U, n?: Long }; action a appliesTo { principal: U, resource: U };")
        let limits = ParseLimits(maximumHeight: 100_000)
        for condition in [
            Array(repeating: "principal has n", count: 20_000).joined(separator: " && ") + " && principal.n > 0",
            "principal has " + Array(repeating: "o", count: 20_000).joined(separator: "."),
        ] {
            let text = "permit(principal, action, resource) when { \(condition) };"
            #expect(schema.validate(try PolicySet(parsing: text, limits: limits)).isEmpty)
        }
    }

    @Test func looksAtTheSubjectOfIsInOnce() throws {
        // Written out as `e is T && e in f`, this expression has 2⁶⁰ nodes.
        let schema = try Schema(parsing: "entity U; action a appliesTo { principal: U, resource: U };")
        var text = "principal"
        for _ in 0..<60 { text = "(if \(text) is U in resource then principal else principal)" }
        let policies = try PolicySet(parsing: "permit(principal, action, resource) when { \(text) == principal };")
        #expect(schema.validate(policies).isEmpty)
    }

    @Test func cutsLongTypesShortInMessages() throws {
        let fields = (0..<2_000).map { "f\($0): Long" }.joined(separator: ", ")
        let schema = try Schema(parsing: "entity U { r: { \(fields) } }; action a appliesTo { principal: U, resource: U };")
        let findings = schema.validate(try PolicySet(parsing: "permit(principal, action, resource) when { principal.r == 1 };"))
        #expect(findings.count == 1)
        #expect(findings.allSatisfy { $0.message.utf8.count < 1_000 })
    }

    @Test func resolvesADeclarationOnceForAllItsNames() throws {
        // Once for each name, it would be twenty-five million attributes and as many pairs of action and principal.
        let names = (0..<5_000).map { "E\($0)" }.joined(separator: ", ")
        let attributes = (0..<5_000).map { "a\($0): Long" }.joined(separator: ", ")
        let actions = (0..<5_000).map { "a\($0)" }.joined(separator: ", ")
        let schema = try Schema(
            parsing: "entity \(names) { \(attributes) }; action \(actions) appliesTo { principal: [\(names)], resource: E0 };")
        #expect(schema.principalTypes(of: EntityUID(type: "Action", id: "a4999")).count == 5_000)
        let policies = try PolicySet(
            parsing: #"permit(principal is E4999, action == Action::"a4999", resource) when { principal.a4999 == resource.a0 };"#)
        #expect(schema.validate(policies).isEmpty)
    }

    @Test func keepsDeclarationsApart() throws {
        let schema = try Schema(
            parsing: """
                entity A, B in [G] { x: Long } tags Long; entity C, D { y: Long }; entity G; entity E enum ["e"]; entity F;
                namespace N { entity A2, B2 in [C] { z: A2 }; action p, q appliesTo { principal: A2, resource: B2, context: { k: Long } }; action r; }
                action a, b in [g] appliesTo { principal: A, resource: C, context: { n: Long } }; action g; action c appliesTo { principal: D, resource: G };
                """)
        func findings(_ text: String) throws -> [ValidationFinding.Code] { schema.validate(try PolicySet(parsing: text)).map(\.code) }
        let scope = "permit(principal, action, resource) when "
        #expect(
            try findings(
                """
                permit(principal is A in G::"g", action in Action::"g", resource is C) when { principal.x == resource.y + context.n && principal.hasTag("k") };
                permit(principal, action in [N::Action::"p", N::Action::"q"], resource in C::"c") when { resource.z == principal && context.k > 0 };
                permit(principal is D, action == Action::"c", resource is G) when { principal.y == 1 };
                """
            ).isEmpty)
        #expect(try findings("permit(principal is C in G::\"g\", action, resource);") == [.noApplicableAction])
        #expect(try findings("permit(principal is D, action, resource) when { principal.x == 1 };") == [.unknownAttribute])
        // Without tags in the schema, `hasTag` is false by type.
        let tagged = try PolicySet(
            parsing: #"permit(principal is D, action, resource) when { principal.hasTag("k") };"#
                + #"permit(principal is A, action, resource) when { principal.hasTag("k") };"#)
        #expect(schema.neverApplying(tagged) == ["policy0"])
        #expect(try findings("permit(principal, action == Action::\"c\", resource) when { context.n == 1 };") == [.unknownAttribute])
        #expect(schema.principalTypes(of: EntityUID(type: "N::Action", id: "r")).isEmpty)
        #expect(schema.enumerators(of: "F") == nil)
        #expect(schema.ancestors(of: EntityUID(type: "Action", id: "c")).isEmpty)
        #expect(try findings(scope + "{ principal has x && principal.x == 1 };").isEmpty)
    }

    /// A few kilobytes that ask for 125 billion kinds of request.
    private func manyKinds() throws -> Schema {
        let names = (0..<5_000).map { "E\($0)" }.joined(separator: ", ")
        let actions = (0..<5_000).map { "a\($0)" }.joined(separator: ", ")
        return try Schema(
            parsing: "entity \(names) { x: Long }; action \(actions) appliesTo { principal: [\(names)], resource: [\(names)] };")
    }

    @Test func goesThroughWhatAPolicyMentionsOnly() throws {
        let policies = try PolicySet(
            parsing: """
                permit(principal, action, resource);
                permit(principal == E3::"x", action, resource) when { action in [Action::"a1"] };
                permit(principal, action == Action::"a1", resource) when { principal.x > 0 };
                permit(principal, action == Action::"a1", resource) unless { resource.x > 0 };
                """)
        let schema = try manyKinds()
        #expect(schema.validate(policies).isEmpty)
        #expect(schema.neverApplying(policies).isEmpty)
        // What is wrong for the last principal and the last resource only is found all the same.
        let last = try Schema(
            parsing: """
                entity A, B { x: Long }; entity C; action a appliesTo { principal: [A, B, C], resource: [A, B, C] };
                """)
        for variable in ["principal", "resource"] {
            let wrong = try PolicySet(parsing: "permit(principal, action, resource) when { \(variable).x > 0 };")
            #expect(last.validate(wrong).map(\.code) == [.unknownAttribute])
        }
    }

    /// A long list of actions in a scope is gone through once, not once for every action of the schema.
    @Test func looksALongListOfActionsUpOnce() throws {
        let actions = (0..<2_000).map { "a\($0)" }
        let schema = try Schema(
            parsing: "entity A { x: Long }; action \(actions.joined(separator: ", ")) appliesTo { principal: A, resource: A };")
        let list = (0..<20_000).map { "Action::\"a\($0 % 1_000)\"" }.joined(separator: ", ")
        let head = "permit(principal, action in [\(list)], resource)"
        #expect(try schema.validate(PolicySet(parsing: head + " when { principal.y > 0 };")).map(\.code) == [.unknownAttribute])
        #expect(try schema.validate(PolicySet(parsing: head + " when { principal.x > 0 };")).isEmpty)
        let unknown = head.replacing("a7\"", with: "b7\"")
        #expect(try schema.validate(PolicySet(parsing: unknown + ";")).map(\.code).contains(.unknownAction))
    }

    @Test func boundsTheKindsOfRequest() throws {
        // Dead code counts, so that the limit is reached after a few thousand kinds of request.
        let dead = (0..<400).map { "\($0) == 0" }.joined(separator: " || ")
        let policies = try PolicySet(
            parsing: "permit(principal, action, resource) when { if true then principal.x == resource.x else (\(dead)) };")
        let schema = try manyKinds()
        #expect(schema.validate(policies).map(\.code) == [.limitExceeded])
        #expect(schema.neverApplying(policies).isEmpty)
        // Many such policies share one bound: the last of these is fine by itself.
        let last = "permit(principal, action == Action::\"a1\", resource) when { principal.x > 0 };"
        #expect(try schema.validate(PolicySet(parsing: last)).isEmpty)
        let several = try PolicySet(parsing: String(repeating: policies.source, count: 4) + last)
        let findings = schema.validate(several)
        #expect(findings.map(\.code) == Array(repeating: .limitExceeded, count: 5))
        #expect(findings.last?.policyID == "policy4")
        let wrong = try PolicySet(parsing: "permit(principal, action, resource) when { principal.y == resource.y };")
        #expect(schema.validate(wrong).count == 1_000)
    }
}
