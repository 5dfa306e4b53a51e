internal import LedgerFormat
internal import TransparencyLog
internal import Wire

/// The check of a receipt, with nothing but the file and the key of the log.
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
    }

    static func run(_ file: String, keyFile: String?, policyFile: String?, on console: Console) throws(Failure) {
        let report = try check(file, keyFile: keyFile, policyFile: policyFile)
        try console.show(report) {
            [say(.proofHolds, String(report.index), report.origin, String(report.size))]
                + (report.cosigners.map { [say(.ledgerCosigned, $0.joined(separator: ", "))] } ?? [])
        }
    }

    static func check(_ file: String, keyFile: String?, policyFile: String?) throws(Failure) -> Report {
        let bytes = try Input.bytes(file)
        let policy = try policyFile.map { file throws(Failure) in try OfflineVerification.policy(in: file) }
        let given = try keyFile.map { file throws(Failure) in try OfflineVerification.key(in: file) }
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
            return Report(
                index: proof.index, size: checkpoint.size, origin: checkpoint.origin.description, root: checkpoint.root.base64,
                cosigners: policy.map { _ in verified.cosignatures.map(\.key.name.description) })
        } catch {
            if error == .noKnownSignature, given == nil, policy?.logs.isEmpty ?? true { throw .invalid(.proofKeyNeeded) }
            throw RemoteLog.failed(OfflineVerification.words(for: .log(error)))
        }
    }
}
