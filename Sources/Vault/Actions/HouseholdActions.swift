import GRDB
public import Household
public import Policy
public import ReferenceMonitor
public import Storage

/// The words of a new household file, before it has an identifier.
public struct HouseholdWording: Sendable {
    /// The number people use, for example `H-0147`.
    public let number: String
    public let address: String
    public let legacyNumbers: [LegacyNumber]
    public let note: String

    public init(number: String, address: String = "", legacyNumbers: [LegacyNumber] = [], note: String = "") {
        self.number = number
        self.address = address
        self.legacyNumbers = legacyNumbers
        self.note = note
    }
}

extension Vault {
    /// Opens a file for a household: its keys, its manifest, its record in state *intake*.
    public func createHousehold(
        _ grant: consuming Grant<CreateHousehold>, words: HouseholdWording, in transaction: borrowing Transaction
    ) throws -> Made<HouseholdID> {
        try require(grant.isLive)
        let sql = transaction.sql
        let id = HouseholdID.random()
        // ORDER: the manifest first, which vouches for the rows of keys.
        try registry.create(.household(id))
        try keys.makeKey(.household(id), sql)
        try keys.makeKey(.audit(id), sql)
        try keys.makeKey(.compartment(id, .shared), sql)
        try keys.makeKey(.compartment(id, .sealedFolder), sql)
        let record = HouseholdRecord(id: id, state: .intake, municipality: grant.asked.municipality, openedAt: grant.moment)
        let sealed = HouseholdWords(
            id: id, number: words.number, address: words.address, legacyNumbers: words.legacyNumbers, note: words.note)
        try registry.write(
            record, words: SealedWords(bytes: try sealed.canonicalJSON(), key: try keys.key(.household(id), sql)),
            .inHousehold(id, .household, id), expecting: .absent, sql)
        if let address = IndexValue.address(words.address) {
            try registry.index(.address, address, to: IndexTarget(.household(id), id), sql)
        }
        var change = try HouseholdChange(self, id, at: grant.moment, in: sql)
        return Made(id, try change.settle())
    }

    /// Writes a resident on the card.
    /// - Parameter words: under the same identifier as the person asked about.
    public func addPerson(
        _ grant: consuming Grant<AddPerson>, words: PersonWords, expected revision: UInt64? = nil, in transaction: borrowing Transaction
    ) throws -> Made<PersonID> {
        try require(grant.isLive)
        let person = grant.asked.person
        guard person.household == grant.asked.household, person.id == words.id else {
            throw HouseholdError(.inconsistentRecord, about: person.id.description)
        }
        // PR-19.1, 19.3: a secret address is an item of the sealed folder and stands nowhere else.
        guard !person.secretAddress || words.address.isEmpty else {
            throw HouseholdError(.inconsistentRecord, about: person.id.description, articles: [Article(19, 3)].compactMap { $0 })
        }
        let sql = transaction.sql
        var change = try HouseholdChange(self, grant.asked.household, at: grant.moment, expected: revision, in: sql)
        try change.write(person, .person, words: words, isNew: true)
        try index(person.id, words, in: change)
        return Made(person.id, try change.settle())
    }

    private func index(_ person: PersonID, _ words: PersonWords, in change: HouseholdChange) throws {
        let target = IndexTarget(.household(change.household), person)
        let given = IndexValue.normalised(words.givenName)
        let family = IndexValue.normalised(words.familyName)
        if !given.isEmpty { try registry.index(.givenName(change.household), given, to: target, change.sql) }
        if !family.isEmpty {
            try registry.index(.name, family, to: target, change.sql)
            if !given.isEmpty { try registry.index(.name, given + [0x20] + family, to: target, change.sql) }
        }
        if let address = IndexValue.address(words.address) { try registry.index(.address, address, to: target, change.sql) }
    }

    /// Records who has authority over a child, in the place of what was recorded of the same holder from the first day on. A draft that waited for
    /// it takes force.
    public func recordAuthority(
        _ grant: consuming Grant<RecordAuthority>, expected revision: UInt64? = nil, in transaction: borrowing Transaction
    ) throws -> Made<AuthorityID> {
        try require(grant.isLive)
        let record = grant.asked.record
        var change = try HouseholdChange(self, grant.asked.household, at: grant.moment, expected: revision, in: transaction.sql)
        try change.keepLapsed()
        for ended in change.view.ended(by: record) { try change.write(ended, .authority, isNew: false) }
        try change.write(record, .authority, isNew: true)
        try change.complete(about: record.child)
        return Made(record.id, try change.settle())
    }

    /// Records who represents a person, in the place of what was recorded of the same representative from the first day on. A draft that waited for
    /// it takes force.
    public func recordRepresentation(
        _ grant: consuming Grant<RecordRepresentation>, expected revision: UInt64? = nil, in transaction: borrowing Transaction
    ) throws -> Made<RepresentationID> {
        try require(grant.isLive)
        let record = grant.asked.record
        var change = try HouseholdChange(self, grant.asked.household, at: grant.moment, expected: revision, in: transaction.sql)
        try change.keepLapsed()
        for ended in change.view.ended(by: record) { try change.write(ended, .representation, isNew: false) }
        try change.write(record, .representation, isNew: true)
        try change.complete(about: record.person)
        return Made(record.id, try change.settle())
    }

    /// Records the judgement that a person cannot oversee a decision, with its reason, in the place of every earlier one about him.
    public func recordIncapacity(
        _ grant: consuming Grant<RecordIncapacity>, words: IncapacityWords, expected revision: UInt64? = nil,
        in transaction: borrowing Transaction
    ) throws -> Made<IncapacityID> {
        try require(grant.isLive)
        let record = grant.asked.record
        guard words.id == record.id, record.judgedBy == (try worker(grant.caller)) else {
            throw HouseholdError(.inconsistentRecord, about: record.id.description)
        }
        var change = try HouseholdChange(
            self, grant.asked.household, at: grant.moment, workers: [record.judgedBy], expected: revision, in: transaction.sql)
        try change.keepLapsed()
        for ended in change.view.ended(by: record, at: grant.moment) { try change.write(ended, .incapacity, isNew: false) }
        try change.write(record, .incapacity, words: words, isNew: true)
        try change.keepWithdrawnAlong()
        return Made(record.id, try change.settle())
    }

    /// Blocks the caller for a household because of a private tie. From the commit on it beats every permission.
    public func declareConflict(
        _ grant: consuming Grant<DeclareConflict>, note: String, in transaction: borrowing Transaction
    ) throws -> Made<ConflictID> {
        try require(grant.isLive)
        let worker = try worker(grant.caller)
        var change = try HouseholdChange(self, grant.asked.household, at: grant.moment, workers: [worker], in: transaction.sql)
        let block = ConflictBlock(
            id: .random(), household: change.household, worker: worker, kind: grant.asked.kind, declaredBy: worker, declaredAt: grant.moment
        )
        try change.write(block, .conflict, words: ConflictWords(id: block.id, note: note), isNew: true)
        try change.note(worker)
        return Made(block.id, try change.settle())
    }
}
