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
    /// A line about a household that does not exist is written under the key of lines outside households.
    public func withEntryKey<Output>(
        household: String?, month: String, index: UInt64, in transaction: borrowing Transaction,
        _ use: (borrowing LentKey) throws -> Output
    ) throws -> Output {
        let sql = transaction.sql
        let named = household.flatMap { HouseholdID($0) }
        let audit =
            if let named, let key = try keyIfPresent(.audit(named), sql) { key } else { try key(.audit(nil), sql) }
        let monthKey = try monthKey(controller: Self.controller, month: month)
        let context = AssociatedData("ledger-entry").adding("vault", bytes: vaultID.bytes).adding("household", text: household)
            .adding("month", text: month).adding("index", number: index)
        return try BLAKE2b.withCombined(monthKey, with: audit, label: .ledgerEntry, context: context, use)
    }
}
