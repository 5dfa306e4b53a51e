import Testing

@testable import Sealing

@Suite("Sealed stream")
struct StreamTests {
    /// A whole stream as the product writes it: prefix, then chunks.
    static func seal(_ content: [UInt8], key: borrowing SecretKey, label: Label = .test, meaning: AssociatedData = .sample) throws
        -> (prefix: [UInt8], chunks: [[UInt8]])
    {
        var sealer = try StreamSealer(key: key, label: label, meaning: meaning)
        var chunks: [[UInt8]] = []
        var start = 0
        repeat {
            let end = min(start + SealedStream.chunkCount, content.count)
            chunks.append(try seal(Array(content[start..<end]), with: &sealer, isLast: end == content.count))
            start = end
        } while start < content.count
        return (sealer.prefix, chunks)
    }

    static func seal(_ chunk: [UInt8], with sealer: inout StreamSealer, isLast: Bool) throws -> [UInt8] {
        var target = [UInt8](repeating: 0, count: chunk.count + SealedStream.chunkOverhead)
        var span = target.mutableSpan
        var bytes = unsafe span.mutableBytes
        // SAFETY: arrays of UInt8 have no padding.
        let count = try unsafe sealer.seal(chunk.span.bytes, into: &bytes, isLast: isLast)
        #expect(count == target.count)
        return target
    }

    /// A chunk with a tag or a size that the product never writes.
    static func push(_ chunk: [UInt8], with sealer: inout StreamSealer, tag: UInt8) throws -> [UInt8] {
        var target = [UInt8](repeating: 0, count: chunk.count + SealedStream.chunkOverhead)
        _ = try unsafe target.withUnsafeMutableBytes { target in
            try unsafe chunk.withUnsafeBytes { chunk in try unsafe sealer.push(chunk, into: target, tag: tag) }
        }
        return target
    }

    static func open(
        _ chunk: [UInt8], with opener: inout StreamOpener, room: Int = SealedStream.chunkCount
    ) throws(SealingError) -> [UInt8] {
        var target = [UInt8](repeating: 0xEE, count: room)
        var span = target.mutableSpan
        var bytes = unsafe span.mutableBytes
        // SAFETY: arrays of UInt8 have no padding.
        let (count, _) = try unsafe opener.open(chunk.span.bytes, into: &bytes)
        return Array(target.prefix(count))
    }

    static func open(
        prefix: [UInt8], chunks: [[UInt8]], key: borrowing SecretKey, label: Label = .test, meaning: AssociatedData = .sample
    ) throws(SealingError) -> [UInt8] {
        var opener = try StreamOpener(prefix: prefix, key: key, label: label, meaning: meaning)
        var content: [UInt8] = []
        for chunk in chunks { content += try open(chunk, with: &opener) }
        try opener.finish()
        return content
    }

    static func pattern(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    }

    @Test(
        "content comes back whole, at sizes around the chunk",
        arguments: [0, 1, 65_535, 65_536, 65_537, 131_071, 131_072, 131_073, 200_000])
    func roundTrip(size: Int) throws {
        let key = try SecretKey.random()
        let content = StreamTests.pattern(size)
        let (prefix, chunks) = try StreamTests.seal(content, key: key)
        #expect(chunks.count == max(1, (size + 65_535) / 65_536))
        let total = UInt64(prefix.count + chunks.reduce(0) { $0 + $1.count })
        #expect(SealedStream.sealedCount(content: UInt64(size)) == total)
        #expect(SealedStream.contentCount(sealed: total) == UInt64(size))
        #expect(try StreamTests.open(prefix: prefix, chunks: chunks, key: key) == content)
    }

    /// Computed with another implementation of BLAKE2b, HChaCha20, ChaCha20 and Poly1305, after the descriptions of both formats.
    @Test func formatKnownAnswers() throws {
        let golden = try #require(
            [UInt8](
                hexadecimal:
                    "026465666768696a6b6c6d6e6f707172737475767778797a7b42ed25948df575b192e1658bb653f157a11867d2287dee6f9febcf6b559fe70a"
                    + "c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfbe22ef9abdbd2856d63d1dc786af45f099680c91b4"))
        let key = try secretKey(Array(0..<32))
        let opened = try StreamTests.open(prefix: Array(golden[..<81]), chunks: [Array(golden[81...])], key: key)
        #expect(opened == Array("kort".utf8))
    }

    @Test func sizesThatNoStreamHas() {
        for size in [0, 80, 81, 97, 81 + 65_553 + 16, 81 + 65_553 + 17] as [UInt64] {
            #expect(SealedStream.contentCount(sealed: size) == nil, "\(size)")
        }
        #expect(SealedStream.contentCount(sealed: 98) == 0)
        #expect(SealedStream.contentCount(sealed: 81 + 65_553) == 65_536)
        #expect(SealedStream.contentCount(sealed: 81 + 65_553 + 18) == 65_537)
        #expect(SealedStream.sealedCount(content: .max) == nil)
    }

    @Test("a bit flipped in any part of the prefix, or anywhere in a chunk, is refused")
    func flippedBits() throws {
        let key = try SecretKey.random()
        let (prefix, chunks) = try StreamTests.seal(Array("inhoud".utf8), key: key)
        for index in prefix.indices {
            var altered = prefix
            altered[index] ^= 0x10
            // The secretstream header is not under the commitment, but the first chunk's associated data and key schedule hold it.
            let wanted: SealingError = index == 0 ? .unknownSuite : index < 57 ? .wrongKeyOrContext : .forged
            #expect(throws: wanted, "prefix byte \(index)") { try StreamTests.open(prefix: altered, chunks: chunks, key: key) }
        }
        for index in chunks[0].indices {
            var altered = chunks[0]
            altered[index] ^= 0x10
            #expect(throws: SealingError.forged, "chunk byte \(index)") {
                try StreamTests.open(prefix: prefix, chunks: [altered], key: key)
            }
        }
    }

    @Test func anotherKeyLabelMeaningOrHeaderIsRefused() throws {
        let key = try SecretKey.random()
        let otherKey = try SecretKey.random()
        let (prefix, chunks) = try StreamTests.seal(Array("inhoud".utf8), key: key)
        let (otherPrefix, _) = try StreamTests.seal(Array("anders".utf8), key: key)
        #expect(throws: SealingError.wrongKeyOrContext) { try StreamTests.open(prefix: prefix, chunks: chunks, key: otherKey) }
        #expect(throws: SealingError.wrongKeyOrContext) {
            try StreamTests.open(prefix: prefix, chunks: chunks, key: key, label: .other)
        }
        #expect(throws: SealingError.wrongKeyOrContext) {
            try StreamTests.open(prefix: prefix, chunks: chunks, key: key, meaning: AssociatedData("else"))
        }
        #expect(throws: SealingError.forged) { try StreamTests.open(prefix: otherPrefix, chunks: chunks, key: key) }
        #expect(throws: SealingError.forged) {
            try StreamTests.open(prefix: Array(prefix[..<57] + otherPrefix[57...]), chunks: chunks, key: key)
        }
        #expect(throws: SealingError.wrongKeyOrContext) {
            try StreamTests.open(prefix: Array(prefix[..<25] + otherPrefix[25...]), chunks: chunks, key: key)
        }
        for count in 0..<81 {
            #expect(throws: SealingError.tooShort) {
                try StreamTests.open(prefix: Array(prefix.prefix(count)), chunks: chunks, key: key)
            }
        }
        #expect(throws: SealingError.tooLong) { try StreamTests.open(prefix: prefix + [0], chunks: chunks, key: key) }
    }

    /// An envelope and a stream under the same key, label and meaning have nothing in common.
    @Test func envelopesAndStreamsAreApart() throws {
        let key = try SecretKey.random()
        var (prefix, chunks) = try StreamTests.seal(Array("inhoud".utf8), key: key)
        prefix[0] = Envelope.suite
        #expect(throws: SealingError.wrongKeyOrContext) {
            try Envelope.open(prefix + chunks[0], under: key, label: .test, meaning: .sample)
        }
        var sealed = try Envelope.seal([UInt8](repeating: 1, count: 100), under: key, label: .test, meaning: .sample)
        sealed[0] = SealedStream.suite
        chunks = [Array(sealed[81...])]
        #expect(throws: SealingError.wrongKeyOrContext) { try StreamTests.open(prefix: Array(sealed[..<81]), chunks: chunks, key: key) }
    }

    @Test func reorderedDroppedAndRepeatedChunksAreRefused() throws {
        let key = try SecretKey.random()
        let (prefix, chunks) = try StreamTests.seal(StreamTests.pattern(3 * 65_536 + 10), key: key)
        try #require(chunks.count == 4)
        for order in [[1, 0, 2, 3], [0, 2, 1, 3], [0, 1, 3], [0, 0, 1, 2, 3], [1, 2, 3], [3]] {
            #expect(throws: SealingError.forged, "\(order)") {
                try StreamTests.open(prefix: prefix, chunks: order.map { chunks[$0] }, key: key)
            }
        }
    }

    @Test func truncationIsRefused() throws {
        let key = try SecretKey.random()
        let (prefix, chunks) = try StreamTests.seal(StreamTests.pattern(2 * 65_536), key: key)
        try #require(chunks.count == 2)
        #expect(throws: SealingError.truncated) { try StreamTests.open(prefix: prefix, chunks: [], key: key) }
        #expect(throws: SealingError.truncated) { try StreamTests.open(prefix: prefix, chunks: [chunks[0]], key: key) }
        #expect(throws: SealingError.forged) {
            try StreamTests.open(prefix: prefix, chunks: [chunks[0], Array(chunks[1].dropLast())], key: key)
        }
        #expect(throws: SealingError.tooShort) {
            try StreamTests.open(prefix: prefix, chunks: [chunks[0], Array(chunks[1].prefix(16))], key: key)
        }
        #expect(throws: SealingError.wrongChunkSize) {
            try StreamTests.open(prefix: prefix, chunks: [chunks[0] + [0], chunks[1]], key: key)
        }
    }

    @Test func nothingFollowsTheFinalChunk() throws {
        let key = try SecretKey.random()
        var sealer = try StreamSealer(key: key, label: .test, meaning: .sample)
        let prefix = sealer.prefix
        let last = try StreamTests.seal([1, 2, 3], with: &sealer, isLast: true)
        let isFinished = sealer.isFinished
        #expect(isFinished)
        #expect(throws: SealingError.afterFinal) { try StreamTests.seal([4], with: &sealer, isLast: true) }
        // libsodium itself would seal and open a further chunk.
        let final = try StreamTests.push([4, 5, 6], with: &sealer, tag: 3)
        let message = try StreamTests.push(StreamTests.pattern(65_536), with: &sealer, tag: 0)
        for extra in [final, message, last, []] {
            #expect(throws: SealingError.afterFinal) { try StreamTests.open(prefix: prefix, chunks: [last, extra], key: key) }
        }
        #expect(try StreamTests.open(prefix: prefix, chunks: [last], key: key) == [1, 2, 3])
    }

    @Test("PUSH and REKEY are refused, and what they held is wiped", arguments: [1, 2] as [UInt8])
    func unexpectedTags(tag: UInt8) throws {
        let key = try SecretKey.random()
        var sealer = try StreamSealer(key: key, label: .test, meaning: .sample)
        let prefix = sealer.prefix
        let chunk = try StreamTests.push(StreamTests.pattern(65_536), with: &sealer, tag: tag)
        let last = try StreamTests.push([1], with: &sealer, tag: 3)
        var opener = try StreamOpener(prefix: prefix, key: key, label: .test, meaning: .sample)
        var target = [UInt8](repeating: 0xEE, count: 65_536)
        do {
            var span = target.mutableSpan
            var bytes = unsafe span.mutableBytes
            // SAFETY: an array of UInt8 has no padding.
            _ = try unsafe opener.open(chunk.span.bytes, into: &bytes)
            Issue.record("opened")
        } catch {
            #expect(error == .unexpectedTag)
        }
        #expect(target.allSatisfy { $0 == 0 })
        #expect(throws: SealingError.streamFailed) { try StreamTests.open(last, with: &opener) }
        #expect(throws: SealingError.streamFailed) { try StreamTests.open(prefix: prefix, chunks: [chunk, last], key: key, failing: true) }
    }

    @Test func chunksOfAnotherSizeAreRefused() throws {
        let key = try SecretKey.random()
        // The writer refuses to make them …
        var sealer = try StreamSealer(key: key, label: .test, meaning: .sample)
        #expect(throws: SealingError.wrongChunkSize) { try StreamTests.seal([1], with: &sealer, isLast: false) }
        #expect(throws: SealingError.wrongChunkSize) { try StreamTests.seal([], with: &sealer, isLast: false) }
        #expect(throws: SealingError.wrongChunkSize) {
            try StreamTests.seal(StreamTests.pattern(65_537), with: &sealer, isLast: true)
        }
        let prefix = sealer.prefix
        let whole = try StreamTests.seal(StreamTests.pattern(65_536), with: &sealer, isLast: false)
        #expect(throws: SealingError.wrongChunkSize) { try StreamTests.seal([], with: &sealer, isLast: true) }
        // … and the reader to take them, although they are authentic.
        let empty = try StreamTests.push([], with: &sealer, tag: 3)
        #expect(throws: SealingError.wrongChunkSize) { try StreamTests.open(prefix: prefix, chunks: [whole, empty], key: key) }

        var short = try StreamSealer(key: key, label: .test, meaning: .sample)
        let shortPrefix = short.prefix
        let small = try StreamTests.push([1, 2, 3], with: &short, tag: 0)
        let rest = try StreamTests.push([4], with: &short, tag: 3)
        #expect(throws: SealingError.wrongChunkSize) { try StreamTests.open(prefix: shortPrefix, chunks: [small, rest], key: key) }
    }

    @Test func smallBuffersAreRefused() throws {
        let key = try SecretKey.random()
        let (prefix, chunks) = try StreamTests.seal([1, 2, 3], key: key)
        var opener = try StreamOpener(prefix: prefix, key: key, label: .test, meaning: .sample)
        #expect(throws: SealingError.bufferTooSmall) { try StreamTests.open(chunks[0], with: &opener, room: 2) }
        #expect(throws: SealingError.streamFailed) { try StreamTests.open(chunks[0], with: &opener) }
        do {
            try opener.finish()
            Issue.record("finished")
        } catch {
            #expect(error == .streamFailed)
        }
    }

    /// Computed with another implementation of BLAKE2b.
    @Test func theDigestCoversEveryByteHoweverItComes() throws {
        let key = try SecretKey.random()
        let (prefix, chunks) = try StreamTests.seal(StreamTests.pattern(100_000), key: key)
        let file = prefix + chunks.joined()
        var digest = try CiphertextDigest()
        digest.update(prefix)
        for chunk in chunks { digest.update(chunk) }
        let summary = try digest.finish()
        #expect(summary.length == UInt64(file.count))
        #expect(summary.digest == (try BLAKE2b.hash(file, label: .ciphertext)))

        var bytewise = try CiphertextDigest()
        for start in stride(from: 0, to: file.count, by: 1_009) { bytewise.update(Array(file[start..<min(start + 1_009, file.count)])) }
        #expect(try bytewise.finish() == summary)

        var altered = try CiphertextDigest()
        altered.update(file.dropLast() + [file[file.count - 1] ^ 1])
        #expect(try altered.finish() != summary)
        let known = try CiphertextDigest()
        #expect(try known.finish().length == 0)
        #expect(throws: SealingError.wrongLength) { try CiphertextSummary(length: 1, digest: [1]) }
        let meaning = AssociatedData.sample.adding(summary)
        #expect(meaning != AssociatedData.sample)
    }
}

extension StreamTests {
    /// As `open`, carrying on after a failed chunk as a careless caller would.
    static func open(prefix: [UInt8], chunks: [[UInt8]], key: borrowing SecretKey, failing: Bool) throws(SealingError) {
        var opener = try StreamOpener(prefix: prefix, key: key, label: .test, meaning: .sample)
        for chunk in chunks { _ = try? open(chunk, with: &opener) }
        try opener.finish()
    }
}
