import Storage

/// The vault's tables. A step, once released, never changes.
enum Schema {
    static let migrations = [
        Migration(
            "vault-1",
            """
            CREATE TABLE record (
                space BLOB NOT NULL,
                kind INTEGER NOT NULL,
                id BLOB NOT NULL,
                version INTEGER NOT NULL,
                bucket INTEGER NOT NULL,
                facts BLOB NOT NULL,
                words BLOB,
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
                small BLOB,
                blob BLOB UNIQUE,
                PRIMARY KEY (item, version),
                CHECK ((small IS NULL) <> (blob IS NULL))
            ) STRICT;
            CREATE INDEX item_version_household ON item_version (household);
            CREATE TABLE answer (
                request BLOB NOT NULL PRIMARY KEY,
                day INTEGER NOT NULL,
                body BLOB NOT NULL
            ) STRICT;
            CREATE INDEX answer_day ON answer (day);
            """)
    ]
}
