// expect: cannot conform to 'Copyable'|does not conform to protocol 'Copyable'|requires that 'Grant<ReadCard>' conform to 'Copyable'|'Grant<ReadCard>' conform
import Household
import Ledger
import Policy
import ReferenceMonitor
import Storage
import Vault

func keep(_ monitor: ReferenceMonitor, _ attempt: Attempt<ReadCard>) async throws {
    _ = try await monitor.read(attempt) { grant in grant }
}
