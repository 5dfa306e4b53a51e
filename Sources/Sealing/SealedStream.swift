import CSodium

/// The format of large items: a file that is sealed and opened chunk by chunk, in constant memory.
///
/// Format: `suite(1) ‖ nonce(24) ‖ C(32) ‖ secretstream header(24) ‖ chunks`.
///
/// 1. The key and `C` come from the same derivation as an ``Envelope``'s, with a suite of its own.
/// 2. Chunks are libsodium's secretstream (XChaCha20-Poly1305). All but the last hold exactly 64 KiB of content; the last one carries
///    the FINAL tag and holds 0–64 KiB, 0 only when it is the only one. So the size of a file follows from the size of its content.
/// 3. The first chunk's associated data is everything before it (81 bytes); later chunks have none, because each depends on the one before.
/// 4. A reader demands FINAL and then the end of the input, and refuses PUSH and REKEY tags. (libsodium itself accepts chunks after FINAL.)
public enum SealedStream {
    /// XChaCha20-Poly1305 secretstream under a key derived and committed to by BLAKE2b.
    static let suite: UInt8 = 0x02
    static let nonceCount = 24
    static let commitmentCount = 32
    static let derivationCount = 1 + nonceCount + commitmentCount
    static let streamHeaderCount = 24

    /// Bytes before the first chunk: 81.
    public static let prefixCount = derivationCount + streamHeaderCount

    /// Content bytes of every chunk but the last: 65,536.
    public static let chunkCount = 65_536

    /// How many bytes longer a sealed chunk is: 17.
    public static let chunkOverhead = 17

    /// Bytes of a sealed chunk that is not the last: 65,553.
    public static let sealedChunkCount = chunkCount + chunkOverhead

    /// The size of a whole sealed stream for `content` bytes of content; nil when that does not fit.
    public static func sealedCount(content: UInt64) -> UInt64? {
        let size = UInt64(chunkCount)
        let chunks = max(content / size + (content % size == 0 ? 0 : 1), 1)
        let (overhead, tooMany) = chunks.multipliedReportingOverflow(by: UInt64(chunkOverhead))
        let (body, tooLong) = content.addingReportingOverflow(overhead)
        let (total, overflow) = body.addingReportingOverflow(UInt64(prefixCount))
        return tooMany || tooLong || overflow ? nil : total
    }

    /// The content size of a sealed stream of `sealed` bytes; nil when no stream has that size.
    public static func contentCount(sealed: UInt64) -> UInt64? {
        guard sealed >= UInt64(prefixCount + chunkOverhead) else { return nil }
        let body = sealed - UInt64(prefixCount)
        let whole = UInt64(sealedChunkCount)
        let chunks = body / whole + (body % whole == 0 ? 0 : 1)
        let (overhead, overflow) = chunks.multipliedReportingOverflow(by: UInt64(chunkOverhead))
        guard !overflow, body >= overhead, sealedCount(content: body - overhead) == sealed else { return nil }
        return body - overhead
    }
}

/// Seals one large item, chunk by chunk.
///
/// The caller writes ``prefix`` and then each sealed chunk, and holds one full chunk back so that the last one can be marked. Buffers
/// are the caller's; nothing is allocated per chunk. After an error or the last chunk nothing more is sealed.
public struct StreamSealer: ~Copyable, Sendable {
    /// The 81 bytes that stand before the first chunk.
    public let prefix: [UInt8]

    /// Whether the last chunk was sealed.
    public private(set) var isFinished = false

    private var state: SecretBytes
    private var isFirst = true

    /// Starts a stream under a fresh nonce.
    ///
    /// - Throws: `outOfMemory`, `unavailable`, `keyWiped`, `memoryProtection`.
    public init<Key: KeyLending & ~Copyable>(
        key: borrowing Key, label: Label, meaning: AssociatedData
    ) throws(SealingError) {
        try Sodium.require()
        var state = try SecretBytes(count: crypto_secretstream_xchacha20poly1305_statebytes())
        prefix = try unsafe [UInt8].filled(count: SealedStream.prefixCount) { target throws(SealingError) in
            let nonceRange = 1..<1 + SealedStream.nonceCount
            unsafe target[0] = SealedStream.suite
            unsafe target.part(nonceRange).copyBytes(from: RandomBytes.generate(SealedStream.nonceCount))
            let nonce = unsafe UnsafeRawBufferPointer(target.part(nonceRange))
            let header = unsafe target.part(SealedStream.derivationCount..<SealedStream.prefixCount)
            try unsafe CommittingKey.derive(
                from: key, label: label, suite: SealedStream.suite, nonce: nonce, meaning: meaning.bytes
            ) { derived, commitment throws(SealingError) in
                unsafe target.part(nonceRange.upperBound..<SealedStream.derivationCount).copyMemory(from: commitment)
                unsafe state.withUnsafeMutableBytes { state in
                    // SAFETY: the state has `statebytes` bytes, the header 24 and the key 32; it cannot fail.
                    _ = unsafe crypto_secretstream_xchacha20poly1305_init_push(state.streamState, header.octets, derived.octets)
                }
            }
        }
        self.state = state
    }

    /// Seals one chunk.
    ///
    /// - Parameters:
    ///   - chunk: exactly 64 KiB; the last one 0–64 KiB, and empty only when it is the first as well.
    ///   - target: at least `chunk.count + 17` bytes, which must not overlap `chunk`.
    ///   - isLast: marks the chunk FINAL and ends the stream.
    /// - Returns: how many bytes were written, `chunk.count + 17`.
    /// - Throws: `wrongChunkSize`, `bufferTooSmall`, `afterFinal`.
    public mutating func seal(
        _ chunk: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, isLast: Bool
    ) throws(SealingError) -> Int {
        guard !isFinished else { throw .afterFinal }
        let hasRightSize =
            isLast
            ? chunk.count <= SealedStream.chunkCount && (chunk.count > 0 || isFirst)
            : chunk.count == SealedStream.chunkCount
        guard hasRightSize else { throw .wrongChunkSize }
        let tag = isLast ? crypto_secretstream_xchacha20poly1305_tag_final() : crypto_secretstream_xchacha20poly1305_tag_message()
        let written = try unsafe push(chunk, into: target, tag: tag)
        isFinished = isLast
        return written
    }

    /// Seals one chunk; see ``seal(_:into:isLast:)-(UnsafeRawBufferPointer,_,_)``.
    public mutating func seal(
        _ chunk: RawSpan, into target: inout MutableRawSpan, isLast: Bool
    ) throws(SealingError) -> Int {
        try unsafe chunk.withUnsafeBytes { chunk throws(SealingError) in
            try unsafe target.withUnsafeMutableBytes { target throws(SealingError) in
                try unsafe seal(chunk, into: target, isLast: isLast)
            }
        }
    }

    /// Seals with any tag and size: what a wrong writer would do, for tests of the reader.
    mutating func push(
        _ chunk: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, tag: UInt8
    ) throws(SealingError) -> Int {
        let written = chunk.count + SealedStream.chunkOverhead
        guard target.count >= written else { throw .bufferTooSmall }
        let associated = isFirst ? prefix : []
        unsafe state.withUnsafeMutableBytes { state in
            unsafe associated.withUnsafeBytes { associated in
                // SAFETY: `target` has room for the chunk and its 17 bytes; it cannot fail for chunks of this size.
                _ = unsafe crypto_secretstream_xchacha20poly1305_push(
                    state.streamState, target.octets, nil, chunk.octets, UInt64(chunk.count), associated.octets,
                    UInt64(associated.count), tag)
            }
        }
        isFirst = false
        return written
    }
}

/// Opens one large item, chunk by chunk.
///
/// Every chunk that comes out is authentic and in its place, but only ``finish()`` says that the stream was whole: whoever writes
/// content away must call it when the input ends, and throw the content away when it throws. After an error nothing more comes out.
public struct StreamOpener: ~Copyable, Sendable {
    /// Whether the final chunk was opened.
    public private(set) var isFinished = false

    private var state: SecretBytes
    private let prefix: [UInt8]
    private var isFirst = true
    private var hasFailed = false

    /// Reads the prefix, and checks its commitment.
    ///
    /// - Parameter prefix: the first 81 bytes of the file.
    /// - Throws: `tooShort` or `tooLong` unless there are exactly 81; `unknownSuite`; `wrongKeyOrContext`; `outOfMemory`, `unavailable`,
    ///   `keyWiped`, `memoryProtection`.
    public init<Key: KeyLending & ~Copyable>(
        prefix: [UInt8], key: borrowing Key, label: Label, meaning: AssociatedData
    ) throws(SealingError) {
        try Sodium.require()
        guard prefix.count >= SealedStream.prefixCount else { throw .tooShort }
        guard prefix.count == SealedStream.prefixCount else { throw .tooLong }
        guard prefix[0] == SealedStream.suite else { throw .unknownSuite }
        var state = try SecretBytes(count: crypto_secretstream_xchacha20poly1305_statebytes())
        // SAFETY: an array of UInt8 has no padding.
        try unsafe prefix.span.bytes.withUnsafeBytes { prefix throws(SealingError) in
            let nonceRange = 1..<1 + SealedStream.nonceCount
            let stated = unsafe prefix.part(nonceRange.upperBound..<SealedStream.derivationCount)
            let header = unsafe prefix.part(SealedStream.derivationCount..<SealedStream.prefixCount)
            try unsafe CommittingKey.derive(
                from: key, label: label, suite: SealedStream.suite, nonce: prefix.part(nonceRange), meaning: meaning.bytes
            ) { derived, commitment throws(SealingError) in
                guard unsafe sodium_memcmp(stated.octets, commitment.octets, SealedStream.commitmentCount) == 0 else {
                    throw .wrongKeyOrContext
                }
                unsafe state.withUnsafeMutableBytes { state in
                    // SAFETY: the state has `statebytes` bytes, the header 24 and the key 32; it cannot fail.
                    _ = unsafe crypto_secretstream_xchacha20poly1305_init_pull(state.streamState, header.octets, derived.octets)
                }
            }
        }
        self.prefix = prefix
        self.state = state
    }

    /// Opens one chunk.
    ///
    /// - Parameters:
    ///   - chunk: a sealed chunk: 65,553 bytes, the last one 17–65,553.
    ///   - target: at least `chunk.count - 17` bytes, which must not overlap `chunk`. Zeros or untouched after an error.
    /// - Returns: how many bytes were written, and whether this was the final chunk.
    /// - Throws: `forged` (altered, swapped, reordered, or another stream's), `tooShort`, `wrongChunkSize`, `unexpectedTag`, `afterFinal`,
    ///   `bufferTooSmall`; `streamFailed` after any of them.
    public mutating func open(
        _ chunk: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) throws(SealingError) -> (count: Int, isFinal: Bool) {
        guard !hasFailed else { throw .streamFailed }
        hasFailed = true
        guard !isFinished else { throw .afterFinal }
        guard chunk.count >= SealedStream.chunkOverhead else { throw .tooShort }
        guard chunk.count <= SealedStream.sealedChunkCount else { throw .wrongChunkSize }
        let count = chunk.count - SealedStream.chunkOverhead
        guard target.count >= count else { throw .bufferTooSmall }

        let content = unsafe target.part(0..<count)
        var tag: UInt8 = 0xFF
        let associated = isFirst ? prefix : []
        let status = unsafe state.withUnsafeMutableBytes { state in
            unsafe associated.withUnsafeBytes { associated in
                // SAFETY: `content` has room for the chunk without its 17 bytes.
                unsafe crypto_secretstream_xchacha20poly1305_pull(
                    state.streamState, content.octets, nil, &tag, chunk.octets, UInt64(chunk.count), associated.octets,
                    UInt64(associated.count))
            }
        }
        guard status == 0 else { throw .forged }
        do throws(SealingError) {
            try check(tag: tag, count: count)
        } catch {
            unsafe Wiping.wipe(content)
            throw error
        }
        isFinished = tag == crypto_secretstream_xchacha20poly1305_tag_final()
        isFirst = false
        hasFailed = false
        return (count, isFinished)
    }

    /// Opens one chunk; see ``open(_:into:)-(UnsafeRawBufferPointer,_)``.
    public mutating func open(
        _ chunk: RawSpan, into target: inout MutableRawSpan
    ) throws(SealingError) -> (count: Int, isFinal: Bool) {
        try unsafe chunk.withUnsafeBytes { chunk throws(SealingError) in
            try unsafe target.withUnsafeMutableBytes { target throws(SealingError) in
                try unsafe open(chunk, into: target)
            }
        }
    }

    private func check(tag: UInt8, count: Int) throws(SealingError) {
        if tag == crypto_secretstream_xchacha20poly1305_tag_final() {
            guard count > 0 || isFirst else { throw .wrongChunkSize }
        } else {
            guard tag == crypto_secretstream_xchacha20poly1305_tag_message() else { throw .unexpectedTag }
            guard count == SealedStream.chunkCount else { throw .wrongChunkSize }
        }
    }

    /// Says that the input ended.
    ///
    /// - Throws: `truncated` when the final chunk did not come; `streamFailed` after an earlier error.
    public consuming func finish() throws(SealingError) {
        guard !hasFailed else { throw .streamFailed }
        guard isFinished else { throw .truncated }
    }
}

extension UnsafeMutableRawBufferPointer {
    /// The bytes as the state of a secretstream.
    fileprivate var streamState: UnsafeMutablePointer<crypto_secretstream_xchacha20poly1305_state> {
        // SAFETY: callers pass `statebytes` bytes of a type without alignment.
        unsafe octets.withMemoryRebound(to: crypto_secretstream_xchacha20poly1305_state.self, capacity: 1) { unsafe $0 }
    }
}
