import CAllocations
import Cedar
import Foundation

/// Measures decisions on `made/world` of the vectors, on one thread: `bench-policy [rounds] [policy factor] [entity factor]`.
///
/// The factors multiply policies (about other actions) and entities (of the same types). `bench-policy count N …` only decides, N times
/// all requests, and measures nothing, so that a tool which counts instructions can take two runs apart.
@main
struct BenchPolicy {
    static func main() throws {
        var arguments = CommandLine.arguments.dropFirst()
        let onlyDecides = arguments.first == "count"
        if onlyDecides { arguments = arguments.dropFirst() }
        let factors = arguments.map { Int($0) ?? 1 }
        func factor(_ index: Int, _ other: Int) -> Int { index < factors.count ? max(factors[index], 0) : other }
        let rounds = factor(0, 60)
        let world = try World(policyFactor: factor(1, 1), entityFactor: factor(2, 1))
        if onlyDecides {
            print("cedar-allowed: \((0..<rounds).reduce(0) { sum, _ in sum + world.decideAll() }) 1")
            return
        }
        let allowed = world.decideAll()
        let rate = Rate(world, rounds: rounds)
        let allocations = try Allocations(world)
        print("cedar-policies: \(world.policyCount) 1")
        print("cedar-entities: \(world.entities.count) 1")
        print("cedar-requests: \(world.requests.count) 1")
        print("cedar-allowed: \(allowed) 1")
        print("cedar-decisions: \(Int(rate.perSecond)) 1/s")
        print("cedar-p50: \(decimal(rate.percentile(50))) us")
        print("cedar-p99: \(decimal(rate.percentile(99))) us")
        print("cedar-allocations: \(decimal(allocations.calls)) 1/decision")
        print("cedar-allocated: \(decimal(allocations.bytes)) B/decision")
    }

    private static func decimal(_ number: Double) -> String {
        String(format: "%.2f", number)
    }
}

/// How fast: over all requests again and again, and for single decisions.
private struct Rate {
    let perSecond: Double
    // In microseconds, ascending.
    private let single: [Double]

    init(_ world: World, rounds: Int) {
        let clock = ContinuousClock()
        // The best of five, as the reference implementation is measured: what the machine does beside it is not the engine's.
        let part = max(rounds / 5, 1)
        var best = 0.0
        for _ in 0..<5 {
            let start = clock.now
            for _ in 0..<part { _ = world.decideAll() }
            best = max(best, Double(part * world.requests.count) / ((clock.now - start) / .seconds(1)))
        }
        perSecond = best
        var single: [Double] = []
        single.reserveCapacity(10 * world.requests.count)
        for _ in 0..<10 {
            for request in world.requests {
                let start = clock.now
                _ = world.decide(request)
                single.append((clock.now - start) / .microseconds(1))
            }
        }
        self.single = single.sorted()
    }

    func percentile(_ percent: Int) -> Double {
        single.isEmpty ? 0 : single[min(single.count * percent / 100, single.count - 1)]
    }
}

/// What a decision asks of the allocator, on average over all requests, the answer's own arrays among it.
private struct Allocations {
    struct NotCounted: Error, CustomStringConvertible {
        let description = "the allocator's calls are not being counted in this build"
    }

    private final class Probe {}

    let calls: Double
    let bytes: Double

    init(_ world: World) throws {
        // A count that stands still would look like a good figure.
        let before = kluis_allocations()
        let probes = (0..<100).map { _ in Probe() }
        guard kluis_allocations() - before >= UInt64(probes.count) else { throw NotCounted() }
        let firstCall = kluis_allocations()
        let firstByte = kluis_allocated_bytes()
        _ = world.decideAll()
        calls = Double(kluis_allocations() - firstCall) / Double(world.requests.count)
        bytes = Double(kluis_allocated_bytes() - firstByte) / Double(world.requests.count)
    }
}
