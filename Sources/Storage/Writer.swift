import Dispatch
import GRDB
public import Synchronization

/// The one place where the database changes: group commit without a timer.
///
/// Whoever waits while a commit is under way goes with the next one, each in a savepoint of its own. Who comes alone is committed at once, on
/// the thread it came on; what gathered meanwhile goes on the writer's own. Nothing waits inside, so the cancellation of a caller reaches
/// neither: one client that hangs up never rolls back the batch of all the others.
///
/// The rules, in the order in which they are kept:
/// 1. Jobs run in the order in which they came; so do the answers of one caller.
/// 2. A job that throws is undone alone, together with what it did to the participants.
/// 3. An error that made SQLite end the whole transaction (disk full, I/O, memory, interrupt) loses the batch: nothing of it is done. The job
///    that caused it hears ``StorageError/notRecorded(_:)``; the others run afresh, one by one, each in a transaction of its own.
/// 4. An error at COMMIT means *unknown*, never *refused*, unless it is one of those that are known to come before the commit stands: every
///    member hears so, and the writer takes no more work.
/// 5. Nobody is answered before COMMIT returned.
public final class Writer: Sendable {
    /// One piece of work. It may be run again when its batch was lost for another's fault.
    private struct Job: Sendable {
        let run: @Sendable (borrowing Transaction) throws -> (@Sendable () -> Void)
        let fail: @Sendable (any Error) -> Void
    }
    private struct State {
        var waiting: [Job] = []
        var running = false
        var closed: StorageError?
        var idle: [CheckedContinuation<Void, Never>] = []
    }
    private enum Next { case lead([Job]), wait, refuse(StorageError) }
    private enum Failure: Error {
        case batchLost(culprit: Int?, StorageError.Reason)
        case unknown(StorageError.Reason)
        /// Every job failed by itself: there is nothing to commit.
        case nothingStands([(Job, any Error)])
    }

    private let state = Mutex(State())
    private let store: Store
    private let participants: [any Participant]
    private let onFatal: @Sendable (StorageError) -> Void
    private let thread = DispatchQueue(label: "kluis.writer")
    /// Transactions committed since the start.
    public let commits = Atomic<Int>(0)
    /// Jobs answered after a commit since the start.
    public let requests = Atomic<Int>(0)

    /// - Parameters:
    ///   - participants: in the order in which they prepare.
    ///   - onFatal: called once, on the thread of that commit, when one ended *unknown*: the daemon must stop, with exit status 74.
    public init(store: Store, participants: [any Participant], onFatal: @escaping @Sendable (StorageError) -> Void) {
        self.store = store
        self.participants = participants
        self.onFatal = onFatal
    }

    /// Runs `body` inside a transaction that is shared with whoever waits at the same time, and answers once it is durable.
    ///
    /// - Parameter body: synchronous work; it may run more than once, so it must not use anything up that it cannot have again.
    /// - Returns: what `body` returned, after the commit.
    /// - Throws: what `body` threw (its effects are undone), or a ``StorageError``.
    public func perform<Output: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> Output
    ) async throws -> Output {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Output, any Error>) in
            let job = Job(
                run: { transaction in
                    let output = try body(transaction)
                    return { continuation.resume(returning: output) }
                },
                fail: { continuation.resume(throwing: $0) })
            let next: Next = state.withLock { state in
                if let closed = state.closed { return .refuse(closed) }
                if !state.running {
                    state.running = true
                    return .lead([job])
                }
                state.waiting.append(job)
                return .wait
            }
            switch next {
            case .lead(let batch): lead(batch)
            case .wait: break
            case .refuse(let error): continuation.resume(throwing: error)
            }
        }
    }

    /// Jobs that wait for the next commit.
    package var waitingCount: Int { state.withLock { $0.waiting.count } }
    /// Whether it takes no more work.
    package var isClosed: Bool { state.withLock { $0.closed != nil } }

    /// Takes no more work and returns when what was waiting has been answered.
    public func stop() async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let idle = state.withLock { state in
                if state.closed == nil { state.closed = .stopped }
                if state.running { state.idle.append(continuation) }
                return !state.running
            }
            if idle { continuation.resume() }
        }
    }

    /// Commits a caller's own job on its thread, and leaves to the writer's what came meanwhile.
    ///
    /// To wake a thread for it and be woken again takes as long as a fast disk needs to sync. At most one thread of the callers is held, for
    /// one commit: whoever comes while it lasts only waits in line.
    private func lead(_ batch: [Job]) {
        commit(batch)
        if !rest() { thread.async { self.drain() } }
    }

    private func drain() {
        repeat {
            commit(
                state.withLock { state in
                    defer { state.waiting = [] }
                    return state.waiting
                })
        } while !rest()
    }

    /// Ends the run unless somebody waits.
    /// - Returns: whether nobody does; then the next who comes begins another.
    private func rest() -> Bool {
        let idle: [CheckedContinuation<Void, Never>]? = state.withLock { state in
            guard state.waiting.isEmpty else { return nil }
            state.running = false
            defer { state.idle = [] }
            return state.idle
        }
        guard let idle else { return false }
        for continuation in idle { continuation.resume() }
        return true
    }

    private func commit(_ batch: [Job]) {
        do throws(Failure) {
            for answer in try transact(batch) { answer() }
        } catch {
            switch error {
            case .unknown(let reason): close(.unknown(reason), batch)
            case .nothingStands(let failed): for (job, error) in failed { job.fail(error) }
            case .batchLost(let culprit, let reason):
                for (index, job) in batch.enumerated() {
                    if index == culprit || batch.count == 1 {
                        job.fail(StorageError.notRecorded(reason))
                    } else if let closed = state.withLock({ $0.closed }), closed != .stopped {
                        job.fail(closed)
                    } else {
                        commit([job])
                    }
                }
            }
        }
    }

    private func close(_ error: StorageError, _ batch: [Job]) {
        let waiting = state.withLock { state in
            state.closed = error
            defer { state.waiting = [] }
            return state.waiting
        }
        // ORDER: told before anybody is answered, so that nobody can see an answer and a daemon that does not know yet that it must stop.
        onFatal(error)
        for job in batch { job.fail(error) }
        for job in waiting { job.fail(StorageError.notRecorded(.transactionEnded)) }
    }

    /// Whether an error at COMMIT tells that the transaction does not stand.
    ///
    /// ORDER: the frames of a full disk were never completed, and a lock or a constraint is looked at before any is written. Anything else may
    /// come after the frame that commits was synced: an I/O error, or no memory for the index over the log.
    private static func isKnownNotToStand(_ reason: StorageError.Reason) -> Bool {
        switch reason {
        case .diskFull: true
        case .sqlite(let code): [ResultCode.SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_CONSTRAINT].contains { $0.rawValue == code & 0xFF }
        default: false
        }
    }

    /// Runs the jobs in one transaction and commits.
    /// - Returns: the answers to give, now that the transaction is durable.
    private func transact(_ batch: [Job]) throws(Failure) -> [@Sendable () -> Void] {
        for participant in participants { participant.begin() }
        do {
            let answers = try store.queue.writeWithoutTransaction { sql in
                try Result { () throws(Failure) in try run(batch, on: sql) }.get()
            }
            for participant in participants { participant.committed() }
            commits.add(1, ordering: .relaxed)
            requests.add(answers.count, ordering: .relaxed)
            return answers
        } catch {
            for participant in participants { participant.abandoned() }
            throw error as? Failure ?? .batchLost(culprit: nil, Store.reason(error))
        }
    }

    private func run(_ batch: [Job], on sql: GRDB.Database) throws(Failure) -> [@Sendable () -> Void] {
        // Not GRDB's own, here and below: those are parsed anew each time.
        do { try sql.cachedStatement(sql: "BEGIN IMMEDIATE TRANSACTION").execute() } catch {
            throw .batchLost(culprit: nil, Store.reason(error))
        }
        let transaction = Transaction(sql, participants)
        var answers: [@Sendable () -> Void] = []
        var failed: [(Job, any Error)] = []
        for (index, job) in batch.enumerated() {
            do {
                answers.append(try transaction.attempt { try job.run($0) })
            } catch {
                guard transaction.isOpen else { throw .batchLost(culprit: index, Store.reason(error)) }
                // What SQLite says has one face: nothing of this job is done.
                failed.append((job, error is DatabaseError ? StorageError.notRecorded(Store.reason(error)) : error))
            }
        }
        // Whoever failed hears why, and not that a commit of nothing failed as well: a store that was tampered with does not prepare either.
        if answers.isEmpty {
            if sql.isInsideTransaction { try? sql.rollback() }
            throw .nothingStands(failed)
        }
        do {
            for participant in participants { try participant.prepare(in: transaction) }
            if store.faults.trips(.diskFullAtCommit) { throw DatabaseError(resultCode: .SQLITE_FULL) }
        } catch {
            if sql.isInsideTransaction { try? sql.rollback() }
            throw .batchLost(culprit: nil, Store.reason(error))
        }
        do {
            if store.faults.trips(.ioErrorAtCommit) { throw DatabaseError(resultCode: .SQLITE_IOERR) }
            if store.faults.trips(.noMemoryAtCommit) { throw DatabaseError(resultCode: .SQLITE_NOMEM) }
            try sql.cachedStatement(sql: "COMMIT TRANSACTION").execute()
            if store.faults.trips(.ioErrorAfterCommit) { throw DatabaseError(resultCode: .SQLITE_IOERR) }
        } catch {
            let reason = Store.reason(error)
            if sql.isInsideTransaction { try? sql.rollback() }
            guard Self.isKnownNotToStand(reason) else { throw .unknown(reason) }
            throw .batchLost(culprit: nil, reason)
        }
        // ORDER: a job that failed hears so only now, when nothing of the batch can fail any more, and never twice.
        return answers + failed.map { job, error in { job.fail(error) } }
    }
}
