import Cedar
import Household

/// One request, said in Cedar: the question, the question beside it whether the asker may know, and the entities both are asked over.
struct Frame {
    var request: Cedar.Request
    /// The same with another of the asker's involvements, in the order in which they are tried.
    let others: [Cedar.Request]
    /// Nil where there is nothing to hide: the registry and the log exist, and the system knows what it works on.
    let know: Cedar.Request?
    let entities: Entities
    /// Whether they are as the schema wants them.
    let entitiesFit: Bool
    /// Whether the thing asked about exists. If not, an empty thing stands in, so that deciding takes the same work.
    let exists: Bool
    /// Whether an answer could tell of another worker or of what is on record about residents: whoever is named could be tried out.
    let canBeTried: Bool

    /// Whether what the residents have answered to the asker's organisation bears on it.
    let restsOnAnswers: Bool

    /// About whom a question is put. The asker is who he is, with his involvements.
    enum About {
        /// About whom it names, with what is on record.
        case whoeverIsNamed
        /// About an ordinary worker, in the place of the one named, and an ordinary household: whoever is named lives there, decides for himself, and
        /// nothing on record stands in anybody's way.
        case anybody
        /// About residents who have only taken something back from the asker's organisation, and given and refused it nothing.
        case nobodyWhoGave
        /// About residents who have answered nothing to the asker's organisation.
        case nobodyWhoAnswered
    }

    /// Throws when the entities contradict each other.
    init<Q: Question>(_ request: Request<Q>, _ facts: Facts, over texts: PolicyTexts, about: About = .whoeverIsNamed) throws(CedarError) {
        let ordinary = about == .anybody
        let moment = request.moment
        let circumstances = Circumstances(facts: facts, asker: request.asker, purpose: request.purpose, moment: moment)
        var own = request.question.context(in: circumstances)
        let namesAnother = request.question.about.workers.contains { $0 != request.asker.worker }
        canBeTried = namesAnother || request.asker.worker != nil && own.restsOnRecords
        restsOnAnswers = request.asker.worker != nil && own.restsOnAnswers
        if about == .nobodyWhoGave { own.forget(CedarRecord.answers.subtracting([CedarRecord.takenBack])) }
        if about == .nobodyWhoAnswered { own.forget(CedarRecord.answers) }
        var records: OrdinaryRecords?
        if ordinary {
            own.forgetRecords()
            records = OrdinaryRecords(residents: own.residents, signatories: own.signatories, signatoryBodies: own.signatoryBodies)
        }
        if ordinary, namesAnother {
            own.nameAnybody()
            if circumstances.mayRenewDirection, circumstances.directs(one: request.question.about.workers) {
                records?.deputies = [CedarRecord.anybody]
            }
        }
        let ground: Ground
        if own.entities.isEmpty, !ordinary, let shared = facts.shared {
            ground = try shared.ground(request.asker, request.question.about, facts, over: texts, at: moment)
        } else {
            ground = try Ground(
                request.asker, request.question.about, facts, own.entities, records: records, over: texts, at: moment)
        }

        var common: [(key: Text, value: Value)] = [("moment", .moment(moment))]
        if let purpose = request.purpose { common.append(("purpose", .purpose(purpose))) }
        if let hat = request.asker.hat { common.append(("hat", .hat(hat))) }
        if let basis = request.basis { common.append(("basis", .basis(basis))) }
        if let person = request.onBehalfOf { common.append(("onBehalfOf", .person(person))) }

        func asked(_ attributes: [(key: Text, value: Value)]) -> Cedar.Request {
            Cedar.Request(
                principal: ground.principal, action: .action(Q.action), resource: ground.resource, context: Record(common + attributes))
        }
        self.request = asked(own.attributes)
        others = own.otherInvolvements.map { other in
            asked(own.attributes.map { $0.key == "involvement" ? ($0.key, other) : $0 })
        }
        know =
            ground.isHidden && request.asker.worker != nil
            ? Cedar.Request(principal: ground.principal, action: .know, resource: ground.resource, context: Record(common)) : nil
        exists = ground.exists
        entities = ground.entities
        entitiesFit = ground.fits
    }
}

extension CedarRecord {
    /// What an ordinary household's records say: who is named decides for himself and does so, and nothing was refused, proven or given before.
    ///
    /// INVARIANT: every attribute of a change that comes out of records about residents stands here, in ``gap`` or in ``naming``.
    static let ofOrdinaryRecords: [(key: Text, value: Value)] = [
        ("regime", .entity(of: "Regime", Regime.adult.rawValue)), ("capacity", .entity(of: "Capacity", "own")), ("capacityHeld", true),
        ("complete", true), ("completes", false), ("strangersSigned", false), ("saidAgain", false), ("refusedLately", false),
        ("replacementFits", true), ("endsConsent", false), ("endsProof", false), ("twelveOrOlder", true), ("personCounts", true),
        ("gaps", []),
    ]
    /// What nobody is left to ask for where the records are complete.
    static let gap: Text = "gap"
    /// Which attributes name residents.
    static let naming: Set<Text> = ["subject", "person", "persons"]
    /// Which attributes name who takes back a consent, that is held against who may.
    static let takingBack: Set<Text> = ["by", "body"]

    /// Whether something here comes out of the household's records, or is held against them.
    fileprivate var restsOnRecords: Bool {
        attributes.contains { attribute in
            Self.naming.union(Self.takingBack).contains(attribute.key) || Self.ofOrdinaryRecords.contains { $0.key == attribute.key }
        }
    }

    /// Puts what an ordinary household's records say in the place of what is on record.
    fileprivate mutating func forgetRecords() {
        attributes.removeAll { $0.key == Self.gap }
        for (key, value) in Self.ofOrdinaryRecords {
            if let place = attributes.firstIndex(where: { $0.key == key }) { attributes[place].value = value }
        }
    }

    /// What a reading is held against of the answers of who is read about.
    static let answers: Set<Text> = ["consent", takenBack, "refused"]
    /// Which of them takes away what was open without an answer.
    static let takenBack: Text = "withdrawn"

    fileprivate var restsOnAnswers: Bool { attributes.contains { Self.answers.contains($0.key) } }

    fileprivate mutating func forget(_ answers: Set<Text>) {
        attributes.removeAll { answers.contains($0.key) }
        entities.removeAll { $0.uid.type == EntityTypes.consent }
    }

    /// Who is named as living in the household.
    fileprivate var residents: [Value] {
        attributes.filter { Self.naming.contains($0.key) }.flatMap { attribute in
            if case .set(let persons) = attribute.value { persons.elements } else { [attribute.value] }
        }
    }

    /// Who is named as taking a consent back.
    fileprivate var signatories: [Value] { attributes.filter { $0.key == "by" }.map(\.value) }
    fileprivate var signatoryBodies: [Value] { attributes.filter { $0.key == "body" }.map(\.value) }

    /// What is said of an ordinary worker: he comes without a key, has to do with no household, and others do what he does. And the vault is new:
    /// an administrator, who sees every role, hears what else stands in the way of a role that somebody else gives by now.
    static let ofAnybody: [(key: Text, value: Value)] = [
        ("engaged", false), ("firstKey", true), ("accountTaken", false), ("lastAdministrator", false), ("lastSecondPerson", false),
        ("settled", false),
    ]

    /// Who stands in the place of the worker who was named.
    fileprivate static let anybody: Value = .entity(.absent(EntityTypes.worker))

    /// Puts an ordinary worker in the place of the one who was named: active, of a party to the convenant, with no role, tied to no household.
    fileprivate mutating func nameAnybody() {
        guard let place = attributes.firstIndex(where: { $0.key == "worker" }) else { return }
        let organisation = EntityUID.absent(EntityTypes.organisation)
        let worker = Entity(
            uid: .absent(EntityTypes.worker),
            attributes: ["organisation": .entity(organisation), "active": true, "registered": true], parents: [organisation])
        attributes[place].value = .entity(worker.uid)
        for (key, value) in Self.ofAnybody {
            if let place = attributes.firstIndex(where: { $0.key == key }) { attributes[place].value = value }
        }
        entities = [worker, Entity(uid: organisation, attributes: ["party": true])]
    }
}

extension Circumstances {
    /// Whether the asker renews what the director and deputies direct with, and so finds out anyway who they are: a coordinator who is not blocked
    /// (PR-7.3, 7.4). An ordinary household where nobody is deputy would say to him of the director that he is none. For everybody else it is one
    /// where nobody is: not all who may know of a household may read who directs it.
    fileprivate var mayRenewDirection: Bool {
        guard let view = facts.household, let worker = facts.worker, worker.worker.id == asker.worker else { return false }
        return worker.roles.contains { $0.worker == worker.worker.id && $0.role == .teamCoordinator && $0.isHeld(at: moment) }
            && !view.isBlocked(worker.worker.id, at: moment)
    }

    /// Whether one of these was appointed director of the household, or deputy.
    fileprivate func directs(one workers: [WorkerID]) -> Bool {
        guard let view = facts.household else { return false }
        let directing = view.deputies(at: moment).union([view.activeDirector(at: moment)?.worker].compactMap { $0 })
        return workers.contains { directing.contains($0) }
    }
}

/// The asker as entities.
struct AskerEntities {
    let principal: EntityUID
    let entities: [Entity]

    init(_ asker: Asker, _ facts: Facts, at moment: Moment) {
        switch asker {
        case .system(let caller):
            principal = EntityUID(EntityTypes.system, caller.rawValue)
            entities = []
        case .worker(let id, let organisation, _, _):
            let known = facts.worker.flatMap { $0.worker.id == id ? $0 : nil }
            let parent = known.flatMap { $0.organisation.id == organisation ? $0.organisation : nil }
            principal = .worker(id)
            entities = [
                .worker(known, id: id, actingFor: .organisation(organisation), at: moment),
                .organisation(parent, uid: .organisation(organisation), at: moment),
            ]
        }
    }
}

/// The thing asked about as entities.
struct Thing {
    let uid: EntityUID
    let entities: [Entity]
    let exists: Bool
    /// Whether its existence is known to some only.
    let isHidden: Bool

    init(_ subject: Subject, _ facts: Facts, at moment: Moment) {
        switch subject.resource {
        case .vault: (uid, entities, exists, isHidden) = (.vault, [Entity(uid: .vault)], true, false)
        case .ledger: (uid, entities, exists, isHidden) = (.ledger, [Entity(uid: .ledger)], true, false)
        case .household, .item, .consent, .plan:
            // A household that was not asked for is no answer.
            let view = facts.household.flatMap { view in subject.household.map { $0 == view.id } ?? true ? view : nil }
            let inside = Self.inside(subject, view, facts, at: moment)
            let named = (view?.id ?? subject.household).map { EntityUID.household($0) }
            let household = Entity.household(view, uid: named ?? .absent(EntityTypes.household), at: moment)
            isHidden = true
            if subject.resource == .household {
                (uid, entities, exists) = (household.uid, [household], view != nil)
            } else {
                let thing = inside ?? Self.standIn(subject, household: household.uid)
                (uid, entities, exists) = (thing.uid, [household, thing], inside != nil)
            }
        }
    }

    /// The item, consent or plan in its household; nil when there is none.
    private static func inside(_ subject: Subject, _ view: HouseholdView?, _ facts: Facts, at moment: Moment) -> Entity? {
        guard let view else { return nil }
        switch subject.resource {
        case .item:
            guard let item = facts.item, item.id == subject.item, item.household == view.id else { return nil }
            return .item(item)
        case .consent:
            guard let consent = subject.consent.flatMap(view.consent), let assessment = view.assess(consent, at: moment) else { return nil }
            return .consent(assessment, standing: assessment.standing, in: view)
        case .plan: return subject.plan.flatMap(view.plan).map { .plan($0) }
        case .vault, .ledger, .household: return nil
        }
    }

    /// Something of the right kind that nobody has a right to.
    private static func standIn(_ subject: Subject, household: EntityUID) -> Entity {
        switch subject.resource {
        case .consent:
            Entity(
                uid: EntityUID(EntityTypes.consent, subject.consent?.description ?? ""),
                attributes: [
                    "household": .entity(household), "subject": .entity(.absent(EntityTypes.person)),
                    "organisation": .entity(.absent(EntityTypes.organisation)), "domains": [], "purpose": .purpose(.plan),
                    "from": .moment(.earliest), "until": .moment(.earliest), "standing": .term(ConsentStanding.void, "ConsentStanding"),
                    "regime": .entity(of: "Regime", Regime.adult.rawValue), "signatories": [], "signatoryBodies": [],
                ])
        case .plan:
            Entity(
                uid: EntityUID(EntityTypes.plan, subject.plan?.description ?? ""),
                attributes: ["household": .entity(household), "state": .term(PlanState.lapsed, "PlanState"), "signed": false])
        case .item, .vault, .ledger, .household:
            Entity(
                uid: EntityUID(EntityTypes.item, subject.item?.description ?? ""),
                attributes: [
                    "household": .entity(household), "author": .entity(.absent(EntityTypes.worker)),
                    "organisation": .entity(.absent(EntityTypes.organisation)), "domain": .domain(.parenting), "hat": .hat(.help),
                    "basis": .basis(.socialSupportAct), "layer": .layer(.personalFile), "kind": .kind(.note), "frozen": false,
                    "designated": false,
                ])
        }
    }
}
