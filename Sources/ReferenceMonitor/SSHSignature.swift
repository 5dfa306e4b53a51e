import Encodings
public import Household
import Sealing

/// A signature in OpenSSH's SSHSIG format, taken apart strictly.
///
/// Ed25519 keys only, in software or on a hardware token; no certificates. The key inside the blob is compared with the registered one
/// and otherwise ignored.
///
/// Source: OpenSSH PROTOCOL.sshsig; PROTOCOL.u2f (signature format of `sk-ssh-ed25519@openssh.com`).
struct SSHSignature: Sendable {
    enum Failure: Error { case malformed, foreignNamespace, wrongKey, badSignature, touchMissing }

    /// What a hardware token adds to the signature.
    struct Token: Sendable {
        let application: [UInt8]
        let flags: UInt8
        let counter: UInt32
    }

    let publicKey: [UInt8]
    let namespace: [UInt8]
    private let hashAlgorithm: [UInt8]
    private let signature: [UInt8]
    let token: Token?

    private static let magic = Array("SSHSIG".utf8)
    private static let plain = Array("ssh-ed25519".utf8)
    private static let hardware = Array("sk-ssh-ed25519@openssh.com".utf8)

    /// Parses the armoured text that `ssh-keygen -Y sign` prints. At most 4 KiB.
    init(armoured text: String) throws(Failure) {
        guard text.utf8.count <= 4096 else { throw .malformed }
        var lines = text.split(whereSeparator: { $0 == "\n" || $0 == "\r\n" }).map(String.init)
        while lines.last?.isEmpty == true { lines.removeLast() }
        guard lines.count >= 3, lines.removeFirst() == "-----BEGIN SSH SIGNATURE-----",
            lines.removeLast() == "-----END SSH SIGNATURE-----",
            let blob = Base64.decode(lines.joined())
        else { throw .malformed }
        try self.init(blob: blob)
    }

    init(blob: [UInt8]) throws(Failure) {
        var reader = SSHReader(blob)
        guard reader.take(6) == Self.magic, reader.uint32() == 1,
            let key = reader.string(), let namespace = reader.string(), let reserved = reader.string(), reserved.isEmpty,
            let hash = reader.string(), let signature = reader.string(), reader.isAtEnd
        else { throw .malformed }
        var keyReader = SSHReader(key)
        guard let keyType = keyReader.string(), let publicKey = keyReader.string(), publicKey.count == 32 else { throw .malformed }
        var signatureReader = SSHReader(signature)
        guard let signatureType = signatureReader.string(), signatureType == keyType,
            let bytes = signatureReader.string(), bytes.count == 64
        else { throw .malformed }
        if keyType == Self.plain {
            token = nil
        } else if keyType == Self.hardware {
            guard let application = keyReader.string(), application == Array("ssh:".utf8),
                let flags = signatureReader.byte(), let counter = signatureReader.uint32()
            else { throw .malformed }
            token = Token(application: application, flags: flags, counter: counter)
        } else {
            throw .malformed
        }
        guard keyReader.isAtEnd, signatureReader.isAtEnd else { throw .malformed }
        guard hash == Array("sha512".utf8) || hash == Array("sha256".utf8) else { throw .malformed }
        self.publicKey = publicKey
        self.namespace = namespace
        hashAlgorithm = hash
        self.signature = bytes
    }

    /// Checks the signature over `message` with the registered key.
    func verify(message: [UInt8], namespace expected: String, key: [UInt8]) throws(Failure) {
        guard namespace == Array(expected.utf8) else { throw .foreignNamespace }
        guard publicKey == key else { throw .wrongKey }
        let digest =
            hashAlgorithm == Array("sha512".utf8) ? SHA512.hash(message) : SHA256.hash(message).bytes
        var signed = Self.magic
        for part in [namespace, [], hashAlgorithm, digest] { signed += SSHReader.encode(part) }
        if let token {
            // Presence (bit 0) is required; bit 2 says that the user was verified.
            guard token.flags & 1 == 1 else { throw .touchMissing }
            signed =
                SHA256.hash(token.application).bytes + [token.flags]
                + SSHReader.bigEndian(token.counter) + SHA256.hash(signed).bytes
        }
        guard let verifyKey = Ed25519.VerifyKey(key), verifyKey.isValid(signature, for: signed) else { throw .badSignature }
    }
}

/// An OpenSSH public key in one line, as in `id_ed25519.pub`.
public enum SSHPublicKey {
    /// - Returns: the type and the 32 bytes of the key; nil for anything but an Ed25519 key, in software or on a token.
    public static func parse(_ line: String) -> (type: SSHKeyType, bytes: [UInt8])? {
        let parts = line.split(separator: " ", maxSplits: 2)
        guard parts.count >= 2, line.utf8.count <= 2048, let type = SSHKeyType(text: String(parts[0])),
            let blob = Base64.decode(String(parts[1]))
        else { return nil }
        var reader = SSHReader(blob)
        guard reader.string() == Array(type.rawValue.utf8), let key = reader.string(), key.count == 32 else { return nil }
        if type == .securityKeyEd25519 {
            guard reader.string() == Array("ssh:".utf8) else { return nil }
        }
        return reader.isAtEnd ? (type, key) : nil
    }
}

/// The length-prefixed strings of the SSH protocols. Source: RFC 4251 §5.
struct SSHReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    mutating func take(_ count: Int) -> [UInt8]? {
        guard count >= 0, count <= bytes.count - position else { return nil }
        defer { position += count }
        return Array(bytes[position..<position + count])
    }
    mutating func byte() -> UInt8? { take(1)?[0] }
    mutating func uint32() -> UInt32? {
        take(4).map { $0.reduce(0) { $0 << 8 | UInt32($1) } }
    }
    mutating func string() -> [UInt8]? {
        guard let count = uint32() else { return nil }
        return take(Int(count))
    }

    static func bigEndian(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        bigEndian(UInt32(truncatingIfNeeded: bytes.count)) + bytes
    }
}
