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
}

extension LogLine.Phase {
    fileprivate var effect: LogLine.Effect? {
        switch self {
        case .decision(_, let effect): effect
        case .outcome(_, let effect): effect
        }
    }

    /// The word that says which of the two it is.
    fileprivate var kind: Token {
        switch self {
        case .decision: .decision
        case .outcome: .outcome
        }
    }

    fileprivate var verdict: LogLine.Verdict? {
        if case .decision(let verdict, _) = self { verdict } else { nil }
    }

    /// The decision that an outcome belongs to.
    fileprivate var decision: UInt64? {
        if case .outcome(let decision, _) = self { decision } else { nil }
    }
}

extension LogLine {
    /// The officers' segment.
    var canonicalBytes: [UInt8] {
        var object = CanonicalWriter()
        object.add("action", action)
        object.add("articles", articles)
        object.add("caller", caller)
        object.add("consent", consent)
        object.add("effect", code: phase.effect)
        object.add("facts", factsDigest)
        object.add("hat", hat)
        object.add("household", household)
        object.add("item", item)
        object.add("kind", phase.kind)
        object.add("layer", layer)
        object.add("legalBasis", legalBasis)
        object.add("lifeDomains", lifeDomains)
        object.add("moment", number: UInt64(clamping: moment))
        object.add("note", code: note)
        if let decision = phase.decision { object.add("of", number: decision) }
        object.add("organisation", organisation)
        object.add("policySet", policySetDigest)
        object.add("purpose", purpose)
        object.add("reglement", reglementVersion)
        // Parallel to the residents; the empty text stands for nothing.
        if residents.contains(where: { $0.consent != nil }) {
            object.list("residentConsents", residents.count) { residents[$0].consent ?? .none }
        }
        if residents.contains(where: { $0.item != nil }) { object.list("residentItems", residents.count) { residents[$0].item ?? .none } }
        if !residents.isEmpty { object.list("residents", residents.count) { residents[$0].resident } }
        object.add("role", role)
        object.add("trace", traceID)
        object.add("verdict", code: phase.verdict)
        object.add("visible", flag: isVisible)
        return object.finish()
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
    var canonicalBytes: [UInt8] {
        var object = CanonicalWriter(capacity: 512)
        object.add("action", action)
        object.add("articles", articles)
        object.add("consent", consent)
        object.add("effect", code: phase.effect)
        object.add("emergencyAccess", flag: isEmergencyAccess)
        object.add("hat", hat)
        object.add("item", item)
        object.add("kind", phase.kind)
        object.add("layer", layer)
        object.add("legalBasis", legalBasis)
        object.add("lifeDomains", lifeDomains)
        object.add("moment", number: UInt64(clamping: moment))
        if let decision = phase.decision { object.add("of", number: decision) }
        object.add("organisation", organisation)
        object.add("purpose", purpose)
        object.add("reglement", reglementVersion)
        object.add("resident", resident)
        object.add("role", role)
        object.add("verdict", code: phase.verdict)
        return object.finish()
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
