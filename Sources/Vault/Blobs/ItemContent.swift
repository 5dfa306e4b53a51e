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

    /// The key of the version. Throws `doesNotVerify(contentForged)` when the row was put together out of others.
    func key() throws -> KeyBox {
        do throws(SealingError) {
            return KeyBox(
                try Envelope.unwrap(wrapped, under: compartmentKey, label: .versionWrap, meaning: context.wrapMeaning(summary)))
        } catch {
            switch error {
            case .keyWiped: throw VaultError.isSealed
            case .outOfMemory, .unavailable, .memoryProtection: throw error
            default: throw VaultError.doesNotVerify(.contentForged)
            }
        }
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
            let line = try OpeningLine(content: self, key: key, path: folder.path(of: name))
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
            var digest = try CiphertextDigest()
            digest.update(sealed)
            guard try digest.finish() == summary else { throw .forged }
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

/// The rows of `item_version`.
enum ItemVersions {
    /// Inserts the row of a finished upload. Its key is wrapped anew each time, so that the body of a change may run twice.
    static func insert(_ upload: FinishedUpload, under compartmentKey: KeyBox, _ sql: GRDB.Database) throws {
        let context = upload.context
        let wrapped = try Envelope.wrap(
            upload.key, under: compartmentKey, label: .versionWrap, meaning: context.wrapMeaning(upload.summary))
        upload.blob?.offer()
        try sql.cachedStatement(
            sql: """
                INSERT INTO item_version(household, item, version, compartment, wrapped, meta, length, digest, small, blob)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            Octets16(context.household).sql, Octets16(context.item).sql, Int64(clamping: context.version), context.compartment.octets.sql,
            wrapped.sql, upload.meta.sql, Int64(clamping: upload.summary.length), upload.summary.digest.sql, upload.small?.sql,
            upload.blob?.name.octets.sql,
        ])
    }

    /// The content that a row names; nil when there is no such row. What the content means comes from `context`, not from the row.
    static func content(_ context: ContentContext, keys: KeySession, _ sql: GRDB.Database) throws -> ItemContent? {
        let statement = try sql.cachedStatement(
            sql: "SELECT wrapped, meta, length, digest, small, blob FROM item_version WHERE item = ? AND version = ? AND household = ?")
        let row = try Row.fetchOne(
            statement, arguments: [Octets16(context.item).sql, Int64(clamping: context.version), Octets16(context.household).sql])
        guard let row else { return nil }
        guard let wrapped = row.octets(0), let meta = row.octets(1), let length = row.unsigned(2), let digest = row.octets(3),
            let summary = try? CiphertextSummary(length: length, digest: digest)
        else { throw VaultError.doesNotVerify(.contentForged) }
        let place: ItemContent.Place
        if let small = row.octets(4) {
            place = .small(small)
        } else if let name = row.octets16(5) {
            place = .blob(BlobFolder.Name(octets: name))
        } else {
            throw VaultError.doesNotVerify(.contentForged)
        }
        let key = try keys.key(.compartment(context.household, context.compartment), sql)
        return ItemContent(context: context, wrapped: wrapped, meta: meta, summary: summary, place: place, compartmentKey: key)
    }

    /// The names of all blobs that rows name.
    static func blobs(_ sql: GRDB.Database) throws -> Set<BlobFolder.Name> {
        var names: Set<BlobFolder.Name> = []
        let rows = try Row.fetchCursor(sql, sql: "SELECT blob FROM item_version WHERE blob IS NOT NULL")
        while let row = try rows.next() {
            if let name = row.octets16(0) { names.insert(BlobFolder.Name(octets: name)) }
        }
        return names
    }
}
