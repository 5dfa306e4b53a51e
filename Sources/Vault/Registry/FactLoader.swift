import GRDB
import Household
import Policy
import Sealing

extension Sealing.Label {
    static let factsDigest = Sealing.Label("kluis/facts     ")
}

/// What was read for one decision: the digests of all rows that it rests on.
struct FactTrail {
    private(set) var digests: [Digest32] = []
    /// How many bytes of sealed facts they are.
    private(set) var bytes = 0

    mutating func note(_ record: StoredRecord) {
        digests.append(record.digest)
        bytes += record.facts.count
    }
    mutating func note(_ more: [Digest32]) { digests += more }

    /// 32 bytes over all of them, in the order of reading.
    func digest() throws -> Digest32 {
        var writer = ByteWriter(capacity: 32 * digests.count)
        for digest in digests { writer.append(digest) }
        guard let digest = Digest32(try BLAKE2b.hash(writer.bytes, label: .factsDigest)) else { throw SealingError.wrongLength }
        return digest
    }
}

/// Reads typed facts out of verified rows. Opens no words.
struct FactLoader {
    let registry: Registry
    let sql: GRDB.Database
    var trail = FactTrail()

    init(_ registry: Registry, _ sql: GRDB.Database) {
        self.registry = registry
        self.sql = sql
    }

    private mutating func facts<Record: FactRecord>(_ record: StoredRecord, _: Record.Type = Record.self) throws -> Record {
        trail.note(record)
        return try registry.facts(of: record, sql)
    }

    // MARK: - The team

    mutating func organisations() throws -> [Organisation] {
        var organisations: [Organisation] = []
        for record in try registry.records(of: .registry, bucket: 0, sql) ?? [] where record.key.kind == .organisation {
            organisations.append(try facts(record))
        }
        return organisations
    }

    /// A worker with all roles, held now or earlier; nil when the registry has none.
    mutating func worker(_ id: WorkerID) throws -> (worker: Worker, roles: [RoleAssignment])? {
        let octets = Octets16(id)
        var worker: Worker?
        var roles: [RoleAssignment] = []
        for record in try registry.records(of: .registry, bucket: RecordKey.bucket(of: id), sql) ?? [] {
            switch record.key.kind {
            case .worker where record.key.id == octets: worker = try facts(record)
            case .roleAssignment:
                let role: RoleAssignment = try registry.facts(of: record, sql)
                if role.worker == id {
                    trail.note(record)
                    roles.append(role)
                }
            default: break
            }
        }
        return worker.map { ($0, roles) }
    }

    /// A worker as the policies want him; nil when the registry has none.
    mutating func workerFacts(_ id: WorkerID, _ organisations: [Organisation]) throws -> WorkerFacts? {
        guard let (worker, roles) = try worker(id) else { return nil }
        guard let organisation = organisations.first(where: { $0.id == worker.organisation }) else {
            throw VaultError.doesNotVerify(.brokenReference)
        }
        return WorkerFacts(worker: worker, roles: roles, organisation: organisation)
    }

    /// All workers, for lists.
    mutating func allWorkers() throws -> [(worker: Worker, record: StoredRecord, roles: [RoleAssignment])] {
        var workers: [(Worker, StoredRecord, [RoleAssignment])] = []
        for bucket in 1..<Space.registry.bucketCount {
            let records = try registry.records(of: .registry, bucket: bucket, sql) ?? []
            let roles: [RoleAssignment] = try records.filter { $0.key.kind == .roleAssignment }.map { try registry.facts(of: $0, sql) }
            for record in records where record.key.kind == .worker {
                let worker: Worker = try facts(record)
                workers.append((worker, record, roles.filter { $0.worker == worker.id }))
            }
        }
        return workers.sorted { $0.0.id < $1.0.id }
    }

    /// Every account with its roles and keys, for a question that rests on who else there is.
    mutating func accounts(_ organisations: [Organisation]) throws -> [Accounts.Account] {
        var accounts: [Accounts.Account] = []
        for bucket in 1..<Space.registry.bucketCount {
            var workers: [Worker] = []
            var roles: [RoleAssignment] = []
            var keys: [WorkerKey] = []
            for record in try registry.records(of: .registry, bucket: bucket, sql) ?? [] {
                switch record.key.kind {
                case .worker: workers.append(try facts(record))
                case .roleAssignment: roles.append(try facts(record))
                case .workerKey: keys.append(try facts(record))
                default: break
                }
            }
            for worker in workers {
                guard let organisation = organisations.first(where: { $0.id == worker.organisation }) else {
                    throw VaultError.doesNotVerify(.brokenReference)
                }
                let held = roles.filter { $0.worker == worker.id }
                accounts.append(
                    Accounts.Account(
                        WorkerFacts(worker: worker, roles: held, organisation: organisation), keys: keys.filter { $0.worker == worker.id }))
            }
        }
        return accounts
    }

    mutating func keys(of worker: WorkerID) throws -> [WorkerKey] {
        var keys: [WorkerKey] = []
        for record in try registry.records(of: .registry, bucket: RecordKey.bucket(of: worker), sql) ?? []
        where record.key.kind == .workerKey {
            let key: WorkerKey = try registry.facts(of: record, sql)
            if key.worker == worker { keys.append(key) }
        }
        return keys
    }

    // MARK: - Households

    /// Which items of a household a view holds.
    enum Items {
        case none, all
        case these([ItemID])
    }

    /// The snapshot of a household, beside the workers that its records name and those asked for; nil when there is no such household.
    ///
    /// - Throws: `HouseholdError` when the records contradict each other, which a change finds out before it is committed.
    mutating func view(_ household: HouseholdID, items: Items = .none, workers: [WorkerID] = []) throws -> HouseholdView? {
        guard let records = try registry.records(of: .household(household), bucket: 0, sql) else { return nil }
        guard var facts = try householdFacts(records) else { return nil }
        facts.items = try self.items(of: household, items)
        let team = try self.team(facts.workers.union(workers).sorted())
        let digest = try trail.digest()
        let whole = facts
        return try registry.remembered(digest, bytes: trail.bytes) {
            try HouseholdView(whole, team: TeamView(team))
        }
    }

    private mutating func householdFacts(_ records: [StoredRecord]) throws -> HouseholdFacts? {
        var household: HouseholdRecord?
        var persons: [Person] = []
        var authorities: [Authority] = []
        var representations: [Representation] = []
        var incapacities: [IncapacityJudgement] = []
        var involvements: [Involvement] = []
        var directorships: [Directorship] = []
        var conflicts: [ConflictBlock] = []
        var consents: [Consent] = []
        var refusals: [Household.Refusal] = []
        var excuses: [SignatureExcuse] = []
        var plans: [PlanVersion] = []
        for record in records {
            switch record.key.kind {
            case .household: household = try facts(record)
            case .person: persons.append(try facts(record))
            case .authority: authorities.append(try facts(record))
            case .representation: representations.append(try facts(record))
            case .incapacity: incapacities.append(try facts(record))
            case .involvement: involvements.append(try facts(record))
            case .directorship: directorships.append(try facts(record))
            case .conflict: conflicts.append(try facts(record))
            case .consent: consents.append(try facts(record))
            case .refusal: refusals.append(try facts(record))
            case .excuse: excuses.append(try facts(record))
            case .plan: plans.append(try facts(record))
            case .header, .organisation, .worker, .roleAssignment, .workerKey, .handle, .keyCounter, .signInFailures, .indexEntry, .item:
                throw VaultError.doesNotVerify(.recordMalformed)
            }
        }
        guard let household else { return nil }
        return HouseholdFacts(
            household: household, persons: persons, authorities: authorities, representations: representations, incapacities: incapacities,
            involvements: involvements, directorships: directorships, conflicts: conflicts, consents: consents, refusals: refusals,
            excuses: excuses, plans: plans)
    }

    private mutating func items(of household: HouseholdID, _ items: Items) throws -> [Item] {
        switch items {
        case .none: return []
        case .these(let ids):
            return try ids.compactMap { id in
                guard let record = try registry.record(.item(household, id), sql) else { return nil }
                return try facts(record)
            }
        case .all:
            var all: [Item] = []
            for bucket in 1..<Space.household(household).bucketCount {
                for record in try registry.records(of: .household(household), bucket: bucket, sql) ?? [] {
                    all.append(try facts(record))
                }
            }
            return all.sorted { $0.id < $1.id }
        }
    }

    private mutating func team(_ workers: [WorkerID]) throws -> TeamFacts {
        let organisations = try organisations()
        var found: [Worker] = []
        var roles: [RoleAssignment] = []
        for id in workers {
            guard let (worker, held) = try worker(id) else { continue }
            found.append(worker)
            roles += held
        }
        return TeamFacts(organisations: organisations, workers: found, roles: roles)
    }

    /// The household that a consent or plan lies in; nil when there is no such thing.
    func household<Kind>(of id: Identifier<Kind>, _ field: IndexField) throws -> HouseholdID? {
        let octets = Octets16(id)
        return try registry.lookUp(field, id.bytes, sql).first { $0.id == octets }?.household
    }
}
