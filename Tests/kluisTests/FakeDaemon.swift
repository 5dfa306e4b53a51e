import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization
import Wire

/// What a fake daemon heard.
struct Heard: Sendable {
    let connection: Int
    let method: String
    let path: String
    let headers: HTTPHeaders
    let body: [UInt8]
}

/// What a fake daemon says.
enum Reply: Sendable {
    /// A whole answer with its length.
    case whole(Int, [(String, String)], [UInt8])
    /// In chunks, cut after these bytes without the last chunk.
    case cutChunks([UInt8])
    /// With this length announced, cut after fewer bytes.
    case cutLength(announced: Int, [UInt8])
    /// Without length or chunks: the end of the connection is all there is.
    case untilClose([UInt8])
    /// As soon as the head is there, without waiting for the body; then the connection is closed.
    case early(Int, [(String, String)], [UInt8])
    /// The connection is closed without a word.
    case hangUp

    static func json(_ message: some Encodable, status: Int = 200, headers: [(String, String)] = []) -> Reply {
        .whole(status, [("content-type", MediaType.json)] + headers, (try? WireJSON.encode(message)) ?? [])
    }

    static func problem(_ problem: ProblemDocument) -> Reply {
        .whole(problem.status, [("content-type", MediaType.problem)], (try? WireJSON.encode(problem)) ?? [])
    }
}

/// A daemon that answers from a closure and remembers what it heard; on a socket in a directory of its own.
final class FakeDaemon: Sendable {
    let directory: String
    var socket: String { "\(directory)/s" }
    private let channel: any Channel
    private let state = Mutex<(heard: [Heard], connections: Int)>(([], 0))

    var heard: [Heard] { state.withLock { $0.heard } }

    /// `isEarly` decides at the head whether to answer before the body.
    init(isEarly: @escaping @Sendable (HTTPRequestHead) -> Bool = { _ in false }, _ answer: @escaping @Sendable (Heard) -> Reply)
        async throws
    {
        directory = try Scratch.directory()
        let path = "\(directory)/s"
        let next = Mutex<Int>(0)
        let record = Mutex<(@Sendable (Heard) -> Void)?>(nil)
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                let number = next.withLock {
                    $0 += 1; return $0
                }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: false)
                    try channel.pipeline.syncOperations.addHandler(
                        Answering(number, isEarly, answer) { heard in record.withLock { $0 }?(heard) })
                }
            }
            .bind(unixDomainSocketPath: path).get()
        record.withLock { $0 = { [weak self] heard in self?.state.withLock { $0.heard.append(heard) } } }
    }

    deinit {
        channel.close(promise: nil)
        try? FileManager.default.removeItem(atPath: directory)
    }

    private final class Answering: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        private let number: Int
        private let isEarly: @Sendable (HTTPRequestHead) -> Bool
        private let answer: @Sendable (Heard) -> Reply
        private let record: @Sendable (Heard) -> Void
        private var head: HTTPRequestHead?
        private var body: [UInt8] = []

        init(
            _ number: Int, _ isEarly: @escaping @Sendable (HTTPRequestHead) -> Bool, _ answer: @escaping @Sendable (Heard) -> Reply,
            record: @escaping @Sendable (Heard) -> Void
        ) {
            self.number = number
            self.isEarly = isEarly
            self.answer = answer
            self.record = record
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                body = []
                if isEarly(head) { say(context) }
            case .body(let piece): if head != nil { body += piece.readableBytesView }
            case .end: say(context)
            }
        }

        private func say(_ context: ChannelHandlerContext) {
            guard let head else { return }
            let heard = Heard(connection: number, method: head.method.rawValue, path: head.uri, headers: head.headers, body: body)
            self.head = nil
            record(heard)
            let reply = answer(heard)
            func start(_ status: Int, _ headers: [(String, String)], version: HTTPVersion = .http1_1) {
                context.write(
                    wrapOutboundOut(.head(.init(version: version, status: .init(statusCode: status), headers: .init(headers)))),
                    promise: nil)
            }
            func send(_ bytes: [UInt8]) { context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes)))), promise: nil) }
            switch reply {
            case .whole(let status, let headers, let bytes):
                start(status, headers + [("content-length", String(bytes.count))])
                send(bytes)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            case .cutChunks(let bytes):
                start(200, [("transfer-encoding", "chunked")])
                send(bytes)
                context.flush()
                context.close(promise: nil)
            case .cutLength(let announced, let bytes):
                start(200, [("content-length", String(announced))])
                send(bytes)
                context.flush()
                context.close(promise: nil)
            case .untilClose(let bytes):
                // HTTP/1.0 has no chunks: without a length the encoder leaves the end to the connection.
                start(200, [], version: .http1_0)
                send(bytes)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
                context.close(promise: nil)
            case .early(let status, let headers, let bytes):
                start(status, headers + [("content-length", String(bytes.count)), ("connection", "close")])
                send(bytes)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            case .hangUp: context.close(promise: nil)
            }
        }
    }
}

/// Directories that the tests make for themselves.
enum Scratch {
    /// Short, because a socket's path must fit into it.
    static func directory() throws -> String {
        let path = "/tmp/kt-\(String(UInt64.random(in: .min ... .max), radix: 36))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        return path
    }

    static func write(_ text: String, to path: String, executable: Bool = false) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        if executable { try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path) }
    }
}

/// The real programs, as they were built together with the tests.
enum Built {
    struct Ended: Sendable {
        let exitCode: Int32
        let output: Data
        let errors: String
        var text: String { String(decoding: output, as: UTF8.self) }
    }

    static func path(_ name: String) throws -> String {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let besides = [own, CommandLine.arguments[0]].map {
            URL(fileURLWithPath: $0).deletingLastPathComponent().appendingPathComponent(name).path
        }
        // The test runner may be a program of the toolchain; the bundle is then what was built.
        let bundle = Bundle.main.bundleURL.appendingPathComponent(name).path
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let here = [FileManager.default.currentDirectoryPath, root.path].map { "\($0)/.build/debug/\(name)" }
        return try (besides + [bundle] + here).first { FileManager.default.isExecutableFile(atPath: $0) }
            ?? { throw CocoaError(.fileNoSuchFile) }()
    }

    /// Runs `kluis` against a socket, with a runtime directory beside it.
    static func kluis(
        _ arguments: [String], on daemon: FakeDaemon, runtime: String = "rt", input: String? = nil, environment: [String: String] = [:]
    ) async throws -> Ended {
        var all = ["KLUIS_SOCKET": daemon.socket, "KLUIS_RUNTIME": "\(daemon.directory)/\(runtime)", "LANG": "C.UTF-8"]
        all["PATH"] = ProcessInfo.processInfo.environment["PATH"]
        return try await run("kluis", arguments, input: input, environment: all.merging(environment) { $1 })
    }

    static func run(_ program: String, _ arguments: [String], input: String? = nil, environment: [String: String]) async throws -> Ended {
        try await run(at: try path(program), arguments, input: input, environment: environment)
    }

    /// What is given, and which guard is taken out of the program (Tests/Mutations).
    static func environment(_ given: [String: String]) -> [String: String] {
        let name = "KLUIS_GUARD_TAKEN_OUT"
        guard let guardName = ProcessInfo.processInfo.environment[name] else { return given }
        return given.merging([name: guardName]) { $1 }
    }

    static func run(at path: String, _ arguments: [String], input: String? = nil, environment: [String: String]) async throws -> Ended {
        let directory = try Scratch.directory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try Scratch.write(input ?? "", to: "\(directory)/in")
        for name in ["out", "err"] { try Scratch.write("", to: "\(directory)/\(name)") }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = Self.environment(environment)
        process.standardInput = FileHandle(forReadingAtPath: "\(directory)/in")
        process.standardOutput = FileHandle(forWritingAtPath: "\(directory)/out")
        process.standardError = FileHandle(forWritingAtPath: "\(directory)/err")
        let code = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (done: CheckedContinuation<Int32, any Error>) in
                process.terminationHandler = {
                    done.resume(returning: $0.terminationReason == .exit ? $0.terminationStatus : 1000 + $0.terminationStatus)
                }
                do { try process.run() } catch { done.resume(throwing: error) }
            }
        } onCancel: {
            // Over its time limit: a program that serves where it must not would never end.
            if process.isRunning { _ = kill(process.processIdentifier, SIGKILL) }
        }
        return Ended(
            exitCode: code, output: try Data(contentsOf: URL(fileURLWithPath: "\(directory)/out")),
            errors: String(decoding: try Data(contentsOf: URL(fileURLWithPath: "\(directory)/err")), as: UTF8.self))
    }
}
