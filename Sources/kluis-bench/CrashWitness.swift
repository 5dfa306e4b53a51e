import ArgumentParser
import Foundation
import Glibc
import Sealing
import Synchronization
import TransparencyLog

/// Kills the witness at random moments while two forks of one log compete for its cosignatures, and compares all that it ever signed.
///
/// In each round both forks begin at what the witness cosigned last, so that each round has a race of its own. Whatever a client received is
/// kept, over all rounds, and held against everything else: two cosignatures are consistent when they are for one tree.
struct CrashWitness: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "crash-witness", abstract: "Kills the witness at random moments while two forks compete for its cosignatures.")
    @Option(help: "The command line.") var kluis: String
    @Option(help: "How often.") var rounds = 20
    @Option(help: "Concurrent clients; every second one shows the other fork.") var clients = 4
    @Option(help: "Seed of everything random; printed.") var seed: UInt64 = UInt64.random(in: 0 ... .max)

    func run() throws {
        FileHandle.standardOutput.write(Data("seed: \(seed) 1\n".utf8))
        var random = SplitMix(state: seed)
        let witness = try WitnessUnderTest(kluis: kluis)
        let signer = try witness.makeLog()
        var history = Branch()
        for number in 0..<3 { try history.append(Array("common \(number)".utf8)) }
        var cosigned: [Cosigned] = []
        var asked = 0, refusedForks = 0, forgotten = 0, early = 0
        var wins = [0, 0]
        for round in 0..<rounds {
            var forks = [history, history]
            for fork in 0..<2 {
                for number in 0..<64 { try forks[fork].append(Array("round \(round) fork \(fork) \(number)".utf8)) }
            }
            // One round in eight ends before the witness has said that it is ready.
            let isEarly = round % 8 == 7
            let start = history.size
            let results = Mutex<[(fork: Int, cosigned: Cosigned)]>([])
            let refused = Atomic<Int>(0), requests = Atomic<Int>(0)
            let group = DispatchGroup()
            try witness.start(waiting: !isEarly)
            for client in 0..<clients {
                let clientSeed = random.next()
                let (fork, branch) = (client % 2, forks[client % 2])
                let socket = witness.socket, key = witness.key
                let thread = Thread {
                    defer { group.leave() }
                    var random = SplitMix(state: clientSeed)
                    guard let connection = try? SocketClient(path: socket) else { return }
                    var known = start
                    for _ in 0..<4000 {
                        let target = min(known + random.next() % 3, branch.size)
                        guard
                            var submission = try? Submission(
                                checkpoint: branch.checkpoint(target, by: signer), witness: VerifierKeys(key), lastSize: known)
                        else { return }
                        var isGoingOn = true
                        while isGoingOn {
                            isGoingOn = false
                            guard let body = try? submission.request(proof: branch.proof).body,
                                let answer = try? connection.request("POST", "/add-checkpoint", body: body)
                            else { return }
                            requests.add(1, ordering: .relaxed)
                            let response = AddCheckpointResponse(
                                status: answer.status, contentType: answer.headers["content-type"] ?? "", body: answer.body)
                            switch submission.receive(response) {
                            case .cosigned:
                                known = target
                                let got = Cosigned(
                                    size: target, root: branch.roots[Int(target)], roots: Array(branch.roots[...Int(target)]))
                                results.withLock { $0.append((fork, got)) }
                            case .retry: isGoingOn = true
                            case .alarm(.witnessAhead(let size)), .alarm(.conflict(let size)): known = min(size, branch.size)
                            case .alarm:
                                refused.add(1, ordering: .relaxed)
                                known = min(known + random.next() % 2, branch.size)
                            }
                        }
                    }
                }
                thread.stackSize = 1 << 20
                group.enter()
                thread.start()
            }
            // By what was answered and not by the clock alone: on a slow machine too, most rounds end in the midst of the race.
            let wanted = isEarly ? 0 : Int(random.next() % 32)
            while requests.load(ordering: .relaxed) < wanted, group.wait(timeout: .now() + .microseconds(200)) == .timedOut {}
            usleep(useconds_t(random.next() % (round % 2 == 0 ? 4_000 : 25_000)))
            witness.kill()
            group.wait()
            let received = results.withLock { $0 }
            cosigned += received.map(\.cosigned)
            asked += requests.load(ordering: .relaxed)
            refusedForks += refused.load(ordering: .relaxed)
            if isEarly { early += 1 }
            // What does the witness remember? Its answers, not its files.
            try witness.start(waiting: true)
            let size = try witness.size(history, signer)
            if let largest = received.map(\.cosigned.size).max(), largest > size { forgotten += 1 }
            let winner = try (0..<2).first { try size <= forks[$0].size && witness.cosignsAgain(forks[$0], size, signer) }
            guard let winner else {
                throw Rehearsal.Failure(description: "round \(round): the witness remembers a tree that nobody showed")
            }
            if size > start { wins[winner] += 1 }
            history = try forks[winner].prefix(size)
            witness.kill()
            FileHandle.standardError.write(Data("\rround \(round + 1) of \(rounds), \(cosigned.count) cosignatures".utf8))
        }
        FileHandle.standardError.write(Data("\n".utf8))
        let inconsistent = Self.inconsistentPairs(cosigned)
        report("witness-rounds", Double(rounds), "1")
        report("witness-rounds-killed-while-starting", Double(early), "1")
        report("witness-requests", Double(asked), "1")
        report("witness-cosignatures", Double(cosigned.count), "1")
        report("witness-refusals", Double(refusedForks), "1")
        report("rounds-won-by-first-fork", Double(wins[0]), "1")
        report("rounds-won-by-second-fork", Double(wins[1]), "1")
        report("forgotten-cosignatures", Double(forgotten), "1")
        report("inconsistent-cosignatures", Double(inconsistent), "1")
        guard inconsistent == 0, forgotten == 0, !cosigned.isEmpty, wins[0] + wins[1] > 0 else { throw ExitCode.failure }
    }

    /// Every pair of cosignatures: same size and same root, or the smaller tree is a beginning of the larger.
    static func inconsistentPairs(_ cosigned: [Cosigned]) -> Int {
        // Equal ones count once; what is left is compared pair by pair.
        var distinct: [UInt64: [Hash: Cosigned]] = [:]
        for one in cosigned { distinct[one.size, default: [:]][one.root] = one }
        let all = distinct.values.flatMap(\.values)
        var count = 0
        for (position, one) in all.enumerated() {
            for other in all[..<position] {
                let (small, large) = one.size < other.size ? (one, other) : (other, one)
                if large.roots[Int(small.size)] != small.root { count += 1 }
            }
        }
        return count
    }
}

/// The real program as a witness, in a directory of its own.
private final class WitnessUnderTest {
    let directory: URL
    var folder: String { directory.appending(path: "witness").path }
    var socket: String { directory.appending(path: "s").path }
    private let program: String
    private var process: Process?
    private(set) var key: VerifierKey

    init(kluis program: String) throws {
        self.program = URL(filePath: program).path
        directory = URL.temporaryForSockets.appending(path: "kw-\(getpid())-\(UInt32.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let text = try Self.run(
            self.program, ["ledger", "witness", "init", directory.appending(path: "witness").path, "--name", "w.example/1"])
        key = try VerifierKey(parsing: text.split(separator: "\n").first.map { String($0) } ?? "")
    }

    deinit {
        kill()
        try? FileManager.default.removeItem(at: directory)
    }

    /// A log of this program's own that the witness trusts.
    func makeLog() throws -> NoteSigner {
        let pair = Pair(try Ed25519.SigningKey.generate())
        guard let name = KeyName("log.example/1") else { throw Rehearsal.Failure(description: "no name") }
        let key = try VerifierKey(name: name, algorithm: .ed25519, publicKey: pair.publicKey)
        let file = directory.appending(path: "log.vkey")
        try Data("\(key.text)\n".utf8).write(to: file)
        _ = try Self.run(program, ["ledger", "witness", "trust", folder, file.path])
        return NoteSigner(key: key) { try pair.sign($0) }
    }

    /// - Parameter waiting: until it says that it is ready; otherwise only until it was started.
    func start(waiting: Bool) throws {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = ["ledger", "witness", "serve", folder, "--unix", socket]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle(forWritingAtPath: "/dev/null")
        try process.run()
        self.process = process
        guard waiting else { return }
        var text = ""
        while !text.contains("\n") {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { throw Rehearsal.Failure(description: "the witness did not start: \(text)") }
            text += String(decoding: data, as: UTF8.self)
        }
    }

    func kill() {
        guard let process, process.isRunning else { return }
        _ = Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// The size that the witness says it has.
    func size(_ branch: Branch, _ signer: NoteSigner) throws -> UInt64 {
        let body = try AddCheckpointRequest(oldSize: 0, proof: [], note: try branch.checkpoint(branch.size, by: signer).note).body
        let answer = try SocketClient(path: socket).request("POST", "/add-checkpoint", body: body)
        let response = AddCheckpointResponse(status: answer.status, contentType: answer.headers["content-type"] ?? "", body: answer.body)
        if let size = response.conflictingSize { return size }
        guard answer.status == 200 else { throw Rehearsal.Failure(description: "the witness says \(answer.status)") }
        // It had none, and has this one now.
        return branch.size
    }

    /// Whether it cosigns this tree at the size that it has.
    func cosignsAgain(_ branch: Branch, _ size: UInt64, _ signer: NoteSigner) throws -> Bool {
        let body = try AddCheckpointRequest(oldSize: size, proof: [], note: try branch.checkpoint(size, by: signer).note).body
        return try SocketClient(path: socket).request("POST", "/add-checkpoint", body: body).status == 200
    }

    private static func run(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle(forWritingAtPath: "/dev/null")
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Rehearsal.Failure(description: "\(arguments) ended with \(process.terminationStatus)")
        }
        return String(decoding: data, as: UTF8.self)
    }

    private final class Pair: Sendable {
        private let key: Ed25519.SigningKey
        let publicKey: [UInt8]
        init(_ key: consuming Ed25519.SigningKey) {
            publicKey = key.publicKey.bytes
            self.key = key
        }
        func sign(_ message: [UInt8]) throws -> [UInt8] { try key.sign(message) }
    }
}
