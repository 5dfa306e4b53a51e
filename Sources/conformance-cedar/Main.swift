import Cedar
import CedarConformance
import Foundation

@main
struct Conformance {
    static func main() {
        let vectors = Vectors(fallback: URL(filePath: "../shared/vectors"))
        do {
            let r = try vectors.parseSet()
            for d in r.differences.prefix(30) { print(d) }
            print(r.name, r.cases, r.differences.count)
        } catch { print(error) }
    }
}
