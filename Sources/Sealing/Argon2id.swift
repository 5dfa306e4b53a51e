import CSodium

/// Keys from passphrases, by Argon2id version 1.3. Source: RFC 9106.
public enum Argon2id {
    /// 16.
    public static let saltCount = 16

    /// What one derivation costs.
    public struct Cost: Hashable, Sendable {
        /// Passes over the memory: 1–16.
        public let operations: UInt64

        /// Memory in bytes: 8 KiB–2 GiB.
        public let memory: UInt64

        /// - Throws: `costOutOfRange` outside of the ranges above. The upper ends bound what an altered slot list can make a reader do.
        public init(operations: UInt64, memory: UInt64) throws(SealingError) {
            guard (1...16).contains(operations), (8_192...2_147_483_648).contains(memory) else { throw .costOutOfRange }
            self.init(unchecked: operations, memory)
        }

        private init(unchecked operations: UInt64, _ memory: UInt64) {
            self.operations = operations
            self.memory = memory
        }

        /// 2 passes over 64 MiB: some tenths of a second.
        public static let interactive = Cost(unchecked: 2, 64 << 20)

        /// 3 passes over 256 MiB: about a second.
        public static let moderate = Cost(unchecked: 3, 256 << 20)

        /// 4 passes over 1 GiB: some seconds.
        public static let sensitive = Cost(unchecked: 4, 1 << 30)

        /// 1 pass over 8 KiB: **no protection against guessing**. For tests and rehearsal vaults, where a passphrase protects nothing.
        public static let worthlessButFast = Cost(unchecked: 1, 8_192)
    }

    /// The key of a passphrase.
    ///
    /// - Parameters:
    ///   - passphrase: 1–4,096 bytes.
    ///   - salt: 16 random bytes, public.
    /// - Throws: `wrongLength`; `outOfMemory` when the memory is not to be had; `unavailable`.
    public static func derive(
        passphrase: borrowing SecretBytes, salt: [UInt8], cost: Cost
    ) throws(SealingError) -> SecretKey {
        try Sodium.require()
        guard (1...4_096).contains(passphrase.count), salt.count == saltCount, let memory = Int(exactly: cost.memory) else {
            throw .wrongLength
        }
        var secret = try SecretBytes(count: SecretKey.byteCount)
        let status = unsafe passphrase.withUnsafeBytes { passphrase in
            unsafe salt.withUnsafeBytes { salt in
                unsafe secret.withUnsafeMutableBytes { target in
                    // SAFETY: 32 bytes of output, 16 of salt.
                    unsafe crypto_pwhash(
                        target.octets, UInt64(target.count), passphrase.characters8, UInt64(passphrase.count), salt.octets,
                        cost.operations, memory, crypto_pwhash_alg_argon2id13())
                }
            }
        }
        guard status == 0 else { throw .outOfMemory }
        return try SecretKey(secret)
    }
}
