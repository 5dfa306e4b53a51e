/// What can go wrong in the vault's own ledger. A closed set.
public enum LedgerError: Error, Equatable, Sendable {
    /// The line could not be written: nothing may be read and nothing may be changed.
    case notRecorded
    /// A receipt was asked for a line whose transaction was not committed.
    case notDurable
    /// The stored log does not give the root that its head says: lines were changed, removed or added in the database.
    case doesNotVerify(index: UInt64?)
    /// The encrypted side of a line cannot be opened.
    case cannotOpen(index: UInt64)
    /// The exported files cannot be written.
    case cannotExport(errno: Int32)
    /// A signed checkpoint exists that the stored log does not extend: the store was put back.
    case rolledBack
}
