import Cedar
import Household

// The registry's facts as entities of `kluis.cedarschema`. What does not exist is built without any right in it: an unknown worker is not
// active, an unknown household has nobody involved.

extension Entity {
    static func organisation(_ organisation: Organisation?, uid: EntityUID, at moment: Moment) -> Entity {
        Entity(uid: uid, attributes: ["party": .bool(organisation?.isParty(on: moment.day) ?? false)])
    }

    /// A worker with the roles held now, acting for `organisation`.
    static func worker(_ facts: WorkerFacts?, id: WorkerID, actingFor organisation: EntityUID, at moment: Moment) -> Entity {
        let day = moment.day
        let roles = facts?.roles.filter { $0.worker == id && $0.isHeld(at: moment) }.map(\.role) ?? []
        return Entity(
            uid: .worker(id),
            attributes: [
                "organisation": .entity(organisation),
                "active": .bool(
                    facts.map { $0.worker.isActive(at: moment) && .organisation($0.worker.organisation) == organisation } ?? false),
                "registered": .bool(facts?.worker.isRegistered(in: SortedSet(Register.allCases), on: day) ?? false),
            ],
            parents: roles.map { .role($0) } + [organisation])
    }

    static func household(_ view: HouseholdView?, uid: EntityUID, at moment: Moment) -> Entity {
        guard let view else {
            return Entity(
                uid: uid,
                attributes: [
                    "state": .term(HouseholdState.intake, "HouseholdState"), "deputies": [], "directing": [], "involved": [], "blocked": [],
                    "persons": [],
                ])
        }
        var attributes: [(key: Text, value: Value)] = [
            ("state", .term(view.household.state, "HouseholdState")),
            ("deputies", .workers(view.deputies(at: moment))),
            ("directing", .workers(view.directingWorkers(at: moment))),
            ("involved", .workers(view.involvedWorkers(at: moment))),
            ("blocked", .workers(view.facts.conflicts.filter { $0.isStanding(at: moment) }.map(\.worker))),
            ("persons", .persons(view.facts.persons.filter { $0.belongs(at: moment) }.map(\.id))),
        ]
        if let director = view.activeDirector(at: moment) { attributes.append(("director", .worker(director.worker))) }
        return Entity(uid: uid, attributes: Record(attributes))
    }

    static func item(_ item: Item) -> Entity {
        var attributes: [(key: Text, value: Value)] = [
            ("household", .entity(.household(item.household))),
            ("author", .worker(item.author)),
            ("organisation", .organisation(item.organisation)),
            ("domain", .domain(item.domain)),
            ("hat", .hat(item.hat)),
            ("basis", .basis(item.basis)),
            ("layer", .layer(item.layer)),
            ("kind", .kind(item.kind)),
            ("frozen", .bool(item.frozen)),
            ("designated", .bool(item.designatedForAccess)),
        ]
        if let person = item.subject.person { attributes.append(("subject", .person(person))) }
        return Entity(uid: .item(item.id), attributes: Record(attributes))
    }

    /// A consent as it is worth at the moment of its assessment.
    static func consent(_ assessment: ConsentAssessment, standing: ConsentStanding, in view: HouseholdView) -> Entity {
        let consent = assessment.consent
        let moment = assessment.moment
        let signers = consent.givers.map(\.party) + assessment.signatures.requirement.signers.map(\.party)
        let bodies = SortedSet(signers.compactMap(\.organisation)).filter { view.mayWithdraw(consent, .organisation($0), at: moment) }
        var attributes: [(key: Text, value: Value)] = [
            ("household", .entity(.household(consent.household))),
            ("subject", .person(consent.subject)),
            ("organisation", .organisation(consent.recipient)),
            ("domains", .domains(assessment.domains)),
            ("purpose", .purpose(consent.purpose)),
            ("from", .day(consent.from)),
            ("until", .moment(consent.until.end)),
            ("standing", .term(standing, "ConsentStanding")),
            ("regime", .regime(assessment.signatures.requirement, view.person(consent.subject), at: moment)),
            (
                "signatories",
                .persons(view.facts.persons.map(\.id).filter { view.mayWithdraw(consent, .person($0), at: moment) })
            ),
            ("signatoryBodies", .organisations(bodies)),
        ]
        if let lapse = assessment.lapse { attributes.append(("lapse", .term(lapse, "ConsentLapse"))) }
        return Entity(uid: .consent(consent.id), attributes: Record(attributes))
    }

    static func plan(_ plan: PlanVersion) -> Entity {
        Entity(
            uid: .plan(plan.id),
            attributes: [
                "household": .entity(.household(plan.household)), "state": .term(plan.state, "PlanState"), "signed": .bool(plan.isSigned),
            ])
    }
}

/// Who decides for a person, as the policies divide it. Unknown authority has no rule of its own here: it never is complete, and the article is
/// that of the person's age or capacity.
enum Regime: String, CaseIterable {
    case adult, sixteenAndOver, twelveToFifteen, underTwelve, represented

    init(_ requirement: SignatureRequirement?, _ person: Person?, at moment: Moment) {
        guard let requirement, let person else {
            self = .adult
            return
        }
        let age = person.age(at: moment)
        if requirement.rule == .incapacitated || requirement.articles.contains(where: { $0.number == 12 && $0.paragraph == 4 }) {
            self = .represented
        } else if age < 12 {
            self = .underTwelve
        } else if age < 16 {
            self = .twelveToFifteen
        } else {
            self = age < 18 ? .sixteenAndOver : .adult
        }
    }
}

extension Value {
    static func regime(_ requirement: SignatureRequirement?, _ person: Person?, at moment: Moment) -> Value {
        .entity(of: "Regime", Regime(requirement, person, at: moment).rawValue)
    }

    /// Why it is not known who decides; nil when it is.
    static func gap(_ requirement: SignatureRequirement?) -> Value? { requirement?.gap.map { .term($0, "AuthorityGap") } }

    /// What a party is to the person a signature is about: `none` for anybody whose signature is not asked.
    static func capacity(of party: Party, under requirement: SignatureRequirement?) -> Value {
        let capacity = requirement?.signers.first { $0.party == party }?.capacity
        let name =
            switch capacity {
            case .ownBehalf: "own"
            case .parentWithAuthority, .guardian, .guardianBody: "authority"
            case .curator, .mentor, .authorised, .partner, .family: "representative"
            case nil: "none"
            }
        return .entity(of: "Capacity", name)
    }
}
