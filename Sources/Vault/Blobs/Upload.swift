import Glibc
public import Household
import Sealing
import Synchronization

/// Where the bytes of an item go while they come in: sealed before they touch the disk.
///
/// A content of at most 256 KiB stays in memory and goes into the transaction that makes the item exist. A larger one is sealed and written while
/// more of it comes in, into a file that has no name yet that anybody would look for. One task uses it. When it ends unfinished, nothing stays.
public final class UploadSink: Sendable {
    /// The identifier that the item will have.
    public var item: ItemID { context.item }

    let context: ContentContext
    private let folder: BlobFolder
    private let keys: KeySession
    private let declared: UInt64?
    private struct State: ~Copyable {
        var small: Slab?
        var fingerprint: ContentFingerprint?
        var line: SealingLine?
        /// Of a large one, from when it turned out to be that. A small one gets its key when it is whole.
        var key: KeyBox?
        var slab: Slab?
        var count: UInt64 = 0
        var isFinished = false
    }
    private let state: Mutex<State>

    init(
        context: ContentContext, folder: BlobFolder, keys: KeySession, declared: UInt64?, fingerprint: consuming ContentFingerprint? = nil
    ) throws {
        guard declared.map({ $0 <= ContentSize.limit }) ?? true else { throw VaultError.contentTooLarge }
        self.context = context
        self.folder = folder
        self.declared = declared
        self.keys = keys
        guard !keys.isSealed else { throw VaultError.isSealed }
        let expected = Int(clamping: min(declared ?? .max, UInt64(ContentSize.smallLimit)))
        // Room for the padding too, so that the content is sealed where it lies.
        let capacity = Padding.paddedCount(for: expected) ?? ContentSize.smallLimit
        state = Mutex(State(small: Slab(capacity: capacity), fingerprint: fingerprint))
    }

    deinit { state.withLock { $0.line?.abort() } }

    /// Takes as many bytes as there is room for now; they are copied.
    ///
    /// - Returns: how many were taken; when not all, call ``room()`` and go on with the rest.
    /// - Throws: ``VaultError/contentTooLarge`` when more comes than was declared or than the vault takes; ``VaultError/file(_:errno:)`` when
    ///   writing failed, on a full disk for instance.
    public func take(_ bytes: UnsafeRawBufferPointer) throws -> Int {
        try state.withLock { state in
            guard !state.isFinished else { throw VaultError.uploadNotFinished }
            if let failure = state.line?.failure { throw failure }
            guard state.count + UInt64(bytes.count) <= declared ?? ContentSize.limit else { throw VaultError.contentTooLarge }
            let taken = try unsafe copy(bytes, &state)
            state.count += UInt64(taken)
            unsafe state.fingerprint?.update(UnsafeRawBufferPointer(rebasing: bytes[..<taken]))
            return taken
        }
    }

    private func copy(_ bytes: UnsafeRawBufferPointer, _ state: inout State) throws -> Int {
        if let small = state.small {
            if small.count + bytes.count <= ContentSize.smallLimit, bytes.count < small.room { return unsafe small.append(bytes) }
            // It is a large one after all: what came so far goes ahead.
            let key = try keys.ending(KeyBox.random())
            let line = try keys.ending(SealingLine(folder: folder, name: .random(), declared: declared, key: key, meaning: context.meaning))
            guard let first = line.slabIfThere() else { throw VaultError.uploadNotFinished }
            _ = unsafe small.withBytes { unsafe first.append($0) }
            state.line = line
            state.key = key
            state.slab = first
            state.small = nil
        }
        guard let line = state.line else { throw VaultError.uploadNotFinished }
        var taken = 0
        while taken < bytes.count {
            if let full = state.slab, full.room == 0 {
                // Only now, because the last slab of all has to be handed on as the last.
                line.hand(full)
                state.slab = nil
            }
            if state.slab == nil { state.slab = line.slabIfThere() }
            guard let slab = state.slab else { break }
            taken += unsafe slab.append(UnsafeRawBufferPointer(rebasing: bytes[taken...]))
        }
        return taken
    }

    /// Waits until there is room for more.
    public func room() async throws {
        let line: SealingLine? = state.withLock { $0.slab == nil || $0.slab?.room == 0 ? $0.line : nil }
        guard let line else { return }
        let full: Slab? = state.withLock { state in
            guard let slab = state.slab, slab.room == 0 else { return nil }
            state.slab = nil
            return slab
        }
        if let full { line.hand(full) }
        guard let slab = await line.slab() else { throw line.failure ?? VaultError.uploadNotFinished }
        state.withLock { $0.slab = slab }
    }

    /// Ends the content: it is sealed whole, and a large one lies synced in its place.
    ///
    /// - Throws: ``VaultError/uploadNotFinished`` when fewer bytes came than were declared; ``VaultError/file(_:errno:)``.
    public func finish() async throws -> FinishedUpload {
        let (small, line, key, count, fingerprint) = try state.withLock { state in
            guard !state.isFinished, declared.map({ $0 == state.count }) ?? true else { throw VaultError.uploadNotFinished }
            state.isFinished = true
            // A small one lies here once, and then sealed.
            defer { state.small = nil }
            return (state.small, state.line, state.key, state.count, state.fingerprint.take()?.finalize())
        }
        if let small { return try FinishedUpload(context: context, keys: keys, length: count, fingerprint: fingerprint, small: small) }
        guard let line, let key else { throw VaultError.uploadNotFinished }
        let meta = try ContentMeta(length: count).sealed(context, key)
        try await finish(line, count)
        let summary = try await line.finished()
        // Its slabs go with it, and do not wait for the transaction.
        state.withLock { $0.line = nil }
        return FinishedUpload(
            context: context, key: key, length: count, fingerprint: fingerprint, meta: meta, summary: summary,
            blob: FinishedBlob(folder: folder, name: line.name))
    }

    private func finish(_ line: SealingLine, _ count: UInt64) async throws {
        var padding = [UInt8](repeating: 0, count: ContentSize.padding(after: count))
        padding[0] = 0x80
        var done = 0
        while done < padding.count {
            try await room()
            let slab = state.withLock { $0.slab }
            guard let slab else { throw VaultError.uploadNotFinished }
            let start = done
            done += unsafe padding.withUnsafeBytes { bytes in
                // SAFETY: `start` is less than the count.
                unsafe slab.append(UnsafeRawBufferPointer(rebasing: bytes[start...]))
            }
        }
        let last = state.withLock { state in
            defer { state.slab = nil }
            return state.slab
        }
        guard let last else { throw VaultError.uploadNotFinished }
        last.isLast = true
        line.hand(last)
    }
}

/// What only the reader of a content may know: its exact length.
struct ContentMeta {
    let length: UInt64

    func sealed<Key: KeyLending & ~Copyable>(_ context: ContentContext, _ key: borrowing Key) throws(SealingError) -> [UInt8] {
        var writer = ByteWriter(capacity: 8)
        writer.append(number: length)
        return try Envelope.seal(writer.bytes, under: key, label: .itemMeta, meaning: context.meaning)
    }

    init(length: UInt64) { self.length = length }

    init(_ sealed: [UInt8], _ context: ContentContext, _ key: KeyBox) throws {
        var reader = ByteReader(try Envelope.open(sealed, under: key, label: .itemMeta, meaning: context.meaning))
        guard let length = reader.number(), reader.isAtEnd else { throw VaultError.doesNotVerify(.contentForged) }
        self.length = length
    }
}

/// A large content in its place, synced, that no row names yet. Removes itself when it ends, unless it was offered to a transaction.
final class FinishedBlob: Sendable {
    let folder: BlobFolder
    let name: BlobFolder.Name
    private enum Fate { case fresh, offered, kept, gone }
    private let fate = Mutex(Fate.fresh)

    init(folder: BlobFolder, name: BlobFolder.Name) {
        self.folder = folder
        self.name = name
    }

    /// A transaction is about to name it. From here on its end decides nothing: whether the commit stands may be unknown, and then the start-up's
    /// housekeeping finds out.
    func offer() { fate.withLock { if $0 == .fresh { $0 = .offered } } }

    func keep() { fate.withLock { if $0 != .gone { $0 = .kept } } }

    func discard() {
        let goes = fate.withLock { fate in
            guard fate == .fresh || fate == .offered else { return false }
            fate = .gone
            return true
        }
        if goes { try? Files.remove(folder.path(of: name), .blob) }
    }

    deinit {
        guard fate.withLock({ $0 == .fresh }) else { return }
        try? Files.remove(folder.path(of: name), .blob)
    }
}

/// A content that came in whole and is sealed, ready for the transaction that makes its item exist. May be offered to more than one attempt.
public final class FinishedUpload: Sendable {
    /// The identifier that the item will have.
    public var item: ItemID { context.item }
    /// Bytes of content.
    public let length: UInt64
    /// Over all of the content and nothing else, 16 bytes; nil where none was asked for. Equal for equal contents of one idempotency key, and
    /// secret: it goes nowhere but into the sealed answer.
    public let fingerprint: [UInt8]?

    let context: ContentContext
    let key: KeyBox
    let meta: [UInt8]
    let summary: CiphertextSummary
    /// Sealed, for a small one.
    let small: [UInt8]?
    let blob: FinishedBlob?

    /// Seals a small content where it lies, under a key that is made here: it is used at once, and its page is shut when that is done.
    fileprivate init(context: ContentContext, keys: KeySession, length: UInt64, fingerprint: [UInt8]?, small: Slab) throws {
        self.context = context
        self.length = length
        self.fingerprint = fingerprint
        let key = try SecretKey.random()
        meta = try ContentMeta(length: length).sealed(context, key)
        guard let padded = Padding.paddedCount(for: small.count), padded <= small.capacity else { throw VaultError.uploadNotFinished }
        // The memory behind the content was never written to: only the mark has to be set.
        let mark: [UInt8] = [0x80]
        _ = unsafe mark.withUnsafeBytes { unsafe small.append($0) }
        small.count = padded
        let sealed = try unsafe small.withBytes { bytes throws(SealingError) in
            // SAFETY: the bytes live for the closure, and the span is used in it only.
            try Envelope.seal(unsafe RawSpan(_unsafeBytes: bytes), under: key, label: .itemSmall, meaning: context.meaning)
        }
        summary = try SmallDigest.summary(of: sealed)
        self.small = sealed
        self.key = try keys.ending(KeyBox(key))
        blob = nil
    }

    fileprivate init(
        context: ContentContext, key: KeyBox, length: UInt64, fingerprint: [UInt8]?, meta: [UInt8], summary: CiphertextSummary,
        blob: FinishedBlob
    ) {
        self.context = context
        self.key = key
        self.length = length
        self.fingerprint = fingerprint
        self.meta = meta
        self.summary = summary
        self.blob = blob
        small = nil
    }

    /// Says that the item exists, durably. Not needed for safety: without it nothing is removed either, once a transaction was offered the content.
    public func keep() { blob?.keep() }

    /// Removes the content at once, when it is certain that no item was made of it. **Not** after an outcome that is unknown.
    public func discard() { blob?.discard() }
}
