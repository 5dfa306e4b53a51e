/// Reads lines of the log (PR-4.3, 4.4).
public struct ReadLog: Question {
    public static let action = ActionName.readLog
    /// Indexes of the lines asked for.
    public let range: Range<UInt64>

    public init(range: Range<UInt64>) { self.range = range }

    public var about: Subject { Subject(.ledger) }
}

/// Checks the log as a whole.
public struct VerifyLog: Question {
    public static let action = ActionName.verifyLog

    public init() {}

    public var about: Subject { Subject(.ledger) }
}

/// Adds cosignatures that a witness gave on paper, so to speak: as a file (PR-27.4).
public struct AddCosignature: Question {
    public static let action = ActionName.addCosignature

    public init() {}

    public var about: Subject { Subject(.ledger) }
}
