import CSodium

/// BLAKE2b over a message that comes in parts, optionally keyed and with a label. Source: RFC 7693.
///
/// Not copyable; its state is overwritten when it ends.
@safe
public struct BLAKE2bHasher: ~Copyable, @unchecked Sendable {
    /// INVARIANT: initialised by `crypto_generichash_blake2b_init_salt_personal` and not yet finalised.
    /// Opaque, because Swift does not import a type that asks for an alignment of 64.
    private let state: OpaquePointer

    /// Number of bytes that ``finalize()`` returns.
    public let byteCount: Int

    /// An unkeyed hash.
    ///
    /// - Parameters:
    ///   - byteCount: 16–64.
    ///   - label: separates uses.
    /// - Throws: `wrongLength` for another byte count.
    public init(byteCount: Int, label: Label?) throws(SealingError) {
        try self.init(byteCount: byteCount, label: label, key: RawSpan())
    }

    /// A hash keyed with `key`; an empty key means none.
    init(byteCount: Int, label: Label?, key: RawSpan) throws(SealingError) {
        guard (16...64).contains(byteCount), key.byteCount <= 64 else { throw .wrongLength }
        let raw = UnsafeMutableRawPointer.allocate(byteCount: BLAKE2bHasher.stateByteCount, alignment: 64)
        let memory = OpaquePointer(raw)
        let status = unsafe key.withUnsafeBytes { key in
            let start: (UnsafeRawBufferPointer?) -> Int32 = { personal in
                // SAFETY: the state is allocated; lengths are those of the buffers; salt NULL and personal NULL mean zeros.
                unsafe crypto_generichash_blake2b_init_salt_personal(
                    memory, key.isEmpty ? nil : key.octets, key.count, byteCount, nil, personal?.octets)
            }
            guard let label else { return start(nil) }
            return unsafe label.withUnsafeBytes { unsafe start($0) }
        }
        guard status == 0 else {
            unsafe raw.deallocate()
            throw .wrongLength
        }
        unsafe state = memory
        self.byteCount = byteCount
    }

    deinit {
        // SAFETY: allocated in init and owned by nobody else; a key's block may still stand in it.
        let raw = unsafe UnsafeMutableRawPointer(state)
        unsafe sodium_memzero(raw, BLAKE2bHasher.stateByteCount)
        unsafe raw.deallocate()
    }

    private static var stateByteCount: Int { crypto_generichash_blake2b_statebytes() }

    /// Appends `bytes`.
    public mutating func update(_ bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { unsafe update($0) }
    }

    /// Appends `bytes`.
    public mutating func update(_ bytes: [UInt8]) {
        // SAFETY: an array of UInt8 has no padding.
        update(unsafe bytes.span.bytes)
    }

    /// Appends the bytes of a raw buffer.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        // SAFETY: `count` readable bytes. Fails only after finalisation, which consumes the hasher.
        _ = unsafe crypto_generichash_blake2b_update(state, bytes.octets, UInt64(bytes.count))
    }

    /// Appends eight bytes, least significant first.
    mutating func update(littleEndian number: UInt64) {
        unsafe withUnsafeBytes(of: number.littleEndian) { unsafe update($0) }
    }

    /// The digest of everything appended, `byteCount` bytes.
    public consuming func finalize() -> [UInt8] {
        let size = byteCount
        var digest = [UInt8](repeating: 0, count: size)
        unsafe digest.withUnsafeMutableBytes { unsafe write(into: $0) }
        return digest
    }

    /// Writes the digest into exactly `byteCount` bytes.
    borrowing func write(into target: UnsafeMutableRawBufferPointer) {
        precondition(target.count == byteCount)
        // SAFETY: `byteCount` writable bytes.
        _ = unsafe crypto_generichash_blake2b_final(state, target.octets, target.count)
    }
}

/// BLAKE2b in one call. Source: RFC 7693.
public enum BLAKE2b {
    /// The unkeyed digest of `bytes`.
    ///
    /// - Parameters:
    ///   - byteCount: 16–64; anything else throws `wrongLength`.
    ///   - label: separates uses.
    public static func hash(_ bytes: [UInt8], byteCount: Int = 32, label: Label? = nil) throws(SealingError) -> [UInt8] {
        var hasher = try BLAKE2bHasher(byteCount: byteCount, label: label)
        hasher.update(bytes)
        return hasher.finalize()
    }

    /// The keyed digest of `bytes`: a MAC, or a blind index at 16 bytes.
    ///
    /// - Parameters:
    ///   - byteCount: 16–64; anything else throws `wrongLength`.
    /// - Throws: `wrongLength`, `keyWiped`, `memoryProtection`.
    public static func authenticate<Key: KeyLending & ~Copyable>(
        _ bytes: [UInt8], key: borrowing Key, label: Label, byteCount: Int = 32
    ) throws(SealingError) -> [UInt8] {
        try key.withKeyBytes { key throws(SealingError) in
            var hasher = try BLAKE2bHasher(byteCount: byteCount, label: label, key: key)
            hasher.update(bytes)
            return hasher.finalize()
        }
    }

    /// Throws `badMAC` unless `code` is the 32-byte keyed digest of `bytes`; compared in constant time.
    public static func verify<Key: KeyLending & ~Copyable>(
        _ code: [UInt8], for bytes: [UInt8], key: borrowing Key, label: Label
    ) throws(SealingError) {
        guard ConstantTime.equal(try authenticate(bytes, key: key, label: label), code) else { throw .badMAC }
    }

    /// A key made of two others, so that the end of either ends it: BLAKE2b-256(key = `key`, label, `other` ‖ associated data).
    ///
    /// - Throws: `keyWiped`, `memoryProtection`, `outOfMemory`.
    public static func combine<Key: KeyLending & ~Copyable, Other: KeyLending & ~Copyable>(
        _ key: borrowing Key, with other: borrowing Other, label: Label, context: AssociatedData
    ) throws(SealingError) -> SecretKey {
        var secret = try SecretBytes(count: SecretKey.byteCount)
        let hasher = try combining(key, with: other, label: label, context: context)
        unsafe secret.withUnsafeMutableBytes { unsafe hasher.write(into: $0) }
        return try SecretKey(secret)
    }

    /// Lends the key that ``combine(_:with:label:context:)`` makes for the length of a call, without guarded memory of its own.
    ///
    /// - Throws: what `use` throws; `keyWiped`, `memoryProtection`.
    public static func withCombined<Key: KeyLending & ~Copyable, Other: KeyLending & ~Copyable, Output>(
        _ key: borrowing Key, with other: borrowing Other, label: Label, context: AssociatedData,
        _ use: (borrowing LentKey) throws -> Output
    ) throws -> Output {
        let hasher = try combining(key, with: other, label: label, context: context)
        return try unsafe withUnsafeTemporaryAllocation(byteCount: SecretKey.byteCount, alignment: 16) { derived in
            // ORDER: overwritten however the use ends.
            defer { unsafe Wiping.wipe(derived) }
            unsafe hasher.write(into: derived)
            return try use(unsafe LentKey(UnsafeRawBufferPointer(derived)))
        }
    }

    private static func combining<Key: KeyLending & ~Copyable, Other: KeyLending & ~Copyable>(
        _ key: borrowing Key, with other: borrowing Other, label: Label, context: AssociatedData
    ) throws(SealingError) -> BLAKE2bHasher {
        var hasher = try key.withKeyBytes { key throws(SealingError) in
            try BLAKE2bHasher(byteCount: SecretKey.byteCount, label: label, key: key)
        }
        try other.withKeyBytes { other throws(SealingError) in hasher.update(other) }
        hasher.update(context.bytes)
        return hasher
    }
}
