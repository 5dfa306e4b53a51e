public import Household

/// The reglement says yes, and which articles say so.
///
/// Only ``PolicyEngine`` makes one. It cannot be copied: it is spent inside the transaction in which it was decided.
public struct Permit: ~Copyable, Sendable {
    /// What was cited, in the order of the reglement, without duplicates; never empty.
    public let articles: [Article]
    /// Identifiers of the policies that decided, in byte order; never empty.
    public let policies: [String]
    /// What must still happen. Not empty: the outcome is `oblige`, accepted with a duty or a pending state.
    public let duties: [Duty]
    /// Who must be told. The outcome stays what it is: nothing waits for it, and nothing here tells them.
    public let notices: [Notice]
    /// Whether nothing that decided opens more than that-information (PR-1.6): that organisations and workers are involved, and nothing about
    /// residents.
    public let thatOnly: Bool

    init(articles: [Article], policies: [String], duties: [Duty], notices: [Notice], thatOnly: Bool) {
        self.articles = articles
        self.policies = policies
        self.duties = duties
        self.notices = notices
        self.thatOnly = thatOnly
    }
}

/// Something that an accepted action still requires, out of a policy's `@plicht`.
public struct Duty: Hashable, Sendable {
    /// The policy that imposes it.
    public let policy: String
    /// What must happen.
    public let sentence: Bilingual
}

/// Somebody who must be told of an accepted action, out of a policy's `@melden`.
public struct Notice: Hashable, Sendable {
    /// The policy that wants it.
    public let policy: String
    /// Who must be told, and of what.
    public let sentence: Bilingual
}

/// The reglement says no.
public struct Refusal: Sendable {
    /// Which kind of no.
    public enum Reason: String, Hashable, Sendable {
        /// A policy forbade it, or none allowed it.
        case byReglement
        /// The thing asked about does not exist. The articles are those that would have refused an outsider.
        case noSuchThing
        /// A policy could not be evaluated, or the facts do not fit the schema. Nothing is allowed while that lasts.
        case policyError
    }

    public let reason: Reason
    /// Articles of the forbids that decided; when there were none, of the nearest permits. In the order of the reglement; empty for
    /// `policyError` only.
    public let articles: [Article]
    /// Identifiers of the forbids that decided; when there were none, of the nearest permits. In byte order.
    public let policies: [String]
    /// Why, one sentence for each policy in `policies`, in the same order; the forbids' meaning or what the nearest permit wants.
    public let sentences: [Bilingual]
    /// The next lawful steps, without duplicates; may be empty.
    public let nextSteps: [Bilingual]
    /// Whether the asker may know that the thing exists. False: outside, this refusal is the one not-found.
    public let mayKnow: Bool
    /// Whether the asker directs the household, or stands in for who does: he knows everybody in it.
    public let byDirector: Bool
    /// For `policyError`: identifiers of the policies that could not be evaluated, in byte order; empty when it was the facts that do not fit
    /// the schema. For who keeps the policies, not for the asker.
    public let failedPolicies: [String]

    init(
        reason: Reason, articles: [Article], policies: [String], sentences: [Bilingual], nextSteps: [Bilingual], mayKnow: Bool,
        byDirector: Bool = false, failedPolicies: [String] = []
    ) {
        self.byDirector = byDirector
        self.failedPolicies = failedPolicies
        self.reason = reason
        self.articles = articles
        self.policies = policies
        self.sentences = sentences
        self.nextSteps = nextSteps
        self.mayKnow = mayKnow
    }
}

/// What the reglement says about one request.
public enum Verdict: ~Copyable, Sendable {
    case permit(Permit)
    case refuse(Refusal)
}
