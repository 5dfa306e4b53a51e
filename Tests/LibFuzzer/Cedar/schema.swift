import Cedar

/// Schema texts: resolved, and policies validated against them; then the validator's promise is held against evaluation.
///
/// A line `//# policies` ends the schema and begins policies; `//# entities` begins entities as JSON.
func probe(_ input: [UInt8]) {
    let sections = sections(text(input))
    let schema: Schema
    do throws(CedarError) {
        schema = try Schema(parsing: sections.schema)
    } catch {
        return check(error, in: sections.schema)
    }
    checkActions(schema)

    var policies = World.policies
    if let text = sections.policies {
        do throws(CedarError) {
            policies = try PolicySet(parsing: text)
        } catch {
            check(error, in: text)
        }
    }
    var entities = must("the actions of a schema are entities") { try Entities(schema.actionEntities) }
    if let text = sections.entities, let json = try? JSON(parsing: text), let read = try? Entities(json: json, schema: schema) {
        require(schema.validate(read).isEmpty, "entities read by the schema fit it")
        entities = read
    }
    checkSoundness(policies, schema, requests(schema, entities), entities)
}

private func checkActions(_ schema: Schema) {
    let actions = schema.declaredActions
    // Long chains of actions are worth resolving, but not several times over.
    guard actions.count <= 400 else { return }
    require(Set(actions).count == actions.count, "actions are declared once")
    require(Set(schema.declaredEntityTypes).count == schema.declaredEntityTypes.count, "entity types are declared once")
    let entities = must("the actions of a schema have no cycle") { try Entities(schema.actionEntities) }
    require(schema.validate(entities).isEmpty, "the actions of a schema fit it")
    for action in actions {
        require(schema.ancestors(of: action) == Set(entities.ancestors(of: action)), "an action is in the same groups as schema and entity")
    }
    let read = must("no entities fit any schema") { try Entities(json: [], schema: schema) }
    require(read.count == actions.count, "the actions are added to entities read")
}

/// A few requests that fit the schema.
private func requests(_ schema: Schema, _ entities: Entities) -> [Request] {
    var result: [Request] = []
    let known = entities.uids.sorted()
    func candidates(_ type: EntityTypeName) -> [EntityUID] {
        let listed = (schema.enumerators(of: type) ?? []).sorted().prefix(1).map { EntityUID(type: type, id: $0) }
        return listed + known.filter { $0.type == type }.prefix(1) + [EntityUID(type: type, id: "none")]
    }
    for action in schema.declaredActions.prefix(4) {
        for principal in schema.principalTypes(of: action).prefix(2).flatMap(candidates) {
            for resource in schema.resourceTypes(of: action).prefix(2).flatMap(candidates) {
                let request = Request(principal: principal, action: action, resource: resource)
                if schema.validate(request).isEmpty { result.append(request) }
                guard result.count < 8 else { return result }
            }
        }
    }
    return result
}

private func sections(_ text: String) -> (schema: String, policies: String?, entities: String?) {
    var parts = ["", "", ""]
    var used = [true, false, false]
    var current = 0
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
        switch line {
        case "//# policies": current = 1
        case "//# entities": current = 2
        default: parts[current] += line + "\n"
        }
        used[current] = true
    }
    return (parts[0], used[1] ? parts[1] : nil, used[2] ? parts[2] : nil)
}
