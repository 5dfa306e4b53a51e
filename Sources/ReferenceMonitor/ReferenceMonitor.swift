// The rules that this file keeps:
// 1. No plaintext byte leaves before its line is durable. No effect is durable without its line, in the same transaction. No answer, a
//    refusal's included, before both.
// 2. Line cannot be written: nothing is read, nothing is changed, the caller hears "not recorded".
// 3. A refusal is an outcome. Whether the caller may know is decided with it.
// 4. A decision is taken on the same parsed value that is then carried out, in the transaction that carries it out; for a reading, the
//    ciphertext is taken in the deciding transaction.
// 5. Neither grant nor plaintext can be returned from a request.
// 6. Work without a person goes the same way, with a system caller.
// 7. The only undecided read is the facts.
// 8. One attempt has one decision line and at most one outcome line.

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
    public let trace: TraceID

    public init(_ action: A, by caller: Caller, purpose: Purpose?, onBehalfOf: PersonID? = nil, trace: TraceID) {
        self.action = action
        self.caller = caller
        self.purpose = purpose
        self.onBehalfOf = onBehalfOf
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

    public init(writer: Writer, log: AuditLog, engine: PolicyEngine, source: any FactSource, clock: Clock) {
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
    /// - Parameter body: carries the change out. Synchronous; it may run more than once, when a batch was lost for another's fault. When it
    ///   throws, its effects are undone and both lines stay.
    /// - Throws: ``MonitorError/notRecorded``, ``MonitorError/unknown``, ``MonitorError/factsDoNotVerify``.
    public func change<A: Change, Output: Sendable>(
        _ attempt: Attempt<A>, _ body: @escaping @Sendable (consuming Grant<A>, borrowing Transaction) throws -> Output
    ) async throws -> Outcome<Output> {
        let request = request(for: attempt)
        let recorded = try await monitored {
            try await writer.perform { transaction in
                // A session that was ended while the bytes came in decides nothing any more.
                if let session = attempt.caller.session, session.hasEnded { throw MonitorError.signIn(.noSession) }
                let recorded = try decideAndRecord(request, isReading: false, in: transaction)
                guard case .permitted(let entry, let cited, _) = recorded.verdict else { return (recorded.verdict, Done<Output>.nothing) }
                let lease = Lease { () throws(MonitorError) in }
                defer { lease.end() }
                do {
                    let output = try transaction.attempt { inner in
                        if log.faults.trips(.effectFails) { throw StorageError.notRecorded(.fault("effect-fails")) }
                        return try body(
                            Grant(
                                asked: attempt.action, caller: attempt.caller, onBehalfOf: attempt.onBehalfOf, moment: request.moment,
                                line: entry.index, sealedContent: nil, lease: lease), inner)
                    }
                    return (.permitted(entry, cited, nil), .output(output))
                } catch {
                    guard transaction.isOpen else { throw error }
                    try lines.outcome(.failed, of: entry, request, in: transaction)
                    return (.permitted(entry, cited, nil), .failure(error))
                }
            }
        }
        if log.faults.trips(.dieAfterCommit) { _ = kill(getpid(), SIGKILL) }
        switch recorded {
        case (.refused(let entry, let refusal), _): return .refused(try refused(entry, refusal))
        case (.permitted(let entry, let cited, _), .output(let output)): return .done(output, try cited.with(log.receipt(for: entry)))
        case (.permitted(let entry, let cited, _), .failure(let error)): return .failed(error, try cited.with(log.receipt(for: entry)))
        case (.permitted, .nothing): throw MonitorError.notRecorded
        }
    }

    /// Decides and records a reading in a transaction; once that is durable, content may flow inside `body`, and nowhere else.
    ///
    /// - Parameter body: reads. It gets the grant, which dies when it returns.
    public func read<A: Reading, Output: Sendable>(
        _ attempt: Attempt<A>, _ body: (consuming Grant<A>) async throws -> Output
    ) async throws -> Outcome<Output> {
        let request = request(for: attempt)
        let recorded = try await monitored {
            try await writer.perform { transaction in try decideAndRecord(request, isReading: true, in: transaction) }
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
                        line: entry.index, sealedContent: content, lease: lease))
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
    /// - Returns: the refusal, or nil: send the bytes.
    public func screen<A: Change>(_ attempt: Attempt<A>) async throws -> Refused? {
        let request = request(for: attempt)
        let verdict: (Entry, Policy.Refusal)? = try await monitored {
            try await writer.perform { transaction in
                let facts = try source.facts(for: attempt.action.about, asker: request.asker, at: request.moment, in: transaction)
                guard case .refuse(let refusal) = engine.decide(request, on: facts) else { return nil }
                return (try lines.refused(refusal, request, facts, in: transaction), refusal)
            }
        }
        return try verdict.map { try refused($0.0, $0.1) }
    }

    /// Decides without doing, and records that it was asked.
    public func check<A: Action>(_ attempt: Attempt<A>) async throws -> Checked {
        let request = request(for: attempt)
        let (entry, explanation) = try await monitored {
            try await writer.perform { transaction in
                let facts = try source.facts(for: attempt.action.about, asker: request.asker, at: request.moment, in: transaction)
                return (
                    try lines.checked(engine.decide(request, on: facts), request, facts, in: transaction),
                    engine.explain(request, on: facts)
                )
            }
        }
        return Checked(explanation: explanation, receipt: try log.receipt(for: entry).index)
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
    private enum Done<Output: Sendable>: Sendable { case nothing, output(Output), failure(any Error) }
    /// Up to when the last decision about a stream holds without asking again.
    private final class Recheck: Sendable {
        private let until: Mutex<(revision: UInt64, expiry: Moment?)>
        init(revision: UInt64, expiry: Moment?) { until = Mutex((revision, expiry)) }
        func holds(at now: Moment, revision: UInt64) -> Bool {
            until.withLock { $0.revision == revision && ($0.expiry.map { now < $0 } ?? true) }
        }
        func extend(revision: UInt64, expiry: Moment?) { until.withLock { $0 = (revision, expiry) } }
    }

    private func request<A: Action>(for attempt: Attempt<A>) -> Request<A> {
        Request(
            asker: attempt.caller.asker, question: attempt.action, purpose: attempt.purpose, onBehalfOf: attempt.onBehalfOf,
            moment: clock.now(), trace: attempt.trace)
    }

    /// The whole of it: facts, verdict, line. Everything that enters or leaves the vault passes here.
    private func decideAndRecord<A: Action>(
        _ request: Request<A>, isReading: Bool, in transaction: borrowing Transaction
    ) throws -> Recorded {
        let facts = try source.facts(for: request.question.about, asker: request.asker, at: request.moment, in: transaction)
        switch engine.decide(request, on: facts) {
        case .refuse(let refusal):
            let entry = try lines.refused(refusal, request, facts, in: transaction)
            return Recorded(verdict: .refused(entry, refusal), revision: facts.revision, expiry: nil)
        case .permit(let permit):
            let content =
                isReading ? try source.sealedContent(for: request.question.about, action: A.action, in: transaction) : nil
            let cited = Cited(permit)
            let entry = try lines.permitted(permit, request, facts, isReading: isReading, in: transaction)
            return Recorded(verdict: .permitted(entry, cited, content), revision: facts.revision, expiry: facts.nextExpiry)
        }
    }

    /// Between two chunks: nothing to do unless the registry moved or a term passed; then the same question is decided again.
    private func stillAllowed<A: Action>(_ request: Request<A>, _ caller: Caller, _ recheck: Recheck) async throws(MonitorError) {
        // A stream that flows is a use of the session.
        if let session = caller.session, !session.touch(at: clock.elapsed()) { throw .interrupted([]) }
        let now = clock.now()
        if recheck.holds(at: now, revision: source.revision) { return }
        let again = Request(
            asker: request.asker, question: request.question, purpose: request.purpose, onBehalfOf: request.onBehalfOf, moment: now,
            trace: request.trace)
        let refusal: Policy.Refusal?
        do {
            refusal = try await writer.perform { transaction in
                let facts = try source.facts(for: again.question.about, asker: again.asker, at: now, in: transaction)
                if case .refuse(let refusal) = engine.decide(again, on: facts) { return refusal }
                recheck.extend(revision: facts.revision, expiry: facts.nextExpiry)
                return nil
            }
        } catch { throw .interrupted([]) }
        if let refusal { throw .interrupted(refusal.articles.map(\.description)) }
    }

    private func refused(_ entry: Entry, _ refusal: Policy.Refusal) throws -> Refused {
        Refused(mayKnow: refusal.mayKnow, refusal: refusal, receipt: try log.receipt(for: entry).index)
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
        receipt = 0
    }

    func with(_ receipt: Receipt) -> Cited {
        Cited(articles: articles, policies: policies, duties: duties, receipt: receipt.index)
    }
}
