// expect: 'grant' is borrowed and cannot be consumed
import Household
import Ledger
import Policy
import ReferenceMonitor
import Storage
import Vault

func copy(_ grant: borrowing Grant<ReadCard>) {
    let kept = grant
    _ = kept.isLive
}
