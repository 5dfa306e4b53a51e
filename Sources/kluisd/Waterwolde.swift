import Household
import Vault

/// The cast of the practice vault: the invented municipality of Waterwolde, its partners and their workers.
enum Waterwolde {
    struct Organisation {
        let handle: String
        let name: String
        let kind: OrganisationKind
        let contact: String
    }
    struct Member {
        let handle: String
        let name: String
        let organisation: String
        let discipline: String
        let register: Register?
        let roles: [Role]
    }

    static let organisations = [
        Organisation(
            handle: "waterwolde", name: "Gemeente Waterwolde", kind: .municipality, contact: "sociaal team, gemeentehuis Waterwolde"),
        Organisation(handle: "debrug", name: "Welzijn De Brug", kind: .partner, contact: "balie Welzijn De Brug"),
        Organisation(handle: "jeugdkompas", name: "Stichting Jeugdkompas", kind: .partner, contact: "aanmeldteam Jeugdkompas"),
        Organisation(handle: "balans", name: "Schuldhulp Balans", kind: .partner, contact: "spreekuur Balans"),
        Organisation(handle: "hetanker", name: "Wijkzorg Het Anker", kind: .partner, contact: "wijkpost Het Anker"),
        Organisation(handle: "perspectief", name: "Jongerenwerk Perspectief", kind: .partner, contact: "jongerencentrum Perspectief"),
    ]

    static let members = [
        Member(
            handle: "mirjam", name: "Mirjam Haverkort", organisation: "waterwolde", discipline: "coördinator", register: nil,
            roles: [.teamCoordinator]),
        Member(
            handle: "joost", name: "Joost Terpstra", organisation: "debrug", discipline: "maatschappelijk werker", register: .socialWork,
            roles: [.intakeWorker, .teamMember]),
        Member(
            handle: "fatima", name: "Fatima El Idrissi", organisation: "jeugdkompas", discipline: "jeugdprofessional", register: .skj,
            roles: [.teamMember]),
        Member(
            handle: "kees", name: "Kees Blokland", organisation: "balans", discipline: "schuldhulpverlener", register: nil,
            roles: [.teamMember]),
        Member(
            handle: "wendy", name: "Wendy Prins", organisation: "hetanker", discipline: "wijkverpleegkundige", register: .big,
            roles: [.teamMember]),
        Member(
            handle: "nico", name: "Nico Verstraten", organisation: "debrug", discipline: "maatschappelijk werker", register: .socialWork,
            roles: [.teamMember]),
        Member(
            handle: "sander", name: "Sander Kuipers", organisation: "waterwolde", discipline: "consulent toegang", register: nil,
            roles: [.accessOfficer]),
        Member(
            handle: "ilse", name: "Ilse Bakker", organisation: "jeugdkompas", discipline: "gedragswetenschapper", register: .skj,
            roles: [.consultant]),
        Member(
            handle: "petra", name: "Petra Lindeman", organisation: "waterwolde", discipline: "administratie", register: nil,
            roles: [.adminSupport]),
        Member(
            handle: "renske", name: "Renske de Haan", organisation: "waterwolde", discipline: "privacy officer", register: nil,
            roles: [.privacyOfficer]),
        Member(handle: "otto", name: "Otto Wielinga", organisation: "waterwolde", discipline: "FG", register: nil, roles: [.dpo]),
        Member(
            handle: "bram", name: "Bram Yntema", organisation: "waterwolde", discipline: "technisch beheer", register: nil,
            roles: [.technicalAdmin]),
        Member(
            handle: "lotte", name: "Lotte Smid", organisation: "waterwolde", discipline: "functioneel beheer", register: nil,
            roles: [.functionalAdmin]),
        Member(
            handle: "jan", name: "Jan Roelofs", organisation: "waterwolde", discipline: "archiefbeheer", register: nil,
            roles: [.recordsManager]),
        Member(
            handle: "els", name: "Els Mulder", organisation: "waterwolde", discipline: "archiefbeheer", register: nil,
            roles: [.recordsManager]),
        Member(handle: "tim", name: "Tim de Groot", organisation: "waterwolde", discipline: "analist", register: nil, roles: [.analyst]),
    ]

    /// The moment at which the clock of a new practice vault begins: the morning on which the school calls.
    static let beginning = Moment("2026-01-08T09:00:00+01:00") ?? .earliest
    private static let founded = CalendarDay("2026-01-01")

    /// The founders of a practice vault.
    /// - Parameters:
    ///   - keys: each worker's public key, by handle.
    ///   - uid: the account that plays them all.
    static func founding(keys: [String: [UInt8]], uid: UInt32, header: VaultHeader) throws -> Founding {
        var identifiers: [String: OrganisationID] = [:]
        var newOrganisations: [Founding.NewOrganisation] = []
        for organisation in organisations {
            let id = OrganisationID.random()
            identifiers[organisation.handle] = id
            newOrganisations.append(
                .init(
                    Household.Organisation(id: id, kind: organisation.kind, convenantSignedOn: founded),
                    OrganisationWords(id: id, name: organisation.name, contactRoute: organisation.contact),
                    handle: try handle(organisation.handle)))
        }
        let start = founded?.start ?? header.createdAt
        let workers = try members.map { member in
            let id = WorkerID.random()
            let registration = member.register.map { register in
                Registration(id: .random(), register: register, validUntil: CalendarDay("2029-12-31") ?? beginning.day)
            }
            guard let organisation = identifiers[member.organisation], let key = keys[member.handle], let publicKey = Bytes32(key) else {
                throw Ending.failed("the key of \(member.handle) is missing")
            }
            return Founding.NewWorker(
                Worker(
                    id: id, organisation: organisation, state: .active, secrecyDeclaredOn: founded,
                    registrations: [registration].compactMap { $0 }),
                WorkerWords(
                    id: id, name: member.name, discipline: member.discipline,
                    registrations: [registration].compactMap { $0.map { RegistrationWords(id: $0.id, number: "999900") } }),
                handle: try handle(member.handle),
                roles: member.roles.map { RoleAssignment(id: .random(), worker: id, role: $0, from: start) },
                keys: [
                    WorkerKey(
                        id: .random(), worker: id, type: .ed25519, publicKey: publicKey, peerUIDs: [uid], addedAt: start, state: .active,
                        declaredApart: true)
                ])
        }
        return Founding(header: header, organisations: newOrganisations, workers: workers)
    }

    private static func handle(_ text: String) throws -> Handle {
        guard let handle = Handle(text) else { throw Ending.failed("'\(text)' is no handle") }
        return handle
    }
}
