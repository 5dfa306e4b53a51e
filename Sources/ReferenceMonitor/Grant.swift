public import Household
import Synchronization

/// Permission to carry out one action, once: the reglement said yes *and* the line stands in the log.
///
/// Only the reference monitor makes one. It cannot be copied, cannot be returned from a request, and is dead when its request ends:
/// one that was hidden somewhere opens nothing (``isLive``).
public struct Grant<A: Action>: ~Copyable, Sendable {
    /// What was asked, and decided on: the same parsed value is carried out.
    public let asked: A
    /// Who asked.
    public let caller: Caller
    /// The resident on whose behalf the worker acts, if any.
    public let onBehalfOf: PersonID?
    /// The one moment of this request: decision, log line and rows agree.
    public let moment: Moment
    /// Index of the decision line in the log.
    public let line: UInt64
    /// What a reading may open: ciphertext taken in the transaction that decided.
    public let sealedContent: (any SealedContent)?
    /// Whether the reglement opens no more than that-information (PR-1.6): that organisations and workers are involved, and nothing about
    /// residents. Who carries a reading out leaves the rest shut.
    public let thatOnly: Bool
    let lease: Lease

    init(
        asked: A, caller: Caller, onBehalfOf: PersonID?, moment: Moment, line: UInt64, sealedContent: (any SealedContent)?, thatOnly: Bool,
        lease: Lease
    ) {
        self.thatOnly = thatOnly
        self.asked = asked
        self.caller = caller
        self.onBehalfOf = onBehalfOf
        self.moment = moment
        self.line = line
        self.sealedContent = sealedContent
        self.lease = lease
    }

    /// True while the request that this grant belongs to is being carried out.
    public var isLive: Bool { lease.isLive }

    /// Decides again, between two chunks of a stream, when the registry moved or the next expiry passed; costs next to nothing otherwise.
    /// - Throws: ``MonitorError/interrupted(_:)`` when the answer is now no, the session ended or the facts cannot be read.
    public borrowing func recheck() async throws(MonitorError) {
        guard lease.isLive else { throw .grantIsDead }
        try await lease.check()
    }
}

/// The lifetime of a grant: ends with the request.
final class Lease: Sendable {
    private let live = Atomic<Bool>(true)
    let check: @Sendable () async throws(MonitorError) -> Void

    init(check: @escaping @Sendable () async throws(MonitorError) -> Void) { self.check = check }

    var isLive: Bool { live.load(ordering: .acquiring) }
    func end() { live.store(false, ordering: .releasing) }
}
