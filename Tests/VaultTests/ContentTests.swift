import FoundationEssentials
import Household
import Policy
import Sealing
import Storage
import Synchronization
import Testing

@testable import ReferenceMonitor
@testable import Vault

@Suite(.timeLimit(.minutes(5))) struct ContentTests {
    @Test(arguments: [
        0, 1, 4095, 4096, 65_535, 65_536, 262_143, 262_144, 262_145, 266_240, 524_287, 524_288, 524_289, 1_048_576, 3_000_001,
        4_194_304, 4_718_592, 4_718_593, 5_242_880, 67_108_865,
    ])
    func comesBackEqual(size: Int) async throws {
        let test = try await TestVault.make()
        let household = try await test.household()
        let bytes = pattern(size)
        let item = try await test.item(bytes, household, by: test.cast.kees)
        #expect(try test.blobFiles().count == (size > 262_144 ? 1 : 0))
        #expect(try test.names("tmp").isEmpty)
        #expect(try await test.content(item, household, by: test.cast.kees) == bytes)
        let again = try await test.reopened()
        #expect(try await again.content(item, household, by: test.cast.kees) == bytes)
        let report = try await again.vault.verifyStore(writer: again.writer) { _ in }
        #expect(report.isSound && report.contents == 1 && report.bytes == UInt64(size))
    }

    /// The end of the padding is all that is wrong: still no last byte may leave, also where the final chunk has nothing but padding.
    @Test(arguments: [524_288, 1_048_576, 1_048_577, 1_500_000])
    func theLastBytesWaitForTheEnd(length: Int) async throws {
        let test = try await TestVault.make()
        let household = try await test.household()
        let item = try await test.item(pattern(length), household, by: test.cast.kees)
        let file = try #require(try test.blobFiles().first.map { test.paths.blobs + "/" + $0 })
        try flip(file, at: try size(file) - 1)
        let count = Mutex(0)
        await #expect(throws: (any Error).self) {
            try await test.read(ReadItem(household: household, item: item), by: test.cast.kees) { [vault = test.vault] grant in
                try await vault.readItem(grant) { _ in
                } sink: { chunk in
                    count.withLock { $0 += chunk.count }
                }
            }
        }
        #expect(count.withLock { $0 } < length)
    }

    /// So that no upload can find a folder that another has made and not yet made durable.
    @Test func allFoldersOfBlobsAreThereFromTheStart() async throws {
        let test = try await TestVault.make()
        let folders = try Files.names(in: test.paths.blobs).filter { $0.utf8.count == 2 }
        #expect(folders.count == 256)
    }

    /// Sealed sizes say a size class: contents of 1 to 4095 bytes more are as long.
    @Test func sizesAreBuckets() async throws {
        let test = try await TestVault.make()
        let household = try await test.household()
        for size in [300_000, 300_001, 303_000] { _ = try await test.item(pattern(size), household, by: test.cast.kees) }
        let sizes = try test.blobFiles().map { try FileStatus(of: test.paths.blobs + "/" + $0, .blob)?.size }
        #expect(Set(sizes).count == 1)
        for path in try test.blobFiles() {
            let status = try #require(try FileStatus(of: test.paths.blobs + "/" + path, .blob))
            #expect(status.mode == 0o600)
        }
    }

    /// What somebody can do to the file or the row of a content.
    enum Attack: String, CaseIterable, Sendable {
        case flipPrefix, flipChunk, flipLast, cutLastByte, cutLastChunk, empty, addByte, addChunk, exchangeFiles, removeFile, link
        case flipSmall, exchangeSmall, exchangeRows, exchangeWraps, removeRow, changeLength, changeDigest, pointElsewhere, exchangeMeta
    }

    @Test(arguments: Attack.allCases)
    func tamperingIsFound(attack: Attack) async throws {
        let test = try await TestVault.make()
        let household = try await test.household()
        let kees = test.cast.kees
        let large = [
            try await test.item(pattern(400_000, 3), household, by: kees), try await test.item(pattern(400_000, 5), household, by: kees),
        ]
        let small = [try await test.item(pattern(900, 7), household, by: kees), try await test.item(pattern(900, 9), household, by: kees)]
        let files = try test.blobFiles().map { test.paths.blobs + "/" + $0 }
        let (first, second) = (files[0], files[1])
        let chunk = SealedStream.sealedChunkCount
        switch attack {
        case .flipPrefix: try flip(first, at: 30)
        case .flipChunk: try flip(first, at: SealedStream.prefixCount + chunk + 5)
        case .flipLast: try flip(first, at: try size(first) - 1)
        case .cutLastByte: try cut(first, to: try size(first) - 1)
        case .cutLastChunk: try cut(first, to: SealedStream.prefixCount + 3 * chunk)
        case .empty: try cut(first, to: 0)
        case .addByte: try extend(first, by: [0])
        case .addChunk: try extend(first, by: Array(try read(second).suffix(4000)))
        case .exchangeFiles:
            let (a, b) = (try read(first), try read(second))
            try write(first, b)
            try write(second, a)
        case .removeFile: try Files.remove(first, .blob)
        case .link:
            try Files.remove(first, .blob)
            try FileManager.default.createSymbolicLink(atPath: first, withDestinationPath: second)
        case .flipSmall:
            try test.tamper(
                "UPDATE item_version SET small = \(TestVault.flipped("small")) WHERE small IS NOT NULL")
        case .exchangeSmall: try exchange(test, "small", small)
        case .exchangeRows:
            let spare = Data(RandomBytes.generate(16))
            try test.tamper("UPDATE item_version SET item = ? WHERE item = ?", [spare, Data(small[0].bytes)])
            try test.tamper("UPDATE item_version SET item = ? WHERE item = ?", [Data(small[0].bytes), Data(small[1].bytes)])
            try test.tamper("UPDATE item_version SET item = ? WHERE item = ?", [Data(small[1].bytes), spare])
        case .exchangeWraps: try exchange(test, "wrapped", small)
        case .removeRow: try test.tamper("DELETE FROM item_version WHERE item = ?", [Data(small[0].bytes)])
        case .changeLength: try test.tamper("UPDATE item_version SET length = length + 1")
        case .changeDigest: try test.tamper("UPDATE item_version SET digest = zeroblob(32)")
        case .pointElsewhere:
            try test.tamper("UPDATE item_version SET blob = x'00112233445566778899aabbccddeeff' WHERE item = ?", [Data(large[0].bytes)])
        case .exchangeMeta: try exchange(test, "meta", small)
        }
        // Deciding is not touched by it; reading is.
        var failed = 0
        for item in large + small {
            let expected = pattern(large.contains(item) ? 400_000 : 900, [3, 5, 7, 9][(large + small).firstIndex(of: item) ?? 0])
            do {
                let bytes = try await test.content(item, household, by: kees)
                #expect(bytes == expected)
            } catch {
                failed += 1
            }
        }
        #expect(failed > 0)
        // Rows are held against the records of their items when the vault is opened; bytes when they are read.
        let isRow = [.exchangeRows, .exchangeWraps, .removeRow, .changeLength, .changeDigest, .pointElsewhere, .exchangeMeta].contains(
            attack)
        let report = try await test.vault.verifyStore(writer: test.writer) { _ in }
        #expect(report.found.count == failed)
        #expect(report.found.allSatisfy { $0.household == household && $0.item != nil })
        if isRow {
            #expect(await test.findingAtStart() == .contentRowAltered)
            return
        }
        // The row of a content that is gone is never taken away.
        let again = try await test.reopened()
        _ = try again.vault.keepHouse(store: again.store, at: moment("2030-01-01T00:00:00Z"))
        for item in large + small { #expect(try await again.facts(.init(.item, household: household, item: item), kees).item?.id == item) }
    }

    private func exchange(_ test: TestVault, _ column: String, _ items: [ItemID]) throws {
        try test.tamper(
            """
            UPDATE item_version SET \(column) = CASE item
            WHEN ?1 THEN (SELECT \(column) FROM item_version WHERE item = ?2) ELSE (SELECT \(column) FROM item_version WHERE item = ?1) END
            WHERE item IN (?1, ?2)
            """, [Data(items[0].bytes), Data(items[1].bytes)])
    }

    // MARK: - Uploads that do not end well

    @Test func anUploadThatBreaksOffLeavesNothing() async throws {
        let test = try await TestVault.make()
        let household = try await test.household()
        do {
            let sink = try test.vault.receive(household: household, organisation: test.cast.balans, layer: .personalFile, kind: .note)
            try await sink.send(pattern(2_000_000))
            #expect(try test.names("tmp").count == 1)
        }
        try await settled { try test.names("tmp").isEmpty }
        #expect(try test.blobFiles().isEmpty)
    }

    /// The vault is sealed at the moment at which a content gets its place: no row will ever name it, so it goes.
    @Test func sealingWhileAContentGetsItsPlaceLeavesNothing() async throws {
        let test = try await TestVault.make()
        let folder = BlobFolder(paths: test.paths, faults: test.faults)
        let content = pattern(500_000)
        var failed = 0
        // From at once to when all is done, in small steps.
        for step in 0..<200 {
            let line = try SealingLine(
                folder: folder, name: .random(), declared: nil, key: try KeyBox.random(), meaning: AssociatedData("test"))
            let slab = try #require(line.slabIfThere())
            _ = unsafe content.withUnsafeBytes { unsafe slab.append($0) }
            slab.isLast = true
            line.hand(slab)
            try await Task.sleep(for: .microseconds(step * 20))
            line.end()
            do { _ = try await line.finished() } catch {
                failed += 1
                #expect(error as? VaultError == .isSealed)
                #expect(try FileStatus(of: folder.path(of: line.name), .blob) == nil)
                #expect(try FileStatus(of: folder.partPath(of: line.name), .partFile) == nil)
            }
        }
        #expect(failed > 0)
    }

    @Test func lengthsAreKeptTo() async throws {
        let test = try await TestVault.make()
        let household = try await test.household()
        func sink(_ length: UInt64) throws -> UploadSink {
            try test.vault.receive(household: household, organisation: test.cast.balans, layer: .personalFile, kind: .note, length: length)
        }
        let short = try sink(10)
        try await short.send([1, 2, 3])
        await #expect(throws: VaultError.uploadNotFinished) { try await short.finish() }
        let long = try sink(2)
        await #expect(throws: VaultError.contentTooLarge) { try await long.send([1, 2, 3]) }
        #expect(throws: VaultError.contentTooLarge) { try sink(ContentSize.limit + 1) }
        let twice = try sink(1)
        try await twice.send([1])
        _ = try await twice.finish()
        await #expect(throws: VaultError.uploadNotFinished) { try await twice.finish() }
    }

    @Test func aFinishedBlobGoesUnlessItWasOffered() async throws {
        let test = try await TestVault.make()
        let household = try await test.household()
        _ = try await test.upload(pattern(300_000), household, by: test.cast.kees)
        #expect(try test.blobFiles().isEmpty)
        do {
            // Offered to a change that then fails: whether the commit stands may be unknown to whoever holds it.
            let upload = try await test.upload(pattern(300_000), household, by: test.cast.kees)
            await #expect(throws: (any Error).self) {
                try await test.add(upload, household, by: test.cast.kees, subject: .random())
            }
            #expect(try test.blobFiles().count == 1)
            upload.discard()
            #expect(try test.blobFiles().isEmpty)
        }
        let kept = try await test.upload(pattern(300_000), household, by: test.cast.kees)
        _ = try await test.add(kept, household, by: test.cast.kees)
        kept.discard()
        #expect(try test.blobFiles().count == 1)
    }

    @Test func theBodyOfAChangeMayRunTwice() async throws {
        let test = try await TestVault.make()
        let household = try await test.household()
        let upload = try await test.upload(pattern(300_000), household, by: test.cast.kees)
        _ = test.faults.arm(.diskFullAtCommit)
        await #expect(throws: StorageError.self) { try await test.add(upload, household, by: test.cast.kees) }
        let made = try await test.add(upload, household, by: test.cast.kees)
        #expect(try await test.content(made.id, household, by: test.cast.kees) == pattern(300_000))
    }

    @Test func manyAtOnce() async throws {
        let test = try await TestVault.make()
        let household = try await test.household()
        let kees = test.cast.kees
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<24 {
                group.addTask {
                    let bytes = pattern(index.isMultiple(of: 3) ? 700_000 + index : 2_000 + index, UInt64(index))
                    let item = try await test.item(bytes, household, by: kees)
                    #expect(try await test.content(item, household, by: kees) == bytes)
                }
            }
            try await group.waitForAll()
        }
        let report = try await test.vault.verifyStore(writer: test.writer) { _ in }
        #expect(report.isSound && report.contents == 24)
        #expect(try test.blobFiles().count == 8 && test.names("tmp").isEmpty)
    }

    @Test func aFullDiskHurtsOnlyTheOneItMeets() async throws {
        let test = try await TestVault.make()
        let household = try await test.household()
        let kees = test.cast.kees
        let uploads = try await [
            test.upload([1], household, by: kees), test.upload([2], household, by: kees), test.upload([3], household, by: kees),
        ]
        _ = test.faults.arm(.diskFullInEffect)
        let results = await withTaskGroup(of: Bool?.self) { group in
            for upload in uploads {
                group.addTask {
                    do {
                        _ = try await test.add(upload, household, by: kees)
                        return true
                    } catch StorageError.notRecorded(.diskFull) {
                        return false
                    } catch {
                        return nil
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.filter { $0 == true }.count == 2 && results.filter { $0 == false }.count == 1)
        let report = try await test.vault.verifyStore(writer: test.writer) { _ in }
        #expect(report.isSound && report.contents == 2)
        _ = try await test.reopened()
    }

    @Test func contentOfAnotherPlaceIsRefused() async throws {
        let test = try await TestVault.make()
        let (here, there) = (try await test.household(), try await test.household(number: "H-0148"))
        let upload = try await test.upload([1, 2, 3], here, by: test.cast.kees)
        await #expect(throws: VaultError.noSuchThing) { try await test.add(upload, there, by: test.cast.kees) }
        await #expect(throws: VaultError.noSuchThing) { try await test.add(upload, here, by: test.cast.fatima) }
        await #expect(throws: VaultError.noSuchThing) { try await test.add(upload, here, by: test.cast.kees, kind: .letter) }
        _ = try await test.add(upload, here, by: test.cast.kees)
        await #expect(throws: VaultError.alreadyExists) { try await test.add(upload, here, by: test.cast.kees) }
    }

    // MARK: - Streams

    @Test func aStreamIsCutWhenTheRightEnds() async throws {
        let test = try await TestVault.make()
        let household = try await test.household()
        let item = try await test.item(pattern(3_000_000), household, by: test.cast.kees)
        let isWithdrawn = Atomic(false)
        let before = Atomic(0)
        let after = Atomic(0)
        await #expect(throws: MonitorError.interrupted(["PR-13.2"])) {
            try await test.read(
                ReadItem(household: household, item: item), by: test.cast.kees,
                recheck: { () throws(MonitorError) in
                    if isWithdrawn.load(ordering: .acquiring) { throw .interrupted(["PR-13.2"]) }
                }
            ) { [vault = test.vault] grant in
                try await vault.readItem(grant) { _ in
                } sink: { chunk in
                    let ended = isWithdrawn.load(ordering: .acquiring)
                    if ended { after.add(chunk.count, ordering: .relaxed) } else { before.add(chunk.count, ordering: .relaxed) }
                    if before.load(ordering: .relaxed) >= 1_000_000 { isWithdrawn.store(true, ordering: .releasing) }
                }
            }
        }
        #expect(before.load(ordering: .relaxed) >= 1_000_000)
        #expect(after.load(ordering: .relaxed) <= 262_144)
    }

    /// PR-13.2: what ended before anything was sent leaves nothing, its title neither.
    @Test func nothingIsSentWhenTheRightHasEnded() async throws {
        let test = try await TestVault.make()
        let household = try await test.household()
        let item = try await test.item([1, 2, 3], household, by: test.cast.kees)
        let sent = Atomic(0)
        await #expect(throws: MonitorError.interrupted(["PR-13.2"])) {
            try await test.read(
                ReadItem(household: household, item: item), by: test.cast.kees,
                recheck: { () throws(MonitorError) in throw .interrupted(["PR-13.2"]) }
            ) { [vault = test.vault] grant in
                try await vault.readItem(grant) { _ in
                    sent.add(1, ordering: .relaxed)
                } sink: { _ in
                    sent.add(1, ordering: .relaxed)
                }
            }
        }
        #expect(sent.load(ordering: .relaxed) == 0)
    }

    @Test func aDeadGrantOpensNothing() async throws {
        let test = try await TestVault.make()
        let household = try await test.household()
        let upload = try await test.upload([1], household, by: test.cast.kees)
        let draft = ItemDraft(
            subject: .household(household), layer: .personalFile, domain: .finance, kind: .note, basis: .debtReliefAct, provision: nil,
            retentionClass: .debtRelief, scoreReasonGiven: false, sizeBucket: SizeBucket(bytes: 1))
        await #expect(throws: VaultError.grantIsDead) {
            try await test.change(AddItem(household: household, draft: draft), by: test.cast.kees, live: false) {
                [vault = test.vault] grant, transaction in
                try vault.addItem(grant, upload: upload, words: ItemWording(title: "x"), in: transaction)
            }
        }
    }

    @Test func sealingEndsAStream() async throws {
        let test = try await TestVault.make()
        let household = try await test.household()
        let item = try await test.item(pattern(3_000_000), household, by: test.cast.kees)
        let small = try await test.item(pattern(3_000), household, by: test.cast.kees)
        await #expect(throws: VaultError.isSealed) {
            try await test.read(ReadItem(household: household, item: small), by: test.cast.kees) { [vault = test.vault] grant in
                vault.seal()
                try await vault.readItem(grant) { _ in
                } sink: { _ in
                }
            }
        }
        await #expect(throws: (any Error).self) { try await test.content(item, household, by: test.cast.kees) }
        #expect(throws: VaultError.isSealed) {
            try test.vault.receive(household: household, organisation: test.cast.balans, layer: .plan, kind: .note)
        }
    }
}

@Suite struct HousekeepingTests {
    @Test func partFilesGoAndOrphansWait() async throws {
        let test = try await TestVault.make()
        let household = try await test.household()
        let kept = try await test.item(pattern(300_000), household, by: test.cast.kees)
        // What a crash leaves: part files, and blobs between rename and commit.
        try write(test.paths.blobs + "/tmp/00112233445566778899aabbccddeeff", [1, 2, 3])
        let name = BlobFolder.Name.random()
        let blobs = BlobFolder(paths: test.paths, faults: test.faults)
        _ = try Files.makeFolder(blobs.folder(of: name))
        try write(blobs.path(of: name), [1, 2, 3])
        let written = try #require(try FileStatus(of: blobs.path(of: name), .blob)).modified
        func at(_ hours: Int64) -> Moment { Moment(clampingMillisecondsSince1970: (written + hours * 3600) * 1000) }
        let again = try await test.reopened()
        func keep(_ hours: Int64) throws -> [Int] {
            let report = try again.vault.keepHouse(store: again.store, at: at(hours))
            return [report.partsRemoved, report.orphansTrashed, report.missing]
        }
        #expect(try keep(1) == [1, 0, 0])
        #expect(try keep(23) == [0, 0, 0])
        #expect(try keep(25) == [0, 1, 0])
        #expect(try again.names("trash") == [name.text])
        #expect(try keep(25 + 6 * 24) == [0, 0, 0])
        #expect(try again.names("trash") == [name.text])
        #expect(try keep(25 + 8 * 24) == [0, 0, 0])
        #expect(try again.names("trash").isEmpty)
        // A clock that was put back takes nothing away.
        #expect(try keep(-100_000) == [0, 0, 0])
        #expect(try await again.content(kept, household, by: again.cast.kees) == pattern(300_000))
        for file in try again.blobFiles() { try Files.remove(again.paths.blobs + "/" + file, .blob) }
        #expect(try keep(25 + 9 * 24) == [0, 0, 1])
        await #expect(throws: VaultError.contentMissing) { try await again.content(kept, household, by: again.cast.kees) }
    }
}

// MARK: - Files

extension TestVault {
    func blobFiles() throws -> [String] {
        try Files.names(in: paths.blobs).filter { $0.utf8.count == 2 }.flatMap { folder in
            try Files.names(in: paths.blobs + "/" + folder).map { folder + "/" + $0 }
        }
    }

    func names(_ folder: String) throws -> [String] { try Files.names(in: paths.blobs + "/" + folder) }
}

/// Waits for a thread to finish what it was told: not for a time, but until it is so (or the test's own time is up).
func settled(_ condition: () throws -> Bool) async throws {
    while try !condition() { try await Task.sleep(for: .milliseconds(1)) }
}

func read(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path))) }
func write(_ path: String, _ bytes: [UInt8]) throws {
    try Files.remove(path, .blob)
    let file = try OpenFile.create(path, .blob)
    try file.write(bytes, .blob)
}
func size(_ path: String) throws -> Int { try read(path).count }
func flip(_ path: String, at offset: Int) throws {
    var bytes = try read(path)
    bytes[offset] ^= 1
    try write(path, bytes)
}
func cut(_ path: String, to count: Int) throws { try write(path, Array(try read(path).prefix(count))) }
func extend(_ path: String, by more: [UInt8]) throws { try write(path, try read(path) + more) }
