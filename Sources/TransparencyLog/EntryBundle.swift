/// Up to 256 consecutive entries in one file: for each a length (u16, big-endian) and its bytes.
///
/// Source: C2SP tlog-tiles v0.1.0, "Log entries".
public enum EntryBundle {
    /// The most bytes an entry may have: 65,535.
    public static let maximumEntryByteCount = 0xFFFF

    /// Appends one entry.
    ///
    /// - Throws: `entryTooLarge`.
    public static func append(_ entry: [UInt8], to bundle: inout [UInt8]) throws(TransparencyLogError) {
        guard entry.count <= maximumEntryByteCount else { throw .entryTooLarge(byteCount: entry.count) }
        bundle.append(UInt8(entry.count >> 8))
        bundle.append(UInt8(entry.count & 0xFF))
        bundle += entry
    }

    /// The bundle of the first `width` entries, or nil when there are fewer.
    static func beginning(of bundle: [UInt8], width: Int) -> [UInt8]? {
        var offset = 0
        for _ in 0..<width {
            guard bundle.count - offset >= 2 else { return nil }
            let count = Int(bundle[offset]) << 8 | Int(bundle[offset + 1])
            guard bundle.count - offset - 2 >= count else { return nil }
            offset += 2 + count
        }
        return Array(bundle[..<offset])
    }

    /// The entries of a bundle, or nil unless it consists of exactly `width` entries and nothing else.
    public static func entries(of bundle: [UInt8], width: Int) -> [[UInt8]]? {
        var entries: [[UInt8]] = []
        var offset = 0
        while offset < bundle.count {
            guard entries.count < width, bundle.count - offset >= 2 else { return nil }
            let count = Int(bundle[offset]) << 8 | Int(bundle[offset + 1])
            guard bundle.count - offset - 2 >= count else { return nil }
            entries.append(Array(bundle[(offset + 2)..<(offset + 2 + count)]))
            offset += 2 + count
        }
        return entries.count == width ? entries : nil
    }
}

/// Hashes side by side, as a tile file holds them.
enum TileHashes {
    /// The hashes of a tile file, or nil unless it has exactly `width` of them.
    static func parse(_ bytes: [UInt8], width: Int) -> [Hash]? {
        guard bytes.count == width * Hash.byteCount else { return nil }
        // SAFETY: bytes have no padding.
        let span = unsafe bytes.span.bytes
        return (0..<width).map { Hash(reading: span, at: $0 * Hash.byteCount) }
    }

    static func serialize(_ hashes: [Hash]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(hashes.count * Hash.byteCount)
        for hash in hashes { hash.append(to: &out) }
        return out
    }

    /// The root over hashes that are a power of two in number; `hashes` is used up.
    static func reduce(_ hashes: inout [Hash], count: Int) -> Hash {
        var width = count
        while width > 1 {
            width /= 2
            for index in 0..<width { hashes[index] = .node(hashes[2 * index], hashes[2 * index + 1]) }
        }
        return hashes[0]
    }
}
