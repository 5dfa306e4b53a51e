extension PolicySet {
    /// The set in the JSON form of policies, as other tools of the language write it.
    ///
    /// Source: Cedar policy language, "JSON policy format".
    public var json: JSON {
        func object(_ policies: [Policy]) -> JSON {
            .object(policies.map { JSON.Member($0.id.text, $0.json) })
        }
        return [
            "templates": object(policies.filter(\.isTemplate)),
            "staticPolicies": object(policies.filter { !$0.isTemplate }),
            "templateLinks": [],
        ]
    }
}

extension Policy {
    /// The policy in the JSON form; its identifier is not part of that.
    public var json: JSON {
        var members: [JSON.Member] = [
            JSON.Member("effect", .string(Text(effect.rawValue))),
            JSON.Member("principal", principal.json),
            JSON.Member("action", action.json),
            JSON.Member("resource", resource.json),
            JSON.Member("conditions", .array(conditions.map { ["kind": .string(Text($0.kind.rawValue)), "body": $0.body.json] })),
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
    public var json: JSON {
        switch kind {
        case .literal(let value): ["Value": value.json]
        case .variable(let variable): ["Var": .string(Text(variable.rawValue))]
        case .conditional(let condition, let thenBranch, let elseBranch):
            ["if-then-else": ["if": condition.json, "then": thenBranch.json, "else": elseBranch.json]]
        case .and(let operands): Expr.chain("&&", operands)
        case .or(let operands): Expr.chain("||", operands)
        case .not(let operand): ["!": ["arg": operand.json]]
        case .negate(let operand): ["neg": ["arg": operand.json]]
        case .binary(let operation, let left, let right): Expr.pair(Text(operation.rawValue), left.json, right.json)
        case .attribute(let object, let name): Expr.access(".", object.json, name)
        case .has(let object, let path): Expr.has(object.json, path)
        case .like(let operand, let pattern): ["like": ["left": operand.json, "pattern": pattern.json]]
        case .isType(let operand, let type, nil): ["is": ["left": operand.json, "entity_type": .string(type.text)]]
        case .isType(let operand, let type, let inside?):
            ["is": ["left": operand.json, "entity_type": .string(type.text), "in": inside.json]]
        case .set(let elements): ["Set": .array(elements.map(\.json))]
        case .record(let entries): ["Record": .object(entries.map { JSON.Member($0.name, $0.value.json) })]
        case .method(let method, let receiver, let arguments):
            if let argument = arguments.first {
                Expr.pair(Text(method.rawValue), receiver.json, argument.json)
            } else {
                .object([JSON.Member(Text(method.rawValue), ["arg": receiver.json])])
            }
        case .call(let function, let operands):
            .object([JSON.Member(Text(function.rawValue), .array(operands.map(\.json)))])
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
        return operands.dropFirst().reduce(first.json) { pair(name, $0, $1.json) }
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
