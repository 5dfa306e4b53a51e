import GRDB
public import Household
public import Policy
public import ReferenceMonitor
import Sealing
public import Storage
import Synchronization

/// The words of a new item.
public struct ItemWording: Sendable {
    public let title: String
    public let fileName: String
    public let mediaType: String
    public let note: String
    /// As they will be sealed for this item, once ``encoded(for:)`` was asked.
    fileprivate var form: (item: ItemID, bytes: [UInt8])?

    public init(title: String, fileName: String = "", mediaType: String = "", note: String = "") {
        self.title = title
        self.fileName = fileName
        self.mediaType = mediaType
        self.note = note
    }

    /// The same words, made ready to be sealed: work that need not wait for the transaction.
    /// - Throws: `HouseholdError` when they cannot be encoded.
    public func encoded(for item: ItemID) throws -> ItemWording {
        var ready = self
        ready.form = (item, try bytes(for: item))
        return ready
    }

    fileprivate func bytes(for item: ItemID) throws -> [UInt8] {
        if let form, form.item == item { return form.bytes }
        return try ItemWords(id: item, title: title, fileName: fileName, mediaType: mediaType, note: note).canonicalJSON()
    }
}

extension Vault {
    /// Takes the content of an item in that does not exist yet. Nothing is decided by it: the decision that counts is taken in the transaction
    /// that makes the item exist (``addItem(_:upload:words:expected:in:)``), and without that nothing of it stays.
    ///
    /// - Parameters:
    ///   - organisation: the caller's own.
    ///   - length: bytes that will come, where the client said so; it must be exact.
    ///   - request: the caller and the idempotency key, where there is one: the content then gets a fingerprint, by which a second request
    ///     with that key is known to be the same (``FinishedUpload/fingerprint``).
    /// - Throws: ``VaultError/contentTooLarge``; ``VaultError/isSealed``.
    public func receive(
        household: HouseholdID, organisation: OrganisationID, layer: Layer, kind: ItemKind, length: UInt64? = nil,
        request: (caller: Caller, key: String)? = nil
    ) throws -> UploadSink {
        guard !keys.isSealed else { throw VaultError.isSealed }
        let context = ContentContext(
            vault: registry.vault, household: household, compartment: Compartment(layer: layer, organisation: organisation),
            item: .random(), kind: kind, version: 1)
        var fingerprint: ContentFingerprint?
        if let request {
            fingerprint = try ContentFingerprint(
                key: keys.fingerprints,
                context: AssociatedData("upload").adding("caller", text: request.caller.identity).adding("key", text: request.key))
        }
        return try UploadSink(context: context, folder: blobs, keys: keys, declared: length, fingerprint: fingerprint)
    }

    /// Contents of at most this many bytes are kept in memory while they come in: 262,144.
    public static let smallContent = UInt64(ContentSize.smallLimit)

    /// Makes an item of a content that came in.
    ///
    /// - Parameter upload: may be offered to more than one attempt; it is not used up. Tell it afterwards whether it is to stay
    ///   (``FinishedUpload/keep()``) or to go (``FinishedUpload/discard()``).
    /// - Throws: `HouseholdError` with the articles of everything that the draft lacks; ``VaultError/noSuchThing``.
    public func addItem(
        _ grant: consuming Grant<AddItem>, upload: FinishedUpload, words: ItemWording, expected revision: UInt64? = nil,
        in transaction: borrowing Transaction
    ) throws -> Made<ItemID> {
        try require(grant.isLive)
        let sql = transaction.sql
        let author = try worker(grant.caller)
        let draft = grant.asked.draft
        let household = grant.asked.household
        var change = try HouseholdChange(self, household, at: grant.moment, workers: [author], expected: revision, in: sql)
        let proposal = ItemProposal(
            layer: draft.layer, subject: draft.subject, author: author, domains: draft.domain.map { .named([$0]) } ?? .all,
            hat: grant.caller.hat, basis: draft.basis, provision: draft.provision, retentionClass: draft.retentionClass, kind: draft.kind,
            scoreReasonGiven: draft.scoreReasonGiven)
        let item = try change.view.makeItem(
            proposal, id: upload.item, size: SizeBucket(bytes: upload.length), at: grant.moment)
        let context = context(of: item)
        // The content was sealed for exactly this: another household, compartment or kind and it would never open.
        guard context == upload.context else { throw VaultError.noSuchThing }
        let key = try compartmentKey(context, sql)
        let row = try ItemVersions.VersionRow(upload, under: key)
        try registry.write(
            item, words: SealedWords(bytes: try words.bytes(for: item.id), key: key), content: row.digest, .item(household, item.id),
            expecting: .absent, sql)
        try ItemVersions.insert(row, of: upload, sql)
        return Made(item.id, try change.settle())
    }

    /// What the current content of an item means. Versions come with corrections; until then there is one.
    func context(of item: Item) -> ContentContext {
        ContentContext(
            vault: registry.vault, household: item.household, compartment: Compartment(layer: item.layer, organisation: item.organisation),
            item: item.id, kind: item.kind, version: 1)
    }

    /// The compartment's key; an organisation's is made with its first item.
    private func compartmentKey(_ context: ContentContext, _ sql: GRDB.Database) throws -> KeyBox {
        let name = WrapName.compartment(context.household, context.compartment)
        if let key = try keys.keyIfPresent(name, sql) { return key }
        try keys.makeKey(name, sql)
        return try keys.key(name, sql)
    }

    /// Reads an item: its words first, then its content, part by part, in constant memory.
    ///
    /// Before every part the right to read is checked again: when it ended, at most one part more has gone out, and the stream is cut.
    /// - Parameters:
    ///   - head: gets the facts, the words and the exact length before the first byte.
    ///   - sink: gets 1…131,072 bytes at a time. The last part comes only after the whole content was found authentic.
    /// - Throws: ``VaultError/doesNotVerify(_:)``, ``VaultError/contentMissing``; `MonitorError.interrupted`; what `head` and `sink` throw.
    public func readItem(
        _ grant: consuming Grant<ReadItem>, head: (ItemHead) async throws -> Void,
        sink: (borrowing ItemChunk) async throws -> Void
    ) async throws {
        try require(grant.isLive)
        guard let captured = grant.sealedContent as? CapturedItem, captured.item.id == grant.asked.item else {
            throw VaultError.noSuchThing
        }
        let content = captured.content
        let key = try content.key()
        defer { key.wipe() }
        let length = try content.length(key)
        guard let words: ItemWords = try registry.words(of: captured.record, under: content.compartmentKey) else {
            throw VaultError.doesNotVerify(.recordMalformed)
        }
        // The title is content as well.
        try await grant.recheck()
        try await head(ItemHead(item: captured.item, words: words, length: length, revision: captured.record.version))
        let shared = grant
        var isFirst = true
        let faults = faults
        let item = captured.item.id
        do {
            try await content.open(key: key, folder: blobs) {
                guard shared.isLive else { throw VaultError.grantIsDead }
                try await shared.recheck()
                if !isFirst, faults.trips(.streamBreaks) { throw VaultError.fault("stream-breaks") }
                isFirst = false
            } sink: {
                try await sink($0)
            }
            damaged.withLock { _ = $0.remove(item) }
        } catch let error as VaultError {
            switch error {
            // A stream that was cut cannot say why: whoever asks after it hears it (`isKnownDamaged`).
            case .doesNotVerify, .contentMissing: damaged.withLock { _ = $0.insert(item) }
            default: break
            }
            throw error
        }
    }
}

/// What is known of an item before its content comes.
public struct ItemHead: Sendable {
    public let item: Item
    public let words: ItemWords
    /// Bytes of content.
    public let length: UInt64
    public let revision: UInt64
}
