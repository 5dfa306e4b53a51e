import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import Wire

/// Answers bytes that cannot be read as a request with a problem document, and ends the connection: behind it nobody says more than 400. Ends as well
/// a connection on which requests are sent one behind the other without their answers being waited for: a head of twenty bytes takes a thousand
/// times as much memory as it costs to send, before anybody has signed in.
final class UnreadableRequests: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Requests that have begun, answers that have, and answers of which the socket took all.
    private var asked = 0, answered = 0, sent = 0
    /// How many requests there may be whose answers are not sent.
    private static let mostOpen = 8
    /// The last request has not come to its end.
    private var isInRequest = false
    private var endsWithTheAnswer = false
    private var isShut = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // What came in with the same read.
        if isShut { return }
        switch unwrapInboundIn(data) {
        case .head:
            asked += 1
            isInRequest = true
            if asked - sent > Self.mostOpen {
                isShut = true
                context.close(promise: nil)
                return
            }
        case .body: break
        case .end: isInRequest = false
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head: answered += 1
        case .body: break
        case .end:
            let promise = promise ?? context.eventLoop.makePromise()
            let (bound, this) = (NIOLoopBound(context, eventLoop: context.eventLoop), NIOLoopBound(self, eventLoop: context.eventLoop))
            promise.futureResult.whenSuccess {
                this.value.sent += 1
                this.value.endIfSent(bound.value)
            }
            return context.write(data, promise: promise)
        }
        context.write(data, promise: promise)
    }

    private func endIfSent(_ context: ChannelHandlerContext) {
        if endsWithTheAnswer, sent == asked { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError else { return context.fireErrorCaught(error) }
        // It was refused before it came to its end: another answer would be taken for that to the next request.
        if isInRequest, answered == asked {
            endsWithTheAnswer = true
            return endIfSent(context)
        }
        // Whoever reads the request, or what came before, comes upon it, and answers in turn.
        guard sent == asked else { return context.fireErrorCaught(error) }
        // What language is wanted stands in what could not be read.
        let document = Problem.unreadable.document(.nl)
        let body = (try? WireJSON.encode(document)) ?? []
        let head = HTTPResponse(
            status: .init(code: document.status),
            headerFields: [.contentType: MediaType.problem, .contentLength: "\(body.count)", .connection: "close"])
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(ByteBuffer(bytes: body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        context.close(promise: nil)
    }
}
