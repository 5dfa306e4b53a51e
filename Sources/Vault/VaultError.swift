/// What can go wrong in the vault. A closed set of codes; none carries a name, a path or content, so every value is safe to log.
public enum VaultError: Error, Equatable, Hashable, Sendable {
    /// What the store holds is not what the vault wrote: changed, taken away, added or put back from outside. Nothing was decided on it.
    case doesNotVerify(Finding)
    /// The vault is sealed, or was sealed while this ran.
    case isSealed
    /// No slot opens with this secret.
    case wrongSecret
    /// The grant's request has ended.
    case grantIsDead
    /// The thing asked about does not exist, or not for this household.
    case noSuchThing
    /// Somebody was first: the thing has another revision than the caller expects.
    case revisionMoved(current: UInt64)
    /// The idempotency key was used for another request.
    case keyUsedForAnotherRequest
    /// A name, handle or identifier is already in use.
    case alreadyExists
    /// A sign-in key is in use, or was.
    case keyTaken
    /// The upload was not finished, was aborted, or was finished twice.
    case uploadNotFinished
    /// The content is larger than the vault takes, or than was declared.
    case contentTooLarge
    /// The content of an item is not there although its row is.
    case contentMissing
    /// Reading or writing a file failed; the number is `errno`.
    case file(FileStep, errno: Int32)
    /// The folder or a file of the vault is not as the vault leaves it: owner, mode or kind.
    case unsafeFile(FileStep)
    /// Where a vault is to be there is nothing of one.
    case noVault
    /// A vault is here already.
    case vaultExists
    /// The making of a vault broke off here: it was never used.
    case unfinished
    /// There is a vault here, without this file of it.
    case missing(FileStep)
    /// The vault was made in another format than this program's; the number is its format, 0 or 1 for those before formats had one.
    case otherFormat(UInt32)
    /// The key of the month was destroyed: nothing is written under that month any more.
    case monthHasEnded
    /// A fault that a test planted.
    case fault(String)

    /// What was found not to verify.
    public enum Finding: String, Hashable, Sendable, CaseIterable {
        /// A record's bytes do not give the digest that stands beside them.
        case recordAltered
        /// The records of a bucket are not those that the manifest names: one was altered, removed, added or put back.
        case bucketAltered
        /// A manifest row is missing.
        case manifestMissing
        /// A manifest is not the one that the commit record stands for.
        case manifestPutBack
        /// A manifest does not open under its key.
        case manifestForged
        /// There is a manifest for a space that the commit record does not know.
        case manifestAdded
        /// The commit record is missing, or its MAC does not match.
        case commitRecordForged
        /// The commit record is not the last one that the vault wrote.
        case commitRecordPutBack
        /// The root over all manifests is not the one in the commit record.
        case rootMismatch
        /// The ledger's head is not the one in the commit record.
        case ledgerMismatch
        /// A sealed record does not open: it belongs elsewhere or was altered.
        case recordForged
        /// A sealed record opened and is not a record of its kind.
        case recordMalformed
        /// A wrapped key is missing or does not open.
        case keyForged
        /// The rows of wrapped keys are not those that the manifest names: one was altered, removed, added or put back.
        case keyRowsAltered
        /// The row that says where an item's content lies, and under which key, is not the one that the item's record names.
        case contentRowAltered
        /// The kept answers are not those that the registry's manifest names.
        case answersAltered
        /// The tables, indexes, triggers and views of the database are not those that the vault made.
        case schemaAltered
        /// A statement that must change exactly one row did not.
        case writeSwallowed
        /// The content of an item was altered, cut short or exchanged.
        case contentForged
        /// The content of an item is gone.
        case contentMissing
        /// The file of a content is there and cannot be read.
        case contentUnreadable
        /// A record refers to one that is not there.
        case brokenReference
        /// The keyring file does not open or belongs to another vault.
        case keyringForged
        /// The keyring file is an older one than the last commit saw, or another of the same revision.
        case keyringPutBack
        /// The list of slots is not the one that was written.
        case slotsForged
    }

    /// Which file work failed.
    public enum FileStep: String, Hashable, Sendable, CaseIterable {
        case folder, keyring, slots, database, partFile, blob, trash
    }
}
