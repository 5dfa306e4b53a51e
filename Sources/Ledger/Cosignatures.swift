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

    /// Keeps a checkpoint with cosignatures; durable when this returns.
    ///
    /// - Parameters:
    ///   - anchoring: whether a leaf commits to the cosignatures at once; otherwise the next start makes it.
    ///   - moment: now, in milliseconds since 1970.
    /// - Returns: the checkpoint with all that was kept for it, for ``show(_:size:)``.
    public func keep(_ cosigned: SignedNote, anchoring: Bool, at moment: Int64) async throws -> SignedNote {
        try await writer.perform { [log, witnesses] transaction in
            // What a file brought while a witness was asked stays.
            let kept = try log.keep(cosigned, by: witnesses, in: transaction)
            if anchoring { try log.anchorCosignatures(by: witnesses, at: moment, in: transaction) }
            return kept
        }
    }

    /// Brings the public copy up to cosignatures that are durable, if it still shows their checkpoint.
    public func show(_ cosigned: SignedNote, size: UInt64) throws {
        if exported == size { try Self.write(cosigned.bytes, to: "checkpoint", in: directory) }
    }

    /// Which checkpoints the witnesses cosigned last, as the stored cosignatures tell.
    ///
    /// However far back they lie: a witness that is away for a week makes no quorum for a week, and the last one still counts.
    ///
    /// - Parameter isQuorum: whether the cosignatures of these keys are enough.
    public func cosignedSizes(isQuorum: @escaping @Sendable ([VerifierKey]) -> Bool) async throws -> CosignedSizes {
        try await writer.perform { [log, witnesses] transaction in
            var found = CosignedSizes()
            let rows = try Row.fetchCursor(
                transaction.sql,
                sql: "SELECT k.note, c.note FROM ledger_cosigned c JOIN ledger_checkpoint k ON k.size = c.size ORDER BY c.size DESC")
            while found.quorum == nil || found.newest.count < witnesses.keys.count, let row = try rows.next() {
                // Most rows tell nothing new, and the names of their lines are enough to see that.
                guard let kept = try? SignedNote(parsing: Array(row[1] as Data)) else { continue }
                let named = witnesses.keys.filter { key in kept.signatures.contains { $0.name == key.name && $0.keyID == key.keyID } }
                guard named.contains(where: { found.newest[$0] == nil }) || found.quorum == nil && isQuorum(named) else { continue }
                // What is stored is believed as far as its signatures go.
                let note = try log.withCosignatures(SignedNote(parsing: Array(row[0] as Data)), by: witnesses, in: transaction)
                guard let verified = try? VerifiedCheckpoint.verify(note, log: VerifierKeys(witnesses.log), witnesses: witnesses.keys)
                else {
                    continue
                }
                let size = verified.checkpoint.size
                let keys = verified.cosignatures.map(\.key)
                for key in keys where found.newest[key] == nil { found.newest[key] = size }
                if found.quorum == nil, isQuorum(keys) { found.quorum = size }
            }
            return found
        }
    }

    /// The checkpoint of a size with the cosignatures that were kept; nil when there is no such checkpoint.
    public func cosigned(size: UInt64) async throws -> SignedNote? {
        try await writer.perform { [log, witnesses] transaction in
            try log.checkpoint(size: size, in: transaction).map { try log.withCosignatures($0, by: witnesses, in: transaction) }
        }
    }

    /// The size of the newest checkpoint that was signed; nil when there is none.
    public func newestCheckpoint() async throws -> UInt64? {
        try await writer.perform { transaction in
            try Int64.fetchOne(transaction.sql, sql: "SELECT max(size) FROM ledger_checkpoint").flatMap { UInt64(exactly: $0) }
        }
    }

    /// When the first checkpoint above a size was made, in milliseconds since 1970; nil when there is none, or none that knows its moment. One of an
    /// empty log is none: nothing in it waits for witnesses.
    public func firstCheckpoint(above size: UInt64?) async throws -> Int64? {
        try await writer.perform { transaction in
            try Int64.fetchOne(
                transaction.sql, sql: "SELECT moment FROM ledger_checkpoint WHERE size > ? AND moment IS NOT NULL ORDER BY size LIMIT 1",
                arguments: [Int64(size ?? 0)])
        }
    }
}

/// Sizes of the newest cosigned checkpoints.
public struct CosignedSizes: Sendable {
    /// Of the one that enough witnesses cosigned; nil when there is none.
    public var quorum: UInt64?
    /// Of the one that each witness cosigned, by its key.
    public var newest: [VerifierKey: UInt64] = [:]

    public init() {}
}

/// The log's own key, and those whose cosignatures count.
public struct Witnesses: Sendable {
    public let log: VerifierKey
    public let keys: [VerifierKey]

    public init(_ keys: [VerifierKey], of log: VerifierKey) {
        self.log = log
        self.keys = keys
    }
}

/// Cosignatures that came as a file, and what they are on.
public struct AddedCosignatures: Sendable {
    /// Leaves of the checkpoint.
    public let size: UInt64
    /// The checkpoint with all cosignatures that it has by now.
    public let note: SignedNote
    /// Names of the witnesses that had not cosigned it before; empty when there was nothing new.
    public let witnesses: [String]
}

extension AuditLog {
    /// How many of the newest checkpoints are looked at for the one that was cosigned: six weeks of one every fifteen minutes.
    public static let searchedCheckpointCount = 4032

    /// Keeps cosignatures that a witness gave as a file, and anchors them, in the transaction that decides.
    ///
    /// - Parameters:
    ///   - file: signature lines, as a witness answers with; or the whole checkpoint with them below it. All for one checkpoint.
    ///   - witnesses: lines by others are passed over.
    ///   - moment: now, in milliseconds since 1970.
    /// - Throws: `TransparencyLogError`: `malformedNote`; `noKnownSignature` when no line is by a witness; `badSignature` when one is on no
    ///   checkpoint of this log, or on none of the newest ``searchedCheckpointCount``. What SQLite threw.
    public func addCosignatures(
        _ file: [UInt8], by witnesses: Witnesses, at moment: Int64, in transaction: borrowing Transaction
    ) throws -> AddedCosignatures {
        let offered = try OfferedCosignatures(file, by: VerifierKeys(witnesses.keys))
        let own = try checkpoint(of: offered, log: witnesses.log, in: transaction)
        let before = try withCosignatures(own, by: witnesses, in: transaction)
        // One line a witness: it may have signed one tree at several times, and the first says enough.
        let note = try keep(try adding(offered.lines, by: witnesses, to: own), by: witnesses, in: transaction)
        if note != before { try anchorCosignatures(by: witnesses, at: moment, in: transaction) }
        return AddedCosignatures(
            size: try Checkpoint(parsing: own.text).size, note: note,
            witnesses: note.signatures.dropFirst(before.signatures.count).map(\.name.description))
    }

    /// The stored checkpoint, with the log's own signature alone, on which all offered cosignatures are.
    private func checkpoint(
        of offered: OfferedCosignatures, log key: VerifierKey, in transaction: borrowing Transaction
    ) throws -> SignedNote {
        let size = try offered.text.map { try Int64(Checkpoint(parsing: $0).size) }
        let cursor = try Data.fetchCursor(
            transaction.sql,
            sql: "SELECT note FROM ledger_checkpoint WHERE ?1 IS NULL OR size = ?1 ORDER BY size DESC LIMIT ?2",
            arguments: [size, Self.searchedCheckpointCount])
        while let bytes = try cursor.next() {
            let stored = try SignedNote(parsing: Array(bytes))
            guard offered.text ?? stored.text == stored.text, !offered.verified(on: stored.text).isEmpty else { continue }
            // What stands in the database is believed as far as the log's own signature goes.
            var own = try SignedNote(text: stored.text)
            for signature in try VerifiedCheckpoint.verify(stored, log: VerifierKeys(key)).logSignatures {
                try own.append(signature.signature)
            }
            return own
        }
        throw TransparencyLogError.badSignature(offered.lines[0].name)
    }

    /// A checkpoint as it was signed, whose row the commit record vouches for; nil when there is none of this size.
    func checkpoint(size: UInt64, in transaction: borrowing Transaction) throws -> SignedNote? {
        try Data.fetchOne(
            transaction.sql, sql: "SELECT note FROM ledger_checkpoint WHERE size = ?", arguments: [Int64(clamping: size)]
        ).map { try SignedNote(parsing: Array($0)) }
    }

    /// The log's own note with the cosignatures that were kept for it.
    ///
    /// Nothing vouches for a row of `ledger_cosigned` but the signatures in it, so each line is taken for itself: those that witnesses gave on this
    /// very text. Whatever else somebody wrote there is passed over, and harms none of them.
    func withCosignatures(_ own: SignedNote, by witnesses: Witnesses, in transaction: borrowing Transaction) throws -> SignedNote {
        let size = try Checkpoint(parsing: own.text).size
        let row = try Data.fetchOne(
            transaction.sql, sql: "SELECT note FROM ledger_cosigned WHERE size = ?", arguments: [Int64(clamping: size)])
        guard let row, let kept = try? SignedNote(parsing: Array(row)) else { return own }
        return try adding(kept.signatures, by: witnesses, to: own)
    }

    /// A note with those of some lines that are cosignatures on its text by witnesses, each that it has not got yet.
    private func adding(_ lines: [NoteSignature], by witnesses: Witnesses, to note: SignedNote) throws -> SignedNote {
        var note = note
        for line in lines where !note.signatures.contains(where: { $0.name == line.name && $0.keyID == line.keyID }) {
            var alone = try SignedNote(text: note.text)
            guard (try? alone.append(line)) != nil,
                let verified = try? alone.verified(by: VerifierKeys(witnesses.keys)).signatures, verified.count == 1
            else { continue }
            try note.append(line)
        }
        return note
    }

    /// Keeps a checkpoint's cosignatures beside those that it has already; a leaf is owed when that changes anything.
    /// - Returns: the checkpoint with all of them.
    /// - Throws: ``LedgerError/doesNotVerify(index:)`` for a text that this log never signed.
    func keep(_ cosigned: SignedNote, by witnesses: Witnesses, in transaction: borrowing Transaction) throws -> SignedNote {
        let size = try Checkpoint(parsing: cosigned.text).size
        guard let own = try checkpoint(size: size, in: transaction), own.text == cosigned.text else {
            throw LedgerError.doesNotVerify(index: nil)
        }
        let before = try withCosignatures(own, by: witnesses, in: transaction)
        let note = try adding(cosigned.signatures, by: witnesses, to: before)
        guard note != before else { return note }
        try transaction.sql.execute(
            sql: """
                INSERT INTO ledger_cosigned(size, note) VALUES (?, ?) ON CONFLICT(size) DO UPDATE SET note = excluded.note, seq = NULL
                """,
            arguments: [Int64(size), Data(note.bytes)])
        return note
    }
}

/// Signature lines by known witnesses, and the text they came with, if any.
private struct OfferedCosignatures {
    /// The checkpoint's text; nil when the file has lines alone.
    let text: [UInt8]?
    /// Not verified; at least one.
    let lines: [NoteSignature]
    private let witnesses: VerifierKeys

    /// - Throws: `malformedNote`, `noKnownSignature`.
    init(_ file: [UInt8], by witnesses: VerifierKeys) throws(TransparencyLogError) {
        let signatures: [NoteSignature]
        if let note = try? SignedNote(parsing: file) {
            text = note.text
            signatures = note.signatures
        } else {
            guard file.count <= SignedNote.maximumByteCount, let lines = file[...].linesEndingInLineFeed(),
                (1...SignedNote.maximumSignatureCount).contains(lines.count)
            else { throw .malformedNote(.malformedSignatureLine) }
            text = nil
            var parsed: [NoteSignature] = []
            for line in lines { parsed.append(try NoteSignature(parsingLine: line)) }
            signatures = parsed
        }
        lines = signatures.filter { line in witnesses.keys.contains { $0.name == line.name && $0.keyID == line.keyID } }
        self.witnesses = witnesses
        guard !lines.isEmpty else { throw .noKnownSignature }
    }

    /// All of them, when all verify on this text; else none.
    func verified(on text: [UInt8]) -> [VerifiedSignature] {
        guard var note = try? SignedNote(text: text) else { return [] }
        for line in lines { guard (try? note.append(line)) != nil else { return [] } }
        return (try? note.verified(by: witnesses))?.signatures ?? []
    }
}

extension AuditLog {
    /// Makes the leaves that are owed: one for each checkpoint with cosignatures that no leaf commits to yet.
    ///
    /// A leaf stays for ever: it commits to what witnesses signed and to nothing else that a row may hold. Nor is a row believed about its leaf, as
    /// far back as openings are exported: the one that it names must be it, and where it names none there may be one all the same.
    public func anchorCosignatures(by witnesses: Witnesses, at moment: Int64, in transaction: borrowing Transaction) throws {
        try settle(in: transaction)
        let rows = try Row.fetchAll(
            transaction.sql,
            sql: """
                SELECT c.size, c.note, c.seq, l.side FROM ledger_cosigned c LEFT JOIN ledger_leaf l ON l.seq = c.seq
                WHERE c.seq IS NULL OR c.size IN (SELECT size FROM ledger_cosigned ORDER BY size DESC LIMIT ?) ORDER BY c.size
                """, arguments: [LedgerExport.openingCount])
        for row in rows {
            let size = row[0] as Int64
            if let side = row[3] as Data?, try cosigned(side, at: row[2], in: transaction)?.note.bytes == Array(row[1] as Data) { continue }
            guard let own = try UInt64(exactly: size).flatMap({ try checkpoint(size: $0, in: transaction) }) else { continue }
            let note = try withCosignatures(own, by: witnesses, in: transaction)
            guard note != own else { continue }
            let seq: UInt64
            if let made = try leaf(with: note, behind: size, in: transaction) {
                seq = made
            } else {
                seq = try append(CosignedCheckpoint(moment: moment, note: note), in: transaction)
            }
            try transaction.sql.execute(
                sql: "UPDATE ledger_cosigned SET seq = ?, note = ? WHERE size = ?", arguments: [Int64(seq), Data(note.bytes), size])
        }
    }

    /// The leaf that commits to all signatures of a note, if there is one: it stands behind the tree that the note is about.
    private func leaf(with note: SignedNote, behind size: Int64, in transaction: borrowing Transaction) throws -> UInt64? {
        // The side of a line outside households begins with its month, of seven letters, and an empty household.
        let rows = try Row.fetchCursor(
            transaction.sql, sql: "SELECT side, seq FROM ledger_leaf WHERE seq >= ? AND substr(side, 9, 1) = x'00' ORDER BY seq DESC",
            arguments: [size])
        while let row = try rows.next() {
            guard let found = try cosigned(row[0], at: row[1], in: transaction)?.note, found.text == note.text else { continue }
            if note.signatures.allSatisfy(found.signatures.contains) { return UInt64(row[1] as Int64) }
        }
        return nil
    }

    /// What a leaf commits to, if that is cosignatures; a leaf that does not open commits to nothing that could be shown.
    private func cosigned(_ side: Data, at index: Int64, in transaction: borrowing Transaction) throws -> CosignedCheckpoint? {
        do {
            guard let index = UInt64(exactly: index), let opening = try unseal(Array(side), index: index, in: transaction)?.officers,
                case .cosigned(let cosigned) = try Segment(parsing: opening.segment, slot: opening.slot)
            else { return nil }
            return cosigned
        } catch {
            guard transaction.isOpen else { throw error }
            return nil
        }
    }

    /// The openings of the newest leaves with cosignatures below a size, ascending.
    ///
    /// They are published, so what a row says its leaf is counts for nothing: a leaf that commits to anything else stays closed.
    func cosignedOpenings(below size: UInt64, in transaction: borrowing Transaction) throws -> [Opening] {
        try settle(in: transaction)
        let rows = try Row.fetchAll(
            transaction.sql,
            sql: """
                SELECT l.seq, l.side FROM ledger_cosigned c JOIN ledger_leaf l ON l.seq = c.seq
                WHERE c.seq >= 0 AND c.seq < ? ORDER BY c.seq DESC LIMIT ?
                """,
            arguments: [Int64(size), LedgerExport.openingCount])
        return try rows.reversed().compactMap { row in
            guard let opening = try unseal(Array(row[1] as Data), index: UInt64(row[0] as Int64), in: transaction)?.officers,
                case .cosigned = try Segment(parsing: opening.segment, slot: opening.slot)
            else { return nil }
            return opening
        }
    }
}
