// expect: cannot pass function of type|'async' call in a function that does not support concurrency|invalid conversion from 'async' function
import Household
import Ledger
import Policy
import ReferenceMonitor
import Storage
import Vault

func wait(_ monitor: ReferenceMonitor, _ attempt: Attempt<CreateHousehold>) async throws {
    _ = try await monitor.change(attempt) { grant, transaction in
        await Task.yield()
        return 1
    }
}
