import Encodings
import Sealing

/// A public key with the name and the algorithm it is used with: what a verifier is configured with.
///
/// Text form: `<name>+<key id, 8 lower-case hexadecimal digits>+<base64(type ‖ public key)>`.
///
/// Source: C2SP signed-note v1.0.0, "Verifier keys" and "Signature types"; C2SP tlog-cosignature v1.0.1, "Format".
public struct VerifierKey: Sendable, Hashable {
    /// The signature types that this module makes and verifies. Signatures by other types are ignored, as the specification demands.
    public enum Algorithm: UInt8, Sendable, CaseIterable {
        /// 0x01: Ed25519 over the note's text.
        case ed25519 = 0x01
        /// 0x04: Ed25519 over a time and a checkpoint's text, by a witness.
        case timestampedCosignature = 0x04
    }

    public let name: KeyName
    public let algorithm: Algorithm
    /// The Ed25519 public key, 32 bytes.
    public let publicKey: [UInt8]
    /// The first four bytes of SHA-256(name ‖ LF ‖ type ‖ public key), big-endian.
    public let keyID: UInt32

    /// - Throws: `malformedVerifierKey(.wrongKeyLength)` unless the key has 32 bytes.
    public init(name: KeyName, algorithm: Algorithm, publicKey: [UInt8]) throws(TransparencyLogError) {
        guard publicKey.count == 32 else { throw .malformedVerifierKey(.wrongKeyLength) }
        self.name = name
        self.algorithm = algorithm
        self.publicKey = publicKey
        let digest = Hash.sha256(name.utf8 + [UInt8(ascii: "\n"), algorithm.rawValue] + publicKey).bytes
        keyID = digest[..<4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Reads the text form, without a line end.
    ///
    /// - Throws: `malformedVerifierKey`; `.unsupportedType` for a well-formed key of a type that this module does not know.
    public init(parsing text: ArraySlice<UInt8>) throws(TransparencyLogError) {
        // The name and the key id hold no plus; base64 may.
        let parts = text.split(separator: UInt8(ascii: "+"), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformedVerifierKey(.malformedText) }
        guard let name = KeyName(Array(parts[0])) else { throw .malformedVerifierKey(.malformedName) }
        guard parts[1].count == 8, let identifier = Hexadecimal.decode(parts[1]) else { throw .malformedVerifierKey(.malformedKeyID) }
        guard let material = Base64.decode(parts[2]), let type = material.first else { throw .malformedVerifierKey(.malformedBase64) }
        guard let algorithm = Algorithm(rawValue: type) else { throw .malformedVerifierKey(.unsupportedType) }
        try self.init(name: name, algorithm: algorithm, publicKey: Array(material.dropFirst()))
        guard keyID == identifier.reduce(0, { $0 << 8 | UInt32($1) }) else { throw .malformedVerifierKey(.keyIDMismatch) }
    }

    /// Reads the text form, without a line end.
    ///
    /// - Throws: as ``init(parsing:)-(ArraySlice<UInt8>)``.
    public init(parsing text: String) throws(TransparencyLogError) {
        try self.init(parsing: Array(text.utf8)[...])
    }

    /// The text form.
    public var text: String {
        "\(name)+\(Hexadecimal.text(keyIDBytes))+\(Base64.text([algorithm.rawValue] + publicKey))"
    }

    /// Whether `signature` is 64 bytes and this key's Ed25519 signature of `message`.
    func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        Ed25519.VerifyKey(publicKey)?.isValid(signature, for: message) ?? false
    }

    /// The key id as it begins a signature: four bytes, big-endian.
    var keyIDBytes: [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: keyID >> $0) }
    }
}

extension VerifierKey: CustomStringConvertible {
    public var description: String { text }
}

/// A set of known keys, none of which can be mistaken for another.
public struct VerifierKeys: Sendable, Hashable {
    /// In the order given, without repetitions.
    public let keys: [VerifierKey]

    /// - Throws: `ambiguousKeys` when two different keys share name and key id.
    public init(_ keys: [VerifierKey]) throws(TransparencyLogError) {
        struct Label: Hashable {
            let name: KeyName
            let keyID: UInt32
        }
        var distinct: [VerifierKey] = []
        var known: [Label: VerifierKey] = [:]
        for key in keys {
            if let other = known.updateValue(key, forKey: Label(name: key.name, keyID: key.keyID)) {
                guard other == key else { throw .ambiguousKeys(key.name) }
            } else {
                distinct.append(key)
            }
        }
        self.keys = distinct
    }

    /// A single key.
    public init(_ key: VerifierKey) {
        keys = [key]
    }

    /// Reads a file of keys, one per line; a line of a type that this module does not support is skipped.
    ///
    /// - Throws: `malformedVerifierKey`, `ambiguousKeys`.
    public init(parsingLines bytes: [UInt8]) throws(TransparencyLogError) {
        guard let lines = bytes[...].linesEndingInLineFeed() else { throw .malformedVerifierKey(.malformedText) }
        var keys: [VerifierKey] = []
        for line in lines {
            do {
                keys.append(try VerifierKey(parsing: line))
            } catch .malformedVerifierKey(.unsupportedType) {
                continue
            }
        }
        try self.init(keys)
    }

    /// The key that made a signature, if it is known. Both name and key id must match.
    func key(of signature: NoteSignature) -> VerifierKey? {
        keys.first { $0.keyID == signature.keyID && $0.name == signature.name }
    }
}
