// The rules that this file keeps:
// 1. No plaintext byte leaves before its line is durable. No effect is durable without its line, in the same transaction. No answer, a
//    refusal's included, before both.
// 2. Line cannot be written: nothing is read, nothing is changed, the caller hears "not recorded".
// 3. A refusal is an outcome. Whether the caller may know is decided with it.
// 4. A decision is taken on the same parsed value that is then carried out, in the transaction that carries it out and at its moment; for a
//    reading, the ciphertext is taken in the deciding transaction.
// 5. Neither grant nor plaintext can be returned from a request.
// 6. Work without a person goes the same way, with a system caller.
// 7. The only undecided read is the facts.
// 8. One attempt has one decision line and at most one outcome line.
// 9. Looking residents up is rationed, so that nobody runs through all the names or numbers there are.
// 10. Where the partners agreed on a limit, nothing is changed while the log goes unwitnessed for longer; reading goes on.

import Glibc
public import Household
public import Ledger
import LedgerFormat
public import Policy
public import Storage
import Synchronization

/// One attempt: who wants to do what, why, and for whom.
public struct Attempt<A: Action>: Sendable {
    public let caller: Caller
    public let action: A
    /// The one purpose of this attempt (PR-3.2); nil is refused by the reglement, not by the parser.
    public let purpose: Purpose?
    /// The resident on whose behalf the worker acts.
    public let onBehalfOf: PersonID?
    /// The task that the worker acts under, where the caller named one (PR-10.3); what its absence means is the reglement's to say.
    public let basis: LegalBasis?
    public let trace: TraceID

    public init(
        _ action: A, by caller: Caller, purpose: Purpose?, onBehalfOf: PersonID? = nil, basis: LegalBasis? = nil, trace: TraceID
    ) {
        self.action = action
        self.caller = caller
        self.purpose = purpose
        self.onBehalfOf = onBehalfOf
        self.basis = basis
        self.trace = trace
    }
}

/// Authenticate, decide, record, only then act.
public struct ReferenceMonitor: Sendable {
    let writer: Writer
    let log: AuditLog
    let engine: PolicyEngine
    private let source: any FactSource
    private let clock: Clock
    private let lines: LineWriter
    private let searches = Searches()
    private let unwitnessed: @Sendable (Moment) -> Moment?
    private let policyFailure: @Sendable ([String]) -> Void
    private static let unwitnessedArticles = ["PR-27.4"]

    /// - Parameters:
    ///   - policyFailure: hears which policies could not be evaluated, by identifier; none where the facts do not fit the schema. For the one who
    ///     keeps the policies: such an attempt is refused, and its line says no more than that.
    ///   - unwitnessed: since when no quorum of witnesses has seen the log, if at this moment that is too long ago to change anything.
    public init(
        writer: Writer, log: AuditLog, engine: PolicyEngine, source: any FactSource, clock: Clock,
        policyFailure: @escaping @Sendable ([String]) -> Void = { _ in },
        unwitnessed: @escaping @Sendable (Moment) -> Moment? = { _ in nil }
    ) {
        self.unwitnessed = unwitnessed
        self.policyFailure = policyFailure
        self.writer = writer
        self.log = log
        self.engine = engine
        self.source = source
        self.clock = clock
        lines = LineWriter(log: log, engine: engine)
    }

    // MARK: - The two shapes

    /// Decides, records and carries out a change, all in one transaction.
    ///
    /// - Parameters:
    ///   - answered: what the same caller was answered when this same request was carried out before; asked where it is not carried out now. A
    ///     change may itself be why it is refused a second time, and whoever lost the answer must not hear that it was not done.
    ///   - body: carries the change out. Synchronous; it may run more than once, when a batch was lost for another's fault. When it
    ///     throws, its effects are undone and its line stays and says so.
    /// - Throws: ``MonitorError/notRecorded``, ``MonitorError/unknown``, ``MonitorError/factsDoNotVerify``.
    public func change<A: Change, Output: Sendable>(
        _ attempt: Attempt<A>, answered: @escaping @Sendable (borrowing Transaction) throws -> Output? = { _ in nil },
        _ body: @escaping @Sendable (consuming Grant<A>, borrowing Transaction) throws -> Output
    ) async throws -> Outcome<Output> {
        let changed: Changed<Output> = try await deciding(A.action.rawValue, attempt.trace) {
            try await writer.perform { transaction in
                let request = asked(by: attempt)
                // A session that was ended while the bytes came in decides nothing any more.
                if let session = attempt.caller.session, session.hasEnded { throw MonitorError.signIn(.noSession) }
                let facts = try source.facts(for: request.question.about, asker: request.asker, at: request.moment, in: transaction)
                switch engine.decide(request, on: facts) {
                case .refuse(let refusal):
                    // The line says what was decided now; what was decided then stands in its own.
                    let entry = try lines.refused(refusal, request, facts, in: transaction)
                    if let earlier = try answered(transaction) { return .done(entry, .nothing, earlier) }
                    return .refused(entry, refusal)
                case .permit(let permit):
                    if let since = held(A.self, at: request.moment) {
                        let entry = try lines.unwitnessed(request, facts, articles: Self.unwitnessedArticles, in: transaction)
                        if let earlier = try answered(transaction) { return .done(entry, .nothing, earlier) }
                        return .held(entry, since)
                    }
                    let cited = Cited(permit)
                    do {
                        return try transaction.attempt { outer in
                            let entry = try lines.permitted(permit, request, facts, effect: .completed, in: outer)
                            return .done(entry, cited, try carryOut(attempt, request, entry, body, in: outer))
                        }
                    } catch {
                        guard transaction.isOpen, !(error is LedgerError) else { throw error }
                        // One line says both: decided, and that it failed.
                        let entry = try lines.permitted(permit, request, facts, effect: .failed, in: transaction)
                        return .failed(entry, cited, error)
                    }
                }
            }
        }
        if log.faults.trips(.dieAfterCommit) { _ = kill(getpid(), SIGKILL) }
        switch changed {
        case .refused(let entry, let refusal): return .refused(try refused(entry, refusal))
        case .held(let entry, let since): throw try unwitnessed(entry, since: since)
        case .done(let entry, let cited, let output): return .done(output, try cited.with(log.receipt(for: entry)))
        case .failed(let entry, let cited, let error): return .failed(error, try cited.with(log.receipt(for: entry)))
        }
    }

    private enum Changed<Output: Sendable>: Sendable {
        case refused(Entry, Policy.Refusal), held(Entry, Moment), done(Entry, Cited, Output), failed(Entry, Cited, any Error)
    }

    /// Rule 10.
    private func held<A: Change>(_ action: A.Type, at moment: Moment) -> Moment? {
        A.goesOnUnwitnessed ? nil : unwitnessed(moment)
    }

    private func unwitnessed(_ entry: Entry, since: Moment) throws -> MonitorError {
        .unwitnessed(Unwitnessed(since: since, articles: Self.unwitnessedArticles, receipt: try log.receipt(for: entry).index))
    }

    /// The effect of a change, in a savepoint of its own.
    private func carryOut<A: Change, Output: Sendable>(
        _ attempt: Attempt<A>, _ request: Request<A>, _ entry: Entry,
        _ body: (consuming Grant<A>, borrowing Transaction) throws -> Output, in transaction: borrowing Transaction
    ) throws -> Output {
        let lease = Lease { () throws(MonitorError) in }
        defer { lease.end() }
        return try transaction.attempt { inner in
            if log.faults.trips(.effectFails) { throw StorageError.notRecorded(.fault("effect-fails")) }
            return try body(
                Grant(
                    asked: attempt.action, caller: attempt.caller, onBehalfOf: attempt.onBehalfOf, moment: request.moment,
                    line: entry.index, sealedContent: nil, thatOnly: false, lease: lease), inner)
        }
    }

    /// Decides and records a reading in a transaction; once that is durable, content may flow inside `body`, and nowhere else.
    ///
    /// - Parameter body: reads. It gets the grant, which dies when it returns.
    public func read<A: Reading, Output: Sendable>(
        _ attempt: Attempt<A>, _ body: (consuming Grant<A>) async throws -> Output
    ) async throws -> Outcome<Output> {
        try await ration(attempt)
        let (request, recorded) = try await deciding(A.action.rawValue, attempt.trace) {
            try await writer.perform { transaction -> (Request<A>, Recorded) in
                let request = asked(by: attempt)
                return (request, try decideAndRecord(request, in: transaction))
            }
        }
        switch recorded.verdict {
        case .refused(let entry, let refusal): return .refused(try refused(entry, refusal))
        case .permitted(let entry, let cited, let content):
            let receipt = try log.receipt(for: entry)
            let recheck = Recheck(revision: recorded.revision, expiry: recorded.expiry)
            let lease = Lease { () throws(MonitorError) in try await stillAllowed(request, attempt.caller, recheck) }
            defer { lease.end() }
            do {
                let output = try await body(
                    Grant(
                        asked: attempt.action, caller: attempt.caller, onBehalfOf: attempt.onBehalfOf, moment: request.moment,
                        line: entry.index, sealedContent: content, thatOnly: cited.thatOnly, lease: lease))
                lines.outcomeLater(.completed, of: entry, request, at: clock.now())
                return .done(output, cited.with(receipt))
            } catch {
                if let error = error as? MonitorError, case .interrupted = error {
                    lines.outcomeLater(.interrupted, cut: true, of: entry, request, at: clock.now())
                } else if error is CancellationError {
                    lines.outcomeLater(.interrupted, of: entry, request, at: clock.now())
                } else {
                    lines.outcomeLater(.failed, of: entry, request, at: clock.now())
                }
                return .failed(error, cited.with(receipt))
            }
        }
    }

    /// Decides early whether an upload could be accepted, so that a refusal comes before the bytes do. Only a refusal is recorded; the
    /// decision that counts is taken again in the transaction that makes the item exist.
    /// - Parameter isAnswered: whether the same caller was answered under this request's key before; asked where it would be refused. Only the
    ///   bytes tell whether it is this request that was answered, so that they have to come: ``change(_:answered:_:)`` finds and records it then.
    /// - Returns: the refusal, or nil: send the bytes.
    public func screen<A: Change>(
        _ attempt: Attempt<A>, isAnswered: @escaping @Sendable (borrowing Transaction) throws -> Bool = { _ in false }
    ) async throws -> Refused? {
        let verdict: Changed<Never>? = try await deciding(A.action.rawValue, attempt.trace) {
            try await writer.perform { transaction in
                let request = asked(by: attempt)
                let facts = try source.facts(for: attempt.action.about, asker: request.asker, at: request.moment, in: transaction)
                switch engine.decide(request, on: facts) {
                case .refuse(let refusal):
                    if try isAnswered(transaction) { return nil }
                    return .refused(try lines.refused(refusal, request, facts, in: transaction), refusal)
                case .permit:
                    guard let since = held(A.self, at: request.moment), try !isAnswered(transaction) else { return nil }
                    return .held(try lines.unwitnessed(request, facts, articles: Self.unwitnessedArticles, in: transaction), since)
                }
            }
        }
        switch verdict {
        case .refused(let entry, let refusal): return try refused(entry, refusal)
        case .held(let entry, let since): throw try unwitnessed(entry, since: since)
        case nil, .failed: return nil
        }
    }

    /// Decides without doing, and records that it was asked.
    public func check<A: Action>(_ attempt: Attempt<A>) async throws -> Checked {
        try await ration(attempt)
        let (moment, entry, explanation) = try await deciding(A.action.rawValue, attempt.trace) {
            try await writer.perform { transaction -> (Moment, Entry, Explanation) in
                let request = asked(by: attempt)
                let facts = try source.facts(for: attempt.action.about, asker: request.asker, at: request.moment, in: transaction)
                return (
                    request.moment, try lines.checked(engine.decide(request, on: facts), request, facts, in: transaction),
                    engine.explain(request, on: facts)
                )
            }
        }
        if explanation.reason == .policyError { policyFailure(explanation.failedPolicies) }
        if explanation.outcome != .refuse, let change = A.self as? any Change.Type, let since = held(change, at: moment) {
            throw try unwitnessed(entry, since: since)
        }
        return Checked(explanation: explanation, receipt: try log.receipt(for: entry).index)
    }

    // MARK: - Rationing

    /// Searches of each worker: 20 at once, then one every 30 seconds. All numbers of a citizen service would take a century.
    private final class Searches: Sendable {
        private let throttle = Mutex(Throttle<WorkerID>(burst: 20, interval: .seconds(30)))

        func take(_ worker: WorkerID, at elapsed: Duration) -> Duration? {
            throttle.withLock { throttle in
                if let wait = throttle.wait(worker, at: elapsed) { return wait }
                throttle.spend(worker, at: elapsed)
                return nil
            }
        }
    }

    /// Rule 9. Asking whether one may search looks as well.
    /// - Throws: ``MonitorError/throttled(_:)``, once that is recorded.
    private func ration<A: Action>(_ attempt: Attempt<A>) async throws {
        guard A.action == .searchPerson, let worker = attempt.caller.asker.worker, let wait = searches.take(worker, at: clock.elapsed())
        else {
            return
        }
        let articles = ["PR-7.5"]
        let entry = try await monitored {
            try await writer.perform { [lines] in try lines.throttled(asked(by: attempt), articles: articles, in: $0) }
        }
        throw MonitorError.throttled(
            Throttled(deed: .search, seconds: wait.wholeSeconds, articles: articles, receipt: try log.receipt(for: entry).index))
    }

    // MARK: - Deciding

    private enum Verdict: Sendable {
        case permitted(Entry, Cited, (any SealedContent)?)
        case refused(Entry, Policy.Refusal)
    }
    private struct Recorded: Sendable {
        let verdict: Verdict
        let revision: UInt64
        let expiry: Moment?
    }
    /// Up to when the last decision about a stream holds without asking again.
    private final class Recheck: Sendable {
        private let until: Mutex<(revision: UInt64, expiry: Moment?)>
        init(revision: UInt64, expiry: Moment?) { until = Mutex((revision, expiry)) }
        func holds(at now: Moment, revision: UInt64) -> Bool {
            until.withLock { $0.revision == revision && ($0.expiry.map { now < $0 } ?? true) }
        }
        func extend(revision: UInt64, expiry: Moment?) { until.withLock { $0 = (revision, expiry) } }
    }

    /// ORDER: inside the transaction that decides. What waits in the queue behind a withdrawal is decided after it, and so are the moments of both.
    private func asked<A: Action>(by attempt: Attempt<A>) -> Request<A> {
        Request(
            asker: attempt.caller.asker, question: attempt.action, purpose: attempt.purpose, onBehalfOf: attempt.onBehalfOf,
            basis: attempt.basis, moment: clock.now(), trace: attempt.trace)
    }

    /// The whole of a reading's decision: facts, verdict, line, and the ciphertext.
    private func decideAndRecord<A: Reading>(
        _ request: Request<A>, in transaction: borrowing Transaction
    ) throws -> Recorded {
        let facts = try source.facts(for: request.question.about, asker: request.asker, at: request.moment, in: transaction)
        switch engine.decide(request, on: facts) {
        case .refuse(let refusal):
            let entry = try lines.refused(refusal, request, facts, in: transaction)
            return Recorded(verdict: .refused(entry, refusal), revision: facts.revision, expiry: nil)
        case .permit(let permit):
            let content = try source.sealedContent(for: request.question.about, action: A.action, in: transaction)
            let cited = Cited(permit)
            let entry = try lines.permitted(permit, request, facts, effect: nil, in: transaction)
            return Recorded(verdict: .permitted(entry, cited, content), revision: facts.revision, expiry: facts.nextExpiry)
        }
    }

    /// Runs a transaction that decides. When the facts do not verify nothing is decided, and that it was tried is a line of its own: which
    /// action and when, and about nobody, for what stands in the store is not to be believed.
    private func deciding<Output: Sendable>(
        _ action: String, _ trace: TraceID, _ body: () async throws -> Output
    ) async throws -> Output {
        do {
            return try await monitored(body)
        } catch {
            guard error as? MonitorError == .factsDoNotVerify || source.doesNotVerify(error) else { throw error }
            let moment = clock.now()
            // What keeps the facts from being read may keep the line from being written; the caller hears of the first.
            _ = try? await writer.perform { [lines] in try lines.doesNotVerify(action, at: moment, trace, in: $0) }
            throw error
        }
    }

    /// Between two chunks: nothing to do unless the registry moved or a term passed; then the same question is decided again.
    private func stillAllowed<A: Action>(_ request: Request<A>, _ caller: Caller, _ recheck: Recheck) async throws(MonitorError) {
        // A stream that flows is a use of the session.
        if let session = caller.session, !session.touch(at: clock.elapsed()) { throw .interrupted([]) }
        if recheck.holds(at: clock.now(), revision: source.revision) { return }
        let refusal: Policy.Refusal?
        do {
            refusal = try await writer.perform { transaction in
                let again = Request(
                    asker: request.asker, question: request.question, purpose: request.purpose, onBehalfOf: request.onBehalfOf,
                    basis: request.basis, moment: clock.now(), trace: request.trace)
                let facts = try source.facts(for: again.question.about, asker: again.asker, at: again.moment, in: transaction)
                if case .refuse(let refusal) = engine.decide(again, on: facts) { return refusal }
                recheck.extend(revision: facts.revision, expiry: facts.nextExpiry)
                return nil
            }
        } catch { throw .interrupted([]) }
        if let refusal, refusal.reason == .policyError { policyFailure(refusal.failedPolicies) }
        if let refusal { throw .interrupted(refusal.articles.map(\.description)) }
    }

    private func refused(_ entry: Entry, _ refusal: Policy.Refusal) throws -> Refused {
        if refusal.reason == .policyError { policyFailure(refusal.failedPolicies) }
        return Refused(mayKnow: refusal.mayKnow, refusal: refusal, receipt: try log.receipt(for: entry).index)
    }
}

/// The answer to "may I": the explanation, and the receipt of having asked.
public struct Checked: Sendable {
    public let explanation: Explanation
    public let receipt: UInt64
}

/// Turns the storage's errors into the monitor's: rule 2 has one face.
func monitored<Output: Sendable>(_ body: () async throws -> Output) async throws -> Output {
    do {
        return try await body()
    } catch let error as StorageError {
        switch error {
        case .unknown: throw MonitorError.unknown
        case .notRecorded(.damaged): throw MonitorError.factsDoNotVerify
        default: throw MonitorError.notRecorded
        }
    } catch let error as LedgerError {
        switch error {
        case .cannotOpen, .doesNotVerify, .rolledBack: throw MonitorError.factsDoNotVerify
        case .notRecorded, .notDurable, .cannotExport: throw MonitorError.notRecorded
        }
    }
}

extension Cited {
    init(_ permit: borrowing Permit) {
        articles = permit.articles.map(\.description)
        policies = permit.policies
        duties = permit.duties
        notices = permit.notices
        thatOnly = permit.thatOnly
        receipt = 0
    }

    /// What an answer rests on that was given before.
    static let nothing = Cited(articles: [], policies: [], duties: [], notices: [], thatOnly: false, receipt: 0)

    func with(_ receipt: Receipt) -> Cited {
        Cited(articles: articles, policies: policies, duties: duties, notices: notices, thatOnly: thatOnly, receipt: receipt.index)
    }
}
