import Glibc
import TransparencyLog

/// Which witnesses are asked for cosignatures, and how many of them are enough: a C2SP tlog-policy file.
///
/// Stricter than the format: every witness says where it answers, a quorum of none is refused, and where several are named a quorum is all but
/// one of them and at least two: see <doc:AQuorumIsAllButOne>. `unix:` with an absolute path is a socket (the
/// daemon has no network; a tunnel brings a partner's witness to one); `offline` is a witness whose cosignatures come as files.
struct WitnessPolicy: Sendable {
    struct Peer: Sendable {
        /// Its name in the policy, for the operator's log.
        let name: String
        let key: VerifierKey
        /// Nil for a witness that works with files.
        let socket: String?
    }

    let policy: Policy
    let peers: [Peer]

    /// Reads and checks the file.
    /// - Throws: ``Configuration/Failure``, which names the line; also for a file that others may write.
    static func read(path: String) throws(Configuration.Failure) -> WitnessPolicy {
        let text = try Configuration.contents(path)
        let policy: Policy
        do throws(TransparencyLogError) { policy = try Policy(parsing: Array(text.utf8)) } catch {
            guard case .malformedPolicy(let line, let defect) = error else {
                throw Configuration.Failure(description: "\(path): \(error.code)")
            }
            throw Configuration.Failure(description: "\(path)\(line > 0 ? ":\(line)" : ""): not a witness policy: \(defect.rawValue)")
        }
        var peers: [Peer] = []
        for witness in policy.witnesses {
            let name = String(decoding: witness.name, as: UTF8.self)
            if let url = witness.url, url.elementsEqual("offline".utf8) {
                peers.append(Peer(name: name, key: witness.key, socket: nil))
                continue
            }
            guard let url = witness.url, let address = String(validating: url, as: UTF8.self), address.hasPrefix("unix:/"),
                (6...112).contains(address.utf8.count)
            else {
                throw Configuration.Failure(
                    description: "\(path): witness '\(name)' must say where it answers, as unix:/absolute/path or offline")
            }
            peers.append(Peer(name: name, key: witness.key, socket: String(address.dropFirst(5))))
        }
        guard !peers.isEmpty else { throw Configuration.Failure(description: "\(path): no witness is named") }
        guard !policy.isQuorum([]) else { throw Configuration.Failure(description: "\(path): a quorum of none witnesses nothing") }
        let enough = max(2, peers.count - 1)
        guard peers.count == 1 || policy.leastQuorum >= enough else {
            let names = peers.map(\.name).joined(separator: " ")
            throw Configuration.Failure(
                description: "\(path): \(policy.leastQuorum) of \(peers.count) witnesses would be a quorum, and it takes \(enough): "
                    + "all but one, and at least two; write 'group enough \(enough) \(names)' and 'quorum enough'")
        }
        return WitnessPolicy(policy: policy, peers: peers)
    }
}
