import Foundation
import GRDB
import Household
import Sealing

extension Sealing.Label {
    static let blindIndex = Sealing.Label("kluis/blind-indx")
}

/// What something is looked up by. Equal values of one field give equal tokens; a token gives no value back, and the key of a token never leaves
/// the keyring.
///
/// Source: BLAKE2b-128 under the epoch's index key over `field ‖ 0 ‖ normalised value`.
enum IndexField: Sendable {
    /// A family name, or given name and family name.
    case name
    /// Postcode and house number together; never one alone.
    case address
    /// A given name within one household.
    case givenName(HouseholdID)
    /// What people type instead of an identifier.
    case workerHandle, organisationHandle
    /// In which household a consent or plan lies.
    case consent, plan
    /// In which households a worker is involved or was.
    case householdsOfWorker
    /// Whose sign-in key this is.
    case publicKey

    var name: [UInt8] {
        switch self {
        case .name: Array("name".utf8)
        case .address: Array("address".utf8)
        case .givenName(let household): Array("given-name".utf8) + household.bytes
        case .workerHandle: Array("worker-handle".utf8)
        case .organisationHandle: Array("organisation-handle".utf8)
        case .consent: Array("consent".utf8)
        case .plan: Array("plan".utf8)
        case .householdsOfWorker: Array("households-of-worker".utf8)
        case .publicKey: Array("public-key".utf8)
        }
    }
}

/// How values are made comparable before they are hashed.
enum IndexValue {
    /// Unicode NFC, case folded, white space collapsed to single spaces and none at either end. Empty for nothing but white space.
    static func normalised(_ text: String) -> [UInt8] {
        let folded = text.precomposedStringWithCanonicalMapping.unicodeScalars.map { $0.folded }.joined()
        let words = folded.precomposedStringWithCanonicalMapping.unicodeScalars.split { $0.properties.isWhitespace }
        return Array(words.map { String(String.UnicodeScalarView($0)) }.joined(separator: " ").utf8)
    }

    /// Postcode and house number of a Dutch address, `1234ab 12`; nil when either is missing.
    ///
    /// The postcode is the last group of four digits (the first not 0) and two letters; the house number is the last run of digits before it, or
    /// else behind it, with letters that follow at once.
    static func address(_ text: String) -> [UInt8]? {
        let scalars = Array(String(decoding: normalised(text), as: UTF8.self).unicodeScalars)
        for start in scalars.indices.reversed() where start == 0 || !scalars[start - 1].isDigit {
            var end = start
            while end < scalars.count, end - start < 4, scalars[end].isDigit { end += 1 }
            guard end - start == 4, scalars[start] != "0" else { continue }
            if end < scalars.count, scalars[end] == " " { end += 1 }
            guard end + 2 <= scalars.count, scalars[end].isLetter, scalars[end + 1].isLetter,
                end + 2 == scalars.count || !scalars[end + 2].isLetter && !scalars[end + 2].isDigit
            else { continue }
            let postcode = scalars[start..<start + 4] + scalars[end..<end + 2]
            let number = houseNumber(scalars[..<start]) ?? houseNumber(scalars[(end + 2)...])
            guard let number else { return nil }
            return Array((String(String.UnicodeScalarView(postcode)) + " " + number).utf8)
        }
        return nil
    }

    private static func houseNumber(_ scalars: ArraySlice<Unicode.Scalar>) -> String? {
        guard let last = scalars.lastIndex(where: { $0.isDigit }) else { return nil }
        var first = last
        while first > scalars.startIndex, scalars[first - 1].isDigit { first -= 1 }
        var end = last + 1
        while end < scalars.endIndex, scalars[end].isLetter { end += 1 }
        return String(String.UnicodeScalarView(scalars[first..<end]))
    }
}

extension Unicode.Scalar {
    fileprivate var isDigit: Bool { ("0"..."9").contains(self) }
    fileprivate var isLetter: Bool { ("a"..."z").contains(self) }

    /// Upper and then lower case folds what lower case alone leaves apart (ß and SS, σ and ς). The dotless i is another letter than the i.
    fileprivate var folded: String {
        switch self {
        case "\u{131}": String(self)
        case "\u{132}", "\u{133}": "ij"
        default: properties.uppercaseMapping.lowercased()
        }
    }
}

/// What an entry of the index points at: a record in a space.
struct IndexTarget: Hashable, Comparable, Sendable {
    let space: Octets16
    let id: Octets16

    static func < (left: IndexTarget, right: IndexTarget) -> Bool { (left.space, left.id) < (right.space, right.id) }

    init<Kind>(_ space: Space, _ id: Identifier<Kind>) {
        self.space = space.octets
        self.id = Octets16(id)
    }

    fileprivate init(space: Octets16, id: Octets16) {
        self.space = space
        self.id = id
    }

    var household: HouseholdID? { Space(space)?.household }
}

extension Registry {
    func token(_ field: IndexField, _ normalised: [UInt8]) throws -> Octets16 {
        let bytes = try BLAKE2b.authenticate(
            field.name + [0] + normalised, key: try keys.indexKey(), label: .blindIndex, byteCount: 16)
        guard let token = Octets16(bytes) else { throw VaultError.isSealed }
        return token
    }

    /// What a token points at; empty when nothing does. Also that nothing does is verified against the manifest.
    func lookUp(_ token: Octets16, _ sql: GRDB.Database) throws -> [IndexTarget] {
        guard let record = try record(.index(token), sql) else { return [] }
        return try remembered(record.digest, bytes: record.facts.count) { try Self.targets(try openFacts(record, sql)) }
    }

    func lookUp(_ field: IndexField, _ normalised: [UInt8], _ sql: GRDB.Database) throws -> [IndexTarget] {
        try lookUp(try token(field, normalised), sql)
    }

    /// As ``lookUp(_:_:_:)``, for values that people guess: where nothing has the value, the next entry is read and thrown away instead, so that
    /// the work does not tell (PR-1.6).
    func lookUp(guessed field: IndexField, _ normalised: [UInt8], _ sql: GRDB.Database) throws -> [IndexTarget] {
        let token = try token(field, normalised)
        let record = try record(.index(token), sql)
        guard let read = try record ?? entry(near: token, sql) else { return [] }
        let targets = try remembered(read.digest, bytes: read.facts.count) { try Self.targets(try openFacts(read, sql)) }
        return record == nil ? [] : targets
    }

    /// Some entry of the index, by the same statement as one that is there; nil where the index is empty.
    private func entry(near token: Octets16, _ sql: GRDB.Database) throws -> StoredRecord? {
        for start in [token, .zero] {
            let statement = try sql.cachedStatement(
                sql: """
                    SELECT kind, id, version, digest, facts, words, content FROM record WHERE space = ? AND kind = ? AND id >= ?
                    ORDER BY id LIMIT 1
                    """)
            let key = RecordKey.index(start)
            guard let row = try Row.fetchOne(statement, arguments: [key.space.octets.sql, Int(key.kind.rawValue), start.sql]) else {
                continue
            }
            guard let id = row.octets16(1) else { throw VaultError.doesNotVerify(.recordAltered) }
            return try Self.verified(row, key.space, RecordKey.index(id).bucket)
        }
        return nil
    }

    /// Lets a value point at one more record. That it does already changes nothing.
    func index(_ field: IndexField, _ normalised: [UInt8], to target: IndexTarget, _ sql: GRDB.Database) throws {
        let token = try token(field, normalised)
        var targets = try lookUp(token, sql)
        guard !targets.contains(target) else { return }
        targets.append(target)
        try write(bytes: Self.encoded(targets.sorted()), .index(token), expecting: .anything, sql)
    }

    /// Ends that a value points at a record.
    func unindex(_ field: IndexField, _ normalised: [UInt8], from target: IndexTarget, _ sql: GRDB.Database) throws {
        let token = try token(field, normalised)
        let targets = try lookUp(token, sql)
        let left = targets.filter { $0 != target }
        guard left.count != targets.count else { return }
        // An empty list stays: a record that went and came back would get an old version again.
        try write(bytes: Self.encoded(left), .index(token), expecting: .present, sql)
    }

    /// Count, pairs, and zeros up to a multiple of eight pairs, so that a size tells little.
    private static func encoded(_ targets: [IndexTarget]) -> [UInt8] {
        let places = max((targets.count + 7) / 8 * 8, 8)
        var writer = ByteWriter(capacity: 8 + 32 * places)
        writer.append(number: UInt64(targets.count))
        for target in targets {
            writer.append(target.space)
            writer.append(target.id)
        }
        writer.append([UInt8](repeating: 0, count: 32 * (places - targets.count)))
        return writer.bytes
    }

    private static func targets(_ bytes: [UInt8]) throws -> [IndexTarget] {
        var reader = ByteReader(bytes)
        guard let count = reader.number(), count <= UInt64(bytes.count / 32) else { throw VaultError.doesNotVerify(.recordMalformed) }
        var targets: [IndexTarget] = []
        for _ in 0..<count {
            guard let space = reader.octets16(), let id = reader.octets16() else { throw VaultError.doesNotVerify(.recordMalformed) }
            targets.append(IndexTarget(space: space, id: id))
        }
        return targets
    }
}
