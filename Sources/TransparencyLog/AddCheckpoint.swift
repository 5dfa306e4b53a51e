/// The body of an `add-checkpoint` request: a checkpoint, and proof that it continues one that the witness knows.
///
/// Source: C2SP tlog-witness v1.0.0, "add-checkpoint".
public struct AddCheckpointRequest: Sendable, Hashable {
    /// The most bytes a body may have: 1,010,000.
    public static let maximumByteCount = 1_010_000
    /// The most hashes a proof may have: 63.
    public static let maximumProofCount = 63

    /// The size of the checkpoint that the witness is thought to have last.
    public let oldSize: UInt64
    /// Consistency proof from `oldSize`; empty when that is 0.
    public let proof: [Hash]
    /// The checkpoint, not verified.
    public let note: SignedNote

    /// - Throws: `malformedRequest` for more than 63 hashes or a size beyond 2⁶³ − 1.
    public init(oldSize: UInt64, proof: [Hash], note: SignedNote) throws(TransparencyLogError) {
        guard proof.count <= AddCheckpointRequest.maximumProofCount else { throw .malformedRequest(.tooManyProofLines) }
        guard oldSize <= Frontier.maximumSize else { throw .malformedRequest(.malformedOldSize) }
        self.oldSize = oldSize
        self.proof = proof
        self.note = note
    }

    /// Reads a body.
    ///
    /// - Throws: `malformedRequest`, `malformedNote`.
    public init(parsing body: [UInt8]) throws(TransparencyLogError) {
        let parts = try AddCheckpointParts(parsing: body)
        try self.init(oldSize: parts.oldSize, proof: parts.proof, note: try SignedNote(parts.note))
    }

    /// The body to send by POST.
    public var body: [UInt8] {
        var out = Array("old \(oldSize)\n".utf8)
        for hash in proof { out += Array("\(hash.base64)\n".utf8) }
        return out + [UInt8(ascii: "\n")] + note.bytes
    }
}

/// A request's body of which the signature lines are not read yet.
struct AddCheckpointParts {
    let oldSize: UInt64
    let proof: [Hash]
    let note: NoteParts

    /// - Throws: `malformedRequest`, `malformedNote`.
    init(parsing body: [UInt8]) throws(TransparencyLogError) {
        guard body.count <= AddCheckpointRequest.maximumByteCount else { throw .malformedRequest(.tooLarge) }
        var lines = LineCursor(body[...])
        guard let digits = lines.next()?.dropping(prefix: "old "), let oldSize = Decimal.parse(digits) else {
            throw .malformedRequest(.malformedOldSize)
        }
        var proof: [Hash] = []
        while true {
            guard let line = lines.next() else { throw .malformedRequest(.noEmptyLine) }
            if line.isEmpty { break }
            guard proof.count < AddCheckpointRequest.maximumProofCount else { throw .malformedRequest(.tooManyProofLines) }
            guard let hash = Hash(base64: line) else { throw .malformedRequest(.malformedProofLine) }
            proof.append(hash)
        }
        self.oldSize = oldSize
        self.proof = proof
        note = try NoteParts(parsing: Array(lines.rest))
    }
}

/// A witness's answer, as HTTP carries it.
///
/// Source: C2SP tlog-witness v1.0.0, "add-checkpoint".
public struct AddCheckpointResponse: Sendable, Hashable {
    /// The type of the one answer that says which size the witness has.
    public static let sizeContentType = "text/x.tlog.size"

    public let status: Int
    /// The media type; parameters behind a semicolon are allowed.
    public let contentType: String
    public let body: [UInt8]

    public init(status: Int, contentType: String, body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// The witness's size, if this is the answer that tells it: status 409, the size's own type, and a size in the body.
    public var conflictingSize: UInt64? {
        let type = contentType.utf8.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
        guard status == 409, type.elementsEqual(AddCheckpointResponse.sizeContentType.utf8), body.count <= 20,
            let lines = body[...].linesEndingInLineFeed(), lines.count == 1
        else { return nil }
        return Decimal.parse(lines[0])
    }
}

/// The log's side of asking one witness for a cosignature on one checkpoint.
///
/// Deployed witnesses deviate from the specification, so every answer but a good 200 is a refusal, and only the 409 that tells another size
/// means: rebuild the proof and try once more. Everything else is for a person to look at.
///
/// Use: send ``request(proof:)``, hand the answer to ``receive(_:)``, and again if it says `retry`.
///
/// Source: C2SP tlog-witness v1.0.0, "add-checkpoint".
public struct Submission: Sendable {
    /// What to do after an answer.
    public enum Step: Sendable, Hashable {
        /// Valid cosignatures of known keys, at least one, and one of each.
        case cosigned([VerifiedSignature])
        /// Send ``Submission/request(proof:)`` again: the witness has another size than was thought.
        case retry
        case alarm(Alarm)
    }

    /// Why somebody should look at it.
    public enum Alarm: Sendable, Hashable {
        /// The witness refused.
        case refused(status: Int)
        /// The witness cosigned a larger tree than this log has: the log was put back.
        case witnessAhead(size: UInt64)
        /// The witness says "conflict" and names the size it was sent, or a second one after the retry.
        case conflict(size: UInt64)
        /// The answer is no list of signature lines, or a known key's cosignature does not verify.
        case badCosignature
        /// The answer has no cosignature by a known key.
        case noKnownCosignature
    }

    /// The checkpoint to be cosigned.
    public let checkpoint: VerifiedCheckpoint
    /// The size that the witness says to have, when that is below what it is known to have cosigned: it forgot, as one that was put back does.
    /// Its cosignature counts; whoever runs the log should hear of it.
    public private(set) var forgottenTo: UInt64?
    private let witness: VerifierKeys
    private let lastSize: UInt64
    private var oldSize: UInt64
    private var hasRetried = false

    /// - Parameters:
    ///   - witness: the keys of the witness, of type 0x04.
    ///   - lastSize: the size of the checkpoint that this witness is known to have cosigned last; 0 when there is none or it is not known.
    public init(checkpoint: VerifiedCheckpoint, witness: VerifierKeys, lastSize: UInt64) {
        self.checkpoint = checkpoint
        self.witness = witness
        self.lastSize = lastSize
        oldSize = min(lastSize, checkpoint.checkpoint.size)
    }

    /// What to send now.
    ///
    /// - Parameter proof: makes the consistency proof between two sizes; not called from size 0.
    /// - Throws: what `proof` throws; `malformedRequest`.
    public func request(
        proof: (_ oldSize: UInt64, _ newSize: UInt64) throws(TransparencyLogError) -> [Hash]
    ) throws(TransparencyLogError) -> AddCheckpointRequest {
        try AddCheckpointRequest(
            oldSize: oldSize, proof: oldSize == 0 ? [] : try proof(oldSize, checkpoint.checkpoint.size), note: checkpoint.note)
    }

    /// Takes the witness's answer.
    public mutating func receive(_ response: AddCheckpointResponse) -> Step {
        if let size = response.conflictingSize {
            if size < lastSize { forgottenTo = size }
            guard size <= checkpoint.checkpoint.size else { return .alarm(.witnessAhead(size: size)) }
            guard !hasRetried, size != oldSize else { return .alarm(.conflict(size: size)) }
            hasRetried = true
            oldSize = size
            return .retry
        }
        guard response.status == 200 else { return .alarm(.refused(status: response.status)) }
        guard response.body.count <= SignedNote.maximumByteCount, let lines = response.body[...].linesEndingInLineFeed(), !lines.isEmpty
        else { return .alarm(.badCosignature) }
        do throws(TransparencyLogError) {
            var note = try SignedNote(text: checkpoint.note.text)
            for line in lines { try note.append(try NoteSignature(parsingLine: line)) }
            // It may have signed one tree at several times, and the first says enough: many lines of one must leave room for others'.
            var cosignatures: [VerifiedSignature] = []
            for one in try note.verified(by: witness).signatures where !cosignatures.contains(where: { $0.key == one.key }) {
                cosignatures.append(one)
            }
            return .cosigned(cosignatures)
        } catch {
            return .alarm(error == .noKnownSignature ? .noKnownCosignature : .badCosignature)
        }
    }
}
