/// The types whose values are made by extension functions.
///
/// Source: Cedar policy language, "Extension" data types.
public enum ExtensionType: String, Sendable, Hashable, CaseIterable {
    case decimal, ipaddr, datetime, duration

    /// The function that makes a value of the type from a string.
    public var constructor: ExtensionFunction {
        switch self {
        case .decimal: .decimal
        case .ipaddr: .ip
        case .datetime: .datetime
        case .duration: .duration
        }
    }

    /// The value the constructor makes of a string; nil when it refuses it.
    func value(_ text: Text) -> Value? {
        switch self {
        case .decimal: (try? CedarDecimal(parsing: text)).map(Value.decimal)
        case .ipaddr: (try? CedarIPAddress(parsing: text)).map(Value.ipaddr)
        case .datetime: (try? CedarDateTime(parsing: text)).map(Value.datetime)
        case .duration: (try? CedarDuration(parsing: text)).map(Value.duration)
        }
    }
}

/// A type in a `TypeTable`. Two references into one table are equal exactly when the types are.
struct TypeReference: Sendable, Hashable {
    let index: Int
}

/// Types, each stored once, so that comparing them costs nothing however large they are.
///
/// A schema can describe a type of exponential size in a few lines (a record of two records of two records …). Nothing here or in the
/// validator walks a type without remembering what it has seen.
struct TypeTable: Sendable {
    /// The forms of type. `never` and the singletons `true` and `false` occur in the validator only, as do `anyEntity`, open records and
    /// entities of several types.
    enum Node: Sendable, Hashable {
        case never, `true`, `false`, bool, long, string, anyEntity
        /// Indices of entity types in the schema, ascending, at least one.
        case entity([Int])
        case set(TypeReference)
        case record(RecordType)
        case `extension`(ExtensionType)
    }

    /// Attributes ordered by name; `isOpen` when there may be others.
    struct RecordType: Sendable, Hashable {
        let attributes: [Attribute]
        var isOpen = false

        /// The attribute of that name.
        func attribute(_ name: Text) -> Attribute? {
            var low = 0
            var high = attributes.count
            while low < high {
                let middle = low + (high - low) / 2
                if attributes[middle].name == name { return attributes[middle] }
                if attributes[middle].name < name { low = middle + 1 } else { high = middle }
            }
            return nil
        }
    }

    /// A name, the type of its value, and whether it is always there.
    struct Attribute: Sendable, Hashable {
        let name: Text
        let type: TypeReference
        let isRequired: Bool
    }

    /// Types nest at most this deep, so recursion along the nesting is safe.
    static let maximumDepth = 200

    private(set) var nodes: [Node] = []
    private var depths: [Int] = []
    private var index: [Node: TypeReference] = [:]

    static let never = TypeReference(index: 0)
    static let `true` = TypeReference(index: 1)
    static let `false` = TypeReference(index: 2)
    static let bool = TypeReference(index: 3)
    static let long = TypeReference(index: 4)
    static let string = TypeReference(index: 5)
    static let anyEntity = TypeReference(index: 6)
    static let emptyRecord = TypeReference(index: 7)
    static let decimal = TypeReference(index: 8)
    static let ipaddr = TypeReference(index: 9)
    static let datetime = TypeReference(index: 10)
    static let duration = TypeReference(index: 11)

    init() {
        // INVARIANT: the order is that of the constants above.
        let first: [Node] = [
            .never, .true, .false, .bool, .long, .string, .anyEntity, .record(RecordType(attributes: [])),
            .extension(.decimal), .extension(.ipaddr), .extension(.datetime), .extension(.duration),
        ]
        for node in first {
            index[node] = TypeReference(index: nodes.count)
            nodes.append(node)
            depths.append(1)
        }
    }

    subscript(reference: TypeReference) -> Node { nodes[reference.index] }

    static func `extension`(_ type: ExtensionType) -> TypeReference {
        switch type {
        case .decimal: decimal
        case .ipaddr: ipaddr
        case .datetime: datetime
        case .duration: duration
        }
    }

    /// The one reference for a type.
    ///
    /// - Throws: `limitExceeded` when the type nests deeper than `maximumDepth`.
    mutating func intern(_ node: Node) throws(CedarError) -> TypeReference {
        if let known = index[node] { return known }
        var depth = 1
        switch node {
        case .set(let element): depth = depths[element.index] + 1
        case .record(let record): for attribute in record.attributes { depth = max(depth, depths[attribute.type.index] + 1) }
        default: break
        }
        guard depth <= TypeTable.maximumDepth else {
            throw CedarError(.limitExceeded, "a type is nested more than \(TypeTable.maximumDepth) levels deep")
        }
        let reference = TypeReference(index: nodes.count)
        nodes.append(node)
        depths.append(depth)
        index[node] = reference
        return reference
    }

    /// A record type from attributes in any order; of two with the same name the later counts.
    static func record(_ attributes: [Attribute], isOpen: Bool = false) -> Node {
        var byName: [Text: Attribute] = [:]
        for attribute in attributes { byName[attribute.name] = attribute }
        return .record(RecordType(attributes: byName.values.sorted { $0.name < $1.name }, isOpen: isOpen))
    }

    /// The type as a policy author writes it, cut short when it is long.
    func describe(_ reference: TypeReference, names: [EntityTypeName], limit: Int = 200) -> String {
        var text = ""
        describe(reference, names: names, limit: limit, into: &text)
        return text.utf8.count > limit ? String(text.unicodeScalars.prefix(limit)) + "…" : text
    }

    private func describe(_ reference: TypeReference, names: [EntityTypeName], limit: Int, into text: inout String) {
        guard text.utf8.count <= limit else { return }
        switch self[reference] {
        case .never: text += "nothing"
        case .true: text += "Bool (always true)"
        case .false: text += "Bool (always false)"
        case .bool: text += "Bool"
        case .long: text += "Long"
        case .string: text += "String"
        case .anyEntity: text += "an entity"
        case .extension(let type): text += type.rawValue
        case .entity(let types):
            text += types.prefix(8).map { names.indices.contains($0) ? names[$0].text.string : "?" }.joined(separator: " or ")
        case .set(let element):
            text += "Set<"
            describe(element, names: names, limit: limit, into: &text)
            text += ">"
        case .record(let record):
            text += "{"
            for (position, attribute) in record.attributes.enumerated() {
                guard text.utf8.count <= limit else { return }
                if position > 0 { text += ", " }
                text += Identifier.isWellFormed(attribute.name.string) ? attribute.name.string : attribute.name.quoted
                text += attribute.isRequired ? ": " : "?: "
                describe(attribute.type, names: names, limit: limit, into: &text)
            }
            text += record.isOpen ? ", …}" : "}"
        }
    }
}
