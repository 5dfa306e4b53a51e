import Foundation
import Glibc
import Synchronization
import Testing

/// Runs what blocks on a thread of its own, so that tests that wait hold up no other.
/// - Parameter giveUp: ends the waiting. A test that is over its time limit is cancelled: what it waits for in vain must make it fail by name,
///   and not hold up whoever runs the tests for ever.
func blocking<Output: Sendable>(
    _ body: @escaping @Sendable () throws -> Output, giveUp: @escaping @Sendable () -> Void
) async throws -> Output {
    try Task.checkCancellation()
    return try await withTaskCancellationHandler {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
        }
    } onCancel: {
        giveUp()
    }
}

extension Process {
    /// Ends it as nothing can refuse.
    func kill() {
        if isRunning { _ = Glibc.kill(processIdentifier, SIGKILL) }
    }
}

/// The programs under test and how to run them.
enum Built {
    struct Ended: Sendable {
        let status: Int32
        let output: Data
        let errors: String
        var text: String { String(decoding: output, as: UTF8.self) }
    }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .path
    static var policies: String { root + "/Policies" }

    /// A program beside the test bundle; the runner may be a program of the toolchain.
    static func path(_ name: String) throws -> String {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let folders =
            [own, CommandLine.arguments[0]].map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }
            + [Bundle.main.bundleURL.path, FileManager.default.currentDirectoryPath + "/.build/debug", root + "/.build/debug"]
        let found = folders.map { $0 + "/" + name }.first { FileManager.default.isExecutableFile(atPath: $0) }
        return try #require(found, "\(name) was not built")
    }

    /// A fresh private directory; short, because a socket's path has at most 107 bytes. Source: unix(7).
    static func directory() throws -> String {
        let path = "/tmp/kd-\(String(UInt64.random(in: .min ... .max), radix: 36))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        return path
    }

    /// - Parameter environment: added to that of the tests.
    static func run(
        _ program: String, _ arguments: [String], input: Data = Data(), environment: [String: String] = [:]
    ) async throws -> Ended {
        let executable = program.hasPrefix("/") ? program : try path(program)
        let process = Process()
        return try await blocking {
            let directory = try directory()
            defer { try? FileManager.default.removeItem(atPath: directory) }
            try input.write(to: URL(fileURLWithPath: directory + "/in"))
            for name in ["out", "err"] { try Data().write(to: URL(fileURLWithPath: directory + "/" + name)) }
            process.executableURL = URL(fileURLWithPath: executable)
            process.arguments = arguments
            // What the command line remembers of a vault is not for the home of whoever runs the tests.
            process.environment = ProcessInfo.processInfo.environment.merging(["KLUIS_PINS": directory + "/pins"]) { $1 }
                .merging(environment) { $1 }
            process.standardInput = FileHandle(forReadingAtPath: directory + "/in")
            process.standardOutput = FileHandle(forWritingAtPath: directory + "/out")
            process.standardError = FileHandle(forWritingAtPath: directory + "/err")
            let done = DispatchSemaphore(value: 0)
            process.terminationHandler = { _ in done.signal() }
            try process.run()
            done.wait()
            return Ended(
                status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
                output: try Data(contentsOf: URL(fileURLWithPath: directory + "/out")),
                errors: try String(contentsOfFile: directory + "/err", encoding: .utf8))
        } giveUp: {
            process.kill()
        }
    }

    /// Whether this machine does what a shell is told.
    static func works(_ command: String) -> Bool {
        // SAFETY: the text is lent for the call, which starts a shell and waits for it.
        unsafe system("(\(command)) </dev/null >/dev/null 2>&1") == 0
    }

    /// Whether programs can be traced here: some containers forbid it.
    static let allowsTracing = works("/usr/bin/strace -qq -o /dev/null true")
    static let noTracing: Comment = "strace is not installed (make setup), or may trace nothing here"

    /// Runs a daemon that must not come up. One that says that it serves is ended, and fails the test: nobody would end it otherwise.
    static func refused(
        _ arguments: [String], input: Data = Data(), environment: [String: String] = [:], _ place: SourceLocation
    ) async throws -> Ended {
        let directory = try directory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let notify = try NotifySocket(directory + "/n")
        @Sendable func running() async throws -> Ended {
            defer { notify.hangUp() }
            return try await run("kluisd", arguments, input: input, environment: environment.merging(["NOTIFY_SOCKET": notify.path]) { $1 })
        }
        async let ended = running()
        let said = try await notify.next()
        // Thrown past what still runs, this ends it.
        try #require(said == nil, "kluisd came up where it must not: \(arguments)", sourceLocation: place)
        return try await ended
    }
}

/// A real `kluisd` on a practice vault of its own.
final class Kluisd: Sendable {
    let directory: String
    var state: String { directory + "/state" }
    var keys: String { directory + "/state.keys" }
    var socket: String { directory + "/s" }
    var database: String { state + "/vault.db" }
    private struct Life {
        let process: Process
        let end: Task<Int32, Never>
    }
    private let life = Mutex<Life?>(nil)
    /// More arguments for the next start.
    private let extra = Mutex<[String]>([])

    private init(directory: String) { self.directory = directory }

    deinit {
        life.withLock { $0?.process.kill() }
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// What a test begins with: Waterwolde's workers, the household of the scenario, and in it one large and two small items and a consent.
    struct Furnished: Codable, Sendable {
        var household = "", selma = "", large = "", small = "", other = "", consent = ""
    }

    /// The content of the large item: more than what lies in the database.
    static let largeContent = Data((0..<400_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) })

    private static let templateDirectory = try? Built.directory()
    private static let template = Task { () async throws -> (Kluisd, Furnished) in
        let daemon = Kluisd(directory: try #require(templateDirectory))
        atexit { if let path = Kluisd.templateDirectory { try? FileManager.default.removeItem(atPath: path) } }
        try await daemon.start(demo: true)
        let names = try JSONDecoder().decode(
            [String: String].self, from: Data(contentsOf: URL(fileURLWithPath: daemon.keys + "/demo.json")))
        var furnished = Furnished(household: try #require(names["H"]), selma: try #require(names["selma"]))
        let joost = try await daemon.signIn("joost", hat: "direction")
        func item(_ content: Data, _ title: String) async throws -> String {
            try await daemon.add(content, title: title, to: furnished, as: joost).id()
        }
        furnished.large = try await item(largeContent, "large")
        furnished.small = try await item(Data("the first small one".utf8), "small")
        furnished.other = try await item(Data("another small one!!".utf8), "other")
        furnished.consent = try await daemon.consent(furnished, as: joost).id()
        #expect(try await daemon.stop() == 0)
        return (daemon, furnished)
    }

    /// A daemon on a copy of the furnished vault, not yet started.
    static func copy() async throws -> (Kluisd, Furnished) {
        let (template, furnished) = try await template.value
        let daemon = Kluisd(directory: try Built.directory())
        for name in ["state", "state.keys"] {
            let copied = try await Built.run("/bin/cp", ["-a", template.directory + "/" + name, daemon.directory + "/" + name])
            try #require(copied.status == 0)
        }
        return (daemon, furnished)
    }

    /// A running daemon on a copy of the furnished vault.
    static func furnished() async throws -> (Kluisd, Furnished) {
        let (daemon, furnished) = try await copy()
        try await daemon.start()
        return (daemon, furnished)
    }

    /// A running daemon on a vault of its own making, with other keys and another identity than the furnished ones.
    static func fresh() async throws -> Kluisd {
        let daemon = Kluisd(directory: try Built.directory())
        try await daemon.start()
        return daemon
    }

    /// Gives the daemon more arguments from its next start on.
    func give(_ arguments: [String]) { extra.withLock { $0 = arguments } }

    /// - Parameter tick: seconds between the daemon's own commits. Few tests take so long, so that a planted fault is for what a test does.
    private func process(demo: Bool, tick: Int = 900, _ options: [String] = []) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try Built.path("kluisd"))
        process.arguments =
            ["rehearse", "--state", state, "--socket", socket, "--policies", Built.policies, "--tick-seconds", "\(tick)"]
            + (demo ? ["--demo"] : []) + extra.withLock { $0 } + options
        process.standardInput = FileHandle.nullDevice
        return process
    }

    /// Starts it and waits until it says that it serves.
    /// - Parameters:
    ///   - tick: seconds between the daemon's own commits.
    ///   - small: the state lies on a disk of this many kB, which only the daemon sees; when it has ended it lies where it was.
    ///   - environment: added to that of the tests.
    func start(
        demo: Bool = false, tick: Int = 900, _ options: [String] = [], small: Int? = nil, environment: [String: String] = [:]
    ) async throws {
        let process = try process(demo: demo, tick: tick, options)
        if !environment.isEmpty { process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 } }
        if let small {
            process.arguments =
                ["-m", "--propagation", "private", "/bin/sh", "-c", Self.onSmallDisk, "sh", "\(small)", state]
                + [process.executableURL?.path ?? ""] + (process.arguments ?? [])
            process.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
        }
        let pipe = Pipe()
        process.standardOutput = pipe
        try Data().write(to: URL(fileURLWithPath: directory + "/err"))
        process.standardError = FileHandle(forWritingAtPath: directory + "/err")
        let (ends, feed) = AsyncStream<Int32>.makeStream()
        process.terminationHandler = { process in
            feed.yield(process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus)
            feed.finish()
        }
        try process.run()
        let end = Task { () async -> Int32 in
            for await status in ends { return status }
            return .min
        }
        life.withLock { $0 = Life(process: process, end: end) }
        let output = pipe.fileHandleForReading
        let ready = try await blocking {
            var said = Data()
            while !said.contains(UInt8(ascii: "\n")) {
                let more = output.availableData
                if more.isEmpty { return false }
                said += more
            }
            return said == Data("ready\n".utf8)
        } giveUp: {
            process.kill()
        }
        try #require(ready, "kluisd did not start: \(errors)")
    }

    /// Mounts a small disk over the state directory in a mount namespace of its own, runs the rest on it, and copies back what is left.
    private static let onSmallDisk = """
        set -e
        size=$1; state=$2; shift 2
        mkdir -m 700 "$state.out"
        cp -a "$state/." "$state.out/"
        mount -t tmpfs -o "size=${size}k,mode=0700" tmpfs "$state"
        cp -a "$state.out/." "$state/"
        trap 'kill -TERM $child' TERM
        "$@" & child=$!
        set +e
        wait $child; status=$?
        while kill -0 $child 2>/dev/null; do wait $child; status=$?; done
        rm -rf "$state.out"; mkdir -m 700 "$state.out"
        cp -a "$state/." "$state.out/"
        umount "$state"
        rm -rf "$state"; mv "$state.out" "$state"
        exit $status
        """

    /// Whether this machine lets a process have a small disk of its own.
    static let allowsSmallDisks = Built.works("unshare -m --propagation private /bin/sh -c 'mount -t tmpfs -o size=64k tmpfs /mnt'")

    /// Starts it where it must not come up: its exit status and what it said.
    func startRefused(_ place: SourceLocation = #_sourceLocation) async throws -> Built.Ended {
        try await Built.refused(try process(demo: false).arguments ?? [], place)
    }

    var errors: String { (try? String(contentsOfFile: directory + "/err", encoding: .utf8)) ?? "" }

    /// Waits for its end: the exit status, or the signal as a negative number. Whatever happened before, nothing that was stored stands in the
    /// state directory or in the operator's log in the clear.
    func ended() async throws -> Int32 {
        let (process, end) = try #require(life.withLock { life in life.map { ($0.process, $0.end) } })
        let status = await withTaskCancellationHandler {
            await end.value
        } onCancel: {
            process.kill()
        }
        life.withLock { $0 = nil }
        let found = try plaintext()
        #expect(found.isEmpty, "plaintext in the clear: \(found)")
        return status
    }

    /// Names, addresses, titles and contents that these tests and the demo store.
    private static let stored: [Data] =
        ["Aydin", "Selma", "Hatice", "Verslag over", "first small one", "another small one", "Jeugdkompas", "Terpstra"].map {
            Data($0.utf8)
        }
        + [largeContent.prefix(48), Data(largeContent.reversed()).prefix(48)]

    /// Where something of it stands.
    func plaintext() throws -> [String] {
        let manager = FileManager.default
        var files = try manager.subpathsOfDirectory(atPath: state).map { state + "/" + $0 }
        files.append(directory + "/err")
        return files.flatMap { file -> [String] in
            // Folders have no bytes; a socket has none either.
            guard let bytes = manager.contents(atPath: file) else { return [] }
            return Self.stored.compactMap { stored in
                // Five sealed bytes are a given name by chance in one of twenty thousand contents of 24 MB. In files as large as those a short
                // name is looked for as a record would hold it, in quotes.
                let isShort = stored.count < 8 && bytes.count > 1 << 20
                let needle = isShort ? Data("\"".utf8) + stored + Data("\"".utf8) : stored
                guard let found = bytes.range(of: needle) else { return nil }
                let around = bytes[max(0, found.lowerBound - 16)..<min(bytes.count, found.upperBound + 16)]
                let hexadecimal = around.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined(separator: " ")
                let text = String(decoding: needle.prefix(20), as: UTF8.self)
                return "\(file): \(text) at byte \(found.lowerBound) of \(bytes.count), in \(hexadecimal)"
            }
        }
    }

    func stop() async throws -> Int32 {
        let process = try #require(life.withLock { $0?.process })
        _ = kill(process.processIdentifier, SIGTERM)
        return try await ended()
    }

    /// Runs SQL in the database file as somebody with an SQLite shell would.
    @discardableResult
    func sqlite(_ statements: String) async throws -> String {
        let ended = try await Built.run("/usr/bin/sqlite3", ["-bail", "-cmd", ".timeout 5000", database, statements])
        try #require(ended.status == 0, "\(ended.errors)")
        return ended.text
    }
}
