import GRDB
public import Household
public import ReferenceMonitor
import Sealing
public import Storage

extension Sealing.Label {
    static let answerKey = Sealing.Label("kluis/answer-key")
    static let answer = Sealing.Label("kluis/answer    ")
}

/// The answer that a request with an idempotency key got, so that asking again does nothing twice.
///
/// Written in the transaction that carried the request out, sealed under the vault's key, under the registry's manifest (``AnswerBook``); kept for
/// at least 24 hours.
extension Vault {
    /// How many whole days answers are kept besides the day they were given.
    private static let daysKept: UInt64 = 1

    /// The answer that this caller got to the same request before; nil when it was not asked before.
    ///
    /// - Parameters:
    ///   - key: what the client sent, 1–255 bytes.
    ///   - requestDigest: 32 bytes over everything that makes the request what it is.
    /// - Throws: ``VaultError/keyUsedForAnotherRequest``.
    public func replayed(
        key: String, caller: Caller, requestDigest: [UInt8], in transaction: borrowing Transaction
    ) throws -> [UInt8]? {
        let sql = transaction.sql
        let row = try row(key, caller, sql)
        guard let (day, body) = try registry.keptAnswer(row, sql) else { return nil }
        let opened: [UInt8]
        do {
            opened = try Envelope.openPadded(body, under: try keys.key(.vault, sql), label: .answer, meaning: meaning(row, day))
        } catch SealingError.keyWiped {
            throw VaultError.isSealed
        } catch {
            throw VaultError.doesNotVerify(.recordForged)
        }
        guard opened.count >= 32, requestDigest.count == 32 else { throw VaultError.doesNotVerify(.recordForged) }
        guard Array(opened.prefix(32)) == requestDigest else { throw VaultError.keyUsedForAnotherRequest }
        return Array(opened.dropFirst(32))
    }

    /// Whether this caller was answered under this key before, to whatever request.
    public func hasAnswered(key: String, caller: Caller, in transaction: borrowing Transaction) throws -> Bool {
        let sql = transaction.sql
        return try registry.keptAnswer(try row(key, caller, sql), sql) != nil
    }

    /// Keeps the answer to a request, and lets go of those that are old.
    public func remember(
        _ answer: [UInt8], key: String, caller: Caller, requestDigest: [UInt8], at moment: Moment, in transaction: borrowing Transaction
    ) throws {
        guard requestDigest.count == 32 else { throw VaultError.keyUsedForAnotherRequest }
        let sql = transaction.sql
        let row = try row(key, caller, sql)
        let day = UInt64(max(moment.millisecondsSince1970 / 86_400_000, 0))
        let body = try Envelope.sealPadded(
            requestDigest + answer, under: try keys.key(.vault, sql), label: .answer, meaning: meaning(row, day))
        do {
            try registry.keepAnswer(row, day: day, body: body, sql)
        } catch VaultError.alreadyExists {
            throw VaultError.keyUsedForAnotherRequest
        }
        if day > Self.daysKept { try registry.dropAnswers(before: day - Self.daysKept, sql) }
    }

    /// Whose key it is and which, so that the row tells neither.
    private func row(_ key: String, _ caller: Caller, _ sql: GRDB.Database) throws -> [UInt8] {
        var writer = ByteWriter()
        writer.append(counted: Array(caller.identity.utf8))
        writer.append(counted: Array(key.utf8))
        return try BLAKE2b.authenticate(writer.bytes, key: try keys.key(.vault, sql), label: .answerKey)
    }

    private func meaning(_ row: [UInt8], _ day: UInt64) -> AssociatedData {
        AssociatedData("answer").adding("vault", bytes: registry.vault.bytes).adding("request", bytes: row).adding("day", number: day)
    }
}
