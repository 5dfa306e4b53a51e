/// The bytes of a log line: `key value LF` in a fixed order, absent keys left out, lists joined with `;`. One line has one encoding.
///
/// A segment is what a commitment commits to; it is stored encrypted and never published.
public enum Segment {
    /// Encodes a line. At most a few KiB.
    public static func encode(_ line: LogLine) -> [UInt8] {
        var text = "kluis-line v1\n"
        func put(_ key: String, _ value: String?) { if let value { text += "\(key) \(value)\n" } }
        func put(_ key: String, list: [LogText]) {
            if !list.isEmpty { put(key, list.map(\.description).joined(separator: ";")) }
        }
        switch line.kind {
        case .decision: put("kind", "decision")
        case .check: put("kind", "check")
        case .outcome(let index): put("kind", "outcome;\(index)")
        case .continuation(let index): put("kind", "continuation;\(index)")
        }
        put("moment", String(line.moment))
        put("action", line.action.description)
        put("caller", line.caller?.description)
        put("organisation", line.organisation?.description)
        put("role", line.role?.description)
        put("hat", line.hat?.description)
        put("household", line.household?.description)
        put("residents", list: line.residents)
        put("item", line.item?.description)
        put("layer", line.layer?.description)
        put("domains", list: line.domains)
        put("purpose", line.purpose?.description)
        put("basis", line.basis?.description)
        put("consent", line.consent?.description)
        put("outcome", line.outcome.description)
        put("told", line.told ? nil : "no")
        put("articles", list: line.articles)
        put("policies", list: line.policies)
        put("reglement", line.reglement?.description)
        put("policy-set", line.policySet?.description)
        put("facts", line.facts?.description)
        put("trace", line.trace?.description)
        return Array(text.utf8)
    }

    /// Decodes strictly: only what ``encode(_:)`` gives is accepted.
    public static func decode(_ bytes: [UInt8]) throws(LedgerFormatError) -> LogLine {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .malformedSegment }
        var values: [String: String] = [:]
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.first == "kluis-line v1", lines.last == "" else { throw .malformedSegment }
        for line in lines.dropFirst().dropLast() {
            let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, values.updateValue(String(parts[1]), forKey: String(parts[0])) == nil else { throw .malformedSegment }
        }
        func list(_ key: String) throws(LedgerFormatError) -> [LogText] {
            guard let value = values[key] else { return [] }
            var texts: [LogText] = []
            for part in value.split(separator: ";", omittingEmptySubsequences: false) {
                guard let text = LogText(String(part)) else { throw .malformedSegment }
                texts.append(text)
            }
            return texts
        }
        guard let moment = values["moment"].flatMap(Int64.init), let action = values["action"].flatMap(LogText.init),
            let outcome = values["outcome"].flatMap(LogText.init), let kind = values["kind"].flatMap(kind(of:))
        else { throw .malformedSegment }
        let line = LogLine(
            kind: kind, moment: moment, action: action, caller: values["caller"].flatMap(LogText.init),
            organisation: values["organisation"].flatMap(LogText.init), role: values["role"].flatMap(LogText.init),
            hat: values["hat"].flatMap(LogText.init), household: values["household"].flatMap(LogText.init),
            residents: try list("residents"), item: values["item"].flatMap(LogText.init), layer: values["layer"].flatMap(LogText.init),
            domains: try list("domains"), purpose: values["purpose"].flatMap(LogText.init), basis: values["basis"].flatMap(LogText.init),
            consent: values["consent"].flatMap(LogText.init), outcome: outcome, told: values["told"] == nil,
            articles: try list("articles"), policies: try list("policies"), reglement: values["reglement"].flatMap(LogText.init),
            policySet: values["policy-set"].flatMap(LogText.init), facts: values["facts"].flatMap(LogText.init),
            trace: values["trace"].flatMap(LogText.init))
        // INVARIANT: one line, one encoding; anything else that parsed (another order, an unknown key) does not come back the same.
        guard encode(line) == bytes else { throw .malformedSegment }
        return line
    }

    private static func kind(of text: String) -> LogLine.Kind? {
        let parts = text.split(separator: ";", omittingEmptySubsequences: false)
        switch (parts.first, parts.count) {
        case ("decision", 1): return .decision
        case ("check", 1): return .check
        case ("outcome", 2): return UInt64(parts[1]).map { .outcome(of: $0) }
        case ("continuation", 2): return UInt64(parts[1]).map { .continuation(of: $0) }
        default: return nil
        }
    }
}
