import FoundationEssentials
import GRDB
public import LedgerFormat
import Sealing
public import Storage
import Synchronization
public import TransparencyLog

/// A line that stands in an open transaction. It becomes a ``Receipt`` when that transaction is durable, and never otherwise.
public struct Entry: Sendable {
    /// Where the line stands.
    public let index: UInt64
    let batch: Batch
}

/// A line that is durable: the number to quote.
public struct Receipt: Sendable {
    public let index: UInt64
    init(index: UInt64) { self.index = index }
}

/// The fate of one transaction, shared by the entries in it.
final class Batch: Sendable {
    let committed = Atomic<Bool>(false)
}

/// The vault's log: appends inside the transaction that decides, and is durable with it.
///
/// As a participant of the transaction it keeps the Merkle frontier: a line that is undone leaves no gap. A line gets its number at once and is
/// sealed and written with the others of its transaction, before that commits or is read from.
public final class AuditLog: Participant, Sendable {
    private struct OutcomeToCome: Sendable {
        let line: LogLine
        let of: UInt64
    }
    /// What stands in the tables: the tree, and the rows of the readings whose outcome is still to come.
    private struct Standing: Sendable {
        var frontier = Frontier()
        /// The digest of each row of `ledger_open`: as many as there are readings under way.
        var readings: [UInt64: [UInt8]] = [:]

        /// 32 bytes over the open readings in the order of their lines; zeros for none.
        var openDigest: [UInt8] {
            guard !readings.isEmpty else { return [UInt8](repeating: 0, count: 32) }
            var bytes: [UInt8] = []
            for (seq, digest) in readings.sorted(by: { $0.key < $1.key }) {
                for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: seq >> UInt64(8 * shift))) }
                bytes += digest
            }
            return SHA256.hash(bytes).bytes
        }

        /// Size and root, and the digest of the open readings: 32 bytes each.
        var head: (size: UInt64, root: [UInt8], open: [UInt8]) { (frontier.size, frontier.root.bytes, openDigest) }
    }
    /// How far the transaction has come. A value, so that a savepoint can go back to it.
    private struct Progress {
        var standing = Standing()
        /// How many of ``Open/lines`` those are.
        var written = 0
        /// How many there are.
        var count = 0
        /// The number of the next leaf.
        var next: UInt64 = 0
    }
    private struct Open {
        var progress = Progress()
        var marks: [Progress] = []
        /// Every line of this transaction. Those that were written stay here as well: a savepoint that goes back takes rows away.
        var lines: [PendingLine] = []
        var batch = Batch()
        /// Outcomes that ride with this transaction.
        var riding: [OutcomeToCome] = []
        var stored: UInt64 = 0
    }
    // INVARIANT: only the writer's thread touches `open`; the lock is never waited for.
    private let open = Mutex(Open())
    private let published: Mutex<Standing>
    private let waiting = Mutex<[OutcomeToCome]>([])
    let keys: any AuditKeySource
    /// The fault points of a rehearsal vault.
    public let faults: Faults

    package static let migrations = [
        Migration(
            "ledger-1",
            """
            CREATE TABLE ledger_leaf(seq INTEGER PRIMARY KEY, leaf BLOB NOT NULL, side BLOB NOT NULL) STRICT;
            CREATE TABLE ledger_open(seq INTEGER PRIMARY KEY, line BLOB NOT NULL) STRICT;
            CREATE TABLE ledger_head(one INTEGER PRIMARY KEY CHECK (one = 1), frontier BLOB NOT NULL) STRICT;
            CREATE TABLE ledger_checkpoint(size INTEGER PRIMARY KEY, note BLOB NOT NULL) STRICT;
            """),
        // `seq` is the leaf that commits to the cosignatures; null until there is one.
        Migration(
            "ledger-2",
            """
            ALTER TABLE ledger_checkpoint ADD COLUMN moment INTEGER;
            CREATE TABLE ledger_cosigned(size INTEGER PRIMARY KEY, note BLOB NOT NULL, seq INTEGER) STRICT;
            """),
    ]

    /// Opens the log of a store: every leaf is read and hashed, and must give the head that was stored with the last commit.
    /// - Parameter published: the checkpoint that outsiders have seen; the log must extend it.
    /// - Throws: ``LedgerError/doesNotVerify(index:)``; ``LedgerError/rolledBack`` when the log is shorter than what was published, or another.
    public init(store: Store, keys: any AuditKeySource, published checkpoint: Checkpoint?, faults: Faults) throws {
        self.keys = keys
        self.faults = faults
        try store.migrate(Self.migrations)
        let standing = try store.read { sql in
            var frontier = Frontier()
            var seen = checkpoint == nil || checkpoint?.size == 0
            let cursor = try Row.fetchCursor(sql, sql: "SELECT seq, leaf FROM ledger_leaf ORDER BY seq")
            while let row = try cursor.next() {
                let index: Int64 = row[0]
                let leaf: [UInt8] = Array(row[1] as Data)
                guard index >= 0, UInt64(index) == frontier.size, (try? Leaf(parsing: leaf))?.seq == frontier.size else {
                    throw LedgerError.doesNotVerify(index: frontier.size)
                }
                try frontier.append(leafHash: .leaf(leaf))
                if let checkpoint, frontier.size == checkpoint.size { seen = frontier.root == checkpoint.root }
            }
            guard seen else { throw LedgerError.rolledBack }
            let head = try Data.fetchOne(sql, sql: "SELECT frontier FROM ledger_head").map { Array($0) }
            guard head ?? Frontier().serialized == frontier.serialized else { throw LedgerError.doesNotVerify(index: nil) }
            var standing = Standing(frontier: frontier)
            let open = try Row.fetchCursor(sql, sql: "SELECT seq, line FROM ledger_open")
            while let row = try open.next() {
                guard let index = UInt64(exactly: row[0] as Int64), index < frontier.size else {
                    throw LedgerError.doesNotVerify(index: nil)
                }
                standing.readings[index] = SHA256.hash(Array(row[1] as Data)).bytes
            }
            return standing
        }
        published = Mutex(standing)
    }

    /// Entries that are durable.
    public var size: UInt64 { published.withLock { $0.frontier.size } }
    /// Size and root of the durable log, and the digest of the readings whose outcome is still to come: 32 bytes each.
    public var head: (size: UInt64, root: [UInt8], open: [UInt8]) { published.withLock { $0.head } }
    /// The same as the open transaction will leave it, for the commit record. Call while preparing, after the log has prepared.
    public var preparedHead: (size: UInt64, root: [UInt8], open: [UInt8]) { open.withLock { $0.progress.standing.head } }

    // MARK: - Appending

    /// Appends a line to the open transaction.
    ///
    /// - Parameter awaitsOutcome: true for a reading that was permitted: how it ended is written later, also when a crash comes between.
    /// - Throws: ``LedgerError/notRecorded``, or what SQLite threw when it ended the transaction.
    public func append(_ line: LogLine, awaitsOutcome: Bool = false, in transaction: borrowing Transaction) throws -> Entry {
        do {
            return try write(line, awaitsOutcome: awaitsOutcome, in: transaction)
        } catch {
            // What ended the whole transaction goes on as it is; anything else means that this line could not be written.
            guard transaction.isOpen else { throw error }
            throw LedgerError.notRecorded
        }
    }

    private func write(_ line: LogLine, awaitsOutcome: Bool, in transaction: borrowing Transaction) throws -> Entry {
        if faults.trips(.ledgerAppend) { throw LedgerError.notRecorded }
        try line.validate(at: open.withLock { $0.progress.next })
        let household = line.household?.text
        return try append(.line(line, awaitsOutcome: awaitsOutcome), household: household, moment: line.moment, in: transaction)
    }

    /// Gives a line its number and keys. Whatever can be wrong with it alone is found here, so that it harms no other's.
    private func append(
        _ content: PendingLine.Content, household: String?, moment: Int64, in transaction: borrowing Transaction
    ) throws -> Entry {
        let month = Month.text(millisecondsSince1970: moment)
        let keys = try keys.keysToWrite(household: household, month: month, in: transaction)
        return open.withLock { open in
            let index = open.progress.next
            let line = PendingLine(content, index: index, place: LinePlace(month: month, household: household), keys: keys)
            open.lines.append(line)
            open.progress.count += 1
            open.progress.next += UInt64(line.leafCount)
            return Entry(index: index, batch: open.batch)
        }
    }

    /// Appends a leaf that commits to cosignatures.
    /// - Returns: its number.
    func append(_ cosigned: CosignedCheckpoint, in transaction: borrowing Transaction) throws -> UInt64 {
        try cosigned.validate(at: open.withLock { $0.progress.next })
        return try append(.cosigned(cosigned), household: nil, moment: cosigned.moment, in: transaction).index
    }

    /// Seals and writes the lines that have a number only.
    /// - Throws: `notRecorded`, what SQLite threw, or `SealingError`. The caller's savepoint or transaction cannot stand then.
    func settle(in transaction: borrowing Transaction) throws {
        let (lines, progress) = open.withLock { ($0.lines[$0.progress.written..<$0.progress.count], $0.progress) }
        guard !lines.isEmpty else { return }
        var standing = progress.standing
        try LineSealing.seal(lines) { sealed in
            for leaf in sealed.leaves {
                guard leaf.index == standing.frontier.size else { throw LedgerError.doesNotVerify(index: leaf.index) }
                try transaction.insert("INSERT INTO ledger_leaf(seq, leaf, side) VALUES (?, ?, ?)", leaf.index, leaf.bytes, leaf.side)
                try standing.frontier.append(leafHash: leaf.hash)
            }
            if let open = sealed.open {
                try transaction.insert("INSERT INTO ledger_open(seq, line) VALUES (?, ?)", sealed.index, open)
                standing.readings[sealed.index] = SHA256.hash(open).bytes
            }
        }
        open.withLock { [standing] open in
            open.progress.standing = standing
            open.progress.written = progress.count
        }
    }

    /// The receipt of a line.
    /// - Throws: ``LedgerError/notDurable`` when its transaction was not committed.
    public func receipt(for entry: Entry) throws(LedgerError) -> Receipt {
        guard entry.batch.committed.load(ordering: .acquiring) else { throw .notDurable }
        return Receipt(index: entry.index)
    }

    /// Notes how a reading ended; the line rides with the next commit, whoever makes it.
    public func appendLater(_ outcome: LogLine, of entry: Entry) {
        waiting.withLock { $0.append(OutcomeToCome(line: outcome, of: entry.index)) }
    }

    /// True while outcomes wait for a commit to ride with.
    public var hasWaitingOutcomes: Bool { waiting.withLock { !$0.isEmpty } }

    /// Closes what a crash left open: each reading without an outcome gets `interrupted`. Call once at start, inside a transaction.
    public func closeWhatWasLeftOpen(at moment: Int64, in transaction: borrowing Transaction) throws {
        let rows = try Row.fetchAll(transaction.sql, sql: "SELECT seq, line FROM ledger_open ORDER BY seq")
        for row in rows {
            let index = UInt64(row[0] as Int64)
            // A line whose month is gone can be read by nobody, and so can how it ended.
            if var line = try unsealOpen(Array(row[1] as Data), index: index, in: transaction) {
                line.phase = .outcome(of: index, .interrupted)
                line.moment = moment
                line.note = .closedAtStart
                _ = try append(line, in: transaction)
            }
            try close(index, in: transaction)
        }
    }

    /// The outcome of a reading is written, or never will be. Its line stands in the tables.
    private func close(_ index: UInt64, in transaction: borrowing Transaction) throws {
        try transaction.sql.cachedStatement(sql: "DELETE FROM ledger_open WHERE seq = ?").execute(arguments: [Int64(index)])
        open.withLock { $0.progress.standing.readings[index] = nil }
    }

    // MARK: - Reading

    /// Opens lines for somebody who may read the log.
    ///
    /// - Parameters:
    ///   - range: indices; what lies outside the log is left out.
    /// - Returns: index and line, ascending; a line whose keys are gone is nil, and leaves that only carry further residents are left out. Of a
    ///   month whose key is gone every leaf is nil: nothing tells any more which were lines.
    public func lines(
        _ range: Range<UInt64>, in transaction: borrowing Transaction
    ) throws -> [(index: UInt64, line: LogLine?)] {
        try settle(in: transaction)
        let rows = try Row.fetchAll(
            transaction.sql,
            sql: "SELECT l.seq, l.leaf, l.side FROM ledger_leaf l WHERE l.seq >= ? AND l.seq < ? ORDER BY l.seq",
            arguments: [Int64(clamping: range.lowerBound), Int64(clamping: range.upperBound)])
        var lines: [(index: UInt64, line: LogLine?)] = []
        for row in rows {
            let index = UInt64(row[0] as Int64)
            let leaf = try Leaf(parsing: Array(row[1] as Data))
            guard let side = try unseal(Array(row[2] as Data), index: index, in: transaction) else {
                lines.append((index, nil))
                continue
            }
            try side.verify(against: leaf)
            guard let officers = side.officers else { throw LedgerError.cannotOpen(index: index) }
            switch try Segment(parsing: officers.segment, slot: officers.slot) {
            case .officers(let line): lines.append((index, line))
            case .tombstone: lines.append((index, nil))
            case .cosigned(let cosigned):
                // The system's own deed, told in the words that every line has.
                lines.append(
                    (
                        index,
                        LogLine(
                            .decision(.permit, effect: .completed), moment: cosigned.moment, caller: try Token("system:witnesses"),
                            action: try Token("cosigned"))
                    ))
            case .continuation, .resident: break
            }
        }
        return lines
    }

    // MARK: - The transaction

    public func begin() {
        let standing = published.withLock { $0 }
        open.withLock {
            $0 = Open()
            $0.progress = Progress(standing: standing, next: standing.frontier.size)
            $0.stored = standing.frontier.size
        }
    }

    public func mark() -> Int {
        open.withLock {
            $0.marks.append($0.progress)
            return $0.marks.count - 1
        }
    }

    public func rollBack(to mark: Int) {
        open.withLock {
            $0.progress = $0.marks[mark]
            $0.marks.removeSubrange(mark...)
            $0.lines.removeSubrange($0.progress.count...)
        }
    }

    public func prepare(in transaction: borrowing Transaction) throws {
        let riding = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        // ORDER: remembered before they are written, so that a transaction that is lost gives them back.
        open.withLock { $0.riding = riding }
        for outcome in riding { _ = try append(outcome.line, in: transaction) }
        try settle(in: transaction)
        for outcome in riding { try close(outcome.of, in: transaction) }
        let (frontier, stored) = open.withLock { ($0.progress.standing.frontier, $0.stored) }
        guard frontier.size != stored else { return }
        try transaction.sql.cachedStatement(
            sql: "INSERT INTO ledger_head(one, frontier) VALUES (1, ?) ON CONFLICT(one) DO UPDATE SET frontier = excluded.frontier"
        ).execute(arguments: [Data(frontier.serialized)])
        guard transaction.sql.changesCount == 1 else { throw LedgerError.notRecorded }
    }

    public func committed() {
        let (standing, batch) = open.withLock { open in
            open.lines = []
            return (open.progress.standing, open.batch)
        }
        published.withLock { $0 = standing }
        batch.committed.store(true, ordering: .releasing)
    }

    public func abandoned() {
        let riding = open.withLock { open in
            defer { (open.riding, open.lines) = ([], []) }
            return open.riding
        }
        waiting.withLock { $0 = riding + $0 }
    }
}
