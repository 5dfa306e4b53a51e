import Foundation
import Glibc

/// A practice vault in a directory of its own, with the real daemon on it; both are gone when this ends.
final class Rehearsal {
    struct Failure: Error, CustomStringConvertible { let description: String }

    let directory: URL
    let state: URL
    let socket: String
    private let program: String
    private(set) var process: Process?
    private var wrapped = false
    private(set) var demo: [String: String] = [:]

    /// - Parameter parent: on which disk; the default is the system's place for temporary files.
    init(kluisd program: String, parent: URL = FileManager.default.temporaryDirectory) throws {
        self.program = URL(filePath: program).path
        directory = parent.appending(path: "kluis-bench-\(getpid())-\(UInt32.random(in: 0 ... .max))")
        state = directory.appending(path: "state")
        socket = directory.appending(path: "kluis.sock").path
        try FileManager.default.createDirectory(
            at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(at: directory)
    }

    /// Starts the daemon and waits until it says that it is ready.
    /// - Parameter wrapper: a program to run it under, with its arguments.
    func start(wrapper: [String] = []) throws {
        wrapped = !wrapper.isEmpty
        let process = Process()
        let command = wrapper + [program, "rehearse", "--demo", "--state", state.path, "--socket", socket]
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle(forWritingAtPath: "/dev/null")
        try process.run()
        self.process = process
        var text = ""
        while !text.contains("ready\n") {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { throw Failure(description: "the daemon ended before it was ready: \(text)") }
            text += String(decoding: data, as: UTF8.self)
        }
        let file = URL(filePath: state.path + ".keys").appending(path: "demo.json")
        demo = (try? JSONDecoder().decode([String: String].self, from: Data(contentsOf: file))) ?? [:]
        guard demo["H"] != nil else { throw Failure(description: "the demo household is not there") }
    }

    var household: String { demo["H"] ?? "" }

    /// Ends the daemon without warning.
    func kill() {
        guard let process, process.isRunning else { return }
        if wrapped { return stop() }
        _ = Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Ends the daemon in an orderly way.
    func stop() {
        guard let process, process.isRunning else { return }
        let pid = process.processIdentifier
        // Under a tracer the signal is for the daemon: the tracer itself blocks it, and ends with its child.
        let children = (try? String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)) ?? ""
        let traced = wrapped ? children.split(separator: " ").compactMap { Int32($0) } : []
        for target in traced.isEmpty ? [pid] : traced { _ = Glibc.kill(target, SIGTERM) }
        process.waitUntilExit()
    }

    /// Signs a worker in and gives the token.
    func signIn(_ worker: String, hat: String?) throws -> String {
        let client = try SocketClient(path: socket)
        var wanted: [String: Any] = ["worker": worker]
        if let hat { wanted["hat"] = hat }
        let challenge = try client.request("POST", "/v1/login/challenge", json: wanted)
        guard let text = challenge.json["challenge"] as? String, let namespace = challenge.json["namespace"] as? String else {
            throw Failure(description: "no challenge: \(challenge.status)")
        }
        let file = directory.appending(path: "challenge-\(UInt32.random(in: 0 ... .max))")
        try Data(text.utf8).write(to: file)
        defer {
            try? FileManager.default.removeItem(at: file)
            try? FileManager.default.removeItem(atPath: file.path + ".sig")
        }
        let sign = Process()
        sign.executableURL = URL(filePath: "/usr/bin/env")
        sign.arguments = ["ssh-keygen", "-q", "-Y", "sign", "-f", state.path + ".keys/" + worker, "-n", namespace, file.path]
        sign.standardError = FileHandle(forWritingAtPath: "/dev/null")
        try sign.run()
        sign.waitUntilExit()
        let signature = try String(contentsOfFile: file.path + ".sig", encoding: .utf8)
        let answer = try client.request("POST", "/v1/login", json: ["challenge": text, "signature": signature])
        guard let token = answer.json["token"] as? String else { throw Failure(description: "sign-in failed: \(answer.status)") }
        return token
    }

    /// The headers of a request by a signed-in worker.
    static func headers(_ token: String, purpose: String = "D2", key: String? = nil) -> [String: String] {
        var headers = ["Authorization": "Bearer \(token)", "Kluis-Purpose": purpose]
        if let key { headers["Idempotency-Key"] = key }
        return headers
    }

    /// The header that describes an item of the debt counsellor about the mother.
    func itemHeader(title: String) throws -> [String: String] {
        let metadata: [String: Any] = [
            "subject": demo["selma"] ?? "", "domain": "finance", "kind": "overview", "basis": "G4", "retentionClass": "debt",
            "title": title, "mediaType": "application/octet-stream",
        ]
        let data = try JSONSerialization.data(withJSONObject: metadata, options: [.sortedKeys])
        let text = data.base64EncodedString().replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
        return ["Kluis-Item": text.replacingOccurrences(of: "=", with: ""), "Content-Type": "application/octet-stream"]
    }

    /// The largest amount of memory that the daemon's process held, in MB.
    var peakMemory: Double {
        guard let process, let status = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8) else {
            return 0
        }
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") } ?? ""
        return (Double(line.split(separator: " ").dropFirst().first ?? "0") ?? 0) * 1024 / 1e6
    }
}

/// One figure a line: `name: value unit`.
func report(_ name: String, _ value: Double, _ unit: String) {
    let text = value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(format: "%.3f", value)
    // Written at once: a measurement that is cut short has still shown what it measured.
    FileHandle.standardOutput.write(Data("\(name): \(text) \(unit)\n".utf8))
}
