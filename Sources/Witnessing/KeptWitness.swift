import Synchronization
public import TransparencyLog

/// A witness at work: decides, makes its new state durable, and only then signs; one request after another.
///
/// It holds the directory's lock for as long as it lives, so there are never two of one witness on one machine.
///
/// Source: C2SP tlog-witness v1.0.0, "add-checkpoint": the check of the old size, the persisting and the answer are one step.
public final class KeptWitness: Sendable {
    /// An answer, and what the operator should know about it.
    public struct Answer: Sendable {
        public let response: AddCheckpointResponse
        /// What was cosigned; nil for a refusal.
        public let cosigned: Checkpoint?
        /// Why it was refused.
        public let refusal: Witness.Reason?
        /// Where the log's own signed checkpoint was kept, when it shows or may show that the log signed two trees.
        public let evidence: String?
    }

    private struct Memory {
        var state: WitnessState
        var isRetired = false
    }

    public let folder: WitnessFolder
    private let witness: Witness
    private let signer: NoteSigner
    private let lock: WitnessLock
    private let memory: Mutex<Memory>

    /// The witness's key.
    public var key: VerifierKey { witness.key }
    /// The keys of the logs that it witnesses.
    public var logs: [Origin: VerifierKeys] { witness.logs }

    /// Opens the witness in a directory.
    ///
    /// - Throws: `held`, `missing`, `notPrivate`, `malformed`, `key`.
    public init(_ folder: WitnessFolder) throws(WitnessingError) {
        // ORDER: the lock comes before the state is read, or a second process could read what a first is about to change.
        lock = try folder.lock()
        self.folder = folder
        signer = try folder.signer()
        do { witness = try Witness(key: signer.key, logs: try folder.logs()) } catch let error as WitnessingError { throw error } catch {
            throw .malformed("logs.vkey")
        }
        memory = Mutex(Memory(state: try folder.state()))
    }

    /// The last cosigned checkpoint of each log.
    public var heads: [Origin: WitnessState.Head] { memory.withLock { $0.state.heads } }

    /// Answers the body of an `add-checkpoint` request.
    ///
    /// - Parameter time: now, in seconds since 1970.
    /// - Throws: `retired` and `system` when the state could not be made durable; nothing was signed then, and nothing is until a new start.
    public func answer(_ body: [UInt8], time: UInt64) throws(WitnessingError) -> Answer {
        do {
            return try memory.withLock { memory in
                guard !memory.isRetired else { throw WitnessingError.retired }
                switch witness.decide(body, state: memory.state, time: time) {
                case .refuse(let refusal):
                    // A full disk must not turn a refusal into something else; the answer says that nothing was kept.
                    var isFork = false
                    if case .sameSizeFork = refusal.reason { isFork = true }
                    let kept = refusal.evidence.flatMap { try? folder.keep($0, isFork: isFork) }
                    return Answer(response: refusal.response, cosigned: nil, refusal: refusal.reason, evidence: kept)
                case .cosign(let pending):
                    var next: WitnessState?
                    // INVARIANT: after a failed write the disk may hold either state; whoever goes on from the one in memory could sign twice.
                    memory.isRetired = true
                    let response = try pending.cosign(by: signer) { state in
                        try folder.persist(state)
                        next = state
                    }
                    guard let next else { throw WitnessingError.retired }
                    memory.state = next
                    memory.isRetired = false
                    return Answer(response: response, cosigned: pending.checkpoint, refusal: nil, evidence: nil)
                }
            }
        } catch let error as WitnessingError {
            throw error
        } catch {
            throw .key
        }
    }
}
