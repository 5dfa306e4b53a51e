import Foundation
import Glibc

/// Looks for plaintext that was stored in the bytes of every file of a state directory.
struct PlaintextScan {
    private let needles: [Data]

    /// - Parameter needles: at least five bytes each, so that sealed bytes do not hold one by chance.
    init(_ needles: [[UInt8]]) { self.needles = needles.filter { $0.count >= 5 }.map { Data($0) } }

    /// How many of the needles stand in how many files below a directory, its names included.
    /// - Throws: when a file cannot be read: what was not looked at is not clean.
    func count(below directory: URL) throws -> Int {
        var found = 0
        for path in try FileManager.default.subpathsOfDirectory(atPath: directory.path) {
            found += count(in: Data(path.utf8))
            let file = directory.appending(path: path)
            guard try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { continue }
            found += count(in: try Data(contentsOf: file))
        }
        return found
    }

    private func count(in bytes: Data) -> Int {
        needles.count { needle in
            unsafe bytes.withUnsafeBytes { bytes in unsafe needle.withUnsafeBytes { unsafe Self.stands($0, in: bytes) } }
        }
    }

    /// What `Data.range(of:)` tells as well, a quarter of a second later for each needle in a content past the page cache.
    private static func stands(_ needle: UnsafeRawBufferPointer, in bytes: UnsafeRawBufferPointer) -> Bool {
        guard needle.count <= bytes.count, let wanted = needle.baseAddress, var place = bytes.baseAddress else { return false }
        // SAFETY: every place before the end has as many bytes behind it as the needle has.
        let end = unsafe place + (bytes.count - needle.count + 1)
        while unsafe place < end, let found = unsafe memchr(place, CInt(needle[0]), end - place) {
            if unsafe memcmp(found, wanted, needle.count) == 0 { return true }
            unsafe place = UnsafeRawPointer(found) + 1
        }
        return false
    }
}
