import TLogConformance
import Testing
import TransparencyLog

@Suite struct PolicyTests {
    private let log: SampleLog
    private let witnesses: [NoteSigner]

    init() throws {
        log = try SampleLog(count: 10)
        witnesses = try (0..<6).map {
            try SeedSigner.make(
                name: "w\($0).example.org", algorithm: .timestampedCosignature, seed: [UInt8](repeating: UInt8(40 + $0), count: 32))
        }
    }

    private func text(_ rest: String) -> [UInt8] {
        var text = "# whom we trust\n\nlog \(log.signer.key.text) https://log.example.org/\n"
        for (number, witness) in witnesses.enumerated() { text += "witness W\(number)\t\(witness.key.text)\n" }
        return Array((text + rest).utf8)
    }

    @Test func groupsOfGroupsDecide() throws {
        let policy = try Policy(
            parsing: text("group X 2 W0 W1 W2\ngroup Y any W3 W4\n  group both all X Y  \nquorum both\n"))
        #expect(policy.logs.count == 1)
        #expect(policy.witnesses.count == 6)
        #expect(policy.logs[0].url == Array("https://log.example.org/".utf8))
        let keys = witnesses.map(\.key)
        let table: [([Int], Bool)] = [
            ([], false), ([0, 1], false), ([0, 3], false), ([0, 1, 3], true), ([1, 2, 4], true), ([0, 0, 3], false), ([0, 1, 5], false),
            ([0, 1, 2, 3, 4, 5], true),
        ]
        for (members, isEnough) in table { #expect(policy.isQuorum(members.map { keys[$0] }) == isEnough, "\(members)") }
    }

    /// Held against trying every set of witnesses.
    @Test func theLeastQuorumIsTheSmallestThatDecides() throws {
        let table: [(String, Int)] = [
            ("quorum none", 0), ("quorum W3", 1), ("group g any W0 W1 W2\nquorum g", 1), ("group g all W0 W1 W2\nquorum g", 3),
            ("group g 4 W0 W1 W2 W3 W4\nquorum g", 4), ("group X 2 W0 W1 W2\ngroup Y any W3 W4\ngroup both all X Y\nquorum both", 3),
            ("group X all W0 W1 W2\ngroup Y all W3 W4\ngroup either any X Y W5\nquorum either", 1),
            ("group X all W0 W1 W2\ngroup Y all W3 W4\ngroup either any X Y\nquorum either", 2),
        ]
        let keys = witnesses.map(\.key)
        for (rules, expected) in table {
            let policy = try Policy(parsing: text(rules + "\n"))
            let quorums = (0..<64).filter { set in policy.isQuorum(keys.indices.filter { set >> $0 & 1 == 1 }.map { keys[$0] }) }
            #expect(quorums.map(\.nonzeroBitCount).min() == expected && policy.leastQuorum == expected, "\(rules)")
        }
    }

    @Test func noQuorumAndASingleWitness() throws {
        #expect(try Policy(parsing: text("quorum none\n")).isQuorum([]))
        let single = try Policy(parsing: text("quorum W5\n"))
        #expect(!single.isQuorum([witnesses[4].key]))
        #expect(single.isQuorum([witnesses[5].key]))
    }

    @Test func checkpointsAreHeldAgainstThePolicy() throws {
        let policy = try Policy(parsing: text("group g 2 W0 W1\nquorum g\n"))
        var note = try log.note()
        try note.append(try witnesses[0].signature(over: note.text, time: 5))
        // The same witness twice is one witness.
        try note.append(try witnesses[0].signature(over: note.text, time: 6))
        #expect(throws: TransparencyLogError.quorumNotReached) { try policy.verify(note) }
        try note.append(try witnesses[1].signature(over: note.text, time: 7))
        #expect(try policy.verify(note).cosignatures.count == 3)
        // A bad cosignature of a known witness refuses everything, quorum or not.
        try note.append(NoteSignature(key: witnesses[2].key, payload: [UInt8](repeating: 0, count: 72)))
        #expect(throws: TransparencyLogError.badSignature(witnesses[2].key.name)) { try policy.verify(note) }
    }

    @Test func receiptsAreHeldAgainstThePolicy() throws {
        let policy = try Policy(parsing: text("quorum W0\n"))
        var note = try log.note()
        var reader = try StoredLog(checkpoint: try log.checkpoint(), read: log.read)
        let hashes = try reader.inclusionProof(index: 7)
        let bare = try TLogProof(index: 7, hashes: hashes, note: note, extra: Array("more".utf8))
        #expect(throws: TransparencyLogError.quorumNotReached) { try bare.verify(leafHash: .leaf(log.entries[7]), policy: policy) }
        try note.append(try witnesses[0].signature(over: note.text, time: 5))
        let proof = try TLogProof(index: 7, hashes: hashes, note: note, extra: Array("more".utf8))
        let again = try TLogProof(parsing: proof.bytes)
        #expect(again == proof)
        #expect(again.extra == Array("more".utf8))
        try again.verify(leafHash: .leaf(log.entries[7]), policy: policy)
        #expect(throws: TransparencyLogError.proofMismatch) { try again.verify(leafHash: .leaf(log.entries[6]), policy: policy) }
    }

    @Test func malformedReceiptsAreRefused() throws {
        var reader = try StoredLog(checkpoint: try log.checkpoint(), read: log.read)
        let proof = try TLogProof(index: 7, hashes: try reader.inclusionProof(index: 7), note: try log.note())
        let good = String(decoding: proof.bytes, as: UTF8.self)
        let table: [(String, TLogProofDefect)] = [
            ("", .header), (good.replacing("@v1", with: "@v2"), .header), (good.replacing("index 7", with: "index 07"), .index),
            (good.replacing("index 7", with: "Index 7"), .index), (good.replacing("index 7", with: "extra AA=\nindex 7"), .extra),
            (good.replacing("index 7", with: "index 9223372036854775807"), .index), (good.replacing("index 7", with: "index 7\nx"), .proof),
            ("c2sp.org/tlog-proof@v1\nindex 7\n", .noCheckpoint),
            (good.replacing("index 7\n", with: "index 7\n" + String(repeating: "\(Hash.emptyTree.base64)\n", count: 64)), .proof),
        ]
        for (text, defect) in table {
            #expect(throws: TransparencyLogError.malformedTLogProof(defect), "\(text.prefix(80))") {
                try TLogProof(parsing: Array(text.utf8))
            }
        }
    }

    @Test func malformedPoliciesAreRefusedWithTheirLine() throws {
        let first = 10
        let table: [(String, Int, PolicyDefect)] = [
            ("", 0, .noQuorum),
            ("quorum none", 0, .noFinalNewline),
            ("quorum none\nquorum none\n", first + 1, .secondQuorum),
            ("quorum W9\n", first, .unknownName),
            ("quorum\n", first, .wrongItemCount),
            ("Quorum none\n", first, .unknownKeyword),
            ("group g 0 W0\nquorum g\n", first, .malformedThreshold),
            ("group g 2 W0\nquorum g\n", first, .malformedThreshold),
            ("group g 01 W0\nquorum g\n", first, .malformedThreshold),
            ("group g some W0\nquorum g\n", first, .malformedThreshold),
            ("group g any\nquorum g\n", first, .wrongItemCount),
            ("group g any g\nquorum g\n", first, .unknownName),
            ("group g any none\nquorum g\n", first, .unknownName),
            ("group none any W0\nquorum none\n", first, .reservedName),
            ("group W0 any W1\nquorum W0\n", first, .duplicateName),
            ("group g any W0 W0\nquorum g\n", first, .memberUsedTwice),
            ("group g any W0\ngroup h any W0\nquorum h\n", first + 1, .memberUsedTwice),
            ("witness W9 \(witnesses[0].key.text)\nquorum none\n", first, .duplicateKey),
            ("witness W9 \(log.signer.key.text)\nquorum none\n", first, .malformedKey),
            ("log \(log.signer.key.text)\nquorum none\n", first, .duplicateKey),
            ("log \(witnesses[0].key.text)\nquorum none\n", first, .malformedKey),
            ("quorum none\r\n", first, .controlCharacter),
        ]
        for (rest, line, defect) in table {
            #expect(throws: TransparencyLogError.malformedPolicy(line: line, defect), "\(rest)") { try Policy(parsing: text(rest)) }
        }
        // Names are octets: a letter that looks like W0 is another name.
        #expect(throws: TransparencyLogError.malformedPolicy(line: first, .unknownName)) { try Policy(parsing: text("quorum Ｗ0\n")) }
    }
}
