import GRDB
public import Household
import Sealing

/// Names beside the identifiers of one answer. Only a method that was given a grant makes one, of what the answer of that grant names.
public struct NameTable: Sendable {
    /// A name, and what people type in the place of the identifier, where there is such a word.
    public struct Line: Hashable, Sendable {
        public let name: String
        public let handle: String?
    }
    /// By identifier, in its text form; the kinds of identifiers differ in their prefix.
    public private(set) var lines: [String: Line] = [:]

    init() {}

    mutating func put<Kind>(_ id: Identifier<Kind>, _ name: String, handle: String?) {
        lines[id.description] = Line(name: name, handle: handle)
    }

    /// Residents of one household: name, and the given name where nobody else there has it.
    mutating func put(_ persons: [(id: PersonID, words: PersonWords)], among everybody: [PersonWords]) {
        let given = everybody.map { IndexValue.normalised($0.givenName) }
        for (id, words) in persons {
            let own = IndexValue.normalised(words.givenName)
            let isTypable = given.count { $0 == own } == 1 && !own.contains(UInt8(ascii: " "))
            put(id, words.fullName, handle: isTypable ? String(validating: own, as: UTF8.self) : nil)
        }
    }
}

extension PersonWords {
    /// Given and family name.
    public var fullName: String { familyName.isEmpty ? givenName : "\(givenName) \(familyName)" }
}

extension CapturedRecords {
    /// The names of workers, organisations, and residents of one household; what the captured rows do not hold is left out.
    func names(
        workers: some Sequence<WorkerID>, organisations: some Sequence<OrganisationID>, persons: some Sequence<PersonID>, in part: Part?
    ) throws -> NameTable {
        var table = NameTable()
        for worker in Set(workers) {
            guard let name = try name(worker) else { continue }
            table.put(worker, name, handle: try handle(Octets16(worker)))
        }
        for organisation in Set(organisations) {
            guard let name = try name(organisation) else { continue }
            table.put(organisation, name, handle: try handle(Octets16(organisation)))
        }
        let persons = Set(persons)
        guard let part, !persons.isEmpty else { return table }
        let everybody = try part.all(.person).compactMap { try words(PersonWords.self, $0, part) }
        table.put(everybody.filter { persons.contains($0.id) }.map { ($0.id, $0) }, among: everybody)
        return table
    }
}

extension HouseholdChange {
    /// The names of those whom the change leaves to sign: who got the grant must know whom to ask.
    func names(of parties: some Sequence<Party>, workers: some Sequence<WorkerID>) throws -> NameTable {
        var table = NameTable()
        let parties = Set(parties)
        let registryKey = try vault.keys.key(of: .registry, sql)
        for organisation in parties.compactMap(\.organisation) {
            guard let record = try vault.registry.record(.organisation(organisation), sql),
                let words: OrganisationWords = try vault.registry.words(of: record, under: registryKey)
            else { continue }
            table.put(organisation, words.name, handle: try vault.handle(of: organisation, sql))
        }
        for worker in Set(workers) {
            guard let record = try vault.registry.record(.ofWorker(worker, .worker, worker), sql),
                let words: WorkerWords = try vault.registry.words(of: record, under: registryKey)
            else { continue }
            table.put(worker, words.name, handle: try vault.handle(of: worker, sql))
        }
        let persons = Set(parties.compactMap(\.person))
        guard !persons.isEmpty else { return table }
        let everybody = try view.facts.persons.compactMap { try words(.person, $0.id, PersonWords.self) }
        table.put(everybody.filter { persons.contains($0.id) }.map { ($0.id, $0) }, among: everybody)
        return table
    }
}

extension Vault {
    /// What people type in the place of an organisation's identifier.
    func handle(of organisation: OrganisationID, _ sql: GRDB.Database) throws -> String? {
        try handle(at: .organisation(organisation, .handle), sql)
    }

    /// What people type in the place of a worker's identifier.
    func handle(of worker: WorkerID, _ sql: GRDB.Database) throws -> String? {
        try handle(at: .ofWorker(worker, .handle, worker), sql)
    }

    private func handle(at key: RecordKey, _ sql: GRDB.Database) throws -> String? {
        guard let record = try registry.record(key, sql) else { return nil }
        return String(validating: try registry.openFacts(record, sql), as: UTF8.self)
    }
}
