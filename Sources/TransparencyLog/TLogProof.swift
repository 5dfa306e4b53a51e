import Encodings

/// A receipt: proof, complete in itself, that an entry is in a log, to be checked offline by whoever gets it.
///
/// Source: C2SP tlog-proof (draft).
public struct TLogProof: Sendable, Hashable {
    /// The most bytes a proof may have: 1,100,000.
    public static let maximumByteCount = 1_100_000
    private static let header = Array("c2sp.org/tlog-proof@v1\n".utf8)

    /// Opaque data that nothing vouches for; nil when there is none.
    public let extra: [UInt8]?
    /// The entry's index, from 0.
    public let index: UInt64
    /// From the leaf's sibling upwards, at most 63.
    public let hashes: [Hash]
    /// The checkpoint, with its log's signature and those of witnesses.
    public let note: SignedNote

    /// - Throws: `malformedTLogProof` when the index is beyond 2⁶³ − 1 or there are more than 63 hashes.
    public init(index: UInt64, hashes: [Hash], note: SignedNote, extra: [UInt8]? = nil) throws(TransparencyLogError) {
        guard index < Frontier.maximumSize else { throw .malformedTLogProof(.index) }
        guard hashes.count <= 63 else { throw .malformedTLogProof(.proof) }
        self.index = index
        self.hashes = hashes
        self.note = note
        self.extra = extra
    }

    /// Reads a proof.
    ///
    /// - Throws: `malformedTLogProof`, `malformedNote`.
    public init(parsing bytes: [UInt8]) throws(TransparencyLogError) {
        guard bytes.count <= TLogProof.maximumByteCount else { throw .malformedTLogProof(.tooLarge) }
        guard bytes.starts(with: TLogProof.header) else { throw .malformedTLogProof(.header) }
        var lines = LineCursor(bytes[TLogProof.header.count...])
        guard var line = lines.next() else { throw .malformedTLogProof(.index) }
        var extra: [UInt8]?
        if let encoded = line.dropping(prefix: "extra ") {
            guard let data = Base64.decode(encoded), let following = lines.next() else { throw .malformedTLogProof(.extra) }
            extra = data
            line = following
        }
        guard let digits = line.dropping(prefix: "index "), let index = Decimal.parse(digits) else { throw .malformedTLogProof(.index) }
        var hashes: [Hash] = []
        while true {
            guard let line = lines.next() else { throw .malformedTLogProof(.noCheckpoint) }
            if line.isEmpty { break }
            guard hashes.count < 63, let hash = Hash(base64: line) else { throw .malformedTLogProof(.proof) }
            hashes.append(hash)
        }
        try self.init(index: index, hashes: hashes, note: try SignedNote(parsing: Array(lines.rest)), extra: extra)
    }

    /// The proof as bytes; files of it end in `.tlog-proof`.
    public var bytes: [UInt8] {
        var out = TLogProof.header
        if let extra { out += Array("extra \(Base64.text(extra))\n".utf8) }
        out += Array("index \(index)\n".utf8)
        for hash in hashes { out += Array("\(hash.base64)\n".utf8) }
        return out + [UInt8(ascii: "\n")] + note.bytes
    }

    /// Checks that the leaf is in a log of the policy, as cosigned by the policy's quorum of witnesses.
    ///
    /// - Throws: `badSignature`, `noKnownSignature`, `quorumNotReached`, `malformedCheckpoint`, `wrongOrigin`; `indexOutOfRange`,
    ///   `wrongProofLength`, `proofMismatch`.
    @discardableResult
    public func verify(leafHash: Hash, policy: Policy) throws(TransparencyLogError) -> VerifiedCheckpoint {
        let verified = try policy.verify(note)
        try MerkleProof.verifyInclusion(
            of: leafHash, index: index, size: verified.checkpoint.size, root: verified.checkpoint.root, proof: hashes)
        return verified
    }
}

/// Takes lines off the front of a text.
struct LineCursor {
    /// What was not taken yet.
    private(set) var rest: ArraySlice<UInt8>

    init(_ text: ArraySlice<UInt8>) {
        rest = text
    }

    /// The next line without its LF, or nil when no LF follows.
    mutating func next() -> ArraySlice<UInt8>? {
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        let line = rest[rest.startIndex..<end]
        rest = rest[(end + 1)...]
        return line
    }
}
