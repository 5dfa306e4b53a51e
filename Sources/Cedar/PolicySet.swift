/// Policies in the order they were written, with the text they came from.
public struct PolicySet: Sendable {
    /// How the policies of a text are named.
    public enum Naming: Sendable, Hashable {
        /// `policy0`, `policy1`, … by position, as Cedar's tools do.
        case position
        /// The value of the `@id` annotation, by position where there is none.
        case idAnnotation
    }

    /// The policies; their identifiers are distinct.
    public let policies: [Policy]
    /// The text the source ranges of the policies point into.
    public let source: String

    private let sourceBytes: [UInt8]

    /// Reads a text of policies; templates too, though a set that holds one cannot be prepared.
    ///
    /// - Throws: `CedarError` with the place of the first fault; `duplicatePolicy` when two policies get the same name;
    ///   `limitExceeded` when the text is larger or nests deeper than the limits.
    public init(parsing text: String, naming: Naming = .position, limits: ParseLimits = .standard) throws(CedarError) {
        var parser = try Parser(text, limits: limits)
        var policies: [Policy]
        do {
            policies = try parser.policies()
        } catch {
            throw error.error
        }
        if naming == .idAnnotation {
            var seen: Set<PolicyID> = []
            for index in policies.indices {
                if let id = policies[index].annotation("id") { policies[index].id = PolicyID(id) }
                guard seen.insert(policies[index].id).inserted else {
                    throw CedarError(
                        .duplicatePolicy, "two policies are named \(policies[index].id.text.quoted)", at: policies[index].range.start)
                }
            }
        }
        self.policies = policies
        source = text
        sourceBytes = Array(text.utf8)
    }

    private init(policies: [Policy], source: String, bytes: [UInt8]) {
        self.policies = policies
        self.source = source
        sourceBytes = bytes
    }

    /// The policy of that name.
    public subscript(id: PolicyID) -> Policy? {
        policies.first { $0.id == id }
    }

    /// Whether a policy has a slot.
    public var containsTemplate: Bool { policies.contains(where: \.isTemplate) }

    /// The policies that satisfy the predicate, as a set over the same text.
    public func filter(_ isIncluded: (Policy) -> Bool) -> PolicySet {
        PolicySet(policies: policies.filter(isIncluded), source: source, bytes: sourceBytes)
    }

    /// The text a range of this set's policies stands for; empty when the range is not one of them.
    public func text(in range: SourceRange) -> String {
        guard range.start.offset >= 0, range.endOffset <= sourceBytes.count else { return "" }
        return String(decoding: sourceBytes[range.start.offset..<range.endOffset], as: UTF8.self)
    }
}
