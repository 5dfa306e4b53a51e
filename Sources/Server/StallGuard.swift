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
    /// Bytes of bodies that were written to the channel: before the answer under way, and in all.
    private var before = 0, written = 0
    /// Those that the socket took. They are taken in order.
    private var taken = 0
    /// Who waits until so many are.
    private var waiters: [(least: Int, promise: EventLoopPromise<Void>)] = []
    /// Nothing more is taken: a write failed, or the connection ended.
    private var isOver = false
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
        isOver = true
        settle()
    }

    private func settle() {
        let waiting = waiters
        waiters = []
        for waiter in waiting {
            // What the socket took before the connection ended is taken all the same.
            if taken >= waiter.least {
                waiter.promise.succeed()
            } else if isOver {
                waiter.promise.fail(ChannelError.ioOnClosedChannel)
            } else {
                waiters.append(waiter)
            }
        }
    }

    /// Done when the socket took so many bytes of the body of the answer under way. On the channel's loop.
    ///
    /// Bytes are counted, for one that was handed over may never come here: a connection that ends drops what is on its way.
    /// - Returns: a future that fails with `ChannelError.ioOnClosedChannel` when it does not come to that.
    func took(_ bytes: Int, on loop: any EventLoop) -> EventLoopFuture<Void> {
        let promise = loop.makePromise(of: Void.self)
        waiters.append((before + bytes, promise))
        settle()
        return promise.futureResult
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
        var bytes = 0
        switch unwrapOutboundIn(data) {
        case .head: before = written
        case .body(let buffer): bytes = buffer.readableBytes
        case .end: break
        }
        written += bytes
        let promise = promise ?? context.eventLoop.makePromise()
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let this = NIOLoopBound(self, eventLoop: context.eventLoop)
        promise.futureResult.whenComplete { [bytes] result in
            let own = this.value
            own.unsent -= 1
            own.lastMove = bound.value.eventLoop.now
            switch result {
            case .success: own.taken += bytes
            case .failure: own.isOver = true
            }
            own.settle()
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
