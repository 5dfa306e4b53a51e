// expect: cannot convert value of type 'Entry' to specified type 'Receipt'|cannot convert
import Household
import Ledger
import Policy
import ReferenceMonitor
import Storage
import Vault

func pretend(_ entry: Entry) { let receipt: Receipt = entry; _ = receipt }
