import Dispatch
import Foundation
import GRDB
import Storage
import Synchronization
import Testing

/// Every test works on a real database in a directory of its own, removed afterwards.
@Suite(.timeLimit(.minutes(2))) struct WriterTests {
    final class Fixture {
        let directory: URL
        let store: Store
        let writer: Writer
        let counter = Counter()
        let fatal = Mutex<StorageError?>(nil)
        let faults = Faults(enabled: true)

        init() throws {
            directory = FileManager.default.temporaryDirectory.appending(path: "kluis-storage-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            store = try Store(path: directory.appending(path: "vault.db").path, faults: faults)
            try store.migrate([Migration("v1", "CREATE TABLE item(id TEXT PRIMARY KEY, body BLOB) STRICT")])
            let noted = Box<StorageError>()
            writer = Writer(store: store, participants: [counter]) { noted.put($0) }
            self.noted = noted
        }
        let noted: Box<StorageError>
        deinit { try? FileManager.default.removeItem(at: directory) }

        func insert(_ id: String, bytes: Int = 1) async throws {
            let counter = counter
            try await writer.perform { transaction in
                counter.open += 1
                try transaction.sql.execute(sql: "INSERT INTO item VALUES (?, zeroblob(?))", arguments: [id, bytes])
            }
        }
        func ids() throws -> [String] { try store.read { try String.fetchAll($0, sql: "SELECT id FROM item ORDER BY id") } }
    }

    final class Box<Value: Sendable>: Sendable {
        private let value = Mutex<Value?>(nil)
        func put(_ new: Value) { value.withLock { $0 = new } }
        var current: Value? { value.withLock { $0 } }
    }

    /// Counts insertions the way the ledger counts entries: what is undone in the database must be undone here.
    final class Counter: Participant, @unchecked Sendable {
        var open = 0
        private var marks: [Int] = []
        private let published = Mutex(0)
        var committedCount: Int { published.withLock { $0 } }
        var failNextPrepare = false

        func begin() {
            open = committedCount
            marks = []
        }
        func mark() -> Int {
            marks.append(open)
            return marks.count - 1
        }
        func rollBack(to mark: Int) {
            open = marks[mark]
            marks.removeSubrange(mark...)
        }
        func prepare(in transaction: borrowing Transaction) throws {
            if failNextPrepare {
                failNextPrepare = false
                throw StorageError.notRecorded(.fault("prepare"))
            }
        }
        func committed() { published.withLock { $0 = open } }
        func abandoned() { open = committedCount }
    }

    @Test func manyCallersShareCommitsAndNothingIsLost() async throws {
        let fixture = try Fixture()
        let writer = fixture.writer
        let counter = fixture.counter
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<16 {
                group.addTask {
                    for index in 0..<40 {
                        try await writer.perform { transaction in
                            counter.open += 1
                            try transaction.sql.execute(sql: "INSERT INTO item VALUES (?, x'00')", arguments: ["\(caller)-\(index)"])
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try fixture.ids().count == 640)
        #expect(counter.committedCount == 640)
        #expect(writer.requests.load(ordering: .relaxed) == 640)
        #expect(writer.commits.load(ordering: .relaxed) < 640)
    }

    @Test func aFailingJobIsUndoneAloneTogetherWithTheParticipant() async throws {
        struct Mine: Error {}
        let fixture = try Fixture()
        let counter = fixture.counter
        try await fixture.insert("a")
        await #expect(throws: Mine.self) {
            try await fixture.writer.perform { transaction in
                counter.open += 1
                try transaction.sql.execute(sql: "INSERT INTO item VALUES ('b', x'00')")
                throw Mine()
            }
        }
        try await fixture.insert("c")
        #expect(try fixture.ids() == ["a", "c"])
        #expect(counter.committedCount == 2)
    }

    @Test func anEffectThatFailsIsUndoneAndWhatCameBeforeItStays() async throws {
        struct Mine: Error {}
        let fixture = try Fixture()
        let counter = fixture.counter
        try await fixture.writer.perform { transaction in
            counter.open += 1
            try transaction.sql.execute(sql: "INSERT INTO item VALUES ('line', x'00')")
            do {
                try transaction.attempt { inner in
                    counter.open += 1
                    try inner.sql.execute(sql: "INSERT INTO item VALUES ('effect', x'00')")
                    throw Mine()
                }
            } catch is Mine {}
        }
        #expect(try fixture.ids() == ["line"])
        #expect(counter.committedCount == 1)
    }

    @Test func aFullDatabaseLosesTheCulpritAndNobodyElse() async throws {
        let fixture = try Fixture()
        try fixture.store.limit(pages: 40)
        let writer = fixture.writer
        let results = await withTaskGroup(of: (Int, StorageError?).self) { group in
            for index in 0..<8 {
                group.addTask {
                    do {
                        try await writer.perform { transaction in
                            try transaction.sql.execute(
                                sql: "INSERT INTO item VALUES (?, zeroblob(?))", arguments: ["i\(index)", index == 4 ? 10_000_000 : 10])
                        }
                        return (index, nil)
                    } catch { return (index, error as? StorageError) }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect(results == [4: .notRecorded(.diskFull)])
        #expect(try fixture.ids() == (0..<8).filter { $0 != 4 }.map { "i\($0)" })
        #expect(fixture.noted.current == nil)
    }

    @Test func aFullDiskAtCommitIsKnownNotToStand() async throws {
        let fixture = try Fixture()
        #expect(fixture.faults.arm(.diskFullAtCommit))
        await #expect(throws: StorageError.notRecorded(.diskFull)) { try await fixture.insert("a") }
        try await fixture.insert("b")
        #expect(try fixture.ids() == ["b"])
        #expect(fixture.counter.committedCount == 1)
    }

    @Test func anIOErrorAtCommitIsUnknownAndEndsTheWriter() async throws {
        let fixture = try Fixture()
        #expect(fixture.faults.arm(.ioErrorAtCommit))
        await #expect {
            try await fixture.insert("a")
        } throws: { if case StorageError.unknown(.ioError) = $0 { true } else { false } }
        await #expect {
            try await fixture.insert("b")
        } throws: { if case StorageError.unknown = $0 { true } else { false } }
        guard case .unknown? = fixture.noted.current else {
            Issue.record("the daemon was not told to stop")
            return
        }
        #expect(fixture.counter.committedCount == 0)
    }

    @Test func aParticipantThatCannotPrepareMeansNotRecorded() async throws {
        let fixture = try Fixture()
        fixture.counter.failNextPrepare = true
        await #expect { try await fixture.insert("a") } throws: { if case StorageError.notRecorded = $0 { true } else { false } }
        try await fixture.insert("b")
        #expect(try fixture.ids() == ["b"])
    }

    /// Holds the writer inside a first job, lets others come meanwhile, and lets go.
    ///
    /// - Returns: what each of the others heard, in the order in which they came.
    private func behindAGate(
        _ fixture: Fixture, _ jobs: [@Sendable (borrowing Transaction) throws -> Void],
        meanwhile: @Sendable ([Task<Void, any Error>]) async -> Void
    ) async -> (first: Result<Void, any Error>, others: [Result<Void, any Error>]) {
        let writer = fixture.writer
        let (entered, leave) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let first = Task {
            try await writer.perform { transaction in
                entered.signal()
                leave.wait()
                try transaction.sql.execute(sql: "INSERT INTO item VALUES ('first', x'00')")
            }
        }
        await wait(for: entered)
        var others: [Task<Void, any Error>] = []
        for job in jobs {
            let (came, isWaiting) = AsyncStream<Void>.makeStream()
            let count = writer.waitingCount
            others.append(
                Task {
                    isWaiting.yield()
                    try await writer.perform { try job($0) }
                })
            for await _ in came { break }
            // The order in which they come is the order in which they are told to.
            while writer.waitingCount == count, !Task.isCancelled { await Task.yield() }
        }
        await meanwhile(others)
        leave.signal()
        var results: [Result<Void, any Error>] = []
        let heard = await first.result
        for task in others { results.append(await task.result) }
        return (heard, results)
    }

    private func wait(for semaphore: DispatchSemaphore) async {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                semaphore.wait()
                continuation.resume()
            }
        }
    }

    private static func inserting(_ id: String) -> @Sendable (borrowing Transaction) throws -> Void {
        { try $0.sql.execute(sql: "INSERT INTO item VALUES (?, x'00')", arguments: [id]) }
    }

    @Test func cancellingACallerUndoesNothing() async throws {
        let fixture = try Fixture()
        let heard = await behindAGate(fixture, (0..<8).map { Self.inserting("i\($0)") }) { tasks in
            for task in tasks[..<4] { task.cancel() }
        }
        for result in heard.others { #expect(throws: Never.self) { try result.get() } }
        #expect(try fixture.ids() == ["first"] + (0..<8).map { "i\($0)" })
    }

    @Test func whoWaitsGoesTogetherWithTheNextInTheOrderOfComing() async throws {
        let fixture = try Fixture()
        let names = (0..<20).map { "i\(($0 * 7) % 20)" }
        _ = await behindAGate(fixture, names.map { Self.inserting($0) }) { _ in }
        let order = try fixture.store.read { try String.fetchAll($0, sql: "SELECT id FROM item ORDER BY rowid") }
        #expect(order == ["first"] + names)
        #expect(fixture.writer.commits.load(ordering: .relaxed) == 2)
    }

    /// What was added, in the order in which it was.
    private final class Listed<Element: Sendable>: Sendable {
        private let elements = Mutex<[Element]>([])
        func add(_ element: Element) { elements.withLock { $0.append(element) } }
        var all: [Element] { elements.withLock { $0 } }
    }

    /// Goes on with what it hears in the order in which it hears it.
    private final class OneCaller: TaskExecutor {
        private let queue = DispatchQueue(label: "kluis.test.caller")

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            queue.async { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }

    /// Who asks for several things without waiting gets them done and hears of them in the order of asking; also when a job in between loses the
    /// batch, and each of the others runs again.
    @Test(arguments: [nil, 0, 9, 19] as [Int?]) func oneCallersEffectsStayInOrder(culprit: Int?) async throws {
        let fixture = try Fixture()
        try fixture.store.limit(pages: 40)
        let (writer, caller) = (fixture.writer, OneCaller())
        let (heard, asked) = (Listed<Int>(), Listed<Task<Void, Never>>())
        _ = await behindAGate(fixture, [Self.inserting("other")]) { _ in
            for number in 0..<20 {
                let task = Task(executorPreference: caller) {
                    try? await writer.perform { transaction in
                        try transaction.sql.execute(
                            sql: "INSERT INTO item VALUES (?, zeroblob(?))", arguments: ["i\(number)", number == culprit ? 10_000_000 : 1])
                    }
                    heard.add(number)
                }
                asked.add(task)
            }
            while writer.waitingCount < 21, !Task.isCancelled { await Task.yield() }
        }
        for task in asked.all { await task.value }
        #expect(heard.all == Array(0..<20))
        let order = try fixture.store.read { try String.fetchAll($0, sql: "SELECT id FROM item ORDER BY rowid") }
        #expect(order == ["first", "other"] + (0..<20).filter { $0 != culprit }.map { "i\($0)" })
    }

    @Test func stoppingAnswersWhoeverWaits() async throws {
        let fixture = try Fixture()
        let writer = fixture.writer
        let stopped = Box<Int>()
        let stopping = Box<Task<Void, Never>>()
        let heard = await behindAGate(fixture, (0..<4).map { Self.inserting("i\($0)") }) { _ in
            stopping.put(
                Task {
                    await writer.stop()
                    stopped.put(writer.requests.load(ordering: .relaxed))
                })
            while !writer.isClosed, !Task.isCancelled { await Task.yield() }
            // Nobody new is let in from here on.
            await #expect(throws: StorageError.stopped) { try await writer.perform { _ in } }
        }
        for result in [heard.first] + heard.others { #expect(throws: Never.self) { try result.get() } }
        await stopping.current?.value
        #expect(stopped.current == 5)
        await #expect(throws: StorageError.stopped) { try await fixture.insert("b") }
    }

    /// Everybody in a commit that may or may not stand hears so, also when it does.
    @Test(arguments: [Faults.Name.ioErrorAtCommit, .ioErrorAfterCommit, .noMemoryAtCommit])
    func everyMemberOfAnUnknownCommitHearsSo(_ fault: Faults.Name) async throws {
        let fixture = try Fixture()
        let faults = fixture.faults
        let armed: @Sendable (borrowing Transaction) throws -> Void = { transaction in
            try Self.inserting("last")(transaction)
            _ = faults.arm(fault)
        }
        let heard = await behindAGate(fixture, [Self.inserting("a"), Self.inserting("b"), armed]) { _ in }
        #expect(throws: Never.self) { try heard.first.get() }
        for result in heard.others {
            #expect { try result.get() } throws: { if case StorageError.unknown = $0 { true } else { false } }
        }
        await #expect { try await fixture.insert("c") } throws: { if case StorageError.unknown = $0 { true } else { false } }
        #expect(fixture.noted.current != nil)
        #expect(try fixture.ids() == (fault == .ioErrorAfterCommit ? ["a", "b", "first", "last"] : ["first"]))
    }

    @Test func whatSQLiteSaysOfOneJobHasOneFace() async throws {
        let fixture = try Fixture()
        try await fixture.insert("a")
        await #expect(throws: StorageError.notRecorded(.sqlite(extendedCode: 1555))) { try await fixture.insert("a") }
        await #expect(throws: StorageError.notRecorded(.damaged)) {
            try await fixture.writer.perform { _ in throw DatabaseError(resultCode: .SQLITE_CORRUPT) }
        }
        try await fixture.insert("b")
        #expect(try fixture.ids() == ["a", "b"])
    }

    @Test func theSettingsThatMatterAreReadBack() throws {
        let fixture = try Fixture()
        let settings = try fixture.store.read { sql in
            try ["journal_mode", "synchronous", "secure_delete", "foreign_keys", "trusted_schema", "mmap_size", "temp_store"].map {
                try String.fetchOne(sql, sql: "PRAGMA \($0)") ?? ""
            }
        }
        #expect(settings == ["wal", "2", "1", "1", "0", "0", "2"])
    }

    @Test func aRealVaultArmsNoFault() {
        let faults = Faults(enabled: false)
        for name in Faults.Name.allCases {
            #expect(!faults.arm(name))
            #expect(!faults.trips(name))
        }
    }
}
