import Foundation

/// A folder of vectors.
public struct VectorFolder: Sendable {
    let path: String

    public init(_ path: String) {
        self.path = path
    }

    /// Whether the folder is there.
    public var exists: Bool { isDirectory(path) }

    private func isDirectory(_ path: String) -> Bool {
        let type = try? FileManager.default.attributesOfItem(atPath: path)[.type]
        return type as? FileAttributeType == .typeDirectory
    }

    /// The bytes of a file, or nil when there is none.
    public func bytes(_ file: String) -> [UInt8]? {
        FileManager.default.contents(atPath: path + "/" + file).map { Array($0) }
    }

    /// The bytes of a file that must be there.
    func required(_ file: String) throws -> [UInt8] {
        guard let bytes = bytes(file) else { throw VectorError.missing(file) }
        return bytes
    }

    /// All files below the folder, as paths relative to it, in order.
    func files(below folder: String = "") -> [String] {
        let start = folder.isEmpty ? path : path + "/" + folder
        guard let found = FileManager.default.enumerator(atPath: start) else { return [] }
        var files: [String] = []
        while let file = found.nextObject() as? String {
            if !isDirectory(start + "/" + file) { files.append(folder.isEmpty ? file : folder + "/" + file) }
        }
        return files.sorted()
    }

    /// A JSON file. A field that the type does not name is an error, so that no vector is half understood.
    func json<Value: VectorRecord>(_ file: String, as type: Value.Type) throws -> Value {
        let data = Data(try required(file))
        let object = try JSONSerialization.jsonObject(with: data)
        try VectorRecordKeys.check(object, Value.self)
        return try JSONDecoder().decode(Value.self, from: data)
    }
}

enum VectorError: Error {
    case missing(String)
    case unknownField(String)
    case malformed(String)
}

/// A record of a JSON vector, with the names of all fields that may occur, at any depth.
protocol VectorRecord: Decodable {
    static var fields: Set<String> { get }
}

extension Array: VectorRecord where Element: VectorRecord {
    static var fields: Set<String> { Element.fields }
}

enum VectorRecordKeys {
    static func check<Record: VectorRecord>(_ object: Any, _ type: Record.Type) throws {
        if let dictionary = object as? [String: Any] {
            for (key, value) in dictionary {
                guard Record.fields.contains(key) else { throw VectorError.unknownField(key) }
                try check(value, type)
            }
        } else if let array = object as? [Any] {
            for value in array { try check(value, type) }
        }
    }
}
