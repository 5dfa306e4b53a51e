import GRDB
public import Household
public import Policy
public import ReferenceMonitor
public import Storage

/// A consent after something was done about it.
public struct ConsentResult: Sendable {
    public let id: ConsentID
    public let household: HouseholdID
    /// Revision of the household.
    public let revision: UInt64
    /// What it is worth now, with what was recorded before about the same question.
    public let standing: ConsentStanding
    /// Who still has to sign.
    public let missing: SortedSet<RequiredSigner>
    /// Whether it waits for evidence of authority, whatever is signed.
    public let gap: AuthorityGap?
    /// Names for who still has to sign.
    public let names: NameTable

    fileprivate init(_ consent: Consent, _ signatures: SignatureStatus?, _ change: inout HouseholdChange) throws {
        id = consent.id
        household = change.household
        revision = try change.settle()
        guard let standing = change.view.standing(of: consent.id, at: change.moment) else { throw VaultError.noSuchThing }
        self.standing = standing
        missing = signatures?.missing ?? []
        gap = signatures?.requirement.gap
        names = try change.names(of: missing.map(\.party), workers: [])
    }
}

extension Vault {
    /// Registers a consent with the signatures given on the spot: active when they suffice, else a draft. The consent that it replaces gives way
    /// when this one is active and has begun.
    public func registerConsent(
        _ grant: consuming Grant<RegisterConsent>, note: String = "", expected revision: UInt64? = nil,
        in transaction: borrowing Transaction
    ) throws -> ConsentResult {
        try require(grant.isLive)
        let worker = try worker(grant.caller)
        let draft = grant.asked.draft
        let moment = grant.moment
        var change = try HouseholdChange(
            self, grant.asked.household, at: moment, workers: [worker], expected: revision, in: transaction.sql)
        // Who is not asked, or not in the capacity claimed, is written down in that one, and is then refused as not entitled.
        let proposal = draft.proposal(in: change.view, notedBy: worker, at: moment)
        let (consent, signatures) = try change.view.register(proposal, id: .random(), by: worker, at: moment)
        try change.write(consent, .consent, words: note.isEmpty ? nil : ConsentWords(id: consent.id, note: note), isNew: true)
        try registry.index(.consent, consent.id.bytes, to: IndexTarget(.household(change.household), consent.id), transaction.sql)
        return try ConsentResult(consent, signatures, &change)
    }

    /// Adds one signature to a registered consent.
    public func signConsent(
        _ grant: consuming Grant<SignConsent>, expected revision: UInt64? = nil, in transaction: borrowing Transaction
    ) throws -> ConsentResult {
        try require(grant.isLive)
        let worker = try worker(grant.caller)
        let asked = grant.asked
        let moment = grant.moment
        var (change, consent) = try open(asked.consent, at: moment, worker, revision, transaction.sql)
        guard asked.household.map({ $0 == change.household }) ?? true else { throw VaultError.noSuchThing }
        let requirement = change.view.required(consent.subject, at: moment)
        let capacity = requirement?.capacity(of: asked.signer, claimed: asked.claimed) ?? asked.claimed ?? .ownBehalf
        let giver = ConsentGiver(party: asked.signer, capacity: capacity, at: moment, method: asked.method, notedBy: worker)
        let (signed, signatures) = try change.view.signing(consent, giver, at: moment)
        consent = signed
        try change.write(consent, .consent, isNew: false)
        return try ConsentResult(consent, signatures, &change)
    }

    /// Withdraws a consent, whole or for some domains. From the commit on nothing rests on it, in a running stream either.
    public func withdrawConsent(
        _ grant: consuming Grant<WithdrawConsent>, expected revision: UInt64? = nil, in transaction: borrowing Transaction
    ) throws -> ConsentResult {
        try require(grant.isLive)
        let worker = try worker(grant.caller)
        let asked = grant.asked
        var (change, _) = try open(asked.consent, at: grant.moment, worker, revision, transaction.sql)
        try change.keepLapsed()
        guard var consent = change.view.consent(asked.consent) else { throw VaultError.noSuchThing }
        consent = try change.view.withdrawing(consent, domains: asked.domains, by: asked.by, notedBy: worker, at: grant.moment)
        try change.write(consent, .consent, isNew: false)
        try change.keepWithdrawnAlong()
        return try ConsentResult(consent, nil, &change)
    }

    /// Records that a consent was refused. From the commit on nothing rests on what was refused, and a draft of which it leaves nothing is refused
    /// with it.
    public func refuseConsent(
        _ grant: consuming Grant<RefuseConsent>, note: String = "", expected revision: UInt64? = nil,
        in transaction: borrowing Transaction
    ) throws -> Made<RefusalID> {
        try require(grant.isLive)
        let worker = try worker(grant.caller)
        let draft = grant.asked.draft
        let moment = grant.moment
        var change = try HouseholdChange(
            self, grant.asked.household, at: moment, workers: [worker], expected: revision, in: transaction.sql)
        let refusal = Household.Refusal(
            id: .random(), household: change.household, subject: draft.subject, recipient: draft.recipient, domains: draft.domains,
            purpose: draft.purpose, by: draft.by, askedOn: moment, recordedBy: worker)
        try change.keepLapsed()
        try change.write(refusal, .refusal, words: note.isEmpty ? nil : RefusalWords(id: refusal.id, note: note), isNew: true)
        try change.reload()
        for consent in change.view.facts.consents where consent.state == .draft {
            guard change.view.assess(consent, at: moment)?.standing == .refused else { continue }
            var refused = consent
            refused.state = try consent.state.next(.refuse)
            try change.write(refused, .consent, isNew: false)
        }
        return Made(refusal.id, try change.settle())
    }

    private func open(
        _ id: ConsentID, at moment: Moment, _ worker: WorkerID, _ expected: UInt64?, _ sql: GRDB.Database
    ) throws -> (HouseholdChange, Consent) {
        guard let household = try FactLoader(registry, sql).household(of: id, .consent) else { throw VaultError.noSuchThing }
        let change = try HouseholdChange(self, household, at: moment, workers: [worker], expected: expected, in: sql)
        guard let consent = change.view.consent(id) else { throw VaultError.noSuchThing }
        return (change, consent)
    }
}
