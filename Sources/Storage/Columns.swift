package import GRDB
internal import GRDBSQLite

/// The row that a running statement stands on, read where SQLite has it.
///
/// For the few loops that read many short columns: GRDB's own rows make an object of each value. Lent for one row only.
@safe
package struct Columns: ~Copyable {
    /// INVARIANT: stands on a row for as long as this value lives.
    private let statement: OpaquePointer

    fileprivate init(_ statement: OpaquePointer) { unsafe self.statement = statement }

    /// A column of whole numbers that are never negative; nil for anything else, and where there is no such column.
    package borrowing func unsigned(_ index: Int32) -> UInt64? {
        // SAFETY: the statement stands on a row; SQLite takes any index, and says NULL where there is no column.
        guard unsafe sqlite3_column_type(statement, index) == SQLITE_INTEGER else { return nil }
        return UInt64(exactly: unsafe sqlite3_column_int64(statement, index))
    }

    /// Lends a column of bytes; nil for NULL, no bytes at all, any other type, and where there is no such column.
    package borrowing func bytes<Output>(_ index: Int32, _ body: (RawSpan) -> Output?) -> Output? {
        // SAFETY: as above.
        guard unsafe sqlite3_column_type(statement, index) == SQLITE_BLOB, let start = unsafe sqlite3_column_blob(statement, index) else {
            return nil
        }
        // SAFETY: SQLite keeps that many bytes there until the statement goes on, which it cannot while the value is borrowed.
        return body(unsafe RawSpan(_unsafeStart: start, byteCount: Int(sqlite3_column_bytes(statement, index))))
    }
}

extension Statement {
    /// Runs the statement and calls `body` for every row.
    package func forEachRow(_ arguments: StatementArguments, _ body: (borrowing Columns) throws -> Void) throws {
        let rows = try Row.fetchCursor(self, arguments: arguments)
        while try rows.next() != nil {
            // SAFETY: the cursor has just moved the statement to this row.
            try body(unsafe Columns(sqliteStatement))
        }
    }
}
