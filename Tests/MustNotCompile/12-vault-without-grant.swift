// expect: missing argument|cannot convert value of type
import Household
import Ledger
import Policy
import ReferenceMonitor
import Storage
import Vault

func open(_ vault: Vault, _ asked: ReadItem) async throws {
    try await vault.readItem(asked)
}
