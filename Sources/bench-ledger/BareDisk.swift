import Glibc

/// What a plain program does to make as many bytes durable as a commit does: one write, one sync, and nothing else.
///
/// Written as SQLite writes its log in the steady state: over a file that has its size already, from its beginning again after 4 MB, so that the
/// file system has no size to record. That is the faster of the two ways, so the yardstick does not flatter what is measured against it.
final class BareDisk {
    private let descriptor: Int32
    private let bytes: [UInt8]
    private let span: Int
    private var offset = 0

    /// - Parameter byteCount: bytes of one write.
    init(path: String, byteCount: Int) throws {
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failed("cannot make \(path)") }
        bytes = [UInt8](repeating: 0x5A, count: byteCount)
        span = max(1, 4_120_032 / byteCount) * byteCount
        for _ in 0..<(span / byteCount) { try write() }
        guard fsync(descriptor) == 0 else { throw Failed("fsync failed") }
        offset = 0
    }

    deinit { close(descriptor) }

    private func write() throws {
        // SAFETY: the buffer lives for the call and its length is given.
        let written = unsafe bytes.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, offset) }
        guard written == bytes.count else { throw Failed("pwrite failed") }
        offset += bytes.count
        if offset == span { offset = 0 }
    }

    /// Writes and syncs once.
    func commit() throws {
        try write()
        guard fdatasync(descriptor) == 0 else { throw Failed("fdatasync failed") }
    }
}

/// Bytes that this process handed to the system to write, so far.
///
/// Source: proc(5), `/proc/pid/io`, `wchar`.
func writtenByteCount() throws -> Int {
    let descriptor = unsafe open("/proc/self/io", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failed("cannot read /proc/self/io") }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 512)
    // SAFETY: the buffer lives for the call and its length is given.
    let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
    for line in String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).split(separator: "\n") where line.hasPrefix("wchar: ") {
        if let number = Int(line.dropFirst(7)) { return number }
    }
    throw Failed("/proc/self/io has no wchar")
}

/// Seconds that all threads of this process have computed, in it and in the system on its behalf.
func processorSeconds() -> Double {
    var time = timespec()
    // SAFETY: the structure is written before it is read.
    unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
