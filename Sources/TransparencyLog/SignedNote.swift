import Encodings

/// One signature line of a note, not verified.
public struct NoteSignature: Sendable, Hashable {
    public let name: KeyName
    public let keyID: UInt32
    /// What follows the key id: at least one byte. Its form depends on the key's type.
    public let payload: [UInt8]

    /// A signature by `key`; `payload` is not checked.
    public init(key: VerifierKey, payload: [UInt8]) {
        name = key.name
        keyID = key.keyID
        self.payload = payload
    }

    static let dash: [UInt8] = [0xE2, 0x80, 0x94, UInt8(ascii: " ")]

    /// Reads a line without its line end.
    ///
    /// - Throws: `malformedNote(.malformedSignatureLine)`.
    public init(parsingLine line: ArraySlice<UInt8>) throws(TransparencyLogError) {
        guard line.starts(with: NoteSignature.dash) else { throw .malformedNote(.malformedSignatureLine) }
        let parts = line.dropFirst(NoteSignature.dash.count).split(
            separator: UInt8(ascii: " "), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let name = KeyName(Array(parts[0])), let blob = Base64.decode(parts[1]), blob.count > 4 else {
            throw .malformedNote(.malformedSignatureLine)
        }
        self.name = name
        keyID = blob[..<4].reduce(0) { $0 << 8 | UInt32($1) }
        payload = Array(blob[4...])
    }

    /// The line, with its line end.
    public var line: [UInt8] {
        let identifier = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: keyID >> $0) }
        let encoded = Base64.encode(identifier + payload)
        return NoteSignature.dash + name.utf8 + [UInt8(ascii: " ")] + encoded + [UInt8(ascii: "\n")]
    }
}

/// A text with signatures under it, parsed and not verified.
///
/// The text must not be used before ``verified(by:)`` returned.
///
/// Source: C2SP signed-note v1.0.0, "Format".
public struct SignedNote: Sendable, Hashable {
    /// The most bytes a note may have: 1,000,000.
    public static let maximumByteCount = 1_000_000
    /// The most signatures a note may have: 100. The specification demands at least 16.
    public static let maximumSignatureCount = 100

    /// The text, which ends in LF.
    public let text: [UInt8]
    /// In the order of the lines; at least one after parsing.
    public private(set) var signatures: [NoteSignature]

    /// A note that nobody has signed yet.
    ///
    /// - Throws: `malformedNote(.malformedText)` unless the text is UTF-8 that ends in LF and has no other control character.
    public init(text: [UInt8]) throws(TransparencyLogError) {
        guard text.last == UInt8(ascii: "\n"), text.count < SignedNote.maximumByteCount else { throw .malformedNote(.malformedText) }
        guard SignedNote.hasOnlyAllowedCharacters(text), String(validating: text, as: UTF8.self) != nil else {
            throw .malformedNote(.malformedText)
        }
        self.text = text
        signatures = []
    }

    /// Reads a note.
    ///
    /// - Throws: `malformedNote`.
    public init(parsing bytes: [UInt8]) throws(TransparencyLogError) {
        try self.init(try NoteParts(parsing: bytes))
    }

    /// - Throws: `malformedNote` for lines that are no signature lines.
    init(_ parts: NoteParts) throws(TransparencyLogError) {
        text = parts.text
        var parsed: [NoteSignature] = []
        for line in parts.lines { parsed.append(try NoteSignature(parsingLine: line)) }
        signatures = parsed
    }

    /// The note as bytes: what ``init(parsing:)`` reads, when it has a signature.
    public var bytes: [UInt8] {
        text + [UInt8(ascii: "\n")] + signatures.flatMap(\.line)
    }

    /// Adds a signature below the others.
    ///
    /// - Throws: `malformedNote(.tooManySignatures)`.
    public mutating func append(_ signature: NoteSignature) throws(TransparencyLogError) {
        guard signatures.count < SignedNote.maximumSignatureCount else { throw .malformedNote(.tooManySignatures) }
        signatures.append(signature)
    }

    /// The same text under each of these lines once.
    fileprivate func keeping(_ lines: [NoteSignature]) -> SignedNote {
        var kept = self
        kept.signatures = []
        for line in lines where !kept.signatures.contains(line) { kept.signatures.append(line) }
        return kept
    }

    fileprivate static func hasOnlyAllowedCharacters(_ bytes: [UInt8]) -> Bool {
        bytes.allSatisfy { $0 >= 0x20 || $0 == UInt8(ascii: "\n") }
    }
}

/// A note split into its text and its signature lines, which are not read yet.
struct NoteParts {
    /// Ends in LF.
    let text: [UInt8]
    /// Without line ends, 1…100.
    let lines: [ArraySlice<UInt8>]

    /// - Throws: `malformedNote`.
    init(parsing bytes: [UInt8]) throws(TransparencyLogError) {
        guard bytes.count <= SignedNote.maximumByteCount else { throw .malformedNote(.tooLarge) }
        guard SignedNote.hasOnlyAllowedCharacters(bytes) else { throw .malformedNote(.controlCharacter) }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw .malformedNote(.invalidUTF8) }
        guard bytes.last == UInt8(ascii: "\n") else { throw .malformedNote(.noFinalNewline) }
        guard let split = NoteParts.lastEmptyLine(in: bytes) else { throw .malformedNote(.noSignatures) }
        guard let lines = bytes[(split + 1)...].linesEndingInLineFeed(), !lines.isEmpty else { throw .malformedNote(.noSignatures) }
        guard lines.count <= SignedNote.maximumSignatureCount else { throw .malformedNote(.tooManySignatures) }
        text = Array(bytes[..<split])
        self.lines = lines
    }

    /// The position of the last line that holds only an LF, if a text stands before it.
    private static func lastEmptyLine(in bytes: [UInt8]) -> Int? {
        var index = bytes.count - 1
        while index > 0 {
            if bytes[index] == UInt8(ascii: "\n"), bytes[index - 1] == UInt8(ascii: "\n") { return index }
            index -= 1
        }
        return nil
    }
}

/// A signature that was verified.
public struct VerifiedSignature: Sendable, Hashable {
    public let key: VerifierKey
    /// When a witness says to have signed, in seconds since 1970; nil for a signature without a time.
    public let time: UInt64?
    /// The line as it stood in the note.
    public let signature: NoteSignature
}

/// A note of which at least one signature was verified; made by ``SignedNote/verified(by:)`` only.
public struct VerifiedNote: Sendable, Hashable {
    public let note: SignedNote
    /// In the order of the lines; at least one. A witness may have signed more than once, at different times.
    public let signatures: [VerifiedSignature]
    /// Lines by unknown keys, which say nothing.
    public let unverified: [NoteSignature]

    /// The text that was signed.
    public var text: [UInt8] { note.text }
    /// The text with each verified line once, and with none of the others.
    var verifiedLines: SignedNote { note.keeping(signatures.map(\.signature)) }
}

extension SignedNote {
    /// Verifies every signature by a known key.
    ///
    /// Lines whose name and key id do not both match a known key are passed over, whatever they hold.
    ///
    /// - Throws: `badSignature` when a known key's signature does not verify, however many others do; `noKnownSignature`.
    ///
    /// Source: C2SP signed-note v1.0.0, "Signatures".
    public func verified(by keys: VerifierKeys) throws(TransparencyLogError) -> VerifiedNote {
        var verified: [VerifiedSignature] = []
        var unverified: [NoteSignature] = []
        // Once for all cosignatures: a text of a megabyte may stand above a hundred of them.
        var isCheckpoint = false
        for signature in signatures {
            guard let key = keys.key(of: signature) else {
                unverified.append(signature)
                continue
            }
            guard let content = SignatureContent(signature.payload, of: key.algorithm) else { throw .badSignature(key.name) }
            if key.algorithm == .timestampedCosignature, !isCheckpoint {
                try VerifierKey.requireCheckpoint(text)
                isCheckpoint = true
            }
            guard key.isValid(content.signature, for: key.uncheckedMessage(over: text, time: content.time)) else {
                throw .badSignature(key.name)
            }
            verified.append(VerifiedSignature(key: key, time: content.time, signature: signature))
        }
        guard !verified.isEmpty else { throw .noKnownSignature }
        return VerifiedNote(note: self, signatures: verified, unverified: unverified)
    }
}

/// What a signature's payload holds, by the type of its key.
struct SignatureContent {
    let time: UInt64?
    let signature: [UInt8]

    /// Nil when the payload is not of the type's form.
    init?(_ payload: [UInt8], of algorithm: VerifierKey.Algorithm) {
        switch algorithm {
        case .ed25519:
            guard payload.count == 64 else { return nil }
            time = nil
            signature = payload
        case .timestampedCosignature:
            guard payload.count == 72 else { return nil }
            let seconds = payload[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard seconds <= UInt64(Int64.max) else { return nil }
            time = seconds
            signature = Array(payload[8...])
        }
    }
}
