import Dispatch
import Glibc
import Household
import Ledger
import Logging
import NIOCore
import NIOPosix
import Policy
import ReferenceMonitor
import Sealing
import Server
import ServiceLifecycle
import Storage
import Synchronization
import TransparencyLog
import UnixSignals
import Vault

/// The composition root: opens a vault, wires the house together from the bottom to the top, serves, and takes it apart again.
struct Daemon {
    static let version = "0.1.0"

    struct Settings {
        var stateDirectory: String
        var keyDirectory: String
        var policyDirectory: String
        var socket: String
        var socketMode: mode_t = 0o660
        var checkpointMinutes = 15
        /// Between the times at which outcomes that still wait are recorded, and the watchdog is told.
        var tickSeconds = 15
        /// How long anybody waits for a checkpoint to be published and cosigned: longer than witnesses that do not answer take.
        var publishingPatience: Duration { max(.seconds(8 * tickSeconds), WitnessCall.patience * 4) }
        var jsonLimit = 256 * 1024
        var itemLimit: UInt64 = 16 << 30
        var stallSeconds = 60
        /// Of which one machine account may have half.
        var connections = 512
        var stopSeconds = 30
        var logLevel = Logger.Level.info
        var witnessPolicy: WitnessPolicy?
        /// Without a quorum's cosignature, before nothing is changed any more; nil for no limit.
        var unwitnessedHours: Int?

        var paths: VaultPaths { VaultPaths(state: stateDirectory, keyring: keyDirectory + "/keyring", slots: keyDirectory + "/slots") }
        var ledger: String { stateDirectory + "/ledger" }
    }

    let settings: Settings
    let vault: Vault
    let monitor: ReferenceMonitor
    let authenticator: Authenticator
    let engine: PolicyEngine
    let clock: Clock
    let writer: Writer
    let log: AuditLog
    let cosigning: Cosigning
    let store: Store
    let faults: Faults
    let logger: Logger
    let rehearsalClock: RehearsalClock?

    // MARK: - Opening

    /// Opens the vault. Every row and every leaf is verified before this returns.
    /// - Parameters:
    ///   - rehearsalClock: the clock of a practice vault; nil for a real one. A vault of the other kind is refused.
    ///   - offering: the policies are offered for adoption and need not be those that the vault adopted; such a daemon serves nobody.
    static func open(
        _ settings: Settings, secret: borrowing SlotSecret, rehearsalClock: RehearsalClock?, logger: Logger, offering: Bool = false
    ) async throws -> Daemon {
        let engine = try PolicyFolder.load(settings.policyDirectory)
        let keys = try VaultFiles.unseal(settings.paths, with: secret)
        let faults = Faults(enabled: rehearsalClock != nil)
        let store = try VaultFiles.openStore(settings.paths, faults: faults)
        let signing = LedgerSigner(try keys.ledgerSigningKey())
        let published = LedgerExport.published(in: settings.ledger, signedBy: signing.publicKey)
        if published == nil, unsafe access(settings.ledger + "/checkpoint", F_OK) == 0 {
            logger.error("public-copy", metadata: ["code": "checkpoint-not-signed-by-this-log"])
        }
        let log = try AuditLog(store: store, keys: keys, published: published, faults: faults)
        let head = log.head
        let vault = try VaultFiles.open(
            settings.paths, store: store, keys: keys, faults: faults, ledger: LedgerHead(head),
            ledgerHead: { _ in LedgerHead(log.preparedHead) })
        guard vault.header.isRehearsal == (rehearsalClock != nil) else {
            throw Ending.failed(
                vault.header.isRehearsal ? "this is a practice vault" : "this is a real vault",
                hint: vault.header.isRehearsal ? "use kluisd rehearse" : "use kluisd serve", status: 2)
        }
        let clock = Clock(
            now: { rehearsalClock?.now ?? SystemClock.now }, elapsed: { SystemClock.elapsed })
        // ORDER: the ledger prepares first; the commit record of the registry says where it stands.
        let writer = Writer(store: store, participants: [log, vault.participant]) { _ in
            // A commit that ended with an I/O error: nobody knows whether it stands, so nobody is served on top of it.
            // The writer takes no more work; a moment is left for the answers "unknown, ask again" to go out.
            DispatchQueue.global().asyncAfter(deadline: .now() + 2) { Ending.diskFailed.tell() }
        }
        let moment = clock.now()
        if rehearsalClock == nil {
            let keepers = try await writer.perform { try vault.keepers(at: moment, in: $0) }
            if keepers.administrators < 2 {
                logger.warning(
                    """
                    the vault has no second functional administrator who can sign in: make one, and have them sign in with a key of \
                    their own
                    """)
            }
            if keepers.seconds < 2 {
                logger.warning(
                    """
                    the vault has no second coordinator, privacy officer or data protection officer who is no administrator and can sign in: who \
                    gives the roles that open something, when that one is gone? make one, and have them sign in with a key of their own
                    """)
            }
        }
        if vault.header.policyDigest.bytes != engine.digest, !offering {
            guard rehearsalClock != nil, let digest = Bytes32(engine.digest), let version = Household.Label(engine.reglementVersion) else {
                throw Ending.failed(
                    "the policies in \(settings.policyDirectory) are not those that the vault adopted",
                    hint: "put the adopted set back, or have the partners adopt this one: kluisd adopt --help", status: 2)
            }
            let step = PolicyStep(
                identity: vault.identity, adopted: vault.header.policyDigest, since: vault.header.adoptedAt, offered: digest,
                reglementVersion: version)
            let adoption = PolicyAdoption(log: log, source: vault)
            try await writer.perform { transaction in
                try adoption.recordRehearsal(step, at: moment, in: transaction)
                try vault.adopt(policyDigest: digest, reglementVersion: version, at: moment, in: transaction)
            }
        }
        let kept = try vault.keepHouse(store: store, at: moment)
        logger.info(
            "house kept",
            metadata: ["parts-removed": "\(kept.partsRemoved)", "orphans": "\(kept.orphansTrashed)", "missing": "\(kept.missing)"])

        guard let name = KeyName("kluis/\(vault.identifier)/\(keys.incarnation)") else { throw Ending.failed("the ledger has no name") }
        let verifier = try VerifierKey(name: name, algorithm: .ed25519, publicKey: signing.publicKey)
        let export = LedgerExport(
            directory: settings.ledger, store: store, writer: writer, log: log, signer: NoteSigner(key: verifier) { try signing.sign($0) },
            witnesses: settings.witnessPolicy?.peers.map(\.key) ?? [],
            published: published)
        try await writer.perform {
            try log.closeWhatWasLeftOpen(at: moment.millisecondsSince1970, in: $0)
            try log.anchorCosignatures(by: export.witnesses, at: moment.millisecondsSince1970, in: $0)
        }
        if published == nil {
            // A copy without a checkpoint of this log looks like one that somebody laid hands on. No witness is asked now: nobody waits for them to
            // start. The clock tries again: a copy that cannot be written is no reason to stop the help.
            try await tellingWhatIsTriedAgain(logger) { _ = try await export.publish(at: moment.millisecondsSince1970) }
        }
        if let witnesses = settings.witnessPolicy, witnesses.peers.contains(where: { witnesses.policy.isQuorum([$0.key]) }) {
            // Allowed, for two partners or for a beginning; but whoever holds that one key and this machine can show two histories.
            logger.warning("one witness alone is a quorum: have the policy ask for two, of partners that do not run this machine")
        }
        let cosigning = try await Cosigning(
            export: export, directory: settings.ledger, key: verifier, witnesses: settings.witnessPolicy, published: published,
            clock: clock, limit: settings.unwitnessedHours.map { Int64($0) * 3_600_000 }, patience: settings.publishingPatience,
            logger: logger)
        let monitor = ReferenceMonitor(
            writer: writer, log: log, engine: engine, source: vault, clock: clock,
            policyFailure: { policies in
                // Identifiers of policies, never what they were evaluated on.
                logger.error("policy-failure", metadata: ["policies": "\(policies.isEmpty ? "facts" : policies.joined(separator: " "))"])
            }
        ) {
            cosigning.heldSince(at: $0)
        }
        let authenticator = Authenticator(
            identity: vault.identity, source: vault, writer: writer, log: log, engine: engine, clock: clock)
        // The plan engine asks as it does after a signature, each with a line of its own.
        let (plans, unsound) = try await writer.perform { try vault.plansToActivate(at: moment, in: $0) }
        for household in unsound {
            logger.error("a household's records contradict each other: nothing in it is decided", metadata: ["household": "\(household)"])
        }
        for plan in plans {
            let outcome = try await monitor.change(
                Attempt(ActivatePlan(plan: plan), by: authenticator.system(.planEngine), purpose: .plan, trace: .random())
            ) { grant, transaction in try vault.activatePlan(grant, in: transaction).state }
            if case .done = outcome { logger.info("a plan took force that its signatures had earned") }
        }
        return Daemon(
            settings: settings, vault: vault, monitor: monitor, authenticator: authenticator, engine: engine, clock: clock, writer: writer,
            log: log, cosigning: cosigning, store: store, faults: faults, logger: logger, rehearsalClock: rehearsalClock)
    }

    // MARK: - Serving

    /// Serves until SIGTERM or SIGINT.
    /// - Parameters:
    ///   - socket: inherited, or nil to open one.
    ///   - onReady: called once connections are accepted.
    func serve(socket inherited: CInt?, onReady: @escaping @Sendable () -> Void) async throws {
        let socket = try inherited ?? ListeningSocket.open(path: settings.socket, mode: settings.socketMode)
        let operations = operations()
        let server = VaultServer(
            vault: vault, monitor: monitor, authenticator: authenticator, operations: operations,
            limits: Limits(
                json: settings.jsonLimit, item: settings.itemLimit, stallSeconds: settings.stallSeconds,
                connections: settings.connections, stopSeconds: settings.stopSeconds),
            version: Self.version)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let listener = server.service(socket: socket, group: group, logger: logger) {
            Systemd.notify("READY=1\nSTATUS=serving")
            onReady()
        } onStopping: {
            Systemd.notify("STOPPING=1")
        }
        let services = ServiceGroup(
            configuration: .init(
                // ORDER: they are stopped from the last to the first, and nobody is let in while a checkpoint that takes long is waited for. What ends
                // one of them lets answers that are under way end, and is then the daemon's status.
                services: [
                    .init(
                        service: Checkpoints(
                            cosigning: cosigning, writer: writer, log: log, minutes: settings.checkpointMinutes,
                            tickSeconds: settings.tickSeconds, logger: logger), failureTerminationBehavior: .gracefullyShutdownGroup),
                    .init(
                        service: listener, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup),
                ], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        let result: Result<Void, any Error>
        do { result = .success(try await services.run()) } catch { result = .failure(error) }
        try await close()
        try await group.shutdownGracefully()
        try result.get()
    }

    /// What the server may do beyond the vault.
    private func operations() -> Operations {
        let cosigning = cosigning, vault = vault, writer = writer, faults = faults
        var moveClock: (@Sendable (Moment) -> Bool)?
        var armFault: (@Sendable (String) -> Bool)?
        if let rehearsalClock {
            moveClock = { moment in rehearsalClock.move(to: moment) }
            armFault = { name in
                guard let fault = Faults.Name(rawValue: name) else { return false }
                return faults.arm(fault)
            }
        }
        return Operations(
            clock: clock, checkpoint: { try await cosigning.publish() },
            takeCosignatures: { [log, clock] grant, file, transaction in
                guard grant.isLive else { throw MonitorError.grantIsDead }
                do {
                    let added = try log.addCosignatures(
                        file, by: cosigning.counted, at: clock.now().millisecondsSince1970, in: transaction)
                    return TakenCosignatures(size: added.size, isNew: !added.witnesses.isEmpty)
                } catch let error as TransparencyLogError {
                    switch error {
                    case .noKnownSignature: throw CosignatureRefusal.byNoWitness
                    case .badSignature: throw CosignatureRefusal.onNoCheckpoint
                    case .malformedNote, .malformedCheckpoint: throw CosignatureRefusal.unreadable
                    default: throw error
                    }
                }
            }, showCosignatures: { try await cosigning.show(size: $0) },
            witnesses: { cosigning.standing },
            ledgerFile: { [directory = settings.ledger] in try PublicCopy.file($0, in: directory) },
            verifyStore: {
                let report = try await vault.verifyStore(writer: writer, progress: { _ in })
                return report.found.map { found in
                    found.finding.rawValue + ":" + (found.item?.description ?? found.household?.description ?? "-")
                }
            },
            moveClock: moveClock, armFault: armFault,
            counters: { (commits: writer.commits.load(ordering: .relaxed), requests: writer.requests.load(ordering: .relaxed)) })
    }

    /// Takes the house apart: what waits is written, a last checkpoint is published, keys and sessions are destroyed.
    func close() async throws {
        authenticator.endAllSessions()
        var failure: (any Error)?
        // Outcomes that waited for a commit to ride with get one. What cannot be written is closed by the next start, and keeps nobody from seeing
        // where the log stands.
        do { if log.hasWaitingOutcomes { try await writer.perform { _ in } } } catch { failure = error }
        if log.outcomesPutOff.load(ordering: .relaxed) > 0 { failure = failure ?? LedgerError.notRecorded }
        do { _ = try await cosigning.publish(anchoring: false) } catch {
            // Of two failures the one that nobody knows the outcome of is told.
            if case StorageError.unknown = error { failure = error } else { failure = failure ?? error }
        }
        tellOutcomesNotWritten(log, logger)
        await writer.stop()
        do { try store.close() } catch { failure = failure ?? error }
        // Whatever went wrong before, the keys are destroyed.
        vault.seal()
        if let failure { throw failure }
    }
}

/// Tells the operator of outcomes that were lost since this was last told; the next start closes their readings.
private func tellOutcomesNotWritten(_ log: AuditLog, _ logger: Logger) {
    let lost = log.outcomesNotWritten.exchange(0, ordering: .relaxed)
    if lost > 0 { logger.error("outcomes-not-written", metadata: ["count": "\(lost)"]) }
}

/// Signs and publishes a checkpoint on a fixed clock, also when nothing happened, so that timing tells little.
private struct Checkpoints: Service {
    let cosigning: Cosigning
    let writer: Writer
    let log: AuditLog
    let minutes: Int
    let tickSeconds: Int
    let logger: Logger

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup { group in
                // Beside each other: the watchdog wants to hear more often than the checkpoint clock ticks, and while a checkpoint is made too, which
                // takes minutes where the whole copy is made again.
                group.addTask { try await every(tickSeconds) { try await tick() } }
                group.addTask {
                    // Who was away for long and has its witnesses at hand does not wait for the clock.
                    if cosigning.isHeld { try await publish() }
                    try await every(minutes * 60) { try await publish() }
                }
                // What ends one of them ends both.
                _ = try await group.next()
                group.cancelAll()
            }
        }
    }

    private func unlessCancelled<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value? {
        do { return try await body() } catch is CancellationError { return nil }
    }

    /// Does something again and again until the task is cancelled.
    private func every(_ seconds: Int, _ body: () async throws -> Void) async throws {
        while true {
            do { try await Task.sleep(for: .seconds(seconds)) } catch { return }
            try await body()
        }
    }

    /// Has waiting outcomes written, and tells the watchdog that the writer still answers.
    ///
    /// A disk that is full answers "not recorded" here as it does to everybody else, and nobody's reading ends for it. What does end the daemon
    /// is a commit of which nobody knows whether it stands.
    private func tick() async throws {
        do { try await writer.perform { _ in } } catch StorageError.notRecorded(let reason) {
            logger.error("outcomes-not-recorded-yet", metadata: ["reason": "\(reason)"])
        }
        let putOff = log.outcomesPutOff.load(ordering: .relaxed)
        if putOff > 0 { logger.error("outcomes-not-recorded-yet", metadata: ["count": "\(putOff)"]) }
        tellOutcomesNotWritten(log, logger)
        await cosigning.lookAtRound()
        // Also while a checkpoint hangs: see <doc:PublishingHoldsNobodyUp>.
        Systemd.notify("WATCHDOG=1")
    }

    /// What cannot be written now is tried again when the clock ticks next, and counts as unwitnessed meanwhile; nobody's reading ends for it.
    private func publish() async throws {
        try await tellingWhatIsTriedAgain(logger) {
            // Whoever stops meanwhile has the last one made.
            guard let checkpoint = try await unlessCancelled({ try await cosigning.publish() }) else { return }
            logger.info("checkpoint", metadata: ["size": "\(checkpoint.size)"])
        }
    }
}

/// Publishes, and tells the operator of what the clock tries again by itself.
private func tellingWhatIsTriedAgain(_ logger: Logger, _ publish: () async throws -> Void) async throws {
    do { try await publish() } catch LedgerError.cannotExport(let code) {
        logger.error("checkpoint-not-exported", metadata: ["errno": "\(code)"])
    } catch StorageError.notRecorded, LedgerError.notRecorded {
        logger.error("checkpoint-not-recorded")
    }
}

/// Holds the ledger's signing key and signs with it.
private final class LedgerSigner: Sendable {
    private let key: Ed25519.SigningKey

    init(_ key: consuming Ed25519.SigningKey) { self.key = key }

    var publicKey: [UInt8] { key.publicKey.bytes }
    func sign(_ message: [UInt8]) throws -> [UInt8] { try key.sign(message) }
}
