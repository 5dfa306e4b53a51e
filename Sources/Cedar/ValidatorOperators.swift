/// Operators, collections, methods and extension functions.
extension ValidatorTypechecker {
    mutating func binary(
        _ node: Int, _ symbol: ValidatorExpression.Operator, _ left: Int, _ first: Answer, _ right: Int,
        _ prior: Set<ValidatorCapability>
    ) -> Answer {
        switch symbol {
        case .equal:
            let second = check(right, prior)
            return equal(node, left, first, right, second)
        case .less, .lessEqual:
            let second = check(right, prior)
            return ordered(left, first, right, second)
        case .in:
            let lower = acceptEntity(first, left)
            let upper = expectEntityOrEntities(right, prior)
            return membership(left, lower, right, upper)
        case .add, .subtract, .multiply:
            let first = accept(first, left, TypeTable.long)
            let second = expect(right, TypeTable.long, prior)
            return .of(TypeTable.long, first, second)
        }
    }

    // MARK: Equality

    private mutating func equal(_ node: Int, _ left: Int, _ first: Answer, _ right: Int, _ second: Answer) -> Answer {
        let type = typeOfEquality(left, first.type, right, second.type)
        let outcome = Answer.of(type, first, second)
        guard mode == .strict, type != TypeTable.false else { return outcome }
        return requireAgreement(node, outcome, first.type, second.type, "the operands of `==`")
    }

    /// In strict mode, fails unless the two types have a common one.
    private mutating func requireAgreement(
        _ node: Int, _ outcome: Answer, _ first: TypeReference?, _ second: TypeReference?, _ context: String
    ) -> Answer {
        guard bound(node, [first, second], context) != nil else { return Answer(type: outcome.type, failed: true) }
        return outcome
    }

    private mutating func typeOfEquality(_ left: Int, _ first: TypeReference?, _ right: Int, _ second: TypeReference?) -> TypeReference {
        if let first, let second, let some = types.entityTypes(first), let others = types.entityTypes(second),
            !some.contains(where: others.contains)
        {
            return TypeTable.false
        }
        if let one = literalValue(left), let other = literalValue(right) { return ValidatorTypes.bool(one == other) }
        return TypeTable.bool
    }

    /// The value of a literal; `action` stands for the action of the environment.
    private func literalValue(_ node: Int) -> Value? {
        switch expression.nodes[node].kind {
        case .literal(let value): value
        case .variable(.action): .entity(environment.action.uid)
        default: nil
        }
    }

    // MARK: Order

    private mutating func ordered(_ left: Int, _ first: Answer, _ right: Int, _ second: Answer) -> Answer {
        let outcome = Answer.of(TypeTable.bool, first, second)
        guard let one = first.type, let other = second.type else { return Answer(type: TypeTable.bool, failed: true) }
        let isOrdered = { (type: TypeReference) -> Bool in
            type == TypeTable.long || type == TypeTable.datetime || type == TypeTable.duration || type == TypeTable.never
        }
        if isOrdered(one), isOrdered(other), one == other || one == TypeTable.never || other == TypeTable.never { return outcome }
        switch (isOrdered(one), isOrdered(other)) {
        case (true, _):
            report(.unexpectedType, right, "expected \(types.describe(one)), but this is \(types.describe(other))")
        case (false, true):
            report(.unexpectedType, left, "expected \(types.describe(other)), but this is \(types.describe(one))")
        case (false, false):
            for (operand, type) in [(left, one), (right, other)] {
                report(.unexpectedType, operand, "expected Long, datetime or duration, but this is \(types.describe(type))")
            }
        }
        return Answer(type: TypeTable.bool, failed: true)
    }

    // MARK: Hierarchy

    func membership(_ left: Int, _ lower: Answer, _ right: Int, _ upper: Answer) -> Answer {
        guard !lower.failed, !upper.failed, let first = lower.type, let second = upper.type else {
            return Answer(type: TypeTable.bool, failed: true)
        }
        if let action = actionLiteral(left), let groups = actionLiterals(right) {
            let isIn = groups.contains { $0 == action || schema.ancestors(of: action).contains($0) }
            return Answer(type: ValidatorTypes.bool(isIn))
        }
        var target = second
        if case .set(let element) = types[second] { target = element }
        if target == TypeTable.never { return Answer(type: TypeTable.false) }
        guard let some = types.entityTypes(first), let others = types.entityTypes(target) else { return Answer(type: TypeTable.bool) }
        let isPossible = some.contains { type in others.contains { schema.canBeIn(type, $0) } }
        return Answer(type: isPossible ? TypeTable.bool : TypeTable.false)
    }

    private func actionLiteral(_ node: Int) -> EntityUID? {
        guard case .entity(let uid) = literalValue(node), uid.type.isAction else { return nil }
        return uid
    }

    private func actionLiterals(_ node: Int) -> [EntityUID]? {
        guard case .set(let elements) = expression.nodes[node].kind else { return actionLiteral(node).map { [$0] } }
        var result: [EntityUID] = []
        for element in elements {
            guard let uid = actionLiteral(element) else { return nil }
            result.append(uid)
        }
        return result
    }

    mutating func isType(
        _ operand: Int, _ first: Answer, _ name: EntityTypeName, _ ancestor: Int?, _ prior: Set<ValidatorCapability>
    ) -> Answer {
        let subject = acceptEntity(first, operand)
        var test = Answer.of(TypeTable.bool, subject)
        if let type = subject.type, let possible = types.entityTypes(type) {
            let index = schema.entityTypeIndex[name]
            if !possible.contains(where: { $0 == index }) {
                test.type = TypeTable.false
            } else if possible.count == 1 {
                test.type = TypeTable.true
            }
        }
        guard let ancestor, test.type != TypeTable.false else { return test }
        let upper = expectEntityOrEntities(ancestor, prior)
        let below = membership(operand, subject, ancestor, upper)
        switch (test.type, below.type) {
        case (_, TypeTable.false): return .of(TypeTable.false, test, below)
        case (TypeTable.true, _): return .of(below.type, test, below)
        case (_, TypeTable.true): return .of(test.type, test, below)
        default: return .of(TypeTable.bool, test, below)
        }
    }

    // MARK: Collections

    mutating func set(_ node: Int, _ elements: [Int], _ prior: Set<ValidatorCapability>) -> Answer {
        let answers = elements.map { check($0, prior) }
        if elements.isEmpty, mode == .strict {
            report(.emptySet, node, "the empty set `[]` has no type and cannot be written in a policy")
            return .fault
        }
        guard let element = bound(node, answers.map(\.type), "the elements of a set") else { return .fault }
        do {
            let type = try types.intern(.set(element))
            return Answer(type: type, failed: answers.contains(where: \.failed))
        } catch {
            return report(error, node)
        }
    }

    mutating func record(_ node: Int, _ entries: [(name: Text, value: Int)], _ prior: Set<ValidatorCapability>) -> Answer {
        var attributes: [TypeTable.Attribute] = []
        var failed = false
        for entry in entries {
            let value = check(entry.value, prior)
            failed = failed || value.failed
            if let type = value.type { attributes.append(TypeTable.Attribute(name: entry.name, type: type, isRequired: true)) }
        }
        guard attributes.count == entries.count else { return .fault }
        do {
            return Answer(type: try types.intern(TypeTable.record(attributes)), failed: failed)
        } catch {
            return report(error, node)
        }
    }

    // MARK: Methods

    mutating func method(
        _ node: Int, _ method: BuiltinMethod, _ receiver: Int, _ first: Answer, _ argument: Int?, _ prior: Set<ValidatorCapability>
    ) -> Answer {
        guard let argument else { return .of(TypeTable.bool, acceptSet(first, receiver)) }
        switch method {
        case .isEmpty: return .fault
        case .contains:
            let collection = acceptSet(first, receiver)
            let element = check(argument, prior)
            var elementType = collection.type
            if let type = collection.type, case .set(let inner) = types[type] { elementType = inner }
            return agreement(node, collection, element, elementType, element.type, "the set's elements and the argument of `contains`")
        case .containsAll, .containsAny:
            let collection = acceptSet(first, receiver)
            let other = acceptSet(check(argument, prior), argument)
            return agreement(node, collection, other, collection.type, other.type, "the two sets of `\(method.rawValue)`")
        case .hasTag, .getTag:
            let entity = acceptEntity(first, receiver)
            let key = expect(argument, TypeTable.string, prior)
            return tag(node, isAccess: method == .getTag, entity, key, expression.tagCapability(receiver, argument), prior)
        }
    }

    private mutating func agreement(
        _ node: Int, _ first: Answer, _ second: Answer, _ one: TypeReference?, _ other: TypeReference?, _ context: String
    ) -> Answer {
        let outcome = Answer.of(TypeTable.bool, first, second)
        return mode == .strict ? requireAgreement(node, outcome, one, other, context) : outcome
    }

    private mutating func tag(
        _ node: Int, isAccess: Bool, _ entity: Answer, _ key: Answer, _ capability: ValidatorCapability,
        _ prior: Set<ValidatorCapability>
    ) -> Answer {
        guard let type = entity.type, types.isEntity(type) else {
            return Answer(type: isAccess ? nil : TypeTable.bool, failed: true)
        }
        let tagTypes = types.tagTypes(type)
        if !isAccess {
            if let tagTypes, tagTypes.isEmpty { return .of(TypeTable.false, entity, key) }
            return .of(prior.contains(capability) ? TypeTable.true : TypeTable.bool, entity, key, capabilities: [capability])
        }
        guard prior.contains(capability) else {
            report(.unguardedTag, node, "this tag of \(types.describe(type)) may be absent here; test it with `hasTag` first")
            return .fault
        }
        guard let tagTypes, !tagTypes.isEmpty else {
            report(.noTags, node, "\(types.describe(type)) has no tags")
            return .fault
        }
        return .of(bound(node, tagTypes, "the tags"), entity, key)
    }

    // MARK: Extension functions

    mutating func call(
        _ node: Int, _ function: ExtensionFunction, _ arguments: [Int], first: Answer, _ prior: Set<ValidatorCapability>
    ) -> Answer {
        let signature = ValidatorSignature(function)
        var failed = false
        let isComputed = function.isConstructor && !arguments.allSatisfy(isLiteral)
        let isRefused = mode == .strict && isComputed
        if isRefused {
            report(.computedExtensionLiteral, node, "`\(function.rawValue)` takes a string literal, not a computed value")
            failed = true
        }
        if arguments.count != signature.operands.count {
            report(
                .wrongArity, node,
                "`\(function.rawValue)` takes \(signature.operands.count) operands, but \(arguments.count) are given")
            failed = true
        }
        for (position, argument) in arguments.enumerated() {
            var value = position == 0 ? first : check(argument, prior)
            if !isRefused, arguments.count == signature.operands.count { value = accept(value, argument, signature.operands[position]) }
            failed = failed || value.failed
        }
        if function.isConstructor, arguments.count == 1, case .literal(.string(let text)) = expression.nodes[arguments[0]].kind,
            !signature.accepts(text)
        {
            report(.invalidExtensionLiteral, node, "\(text.quoted) is not a valid \(types.describe(signature.result))")
            failed = true
        }
        return Answer(type: signature.result, failed: failed)
    }

    private func isLiteral(_ node: Int) -> Bool {
        if case .literal = expression.nodes[node].kind { return true }
        return false
    }
}

/// What an extension function takes and returns.
///
/// Source: Cedar policy language, extension types decimal, ipaddr, datetime and duration.
struct ValidatorSignature {
    let operands: [TypeReference]
    let result: TypeReference
    private let constructed: ExtensionType?

    init(_ function: ExtensionFunction) {
        var constructed: ExtensionType?
        switch function {
        case .decimal: (operands, result, constructed) = ([TypeTable.string], TypeTable.decimal, .decimal)
        case .ip: (operands, result, constructed) = ([TypeTable.string], TypeTable.ipaddr, .ipaddr)
        case .datetime: (operands, result, constructed) = ([TypeTable.string], TypeTable.datetime, .datetime)
        case .duration: (operands, result, constructed) = ([TypeTable.string], TypeTable.duration, .duration)
        case .lessThan, .lessThanOrEqual, .greaterThan, .greaterThanOrEqual:
            (operands, result) = ([TypeTable.decimal, TypeTable.decimal], TypeTable.bool)
        case .isIpv4, .isIpv6, .isLoopback, .isMulticast: (operands, result) = ([TypeTable.ipaddr], TypeTable.bool)
        case .isInRange: (operands, result) = ([TypeTable.ipaddr, TypeTable.ipaddr], TypeTable.bool)
        case .offset: (operands, result) = ([TypeTable.datetime, TypeTable.duration], TypeTable.datetime)
        case .durationSince: (operands, result) = ([TypeTable.datetime, TypeTable.datetime], TypeTable.duration)
        case .toDate: (operands, result) = ([TypeTable.datetime], TypeTable.datetime)
        case .toTime: (operands, result) = ([TypeTable.datetime], TypeTable.duration)
        case .toMilliseconds, .toSeconds, .toMinutes, .toHours, .toDays:
            (operands, result) = ([TypeTable.duration], TypeTable.long)
        }
        self.constructed = constructed
    }

    /// Whether the constructor takes the string.
    func accepts(_ text: Text) -> Bool {
        guard let constructed else { return true }
        return constructed.value(text) != nil
    }
}
