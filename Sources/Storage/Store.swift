package import GRDB

/// The vault's one SQLite database, opened strictly.
///
/// Guarantees once `init` returned: write-ahead log, every commit synced (`synchronous=FULL`), deleted content overwritten, foreign keys
/// enforced, no trust in the schema, no memory mapping, temporary tables in memory, cell sizes checked. Each setting was read back. What a
/// crash left in the log has been folded into the database file, so that nobody is served from a state that a checkpoint cannot reach.
///
/// Source: SQLite documentation, "PRAGMA Statements" and "Write-Ahead Logging".
public final class Store: Sendable {
    package let queue: DatabaseQueue
    private let checkpointer: Checkpointer
    let faults: Faults

    /// Opens or creates the database.
    /// - Parameters:
    ///   - path: the database file; its folder must exist and be private to the daemon.
    ///   - faults: the fault points of a rehearsal vault.
    /// - Throws: ``StorageError/cannotOpen(_:)``.
    public init(path: String, faults: Faults) throws(StorageError) {
        self.faults = faults
        do {
            var configuration = Configuration()
            configuration.journalMode = .wal
            configuration.busyMode = .timeout(5)
            // Says something to a new database only. Contents of up to 256 KiB lie in it: larger pages make fewer of them.
            configuration.prepareDatabase { try $0.execute(sql: "PRAGMA page_size=\(Self.pageBytes)") }
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            self.queue = queue
            let pageBytes = try queue.writeWithoutTransaction { sql in
                for (pragma, value, expected) in Self.pragmas {
                    try sql.execute(sql: "PRAGMA \(pragma)=\(value)")
                    guard try String.fetchOne(sql, sql: "PRAGMA \(pragma)") == expected else {
                        throw StorageError.cannotOpen(.pragma(pragma))
                    }
                }
                guard try String.fetchOne(sql, sql: "PRAGMA journal_mode") == "wal" else {
                    throw StorageError.cannotOpen(.pragma("journal_mode"))
                }
                let busy = try Int.fetchOne(sql, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
                guard busy == 0 else { throw StorageError.cannotOpen(.busyCheckpoint) }
                // Room for the contents of one batch, which else would go to the log and back piece by piece.
                try sql.execute(sql: "PRAGMA cache_size=-\(Self.cacheKibibytes)")
                return try Int.fetchOne(sql, sql: "PRAGMA page_size") ?? 4096
            }
            let checkpointer = try Checkpointer(path: path, pageBytes: pageBytes)
            self.checkpointer = checkpointer
            queue.writeWithoutTransaction { checkpointer.attach(to: $0) }
        } catch let error as StorageError {
            throw error
        } catch {
            throw StorageError.cannotOpen(Self.reason(error))
        }
    }

    /// Of a new database: twice SQLite's own.
    private static let pageBytes = 8192
    private static let cacheKibibytes = 16_384

    /// GRDB sets `synchronous=NORMAL` itself when it turns the log on, so these come after, and are read back.
    private static let pragmas: [(String, String, String)] = [
        ("synchronous", "FULL", "2"),
        ("secure_delete", "ON", "1"),
        ("foreign_keys", "ON", "1"),
        ("trusted_schema", "OFF", "0"),
        ("mmap_size", "0", "0"),
        ("temp_store", "MEMORY", "2"),
        ("cell_size_check", "ON", "1"),
    ]

    /// Reads outside the writer: for starting up and for checks, never to decide.
    package func read<Output>(_ body: (GRDB.Database) throws -> Output) throws -> Output {
        try queue.writeWithoutTransaction { try body($0) }
    }

    /// Reads in one transaction, so that everything read belongs to one state of the file. Nothing is written.
    package func snapshot<Output>(_ body: (GRDB.Database) throws -> Output) throws -> Output {
        try queue.writeWithoutTransaction { sql in
            var output: Output?
            try sql.inTransaction(.deferred) {
                output = try body(sql)
                return .rollback
            }
            guard let output else { throw StorageError.notRecorded(.transactionEnded) }
            return output
        }
    }

    /// Applies the migrations that this database has not seen, each in its own transaction.
    package func migrate(_ migrations: [Migration]) throws { try Self.migrate(migrations, queue) }

    static func migrate(_ migrations: [Migration], _ queue: DatabaseQueue) throws {
        var migrator = DatabaseMigrator()
        for migration in migrations {
            migrator.registerMigration(migration.name) { sql in try sql.execute(sql: migration.sql) }
        }
        try migrator.migrate(queue)
    }

    /// Compares every table, index, trigger and view of the file, byte for byte, with what the migrations make.
    ///
    /// A trigger that somebody planted would otherwise run inside the vault's own transactions, and a view stand in for a table.
    /// - Parameter migrations: of every module that owns tables.
    /// - Returns: the schema's own counter in the file, which every change to the schema moves: see ``schemaCounter(_:)``.
    /// - Throws: ``StorageError/cannotOpen(_:)`` with `schema` and the first name that differs.
    package func requireSchema(of migrations: [Migration]) throws -> Int64 {
        let wanted = try Self.objects(madeBy: migrations)
        return try queue.writeWithoutTransaction { sql in
            let found = try Self.objects(sql)
            for (one, other) in zip(wanted, found) where one != other { throw StorageError.cannotOpen(.schema(min(one, other).safeName)) }
            if let extra = found.dropFirst(wanted.count).first ?? wanted.dropFirst(found.count).first {
                throw StorageError.cannotOpen(.schema(extra.safeName))
            }
            // By this list the next step is chosen: a name that is gone would have its tables made once more.
            let steps = try DatabaseValue.fetchAll(sql, sql: "SELECT identifier FROM grdb_migrations").map { value in
                if case .string(let name) = value.storage { name } else { "" }
            }
            guard steps.sorted() == migrations.map(\.name).sorted() else {
                throw StorageError.cannotOpen(.schema("grdb_migrations"))
            }
            return try Self.schemaCounter(sql)
        }
    }

    /// The counter that SQLite moves with every change to the schema, and by which every open connection notices one.
    package static func schemaCounter(_ sql: GRDB.Database) throws -> Int64 {
        guard let row = try Row.fetchOne(sql.cachedStatement(sql: "PRAGMA schema_version")),
            case .int64(let counter) = (row[0] as DatabaseValue).storage
        else { throw StorageError.cannotOpen(.pragma("schema_version")) }
        return counter
    }

    /// Limits the size of the database, in pages, so that a test can fill it.
    package func limit(pages: Int) throws {
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count=\(pages)") }
    }

    /// Closes the database after a last checkpoint. Nothing may use the store afterwards.
    public func close() throws(StorageError) {
        do {
            try checkpointer.close()
            try queue.writeWithoutTransaction { _ = try Int.fetchOne($0, sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
            try queue.close()
        } catch {
            throw StorageError.notRecorded(Self.reason(error))
        }
    }

    static func reason(_ error: any Error) -> StorageError.Reason {
        guard let error = error as? DatabaseError else { return .participant(String(describing: type(of: error))) }
        switch error.resultCode {
        case .SQLITE_FULL: return .diskFull
        case .SQLITE_IOERR: return .ioError(extendedCode: error.extendedResultCode.rawValue)
        case .SQLITE_NOMEM: return .outOfMemory
        case .SQLITE_INTERRUPT: return .interrupted
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: return .damaged
        default: return .sqlite(extendedCode: error.extendedResultCode.rawValue)
        }
    }
}

/// One step in the life of the schema: a name that never changes, and the statements.
package struct Migration: Sendable {
    package let name: String
    package let sql: String

    package init(_ name: String, _ sql: String) {
        self.name = name
        self.sql = sql
    }
}
