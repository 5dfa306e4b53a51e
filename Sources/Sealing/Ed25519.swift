import CSodium

/// Ed25519 signatures. Source: RFC 8032 §5.1.
///
/// Verification is libsodium's `crypto_sign_verify_detached`: cofactorless, and it refuses a non-canonical `S`, non-canonical or
/// small-order public keys, and small-order `R`.
public enum Ed25519 {
    /// 64.
    public static let signatureCount = 64

    /// A public key: 32 bytes. Any 32 bytes can be held; an unusable key verifies nothing.
    public struct VerifyKey: Hashable, Sendable, CustomStringConvertible {
        private let octets: Octets32

        /// Nil unless there are exactly 32 bytes.
        public init?(_ bytes: [UInt8]) {
            // SAFETY: an array of UInt8 has no padding.
            guard let octets = Octets32(unsafe bytes.span.bytes) else { return nil }
            self.octets = octets
        }

        /// The 32 bytes.
        public var bytes: [UInt8] { octets.bytes }

        /// 64 lower-case hexadecimal digits.
        public var description: String { octets.hexadecimal }

        /// Whether `signature` is this key's over `message`. False for a signature of any length but 64.
        public func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
            // SAFETY: an array of UInt8 has no padding.
            isValid(signature, for: unsafe message.span.bytes)
        }

        /// Whether `signature` is this key's over `message`. False for a signature of any length but 64.
        public func isValid(_ signature: [UInt8], for message: RawSpan) -> Bool {
            guard signature.count == Ed25519.signatureCount else { return false }
            return unsafe octets.withUnsafeBytes { key in
                unsafe signature.withUnsafeBytes { signature in
                    unsafe message.withUnsafeBytes { message in
                        // SAFETY: 64 bytes of signature, 32 of key.
                        unsafe crypto_sign_verify_detached(
                            signature.octets, message.octets, UInt64(message.count), key.octets) == 0
                    }
                }
            }
        }
    }

    /// Whether `signature` is `key`'s over `message`; see ``VerifyKey/isValid(_:for:)-([UInt8],[UInt8])``.
    public static func verify(_ signature: [UInt8], of message: [UInt8], by key: VerifyKey) -> Bool {
        key.isValid(signature, for: message)
    }

    /// A private key, in memory that is inaccessible between uses.
    public struct SigningKey: ~Copyable, Sendable {
        /// libsodium's form: seed ‖ public key.
        private let expanded: GuardedBytes

        /// The public half.
        public let publicKey: VerifyKey

        /// The key pair of a 32-byte seed.
        ///
        /// - Throws: `outOfMemory`, `unavailable`; `keyWiped` and `memoryProtection` from a ``KeyBox``.
        public init<Seed: KeyLending & ~Copyable>(seed: borrowing Seed) throws(SealingError) {
            try Sodium.require()
            var secret = try SecretBytes(count: 64)
            var octets = Octets32()
            try seed.withKeyBytes { seed throws(SealingError) in
                unsafe seed.withUnsafeBytes { seed in
                    unsafe secret.withUnsafeMutableBytes { secret in
                        unsafe octets.withUnsafeMutableBytes { octets in
                            // SAFETY: 32 bytes of public key, 64 of private key, 32 of seed; it cannot fail.
                            _ = unsafe crypto_sign_seed_keypair(octets.octets, secret.octets, seed.octets)
                        }
                    }
                }
            }
            guard let key = VerifyKey(octets.bytes) else { throw .wrongLength }
            publicKey = key
            expanded = GuardedBytes(secret)
        }

        /// A fresh random key pair.
        ///
        /// - Throws: `outOfMemory`, `unavailable`.
        public static func generate() throws(SealingError) -> SigningKey {
            let seed = try SecretKey.random()
            return try SigningKey(seed: seed)
        }

        /// The 64 bytes of the signature over `message`; the same each time.
        ///
        /// - Throws: `memoryProtection` when the key cannot be made readable.
        public borrowing func sign(_ message: [UInt8]) throws(SealingError) -> [UInt8] {
            try expanded.withBytes { key throws(SealingError) in
                try unsafe [UInt8].filled(count: Ed25519.signatureCount) { target throws(SealingError) in
                    unsafe key.withUnsafeBytes { key in
                        unsafe message.withUnsafeBytes { message in
                            // SAFETY: 64 bytes of signature and of key; it cannot fail.
                            _ = unsafe crypto_sign_detached(
                                target.octets, nil, message.octets, UInt64(message.count), key.octets)
                        }
                    }
                }
            }
        }
    }
}
