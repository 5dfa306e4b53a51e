internal import Foundation
internal import Wire

/// One script on its way: a working directory, a daemon, people with their sessions, and what the last command said.
final class Performance {
    private let script: Script
    private let kluis: String
    private let directory: String
    private let work: String
    private let daemon: Daemon
    private let tell: (String) -> Void
    private let base: [String: String]
    private var environment: [String: String] = [:]
    private var variables: [String: String]
    /// Sessions, the most recently used last.
    private var personas: [Persona] = []
    private var acting: Persona?
    private var nextInput: String?
    private var last: Said?
    private(set) var rows = 0
    /// Whether the demo household was made.
    private var isDemo = false

    private struct Persona: Equatable {
        let worker: String
        let hat: String?
        var runtime: String { "rt-\(worker)-\(hat ?? "none")" }
    }

    /// What a command said.
    private struct Said {
        let exitCode: Int32
        let failed: Bool
        let output: [UInt8]
        let errors: [UInt8]
        var outputText: String { String(decoding: output, as: UTF8.self) }
        var errorText: String { String(decoding: errors, as: UTF8.self) }
        var shown: [String] {
            ["exit \(exitCode)"] + outputText.split(separator: "\n").prefix(12).map { "stdout: \($0.prefix(300))" }
                + errorText.split(separator: "\n").prefix(12).map { "stderr: \($0.prefix(300))" }
        }
    }

    /// Seconds that a command may take.
    static let patience = 300

    /// - Parameters:
    ///   - directory: fresh and empty; short, because the socket's path must fit.
    ///   - tell: hears a line about each row.
    init(_ script: Script, kluisd: String, kluis: String, directory: String, tell: @escaping (String) -> Void) {
        self.script = script
        self.kluis = kluis
        self.directory = directory
        self.tell = tell
        work = "\(directory)/work"
        var base = ["LANG": "C.UTF-8", "HOME": "\(directory)/home"]
        // What the programs need of the caller's surroundings, and no more: a script runs the same everywhere.
        for name in ["PATH", "TMPDIR", "ASAN_OPTIONS", "TSAN_OPTIONS", "SWIFT_BACKTRACE", "LD_LIBRARY_PATH"] {
            if let value = Surroundings.value(name) { base[name] = value }
        }
        self.base = base
        daemon = Daemon(program: kluisd, directory: directory, environment: base)
        variables = ["STATE": daemon.state, "SOCKET": daemon.socket, "KEYS": daemon.keys]
    }

    /// Runs all lines, then what is checked unasked.
    func run() throws(Failed) {
        defer { daemon.end() }
        do {
            try FileManager.default.createDirectory(atPath: "\(directory)/home", withIntermediateDirectories: true)
            try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: true)
            for file in script.attachments {
                let path = "\(work)/\(file.name)"
                try FileManager.default.createDirectory(
                    atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path, withIntermediateDirectories: true)
                try Data(file.content).write(to: URL(fileURLWithPath: path))
            }
            // Programs start where the harness is, and one script runs at a time; all its own paths are absolute.
            guard FileManager.default.changeCurrentDirectoryPath(work) else { throw CocoaError(.fileNoSuchFile) }
        } catch {
            throw Failed(line: 0, Trouble("cannot make the working directory: \(error)"))
        }
        for line in script.lines {
            do throws(Trouble) { try perform(line) } catch { throw Failed(line: line.number, error) }
        }
        do throws(Trouble) { try afterwards() } catch { throw Failed(line: 0, error) }
        if script.assertionCount == 0 { throw Failed(line: 0, Trouble("the script asserts nothing")) }
    }

    /// What failed, and in which line; 0: none of them.
    struct Failed: Error {
        let line: Int
        let trouble: Trouble
        init(line: Int, _ trouble: Trouble) {
            self.line = line
            self.trouble = trouble
        }
    }

    private func fill(_ word: Word) throws(Trouble) -> String {
        do throws(WordError) { return try word.filled(variables) } catch { throw Trouble(error.text) }
    }

    private func fill(_ words: [Word]) throws(Trouble) -> [String] {
        var filled: [String] = []
        for word in words { filled.append(try fill(word)) }
        return filled
    }

    private func pattern(_ word: Word) throws(Trouble) -> Pattern {
        let text = try fill(word)
        do throws(WordError) { return try Pattern(text) } catch { throw Trouble(error.text) }
    }

    private func perform(_ line: Script.Line) throws(Trouble) {
        switch line.step {
        case .daemon(let order, let demo): try command(order, demo: demo)
        case .clock(let moment): try mustSucceed(try ask(["rehearsal", "clock", try fill(moment)]))
        case .fault(let name): try mustSucceed(try ask(["rehearsal", "fault", try fill(name)]))
        case .actAs(let worker, let hat, let new):
            let hatName: String? = if let hat { try fill(hat) } else { nil }
            try act(as: try fill(worker), hat: hatName, new: new, negated: line.negated)
        case .kluis(let words): try judge(try ask(try fill(words), as: acting), negated: line.negated)
        case .curl(let words): try judge(try curl(try fill(words)), negated: line.negated)
        case .stdin(let file): nextInput = try path(file)
        case .env(let word):
            let text = try fill(word)
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            environment[String(parts[0])] = String(parts[1])
        case .bind(let name, let word):
            let said = try said()
            guard let value = try pattern(word).capture(in: said.outputText) else {
                throw Trouble("the pattern is not in the output", shown: said.shown)
            }
            variables[name] = value
        case .row(let id, let outcome, let articles): try row(id, outcome, articles)
        case .exit, .stdout, .stderr, .cmp, .grep, .exists: try check(line)
        }
    }

    private func check(_ line: Script.Line) throws(Trouble) {
        let holds: Bool
        var shown: [String] = []
        switch line.step {
        case .exit(let code):
            let said = try said()
            (holds, shown) = (said.exitCode == code, said.shown)
        case .stdout(let word):
            let said = try said()
            (holds, shown) = (try pattern(word).matches(said.outputText), said.shown)
        case .stderr(let word):
            let said = try said()
            (holds, shown) = (try pattern(word).matches(said.errorText), said.shown)
        case .cmp(let a, let b): holds = try content(a) == content(b)
        case .grep(let word, let file): holds = try pattern(word).matches(String(decoding: try content(file), as: UTF8.self))
        case .exists(let file): holds = FileManager.default.fileExists(atPath: try path(file))
        default: holds = true
        }
        if holds == line.negated {
            throw Trouble(line.negated ? "the check holds, but should not" : "the check does not hold", shown: shown)
        }
    }

    private func said() throws(Trouble) -> Said {
        guard let last else { throw Trouble("no command has said anything yet") }
        return last
    }

    /// A path as the script's author sees it: relative to the working directory.
    private func path(_ word: Word) throws(Trouble) -> String {
        let name = try fill(word)
        return name.hasPrefix("/") ? name : "\(work)/\(name)"
    }

    /// A file's bytes; `stdout` and `stderr` are those of the last command.
    private func content(_ word: Word) throws(Trouble) -> [UInt8] {
        switch try fill(word) {
        case "stdout": return try said().output
        case "stderr": return try said().errors
        default:
            let path = try path(word)
            guard let data = FileManager.default.contents(atPath: path) else { throw Trouble("cannot read \(path)") }
            return Array(data)
        }
    }

    private func command(_ order: Step.DaemonOrder, demo: Bool) throws(Trouble) {
        switch order {
        case .start:
            try daemon.start(demo: demo)
            if demo {
                isDemo = true
                try bindDemo()
            }
        case .stop: try daemon.stop()
        case .kill: try daemon.kill()
        case .restart:
            try daemon.stop()
            try daemon.start(demo: false)
        }
    }

    /// `$H`, `$selma` … from what the daemon made.
    private func bindDemo() throws(Trouble) {
        guard let text = FileManager.default.contents(atPath: "\(daemon.keys)/demo.json"),
            let tree = try? StrictJSON.parse(Array(text)), case .object(let members) = tree
        else { throw Trouble("\(daemon.keys)/demo.json cannot be read") }
        for (name, value) in members { if case .string(let text) = value { variables[name] = text } }
    }

    /// Resumes a live session, else signs in. Without a hat, any live session of the worker will do, the latest used first.
    private func act(as worker: String, hat: String?, new: Bool, negated: Bool) throws(Trouble) {
        let fitting = personas.reversed().filter { $0.worker == worker && (hat == nil || $0.hat == hat) }
        if !new, !negated {
            for persona in fitting {
                guard try ask(["whoami"], as: persona).exitCode == 0 else { continue }
                return use(persona)
            }
        }
        let persona = Persona(worker: worker, hat: hat)
        let said = try ask(["login", worker] + (hat.map { ["--hat", $0] } ?? []) + ["--key", daemon.key(of: worker)], as: persona)
        last = said
        try judge(said, negated: negated)
        if !negated { use(persona) }
    }

    private func use(_ persona: Persona) {
        personas.removeAll { $0 == persona }
        personas.append(persona)
        acting = persona
        // For `curl -H "Authorization: Bearer $TOKEN"`.
        let runtime = "\(directory)/\(persona.runtime)"
        let file = (try? FileManager.default.contentsOfDirectory(atPath: runtime))?.first { $0.hasPrefix("session-") && !$0.contains(".") }
        if let file, let data = FileManager.default.contents(atPath: "\(runtime)/\(file)"),
            case .string(let token)? = (try? StrictJSON.parse(Array(data)))?["token"]
        {
            variables["TOKEN"] = token
        }
    }

    private func ask(_ words: [String], as persona: Persona? = nil) throws(Trouble) -> Said {
        var environment = base
        environment["KLUIS_SOCKET"] = daemon.socket
        environment["KLUIS_RUNTIME"] = "\(directory)/\((persona ?? Persona(worker: "nobody", hat: nil)).runtime)"
        // Each person remembers checkpoints apart, and none of them in the home of whoever runs the script.
        environment["KLUIS_PINS"] = environment["KLUIS_RUNTIME"].map { "\($0)-pins" }
        return try run([kluis] + words, environment: environment)
    }

    /// As the shell's `curl` on the daemon's socket; besides the exit code an HTTP status of 400 or more counts as a refusal for `!`.
    private func curl(_ words: [String]) throws(Trouble) -> Said {
        let head = "\(directory)/curl.head"
        try? FileManager.default.removeItem(atPath: head)
        let ours = words.contains { $0 == "-D" || $0 == "--dump-header" } ? [] : ["--dump-header", head]
        let said = try run(["curl", "--silent", "--show-error", "--unix-socket", daemon.socket] + ours + words, environment: base)
        let status = (try? String(contentsOfFile: head, encoding: .utf8))?.split(separator: "\r\n").last { $0.hasPrefix("HTTP/") }?
            .split(separator: " ").dropFirst().first.flatMap { Int($0) }
        return Said(
            exitCode: said.exitCode, failed: said.failed || (status ?? 0) >= 400, output: said.output, errors: said.errors)
    }

    private func run(_ arguments: [String], environment: [String: String]) throws(Trouble) -> Said {
        let output = "\(directory)/last.out"
        let errors = "\(directory)/last.err"
        let input = nextInput ?? "/dev/null"
        nextInput = nil
        let started: Run
        do throws(RunError) {
            started = try Run(
                arguments, environment: environment.merging(self.environment) { $1 }, input: input, output: output, errors: errors)
        } catch {
            throw Trouble("cannot start \(error.program): errno \(error.code)")
        }
        guard let ended = started.wait(seconds: Self.patience) else {
            started.send(SIGKILL)
            _ = started.wait(seconds: 5)
            throw Trouble("\(arguments[0]) took more than \(Self.patience) s")
        }
        let said = Said(
            exitCode: ended.exitCode ?? 128 + (ended.signal ?? 0), failed: ended.exitCode != 0,
            output: Array(FileManager.default.contents(atPath: output) ?? Data()),
            errors: Array(FileManager.default.contents(atPath: errors) ?? Data()))
        // A program that crashed refused nothing.
        guard ended.signal == nil else { throw Trouble("\(arguments[0]) ended by signal \(ended.signal ?? 0)", shown: said.shown) }
        return said
    }

    private func judge(_ said: Said, negated: Bool) throws(Trouble) {
        last = said
        if said.failed == negated || (!negated && said.exitCode == 0) { return }
        throw Trouble(negated ? "the command was expected to fail" : "the command failed", shown: said.shown)
    }

    private func mustSucceed(_ said: Said) throws(Trouble) {
        guard said.exitCode == 0 else { throw Trouble("the command failed", shown: said.shown) }
    }

    /// Asks the log, as the privacy officer, for the last decision that a script's command brought about.
    private func row(_ id: String, _ outcome: Step.Outcome, _ articles: [String]) throws(Trouble) {
        let officer = Persona(worker: "renske", hat: nil)
        let kept = (nextInput, environment)
        nextInput = nil
        environment = [:]
        defer { (nextInput, environment) = kept }
        let question = ["ledger", "show", "--purpose", "D8", "--json", "--last", "64"]
        var said = try ask(question, as: officer)
        if said.exitCode == 7 {
            try mustSucceed(try ask(["login", officer.worker, "--key", daemon.key(of: officer.worker)], as: officer))
            said = try ask(question, as: officer)
        }
        try mustSucceed(said)
        let page: LedgerPage
        do throws(WireError) { page = try WireJSON.decodeLeniently(LedgerPage.self, from: said.output) } catch {
            throw Trouble("the log cannot be read: \(error)", shown: said.shown)
        }
        guard let line = page.entries.last(where: Self.counts) else { throw Trouble("no decision in the log") }
        let cited = Set(line.articles ?? [])
        let missing = articles.filter { !cited.contains($0) }
        let found =
            "log line \(line.index): \(line.caller ?? "?") \(line.action) \(line.outcome ?? "?") \(cited.sorted().joined(separator: ";"))"
        guard line.outcome == outcome.rawValue, missing.isEmpty else {
            tell("  row \(id) FAILED")
            throw Trouble("row \(id): \(outcome.rawValue) \(articles.joined(separator: ";")) is not what the log says", shown: [found])
        }
        rows += 1
        tell("  row \(id) \(outcome.rawValue) \(articles.map { String($0.dropFirst(3)) }.joined(separator: ";"))")
    }

    /// Decisions that commands of the script brought about; not sign-ins, questions, nor the harness's own look at the log.
    private static func counts(_ line: LedgerLine) -> Bool {
        line.kind == "decision" && line.check != true && !["signIn", "signOut", "readLog"].contains(line.action)
    }

    /// What is checked after every script: the export of the log verifies, and nothing that was used can be read in the state directory.
    private func afterwards() throws(Trouble) {
        guard daemon.wasStarted else { return }
        if daemon.isRunning { try daemon.stop() }
        let verified = try ask(["ledger", "verify", "--offline", "\(daemon.state)/ledger"])
        guard verified.exitCode == 0 else { throw Trouble("the ledger does not verify offline", shown: verified.shown) }
        let scan = PlaintextScan(script.attachments, isDemo: isDemo)
        let findings: [String]
        do {
            var all = try scan.findings(below: daemon.state)
            for log in daemon.logs { all += scan.findings(in: FileManager.default.contents(atPath: log) ?? Data(), called: log) }
            findings = all
        } catch {
            throw Trouble("the state directory cannot be read: \(error)")
        }
        guard findings.isEmpty else { throw Trouble("plaintext was found", shown: Array(findings.prefix(12))) }
    }
}
