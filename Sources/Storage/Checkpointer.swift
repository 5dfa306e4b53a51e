import Dispatch
import GRDB
import GRDBSQLite
import Synchronization

/// Folds the write-ahead log into the database file when nobody waits for the disk.
///
/// What is in the log is durable; folding it in only keeps the log short. SQLite by itself does that every thousand pages inside a commit, for
/// which everybody in that batch and behind it then waits. Here it happens on a thread and a connection of its own, in a quiet moment; beside
/// the commits once much has gathered; and inside a commit only at the last bound, or after many small ones, which write the same few pages
/// again and again: there is little to fold in then, and the log begins anew in a file that has its size already.
///
/// A checkpoint that fails loses nothing and is tried again: SQLite counts a page as folded in only after the database file was synced.
///
/// Source: SQLite documentation, "Write-Ahead Logging" §2.1–2.3.
@safe
final class Checkpointer: Sendable {
    private struct State {
        /// Moves with every commit.
        var commits = 0
        /// Commits that stand in the log.
        var loggedCommits = 0
        /// Bytes in the log, and how many of them were folded in.
        var logged = 0
        var folded = 0
        var isScheduled = false
        var isClosed = false
    }
    private let state = Mutex(State())
    private let thread = DispatchQueue(label: "kluis.checkpoint", qos: .utility)
    private let queue: DatabaseQueue
    private let pageBytes: Int

    /// How long nothing must have been committed.
    private static let quiet = DispatchTimeInterval.milliseconds(250)
    /// So much that is not folded in is folded in beside the commits.
    private static let gathered = 256 << 20
    /// At this length of the log a commit folds in the rest, so that the log begins anew.
    private static let bound = 512 << 20

    /// At this length a log of small commits begins anew: to write where the file has its size spares the file system's own journal.
    private static let recycled = 16 << 20
    /// What a small commit writes at most, on average over the log: six pages, most of them those of the commit before.
    private static let smallCommit = 48 << 10

    /// - Parameter path: of the database, which is open already.
    init(path: String, pageBytes: Int) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        queue = try DatabaseQueue(path: path, configuration: configuration)
        self.pageBytes = pageBytes
        try queue.writeWithoutTransaction { sql in
            for (pragma, value) in [("synchronous", "FULL"), ("trusted_schema", "OFF"), ("mmap_size", "0"), ("cell_size_check", "ON")] {
                try sql.execute(sql: "PRAGMA \(pragma)=\(value)")
            }
        }
    }

    /// Hears of every commit on this connection from now on, instead of SQLite's own checkpoints.
    ///
    /// The checkpointer must outlive the connection.
    func attach(to sql: GRDB.Database) {
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        // SAFETY: the store owns both and lets the connection go first; SQLite calls on the writer's thread, after a commit.
        _ = unsafe sqlite3_wal_hook(
            sql.sqliteConnection,
            { context, connection, _, pages in
                guard let context = unsafe context else { return SQLITE_OK }
                let checkpointer = unsafe Unmanaged<Checkpointer>.fromOpaque(context).takeUnretainedValue()
                if checkpointer.committed(pages: Int(pages)) {
                    // As SQLite's own hook does: whether it succeeded or not, the commit stands.
                    _ = unsafe sqlite3_wal_checkpoint_v2(connection, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
                }
                return SQLITE_OK
            }, context)
    }

    /// - Parameter pages: in the log.
    /// - Returns: whether the commit must fold in what there is.
    private func committed(pages: Int) -> Bool {
        let (schedules, isBound): (Bool, Bool) = state.withLock { state in
            let logged = pages &* pageBytes
            // Shorter than before: the log began anew.
            if logged < state.logged { (state.folded, state.loggedCommits) = (0, 0) }
            state.logged = logged
            state.commits += 1
            state.loggedCommits += 1
            defer { state.isScheduled = true }
            let isOfSmallOnes = logged / state.loggedCommits <= Self.smallCommit
            return (!state.isScheduled && !state.isClosed, logged >= (isOfSmallOnes ? Self.recycled : Self.bound))
        }
        if schedules { schedule() }
        return isBound
    }

    private func schedule() {
        let seen = state.withLock { $0.commits }
        thread.asyncAfter(deadline: .now() + Self.quiet) { self.look(seen) }
    }

    /// Folds in if it is quiet or much has gathered, and looks again later if more was committed.
    private func look(_ seen: Int) {
        let isDue: Bool? = state.withLock { state in
            guard !state.isClosed else { return nil }
            return state.commits == seen || state.logged - state.folded >= Self.gathered
        }
        guard let isDue else { return }
        if isDue { fold() }
        let again = state.withLock { state in
            let again = !state.isClosed && !(isDue && state.commits == seen)
            state.isScheduled = again
            return again
        }
        if again { schedule() }
    }

    private func fold() {
        guard let (_, folded) = try? queue.writeWithoutTransaction({ try $0.checkpoint(.passive) }) else { return }
        state.withLock { $0.folded = min($0.logged, folded &* pageBytes) }
    }

    /// Stops, waits for a checkpoint that is under way, and closes the connection.
    func close() throws {
        state.withLock { $0.isClosed = true }
        thread.sync {}
        try queue.close()
    }
}
