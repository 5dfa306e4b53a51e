public import Household

/// A consent as it was put on the table, before anybody knows whether it is one: it can say things that a ``Household/Consent`` cannot,
/// so that they can be refused by the article that forbids them (PR-11.3).
public struct ConsentDraft: Hashable, Sendable {
    /// Who would receive.
    public enum Recipients: Hashable, Sendable {
        case one(OrganisationID)
        /// "All organisations": void (PR-11.3).
        case everybody
    }
    /// What would be received.
    public enum Domains: Hashable, Sendable {
        case these(SortedSet<LifeDomain>)
        /// "All life domains": void (PR-11.3).
        case all
    }

    /// A signature given on the spot.
    public struct Signature: Hashable, Sendable {
        public let party: Party
        /// In which capacity, where the signer said so; nil: as the registry has it.
        public let claimed: SigningCapacity?
        /// How; nil: as the consent as a whole.
        public let method: SigningMethod?

        public init(_ party: Party, claimed: SigningCapacity? = nil, method: SigningMethod? = nil) {
            self.party = party
            self.claimed = claimed
            self.method = method
        }
    }

    /// The resident concerned.
    public let subject: PersonID
    public let recipients: Recipients
    public let domains: Domains
    /// What it would serve; nil when the form does not say.
    public let purpose: Purpose?
    /// First day.
    public let from: CalendarDay
    /// Last day; nil for an indefinite time, which is void (PR-11.3).
    public let until: CalendarDay?
    /// Version of the explanation that was given; nil when none was (PR-11.5).
    public let leafletVersion: Label?
    /// What was signed on the spot; may be empty.
    public let signatures: [Signature]
    /// How it was given.
    public let method: SigningMethod
    /// The consent whose place it shall take; nil for none (PR-11.7).
    public let replaces: ConsentID?

    /// Who signed on the spot.
    public var signers: SortedSet<Party> { SortedSet(signatures.map(\.party)) }

    /// A draft whose signers said nothing about their capacity.
    public init(
        subject: PersonID, recipients: Recipients, domains: Domains, purpose: Purpose?, from: CalendarDay, until: CalendarDay?,
        leafletVersion: Label?, signers: SortedSet<Party>, method: SigningMethod
    ) {
        self.init(
            subject: subject, recipients: recipients, domains: domains, purpose: purpose, from: from, until: until,
            leafletVersion: leafletVersion, signatures: signers.map { Signature($0) }, method: method)
    }

    public init(
        subject: PersonID, recipients: Recipients, domains: Domains, purpose: Purpose?, from: CalendarDay, until: CalendarDay?,
        leafletVersion: Label?, signatures: [Signature], method: SigningMethod, replaces: ConsentID? = nil
    ) {
        self.subject = subject
        self.recipients = recipients
        self.domains = domains
        self.purpose = purpose
        self.from = from
        self.until = until
        self.leafletVersion = leafletVersion
        self.signatures = signatures
        self.method = method
        self.replaces = replaces
    }
}

/// A refusal of consent as it was given (PR-13.5).
public struct RefusalDraft: Hashable, Sendable {
    public let subject: PersonID
    /// Who would have received: an organisation, or a person such as a parent (PR-12.3).
    public let recipient: Party
    public let domains: SortedSet<LifeDomain>
    public let purpose: Purpose
    /// Who refused: the resident, or whoever decides for him.
    public let by: Party

    public init(subject: PersonID, recipient: Party, domains: SortedSet<LifeDomain>, purpose: Purpose, by: Party) {
        self.subject = subject
        self.recipient = recipient
        self.domains = domains
        self.purpose = purpose
        self.by = by
    }
}

/// Registers a consent with the signatures given on the spot (PR-11).
public struct RegisterConsent: Question {
    public static let action = ActionName.registerConsent
    public let household: HouseholdID
    public let draft: ConsentDraft

    public init(household: HouseholdID, draft: ConsentDraft) {
        self.household = household
        self.draft = draft
    }

    public var about: Subject {
        let organisation: OrganisationID? = if case .one(let id) = draft.recipients { id } else { nil }
        return Subject(.household, household: household, person: draft.subject, organisation: organisation)
    }
}

/// Adds one signature to a registered consent (PR-12).
public struct SignConsent: Question {
    public static let action = ActionName.signConsent
    /// The household, where the asker named it.
    public let household: HouseholdID?
    public let consent: ConsentID
    /// A resident, or the guardian body (PR-12.1).
    public let signer: Party
    /// In which capacity, where the signer said so; nil: as the registry has it.
    public let claimed: SigningCapacity?
    public let method: SigningMethod

    public init(
        household: HouseholdID? = nil, consent: ConsentID, signer: Party, claimed: SigningCapacity? = nil,
        method: SigningMethod = .written
    ) {
        self.claimed = claimed
        self.household = household
        self.consent = consent
        self.signer = signer
        self.method = method
    }

    public var about: Subject { Subject(.consent, household: household, consent: consent, person: signer.person) }
}

/// Withdraws a consent, whole or for some domains (PR-13.1).
public struct WithdrawConsent: Question {
    public static let action = ActionName.withdrawConsent
    public let consent: ConsentID
    /// The domains taken away; nil for all.
    public let domains: SortedSet<LifeDomain>?
    /// Who withdraws: a resident, or the guardian body (PR-12.1).
    public let by: Party

    public init(consent: ConsentID, domains: SortedSet<LifeDomain>?, by: Party) {
        self.consent = consent
        self.domains = domains
        self.by = by
    }

    public var about: Subject { Subject(.consent, consent: consent, person: by.person) }
}

/// Records that a consent was refused (PR-13.5).
public struct RefuseConsent: Question {
    public static let action = ActionName.refuseConsent
    public let household: HouseholdID
    public let draft: RefusalDraft

    public init(household: HouseholdID, draft: RefusalDraft) {
        self.household = household
        self.draft = draft
    }

    public var about: Subject {
        Subject(.household, household: household, person: draft.subject, organisation: draft.recipient.organisation)
    }
}

/// Lists consents and refusals of a household.
public struct ListConsents: Question {
    public static let action = ActionName.listConsents
    public let household: HouseholdID

    public init(household: HouseholdID) { self.household = household }

    public var about: Subject { Subject(.household, household: household) }
}
