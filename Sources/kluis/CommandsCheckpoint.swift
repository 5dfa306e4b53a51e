internal import ArgumentParser
internal import Dispatch
internal import Glibc
internal import LedgerFormat
internal import TransparencyLog
internal import Wire

/// Which checkpoint a command works on.
struct PublishedOption: ParsableArguments {
    @Flag(name: .long, help: ArgumentHelp(say(.helpPublished)))
    var published = false
}

extension Client {
    /// The checkpoint to work on: one that is signed now, or the one that outsiders see; held against what this account saw before.
    func checkpoint(published: Bool) async throws -> SeenCheckpoint {
        let log = RemoteLog(self)
        // Only asked, nothing is signed and nothing is fetched: this does not return.
        if !published, circumstances.why { _ = try await ask(.ledgerCheckpoint, for: CheckpointAnswer.self) }
        let key = try await log.key()
        // ORDER: the memory before the checkpoint, or a later one that another run keeps in between would look like a log that was put back.
        let before = try Pins.chosen(environment: Environment.filled).map { pins throws(Failure) in try pins.memory(of: key) }
        var answer: CheckpointAnswer?
        if !published { answer = try await ask(.ledgerCheckpoint, for: CheckpointAnswer.self) }
        let note: SignedNote
        if let answer {
            do { note = try SignedNote(parsing: Array(answer.note.utf8)) } catch { throw Failure.unverified(error.code) }
        } else {
            note = try await log.published()
        }
        try await Pins.check(note, key: key, before: before, at: circumstances.socket, proof: log.consistencyProof)
        let checkpoint: Checkpoint
        do { checkpoint = try Checkpoint(parsing: note.text) } catch { throw Failure.unverified(error.code) }
        return SeenCheckpoint(
            log: log, key: key, note: note, checkpoint: checkpoint, articles: answer?.articles, receipt: answer?.receipt)
    }
}

extension Client {
    /// Holds the log as outsiders see it against what this account saw before.
    ///
    /// - Throws: the alarm; what stands in the way of looking, a session that is missing for instance.
    func checkSeenBefore() async throws {
        let client = aside
        let log = RemoteLog(client)
        let key = try await log.key()
        if try await log.file("checkpoint") != nil {
            _ = try await client.checkpoint(published: true)
        } else if let pins = Pins.chosen(environment: Environment.filled) {
            // Who takes the public copy away must not escape the question, nor who answers under a new name.
            let memory = try pins.memory(of: key)
            for (pin, file) in [(memory.own, pins.file(of: key)), (memory.named, pins.file(beside: key))] {
                guard let size = pin?.checkpoint.size, size > 0 else { continue }
                throw Pins.alarm(.pinRolledBack, "0", String(size), name: "truncated", file: file)
            }
            if memory.own == nil, memory.named == nil { try pins.checkPlace(of: key, at: circumstances.socket) }
        }
    }
}

/// A checkpoint that its log signed and that continues what was seen before.
struct SeenCheckpoint {
    let log: RemoteLog
    let key: VerifierKey
    let note: SignedNote
    let checkpoint: Checkpoint
    let articles: [String]?
    let receipt: UInt64?

    var answer: CheckpointAnswer {
        CheckpointAnswer(
            note: String(decoding: note.bytes, as: UTF8.self), size: checkpoint.size, root: checkpoint.root.base64, articles: articles,
            receipt: receipt)
    }
}

struct CheckpointCommand: TalkingCommand {
    static let configuration = kluis.configuration("checkpoint", dutch: "zegel", help: .helpLedgerCheckpoint)
    @OptionGroup var common: CommonOptions
    @OptionGroup var which: PublishedOption

    func run(with client: Client) async throws {
        let seen = try await client.checkpoint(published: which.published)
        try client.console.show(seen.answer) {
            var lines = seen.answer.note.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
            if lines.last == "" { lines.removeLast() }
            return lines
        }
    }
}

struct ExportLedgerCommand: TalkingCommand {
    static let configuration = kluis.configuration("export", dutch: "uitvoer", help: .helpLedgerExport)
    @OptionGroup var common: CommonOptions
    @OptionGroup var which: PublishedOption

    @Argument(help: ArgumentHelp(say(.helpExportDirectory), valueName: "directory"), completion: .directory)
    var directory: String

    func run(with client: Client) async throws {
        if common.why { throw Failure.invalid(.whyNotHere) }
        let copy = ExportedCopy(directory: directory)
        // ORDER: before the checkpoint, or a later one that another run puts there in between would look like a log that was put back.
        let standing = copy.standing
        let seen = try await client.checkpoint(published: which.published)
        var report = try await copy.update(to: seen, after: standing)
        // Seen over the socket a moment ago.
        report.isRemembered = Pins.chosen(environment: Environment.filled) != nil
        try client.console.show(report) { [say(.ledgerExported, String(report.size), directory)] }
    }
}

struct ProveCommand: TalkingCommand {
    static let configuration = kluis.configuration("prove", dutch: "bewijs", help: .helpLedgerProve)
    @OptionGroup var common: CommonOptions
    @OptionGroup var which: PublishedOption

    @Argument(help: ArgumentHelp(say(.helpProveIndex)))
    var index: UInt64

    @Option(name: .long, help: ArgumentHelp(say(.helpOutput), valueName: "file"), completion: .file())
    var output: String?

    func run(with client: Client) async throws {
        if common.why { throw Failure.invalid(.whyNotHere) }
        if common.json, output == nil { throw Failure.invalid(.optionNeedsOutput) }
        let seen = try await client.checkpoint(published: which.published)
        guard index < seen.checkpoint.size else { throw Failure(.notFound, say(.noSuchLine, String(index), String(seen.checkpoint.size))) }
        let index = index
        let proof = try await seen.log.reading { read throws(TransparencyLogError) in
            var stored = try StoredLog(checkpoint: seen.checkpoint, read: read)
            // The entry goes along: the proof then needs nothing beside it.
            return try TLogProof(
                index: index, hashes: try stored.inclusionProof(index: index), note: seen.note, extra: try stored.entry(at: index))
        }
        guard let output else { return try Console.bytes(proof.bytes) }
        do throws(SystemFault) { try StateFile.write(proof.bytes, to: output) } catch {
            throw Failure.invalid(.cannotWrite, output, error.words)
        }
        try client.console.show(seen.answer) { [output] }
    }
}
