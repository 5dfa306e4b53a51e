// expect: 'Caller' initializer is inaccessible
import Household
import Ledger
import Policy
import ReferenceMonitor
import Storage
import Vault

func forge(_ asker: Asker) -> Caller { Caller(asker: asker, session: nil) }
