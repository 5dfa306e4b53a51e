/// `a && b && …`
final class AndNode: Node {
    let operands: [any Node]

    init(_ operands: [any Node]) { self.operands = operands }

    func value(_ frame: Frame) throws(Fault) -> Value { .bool(try test(frame)) }

    func test(_ frame: Frame) throws(Fault) -> Bool {
        for operand in operands where try !operand.test(frame) { return false }
        return true
    }
}

/// `a || b || …`
final class OrNode: Node {
    let operands: [any Node]

    init(_ operands: [any Node]) { self.operands = operands }

    func value(_ frame: Frame) throws(Fault) -> Value { .bool(try test(frame)) }

    func test(_ frame: Frame) throws(Fault) -> Bool {
        for operand in operands where try operand.test(frame) { return true }
        return false
    }
}

/// `!e`
final class NotNode: Node {
    let operand: any Node

    init(_ operand: any Node) { self.operand = operand }

    func value(_ frame: Frame) throws(Fault) -> Value { .bool(try !operand.test(frame)) }

    func test(_ frame: Frame) throws(Fault) -> Bool { try !operand.test(frame) }
}

/// `if a then b else c`
final class ConditionalNode: Node {
    let condition: any Node
    let thenBranch: any Node
    let elseBranch: any Node

    init(_ condition: any Node, _ thenBranch: any Node, _ elseBranch: any Node) {
        self.condition = condition
        self.thenBranch = thenBranch
        self.elseBranch = elseBranch
    }

    func value(_ frame: Frame) throws(Fault) -> Value {
        try condition.test(frame) ? try thenBranch.value(frame) : try elseBranch.value(frame)
    }

    func test(_ frame: Frame) throws(Fault) -> Bool {
        try condition.test(frame) ? try thenBranch.test(frame) : try elseBranch.test(frame)
    }
}

/// `a == b` or `a != b`
final class EqualityNode: Node {
    let left: any Node
    let right: any Node
    let expected: Bool

    init(_ left: any Node, _ right: any Node, expected: Bool) {
        self.left = left
        self.right = right
        self.expected = expected
    }

    func value(_ frame: Frame) throws(Fault) -> Value { .bool(try test(frame)) }

    func test(_ frame: Frame) throws(Fault) -> Bool {
        try (left.value(frame) == right.value(frame)) == expected
    }
}

/// `a < b` and its kin, of integers, moments or lengths of time.
final class OrderNode: Node {
    let left: any Node
    let right: any Node
    let operation: BinaryOperator

    init(_ operation: BinaryOperator, _ left: any Node, _ right: any Node) {
        self.operation = operation
        self.left = left
        self.right = right
    }

    func value(_ frame: Frame) throws(Fault) -> Value { .bool(try test(frame)) }

    func test(_ frame: Frame) throws(Fault) -> Bool {
        let first = try left.value(frame)
        let second = try right.value(frame)
        switch (first, second) {
        case (.long(let a), .long(let b)): return compare(a, b)
        case (.datetime(let a), .datetime(let b)): return compare(a.milliseconds, b.milliseconds)
        case (.duration(let a), .duration(let b)): return compare(a.milliseconds, b.milliseconds)
        case (.long, _): throw Fault.mismatch("long", second)
        case (.datetime, _): throw Fault.mismatch("datetime", second)
        case (.duration, _): throw Fault.mismatch("duration", second)
        default: throw Fault.mismatch("long, datetime or duration", first)
        }
    }

    private func compare(_ a: Int64, _ b: Int64) -> Bool {
        switch operation {
        case .less: a < b
        case .lessEqual: a <= b
        case .greater: a > b
        default: a >= b
        }
    }
}

/// `a + b`, `a - b`, `a * b`
final class ArithmeticNode: Node {
    let left: any Node
    let right: any Node
    let operation: BinaryOperator

    init(_ operation: BinaryOperator, _ left: any Node, _ right: any Node) {
        self.operation = operation
        self.left = left
        self.right = right
    }

    func value(_ frame: Frame) throws(Fault) -> Value {
        let a = try left.long(frame)
        let b = try right.long(frame)
        let result: (partialValue: Int64, overflow: Bool)
        switch operation {
        case .add: result = a.addingReportingOverflow(b)
        case .subtract: result = a.subtractingReportingOverflow(b)
        default: result = a.multipliedReportingOverflow(by: b)
        }
        if result.overflow { throw Fault(.integerOverflow, "integer overflow in `\(a) \(operation.rawValue) \(b)`") }
        return .long(result.partialValue)
    }
}

/// `-e`
final class NegationNode: Node {
    let operand: any Node

    init(_ operand: any Node) { self.operand = operand }

    func value(_ frame: Frame) throws(Fault) -> Value {
        let (result, overflow) = Int64(0).subtractingReportingOverflow(try operand.long(frame))
        if overflow { throw Fault(.integerOverflow, "integer overflow in `-(\(Int64.min))`") }
        return .long(result)
    }
}

/// `a in b`, where b is an entity or a set of entities.
final class InNode: Node {
    let left: any Node
    let right: any Node

    init(_ left: any Node, _ right: any Node) {
        self.left = left
        self.right = right
    }

    func value(_ frame: Frame) throws(Fault) -> Value { .bool(try test(frame)) }

    func test(_ frame: Frame) throws(Fault) -> Bool {
        let entity = try left.referent(frame)
        return try InNode.test(entity, in: right.value(frame))
    }

    static func test(_ entity: Referent, in container: Value) throws(Fault) -> Bool {
        switch container {
        case .entity(let uid):
            return entity.uid == uid || entity.node?.ancestors.contains(uid) ?? false
        case .set(let set):
            var found = false
            for element in set.elements {
                // Every element must be an entity, those after the one that decides too.
                guard case .entity(let uid) = element else { throw Fault.mismatch("entity", element) }
                found = found || entity.uid == uid || entity.node?.ancestors.contains(uid) ?? false
            }
            return found
        default:
            throw Fault.mismatch("entity or set of entities", container)
        }
    }
}

/// `e is T` or `e is T in f`
final class IsNode: Node {
    let operand: any Node
    let type: EntityTypeName
    let container: (any Node)?

    init(_ operand: any Node, _ type: EntityTypeName, in container: (any Node)?) {
        self.operand = operand
        self.type = type
        self.container = container
    }

    func value(_ frame: Frame) throws(Fault) -> Value { .bool(try test(frame)) }

    func test(_ frame: Frame) throws(Fault) -> Bool {
        let entity = try operand.referent(frame)
        guard entity.uid.type == type else { return false }
        guard let container else { return true }
        return try InNode.test(entity, in: container.value(frame))
    }
}

/// `e like "…"`
final class LikeNode: Node {
    let operand: any Node
    let pattern: Pattern

    init(_ operand: any Node, _ pattern: Pattern) {
        self.operand = operand
        self.pattern = pattern
    }

    func value(_ frame: Frame) throws(Fault) -> Value { .bool(try test(frame)) }

    func test(_ frame: Frame) throws(Fault) -> Bool { try pattern.matches(operand.string(frame)) }
}

/// `[a, b, …]`
final class SetNode: Node {
    let elements: [any Node]

    init(_ elements: [any Node]) { self.elements = elements }

    func value(_ frame: Frame) throws(Fault) -> Value {
        var values: [Value] = []
        values.reserveCapacity(elements.count)
        for element in elements { values.append(try element.value(frame)) }
        return .set(ValueSet(values))
    }
}

/// `{a: b, …}`
final class RecordNode: Node {
    let shape: Record.Shape
    /// In the order written, which is the order of evaluation, each with its place in the shape.
    let entries: [(place: Int, value: any Node)]

    init(_ entries: [(name: Text, value: any Node)]) {
        shape = Record.Shape(entries.map(\.name))
        self.entries = entries.compactMap { [shape] entry in shape.index(of: entry.name).map { (place: $0, value: entry.value) } }
    }

    func value(_ frame: Frame) throws(Fault) -> Value {
        var values = [Value](repeating: .bool(false), count: shape.count)
        for entry in entries { values[entry.place] = try entry.value.value(frame) }
        return .record(Record(shape: shape, values: values))
    }
}

/// `a.contains(b)`, `a.containsAll(b)`, `a.containsAny(b)`, `a.isEmpty()`
final class SetMethodNode: Node {
    let method: BuiltinMethod
    let receiver: any Node
    let argument: (any Node)?

    init(_ method: BuiltinMethod, _ receiver: any Node, _ argument: (any Node)?) {
        self.method = method
        self.receiver = receiver
        self.argument = argument
    }

    func value(_ frame: Frame) throws(Fault) -> Value { .bool(try test(frame)) }

    func test(_ frame: Frame) throws(Fault) -> Bool {
        let set = try receiver.set(frame)
        guard let argument else { return set.isEmpty }
        switch method {
        case .containsAll: return try set.containsAll(argument.set(frame))
        case .containsAny: return try set.containsAny(argument.set(frame))
        default: return try set.contains(argument.value(frame))
        }
    }
}

/// `e.getTag(k)` or `e.hasTag(k)`
final class TagNode: Node {
    let entity: any Node
    let key: any Node
    let isTest: Bool

    init(_ entity: any Node, _ key: any Node, isTest: Bool) {
        self.entity = entity
        self.key = key
        self.isTest = isTest
    }

    func value(_ frame: Frame) throws(Fault) -> Value {
        let referent = try entity.referent(frame)
        let key = try key.string(frame)
        let value = referent.node?.tags[key]
        if isTest { return .bool(value != nil) }
        if let value { return value }
        guard referent.node != nil else { throw Fault(.missingEntity, "the entity `\(referent.uid)` does not exist") }
        throw Fault(.missingTag, "`\(referent.uid)` has no tag \(key.quoted)")
    }
}

/// A function of the extension types.
final class CallNode: Node {
    let function: ExtensionFunction
    let operands: [any Node]

    init(_ function: ExtensionFunction, _ operands: [any Node]) {
        self.function = function
        self.operands = operands
    }

    func value(_ frame: Frame) throws(Fault) -> Value {
        var values: [Value] = []
        values.reserveCapacity(operands.count)
        for operand in operands { values.append(try operand.value(frame)) }
        do {
            return try function.apply(values)
        } catch {
            throw Fault(error)
        }
    }
}
