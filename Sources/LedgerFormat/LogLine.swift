/// A value that may stand in the log: an identifier, a code, a term, a number. Never a name, never free text.
public struct LogText: Hashable, Sendable, CustomStringConvertible {
    /// 1 to 128 characters of `A–Z a–z 0–9 . _ : + / = @ -`.
    public let description: String

    /// - Returns: nil for anything outside the allowed characters or length.
    public init?(_ text: String) {
        guard (1...128).contains(text.utf8.count), text.utf8.allSatisfy(Self.isAllowed) else { return nil }
        description = text
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-")...UInt8(ascii: ":"): true
        case UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "="), UInt8(ascii: "@"): true
        default: false
        }
    }
}

/// One line of the log: what was attempted, by whom, on what ground, and how it was decided (PR-27.2). Never content (PR-27.5).
///
/// Source: PR-27; the design page "The ledger", §1.
public struct LogLine: Hashable, Sendable {
    /// What the line is.
    public enum Kind: Hashable, Sendable {
        /// An attempt and how it was decided; for a change also that it was carried out.
        case decision
        /// Somebody asked what would be decided; nothing was done.
        case check
        /// How the attempt of an earlier line ended.
        case outcome(of: UInt64)
        /// More residents of an earlier line, which was full.
        case continuation(of: UInt64)
    }

    public var kind: Kind
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public var moment: Int64
    public var action: LogText
    /// The worker's identifier, or `system:` and the part of the system; nil when nobody is known (a failed sign-in).
    public var caller: LogText?
    public var organisation: LogText?
    public var role: LogText?
    public var hat: LogText?
    /// The household and the residents as pseudonyms: their random identifiers.
    public var household: LogText?
    public var residents: [LogText]
    public var item: LogText?
    public var layer: LogText?
    public var domains: [LogText]
    public var purpose: LogText?
    public var basis: LogText?
    public var consent: LogText?
    /// `permit`, `refuse`, `oblige`; of an outcome `completed`, `failed`, `interrupted`.
    public var outcome: LogText
    /// False when the caller heard the one not-found: the log keeps the difference.
    public var told: Bool
    /// `PR-13.2`.
    public var articles: [LogText]
    public var policies: [LogText]
    public var reglement: LogText?
    /// Digests of the policy set and of the facts that were decided on, in hexadecimal.
    public var policySet: LogText?
    public var facts: LogText?
    public var trace: LogText?

    public init(
        kind: Kind, moment: Int64, action: LogText, caller: LogText? = nil, organisation: LogText? = nil, role: LogText? = nil,
        hat: LogText? = nil, household: LogText? = nil, residents: [LogText] = [], item: LogText? = nil, layer: LogText? = nil,
        domains: [LogText] = [], purpose: LogText? = nil, basis: LogText? = nil, consent: LogText? = nil, outcome: LogText,
        told: Bool = true, articles: [LogText] = [], policies: [LogText] = [], reglement: LogText? = nil, policySet: LogText? = nil,
        facts: LogText? = nil, trace: LogText? = nil
    ) {
        self.kind = kind
        self.moment = moment
        self.action = action
        self.caller = caller
        self.organisation = organisation
        self.role = role
        self.hat = hat
        self.household = household
        self.residents = residents
        self.item = item
        self.layer = layer
        self.domains = domains
        self.purpose = purpose
        self.basis = basis
        self.consent = consent
        self.outcome = outcome
        self.told = told
        self.articles = articles
        self.policies = policies
        self.reglement = reglement
        self.policySet = policySet
        self.facts = facts
        self.trace = trace
    }

    /// The line as one resident's segment tells it: nothing about any other resident, and no consent, whose other signers it might betray.
    public func seen(by resident: LogText) -> LogLine {
        var line = self
        line.residents = [resident]
        line.consent = nil
        return line
    }
}
