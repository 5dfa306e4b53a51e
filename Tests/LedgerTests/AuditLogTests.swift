import Foundation
import GRDB
import Ledger
import LedgerFormat
import Sealing
import Storage
import Synchronization
import Testing
import TransparencyLog

/// The log on a real database in a directory of its own.
struct AuditLogTests {
    /// One key for every line: whose keys they are is the vault's business, and tested there.
    final class Keys: AuditKeySource {
        let key: KeyBox
        init() throws { key = try KeyBox.random() }
        func keysToWrite(household: String?, month: String, in transaction: borrowing Transaction) throws -> LineKeys {
            if let household, broken.withLock({ $0.contains(household) }) { throw Broken() }
            if full.withLock({ $0.contains(month) }) { throw Full() }
            return LineKeys(
                month: key, household: key, label: Label("kluis/test-entry"),
                context: AssociatedData("entry").adding("household", text: household).adding("month", text: month))
        }

        /// Months whose key is gone.
        let gone = Mutex<Set<String>>([])
        /// Households whose key cannot be had any more.
        let broken = Mutex<Set<String>>([])
        struct Broken: Error {}
        /// Months whose key cannot be made as long as the disk is full.
        let full = Mutex<Set<String>>([])
        struct Full: Error {}
        func haveEnded(_ error: any Error) -> Bool { error is Broken }
        func keysToRead(household: String?, month: String, in transaction: borrowing Transaction) throws -> LineKeys? {
            if gone.withLock({ $0.contains(month) }) { return nil }
            return try keysToWrite(household: household, month: month, in: transaction)
        }
    }

    final class Fixture {
        let directory: URL
        let faults = Faults(enabled: true)
        let keys: Keys
        var store: Store
        var log: AuditLog
        var writer: Writer
        let signer: NoteSigner

        init() throws {
            directory = FileManager.default.temporaryDirectory.appending(path: "kluis-ledger-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            keys = try Keys()
            store = try Store(path: directory.appending(path: "vault.db").path, faults: faults)
            log = try AuditLog(store: store, keys: keys, published: nil, faults: faults)
            writer = Writer(store: store, participants: [log]) { _ in }
            let key = try Ed25519.SigningKey.generate()
            let name = try #require(KeyName("kluis.test/ledger"))
            let verifier = try VerifierKey(name: name, algorithm: .ed25519, publicKey: key.publicKey.bytes)
            let box = Signer(key)
            signer = NoteSigner(key: verifier) { try box.sign($0) }
        }

        final class Signer: Sendable {
            private let key: Ed25519.SigningKey
            init(_ key: consuming Ed25519.SigningKey) { self.key = key }
            func sign(_ message: [UInt8]) throws -> [UInt8] { try key.sign(message) }
        }

        deinit { try? FileManager.default.removeItem(at: directory) }

        var exportPath: String { directory.appending(path: "ledger").path }

        var published: Checkpoint? { LedgerExport.published(in: exportPath, signedBy: signer.key.publicKey) }

        func export() -> LedgerExport {
            LedgerExport(
                directory: exportPath, store: store, writer: writer, log: log, signer: signer,
                published: published)
        }

        /// Opens the same files again, as after a restart.
        func reopen() async throws {
            await writer.stop()
            try store.close()
            store = try Store(path: directory.appending(path: "vault.db").path, faults: faults)
            log = try AuditLog(store: store, keys: keys, published: published, faults: faults)
            writer = Writer(store: store, participants: [log]) { _ in }
        }

        func sql(_ statement: String) throws {
            let queue = try DatabaseQueue(path: directory.appending(path: "vault.db").path)
            try queue.write { try $0.execute(sql: statement) }
        }
    }

    static func line(_ number: Int, residents: Int = 1, phase: LogLine.Phase = .decision(.permit, effect: nil)) throws -> LogLine {
        var line = LogLine(phase, moment: 1_768_000_000_000 + Int64(number), caller: try Token("w-kees"), action: try Token("readItem"))
        line.household = try Token("h-one")
        line.residents = try (0..<residents).map { .init(try Token("p-\($0)")) }
        line.articles = [try Token("PR-18.2")]
        return line
    }

    static func append(_ count: Int, to fixture: Fixture, residents: Int = 1) async throws {
        let log = fixture.log
        for number in 0..<count {
            let line = try Self.line(number, residents: residents)
            let entry = try await fixture.writer.perform { try log.append(line, in: $0) }
            _ = try log.receipt(for: entry)
        }
    }

    @Test func aLineComesBackAsItWasWritten() async throws {
        let fixture = try Fixture()
        let line = try Self.line(1)
        let log = fixture.log
        let entry = try await fixture.writer.perform { try log.append(line, in: $0) }
        #expect(try log.receipt(for: entry).index == 0)
        let read = try await fixture.writer.perform { try log.lines(0..<10, in: $0).map(\.line) }
        #expect(read == [line])
    }

    @Test func aLineThatIsUndoneLeavesNoGapAndBecomesNoReceipt() async throws {
        struct Mine: Error {}
        let fixture = try Fixture()
        let log = fixture.log
        try await Self.append(2, to: fixture)
        let (undone, stays) = (try Self.line(9), try Self.line(10))
        let kept = Kept()
        // The transaction of the undone line is committed, and its number is another's.
        let entry = try await fixture.writer.perform { transaction in
            do {
                try transaction.attempt { inner in
                    kept.entry = try log.append(undone, in: inner)
                    throw Mine()
                }
            } catch is Mine {}
            return try log.append(stays, in: transaction)
        }
        let lost = try #require(kept.entry)
        #expect(lost.index == entry.index)
        #expect(try log.receipt(for: entry).index == 2)
        #expect(throws: LedgerError.notDurable) { try log.receipt(for: lost) }
        #expect(log.size == 3)
        try await fixture.reopen()
        #expect(fixture.log.size == 3)
    }

    final class Kept: @unchecked Sendable { var entry: Entry? }

    @Test func anEntryOfALostTransactionNeverBecomesAReceipt() async throws {
        let fixture = try Fixture()
        let log = fixture.log
        let kept = Kept()
        let line = try Self.line(1)
        #expect(fixture.faults.arm(.diskFullAtCommit))
        await #expect(throws: StorageError.notRecorded(.diskFull)) {
            try await fixture.writer.perform { kept.entry = try log.append(line, in: $0) }
        }
        let entry = try #require(kept.entry)
        #expect(throws: LedgerError.notDurable) { try log.receipt(for: entry) }
        #expect(log.size == 0)
    }

    @Test func whenTheLineCannotBeWrittenNothingIs() async throws {
        let fixture = try Fixture()
        let log = fixture.log
        #expect(fixture.faults.arm(.ledgerAppend))
        let line = try Self.line(1)
        await #expect(throws: LedgerError.notRecorded) { try await fixture.writer.perform { try log.append(line, in: $0) } }
        #expect(log.size == 0)
    }

    @Test func moreThanFourResidentsTakeMoreLeavesAndOneLine() async throws {
        let fixture = try Fixture()
        try await Self.append(1, to: fixture, residents: 6)
        try await Self.append(1, to: fixture)
        let log = fixture.log
        #expect(log.size == 3)
        let read = try await fixture.writer.perform { try log.lines(0..<10, in: $0).map(\.index) }
        #expect(read == [0, 2])
    }

    @Test(arguments: [1, 3, 255, 256, 300]) func theExportedFilesVerifyWithNothingElse(_ count: Int) async throws {
        let fixture = try Fixture()
        let log = fixture.log
        let lines = try (0..<count).map { try Self.line($0) }
        for part in stride(from: 0, to: count, by: 100).map({ Array(lines[$0..<min($0 + 100, count)]) }) {
            try await fixture.writer.perform { transaction in for line in part { _ = try log.append(line, in: transaction) } }
            _ = try await fixture.export().publish()
        }
        let path = fixture.exportPath
        let report = try OfflineVerifier(read: { FileManager.default.contents(atPath: path + "/" + $0).map { Array($0) } }).verify()
        #expect(report.leafCount == UInt64(count))
    }

    @Test func anExportCostsWhatIsNew() async throws {
        let fixture = try Fixture()
        let export = fixture.export()
        func grow(to size: Int) async throws -> LedgerExport.Effort {
            try await fixture.grow(to: size, export)
            return await export.effort
        }
        // Bundles and level-0 tiles of 0…2, and the tile above.
        #expect(try await grow(to: 600) == .init(filesRead: 0, filesWritten: 7, leavesRead: 600))
        // Only the open bundle, from 512 on; the level above does not grow.
        #expect(try await grow(to: 700) == .init(filesRead: 1, filesWritten: 2, leavesRead: 188))
        // 512…999: two files each for two bundles, and the level above, with its two older hashes from its own earlier tile.
        #expect(try await grow(to: 1000) == .init(filesRead: 1, filesWritten: 5, leavesRead: 488))
        // Nothing new: only a checkpoint.
        _ = try await export.publish()
        #expect(await export.effort == .init(filesRead: 1, filesWritten: 5, leavesRead: 488))
        // Also for one who opened the directory anew.
        let again = fixture.export()
        try await fixture.grow(to: 1010, again)
        #expect(await again.effort == .init(filesRead: 1, filesWritten: 2, leavesRead: 242))
        try verifyExport(fixture, leaves: 1010)
    }

    @Test(arguments: ["lost", "shortened", "altered"]) func anEarlierTileThatIsOfNoUseIsMadeAgain(_ what: String) async throws {
        let fixture = try Fixture()
        let export = fixture.export()
        func grow(to size: Int) async throws { try await fixture.grow(to: size, export) }
        try await grow(to: 600)
        let path = fixture.exportPath + "/tile/1/000.p/2"
        var bytes = try #require(FileManager.default.contents(atPath: path))
        switch what {
        case "lost": try FileManager.default.removeItem(atPath: path)
        case "shortened": try bytes.prefix(63).write(to: URL(filePath: path))
        default:
            bytes[40] ^= 1
            try bytes.write(to: URL(filePath: path))
        }
        try await grow(to: 900)
        try verifyExport(fixture, leaves: 900)
        let effort = await export.effort
        #expect(effort.leavesRead >= 900)
    }

    /// A file of the public copy that is gone, shortened or altered is made again with the next checkpoint, also when the log did not grow: what
    /// outsiders have would not verify otherwise, and nobody would notice.
    @Test(arguments: ["tile/entries/000", "tile/0/000", "tile/1/000.p/2", "tile/entries/002.p/88"], ["lost", "shortened", "altered"])
    func aFileOfTheCopyThatIsOfNoUseIsMadeAgain(_ file: String, _ what: String) async throws {
        let fixture = try Fixture()
        var export = fixture.export()
        func grow(to size: Int) async throws { try await fixture.grow(to: size, export) }
        func harm() throws {
            let path = fixture.exportPath + "/" + file
            var bytes = try #require(FileManager.default.contents(atPath: path))
            switch what {
            case "lost": try FileManager.default.removeItem(atPath: path)
            case "shortened": try bytes.prefix(1).write(to: URL(filePath: path))
            default:
                bytes[40] ^= 1
                try bytes.write(to: URL(filePath: path))
            }
            #expect(throws: (any Error).self) { try self.verifyExport(fixture, leaves: 600) }
        }
        try await grow(to: 600)
        try harm()
        // What has its name and size is looked into by the next run only.
        if what == "altered" { export = fixture.export() }
        _ = try await export.publish()
        try verifyExport(fixture, leaves: 600)
        // The same at a start, with the log grown since.
        try harm()
        export = fixture.export()
        try await grow(to: 900)
        try verifyExport(fixture, leaves: 900)
        let cost = await export.effort
        #expect(cost.leavesRead >= 900)
        try await grow(to: 910)
        #expect(await export.effort.leavesRead == 910 - 768, "once is enough")
    }

    /// Outsiders read the log's key, whatever mode somebody gave it.
    @Test func theKeyMayBeReadByOthers() async throws {
        let fixture = try Fixture()
        let export = fixture.export()
        try await fixture.grow(to: 1, export)
        let path = fixture.exportPath + "/log.vkey"
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        _ = try await export.publish()
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o644)
    }

    /// A disk that does not give a leaf back says nothing about the log: nobody is told that it does not verify.
    @Test func aLeafThatCannotBeReadIsNoLogThatDoesNotVerify() async throws {
        let fixture = try Fixture()
        let export = fixture.export()
        try await fixture.grow(to: 300, export)
        try await Self.append(10, to: fixture)
        try fixture.sql(
            """
            ALTER TABLE ledger_leaf RENAME TO away;
            CREATE VIEW ledger_leaf AS SELECT seq, side, abs(-9223372036854775807 - 1) AS leaf FROM away;
            """)
        await #expect(throws: LedgerError.notRecorded) { try await export.publish() }
        try fixture.sql("DROP VIEW ledger_leaf; ALTER TABLE away RENAME TO ledger_leaf")
        #expect(try await export.publish().size == 310)
        try verifyExport(fixture, leaves: 310)
    }

    /// What cannot be put in its place does not stay beside it.
    @Test func aFileOfTheCopyThatCannotTakeItsPlaceLeavesNothingBehind() async throws {
        let fixture = try Fixture()
        let export = fixture.export()
        try await Self.append(10, to: fixture)
        let inTheWay = fixture.exportPath + "/checkpoint"
        try FileManager.default.createDirectory(atPath: inTheWay, withIntermediateDirectories: true)
        await #expect(throws: LedgerError.cannotExport(errno: EISDIR)) { try await export.publish() }
        #expect(!FileManager.default.fileExists(atPath: inTheWay + ".new"))
        try FileManager.default.removeItem(atPath: inTheWay)
        _ = try await export.publish()
        try verifyExport(fixture, leaves: 10)
    }

    @Test func partialFilesGoWhenTheirTileIsFull() async throws {
        let fixture = try Fixture()
        let export = fixture.export()
        for size in [100, 150, 200, 300] { try await fixture.grow(to: size, export) }
        for kind in ["0", "entries"] {
            let files = try FileManager.default.contentsOfDirectory(atPath: fixture.exportPath + "/tile/\(kind)").sorted()
            #expect(files == ["000", "001.p"])
        }
        try verifyExport(fixture, leaves: 300)
    }

    private func verifyExport(_ fixture: Fixture, leaves: UInt64) throws {
        let path = fixture.exportPath
        let report = try OfflineVerifier(read: { FileManager.default.contents(atPath: path + "/" + $0).map { Array($0) } }).verify()
        #expect(report.leafCount == leaves)
    }

    @Test func aLineThatWasChangedInTheDatabaseIsFoundAtStart() async throws {
        let fixture = try Fixture()
        try await Self.append(5, to: fixture)
        try fixture.sql("UPDATE ledger_leaf SET leaf = (SELECT leaf FROM ledger_leaf WHERE seq = 1) WHERE seq = 2")
        await #expect { try await fixture.reopen() } throws: { if case LedgerError.doesNotVerify = $0 { true } else { false } }
    }

    @Test func aLineThatWasRemovedFromTheEndIsFoundAtStart() async throws {
        let fixture = try Fixture()
        try await Self.append(5, to: fixture)
        try fixture.sql("DELETE FROM ledger_leaf WHERE seq = 4")
        await #expect { try await fixture.reopen() } throws: { if case LedgerError.doesNotVerify = $0 { true } else { false } }
    }

    @Test func aLogThatIsShorterThanWhatWasPublishedWasPutBack() async throws {
        let fixture = try Fixture()
        try await Self.append(3, to: fixture)
        await fixture.writer.stop()
        let database = fixture.directory.appending(path: "vault.db")
        try fixture.store.close()
        let old = try Data(contentsOf: database)
        try await fixture.reopenWithoutClosing()
        try await Self.append(3, to: fixture)
        _ = try await fixture.export().publish()
        await fixture.writer.stop()
        try fixture.store.close()
        try old.write(to: database)
        await #expect(throws: LedgerError.rolledBack) { try await fixture.reopenWithoutClosing() }
    }

    @Test func whatACrashLeftOpenIsClosedAtStart() async throws {
        let fixture = try Fixture()
        let log = fixture.log
        let line = try Self.line(1)
        _ = try await fixture.writer.perform { try log.append(line, awaitsOutcome: true, in: $0) }
        try await fixture.reopen()
        let again = fixture.log
        try await fixture.writer.perform { try again.closeWhatWasLeftOpen(at: 1_768_000_009_000, in: $0) }
        let lines = try await fixture.writer.perform { try again.lines(0..<10, in: $0).compactMap(\.line) }
        #expect(lines.map(\.phase) == [.decision(.permit, effect: nil), .outcome(of: 0, .interrupted)])
        try await fixture.reopen()
        let third = fixture.log
        try await fixture.writer.perform { try third.closeWhatWasLeftOpen(at: 1_768_000_009_000, in: $0) }
        #expect(third.size == 2)
    }

    @Test func anOutcomeRidesWithTheNextCommitAlsoWhenOneIsLost() async throws {
        let fixture = try Fixture()
        let log = fixture.log
        let line = try Self.line(1)
        let entry = try await fixture.writer.perform { try log.append(line, awaitsOutcome: true, in: $0) }
        log.appendLater(try Self.line(2, phase: .outcome(of: entry.index, .completed)), of: entry)
        #expect(log.hasWaitingOutcomes)
        #expect(fixture.faults.arm(.diskFullAtCommit))
        await #expect(throws: StorageError.self) { try await Self.append(1, to: fixture) }
        #expect(log.hasWaitingOutcomes)
        try await Self.append(1, to: fixture)
        #expect(!log.hasWaitingOutcomes)
        let phases = try await fixture.writer.perform { try log.lines(0..<10, in: $0).compactMap(\.line).map(\.phase) }
        #expect(phases.contains(.outcome(of: 0, .completed)))
        #expect(phases.count == 3)
    }

    /// One household's outcome that cannot be written keeps nobody else's line from being written, and is left for the next start.
    @Test func anOutcomeThatCannotBeWrittenHarmsNobodyElse() async throws {
        let fixture = try Fixture()
        let log = fixture.log
        func reading(_ number: Int, of household: String) async throws -> Entry {
            var line = try Self.line(number)
            line.household = try Token(household)
            return try await fixture.writer.perform { [line] in try log.append(line, awaitsOutcome: true, in: $0) }
        }
        func outcome(_ number: Int, of entry: Entry) throws {
            var line = try Self.line(number, phase: .outcome(of: entry.index, .completed))
            line.household = try entry.household.map { try Token($0) }
            log.appendLater(line, of: entry)
        }
        let broken = try await reading(1, of: "h-broken")
        let sound = try await reading(2, of: "h-sound")
        #expect(broken.household == "h-broken")
        try outcome(3, of: broken)
        try outcome(4, of: sound)
        fixture.keys.broken.withLock { _ = $0.insert("h-broken") }
        // A transaction that is lost gives all of them back.
        #expect(fixture.faults.arm(.diskFullAtCommit))
        await #expect(throws: StorageError.notRecorded(.diskFull)) { try await Self.append(1, to: fixture) }
        #expect(log.hasWaitingOutcomes)
        #expect(log.outcomesNotWritten.load(ordering: .relaxed) == 0)
        try await Self.append(1, to: fixture)
        #expect(!log.hasWaitingOutcomes)
        #expect(log.outcomesNotWritten.load(ordering: .relaxed) == 1)
        try await Self.append(1, to: fixture)
        #expect(log.outcomesNotWritten.load(ordering: .relaxed) == 1)
        #expect(log.size == 5)
        fixture.keys.broken.withLock { $0 = [] }
        try await fixture.reopen()
        let again = fixture.log
        try await fixture.writer.perform { try again.closeWhatWasLeftOpen(at: 1_768_000_009_000, in: $0) }
        let phases = try await fixture.writer.perform { try again.lines(0..<10, in: $0).compactMap(\.line).map(\.phase) }
        #expect(phases.filter { $0 == .outcome(of: sound.index, .completed) }.count == 1)
        #expect(phases.filter { $0 == .outcome(of: broken.index, .interrupted) }.count == 1)
        #expect(phases.count == 6)
    }

    /// What may be over by the next commit takes no outcome away: a reading that was completed is not told as interrupted.
    /// Nor does it keep anybody else's line from being written, or the log from being seen to stand where it stands.
    @Test func anOutcomeThatCannotBeWrittenYetIsGivenBack() async throws {
        let fixture = try Fixture()
        let log = fixture.log
        let line = try Self.line(1)
        let entry = try await fixture.writer.perform { try log.append(line, awaitsOutcome: true, in: $0) }
        // It ended in the next month, whose key cannot be made yet.
        var outcome = try Self.line(2, phase: .outcome(of: entry.index, .completed))
        outcome.moment = 1_770_000_000_000
        log.appendLater(outcome, of: entry)
        fixture.keys.full.withLock { $0 = ["2026-02"] }
        // Another's, of this month, rides meanwhile.
        let sound = try await fixture.writer.perform { try log.append(line, awaitsOutcome: true, in: $0) }
        log.appendLater(try Self.line(3, phase: .outcome(of: sound.index, .completed)), of: sound)
        for _ in 0..<2 {
            try await fixture.writer.perform { _ in }
            #expect(log.hasWaitingOutcomes && log.outcomesNotWritten.load(ordering: .relaxed) == 0)
            #expect(log.outcomesPutOff.load(ordering: .relaxed) == 1)
            #expect(log.size == 3)
        }
        try await Self.append(1, to: fixture)
        #expect(log.size == 4)
        #expect(try await fixture.export().publish().size == 4)
        // A transaction that is lost loses none.
        #expect(fixture.faults.arm(.diskFullAtCommit))
        await #expect(throws: StorageError.notRecorded(.diskFull)) { try await Self.append(1, to: fixture) }
        #expect(log.hasWaitingOutcomes)
        fixture.keys.full.withLock { $0 = [] }
        try await fixture.writer.perform { _ in }
        #expect(!log.hasWaitingOutcomes && log.outcomesPutOff.load(ordering: .relaxed) == 0)
        try await fixture.reopen()
        let again = fixture.log
        try await fixture.writer.perform { try again.closeWhatWasLeftOpen(at: 1_770_000_009_000, in: $0) }
        let phases = try await fixture.writer.perform { try again.lines(0..<10, in: $0).compactMap(\.line).map(\.phase) }
        let read = LogLine.Phase.decision(.permit, effect: nil)
        #expect(phases == [read, read, .outcome(of: sound.index, .completed), read, .outcome(of: entry.index, .completed)])
    }

    private func check(_ fixture: Fixture) async throws -> LogCheck {
        var check = LogCheck()
        let log = fixture.log
        while !check.isDone { check = try await fixture.writer.perform { [check] in try check.advanced(along: log, in: $0) } }
        return check
    }

    /// A row of the log that is changed while the vault is open.
    @Test(arguments: [
        ("DELETE FROM ledger_leaf WHERE seq = 3", [LogProblem.leafMissing(3)]),
        ("DELETE FROM ledger_leaf WHERE seq = 599", [.leafMissing(599)]),
        ("UPDATE ledger_leaf SET leaf = (SELECT leaf FROM ledger_leaf WHERE seq = 4) WHERE seq = 3", [.leafMissing(3)]),
        (
            "UPDATE ledger_leaf SET side = (SELECT side FROM ledger_leaf WHERE seq = 4) WHERE seq = 3",
            [.doesNotOpen(3), .otherRows]
        ),
        // Named after a month that has ended, so that it would pass for erased.
        ("UPDATE ledger_leaf SET side = CAST(x'07' || '2001-01' || substr(side, 9) AS BLOB) WHERE seq = 3", [.otherRows]),
        ("DELETE FROM ledger_checkpoint", [.otherRows]), ("UPDATE ledger_checkpoint SET moment = moment + 1", [.otherRows]),
        ("DELETE FROM ledger_open", [.otherRows]),
        ("INSERT INTO ledger_leaf SELECT 5000, leaf, side FROM ledger_leaf WHERE seq = 3", [.otherRows]),
        ("INSERT INTO ledger_leaf SELECT -1, leaf, side FROM ledger_leaf WHERE seq = 3", [.otherRows]),
    ]) func aRowThatWasChangedIsFoundWhileItRuns(_ edit: String, _ problems: [LogProblem]) async throws {
        let fixture = try Fixture()
        let log = fixture.log
        let line = try Self.line(0)
        _ = try await fixture.writer.perform { try log.append(line, awaitsOutcome: true, in: $0) }
        try await Self.append(599, to: fixture)
        _ = try await fixture.export().publish(at: 1_768_000_000_000)
        fixture.keys.gone.withLock { $0 = ["2001-01"] }
        let before = try await check(fixture)
        #expect(before.problems.isEmpty && before.size == 600 && before.opened == 600 && before.root == log.head.root)
        let head = log.head
        try fixture.sql(edit)
        #expect(try await check(fixture).problems == problems)
        // At a start as well: the digest is another, which the commit record says.
        let reopened: AuditLog.Head?
        do {
            try await fixture.reopen()
            reopened = fixture.log.head
        } catch is LedgerError { reopened = nil }
        #expect(reopened.map { $0 == head } != true)
    }

    @Test func readingALogWithAGapIsRefused() async throws {
        let fixture = try Fixture()
        try await Self.append(5, to: fixture)
        let log = fixture.log
        for (edit, index) in [("DELETE FROM ledger_leaf WHERE seq = 4", UInt64(4)), ("DELETE FROM ledger_leaf WHERE seq = 1", 1)] {
            try fixture.sql(edit)
            await #expect(throws: LedgerError.doesNotVerify(index: index)) {
                try await fixture.writer.perform { _ = try log.lines(0..<10, in: $0) }
            }
        }
    }

    /// A row that says a decision's leaf holds cosignatures must not have the decision published.
    @Test func nothingButCosignaturesIsPublished() async throws {
        let fixture = try Fixture()
        try await Self.append(3, to: fixture)
        let export = fixture.export()
        _ = try await export.publish(at: 1)
        try fixture.sql("INSERT INTO ledger_cosigned(size, note, seq) SELECT size, note, 1 FROM ledger_checkpoint")
        try await Self.append(1, to: fixture)
        _ = try await export.publish(at: 2)
        #expect(!FileManager.default.fileExists(atPath: fixture.exportPath + "/openings"))
    }

    private func witness(_ name: String) throws -> (key: VerifierKey, signer: NoteSigner) {
        let key = try Ed25519.SigningKey.generate()
        let verifier = try VerifierKey(
            name: try #require(KeyName(name)), algorithm: .timestampedCosignature, publicKey: key.publicKey.bytes)
        let box = Fixture.Signer(key)
        return (verifier, NoteSigner(key: verifier) { try box.sign($0) })
    }

    /// A leaf stays for ever, and so does what outsiders were shown: both hold what witnesses signed, whatever else somebody wrote into the row.
    @Test func onlyWhatWitnessesSignedIsAnchoredAndShown() async throws {
        let fixture = try Fixture()
        try await Self.append(3, to: fixture)
        let (known, stranger) = (try witness("witness.test/known"), try witness("witness.test/stranger"))
        let export = LedgerExport(
            directory: fixture.exportPath, store: fixture.store, writer: fixture.writer, log: fixture.log, signer: fixture.signer,
            witnesses: [known.key], published: nil)
        let published = try await export.publish(at: 1)
        let own = try SignedNote(parsing: published.note)
        let log = fixture.log
        let witnesses = Witnesses([known.key], of: fixture.signer.key)
        func plant(_ lines: [NoteSignature]) throws {
            var note = own
            for line in lines { try note.append(line) }
            let octets = note.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            try fixture.sql("INSERT OR REPLACE INTO ledger_cosigned(size, note) VALUES (3, x'\(octets)')")
        }
        func anchor() async throws {
            try await fixture.writer.perform { try log.anchorCosignatures(by: witnesses, at: 2, in: $0) }
        }
        let good = try known.signer.signature(over: own.text, time: 1_768_000_000)
        let foreign = try stranger.signer.signature(over: own.text, time: 1_768_000_000)
        // Given by the witness, and on another tree.
        let other = try Checkpoint(origin: Origin(fixture.signer.key.name), size: 3, root: .leaf([1])).signed(by: fixture.signer).text
        let junk = try known.signer.signature(over: other, time: 1_768_000_000)
        for lines in [[], [foreign], [junk], [foreign, junk]] {
            try plant(lines)
            try await anchor()
            #expect(log.size == 3)
            #expect(try await export.publish(at: 2).note == own.bytes)
        }
        try plant([foreign, good])
        // Another line's number hides no leaf that is owed.
        try fixture.sql("UPDATE ledger_cosigned SET seq = 1")
        // What cannot be written now has the one face that every line has.
        fixture.keys.full.withLock { $0 = ["1970-01"] }
        await #expect(throws: LedgerError.notRecorded) { try await anchor() }
        fixture.keys.full.withLock { $0 = [] }
        try await anchor()
        #expect(log.size == 4)
        #expect(try await export.cosigned(size: 3)?.signatures == own.signatures + [good])
        // Whatever a row says of its leaf, there is one of it.
        for seq in ["seq", "NULL", "1", "9000", "-1"] {
            try fixture.sql("UPDATE ledger_cosigned SET seq = \(seq)")
            try await anchor()
            #expect(log.size == 4)
        }
    }

    @Test func theSideOfALineOpensNoOtherLine() async throws {
        let fixture = try Fixture()
        try await Self.append(3, to: fixture)
        try fixture.sql("UPDATE ledger_leaf SET side = (SELECT side FROM ledger_leaf WHERE seq = 0) WHERE seq = 1")
        let log = fixture.log
        await #expect(throws: LedgerError.cannotOpen(index: 1)) {
            try await fixture.writer.perform { _ = try log.lines(1..<2, in: $0) }
        }
    }
}

extension AuditLogTests.Fixture {
    /// Appends lines in one transaction until there are as many, and exports.
    func grow(to size: Int, _ export: LedgerExport) async throws {
        let log = log
        let lines = try (Int(log.size)..<size).map { try AuditLogTests.line($0) }
        try await writer.perform { transaction in for line in lines { _ = try log.append(line, in: transaction) } }
        _ = try await export.publish()
    }

    func reopenWithoutClosing() async throws {
        store = try Store(path: directory.appending(path: "vault.db").path, faults: faults)
        log = try AuditLog(store: store, keys: keys, published: published, faults: faults)
        writer = Writer(store: store, participants: [log]) { _ in }
    }
}
