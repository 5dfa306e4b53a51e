import Glibc
import Household
import Ledger
import Logging
import ReferenceMonitor
import Server
import Storage
import Synchronization
import TransparencyLog

/// Publishes checkpoints and collects cosignatures on them, one round after another.
///
/// Witnesses are on nobody's way: a request for anything else never waits for them, and a witness that is down costs nothing but the figure
/// "unwitnessed since", which stands until a quorum has cosigned.
actor Cosigning {
    typealias Published = (note: [UInt8], size: UInt64, root: [UInt8])

    /// What went wrong with one witness, for the operator's log; the names are closed.
    enum Trouble: Error, Sendable {
        case alarm(Submission.Alarm)
        /// It cosigned more than it says: it was put back, or forgot.
        case behind(UInt64)
        case call(WitnessCall.Failure)
        case own(TransparencyLogError)

        var code: String {
            switch self {
            case .alarm(.refused(let status)): "refused-\(status)"
            case .alarm(.witnessAhead(let size)): "witness-ahead-\(size)"
            case .alarm(.conflict(let size)): "conflict-\(size)"
            case .alarm(.badCosignature): "bad-cosignature"
            case .alarm(.noKnownCosignature): "no-known-cosignature"
            case .behind(let size): "witness-behind-\(size)"
            case .call(.unreachable): "unreachable"
            case .call(.timedOut): "timed-out"
            case .call(.malformed): "malformed-answer"
            case .own(let error): error.code
            }
        }
    }

    /// What one witness answered.
    private struct Answer: Sendable {
        var cosignatures: [VerifiedSignature] = []
        var troubles: [Trouble] = []
    }

    /// A round under way.
    private struct Round {
        let began: ContinuousClock.Instant
        let moment: Moment
        var isTold = false
    }

    private let export: LedgerExport
    private let directory: String
    /// How long anybody waits for a round, and how long one lasts until the operator hears of it.
    private nonisolated let patience: Duration
    private var running: Round?
    /// The log's own key.
    nonisolated let key: VerifierKey
    /// Whose cosignatures count.
    nonisolated var counted: Witnesses { export.witnesses }
    private nonisolated let witnesses: WitnessPolicy?
    private nonisolated let clock: Clock
    private let logger: Logger
    /// The size each witness is known to have cosigned last, by its name.
    private var lastSizes: [String: UInt64] = [:]
    /// The size of the newest checkpoint that a quorum cosigned; nil when there is none.
    private var witnessed: UInt64?
    /// The size of the newest checkpoint that outsiders can see.
    private var published: UInt64
    private var last: Task<Void, any Error>?
    /// The round that waits for the one before it. Whoever asks meanwhile gets its checkpoint, which is made after the question.
    private var next: Task<Published, any Error>?
    private var isNextAnchored = true
    private let shown: Mutex<WitnessStanding>

    /// What `status` says.
    nonisolated var standing: WitnessStanding { shown.withLock { $0 } }

    init(
        export: LedgerExport, directory: String, key: VerifierKey, witnesses: WitnessPolicy?, published: Checkpoint?, clock: Clock,
        limit: Int64?, patience: Duration, logger: Logger
    ) async throws {
        self.patience = patience
        self.export = export
        self.directory = directory
        self.key = key
        self.witnesses = witnesses
        self.clock = clock
        self.logger = logger
        var cosigned = CosignedSizes()
        if let witnesses {
            cosigned = try await export.cosignedSizes { witnesses.policy.isQuorum($0) }
            for peer in witnesses.peers { lastSizes[peer.name] = cosigned.newest[peer.key] }
        }
        let witnessed = cosigned.quorum
        self.witnessed = witnessed
        // Out of the log's own tables, which the commit record vouches for, and not out of a file that anybody could take away.
        let since = try await export.firstMoment(above: witnessed)
        let size = max(try await export.newestCheckpoint() ?? 0, published?.size ?? 0)
        self.published = size
        shown = Mutex(
            WitnessStanding(
                witnesses: witnesses?.peers.count ?? 0, since: size > witnessed ?? 0 ? since ?? clock.now() : nil,
                entries: size - min(size, witnessed ?? 0), limit: witnesses == nil ? nil : limit))
    }

    /// Since when the log is unwitnessed, if that is longer than the limit at this moment.
    nonisolated func heldSince(at moment: Moment) -> Moment? {
        let standing = standing
        guard let from = standing.readOnlyFrom, moment >= from else { return nil }
        return standing.since
    }

    /// Whether nothing is changed now.
    nonisolated var isHeld: Bool { heldSince(at: clock.now()) != nil }

    /// Signs and publishes a checkpoint, and asks every witness for its cosignature.
    ///
    /// - Parameter anchoring: whether a leaf commits to the cosignatures at once; not while stopping.
    /// - Returns: the checkpoint with the cosignatures that came.
    /// - Throws: `LedgerError.cannotExport` with `ETIMEDOUT` when that takes longer than anybody waits: a folder on a disk that does not answer never
    ///   is written, and neither a caller nor a stop is held up by it. The round goes on by itself.
    func publish(anchoring: Bool = true) async throws -> Published {
        try await Self.value(of: task(anchoring: anchoring), within: patience)
    }

    /// The round that begins next.
    private func task(anchoring: Bool) -> Task<Published, any Error> {
        if let next {
            isNextAnchored = isNextAnchored && anchoring
            return next
        }
        let before = last
        isNextAnchored = anchoring
        let task = Task {
            // ORDER: rounds never overlap, so an older checkpoint never replaces a newer one.
            _ = await before?.result
            self.next = nil
            return try await self.round(anchoring: self.isNextAnchored)
        }
        next = task
        last = Task { _ = try await task.value }
        return task
    }

    /// What a task gives, for as long as it is waited for; who waits can be cancelled, the task goes on.
    private static func value<Value: Sendable>(of task: Task<Value, any Error>, within patience: Duration) async throws -> Value {
        let (results, result) = AsyncStream<Result<Value, any Error>>.makeStream(bufferingPolicy: .bufferingOldest(1))
        Task { result.yield(await task.result) }
        let timer = Task {
            try await Task.sleep(for: patience)
            result.yield(.failure(LedgerError.cannotExport(errno: ETIMEDOUT)))
        }
        defer { timer.cancel() }
        for await result in results { return try result.get() }
        throw CancellationError()
    }

    /// Tells the operator of a round that does not end, and counts what is logged meanwhile as unwitnessed.
    ///
    /// Waits for nothing: what does not answer may be the export itself.
    func lookAtRound() {
        guard let round = running, round.began.duration(to: .now) >= patience else { return }
        if !round.isTold {
            logger.error("publishing-takes-long", metadata: ["seconds": "\(round.began.duration(to: .now).components.seconds)"])
        }
        running?.isTold = true
        unwitnessed(upTo: export.loggedSize, since: round.moment)
    }

    private func round(anchoring: Bool) async throws -> Published {
        let now = clock.now()
        running = Round(began: .now, moment: now)
        defer { running = nil }
        // ORDER: before it is published too. A copy that cannot be written, or never is done, is seen by no witness either (PR-27.4).
        try await countUnwitnessed(upTo: export.loggedSize, at: now)
        let published = try await export.publish(at: now.millisecondsSince1970)
        self.published = published.size
        try await countUnwitnessed(upTo: published.size, at: now)
        guard let witnesses else { return published }
        do { return try await cosign(published, by: witnesses, anchoring: anchoring, at: now) } catch {
            // Only of this may nobody go on. Else the checkpoint stands, and what is missing of its cosignatures the next round asks for again.
            if case StorageError.unknown = error { throw error }
            logger.error("cosignatures", metadata: ["code": "\(Self.code(of: error))", "size": "\(published.size)"])
            return published
        }
    }

    /// Says how much of the log no quorum has seen, and since when: since the first checkpoint that has it, else since now.
    private func countUnwitnessed(upTo size: UInt64, at now: Moment) async throws {
        guard size > witnessed ?? 0 else { return }
        // Asked of the store once, and not with each checkpoint while no witness comes.
        let since = if let known = standing.since { known } else { try await export.firstMoment(above: witnessed) ?? now }
        unwitnessed(upTo: size, since: since)
    }

    private func unwitnessed(upTo size: UInt64, since: Moment) {
        guard size > witnessed ?? 0 else { return }
        shown.withLock {
            $0.since = $0.since ?? since
            $0.entries = size - (witnessed ?? 0)
        }
    }

    /// What went wrong with cosignatures, for the operator's log; the names are closed.
    private static func code(of error: any Error) -> String {
        switch error {
        case let error as TransparencyLogError: error.code
        case LedgerError.cannotExport(let code): "not-exported-\(code)"
        case StorageError.notRecorded: "not-recorded"
        case StorageError.stopped: "stopped"
        default: "unexpected"
        }
    }

    /// Asks the witnesses that have not cosigned a checkpoint yet, keeps what comes and counts it.
    private func cosign(
        _ published: Published, by witnesses: WitnessPolicy, anchoring: Bool, at now: Moment
    ) async throws -> Published {
        let checkpoint = try VerifiedCheckpoint.verify(
            try SignedNote(parsing: published.note), log: VerifierKeys(key), witnesses: witnesses.peers.map(\.key))
        var signatures = checkpoint.cosignatures
        let peers = witnesses.peers.filter { peer in peer.socket != nil && !signatures.contains { $0.key == peer.key } }
        for (peer, answer) in await ask(peers, checkpoint) {
            if !answer.cosignatures.isEmpty {
                lastSizes[peer.name] = published.size
                signatures += answer.cosignatures
            }
            // Whatever a witness says but "here is my cosignature" is for a person to look at.
            for trouble in answer.troubles {
                logger.error("witness", metadata: ["name": "\(peer.name)", "code": "\(trouble.code)", "size": "\(published.size)"])
            }
        }
        var note = checkpoint.note
        if signatures.count > checkpoint.cosignatures.count {
            note = try SignedNote(text: checkpoint.note.text)
            for signature in checkpoint.logSignatures + signatures { try note.append(signature.signature) }
            // ORDER: counted once they are durable and before anybody sees them: what keeps them from being shown holds nobody up.
            let kept = try await export.keep(note, anchoring: anchoring, at: now.millisecondsSince1970)
            try await count(signatures, on: published.size)
            try await export.show(kept, size: published.size)
        } else {
            // Also those that were kept and could not be counted the last time.
            try await count(signatures, on: published.size)
        }
        return (note.bytes, published.size, published.root)
    }

    /// Moves the figure, if these cosignatures are a quorum's.
    private func count(_ cosignatures: [VerifiedSignature], on size: UInt64) async throws {
        guard let witnesses, witnesses.policy.isQuorum(cosignatures.map(\.key)), size > witnessed ?? 0 || witnessed == nil else { return }
        witnessed = size
        let published = self.published
        var since: Moment?
        if published > size {
            since = try await export.firstMoment(above: size) ?? clock.now()
        }
        shown.withLock {
            $0.since = since
            $0.entries = published - min(published, size)
        }
    }

    /// Counts the cosignatures that a checkpoint has by now, and shows them to outsiders. For those that came as files and are durable.
    /// What cannot be shown now is with the next checkpoint, and is told in the operator's log.
    /// - Throws: `StorageError.unknown`.
    func show(size: UInt64) async throws {
        let before = last
        let task = Task {
            // ORDER: as rounds do, so that none of them puts back what it read before.
            _ = await before?.result
            return try await self.showNow(size: size)
        }
        last = task
        do { try await Self.value(of: task, within: patience) } catch {
            if case StorageError.unknown = error { throw error }
            logger.error("cosignatures", metadata: ["code": "\(Self.code(of: error))", "size": "\(size)"])
        }
    }

    private func showNow(size: UInt64) async throws {
        guard let witnesses, let note = try await export.cosigned(size: size) else { return }
        let checkpoint = try VerifiedCheckpoint.verify(note, log: VerifierKeys(key), witnesses: witnesses.peers.map(\.key))
        try await count(checkpoint.cosignatures, on: size)
        try await export.show(note, size: size)
    }

    private func ask(_ peers: [WitnessPolicy.Peer], _ checkpoint: VerifiedCheckpoint) async -> [(WitnessPolicy.Peer, Answer)] {
        await withTaskGroup(of: (WitnessPolicy.Peer, Answer).self) { group in
            for peer in peers {
                let lastSize = lastSizes[peer.name] ?? 0
                group.addTask { [directory] in (peer, await Self.submit(checkpoint, to: peer, lastSize: lastSize, directory)) }
            }
            var answers: [(WitnessPolicy.Peer, Answer)] = []
            for await answer in group { answers.append(answer) }
            return answers
        }
    }

    private static func submit(
        _ checkpoint: VerifiedCheckpoint, to peer: WitnessPolicy.Peer, lastSize: UInt64, _ directory: String
    ) async -> Answer {
        guard let socket = peer.socket else { return Answer(troubles: [.call(.unreachable)]) }
        var submission = Submission(checkpoint: checkpoint, witness: VerifierKeys(peer.key), lastSize: lastSize)
        /// The answer, and whether the witness says to have cosigned less than it did.
        func with(_ cosignatures: [VerifiedSignature] = [], _ trouble: Trouble? = nil) -> Answer {
            Answer(cosignatures: cosignatures, troubles: [submission.forgottenTo.map(Trouble.behind), trouble].compactMap(\.self))
        }
        while true {
            let body: [UInt8]
            do throws(TransparencyLogError) {
                body = try submission.request { old, _ throws(TransparencyLogError) in
                    // The same files that outsiders see: what they can check is what the witness is shown.
                    var log = try StoredLog(checkpoint: checkpoint.checkpoint) { try PublicCopy.file($0, in: directory) }
                    return try log.consistencyProof(from: old)
                }.body
            } catch { return with([], .own(error)) }
            let response: AddCheckpointResponse
            do { response = try await WitnessCall.post(body, to: socket) } catch {
                return with([], .call(error as? WitnessCall.Failure ?? .malformed))
            }
            switch submission.receive(response) {
            case .cosigned(let signatures): return with(signatures)
            // Once: the submission itself counts.
            case .retry: continue
            case .alarm(let alarm): return with([], .alarm(alarm))
            }
        }
    }
}

extension LedgerExport {
    /// When the first checkpoint of more than `size` entries was made.
    fileprivate func firstMoment(above size: UInt64?) async throws -> Moment? {
        try await firstCheckpoint(above: size).flatMap { Moment(millisecondsSince1970: $0) }
    }
}
