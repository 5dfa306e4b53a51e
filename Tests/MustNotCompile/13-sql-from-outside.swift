// expect: 'sql' is inaccessible|is inaccessible due to 'package' protection level|has no member 'sql'
import Household
import Ledger
import Policy
import ReferenceMonitor
import Storage
import Vault

func raw(_ transaction: borrowing Transaction) { _ = transaction.sql }
