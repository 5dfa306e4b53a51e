// expect: noncopyable|consumed more than once
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
