/// The conditions of one policy, laid out for the type checker.
///
/// Each place in the policy is a node. Nodes that mean the same expression have the same `shape`, which is how the checker knows that
/// the `e` of `e has a` and the `e` of `e.a` are one expression wherever they stand.
struct ValidatorExpression {
    /// Operators left after `!=`, `>` and `>=` are written with `!`.
    enum Operator: Hashable {
        case equal, less, lessEqual, `in`, add, subtract, multiply
    }

    enum Kind {
        case literal(Value)
        case variable(Variable)
        case conditional(Int, Int, Int)
        case and([Int])
        case or([Int])
        case not(Int)
        case negate(Int)
        case binary(Operator, Int, Int)
        case attribute(Int, AttributeSite)
        case has(Int, [AttributeSite])
        case like(Int)
        case isType(Int, EntityTypeName, in: Int?)
        case set([Int])
        case record([(name: Text, value: Int)])
        case method(BuiltinMethod, Int, Int?)
        case call(ExtensionFunction, [Int])
    }

    /// An attribute of an expression: what `has` proves and access needs.
    struct AttributeSite: Hashable {
        let name: Text
        let capability: ValidatorCapability
    }

    struct Node {
        let kind: Kind
        let shape: Int
        let range: SourceRange
    }

    private enum Shape: Hashable {
        case literal(Value)
        case variable(Variable)
        case conditional(Int, Int, Int)
        case and(Int, Int)
        case or(Int, Int)
        case not(Int)
        case negate(Int)
        case binary(Operator, Int, Int)
        case attribute(Int, Text)
        case has(Int, Text)
        case like(Int, [Unicode.Scalar?])
        case isType(Int, EntityTypeName)
        case set([Int])
        case record([Text], [Int])
        case method(BuiltinMethod, Int, Int?)
        case call(ExtensionFunction, [Int])
    }

    private(set) var nodes: [Node] = []
    /// The variables that occur.
    private(set) var variables: Set<Variable> = []
    private var shapes: [Shape: Int] = [:]
    private var names: [Text: Int] = [:]

    private mutating func shape(_ shape: Shape) -> Int {
        if let known = shapes[shape] { return known }
        let new = shapes.count
        shapes[shape] = new
        return new
    }

    private mutating func add(_ kind: Kind, _ shape: Shape, _ range: SourceRange) -> Int {
        add(kind, self.shape(shape), range)
    }

    private mutating func add(_ kind: Kind, _ shape: Int, _ range: SourceRange) -> Int {
        nodes.append(Node(kind: kind, shape: shape, range: range))
        return nodes.count - 1
    }

    private mutating func site(_ subject: Int, _ name: Text) -> AttributeSite {
        let number = names[name] ?? names.count
        names[name] = number
        return AttributeSite(name: name, capability: ValidatorCapability(subject: subject, detail: number, isTag: false))
    }

    /// What `hasTag` proves and `getTag` needs, for those operands.
    func tagCapability(_ entity: Int, _ key: Int) -> ValidatorCapability {
        ValidatorCapability(subject: nodes[entity].shape, detail: nodes[key].shape, isTag: true)
    }

    /// Lays out an expression and returns its node.
    ///
    /// Chains of operators, members and methods are followed without recursion; what stands in parentheses is bounded by the parser.
    mutating func append(_ expression: Expr) -> Int {
        var chain: [Expr] = []
        var current = expression
        while let first = ValidatorExpression.firstOperand(current) {
            chain.append(current)
            current = first
        }
        var node = appendBase(current)
        while let outer = chain.popLast() { node = append(outer, first: node) }
        return node
    }

    /// The operand that stands first and is always evaluated, before any other.
    private static func firstOperand(_ expression: Expr) -> Expr? {
        switch expression.kind {
        case .not(let operand), .negate(let operand), .binary(_, let operand, _), .attribute(let operand, _), .has(let operand, _),
            .like(let operand, _), .isType(let operand, _, _), .method(_, let operand, _):
            operand
        case .call(_, let operands): operands.first
        default: nil
        }
    }

    /// The node of the operand that `firstOperand` names.
    static func firstOperand(_ kind: Kind) -> Int? {
        switch kind {
        case .not(let operand), .negate(let operand), .binary(_, let operand, _), .attribute(let operand, _), .has(let operand, _),
            .like(let operand), .isType(let operand, _, _), .method(_, let operand, _):
            operand
        case .call(_, let operands): operands.first
        default: nil
        }
    }

    private mutating func appendBase(_ expression: Expr) -> Int {
        let range = expression.range
        switch expression.kind {
        case .literal(let value): return add(.literal(value), .literal(value), range)
        case .variable(let variable):
            variables.insert(variable)
            return add(.variable(variable), .variable(variable), range)
        case .conditional(let condition, let then, let otherwise):
            let (a, b, c) = (append(condition), append(then), append(otherwise))
            return add(.conditional(a, b, c), .conditional(nodes[a].shape, nodes[b].shape, nodes[c].shape), range)
        case .and(let operands): return chain(operands, isAnd: true, range)
        case .or(let operands): return chain(operands, isAnd: false, range)
        case .set(let elements):
            let all = elements.map { append($0) }
            return add(.set(all), .set(all.map { nodes[$0].shape }), range)
        case .record(let entries):
            let all = entries.map { (name: $0.name, value: append($0.value)) }
            let sorted = all.sorted { $0.name < $1.name }
            return add(.record(all), .record(sorted.map(\.name), sorted.map { nodes[$0.value].shape }), range)
        case .call(let function, _): return add(.call(function, []), .call(function, []), range)
        default:
            // INVARIANT: all other forms have a first operand.
            return add(.literal(.bool(false)), .literal(.bool(false)), range)
        }
    }

    private mutating func append(_ expression: Expr, first a: Int) -> Int {
        let range = expression.range
        switch expression.kind {
        case .not: return not(a, range)
        case .negate: return add(.negate(a), .negate(nodes[a].shape), range)
        case .binary(let symbol, _, let right): return binary(symbol, a, append(right), range)
        case .attribute(_, let name):
            let shape = nodes[a].shape
            return add(.attribute(a, site(shape, name)), .attribute(shape, name), range)
        case .has(_, let path): return has(a, path, range)
        case .like(_, let pattern): return add(.like(a), .like(nodes[a].shape, pattern.scalars), range)
        case .isType(_, let type, let ancestor):
            let test = shape(.isType(nodes[a].shape, type))
            guard let ancestor else { return add(.isType(a, type, in: nil), test, range) }
            let b = append(ancestor)
            let below = shape(.binary(.in, nodes[a].shape, nodes[b].shape))
            return add(.isType(a, type, in: b), shape(.and(test, below)), range)
        case .method(let method, _, let arguments):
            let b = arguments.first.map { append($0) }
            return add(.method(method, a, b), .method(method, nodes[a].shape, b.map { nodes[$0].shape }), range)
        case .call(let function, let arguments):
            let all = [a] + arguments.dropFirst().map { append($0) }
            return add(.call(function, all), .call(function, all.map { nodes[$0].shape }), range)
        case .literal, .variable, .conditional, .and, .or, .set, .record:
            // INVARIANT: these have no first operand.
            return a
        }
    }

    private mutating func not(_ operand: Int, _ range: SourceRange) -> Int {
        add(.not(operand), .not(nodes[operand].shape), range)
    }

    private mutating func binary(_ symbol: BinaryOperator, _ left: Int, _ right: Int, _ range: SourceRange) -> Int {
        let reduced: (operator: Operator, isNegated: Bool) =
            switch symbol {
            case .equal: (.equal, false)
            case .notEqual: (.equal, true)
            case .less: (.less, false)
            case .lessEqual: (.lessEqual, false)
            case .greater: (.lessEqual, true)
            case .greaterEqual: (.less, true)
            case .in: (.in, false)
            case .add: (.add, false)
            case .subtract: (.subtract, false)
            case .multiply: (.multiply, false)
            }
        let node = add(
            .binary(reduced.operator, left, right), .binary(reduced.operator, nodes[left].shape, nodes[right].shape), range)
        return reduced.isNegated ? not(node, range) : node
    }

    private mutating func has(_ subject: Int, _ path: [Text], _ range: SourceRange) -> Int {
        var sites: [AttributeSite] = []
        var reached = nodes[subject].shape
        var whole: Int?
        for name in path {
            sites.append(site(reached, name))
            let step = shape(.has(reached, name))
            whole = whole.map { shape(.and($0, step)) } ?? step
            reached = shape(.attribute(reached, name))
        }
        return add(.has(subject, sites), whole ?? nodes[subject].shape, range)
    }

    /// `&&` and `||` associate to the left, and two literals joined are a literal.
    private mutating func chain(_ operands: [Expr], isAnd: Bool, _ range: SourceRange) -> Int {
        var rest = operands.map { append($0) }
        guard !rest.isEmpty else { return add(.literal(.bool(isAnd)), .literal(.bool(isAnd)), range) }
        if let first = boolean(rest[0]) {
            let literals = rest.prefix { boolean($0) != nil }
            if literals.count > 1 {
                let folded = literals.reduce(first) { isAnd ? $0 && boolean($1) == true : $0 || boolean($1) == true }
                rest.replaceSubrange(..<literals.endIndex, with: [add(.literal(.bool(folded)), .literal(.bool(folded)), range)])
            }
        }
        guard rest.count > 1 else { return rest[0] }
        var whole = nodes[rest[0]].shape
        for node in rest.dropFirst() {
            whole = shape(isAnd ? .and(whole, nodes[node].shape) : .or(whole, nodes[node].shape))
        }
        return add(isAnd ? .and(rest) : .or(rest), whole, range)
    }

    private func boolean(_ node: Int) -> Bool? {
        guard case .literal(.bool(let value)) = nodes[node].kind else { return nil }
        return value
    }
}

/// Something proved about the entity or record an expression stands for: it has that attribute, or that tag.
struct ValidatorCapability: Hashable {
    let subject: Int
    let detail: Int
    let isTag: Bool
}
