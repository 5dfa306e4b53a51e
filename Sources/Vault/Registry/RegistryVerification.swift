import GRDB
import Sealing
import Storage

extension Registry {
    /// Opens the registry of a store and verifies all of it: the commit record's MAC, the root over all manifests, every manifest under its key,
    /// every record, wrapped key, content row and kept answer against its manifest, the keyring file, and the ledger's head.
    ///
    /// - Parameters:
    ///   - schema: the counter of the schema as it was verified.
    ///   - ledger: where the ledger stands, as the ledger itself found it.
    ///   - ledgerHead: where the ledger will stand, asked inside each transaction after the ledger prepared.
    /// - Returns: the registry, and the names of the blobs that contents lie in.
    /// - Throws: ``VaultError/doesNotVerify(_:)`` with the first thing found; the vault must not serve then.
    static func openAndVerify(
        _ store: Store, keys: KeySession, schema: Int64, faults: Faults, ledger: LedgerHead?,
        ledgerHead: @escaping @Sendable (borrowing Transaction) throws -> LedgerHead
    ) throws -> (registry: Registry, blobs: Set<BlobFolder.Name>) {
        // One snapshot: nothing can be exchanged between one check and the next.
        try store.snapshot { sql in
            let record = try CommitRecord.read(from: sql, key: keys.commitMAC, vault: keys.vaultID)
            let tree = try manifestTree(sql)
            guard tree.root == record.root, UInt64(tree.count) == record.spaces else { throw VaultError.doesNotVerify(.rootMismatch) }
            if let ledger, ledger != record.ledger { throw VaultError.doesNotVerify(.ledgerMismatch) }
            guard keys.keyringMark.mayFollow(record.keyring) else { throw VaultError.doesNotVerify(.keyringPutBack) }
            let registry = Registry(tree: tree, record: record, keys: keys, schema: schema, faults: faults, ledgerHead: ledgerHead)
            let blobs = try registry.verifyRows(sql)
            try registry.verifyWraps(sql)
            try registry.loadAnswers(sql)
            return (registry, blobs)
        }
    }

    /// The digests of all manifest rows as they lie in the file.
    private static func manifestTree(_ sql: GRDB.Database) throws -> ManifestTree {
        var tree = ManifestTree()
        var all: [(Space, Digest32?)] = []
        let rows = try Row.fetchCursor(sql, sql: "SELECT space, body FROM manifest")
        while let row = try rows.next() {
            guard let octets = row.octets16(0), let space = Space(octets), let body = row.octets(1) else {
                throw VaultError.doesNotVerify(.manifestForged)
            }
            all.append((space, RegistryDigest.manifest(space, sealed: body)))
        }
        tree.set(all)
        return tree
    }

    /// Verifies every record there is against its space's manifest, every manifest against the digests kept in memory, and the row of every content
    /// against the record of its item.
    /// - Returns: the names of the blobs that contents lie in.
    func verifyRows(_ sql: GRDB.Database) throws -> Set<BlobFolder.Name> {
        let rows = try Row.fetchCursor(
            sql, sql: "SELECT kind, id, version, digest, facts, words, content, space, bucket FROM record ORDER BY space, bucket, kind, id")
        var check = BucketCheck()
        var contents: [Content: Digest32] = [:]
        while let row = try rows.next() {
            guard let octets = row.octets16(7), let space = Space(octets), let number = row.unsigned(8), let bucket = Int(exactly: number),
                bucket < space.bucketCount
            else { throw VaultError.doesNotVerify(.bucketAltered) }
            let record = try Self.verified(row, space, bucket)
            check.add(record.named, space, bucket)
            if let content = record.content { contents[Content(household: octets, item: record.key.id)] = content }
        }
        let found = check.finish()
        var known = 0
        for space in spaces {
            guard let manifest = try manifest(of: space, sql) else { throw VaultError.doesNotVerify(.manifestMissing) }
            for (bucket, digest) in manifest.buckets.enumerated() {
                let records = found[space]?[bucket] ?? []
                guard RegistryDigest.bucket(space, bucket, records) == digest else { throw VaultError.doesNotVerify(.bucketAltered) }
                known += records.count
            }
        }
        // Rows of a space that no manifest stands for belong to nobody.
        guard known == check.count else { throw VaultError.doesNotVerify(.bucketAltered) }
        try checkCommitRecord(sql)
        return try verifyContentRows(&contents, sql)
    }

    private struct Content: Hashable {
        let household: Octets16
        let item: Octets16
    }

    /// Each content that a record names has its row, and no row is there beside those.
    private func verifyContentRows(_ contents: inout [Content: Digest32], _ sql: GRDB.Database) throws -> Set<BlobFolder.Name> {
        var blobs: Set<BlobFolder.Name> = []
        let rows = try Row.fetchCursor(
            sql, sql: "SELECT \(ItemVersions.columns), coalesce(length(small), -1), typeof(small) FROM item_version")
        while let row = try rows.next() {
            let stored = try ItemVersions.VersionRow(row)
            guard contents.removeValue(forKey: Content(household: stored.household, item: stored.item)) == stored.digest,
                stored.blob != nil || row.unsigned(9) == stored.length && String.fromDatabaseValue(row[10] as DatabaseValue) == "blob"
            else { throw VaultError.doesNotVerify(.contentRowAltered) }
            if let blob = stored.blob { blobs.insert(BlobFolder.Name(octets: blob)) }
        }
        guard contents.isEmpty else { throw VaultError.doesNotVerify(.contentRowAltered) }
        return blobs
    }

    /// Verifies one space, all its records opened.
    /// - Returns: the number of records.
    func verify(_ space: Space, _ sql: GRDB.Database) throws -> Int {
        guard let manifest = try manifest(of: space, sql) else { throw VaultError.doesNotVerify(.manifestMissing) }
        var count = 0
        for bucket in manifest.buckets.indices {
            for record in try records(of: space, bucket: bucket, sql) ?? [] {
                _ = try openFacts(record, sql)
                count += 1
            }
        }
        let statement = try sql.cachedStatement(sql: "SELECT count(*) FROM record WHERE space = ?")
        guard try Row.fetchOne(statement, arguments: [space.octets.sql])?.unsigned(0) == UInt64(count) else {
            throw VaultError.doesNotVerify(.bucketAltered)
        }
        return count
    }

    /// Verifies what no space shows: the commit record, the wrapped keys, the kept answers, and that there is no manifest, no record and no
    /// content of a space or an item that is not known.
    func verifyFrame(_ sql: GRDB.Database) throws {
        let record = lastRecord
        guard try CommitRecord.read(from: sql, key: keys.commitMAC, vault: vault) == record else {
            throw VaultError.doesNotVerify(.commitRecordPutBack)
        }
        let tree = try Self.manifestTree(sql)
        guard tree.root == record.root, UInt64(tree.count) == record.spaces else { throw VaultError.doesNotVerify(.rootMismatch) }
        let strangers = try Row.fetchOne(
            sql, sql: "SELECT count(*) FROM record WHERE space NOT IN (SELECT space FROM manifest)")
        guard strangers?.unsigned(0) == 0 else { throw VaultError.doesNotVerify(.bucketAltered) }
        let unnamed = try Row.fetchOne(
            sql,
            sql: """
                SELECT count(*) FROM item_version v WHERE NOT EXISTS
                (SELECT 1 FROM record r WHERE r.space = v.household AND r.kind = ? AND r.id = v.item)
                """, arguments: [Int(RecordKind.item.rawValue)])
        guard unnamed?.unsigned(0) == 0 else { throw VaultError.doesNotVerify(.contentRowAltered) }
        try verifyWraps(sql)
        try verifyAnswers(sql)
    }
}

/// Collects digests by space and bucket, from rows that come in that order.
private struct BucketCheck {
    private var found: [Space: [Int: [RegistryDigest.Named]]] = [:]
    private(set) var count = 0

    mutating func add(_ record: RegistryDigest.Named, _ space: Space, _ bucket: Int) {
        found[space, default: [:]][bucket, default: []].append(record)
        count += 1
    }

    func finish() -> [Space: [Int: [RegistryDigest.Named]]] { found }
}
