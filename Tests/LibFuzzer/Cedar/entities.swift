import Cedar

/// Entities and contexts in JSON: read, written and read again; with and without a schema.
func probe(_ input: [UInt8]) {
    let text = text(input)
    let json: JSON
    do throws(CedarError) {
        json = try JSON(parsing: input)
    } catch {
        return check(error, in: text)
    }
    let written = json.text
    require(must("written JSON is JSON") { try JSON(parsing: written) } == json, "JSON reads as it was written")
    require(json.isEquivalent(to: json), "JSON is equivalent to itself")

    checkContext(json)
    checkEntities(json)
    checkBySchema(json)
}

private func checkContext(_ json: JSON) {
    let record: Record
    do throws(CedarError) {
        record = try Record(json: json)
    } catch {
        return check(error, in: json.text)
    }
    let again = must("a written record is read") { try Record(json: Value.record(record).json) }
    require(again == record && again.hashValue == record.hashValue, "a record reads as it was written")
    for entry in record.sorted { checkText(entry.value) }
    let prepared = contextPolicies
    for request in World.requests {
        _ = decide(
            prepared, Request(principal: request.principal, action: request.action, resource: request.resource, context: record),
            World.entities)
    }
}

private let contextPolicies = must("policies over contexts can be prepared") {
    try PreparedPolicySet(
        PolicySet(
            parsing: """
                permit(principal, action, resource) when { context == context && context has a.b.c && context.a.b.c == context.d };
                forbid(principal, action, resource) when { context.s like "*a*b*" || context.s.contains(context.e) };
                permit(principal, action, resource) when { context.s.containsAll(context.t) && context.s.containsAny(context.t) };
                permit(principal, action, resource) when { context.e in context.s || context.e.getTag(context.k).isInRange(context.i) };
                permit(principal, action, resource) when { context.n + context.m * context.n - 1 < context.o };
                permit(principal, action, resource) when { context.t.offset(context.u).durationSince(context.t).toDays() > 1 };
                """))
}

/// A value's description is policy text for it.
private func checkText(_ value: Value) {
    let text = "permit(principal, action, resource) when { \(value) == context.v };"
    let set: PolicySet
    do throws(CedarError) {
        set = try PolicySet(parsing: text)
    } catch {
        return require(error.code == .limitExceeded, "a value is described as policy text: \(error)")
    }
    let prepared = must("the description of a value can be prepared") { try PreparedPolicySet(set) }
    let request = World.requests[0]
    let response = prepared.authorize(
        Request(principal: request.principal, action: request.action, resource: request.resource, context: ["v": value]),
        entities: World.entities, mode: .strict)
    require(response.decision == .allow, "a value equals what its description evaluates to")
}

private func checkEntities(_ json: JSON) {
    let entities: Entities
    do throws(CedarError) {
        entities = try Entities(json: json)
    } catch {
        return check(error, in: json.text)
    }
    let all = entities.all.sorted { $0.uid < $1.uid }
    require(all.count == entities.count, "the entities are as many as they say")
    let written = JSON.array(all.map(\.json))
    let again = must("written entities are read") { try Entities(json: JSON(parsing: written.text, maximumDepth: 400)) }
    require(again.all.sorted { $0.uid < $1.uid } == all, "entities read as they were written")
    // Each removal goes through all that lies below.
    guard all.count <= 128 else { return }
    var shrinking = entities
    for entity in all.prefix(64) {
        let above = Set(entities.ancestors(of: entity.uid))
        require(above == Set(again.ancestors(of: entity.uid)), "the same entities have the same ancestors")
        require(above.isSuperset(of: entity.parents) && !above.contains(entity.uid), "parents are ancestors, and nobody is their own")
        shrinking.remove(entity.uid)
        require(!shrinking.contains(entity.uid), "a removed entity is gone")
    }
    for entity in all.prefix(64) { must("a removed entity can be put back") { try shrinking.replace(entity) } }
    for entity in all.prefix(64) {
        require(
            Set(shrinking.ancestors(of: entity.uid)) == Set(entities.ancestors(of: entity.uid)), "entities put back are where they were")
    }
    for request in World.requests { _ = decide(contextPolicies, request, entities) }
}

private func checkBySchema(_ json: JSON) {
    do throws(CedarError) {
        let entities = try Entities(json: json, schema: World.schema)
        require(World.schema.validate(entities).isEmpty, "entities read by the schema fit it")
    } catch {
        check(error, in: json.text)
    }
    for request in World.requests {
        guard let context = try? World.schema.context(json: json, for: request.action) else { continue }
        let other = Request(principal: request.principal, action: request.action, resource: request.resource, context: context)
        guard World.schema.validate(other).isEmpty else { continue }
        let again = must("a context that was read is read as written") {
            try World.schema.context(json: Value.record(context).json, for: request.action)
        }
        require(again == context, "a context reads as it was written")
    }
}
