import Foundation
import Ledger
import LedgerFormat
import Sealing
import Storage
import Synchronization

/// Appends lines through the real log and writer, a batch to a commit, in turns with the bare disk.
struct Appending {
    let directory: String
    let options: Options

    /// The key of each line is derived from two others, as the vault does it.
    private final class Keys: AuditKeySource {
        private let month: KeyBox
        private let household: KeyBox

        init() throws {
            month = try KeyBox.random()
            household = try KeyBox.random()
        }

        func keysToWrite(household: String?, month: String, in transaction: borrowing Transaction) throws -> LineKeys {
            let context = AssociatedData("ledger-entry").adding("vault", bytes: []).adding("household", text: household)
                .adding("month", text: month)
            return LineKeys(month: self.month, household: self.household, label: Label("kluis/bench-line"), context: context)
        }

        func keysToRead(household: String?, month: String, in transaction: borrowing Transaction) throws -> LineKeys? {
            try keysToWrite(household: household, month: month, in: transaction)
        }
    }

    func run() async throws {
        for batch in options.batches { try await measure(batch) }
    }

    private func measure(_ batch: Int) async throws {
        let folder = directory + "/append-\(batch)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let faults = Faults(enabled: false)
        let store = try Store(path: folder + "/vault.db", faults: faults)
        let log = try AuditLog(store: store, keys: try Keys(), published: nil, faults: faults)
        let writer = Writer(store: store, participants: [log]) { _ in }
        let lines = try (0..<batch).map { try Self.line($0) }
        func commit() async throws {
            let entry = try await writer.perform { transaction in
                var last: Entry?
                for line in lines { last = try log.append(line, in: transaction) }
                return last
            }
            // The receipt is what a caller waits for.
            if let entry { _ = try log.receipt(for: entry) }
        }
        // One caller, who waits for each commit: every batch is a commit of its own.
        func commitFor(_ time: Double) async throws -> (commits: Int, seconds: Double) {
            let before = writer.commits.load(ordering: .relaxed)
            let clock = ContinuousClock()
            let start = clock.now
            repeat { try await commit() } while (clock.now - start) / .seconds(1) < time
            return (writer.commits.load(ordering: .relaxed) - before, (clock.now - start) / .seconds(1))
        }
        let clock = ContinuousClock()
        // First until the log file has reached its size: on a slow disk it grows for longer.
        _ = try await commitFor(min(1, options.seconds))
        let (written, logged) = (try writtenByteCount(), log.size)
        let (warm, _) = try await commitFor(min(1, options.seconds))
        let byteCount = try (writtenByteCount() - written) / max(warm, 1)
        let perCommit = Double(log.size - logged) / Double(max(warm, 1))

        let bare = options.isBareMeasured ? try BareDisk(path: folder + "/bare", byteCount: byteCount) : nil
        let bareSmall = options.isBareMeasured ? try BareDisk(path: folder + "/bare-small", byteCount: 4096) : nil
        var ledgerTime = 0.0, bareTime = 0.0, smallTime = 0.0
        var commits = 0, bareCommits = 0, smallCommits = 0
        var processorTime = 0.0
        // In turns of a few milliseconds, so that all hear the same noise of the machine.
        while ledgerTime < options.seconds {
            let processor = processorSeconds()
            let turn = try await commitFor(0.03)
            processorTime += processorSeconds() - processor
            commits += turn.commits
            ledgerTime += turn.seconds
            for (disk, isSmall) in [(bare, false), (bareSmall, true)] {
                guard let disk else { continue }
                let start = clock.now
                var count = 0
                repeat {
                    try disk.commit()
                    count += 1
                } while (clock.now - start) / .seconds(1) < 0.01
                let time = (clock.now - start) / .seconds(1)
                if isSmall { smallTime += time; smallCommits += count } else { bareTime += time; bareCommits += count }
            }
        }
        let rate = Double(commits) / ledgerTime
        report("ledger-append-\(batch)", rate * perCommit, "entries/s")
        report("ledger-entries-per-commit-\(batch)", perCommit, "entries")
        report("ledger-commits-\(batch)", rate, "commits/s")
        report("ledger-processor-time-\(batch)", processorTime / (Double(commits) * perCommit) * 1e6, "us/entry")
        report("ledger-commit-bytes-\(batch)", Double(byteCount), "bytes")
        if options.isBareMeasured {
            let bareRate = Double(bareCommits) / bareTime
            report("bare-fsync-same-bytes-\(batch)", bareRate, "fsyncs/s")
            report("bare-fsync-4k-\(batch)", Double(smallCommits) / smallTime, "fsyncs/s")
            report("ledger-append-ratio-\(batch)", rate / bareRate, "1")
            report("ledger-append-ratio-\(batch)-goal", 0.8, "1")
        }
        await writer.stop()
        try store.close()
    }

    /// A line as the vault writes them: every field that a reading of one resident's item has.
    private static func line(_ number: Int) throws -> LogLine {
        func identifier(_ kind: String) -> String { "\(kind)-" + String(format: "%026d", number) }
        let digest = String(repeating: "0123456789abcdef", count: 4)
        var line = LogLine(
            .decision(.permit, effect: nil), moment: 1_768_000_000_000 + Int64(number), caller: try Token(identifier("w")),
            action: try Token("itemRead"))
        line.organisation = try Token(identifier("o"))
        line.role = try Token("debtCounsellor")
        line.hat = try Token("help")
        line.household = try Token(identifier("h"))
        line.residents = [.init(try Token(identifier("p")))]
        line.item = try Token(identifier("i"))
        line.layer = try Token("personalFile")
        line.lifeDomains = [try Token("finance")]
        line.purpose = try Token("D2")
        line.legalBasis = try Token("G4")
        line.articles = [try Token("PR-12.1"), try Token("PR-13.2")]
        line.reglementVersion = try Token("PR-2026-01")
        line.policySetDigest = try Token(digest)
        line.factsDigest = try Token(digest)
        line.traceID = try Token(String(digest.prefix(32)))
        return line
    }
}
