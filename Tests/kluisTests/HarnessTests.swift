import Foundation
import Testing

@testable import kluis_scenario

@Suite struct ScriptTests {
    private func split(_ line: String) throws -> [[Word.Piece]] { try Word.split(line).map(\.pieces) }

    @Test func linesAreSplitAsAShellDoes() throws {
        #expect(try split("a  b\tc") == [[.text("a")], [.text("b")], [.text("c")]])
        #expect(try split("") == [])
        #expect(try split("  # all of it") == [])
        #expect(try split("a # rest") == [[.text("a")]])
        #expect(try split("a#b") == [[.text("a#b")]])
        #expect(
            try split(#"'a $H "b" \S' "c $H d" e\ f"#) == [
                [.text(#"a $H "b" \S"#)], [.text("c "), .variable("H"), .text(" d")], [.text("e f")],
            ])
        #expect(
            try split(#"$H/${I}x'y' "" $ $1 '^(\S+)$'"#)
                == [
                    [.variable("H"), .text("/"), .variable("I"), .text("xy")], [.text("")], [.text("$")], [.text("$1")],
                    [.text(#"^(\S+)$"#)],
                ])
        #expect(try split(#""\"\\\$\d""#) == [[.text(#""\$\d"#)]])
        for wrong in ["'a", "\"a", "a\\", "${H", "${}"] { #expect(throws: WordError.self) { try Word.split(wrong) } }
    }

    @Test func variablesAreFilledAndUnknownOnesRefused() throws {
        let words = try Word.split("read $H-$I '$H'")
        #expect(try words.map { try $0.filled(["H": "h", "I": "i"]) } == ["read", "h-i", "$H"])
        #expect(throws: WordError.self) { try words[1].filled(["H": "h"]) }
    }

    private func script(_ text: String) throws -> Script { try Script(name: "s", text: Array(text.utf8)) }

    @Test func stepsAndAttachmentsAreRead() throws {
        let script = try script(
            """
            # A remark.
            daemon start demo

            as kees --hat help --new
            ! kluis item read $H $I
            exit 1
            ! stdout .
            row SC-056 refuse 13.2;10.4
            -- a/b.txt --
            first

            -- not a name
            -- empty --
            -- last.txt --
            no line break
            """)
        #expect(script.lines.map(\.number) == [2, 4, 5, 6, 7, 8])
        #expect(script.lines.map(\.negated) == [false, false, true, false, true, false])
        #expect(script.assertionCount == 4)
        #expect(script.attachments.map(\.name) == ["a/b.txt", "empty", "last.txt"])
        #expect(
            script.attachments.map { String(decoding: $0.content, as: UTF8.self) } == ["first\n\n-- not a name\n", "", "no line break\n"])
    }

    @Test(arguments: [
        "fly", "daemon", "daemon fly", "daemon stop demo", "clock", "clock a b", "as", "as kees --hut help", "exit", "exit x", "exit 256",
        "stdout",
        "stdout '('", "cmp a", "grep '[' f", "exists", "let 1a stdout x", "let A stderr x", "env X", "env 1=2", "row SC-1",
        "row SC-1 allow 1.2",
        "row SC-1 permit 12", "row SC-1 permit 1.x", "row SC-1 permit ''", "! row SC-1 permit 1.2", "! daemon stop", "! let A stdout x",
        "stdin",
        "kluis 'a", "-- ../up --", "-- /abs --", "-- a --\n-- a --",
    ])
    func whatIsWrongIsFoundBeforeItRuns(text: String) {
        #expect(throws: ScriptError.self) { try script("kluis status\n\(text)\n") }
    }

    @Test func patternsWorkOnLines() throws {
        let text = "h-abc\nPR-13.2: no\n"
        #expect(try Pattern(#"^(h-\S+)$"#).capture(in: text) == "h-abc")
        #expect(try Pattern(#"PR-13\.2"#).matches(text))
        #expect(try Pattern("^no$").matches(text) == false)
        #expect(try Pattern("b.").capture(in: text) == "bc")
        #expect(try Pattern(".").matches("") == false)
    }
}

@Suite struct PlaintextScanTests {
    private func attachment(_ name: String, _ text: String) -> Script.Attachment { .init(name: name, content: Array(text.utf8)) }

    @Test func anyLongPieceOfAFileIsFoundWhereverItLies() {
        let text = (0..<40).map { "line number \($0) of the report\n" }.joined()
        let scan = PlaintextScan([attachment("report.txt", text)])
        let content = Array(text.utf8)
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let start = Int.random(in: 0...(content.count - 47), using: &random)
            let noise = Data((0..<100).map { _ in UInt8.random(in: .min ... .max, using: &random) })
            #expect(!scan.findings(in: noise + Data(content[start..<start + 47]) + noise, called: "f").isEmpty, "seed \(seed)")
        }
        #expect(
            scan.findings(in: Data((0..<100_000).map { _ in UInt8.random(in: .min ... .max, using: &random) }), called: "f").isEmpty,
            "seed \(seed)")
    }

    @Test func namesTitlesAndAddressesAreFound() {
        let scan = PlaintextScan([
            attachment(
                "selma.json",
                #"{"givenName":"Selma","familyName":"Aydin","birthDate":"1987-03-11","relation":"parent","address":"Kanaalkade 14"}"#),
            attachment("ronald.txt", "voornaam: Ronald\nadres: Lange Nering 203\n"),
        ])
        for leak in ["Selma", "Aydin", "Kanaalkade 14", "Ronald", "Lange Nering 203", "selma.json", "ronald.txt"] {
            #expect(!scan.findings(in: Data("xx\(leak)yy".utf8), called: "f").isEmpty, "\(leak)")
        }
        #expect(scan.findings(in: Data("parent 1987-03-11 relation".utf8), called: "f").isEmpty)
    }

    /// A short name is looked for as a record holds it; loose it turns up by chance.
    @Test func shortNamesAreFoundInQuotes() {
        let scan = PlaintextScan([attachment("p.json", #"{"givenName":"Emre","familyName":"Ek","relation":"child"}"#)])
        #expect(scan.findings(in: Data(#"xx"givenName":"Emre","yy"#.utf8), called: "f").count == 1)
        #expect(scan.findings(in: Data("xxEmreyy".utf8), called: "f").isEmpty)
        #expect(scan.findings(in: Data(#""Ek""#.utf8), called: "f").isEmpty, "two letters are everywhere")
    }

    /// The demo household stands in no script: its names are looked for all the same.
    @Test func theDemoHouseholdIsLookedFor() throws {
        let scan = PlaintextScan([], isDemo: true)
        for word in ["Selma", "de Wit", #""Sem""#, "Hatice", #""Kaya""#, "H-0147"] {
            #expect(scan.findings(in: Data("xx\(word)yy".utf8), called: "f").count == 1, "\(word)")
            #expect(PlaintextScan([]).findings(in: Data(word.utf8), called: "f").isEmpty)
        }
        let source = try String(
            contentsOf: URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources/kluisd/DemoHousehold.swift"),
            encoding: .utf8)
        let names = Set(source.matches(of: /(?:name|family|number): "([^"]+)"/).map { String($0.1) })
        #expect(names.count > 8 && names == Set(PlaintextScan.demoHousehold))
    }

    @Test func directoriesAreSearchedToTheBottom() throws {
        let directory = try Scratch.directory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try FileManager.default.createDirectory(atPath: "\(directory)/a/b", withIntermediateDirectories: true)
        try Scratch.write("nothing", to: "\(directory)/a/x")
        let scan = PlaintextScan([attachment("n.json", #"{"name":"Zoë de Wit"}"#)])
        #expect(try scan.findings(below: directory).isEmpty)
        try Scratch.write("…Zoë de Wit…", to: "\(directory)/a/b/y")
        #expect(try scan.findings(below: directory).count == 1)
    }
}

/// The harness with a daemon and a command line that are shell scripts: what must fail does fail.
@Suite struct PerformanceTests {
    private struct Stage {
        let directory: String
        let harness: String

        init(line: String = "") throws {
            directory = try Scratch.directory()
            harness = try Built.path("kluis-scenario")
            try Scratch.write(
                """
                #!/bin/sh
                mkdir -p "$3/ledger"; mkdir -p "$3.keys"; echo '{"H":"h-demo","selma":"p-selma"}' > "$3.keys/demo.json"
                trap 'exit 0' TERM
                echo ready
                while :; do sleep 0.05; done
                """, to: "\(directory)/kluisd", executable: true)
            try Scratch.write(
                """
                #!/bin/sh
                case "$1 $2" in
                "ledger show") echo '{"entries":[\(line)]}' ;;
                "ledger verify") exit 0 ;;
                "login nico") echo 'kluis: error: no' >&2; exit 7 ;;
                "login "*) mkdir -p "$KLUIS_RUNTIME"; echo "$2 $4" > "$KLUIS_RUNTIME/who" ;;
                "whoami "*) cat "$KLUIS_RUNTIME/who" 2>/dev/null || exit 7 ;;
                "say "*) shift; echo "$@" ;;
                "fail "*) echo 'kluis: error: PR-13.2' >&2; exit "$2" ;;
                "cat "*) cat ;;
                "leak "*) echo "$2" > "$(dirname "$KLUIS_SOCKET")/state/file" ;;
                "crash "*) kill -9 $$ ;;
                "rehearsal "*) echo "$3" ;;
                *) exit 70 ;;
                esac
                """, to: "\(directory)/kluis", executable: true)
        }

        func run(_ scripts: String...) async throws -> Built.Ended {
            for (index, script) in scripts.enumerated() { try Scratch.write(script, to: "\(directory)/s\(index).kluis") }
            return try await Built.run(
                "kluis-scenario",
                ["--kluisd", "\(directory)/kluisd", "--kluis", "\(directory)/kluis"] + scripts.indices.map { "\(directory)/s\($0).kluis" },
                environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"])
        }
    }

    @Test func aScriptThatHoldsPasses() async throws {
        let stage = try Stage(
            line:
                #"{"index":5,"kind":"decision","moment":"m","action":"readItem","outcome":"refuse","articles":["PR-10.4","PR-13.2"]},{"index":6,"kind":"outcome","of":5,"moment":"m","action":"readItem","outcome":"completed"},{"index":7,"kind":"decision","moment":"m","action":"readItem","outcome":"permit","articles":[],"check":true},{"index":8,"kind":"decision","moment":"m","action":"signIn","outcome":"permit","articles":[]},{"index":9,"kind":"decision","moment":"m","action":"readLog","outcome":"permit","articles":["PR-4.3"]}"#
        )
        defer { try? FileManager.default.removeItem(atPath: stage.directory) }
        let ended = try await stage.run(
            """
            daemon start demo
            clock 2026-01-14T19:00:00+01:00
            as kees --hat help
            kluis say $H "of $selma"
            stdout '^h-demo of p-selma$'
            let X stdout 'of (\\S+)'
            kluis say $X
            stdout p-selma
            ! stdout h-demo
            stdin a.txt
            kluis cat now
            cmp stdout a.txt
            ! cmp stdout b.txt
            grep '^second' a.txt
            exists b.txt
            ! exists c.txt
            ! kluis fail 3
            exit 3
            ! stdout .
            stderr 'PR-13\\.2'
            env KLUIS_LANG=nl
            ! as nico --hat help
            exit 7
            row SC-056 refuse 13.2
            as kees
            kluis say again
            daemon restart
            daemon kill
            daemon start
            daemon stop
            -- a.txt --
            first line of this file
            second line of this file
            -- b.txt --
            other
            """)
        #expect(
            ended.text == "  row SC-056 refuse 13.2\nok   s0.kluis (1 rows, 15 assertions)\n1 passed, 0 failed\n",
            "\(ended.text)\(ended.errors)")
        #expect(ended.exitCode == 0)
    }

    @Test(arguments: [
        ("kluis say a", "asserts nothing"),
        ("kluis fail 1\nexit 1", "the command failed"),
        ("! kluis say a", "expected to fail"),
        ("! kluis crash x", "signal 9"),
        ("kluis say a\nexit 1", "does not hold"),
        ("kluis say a\nstdout b", "does not hold"),
        ("kluis say a\n! stdout a", "should not"),
        ("kluis say a\ncmp stdout a.txt", "does not hold"),
        ("kluis say $nothing\nexit 0", "$nothing is not set"),
        ("kluis say a\nlet X stdout 'b(.)'\nexit 0", "not in the output"),
        ("row SC-1 permit 13.2", "row SC-1"),
        ("row SC-1 refuse 13.2;10.4", "row SC-1"),
        ("kluis leak 'somebody wrote this sentence'\nexit 0", "plaintext was found"),
        ("kluis leak 'Hatice Kaya'\nexit 0", "plaintext was found"),
        ("as nico\nexit 0", "the command failed"),
        ("stdout .", "has said anything"),
        ("daemon start\nexit 0", "runs already"),
        ("daemon stop\ndaemon stop\nkluis say a\nexit 0", "does not run"),
    ])
    func whatDoesNotHoldFails(script: String, words: String) async throws {
        let stage = try Stage(
            line: #"{"index":5,"kind":"decision","moment":"m","action":"readItem","outcome":"refuse","articles":["PR-13.2"]}"#)
        defer { try? FileManager.default.removeItem(atPath: stage.directory) }
        let files = "\n-- a.txt --\nsomebody wrote this sentence and more\n-- p.json --\n{\"name\":\"Hatice Kaya\"}\n"
        let ended = try await stage.run("daemon start\n\(script)\(files)", "daemon start\nkluis say a\nexit 0\n")
        #expect(ended.exitCode == 1)
        #expect(ended.text.contains("FAIL s0.kluis") && ended.text.contains(words), "\(ended.text)")
        #expect(ended.text.hasSuffix("1 passed, 1 failed\n"))
    }
}

/// SplitMix64, so that a failing run can be repeated from the seed it prints.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
