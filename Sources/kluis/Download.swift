internal import CKluis
internal import Encodings
internal import Glibc
internal import NIOCore

/// A file that appears under its name only when it is whole and on the disk. Until then nothing of it is left behind; only where the file system
/// knows no files without a name does a `.part` stay of a program that is killed.
final class WholeFile {
    private let path: String
    private let file: OpenFile
    /// The name it has meanwhile; nil while it has none at all.
    private var part: String?
    private var isKept = false
    /// Bytes that were written, and those of them that the disk was told to begin with.
    private var written: Int64 = 0
    private var backed: Int64 = 0
    /// How many written bytes may be without write-back under way.
    private static let writeBackStride: Int64 = 8 << 20

    /// Begins a file that will be `path`, readable by this account only.
    /// - Throws: `EEXIST` where something is there that is no file, such as a device, whose place it would take.
    init(_ path: String) throws(SystemFault) {
        switch try? PathKind(path) {
        case nil, .file: break
        case .directory, .other: throw SystemFault(code: EEXIST)
        }
        self.path = path
        // A file without a name vanishes with the process, however that ends. Not every file system has them.
        // Source: open(2), O_TMPFILE.
        let unnamed = 0o20_000_000 | O_DIRECTORY
        let opened: OpenFile
        var part: String?
        do throws(SystemFault) {
            opened = try OpenFile(Paths.folder(of: path), unnamed | O_WRONLY)
        } catch  where error.code == EOPNOTSUPP || error.code == EISDIR || error.code == EINVAL {
            let name = "\(path).\(Hexadecimal.text(randomBytes(6))).part"
            opened = try OpenFile(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
            part = name
        }
        file = opened
        self.part = part
    }

    deinit { if let part, !isKept { Paths.remove(part) } }

    func write(_ piece: ByteBuffer) throws(SystemFault) {
        var fault: SystemFault?
        // SAFETY: the bytes live for the closure and are not kept.
        unsafe piece.withUnsafeReadableBytes { bytes in
            do throws(SystemFault) { try unsafe Bytes.write(bytes, to: file.descriptor) } catch { fault = error }
        }
        if let fault { throw fault }
        written += Int64(piece.readableBytes)
        if written - backed >= Self.writeBackStride {
            // The disk writes while more comes, so that the sync at the end finds little to do. Only a hint: its failure means nothing.
            kluis_start_write_back(file.descriptor, backed, written - backed)
            backed = written
        }
    }

    /// Makes it durable and gives it its name; whatever had that name is replaced.
    func keep() throws(SystemFault) {
        try file.sync()
        if part == nil {
            let name = "\(path).\(Hexadecimal.text(randomBytes(6))).part"
            try Paths.name(file.descriptor, name)
            part = name
        }
        if let part { try Paths.rename(part, path) }
        isKept = true
        try Paths.sync(folder: Paths.folder(of: path))
    }
}
