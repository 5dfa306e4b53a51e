/// What can go wrong below the vault. A closed set: the server maps each to one answer.
public enum StorageError: Error, Equatable, Sendable {
    /// The database cannot be opened, or does not answer as it must.
    case cannotOpen(Reason)
    /// Nothing was written and nothing was done. Safe to ask again.
    case notRecorded(Reason)
    /// The commit failed in such a way that it may or may not be durable. The writer takes no more work; ask again with the same
    /// idempotency key once the daemon has restarted.
    case unknown(Reason)
    /// The writer was stopped.
    case stopped

    /// Why, as a code that is safe to log. It never holds a path or a value of a row.
    public enum Reason: Equatable, Sendable {
        case diskFull
        case ioError(extendedCode: Int32)
        case outOfMemory
        case interrupted
        case transactionEnded
        case pragma(String)
        case busyCheckpoint
        /// The database file is not as SQLite left it.
        case damaged
        /// A table, index, trigger or view that is not as the vault made it, by its name.
        case schema(String)
        case sqlite(extendedCode: Int32)
        case participant(String)
        case fault(String)
    }
}
