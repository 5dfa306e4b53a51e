import Encodings

/// Thirty-two public bytes stored inline, without an allocation.
///
/// Comparison and hashing are fast and not constant-time: for digests and public keys, never for secrets.
struct Octets32: Hashable, Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    init() {}

    /// Nil unless there are exactly 32 bytes.
    init?(_ bytes: RawSpan) {
        guard bytes.byteCount == 32 else { return nil }
        // SAFETY: 32 bytes are copied into 32 bytes.
        unsafe bytes.withUnsafeBytes { source in
            unsafe withUnsafeMutableBytes { unsafe $0.copyMemory(from: source) }
        }
    }

    /// Lends the 32 bytes in order.
    func withUnsafeBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        // SAFETY: four UInt64 are 32 bytes without padding.
        try unsafe Swift.withUnsafeBytes(of: words, body)
    }

    /// Lends the 32 bytes for writing, which every bit pattern is valid for.
    mutating func withUnsafeMutableBytes<R, E: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(E) -> R
    ) throws(E) -> R {
        // SAFETY: four UInt64 are 32 bytes without padding.
        try unsafe Swift.withUnsafeMutableBytes(of: &words, body)
    }

    var bytes: [UInt8] {
        unsafe withUnsafeBytes { unsafe [UInt8]($0) }
    }

    /// 64 lower-case hexadecimal digits.
    var hexadecimal: String {
        Hexadecimal.text(bytes)
    }

    static func == (left: Octets32, right: Octets32) -> Bool {
        left.words.0 == right.words.0 && left.words.1 == right.words.1
            && left.words.2 == right.words.2 && left.words.3 == right.words.3
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}
