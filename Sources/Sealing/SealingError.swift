/// Everything that can go wrong in `Sealing`.
///
/// The set is closed. No case carries bytes, names or keys, so every value is safe to log. Cases that concern sealed bytes say what the
/// reader may conclude; `wrongKeyOrContext` and `forged` together mean "not what was sealed here".
public enum SealingError: Error, Equatable, Hashable, Sendable, CaseIterable {
    /// libsodium could not be initialised.
    case unavailable
    /// Guarded memory could not be had (address space or `RLIMIT_MEMLOCK`).
    case outOfMemory
    /// The protection of a guarded page could not be changed, so the key cannot be read.
    case memoryProtection
    /// The key was wiped: the vault is sealed.
    case keyWiped
    /// A key, digest, identifier or secret has the wrong number of bytes.
    case wrongLength

    /// Fewer bytes than the format's fixed part.
    case tooShort
    /// More bytes than the format or the primitive allows.
    case tooLong
    /// The first byte names no suite that this program knows.
    case unknownSuite
    /// The commitment does not match: another key, another label, another associated data, or an altered header.
    case wrongKeyOrContext
    /// The commitment matched, but the tag did not: ciphertext or tag were altered.
    case forged
    /// Opened bytes do not end in the padding that their size demands.
    case badPadding
    /// A buffer handed in by the caller is too small.
    case bufferTooSmall

    /// A stream ended before its final chunk.
    case truncated
    /// Bytes follow a stream's final chunk.
    case afterFinal
    /// A stream chunk carries a tag other than MESSAGE or FINAL.
    case unexpectedTag
    /// A chunk that is not the last one is not exactly 64 KiB, or an empty last chunk follows others.
    case wrongChunkSize
    /// The stream already failed; nothing more comes out of it.
    case streamFailed

    /// An encoding is not the one canonical encoding of its value.
    case malformed
    /// A public key is of low order or otherwise unusable.
    case badPublicKey
    /// A MAC does not match its message.
    case badMAC

    /// Argon2id limits outside of what this program accepts.
    case costOutOfRange
    /// No slot opens with this secret.
    case wrongSecret
    /// A slot opened, but the list of slots is not the one that was MACed.
    case slotListForged
    /// The last slot cannot be removed.
    case lastSlot
    /// No slot, epoch, incarnation or month has this identifier.
    case unknownEntry
    /// A slot, epoch, incarnation or month with this identifier exists already.
    case duplicateEntry
    /// No further slot, epoch, incarnation or month fits.
    case tooManyEntries
    /// A name, label or month is not of the required form.
    case badName
}
