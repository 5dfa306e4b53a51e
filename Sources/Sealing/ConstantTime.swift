import CSodium

/// Comparison whose time does not depend on where the inputs differ.
public enum ConstantTime {
    /// Whether both have the same length and bytes. Only the lengths may show in the time taken.
    public static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        // SAFETY: arrays of UInt8 have no padding.
        equal(unsafe left.span.bytes, unsafe right.span.bytes)
    }

    /// Whether both have the same length and bytes. Only the lengths may show in the time taken.
    public static func equal(_ left: RawSpan, _ right: RawSpan) -> Bool {
        guard left.byteCount == right.byteCount else { return false }
        return unsafe left.withUnsafeBytes { left in
            unsafe right.withUnsafeBytes { right in
                // SAFETY: both have `left.count` readable bytes.
                unsafe sodium_memcmp(left.octets, right.octets, left.count) == 0
            }
        }
    }
}

/// Bytes from the system's random generator, for identifiers, salts and challenges. Keys come from ``SecretKey/random()``.
public enum RandomBytes {
    /// - Parameter count: a negative count is taken as 0.
    public static func generate(_ count: Int) -> [UInt8] {
        Sodium.touch()
        let size = max(count, 0)
        return unsafe [UInt8](unsafeUninitializedCapacity: size) { target, initialised in
            // SAFETY: `size` writable bytes.
            unsafe randombytes_buf(UnsafeMutableRawBufferPointer(target).octets, size)
            initialised = size
        }
    }
}
