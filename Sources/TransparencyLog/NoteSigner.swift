/// Signs notes, with a key that stays where it is.
///
/// The private key is reached only through a closure, so this module never holds it.
public struct NoteSigner: Sendable {
    /// The public side, which also says what kind of signature is made.
    public let key: VerifierKey
    private let signMessage: @Sendable ([UInt8]) throws -> [UInt8]

    /// - Parameter sign: makes the Ed25519 signature (64 bytes) of a message under the private key that belongs to `key`.
    public init(key: VerifierKey, sign: @escaping @Sendable ([UInt8]) throws -> [UInt8]) {
        self.key = key
        signMessage = sign
    }

    /// A signature over a note's text.
    ///
    /// - Parameter time: seconds since 1970, for a key of type 0x04; ignored for type 0x01.
    /// - Throws: `signingFailed` when the closure throws or when what it returns does not verify under ``key``; `malformedCheckpoint` when a
    ///   witness is to sign what is no checkpoint.
    public func signature(over text: [UInt8], time: UInt64 = 0) throws(TransparencyLogError) -> NoteSignature {
        guard time <= UInt64(Int64.max) else { throw .signingFailed(key.name) }
        let message = try key.message(over: text, time: time)
        guard let signature = try? signMessage(message),
            // A signature under the wrong private key must not get out: it would make every reader refuse the note.
            key.isValid(signature, for: message)
        else { throw .signingFailed(key.name) }
        return NoteSignature(key: key, payload: key.payload(signature: signature, time: time))
    }
}

extension VerifierKey {
    /// The bytes that a signature by this key is over.
    ///
    /// - Throws: `malformedCheckpoint` when a cosignature is over what is no checkpoint.
    ///
    /// Source: C2SP signed-note v1.0.0, "Ed25519 signatures"; C2SP tlog-cosignature v1.0.1, "Ed25519 signed message".
    public func message(over text: [UInt8], time: UInt64?) throws(TransparencyLogError) -> [UInt8] {
        if algorithm == .timestampedCosignature { try VerifierKey.requireCheckpoint(text) }
        return uncheckedMessage(over: text, time: time)
    }

    /// - Throws: `malformedCheckpoint` for a text that no witness may sign.
    static func requireCheckpoint(_ text: [UInt8]) throws(TransparencyLogError) {
        _ = try Checkpoint(parsing: text, extensionLines: .accepted)
    }

    /// ``message(over:time:)`` of a text that is known to be a checkpoint if a cosignature is to be over it.
    func uncheckedMessage(over text: [UInt8], time: UInt64?) -> [UInt8] {
        switch algorithm {
        case .ed25519: text
        case .timestampedCosignature: Array("cosignature/v1\ntime \(time ?? 0)\n".utf8) + text
        }
    }

    /// The payload of a signature line: for a cosignature the time (u64, big-endian) comes first.
    func payload(signature: [UInt8], time: UInt64) -> [UInt8] {
        switch algorithm {
        case .ed25519: signature
        case .timestampedCosignature:
            stride(from: UInt64(56), through: 0, by: -8).map { UInt8(truncatingIfNeeded: time >> $0) } + signature
        }
    }
}
