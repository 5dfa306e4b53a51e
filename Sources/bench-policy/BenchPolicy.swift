import Cedar
import CedarConformance
import Foundation

/// Measures decisions on `made/world` of the vectors, on one thread: `bench-policy [rounds] [policy factor] [entity factor]`.
///
/// The factors multiply policies (about other actions) and entities (of the same types), so that growth can be counted in instructions:
/// `valgrind --tool=callgrind bench-policy 1 10 1`.
@main
struct BenchPolicy {
    struct Unreadable: Error, CustomStringConvertible {
        let description = "made/world is not among the vectors; set KLUIS_VECTORS"
    }

    static func main() throws {
        let factors = CommandLine.arguments.dropFirst().map { Int($0) ?? 1 }
        func factor(_ index: Int, _ other: Int) -> Int { index < factors.count ? max(factors[index], 1) : other }
        let rounds = factor(0, 60)
        let vectors = Vectors(fallback: URL(filePath: "../shared/vectors"))
        guard let text = vectors.text("made/world/world.cedar"), let world = try vectors.json("made/world/world.entities.json"),
            let rows = try vectors.lines("made/world/requests.jsonl")
        else { throw Unreadable() }
        let policies = try PolicySet(parsing: grown(text, factor(1, 1)), naming: .idAnnotation)
        let entities = try grown(try Entities(json: world), factor(2, 1))
        let prepared = try PreparedPolicySet(policies)
        let requests = try rows.map { row in
            guard let principal = row["principal"], let action = row["action"], let resource = row["resource"], let context = row["context"]
            else {
                throw Unreadable()
            }
            return try Request(
                principal: EntityUID(json: principal), action: EntityUID(json: action), resource: EntityUID(json: resource),
                context: Record(json: context))
        }
        let clock = ContinuousClock()
        var allowed = 0
        let start = clock.now
        for _ in 0..<rounds {
            for request in requests where prepared.authorize(request, entities: entities, mode: .conformance).decision == .allow {
                allowed += 1
            }
        }
        let seconds = (clock.now - start) / .seconds(1)
        var single: [Double] = []
        for request in requests {
            let start = clock.now
            _ = prepared.authorize(request, entities: entities, mode: .conformance)
            single.append((clock.now - start) / .microseconds(1))
        }
        single.sort()
        print("cedar-policies: \(policies.policies.count) 1")
        print("cedar-entities: \(entities.count) 1")
        print("cedar-allowed: \(allowed / rounds) 1")
        print("cedar-decisions: \(Int(Double(rounds * requests.count) / seconds)) 1/s")
        print("cedar-p50: \(single[single.count / 2]) us")
        print("cedar-p99: \(single[single.count * 99 / 100]) us")
    }

    /// The same policies again, about actions that no request asks for.
    private static func grown(_ text: String, _ factor: Int) -> String {
        (1..<factor).reduce(text) { whole, number in
            whole
                + text.replacingOccurrences(of: "Action::\"", with: "Action::\"other\(number)")
                .replacingOccurrences(of: "@id(\"", with: "@id(\"\(number)")
                .replacingOccurrences(of: "action, resource)", with: "action == Action::\"none\(number)\", resource)")
        }
    }

    /// The same entities again, under other names.
    private static func grown(_ entities: Entities, _ factor: Int) throws -> Entities {
        var entities = entities
        let known = entities.all
        for number in 1..<factor {
            try entities.replace(
                known.filter { $0.uid.type != "Action" }.map {
                    Entity(
                        uid: EntityUID(type: $0.uid.type, id: Text("\(number)_" + $0.uid.id.string)), attributes: $0.attributes,
                        tags: $0.tags,
                        parents: $0.parents)
                })
        }
        return entities
    }
}
