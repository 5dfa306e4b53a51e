// expect: none
import Household
import Ledger
import Policy
import ReferenceMonitor
import Storage
import Vault

// The shape that the others break: this one compiles, so a message below is about its own line and nothing else.
func read(_ monitor: ReferenceMonitor, _ vault: Vault, _ attempt: Attempt<ReadCard>) async throws {
    _ = try await monitor.read(attempt) { grant in
        _ = grant.isLive
        return 1
    }
}
