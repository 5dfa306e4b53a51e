import Foundation
import Testing

/// Another policy set in a real vault: offered by an operator, signed by the municipality and the partners (PR-2.5).
@Suite struct AdoptionTests {
    @Test func aSetTakesForceWhenEverybodySigned() async throws {
        let build = URL(fileURLWithPath: try Built.path("kluisd")).deletingLastPathComponent().path
        let ended = try await Built.run("/bin/bash", [Built.root + "/Tests/Adoption/adopt.sh", build, Built.policies])
        #expect(ended.status == 0 && ended.text.hasSuffix("adoption: ok\n"), "\(ended.text)\n\(ended.errors)")
    }
}
