/// The root key of a vault: it wraps and derives, and never touches data.
///
/// 32 random bytes, in memory that is inaccessible between uses, wiped when the value ends or on ``wipe()``. Not copyable: whoever unseals
/// moves it to its one owner.
public struct RootKey: ~Copyable, Sendable {
    /// What is derived from the root key, by `crypto_kdf`. The numbers never change and are never used again.
    public enum Use: UInt64, CaseIterable, Sendable {
        /// The MAC over the list of slots.
        case slotListMAC = 1
        /// The MAC over commit records {incarnation, generation, ledger head, Merkle root}.
        case commitRecordMAC = 2
        /// The MAC over anchor files.
        case anchorMAC = 3
        /// The secrets of sessions and challenges.
        case sessionSecrets = 4
        /// The wrap of the keyring.
        case keyringWrap = 5
        /// The fingerprints of uploads that carry an idempotency key.
        case uploadFingerprints = 6
    }

    let key: KeyBox

    init(_ key: consuming SecretKey) {
        self.key = KeyBox(key)
    }

    /// A fresh random root key, for a new vault.
    ///
    /// - Throws: `outOfMemory`, `unavailable`.
    public static func generate() throws(SealingError) -> RootKey {
        let key = try SecretKey.random()
        return RootKey(key)
    }

    /// The subkey for one use: always the same for the same root key.
    ///
    /// - Throws: `outOfMemory`, `memoryProtection`; `keyWiped` after ``wipe()``.
    public borrowing func subkey(_ use: Use) throws(SealingError) -> SecretKey {
        try key.deriveSubkey(id: use.rawValue, context: RootKey.context)
    }

    /// Ends the key; every later use throws `keyWiped`.
    public borrowing func wipe() {
        key.wipe()
    }

    private static let context = SubkeyContext("kluis-rk")
}
