/// A scenario script: steps, one a line, and the files attached behind them.
///
/// `# …` is a remark. A line `-- NAME --` ends the steps and begins a file, which goes on to the next such line or the end.
struct Script {
    struct Line {
        let number: Int
        /// Whether the line begins with `!`: the command is expected to fail, the check not to hold.
        let negated: Bool
        let step: Step
    }

    struct Attachment {
        let name: String
        let content: [UInt8]
    }

    let name: String
    let lines: [Line]
    let attachments: [Attachment]

    /// Reads a script; the first thing that is wrong with it is thrown.
    init(name: String, text: [UInt8]) throws(ScriptError) {
        self.name = name
        var lines: [Line] = []
        var attachments: [Attachment] = []
        var open: (name: String, content: [UInt8])?
        for (index, raw) in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            let number = index + 1
            if let attached = Script.attachmentName(raw) {
                if let open { attachments.append(Attachment(name: open.name, content: open.content)) }
                guard Script.isPlain(attached), !attachments.contains(where: { $0.name == attached }) else {
                    throw ScriptError(line: number, "an attached file's name is plain, and used once")
                }
                open = (attached, [])
            } else if open != nil {
                // The line break that the split took away; the very last line of the text had none.
                open?.content += raw + [UInt8(ascii: "\n")]
            } else {
                guard let line = String(validating: raw, as: UTF8.self) else { throw ScriptError(line: number, "not UTF-8") }
                if let step = try Script.line(line, number) { lines.append(step) }
            }
        }
        if var open {
            // A text that ends with a line break has an empty last piece, which is no line of its own.
            if text.last == UInt8(ascii: "\n"), open.content.last == UInt8(ascii: "\n") { open.content.removeLast() }
            attachments.append(Attachment(name: open.name, content: open.content))
        }
        self.lines = lines
        self.attachments = attachments
    }

    /// How many of its lines assert something.
    var assertionCount: Int { lines.count { $0.negated || $0.step.asserts } }

    private static func line(_ text: String, _ number: Int) throws(ScriptError) -> Line? {
        var words: [Word]
        do throws(WordError) { words = try Word.split(text) } catch { throw ScriptError(line: number, error.text) }
        guard let first = words.first else { return nil }
        let negated = first.isPlain("!")
        if negated { words.removeFirst() }
        do throws(WordError) {
            let step = try Step(words)
            if negated, !step.canBeNegated { throw WordError("'!' does not go with this") }
            return Line(number: number, negated: negated, step: step)
        } catch {
            throw ScriptError(line: number, error.text)
        }
    }

    private static func attachmentName(_ raw: ArraySlice<UInt8>) -> String? {
        let mark = Array("-- ".utf8)
        let end = Array(" --".utf8)
        guard raw.count > 6, raw.starts(with: mark), raw.suffix(3).elementsEqual(end) else { return nil }
        return String(decoding: raw.dropFirst(3).dropLast(3), as: UTF8.self)
    }

    /// A relative path without `.` and `..`.
    private static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && !name.hasPrefix("/")
            && name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
    }
}

/// What is wrong with a script before it runs.
struct ScriptError: Error {
    let line: Int
    let text: String

    init(line: Int, _ text: String) {
        self.line = line
        self.text = text
    }
}
