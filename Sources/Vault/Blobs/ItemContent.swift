import GRDB
import Household
import Sealing

/// The sealed content of one version of an item, as its row names it: ciphertext or where it lies, and the wrapped key.
struct ItemContent: Sendable {
    enum Place: Sendable {
        case small([UInt8])
        case blob(BlobFolder.Name)
    }
    let context: ContentContext
    let wrapped: [UInt8]
    let meta: [UInt8]
    let summary: CiphertextSummary
    let place: Place
    let compartmentKey: KeyBox
    let keys: KeySession

    /// The key of the version. Throws `doesNotVerify(contentForged)` when the row was put together out of others.
    func key() throws -> KeyBox {
        let key: KeyBox
        do throws(SealingError) {
            key = KeyBox(
                try Envelope.unwrap(wrapped, under: compartmentKey, label: .versionWrap, meaning: context.wrapMeaning(summary)))
        } catch {
            switch error {
            case .keyWiped: throw VaultError.isSealed
            case .outOfMemory, .unavailable, .memoryProtection: throw error
            default: throw VaultError.doesNotVerify(.contentForged)
            }
        }
        return try keys.ending(key)
    }

    /// The exact length of the content.
    func length(_ key: KeyBox) throws -> UInt64 {
        do {
            return try ContentMeta(meta, context, key).length
        } catch SealingError.keyWiped {
            throw VaultError.isSealed
        } catch {
            throw VaultError.doesNotVerify(.contentForged)
        }
    }

    /// Opens the content and passes it on, part by part. Constant memory.
    ///
    /// - Parameters:
    ///   - before: asked before every part; throws when no more may go out.
    ///   - sink: gets 1…131,072 bytes at a time, in order. The last part comes only after the whole was found authentic.
    func open(
        key: KeyBox, folder: BlobFolder, before: () async throws -> Void, sink: (borrowing ItemChunk) async throws -> Void
    ) async throws {
        switch place {
        case .small(let sealed):
            let slab = try openSmall(sealed, key)
            try await Self.pass(slab, before, sink)
        case .blob(let name):
            let line = try keys.ending(OpeningLine(content: self, key: key, path: folder.path(of: name)))
            defer { line.stop() }
            var isWhole = false
            while let slab = await line.next() {
                try await Self.pass(slab, before, sink)
                isWhole = slab.isLast
                line.giveBack(slab)
            }
            guard isWhole else { throw line.failure ?? VaultError.doesNotVerify(.contentForged) }
        }
    }

    private func openSmall(_ sealed: [UInt8], _ key: KeyBox) throws -> Slab {
        var content: [UInt8]
        do throws(SealingError) {
            guard try SmallDigest.summary(of: sealed) == summary else { throw .forged }
            content = try Envelope.openPadded(sealed, under: key, label: .itemSmall, meaning: context.meaning)
        } catch {
            throw error == .keyWiped ? VaultError.isSealed : VaultError.doesNotVerify(.contentForged)
        }
        defer { Wiping.wipe(&content) }
        guard UInt64(content.count) == (try length(key)) else { throw VaultError.doesNotVerify(.contentForged) }
        let slab = Slab(capacity: content.count)
        _ = unsafe content.withUnsafeBytes { unsafe slab.append($0) }
        return slab
    }

    /// Never inlined: the optimiser of Swift 6.3.1 aborts when it inlines this ("forwardToInit").
    @inline(never)
    private static func pass(
        _ slab: Slab, _ before: () async throws -> Void, _ sink: (borrowing ItemChunk) async throws -> Void
    ) async throws {
        var offset = 0
        while offset < slab.count {
            let count = min(ItemChunk.limit, slab.count - offset)
            try await before()
            try await sink(ItemChunk(slab: slab, range: offset..<offset + count))
            offset += count
        }
    }
}

/// Some plaintext on its way out. Cannot be copied or kept: it is only lent, and its memory is used again and overwritten.
public struct ItemChunk: ~Copyable {
    /// The most bytes that one chunk has: 131,072.
    public static let limit = 128 << 10

    private let slab: Slab
    private let range: Range<Int>

    init(slab: Slab, range: Range<Int>) {
        self.slab = slab
        self.range = range
    }

    /// Number of bytes, 1…``limit``.
    public var count: Int { range.count }

    /// Lends the bytes for the length of the call.
    public borrowing func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        let range = range
        return try unsafe slab.withBytes { bytes in
            // SAFETY: the range lies inside the bytes in use.
            try unsafe body(UnsafeRawBufferPointer(rebasing: bytes[range]))
        }
    }
}

/// The rows of `item_version`. Each counts only when its digest stands in the record of its item.
enum ItemVersions {
    /// One row, without the bytes of a small content: those are bound by the digest in it.
    struct VersionRow {
        let household: Octets16
        let item: Octets16
        let version: UInt64
        let compartment: Octets16
        let wrapped: [UInt8]
        let meta: [UInt8]
        let length: UInt64
        let contentDigest: [UInt8]
        /// Nil for a small one.
        let blob: Octets16?

        /// What the item's record says of it.
        var digest: Digest32 {
            RegistryDigest.content(
                household: household, item: item, version: version, compartment: compartment, wrapped: wrapped, meta: meta, length: length,
                contentDigest: contentDigest, blob: blob)
        }

        /// From the columns {household, item, version, compartment, wrapped, meta, length, digest, blob}.
        init(_ row: Row) throws(VaultError) {
            guard let household = row.octets16(0), let item = row.octets16(1), let version = row.unsigned(2),
                let compartment = row.octets16(3), let wrapped = row.octets(4), let meta = row.octets(5), let length = row.unsigned(6),
                let contentDigest = row.octets(7), row.isNull(8) || row.octets16(8) != nil
            else { throw .doesNotVerify(.contentRowAltered) }
            (self.household, self.item, self.version, self.compartment) = (household, item, version, compartment)
            (self.wrapped, self.meta, self.length, self.contentDigest) = (wrapped, meta, length, contentDigest)
            blob = row.octets16(8)
        }

        /// Of a finished upload. Its key is wrapped anew each time, so that the body of a change may run twice.
        init(_ upload: FinishedUpload, under compartmentKey: KeyBox) throws(SealingError) {
            let context = upload.context
            let wrapped = try Envelope.wrap(
                upload.key, under: compartmentKey, label: .versionWrap, meaning: context.wrapMeaning(upload.summary))
            household = Octets16(context.household)
            item = Octets16(context.item)
            version = context.version
            compartment = context.compartment.octets
            self.wrapped = wrapped
            meta = upload.meta
            length = upload.summary.length
            contentDigest = upload.summary.digest
            blob = upload.blob?.name.octets
        }
    }

    static let columns = "household, item, version, compartment, wrapped, meta, length, digest, blob"

    /// Inserts the row of a finished upload, after the record that names it.
    static func insert(_ row: VersionRow, of upload: FinishedUpload, _ sql: GRDB.Database) throws {
        upload.blob?.offer()
        try sql.changeOne(
            "INSERT INTO item_version(\(columns), small) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                row.household.sql, row.item.sql, Int64(clamping: row.version), row.compartment.sql, row.wrapped.sql, row.meta.sql,
                Int64(clamping: row.length), row.contentDigest.sql, row.blob?.sql, upload.small?.sql,
            ])
    }

    /// The content of an item, as its verified record says that its row must be. What the content means comes from `context`, not from the row.
    /// - Throws: `doesNotVerify(contentRowAltered)` when the row is another one or is gone.
    static func content(
        _ context: ContentContext, of record: StoredRecord, keys: KeySession, _ sql: GRDB.Database
    ) throws -> ItemContent {
        let statement = try sql.cachedStatement(
            sql: "SELECT \(columns), small FROM item_version WHERE item = ? AND version = ?")
        guard let expected = record.content,
            let row = try Row.fetchOne(statement, arguments: [Octets16(context.item).sql, Int64(clamping: context.version)])
        else { throw VaultError.doesNotVerify(.contentRowAltered) }
        let stored = try VersionRow(row)
        guard stored.digest == expected, let summary = try? CiphertextSummary(length: stored.length, digest: stored.contentDigest) else {
            throw VaultError.doesNotVerify(.contentRowAltered)
        }
        let place: ItemContent.Place
        if let name = stored.blob {
            place = .blob(BlobFolder.Name(octets: name))
        } else if let small = row.octets(9) {
            place = .small(small)
        } else {
            throw VaultError.doesNotVerify(.contentRowAltered)
        }
        let key = try keys.key(.compartment(context.household, context.compartment), sql)
        return ItemContent(
            context: context, wrapped: stored.wrapped, meta: stored.meta, summary: summary, place: place, compartmentKey: key, keys: keys)
    }
}
