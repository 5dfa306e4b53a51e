import ArgumentParser
import Foundation
import Glibc
import Household
import Logging
import Policy
import ReferenceMonitor
import Sealing
import Vault

struct Rehearse: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serves a practice vault, and makes it where there is none.",
        discussion: "For training, demonstrations and tests. It is marked as a practice vault for ever; its clock can be moved forward.")
    @Option(help: "Where the practice vault lives. Sign-in keys lie beside it, in a folder with `.keys` behind the name.") var state: String
    @Option(help: "The socket to serve on.") var socket: String
    @Option(help: "The folder with the policies.") var policies: String?
    @Option(help: "A file with the witnesses to ask, as for `witness-policy` in the configuration.") var witnesses: String?
    @Option(help: "Hours without a quorum's cosignature after which nothing is changed any more.") var unwitnessedHours: Int?
    @Option(help: "How long a client may leave a request or an answer lying half-way, or a connection idle, in seconds.")
    var stallSeconds = 60
    @Option(help: "How many connections are served at once; one machine account gets half.") var connections = 512
    @Option(help: "How often outcomes that still wait are recorded, in seconds: a commit like any other, which a planted fault meets too.")
    var tickSeconds = 15
    @Flag(help: "Fill it with the household of the scenario.") var demo = false

    private var keys: String { state + ".keys" }

    func validate() throws {
        guard (1...86_400).contains(stallSeconds) else { throw ValidationError("--stall-seconds is a number from 1 to 86400") }
        guard (1...900).contains(tickSeconds) else { throw ValidationError("--tick-seconds is a number from 1 to 900") }
        guard (2...65_536).contains(connections) else { throw ValidationError("--connections is a number from 2 to 65536") }
        guard unwitnessedHours.map({ (1...8760).contains($0) }) ?? true else {
            throw ValidationError("--unwitnessed-hours is a number from 1 to 8760")
        }
    }

    func run() async throws {
        await ending {
            try Kluisd.harden()
            let inherited = Systemd.inheritedSockets()
            // ORDER: before a vault is made that cannot be served.
            if inherited.isEmpty { try ListeningSocket.requirePlace(for: socket) }
            for folder in [state, keys] {
                try FileManager.default.createDirectory(
                    atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            }
            let lock = try LockFile(in: keys)
            var settings = Daemon.Settings(
                stateDirectory: state, keyDirectory: keys, policyDirectory: try policyFolder(), socket: socket, socketMode: 0o600,
                stallSeconds: stallSeconds, connections: connections, logLevel: .warning)
            settings.tickSeconds = tickSeconds
            try settings.requirePrivate()
            settings.witnessPolicy = try witnesses.map { path throws(Configuration.Failure) in try WitnessPolicy.read(path: path) }
            settings.unwitnessedHours = unwitnessedHours
            let logger = Kluisd.logger(settings.logLevel)
            let isNew = !VaultFiles.exists(settings.paths)
            if isNew { try await make(settings) }
            let secret = try SlotSecret.keyFile(try SecretFile.read(keys + "/root.key"))
            let daemon = try await Daemon.open(settings, secret: secret, rehearsalClock: try clock(), logger: logger)
            if isNew, demo { try await DemoHousehold(daemon: daemon, keys: keys).make() }
            try await daemon.serve(socket: inherited.first) {
                let line = Array("ready\n".utf8)
                // SAFETY: the buffer lives for the call.
                _ = unsafe line.withUnsafeBytes { unsafe write(1, $0.baseAddress, $0.count) }
            }
            _ = consume lock
        }
    }

    /// The clock goes on from where the last run left it; a new vault begins on the scenario's first morning.
    private func clock() throws -> RehearsalClock {
        let file = keys + "/clock"
        let known = FileManager.default.contents(atPath: file).flatMap { String(validating: $0, as: UTF8.self) }.flatMap { Int64($0) }
        let offset = known ?? Waterwolde.beginning.millisecondsSince1970 - SystemClock.now.millisecondsSince1970
        @Sendable func write(_ offset: Int64) throws { try Data("\(offset)".utf8).write(to: URL(filePath: file), options: .atomic) }
        if known == nil { try write(offset) }
        return RehearsalClock(system: { SystemClock.now }, offset: offset) { try? write($0) }
    }

    /// The policies that were given, else those beside the program's own source tree or where a package installs them.
    private func policyFolder() throws -> String {
        if let policies { return policies }
        let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        var folder = program.deletingLastPathComponent()
        for _ in 0..<4 {
            let candidate = folder.appending(path: "Policies").path
            if FileManager.default.fileExists(atPath: candidate + "/kluis.cedarschema") { return candidate }
            folder = folder.deletingLastPathComponent()
        }
        return "/usr/share/kluis/policies"
    }

    private func make(_ settings: Daemon.Settings) async throws {
        let engine = try PolicyFolder.load(settings.policyDirectory)
        guard let digest = Bytes32(engine.digest), let version = Household.Label(engine.reglementVersion) else {
            throw Ending.failed("the policies have no version", status: 2)
        }
        var publicKeys: [String: [UInt8]] = [:]
        for member in Waterwolde.members {
            let file = keys + "/" + member.handle
            if !FileManager.default.fileExists(atPath: file) {
                try KeyTool.run(["-q", "-t", "ed25519", "-N", "", "-C", member.handle, "-f", file])
            }
            guard let line = FileManager.default.contents(atPath: file + ".pub").flatMap({ String(validating: $0, as: UTF8.self) }),
                let key = SSHPublicKey.parse(String(line.prefix { $0 != "\n" }))
            else { throw Ending.failed("ssh-keygen made no key for \(member.handle)") }
            publicKeys[member.handle] = key.bytes
        }
        let root = keys + "/root.key"
        if !FileManager.default.fileExists(atPath: root) {
            let bytes = (0..<32).map { _ in UInt8.random(in: 0 ... .max) }
            guard FileManager.default.createFile(atPath: root, contents: Data(bytes), attributes: [.posixPermissions: 0o600]) else {
                throw Ending.failed("the key of the practice vault cannot be written")
            }
        }
        let header = VaultHeader(isRehearsal: true, createdAt: Waterwolde.beginning, policyDigest: digest, reglementVersion: version)
        let secret = try SlotSecret.keyFile(try SecretFile.read(root))
        try await VaultFiles.create(
            settings.paths, secret: secret, label: "rehearsal",
            founding: try Waterwolde.founding(keys: publicKeys, uid: getuid(), header: header))
    }
}

/// Runs OpenSSH's key tool: a well-kept program, and the same one that workers sign in with.
enum KeyTool {
    static func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/ssh-keygen")
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        do {
            try process.run()
        } catch {
            throw Ending.failed("ssh-keygen cannot be run", hint: "install openssh-client")
        }
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Ending.failed("ssh-keygen failed") }
    }
}
