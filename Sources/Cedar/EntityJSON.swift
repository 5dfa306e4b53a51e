extension Value {
    /// Reads a value in JSON.
    ///
    /// Entities and extension values are read in their explicit forms, `{"__entity": {"type", "id"}}` and `{"__extn": {"fn", "arg"}}`;
    /// objects that only look like one, or hold anything beside it, are records. `Schema` reads the short forms.
    /// - Throws: `invalidValue` for `null`, for numbers that are no 64-bit integers, and for entities or extension values that are malformed.
    /// Source: Cedar policy language, "Entities and context: JSON format".
    public init(json: JSON) throws(CedarError) {
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
            self = .string(text)
        case .array(let elements):
            var values: [Value] = []
            values.reserveCapacity(elements.count)
            for element in elements { values.append(try Value(json: element)) }
            self = .set(ValueSet(values))
        case .object(let members):
            if let value = try Value.escape(members) {
                self = value
            } else {
                self = .record(try Record(members: members))
            }
        }
    }

    /// An escape has no other member beside it: with one it is a record like any other.
    private static func escape(_ members: [JSON.Member]) throws(CedarError) -> Value? {
        guard members.count == 1, let member = members.first else { return nil }
        if member.name == "__entity" || member.name == "__extn", let number = member.value.numberThatIsNoValue {
            // What is ignored inside an escape has to be readable as a value too.
            throw CedarError(.invalidValue, "`\(number)` is not a 64-bit integer")
        }
        switch member.name {
        case "__entity": return try EntityUID(fields: member.value).map(Value.entity)
        case "__extn": return try call(member.value)
        case "__expr" where member.value.stringValue != nil:
            throw CedarError(.invalidValue, "the `__expr` form is not supported")
        default: return nil
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

extension JSON {
    /// The first number in it that is no 64-bit integer, as written; nil when every number is one.
    var numberThatIsNoValue: String? { firstNumber { _ in true } }

    /// Refuses numbers beyond what a floating-point number of 64 bits holds, wherever they stand: ignored members are read that far.
    func requireNumbersInRange() throws(CedarError) {
        guard let number = firstNumber(where: { Double($0)?.isFinite != true }) else { return }
        throw CedarError(.invalidValue, "`\(number)` is out of range")
    }

    private func firstNumber(where found: (String) -> Bool) -> String? {
        // Depth is bounded by the reader of the JSON text.
        switch self {
        case .number(let text): return found(text) ? text : nil
        case .array(let elements):
            for element in elements { if let number = element.firstNumber(where: found) { return number } }
            return nil
        case .object(let members):
            for member in members { if let number = member.value.firstNumber(where: found) { return number } }
            return nil
        case .null, .bool, .integer, .string: return nil
        }
    }
}

extension Record {
    /// Reads a record, such as a context, from a JSON object.
    ///
    /// - Throws: `invalidValue` when it is no object or holds a malformed value.
    public init(json: JSON) throws(CedarError) {
        guard case .record(let record) = try Value(json: json) else {
            throw CedarError(.invalidValue, "expected a JSON object that is a record")
        }
        self = record
    }

    fileprivate init(members: [JSON.Member]) throws(CedarError) {
        var entries: [(key: Text, value: Value)] = []
        entries.reserveCapacity(members.count)
        for member in members {
            do {
                entries.append((key: member.name, value: try Value(json: member.value)))
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
    public init(json: JSON) throws(CedarError) {
        guard let uidJSON = json["uid"] else { throw CedarError(.invalidEntity, "an entity has no `uid`") }
        let uid = try EntityUID(json: uidJSON)
        do throws(CedarError) {
            try Entity.requireNumbersInRange(json)
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
                tags = try Record(members: members)
            }
            self.init(uid: uid, attributes: try Record(members: attributes), tags: tags, parents: above)
        } catch {
            throw CedarError(error.code, "entity `\(uid)`: \(error.message)", at: error.location)
        }
    }

    /// Members that mean nothing may hold any number; the four that are read may not, not even where they ignore something.
    static func requireNumbersInRange(_ json: JSON) throws(CedarError) {
        for name: Text in ["uid", "attrs", "parents", "tags"] { try json[name]?.requireNumbersInRange() }
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
    /// Reads an array of entities, values in their explicit forms.
    ///
    /// Without a schema: actions and their groups have to be among the entities.
    /// - Throws: as `Entity.init(json:)` and `Entities.init(_:)`.
    public init(json: JSON) throws(CedarError) {
        guard let elements = json.arrayValue else { throw CedarError(.invalidEntity, "entities are given as an array") }
        var entities: [Entity] = []
        entities.reserveCapacity(elements.count)
        for element in elements { entities.append(try Entity(json: element)) }
        try self.init(entities)
    }
}
