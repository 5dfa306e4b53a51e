import CSodium

/// Something that lends a 32-byte key for the length of a call: a ``SecretKey`` or a ``KeyBox``.
public protocol KeyLending: ~Copyable {
    /// Lends the 32 bytes of the key.
    ///
    /// - Throws: what `body` throws; `keyWiped` or `memoryProtection` from a ``KeyBox``.
    borrowing func withKeyBytes<R: ~Copyable>(_ body: (RawSpan) throws(SealingError) -> R) throws(SealingError) -> R
}

/// A secret key of exactly 32 bytes in guarded memory.
public struct SecretKey: ~Copyable, Sendable, KeyLending {
    /// 32.
    public static let byteCount = 32

    let secret: SecretBytes

    /// Takes 32 secret bytes over.
    ///
    /// - Throws: `wrongLength` when there are not exactly 32; they are wiped then too.
    public init(_ secret: consuming SecretBytes) throws(SealingError) {
        guard secret.count == SecretKey.byteCount else { throw .wrongLength }
        self.secret = secret
    }

    /// Takes 32 bytes over and overwrites the source with zeros.
    ///
    /// - Throws: `wrongLength`, `outOfMemory`; the source is wiped then too.
    public init(moving source: UnsafeMutableRawBufferPointer) throws(SealingError) {
        let taken = try unsafe SecretBytes(moving: source)
        try self.init(taken)
    }

    /// A copy of 32 bytes that live elsewhere.
    ///
    /// - Throws: `wrongLength`, `outOfMemory`.
    public init(copying source: RawSpan) throws(SealingError) {
        guard source.byteCount == SecretKey.byteCount else { throw .wrongLength }
        let copied = try SecretBytes(copying: source)
        try self.init(copied)
    }

    /// A fresh random key.
    ///
    /// - Throws: `outOfMemory`, `unavailable`.
    public static func random() throws(SealingError) -> SecretKey {
        let secret = try SecretBytes.random(count: byteCount)
        return try SecretKey(secret)
    }

    public borrowing func withKeyBytes<R: ~Copyable>(
        _ body: (RawSpan) throws(SealingError) -> R
    ) throws(SealingError) -> R {
        try secret.withBytes(body)
    }

    /// The bytes, for callers that keep them in another guarded form.
    public consuming func intoSecretBytes() -> SecretBytes {
        secret
    }

    /// A key computed by `body`, which gets 32 zeroed bytes to write.
    static func computed(
        _ body: (UnsafeMutableRawBufferPointer) throws(SealingError) -> Void
    ) throws(SealingError) -> SecretKey {
        var secret = try SecretBytes(count: byteCount)
        try unsafe secret.withUnsafeMutableBytes(body)
        return try SecretKey(secret)
    }
}

/// A key that stands on the stack for the length of a call and is overwritten before that call returns.
///
/// For keys that are derived for one use and thrown away. Guarded memory costs a dozen calls of the system for each; this costs none, and the
/// bytes live no longer than the copies that any cipher makes of its key. Lent only: it cannot be copied, kept or made elsewhere.
@safe
public struct LentKey: ~Copyable, KeyLending {
    private let bytes: UnsafeRawBufferPointer

    /// INVARIANT: `bytes` are 32 and outlive the value; the one who makes it overwrites them.
    init(_ bytes: UnsafeRawBufferPointer) {
        unsafe self.bytes = bytes
    }

    public borrowing func withKeyBytes<R: ~Copyable>(
        _ body: (RawSpan) throws(SealingError) -> R
    ) throws(SealingError) -> R {
        // SAFETY: the buffer is alive as long as `self` is borrowed; a span cannot outlive the call.
        try body(unsafe RawSpan(_unsafeStart: bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 64)!, byteCount: bytes.count))
    }
}

/// The eight characters that separate families of subkeys.
public struct SubkeyContext: Hashable, Sendable {
    let characters: UInt64

    /// - Parameter literal: exactly eight printable ASCII characters. Anything else is a mistake in the program and traps.
    public init(_ literal: StaticString) {
        precondition(literal.utf8CodeUnitCount == 8 && literal.isASCII, "a subkey context has exactly 8 ASCII characters")
        characters = literal.description.utf8.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

extension KeyLending where Self: ~Copyable {
    /// An independent key for one use, by `crypto_kdf_derive_from_key` (keyed BLAKE2b).
    ///
    /// - Parameters:
    ///   - id: the number of the subkey within `context`.
    ///   - context: the family of subkeys.
    /// - Returns: always the same 32 bytes for the same key, id and context.
    /// - Throws: `outOfMemory`, `keyWiped`.
    public borrowing func deriveSubkey(id: UInt64, context: SubkeyContext) throws(SealingError) -> SecretKey {
        try withKeyBytes { key throws(SealingError) -> SecretKey in
            try unsafe SecretKey.computed { target throws(SealingError) in
                let status = unsafe key.withUnsafeBytes { key in
                    unsafe withUnsafeBytes(of: context.characters.littleEndian) { context in
                        // SAFETY: 32 bytes of output, 32 of key and 8 of context, as crypto_kdf demands.
                        unsafe crypto_kdf_derive_from_key(
                            target.octets, target.count, id, context.characters8, key.octets)
                    }
                }
                guard status == 0 else { throw .wrongLength }
            }
        }
    }
}
