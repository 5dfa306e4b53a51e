import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Closes a connection whose other end stopped half-way: in the middle of a request that the daemon waits for, or of an answer that it leaves
/// lying. Whoever holds a place, a grant or a slab behind that connection then gives it up.
///
/// Only the client's own standing still counts: while the daemon is busy and asks for nothing, and while it has nothing to send, no time runs.
/// Between two requests the connection's idle limit counts, not this one.
///
/// An answer that was written to its end is sent to its end before the connection is closed: at a stop the HTTP server closes right behind it, and the
/// channel drops what the socket has not taken by then. One that is cut short is cut at once.
final class StallGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limit: TimeAmount
    private var isInRequest = false
    /// The daemon asked for more of the request and got nothing yet.
    private var isWaiting = false
    /// Parts of an answer that the socket did not take yet.
    private var unsent = 0
    /// An answer has begun and was not written to its end.
    private var isInAnswer = false
    /// To be closed once everything is sent.
    private var isClosing = false
    private var lastMove = NIODeadline.distantPast
    private var task: Scheduled<Void>?
    /// Nil before and after the time in the pipeline.
    private var context: ChannelHandlerContext?

    init(limit: TimeAmount) {
        self.limit = limit
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        lastMove = context.eventLoop.now
        schedule(context, in: limit)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        end()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
        task?.cancel()
        task = nil
    }

    /// Sends a part of the body of the answer under way, whose head was written before. On the channel's loop.
    /// - Returns: a future that is done when the socket took all of it, and fails with an error of the channel when it did not.
    func send(_ part: ByteBuffer, on loop: any EventLoop) -> EventLoopFuture<Void> {
        guard let context else { return loop.makeFailedFuture(ChannelError.ioOnClosedChannel) }
        let taken = loop.makePromise(of: Void.self)
        write(context: context, data: wrapOutboundOut(.body(part)), promise: taken)
        context.flush()
        return taken.futureResult
    }

    func read(context: ChannelHandlerContext) {
        if !isWaiting {
            isWaiting = true
            lastMove = context.eventLoop.now
        }
        context.read()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // What comes now would be done and not be answered.
        if isClosing { return }
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
        switch unwrapOutboundIn(data) {
        case .head: isInAnswer = true
        case .body: break
        case .end: isInAnswer = false
        }
        if unsent == 0 { lastMove = context.eventLoop.now }
        unsent += 1
        let promise = promise ?? context.eventLoop.makePromise()
        let loop = context.eventLoop
        let this = NIOLoopBound(self, eventLoop: loop)
        promise.futureResult.whenComplete { _ in
            this.value.unsent -= 1
            this.value.lastMove = loop.now
            if this.value.isClosing, this.value.unsent == 0 { this.value.context?.close(promise: nil) }
        }
        context.write(data, promise: promise)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .all, unsent > 0, !isInAnswer else { return context.close(mode: mode, promise: promise) }
        isClosing = true
        if let promise { context.channel.closeFuture.cascade(to: promise) }
    }

    /// Ends a connection whatever is still to be sent.
    struct EndNow: Sendable {}

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is EndNow else { return context.triggerUserOutboundEvent(event, promise: promise) }
        context.close(promise: promise)
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
