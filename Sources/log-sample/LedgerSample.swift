import Foundation
import Ledger
import LedgerFormat
import Sealing
import Storage
import TransparencyLog

/// The vault's own log on a database of its own: lines, commits, checkpoints and export as in the daemon.
struct LedgerSample {
    let directory: String

    private final class Keys: AuditKeySource {
        private let key: KeyBox
        init() throws { key = try KeyBox.random() }

        func keysToWrite(household: String?, month: String, in transaction: borrowing Transaction) throws -> LineKeys {
            LineKeys(month: key, household: key, label: Label("kluis/smpl-entry"), context: AssociatedData("entry"))
        }

        func keysToRead(household: String?, month: String, in transaction: borrowing Transaction) throws -> LineKeys? {
            try keysToWrite(household: household, month: month, in: transaction)
        }
    }

    private final class Signing: Sendable {
        private let key: Ed25519.SigningKey
        init(_ key: consuming Ed25519.SigningKey) { self.key = key }
        func sign(_ message: [UInt8]) throws -> [UInt8] { try key.sign(message) }
    }

    func export(_ sizes: [Int]) async throws {
        try Folder.make(directory)
        let current = directory + "/current"
        let faults = Faults(enabled: false)
        let store = try Store(path: directory + "/vault.db", faults: faults)
        let log = try AuditLog(store: store, keys: try Keys(), published: nil, faults: faults)
        let writer = Writer(store: store, participants: [log]) { _ in }
        let signing = try Ed25519.SigningKey.generate()
        guard let name = KeyName("kluis.example.org/ledger") else { throw Failed("no name") }
        let key = try VerifierKey(name: name, algorithm: .ed25519, publicKey: signing.publicKey.bytes)
        let box = Signing(signing)
        let export = LedgerExport(
            directory: current, store: store, writer: writer, log: log, signer: NoteSigner(key: key) { try box.sign($0) }, published: nil)
        for size in sizes {
            while log.size < UInt64(size) {
                let first = Int(log.size)
                try await writer.perform { transaction in
                    for number in first..<min(first + 500, size) { _ = try log.append(try Self.line(number), in: transaction) }
                }
            }
            _ = try await export.publish()
            try Folder.copy(current, to: directory + "/\(size)")
        }
        try Folder.copy(current + "/log.vkey", to: directory + "/log.vkey")
        await writer.stop()
        try store.close()
    }

    private static func line(_ number: Int) throws -> LogLine {
        var line = LogLine(
            .decision(number % 7 == 0 ? .refuse : .permit, effect: nil), moment: 1_768_000_000_000 + Int64(number),
            caller: try Token("w-\(number % 5)"), action: try Token("itemRead"))
        line.household = try Token("h-\(number % 3)")
        line.residents = [.init(try Token("p-\(number % 11)"))]
        return line
    }
}
