import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Closes a connection whose other end stopped half-way: in the middle of a request that the daemon waits for, or of an answer that it leaves
/// lying. Whoever holds a place, a grant or a slab behind that connection then gives it up.
///
/// Only the client's own standing still counts: while the daemon is busy and asks for nothing, and while it has nothing to send, no time runs.
/// Between two requests the connection's idle limit counts, not this one.
final class StallGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart

    private let limit: TimeAmount
    private var isInRequest = false
    /// The daemon asked for more of the request and got nothing yet.
    private var isWaiting = false
    /// Parts of an answer that the socket did not take yet.
    private var unsent = 0
    /// Who waits until there are none.
    private var waiters: [EventLoopPromise<Void>] = []
    private var lastMove = NIODeadline.distantPast
    private var task: Scheduled<Void>?

    init(limit: TimeAmount) {
        self.limit = limit
    }

    func handlerAdded(context: ChannelHandlerContext) {
        lastMove = context.eventLoop.now
        schedule(context, in: limit)
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
        task?.cancel()
        task = nil
        release()
    }

    private func release() {
        let released = waiters
        waiters = []
        for waiter in released { waiter.succeed() }
    }

    /// Waits until the socket took everything that was written to the channel before this call; no longer than the connection lives.
    static func allTaken(on channel: any Channel) async throws {
        let loop = channel.eventLoop
        try await loop.flatSubmit {
            guard let own = try? channel.pipeline.syncOperations.handler(type: StallGuard.self), own.unsent > 0 else {
                return loop.makeSucceededVoidFuture()
            }
            let taken = loop.makePromise(of: Void.self)
            own.waiters.append(taken)
            return taken.futureResult
        }.get()
    }

    func read(context: ChannelHandlerContext) {
        if !isWaiting {
            isWaiting = true
            lastMove = context.eventLoop.now
        }
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: isInRequest = true
        case .body: break
        case .end: isInRequest = false
        }
        isWaiting = false
        lastMove = context.eventLoop.now
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if unsent == 0 { lastMove = context.eventLoop.now }
        unsent += 1
        let promise = promise ?? context.eventLoop.makePromise()
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let this = NIOLoopBound(self, eventLoop: context.eventLoop)
        promise.futureResult.whenComplete { _ in
            this.value.unsent -= 1
            this.value.lastMove = bound.value.eventLoop.now
            if this.value.unsent == 0 { this.value.release() }
        }
        context.write(data, promise: promise)
    }

    private func schedule(_ context: ChannelHandlerContext, in delay: TimeAmount) {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let this = NIOLoopBound(self, eventLoop: context.eventLoop)
        task = context.eventLoop.scheduleTask(in: delay) { this.value.look(bound.value) }
    }

    private func look(_ context: ChannelHandlerContext) {
        let stalled = (isInRequest && isWaiting) || unsent > 0
        let rest = limit - (context.eventLoop.now - lastMove)
        if stalled, rest <= .zero {
            context.close(promise: nil)
            return
        }
        schedule(context, in: stalled ? rest : limit)
    }
}
