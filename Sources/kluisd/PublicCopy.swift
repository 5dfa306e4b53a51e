import Glibc
import LedgerFormat
import TransparencyLog

/// Reads files of the exported log for whoever asks over the socket. Only the names that an export has lead anywhere.
enum PublicCopy {
    private static let names: Set = ["checkpoint", "log.vkey", "openings", "officers.vkey"]

    /// - Parameter path: one of the names, or a tile's or bundle's path in its one spelling.
    /// - Returns: nil for any other path, and for a file that is not there.
    static func file(_ path: String, in directory: String) throws(Ending) -> [UInt8]? {
        guard names.contains(path) || (try? Tile(path: path))?.path == path else { return nil }
        let descriptor = unsafe open("\(directory)/\(path)", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .failed("the exported log cannot be read")
        }
        defer { close(descriptor) }
        var status = stat()
        // SAFETY: `status` lives for the call.
        guard unsafe fstat(descriptor, &status) == 0, status.st_size <= ExportedFiles.maximumByteCount(of: path) else {
            throw .failed("the exported log cannot be read")
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var filled = 0
        while filled < bytes.count {
            // SAFETY: the slice lies within the buffer, which lives for the call.
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe read(descriptor, buffer.baseAddress.map { unsafe $0 + filled }, buffer.count - filled)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .failed("the exported log cannot be read") }
            filled += count
        }
        return bytes
    }
}
