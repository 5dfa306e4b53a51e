import Encodings
import Sealing
import TransparencyLog

extension TLogConformance {
    /// The generated log of 70,000 leaves: checkpoints, cosignatures, proofs, and attacks on a witness.
    @Sendable static func generated(_ folder: VectorFolder) -> ConformanceResult {
        var result = ConformanceResult("tlog-generated-70000")
        do {
            let keys = try GeneratedKeys(folder)
            for file in ["checkpoint", "checkpoint.65000"] { try remake(file, folder, keys, result: &result) }
            try converse(folder, keys, size: 70_000, result: &result)
            try prove(folder, keys, result: &result)
            result.check("cosignature by transparency-dev/witness") {
                var note = try SignedNote(text: try SignedNote(parsing: try folder.required("checkpoint")).text)
                let line = try folder.required("cosignature-from-transparency-dev-witness.txt")
                try note.append(try NoteSignature(parsingLine: line.dropLast()[...]))
                return try note.verified(by: VerifierKeys(keys.witnesses[0].key)).signatures.count == 1
            }
        } catch {
            result.check("generated: \(error)", false)
        }
        return result
    }

    /// The generated log of 700 leaves, which is there whole.
    @Sendable static func generated700(_ folder: VectorFolder) -> ConformanceResult {
        var result = ConformanceResult("tlog-generated-700")
        do {
            let keys = try GeneratedKeys(folder)
            for file in ["checkpoint", "checkpoint.300"] { try remake(file, folder, keys, result: &result) }
            try converse(folder, keys, size: 700, result: &result)
            try prove(folder, keys, result: &result)
            let entries = try ["000", "001", "002.p/188"].flatMap { name -> [[UInt8]] in
                let width = name.contains("p") ? 188 : 256
                guard let part = EntryBundle.entries(of: try folder.required("tile/entries/" + name), width: width) else {
                    throw VectorError.malformed(name)
                }
                return part
            }
            try compareTiles(folder, entries: entries, sizes: [300, 700], result: &result)
            for file in ["checkpoint.300", "checkpoint"] { try verifyWhole(folder, file, key: keys.log.key, result: &result) }
            result.check("consistency proof of the second request") {
                let note = try SignedNote(parsing: try folder.required("checkpoint"))
                var log = try StoredLog(checkpoint: try Checkpoint(parsing: note.text)) { folder.bytes($0) }
                let request = try AddCheckpointRequest(parsing: try folder.required("add-checkpoint.1.txt"))
                return try log.consistencyProof(from: 300) == request.proof && request.oldSize == 300
            }
            for row in try folder.json("sidetable.json", as: [SideRow].self) {
                result.check("commitment \(row.i)") { try row.commitment == String(decoding: entries[row.i], as: UTF8.self).line(2) }
            }
        } catch {
            result.check("generated: \(error)", false)
        }
        return result
    }

    /// Signs a checkpoint again with the published test keys: Ed25519 gives the same bytes.
    private static func remake(
        _ file: String, _ folder: VectorFolder, _ keys: GeneratedKeys, result: inout ConformanceResult
    ) throws {
        let bytes = try folder.required(file)
        let note = try SignedNote(parsing: bytes)
        let policy = try Policy(parsing: try folder.required("policy"))
        result.check("quorum of \(file)") { try policy.verify(note).cosignatures.count >= 3 }
        result.check("\(file) signed again") {
            var again = try Checkpoint(parsing: note.text).signed(by: keys.log)
            for signature in note.signatures.dropFirst() {
                guard let witness = keys.witnesses.first(where: { $0.key.keyID == signature.keyID }) else { return false }
                let time = signature.payload[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
                try again.append(try witness.signature(over: note.text, time: time))
            }
            return again.bytes == bytes
        }
        result.check("\(file) with two witnesses of three") {
            var fewer = try Checkpoint(parsing: note.text).signed(by: keys.log)
            try fewer.append(note.signatures[1])
            guard (try? policy.verify(fewer)) == nil else { return false }
            try fewer.append(note.signatures[2])
            return try policy.verify(fewer).cosignatures.count == 2
        }
    }

    /// Two good submissions, and three attacks.
    private static func converse(
        _ folder: VectorFolder, _ keys: GeneratedKeys, size: UInt64, result: inout ConformanceResult
    ) throws {
        for witness in keys.witnesses {
            var driver = WitnessDriver(witness: try Witness(key: witness.key, logs: [keys.log.key]), signer: witness)
            let steps = [("0", 200), ("1", 200), ("fork", 422), ("samesize", 409), ("truncate", 400), ("0", 409), ("1", 409)]
            for (name, status) in steps {
                let body = try folder.required("add-checkpoint.\(name).txt")
                result.check("add-checkpoint.\(name)") {
                    let response = try driver.answer(body)
                    guard response.status == status else { return false }
                    // A fork at the same size is not the conflict that trying again could cure.
                    return status != 409 || response.conflictingSize == (name == "samesize" ? nil : size)
                }
                result.check("add-checkpoint.\(name), made again") { try AddCheckpointRequest(parsing: body).body == body }
            }
        }
    }

    /// The receipt, and what must not pass for it.
    private static func prove(_ folder: VectorFolder, _ keys: GeneratedKeys, result: inout ConformanceResult) throws {
        let policy = try Policy(parsing: try folder.required("policy"))
        let bytes = try folder.required("proof.tlog-proof")
        let entry = try folder.required("entry.bin")
        let proof = try TLogProof(parsing: bytes)
        result.check("receipt made again", proof.bytes == bytes)
        result.check("receipt") { try proof.verify(leafHash: .leaf(entry), policy: policy).checkpoint.size > proof.index }
        result.check("receipt of another entry") {
            var other = entry
            other[0] ^= 1
            return (try? proof.verify(leafHash: .leaf(other), policy: policy)) == nil
        }
        result.check("receipt with another index") {
            let other = try TLogProof(index: proof.index ^ 1, hashes: proof.hashes, note: proof.note)
            return (try? other.verify(leafHash: .leaf(entry), policy: policy)) == nil
        }
    }
}

private struct GeneratedKeys {
    let log: NoteSigner
    let witnesses: [NoteSigner]

    init(_ folder: VectorFolder) throws {
        let record = try folder.json("keys.json", as: Record.self)
        log = try record.log.signer(.ed25519)
        witnesses = try record.witnesses.map { try $0.signer(.timestampedCosignature) }
    }

    private struct Record: VectorRecord {
        static let fields: Set = ["log", "witnesses", "vkey", "seed"]
        let log: Key
        let witnesses: [Key]
    }

    private struct Key: Decodable {
        let vkey: String
        let seed: String

        func signer(_ algorithm: VerifierKey.Algorithm) throws -> NoteSigner {
            guard let bytes = Hexadecimal.decode(Array(seed.utf8)[...]) else { throw VectorError.malformed("seed") }
            let signer = try SeedSigner.make(
                name: try VerifierKey(parsing: vkey).name.description, algorithm: algorithm, seed: bytes)
            guard signer.key.text == vkey else { throw VectorError.malformed("vkey") }
            return signer
        }
    }
}

/// An opening of the generated log's own, older leaf format.
private struct SideRow: VectorRecord {
    static let fields: Set = ["i", "salt", "payload"]
    let i: Int
    let salt: String
    let payload: String

    var commitment: String {
        get throws {
            guard let key = Hexadecimal.decode(Array(salt.utf8)[...]) else { throw VectorError.malformed("salt") }
            return Base64.text(HMACSHA256.authenticate(Array("vault-audit/v1\0\(payload)".utf8), key: key).bytes)
        }
    }
}

extension String {
    fileprivate func line(_ number: Int) -> String {
        let lines = split(separator: "\n", omittingEmptySubsequences: false)
        return number < lines.count ? String(lines[number]) : ""
    }
}
