import Foundation
import GRDB
import Ledger
import LedgerFormat
import Sealing
import Storage
import Synchronization
import Testing
import TransparencyLog

/// A line has its number at once and its rows before the commit: what lies between must not show.
struct SettlingTests {
    typealias Fixture = AuditLogTests.Fixture

    private struct Undone: Error {}

    private struct SplitMix: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    /// What the log should hold: the moment of each line, by its number; a line of five residents or more takes two leaves.
    private struct Model: Equatable {
        var moments: [UInt64: Int64] = [:]
        var next: UInt64 = 0
    }

    private final class Run: @unchecked Sendable {
        var model = Model()
        var random: SplitMix
        var moment: Int64 = 1_768_000_000_000
        init(seed: UInt64) { random = SplitMix(state: seed) }

        /// Appends, reads, and goes into savepoints of which some are undone.
        func work(_ log: AuditLog, _ depth: Int, in transaction: borrowing Transaction) throws {
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                switch Int.random(in: 0..<10, using: &random) {
                case 0...4:
                    moment += 1
                    let residents = [0, 1, 4, 5].randomElement(using: &random) ?? 1
                    var line = LogLine(
                        .decision(.permit, effect: nil), moment: moment, caller: try Token("w-kees"), action: try Token("readItem"))
                    line.residents = try (0..<residents).map { .init(try Token("p-\($0)")) }
                    let entry = try log.append(line, awaitsOutcome: Bool.random(using: &random), in: transaction)
                    #expect(entry.index == model.next)
                    model.moments[entry.index] = moment
                    model.next += residents > 4 ? 2 : 1
                case 5, 6:
                    // Reading writes what has a number only, and sees it.
                    let from = UInt64.random(in: 0...model.next, using: &random)
                    let read = try log.lines(from..<model.next, in: transaction)
                    #expect(read.map(\.index) == model.moments.keys.filter { $0 >= from }.sorted())
                    for (index, line) in read { #expect(line?.moment == model.moments[index]) }
                case 7, 8:
                    guard depth < 3 else { continue }
                    let before = model
                    do {
                        try transaction.attempt { inner in
                            try work(log, depth + 1, in: inner)
                            if Bool.random(using: &random) { throw Undone() }
                        }
                    } catch is Undone { model = before }
                default: break
                }
            }
        }
    }

    @Test func numbersRowsAndSavepointsAgree() async throws {
        let seed = UInt64.random(in: 0 ... .max)
        let fixture = try Fixture()
        let run = Run(seed: seed)
        for round in 0..<60 {
            let log = fixture.log
            let before = run.model
            let fate = Int.random(in: 0..<8, using: &run.random)
            if fate == 0 { #expect(fixture.faults.arm(.diskFullAtCommit)) }
            do {
                try await fixture.writer.perform { transaction in
                    try run.work(log, 0, in: transaction)
                    if fate == 1 { throw Undone() }
                }
                #expect(fate > 1)
            } catch { run.model = before }
            #expect(log.size == run.model.next, "round \(round), seed \(seed)")
            if round % 20 == 19 { try await fixture.reopen() }
        }
        let log = fixture.log
        let all = try await fixture.writer.perform { try log.lines(0..<100_000, in: $0) }
        #expect(all.map(\.index) == run.model.moments.keys.sorted(), "seed \(seed)")
        #expect(all.map { $0.line?.moment } == run.model.moments.sorted { $0.key < $1.key }.map(\.value), "seed \(seed)")
        try await fixture.reopen()
        #expect(fixture.log.size == run.model.next)
    }

    /// So many that they are sealed by several cores, and written in their order all the same.
    @Test(arguments: [1, 7, 8, 9, 33, 300]) func manyLinesOfOneTransactionKeepTheirOrder(_ count: Int) async throws {
        let fixture = try Fixture()
        let log = fixture.log
        let lines = try (0..<count).map { try AuditLogTests.line($0, residents: $0 % 6) }
        let entries = try await fixture.writer.perform { transaction in
            try lines.map { try log.append($0, awaitsOutcome: $0.moment % 2 == 0, in: transaction) }
        }
        #expect(try log.receipt(for: entries[count - 1]).index == entries[count - 1].index)
        let read = try await fixture.writer.perform { try log.lines(0..<10_000, in: $0) }
        #expect(read.map(\.index) == entries.map(\.index))
        #expect(read.map(\.line) == lines)
        try await fixture.reopen()
        #expect(fixture.log.size == read.last.map { $0.index + UInt64(lines[count - 1].leafCount) })
        // What awaits its outcome was kept for a crash.
        let again = fixture.log
        try await fixture.writer.perform { try again.closeWhatWasLeftOpen(at: 1_768_000_009_000, in: $0) }
        let closed = try await fixture.writer.perform { try again.lines(0..<10_000, in: $0).compactMap(\.line).count }
        #expect(closed == count + (count + 1) / 2)
    }

    /// Lends keys of which one has ended by the time that it is used.
    private final class EndingKeys: AuditKeySource {
        private let key: KeyBox
        private let ended: KeyBox
        init() throws {
            key = try KeyBox.random()
            ended = try KeyBox.random()
            ended.wipe()
        }
        func keysToWrite(household: String?, month: String, in transaction: borrowing Transaction) throws -> LineKeys {
            LineKeys(
                month: key, household: household == "h-ended" ? ended : key, label: Label("kluis/test-entry"),
                context: AssociatedData("entry"))
        }
        func keysToRead(household: String?, month: String, in transaction: borrowing Transaction) throws -> LineKeys? {
            try keysToWrite(household: household, month: month, in: transaction)
        }
    }

    @Test func aKeyThatEndsBeforeTheLineIsSealedHarmsNobodyElse() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "kluis-settling-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let faults = Faults(enabled: true)
        let store = try Store(path: directory.appending(path: "vault.db").path, faults: faults)
        try store.migrate([Migration("v1", "CREATE TABLE effect(id INTEGER PRIMARY KEY) STRICT")])
        let log = try AuditLog(store: store, keys: try EndingKeys(), published: nil, faults: faults)
        let writer = Writer(store: store, participants: [log]) { _ in }
        var bad = try AuditLogTests.line(1)
        bad.household = try Token("h-ended")
        let (good, ended) = (try AuditLogTests.line(2), bad)
        // They share a commit or do not, as it comes: each hears the same.
        let refused = await withTaskGroup(of: (Int, (any Error)?).self) { group in
            for number in 0..<12 {
                group.addTask {
                    do {
                        try await writer.perform { transaction in
                            _ = try log.append(number % 4 == 3 ? ended : good, in: transaction)
                            try transaction.sql.execute(sql: "INSERT INTO effect VALUES (?)", arguments: [number])
                        }
                        return (number, nil)
                    } catch { return (number, error) }
                }
            }
            return await group.reduce(into: [Int: any Error]()) { $0[$1.0] = $1.1 }
        }
        #expect(refused.keys.sorted() == [3, 7, 11])
        for error in refused.values { #expect(error as? StorageError == .notRecorded(.participant("SealingError"))) }
        #expect(log.size == 9)
        // No effect without its line.
        let effects = try store.read { try Int.fetchAll($0, sql: "SELECT id FROM effect ORDER BY id") }
        #expect(effects == (0..<12).filter { $0 % 4 != 3 })
        await writer.stop()
        try store.close()
    }

    @Test func aDiskThatIsFullWhenTheLinesAreWrittenLosesTheTransaction() async throws {
        let fixture = try Fixture()
        let log = fixture.log
        try fixture.store.limit(pages: 20)
        let lines = try (0..<200).map { try AuditLogTests.line($0) }
        await #expect(throws: StorageError.notRecorded(.diskFull)) {
            try await fixture.writer.perform { transaction in for line in lines { _ = try log.append(line, in: transaction) } }
        }
        #expect(log.size == 0)
        try await AuditLogTests.append(1, to: fixture)
        #expect(log.size == 1)
    }
}
