import Foundation
import Sealing
import Testing

@testable import ReferenceMonitor

/// Keys and signatures made by the real `ssh-keygen`, in a directory of their own.
final class KeyRing: Sendable {
    let directory: String

    init() throws {
        directory = "/tmp/kluis-ssh-\(String(UInt64.random(in: .min ... .max), radix: 36))"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    }
    deinit { try? FileManager.default.removeItem(atPath: directory) }

    @discardableResult
    private func keygen(_ arguments: [String]) async throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/ssh-keygen")
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        return try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
    }

    /// Makes a key: its line in `name.pub`.
    func make(_ name: String, type: String = "ed25519", comment: String = "") async throws -> String {
        try #require(await keygen(["-q", "-t", type, "-N", "", "-C", comment, "-f", "\(directory)/\(name)"]) == 0)
        return try String(contentsOfFile: "\(directory)/\(name).pub", encoding: .utf8).split(separator: "\n").map(String.init)[0]
    }

    func sign(_ text: String, with name: String, namespace: String, hash: String = "sha512") async throws -> String {
        let file = "\(directory)/message"
        try? FileManager.default.removeItem(atPath: file + ".sig")
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        try #require(await keygen(["-q", "-Y", "sign", "-O", "hashalg=\(hash)", "-f", "\(directory)/\(name)", "-n", namespace, file]) == 0)
        return try String(contentsOfFile: file + ".sig", encoding: .utf8)
    }
}

/// The armour around the bytes of a signature.
private func armour(_ bytes: [UInt8]) -> String {
    "-----BEGIN SSH SIGNATURE-----\n" + Data(bytes).base64EncodedString() + "\n-----END SSH SIGNATURE-----\n"
}
private func blob(of armoured: String) throws -> [UInt8] {
    let lines = armoured.split(separator: "\n").dropFirst().dropLast().joined()
    return Array(try #require(Data(base64Encoded: lines)))
}

@Suite struct SSHSignatureTests {
    private let text = "kluis-login v1\nvault 00\nworker kees\n"
    private let namespace = "kluis-login@v1"

    private struct Signed {
        let ring: KeyRing
        let key: [UInt8]
        let armoured: String
    }
    private func signed(hash: String = "sha512") async throws -> Signed {
        let ring = try KeyRing()
        let key = try #require(SSHPublicKey.parse(await ring.make("kees")))
        return Signed(ring: ring, key: key.bytes, armoured: try await ring.sign(text, with: "kees", namespace: namespace, hash: hash))
    }

    @Test(arguments: ["sha512", "sha256"])
    func whatSSHKeygenSignsVerifies(hash: String) async throws {
        let signed = try await signed(hash: hash)
        let signature = try SSHSignature(armoured: signed.armoured)
        #expect(signature.publicKey == signed.key && signature.token == nil)
        try signature.verify(message: Array(text.utf8), namespace: namespace, key: signed.key)
        // Some programs end lines as on Windows.
        try SSHSignature(armoured: signed.armoured.replacing("\n", with: "\r\n"))
            .verify(message: Array(text.utf8), namespace: namespace, key: signed.key)
    }

    @Test func aForeignNamespaceIsFound() async throws {
        let signed = try await signed()
        let signature = try SSHSignature(armoured: signed.armoured)
        for other in ["kluis-rehearsal-login@v1", "git", "", "kluis-login@v1 ", "kluis-login@v"] {
            #expect(throws: SSHSignature.Failure.foreignNamespace) {
                try signature.verify(message: Array(text.utf8), namespace: other, key: signed.key)
            }
        }
    }

    @Test func anotherKeyIsFound() async throws {
        let signed = try await signed()
        let other = try #require(SSHPublicKey.parse(await signed.ring.make("fatima")))
        let theirs = try SSHSignature(armoured: await signed.ring.sign(text, with: "fatima", namespace: namespace))
        #expect(throws: SSHSignature.Failure.wrongKey) {
            try theirs.verify(message: Array(text.utf8), namespace: namespace, key: signed.key)
        }
        // The registered key's name over another's signature.
        var bytes = try blob(of: signed.armoured)
        let foreign = try blob(of: armour(try blob(of: await signed.ring.sign(text, with: "fatima", namespace: namespace))))
        bytes.replaceSubrange((bytes.count - 64)..., with: foreign.suffix(64))
        let mixed = try SSHSignature(blob: bytes)
        #expect(throws: SSHSignature.Failure.badSignature) {
            try mixed.verify(message: Array(text.utf8), namespace: namespace, key: signed.key)
        }
        #expect(mixed.publicKey != other.bytes)
    }

    @Test func anotherTextIsFound() async throws {
        let signed = try await signed()
        let signature = try SSHSignature(armoured: signed.armoured)
        for other in [text + "\n", String(text.dropLast()), text.replacing("kees", with: "kles"), ""] {
            #expect(throws: SSHSignature.Failure.badSignature) {
                try signature.verify(message: Array(other.utf8), namespace: namespace, key: signed.key)
            }
        }
    }

    @Test func everyFlippedBitIsFound() async throws {
        let signed = try await signed()
        let bytes = try blob(of: signed.armoured)
        for index in bytes.indices {
            for bit in 0..<8 {
                var flipped = bytes
                flipped[index] ^= 1 << bit
                #expect(throws: SSHSignature.Failure.self, "byte \(index), bit \(bit)") {
                    try SSHSignature(blob: flipped).verify(message: Array(text.utf8), namespace: namespace, key: signed.key)
                }
            }
        }
    }

    @Test func everyTruncationAndAnyMoreIsMalformed() async throws {
        let signed = try await signed()
        let bytes = try blob(of: signed.armoured)
        for count in 0..<bytes.count {
            #expect(throws: SSHSignature.Failure.malformed, "\(count) bytes") { try SSHSignature(blob: Array(bytes.prefix(count))) }
        }
        #expect(throws: SSHSignature.Failure.malformed) { try SSHSignature(blob: bytes + [0]) }
    }

    @Test func malformedArmourIsFound() async throws {
        let good = try await signed().armoured
        let begin = "-----BEGIN SSH SIGNATURE-----"
        let end = "-----END SSH SIGNATURE-----"
        let body = try blob(of: good)
        let bad = [
            "", begin, begin + "\n" + end, good.replacing(begin, with: "-----BEGIN PGP SIGNATURE-----"), good.replacing(end, with: ""),
            good.replacing(begin + "\n", with: ""), "x" + good, good + "x", good + good, good.replacing("\n", with: " "),
            good.replacing(begin, with: begin + " "), good.replacing("U1NIU0lH", with: "U1NIU0l="),
            good.replacing("U1NIU0lH", with: "U1NIU0l!"),
            good.replacing("U1NIU0lH", with: "U1NIU0\u{301}lH"), armour(Array("SSHSIG".utf8)), armour(body + body),
            begin + "\n" + String(repeating: "A", count: 5000) + "\n" + end + "\n",
        ]
        for text in bad { #expect(throws: SSHSignature.Failure.malformed, "\(text.debugDescription)") { try SSHSignature(armoured: text) } }
    }

    /// Fields that a signature may not have, each around otherwise good bytes.
    @Test func otherKeyTypesHashesAndVersionsAreMalformed() async throws {
        let signed = try await signed()
        let ring = signed.ring
        for (name, type) in [("rsa", "rsa"), ("ecdsa", "ecdsa")] {
            _ = try await ring.make(name, type: type)
            let other = try await ring.sign(text, with: name, namespace: namespace)
            #expect(throws: SSHSignature.Failure.malformed) { try SSHSignature(armoured: other) }
        }
        let form = Form(key: signed.key, signature: Array(try blob(of: signed.armoured).suffix(64)), namespace: namespace)
        _ = try SSHSignature(blob: form.bytes)
        func bad(_ change: (inout Form) -> Void, _ place: SourceLocation = #_sourceLocation) {
            var form = form
            change(&form)
            #expect(throws: SSHSignature.Failure.malformed, sourceLocation: place) { try SSHSignature(blob: form.bytes) }
        }
        bad { $0.magic = "SSHSIH" }
        bad { $0.version = 2 }
        bad { $0.reserved = [0] }
        bad { $0.hash = "sha1" }
        bad { $0.hash = "" }
        bad { $0.keyType = "ssh-ed25519-cert-v01@openssh.com" }
        bad { $0.signatureType = "sk-ssh-ed25519@openssh.com" }
        bad { $0.key.append(0) }
        bad { $0.signature.removeLast() }
        bad { $0.afterKey = [0, 0, 0, 0] }
        bad { $0.afterSignature = [1] }
    }

    // MARK: - Hardware keys

    /// A hardware key in software: signs as PROTOCOL.u2f says.
    private func token(flags: UInt8, counter: UInt32, application: String = "ssh:") throws -> (key: [UInt8], form: Form) {
        let key = try Ed25519.SigningKey.generate()
        let publicKey = key.publicKey.bytes
        var form = Form(key: publicKey, signature: [], namespace: namespace)
        form.keyType = "sk-ssh-ed25519@openssh.com"
        form.signatureType = form.keyType
        form.afterKey = SSHReader.encode(Array(application.utf8))
        form.afterSignature = [flags] + SSHReader.bigEndian(counter)
        var message = Array("SSHSIG".utf8)
        for part in [Array(namespace.utf8), [], Array("sha512".utf8), SHA512.hash(Array(text.utf8))] { message += SSHReader.encode(part) }
        let signed = SHA256.hash(Array(application.utf8)).bytes + [flags] + SSHReader.bigEndian(counter) + SHA256.hash(message).bytes
        form.signature = try key.sign(signed)
        return (publicKey, form)
    }

    @Test func aTouchedHardwareKeyVerifies() throws {
        for (flags, counter) in [(UInt8(1), UInt32(7)), (5, 0), (1, .max)] {
            let (key, form) = try token(flags: flags, counter: counter)
            let signature = try SSHSignature(armoured: armour(form.bytes))
            #expect(signature.token?.counter == counter && signature.token?.flags == flags)
            try signature.verify(message: Array(text.utf8), namespace: namespace, key: key)
        }
    }

    @Test func anUntouchedHardwareKeyIsRefused() throws {
        for flags in [UInt8(0), 4, 0xfe] {
            let (key, form) = try token(flags: flags, counter: 7)
            #expect(throws: SSHSignature.Failure.touchMissing) {
                try SSHSignature(blob: form.bytes).verify(message: Array(text.utf8), namespace: namespace, key: key)
            }
        }
    }

    @Test func flagsAndCounterAreSigned() throws {
        let (key, form) = try token(flags: 1, counter: 7)
        for after in [[UInt8(5)] + SSHReader.bigEndian(7), [1] + SSHReader.bigEndian(8)] {
            var other = form
            other.afterSignature = after
            #expect(throws: SSHSignature.Failure.badSignature) {
                try SSHSignature(blob: other.bytes).verify(message: Array(text.utf8), namespace: namespace, key: key)
            }
        }
    }

    @Test func anotherApplicationIsMalformed() throws {
        for application in ["", "ssh", "ssh:kluis", "https://example.org", "SSH:"] {
            let (_, form) = try token(flags: 1, counter: 7, application: application)
            #expect(throws: SSHSignature.Failure.malformed) { try SSHSignature(blob: form.bytes) }
        }
        var (_, form) = try token(flags: 1, counter: 7)
        form.afterKey = []
        #expect(throws: SSHSignature.Failure.malformed) { try SSHSignature(blob: form.bytes) }
        form.afterKey = SSHReader.encode(Array("ssh:".utf8))
        form.afterSignature = []
        #expect(throws: SSHSignature.Failure.malformed) { try SSHSignature(blob: form.bytes) }
    }
}

/// A signature's fields, to be put together wrongly.
private struct Form {
    var magic = "SSHSIG"
    var version: UInt32 = 1
    var keyType = "ssh-ed25519"
    var key: [UInt8]
    var afterKey: [UInt8] = []
    var namespace: String
    var reserved: [UInt8] = []
    var hash = "sha512"
    var signatureType = "ssh-ed25519"
    var signature: [UInt8]
    var afterSignature: [UInt8] = []

    init(key: [UInt8], signature: [UInt8], namespace: String) {
        self.key = key
        self.signature = signature
        self.namespace = namespace
    }

    var bytes: [UInt8] {
        let keyBlob = SSHReader.encode(Array(keyType.utf8)) + SSHReader.encode(key) + afterKey
        let signatureBlob = SSHReader.encode(Array(signatureType.utf8)) + SSHReader.encode(signature) + afterSignature
        return Array(magic.utf8) + SSHReader.bigEndian(version) + SSHReader.encode(keyBlob) + SSHReader.encode(Array(namespace.utf8))
            + SSHReader.encode(reserved) + SSHReader.encode(Array(hash.utf8)) + SSHReader.encode(signatureBlob)
    }
}
