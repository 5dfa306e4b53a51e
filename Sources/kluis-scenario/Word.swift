/// What is wrong with a line of a script.
struct WordError: Error {
    let text: String
    init(_ text: String) { self.text = text }
}

/// One word of a line: pieces of text and of `$NAME`, the latter filled in when the line runs.
struct Word: Equatable {
    enum Piece: Equatable {
        case text(String)
        case variable(String)
    }

    var pieces: [Piece]

    /// Whether it is exactly this text, without variables.
    func isPlain(_ text: String) -> Bool { pieces == [.text(text)] }

    /// The text of a word without variables; nil for another.
    var plain: String? {
        var text = ""
        for piece in pieces {
            guard case .text(let part) = piece else { return nil }
            text += part
        }
        return text
    }

    /// With the variables filled in; an unknown one is an error, for it is most likely misspelt.
    func filled(_ variables: [String: String]) throws(WordError) -> String {
        var text = ""
        for piece in pieces {
            switch piece {
            case .text(let part): text += part
            case .variable(let name):
                guard let value = variables[name] else { throw WordError("$\(name) is not set") }
                text += value
            }
        }
        return text
    }

    /// Splits a line as a shell does, and no further: blanks part words; `'…'` is taken as it is; in `"…"` and outside quotes `$NAME` and
    /// `${NAME}` are variables and a backslash takes the next character as it is (in `"…"` only before `"`, `\`, `$`); `#` at the start of a
    /// word begins a remark. A `$` before anything but a name is a dollar sign.
    static func split(_ line: String) throws(WordError) -> [Word] {
        var words: [Word] = []
        var pieces: [Piece]?
        var rest = Array(line)[...]

        func add(_ text: String) {
            var grown = pieces ?? []
            if case .text(let before)? = grown.last {
                grown[grown.count - 1] = .text(before + text)
            } else {
                grown.append(.text(text))
            }
            pieces = grown
        }
        func variable() throws(WordError) {
            let braced = rest.first == "{"
            if braced { rest.removeFirst() }
            var name = ""
            while let character = rest.first,
                character == "_" || character.isASCII && (character.isLetter || (!name.isEmpty && character.isNumber))
            {
                name.append(character)
                rest.removeFirst()
            }
            if braced {
                guard !name.isEmpty, rest.first == "}" else { throw WordError("a brace after $ holds a name") }
                rest.removeFirst()
            }
            if name.isEmpty { add("$") } else { pieces = (pieces ?? []) + [.variable(name)] }
        }

        while let character = rest.first {
            rest.removeFirst()
            switch character {
            case " ", "\t", "\r", "\r\n":
                if let finished = pieces { words.append(Word(pieces: finished)) }
                pieces = nil
            case "#" where pieces == nil: rest = []
            case "'":
                guard let end = rest.firstIndex(of: "'") else { throw WordError("a quote without its end") }
                add(String(rest[..<end]))
                rest = rest[(end + 1)...]
            case "\"":
                add("")
                var closed = false
                while let inner = rest.first {
                    rest.removeFirst()
                    if inner == "\"" {
                        closed = true
                        break
                    }
                    if inner == "$" {
                        try variable()
                    } else if inner == "\\", let next = rest.first, "\"\\$".contains(next) {
                        add(String(next))
                        rest.removeFirst()
                    } else {
                        add(String(inner))
                    }
                }
                guard closed else { throw WordError("a quote without its end") }
            case "\\":
                guard let next = rest.first else { throw WordError("nothing after a backslash") }
                add(String(next))
                rest.removeFirst()
            case "$": try variable()
            default: add(String(character))
            }
        }
        if let finished = pieces { words.append(Word(pieces: finished)) }
        return words
    }
}
