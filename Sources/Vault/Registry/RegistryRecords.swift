import GRDB
import Household
import Sealing

extension Sealing.Label {
    static let recordFacts = Sealing.Label("kluis/rec-facts ")
    static let recordWords = Sealing.Label("kluis/rec-words ")
}

/// What goes into a record's words: sealed under which key.
struct SealedWords {
    let bytes: [UInt8]
    let key: KeyBox
}

extension Registry {
    /// Facts bind the version; words do not, so that facts can move on without words being opened. That an older row of words is not put back is
    /// the manifest's work.
    func factsMeaning(_ key: RecordKey, version: UInt64) -> AssociatedData {
        wordsMeaning(key).adding("version", number: version)
    }

    private func wordsMeaning(_ key: RecordKey) -> AssociatedData {
        AssociatedData("record").adding("vault", bytes: vault.bytes).adding("space", bytes: key.space.octets.bytes)
            .adding("kind", number: UInt64(key.kind.rawValue)).adding("id", bytes: key.id.bytes)
    }

    /// Opens the sealed facts of a verified row.
    func openFacts(_ record: StoredRecord, _ sql: GRDB.Database) throws -> [UInt8] {
        let key = try keys.key(of: record.key.space, sql)
        return try opening { () throws(SealingError) in
            try Envelope.open(record.facts, under: key, label: .recordFacts, meaning: factsMeaning(record.key, version: record.version))
        }
    }

    /// Opens the sealed words of a verified row, under the key of its space or another one; nil when it has none.
    func openWords(_ record: StoredRecord, under key: KeyBox) throws -> [UInt8]? {
        guard let words = record.words else { return nil }
        return try opening { () throws(SealingError) in
            try Envelope.openPadded(words, under: key, label: .recordWords, meaning: wordsMeaning(record.key))
        }
    }

    private func opening(_ body: () throws(SealingError) -> [UInt8]) throws -> [UInt8] {
        do throws(SealingError) {
            return try body()
        } catch {
            switch error {
            case .keyWiped: throw VaultError.isSealed
            case .outOfMemory, .memoryProtection, .unavailable: throw error
            default: throw VaultError.doesNotVerify(.recordForged)
            }
        }
    }

    /// The decoded facts of a verified row; decoded once for each row that there ever was.
    func facts<Facts: FactRecord>(_: Facts.Type = Facts.self, of record: StoredRecord, _ sql: GRDB.Database) throws -> Facts {
        try remembered(record.digest, bytes: record.facts.count) {
            let bytes = try openFacts(record, sql)
            guard let facts = try? Facts.decodeCanonical(bytes) else { throw VaultError.doesNotVerify(.recordMalformed) }
            return facts
        }
    }

    /// The facts and the version of one record; nil when there is none.
    func read<Facts: FactRecord>(
        _: Facts.Type = Facts.self, _ key: RecordKey, _ sql: GRDB.Database
    ) throws -> (facts: Facts, version: UInt64, record: StoredRecord)? {
        guard let record = try record(key, sql) else { return nil }
        return (try facts(of: record, sql), record.version, record)
    }

    /// The decoded words of a verified row; nil when it has none.
    func words<Words: CanonicalRecord>(_: Words.Type = Words.self, of record: StoredRecord, under key: KeyBox) throws -> Words? {
        guard let bytes = try openWords(record, under: key) else { return nil }
        guard let words = try? Words.decodeCanonical(bytes) else { throw VaultError.doesNotVerify(.recordMalformed) }
        return words
    }

    /// Writes facts, and words where given; without words, those that are there stay.
    /// - Parameter content: of an item: the digest of the row of its content; nil leaves it as it was.
    /// - Returns: the record's new version.
    @discardableResult
    func write(
        _ facts: some FactRecord, words: SealedWords? = nil, content: Digest32? = nil, _ key: RecordKey,
        expecting expectation: Expectation, _ sql: GRDB.Database
    ) throws -> UInt64 {
        let bytes = try facts.canonicalJSON()
        return try write(bytes: bytes, words: words, content: content, key, expecting: expectation, sql)
    }

    /// As ``write(_:words:content:_:expecting:_:)``, for facts in a form of their own.
    @discardableResult
    func write(
        bytes: [UInt8], words: SealedWords? = nil, content: Digest32? = nil, _ key: RecordKey, expecting expectation: Expectation,
        _ sql: GRDB.Database
    ) throws -> UInt64 {
        let spaceKey = try keys.key(of: key.space, sql)
        return try put(key, expecting: expectation, content: content, sql) { version, before in
            let facts = try Envelope.seal(bytes, under: spaceKey, label: .recordFacts, meaning: factsMeaning(key, version: version))
            let sealed =
                try words.map { try Envelope.sealPadded($0.bytes, under: $0.key, label: .recordWords, meaning: wordsMeaning(key)) }
                ?? before?.words
            return (facts, sealed)
        }
    }

    /// The revision of a space, for compare-and-set: goes up with every change. Nil when there is no such space.
    func revision(of space: Space, _ sql: GRDB.Database) throws -> UInt64? { try manifest(of: space, sql)?.counter }
}
