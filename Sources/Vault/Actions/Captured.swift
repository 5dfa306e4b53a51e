import GRDB
import Household
public import Policy
public import ReferenceMonitor
import Sealing
public import Storage

/// Sealed rows and the keys that open them, taken in the transaction that decided.
struct CapturedRecords: SealedContent {
    /// Rows of one space.
    struct Part: Sendable {
        let space: Space
        let key: KeyBox
        var records: [StoredRecord]

        func first(_ kind: RecordKind, _ id: Octets16) -> StoredRecord? { records.first { $0.key.kind == kind && $0.key.id == id } }
        func all(_ kind: RecordKind) -> [StoredRecord] { records.filter { $0.key.kind == kind } }
    }
    let registry: Registry
    /// Rows about organisations and workers.
    var team: Part
    /// Snapshot, rows and revision of each household.
    var households: [(view: HouseholdView, part: Part, revision: UInt64)] = []
    var organisations: [Organisation] = []
    /// Workers with their roles, where the action lists them or decides for each entry of a list.
    var workers: [WorkerFacts] = []
    /// Rows of items; their words lie under the keys of their compartments.
    var items: [(item: Item, record: StoredRecord, key: KeyBox)] = []
    /// The plan version asked about.
    var plan: PlanID?
    /// What a search found.
    var found: [IndexTarget] = []
    var revision: UInt64 = 0
    /// What residents have answered is the same for each entry of a list.
    private let answers = SharedAnswers()

    func words<Words: CanonicalRecord>(_: Words.Type = Words.self, _ record: StoredRecord, _ part: Part) throws -> Words? {
        try registry.words(of: record, under: part.key)
    }

    /// The names of organisations and workers.
    func name(_ organisation: OrganisationID) throws -> String? {
        guard let record = team.first(.organisation, Octets16(organisation)) else { return nil }
        return try words(OrganisationWords.self, record, team)?.name
    }

    func name(_ worker: WorkerID) throws -> String? {
        guard let record = team.first(.worker, Octets16(worker)) else { return nil }
        return try words(WorkerWords.self, record, team)?.name
    }

    func handle(_ id: Octets16) throws -> String? {
        guard let record = team.first(.handle, id) else { return nil }
        let bytes = try Envelope.open(
            record.facts, under: team.key, label: .recordFacts, meaning: registry.factsMeaning(record.key, version: record.version))
        return String(validating: bytes, as: UTF8.self)
    }

    /// The facts that deciding about one entry of a list needs.
    func facts(_ asker: Asker, _ view: HouseholdView, item: Item? = nil) throws -> Facts {
        let named = Set(view.facts.incapacities.map(\.judgedBy) + view.facts.excuses.flatMap { $0.signatures.map(\.worker) })
        return Facts(
            worker: asker.worker.flatMap { id in workers.first { $0.worker.id == id } }, household: view, item: item,
            namedWorkers: workers.filter { named.contains($0.worker.id) }, organisations: organisations, revision: revision,
            nextExpiry: nil, digest: Digest32.zero.bytes, answers: answers)
    }
}

/// One item with its content, as its rows stood when it was decided.
struct CapturedItem: SealedContent {
    let item: Item
    let record: StoredRecord
    let content: ItemContent
}

extension Vault {
    /// Takes the sealed rows that a reading will open. Nothing is opened.
    public func sealedContent(
        for subject: Policy.Subject, action: ActionName, in transaction: borrowing Transaction
    ) throws -> (any SealedContent)? {
        let sql = transaction.sql
        var loader = FactLoader(registry, sql)
        switch action {
        case .readItem:
            guard let household = subject.household, let id = subject.item,
                let (item, _, record) = try registry.read(Item.self, .item(household, id), sql)
            else { return nil }
            return CapturedItem(
                item: item, record: record, content: try ItemVersions.content(context(of: item), of: record, keys: keys, sql))
        case .readCard, .listTeam, .listConsents:
            guard let household = subject.household else { return nil }
            var captured = try capture(&loader, allWorkers: false)
            try add(household, .none, [], to: &captured, &loader)
            try addTeam(to: &captured, sql)
            return captured
        case .listItems:
            guard let household = subject.household else { return nil }
            var captured = try capture(&loader, allWorkers: true)
            try add(household, .all, captured.workers.map(\.worker.id), to: &captured, &loader)
            try addItems(of: household, to: &captured, sql)
            return captured
        case .readPlan:
            guard let plan = subject.plan, let household = try loader.household(of: plan, .plan) else { return nil }
            var captured = try capture(&loader, allWorkers: false)
            try add(household, .none, [], to: &captured, &loader)
            try addTeam(to: &captured, sql)
            captured.plan = plan
            return captured
        case .searchPerson:
            guard let term = subject.searchTerm, let token = Octets16(term.bytes) else { return nil }
            var captured = try capture(&loader, allWorkers: true)
            captured.found = try registry.lookUp(token, sql)
            for household in Set(captured.found.compactMap(\.household)).sorted() {
                try add(household, .none, captured.workers.map(\.worker.id), to: &captured, &loader)
            }
            return captured
        case .listHouseholds:
            var captured = try capture(&loader, allWorkers: true)
            for household in registry.spaces.compactMap(\.household) {
                try add(household, .none, captured.workers.map(\.worker.id), to: &captured, &loader)
            }
            return captured
        case .listWorkers, .listOrganisations: return try capture(&loader, allWorkers: true)
        default: return nil
        }
    }

    private func capture(_ loader: inout FactLoader, allWorkers: Bool) throws -> CapturedRecords {
        let sql = loader.sql
        var records: [StoredRecord] = []
        for bucket in 0..<(allWorkers ? Space.registry.bucketCount : 1) {
            records += try registry.records(of: .registry, bucket: bucket, sql) ?? []
        }
        var captured = CapturedRecords(
            registry: registry, team: .init(space: .registry, key: try keys.key(of: .registry, sql), records: records))
        captured.revision = revision
        let organisations = try loader.organisations()
        captured.organisations = organisations
        if allWorkers {
            captured.workers = try loader.allWorkers().map { entry in
                guard let organisation = organisations.first(where: { $0.id == entry.worker.organisation }) else {
                    throw VaultError.doesNotVerify(.brokenReference)
                }
                return WorkerFacts(worker: entry.worker, roles: entry.roles, organisation: organisation)
            }
        }
        return captured
    }

    private func add(
        _ household: HouseholdID, _ items: FactLoader.Items, _ workers: [WorkerID], to captured: inout CapturedRecords,
        _ loader: inout FactLoader
    ) throws {
        let sql = loader.sql
        guard let view = try loader.view(household, items: items, workers: workers),
            let records = try registry.records(of: .household(household), bucket: 0, sql),
            let revision = try registry.revision(of: .household(household), sql)
        else { return }
        let space = Space.household(household)
        captured.households.append((view, .init(space: space, key: try keys.key(of: space, sql), records: records), revision))
    }

    /// Adds the rows of the workers whom the households' records name.
    private func addTeam(to captured: inout CapturedRecords, _ sql: GRDB.Database) throws {
        let workers = captured.households.flatMap { $0.view.team.facts.workers.map(\.id) }
        for bucket in Set(workers.map { RecordKey.bucket(of: $0) }).sorted() {
            captured.team.records += try registry.records(of: .registry, bucket: bucket, sql) ?? []
        }
    }

    private func addItems(of household: HouseholdID, to captured: inout CapturedRecords, _ sql: GRDB.Database) throws {
        for bucket in 1..<Space.household(household).bucketCount {
            for record in try registry.records(of: .household(household), bucket: bucket, sql) ?? [] {
                let item: Item = try registry.facts(of: record, sql)
                let compartment = Compartment(layer: item.layer, organisation: item.organisation)
                captured.items.append((item, record, try keys.key(.compartment(household, compartment), sql)))
            }
        }
    }
}
