import GRDB
import Household
public import Ledger
import Sealing
public import Storage

extension Sealing.Label {
    static let ledgerEntry = Sealing.Label("kluis/ledger-ent")
}

extension KeySession: AuditKeySource {
    /// Whose month keys the log is written under: the municipality's vault has one controller.
    private static let controller = "kluis"

    /// The keys of a line, whose own is BLAKE2b(K_month, label, K_audit ‖ vault, household, month, index). The end of either key ends it.
    ///
    /// A line about a household that does not exist is written under the key of lines outside households. The key of a new month is made here, and
    /// nowhere else.
    public func keysToWrite(household: String?, month: String, in transaction: borrowing Transaction) throws -> LineKeys {
        let audit = try auditKey(household, transaction.sql)
        return lineKeys(try monthKeyForWriting(controller: Self.controller, month: month), audit, household, month)
    }

    /// The keys of a line that was written; nil when its month's key was destroyed.
    /// - Throws: ``VaultError/doesNotVerify(_:)`` with `ledgerMismatch` for a month that never had a key: no line was written in it.
    public func keysToRead(household: String?, month: String, in transaction: borrowing Transaction) throws -> LineKeys? {
        let audit = try auditKey(household, transaction.sql)
        guard let monthKey = try monthKeyIfPresent(controller: Self.controller, month: month) else {
            // Gone is only what was there: another month's name before a line must not pass for its erasure.
            guard try monthHasEnded(controller: Self.controller, month: month) else { throw VaultError.doesNotVerify(.ledgerMismatch) }
            return nil
        }
        return lineKeys(monthKey, audit, household, month)
    }

    public func haveEnded(_ error: any Error) -> Bool {
        switch error {
        case VaultError.monthHasEnded, VaultError.doesNotVerify, SealingError.keyWiped: true
        default: false
        }
    }

    private func auditKey(_ household: String?, _ sql: GRDB.Database) throws -> KeyBox {
        let named = household.flatMap { HouseholdID($0) }
        return if let named, let key = try keyIfPresent(.audit(named), sql) { key } else { try key(.audit(nil), sql) }
    }

    private func lineKeys(_ monthKey: KeyBox, _ audit: KeyBox, _ household: String?, _ month: String) -> LineKeys {
        LineKeys(
            month: monthKey, household: audit, label: .ledgerEntry,
            context: AssociatedData("ledger-entry").adding("vault", bytes: vaultID.bytes).adding("household", text: household)
                .adding("month", text: month))
    }
}
