import CSodium

/// Overwriting of plaintext buffers that are not guarded memory.
public enum Wiping {
    /// Overwrites the buffer with zeros; the compiler cannot leave it out.
    public static func wipe(_ buffer: UnsafeMutableRawBufferPointer) {
        guard let start = buffer.baseAddress else { return }
        // SAFETY: the buffer spans `count` writable bytes.
        unsafe sodium_memzero(start, buffer.count)
    }

    /// Overwrites the span with zeros.
    public static func wipe(_ span: inout MutableRawSpan) {
        unsafe span.withUnsafeMutableBytes { unsafe wipe($0) }
    }

    /// Overwrites the array's storage with zeros and empties it.
    ///
    /// When somebody else still holds a copy of the array, only this reference to it is given up: the copy keeps its bytes.
    public static func wipe(_ array: inout [UInt8]) {
        unsafe array.withUnsafeMutableBytes { unsafe wipe($0) }
        array.removeAll(keepingCapacity: false)
    }
}

/// Ordinary heap memory for plaintext in flight, overwritten with zeros before it is given back.
///
/// For chunks and small contents: not locked and not guarded, because locked memory is scarce. Keys belong in ``SecretBytes``.
@safe
public struct WipedBuffer: ~Copyable, @unchecked Sendable {
    private let base: UnsafeMutableRawPointer

    /// Number of bytes; fixed for life.
    public let count: Int

    /// Zeroed memory.
    ///
    /// - Parameters:
    ///   - count: a negative count is taken as 0.
    ///   - alignment: in bytes, a power of two.
    public init(count: Int, alignment: Int = 64) {
        let size = max(count, 0)
        let memory = UnsafeMutableRawPointer.allocate(byteCount: max(size, 1), alignment: alignment)
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
        unsafe base = memory
        self.count = size
    }

    /// The memory itself, for this module's own writing; it must not be used after the value's life.
    var memory: UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(start: base, count: count)
    }

    deinit {
        // SAFETY: allocated in init and owned by nobody else.
        unsafe sodium_memzero(base, count)
        unsafe base.deallocate()
    }

    /// Lends the bytes for reading.
    public borrowing func withBytes<R: ~Copyable, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        // SAFETY: `base` stays allocated as long as `self` is borrowed; a span cannot outlive the call.
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
}
