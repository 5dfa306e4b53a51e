extension Fault {
    static func mismatch(_ expected: StaticString, _ value: Value) -> Fault {
        Fault(.typeMismatch, "type error: expected \(expected), got \(value.typeName)")
    }
}

/// An entity of the request or of a value, looked up.
struct Referent {
    let uid: EntityUID
    let node: EntityNode?
}

/// What an evaluation reads from.
final class Frame: Sendable {
    let principal: EntityUID
    let principalNode: EntityNode?
    let action: EntityUID
    let actionNode: EntityNode?
    let resource: EntityUID
    let resourceNode: EntityNode?
    let context: Record
    let entities: Entities

    init(_ request: Request, _ entities: Entities) {
        principal = request.principal
        principalNode = entities.node(request.principal)
        action = request.action
        actionNode = entities.node(request.action)
        resource = request.resource
        resourceNode = entities.node(request.resource)
        context = request.context
        self.entities = entities
    }
}

/// An expression made ready for evaluation.
protocol Node: AnyObject, Sendable {
    /// The value.
    func value(_ frame: Frame) throws(Fault) -> Value
    /// The value, which must be a boolean.
    func test(_ frame: Frame) throws(Fault) -> Bool
    /// The value, which must be an entity, looked up.
    func referent(_ frame: Frame) throws(Fault) -> Referent
    /// An attribute of the value, which must be a record or an entity.
    func attribute(_ name: Text, _ frame: Frame) throws(Fault) -> Value
    /// Whether the value, which must be a record or an entity, has an attribute.
    func has(_ name: Text, _ frame: Frame) throws(Fault) -> Bool
}

extension Node {
    func test(_ frame: Frame) throws(Fault) -> Bool {
        let value = try value(frame)
        guard case .bool(let result) = value else { throw Fault.mismatch("bool", value) }
        return result
    }

    func referent(_ frame: Frame) throws(Fault) -> Referent {
        let value = try value(frame)
        guard case .entity(let uid) = value else { throw Fault.mismatch("entity", value) }
        return Referent(uid: uid, node: frame.entities.node(uid))
    }

    func attribute(_ name: Text, _ frame: Frame) throws(Fault) -> Value {
        try Attributes.value(name, of: value(frame), frame)
    }

    func has(_ name: Text, _ frame: Frame) throws(Fault) -> Bool {
        switch try value(frame) {
        case .record(let record): return record.contains(name)
        case .entity(let uid): return frame.entities.node(uid)?.attributes.contains(name) ?? false
        case let other: throw Fault.mismatch("record or entity", other)
        }
    }

    func long(_ frame: Frame) throws(Fault) -> Int64 {
        let value = try value(frame)
        guard case .long(let number) = value else { throw Fault.mismatch("long", value) }
        return number
    }

    func set(_ frame: Frame) throws(Fault) -> ValueSet {
        let value = try value(frame)
        guard case .set(let set) = value else { throw Fault.mismatch("set", value) }
        return set
    }

    func string(_ frame: Frame) throws(Fault) -> Text {
        let value = try value(frame)
        guard case .string(let text) = value else { throw Fault.mismatch("string", value) }
        return text
    }
}

enum Attributes {
    static func value(_ name: Text, of object: Value, _ frame: Frame) throws(Fault) -> Value {
        switch object {
        case .record(let record): return try value(name, of: record)
        case .entity(let uid): return try value(name, of: uid, frame.entities.node(uid))
        default: throw Fault.mismatch("record or entity", object)
        }
    }

    static func value(_ name: Text, of record: Record) throws(Fault) -> Value {
        guard let value = record[name] else {
            throw Fault(.missingAttribute, "the record has no attribute \(name.quoted)")
        }
        return value
    }

    static func value(_ name: Text, of uid: EntityUID, _ node: EntityNode?) throws(Fault) -> Value {
        guard let node else { throw Fault(.missingEntity, "the entity `\(uid)` does not exist") }
        guard let value = node.attributes[name] else {
            throw Fault(.missingAttribute, "`\(uid)` has no attribute \(name.quoted)")
        }
        return value
    }
}

/// A value known beforehand.
final class ConstantNode: Node {
    let constant: Value

    init(_ constant: Value) { self.constant = constant }

    func value(_ frame: Frame) throws(Fault) -> Value { constant }
}

/// An expression of constants that always fails.
final class FailingNode: Node {
    let fault: Fault

    init(_ fault: Fault) { self.fault = fault }

    func value(_ frame: Frame) throws(Fault) -> Value { throw fault }
}

/// `principal`, `action`, `resource` or `context`.
final class VariableNode: Node {
    let variable: Variable

    init(_ variable: Variable) { self.variable = variable }

    func value(_ frame: Frame) throws(Fault) -> Value {
        switch variable {
        case .principal: .entity(frame.principal)
        case .action: .entity(frame.action)
        case .resource: .entity(frame.resource)
        case .context: .record(frame.context)
        }
    }

    func referent(_ frame: Frame) throws(Fault) -> Referent {
        switch variable {
        case .principal: return Referent(uid: frame.principal, node: frame.principalNode)
        case .action: return Referent(uid: frame.action, node: frame.actionNode)
        case .resource: return Referent(uid: frame.resource, node: frame.resourceNode)
        case .context: throw Fault.mismatch("entity", .record(frame.context))
        }
    }

    func attribute(_ name: Text, _ frame: Frame) throws(Fault) -> Value {
        switch variable {
        case .principal: try Attributes.value(name, of: frame.principal, frame.principalNode)
        case .action: try Attributes.value(name, of: frame.action, frame.actionNode)
        case .resource: try Attributes.value(name, of: frame.resource, frame.resourceNode)
        case .context: try Attributes.value(name, of: frame.context)
        }
    }

    func has(_ name: Text, _ frame: Frame) throws(Fault) -> Bool {
        switch variable {
        case .principal: frame.principalNode?.attributes.contains(name) ?? false
        case .action: frame.actionNode?.attributes.contains(name) ?? false
        case .resource: frame.resourceNode?.attributes.contains(name) ?? false
        case .context: frame.context.contains(name)
        }
    }
}

/// `e.name`
final class AttributeNode: Node {
    let object: any Node
    let name: Text

    init(_ object: any Node, _ name: Text) {
        self.object = object
        self.name = name
    }

    func value(_ frame: Frame) throws(Fault) -> Value { try object.attribute(name, frame) }
}

/// `e has a` or `e has a.b.c`
final class HasNode: Node {
    let object: any Node
    let first: Text
    let rest: [Text]
    private let isVariable: Bool

    init(_ object: any Node, _ first: Text, rest: [Text]) {
        self.object = object
        self.first = first
        self.rest = rest
        isVariable = object is VariableNode
    }

    func value(_ frame: Frame) throws(Fault) -> Value { .bool(try test(frame)) }

    func test(_ frame: Frame) throws(Fault) -> Bool {
        if rest.isEmpty { return try object.has(first, frame) }
        var reached: Value
        if isVariable {
            guard try object.has(first, frame) else { return false }
            reached = try object.attribute(first, frame)
        } else {
            // Only once: tests that stand in each other would else double the work with every level.
            guard let value = try step(object.value(frame), first, frame) else { return false }
            reached = value
        }
        for name in rest {
            guard let next = try step(reached, name, frame) else { return false }
            reached = next
        }
        return true
    }

    private func step(_ value: Value, _ name: Text, _ frame: Frame) throws(Fault) -> Value? {
        switch value {
        case .record(let record): return record[name]
        case .entity(let uid): return frame.entities.node(uid)?.attributes[name]
        default: throw Fault.mismatch("record or entity", value)
        }
    }
}
