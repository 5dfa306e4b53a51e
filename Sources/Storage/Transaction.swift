package import GRDB

/// An open transaction of the vault's one database, borrowed by the work that runs inside it.
///
/// It cannot be stored, copied or sent: whoever holds one is on the writer's thread, inside a batch that has not been committed.
public struct Transaction: ~Copyable {
    /// Raw SQL, for the modules of this package that own tables.
    package let sql: GRDB.Database
    private let participants: [any Participant]

    init(_ sql: GRDB.Database, _ participants: [any Participant]) {
        self.sql = sql
        self.participants = participants
    }

    /// Runs `body` in a savepoint: when it throws, its effects in the database *and* in every participant are undone, and nothing else is.
    ///
    /// - Throws: what `body` threw. The caller must not go on in this transaction when the error was one that ends the whole
    ///   transaction (disk full, I/O error, out of memory, interrupt); ``isOpen`` tells.
    public borrowing func attempt<Output>(_ body: (borrowing Transaction) throws -> Output) throws -> Output {
        let marks = participants.map { $0.mark() }
        do {
            // Not GRDB's own savepoints: those are parsed anew each time, and there are some for every request.
            try sql.cachedStatement(sql: "SAVEPOINT attempt").execute()
            let output = try body(self)
            // ORDER: in a transaction that SQLite ended by itself there is nothing to release, and nothing of the output stands.
            guard isOpen else { throw StorageError.notRecorded(.transactionEnded) }
            try sql.cachedStatement(sql: "RELEASE SAVEPOINT attempt").execute()
            return output
        } catch {
            for (participant, mark) in zip(participants, marks) { participant.rollBack(to: mark) }
            if isOpen {
                // What cannot be undone alone is undone with everything: the batch is lost, and nothing of a failed attempt stands.
                do { try undo() } catch { try? sql.rollback() }
            }
            throw error
        }
    }

    /// Undoes what stands since the innermost savepoint, and takes that away: going back alone leaves it on the stack.
    private borrowing func undo() throws {
        try sql.cachedStatement(sql: "ROLLBACK TO SAVEPOINT attempt").execute()
        try sql.cachedStatement(sql: "RELEASE SAVEPOINT attempt").execute()
    }

    /// False once SQLite has ended the transaction by itself: the next statement would then commit alone.
    public var isOpen: Bool { sql.isInsideTransaction }
}

/// State in memory that belongs to the open transaction: a Merkle frontier, sequence numbers, manifests.
///
/// All calls come from the writer's thread, in this order for a batch: `begin`, then for each savepoint `mark` and possibly
/// `rollBack(to:)`, then `prepare`, then exactly one of `committed` or `abandoned`. Participants are called in the order in which
/// the writer was given them, so a later one may read what an earlier one prepared.
public protocol Participant: AnyObject, Sendable {
    /// A batch begins: what the last commit published is the starting point.
    func begin()
    /// A savepoint is about to be set. Returns a token for `rollBack(to:)`.
    func mark() -> Int
    /// Forgets what happened since the mark.
    func rollBack(to mark: Int)
    /// The last work inside the transaction: head rows, manifests, the commit record. Throwing loses the whole batch, nothing is done.
    func prepare(in transaction: borrowing Transaction) throws
    /// The transaction is durable: publish.
    func committed()
    /// The transaction is gone: forget everything since `begin`.
    func abandoned()
}
