import FoundationEssentials
import GRDB
import Household
import Ledger
import LedgerFormat
import Policy
import ReferenceMonitor
import Sealing
import Storage
import Testing

@testable import Vault

@Suite struct KeysTests {
    private func refusal(_ paths: VaultPaths, _ byte: UInt8 = 42) -> VaultError? {
        do {
            var bytes = [UInt8](repeating: byte, count: 32)
            _ = try VaultFiles.unseal(paths, with: try SlotSecret.keyFile(SecretBytes(moving: &bytes)))
            return nil
        } catch let error as VaultError {
            return error
        } catch {
            Issue.record(error)
            return nil
        }
    }

    @Test func unsealingTellsWhatIsWrong() async throws {
        let test = try await TestVault.make()
        let paths = test.paths
        #expect(refusal(paths) == nil)
        #expect(refusal(paths, 43) == .wrongSecret)
        #expect(refusal(VaultPaths(state: paths.state, keyring: paths.keyring, slots: paths.slots + "x")) == .missing(.slots))
        let slots = try read(paths.slots)
        try write(paths.slots, Array(slots.dropLast()))
        #expect(refusal(paths) == .doesNotVerify(.slotsForged))
        // The last byte belongs to the MAC over the list.
        try write(paths.slots, Array(slots.dropLast()) + [(slots.last ?? 0) ^ 1])
        #expect(refusal(paths) == .doesNotVerify(.slotsForged))
        try write(paths.slots, slots)
        let keyring = try read(paths.keyring)
        for index in [0, 40, keyring.count - 1] {
            var other = keyring
            other[index] ^= 1
            try write(paths.keyring, other)
            #expect(refusal(paths) == .doesNotVerify(.keyringForged))
        }
        try write(paths.keyring, keyring)
        #expect(refusal(paths) == nil)
    }

    @Test func theKeyringOfAnotherVaultDoesNotOpen() async throws {
        let one = try await TestVault.make()
        let scratch = try Scratch()
        let paths = TestVault.paths(scratch)
        try await VaultFiles.create(paths, secret: TestVault.secret(), label: "other", founding: Cast().founding)
        try write(paths.keyring, try read(one.paths.keyring))
        #expect(refusal(paths) == .doesNotVerify(.keyringForged))
    }

    @Test func filesMustBePrivate() async throws {
        let test = try await TestVault.make()
        let manager = FileManager.default
        for (path, step) in [(test.paths.slots, VaultError.FileStep.slots), (test.paths.keyring, .keyring)] {
            #expect(try FileStatus(of: path, step)?.mode == 0o600)
            try manager.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
            #expect(refusal(test.paths) == .unsafeFile(step))
            try manager.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        }
        #expect(try FileStatus(of: test.paths.database, .database)?.mode == 0o600)
        #expect(try FileStatus(of: test.paths.state, .folder)?.mode == 0o700)
        try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: test.paths.state)
        await #expect(throws: VaultError.unsafeFile(.folder)) { try await test.reopened() }
    }

    @Test func nothingIsOverwritten() async throws {
        let test = try await TestVault.make()
        let before = try read(test.paths.slots)
        await #expect(throws: VaultError.vaultExists) {
            try await VaultFiles.create(test.paths, secret: TestVault.secret(), label: "again", founding: test.cast.founding)
        }
        #expect(try read(test.paths.slots) == before)
        #expect(VaultFiles.exists(test.paths))
        let nothing = TestVault.paths(try Scratch())
        #expect(!VaultFiles.exists(nothing))
        #expect(refusal(nothing) == .noVault)
    }

    @Test func monthKeysAreInTheFileBeforeTheyAreLent() async throws {
        let test = try await TestVault.make()
        func print(_ key: KeyBox) throws -> [UInt8] { try BLAKE2b.authenticate([1], key: key, label: .blindIndex) }
        let (january, february) = (
            try print(try test.keys.monthKeyForWriting(controller: "kluis", month: "2026-01")),
            try print(try test.keys.monthKeyForWriting(controller: "kluis", month: "2026-02"))
        )
        #expect(january != february)
        #expect(throws: SealingError.badName) { try test.keys.monthKeyForWriting(controller: "kluis", month: "2026-13") }
        let again = try await test.reopened()
        #expect(try print(try again.keys.monthKeyForWriting(controller: "kluis", month: "2026-01")) == january)
        #expect(try print(try again.keys.monthKeyForWriting(controller: "kluis", month: "2026-02")) == february)
    }

    /// The keyring file as it was before a month's key was made: its commit knows better.
    @Test func anOldKeyringPutBackIsFound() async throws {
        let test = try await TestVault.make()
        func line(_ test: TestVault, _ moment: String) async throws {
            try await test.writer.perform { [log = test.log] transaction in
                _ = try log.append(
                    LogLine(
                        .decision(.permit, effect: nil), moment: VaultTests.moment(moment).millisecondsSince1970, caller: Token("somebody"),
                        action: Token("test")), in: transaction)
            }
        }
        try await line(test, "2026-01-08T10:00:00Z")
        let old = try read(test.paths.keyring)
        try await line(test, "2026-02-08T10:00:00Z")
        let new = try read(test.paths.keyring)
        #expect(old != new)
        let again = try await test.reopened()
        await again.writer.stop()
        again.vault.seal()
        try again.store.close()
        try write(test.paths.keyring, old)
        #expect(await finding { _ = try TestVault(again.scratch, again.paths, again.cast) } == .keyringPutBack)
        // Another file of the same revision: what a commit that failed left, then put back.
        let root = try test.root()
        let twin = try Keyring.open(old, vault: again.keys.vault, under: root)
            .addingMonthKey(#require(MonthKeyName(controller: "kluis", month: "2026-02")))
        try write(test.paths.keyring, twin.seal(vault: again.keys.vault, under: root))
        #expect(await finding { _ = try TestVault(again.scratch, again.paths, again.cast) } == .keyringPutBack)
        // A file that is ahead is what a crash before the commit leaves.
        let ahead = try Keyring.open(new, vault: again.keys.vault, under: root)
            .addingMonthKey(#require(MonthKeyName(controller: "kluis", month: "2026-03")))
        try write(test.paths.keyring, ahead.seal(vault: again.keys.vault, under: root))
        _ = try TestVault(again.scratch, again.paths, again.cast)
    }

    /// A month whose key was destroyed: its lines are told as erased, the others are read, and nothing is written under it any more.
    @Test func aMonthWithoutItsKeyCostsOnlyItsLines() async throws {
        let test = try await TestVault.make()
        func append(_ test: TestVault, _ moment: String) async throws {
            try await test.writer.perform { [log = test.log] transaction in
                _ = try log.append(
                    LogLine(
                        .decision(.permit, effect: nil), moment: VaultTests.moment(moment).millisecondsSince1970, caller: Token("somebody"),
                        action: Token("test")), in: transaction)
            }
        }
        for moment in ["2026-01-08T10:00:00Z", "2026-02-08T10:00:00Z", "2026-01-09T10:00:00Z", "2026-03-08T10:00:00Z"] {
            try await append(test, moment)
        }
        let root = try test.root()
        let keyring = try Keyring.open(try read(test.paths.keyring), vault: test.keys.vault, under: root)
        let name = try #require(MonthKeyName(controller: "kluis", month: "2026-01"))
        try write(test.paths.keyring, keyring.removingMonthKey(name).seal(vault: test.keys.vault, under: root))
        let before = try read(test.paths.keyring)
        let again = try await test.reopened()
        let lines = try await again.writer.perform { [log = again.log] in try log.lines(0..<10, in: $0).map { ($0.index, $0.line != nil) } }
        #expect(lines.map(\.0) == [0, 1, 2, 3])
        #expect(lines.map(\.1) == [false, true, false, true])
        await #expect(throws: LedgerError.notRecorded) { try await append(again, "2026-01-10T10:00:00Z") }
        // Reading and refusing made no key.
        #expect(try read(test.paths.keyring) == before)
        #expect(try again.keys.monthKeyIfPresent(controller: "kluis", month: "2026-01") == nil)
        #expect(try again.keys.monthKeyIfPresent(controller: "kluis", month: "2026-07") == nil)
        try await append(again, "2026-04-08T10:00:00Z")
        #expect(try read(test.paths.keyring) != before)
    }

    @Test func aVaultOfAnotherFormatIsToldAsThat() async throws {
        let test = try await TestVault.make()
        for format in [0, 1, 2, 3, 5] {
            try test.tamper("PRAGMA user_version = \(format)")
            let queue = try DatabaseQueue(path: test.paths.database)
            try await queue.writeWithoutTransaction { _ = try Int.fetchOne($0, sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
            try queue.close()
            #expect(refusal(test.paths) == .otherFormat(UInt32(format)))
        }
    }

    @Test func linesHaveKeysOfTheirOwn() async throws {
        let test = try await TestVault.make()
        let (here, there) = (try await test.household(), try await test.household(number: "H-0148"))
        func print(_ household: String?, _ month: String, _ index: UInt64) async throws -> [UInt8] {
            try await test.writer.perform { [keys = test.keys] transaction in
                try keys.keysToWrite(household: household, month: month, in: transaction).withKey(of: index) { key in
                    try BLAKE2b.authenticate([1], key: key, label: .blindIndex)
                }
            }
        }
        let one = try await print(here.description, "2026-01", 1)
        #expect(try await print(here.description, "2026-01", 1) == one)
        let others = [
            try await print(here.description, "2026-01", 2), try await print(here.description, "2026-02", 1),
            try await print(there.description, "2026-01", 1), try await print(nil, "2026-01", 1),
            try await print(HouseholdID.random().description, "2026-01", 1),
        ]
        #expect(Set(others + [one]).count == 6)
    }

    @Test func sealingDestroysEveryKey() async throws {
        let test = try await TestVault.make()
        let household = try await test.household()
        let held = try await test.writer.perform { [keys = test.keys] in try keys.key(.household(household), $0.sql) }
        test.vault.seal()
        #expect(throws: SealingError.keyWiped) { try BLAKE2b.authenticate([1], key: held, label: .blindIndex) }
        #expect(test.keys.isSealed)
        #expect(throws: VaultError.isSealed) { try test.keys.monthKeyForWriting(controller: "kluis", month: "2026-01") }
        await #expect(throws: (any Error).self) { try await test.facts(.init(.household, household: household), test.cast.joost) }
        await #expect(throws: (any Error).self) { try await test.household() }
    }

    /// Also the keys that were lent and are cached nowhere any more, and those of contents on their way in and out.
    @Test func sealingDestroysKeysInFlight() async throws {
        let test = try await TestVault.make()
        let household = try await test.household()
        let item = try await test.item(pattern(3_000_000), household, by: test.cast.kees)
        // More keys than the session remembers: the first are lent and forgotten.
        var held: [KeyBox] = []
        for _ in 0..<600 {
            let key = try test.keys.ending(KeyBox.random())
            held.append(key)
        }
        let sink = try test.vault.receive(household: household, organisation: test.cast.balans, layer: .personalFile, kind: .note)
        try await sink.send(pattern(1_000_000))
        let month = try test.keys.monthKeyForWriting(controller: "kluis", month: "2026-01")
        held.append(month)
        await #expect(throws: (any Error).self) {
            try await test.read(ReadItem(household: household, item: item), by: test.cast.kees) { [vault = test.vault] grant in
                try await vault.readItem(grant) { _ in
                    vault.seal()
                } sink: { _ in
                }
            }
        }
        for key in held { #expect(throws: SealingError.keyWiped) { try BLAKE2b.authenticate([1], key: key, label: .blindIndex) } }
        await #expect(throws: VaultError.isSealed) {
            try await sink.send(pattern(3_000_000))
            _ = try await sink.finish()
        }
        #expect(throws: VaultError.isSealed) { try test.keys.ending(KeyBox.random()) }
    }

    @Test func headerAndFounders() async throws {
        let test = try await TestVault.make()
        #expect(test.vault.header.isRehearsal)
        #expect(test.vault.header.reglementVersion.text == "PR-2026-01")
        #expect(test.vault.identity.isRehearsal && test.vault.identity.incarnation == 1 && test.vault.identifier.utf8.count == 32)
        let cast = test.cast
        func worker(_ handle: String) async throws -> WorkerID? {
            try await test.writer.perform { [vault = test.vault] in try vault.worker(handle: handle, in: $0) }
        }
        #expect(try await worker("kees") == cast.kees)
        #expect(try await worker("kee") == nil)
        #expect(try await worker("balans") == nil)
        let balans = try await test.writer.perform { [vault = test.vault] in try vault.organisation(handle: "balans", in: $0) }
        #expect(balans == cast.balans)
        let credentials = try await test.writer.perform { [vault = test.vault] in try vault.credentials(of: "mirjam", in: $0) }
        #expect(credentials?.worker == cast.mirjam && credentials?.organisation == cast.waterwolde && credentials?.isActive == true)
        #expect(credentials?.keys.count == 1 && credentials?.keys.map(\.uids) == [[1000]])
        let other = Bytes32([UInt8](repeating: 9, count: 32))!
        try await test.writer.perform { [vault = test.vault] transaction in
            try vault.adopt(
                policyDigest: other, reglementVersion: Household.Label("PR-2026-02")!, at: moment("2026-03-01T00:00:00Z"), in: transaction)
        }
        let again = try await test.reopened()
        #expect(again.vault.header.policyDigest == other && again.vault.header.isRehearsal)
        #expect(again.vault.header.createdAt == cast.start)
    }

    @Test func locksAndCountersStay() async throws {
        let test = try await TestVault.make()
        let joost = test.cast.joost
        let fresh = try await test.writer.perform { [vault = test.vault] in try vault.credentials(of: "joost", in: $0) }
        let key = try #require(fresh?.keys.first)
        #expect(key.counter == 0)
        try await test.writer.perform { [vault = test.vault] transaction in
            try vault.remember(counter: 7, of: key.publicKey, worker: joost, in: transaction)
            try vault.lock(joost, at: moment("2026-01-08T10:00:00Z"), in: transaction)
        }
        let again = try await test.reopened()
        let credentials = try await again.writer.perform { [vault = again.vault] in try vault.credentials(of: "joost", in: $0) }
        #expect(credentials?.isActive == false && credentials?.keys.first?.counter == 7)
    }
}
