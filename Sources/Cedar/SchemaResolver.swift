/// Finds out what the names in a schema stand for and builds the `Schema`.
///
/// A bare name is looked for in its own namespace, then outside any namespace, then among the types of the language; a common type
/// goes before an entity type of the same name. A name with `::` is taken as it stands.
///
/// Source: Cedar policy language, "Schema grammar", type name resolution; RFC 24 and RFC 70.
struct SchemaResolver {
    private struct CommonType {
        let namespace: String
        let definition: SchemaSyntax.TypeExpression
        let range: SourceRange
    }

    private let syntax: SchemaSyntax
    private var types = TypeTable()
    private var entityIndex: [EntityTypeName: Int] = [:]
    private var commonNames: [EntityTypeName] = []
    private var common: [EntityTypeName: CommonType] = [:]
    private var resolvedCommon: [EntityTypeName: TypeReference] = [:]
    private var actionSites: [EntityUID: SourceRange] = [:]

    /// Work on hierarchies stops here, so that a small text cannot ask for an enormous closure.
    private static let closureBudget = 2_000_000

    /// Takes stock of the definitions.
    ///
    /// - Throws: `duplicateDefinition` for names defined twice or hidden by a namespace.
    init(_ syntax: SchemaSyntax) throws(CedarError) {
        self.syntax = syntax
        for block in syntax.blocks {
            for entity in block.entities {
                let name = SchemaResolver.name(entity.name, in: block.name)
                guard entityIndex.updateValue(entityIndex.count, forKey: name) == nil else {
                    throw SchemaResolver.duplicate("entity type", name.text.string, entity.range)
                }
            }
            for type in block.commonTypes {
                let name = SchemaResolver.name(type.name, in: block.name)
                let entry = CommonType(namespace: block.name, definition: type.definition, range: type.range)
                guard common.updateValue(entry, forKey: name) == nil else {
                    throw SchemaResolver.duplicate("type", name.text.string, type.range)
                }
                commonNames.append(name)
            }
            for action in block.actions {
                let uid = EntityUID(type: SchemaResolver.name("Action", in: block.name), id: action.name)
                guard actionSites.updateValue(action.range, forKey: uid) == nil else {
                    throw SchemaResolver.duplicate("action", uid.description, action.range)
                }
            }
        }
        try refuseShadowing()
        // The types of actions come after all entity types, each namespace with actions once.
        for block in syntax.blocks where !block.actions.isEmpty {
            let name = SchemaResolver.name("Action", in: block.name)
            if entityIndex[name] == nil { entityIndex[name] = entityIndex.count }
        }
    }

    private static func name(_ base: String, in namespace: String) -> EntityTypeName {
        EntityTypeName(namespace.isEmpty ? base : namespace + "::" + base)
    }

    private static func duplicate(_ what: String, _ name: String, _ range: SourceRange) -> CedarError {
        CedarError(.duplicateDefinition, "\(what) `\(name)` is declared twice", at: range.start)
    }

    /// A definition in a namespace may not have the name of one outside any.
    private func refuseShadowing() throws(CedarError) {
        for block in syntax.blocks where !block.name.isEmpty {
            for (name, range) in block.entities.map({ ($0.name, $0.range) }) + block.commonTypes.map({ ($0.name, $0.range) }) {
                let outer = EntityTypeName(name)
                guard entityIndex[outer] == nil, common[outer] == nil else {
                    throw CedarError(
                        .duplicateDefinition, "`\(block.name)::\(name)` would hide `\(name)`, which is declared outside any namespace",
                        at: range.start)
                }
            }
            for action in block.actions where actionSites[EntityUID(type: "Action", id: action.name)] != nil {
                throw CedarError(
                    .duplicateDefinition,
                    "`\(block.name)::Action::\(action.name.quoted)` would hide `Action::\(action.name.quoted)`, which is declared outside any namespace",
                    at: action.range.start)
            }
        }
    }

    /// Resolves everything.
    ///
    /// - Throws: `unknownName`, `cyclicDefinition`, `invalidSchema`, `limitExceeded`.
    mutating func schema() throws(CedarError) -> Schema {
        try resolveCommonTypes()
        let actions = try resolveActions()
        let entityTypes = try resolveEntityTypes(actions)
        return Schema(types: types, entityTypes: entityTypes, actions: actions)
    }

    // MARK: Names

    /// What a name may stand for, most likely first.
    private func candidates(_ path: SchemaSyntax.Path, in namespace: String) -> [EntityTypeName] {
        let plain = EntityTypeName(path.text)
        guard !path.isQualified, !namespace.isEmpty else { return [plain] }
        return [SchemaResolver.name(path.text, in: namespace), plain]
    }

    private func entityType(_ path: SchemaSyntax.Path, in namespace: String) throws(CedarError) -> Int {
        for candidate in candidates(path, in: namespace) {
            guard let index = entityIndex[candidate] else { continue }
            guard !candidate.isAction else { break }
            return index
        }
        throw CedarError(.unknownName, "`\(path.text)` is not a declared entity type", at: path.range.start)
    }

    /// Ascending, each once.
    private func entityTypes(_ paths: [SchemaSyntax.Path], in namespace: String) throws(CedarError) -> [Int] {
        var types: Set<Int> = []
        for path in paths { types.insert(try entityType(path, in: namespace)) }
        return types.sorted()
    }

    private enum Meaning {
        case common(EntityTypeName)
        case type(TypeReference)
    }

    private mutating func meaning(_ path: SchemaSyntax.Path, in namespace: String) throws(CedarError) -> Meaning {
        for candidate in candidates(path, in: namespace) {
            if common[candidate] != nil { return .common(candidate) }
            if let index = entityIndex[candidate] { return .type(try types.intern(.entity([index]))) }
        }
        switch path.text {
        case "Bool", "__cedar::Bool": return .type(TypeTable.bool)
        case "Long", "__cedar::Long": return .type(TypeTable.long)
        case "String", "__cedar::String": return .type(TypeTable.string)
        case "decimal", "__cedar::decimal": return .type(TypeTable.decimal)
        case "ipaddr", "__cedar::ipaddr": return .type(TypeTable.ipaddr)
        case "datetime", "__cedar::datetime": return .type(TypeTable.datetime)
        case "duration", "__cedar::duration": return .type(TypeTable.duration)
        default: throw CedarError(.unknownName, "`\(path.text)` is not a declared type", at: path.range.start)
        }
    }

    // MARK: Types

    /// Resolves common types in an order in which each comes after those it names, without recursion along chains of definitions.
    private mutating func resolveCommonTypes() throws(CedarError) {
        var open: [EntityTypeName: Int] = [:]
        var users: [EntityTypeName: [EntityTypeName]] = [:]
        var ready: [EntityTypeName] = []
        for name in commonNames {
            guard let entry = common[name] else { continue }
            var used: Set<EntityTypeName> = []
            try collectCommon(entry.definition, in: entry.namespace, into: &used)
            open[name] = used.count
            for other in used { users[other, default: []].append(name) }
            if used.isEmpty { ready.append(name) }
        }
        while let name = ready.popLast() {
            guard let entry = common[name] else { continue }
            resolvedCommon[name] = try resolve(entry.definition, in: entry.namespace, at: entry.range)
            for user in users[name] ?? [] {
                let left = (open[user] ?? 1) - 1
                open[user] = left
                if left == 0 { ready.append(user) }
            }
        }
        for name in commonNames where resolvedCommon[name] == nil {
            throw CedarError(
                .cyclicDefinition, "the definition of type `\(name)` leads back to itself or to a type that does",
                at: common[name]?.range.start)
        }
    }

    private mutating func collectCommon(
        _ type: SchemaSyntax.TypeExpression, in namespace: String, into used: inout Set<EntityTypeName>
    ) throws(CedarError) {
        switch type {
        case .name(let path): if case .common(let name) = try meaning(path, in: namespace) { used.insert(name) }
        case .set(let element): try collectCommon(element, in: namespace, into: &used)
        case .record(let attributes): for attribute in attributes { try collectCommon(attribute.type, in: namespace, into: &used) }
        }
    }

    private mutating func resolve(
        _ type: SchemaSyntax.TypeExpression, in namespace: String, at range: SourceRange
    ) throws(CedarError) -> TypeReference {
        switch type {
        case .name(let path):
            switch try meaning(path, in: namespace) {
            case .type(let reference): return reference
            case .common(let name):
                // INVARIANT: `resolveCommonTypes` visits a type after all it names.
                guard let reference = resolvedCommon[name] else {
                    throw CedarError(.cyclicDefinition, "type `\(name)` is defined by itself", at: range.start)
                }
                return reference
            }
        case .set(let element):
            let reference = try resolve(element, in: namespace, at: range)
            return try intern(.set(reference), at: range)
        case .record(let attributes):
            return try record(attributes, in: namespace, at: range)
        }
    }

    /// Resolves the type after `context:`, where a name stands for a common type only, never for an entity type.
    private mutating func resolveContext(
        _ type: SchemaSyntax.TypeExpression, in namespace: String, at range: SourceRange
    ) throws(CedarError) -> TypeReference {
        guard case .name(let path) = type else { return try resolve(type, in: namespace, at: range) }
        for candidate in candidates(path, in: namespace) {
            if let reference = resolvedCommon[candidate] { return reference }
        }
        if case .type(let reference) = try meaning(path, in: namespace), case .entity = types[reference] {
            throw CedarError(
                .unknownName, "`\(path.text)` is an entity type, but a context is a record or a common type", at: path.range.start)
        }
        return try resolve(type, in: namespace, at: range)
    }

    private mutating func record(
        _ attributes: [SchemaSyntax.Attribute], in namespace: String, at range: SourceRange
    ) throws(CedarError) -> TypeReference {
        var resolved: [TypeTable.Attribute] = []
        for attribute in attributes {
            let type = try resolve(attribute.type, in: namespace, at: range)
            resolved.append(TypeTable.Attribute(name: attribute.name, type: type, isRequired: attribute.isRequired))
        }
        return try intern(TypeTable.record(resolved), at: range)
    }

    private mutating func intern(_ node: TypeTable.Node, at range: SourceRange) throws(CedarError) -> TypeReference {
        do {
            return try types.intern(node)
        } catch {
            throw CedarError(error.code, error.message, at: range.start)
        }
    }

    // MARK: Entity types

    private mutating func resolveEntityTypes(_ actions: [Schema.Action]) throws(CedarError) -> [Schema.EntityType] {
        var result: [Schema.EntityType] = []
        var parents: [[Int]] = []
        // The names of one declaration share what it says: `entity A, B, C … { … }` would else take the square of its length.
        var declaration = -1
        for block in syntax.blocks {
            for entity in block.entities {
                if declaration == entity.declaration, let last = parents.last {
                    parents.append(last)
                    continue
                }
                declaration = entity.declaration
                var above: Set<Int> = []
                for path in entity.parents { above.insert(try entityType(path, in: block.name)) }
                parents.append(Array(above))
            }
        }
        let ancestors = try closure(parents)
        declaration = -1
        var attributes = TypeTable.emptyRecord
        var tags: TypeReference?
        var enumerators: Set<Text>?
        for block in syntax.blocks {
            for entity in block.entities {
                let index = result.count
                if declaration != entity.declaration {
                    declaration = entity.declaration
                    attributes = try record(entity.attributes, in: block.name, at: entity.range)
                    tags = nil
                    if let written = entity.tags { tags = try resolve(written, in: block.name, at: entity.range) }
                    enumerators = entity.enumerators.map { Set($0) }
                }
                result.append(
                    Schema.EntityType(
                        name: SchemaResolver.name(entity.name, in: block.name), attributes: attributes, tags: tags,
                        enumerators: enumerators, parents: parents[index], ancestors: ancestors[index],
                        isAction: false, annotations: entity.annotations))
            }
        }
        // INVARIANT: the indices given out in `init` are the positions in `result`.
        var above: [Int: Set<Int>] = [:]
        for action in actions {
            for ancestor in action.ancestors {
                if let index = entityIndex[ancestor.type] { above[action.type, default: []].insert(index) }
            }
        }
        for block in syntax.blocks where !block.actions.isEmpty {
            let index = result.count
            let ancestors = above[index] ?? []
            result.append(
                Schema.EntityType(
                    name: SchemaResolver.name("Action", in: block.name), attributes: TypeTable.emptyRecord, tags: nil, enumerators: nil,
                    parents: Array(ancestors), ancestors: ancestors, isAction: true, annotations: []))
        }
        return result
    }

    /// Everything that can be reached from each node; a node reaches itself only along a cycle.
    private func closure(_ parents: [[Int]]) throws(CedarError) -> [Set<Int>] {
        var budget = SchemaResolver.closureBudget
        var result: [Set<Int>] = []
        result.reserveCapacity(parents.count)
        for start in parents.indices {
            var reached: Set<Int> = []
            var pending = parents[start]
            while let next = pending.popLast() {
                budget -= 1
                guard reached.insert(next).inserted else { continue }
                pending += parents[next]
            }
            guard budget > 0 else {
                throw CedarError(.limitExceeded, "the hierarchies of the schema are too large to work out")
            }
            result.append(reached)
        }
        return result
    }

    // MARK: Actions

    private func action(_ reference: SchemaSyntax.ActionReference, in namespace: String) throws(CedarError) -> EntityUID {
        var possible: [EntityTypeName] = [SchemaResolver.name("Action", in: namespace), "Action"]
        if let type = reference.type { possible = candidates(type, in: namespace) }
        for type in possible where type.isAction {
            let uid = EntityUID(type: type, id: reference.id)
            if actionSites[uid] != nil { return uid }
        }
        let written = EntityUID(type: possible.first ?? "Action", id: reference.id)
        throw CedarError(.unknownName, "`\(written)` is not a declared action", at: reference.range.start)
    }

    private mutating func resolveActions() throws(CedarError) -> [Schema.Action] {
        var uids: [EntityUID] = []
        var parents: [[Int]] = []
        var index: [EntityUID: Int] = [:]
        for block in syntax.blocks {
            let type = SchemaResolver.name("Action", in: block.name)
            for action in block.actions {
                let uid = EntityUID(type: type, id: action.name)
                index[uid] = uids.count
                uids.append(uid)
            }
        }
        var declaration = -1
        for block in syntax.blocks {
            for action in block.actions {
                if declaration == action.declaration, let last = parents.last {
                    parents.append(last)
                    continue
                }
                declaration = action.declaration
                var above: Set<Int> = []
                for reference in action.parents {
                    if let parent = index[try self.action(reference, in: block.name)] { above.insert(parent) }
                }
                parents.append(Array(above))
            }
        }
        let ancestors = try closure(parents)
        var result: [Schema.Action] = []
        declaration = -1
        var principals: [Int] = []
        var resources: [Int] = []
        var context = TypeTable.emptyRecord
        for block in syntax.blocks {
            for action in block.actions {
                let position = result.count
                let uid = uids[position]
                guard !ancestors[position].contains(position) else {
                    throw CedarError(.cyclicDefinition, "action `\(uid)` is in itself", at: action.range.start)
                }
                if declaration != action.declaration {
                    declaration = action.declaration
                    principals = try entityTypes(action.appliesTo?.principals ?? [], in: block.name)
                    resources = try entityTypes(action.appliesTo?.resources ?? [], in: block.name)
                    context = TypeTable.emptyRecord
                    if let written = action.appliesTo?.context { context = try resolveContext(written, in: block.name, at: action.range) }
                }
                guard case .record = types[context] else {
                    throw CedarError(.invalidSchema, "the context of action `\(uid)` is not a record", at: action.range.start)
                }
                result.append(
                    Schema.Action(
                        uid: uid, type: entityIndex[uid.type] ?? 0, ancestors: Set(ancestors[position].map { uids[$0] }),
                        parents: parents[position].map { uids[$0] }, principals: principals, resources: resources,
                        context: context, annotations: action.annotations))
            }
        }
        return result
    }
}
