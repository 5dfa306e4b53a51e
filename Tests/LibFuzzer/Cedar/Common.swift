import Cedar

/// The text of an input; what is not UTF-8 is replaced, as a caller who reads a file would do.
func text(_ input: [UInt8]) -> String { String(decoding: input, as: UTF8.self) }

/// An error about a text must point into it.
func check(_ error: CedarError, in text: String) {
    require(!error.message.isEmpty, "an error says something")
    require(error.description.utf8.count <= 64 * (text.utf8.count + 64), "an error is not much longer than the text it is about")
    guard let location = error.location else { return }
    require((0...text.utf8.count).contains(location.offset), "an error points into the text")
    require(location.line >= 1 && location.column >= 1, "lines and columns count from 1")
}

/// What decisions over a prepared set must agree on, whatever the request.
func decide(_ prepared: PreparedPolicySet, _ request: Request, _ entities: Entities) -> Response {
    let lenient = prepared.authorize(request, entities: entities, mode: .conformance)
    let strict = prepared.authorize(request, entities: entities, mode: .strict)
    require(lenient.errors == strict.errors, "both modes find the same errors")
    if lenient.errors.isEmpty {
        require(lenient == strict, "without errors both modes decide the same")
    } else {
        require(strict.decision == .deny, "in strict mode an error denies")
    }
    require(prepared.authorize(request, entities: entities, mode: .conformance) == lenient, "a decision is the same each time")
    let explanation = prepared.explain(request, entities: entities, mode: .conformance)
    require(explanation.response == lenient, "the explanation is of the decision that was made")
    require(explanation.determining.map(\.id) == lenient.determining, "the explanation names the determining policies")
    require(explanation.determining.allSatisfy { $0.firstFailing == nil }, "every clause of a determining policy holds")
    var coverage = Coverage(of: prepared)
    coverage.record(request, entities: entities)
    return lenient
}

/// Policies that are valid must not fail on requests and entities that fit the schema, but for the reasons the validator excepts.
func checkSoundness(_ policies: PolicySet, _ schema: Schema, _ requests: [Request], _ entities: Entities) {
    // Validation takes the product of the kinds of request and the length of the policies, several times over here.
    let kinds = schema.declaredActions.reduce(0) { $0 + schema.principalTypes(of: $1).count * schema.resourceTypes(of: $1).count }
    guard kinds * (1 + policies.source.utf8.count / 8) <= 300_000 else { return }
    let valid = policies.filter { policy in
        let strict = schema.validate(policy)
        require(strict == schema.validate(policy), "validation gives the same findings each time")
        let isValid = strict.isEmpty
        let isPermissible = schema.validate(policy, mode: .permissive).isEmpty
        require(!isValid || isPermissible, "what strict validation accepts, permissive validation accepts")
        return isPermissible && !policy.isTemplate
    }
    _ = schema.neverApplying(policies)
    guard let prepared = try? PreparedPolicySet(valid) else { violated("valid policies without slots can be prepared") }
    for request in requests {
        for failure in decide(prepared, request, entities).errors {
            require(World.lawfulFailures.contains(failure.error.code), "a valid policy does not fail: \(failure.error)")
        }
    }
}
