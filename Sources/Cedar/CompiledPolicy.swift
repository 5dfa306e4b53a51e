/// What a scope demands of the principal or resource, made ready.
enum ScopeTest: Sendable {
    case any
    case equal(EntityUID)
    case `in`(EntityUID)
    case isType(EntityTypeName)
    case isTypeIn(EntityTypeName, EntityUID)

    /// Fails on a slot.
    init(_ constraint: ScopeConstraint) throws(CedarError) {
        switch constraint {
        case .any: self = .any
        case .equal(.entity(let uid)): self = .equal(uid)
        case .in(.entity(let uid)): self = .in(uid)
        case .isType(let type): self = .isType(type)
        case .isTypeIn(let type, .entity(let uid)): self = .isTypeIn(type, uid)
        case .equal(.slot(let slot)), .in(.slot(let slot)), .isTypeIn(_, .slot(let slot)):
            throw CedarError(.templateSlot, "a policy with the slot `\(slot.rawValue)` is a template and cannot be evaluated")
        }
    }

    /// The only type that can satisfy the test; nil when any can.
    var type: EntityTypeName? {
        switch self {
        case .any, .in: nil
        case .equal(let uid): uid.type
        case .isType(let type), .isTypeIn(let type, _): type
        }
    }

    func matches(_ uid: EntityUID, _ node: EntityNode?) -> Bool {
        switch self {
        case .any: true
        case .equal(let other): uid == other
        case .in(let other): uid == other || node?.ancestors.contains(other) ?? false
        case .isType(let type): uid.type == type
        case .isTypeIn(let type, let other): uid.type == type && (uid == other || node?.ancestors.contains(other) ?? false)
        }
    }
}

/// A part of a policy's conditions that is true or false by itself.
struct CompiledClause: Sendable {
    let kind: Condition.Kind
    let expr: Expr
    let node: any Node

    /// Whether the clause lets the policy apply.
    func holds(_ frame: Frame) throws(Fault) -> Bool {
        try node.test(frame) == (kind == .when)
    }

    /// A `when` falls apart at its `&&`, an `unless` at its `||`: each part must be true, or false, in turn.
    static func clauses(of condition: Condition) -> [CompiledClause] {
        var clauses: [CompiledClause] = []
        var pending = [condition.body]
        while let expr = pending.popLast() {
            switch (condition.kind, expr.kind) {
            case (.when, .and(let parts)), (.unless, .or(let parts)): pending.append(contentsOf: parts.reversed())
            default: clauses.append(CompiledClause(kind: condition.kind, expr: expr, node: Lowering.lower(expr)))
            }
        }
        return clauses
    }
}

/// A policy made ready for evaluation.
final class CompiledPolicy: Sendable {
    let position: Int
    let policy: Policy
    let effect: Effect
    let principal: ScopeTest
    let action: ActionConstraint
    let resource: ScopeTest
    let clauses: [CompiledClause]
    /// The actions listed, when there are several: the policy is then found in several places of the index.
    let severalActions: [EntityUID]

    init(_ policy: Policy, position: Int) throws(CedarError) {
        self.position = position
        self.policy = policy
        effect = policy.effect
        principal = try ScopeTest(policy.principal)
        action = policy.action
        resource = try ScopeTest(policy.resource)
        clauses = policy.conditions.flatMap(CompiledClause.clauses)
        if case .in(let list) = policy.action, list.count > 1 { severalActions = list } else { severalActions = [] }
    }

    func matchesAction(_ frame: Frame) -> Bool {
        func isIn(_ uid: EntityUID) -> Bool {
            frame.action == uid || frame.actionNode?.ancestors.contains(uid) ?? false
        }
        return switch action {
        case .any: true
        case .equal(let uid): frame.action == uid
        case .in(let list): list.contains(where: isIn)
        }
    }

    /// Whether principal and resource satisfy the scope.
    func matchesEnds(_ frame: Frame) -> Bool {
        resource.matches(frame.resource, frame.resourceNode) && principal.matches(frame.principal, frame.principalNode)
    }

    /// Whether every clause holds.
    func holds(_ frame: Frame) throws(Fault) -> Bool {
        for clause in clauses where try !clause.holds(frame) { return false }
        return true
    }
}
