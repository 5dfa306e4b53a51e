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
        var leaves: [BuiltLeaf] = []
        for number in 0..<leafCount {
            let first = number * Leaf.residentSlotCount
            let part = residents[min(first, residents.count)..<min(first + Leaf.residentSlotCount, residents.count)]
            let officers: Segment = number == 0 ? .officers(self) : .continuation(of: seq, moment: moment)
            leaves.append(
                try BuiltLeaf(
                    seq: seq + UInt64(number), residents: part.map { .resident(segment(for: $0)) }, officers: officers, random: random))
        }
        return leaves
    }
}

extension Tombstone {
    /// The leaf of this erasure.
    ///
    /// - Parameters: as ``LogLine/leaves(at:random:)``.
    /// - Throws: `malformedTombstone(.erasesLaterLeaf)`, `noRandomness`.
    public func leaf(at seq: UInt64, random: () throws -> [UInt8]) throws(LedgerFormatError) -> BuiltLeaf {
        try validate(at: seq)
        return try BuiltLeaf(seq: seq, residents: [], officers: .tombstone(self), random: random)
    }
}

extension BuiltLeaf {
    init(seq: UInt64, residents: [Segment], officers: Segment, random: () throws -> [UInt8]) throws(LedgerFormatError) {
        func fresh() throws(LedgerFormatError) -> [UInt8] {
            guard let bytes = try? random(), bytes.count == Salt.byteCount else { throw .noRandomness }
            return bytes
        }
        var openings: [Opening] = []
        var commitments: [Hash] = []
        for slot in 0..<Leaf.slotCount {
            let segment = slot == Leaf.officersSlot ? officers : slot < residents.count ? residents[slot] : nil
            if let segment {
                let opening = try Opening(seq: seq, slot: slot, salt: try Salt(try fresh()), segment: segment.bytes)
                openings.append(opening)
                commitments.append(opening.commitment)
            } else if let padding = Hash(try fresh()) {
                commitments.append(padding)
            }
        }
        leaf = try Leaf(seq: seq, commitments: commitments)
        // In a line's first leaf the residents' segments are made from the line that stands beside them.
        let followsFromLine = if case .officers = officers { true } else { false }
        side = try SideEntry(seq: seq, openings: openings, followsFromLine: followsFromLine)
    }
}
