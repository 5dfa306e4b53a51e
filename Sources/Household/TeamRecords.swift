/// An organisation: a party to the convenant, or a third party (PR-1.3, 16.1).
public struct Organisation: FactRecord {
    /// Its identifier; facts and words of one thing share it.
    public var id: OrganisationID
    /// Its kind.
    public var kind: OrganisationKind
    /// Day of signing the convenant; nil for a third party.
    public var convenantSignedOn: CalendarDay?
    /// Last day as a party to the convenant (PR-20.5).
    public var endsOn: CalendarDay?

    public init(id: OrganisationID, kind: OrganisationKind, convenantSignedOn: CalendarDay? = nil, endsOn: CalendarDay? = nil) {
        self.id = id
        self.kind = kind
        self.convenantSignedOn = convenantSignedOn
        self.endsOn = endsOn
    }

    /// Whether it is a party to the convenant on `day`.
    public func isParty(on day: CalendarDay) -> Bool {
        guard kind.isParty, let signed = convenantSignedOn, signed <= day else { return false }
        return endsOn.map { day <= $0 } ?? true
    }
}

/// The words of an organisation.
public struct OrganisationWords: WordsRecord {
    /// Its identifier; facts and words of one thing share it.
    public var id: OrganisationID
    /// The name people use.
    public var name: String
    /// How to reach it.
    public var contactRoute: String
    /// What it does, in its own words.
    public var disciplines: [String]

    public init(id: OrganisationID, name: String, contactRoute: String = "", disciplines: [String] = []) {
        self.id = id
        self.name = name
        self.contactRoute = contactRoute
        self.disciplines = disciplines
    }
}

/// A professional registration of a worker.
public struct Registration: CanonicalRecord {
    /// Its identifier.
    public var id: RegistrationID
    /// The register it stands in.
    public var register: Register
    /// Last day on which it is valid.
    public var validUntil: CalendarDay

    public init(id: RegistrationID, register: Register, validUntil: CalendarDay) {
        self.id = id
        self.register = register
        self.validUntil = validUntil
    }
}

/// The number of a registration.
public struct RegistrationWords: CanonicalRecord {
    /// The registration concerned.
    public var id: RegistrationID
    /// The number in the register.
    public var number: String

    public init(id: RegistrationID, number: String) {
        self.id = id
        self.number = number
    }
}

/// A team member, or somebody with a listed function (PR-1.4, 4).
public struct Worker: FactRecord {
    /// Its identifier; facts and words of one thing share it.
    public var id: WorkerID
    /// The parent organisation (PR-1.3).
    public var organisation: OrganisationID
    /// State of the membership of the team.
    public var state: WorkerState
    /// Day of the declaration of secrecy (PR-1.4).
    public var secrecyDeclaredOn: CalendarDay?
    /// Professional registrations, in any order.
    public var registrations: [Registration]
    /// Since when the worker has left (PR-20.3).
    public var endedAt: Moment?

    public init(
        id: WorkerID, organisation: OrganisationID, state: WorkerState, secrecyDeclaredOn: CalendarDay? = nil,
        registrations: [Registration] = [], endedAt: Moment? = nil
    ) {
        self.id = id
        self.organisation = organisation
        self.state = state
        self.secrecyDeclaredOn = secrecyDeclaredOn
        self.registrations = registrations
        self.endedAt = endedAt
    }

    /// Whether the worker can act: a declared, active member (PR-1.4) who has not left (PR-20.3).
    public func isActive(at moment: Moment) -> Bool {
        guard state == .active, let declared = secrecyDeclaredOn, declared <= moment.day else { return false }
        return endedAt.map { moment < $0 } ?? true
    }

    /// Whether the worker stands in one of `registers` on `day`.
    public func isRegistered(in registers: SortedSet<Register>, on day: CalendarDay) -> Bool {
        registrations.contains { registers.contains($0.register) && day <= $0.validUntil }
    }
}

/// The words of a worker.
public struct WorkerWords: WordsRecord {
    /// Its identifier; facts and words of one thing share it.
    public var id: WorkerID
    /// The name people use.
    public var name: String
    /// Free text.
    public var discipline: String
    /// Numbers of the registrations.
    public var registrations: [RegistrationWords]

    public init(id: WorkerID, name: String, discipline: String = "", registrations: [RegistrationWords] = []) {
        self.id = id
        self.name = name
        self.discipline = discipline
        self.registrations = registrations
    }
}

/// The registration of a sign-in key of a worker (PR-26.2).
public struct WorkerKey: FactRecord {
    /// Its identifier; facts and words of one thing share it.
    public var id: WorkerKeyID
    /// The worker concerned.
    public var worker: WorkerID
    /// Type of the key.
    public var type: SSHKeyType
    /// The 32 bytes of the Ed25519 public key.
    public var publicKey: Bytes32
    /// The local accounts (peer uid) from which the worker may use it: the other factor.
    public var peerUIDs: SortedSet<UInt32>
    /// When it was registered.
    public var addedAt: Moment
    /// When somebody first signed in with it; nil as long as nobody has.
    public var usedAt: Moment?
    /// Whether it is revoked.
    public var state: WorkerKeyState
    /// Since when it is revoked.
    public var revokedAt: Moment?
    /// Declared at enrolment as absent from `authorized_keys` and stored apart; hardware keys need no declaration.
    public var declaredApart: Bool

    public init(
        id: WorkerKeyID, worker: WorkerID, type: SSHKeyType, publicKey: Bytes32, peerUIDs: SortedSet<UInt32>, addedAt: Moment,
        usedAt: Moment? = nil, state: WorkerKeyState, revokedAt: Moment? = nil, declaredApart: Bool = false
    ) {
        self.id = id
        self.worker = worker
        self.type = type
        self.publicKey = publicKey
        self.peerUIDs = peerUIDs
        self.addedAt = addedAt
        self.usedAt = usedAt
        self.state = state
        self.revokedAt = revokedAt
        self.declaredApart = declaredApart
    }

    /// Whether it can be used for signing in at `moment`.
    public func isUsable(at moment: Moment) -> Bool {
        state == .active && addedAt <= moment && (revokedAt.map { moment < $0 } ?? true)
    }
}

/// A role that a worker holds in the team. Roles in one household are involvements.
public struct RoleAssignment: FactRecord {
    /// Its identifier; facts and words of one thing share it.
    public var id: RoleAssignmentID
    /// The worker concerned.
    public var worker: WorkerID
    /// The role held.
    public var role: Role
    /// Nil for the first assignment of a new vault.
    public var grantedBy: WorkerID?
    /// First moment at which it is held.
    public var from: Moment
    /// First moment at which it no longer holds.
    public var until: Moment?

    public init(id: RoleAssignmentID, worker: WorkerID, role: Role, grantedBy: WorkerID? = nil, from: Moment, until: Moment? = nil) {
        self.id = id
        self.worker = worker
        self.role = role
        self.grantedBy = grantedBy
        self.from = from
        self.until = until
    }

    /// Whether it is held at `moment`.
    public func isHeld(at moment: Moment) -> Bool { from <= moment && (until.map { moment < $0 } ?? true) }
}
