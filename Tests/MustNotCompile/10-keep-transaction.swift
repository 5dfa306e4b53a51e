// expect: 'transaction' is borrowed and cannot be consumed|implicit conversion to 'Transaction\?' is consuming
import Household
import Ledger
import Policy
import ReferenceMonitor
import Storage
import Vault

final class Keeper: @unchecked Sendable { var kept: Transaction? }
func keep(_ writer: Writer, _ keeper: Keeper) async throws {
    _ = try await writer.perform { transaction in
        keeper.kept = transaction
    }
}
