import Foundation

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

    private func count(in bytes: Data) -> Int { needles.count { bytes.range(of: $0) != nil } }
}
