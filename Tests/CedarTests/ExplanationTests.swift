import Cedar
import Testing

@Suite struct ExplanationTests {
    private static let policies = """
        @id("P1")
        @artikel("PR-4.1")
        permit (principal is Worker in Role::"lead", action == Action::"read", resource is Plan)
        when { resource.lead == principal && (context.purpose == "care" || context.purpose == "safety") }
        unless { resource.closed || context has hold };

        @id("P2")
        permit (principal in Role::"helper", action in [Action::"read", Action::"edit"], resource is Plan)
        when { context.purpose == "care" };

        @id("P3")
        permit (principal, action == Action::"read", resource is Report);

        @id("F1")
        @uitleg("Gesloten is gesloten.")
        forbid (principal, action, resource is Plan)
        when { resource.closed };
        """

    private func explain(closed: Bool = false, lead: String = "w", purpose: Value? = "care", roles: [String] = ["lead"]) throws
        -> Explanation
    {
        let worker = EntityUID(type: "Worker", id: "w")
        let plan = EntityUID(type: "Plan", id: "p")
        let entities = try Entities([
            Entity(uid: worker, parents: roles.map { EntityUID(type: "Role", id: $0) }),
            Entity(uid: plan, attributes: ["lead": .entity(EntityUID(type: "Worker", id: lead)), "closed": .bool(closed)]),
        ])
        let prepared = try PreparedPolicySet(PolicySet(parsing: ExplanationTests.policies, naming: .idAnnotation))
        let context = purpose.map { Record([(key: "purpose", value: $0)]) } ?? [:]
        let request = Request(principal: worker, action: EntityUID(type: "Action", id: "read"), resource: plan, context: context)
        let explanation = prepared.explain(request, entities: entities, mode: .strict)
        #expect(explanation.response == prepared.authorize(request, entities: entities, mode: .strict))
        return explanation
    }

    @Test func saysWhyItIsAllowed() throws {
        let explanation = try explain()
        #expect(explanation.response.decision == .allow)
        #expect(explanation.nearest.isEmpty)
        let report = try #require(explanation.determining.first)
        #expect(explanation.determining.count == 1)
        #expect(report.annotation("artikel") == "PR-4.1")
        #expect(report.firstFailing == nil)
        #expect(
            report.clauses.map(\.text) == [
                "principal is Worker in Role::\"lead\"", "action == Action::\"read\"", "resource is Plan", "resource.lead == principal",
                "context.purpose == \"care\" || context.purpose == \"safety\"", "resource.closed", "context has hold",
            ])
        #expect(report.clauses.map(\.part) == [.principal, .action, .resource, .when, .when, .unless, .unless])
        #expect(report.clauses[3].operands.map(\.text) == ["resource.lead", "principal"])
        #expect(report.clauses[4].operands == [ClauseReport.Operand(text: "context.purpose", value: "care")])
        #expect(report.clauses[3].range?.start.line == 4)
    }

    @Test func saysWhatWasMissing() throws {
        let explanation = try explain(lead: "other", purpose: "other")
        #expect(explanation.response.decision == .deny)
        #expect(explanation.determining.isEmpty)
        // P2 lacks the role and the purpose as P1 lacks the lead and the purpose; P1 meets more. P3 is about reports.
        #expect(explanation.nearest.map(\.id) == ["P1", "P2"])
        #expect(explanation.nearest[0].firstFailing?.text == "resource.lead == principal")
        #expect(explanation.nearest[0].heldCount == 5)
        #expect(explanation.nearest[1].firstFailing?.text == "principal in Role::\"helper\"")
        let nearer = try explain(lead: "other", purpose: "care")
        #expect(nearer.nearest.map(\.id) == ["P1", "P2"])
        #expect(try explain(lead: "other", purpose: "care", roles: ["x"]).nearest.map(\.id) == ["P2", "P1"])
    }

    @Test func saysWhatForbids() throws {
        let explanation = try explain(closed: true)
        #expect(explanation.determining.map(\.id) == ["F1"])
        #expect(explanation.determining[0].annotation("uitleg") == "Gesloten is gesloten.")
        #expect(explanation.determining[0].clauses.last?.operands == [ClauseReport.Operand(text: "resource.closed", value: true)])
        #expect(explanation.nearest.map(\.id) == ["P1", "P2"])
        #expect(explanation.nearest[0].firstFailing?.part == .unless)
    }

    @Test func namesWhatAConditionReads() throws {
        let text = """
            permit(principal, action, resource)
            when { (if context.c then resource else principal).a.getTag(context.k) == principal.b.getTag(resource.a) || principal == action };
            """
        let entities = try Entities([
            Entity(uid: EntityUID(type: "U", id: "p"), attributes: ["b": .entity(EntityUID(type: "U", id: "b"))]),
            Entity(uid: EntityUID(type: "U", id: "b"), tags: ["t": 2]),
            Entity(uid: EntityUID(type: "U", id: "r"), attributes: ["a": "t"]),
        ])
        let request = Request(
            principal: EntityUID(type: "U", id: "p"), action: EntityUID(type: "Action", id: "a"), resource: EntityUID(type: "U", id: "r"),
            context: ["c": true, "k": "t"])
        let prepared = try PreparedPolicySet(PolicySet(parsing: text))
        let explanation = prepared.explain(request, entities: entities, mode: .conformance)
        let operands = try #require(explanation.erring.first?.clauses.first).operands.map(\.text)
        #expect(operands == ["context.c", "resource", "principal", "context.k", "principal.b.getTag(resource.a)", "action"])
    }

    @Test func saysWhatErred() throws {
        let explanation = try explain(purpose: nil)
        #expect(explanation.response.decision == .deny)
        #expect(explanation.erring.map(\.id) == ["P1"])
        guard case .error(let error) = explanation.erring[0].firstFailing?.outcome else {
            Issue.record("no error reported")
            return
        }
        #expect(error.code == .missingAttribute)
    }

    @Test func countsWhatRequestsExercised() throws {
        let prepared = try PreparedPolicySet(PolicySet(parsing: ExplanationTests.policies, naming: .idAnnotation))
        let worker = EntityUID(type: "Worker", id: "w")
        let plan = EntityUID(type: "Plan", id: "p")
        var coverage = Coverage(of: prepared)
        for (closed, purpose) in [(false, "care"), (false, "other"), (true, "safety")] {
            let entities = try Entities([
                Entity(uid: worker, parents: [EntityUID(type: "Role", id: "lead")]),
                Entity(uid: plan, attributes: ["lead": .entity(worker), "closed": .bool(closed)]),
            ])
            let request = Request(
                principal: worker, action: EntityUID(type: "Action", id: "read"), resource: plan,
                context: ["purpose": .string(Text(purpose))])
            coverage.record(request, entities: entities)
        }
        #expect(coverage.requests == 3)
        #expect(coverage.neverApplied == ["P2", "P3"])
        let first = coverage.policies[0]
        #expect(first.inScope == 3 && first.applied == 1 && first.erred == 0)
        #expect(first.clauses.map(\.text).last == "context has hold")
        #expect(first.clauses.map(\.held) == [3, 2, 1, 1])
        #expect(first.clauses.map(\.failed) == [0, 1, 1, 0])
        #expect(first.clauses.map(\.isExercised) == [false, true, true, false])
        #expect(coverage.policies[1].inScope == 0 && !coverage.policies[1].clauses[0].isReached)
        #expect(coverage.policies[3].applied == 1)
    }
}
