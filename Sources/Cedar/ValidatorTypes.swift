/// Subtypes and least upper bounds over a schema's types and those a policy adds.
struct ValidatorTypes {
    private(set) var table: TypeTable
    let schema: Schema
    let mode: ValidationMode
    private var subtypes: [Pair: Bool] = [:]
    private var bounds: [Pair: TypeReference?] = [:]

    private struct Pair: Hashable {
        let first: TypeReference
        let second: TypeReference
    }

    init(_ schema: Schema, _ mode: ValidationMode) {
        table = schema.types
        self.schema = schema
        self.mode = mode
    }

    subscript(reference: TypeReference) -> TypeTable.Node { table[reference] }

    mutating func intern(_ node: TypeTable.Node) throws(CedarError) -> TypeReference { try table.intern(node) }

    func describe(_ reference: TypeReference) -> String { table.describe(reference, names: schema.entityTypeNames) }

    static func bool(_ value: Bool) -> TypeReference { value ? TypeTable.true : TypeTable.false }

    func isBool(_ type: TypeReference) -> Bool {
        type == TypeTable.bool || type == TypeTable.true || type == TypeTable.false || type == TypeTable.never
    }

    func isEntity(_ type: TypeReference) -> Bool {
        switch table[type] {
        case .entity, .anyEntity, .never: true
        default: false
        }
    }

    func isSet(_ type: TypeReference) -> Bool {
        switch table[type] {
        case .set, .never: true
        default: false
        }
    }

    func isEntityOrRecord(_ type: TypeReference) -> Bool {
        if case .record = table[type] { return true }
        return isEntity(type)
    }

    /// Whether the type is an entity or a set of entities.
    func isEntityOrEntities(_ type: TypeReference) -> Bool {
        if case .set(let element) = table[type] { return isEntity(element) }
        return isEntity(type)
    }

    /// The entity types a value of the type can have; nil when it can have any.
    func entityTypes(_ type: TypeReference) -> [Int]? {
        if case .entity(let types) = table[type] { return types }
        return nil
    }

    // MARK: Subtypes

    /// Whether every value of the first type is a value of the second.
    mutating func isSubtype(_ first: TypeReference, _ second: TypeReference) -> Bool {
        if first == second { return true }
        switch (table[first], table[second]) {
        case (.never, _): return true
        case (.true, .bool), (.false, .bool): return true
        case (.entity, .anyEntity): return mode == .permissive
        case (.entity(let some), .entity(let more)):
            return mode == .permissive && some.allSatisfy(more.contains)
        case (.set(let left), .set(let right)): return isSubtype(left, right)
        case (.record(let left), .record(let right)):
            let pair = Pair(first: first, second: second)
            if let known = subtypes[pair] { return known }
            let answer = isSubtype(left, right)
            subtypes[pair] = answer
            return answer
        default: return false
        }
    }

    private mutating func isSubtype(_ left: TypeTable.RecordType, _ right: TypeTable.RecordType) -> Bool {
        guard !left.isOpen || right.isOpen else { return false }
        guard left.attributes.count == right.attributes.count || (mode == .permissive && right.isOpen) else { return false }
        for attribute in right.attributes {
            guard let other = left.attribute(attribute.name) else { return false }
            let qualified = mode == .strict ? other.isRequired == attribute.isRequired : other.isRequired || !attribute.isRequired
            guard qualified, isSubtype(other.type, attribute.type) else { return false }
        }
        return true
    }

    // MARK: Least upper bounds

    /// The smallest type that holds the values of both; nil when the mode knows none.
    mutating func leastUpperBound(_ first: TypeReference, _ second: TypeReference) throws(CedarError) -> TypeReference? {
        if isSubtype(first, second) { return second }
        if isSubtype(second, first) { return first }
        let pair = Pair(first: first, second: second)
        if let known = bounds[pair] { return known }
        let answer = try computeBound(table[first], table[second])
        bounds[pair] = .some(answer)
        return answer
    }

    /// The smallest type that holds the values of all; `never` for none.
    mutating func leastUpperBound(_ types: [TypeReference]) throws(CedarError) -> TypeReference? {
        var result = TypeTable.never
        for type in types {
            guard let bound = try leastUpperBound(result, type) else { return nil }
            result = bound
        }
        return result
    }

    private mutating func computeBound(_ first: TypeTable.Node, _ second: TypeTable.Node) throws(CedarError) -> TypeReference? {
        switch (first, second) {
        case (.true, .false), (.false, .true): return TypeTable.bool
        case (.set(let left), .set(let right)):
            guard let element = try leastUpperBound(left, right) else { return nil }
            return try table.intern(.set(element))
        case (.entity(let left), .entity(let right)):
            guard mode == .permissive else { return nil }
            return try table.intern(.entity(Set(left).union(right).sorted()))
        case (.entity, .anyEntity), (.anyEntity, .entity):
            return mode == .permissive ? TypeTable.anyEntity : nil
        case (.record(let left), .record(let right)):
            return mode == .strict ? try strictBound(left, right) : try permissiveBound(left, right)
        default: return nil
        }
    }

    private mutating func strictBound(
        _ left: TypeTable.RecordType, _ right: TypeTable.RecordType
    ) throws(CedarError) -> TypeReference? {
        guard left.attributes.count == right.attributes.count else { return nil }
        var attributes: [TypeTable.Attribute] = []
        for (one, other) in zip(left.attributes, right.attributes) {
            guard one.name == other.name, one.isRequired == other.isRequired else { return nil }
            guard let bound = try leastUpperBound(one.type, other.type) else { return nil }
            attributes.append(TypeTable.Attribute(name: one.name, type: bound, isRequired: one.isRequired))
        }
        return try table.intern(TypeTable.record(attributes))
    }

    private mutating func permissiveBound(
        _ left: TypeTable.RecordType, _ right: TypeTable.RecordType
    ) throws(CedarError) -> TypeReference? {
        let attributes = try commonAttributes(left, right)
        let isOpen =
            left.isOpen || right.isOpen || attributes.count != left.attributes.count || attributes.count != right.attributes.count
        return try table.intern(TypeTable.record(attributes, isOpen: isOpen))
    }

    private mutating func commonAttributes(
        _ left: TypeTable.RecordType, _ right: TypeTable.RecordType
    ) throws(CedarError) -> [TypeTable.Attribute] {
        var attributes: [TypeTable.Attribute] = []
        for one in left.attributes {
            guard let other = right.attribute(one.name), let bound = try leastUpperBound(one.type, other.type) else { continue }
            attributes.append(TypeTable.Attribute(name: one.name, type: bound, isRequired: one.isRequired && other.isRequired))
        }
        return attributes
    }

    // MARK: Attributes and tags

    /// What is known of an attribute of a value.
    enum AttributeLookup {
        case found(TypeTable.Attribute)
        /// Some values of the type may have it.
        case possible
        case absent
    }

    /// The attribute of a value of the type, which is an entity or a record.
    mutating func attribute(_ name: Text, of type: TypeReference) throws(CedarError) -> AttributeLookup {
        switch table[type] {
        case .record(let record):
            if let attribute = record.attribute(name) { return .found(attribute) }
            return record.isOpen ? .possible : .absent
        case .entity(let types):
            var result: TypeTable.Attribute?
            var present = 0
            for index in types {
                guard let attribute = schema.record(schema.entityTypes[index].attributes).attribute(name) else { continue }
                present += 1
                guard let earlier = result else {
                    result = present == 1 ? attribute : nil
                    continue
                }
                if let bound = try leastUpperBound(earlier.type, attribute.type) {
                    result = TypeTable.Attribute(
                        name: name, type: bound, isRequired: earlier.isRequired && attribute.isRequired)
                } else {
                    result = nil
                }
            }
            if present == types.count, let result { return .found(result) }
            return present > 0 ? .possible : .absent
        default: return .possible
        }
    }

    /// The types of the tags of entities of the type, those without tags left out; nil when nothing is known.
    func tagTypes(_ type: TypeReference) -> [TypeReference]? {
        entityTypes(type)?.compactMap { schema.entityTypes[$0].tags }
    }
}
