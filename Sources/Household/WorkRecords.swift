/// The bounded tie between one worker and one household, with a role and a purpose (PR-1.5, 7.2).
public struct Involvement: FactRecord {
    /// Its identifier; facts and words of one thing share it.
    public var id: InvolvementID
    /// The household file it belongs to.
    public var household: HouseholdID
    /// The worker concerned.
    public var worker: WorkerID
    /// The role in this household.
    public var role: Role
    /// The residents concerned; nil for the whole household.
    public var persons: SortedSet<PersonID>?
    /// The purpose it serves (PR-3.1).
    public var purpose: Purpose
    /// Never the worker concerned (PR-7.3).
    public var grantedBy: WorkerID
    /// When it was granted.
    public var grantedAt: Moment
    /// First day; it begins no sooner than `grantedAt`.
    public var from: CalendarDay
    /// Last day.
    public var until: CalendarDay
    /// Recorded state; see ``isLive(at:)``.
    public var state: InvolvementState
    /// When it ended.
    public var endedAt: Moment?
    /// Why it ended.
    public var end: InvolvementEnd?

    public init(
        id: InvolvementID, household: HouseholdID, worker: WorkerID, role: Role, persons: SortedSet<PersonID>? = nil, purpose: Purpose,
        grantedBy: WorkerID, grantedAt: Moment, from: CalendarDay, until: CalendarDay, state: InvolvementState, endedAt: Moment? = nil,
        end: InvolvementEnd? = nil
    ) {
        self.id = id
        self.household = household
        self.worker = worker
        self.role = role
        self.persons = persons
        self.purpose = purpose
        self.grantedBy = grantedBy
        self.grantedAt = grantedAt
        self.from = from
        self.until = until
        self.state = state
        self.endedAt = endedAt
        self.end = end
    }

    /// Whether it is valid at `moment` by its own terms; the state of the worker and of the household aside.
    public func isLive(at moment: Moment) -> Bool {
        state != .ended && grantedAt <= moment && Period.covers(from, until, moment) && (endedAt.map { moment < $0 } ?? true)
    }

    /// Whether it carries the direction of who is director or deputy: as director, of the household as a whole, for the purpose of directing. One
    /// that says less opens what it says (PR-6.1, 7.2).
    public var carriesDirection: Bool { role == .caseDirector && persons == nil && purpose == .direction }

    /// Whether it extends to this subject (PR-18.2).
    public func covers(_ subject: Subject) -> Bool {
        guard let persons else { return true }
        return subject.person.map { persons.contains($0) } ?? false
    }
}

/// A worker as director of a household (PR-6).
public struct Directorship: FactRecord {
    /// Its identifier; facts and words of one thing share it.
    public var id: DirectorshipID
    /// The household file it belongs to.
    public var household: HouseholdID
    /// The worker concerned.
    public var worker: WorkerID
    /// Recorded state; see ``isDirecting(at:)``.
    public var state: DirectorshipState
    /// The coordinator, or the director who proposed the handover.
    public var appointedBy: WorkerID
    /// When the worker was appointed.
    public var appointedAt: Moment
    /// When the worker became director; nil while only appointed.
    public var activeFrom: Moment?
    /// When it ended.
    public var endedAt: Moment?
    /// Whether the residents preferred somebody else; the reason stands in the words (PR-6.2).
    public var deviatesFromPreference: Bool
    /// Day of the conversation with the household about a handover (PR-20.1).
    public var discussedOn: CalendarDay?
    /// The directorship that this deputy stands in for (PR-6.5); nil for a director.
    public var deputyFor: DirectorshipID?
    /// Last day of a deputy.
    public var deputyUntil: CalendarDay?

    public init(
        id: DirectorshipID, household: HouseholdID, worker: WorkerID, state: DirectorshipState, appointedBy: WorkerID,
        appointedAt: Moment, activeFrom: Moment? = nil, endedAt: Moment? = nil, deviatesFromPreference: Bool = false,
        discussedOn: CalendarDay? = nil, deputyFor: DirectorshipID? = nil, deputyUntil: CalendarDay? = nil
    ) {
        self.id = id
        self.household = household
        self.worker = worker
        self.state = state
        self.appointedBy = appointedBy
        self.appointedAt = appointedAt
        self.activeFrom = activeFrom
        self.endedAt = endedAt
        self.deviatesFromPreference = deviatesFromPreference
        self.discussedOn = discussedOn
        self.deputyFor = deputyFor
        self.deputyUntil = deputyUntil
    }

    /// Whether this worker directs the household at `moment`.
    public func isDirecting(at moment: Moment) -> Bool {
        guard state != .appointed, let activeFrom, activeFrom <= moment else { return false }
        // By the moments, not by the state alone: who has handed over was the director until then.
        guard endedAt.map({ moment < $0 }) ?? (state != .ended) else { return false }
        return deputyUntil.map { moment < $0.end } ?? true
    }
}

/// The reasons about a directorship.
public struct DirectorshipWords: WordsRecord {
    /// Its identifier; facts and words of one thing share it.
    public var id: DirectorshipID
    /// Whom the residents preferred.
    public var preference: String
    /// Why.
    public var reason: String
    /// What the household said about a handover.
    public var discussion: String

    public init(id: DirectorshipID, preference: String = "", reason: String = "", discussion: String = "") {
        self.id = id
        self.preference = preference
        self.reason = reason
        self.discussion = discussion
    }
}

/// A separately encrypted part of the file (PR-1.8, 5.3).
public struct Item: FactRecord {
    /// Its identifier; facts and words of one thing share it.
    public var id: ItemID
    /// The household file it belongs to.
    public var household: HouseholdID
    /// The layer it lies in (PR-5.1).
    public var layer: Layer
    /// Whom it is about.
    public var subject: Subject
    /// The worker who made it.
    public var author: WorkerID
    /// The author's parent organisation at the time of writing.
    public var organisation: OrganisationID
    /// Its one life domain.
    public var domain: LifeDomain
    /// The hat it was made with (PR-17.2).
    public var hat: Hat
    /// Its legal basis (PR-10.1).
    public var basis: LegalBasis
    /// The provision of law, for data about health or criminal law (PR-10.5).
    public var provision: Label?
    /// How long it is kept (PR-25.2).
    public var retentionClass: RetentionClass
    /// Its kind.
    public var kind: ItemKind
    /// When it was made.
    public var createdAt: Moment
    /// When it was last changed; not before `createdAt`.
    public var lastChangedAt: Moment
    /// Whether a dispute about it is open: its existence is visible, its content is not (PR-24.3).
    public var frozen: Bool
    /// Whether the residents have designated it for a decision about a provision (PR-17.1).
    public var designatedForAccess: Bool
    /// Its size, to a power of two.
    public var sizeBucket: SizeBucket

    public init(
        id: ItemID, household: HouseholdID, layer: Layer, subject: Subject, author: WorkerID, organisation: OrganisationID,
        domain: LifeDomain, hat: Hat, basis: LegalBasis, provision: Label? = nil, retentionClass: RetentionClass, kind: ItemKind,
        createdAt: Moment, lastChangedAt: Moment, frozen: Bool = false, designatedForAccess: Bool = false,
        sizeBucket: SizeBucket = SizeBucket(bytes: 0)
    ) {
        self.id = id
        self.household = household
        self.layer = layer
        self.subject = subject
        self.author = author
        self.organisation = organisation
        self.domain = domain
        self.hat = hat
        self.basis = basis
        self.provision = provision
        self.retentionClass = retentionClass
        self.kind = kind
        self.createdAt = createdAt
        self.lastChangedAt = lastChangedAt
        self.frozen = frozen
        self.designatedForAccess = designatedForAccess
        self.sizeBucket = sizeBucket
    }
}

/// The words of an item.
public struct ItemWords: WordsRecord {
    /// Its identifier; facts and words of one thing share it.
    public var id: ItemID
    /// The title people see.
    public var title: String
    /// Name of the file it came from; may be empty.
    public var fileName: String
    /// Media type; may be empty.
    public var mediaType: String
    /// Free text; may be empty.
    public var note: String

    public init(id: ItemID, title: String, fileName: String = "", mediaType: String = "", note: String = "") {
        self.id = id
        self.title = title
        self.fileName = fileName
        self.mediaType = mediaType
        self.note = note
    }
}
