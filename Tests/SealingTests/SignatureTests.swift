import Testing

@testable import Sealing

@Suite("Signatures and sealed boxes")
struct SignatureTests {
    /// Source: RFC 8032 §7.1, tests 1 and 2.
    @Test(
        "Ed25519 known answers",
        arguments: [
            (
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
            ),
            (
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
            ),
        ])
    func ed25519(seed: String, publicKey: String, message: String, signature: String) throws {
        let seed = try secretKey(try #require([UInt8](hexadecimal: seed)))
        let message = try #require([UInt8](hexadecimal: message))
        let key = try Ed25519.SigningKey(seed: seed)
        #expect(key.publicKey.description == publicKey)
        #expect(try key.sign(message) == [UInt8](hexadecimal: signature))
        #expect(Ed25519.verify(try key.sign(message), of: message, by: key.publicKey))
    }

    @Test func alteredSignaturesAreRefused() throws {
        let key = try Ed25519.SigningKey.generate()
        let other = try Ed25519.SigningKey.generate()
        let publicKey = key.publicKey
        let message = Array("checkpoint".utf8)
        let signature = try key.sign(message)
        #expect(publicKey.isValid(signature, for: message))
        #expect(!other.publicKey.isValid(signature, for: message))
        #expect(!publicKey.isValid(signature, for: message + [0]))
        #expect(!publicKey.isValid(signature + [0], for: message))
        #expect(!publicKey.isValid(Array(signature.dropLast()), for: message))
        #expect(!publicKey.isValid([], for: message))
        for index in signature.indices {
            var altered = signature
            altered[index] ^= 1
            #expect(!publicKey.isValid(altered, for: message), "byte \(index)")
        }
        #expect(Ed25519.VerifyKey([UInt8](repeating: 0, count: 31)) == nil)
    }

    @Test func sealedBoxesOpenOnlyForTheirRecipient() throws {
        let key = try X25519.PrivateKey.generate()
        let other = try X25519.PrivateKey.generate()
        for size in [0, 1, 32, 1_000] {
            let content = [UInt8](repeating: 0x5A, count: size)
            let sealed = try SealedBox.seal(content, to: key.publicKey)
            #expect(sealed.count == size + SealedBox.overhead)
            let opened = try SealedBox.open(sealed, with: key)
            #expect(exposed(opened) == content)
            #expect(throws: SealingError.forged) { _ = try SealedBox.open(sealed, with: other) }
            for index in stride(from: 0, to: sealed.count, by: 5) {
                var altered = sealed
                altered[index] ^= 1
                #expect(throws: SealingError.forged) { _ = try SealedBox.open(altered, with: key) }
            }
        }
        let secret = try SecretBytes.random(count: 32)
        let sealed = try SealedBox.seal(secret, to: key.publicKey)
        let opened = try SealedBox.open(sealed, with: key)
        #expect(exposed(opened) == exposed(secret))
        #expect(throws: SealingError.tooShort) { _ = try SealedBox.open(Array(sealed.prefix(47)), with: key) }
    }

    /// Computed with another implementation.
    @Test func x25519PublicKeyKnownAnswer() throws {
        let key = try X25519.PrivateKey(try secretKey(Array(0..<32)))
        #expect(key.publicKey.description == "8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f")
    }

    @Test func boxesToLowOrderPointsAreRefused() throws {
        var one = [UInt8](repeating: 0, count: 32)
        let zero = try #require(X25519.PublicKey(one))
        one[0] = 1
        let first = try #require(X25519.PublicKey(one))
        for key in [zero, first] {
            #expect(throws: SealingError.badPublicKey) { try SealedBox.seal([1, 2, 3], to: key) }
        }
    }
}
