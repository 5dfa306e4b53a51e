import Encodings
public import Household
public import Ledger
public import Policy
import Sealing
public import Storage
import Synchronization

/// What the registry holds about a worker who wants to sign in. Read inside the transaction that decides.
public struct Credentials: Sendable {
    public let worker: WorkerID
    public let organisation: OrganisationID
    /// False for a worker who was suspended, locked or ended.
    public let isActive: Bool
    /// True for an account that failed sign-ins have locked, or that was suspended.
    public let isLocked: Bool
    /// Sign-ins that failed since the last good one.
    public let failures: UInt32
    /// Every role held now or earlier.
    public let roles: [RoleAssignment]
    /// Raw Ed25519 public keys, 32 bytes each, with the last counter seen of a hardware token (0 when there is none) and the machine
    /// accounts from which the key is used.
    public let keys: [(publicKey: [UInt8], counter: UInt32, uids: Set<UInt32>)]

    public init(
        worker: WorkerID, organisation: OrganisationID, isActive: Bool, isLocked: Bool, failures: UInt32, roles: [RoleAssignment],
        keys: [(publicKey: [UInt8], counter: UInt32, uids: Set<UInt32>)]
    ) {
        self.worker = worker
        self.organisation = organisation
        self.isActive = isActive
        self.isLocked = isLocked
        self.failures = failures
        self.roles = roles
        self.keys = keys
    }
}

/// Where credentials come from. Implemented by the vault's registry, after its manifest verified.
public protocol CredentialSource: Sendable {
    /// - Returns: nil when no worker goes by that handle.
    func credentials(of handle: String, in transaction: borrowing Transaction) throws -> Credentials?
    /// Locks the account until a functional administrator unlocks it (PR-26.3).
    func lock(_ worker: WorkerID, at moment: Moment, in transaction: borrowing Transaction) throws
    /// Remembers how many sign-ins failed since the last good one.
    func remember(failures: UInt32, of worker: WorkerID, in transaction: borrowing Transaction) throws
    /// Whether an error that came out of it says that the store does not verify.
    func doesNotVerify(_ error: any Error) -> Bool
    /// Remembers that somebody signed in with a key. Only the first time counts.
    func remember(useOf publicKey: [UInt8], worker: WorkerID, at moment: Moment, in transaction: borrowing Transaction) throws
    /// Remembers the counter of a hardware token.
    func remember(counter: UInt32, of publicKey: [UInt8], worker: WorkerID, in transaction: borrowing Transaction) throws
}

/// Knows who asks: one-time challenges, signatures by registered keys, sessions.
///
/// Two independent proofs (PR-26.2): the machine account at the other end of the socket, and a signature over a challenge that names this
/// vault, that account, the worker and the hat. A rehearsal vault takes the key alone, so that one account can play several people, and for
/// that has a namespace of its own. Every attempt is a line in the log.
public final class Authenticator: Sendable {
    private struct State {
        var challenges = Challenges()
        var sessions: [[UInt8]: Session] = [:]
        var attempts = Throttle<UInt32>(burst: 20, interval: .seconds(15))
    }
    private let state = Mutex(State())
    private let identity: VaultIdentity
    private let source: any CredentialSource
    private let writer: Writer
    private let log: AuditLog
    private let clock: Clock
    private let lines: LineWriter

    /// Failures by the right machine account after which the account is locked (PR-26.3).
    private static let failureLimit: UInt32 = 5
    /// What it rests on that attempts which fail one after the other are slowed down.
    static let throttleArticles = ["PR-26.2", "PR-26.3"]

    public init(
        identity: VaultIdentity, source: any CredentialSource, writer: Writer, log: AuditLog, engine: PolicyEngine, clock: Clock
    ) {
        self.identity = identity
        self.source = source
        self.writer = writer
        self.log = log
        self.clock = clock
        lines = LineWriter(log: log, engine: engine)
    }

    /// Gives a challenge to sign. It tells nothing: an unknown worker gets one too.
    /// - Parameters:
    ///   - worker: the handle that the caller claims; 2 to 32 characters of `[a-z0-9-]`.
    ///   - peer: the machine account at the other end; the signature must come from the same one. (Not the same connection: a shell script
    ///     with `curl` makes a new one for each call, and the account is what is authenticated.)
    public func challenge(worker: String, hat: Hat?, peer: UInt32) -> Challenge {
        let ends = clock.now().adding(milliseconds: Int64(Challenge.lifetime) * 1000)
        let nonce = Base64URL.encode(RandomBytes.generate(32))
        let text = """
            kluis-login v1
            vault \(identity.vault)
            incarnation \(identity.incarnation)
            rehearsal \(identity.isRehearsal ? "yes" : "no")
            worker \(worker)
            uid \(peer)
            hat \(hat?.rawValue ?? "none")
            nonce \(nonce)
            expires \(ends)

            """
        let elapsed = clock.elapsed()
        let challenge = Challenge(
            text: text, namespace: identity.loginNamespace, worker: worker, hat: hat, peer: peer,
            ends: ends, expires: elapsed + .seconds(Challenge.lifetime))
        state.withLock { $0.challenges.add(challenge, at: elapsed) }
        return challenge
    }

    /// Signs a worker in.
    ///
    /// - Parameters:
    ///   - text: the challenge, byte for byte. It is used up before anything is verified, whatever the outcome.
    ///   - signature: what `ssh-keygen -Y sign` printed.
    /// - Returns: the session's token, who it is, the roles held at this moment as the deciding transaction read them, and the log line.
    /// - Throws: ``MonitorError``; the log has the reason in every case where a worker was named.
    public func signIn(
        challenge text: String, signature: String, peer: UInt32, trace: TraceID
    ) async throws -> (SessionToken, Caller, roles: [Role], receipt: UInt64) {
        let challenge = state.withLock { $0.challenges.take(text) }
        let elapsed = clock.elapsed()
        let moment = clock.now()
        // Attempts that failed count against the machine account that made them, whoever it named.
        let wait = state.withLock { $0.attempts.wait(peer, at: elapsed) }
        let verdict = Result { () throws(MonitorError) -> (Challenge, SSHSignature) in
            guard wait == nil else { throw .signIn(.tooManyAttempts) }
            guard let challenge, challenge.peer == peer else { throw .signIn(.unknownChallenge) }
            // By both clocks: what was signed names a moment, and the wall clock may have been set back.
            guard elapsed <= challenge.expires, moment <= challenge.ends else { throw .signIn(.expiredChallenge) }
            do { return (challenge, try SSHSignature(armoured: signature)) } catch { throw .signIn(.malformedSignature) }
        }
        let entry: Judged
        do {
            entry = try await monitored {
                try await self.writer.perform { [self] transaction in
                    try judge(
                        verdict, claimed: challenge?.worker, peer: peer, moment: moment, trace: trace, in: transaction)
                }
            }
        } catch {
            // As for every other attempt: what stands in the store is not to be believed, that it was tried is recorded.
            if source.doesNotVerify(error) {
                _ = try? await writer.perform { [lines] in try lines.doesNotVerify("signIn", at: moment, trace, in: $0) }
            }
            throw error
        }
        let receipt = try log.receipt(for: entry.line)
        switch entry.result {
        case .success(let credentials):
            let session = Session(
                worker: credentials.worker, handle: entry.worker, organisation: credentials.organisation, hat: entry.hat, peer: peer,
                started: moment, at: elapsed)
            let token = SessionToken.random()
            state.withLock { state in
                // A session that ended long ago is no reason to keep its digest.
                state.sessions = state.sessions.filter { $0.value.isLive(at: elapsed) }
                state.sessions[SHA256.hash(Array(token.text.utf8)).bytes] = session
            }
            let roles = credentials.roles.filter { $0.isHeld(at: moment) }.map(\.role)
            return (token, Caller(session: session), roles, receipt.index)
        case .failure(let failure):
            if let wait, failure == .tooManyAttempts {
                throw MonitorError.throttled(
                    Throttled(deed: .signIn, seconds: wait.wholeSeconds, articles: Self.throttleArticles, receipt: receipt.index))
            }
            state.withLock { $0.attempts.spend(peer, at: elapsed) }
            throw MonitorError.signIn(failure)
        }
    }

    private struct Judged: Sendable {
        let line: Entry
        let result: Result<Credentials, MonitorError.SignInFailure>
        let worker: String
        let hat: Hat?
    }

    private func judge(
        _ verdict: Result<(Challenge, SSHSignature), MonitorError>, claimed: String?, peer: UInt32, moment: Moment,
        trace: TraceID, in transaction: borrowing Transaction
    ) throws -> Judged {
        let credentials = try claimed.flatMap { try source.credentials(of: $0, in: transaction) }
        // Counted in the transaction, one attempt after another: attempts side by side are not fewer, and a restart forgets none.
        let failuresSoFar = credentials?.failures ?? 0
        // Only attempts by the worker's own machine account count towards a lock, or anybody could lock a colleague out.
        let rightAccount = identity.isRehearsal || (credentials?.keys.contains { $0.uids.contains(peer) } ?? false)
        var counts = false
        let result: Result<Credentials, MonitorError.SignInFailure>
        do throws(MonitorError.SignInFailure) {
            let challenge: Challenge
            let signature: SSHSignature
            switch verdict {
            case .success(let pair): (challenge, signature) = pair
            case .failure(.signIn(let failure)): throw failure
            case .failure: throw .unknownChallenge
            }
            guard let credentials else { throw .unknownWorker }
            counts = rightAccount
            guard rightAccount else { throw .wrongUser }
            guard credentials.isActive else {
                counts = false
                throw credentials.isLocked ? .locked : .workerEnded
            }
            guard let key = credentials.keys.first(where: { $0.publicKey == signature.publicKey }) else { throw .wrongKey }
            // The two proofs belong together: a key is used from its own machine accounts, not from those of another key.
            guard identity.isRehearsal || key.uids.contains(peer) else { throw .wrongUser }
            do throws(SSHSignature.Failure) {
                try signature.verify(message: Array(challenge.text.utf8), namespace: challenge.namespace, key: key.publicKey)
            } catch {
                switch error {
                case .foreignNamespace: throw .foreignNamespace
                case .touchMissing: throw .touchMissing
                case .wrongKey: throw .wrongKey
                case .malformed: throw .malformedSignature
                case .badSignature: throw .badSignature
                }
            }
            // A counter that went back tells of a copied token; zero means that the token does not count.
            if let token = signature.token, token.counter != 0 || key.counter != 0, token.counter <= key.counter { throw .counterWentBack }
            result = .success(credentials)
        } catch {
            result = .failure(error)
        }
        if case .success(let pair) = verdict, case .success(let known) = result {
            try source.remember(useOf: pair.1.publicKey, worker: known.worker, at: moment, in: transaction)
            if let token = pair.1.token {
                try source.remember(counter: token.counter, of: pair.1.publicKey, worker: known.worker, in: transaction)
            }
        }
        if let credentials {
            switch result {
            case .success: if failuresSoFar > 0 { try source.remember(failures: 0, of: credentials.worker, in: transaction) }
            case .failure where counts:
                let failures = failuresSoFar + 1
                try source.remember(failures: failures, of: credentials.worker, in: transaction)
                if failures >= Self.failureLimit { try source.lock(credentials.worker, at: moment, in: transaction) }
            case .failure: break
            }
        }
        var hat: Hat?
        if case .success(let pair) = verdict { hat = pair.0.hat }
        let line = try lines.signIn(
            worker: credentials?.worker, organisation: credentials?.organisation, hat: hat, failure: result.failureOrNil, moment: moment,
            trace: trace, in: transaction)
        return Judged(line: line, result: result, worker: claimed ?? "", hat: hat)
    }

    /// The caller behind a token, or why there is none. Checked at every request, together with the machine account.
    public func caller(token text: String, peer: UInt32) throws(MonitorError) -> Caller {
        guard let digest = SessionToken.digest(of: text) else { throw .signIn(.noSession) }
        let session = state.withLock { $0.sessions[digest] }
        guard let session else { throw .signIn(.noSession) }
        guard session.peer == peer else { throw .signIn(.tokenOfAnotherUser) }
        guard session.touch(at: clock.elapsed()) else {
            state.withLock { _ = $0.sessions.removeValue(forKey: digest) }
            throw .signIn(.sessionExpired)
        }
        return Caller(session: session)
    }

    /// Ends the session behind a token and records it.
    public func signOut(token text: String, peer: UInt32, trace: TraceID) async throws -> UInt64 {
        let caller = try caller(token: text, peer: peer)
        let moment = clock.now()
        let entry = try await monitored {
            try await self.writer.perform { [lines] transaction in
                try lines.signOut(caller, moment: moment, trace: trace, in: transaction)
            }
        }
        caller.session?.end()
        if let digest = SessionToken.digest(of: text) { state.withLock { _ = $0.sessions.removeValue(forKey: digest) } }
        return try log.receipt(for: entry).index
    }

    /// Ends every session, when the vault is sealed.
    public func endAllSessions() {
        state.withLock { state in
            for session in state.sessions.values { session.end() }
            state.sessions = [:]
            state.challenges = Challenges()
        }
    }

    /// A caller for work without a person. It goes the same way as everybody else.
    public func system(_ caller: SystemCaller) -> Caller { Caller(asker: .system(caller), session: nil) }
}

extension Caller {
    init(session: Session) {
        self.init(
            asker: .worker(session.worker, organisation: session.organisation, hat: session.hat, sessionStarted: session.started),
            session: session)
    }
}

extension Result where Failure == MonitorError.SignInFailure {
    var failureOrNil: MonitorError.SignInFailure? { if case .failure(let failure) = self { failure } else { nil } }
}
