import TransparencyLog

/// A leaf to append and what to keep beside it.
public struct BuiltLeaf: Sendable, Hashable {
    /// Public.
    public let leaf: Leaf
    /// To be encrypted before it is stored.
    public let side: SideEntry
}

extension LogLine {
    /// Leaves that this line takes: one, and one more for every further four residents.
    public var leafCount: Int { max(1, (residents.count + Leaf.residentSlotCount - 1) / Leaf.residentSlotCount) }

    /// Checks what the types do not, and that the line can have this number.
    ///
    /// - Throws: `malformedLine`.
    public func validate(at seq: UInt64) throws(LedgerFormatError) {
        try validate()
        if case .outcome(let decision, _) = phase, decision >= seq { throw .malformedLine(.outcomeBeforeDecision) }
        guard seq < Frontier.maximumSize - UInt64(leafCount) else { throw .malformedLine(.sequenceNumber) }
    }

    /// The leaves of this line, to be appended one after another.
    ///
    /// - Parameters:
    ///   - seq: the number of the first: the size of the log.
    ///   - random: gives 32 fresh random bytes at each call.
    /// - Throws: `malformedLine`, `noRandomness`.
    public func leaves(at seq: UInt64, random: () throws -> [UInt8]) throws(LedgerFormatError) -> [BuiltLeaf] {
        try validate(at: seq)
        let officers = canonicalBytes
        // Nearly every line.
        if residents.count <= Leaf.residentSlotCount {
            return [try BuiltLeaf(seq: seq, residents: segments(residents[...]), officers: officers, followsFromLine: true, random: random)]
        }
        var leaves: [BuiltLeaf] = []
        for first in stride(from: 0, to: residents.count, by: Leaf.residentSlotCount) {
            // In a line's first leaf the residents' segments are made from the line that stands beside them.
            let isFirst = first == 0
            leaves.append(
                try BuiltLeaf(
                    seq: seq + UInt64(leaves.count),
                    residents: segments(residents[first..<min(first + Leaf.residentSlotCount, residents.count)]),
                    officers: isFirst ? officers : Segment.continuation(of: seq, moment: moment).bytes, followsFromLine: isFirst,
                    random: random))
        }
        return leaves
    }

    private func segments(_ concerns: ArraySlice<Concern>) -> [[UInt8]] { concerns.map { segment(for: $0).canonicalBytes } }
}

extension Tombstone {
    /// The leaf of this erasure.
    ///
    /// - Parameters: as ``LogLine/leaves(at:random:)``.
    /// - Throws: `malformedTombstone(.erasesLaterLeaf)`, `noRandomness`.
    public func leaf(at seq: UInt64, random: () throws -> [UInt8]) throws(LedgerFormatError) -> BuiltLeaf {
        try validate(at: seq)
        return try BuiltLeaf(seq: seq, officers: note.bytes, random: random)
    }
}

extension BuiltLeaf {
    /// - Parameters:
    ///   - residents: the bytes of their segments, at most four.
    ///   - officers: the bytes of the officers' segment.
    ///   - followsFromLine: whether the residents' segments are those of the line in the officers' slot.
    init(
        seq: UInt64, residents: [[UInt8]] = [], officers: [UInt8], followsFromLine: Bool = false, random: () throws -> [UInt8]
    ) throws(LedgerFormatError) {
        func fresh() throws(LedgerFormatError) -> [UInt8] {
            guard let bytes = try? random(), bytes.count == Salt.byteCount else { throw .noRandomness }
            return bytes
        }
        var openings: [Opening] = []
        openings.reserveCapacity(residents.count + 1)
        var commitments: [Hash] = []
        commitments.reserveCapacity(Leaf.slotCount)
        for slot in 0..<Leaf.slotCount {
            let segment = slot == Leaf.officersSlot ? officers : slot < residents.count ? residents[slot] : nil
            if let segment {
                let opening = try Opening(seq: seq, slot: slot, salt: try Salt(try fresh()), segment: segment)
                commitments.append(opening.commitment)
                openings.append(opening)
            } else if let padding = Hash(try fresh()) {
                commitments.append(padding)
            }
        }
        leaf = try Leaf(seq: seq, commitments: commitments)
        side = try SideEntry(seq: seq, openings: openings, followsFromLine: followsFromLine)
    }
}
