/// One demand of a policy and how it came out for a request.
public struct ClauseReport: Sendable, Hashable {
    /// Where in the policy the demand stands.
    public enum Part: String, Sendable, Hashable {
        case principal, action, resource, when, unless
    }

    /// How it came out.
    public enum Outcome: Sendable, Hashable {
        /// It lets the policy apply: a scope or `when` part is true, an `unless` part is false.
        case holds
        /// It keeps the policy from applying.
        case fails
        /// It could not be evaluated.
        case error(CedarError)
    }

    /// Something the clause reads, and what that was.
    public struct Operand: Sendable, Hashable {
        /// As written, for example `context.purpose`.
        public let text: String
        /// What it was.
        public let value: Value

        /// Creates an operand.
        public init(text: String, value: Value) {
            self.text = text
            self.value = value
        }
    }

    /// Where in the policy the demand stands.
    public let part: Part
    /// The text of the demand, as written; scope demands as they are usually written.
    public let text: String
    /// Where the text stands; nil for scope demands.
    public let range: SourceRange?
    /// How it came out.
    public let outcome: Outcome
    /// The attributes and variables it reads, as far as they have values, each once.
    public let operands: [Operand]

    /// Whether it lets the policy apply.
    public var holds: Bool { outcome == .holds }
}

/// A policy and how each of its demands came out for a request.
public struct PolicyReport: Sendable, Hashable {
    /// The policy.
    public let id: PolicyID
    /// Permit or forbid.
    public let effect: Effect
    /// The policy's annotations.
    public let annotations: [Annotation]
    /// Where the policy stands.
    public let range: SourceRange
    /// Its demands: of the scope where it demands something, then each `&&` part of its `when`s and each `||` part of its `unless`es.
    ///
    /// Every one is evaluated by itself, those behind one that fails too.
    public let clauses: [ClauseReport]

    /// The first demand that kept the policy from applying; nil when it applied.
    public var firstFailing: ClauseReport? { clauses.first { !$0.holds } }

    /// How many demands were met.
    public var heldCount: Int { clauses.count { $0.holds } }

    /// The value of an annotation: nil when absent, empty when written without a value.
    public func annotation(_ name: String) -> Text? {
        for annotation in annotations where annotation.name == name { return annotation.value ?? "" }
        return nil
    }
}

/// A decision with its reasons.
public struct Explanation: Sendable, Hashable {
    /// The decision itself, the same that `authorize` gives.
    public let response: Response
    /// The determining policies.
    public let determining: [PolicyReport]
    /// The policies whose evaluation failed.
    public let erring: [PolicyReport]
    /// When denied: the permits for this action and these types that did not apply, nearest first: fewest unmet demands, then most met.
    public let nearest: [PolicyReport]
}

extension PreparedPolicySet {
    /// Decides a request and says why.
    ///
    /// Takes many times as long as `authorize`.
    /// - Parameter limit: how many of the nearest permits are reported at most.
    public func explain(_ request: Request, entities: Entities, mode: EvaluationMode, limit: Int = 5) -> Explanation {
        let response = authorize(request, entities: entities, mode: mode)
        let frame = Frame(request, entities)
        let determining = Set(response.determining)
        let erring = Set(response.errors.map(\.policy))
        let reporter = Reporter(frame: frame, source: source)
        var nearest: [PolicyReport] = []
        if response.decision == .deny {
            visit(frame) { policy in
                let id = policy.policy.id
                guard policy.effect == .permit, policy.mayApply(frame), !determining.contains(id), !erring.contains(id) else { return }
                let report = reporter.report(policy)
                if report.firstFailing != nil { nearest.append(report) }
            }
        }
        let order = Dictionary(policies.map { ($0.policy.id, $0.position) }) { first, _ in first }
        nearest.sort { left, right in
            func rank(_ report: PolicyReport) -> (Int, Int, Int) {
                (report.clauses.count - report.heldCount, -report.heldCount, order[report.id] ?? 0)
            }
            return rank(left) < rank(right)
        }
        return Explanation(
            response: response,
            determining: policies.filter { determining.contains($0.policy.id) }.map(reporter.report),
            erring: policies.filter { erring.contains($0.policy.id) }.map(reporter.report),
            nearest: Array(nearest.prefix(max(0, limit))))
    }
}

extension CompiledPolicy {
    /// Whether the types of the ends are ones the scope can accept.
    fileprivate func mayApply(_ frame: Frame) -> Bool {
        (principal.type.map { $0 == frame.principal.type } ?? true) && (resource.type.map { $0 == frame.resource.type } ?? true)
    }
}

/// Puts the demands of a policy to a request one by one.
private struct Reporter {
    let frame: Frame
    let source: PolicySet

    func report(_ policy: CompiledPolicy) -> PolicyReport {
        let written = policy.policy
        var clauses: [ClauseReport] = []
        if let text = written.principal.text(of: .principal) {
            let holds = policy.principal.matches(frame.principal, frame.principalNode)
            clauses.append(scope(.principal, text, holds, .entity(frame.principal)))
        }
        if let text = written.action.text {
            clauses.append(scope(.action, text, policy.matchesAction(frame), .entity(frame.action)))
        }
        if let text = written.resource.text(of: .resource) {
            let holds = policy.resource.matches(frame.resource, frame.resourceNode)
            clauses.append(scope(.resource, text, holds, .entity(frame.resource)))
        }
        clauses.append(contentsOf: policy.clauses.map(report))
        return PolicyReport(
            id: written.id, effect: written.effect, annotations: written.annotations, range: written.range, clauses: clauses)
    }

    private func scope(_ part: ClauseReport.Part, _ text: String, _ holds: Bool, _ value: Value) -> ClauseReport {
        ClauseReport(
            part: part, text: text, range: nil, outcome: holds ? .holds : .fails,
            operands: [ClauseReport.Operand(text: part.rawValue, value: value)])
    }

    private func report(_ clause: CompiledClause) -> ClauseReport {
        let outcome: ClauseReport.Outcome
        do {
            outcome = try clause.holds(frame) ? .holds : .fails
        } catch {
            outcome = .error(error.error)
        }
        var operands: [ClauseReport.Operand] = []
        for path in clause.expr.accessPaths {
            let text = source.text(in: path.range)
            guard !operands.contains(where: { $0.text == text }), let value = try? Lowering.lower(path).value(frame) else { continue }
            operands.append(ClauseReport.Operand(text: text, value: value))
        }
        return ClauseReport(
            part: clause.kind == .when ? .when : .unless, text: source.text(in: clause.expr.range), range: clause.expr.range,
            outcome: outcome, operands: operands)
    }
}

extension Expr {
    /// The variables, attributes and tags an expression reads: the longest paths from a variable; `context` by itself is left out.
    fileprivate var accessPaths: [Expr] {
        var found: [Expr] = []
        var pending = [self]
        while let expr = pending.popLast() {
            // To the beginning of the path in one go: asking again at each link would take the square of its length.
            var base = expr
            var arguments: [Expr] = []
            walk: while true {
                switch base.kind {
                case .attribute(let object, _): base = object
                case .method(.getTag, receiver: let object, arguments: let keys):
                    arguments += keys
                    base = object
                default: break walk
                }
            }
            if case .variable(let variable) = base.kind {
                if case .variable = expr.kind, variable == .context { continue }
                found.append(expr)
            } else {
                pending += arguments
                pending += base.children.reversed()
            }
        }
        return found
    }

    /// The direct parts of an expression, in the order written.
    var children: [Expr] {
        switch kind {
        case .literal, .variable: []
        case .conditional(let condition, let thenBranch, let elseBranch): [condition, thenBranch, elseBranch]
        case .and(let operands), .or(let operands), .set(let operands), .call(_, let operands): operands
        case .not(let operand), .negate(let operand), .attribute(let operand, _), .has(let operand, _), .like(let operand, _): [operand]
        case .binary(_, let left, let right): [left, right]
        case .isType(let operand, _, let container): [operand] + (container.map { [$0] } ?? [])
        case .record(let entries): entries.map(\.value)
        case .method(_, let receiver, let arguments): [receiver] + arguments
        }
    }
}

extension ScopeConstraint {
    /// The demand as it is usually written; nil when there is none.
    fileprivate func text(of variable: Variable) -> String? {
        switch self {
        case .any: nil
        case .equal(let reference): "\(variable.rawValue) == \(reference.text)"
        case .in(let reference): "\(variable.rawValue) in \(reference.text)"
        case .isType(let type): "\(variable.rawValue) is \(type)"
        case .isTypeIn(let type, let reference): "\(variable.rawValue) is \(type) in \(reference.text)"
        }
    }
}

extension EntityReference {
    fileprivate var text: String {
        switch self {
        case .entity(let uid): uid.description
        case .slot(let slot): slot.rawValue
        }
    }
}

extension ActionConstraint {
    /// The demand as it is usually written; nil when there is none.
    fileprivate var text: String? {
        switch self {
        case .any: nil
        case .equal(let uid): "action == \(uid)"
        case .in(let list): list.count == 1 ? "action in \(list[0])" : "action in [\(list.map(\.description).joined(separator: ", "))]"
        }
    }
}
