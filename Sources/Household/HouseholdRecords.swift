/// A household file (PR-1.1).
public struct HouseholdRecord: FactRecord {
    /// Its identifier; facts and words of one thing share it.
    public var id: HouseholdID
    /// Recorded state of the file.
    public var state: HouseholdState
    /// The municipality that the residents turn to (PR-4.1).
    public var municipality: OrganisationID
    /// When the file was opened.
    public var openedAt: Moment
    /// Outcome of triage; nil before it (PR-9.5).
    public var triageOutcome: TriageOutcome?
    /// When triage was done.
    public var triagedAt: Moment?
    /// When the file was closed (PR-21.5).
    public var closedAt: Moment?
    /// Last day of the watch-flame (PR-21.3).
    public var watchFlameUntil: CalendarDay?
    /// The one contact in watch-flame (PR-21.2).
    public var watchContact: WorkerID?
    /// The closed file that this file continues.
    public var reopens: HouseholdID?

    public init(
        id: HouseholdID, state: HouseholdState, municipality: OrganisationID, openedAt: Moment, triageOutcome: TriageOutcome? = nil,
        triagedAt: Moment? = nil, closedAt: Moment? = nil, watchFlameUntil: CalendarDay? = nil, watchContact: WorkerID? = nil,
        reopens: HouseholdID? = nil
    ) {
        self.id = id
        self.state = state
        self.municipality = municipality
        self.openedAt = openedAt
        self.triageOutcome = triageOutcome
        self.triagedAt = triagedAt
        self.closedAt = closedAt
        self.watchFlameUntil = watchFlameUntil
        self.watchContact = watchContact
        self.reopens = reopens
    }
}

/// The words of a household file.
public struct HouseholdWords: WordsRecord {
    /// Its identifier; facts and words of one thing share it.
    public var id: HouseholdID
    /// The number people use, for example `H-0147`.
    public var number: String
    /// Postal address; may be empty.
    public var address: String
    /// Numbers in earlier systems.
    public var legacyNumbers: [LegacyNumber]
    /// Free text; may be empty.
    public var note: String

    public init(id: HouseholdID, number: String, address: String = "", legacyNumbers: [LegacyNumber] = [], note: String = "") {
        self.id = id
        self.number = number
        self.address = address
        self.legacyNumbers = legacyNumbers
        self.note = note
    }
}

/// A number from an earlier registration system (PR-29.3).
public struct LegacyNumber: CanonicalRecord {
    /// The earlier system.
    public var system: String
    /// The number in that system.
    public var number: String

    public init(system: String, number: String) {
        self.system = system
        self.number = number
    }
}

/// A resident: anybody about whom the file records something, also from outside the household (PR-1.2).
public struct Person: FactRecord {
    /// Its identifier; facts and words of one thing share it.
    public var id: PersonID
    /// The household file it belongs to.
    public var household: HouseholdID
    /// Day of birth; ages count from 00:00 local time of the birthday.
    public var birthDay: CalendarDay
    /// Relation to the household.
    public var relation: Relation
    /// Whether the person lives in the household.
    public var livesIn: Bool
    /// Whether the address is secret (PR-19.3).
    public var secretAddress: Bool
    /// First day as part of this file; nil when as old as the file.
    public var from: CalendarDay?
    /// Last day as part of this file.
    public var until: CalendarDay?

    public init(
        id: PersonID, household: HouseholdID, birthDay: CalendarDay, relation: Relation, livesIn: Bool, secretAddress: Bool = false,
        from: CalendarDay? = nil, until: CalendarDay? = nil
    ) {
        self.id = id
        self.household = household
        self.birthDay = birthDay
        self.relation = relation
        self.livesIn = livesIn
        self.secretAddress = secretAddress
        self.from = from
        self.until = until
    }

    /// Full years lived at `moment`: the birthday counts from 00:00 in Europe/Amsterdam.
    public func age(at moment: Moment) -> Int { birthDay.age(on: moment.day) }

    /// Whether the person is eighteen or older at `moment`.
    public func isAdult(at moment: Moment) -> Bool { age(at: moment) >= 18 }

    /// Whether the person belongs to the file at `moment`.
    public func belongs(at moment: Moment) -> Bool { Period.covers(from, until, moment) }
}

/// The words of a resident. A secret address is not among them: it is an item of the sealed folder (PR-19.1).
public struct PersonWords: WordsRecord {
    /// Its identifier; facts and words of one thing share it.
    public var id: PersonID
    /// Given name.
    public var givenName: String
    /// Family name; may be empty.
    public var familyName: String
    /// Empty when the address is secret.
    public var address: String
    /// Telephone number; may be empty.
    public var phone: String
    /// Mail address; may be empty.
    public var email: String
    /// What helps in talking or reading; may be empty.
    public var languageNeeds: String
    /// Free text; may be empty.
    public var note: String

    public init(
        id: PersonID, givenName: String, familyName: String = "", address: String = "", phone: String = "", email: String = "",
        languageNeeds: String = "", note: String = ""
    ) {
        self.id = id
        self.givenName = givenName
        self.familyName = familyName
        self.address = address
        self.phone = phone
        self.email = email
        self.languageNeeds = languageNeeds
        self.note = note
    }
}

/// Authority of one holder over one minor, as known from evidence.
public struct Authority: FactRecord {
    /// Its identifier; facts and words of one thing share it.
    public var id: AuthorityID
    /// The household file it belongs to.
    public var household: HouseholdID
    /// The minor.
    public var child: PersonID
    /// A parent or guardian, or the guardian body.
    public var holder: Party
    /// Its kind.
    public var kind: AuthorityKind
    /// What it rests on.
    public var evidence: Evidence
    /// First day.
    public var from: CalendarDay
    /// Last day; nil while it lasts.
    public var until: CalendarDay?

    public init(
        id: AuthorityID, household: HouseholdID, child: PersonID, holder: Party, kind: AuthorityKind, evidence: Evidence,
        from: CalendarDay, until: CalendarDay? = nil
    ) {
        self.id = id
        self.household = household
        self.child = child
        self.holder = holder
        self.kind = kind
        self.evidence = evidence
        self.from = from
        self.until = until
    }

    /// Whether it is held at `moment`.
    public func isHeld(at moment: Moment) -> Bool { Period.covers(from, until, moment) }

    /// Whether the evidence proves it.
    public var isProven: Bool { kind.isProven(by: evidence) }

    /// The capacity in which the holder signs.
    public var capacity: SigningCapacity {
        switch kind {
        case .joint, .sole: .parentWithAuthority
        case .guardian: .guardian
        case .guardianBody: .guardianBody
        }
    }
}

/// Somebody who can decide in place of an incapacitated person (PR-12.4).
public struct Representation: FactRecord {
    /// Its identifier; facts and words of one thing share it.
    public var id: RepresentationID
    /// The household file it belongs to.
    public var household: HouseholdID
    /// The resident concerned.
    public var person: PersonID
    /// Who decides in the place of the person.
    public var representative: Party
    /// Its kind.
    public var kind: RepresentationKind
    /// What it rests on.
    public var evidence: Evidence
    /// First day.
    public var from: CalendarDay
    /// Last day; nil while it lasts.
    public var until: CalendarDay?

    public init(
        id: RepresentationID, household: HouseholdID, person: PersonID, representative: Party, kind: RepresentationKind,
        evidence: Evidence, from: CalendarDay, until: CalendarDay? = nil
    ) {
        self.id = id
        self.household = household
        self.person = person
        self.representative = representative
        self.kind = kind
        self.evidence = evidence
        self.from = from
        self.until = until
    }

    /// Whether it holds at `moment`.
    public func isHeld(at moment: Moment) -> Bool { Period.covers(from, until, moment) }

    /// Whether the evidence proves it.
    public var isProven: Bool { kind.isProven(by: evidence) }

    /// The capacity in which the representative signs.
    public var capacity: SigningCapacity {
        switch kind {
        case .curator: .curator
        case .mentor: .mentor
        case .authorised: .authorised
        case .partner: .partner
        case .family: .family
        }
    }
}

/// The judgement of a registered professional that a person of twelve or older cannot oversee a decision (PR-12.4).
/// The reason stands in its words.
public struct IncapacityJudgement: FactRecord {
    /// Its identifier; facts and words of one thing share it.
    public var id: IncapacityID
    /// The household file it belongs to.
    public var household: HouseholdID
    /// The resident concerned.
    public var person: PersonID
    /// The registered professional.
    public var judgedBy: WorkerID
    /// When it was judged; it stands from then.
    public var judgedAt: Moment
    /// Last day; a judgement without end does not exist.
    public var until: CalendarDay
    /// Since when it has been withdrawn.
    public var endedAt: Moment?

    public init(
        id: IncapacityID, household: HouseholdID, person: PersonID, judgedBy: WorkerID, judgedAt: Moment, until: CalendarDay,
        endedAt: Moment? = nil
    ) {
        self.id = id
        self.household = household
        self.person = person
        self.judgedBy = judgedBy
        self.judgedAt = judgedAt
        self.until = until
        self.endedAt = endedAt
    }

    /// Whether it stands at `moment`, its author's registration aside.
    public func isStanding(at moment: Moment) -> Bool {
        judgedAt <= moment && moment < until.end && (endedAt.map { moment < $0 } ?? true)
    }
}

/// The reason of a judgement of incapacity.
public struct IncapacityWords: WordsRecord {
    /// Its identifier; facts and words of one thing share it.
    public var id: IncapacityID
    /// Why.
    public var reason: String

    public init(id: IncapacityID, reason: String) {
        self.id = id
        self.reason = reason
    }
}

/// A worker blocked for a household because of a private tie (PR-7.4). It beats every permission, the emergency one included.
public struct ConflictBlock: FactRecord {
    /// Its identifier; facts and words of one thing share it.
    public var id: ConflictID
    /// The household file it belongs to.
    public var household: HouseholdID
    /// The worker concerned.
    public var worker: WorkerID
    /// The private tie.
    public var kind: ConflictKind
    /// Who reported it.
    public var declaredBy: WorkerID
    /// Since when it stands.
    public var declaredAt: Moment
    /// Since when it stands no more.
    public var liftedAt: Moment?
    /// Somebody else than the blocked worker.
    public var liftedBy: WorkerID?

    public init(
        id: ConflictID, household: HouseholdID, worker: WorkerID, kind: ConflictKind, declaredBy: WorkerID, declaredAt: Moment,
        liftedAt: Moment? = nil, liftedBy: WorkerID? = nil
    ) {
        self.id = id
        self.household = household
        self.worker = worker
        self.kind = kind
        self.declaredBy = declaredBy
        self.declaredAt = declaredAt
        self.liftedAt = liftedAt
        self.liftedBy = liftedBy
    }

    /// Whether it stands at `moment`.
    public func isStanding(at moment: Moment) -> Bool { declaredAt <= moment && (liftedAt.map { moment < $0 } ?? true) }
}

/// What was said about a private tie.
public struct ConflictWords: WordsRecord {
    /// Its identifier; facts and words of one thing share it.
    public var id: ConflictID
    /// Free text; may be empty.
    public var note: String

    public init(id: ConflictID, note: String) {
        self.id = id
        self.note = note
    }
}
