import CSodium

/// Random bytes that are fetched from the system many at a time and given out once each.
///
/// For work that needs some for each of many things: a call of the system for every salt costs more than the salt's use. Not copyable, so that
/// nothing is given out twice; overwritten when it ends.
public struct RandomSupply: ~Copyable {
    private let buffer: WipedBuffer
    private var used: Int

    /// Most bytes that are fetched at a time: 16 KiB.
    private static let mostBytes = 16_384

    /// - Parameter expected: bytes that will probably be asked for; more may be, and are fetched then.
    public init(expected: Int) {
        Sodium.touch()
        buffer = WipedBuffer(count: min(max(expected, 32), Self.mostBytes))
        used = buffer.count
    }

    /// Fresh random bytes.
    ///
    /// - Parameter count: a negative count is taken as 0.
    public mutating func take(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: max(count, 0))
        unsafe bytes.withUnsafeMutableBytes { unsafe take(into: $0) }
        return bytes
    }

    /// Fills the buffer with fresh random bytes.
    mutating func take(into target: UnsafeMutableRawBufferPointer) {
        guard target.count <= buffer.count else {
            // SAFETY: `count` writable bytes.
            unsafe randombytes_buf(target.octets, target.count)
            return
        }
        if buffer.count - used < target.count {
            // SAFETY: as above. What was left over is given to nobody.
            unsafe randombytes_buf(buffer.memory.octets, buffer.count)
            used = 0
        }
        unsafe target.copyMemory(from: UnsafeRawBufferPointer(buffer.memory.part(used..<used + target.count)))
        used += target.count
    }
}
