import CSodium

/// X25519 key pairs. Source: RFC 7748.
public enum X25519 {
    /// A public key: 32 bytes.
    public struct PublicKey: Hashable, Sendable, CustomStringConvertible {
        let octets: Octets32

        /// Nil unless there are exactly 32 bytes.
        public init?(_ bytes: [UInt8]) {
            // SAFETY: an array of UInt8 has no padding.
            guard let octets = Octets32(unsafe bytes.span.bytes) else { return nil }
            self.octets = octets
        }

        init(_ octets: Octets32) {
            self.octets = octets
        }

        /// The 32 bytes.
        public var bytes: [UInt8] { octets.bytes }

        /// 64 lower-case hexadecimal digits.
        public var description: String { octets.hexadecimal }
    }

    /// A private key, in memory that is inaccessible between uses.
    public struct PrivateKey: ~Copyable, Sendable {
        let scalar: KeyBox

        /// The public half.
        public let publicKey: PublicKey

        /// Takes 32 secret bytes over as a scalar.
        ///
        /// - Throws: `unavailable`, `memoryProtection`; `badPublicKey` never for a 32-byte scalar.
        public init(_ key: consuming SecretKey) throws(SealingError) {
            try Sodium.require()
            let box = KeyBox(key)
            var octets = Octets32()
            let status = try box.withKeyBytes { scalar throws(SealingError) in
                unsafe scalar.withUnsafeBytes { scalar in
                    unsafe octets.withUnsafeMutableBytes { octets in
                        // SAFETY: 32 bytes each.
                        unsafe crypto_scalarmult_base(octets.octets, scalar.octets)
                    }
                }
            }
            guard status == 0 else { throw .badPublicKey }
            publicKey = PublicKey(octets)
            scalar = box
        }

        /// A fresh random key pair.
        ///
        /// - Throws: `outOfMemory`, `unavailable`, `memoryProtection`.
        public static func generate() throws(SealingError) -> PrivateKey {
            let key = try SecretKey.random()
            return try PrivateKey(key)
        }
    }

    /// The shared secret, unhashed: only for the published vectors. Throws `badPublicKey` when it is all zero.
    static func sharedSecret<Key: KeyLending & ~Copyable>(
        scalar: borrowing Key, point: PublicKey
    ) throws(SealingError) -> SecretKey {
        try scalar.withKeyBytes { scalar throws(SealingError) in
            try unsafe SecretKey.computed { target throws(SealingError) in
                let status = unsafe scalar.withUnsafeBytes { scalar in
                    unsafe point.octets.withUnsafeBytes { point in
                        // SAFETY: 32 bytes each.
                        unsafe crypto_scalarmult(target.octets, scalar.octets, point.octets)
                    }
                }
                guard status == 0 else { throw .badPublicKey }
            }
        }
    }
}

/// Anonymous sealing to a public key, by `crypto_box_seal` (X25519, XSalsa20-Poly1305, nonce from BLAKE2b).
///
/// Anybody can seal; only the holder of the private key opens. It says nothing about who sealed.
public enum SealedBox {
    /// How many bytes longer the sealed form is: 48.
    public static let overhead = 48

    /// Seals `content` to `recipient`.
    ///
    /// - Returns: `content.count + 48` bytes.
    /// - Throws: `badPublicKey` for a point of low order; `tooLong`; `unavailable`.
    public static func seal(_ content: [UInt8], to recipient: X25519.PublicKey) throws(SealingError) -> [UInt8] {
        // SAFETY: an array of UInt8 has no padding.
        try seal(unsafe content.span.bytes, to: recipient)
    }

    /// Seals secret bytes to `recipient`; see ``seal(_:to:)-([UInt8],_)``.
    public static func seal(_ secret: borrowing SecretBytes, to recipient: X25519.PublicKey) throws(SealingError) -> [UInt8] {
        try secret.withBytes { content throws(SealingError) in try seal(content, to: recipient) }
    }

    /// Seals `content` to `recipient`; see ``seal(_:to:)-([UInt8],_)``.
    public static func seal(_ content: RawSpan, to recipient: X25519.PublicKey) throws(SealingError) -> [UInt8] {
        try Sodium.require()
        let (total, overflow) = content.byteCount.addingReportingOverflow(overhead)
        guard !overflow else { throw .tooLong }
        return try unsafe [UInt8].filled(count: total) { target throws(SealingError) in
            let status = unsafe content.withUnsafeBytes { content in
                unsafe recipient.octets.withUnsafeBytes { key in
                    // SAFETY: `target` is 48 bytes longer than the content.
                    unsafe crypto_box_seal(target.octets, content.octets, UInt64(content.count), key.octets)
                }
            }
            guard status == 0 else { throw .badPublicKey }
        }
    }

    /// Opens into guarded memory.
    ///
    /// - Throws: `tooShort`; `forged` when altered or sealed to another key; `outOfMemory`, `memoryProtection`.
    public static func open(_ sealed: [UInt8], with key: borrowing X25519.PrivateKey) throws(SealingError) -> SecretBytes {
        guard sealed.count >= overhead else { throw .tooShort }
        var secret = try SecretBytes(count: sealed.count - overhead)
        let octets = key.publicKey.octets
        let status = try key.scalar.withKeyBytes { scalar throws(SealingError) in
            unsafe scalar.withUnsafeBytes { scalar in
                unsafe octets.withUnsafeBytes { point in
                    unsafe sealed.withUnsafeBytes { sealed in
                        unsafe secret.withUnsafeMutableBytes { target in
                            // SAFETY: `target` is 48 bytes shorter than the sealed bytes.
                            unsafe crypto_box_seal_open(
                                target.octets, sealed.octets, UInt64(sealed.count), point.octets, scalar.octets)
                        }
                    }
                }
            }
        }
        guard status == 0 else { throw .forged }
        return secret
    }
}
