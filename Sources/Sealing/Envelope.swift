import CSodium

/// Short values and wrapped keys, sealed so that they open only with the one key, label and meaning they were sealed with.
///
/// Format: `suite(1) ‖ nonce(24) ‖ C(32) ‖ ciphertext ‖ tag(16)`.
///
/// 1. `(Ke ‖ C) = BLAKE2b-512(key = K, personal = label, suite ‖ nonce ‖ LE64(|ad|) ‖ ad)`; the nonce is random.
/// 2. The content is sealed with XChaCha20-Poly1305 under `Ke` and the nonce; the 57 bytes of header are its associated data.
/// 3. A reader compares `C` in constant time before it decrypts anything. XChaCha20-Poly1305 alone does not commit to its key, and several
///    keys are tried in places (slots, epochs).
///
/// The derived key stands on the stack for the length of the call and is overwritten before it returns.
public enum Envelope {
    /// The suite of this format: XChaCha20-Poly1305 under a key derived and committed to by BLAKE2b.
    static let suite: UInt8 = 0x01

    static let nonceCount = 24
    static let commitmentCount = 32
    static let tagCount = 16
    static let headerCount = 1 + nonceCount + commitmentCount

    /// How many bytes longer the sealed form is: 73.
    public static let overhead = headerCount + tagCount

    // MARK: Sealing

    /// Seals `content`.
    ///
    /// - Returns: `content.count + overhead` bytes, different each time.
    /// - Throws: `keyWiped`, `memoryProtection`, `unavailable`.
    public static func seal<Key: KeyLending & ~Copyable>(
        _ content: [UInt8], under key: borrowing Key, label: Label, meaning: AssociatedData
    ) throws(SealingError) -> [UInt8] {
        // SAFETY: an array of UInt8 has no padding.
        try seal(unsafe content.span.bytes, under: key, label: label, meaning: meaning)
    }

    /// Seals `content`; see ``seal(_:under:label:meaning:)-([UInt8],_,_,_)``.
    public static func seal<Key: KeyLending & ~Copyable>(
        _ content: RawSpan, under key: borrowing Key, label: Label, meaning: AssociatedData
    ) throws(SealingError) -> [UInt8] {
        try Sodium.require()
        let nonce = RandomBytes.generate(nonceCount)
        return try seal(content, under: key, label: label, meaning: meaning.bytes, nonce: nonce)
    }

    /// Pads `content` to its bucket (``Padding``) and seals it; the padded copy is overwritten.
    ///
    /// - Throws: `tooLong`, `keyWiped`, `memoryProtection`, `unavailable`.
    public static func sealPadded<Key: KeyLending & ~Copyable>(
        _ content: [UInt8], under key: borrowing Key, label: Label, meaning: AssociatedData
    ) throws(SealingError) -> [UInt8] {
        var padded = try Padding.pad(content)
        defer { Wiping.wipe(&padded) }
        return try seal(padded, under: key, label: label, meaning: meaning)
    }

    /// Pads `content` to its bucket (``Padding``) and seals it behind bytes that stand in the clear; the padded copy is overwritten.
    ///
    /// - Parameters:
    ///   - prefix: comes before the envelope and is not part of it: what protects it has to stand in `meaning`.
    ///   - random: gives the nonce.
    /// - Returns: the prefix and the envelope, which ``openPadded(_:under:label:meaning:)`` opens.
    /// - Throws: `tooLong`, `keyWiped`, `memoryProtection`, `unavailable`.
    public static func sealPadded<Key: KeyLending & ~Copyable>(
        _ content: [UInt8], after prefix: [UInt8], under key: borrowing Key, label: Label, meaning: AssociatedData,
        random: inout RandomSupply
    ) throws(SealingError) -> [UInt8] {
        try Sodium.require()
        guard let padded = Padding.paddedCount(for: content.count) else { throw .tooLong }
        let (total, overflow) = padded.addingReportingOverflow(overhead + prefix.count)
        guard !overflow else { throw .tooLong }
        let plain = WipedBuffer(count: padded)
        unsafe content.withUnsafeBytes { unsafe Padding.pad($0, into: plain.memory) }
        return try unsafe [UInt8].filled(count: total) { target throws(SealingError) in
            unsafe target.part(0..<prefix.count).copyBytes(from: prefix)
            let envelope = unsafe target.part(prefix.count..<total)
            unsafe random.take(into: envelope.part(1..<1 + nonceCount))
            try plain.withBytes { content throws(SealingError) in
                try unsafe seal(content, into: envelope, under: key, label: label, meaning: meaning.bytes)
            }
        }
    }

    /// Wraps a key under another.
    ///
    /// - Returns: 105 bytes.
    /// - Throws: `keyWiped`, `memoryProtection`, `unavailable`.
    public static func wrap<Key: KeyLending & ~Copyable, Wrapped: KeyLending & ~Copyable>(
        _ wrapped: borrowing Wrapped, under key: borrowing Key, label: Label, meaning: AssociatedData
    ) throws(SealingError) -> [UInt8] {
        try wrapped.withKeyBytes { content throws(SealingError) in
            try seal(content, under: key, label: label, meaning: meaning)
        }
    }

    /// Seals secret bytes of any length.
    ///
    /// - Throws: `keyWiped`, `memoryProtection`, `unavailable`.
    public static func sealSecret<Key: KeyLending & ~Copyable>(
        _ secret: borrowing SecretBytes, under key: borrowing Key, label: Label, meaning: AssociatedData
    ) throws(SealingError) -> [UInt8] {
        try secret.withBytes { content throws(SealingError) in
            try seal(content, under: key, label: label, meaning: meaning)
        }
    }

    // MARK: Opening

    /// Opens what ``seal(_:under:label:meaning:)-([UInt8],_,_,_)`` sealed.
    ///
    /// - Throws: `tooShort`, `unknownSuite`, `wrongKeyOrContext`, `forged`; `keyWiped`, `memoryProtection`.
    public static func open<Key: KeyLending & ~Copyable>(
        _ sealed: [UInt8], under key: borrowing Key, label: Label, meaning: AssociatedData
    ) throws(SealingError) -> [UInt8] {
        guard sealed.count >= overhead else { throw .tooShort }
        return try unsafe [UInt8].filled(count: sealed.count - overhead) { target throws(SealingError) in
            // SAFETY: an array of UInt8 has no padding.
            try unsafe open(sealed.span.bytes, under: key, label: label, meaning: meaning.bytes, into: target)
        }
    }

    /// Opens into memory of the caller, who overwrites it after use.
    ///
    /// - Parameter target: at least `sealed.byteCount - overhead` bytes; on an error its content is zeros or untouched.
    /// - Returns: how many bytes were written.
    /// - Throws: as ``open(_:under:label:meaning:)``, and `bufferTooSmall`.
    public static func open<Key: KeyLending & ~Copyable>(
        _ sealed: RawSpan, under key: borrowing Key, label: Label, meaning: AssociatedData,
        into target: UnsafeMutableRawBufferPointer
    ) throws(SealingError) -> Int {
        guard sealed.byteCount >= overhead else { throw .tooShort }
        let count = sealed.byteCount - overhead
        guard target.count >= count else { throw .bufferTooSmall }
        try unsafe open(sealed, under: key, label: label, meaning: meaning.bytes, into: target.part(0..<count))
        return count
    }

    /// Opens what ``sealPadded(_:under:label:meaning:)`` sealed, and removes the padding.
    ///
    /// - Throws: as ``open(_:under:label:meaning:)``, and `badPadding`.
    public static func openPadded<Key: KeyLending & ~Copyable>(
        _ sealed: [UInt8], under key: borrowing Key, label: Label, meaning: AssociatedData
    ) throws(SealingError) -> [UInt8] {
        var content = try open(sealed, under: key, label: label, meaning: meaning)
        try Padding.removePadding(&content)
        return content
    }

    /// Opens a wrapped key straight into guarded memory.
    ///
    /// - Throws: as ``open(_:under:label:meaning:)``; `wrongLength` when the content is not a 32-byte key; `outOfMemory`.
    public static func unwrap<Key: KeyLending & ~Copyable>(
        _ sealed: [UInt8], under key: borrowing Key, label: Label, meaning: AssociatedData
    ) throws(SealingError) -> SecretKey {
        let secret = try openSecret(sealed, under: key, label: label, meaning: meaning)
        return try SecretKey(secret)
    }

    /// Opens secret bytes straight into guarded memory.
    ///
    /// - Throws: as ``open(_:under:label:meaning:)``; `outOfMemory`.
    public static func openSecret<Key: KeyLending & ~Copyable>(
        _ sealed: [UInt8], under key: borrowing Key, label: Label, meaning: AssociatedData
    ) throws(SealingError) -> SecretBytes {
        guard sealed.count >= overhead else { throw .tooShort }
        var secret = try SecretBytes(count: sealed.count - overhead)
        try unsafe secret.withUnsafeMutableBytes { target throws(SealingError) in
            // SAFETY: an array of UInt8 has no padding.
            try unsafe open(sealed.span.bytes, under: key, label: label, meaning: meaning.bytes, into: target)
        }
        return secret
    }

    // MARK: The format

    /// Seals with a given nonce: the deterministic core, reachable for tests of the format only.
    static func seal<Key: KeyLending & ~Copyable>(
        _ content: RawSpan, under key: borrowing Key, label: Label, meaning: [UInt8], nonce: [UInt8]
    ) throws(SealingError) -> [UInt8] {
        let (total, overflow) = content.byteCount.addingReportingOverflow(overhead)
        guard !overflow else { throw .tooLong }
        guard nonce.count == nonceCount else { throw .wrongLength }
        return try unsafe [UInt8].filled(count: total) { target throws(SealingError) in
            unsafe target.part(1..<1 + nonceCount).copyBytes(from: nonce)
            try unsafe seal(content, into: target, under: key, label: label, meaning: meaning)
        }
    }

    /// Seals into exactly the envelope's size, in which the nonce stands already.
    private static func seal<Key: KeyLending & ~Copyable>(
        _ content: RawSpan, into target: UnsafeMutableRawBufferPointer, under key: borrowing Key, label: Label, meaning: [UInt8]
    ) throws(SealingError) {
        unsafe target[0] = suite
        let header = unsafe UnsafeRawBufferPointer(target.part(0..<headerCount))
        let nonce = unsafe UnsafeRawBufferPointer(target.part(1..<1 + nonceCount))
        try unsafe CommittingKey.derive(from: key, label: label, suite: suite, nonce: nonce, meaning: meaning) {
            derived, commitment throws(SealingError) in
            unsafe target.part(1 + nonceCount..<headerCount).copyMemory(from: commitment)
            let body = unsafe target.part(headerCount..<target.count)
            unsafe content.withUnsafeBytes { content in
                unsafe AEAD.seal(content, into: body, key: derived, nonce: nonce, associatedData: header)
            }
        }
    }

    /// Opens into exactly the content's size.
    private static func open<Key: KeyLending & ~Copyable>(
        _ sealed: RawSpan, under key: borrowing Key, label: Label, meaning: [UInt8], into target: UnsafeMutableRawBufferPointer
    ) throws(SealingError) {
        try Sodium.require()
        guard sealed.byteCount >= overhead, target.count == sealed.byteCount - overhead else { throw .tooShort }
        guard sealed.byte(at: 0) == suite else { throw .unknownSuite }
        try unsafe sealed.withUnsafeBytes { sealed throws(SealingError) in
            let header = unsafe sealed.part(0..<headerCount)
            let nonce = unsafe sealed.part(1..<1 + nonceCount)
            let body = unsafe sealed.part(headerCount..<sealed.count)
            try unsafe CommittingKey.derive(from: key, label: label, suite: suite, nonce: nonce, meaning: meaning) {
                derived, commitment throws(SealingError) in
                // ORDER: the commitment is checked, in constant time, before a byte is decrypted.
                let stated = unsafe sealed.part(1 + nonceCount..<headerCount)
                guard unsafe sodium_memcmp(stated.octets, commitment.octets, commitmentCount) == 0 else {
                    throw .wrongKeyOrContext
                }
                guard unsafe AEAD.open(body, into: target, key: derived, nonce: nonce, associatedData: header) else {
                    throw .forged
                }
            }
        }
    }
}
