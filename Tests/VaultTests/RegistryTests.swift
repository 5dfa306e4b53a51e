import FoundationEssentials
import GRDB
import Household
import Sealing
import Storage
import Testing

@testable import Vault

/// A registry over a real database, without the rest of the vault.
private final class Bench: Sendable {
    let test: TestVault
    var registry: Registry { test.vault.registry }

    init() async throws { test = try await TestVault.make() }
    init(_ test: TestVault) { self.test = test }

    func run<Output: Sendable>(_ body: @escaping @Sendable (Registry, borrowing Transaction) throws -> Output) async throws -> Output {
        try await test.writer.perform { [registry] in try body(registry, $0) }
    }

    func space() async throws -> Space {
        let id = HouseholdID.random()
        try await run { registry, transaction in
            try registry.create(.household(id))
            try registry.keys.makeKey(.household(id), transaction.sql)
            try registry.keys.makeKey(.audit(id), transaction.sql)
        }
        return .household(id)
    }
}

private struct Broken: Error {}

@Suite struct RegistryTests {
    @Test func writesReadsAndCounts() async throws {
        let bench = try await Bench()
        let space = try await bench.space()
        let key = RecordKey(space, .person, .random(), bucket: 0)
        let (first, second, read) = try await bench.run { registry, transaction in
            let sql = transaction.sql
            let first = try registry.write(bytes: [1, 2, 3], key, expecting: .absent, sql)
            let second = try registry.write(bytes: [4], key, expecting: .version(first), sql)
            let record = try registry.record(key, sql)
            return (first, second, try record.map { try registry.openFacts($0, sql) })
        }
        #expect(first == 1 && second == 2 && read == [4])
        await #expect(throws: VaultError.alreadyExists) {
            try await bench.run { try $0.write(bytes: [], key, expecting: .absent, $1.sql) }
        }
        await #expect(throws: VaultError.revisionMoved(current: 2)) {
            try await bench.run { try $0.write(bytes: [], key, expecting: .version(1), $1.sql) }
        }
        let other = RecordKey(space, .person, .random(), bucket: 0)
        await #expect(throws: VaultError.noSuchThing) {
            try await bench.run { try $0.write(bytes: [], other, expecting: .present, $1.sql) }
        }
        let stranger = RecordKey(.household(.random()), .person, .random(), bucket: 0)
        await #expect(throws: VaultError.self) { try await bench.run { try $0.write(bytes: [], stranger, expecting: .absent, $1.sql) } }
        #expect(try await bench.run { try $0.record(stranger, $1.sql) } == nil)
    }

    @Test func aSavepointThatFailsIsUndoneAlone() async throws {
        let bench = try await Bench()
        let space = try await bench.space()
        let keys = (0..<3).map { _ in RecordKey(space, .person, .random(), bucket: 0) }
        try await bench.run { registry, transaction in
            try registry.write(bytes: [0], keys[0], expecting: .absent, transaction.sql)
            do {
                try transaction.attempt { inner in
                    try registry.write(bytes: [1], keys[1], expecting: .absent, inner.sql)
                    try registry.write(bytes: [9], keys[0], expecting: .version(1), inner.sql)
                    try registry.create(.household(.random()))
                    throw Broken()
                }
            } catch is Broken {}
            #expect(try registry.record(keys[1], transaction.sql) == nil)
            try registry.write(bytes: [2], keys[2], expecting: .absent, transaction.sql)
        }
        let again = Bench(try await bench.test.reopened())
        let found = try await again.run { registry, transaction in
            try keys.map { key in try registry.record(key, transaction.sql).map { try registry.openFacts($0, transaction.sql) } }
        }
        #expect(found == [[0], nil, [2]])
    }

    @Test func aLostBatchIsForgotten() async throws {
        let bench = try await Bench()
        let space = try await bench.space()
        let key = RecordKey(space, .person, .random(), bucket: 0)
        let (generation, revision) = (bench.test.vault.generation, bench.test.vault.revision)
        _ = bench.test.faults.arm(.diskFullAtCommit)
        await #expect(throws: StorageError.notRecorded(.diskFull)) {
            try await bench.run { try $0.write(bytes: [1], key, expecting: .absent, $1.sql) }
        }
        #expect(bench.test.vault.generation == generation && bench.test.vault.revision == revision)
        #expect(try await bench.run { try $0.record(key, $1.sql) } == nil)
        try await bench.run { _ = try $0.write(bytes: [1], key, expecting: .absent, $1.sql) }
        #expect(bench.test.vault.revision == revision + 1)
        #expect(try await Bench(try await bench.test.reopened()).run { try $0.record(key, $1.sql) } != nil)
    }

    /// A key made in a transaction that was undone must never be used for anything.
    @Test func aKeyThatWasUndoneIsGone() async throws {
        let bench = try await Bench()
        let id = HouseholdID.random()
        let name = WrapName.compartment(id, .shared)
        let isGone = try await bench.run { registry, transaction in
            try registry.create(.household(id))
            try registry.keys.makeKey(.household(id), transaction.sql)
            do {
                try transaction.attempt { inner in
                    try registry.keys.makeKey(name, inner.sql)
                    _ = try registry.keys.key(name, inner.sql)
                    throw Broken()
                }
            } catch is Broken {}
            return try registry.keys.keyIfPresent(name, transaction.sql) == nil
        }
        #expect(isGone)
    }

    @Test func twoThousandItemsTouchFewRowsEach() async throws {
        let bench = try await Bench()
        let space = try await bench.space()
        try await bench.run { registry, transaction in
            for _ in 0..<2_000 {
                let id = Octets16.random()
                let key = RecordKey(space, .item, id, bucket: 1 + Int(id.low % 63))
                try registry.write(bytes: [1], key, expecting: .absent, transaction.sql)
            }
        }
        // The cost of one more is that of its bucket: a sixty-third of the whole.
        let largest = try await bench.run { registry, transaction in
            try (0..<64).map { try registry.entries(of: space, bucket: $0, transaction.sql)?.count ?? 0 }.max() ?? 0
        }
        #expect(largest < 80)
        _ = try await bench.test.reopened()
    }

    // MARK: - Property

    @Test(arguments: 0..<6)
    func anySequenceVerifiesAndAnyChangedByteDoesNot(round: Int) async throws {
        let seed = UInt64.random(in: 1...UInt64.max)
        var random = Seeded(seed)
        let comment = Comment("seed \(seed)")
        let bench = try await Bench()
        var spaces: [Space] = [.registry]
        for _ in 0..<2 { spaces.append(try await bench.space()) }
        var model: [RecordKey: [UInt8]] = [:]
        for _ in 0..<40 {
            // One transaction of some steps, some of them in a savepoint that fails.
            var next = model
            var steps: [(RecordKey, [UInt8]?, undone: Bool)] = []
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let undone = Int.random(in: 0..<4, using: &random) == 0
                let known = next.keys.sorted { $0.id < $1.id }
                if let key = known.randomElement(using: &random), Bool.random(using: &random) {
                    let remove = Int.random(in: 0..<5, using: &random) == 0
                    let bytes = remove ? nil : random.bytes(Int.random(in: 0..<300, using: &random))
                    steps.append((key, bytes, undone))
                    if !undone { next[key] = bytes }
                } else {
                    let space = spaces.randomElement(using: &random) ?? .registry
                    let kind: RecordKind = [.person, .consent, .plan, .worker].randomElement(using: &random) ?? .person
                    let key = RecordKey(
                        space, kind, Octets16(high: random.next(), low: random.next()), bucket: Int.random(in: 0..<64, using: &random))
                    let bytes = random.bytes(Int.random(in: 0..<300, using: &random))
                    steps.append((key, bytes, undone))
                    if !undone { next[key] = bytes }
                }
            }
            let planned = steps
            try await bench.run { registry, transaction in
                for (key, bytes, undone) in planned {
                    do {
                        try transaction.attempt { inner in
                            if let bytes {
                                try registry.write(bytes: bytes, key, expecting: .anything, inner.sql)
                            } else {
                                try registry.remove(key, inner.sql)
                            }
                            if undone { throw Broken() }
                        }
                    } catch is Broken {}
                }
            }
            model = next
        }
        let expected = model
        try await bench.run { registry, transaction in
            for (key, bytes) in expected {
                let record = try #require(try registry.record(key, transaction.sql), comment)
                #expect(try registry.openFacts(record, transaction.sql) == bytes, comment)
            }
        }
        let report = try await bench.test.vault.verifyStore(writer: bench.test.writer) { _ in }
        #expect(report.isSound, comment)
        let household = try await bench.test.household()
        for size in [10, 700, 300_000] { _ = try await bench.test.item(pattern(size, seed), household, by: bench.test.cast.kees) }
        let caller = bench.test.caller(bench.test.cast.joost, at: bench.test.cast.start)
        for number in 0..<3 {
            try await bench.test.writer.perform { [vault = bench.test.vault, start = bench.test.cast.start] transaction in
                let digest = [UInt8](repeating: UInt8(number), count: 32)
                try vault.remember([1], key: "k\(number)", caller: caller, requestDigest: digest, at: start, in: transaction)
            }
        }
        let again = try await bench.test.reopened()
        for _ in 0..<24 { try await changeAByte(again, &random, comment) }
        _ = try await again.reopened()
    }

    /// Changes one byte or number of one row, sees that it is found, and puts it right again.
    private func changeAByte(_ test: TestVault, _ random: inout Seeded, _ comment: Comment) async throws {
        let choices: [(table: String, columns: [String])] = [
            ("record", ["space", "kind", "id", "version", "bucket", "facts", "digest"]), ("manifest", ["space", "body"]),
            ("commit_record", ["body", "mac"]), ("wrap", ["household", "kind", "id", "epoch", "envelope"]),
            ("item_version", ["household", "item", "version", "compartment", "wrapped", "meta", "length", "digest", "blob"]),
            ("answer", ["request", "day", "body"]),
        ]
        let (table, columns) = choices.randomElement(using: &random) ?? choices[0]
        let column = columns.randomElement(using: &random) ?? columns[0]
        let rows = try test.copy(table, "1 = 1")
        let row = try #require(rows.randomElement(using: &random))
        let old = try #require(row[column])
        var new = old
        switch old.storage {
        case .blob(let data) where !data.isEmpty:
            var bytes = [UInt8](data)
            bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            new = Data(bytes).databaseValue
        case .int64(let number): new = (number ^ (1 << Int64.random(in: 0..<6, using: &random))).databaseValue
        default: return
        }
        let key = try test.rowid(table, row)
        do {
            try test.tamper("UPDATE \(table) SET \(column) = ? WHERE rowid = ?", [new, key])
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            return
        }
        let stopped = await test.findsNothingSound()
        #expect(stopped, "\(table).\(column) \(comment)")
        try test.tamper("UPDATE \(table) SET \(column) = ? WHERE rowid = ?", [old, key])
    }
}

extension TestVault {
    fileprivate func rowid(_ table: String, _ row: [String: DatabaseValue]) throws -> Int64 {
        let queue = try DatabaseQueue(path: paths.database)
        defer { try? queue.close() }
        let names = row.keys.sorted().filter { row[$0]?.isNull == false }
        return try queue.read { sql in
            try #require(
                try Int64.fetchOne(
                    sql, sql: "SELECT rowid FROM \(table) WHERE " + names.map { "\($0) = ?" }.joined(separator: " AND "),
                    arguments: StatementArguments(names.map { row[$0] })))
        }
    }

    /// Whether opening the registry of this store as it lies there fails.
    fileprivate func findsNothingSound() async -> Bool {
        do {
            // Keys of its own: a session belongs to one registry.
            let keys = try VaultFiles.unseal(paths, with: Self.secret())
            _ = try Registry.openAndVerify(
                store, keys: keys, schema: store.read { try Store.schemaCounter($0) }, faults: faults, ledger: nil
            ) {
                _ in LedgerHead((size: 0, root: [], beside: []))
            }
            return false
        } catch {
            return true
        }
    }
}
