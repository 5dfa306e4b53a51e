/// The bound on the JSON form of policies.
///
/// `e has a.b` is written out as `e has a && e.a has b`, with `e` twice: where such tests stand in each other, a few hundred bytes of
/// policy have a form larger than any memory. Its size is therefore counted before it is made.
private enum Form {
    static let maximumBytes = 128 << 20

    static func check(_ bytes: Int) throws(CedarError) {
        guard bytes <= maximumBytes else {
            throw CedarError(.limitExceeded, "the JSON form would be longer than \(maximumBytes) bytes")
        }
    }

    /// The sum, held a little above the bound, so that it cannot overflow.
    static func sum(_ sizes: some Sequence<Int>) -> Int {
        var total = 0
        for size in sizes { total = min(total + size, maximumBytes + 1) }
        return total
    }
}

extension PolicySet {
    /// The set in the JSON form of policies, as other tools of the language write it.
    ///
    /// - Throws: `limitExceeded` when the form is longer than 128 MiB.
    /// Source: Cedar policy language, "JSON policy format".
    public var json: JSON {
        get throws(CedarError) {
            try Form.check(Form.sum(policies.lazy.map(\.formBytes)))
            func object(_ policies: [Policy]) -> JSON {
                .object(policies.map { JSON.Member($0.id.text, $0.form) })
            }
            return [
                "templates": object(policies.filter(\.isTemplate)),
                "staticPolicies": object(policies.filter { !$0.isTemplate }),
                "templateLinks": [],
            ]
        }
    }
}

extension Policy {
    /// The policy in the JSON form; its identifier is not part of that.
    ///
    /// - Throws: `limitExceeded` when the form is longer than 128 MiB.
    public var json: JSON {
        get throws(CedarError) {
            try Form.check(formBytes)
            return form
        }
    }

    fileprivate var formBytes: Int {
        Form.sum([256, range.endOffset - range.start.offset] + conditions.map { Form.sum([32, $0.body.formBytes]) })
    }

    fileprivate var form: JSON {
        var members: [JSON.Member] = [
            JSON.Member("effect", .string(Text(effect.rawValue))),
            JSON.Member("principal", principal.json),
            JSON.Member("action", action.json),
            JSON.Member("resource", resource.json),
            JSON.Member("conditions", .array(conditions.map { ["kind": .string(Text($0.kind.rawValue)), "body": $0.body.form] })),
        ]
        if !annotations.isEmpty {
            let values = annotations.map { JSON.Member(Text($0.name), $0.value.map(JSON.string) ?? .null) }
            members.append(JSON.Member("annotations", .object(values)))
        }
        return .object(members)
    }
}

extension EntityUID {
    /// `{"type": …, "id": …}`.
    public var json: JSON { ["type": .string(type.text), "id": .string(id)] }
}

extension EntityReference {
    fileprivate var member: JSON.Member {
        switch self {
        case .entity(let uid): JSON.Member("entity", uid.json)
        case .slot(let slot): JSON.Member("slot", .string(Text(slot.rawValue)))
        }
    }
}

extension ScopeConstraint {
    fileprivate var json: JSON {
        switch self {
        case .any: ["op": "All"]
        case .equal(let reference): .object([JSON.Member("op", "=="), reference.member])
        case .in(let reference): .object([JSON.Member("op", "in"), reference.member])
        case .isType(let type): ["op": "is", "entity_type": .string(type.text)]
        case .isTypeIn(let type, let reference):
            ["op": "is", "entity_type": .string(type.text), "in": .object([reference.member])]
        }
    }
}

extension ActionConstraint {
    fileprivate var json: JSON {
        switch self {
        case .any: ["op": "All"]
        case .equal(let uid): ["op": "==", "entity": uid.json]
        case .in(let list) where list.count == 1: ["op": "in", "entity": list[0].json]
        case .in(let list): ["op": "in", "entities": .array(list.map(\.json))]
        }
    }
}

extension Expr {
    /// The expression in the JSON form.
    ///
    /// - Throws: `limitExceeded` when the form is longer than 128 MiB.
    public var json: JSON {
        get throws(CedarError) {
            try Form.check(formBytes)
            return form
        }
    }

    /// About how long the form is. Recursion is bounded by the height of the expression, and nothing is looked at twice.
    fileprivate var formBytes: Int {
        let parts = Form.sum(children.lazy.map(\.formBytes))
        switch kind {
        case .literal(.string(let text)): return 32 + text.utf8.count
        case .literal(.entity(let uid)): return 64 + uid.type.text.utf8.count + uid.id.utf8.count
        case .attribute(_, let name): return Form.sum([parts, 32, name.utf8.count])
        case .has(_, let path):
            // Each name comes with everything before it.
            var subject = parts
            var total = 0
            for name in path {
                subject = Form.sum([subject, 32, name.utf8.count])
                total = Form.sum([total, subject, 32])
            }
            return total
        case .like(_, let pattern): return Form.sum([parts, 32, 24 * pattern.scalars.count])
        case .isType(_, let type, _): return Form.sum([parts, 64, type.text.utf8.count])
        case .record(let entries): return Form.sum([parts, 16] + entries.map { $0.name.utf8.count + 4 })
        case .and(let operands), .or(let operands): return Form.sum([parts, 32 * operands.count])
        default: return Form.sum([parts, 48])
        }
    }

    fileprivate var form: JSON {
        switch kind {
        case .literal(let value): ["Value": value.json]
        case .variable(let variable): ["Var": .string(Text(variable.rawValue))]
        case .conditional(let condition, let thenBranch, let elseBranch):
            ["if-then-else": ["if": condition.form, "then": thenBranch.form, "else": elseBranch.form]]
        case .and(let operands): Expr.chain("&&", operands)
        case .or(let operands): Expr.chain("||", operands)
        case .not(let operand): ["!": ["arg": operand.form]]
        case .negate(let operand): ["neg": ["arg": operand.form]]
        case .binary(let operation, let left, let right): Expr.pair(Text(operation.rawValue), left.form, right.form)
        case .attribute(let object, let name): Expr.access(".", object.form, name)
        case .has(let object, let path): Expr.has(object.form, path)
        case .like(let operand, let pattern): ["like": ["left": operand.form, "pattern": pattern.json]]
        case .isType(let operand, let type, nil): ["is": ["left": operand.form, "entity_type": .string(type.text)]]
        case .isType(let operand, let type, let inside?):
            ["is": ["left": operand.form, "entity_type": .string(type.text), "in": inside.form]]
        case .set(let elements): ["Set": .array(elements.map(\.form))]
        case .record(let entries): ["Record": .object(entries.map { JSON.Member($0.name, $0.value.form) })]
        case .method(let method, let receiver, let arguments):
            if let argument = arguments.first {
                Expr.pair(Text(method.rawValue), receiver.form, argument.form)
            } else {
                .object([JSON.Member(Text(method.rawValue), ["arg": receiver.form])])
            }
        case .call(let function, let operands):
            .object([JSON.Member(Text(function.rawValue), .array(operands.map(\.form)))])
        }
    }

    private static func pair(_ name: Text, _ left: JSON, _ right: JSON) -> JSON {
        .object([JSON.Member(name, ["left": left, "right": right])])
    }

    private static func access(_ name: Text, _ object: JSON, _ attribute: Text) -> JSON {
        .object([JSON.Member(name, ["left": object, "attr": .string(attribute)])])
    }

    private static func chain(_ name: Text, _ operands: [Expr]) -> JSON {
        guard let first = operands.first else { return .null }
        return operands.dropFirst().reduce(first.form) { pair(name, $0, $1.form) }
    }

    private static func has(_ object: JSON, _ path: [Text]) -> JSON {
        var reached = object
        var result: JSON?
        for name in path {
            let test = access("has", reached, name)
            result = result.map { pair("&&", $0, test) } ?? test
            reached = access(".", reached, name)
        }
        return result ?? .null
    }
}

extension Pattern {
    fileprivate var json: JSON {
        .array(scalars.map { scalar in scalar.map { ["Literal": .string(Text(String($0)))] } ?? "Wildcard" })
    }
}

extension Value {
    /// The value in the JSON form of attributes, entities and extension values in their explicit forms.
    ///
    /// Source: Cedar policy language, "Entities and context: JSON format".
    public var json: JSON {
        func call(_ function: Text, _ argument: String) -> JSON {
            ["__extn": ["fn": .string(function), "arg": .string(Text(argument))]]
        }
        switch self {
        case .bool(let value): return .bool(value)
        case .long(let value): return .integer(value)
        case .string(let text): return .string(text)
        case .entity(let uid): return ["__entity": uid.json]
        case .set(let set): return .array(set.elements.map(\.json))
        case .record(let record): return .object(record.sorted.map { JSON.Member($0.key, $0.value.json) })
        case .decimal(let value): return call("decimal", value.description)
        case .ipaddr(let value): return call("ip", value.description)
        case .datetime(let value): return call("datetime", value.description)
        case .duration(let value): return call("duration", value.description)
        }
    }
}
