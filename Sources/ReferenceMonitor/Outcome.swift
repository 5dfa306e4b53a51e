public import Policy

/// How an attempt ended. A refusal is an outcome, not an error.
public enum Outcome<Output: Sendable>: Sendable {
    /// Carried out, and durable.
    case done(Output, Cited)
    /// The reglement says no.
    case refused(Refused)
    /// The reglement said yes and the work failed; its effects are undone and the lines stay.
    case failed(any Error, Cited)
}

/// What a permitted attempt rests on, as plain values.
public struct Cited: Sendable {
    /// Articles, `PR-13.2` style, in the order of the reglement.
    public let articles: [String]
    /// Identifiers of the determining policies.
    public let policies: [String]
    /// What must still happen; not empty means the attempt was accepted with a duty.
    public let duties: [Duty]
    /// Who must be told.
    public let notices: [Notice]
    /// Whether no more than that-information may be shown (PR-1.6).
    let thatOnly: Bool
    /// Index of the decision line in the log: the receipt to quote.
    public let receipt: UInt64
}

/// A refusal as the caller may hear it, as plain values.
public struct Refused: Sendable {
    /// False: the caller may not know that the thing exists, and hears the one not-found.
    public let mayKnow: Bool
    public let refusal: Policy.Refusal
    /// Index of the decision line in the log.
    public let receipt: UInt64
}
