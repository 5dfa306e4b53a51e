import Foundation
import Testing

@testable import Sealing

@Suite("Digests")
struct DigestTests {
    /// Source: FIPS 180-4 examples; RFC 6962 §2.1 (the empty tree, and the leaf of the empty entry).
    @Test(
        "SHA-256 known answers",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func sha256(text: String, digest: String) {
        #expect(SHA256.hash(Array(text.utf8)).description == digest)
    }

    @Test func leafOfTheEmptyEntry() {
        let digest = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        #expect(SHA256.hash(prefix: 0, []).description == digest)
    }

    /// Lengths on both sides of the borders of blocks and of the padding, many times over; libsodium is the other implementation.
    @Test("SHA-256 by instructions equals libsodium's, at every length from 0 to 300 and over many blocks")
    func instructionsAgree() {
        let seed = freshSeed()
        var generator = SeededGenerator(seed: seed)
        let lengths = Array(0...300) + (0..<200).map { _ in Int.random(in: 301...20_000, using: &generator) } + [65_535, 1_000_003]
        for length in lengths {
            // Read from the middle of a larger array, so that the data is aligned anyhow.
            let offset = Int.random(in: 0...15, using: &generator)
            let padded = generator.bytes(offset) + (length < 20_000 ? generator.bytes(length) : [UInt8](repeating: 0xA5, count: length))
            let bytes = Array(padded[offset...])
            // SAFETY: an array of UInt8 has no padding.
            let digest = SHA256.hash(unsafe padded.span.bytes.extracting(offset..<padded.count))
            #expect(digest == SHA256.portableHash(bytes), "length \(length), seed \(seed)")
            var hasher = SHA256Hasher()
            for start in stride(from: 0, to: bytes.count, by: 777) { hasher.update(Array(bytes[start..<min(start + 777, bytes.count)])) }
            #expect(digest == hasher.finalize(), "length \(length), seed \(seed)")
        }
    }

    @Test("HMAC by instructions equals libsodium's, with keys on both sides of a block")
    func hmacsAgree() {
        let seed = freshSeed()
        var generator = SeededGenerator(seed: seed)
        for length in Array(0...70) + [119, 120, 1_000, 5_000] {
            for keyLength in [0, 1, 31, 32, 63, 64, 65, 100] {
                let (key, message) = (generator.bytes(keyLength), generator.bytes(length))
                // SAFETY: arrays of UInt8 have no padding.
                let expected = unsafe HMACSHA256.portableAuthenticate(RawSpan(), message.span.bytes, key: key.span.bytes)
                #expect(HMACSHA256.authenticate(message, key: key) == expected, "message \(length), key \(keyLength), seed \(seed)")
                let (head, rest) = (Array(message.prefix(25)), Array(message.dropFirst(25)))
                // SAFETY: as above.
                let (inParts, portable) = unsafe (
                    HMACSHA256.authenticate(head.span.bytes, rest.span.bytes, key: key.span.bytes),
                    HMACSHA256.portableAuthenticate(head.span.bytes, rest.span.bytes, key: key.span.bytes)
                )
                #expect(inParts == expected && portable == expected, "in parts: message \(length), key \(keyLength), seed \(seed)")
            }
        }
    }

    /// Source: NIST, "SHA-2 Additional" examples of the Cryptographic Standards and Guidelines: single bytes, 55…64 zeros, and longer.
    @Test(
        "SHA-256 known answers around the borders of a block",
        arguments: [
            ([0xbd], 1, "68325720aabd7c82f30f554b313d0570c95accbb7dc4b5aae11204c08ffe732b"),
            ([0xc9, 0x8c, 0x8e, 0x55], 1, "7abc22c0ae5af26ce93dbb94433a0e0b2e119d014f8e7f65bd56c61ccccd9504"),
            ([0x00], 55, "02779466cdec163811d078815c633f21901413081449002f24aa3e80f0b88ef7"),
            ([0x00], 56, "d4817aa5497628e7c77e6b606107042bbba3130888c5f47a375e6179be789fbb"),
            ([0x00], 57, "65a16cb7861335d5ace3c60718b5052e44660726da4cd13bb745381b235a1785"),
            ([0x00], 64, "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b"),
            ([0x00], 1_000, "541b3e9daa09b20bf85fa273e5cbd3e80185aa4ec298e765db87742b70138a53"),
            ([0x41], 1_000, "c2e686823489ced2017f6059b8b239318b6364f6dcd835d0a519105a1eadd6e4"),
            ([0x55], 1_005, "f4d62ddec0f3dd90ea1380fa16a5ff8dc4c54b21740650f24afc4120903552b0"),
            ([0x00], 1_000_000, "d29751f2649b32ff572b5e0a9f541ea660a50f94ff0beedfb0b692b924cc8025"),
        ] as [([UInt8], Int, String)])
    func sha256AtBorders(part: [UInt8], times: Int, digest: String) {
        let message = Array(repeatElement(part, count: times).joined())
        #expect(SHA256.hash(message).description == digest)
        #expect(SHA256.portableHash(message).description == digest)
    }

    /// Says which of the two was tested above, so that a run on a machine without the instructions does not pass for more than it is.
    @Test func theInstructionsOfThisProcessorAreKnown() {
        let flags = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        guard let line = flags.split(separator: "\n").first(where: { $0.hasPrefix("flags") }) else { return }
        let words = Set(line.split(separator: " "))
        let expected = words.isSuperset(of: ["sha_ni", "ssse3", "sse4_1"])
        #expect(SHA256.usesInstructions == expected)
        if !expected { print("this processor has no instructions for SHA-256: only libsodium's code was tested") }
    }

    /// Source: FIPS 180-4 example.
    @Test func sha512() {
        let digest =
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        #expect(SHA512.hash(Array("abc".utf8)) == [UInt8](hexadecimal: digest))
    }

    @Test("the forms with a prefix equal the hash of the joined bytes")
    func prefixed() throws {
        let seed = freshSeed()
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let prefix = UInt8.random(in: .min ... .max, using: &generator)
            let left = generator.bytes(Int.random(in: 0...150, using: &generator))
            let right = generator.bytes(Int.random(in: 0...150, using: &generator))
            #expect(SHA256.hash(prefix: prefix, left) == SHA256.hash([prefix] + left), "seed \(seed)")
            // SAFETY: arrays of UInt8 have no padding.
            let joined = unsafe SHA256.hash(prefix: prefix, left.span.bytes, right.span.bytes)
            #expect(joined == SHA256.hash([prefix] + left + right), "seed \(seed)")
            let first = SHA256.hash(left)
            let second = SHA256.hash(right)
            let node = SHA256.hash(prefix: prefix, first, second)
            #expect(node == SHA256.hash([prefix] + first.bytes + second.bytes), "seed \(seed)")

            var hasher = SHA256Hasher()
            hasher.update(left)
            let fork = hasher
            hasher.update(right)
            #expect(hasher.finalize() == SHA256.hash(left + right), "seed \(seed)")
            #expect(hasher.finalize() == SHA256.hash(left + right), "finalising twice, seed \(seed)")
            #expect(fork.finalize() == SHA256.hash(left), "seed \(seed)")
        }
    }

    @Test func digestsHaveExactly32Bytes() {
        #expect(SHA256Digest([UInt8](repeating: 7, count: 31)) == nil)
        #expect(SHA256Digest([UInt8](repeating: 7, count: 33)) == nil)
        let bytes = Array(UInt8(0)..<32)
        #expect(SHA256Digest(bytes)?.bytes == bytes)
        #expect(SHA256Digest(bytes) != SHA256Digest(Array(bytes.reversed())))
    }

    /// Source: RFC 7693 appendix A; the others were computed with another implementation.
    @Test func blake2bKnownAnswers() throws {
        let abc = Array("abc".utf8)
        let digest =
            "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"
        #expect(try BLAKE2b.hash(abc, byteCount: 64) == [UInt8](hexadecimal: digest))
        let key = try secretKey(Array(0..<32))
        #expect(
            try BLAKE2b.authenticate(abc, key: key, label: .test, byteCount: 16)
                == [UInt8](hexadecimal: "f9872c9fd3397b6cef50fac8091b3e0a"))
    }

    @Test func blake2bRefusesOtherLengths() {
        for count in [-1, 0, 15, 65, Int.max] {
            #expect(throws: SealingError.wrongLength) { try BLAKE2b.hash([], byteCount: count) }
        }
    }

    @Test func labelsAndKeysSeparate() throws {
        let key = try secretKey(Array(0..<32))
        let box = KeyBox(try secretKey(Array(0..<32)))
        let otherKey = try secretKey(Array(1..<33))
        let message = Array("bericht".utf8)
        let code = try BLAKE2b.authenticate(message, key: key, label: .test)
        #expect(try BLAKE2b.authenticate(message, key: box, label: .test) == code)
        #expect(try BLAKE2b.authenticate(message, key: key, label: .other) != code)
        #expect(try BLAKE2b.authenticate(message, key: otherKey, label: .test) != code)
        #expect(try BLAKE2b.hash(message, label: .test) != BLAKE2b.hash(message, label: nil))

        try BLAKE2b.verify(code, for: message, key: key, label: .test)
        for index in code.indices {
            var altered = code
            altered[index] ^= 1
            #expect(throws: SealingError.badMAC) { try BLAKE2b.verify(altered, for: message, key: box, label: .test) }
        }
        #expect(throws: SealingError.badMAC) { try BLAKE2b.verify(Array(code.dropLast()), for: message, key: box, label: .test) }
    }

    @Test func constantTimeEquality() {
        #expect(ConstantTime.equal([UInt8](), [UInt8]()))
        #expect(ConstantTime.equal([1, 2, 3], [1, 2, 3] as [UInt8]))
        #expect(!ConstantTime.equal([1, 2, 3], [1, 2, 4] as [UInt8]))
        #expect(!ConstantTime.equal([1, 2, 3], [1, 2] as [UInt8]))
        #expect(!ConstantTime.equal([1, 2], [1, 2, 0] as [UInt8]))
    }

    @Test func randomBytesDiffer() {
        #expect(RandomBytes.generate(0).isEmpty)
        #expect(RandomBytes.generate(-1).isEmpty)
        let first = RandomBytes.generate(32)
        #expect(first.count == 32)
        #expect(first != RandomBytes.generate(32))
    }
}

@Suite("Derivation")
struct DerivationTests {
    /// Computed with another implementation of keyed BLAKE2b.
    @Test func subkeyKnownAnswer() throws {
        let key = try secretKey(Array(0..<32))
        let subkey = try key.deriveSubkey(id: 5, context: SubkeyContext("kluis-rk"))
        #expect(exposed(subkey) == [UInt8](hexadecimal: "510fcdab7958174f2d5317e80529e1147b8563915a2435836ebc4147e7717897"))
    }

    @Test func subkeysDifferByIdAndContext() throws {
        let key = try SecretKey.random()
        var seen: Set<[UInt8]> = [exposed(key)]
        for id in [0, 1, 2, UInt64.max] {
            for context in [SubkeyContext("kluis-rk"), SubkeyContext("kluis-xx")] {
                let subkey = try key.deriveSubkey(id: id, context: context)
                #expect(seen.insert(exposed(subkey)).inserted)
            }
        }
    }

    /// Computed with another implementation of keyed BLAKE2b.
    @Test func combineKnownAnswer() throws {
        let key = try secretKey(Array(0..<32))
        let other = try secretKey(Array(32..<64))
        let combined = try BLAKE2b.combine(key, with: other, label: .test, context: .sample)
        #expect(exposed(combined) == [UInt8](hexadecimal: "f4e4aab6f8e15438c162241c390798a9eedd5bc0a4ee5ff467e457c7a2f6f04a"))
    }

    @Test func aLentKeyIsTheCombinedOneAndEndsWithTheOthers() throws {
        let (key, other) = (KeyBox(try secretKey(Array(0..<32))), KeyBox(try secretKey(Array(32..<64))))
        let combined = exposed(try BLAKE2b.combine(key, with: other, label: .test, context: .sample))
        let lent = try BLAKE2b.withCombined(key, with: other, label: .test, context: .sample) { lent in
            try lent.withKeyBytes { bytes in (0..<bytes.byteCount).map { bytes.byte(at: $0) } }
        }
        #expect(lent == combined)
        other.wipe()
        #expect(throws: SealingError.keyWiped) { try BLAKE2b.withCombined(key, with: other, label: .test, context: .sample) { _ in } }
    }

    @Test func rootSubkeysDiffer() throws {
        let root = try RootKey.generate()
        var seen: Set<[UInt8]> = []
        for use in RootKey.Use.allCases {
            let subkey = try root.subkey(use)
            let again = try root.subkey(use)
            #expect(exposed(subkey) == exposed(again))
            #expect(seen.insert(exposed(subkey)).inserted)
        }
        #expect(seen.count == 6)
        root.wipe()
        #expect(throws: SealingError.keyWiped) { _ = try root.subkey(.sessionSecrets) }
    }

    @Test func labelsAreSixteenPrintableCharacters() {
        #expect(Label(validating: "exactly sixteen!") != nil)
        #expect(Label(validating: "exactly sixteen!")?.description == "exactly sixteen!")
        for text in ["", "fifteen charact", "seventeen charact", "tab\tin the label", "é is two bytes.", "non-ascii é is 15"] {
            #expect(Label(validating: text) == nil, "\(text)")
        }
    }

    /// Computed with another implementation of Argon2id.
    @Test func argon2idKnownAnswer() throws {
        let passphrase = try secretBytes("wachtwoord")
        let key = try Argon2id.derive(
            passphrase: passphrase, salt: Array(0..<16), cost: Argon2id.Cost(operations: 2, memory: 65_536))
        #expect(exposed(key) == [UInt8](hexadecimal: "380780a545226aa9a0199f0d37e5a529c776558556729226f95c4cfaeb2b3abc"))
    }

    @Test func argon2idRefusesOddInput() throws {
        for (operations, memory) in [(0, 8_192), (17, 8_192), (1, 8_191), (1, 2_147_483_649), (UInt64.max, UInt64.max)]
            as [(UInt64, UInt64)]
        {
            #expect(throws: SealingError.costOutOfRange) { try Argon2id.Cost(operations: operations, memory: memory) }
        }
        let empty = try SecretBytes(count: 0)
        #expect(throws: SealingError.wrongLength) {
            _ = try Argon2id.derive(passphrase: empty, salt: Array(0..<16), cost: .worthlessButFast)
        }
        let passphrase = try secretBytes("x")
        #expect(throws: SealingError.wrongLength) {
            _ = try Argon2id.derive(passphrase: passphrase, salt: Array(0..<15), cost: .worthlessButFast)
        }
    }
}
