import GRDB
public import Ledger
import Sealing

/// Where the ledger stands: what a commit record ties the registry to.
public struct LedgerHead: Equatable, Sendable {
    /// Number of leaves.
    public let size: UInt64
    /// Root hash of the Merkle tree: 32 bytes.
    public let root: [UInt8]
    /// Digest of what lies beside the leaves: their encrypted sides, the signed checkpoints, the readings whose outcome is still to come: 32 bytes.
    public let beside: [UInt8]

    init(size: UInt64, root: [UInt8], beside: [UInt8]) {
        self.size = size
        self.root = root
        self.beside = beside
    }

    public init(_ head: AuditLog.Head) { self.init(size: head.size, root: head.root, beside: head.beside) }

    /// Where a ledger begins.
    public static let empty = LedgerHead(AuditLog.emptyHead)
}

/// The one row that says what the whole store is, rewritten in every commit and MACed under a key that only an open vault has.
struct CommitRecord: Equatable, Sendable {
    var vault: Octets16
    var incarnation: UInt64
    /// Goes up by one with every commit.
    var generation: UInt64
    var ledger: LedgerHead
    /// Root over all manifests.
    var root: Digest32
    /// Number of manifests.
    var spaces: UInt64
    /// The keyring file that this commit saw. The file may be ahead of it, never behind.
    var keyring: KeyringMark

    private static let version: UInt64 = 4
    private static let label = Sealing.Label("kluis/commit-rec")

    var encoded: [UInt8] {
        var writer = ByteWriter(capacity: 200)
        writer.append(number: Self.version)
        writer.append(vault)
        writer.append(number: incarnation)
        writer.append(number: generation)
        writer.append(number: ledger.size)
        writer.append(counted: ledger.root)
        writer.append(counted: ledger.beside)
        writer.append(root)
        writer.append(number: spaces)
        writer.append(number: keyring.revision)
        writer.append(keyring.digest)
        return writer.bytes
    }

    init(vault: Octets16, incarnation: UInt64, generation: UInt64, ledger: LedgerHead, root: Digest32, spaces: UInt64, keyring: KeyringMark)
    {
        self.vault = vault
        self.incarnation = incarnation
        self.generation = generation
        self.ledger = ledger
        self.root = root
        self.spaces = spaces
        self.keyring = keyring
    }

    private init?(_ bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        guard reader.number() == Self.version, let vault = reader.octets16(), let incarnation = reader.number(),
            let generation = reader.number(), let size = reader.number(), reader.number() == 32, let ledgerRoot = reader.bytes(32),
            reader.number() == 32, let beside = reader.bytes(32), let root = reader.digest(), let spaces = reader.number(),
            let revision = reader.number(),
            let keyring = reader.digest(), reader.isAtEnd
        else { return nil }
        self.init(
            vault: vault, incarnation: incarnation, generation: generation,
            ledger: LedgerHead(size: size, root: ledgerRoot, beside: beside),
            root: root,
            spaces: spaces, keyring: KeyringMark(revision: revision, digest: keyring))
    }

    func write(to sql: GRDB.Database, key: KeyBox) throws {
        let body = encoded
        let mac = try BLAKE2b.authenticate(body, key: key, label: Self.label)
        try sql.changeOne(
            "INSERT INTO commit_record(one, body, mac) VALUES (1, ?, ?) ON CONFLICT(one) DO UPDATE SET body = excluded.body, mac = excluded.mac",
            [body.sql, mac.sql])
    }

    /// Reads the row; throws `doesNotVerify(commitRecordForged)` unless it is there, whole, and carries its MAC.
    static func read(from sql: GRDB.Database, key: KeyBox, vault: Octets16) throws -> CommitRecord {
        let statement = try sql.cachedStatement(sql: "SELECT body, mac FROM commit_record")
        guard let row = try Row.fetchOne(statement), let body = row.octets(0), let mac = row.octets(1) else {
            throw VaultError.doesNotVerify(.commitRecordForged)
        }
        do throws(SealingError) {
            try BLAKE2b.verify(mac, for: body, key: key, label: label)
        } catch {
            throw error == .badMAC ? VaultError.doesNotVerify(.commitRecordForged) : VaultError.isSealed
        }
        guard let record = CommitRecord(body), record.vault == vault else { throw VaultError.doesNotVerify(.commitRecordForged) }
        return record
    }

    /// Whether the row is exactly this record.
    func stands(in sql: GRDB.Database) throws -> Bool {
        let statement = try sql.cachedStatement(sql: "SELECT body FROM commit_record")
        return try Row.fetchOne(statement)?.octets(0) == encoded
    }
}
