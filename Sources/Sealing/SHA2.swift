import CSHA256
import CSodium

/// A SHA-256 digest: 32 bytes stored inline.
///
/// Digests are public; comparison is not constant-time.
public struct SHA256Digest: Hashable, Sendable, CustomStringConvertible {
    /// 32.
    public static let byteCount = 32

    var octets: Octets32

    init(_ octets: Octets32) {
        self.octets = octets
    }

    /// Nil unless there are exactly 32 bytes.
    public init?(_ bytes: [UInt8]) {
        // SAFETY: an array of UInt8 has no padding.
        guard let octets = Octets32(unsafe bytes.span.bytes) else { return nil }
        self.octets = octets
    }

    /// Nil unless there are exactly 32 bytes.
    public init?(_ bytes: RawSpan) {
        guard let octets = Octets32(bytes) else { return nil }
        self.octets = octets
    }

    /// The 32 bytes as an array.
    public var bytes: [UInt8] { octets.bytes }

    /// Lends the 32 bytes for the length of the call, without an allocation.
    public func withUnsafeBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try unsafe octets.withUnsafeBytes(body)
    }

    /// 64 lower-case hexadecimal digits.
    public var description: String { octets.hexadecimal }
}

/// SHA-256 in one call. Source: FIPS 180-4 §6.2.
///
/// The forms with a prefix byte are the leaf and node hashes of RFC 6962 §2.1; none of them allocates.
public enum SHA256 {
    /// The digest of `bytes`.
    public static func hash(_ bytes: [UInt8]) -> SHA256Digest {
        // SAFETY: an array of UInt8 has no padding.
        hash(unsafe bytes.span.bytes)
    }

    /// The digest of `bytes`.
    public static func hash(_ bytes: RawSpan) -> SHA256Digest {
        unsafe bytes.withUnsafeBytes { unsafe hash($0) }
    }

    /// By the processor's own instructions where it has them, which are four times as fast, else by libsodium.
    private static func hash(_ source: UnsafeRawBufferPointer) -> SHA256Digest {
        unsafe digest { target in
            // SAFETY: `count` readable bytes, 32 writable ones, of which nothing is written when the answer is no.
            if unsafe csha256_hash(source.octets, source.count, target) { return 0 }
            return unsafe crypto_hash_sha256(target, source.octets, UInt64(source.count))
        }
    }

    /// The digest by libsodium's portable code, which is what ``hash(_:)-(RawSpan)`` falls back to.
    static func portableHash(_ bytes: [UInt8]) -> SHA256Digest {
        // SAFETY: `count` readable bytes, 32 writable ones.
        unsafe bytes.withUnsafeBytes { source in unsafe digest { unsafe crypto_hash_sha256($0, source.octets, UInt64(source.count)) } }
    }

    /// Whether this processor has the instructions.
    static var usesInstructions: Bool { csha256_is_available() }

    /// The digest of `prefix` followed by `bytes`.
    public static func hash(prefix: UInt8, _ bytes: [UInt8]) -> SHA256Digest {
        // SAFETY: an array of UInt8 has no padding.
        hash(prefix: prefix, unsafe bytes.span.bytes)
    }

    /// The digest of `prefix` followed by `bytes`.
    public static func hash(prefix: UInt8, _ bytes: RawSpan) -> SHA256Digest {
        var hasher = SHA256Hasher()
        hasher.update(prefix)
        hasher.update(bytes)
        return hasher.finalize()
    }

    /// The digest of `prefix` followed by `first` and `second`.
    public static func hash(prefix: UInt8, _ first: RawSpan, _ second: RawSpan) -> SHA256Digest {
        var hasher = SHA256Hasher()
        hasher.update(prefix)
        hasher.update(first)
        hasher.update(second)
        return hasher.finalize()
    }

    /// The digest of `prefix` followed by two digests: an inner node of a Merkle tree.
    public static func hash(prefix: UInt8, _ left: SHA256Digest, _ right: SHA256Digest) -> SHA256Digest {
        unsafe withUnsafeTemporaryAllocation(byteCount: 65, alignment: 1) { input in
            // SAFETY: 1 + 32 + 32 bytes are written into 65.
            unsafe input.storeBytes(of: prefix, as: UInt8.self)
            unsafe left.withUnsafeBytes { unsafe input.part(1..<33).copyMemory(from: $0) }
            unsafe right.withUnsafeBytes { unsafe input.part(33..<65).copyMemory(from: $0) }
            return unsafe hash(UnsafeRawBufferPointer(input))
        }
    }

    /// A digest written by a hash function, none of which can fail.
    private static func digest(_ write: (UnsafeMutablePointer<UInt8>) -> Int32) -> SHA256Digest {
        var octets = Octets32()
        _ = unsafe octets.withUnsafeMutableBytes { unsafe write($0.octets) }
        return SHA256Digest(octets)
    }
}

/// SHA-256 over a message that comes in parts. A value: copying it forks the computation.
public struct SHA256Hasher: Sendable {
    private var state = crypto_hash_sha256_state()

    /// The hash of nothing yet.
    public init() {
        // SAFETY: the state is initialised by value; sha256_init cannot fail.
        unsafe crypto_hash_sha256_init(&state)
    }

    /// Appends one byte.
    public mutating func update(_ byte: UInt8) {
        var byte = byte
        // SAFETY: one byte is read.
        unsafe crypto_hash_sha256_update(&state, &byte, 1)
    }

    /// Appends `bytes`.
    public mutating func update(_ bytes: [UInt8]) {
        // SAFETY: an array of UInt8 has no padding.
        update(unsafe bytes.span.bytes)
    }

    /// Appends `bytes`.
    public mutating func update(_ bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { source in
            // SAFETY: `count` readable bytes.
            _ = unsafe crypto_hash_sha256_update(&state, source.octets, UInt64(source.count))
        }
    }

    /// Appends the 32 bytes of a digest.
    public mutating func update(_ digest: SHA256Digest) {
        unsafe digest.withUnsafeBytes { source in
            // SAFETY: 32 readable bytes.
            _ = unsafe crypto_hash_sha256_update(&state, source.octets, 32)
        }
    }

    /// The digest of everything appended so far. The hasher itself does not change.
    public func finalize() -> SHA256Digest {
        var last = state
        var octets = Octets32()
        unsafe octets.withUnsafeMutableBytes { target in
            // SAFETY: 32 writable bytes.
            _ = unsafe crypto_hash_sha256_final(&last, target.octets)
        }
        return SHA256Digest(octets)
    }
}

/// SHA-512 in one call. Source: FIPS 180-4 §6.4; used by the SSH signature format.
public enum SHA512 {
    /// 64.
    public static let byteCount = 64

    /// The 64 bytes of the digest of `bytes`.
    public static func hash(_ bytes: [UInt8]) -> [UInt8] {
        // SAFETY: an array of UInt8 has no padding.
        hash(unsafe bytes.span.bytes)
    }

    /// The 64 bytes of the digest of `bytes`.
    public static func hash(_ bytes: RawSpan) -> [UInt8] {
        unsafe bytes.withUnsafeBytes { source in
            unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { target, count in
                // SAFETY: 64 writable bytes, `source.count` readable ones.
                unsafe crypto_hash_sha512(UnsafeMutableRawBufferPointer(target).octets, source.octets, UInt64(source.count))
                count = byteCount
            }
        }
    }
}
