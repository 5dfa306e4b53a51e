internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Wire

/// What goes into a request after its head.
enum RequestBody {
    case none
    case bytes([UInt8])
    /// A small content, whole.
    case content(ByteBuffer)
    /// `length` nil: until the end, in chunks. The closure gives the next piece, nil at the end.
    case stream(length: UInt64?, next: @Sendable () async throws -> ByteBuffer?)
}

/// One HTTP/1.1 connection over the daemon's socket; one exchange after another, from one task.
///
/// Source: RFC 9112 §9.3 (persistence), §6.3 (where a message ends).
final class Connection {
    private typealias Channel = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>

    private var inbound: NIOAsyncChannelInboundStream<HTTPClientResponsePart>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<HTTPClientRequestPart>
    /// False once the daemon has said that it closes, or an exchange ended half-way.
    private(set) var isReusable = true

    private init(
        inbound: NIOAsyncChannelInboundStream<HTTPClientResponsePart>, outbound: NIOAsyncChannelOutboundWriter<HTTPClientRequestPart>
    ) {
        self.inbound = inbound.makeAsyncIterator()
        self.outbound = outbound
    }

    /// One thread is enough for a program that mostly waits; it is never shut down, the process ends.
    private static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    /// Lends a connection to `body` and closes it afterwards.
    static func open<Output: Sendable>(
        _ socket: String, _ body: (Connection) async throws -> Output
    ) async throws -> Output {
        let channel: Channel
        do {
            channel = try await ClientBootstrap(group: group)
                .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 262_144))
                // So much can be under way to the daemon without either side being woken for it.
                .channelOption(.socketOption(.so_sndbuf), value: 1 << 20)
                .connect(unixDomainSocketPath: socket) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        return try Channel(wrappingChannelSynchronously: channel)
                    }
                }
        } catch {
            let forbidden = (error as? IOError)?.errnoCode == EACCES
            throw Failure(.unreachable, say(.unreachableAt, socket), hints: [say(forbidden ? .hintSocketRights : .hintStartDaemon)])
        }
        var output: Result<Output, any Error>?
        do {
            try await channel.executeThenClose { inbound, outbound in
                do { output = .success(try await body(Connection(inbound: inbound, outbound: outbound))) } catch {
                    output = .failure(error)
                }
            }
        } catch {
            // Closing a connection that the other side has closed may fail; what was said on it stands.
            if output == nil { throw Failure(.interrupted) }
        }
        guard let output else { throw Failure(.interrupted) }
        return try output.get()
    }

    /// One request and its answer. `onHead` hears the head, `onBody` each piece of the body in order; both before this returns.
    ///
    /// An answer that ends before its end is a failure `interrupted`, also when its pieces so far were taken.
    func exchange(
        _ head: HTTPRequestHead, body: RequestBody, onHead: (HTTPResponseHead) throws -> Void = { _ in },
        onBody: (ByteBuffer) async throws -> Void
    ) async throws -> HTTPResponseHead {
        isReusable = false
        let answer: HTTPResponseHead
        do {
            switch body {
            case .none:
                try await outbound.write(contentsOf: [.head(head), .end(nil)])
                answer = try await self.head()
            case .bytes(let bytes):
                try await outbound.write(contentsOf: [.head(head), .body(.byteBuffer(ByteBuffer(bytes: bytes))), .end(nil)])
                answer = try await self.head()
            case .content(let bytes):
                try await outbound.write(contentsOf: [.head(head), .body(.byteBuffer(bytes)), .end(nil)])
                answer = try await self.head()
            case .stream(_, let next):
                answer = try await upload(head, next)
            }
        } catch let failure as Failure {
            throw failure
        } catch is IOError {
            throw Failure(.interrupted)
        } catch is ChannelError {
            throw Failure(.interrupted)
        } catch is HTTPParserError {
            throw Failure(.interrupted)
        }
        try onHead(answer)
        // A body that only the end of the connection delimits could be cut without anybody noticing.
        let delimited =
            answer.headers.contains(name: "content-length") || answer.headers.contains(name: "transfer-encoding")
            || answer.status == .noContent
        var ended = false
        while !ended {
            let part: HTTPClientResponsePart?
            do { part = try await inbound.next() } catch { throw Failure(.interrupted) }
            switch part {
            case .body(let piece): try await onBody(piece)
            case .end: ended = true
            case .head, nil: throw Failure(.interrupted)
            }
        }
        guard delimited else { throw Failure(.interrupted) }
        isReusable = answer.isKeepAlive
        return answer
    }

    private func head() async throws -> HTTPResponseHead {
        while let part = try await inbound.next() {
            if case .head(let head) = part { return head }
        }
        throw Failure(.interrupted)
    }

    /// Sends the body while listening: a daemon that refuses need not wait for bytes that it does not want.
    private func upload(_ head: HTTPRequestHead, _ next: @escaping @Sendable () async throws -> ByteBuffer?) async throws
        -> HTTPResponseHead
    {
        let outbound = self.outbound
        return try await withThrowingTaskGroup(of: (any Error)?.self) { group in
            group.addTask {
                do {
                    try await outbound.write(.head(head))
                    while let piece = try await next() {
                        try Task.checkCancellation()
                        try await outbound.write(.body(.byteBuffer(piece)))
                    }
                    try await outbound.write(.end(nil))
                    return nil
                } catch {
                    return error
                }
            }
            do {
                let answer = try await self.head()
                group.cancelAll()
                // An early answer leaves the request half sent: this connection is done for.
                if let fault = try await group.next(), fault != nil { isUnfinished = true }
                return answer
            } catch {
                group.cancelAll()
                // Our own input's fault explains more than the connection that broke over it.
                if case .some(.some(let fault)) = try? await group.next(), let failure = fault as? Failure { throw failure }
                throw error
            }
        }
    }

    private var isUnfinished = false

    /// Whether another exchange may follow on this connection.
    var canGoOn: Bool { isReusable && !isUnfinished }
}
