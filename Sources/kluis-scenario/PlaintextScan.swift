internal import Foundation
internal import Wire

/// Looks for what must not be readable in a directory: pieces of the attached files, and the names, titles and addresses in them.
struct PlaintextScan {
    /// A needle and where it comes from, for the report.
    struct Needle {
        let bytes: Data
        let origin: String
    }

    let needles: [Needle]

    /// Bytes of a piece of a file; long enough never to turn up by chance.
    static let window = 24
    /// Pieces that are taken of one file, spread over all of it.
    static let windowsPerFile = 200
    /// The shortest word that is looked for wherever it stands. Four random bytes turn up in a few megabytes once in a thousand runs; five once in
    /// a hundred thousand. A shorter word is looked for as a record would hold it: in quotes.
    static let shortestWord = 5
    /// Words of fewer bytes than this are not looked for.
    static let leastWord = 3

    /// Names of the household that `daemon start demo` makes, which stand in no attached file.
    static let demoHousehold = ["Selma", "Aydin", "Ronald", "de Wit", "Emre", "Noor", "Sem", "Hatice", "Kaya", "H-0147"]

    /// - Parameter isDemo: whether the demo household was made.
    init(_ attachments: [Script.Attachment], isDemo: Bool = false) {
        var needles = isDemo ? Self.demoHousehold.map { Self.needle($0, "the demo household") } : []
        for file in attachments {
            let content = Data(file.content)
            let steps = max(1, (content.count + Self.window - 1) / Self.window)
            let stride = max(1, steps / Self.windowsPerFile)
            for step in Swift.stride(from: 0, to: steps, by: stride) {
                // Aligned pieces: whatever 47 bytes of the file lie together somewhere hold one of them whole.
                let start = step * Self.window
                guard start + Self.window <= content.count else { continue }
                let piece = content[start..<start + Self.window]
                // A run of one character is no content.
                if Set(piece).count > 4 { needles.append(Needle(bytes: Data(piece), origin: "\(file.name) at byte \(start)")) }
            }
            for line in content.split(separator: UInt8(ascii: "\n")) where (12..<Self.window).contains(line.count) && Set(line).count > 4 {
                needles.append(Needle(bytes: Data(line), origin: "a line of \(file.name)"))
            }
            for word in Self.words(in: file) { needles.append(Self.needle(word, "a word of \(file.name)")) }
            // Without a title of its own, an item is called as its file.
            if file.name.utf8.count >= 8 { needles.append(Needle(bytes: Data(file.name.utf8), origin: "the name \(file.name)")) }
        }
        self.needles = needles
    }

    private static func needle(_ word: String, _ origin: String) -> Needle {
        Needle(bytes: Data((word.utf8.count < shortestWord ? "\"\(word)\"" : word).utf8), origin: origin)
    }

    /// Names of fields whose values are about somebody or in somebody's words.
    static let tellingFields: Set<String> = [
        "givenname", "familyname", "name", "address", "phone", "email", "title", "term", "result", "text", "reason", "voornaam",
        "achternaam",
        "naam", "adres", "telefoon", "titel", "resultaat", "tekst", "reden",
    ]

    static func words(in file: Script.Attachment) -> [String] {
        var words: [String] = []
        if let tree = try? StrictJSON.parse(file.content) {
            collect(tree, under: nil, into: &words)
        } else {
            for line in String(decoding: file.content, as: UTF8.self).split(whereSeparator: \.isNewline) {
                guard let colon = line.firstIndex(of: ":") else { continue }
                let field = line[..<colon].lowercased().filter { $0.isLetter }
                let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
                if tellingFields.contains(field) { words.append(value) }
            }
        }
        return words.filter { $0.utf8.count >= leastWord }
    }

    private static func collect(_ tree: JSONTree, under field: String?, into words: inout [String]) {
        switch tree {
        case .string(let text): if let field, tellingFields.contains(field.lowercased()) { words.append(text) }
        case .array(let elements): for element in elements { collect(element, under: field, into: &words) }
        case .object(let members): for (key, value) in members { collect(value, under: key, into: &words) }
        default: break
        }
    }

    /// What was found where; empty is what is hoped for. Every regular file below `directory` is read raw.
    func findings(below directory: String) throws -> [String] {
        var findings: [String] = []
        for path in try Self.files(below: directory) {
            let content = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
            findings += self.findings(in: content, called: path)
        }
        return findings
    }

    func findings(in content: Data, called name: String) -> [String] {
        needles.filter { content.range(of: $0.bytes) != nil }.map { "\(name) holds \($0.origin)" }
    }

    static func files(below directory: String) throws -> [String] {
        var files: [String] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: directory).sorted() {
            let path = "\(directory)/\(name)"
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            switch attributes[.type] as? FileAttributeType {
            case .typeDirectory: files += try Self.files(below: path)
            case .typeRegular: files.append(path)
            default: break
            }
        }
        return files
    }
}
