import Foundation
import Testing

@testable import Wire

/// The OpenAPI document, held against routes and messages.
@Suite struct DocumentTests {
    private let document: JSONTree

    init() throws {
        document = try StrictJSON.parse(try WireJSON.encode(try OpenAPI(version: "0")), limits: JSONLimits(bytes: .max, depth: 32))
    }

    private func part(_ path: String...) -> JSONTree? { path.reduce(document as JSONTree?) { $0?[$1] } }

    private func operation(_ route: Route) throws -> JSONTree {
        try #require(part("paths", route.template, route.method.rawValue.lowercased()), "\(route)")
    }

    private func names(_ route: Route, in location: String) throws -> [String] {
        guard case .array(let parameters)? = try operation(route)["parameters"] else { return [] }
        return parameters.compactMap { parameter in
            guard parameter["in"] == .string(location), case .string(let name)? = parameter["name"] else { return nil }
            return name
        }
    }

    @Test(arguments: Route.allCases) func everyParameterOfAPathIsDeclared(route: Route) throws {
        let wanted = route.template.matches(of: /\{(\w+)\}/).map { String($0.1) }
        #expect(try names(route, in: "path") == wanted)
        #expect(route.pathParameters.allSatisfy { $0.meaning != $0.name }, "a letter says nothing")
        #expect(try names(route, in: "query") == route.queryParameters.map(\.name))
        let headers = Set(try names(route, in: "header"))
        #expect(headers.contains(HeaderName.purpose) == route.isDecided && headers.contains(HeaderName.why) == route.isDecided)
        #expect(headers.contains(HeaderName.onBehalfOf) == route.takesResident)
        #expect(headers.contains(HeaderName.basis) == route.takesBasis)
        #expect(headers.contains(HeaderName.ifMatch) == route.comparesVersion)
    }

    /// Without it nobody reads what a colleague made (PR-10.3).
    @Test func theTaskOfAReadingIsDeclared() throws {
        let declared = try Route.allCases.filter { try names($0, in: "header").contains("Kluis-Basis") }
        #expect(declared == [.listItems, .readItem, .accessWho, .accessWhat])
    }

    @Test func whoNeedsASessionSaysSo() throws {
        for route in Route.allCases {
            let isOpen = try operation(route)["security"] == .array([])
            #expect(isOpen == !route.needsSession, "\(route)")
        }
        #expect(part("components", "securitySchemes", "session", "scheme") == .string("bearer"))
    }

    /// Every reference in the document leads to something in it.
    @Test func everyReferenceLeadsSomewhere() throws {
        var count = 0
        func look(_ tree: JSONTree) throws {
            switch tree {
            case .array(let elements): for element in elements { try look(element) }
            case .object(let members):
                for (key, value) in members {
                    if key == "$ref", case .string(let path) = value {
                        let found = path.split(separator: "/").dropFirst().reduce(document as JSONTree?) { $0?[String($1)] }
                        #expect(found != nil, "\(path)")
                        count += 1
                    }
                    try look(value)
                }
            default: break
            }
        }
        try look(document)
        #expect(count > 100)
    }

    /// Every message that `Wire` has is in the document.
    @Test func noMessageIsForgotten() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources/Wire")
        var messages: Set<String> = []
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            messages.formUnion(text.matches(of: /(?m)^public struct (\w+): .*Codable/).map { String($0.1) })
        }
        #expect(messages.count > 40)
        guard case .object(let schemas)? = part("components", "schemas") else { throw CocoaError(.coderValueNotFound) }
        #expect(messages.subtracting(schemas.map(\.key)).isEmpty)
    }

    private static var messages: [any (Codable & Sendable).Type] {
        let bodies = Route.allCases.flatMap { [$0.request, $0.answer] }.compactMap { content -> (any (Codable & Sendable).Type)? in
            if case .message(let type) = content { type } else { nil }
        }
        return bodies + [ItemMetadata.self, ItemBrief.self, ProblemDocument.self, DecisionAnswer.self]
    }

    /// A message with every field filled is written with exactly the properties that the document lists, each of the type that it says.
    @Test func messagesHaveTheListedPropertiesAndNoOther() throws {
        func holds<Message: Codable>(_ type: Message.Type) throws {
            let (form, named, sample) = try MessageSchema.read(type)
            let text = try StrictJSON.parse(try WireJSON.encode(sample), limits: JSONLimits(bytes: .max, depth: 32))
            try same(text, form, named, at: "\(type)")
        }
        func same(_ tree: JSONTree, _ form: MessageSchema, _ named: [String: MessageSchema], at place: String) throws {
            switch (tree, form) {
            case (.string, .string), (.bool, .boolean), (.number, .integer): break
            case (.array(let elements), .array(let element)):
                #expect(!elements.isEmpty, "\(place)")
                for one in elements { try same(one, element, named, at: place + "[]") }
            case (.object(let members), .dictionary(let value)):
                #expect(!members.isEmpty, "\(place)")
                for member in members { try same(member.value, value, named, at: place + ".*") }
            case (.object(let members), .named(let name)):
                guard case .object(let properties, let required)? = named[name] else { throw CocoaError(.coderValueNotFound) }
                #expect(Set(members.map(\.key)) == Set(properties.keys), "\(place)")
                #expect(Set(required).isSubset(of: properties.keys), "\(place)")
                // What is in the document is what was read here.
                #expect(part("components", "schemas", name) == (try StrictJSON.parse(try WireJSON.encode(named[name]))), "\(name)")
                for member in members { try same(member.value, try #require(properties[member.key]), named, at: "\(place).\(member.key)") }
            default: Issue.record("\(place): \(tree) is no \(form)")
            }
        }
        #expect(Self.messages.count > 60)
        for message in Self.messages { try holds(message) }
        // Which fields may be left out.
        #expect(
            try MessageSchema.read(ConsentSignature.self).form == .named("ConsentSignature")
                && part("components", "schemas", "ConsentSignature", "required") == nil)
        #expect(part("components", "schemas", "DeclareConflict", "required") == .array([.string("kind")]))
    }
}
