import ArgumentParser
import Foundation
import Glibc
import Synchronization

/// Kills the daemon at random moments under concurrent writers, and counts what was lost.
struct Crash: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Kills the daemon at random moments under concurrent writers.")
    @Option(help: "The daemon.") var kluisd: String
    @Option(help: "How often.") var rounds = 20
    @Option(help: "Concurrent writers.") var writers = 6
    @Option(help: "Seed of everything random; printed.") var seed: UInt64 = UInt64.random(in: 0 ... .max)

    /// What one writer was told, and what it sent.
    private struct Sent: Sendable {
        let title: String
        let bytes: [UInt8]
        /// nil: no answer came.
        var item: String?
        /// The client hung up half-way: no item may come of it.
        var isCut = false
    }

    /// What was counted.
    private struct Tally {
        var disconnects = 0, acknowledged = 0, lost = 0, torn = 0, uninvited = 0, failed = 0, parts = 0, plaintext = 0, problems = 0
        /// Of those that go past the page cache: acknowledged, and not.
        var large = 0, cut = 0
        /// Uploads whose client hung up half-way.
        var hungUp = 0

        mutating func add(_ other: Tally) {
            disconnects += other.disconnects
            acknowledged += other.acknowledged
            large += other.large
            cut += other.cut
            lost += other.lost
            torn += other.torn
            hungUp += other.hungUp
            uninvited += other.uninvited
            failed += other.failed
            parts += other.parts
            plaintext += other.plaintext
            problems += other.problems
        }
    }

    /// A vault is verified whole at each start and its list read after each kill, so one for all rounds would cost their number squared.
    private static let roundsPerVault = 25

    /// From 64 MiB of declared length on a content goes past the page cache. This one ends in less than a block.
    private static let largeCount = 64 << 20 | 4567

    /// A content of that length: a random MiB over and over, each time with its number, because a random generator takes long for so much.
    private static func largeContent(_ random: inout SplitMix) -> [UInt8] {
        var block = random.bytes(1 << 20)
        var content: [UInt8] = []
        content.reserveCapacity(largeCount + block.count)
        while content.count < largeCount {
            block[0] = UInt8(truncatingIfNeeded: content.count >> 20)
            content += block
        }
        content.removeLast(content.count - largeCount)
        return content
    }

    func run() throws {
        print("seed: \(seed) 1")
        var random = SplitMix(state: seed)
        var tally = Tally()
        for first in stride(from: 0, to: rounds, by: Self.roundsPerVault) {
            tally.add(try onOneVault(first..<min(first + Self.roundsPerVault, rounds), after: tally.acknowledged, &random))
        }
        FileHandle.standardError.write(Data("\n".utf8))
        report("crash-rounds", Double(rounds), "1")
        report("disconnect-rounds", Double(tally.disconnects), "1")
        report("acknowledged-items", Double(tally.acknowledged), "1")
        report("acknowledged-items-past-the-cache", Double(tally.large), "1")
        report("uploads-past-the-cache-cut-short", Double(tally.cut), "1")
        report("lost-items", Double(tally.lost), "1")
        report("torn-items", Double(tally.torn), "1")
        report("uploads-hung-up-on", Double(tally.hungUp), "1")
        report("items-that-nobody-sent-whole", Double(tally.uninvited), "1")
        report("requests-failed-before-the-kill", Double(tally.failed), "1")
        report("part-files", Double(tally.parts), "1")
        report("plaintext-found", Double(tally.plaintext), "1")
        report("ledger-problems", Double(tally.problems), "1")
        let bad = [tally.lost, tally.torn, tally.uninvited, tally.failed, tally.parts, tally.plaintext, tally.problems]
        // Without a hanging up where there was a round for it, nothing was tried.
        guard bad.allSatisfy({ $0 == 0 }), tally.acknowledged > 0, tally.disconnects == 0 || tally.hungUp > 0 else {
            throw ExitCode.failure
        }
    }

    private func onOneVault(_ span: Range<Int>, after earlier: Int, _ random: inout SplitMix) throws -> Tally {
        let rehearsal = try Rehearsal(kluisd: kluisd)
        try rehearsal.start()
        var acknowledged: [String: Int] = [:]
        var contents: [String: [UInt8]] = [:]
        var unacknowledged: [String: [UInt8]] = [:]
        var tally = Tally()
        let large = Self.largeContent(&random)
        // What lay there before the first writer came.
        let before = Set(try list(rehearsal, try rehearsal.signIn("kees", hat: "help")).map(\.item))
        for round in span {
            let token = try rehearsal.signIn("kees", hat: "help")
            let disconnecting = round % 4 == 3
            // The first writer begins with a content that goes past the page cache.
            let isLarge = round % 4 == 1
            let results = Mutex<[Sent]>([])
            let stopped = Atomic<Bool>(false)
            let failures = Atomic<Int>(0)
            let group = DispatchGroup()
            let socket = rehearsal.socket
            let household = rehearsal.household
            for writer in 0..<writers {
                let writerSeed = random.next()
                let makeHeader: (String) throws -> [String: String] = { try rehearsal.itemHeader(title: $0) }
                // Titles are made here, on the main thread; the threads only send.
                let titles = try (0..<400).map { index -> (String, [String: String]) in
                    let title = "crash-\(round)-\(writer)-\(index)"
                    return (title, try makeHeader(title))
                }
                let thread = Thread {
                    defer { group.leave() }
                    var random = SplitMix(state: writerSeed)
                    /// A daemon that nobody killed yet did not do as it was asked.
                    func fail() { if !stopped.load(ordering: .acquiring) { failures.add(1, ordering: .relaxed) } }
                    guard var client = try? SocketClient(path: socket) else { return fail() }
                    for (index, (title, header)) in titles.enumerated() {
                        if stopped.load(ordering: .acquiring) { return }
                        // One in six is large enough for a file of its own.
                        let size = random.next() % 6 == 0 ? 300_000 + Int(random.next() % 900_000) : 100 + Int(random.next() % 60_000)
                        let bytes = isLarge && writer == 0 && index == 0 ? large : random.bytes(size)
                        let fields = header.merging(Rehearsal.headers(token, key: title)) { $1 }
                        if disconnecting, writer == 0 {
                            results.withLock { $0.append(Sent(title: title, bytes: bytes, isCut: true)) }
                            do {
                                try client.sendPart(
                                    "POST", "/v1/households/\(household)/items", headers: fields, length: size,
                                    part: Array(bytes.prefix(size / 2)))
                                client = try SocketClient(path: socket)
                            } catch { return fail() }
                            continue
                        }
                        results.withLock { $0.append(Sent(title: title, bytes: bytes)) }
                        var heard: SocketClient.Answer?
                        repeat {
                            // Nobody waits for a place: a worker who has as many uploads under way as may be hears so, and asks again.
                            if heard != nil { usleep(20_000) }
                            if stopped.load(ordering: .acquiring) { return }
                            heard = try? client.request("POST", "/v1/households/\(household)/items", headers: fields, body: bytes)
                        } while heard?.json["type"] as? String == "urn:kluis:problem:busy"
                        guard let answer = heard else { return fail() }
                        if answer.status == 201 || answer.status == 200, let item = answer.json["id"] as? String {
                            results.withLock { sent in
                                if let index = sent.lastIndex(where: { $0.title == title }) { sent[index].item = item }
                            }
                        } else {
                            // An answer comes from a daemon that lives, whenever it is read.
                            failures.add(1, ordering: .relaxed)
                        }
                    }
                }
                thread.stackSize = 1 << 20
                group.enter()
                thread.start()
            }
            usleep(useconds_t(20_000 + random.next() % 400_000))
            if disconnecting {
                // Nobody else's request suffers when a client hangs up: only then is the daemon stopped.
                usleep(300_000)
                tally.disconnects += 1
            }
            stopped.store(true, ordering: .releasing)
            rehearsal.kill()
            group.wait()
            tally.failed += failures.load(ordering: .relaxed)
            for sent in results.withLock({ $0 }) {
                if sent.isCut {
                    tally.hungUp += 1
                    continue
                }
                if sent.bytes.count == Self.largeCount { if sent.item == nil { tally.cut += 1 } else { tally.large += 1 } }
                if let item = sent.item {
                    acknowledged[item] = round
                    contents[item] = sent.bytes
                } else {
                    unacknowledged[sent.title] = sent.bytes
                }
            }
            try rehearsal.start()
            // This round's items, each byte; everything at the end.
            let reading = try rehearsal.signIn("kees", hat: "help")
            tally.add(
                try verify(
                    rehearsal, reading, contents.filter { acknowledged[$0.key] == round }, unacknowledged,
                    known: before.union(acknowledged.keys)))
            FileHandle.standardError.write(Data("\rround \(round + 1) of \(rounds), \(earlier + acknowledged.count) items".utf8))
        }
        let token = try rehearsal.signIn("kees", hat: "help")
        tally.add(try verify(rehearsal, token, contents, unacknowledged, known: before.union(acknowledged.keys)))
        tally.acknowledged = acknowledged.count
        tally.parts = (try? FileManager.default.contentsOfDirectory(atPath: rehearsal.state.path + "/blobs/tmp"))?.count ?? 0
        let officer = try rehearsal.signIn("otto", hat: nil)
        let verification = try SocketClient(path: rehearsal.socket).request(
            "POST", "/v1/ledger/verification", headers: Rehearsal.headers(officer, purpose: "D8"))
        tally.problems = verification.status == 200 ? (verification.json["problems"] as? [Any])?.count ?? 1 : 1
        rehearsal.stop()
        // Titles stand out by their beginning; of contents a sample, because each is looked for in every byte there is.
        // A short name is looked for as a record would hold it, in quotes: five sealed bytes are it by chance in a trillion.
        var needles = [Array("crash-\(span.lowerBound)-".utf8), Array("\"Aydin\"".utf8), Array("De Brug".utf8)]
        needles += contents.values.prefix(16).map { Array($0.prefix(24)) } + unacknowledged.values.prefix(16).map { Array($0.prefix(24)) }
        tally.plaintext = try PlaintextScan(needles).count(below: rehearsal.state)
        return tally
    }

    /// Every acknowledged item reads back equal; every other one that was sent whole is wholly there or wholly absent; and nothing else is there, least of
    /// all what a client hung up on.
    /// - Parameter known: the items that were there before, and those that were acknowledged.
    private func verify(
        _ rehearsal: Rehearsal, _ token: String, _ contents: [String: [UInt8]], _ unacknowledged: [String: [UInt8]], known: Set<String>
    ) throws -> Tally {
        let client = try SocketClient(path: rehearsal.socket)
        var tally = Tally()
        func read(_ item: String) throws -> SocketClient.Answer {
            try client.request("GET", "/v1/households/\(rehearsal.household)/items/\(item)", headers: Rehearsal.headers(token))
        }
        for (item, bytes) in contents {
            let answer = try read(item)
            if answer.status != 200 { tally.lost += 1 } else if answer.body != bytes { tally.torn += 1 }
        }
        for (item, title) in try list(rehearsal, token) where !known.contains(item) {
            guard let bytes = title.flatMap({ unacknowledged[$0] }) else {
                tally.uninvited += 1
                continue
            }
            let answer = try read(item)
            if answer.status != 200 || answer.body != bytes { tally.torn += 1 }
        }
        return tally
    }

    /// The household's items, each with its title where that is shown.
    private func list(_ rehearsal: Rehearsal, _ token: String) throws -> [(item: String, title: String?)] {
        let client = try SocketClient(path: rehearsal.socket)
        var found: [(item: String, title: String?)] = []
        var after: String?
        repeat {
            let query = after.map { "?after=\($0)" } ?? ""
            let list = try client.request(
                "GET", "/v1/households/\(rehearsal.household)/items\(query)", headers: Rehearsal.headers(token))
            // A list that is not given tells nothing about what is there: that is a failure and not an empty list.
            guard list.status == 200, let entries = list.json["entries"] as? [[String: Any]] else {
                throw Rehearsal.Failure(description: "the list of items was not given: \(list.status)")
            }
            for entry in entries {
                guard let item = entry["id"] as? String else { throw Rehearsal.Failure(description: "an item has no identifier") }
                found.append((item, entry["title"] as? String))
            }
            after = list.json["next"] as? String
        } while after != nil
        return found
    }
}

/// A small random generator whose seed can be printed. Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (2014).
struct SplitMix: Sendable {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count {
            let word = next()
            for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
        }
        bytes.removeLast(bytes.count - count)
        return bytes
    }
}
