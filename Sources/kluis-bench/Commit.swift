import ArgumentParser
import Foundation
import Glibc
import Synchronization

/// Sixteen callers at once: how many requests one commit carries, beside what the same disk can sync.
struct Commit: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Measures group commit under concurrent callers.")
    @Option(help: "The daemon.") var kluisd: String
    @Option(help: "Callers at once.") var callers = 16
    @Option(help: "Requests of each.") var requests = 100

    func run() throws {
        let rehearsal = try Rehearsal(kluisd: kluisd)
        try rehearsal.start()
        let token = try rehearsal.signIn("kees", hat: "help")
        let before = try counters(rehearsal)
        let socket = rehearsal.socket
        let household = rehearsal.household
        let failed = Atomic<Int>(0)
        let group = DispatchGroup()
        let bodies = try (0..<callers).map { caller in
            try (0..<requests).map { try rehearsal.itemHeader(title: "commit-\(caller)-\($0)") }
        }
        let clock = ContinuousClock()
        let start = clock.now
        for caller in 0..<callers {
            group.enter()
            let headers = bodies[caller]
            Thread.detachNewThread {
                defer { group.leave() }
                guard let client = try? SocketClient(path: socket) else { return }
                for header in headers {
                    let fields = header.merging(Rehearsal.headers(token)) { $1 }
                    let answer = try? client.request(
                        "POST", "/v1/households/\(household)/items", headers: fields, body: Array("small".utf8))
                    if answer.map({ $0.status < 300 }) != true { failed.add(1, ordering: .relaxed) }
                }
            }
        }
        group.wait()
        let seconds = (clock.now - start) / .seconds(1)
        let after = try counters(rehearsal)
        let syncs = try fsyncRate(rehearsal.directory)
        report("requests", Double(callers * requests), "1")
        report("commits", Double(after.commits - before.commits), "1")
        report("requests-per-second", Double(callers * requests) / seconds, "1/s")
        report("bare-fsyncs-per-second", syncs, "1/s")
        report("failed", Double(failed.load(ordering: .relaxed)), "1")
        rehearsal.stop()
        guard failed.load(ordering: .relaxed) == 0 else { throw ExitCode.failure }
    }

    private func counters(_ rehearsal: Rehearsal) throws -> (commits: Int, requests: Int) {
        let status = try SocketClient(path: rehearsal.socket).request("GET", "/v1/status").json
        return (status["commits"] as? Int ?? 0, status["requests"] as? Int ?? 0)
    }

    private func fsyncRate(_ directory: URL) throws -> Double {
        let count = 400
        let clock = ContinuousClock()
        let start = clock.now
        try Tool.run(Tool.beside("bench-plain"), ["fsync", directory.appending(path: "sync").path, "\(count)"])
        return Double(count) / ((clock.now - start) / .seconds(1))
    }
}

/// Programs that a measurement runs.
enum Tool {
    struct Failed: Error { let program: String, status: Int32 }

    /// A program that was built together with this one.
    static func beside(_ name: String) -> String {
        URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: name).path
    }

    /// What a run took.
    struct Cost {
        /// Wall time.
        var seconds: Double
        /// Time of processors, in the program and in the kernel for it.
        var cpuSeconds: Double
    }

    /// Runs a program to its end.
    @discardableResult
    static func run(_ program: String, _ arguments: [String], environment: [String: String] = [:], output: FileHandle? = nil) throws
        -> Cost
    {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = output ?? FileHandle.nullDevice
        // What it says beside its result is not what is measured here; a failure shows in its status.
        process.standardError = FileHandle.nullDevice
        let before = childrenSeconds()
        let clock = ContinuousClock()
        let start = clock.now
        try process.run()
        process.waitUntilExit()
        let seconds = (clock.now - start) / .seconds(1)
        guard process.terminationStatus == 0 else { throw Failed(program: program, status: process.terminationStatus) }
        return Cost(seconds: seconds, cpuSeconds: childrenSeconds() - before)
    }

    /// What all children that have ended used of processors. The daemon is one that has not.
    private static func childrenSeconds() -> Double {
        var usage = rusage()
        guard unsafe getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage) == 0 else { return 0 }
        return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }
}
