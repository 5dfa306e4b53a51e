import Cedar

/// Policy texts: parsed, printed and parsed again, validated and evaluated against a small world.
func probe(_ input: [UInt8]) {
    let text = text(input)
    let set: PolicySet
    do throws(CedarError) {
        set = try PolicySet(parsing: text)
    } catch {
        return check(error, in: text)
    }
    do throws(CedarError) {
        _ = try PolicySet(parsing: text, naming: .idAnnotation)
    } catch {
        require(error.code == .duplicatePolicy, "another naming changes nothing but the names: \(error)")
    }

    let printed = Printer.print(set)
    let again = must("what was parsed can be parsed again") { try PolicySet(parsing: printed, limits: Printer.limits) }
    require(Printer.print(again) == printed, "what is parsed again is the same")

    for policy in set.policies {
        let slice = set.text(in: policy.range)
        let alone = must("a policy stands by itself") { try PolicySet(parsing: slice) }
        require(alone.policies.count == 1, "the range of a policy holds one policy")
        let limit = 20_000
        if policy.conditions.reduce(0, { min(limit, $0 + jsonSize($1.body, limit: limit)) }) < limit {
            let json = must("a form within the limit is written") { try policy.json }
            let other = must("a form within the limit is written") { try alone.policies[0].json }
            require(other.text == json.text, "the range of a policy holds that policy")
            let read = must("the JSON form is JSON") { try JSON(parsing: json.text, maximumDepth: 5_000) }
            require(read == json, "the JSON form reads as it was written")
        }
    }

    checkSoundness(set, World.schema, World.requests, World.entities)

    let prepared = must("templates aside, any set can be prepared") { try PreparedPolicySet(set, templates: .ignore) }
    let reprinted = must("templates aside, any set can be prepared") { try PreparedPolicySet(again, templates: .ignore) }
    for request in World.requests {
        let one = decide(prepared, request, World.entities)
        let other = reprinted.authorize(request, entities: World.entities, mode: .conformance)
        require(one.decision == other.decision && one.determining == other.determining, "the printed policies decide the same")
        require(
            one.errors.map(\.policy) == other.errors.map(\.policy) && one.errors.map(\.error.code) == other.errors.map(\.error.code),
            "the printed policies fail the same")
    }
}
