import Encodings
import TLogConformance
import Testing
import TransparencyLog

@Suite struct NoteTests {
    let signer: NoteSigner
    let other: NoteSigner

    init() throws {
        signer = try SeedSigner.make(name: "example.org/a", seed: [UInt8](repeating: 1, count: 32))
        other = try SeedSigner.make(name: "example.org/b", seed: [UInt8](repeating: 2, count: 32))
    }

    private func signed(_ text: String, by signers: [NoteSigner]) throws -> SignedNote {
        var note = try SignedNote(text: Array(text.utf8))
        for signer in signers { try note.append(try signer.signature(over: note.text)) }
        return note
    }

    @Test func aNoteComesBackAsItWas() throws {
        let note = try signed("one\n\ntwo\n", by: [signer, other])
        let parsed = try SignedNote(parsing: note.bytes)
        #expect(parsed == note)
        // Split at the last empty line, not the first.
        #expect(parsed.text == Array("one\n\ntwo\n".utf8))
        #expect(try parsed.verified(by: VerifierKeys([signer.key, other.key])).signatures.count == 2)
    }

    @Test func aKnownKeyWithABadSignatureRefusesTheWholeNote() throws {
        var note = try signed("text\n", by: [signer])
        try note.append(NoteSignature(key: other.key, payload: [UInt8](repeating: 0, count: 64)))
        #expect(throws: TransparencyLogError.badSignature(other.key.name)) {
            try note.verified(by: VerifierKeys([signer.key, other.key]))
        }
        // Unknown, the same line says nothing.
        let verified = try note.verified(by: VerifierKeys(signer.key))
        #expect(verified.unverified.count == 1)
        #expect(throws: TransparencyLogError.noKnownSignature) {
            try note.verified(by: VerifierKeys([]))
        }
    }

    @Test func aSecondBadSignatureOfAGoodKeyIsNotPassedOver() throws {
        var note = try signed("text\n", by: [signer])
        try note.append(NoteSignature(key: signer.key, payload: [UInt8](repeating: 7, count: 64)))
        #expect(throws: TransparencyLogError.badSignature(signer.key.name)) { try note.verified(by: VerifierKeys(signer.key)) }
    }

    @Test func nameAndIdentifierMustBothMatch() throws {
        let note = try signed("text\n", by: [signer])
        let renamed = try #require(KeyName("example.org/z"))
        let sameKey = try VerifierKey(name: renamed, algorithm: .ed25519, publicKey: signer.key.publicKey)
        #expect(throws: TransparencyLogError.noKnownSignature) { try note.verified(by: VerifierKeys(sameKey)) }
    }

    @Test func keyTypesAreNotMixedUp() throws {
        // The same key pair and name, once as 0x01 and once as 0x04: different key ids, and neither's signature passes for the other's.
        let seed = [UInt8](repeating: 1, count: 32)
        let witness = try SeedSigner.make(name: "example.org/a", algorithm: .timestampedCosignature, seed: seed)
        #expect(witness.key.keyID != signer.key.keyID)
        let text = try Checkpoint(origin: Origin(signer.key.name), size: 0, root: .emptyTree).text
        var note = try SignedNote(text: text)
        try note.append(try witness.signature(over: text, time: 12))
        let verified = try note.verified(by: VerifierKeys([witness.key, signer.key]))
        #expect(verified.signatures.map(\.time) == [12])
        var forged = try SignedNote(text: text)
        try forged.append(NoteSignature(key: signer.key, payload: verified.signatures[0].signature.payload))
        #expect(throws: TransparencyLogError.badSignature(signer.key.name)) { try forged.verified(by: VerifierKeys(signer.key)) }
    }

    @Test func aWitnessSignsCheckpointsOnly() throws {
        let witness = try SeedSigner.make(name: "w", algorithm: .timestampedCosignature, seed: [UInt8](repeating: 3, count: 32))
        #expect(throws: TransparencyLogError.malformedCheckpoint(.tooFewLines)) {
            try witness.signature(over: Array("text\n".utf8), time: 1)
        }
    }

    @Test func aSignerWithTheWrongKeySignsNothing() throws {
        let confused = NoteSigner(key: signer.key) { _ in [UInt8](repeating: 0, count: 64) }
        #expect(throws: TransparencyLogError.signingFailed(signer.key.name)) { try confused.signature(over: Array("text\n".utf8)) }
        let broken = NoteSigner(key: signer.key) { _ in throw TransparencyLogError.noKnownSignature }
        #expect(throws: TransparencyLogError.signingFailed(signer.key.name)) { try broken.signature(over: Array("text\n".utf8)) }
    }

    @Test func malformedNotesAreRefusedByName() throws {
        let good = String(decoding: try signed("text\n", by: [signer]).bytes, as: UTF8.self)
        let line = String(decoding: try signed("text\n", by: [signer]).signatures[0].line, as: UTF8.self)
        let table: [(String, NoteDefect)] = [
            ("", .noFinalNewline),
            ("text\n", .noSignatures),
            ("text\n\n", .noSignatures),
            (String(good.dropLast()), .noFinalNewline),
            (good.replacing("text", with: "te\txt"), .controlCharacter),
            (good.replacing("text\n", with: "text\r\n"), .controlCharacter),
            (good.replacing("—", with: "-"), .malformedSignatureLine),
            (good.replacing("— ", with: "—  "), .malformedSignatureLine),
            (good.replacing("example.org/a ", with: "example.org/a\u{00A0}"), .malformedSignatureLine),
            (good.replacing("example.org/a", with: "exa+mple"), .malformedSignatureLine),
            (good.replacing("example.org/a", with: "exa\u{2003}mple"), .malformedSignatureLine),
            (good + "\n" + line + "x\n", .malformedSignatureLine),
            ("text\n\n— a AAAAAA==\n", .malformedSignatureLine),
            ("text\n\n— a AAAAAB==\n", .malformedSignatureLine),
            ("text\n\n— a AAAAAAA\n", .malformedSignatureLine),
            ("text\n\n" + String(repeating: "— a AAAAAAA=\n", count: 101), .tooManySignatures),
            ("text\n\n" + String(repeating: "x", count: 1_000_000) + "\n", .tooLarge),
        ]
        for (text, defect) in table {
            #expect(throws: TransparencyLogError.malformedNote(defect), "\(text.prefix(80))") {
                try SignedNote(parsing: Array(text.utf8))
            }
        }
        // Five bytes are the shortest signature that can be told from none.
        #expect(try SignedNote(parsing: Array("text\n\n— a AAAAAAA=\n".utf8)).signatures.count == 1)
        #expect(throws: TransparencyLogError.malformedNote(.invalidUTF8)) { try SignedNote(parsing: [0xFF] + Array(good.utf8)) }
        // Overlong and surrogate encodings are no UTF-8.
        for bytes in [[0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80]] as [[UInt8]] {
            #expect(throws: TransparencyLogError.malformedNote(.invalidUTF8)) { try SignedNote(parsing: bytes + Array(good.utf8)) }
        }
    }

    @Test func sixteenAndAHundredSignaturesAreTaken() throws {
        for count in [16, 100] {
            let note = try signed("text\n", by: [NoteSigner](repeating: signer, count: count))
            #expect(try SignedNote(parsing: note.bytes).verified(by: VerifierKeys(signer.key)).signatures.count == count)
        }
    }

    @Test func aHundredCosignaturesOverALongCheckpointAreTaken() throws {
        // Read again for every line, this checkpoint would take minutes.
        let witness = try SeedSigner.make(name: "w", algorithm: .timestampedCosignature, seed: [UInt8](repeating: 3, count: 32))
        let head = try Checkpoint(origin: Origin(signer.key.name), size: 0, root: .emptyTree).text
        var note = try SignedNote(text: head + Array(String(repeating: "x\n", count: 300_000).utf8))
        let cosignature = try witness.signature(over: note.text, time: 12)
        for _ in 0..<100 { try note.append(cosignature) }
        let keys = try VerifierKeys([signer.key, witness.key])
        #expect(try note.verified(by: keys).signatures.count == 100)
        // What is no checkpoint stays none, also when the signature would be right.
        var text = try SignedNote(text: Array("text\n".utf8))
        try text.append(cosignature)
        #expect(throws: TransparencyLogError.malformedCheckpoint(.tooFewLines)) { try text.verified(by: keys) }
    }

    @Test func decimalsHaveOneSpelling() {
        #expect(Decimal.parse(Array("0".utf8)[...]) == 0)
        #expect(Decimal.parse(Array("9223372036854775807".utf8)[...]) == UInt64(Int64.max))
        for text in [
            "", "00", "01", "+1", "-1", "1 ", " 1", "1_000", "9223372036854775808", "18446744073709551616", "99999999999999999999", "１",
        ] {
            #expect(Decimal.parse(Array(text.utf8)[...]) == nil, "\(text)")
        }
    }

    @Test func keyFilesSkipUnknownTypesAndRefuseAmbiguity() throws {
        let unknown = try #require(KeyName("pq"))
        let material = [0x06] + [UInt8](repeating: 1, count: 1312)
        let digest = Hash.sha256(unknown.utf8 + [0x0A] + material).bytes
        let text = "\(signer.key.text)\npq+\(Hexadecimal.text(Array(digest[..<4])))+\(Base64.text(material))\n\(signer.key.text)\n"
        let keys = try VerifierKeys(parsingLines: Array(text.utf8))
        #expect(keys.keys == [signer.key])
        #expect(throws: TransparencyLogError.malformedVerifierKey(.malformedText)) { try VerifierKeys(parsingLines: Array("x\n".utf8)) }
        #expect(throws: TransparencyLogError.malformedVerifierKey(.malformedKeyID)) {
            try VerifierKey(parsing: "example.org/a+0000000G+AAAA")
        }
        // Upper case would be a second spelling.
        let upper = signer.key.text.split(separator: "+", maxSplits: 2)
        let hasLetters = upper[1].contains { $0.isLetter }
        if hasLetters {
            #expect(throws: TransparencyLogError.self) { try VerifierKey(parsing: "\(upper[0])+\(upper[1].uppercased())+\(upper[2])") }
        }
    }

    @Test func namesThatUnicodeCallsEqualAreDifferent() throws {
        let composed = try #require(KeyName("caf\u{E9}"))
        let decomposed = try #require(KeyName("cafe\u{301}"))
        #expect(composed != decomposed)
        #expect(KeyName("") == nil)
        #expect(KeyName("a b") == nil)
        #expect(KeyName("a+b") == nil)
        #expect(KeyName("a\u{2028}b") == nil)
    }
}
