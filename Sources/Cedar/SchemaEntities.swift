/// Reading JSON as the schema directs: entities and extension values may be written in their short forms where the schema expects them.
///
/// Source: Cedar policy language, "Entities and context: JSON format", schema-based parsing.
extension Schema {
    /// The declared actions and action groups as entities, each with the groups it is in directly.
    ///
    /// They have to be among the entities of every decision: without them `action in Action::"group"` is never true.
    public var actionEntities: [Entity] {
        actions.map { Entity(uid: $0.uid, parents: $0.parents) }
    }

    /// Reads an entity.
    ///
    /// The entity fits the schema as far as its form goes; `validate(_:)` says whether its values do.
    /// - Throws: `invalidEntity`, `invalidValue`, `invalidName`, `reservedIdentifier`, `extensionFailure` and other errors of reading;
    ///   `unknownName` for a type, attribute or tag that the schema does not declare.
    public func entity(json: JSON) throws(CedarError) -> Entity {
        guard let written = json["uid"] else { throw CedarError(.invalidEntity, "an entity has no `uid`") }
        let uid = try EntityUID(json: written)
        do throws(CedarError) {
            try Entity.requireNumbersInRange(json)
            return try entity(uid, json)
        } catch {
            throw CedarError(error.code, "entity `\(uid)`: \(error.message)", at: error.location)
        }
    }

    private func entity(_ uid: EntityUID, _ json: JSON) throws(CedarError) -> Entity {
        guard let attributes = json["attrs"]?.objectValue else {
            throw CedarError(.invalidEntity, "`attrs` is missing or no object")
        }
        guard let above = json["parents"]?.arrayValue else {
            throw CedarError(.invalidEntity, "`parents` is missing or no array")
        }
        var parents: [EntityUID] = []
        for parent in above { parents.append(try EntityUID(json: parent)) }
        var tags: [JSON.Member] = []
        if let written = json["tags"] {
            guard let members = written.objectValue else { throw CedarError(.invalidEntity, "`tags` is no object") }
            tags = members
        }
        if uid.type.isAction {
            if let parent = parents.first(where: { !$0.type.isAction }) {
                throw CedarError(.invalidEntity, "an action cannot have a parent that is not an action, as `\(parent)`")
            }
            return Entity(
                uid: uid, attributes: try Record(json: .object(attributes)), tags: try Record(json: .object(tags)), parents: parents)
        }
        guard let type = entityType(uid.type) else {
            throw CedarError(.unknownName, "the schema declares no entity type `\(uid.type)`")
        }
        let record = self.record(type.attributes)
        var attributeEntries: [(key: Text, value: Value)] = []
        for member in attributes {
            guard let attribute = record.attribute(member.name) else {
                throw CedarError(.unknownName, "the schema declares no attribute \(member.name.quoted) of `\(uid.type)`")
            }
            attributeEntries.append((key: member.name, value: try value(member, attribute.type)))
        }
        var tagEntries: [(key: Text, value: Value)] = []
        for member in tags {
            guard let tagType = type.tags else {
                throw CedarError(.unknownName, "the schema declares no tags of `\(uid.type)`")
            }
            tagEntries.append((key: member.name, value: try value(member, tagType)))
        }
        return Entity(uid: uid, attributes: Record(attributeEntries), tags: Record(tagEntries), parents: parents)
    }

    /// Reads the context of a request for an action.
    ///
    /// - Throws: `unknownName` for an action or attribute that the schema does not declare, and the errors of reading.
    public func context(json: JSON, for action: EntityUID) throws(CedarError) -> Record {
        guard let declared = self.action(action) else {
            throw CedarError(.unknownName, "the schema declares no action `\(action)`")
        }
        try json.requireNumbersInRange()
        guard case .record(let record) = try value(json, declared.context) else {
            throw CedarError(.invalidValue, "the context is no record")
        }
        return record
    }

    // MARK: Values

    private func value(_ member: JSON.Member, _ type: TypeReference) throws(CedarError) -> Value {
        do throws(CedarError) {
            return try value(member.value, type)
        } catch {
            throw CedarError(error.code, "in \(member.name.quoted): \(error.message)", at: error.location)
        }
    }

    /// Reads a value where the schema expects one of that type. Depth is bounded by the reader of the JSON text.
    private func value(_ json: JSON, _ type: TypeReference) throws(CedarError) -> Value {
        switch types[type] {
        case .entity, .anyEntity:
            return .entity(try EntityUID(json: json))
        case .extension(let kind):
            return try value(json, kind)
        case .set(let element):
            guard let elements = json.arrayValue else {
                throw CedarError(.invalidValue, "expected \(types.describe(type, names: entityTypeNames)), which is written as an array")
            }
            var values: [Value] = []
            values.reserveCapacity(elements.count)
            for item in elements { values.append(try value(item, element)) }
            return .set(ValueSet(values))
        case .record(let record):
            return .record(try self.record(json, record, type))
        case .never, .true, .false, .bool, .long, .string:
            return try Value(json: json)
        }
    }

    private func record(_ json: JSON, _ expected: TypeTable.RecordType, _ type: TypeReference) throws(CedarError) -> Record {
        guard let members = json.objectValue else {
            throw CedarError(.invalidValue, "expected \(types.describe(type, names: entityTypeNames)), which is written as an object")
        }
        var entries: [(key: Text, value: Value)] = []
        var required = expected.attributes.count { $0.isRequired }
        for member in members {
            guard let attribute = expected.attribute(member.name) else {
                throw CedarError(.unknownName, "the record has no attribute \(member.name.quoted) according to the schema")
            }
            if attribute.isRequired { required -= 1 }
            entries.append((key: member.name, value: try value(member, attribute.type)))
        }
        // INVARIANT: the names of a JSON object are distinct, so the count says whether any is missing.
        guard required == 0 else {
            let given = Set(members.map(\.name))
            let missing = expected.attributes.first { $0.isRequired && !given.contains($0.name) }
            throw CedarError(.invalidValue, "the record lacks attribute \(missing?.name.quoted ?? "")")
        }
        return Record(entries)
    }

    /// Reads an extension value: `{"__extn": {"fn", "arg"}}`, `{"fn", "arg"}`, or what the constructor takes.
    private func value(_ json: JSON, _ kind: ExtensionType) throws(CedarError) -> Value {
        if let inner = json["__extn"], let value = try call(inner) { return value }
        if let value = try call(json) { return value }
        return try kind.constructor.apply([try Value(json: json)])
    }

    private func call(_ json: JSON) throws(CedarError) -> Value? {
        // An `arg` that cannot be a value leaves the choice to `args`.
        let single = json["arg"].flatMap { $0.numberThatIsNoValue == nil ? [$0] : nil }
        guard let name = json["fn"]?.stringValue, let arguments = single ?? json["args"]?.arrayValue else { return nil }
        guard let function = ExtensionFunction(rawValue: name.string) else {
            throw CedarError(.invalidValue, "there is no extension function \(name.quoted)")
        }
        let operands = ValidatorSignature(function).operands
        guard operands.count == arguments.count else {
            throw CedarError(.wrongArity, "`\(function.rawValue)` takes \(operands.count) operands, not \(arguments.count)")
        }
        var values: [Value] = []
        for (argument, operand) in zip(arguments, operands) { values.append(try value(argument, operand)) }
        return try function.apply(values)
    }
}

extension Entities {
    /// Reads an array of entities as the schema directs, checks that they fit it, and adds the schema's actions.
    ///
    /// Actions may be among the entities if they are as the schema has them.
    /// - Throws: the errors of reading; `invalidEntity` for an entity that does not fit the schema; `duplicateEntity`, `hierarchyCycle`.
    public init(json: JSON, schema: Schema) throws(CedarError) {
        guard let elements = json.arrayValue else { throw CedarError(.invalidEntity, "entities are given as an array") }
        var read: [Entity] = []
        read.reserveCapacity(elements.count)
        for element in elements { read.append(try schema.entity(json: element)) }
        let given = try Entities(read)
        if let finding = schema.validate(given).first {
            throw CedarError(.invalidEntity, finding.description)
        }
        try self.init(read.filter { !$0.uid.type.isAction } + schema.actionEntities)
    }
}
