// expect: 'Permit' initializer is inaccessible
import Household
import Ledger
import Policy
import ReferenceMonitor
import Storage
import Vault

let permit = Permit(articles: [], policies: [], duties: [], notices: [], thatOnly: false)
