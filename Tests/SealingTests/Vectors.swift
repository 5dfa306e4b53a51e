import Foundation
import Testing

/// The published vectors, which stand beside the repository and not in it.
enum Vectors {
    /// `$KLUIS_VECTORS`, else `../shared/vectors` beside the package.
    static let folder: URL? = {
        let candidate: URL
        if let named = ProcessInfo.processInfo.environment["KLUIS_VECTORS"] {
            candidate = URL(fileURLWithPath: named)
        } else {
            candidate =
                URL(fileURLWithPath: #filePath)
                .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
                .appendingPathComponent("../shared/vectors").standardizedFileURL
        }
        var isDirectory: ObjCBool = false
        let exists = unsafe FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isDirectory)
        return exists && isDirectory.boolValue ? candidate : nil
    }()

    static let isPresent = folder != nil
    static let absence: Comment = "no vectors: set KLUIS_VECTORS, or put them at ../shared/vectors"

    static func read(_ path: String) throws -> Any {
        let folder = try #require(folder)
        return try JSONSerialization.jsonObject(with: try Data(contentsOf: folder.appendingPathComponent(path)))
    }
}

/// One JSON object of a vector file, in which an unexpected field is a failure: a field that nobody reads may change a verdict.
struct VectorObject {
    let fields: [String: Any]

    init(_ value: Any, known: Set<String>) throws {
        fields = try #require(value as? [String: Any])
        let unknown = Set(fields.keys).subtracting(known)
        try #require(unknown.isEmpty, "unknown fields \(unknown.sorted())")
    }

    func text(_ name: String) throws -> String {
        try #require(fields[name] as? String)
    }

    func number(_ name: String) throws -> Int {
        try #require(fields[name] as? Int)
    }

    func bytes(_ name: String) throws -> [UInt8] {
        try #require([UInt8](hexadecimal: try text(name)))
    }

    func texts(_ name: String) throws -> [String] {
        try #require(fields[name] as? [String])
    }

    func list(_ name: String) throws -> [Any] {
        try #require(fields[name] as? [Any])
    }
}

/// A Wycheproof file: its tests, each with the group it belongs to.
struct WycheproofFile {
    let tests: [(group: VectorObject, test: VectorObject)]

    init(_ name: String, groupFields: Set<String>, testFields: Set<String>) throws {
        let file = try VectorObject(
            try Vectors.read("wycheproof/\(name)"),
            known: ["algorithm", "schema", "generatorVersion", "numberOfTests", "header", "notes", "testGroups", "source"])
        var tests: [(VectorObject, VectorObject)] = []
        for group in try file.list("testGroups") {
            let group = try VectorObject(group, known: groupFields.union(["type", "source", "tests"]))
            for test in try group.list("tests") {
                tests.append((group, try VectorObject(test, known: testFields.union(["tcId", "comment", "flags", "result"]))))
            }
        }
        try #require(try file.number("numberOfTests") == tests.count)
        self.tests = tests
    }
}

extension [UInt8] {
    init?(hexadecimal text: String) {
        let digits = Array<UInt8>(text.utf8).map { digit -> UInt8? in
            switch digit {
            case 0x30...0x39: digit - 0x30
            case 0x61...0x66: digit - 0x61 + 10
            default: nil
            }
        }
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            bytes.append(high << 4 | low)
        }
        self = bytes
    }
}

/// A seeded generator (SplitMix64), so that a failing property can be run again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &self) }
    }
}

/// A different seed each run, printed by the properties that use it.
func freshSeed() -> UInt64 {
    UInt64.random(in: .min ... .max)
}
