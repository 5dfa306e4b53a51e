import Encodings
import TransparencyLog

extension TLogConformance {
    /// A conversation with a witness; statuses of the specification's main branch.
    @Sendable static func witness(_ folder: VectorFolder) -> ConformanceResult {
        var result = ConformanceResult("tlog-witness")
        do {
            let vectors = try folder.json("add-checkpoint-sequence.json", as: WitnessVectors.self)
            let signer = try SeedSigner.make(
                name: "example.com/witness", algorithm: .timestampedCosignature, seed: Hash.sha256(Array("witness".utf8)).bytes)
            let key = try VerifierKey(parsing: vectors.log_vkey)
            result.check("key", Hexadecimal.text(key.publicKey) == vectors.log_ed25519_pub_hex)
            var driver = WitnessDriver(witness: try Witness(key: signer.key, logs: [key]), signer: signer)
            for (number, step) in vectors.steps.enumerated() {
                result.check("step \(number + 1)") {
                    let response = try driver.answer(Array(step.request.utf8))
                    guard response.status == step.status_spec_main else { return false }
                    return try step.isAssertionTrue(of: response)
                }
                result.check("step \(number + 1), made again") {
                    // One step has base64 that is not canonical, which no strict reader takes.
                    guard let request = try? AddCheckpointRequest(parsing: Array(step.request.utf8)) else {
                        return step.status_spec_main == 403
                    }
                    return request.body == Array(step.request.utf8)
                }
            }
        } catch {
            result.check("add-checkpoint-sequence.json: \(error)", false)
        }
        return result
    }
}

/// A witness that keeps its state in memory, and only as bytes, so that every step also goes through the stored form.
struct WitnessDriver {
    let witness: Witness
    let signer: NoteSigner
    private var stored = WitnessState().serialized
    private var time: UInt64 = 1_763_770_000

    init(witness: Witness, signer: NoteSigner) {
        self.witness = witness
        self.signer = signer
    }

    mutating func answer(_ body: [UInt8]) throws -> AddCheckpointResponse {
        time += 1
        switch witness.decide(body, state: try WitnessState(serialized: stored), time: time) {
        case .refuse(let refusal): return refusal.response
        case .cosign(let pending):
            var next = stored
            let response = try pending.cosign(by: signer) { next = $0.serialized }
            stored = next
            // The cosignature must verify as part of the note it was made for.
            var note = try SignedNote(parsing: try AddCheckpointRequest(parsing: body).note.bytes)
            try note.append(try NoteSignature(parsingLine: response.body.dropLast()[...]))
            guard try note.verified(by: VerifierKeys(signer.key)).signatures.first?.time == time else {
                throw VectorError.malformed("cosignature")
            }
            return response
        }
    }
}

private struct WitnessVectors: VectorRecord {
    static let fields: Set = [
        "source", "note", "log_origin", "log_ed25519_pub_hex", "log_vkey", "steps", "request", "assert", "status_litewitness",
        "status_spec_main", "status_transparency_dev_witness_36c93e7",
    ]
    let log_ed25519_pub_hex: String
    let log_vkey: String
    let steps: [WitnessStep]
}

private struct WitnessStep: Decodable {
    let request: String
    let assert: String
    let status_litewitness: Int
    let status_spec_main: Int

    /// The assertion is about litewitness; it is to be met wherever the specification asks for the same status.
    func isAssertionTrue(of response: AddCheckpointResponse) throws -> Bool {
        guard status_litewitness == status_spec_main else { return true }
        let body = String(decoding: response.body, as: UTF8.self)
        if let wanted = quoted(after: "body contains ") { return body.contains(wanted) }
        if let wanted = quoted(after: "body == ") {
            return body == wanted && response.contentType == AddCheckpointResponse.sizeContentType
        }
        throw VectorError.malformed(assert)
    }

    private func quoted(after prefix: String) -> String? {
        guard assert.hasPrefix(prefix) else { return nil }
        return String(assert.dropFirst(prefix.count).dropFirst().dropLast().replacing("\\n", with: "\n"))
    }
}
