extension Schema {
    /// Checks that no policy can go wrong on a request and entities that fit this schema, other than by integer overflow, a missing
    /// entity, or an extension value out of range.
    ///
    /// Templates are checked for every way their slots could be filled.
    ///
    /// - Returns: every fault, ordered by policy as given, then by place; empty when the policies are valid. A policy with a thousand faults
    ///   is not held against further kinds of request, and one that would take too long, by itself or after the others, is refused with `limitExceeded`.
    /// Source: Cedar policy language, "Policy validation".
    public func validate(_ policies: PolicySet, mode: ValidationMode = .strict) -> [ValidationFinding] {
        var findings: [ValidationFinding] = []
        var work = 0
        for policy in policies.policies {
            var validator = PolicyValidator(self, policy, mode)
            validator.workLimit = min(validator.workLimit, PolicyValidator.setWorkLimit - work)
            validator.run()
            work += validator.work
            findings += validator.sortedFindings
        }
        return findings
    }

    /// Checks one policy; see `validate(_:mode:)` for sets.
    public func validate(_ policy: Policy, mode: ValidationMode = .strict) -> [ValidationFinding] {
        var validator = PolicyValidator(self, policy, mode)
        validator.run()
        return validator.sortedFindings
    }

    /// The valid policies that no valid request can satisfy, because their conditions are false by type alone.
    ///
    /// Not a fault to the language, but almost always a mistake. Policies that are not valid are left out.
    public func neverApplying(_ policies: PolicySet) -> [PolicyID] {
        policies.policies.compactMap { policy in
            var validator = PolicyValidator(self, policy, .strict)
            validator.run()
            return validator.findings.isEmpty && !validator.canApply ? policy.id : nil
        }
    }
}

/// Holds one policy against a schema: first its names, then its scope, then its conditions for each kind of request the scope admits.
struct PolicyValidator {
    private let schema: Schema
    private let policy: Policy
    private let mode: ValidationMode
    private(set) var findings: Set<ValidationFinding> = []
    /// Whether some kind of request may satisfy the policy.
    private(set) var canApply = false
    /// How many nodes of conditions are looked at for one policy, over all kinds of request: a schema of a few kilobytes can ask for billions.
    var workLimit = 10_000_000
    /// How many were.
    private(set) var work = 0
    private var expression = ValidatorExpression()
    /// The nodes of the clauses.
    private let conditions: [Int]
    /// The actions and groups the scope lists.
    private let groups: Set<EntityUID>
    /// Whether the schema lacks one of them.
    private let isGroupUnknown: Bool

    init(_ schema: Schema, _ policy: Policy, _ mode: ValidationMode) {
        self.schema = schema
        self.policy = policy
        self.mode = mode
        var conditions: [Int] = []
        for condition in policy.conditions { conditions.append(expression.append(condition.body)) }
        self.conditions = conditions
        if case .in(let list) = policy.action { groups = Set(list) } else { groups = [] }
        isGroupUnknown = groups.contains { schema.actionIndex[$0] == nil }
    }

    var sortedFindings: [ValidationFinding] {
        findings.sorted {
            $0.location != $1.location ? $0.location < $1.location : $0.message.utf8.lexicographicallyPrecedes($1.message.utf8)
        }
    }

    mutating func run() {
        checkNames()
        checkScope()
        checkConditions()
    }

    private mutating func report(_ code: ValidationFinding.Code, _ location: SourceLocation, _ message: String) {
        findings.insert(ValidationFinding(policyID: policy.id, code: code, location: location, message: message))
    }

    // MARK: Names

    private mutating func checkNames() {
        let scope = policy.range.start
        for constraint in [policy.principal, policy.resource] {
            switch constraint {
            case .any: break
            case .equal(let reference), .in(let reference): checkReference(reference, scope)
            case .isType(let name): checkType(name, scope)
            case .isTypeIn(let name, let reference):
                checkType(name, scope)
                checkReference(reference, scope)
            }
        }
        switch policy.action {
        case .any: break
        case .equal(let uid): checkEntity(uid, scope)
        case .in(let uids): for uid in uids { checkEntity(uid, scope) }
        }
        // In code that is never reached too.
        for node in expression.nodes {
            switch node.kind {
            case .literal(.entity(let uid)): checkEntity(uid, node.range.start)
            case .isType(_, let name, _): checkType(name, node.range.start)
            default: break
            }
        }
    }

    private mutating func checkReference(_ reference: EntityReference, _ location: SourceLocation) {
        if case .entity(let uid) = reference { checkEntity(uid, location) }
    }

    private mutating func checkType(_ name: EntityTypeName, _ location: SourceLocation) {
        guard !name.isAction, schema.entityTypeIndex[name] == nil else { return }
        report(.unknownEntityType, location, "the schema declares no entity type `\(name)`")
    }

    private mutating func checkEntity(_ uid: EntityUID, _ location: SourceLocation) {
        if uid.type.isAction {
            guard schema.actionIndex[uid] == nil else { return }
            report(.unknownAction, location, "the schema declares no action `\(uid)`")
        } else if let type = schema.entityType(uid.type) {
            guard let enumerators = type.enumerators, !enumerators.contains(uid.id) else { return }
            report(.unknownEnumerator, location, "`\(uid)` is not one of the entities that the schema lists for `\(uid.type)`")
        } else {
            report(.unknownEntityType, location, "the schema declares no entity type `\(uid.type)`")
        }
    }

    // MARK: Scope

    /// Which declared entity types the principal or resource of a matching request can have.
    private func types(_ constraint: ScopeConstraint) -> [Bool] {
        schema.entityTypes.indices.map { index in
            !schema.entityTypes[index].isAction && admits(constraint, index, unknown: false)
        }
    }

    /// Whether the constraint can hold for an entity of a type; `unknown` is the answer where the schema lacks a name.
    private func admits(_ constraint: ScopeConstraint, _ type: Int, unknown: Bool) -> Bool {
        switch constraint {
        case .any, .equal(.slot), .in(.slot): return true
        case .equal(.entity(let uid)): return index(uid).map { $0 == type } ?? unknown
        case .in(.entity(let uid)): return index(uid).map { schema.canBeIn(type, $0) } ?? unknown
        case .isType(let name), .isTypeIn(let name, .slot): return schema.entityTypes[type].name == name
        case .isTypeIn(let name, .entity(let uid)):
            return schema.entityTypes[type].name == name && (index(uid).map { schema.canBeIn(type, $0) } ?? unknown)
        }
    }

    private func index(_ uid: EntityUID) -> Int? {
        if uid.type.isAction, schema.actionIndex[uid] == nil { return nil }
        return schema.entityTypeIndex[uid.type]
    }

    /// Whether the action constraint holds for an action; names the schema lacks make it unknown.
    private func admits(_ constraint: ActionConstraint, _ action: Schema.Action, unknown: Bool) -> Bool {
        switch constraint {
        case .any: return true
        case .equal(let uid): return uid == action.uid
        case .in:
            if unknown, isGroupUnknown { return true }
            if unknown, groups.isEmpty { return mode == .strict }
            return groups.contains(action.uid) || action.ancestors.contains(where: groups.contains)
        }
    }

    private mutating func checkScope() {
        let principals = types(policy.principal)
        let resources = types(policy.resource)
        let applies =
            !isGroupUnknown
            && schema.actions.contains { action in
                admits(policy.action, action, unknown: false) && action.principals.contains { principals[$0] }
                    && action.resources.contains { resources[$0] }
            }
        if !applies {
            report(
                .noApplicableAction, policy.range.start,
                "no action of the schema applies to the principals and resources that this scope admits")
        }
    }

    /// Faults in the scope's list of actions: an empty one, and in strict mode actions of different types.
    private mutating func checkActionList() {
        guard case .in(let groups) = policy.action, mode == .strict else { return }
        if groups.isEmpty {
            report(.emptySet, policy.range.start, "the empty set `[]` has no type and cannot be written in a policy")
        }
        let types = groups.compactMap { schema.actionIndex[$0] == nil ? nil : $0.type }
        guard let first = types.first, types.count == groups.count else { return }
        if let other = types.first(where: { $0 != first }) {
            report(
                .incompatibleTypes, policy.range.start,
                "the actions of a scope must be of one namespace, but these are `\(first)` and `\(other)`")
        }
    }

    // MARK: Conditions

    /// The same as `workLimit` for all policies of a set.
    static let setWorkLimit = 40_000_000
    /// With so many findings no further kinds of request are looked at.
    private static let findingLimit = 1_000

    private mutating func checkConditions() {
        let principals = schema.entityTypes.indices.map { admits(policy.principal, $0, unknown: true) }
        let resources = schema.entityTypes.indices.map { admits(policy.resource, $0, unknown: true) }
        // What the conditions do not mention cannot change what they mean, so one kind of it is enough.
        let mentioned = expression.variables
        var checker: ValidatorTypechecker?
        var isListChecked = false
        for action in schema.actions where !action.resources.isEmpty {
            for principal in action.principals where principals[principal] {
                if !isListChecked {
                    checkActionList()
                    isListChecked = true
                }
                guard admits(policy.action, action, unknown: true) else { break }
                var isAnyResource = false
                for resource in action.resources where resources[resource] {
                    isAnyResource = true
                    work += expression.nodes.count + 1
                    guard work <= workLimit else {
                        canApply = true
                        if let checker { findings.formUnion(checker.findings) }
                        return report(
                            .limitExceeded, policy.range.start, "the schema has too many kinds of request for this policy to be checked")
                    }
                    let environment = ValidatorTypechecker.Environment(principal: principal, action: action, resource: resource)
                    var current =
                        checker
                        ?? ValidatorTypechecker(
                            schema: schema, mode: mode, policyID: policy.id, expression: expression, environment: environment,
                            types: ValidatorTypes(schema, mode), findings: [])
                    checker = nil
                    current.environment = environment
                    if check(&current) { canApply = true }
                    checker = current
                    if let count = checker?.findings.count, count >= PolicyValidator.findingLimit {
                        return findings.formUnion(checker?.findings ?? [])
                    }
                    if !mentioned.contains(.resource) { break }
                }
                if isAnyResource, !mentioned.contains(.principal) { break }
            }
        }
        if let checker { findings.formUnion(checker.findings) }
    }

    /// Checks the clauses in order as operands of one `&&`; false when they are false by type alone.
    private func check(_ checker: inout ValidatorTypechecker) -> Bool {
        var known: Set<ValidatorCapability> = []
        for (condition, node) in zip(policy.conditions, conditions) {
            let answer = checker.expectBool(node, known)
            if answer.failed, checker.findings.isEmpty, findings.isEmpty {
                // A failure nobody explained must not make the policy pass.
                checker.report(.untypable, node, "the type of this condition cannot be determined")
            }
            switch condition.kind {
            case .when:
                if answer.type == TypeTable.false { return false }
                known.formUnion(answer.capabilities)
            case .unless:
                if answer.type == TypeTable.true { return false }
            }
        }
        return true
    }
}
