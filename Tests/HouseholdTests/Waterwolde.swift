@testable import Household

// The cast and the household of the acceptance scenario; everybody is invented.

/// Deterministic identifiers for tests: the number in the last bytes.
func make<Kind>(_ number: Int, as kind: Identifier<Kind>.Type = Identifier<Kind>.self) -> Identifier<Kind> {
    let bytes = [UInt8](repeating: 0, count: 8) + (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
    guard let id = Identifier<Kind>(bytes: bytes) else { preconditionFailure("sixteen bytes") }
    return id
}

func moment(_ text: String) -> Moment {
    guard let moment = Moment(text) else { preconditionFailure("no moment: \(text)") }
    return moment
}

func day(_ text: String) -> CalendarDay {
    guard let day = CalendarDay(text) else { preconditionFailure("no day: \(text)") }
    return day
}

func hash(_ byte: UInt8) -> Bytes32 {
    guard let hash = Bytes32([UInt8](repeating: byte, count: 32)) else { preconditionFailure("32 bytes") }
    return hash
}

func label(_ text: String) -> Label {
    guard let label = Label(text) else { preconditionFailure("no label: \(text)") }
    return label
}

/// The team of Waterwolde.
enum Team {
    static let gemeente: OrganisationID = make(1)
    static let deBrug: OrganisationID = make(2)
    static let jeugdkompas: OrganisationID = make(3)
    static let balans: OrganisationID = make(4)
    static let hetAnker: OrganisationID = make(5)
    static let perspectief: OrganisationID = make(6)
    static let kompascollege: OrganisationID = make(7)
    static let instelling: OrganisationID = make(8)

    static let mirjam: WorkerID = make(1)
    static let joost: WorkerID = make(2)
    static let fatima: WorkerID = make(3)
    static let kees: WorkerID = make(4)
    static let wendy: WorkerID = make(5)
    static let nico: WorkerID = make(6)
    static let sander: WorkerID = make(7)
    static let ilse: WorkerID = make(8)
    static let petra: WorkerID = make(9)
    static let renske: WorkerID = make(10)

    static func organisation(_ id: OrganisationID, _ kind: OrganisationKind) -> Organisation {
        Organisation(id: id, kind: kind, convenantSignedOn: kind.isParty ? day("2025-12-01") : nil)
    }

    static func worker(_ id: WorkerID, _ organisation: OrganisationID, _ register: Register? = nil) -> Worker {
        let registrations = register.map { [Registration(id: make(Int(id.bytes[15])), register: $0, validUntil: day("2029-12-31"))] } ?? []
        return Worker(
            id: id, organisation: organisation, state: .active, secrecyDeclaredOn: day("2026-01-01"), registrations: registrations)
    }

    static var facts: TeamFacts {
        TeamFacts(
            organisations: [
                organisation(gemeente, .municipality), organisation(deBrug, .partner), organisation(jeugdkompas, .partner),
                organisation(balans, .partner), organisation(hetAnker, .partner), organisation(perspectief, .partner),
                organisation(kompascollege, .thirdParty), organisation(instelling, .thirdParty),
            ],
            workers: [
                worker(mirjam, gemeente), worker(joost, deBrug, .socialWork), worker(fatima, jeugdkompas, .skj), worker(kees, balans),
                worker(wendy, hetAnker, .big), worker(nico, deBrug, .socialWork), worker(sander, gemeente), worker(ilse, jeugdkompas, .skj),
                worker(petra, gemeente), worker(renske, gemeente),
            ],
            roles: [
                (mirjam, Role.teamCoordinator), (joost, .intakeWorker), (joost, .teamMember), (fatima, .teamMember), (kees, .teamMember),
                (wendy, .teamMember), (nico, .teamMember), (sander, .accessOfficer), (ilse, .consultant), (petra, .adminSupport),
                (renske, .privacyOfficer),
            ].enumerated().map { index, held in
                RoleAssignment(id: make(index + 1), worker: held.0, role: held.1, from: moment("2026-01-01T00:00:00+01:00"))
            })
    }

    static func view() throws -> TeamView { try TeamView(facts) }
}

/// Household H-0147 as it stands on 14 January 2026, before any consent.
enum Home {
    static let id: HouseholdID = make(147)
    static let selma: PersonID = make(1)
    static let ronald: PersonID = make(2)
    static let emre: PersonID = make(3)
    static let noor: PersonID = make(4)
    static let sem: PersonID = make(5)
    static let hatice: PersonID = make(6)

    static let opened = moment("2026-01-09T09:35:00+01:00")
    static let appointed = moment("2026-01-12T09:00:00+01:00")
    static let kitchenTable = moment("2026-01-14T19:00:00+01:00")

    static var persons: [Person] {
        [
            Person(id: selma, household: id, birthDay: day("1987-03-11"), relation: .parent, livesIn: true),
            Person(id: ronald, household: id, birthDay: day("1984-06-25"), relation: .formerPartner, livesIn: false, secretAddress: true),
            Person(id: emre, household: id, birthDay: day("2008-11-20"), relation: .child, livesIn: true),
            Person(id: noor, household: id, birthDay: day("2011-09-03"), relation: .child, livesIn: true),
            Person(id: sem, household: id, birthDay: day("2018-05-02"), relation: .child, livesIn: true),
            Person(id: hatice, household: id, birthDay: day("1953-02-17"), relation: .grandparent, livesIn: true),
        ]
    }

    static func authority(
        _ number: Int, _ child: PersonID, _ holder: Party, _ kind: AuthorityKind, _ evidence: Evidence = .authorityRegister,
        from: String = "2008-01-01", until: String? = nil
    ) -> Authority {
        Authority(
            id: make(number), household: id, child: child, holder: holder, kind: kind, evidence: evidence, from: day(from),
            until: until.map(day))
    }

    static var authorities: [Authority] {
        [
            authority(1, emre, .person(selma), .sole), authority(2, noor, .person(selma), .joint),
            authority(3, noor, .person(ronald), .joint),
            authority(4, sem, .person(selma), .joint), authority(5, sem, .person(ronald), .joint),
        ]
    }

    static var mentor: Representation {
        Representation(
            id: make(1), household: id, person: hatice, representative: .person(selma), kind: .mentor, evidence: .courtDecision,
            from: day("2025-11-03"))
    }

    static var judgement: IncapacityJudgement {
        IncapacityJudgement(
            id: make(1), household: id, person: hatice, judgedBy: Team.wendy, judgedAt: moment("2026-01-14T19:20:00+01:00"),
            until: day("2026-07-14"))
    }

    static func involvement(
        _ number: Int, _ worker: WorkerID, _ role: Role, by granter: WorkerID, from: String = "2026-01-13", until: String = "2026-07-12"
    ) -> Involvement {
        Involvement(
            id: make(number), household: id, worker: worker, role: role, purpose: .plan, grantedBy: granter, grantedAt: day(from).start,
            from: day(from), until: day(until), state: .live)
    }

    static var directorship: Directorship {
        Directorship(
            id: make(1), household: id, worker: Team.joost, state: .active, appointedBy: Team.mirjam, appointedAt: appointed,
            activeFrom: appointed)
    }

    static var facts: HouseholdFacts {
        HouseholdFacts(
            household: HouseholdRecord(
                id: id, state: .active, municipality: Team.gemeente, openedAt: opened, triageOutcome: .team, triagedAt: appointed),
            persons: persons, authorities: authorities, representations: [mentor], incapacities: [judgement],
            involvements: [
                involvement(1, Team.joost, .caseDirector, by: Team.mirjam, from: "2026-01-12"),
                involvement(2, Team.fatima, .teamMember, by: Team.joost), involvement(3, Team.kees, .teamMember, by: Team.joost),
                involvement(4, Team.wendy, .teamMember, by: Team.joost),
            ],
            directorships: [directorship],
            conflicts: [
                ConflictBlock(
                    id: make(1), household: id, worker: Team.nico, kind: .neighbour, declaredBy: Team.nico,
                    declaredAt: moment("2026-01-13T10:20:00+01:00"))
            ])
    }

    /// The snapshot, after `change` to its facts.
    static func view(_ change: (inout HouseholdFacts) -> Void = { _ in }, team: TeamFacts = Team.facts) throws -> HouseholdView {
        var facts = facts
        change(&facts)
        return try HouseholdView(facts, team: TeamView(team))
    }

    static func giver(
        _ person: PersonID, _ capacity: SigningCapacity = .ownBehalf, at: Moment, _ method: SigningMethod = .written
    ) -> ConsentGiver {
        ConsentGiver(party: .person(person), capacity: capacity, at: at, method: method, notedBy: Team.joost)
    }

    static func proposal(
        _ subject: PersonID, _ receiver: OrganisationID, _ domains: [LifeDomain], givers: [ConsentGiver] = [], from: String = "2026-01-14",
        until: String = "2027-01-13"
    ) -> ConsentProposal {
        ConsentProposal(
            subject: subject, receiver: .named([receiver]), domains: .named(domains), purpose: .plan, from: day(from), until: day(until),
            leafletVersion: label("2026-1"), withdrawalExplained: true, givers: givers)
    }
}

extension HouseholdView {
    /// The same snapshot with more facts.
    func with(_ change: (inout HouseholdFacts) -> Void) throws -> HouseholdView {
        var facts = facts
        change(&facts)
        return try HouseholdView(facts, team: team, parameters: parameters)
    }
}

/// A seeded source of randomness, so that a failing property can be repeated.
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
