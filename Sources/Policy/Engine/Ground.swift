import Cedar
import Household
import Synchronization

/// What a question stands on, said in Cedar: who asks and what about, as entities, at one moment.
struct Ground: Sendable {
    let principal: EntityUID
    let resource: EntityUID
    let entities: Entities
    /// Whether every entity is as the schema wants it: otherwise policies would mean something else.
    let fits: Bool
    /// Whether the thing asked about exists.
    let exists: Bool
    /// Whether its existence is known to some only.
    let isHidden: Bool

    /// - Parameters:
    ///   - own: the entities that the question itself names.
    ///   - records: what is said in the place of what is on record; nil: what is on record.
    /// - Throws: when the entities contradict each other.
    init(
        _ asker: Asker, _ subject: Subject, _ facts: Facts, _ own: [Entity], records: OrdinaryRecords? = nil, over texts: PolicyTexts,
        at moment: Moment
    ) throws(CedarError) {
        let thing = Thing(subject, facts, at: moment)
        let asker = AskerEntities(asker, facts, at: moment)
        // ORDER: the asker last, for in this session he acts for the organisation he signed in for.
        var byUID: [EntityUID: Entity] = [:]
        let things = thing.entities.map { records?.put(into: $0) ?? $0 }
        for entity in own + things + asker.entities { byUID[entity.uid] = entity }
        var entities = texts.actions
        try entities.replace(Array(byUID.values))
        self.entities = entities
        fits = byUID.values.allSatisfy { texts.schema.validate($0).isEmpty }
        principal = asker.principal
        resource = thing.uid
        exists = thing.exists
        isHidden = thing.isHidden
    }
}

/// What an ordinary household has on record in the place of what is: who is named lives there and may take back what it is about; for whoever may
/// renew a direction, he keeps the one that he has. Empty: as it is on record.
struct OrdinaryRecords {
    var residents: [Value] = []
    var deputies: [Value] = []
    var signatories: [Value] = []
    var signatoryBodies: [Value] = []

    /// The same entity with this in it; as it is, what is neither household nor consent.
    func put(into entity: Entity) -> Entity {
        let said: [(key: Text, values: [Value])] =
            switch entity.uid.type {
            case EntityTypes.household: [("persons", residents), ("deputies", deputies)]
            case EntityTypes.consent: [("signatories", signatories), ("signatoryBodies", signatoryBodies)]
            default: []
            }
        var changed = said.filter { !$0.values.isEmpty }
        if changed.isEmpty { return entity }
        // Whoever is deputy remains it.
        if let place = changed.firstIndex(where: { $0.key == "deputies" }), case .set(let others)? = entity.attributes["deputies"] {
            changed[place].values += others.elements
        }
        let kept = entity.attributes.sorted.filter { attribute in !changed.contains { $0.key == attribute.key } }
        return Entity(
            uid: entity.uid, attributes: Record(kept + changed.map { ($0.key, .set(ValueSet($0.values))) }), parents: entity.parents)
    }
}

/// What was made of the facts for one question, for the next one on the very same facts: a batch of letters, say.
///
/// Belongs to facts that were read in one transaction, and ends with them. Only the entities are shared; each question is decided by itself, at
/// its own moment. A ground counts for who asked, what about and under which policies it was made, and from the moment it was made for up to the
/// first at which time alone changes anything in the facts (``Facts/nextExpiry``).
public final class SharedGround: Sendable {
    private struct Known {
        let asker: Asker
        let subject: SubjectKey
        let policies: [UInt8]
        let from: Moment
        let until: Moment?
        let ground: Ground
    }
    private let known = Mutex<Known?>(nil)

    public init() {}

    func ground(
        _ asker: Asker, _ subject: Subject, _ facts: Facts, over texts: PolicyTexts, at moment: Moment
    ) throws(CedarError) -> Ground {
        let key = SubjectKey(subject)
        let found = known.withLock { known -> Ground? in
            guard let known, known.asker == asker, known.subject == key, known.policies == texts.digest, moment >= known.from,
                known.until.map({ moment < $0 }) ?? true
            else { return nil }
            return known.ground
        }
        if let found { return found }
        let ground = try Ground(asker, subject, facts, [], over: texts, at: moment)
        known.withLock {
            $0 = Known(
                asker: asker, subject: key, policies: texts.digest, from: moment, until: facts.nextExpiry, ground: ground)
        }
        return ground
    }
}

/// All that the entities take from a subject.
private struct SubjectKey: Equatable, Sendable {
    let resource: Subject.Resource
    let household: HouseholdID?
    let item: ItemID?
    let consent: ConsentID?
    let plan: PlanID?

    init(_ subject: Subject) {
        (resource, household, item) = (subject.resource, subject.household, subject.item)
        (consent, plan) = (subject.consent, subject.plan)
    }
}
