/// What can be wrong with the bytes of a ledger. A closed set.
public enum LedgerFormatError: Error, Equatable, Sendable {
    /// A leaf that is not in the format of this version.
    case malformedLeaf
    /// A leaf that names another index than the one at which it stands: lines were removed, added or reordered.
    case wrongIndex(expected: UInt64, found: UInt64)
    case malformedSegment
    case malformedSideEntry
    /// An opening that the leaf does not commit to.
    case openingDoesNotMatch(slot: Int)
}
