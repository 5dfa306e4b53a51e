import GRDB
import GRDBSQLite

/// Inserting rows in great numbers.
extension Transaction {
    /// Inserts one row: a number and blobs, by a statement that is compiled once.
    ///
    /// The bytes are bound where they stand: no copy, no boxes.
    /// - Throws: what SQLite says; ``StorageError/notRecorded(_:)`` when no row was inserted.
    package borrowing func insert(_ statement: String, _ number: UInt64, _ blobs: [UInt8]...) throws {
        let compiled = try sql.cachedStatement(sql: statement)
        let handle = unsafe compiled.sqliteStatement
        // ORDER: bindings go before the bytes do, however it ends.
        defer {
            unsafe sqlite3_reset(handle)
            unsafe sqlite3_clear_bindings(handle)
        }
        try unsafe Self.check(sqlite3_bind_int64(handle, 1, Int64(bitPattern: number)))
        try unsafe Self.step(handle, binding: blobs[...], at: 2)
        guard sql.changesCount == 1 else { throw StorageError.notRecorded(.fault("insert")) }
    }

    /// Binds the blobs one inside the other, so that each stands still while the statement runs.
    private static func step(_ handle: OpaquePointer, binding blobs: ArraySlice<[UInt8]>, at position: Int32) throws {
        guard let blob = blobs.first else {
            let code = unsafe sqlite3_step(handle)
            guard code == SQLITE_DONE else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
            return
        }
        try unsafe blob.withUnsafeBytes { bytes in
            // SAFETY: the bytes stay until the statement ran; nil as destructor means that SQLite neither copies nor frees them.
            try unsafe check(sqlite3_bind_blob64(handle, position, bytes.baseAddress, UInt64(bytes.count), nil))
            try unsafe step(handle, binding: blobs.dropFirst(), at: position + 1)
        }
    }

    private static func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    }
}
