/// `POST /v1/households/{h}/consents`.
///
/// A blanket declaration can be written down in it (`recipient` `*`, a domain `*`, no `until`), so that the reglement can refuse it (PR-11.3).
public struct RegisterConsent: Codable, Equatable, Sendable {
    /// The resident it is about.
    public var subject: String
    /// One receiving organisation, or `*`.
    public var recipient: String
    /// Life domains, or `*`.
    public var domains: [String]
    /// `D2` …
    public var purpose: String
    /// Absent: now.
    public var from: String?
    /// The last day.
    public var until: String?
    /// Version of the explanation that was given (PR-11.5).
    public var leaflet: String?
    /// `written`, `digital` or `oral` (PR-11.4).
    public var form: String
    /// Those who signed already.
    public var signatures: [ConsentSignature]
    /// The running consent that this one takes the place of, once it is complete and has begun: same resident, recipient and purpose (PR-11.7).
    public var replaces: String?

    public init(
        subject: String, recipient: String, domains: [String], purpose: String, from: String? = nil, until: String? = nil,
        leaflet: String? = nil, form: String, signatures: [ConsentSignature], replaces: String? = nil
    ) {
        self.subject = subject
        self.recipient = recipient
        self.domains = domains
        self.purpose = purpose
        self.from = from
        self.until = until
        self.leaflet = leaflet
        self.form = form
        self.signatures = signatures
        self.replaces = replaces
    }
}

/// One signature under a consent; also the body of `POST /v1/consents/{c}/signatures`.
public struct ConsentSignature: Codable, Equatable, Sendable {
    /// A resident, or the organisation that the court made guardian of the subject (PR-12.1). Absent: whoever stands in `Kluis-For`.
    public var person: String?
    /// `ownBehalf`, `parentWithAuthority`, `guardian`, `guardianBody`, `curator`, `mentor`, `authorised`, `partner` or `family`; absent: as
    /// the registry has it.
    public var capacity: String?
    /// `written`, `digital` or `oral`; absent: the form of the consent.
    public var method: String?

    public init(person: String? = nil, capacity: String? = nil, method: String? = nil) {
        self.person = person
        self.capacity = capacity
        self.method = method
    }
}

/// `POST /v1/consents/{c}/withdrawal`, by the resident or guardian body in `Kluis-For` or in `by`.
public struct WithdrawConsent: Codable, Equatable, Sendable {
    /// Absent: all of it.
    public var domains: [String]?
    public var by: String?

    public init(domains: [String]? = nil, by: String? = nil) {
        self.domains = domains
        self.by = by
    }
}

/// `POST /v1/households/{h}/refusals`: recorded with the same care as a consent (PR-13.5). It counts from its recording, as a withdrawal does.
public struct RegisterRefusal: Codable, Equatable, Sendable {
    /// The resident whose data it is about.
    public var subject: String
    /// The organisation that gets nothing; either this or `person`.
    public var recipient: String?
    /// The person (a housemate, a parent) that gets nothing; either this or `recipient`.
    public var person: String?
    public var domains: [String]
    /// `D2` …
    public var purpose: String
    /// A resident, or the organisation that is guardian. Absent: whoever stands in `Kluis-For`, else the subject.
    public var by: String?

    public init(
        subject: String, recipient: String? = nil, person: String? = nil, domains: [String], purpose: String,
        by: String? = nil
    ) {
        self.subject = subject
        self.recipient = recipient
        self.person = person
        self.domains = domains
        self.purpose = purpose
        self.by = by
    }
}

/// One consent or refusal in `GET /v1/households/{h}/consents`.
public struct ConsentBrief: Codable, Equatable, Sendable {
    public var id: String
    public var subject: String
    /// The organisation; absent for a refusal towards a person.
    public var recipient: String?
    /// Set for a refusal towards a person.
    public var person: String?
    public var domains: [String]
    public var purpose: String
    public var from: String
    public var until: String?
    public var form: String?
    /// What it is worth now: `draft`, `active`, `notYetBegun`, `incomplete`, `withdrawn`, `expired`, `lapsed`, `superseded`, `void` or
    /// `refused`.
    public var state: String
    /// Those who signed.
    public var signers: [String]
    /// Those who still have to.
    public var missing: [MissingSignature]
    /// Why it waits for authority or representation to be put on record, whoever signs: `noneRecorded`, `unproven`, `secondHolderUnknown`,
    /// `contradictory`, `noRepresentative` or `unable` (PR-2.2); absent when it does not.
    public var gap: String?
    public var version: UInt64?

    public init(
        id: String, subject: String, recipient: String? = nil, person: String? = nil, domains: [String], purpose: String,
        from: String, until: String? = nil, form: String? = nil, state: String, signers: [String], missing: [MissingSignature],
        gap: String? = nil, version: UInt64? = nil
    ) {
        self.id = id
        self.subject = subject
        self.recipient = recipient
        self.person = person
        self.domains = domains
        self.purpose = purpose
        self.from = from
        self.until = until
        self.form = form
        self.state = state
        self.signers = signers
        self.missing = missing
        self.gap = gap
        self.version = version
    }
}
