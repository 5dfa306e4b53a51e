import Foundation
import Testing
import Wire

/// What the daemon says of itself at `/v1/openapi.json`, held against what it does.
@Suite(.timeLimit(.minutes(2))) struct DocumentTests {
    /// The document, and a checker of answers against it: as much of JSON Schema as the document uses.
    private struct Document {
        let root: [String: Any]

        init(_ daemon: Kluisd) async throws {
            let reply = try await daemon.ask("GET", "/v1/openapi.json")
            root = try #require(try JSONSerialization.jsonObject(with: reply.body) as? [String: Any])
        }

        func part(_ path: String...) -> [String: Any]? { path.reduce(root as [String: Any]?) { $0?[$1] as? [String: Any] } }

        func operation(_ route: Route) throws -> [String: Any] {
            try #require(part("paths", route.template, route.method.rawValue.lowercased()), "\(route)")
        }

        /// What does not fit; empty when all does.
        func faults(_ value: Any, _ schema: [String: Any], at place: String) -> [String] {
            if let reference = schema["$ref"] as? String {
                guard let named = part("components", "schemas", String(reference.split(separator: "/").last ?? "")) else {
                    return ["\(reference)?"]
                }
                return faults(value, named, at: place)
            }
            if let forms = schema["anyOf"] as? [[String: Any]] {
                return forms.contains { faults(value, $0, at: place).isEmpty } ? [] : ["\(place): none of the forms"]
            }
            switch schema["type"] as? String {
            case "string": return value is String ? [] : ["\(place): no string"]
            case "integer":
                return (value as? NSNumber).map { $0.doubleValue == $0.doubleValue.rounded() } ?? false ? [] : ["\(place): no integer"]
            case "boolean": return value is Bool ? [] : ["\(place): no boolean"]
            case "array":
                guard let elements = value as? [Any], let items = schema["items"] as? [String: Any] else { return ["\(place): no array"] }
                return elements.flatMap { faults($0, items, at: place + "[]") }
            case "object":
                guard let members = value as? [String: Any] else { return ["\(place): no object"] }
                if let each = schema["additionalProperties"] as? [String: Any] {
                    return members.flatMap { faults($0.value, each, at: place + ".*") }
                }
                let properties = schema["properties"] as? [String: Any] ?? [:]
                let missing = (schema["required"] as? [String] ?? []).filter { members[$0] == nil }.map { "\(place).\($0) is missing" }
                return missing
                    + members.flatMap { key, value in
                        (properties[key] as? [String: Any]).map { faults(value, $0, at: "\(place).\(key)") } ?? [
                            "\(place).\(key) is not declared"
                        ]
                    }
            default: return []
            }
        }

        /// What of an answer the operation does not declare.
        func faults(of reply: Reply, to route: Route) throws -> [String] {
            let responses = try #require(try operation(route)["responses"] as? [String: Any])
            guard var response = responses["\(reply.status)"] as? [String: Any] else {
                return ["\(route): \(reply.status) is not declared"]
            }
            if let reference = response["$ref"] as? String {
                response = try #require(part("components", "responses", String(reference.split(separator: "/").last ?? "")))
            }
            let declared = Set((response["headers"] as? [String: Any] ?? [:]).keys.map { $0.lowercased() })
            let ours = reply.head.split(separator: "\r\n").dropFirst().map { $0.prefix { $0 != ":" }.lowercased() }
                .filter { ($0.hasPrefix("kluis-") && $0 != "kluis-rehearsal") || $0 == "etag" || $0 == "retry-after" }
            let undeclared = ours.filter { !declared.contains($0) }.map { "\(route): header \($0) is not declared" }
            let type = try #require(reply.head.firstMatch(of: /(?i)\r\ncontent-type: ([^\r]+)/)).1
            guard let media = (response["content"] as? [String: Any])?[String(type)] as? [String: Any],
                let schema = media["schema"] as? [String: Any]
            else { return ["\(route): \(type) is not declared"] }
            return undeclared + faults(try JSONSerialization.jsonObject(with: reply.body), schema, at: "\(route)")
        }
    }

    @Test func answersAreAsTheDocumentSays() async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let document = try await Document(daemon)
        let joost = try await daemon.signIn("joost", hat: "direction")
        let renske = try await daemon.signIn("renske"), otto = try await daemon.signIn("otto")
        func holds(
            _ route: Route, _ parameters: [String] = [], query: [(name: String, value: String?)] = [], as token: String? = nil,
            purpose: String? = "D2", _ headers: [(String, String)] = [], json: String? = nil, status: Int = 200
        ) async throws {
            let reply = try await daemon.ask(
                route.method.rawValue, route.path(parameters, query: query), as: token, purpose: purpose, headers, json: json)
            #expect(reply.status == status, "\(route): \(reply.status) \(reply.text)")
            let faults = try document.faults(of: reply, to: route)
            #expect(faults.isEmpty, "\(faults): \(reply.head) \(reply.text)")
        }
        let h = furnished.household
        try await holds(.status)
        try await holds(.session, as: joost)
        for route in [Route.listHouseholds, .showHousehold, .listPersons, .listInvolvements, .listConsents, .listItems, .listPlans] {
            try await holds(route, [h], as: joost)
            try await holds(route, [h], as: joost, [("Kluis-Why", "1")])
        }
        try await holds(.accessWhat, query: [("household", h)], as: joost)
        try await holds(.accessWho, query: [("household", h), ("item", furnished.small)], as: joost)
        try await holds(.ledgerEntries, query: [("last", "20")], as: renske, purpose: "D8")
        try await holds(.ledgerVerification, as: otto, purpose: "D8")
        try await holds(.ledgerCheckpoint, as: otto, purpose: "D8")
        try await holds(.challenge, json: #"{"worker":"joost"}"#)
        try await holds(.searchHouseholds, as: joost, purpose: "D1", json: #"{"term":"Aydin"}"#)
        try await holds(.createHousehold, as: joost, purpose: "D1", json: "{}", status: 201)
        try await holds(.createHousehold, as: joost, purpose: "D1", [("Kluis-Why", "1")], json: "{}")
        try await holds(
            .registerConsent, [h], as: joost,
            json: """
                {"subject":"selma","recipient":"balans","domains":["housing"],"purpose":"D2","until":"2026-06-01","leaflet":"2026-1","form":"written",
                "signatures":[{"person":"selma"}]}
                """, status: 201)
        try await holds(
            .draftPlan, [h], as: joost,
            json: """
                {"goals":[{"label":"a","domain":"housing","subject":"household","result":"r","due":"2026-06-01"}],
                "actions":[{"label":"b","goal":"a","actor":{"kind":"network"},"text":"t","due":"2026-03-01"}],"reviewDueOn":"2026-07-01"}
                """, status: 201)
        let plans = try await daemon.ask("GET", "/v1/households/\(h)/plans", as: joost, purpose: "D2")
        let plan = String(try #require(plans.text.firstMatch(of: /"id":"(n-[a-z2-7]+)"/)).1)
        try await holds(.presentPlan, [plan], as: joost)
        try await holds(.readPlan, [plan], as: joost)
        // And when it goes wrong.
        try await holds(.createHousehold, as: joost, purpose: nil, json: "{}", status: 403)
        try await holds(.createHousehold, as: joost, json: "{", status: 400)
        try await holds(.createHousehold, json: "{}", status: 401)
        try await holds(.readPlan, ["n-bbbbbbbbbbbbbbbbbbbbbbbbba"], as: joost, status: 404)
        try await holds(
            .addPerson, [h], as: joost, [("If-Match", "1")],
            json: #"{"givenName":"A","familyName":"B","birthDate":"2001-05-01","relation":"child"}"#, status: 409)
        #expect(try await daemon.stop() == 0)
    }

    /// "The type of value that /v1/openapi.json names": it does name it.
    @Test func theNextStepOfAWrongTypeLeadsSomewhere() async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let document = try await Document(daemon)
        let joost = try await daemon.signIn("joost", hat: "direction")
        for (route, json, field) in [
            (Route.createHousehold, #"{"municipality":1}"#, "municipality"), (.declareConflict, #"{"kind":[]}"#, "kind"),
            (.grantInvolvement, #"{"worker":"kees","role":"teamMember","persons":"selma","purpose":"D2","until":"2026-06-01"}"#, "persons"),
        ] {
            let reply = try await daemon.ask("POST", route.path(furnished.household), as: joost, purpose: "D2", json: json)
            #expect(reply.status == 400 && reply.field("field") == field, "\(reply.text)")
            #expect(reply.field("next")?.contains("give \(field) the type of value that /v1/openapi.json names") == true, "\(reply.text)")
            guard case .message(let type) = route.request else { continue }
            let properties = try #require(document.part("components", "schemas", "\(type)", "properties"))
            #expect((properties[field] as? [String: Any])?["type"] is String, "\(properties)")
        }
        #expect(try await daemon.stop() == 0)
    }
}
