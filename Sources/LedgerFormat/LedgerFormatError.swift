public import TransparencyLog

/// Everything that can go wrong in this module: a closed set.
///
/// No case carries anything out of a log line; positions and closed codes only.
public enum LedgerFormatError: Error, Sendable, Hashable {
    // Values and encodings.

    /// A text has characters outside of the allow-list, or more than 128 of them.
    case malformedToken
    /// A log line's fields do not go together.
    case malformedLine(LineDefect)
    /// Bytes are not a leaf.
    case malformedLeaf
    /// Bytes are not the canonical encoding of a segment.
    case malformedSegment
    /// Bytes are not a side entry.
    case malformedSideEntry
    /// A salt does not have exactly 32 bytes, or a slot is not 0…4.
    case malformedOpening
    /// A file of openings is not of the required form; lines count from 1.
    case malformedOpenings(line: Int)
    /// A tombstone is not of the required form.
    case malformedTombstone(TombstoneDefect)
    /// Bytes are no cosigned checkpoint.
    case malformedCosigned
    /// Random bytes could not be had.
    case noRandomness

    // Checks.

    /// An opening does not belong to the leaf it is said to open.
    case openingMismatch(seq: UInt64, slot: Int)
    /// An entry of the log is no leaf of this ledger.
    case notALeaf(index: UInt64)
    /// A leaf says another number than its place in the log: a leaf was left out, put in, or moved.
    case outOfSequence(index: UInt64, found: UInt64)
    /// An opening is of a leaf that the log does not have.
    case openingBeyondLog(seq: UInt64, size: UInt64)
    /// A leaf commits to a checkpoint that this log never had, or that is not signed by it.
    case cosignedMismatch(seq: UInt64)
    /// A file that an export must have is not there.
    case missingFile(String)
    /// A file of keys is not of the required form.
    case malformedKeyFile(String)
    /// The export is signed with another key than the one known for this ledger.
    case wrongKey(expected: VerifierKey, found: VerifierKey)
    /// The log itself does not check out.
    case log(TransparencyLogError)

    /// A stable, lower-case name for this kind of failure.
    public var code: String {
        switch self {
        case .malformedToken: "malformed-token"
        case .malformedLine: "malformed-line"
        case .malformedLeaf: "malformed-leaf"
        case .malformedSegment: "malformed-segment"
        case .malformedSideEntry: "malformed-side-entry"
        case .malformedOpening: "malformed-opening"
        case .malformedOpenings: "malformed-openings"
        case .malformedTombstone: "malformed-tombstone"
        case .malformedCosigned: "malformed-cosigned"
        case .cosignedMismatch: "cosigned-mismatch"
        case .noRandomness: "no-randomness"
        case .openingMismatch: "opening-mismatch"
        case .notALeaf: "not-a-leaf"
        case .outOfSequence: "out-of-sequence"
        case .openingBeyondLog: "opening-beyond-log"
        case .missingFile: "missing-file"
        case .malformedKeyFile: "malformed-key-file"
        case .wrongKey: "wrong-key"
        case .log(let error): error.code
        }
    }
}

/// What is wrong with a log line.
public enum LineDefect: String, Sendable, Hashable, CaseIterable {
    /// The moment is before 1970.
    case moment
    /// A required text is empty, or an optional one is present and empty.
    case emptyToken
    /// A resident is named twice.
    case residentTwice
    /// More than 1,024 residents.
    case tooManyResidents
    /// More than 64 life domains or 64 articles.
    case tooManyValues
    /// An outcome names a decision that does not come before it.
    case outcomeBeforeDecision
    /// The sequence number is beyond 2⁶³ − 1.
    case sequenceNumber
}

/// What is wrong with a tombstone.
public enum TombstoneDefect: String, Sendable, Hashable, CaseIterable {
    case form
    /// Nothing is erased, or ranges overlap or are not in order.
    case ranges
    /// A leaf is erased that comes after the tombstone, or the tombstone itself.
    case erasesLaterLeaf
    /// Another tombstone is erased.
    case erasesTombstone
    /// Fewer than two different officers signed.
    case tooFewOfficers
    /// An officer's signature does not verify.
    case badSignature
}
