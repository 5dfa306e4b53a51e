import Household
import Sealing

extension Sealing.Label {
    static let itemContent = Sealing.Label("kluis/item-conte")
    static let itemSmall = Sealing.Label("kluis/item-small")
    static let itemMeta = Sealing.Label("kluis/item-meta ")
    static let versionWrap = Sealing.Label("kluis/vers-wrap ")
    static let streamDigest = Sealing.Label("kluis/stream-dig")
    static let smallDigest = Sealing.Label("kluis/small-dig ")
}

/// What the content of an item means: whose it is, which item, which version. Bound into every byte of it.
struct ContentContext: Hashable, Sendable {
    let vault: Octets16
    let household: HouseholdID
    let compartment: Compartment
    let item: ItemID
    let kind: ItemKind
    /// From 1.
    let version: UInt64

    /// Associated data of the content.
    var meaning: AssociatedData {
        AssociatedData("item-content").adding("vault", bytes: vault.bytes).adding("household", bytes: household.bytes)
            .adding("compartment", bytes: compartment.octets.bytes).adding("item", bytes: item.bytes).adding("version", number: version)
            .adding("type", text: kind.rawValue).adding("parent", number: version > 1 ? version - 1 : nil)
    }

    /// Associated data of the wrapped key of the version: also what is known only once the content is whole.
    func wrapMeaning(_ sealed: CiphertextSummary) -> AssociatedData { meaning.adding(sealed) }
}

/// How contents are padded and sized, so that a length tells a size class.
enum ContentSize {
    /// Contents up to this many bytes lie in the database, in the transaction that makes them exist.
    static let smallLimit = 256 << 10
    /// Sealed lengths are those of contents padded to a multiple of this.
    static let grain = 4096
    /// The largest content that the vault takes: 1 TiB.
    static let limit: UInt64 = 1 << 40

    /// How many bytes follow a content of `count` bytes: 0x80 and zeros up to the next multiple, 1–4096.
    static func padding(after count: UInt64) -> Int { grain - Int(count % UInt64(grain)) }
}

/// The digest that the wrap of a streamed content binds: over the prefix of the stream, and the first byte and the tag of every chunk.
///
/// Each chunk's tag authenticates the chunk under a key that only this version has, so whoever lacks the key can make no other stream with the same
/// tags; and it costs nothing beside the sealing, where a digest over all bytes would cost more than the sealing itself.
struct StreamDigest: ~Copyable {
    private var hasher: BLAKE2bHasher
    private var length: UInt64

    init(prefix: [UInt8]) throws(SealingError) {
        var hasher = try BLAKE2bHasher(byteCount: 32, label: .streamDigest)
        hasher.update(prefix)
        self.hasher = hasher
        length = UInt64(prefix.count)
    }

    /// Adds a sealed chunk.
    mutating func add(_ sealed: UnsafeRawBufferPointer) {
        length &+= UInt64(sealed.count)
        guard sealed.count >= SealedStream.chunkOverhead else { return }
        // SAFETY: both parts lie inside `sealed`.
        unsafe hasher.update(UnsafeRawBufferPointer(rebasing: sealed[0..<1]))
        unsafe hasher.update(UnsafeRawBufferPointer(rebasing: sealed[(sealed.count - 16)...]))
    }

    consuming func finish() throws(SealingError) -> CiphertextSummary {
        let length = length
        return try CiphertextSummary(length: length, digest: hasher.finalize())
    }
}

/// The digest that the wrap of a small content binds: over what its envelope adds to it, the header and the tag.
///
/// As for ``StreamDigest``: the tag authenticates every byte under a key that only this version has and the header commits to, so whoever lacks the
/// key can make no other envelope with the same header and tag that opens.
enum SmallDigest {
    private static let tagCount = 16

    /// - Throws: `tooShort` for what is no envelope.
    static func summary(of sealed: [UInt8]) throws(SealingError) -> CiphertextSummary {
        guard sealed.count >= Envelope.overhead else { throw .tooShort }
        var hasher = try BLAKE2bHasher(byteCount: 32, label: .smallDigest)
        hasher.update(Array(sealed.prefix(Envelope.overhead - tagCount)))
        hasher.update(Array(sealed.suffix(tagCount)))
        return try CiphertextSummary(length: UInt64(sealed.count), digest: hasher.finalize())
    }
}
