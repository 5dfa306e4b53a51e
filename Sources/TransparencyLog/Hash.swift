import Encodings

/// A SHA-256 digest: a node of a Merkle tree, or any other 32 bytes that are compared as a whole.
///
/// Thirty-two bytes held inline, so that arrays of hashes are contiguous and hashing allocates nothing.
public struct Hash: Sendable, Hashable {
    /// 32.
    public static let byteCount = 32

    // The digest's bytes in memory order; never interpreted as numbers.
    let word0: UInt64
    let word1: UInt64
    let word2: UInt64
    let word3: UInt64

    /// Reads 32 bytes at `offset`.
    ///
    /// INVARIANT: the caller has checked that 32 bytes are there; the span checks it again and traps.
    init(reading bytes: RawSpan, at offset: Int) {
        // SAFETY: unsafeLoadUnaligned is bounds-checked by RawSpan, and every bit pattern is a valid UInt64.
        unsafe word0 = bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)
        unsafe word1 = bytes.unsafeLoadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)
        unsafe word2 = bytes.unsafeLoadUnaligned(fromByteOffset: offset + 16, as: UInt64.self)
        unsafe word3 = bytes.unsafeLoadUnaligned(fromByteOffset: offset + 24, as: UInt64.self)
    }

    init(words: (UInt64, UInt64, UInt64, UInt64)) {
        (word0, word1, word2, word3) = words
    }

    /// The digest that these bytes are, or nil unless there are exactly 32.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == Hash.byteCount else { return nil }
        // SAFETY: bytes have no padding.
        unsafe self.init(reading: bytes.span.bytes, at: 0)
    }

    /// The digest that these bytes are, or nil unless there are exactly 32.
    public init?(_ bytes: ArraySlice<UInt8>) {
        self.init(Array(bytes))
    }

    /// The digest that this strict standard base64 encodes, or nil.
    ///
    /// Source: RFC 4648 §4; anything but the one canonical encoding of 32 bytes is refused.
    public init?(base64 text: ArraySlice<UInt8>) {
        guard let bytes = Base64.decode(text), let hash = Hash(bytes) else { return nil }
        self = hash
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(Hash.byteCount)
        append(to: &out)
        return out
    }

    /// Appends the 32 bytes.
    public func append(to out: inout [UInt8]) {
        // SAFETY: the tuple is a plain value of 32 bytes without padding.
        unsafe withUnsafeBytes(of: (word0, word1, word2, word3)) { unsafe out.append(contentsOf: $0) }
    }

    /// Standard base64, 44 characters.
    public var base64: String { Base64.text(bytes) }
}

extension Hash: CustomStringConvertible {
    /// Lower-case hexadecimal, 64 characters.
    public var description: String { Hexadecimal.text(bytes) }
}
