public import Cedar

extension Vectors {
    /// Everything that schemas decide: verdicts on policies, requests and entities.
    public func validationSets() throws(CedarError) -> [SetReport] {
        [try corpusValidationSet()] + (try smallValidationSets())
    }

    /// The sets of `validationSets` other than the corpus.
    public func smallValidationSets() throws(CedarError) -> [SetReport] {
        [try madeValidationSet()] + (try extraValidationSets()) + [try entityParsingSet()]
    }

    /// `open/corpus.jsonl`: the strict verdict on every policy, the permissive one where it is known, and that all entities and requests fit.
    ///
    /// - Parameters:
    ///   - shard: which part of the cases is run, from 0 up to but not including `shards`.
    ///   - shards: into how many parts the cases are divided, so that they can be run at the same time.
    public func corpusValidationSet(shard: Int = 0, of shards: Int = 1) throws(CedarError) -> SetReport {
        guard let bytes = bytes("open/corpus.jsonl") else { return .absent("corpus-validation") }
        var report = SetReport("corpus-validation")
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() where index % shards == shard {
            report.attempt("line \(index + 1)") { (name, report) throws(CedarError) in
                let row = try JSON(parsing: Array(line))
                try corpusValidationCase(row, row["name"]?.stringValue?.string ?? name, &report)
            }
        }
        return report
    }

    private func corpusValidationCase(_ row: JSON, _ name: String, _ report: inout SetReport) throws(CedarError) {
        let schema = try Schema(parsing: required(row["schema"]?.stringValue, "schema").string)
        let policies = try PolicySet(parsing: required(row["policies"]?.stringValue, "policies").string)
        let isValid = schema.validate(policies).isEmpty
        report.expect(row["shouldValidate"]?.boolValue, isValid, "\(name) strict")
        if let strict = row["validation"]?["strict"]?.boolValue { report.expect(strict, isValid, "\(name) strict verdict") }
        if let permissive = row["validation"]?["permissive"]?.boolValue {
            report.expect(permissive, schema.validate(policies, mode: .permissive).isEmpty, "\(name) permissive")
        }
        _ = try Entities(json: required(row["entities"], "entities"), schema: schema)
        var previous: JSON?
        for request in try required(row["requests"]?.arrayValue, "requests") {
            report.requests += 1
            // Some requests are there to be decided only.
            if request["validateRequest"]?.boolValue == false { continue }
            // Most cases put the same question eight times, apart from its description.
            let question: JSON = [
                "p": request["principal"] ?? .null, "a": request["action"] ?? .null, "r": request["resource"] ?? .null,
                "c": request["context"] ?? .null,
            ]
            if question == previous { continue }
            previous = question
            if let fault = Vectors.fault(of: request, schema) { report.differ("\(name) request: \(fault)") }
        }
    }

    /// What keeps a request of a vector from fitting the schema.
    private static func fault(of row: JSON, _ schema: Schema) -> String? {
        do {
            let action = try EntityUID(json: required(row["action"], "action"))
            let request = Request(
                principal: try EntityUID(json: required(row["principal"], "principal")), action: action,
                resource: try EntityUID(json: required(row["resource"], "resource")),
                context: try schema.context(json: row["context"] ?? [:], for: action))
            return schema.validate(request).first?.description
        } catch {
            return error.description
        }
    }

    /// `made/validate.jsonl`: mutated policies against one schema.
    public func madeValidationSet() throws(CedarError) -> SetReport {
        guard let rows = try lines("made/validate.jsonl"), let text = text("made/validate-schema.cedarschema") else {
            return .absent("made-validation")
        }
        var report = SetReport("made-validation")
        let schema = try Schema(parsing: text)
        for (index, row) in rows.enumerated() {
            report.requests += 1
            report.attempt("policy \(index)") { (name, report) throws(CedarError) in
                let policies = try PolicySet(parsing: required(row["policy"]?.stringValue, "policy").string)
                report.expect(row["strict"]?.boolValue, schema.validate(policies).isEmpty, name)
            }
        }
        return report
    }

    /// `cedar-go-extra/validate`: verdicts on policies, on requests and on single entities.
    public func extraValidationSets() throws(CedarError) -> [SetReport] {
        let folder = "cedar-go-extra/validate/"
        guard let files = files(in: folder, suffix: ".validation.json") else {
            return [.absent("extra-validation"), .absent("extra-requests"), .absent("extra-entities")]
        }
        var policies = SetReport("extra-validation")
        var requests = SetReport("extra-requests")
        var entities = SetReport("extra-entities")
        for file in files {
            let stem = folder + file.dropLast(".validation.json".utf8.count)
            policies.attempt(stem) { (stem, policies) throws(CedarError) in
                try extraCase(stem, &policies, &requests, &entities)
            }
        }
        return [policies, requests, entities]
    }

    private func extraCase(
        _ stem: String, _ policies: inout SetReport, _ requests: inout SetReport, _ entities: inout SetReport
    ) throws(CedarError) {
        let row = try required(json(stem + ".json"), "case")
        let schema = try Schema(parsing: required(text(stem + ".cedarschema"), "schema"))
        let verdict = try required(json(stem + ".validation.json"), "verdict")
        let set = try PolicySet(parsing: required(text(stem + ".cedar"), "policies"))
        Vectors.comparePolicies(set, schema, verdict["policyValidation"] ?? .null, stem, &policies)
        let rows = row["requests"]?.arrayValue ?? []
        for (index, expected) in (verdict["requestValidation"]?.arrayValue ?? []).enumerated() where rows.indices.contains(index) {
            requests.cases += 1
            requests.requests += 1
            let fault = Vectors.fault(of: rows[index], schema)
            for mode in ValidationMode.allCases {
                // A request fits or does not fit in either way of validating policies.
                let name = "\(stem) request \(index) \(mode) \(fault ?? "")"
                requests.expect(expected[Text(mode.rawValue)]?.boolValue, fault == nil, name)
            }
        }
        let written = try json(stem + ".entities.json")?.arrayValue ?? []
        for expected in verdict["entityValidation"]?["perEntity"]?.objectValue ?? [] {
            entities.cases += 1
            entities.requests += 1
            let fits = Vectors.reads(written.filter { Vectors.key($0) == expected.name }, schema)
            entities.expect(expected.value["errors"] == nil, fits, "\(stem) entity \(expected.name)")
        }
    }

    private static func comparePolicies(_ set: PolicySet, _ schema: Schema, _ verdict: JSON, _ name: String, _ report: inout SetReport) {
        for mode in ValidationMode.allCases {
            let findings = schema.validate(set, mode: mode)
            report.requests += 1
            report.expect(verdict[Text(mode.rawValue)]?.boolValue, findings.isEmpty, "\(name) \(mode)")
            for expected in verdict["perPolicy"]?.objectValue ?? [] {
                report.requests += 1
                let isValid = !findings.contains { $0.policyID.text == expected.name }
                report.expect(expected.value[Text(mode.rawValue)]?.boolValue, isValid, "\(name) \(expected.name) \(mode)")
            }
        }
    }

    /// `cedar-go-extra/entity-parsing`: reading entities with a schema, all together and one by one.
    public func entityParsingSet() throws(CedarError) -> SetReport {
        let folder = "cedar-go-extra/entity-parsing/"
        guard let files = files(in: folder, suffix: ".parsing.json") else { return .absent("entity-parsing") }
        var report = SetReport("entity-parsing")
        for file in files {
            let stem = folder + file.dropLast(".parsing.json".utf8.count)
            report.attempt(stem) { (stem, report) throws(CedarError) in try entityParsingCase(stem, in: folder, &report) }
        }
        return report
    }

    private func entityParsingCase(_ stem: String, in folder: String, _ report: inout SetReport) throws(CedarError) {
        let verdict = try required(json(stem + ".parsing.json"), "verdict")
        let row = try required(json(stem + ".json"), "case")
        let schema = try Schema(parsing: required(text(folder + required(row["schema"]?.stringValue, "schema").string), "schema"))
        let written = try? JSON(parsing: required(text(folder + required(row["entities"]?.stringValue, "entities").string), "entities"))
        report.requests += 1
        // No entities at all are entities that can be read.
        let fits = written?.arrayValue.map { $0.isEmpty || Vectors.reads($0, schema) } ?? false
        report.expect(verdict["allEntities"]?["success"]?.boolValue, fits, "\(stem) all")
        for expected in verdict["perEntity"]?.objectValue ?? [] {
            report.requests += 1
            let one = written?.arrayValue?.filter { Vectors.key($0) == expected.name } ?? []
            report.expect(expected.value["success"]?.boolValue, Vectors.reads(one, schema), "\(stem) \(expected.name)")
        }
    }

    private static func reads(_ entities: [JSON], _ schema: Schema) -> Bool {
        guard !entities.isEmpty else { return false }
        return (try? Entities(json: .array(entities), schema: schema)) != nil
    }

    /// `Type::id`, as the verdicts name entities.
    private static func key(_ entity: JSON) -> Text? {
        guard let json = entity["uid"], let uid = try? EntityUID(json: json) else { return nil }
        return Text("\(uid.type)::\(uid.id)")
    }
}

extension SetReport {
    /// Counts a difference between a verdict of a vector, which must be there, and what was found.
    fileprivate mutating func expect(_ expected: Bool?, _ found: Bool, _ what: String) {
        if expected != found { differ("\(what): expected \(expected.map(String.init) ?? "a verdict"), found \(found)") }
    }
}
