/// The derivation that envelopes and streams share: a message's own key, and a commitment to everything that went into it.
enum CommittingKey {
    /// `(Ke ‖ C) = BLAKE2b-512(key = K, personal = label, suite ‖ nonce ‖ LE64(|ad|) ‖ ad)`, lent as two buffers of 32 bytes and
    /// overwritten when `use` returns.
    static func derive<Key: KeyLending & ~Copyable>(
        from key: borrowing Key, label: Label, suite: UInt8, nonce: UnsafeRawBufferPointer, meaning: [UInt8],
        _ use: (_ derived: UnsafeRawBufferPointer, _ commitment: UnsafeRawBufferPointer) throws(SealingError) -> Void
    ) throws(SealingError) {
        var hasher = try key.withKeyBytes { key throws(SealingError) in
            try BLAKE2bHasher(byteCount: 64, label: label, key: key)
        }
        hasher.update([suite])
        unsafe hasher.update(nonce)
        hasher.update(littleEndian: UInt64(meaning.count))
        hasher.update(meaning)
        var failure: SealingError?
        unsafe withUnsafeTemporaryAllocation(byteCount: 64, alignment: 16) { output in
            defer { unsafe Wiping.wipe(output) }
            unsafe hasher.write(into: output)
            do throws(SealingError) {
                try unsafe use(
                    UnsafeRawBufferPointer(output.part(0..<32)), UnsafeRawBufferPointer(output.part(32..<64)))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
    }
}
