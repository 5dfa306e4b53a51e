import FoundationEssentials
import GRDB
import LedgerFormat
import Sealing
public import Storage
public import TransparencyLog

/// Keeping of witnesses' cosignatures: beside their checkpoint, in a leaf, and in the public copy.
extension LedgerExport {
    /// Openings of leaves with cosignatures that are exported: the newest 64, most of a day.
    static let openingCount = 64

    /// Keeps a checkpoint with cosignatures; durable when this returns, and in the public copy if that still shows this checkpoint.
    ///
    /// - Parameters:
    ///   - cosigned: verified by the caller.
    ///   - anchoring: whether a leaf commits to it at once; otherwise the next start makes one.
    ///   - moment: now, in milliseconds since 1970.
    public func keep(_ cosigned: SignedNote, anchoring: Bool, at moment: Int64) async throws {
        let checkpoint = try Checkpoint(parsing: cosigned.text)
        try await writer.perform { [log] transaction in
            try transaction.sql.execute(
                sql: """
                    INSERT INTO ledger_cosigned(size, note) VALUES (?, ?)
                    ON CONFLICT(size) DO UPDATE SET note = excluded.note, seq = NULL
                    """,
                arguments: [Int64(checkpoint.size), Data(cosigned.bytes)])
            if anchoring { try log.anchorCosignatures(at: moment, in: transaction) }
        }
        if exported == checkpoint.size { try Self.write(cosigned.bytes, to: "checkpoint", in: directory) }
    }

    /// The newest checkpoints with cosignatures, newest first, at most 64; not verified.
    public func cosigned() async throws -> [SignedNote] {
        try await writer.perform { transaction in
            try Data.fetchAll(
                transaction.sql, sql: "SELECT note FROM ledger_cosigned ORDER BY size DESC LIMIT ?", arguments: [Self.openingCount]
            ).compactMap { try? SignedNote(parsing: Array($0)) }
        }
    }

    /// When the first checkpoint above a size was made, in milliseconds since 1970; nil when there is none, or none that knows its moment.
    public func firstCheckpoint(above size: UInt64?) async throws -> Int64? {
        try await writer.perform { transaction in
            try Int64.fetchOne(
                transaction.sql, sql: "SELECT moment FROM ledger_checkpoint WHERE size > ? AND moment IS NOT NULL ORDER BY size LIMIT 1",
                arguments: [size.map { Int64($0) } ?? -1])
        }
    }

    /// The note with the cosignatures that were kept for the same text.
    static func withCosignatures(_ signed: SignedNote, in transaction: borrowing Transaction) throws -> SignedNote {
        let size = try Checkpoint(parsing: signed.text).size
        let kept = try Data.fetchOne(
            transaction.sql, sql: "SELECT note FROM ledger_cosigned WHERE size = ?", arguments: [Int64(size)])
        guard let kept, let note = try? SignedNote(parsing: Array(kept)), note.text == signed.text else { return signed }
        return note
    }
}

extension AuditLog {
    /// Makes the leaves that are owed: one for each checkpoint with cosignatures that no leaf commits to yet.
    public func anchorCosignatures(at moment: Int64, in transaction: borrowing Transaction) throws {
        let rows = try Row.fetchAll(transaction.sql, sql: "SELECT size, note FROM ledger_cosigned WHERE seq IS NULL ORDER BY size")
        for row in rows {
            let size: Int64 = row[0]
            let seq = try append(CosignedCheckpoint(moment: moment, note: try SignedNote(parsing: Array(row[1] as Data))), in: transaction)
            try transaction.sql.execute(sql: "UPDATE ledger_cosigned SET seq = ? WHERE size = ?", arguments: [Int64(seq), size])
        }
    }

    /// The openings of the newest leaves with cosignatures below a size, ascending.
    func cosignedOpenings(below size: UInt64, in transaction: borrowing Transaction) throws -> [Opening] {
        try settle(in: transaction)
        let rows = try Row.fetchAll(
            transaction.sql,
            sql: """
                SELECT l.seq, l.side FROM ledger_cosigned c JOIN ledger_leaf l ON l.seq = c.seq
                WHERE c.seq < ? ORDER BY c.seq DESC LIMIT ?
                """,
            arguments: [Int64(size), LedgerExport.openingCount])
        return try rows.reversed().compactMap { row in
            try unseal(Array(row[1] as Data), index: UInt64(row[0] as Int64), in: transaction)?.officers
        }
    }
}
