import Foundation
import Glibc
import Testing
import TransparencyLog

/// The real program as a witness, in a directory of its own; ended with this value.
final class RunningWitness {
    let directory: String
    var folder: String { "\(directory)/w" }
    var socket: String { "\(directory)/s" }
    let key: VerifierKey
    private var process: Process?
    private(set) var port = 0

    /// Makes a witness that trusts these logs; does not start it.
    init(trusting logs: [VerifierKey], name: String = "w.example/1") async throws {
        directory = try Scratch.directory()
        let made = try await Built.run(
            "kluis", ["ledger", "witness", "init", "\(directory)/w", "--name", name], environment: RunningWitness.plain)
        try #require(made.exitCode == 0, "\(made.errors)")
        key = try VerifierKey(parsing: String(made.text.prefix { $0 != "\n" }))
        for log in logs {
            try Scratch.write("\(log.text)\n", to: "\(directory)/log.vkey")
            let trusted = try await Built.run(
                "kluis", ["ledger", "witness", "trust", folder, "\(directory)/log.vkey"], environment: RunningWitness.plain)
            try #require(trusted.exitCode == 0, "\(trusted.errors)")
        }
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(atPath: directory)
    }

    static let plain = ["LANG": "C.UTF-8"]

    func run(_ arguments: [String], input: String? = nil, environment: [String: String] = plain) async throws -> Built.Ended {
        try await Built.run("kluis", ["ledger", "witness"] + arguments, input: input, environment: environment)
    }

    func start() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try Built.path("kluis"))
        process.arguments = ["ledger", "witness", "serve", folder, "--unix", socket, "--port", "0"]
        process.environment = Built.environment(RunningWitness.plain)
        let output = Pipe()
        process.standardOutput = output
        try Scratch.write("", to: "\(directory)/err")
        process.standardError = FileHandle(forWritingAtPath: "\(directory)/err")
        try process.run()
        self.process = process
        var said = ""
        while said.split(separator: "\n").count < 2 || !said.hasSuffix("\n") {
            let more = output.fileHandleForReading.availableData
            try #require(!more.isEmpty, "the witness did not start: \(errors)")
            said += String(decoding: more, as: UTF8.self)
        }
        #expect(said.hasPrefix("ready unix:\(socket)\nready http://127.0.0.1:"))
        port = try #require(Int(said.split(separator: ":").last?.dropLast() ?? ""))
    }

    var errors: String { (try? String(contentsOfFile: "\(directory)/err", encoding: .utf8)) ?? "" }

    func kill() {
        guard let process, process.isRunning else { return }
        _ = Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// The answer to a request: one connection each.
    func post(_ body: [UInt8], path: String = "/add-checkpoint", method: String = "POST", overTCP: Bool = false) throws
        -> AddCheckpointResponse
    {
        let head = "\(method) \(path) HTTP/1.1\r\nHost: w\r\nConnection: close\r\nContent-Length: \(body.count)\r\n\r\n"
        let answer = try exchange(Array(head.utf8) + body, overTCP: overTCP)
        let split = try #require(answer.firstRange(of: Array("\r\n\r\n".utf8)))
        let lines = String(decoding: answer[..<split.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let type = lines.first { $0.lowercased().hasPrefix("content-type: ") }.map { String($0.dropFirst(14)) } ?? ""
        return AddCheckpointResponse(
            status: try #require(lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) }), contentType: type,
            body: Array(answer[split.upperBound...]))
    }

    /// Sends bytes as they are and reads until the other side closes.
    func exchange(_ bytes: [UInt8], overTCP: Bool = false) throws -> [UInt8] {
        try Caller(overTCP ? nil : socket, port: port).exchange(bytes)
    }
}

/// A connection to a witness, closed with this value.
final class Caller {
    let descriptor: Int32

    /// - Parameter socket: nil for the port.
    init(_ socket: String?, port: Int = 0) throws {
        let overTCP = socket == nil
        descriptor = Glibc.socket(overTCP ? AF_INET : AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        try #require(descriptor >= 0)
        let connected: Int32
        if overTCP {
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = in_port_t(port).bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            // SAFETY: the pointer lives for the call; the length is that of the structure.
            connected = unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        } else {
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            // SAFETY: the path is shorter than the field, and the rest of it is zero.
            unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: Array((socket ?? "").utf8).prefix(107)) }
            // SAFETY: as above.
            connected = unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
        }
        try #require(connected == 0, "nobody listens")
    }

    deinit { close(descriptor) }

    /// Sends bytes as they are; false when the other side takes no more.
    @discardableResult
    func say(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            // SAFETY: the buffer lives for the call.
            let sent = unsafe rest.withUnsafeBytes { unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { return false }
            rest = rest.dropFirst(sent)
        }
        return true
    }

    /// The first byte of what comes, of which the rest is thrown away; nil at the end.
    func first() -> UInt8? {
        var buffer = [UInt8](repeating: 0, count: 65536)
        // SAFETY: the buffer lives for the call and its length is given.
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
        return count > 0 ? buffer[0] : nil
    }

    /// Sends bytes as they are and reads until the other side closes.
    func exchange(_ bytes: [UInt8]) -> [UInt8] {
        say(bytes)
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            // SAFETY: the buffer lives for the call and its length is given.
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
            guard count > 0 else { return answer }
            answer += buffer[..<count]
        }
    }
}
