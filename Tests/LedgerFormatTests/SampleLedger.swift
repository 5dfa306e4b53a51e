import LedgerFormat
import TLogConformance
import TransparencyLog

/// A ledger in memory with its side table, as a vault would export it.
struct SampleLedger {
    var log: SampleLog
    private(set) var side: [UInt64: SideEntry] = [:]
    private var random = SeededGenerator(seed: 11)
    let officers: [NoteSigner]

    init(count: Int = 0, seed: UInt8 = 1) throws {
        log = try SampleLog(name: "kluis.example.org/waterwolde", seed: seed)
        officers = try (0..<3).map { try SeedSigner.make(name: "officer-\($0)", seed: [UInt8](repeating: UInt8(70 + $0), count: 32)) }
        log.files["officers.vkey"] = officers.flatMap { Array("\($0.key.text)\n".utf8) }
        var leaves: [BuiltLeaf] = []
        for number in 0..<count { leaves.append(try leaf(UInt64(number))) }
        try append(leaves)
    }

    mutating func leaf(_ seq: UInt64) throws -> BuiltLeaf {
        var line = LogLine(
            .decision(seq % 7 == 0 ? .refuse : .permit, effect: nil), moment: 1_763_770_000_000 + Int64(seq),
            caller: try Token("w-\(seq % 5)"),
            action: try Token("itemRead"))
        line.residents = [LogLine.Concern(try Token("r-\(seq % 11)"))]
        return try line.leaves(at: seq) { random.bytes(32) }[0]
    }

    mutating func append(_ leaves: [BuiltLeaf]) throws {
        try log.append(leaves.map(\.leaf.bytes))
        for leaf in leaves { side[leaf.leaf.seq] = leaf.side }
    }

    /// Erases lines, and publishes the tombstone's opening.
    mutating func erase(_ ranges: [ClosedRange<UInt64>], signedBy signers: [NoteSigner]) throws {
        var tombstone = try Tombstone(moment: 1_763_770_900_000, ground: .retention, order: try Token("D-2026-7"), erased: ranges)
        for signer in signers { try tombstone.sign(by: signer) }
        let seq = log.size
        let built = try tombstone.leaf(at: seq) { random.bytes(32) }
        try append([built])
        for range in ranges { for seq in range { side[seq] = nil } }
        let published = try log.files["openings"].map { bytes throws(LedgerFormatError) in try Openings.parse(bytes) } ?? []
        log.files["openings"] = Openings.serialize(published + built.side.openings)
    }

    func verifier(pinnedKey: VerifierKey? = nil, pinned: Checkpoint? = nil, policy: Policy? = nil) -> OfflineVerifier {
        OfflineVerifier(pinnedKey: pinnedKey, pinnedCheckpoint: pinned, policy: policy, read: log.read)
    }
}
