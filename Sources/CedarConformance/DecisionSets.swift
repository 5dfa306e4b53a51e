public import Cedar

/// A member of a vector that every row must have.
func required<T>(_ value: T?, _ what: String) throws(CedarError) -> T {
    guard let value else { throw CedarError(.invalidJSON, "a vector has no \(what)") }
    return value
}

extension Vectors {
    /// `made/eval.jsonl`: single expressions.
    public func evaluationSet() throws(CedarError) -> SetReport {
        guard let rows = try lines("made/eval.jsonl"), let world = try json("made/eval-world.json") else { return .absent("eval") }
        var report = SetReport("eval")
        let entities = try Entities(json: required(world["entities"], "entities"))
        let request = try Request(json: required(world["request"], "request"))
        for row in rows {
            let expression = try required(row["expr"]?.stringValue, "expr")
            let expected = try required(row["result"]?.stringValue, "result")
            report.cases += 1
            report.requests += 1
            let result = Vectors.evaluate(expression.string, request, entities)
            if Text(result) != expected { report.differ("\(expression): expected \(expected), got \(result)") }
        }
        return report
    }

    private static func evaluate(_ expression: String, _ request: Request, _ entities: Entities) -> String {
        guard let policies = try? PolicySet(parsing: "permit(principal,action,resource) when { \(expression) };"),
            let prepared = try? PreparedPolicySet(policies)
        else { return "parse-error" }
        let response = prepared.authorize(request, entities: entities, mode: .conformance)
        if !response.errors.isEmpty { return "error" }
        return response.decision == .allow ? "true" : "false"
    }

    /// `open/corpus.jsonl`: one policy, a schema, entities and eight requests a case.
    ///
    /// - Parameter stride: every how manieth case is run.
    public func corpusSet(stride: Int = 1) throws(CedarError) -> SetReport {
        guard let bytes = bytes("open/corpus.jsonl") else { return .absent("corpus") }
        var report = SetReport("corpus")
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() where index % stride == 0 {
            report.attempt("line \(index + 1)") { (name, report) throws(CedarError) in
                let row = try JSON(parsing: Array(line))
                try corpusCase(row, row["name"]?.stringValue?.string ?? name, &report)
            }
        }
        return report
    }

    private func corpusCase(_ row: JSON, _ name: String, _ report: inout SetReport) throws(CedarError) {
        let policies = try PolicySet(parsing: required(row["policies"]?.stringValue, "policies").string)
        if let expected = row["policyJson"] {
            let json = try policies.policies.first?.json ?? .null
            if !expected.isEquivalent(to: json) {
                report.differ("\(name): JSON form\n  expected \(expected.text)\n  got      \(json.text)")
            }
        }
        let schema = try Schema(parsing: required(row["schema"]?.stringValue, "schema").string)
        let entities = try Entities(json: required(row["entities"], "entities"), schema: schema)
        let requests = try required(row["requests"]?.arrayValue, "requests")
        try decide(policies, entities, requests, schema: schema, name: name, &report)
    }

    /// `tests/`: hand-written cases over a few entities, and whether their policies are valid.
    public func handWrittenSet() throws(CedarError) -> SetReport {
        var report = SetReport("tests")
        for folder in folders(in: "tests/tests") ?? [] {
            for file in files(in: "tests/tests/\(folder)", suffix: ".json") ?? [] {
                report.attempt("tests/tests/\(folder)/\(file)") { (name, report) throws(CedarError) in
                    try fileCase(name, below: "tests/", byAnnotation: false, &report)
                }
            }
        }
        return report.cases == 0 ? .absent("tests") : report
    }

    /// `made/wijkteam.*`: a neighbourhood team; reasons are `@id` annotations.
    public func teamSet() throws(CedarError) -> SetReport {
        guard bytes("made/wijkteam.json") != nil else { return .absent("wijkteam") }
        var report = SetReport("wijkteam")
        report.attempt("made/wijkteam.json") { (name, report) throws(CedarError) in
            try fileCase(name, below: "made/", byAnnotation: true, &report)
        }
        return report
    }

    private func fileCase(_ path: String, below folder: String, byAnnotation: Bool, _ report: inout SetReport) throws(CedarError) {
        let row = try required(json(path), path)
        func named(_ member: Text) throws(CedarError) -> String {
            let file = try required(row[member]?.stringValue, "\(member)").string
            return try required(text(folder + file), file)
        }
        let schema = try Schema(parsing: named("schema"))
        let entities = try Entities(json: JSON(parsing: named("entities")), schema: schema)
        let policies = try PolicySet(parsing: named("policies"), naming: byAnnotation ? .idAnnotation : .position)
        if let expected = row["shouldValidate"]?.boolValue, expected != schema.validate(policies).isEmpty {
            report.differ("\(path): expected the policies to be \(expected ? "valid" : "invalid")")
        }
        let requests = try required(row["requests"]?.arrayValue, "requests")
        try decide(policies, entities, requests, schema: schema, name: path, &report)
    }

    private func decide(
        _ policies: PolicySet, _ entities: Entities, _ requests: [JSON], schema: Schema? = nil, name: String, _ report: inout SetReport
    ) throws(CedarError) {
        let prepared = try PreparedPolicySet(policies, templates: .ignore)
        for (index, row) in requests.enumerated() {
            report.requests += 1
            let expected = try Outcome(json: row)
            let response = prepared.authorize(try Request(json: row, schema: schema), entities: entities, mode: .conformance)
            if let difference = expected.difference(from: response) { report.differ("\(name) request \(index): \(difference)") }
        }
    }

    /// `made/world`: a larger world, and random subsets of its policies.
    public func worldSets() throws(CedarError) -> [SetReport] {
        guard let policyText = text("made/world/world.cedar"), let entityJSON = try json("made/world/world.entities.json"),
            let rows = try lines("made/world/requests.jsonl")
        else { return [.absent("world"), .absent("subsets")] }
        let policies = try PolicySet(parsing: policyText, naming: .idAnnotation)
        let entities = try Entities(json: entityJSON)
        var world = SetReport("world")
        world.attempt("world") { (name, report) throws(CedarError) in
            try decide(policies, entities, rows, name: name, &report)
        }
        guard let subsets = try lines("made/world/subsets.jsonl") else { return [world, .absent("subsets")] }
        var requests: [Request] = []
        for row in rows { requests.append(try Request(json: row)) }
        var report = SetReport("subsets")
        for (index, subset) in subsets.enumerated() {
            report.attempt("subset \(index)") { (name, report) throws(CedarError) in
                let ids = Set(try required(subset["policies"]?.arrayValue, "policies").compactMap(\.stringValue))
                let prepared = try PreparedPolicySet(policies.filter { ids.contains($0.id.text) })
                for row in try required(subset["requests"]?.arrayValue, "requests") {
                    guard let parts = row.arrayValue, parts.count == 3, case .integer(let position) = parts[0],
                        requests.indices.contains(Int(position))
                    else { throw CedarError(.invalidJSON, "a row of a subset is malformed") }
                    report.requests += 1
                    let expected = try Outcome(json: ["decision": parts[1], "reason": parts[2]])
                    let response = prepared.authorize(requests[Int(position)], entities: entities, mode: .conformance)
                    if let difference = expected.difference(from: response) {
                        report.differ("\(name) request \(position): \(difference)")
                    }
                }
            }
        }
        return [world, report]
    }
}

extension Request {
    /// Reads a request of a vector; a principal or resource that is left out is an entity no policy names.
    ///
    /// - Parameter schema: says how the context is to be read; one that does not fit is read without it, for some vectors are about those.
    init(json: JSON, schema: Schema? = nil) throws(CedarError) {
        func end(_ member: Text) throws(CedarError) -> EntityUID {
            guard let written = json[member], written != .null else { return EntityUID(type: "__cedar::Unspecified", id: member) }
            return try EntityUID(json: written)
        }
        let action = try EntityUID(json: required(json["action"], "action"))
        let written = json["context"] ?? [:]
        let directed = schema.flatMap { try? $0.context(json: written, for: action) }
        let context = if let directed { directed } else { try Record(json: written) }
        self.init(principal: try end("principal"), action: action, resource: try end("resource"), context: context)
    }
}

/// What a vector says the answer is.
struct Outcome {
    let decision: Text
    let reason: Set<Text>
    let errors: Set<Text>

    init(json: JSON) throws(CedarError) {
        decision = try required(json["decision"]?.stringValue, "decision")
        reason = Set(try required(json["reason"]?.arrayValue, "reason").compactMap(\.stringValue))
        errors = Set((json["errors"]?.arrayValue ?? []).compactMap(\.stringValue))
    }

    func difference(from response: Response) -> String? {
        let determining = Set(response.determining.map(\.text))
        let erring = Set(response.errors.map(\.policy.text))
        if decision.string == response.decision.rawValue, determining == reason, erring == errors { return nil }
        return "expected \(decision) \(reason) \(errors), got \(response.decision) \(determining) \(erring)"
    }
}
