internal import Foundation
internal import Glibc

/// The `kluisd` of one script: started and ended by it, its state kept in between.
final class Daemon {
    let program: String
    let state: String
    let socket: String
    /// Sign-in keys of the cast, and `demo.json`; beside the state, for they are no part of it.
    var keys: String { "\(state).keys" }
    private let directory: String
    private let environment: [String: String]
    private var run: Run?
    private var starts = 0

    /// Seconds that it may take to serve, or to stop.
    static let patience = 60

    init(program: String, directory: String, environment: [String: String]) {
        self.program = program
        self.directory = directory
        self.environment = environment
        state = "\(directory)/state"
        socket = "\(directory)/kluis.sock"
    }

    var isRunning: Bool { run != nil }
    var wasStarted: Bool { starts > 0 }

    /// The files that its output and errors went to, of all its lives.
    var logs: [String] { (0..<starts).flatMap { ["\(directory)/daemon.\($0).out", "\(directory)/daemon.\($0).err"] } }

    /// Starts it and waits until it says `ready`.
    func start(demo: Bool) throws(Trouble) {
        guard run == nil else { throw Trouble("the daemon runs already") }
        let output = "\(directory)/daemon.\(starts).out"
        let errors = "\(directory)/daemon.\(starts).err"
        let started: Run
        do throws(RunError) {
            // Its clock does not tick while a script plays: a fault is for the step after it.
            started = try Run(
                [program, "rehearse", "--state", state, "--socket", socket, "--tick-seconds", "900"] + (demo ? ["--demo"] : []),
                environment: environment, output: output, errors: errors)
        } catch {
            throw Trouble("cannot start \(program): errno \(error.code)")
        }
        starts += 1
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(Self.patience)
        while true {
            let said = (try? String(contentsOfFile: output, encoding: .utf8)) ?? ""
            if said.split(separator: "\n").contains("ready") {
                run = started
                return
            }
            if let ended = started.poll() {
                throw Trouble("the daemon ended before it was ready (\(Self.words(ended)))", shown: Self.tail(errors))
            }
            guard clock.now < deadline else {
                started.send(SIGKILL)
                _ = started.wait(seconds: 5)
                throw Trouble("the daemon was not ready in \(Self.patience) s", shown: Self.tail(errors))
            }
            usleep(5_000)
        }
    }

    /// Asks it to stop and waits; anything but a clean end is trouble.
    func stop() throws(Trouble) {
        guard let run else { throw Trouble("the daemon does not run") }
        self.run = nil
        run.send(SIGTERM)
        guard let ended = run.wait(seconds: Self.patience) else {
            run.send(SIGKILL)
            _ = run.wait(seconds: 5)
            throw Trouble("the daemon did not stop in \(Self.patience) s")
        }
        guard ended.exitCode == 0 else {
            throw Trouble("the daemon stopped badly (\(Self.words(ended)))", shown: Self.tail("\(directory)/daemon.\(starts - 1).err"))
        }
    }

    /// Ends it without warning, as a power cut does.
    func kill() throws(Trouble) {
        guard let run else { throw Trouble("the daemon does not run") }
        self.run = nil
        run.send(SIGKILL)
        guard run.wait(seconds: 10) != nil else { throw Trouble("the daemon cannot be killed") }
    }

    /// Ends it whatever happens; for the end of a script that failed.
    func end() {
        guard let run else { return }
        self.run = nil
        run.send(SIGKILL)
        _ = run.wait(seconds: 10)
    }

    /// The key file of a member of the cast.
    func key(of worker: String) -> String { "\(keys)/\(worker)" }

    private static func words(_ ended: Run.Ended) -> String {
        ended.exitCode.map { "exit \($0)" } ?? "signal \(ended.signal ?? 0)"
    }

    static func tail(_ path: String) -> [String] {
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(12).map { String($0) }
    }
}

/// Why a script failed.
struct Trouble: Error {
    let text: String
    /// Lines that help to see why.
    let shown: [String]

    init(_ text: String, shown: [String] = []) {
        self.text = text
        self.shown = shown
    }
}
