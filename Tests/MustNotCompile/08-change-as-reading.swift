// expect: requires that 'AddItem' conform to 'Reading'
import Household
import Ledger
import Policy
import ReferenceMonitor
import Storage
import Vault

func wrong(_ monitor: ReferenceMonitor, _ attempt: Attempt<AddItem>) async throws {
    _ = try await monitor.read(attempt) { grant in 1 }
}
