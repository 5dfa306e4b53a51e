internal import LedgerFormat
internal import TransparencyLog
internal import Wire

/// The check of a receipt, with nothing but the file, the key of the log, and what this account saw before.
///
/// Source: C2SP tlog-proof (draft). The entry travels as its extra data, of which the proof itself vouches for nothing until it was hashed.
enum ProofVerification {
    /// Under `--json`: what was checked.
    struct Report: Codable, Equatable {
        var index: UInt64
        var size: UInt64
        var origin: String
        /// base64.
        var root: String
        /// Names of the witnesses of the policy that cosigned; absent without a policy.
        var cosigners: [String]?
        /// The same, with their times.
        var cosignatures: [OfflineVerification.Report.Cosignature]?
        /// Entries of what this account saw before of this log; absent where it had seen nothing.
        var seen: UInt64?
        /// Whether the receipt is of the very checkpoint that was seen; false when it is of another size, with which a receipt alone cannot
        /// be compared.
        var isOfSeen: Bool?
    }

    static func run(_ file: String, _ known: OfflineVerification.Known, on console: Console) throws(Failure) {
        let report = try check(file, known)
        try console.show(report) {
            [say(.proofHolds, String(report.index), report.origin, String(report.size))]
                + (report.cosignatures.map { [say(.ledgerCosigned, OfflineVerification.words(for: $0))] } ?? [])
        }
        if report.isOfSeen == false { Console.hint(say(.proofNotHeld, String(report.size), String(report.seen ?? 0))) }
    }

    static func check(_ file: String, _ known: OfflineVerification.Known) throws(Failure) -> Report {
        let (verified, index) = try verify(try Input.bytes(file), key: known.key, policy: known.policy)
        let checkpoint = verified.checkpoint
        var report = Report(
            index: index, size: checkpoint.size, origin: checkpoint.origin.description, root: checkpoint.root.base64,
            cosigners: known.policy.map { _ in verified.cosignatures.map(\.key.name.description) },
            cosignatures: known.policy.map { _ in OfflineVerification.cosignatures(of: verified) })
        guard let pins = known.pins, let key = verified.logSignatures.first?.key else { return report }
        let file = try pins.file(ofNamed: key)
        guard let pin = try pins.pin(in: file), pin.key == key else { return report }
        report.seen = pin.checkpoint.size
        report.isOfSeen = pin.checkpoint.size == checkpoint.size
        guard pin.checkpoint.size != checkpoint.size || pin.checkpoint.root == checkpoint.root else {
            throw Pins.alarm(.pinFork, String(checkpoint.size), name: "same-size-fork", file: file)
        }
        return report
    }

    private static func verify(
        _ bytes: [UInt8], key given: VerifierKey?, policy: Policy?
    ) throws(Failure) -> (checkpoint: VerifiedCheckpoint, index: UInt64) {
        do throws(TransparencyLogError) {
            let proof = try TLogProof(parsing: bytes)
            guard let entry = proof.extra else { throw .malformedTLogProof(.extra) }
            let known = given.map { [$0] } ?? policy?.logs.map(\.key) ?? []
            guard !known.isEmpty else { throw .noKnownSignature }
            // A policy that names logs speaks of no others.
            if let given, let logs = policy?.logs, !logs.isEmpty, !logs.contains(where: { $0.key == given }) {
                throw .wrongOrigin(expected: Origin(logs[0].key.name), found: Origin(given.name))
            }
            let verified = try VerifiedCheckpoint.verify(
                proof.note, log: try VerifierKeys(known), witnesses: policy?.witnesses.map(\.key) ?? [])
            guard policy?.isQuorum(verified.cosignatures.map(\.key)) ?? true else { throw .quorumNotReached }
            let checkpoint = verified.checkpoint
            try MerkleProof.verifyInclusion(
                of: .leaf(entry), index: proof.index, size: checkpoint.size, root: checkpoint.root, proof: proof.hashes)
            // In the tree, and a leaf of this ledger that says the same number.
            guard (try? Leaf(parsing: entry))?.seq == proof.index else { throw .malformedTLogProof(.extra) }
            return (verified, proof.index)
        } catch {
            if error == .noKnownSignature, given == nil, policy?.logs.isEmpty ?? true { throw .invalid(.proofKeyNeeded) }
            throw Failure.unverified(OfflineVerification.words(for: .log(error)))
        }
    }
}
