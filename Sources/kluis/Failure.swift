internal import Wire

/// Everything that ends a command without success.
struct Failure: Error {
    let code: ProblemCode
    /// What the daemon said, where it was the daemon that said it.
    var problem: ProblemDocument?
    /// What went wrong, when the code's own phrase does not say enough; in the user's language, no capital, no full stop.
    var words: String?
    /// What to do about it.
    var hints: [String] = []

    init(_ code: ProblemCode, _ words: String? = nil, hints: [String] = []) {
        self.code = code
        self.words = words
        self.hints = hints
    }

    init(_ problem: ProblemDocument) {
        code = problem.code
        self.problem = problem
    }

    static func invalid(_ phrase: Phrase, _ values: String...) -> Failure {
        Failure(.invalid, Catalogue.fill(say.phrases[phrase] ?? phrase.rawValue, values))
    }

    /// A log or store that does not verify: what is wrong, where that is known, and that nobody goes on before somebody has looked.
    static func unverified(_ words: String? = nil) -> Failure {
        Failure(.verificationFailed, words.map { "\(say(.verificationFailed)): \($0)" }, hints: [say(.hintTouchNothing)])
    }

    /// The words for a message that cannot be read or written.
    static func wire<Result>(_ body: () throws(WireError) -> Result) throws(Failure) -> Result {
        do { return try body() } catch {
            switch error {
            case .unknownField(let path): throw .invalid(.unknownField, path)
            case .missingField(let path): throw .invalid(.missingField, path)
            case .wrongType(let path): throw .invalid(.wrongType, path)
            default: throw .invalid(.notJSON, error.description)
            }
        }
    }

    /// The code's phrase.
    var phrase: Phrase {
        switch code {
        case .refused: .refused
        case .invalid: .invalid
        case .notFound: .notFound
        case .unreachable: .unreachable
        case .sealed: .sealed
        case .verificationFailed: .verificationFailed
        case .conflict: .conflict
        case .signInFirst: .signInFirst
        case .notRecorded: .notRecorded
        case .busy: .busy
        case .unknown: .unknown
        case .interrupted: .interrupted
        case .internal: .internalFault
        }
    }

    /// The error as one line, without its `kluis: error: `: a refusal with its articles and their sentences.
    var line: String {
        if let words { return words }
        guard let problem else { return say(phrase) }
        // The daemon's title is in the user's language as well, and may say more than the code alone.
        let title = Failure.lines(problem.title).joined(separator: "; ")
        var line = title.isEmpty ? say(phrase) : Program.plain(title)
        if let articles = problem.articles, !articles.isEmpty { line += " (\(articles.joined(separator: ", ")))" }
        if let field = problem.field, !field.isEmpty { line += " (\(Spoken.option(field)))" }
        let sentences = Failure.lines(problem.detail).map(Spoken.choices)
        if !sentences.isEmpty { line += ": \(sentences.joined(separator: "; "))" }
        return line
    }

    /// The hints, each without its `kluis: hint: `.
    var allHints: [String] {
        var all = hints
        if let problem {
            all += Failure.lines(problem.next).map { say(.nextStep, $0) }
            if let receipt = problem.receipt { all.append(say(.receipt, String(receipt))) }
        }
        switch code {
        case .signInFirst: all.append(say(.hintSignIn))
        case .interrupted: if problem == nil { all.append(say(.hintAskAgain)) }
        case .sealed: all.append(say(.hintUnsealed))
        default: break
        }
        return all
    }

    /// The problem document for tools; made up where the daemon sent none.
    var document: ProblemDocument {
        if let problem { return problem }
        return ProblemDocument(code: code, title: say(phrase), detail: words, next: hints.isEmpty ? nil : hints.joined(separator: "\n"))
    }

    /// Lines without their full stops.
    private static func lines(_ text: String?) -> [String] {
        (text ?? "").split(whereSeparator: \.isNewline).map { line in
            var line = line
            while line.last == "." || line.last == " " { line.removeLast() }
            return String(line)
        }.filter { !$0.isEmpty }
    }

    /// Writes the error and its hints; under `--json` the problem document goes to the standard output as well.
    func report(json: Bool) {
        if json, let text = try? WireJSON.encode(document) { Console.raw(text) }
        Console.fail(line)
        for hint in allHints { Console.hint(hint) }
    }
}

/// A command that is over early, with the exit code that it has earned: a decision that was only asked for.
struct Finished: Error {
    let exitCode: Int32
}
