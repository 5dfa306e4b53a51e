import Foundation
import Glibc
import Testing

extension Kluisd {
    /// Runs the command line as one account would: with a session, a place for pins, and nothing else in its environment.
    func kluis(_ arguments: [String], account: String = "otto", lang: String = "en") async throws -> Built.Ended {
        let program = try Built.path("kluis")
        let home = "\(directory)/home-\(account)"
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let environment = [
            "PATH=/usr/bin:/bin", "HOME=\(home)", "KLUIS_SOCKET=\(socket)", "KLUIS_RUNTIME=\(home)/run", "KLUIS_LANG=\(lang)",
        ]
        return try await Built.run("/usr/bin/env", ["-i"] + environment + [program] + arguments)
    }

    /// The same, where it has to succeed: what it printed.
    @discardableResult
    func told(
        _ arguments: [String], account: String = "otto", _ place: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let ended = try await kluis(arguments, account: account)
        try #require(ended.status == 0, "\(arguments): \(ended.status) \(ended.errors)", sourceLocation: place)
        return ended.text
    }

    func login(_ worker: String, hat: String? = nil) async throws {
        try await told(["login", worker, "--key", "\(keys)/\(worker)"] + (hat.map { ["--hat", $0] } ?? []), account: worker)
    }

    /// Copies the state directory, or puts a copy back in its place: what somebody with root and a backup can do.
    func copyState(to path: String) async throws {
        try await Self.move(state, to: path)
    }
    func putStateBack(from path: String) async throws {
        try FileManager.default.removeItem(atPath: state)
        try await Self.move(path, to: state)
    }
    private static func move(_ from: String, to: String) async throws {
        let copied = try await Built.run("/bin/cp", ["-a", from, to])
        try #require(copied.status == 0, "\(copied.errors)")
    }
}

/// The real witness program, ended with this value.
final class WitnessProcess {
    let directory: String
    var folder: String { "\(directory)/w" }
    var socket: String { "\(directory)/s" }
    let key: String
    private var process: Process?

    init() async throws {
        directory = try Built.directory()
        let made = try await Built.run("kluis", ["ledger", "witness", "init", "\(directory)/w", "--name", "w.example/1"])
        try #require(made.status == 0, "\(made.errors)")
        key = String(made.text.prefix { $0 != "\n" })
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(atPath: directory)
    }

    func trust(_ file: String) async throws {
        let trusted = try await Built.run("kluis", ["ledger", "witness", "trust", folder, file])
        try #require(trusted.status == 0, "\(trusted.errors)")
    }

    /// A policy with this witness as its quorum.
    func policy() throws -> String {
        let file = "\(directory)/policy"
        try "witness debrug \(key) unix:\(socket)\nquorum debrug\n".write(toFile: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
        return file
    }

    func start() async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try Built.path("kluis"))
        process.arguments = ["ledger", "witness", "serve", folder, "--unix", socket]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        self.process = process
        let output = pipe.fileHandleForReading
        let said = try await blocking {
            output.availableData
        } giveUp: {
            process.kill()
        }
        try #require(said == Data("ready unix:\(socket)\n".utf8))
    }

    func kill() {
        guard let process, process.isRunning else { return }
        _ = Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}

/// A witness that does not behave: it says what it was told to, what somebody makes of the request, or nothing at all.
final class FalseWitness: Sendable {
    let socket: String
    private let descriptor: Int32

    /// - Parameter answer: written to every caller once a request is there; nil leaves callers waiting for ever.
    convenience init(_ socket: String, answer: String?) throws {
        try self.init(socket) { _ in answer.map { Data($0.utf8) } }
    }

    /// - Parameter reply: gives the answer to a request; nil leaves its caller waiting for ever.
    init(_ socket: String, reply: @escaping @Sendable (Data) throws -> Data?) throws {
        self.socket = socket
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        try #require(descriptor >= 0)
        self.descriptor = descriptor
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // SAFETY: the path is shorter than the field, and the rest of it is zero.
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: Array(socket.utf8).prefix(107)) }
        // SAFETY: the pointer lives for the call; the length is that of the structure.
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0 && listen(descriptor, 16) == 0)
        Thread.detachNewThread {
            while true {
                let caller = accept(descriptor, nil, nil)
                guard caller >= 0 else { return }
                var heard = Data()
                var buffer = [UInt8](repeating: 0, count: 65536)
                while !Self.isWhole(heard) {
                    // SAFETY: the buffer lives for the call and its length is given.
                    let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(caller, $0.baseAddress, $0.count, 0) }
                    guard count > 0 else { break }
                    heard += buffer[..<count]
                }
                let answer: Data?
                do { answer = try reply(heard) } catch { answer = Data() }
                guard let answer else { continue }
                let bytes = Array(answer)
                // SAFETY: the buffer lives for the call.
                _ = unsafe bytes.withUnsafeBytes { unsafe send(caller, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                close(caller)
            }
        }
    }

    /// Whether a request has come to its end.
    private static func isWhole(_ request: Data) -> Bool {
        guard let end = request.range(of: Data("\r\n\r\n".utf8)) else { return false }
        let head = String(decoding: request[..<end.lowerBound], as: UTF8.self).lowercased()
        let length = head.split(separator: "\r\n").first { $0.hasPrefix("content-length: ") }.flatMap { Int($0.dropFirst(16)) } ?? 0
        return request.count - end.upperBound >= length
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
    }
}
