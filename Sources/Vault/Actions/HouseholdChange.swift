import GRDB
import Household
import ReferenceMonitor
import Sealing
import Storage

/// What a change made, and the revision to state in the next one (`If-Match`).
public struct Made<ID: Sendable>: Sendable {
    public let id: ID
    /// Revision of the household, or of the record where the change was about one outside households.
    public let revision: UInt64

    init(_ id: ID, _ revision: UInt64) {
        self.id = id
        self.revision = revision
    }
}

/// One change to one household, inside a transaction: the snapshot it starts from, what it writes, and the check at its end.
struct HouseholdChange {
    let vault: Vault
    let household: HouseholdID
    let moment: Moment
    let sql: GRDB.Database
    /// The snapshot before the change, or after what was reloaded.
    private(set) var view: HouseholdView
    private let workers: [WorkerID]

    /// - Parameter expected: the household's revision as the caller knows it; nil for whatever it is.
    /// - Throws: ``VaultError/noSuchThing``; ``VaultError/revisionMoved(current:)``.
    init(
        _ vault: Vault, _ household: HouseholdID, at moment: Moment, workers: [WorkerID?] = [], expected: UInt64? = nil,
        in sql: GRDB.Database
    ) throws {
        let registry = vault.registry
        guard let revision = try registry.revision(of: .household(household), sql) else { throw VaultError.noSuchThing }
        if let expected, expected != revision { throw VaultError.revisionMoved(current: revision) }
        self.vault = vault
        self.household = household
        self.moment = moment
        self.sql = sql
        self.workers = workers.compactMap { $0 }
        self.view = try Self.view(vault, household, self.workers, sql)
    }

    /// The snapshot beside the workers that its records name and those given. Who is named already needs no snapshot of his own: what a change
    /// starts from and what it is checked against at its end are then one, and read once.
    private static func view(
        _ vault: Vault, _ household: HouseholdID, _ workers: [WorkerID], _ sql: GRDB.Database
    ) throws -> HouseholdView {
        let view = try snapshot(vault, household, [], sql)
        return view.facts.workers.isSuperset(of: workers) ? view : try snapshot(vault, household, workers, sql)
    }

    private struct Snapshot: Hashable { let household: HouseholdID, workers: [WorkerID] }

    private static func snapshot(
        _ vault: Vault, _ household: HouseholdID, _ workers: [WorkerID], _ sql: GRDB.Database
    ) throws -> HouseholdView {
        try vault.registry.workedOut(Snapshot(household: household, workers: workers)) {
            var loader = FactLoader(vault.registry, sql)
            guard let view = try loader.view(household, workers: workers) else { throw VaultError.noSuchThing }
            return view
        }
    }

    /// Reads the snapshot again, with what was written.
    mutating func reload() throws {
        view = try Self.view(vault, household, workers, sql)
    }

    /// Writes a record of this household, new or changed.
    func write<Record: FactRecord, Kind>(
        _ record: Record, _ kind: RecordKind, words: (any CanonicalRecord)? = nil, isNew: Bool
    ) throws where Record.ID == Identifier<Kind> {
        try vault.registry.write(
            record, words: try words.map { try sealing($0) }, .inHousehold(household, kind, record.id),
            expecting: isNew ? .absent : .present, sql)
    }

    /// Writes down which consents have lapsed by now, before this change records something that may say otherwise of the past.
    mutating func keepLapsed() throws {
        let lapsed = view.lapsed(at: moment)
        for consent in lapsed { try write(consent, .consent, isNew: false) }
        if !lapsed.isEmpty { try reload() }
    }

    /// Writes down which consents end with the withdrawal of another, by what this change has recorded of the withdrawal or of who had a say.
    mutating func keepWithdrawnAlong() throws {
        try reload()
        for consent in view.withdrawnAlong(at: moment) { try write(consent, .consent, isNew: false) }
    }

    /// Hears the evidence about a person that this change recorded: what ended by it is written down, and the drafts that waited for it take force.
    mutating func complete(about person: PersonID) throws {
        try keepWithdrawnAlong()
        try reload()
        for consent in try view.completed(about: person, at: moment) { try write(consent, .consent, isNew: false) }
    }

    func sealing(_ words: any CanonicalRecord) throws -> SealedWords {
        SealedWords(bytes: try words.canonicalJSON(), key: try vault.keys.key(of: .household(household), sql))
    }

    /// The words of a record of this household.
    func words<Words: CanonicalRecord, Kind>(_ kind: RecordKind, _ id: Identifier<Kind>, _: Words.Type = Words.self) throws -> Words? {
        guard let record = try vault.registry.record(.inHousehold(household, kind, id), sql) else { return nil }
        return try vault.registry.words(of: record, under: try vault.keys.key(of: .household(household), sql))
    }

    /// Notes that a worker has to do with this household.
    func note(_ worker: WorkerID) throws {
        try vault.registry.index(.householdsOfWorker, worker.bytes, to: IndexTarget(.household(household), worker), sql)
    }

    /// Ends the change: the household as it is now is read and checked as everybody will read it from here on, without the workers of this change
    /// beside it, so that nothing is committed that contradicts itself or that only this caller could read.
    /// - Returns: the new revision.
    mutating func settle() throws -> UInt64 {
        view = try Self.snapshot(vault, household, [], sql)
        guard let revision = try vault.registry.revision(of: .household(household), sql) else { throw VaultError.noSuchThing }
        return revision
    }
}

extension Vault {
    /// The worker behind a caller. Throws ``VaultError/noSuchThing`` for the system, which no policy lets that far.
    func worker(_ caller: Caller) throws -> WorkerID {
        guard let worker = caller.worker else { throw VaultError.noSuchThing }
        return worker
    }

    func require(_ isLive: Bool) throws {
        guard isLive else { throw VaultError.grantIsDead }
        guard !keys.isSealed else { throw VaultError.isSealed }
    }
}
