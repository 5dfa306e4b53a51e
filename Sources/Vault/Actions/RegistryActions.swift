import GRDB
public import Household
public import Policy
public import ReferenceMonitor
import Sealing
public import Storage

/// What people type instead of an identifier: `[a-z][a-z0-9-]{1,31}`.
public struct Handle: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// Nil unless it is of that form.
    public init?(_ text: String) {
        let utf8 = Array(text.utf8)
        guard (2...32).contains(utf8.count), let first = utf8.first, (0x61...0x7A).contains(first),
            utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D })
        else { return nil }
        description = text
    }
}

extension Vault {
    /// Registers an organisation.
    public func addOrganisation(
        _ grant: consuming Grant<AddOrganisation>, words: OrganisationWords, handle: Handle, in transaction: borrowing Transaction
    ) throws -> Made<OrganisationID> {
        try require(grant.isLive)
        return try add(grant.asked.organisation, words, handle, transaction.sql)
    }

    func add(
        _ organisation: Organisation, _ words: OrganisationWords, _ handle: Handle, _ sql: GRDB.Database
    ) throws -> Made<OrganisationID> {
        guard organisation.id == words.id else { throw HouseholdError(.inconsistentRecord, about: organisation.id.description) }
        // A municipality or partner has signed the convenant (PR-1.3).
        _ = try TeamView(TeamFacts(organisations: [organisation]))
        let version = try registry.write(
            organisation, words: try sealing(words, sql), .organisation(organisation.id), expecting: .absent, sql)
        try registry.write(
            bytes: Array(handle.description.utf8), .organisation(organisation.id, .handle), expecting: .absent, sql)
        try take(handle, .organisationHandle, IndexTarget(.registry, organisation.id), sql)
        return Made(organisation.id, version)
    }

    /// Registers a worker whom a partner brings in.
    public func addWorker(
        _ grant: consuming Grant<AddWorker>, words: WorkerWords, handle: Handle, in transaction: borrowing Transaction
    ) throws -> Made<WorkerID> {
        try require(grant.isLive)
        return try add(grant.asked.worker, words, handle, transaction.sql)
    }

    func add(_ worker: Worker, _ words: WorkerWords, _ handle: Handle, _ sql: GRDB.Database) throws -> Made<WorkerID> {
        guard worker.id == words.id else { throw HouseholdError(.inconsistentRecord, about: worker.id.description) }
        guard try registry.record(.organisation(worker.organisation), sql) != nil else {
            throw HouseholdError(.brokenReference, about: worker.organisation.description)
        }
        let version = try registry.write(
            worker, words: try sealing(words, sql), .ofWorker(worker.id, .worker, worker.id), expecting: .absent, sql)
        try registry.write(
            bytes: Array(handle.description.utf8), .ofWorker(worker.id, .handle, worker.id), expecting: .absent, sql)
        try take(handle, .workerHandle, IndexTarget(.registry, worker.id), sql)
        return Made(worker.id, version)
    }

    /// Gives a worker a role, unless it may not go together with one already held (PR-4.7).
    public func assignRole(
        _ grant: consuming Grant<AssignRole>, in transaction: borrowing Transaction
    ) throws -> Made<RoleAssignmentID> {
        try require(grant.isLive)
        let assignment = RoleAssignment(
            id: .random(), worker: grant.asked.worker, role: grant.asked.role, grantedBy: try worker(grant.caller), from: grant.moment)
        return try add(assignment, at: grant.moment, transaction.sql)
    }

    func add(_ assignment: RoleAssignment, at moment: Moment, _ sql: GRDB.Database) throws -> Made<RoleAssignmentID> {
        var loader = FactLoader(registry, sql)
        guard let (_, roles) = try loader.worker(assignment.worker) else { throw VaultError.noSuchThing }
        try SeparationOfDuties.check(
            adding: assignment.role, to: SortedSet(roles.filter { $0.isHeld(at: moment) }.map(\.role)))
        let version = try registry.write(
            assignment, .ofWorker(assignment.worker, .roleAssignment, assignment.id), expecting: .absent, sql)
        return Made(assignment.id, version)
    }

    /// Ends a role that a worker holds, at once. What he may do by an involvement he may still do.
    ///
    /// - Throws: `HouseholdError` when he does not hold it.
    public func endRole(_ grant: consuming Grant<EndRole>, in transaction: borrowing Transaction) throws -> Made<RoleAssignmentID> {
        try require(grant.isLive)
        let moment = grant.moment
        let asked = grant.asked
        var loader = FactLoader(registry, transaction.sql)
        guard let (_, roles) = try loader.worker(asked.worker) else { throw VaultError.noSuchThing }
        var made: Made<RoleAssignmentID>?
        // Given twice is held twice.
        for var role in roles where role.role == asked.role && role.isHeld(at: moment) {
            role.until = moment
            made = Made(
                role.id, try registry.write(role, .ofWorker(asked.worker, .roleAssignment, role.id), expecting: .present, transaction.sql))
        }
        guard let made else { throw HouseholdError(.illegalTransition, about: "role") }
        return made
    }

    /// Registers a sign-in key of a worker. One that somebody else enrols takes the place of those with which nobody has signed in: of two keys of
    /// two people for one account the later one stays.
    ///
    /// - Throws: ``VaultError/keyTaken`` for a key that is somebody's, or was used.
    public func enrolKey(_ grant: consuming Grant<EnrolKey>, in transaction: borrowing Transaction) throws -> Made<WorkerKeyID> {
        try require(grant.isLive)
        let key = grant.asked.key
        let sql = transaction.sql
        if try worker(grant.caller) != key.worker {
            var loader = FactLoader(registry, sql)
            for var unused in try loader.keys(of: key.worker) where unused.state == .active && unused.usedAt == nil {
                unused.state = .revoked
                unused.revokedAt = grant.moment
                try registry.write(unused, .ofWorker(key.worker, .workerKey, unused.id), expecting: .present, sql)
            }
        }
        return try add(key, sql)
    }

    func add(_ key: WorkerKey, _ sql: GRDB.Database) throws -> Made<WorkerKeyID> {
        var loader = FactLoader(registry, sql)
        guard try loader.worker(key.worker) != nil else { throw VaultError.noSuchThing }
        // One key never signs two workers in; the same one comes back with another machine account where it was never used.
        let earlier = try loader.keys(of: key.worker).filter { $0.publicKey == key.publicKey }
        guard
            try registry.lookUp(.publicKey, key.publicKey.bytes, sql).allSatisfy({ $0 == IndexTarget(.registry, key.worker) }),
            earlier.allSatisfy({ $0.state == .revoked && $0.usedAt == nil })
        else { throw VaultError.keyTaken }
        let version = try registry.write(key, .ofWorker(key.worker, .workerKey, key.id), expecting: .absent, sql)
        try registry.index(.publicKey, key.publicKey.bytes, to: IndexTarget(.registry, key.worker), sql)
        return Made(key.id, version)
    }

    /// Unlocks an account that failed sign-ins have locked; the count begins anew (PR-26.3).
    public func unlockWorker(_ grant: consuming Grant<UnlockWorker>, in transaction: borrowing Transaction) throws -> Made<WorkerID> {
        try require(grant.isLive)
        let id = grant.asked.worker
        let key = RecordKey.ofWorker(id, .worker, id)
        guard let (before, version, _) = try registry.read(Worker.self, key, transaction.sql) else { throw VaultError.noSuchThing }
        var worker = before
        worker.state = try worker.state.next(.resume)
        try remember(failures: 0, of: id, in: transaction)
        return Made(id, try registry.write(worker, key, expecting: .version(version), transaction.sql))
    }

    /// Ends a worker's membership at once: account, roles, keys, and the involvements and directorships in every household, to which a
    /// coordinator can then appoint another director.
    public func endWorker(_ grant: consuming Grant<EndWorker>, in transaction: borrowing Transaction) throws -> Made<WorkerID> {
        try require(grant.isLive)
        let id = grant.asked.worker
        let moment = grant.moment
        let sql = transaction.sql
        var loader = FactLoader(registry, sql)
        guard var (worker, roles) = try loader.worker(id) else { throw VaultError.noSuchThing }
        worker.state = try worker.state.next(.leave)
        worker.endedAt = moment
        let version = try registry.write(worker, .ofWorker(id, .worker, id), expecting: .present, sql)
        for var role in roles where role.until.map({ moment < $0 }) ?? true {
            role.until = max(moment, role.from)
            try registry.write(role, .ofWorker(id, .roleAssignment, role.id), expecting: .present, sql)
        }
        roles = []
        for var key in try loader.keys(of: id) where key.state == .active {
            key.state = .revoked
            key.revokedAt = moment
            try registry.write(key, .ofWorker(id, .workerKey, key.id), expecting: .present, sql)
        }
        for household in try registry.lookUp(.householdsOfWorker, id.bytes, sql).compactMap(\.household) {
            var change = try HouseholdChange(self, household, at: moment, workers: [id], in: sql)
            for involvement in change.view.facts.involvements where involvement.worker == id && involvement.state != .ended {
                try change.write(try involvement.ended(.leaver, at: moment), .involvement, isNew: false)
            }
            for directorship in change.view.facts.directorships where directorship.worker == id && directorship.state != .ended {
                try change.write(try directorship.closed(at: moment), .directorship, isNew: false)
            }
            _ = try change.settle()
        }
        return Made(id, version)
    }

    private func sealing(_ words: some CanonicalRecord, _ sql: GRDB.Database) throws -> SealedWords {
        SealedWords(bytes: try words.canonicalJSON(), key: try keys.key(.vault, sql))
    }

    private func take(_ handle: Handle, _ field: IndexField, _ target: IndexTarget, _ sql: GRDB.Database) throws {
        let value = Array(handle.description.utf8)
        guard try registry.lookUp(field, value, sql).isEmpty else { throw VaultError.alreadyExists }
        try registry.index(field, value, to: target, sql)
    }
}
