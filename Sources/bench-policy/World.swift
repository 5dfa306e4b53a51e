import Cedar
import CedarConformance
import Foundation

/// `made/world` of the vectors, made ready for decisions.
struct World {
    struct Unreadable: Error, CustomStringConvertible {
        let description = "made/world is not among the vectors; set KLUIS_VECTORS"
    }

    let policyCount: Int
    let entities: Entities
    let requests: [Request]
    private let prepared: PreparedPolicySet

    /// Reads the world and multiplies its policies and entities.
    init(policyFactor: Int, entityFactor: Int) throws {
        let vectors = Vectors(fallback: URL(filePath: "../shared/vectors"))
        guard let text = vectors.text("made/world/world.cedar"), let json = try vectors.json("made/world/world.entities.json"),
            let rows = try vectors.lines("made/world/requests.jsonl")
        else { throw Unreadable() }
        let policies = try PolicySet(parsing: World.grown(text, policyFactor), naming: .idAnnotation)
        policyCount = policies.policies.count
        entities = try World.grown(try Entities(json: json), entityFactor)
        prepared = try PreparedPolicySet(policies)
        requests = try rows.map { row in
            guard let principal = row["principal"], let action = row["action"], let resource = row["resource"], let context = row["context"]
            else { throw Unreadable() }
            return try Request(
                principal: EntityUID(json: principal), action: EntityUID(json: action), resource: EntityUID(json: resource),
                context: Record(json: context))
        }
    }

    func decide(_ request: Request) -> Bool {
        prepared.authorize(request, entities: entities, mode: .conformance).decision == .allow
    }

    /// Decides every request once.
    ///
    /// - Returns: how many are allowed.
    @inline(never)
    func decideAll() -> Int {
        requests.count(where: decide)
    }

    /// The same policies again, about actions that no request asks for.
    private static func grown(_ text: String, _ factor: Int) -> String {
        (1..<max(factor, 1)).reduce(text) { whole, number in
            whole
                + text.replacingOccurrences(of: "Action::\"", with: "Action::\"other\(number)")
                .replacingOccurrences(of: "@id(\"", with: "@id(\"\(number)")
                .replacingOccurrences(of: "action, resource)", with: "action == Action::\"none\(number)\", resource)")
        }
    }

    /// The same entities again, under other names.
    private static func grown(_ entities: Entities, _ factor: Int) throws -> Entities {
        var entities = entities
        let known = entities.all.filter { $0.uid.type != "Action" }
        for number in 1..<max(factor, 1) {
            try entities.replace(
                known.map {
                    Entity(
                        uid: EntityUID(type: $0.uid.type, id: Text("\(number)_" + $0.uid.id.string)), attributes: $0.attributes,
                        tags: $0.tags, parents: $0.parents)
                })
        }
        return entities
    }
}
