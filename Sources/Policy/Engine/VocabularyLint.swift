import Cedar
import Household

// The schema's closed lists are the registry's vocabulary, term for term, and policies name nothing outside them. Validation alone would
// let a slip in an entity's name pass wherever a type is not enumerated.

enum VocabularyLint {
    /// Every enumerated type of the schema with the terms it must hold.
    static let lists: [(type: String, terms: [String])] = [
        ("Purpose", terms(Purpose.self)), ("Hat", terms(Hat.self)), ("Domain", terms(LifeDomain.self)),
        ("LegalBasis", terms(LegalBasis.self)),
        ("Layer", terms(Layer.self)), ("ItemKind", terms(ItemKind.self)), ("Role", terms(Role.self)),
        ("HouseholdState", terms(HouseholdState.self)), ("PlanState", terms(PlanState.self)),
        ("ConsentStanding", terms(ConsentStanding.self)), ("ConsentLapse", terms(ConsentLapse.self)), ("PlanGap", terms(PlanGap.self)),
        ("AuthorityGap", terms(AuthorityGap.self)),
        ("System", SystemCaller.allCases.map(\.rawValue)), ("Regime", Regime.allCases.map(\.rawValue)),
        ("Capacity", ["own", "authority", "representative", "none"]), ("Preference", ["none", "followed", "deviated"]),
        ("Signatory", ["director", "organisation", "person"]),
    ]

    private static func terms<Term: VocabularyTerm>(_: Term.Type) -> [String] { Term.allCases.map(\.rawValue) }

    /// Throws `schemaMismatch` when a list differs from the registry's, a list is unknown here, or an action that can be asked is missing.
    static func check(_ schema: Schema) throws(PolicyError) {
        var seen: Set<String> = []
        for type in schema.declaredEntityTypes {
            guard let enumerators = schema.enumerators(of: type) else { continue }
            guard let list = lists.first(where: { $0.type == type.text.string }) else {
                throw PolicyError(.schemaMismatch, about: "\(type): a list that the registry does not know")
            }
            guard enumerators == Set(list.terms.map { Text($0) }) else { throw PolicyError(.schemaMismatch, about: "\(type)") }
            seen.insert(list.type)
        }
        if let missing = lists.first(where: { !seen.contains($0.type) }) { throw PolicyError(.schemaMismatch, about: missing.type) }
        let asked = ActionName.allCases.map { EntityUID.action($0) } + [.know]
        for action in asked where schema.resourceTypes(of: action).isEmpty { throw PolicyError(.schemaMismatch, about: "\(action)") }
        let leaves = Set(schema.declaredActions.filter { !schema.resourceTypes(of: $0).isEmpty })
        if let extra = leaves.subtracting(asked).min() { throw PolicyError(.schemaMismatch, about: "\(extra): nobody can ask it") }
    }

    /// Throws `unknownVocabulary` when the policy names an entity that is neither an action of the schema nor a term of a closed list.
    static func check(_ policy: Cedar.Policy, against schema: Schema, place: String) throws(PolicyError) {
        let actions = Set(schema.declaredActions)
        for uid in policy.namedEntities {
            let isKnown = uid.type.isAction ? actions.contains(uid) : schema.enumerators(of: uid.type)?.contains(uid.id) ?? false
            guard isKnown else { throw PolicyError(.unknownVocabulary, about: "\(place): \(uid)") }
        }
    }
}

extension Cedar.Policy {
    /// Every entity that scope and conditions name.
    fileprivate var namedEntities: [EntityUID] {
        var found: [EntityUID] = []
        for scope in [principal, resource] {
            switch scope {
            case .equal(.entity(let uid)), .in(.entity(let uid)), .isTypeIn(_, .entity(let uid)): found.append(uid)
            default: break
            }
        }
        switch action {
        case .any: break
        case .equal(let uid): found.append(uid)
        case .in(let list): found += list
        }
        for condition in conditions { condition.body.collectEntities(into: &found) }
        return found
    }
}

extension Expr {
    /// The height of an expression is bounded by the parser's limits, so this recursion is safe.
    fileprivate func collectEntities(into found: inout [EntityUID]) {
        switch kind {
        case .literal(.entity(let uid)): found.append(uid)
        case .literal, .variable: break
        case .conditional(let condition, let then, let otherwise):
            for part in [condition, then, otherwise] { part.collectEntities(into: &found) }
        case .and(let parts), .or(let parts), .set(let parts), .call(_, let parts):
            for part in parts { part.collectEntities(into: &found) }
        case .not(let part), .negate(let part), .attribute(let part, _), .has(let part, path: _), .like(let part, _):
            part.collectEntities(into: &found)
        case .binary(_, let left, let right):
            left.collectEntities(into: &found)
            right.collectEntities(into: &found)
        case .isType(let part, _, let ancestor):
            part.collectEntities(into: &found)
            ancestor?.collectEntities(into: &found)
        case .record(let fields): for field in fields { field.value.collectEntities(into: &found) }
        case .method(_, let receiver, let arguments):
            receiver.collectEntities(into: &found)
            for argument in arguments { argument.collectEntities(into: &found) }
        }
    }
}
