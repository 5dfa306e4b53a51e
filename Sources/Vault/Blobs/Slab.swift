import Dispatch
import Sealing

/// A reusable buffer of some hundred kB that travels along belts. Whoever took it off a belt is its only owner.
///
/// INVARIANT: only its owner touches it; that is what makes it Sendable. Overwritten with zeros at the end.
@safe
final class Slab: @unchecked Sendable {
    private var memory: WipedBuffer
    let capacity: Int
    /// How many bytes are in use.
    var count = 0
    /// Nothing follows this one.
    var isLast = false

    init(capacity: Int) {
        memory = WipedBuffer(count: capacity)
        self.capacity = capacity
    }

    var room: Int { capacity - count }

    func reset() {
        count = 0
        isLast = false
    }

    /// Copies as many bytes as fit behind those in use.
    func append(_ bytes: UnsafeRawBufferPointer) -> Int {
        let taken = min(bytes.count, room)
        guard taken > 0 else { return 0 }
        let start = count
        unsafe memory.withUnsafeMutableBytes { target in
            // SAFETY: `taken` bytes lie inside both.
            unsafe UnsafeMutableRawBufferPointer(rebasing: target[start..<start + taken])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[0..<taken]))
        }
        count += taken
        return taken
    }

    /// Lends the bytes in use.
    func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        let count = count
        return try unsafe memory.withUnsafeBytes { bytes throws(E) in
            // SAFETY: `count` is never more than the capacity.
            try unsafe body(UnsafeRawBufferPointer(rebasing: bytes[0..<count]))
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
