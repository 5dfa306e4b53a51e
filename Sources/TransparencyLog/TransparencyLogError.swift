/// Everything that can go wrong in this module: a closed set.
///
/// Cases carry only what is public about a log (paths, indices, sizes, hashes, key names), so that a sentence can be made of them.
public enum TransparencyLogError: Error, Sendable, Hashable {
    // Texts that do not parse.

    /// A signed note is not of the required form.
    case malformedNote(NoteDefect)
    /// A verifier key is not of the required form, or its type is not one that is supported.
    case malformedVerifierKey(VerifierKeyDefect)
    /// A checkpoint's text is not of the required form.
    case malformedCheckpoint(CheckpointDefect)
    /// A path names no tile and no bundle.
    case malformedPath
    /// A serialised frontier is not of the required form.
    case malformedFrontier
    /// A `tlog-proof` is not of the required form.
    case malformedTLogProof(TLogProofDefect)
    /// A policy file is not of the required form; lines count from 1, and 0 stands for the file as a whole.
    case malformedPolicy(line: Int, PolicyDefect)
    /// The body of an `add-checkpoint` request is not of the required form.
    case malformedRequest(RequestDefect)
    /// A stored witness state is not of the required form.
    case malformedWitnessState
    /// An entry has more bytes than a bundle can hold (65,535).
    case entryTooLarge(byteCount: Int)

    // Signatures.

    /// Two different known keys share name and key id.
    case ambiguousKeys(KeyName)
    /// A key that is known made a signature that does not verify: the whole note is refused.
    case badSignature(KeyName)
    /// No signature on the note is by a known key.
    case noKnownSignature
    /// The signer failed, or what it returned is not a signature by its key.
    case signingFailed(KeyName)
    /// A checkpoint is of another log than the one expected.
    case wrongOrigin(expected: Origin, found: Origin)
    /// The witnesses that cosigned do not make up the quorum of the policy.
    case quorumNotReached

    // Merkle proofs.

    /// A size is beyond 2⁶³ − 1, or a range of sizes runs backwards.
    case sizeOutOfRange
    /// An index is not below the size it belongs to.
    case indexOutOfRange(index: UInt64, size: UInt64)
    /// A range of leaves is not a subtree.
    case invalidSubtree
    /// A proof has more or fewer hashes than its sizes ask for.
    case wrongProofLength
    /// Consistency with the empty tree says nothing, so there is no such proof.
    case emptyTreeProof
    /// The proof leads to another root than the one it should.
    case proofMismatch

    // A stored log.

    /// The reader failed.
    case unreadable(path: String)
    /// A file that the checkpoint's size demands is not there.
    case missing(path: String)
    /// A tile or bundle does not hold as many hashes or entries as its width says, or is otherwise no tile or bundle.
    case malformedFile(path: String)
    /// A bundle holds an entry that is not the one the tree commits to, while the tile beside it is authentic.
    case alteredBundle(path: String, index: UInt64)
    /// A tile holds a hash that is not the one the tree commits to; `position` counts hashes within the tile.
    case alteredTile(path: String, position: Int)
    /// Entries and tiles from `from` up to, not including, `upTo` agree with one another but not with the tree that was signed: forged together.
    case forgedEntries(path: String, from: UInt64, upTo: UInt64)
    /// The log agrees with itself, but its root is not the one in the checkpoint.
    case wrongRoot(size: UInt64, signed: Hash, computed: Hash)
    /// The log is shorter than a checkpoint seen earlier.
    case truncated(pinned: UInt64, found: UInt64)
    /// The log does not continue the tree of a checkpoint seen earlier.
    case fork(pinned: UInt64, found: UInt64)
    /// Another root for the size of a checkpoint seen earlier.
    case sameSizeFork(size: UInt64)

    /// A stable, lower-case name for this kind of failure.
    public var code: String {
        switch self {
        case .malformedNote: "malformed-note"
        case .malformedVerifierKey: "malformed-verifier-key"
        case .malformedCheckpoint: "malformed-checkpoint"
        case .malformedPath: "malformed-path"
        case .malformedFrontier: "malformed-frontier"
        case .malformedTLogProof: "malformed-tlog-proof"
        case .malformedPolicy: "malformed-policy"
        case .malformedRequest: "malformed-request"
        case .malformedWitnessState: "malformed-witness-state"
        case .entryTooLarge: "entry-too-large"
        case .ambiguousKeys: "ambiguous-keys"
        case .badSignature: "bad-signature"
        case .noKnownSignature: "no-known-signature"
        case .signingFailed: "signing-failed"
        case .wrongOrigin: "wrong-origin"
        case .quorumNotReached: "quorum-not-reached"
        case .sizeOutOfRange: "size-out-of-range"
        case .indexOutOfRange: "index-out-of-range"
        case .invalidSubtree: "invalid-subtree"
        case .wrongProofLength: "wrong-proof-length"
        case .emptyTreeProof: "empty-tree-proof"
        case .proofMismatch: "proof-mismatch"
        case .unreadable: "unreadable"
        case .missing: "missing"
        case .malformedFile: "malformed-file"
        case .alteredBundle: "altered-bundle"
        case .alteredTile: "altered-tile"
        case .forgedEntries: "forged-entries"
        case .wrongRoot: "wrong-root"
        case .truncated: "truncated"
        case .fork: "fork"
        case .sameSizeFork: "same-size-fork"
        }
    }
}

/// What is wrong with a signed note.
public enum NoteDefect: String, Sendable, Hashable, CaseIterable {
    case tooLarge, invalidUTF8, controlCharacter, noFinalNewline, noSignatures, malformedSignatureLine, tooManySignatures
    /// The text to be signed is not one that a note can carry.
    case malformedText
}

/// What is wrong with a verifier key.
public enum VerifierKeyDefect: String, Sendable, Hashable, CaseIterable {
    case malformedText, malformedName, malformedKeyID, malformedBase64, unsupportedType, wrongKeyLength, keyIDMismatch
}

/// What is wrong with a checkpoint's text.
public enum CheckpointDefect: String, Sendable, Hashable, CaseIterable {
    case tooFewLines, emptyLine, malformedOrigin, malformedSize, malformedRoot, extensionLines, emptyTreeRoot
}

/// What is wrong with a `tlog-proof`.
public enum TLogProofDefect: String, Sendable, Hashable, CaseIterable {
    case tooLarge, header, extra, index, proof, noCheckpoint
}

/// What is wrong with a line of a policy.
public enum PolicyDefect: String, Error, Sendable, Hashable, CaseIterable {
    case tooLarge, noFinalNewline, controlCharacter, unknownKeyword, wrongItemCount, malformedKey, duplicateKey, duplicateName, reservedName
    case unknownName, memberUsedTwice, malformedThreshold, secondQuorum, noQuorum
}

/// What is wrong with the body of an `add-checkpoint` request.
public enum RequestDefect: String, Sendable, Hashable, CaseIterable {
    case tooLarge, malformedOldSize, malformedProofLine, tooManyProofLines, noEmptyLine
}
