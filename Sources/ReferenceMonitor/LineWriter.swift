import Encodings
import Household
import Ledger
import LedgerFormat
import Policy
import Sealing
import Storage
import Synchronization

/// Says in the log what was attempted and how it was decided. The one place that turns a request into a line, by allow-list: identifiers,
/// terms, numbers and digests, never a name and never content (PR-27.5).
struct LineWriter: Sendable {
    let log: AuditLog
    let engine: PolicyEngine
    /// The digest of the policies, as every line says it; nil only where that is no token, and then no line can be written.
    private let policySet: Token?

    init(log: AuditLog, engine: PolicyEngine) {
        self.log = log
        self.engine = engine
        policySet = try? Token(Hexadecimal.text(engine.digest))
    }

    // MARK: - Decisions

    /// A permit.
    /// - Parameter effect: what became of a change, which the same line says; nil for a reading, whose outcome comes later.
    func permitted<A: Action>(
        _ permit: borrowing Permit, _ request: Request<A>, _ facts: Facts, effect: LogLine.Effect?, in transaction: borrowing Transaction
    ) throws -> Entry {
        let verdict: LogLine.Verdict = permit.duties.isEmpty ? .permit : .oblige
        var line = try line(.decision(verdict, effect: effect), A.action.rawValue, request, facts)
        line.articles = try tokens(permit.articles.map(\.description))
        return try log.append(line, awaitsOutcome: effect == nil, in: transaction)
    }

    func refused<A: Action>(
        _ refusal: Policy.Refusal, _ request: Request<A>, _ facts: Facts, in transaction: borrowing Transaction
    ) throws -> Entry {
        try log.append(try refusalLine(refusal, A.action.rawValue, request, facts), in: transaction)
    }

    /// Somebody asked what would be decided: `check:` stands before the action.
    func checked<A: Action>(
        _ verdict: consuming Verdict, _ request: Request<A>, _ facts: Facts, in transaction: borrowing Transaction
    ) throws -> Entry {
        let action = "check:" + A.action.rawValue
        switch consume verdict {
        case .permit(let permit):
            var line = try line(.decision(permit.duties.isEmpty ? .permit : .oblige, effect: nil), action, request, facts)
            line.articles = try tokens(permit.articles.map(\.description))
            return try log.append(line, in: transaction)
        case .refuse(let refusal):
            return try log.append(try refusalLine(refusal, action, request, facts), in: transaction)
        }
    }

    private func refusalLine<A: Action>(
        _ refusal: Policy.Refusal, _ action: String, _ request: Request<A>, _ facts: Facts
    ) throws -> LogLine {
        var line = try line(.decision(.refuse, effect: nil), action, request, facts)
        line.isVisible = refusal.mayKnow
        // Who may not know hears nothing from how much the log grew either: such a line is always one leaf.
        if !refusal.mayKnow { line.residents = Array(line.residents.prefix(4)) }
        line.articles = try tokens(refusal.articles.map(\.description))
        switch refusal.reason {
        case .noSuchThing: line.note = .noSuchThing
        case .policyError: line.note = .policyFailure
        case .byReglement: break
        }
        return line
    }

    /// An attempt that came too soon after too many others.
    func throttled<A: Action>(_ request: Request<A>, articles: [String], in transaction: borrowing Transaction) throws -> Entry {
        var line = LogLine(
            .decision(.refuse, effect: nil), moment: request.moment.millisecondsSince1970, caller: try caller(request.asker),
            action: try Token(A.action.rawValue))
        line.organisation = try token(request.asker.organisation)
        line.hat = try token(request.asker.hat)
        line.purpose = try token(request.purpose)
        line.articles = try tokens(articles)
        line.reglementVersion = try Token(engine.reglementVersion)
        line.policySetDigest = try policySet ?? Token(Hexadecimal.text(engine.digest))
        line.traceID = try token(request.trace)
        line.note = .throttled
        return try log.append(line, in: transaction)
    }

    /// A change that the reglement allows and that is not made while the log is unwitnessed.
    func unwitnessed<A: Action>(
        _ request: Request<A>, _ facts: Facts, articles: [String], in transaction: borrowing Transaction
    ) throws -> Entry {
        var line = try line(.decision(.refuse, effect: nil), A.action.rawValue, request, facts)
        line.articles = try tokens(articles)
        line.note = .unwitnessed
        return try log.append(line, in: transaction)
    }

    /// An attempt that could not be decided, for what is stored does not verify. The system is the caller, so that the line needs no fact.
    func doesNotVerify(_ action: String, at moment: Moment, _ trace: TraceID, in transaction: borrowing Transaction) throws -> Entry {
        var line = LogLine(
            .decision(.refuse, effect: nil), moment: moment.millisecondsSince1970, caller: try Token("system:referenceMonitor"),
            action: try Token(action), isVisible: false)
        line.reglementVersion = try Token(engine.reglementVersion)
        line.policySetDigest = try policySet ?? Token(Hexadecimal.text(engine.digest))
        line.traceID = try token(trace)
        line.note = .integrityFailure
        return try log.append(line, in: transaction)
    }

    // MARK: - Outcomes

    /// The outcome of a reading: it rides with a later commit, and a start-up closes what a crash left open.
    func outcomeLater<A: Action>(_ effect: LogLine.Effect, cut: Bool = false, of entry: Entry, _ request: Request<A>, at moment: Moment) {
        guard let line = try? outcomeLine(effect, cut: cut, of: entry, request, at: moment) else {
            log.outcomesNotWritten.add(1, ordering: .relaxed)
            return
        }
        log.appendLater(line, of: entry)
    }

    private func outcomeLine<A: Action>(
        _ effect: LogLine.Effect, cut: Bool = false, of entry: Entry, _ request: Request<A>, at moment: Moment
    ) throws -> LogLine {
        var line = LogLine(
            .outcome(of: entry.index, effect), moment: moment.millisecondsSince1970, caller: try caller(request.asker),
            action: try Token(A.action.rawValue))
        // Under the same key as the decision, whatever the question names: the end of a household's key ends both.
        line.household = try token(entry.household)
        line.traceID = try token(request.trace)
        if cut { line.note = .cutShort }
        return line
    }

    // MARK: - Signing in and out

    func signIn(
        worker: WorkerID?, organisation: OrganisationID?, hat: Hat?, failure: MonitorError.SignInFailure?, moment: Moment,
        trace: TraceID, in transaction: borrowing Transaction
    ) throws -> Entry {
        var line = LogLine(
            .decision(failure == nil ? .permit : .refuse, effect: nil), moment: moment.millisecondsSince1970,
            caller: try Token(worker?.description ?? "unknown"), action: try Token("signIn"))
        line.organisation = try token(organisation)
        line.hat = try token(hat)
        line.reglementVersion = try Token(engine.reglementVersion)
        line.traceID = try token(trace)
        switch failure {
        case .locked:
            line.articles = try tokens(["PR-26.3"])
            line.note = .lockedOut
        case .tooManyAttempts:
            line.articles = try tokens(Authenticator.throttleArticles)
            line.note = .throttled
        case .workerEnded: line.articles = try tokens(["PR-20.3", "PR-26.2"])
        case .counterWentBack:
            line.articles = try tokens(["PR-26.2"])
            line.note = .counterStepBack
        default: line.articles = try tokens(["PR-26.2"])
        }
        return try log.append(line, in: transaction)
    }

    func signOut(_ session: Caller, moment: Moment, trace: TraceID, in transaction: borrowing Transaction) throws -> Entry {
        var line = LogLine(
            .decision(.permit, effect: .completed), moment: moment.millisecondsSince1970, caller: try caller(session.asker),
            action: try Token("signOut"))
        line.organisation = try token(session.organisation)
        line.hat = try token(session.hat)
        line.articles = try tokens(["PR-26.2"])
        line.reglementVersion = try Token(engine.reglementVersion)
        line.traceID = try token(trace)
        return try log.append(line, in: transaction)
    }

    // MARK: - Parts

    private func line<A: Action>(
        _ phase: LogLine.Phase, _ action: String, _ request: Request<A>, _ facts: Facts
    ) throws -> LogLine {
        let about = request.question.about
        var line = LogLine(
            phase, moment: request.moment.millisecondsSince1970, caller: try caller(request.asker), action: try Token(action))
        line.organisation = try token(request.asker.organisation)
        line.role = try token(role(request, facts))
        line.hat = try token(request.asker.hat)
        line.household = try token(about.household ?? facts.household?.id)
        line.residents = try residents(request, facts).map { .init(try Token($0)) }
        line.item = try token((about.item ?? request.question.mentioned)?.description ?? about.plan?.description)
        line.layer = try token(facts.item?.layer)
        line.lifeDomains = try tokens(facts.item.map { [$0.domain.rawValue] } ?? [])
        line.purpose = try token(request.purpose)
        line.legalBasis = try token(request.basis ?? facts.item?.basis)
        line.consent = try token(about.consent)
        line.reglementVersion = try Token(engine.reglementVersion)
        line.policySetDigest = try policySet ?? Token(Hexadecimal.text(engine.digest))
        line.factsDigest = try Token(Hexadecimal.text(facts.digest))
        line.traceID = try token(request.trace)
        return line
    }

    private func caller(_ asker: Asker) throws -> Token {
        switch asker {
        case .worker(let worker, _, _, _): try Token(worker.description)
        case .system(let part): try Token("system:\(part.rawValue)")
        }
    }

    /// The role in which the worker appears: director of this household before anything that was assigned.
    private func role<A: Action>(_ request: Request<A>, _ facts: Facts) -> Role? {
        guard let worker = request.asker.worker else { return nil }
        if facts.household?.isActingDirector(worker, at: request.moment) == true { return .caseDirector }
        return facts.worker?.roles.map(\.role).sorted().first
    }

    /// The residents whom the attempt concerns: the one it names and the one whom its consent is about, else everybody in the household.
    private func residents<A: Action>(_ request: Request<A>, _ facts: Facts) -> [String] {
        if let person = facts.item?.subject.person { return [person.description] }
        let about = request.question.about
        let consent = about.consent.flatMap { facts.household?.consent($0) }
        if about.person != nil || consent != nil {
            return Set([about.person, consent?.subject, request.onBehalfOf].compactMap { $0 }).sorted().map(\.description)
        }
        return facts.household?.facts.persons.map(\.id).sorted().map(\.description) ?? []
    }

    private func token(_ value: (some CustomStringConvertible)?) throws -> Token? { try value.map { try Token($0.description) } }

    private func tokens(_ values: [String]) throws -> [Token] { try values.map { try Token($0) } }
}
