// expect: 'Grant<.*>' initializer is inaccessible
import Household
import Ledger
import Policy
import ReferenceMonitor
import Storage
import Vault

func forge(_ asked: ReadCard, _ caller: Caller, _ moment: Moment) {
    _ = Grant<ReadCard>(
        asked: asked, caller: caller, onBehalfOf: nil, moment: moment, line: 0, sealedContent: nil, thatOnly: false, lease: nil)
}
