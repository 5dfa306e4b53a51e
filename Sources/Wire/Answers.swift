/// What every change answers: what was made or changed, its state now, and what it rests on.
public struct ChangeAnswer: Codable, Equatable, Sendable {
    /// The thing that was made or changed.
    public var id: String
    /// The state of the thing after the change, where it has one: `draft`, `active`, `presented`, `inForce` …
    public var state: String?
    /// Signatures that are still missing, where the state waits for them.
    public var missing: [MissingSignature]?
    /// What the decision obliges to, in the caller's language; not empty means outcome `oblige`.
    public var duties: [String]
    /// Who must be told of it, in the caller's language: by the caller, for nothing here tells them. Absent where nobody must.
    public var notices: [String]?
    /// `PR-11.2` …
    public var articles: [String]
    /// The index of the log line.
    public var receipt: UInt64?
    /// The new version, for `If-Match`.
    public var version: UInt64?

    public init(
        id: String, state: String? = nil, missing: [MissingSignature]? = nil, duties: [String] = [], notices: [String]? = nil,
        articles: [String] = [], receipt: UInt64? = nil, version: UInt64? = nil
    ) {
        self.id = id
        self.state = state
        self.missing = missing
        self.duties = duties
        self.notices = notices
        self.articles = articles
        self.receipt = receipt
        self.version = version
    }
}

/// What an identifier in an answer stands for, for people to read.
public struct Named: Codable, Equatable, Sendable {
    /// A worker's, resident's or organisation's name; a household's number.
    public var name: String
    /// What commands take in the place of the identifier, where there is such a word.
    public var handle: String?

    public init(name: String, handle: String? = nil) {
        self.name = name
        self.handle = handle
    }
}

/// By identifier. An identifier that the decision does not let the caller put a name to is not in it.
public typealias Names = [String: Named]

/// A signature that somebody still has to set.
public struct MissingSignature: Codable, Equatable, Sendable {
    /// `person`, `organisation` or `director`.
    public var kind: String
    /// The person or organisation; absent for the director.
    public var id: String?
    /// The person's name or the organisation's, where the caller may see it.
    public var name: String?

    public init(kind: String, id: String? = nil, name: String? = nil) {
        self.kind = kind
        self.id = id
        self.name = name
    }
}

/// The answer to any request with `Kluis-Why: 1`: decided, logged as a check, nothing done.
public struct DecisionAnswer: Codable, Equatable, Sendable {
    /// `permit`, `refuse` or `oblige`.
    public var outcome: String
    public var articles: [String]
    /// The sentences of the articles that decided, in the caller's language.
    public var sentences: [String]
    /// The next lawful steps of a refusal, in the caller's language.
    public var next: [String]
    /// The duties of a permit.
    public var duties: [String]
    /// Who must be told once it is done; absent where nobody must.
    public var notices: [String]?
    /// The identifiers of the policies that decided.
    public var policies: [String]
    public var receipt: UInt64?

    public init(
        outcome: String, articles: [String], sentences: [String] = [], next: [String] = [], duties: [String] = [],
        notices: [String]? = nil, policies: [String] = [], receipt: UInt64? = nil
    ) {
        self.outcome = outcome
        self.articles = articles
        self.sentences = sentences
        self.next = next
        self.duties = duties
        self.notices = notices
        self.policies = policies
        self.receipt = receipt
    }
}

/// One page of a list.
public struct Page<Entry: Codable & Equatable & Sendable>: Codable, Equatable, Sendable {
    public var entries: [Entry]
    /// The cursor of the next page (`?after=`); absent on the last.
    public var next: String?
    /// Names for identifiers in the entries.
    public var names: Names?
    public var articles: [String]?
    public var receipt: UInt64?

    public init(entries: [Entry], next: String? = nil, names: Names? = nil, articles: [String]? = nil, receipt: UInt64? = nil) {
        self.entries = entries
        self.next = next
        self.names = names
        self.articles = articles
        self.receipt = receipt
    }
}
