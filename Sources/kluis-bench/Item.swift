import ArgumentParser
import Foundation

/// The middle one of some figures.
private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

/// What the runs of one kind took.
private struct Runs {
    private(set) var seconds: [Double] = []
    /// Seconds of processors, in the program that was started and in the daemon.
    private(set) var tool: [Double] = []
    private(set) var daemon: [Double] = []

    mutating func add(_ cost: Tool.Cost) {
        seconds.append(cost.seconds)
        tool.append(cost.cpuSeconds)
    }

    mutating func add(_ rehearsal: Rehearsal, _ body: () throws -> Tool.Cost) throws {
        let before = rehearsal.cpuSeconds
        add(try body())
        daemon.append(rehearsal.cpuSeconds - before)
    }

    /// The middle one of the ratios of wall time, run by run.
    func ratio(to other: Runs) -> Double { median(zip(seconds, other.seconds).map { $0 / $1 }) }
}

/// One large item, or many files, through the real socket, beside a plain libsodium program on the same data in the same run.
struct Item: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Measures items going in and coming out.")
    @Option(help: "The daemon.") var kluisd: String
    @Option(help: "The command line.") var kluis: String
    @Option(help: "Size of one item: 4G, 512M.") var size = "1G"
    @Option(help: "Many files instead of one item.") var files: Int?
    @Option(help: "Runs; the median counts.") var runs = 3
    @Option(help: "A folder on the disk to measure.") var folder = FileManager.default.temporaryDirectory.path

    func run() throws {
        if let files { try manyFiles(files) } else { try oneItem(try bytes(size)) }
    }

    private func bytes(_ text: String) throws -> Int {
        let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
        guard let last = text.last, let number = Int(units[last] == nil ? text : String(text.dropLast())), number > 0 else {
            throw ValidationError("a size is a number with K, M or G behind it")
        }
        return number * (units[last] ?? 1)
    }

    // MARK: - One item

    private func oneItem(_ size: Int) throws {
        let rehearsal = try Rehearsal(kluisd: kluisd, parent: URL(filePath: folder))
        let input = rehearsal.directory.appending(path: "input.bin").path
        let key = try prepare(rehearsal, input: input, size: size)
        try rehearsal.start()
        let environment = try signedIn(rehearsal)
        var puts = Runs(), gets = Runs(), plainPuts = Runs(), plainGets = Runs()
        var plainPeak = 0.0
        for _ in 0..<runs {
            let sealed = rehearsal.directory.appending(path: "plain.enc").path
            let out = rehearsal.directory.appending(path: "out.bin").path
            rehearsal.settle()
            Memory.warm(size + size / 4)
            let plainPut = try plain(rehearsal, ["put", key, input, sealed])
            plainPuts.add(plainPut.cost)
            var item = ""
            Memory.warm(size + size / 4)
            try puts.add(rehearsal) {
                let (added, cost) = try put(rehearsal, input, environment)
                item = added
                return cost
            }
            rehearsal.settle()
            Memory.warm(size + size / 4)
            let plainGet = try plain(rehearsal, ["get", key, sealed, out])
            plainGets.add(plainGet.cost)
            plainPeak = max(plainPeak, plainPut.peak, plainGet.peak)
            // Both write their file anew.
            try? FileManager.default.removeItem(atPath: out)
            try? FileManager.default.removeItem(atPath: sealed)
            Memory.warm(size + size / 4)
            try gets.add(rehearsal) {
                try Tool.run(
                    URL(filePath: kluis).path, ["item", "read", rehearsal.household, item, "--purpose", "D2", "--output", out],
                    environment: environment)
            }
            try Tool.run("/usr/bin/cmp", [input, out])
            try? FileManager.default.removeItem(atPath: out)
        }
        let megabytes = Double(size) / 1e6
        report("put-rate", megabytes / median(puts.seconds), "MB/s")
        report("get-rate", megabytes / median(gets.seconds), "MB/s")
        report("plain-put-rate", megabytes / median(plainPuts.seconds), "MB/s")
        report("plain-get-rate", megabytes / median(plainGets.seconds), "MB/s")
        report("put-ratio", puts.ratio(to: plainPuts), "1")
        report("get-ratio", gets.ratio(to: plainGets), "1")
        report("peak-memory", rehearsal.peakMemory, "MB")
        report("plain-peak-memory", plainPeak, "MB")
        let gigabytes = megabytes / 1000
        for (name, ours, plain) in [("put", puts, plainPuts), ("get", gets, plainGets)] {
            report("\(name)-daemon-cpu", median(ours.daemon) / gigabytes, "s/GB")
            report("\(name)-client-cpu", median(ours.tool) / gigabytes, "s/GB")
            report("plain-\(name)-cpu", median(plain.tool) / gigabytes, "s/GB")
        }
        rehearsal.stop()
        try countSyncs(atLeast: 3, "item") { rehearsal, environment in
            // The way that was measured: from 64 MiB on past the page cache, below it through the cache.
            let counted = rehearsal.directory.appending(path: "counted.bin").path
            _ = try prepare(rehearsal, input: counted, size: min(size, 65 << 20))
            _ = try put(rehearsal, counted, environment)
        }
    }

    private func put(_ rehearsal: Rehearsal, _ input: String, _ environment: [String: String]) throws -> (String, Tool.Cost) {
        let file = rehearsal.directory.appending(path: "id").path
        _ = FileManager.default.createFile(atPath: file, contents: nil)
        guard let output = FileHandle(forWritingAtPath: file) else { throw ExitCode.failure }
        let cost = try Tool.run(
            URL(filePath: kluis).path, ["item", "add", rehearsal.household, input] + describe(rehearsal), environment: environment,
            output: output)
        let text = try String(contentsOfFile: file, encoding: .utf8)
        return (String(text.split(separator: "\n").first ?? ""), cost)
    }

    /// Runs the plain program.
    /// - Returns: what it took, and how much memory it held at most, in MB.
    private func plain(_ rehearsal: Rehearsal, _ arguments: [String]) throws -> (cost: Tool.Cost, peak: Double) {
        let file = rehearsal.directory.appending(path: "peak").path
        _ = FileManager.default.createFile(atPath: file, contents: nil)
        guard let output = FileHandle(forWritingAtPath: file) else { throw ExitCode.failure }
        let cost = try Tool.run(Tool.beside("bench-plain"), arguments, output: output)
        let words = try String(contentsOfFile: file, encoding: .utf8).split(whereSeparator: \.isWhitespace)
        guard words.count == 2, words[0] == "peak-memory-kib:", let peak = Double(words[1]) else { throw ExitCode.failure }
        return (cost, peak * 1024 / 1e6)
    }

    private func describe(_ rehearsal: Rehearsal) -> [String] {
        [
            "--purpose", "D2", "--subject", rehearsal.demo["selma"] ?? "", "--domain", "finance", "--kind", "overview", "--basis", "G4",
            "--class", "debt",
        ]
    }

    // MARK: - Many files

    private func manyFiles(_ count: Int) throws {
        let rehearsal = try Rehearsal(kluisd: kluisd, parent: URL(filePath: folder))
        let input = rehearsal.directory.appending(path: "files")
        try FileManager.default.createDirectory(at: input, withIntermediateDirectories: true)
        var random = SplitMix(state: 7)
        for index in 0..<count {
            let bytes = random.bytes(20 * 1024 + Int(random.next() % (180 * 1024)))
            try Data(bytes).write(to: input.appending(path: "file-\(index).bin"))
        }
        let key = rehearsal.directory.appending(path: "key").path
        try Data(random.bytes(32)).write(to: URL(filePath: key))
        try rehearsal.start()
        let environment = try signedIn(rehearsal)
        var ours = Runs(), plain = Runs()
        var plainPeak = 0.0
        for run in 0..<runs {
            let out = rehearsal.directory.appending(path: "plain-\(run)").path
            rehearsal.settle()
            Memory.warm(count * 512 * 1024)
            let (cost, peak) = try self.plain(rehearsal, ["files", key, input.path, out])
            plain.add(cost)
            plainPeak = max(plainPeak, peak)
            try? FileManager.default.removeItem(atPath: out)
            Memory.warm(count * 512 * 1024)
            try ours.add(rehearsal) {
                try Tool.run(
                    URL(filePath: kluis).path, ["item", "add", rehearsal.household, input.path] + describe(rehearsal),
                    environment: environment)
            }
        }
        report("files", Double(count), "1")
        report("files-rate", Double(count) / median(ours.seconds), "1/s")
        report("plain-files-rate", Double(count) / median(plain.seconds), "1/s")
        report("files-ratio", ours.ratio(to: plain), "1")
        report("peak-memory", rehearsal.peakMemory, "MB")
        report("plain-peak-memory", plainPeak, "MB")
        report("daemon-cpu-per-item", median(ours.daemon) / Double(count) * 1000, "ms")
        report("client-cpu-per-item", median(ours.tool) / Double(count) * 1000, "ms")
        report("plain-cpu-per-item", median(plain.tool) / Double(count) * 1000, "ms")
        rehearsal.stop()
        let syncs = try countSyncs(atLeast: 1, "files") { rehearsal, environment in
            try Tool.run(
                URL(filePath: kluis).path, ["item", "add", rehearsal.household, input.path] + describe(rehearsal), environment: environment)
        }
        report("fsyncs-per-item", Double(syncs) / Double(count), "1")
    }

    // MARK: - Parts

    private func prepare(_ rehearsal: Rehearsal, input: String, size: Int) throws -> String {
        var random = SplitMix(state: 7)
        _ = FileManager.default.createFile(atPath: input, contents: nil)
        guard let file = FileHandle(forWritingAtPath: input) else { throw ExitCode.failure }
        let block = random.bytes(1 << 20)
        var left = size
        while left > 0 {
            var part = Array(block.prefix(left))
            // Blocks differ, so that nothing on the way can profit from their being alike.
            for index in 0..<min(8, part.count) { part[index] = UInt8(truncatingIfNeeded: left >> (8 * index)) }
            try file.write(contentsOf: Data(part))
            left -= part.count
        }
        try file.synchronize()
        try file.close()
        let key = rehearsal.directory.appending(path: "key").path
        try Data(random.bytes(32)).write(to: URL(filePath: key))
        return key
    }

    private func signedIn(_ rehearsal: Rehearsal) throws -> [String: String] {
        let environment = ["KLUIS_SOCKET": rehearsal.socket, "KLUIS_RUNTIME": rehearsal.directory.appending(path: "runtime").path]
        try Tool.run(
            URL(filePath: kluis).path, ["login", "kees", "--hat", "help", "--key", rehearsal.state.path + ".keys/kees"],
            environment: environment)
        return environment
    }

    /// Counts the daemon's sync calls during `body` with strace, and fails when there are fewer than there must be.
    @discardableResult
    private func countSyncs(
        atLeast least: Int, _ name: String, _ body: (Rehearsal, [String: String]) throws -> Void
    ) throws -> Int {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/strace") else {
            print("strace is not installed: the daemon's fsyncs were not counted")
            throw ExitCode.failure
        }
        let rehearsal = try Rehearsal(kluisd: kluisd, parent: URL(filePath: folder))
        let trace = rehearsal.directory.appending(path: "trace").path
        try rehearsal.start(wrapper: ["strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=fsync,fdatasync", "-o", trace])
        let environment = try signedIn(rehearsal)
        let before = lines(trace)
        try body(rehearsal, environment)
        let after = lines(trace)
        rehearsal.stop()
        report("\(name)-fsyncs", Double(after - before), "1")
        guard after - before >= least else { throw ExitCode.failure }
        return after - before
    }

    private func lines(_ path: String) -> Int {
        ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n").filter { $0.contains("sync(") }.count
    }
}
