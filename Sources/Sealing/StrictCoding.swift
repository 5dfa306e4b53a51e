/// Reads a canonical binary encoding: every read is checked, and nothing may be left over.
///
/// Holds only a position and takes the span each time, so that the same reader serves secret and public bytes.
struct StrictReader {
    private(set) var position = 0

    private mutating func take(_ count: Int, of span: RawSpan) throws(SealingError) -> Int {
        guard count >= 0, count <= span.byteCount - position else { throw .malformed }
        defer { position += count }
        return position
    }

    mutating func byte(_ span: RawSpan) throws(SealingError) -> UInt8 {
        span.byte(at: try take(1, of: span))
    }

    mutating func number16(_ span: RawSpan) throws(SealingError) -> UInt16 {
        UInt16(truncatingIfNeeded: try number(2, span))
    }

    mutating func number32(_ span: RawSpan) throws(SealingError) -> UInt32 {
        UInt32(truncatingIfNeeded: try number(4, span))
    }

    mutating func number64(_ span: RawSpan) throws(SealingError) -> UInt64 {
        try number(8, span)
    }

    private mutating func number(_ count: Int, _ span: RawSpan) throws(SealingError) -> UInt64 {
        let start = try take(count, of: span)
        return (0..<count).reduce(0) { $0 | UInt64(span.byte(at: start + $1)) << UInt64(8 * $1) }
    }

    mutating func bytes(_ count: Int, _ span: RawSpan) throws(SealingError) -> [UInt8] {
        let start = try take(count, of: span)
        return (0..<count).map { span.byte(at: start + $0) }
    }

    /// Text behind one byte of length; refused unless it is valid UTF-8.
    mutating func text(_ span: RawSpan) throws(SealingError) -> String {
        let count = Int(try byte(span))
        guard let text = String(validating: try bytes(count, span), as: UTF8.self) else { throw .malformed }
        return text
    }

    /// A key, copied from span to guarded memory without a stop between.
    mutating func key(_ span: RawSpan) throws(SealingError) -> SecretKey {
        let start = try take(SecretKey.byteCount, of: span)
        return try SecretKey(copying: span.extracting(start..<start + SecretKey.byteCount))
    }

    func finish(_ span: RawSpan) throws(SealingError) {
        guard position == span.byteCount else { throw .malformed }
    }
}

/// Writes secret and public values into guarded memory of a size that was computed before.
struct GuardedWriter: ~Copyable {
    private var target: SecretBytes
    private var position = 0

    init(count: Int) throws(SealingError) {
        let target = try SecretBytes(count: count)
        self.target = target
    }

    mutating func append(_ bytes: [UInt8]) throws(SealingError) {
        // SAFETY: an array of UInt8 has no padding.
        try append(unsafe bytes.span.bytes)
    }

    mutating func append<Key: KeyLending & ~Copyable>(key: borrowing Key) throws(SealingError) {
        // The copy goes from one guarded page to another.
        let start = position
        var moved = 0
        try unsafe target.withUnsafeMutableBytes { target throws(SealingError) in
            try key.withKeyBytes { source throws(SealingError) in
                moved = try unsafe GuardedWriter.copy(source, to: target, at: start)
            }
        }
        position += moved
    }

    private mutating func append(_ bytes: RawSpan) throws(SealingError) {
        let start = position
        position += try unsafe target.withUnsafeMutableBytes { target throws(SealingError) in
            try unsafe GuardedWriter.copy(bytes, to: target, at: start)
        }
    }

    private static func copy(
        _ source: RawSpan, to target: UnsafeMutableRawBufferPointer, at start: Int
    ) throws(SealingError) -> Int {
        guard source.byteCount <= target.count - start else { throw .bufferTooSmall }
        unsafe source.withUnsafeBytes { source in
            unsafe target.part(start..<start + source.count).copyMemory(from: source)
        }
        return source.byteCount
    }

    /// Everything written; throws `bufferTooSmall` unless it fills the memory exactly.
    consuming func finish() throws(SealingError) -> SecretBytes {
        guard position == target.count else { throw .bufferTooSmall }
        return target
    }
}
