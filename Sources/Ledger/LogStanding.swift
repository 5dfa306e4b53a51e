import FoundationEssentials
import GRDB
import LedgerFormat
import Sealing
import TransparencyLog

/// What stands in the log's tables: the tree, and a digest of every other row that something is decided on or shown by.
///
/// The leaves give the tree's root. What lies beside them gives ``beside``. Both stand in the commit record, so nobody who has the database file
/// and no key can change, remove or add a row of either unnoticed. The one table left out is `ledger_cosigned`: its rows are believed as far as
/// the signatures in them go, and no further.
struct LogStanding: Equatable, Sendable {
    var frontier = Frontier()
    /// The encrypted side of each leaf, in their order.
    var sides = Chain()
    /// The signed checkpoints, in the order of their sizes.
    var checkpoints = Chain()
    /// The digest of each row of `ledger_open`: as many as there are readings under way.
    var readings: [UInt64: [UInt8]] = [:]

    /// A digest over things that are only ever added: 32 bytes, zeros for none.
    struct Chain: Equatable, Sendable {
        private(set) var digest = [UInt8](repeating: 0, count: 32)

        mutating func append(_ bytes: [UInt8]) { digest = SHA256.hash(digest + bytes).bytes }
    }

    /// 32 bytes over the sides, the checkpoints and the open readings, each of these with a fixed length of its own.
    var beside: [UInt8] {
        var bytes = sides.digest + checkpoints.digest
        for (seq, digest) in readings.sorted(by: { $0.key < $1.key }) {
            bytes += LittleEndian.bytes(seq) + digest
        }
        return SHA256.hash(bytes).bytes
    }

    var head: AuditLog.Head { (frontier.size, frontier.root.bytes, beside) }

    /// A row of `ledger_checkpoint` as the chain takes it: the note's length follows from its end.
    static func checkpoint(size: UInt64, note: [UInt8], moment: Int64?) -> [UInt8] {
        LittleEndian.bytes(size) + [moment == nil ? 0 : 1] + LittleEndian.bytes(UInt64(bitPattern: moment ?? 0)) + note
    }

    init() {}

    /// Reads and hashes every row.
    /// - Parameter checkpoint: that outsiders have seen; the log must extend it.
    /// - Throws: ``LedgerError/doesNotVerify(index:)`` for the first leaf that is not there or is another's, and without an index when the head
    ///   that was stored is another; ``LedgerError/rolledBack``.
    init(reading sql: GRDB.Database, published checkpoint: Checkpoint?) throws {
        var seen = checkpoint == nil || checkpoint?.size == 0
        let leaves = try Row.fetchCursor(sql, sql: "SELECT seq, leaf, side FROM ledger_leaf ORDER BY seq")
        while let row = try leaves.next() {
            try append(row)
            if let checkpoint, frontier.size == checkpoint.size { seen = frontier.root == checkpoint.root }
        }
        guard seen else { throw LedgerError.rolledBack }
        let head = try Data.fetchOne(sql, sql: "SELECT frontier FROM ledger_head").map { Array($0) }
        guard head ?? Frontier().serialized == frontier.serialized else { throw LedgerError.doesNotVerify(index: nil) }
        try readRest(sql)
    }

    /// Appends a row of `ledger_leaf`: `seq`, `leaf`, `side`.
    /// - Returns: the leaf.
    @discardableResult
    mutating func append(_ row: Row) throws -> Leaf {
        let leaf = try Leaf(row, at: frontier.size)
        try frontier.append(leafHash: .leaf(leaf.bytes))
        sides.append(Array(row[2] as Data))
        return leaf
    }

    /// Reads what is not beside one leaf: checkpoints and open readings.
    mutating func readRest(_ sql: GRDB.Database) throws {
        let notes = try Row.fetchCursor(sql, sql: "SELECT size, note, moment FROM ledger_checkpoint ORDER BY size")
        while let row = try notes.next() {
            guard let size = UInt64(exactly: row[0] as Int64) else { throw LedgerError.doesNotVerify(index: nil) }
            checkpoints.append(Self.checkpoint(size: size, note: Array(row[1] as Data), moment: row[2]))
        }
        let open = try Row.fetchCursor(sql, sql: "SELECT seq, line FROM ledger_open")
        while let row = try open.next() {
            guard let index = UInt64(exactly: row[0] as Int64), index < frontier.size else { throw LedgerError.doesNotVerify(index: nil) }
            readings[index] = SHA256.hash(Array(row[1] as Data)).bytes
        }
    }
}

extension Leaf {
    /// The leaf in a row that begins with `seq`, `leaf`.
    /// - Throws: ``LedgerError/doesNotVerify(index:)`` unless it is the one of this number.
    init(_ row: Row, at index: UInt64) throws(LedgerError) {
        guard UInt64(exactly: row[0] as Int64) == index, let leaf = try? Leaf(parsing: Array(row[1] as Data)), leaf.seq == index else {
            throw .doesNotVerify(index: index)
        }
        self = leaf
    }
}
