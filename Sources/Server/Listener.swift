import Glibc
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOExtras
import NIOPosix
import ServiceLifecycle
import Synchronization

/// Accepts connections on a socket that was opened or inherited, and gives each to the router together with its peer's credentials.
///
/// `Hummingbird.Application` can neither take an inherited socket nor say who is at the other end, hence this accept loop.
struct Listener<Responder: HTTPResponder>: Service where Responder.Context == RequestState {
    private struct Connection: Sendable {
        let http: HTTP1Channel
        let value: HTTP1Channel.Value
    }
    /// A bound, listening Unix stream socket. The listener closes it.
    let socket: CInt
    let responder: Responder
    let group: any EventLoopGroup
    let logger: Logger
    /// How long a client may leave a request or an answer lying half-way, may take for a whole head, and may keep a connection idle.
    let stall: TimeAmount
    /// How many connections are served at once; those of one machine account are half of them at most.
    let most: Int
    /// Seconds that a graceful stop waits for answers that are under way.
    let stopSeconds: Int
    /// Called once connections are accepted.
    let onRunning: @Sendable () -> Void
    /// Called when a graceful stop begins.
    let onStopping: @Sendable () -> Void

    /// Bytes that one read of a connection may take.
    private static var readBuffer: Int { 256 * 1024 }

    /// What a client can still take out of the socket after the daemon stopped writing. The kernel keeps twice this, bookkeeping included, and goes
    /// beyond it by less than one piece of 36 KiB: below 128 KiB in all. Sources: socket(7), SO_SNDBUF; Linux `unix_stream_sendmsg`.
    private static var sendBuffer: Int { 46 * 1024 }

    func run() async throws {
        let (connections, feed) = AsyncStream<Connection>.makeStream()
        let quiesce = ServerQuiescingHelper(group: group)
        let open = OpenChannels(limit: most)
        let channel = try await ServerBootstrap(group: group)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.socketOption(.so_sndbuf), value: SocketOptionValue(Self.sendBuffer))
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Self.readBuffer))
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(quiesce.makeServerChannelHandler(channel: channel))
                }
            }
            .childChannelInitializer { channel in
                PeerCredentials.read(from: channel).flatMap { peer in
                    let admission = open.add(channel, of: peer.uid)
                    // Nothing that costs anything is done for a connection beyond those that are told why.
                    if admission == .shut { return channel.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel) }
                    // The idle limit runs from one part of HTTP to the next: a head that comes byte by byte does not move it.
                    let stalls = NIOLoopBound(StallGuard(limit: stall), eventLoop: channel.eventLoop)
                    let http = HTTP1Channel(
                        responder: admission == .served ? respond(to: peer, stalls) : turnAway(),
                        configuration: .init(additionalChannelHandlers: [UnreadableRequests(), stalls.value], idleTimeout: stall))
                    return http.setup(channel: channel, logger: logger).map { value in
                        if case .enqueued = feed.yield(Connection(http: http, value: value)) { return }
                        // Nobody takes connections any more. It is ended like any other, because NIO ends the process for one that is dropped.
                        channel.close(promise: nil)
                        Task { await http.handle(value: value, logger: logger) }
                    }
                }
            }
            .withBoundSocket(socket).get()
        channel.closeFuture.whenComplete { _ in feed.finish() }
        onRunning()
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for await connection in connections {
                    group.addTask { await connection.http.handle(value: connection.value, logger: logger) }
                }
            }
        } onGracefulShutdown: {
            onStopping()
            quiesce.initiateShutdown(promise: nil)
            // A client that neither reads nor writes must not keep the vault open.
            channel.eventLoop.scheduleTask(in: .seconds(Int64(stopSeconds))) { open.closeAll() }
        }
    }

    /// Answers that there are too many connections, and ends this one.
    private func turnAway() -> HTTPChannelHandler.Responder {
        { request, writer, channel in
            var response = Problem.crowded.response(language: Language(request.headers))
            response.headers[.connection] = "close"
            try await writer.write(response: response.head, body: response.body)
            channel.close(mode: .output, promise: nil)
        }
    }

    private func respond(to peer: PeerCredentials, _ stalls: NIOLoopBound<StallGuard>) -> HTTPChannelHandler.Responder {
        { request, writer, channel in
            let loop = channel.eventLoop
            // The guard itself, and not what a pipeline has that may be gone by then.
            let state = RequestState(source: .init(channel: channel, logger: logger), peer: peer) { part in
                try await loop.flatSubmit { stalls.value.send(part, on: loop) }.get()
            }
            let response: Response
            do {
                response = try await responder.respond(to: request, context: state)
            } catch {
                response = Problem.internalError.response(language: .en)
            }
            // Source: RFC 9110 §9.3.2: an answer to HEAD has the same head and no body.
            try await writer.write(response: response.head, body: request.method == .head ? ResponseBody() : response.body)
        }
    }
}

/// The connections there are: bounded, each machine account with a share, so that nobody takes them all; and a stop can end those that do not
/// end by themselves.
private final class OpenChannels: Sendable {
    /// What becomes of a new connection.
    enum Admission { case served, turnedAway, shut }
    private struct Open {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var served = 0, turnedAway = 0
        var servedOfAccount: [UInt32: Int] = [:]
    }
    private let open = Mutex(Open())
    private let limit: Int
    /// How many connections beyond the limit are told why; the rest is closed without a word.
    private static let mostTurnedAway = 64

    init(limit: Int) { self.limit = limit }

    func add(_ channel: any Channel, of account: UInt32) -> Admission {
        let id = ObjectIdentifier(channel)
        let admission = open.withLock { open -> Admission in
            let ofAccount = open.servedOfAccount[account] ?? 0
            if open.served < limit, ofAccount < max(limit / 2, 1) {
                open.served += 1
                open.servedOfAccount[account] = ofAccount + 1
            } else if open.turnedAway < Self.mostTurnedAway {
                open.turnedAway += 1
                open.channels[id] = channel
                return .turnedAway
            } else {
                return .shut
            }
            open.channels[id] = channel
            return .served
        }
        if admission != .shut { channel.closeFuture.whenComplete { _ in self.remove(id, of: account, admission) } }
        return admission
    }

    private func remove(_ id: ObjectIdentifier, of account: UInt32, _ admission: Admission) {
        open.withLock { open in
            open.channels[id] = nil
            if admission == .turnedAway {
                open.turnedAway -= 1
                return
            }
            open.served -= 1
            // Accounts without a connection leave nothing behind.
            let rest = (open.servedOfAccount[account] ?? 1) - 1
            open.servedOfAccount[account] = rest == 0 ? nil : rest
        }
    }

    /// Ends every connection, whatever is still to be sent.
    func closeAll() {
        for channel in open.withLock({ Array($0.channels.values) }) {
            channel.triggerUserOutboundEvent(StallGuard.EndNow(), promise: nil)
            // One that is only being made has nobody yet who hears that.
            channel.close(promise: nil)
        }
    }
}

/// What one request knows besides its bytes.
struct RequestState: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The machine account at the other end.
    let peer: PeerCredentials
    /// Sends a part of the answer's body, whose head went out, and waits until the connection's socket took all of it.
    /// - Throws: when it ended before.
    let sendPart: @Sendable (ByteBuffer) async throws -> Void

    init(source: ApplicationRequestContextSource) {
        self.init(source: source, peer: PeerCredentials()) { _ in throw ChannelError.ioOnClosedChannel }
    }

    init(
        source: ApplicationRequestContextSource, peer: PeerCredentials, sendPart: @escaping @Sendable (ByteBuffer) async throws -> Void
    ) {
        coreContext = .init(source: source)
        self.sendPart = sendPart
        self.peer = peer
    }
}
