import Testing

@testable import Sealing

/// All cases of the published files; the number of each is asserted, so that a shortened file cannot pass.
@Suite("Wycheproof", .enabled(if: Vectors.isPresent, Vectors.absence))
struct WycheproofTests {
    /// The published file is of the construction; HMAC is made here out of `SHA256.hash`, so that it is that which is checked.
    @Test("HMAC-SHA-256 out of SHA-256: 174 cases")
    func hmacOutOfSHA256() throws {
        let file = try WycheproofFile("hmac_sha256_test.json", groupFields: ["keySize", "tagSize"], testFields: ["key", "msg", "tag"])
        var valid = 0
        for (group, test) in file.tests {
            var key = try test.bytes("key")
            if key.count > 64 { key = SHA256.hash(key).bytes }
            key += [UInt8](repeating: 0, count: 64 - key.count)
            // Source: RFC 2104 §2.
            let inner = SHA256.hash(key.map { $0 ^ 0x36 } + (try test.bytes("msg"))).bytes
            let tag = SHA256.hash(key.map { $0 ^ 0x5c } + inner).bytes.prefix(try group.number("tagSize") / 8)
            let isValid = try test.text("result") == "valid"
            if isValid { valid += 1 }
            let (id, expected) = (try test.number("tcId"), try test.bytes("tag"))
            #expect((Array(tag) == expected) == isValid, "case \(id)")
        }
        #expect(file.tests.count == 174)
        #expect(valid > 50 && valid < 174)
    }

    @Test("XChaCha20-Poly1305: 315 cases")
    func xchacha20Poly1305() throws {
        let file = try WycheproofFile(
            "xchacha20_poly1305_test.json", groupFields: ["ivSize", "keySize", "tagSize"],
            testFields: ["key", "iv", "aad", "msg", "ct", "tag"])
        var valid = 0
        var invalid = 0
        for (_, test) in file.tests {
            let id = try test.number("tcId")
            let key = try test.bytes("key")
            let nonce = try test.bytes("iv")
            let associated = try test.bytes("aad")
            let message = try test.bytes("msg")
            let sealed = try test.bytes("ct") + test.bytes("tag")
            let isValid = try test.text("result") == "valid"
            let opened = open(sealed, key: key, nonce: nonce, associated: associated)
            if isValid {
                valid += 1
                #expect(opened == message, "case \(id)")
                #expect(seal(message, key: key, nonce: nonce, associated: associated) == sealed, "case \(id)")
            } else {
                invalid += 1
                #expect(opened == nil, "case \(id)")
            }
        }
        #expect(valid + invalid == 315)
        #expect(valid > 200 && invalid > 50)
    }

    private func open(_ sealed: [UInt8], key: [UInt8], nonce: [UInt8], associated: [UInt8]) -> [UInt8]? {
        guard sealed.count >= AEAD.tagCount else { return nil }
        var content = [UInt8](repeating: 0, count: sealed.count - AEAD.tagCount)
        let isOpen = unsafe content.withUnsafeMutableBytes { target in
            unsafe sealed.withUnsafeBytes { sealed in
                unsafe key.withUnsafeBytes { key in
                    unsafe nonce.withUnsafeBytes { nonce in
                        unsafe associated.withUnsafeBytes { associated in
                            unsafe AEAD.open(sealed, into: target, key: key, nonce: nonce, associatedData: associated)
                        }
                    }
                }
            }
        }
        return isOpen ? content : nil
    }

    private func seal(_ content: [UInt8], key: [UInt8], nonce: [UInt8], associated: [UInt8]) -> [UInt8] {
        var sealed = [UInt8](repeating: 0, count: content.count + AEAD.tagCount)
        unsafe sealed.withUnsafeMutableBytes { target in
            unsafe content.withUnsafeBytes { content in
                unsafe key.withUnsafeBytes { key in
                    unsafe nonce.withUnsafeBytes { nonce in
                        unsafe associated.withUnsafeBytes { associated in
                            unsafe AEAD.seal(content, into: target, key: key, nonce: nonce, associatedData: associated)
                        }
                    }
                }
            }
        }
        return sealed
    }

    @Test("Ed25519: 151 cases")
    func ed25519() throws {
        let file = try WycheproofFile(
            "ed25519_test.json", groupFields: ["publicKey", "publicKeyDer", "publicKeyPem", "publicKeyJwk"],
            testFields: ["msg", "sig"])
        var accepted = 0
        for (group, test) in file.tests {
            let parts = try VectorObject(try #require(group.fields["publicKey"]), known: ["type", "curve", "keySize", "pk"])
            let key = try #require(Ed25519.VerifyKey(try parts.bytes("pk")))
            let isValid = key.isValid(try test.bytes("sig"), for: try test.bytes("msg"))
            let id = try test.number("tcId")
            #expect(try isValid == (test.text("result") == "valid"), "case \(id)")
            accepted += isValid ? 1 : 0
        }
        #expect(file.tests.count == 151)
        #expect(accepted > 60 && accepted < 151)
    }

    /// A shared secret of zero is refused by libsodium, whatever the file says of it ("acceptable").
    @Test("X25519: 518 cases, zero shared secrets refused")
    func x25519() throws {
        let file = try WycheproofFile("x25519_test.json", groupFields: ["curve"], testFields: ["public", "private", "shared"])
        var refused = 0
        for (_, test) in file.tests {
            let id = try test.number("tcId")
            let shared = try test.bytes("shared")
            let point = try #require(X25519.PublicKey(try test.bytes("public")))
            let scalar = try secretKey(try test.bytes("private"))
            let isZero = shared.allSatisfy { $0 == 0 }
            #expect(try test.texts("flags").contains("ZeroSharedSecret") == isZero, "case \(id)")
            #expect(["valid", "acceptable"].contains(try test.text("result")), "case \(id)")
            do {
                let result = try X25519.sharedSecret(scalar: scalar, point: point)
                #expect(!isZero, "case \(id)")
                #expect(exposed(result) == shared, "case \(id)")
            } catch {
                #expect(error == .badPublicKey && isZero, "case \(id)")
                refused += 1
            }
        }
        #expect(file.tests.count == 518)
        #expect(refused > 20 && refused < 60)
    }

    @Test("HMAC-SHA256: 174 cases")
    func hmacSHA256() throws {
        let file = try WycheproofFile(
            "hmac_sha256_test.json", groupFields: ["keySize", "tagSize"], testFields: ["key", "msg", "tag"])
        var valid = 0
        for (group, test) in file.tests {
            let tag = try test.bytes("tag")
            #expect(try group.number("tagSize") == tag.count * 8)
            let code = HMACSHA256.authenticate(try test.bytes("msg"), key: try test.bytes("key")).bytes
            // The shorter tags of the file are the beginning of the code; the product itself accepts whole codes only.
            let matches = ConstantTime.equal(Array(code.prefix(tag.count)), tag)
            let id = try test.number("tcId")
            #expect(try matches == (test.text("result") == "valid"), "case \(id)")
            let isWhole = tag.count == HMACSHA256.byteCount
            let isAccepted = HMACSHA256.isValid(tag, for: try test.bytes("msg"), key: try test.bytes("key"))
            #expect(isAccepted == (matches && isWhole), "case \(id)")
            valid += matches ? 1 : 0
        }
        #expect(file.tests.count == 174)
        #expect(valid > 60 && valid < 174)
    }
}

/// The edge cases of point encodings; libsodium's verdict is the one wanted.
@Suite("Ed25519 edge cases", .enabled(if: Vectors.isPresent, Vectors.absence))
struct Ed25519EdgeCaseTests {
    @Test("accepts exactly the 43 canonical cases without low-order points or residue, refuses 871")
    func edgeCases() throws {
        let cases = try #require(try Vectors.read("ed25519/ed25519vectors.json") as? [Any])
        let knownFlags: Set<String> = [
            "low_order_A", "low_order_R", "non_canonical_A", "non_canonical_R", "low_order_component_A", "low_order_component_R",
            "low_order_residue", "reencoded_k",
        ]
        var accepted = 0
        var refused = 0
        for value in cases {
            let test = try VectorObject(value, known: ["number", "key", "sig", "msg", "flags"])
            let number = try test.number("number")
            let flags = Set(test.fields["flags"] is [Any] ? try test.texts("flags") : [])
            #expect(flags.isSubset(of: knownFlags), "case \(number)")
            let key = try #require(Ed25519.VerifyKey(try test.bytes("key")))
            let isValid = key.isValid(try test.bytes("sig"), for: Array(try test.text("msg").utf8))
            let wanted = flags.isDisjoint(with: [
                "low_order_A", "low_order_R", "non_canonical_A", "non_canonical_R", "low_order_residue",
            ])
            #expect(isValid == wanted, "case \(number) \(flags.sorted())")
            if isValid { accepted += 1 } else { refused += 1 }
        }
        print("ed25519-edge-accepted: \(accepted) 1")
        print("ed25519-edge-refused: \(refused) 1")
        #expect(accepted == 43)
        #expect(refused == 871)
    }
}
