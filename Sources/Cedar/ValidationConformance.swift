/// One reason why an entity or a request does not fit its schema.
public struct ConformanceFinding: Sendable, Hashable, CustomStringConvertible {
    /// The closed set of reasons.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// An entity type that the schema does not declare.
        case unknownEntityType
        /// An action that the schema does not declare.
        case unknownAction
        /// An identifier that is not one of those of its enumerated entity type.
        case unknownEnumerator
        /// A required attribute that is absent.
        case missingAttribute
        /// An attribute that the schema does not declare.
        case unknownAttribute
        /// A tag on an entity of a type without tags.
        case unknownTag
        /// A value of another type than declared.
        case wrongType
        /// A parent of a type that the entity cannot be below.
        case invalidParent
        /// An action that is not as the schema has it.
        case alteredAction
        /// A principal of a type the action does not apply to.
        case invalidPrincipal
        /// A resource of a type the action does not apply to.
        case invalidResource
        /// A context that is not of the action's type.
        case invalidContext
    }

    /// The entity, or the part of the request, at fault.
    public let subject: EntityUID
    /// The reason.
    public let code: Code
    /// One sentence; wording is not stable, `code` is.
    public let message: String

    /// Creates a finding.
    public init(subject: EntityUID, code: Code, message: String) {
        self.subject = subject
        self.code = code
        self.message = message
    }

    /// `entity: message`.
    public var description: String { "`\(subject)`: \(message)" }
}

// MARK: Entities

extension Schema {
    /// Checks that the entities are as the schema says: types, attributes, tags, parents, enumerated identifiers; actions exactly.
    ///
    /// - Returns: every fault, ordered by entity; empty when all entities are valid.
    /// Source: Cedar policy language, "Schema", validation of entities.
    public func validate(_ entities: Entities) -> [ConformanceFinding] {
        var findings: [ConformanceFinding] = []
        for uid in entities.uids.sorted() {
            guard let entity = entities[uid] else { continue }
            if uid.type.isAction {
                findings += validateAction(entity, ancestors: Set(entities.ancestors(of: uid)))
            } else {
                findings += validate(entity)
            }
        }
        return findings
    }

    /// Checks one entity by itself; an action must name everything it is in as its parents.
    public func validate(_ entity: Entity) -> [ConformanceFinding] {
        if entity.uid.type.isAction { return validateAction(entity, ancestors: entity.parents) }
        let uid = entity.uid
        guard let type = entityType(uid.type) else {
            return [ConformanceFinding(subject: uid, code: .unknownEntityType, message: "the schema declares no entity type `\(uid.type)`")]
        }
        var findings: [ConformanceFinding] = []
        func report(_ code: ConformanceFinding.Code, _ message: String) {
            findings.append(ConformanceFinding(subject: uid, code: code, message: message))
        }
        if let enumerators = type.enumerators, !enumerators.contains(uid.id) {
            report(.unknownEnumerator, "it is not one of the entities that the schema lists for `\(uid.type)`")
        }
        let record = self.record(type.attributes)
        for attribute in record.attributes where attribute.isRequired && entity.attributes[attribute.name] == nil {
            report(.missingAttribute, "it lacks attribute \(attribute.name.quoted)")
        }
        for (name, value) in entity.attributes.sorted {
            guard let attribute = record.attribute(name) else {
                report(.unknownAttribute, "the schema declares no attribute \(name.quoted)")
                continue
            }
            if let fault = fault(value, attribute.type) { report(fault.code, "attribute \(name.quoted) \(fault.message)") }
        }
        for (name, value) in entity.tags.sorted {
            guard let tags = type.tags else {
                report(.unknownTag, "the schema declares no tags, but there is \(name.quoted)")
                continue
            }
            if let fault = fault(value, tags) { report(fault.code, "tag \(name.quoted) \(fault.message)") }
        }
        for parent in entity.parents.sorted() {
            if let fault = fault(identity: parent) { report(fault.code, "parent `\(parent)` \(fault.message)") }
            guard let index = entityTypeIndex[parent.type], type.ancestors.contains(index) else {
                report(.invalidParent, "the schema does not let it be in an entity of type `\(parent.type)`")
                continue
            }
        }
        return findings
    }

    private func validateAction(_ entity: Entity, ancestors: Set<EntityUID>) -> [ConformanceFinding] {
        guard let declared = action(entity.uid) else {
            return [ConformanceFinding(subject: entity.uid, code: .unknownAction, message: "the schema declares no such action")]
        }
        guard entity.attributes.isEmpty, entity.tags.isEmpty, ancestors == declared.ancestors else {
            return [
                ConformanceFinding(
                    subject: entity.uid, code: .alteredAction, message: "its attributes, tags or groups are not those of the schema")
            ]
        }
        return []
    }

    private struct Fault {
        let code: ConformanceFinding.Code
        let message: String
    }

    /// What is wrong with naming an entity: an action that is not declared, or an identifier that is not listed.
    private func fault(identity uid: EntityUID) -> Fault? {
        if uid.type.isAction {
            guard actionIndex[uid] == nil else { return nil }
            return Fault(code: .unknownAction, message: "is not a declared action")
        }
        guard let enumerators = entityType(uid.type)?.enumerators, !enumerators.contains(uid.id) else { return nil }
        return Fault(code: .unknownEnumerator, message: "is not one of the entities that the schema lists for `\(uid.type)`")
    }

    /// What keeps a value from being of a type. Recursion is bounded by the depth of the type.
    private func fault(_ value: Value, _ type: TypeReference) -> Fault? {
        switch (types[type], value) {
        case (.bool, .bool), (.long, .long), (.string, .string), (.extension(.decimal), .decimal), (.extension(.ipaddr), .ipaddr),
            (.extension(.datetime), .datetime), (.extension(.duration), .duration):
            return nil
        case (.entity(let possible), .entity(let uid)):
            guard let index = entityTypeIndex[uid.type], possible.contains(index) else { break }
            guard let inner = fault(identity: uid) else { return nil }
            return Fault(code: inner.code, message: "names `\(uid)`, which \(inner.message)")
        case (.set(let element), .set(let set)):
            for item in set.elements { if let inner = fault(item, element) { return inner } }
            return nil
        case (.record(let expected), .record(let record)):
            for attribute in expected.attributes {
                guard let item = record[attribute.name] else {
                    if attribute.isRequired {
                        return Fault(code: .missingAttribute, message: "lacks \(attribute.name.quoted) within")
                    }
                    continue
                }
                if let inner = fault(item, attribute.type) { return inner }
            }
            guard let extra = record.keys.filter({ expected.attribute($0) == nil }).min() else { return nil }
            return Fault(code: .unknownAttribute, message: "has \(extra.quoted) within, which the schema does not declare")
        default: break
        }
        let expected = types.describe(type, names: entityTypeNames)
        return Fault(code: .wrongType, message: "is \(value.typeName), but the schema says \(expected)")
    }
}

// MARK: Requests

extension Schema {
    /// Checks that a request is one the schema knows: action declared, principal and resource of types the action applies to, context of
    /// the action's type.
    ///
    /// - Returns: every fault; empty when the request is valid.
    /// Source: Cedar policy language, "Schema", validation of requests.
    public func validate(_ request: Request) -> [ConformanceFinding] {
        var findings: [ConformanceFinding] = []
        for uid in [request.principal, request.resource] {
            if uid.type.isAction || entityTypeIndex[uid.type] == nil {
                findings.append(
                    ConformanceFinding(subject: uid, code: .unknownEntityType, message: "the schema declares no entity type `\(uid.type)`"))
            } else if let fault = fault(identity: uid) {
                findings.append(ConformanceFinding(subject: uid, code: fault.code, message: "it \(fault.message)"))
            }
        }
        guard let action = action(request.action) else {
            findings.append(
                ConformanceFinding(subject: request.action, code: .unknownAction, message: "the schema declares no such action"))
            return findings
        }
        if let type = entityTypeIndex[request.principal.type], !action.principals.contains(type) {
            findings.append(
                ConformanceFinding(
                    subject: request.principal, code: .invalidPrincipal, message: "it cannot be the principal of `\(request.action)`"))
        }
        if let type = entityTypeIndex[request.resource.type], !action.resources.contains(type) {
            findings.append(
                ConformanceFinding(
                    subject: request.resource, code: .invalidResource, message: "it cannot be the resource of `\(request.action)`"))
        }
        if let fault = fault(.record(request.context), action.context) {
            findings.append(
                ConformanceFinding(subject: request.action, code: .invalidContext, message: "the context of the request \(fault.message)"))
        }
        return findings
    }
}
