import CKluis

/// How a large content lies in its file while it is written and read: in whole blocks, and past the page cache when it is very large.
///
/// Gigabytes that are written once would push out of memory what everybody else reads, and the system would write them back in bursts. Past the
/// cache the disk works while the next bytes are being sealed, and the sync at the end finds nothing to do. What is smaller is likely to be read
/// again soon, and stays in the cache.
enum FileGrain {
    /// Offsets, lengths and addresses are multiples of this: the largest block of the file systems and disks in use. Source: open(2), O_DIRECT.
    static let byteCount = 4096
    /// A content of so many bytes goes past the cache.
    static let largest: UInt64 = 64 << 20

    static func floor(_ count: Int) -> Int { count & ~(byteCount - 1) }
    static func ceiling(_ count: Int) -> Int { floor(count + byteCount - 1) }
}

extension OpenFile {
    /// Reads and writes past the page cache from now on, where the file system can; only a matter of speed.
    borrowing func bypassCache() { _ = kluis_bypass_cache(descriptor, 1) }

    /// Reads and writes through the page cache from now on.
    borrowing func useCache() { _ = kluis_bypass_cache(descriptor, 0) }
}
