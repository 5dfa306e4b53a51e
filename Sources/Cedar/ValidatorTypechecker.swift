/// Infers the types of one policy's conditions for one kind of request.
///
/// Booleans have three types, so that what follows `false &&` is not looked at. `has` and `hasTag` give capabilities that later
/// operands of `&&` and the branches of `if` may rely on. After a fault the checker goes on with the type it expected, to find more.
///
/// Source: Cedar policy language, "Policy validation"; the typing rules of the published Cedar paper (Cutler et al. 2024, §5).
struct ValidatorTypechecker {
    /// What the checker knows about the requests it looks at.
    struct Environment {
        let principal: Int
        let action: Schema.Action
        let resource: Int
    }

    /// What the checker found out about an expression.
    struct Answer {
        /// Nil when nothing is known because of a fault.
        var type: TypeReference?
        /// Proved when the expression is true.
        var capabilities: Set<ValidatorCapability> = []
        var failed = false

        static let fault = Answer(type: nil, failed: true)

        /// A success, or a failure if something it is made of failed.
        static func of(_ type: TypeReference?, _ parts: Answer..., capabilities: Set<ValidatorCapability> = []) -> Answer {
            let failed = type == nil || parts.contains(where: \.failed)
            return Answer(type: type, capabilities: failed ? [] : capabilities, failed: failed)
        }
    }

    let schema: Schema
    let mode: ValidationMode
    let policyID: PolicyID
    let expression: ValidatorExpression
    var environment: Environment
    var types: ValidatorTypes
    var findings: Set<ValidationFinding>

    mutating func report(_ code: ValidationFinding.Code, _ node: Int, _ message: String) {
        findings.insert(
            ValidationFinding(policyID: policyID, code: code, location: expression.nodes[node].range.start, message: message))
    }

    mutating func report(_ error: CedarError, _ node: Int) -> Answer {
        report(.limitExceeded, node, error.message)
        return .fault
    }

    // MARK: Expressions

    /// The type of an expression, given what is already proved.
    ///
    /// Chains of first operands are followed without recursion, as they were laid out.
    mutating func check(_ node: Int, _ prior: Set<ValidatorCapability>) -> Answer {
        var chain: [Int] = []
        var current = node
        while let first = ValidatorExpression.firstOperand(expression.nodes[current].kind) {
            chain.append(current)
            current = first
        }
        var answer = checkBase(current, prior)
        while let outer = chain.popLast() { answer = check(outer, first: answer, prior) }
        return answer
    }

    private mutating func checkBase(_ node: Int, _ prior: Set<ValidatorCapability>) -> Answer {
        switch expression.nodes[node].kind {
        case .literal(let value): return literal(value)
        case .variable(let variable): return Answer(type: type(of: variable))
        case .conditional(let condition, let then, let otherwise): return conditional(node, condition, then, otherwise, prior)
        case .and(let operands): return and(operands, prior)
        case .or(let operands): return or(operands, prior)
        case .set(let elements): return set(node, elements, prior)
        case .record(let entries): return record(node, entries, prior)
        case .call(let function, _): return call(node, function, [], first: .fault, prior)
        default: return .fault
        }
    }

    private mutating func check(_ node: Int, first: Answer, _ prior: Set<ValidatorCapability>) -> Answer {
        switch expression.nodes[node].kind {
        case .not(let operand):
            let inner = accept(first, operand, "Bool") { $0.isBool($1) }
            switch inner.type {
            case nil: return .fault
            case TypeTable.true: return .of(TypeTable.false, inner)
            case TypeTable.false: return .of(TypeTable.true, inner)
            default: return .of(TypeTable.bool, inner)
            }
        case .negate(let operand): return .of(TypeTable.long, accept(first, operand, TypeTable.long))
        case .binary(let symbol, let left, let right): return binary(node, symbol, left, first, right, prior)
        case .attribute(let subject, let site): return attribute(node, subject, first, site, prior)
        case .has(let subject, let path): return has(node, subject, first, path, prior)
        case .like(let operand): return .of(TypeTable.bool, accept(first, operand, TypeTable.string))
        case .isType(let operand, let type, let ancestor): return isType(operand, first, type, ancestor, prior)
        case .method(let method, let receiver, let argument): return self.method(node, method, receiver, first, argument, prior)
        case .call(let function, let arguments): return call(node, function, arguments, first: first, prior)
        case .literal, .variable, .conditional, .and, .or, .set, .record:
            // INVARIANT: these have no first operand.
            return first
        }
    }

    private mutating func literal(_ value: Value) -> Answer {
        switch value {
        case .bool(let value): return Answer(type: ValidatorTypes.bool(value))
        case .long: return Answer(type: TypeTable.long)
        case .string: return Answer(type: TypeTable.string)
        case .entity(let uid):
            // Names the schema does not know are reported apart from types, in dead code too.
            guard let index = schema.entityTypeIndex[uid.type], !uid.type.isAction || schema.actionIndex[uid] != nil else { return .fault }
            return Answer(type: entity(index))
        default: return .fault
        }
    }

    private mutating func entity(_ index: Int) -> TypeReference {
        // An entity type never nests, so interning it cannot fail.
        (try? types.intern(.entity([index]))) ?? TypeTable.anyEntity
    }

    private mutating func type(of variable: Variable) -> TypeReference {
        switch variable {
        case .principal: entity(environment.principal)
        case .action: entity(environment.action.type)
        case .resource: entity(environment.resource)
        case .context: environment.action.context
        }
    }

    // MARK: Expectations

    /// The answer if its type is one that is accepted; a failure, reported, if not.
    mutating func accept(
        _ answer: Answer, _ node: Int, _ expected: @autoclosure () -> String, _ isAccepted: (ValidatorTypes, TypeReference) -> Bool
    ) -> Answer {
        guard let type = answer.type else { return .fault }
        if isAccepted(types, type) { return answer }
        report(.unexpectedType, node, "expected \(expected()), but this is \(types.describe(type))")
        return Answer(type: type, failed: true)
    }

    mutating func accept(_ answer: Answer, _ node: Int, _ type: TypeReference) -> Answer {
        if answer.type == type || answer.type == TypeTable.never { return answer }
        let name = types.describe(type)
        return accept(answer, node, name) { _, _ in false }
    }

    mutating func acceptEntity(_ answer: Answer, _ node: Int) -> Answer {
        accept(answer, node, "an entity") { $0.isEntity($1) }
    }

    mutating func acceptSet(_ answer: Answer, _ node: Int) -> Answer {
        accept(answer, node, "a set") { $0.isSet($1) }
    }

    private mutating func acceptEntityOrRecord(_ answer: Answer, _ node: Int) -> Answer {
        accept(answer, node, "an entity or a record") { $0.isEntityOrRecord($1) }
    }

    mutating func expect(_ node: Int, _ type: TypeReference, _ prior: Set<ValidatorCapability>) -> Answer {
        let answer = check(node, prior)
        return accept(answer, node, type)
    }

    mutating func expectBool(_ node: Int, _ prior: Set<ValidatorCapability>) -> Answer {
        let answer = check(node, prior)
        return accept(answer, node, "Bool") { $0.isBool($1) }
    }

    mutating func expectEntityOrEntities(_ node: Int, _ prior: Set<ValidatorCapability>) -> Answer {
        let answer = check(node, prior)
        return accept(answer, node, "an entity or a set of entities") { $0.isEntityOrEntities($1) }
    }

    /// The least upper bound of types; nil after reporting that there is none, or when a type is unknown.
    mutating func bound(_ node: Int, _ all: [TypeReference?], _ context: String) -> TypeReference? {
        var known: [TypeReference] = []
        for type in all {
            guard let type else { return nil }
            known.append(type)
        }
        do {
            if let bound = try types.leastUpperBound(known) { return bound }
        } catch {
            report(.limitExceeded, node, error.message)
            return nil
        }
        var names: [String] = []
        for type in known where names.count < 4 {
            let name = types.describe(type)
            if !names.contains(name) { names.append(name) }
        }
        report(.incompatibleTypes, node, "\(context) must have one type, but these are \(names.joined(separator: " and "))")
        return nil
    }

    // MARK: Control

    private mutating func conditional(
        _ node: Int, _ condition: Int, _ then: Int, _ otherwise: Int, _ prior: Set<ValidatorCapability>
    ) -> Answer {
        let test = expectBool(condition, prior)
        let taken = { (branch: Answer, proved: Set<ValidatorCapability>) -> Answer in
            let failed = branch.failed || test.failed
            return Answer(type: branch.type, capabilities: failed ? [] : branch.capabilities.union(proved), failed: failed)
        }
        switch test.type {
        case TypeTable.true:
            return taken(check(then, prior.union(test.capabilities)), test.capabilities)
        case TypeTable.false:
            return taken(check(otherwise, prior), [])
        default:
            let first = check(then, prior.union(test.capabilities))
            let second = check(otherwise, prior)
            let type = bound(node, [first.type, second.type], "both branches of `if`")
            let proved = first.capabilities.union(test.capabilities).intersection(second.capabilities)
            return .of(type, test, first, second, capabilities: proved)
        }
    }

    private mutating func and(_ operands: [Int], _ prior: Set<ValidatorCapability>) -> Answer {
        guard let first = operands.first else { return .fault }
        var left = expectBool(first, prior)
        var known = prior.union(left.capabilities)
        for operand in operands.dropFirst() {
            if left.type == TypeTable.false { break }
            let right = expectBool(operand, known)
            let failed = left.failed || right.failed
            known.formUnion(right.capabilities)
            left.failed = failed
            if right.type == TypeTable.false {
                left.type = TypeTable.false
                left.capabilities = []
                continue
            }
            if left.type == TypeTable.true {
                left.type = right.type
            } else if right.type != TypeTable.true {
                left.type = TypeTable.bool
            }
            if failed { left.capabilities = [] } else { left.capabilities.formUnion(right.capabilities) }
        }
        left.type = left.type ?? TypeTable.bool
        return left
    }

    private mutating func or(_ operands: [Int], _ prior: Set<ValidatorCapability>) -> Answer {
        guard let first = operands.first else { return .fault }
        var left = expectBool(first, prior)
        for operand in operands.dropFirst() {
            if left.type == TypeTable.true { break }
            let right = expectBool(operand, prior)
            let failed = left.failed || right.failed
            switch (left.type, right.type) {
            case (_, TypeTable.true): left = right
            case (_, TypeTable.false): break
            case (TypeTable.false, _): left = right
            default:
                left.capabilities.formIntersection(right.capabilities)
                left.type = TypeTable.bool
            }
            left.failed = failed
            if failed { left.capabilities = [] }
        }
        return left
    }

    // MARK: Attributes

    private mutating func attribute(
        _ node: Int, _ subject: Int, _ first: Answer, _ site: ValidatorExpression.AttributeSite, _ prior: Set<ValidatorCapability>
    ) -> Answer {
        let owner = acceptEntityOrRecord(first, subject)
        guard let type = owner.type, types.isEntityOrRecord(type) else { return .fault }
        do {
            guard case .found(let attribute) = try types.attribute(site.name, of: type) else {
                report(.unknownAttribute, node, "\(name(of: subject, type)) has no attribute \(site.name.quoted)")
                return .fault
            }
            if attribute.isRequired || prior.contains(site.capability) { return .of(attribute.type, owner) }
            report(
                .unguardedAttribute, node,
                "attribute \(site.name.quoted) of \(name(of: subject, type)) is optional and may be absent here; test it with `has` first")
            return Answer(type: attribute.type, failed: true)
        } catch {
            return report(error, node)
        }
    }

    /// How a message speaks of the owner of an attribute.
    private func name(of subject: Int, _ type: TypeReference) -> String {
        if case .variable(.context) = expression.nodes[subject].kind { return "the context of \(environment.action.uid)" }
        return types.describe(type)
    }

    private mutating func has(
        _ node: Int, _ subject: Int, _ first: Answer, _ path: [ValidatorExpression.AttributeSite], _ prior: Set<ValidatorCapability>
    ) -> Answer {
        let owner = acceptEntityOrRecord(first, subject)
        guard var type = owner.type, types.isEntityOrRecord(type) else { return Answer(type: TypeTable.bool, failed: true) }
        var result = Answer.of(TypeTable.true, owner)
        for (position, site) in path.enumerated() {
            guard types.isEntityOrRecord(type) else {
                report(
                    .unexpectedType, node, "expected an entity or a record before \(site.name.quoted), but this is \(types.describe(type))")
                return Answer(type: TypeTable.bool, failed: true)
            }
            do {
                switch try types.attribute(site.name, of: type) {
                case .absent:
                    return .of(TypeTable.false, result)
                case .possible:
                    if !prior.contains(site.capability) { result.type = TypeTable.bool }
                    result.capabilities.insert(site.capability)
                    guard position == path.count - 1 else {
                        report(.unknownAttribute, node, "\(types.describe(type)) may lack attribute \(site.name.quoted)")
                        return Answer(type: TypeTable.bool, failed: true)
                    }
                case .found(let attribute):
                    // A record with the attribute always has it; an entity may be missing altogether.
                    let isCertain = attribute.isRequired && !types.isEntity(type)
                    if !isCertain, !prior.contains(site.capability) { result.type = TypeTable.bool }
                    result.capabilities.insert(site.capability)
                    type = attribute.type
                }
            } catch {
                return report(error, node)
            }
        }
        if result.failed { result.capabilities = [] }
        return result
    }
}
