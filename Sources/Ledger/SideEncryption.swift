import LedgerFormat
import Sealing
import Storage

/// How the openings of a line rest in the side table: under a key that dies with the month or with the household's audit key.
///
/// The row says in the clear only which month and which household's key it needs: `u8 length ‖ month ‖ u8 length ‖ household ‖ envelope`.
///
/// What tells where the keys of a line are: its month and its household.
struct LinePlace: Sendable {
    static let label = Label("kluis.ledger.lin")
    /// Of a reading's line, kept until its outcome is written.
    static let openLabel = Label("kluis.ledger.opn")

    /// `YYYY-MM`.
    let month: String
    /// Nil for lines outside households.
    let household: String?

    func seal(
        _ plaintext: [UInt8], index: UInt64, under keys: LineKeys, label: Label, random: inout RandomSupply
    ) throws -> [UInt8] {
        var prefix: [UInt8] = []
        for text in [month, household ?? ""] {
            prefix.append(UInt8(truncatingIfNeeded: text.utf8.count))
            prefix += text.utf8
        }
        return try keys.withKey(of: index) { key in
            try Envelope.sealPadded(plaintext, after: prefix, under: key, label: label, meaning: meaning(index), random: &random)
        }
    }

    fileprivate func meaning(_ index: UInt64) -> AssociatedData {
        AssociatedData("ledger-line").adding("month", text: month).adding("household", text: household).adding("index", number: index)
    }
}

extension AuditLog {
    /// Nil when the key of the line's month is gone.
    func unseal(_ bytes: [UInt8], index: UInt64, in transaction: borrowing Transaction) throws -> SideEntry? {
        try unseal(bytes, index: index, label: LinePlace.label, in: transaction).map { try SideEntry(parsing: $0) }
    }

    func unsealOpen(_ bytes: [UInt8], index: UInt64, in transaction: borrowing Transaction) throws -> LogLine? {
        guard let bytes = try unseal(bytes, index: index, label: LinePlace.openLabel, in: transaction) else { return nil }
        guard case .officers(let line) = try Segment(parsing: bytes, slot: Leaf.officersSlot) else {
            throw LedgerError.cannotOpen(index: index)
        }
        return line
    }

    private func unseal(_ bytes: [UInt8], index: UInt64, label: Label, in transaction: borrowing Transaction) throws -> [UInt8]? {
        var rest = bytes[...]
        guard let month = text(&rest), let household = text(&rest) else { throw LedgerError.cannotOpen(index: index) }
        let place = LinePlace(month: month, household: household.isEmpty ? nil : household)
        guard let keys = try keys.keysToRead(household: place.household, month: month, in: transaction) else { return nil }
        return try keys.withKey(of: index) { key in
            do {
                return try Envelope.openPadded(Array(rest), under: key, label: label, meaning: place.meaning(index))
            } catch {
                throw LedgerError.cannotOpen(index: index)
            }
        }
    }

    private func text(_ rest: inout ArraySlice<UInt8>) -> String? {
        guard let count = rest.popFirst(), rest.count >= Int(count) else { return nil }
        defer { rest = rest.dropFirst(Int(count)) }
        return String(validating: rest.prefix(Int(count)), as: UTF8.self)
    }
}

/// A month of the Gregorian calendar, in UTC.
enum Month {
    /// `YYYY-MM`. Source: the days-to-civil algorithm of the proleptic Gregorian calendar.
    static func text(millisecondsSince1970: Int64) -> String {
        let days = Int64((Double(millisecondsSince1970) / 86_400_000).rounded(.down))
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let index = (5 * dayOfYear + 2) / 153
        let month = index < 10 ? index + 3 : index - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return "\(year)-" + (month < 10 ? "0" : "") + "\(month)"
    }
}
