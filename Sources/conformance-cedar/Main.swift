import Cedar
import CedarConformance
import Foundation

@main
struct Conformance {
    static func main() {
        let vectors = Vectors(fallback: URL(filePath: "../shared/vectors"))
        do {
            let sets = try [vectors.parseSet(), vectors.evaluationSet()] + vectors.worldSets() + [vectors.corpusSet(), vectors.teamSet(), vectors.handWrittenSet()]
            for r in sets {
            for d in r.differences.prefix(10) { print(d) }
            print(r.name, r.cases, r.requests, r.differences.count)
            }
        } catch { print(error) }
    }
}
