import Cedar
import CedarConformance
import Foundation
import Testing

/// That the conformance sets notice: one expectation of each is turned around, and it must be reported.
@Suite struct ConformanceTests {
    struct Alteration: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// The paths below `cedar` that are copied.
        let copied: [String]
        /// The one that is altered.
        let path: String
        /// The first of these texts from the given place on is replaced.
        let text: String
        let replacement: String
        let run: @Sendable (Vectors) throws -> [SetReport]

        init(
            _ name: String, _ copied: [String], _ path: String, _ text: String, _ replacement: String,
            _ run: @escaping @Sendable (Vectors) throws -> [SetReport]
        ) {
            testDescription = name
            self.copied = copied
            self.path = path
            self.text = text
            self.replacement = replacement
            self.run = run
        }
    }

    private static let world = ["made/world"]

    static let alterations: [Alteration] = [
        Alteration("eval", ["made"], "made/eval.jsonl", #""result": "true""#, #""result": "false""#) { [try $0.evaluationSet()] },
        Alteration("parse", ["made"], "made/parse.jsonl", #""accept":true"#, #""accept":false"#) { [try $0.parseSet()] },
        Alteration("parse, JSON form", ["made"], "made/parse.jsonl", #""effect":"permit""#, #""effect":"forbid""#) { [try $0.parseSet()] },
        Alteration("validate", ["made"], "made/validate.jsonl", #""strict":true"#, #""strict":false"#) { [try $0.madeValidationSet()] },
        Alteration("world", world, "made/world/requests.jsonl", #""decision":"deny""#, #""decision":"allow""#) { try $0.worldSets() },
        Alteration("world, reason", world, "made/world/requests.jsonl", #""reason":[""#, #""reason":["x"#) { try $0.worldSets() },
        Alteration("subsets", world, "made/world/subsets.jsonl", #""deny""#, #""allow""#) { try $0.worldSets() },
        Alteration("wijkteam", ["made"], "made/wijkteam.json", #""decision": "deny""#, #""decision": "allow""#) { [try $0.teamSet()] },
        Alteration("tests", ["tests"], "tests/tests/multi/1.json", #""decision": "allow""#, #""decision": "deny""#) {
            [try $0.handWrittenSet()]
        },
        Alteration("tests, verdict", ["tests"], "tests/tests/multi/1.json", #""shouldValidate": true"#, #""shouldValidate": false"#) {
            [try $0.handWrittenSet()]
        },
    ]

    @Test(.enabled(if: Vectors.areThere, Vectors.absence), arguments: alterations)
    func noticesAnAlteredExpectation(_ alteration: Alteration) throws {
        try #require(Vectors.beside.bytes(alteration.path) != nil, "\(alteration.path) is not among the vectors")
        let folder = FileManager.default.temporaryDirectory.appending(path: "cedar-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for path in alteration.copied {
            let target = folder.appending(path: "cedar").appending(path: path)
            try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
            try FileManager.default.copyItem(at: Vectors.beside.root.appending(path: "cedar").appending(path: path), to: target)
        }
        let copy = Vectors(root: folder)
        #expect(try alteration.run(copy).flatMap(\.differences) == [])
        let file = folder.appending(path: "cedar").appending(path: alteration.path)
        var text = try String(contentsOf: file, encoding: .utf8)
        let place = try #require(text.range(of: alteration.text), "the text to alter is not there")
        text.replaceSubrange(place, with: alteration.replacement)
        try Data(text.utf8).write(to: file, options: .atomic)
        #expect(try alteration.run(copy).flatMap(\.differences).count >= 1)
    }

    /// A case that cannot be read is a difference of its own, and the others are still run.
    @Test func anUnreadableCaseIsADifference() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "cedar-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder.appending(path: "cedar/open"), withIntermediateDirectories: true)
        func row(_ schema: String, _ decision: String) -> String {
            #"{"name":"n","policies":"permit(principal,action,resource) when {context.at.isLoopback()};","schema":"\#(schema)","entities":[],"#
                + #""shouldValidate":false,"requests":[{"principal":{"type":"A","id":"a"},"action":{"type":"Action","id":"b"},"#
                + #""resource":{"type":"A","id":"a"},"context":{"at":"127.0.0.1"},"decision":"\#(decision)","reason":["policy0"],"errors":[]}]}"#
        }
        // The context has its short form, which the schema must say.
        let schema = "entity A; action b appliesTo { principal: A, resource: A, context: { at: ipaddr } };"
        let text = [row("entity", "allow"), row(schema, "allow"), row(schema, "deny"), "{"].joined(separator: "\n")
        try Data(text.utf8).write(to: folder.appending(path: "cedar/open/corpus.jsonl"))
        let report = try Vectors(root: folder).corpusSet()
        #expect(report.cases == 4)
        #expect(report.requests == 2)
        #expect(report.differences.count == 3)
    }

    @Test func saysWhatIsAbsent() throws {
        let vectors = Vectors(root: FileManager.default.temporaryDirectory.appending(path: "cedar-\(UUID().uuidString)"))
        let reports =
            try [vectors.parseSet(), vectors.evaluationSet(), vectors.teamSet(), vectors.handWrittenSet(), vectors.corpusSet()]
            + vectors.worldSets() + vectors.validationSets()
        #expect(reports.count == 13)
        #expect(reports.allSatisfy { !$0.isPresent && $0.cases == 0 })
    }
}
