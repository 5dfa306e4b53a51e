import GRDB
import Sealing
import Storage

extension Registry {
    /// Opens the registry of a store and verifies all of it: the commit record's MAC, the root over all manifests, every manifest under its key,
    /// every record against its manifest, and the ledger's head.
    ///
    /// - Parameters:
    ///   - ledger: where the ledger stands, as the ledger itself found it.
    ///   - ledgerHead: where the ledger will stand, asked inside each transaction after the ledger prepared.
    /// - Throws: ``VaultError/doesNotVerify(_:)`` with the first thing found; the vault must not serve then.
    static func openAndVerify(
        _ store: Store, keys: KeySession, faults: Faults, ledger: LedgerHead?,
        ledgerHead: @escaping @Sendable (borrowing Transaction) throws -> LedgerHead
    ) throws -> Registry {
        try store.read { sql in
            let record = try CommitRecord.read(from: sql, key: keys.commitMAC, vault: keys.vaultID)
            let tree = try manifestTree(sql)
            guard tree.root == record.root, UInt64(tree.count) == record.spaces else { throw VaultError.doesNotVerify(.rootMismatch) }
            if let ledger, ledger != record.ledger { throw VaultError.doesNotVerify(.ledgerMismatch) }
            let registry = Registry(tree: tree, record: record, keys: keys, faults: faults, ledgerHead: ledgerHead)
            try registry.verifyRows(sql)
            try keys.verifyWraps(registry.spaces.compactMap(\.household), sql)
            return registry
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

    /// Verifies every row there is against its space's manifest, and every manifest against the digests kept in memory.
    private func verifyRows(_ sql: GRDB.Database) throws {
        let rows = try Row.fetchCursor(
            sql, sql: "SELECT kind, id, version, digest, facts, words, space, bucket FROM record ORDER BY space, bucket, kind, id")
        var check = BucketCheck()
        while let row = try rows.next() {
            guard let octets = row.octets16(6), let space = Space(octets), let number = row.unsigned(7), let bucket = Int(exactly: number),
                bucket < space.bucketCount
            else { throw VaultError.doesNotVerify(.bucketAltered) }
            check.add(try Self.verified(row, space, bucket).named, space, bucket)
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

    /// Verifies what no space shows: the commit record, and that there is no manifest and no record of a space that is not known.
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
        try keys.verifyWraps(spaces.compactMap(\.household), sql)
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
