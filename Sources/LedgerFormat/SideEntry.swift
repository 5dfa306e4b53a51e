/// The openings of one leaf, to be stored encrypted beside it: `u8 count`, then `u8 slot ‖ salt(32) ‖ u32be length ‖ segment` for each.
public struct SideEntry: Hashable, Sendable {
    public let openings: [Opening]

    public init(openings: [Opening]) { self.openings = openings }

    public var bytes: [UInt8] {
        var bytes = [UInt8(truncatingIfNeeded: openings.count)]
        for opening in openings {
            bytes.append(UInt8(truncatingIfNeeded: opening.slot))
            bytes += opening.salt
            for shift in stride(from: 24, through: 0, by: -8) {
                bytes.append(UInt8(truncatingIfNeeded: opening.segment.count >> shift))
            }
            bytes += opening.segment
        }
        return bytes
    }

    /// Parses strictly: slots ascend, nothing stands behind the last.
    public init(_ bytes: [UInt8]) throws(LedgerFormatError) {
        var rest = bytes[...]
        guard let count = rest.popFirst(), count <= 5 else { throw .malformedSideEntry }
        var openings: [Opening] = []
        for _ in 0..<count {
            guard rest.count >= 37, let slot = rest.popFirst(), slot <= 4, openings.last.map({ $0.slot < Int(slot) }) ?? true else {
                throw .malformedSideEntry
            }
            let salt = Array(rest.prefix(32))
            rest = rest.dropFirst(32)
            let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(4)
            guard length <= rest.count else { throw .malformedSideEntry }
            openings.append(Opening(slot: Int(slot), salt: salt, segment: Array(rest.prefix(length))))
            rest = rest.dropFirst(length)
        }
        guard rest.isEmpty else { throw .malformedSideEntry }
        self.openings = openings
    }

    /// The line as the officers may read it.
    public func officersLine() throws(LedgerFormatError) -> LogLine {
        guard let opening = openings.last, opening.slot == Leaf.officersSlot else { throw .malformedSideEntry }
        return try Segment.decode(opening.segment)
    }
}

/// A leaf together with what opens it.
public struct CommittedLeaf: Sendable {
    public let leaf: Leaf
    public let side: SideEntry

    /// Commits to a line.
    ///
    /// - Parameters:
    ///   - firstIndex: the index that the first leaf will have.
    ///   - random: gives that many fresh random bytes.
    /// - Returns: one leaf, and one more for every four residents beyond the fourth, in the order in which they must be appended.
    public static func commit(_ line: LogLine, firstIndex: UInt64, random: (Int) -> [UInt8]) -> [CommittedLeaf] {
        var leaves: [CommittedLeaf] = []
        var residents = line.residents[...]
        repeat {
            let index = firstIndex + UInt64(leaves.count)
            var officers = line
            if !leaves.isEmpty {
                officers = LogLine(
                    kind: .continuation(of: firstIndex), moment: line.moment, action: line.action, household: line.household,
                    outcome: line.outcome)
            }
            var openings: [Opening] = []
            for (slot, resident) in residents.prefix(Leaf.residentSlots).enumerated() {
                openings.append(Opening(slot: slot, salt: random(32), segment: Segment.encode(line.seen(by: resident))))
            }
            openings.append(Opening(slot: Leaf.officersSlot, salt: random(32), segment: Segment.encode(officers)))
            residents = residents.dropFirst(Leaf.residentSlots)
            let opened = Dictionary(uniqueKeysWithValues: openings.map { ($0.slot, $0) })
            let commitments = (0...Leaf.officersSlot).map { slot in
                opened[slot].map { Leaf.commitment(salt: $0.salt, index: index, slot: slot, segment: $0.segment) } ?? random(32)
            }
            leaves.append(CommittedLeaf(leaf: Leaf(index: index, commitments: commitments), side: SideEntry(openings: openings)))
        } while !residents.isEmpty
        return leaves
    }
}
