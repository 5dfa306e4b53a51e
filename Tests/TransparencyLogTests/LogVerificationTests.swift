import Dispatch
import Synchronization
import TLogConformance
import Testing
import TransparencyLog

@Suite struct LogVerificationTests {
    static let sizes: [UInt64] = [0, 1, 2, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 70_000]

    private func verify(_ log: SampleLog, at checkpoint: Checkpoint? = nil, pinned: Checkpoint? = nil) throws -> VerifiedLog {
        let checkpoint = try checkpoint ?? log.checkpoint()
        return try LogVerification(checkpoint: checkpoint, pinned: pinned, bundlesPerPiece: 3, read: log.read)
            .verify { DispatchQueue.concurrentPerform(iterations: $0, execute: $1) }
    }

    /// What refused it.
    private func refusal(_ log: SampleLog, at checkpoint: Checkpoint? = nil, pinned: Checkpoint? = nil) throws -> TransparencyLogError? {
        do {
            _ = try verify(log, at: checkpoint, pinned: pinned)
            return nil
        } catch let error as TransparencyLogError {
            return error
        }
    }

    /// One log grown through all sizes; at each it verifies, serially and in parallel, and continues every earlier size.
    @Test func everySizeVerifies() throws {
        var log = try SampleLog()
        var earlier: [Checkpoint] = []
        for size in Self.sizes {
            let first = Int(log.size)
            try log.append((first..<Int(size)).map { Array("e\($0)".utf8) })
            let checkpoint = try Checkpoint(parsing: try SignedNote(parsing: try #require(log.files["checkpoint"])).text)
            let verified = try verify(log, at: checkpoint, pinned: earlier.last)
            #expect(verified.entryCount == size)
            #expect(verified.bundleCount == (size + 255) / 256)
            earlier.append(checkpoint)
        }
        // All the earlier partial files are still there, so the log verifies as of every earlier checkpoint too.
        for checkpoint in earlier where checkpoint.size < 1000 {
            #expect(try verify(log, at: checkpoint).entryCount == checkpoint.size)
        }
        for checkpoint in earlier where checkpoint.size < 1000 || checkpoint.size == 65_537 {
            let verified = try LogVerification(checkpoint: try #require(earlier.last), pinned: checkpoint, read: log.read).verify()
            #expect(verified.checkpoint.size == 70_000)
        }
    }

    /// A log may delete the partial files of a full tile; who comes with an older checkpoint takes the full file's beginning.
    @Test func aPartialFileThatIsGoneIsTheBeginningOfTheFullOne() throws {
        var log = try SampleLog(count: 300)
        let old = try log.checkpoint()
        try log.append((300..<600).map { Array("entry \($0)".utf8) })
        for path in ["tile/0/001.p/44", "tile/entries/001.p/44"] { #expect(log.files.removeValue(forKey: path) != nil) }
        #expect(try verify(log, at: old).entryCount == 300)
        var stored = try StoredLog(checkpoint: old, read: log.read)
        for index: UInt64 in [0, 255, 256, 299] {
            #expect(try stored.entry(at: index) == log.entries[Int(index)])
            try MerkleProof.verifyInclusion(
                of: .leaf(log.entries[Int(index)]), index: index, size: 300, root: old.root, proof: try stored.inclusionProof(index: index))
        }
        // What lies within the width is checked as ever; a file that is not whole is refused by its own name.
        for (path, offset, error) in [
            ("tile/0/001", 43 * 32, TransparencyLogError.alteredTile(path: "tile/0/001.p/44", position: 43)),
            ("tile/entries/001", 3, .alteredBundle(path: "tile/entries/001.p/44", index: 256)),
        ] {
            var altered = log
            altered.files[path]?[offset] ^= 1
            #expect(try refusal(altered, at: old) == error)
            altered.files[path] = altered.files[path].map { Array($0.prefix(100)) }
            #expect(try refusal(altered, at: old) == .malformedFile(path: path))
            altered.files[path] = nil
            #expect(try refusal(altered, at: old) == .missing(path: path + ".p/44"))
        }
    }

    /// A file that is another at a second reading: what is held against the pinned checkpoint is what was verified.
    @Test func aFileThatChangesBetweenTwoReadingsHelpsNobody() throws {
        let seen = try SampleLog(count: 300)
        let fork = try SampleLog(count: 700) { Array("\($0 < 270 ? "entry" : "fork") \($0)".utf8) }
        let pinned = try seen.checkpoint()
        let asked = Mutex<Set<String>>([])
        let verification = try LogVerification(checkpoint: try fork.checkpoint(), pinned: pinned) { path in
            // The second time, the bundle that the pinned checkpoint ends in begins as it did then.
            if path == "tile/entries/001", !asked.withLock({ $0.insert(path).inserted }) {
                let entries = (256..<512).map { Array("\($0 < 300 ? "entry" : "fork") \($0)".utf8) }
                return entries.flatMap { [UInt8($0.count >> 8), UInt8($0.count & 0xFF)] + $0 }
            }
            return fork.files[path]
        }
        #expect(throws: TransparencyLogError.fork(pinned: 300, found: 700)) { try verification.verify() }
        #expect(try refusal(fork, pinned: try fork.checkpoint(at: 300)) == nil)
    }

    @Test func inspectionSeesEveryEntryAndOnlyThenFails() throws {
        let log = try SampleLog(count: 1000)
        let seen = Mutex<[UInt64: Int]>([:])
        let verification = try LogVerification(checkpoint: try log.checkpoint(), bundlesPerPiece: 1, read: log.read) { index, entry in
            seen.withLock { $0[index] = entry.byteCount }
            if index == 700 || index == 300 { throw TransparencyLogError.malformedPath }
        }
        #expect(throws: TransparencyLogError.malformedPath) {
            try verification.verify { DispatchQueue.concurrentPerform(iterations: $0, execute: $1) }
        }
        let all = seen.withLock { $0 }
        // Within a piece nothing is inspected after a failure; the other pieces go on.
        #expect(all[299] == "entry 299".utf8.count)
        #expect(all[999] == "entry 999".utf8.count)
        // A log that is altered as well is refused for that, and not for what the inspection says.
        var altered = log
        altered.files["tile/entries/000"]?[5] ^= 1
        let second = try LogVerification(checkpoint: try log.checkpoint(), read: altered.read) { _, _ in
            throw TransparencyLogError.malformedPath
        }
        #expect(throws: TransparencyLogError.alteredBundle(path: "tile/entries/000", index: 0)) { try second.verify() }
    }

    @Test func aPieceLeftOutIsNoticed() throws {
        let log = try SampleLog(count: 1000)
        let verification = try LogVerification(checkpoint: try log.checkpoint(), bundlesPerPiece: 1, read: log.read)
        let pieces = (0..<verification.pieceCount).map { verification.verify(piece: $0) }
        #expect(try verification.conclude(pieces.reversed()).entryCount == 1000)
        #expect(throws: TransparencyLogError.malformedFrontier) { try verification.conclude(Array(pieces.dropLast())) }
        #expect(throws: TransparencyLogError.malformedFrontier) { try verification.conclude(Array(pieces.dropFirst())) }
        #expect(throws: TransparencyLogError.malformedFrontier) { try verification.conclude([]) }
    }

    // The attacks that a verifier exists for. Permanent.

    @Test func aFlippedByteInABundleIsNamed() throws {
        var log = try SampleLog(count: 700)
        // In the text of an entry of the second bundle.
        log.files["tile/entries/001"]?[2 + 4] ^= 0x01
        #expect(try refusal(log) == .alteredBundle(path: "tile/entries/001", index: 256))
        log = try SampleLog(count: 700)
        let last = try #require(log.files["tile/entries/002.p/188"]).count - 1
        log.files["tile/entries/002.p/188"]?[last] ^= 0x80
        #expect(try refusal(log) == .alteredBundle(path: "tile/entries/002.p/188", index: 699))
        log = try SampleLog(count: 700)
        // In a length: the bundle falls apart.
        log.files["tile/entries/000"]?[1] ^= 0x01
        #expect(try refusal(log) == .malformedFile(path: "tile/entries/000"))
    }

    @Test func aFlippedByteInATileIsNamed() throws {
        for (path, position) in [("tile/0/000", 3), ("tile/0/001", 255), ("tile/0/002.p/188", 0), ("tile/1/000.p/2", 1)] {
            var log = try SampleLog(count: 700)
            log.files[path]?[position * 32 + 7] ^= 0x10
            #expect(try refusal(log) == .alteredTile(path: path, position: position))
        }
    }

    @Test func aWrongRootIsNamed() throws {
        let log = try SampleLog(count: 700)
        let signed = Hash.sha256([1])
        let wrong = try Checkpoint(origin: Origin(log.signer.key.name), size: 700, root: signed)
        #expect(try refusal(log, at: wrong) == .wrongRoot(size: 700, signed: signed, computed: try log.root(at: 700)))
    }

    @Test func aMissingFileIsNamed() throws {
        for path in ["tile/entries/000", "tile/entries/002.p/188", "tile/0/001", "tile/0/002.p/188", "tile/1/000.p/2"] {
            var log = try SampleLog(count: 700)
            log.files[path] = nil
            #expect(try refusal(log) == .missing(path: path))
        }
    }

    @Test func aShortOrLongFileIsNamed() throws {
        for path in ["tile/entries/000", "tile/entries/002.p/188", "tile/0/001", "tile/0/002.p/188", "tile/1/000.p/2"] {
            for change in [{ Array($0.dropLast()) }, { $0 + [0] }, { $0 + $0 }, { _ in [] }] as [([UInt8]) -> [UInt8]] {
                var log = try SampleLog(count: 700)
                log.files[path] = log.files[path].map(change)
                #expect(try refusal(log) == .malformedFile(path: path))
            }
        }
    }

    /// Any key may sign any size: what is claimed must cost nothing, neither memory nor time.
    @Test(arguments: [UInt64(1) << 40, 1 << 62, UInt64(Int64.max)]) func aSizeThatIsOnlyClaimedIsAMissingFile(_ size: UInt64) throws {
        let log = try SampleLog(count: 700)
        let claimed = try Checkpoint(origin: Origin(log.signer.key.name), size: size, root: try log.checkpoint().root)
        // The first bundle that the log does not have in full.
        #expect(try refusal(log, at: claimed) == .missing(path: "tile/entries/002"))
        #expect(throws: TransparencyLogError.self) { try StoredLog(checkpoint: claimed, read: log.read) }
    }

    @Test func aReaderThatFailsIsNamed() throws {
        let log = try SampleLog(count: 10)
        struct Broken: Error {}
        let verification = try LogVerification(checkpoint: try log.checkpoint()) { _ in throw Broken() }
        #expect(throws: TransparencyLogError.unreadable(path: "tile/entries/000.p/10")) { try verification.verify() }
    }

    /// The trap of CVE-2026-56865: entry and level-0 tile forged together, everything above untouched, the root the signed one.
    @Test func aForgedEntryWithItsConsistentTileIsRefused() throws {
        for (entry, bundle, tile, count) in [(300, "tile/entries/001", "tile/0/001", 700), (5, "tile/entries/000", "tile/0/000", 66_000)] {
            var log = try SampleLog(count: count)
            let checkpoint = try log.checkpoint()
            try forge(entry: entry, in: &log, bundle: bundle, tile: tile)
            let first = UInt64(entry) & ~0xFF
            #expect(try refusal(log, at: checkpoint) == .forgedEntries(path: tile, from: first, upTo: first + 256))
            // And by the reader that fetches single entries with proofs, for the forged entry and for its neighbours.
            var reader = try StoredLog(checkpoint: checkpoint, read: log.read)
            #expect(throws: TransparencyLogError.alteredTile(path: tile, position: 0)) { try reader.entry(at: UInt64(entry)) }
            #expect(throws: TransparencyLogError.alteredTile(path: tile, position: 0)) { try reader.entry(at: first + 1) }
            #expect(throws: TransparencyLogError.alteredTile(path: tile, position: 0)) { try reader.inclusionProof(index: UInt64(entry)) }
            // Entries under other tiles can still be had.
            #expect(try reader.entry(at: UInt64(count) - 1) == log.entries[count - 1])
        }
    }

    /// Forged one level further up: the level-1 tile's hash as well, in a log that has a level-2 tile above it.
    @Test func aForgedSubtreeIsRefused() throws {
        var log = try SampleLog(count: 66_000)
        let checkpoint = try log.checkpoint()
        let forged = try forge(entry: 5, in: &log, bundle: "tile/entries/000", tile: "tile/0/000")
        log.files["tile/1/000"]?.replaceSubrange(0..<32, with: forged.bytes)
        #expect(try refusal(log, at: checkpoint) == .forgedEntries(path: "tile/1/000", from: 0, upTo: 65_536))
        var reader = try StoredLog(checkpoint: checkpoint, read: log.read)
        #expect(throws: TransparencyLogError.alteredTile(path: "tile/1/000", position: 0)) { try reader.entry(at: 5) }
    }

    /// In the last, partial bundle the tile is part of the root itself.
    @Test func aForgedEntryInThePartialTileIsRefused() throws {
        var log = try SampleLog(count: 700)
        let checkpoint = try log.checkpoint()
        try forge(entry: 600, in: &log, bundle: "tile/entries/002.p/188", tile: "tile/0/002.p/188")
        guard case .wrongRoot(700, checkpoint.root, _) = try refusal(log, at: checkpoint) else {
            Issue.record("not refused")
            return
        }
    }

    /// Replaces an entry by one of another length, with the leaf hash to match; gives the forged tile's root.
    @discardableResult
    private func forge(entry: Int, in log: inout SampleLog, bundle: String, tile: String) throws -> Hash {
        let width = min(256, Int(log.size) - entry & ~0xFF)
        let stored = try #require(log.files[bundle])
        var entries = try #require(EntryBundle.entries(of: stored, width: width))
        entries[entry & 0xFF] = Array("forged".utf8)
        var bytes: [UInt8] = []
        for entry in entries { try EntryBundle.append(entry, to: &bytes) }
        log.files[bundle] = bytes
        log.files[tile] = entries.flatMap { Hash.leaf($0).bytes }
        var frontier = Frontier()
        for entry in entries { try frontier.append(leafHash: .leaf(entry)) }
        return frontier.root
    }

    @Test func truncationIsNamed() throws {
        let log = try SampleLog(count: 700)
        let pinned = try log.checkpoint()
        var shorter = try SampleLog(count: 300)
        #expect(try refusal(shorter, pinned: pinned) == .truncated(pinned: 700, found: 300))
        // The files of the shorter log under the longer one's checkpoint.
        shorter.files["checkpoint"] = log.files["checkpoint"]
        #expect(try refusal(shorter, at: pinned) == .missing(path: "tile/entries/001"))
    }

    @Test func aSignedForkIsNamed() throws {
        let honest = try SampleLog(count: 300)
        let fork = try SampleLog(count: 700) { Array((("entry \($0)") + ($0 == 17 ? "!" : "")).utf8) }
        // The same key signs it; by itself it is a perfect log.
        #expect(try verify(fork).entryCount == 700)
        #expect(try refusal(fork, pinned: try honest.checkpoint()) == .fork(pinned: 300, found: 700))
        let sameSize = try SampleLog(count: 300) { Array((("entry \($0)") + ($0 == 17 ? "!" : "")).utf8) }
        #expect(try refusal(sameSize, pinned: try honest.checkpoint()) == .sameSizeFork(size: 300))
        // Another log altogether.
        let origin = try #require(Origin("elsewhere"))
        let other = try Checkpoint(origin: origin, size: 300, root: try honest.root(at: 300))
        #expect(try refusal(honest, pinned: other) == .wrongOrigin(expected: origin, found: Origin(honest.signer.key.name)))
    }

    /// Property: no single altered byte in any file passes, and the refusal names that file.
    @Test(arguments: [UInt64.random(in: 0...UInt64.max), 4])
    func noAlteredBytePasses(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let log = try SampleLog(count: 520)
        let checkpoint = try log.checkpoint()
        let paths = log.files.keys.filter { $0.hasPrefix("tile/") }.sorted()
        for _ in 0..<60 {
            let path = try #require(paths.randomElement(using: &random))
            var altered = log
            let place = Int.random(in: 0..<(altered.files[path]?.count ?? 1), using: &random)
            altered.files[path]?[place] ^= UInt8.random(in: 1...255, using: &random)
            switch try refusal(altered, at: checkpoint) {
            case .alteredBundle(path, _), .alteredTile(path, _), .malformedFile(path): continue
            case let found: Issue.record("seed \(seed), \(path), byte \(place): \(String(describing: found))")
            }
        }
    }

    @Test func storedLogProvesEveryEntry() throws {
        let log = try SampleLog(count: 520)
        let checkpoint = try log.checkpoint()
        var reader = try StoredLog(checkpoint: checkpoint, read: log.read)
        for index in UInt64(0)..<520 {
            #expect(try reader.entry(at: index) == log.entries[Int(index)])
            let proof = try reader.inclusionProof(index: index)
            try MerkleProof.verifyInclusion(
                of: .leaf(log.entries[Int(index)]), index: index, size: 520, root: checkpoint.root, proof: proof)
        }
        for old in UInt64(1)...520 {
            let proof = try reader.consistencyProof(from: old)
            try MerkleProof.verifyConsistency(
                oldSize: old, oldRoot: try log.root(at: old), newSize: 520, newRoot: checkpoint.root, proof: proof)
        }
        #expect(throws: TransparencyLogError.indexOutOfRange(index: 520, size: 520)) { try reader.entry(at: 520) }
        #expect(throws: TransparencyLogError.indexOutOfRange(index: 1, size: 520)) { try reader.hash(at: NodeAddress(level: 9, index: 1)) }
        #expect(throws: TransparencyLogError.indexOutOfRange(index: 0, size: 520)) { try reader.hash(at: NodeAddress(level: 63, index: 0)) }
        var altered = log
        altered.files["tile/entries/001"]?[3] ^= 1
        var second = try StoredLog(checkpoint: checkpoint, read: altered.read)
        #expect(throws: TransparencyLogError.alteredBundle(path: "tile/entries/001", index: 256)) { try second.entry(at: 256) }
        let wrong = try Checkpoint(origin: checkpoint.origin, size: 520, root: .emptyTree)
        #expect(throws: TransparencyLogError.wrongRoot(size: 520, signed: .emptyTree, computed: checkpoint.root)) {
            try StoredLog(checkpoint: wrong, read: log.read)
        }
    }
}
