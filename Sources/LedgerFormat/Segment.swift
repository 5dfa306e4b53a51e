import TransparencyLog

/// What a slot of a leaf commits to.
public enum Segment: Sendable, Hashable {
    /// The officers' slot of a line: everything.
    case officers(LogLine)
    /// The officers' slot of a leaf that only carries further residents of the line in leaf `of`.
    case continuation(of: UInt64, moment: Int64)
    /// A resident's slot.
    case resident(ResidentSegment)
    /// The officers' slot of an erasure.
    case tombstone(Tombstone)
    /// The officers' slot of a leaf that commits to cosignatures.
    case cosigned(CosignedCheckpoint)

    /// The canonical bytes, which go into the commitment.
    public var bytes: [UInt8] {
        switch self {
        case .officers(let line): return line.canonicalBytes
        case .continuation(let seq, let moment):
            var object = CanonicalWriter(capacity: 128)
            object.add("kind", Token.continuation)
            object.add("moment", number: UInt64(clamping: moment))
            object.add("of", number: seq)
            return object.finish()
        case .resident(let segment): return segment.canonicalBytes
        case .tombstone(let tombstone): return tombstone.note.bytes
        case .cosigned(let cosigned): return cosigned.bytes
        }
    }

    /// Reads the bytes of an opening; which kinds are possible depends on the slot.
    ///
    /// - Throws: `malformedSegment`, `malformedTombstone`, `malformedCosigned`.
    public init(parsing bytes: [UInt8], slot: Int) throws(LedgerFormatError) {
        if slot == Leaf.officersSlot, bytes.starts(with: Tombstone.header) {
            self = .tombstone(try Tombstone(parsing: bytes))
            return
        }
        if slot == Leaf.officersSlot, bytes.starts(with: CosignedCheckpoint.header) {
            self = .cosigned(try CosignedCheckpoint(parsing: bytes))
            return
        }
        var fields = SegmentFields(try CanonicalObject(parsing: bytes))
        let kind = try fields.requiredText("kind")
        switch (kind.text, slot == Leaf.officersSlot) {
        case ("decision", true), ("outcome", true):
            self = .officers(try LogLine(kind: kind, &fields))
        case ("continuation", true):
            self = .continuation(of: try fields.requiredNumber("of"), moment: Int64(clamping: try fields.requiredNumber("moment")))
        case ("decision", false), ("outcome", false):
            self = .resident(try ResidentSegment(kind: kind, &fields))
        default:
            throw .malformedSegment
        }
        try fields.finish()
        guard self.bytes == bytes else { throw .malformedSegment }
    }
}

/// A resident's part of a line: what concerns that resident, and never who else is concerned.
///
/// Left out on purpose: the household and the trace (they link residents with each other, and one of them may live at a secret address), the
/// caller (named only where abuse has to be judged, PR-23.3), the digest of the facts, and item and consent unless they are the resident's.
public struct ResidentSegment: Sendable, Hashable {
    public let phase: LogLine.Phase
    /// Milliseconds since 1970, UTC.
    public let moment: Int64
    /// The resident's pseudonym.
    public let resident: Token
    public let organisation: Token?
    public let role: Token?
    public let hat: Token?
    public let item: Token?
    public let layer: Token?
    public let lifeDomains: [Token]
    public let action: Token
    public let purpose: Token?
    public let legalBasis: Token?
    public let consent: Token?
    public let articles: [Token]
    public let reglementVersion: Token?
    public let isEmergencyAccess: Bool
}

extension LogLine {
    /// The part of the line for one of its residents.
    ///
    /// A line's own item and consent go in only where the resident is the only one concerned.
    public func segment(for concern: Concern) -> ResidentSegment {
        let isAlone = residents.count == 1
        return ResidentSegment(
            phase: phase, moment: moment, resident: concern.resident, organisation: organisation, role: role, hat: hat,
            item: concern.item ?? (isAlone ? item : nil), layer: layer, lifeDomains: lifeDomains, action: action, purpose: purpose,
            legalBasis: legalBasis, consent: concern.consent ?? (isAlone ? consent : nil), articles: articles,
            reglementVersion: reglementVersion, isEmergencyAccess: note == .emergencyAccess)
    }
}
