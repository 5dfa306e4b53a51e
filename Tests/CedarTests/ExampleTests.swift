import Cedar
import Foundation
import Testing

/// The examples of the article `Examples.md`, compiled and run: between the marks stands the text of the article, byte for byte.
@Suite struct ExampleTests {
    /// The text of every example of the article is that of this file, in the same order.
    @Test func theArticleHoldsWhatIsRunHere() throws {
        let tests = URL(filePath: #filePath)
        let article = tests.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources/Cedar/Cedar.docc/Examples.md")
        let written = ExampleTests.blocks(of: try String(contentsOf: article, encoding: .utf8), from: "```swift", to: "```", indent: 0)
        let run = ExampleTests.blocks(of: try String(contentsOf: tests, encoding: .utf8), from: "// begin", to: "// end", indent: 8)
        #expect(written.count == 6)
        #expect(written.count == run.count)
        for (written, run) in zip(written, run) { #expect(Array(written.utf8) == Array(run.utf8), "\(written)") }
    }

    private static func blocks(of text: String, from start: String, to end: String, indent: Int) -> [String] {
        var blocks: [String] = []
        var current: [Substring]?
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let bare = line.drop { $0 == " " }
            if bare == start {
                current = []
            } else if bare == end, let lines = current {
                blocks.append(lines.joined(separator: "\n"))
                current = nil
            } else {
                current?.append(line.prefix(indent).allSatisfy { $0 == " " } ? line.dropFirst(indent) : line)
            }
        }
        return blocks
    }

    @Test func decides() throws {
        // begin
        let policies = try PolicySet(
            parsing: """
                @id("readers")
                permit (principal in Group::"readers", action == Action::"read", resource is Document)
                when { resource.published || resource.owner == principal };

                @id("locked")
                forbid (principal, action, resource is Document)
                when { resource has lockedUntil && context.now < resource.lockedUntil };
                """, naming: .idAnnotation)
        let prepared = try PreparedPolicySet(policies)
        let alice = EntityUID(type: "User", id: "alice")
        let report = EntityUID(type: "Document", id: "report")
        let entities = try Entities([
            Entity(uid: alice, parents: [EntityUID(type: "Group", id: "readers")]),
            Entity(
                uid: report,
                attributes: [
                    "published": true, "owner": .entity(alice),
                    "lockedUntil": .datetime(try CedarDateTime(parsing: "2026-12-01")),
                ]),
        ])
        let request = Request(
            principal: alice, action: EntityUID(type: "Action", id: "read"), resource: report,
            context: ["now": .datetime(try CedarDateTime(parsing: "2027-01-01"))])
        let response = prepared.authorize(request, entities: entities, mode: .strict)
        // response.decision is .allow, response.determining is ["readers"]
        // end
        #expect(response.decision == .allow)
        #expect(response.determining == ["readers"])
        let early = Request(
            principal: alice, action: request.action, resource: report,
            context: ["now": .datetime(try CedarDateTime(parsing: "2026-11-22"))])
        #expect(prepared.authorize(early, entities: entities, mode: .strict).determining == ["locked"])
    }

    @Test func validates() throws {
        // begin
        let schema = try Schema(
            parsing: """
                entity Group;
                entity User in [Group];
                entity Document { owner: User, published: Bool, pages?: Long };
                action content;
                action read in [content] appliesTo { principal: [User], resource: [Document], context: { now: datetime } };
                """)
        let policies = try PolicySet(
            parsing: """
                permit (principal, action in Action::"content", resource) when { resource.pages < 10 };
                """)
        let findings = schema.validate(policies)
        // findings[0].code is .unguardedAttribute: `pages` is optional and nothing tests for it
        let better = try PolicySet(
            parsing: """
                permit (principal, action in Action::"content", resource) when { resource has pages && resource.pages < 10 };
                """)
        let remaining = schema.validate(better)
        // remaining is empty
        // end
        #expect(findings.map(\.code) == [.unguardedAttribute])
        #expect(remaining.isEmpty)
    }

    @Test func readsJSON() throws {
        // begin
        let schema = try Schema(
            parsing: """
                entity User { born: datetime };
                entity Document { owner: User };
                action read appliesTo { principal: [User], resource: [Document], context: { address?: ipaddr } };
                """)
        // With the schema, values have their short forms: a date is a string, an entity an object with `type` and `id`. Actions need not be given.
        let entities = try Entities(
            json: JSON(
                parsing: """
                    [
                      { "uid": { "type": "User", "id": "a" }, "attrs": { "born": "1969-07-20" }, "parents": [] },
                      { "uid": { "type": "Document", "id": "d" }, "attrs": { "owner": { "type": "User", "id": "a" } }, "parents": [] }
                    ]
                    """), schema: schema)
        let read = EntityUID(type: "Action", id: "read")
        let context = try schema.context(json: JSON(parsing: #"{ "address": "10.0.0.7" }"#), for: read)
        let request = Request(
            principal: EntityUID(type: "User", id: "a"), action: read, resource: EntityUID(type: "Document", id: "d"), context: context)
        let faults = schema.validate(request)
        // faults is empty, and entities[read] is the action
        // end
        #expect(faults.isEmpty)
        #expect(entities.contains(read))
        #expect(entities[EntityUID(type: "User", id: "a")]?.attributes["born"] == .datetime(try CedarDateTime(parsing: "1969-07-20")))
        #expect(context["address"] == .ipaddr(try CedarIPAddress(parsing: "10.0.0.7")))
    }

    @Test func replacesEntities() throws {
        // begin
        var entities = try Entities([
            Entity(uid: EntityUID(type: "User", id: "a"), parents: [EntityUID(type: "Team", id: "north")]),
            Entity(uid: EntityUID(type: "Team", id: "north"), parents: [EntityUID(type: "Organisation", id: "o")]),
        ])
        // A copy costs nothing, and whoever holds it sees none of what follows.
        let before = entities
        try entities.replace(Entity(uid: EntityUID(type: "Team", id: "north"), parents: [EntityUID(type: "Organisation", id: "p")]))
        let isInTheNew = entities.isDescendant(EntityUID(type: "User", id: "a"), of: EntityUID(type: "Organisation", id: "p"))
        let wasInTheOld = before.isDescendant(EntityUID(type: "User", id: "a"), of: EntityUID(type: "Organisation", id: "o"))
        // both are true
        // end
        #expect(isInTheNew)
        #expect(wasInTheOld)
        #expect(!before.isDescendant(EntityUID(type: "User", id: "a"), of: EntityUID(type: "Organisation", id: "p")))
    }

    @Test func saysWhy() throws {
        // begin
        let policies = try PolicySet(
            parsing: """
                @id("P1")
                @article("4.1")
                permit (principal, action == Action::"read", resource)
                when { context.purpose == "care" && resource.team == principal.team };
                """, naming: .idAnnotation)
        let prepared = try PreparedPolicySet(policies)
        let worker = EntityUID(type: "Worker", id: "w")
        let file = EntityUID(type: "File", id: "f")
        let entities = try Entities([
            Entity(uid: worker, attributes: ["team": "north"]), Entity(uid: file, attributes: ["team": "south"]),
        ])
        let request = Request(
            principal: worker, action: EntityUID(type: "Action", id: "read"), resource: file, context: ["purpose": "care"])
        let explanation = prepared.explain(request, entities: entities, mode: .strict)
        let nearest = explanation.nearest[0]
        // nearest.annotation("article") is "4.1"; nearest.firstFailing?.text is "resource.team == principal.team"
        var coverage = Coverage(of: prepared)
        coverage.record(request, entities: entities)
        // coverage.neverApplied is ["P1"]
        // end
        #expect(explanation.response.decision == .deny)
        #expect(nearest.annotation("article") == "4.1")
        #expect(nearest.firstFailing?.text == "resource.team == principal.team")
        #expect(nearest.firstFailing?.operands.map(\.value) == ["south", "north"])
        #expect(coverage.neverApplied == ["P1"])
    }

    @Test func reportsAFault() throws {
        // begin
        var message = ""
        do {
            _ = try PolicySet(parsing: "permit (principal, action, resource) when { principal.age = 18 };")
        } catch {
            message = error.description
        }
        // message is "1:59: '=' is not a valid operator in Cedar, expected `==`"
        // end
        #expect(message == "1:59: '=' is not a valid operator in Cedar, expected `==`")
    }
}
