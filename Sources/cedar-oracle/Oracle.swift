import Cedar
import Foundation

/// Answers questions given as JSON, one object a line on standard input, with one JSON object a line on standard output.
///
/// A development tool: the differential fuzzers under `Tests/fuzz` ask it and the reference implementation the same.
@main
struct Oracle {
    private var schemaText: Text?
    private var schema: Result<Schema, CedarError>?

    static func main() {
        var oracle = Oracle()
        while let line = readLine(strippingNewline: true) {
            // Not `print`, which keeps answers back when the output is a pipe.
            FileHandle.standardOutput.write(Data((oracle.answer(line).text + "\n").utf8))
        }
    }

    private mutating func answer(_ line: String) -> JSON {
        do throws(CedarError) {
            let question = try JSON(parsing: line)
            switch question["op"]?.stringValue {
            case "schema":
                _ = try schema(question)
                return ["ok": true]
            case "validate": return try validate(question)
            case "parse": return try parse(question)
            case "authorize": return try authorize(question)
            case "entities": return try entities(question)
            case "request": return try request(question)
            default: return ["error": "no such op"]
            }
        } catch {
            return ["error": .string(Text(error.code.rawValue)), "message": .string(Text(error.description))]
        }
    }

    private mutating func schema(_ question: JSON) throws(CedarError) -> Schema {
        guard let text = question["schema"]?.stringValue else { throw CedarError(.invalidSchema, "no schema given") }
        if schemaText != text {
            schemaText = text
            do throws(CedarError) {
                schema = .success(try Schema(parsing: text.string))
            } catch {
                schema = .failure(error)
            }
        }
        switch schema {
        case .success(let schema): return schema
        case .failure(let error): throw error
        case nil: throw CedarError(.invalidSchema, "no schema given")
        }
    }

    private mutating func validate(_ question: JSON) throws(CedarError) -> JSON {
        let schema = try schema(question)
        guard let text = question["policies"]?.stringValue else { throw CedarError(.invalidPolicy, "no policies given") }
        let policies = try PolicySet(parsing: text.string)
        let mode = question["mode"]?.stringValue.flatMap { ValidationMode(rawValue: $0.string) } ?? .strict
        let findings = schema.validate(policies, mode: mode).map { finding -> JSON in
            [
                "policy": .string(finding.policyID.text), "code": .string(Text(finding.code.rawValue)),
                "message": .string(Text(finding.description)),
            ]
        }
        return ["findings": .array(findings)]
    }

    /// Whether the entities can be read and fit the schema. `text` holds the JSON text, so that malformed texts can be asked about.
    private mutating func entities(_ question: JSON) throws(CedarError) -> JSON {
        let schema = try schema(question)
        let read = try Entities(json: JSON(parsing: question["text"]?.stringValue?.string ?? ""), schema: schema)
        return ["ok": true, "count": .integer(Int64(read.count))]
    }

    /// Whether the request fits the schema.
    private mutating func request(_ question: JSON) throws(CedarError) -> JSON {
        let schema = try schema(question)
        let action = try EntityUID(json: question["action"] ?? .null)
        let request = Request(
            principal: try EntityUID(json: question["principal"] ?? .null), action: action,
            resource: try EntityUID(json: question["resource"] ?? .null),
            context: try schema.context(json: question["context"] ?? [:], for: action))
        let findings = schema.validate(request)
        guard let first = findings.first else { return ["ok": true] }
        return ["error": .string(Text(first.code.rawValue)), "message": .string(Text(first.description))]
    }

    private func policies(_ question: JSON) throws(CedarError) -> PolicySet {
        try PolicySet(parsing: question["policies"]?.stringValue?.string ?? "")
    }

    private func parse(_ question: JSON) throws(CedarError) -> JSON {
        let policies = try policies(question)
        return ["ok": true, "count": .integer(Int64(policies.policies.count)), "json": try policies.json]
    }

    /// Decides requests over the entities, whose JSON text stands in `entities`; with a schema, that says how both are to be read.
    private mutating func authorize(_ question: JSON) throws(CedarError) -> JSON {
        let prepared = try PreparedPolicySet(policies(question), templates: .ignore)
        let schema = question["schema"] == nil ? nil : try schema(question)
        let json = try JSON(parsing: question["entities"]?.stringValue?.string ?? "")
        let entities = if let schema { try Entities(json: json, schema: schema) } else { try Entities(json: json) }
        var responses: [JSON] = []
        for row in question["requests"]?.arrayValue ?? [] {
            let request: Request
            do throws(CedarError) {
                let action = try EntityUID(json: row["action"] ?? .null)
                let written = row["context"] ?? [:]
                let context = if let schema { try schema.context(json: written, for: action) } else { try Record(json: written) }
                request = Request(
                    principal: try EntityUID(json: row["principal"] ?? .null), action: action,
                    resource: try EntityUID(json: row["resource"] ?? .null),
                    context: context)
                if let finding = schema?.validate(request).first { throw CedarError(.invalidRequest, finding.description) }
            } catch {
                responses.append(["error": .string(Text(error.description))])
                continue
            }
            let response = prepared.authorize(request, entities: entities, mode: .conformance)
            responses.append([
                "decision": .string(Text(response.decision.rawValue)), "reason": Oracle.list(response.determining),
                "errors": Oracle.list(response.errors.map(\.policy)),
            ])
        }
        return ["responses": .array(responses)]
    }

    private static func list(_ ids: [PolicyID]) -> JSON {
        .array(Set(ids).sorted().map { .string($0.text) })
    }
}
