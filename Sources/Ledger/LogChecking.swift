import FoundationEssentials
import GRDB
import LedgerFormat
public import Storage
import TransparencyLog

/// What is wrong with the stored log, as a code that is safe to show.
public enum LogProblem: Equatable, Sendable, CustomStringConvertible {
    /// A leaf is gone, or another stands in its place. What follows it was not looked at.
    case leafMissing(UInt64)
    /// The encrypted side of a leaf does not open, or is another's.
    case doesNotOpen(UInt64)
    /// All leaves are there and lead to another root than the log's.
    case otherRoot
    /// A side, a signed checkpoint or the row of a reading under way is not the one that was written.
    case otherRows

    public var description: String {
        switch self {
        case .leafMissing(let index): "leaf-missing:\(index)"
        case .doesNotOpen(let index): "line-does-not-open:\(index)"
        case .otherRoot: "root-differs"
        case .otherRows: "rows-differ"
        }
    }
}

/// A walk along the stored log that re-hashes every row and opens every line, some hundred leaves at a time, so that nobody waits for it.
public struct LogCheck: Sendable {
    private var standing = LogStanding()
    /// Leaves whose side was opened and matches its commitments.
    public private(set) var opened: UInt64 = 0
    /// Leaves whose month's key was destroyed.
    public private(set) var erased: UInt64 = 0
    /// What was found so far, in the order of the leaves; nothing after a leaf that is missing.
    public private(set) var problems: [LogProblem] = []
    /// Whether the walk has come to the end of the log as it stood in the transaction of the last step.
    public private(set) var isDone = false
    /// How many leaves were walked.
    public var size: UInt64 { standing.frontier.size }
    /// Root of the tree over the leaves that were walked: 32 bytes.
    public var root: [UInt8] { standing.frontier.root.bytes }

    public static let leavesPerStep: UInt64 = 512

    public init() {}

    /// The next leaves, in a transaction of their own. Once these are the last, everything is held against the log as it stands.
    /// - Throws: what SQLite threw: that the log could not be looked at says nothing about it.
    public func advanced(along log: AuditLog, in transaction: borrowing Transaction) throws -> LogCheck {
        var check = self
        try check.advance(along: log, in: transaction)
        return check
    }

    private mutating func advance(along log: AuditLog, in transaction: borrowing Transaction) throws {
        // As this transaction has it: lines that others appended in it are rows like any other.
        let expected = try log.settledStanding(in: transaction)
        let end = min(size + Self.leavesPerStep, expected.frontier.size)
        let rows = try Row.fetchAll(
            transaction.sql, sql: "SELECT seq, leaf, side FROM ledger_leaf WHERE seq >= ? AND seq < ? ORDER BY seq",
            arguments: [Int64(clamping: size), Int64(clamping: end)])
        for row in rows {
            let leaf: Leaf
            do { leaf = try standing.append(row) } catch { break }
            do {
                if let side = try log.unseal(Array(row[2] as Data), index: leaf.seq, in: transaction) {
                    try side.verify(against: leaf)
                    opened += 1
                } else {
                    erased += 1
                }
            } catch {
                // Trouble of the database says nothing about the line.
                guard transaction.isOpen, !(error is DatabaseError) else { throw error }
                problems.append(.doesNotOpen(leaf.seq))
            }
        }
        guard size == end else {
            problems.append(.leafMissing(size))
            isDone = true
            return
        }
        guard end == expected.frontier.size else { return }
        isDone = true
        if standing.frontier != expected.frontier { problems.append(.otherRoot) }
        // A row before the first or behind the last is no leaf of this log.
        let strangers = try Int.fetchOne(
            transaction.sql, sql: "SELECT count(*) FROM ledger_leaf WHERE seq < 0 OR seq >= ?", arguments: [Int64(clamping: end)])
        guard strangers == 0 else { return problems.append(.otherRows) }
        do { try standing.readRest(transaction.sql) } catch is LedgerError { return problems.append(.otherRows) }
        if standing.beside != expected.beside { problems.append(.otherRows) }
    }
}
