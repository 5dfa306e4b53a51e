import Foundation
import LedgerFormat
import Synchronization
import TLogConformance
import Testing
import TransparencyLog
import Wire

@testable import kluis

/// A copy of the log that is served while it is brought up to date, from a source that may be damaged, in motion or a liar.
@Suite struct ExportedCopyTests {
    /// A source whose files change, and a copy that is looked at during each of its answers.
    private final class Source: Sendable {
        let files: Mutex<[String: [UInt8]]>
        let asked = Mutex<[String]>([])
        /// What the copy had while the source was asked, if that was not always the same.
        let changes = Mutex<Set<[String: Data]>>([])
        let copy: Mutex<String?> = Mutex(nil)

        init(_ log: SampleLog) { files = Mutex(log.files) }

        func answer(_ heard: Heard) -> Reply {
            let path = String(heard.path.removingPercentEncoding?.split(separator: "=").last ?? "")
            asked.withLock { $0.append(path) }
            if let copy = copy.withLock({ $0 }) { changes.withLock { _ = $0.insert(ExportedCopyTests.files(in: copy)) } }
            guard let bytes = files.withLock({ $0[path] }) else {
                return .problem(ProblemDocument(code: .notFound, status: 404, title: "not found"))
            }
            return .whole(200, [], bytes)
        }
    }

    /// What a web server shows of a copy.
    private static func files(in directory: String) -> [String: Data] {
        var files: [String: Data] = [:]
        for path in FileManager.default.enumerator(atPath: directory)?.compactMap({ $0 as? String }) ?? [] where !path.hasPrefix(".") {
            files[path] = FileManager.default.contents(atPath: "\(directory)/\(path)")
        }
        return files
    }

    private let source: Source
    private let daemon: FakeDaemon
    private var copy: String { "\(daemon.directory)/copy" }

    init() async throws {
        let source = try Source(History.log(300))
        self.source = source
        daemon = try await FakeDaemon { source.answer($0) }
    }

    private func export(pins: String = "pins") async throws -> Built.Ended {
        try await Built.kluis(
            ["ledger", "export", copy, "--published"], on: daemon, environment: ["KLUIS_PINS": "\(daemon.directory)/\(pins)"])
    }

    private func verifies(_ size: Int) throws -> Bool { try OfflineVerification.check(copy).size == size }

    @Test func aDamagedFileIsFetchedAgain() async throws {
        let first = try await export()
        #expect(first.exitCode == 0 && first.text == "300 entries exported to \(copy) and verified\n", "\(first.errors)")
        #expect(try verifies(300))
        let whole = Self.files(in: copy)
        #expect(Set(whole.keys).isSuperset(of: ["checkpoint", "log.vkey", "tile/entries/000", "tile/0/001.p/44"]))
        for (path, change) in [("tile/entries/000", 1_000), ("tile/0/000", 40), ("tile/0/000", nil)] as [(String, Int?)] {
            let url = URL(filePath: "\(copy)/\(path)")
            var bytes = try Data(contentsOf: url)
            if let change { bytes[change] ^= 1 } else { bytes = bytes.prefix(9) }
            try bytes.write(to: url)
            #expect(throws: Failure.self) { try verifies(300) }
            let ended = try await export()
            #expect(ended.exitCode == 0, "\(ended.errors)")
            #expect(Self.files(in: copy) == whole)
        }
        // What is in order is not fetched a second time.
        source.asked.withLock { $0 = [] }
        #expect(try await export().exitCode == 0)
        #expect(!source.asked.withLock { $0 }.contains("tile/entries/000"))
    }

    /// The log grew after the checkpoint was made: a tile that was partial is full, and its partial file gone.
    @Test func aPartialFileThatIsGoneIsTheBeginningOfTheFullOne() async throws {
        let grown = try History.log(600)
        source.files.withLock { files in
            for (path, bytes) in grown.files where path.hasPrefix("tile/") { files[path] = bytes }
            for path in ["tile/entries/001.p/44", "tile/0/001.p/44"] { files[path] = nil }
        }
        let ended = try await export()
        #expect(ended.exitCode == 0, "\(ended.errors)")
        #expect(try verifies(300))
        #expect(Self.files(in: copy)["tile/entries/001.p/44"] == Data(try #require(try History.log(300).files["tile/entries/001.p/44"])))
    }

    @Test func aSourceThatLiesChangesNothing() async throws {
        #expect(try await export().exitCode == 0)
        let before = Self.files(in: copy)
        source.files.withLock { [grown = try? History.log(700).files] files in
            files = grown ?? files
            files["tile/entries/001"]?[1_000] ^= 1
        }
        let ended = try await export()
        #expect(ended.exitCode == 5 && ended.errors.contains("altered-bundle (tile/entries/001"), "\(ended.errors)")
        #expect(Self.files(in: copy) == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: copy).contains(".incoming") == false)
        // Nor does the copy become another or an older one for an account that saw nothing yet: what stands there was seen too.
        for (log, name) in [
            (try History.log(700, fork: 290), "fork"), (try History.log(300, fork: 290), "same-size-fork"),
            (try History.log(200), "truncated"),
        ] {
            source.files.withLock { $0 = log.files }
            let ended = try await export(pins: "other-\(name)")
            #expect(ended.exitCode == 5 && ended.text.isEmpty && ended.errors.contains("(\(name))"), "\(ended.errors)")
            #expect(ended.errors.contains("what was seen is in \(copy)/checkpoint"), "\(ended.errors)")
            #expect(Self.files(in: copy) == before)
        }
        // Another history, whole in itself.
        source.files.withLock { [fork = try? History.log(700, fork: 0).files] files in files = fork ?? files }
        let fork = try await export()
        #expect(fork.exitCode == 5 && fork.errors.contains("(same-size-fork)"), "\(fork.errors)")
        #expect(Self.files(in: copy) == before)
    }

    /// A checkpoint that does not verify shows nobody anything, and is put right.
    @Test func aDamagedCheckpointIsReplaced() async throws {
        #expect(try await export().exitCode == 0)
        for text in [
            "", "nonsense\n", try String(contentsOfFile: "\(copy)/checkpoint", encoding: .utf8).replacing("\n300\n", with: "\n999\n"),
        ] {
            try Scratch.write(text, to: "\(copy)/checkpoint")
            let ended = try await export()
            #expect(ended.exitCode == 0, "\(ended.errors)")
            #expect(try verifies(300))
        }
    }

    /// Without its key a checkpoint is of nobody knows which log: it may be what was seen, and nothing takes its place.
    @Test func aCheckpointWithoutItsKeyIsNotReplaced() async throws {
        #expect(try await export().exitCode == 0)
        let key = "\(copy)/log.vkey"
        let saved = try Data(contentsOf: URL(filePath: key))
        try FileManager.default.removeItem(atPath: key)
        let before = Self.files(in: copy)
        source.files.withLock { [fork = try? History.log(700, fork: 0).files] files in files = fork ?? files }
        let ended = try await export(pins: "other")
        #expect(ended.exitCode == 6 && ended.errors.contains("no log.vkey"), "\(ended.errors)")
        #expect(Self.files(in: copy) == before)
        // Put back, it is held against what comes as before.
        try saved.write(to: URL(filePath: key))
        let fork = try await export(pins: "another")
        #expect(fork.exitCode == 5 && fork.errors.contains("(fork)"), "\(fork.errors)")
        source.files.withLock { [grown = try? History.log(700).files] files in files = grown ?? files }
        #expect(try await export().exitCode == 0)
        #expect(try verifies(700))
    }

    /// Whoever is served meanwhile sees the old copy until the new one is whole; then the files come before the checkpoint that speaks of them,
    /// and the openings after it.
    @Test(.enabled(if: WitnessProgramTests.strace != nil, WitnessProgramTests.noStrace))
    func readersNeverSeeACheckpointWithoutItsFiles() async throws {
        #expect(try await export().exitCode == 0)
        let before = Self.files(in: copy)
        source.files.withLock { [grown = try? History.log(700).files] files in
            files = grown ?? files
            files["openings"] = Openings.serialize([])
        }
        source.copy.withLock { [copy] in $0 = copy }
        let trace = "\(daemon.directory)/trace"
        let ended = try await Built.run(
            at: try #require(WitnessProgramTests.strace),
            ["-f", "-s", "256", "-o", trace, "-e", "trace=?rename,?renameat,?renameat2"]
                + [try Built.path("kluis"), "ledger", "export", copy, "--published"],
            environment: [
                "KLUIS_SOCKET": daemon.socket, "KLUIS_RUNTIME": "\(daemon.directory)/rt", "LANG": "C.UTF-8",
                "KLUIS_PINS": "\(daemon.directory)/pins",
            ])
        try #require(ended.exitCode == 0, "\(ended.errors)")
        #expect(source.changes.withLock { $0 } == [before])
        #expect(try verifies(700))
        let lines = try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n").filter { $0.contains("rename") }
        func places(_ name: String) -> [Int] { lines.indices.filter { lines[$0].contains(", \"\(copy)/\(name)") } }
        let (tiles, checkpoint, openings) = (places("tile/"), places("checkpoint\""), places("openings\""))
        #expect(tiles.count == 5 && checkpoint.count == 1 && openings.count == 1, "\(lines.joined(separator: "\n"))")
        let last = try #require(tiles.last)
        #expect(last < checkpoint[0] && checkpoint[0] < openings[0], "\(lines.joined(separator: "\n"))")
    }

    @Test func twoRunsDoNotWriteAtOnce() async throws {
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: false)
        // SAFETY: the path is lent as a C string for the call.
        let held = unsafe open(copy, O_RDONLY | O_DIRECTORY)
        defer { close(held) }
        try #require(flock(held, LOCK_EX) == 0)
        let ended = try await export()
        #expect(ended.exitCode == 6 && ended.errors.contains("another run is writing to"), "\(ended.errors)")
    }
}
