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

    /// Requests that have begun and whose answer did not go out whole.
    private var open = 0
    /// How many there may be.
    private static let mostOpen = 8
    private var isShut = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // What came in with the same read.
        if isShut { return }
        if case .head = unwrapInboundIn(data) {
            open += 1
            if open > Self.mostOpen {
                isShut = true
                context.close(promise: nil)
                return
            }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { open -= 1 }
        context.write(data, promise: promise)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // In the middle of a request, or behind one whose answer is under way, an answer of its own would be taken for the other's.
        guard error is HTTPParserError, open == 0 else {
            context.fireErrorCaught(error)
            return
        }
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
