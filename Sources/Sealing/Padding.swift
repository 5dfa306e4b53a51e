/// Padding to a bucket, so that a sealed length tells a size class and not a size.
///
/// The bytes are followed by 0x80 and then zeros up to the smallest bucket that holds them and the 0x80 (ISO/IEC 7816-4). Buckets are 64,
/// 128, 256, 512, 1024, 2048 and 4096 bytes, and multiples of 4096 above. There is exactly one padded form of each content.
public enum Padding {
    /// The padded size of a content of `count` bytes, always more than `count`.
    ///
    /// - Returns: nil when it would not fit an `Int`, or `count` is negative.
    public static func paddedCount(for count: Int) -> Int? {
        guard count >= 0 else { return nil }
        for bucket in [64, 128, 256, 512, 1024, 2048, 4096] where count < bucket { return bucket }
        let (sum, overflow) = count.addingReportingOverflow(4096)
        return overflow ? nil : sum / 4096 * 4096
    }

    /// The content with its padding.
    ///
    /// - Throws: `tooLong` when the size does not fit an `Int`.
    public static func pad(_ content: [UInt8]) throws(SealingError) -> [UInt8] {
        guard let total = paddedCount(for: content.count) else { throw .tooLong }
        var padded: [UInt8] = []
        padded.reserveCapacity(total)
        padded += content
        padded.append(0x80)
        padded.append(contentsOf: repeatElement(0, count: total - padded.count))
        return padded
    }

    /// Writes the content with its padding into exactly ``paddedCount(for:)`` bytes.
    static func pad(_ content: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) {
        precondition(target.count > content.count)
        unsafe target.copyMemory(from: content)
        unsafe target[content.count] = 0x80
        // SAFETY: `target` is longer than the content by at least the mark.
        unsafe target.part(content.count + 1..<target.count).initializeMemory(as: UInt8.self, repeating: 0)
    }

    /// The content without its padding.
    ///
    /// - Throws: `badPadding` unless `padded` is exactly what ``pad(_:)`` returns for the content.
    public static func unpad(_ padded: [UInt8]) throws(SealingError) -> [UInt8] {
        var content = padded
        try removePadding(&content)
        return content
    }

    static func removePadding(_ padded: inout [UInt8]) throws(SealingError) {
        guard let mark = padded.lastIndex(where: { $0 != 0 }), padded[mark] == 0x80, paddedCount(for: mark) == padded.count else {
            throw .badPadding
        }
        padded.removeSubrange(mark...)
    }
}
