internal import Glibc
internal import Wire

/// What a person or a tool sees of this program: sentences and tables, or one JSON document.
struct Console: Sendable {
    /// One JSON document on the standard output instead of sentences and tables.
    let json: Bool

    static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
    static var errorsAreTerminal: Bool { isatty(STDERR_FILENO) == 1 }
    static var inputIsTerminal: Bool { isatty(STDIN_FILENO) == 1 }

    /// A line on the standard output. A reader that went away ends the program, as it does for others.
    static func line(_ text: String) { raw(Array(printable(text).utf8)) }

    /// A document on the standard output, to the byte: tools read it, not terminals.
    static func raw(_ document: [UInt8]) {
        do throws(SystemFault) { try Bytes.write(document + [UInt8(ascii: "\n")], to: STDOUT_FILENO) } catch { exit(1) }
    }

    /// Bytes on the standard output, as they are.
    static func bytes(_ document: [UInt8]) throws(Failure) {
        do throws(SystemFault) { try Bytes.write(document, to: STDOUT_FILENO) } catch { exit(1) }
    }

    /// The document under `--json`, else the lines.
    func show(_ document: some Encodable, lines: () -> [String]) throws(Failure) {
        if json {
            Console.raw(try Failure.wire { () throws(WireError) in try WireJSON.encode(document) })
        } else {
            for line in lines() { Console.line(line) }
        }
    }

    /// `kluis: warning: …` on the standard error.
    static func warn(_ text: String) { message(.warning, text) }

    /// `kluis: hint: …` on the standard error.
    static func hint(_ text: String) { message(.hint, text) }

    /// `kluis: error: …` on the standard error.
    static func fail(_ text: String) { message(.error, text) }

    private static func message(_ kind: Phrase, _ text: String) {
        note("kluis: \(say(kind)): \(text)")
    }

    /// A line on the standard error; that nobody reads it is no reason to stop.
    static func note(_ text: String) {
        try? Bytes.write(Array((printable(text) + "\n").utf8), to: STDERR_FILENO)
    }

    /// Text from a vault must not drive the terminal: control characters and direction marks become U+FFFD.
    static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHarmful) else { return text }
        var clean = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { clean.append(isHarmful(scalar) ? "\u{FFFD}" : scalar) }
        return String(clean)
    }

    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }
}

/// Bytes that come piece by piece, as they may be shown on a terminal: lines and tabs stay, whatever else drives one becomes U+FFFD.
struct TerminalText {
    /// The beginning of a character whose other bytes come with the next piece.
    private var rest: [UInt8] = []

    /// What of the bytes so far is not shown yet.
    mutating func shown(_ piece: some Sequence<UInt8>, isLast: Bool = false) -> String {
        let bytes = rest + piece
        var end = bytes.count
        if !isLast {
            // A character has four bytes at most: the last three may be the beginning of one.
            let start = bytes.indices.suffix(3).last { bytes[$0] >= 0xC0 }
            if let start, bytes.count - start < (bytes[start] >= 0xF0 ? 4 : bytes[start] >= 0xE0 ? 3 : 2) { end = start }
            if bytes[..<end].last == UInt8(ascii: "\r") { end -= 1 }
        }
        rest = Array(bytes[end...])
        let text = String(decoding: bytes[..<end], as: UTF8.self).replacing("\r\n", with: "\n")
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.split(separator: "\t", omittingEmptySubsequences: false).map { Console.printable(String($0)) }.joined(separator: "\t")
        }.joined(separator: "\n")
    }
}

/// Columns under heads, aligned by characters, two spaces apart; no trailing spaces.
struct Table {
    private var rows: [[String]]

    init(_ heads: Phrase...) { rows = [heads.map { say($0) }] }

    mutating func add(_ cells: String?...) { rows.append(cells.map { Console.printable(Spoken.word($0 ?? "")) }) }

    var lines: [String] {
        // Heads without rows leave a reader to wonder.
        guard rows.count > 1 else { return [say(.nothingToShow)] }
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                line += cell
                if row[(column + 1)...].contains(where: { !$0.isEmpty }) {
                    line += String(repeating: " ", count: widths[column] - cell.count + 2)
                }
            }
            return line
        }
    }
}

/// `head  value` lines, aligned; values that are absent or empty are left out.
func particulars(_ pairs: (Phrase, String?)...) -> [String] {
    let filled = pairs.compactMap { pair in pair.1.flatMap { $0.isEmpty ? nil : (say(pair.0), $0) } }
    let width = filled.map(\.0.count).max() ?? 0
    return filled.map { $0.0 + String(repeating: " ", count: width - $0.0.count + 2) + Console.printable(Spoken.word($0.1)) }
}
