/// The openings of one leaf together: what a vault encrypts and keeps beside the log, and erases when its time has come.
///
/// Bytes: version 2 (u8), number (u64), count (u8), then for each opening slot (u8), salt (32 bytes), length (u32) and segment; big-endian,
/// by slot. Random padding has no opening: nobody can tell an erased slot from one that never was.
///
/// A resident's segment that follows from the officers' line, as each does in a line's first leaf, is not kept twice: its length is 2³² − 1, and
/// the segment is made again from the line (``LogLine/segment(for:)``). The commitment shows that it is the same.
public struct SideEntry: Sendable, Hashable {
    /// The most bytes a segment may have: 1,000,000.
    public static let maximumSegmentByteCount = 1_000_000
    private static let version: UInt8 = 2
    /// In place of a length: the segment follows from the officers' line.
    private static let derivedMark = UInt32.max

    public let seq: UInt64
    /// By slot, at least one and at most five.
    public let openings: [Opening]
    /// Whether the residents' segments are those of the officers' line, in its order.
    private let followsFromLine: Bool

    /// - Throws: `malformedSideEntry` unless all openings are of this leaf, in order of their slots and without repetition.
    public init(seq: UInt64, openings: [Opening]) throws(LedgerFormatError) {
        try self.init(seq: seq, openings: openings, followsFromLine: false)
    }

    /// - Parameter followsFromLine: the caller made the residents' segments from the line in the officers' slot, slot by slot.
    init(seq: UInt64, openings: [Opening], followsFromLine: Bool) throws(LedgerFormatError) {
        guard (1...Leaf.slotCount).contains(openings.count), openings.allSatisfy({ $0.seq == seq }),
            zip(openings, openings.dropFirst()).allSatisfy({ $0.slot < $1.slot })
        else { throw .malformedSideEntry }
        self.seq = seq
        self.openings = openings
        self.followsFromLine = followsFromLine && openings.count > 1
    }

    /// The entry's bytes, in the clear.
    public var bytes: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(openings.reduce(10) { $0 + 37 + $1.segment.count })
        out.append(SideEntry.version)
        for shift in stride(from: UInt64(56), through: 0, by: -8) { out.append(UInt8(truncatingIfNeeded: seq >> shift)) }
        out.append(UInt8(openings.count))
        for opening in openings {
            out.append(UInt8(opening.slot))
            out += opening.salt.bytes
            let isDerived = followsFromLine && opening.slot != Leaf.officersSlot
            let count = isDerived ? SideEntry.derivedMark : UInt32(opening.segment.count)
            for shift in stride(from: UInt32(24), through: 0, by: -8) { out.append(UInt8(truncatingIfNeeded: count >> shift)) }
            if !isDerived { out += opening.segment }
        }
        return out
    }

    /// Reads an entry.
    ///
    /// - Throws: `malformedSideEntry` for anything but what ``bytes`` gives.
    public init(parsing bytes: [UInt8]) throws(LedgerFormatError) {
        guard bytes.count >= 10, bytes[0] == SideEntry.version else { throw .malformedSideEntry }
        let seq = bytes[1..<9].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        // A segment that is nil follows from the line.
        var parts: [(slot: Int, salt: [UInt8], segment: [UInt8]?)] = []
        var rest = bytes[10...]
        for _ in 0..<bytes[9] {
            guard rest.count >= 37, let slot = rest.first else { throw .malformedSideEntry }
            let salt = Array(rest.dropFirst().prefix(Salt.byteCount))
            let count = rest.dropFirst(33).prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            rest = rest.dropFirst(37)
            guard count != SideEntry.derivedMark else {
                parts.append((Int(slot), salt, nil))
                continue
            }
            guard rest.count >= count else { throw .malformedSideEntry }
            parts.append((Int(slot), salt, Array(rest.prefix(Int(count)))))
            rest = rest.dropFirst(Int(count))
        }
        guard rest.isEmpty else { throw .malformedSideEntry }
        let residents = parts.filter { $0.slot != Leaf.officersSlot }
        let followsFromLine = residents.contains { $0.segment == nil }
        // All of them or none.
        guard !followsFromLine || residents.allSatisfy({ $0.segment == nil }) else { throw .malformedSideEntry }
        do {
            let line = try followsFromLine ? SideEntry.line(in: parts.last?.segment) : nil
            let openings = try parts.map { part in
                guard let segment = part.segment ?? SideEntry.segment(of: part.slot, line) else {
                    throw LedgerFormatError.malformedSideEntry
                }
                return try Opening(seq: seq, slot: part.slot, salt: try Salt(part.salt), segment: segment)
            }
            try self.init(seq: seq, openings: openings, followsFromLine: followsFromLine)
        } catch {
            throw .malformedSideEntry
        }
    }

    private static func line(in officers: [UInt8]?) throws(LedgerFormatError) -> LogLine? {
        guard let officers, case .officers(let line) = try Segment(parsing: officers, slot: Leaf.officersSlot) else { return nil }
        return line
    }

    private static func segment(of slot: Int, _ line: LogLine?) -> [UInt8]? {
        guard let line, slot < min(line.residents.count, Leaf.residentSlotCount) else { return nil }
        return Segment.resident(line.segment(for: line.residents[slot])).bytes
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
