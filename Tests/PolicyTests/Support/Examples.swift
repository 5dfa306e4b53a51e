import Cedar

@testable import Policy

/// The examples beside the policies: requests with the facts they are decided on, and which policies decide with which articles.
struct Example {
    let name: String
    /// The policy that it is an example of; nil for a request that several examples start from.
    let policy: String?
    let isAllowed: Bool
    let request: Cedar.Request
    let entities: Entities
    /// The determining policies with the articles they must cite.
    let policies: [String: [String]]

    /// What this set says of it: nothing when it is as written, else what differs.
    func mismatch(_ set: PreparedPolicySet, _ notes: (String) -> [String]?) -> String? {
        let response = set.authorize(request, entities: entities, mode: .strict)
        guard response.errors.isEmpty else { return "\(name): \(response.errors)" }
        let decided = Set(response.determining.map { $0.text.string })
        guard (response.decision == .allow) == isAllowed, decided == Set(policies.keys) else {
            return "\(name): \(response.decision) by \(decided.sorted()), not \(policies.keys.sorted())"
        }
        for (id, articles) in policies where notes(id) != articles { return "\(name): \(id) cites \(notes(id) ?? []), not \(articles)" }
        return nil
    }
}

/// All examples, read once.
enum ExampleBook {
    static let engine = Reglement.engine
    static let all: [Example] = {
        do { return try read() } catch { fatalError("examples: \(error)") }
    }()

    private static func read() throws -> [Example] {
        let household = try json("household.json")
        let requests = try json("requests.json")
        var examples: [Example] = []
        for member in requests.objectValue ?? [] {
            examples.append(try example(member.value, member.name.string, policy: nil, change: nil, isAllowed: true, household))
        }
        for (file, _) in Reglement.files {
            let book = try json(file.replacing(".cedar", with: ".json"))
            for entry in book.objectValue ?? [] {
                guard let base = entry.value["allowed"]?.stringValue, let request = requests[base], let refused = entry.value["refused"]
                else {
                    throw CedarError(.invalidJSON, "\(file): \(entry.name)")
                }
                let policy = entry.name.string
                examples.append(try example(request, base.string, policy: policy, change: nil, isAllowed: true, household))
                examples.append(try example(request, base.string, policy: policy, change: refused, isAllowed: false, household))
                for near in entry.value["more"]?.arrayValue ?? [] {
                    guard let base = near["request"]?.stringValue, let request = requests[base], let expect = near["expect"]?.stringValue,
                        ["allowed", "refused"].contains(expect)
                    else { throw CedarError(.invalidJSON, "\(file): \(entry.name)") }
                    examples.append(
                        try example(
                            request, "\(policy), \(base)", policy: nil, change: near, isAllowed: expect == "allowed", household))
                }
            }
        }
        return examples
    }

    private static func json(_ name: String) throws -> JSON { try JSON(parsing: Reglement.text("examples/\(name)")) }

    private static func example(
        _ base: JSON, _ name: String, policy: String?, change: JSON?, isAllowed: Bool, _ household: JSON
    ) throws -> Example {
        func field(_ key: Text) -> JSON? { change?[key] ?? base[key] }
        guard let principal = field("principal")?.stringValue, let action = base["action"]?.stringValue,
            let resource = field("resource")?.stringValue, let policies = field("policies")?.objectValue
        else { throw CedarError(.invalidJSON, name) }
        let facts = [base["facts"], change?["facts"]].compactMap { $0 }
        let context = merged(base["context"] ?? [:], change?["context"] ?? [:])
        let uid = EntityUID(type: "Action", id: action.string)
        return Example(
            name: "\(policy ?? name): " + (change?["name"]?.stringValue ?? base["name"]?.stringValue ?? "").string, policy: policy,
            isAllowed: isAllowed,
            request: Cedar.Request(
                principal: Self.uid(principal), action: uid, resource: Self.uid(resource),
                context: try engine.texts.schema.context(json: entitiesSpelledOut(context), for: uid)),
            entities: try world(household, facts),
            policies: Dictionary(
                uniqueKeysWithValues: policies.map { ($0.name.string, ($0.value.arrayValue ?? []).compactMap { $0.stringValue?.string }) }))
    }

    /// The household's entities with facts changed: attributes replaced, `null` takes one away, `+parents` adds parents.
    private static func world(_ household: JSON, _ changes: [JSON]) throws -> Entities {
        var entities: [Entity] = []
        for member in household.objectValue ?? [] {
            var attributes = member.value["attrs"] ?? [:]
            var parents = member.value["parents"]?.arrayValue ?? []
            for change in changes {
                guard let patch = change[member.name] else { continue }
                parents += patch["+parents"]?.arrayValue ?? []
                attributes = merged(attributes, .object((patch.objectValue ?? []).filter { $0.name != "+parents" }))
            }
            entities.append(
                try engine.texts.schema.entity(json: [
                    "uid": entitiesSpelledOut(.string(member.name)), "attrs": entitiesSpelledOut(attributes),
                    "parents": entitiesSpelledOut(.array(parents)),
                ]))
        }
        for change in changes {
            for member in change.objectValue ?? [] where household[member.name] == nil {
                throw CedarError(.missingEntity, member.name.string)
            }
        }
        var all = engine.texts.actions
        try all.replace(entities)
        return all
    }

    private static func merged(_ base: JSON, _ change: JSON) -> JSON {
        let changes = change.objectValue ?? []
        let kept = (base.objectValue ?? []).filter { member in !changes.contains { $0.name == member.name } }
        return .object(kept + changes.filter { $0.value != .null })
    }

    /// `Purpose::D2` in the examples stands for an entity.
    private static func entitiesSpelledOut(_ json: JSON) -> JSON {
        switch json {
        case .string(let text) where text.string.contains("::"):
            let uid = Self.uid(text)
            return ["type": .string(uid.type.text), "id": .string(uid.id)]
        case .array(let elements): return .array(elements.map(entitiesSpelledOut))
        case .object(let members): return .object(members.map { JSON.Member($0.name, entitiesSpelledOut($0.value)) })
        default: return json
        }
    }

    private static func uid(_ text: Text) -> EntityUID {
        let parts = text.string.split(separator: "::", maxSplits: 1)
        return EntityUID(type: String(parts.first ?? ""), id: String(parts.last ?? ""))
    }
}
