public import Household
import HTTPTypes
import Hummingbird
public import Logging
public import NIOCore
public import Policy
public import ReferenceMonitor
public import ServiceLifecycle
public import Vault
import Wire

/// How far the log is witnessed, in checkpoints that outsiders can see.
public struct WitnessStanding: Sendable, Equatable {
    /// Witnesses that are asked.
    public let witnesses: Int
    /// When the first checkpoint was made that no quorum has cosigned; nil when the newest one is cosigned, or there is none.
    public var since: Moment?
    /// Lines between the newest checkpoint and the newest that a quorum cosigned.
    public var entries: UInt64
    /// How long the log may go unwitnessed before nothing is changed any more, in milliseconds; nil where no limit is set.
    public var limit: Int64?

    /// From when nothing is changed any more, unless a quorum cosigns before.
    public var readOnlyFrom: Moment? {
        guard let since, let limit else { return nil }
        let (sum, isTooLarge) = since.millisecondsSince1970.addingReportingOverflow(limit)
        return isTooLarge ? nil : Moment(millisecondsSince1970: sum)
    }

    public init(witnesses: Int, since: Moment?, entries: UInt64, limit: Int64? = nil) {
        self.limit = limit
        self.witnesses = witnesses
        self.since = since
        self.entries = entries
    }
}

/// Why cosignatures that came as a file were not taken.
public enum CosignatureRefusal: Error, Sendable {
    /// Neither signature lines nor a checkpoint with them.
    case unreadable
    /// No line is by a witness of this vault.
    case byNoWitness
    /// They verify on no checkpoint of this log, or on one that is too old.
    case onNoCheckpoint
}

/// Cosignatures that were taken from a file.
public struct TakenCosignatures: Sendable {
    /// Leaves of the checkpoint that they are on.
    public let size: UInt64
    /// Whether there was anything new among them.
    public let isNew: Bool

    public init(size: UInt64, isNew: Bool) {
        self.size = size
        self.isNew = isNew
    }
}

/// What the composition root lends the server beyond the vault: each a deed of one line.
public struct Operations: Sendable {
    public let clock: Clock
    /// Signs a checkpoint now and exports the log up to it.
    public let checkpoint: @Sendable () async throws -> (note: [UInt8], size: UInt64, root: [UInt8])
    /// Takes cosignatures out of a file, in the transaction that decides. Throws ``CosignatureRefusal``.
    public let takeCosignatures: @Sendable (consuming Grant<AddCosignature>, [UInt8], borrowing OpenTransaction) throws -> TakenCosignatures
    /// Shows outsiders the cosignatures that a checkpoint of this size has by now.
    public let showCosignatures: @Sendable (UInt64) async throws -> Void
    /// How far the log is witnessed.
    public let witnesses: @Sendable () -> WitnessStanding
    /// A file of the exported log, by its path below the log's directory; nil for what is not there and for any other path.
    public let ledgerFile: @Sendable (String) throws -> [UInt8]?
    /// Holds every record and content against the manifests: codes of what is wrong.
    public let verifyStore: @Sendable () async throws -> [String]
    /// Moves the clock of a rehearsal; nil in a real vault. False when that moment has passed.
    public let moveClock: (@Sendable (Moment) -> Bool)?
    /// Arms a fault of a rehearsal; nil in a real vault. False when there is no such fault.
    public let armFault: (@Sendable (String) -> Bool)?
    /// Transactions committed and requests that they carried.
    public let counters: @Sendable () -> (commits: Int, requests: Int)

    public init(
        clock: Clock, checkpoint: @escaping @Sendable () async throws -> (note: [UInt8], size: UInt64, root: [UInt8]),
        takeCosignatures:
            @escaping @Sendable (consuming Grant<AddCosignature>, [UInt8], borrowing OpenTransaction) throws -> TakenCosignatures,
        showCosignatures: @escaping @Sendable (UInt64) async throws -> Void,
        witnesses: @escaping @Sendable () -> WitnessStanding, ledgerFile: @escaping @Sendable (String) throws -> [UInt8]?,
        verifyStore: @escaping @Sendable () async throws -> [String],
        moveClock: (@Sendable (Moment) -> Bool)?,
        armFault: (@Sendable (String) -> Bool)?, counters: @escaping @Sendable () -> (commits: Int, requests: Int)
    ) {
        self.clock = clock
        self.checkpoint = checkpoint
        self.takeCosignatures = takeCosignatures
        self.showCosignatures = showCosignatures
        self.witnesses = witnesses
        self.ledgerFile = ledgerFile
        self.verifyStore = verifyStore
        self.moveClock = moveClock
        self.armFault = armFault
        self.counters = counters
    }
}

/// Limits of what is read before anything is decided.
public struct Limits: Sendable {
    /// Bytes of a JSON body.
    public let json: Int
    /// Bytes of an item.
    public let item: UInt64
    /// How many contents of more than 256 KiB, and how many smaller ones, may come in at once.
    public let largeUploads: Int
    public let smallUploads: Int
    /// How many contents of more than 256 KiB may go out at once. Of these and of what comes in, one worker has half at most.
    public let largeReadings: Int
    /// How long a client may leave a request or an answer lying half-way, may take for a whole head, and may keep a connection idle, in seconds.
    public let stallSeconds: Int
    /// How many connections are served at once; those of one machine account are half of them at most.
    public let connections: Int
    /// Seconds that a graceful stop waits for answers that are under way.
    public let stopSeconds: Int

    public init(
        json: Int, item: UInt64, largeUploads: Int = 8, smallUploads: Int = 128, largeReadings: Int = 32, stallSeconds: Int = 60,
        connections: Int = 512, stopSeconds: Int = 30
    ) {
        self.json = json
        self.item = item
        self.largeUploads = largeUploads
        self.smallUploads = smallUploads
        self.largeReadings = largeReadings
        self.stallSeconds = stallSeconds
        self.connections = connections
        self.stopSeconds = stopSeconds
    }
}

/// HTTP over the Unix socket: a handler decodes, performs and encodes, and knows neither policy nor keys.
public struct VaultServer: Sendable {
    let vault: Vault
    let monitor: ReferenceMonitor
    let authenticator: Authenticator
    let operations: Operations
    let limits: Limits
    let version: String
    let places: ContentPlaces

    public init(
        vault: Vault, monitor: ReferenceMonitor, authenticator: Authenticator, operations: Operations, limits: Limits, version: String
    ) {
        self.vault = vault
        self.monitor = monitor
        self.authenticator = authenticator
        self.operations = operations
        self.limits = limits
        self.version = version
        places = ContentPlaces(limits: limits, elapsed: operations.clock.elapsed)
    }

    /// The service that accepts connections.
    /// - Parameters:
    ///   - socket: a bound Unix stream socket; taken over.
    ///   - onRunning: called once connections are accepted.
    ///   - onStopping: called when a graceful stop begins.
    public func service(
        socket: CInt, group: any EventLoopGroup, logger: Logger, onRunning: @escaping @Sendable () -> Void,
        onStopping: @escaping @Sendable () -> Void
    ) -> any Service {
        Listener(
            socket: socket, responder: router(logger).buildResponder(), group: group, logger: logger,
            stall: .seconds(Int64(limits.stallSeconds)), most: limits.connections, stopSeconds: limits.stopSeconds, onRunning: onRunning,
            onStopping: onStopping)
    }

    private func router(_ logger: Logger) -> Router<RequestState> {
        let router = Router(context: RequestState.self)
        router.add(middleware: Answering(isRehearsal: vault.header.isRehearsal, logger: logger))
        for route in Route.allCases where !route.rehearsalOnly || vault.header.isRehearsal {
            let path = RouterPath(
                route.template.split(separator: "/").map { "/" + ($0.first == "{" ? ":" + $0.dropFirst().dropLast() : $0) }.joined())
            guard let method = HTTPRequest.Method(route.method.rawValue) else { continue }
            router.on(path, method: method) { request, state in
                let exchange = try Exchange(route, request, state)
                return try await self.answer(route, request, state, exchange)
            }
        }
        return router
    }
}

/// Turns whatever went wrong into the one answer for it, and marks the answers of a practice vault.
private struct Answering: RouterMiddleware {
    let isRehearsal: Bool
    let logger: Logger

    func handle(
        _ request: Hummingbird.Request, context: RequestState, next: (Hummingbird.Request, RequestState) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as HTTPError {
            // The router knows paths and methods only, and neither is anybody's secret.
            let methods = Route.methods(at: request.uri.path, rehearsal: isRehearsal)
            let problem: Problem = error.status != .notFound ? .internalError : methods.isEmpty ? .notFound : .methodNotAllowed(methods)
            response = problem.response(language: Language(request.headers))
        } catch {
            let problem = Problem(error)
            // The operator hears that something is wrong with the vault itself: a code, never what was asked.
            if problem.isOurs { logger.error("request failed", metadata: ["code": "\(Problem.code(of: error))"]) }
            response = problem.response(language: Language(request.headers))
        }
        if isRehearsal { response.headers[Exchange.name(HeaderName.rehearsal)] = "1" }
        return response
    }
}
