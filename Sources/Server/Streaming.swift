import HTTPTypes
import Hummingbird
import NIOCore
import Wire

/// Lets a handler stream while it still holds its grant: the answer's head goes out when the first byte is ready, and until then anything
/// that goes wrong is an ordinary answer.
enum Streaming {
    /// What a handler writes to.
    final class Feed: Sendable {
        fileprivate struct Head: Sendable {
            let length: UInt64
            let headers: [HTTPField.Name: String]
        }
        fileprivate enum Part: Sendable { case head(Head), bytes(ByteBuffer), end, failed(any Error) }
        fileprivate let parts: AsyncStream<Part>
        private let continuation: AsyncStream<Part>.Continuation
        /// One token for each part that the socket took: back-pressure.
        private let tokens: AsyncStream<Void>
        private let tokenFeed: AsyncStream<Void>.Continuation

        fileprivate init() {
            (parts, continuation) = AsyncStream.makeStream()
            (tokens, tokenFeed) = AsyncStream.makeStream()
        }

        /// Says how long the body will be. Once.
        func start(length: UInt64, _ headers: [HTTPField.Name: String]) async throws {
            continuation.yield(.head(Head(length: length, headers: headers)))
        }

        /// Sends bytes, and returns when the socket took them all: whoever asks then whether more may go has nothing under way.
        /// - Throws: `CancellationError` when the connection ended before it did.
        func send(_ buffer: ByteBuffer) async throws {
            continuation.yield(.bytes(buffer))
            var iterator = tokens.makeAsyncIterator()
            guard await iterator.next() != nil else { throw CancellationError() }
            try Task.checkCancellation()
        }

        fileprivate func taken() { tokenFeed.yield() }
        fileprivate func finish(_ error: (any Error)?) {
            continuation.yield(error.map { .failed($0) } ?? .end)
            continuation.finish()
        }
        fileprivate func hangUp() { tokenFeed.finish() }
    }

    /// Runs `body` beside the answer that it feeds.
    /// - Parameter socketTook: waits until the socket took so many bytes of the answer's body, and fails when it does not.
    ///
    /// INVARIANT: one part of 128 KiB is under way at most, beside what the socket holds (``Listener/sendBuffer``): no more than 256 KiB reach a
    /// client after a right ended.
    static func respond(
        socketTook: @escaping @Sendable (Int) async throws -> Void, _ body: @escaping @Sendable (Feed) async throws -> Void
    ) async throws -> Response {
        let feed = Feed()
        let task = Task {
            do {
                try await body(feed)
                feed.finish(nil)
            } catch {
                feed.finish(error)
            }
        }
        var iterator = feed.parts.makeAsyncIterator()
        switch await iterator.next() {
        case .head(let head):
            var headers: HTTPFields = [.contentType: MediaType.bytes, .contentLength: "\(head.length)"]
            for (name, value) in head.headers { headers[name] = value }
            let rest = Once(iterator)
            // However this answer ends, also when the client hung up before its first byte, the reading behind it ends too.
            let ending = Ending(feed, task)
            return Response(
                status: .ok, headers: headers,
                body: ResponseBody(contentLength: Int(head.length)) { writer in
                    defer { ending.now() }
                    guard var parts = rest.take() else { throw Problem.internalError }
                    var bytes = 0
                    while let part = await parts.next() {
                        switch part {
                        case .head: continue
                        case .bytes(let buffer):
                            try await writer.write(buffer)
                            // ORDER: the writer only hands the part to the channel's loop; the socket may take it much later.
                            bytes += buffer.readableBytes
                            try await socketTook(bytes)
                            feed.taken()
                        case .failed(let error):
                            // The connection is closed before the announced length came: no client takes this for the whole.
                            throw error
                        case .end:
                            try await writer.finish(nil)
                            return
                        }
                    }
                })
        case .failed(let error): throw error
        case .bytes, .end, nil:
            feed.hangUp()
            task.cancel()
            throw Problem.internalError
        }
    }

    /// Ends a reading with the answer that it feeds; whoever drops the answer drops this.
    private final class Ending: Sendable {
        private let feed: Feed
        private let task: Task<Void, Never>
        init(_ feed: Feed, _ task: Task<Void, Never>) {
            self.feed = feed
            self.task = task
        }
        func now() {
            feed.hangUp()
            task.cancel()
        }
        deinit { now() }
    }

    private final class Once<Value>: @unchecked Sendable {
        // SAFETY: taken once, by the one task that writes the body, after the one that made it has returned.
        private var value: Value?
        init(_ value: Value) { self.value = value }
        func take() -> Value? {
            defer { value = nil }
            return value
        }
    }
}
