import Encodings
public import TransparencyLog

/// One leaf of the ledger, as witnesses and mirrors see it: its number and five commitments, which tell nothing.
///
/// The first four slots are for the residents concerned, padded with random commitments, so that a leaf does not show how many there are;
/// the fifth is for the officers. A line about more than four residents continues in a second leaf.
///
/// Bytes: `kluis-ledger/v1 LF number LF`, then each commitment in base64 with LF; 243 to 261 bytes.
public struct Leaf: Sendable, Hashable {
    /// Slots for residents: 4.
    public static let residentSlotCount = 4
    /// The officers' slot: 4, the last.
    public static let officersSlot = 4
    /// All slots: 5.
    public static let slotCount = 5
    static let header = Array("kluis-ledger/v1\n".utf8)
    /// A base64 line of 32 bytes, with its line end.
    private static let lineByteCount = 45

    /// The leaf's number, which is its index in the log; 0…2⁶³ − 2.
    public let seq: UInt64
    /// One per slot.
    public let commitments: [Hash]

    /// - Throws: `malformedLeaf` unless there are five commitments and the number is below 2⁶³ − 1.
    public init(seq: UInt64, commitments: [Hash]) throws(LedgerFormatError) {
        guard seq < Frontier.maximumSize, commitments.count == Leaf.slotCount else { throw .malformedLeaf }
        self.seq = seq
        self.commitments = commitments
    }

    /// Reads a leaf.
    ///
    /// - Throws: `malformedLeaf` for anything but what ``bytes`` gives.
    public init(parsing bytes: [UInt8]) throws(LedgerFormatError) {
        // SAFETY: bytes have no padding.
        guard let seq = Leaf.sequenceNumber(of: unsafe bytes.span.bytes) else { throw .malformedLeaf }
        var commitments: [Hash] = []
        for slot in 0..<Leaf.slotCount {
            let start = bytes.count - (Leaf.slotCount - slot) * Leaf.lineByteCount
            guard let hash = Hash(base64: bytes[start..<(start + Leaf.lineByteCount - 1)]) else { throw .malformedLeaf }
            commitments.append(hash)
        }
        try self.init(seq: seq, commitments: commitments)
    }

    /// The leaf's bytes: the entry of the log.
    public var bytes: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(Leaf.header.count + 20 + Leaf.slotCount * Leaf.lineByteCount)
        out += Leaf.header
        out.append(contentsOf: String(seq).utf8)
        out.append(UInt8(ascii: "\n"))
        for commitment in commitments {
            Base64.append(commitment, to: &out)
            out.append(UInt8(ascii: "\n"))
        }
        return out
    }

    /// The number of the leaf that these bytes are, or nil if they are none; allocates nothing.
    public static func sequenceNumber(of bytes: RawSpan) -> UInt64? {
        let digitCount = bytes.byteCount - header.count - 1 - slotCount * lineByteCount
        guard (1...19).contains(digitCount) else { return nil }
        let header = header.span
        for index in 0..<header.count where byte(bytes, index) != header[index] { return nil }
        var seq: UInt64 = 0
        for index in header.count..<(header.count + digitCount) {
            let digit = byte(bytes, index) &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            // Nineteen digits stay below 10¹⁹, which fits.
            seq = seq &* 10 &+ UInt64(digit)
        }
        guard byte(bytes, header.count) != UInt8(ascii: "0") || digitCount == 1, seq < Frontier.maximumSize else { return nil }
        var offset = header.count + digitCount
        guard byte(bytes, offset) == UInt8(ascii: "\n") else { return nil }
        offset += 1
        for _ in 0..<slotCount {
            guard Base64.isCanonicalDigest(bytes, at: offset), byte(bytes, offset + lineByteCount - 1) == UInt8(ascii: "\n") else {
                return nil
            }
            offset += lineByteCount
        }
        return seq
    }

    private static func byte(_ bytes: RawSpan, _ index: Int) -> UInt8 {
        // SAFETY: unsafeLoad checks the bounds.
        unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)
    }
}
