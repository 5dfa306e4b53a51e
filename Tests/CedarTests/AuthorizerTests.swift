import Cedar
import Testing

@Suite struct AuthorizerTests {
    private let view = EntityUID(type: "Action", id: "view")
    private let alice = EntityUID(type: "User", id: "alice")
    private let photo = EntityUID(type: "Photo", id: "p")

    private func entities() throws -> Entities {
        try Entities([
            Entity(uid: alice, attributes: ["age": 30], parents: [EntityUID(type: "Group", id: "friends")]),
            Entity(uid: photo, attributes: ["owner": .entity(alice)], tags: ["k": 1], parents: [EntityUID(type: "Album", id: "a")]),
            Entity(uid: view, parents: [EntityUID(type: "Action", id: "read"), EntityUID(type: "Action", id: "all")]),
        ])
    }

    private func response(_ text: String, _ mode: EvaluationMode = .conformance, context: Record = [:]) throws -> Response {
        let prepared = try PreparedPolicySet(PolicySet(parsing: text))
        let request = Request(principal: alice, action: view, resource: photo, context: context)
        return prepared.authorize(request, entities: try entities(), mode: mode)
    }

    @Test func deniesByDefault() throws {
        #expect(try response("") == Response(decision: .deny, determining: [], errors: []))
    }

    @Test func forbidWins() throws {
        let text = "permit(principal,action,resource); forbid(principal,action,resource); forbid(principal,action,resource) when {false};"
        #expect(try response(text) == Response(decision: .deny, determining: ["policy1"], errors: []))
    }

    @Test func reportsEveryDeterminingPolicyInOrder() throws {
        let text = """
            permit(principal, action, resource is Photo);
            permit(principal, action in [Action::"nothing", Action::"all", Action::"read"], resource);
            permit(principal is User, action == Action::"view", resource);
            permit(principal in Group::"friends", action in Action::"view", resource in Album::"a");
            permit(principal, action in [], resource);
            permit(principal is User in Group::"friends", action, resource == Photo::"p");
            """
        #expect(try response(text).determining == ["policy0", "policy1", "policy2", "policy3", "policy5"])
    }

    @Test func anErrorIsPassedOverOrDenies() throws {
        let text = """
            permit(principal, action, resource);
            forbid(principal, action, resource) when { context.missing };
            permit(principal, action, resource) when { 1 };
            """
        let lenient = try response(text)
        #expect(lenient.decision == .allow)
        #expect(lenient.determining == ["policy0"])
        #expect(lenient.errors.map(\.policy) == ["policy1", "policy2"])
        #expect(lenient.errors.map(\.error.code) == [.missingAttribute, .typeMismatch])
        let strict = try response(text, .strict)
        #expect(strict.decision == .deny)
        #expect(strict.determining == [])
        #expect(strict.errors == lenient.errors)
        let withForbid = try response(text + "forbid(principal, action, resource);", .strict)
        #expect(withForbid.decision == .deny)
        #expect(withForbid.determining == ["policy3"])
    }

    @Test func strictModeAllowsWithoutErrors() throws {
        #expect(try response("permit(principal,action,resource);", .strict).decision == .allow)
    }

    /// Expressions put to the reference implementation.
    @Test(arguments: [
        ("principal in [User::\"alice\", 1]", "error"), ("User::\"x\" in [Group::\"a\", \"b\"]", "error"), ("1 in []", "error"),
        ("User::\"nobody\".hasTag(1)", "error"), ("resource.hasTag(\"k\")", "true"), ("resource.hasTag(\"z\")", "false"),
        ("User::\"nobody\".hasTag(\"k\")", "false"), ("User::\"nobody\".getTag(\"k\") == 1", "error"), ("principal is User in 1", "error"),
        ("principal is Group in 1", "false"), ("resource has owner.age", "true"), ("resource has owner.name.first", "false"),
        ("resource has owner.age.x", "error"), ("resource has missing.x", "false"), ("User::\"nobody\" has a.b", "false"),
        ("{a: {b: 1}} has a.b", "true"), ("{a: {b: 1}} has a.c", "false"), ("{a: 1} has a.b", "error"), ("{a: 1} has c.b", "false"),
        ("1 has a.b", "error"),
        ("[1].contains(1, 2)", "parse"), ("\"a\".contains(1)", "error"), ("[[]].contains([])", "true"), ("[1, 1] == [1]", "true"),
        ("{a: 1, b: 2} == {b: 2, a: 1}", "true"), ("{a: 1} == {a: 1, b: 2}", "false"), ("-(-9223372036854775808) == 0", "error"),
        ("-9223372036854775808 * -1 == 0", "error"), ("0 - -9223372036854775808 == 0", "error"), ("if 1 then true else true", "error"),
        ("if true then true else 1", "true"), ("!(1 == 2) || 1", "true"), ("datetime(\"2024-01-01\") < duration(\"1d\")", "error"),
        ("duration(\"1d\") >= duration(\"24h\")", "true"), ("decimal(\"1.0\", \"2.0\") == 1", "error"), ("ip() == 1", "error"),
        ("ip(\"1.2.3.4\").isInRange(\"1.2.3.0/24\")", "error"), ("\"e\u{301}\" == \"\u{E9}\"", "false"),
        ("\"e\u{301}x\" like \"e*\"", "true"), ("\"\u{E9}\" like \"e*\"", "false"), ("\"aXbXc\" like \"*X*X\"", "false"),
        ("\"abab\" like \"*ab\"", "true"), ("\"\" like \"\"", "true"), ("1 like \"1\"", "error"), ("principal.age + 1 == 31", "true"),
        ("context == {}", "true"), ("context has a", "false"), ("action in Action::\"read\"", "true"),
        ("[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\",\"g\",\"h\",\"i\",\"a\"].contains(\"i\")", "true"),
    ])
    func evaluates(_ expression: String, _ expected: String) throws {
        guard let found = try? response("permit(principal,action,resource) when { \(expression) };") else {
            #expect(expected == "parse", "\(expression)")
            return
        }
        let result = found.errors.isEmpty ? (found.decision == .allow ? "true" : "false") : "error"
        #expect(result == expected, "\(expression)")
    }

    /// The subject of `has a.b` is evaluated once; twice at every level would be 2^45 times here.
    @Test func pathsOfHasInEachOtherTakeNoLongerThanTheyAreDeep() throws {
        let record = "{a: {b: 1}}"
        var expression = record
        for _ in 0..<45 { expression = "(if \(expression) has a.b then \(record) else \(record))" }
        let found = try response("permit(principal,action,resource) when { \(expression) has a.c };")
        #expect(found.decision == .deny)
        #expect(found.errors.isEmpty)
        #expect(try response("permit(principal,action,resource) when { \(expression) has a.b };").decision == .allow)
    }

    /// The index finds exactly the policies whose scopes match.
    @Test func theIndexAgreesWithLookingAtEveryPolicy() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        func pick(_ list: [String]) -> String { list.randomElement(using: &generator) ?? "" }
        let ends = ["", "", " == T0::\"a\"", " == T1::\"b\"", " in T0::\"a\"", " in T2::\"c\"", " is T0", " is T1", " is T1 in T0::\"a\""]
        let actions = [
            "", " == Action::\"a\"", " == Action::\"b\"", " in Action::\"g\"", " in [Action::\"g\", Action::\"h\", Action::\"a\"]",
            " in []",
        ]
        for _ in 0..<40 {
            let texts = (0..<20).map { _ in
                "\(pick(["permit", "forbid"]))(principal\(pick(ends)), action\(pick(actions)), resource\(pick(ends)));"
            }
            let prepared = try PreparedPolicySet(PolicySet(parsing: texts.joined(separator: "\n")))
            func entity(_ type: String, _ id: String, _ parents: [EntityUID]) -> Entity {
                Entity(uid: EntityUID(type: type, id: id), parents: parents.filter { _ in Bool.random(using: &generator) })
            }
            let c = EntityUID(type: "T2", id: "c")
            let a = EntityUID(type: "T0", id: "a")
            let groups = ["g", "h"].map { EntityUID(type: "Action", id: $0) }
            let entities = try Entities([
                entity("T0", "a", [c]), entity("T1", "b", [a, c]), entity("T2", "c", []), entity("Action", "a", groups),
                entity("Action", "b", groups),
            ])
            for _ in 0..<20 {
                let uids = [a, EntityUID(type: "T1", id: "b"), c, EntityUID(type: "T0", id: "x")]
                let request = Request(
                    principal: uids.randomElement(using: &generator) ?? a,
                    action: EntityUID(type: "Action", id: pick(["a", "b", "g", "x"])),
                    resource: uids.randomElement(using: &generator) ?? a)
                var permits: [PolicyID] = []
                var forbids: [PolicyID] = []
                for policy in prepared.source.policies where applies(policy, request, entities) {
                    if policy.effect == .permit { permits.append(policy.id) } else { forbids.append(policy.id) }
                }
                let expected = Response(
                    decision: forbids.isEmpty && !permits.isEmpty ? .allow : .deny, determining: forbids.isEmpty ? permits : forbids,
                    errors: [])
                #expect(prepared.authorize(request, entities: entities, mode: .conformance) == expected, "seed \(seed)")
            }
        }
    }

    private func applies(_ policy: Policy, _ request: Request, _ entities: Entities) -> Bool {
        func meets(_ constraint: ScopeConstraint, _ uid: EntityUID) -> Bool {
            switch constraint {
            case .any: true
            case .equal(.entity(let other)): uid == other
            case .in(.entity(let other)): entities.isDescendant(uid, of: other)
            case .isType(let type): uid.type == type
            case .isTypeIn(let type, .entity(let other)): uid.type == type && entities.isDescendant(uid, of: other)
            default: false
            }
        }
        let action =
            switch policy.action {
            case .any: true
            case .equal(let uid): request.action == uid
            case .in(let list): list.contains { entities.isDescendant(request.action, of: $0) }
            }
        return action && meets(policy.principal, request.principal) && meets(policy.resource, request.resource)
    }

    @Test func isSharedBetweenThreads() async throws {
        let prepared = try PreparedPolicySet(PolicySet(parsing: "permit(principal,action,resource) when { resource.owner == principal };"))
        let entities = try entities()
        let request = Request(principal: alice, action: view, resource: photo)
        let allowed = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    (0..<500).count { _ in prepared.authorize(request, entities: entities, mode: .strict).decision == .allow }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(allowed == 2_000)
    }
}
