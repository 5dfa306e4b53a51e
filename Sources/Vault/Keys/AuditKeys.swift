import GRDB
import Household
public import Ledger
public import Sealing
public import Storage

extension Sealing.Label {
    static let ledgerEntry = Sealing.Label("kluis/ledger-ent")
}

extension KeySession: AuditKeySource {
    /// Whose month keys the log is written under: the municipality's vault has one controller.
    private static let controller = "kluis"

    /// The key of one line: BLAKE2b(K_month, label, K_audit ‖ household, month, index). The end of either key ends it.
    ///
    /// A line about a household that does not exist is written under the key of lines outside households. The key of a new month is made here, and
    /// nowhere else.
    public func withEntryKey<Output>(
        household: String?, month: String, index: UInt64, in transaction: borrowing Transaction,
        _ use: (borrowing LentKey) throws -> Output
    ) throws -> Output {
        let audit = try auditKey(household, transaction.sql)
        return try withEntryKey(try monthKeyForWriting(controller: Self.controller, month: month), audit, household, month, index, use)
    }

    /// Lends the key of a line that was written; nil when its month's key is gone.
    public func withEntryKeyIfPresent<Output>(
        household: String?, month: String, index: UInt64, in transaction: borrowing Transaction,
        _ use: (borrowing LentKey) throws -> Output
    ) throws -> Output? {
        let audit = try auditKey(household, transaction.sql)
        guard let monthKey = try monthKeyIfPresent(controller: Self.controller, month: month) else { return nil }
        return try withEntryKey(monthKey, audit, household, month, index, use)
    }

    private func auditKey(_ household: String?, _ sql: GRDB.Database) throws -> KeyBox {
        let named = household.flatMap { HouseholdID($0) }
        return if let named, let key = try keyIfPresent(.audit(named), sql) { key } else { try key(.audit(nil), sql) }
    }

    private func withEntryKey<Output>(
        _ monthKey: KeyBox, _ audit: KeyBox, _ household: String?, _ month: String, _ index: UInt64,
        _ use: (borrowing LentKey) throws -> Output
    ) throws -> Output {
        let context = AssociatedData("ledger-entry").adding("vault", bytes: vaultID.bytes).adding("household", text: household)
            .adding("month", text: month).adding("index", number: index)
        return try BLAKE2b.withCombined(monthKey, with: audit, label: .ledgerEntry, context: context, use)
    }
}
