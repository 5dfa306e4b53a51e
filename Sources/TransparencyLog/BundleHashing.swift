/// Hashing of the entries of a bundle in place.
enum BundleHashing {
    struct Result {
        /// What the inspection threw first, with the entry's position in the bundle; it was not called again.
        var inspectionFailure: (position: Int, error: any Error)?
    }

    /// Hashes the entries of a bundle without allocating.
    ///
    /// - Parameters:
    ///   - bytes: the bundle. Used up: prefixes are written over lengths. Hold the only reference, or it is copied.
    ///   - hashes: at least `width` hashes, overwritten.
    /// - Returns: nil unless the bundle consists of exactly `width` entries and nothing else.
    static func hashEntries(
        of bytes: inout [UInt8], width: Int, into hashes: inout [Hash], inspect: (Int, RawSpan) throws -> Void
    ) -> Result? {
        guard width <= hashes.count else { return nil }
        var result = Result()
        // SAFETY: the buffer is valid during the closure and owned by `bytes`, which nobody else can reach meanwhile.
        let isWhole = unsafe bytes.withUnsafeMutableBytes { buffer in
            var offset = 0
            for position in 0..<width {
                guard buffer.count - offset >= 2 else { return false }
                let low = unsafe buffer[offset + 1]
                let count = Int(unsafe buffer[offset]) << 8 | Int(low)
                guard buffer.count - offset - 2 >= count else { return false }
                // The leaf prefix takes the place of the length's low byte, so that prefix and entry are hashed where they are.
                // SAFETY: offset + 2 + count ≤ buffer.count was checked above.
                unsafe buffer[offset + 1] = 0
                hashes[position] = unsafe Hash.digest(UnsafeRawBufferPointer(rebasing: buffer[(offset + 1)..<(offset + 2 + count)]))
                if result.inspectionFailure == nil {
                    do {
                        // SAFETY: as above; the span does not outlive the call.
                        try unsafe inspect(position, UnsafeRawBufferPointer(rebasing: buffer[(offset + 2)..<(offset + 2 + count)]).bytes)
                    } catch {
                        result.inspectionFailure = (position, error)
                    }
                }
                offset += 2 + count
            }
            return offset == buffer.count
        }
        return isWhole ? result : nil
    }
}

extension TileHashes {
    /// The first of `width` hashes that is not as stored; nil when all are.
    ///
    /// - Parameter stored: at least `width` × 32 bytes.
    static func firstDifference(between hashes: [Hash], and stored: [UInt8], width: Int) -> Int? {
        // SAFETY: bytes have no padding.
        let span = unsafe stored.span.bytes
        for position in 0..<width where hashes[position] != Hash(reading: span, at: position * Hash.byteCount) { return position }
        return nil
    }
}
