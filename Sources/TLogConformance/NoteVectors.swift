import Encodings
import TransparencyLog

extension TLogConformance {
    /// Signed notes and verifier keys, good and bad.
    @Sendable static func notes(_ folder: VectorFolder) -> ConformanceResult {
        var result = ConformanceResult("tlog-notes")
        do {
            let vectors = try folder.json("signed-note.json", as: NoteVectors.self)
            for (number, vector) in vectors.sign.enumerated() {
                result.check("sign \(number)") { try vector.isMadeAgain }
                mutateKey(vector.vkey, result: &result)
            }
            for (number, vector) in vectors.open.enumerated() {
                result.check("open \(number) (\(vector.why ?? "good"))") { try vector.isAsWanted }
            }
            for key in vectors.bad_vkeys { result.check("bad key \(key)", (try? VerifierKey(parsing: key)) == nil) }
            result.check("a checkpoint of sum.golang.org") {
                let key = try VerifierKey(parsing: vectors.real_checkpoint.vkey)
                let bytes = Array(vectors.real_checkpoint.note.utf8)
                let note = try SignedNote(parsing: bytes)
                _ = try note.verified(by: VerifierKeys(key))
                let checkpoint = try Checkpoint(parsing: note.text)
                // Its origin is not its key's name, which this module demands of a log's own checkpoints.
                let isRefused = (try? VerifiedCheckpoint.verify(note, log: VerifierKeys(key))) == nil
                return checkpoint.size == 35_225_469 && checkpoint.text == note.text && note.bytes == bytes && isRefused
            }
        } catch {
            result.check("signed-note.json: \(error)", false)
        }
        return result
    }

    /// Every proper substring of a key, and the key with any one byte incremented, must be refused.
    private static func mutateKey(_ text: String, result: inout ConformanceResult) {
        let bytes = Array(text.utf8)
        result.check("key \(text)") { try VerifierKey(parsing: text).text == text }
        for start in 0..<bytes.count {
            for end in start..<bytes.count where !(start == 0 && end == bytes.count) {
                result.check("key, bytes \(start)..<\(end)", (try? VerifierKey(parsing: bytes[start..<end])) == nil)
            }
            var changed = bytes
            changed[start] += 1
            result.check("key, byte \(start) incremented", (try? VerifierKey(parsing: changed[...])) == nil)
        }
    }
}

private struct NoteVectors: VectorRecord {
    static let fields: Set = [
        "source", "sign", "skey", "vkey", "text", "want_note", "open", "note", "note_hex", "vkeys", "want", "verified", "unverified", "why",
        "bad_vkeys", "vkey_mutation_rule", "real_checkpoint",
    ]
    let sign: [SignVector]
    let open: [OpenVector]
    let bad_vkeys: [String]
    let real_checkpoint: RealCheckpoint
}

private struct RealCheckpoint: Decodable {
    let vkey: String
    let note: String
}

private struct SignVector: Decodable {
    let skey: String
    let vkey: String
    let text: String
    let want_note: String

    var isMadeAgain: Bool {
        get throws {
            // Go's private form: PRIVATE+KEY+name+id+base64(0x01 ‖ seed).
            let parts = skey.split(separator: "+", maxSplits: 4, omittingEmptySubsequences: false)
            guard parts.count == 5, let secret = Base64.decode(Array(parts[4].utf8)[...]), secret.first == 0x01 else {
                throw VectorError.malformed("skey")
            }
            let signer = try SeedSigner.make(name: String(parts[2]), seed: Array(secret.dropFirst()))
            var note = try SignedNote(text: Array(text.utf8))
            try note.append(try signer.signature(over: note.text))
            return signer.key.text == vkey && note.bytes == Array(want_note.utf8)
        }
    }
}

private struct OpenVector: Decodable {
    let note: String?
    let note_hex: String?
    let vkeys: [String]
    let want: String
    let verified: [String]?
    let unverified: [String]?
    let why: String?

    var isAsWanted: Bool {
        get throws {
            guard let bytes = note.map({ Array($0.utf8) }) ?? note_hex.flatMap({ Hexadecimal.decode(Array($0.utf8)[...]) }) else {
                throw VectorError.malformed("note")
            }
            let keys = try VerifierKeys(try vkeys.map { try VerifierKey(parsing: $0) })
            do throws(TransparencyLogError) {
                let parsed = try SignedNote(parsing: bytes)
                let opened = try parsed.verified(by: keys)
                return want == "ok" && opened.signatures.map(\.key.name.description) == verified
                    && opened.unverified.map(\.name.description) == unverified && parsed.bytes == bytes
            } catch {
                return want == "error"
            }
        }
    }
}
