import HTTPTypes
import Hummingbird
import NIOCore
import Wire

/// Lets a handler stream while it still holds its grant: until the answer's head goes out, anything that goes wrong is an ordinary answer.
enum Streaming {
    /// What a handler writes to.
    final class Feed: Sendable {
        fileprivate struct Head: Sendable {
            let length: UInt64
            let headers: [HTTPField.Name: String]
        }
        /// The first word of a reading.
        fileprivate enum First: Sendable { case head(Head), ended((any Error)?) }
        fileprivate let first: AsyncStream<First>
        private let firstFeed: AsyncStream<First>.Continuation
        /// One token when the head went out; over without one when it never will.
        private let way: AsyncStream<Void>
        private let wayFeed: AsyncStream<Void>.Continuation
        private let sendPart: @Sendable (ByteBuffer) async throws -> Void

        fileprivate init(_ sendPart: @escaping @Sendable (ByteBuffer) async throws -> Void) {
            self.sendPart = sendPart
            (first, firstFeed) = AsyncStream.makeStream()
            (way, wayFeed) = AsyncStream.makeStream()
        }

        /// Says how long the body will be, and returns when the head was handed to the channel, before any part. Once, before anything is sent.
        /// - Throws: `CancellationError` when the connection ended before it did.
        func start(length: UInt64, _ headers: [HTTPField.Name: String]) async throws {
            firstFeed.yield(.head(Head(length: length, headers: headers)))
            var iterator = way.makeAsyncIterator()
            guard await iterator.next() != nil else { throw CancellationError() }
        }

        /// Sends bytes, and returns when the socket took them all: whoever asks then whether more may go has nothing under way.
        ///
        /// They go from here to the channel's loop and nowhere else: for every thread that is woken on the way, the socket stands empty.
        /// - Throws: `CancellationError` when the connection ended before it did.
        func send(_ part: ByteBuffer) async throws {
            // ORDER: asked before a part and not after it: who has all of it has read it.
            try Task.checkCancellation()
            do { try await sendPart(part) } catch { throw CancellationError() }
        }

        fileprivate func end(_ error: (any Error)?) {
            firstFeed.yield(.ended(error))
            firstFeed.finish()
        }
        fileprivate func open() { wayFeed.yield() }
        fileprivate func hangUp() { wayFeed.finish() }
    }

    /// Runs `body` beside the answer that it feeds.
    /// - Parameter sendPart: sends a part of the answer's body, once its head went out. Returns when the socket took all of it, and fails when it
    ///   does not.
    ///
    /// INVARIANT: one part of 128 KiB is under way at most, beside what the socket holds (``Listener/sendBuffer``): no more than 256 KiB reach a
    /// client after a right ended.
    static func respond(
        sendPart: @escaping @Sendable (ByteBuffer) async throws -> Void, _ body: @escaping @Sendable (Feed) async throws -> Void
    ) async throws -> Response {
        let feed = Feed(sendPart)
        let reading = Task { () -> (any Error)? in
            do {
                try await body(feed)
                feed.end(nil)
                return nil
            } catch {
                feed.end(error)
                return error
            }
        }
        // However this answer ends, also when the client hung up before its first byte, the reading behind it ends too.
        let ending = Ending(feed, reading)
        var iterator = feed.first.makeAsyncIterator()
        switch await iterator.next() {
        case .head(let head):
            var headers: HTTPFields = [.contentType: MediaType.bytes, .contentLength: "\(head.length)"]
            for (name, value) in head.headers { headers[name] = value }
            return Response(
                status: .ok, headers: headers,
                body: ResponseBody(contentLength: Int(head.length)) { writer in
                    defer { ending.now() }
                    feed.open()
                    // ORDER: the reading sends by itself; nothing else may follow on this connection before it has ended.
                    let error = await withTaskCancellationHandler {
                        await reading.value
                    } onCancel: {
                        ending.now()
                    }
                    // The connection is closed before the announced length came: no client takes this for the whole.
                    if let error { throw error }
                    try await writer.finish(nil)
                })
        case .ended(let error?): throw error
        case .ended(nil), nil: throw Problem.internalError
        }
    }

    /// Ends a reading with the answer that it feeds; whoever drops the answer drops this.
    private final class Ending: Sendable {
        private let feed: Feed
        private let reading: Task<(any Error)?, Never>
        init(_ feed: Feed, _ reading: Task<(any Error)?, Never>) {
            self.feed = feed
            self.reading = reading
        }
        func now() {
            feed.hangUp()
            reading.cancel()
        }
        deinit { now() }
    }
}
