/// The openings of one leaf together: what a vault encrypts and keeps beside the log, and erases when its time has come.
///
/// Bytes: version 1 (u8), number (u64), count (u8), then for each opening slot (u8), salt (32 bytes), length (u32) and segment; big-endian,
/// by slot. Random padding has no opening: nobody can tell an erased slot from one that never was.
public struct SideEntry: Sendable, Hashable {
    /// The most bytes a segment may have: 1,000,000.
    public static let maximumSegmentByteCount = 1_000_000
    private static let version: UInt8 = 1

    public let seq: UInt64
    /// By slot, at least one and at most five.
    public let openings: [Opening]

    /// - Throws: `malformedSideEntry` unless all openings are of this leaf, in order of their slots and without repetition.
    public init(seq: UInt64, openings: [Opening]) throws(LedgerFormatError) {
        guard (1...Leaf.slotCount).contains(openings.count), openings.allSatisfy({ $0.seq == seq }),
            zip(openings, openings.dropFirst()).allSatisfy({ $0.slot < $1.slot })
        else { throw .malformedSideEntry }
        self.seq = seq
        self.openings = openings
    }

    /// The entry's bytes, in the clear.
    public var bytes: [UInt8] {
        var out = [SideEntry.version]
        for shift in stride(from: UInt64(56), through: 0, by: -8) { out.append(UInt8(truncatingIfNeeded: seq >> shift)) }
        out.append(UInt8(openings.count))
        for opening in openings {
            out.append(UInt8(opening.slot))
            out += opening.salt.bytes
            let count = UInt32(opening.segment.count)
            for shift in stride(from: UInt32(24), through: 0, by: -8) { out.append(UInt8(truncatingIfNeeded: count >> shift)) }
            out += opening.segment
        }
        return out
    }

    /// Reads an entry.
    ///
    /// - Throws: `malformedSideEntry` for anything but what ``bytes`` gives.
    public init(parsing bytes: [UInt8]) throws(LedgerFormatError) {
        guard bytes.count >= 10, bytes[0] == SideEntry.version else { throw .malformedSideEntry }
        let seq = bytes[1..<9].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        var openings: [Opening] = []
        var rest = bytes[10...]
        for _ in 0..<bytes[9] {
            guard rest.count >= 37, let slot = rest.first else { throw .malformedSideEntry }
            let salt = rest.dropFirst().prefix(Salt.byteCount)
            let count = rest.dropFirst(33).prefix(4).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(37)
            guard rest.count >= count else { throw .malformedSideEntry }
            do {
                openings.append(
                    try Opening(seq: seq, slot: Int(slot), salt: try Salt(Array(salt)), segment: Array(rest.prefix(count))))
            } catch {
                throw .malformedSideEntry
            }
            rest = rest.dropFirst(count)
        }
        guard rest.isEmpty else { throw .malformedSideEntry }
        try self.init(seq: seq, openings: openings)
    }

    /// The officers' opening, which every entry of a line has.
    public var officers: Opening? { openings.first { $0.slot == Leaf.officersSlot } }

    /// Checks every opening against the leaf.
    ///
    /// - Throws: `openingMismatch`.
    public func verify(against leaf: Leaf) throws(LedgerFormatError) {
        for opening in openings { try opening.verify(against: leaf) }
    }
}
