/// Which policies, and which parts of them, a number of requests made use of.
public struct Coverage: Sendable {
    /// The counts of a part of a policy's conditions.
    public struct Clause: Sendable, Hashable {
        /// The `&&` part of a `when`, or `||` part of an `unless`.
        public let kind: Condition.Kind
        /// As written.
        public let text: String
        /// Where it stands.
        public let range: SourceRange
        /// How often it was evaluated and let the policy apply.
        public fileprivate(set) var held = 0
        /// How often it kept the policy from applying.
        public fileprivate(set) var failed = 0
        /// How often it could not be evaluated.
        public fileprivate(set) var erred = 0

        /// Whether it was evaluated at all.
        public var isReached: Bool { held + failed + erred > 0 }
        /// Whether it has made a difference both ways.
        public var isExercised: Bool { held > 0 && failed > 0 }
    }

    /// The counts of a policy.
    public struct Policy: Sendable, Hashable {
        /// The policy.
        public let id: PolicyID
        /// The policy's annotations.
        public let annotations: [Annotation]
        /// How many requests met its scope.
        public fileprivate(set) var inScope = 0
        /// How many requests it applied to.
        public fileprivate(set) var applied = 0
        /// How often its evaluation failed.
        public fileprivate(set) var erred = 0
        /// Its clauses, evaluated from the first to the first that fails.
        public fileprivate(set) var clauses: [Clause]
    }

    private let set: PreparedPolicySet

    /// The counts, in the order of the policies.
    public private(set) var policies: [Policy]
    /// How many requests were recorded.
    public private(set) var requests = 0

    /// Nothing recorded yet.
    public init(of set: PreparedPolicySet) {
        self.set = set
        policies = set.policies.map { policy in
            Policy(
                id: policy.policy.id, annotations: policy.policy.annotations,
                clauses: policy.clauses.map {
                    Clause(kind: $0.kind, text: set.source.text(in: $0.expr.range), range: $0.expr.range)
                })
        }
    }

    /// Evaluates a request and counts what it made use of.
    public mutating func record(_ request: Request, entities: Entities) {
        requests += 1
        let frame = Frame(request, entities)
        var visited: [CompiledPolicy] = []
        set.visit(frame) { visited.append($0) }
        for policy in visited where policy.matchesEnds(frame) { count(policy, frame) }
    }

    private mutating func count(_ policy: CompiledPolicy, _ frame: Frame) {
        let position = policy.position
        policies[position].inScope += 1
        for (index, clause) in policy.clauses.enumerated() {
            do {
                guard try clause.holds(frame) else {
                    policies[position].clauses[index].failed += 1
                    return
                }
                policies[position].clauses[index].held += 1
            } catch {
                policies[position].clauses[index].erred += 1
                policies[position].erred += 1
                return
            }
        }
        policies[position].applied += 1
    }

    /// The policies that applied to no request recorded.
    public var neverApplied: [PolicyID] { policies.filter { $0.applied == 0 }.map(\.id) }
}
