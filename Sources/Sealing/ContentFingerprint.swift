import CSodium

/// Tells a content from every other of any length, while it streams by: Poly1305 under a key that nobody outside the vault has.
///
/// Two contents of at most L bytes get the same fingerprint with a chance of at most 8⌈L/16⌉ ÷ 2¹⁰⁶, for 1 TiB 2⁻⁶⁷, whoever chose them: that is
/// what Poly1305 promises while key *and* fingerprints stay secret. So a fingerprint must never be shown, nor stored but sealed; and it
/// authenticates nothing, because its key serves for more than one content. It costs a third of what a hash would, beside the sealing of every byte.
///
/// Not copyable; its state is overwritten when it ends. Source: RFC 8439 §2.5; Bernstein, "The Poly1305-AES message-authentication code", §3.
@safe
public struct ContentFingerprint: ~Copyable, @unchecked Sendable {
    /// INVARIANT: initialised by `crypto_onetimeauth_poly1305_init` and not yet finalised.
    private let state: UnsafeMutablePointer<crypto_onetimeauth_poly1305_state>

    /// Number of bytes that ``finalize()`` returns: 16.
    public static let byteCount = 16

    /// A fingerprint for one use of `key`.
    ///
    /// - Parameter context: what sets this use apart; contents are compared only within one.
    /// - Throws: `keyWiped`, `memoryProtection`.
    public init<Key: KeyLending & ~Copyable>(key: borrowing Key, context: AssociatedData) throws(SealingError) {
        var hasher = try key.withKeyBytes { key throws(SealingError) in
            try BLAKE2bHasher(byteCount: 32, label: .contentFingerprint, key: key)
        }
        hasher.update(context.bytes)
        var derived = hasher.finalize()
        defer { Wiping.wipe(&derived) }
        let memory = UnsafeMutablePointer<crypto_onetimeauth_poly1305_state>.allocate(capacity: 1)
        unsafe derived.withUnsafeBytes { key in
            // SAFETY: the state is allocated and the key has the 32 bytes that Poly1305 takes. It cannot fail.
            _ = unsafe crypto_onetimeauth_poly1305_init(memory, key.octets)
        }
        unsafe state = memory
    }

    deinit {
        // SAFETY: allocated in init and owned by nobody else; the key stands in it.
        unsafe sodium_memzero(state, MemoryLayout<crypto_onetimeauth_poly1305_state>.size)
        unsafe state.deallocate()
    }

    /// Appends bytes of the content, in order.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count > 0 else { return }
        // SAFETY: `count` readable bytes.
        _ = unsafe crypto_onetimeauth_poly1305_update(state, bytes.octets, UInt64(bytes.count))
    }

    /// The fingerprint of everything appended: 16 bytes.
    public consuming func finalize() -> [UInt8] {
        var tag = [UInt8](repeating: 0, count: Self.byteCount)
        unsafe tag.withUnsafeMutableBytes { target in
            // SAFETY: room for the 16 bytes of a tag; the state is not used again.
            _ = unsafe crypto_onetimeauth_poly1305_final(state, target.octets)
        }
        return tag
    }
}

extension Label {
    static let contentFingerprint = Label("kluis/fingerprnt")
}
