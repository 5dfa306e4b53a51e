/// A witness: cosigns a checkpoint only if it continues the last one that it cosigned for that log.
///
/// A pure decision; the caller keeps the state. Deciding, persisting and answering must not overlap for one log, or two requests could be
/// checked against the same state and the tree rolled back.
///
/// Source: C2SP tlog-witness v1.0.0, "add-checkpoint".
public struct Witness: Sendable {
    /// What to do with a request.
    public enum Decision: Sendable {
        case refuse(Refusal)
        case cosign(PendingCosignature)
    }

    /// Why a request is refused.
    public enum Reason: Sendable, Hashable {
        /// 400: the body is not of the required form.
        case malformed(TransparencyLogError)
        /// 404: no log with this origin is known.
        case unknownOrigin
        /// 403: no signature by a known key of the log, or one that does not verify.
        case badSignature
        /// 400: the old size is above the checkpoint's.
        case oldSizeAboveNew
        /// 409: the old size is not that of the last cosigned checkpoint, which is given.
        case wrongOldSize(known: UInt64)
        /// 409: another root for the size that was cosigned last. The log signed two trees.
        case sameSizeFork(size: UInt64)
        /// 422: the proof does not show that the checkpoint continues the last one.
        case badProof

        /// A stable, lower-case name for this kind of refusal; it begins the body of the answer, unless that has to be a size.
        public var code: String {
            switch self {
            case .malformed: "malformed-request"
            case .unknownOrigin: "unknown-log"
            case .badSignature: "bad-signature"
            case .oldSizeAboveNew: "old-size-above-new"
            case .wrongOldSize: "wrong-old-size"
            case .sameSizeFork: "same-size-fork"
            case .badProof: "bad-proof"
            }
        }
    }

    /// A refused request.
    public struct Refusal: Sendable, Hashable {
        public let reason: Reason
        public let response: AddCheckpointResponse
        /// The log's own signed checkpoint, when the request proves that the log signed a tree which does not continue the last one, or
        /// may prove it together with more: worth keeping.
        public let evidence: SignedNote?
    }

    /// The witness's key, of type 0x04.
    public let key: VerifierKey
    /// The logs it witnesses, by origin.
    public let logs: [Origin: VerifierKeys]

    /// - Parameter logs: the keys of each log; the origin is the name of the keys.
    /// - Throws: `malformedVerifierKey(.unsupportedType)` unless `key` is for cosignatures and the others are not; `ambiguousKeys`.
    public init(key: VerifierKey, logs: [VerifierKey]) throws(TransparencyLogError) {
        guard key.algorithm == .timestampedCosignature, logs.allSatisfy({ $0.algorithm == .ed25519 }) else {
            throw .malformedVerifierKey(.unsupportedType)
        }
        self.key = key
        var keys: [Origin: [VerifierKey]] = [:]
        for log in logs { keys[Origin(log.name), default: []].append(log) }
        var sets: [Origin: VerifierKeys] = [:]
        for (origin, list) in keys { sets[origin] = try VerifierKeys(list) }
        self.logs = sets
    }

    /// Decides about the body of an `add-checkpoint` request. Changes nothing.
    ///
    /// - Parameters:
    ///   - state: what was persisted last.
    ///   - time: now, in seconds since 1970.
    public func decide(_ body: [UInt8], state: WitnessState, time: UInt64) -> Decision {
        do throws(RefusedRequest) {
            return .cosign(try consider(body, state: state, time: time))
        } catch {
            return .refuse(Refusal(reason: error.reason, response: error.response, evidence: error.evidence))
        }
    }

    private func consider(_ body: [UInt8], state: WitnessState, time: UInt64) throws(RefusedRequest) -> PendingCosignature {
        let request: AddCheckpointParts
        let checkpoint: Checkpoint
        do throws(TransparencyLogError) {
            request = try AddCheckpointParts(parsing: body)
            checkpoint = try Checkpoint(parsing: request.note.text, extensionLines: .accepted)
        } catch {
            throw RefusedRequest(.malformed(error))
        }
        guard let keys = logs[checkpoint.origin] else { throw RefusedRequest(.unknownOrigin) }
        // A signature line that cannot be read is a signature that does not verify.
        guard let note = try? SignedNote(request.note), let verified = try? note.verified(by: keys) else {
            throw RefusedRequest(.badSignature)
        }
        // Only what was verified is kept: anybody can write anything else below an honest checkpoint.
        let kept = verified.verifiedLines
        guard request.oldSize <= checkpoint.size else { throw RefusedRequest(.oldSizeAboveNew) }

        let head = state.heads[checkpoint.origin]
        let known = head?.checkpoint.size ?? 0
        guard request.oldSize == known else { throw RefusedRequest(.wrongOldSize(known: known)) }
        if known == checkpoint.size, let head, head.checkpoint.root != checkpoint.root {
            throw RefusedRequest(.sameSizeFork(size: known), evidence: kept)
        }
        if let head, known > 0 {
            let isConsistent: Void? = try? MerkleProof.verifyConsistency(
                oldSize: known, oldRoot: head.checkpoint.root, newSize: checkpoint.size, newRoot: checkpoint.root, proof: request.proof)
            guard isConsistent != nil else { throw RefusedRequest(.badProof, evidence: kept) }
        } else {
            // From nothing to anything there is nothing to prove.
            guard request.proof.isEmpty else { throw RefusedRequest(.badProof) }
        }

        // A cosignature says "as of this time, the largest tree": time must not run backwards beside a growing tree.
        let cosigned = min(max(time, head?.time ?? 0), UInt64(Int64.max))
        do throws(TransparencyLogError) {
            var next = state
            next.record(try WitnessState.Head(note: kept, time: cosigned))
            return PendingCosignature(key: key, text: note.text, time: cosigned, checkpoint: checkpoint, nextState: next)
        } catch {
            throw RefusedRequest(.malformed(error))
        }
    }
}

/// A checkpoint that may be cosigned, once the new state is durable.
public struct PendingCosignature: Sendable {
    let key: VerifierKey
    let text: [UInt8]
    /// The time of the cosignature, in seconds since 1970.
    public let time: UInt64
    /// What is cosigned.
    public let checkpoint: Checkpoint
    let nextState: WitnessState

    /// Persists the new state, then signs.
    ///
    /// - Parameters:
    ///   - signer: of the witness's key.
    ///   - persist: returns when the state is durable. If it throws, nothing is signed.
    /// - Returns: status 200 with the cosignature line.
    /// - Throws: what `persist` throws; `TransparencyLogError.signingFailed`.
    public func cosign(by signer: NoteSigner, persisting persist: (WitnessState) throws -> Void) throws -> AddCheckpointResponse {
        guard signer.key == key else { throw TransparencyLogError.signingFailed(signer.key.name) }
        // ORDER: a witness that signed and then forgot could sign a fork; so the state is durable before a signature exists.
        try persist(nextState)
        let signature = try signer.signature(over: text, time: time)
        return AddCheckpointResponse(status: 200, contentType: "text/plain; charset=utf-8", body: signature.line)
    }
}

/// A refusal on its way to the caller.
private struct RefusedRequest: Error {
    let reason: Witness.Reason
    let evidence: SignedNote?

    init(_ reason: Witness.Reason, evidence: SignedNote? = nil) {
        self.reason = reason
        self.evidence = evidence
    }

    /// The answer. Nothing from the request is repeated in it.
    var response: AddCheckpointResponse {
        switch reason {
        case .malformed: plain(400, "malformed request")
        case .unknownOrigin: plain(404, "unknown log")
        case .badSignature: plain(403, "invalid signature")
        case .oldSizeAboveNew: plain(400, "old size above checkpoint size")
        case .wrongOldSize(let known):
            AddCheckpointResponse(status: 409, contentType: AddCheckpointResponse.sizeContentType, body: Array("\(known)\n".utf8))
        // Not of the size's type: trying again with the same size would not help.
        case .sameSizeFork: plain(409, "another root is known for this size")
        case .badProof: plain(422, "invalid consistency proof")
        }
    }

    private func plain(_ status: Int, _ text: String) -> AddCheckpointResponse {
        AddCheckpointResponse(status: status, contentType: "text/plain; charset=utf-8", body: Array("\(reason.code): \(text)\n".utf8))
    }
}
