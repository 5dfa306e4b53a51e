import Encodings
import Sealing
public import TransparencyLog

/// Thirty-two random bytes that keep a commitment from being guessed; fresh for each segment.
public struct Salt: Sendable, Hashable {
    /// 32.
    public static let byteCount = 32
    public let bytes: [UInt8]

    /// - Throws: `malformedOpening` unless there are exactly 32 bytes.
    public init(_ bytes: [UInt8]) throws(LedgerFormatError) {
        guard bytes.count == Salt.byteCount else { throw .malformedOpening }
        self.bytes = bytes
    }
}

/// What a commitment commits to: a segment and its salt. Whoever has it can show what stands in the log; without it nobody can.
public struct Opening: Sendable, Hashable {
    /// The number of the leaf.
    public let seq: UInt64
    /// 0…3 for a resident, 4 for the officers.
    public let slot: Int
    public let salt: Salt
    /// The canonical bytes of the segment.
    public let segment: [UInt8]

    /// - Throws: `malformedOpening` unless the slot is 0…4 and the segment has at most 1,000,000 bytes.
    public init(seq: UInt64, slot: Int, salt: Salt, segment: [UInt8]) throws(LedgerFormatError) {
        guard (0..<Leaf.slotCount).contains(slot), segment.count <= SideEntry.maximumSegmentByteCount else { throw .malformedOpening }
        self.seq = seq
        self.slot = slot
        self.salt = salt
        self.segment = segment
    }

    /// HMAC-SHA256(salt, "kluis-ledger/v1" ‖ 0 ‖ u64be number ‖ u8 slot ‖ segment).
    ///
    /// Number and slot are in it, so that an opening of one leaf opens no other.
    public var commitment: Hash {
        var place = Opening.header
        place.reserveCapacity(Opening.header.count + 9)
        for shift in stride(from: UInt64(56), through: 0, by: -8) { place.append(UInt8(truncatingIfNeeded: seq >> shift)) }
        place.append(UInt8(slot))
        // SAFETY: arrays of UInt8 have no padding.
        return Hash(unsafe HMACSHA256.authenticate(place.span.bytes, segment.span.bytes, key: salt.bytes.span.bytes))
    }

    private static let header = Array("kluis-ledger/v1".utf8) + [0]

    /// Checks that this opens a slot of `leaf`.
    ///
    /// - Throws: `openingMismatch`.
    public func verify(against leaf: Leaf) throws(LedgerFormatError) {
        guard leaf.seq == seq, leaf.commitments[slot] == commitment else { throw .openingMismatch(seq: seq, slot: slot) }
    }
}

/// The files of an exported ledger.
public enum ExportedFiles {
    /// The most bytes that a file may have, by its path: a full bundle of the largest entries has 256 × (2 + 65,535), and of the others only the
    /// openings may have more.
    public static func maximumByteCount(of path: String) -> Int { path == "openings" ? Openings.maximumByteCount : 256 * 65_537 }
}

/// A file of openings: those that an export carries (tombstones), or those that are handed to somebody.
///
/// Text: `kluis-openings/v1 LF`, then for each `number space slot space base64(salt) space base64(segment) LF`, by number and slot.
public enum Openings {
    /// The most bytes a file may have: 64 MiB.
    public static let maximumByteCount = 64 << 20
    private static let header = Array("kluis-openings/v1\n".utf8)

    /// The file.
    public static func serialize(_ openings: [Opening]) -> [UInt8] {
        var out = header
        for opening in openings.sorted(by: { ($0.seq, $0.slot) < ($1.seq, $1.slot) }) {
            out += Array("\(opening.seq) \(opening.slot) \(Base64.text(opening.salt.bytes)) \(Base64.text(opening.segment))\n".utf8)
        }
        return out
    }

    /// Reads a file; order and uniqueness are demanded.
    ///
    /// - Throws: `malformedOpenings`.
    public static func parse(_ bytes: [UInt8]) throws(LedgerFormatError) -> [Opening] {
        guard bytes.count <= maximumByteCount, bytes.starts(with: header), let lines = bytes[header.count...].linesEndingInLineFeed() else {
            throw .malformedOpenings(line: 1)
        }
        var openings: [Opening] = []
        for (number, line) in lines.enumerated() {
            let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            guard parts.count == 4, let seq = Decimal.parse(parts[0]), let slot = Decimal.parse(parts[1]), slot < UInt64(Leaf.slotCount),
                let saltBytes = Base64.decode(parts[2]), let segment = Base64.decode(parts[3]), let salt = try? Salt(saltBytes),
                let opening = try? Opening(seq: seq, slot: Int(slot), salt: salt, segment: segment)
            else { throw .malformedOpenings(line: number + 2) }
            if let last = openings.last, (last.seq, last.slot) >= (opening.seq, opening.slot) { throw .malformedOpenings(line: number + 2) }
            openings.append(opening)
        }
        return openings
    }
}
