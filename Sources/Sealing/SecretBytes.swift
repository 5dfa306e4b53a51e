import CSodium

/// Uniquely owned secret bytes in guarded memory.
///
/// The memory comes from `sodium_malloc`: guard pages on both sides, a canary, `mlock` (see ``MemoryLocking``) and `MADV_DONTDUMP`.
/// It is overwritten with zeros before it is given back. The type is not copyable, and bytes are lent only inside a closure, as a span that
/// cannot leave it. Copying bytes out inside such a closure is a review matter; the compiler does not see it.
///
/// A `SecretBytes` is readable for as long as it lives. Put long-lived keys into a ``KeyBox``, whose page is inaccessible between uses.
@safe
public struct SecretBytes: ~Copyable, @unchecked Sendable {
    private let base: UnsafeMutableRawPointer

    /// Number of bytes; fixed for life.
    public let count: Int

    /// Bytes that are all zero.
    ///
    /// - Parameter count: 0 or more.
    /// - Throws: `outOfMemory`, `unavailable`, `wrongLength` for a negative count.
    public init(count: Int) throws(SealingError) {
        try Sodium.require()
        guard count >= 0 else { throw .wrongLength }
        // SAFETY: sodium_malloc returns `count` writable bytes or nil; the pointer is owned by this value alone and freed in deinit.
        guard let memory = unsafe sodium_malloc(count) else { throw .outOfMemory }
        unsafe sodium_memzero(memory, count)
        unsafe base = memory
        self.count = count
    }

    /// Fresh random bytes.
    ///
    /// - Throws: `outOfMemory`, `unavailable`.
    public static func random(count: Int) throws(SealingError) -> SecretBytes {
        let secret = try SecretBytes(count: count)
        // SAFETY: `base` has `count` writable bytes.
        unsafe randombytes_buf(secret.base, secret.count)
        return secret
    }

    /// Takes the bytes over and overwrites the source with zeros, also when it fails.
    ///
    /// - Throws: `outOfMemory`, `unavailable`.
    public init(moving source: UnsafeMutableRawBufferPointer) throws(SealingError) {
        defer { unsafe Wiping.wipe(source) }
        try self.init(count: source.count)
        // SAFETY: both sides have `count` bytes and cannot overlap, because this memory was just allocated.
        unsafe UnsafeMutableRawBufferPointer(start: base, count: count).copyMemory(from: UnsafeRawBufferPointer(source))
    }

    /// Takes the bytes of an array over and empties it, overwriting its storage with zeros if nobody else holds the array.
    ///
    /// Only for bytes that a library handed over as an array: earlier copies of the array are out of reach.
    ///
    /// - Throws: `outOfMemory`, `unavailable`.
    public init(moving source: inout [UInt8]) throws(SealingError) {
        defer { Wiping.wipe(&source) }
        // SAFETY: an array of UInt8 has no padding.
        try self.init(copying: unsafe source.span.bytes)
    }

    /// A copy of bytes that live elsewhere.
    ///
    /// - Throws: `outOfMemory`, `unavailable`.
    public init(copying source: RawSpan) throws(SealingError) {
        try self.init(count: source.byteCount)
        // SAFETY: `base` has exactly `byteCount` writable bytes.
        let target = unsafe UnsafeMutableRawBufferPointer(start: base, count: count)
        unsafe source.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
    }

    /// Bytes written straight into guarded memory by `fill`, for instance a passphrase read from a terminal.
    ///
    /// - Parameters:
    ///   - capacity: what `fill` may write at most.
    ///   - fill: gets `capacity` zeroed bytes and returns how many it wrote.
    /// - Returns: exactly the bytes written.
    /// - Throws: what `fill` throws; `SealingError.bufferTooSmall` when it claims more than `capacity` or less than 0; `outOfMemory`.
    public static func filled(
        capacity: Int, by fill: (UnsafeMutableRawBufferPointer) throws -> Int
    ) throws -> SecretBytes {
        var whole = try SecretBytes(count: capacity)
        let used = try unsafe whole.withUnsafeMutableBytes { try unsafe fill($0) }
        guard used >= 0, used <= capacity else { throw SealingError.bufferTooSmall }
        return try whole.prefix(used)
    }

    deinit {
        // SAFETY: allocated by sodium_malloc in init and owned by nobody else. sodium_free makes the page writable, checks the canary,
        // and overwrites it with zeros.
        unsafe sodium_free(base)
    }

    /// Lends the bytes for the length of the call.
    public borrowing func withBytes<R: ~Copyable, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        // SAFETY: `base` stays allocated and readable as long as `self` is borrowed; a span cannot outlive the call.
        try body(unsafe RawSpan(_unsafeStart: base, byteCount: count))
    }

    /// Lends the bytes for reading as a raw buffer, which must not leave the call.
    public borrowing func withUnsafeBytes<R: ~Copyable, E: Error>(
        _ body: (UnsafeRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        try unsafe body(UnsafeRawBufferPointer(start: base, count: count))
    }

    /// Lends the bytes for writing as a raw buffer, which must not leave the call.
    public mutating func withUnsafeMutableBytes<R: ~Copyable, E: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        try unsafe body(UnsafeMutableRawBufferPointer(start: base, count: count))
    }

    /// A copy of the first `length` bytes in guarded memory of its own.
    ///
    /// - Throws: `wrongLength` when there are fewer; `outOfMemory`.
    public borrowing func prefix(_ length: Int) throws(SealingError) -> SecretBytes {
        guard length >= 0, length <= count else { throw .wrongLength }
        // SAFETY: `length` ≤ `count` readable bytes.
        return try SecretBytes(copying: unsafe RawSpan(_unsafeStart: base, byteCount: length))
    }

    /// Makes the page inaccessible. False when the system refused, and then the bytes stay readable.
    func forbidAccess() -> Bool {
        // SAFETY: `base` comes from sodium_malloc.
        unsafe sodium_mprotect_noaccess(base) == 0
    }

    /// Makes the page readable again. False when the system refused, and then reading would fault.
    func allowReading() -> Bool {
        // SAFETY: `base` comes from sodium_malloc.
        unsafe sodium_mprotect_readonly(base) == 0
    }
}
