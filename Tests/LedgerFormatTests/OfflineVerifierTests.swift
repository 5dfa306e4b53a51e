import Dispatch
import LedgerFormat
import TLogConformance
import Testing
import TransparencyLog

@Suite struct OfflineVerifierTests {
    private func refusal(_ ledger: SampleLedger, key: VerifierKey? = nil, pinned: Checkpoint? = nil) -> LedgerFormatError? {
        do throws(LedgerFormatError) {
            _ = try ledger.verifier(pinnedKey: key, pinned: pinned).verify { DispatchQueue.concurrentPerform(iterations: $0, execute: $1) }
            return nil
        } catch {
            return error
        }
    }

    @Test func anHonestExportChecksOut() throws {
        for count in [0, 1, 255, 256, 257, 700] {
            var ledger = try SampleLedger(count: count)
            let earlier = try ledger.log.checkpoint()
            try ledger.append([try ledger.leaf(ledger.log.size)])
            let report = try ledger.verifier(pinnedKey: ledger.log.signer.key, pinned: earlier).verify()
            #expect(report.leafCount == UInt64(count) + 1)
            #expect(report.checkpoint.checkpoint.size == UInt64(count) + 1)
            #expect(report.isKeyPinned)
            #expect(report.pinned == earlier)
            #expect(report.tombstones.bySeq.isEmpty)
            #expect(try ledger.verifier().verify().isKeyPinned == false)
        }
    }

    @Test func aLeafOutOfPlaceIsFound() throws {
        // The vault's own key signs each of these logs; only the leaves' numbers give them away.
        let table: [(LedgerFormatError, (inout [[UInt8]]) -> Void)] = [
            (.outOfSequence(index: 5, found: 6), { $0.remove(at: 5) }),
            (.outOfSequence(index: 5, found: 9), { $0.swapAt(5, 9) }),
            (.outOfSequence(index: 6, found: 5), { $0.insert($0[5], at: 6) }),
            (.outOfSequence(index: 0, found: 1), { $0.removeFirst() }),
            (.notALeaf(index: 299), { $0[299] = Array("vault-audit/v1\n299\n".utf8) }),
            (.notALeaf(index: 256), { $0[256].append(0x0A) }),
            (.notALeaf(index: 12), { $0[12] = [] }),
        ]
        for (expected, change) in table {
            var entries = try SampleLedger(count: 300).log.entries
            change(&entries)
            var ledger = try SampleLedger()
            try ledger.log.append(entries)
            #expect(refusal(ledger) == expected)
        }
    }

    @Test func aMissingOrForeignKeyIsNamed() throws {
        var ledger = try SampleLedger(count: 5)
        let key = ledger.log.signer.key
        let stranger = try SampleLedger(count: 5, seed: 9).log.signer.key
        #expect(refusal(ledger, key: stranger) == .wrongKey(expected: stranger, found: key))
        ledger.log.files["log.vkey"] = nil
        #expect(refusal(ledger) == .missingFile("log.vkey"))
        #expect(refusal(ledger, key: key) == nil)
        #expect(refusal(ledger, key: stranger) == .log(.noKnownSignature))
        for text in ["", "nonsense\n", "\(key.text)", "\(key.text)\n\(stranger.text)\n"] {
            ledger.log.files["log.vkey"] = Array(text.utf8)
            #expect(refusal(ledger) == .malformedKeyFile("log.vkey"), "\(text)")
        }
        // Signed again with another key that the export brings along: found only by who knows the key.
        var resigned = try SampleLedger(count: 5, seed: 9)
        #expect(refusal(resigned) == nil)
        #expect(refusal(resigned, key: key) == .wrongKey(expected: key, found: stranger))
        resigned.log.files["checkpoint"] = nil
        #expect(refusal(resigned) == .missingFile("checkpoint"))
    }

    @Test func aQuorumIsDemandedWhereThereIsAPolicy() throws {
        var ledger = try SampleLedger(count: 5)
        let witness = try SeedSigner.make(name: "w", algorithm: .timestampedCosignature, seed: [UInt8](repeating: 3, count: 32))
        let policy = try Policy(parsing: Array("witness w \(witness.key.text)\nquorum w\n".utf8))
        #expect(throws: LedgerFormatError.log(.quorumNotReached)) { try ledger.verifier(policy: policy).verify() }
        var note = try ledger.log.note()
        try note.append(try witness.signature(over: note.text, time: 5))
        ledger.log.files["checkpoint"] = note.bytes
        #expect(try ledger.verifier(policy: policy).verify().checkpoint.cosignatures.count == 1)
    }

    // The attacks by name, through the verifier that outsiders run. Permanent.

    /// A policy that names logs is the reader's word on which key is right: whoever exports under another key is refused.
    @Test func aPolicyThatNamesLogsSpeaksOfNoOthers() throws {
        let ledger = try SampleLedger(count: 5)
        let key = ledger.log.signer.key
        let stranger = try SampleLedger(count: 5, seed: 9).log.signer.key
        func verify(_ logs: [VerifierKey], key pinned: VerifierKey? = nil) throws -> OfflineVerifier.Report {
            let text = logs.map { "log \($0)\n" }.joined() + "quorum none\n"
            return try OfflineVerifier(pinnedKey: pinned, policy: try Policy(parsing: Array(text.utf8)), read: ledger.log.read).verify()
        }
        #expect(throws: LedgerFormatError.wrongKey(expected: stranger, found: key)) { try verify([stranger]) }
        #expect(throws: LedgerFormatError.wrongKey(expected: stranger, found: key)) { try verify([stranger], key: key) }
        #expect(try verify([stranger, key]).isKeyPinned)
        #expect(try !verify([]).isKeyPinned)
    }

    @Test func everyAttackIsRefusedByName() throws {
        let honest = try SampleLedger(count: 700)
        let checkpoint = try honest.log.checkpoint()
        func altered(_ change: (inout SampleLedger) throws -> Void) rethrows -> LedgerFormatError? {
            var ledger = honest
            try change(&ledger)
            return refusal(ledger, key: honest.log.signer.key, pinned: checkpoint)
        }
        #expect(altered { _ in } == nil)
        // A flipped byte in a bundle, where the leaf stays a leaf and where it does not.
        #expect(altered { $0.log.files["tile/entries/000"]?[2 + 20] ^= 0x01 } == .log(.alteredBundle(path: "tile/entries/000", index: 0)))
        #expect(altered { $0.log.files["tile/entries/001"]?[2] ^= 0x80 } == .log(.alteredBundle(path: "tile/entries/001", index: 256)))
        // A flipped byte in a tile.
        #expect(altered { $0.log.files["tile/0/001"]?[64] ^= 0x01 } == .log(.alteredTile(path: "tile/0/001", position: 2)))
        #expect(altered { $0.log.files["tile/1/000.p/2"]?[0] ^= 0x01 } == .log(.alteredTile(path: "tile/1/000.p/2", position: 0)))
        // A flipped byte in the root: then nobody signed it. Signed again, it is the wrong root.
        #expect(
            try altered {
                let root = checkpoint.root.base64
                let other = (root.first == "A" ? "B" : "A") + root.dropFirst()
                let text = String(decoding: try #require($0.log.files["checkpoint"]), as: UTF8.self).replacing(root, with: other)
                $0.log.files["checkpoint"] = Array(text.utf8)
            } == .log(.badSignature(honest.log.signer.key.name)))
        let wrong = try Checkpoint(origin: checkpoint.origin, size: 701, root: .sha256([1])).signed(by: honest.log.signer)
        #expect(altered { $0.log.files["checkpoint"] = wrong.bytes } == .log(.missing(path: "tile/entries/002.p/189")))
        var unpinned = honest
        unpinned.log.files["checkpoint"] =
            try Checkpoint(origin: checkpoint.origin, size: 700, root: .sha256([1])).signed(by: honest.log.signer).bytes
        #expect(refusal(unpinned) == .log(.wrongRoot(size: 700, signed: .sha256([1]), computed: checkpoint.root)))
        // A deleted bundle, a deleted tile.
        #expect(altered { $0.log.files["tile/entries/001"] = nil } == .log(.missing(path: "tile/entries/001")))
        #expect(altered { $0.log.files["tile/0/000"] = nil } == .log(.missing(path: "tile/0/000")))
        // Truncation, with an old and honest checkpoint.
        #expect(try altered { $0 = try SampleLedger(count: 300) } == .log(.truncated(pinned: 700, found: 300)))
        // A fork that the vault's key signed, longer and of the same size.
        #expect(try altered { $0 = try Self.fork(of: honest, count: 701) } == .log(.fork(pinned: 700, found: 701)))
        #expect(try altered { $0 = try Self.fork(of: honest, count: 700) } == .log(.sameSizeFork(size: 700)))
    }

    /// A well-formed leaf put in the place of another, with the level-0 tile made to match (CVE-2026-56865).
    @Test func aForgedLeafWithItsConsistentTileIsRefused() throws {
        var ledger = try SampleLedger(count: 700)
        let bundle = "tile/entries/001"
        let stored = try #require(ledger.log.files[bundle])
        var entries = try #require(EntryBundle.entries(of: stored, width: 256))
        entries[44] = try Leaf(seq: 300, commitments: (0..<5).map { .sha256([UInt8($0)]) }).bytes
        var bytes: [UInt8] = []
        for entry in entries { try EntryBundle.append(entry, to: &bytes) }
        ledger.log.files[bundle] = bytes
        ledger.log.files["tile/0/001"] = entries.flatMap { Hash.leaf($0).bytes }
        #expect(refusal(ledger) == .log(.forgedEntries(path: "tile/0/001", from: 256, upTo: 512)))
    }

    private static func fork(of ledger: SampleLedger, count: Int) throws -> SampleLedger {
        var entries = ledger.log.entries
        entries[17] = try Leaf(seq: 17, commitments: (0..<5).map { .sha256([UInt8($0)]) }).bytes
        var fork = try SampleLedger()
        try fork.log.append(entries)
        while fork.log.size < count { try fork.append([try fork.leaf(fork.log.size)]) }
        return fork
    }

    // Erasure.

    @Test func erasedLinesAreExplained() throws {
        var ledger = try SampleLedger(count: 40)
        try ledger.erase([3...3, 10...19], signedBy: [ledger.officers[0], ledger.officers[1]])
        try ledger.append([try ledger.leaf(41)])
        try ledger.erase([25...25], signedBy: [ledger.officers[1], ledger.officers[2]])
        let report = try ledger.verifier().verify()
        #expect(report.leafCount == 43)
        #expect(report.tombstones.bySeq.keys.sorted() == [40, 42])
        #expect(report.tombstones.erasedCount == 12)
        func status(_ seq: UInt64) -> LineStatus { report.tombstones.status(of: seq, isPresent: ledger.side[seq] != nil) }
        #expect(status(2) == .present)
        #expect(status(3) == .erased(under: 40))
        #expect(status(15) == .erased(under: 40))
        #expect(status(25) == .erased(under: 42))
        #expect(report.tombstones.status(of: 26, isPresent: false) == .missing)
    }

    @Test func tombstonesNeedTwoOfficersAndAnEarlierLeaf() throws {
        for signers in [[0], [0, 0]] {
            var ledger = try SampleLedger(count: 40)
            try ledger.erase([3...3], signedBy: signers.map { ledger.officers[$0] })
            #expect(refusal(ledger) == .malformedTombstone(.tooFewOfficers))
        }
        // A stranger signs beside one officer.
        var ledger = try SampleLedger(count: 40)
        let stranger = try SeedSigner.make(name: "stranger", seed: [UInt8](repeating: 99, count: 32))
        try ledger.erase([3...3], signedBy: [ledger.officers[0], stranger])
        #expect(refusal(ledger) == .malformedTombstone(.tooFewOfficers))
        // One officer under two names.
        ledger = try SampleLedger(count: 40)
        let alias = try SeedSigner.make(name: "officer-9", seed: [UInt8](repeating: 70, count: 32))
        ledger.log.files["officers.vkey"]? += Array("\(alias.key.text)\n".utf8)
        try ledger.erase([3...3], signedBy: [ledger.officers[0], alias])
        #expect(refusal(ledger) == .malformedTombstone(.tooFewOfficers))
        // Later leaves, and the tombstone's own.
        ledger = try SampleLedger(count: 40)
        #expect(throws: LedgerFormatError.malformedTombstone(.erasesLaterLeaf)) {
            try ledger.erase([40...40], signedBy: ledger.officers)
        }
        // Another tombstone.
        try ledger.erase([3...3], signedBy: ledger.officers)
        try ledger.erase([40...40], signedBy: ledger.officers)
        #expect(refusal(ledger) == .malformedTombstone(.erasesTombstone))
    }

    @Test func openingsThatDoNotFitAreRefused() throws {
        var ledger = try SampleLedger(count: 40)
        try ledger.erase([3...3], signedBy: ledger.officers)
        let bytes = try #require(ledger.log.files["openings"])
        let opening = try Openings.parse(bytes)[0]
        func with(_ openings: [Opening]) -> LedgerFormatError? {
            var altered = ledger
            altered.log.files["openings"] = Openings.serialize(openings)
            return refusal(altered)
        }
        let salt = try Salt([UInt8](repeating: 0, count: 32))
        #expect(with([opening]) == nil)
        #expect(with([try Opening(seq: 40, slot: 4, salt: salt, segment: opening.segment)]) == .openingMismatch(seq: 40, slot: 4))
        #expect(with([try Opening(seq: 39, slot: 4, salt: opening.salt, segment: opening.segment)]) == .openingMismatch(seq: 39, slot: 4))
        #expect(with([try Opening(seq: 41, slot: 4, salt: opening.salt, segment: opening.segment)]) == .openingBeyondLog(seq: 41, size: 41))
        // An opening that says something about somebody has no place in an export.
        let officers = try #require(ledger.side[7]?.officers)
        #expect(with([officers, opening]) == .malformedSegment)
        var altered = ledger
        altered.log.files["officers.vkey"] = nil
        #expect(refusal(altered) == .missingFile("officers.vkey"))
        altered.log.files["officers.vkey"] = Array("x\n".utf8)
        #expect(refusal(altered) == .malformedKeyFile("officers.vkey"))
    }

    @Test func tombstonesHaveOneSpelling() throws {
        let order = try Token("D-1")
        var tombstone = try Tombstone(moment: 5, ground: .order, order: order, erased: [1...1, 3...5])
        let officer = try SeedSigner.make(name: "o", seed: [UInt8](repeating: 7, count: 32))
        try tombstone.sign(by: officer)
        let text = String(decoding: tombstone.note.bytes, as: UTF8.self)
        #expect(text.hasPrefix("kluis-tombstone/v1\nmoment 5\nground order\norder D-1\nerased 1\nerased 3-5\n\n— o "))
        #expect(try Tombstone(parsing: tombstone.note.bytes) == tombstone)
        let table = [
            text.replacing("v1", with: "v2"), text.replacing("moment 5", with: "moment 05"),
            text.replacing("ground order", with: "ground x"),
            text.replacing("order D-1", with: "order "), text.replacing("order D-1", with: "order D 1"),
            text.replacing("erased 1\n", with: "erased 1-1\n"), text.replacing("erased 3-5", with: "erased 5-3"),
            text.replacing("erased 1\nerased 3-5", with: "erased 3-5\nerased 1"),
            text.replacing("erased 1\n", with: "erased 2\n"), text.replacing("erased 1\nerased 3-5\n", with: ""),
            text.replacing("erased 1\n", with: "erased\n"), text.replacing("erased 1\n", with: "erased 1-2-3\n"), "",
        ]
        for text in table {
            #expect(throws: LedgerFormatError.self, "\(text)") { try Tombstone(parsing: Array(text.utf8)) }
        }
        for ranges in [[], [3...4, 4...5], [3...4, 5...6], [9...9, 1...1], [UInt64(Int64.max)...UInt64(Int64.max)]]
            as [[ClosedRange<UInt64>]]
        {
            #expect(throws: LedgerFormatError.malformedTombstone(.ranges)) {
                try Tombstone(moment: 5, ground: .order, order: order, erased: ranges)
            }
        }
    }
}
