// The rules that the registry keeps:
// 1. A row is used only after the digest recomputed from its bytes equals the one beside it, and the digest over its bucket equals the one in
//    the space's manifest, and the manifest is the one whose digest is kept in memory.
// 2. A change verifies its bucket first and computes the new digest from what it verified, never from what lies there: nothing that somebody
//    else put into the file is ever blessed by a later change.
// 3. What a transaction changed is kept aside (`Batch`) until the commit, and undone savepoint by savepoint.
// 4. Every commit rewrites the commit record; before the first use in a batch it is checked to be the one written last, and the schema to be
//    the one that was verified.
// 5. The same holds for what is no record: a wrapped key is lent only out of rows that the manifest names (`KeyRowsOfSpaces`), the row of a
//    content counts only as the item's record names it (`ItemVersions`), an answer only as it stands in the chain (`AnswerBook`).

import GRDB
import Household
import Sealing
import Storage
import Synchronization

/// A row of the registry as it lies in the file, verified.
struct StoredRecord: Sendable {
    let key: RecordKey
    let version: UInt64
    /// Sealed.
    let facts: [UInt8]
    /// Sealed.
    let words: [UInt8]?
    /// Of an item: what the row of its content must be.
    let content: Digest32?
    let digest: Digest32

    var named: RegistryDigest.Named { .init(kind: UInt64(key.kind.rawValue), id: key.id, digest: digest) }
}

/// The key-less registry: every record that deciding needs, and the manifests that say which records there are.
final class Registry: Participant {
    struct Entry {
        let kind: Int64
        let id: Octets16
        let version: UInt64
        var digest: Digest32

        var named: RegistryDigest.Named { .init(kind: UInt64(clamping: kind), id: id, digest: digest) }
    }
    struct SpaceState {
        var manifest: Manifest
        var isDirty: Bool
    }
    /// A bucket, and the digest that its manifest had for it; nil where there was no such space.
    struct Ground {
        let space: Space
        let bucket: Int
        let digest: Digest32?
    }
    /// What was worked out from verified buckets, and which those were.
    struct Memo {
        let value: any Sendable
        let grounds: [Ground]
    }
    /// One step that a savepoint may have to undo.
    enum Undo {
        case space(Space, SpaceState?)
        case answer(AnswerStep)
    }
    /// Rows of wrapped keys that were verified in this transaction, with the keys that were lent out of them.
    struct VerifiedWraps {
        let digest: Digest32
        var wraps: [WrapName: Wrap]
        var keys: [WrapName: KeyBox] = [:]
    }
    /// What belongs to the open transaction.
    struct Batch {
        var spaces: [Space: SpaceState] = [:]
        var undo: [Undo] = []
        var answers = AnswerSteps()
        var wraps: [Octets16: VerifiedWraps] = [:]
        var touchedFacts = 0
        var recordChecked = false
        /// Buckets that were read and verified in this transaction, with the digest they had: nobody else can write while it is open.
        var read: [Space: [Int: (digest: Digest32, records: [StoredRecord])]] = [:]
        var memos: [AnyHashable: Memo] = [:]
        /// The buckets that were asked for while something is being worked out that will be kept.
        var consulted: [Ground]?
        var staged: (tree: ManifestTree, record: CommitRecord)?
    }
    struct State {
        var tree: ManifestTree
        var record: CommitRecord
        var answers = AnswerBook()
        var batch: Batch?
        var manifests = BoundedCache<Digest32, Manifest>(limit: 256)
        /// Decoded facts, by the digest of the row they stand in.
        var facts = BoundedCache<Digest32, any Sendable>(limit: Registry.factsLimit)
    }

    let vault: Octets16
    let keys: KeySession
    let ledgerHead: @Sendable (borrowing Transaction) throws -> LedgerHead
    private let faults: Faults
    /// The counter of the schema as it was verified; nil while a vault is being made.
    private let schema: Int64?
    let state: Mutex<State>
    /// Moves with every commit that changed records.
    let revision = Atomic<UInt64>(1)

    init(
        tree: ManifestTree, record: CommitRecord, keys: KeySession, schema: Int64?, faults: Faults,
        ledgerHead: @escaping @Sendable (borrowing Transaction) throws -> LedgerHead
    ) {
        vault = record.vault
        self.keys = keys
        self.schema = schema
        self.faults = faults
        self.ledgerHead = ledgerHead
        state = Mutex(State(tree: tree, record: record))
        keys.attach(self)
    }

    /// The last commit record.
    var lastRecord: CommitRecord { state.withLock { $0.record } }
    /// All spaces that the last commit knows.
    var spaces: [Space] { state.withLock { $0.tree.spaces } }

    /// Some household of the last commit; nil when there is none.
    func household(near octets: Octets16) -> HouseholdID? { state.withLock { $0.tree.household(near: octets) } }

    /// How many bytes of sealed facts may be remembered decoded, twice over: 16 MiB.
    static let factsLimit = 16 << 20
    /// What an entry costs beside its bytes.
    private static let entryCost = 256

    /// The decoded facts of a verified row.
    /// - Parameter bytes: how many they are sealed, or all those that a snapshot rests on.
    func remembered<Value: Sendable>(_ digest: Digest32, bytes: Int, _ decode: () throws -> Value) throws -> Value {
        if let known = state.withLock({ $0.facts[digest] }) as? Value { return known }
        let value = try decode()
        state.withLock { $0.facts.insert(value, for: digest, cost: bytes + Self.entryCost) }
        return value
    }

    /// Forgets everything that was decoded, when the vault is sealed.
    func forget() {
        state.withLock { state in
            state.facts.removeAll()
            state.manifests.removeAll()
        }
    }

    // MARK: - Participant

    func begin() { state.withLock { $0.batch = Batch() } }

    func mark() -> Int { state.withLock { $0.batch?.undo.count ?? 0 } }

    func rollBack(to mark: Int) {
        state.withLock { state in
            while let count = state.batch?.undo.count, count > mark, let step = state.batch?.undo.removeLast() {
                switch step {
                case .space(let space, let before): state.batch?.spaces[space] = before
                case .answer(let step): state.batch?.answers.undo(step)
                }
            }
        }
    }

    func prepare(in transaction: borrowing Transaction) throws {
        let sql = transaction.sql
        try checkCommitRecord(sql)
        try settleAnswers(sql)
        let head = try ledgerHead(transaction)
        let (dirty, tree, last) = state.withLock { state in
            (state.batch?.spaces.filter { $0.value.isDirty } ?? [:], state.tree, state.record)
        }
        // Nothing to stand for: the commit writes nothing, and costs no sync.
        guard !dirty.isEmpty || head != last.ledger else { return }
        var next = tree
        var changes: [(Space, Digest32?)] = []
        var opened: [(Digest32, Manifest)] = []
        for (space, change) in dirty {
            let manifest = change.manifest
            let key = try keys.key(of: space, sql)
            let body = try manifest.sealed(for: space, vault: vault, under: key)
            try sql.changeOne(
                "INSERT INTO manifest(space, body) VALUES (?, ?) ON CONFLICT(space) DO UPDATE SET body = excluded.body",
                [space.octets.sql, body.sql])
            let digest = RegistryDigest.manifest(space, sealed: body)
            changes.append((space, digest))
            opened.append((digest, manifest))
        }
        next.set(changes)
        let record = CommitRecord(
            vault: last.vault, incarnation: last.incarnation, generation: last.generation + 1, ledger: head,
            root: changes.isEmpty ? last.root : next.root, spaces: UInt64(next.count), keyring: keys.keyringMark)
        try record.write(to: sql, key: keys.commitMAC)
        state.withLock { state in
            for (digest, manifest) in opened { state.manifests.insert(manifest, for: digest) }
            state.batch?.staged = (next, record)
        }
    }

    func committed() {
        let moved = state.withLock { state in
            defer { state.batch = nil }
            guard let batch = state.batch, let staged = batch.staged else { return false }
            state.tree = staged.tree
            state.record = staged.record
            state.answers.apply(batch.answers)
            return batch.touchedFacts > 0
        }
        if moved { revision.add(1, ordering: .acquiringAndReleasing) }
    }

    func abandoned() { state.withLock { $0.batch = nil } }

    // MARK: - Verified reading

    /// Throws unless the commit record in the file is the last one written, and the schema the one that was verified. Once a batch.
    func checkCommitRecord(_ sql: GRDB.Database) throws {
        let (isChecked, record) = state.withLock { ($0.batch?.recordChecked ?? false, $0.record) }
        if isChecked { return }
        // A trigger planted while the vault is open would run inside its own transactions; every change to the schema moves its counter.
        if let schema, try Store.schemaCounter(sql) != schema { throw VaultError.doesNotVerify(.schemaAltered) }
        guard try record.stands(in: sql) else { throw VaultError.doesNotVerify(.commitRecordPutBack) }
        state.withLock { $0.batch?.recordChecked = true }
    }

    /// The space's manifest as this transaction sees it; nil when there is no such space.
    func manifest(of space: Space, _ sql: GRDB.Database) throws -> Manifest? {
        let (pending, expected) = state.withLock { ($0.batch?.spaces[space]?.manifest, $0.tree[space]) }
        if let pending { return pending }
        guard let expected else { return nil }
        try checkCommitRecord(sql)
        let statement = try sql.cachedStatement(sql: "SELECT body FROM manifest WHERE space = ?")
        guard let body = try Row.fetchOne(statement, arguments: [space.octets.sql])?.octets(0) else {
            throw VaultError.doesNotVerify(.manifestMissing)
        }
        guard RegistryDigest.manifest(space, sealed: body) == expected else { throw VaultError.doesNotVerify(.manifestPutBack) }
        let manifest: Manifest
        if let known = state.withLock({ $0.manifests[expected] }) {
            manifest = known
        } else {
            manifest = try Manifest.open(body, for: space, vault: vault, under: try keys.keyToOpenManifest(of: space, sql))
            state.withLock { $0.manifests.insert(manifest, for: expected) }
        }
        // Nobody else can write while the transaction is open, so once a batch is enough.
        state.withLock { $0.batch?.spaces[space] = SpaceState(manifest: manifest, isDirty: false) }
        return manifest
    }

    /// Something worked out from buckets of this transaction; once for all requests that share it, as long as no bucket that it rests on changed.
    ///
    /// INVARIANT: kept for one transaction only, during which nobody else can write. Whatever a request rests on was therefore read from the
    /// file and verified in the transaction that decides it, by this request or by one before it.
    /// That something is not there is a ground like any other: the second who asks for it is spared as much work as where it is.
    /// - Returns: what `make` returned, now or before. What it throws is not kept.
    func workedOut<Key: Hashable & Sendable, Value: Sendable>(_ key: Key, make: () throws -> Value) throws -> Value {
        let known: Value? = state.withLock { state in
            guard let batch = state.batch, let memo = batch.memos[key], let value = memo.value as? Value else { return nil }
            let stands = memo.grounds.allSatisfy { ground in
                let pending = batch.spaces[ground.space]?.manifest
                guard let digest = ground.digest else { return pending == nil && state.tree[ground.space] == nil }
                guard let pending, ground.bucket < pending.buckets.count else { return false }
                return pending.buckets[ground.bucket] == digest
            }
            guard stands else { return nil }
            state.batch?.consulted?.append(contentsOf: memo.grounds)
            return value
        }
        if let known { return known }
        let outer = state.withLock { state in
            defer { state.batch?.consulted = [] }
            return state.batch?.consulted
        }
        defer {
            state.withLock { state in
                let inner = state.batch?.consulted ?? []
                state.batch?.consulted = outer.map { $0 + inner }
            }
        }
        let value = try make()
        state.withLock { state in
            guard let grounds = state.batch?.consulted else { return }
            state.batch?.memos[key] = Memo(value: value, grounds: grounds)
        }
        return value
    }

    /// Which records lie in a bucket, verified against the manifest; nil when there is no such space.
    func entries(of space: Space, bucket: Int, _ sql: GRDB.Database) throws -> [Entry]? {
        guard let manifest = try manifest(of: space, sql), bucket < manifest.buckets.count else {
            note(space, bucket, nil)
            return nil
        }
        note(space, bucket, manifest)
        let statement = try sql.cachedStatement(
            sql: "SELECT kind, id, version, digest FROM record WHERE space = ? AND bucket = ? ORDER BY kind, id")
        var entries: [Entry] = []
        entries.reserveCapacity(64)
        try statement.forEachRow([space.octets.sql, bucket]) { row in
            guard let kind = row.unsigned(0), let id = row.bytes(1, { Octets16($0) }), let version = row.unsigned(2),
                let digest = row.bytes(3, { Digest32($0) })
            else { throw VaultError.doesNotVerify(.bucketAltered) }
            entries.append(Entry(kind: Int64(clamping: kind), id: id, version: version, digest: digest))
        }
        guard RegistryDigest.bucket(space, bucket, entries.map(\.named)) == manifest.buckets[bucket] else {
            throw VaultError.doesNotVerify(.bucketAltered)
        }
        return entries
    }

    private func note(_ space: Space, _ bucket: Int, _ manifest: Manifest?) {
        state.withLock { state in
            guard state.batch?.consulted != nil else { return }
            state.batch?.consulted?.append(Ground(space: space, bucket: bucket, digest: manifest?.buckets[bucket]))
        }
    }

    /// All records of a bucket, each recomputed from its bytes; nil when there is no such space.
    func records(of space: Space, bucket: Int, _ sql: GRDB.Database) throws -> [StoredRecord]? {
        guard let manifest = try manifest(of: space, sql), bucket < manifest.buckets.count else {
            note(space, bucket, nil)
            return nil
        }
        let expected = manifest.buckets[bucket]
        note(space, bucket, manifest)
        if let known = state.withLock({ $0.batch?.read[space]?[bucket] }), known.digest == expected { return known.records }
        let statement = try sql.cachedStatement(
            sql: "SELECT kind, id, version, digest, facts, words, content FROM record WHERE space = ? AND bucket = ? ORDER BY kind, id")
        let rows = try Row.fetchCursor(statement, arguments: [space.octets.sql, bucket])
        var records: [StoredRecord] = []
        while let row = try rows.next() { records.append(try Self.verified(row, space, bucket)) }
        guard RegistryDigest.bucket(space, bucket, records.map(\.named)) == expected else {
            throw VaultError.doesNotVerify(.bucketAltered)
        }
        state.withLock { $0.batch?.read[space, default: [:]][bucket] = (expected, records) }
        return records
    }

    /// One record; nil when there is none. The whole bucket's digest is verified, and this row's bytes.
    func record(_ key: RecordKey, _ sql: GRDB.Database) throws -> StoredRecord? {
        guard let entries = try entries(of: key.space, bucket: key.bucket, sql) else { return nil }
        let place = Self.place(of: key, in: entries)
        return place.exists ? try record(key, entries[place.index], sql) : nil
    }

    private func record(_ key: RecordKey, _ entry: Entry, _ sql: GRDB.Database) throws -> StoredRecord {
        let statement = try sql.cachedStatement(
            sql: "SELECT kind, id, version, digest, facts, words, content FROM record WHERE space = ? AND kind = ? AND id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [key.space.octets.sql, Int(key.kind.rawValue), key.id.sql]) else {
            throw VaultError.doesNotVerify(.bucketAltered)
        }
        let record = try Self.verified(row, key.space, key.bucket)
        guard record.digest == entry.digest else { throw VaultError.doesNotVerify(.recordAltered) }
        return record
    }

    /// A row of {kind, id, version, digest, facts, words, content}, with its digest recomputed.
    static func verified(_ row: Row, _ space: Space, _ bucket: Int) throws -> StoredRecord {
        guard let number = row.unsigned(0), let raw = UInt16(exactly: number), let kind = RecordKind(rawValue: raw),
            let id = row.octets16(1), let version = row.unsigned(2), let digest = row.digest(3), let facts = row.octets(4)
        else { throw VaultError.doesNotVerify(.recordAltered) }
        let words = row.octets(5)
        let content = row.digest(6)
        guard words != nil || row.isNull(5), content != nil || row.isNull(6) else { throw VaultError.doesNotVerify(.recordAltered) }
        let key = RecordKey(space, kind, id, bucket: bucket)
        guard RegistryDigest.record(key, version: version, facts: facts, words: words, content: content) == digest else {
            throw VaultError.doesNotVerify(.recordAltered)
        }
        return StoredRecord(key: key, version: version, facts: facts, words: words, content: content, digest: digest)
    }

    // MARK: - Changing

    /// What a writer expects to find.
    enum Expectation { case absent, present, version(UInt64), anything }

    /// Makes a space, which has no records yet.
    func create(_ space: Space) throws {
        let exists = state.withLock { $0.tree[space] != nil || $0.batch?.spaces[space] != nil }
        guard !exists else { throw VaultError.alreadyExists }
        set(SpaceState(manifest: Manifest(for: space), isDirty: true), for: space)
    }

    /// Writes one record: sealed facts and sealed words, as the closure gives them for the version that the record will have.
    /// - Parameter content: what the row of an item's content is from now on; nil leaves it as it was.
    /// - Returns: the new version.
    @discardableResult
    func put(
        _ key: RecordKey, expecting expectation: Expectation, content: Digest32? = nil, _ sql: GRDB.Database,
        sealing: (_ version: UInt64, _ before: StoredRecord?) throws -> (facts: [UInt8], words: [UInt8]?)
    ) throws -> UInt64 {
        guard var entries = try entries(of: key.space, bucket: key.bucket, sql) else { throw VaultError.noSuchThing }
        let place = Self.place(of: key, in: entries)
        let before = place.exists ? try record(key, entries[place.index], sql) : nil
        switch expectation {
        case .absent: guard before == nil else { throw VaultError.alreadyExists }
        case .present: guard before != nil else { throw VaultError.noSuchThing }
        case .version(let version):
            guard let before else { throw VaultError.noSuchThing }
            guard before.version == version else { throw VaultError.revisionMoved(current: before.version) }
        case .anything: break
        }
        // INVARIANT: a record that was removed and comes back must not get an old version again; nothing removes records but index entries.
        let version = (before?.version ?? 0) + 1
        let (facts, words) = try sealing(version, before)
        if faults.trips(.diskFullInEffect) {
            // As SQLite does it: the whole transaction is gone, not only this statement.
            try? sql.execute(sql: "ROLLBACK")
            throw DatabaseError(resultCode: .SQLITE_FULL)
        }
        let content = content ?? before?.content
        let digest = RegistryDigest.record(key, version: version, facts: facts, words: words, content: content)
        try sql.changeOne(
            """
            INSERT INTO record(space, kind, id, version, bucket, facts, words, content, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT(space, kind, id) DO UPDATE SET version = excluded.version, bucket = excluded.bucket, facts = excluded.facts,
            words = excluded.words, content = excluded.content, digest = excluded.digest
            """,
            [
                key.space.octets.sql, Int(key.kind.rawValue), key.id.sql, Int64(clamping: version), key.bucket, facts.sql, words?.sql,
                content?.sql, digest.sql,
            ])
        // Rule 2: the other digests are those that were verified above, not what lies there now.
        let entry = Entry(kind: Int64(key.kind.rawValue), id: key.id, version: version, digest: digest)
        if place.exists { entries[place.index] = entry } else { entries.insert(entry, at: place.index) }
        try set(bucket: key.bucket, of: key.space, to: entries, sql)
        return version
    }

    /// Takes one record away.
    func remove(_ key: RecordKey, _ sql: GRDB.Database) throws {
        guard var entries = try entries(of: key.space, bucket: key.bucket, sql) else { throw VaultError.noSuchThing }
        let place = Self.place(of: key, in: entries)
        guard place.exists else { throw VaultError.noSuchThing }
        entries.remove(at: place.index)
        try sql.changeOne(
            "DELETE FROM record WHERE space = ? AND kind = ? AND id = ?",
            [key.space.octets.sql, Int(key.kind.rawValue), key.id.sql])
        try set(bucket: key.bucket, of: key.space, to: entries, sql)
    }

    /// Where a record stands among the entries of its bucket, or would.
    private static func place(of key: RecordKey, in entries: [Entry]) -> (index: Int, exists: Bool) {
        let wanted = (Int64(key.kind.rawValue), key.id)
        var range = 0..<entries.count
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            let found = (entries[middle].kind, entries[middle].id)
            if found == wanted { return (middle, true) }
            range = found < wanted ? (middle + 1)..<range.upperBound : range.lowerBound..<middle
        }
        return (range.lowerBound, false)
    }

    private func set(bucket: Int, of space: Space, to entries: [Entry], _ sql: GRDB.Database) throws {
        guard var manifest = try manifest(of: space, sql) else { throw VaultError.noSuchThing }
        manifest.buckets[bucket] = RegistryDigest.bucket(space, bucket, entries.map(\.named))
        manifest.counter += 1
        set(SpaceState(manifest: manifest, isDirty: true), for: space)
    }

    func set(_ next: SpaceState, for space: Space) {
        state.withLock { state in
            let before = state.batch?.spaces[space]
            state.batch?.undo.append(.space(space, before))
            state.batch?.spaces[space] = next
            state.batch?.touchedFacts += 1
        }
    }
}
