import TLogConformance
import Testing
import TransparencyLog

@Suite struct CheckpointTests {
    private static let root = Hash.sha256([1]).base64

    @Test func onlyOneSpellingIsTaken() throws {
        let good = "example.org/log\n5\n\(Self.root)\n"
        #expect(try Checkpoint(parsing: Array(good.utf8)).text == Array(good.utf8))
        let table: [(String, CheckpointDefect)] = [
            ("example.org/log\n5\n", .tooFewLines),
            (String(good.dropLast()), .tooFewLines),
            ("\n5\n\(Self.root)\n", .emptyLine),
            ("example.org/log\n\n\(Self.root)\n", .emptyLine),
            (good + "\n", .emptyLine),
            ("example.org/log\n05\n\(Self.root)\n", .malformedSize),
            ("example.org/log\n-5\n\(Self.root)\n", .malformedSize),
            ("example.org/log\n+5\n\(Self.root)\n", .malformedSize),
            ("example.org/log\n5 \n\(Self.root)\n", .malformedSize),
            ("example.org/log\n9223372036854775808\n\(Self.root)\n", .malformedSize),
            ("example.org/log\n5\n\(Self.root.dropLast())\n", .malformedRoot),
            ("example.org/log\n5\n\(Self.root)=\n", .malformedRoot),
            ("example.org/log\n5\nAAAA\n", .malformedRoot),
            ("example.org/log\n0\n\(Self.root)\n", .emptyTreeRoot),
            (good + "extension\n", .extensionLines),
        ]
        for (text, defect) in table {
            #expect(throws: TransparencyLogError.malformedCheckpoint(defect), "\(text)") { try Checkpoint(parsing: Array(text.utf8)) }
        }
        let extended = try Checkpoint(parsing: Array((good + "extension\n").utf8), extensionLines: .accepted)
        #expect(extended.extensionLines == [Array("extension".utf8)])
        #expect(extended.text == Array((good + "extension\n").utf8))
    }

    @Test func aCheckpointOfAnotherLogIsRefused() throws {
        let log = try SampleLog(count: 3)
        let key = log.signer.key
        let note = try log.note()
        #expect(try VerifiedCheckpoint.verify(note, log: VerifierKeys(key)).checkpoint.size == 3)
        // The key signs a checkpoint under another origin.
        let origin = try #require(Origin("elsewhere"))
        let foreign = try Checkpoint(origin: origin, size: 3, root: try log.root(at: 3))
        #expect(throws: TransparencyLogError.wrongOrigin(expected: Origin(key.name), found: origin)) { try foreign.signed(by: log.signer) }
        var forged = try SignedNote(text: foreign.text)
        try forged.append(try log.signer.signature(over: forged.text))
        #expect(throws: TransparencyLogError.wrongOrigin(expected: Origin(key.name), found: origin)) {
            try VerifiedCheckpoint.verify(forged, log: VerifierKeys(key))
        }
    }

    @Test func aWitnessAloneMakesNoCheckpoint() throws {
        let log = try SampleLog(count: 3)
        let witness = try SeedSigner.make(name: "w", algorithm: .timestampedCosignature, seed: [UInt8](repeating: 9, count: 32))
        var note = try SignedNote(text: try log.checkpoint().text)
        try note.append(try witness.signature(over: note.text, time: 5))
        #expect(throws: TransparencyLogError.noKnownSignature) {
            try VerifiedCheckpoint.verify(note, log: VerifierKeys(log.signer.key), witnesses: [witness.key])
        }
        try note.append(try log.signer.signature(over: note.text))
        let verified = try VerifiedCheckpoint.verify(note, log: VerifierKeys(log.signer.key), witnesses: [witness.key])
        #expect(verified.cosignatures.map(\.time) == [5])
        #expect(verified.logSignatures.count == 1)
    }

    @Test func timesBeyondTheSignedRangeAreRefused() throws {
        let log = try SampleLog(count: 1)
        let witness = try SeedSigner.make(name: "w", algorithm: .timestampedCosignature, seed: [UInt8](repeating: 9, count: 32))
        #expect(throws: TransparencyLogError.signingFailed(witness.key.name)) {
            try witness.signature(over: try log.checkpoint().text, time: UInt64(Int64.max) + 1)
        }
        var note = try log.note()
        try note.append(NoteSignature(key: witness.key, payload: [UInt8](repeating: 0xFF, count: 72)))
        #expect(throws: TransparencyLogError.badSignature(witness.key.name)) {
            try note.verified(by: VerifierKeys([witness.key, log.signer.key]))
        }
    }
}
