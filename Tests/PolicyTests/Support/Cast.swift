import Household

/// Identifiers out of names, so that a failing test can be read.
func named<Kind: IdentifierKind>(_ name: String, _: Kind.Type = Kind.self) -> Identifier<Kind> {
    let bytes = Array(name.utf8.prefix(16))
    guard let id = Identifier<Kind>(bytes: bytes + [UInt8](repeating: 0, count: 16 - bytes.count)) else { fatalError(name) }
    return id
}

func day(_ text: String) -> CalendarDay {
    guard let day = CalendarDay(text) else { fatalError(text) }
    return day
}

/// A moment in local time of January 2026, `01-12T09:00`, or in full.
func at(_ text: String) -> Moment {
    guard let moment = Moment(text.count == 11 ? "2026-\(text):00+01:00" : text) else { fatalError(text) }
    return moment
}

/// The organisations and workers of Waterwolde.
enum Cast {
    struct Member {
        let name: String
        let organisation: String
        let roles: [Role]
        var registers: [Register] = []
    }

    static let members: [Member] = [
        Member(name: "mirjam", organisation: "waterwolde", roles: [.teamCoordinator]),
        Member(name: "joost", organisation: "debrug", roles: [.intakeWorker, .teamMember], registers: [.socialWork]),
        Member(name: "fatima", organisation: "jeugdkompas", roles: [.teamMember], registers: [.skj]),
        Member(name: "kees", organisation: "balans", roles: [.teamMember]),
        Member(name: "wendy", organisation: "hetanker", roles: [.teamMember], registers: [.big]),
        Member(name: "nico", organisation: "debrug", roles: [.teamMember], registers: [.socialWork]),
        Member(name: "sander", organisation: "waterwolde", roles: [.accessOfficer]),
        Member(name: "ilse", organisation: "jeugdkompas", roles: [.consultant], registers: [.skj]),
        Member(name: "petra", organisation: "waterwolde", roles: [.adminSupport]),
        Member(name: "renske", organisation: "waterwolde", roles: [.privacyOfficer]),
        Member(name: "otto", organisation: "waterwolde", roles: [.dpo]),
        Member(name: "bram", organisation: "waterwolde", roles: [.technicalAdmin]),
        Member(name: "lotte", organisation: "waterwolde", roles: [.functionalAdmin]),
        Member(name: "jan", organisation: "waterwolde", roles: [.recordsManager]),
        Member(name: "tim", organisation: "waterwolde", roles: [.analyst]),
    ]

    static let organisations = ["waterwolde", "debrug", "jeugdkompas", "balans", "hetanker", "perspectief"]

    static var team: TeamFacts {
        TeamFacts(
            organisations: organisations.map {
                Organisation(id: named($0), kind: $0 == "waterwolde" ? .municipality : .partner, convenantSignedOn: day("2025-12-01"))
            },
            workers: members.map { member in
                Worker(
                    id: named(member.name), organisation: named(member.organisation), state: .active, secrecyDeclaredOn: day("2025-12-01"),
                    registrations: member.registers.map {
                        Registration(id: named("\(member.name)-\($0)"), register: $0, validUntil: day("2030-01-01"))
                    })
            },
            roles: members.flatMap { member in
                member.roles.map {
                    RoleAssignment(
                        id: named("\(member.name)-\($0)"), worker: named(member.name), role: $0, from: at("2025-12-01T09:00:00+01:00"))
                }
            },
            keys: members.enumerated().map { number, member in key(of: member.name, uid: 1000 + UInt32(number)) })
    }

    /// A sign-in key that was used; the members' machine accounts are numbered from 1000.
    static func key(of name: String, _ id: String = "key", uid: UInt32) -> WorkerKey {
        guard let bytes = Bytes32([UInt8](repeating: 1, count: 32)) else { fatalError(name) }
        return WorkerKey(
            id: named("\(name)-\(id)"), worker: named(name), type: .ed25519, publicKey: bytes, peerUIDs: [uid],
            addedAt: at("2025-12-01T09:00:00+01:00"), usedAt: at("2025-12-01T10:00:00+01:00"), state: .active)
    }
}
