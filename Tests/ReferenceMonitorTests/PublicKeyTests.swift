import Foundation
import Household
import Testing

@testable import ReferenceMonitor

@Suite struct PublicKeyTests {
    private let key = (0..<32).map { UInt8($0) }
    private func line(_ type: String, _ parts: [[UInt8]], after: [UInt8] = []) -> String {
        type + " " + Data(parts.flatMap { SSHReader.encode($0) } + after).base64EncodedString()
    }
    private var plain: String { line("ssh-ed25519", [Array("ssh-ed25519".utf8), key]) }

    @Test func aLineOfSSHKeygenIsTakenApart() async throws {
        let ring = try KeyRing()
        for (index, comment) in ["", "kees@balans", "a comment of several words"].enumerated() {
            let parsed = try #require(SSHPublicKey.parse(await ring.make("k\(index)", comment: comment)))
            #expect(parsed.type == .ed25519 && parsed.bytes.count == 32)
        }
        for type in ["rsa", "ecdsa"] {
            let line = try await ring.make(type, type: type)
            #expect(SSHPublicKey.parse(line) == nil)
        }
    }

    @Test func aHardwareKeyNamesItsApplication() throws {
        let type = "sk-ssh-ed25519@openssh.com"
        let parsed = try #require(SSHPublicKey.parse(line(type, [Array(type.utf8), key, Array("ssh:".utf8)]) + " a token"))
        #expect(parsed.type == .securityKeyEd25519 && parsed.bytes == key)
        for application in ["", "ssh", "ssh:kluis", "SSH:"] {
            #expect(SSHPublicKey.parse(line(type, [Array(type.utf8), key, Array(application.utf8)])) == nil)
        }
        #expect(SSHPublicKey.parse(line(type, [Array(type.utf8), key])) == nil)
    }

    @Test func anythingElseIsNoKey() {
        #expect(SSHPublicKey.parse(plain)?.bytes == key)
        let name = Array("ssh-ed25519".utf8)
        let bad = [
            "", " ", "ssh-ed25519", "ssh-ed25519 ", "ssh-ed25519 AAAA", plain.replacing("ssh-ed25519 ", with: "ssh-rsa "),
            plain.replacing("ssh-ed25519 ", with: "sk-ssh-ed25519@openssh.com "), "restrict " + plain, plain + "A",
            plain.replacing(" ", with: "\t"),
            line("ssh-ed25519", [Array("ssh-rsa".utf8), key]), line("ssh-ed25519", [name, Array(key.dropLast())]),
            line("ssh-ed25519", [name, key + [0]]),
            line("ssh-ed25519", [name, key], after: [0]), line("ssh-ed25519", [name, key, Array("ssh:".utf8)]), line("ssh-ed25519", [name]),
            line("ssh-ed25519-cert-v01@openssh.com", [Array("ssh-ed25519-cert-v01@openssh.com".utf8), key]),
            plain + " " + String(repeating: "c", count: 2048),
        ]
        for text in bad { #expect(SSHPublicKey.parse(text) == nil, "\(text.prefix(100))") }
    }

    @Test func lengthsThatLieDoNotTrap() {
        for length in [UInt32.max, UInt32.max - 1, 1 << 31, 33, 12] {
            var reader = SSHReader(SSHReader.bigEndian(length) + [1, 2, 3])
            #expect(reader.string() == nil)
        }
        var reader = SSHReader([0, 0])
        #expect(
            reader.uint32() == nil && reader.take(-1) == nil && reader.take(3) == nil && reader.take(2) == [0, 0] && reader.isAtEnd
                && reader.byte() == nil)
    }
}
