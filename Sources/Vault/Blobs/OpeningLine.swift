// How a large content goes out: the same three stages the other way round.
//
//   thread that reads ── sealed slabs ──► thread that opens ── plain slabs ──► task (puts bytes on the socket)

import Glibc
import Sealing
import Synchronization

/// Reads and opens one large content on threads of its own, ahead of the task that passes it on.
///
/// The last bytes come only after the stream was found whole: nothing missing, nothing behind it, and the one that the wrapped key binds. One
/// slab is always held back for that, because the final chunk may hold nothing but padding, and the slab before it the last of the content.
final class OpeningLine: Mortal {
    private static let slabsOfEach = 4
    /// Bytes that are read at a time: whole blocks.
    private static let blocksCount = 512 << 10
    /// Room before them for what is left of the chunk that the bytes before ended in.
    private static let headroom = FileGrain.ceiling(SealedStream.sealedChunkCount)
    /// Chunks that can lie in both together, the last of them not whole.
    private static let chunksPerSlab = (headroom + blocksCount) / SealedStream.sealedChunkCount + 1

    private let emptySealed: Belt<Slab>
    private let sealed = Belt<Slab>()
    private let emptyPlain: Belt<Slab>
    private let plain = Belt<Slab>()
    private let trouble = Mutex<(any Error)?>(nil)

    /// Opens the file and starts the threads.
    init(content: ItemContent, key: KeyBox, path: String) throws {
        emptySealed = Belt((0..<Self.slabsOfEach).map { _ in Slab(capacity: Self.headroom + Self.blocksCount) })
        emptyPlain = Belt((0..<Self.slabsOfEach).map { _ in Slab(capacity: Self.chunksPerSlab * SealedStream.chunkCount) })
        guard let status = try FileStatus(of: path, .blob) else { throw VaultError.contentMissing }
        // A link or a folder in its place is not what the vault left there.
        guard status.isRegular else { throw VaultError.doesNotVerify(.contentForged) }
        let descriptor = Files.retrying { unsafe Glibc.open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC) }
        guard descriptor >= 0 else { throw VaultError.file(.blob, errno: errno) }
        OwnThread.start("kluis.read") { self.read(OpenFile(descriptor: descriptor)) }
        OwnThread.start("kluis.open") { self.open(content, key) }
    }

    /// The next part of the content; nil after the last one, or after a failure.
    func next() async -> Slab? { await plain.next() }

    /// Gives a slab back to be used again.
    func giveBack(_ slab: Slab) {
        slab.reset()
        emptyPlain.put(slab)
    }

    /// Stops the threads, when nobody wants the rest.
    func stop() { closeAll() }

    /// The vault is sealed: the thread that opens gives its stream's key up.
    func end() { fail(VaultError.isSealed) }

    var failure: (any Error)? { trouble.withLock { $0 } }

    private func fail(_ error: any Error) {
        trouble.withLock { if $0 == nil { $0 = error } }
        closeAll()
    }

    private func closeAll() {
        for belt in [emptySealed, sealed, emptyPlain, plain] { belt.close(dropping: true) }
    }

    // MARK: - The thread that reads

    private func read(_ file: consuming OpenFile) {
        do throws(VaultError) {
            if try file.status(.blob).size >= Int64(FileGrain.largest) { file.bypassCache() }
            _ = posix_fadvise(file.descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
            // What is left of a chunk; ciphertext, all of it.
            var rest: [UInt8] = []
            var isFirst = true
            while let slab = emptySealed.take() {
                var range = try unsafe slab.withMutableBytes { memory throws(VaultError) in
                    // SAFETY: the slab's memory is as large as both ranges together, and what is left is shorter than the room before.
                    let space = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[Self.headroom..<Self.headroom + Self.blocksCount])
                    let start = Self.headroom - rest.count
                    unsafe UnsafeMutableRawBufferPointer(rebasing: memory[start..<Self.headroom]).copyBytes(from: rest)
                    return start..<Self.headroom + (try unsafe file.read(into: space, .blob))
                }
                // Less than was asked for, nothing too, says that the file ended.
                slab.isLast = range.upperBound < Self.headroom + Self.blocksCount
                if isFirst {
                    isFirst = false
                    guard let prefix = emptySealed.take() else { return }
                    slab.use(range.prefix(SealedStream.prefixCount))
                    unsafe slab.withBytes { _ = unsafe prefix.append($0) }
                    sealed.put(prefix)
                    range = range.dropFirst(SealedStream.prefixCount)
                }
                let whole = slab.isLast ? range : range.prefix(range.count / SealedStream.sealedChunkCount * SealedStream.sealedChunkCount)
                slab.use(whole.upperBound..<range.upperBound)
                rest = unsafe slab.withBytes { unsafe [UInt8]($0) }
                slab.use(whole)
                let isLast = slab.isLast
                sealed.put(slab)
                if isLast { return }
            }
        } catch {
            fail(error)
        }
    }

    // MARK: - The thread that opens

    private func open(_ content: ItemContent, _ key: KeyBox) {
        do {
            guard let first = sealed.take() else { return }
            let prefix = unsafe first.withBytes { unsafe [UInt8]($0) }
            first.reset()
            emptySealed.put(first)
            var opener = try StreamOpener(prefix: prefix, key: key, label: .itemContent, meaning: content.context.meaning)
            var digest = try StreamDigest(prefix: prefix)
            var length: UInt64 = 0
            var heldBack: Slab?
            while let source = sealed.take() {
                guard let target = emptyPlain.take() else { return }
                target.reset()
                try open(source, into: target, &opener, &digest)
                let fileEnded = source.isLast
                source.reset()
                emptySealed.put(source)
                if opener.isFinished {
                    // ORDER: what follows the final chunk is looked for before the last bytes are given out.
                    if !fileEnded { try requireEnd() }
                    try Self.removePadding(target, before: length)
                    length += UInt64(target.count)
                    guard try digest.finish() == content.summary, length == (try content.length(key)) else {
                        throw VaultError.doesNotVerify(.contentForged)
                    }
                    if let heldBack { plain.put(heldBack) }
                    target.isLast = true
                    plain.put(target)
                    plain.close()
                    return
                }
                guard !fileEnded else { throw SealingError.truncated }
                length += UInt64(target.count)
                if let ready = heldBack { plain.put(ready) }
                heldBack = target
            }
        } catch let error as SealingError {
            fail(error == .keyWiped ? VaultError.isSealed : VaultError.doesNotVerify(.contentForged))
        } catch {
            fail(error)
        }
    }

    private func requireEnd() throws {
        guard let after = sealed.take(), after.count == 0 else { throw SealingError.afterFinal }
    }

    private func open(_ source: Slab, into target: Slab, _ opener: inout StreamOpener, _ digest: inout StreamDigest) throws {
        let written = try unsafe source.withBytes { input in
            try unsafe target.withMutableBytes { output in
                var offset = 0
                var written = 0
                while offset < input.count {
                    let size = min(SealedStream.sealedChunkCount, input.count - offset)
                    // SAFETY: both ranges lie inside their buffers; opened chunks are shorter than sealed ones.
                    let chunk = unsafe UnsafeRawBufferPointer(rebasing: input[offset..<offset + size])
                    let place = unsafe UnsafeMutableRawBufferPointer(rebasing: output[written...])
                    written += try unsafe opener.open(chunk, into: place).count
                    unsafe digest.add(chunk)
                    offset += size
                }
                return written
            }
        }
        target.count = written
    }

    /// Takes the 0x80 and the zeros off the last slab. They lie within one chunk, because chunks are multiples of the grain.
    private static func removePadding(_ slab: Slab, before: UInt64) throws {
        let count = unsafe slab.withBytes { bytes in
            var mark = bytes.count - 1
            while mark >= 0, unsafe bytes[mark] == 0 { mark -= 1 }
            guard mark >= 0, unsafe bytes[mark] == 0x80 else { return -1 }
            return mark
        }
        guard count >= 0, slab.count - count == ContentSize.padding(after: before + UInt64(count)) else { throw SealingError.badPadding }
        slab.count = count
    }
}
