/// One signature under a consent (PR-11.1, 11.4).
public struct ConsentGiver: CanonicalRecord {
    /// Who signed.
    public var party: Party
    /// In which capacity.
    public var capacity: SigningCapacity
    /// When.
    public var at: Moment
    /// How.
    public var method: SigningMethod
    /// The team member who noted it at once, or took it in.
    public var notedBy: WorkerID

    public init(party: Party, capacity: SigningCapacity, at: Moment, method: SigningMethod, notedBy: WorkerID) {
        self.party = party
        self.capacity = capacity
        self.at = at
        self.method = method
        self.notedBy = notedBy
    }

    /// Whether `other` is by the same one in the same capacity.
    func isOfSameSigner(as other: ConsentGiver) -> Bool { party == other.party && capacity == other.capacity }
}

/// A withdrawal of a consent, whole or for some of its domains (PR-13.1, 11.7).
public struct ConsentWithdrawal: CanonicalRecord {
    /// Moment of recording; from then on nothing rests on it (PR-13.2).
    public var at: Moment
    /// Who withdrew.
    public var by: Party
    /// The domains withdrawn; a part of those of the consent.
    public var domains: SortedSet<LifeDomain>
    /// The worker who recorded it.
    public var notedBy: WorkerID

    public init(at: Moment, by: Party, domains: SortedSet<LifeDomain>, notedBy: WorkerID) {
        self.at = at
        self.by = by
        self.domains = domains
        self.notedBy = notedBy
    }
}

/// A consent: one resident, one receiving organisation, named domains, one purpose, dated (PR-11.1).
///
/// The recorded state follows events; what it is worth at a moment is said by ``HouseholdView/standing(of:at:)``.
public struct Consent: FactRecord {
    /// Its identifier; facts and words of one thing share it.
    public var id: ConsentID
    /// The household file it belongs to.
    public var household: HouseholdID
    /// Whom it is about.
    public var subject: PersonID
    /// The one receiving organisation.
    public var recipient: OrganisationID
    /// The life domains it names.
    public var domains: SortedSet<LifeDomain>
    /// The purpose it serves (PR-3.1).
    public var purpose: Purpose
    /// First day.
    public var from: CalendarDay
    /// Last day (PR-11.2).
    public var until: CalendarDay
    /// Version of the explanation that was given (PR-11.5).
    public var leafletVersion: Label
    /// In the order of signing.
    public var givers: [ConsentGiver]
    /// Recorded state.
    public var state: ConsentState
    /// When it was recorded.
    public var recordedAt: Moment
    /// The worker who recorded it.
    public var recordedBy: WorkerID
    /// When the signatures were complete; nil for a draft or a refusal.
    public var activatedAt: Moment?
    /// The consent that this one takes the place of, once it is complete and has begun (PR-11.7).
    public var replaces: ConsentID?
    /// In the order of recording.
    public var withdrawals: [ConsentWithdrawal]
    /// Why it lapsed, once that is recorded.
    public var lapse: ConsentLapse?

    public init(
        id: ConsentID, household: HouseholdID, subject: PersonID, recipient: OrganisationID, domains: SortedSet<LifeDomain>,
        purpose: Purpose, from: CalendarDay, until: CalendarDay, leafletVersion: Label, givers: [ConsentGiver], state: ConsentState,
        recordedAt: Moment, recordedBy: WorkerID, activatedAt: Moment? = nil, replaces: ConsentID? = nil,
        withdrawals: [ConsentWithdrawal] = [], lapse: ConsentLapse? = nil
    ) {
        self.id = id
        self.household = household
        self.subject = subject
        self.recipient = recipient
        self.domains = domains
        self.purpose = purpose
        self.from = from
        self.until = until
        self.leafletVersion = leafletVersion
        self.givers = givers
        self.state = state
        self.recordedAt = recordedAt
        self.recordedBy = recordedBy
        self.activatedAt = activatedAt
        self.replaces = replaces
        self.withdrawals = withdrawals
        self.lapse = lapse
    }

    /// How it was given: orally as long as somebody's only signature is oral, else in writing when any is, else digitally; nil while unsigned.
    public var form: SigningMethod? {
        if givers.isEmpty { return nil }
        let confirmed = givers.filter { $0.method != .oral }
        if givers.contains(where: { giver in !confirmed.contains { $0.party == giver.party && $0.capacity == giver.capacity } }) {
            return .oral
        }
        return confirmed.contains { $0.method == .written } ? .written : .digital
    }

    /// Whether `other` answers the same question: the same person, receiver and purpose.
    public func isAbout(sameAs other: Consent) -> Bool {
        subject == other.subject && recipient == other.recipient && purpose == other.purpose
    }

    /// Whether `giver` says by word of mouth what he has said so before, in the same capacity.
    public func isSaidAgain(by giver: ConsentGiver) -> Bool {
        giver.method == .oral
            && givers.contains { $0.method == .oral && $0.party == giver.party && $0.capacity == giver.capacity }
    }

    /// What the party of `giver` said here by word of mouth before, in the same capacity.
    func words(before giver: ConsentGiver) -> [ConsentGiver] {
        givers.filter { $0.method == .oral && $0.isOfSameSigner(as: giver) && $0.at < giver.at }
    }

    /// When the party of `giver` first signed here in another way than by word of mouth, in the same capacity.
    func confirmedAt(by giver: ConsentGiver) -> Moment? {
        givers.lazy.filter { $0.method != .oral && $0.isOfSameSigner(as: giver) }.map(\.at).min()
    }

    /// Whether it was given anew after `withdrawal`, of another consent: it took force later, and who withdrew has not only signed it before.
    public func isGivenAnew(after withdrawal: ConsentWithdrawal) -> Bool {
        guard let activatedAt, activatedAt > withdrawal.at else { return false }
        let signed = givers.filter { $0.party == withdrawal.by }.map(\.at).max()
        return signed.map { $0 > withdrawal.at } ?? true
    }

    /// Whether who withdrew has signed this since: his new word, so that nothing of the withdrawal counts against it, and what it still lacks may
    /// be asked for.
    func isTakenUp(after withdrawal: ConsentWithdrawal) -> Bool {
        givers.contains { $0.party == withdrawal.by && $0.at > withdrawal.at }
    }

    /// Domains that no withdrawal recorded up to `moment` has taken away. What was refused is known to ``HouseholdView/refusedDomains(of:at:)``.
    public func remainingDomains(at moment: Moment) -> SortedSet<LifeDomain> {
        domains.subtracting(withdrawals.filter { $0.at <= moment }.flatMap(\.domains))
    }
}

/// Remarks about a consent.
public struct ConsentWords: WordsRecord {
    /// Its identifier; facts and words of one thing share it.
    public var id: ConsentID
    /// Free text; may be empty.
    public var note: String

    public init(id: ConsentID, note: String) {
        self.id = id
        self.note = note
    }
}

/// A refusal of consent (PR-13.5). The receiver may also be a person, such as a parent of a sixteen-year-old (PR-12.3).
public struct Refusal: FactRecord {
    /// Its identifier; facts and words of one thing share it.
    public var id: RefusalID
    /// The household file it belongs to.
    public var household: HouseholdID
    /// Whom it is about.
    public var subject: PersonID
    /// Who would have received.
    public var recipient: Party
    /// The life domains it names.
    public var domains: SortedSet<LifeDomain>
    /// The purpose it serves (PR-3.1).
    public var purpose: Purpose
    /// Who refused.
    public var by: Party
    /// When the question was put, and refused.
    public var askedOn: Moment
    /// The worker who recorded it.
    public var recordedBy: WorkerID

    public init(
        id: RefusalID, household: HouseholdID, subject: PersonID, recipient: Party, domains: SortedSet<LifeDomain>, purpose: Purpose,
        by: Party, askedOn: Moment, recordedBy: WorkerID
    ) {
        self.id = id
        self.household = household
        self.subject = subject
        self.recipient = recipient
        self.domains = domains
        self.purpose = purpose
        self.by = by
        self.askedOn = askedOn
        self.recordedBy = recordedBy
    }

    /// Whether it answers the same question as `consent`: about the same person, receiver and purpose.
    func isAbout(sameAs consent: Consent) -> Bool {
        subject == consent.subject && recipient == .organisation(consent.recipient) && purpose == consent.purpose
    }
}

/// What was said with a refusal.
public struct RefusalWords: WordsRecord {
    /// Its identifier; facts and words of one thing share it.
    public var id: RefusalID
    /// Free text; may be empty.
    public var note: String

    public init(id: RefusalID, note: String) {
        self.id = id
        self.note = note
    }
}

/// The signature of a registered professional.
public struct ProfessionalSignature: CanonicalRecord {
    /// The worker concerned.
    public var worker: WorkerID
    /// When.
    public var at: Moment

    public init(worker: WorkerID, at: Moment) {
        self.worker = worker
        self.at = at
    }
}

/// Why one parental signature under one consent is not needed (PR-12.5, 12.6). The report stands in its words.
public struct SignatureExcuse: FactRecord {
    /// Its identifier; facts and words of one thing share it.
    public var id: ExcuseID
    /// The household file it belongs to.
    public var household: HouseholdID
    /// The consent concerned.
    public var consent: ConsentID
    /// The parent whose signature is missing.
    public var excused: Party
    /// Why the signature is not needed.
    public var ground: ExcuseGround
    /// When it was recorded.
    public var recordedAt: Moment
    /// PR-12.5: two registered professionals.
    public var signatures: [ProfessionalSignature]
    /// PR-12.6: the recorded attempts to reach the parent.
    public var attempts: [Moment]

    public init(
        id: ExcuseID, household: HouseholdID, consent: ConsentID, excused: Party, ground: ExcuseGround, recordedAt: Moment,
        signatures: [ProfessionalSignature], attempts: [Moment] = []
    ) {
        self.id = id
        self.household = household
        self.consent = consent
        self.excused = excused
        self.ground = ground
        self.recordedAt = recordedAt
        self.signatures = signatures
        self.attempts = attempts
    }
}

/// The reason, or the report of the attempts, of an excuse.
public struct ExcuseWords: WordsRecord {
    /// Its identifier; facts and words of one thing share it.
    public var id: ExcuseID
    /// The reasons, or the attempts made.
    public var report: String

    public init(id: ExcuseID, report: String) {
        self.id = id
        self.report = report
    }
}
