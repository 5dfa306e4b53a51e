import TransparencyLog

extension TLogConformance {
    /// Tessera's golden log: everything is made again from the entries and compared byte for byte.
    @Sendable static func tessera(_ folder: VectorFolder) -> ConformanceResult {
        var result = ConformanceResult("tlog-tessera")
        let log = VectorFolder(folder.path + "/testdata/log")
        do {
            let key = try VerifierKey(parsing: "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx")
            guard let entries = EntryBundle.entries(of: try log.required("tile/entries/000.p/15"), width: 15) else {
                throw VectorError.malformed("entries")
            }
            let sizes = Array(UInt64(0)...15)
            try compareTiles(log, entries: entries, sizes: sizes, result: &result)
            var frontier = Frontier()
            for size in sizes {
                if size > 0 { try frontier.append(leafHash: .leaf(entries[Int(size) - 1])) }
                try compareCheckpoint(log, "checkpoint.\(size)", frontier: frontier, key: key, result: &result)
            }
            try compareCheckpoint(log, "checkpoint", frontier: frontier, key: key, result: &result)
            try verifyWhole(log, "checkpoint", key: key, result: &result)
        } catch {
            result.check("tessera: \(error)", false)
        }
        return result
    }

    /// Skylight's 300-leaf log: its checkpoint, the paths of its tiles, and that a signature of type 0x05 is passed over.
    ///
    /// The files themselves hold words ("fake partial level 0 tile") instead of hashes, so there is nothing to compute; they must be refused.
    @Sendable static func skylight(_ folder: VectorFolder) -> ConformanceResult {
        var result = ConformanceResult("tlog-skylight")
        let log = VectorFolder(folder.path + "/cmd/skylight/testdata/tree")
        do {
            let stored = log.files(below: "tile").filter { !$0.hasPrefix("tile/data") && !$0.hasPrefix("tile/names") }
            let layout = try TileLayout(size: 300)
            let tiles = [layout.tile(level: 0, index: 0), layout.partialTile(level: 0), layout.partialTile(level: 1)].compactMap(\.self)
            result.check("the tiles of a log of 300", stored == tiles.map(\.path))
            for path in stored { result.check("\(path) as a path") { try Tile(path: path).path == path } }

            let note = try SignedNote(parsing: try log.required("checkpoint"))
            let checkpoint = try Checkpoint(parsing: note.text)
            result.check("checkpoint's text", checkpoint.text == note.text && note.bytes == log.bytes("checkpoint"))
            let head = try log.json("log.v3.json", as: SunlightLog.self).final_tree_head
            result.check(
                "the same head as in the log's description",
                checkpoint.size == head.tree_size && checkpoint.root.base64 == head.sha256_root_hash)
            result.check("signature of type 0x05 is unknown") {
                guard let name = KeyName("rome2026h1.example.org") else { return false }
                let key = try VerifierKey(name: name, algorithm: .ed25519, publicKey: [UInt8](repeating: 1, count: 32))
                do throws(TransparencyLogError) {
                    _ = try note.verified(by: VerifierKeys(key))
                    return false
                } catch {
                    return error == .noKnownSignature
                }
            }
            result.check("files that are no tiles are refused") {
                do throws(TransparencyLogError) {
                    _ = try StoredLog(checkpoint: checkpoint) { log.bytes($0) }
                    return false
                } catch {
                    return error == .malformedFile(path: "tile/0/001.p/44")
                }
            }
        } catch {
            result.check("skylight: \(error)", false)
        }
        return result
    }

    /// Makes all tiles and bundles that a log has had at these sizes and compares them with those that are there.
    static func compareTiles(
        _ log: VectorFolder, entries: [[UInt8]], sizes: [UInt64], result: inout ConformanceResult
    ) throws {
        var made: Set<String> = []
        var last: UInt64 = 0
        for size in sizes {
            for file in try TileExport(from: last, to: size).files(entry: { index throws(TransparencyLogError) in entries[Int(index)] }) {
                made.insert(file.path)
                result.check(file.path, log.bytes(file.path) == file.bytes)
            }
            last = size
        }
        for path in log.files(below: "tile") {
            result.check("\(path) is not made", made.contains(path))
            result.check("\(path) as a path") { try Tile(path: path).path == path }
        }
    }

    /// Makes the text of a checkpoint and compares it, and verifies the log's signature.
    static func compareCheckpoint(
        _ log: VectorFolder, _ file: String, frontier: Frontier, key: VerifierKey, result: inout ConformanceResult
    ) throws {
        let bytes = try log.required(file)
        let note = try SignedNote(parsing: bytes)
        let checkpoint = try Checkpoint(origin: Origin(key.name), size: frontier.size, root: frontier.root)
        result.check("text of \(file)", checkpoint.text == note.text)
        result.check("\(file) made again", note.bytes == bytes)
        result.check("signature of \(file)") { try VerifiedCheckpoint.verify(note, log: VerifierKeys(key)).checkpoint == checkpoint }
    }

    /// Verifies a whole log, and every entry of it by a proof from its tiles.
    static func verifyWhole(_ log: VectorFolder, _ file: String, key: VerifierKey, result: inout ConformanceResult) throws {
        let note = try SignedNote(parsing: try log.required(file))
        let checkpoint = try VerifiedCheckpoint.verify(note, log: VerifierKeys(key)).checkpoint
        result.check("the whole of \(file)") {
            try LogVerification(checkpoint: checkpoint, bundlesPerPiece: 1) { log.bytes($0) }.verify().entryCount == checkpoint.size
        }
        var reader = try StoredLog(checkpoint: checkpoint) { log.bytes($0) }
        for index in 0..<checkpoint.size {
            result.check("inclusion of entry \(index)") {
                let entry = try reader.entry(at: index)
                let proof = try reader.inclusionProof(index: index)
                try MerkleProof.verifyInclusion(
                    of: .leaf(entry), index: index, size: checkpoint.size, root: checkpoint.root, proof: proof)
                return true
            }
        }
    }
}

private struct SunlightLog: VectorRecord {
    struct Head: Decodable {
        let sha256_root_hash: String
        let tree_size: UInt64
    }
    static let fields: Set = [
        "description", "final_tree_head", "sha256_root_hash", "timestamp", "tree_size", "friendly_name", "intended_use", "key", "log_id",
        "log_software", "name", "version", "log_spec", "mmd", "mmd_seconds", "monitoring_endpoint", "url", "monitoring_url", "status",
        "status_timestamp", "submission_endpoint", "submission_url", "temporal_interval", "end_exclusive", "start_inclusive", "tls_only",
    ]
    let final_tree_head: Head
}
