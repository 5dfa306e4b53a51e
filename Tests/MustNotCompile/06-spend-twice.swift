// expect: consumed more than once
import Household
import Ledger
import Policy
import ReferenceMonitor
import Storage
import Vault

func spend(_ grant: consuming Grant<ReadCard>) {}
func twice(_ grant: consuming Grant<ReadCard>) {
    spend(grant)
    spend(grant)
}
