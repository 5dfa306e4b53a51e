public import TransparencyLog

/// The vault's word that it received witnesses' cosignatures on an earlier checkpoint: a leaf of its own, so that it can neither be dropped
/// later nor made up for the past.
///
/// It stands in the officers' slot. Nothing in it is about a person, so its opening may be public.
///
/// Bytes: `kluis-cosigned/v1 LF`, `moment` in milliseconds with LF, then the checkpoint as a signed note with all its signatures.
public struct CosignedCheckpoint: Sendable, Hashable {
    static let header = Array("kluis-cosigned/v1\n".utf8)

    /// When the cosignatures were kept, in milliseconds since 1970, UTC; 0 or more.
    public let moment: Int64
    /// The checkpoint, signed by the log and by at least one other.
    public let note: SignedNote
    /// What the note says.
    public let checkpoint: Checkpoint

    /// - Throws: `malformedCosigned` for a negative moment, for what is no checkpoint, and with fewer than two signatures.
    public init(moment: Int64, note: SignedNote) throws(LedgerFormatError) {
        guard moment >= 0, note.signatures.count >= 2, let checkpoint = try? Checkpoint(parsing: note.text) else {
            throw .malformedCosigned
        }
        self.moment = moment
        self.note = note
        self.checkpoint = checkpoint
    }

    /// Reads a segment; signatures are not verified.
    ///
    /// - Throws: `malformedCosigned` for anything but what ``bytes`` gives.
    public init(parsing bytes: [UInt8]) throws(LedgerFormatError) {
        guard bytes.starts(with: CosignedCheckpoint.header) else { throw .malformedCosigned }
        let rest = bytes[CosignedCheckpoint.header.count...]
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")), let digits = rest[..<end].dropping(prefix: "moment "),
            let moment = Decimal.parse(digits).flatMap({ Int64(exactly: $0) }),
            let note = try? SignedNote(parsing: Array(rest[(end + 1)...]))
        else { throw .malformedCosigned }
        try self.init(moment: moment, note: note)
        guard self.bytes == bytes else { throw .malformedCosigned }
    }

    /// The canonical bytes.
    public var bytes: [UInt8] { CosignedCheckpoint.header + Array("moment \(moment)\n".utf8) + note.bytes }

    /// The leaf that commits to it.
    ///
    /// - Parameters: as ``LogLine/leaves(at:random:)``.
    /// - Throws: `malformedCosigned` when the checkpoint reaches beyond the leaf; `noRandomness`.
    public func leaf(at seq: UInt64, random: () throws -> [UInt8]) throws(LedgerFormatError) -> BuiltLeaf {
        try validate(at: seq)
        return try BuiltLeaf(seq: seq, officers: bytes, random: random)
    }

    /// Checks that the leaf can have this number.
    ///
    /// - Throws: `malformedCosigned` when the checkpoint reaches beyond it.
    public func validate(at seq: UInt64) throws(LedgerFormatError) {
        guard checkpoint.size <= seq else { throw .malformedCosigned }
    }

    /// Checks that the checkpoint is this log's own: signed by its key, and the root that the log had at that size.
    ///
    /// - Parameters:
    ///   - seq: the number of the leaf that commits to it.
    ///   - root: gives the root that the log had at a size.
    /// - Throws: `cosignedMismatch`.
    public func verify(
        at seq: UInt64, log: VerifierKeys, root: (UInt64) throws(TransparencyLogError) -> Hash
    ) throws(LedgerFormatError) {
        guard checkpoint.size <= seq, (try? VerifiedCheckpoint.verify(note, log: log)) != nil,
            let root = try? root(checkpoint.size), root == checkpoint.root
        else { throw .cosignedMismatch(seq: seq) }
    }
}
