import Glibc

/// What libFuzzer calls with every input: the probe of the one target that this program is linked with, under a limit on processor time.
///
/// The limit counts the time this thread was running, not the time that passed, so that a busy machine makes no false alarms; a probe
/// that never returns is ended by libFuzzer's own `-timeout`.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    // SAFETY: libFuzzer lends `count` bytes for the length of the call; they are copied here.
    let input = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    let began = processorTime()
    probe(input)
    Clock.note(processorTime() &- began, count)
    return 0
}

/// Nanoseconds this thread has run.
private func processorTime() -> UInt64 {
    var time = timespec()
    // SAFETY: the structure is ours and outlives the call.
    guard unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0 else { return 0 }
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
}

private enum Clock {
    /// One second.
    static let limit: UInt64 = 1_000_000_000
    /// From here on an input is worth a line: a tenth of a second.
    static let slow: UInt64 = 100_000_000
    // SAFETY: libFuzzer calls from one thread only.
    nonisolated(unsafe) static var slowest = slow

    static func note(_ spent: UInt64, _ count: Int) {
        guard unsafe spent > slowest else { return }
        unsafe slowest = spent
        complain("SLOW: \(spent / 1_000_000) ms for \(count) bytes")
        guard spent <= limit else { violated("an input of \(count) bytes took \(spent / 1_000_000) ms of processor time") }
    }
}
