import LedgerFormat
import TLogConformance
import Testing
import TransparencyLog

@Suite struct CosignedCheckpointTests {
    private let witness: NoteSigner

    init() throws {
        witness = try SeedSigner.make(name: "w.example/1", algorithm: .timestampedCosignature, seed: [UInt8](repeating: 8, count: 32))
    }

    /// The checkpoint of a ledger at a size, with a witness's line.
    private func cosigned(_ log: SampleLog, at size: UInt64) throws -> CosignedCheckpoint {
        var note = try log.note(at: size)
        try note.append(try witness.signature(over: note.text, time: 1_763_770_000))
        return try CosignedCheckpoint(moment: 1_763_770_000_123, note: note)
    }

    /// Appends the leaf, and publishes its opening with these bytes in the segment's place.
    private func anchor(_ cosigned: CosignedCheckpoint, in ledger: inout SampleLedger) throws {
        let seq = ledger.log.size
        let built = try cosigned.leaf(at: seq) { [UInt8](repeating: 5, count: 32) }
        try ledger.append([built])
        ledger.log.files["openings"] = Openings.serialize(built.side.openings)
    }

    private func refusal(_ ledger: SampleLedger) -> LedgerFormatError? {
        do throws(LedgerFormatError) {
            _ = try ledger.verifier().verify()
            return nil
        } catch { return error }
    }

    @Test func theLogCommitsToItsOwnCosignatures() throws {
        var ledger = try SampleLedger(count: 300)
        let earlier = try cosigned(ledger.log, at: 257)
        try anchor(earlier, in: &ledger)
        let report = try ledger.verifier(pinnedKey: ledger.log.signer.key).verify()
        #expect(report.cosigned == [300: earlier])
        #expect(try Segment(parsing: Segment.cosigned(earlier).bytes, slot: Leaf.officersSlot) == .cosigned(earlier))
        // What counts for outsiders is whose signature it is, and that is for their policy to say.
        #expect(
            try VerifiedCheckpoint.verify(earlier.note, log: VerifierKeys(ledger.log.signer.key), witnesses: [witness.key]).cosignatures
                .count == 1)
    }

    @Test func aCheckpointThatTheLogNeverHadIsFound() throws {
        // Another tree under the same key, and the right tree under another key.
        let fork = try SampleLog(name: "kluis.example.org/waterwolde", seed: 1)
        var forked = fork
        try forked.append((0..<300).map { Array("fork \($0)".utf8) })
        var ledger = try SampleLedger(count: 300)
        try anchor(try cosigned(forked, at: 257), in: &ledger)
        #expect(refusal(ledger) == .cosignedMismatch(seq: 300))

        let stranger = try SampleLedger(count: 300, seed: 3)
        var other = try SampleLedger(count: 300)
        try anchor(try cosigned(stranger.log, at: 257), in: &other)
        #expect(refusal(other) == .cosignedMismatch(seq: 300))

        // A leaf cannot speak of a tree that it is part of.
        var larger = try SampleLedger(count: 301)
        let tooLarge = try cosigned(larger.log, at: 301)
        #expect(throws: LedgerFormatError.malformedCosigned) { try tooLarge.leaf(at: 300) { [UInt8](repeating: 5, count: 32) } }
        try anchor(tooLarge, in: &larger)
        #expect(refusal(larger) == nil)
    }

    @Test func thereIsOneSpelling() throws {
        let ledger = try SampleLedger(count: 10)
        let good = try cosigned(ledger.log, at: 5)
        #expect(try CosignedCheckpoint(parsing: good.bytes) == good)
        let text = String(decoding: good.bytes, as: UTF8.self)
        for (from, to) in [
            ("moment 1", "moment 01"), ("moment 1", "moment -1"), ("/v1\n", "/v2\n"), ("moment ", "time "), ("\n\n— ", "\n— "),
            ("=\n", "\n"),
        ] {
            guard let place = text.firstRange(of: from) else {
                Issue.record("\(from) is not there")
                continue
            }
            let changed = text.replacingCharacters(in: place, with: to)
            #expect(throws: LedgerFormatError.malformedCosigned, "\(from)") { try CosignedCheckpoint(parsing: Array(changed.utf8)) }
        }
        // Without a cosignature there is nothing to commit to; in a resident's slot it has no place.
        #expect(throws: LedgerFormatError.malformedCosigned) { try CosignedCheckpoint(moment: 0, note: try ledger.log.note(at: 5)) }
        #expect(throws: LedgerFormatError.self) { try Segment(parsing: good.bytes, slot: 0) }
    }
}

extension String {
    fileprivate func replacingCharacters(in range: Range<Index>, with text: String) -> String {
        String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
    }
}
