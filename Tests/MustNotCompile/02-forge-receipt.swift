// expect: 'Receipt' initializer is inaccessible
import Household
import Ledger
import Policy
import ReferenceMonitor
import Storage
import Vault

let receipt = Receipt(index: 1)
