import Sealing
import TransparencyLog

/// The file with a witness's private key.
///
/// Bytes: `kluis-witness-key/v1 LF`, the verifier key with LF, then the 32 bytes of the Ed25519 seed. The seed goes straight between the file
/// and guarded memory: it is never text, never an argument, and never in a buffer that is not wiped.
///
/// Source: RFC 8032 §5.1.5 (seed); C2SP tlog-cosignature v1.0.1 (type 0x04).
enum WitnessKeyFile {
    private static let header = Array("kluis-witness-key/v1\n".utf8)
    private static let limit = 1024

    /// Makes a key pair and its file.
    ///
    /// - Parameter announce: keeps the public key, before there is a private one.
    /// - Throws: `key`, `system`; what `announce` throws.
    static func make(
        _ path: String, in directory: String, name: KeyName, announcing announce: (VerifierKey) throws(WitnessingError) -> Void
    ) throws(WitnessingError) -> VerifierKey {
        let seed = try freshSeed()
        let key: VerifierKey
        do {
            let pair = try Ed25519.SigningKey(seed: seed)
            key = try VerifierKey(name: name, algorithm: .timestampedCosignature, publicKey: pair.publicKey.bytes)
        } catch { throw .key }
        try announce(key)
        let front = header + Array("\(key.text)\n".utf8)
        let secret = seed.intoSecretBytes()
        try GuardedFiles.replace(path, in: directory) { descriptor throws(WitnessingError) in
            // SAFETY: the buffers live for their calls.
            guard unsafe front.withUnsafeBytes({ unsafe GuardedFiles.drain($0, to: descriptor) }) else { return false }
            return unsafe secret.withUnsafeBytes { unsafe GuardedFiles.drain($0, to: descriptor) }
        }
        return key
    }

    private static func freshSeed() throws(WitnessingError) -> SecretKey {
        do { return try SecretKey.random() } catch { throw .key }
    }

    /// Reads the file into a signer.
    ///
    /// - Throws: `missing`, `notPrivate`; `malformed` also when the seed does not belong to the verifier key; `key`.
    static func signer(_ path: String) throws(WitnessingError) -> NoteSigner {
        let file = try GuardedFiles.reading(path, isSecret: true) { descriptor, size throws(WitnessingError) -> SecretBytes in
            guard size <= limit else { throw .malformed(path) }
            do {
                return try unsafe SecretBytes.filled(capacity: size) { unsafe GuardedFiles.fill($0, from: descriptor) }
            } catch { throw .malformed(path) }
        }
        guard let split = publicPart(file) else { throw .malformed(path) }
        guard let lines = split[...].linesEndingInLineFeed(), lines.count == 2, Array(lines[0]) + [0x0A] == header,
            let key = try? VerifierKey(parsing: lines[1]), key.algorithm == .timestampedCosignature
        else { throw .malformed(path) }
        let held: HeldKey
        do {
            let seed = try file.withBytes { span throws(SealingError) in
                try SecretKey(copying: span.extracting(split.count..<span.byteCount))
            }
            held = HeldKey(try Ed25519.SigningKey(seed: seed))
        } catch { throw .key }
        guard held.publicKey == key.publicKey else { throw .malformed(path) }
        return NoteSigner(key: key) { try held.sign($0) }
    }

    /// What stands before the seed, which is public; nil unless exactly a seed follows the second line.
    private static func publicPart(_ file: borrowing SecretBytes) -> [UInt8]? {
        file.withBytes { span in
            guard span.byteCount > SecretKey.byteCount else { return nil }
            let count = span.byteCount - SecretKey.byteCount
            // SAFETY: the offsets are below the span's length.
            return (0..<count).map { unsafe span.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
        }
    }
}

/// Holds the private key and signs with it.
private final class HeldKey: Sendable {
    private let key: Ed25519.SigningKey
    init(_ key: consuming Ed25519.SigningKey) { self.key = key }
    var publicKey: [UInt8] { key.publicKey.bytes }
    func sign(_ message: [UInt8]) throws -> [UInt8] { try key.sign(message) }
}
