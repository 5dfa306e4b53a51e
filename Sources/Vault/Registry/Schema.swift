import Ledger
import Storage

/// The vault's tables. A step, once released, never changes.
enum Schema {
    /// Stands in the database file's own header (`user_version`), so that a vault of another format is refused before any key is asked for.
    /// 2: wrapped keys, answers and contents under manifests, the keyring bound into the commit record.
    /// 3: readings whose outcome is to come bound into the commit record; the digest of a small content runs over what its envelope adds.
    static let format: UInt32 = 4

    /// All steps of all tables in the file: what ``Storage/Store/requireSchema(of:)`` compares against.
    static let everything = AuditLog.migrations + migrations

    static let migrations = [
        Migration(
            "vault-3",
            """
            CREATE TABLE record (
                space BLOB NOT NULL,
                kind INTEGER NOT NULL,
                id BLOB NOT NULL,
                version INTEGER NOT NULL,
                bucket INTEGER NOT NULL,
                facts BLOB NOT NULL,
                words BLOB,
                content BLOB,
                digest BLOB NOT NULL,
                PRIMARY KEY (space, kind, id)
            ) STRICT;
            CREATE INDEX record_bucket ON record (space, bucket, kind, id, version, digest);
            CREATE TABLE manifest (
                space BLOB NOT NULL PRIMARY KEY,
                body BLOB NOT NULL
            ) STRICT;
            CREATE TABLE commit_record (
                one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
                body BLOB NOT NULL,
                mac BLOB NOT NULL
            ) STRICT;
            CREATE TABLE wrap (
                household BLOB NOT NULL,
                kind INTEGER NOT NULL,
                id BLOB NOT NULL,
                epoch INTEGER NOT NULL,
                envelope BLOB NOT NULL CHECK (length(envelope) = 105),
                PRIMARY KEY (household, kind, id)
            ) STRICT;
            CREATE TABLE item_version (
                household BLOB NOT NULL,
                item BLOB NOT NULL,
                version INTEGER NOT NULL,
                compartment BLOB NOT NULL,
                wrapped BLOB NOT NULL CHECK (length(wrapped) = 105),
                meta BLOB NOT NULL,
                length INTEGER NOT NULL,
                digest BLOB NOT NULL,
                blob BLOB UNIQUE,
                small BLOB,
                PRIMARY KEY (item, version),
                CHECK ((small IS NULL) <> (blob IS NULL))
            ) STRICT;
            CREATE INDEX item_version_household ON item_version (household);
            CREATE TABLE answer (
                seq INTEGER NOT NULL PRIMARY KEY,
                request BLOB NOT NULL UNIQUE,
                day INTEGER NOT NULL,
                body BLOB NOT NULL
            ) STRICT;
            CREATE INDEX answer_day ON answer (day);
            PRAGMA user_version = 4;
            """)
    ]
}
