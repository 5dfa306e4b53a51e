import NIOCore
import NIOHTTP1
import NIOPosix
import TransparencyLog

/// One `add-checkpoint` request over a Unix socket, and its answer.
///
/// Source: C2SP tlog-witness v1.0.0, "add-checkpoint"; RFC 9112.
enum WitnessCall {
    /// Why there is no answer.
    enum Failure: Error { case unreachable, timedOut, malformed }

    /// A witness that takes longer counts as one that is not there.
    static let patience = Duration.seconds(5)

    /// - Throws: ``Failure``, after ``patience`` at the latest.
    static func post(_ body: [UInt8], to socket: String) async throws -> AddCheckpointResponse {
        try await withThrowingTaskGroup(of: AddCheckpointResponse.self) { group in
            group.addTask { try await exchange(body, socket) }
            group.addTask {
                try await Task.sleep(for: patience)
                throw Failure.timedOut
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw Failure.malformed }
            return first
        }
    }

    private static func exchange(_ body: [UInt8], _ socket: String) async throws -> AddCheckpointResponse {
        typealias Channel = NIOAsyncChannel<HTTPClientResponsePart, HTTPClientRequestPart>
        let channel: Channel
        do {
            channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(unixDomainSocketPath: socket) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHTTPClientHandlers()
                        return try Channel(wrappingChannelSynchronously: channel)
                    }
                }
        } catch { throw Failure.unreachable }
        return try await channel.executeThenClose { inbound, outbound in
            let headers = HTTPHeaders([
                ("host", "witness"), ("content-type", "text/plain; charset=utf-8"), ("content-length", String(body.count)),
                ("connection", "close"),
            ])
            let head = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/add-checkpoint", headers: headers)
            try await outbound.write(contentsOf: [.head(head), .body(.byteBuffer(ByteBuffer(bytes: body))), .end(nil)])
            var status: Int?
            var type = ""
            var content: [UInt8] = []
            for try await part in inbound {
                switch part {
                case .head(let head):
                    status = Int(head.status.code)
                    type = head.headers.first(name: "content-type") ?? ""
                case .body(let piece):
                    guard content.count + piece.readableBytes <= SignedNote.maximumByteCount else { throw Failure.malformed }
                    content += piece.readableBytesView
                case .end:
                    guard let status else { throw Failure.malformed }
                    return AddCheckpointResponse(status: status, contentType: type, body: content)
                }
            }
            throw Failure.malformed
        }
    }
}
