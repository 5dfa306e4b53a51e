import Sealing
import TransparencyLog

/// The public bytes of one log entry: its index and five commitments, and nothing that could be guessed from them.
///
/// ```
/// kluis-ledger/v1
/// <index, decimal>
/// <base64 of 32 bytes>    four residents, padded with random commitments
/// …
/// <base64 of 32 bytes>    the officers
/// ```
/// Every line ends in LF. A line that concerns more than four residents continues in further leaves.
///
/// A commitment is HMAC-SHA256(salt, "kluis-ledger/v1" ‖ 0 ‖ u64be index ‖ u8 slot ‖ segment), the salt 32 fresh random bytes: without the
/// salt the segment can neither be read nor guessed, and once the salt is gone nobody can ever say again what stood there.
///
/// Source: the design page "The ledger", §1; RFC 2104.
public struct Leaf: Hashable, Sendable {
    /// Residents per leaf.
    public static let residentSlots = 4
    /// The slot of the officers' segment.
    public static let officersSlot = 4
    static let version = "kluis-ledger/v1"

    public let index: UInt64
    /// Exactly five, 32 bytes each.
    public let commitments: [[UInt8]]

    /// Parses strictly.
    public init(_ bytes: [UInt8]) throws(LedgerFormatError) {
        guard bytes.count <= 512, let lines = bytes[...].linesEndingInLineFeed(), lines.count == 2 + Self.residentSlots + 1,
            Array(lines[0]) == Array(Self.version.utf8), let index = Decimal.parse(lines[1])
        else { throw .malformedLeaf }
        var commitments: [[UInt8]] = []
        for line in lines[2...] {
            guard let commitment = Base64.decode(line), commitment.count == 32 else { throw .malformedLeaf }
            commitments.append(commitment)
        }
        self.index = index
        self.commitments = commitments
    }

    init(index: UInt64, commitments: [[UInt8]]) {
        self.index = index
        self.commitments = commitments
    }

    /// The bytes that the Merkle tree holds.
    public var bytes: [UInt8] {
        Array(([Self.version, String(index)] + commitments.map { Base64.text($0) }).map { $0 + "\n" }.joined().utf8)
    }

    static func commitment(salt: [UInt8], index: UInt64, slot: Int, segment: [UInt8]) -> [UInt8] {
        var message = Array(version.utf8) + [0]
        for shift in stride(from: UInt64(56), through: 0, by: -8) { message.append(UInt8(truncatingIfNeeded: index >> shift)) }
        message.append(UInt8(truncatingIfNeeded: slot))
        return HMACSHA256.authenticate(message + segment, key: salt).bytes
    }

    /// Checks that an opening is what this leaf committed to.
    public func verify(_ opening: Opening) throws(LedgerFormatError) {
        guard commitments.indices.contains(opening.slot),
            commitments[opening.slot]
                == Self.commitment(salt: opening.salt, index: index, slot: opening.slot, segment: opening.segment)
        else { throw .openingDoesNotMatch(slot: opening.slot) }
    }
}

/// What opens one commitment of a leaf.
public struct Opening: Hashable, Sendable {
    /// 0…3 a resident, 4 the officers.
    public let slot: Int
    /// 32 bytes.
    public let salt: [UInt8]
    public let segment: [UInt8]

    public init(slot: Int, salt: [UInt8], segment: [UInt8]) {
        self.slot = slot
        self.salt = salt
        self.segment = segment
    }
}
