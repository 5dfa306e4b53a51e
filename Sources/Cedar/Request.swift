/// A question: may this principal do this to that resource?
public struct Request: Sendable, Hashable {
    /// Who asks.
    public let principal: EntityUID
    /// To do what.
    public let action: EntityUID
    /// To what.
    public let resource: EntityUID
    /// What else is known of the moment.
    public let context: Record

    /// Creates a request. Nothing is checked against a schema.
    public init(principal: EntityUID, action: EntityUID, resource: EntityUID, context: Record = [:]) {
        self.principal = principal
        self.action = action
        self.resource = resource
        self.context = context
    }
}

/// The answer to a request.
public enum Decision: String, Sendable, Hashable {
    /// At least one permit applies and no forbid does.
    case allow
    /// No permit applies, or a forbid does; in strict mode also when an evaluation failed.
    case deny
}

/// What happens when the evaluation of a policy fails.
public enum EvaluationMode: String, Sendable, Hashable {
    /// As the language says: the policy is passed over, a `forbid` too.
    ///
    /// Source: Cedar policy language, "Authorization", error handling.
    case conformance
    /// The decision is to deny, whatever the other policies say.
    case strict
}

/// A policy whose evaluation failed.
public struct PolicyError: Sendable, Hashable {
    /// The policy.
    public let policy: PolicyID
    /// Why.
    public let error: CedarError

    /// Creates a report.
    public init(policy: PolicyID, error: CedarError) {
        self.policy = policy
        self.error = error
    }
}

/// A decision and what it rests on.
public struct Response: Sendable, Hashable {
    /// Allow or deny.
    public let decision: Decision
    /// In the order of the policies: the satisfied permits when allowed; the satisfied forbids when denied, none of them when no permit
    /// was satisfied, or when in strict mode an error denied.
    public let determining: [PolicyID]
    /// The policies whose evaluation failed, in the order of the policies.
    public let errors: [PolicyError]

    /// Creates a response.
    public init(decision: Decision, determining: [PolicyID], errors: [PolicyError]) {
        self.decision = decision
        self.determining = determining
        self.errors = errors
    }
}
