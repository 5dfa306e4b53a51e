import Cedar
import Testing

@Suite struct ValidatorTests {
    private static let schema = """
        entity P { x: A::Action, y: B::Action }; entity Q in [P]; entity R in [Q];
        entity E enum ["a"];
        namespace A { action g; action a in [g, B::Action::"h"] appliesTo { principal: P, resource: P, context: { c: Bool } }; }
        namespace B { action h; action z; action q appliesTo { principal: [Q, E], resource: [R, P] }; }
        """

    private func codes(_ policy: String, mode: ValidationMode = .strict) throws -> Set<ValidationFinding.Code> {
        Set(try Schema(parsing: ValidatorTests.schema).validate(try PolicySet(parsing: policy), mode: mode).map(\.code))
    }

    private static let scopes: [(String, Set<ValidationFinding.Code>)] = [
        ("principal, action, resource", []),
        ("principal is P, action, resource is R", [.noApplicableAction]),
        ("principal is Q, action, resource is R", []),
        ("principal in P::\"x\", action, resource in Q::\"x\"", []),
        ("principal in R::\"x\", action, resource", [.noApplicableAction]),
        ("principal is Q in P::\"x\", action, resource", []),
        ("principal is P in Q::\"x\", action, resource", [.noApplicableAction]),
        ("principal == Q::\"x\", action, resource", []),
        ("principal == R::\"x\", action, resource", [.noApplicableAction]),
        ("principal == E::\"a\", action, resource", []),
        ("principal == E::\"b\", action, resource", [.unknownEnumerator]),
        ("principal == X::\"b\", action, resource", [.unknownEntityType, .noApplicableAction]),
        ("principal is X, action, resource", [.unknownEntityType, .noApplicableAction]),
        ("principal is A::Action, action, resource", [.noApplicableAction]),
        ("principal is C::Action, action, resource", [.noApplicableAction]),
        ("principal == A::Action::\"a\", action, resource", [.noApplicableAction]),
        ("principal in A::Action::\"a\", action, resource", [.noApplicableAction]),
        ("principal is P in A::Action::\"a\", action, resource", [.noApplicableAction]),
        ("principal, action == A::Action::\"a\", resource", []),
        ("principal, action == A::Action::\"g\", resource", [.noApplicableAction]),
        ("principal, action == A::Action::\"nope\", resource", [.unknownAction, .noApplicableAction]),
        ("principal, action in A::Action::\"g\", resource", []),
        ("principal, action in B::Action::\"h\", resource", []),
        ("principal, action in [B::Action::\"z\"], resource", [.noApplicableAction]),
        ("principal, action in [B::Action::\"z\", B::Action::\"q\"], resource", []),
        ("principal, action in [B::Action::\"z\", A::Action::\"a\"], resource", [.incompatibleTypes]),
        ("principal, action in [A::Action::\"a\", A::Action::\"nope\"], resource", [.unknownAction, .noApplicableAction]),
        ("principal, action in [], resource", [.emptySet, .noApplicableAction]),
        ("principal == ?principal, action, resource in ?resource", []),
        ("principal is P in ?principal, action, resource", []),
        ("principal is X in ?principal, action, resource", [.unknownEntityType, .noApplicableAction]),
        ("principal is A::Action in ?principal, action, resource", [.noApplicableAction]),
    ]

    @Test func checksScopes() throws {
        for (scope, expected) in ValidatorTests.scopes {
            #expect(try codes("permit(\(scope));") == expected, "\(scope)")
        }
    }

    @Test func checksTemplateConditionsToo() throws {
        #expect(try codes("permit(principal in ?principal, action, resource) when { 1 };") == [.unexpectedType])
    }

    @Test func looksAtClausesInOrderUntilOneIsFalse() throws {
        #expect(try codes("permit(principal, action, resource) when { false } when { 1 };").isEmpty)
        #expect(try codes("permit(principal, action, resource) unless { true } when { 1 };").isEmpty)
        #expect(try codes("permit(principal, action, resource) when { 1 } when { false };") == [.unexpectedType])
        // Names are looked at in what is never reached.
        #expect(try codes("permit(principal, action, resource) when { false && X::\"a\" == X::\"b\" };") == [.unknownEntityType])
        #expect(try codes("permit(principal, action, resource) when { true || E::\"b\" == E::\"a\" };") == [.unknownEnumerator])
        #expect(try codes("permit(principal, action, resource) when { false && principal is X };") == [.unknownEntityType])
        #expect(try codes("permit(principal, action, resource) when { false && ip(\"x\").isIpv4() };").isEmpty)
    }

    private static let actions: [(String, Set<ValidationFinding.Code>)] = [
        // `1` behind `&&` is a fault unless what stands before is false by type.
        (#"principal.x in B::Action::"h" && 1"#, [.unexpectedType]), (#"principal.y in A::Action::"g" && 1"#, []),
        (#"action in B::Action::"h" || 1"#, []), (#"action in B::Action::"z" && 1"#, []), ("principal.x == principal.y && 1", []),
        ("principal.y in principal.x && 1", []), ("principal.x in principal.y && 1", [.unexpectedType]),
        ("principal.x in principal.x || 1", [.unexpectedType]), ("action is A::Action || 1", []), ("action is B::Action && 1", []),
        ("action is C::Action && 1", []), (#"action in [A::Action::"g", B::Action::"h"]"#, [.incompatibleTypes]),
        (#"A::Action::"a" in principal.y && 1"#, [.unexpectedType]), (#"B::Action::"h" in principal.x && 1"#, []),
    ]

    @Test func knowsTheHierarchyOfActionsAndTheirTypes() throws {
        for (condition, expected) in ValidatorTests.actions {
            let policy = #"permit(principal, action == A::Action::"a", resource) when { \#(condition) };"#
            #expect(try codes(policy) == expected, "\(condition)")
        }
    }

    @Test func namesThePolicyAndThePlace() throws {
        let policies = try PolicySet(
            parsing: """
                permit(principal, action, resource);
                @id("second")
                permit(principal is P, action, resource)
                when { true &&
                       principal.nope };
                """, naming: .idAnnotation)
        let findings = try Schema(parsing: ValidatorTests.schema).validate(policies)
        #expect(findings.map(\.policyID) == ["second"])
        #expect(findings.map(\.location.line) == [5])
        #expect(findings.map(\.location.column) == [8])
        #expect(findings.first?.message.contains("nope") == true)
    }

    @Test func tellsWhichPoliciesNeverApply() throws {
        let policies = try PolicySet(
            parsing: """
                permit(principal, action, resource);
                permit(principal is P, action, resource) when { principal is Q };
                permit(principal, action, resource) when { principal is Q };
                permit(principal, action, resource) unless { true };
                permit(principal, action, resource) when { 1 };
                """)
        #expect(try Schema(parsing: ValidatorTests.schema).neverApplying(policies) == ["policy1", "policy3"])
    }

    /// Expressions with one shape prove things about each other, however they are written.
    @Test(arguments: [
        ("principal has u.u.opt", "principal has u && principal.u has u && principal.u.u has opt", true),
        ("principal has u.u.opt", "principal has u && (principal.u has u && principal.u.u has opt)", false),
        (#"principal is U in U::"x""#, #"principal is U && principal in U::"x""#, true), ("1+2+3==6", "(1+2)+3==6", true),
        ("context.c && context.c && true", "(context.c && context.c) && true", true),
        ("context.c && context.c && true", "context.c && (context.c && true)", false),
        ("true && true && context.c", "true && context.c", true), (#"principal["u"] == principal"#, "principal.u == principal", true),
        ("1 < 2", "!(2 <= 1)", false), ("1 < 2", "2 > 1", false), ("1 > 2", "!(1 <= 2)", true), ("1 >= 2", "!(1 < 2)", true),
        ("-1 == 1", "-(1) == 1", false), ("--1 == 1", "-(-1) == 1", true), ("{a:1,b:2} == {b:2,a:1}", "{b:2,a:1} == {a:1,b:2}", true),
        ("[1,2] == [2,1]", "[2,1] == [1,2]", false), (#""\u{41}" == "a""#, #""A" == "a""#, true),
        (#""a" like "**""#, #""a" like "*""#, false), ("!(true && true)", "!true", true), ("1 != 2", "!(1 == 2)", true),
    ])
    func knowsExpressionsByTheirShape(_ one: String, _ other: String, _ same: Bool) throws {
        let schema = try Schema(
            parsing: "entity U { u: U, opt?: Long }; action a appliesTo { principal: U, resource: U, context: { c: Bool } };")
        let text = "(if \(one) then principal else principal.u) has opt && (if \(other) then principal else principal.u).opt == 1"
        let findings = schema.validate(try PolicySet(parsing: "permit(principal, action, resource) when { \(text) };"))
        #expect(findings.isEmpty == same, "\(text): \(findings)")
    }
}
