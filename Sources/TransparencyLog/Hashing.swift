package import Sealing

/// The three hashes of an RFC 6962 Merkle tree, without allocation.
///
/// Source: RFC 6962 §2.1.
extension Hash {
    /// The root of the tree without leaves: SHA-256 of nothing.
    public static let emptyTree = Hash.sha256([])

    /// A digest that was computed elsewhere.
    package init(_ digest: SHA256Digest) {
        // SAFETY: the digest's 32 bytes are read while it lends them.
        self = unsafe digest.withUnsafeBytes { unsafe Hash(reading: $0.bytes, at: 0) }
    }

    /// SHA-256 of any bytes.
    public static func sha256(_ bytes: [UInt8]) -> Hash {
        // SAFETY: the buffer is valid during the call.
        unsafe bytes.withUnsafeBytes { unsafe digest($0) }
    }

    /// The hash of a leaf: SHA-256(0x00 ‖ entry).
    public static func leaf(_ entry: [UInt8]) -> Hash {
        // SAFETY: bytes have no padding.
        unsafe leaf(entry.span.bytes)
    }

    /// The hash of a leaf: SHA-256(0x00 ‖ entry).
    public static func leaf(_ entry: RawSpan) -> Hash {
        let count = entry.byteCount
        return unsafe withUnsafeTemporaryAllocation(byteCount: count + 1, alignment: 1) { buffer in
            // SAFETY: the buffer has count + 1 bytes and all of them are written before the digest reads them.
            unsafe buffer[0] = 0
            unsafe entry.withUnsafeBytes { source in
                guard count > 0 else { return }
                unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[1...]).copyMemory(from: source)
            }
            return unsafe digest(UnsafeRawBufferPointer(buffer))
        }
    }

    /// The hash of an inner node: SHA-256(0x01 ‖ left ‖ right).
    public static func node(_ left: Hash, _ right: Hash) -> Hash {
        // The prefix byte goes last into a word of its own, so that the 65 bytes lie together and the halves stay aligned.
        let preimage = (
            UInt64(0x01).byteSwapped.littleEndian,
            left.word0, left.word1, left.word2, left.word3,
            right.word0, right.word1, right.word2, right.word3
        )
        // SAFETY: nine words are 72 bytes without padding; the preimage is the last 65 of them.
        return unsafe withUnsafeBytes(of: preimage) { unsafe digest(UnsafeRawBufferPointer(rebasing: $0[7...])) }
    }

    /// SHA-256 of a buffer.
    static func digest(_ bytes: UnsafeRawBufferPointer) -> Hash {
        // SAFETY: the span does not outlive the buffer.
        Hash(unsafe SHA256.hash(bytes.bytes))
    }
}
