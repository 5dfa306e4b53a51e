public import TransparencyLog

/// Checks an exported ledger with nothing but its files: signature, tree, every entry, every gap.
///
/// Shares with what writes the ledger the formats and the arithmetic of the tree (this module and `TransparencyLog`), and nothing of its state: no
/// database, no key, no memory. What both could get wrong in the same way, other people's code finds: `make check-go` and the vectors. An export
/// has no side entries, so nothing personal passes through here.
///
/// Files: `log.vkey`, `checkpoint`, tiles and bundles under `tile/`; where lines were erased also `openings` (of the tombstones) and
/// `officers.vkey`.
public struct OfflineVerifier: Sendable {
    /// What checking an export gave.
    public struct Report: Sendable, Hashable {
        /// The checkpoint, verified.
        public let checkpoint: VerifiedCheckpoint
        /// The key it is signed with.
        public let key: VerifierKey
        /// Whether that key was given by the caller, as itself or in the policy, rather than found in the export.
        public let isKeyPinned: Bool
        /// Whether the officers' keys were given by the caller rather than found in the export; without tombstones it does not matter.
        public let areOfficersPinned: Bool
        /// The earlier checkpoint that the log was shown to continue.
        public let pinned: Checkpoint?
        /// Leaves checked: all.
        public let leafCount: UInt64
        public let bundleCount: UInt64
        public let tileCount: UInt64
        /// Verified, by the number of their leaf.
        public let tombstones: Tombstones
        /// Checkpoints to whose cosignatures the log itself commits, as far as their openings are public; by the number of their leaf.
        public let cosigned: [UInt64: CosignedCheckpoint]
    }

    private let read: FileReader
    private let pinnedKey: VerifierKey?
    private let pinnedCheckpoint: Checkpoint?
    private let policy: Policy?
    private let pinnedOfficers: VerifierKeys?

    /// - Parameters:
    ///   - pinnedKey: the ledger's key, if it is known. Without it the export's own key is believed, which shows that the export agrees with
    ///     itself and not whose it is.
    ///   - pinnedCheckpoint: a checkpoint of this ledger seen earlier, verified then.
    ///   - policy: witnesses whose quorum must have cosigned the checkpoint; where it names logs, the ledger must be one of them.
    ///   - officers: whose signatures make a tombstone, if that is known. Without it the export's own list is believed.
    ///   - read: gives the bytes of a file below the export's directory.
    public init(
        pinnedKey: VerifierKey? = nil, pinnedCheckpoint: Checkpoint? = nil, policy: Policy? = nil, officers: VerifierKeys? = nil,
        read: @escaping FileReader
    ) {
        self.read = read
        self.pinnedKey = pinnedKey
        self.pinnedCheckpoint = pinnedCheckpoint
        self.policy = policy
        pinnedOfficers = officers
    }

    /// Checks everything.
    ///
    /// - Parameter perform: runs the pieces of the work; see ``LogVerification/verify(perform:)``.
    /// - Throws: the first reason to refuse the export: files, key, signature, tree, leaves, tombstones, in this order.
    public func verify(
        perform: (Int, @Sendable (Int) -> Void) -> Void = { count, body in for piece in 0..<count { body(piece) } }
    ) throws(LedgerFormatError) -> Report {
        let key = try key()
        let checkpoint = try checkpoint(of: key)
        let verified: VerifiedLog
        do {
            let verification = try LogVerification(
                checkpoint: checkpoint.checkpoint, pinned: pinnedCheckpoint, read: read,
                inspect: { index, entry in
                    guard let seq = Leaf.sequenceNumber(of: entry) else { throw LedgerFormatError.notALeaf(index: index) }
                    guard seq == index else { throw LedgerFormatError.outOfSequence(index: index, found: seq) }
                })
            verified = try verification.verify(perform: perform)
        } catch let error as TransparencyLogError {
            throw .log(error)
        } catch {
            throw error as? LedgerFormatError ?? .malformedLeaf
        }
        let (tombstones, cosigned) = try opened(in: checkpoint.checkpoint, key)
        return Report(
            checkpoint: checkpoint, key: key, isKeyPinned: pinnedKey != nil || policy?.logs.isEmpty == false,
            areOfficersPinned: pinnedOfficers != nil, pinned: pinnedCheckpoint, leafCount: verified.entryCount,
            bundleCount: verified.bundleCount, tileCount: verified.tileCount, tombstones: tombstones, cosigned: cosigned)
    }

    private func file(_ name: String) throws(LedgerFormatError) -> [UInt8]? {
        do {
            return try read(name)
        } catch {
            throw .log(.unreadable(path: name))
        }
    }

    private func key() throws(LedgerFormatError) -> VerifierKey {
        guard let bytes = try file("log.vkey") else {
            guard let pinnedKey else { throw .missingFile("log.vkey") }
            return try listed(pinnedKey)
        }
        guard let keys = try? VerifierKeys(parsingLines: bytes), keys.keys.count == 1, let found = keys.keys.first,
            found.algorithm == .ed25519
        else { throw .malformedKeyFile("log.vkey") }
        if let pinnedKey, pinnedKey != found { throw .wrongKey(expected: pinnedKey, found: found) }
        return try listed(found)
    }

    /// A policy that names logs speaks of no others.
    private func listed(_ key: VerifierKey) throws(LedgerFormatError) -> VerifierKey {
        guard let logs = policy?.logs, let first = logs.first, !logs.contains(where: { $0.key == key }) else { return key }
        throw .wrongKey(expected: first.key, found: key)
    }

    private func checkpoint(of key: VerifierKey) throws(LedgerFormatError) -> VerifiedCheckpoint {
        guard let bytes = try file("checkpoint") else { throw .missingFile("checkpoint") }
        do throws(TransparencyLogError) {
            let note = try SignedNote(parsing: bytes)
            let verified = try VerifiedCheckpoint.verify(note, log: VerifierKeys(key), witnesses: policy?.witnesses.map(\.key) ?? [])
            guard policy?.isQuorum(verified.cosignatures.map(\.key)) ?? true else { throw .quorumNotReached }
            return verified
        } catch {
            throw .log(error)
        }
    }

    /// The officers' keys, which only tombstones need.
    private func officers() throws(LedgerFormatError) -> VerifierKeys {
        if let pinnedOfficers { return pinnedOfficers }
        guard let keyBytes = try file("officers.vkey") else { throw .missingFile("officers.vkey") }
        guard let officers = try? VerifierKeys(parsingLines: keyBytes) else { throw .malformedKeyFile("officers.vkey") }
        return officers
    }

    private func opened(
        in checkpoint: Checkpoint, _ key: VerifierKey
    ) throws(LedgerFormatError) -> (Tombstones, [UInt64: CosignedCheckpoint]) {
        guard let bytes = try file("openings") else { return (try Tombstones([:]), [:]) }
        let openings = try Openings.parse(bytes)
        guard !openings.isEmpty else { return (try Tombstones([:]), [:]) }
        var tombstones: [UInt64: Tombstone] = [:]
        var cosigned: [UInt64: CosignedCheckpoint] = [:]
        do {
            var log = try StoredLog(checkpoint: checkpoint, read: read)
            for opening in openings {
                guard opening.seq < checkpoint.size else {
                    throw LedgerFormatError.openingBeyondLog(seq: opening.seq, size: checkpoint.size)
                }
                try opening.verify(against: try Leaf(parsing: try log.entry(at: opening.seq)))
                switch try Segment(parsing: opening.segment, slot: opening.slot) {
                case .tombstone(let tombstone):
                    try tombstone.verify(officers: try officers())
                    tombstones[opening.seq] = tombstone
                case .cosigned(let earlier):
                    try earlier.verify(at: opening.seq, log: VerifierKeys(key)) { size throws(TransparencyLogError) in
                        try MerkleProof.root(of: 0..<size) { address throws(TransparencyLogError) in try log.hash(at: address) }
                    }
                    cosigned[opening.seq] = earlier
                case .officers, .continuation, .resident:
                    // Other openings have no place in an export: they could say something about somebody.
                    throw LedgerFormatError.malformedSegment
                }
            }
        } catch let error as TransparencyLogError {
            throw .log(error)
        } catch {
            throw error as? LedgerFormatError ?? .malformedSegment
        }
        return (try Tombstones(tombstones), cosigned)
    }
}
