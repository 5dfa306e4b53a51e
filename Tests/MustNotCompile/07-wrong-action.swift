// expect: cannot convert value of type 'Grant<ReadCard>' to expected argument type 'Grant<ReadItem>'
import Household
import Ledger
import Policy
import ReferenceMonitor
import Storage
import Vault

func open(_ grant: consuming Grant<ReadItem>) {}
func wrong(_ grant: consuming Grant<ReadCard>) { open(grant) }
