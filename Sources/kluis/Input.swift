internal import Glibc
internal import Wire

/// What a person types or a file holds, so that nothing personal stands among the arguments.
enum Input {
    /// The largest text that is taken in.
    static let limit = 1 << 20

    /// A file's bytes; `nil` or `-` is the standard input.
    static func bytes(_ path: String?) throws(Failure) -> [UInt8] {
        let name = path ?? "-"
        do throws(SystemFault) {
            return name == "-" ? try Bytes.all(of: STDIN_FILENO, limit: limit) : try Bytes.all(ofFile: name, limit: limit)
        } catch {
            throw Failure(.invalid, say(.cannotRead, name, error.words))
        }
    }

    /// A file's text, to the byte: what is not UTF-8 would be kept as other characters than were written.
    static func plain(_ path: String?) throws(Failure) -> String {
        guard let text = String(validating: try bytes(path), as: UTF8.self) else { throw .invalid(.notText, path ?? "-") }
        return text
    }

    /// A file's text without white space at its ends. From a terminal it is one line, asked for.
    static func text(_ path: String?, asking prompt: Phrase) throws(Failure) -> String {
        if path == nil, Console.inputIsTerminal { return try line(prompt) }
        let text = trimmed(try plain(path))
        guard !text.isEmpty else { throw .invalid(.emptyInput) }
        return text
    }

    /// The first line of the standard input; on a terminal it is asked for.
    static func line(_ prompt: Phrase) throws(Failure) -> String {
        let line = asked(prompt)
        guard !line.isEmpty else { throw .invalid(.emptyInput) }
        return line
    }

    /// As `line`, but may be empty.
    static func asked(_ prompt: Phrase) -> String {
        if Console.inputIsTerminal { try? Bytes.write(Array("\(say(prompt)): ".utf8), to: STDERR_FILENO) }
        return trimmed(readLine(strippingNewline: true) ?? "")
    }

    static func trimmed(_ text: String) -> String {
        var rest = Substring(text)
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}

/// Simple text for people to write: `name: value` lines in blocks that empty lines part; `#` begins a remark.
struct Blocks {
    /// Each block's lines in order: the name as the caller knows it, the value, the line number.
    let blocks: [[(name: String, value: String, line: Int)]]

    init(_ text: String) throws(Failure) {
        var blocks: [[(name: String, value: String, line: Int)]] = []
        var block: [(name: String, value: String, line: Int)] = []
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            let line = Input.trimmed(String(line))
            if line.isEmpty {
                if !block.isEmpty { blocks.append(block) }
                block = []
            } else if !line.hasPrefix("#") {
                guard let colon = line.firstIndex(of: ":"), colon > line.startIndex else { throw .invalid(.badLine, String(index + 1)) }
                block.append((Blocks.key(String(line[..<colon])), Input.trimmed(String(line[line.index(after: colon)...])), index + 1))
            }
        }
        if !block.isEmpty { blocks.append(block) }
        self.blocks = blocks
    }

    /// `Given name`, `given-name`, `givenName` and `voornaam` are one name.
    static func key(_ written: String) -> String {
        let plain = written.lowercased().filter { $0 != " " && $0 != "-" && $0 != "_" }
        return dutch[plain] ?? plain
    }

    private static let dutch = [
        "voornaam": "givenname", "achternaam": "familyname", "geboortedatum": "birthdate", "relatie": "relation", "woontin": "livesin",
        "woonter": "livesin", "adres": "address", "geheimadres": "secretaddress", "telefoon": "phone", "taal": "language",
        "actie": "action", "leefgebied": "domain", "inwoner": "subject", "resultaat": "result", "uiterlijk": "due", "wie": "actor",
        "tekst": "text", "evaluatie": "review", "medewerker": "worker", "naam": "name", "verkortenaam": "handle", "soort": "kind",
        "organisatie": "organisation", "discipline": "discipline", "registratie": "registration",
    ]
}

/// One block's values, each asked for once; what nobody asked for is an unknown field.
struct Fields {
    private var rest: [(name: String, value: String, line: Int)]

    init(_ block: [(name: String, value: String, line: Int)]) { rest = block }

    mutating func optional(_ name: String) -> String? {
        guard let index = rest.firstIndex(where: { $0.name == name.lowercased() }) else { return nil }
        let value = rest.remove(at: index).value
        return value.isEmpty ? nil : value
    }

    mutating func all(_ name: String) -> [String] {
        var values: [String] = []
        while let value = optional(name) { values.append(value) }
        return values
    }

    mutating func required(_ name: String) throws(Failure) -> String {
        guard let value = optional(name) else { throw .invalid(.missingField, name) }
        return value
    }

    mutating func boolean(_ name: String) throws(Failure) -> Bool? {
        guard let value = optional(name) else { return nil }
        return try Fields.boolean(value, name)
    }

    /// yes or no, in either language.
    static func boolean(_ value: String, _ name: String) throws(Failure) -> Bool {
        switch value.lowercased() {
        case "yes", "ja", "true", "y", "j": return true
        case "no", "nee", "false", "n": return false
        default: throw .invalid(.badBoolean, name)
        }
    }

    /// Nothing may be left: a misspelt name would otherwise be lost in silence.
    func finish() throws(Failure) {
        if let left = rest.first { throw .invalid(.unknownField, left.name) }
    }
}

/// Messages that people write in files.
enum Written {
    /// The message as JSON, when the text begins with a brace, else what `block` makes of its blocks.
    static func message<Message: Codable>(
        _ text: [UInt8], _ type: Message.Type, otherwise block: (Blocks) throws(Failure) -> Message
    ) throws(Failure) -> Message {
        let first = text.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
        guard let first else { throw .invalid(.emptyInput) }
        if first == UInt8(ascii: "{") {
            return try Failure.wire { () throws(WireError) in try WireJSON.decode(type, from: text) }
        }
        guard let plain = String(validating: text, as: UTF8.self) else { throw .invalid(.notJSON, "UTF-8") }
        return try block(Blocks(plain))
    }

    static func person(_ text: [UInt8]) throws(Failure) -> AddPerson {
        try message(text, AddPerson.self) { blocks throws(Failure) in
            var fields = Fields(blocks.blocks.flatMap { $0 })
            let person = AddPerson(
                givenName: try fields.required("givenName"), familyName: try fields.required("familyName"),
                birthDate: try fields.required("birthDate"), relation: Vocabulary.relation(try fields.required("relation")),
                livesIn: try fields.boolean("livesIn"), address: fields.optional("address"),
                secretAddress: try fields.boolean("secretAddress"),
                phone: fields.optional("phone"), email: fields.optional("email"), language: fields.optional("language"))
            try fields.finish()
            return person
        }
    }

    static func organisation(_ text: [UInt8]) throws(Failure) -> AddOrganisation {
        try message(text, AddOrganisation.self) { blocks throws(Failure) in
            var fields = Fields(blocks.blocks.flatMap { $0 })
            let disciplines = fields.all("discipline")
            let organisation = AddOrganisation(
                handle: try fields.required("handle"), name: try fields.required("name"),
                kind: Vocabulary.organisationKind(try fields.required("kind")),
                convenantSignedOn: fields.optional("convenantSignedOn"), disciplines: disciplines.isEmpty ? nil : disciplines,
                contactRoute: fields.optional("contactRoute"))
            try fields.finish()
            return organisation
        }
    }

    /// A registration is one line: `registration: SKJ 12345 until 2028-01-01`.
    static func worker(_ text: [UInt8]) throws(Failure) -> AddWorker {
        try message(text, AddWorker.self) { blocks throws(Failure) in
            var fields = Fields(blocks.blocks.flatMap { $0 })
            var registrations: [Registration] = []
            for line in fields.all("registration") {
                let words = line.split(separator: " ").map { String($0) }.filter { !["until", "tot"].contains($0) }
                guard words.count == 3 else { throw .invalid(.badRegistration) }
                registrations.append(Registration(register: words[0], number: words[1], validUntil: words[2]))
            }
            let worker = AddWorker(
                handle: try fields.required("handle"), name: try fields.required("name"), organisation: try fields.required("organisation"),
                discipline: fields.optional("discipline"), registrations: registrations.isEmpty ? nil : registrations,
                secrecyDeclaredOn: fields.optional("secrecyDeclaredOn"))
            try fields.finish()
            return worker
        }
    }

    /// Blocks that begin with `goal:` or `action:`; a block that begins with `review:` holds the day of the review.
    static func plan(_ text: [UInt8]) throws(Failure) -> DraftPlan {
        try message(text, DraftPlan.self) { blocks throws(Failure) in
            var plan = DraftPlan(goals: [], actions: [])
            for block in blocks.blocks {
                var fields = Fields(block)
                switch block.first?.name {
                case "goal":
                    plan.goals.append(
                        DraftGoal(
                            label: try fields.required("goal"), domain: Vocabulary.domain(try fields.required("domain")),
                            subject: Vocabulary.subject(try fields.required("subject")), result: try fields.required("result"),
                            due: try fields.required("due"), audience: fields.optional("audience").map(Vocabulary.audience)))
                case "action":
                    plan.actions.append(
                        DraftAction(
                            label: try fields.required("action"), goal: try fields.required("goal"),
                            actor: party(try fields.required("actor")),
                            worker: fields.optional("worker"), text: try fields.required("text"), due: try fields.required("due")))
                default: plan.reviewDueOn = try fields.required("review")
                }
                try fields.finish()
            }
            return plan
        }
    }

    /// `organisation balans`, `person noor` or `network`, in either language.
    static func party(_ written: String) -> PlanParty {
        let words = written.split(separator: " ", maxSplits: 1).map { String($0) }
        let kinds = ["organisatie": "organisation", "persoon": "person", "netwerk": "network"]
        let kind = words.first ?? written
        return PlanParty(kind: kinds[kind.lowercased()] ?? kind, id: words.count > 1 ? words[1] : nil)
    }
}
