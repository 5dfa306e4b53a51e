extension Token {
    /// For words of this module's own, which are all within the allow-list.
    private init(own word: StaticString) {
        self = (try? Token(word.description)) ?? Token.empty
    }

    private static let empty: Token = {
        guard let token = try? Token("") else { preconditionFailure("the empty text is within every allow-list") }
        return token
    }()

    static let decision = Token(own: "decision")
    static let outcome = Token(own: "outcome")
    static let continuation = Token(own: "continuation")
    static let none = Token(own: "")

    /// For the raw values of this module's closed codes.
    init(code: some RawRepresentable<String>) {
        self = (try? Token(code.rawValue)) ?? .none
    }
}

extension CanonicalObject {
    fileprivate mutating func set(_ key: String, _ token: Token?) {
        if let token { self[key] = .text(token) }
    }

    fileprivate mutating func set(_ key: String, _ tokens: [Token]) {
        if !tokens.isEmpty { self[key] = .list(tokens) }
    }

    fileprivate mutating func set(_ phase: LogLine.Phase) {
        switch phase {
        case .decision(let verdict, let effect):
            self["kind"] = .text(.decision)
            self["verdict"] = .text(Token(code: verdict))
            set("effect", effect.map { Token(code: $0) })
        case .outcome(let decision, let effect):
            self["kind"] = .text(.outcome)
            self["of"] = .number(decision)
            self["effect"] = .text(Token(code: effect))
        }
    }
}

extension LogLine {
    /// The officers' segment.
    var object: CanonicalObject {
        var object = CanonicalObject()
        object.set(phase)
        object["moment"] = .number(UInt64(clamping: moment))
        object.set("caller", caller)
        object.set("organisation", organisation)
        object.set("role", role)
        object.set("hat", hat)
        object.set("household", household)
        object.set("residents", residents.map(\.resident))
        // Parallel to the residents; the empty text stands for nothing.
        if residents.contains(where: { $0.item != nil }) { object.set("residentItems", residents.map { $0.item ?? .none }) }
        if residents.contains(where: { $0.consent != nil }) { object.set("residentConsents", residents.map { $0.consent ?? .none }) }
        object.set("item", item)
        object.set("layer", layer)
        object.set("lifeDomains", lifeDomains)
        object.set("action", action)
        object.set("purpose", purpose)
        object.set("legalBasis", legalBasis)
        object.set("consent", consent)
        object.set("articles", articles)
        object.set("reglement", reglementVersion)
        object.set("policySet", policySetDigest)
        object.set("facts", factsDigest)
        object.set("trace", traceID)
        object["visible"] = .flag(isVisible)
        object.set("note", note.map { Token(code: $0) })
        return object
    }

    init(kind: Token, _ fields: inout SegmentFields) throws(LedgerFormatError) {
        self.init(
            try fields.phase(kind), moment: try fields.moment(), caller: try fields.requiredText("caller"),
            action: try fields.requiredText("action"), isVisible: try fields.flag("visible"))
        organisation = try fields.text("organisation")
        role = try fields.text("role")
        hat = try fields.text("hat")
        household = try fields.text("household")
        let pseudonyms = try fields.list("residents")
        let items = try fields.list("residentItems")
        let consents = try fields.list("residentConsents")
        guard items.isEmpty || items.count == pseudonyms.count, consents.isEmpty || consents.count == pseudonyms.count else {
            throw .malformedSegment
        }
        residents = pseudonyms.enumerated().map { position, resident in
            let item = items.isEmpty || items[position].isEmpty ? nil : items[position]
            let consent = consents.isEmpty || consents[position].isEmpty ? nil : consents[position]
            return Concern(resident, item: item, consent: consent)
        }
        item = try fields.text("item")
        layer = try fields.text("layer")
        lifeDomains = try fields.list("lifeDomains")
        purpose = try fields.text("purpose")
        legalBasis = try fields.text("legalBasis")
        consent = try fields.text("consent")
        articles = try fields.list("articles")
        reglementVersion = try fields.text("reglement")
        policySetDigest = try fields.text("policySet")
        factsDigest = try fields.text("facts")
        traceID = try fields.text("trace")
        if let code = try fields.text("note") {
            guard let known = Note(rawValue: code.text) else { throw .malformedSegment }
            note = known
        }
        do {
            try validate()
        } catch {
            throw .malformedSegment
        }
    }
}

extension ResidentSegment {
    var object: CanonicalObject {
        var object = CanonicalObject()
        object.set(phase)
        object["moment"] = .number(UInt64(clamping: moment))
        object.set("resident", resident)
        object.set("organisation", organisation)
        object.set("role", role)
        object.set("hat", hat)
        object.set("item", item)
        object.set("layer", layer)
        object.set("lifeDomains", lifeDomains)
        object.set("action", action)
        object.set("purpose", purpose)
        object.set("legalBasis", legalBasis)
        object.set("consent", consent)
        object.set("articles", articles)
        object.set("reglement", reglementVersion)
        object["emergencyAccess"] = .flag(isEmergencyAccess)
        return object
    }

    init(kind: Token, _ fields: inout SegmentFields) throws(LedgerFormatError) {
        self.init(
            phase: try fields.phase(kind), moment: try fields.moment(), resident: try fields.requiredText("resident"),
            organisation: try fields.text("organisation"), role: try fields.text("role"), hat: try fields.text("hat"),
            item: try fields.text("item"), layer: try fields.text("layer"), lifeDomains: try fields.list("lifeDomains"),
            action: try fields.requiredText("action"), purpose: try fields.text("purpose"), legalBasis: try fields.text("legalBasis"),
            consent: try fields.text("consent"), articles: try fields.list("articles"), reglementVersion: try fields.text("reglement"),
            isEmergencyAccess: try fields.flag("emergencyAccess"))
    }
}

/// Takes fields out of an object, so that what is left at the end is known to be unknown.
struct SegmentFields {
    private var object: CanonicalObject

    init(_ object: CanonicalObject) {
        self.object = object
    }

    private mutating func take(_ key: String) -> CanonicalObject.Value? {
        defer { object[key] = nil }
        return object[key]
    }

    mutating func text(_ key: String) throws(LedgerFormatError) -> Token? {
        guard let value = take(key) else { return nil }
        guard case .text(let token) = value else { throw .malformedSegment }
        return token
    }

    mutating func requiredText(_ key: String) throws(LedgerFormatError) -> Token {
        guard let token = try text(key), !token.isEmpty else { throw .malformedSegment }
        return token
    }

    mutating func list(_ key: String) throws(LedgerFormatError) -> [Token] {
        guard let value = take(key) else { return [] }
        guard case .list(let tokens) = value, !tokens.isEmpty else { throw .malformedSegment }
        return tokens
    }

    mutating func flag(_ key: String) throws(LedgerFormatError) -> Bool {
        guard case .flag(let flag) = take(key) else { throw .malformedSegment }
        return flag
    }

    mutating func requiredNumber(_ key: String) throws(LedgerFormatError) -> UInt64 {
        guard case .number(let number) = take(key) else { throw .malformedSegment }
        return number
    }

    mutating func moment() throws(LedgerFormatError) -> Int64 {
        guard let moment = Int64(exactly: try requiredNumber("moment")) else { throw .malformedSegment }
        return moment
    }

    mutating func phase(_ kind: Token) throws(LedgerFormatError) -> LogLine.Phase {
        var effect: LogLine.Effect?
        if let code = try text("effect") {
            guard let known = LogLine.Effect(rawValue: code.text) else { throw .malformedSegment }
            effect = known
        }
        if kind == .decision {
            guard let verdict = LogLine.Verdict(rawValue: try requiredText("verdict").text) else { throw .malformedSegment }
            return .decision(verdict, effect: effect)
        }
        guard let effect else { throw .malformedSegment }
        return .outcome(of: try requiredNumber("of"), effect)
    }

    /// - Throws: `malformedSegment` when a field was not asked for.
    func finish() throws(LedgerFormatError) {
        guard object.isEmpty else { throw .malformedSegment }
    }
}
