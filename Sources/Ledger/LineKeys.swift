public import Sealing
public import Storage

/// The two keys that the opening of a line rests under: the end of either erases it.
///
/// References to the vault's own keys and no copies; a key is derived for one line at a time and gone when its use returns.
public struct LineKeys: Sendable {
    let month: KeyBox
    let household: KeyBox
    private let label: Label
    private let context: AssociatedData

    /// - Parameter context: what the line's key is bound to, beside its number, which is added last.
    public init(month: KeyBox, household: KeyBox, label: Label, context: AssociatedData) {
        self.month = month
        self.household = household
        self.label = label
        self.context = context
    }

    /// Lends BLAKE2b(month's key, label, household's key ‖ context, index).
    /// - Throws: what `use` throws; `keyWiped`, `memoryProtection`.
    package func withKey<Output>(of index: UInt64, _ use: (borrowing LentKey) throws -> Output) throws -> Output {
        try BLAKE2b.withCombined(month, with: household, label: label, context: context.adding("index", number: index), use)
    }
}

/// Knows the keys under which the openings of lines are stored: one end of either key erases.
///
/// Implemented by the vault: BLAKE2b(K_month[controller], label, K_audit[household] ‖ index).
public protocol AuditKeySource: Sendable {
    /// For writing: the key of a new month is made.
    ///
    /// - Parameters:
    ///   - household: the household's identifier as text; nil for lines outside households.
    ///   - month: `YYYY-MM`, in UTC.
    func keysToWrite(household: String?, month: String, in transaction: borrowing Transaction) throws -> LineKeys

    /// The same for reading: makes no key. Nil when the key of the month is gone.
    func keysToRead(household: String?, month: String, in transaction: borrowing Transaction) throws -> LineKeys?

    /// Whether what ``keysToWrite(household:month:in:)`` threw says that this line never gets keys: the month's was destroyed, or the household's
    /// do not verify. Anything else, such as a disk that is full, may be over by the next time.
    func haveEnded(_ error: any Error) -> Bool
}

extension AuditKeySource {
    /// Of keys that never end.
    public func haveEnded(_ error: any Error) -> Bool { false }
}
