/// One line of a script, understood.
enum Step {
    enum DaemonOrder: String { case start, stop, kill, restart }
    enum Outcome: String { case permit, refuse, oblige }

    case daemon(DaemonOrder, demo: Bool)
    case clock(Word)
    case fault(Word)
    case actAs(worker: Word, hat: Word?, new: Bool)
    case kluis([Word])
    case curl([Word])
    case stdin(Word)
    case exit(Int32)
    case stdout(Word)
    case stderr(Word)
    case cmp(Word, Word)
    case grep(Word, path: Word)
    case exists(Word)
    case bind(name: String, Word)
    case env(Word)
    case row(id: String, Outcome, articles: [String])

    init(_ words: [Word]) throws(WordError) {
        guard let name = words.first?.plain else { throw WordError("a line begins with a plain word") }
        let rest = Array(words.dropFirst())
        func exactly(_ count: Int) throws(WordError) {
            guard rest.count == count else { throw WordError("'\(name)' takes \(count) word\(count == 1 ? "" : "s")") }
        }
        switch name {
        case "daemon":
            guard let order = rest.first?.plain.flatMap(DaemonOrder.init), rest.count <= 2 else {
                throw WordError("'daemon' takes start, start demo, stop, kill or restart")
            }
            let demo = rest.count == 2
            guard !demo || (order == .start && rest[1].isPlain("demo")) else { throw WordError("only 'daemon start' takes 'demo'") }
            self = .daemon(order, demo: demo)
        case "clock":
            try exactly(1)
            self = .clock(rest[0])
        case "fault":
            try exactly(1)
            self = .fault(rest[0])
        case "as": self = try Step.actAs(rest)
        case "kluis": self = .kluis(rest)
        case "curl": self = .curl(rest)
        case "stdin":
            try exactly(1)
            self = .stdin(rest[0])
        case "exit":
            guard rest.count == 1, let code = rest[0].plain.flatMap({ Int32($0) }), (0...255).contains(code) else {
                throw WordError("'exit' takes a number")
            }
            self = .exit(code)
        case "stdout":
            try exactly(1)
            self = .stdout(try Step.pattern(rest[0]))
        case "stderr":
            try exactly(1)
            self = .stderr(try Step.pattern(rest[0]))
        case "cmp":
            try exactly(2)
            self = .cmp(rest[0], rest[1])
        case "grep":
            try exactly(2)
            self = .grep(try Step.pattern(rest[0]), path: rest[1])
        case "exists":
            try exactly(1)
            self = .exists(rest[0])
        case "let":
            guard rest.count == 3, let variable = rest[0].plain, rest[1].isPlain("stdout"), Step.isName(variable) else {
                throw WordError("'let' takes NAME stdout PATTERN")
            }
            self = .bind(name: variable, try Step.pattern(rest[2]))
        case "env":
            guard rest.count == 1, case .text(let head)? = rest[0].pieces.first, let equals = head.firstIndex(of: "="),
                Step.isName(String(head[..<equals]))
            else { throw WordError("'env' takes NAME=VALUE") }
            self = .env(rest[0])
        case "row": self = try Step.row(rest)
        default: throw WordError("unknown step '\(name)'")
        }
    }

    private static func actAs(_ rest: [Word]) throws(WordError) -> Step {
        guard let worker = rest.first else { throw WordError("'as' takes a worker") }
        var hat: Word?
        var new = false
        var options = rest.dropFirst()
        while let option = options.popFirst() {
            if option.isPlain("--new") {
                new = true
            } else if option.isPlain("--hat"), let value = options.popFirst() {
                hat = value
            } else {
                throw WordError("'as' takes W [--hat H] [--new]")
            }
        }
        return .actAs(worker: worker, hat: hat, new: new)
    }

    private static func row(_ rest: [Word]) throws(WordError) -> Step {
        let plain = rest.compactMap(\.plain)
        guard plain.count == rest.count, plain.count == 3, let outcome = Outcome(rawValue: plain[1]) else {
            throw WordError("'row' takes ID permit|refuse|oblige ARTICLES")
        }
        let articles = plain[2].split(whereSeparator: { ";,".contains($0) }).map { String($0) }
        let isArticle = { (article: String) in
            let parts = article.split(separator: ".", omittingEmptySubsequences: false)
            return parts.count == 2 && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } }
        }
        guard !articles.isEmpty, articles.allSatisfy(isArticle) else { throw WordError("articles are numbers such as 13.2, parted by ;") }
        return .row(id: plain[0], outcome, articles: articles.map { "PR-\($0)" })
    }

    /// Checks a pattern that holds no variables now rather than when it runs.
    private static func pattern(_ word: Word) throws(WordError) -> Word {
        if let text = word.plain { _ = try Pattern(text) }
        return word
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.first, first == "_" || (first.isASCII && first.isLetter) else { return false }
        return text.allSatisfy { $0 == "_" || ($0.isASCII && ($0.isLetter || $0.isNumber)) }
    }

    /// Whether the step fails the script when something is not as it should be said to be.
    var asserts: Bool {
        switch self {
        case .exit, .stdout, .stderr, .cmp, .grep, .exists, .row: true
        default: false
        }
    }

    /// Whether a `!` before it makes sense.
    var canBeNegated: Bool {
        switch self {
        case .kluis, .curl, .actAs, .exit, .stdout, .stderr, .cmp, .grep, .exists: true
        default: false
        }
    }
}

/// A pattern of the scripts: Swift's `Regex`, `^` and `$` at lines.
struct Pattern {
    private let regex: Regex<AnyRegexOutput>

    init(_ text: String) throws(WordError) {
        do { regex = try Regex(text).anchorsMatchLineEndings() } catch { throw WordError("not a pattern: \(text)") }
    }

    func matches(_ text: String) -> Bool { text.firstMatch(of: regex) != nil }

    /// The first group of the first match; without groups, the match.
    func capture(in text: String) -> String? {
        guard let match = text.firstMatch(of: regex) else { return nil }
        let output = match.output
        if output.count > 1 { return output[1].substring.map { String($0) } }
        return output[0].substring.map { String($0) }
    }
}
