import Foundation
import Glibc
import Synchronization
import Testing

/// A unix datagram socket on which the daemon tells how it is, as it tells systemd. Source: sd_notify(3).
final class NotifySocket: Sendable {
    let path: String
    private let descriptor: CInt

    init(_ path: String) throws {
        self.path = path
        descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        try #require(descriptor >= 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // SAFETY: the path is shorter than the field, and the rest of it is zero.
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: Array(path.utf8).prefix(107)) }
        // SAFETY: the pointer lives for the call; the length is that of the structure.
        let bound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
    }

    deinit { close(descriptor) }

    /// Sends to it until no more goes in, as a manager that does not read would leave it.
    /// - Returns: how many messages lie there.
    func fill() throws -> Int {
        let sender = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        try #require(sender >= 0)
        defer { close(sender) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // SAFETY: the path is shorter than the field, and the rest of it is zero.
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: Array(path.utf8).prefix(107)) }
        // SAFETY: the pointers live for the calls; the length is that of the structure.
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                var count = 0
                while unsafe sendto(sender, "x", 1, Int32(MSG_DONTWAIT), address, socklen_t(MemoryLayout<sockaddr_un>.size)) == 1 {
                    count += 1
                }
                return count
            }
        }
    }

    /// Ends every waiting, once what was said has been heard.
    func hangUp() { shutdown(descriptor, Int32(SHUT_RD)) }

    /// Waits for the next message; nil when it hung up.
    func next() async throws -> String? {
        let descriptor = descriptor
        return try await blocking {
            var buffer = [UInt8](repeating: 0, count: 4096)
            // SAFETY: the buffer lives for the call and its length is given.
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
            return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
        } giveUp: {
            self.hangUp()
        }
    }
}

/// A real vault, made by `kluisd init` and served by `kluisd serve`, with no door of a practice vault.
final class RealVault: Sendable {
    enum Opening: String, CaseIterable, Sendable { case passphrase, keyFile = "key-file", credential }

    let directory: String
    let opening: Opening
    var socket: String { directory + "/s" }
    var config: String { directory + "/kluisd.yaml" }
    var key: String { directory + "/id" }
    /// The file with what opens it, where that is a file.
    var secret: String { directory + (opening == .credential ? "/credentials/kluis-root" : "/root.key") }
    private var environment: [String: String] { opening == .credential ? ["CREDENTIALS_DIRECTORY": directory + "/credentials"] : [:] }
    private struct Life {
        let process: Process
        let notify: NotifySocket
        let end: Task<Int32, Never>
    }
    private let life = Mutex<Life?>(nil)
    private let notifications = Atomic<Int>(0)

    /// Makes the vault; its functional administrator is `lotte`, on the account of this test.
    init(_ opening: Opening, extra: String = "") async throws {
        self.opening = opening
        directory = try Built.directory()
        try """
        state-directory: \(directory)/state
        key-directory: \(directory)/keys
        policy-directory: \(Built.policies)
        socket: \(directory)/s
        socket-mode: "0600"
        unseal: \(opening.rawValue)
        key-file: \(directory)/root.key
        log-level: info
        \(extra)
        """.write(toFile: config, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: config)
        if opening == .credential {
            try FileManager.default.createDirectory(
                atPath: directory + "/credentials", withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        }
        try drawSecret()
        let made = try await Built.run("/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "lotte", "-f", key])
        try #require(made.status == 0, "\(made.errors)")
    }

    deinit {
        life.withLock { $0?.process.kill() }
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Puts random bytes where the secret is read: a credential with the mode that systemd's shows, anything else for its owner alone.
    func drawSecret() throws {
        try? FileManager.default.removeItem(atPath: secret)
        try Data((0..<32).map { _ in UInt8.random(in: 0...255) }).write(to: URL(fileURLWithPath: secret))
        try FileManager.default.setAttributes([.posixPermissions: opening == .credential ? 0o440 : 0o600], ofItemAtPath: secret)
    }

    /// What is typed, for a vault that is opened by passphrase.
    static let passphrase = "een lange zin die niemand raadt"
    private func typed(_ passphrase: String) -> Data { opening == .passphrase ? Data((passphrase + "\n").utf8) : Data() }

    /// - Parameter account: the machine account that the administrator signs in from.
    func initialise(account: UInt32 = getuid()) async throws -> Built.Ended {
        try await Built.run(
            "kluisd",
            [
                "init", "--config", config, "--municipality", "waterwolde", "--municipality-name", "Gemeente Waterwolde",
                "--administrator", "lotte", "--key", key + ".pub", "--uid", "\(account)",
            ], input: typed(Self.passphrase), environment: environment)
    }

    /// What `kluisd check` says of it.
    func check() async throws -> Built.Ended {
        try await Built.run("kluisd", ["check", "--config", config], environment: environment)
    }

    /// Writes another value of a key in the configuration.
    func configure(_ key: String, _ value: String) throws {
        let lines = try String(contentsOfFile: config, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix(key + ":") }
        try (lines.joined(separator: "\n") + "\n\(key): \(value)\n").write(toFile: config, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: config)
    }

    /// Starts `kluisd serve`, or what stands before it, and waits until it says that it is ready.
    /// - Parameter passphrase: typed, where another way opens the vault than the one that it was made with.
    func start(through launcher: [String] = [], typing passphrase: String? = nil) async throws {
        let daemon = try Built.path("kluisd")
        let notify = try NotifySocket(directory + "/n\(notifications.add(1, ordering: .relaxed).newValue)")
        let process = Process()
        let words = launcher + [daemon, "serve", "--config", config]
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }.merging(["NOTIFY_SOCKET": notify.path]) { $1 }
        let input = passphrase.map { Data(($0 + "\n").utf8) } ?? typed(Self.passphrase)
        try input.write(to: URL(fileURLWithPath: directory + "/in"))
        process.standardInput = FileHandle(forReadingAtPath: directory + "/in")
        try Data().write(to: URL(fileURLWithPath: directory + "/err"))
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle(forWritingAtPath: directory + "/err")
        let (ends, feed) = AsyncStream<Int32>.makeStream()
        process.terminationHandler = { process in
            notify.hangUp()
            feed.yield(process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus)
            feed.finish()
        }
        try process.run()
        let end = Task { () async -> Int32 in
            for await status in ends { return status }
            return .min
        }
        life.withLock { $0 = Life(process: process, notify: notify, end: end) }
        let said = try await notify.next()
        try #require(said?.hasPrefix("READY=1") == true, "\(said ?? "nothing"): \(errors)")
    }

    /// Starts it where it must not come up: its exit status and what it said.
    func startRefused(typing passphrase: String = passphrase, _ place: SourceLocation = #_sourceLocation) async throws -> Built.Ended {
        try await Built.refused(["serve", "--config", config], input: typed(passphrase), environment: environment, place)
    }

    /// What it tells the service manager next.
    func told() async throws -> String? {
        let notify = try #require(life.withLock { $0?.notify })
        return try await notify.next()
    }

    var errors: String { (try? String(contentsOfFile: directory + "/err", encoding: .utf8)) ?? "" }

    /// Ends it with a signal: the exit status.
    func stop() async throws -> Int32 {
        let (process, end) = try #require(life.withLock { life in life.map { ($0.process, $0.end) } })
        _ = kill(process.processIdentifier, SIGTERM)
        let status = await withTaskCancellationHandler {
            await end.value
        } onCancel: {
            process.kill()
        }
        life.withLock { $0 = nil }
        return status
    }

    /// The command line, with a runtime directory of its own.
    func kluis(_ arguments: String..., input: Data = Data()) async throws -> Built.Ended { try await kluis(arguments, input: input) }

    func kluis(_ arguments: [String], lang: String = "en", input: Data = Data()) async throws -> Built.Ended {
        try await Built.run(
            "kluis", arguments + ["--socket", socket, "--lang", lang], input: input,
            environment: ["KLUIS_RUNTIME": directory + "/runtime", "KLUIS_PINS": directory + "/pins", "KLUIS_KEY": key])
    }
}
