import Foundation
import NIOHTTP1
import Synchronization
import Testing
import Wire

/// Bytes in and out, with everything that can happen on the way.
@Suite struct TransferTests {
    private let add = ["--domain", "housing", "--kind", "report", "--basis", "G1", "--class", "socialSupport", "--purpose", "D2"]
    private func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) } }

    @Test func anItemComesOutWhole() async throws {
        let content = bytes(700_000)
        let brief = ItemBrief(id: "i-1", subject: "p-1", layer: "L3", organisation: "debrug", title: "Woonverslag")
        let header = try brief.header()
        let daemon = try await FakeDaemon { _ in .whole(200, [(HeaderName.item, header), (HeaderName.receipt, "12")], content) }
        let ended = try await Built.kluis(["item", "read", "h-1", "i-1", "--purpose", "D2"], on: daemon)
        #expect(ended.exitCode == 0 && Array(ended.output) == content)
        let file = "\(daemon.directory)/out"
        // What is there and no file keeps its place.
        let device = file + ".device"
        #expect(unsafe mkfifo(device, 0o600) == 0)
        let refused = try await Built.kluis(["item", "read", "h-1", "i-1", "--output", device, "--json"], on: daemon)
        #expect(refused.exitCode == 2 && refused.errors.contains("cannot write"), "\(refused)")
        let written = try await Built.kluis(["item", "read", "h-1", "i-1", "--output", file, "--json"], on: daemon)
        #expect(written.exitCode == 0)
        #expect(FileManager.default.contents(atPath: file).map { Array($0) } == content)
        #expect(
            written.text.contains(#""bytes":700000"#) && written.text.contains(#""receipt":12"#) && written.text.contains("Woonverslag"))
    }

    /// What another wrote must not drive the terminal that it is read on: a real one, as `script` makes it.
    @Test func aTerminalIsNotDriven() async throws {
        let content = Array("één\tregel\r\n\u{1B}]0;title\u{7}\u{1B}[2Jweg \u{202E}mo\u{9B}31m\n".utf8) + [0xff, 0xc3]
        let daemon = try await FakeDaemon { _ in .whole(200, [], content) }
        let command = try Built.path("kluis") + " item read h-1 i-1 --purpose D2"
        let shown = try await Built.run(
            at: "/usr/bin/script", ["-qec", command, "/dev/null"],
            environment: [
                "KLUIS_SOCKET": daemon.socket, "KLUIS_RUNTIME": "\(daemon.directory)/rt", "LANG": "C.UTF-8", "SHELL": "/bin/sh",
                "PATH": "/usr/bin:/bin",
            ])
        // The terminal itself makes a line's end two bytes.
        let expected = "één\tregel\r\n\u{FFFD}]0;title\u{FFFD}\u{FFFD}[2Jweg \u{FFFD}mo\u{FFFD}31m\r\n\u{FFFD}\u{FFFD}"
        #expect(shown.exitCode == 0 && shown.text == expected, "\(shown.text.debugDescription) \(shown.errors)")
        let piped = try await Built.kluis(["item", "read", "h-1", "i-1", "--purpose", "D2"], on: daemon)
        #expect(Array(piped.output) == content, "to a pipe it goes as it is")
    }

    @Test(arguments: ["chunks", "length", "until close", "hang up"])
    func aCutAnswerIsAnErrorAndLeavesNothing(how: String) async throws {
        let content = bytes(300_000)
        let daemon = try await FakeDaemon { _ in
            switch how {
            case "chunks": .cutChunks(content)
            case "length": .cutLength(announced: 300_001, content)
            case "until close": .untilClose(content)
            default: .hangUp
            }
        }
        let file = "\(daemon.directory)/out"
        let ended = try await Built.kluis(["item", "read", "h-1", "i-1", "-o", file, "--purpose", "D2"], on: daemon)
        #expect(ended.exitCode == 1)
        #expect(ended.errors.hasPrefix("kluis: error: the answer ended before it was whole\nkluis: hint: ask again"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: daemon.directory).sorted() == ["s"])
        #expect(try await Built.kluis(["item", "read", "h-1", "i-1"], on: daemon).exitCode == 1)
    }

    @Test func aRefusedReadingLeavesTheOldFile() async throws {
        let daemon = try await FakeDaemon { _ in .problem(ProblemDocument(code: .refused, title: "refused", articles: ["PR-13.2"])) }
        let file = "\(daemon.directory)/out"
        try Scratch.write("old", to: file)
        let ended = try await Built.kluis(["item", "read", "h-1", "i-1", "-o", file], on: daemon)
        #expect(ended.exitCode == 1 && ended.output.isEmpty)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "old")
    }

    @Test func oneFileGoesInWithItsMetadata() async throws {
        let daemon = try await FakeDaemon { _ in .json(ChangeAnswer(id: "i-1")) }
        let file = "\(daemon.directory)/wóónverslag.txt"
        try Data(bytes(2_600_001)).write(to: URL(fileURLWithPath: file))
        let ended = try await Built.kluis(["item", "add", "h-1", file, "--subject", "selma", "--layer", "L3"] + add, on: daemon)
        #expect(ended.exitCode == 0 && ended.text == "i-1\n" && ended.errors.isEmpty)
        let heard = try #require(daemon.heard.first)
        #expect(heard.body == bytes(2_600_001))
        #expect(heard.headers.first(name: "content-length") == "2600001")
        let item = try ItemMetadata(header: try #require(heard.headers.first(name: HeaderName.item)))
        #expect(
            item
                == ItemMetadata(
                    subject: "selma", layer: "L3", domain: "housing", kind: "report", basis: "G1", retentionClass: "socialSupport",
                    title: "wóónverslag.txt"))
        try Scratch.write("A title — of its own\n", to: "\(daemon.directory)/title")
        try Scratch.write("wonen: omdat de huur achterloopt\n", to: "\(daemon.directory)/reasons")
        _ = try await Built.kluis(
            ["item", "add", "h-1", file, "--title-file", "\(daemon.directory)/title", "--reasons-file", "\(daemon.directory)/reasons"]
                + add, on: daemon)
        let second = try ItemMetadata(header: try #require(daemon.heard.last?.headers.first(name: HeaderName.item)))
        #expect(second.title == "A title — of its own" && second.subject == "household")
        #expect(second.scoreReasons == ["housing": "omdat de huur achterloopt"])
    }

    @Test func standardInputGoesInChunks() async throws {
        let daemon = try await FakeDaemon { _ in .json(ChangeAnswer(id: "i-1")) }
        #expect(try await Built.kluis(["item", "add", "h-1", "-"] + add, on: daemon, input: "from standard input").exitCode == 2)
        try Scratch.write("A title", to: "\(daemon.directory)/title")
        let ended = try await Built.kluis(
            ["item", "add", "h-1", "-", "--title-file", "\(daemon.directory)/title"] + add, on: daemon, input: "from standard input")
        #expect(ended.exitCode == 0, "\(ended.errors)")
        #expect(daemon.heard.count == 1 && daemon.heard.first?.body == Array("from standard input".utf8))
        #expect(daemon.heard.first?.headers.first(name: "transfer-encoding") == "chunked")
    }

    @Test func aDirectoryGoesInSeveralAtOnceAndIsToldInOrder() async throws {
        let daemon = try await FakeDaemon { heard in
            let item = heard.headers.first(name: HeaderName.item).flatMap { try? ItemMetadata(header: $0) }
            return .json(ChangeAnswer(id: "i-\(item?.title ?? "")"))
        }
        let directory = "\(daemon.directory)/files"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        let names = (0..<60).map { "f\($0)" }
        for name in names { try Scratch.write(name, to: "\(directory)/\(name)") }
        let ended = try await Built.kluis(["item", "add", "h-1", directory] + add, on: daemon)
        #expect(ended.exitCode == 0, "\(ended.errors)")
        let sorted = names.sorted()
        #expect(ended.text.split(separator: "\n").map { String($0) } == sorted.map { "i-\($0)" })
        #expect(ended.errors.split(separator: "\n").map { String($0) } == sorted.map { "i-\($0)  \($0)" })
        let heard = daemon.heard
        #expect(heard.count == 60)
        #expect(Set(heard.compactMap { $0.headers.first(name: "idempotency-key") }).count == 60)
        #expect(Set(heard.map { String(decoding: $0.body, as: UTF8.self) }) == Set(names))
        let connections = Set(heard.map(\.connection)).count
        #expect((2...32).contains(connections), "\(connections)")
        // The user's own key: a part of it for each file, and the same for each when the attempt is repeated.
        var first: Set<String> = []
        for attempt in 1...2 {
            let again = try await Built.kluis(["item", "add", "h-1", directory, "--idempotency-key", "mine"] + add, on: daemon)
            #expect(again.exitCode == 0, "\(again.errors)")
            let keys = daemon.heard.dropFirst(60 * attempt).compactMap { heard -> String? in
                guard let key = heard.headers.first(name: "idempotency-key") else { return nil }
                return "\(key) \(String(decoding: heard.body, as: UTF8.self))"
            }
            #expect(keys.count == 60 && Set(keys).count == 60, "\(keys)")
            #expect(!keys.contains { $0.hasPrefix("mine ") } && (first.isEmpty || first == Set(keys)), "\(keys)")
            first = Set(keys)
        }
        let json = try await Built.kluis(["item", "add", "h-1", directory, "--json", "--parallel", "3"] + add, on: daemon)
        #expect(json.text.hasPrefix(#"{"items":[{"duties":[],"file":"f0","id":"i-f0"}"#))
    }

    /// What is said to try again with is the key of the whole attempt: the part of one file would store the others twice.
    @Test(arguments: [["--idempotency-key", "mine"], []])
    func anUnknownOutcomeIsAskedAgainUnderTheKeyOfAll(key: [String]) async throws {
        let daemon = try await FakeDaemon { heard in
            heard.body == Array("f3".utf8)
                ? .problem(ProblemDocument(code: .unknown, status: 503, title: "unknown")) : .json(ChangeAnswer(id: "i"))
        }
        let directory = "\(daemon.directory)/files"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        for number in 0..<4 { try Scratch.write("f\(number)", to: "\(directory)/f\(number)") }
        let ended = try await Built.kluis(["item", "add", "h-1", directory, "--parallel", "1"] + key + add, on: daemon)
        let sent = daemon.heard.compactMap { $0.headers.first(name: "idempotency-key") }
        let named = String(try #require(ended.errors.firstMatch(of: /--idempotency-key (\S+):/)).1)
        if let own = key.last { #expect(named == own) }
        _ = try await Built.kluis(
            ["item", "add", "h-1", directory, "--parallel", "1", "--idempotency-key", named] + add, on: daemon)
        let all = daemon.heard.compactMap { $0.headers.first(name: "idempotency-key") }
        #expect(sent.count == 4 && Set(sent).count == 4 && all == sent + sent, "\(all)")
    }

    /// Whoever heard of one file that it must be asked again asks for that one, or for all and a new one: each is known by its own name.
    @Test func aFileHasTheSameKeyAloneAndAmongOthers() async throws {
        let daemon = try await FakeDaemon { _ in .json(ChangeAnswer(id: "i")) }
        let directory = "\(daemon.directory)/files"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        for name in ["a", "b", "c"] { try Scratch.write(name, to: "\(directory)/\(name)") }
        func sent(_ files: [String]) async throws -> [String] {
            let before = daemon.heard.count
            let ended = try await Built.kluis(["item", "add", "h-1"] + files + ["--idempotency-key", "mine"] + add, on: daemon)
            #expect(ended.exitCode == 0, "\(ended.errors)")
            return daemon.heard.dropFirst(before).compactMap { heard in
                heard.headers.first(name: "idempotency-key").map { "\(String(decoding: heard.body, as: UTF8.self)) \($0)" }
            }.sorted()
        }
        let all = try await sent([directory])
        #expect(Set(all).count == 3 && Set(all.map { $0.dropFirst(2) }).count == 3, "\(all)")
        for files in [["a", "c"], ["c"], ["b"]] {
            #expect(try await sent(files.map { "\(directory)/\($0)" }) == all.filter { files.contains(String($0.prefix(1))) })
        }
        // A folder is the same one with a stroke behind its name.
        #expect(try await sent([directory + "/"]) == all)
        // What is no key does not become one.
        let long = String(repeating: "k", count: 65)
        _ = try await Built.kluis(["item", "add", "h-1", "\(directory)/a", "--idempotency-key", long] + add, on: daemon)
        #expect(daemon.heard.last?.headers.first(name: "idempotency-key") == long)
    }

    /// A file that was named twice, by whatever path, is stored once, and that is said; two names in a folder are two files.
    @Test func aFileThatIsNamedTwiceIsStoredOnce() async throws {
        let daemon = try await FakeDaemon { heard in
            let item = heard.headers.first(name: HeaderName.item).flatMap { try? ItemMetadata(header: $0) }
            return .json(ChangeAnswer(id: "i-\(item?.title ?? "")"))
        }
        let directory = "\(daemon.directory)/files"
        try FileManager.default.createDirectory(atPath: directory + "/in", withIntermediateDirectories: true)
        for name in ["a", "in/b"] { try Scratch.write(name, to: "\(directory)/\(name)") }
        try FileManager.default.linkItem(atPath: directory + "/a", toPath: directory + "/in/c")
        let link = "\(daemon.directory)/link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: directory + "/a")
        let (a, b) = ("\(directory)/a", "\(directory)/in/b")
        let cases: [(files: [String], ids: [String], again: [String])] = [
            ([a, a], ["a"], [a]), ([a, a, a], ["a"], [a]), ([a, "\(directory)/in/..//a"], ["a"], ["\(directory)/in/..//a"]),
            ([link, a], ["link"], [a]), ([directory, b], ["a", "in/b", "in/c"], [b]), ([b, directory], ["b", "a", "in/c"], [b]),
            ([directory], ["a", "in/b", "in/c"], []),
        ]
        for (files, ids, again) in cases {
            let before = daemon.heard.count
            let ended = try await Built.kluis(["item", "add", "h-1"] + files + add, on: daemon)
            #expect(ended.exitCode == 0 && daemon.heard.count - before == ids.count, "\(files): \(ended.errors)")
            #expect(ended.text == ids.map { "i-\($0)\n" }.joined(), "\(files): \(ended.text)")
            let warnings = ended.errors.split(separator: "\n").filter { $0.hasPrefix("kluis: warning: ") }
            #expect(
                warnings.map { String($0) } == again.map { "kluis: warning: \($0) was named more than once, and is stored once" },
                "\(files): \(ended.errors)")
        }
        // The title is for one file, and this is one.
        try Scratch.write("A title", to: "\(daemon.directory)/title")
        let titled = try await Built.kluis(
            ["item", "add", "h-1", a, a, "--title-file", "\(daemon.directory)/title", "--lang", "nl"] + add, on: daemon)
        #expect(titled.text == "i-A title\n", "\(titled.errors)")
        #expect(titled.errors == "kluis: let op: \(a) is meer dan eens genoemd, en wordt één keer opgeslagen\n", "\(titled.errors)")
    }

    /// A key that is good for one file is good for many: its parts fit, are the same each time, and no two are alike.
    @Test(arguments: [62, 63, 64]) func aLongKeyIsGoodForManyFiles(length: Int) async throws {
        let daemon = try await FakeDaemon { _ in .json(ChangeAnswer(id: "i")) }
        let directory = "\(daemon.directory)/files"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        for number in 0..<11 { try Scratch.write("f\(number)", to: "\(directory)/f\(number)") }
        func sent(_ key: String) async throws -> Set<String> {
            let before = daemon.heard.count
            let ended = try await Built.kluis(["item", "add", "h-1", directory, "--idempotency-key", key] + add, on: daemon)
            #expect(ended.exitCode == 0, "\(ended.errors)")
            let heard = daemon.heard.dropFirst(before)
            for key in heard.compactMap({ $0.headers.first(name: "idempotency-key") }) {
                #expect((1...64).contains(key.utf8.count) && key.utf8.allSatisfy { (0x21...0x7e).contains($0) }, "\(key)")
            }
            return Set(heard.map { "\($0.headers.first(name: "idempotency-key") ?? "") \(String(decoding: $0.body, as: UTF8.self))" })
        }
        let (one, other) = (String(repeating: "k", count: length), String(repeating: "k", count: length - 1) + "l")
        let first = try await sent(one)
        #expect(Set(first.map { $0.prefix { $0 != " " } }).count == 11, "\(first)")
        #expect(try await sent(one) == first)
        #expect(try await sent(other).isDisjoint(with: first))
    }

    @Test func theFirstFailureStopsTheRest() async throws {
        let daemon = try await FakeDaemon { heard in
            heard.body == Array("f3".utf8)
                ? .problem(ProblemDocument(code: .refused, title: "refused", articles: ["PR-3.4"])) : .json(ChangeAnswer(id: "i"))
        }
        let directory = "\(daemon.directory)/files"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        for number in 0..<9 { try Scratch.write("f\(number)", to: "\(directory)/f\(number)") }
        let ended = try await Built.kluis(["item", "add", "h-1", directory, "--parallel", "1"] + add, on: daemon)
        #expect(ended.exitCode == 1)
        #expect(daemon.heard.count == 4)
        #expect(ended.text == "i\ni\ni\n")
        #expect(ended.errors.contains("kluis: error: f3: refused (PR-3.4)"))
        #expect(ended.errors.contains("3 of 9 files were stored"))
    }

    @Test func anEarlyRefusalIsHeardWhileTheBytesStillGo() async throws {
        let daemon = try await FakeDaemon(isEarly: { $0.method == .POST }) { _ in
            let problem = ProblemDocument(code: .refused, title: "refused", articles: ["PR-5.2"])
            return .early(403, [("content-type", MediaType.problem)], (try? WireJSON.encode(problem)) ?? [])
        }
        let file = "\(daemon.directory)/big"
        try Data(count: 32 << 20).write(to: URL(fileURLWithPath: file))
        let ended = try await Built.kluis(["item", "add", "h-1", file] + add, on: daemon)
        #expect(ended.exitCode == 1)
        #expect(ended.errors.hasPrefix("kluis: error: refused (PR-5.2)"))
    }

    @Test func whyOfAnUploadSendsNoBytes() async throws {
        let daemon = try await FakeDaemon { _ in .json(DecisionAnswer(outcome: "permit", articles: ["PR-18.2"])) }
        let file = "\(daemon.directory)/f"
        try Scratch.write("content", to: file)
        let ended = try await Built.kluis(["item", "add", "h-1", file, "--why"] + add, on: daemon)
        #expect(ended.exitCode == 0 && ended.text == "permitted under PR-18.2\n")
        #expect(daemon.heard.count == 1 && daemon.heard.first?.body.isEmpty == true)
    }

    @Test func aDaemonThatDiesLeavesTheUploadUnknown() async throws {
        let daemon = try await FakeDaemon { _ in .hangUp }
        let file = "\(daemon.directory)/f"
        try Scratch.write("content", to: file)
        let ended = try await Built.kluis(["item", "add", "h-1", file] + add, on: daemon)
        #expect(ended.exitCode == 8)
        let key = try #require(daemon.heard.first?.headers.first(name: "idempotency-key"))
        let named = String(try #require(ended.errors.firstMatch(of: /--idempotency-key (\S+):/)).1)
        _ = try await Built.kluis(["item", "add", "h-1", file, "--idempotency-key", named] + add, on: daemon)
        #expect(daemon.heard.compactMap { $0.headers.first(name: "idempotency-key") } == [key, key])
    }
}
