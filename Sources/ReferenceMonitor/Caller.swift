public import Household
public import Policy

/// We know who asks, for which organisation, in which hat. Minted by the ``Authenticator`` and by nobody else.
public struct Caller: Sendable {
    /// The worker, or the part of the system, as the policies know them.
    public let asker: Asker
    /// The live session, for a worker.
    let session: Session?

    init(asker: Asker, session: Session?) {
        self.asker = asker
        self.session = session
    }

    /// The worker's identifier, nil for the system.
    public var worker: WorkerID? { session?.worker }
    /// The worker's organisation, nil for the system.
    public var organisation: OrganisationID? { session?.organisation }
    /// The hat of this session.
    public var hat: Hat? { session?.hat }
    /// The handle by which the worker signed in; empty for the system.
    public var handle: String { session?.handle ?? "" }
    /// Seconds without a request after which a session ends (PR-26.3).
    public static let idleSeconds = 600
    /// A stable text for "the same caller", to scope idempotency keys.
    public var identity: String { session.map { $0.worker.description } ?? "system" }
}
