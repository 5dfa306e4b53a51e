import Cedar
public import Household

/// A decision with its reasons, for `--why`. It holds identifiers and terms, never names or content.
public struct Explanation: Sendable {
    public enum Outcome: String, Hashable, Sendable {
        case permit, oblige, refuse
    }

    public let outcome: Outcome
    /// Set for a refusal, and only then.
    public let reason: Refusal.Reason?
    /// False: the asker must not see this explanation; he hears the one not-found.
    public let mayKnow: Bool
    /// What was cited, in the order of the reglement.
    public let articles: [Article]
    /// The policies that decided.
    public let determining: [PolicyTrace]
    /// For a refusal without a forbid: the permits that came closest, with their first unmet demand.
    public let nearest: [PolicyTrace]
    /// What an acceptance still requires.
    public let duties: [Duty]
    /// Who must be told.
    public let notices: [Notice]
    /// The next lawful steps after a refusal.
    public let nextSteps: [Bilingual]
    /// As in ``Refusal/failedPolicies``.
    public let failedPolicies: [String]
}

/// One policy and how each of its demands came out.
public struct PolicyTrace: Sendable {
    /// One demand of a policy.
    public struct Clause: Hashable, Sendable {
        /// As written.
        public let text: String
        /// Whether it was met.
        public let holds: Bool
        /// What it reads and what that was, `context.purpose = Purpose::"D2"`.
        public let operands: [String]
    }

    public let policy: String
    public let isForbid: Bool
    public let articles: [Article]
    public let sentence: Bilingual
    public let nextStep: Bilingual?
    public let clauses: [Clause]
    /// The first demand that was not met; nil for a policy that applied.
    public let firstFailing: Clause?

    init(_ report: PolicyReport, _ notes: PolicyNotes) {
        policy = notes.id
        isForbid = report.effect == .forbid
        articles = notes.articles
        sentence = notes.sentence
        nextStep = notes.step
        clauses = report.clauses.map(Clause.init)
        firstFailing = report.firstFailing.map(Clause.init)
    }
}

extension PolicyTrace.Clause {
    init(_ report: ClauseReport) {
        text = report.text
        holds = report.holds
        operands = report.operands.map { "\($0.text) = \($0.value)" }
    }
}
