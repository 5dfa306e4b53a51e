import Testing

@testable import Sealing

extension AssociatedData {
    static let sample = AssociatedData("item-content")
        .adding("vault", text: "Waterwolde é")
        .adding("item", bytes: [1, 2, 3])
        .adding("version", number: 7)
        .adding("parent", bytes: nil)
}

@Suite("Envelope")
struct EnvelopeTests {
    static let keyBytes = Array(UInt8(0)..<32)

    static func open(
        _ sealed: [UInt8], under key: borrowing SecretKey, into buffer: inout WipedBuffer
    ) throws(SealingError) -> Int {
        try unsafe buffer.withUnsafeMutableBytes { target throws(SealingError) in
            // SAFETY: an array of UInt8 has no padding.
            try unsafe Envelope.open(sealed.span.bytes, under: key, label: .test, meaning: .sample, into: target)
        }
    }

    /// Computed with another implementation of BLAKE2b, HChaCha20 and ChaCha20-Poly1305, after the description of the format.
    @Test func formatKnownAnswer() throws {
        let golden = try #require(
            [UInt8](
                hexadecimal:
                    "016465666768696a6b6c6d6e6f707172737475767778797a7b9de54193fdc9d3f02928691aba5564137444226e878f465b2546e842f287ef"
                    + "102d27064e680167f35f0fc57fc6f90f9de4823e496ca1839cf0bc1bb2"))
        let key = try secretKey(EnvelopeTests.keyBytes)
        let content = Array("één geheim".utf8)
        // SAFETY: an array of UInt8 has no padding.
        let sealed = try unsafe Envelope.seal(
            content.span.bytes, under: key, label: .test, meaning: AssociatedData.sample.bytes, nonce: Array(100..<124))
        #expect(sealed == golden)
        #expect(try Envelope.open(golden, under: key, label: .test, meaning: .sample) == content)
    }

    @Test("whatever is sealed opens, at sizes around the interesting ones", arguments: [0, 1, 15, 16, 63, 64, 1_000, 262_144])
    func roundTrip(size: Int) throws {
        var generator = SeededGenerator(seed: UInt64(size))
        let content = generator.bytes(size)
        let key = try SecretKey.random()
        let sealed = try Envelope.seal(content, under: key, label: .test, meaning: .sample)
        #expect(sealed.count == size + Envelope.overhead)
        #expect(try Envelope.open(sealed, under: key, label: .test, meaning: .sample) == content)
        let secret = try Envelope.openSecret(sealed, under: key, label: .test, meaning: .sample)
        #expect(exposed(secret) == content)
        var buffer = WipedBuffer(count: size + 5)
        let count = try EnvelopeTests.open(sealed, under: key, into: &buffer)
        #expect(count == size)
        #expect(unsafe buffer.withUnsafeBytes { unsafe Array($0.prefix(count)) } == content)
    }

    @Test func neverTheSameTwice() throws {
        let key = try SecretKey.random()
        let first = try Envelope.seal([1, 2, 3], under: key, label: .test, meaning: .sample)
        let second = try Envelope.seal([1, 2, 3], under: key, label: .test, meaning: .sample)
        #expect(first != second)
        #expect(first[1..<25] != second[1..<25])
    }

    @Test("every flipped bit is refused, and where it stood decides how")
    func flippedBits() throws {
        let key = try SecretKey.random()
        let sealed = try Envelope.seal(Array("inhoud".utf8), under: key, label: .test, meaning: .sample)
        for index in sealed.indices {
            for bit in 0..<8 {
                var altered = sealed
                altered[index] ^= 1 << UInt8(bit)
                let wanted: SealingError =
                    switch index {
                    case 0: .unknownSuite
                    case 1..<57: .wrongKeyOrContext
                    default: .forged
                    }
                #expect(throws: wanted, "byte \(index) bit \(bit)") {
                    try Envelope.open(altered, under: key, label: .test, meaning: .sample)
                }
            }
        }
    }

    @Test func everyShorterFormIsRefused() throws {
        let key = try SecretKey.random()
        let sealed = try Envelope.seal(Array("inhoud".utf8), under: key, label: .test, meaning: .sample)
        for count in 0..<sealed.count {
            let wanted: SealingError = count < Envelope.overhead ? .tooShort : .forged
            #expect(throws: wanted) { try Envelope.open(Array(sealed.prefix(count)), under: key, label: .test, meaning: .sample) }
        }
        #expect(throws: SealingError.forged) { try Envelope.open(sealed + [0], under: key, label: .test, meaning: .sample) }
    }

    @Test func theKeyTheLabelAndTheMeaningAreCommittedTo() throws {
        let key = try SecretKey.random()
        let otherKey = try SecretKey.random()
        let sealed = try Envelope.seal(Array("inhoud".utf8), under: key, label: .test, meaning: .sample)
        #expect(throws: SealingError.wrongKeyOrContext) { try Envelope.open(sealed, under: otherKey, label: .test, meaning: .sample) }
        #expect(throws: SealingError.wrongKeyOrContext) { try Envelope.open(sealed, under: key, label: .other, meaning: .sample) }
        let meanings = [
            AssociatedData("item-content"), AssociatedData.sample.adding("more", number: 0),
            AssociatedData("item-content").adding("vault", text: "Waterwolde e\u{301}").adding("item", bytes: [1, 2, 3])
                .adding("version", number: 7).adding("parent", bytes: nil),
            AssociatedData("item-content").adding("vault", text: "Waterwolde é").adding("item", bytes: [1, 2, 3])
                .adding("version", number: 8).adding("parent", bytes: nil),
        ]
        for meaning in meanings {
            #expect(throws: SealingError.wrongKeyOrContext) { try Envelope.open(sealed, under: key, label: .test, meaning: meaning) }
        }
    }

    /// Plain XChaCha20-Poly1305 opens such a ciphertext under a key other than the one that committed; the envelope does not.
    @Test func aTagThatFitsUnderAnotherKeyIsStillRefused() throws {
        let key = try SecretKey.random()
        let otherKey = try SecretKey.random()
        let meaning = AssociatedData.sample
        let mine = try Envelope.seal([1, 2, 3], under: key, label: .test, meaning: meaning)
        let theirs = try Envelope.seal([1, 2, 3], under: otherKey, label: .test, meaning: meaning)
        // Their nonce, ciphertext and tag behind my commitment, and the reverse.
        let mixed = Array(theirs[..<25] + mine[25..<57] + theirs[57...])
        for candidate in [mixed, Array(mine[..<57] + theirs[57...])] {
            #expect(throws: SealingError.self) { try Envelope.open(candidate, under: key, label: .test, meaning: meaning) }
            #expect(throws: SealingError.wrongKeyOrContext) {
                try Envelope.open(candidate, under: otherKey, label: .test, meaning: meaning)
            }
        }
    }

    @Test func aFailedOpeningLeavesNoPlaintext() throws {
        let key = try SecretKey.random()
        let content = [UInt8](repeating: 0x41, count: 300)
        var sealed = try Envelope.seal(content, under: key, label: .test, meaning: .sample)
        sealed[sealed.count - 1] ^= 1
        var buffer = WipedBuffer(count: 300)
        #expect(throws: SealingError.forged) {
            try EnvelopeTests.open(sealed, under: key, into: &buffer)
        }
        #expect(unsafe buffer.withUnsafeBytes { unsafe $0.allSatisfy { $0 == 0 } })
        var small = WipedBuffer(count: 299)
        #expect(throws: SealingError.bufferTooSmall) {
            try EnvelopeTests.open(sealed, under: key, into: &small)
        }
    }

    @Test func wrappedKeysOpenToTheSameKey() throws {
        let key = try KeyBox.random()
        let inner = try SecretKey.random()
        let wrapped = try Envelope.wrap(inner, under: key, label: .test, meaning: .sample)
        #expect(wrapped.count == 105)
        let opened = try Envelope.unwrap(wrapped, under: key, label: .test, meaning: .sample)
        #expect(exposed(opened) == exposed(inner))
        #expect(throws: SealingError.wrongKeyOrContext) {
            _ = try Envelope.unwrap(wrapped, under: key, label: .other, meaning: .sample)
        }
        let notAKey = try Envelope.seal([1, 2, 3], under: key, label: .test, meaning: .sample)
        #expect(throws: SealingError.wrongLength) {
            _ = try Envelope.unwrap(notAKey, under: key, label: .test, meaning: .sample)
        }
    }

    @Test func paddedFormsHideTheSize() throws {
        let key = try SecretKey.random()
        for (size, bucket) in [(0, 64), (1, 64), (63, 64), (64, 128), (300, 512)] {
            let content = [UInt8](repeating: 0x80, count: size)
            let sealed = try Envelope.sealPadded(content, under: key, label: .test, meaning: .sample)
            #expect(sealed.count == bucket + Envelope.overhead)
            #expect(try Envelope.openPadded(sealed, under: key, label: .test, meaning: .sample) == content)
        }
        let unpadded = try Envelope.seal([UInt8](repeating: 0, count: 64), under: key, label: .test, meaning: .sample)
        #expect(throws: SealingError.badPadding) { try Envelope.openPadded(unpadded, under: key, label: .test, meaning: .sample) }
    }

    @Test func aWipedKeySealsAndOpensNothing() throws {
        let box = try KeyBox.random()
        let sealed = try Envelope.seal([1], under: box, label: .test, meaning: .sample)
        #expect(box.wipe())
        #expect(throws: SealingError.keyWiped) { try Envelope.open(sealed, under: box, label: .test, meaning: .sample) }
        #expect(throws: SealingError.keyWiped) { try Envelope.seal([1], under: box, label: .test, meaning: .sample) }
    }
}

@Suite("Padding")
struct PaddingTests {
    @Test func buckets() {
        let table = [
            (0, 64), (63, 64), (64, 128), (127, 128), (128, 256), (255, 256), (256, 512), (512, 1_024), (1_024, 2_048),
            (2_047, 2_048), (2_048, 4_096), (4_095, 4_096), (4_096, 8_192), (8_191, 8_192), (8_192, 12_288), (100_000, 102_400),
        ]
        for (count, bucket) in table { #expect(Padding.paddedCount(for: count) == bucket, "\(count)") }
        #expect(Padding.paddedCount(for: -1) == nil)
        #expect(Padding.paddedCount(for: .max) == nil)
    }

    @Test("every padded form opens to its content, and no other bytes do")
    func strictness() throws {
        let seed = freshSeed()
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            var content = generator.bytes(Int.random(in: 0...600, using: &generator))
            if Bool.random(using: &generator) { content += [0x80, 0, 0] }
            let padded = try Padding.pad(content)
            #expect(padded.count == Padding.paddedCount(for: content.count), "seed \(seed)")
            #expect(try Padding.unpad(padded) == content, "seed \(seed)")
            // Any change after the content is refused, but for one that moves the mark within the bucket.
            let index = Int.random(in: content.count..<padded.count, using: &generator)
            var altered = padded
            altered[index] ^= 0x01
            #expect(throws: SealingError.badPadding, "seed \(seed)") { try Padding.unpad(altered) }
            #expect(throws: SealingError.badPadding, "seed \(seed)") { try Padding.unpad(padded + [0]) }
        }
    }

    @Test func refusedForms() {
        let zeros = [UInt8](repeating: 0, count: 64)
        let tooWide = [0x80] + [UInt8](repeating: 0, count: 127)
        for bytes in [[], [0x80], zeros, tooWide, [UInt8](repeating: 0xFF, count: 64)] {
            #expect(throws: SealingError.badPadding) { try Padding.unpad(bytes) }
        }
    }
}
