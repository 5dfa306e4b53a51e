internal import Encodings
internal import ArgumentParser
internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import Synchronization
internal import TransparencyLog
internal import Wire

struct ItemCommands: AsyncParsableCommand {
    static let configuration = kluis.configuration(
        "item", dutch: "stuk", help: .helpItem, subcommands: [AddItemCommand.self, ListItemsCommand.self, ReadItemCommand.self])
}

/// Under `--json`: what became of each file.
struct AddedItems: Codable {
    struct Entry: Codable {
        var id: String
        var file: String
        var receipt: UInt64?
        var duties: [String]
    }
    var items: [Entry]
}

struct AddItemCommand: KluisCommand {
    static let configuration = kluis.configuration("add", dutch: "voegtoe", "toevoegen", help: .helpItemAdd)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpArgHousehold)))
    var household: String

    @Argument(help: ArgumentHelp(say(.helpItemFiles)), completion: .file())
    var files: [String]

    @Option(name: .long, help: ArgumentHelp(say(.helpSubject), valueName: "person"))
    var subject = "household"

    @Option(name: .long, help: ArgumentHelp(say(.helpDomain)))
    var domain: String

    @Option(name: .long, help: ArgumentHelp(say(.helpKind)))
    var kind: String

    @Option(name: .long, help: ArgumentHelp(say(.helpBasis)))
    var basis: String

    @Option(name: .customLong("class"), help: ArgumentHelp(say(.helpClass), valueName: "retention-class"))
    var retentionClass: String

    @Option(name: .long, help: ArgumentHelp(say(.helpLayer)))
    var layer: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpTitleFile), valueName: "file"))
    var titleFile: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpProvision)))
    var provision: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpReasonsFile), valueName: "file"))
    var reasonsFile: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpMediaType), valueName: "type"))
    var mediaType: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpParallel), valueName: "number"))
    var parallel = 32

    func run() async throws {
        let circumstances = try common.circumstances()
        let found = try UploadFile.all(files)
        let title = try titleFile.map { try Input.text($0, asking: .promptText) }
        if title != nil, found.count > 1 { throw Failure.invalid(.oneFileForTitle) }
        if title == nil, found.contains(where: { $0.path == "-" }) { throw Failure.invalid(.titleForInput) }
        let reasons = try reasonsFile.map { try AddItemCommand.reasons(Input.plain($0)) }
        // Here the title is known for what it is: too long a header is refused for being unreadable.
        for file in found {
            let count = (title ?? file.name).utf8.count
            guard count <= ItemMetadata.titleLimit else {
                throw Failure.invalid(.titleTooLong, file.path, String(count), String(ItemMetadata.titleLimit))
            }
        }
        let metadata = { (name: String) in
            ItemMetadata(
                subject: Vocabulary.subject(subject), layer: layer, domain: Vocabulary.domain(domain), kind: Vocabulary.kind(kind),
                basis: basis,
                provision: provision, retentionClass: Vocabulary.retention(retentionClass), title: title ?? name, mediaType: mediaType,
                scoreReasons: reasons)
        }
        let sizes = found.compactMap(\.size)
        let batch = UploadBatch(
            circumstances: circumstances, household: household, files: found,
            headers: try found.map { file in try Failure.wire { () throws(WireError) in try metadata(file.name).header() } },
            progress: Progress(files: found.count, bytes: sizes.count == found.count ? sizes.reduce(0) { $0 &+ $1 } : nil))
        // Large ones fill disk and processors by themselves; more of them at once only take up room in the daemon.
        let areLarge = found.contains { $0.size.map { $0 > UploadFile.smallLimit } ?? true }
        try await batch.run(workers: max(1, min(parallel, areLarge ? 4 : 64, found.count)))
    }

    /// `life domain: why it is needed`, one a line.
    private static func reasons(_ text: String) throws(Failure) -> [String: String] {
        var reasons: [String: String] = [:]
        for line in text.split(whereSeparator: \.isNewline) where !Input.trimmed(String(line)).isEmpty {
            guard let colon = line.firstIndex(of: ":") else { throw .invalid(.badLine, String(line)) }
            reasons[Vocabulary.domain(Input.trimmed(String(line[..<colon])))] = Input.trimmed(String(line[line.index(after: colon)...]))
        }
        return reasons
    }
}

/// Several files on their way at once, each with a key of its own, their identifiers told in the order of the files.
final class UploadBatch: Sendable {
    private struct State {
        var next = 0
        /// Files for which there was no room, to be sent again.
        var again: [Int] = []
        /// Answers that there was no room, since the last file that was stored.
        var busy = 0
        var told = 0
        var answers: [Int: ChangeAnswer] = [:]
        var stored = 0
        var failure: Failure?
        var finished: Finished?
        var entries: [AddedItems.Entry] = []
    }

    private let circumstances: Circumstances
    /// The user's own key, or a new one.
    private let key: String
    private let household: String
    private let files: [UploadFile]
    private let headers: [String]
    private let progress: Progress
    private let state = Mutex(State())

    init(circumstances: Circumstances, household: String, files: [UploadFile], headers: [String], progress: Progress) {
        self.circumstances = circumstances
        key = circumstances.idempotencyKey ?? Hexadecimal.text(randomBytes(16))
        self.household = household
        self.files = files
        self.headers = headers
        self.progress = progress
    }

    /// Sends all files over `workers` connections. The first failure stops further ones; those under way end first.
    func run(workers: Int) async throws {
        try await progress.shown {
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<workers { group.addTask { await self.work() } }
            }
        }
        let (entries, stored, failure, finished) = state.withLock { ($0.entries, $0.stored, $0.failure, $0.finished) }
        if let finished { throw finished }
        if circumstances.json, failure == nil || stored > 0 { try Console(json: true).show(AddedItems(items: entries)) { [] } }
        guard var failure else { return }
        if files.count > 1 {
            failure.hints.append(say(.storedSome, String(stored), String(files.count)))
        }
        throw failure
    }

    private func work() async {
        while !isOver {
            do {
                try await Connection.open(circumstances.socket) { connection in
                    let client = Client(circumstances, over: connection)
                    repeat {
                        guard let index = take() else { return }
                        do { tell(index, try await send(index, with: client)) } catch let failure as Failure {
                            if failure.code == .busy, await waits(with: index) { return }
                            throw named(failure, index)
                        }
                    } while client.canGoOn
                }
            } catch let failure as Failure {
                state.withLock { if $0.failure == nil { $0.failure = failure } }
            } catch let finished as Finished {
                state.withLock { $0.finished = finished }
            } catch {
                state.withLock { if $0.failure == nil { $0.failure = Failure(.internal) } }
            }
        }
    }

    private var isOver: Bool {
        state.withLock { $0.failure != nil || $0.finished != nil || ($0.next >= files.count && $0.again.isEmpty) }
    }

    /// How often in a row the daemon may say that it has no room before that is a failure, and how long one waits each time.
    private static let patience = (answers: 240, pause: Duration.milliseconds(500))

    /// Puts a file back for which there was no room, and waits; false when that happened too often.
    private func waits(with index: Int) async -> Bool {
        let goesOn = state.withLock { state in
            state.busy += 1
            guard state.busy <= UploadBatch.patience.answers else { return false }
            state.again.append(index)
            return true
        }
        if goesOn { try? await Task.sleep(for: UploadBatch.patience.pause) }
        return goesOn
    }

    /// The next file's number; nil when there is none or a failure stopped the batch. Under `--why` one decision stands for all.
    private func take() -> Int? {
        state.withLock { state in
            guard state.failure == nil, state.finished == nil else { return nil }
            if let index = state.again.popLast() { return index }
            guard state.next < files.count else { return nil }
            if circumstances.why, state.next > 0 { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }

    /// One key names the whole attempt; each file has its own part of it, by its name as the caller gave it. So a file that is asked again has the
    /// same one alone and among others. A digest, because a name has no bound and a key has; what is no key is left for the daemon to refuse.
    private static func part(_ path: String, of key: String) -> String {
        guard (1...64).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else { return key }
        let steps = path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
        return Hexadecimal.text(Hash.sha256(Array("\(key)\n\(path.hasPrefix("/") ? "/" : "")\(steps)".utf8)).bytes)
    }

    private func send(_ index: Int, with client: Client) async throws -> ChangeAnswer {
        let body: RequestBody = circumstances.why ? .none : try files[index].body(progress)
        return try await client.ask(
            .addItem, [household], body: body, headers: [(HeaderName.item, headers[index]), ("content-type", MediaType.bytes)],
            idempotencyKey: (UploadBatch.part(files[index].path, of: key), of: key), for: ChangeAnswer.self)
    }

    /// With several files, which one it was.
    private func named(_ failure: Failure, _ index: Int) -> Failure {
        guard files.count > 1 else { return failure }
        var failure = failure
        failure.words = say(.fileFailed, files[index].name, failure.line)
        return failure
    }

    private func tell(_ index: Int, _ answer: ChangeAnswer) {
        progress.addFile()
        state.withLock { state in
            state.stored += 1
            state.busy = 0
            state.answers[index] = answer
            // ORDER: identifiers come out in the order of the files, so that a list of files and the output match line by line.
            while let next = state.answers.removeValue(forKey: state.told) {
                let file = files[state.told]
                state.told += 1
                if circumstances.json {
                    state.entries.append(.init(id: next.id, file: file.name, receipt: next.receipt, duties: next.duties))
                } else {
                    Console.line(next.id)
                    if files.count > 1 { progress.note("\(next.id)  \(file.name)") }
                    for duty in next.duties { Console.warn(say(.duty, duty)) }
                }
            }
        }
    }
}

struct ListItemsCommand: TalkingCommand {
    static let configuration = kluis.configuration("list", dutch: "lijst", help: .helpItemList)
    @OptionGroup var common: CommonOptions
    @OptionGroup var paging: PagingOptions

    @Argument(help: ArgumentHelp(say(.helpArgHousehold)))
    var household: String

    @Option(name: .long, help: ArgumentHelp(say(.helpReadBasis)))
    var basis: String?

    func run(with client: Client) async throws {
        let page = try await client.ask(.listItems, [household], query: paging.query, for: Page<ItemBrief>.self)
        try client.console.show(page) {
            var table = Table(.headID, .headSubject, .headLayer, .headDomain, .headKind, .headOrganisation, .headSize, .headTitle)
            for item in page.entries {
                table.add(
                    item.id, page.names.name(item.subject), item.layer, item.domain, item.kind, page.names.name(item.organisation),
                    item.sizeAtMost.map { "≤ \(size($0))" }, item.title)
            }
            return table.lines
        }
        // Blanks without a word why leave a reader to wonder.
        if !common.json, let closed = page.entries.first(where: { $0.readable == false }) {
            let given = [("purpose", common.purpose), ("basis", basis)].compactMap { option in option.1.map { " --\(option.0) \($0)" } }
            Console.hint(say(.linesClosed))
            Console.hint(say(.whyClosed, "kluis item read \(household) \(closed.id)\(given.joined()) --why"))
        }
        paging.remark(page.next)
    }
}

/// Under `--json`: what was read, and where it went.
struct ItemRead: Codable {
    var file: String
    var bytes: UInt64
    var item: ItemBrief?
    var receipt: UInt64?
}

struct ReadItemCommand: TalkingCommand {
    static let configuration = kluis.configuration("read", dutch: "lees", help: .helpItemRead)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpArgHousehold)))
    var household: String

    @Argument(help: ArgumentHelp(say(.helpArgItem)))
    var item: String

    @Option(name: .long, help: ArgumentHelp(say(.helpReadBasis)))
    var basis: String?

    @Option(name: .shortAndLong, help: ArgumentHelp(say(.helpOutput), valueName: "file"))
    var output: String?

    func run(with client: Client) async throws {
        if common.json, output == nil, !common.why { throw Failure.invalid(.optionNeedsOutput) }
        var file: WholeFile?
        if let output, !common.why {
            do throws(SystemFault) { file = try WholeFile(output) } catch { throw Failure.invalid(.cannotWrite, output, error.words) }
        }
        var brief: ItemBrief?
        var receipt: UInt64?
        let progress = Progress(files: 1, bytes: nil)
        var count: UInt64 = 0
        let name = output ?? "-"
        // What another organisation wrote must not drive the terminal; a file or a pipe gets it as it is.
        var terminal = output == nil && Console.outputIsTerminal ? TerminalText() : nil
        do {
            try await progress.shown {
                try await client.stream(
                    .readItem, [household, item],
                    onHead: { headers in
                        brief = headers.first(name: HeaderName.item).flatMap { try? ItemBrief(header: $0) }
                        receipt = headers.first(name: HeaderName.receipt).flatMap { UInt64($0) }
                        if let length = headers.first(name: "content-length").flatMap({ UInt64($0) }) { progress.expect(bytes: length) }
                    },
                    onBody: { piece in
                        count += UInt64(piece.readableBytes)
                        progress.add(bytes: piece.readableBytes)
                        if let file {
                            try file.write(piece)
                        } else if let text = terminal?.shown(piece.readableBytesView) {
                            try Bytes.write(Array(text.utf8), to: STDOUT_FILENO)
                        } else {
                            try ReadItemCommand.toOutput(piece)
                        }
                    })
            }
            if let text = terminal?.shown([], isLast: true) { try Bytes.write(Array(text.utf8), to: STDOUT_FILENO) }
            try file?.keep()
        } catch let fault as SystemFault {
            throw Failure.invalid(.cannotWrite, name, fault.words)
        } catch let failure as Failure where failure.code == .interrupted {
            throw await reason(of: failure, client.circumstances)
        }
        if common.json { try client.console.show(ItemRead(file: name, bytes: count, item: brief, receipt: receipt)) { [] } }
    }

    /// Why the bytes stopped: a stream that is cut cannot say it, so it is asked on a connection of its own.
    private func reason(of cut: Failure, _ circumstances: Circumstances) async -> Failure {
        do {
            let decision = try await Connection.open(circumstances.socket) { connection in
                try await Client(circumstances, over: connection).decision(.readItem, [household, item])
            }
            guard decision.outcome == "refuse" else { return cut }
            return Failure(
                ProblemDocument(
                    code: .interrupted, status: 403, title: say(.interrupted), detail: decision.sentences.joined(separator: "\n"),
                    next: decision.next.joined(separator: "\n"), articles: decision.articles, receipt: decision.receipt))
        } catch let failure as Failure {
            // The store does not verify, or the session ended: that is why. A daemon that is gone tells no more than the cut itself.
            return [.verificationFailed, .notFound, .signInFirst].contains(failure.code) ? failure : cut
        } catch {
            return cut
        }
    }

    private static func toOutput(_ piece: ByteBuffer) throws(SystemFault) {
        var fault: SystemFault?
        // SAFETY: the bytes live for the closure and are not kept.
        unsafe piece.withUnsafeReadableBytes { bytes in
            do throws(SystemFault) { unsafe try Bytes.write(bytes, to: STDOUT_FILENO) } catch { fault = error }
        }
        if let fault { throw fault }
    }
}
