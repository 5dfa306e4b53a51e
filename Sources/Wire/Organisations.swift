/// `POST /v1/organisations`.
public struct AddOrganisation: Codable, Equatable, Sendable {
    /// `[a-z][a-z0-9-]{1,31}`.
    public var handle: String
    public var name: String
    /// `municipality`, `partner` or `thirdParty`.
    public var kind: String
    /// `YYYY-MM-DD`; required for a partner.
    public var convenantSignedOn: String?
    public var disciplines: [String]?
    public var contactRoute: String?

    public init(
        handle: String, name: String, kind: String, convenantSignedOn: String? = nil, disciplines: [String]? = nil,
        contactRoute: String? = nil
    ) {
        self.handle = handle
        self.name = name
        self.kind = kind
        self.convenantSignedOn = convenantSignedOn
        self.disciplines = disciplines
        self.contactRoute = contactRoute
    }
}

/// One organisation in `GET /v1/organisations` and on a card.
public struct OrganisationBrief: Codable, Equatable, Sendable {
    public var id: String
    public var handle: String
    public var name: String
    public var kind: String?
    public var contactRoute: String?

    public init(id: String, handle: String, name: String, kind: String? = nil, contactRoute: String? = nil) {
        self.id = id
        self.handle = handle
        self.name = name
        self.kind = kind
        self.contactRoute = contactRoute
    }
}

/// A professional registration.
public struct Registration: Codable, Equatable, Sendable {
    /// `SKJ`, `BIG` or `sociaalWerk`.
    public var register: String
    public var number: String
    /// `YYYY-MM-DD`.
    public var validUntil: String

    public init(register: String, number: String, validUntil: String) {
        self.register = register
        self.number = number
        self.validUntil = validUntil
    }
}

/// `POST /v1/workers`.
public struct AddWorker: Codable, Equatable, Sendable {
    /// `[a-z][a-z0-9-]{1,31}`.
    public var handle: String
    public var name: String
    /// Identifier or handle.
    public var organisation: String
    public var discipline: String?
    public var registrations: [Registration]?
    /// `YYYY-MM-DD`; required.
    public var secrecyDeclaredOn: String?

    public init(
        handle: String, name: String, organisation: String, discipline: String? = nil, registrations: [Registration]? = nil,
        secrecyDeclaredOn: String? = nil
    ) {
        self.handle = handle
        self.name = name
        self.organisation = organisation
        self.discipline = discipline
        self.registrations = registrations
        self.secrecyDeclaredOn = secrecyDeclaredOn
    }
}

/// A worker by name, on cards and lists.
public struct WorkerBrief: Codable, Equatable, Sendable {
    public var id: String
    public var handle: String
    public var name: String
    /// By identifier.
    public var organisation: String
    public var roles: [String]?
    /// `invited`, `active`, `suspended` or `ended`.
    public var state: String?

    public init(id: String, handle: String, name: String, organisation: String, roles: [String]? = nil, state: String? = nil) {
        self.id = id
        self.handle = handle
        self.name = name
        self.organisation = organisation
        self.roles = roles
        self.state = state
    }
}

/// `POST /v1/workers/{w}/roles`.
public struct AssignRole: Codable, Equatable, Sendable {
    /// `teamMember`, `teamCoordinator`, `privacyOfficer` …
    public var role: String
    /// Absent: now.
    public var from: String?
    public var until: String?

    public init(role: String, from: String? = nil, until: String? = nil) {
        self.role = role
        self.from = from
        self.until = until
    }
}

/// `POST /v1/workers/{w}/roles/end`: the role is held no longer, at once.
public struct EndRole: Codable, Equatable, Sendable {
    /// As in ``AssignRole``.
    public var role: String

    public init(role: String) { self.role = role }
}

/// `POST /v1/workers/{w}/keys`: the first key of a worker by the functional administrator, the next ones by the worker himself.
public struct EnrolKey: Codable, Equatable, Sendable {
    /// One line as in `id_ed25519.pub`; `ssh-ed25519` or `sk-ssh-ed25519@openssh.com`.
    public var publicKey: String
    /// The worker's accounts on this machine with which the key may be used: the first factor. Required, but in a
    /// rehearsal vault.
    public var uids: [UInt32]?
    /// Declared to be absent from `authorized_keys` and stored apart; needed for a key that is no hardware key.
    public var storedApart: Bool?

    public init(publicKey: String, uids: [UInt32]? = nil, storedApart: Bool? = nil) {
        self.publicKey = publicKey
        self.uids = uids
        self.storedApart = storedApart
    }
}

/// `POST /v1/workers/{w}/end`: account, involvements and keys end together (PR-20.3).
public struct EndWorker: Codable, Equatable, Sendable {
    /// `YYYY-MM-DD`; absent: now.
    public var on: String?

    public init(on: String? = nil) { self.on = on }
}
