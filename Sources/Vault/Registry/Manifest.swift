import Household
import Sealing

/// What stands in one space: for each bucket the digest over its records, and how often the space has changed.
///
/// The manifest is the only thing that says which records there are. It is sealed under the space's key, its digest is kept in memory, and the
/// root over all those digests stands in every commit record.
struct Manifest: Equatable, Sendable {
    /// Goes up with every change to the space: its revision.
    var counter: UInt64
    /// Over the rows of wrapped keys of the space; zeros for none.
    var wraps: Digest32
    /// Over the kept answers; zeros for none, and everywhere but in the registry.
    var answers: Digest32
    /// One digest a bucket; zeros for an empty one.
    var buckets: [Digest32]

    init(for space: Space) {
        counter = 0
        wraps = .zero
        answers = .zero
        buckets = Array(repeating: .zero, count: space.bucketCount)
    }

    private static let version: UInt64 = 2

    /// The form that is sealed: version, counter, digests of wraps and answers, number of buckets, their digests.
    var encoded: [UInt8] {
        var writer = ByteWriter(capacity: 88 + 32 * buckets.count)
        writer.append(number: Self.version)
        writer.append(number: counter)
        writer.append(wraps)
        writer.append(answers)
        writer.append(number: UInt64(buckets.count))
        for bucket in buckets { writer.append(bucket) }
        return writer.bytes
    }

    /// Nil for anything but what ``encoded`` gives for this space.
    init?(_ bytes: [UInt8], for space: Space) {
        var reader = ByteReader(bytes)
        guard reader.number() == Self.version, let counter = reader.number(), let wraps = reader.digest(),
            let answers = reader.digest(), reader.number() == UInt64(space.bucketCount)
        else { return nil }
        var buckets: [Digest32] = []
        buckets.reserveCapacity(space.bucketCount)
        for _ in 0..<space.bucketCount {
            guard let digest = reader.digest() else { return nil }
            buckets.append(digest)
        }
        guard reader.isAtEnd else { return nil }
        self.counter = counter
        self.wraps = wraps
        self.answers = answers
        self.buckets = buckets
    }

    func sealed<Key: KeyLending & ~Copyable>(for space: Space, vault: Octets16, under key: borrowing Key) throws(SealingError) -> [UInt8] {
        try Envelope.seal(encoded, under: key, label: .manifest, meaning: Self.meaning(space, vault))
    }

    static func open<Key: KeyLending & ~Copyable>(
        _ sealed: [UInt8], for space: Space, vault: Octets16, under key: borrowing Key
    ) throws(VaultError) -> Manifest {
        guard let bytes = try? Envelope.open(sealed, under: key, label: .manifest, meaning: meaning(space, vault)),
            let manifest = Manifest(bytes, for: space)
        else { throw .doesNotVerify(.manifestForged) }
        return manifest
    }

    private static func meaning(_ space: Space, _ vault: Octets16) -> AssociatedData {
        AssociatedData("manifest").adding("vault", bytes: vault.bytes).adding("space", bytes: space.octets.bytes)
    }
}

extension Sealing.Label {
    static let manifest = Sealing.Label("kluis/manifest  ")
    static let recordDigest = Sealing.Label("kluis/record    ")
    static let bucketDigest = Sealing.Label("kluis/bucket    ")
    static let manifestDigest = Sealing.Label("kluis/manif-dig ")
    static let groupDigest = Sealing.Label("kluis/group     ")
    static let contentDigest = Sealing.Label("kluis/content-rw")
    static let wrapsDigest = Sealing.Label("kluis/wraps     ")
    static let answerDigest = Sealing.Label("kluis/answer-row")
    static let answerChain = Sealing.Label("kluis/answer-chn")
    static let answersDigest = Sealing.Label("kluis/answers   ")
    static let rootDigest = Sealing.Label("kluis/root      ")
}

/// The digests that tie rows to buckets, buckets to manifests and manifests to the commit record.
enum RegistryDigest {
    private static func hash(_ bytes: [UInt8], _ label: Sealing.Label) -> Digest32 {
        // BLAKE2b with 32 bytes of output and without a key has no way to fail.
        guard let bytes = try? BLAKE2b.hash(bytes, byteCount: 32, label: label), let digest = Digest32(bytes) else {
            preconditionFailure("BLAKE2b-256 failed")
        }
        return digest
    }

    /// Over everything that stands in a row, and where it stands.
    static func record(_ key: RecordKey, version: UInt64, facts: [UInt8], words: [UInt8]?, content: Digest32? = nil) -> Digest32 {
        var writer = ByteWriter(capacity: 120 + facts.count + (words?.count ?? 0))
        writer.append(key.space.octets)
        writer.append(number: UInt64(key.kind.rawValue))
        writer.append(key.id)
        writer.append(number: version)
        writer.append(number: UInt64(key.bucket))
        writer.append(counted: facts)
        writer.append(counted: words)
        writer.append(counted: content?.bytes)
        return hash(writer.bytes, .recordDigest)
    }

    /// Over a row of `item_version`, as the record of its item names it.
    static func content(
        household: Octets16, item: Octets16, version: UInt64, compartment: Octets16, wrapped: [UInt8], meta: [UInt8], length: UInt64,
        contentDigest: [UInt8], blob: Octets16?
    ) -> Digest32 {
        var writer = ByteWriter(capacity: 160 + wrapped.count + meta.count)
        writer.append(household)
        writer.append(item)
        writer.append(number: version)
        writer.append(compartment)
        writer.append(counted: wrapped)
        writer.append(counted: meta)
        writer.append(number: length)
        writer.append(counted: contentDigest)
        writer.append(counted: blob?.bytes)
        return hash(writer.bytes, .contentDigest)
    }

    /// Over the rows of wrapped keys of a household, or of what belongs to none. Zeros for none.
    static func wraps(of household: Octets16, _ wraps: [WrapName: Wrap]) -> Digest32 {
        guard !wraps.isEmpty else { return .zero }
        var writer = ByteWriter(capacity: 32 + 144 * wraps.count)
        writer.append(household)
        writer.append(number: UInt64(wraps.count))
        for (name, wrap) in wraps.sorted(by: { ($0.key.kind.rawValue, $0.key.id) < ($1.key.kind.rawValue, $1.key.id) }) {
            writer.append(number: UInt64(name.kind.rawValue))
            writer.append(name.id)
            writer.append(number: UInt64(wrap.epoch))
            writer.append(counted: wrap.envelope)
        }
        return hash(writer.bytes, .wrapsDigest)
    }

    /// Over one kept answer as it lies in its row.
    static func answer(_ seq: UInt64, request: [UInt8], day: UInt64, body: [UInt8]) -> Digest32 {
        var writer = ByteWriter(capacity: 64 + body.count)
        writer.append(number: seq)
        writer.append(counted: request)
        writer.append(number: day)
        writer.append(counted: body)
        return hash(writer.bytes, .answerDigest)
    }

    /// One more answer on a day's chain.
    static func chain(_ head: Digest32, _ answer: Digest32) -> Digest32 { hash(head.bytes + answer.bytes, .answerChain) }

    /// Over the chains of all days. Zeros for none.
    static func answers(_ days: [(day: UInt64, count: UInt64, head: Digest32)]) -> Digest32 {
        guard !days.isEmpty else { return .zero }
        var writer = ByteWriter(capacity: 48 * days.count)
        for (day, count, head) in days {
            writer.append(number: day)
            writer.append(number: count)
            writer.append(head)
        }
        return hash(writer.bytes, .answersDigest)
    }

    /// What a bucket's digest says of one record: that it is this one, and what its bytes give.
    ///
    /// INVARIANT: kind and identifier are in it beside the record's digest: a row that was renamed would otherwise count as verified to be
    /// absent, since an absent record has no bytes to recompute.
    struct Named: Equatable {
        let kind: UInt64
        let id: Octets16
        let digest: Digest32
    }

    /// Over the records of one bucket, in the order of kind and identifier. Zeros for none.
    static func bucket(_ space: Space, _ bucket: Int, _ records: [Named]) -> Digest32 {
        guard !records.isEmpty else { return .zero }
        var writer = ByteWriter(capacity: 32 + 56 * records.count)
        writer.append(space.octets)
        writer.append(number: UInt64(bucket))
        writer.append(number: UInt64(records.count))
        for record in records {
            writer.append(number: record.kind)
            writer.append(record.id)
            writer.append(record.digest)
        }
        return hash(writer.bytes, .bucketDigest)
    }

    /// Over a sealed manifest as it stands in its row.
    static func manifest(_ space: Space, sealed: [UInt8]) -> Digest32 {
        var writer = ByteWriter(capacity: 32 + sealed.count)
        writer.append(space.octets)
        writer.append(counted: sealed)
        return hash(writer.bytes, .manifestDigest)
    }

    static func group(_ members: [(Octets16, Digest32)]) -> Digest32 {
        guard !members.isEmpty else { return .zero }
        var writer = ByteWriter(capacity: 48 * members.count)
        for (space, digest) in members {
            writer.append(space)
            writer.append(digest)
        }
        return hash(writer.bytes, .groupDigest)
    }

    static func root(_ groups: [Digest32]) -> Digest32 {
        var writer = ByteWriter(capacity: 32 * groups.count)
        for group in groups { writer.append(group) }
        return hash(writer.bytes, .rootDigest)
    }
}

/// The digests of all manifests, in 256 groups by the first byte of the space, so that changing one costs little.
struct ManifestTree: Equatable, Sendable {
    private var groups: [[Octets16: Digest32]] = Array(repeating: [:], count: 256)
    private var digests: [Digest32] = Array(repeating: .zero, count: 256)
    private(set) var count = 0

    /// The digest that a space's manifest row must have; nil when there is no such space.
    subscript(space: Space) -> Digest32? { groups[Int(space.octets.first)][space.octets] }

    /// All spaces, in the order of their bytes.
    var spaces: [Space] { groups.flatMap { $0.keys.sorted() }.compactMap { Space($0) } }

    /// Some household, always the same one for the same octets; nil when there is none.
    func household(near octets: Octets16) -> HouseholdID? {
        for step in 0..<groups.count {
            let group = groups[(Int(octets.first) + step) % groups.count]
            if let found = group.keys.filter({ Space($0)?.household != nil }).min() { return Space(found)?.household }
        }
        return nil
    }

    /// Sets the digests of some manifests at once; nil removes one.
    mutating func set(_ changes: [(Space, Digest32?)]) {
        var touched: Set<Int> = []
        for (space, digest) in changes {
            let octets = space.octets
            let group = Int(octets.first)
            let before = groups[group].updateOrRemove(octets, digest)
            count += (digest == nil ? 0 : 1) - (before == nil ? 0 : 1)
            touched.insert(group)
        }
        for group in touched {
            digests[group] = RegistryDigest.group(groups[group].sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        }
    }

    /// The root over all manifests.
    var root: Digest32 { RegistryDigest.root(digests) }

    static func == (left: ManifestTree, right: ManifestTree) -> Bool { left.digests == right.digests }
}

extension Dictionary {
    /// Sets or, for nil, removes; returns what was there.
    fileprivate mutating func updateOrRemove(_ key: Key, _ value: Value?) -> Value? {
        guard let value else { return removeValue(forKey: key) }
        return updateValue(value, forKey: key)
    }
}
