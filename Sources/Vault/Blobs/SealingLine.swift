// How a large content comes in: three stages that run at once.
//
//   task (takes bytes off the socket) ── filled slabs ──► thread that seals ── sealed slabs ──► thread that writes
//                     ▲                                     │        ▲                              │
//                     └──────────── empty slabs ────────────┘        └──────── empty slabs ─────────┘
//
// There are a few slabs of each kind and no more: whoever is slow makes the others wait.

import CKluis
import Glibc
import Household
import Sealing
import Synchronization

/// Seals and writes one large content on threads of its own, while more of it comes in.
final class SealingLine: Mortal {
    /// Chunks in a slab.
    private static let chunksPerSlab = 8
    private static let slabsOfEach = 4
    static let slabCount = chunksPerSlab * SealedStream.chunkCount
    /// Room for what a full slab gives, behind less than a block that is left of the one before, or the prefix.
    private static let sealedSlabCount = FileGrain.ceiling(chunksPerSlab * SealedStream.sealedChunkCount + FileGrain.byteCount)
    /// How many written bytes may be without write-back under way.
    private static let writeBackStride = 8 << 20

    let name: BlobFolder.Name
    private let folder: BlobFolder
    private let emptyPlain: Belt<Slab>
    private let filled = Belt<Slab>()
    private let emptySealed: Belt<Slab>
    private let sealed = Belt<Slab>()
    private struct End {
        var summary: CiphertextSummary?
        var failure: (any Error)?
        /// Whether the content has its place or never gets it: nothing fails any more.
        var isDecided = false
        var isDone = false
        var waiter: CheckedContinuation<Void, Never>?
    }
    private let state = Mutex(End())

    /// Starts the threads.
    /// - Parameter declared: how many bytes of content will come; nil when nobody said.
    /// - Throws: ``VaultError/file(_:errno:)`` when the part file cannot be made.
    init(folder: BlobFolder, name: BlobFolder.Name, declared: UInt64?, key: KeyBox, meaning: AssociatedData) throws {
        self.folder = folder
        self.name = name
        emptyPlain = Belt((0..<Self.slabsOfEach).map { _ in Slab(capacity: Self.slabCount) })
        emptySealed = Belt((0..<Self.slabsOfEach).map { _ in Slab(capacity: Self.sealedSlabCount) })
        let bypassesCache = declared.map { $0 >= FileGrain.largest } ?? false
        let descriptor = try Self.partFile(folder, name)
        OwnThread.start("kluis.write") {
            let file = OpenFile(descriptor: descriptor)
            if bypassesCache { file.bypassCache() }
            self.write(file)
        }
        OwnThread.start("kluis.seal") { self.seal(key, meaning) }
    }

    private static func partFile(_ folder: BlobFolder, _ name: BlobFolder.Name) throws(VaultError) -> Int32 {
        let path = folder.partPath(of: name)
        let descriptor = Files.retrying { unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600) }
        guard descriptor >= 0 else { throw .file(.partFile, errno: errno) }
        return descriptor
    }

    // MARK: - For the task that has the bytes

    /// An empty slab, if one is there.
    func slabIfThere() -> Slab? { emptyPlain.takeIfThere() }

    /// An empty slab, as soon as one is there; nil when the line has failed.
    func slab() async -> Slab? { await emptyPlain.next() }

    /// Hands a slab on to be sealed. All but the last are full.
    func hand(_ slab: Slab) { filled.put(slab) }

    /// Stops the line; what was written is removed.
    func abort() { fail(VaultError.uploadNotFinished) }

    /// The vault is sealed: the thread that seals gives its stream's key up.
    func end() { fail(VaultError.isSealed) }

    /// Why the line stopped, when it did.
    var failure: (any Error)? { state.withLock { $0.failure } }

    /// Waits until everything handed on is sealed, written, synced and in its place.
    /// - Returns: length and digest of what lies in the file.
    func finished() async throws -> CiphertextSummary {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let isDone = state.withLock { end in
                if !end.isDone { end.waiter = continuation }
                return end.isDone
            }
            if isDone { continuation.resume() }
        }
        let (summary, failure) = state.withLock { ($0.summary, $0.failure) }
        if let failure { throw failure }
        guard let summary else { throw VaultError.uploadNotFinished }
        return summary
    }

    private func fail(_ error: any Error) {
        state.withLock { end in
            if end.failure == nil, !end.isDecided { end.failure = error }
        }
        for belt in [filled, emptyPlain, sealed, emptySealed] { belt.close(dropping: true) }
    }

    // MARK: - The thread that seals

    private func seal(_ key: KeyBox, _ meaning: AssociatedData) {
        do {
            var sealer = try StreamSealer(key: key, label: .itemContent, meaning: meaning)
            var digest = try StreamDigest(prefix: sealer.prefix)
            guard var target = emptySealed.take() else { return }
            target.reset()
            _ = unsafe sealer.prefix.withUnsafeBytes { unsafe target.append($0) }
            while let plain = filled.take() {
                try Self.seal(plain, into: target, &sealer, &digest)
                let isLast = plain.isLast
                plain.reset()
                emptyPlain.put(plain)
                if isLast {
                    let summary = try digest.finish()
                    state.withLock { $0.summary = summary }
                    target.isLast = true
                    sealed.put(target)
                    return
                }
                guard let next = emptySealed.take() else { return }
                next.reset()
                Self.moveRest(of: target, to: next)
                sealed.put(target)
                target = next
            }
        } catch {
            fail(error)
        }
    }

    /// Leaves whole blocks in a slab, so that all but the last are written block by block.
    private static func moveRest(of slab: Slab, to next: Slab) {
        let whole = FileGrain.floor(slab.count)
        unsafe slab.withBytes { bytes in
            // SAFETY: `whole` is not more than the count; less than a block is left, for which an empty slab has room.
            _ = unsafe next.append(UnsafeRawBufferPointer(rebasing: bytes[whole...]))
        }
        slab.count = whole
    }

    private static func seal(_ plain: Slab, into target: Slab, _ sealer: inout StreamSealer, _ digest: inout StreamDigest) throws {
        let isLastSlab = plain.isLast
        let before = target.count
        target.count = try unsafe plain.withBytes { content in
            try unsafe target.withMutableBytes { output in
                var offset = 0
                var written = before
                repeat {
                    let size = min(SealedStream.chunkCount, content.count - offset)
                    // SAFETY: both ranges lie inside their buffers; a sealed slab has room for as many chunks as a plain one, behind a block.
                    let chunk = unsafe UnsafeRawBufferPointer(rebasing: content[offset..<offset + size])
                    let place = unsafe UnsafeMutableRawBufferPointer(rebasing: output[written...])
                    let count = try unsafe sealer.seal(chunk, into: place, isLast: isLastSlab && offset + size == content.count)
                    unsafe digest.add(UnsafeRawBufferPointer(rebasing: output[written..<written + count]))
                    offset += size
                    written += count
                } while offset < content.count
                return written
            }
        }
    }

    // MARK: - The thread that writes

    private func write(_ file: consuming OpenFile) {
        do throws(VaultError) {
            try drain(file)
            try folder.settle(name)
        } catch {
            fail(error)
        }
        let failed = state.withLock { end in
            end.isDecided = true
            return end.failure != nil
        }
        if failed {
            try? Files.remove(folder.partPath(of: name), .partFile)
            // It may have got its place before it failed; no row can name it yet.
            try? Files.remove(folder.path(of: name), .blob)
        }
        let waiter = state.withLock { end in
            end.isDone = true
            defer { end.waiter = nil }
            return end.waiter
        }
        waiter?.resume()
    }

    private func drain(_ file: borrowing OpenFile) throws(VaultError) {
        var offset: Int64 = 0
        var backed: Int64 = 0
        while let slab = sealed.take() {
            let isLast = slab.isLast
            try unsafe slab.withBytes { bytes throws(VaultError) in
                // SAFETY: both parts lie inside the bytes.
                let whole = FileGrain.floor(bytes.count)
                try unsafe file.write(UnsafeRawBufferPointer(rebasing: bytes[..<whole]), .partFile)
                guard whole < bytes.count else { return }
                // Only the last slab has less than a block at its end, which nothing writes past the cache.
                file.useCache()
                try unsafe file.write(UnsafeRawBufferPointer(rebasing: bytes[whole...]), .partFile)
            }
            offset += Int64(slab.count)
            slab.reset()
            emptySealed.put(slab)
            if offset - backed >= Int64(Self.writeBackStride) {
                // The disk starts now, so that the sync at the end finds little to do. Only a hint: its failure means nothing.
                kluis_start_write_back(file.descriptor, backed, offset - backed)
                backed = offset
            }
            if isLast {
                try file.sync(.partFile)
                return
            }
        }
        throw .uploadNotFinished
    }
}
