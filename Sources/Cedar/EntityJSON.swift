/// What a schema says about the form of a value, so that the short forms of JSON can be read.
///
/// Only what reading needs: whether the value then has the right type is for validation to say.
public indirect enum ValueHint: Sendable {
    /// Nothing known: explicit forms only.
    case unknown
    /// An entity: `{"type": …, "id": …}` is read as one.
    case entity
    /// An extension value: a plain string, or `{"fn": …, "arg": …}`, is read as one.
    case extensionValue(ExtensionFunction)
    /// A set whose elements are like this.
    case set(ValueHint)
    /// A record with hints for some of its names.
    case record([Text: ValueHint])
}

/// What a schema says about the attributes and tags of entity types, for reading entities.
public protocol EntityHints: Sendable {
    /// The hint for the record of attributes of entities of that type.
    func attributes(of type: EntityTypeName) -> ValueHint
    /// The hint for every tag of entities of that type.
    func tags(of type: EntityTypeName) -> ValueHint
}

extension Value {
    /// Reads a value in JSON.
    ///
    /// Explicit forms (`{"__entity": {"type", "id"}}`, `{"__extn": {"fn", "arg"}}`) are read everywhere, short forms where the hint
    /// allows them. Objects that only look like an explicit form are records.
    /// - Throws: `invalidValue` for `null`, for numbers that are no 64-bit integers, and for entities or extension values that are malformed.
    /// Source: Cedar policy language, "Entities and context: JSON format".
    public init(json: JSON, hint: ValueHint = .unknown) throws(CedarError) {
        // Depth is bounded by the reader of the JSON text.
        switch json {
        case .null:
            throw CedarError(.invalidValue, "`null` is not a value")
        case .bool(let value):
            self = .bool(value)
        case .integer(let value):
            self = .long(value)
        case .number(let text):
            throw CedarError(.invalidValue, "`\(text)` is not a 64-bit integer")
        case .string(let text):
            if case .extensionValue(let function) = hint {
                self = try function.apply([.string(text)])
            } else {
                self = .string(text)
            }
        case .array(let elements):
            var elementHint = ValueHint.unknown
            if case .set(let inner) = hint { elementHint = inner }
            var values: [Value] = []
            values.reserveCapacity(elements.count)
            for element in elements { values.append(try Value(json: element, hint: elementHint)) }
            self = .set(ValueSet(values))
        case .object(let members):
            if let value = try Value.escape(json) {
                self = value
            } else if let value = try Value.short(json, hint) {
                self = value
            } else {
                self = .record(try Record(members: members, hint: hint))
            }
        }
    }

    private static func escape(_ json: JSON) throws(CedarError) -> Value? {
        if let inner = json["__entity"], let uid = try EntityUID(fields: inner) { return .entity(uid) }
        if let inner = json["__extn"], let value = try call(inner) { return value }
        if let members = json.objectValue, members.count == 1, members[0].name == "__expr", members[0].value.stringValue != nil {
            throw CedarError(.invalidValue, "the `__expr` form is not supported")
        }
        return nil
    }

    private static func short(_ json: JSON, _ hint: ValueHint) throws(CedarError) -> Value? {
        switch hint {
        case .entity:
            guard let uid = try EntityUID(fields: json) else { return nil }
            return .entity(uid)
        case .extensionValue:
            return try call(json)
        default:
            return nil
        }
    }

    /// Reads `{"fn": …, "arg": …}` or `{"fn": …, "args": […]}`; nil when it is neither.
    private static func call(_ json: JSON) throws(CedarError) -> Value? {
        guard let name = json["fn"]?.stringValue, let arguments = json["arg"].map({ [$0] }) ?? json["args"]?.arrayValue else { return nil }
        guard let function = ExtensionFunction(rawValue: name.string) else {
            throw CedarError(.invalidValue, "there is no extension function \(name.quoted)")
        }
        var values: [Value] = []
        for argument in arguments { values.append(try Value(json: argument)) }
        return try function.apply(values)
    }
}

extension Record {
    /// Reads a record, such as a context, from a JSON object.
    ///
    /// - Throws: `invalidValue` when it is no object or holds a malformed value.
    public init(json: JSON, hint: ValueHint = .unknown) throws(CedarError) {
        guard case .record(let record) = try Value(json: json, hint: hint) else {
            throw CedarError(.invalidValue, "expected a JSON object that is a record")
        }
        self = record
    }

    fileprivate init(members: [JSON.Member], hint: ValueHint) throws(CedarError) {
        var hints: [Text: ValueHint] = [:]
        if case .record(let inner) = hint { hints = inner }
        var entries: [(key: Text, value: Value)] = []
        entries.reserveCapacity(members.count)
        for member in members {
            do {
                entries.append((key: member.name, value: try Value(json: member.value, hint: hints[member.name] ?? .unknown)))
            } catch {
                throw CedarError(error.code, "in \(member.name.quoted): \(error.message)", at: error.location)
            }
        }
        self.init(entries)
    }
}

extension EntityUID {
    /// Reads `{"type": …, "id": …}` or `{"__entity": {"type": …, "id": …}}`; other members are ignored.
    ///
    /// - Throws: `invalidEntity` when it has another form, `invalidName` or `reservedIdentifier` when the type is no name.
    public init(json: JSON) throws(CedarError) {
        if let inner = json["__entity"], let uid = try EntityUID(fields: inner) {
            self = uid
        } else if let uid = try EntityUID(fields: json) {
            self = uid
        } else {
            throw CedarError(.invalidEntity, "expected an entity as {\"type\": …, \"id\": …}")
        }
    }

    fileprivate init?(fields json: JSON) throws(CedarError) {
        guard let type = json["type"]?.stringValue, let id = json["id"]?.stringValue else { return nil }
        self.init(type: try EntityTypeName(parsing: type.string), id: id)
    }
}

extension Entity {
    /// Reads an entity: an object with `uid`, `attrs`, `parents` and, if it has any, `tags`; other members are ignored.
    ///
    /// - Throws: `invalidEntity`, `invalidValue`, `invalidName`, `reservedIdentifier`.
    public init(json: JSON, hints: (any EntityHints)? = nil) throws(CedarError) {
        guard let uidJSON = json["uid"] else { throw CedarError(.invalidEntity, "an entity has no `uid`") }
        let uid = try EntityUID(json: uidJSON)
        do throws(CedarError) {
            guard let attributes = json["attrs"]?.objectValue else {
                throw CedarError(.invalidEntity, "`attrs` is missing or no object")
            }
            guard let parents = json["parents"]?.arrayValue else {
                throw CedarError(.invalidEntity, "`parents` is missing or no array")
            }
            var above: [EntityUID] = []
            for parent in parents { above.append(try EntityUID(json: parent)) }
            var tags = Record()
            if let tagsJSON = json["tags"] {
                guard let members = tagsJSON.objectValue else { throw CedarError(.invalidEntity, "`tags` is no object") }
                let hint = hints?.tags(of: uid.type) ?? .unknown
                tags = try Record(members: members, hint: .record(Dictionary(members.map { ($0.name, hint) }) { first, _ in first }))
            }
            self.init(
                uid: uid, attributes: try Record(members: attributes, hint: hints?.attributes(of: uid.type) ?? .unknown), tags: tags,
                parents: above)
        } catch {
            throw CedarError(error.code, "entity `\(uid)`: \(error.message)", at: error.location)
        }
    }

    /// The entity in JSON, explicit forms throughout; `tags` only when there are any.
    public var json: JSON {
        var members = [
            JSON.Member("uid", uid.json),
            JSON.Member("attrs", Value.record(attributes).json),
            JSON.Member("parents", .array(parents.sorted().map(\.json))),
        ]
        if !tags.isEmpty { members.append(JSON.Member("tags", Value.record(tags).json)) }
        return .object(members)
    }
}

extension Entities {
    /// Reads an array of entities.
    ///
    /// - Parameter hints: what the schema says, to read short forms; nil for explicit forms only.
    /// - Parameter actions: the actions of the schema with their groups. The text need not hold them; where it does, the schema counts.
    /// - Throws: as `Entity.init(json:hints:)` and `Entities.init(_:)`.
    public init(json: JSON, hints: (any EntityHints)? = nil, actions: [Entity] = []) throws(CedarError) {
        guard let elements = json.arrayValue else { throw CedarError(.invalidEntity, "entities are given as an array") }
        var entities = actions
        entities.reserveCapacity(actions.count + elements.count)
        let known = Set(actions.map(\.uid))
        for element in elements {
            let entity = try Entity(json: element, hints: hints)
            if !known.contains(entity.uid) { entities.append(entity) }
        }
        try self.init(entities)
    }
}
