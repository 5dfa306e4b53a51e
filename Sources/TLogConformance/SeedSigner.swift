public import TransparencyLog
import Sealing

/// Signers whose private keys are public: for vectors and tests only.
public enum SeedSigner {
    /// A signer with the key pair of a 32-byte seed.
    public static func make(
        name: String, algorithm: VerifierKey.Algorithm = .ed25519, seed: [UInt8]
    ) throws -> NoteSigner {
        guard let name = KeyName(name) else { throw VectorError.malformed(name) }
        let key = try VerifierKey(name: name, algorithm: algorithm, publicKey: try signingKey(seed).publicKey.bytes)
        return NoteSigner(key: key) { message in try signingKey(seed).sign(message) }
    }

    private static func signingKey(_ seed: [UInt8]) throws -> Ed25519.SigningKey {
        // SAFETY: bytes have no padding.
        let secret = try SecretKey(copying: unsafe seed.span.bytes)
        return try Ed25519.SigningKey(seed: secret)
    }
}
