import FoundationEssentials
import GRDB
public import LedgerFormat
import Sealing
public import Storage
public import Synchronization
public import TransparencyLog

/// A line that stands in an open transaction. It becomes a ``Receipt`` when that transaction is durable, and never otherwise.
public struct Entry: Sendable {
    /// Where the line stands.
    public let index: UInt64
    let line: PendingLine
    let batch: Batch

    /// Under whose key it rests: the household's identifier as text; nil for a line outside households.
    public var household: String? { line.place.household }
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
    /// Size and root of the tree, and a digest of what lies beside the leaves: see ``LogStanding/beside``. 32 bytes each.
    public typealias Head = (size: UInt64, root: [UInt8], beside: [UInt8])

    /// How far the transaction has come. A value, so that a savepoint can go back to it.
    private struct Progress {
        var standing = LogStanding()
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
        /// How many of those can never be written.
        var unwritten = 0
        /// Those of them that could not be written yet.
        var putOff: [OutcomeToCome] = []
        var stored: UInt64 = 0
    }
    // INVARIANT: only the writer's thread touches `open`; the lock is never waited for.
    private let open = Mutex(Open())
    private let published: Mutex<LogStanding>
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
        published = Mutex(try store.read { try LogStanding(reading: $0, published: checkpoint) })
    }

    /// Entries that are durable.
    public var size: UInt64 { published.withLock { $0.frontier.size } }
    /// Where the durable log stands.
    public var head: Head { published.withLock { $0.head } }
    /// Where a log begins.
    public static var emptyHead: Head { LogStanding().head }
    /// The same as the open transaction will leave it, for the commit record. Call while preparing, after the log has prepared.
    public var preparedHead: Head { open.withLock { $0.progress.standing.head } }
    /// How many readings' outcomes could not be written since somebody last took this to zero; the next start closes those readings.
    public let outcomesNotWritten = Atomic<Int>(0)
    /// How many the last commit could not take with it yet; they wait for the next.
    public let outcomesPutOff = Atomic<Int>(0)

    // MARK: - Appending

    /// Appends a line to the open transaction.
    ///
    /// - Parameter awaitsOutcome: true for a reading that was permitted: how it ended is written later, also when a crash comes between.
    /// - Throws: ``LedgerError/notRecorded``, or what SQLite threw when it ended the transaction.
    public func append(_ line: LogLine, awaitsOutcome: Bool = false, in transaction: borrowing Transaction) throws -> Entry {
        do {
            if faults.trips(.ledgerAppend) { throw LedgerError.notRecorded }
            return try write(line, awaitsOutcome: awaitsOutcome, in: transaction)
        } catch {
            // What ended the whole transaction goes on as it is; anything else means that this line could not be written.
            guard transaction.isOpen else { throw error }
            throw LedgerError.notRecorded
        }
    }

    private func write(_ line: LogLine, awaitsOutcome: Bool, in transaction: borrowing Transaction) throws -> Entry {
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
            return Entry(index: index, line: line, batch: open.batch)
        }
    }

    /// Appends a leaf that commits to cosignatures.
    /// - Returns: its number.
    /// - Throws: as ``append(_:awaitsOutcome:in:)``.
    func append(_ cosigned: CosignedCheckpoint, in transaction: borrowing Transaction) throws -> UInt64 {
        do {
            try cosigned.validate(at: open.withLock { $0.progress.next })
            return try append(.cosigned(cosigned), household: nil, moment: cosigned.moment, in: transaction).index
        } catch {
            guard transaction.isOpen else { throw error }
            throw LedgerError.notRecorded
        }
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
                standing.sides.append(leaf.side)
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

    /// What stands in the tables once every line of this transaction that has a number is written.
    func settledStanding(in transaction: borrowing Transaction) throws -> LogStanding {
        try settle(in: transaction)
        return open.withLock { $0.progress.standing }
    }

    /// The receipt of a line.
    /// - Throws: ``LedgerError/notDurable`` when its transaction was not committed, or was and the line had been undone.
    public func receipt(for entry: Entry) throws(LedgerError) -> Receipt {
        guard entry.batch.committed.load(ordering: .acquiring), !entry.line.isUndone.load(ordering: .relaxed) else { throw .notDurable }
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
    /// - Throws: ``LedgerError/doesNotVerify(index:)`` for the first leaf that is not there or is another's; ``LedgerError/cannotOpen(index:)``.
    public func lines(
        _ range: Range<UInt64>, in transaction: borrowing Transaction
    ) throws -> [(index: UInt64, line: LogLine?)] {
        try settle(in: transaction)
        let rows = try Row.fetchAll(
            transaction.sql,
            sql: "SELECT l.seq, l.leaf, l.side FROM ledger_leaf l WHERE l.seq >= ? AND l.seq < ? ORDER BY l.seq",
            arguments: [Int64(clamping: range.lowerBound), Int64(clamping: range.upperBound)])
        var lines: [(index: UInt64, line: LogLine?)] = []
        let expected = range.clamped(to: 0..<open.withLock { $0.progress.next })
        var next = expected.lowerBound
        for row in rows {
            // A row that is gone must not look like a number that no line has.
            let leaf = try Leaf(row, at: next)
            let index = leaf.seq
            next += 1
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
        guard next == expected.upperBound else { throw LedgerError.doesNotVerify(index: next) }
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
            for line in $0.lines[$0.progress.count...] { line.isUndone.store(true, ordering: .relaxed) }
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
        // Everybody's lines first, so that what is wrong with one of those does not look like an outcome's fault.
        try settle(in: transaction)
        do {
            try ride(riding, in: transaction)
        } catch {
            guard transaction.isOpen else { throw error }
            // What keeps one outcome from being written must not keep everybody's lines, nor a checkpoint over them: each for itself. Those that can
            // never be written stay open in the tables, where the next start finds them. What may be over by the next commit waits for that one,
            // so that no reading that was completed is told as interrupted.
            for outcome in riding {
                do { try ride([outcome], in: transaction) } catch {
                    guard transaction.isOpen else { throw error }
                    guard Self.isOfTheLine(error) || keys.haveEnded(error) else {
                        open.withLock { $0.putOff.append(outcome) }
                        continue
                    }
                    open.withLock { $0.unwritten += 1 }
                }
            }
        }
        let (frontier, stored) = open.withLock { ($0.progress.standing.frontier, $0.stored) }
        guard frontier.size != stored else { return }
        try transaction.sql.cachedStatement(
            sql: "INSERT INTO ledger_head(one, frontier) VALUES (1, ?) ON CONFLICT(one) DO UPDATE SET frontier = excluded.frontier"
        ).execute(arguments: [Data(frontier.serialized)])
        guard transaction.sql.changesCount == 1 else { throw LedgerError.notRecorded }
    }

    /// Whether an error says what is wrong with a line, which will be so the next time.
    private static func isOfTheLine(_ error: any Error) -> Bool { error is LedgerFormatError || error is LedgerError }

    /// Writes outcomes and ends their readings, all or none.
    private func ride(_ outcomes: [OutcomeToCome], in transaction: borrowing Transaction) throws {
        guard !outcomes.isEmpty else { return }
        try transaction.attempt { transaction in
            for outcome in outcomes { _ = try write(outcome.line, awaitsOutcome: false, in: transaction) }
            try settle(in: transaction)
            for outcome in outcomes { try close(outcome.of, in: transaction) }
        }
    }

    /// Keeps a signed checkpoint, the first of its size; what was kept is never changed.
    func keep(_ checkpoint: SignedNote, size: UInt64, at moment: Int64?, in transaction: borrowing Transaction) throws {
        try transaction.sql.execute(
            sql: "INSERT INTO ledger_checkpoint(size, note, moment) VALUES (?, ?, ?) ON CONFLICT(size) DO NOTHING",
            arguments: [Int64(size), Data(checkpoint.bytes), moment])
        guard transaction.sql.changesCount == 1 else { return }
        open.withLock {
            $0.progress.standing.checkpoints.append(LogStanding.checkpoint(size: size, note: checkpoint.bytes, moment: moment))
        }
    }

    public func committed() {
        let (standing, batch, unwritten, putOff) = open.withLock { open in
            defer { (open.riding, open.putOff, open.lines) = ([], [], []) }
            return (open.progress.standing, open.batch, open.unwritten, open.putOff)
        }
        waiting.withLock { $0 = putOff + $0 }
        outcomesPutOff.store(putOff.count, ordering: .relaxed)
        outcomesNotWritten.add(unwritten, ordering: .relaxed)
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
