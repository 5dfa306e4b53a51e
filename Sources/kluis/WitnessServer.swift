internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization
internal import TransparencyLog
internal import Witnessing

/// Serves one witness over HTTP: `POST /add-checkpoint`, on a Unix socket and on the machine's own loopback address.
///
/// A witness has nothing to hide and nobody to believe: what it cosigns is proven by the request itself, so whoever can reach it may ask.
///
/// Source: C2SP tlog-witness v1.0.0, "add-checkpoint"; RFC 9112.
struct WitnessServer {
    /// Connections at a time; further ones are closed at once.
    static let maximumConnectionCount = 64
    private static let path = "/add-checkpoint"

    let witness: KeptWitness
    /// Seconds since 1970.
    let now: @Sendable () -> UInt64
    /// After which a connection without an answer is closed, whatever it sent meanwhile.
    var patience = TimeAmount.seconds(30)

    private typealias Child = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>
    private typealias Door = NIOAsyncChannel<Child, Never>

    /// Serves until the process ends. Stopping it in any way, at any moment, is safe.
    ///
    /// - Parameters:
    ///   - socket: a path; what an earlier run left there is replaced.
    ///   - mode: permission bits of that socket.
    ///   - port: on 127.0.0.1; 0 takes a free one.
    ///   - onReady: hears each address once connections are accepted there.
    func run(socket: String?, mode: mode_t, port: Int?, onReady: (String) -> Void) async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 64)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        var doors: [(Door, String)] = []
        if let socket {
            try Self.clear(socket)
            // ORDER: the mask is set around bind, so that the socket is never open wider, not even for a moment.
            let mask = umask(0o777 & ~mode)
            defer { umask(mask) }
            let door: Door
            do {
                door = try await bootstrap.bind(unixDomainSocketPath: socket, childChannelInitializer: child)
            } catch { throw Failure.invalid(.cannotListen, socket, "\(error)") }
            doors.append((door, "unix:\(socket)"))
        }
        if let port {
            let door: Door
            do {
                door = try await bootstrap.bind(host: "127.0.0.1", port: port, childChannelInitializer: child)
            } catch { throw Failure.invalid(.cannotListen, "127.0.0.1:\(port)", "\(error)") }
            doors.append((door, "http://127.0.0.1:\(door.channel.localAddress?.port ?? port)"))
        }
        for (_, address) in doors { onReady(address) }
        let open = Connections()
        try await withThrowingDiscardingTaskGroup { group in
            for (door, _) in doors {
                group.addTask {
                    try await door.executeThenClose { callers in
                        try await withThrowingDiscardingTaskGroup { group in
                            for try await caller in callers {
                                let hasPlace = open.enter()
                                group.addTask {
                                    // INVARIANT: whoever is turned away is taken over too: a connection that nobody took over ends the process.
                                    guard hasPlace else {
                                        try? await caller.executeThenClose { _, _ in }
                                        return
                                    }
                                    defer { open.leave() }
                                    // One caller's broken connection is that caller's.
                                    try? await serve(caller)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Removes a socket that an earlier run left, and nothing else.
    private static func clear(_ path: String) throws(Failure) {
        var status = stat()
        // SAFETY: `status` lives for the call.
        guard unsafe lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .invalid(.cannotListen, path, SystemFault(code: EEXIST).words) }
        Paths.remove(path)
    }

    @Sendable private func child(_ channel: any Channel) -> EventLoopFuture<Child> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
            try pipeline.addHandler(ClosesInTime(after: patience))
            return try Child(wrappingChannelSynchronously: channel)
        }
    }

    private func serve(_ caller: Child) async throws {
        try await caller.executeThenClose { inbound, outbound in
            var head: HTTPRequestHead?
            var body: [UInt8] = []
            for try await part in inbound {
                switch part {
                case .head(let next):
                    head = next
                    body = []
                case .body(let piece):
                    // One byte more than allowed is kept, so that the witness itself says that it is too much.
                    body += piece.readableBytesView.prefix(AddCheckpointRequest.maximumByteCount + 1 - body.count)
                case .end:
                    guard let asked = head else { return }
                    let answer = try answer(asked, body)
                    var headers = HTTPHeaders([("content-type", answer.contentType), ("content-length", String(answer.body.count))])
                    if answer.status == 405 { headers.add(name: "allow", value: "POST") }
                    let first = HTTPResponseHead(version: .http1_1, status: .init(statusCode: answer.status), headers: headers)
                    try await outbound.write(contentsOf: [.head(first), .body(.byteBuffer(ByteBuffer(bytes: answer.body))), .end(nil)])
                    guard asked.isKeepAlive else { return }
                    head = nil
                }
            }
        }
    }

    private func answer(_ head: HTTPRequestHead, _ body: [UInt8]) throws -> AddCheckpointResponse {
        func plain(_ status: Int, _ text: String) -> AddCheckpointResponse {
            AddCheckpointResponse(status: status, contentType: "text/plain; charset=utf-8", body: Array("\(text)\n".utf8))
        }
        guard head.uri == Self.path else { return plain(404, "not-found: only \(Self.path) is here") }
        guard head.method == .POST else { return plain(405, "method-not-allowed: only POST") }
        let answer: KeptWitness.Answer
        do throws(WitnessingError) { answer = try witness.answer(body, time: now()) } catch {
            // Whatever it was, nothing was signed, and nothing will be before somebody has looked.
            Console.fail(WitnessWords.failure(error).line)
            return plain(503, "out-of-order: nothing was signed")
        }
        Console.note(WitnessWords.remark(on: answer))
        return answer.response
    }
}

/// How many callers there are.
private final class Connections: Sendable {
    private let count = Mutex(0)

    /// False when there are too many.
    func enter() -> Bool {
        count.withLock { count in
            guard count < WitnessServer.maximumConnectionCount else { return false }
            count += 1
            return true
        }
    }

    func leave() { count.withLock { $0 -= 1 } }
}

/// Closes a connection that gets no answer in time. Sending something now and then wins no time, or a few slow callers would keep out all others.
private final class ClosesInTime: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart

    private let patience: TimeAmount
    private var end: Scheduled<Void>?

    init(after patience: TimeAmount) { self.patience = patience }

    func handlerAdded(context: ChannelHandlerContext) { begin(context) }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        // The next request has as long as this one had.
        if case .end = unwrapOutboundIn(data) { begin(context) }
        context.write(data, promise: promise)
    }

    func handlerRemoved(context: ChannelHandlerContext) { end?.cancel() }

    private func begin(_ context: ChannelHandlerContext) {
        end?.cancel()
        let channel = context.channel
        end = context.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
    }
}
