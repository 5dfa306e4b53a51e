/// Length and digest of a whole sealed stream: what the wrap of its key binds, once both are known.
public struct CiphertextSummary: Hashable, Sendable {
    /// Bytes of the file, its prefix included.
    public let length: UInt64

    /// BLAKE2b-256 of the file: 32 bytes.
    public let digest: [UInt8]

    /// - Throws: `wrongLength` unless the digest has 32 bytes.
    public init(length: UInt64, digest: [UInt8]) throws(SealingError) {
        guard digest.count == 32 else { throw .wrongLength }
        self.length = length
        self.digest = digest
    }
}

/// The running digest of a file's sealed bytes. It needs no key, so a store can be checked without one; it may run on a thread of its own.
public struct CiphertextDigest: ~Copyable, Sendable {
    private var hasher: BLAKE2bHasher
    private var length: UInt64 = 0

    /// The digest of nothing yet.
    ///
    /// - Throws: never in practice; `wrongLength` if libsodium refused its own constants.
    public init() throws(SealingError) {
        let hasher = try BLAKE2bHasher(byteCount: 32, label: .ciphertext)
        self.hasher = hasher
    }

    /// Appends bytes of the file, in order, beginning with its prefix.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        unsafe hasher.update(bytes)
        length &+= UInt64(bytes.count)
    }

    /// Appends bytes of the file.
    public mutating func update(_ bytes: RawSpan) {
        hasher.update(bytes)
        length &+= UInt64(bytes.byteCount)
    }

    /// Appends bytes of the file.
    public mutating func update(_ bytes: [UInt8]) {
        hasher.update(bytes)
        length &+= UInt64(bytes.count)
    }

    /// Length and digest of everything appended.
    public consuming func finish() throws(SealingError) -> CiphertextSummary {
        let length = length
        return try CiphertextSummary(length: length, digest: hasher.finalize())
    }
}

extension Label {
    static let ciphertext = Label("kluis/ciphertext")
}

extension AssociatedData {
    /// The record with length and digest of a ciphertext.
    public func adding(_ summary: CiphertextSummary) -> AssociatedData {
        adding("length", number: summary.length).adding("digest", bytes: summary.digest)
    }
}
