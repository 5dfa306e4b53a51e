/// The head of a log: which log, how many leaves, which root.
///
/// Source: C2SP tlog-checkpoint v1.0.0.
public struct Checkpoint: Sendable, Hashable {
    /// What to do with extension lines, which this module never writes.
    public enum ExtensionLines: Sendable {
        /// A checkpoint that has any is malformed. For checkpoints of one's own log: no auditor can check such a line.
        case refused
        /// They are kept as they are. For checkpoints of others.
        case accepted
    }

    public let origin: Origin
    /// Leaves, 0…2⁶³ − 1.
    public let size: UInt64
    public let root: Hash
    /// Opaque lines below the root, without line ends; none of them empty.
    public let extensionLines: [[UInt8]]

    /// - Throws: `sizeOutOfRange`; `malformedCheckpoint(.emptyTreeRoot)` when an empty tree does not have its only possible root.
    public init(origin: Origin, size: UInt64, root: Hash) throws(TransparencyLogError) {
        guard size <= Frontier.maximumSize else { throw .sizeOutOfRange }
        guard size > 0 || root == .emptyTree else { throw .malformedCheckpoint(.emptyTreeRoot) }
        self.origin = origin
        self.size = size
        self.root = root
        extensionLines = []
    }

    /// Reads the text of a note.
    ///
    /// Strict: every line ends in LF and none is empty, the size is the one decimal spelling of a number up to 2⁶³ − 1, the root is the one
    /// base64 spelling of 32 bytes, and size 0 comes with the root of the empty tree.
    ///
    /// - Throws: `malformedCheckpoint`.
    public init(parsing text: [UInt8], extensionLines policy: ExtensionLines = .refused) throws(TransparencyLogError) {
        guard let lines = text[...].linesEndingInLineFeed(), lines.count >= 3 else { throw .malformedCheckpoint(.tooFewLines) }
        guard lines.allSatisfy({ !$0.isEmpty }) else { throw .malformedCheckpoint(.emptyLine) }
        guard let origin = Origin(Array(lines[0])) else { throw .malformedCheckpoint(.malformedOrigin) }
        guard let size = Decimal.parse(lines[1]) else { throw .malformedCheckpoint(.malformedSize) }
        guard let root = Hash(base64: lines[2]) else { throw .malformedCheckpoint(.malformedRoot) }
        guard size > 0 || root == .emptyTree else { throw .malformedCheckpoint(.emptyTreeRoot) }
        guard policy == .accepted || lines.count == 3 else { throw .malformedCheckpoint(.extensionLines) }
        self.origin = origin
        self.size = size
        self.root = root
        extensionLines = lines.dropFirst(3).map { Array($0) }
    }

    /// The text to sign, which ends in LF.
    public var text: [UInt8] {
        var out = origin.utf8 + Array("\n\(size)\n\(root.base64)\n".utf8)
        for line in extensionLines { out += line + [UInt8(ascii: "\n")] }
        return out
    }

    /// A note with this checkpoint and the log's signature.
    ///
    /// A log must never sign two checkpoints that are inconsistent: persist the head before publishing what this returns.
    ///
    /// - Throws: `wrongOrigin` when the signer's name is not the origin; `signingFailed`.
    public func signed(by signer: NoteSigner) throws(TransparencyLogError) -> SignedNote {
        guard Origin(signer.key.name) == origin else { throw .wrongOrigin(expected: Origin(signer.key.name), found: origin) }
        var note = try SignedNote(text: text)
        try note.append(try signer.signature(over: text))
        return note
    }
}

/// A checkpoint that its log signed; made by ``verify(_:log:witnesses:extensionLines:)`` only.
public struct VerifiedCheckpoint: Sendable, Hashable {
    public let checkpoint: Checkpoint
    /// The note it came in.
    public let note: SignedNote
    /// The log's own signatures, at least one.
    public let logSignatures: [VerifiedSignature]
    /// Cosignatures by known witnesses, in the order of the lines.
    public let cosignatures: [VerifiedSignature]

    /// Verifies a checkpoint's signatures and its origin.
    ///
    /// - Parameters:
    ///   - log: the keys the log may sign with. Its origin is the name of the key that signed.
    ///   - witnesses: the witnesses whose cosignatures are wanted; lines by others are passed over.
    /// - Throws: `badSignature`, `noKnownSignature` (a witness alone does not make a checkpoint), `ambiguousKeys`, `malformedCheckpoint`,
    ///   `wrongOrigin`.
    public static func verify(
        _ note: SignedNote, log: VerifierKeys, witnesses: [VerifierKey] = [],
        extensionLines: Checkpoint.ExtensionLines = .refused
    ) throws(TransparencyLogError) -> VerifiedCheckpoint {
        let verified = try note.verified(by: try VerifierKeys(log.keys + witnesses))
        let logSignatures = verified.signatures.filter { log.keys.contains($0.key) }
        guard let first = logSignatures.first else { throw .noKnownSignature }
        let checkpoint = try Checkpoint(parsing: note.text, extensionLines: extensionLines)
        guard logSignatures.contains(where: { Origin($0.key.name) == checkpoint.origin }) else {
            throw .wrongOrigin(expected: Origin(first.key.name), found: checkpoint.origin)
        }
        return VerifiedCheckpoint(
            checkpoint: checkpoint, note: note, logSignatures: logSignatures,
            cosignatures: verified.signatures.filter { $0.key.algorithm == .timestampedCosignature && witnesses.contains($0.key) })
    }

    private init(
        checkpoint: Checkpoint, note: SignedNote, logSignatures: [VerifiedSignature], cosignatures: [VerifiedSignature]
    ) {
        self.checkpoint = checkpoint
        self.note = note
        self.logSignatures = logSignatures
        self.cosignatures = cosignatures
    }
}
