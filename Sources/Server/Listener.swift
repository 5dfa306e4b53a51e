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
    /// How long a client may leave a request or an answer lying half-way.
    let stall: TimeAmount
    /// Seconds that a graceful stop waits for answers that are under way.
    let stopSeconds: Int
    /// Called once connections are accepted.
    let onRunning: @Sendable () -> Void
    /// Called when a graceful stop begins.
    let onStopping: @Sendable () -> Void

    /// Bytes that one read of a connection may take.
    private static var readBuffer: Int { 256 * 1024 }

    func run() async throws {
        let (connections, feed) = AsyncStream<Connection>.makeStream()
        let quiesce = ServerQuiescingHelper(group: group)
        let open = OpenChannels()
        let channel = try await ServerBootstrap(group: group)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            // So much can be under way to a client without either side being woken for it.
            .childChannelOption(.socketOption(.so_sndbuf), value: 1 << 20)
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: Self.readBuffer))
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(quiesce.makeServerChannelHandler(channel: channel))
                }
            }
            .childChannelInitializer { channel in
                PeerCredentials.read(from: channel).flatMap { peer in
                    let http = HTTP1Channel(
                        responder: respond(to: peer),
                        configuration: .init(additionalChannelHandlers: [StallGuard(limit: stall)], idleTimeout: .seconds(60)))
                    open.add(channel)
                    return http.setup(channel: channel, logger: logger).map { value in
                        _ = feed.yield(Connection(http: http, value: value))
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

    private func respond(to peer: PeerCredentials) -> HTTPChannelHandler.Responder {
        { request, writer, channel in
            let state = RequestState(source: .init(channel: channel, logger: logger), peer: peer)
            let response: Response
            do {
                response = try await responder.respond(to: request, context: state)
            } catch {
                response = Problem.internalError.response(language: .en)
            }
            try await writer.write(response: response.head, body: response.body)
        }
    }
}

/// The connections there are, so that a stop can end those that do not end by themselves.
private final class OpenChannels: Sendable {
    private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

    func add(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        channels.withLock { $0[id] = channel }
        channel.closeFuture.whenComplete { _ in self.channels.withLock { $0[id] = nil } }
    }

    func closeAll() { for channel in channels.withLock({ Array($0.values) }) { channel.close(promise: nil) } }
}

/// What one request knows besides its bytes.
struct RequestState: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The machine account at the other end.
    let peer: PeerCredentials

    init(source: ApplicationRequestContextSource) {
        self.init(source: source, peer: PeerCredentials())
    }

    init(source: ApplicationRequestContextSource, peer: PeerCredentials) {
        coreContext = .init(source: source)
        self.peer = peer
    }
}
