import Cedar

/// Prints policies as policy text, from the syntax tree alone: every operand in parentheses, every string in quotes and escaped.
///
/// What it prints of a text must print the same again, once parsed.
struct Printer {
    private(set) var text = ""

    /// More nesting than the standard, because of the parentheses; the height of expressions is the same.
    static let limits = ParseLimits(maximumBytes: 1 << 30, maximumNesting: 4000, maximumHeight: ParseLimits.standard.maximumHeight)

    static func print(_ set: PolicySet) -> String {
        var printer = Printer()
        for policy in set.policies { printer.policy(policy) }
        return printer.text
    }

    private mutating func policy(_ policy: Policy) {
        for annotation in policy.annotations {
            text += "@\(annotation.name)"
            if let value = annotation.value { text += "(\(literal(value)))" }
            text += "\n"
        }
        text += "\(policy.effect.rawValue)(principal"
        scope(policy.principal)
        text += ",action"
        switch policy.action {
        case .any: break
        case .equal(let uid): text += " == \(entity(uid))"
        case .in(let list): text += " in [\(list.map(entity).joined(separator: ","))]"
        }
        text += ",resource"
        scope(policy.resource)
        text += ")"
        for condition in policy.conditions {
            text += condition.kind.rawValue + "{"
            expression(condition.body)
            text += "}"
        }
        text += ";\n"
    }

    private mutating func scope(_ constraint: ScopeConstraint) {
        switch constraint {
        case .any: break
        case .equal(let reference): text += " == \(self.reference(reference))"
        case .in(let reference): text += " in \(self.reference(reference))"
        case .isType(let type): text += " is \(type)"
        case .isTypeIn(let type, let reference): text += " is \(type) in \(self.reference(reference))"
        }
    }

    private func reference(_ reference: EntityReference) -> String {
        switch reference {
        case .entity(let uid): entity(uid)
        case .slot(let slot): slot.rawValue
        }
    }

    private func entity(_ uid: EntityUID) -> String { "\(uid.type)::\(literal(uid.id))" }

    private func literal(_ string: Text) -> String {
        var result = "\""
        for scalar in string.string.unicodeScalars { result += escaped(scalar) }
        return result + "\""
    }

    private func escaped(_ scalar: Unicode.Scalar) -> String {
        let isPlain = scalar.isASCII && scalar.value >= 0x20 && scalar != "\"" && scalar != "\\" && scalar != "*" && scalar.value != 0x7F
        return isPlain ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
    }

    private mutating func operand(_ expression: Expr) {
        text += "("
        self.expression(expression)
        text += ")"
    }

    private mutating func list(_ all: [Expr], _ open: String, _ close: String) {
        text += open
        for (index, item) in all.enumerated() {
            if index > 0 { text += "," }
            expression(item)
        }
        text += close
    }

    private mutating func join(_ all: [Expr], _ symbol: String) {
        for (index, item) in all.enumerated() {
            if index > 0 { text += symbol }
            operand(item)
        }
    }

    private mutating func expression(_ expression: Expr) {
        switch expression.kind {
        case .literal(.entity(let uid)): text += entity(uid)
        case .literal(.string(let string)): text += literal(string)
        case .literal(let value): text += value.description
        case .variable(let variable): text += variable.rawValue
        case .conditional(let condition, let then, let otherwise):
            text += "if "
            self.expression(condition)
            text += " then "
            self.expression(then)
            text += " else "
            self.expression(otherwise)
        case .and(let operands): join(operands, "&&")
        case .or(let operands): join(operands, "||")
        case .not(let inner):
            text += "!"
            operand(inner)
        case .negate(let inner):
            text += "-"
            operand(inner)
        case .binary(let symbol, let left, let right): join([left, right], " \(symbol.rawValue) ")
        case .attribute(let object, let name):
            operand(object)
            text += "[\(literal(name))]"
        case .has(let object, let path):
            operand(object)
            text += " has "
            // Only identifiers can be written in a path of several.
            text += path.count == 1 ? literal(path[0]) : path.map(\.string).joined(separator: ".")
        case .like(let object, let pattern):
            operand(object)
            text += " like \""
            for scalar in pattern.scalars { text += scalar.map { $0 == "*" ? "\\*" : escaped($0) } ?? "*" }
            text += "\""
        case .isType(let object, let type, let container):
            operand(object)
            text += " is \(type)"
            if let container {
                text += " in "
                operand(container)
            }
        case .set(let elements): list(elements, "[", "]")
        case .record(let entries):
            text += "{"
            for (index, entry) in entries.enumerated() {
                if index > 0 { text += "," }
                text += literal(entry.name) + ":"
                self.expression(entry.value)
            }
            text += "}"
        case .method(let method, let receiver, let arguments):
            operand(receiver)
            text += ".\(method.rawValue)"
            list(arguments, "(", ")")
        case .call(let function, let operands):
            guard !function.isConstructor, let receiver = operands.first else {
                text += function.rawValue
                return list(operands, "(", ")")
            }
            operand(receiver)
            text += ".\(function.rawValue)"
            list(Array(operands.dropFirst()), "(", ")")
        }
    }
}

/// How many nodes the JSON form of an expression has, held at a limit: `has a.b` repeats its subject, so the form can be exponential.
func jsonSize(_ expression: Expr, limit: Int) -> Int {
    func sum(_ all: [Expr]) -> Int { all.reduce(1) { min(limit, $0 + jsonSize($1, limit: limit)) } }
    switch expression.kind {
    case .literal, .variable: return 1
    case .conditional(let a, let b, let c): return sum([a, b, c])
    case .and(let all), .or(let all), .set(let all), .call(_, let all): return sum(all)
    case .not(let a), .negate(let a), .attribute(let a, _), .like(let a, _), .isType(let a, _, nil): return sum([a])
    case .binary(_, let a, let b), .isType(let a, _, let b?): return sum([a, b])
    case .has(let a, let path): return min(limit, (jsonSize(a, limit: limit) + path.count) * path.count)
    case .record(let entries): return sum(entries.map(\.value))
    case .method(_, let a, let arguments): return sum([a] + arguments)
    }
}
