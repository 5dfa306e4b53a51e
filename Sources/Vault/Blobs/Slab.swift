import Dispatch
import Sealing

/// A reusable buffer of some hundred kB that travels along belts. Whoever took it off a belt is its only owner.
///
/// INVARIANT: only its owner touches it; that is what makes it Sendable. Overwritten with zeros at the end.
@safe
final class Slab: @unchecked Sendable {
    /// Aligned as files are that are read and written past the page cache.
    private var memory: WipedBuffer
    let capacity: Int
    /// How many bytes are in use.
    var count = 0
    /// Where they begin.
    private(set) var start = 0
    /// Nothing follows this one.
    var isLast = false

    init(capacity: Int) {
        memory = WipedBuffer(count: capacity, alignment: FileGrain.byteCount)
        self.capacity = capacity
    }

    var room: Int { capacity - start - count }

    /// Has other bytes of the memory in use.
    func use(_ range: Range<Int>) {
        start = range.lowerBound
        count = range.count
    }

    func reset() {
        (start, count) = (0, 0)
        isLast = false
    }

    /// Copies as many bytes as fit behind those in use.
    func append(_ bytes: UnsafeRawBufferPointer) -> Int {
        let taken = min(bytes.count, room)
        guard taken > 0 else { return 0 }
        let end = start + count
        unsafe memory.withUnsafeMutableBytes { target in
            // SAFETY: `taken` bytes lie inside both.
            unsafe UnsafeMutableRawBufferPointer(rebasing: target[end..<end + taken])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[0..<taken]))
        }
        count += taken
        return taken
    }

    /// Lends the bytes in use.
    func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        let range = start..<start + count
        return try unsafe memory.withUnsafeBytes { bytes throws(E) in
            // SAFETY: the range never goes beyond the capacity.
            try unsafe body(UnsafeRawBufferPointer(rebasing: bytes[range]))
        }
    }

    /// Lends all of the memory for writing.
    func withMutableBytes<R, E: Error>(_ body: (UnsafeMutableRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try unsafe memory.withUnsafeMutableBytes(body)
    }
}

/// Work that blocks, on a thread of its own for as long as it lasts.
enum OwnThread {
    static func start(_ label: String, _ run: @escaping @Sendable () -> Void) {
        DispatchQueue(label: label, qos: .userInitiated).async(execute: run)
    }
}
