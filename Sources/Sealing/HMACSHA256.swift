import CSodium

/// HMAC-SHA256. Source: RFC 2104, FIPS 198-1.
public enum HMACSHA256 {
    /// 32.
    public static let byteCount = 32

    /// The 32 bytes of the code over `message`.
    ///
    /// - Parameter key: any length, also 0 and more than a block. For commitments, whose salt is disclosed later and is no lasting secret.
    public static func authenticate(_ message: [UInt8], key: [UInt8]) -> SHA256Digest {
        // SAFETY: arrays of UInt8 have no padding.
        authenticate(unsafe message.span.bytes, key: unsafe key.span.bytes)
    }

    /// The 32 bytes of the code over `message`; `key` of any length.
    public static func authenticate(_ message: RawSpan, key: RawSpan) -> SHA256Digest {
        authenticate(RawSpan(), message, key: key)
    }

    /// The 32 bytes of the code over `head` followed by `message`; `key` of any length.
    public static func authenticate(_ head: RawSpan, _ message: RawSpan, key: RawSpan) -> SHA256Digest {
        guard SHA256.usesInstructions, key.byteCount <= blockByteCount else { return portableAuthenticate(head, message, key: key) }
        let start = blockByteCount + head.byteCount
        let count = head.byteCount + message.byteCount
        return unsafe withUnsafeTemporaryAllocation(byteCount: blockByteCount + max(count, byteCount), alignment: 16) { input in
            defer { unsafe Wiping.wipe(input) }
            // SAFETY: the buffer has room for a block and the longer of message and digest, and each part is written before it is read. The
            // sum of two sizes of memory that is there does not overflow.
            unsafe pad(input, with: key, 0x36)
            unsafe head.withUnsafeBytes { unsafe input.part(blockByteCount..<start).copyMemory(from: $0) }
            unsafe message.withUnsafeBytes { unsafe input.part(start..<blockByteCount + count).copyMemory(from: $0) }
            let inner = unsafe SHA256.hash(UnsafeRawBufferPointer(input.part(0..<blockByteCount + count)).bytes)
            unsafe pad(input, with: key, 0x5C)
            unsafe inner.withUnsafeBytes { unsafe input.part(blockByteCount..<blockByteCount + byteCount).copyMemory(from: $0) }
            return unsafe SHA256.hash(UnsafeRawBufferPointer(input.part(0..<blockByteCount + byteCount)).bytes)
        }
    }

    /// Bytes of a block of SHA-256.
    private static let blockByteCount = 64

    /// Writes the key, filled up with zeros, with every byte changed by `mask`. Source: RFC 2104 §2.
    private static func pad(_ block: UnsafeMutableRawBufferPointer, with key: RawSpan, _ mask: UInt8) {
        for index in 0..<blockByteCount { unsafe block[index] = (index < key.byteCount ? key.byte(at: index) : 0) ^ mask }
    }

    /// The code by libsodium, which is what ``authenticate(_:key:)-(RawSpan,_)`` falls back to.
    static func portableAuthenticate(_ head: RawSpan, _ message: RawSpan, key: RawSpan) -> SHA256Digest {
        var state = crypto_auth_hmacsha256_state()
        // SAFETY: the state holds key material and is overwritten before it goes out of scope.
        defer { unsafe sodium_memzero(&state, MemoryLayout<crypto_auth_hmacsha256_state>.size) }
        var octets = Octets32()
        // SAFETY: lengths are those of the buffers; 32 bytes are written.
        unsafe key.withUnsafeBytes { key in _ = unsafe crypto_auth_hmacsha256_init(&state, key.octets, key.count) }
        unsafe head.withUnsafeBytes { head in
            _ = unsafe crypto_auth_hmacsha256_update(&state, head.octets, UInt64(head.count))
        }
        unsafe message.withUnsafeBytes { message in
            _ = unsafe crypto_auth_hmacsha256_update(&state, message.octets, UInt64(message.count))
        }
        unsafe octets.withUnsafeMutableBytes { target in _ = unsafe crypto_auth_hmacsha256_final(&state, target.octets) }
        return SHA256Digest(octets)
    }

    /// The code over `message` under a guarded key.
    ///
    /// - Throws: `keyWiped`, `memoryProtection`.
    public static func authenticate<Key: KeyLending & ~Copyable>(
        _ message: [UInt8], key: borrowing Key
    ) throws(SealingError) -> SHA256Digest {
        try key.withKeyBytes { key throws(SealingError) in
            // SAFETY: an array of UInt8 has no padding.
            authenticate(unsafe message.span.bytes, key: key)
        }
    }

    /// Whether `code` is the code over `message`, compared in constant time. False for any length but 32.
    public static func isValid(_ code: [UInt8], for message: [UInt8], key: [UInt8]) -> Bool {
        ConstantTime.equal(authenticate(message, key: key).bytes, code)
    }
}
