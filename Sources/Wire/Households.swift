// References in all messages: a worker or an organisation by identifier or handle; a person by identifier or, inside a household,
// by given name in lower case. Days are `YYYY-MM-DD` and name the last day that counts, in Europe/Amsterdam; moments are RFC 3339.

/// `POST /v1/households`.
public struct CreateHousehold: Codable, Equatable, Sendable {
    /// Handle of the municipality; absent: the only one there is.
    public var municipality: String?

    public init(municipality: String? = nil) { self.municipality = municipality }
}

/// One household in `GET /v1/households`.
public struct HouseholdBrief: Codable, Equatable, Sendable {
    public var id: String
    /// The number that people use, such as `H-0147`; absent where only the existence shows.
    public var number: String?
    public var state: String
    /// The director, where there is one, by identifier.
    public var director: String?

    public init(id: String, number: String? = nil, state: String, director: String? = nil) {
        self.id = id
        self.number = number
        self.state = state
        self.director = director
    }
}

/// `GET /v1/households/{h}`: the card. Who belongs, who directs, and *that* organisations are involved; never what they wrote.
public struct HouseholdCard: Codable, Equatable, Sendable {
    public var id: String
    /// The number that people use, such as `H-0147`.
    public var number: String?
    /// By identifier.
    public var municipality: String
    public var state: String
    public var director: WorkerBrief?
    /// Empty where only that-information shows (PR-1.6).
    public var persons: [PersonBrief]
    /// How many belong to the household; present where `persons` does not show them.
    public var personCount: Int?
    public var organisations: [OrganisationBrief]
    /// Names for the identifiers above, the household's own among them.
    public var names: Names?
    public var version: UInt64?
    public var articles: [String]?
    public var receipt: UInt64?

    public init(
        id: String, number: String? = nil, municipality: String, state: String, director: WorkerBrief? = nil, persons: [PersonBrief],
        personCount: Int? = nil, organisations: [OrganisationBrief], names: Names? = nil, version: UInt64? = nil, articles: [String]? = nil,
        receipt: UInt64? = nil
    ) {
        self.id = id
        self.number = number
        self.municipality = municipality
        self.state = state
        self.director = director
        self.persons = persons
        self.personCount = personCount
        self.organisations = organisations
        self.names = names
        self.version = version
        self.articles = articles
        self.receipt = receipt
    }
}

/// `POST /v1/households/search`.
public struct SearchRequest: Codable, Equatable, Sendable {
    public var term: String

    public init(term: String) { self.term = term }
}

/// What a searcher hears at most (PR-7.5): that there is a director, and how to reach the team.
public struct SearchAnswer: Codable, Equatable, Sendable {
    public var hasDirector: Bool
    public var contactRoute: String?
    public var articles: [String]?
    public var receipt: UInt64?

    public init(hasDirector: Bool, contactRoute: String? = nil, articles: [String]? = nil, receipt: UInt64? = nil) {
        self.hasDirector = hasDirector
        self.contactRoute = contactRoute
        self.articles = articles
        self.receipt = receipt
    }
}

/// `POST /v1/households/{h}/persons`.
public struct AddPerson: Codable, Equatable, Sendable {
    public var givenName: String
    public var familyName: String
    /// `YYYY-MM-DD`.
    public var birthDate: String
    /// `parent`, `stepParent`, `partner`, `formerPartner`, `child`, `sibling`, `grandparent`, `grandchild`, `otherRelative`, `housemate` or
    /// `network`.
    public var relation: String
    /// Whether the person lives in the household; absent means yes.
    public var livesIn: Bool?
    /// Not for a secret address: that belongs in the sealed folder (PR-19.1), not on the card.
    public var address: String?
    /// Whether the address is secret (PR-19.3).
    public var secretAddress: Bool?
    public var phone: String?
    public var email: String?
    /// BCP 47 tag.
    public var language: String?

    public init(
        givenName: String, familyName: String, birthDate: String, relation: String, livesIn: Bool? = nil, address: String? = nil,
        secretAddress: Bool? = nil, phone: String? = nil, email: String? = nil, language: String? = nil
    ) {
        self.givenName = givenName
        self.familyName = familyName
        self.birthDate = birthDate
        self.relation = relation
        self.livesIn = livesIn
        self.address = address
        self.secretAddress = secretAddress
        self.phone = phone
        self.email = email
        self.language = language
    }
}

/// One person of a household, as the card shows it.
public struct PersonBrief: Codable, Equatable, Sendable {
    public var id: String
    public var name: String
    public var birthDate: String?
    public var relation: String?
    public var livesIn: Bool?
    /// Whether a judgement of incapacity is running (PR-12.4).
    public var incapacitated: Bool?
    /// Those who hold authority over this person, by identifier.
    public var authority: [String]?
    /// Those who represent this person, by identifier.
    public var representatives: [String]?

    public init(
        id: String, name: String, birthDate: String? = nil, relation: String? = nil, livesIn: Bool? = nil,
        incapacitated: Bool? = nil, authority: [String]? = nil, representatives: [String]? = nil
    ) {
        self.id = id
        self.name = name
        self.birthDate = birthDate
        self.relation = relation
        self.livesIn = livesIn
        self.incapacitated = incapacitated
        self.authority = authority
        self.representatives = representatives
    }
}

/// `POST /v1/households/{h}/authorities`. Takes the place of what is on record of the same child and holder, from its first day on.
public struct RecordAuthority: Codable, Equatable, Sendable {
    public var child: String
    /// A person, or for a guardian that is an institution the organisation.
    public var holder: String
    /// `joint`, `sole`, `guardian` or `gi`.
    public var kind: String
    /// `YYYY-MM-DD`; absent: today, or the last day where that has passed.
    public var from: String?
    /// The last day; after it the holder has no authority. Absent: while it lasts.
    public var until: String?
    /// `courtDecision`, `authorityRegister`, `civilRegistry`, `writtenMandate`, or `statement`, which proves nothing; absent: `statement`. What is
    /// proven gives way to proof only (PR-2.2).
    public var evidence: String?

    public init(child: String, holder: String, kind: String, from: String? = nil, until: String? = nil, evidence: String? = nil) {
        self.child = child
        self.holder = holder
        self.kind = kind
        self.from = from
        self.until = until
        self.evidence = evidence
    }
}

/// `POST /v1/households/{h}/representations`. Takes the place of what is on record of the same two, from its first day on.
public struct RecordRepresentation: Codable, Equatable, Sendable {
    public var person: String
    public var representative: String
    /// `curator`, `mentor`, `authorised`, `partner` or `family`.
    public var kind: String
    /// As in `RecordAuthority`.
    public var from: String?
    /// As in `RecordAuthority`.
    public var until: String?
    /// As in `RecordAuthority`.
    public var evidence: String?

    public init(person: String, representative: String, kind: String, from: String? = nil, until: String? = nil, evidence: String? = nil) {
        self.person = person
        self.representative = representative
        self.kind = kind
        self.from = from
        self.until = until
        self.evidence = evidence
    }
}

/// `POST /v1/households/{h}/incapacities`: the judgement of the worker who asks, in the place of every earlier one (PR-12.4).
public struct RecordIncapacity: Codable, Equatable, Sendable {
    public var person: String
    public var reason: String
    /// `YYYY-MM-DD`.
    public var until: String?

    public init(person: String, reason: String, until: String? = nil) {
        self.person = person
        self.reason = reason
        self.until = until
    }
}

/// `POST /v1/households/{h}/conflicts`: the worker who asks is blocked for this household (PR-7.4).
public struct DeclareConflict: Codable, Equatable, Sendable {
    /// `family`, `neighbour`, `friend`, `formerPartner` or `colleague`.
    public var kind: String

    public init(kind: String) { self.kind = kind }
}

/// `POST /v1/households/{h}/director`.
public struct AppointDirector: Codable, Equatable, Sendable {
    public var worker: String
    /// What became of the resident's preference (PR-6.2): `followed`, `none` or `deviated`.
    public var preference: String
    /// Required with `deviated`.
    public var reason: String?

    public init(worker: String, preference: String, reason: String? = nil) {
        self.worker = worker
        self.preference = preference
        self.reason = reason
    }
}

/// `POST /v1/households/{h}/involvements`.
public struct GrantInvolvement: Codable, Equatable, Sendable {
    public var worker: String
    /// `teamMember`, `accessOfficer`, `adminSupport`, `watchContact` …
    public var role: String
    /// The residents it is about; absent or empty: all of the household.
    public var persons: [String]?
    /// `D2` …
    public var purpose: String
    /// Absent: now.
    public var from: String?
    public var until: String

    public init(worker: String, role: String, persons: [String]? = nil, purpose: String, from: String? = nil, until: String) {
        self.worker = worker
        self.role = role
        self.persons = persons
        self.purpose = purpose
        self.from = from
        self.until = until
    }
}

/// One involvement in `GET /v1/households/{h}/involvements`; the director's is one of them, with role `caseDirector`.
public struct InvolvementBrief: Codable, Equatable, Sendable {
    public var id: String
    public var worker: WorkerBrief
    public var role: String
    public var persons: [String]
    public var purpose: String?
    public var from: String
    public var until: String?
    /// `granted`, `live` or `ended`.
    public var state: String

    public init(
        id: String, worker: WorkerBrief, role: String, persons: [String], purpose: String? = nil, from: String,
        until: String? = nil, state: String
    ) {
        self.id = id
        self.worker = worker
        self.role = role
        self.persons = persons
        self.purpose = purpose
        self.from = from
        self.until = until
        self.state = state
    }
}
