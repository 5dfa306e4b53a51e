import TLogConformance
import Testing
import TransparencyLog

/// Mutated and random input to every parser: nothing traps, and what is accepted comes out as it went in.
@Suite struct HostileInputTests {
    @Test(arguments: [UInt64.random(in: 0...UInt64.max), 5])
    func parsersTakeOrRefuse(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let log = try SampleLog(count: 20)
        let note = try log.note()
        let witness = try SeedSigner.make(name: "w", algorithm: .timestampedCosignature, seed: [UInt8](repeating: 3, count: 32))
        var reader = try StoredLog(checkpoint: try log.checkpoint(), read: log.read)
        let proof = try TLogProof(index: 3, hashes: try reader.inclusionProof(index: 3), note: note, extra: [1, 2, 3])
        let request = try AddCheckpointRequest(oldSize: 7, proof: try reader.consistencyProof(from: 7), note: note)
        let policy = "log \(log.signer.key.text)\nwitness a \(witness.key.text)\ngroup g 1 a\nquorum g\n"
        var state = WitnessState()
        let fresh = try AddCheckpointRequest(oldSize: 0, proof: [], note: note)
        if case .cosign(let pending) = try Witness(key: witness.key, logs: [log.signer.key]).decide(fresh.body, state: state, time: 1) {
            _ = try pending.cosign(by: witness) { state = $0 }
        }
        let seeds = [
            note.bytes, proof.bytes, request.body, Array(policy.utf8), state.serialized, try #require(log.files["tile/entries/000.p/20"]),
            Array(log.signer.key.text.utf8), Array("tile/1/x001/x234/067.p/8".utf8), try NodeStore(count: 13).frontier.serialized,
        ]
        for round in 0..<4000 {
            var bytes = seeds[round % seeds.count]
            for _ in 0..<Int.random(in: 0...3, using: &random) { mutate(&bytes, &random) }
            check(bytes, seed: seed)
        }
    }

    private func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        guard !bytes.isEmpty else { return bytes = random.bytes(3) }
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(bytes[place], at: place)
        case 3: bytes.removeSubrange(place...)
        case 4: bytes += bytes[place...]
        default: bytes.swapAt(place, Int.random(in: 0..<bytes.count, using: &random))
        }
    }

    private func check(_ bytes: [UInt8], seed: UInt64) {
        if let note = try? SignedNote(parsing: bytes) {
            #expect(note.bytes == bytes, "seed \(seed)")
            if let checkpoint = try? Checkpoint(parsing: note.text, extensionLines: .accepted) { #expect(checkpoint.text == note.text) }
        }
        if let proof = try? TLogProof(parsing: bytes) { #expect(proof.bytes == bytes, "seed \(seed)") }
        if let request = try? AddCheckpointRequest(parsing: bytes) { #expect(request.body == bytes, "seed \(seed)") }
        if let state = try? WitnessState(serialized: bytes) { #expect(state.serialized == bytes, "seed \(seed)") }
        if let frontier = try? Frontier(serialized: bytes) { #expect(frontier.serialized == bytes, "seed \(seed)") }
        if let key = try? VerifierKey(parsing: bytes[...]) { #expect(Array(key.text.utf8) == bytes, "seed \(seed)") }
        if let text = String(validating: bytes, as: UTF8.self), let tile = try? Tile(path: text) {
            #expect(Array(tile.path.utf8) == bytes, "seed \(seed)")
        }
        _ = try? Policy(parsing: bytes)
        for width in [1, 20, 256] { _ = EntryBundle.entries(of: bytes, width: width) }
    }
}
