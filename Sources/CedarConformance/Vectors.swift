public import Cedar
public import Foundation

/// Where the vectors are and how their files are read.
public struct Vectors: Sendable {
    /// The folder that holds the `cedar` folder.
    public let root: URL

    /// Takes `$KLUIS_VECTORS`, else the folder given.
    public init(fallback: URL) {
        root = ProcessInfo.processInfo.environment["KLUIS_VECTORS"].map { URL(filePath: $0) } ?? fallback
    }

    /// Takes the folder given, whatever the environment says.
    public init(root: URL) {
        self.root = root
    }

    /// The file at a path below the `cedar` folder; nil when it is absent.
    public func bytes(_ path: String) -> [UInt8]? {
        (try? Data(contentsOf: root.appending(path: "cedar").appending(path: path))).map(Array.init)
    }

    /// A file as text; nil when it is absent.
    public func text(_ path: String) -> String? {
        bytes(path).map { String(decoding: $0, as: UTF8.self) }
    }

    /// A JSON file; nil when it is absent.
    public func json(_ path: String) throws(CedarError) -> JSON? {
        guard let bytes = bytes(path) else { return nil }
        return try JSON(parsing: bytes)
    }

    /// The lines of a JSON Lines file; nil when it is absent.
    public func lines(_ path: String) throws(CedarError) -> [JSON]? {
        guard let bytes = bytes(path) else { return nil }
        var result: [JSON] = []
        for line in bytes.split(separator: UInt8(ascii: "\n")) { result.append(try JSON(parsing: Array(line))) }
        return result
    }

    /// The names of the files of a folder that end in a suffix, sorted; nil when the folder is absent.
    public func files(in path: String, suffix: String) -> [String]? {
        let folder = root.appending(path: "cedar").appending(path: path)
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false)) else { return nil }
        return names.filter { $0.hasSuffix(suffix) }.sorted()
    }

    /// The names of the folders in a folder, sorted; nil when the folder is absent.
    public func folders(in path: String) -> [String]? {
        let folder = root.appending(path: "cedar").appending(path: path)
        let entries = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: [.isDirectoryKey])
        return entries?.filter(\.hasDirectoryPath).map(\.lastPathComponent).sorted()
    }
}
