// expect: type 'Grant<ReadCard>' does not conform to protocol 'Copyable'
import Household
import Ledger
import Policy
import ReferenceMonitor
import Storage
import Vault

func keep(_ monitor: ReferenceMonitor, _ attempt: Attempt<ReadCard>) async throws -> Outcome<Grant<ReadCard>> {
    return try await monitor.read(attempt) { grant in return grant }
}
