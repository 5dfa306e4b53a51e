/// Makes expressions ready for evaluation: constants computed, attribute names hashed.
enum Lowering {
    static func lower(_ expr: Expr) -> any Node {
        switch expr.kind {
        case .literal(let value): return ConstantNode(value)
        case .variable(let variable): return VariableNode(variable)
        case .conditional(let condition, let thenBranch, let elseBranch):
            return ConditionalNode(lower(condition), lower(thenBranch), lower(elseBranch))
        case .and(let operands): return AndNode(operands.map(lower))
        case .or(let operands): return OrNode(operands.map(lower))
        case .not(let operand): return NotNode(lower(operand))
        case .negate(let operand): return NegationNode(lower(operand))
        case .binary(let operation, let left, let right): return binary(operation, lower(left), lower(right))
        case .attribute(let object, let name): return AttributeNode(lower(object), name)
        case .has(let object, let path):
            let names = path
            // The parser never makes an empty path; nothing asked for is there.
            guard let first = names.first else { return ConstantNode(true) }
            return HasNode(lower(object), first, rest: Array(names.dropFirst()))
        case .like(let operand, let pattern): return LikeNode(lower(operand), pattern)
        case .isType(let operand, let type, let container): return IsNode(lower(operand), type, in: container.map(lower))
        case .set(let elements): return set(elements.map(lower))
        case .record(let entries): return record(entries.map { (name: $0.name, value: lower($0.value)) })
        case .method(let method, let receiver, let arguments):
            return self.method(method, lower(receiver), arguments.first.map(lower))
        case .call(let function, let operands): return call(function, operands.map(lower))
        }
    }

    private static func binary(_ operation: BinaryOperator, _ left: any Node, _ right: any Node) -> any Node {
        switch operation {
        case .equal: EqualityNode(left, right, expected: true)
        case .notEqual: EqualityNode(left, right, expected: false)
        case .less, .lessEqual, .greater, .greaterEqual: OrderNode(operation, left, right)
        case .in: InNode(left, right)
        case .add, .subtract, .multiply: ArithmeticNode(operation, left, right)
        }
    }

    private static func method(_ method: BuiltinMethod, _ receiver: any Node, _ argument: (any Node)?) -> any Node {
        switch method {
        case .getTag, .hasTag: TagNode(receiver, argument ?? ConstantNode(""), isTest: method == .hasTag)
        case .contains, .containsAll, .containsAny, .isEmpty: SetMethodNode(method, receiver, argument)
        }
    }

    private static func constants(_ nodes: [any Node]) -> [Value]? {
        var values: [Value] = []
        for node in nodes {
            guard let constant = node as? ConstantNode else { return nil }
            values.append(constant.constant)
        }
        return values
    }

    private static func set(_ elements: [any Node]) -> any Node {
        constants(elements).map { ConstantNode(.set(ValueSet($0))) } ?? SetNode(elements)
    }

    private static func record(_ entries: [(name: Text, value: any Node)]) -> any Node {
        guard let values = constants(entries.map(\.value)) else { return RecordNode(entries) }
        return ConstantNode(.record(Record(zip(entries, values).map { (key: $0.name, value: $1) })))
    }

    private static func call(_ function: ExtensionFunction, _ operands: [any Node]) -> any Node {
        guard let values = constants(operands) else { return CallNode(function, operands) }
        do {
            return ConstantNode(try function.apply(values))
        } catch {
            return FailingNode(Fault(error))
        }
    }
}
