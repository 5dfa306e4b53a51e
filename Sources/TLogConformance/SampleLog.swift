public import TransparencyLog

/// A log in memory, as a writer would export it: for tests, fuzzers and measurements.
public struct SampleLog: Sendable {
    /// The exported files by path; tests alter them.
    public var files: [String: [UInt8]] = [:]
    public private(set) var entries: [[UInt8]] = []
    public let signer: NoteSigner

    /// - Parameter seed: of the log's key.
    public init(name: String = "vault.example.org/log", seed: UInt8 = 1) throws {
        signer = try SeedSigner.make(name: name, seed: [UInt8](repeating: seed, count: 32))
        files["log.vkey"] = Array("\(signer.key.text)\n".utf8)
        try publish()
    }

    /// A log of `count` entries, exported at once.
    public init(count: Int, seed: UInt8 = 1, entry: (Int) -> [UInt8] = { Array("entry \($0)".utf8) }) throws {
        try self.init(seed: seed)
        try append((0..<count).map(entry))
    }

    public var size: UInt64 { UInt64(entries.count) }

    /// The root at a size, from the entries alone.
    public func root(at size: UInt64) throws -> Hash {
        var frontier = Frontier()
        for entry in entries[..<Int(size)] { try frontier.append(leafHash: .leaf(entry)) }
        return frontier.root
    }

    /// The checkpoint at a size.
    public func checkpoint(at size: UInt64? = nil) throws -> Checkpoint {
        try Checkpoint(origin: Origin(signer.key.name), size: size ?? self.size, root: try root(at: size ?? self.size))
    }

    /// The note with the signed checkpoint at a size.
    public func note(at size: UInt64? = nil) throws -> SignedNote {
        try checkpoint(at: size).signed(by: signer)
    }

    /// Appends entries and exports what is new.
    public mutating func append(_ new: [[UInt8]]) throws {
        let old = size
        entries += new
        var made: [ExportedFile] = []
        let export = try TileExport(from: old, to: size)
        let known = files
        let entries = entries
        let root = try export.forEachFile(
            entry: { index throws(TransparencyLogError) in entries[Int(index)] },
            // As a writer without a store of hashes would.
            earlier: { known[$0] },
            write: { file throws(TransparencyLogError) in made.append(file) })
        for file in made { files[file.path] = file.bytes }
        guard try root == self.root(at: size) else { throw VectorError.malformed("exported root") }
        try publish()
    }

    private mutating func publish() throws {
        files["checkpoint"] = try note().bytes
    }

    /// Reads the files as they are now.
    public var read: FileReader {
        let files = files
        return { files[$0] }
    }
}

/// A generator whose numbers are a function of its seed: SplitMix64.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(seed: UInt64) {
        state = seed
    }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    public mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }
}
