/// One line of the log, as the privacy officer and the DPO see it. Households, residents and items are pseudonyms.
public struct LedgerLine: Codable, Equatable, Sendable {
    /// Index in the log, counted from 0; the receipt number.
    public var index: UInt64
    /// `decision`, `outcome`, or `system` for what the vault writes about itself (start, clock step, recovery).
    public var kind: String
    /// For an outcome: the index of its decision.
    public var of: UInt64?
    /// RFC 3339.
    public var moment: String
    /// The action's name, such as `readItem`, `signIn`, `readLog`, `activatePlan`.
    public var action: String
    /// The worker's identifier, or `system:planEngine`, `system:clock` …; the page's names say the handle.
    public var caller: String?
    public var organisation: String?
    public var role: String?
    public var hat: String?
    public var household: String?
    public var residents: [String]?
    public var item: String?
    public var layer: String?
    public var domain: String?
    public var purpose: String?
    public var basis: String?
    public var consent: String?
    /// A decision: `permit`, `refuse` or `oblige`. An outcome: `completed`, `failed` or `interrupted`.
    public var outcome: String?
    public var articles: [String]?
    public var reglement: String?
    /// Digest of the policy set, hexadecimal.
    public var policies: String?
    /// Digest of the facts decided on, hexadecimal.
    public var facts: String?
    public var trace: String?
    /// Whether it was only asked (`--why`), not done.
    public var check: Bool?

    public init(
        index: UInt64, kind: String, of: UInt64? = nil, moment: String, action: String, caller: String? = nil,
        organisation: String? = nil, role: String? = nil, hat: String? = nil, household: String? = nil, residents: [String]? = nil,
        item: String? = nil, layer: String? = nil, domain: String? = nil, purpose: String? = nil, basis: String? = nil,
        consent: String? = nil, outcome: String? = nil, articles: [String]? = nil, reglement: String? = nil,
        policies: String? = nil, facts: String? = nil, trace: String? = nil, check: Bool? = nil
    ) {
        self.index = index
        self.kind = kind
        self.of = of
        self.moment = moment
        self.action = action
        self.caller = caller
        self.organisation = organisation
        self.role = role
        self.hat = hat
        self.household = household
        self.residents = residents
        self.item = item
        self.layer = layer
        self.domain = domain
        self.purpose = purpose
        self.basis = basis
        self.consent = consent
        self.outcome = outcome
        self.articles = articles
        self.reglement = reglement
        self.policies = policies
        self.facts = facts
        self.trace = trace
        self.check = check
    }
}

/// `GET /v1/ledger/entries?after=&limit=&last=`: `last=N` gives the N newest, oldest first.
public typealias LedgerPage = Page<LedgerLine>

/// `POST /v1/ledger/checkpoint`: a new signed checkpoint.
public struct CheckpointAnswer: Codable, Equatable, Sendable {
    /// The signed note, whole.
    public var note: String
    public var size: UInt64
    /// base64.
    public var root: String
    public var articles: [String]?
    public var receipt: UInt64?

    public init(note: String, size: UInt64, root: String, articles: [String]? = nil, receipt: UInt64? = nil) {
        self.note = note
        self.size = size
        self.root = root
        self.articles = articles
        self.receipt = receipt
    }
}

/// `POST /v1/ledger/cosignatures`: what a witness gave as a file. The answer is a `ChangeAnswer`: the size of the checkpoint as its `id`, and
/// `added` or `known` as its state.
public struct CosignatureMessage: Codable, Equatable, Sendable {
    /// Signature lines, or a whole checkpoint with them; as the witness wrote it.
    public var cosignatures: String

    public init(cosignatures: String) { self.cosignatures = cosignatures }
}

/// `POST /v1/ledger/verification`: what the daemon found when it checked its own log. Status 200 with `problems` empty, else
/// a problem document with code `verificationFailed`.
public struct VerificationAnswer: Codable, Equatable, Sendable {
    public var size: UInt64
    public var root: String
    /// Entries whose commitments were opened and checked.
    public var opened: UInt64
    /// Entries erased under a tombstone.
    public var erased: UInt64
    public var problems: [String]
    public var articles: [String]?
    public var receipt: UInt64?

    public init(
        size: UInt64, root: String, opened: UInt64, erased: UInt64, problems: [String], articles: [String]? = nil,
        receipt: UInt64? = nil
    ) {
        self.size = size
        self.root = root
        self.opened = opened
        self.erased = erased
        self.problems = problems
        self.articles = articles
        self.receipt = receipt
    }
}

/// One row of `GET /v1/access/who?household=&item=` (everybody against one thing) or `GET /v1/access/what?household=` (the
/// caller against everything).
public struct AccessRow: Codable, Equatable, Sendable {
    /// The worker, by identifier; absent in `what`.
    public var worker: String?
    public var organisation: String?
    public var hat: String?
    /// What it is about; absent in `who`, where all rows are about the one thing asked for.
    public var item: String?
    /// In `what`, where the caller may read the item.
    public var title: String?
    /// `readItem`, `readCard`, `readPlan` …
    public var action: String
    public var purpose: String?
    /// The task that was named, `G1` … `G11`; `own` where none was and only who names the item's own may (PR-10.3). Which one that is, is not told.
    public var basis: String?
    /// `permit`, `refuse` or `oblige`.
    public var outcome: String
    public var articles: [String]

    public init(
        worker: String? = nil, organisation: String? = nil, hat: String? = nil, item: String? = nil, title: String? = nil,
        action: String, purpose: String? = nil, basis: String? = nil, outcome: String, articles: [String]
    ) {
        self.worker = worker
        self.organisation = organisation
        self.hat = hat
        self.item = item
        self.title = title
        self.action = action
        self.purpose = purpose
        self.basis = basis
        self.outcome = outcome
        self.articles = articles
    }
}

/// `POST /v1/rehearsal/clock` and its answer; rehearsal vaults only.
public struct RehearsalClock: Codable, Equatable, Sendable {
    /// RFC 3339; not before the clock's present moment.
    public var moment: String

    public init(moment: String) { self.moment = moment }
}

/// `POST /v1/rehearsal/fault`; rehearsal vaults only.
public struct RehearsalFault: Codable, Equatable, Sendable {
    /// A named fault of the daemon.
    public var name: String

    public init(name: String) { self.name = name }
}
