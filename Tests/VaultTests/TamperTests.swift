import FoundationEssentials
import GRDB
import Household
import Ledger
import LedgerFormat
import Policy
import Sealing
import Storage
import Testing

@testable import ReferenceMonitor
@testable import Vault

/// A household with enough in it to be worth tampering with.
private struct Furnished: Sendable {
    let test: TestVault
    let household: HouseholdID
    let selma: PersonID
    let consent: ConsentID
    let items: [ItemID]

    init() async throws {
        test = try await TestVault.make()
        household = try await test.household()
        selma = try await test.person(household, "Selma")
        _ = try await test.person(household, "Hatice", "Kaya", born: "1953-02-17", relation: .grandparent)
        try await test.direct(household)
        _ = try await test.involve(test.cast.kees, household)
        consent = try await test.consent(household, selma, to: test.cast.balans, signed: true)
        var items: [ItemID] = []
        for index in 0..<6 { items.append(try await test.item(pattern(100 + index), household, by: test.cast.kees)) }
        self.items = items
    }

    var space: Data { Data(household.bytes) }

    /// Every decision that the tampering could bear on.
    func decide() async throws {
        _ = try await test.facts(.init(.household, household: household, person: selma), test.cast.kees)
        for item in items { _ = try await test.facts(.init(.item, household: household, item: item), test.cast.kees) }
        _ = try await test.facts(.init(.consent, consent: consent, person: selma), test.cast.joost)
        for handle in ["joost", "kees", "mirjam", "fatima", "nico", "lotte"] {
            _ = try await test.writer.perform { [test] in try test.vault.credentials(of: handle, in: $0) }
        }
    }
}

extension TestVault {
    func consent(_ household: HouseholdID, _ subject: PersonID, to receiver: OrganisationID, signed: Bool) async throws -> ConsentID {
        let draft = ConsentDraft(
            subject: subject, recipients: .one(receiver), domains: .these([.finance, .housing]), purpose: .plan, from: cast.start.day,
            until: day("2027-01-07"), leafletVersion: Household.Label("folder-1"), signers: signed ? [.person(subject)] : [],
            method: .written)
        return try await change(RegisterConsent(household: household, draft: draft), by: cast.joost, hat: .direction) {
            [vault] grant, transaction in try vault.registerConsent(grant, note: "aan tafel", in: transaction).id
        }
    }

    /// Rows of a table, to put back later.
    func copy(_ table: String, _ condition: String, _ arguments: [any Sendable & DatabaseValueConvertible] = []) throws -> [[String:
        DatabaseValue]]
    {
        let queue = try DatabaseQueue(path: paths.database)
        defer { try? queue.close() }
        return try queue.read { sql in
            try Row.fetchAll(
                sql, sql: "SELECT * FROM \(table) WHERE \(condition)",
                arguments: StatementArguments(arguments.map { $0 as (any DatabaseValueConvertible)? })
            ).map { row in Dictionary(uniqueKeysWithValues: row.map { ($0.0, $0.1) }) }
        }
    }

    func putBack(_ table: String, _ rows: [[String: DatabaseValue]]) throws {
        let queue = try DatabaseQueue(path: paths.database)
        defer { try? queue.close() }
        try queue.write { sql in
            for row in rows {
                let names = row.keys.sorted()
                try sql.execute(
                    sql:
                        "INSERT OR REPLACE INTO \(table)(\(names.joined(separator: ","))) VALUES (\(names.map { _ in "?" }.joined(separator: ",")))",
                    arguments: StatementArguments(names.map { row[$0] }))
            }
        }
    }

    /// What opening the vault anew finds.
    func findingAtStart() async -> VaultError.Finding? {
        await finding { _ = try await self.reopened() }
    }
}

@Suite struct TamperTests {
    /// One thing that somebody with an SQLite shell could do.
    enum Attack: String, CaseIterable, Sendable {
        case editKey, editRole, editConsent, editInvolvement, editItem, editWords, editPolicyHeader
        case removeKey, removeRole, removeConsent, removeConflictFreeInvolvement, removeItem, removePerson
        case addRowWithItsDigest, exchangeWords, exchangeFacts, moveToOtherBucket, moveToOtherHousehold, changeVersion, changeDigest
        case removeIndexEntry, exchangeIndexEntries, renameItem, renameIndexEntry
        case removeManifest, editManifest, exchangeManifests, removeCommitRecord, editCommitRecord
        case removeHouseholdKey, exchangeHouseholdKeys, removeCompartmentKey, removeAuditKey, removeVaultAuditKey, editCompartmentKey,
            exchangeCompartmentKeys, addKey, changeEpoch, moveKeyToOtherHousehold
    }

    @Test(arguments: Attack.allCases)
    func isFoundBeforeItDecides(attack: Attack) async throws {
        let furnished = try await Furnished()
        let test = furnished.test
        try await furnished.decide()
        let flip = "facts = \(TestVault.flipped("facts"))"
        // Another last byte: the order of the rows, and every digest beside them, stay as they were.
        let renamed = "CAST(substr(id, 1, 15) || CASE WHEN substr(id, 16) = x'7f' THEN x'80' ELSE x'7f' END AS BLOB)"
        let here = furnished.space
        switch attack {
        case .editKey: try test.tamper("UPDATE record SET \(flip) WHERE rowid IN (SELECT rowid FROM record WHERE kind = 5 LIMIT 1)")
        case .editRole: try test.tamper("UPDATE record SET \(flip) WHERE kind = 4")
        case .editConsent: try test.tamper("UPDATE record SET \(flip) WHERE kind = 28")
        case .editInvolvement: try test.tamper("UPDATE record SET \(flip) WHERE kind = 27")
        case .editItem: try test.tamper("UPDATE record SET \(flip) WHERE rowid IN (SELECT rowid FROM record WHERE kind = 40 LIMIT 1)")
        case .editWords:
            try test.tamper("UPDATE record SET words = \(TestVault.flipped("words")) WHERE kind = 21")
        case .editPolicyHeader: try test.tamper("UPDATE record SET \(flip) WHERE kind = 1")
        case .removeKey: try test.tamper("DELETE FROM record WHERE kind = 5")
        case .removeRole: try test.tamper("DELETE FROM record WHERE kind = 4")
        case .removeConsent: try test.tamper("DELETE FROM record WHERE kind = 28")
        case .removeConflictFreeInvolvement: try test.tamper("DELETE FROM record WHERE kind = 27")
        case .renameItem: try test.tamper("UPDATE record SET id = \(renamed) WHERE kind = 40")
        case .renameIndexEntry: try test.tamper("UPDATE record SET id = \(renamed) WHERE kind = 8")
        case .removeItem: try test.tamper("DELETE FROM record WHERE rowid IN (SELECT rowid FROM record WHERE kind = 40 LIMIT 1)")
        case .removePerson: try test.tamper("DELETE FROM record WHERE rowid IN (SELECT rowid FROM record WHERE kind = 21 LIMIT 1)")
        case .addRowWithItsDigest:
            let row = try #require(try test.copy("record", "kind = 27").first)
            let column = try #require(row["facts"])
            let facts = [UInt8](try #require(Data.fromDatabaseValue(column)))
            let id = RandomBytes.generate(16)
            let key = RecordKey(.household(furnished.household), .involvement, try #require(Octets16(id)), bucket: 0)
            let digest = RegistryDigest.record(key, version: 1, facts: facts, words: nil)
            try test.tamper(
                "INSERT INTO record(space, kind, id, version, bucket, facts, words, digest) VALUES (?, 27, ?, 1, 0, ?, NULL, ?)",
                [here, Data(id), Data(facts), Data(digest.bytes)])
        case .exchangeWords:
            try test.tamper("UPDATE record SET words = (SELECT words FROM record WHERE kind = 21 ORDER BY id LIMIT 1) WHERE kind = 21")
        case .exchangeFacts:
            try test.tamper("UPDATE record SET facts = (SELECT facts FROM record WHERE kind = 4 ORDER BY id LIMIT 1) WHERE kind = 4")
        case .moveToOtherBucket:
            try test.tamper("UPDATE record SET bucket = 1 + bucket % 63 WHERE kind = 40")
        case .moveToOtherHousehold:
            let other = try await test.household(number: "H-0148", address: "")
            try test.tamper("UPDATE record SET space = ? WHERE kind = 28", [Data(other.bytes)])
        case .changeVersion: try test.tamper("UPDATE record SET version = version + 1 WHERE kind = 28")
        case .changeDigest: try test.tamper("UPDATE record SET digest = zeroblob(32) WHERE kind = 28")
        case .removeIndexEntry: try test.tamper("DELETE FROM record WHERE kind = 8")
        case .exchangeIndexEntries:
            try test.tamper("UPDATE record SET facts = (SELECT facts FROM record WHERE kind = 8 ORDER BY id LIMIT 1) WHERE kind = 8")
        case .removeManifest: try test.tamper("DELETE FROM manifest WHERE space = ?", [here])
        case .editManifest: try test.tamper("UPDATE manifest SET body = \(TestVault.flipped("body"))")
        case .exchangeManifests:
            let other = try await test.household(number: "H-0148", address: "")
            try test.tamper(
                "UPDATE manifest SET body = (SELECT body FROM manifest WHERE space = ?) WHERE space = ?", [Data(other.bytes), here])
        case .removeHouseholdKey: try test.tamper("DELETE FROM wrap WHERE kind = 2")
        case .exchangeHouseholdKeys:
            try test.tamper("UPDATE wrap SET envelope = (SELECT envelope FROM wrap WHERE kind = 1) WHERE kind = 2")
        case .removeCompartmentKey:
            try test.tamper("DELETE FROM wrap WHERE kind = 4 AND id = ?", [Data(test.cast.balans.bytes)])
        case .removeAuditKey: try test.tamper("DELETE FROM wrap WHERE kind = 3 AND household = ?", [here])
        case .removeVaultAuditKey: try test.tamper("DELETE FROM wrap WHERE kind = 3 AND household = zeroblob(16)")
        case .editCompartmentKey:
            try test.tamper("UPDATE wrap SET envelope = \(TestVault.flipped("envelope")) WHERE kind = 4")
        case .exchangeCompartmentKeys:
            try test.tamper(
                "UPDATE wrap SET envelope = (SELECT envelope FROM wrap WHERE kind = 4 ORDER BY id LIMIT 1) WHERE kind = 4")
        case .addKey:
            try test.tamper("INSERT INTO wrap SELECT household, kind, randomblob(16), epoch, envelope FROM wrap WHERE kind = 4")
        case .changeEpoch: try test.tamper("UPDATE wrap SET epoch = epoch + 1 WHERE household = ?", [here])
        case .moveKeyToOtherHousehold:
            try test.tamper("UPDATE wrap SET household = randomblob(16) WHERE kind = 4")
        case .removeCommitRecord: try test.tamper("DELETE FROM commit_record")
        case .editCommitRecord: try test.tamper("UPDATE commit_record SET body = \(TestVault.flipped("body"))")
        }
        switch attack {
        case .removeCommitRecord, .editCommitRecord:
            // Nothing is decided, and no transaction passes any more.
            #expect(await finding { try await furnished.decide() } == .commitRecordPutBack)
        default: #expect(await finding { try await furnished.decide() } != nil)
        }
        #expect(await test.findingAtStart() != nil)
    }

    /// The rows of a household as they were before a change, with and without their manifest.
    @Test(arguments: [false, true])
    func rowsPutBackAreFound(withManifest: Bool) async throws {
        let furnished = try await Furnished()
        let test = furnished.test
        let rows = try test.copy("record", "space = ?", [furnished.space])
        let manifests = try test.copy("manifest", "space = ?", [furnished.space])
        try await withdraw(furnished)
        let before = try await test.facts(.init(.consent, consent: furnished.consent), test.cast.joost)
        #expect(before.household?.consent(furnished.consent)?.state == .withdrawn)
        try test.putBack("record", rows)
        if withManifest { try test.putBack("manifest", manifests) }
        let found = await finding { try await furnished.decide() }
        #expect(found == (withManifest ? .manifestPutBack : .bucketAltered))
        // The consent cannot be read as active again, by no question about the household.
        #expect(await finding { _ = try await test.facts(.init(.household, household: furnished.household), test.cast.kees) } != nil)
        #expect(await test.findingAtStart() != nil)
    }

    @Test func oneOldRowPutBackIsFound() async throws {
        let furnished = try await Furnished()
        let test = furnished.test
        let rows = try test.copy("record", "kind = 28")
        try await withdraw(furnished)
        try test.putBack("record", rows)
        #expect(await finding { try await furnished.decide() } == .bucketAltered)
        #expect(await test.findingAtStart() == .bucketAltered)
    }

    /// Old bytes, sealed by the vault itself, under the digest that the manifest names: the digest is recomputed from what lies there.
    @Test func oldBytesUnderTheDigestOfTheNewAreFound() async throws {
        let furnished = try await Furnished()
        let test = furnished.test
        let old = try #require(try test.copy("record", "kind = 28").first)
        try await withdraw(furnished)
        try test.tamper(
            "UPDATE record SET facts = ?, words = ?, version = ? WHERE kind = 28",
            [try #require(old["facts"]), try #require(old["words"]), try #require(old["version"])])
        #expect(await finding { try await furnished.decide() } == .recordAltered)
        #expect(await test.findingAtStart() == .recordAltered)
    }

    /// Rows, with digests that fit them, of a household that no manifest stands for.
    @Test func rowsOfNobodyAreFoundAtStart() async throws {
        let furnished = try await Furnished()
        let test = furnished.test
        let row = try #require(try test.copy("record", "kind = 27").first)
        let facts = [UInt8](try #require(row["facts"].flatMap { Data.fromDatabaseValue($0) }))
        let nowhere = HouseholdID.random(), id = RandomBytes.generate(16)
        let key = RecordKey(.household(nowhere), .involvement, try #require(Octets16(id)), bucket: 0)
        let digest = RegistryDigest.record(key, version: 1, facts: facts, words: nil)
        try test.tamper(
            "INSERT INTO record(space, kind, id, version, bucket, facts, words, digest) VALUES (?, 27, ?, 1, 0, ?, NULL, ?)",
            [Data(nowhere.bytes), Data(id), Data(facts), Data(digest.bytes)])
        #expect(await test.findingAtStart() == .bucketAltered)
    }

    /// Everything put back, under a commit record that says so and that the vault did not write.
    @Test func aCommitRecordThatSomebodyWroteIsFound() async throws {
        let furnished = try await Furnished()
        let test = furnished.test
        let tables = ["record", "manifest"]
        let old = try tables.map { try test.copy($0, "1 = 1") }
        let before = test.vault.registry.lastRecord
        try await withdraw(furnished)
        var forged = test.vault.registry.lastRecord
        forged.root = before.root
        for (table, rows) in zip(tables, old) { try test.putBack(table, rows) }
        try test.tamper("UPDATE commit_record SET body = ?", [Data(forged.encoded)])
        #expect(await test.findingAtStart() == .commitRecordForged)
    }

    /// The log's own tables as they were: they agree with each other, and not with the last commit.
    @Test func aLogThatWasPutBackAloneIsFound() async throws {
        let furnished = try await Furnished()
        let test = furnished.test
        func line(_ second: Int64) throws -> LogLine {
            LogLine(
                .decision(.refuse, effect: nil), moment: test.cast.start.millisecondsSince1970 + 1000 * second,
                caller: try Token("system:clock"), action: try Token("test"))
        }
        let (first, second) = (try line(1), try line(2))
        try await test.writer.perform { [log = test.log] in _ = try log.append(first, in: $0) }
        let head = try test.copy("ledger_head", "1 = 1")
        try await test.writer.perform { [log = test.log] in _ = try log.append(second, in: $0) }
        try test.tamper("DELETE FROM ledger_leaf WHERE seq = 1")
        try test.putBack("ledger_head", head)
        #expect(await test.findingAtStart() == .ledgerMismatch)
    }

    /// Readings whose outcome was to come: none can be taken away, exchanged or invented while the vault is closed.
    @Test(arguments: [
        "DELETE FROM ledger_open", "DELETE FROM ledger_open WHERE seq = 1",
        "UPDATE ledger_open SET line = randomblob(length(line)) WHERE seq = 0",
        "INSERT INTO ledger_open SELECT 2, line FROM ledger_open WHERE seq = 0",
    ])
    func aReadingThatIsNoLongerOpenIsFound(change: String) async throws {
        let test = try await TestVault.make()
        for second in 1...3 {
            let line = LogLine(
                .decision(.permit, effect: nil), moment: test.cast.start.millisecondsSince1970 + 1000 * Int64(second),
                caller: try Token("system:clock"), action: try Token("test"))
            // Two of the three are open.
            try await test.writer.perform { [log = test.log] in _ = try log.append(line, awaitsOutcome: second < 3, in: $0) }
        }
        try test.tamper(change)
        #expect(await test.findingAtStart() == .ledgerMismatch)
    }

    @Test func commitRecordPutBackIsFound() async throws {
        let furnished = try await Furnished()
        let test = furnished.test
        let old = try test.copy("commit_record", "1 = 1")
        try await withdraw(furnished)
        try test.putBack("commit_record", old)
        // No transaction passes any more, with a decision in it or without.
        #expect(await finding { try await furnished.decide() } == .commitRecordPutBack)
        await #expect(throws: StorageError.notRecorded(.participant("VaultError"))) { try await test.writer.perform { _ in } }
        #expect(await test.findingAtStart() == .rootMismatch)
    }

    @Test func everythingPutBackIsFoundWhileItRuns() async throws {
        let furnished = try await Furnished()
        let test = furnished.test
        let tables = ["record", "manifest", "commit_record"]
        let old = try tables.map { try test.copy($0, "1 = 1") }
        try await withdraw(furnished)
        for (table, rows) in zip(tables, old) { try test.putBack(table, rows) }
        #expect(await finding { try await furnished.decide() } == .commitRecordPutBack)
    }

    @Test func aChangeDoesNotBlessWhatOthersWrote() async throws {
        let furnished = try await Furnished()
        let test = furnished.test
        let item = try #require(furnished.items.first)
        let key = RecordKey.item(furnished.household, item)
        // Altered by somebody who knows how rows are digested.
        let row = try #require(try test.copy("record", "id = ?", [Data(item.bytes)]).first)
        let (column, sealed, number) = (try #require(row["facts"]), try #require(row["words"]), try #require(row["version"]))
        let facts = [UInt8](try #require(Data.fromDatabaseValue(column))) + [0]
        let words = [UInt8](try #require(Data.fromDatabaseValue(sealed)))
        let version = UInt64(try #require(Int64.fromDatabaseValue(number)))
        let content = try #require(row["content"].flatMap { Data.fromDatabaseValue($0) }.flatMap { Digest32($0) })
        let digest = RegistryDigest.record(key, version: version, facts: facts, words: words, content: content)
        try test.tamper("UPDATE record SET facts = ?, digest = ? WHERE id = ?", [Data(facts), Data(digest.bytes), Data(item.bytes)])
        // New items into many buckets, until one was for the one where the altered row lies: into that none gets.
        var (hits, others) = (0, 0)
        while hits == 0 || others < 20 {
            let upload = try await test.upload([1], furnished.household, by: test.cast.kees)
            let isThere = RecordKey.item(furnished.household, upload.item).bucket == key.bucket
            let found = await finding { _ = try await test.add(upload, furnished.household, by: test.cast.kees) }
            #expect(found == (isThere ? .bucketAltered : nil))
            if isThere { hits += 1 } else { others += 1 }
        }
        #expect(await finding { try await furnished.decide() } == .bucketAltered)
        #expect(await test.findingAtStart() == .bucketAltered)
    }

    /// A key that was made later is taken away again: the rows as they were before.
    @Test func aKeyRowPutBackIsFound() async throws {
        let furnished = try await Furnished()
        let test = furnished.test
        let old = try test.copy("wrap", "1 = 1")
        _ = try await test.involve(test.cast.fatima, furnished.household)
        _ = try await test.item([1, 2, 3], furnished.household, by: test.cast.fatima)
        #expect(try test.copy("wrap", "1 = 1").count == old.count + 1)
        try test.tamper("DELETE FROM wrap")
        try test.putBack("wrap", old)
        #expect(await finding { try await furnished.decide() } == .keyRowsAltered)
        #expect(await test.findingAtStart() == .keyRowsAltered)
    }

    /// Things that run or stand in for tables inside the vault's own transactions.
    static let schemas = [
        "CREATE TRIGGER t BEFORE INSERT ON record BEGIN SELECT RAISE(IGNORE); END",
        "CREATE TRIGGER t AFTER INSERT ON ledger_leaf BEGIN DELETE FROM record WHERE kind = 28; END",
        "CREATE TEMP TABLE x(y); CREATE VIEW v AS SELECT * FROM record", "CREATE INDEX i ON record(kind)", "CREATE TABLE extra(x)",
        "DROP INDEX answer_day", "ALTER TABLE record ADD COLUMN more BLOB", "ALTER TABLE wrap RENAME COLUMN epoch TO era",
        "ALTER TABLE answer RENAME TO answers",
    ]

    @Test(arguments: schemas)
    func anotherSchemaIsFoundBeforeItDecides(change: String) async throws {
        let furnished = try await Furnished()
        try furnished.test.tamper(change)
        #expect(await finding { try await furnished.decide() } == .schemaAltered)
        await #expect(throws: (any Error).self) { try await furnished.test.writer.perform { _ in } }
        do {
            _ = try await furnished.test.reopened()
            Issue.record("the vault opened")
        } catch StorageError.cannotOpen(.schema) {}
    }

    /// Where one row must change, one does: also when something swallows the write and the schema's counter was set back.
    @Test func aSwallowedWriteIsFound() async throws {
        let test = try await TestVault.make()
        try await test.writer.perform { transaction in
            try transaction.sql.execute(sql: "CREATE TEMP TRIGGER t BEFORE INSERT ON record BEGIN SELECT RAISE(IGNORE); END")
        }
        #expect(await finding { _ = try await test.household() } == .writeSwallowed)
        try await test.writer.perform { try $0.sql.execute(sql: "DROP TRIGGER temp.t") }
        try await test.writer.perform { transaction in
            try transaction.sql.execute(sql: "CREATE TEMP TRIGGER t BEFORE INSERT ON wrap BEGIN SELECT RAISE(IGNORE); END")
        }
        #expect(await finding { _ = try await test.household() } == .writeSwallowed)
    }

    private func withdraw(_ furnished: Furnished) async throws {
        let test = furnished.test
        _ = try await test.change(
            WithdrawConsent(consent: furnished.consent, domains: nil, by: .person(furnished.selma)), by: test.cast.kees
        ) { [vault = test.vault] grant, transaction in try vault.withdrawConsent(grant, in: transaction) }
    }
}
