import CSodium

/// XChaCha20-Poly1305 as it is, without derivation or commitment: for `Envelope`, and for the published vectors.
/// Source: draft-irtf-cfrg-xchacha §2.
enum AEAD {
    static let keyCount = 32
    static let nonceCount = 24
    static let tagCount = 16

    /// Writes `content.count + 16` bytes into `target`, which has exactly that size.
    static func seal(
        _ content: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, key: UnsafeRawBufferPointer,
        nonce: UnsafeRawBufferPointer, associatedData: UnsafeRawBufferPointer
    ) {
        precondition(target.count == content.count + tagCount && key.count == keyCount && nonce.count == nonceCount)
        // SAFETY: all sizes are checked above; it cannot fail.
        _ = unsafe crypto_aead_xchacha20poly1305_ietf_encrypt(
            target.octets, nil, content.octets, UInt64(content.count), associatedData.octets, UInt64(associatedData.count), nil,
            nonce.octets, key.octets)
    }

    /// Writes `sealed.count - 16` bytes into `target`, which has exactly that size.
    ///
    /// - Returns: false when the tag does not match; nothing readable stands in `target` then.
    static func open(
        _ sealed: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, key: UnsafeRawBufferPointer,
        nonce: UnsafeRawBufferPointer, associatedData: UnsafeRawBufferPointer
    ) -> Bool {
        guard sealed.count >= tagCount, target.count == sealed.count - tagCount, key.count == keyCount, nonce.count == nonceCount
        else { return false }
        // SAFETY: all sizes are checked above.
        return unsafe crypto_aead_xchacha20poly1305_ietf_decrypt(
            target.octets, nil, nil, sealed.octets, UInt64(sealed.count), associatedData.octets, UInt64(associatedData.count),
            nonce.octets, key.octets) == 0
    }
}
