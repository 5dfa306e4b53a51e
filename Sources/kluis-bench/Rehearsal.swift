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

    /// - Parameter parent: on which disk; the default is the place for temporary files.
    init(kluisd program: String, parent: URL = .temporaryForSockets) throws {
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

    /// What the daemon used of processors since it started, in seconds.
    var cpuSeconds: Double {
        guard let process, let text = try? String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8) else {
            return 0
        }
        // Fields 14 and 15, user and system, in ticks; the second field is a name in brackets. Source: proc(5).
        let fields = (text.split(separator: ")").last ?? "").split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Waits until the daemon has done what it does after its answers: folding the write-ahead log into the database takes the disk, and would
    /// slow down whatever is measured next.
    func settle() {
        guard let process else { return }
        func written() -> String { (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/io", encoding: .utf8)) ?? "" }
        var before = ""
        while true {
            let now = written()
            if now == before { return }
            before = now
            Thread.sleep(forTimeInterval: 1)
        }
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

extension URL {
    /// The system's place for temporary files, or `/tmp` where that has so long a name that the path of a socket below it would have more than
    /// 107 bytes. Source: unix(7).
    static var temporaryForSockets: URL {
        let place = FileManager.default.temporaryDirectory
        return place.path.utf8.count <= 60 ? place : URL(filePath: "/tmp")
    }
}

/// The machine's memory before a measured run.
enum Memory {
    /// Touches memory and gives it back, so that every run begins with memory that the machine really has.
    ///
    /// A virtual machine gets a page from its host when it first touches it, which takes longer than filling it. What the last run gave back is
    /// there already; so without this, whoever writes a new file pays for its pages, and whoever writes over what was just removed does not.
    /// - Parameter bytes: as much as the run may need; at most half of what is available is touched.
    static func warm(_ bytes: Int) {
        let text = (try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") } ?? ""
        let available = (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
        let count = min(bytes, available / 2)
        guard count > 0 else { return }
        let memory = unsafe mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let memory = unsafe memory, unsafe memory != MAP_FAILED else { return }
        unsafe memset(memory, 1, count)
        unsafe munmap(memory, count)
    }
}

/// One figure a line: `name: value unit`.
func report(_ name: String, _ value: Double, _ unit: String) {
    let text = value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(format: "%.3f", value)
    // Written at once: a measurement that is cut short has still shown what it measured.
    FileHandle.standardOutput.write(Data("\(name): \(text) \(unit)\n".utf8))
}
