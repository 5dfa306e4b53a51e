import Household
import Ledger
import LedgerFormat
import Policy
import Sealing
import Storage

/// Says in the log what was attempted and how it was decided. The one place that turns a request into a line, by allow-list: identifiers,
/// terms, numbers and digests, never a name and never content (PR-27.5).
struct LineWriter: Sendable {
    let log: AuditLog
    let engine: PolicyEngine

    // MARK: - Decisions

    func permitted<A: Action>(
        _ permit: borrowing Permit, _ request: Request<A>, _ facts: Facts, isReading: Bool, in transaction: borrowing Transaction
    ) throws -> Entry {
        var line = try line(.decision, request, facts, outcome: permit.duties.isEmpty ? "permit" : "oblige")
        line.articles = texts(permit.articles.map(\.description))
        line.policies = texts(permit.policies)
        return try log.append(line, awaitsOutcome: isReading, in: transaction)
    }

    func refused<A: Action>(
        _ refusal: Refusal, _ request: Request<A>, _ facts: Facts, in transaction: borrowing Transaction
    ) throws -> Entry {
        var line = try line(.decision, request, facts, outcome: "refuse")
        line.told = refusal.mayKnow
        line.articles = texts(refusal.articles.map(\.description))
        line.policies = texts(refusal.policies)
        return try log.append(line, in: transaction)
    }

    func checked<A: Action>(
        _ verdict: consuming Verdict, _ request: Request<A>, _ facts: Facts, in transaction: borrowing Transaction
    ) throws -> Entry {
        var line: LogLine
        switch consume verdict {
        case .permit(let permit):
            line = try self.line(.check, request, facts, outcome: permit.duties.isEmpty ? "permit" : "oblige")
            line.articles = texts(permit.articles.map(\.description))
            line.policies = texts(permit.policies)
        case .refuse(let refusal):
            line = try self.line(.check, request, facts, outcome: "refuse")
            line.told = refusal.mayKnow
            line.articles = texts(refusal.articles.map(\.description))
            line.policies = texts(refusal.policies)
        }
        return try log.append(line, in: transaction)
    }

    // MARK: - Outcomes

    enum Ending: String { case completed, failed, interrupted }

    /// The outcome of a change that failed, in the transaction that keeps its decision line.
    func outcome<A: Action>(_ ending: Ending, of entry: Entry, _ request: Request<A>, in transaction: borrowing Transaction) throws {
        _ = try log.append(try outcomeLine(ending, of: entry, request), in: transaction)
    }

    /// The outcome of a reading: it rides with a later commit, and a start-up closes what a crash left open.
    func outcomeLater<A: Action>(_ ending: Ending, of entry: Entry, _ request: Request<A>) {
        guard let line = try? outcomeLine(ending, of: entry, request) else { return }
        log.appendLater(line, of: entry)
    }

    private func outcomeLine<A: Action>(_ ending: Ending, of entry: Entry, _ request: Request<A>) throws -> LogLine {
        let about = request.question.about
        return LogLine(
            kind: .outcome(of: entry.index), moment: request.moment.milliseconds, action: try text(A.action.rawValue),
            household: LogText(optional: about.household?.description), outcome: try text(ending.rawValue),
            trace: LogText(request.trace.description))
    }

    // MARK: - Signing in and out

    func signIn(
        worker: WorkerID?, organisation: OrganisationID?, hat: Hat?, result failure: MonitorError.SignInFailure?, moment: Moment,
        trace: TraceID, in transaction: borrowing Transaction
    ) throws -> Entry {
        let articles: [String] =
            switch failure {
            case .locked: ["PR-26.3"]
            case .workerEnded: ["PR-20.3", "PR-26.2"]
            default: ["PR-26.2"]
            }
        let line = LogLine(
            kind: .decision, moment: moment.milliseconds, action: try text("signIn"),
            caller: LogText(optional: worker?.description), organisation: LogText(optional: organisation?.description),
            hat: LogText(optional: hat?.rawValue), outcome: try text(failure == nil ? "permit" : "refuse"), articles: texts(articles),
            policies: texts([failure.map { "sign-in:\($0.rawValue)" } ?? "sign-in"]), reglement: LogText(engine.reglementVersion),
            trace: LogText(trace.description))
        return try log.append(line, in: transaction)
    }

    func signOut(_ caller: Caller, moment: Moment, trace: TraceID, in transaction: borrowing Transaction) throws -> Entry {
        let line = LogLine(
            kind: .decision, moment: moment.milliseconds, action: try text("signOut"),
            caller: LogText(optional: caller.worker?.description), organisation: LogText(optional: caller.organisation?.description),
            hat: LogText(optional: caller.hat?.rawValue), outcome: try text("permit"), articles: texts(["PR-26.2"]),
            reglement: LogText(engine.reglementVersion), trace: LogText(trace.description))
        return try log.append(line, in: transaction)
    }

    // MARK: - Parts

    private func line<A: Action>(_ kind: LogLine.Kind, _ request: Request<A>, _ facts: Facts, outcome: String) throws -> LogLine {
        let about = request.question.about
        let caller: String
        switch request.asker {
        case .worker(let worker, _, _, _): caller = worker.description
        case .system(let part): caller = "system:\(part.rawValue)"
        }
        return LogLine(
            kind: kind, moment: request.moment.milliseconds, action: try text(A.action.rawValue), caller: try text(caller),
            organisation: LogText(optional: request.asker.organisation?.description), role: LogText(optional: role(request, facts)),
            hat: LogText(optional: request.asker.hat?.rawValue), household: LogText(optional: about.household?.description),
            residents: texts(residents(request, facts)), item: LogText(optional: (about.item?.description) ?? about.plan?.description),
            layer: LogText(optional: facts.item?.layer.rawValue), domains: texts(facts.item.map { [$0.domain.rawValue] } ?? []),
            purpose: LogText(optional: request.purpose?.rawValue), basis: LogText(optional: facts.item?.basis.rawValue),
            consent: LogText(optional: about.consent?.description), outcome: try text(outcome),
            reglement: LogText(engine.reglementVersion), policySet: LogText(Self.hexadecimal(engine.digest)),
            facts: LogText(Self.hexadecimal(facts.digest)), trace: LogText(request.trace.description))
    }

    /// The role in which the worker appears: director of this household before anything that was assigned.
    private func role<A: Action>(_ request: Request<A>, _ facts: Facts) -> String? {
        guard let worker = request.asker.worker else { return nil }
        if facts.household?.director(at: request.moment)?.worker == worker { return Role.caseDirector.rawValue }
        return facts.worker?.roles.map(\.role).sorted().first?.rawValue
    }

    /// The residents whom the attempt concerns: the one it names, else everybody in the household.
    private func residents<A: Action>(_ request: Request<A>, _ facts: Facts) -> [String] {
        if let person = facts.item?.subject.person { return [person.description] }
        if let person = request.question.about.person {
            return Set([person, request.onBehalfOf].compactMap { $0 }).sorted().map(\.description)
        }
        return facts.household?.persons.map(\.id).sorted().map(\.description) ?? []
    }

    private func text(_ value: String) throws(LedgerError) -> LogText {
        guard let text = LogText(value) else { throw .notRecorded }
        return text
    }

    private func texts(_ values: [String]) -> [LogText] { values.compactMap { LogText($0) } }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension LogText {
    init?(optional text: String?) {
        guard let text else { return nil }
        self.init(text)
    }
}
