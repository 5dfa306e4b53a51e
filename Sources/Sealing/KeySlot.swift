import Encodings

/// One way to open a vault: the root key, wrapped under a key of its own.
///
/// A slot is a committing envelope of the root key. Its meaning is the vault, and the slot's identifier, kind, label, version, salt and
/// cost: a slot moved to another vault, or relabelled, does not open.
public struct KeySlot: Hashable, Sendable {
    /// What opens a slot.
    public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        /// Something that a person remembers; stretched by Argon2id.
        case passphrase = 1
        /// The content of a file on a medium that is kept elsewhere.
        case keyFile = 2
        /// A credential that systemd decrypts (host key, TPM 2).
        case credential = 3
    }

    /// 16 random bytes.
    public let id: SlotID

    /// What opens the slot.
    public let kind: Kind

    /// What people call it: 1–64 bytes of UTF-8 without control characters.
    public let label: String

    /// Counts the renewals of this slot, from 1.
    public let version: UInt32

    /// What a guess costs; nil unless `kind` is `passphrase`.
    public let cost: Argon2id.Cost?

    let salt: [UInt8]
    let wrapped: [UInt8]

    static let wrappedCount = SecretKey.byteCount + Envelope.overhead
    static let labelLimit = 64

    /// Wraps `root` under `secret`.
    init(
        wrapping root: borrowing RootKey, under secret: borrowing SlotSecret, vault: [UInt8], label: String, cost: Argon2id.Cost
    ) throws(SealingError) {
        guard KeySlot.isValid(label: label) else { throw .badName }
        let id = SlotID.random()
        let kind = secret.kind
        let stretching = kind == .passphrase ? cost : nil
        let salt = RandomBytes.generate(Argon2id.saltCount)
        let meaning = KeySlot.meaning(
            vault: vault, id: id, kind: kind, label: label, version: 1, salt: salt, cost: stretching)
        let key = try secret.key(salt: salt, cost: stretching)
        let wrapped = try Envelope.wrap(root.key, under: key, label: kind.envelopeLabel, meaning: meaning)
        self.init(id: id, kind: kind, label: label, version: 1, salt: salt, cost: stretching, wrapped: wrapped)
    }

    private init(
        id: SlotID, kind: Kind, label: String, version: UInt32, salt: [UInt8], cost: Argon2id.Cost?, wrapped: [UInt8]
    ) {
        self.id = id
        self.kind = kind
        self.label = label
        self.version = version
        self.salt = salt
        self.cost = cost
        self.wrapped = wrapped
    }

    /// Unwraps the root key.
    ///
    /// - Throws: `wrongKeyOrContext` for another secret; `forged`, `unknownSuite` for altered bytes; `outOfMemory`.
    func open(with secret: borrowing SlotSecret, vault: [UInt8]) throws(SealingError) -> RootKey {
        let key = try secret.key(salt: salt, cost: cost)
        let meaning = KeySlot.meaning(
            vault: vault, id: id, kind: kind, label: label, version: version, salt: salt, cost: cost)
        let root = try Envelope.unwrap(wrapped, under: key, label: kind.envelopeLabel, meaning: meaning)
        return RootKey(root)
    }

    private static func meaning(
        vault: [UInt8], id: SlotID, kind: Kind, label: String, version: UInt32, salt: [UInt8], cost: Argon2id.Cost?
    ) -> AssociatedData {
        AssociatedData("key-slot")
            .adding("vault", bytes: vault)
            .adding("slot", bytes: id.bytes)
            .adding("kind", number: UInt64(kind.rawValue))
            .adding("label", text: label)
            .adding("version", number: UInt64(version))
            .adding("salt", bytes: salt)
            .adding("operations", number: cost?.operations)
            .adding("memory", number: cost?.memory)
    }

    static func isValid(label: String) -> Bool {
        (1...labelLimit).contains(label.utf8.count) && label.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }

    // MARK: Encoding

    /// `id(16) ‖ kind(1) ‖ LE32 version ‖ label length(1) ‖ label ‖ salt(16) [‖ LE64 operations ‖ LE64 memory] ‖ wrapped(105)`.
    func append(to bytes: inout [UInt8]) {
        bytes += id.bytes
        bytes.append(kind.rawValue)
        bytes += LittleEndian.bytes(version)
        bytes.append(UInt8(truncatingIfNeeded: label.utf8.count))
        bytes += Array(label.utf8)
        bytes += salt
        if let cost {
            bytes += LittleEndian.bytes(cost.operations)
            bytes += LittleEndian.bytes(cost.memory)
        }
        bytes += wrapped
    }

    init(from reader: inout StrictReader, _ span: RawSpan) throws(SealingError) {
        let id = SlotID(try reader.bytes(SlotID.byteCount, span))
        guard let id, let kind = Kind(rawValue: try reader.byte(span)) else { throw .malformed }
        let version = try reader.number32(span)
        let label = try reader.text(span)
        guard version >= 1, KeySlot.isValid(label: label) else { throw .malformed }
        let salt = try reader.bytes(Argon2id.saltCount, span)
        var cost: Argon2id.Cost?
        if kind == .passphrase {
            let operations = try reader.number64(span)
            cost = try Argon2id.Cost(operations: operations, memory: try reader.number64(span))
        }
        let wrapped = try reader.bytes(KeySlot.wrappedCount, span)
        self.init(id: id, kind: kind, label: label, version: version, salt: salt, cost: cost, wrapped: wrapped)
    }

    /// Labels are compared as UTF-8 bytes.
    public static func == (left: KeySlot, right: KeySlot) -> Bool {
        var first: [UInt8] = []
        var second: [UInt8] = []
        left.append(to: &first)
        right.append(to: &second)
        return first == second
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(id)
    }
}

/// The identifier of a slot: 16 random bytes.
public struct SlotID: Hashable, Sendable, CustomStringConvertible {
    /// 16.
    public static let byteCount = 16

    /// The 16 bytes.
    public let bytes: [UInt8]

    /// Nil unless there are exactly 16 bytes.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == SlotID.byteCount else { return nil }
        self.bytes = bytes
    }

    private init(random bytes: [UInt8]) {
        self.bytes = bytes
    }

    static func random() -> SlotID {
        SlotID(random: RandomBytes.generate(byteCount))
    }

    /// 32 lower-case hexadecimal digits.
    public var description: String { Hexadecimal.text(bytes) }
}

/// What somebody brings to open a slot.
public struct SlotSecret: ~Copyable, Sendable {
    let kind: KeySlot.Kind
    private let content: SecretBytes

    /// Fewest bytes of a key file or a credential: they are not stretched, so they have to be random.
    public static let leastKeyCount = 32

    /// Most bytes of any secret.
    public static let mostCount = 4_096

    private init(_ kind: KeySlot.Kind, _ content: consuming SecretBytes) {
        self.kind = kind
        self.content = content
    }

    /// A passphrase of 1–4,096 bytes, used as it is: what normalisation it needs is the caller's.
    ///
    /// - Throws: `wrongLength`.
    public static func passphrase(_ content: consuming SecretBytes) throws(SealingError) -> SlotSecret {
        guard (1...mostCount).contains(content.count) else { throw .wrongLength }
        return SlotSecret(.passphrase, content)
    }

    /// The content of a key file: 32–4,096 random bytes.
    ///
    /// - Throws: `wrongLength`.
    public static func keyFile(_ content: consuming SecretBytes) throws(SealingError) -> SlotSecret {
        guard (leastKeyCount...mostCount).contains(content.count) else { throw .wrongLength }
        return SlotSecret(.keyFile, content)
    }

    /// The content of a systemd credential: 32–4,096 random bytes.
    ///
    /// - Throws: `wrongLength`.
    public static func credential(_ content: consuming SecretBytes) throws(SealingError) -> SlotSecret {
        guard (leastKeyCount...mostCount).contains(content.count) else { throw .wrongLength }
        return SlotSecret(.credential, content)
    }

    /// The slot's key: Argon2id of a passphrase, BLAKE2b-256 over `salt ‖ content` of a file or credential.
    borrowing func key(salt: [UInt8], cost: Argon2id.Cost?) throws(SealingError) -> SecretKey {
        if let cost { return try Argon2id.derive(passphrase: content, salt: salt, cost: cost) }
        var hasher = try BLAKE2bHasher(byteCount: SecretKey.byteCount, label: kind.derivationLabel)
        hasher.update(salt)
        content.withBytes { hasher.update($0) }
        return try unsafe SecretKey.computed { target throws(SealingError) in unsafe hasher.write(into: target) }
    }
}

extension KeySlot.Kind {
    fileprivate var envelopeLabel: Label {
        switch self {
        case .passphrase: Label("kluis/slot-passw")
        case .keyFile: Label("kluis/slot-kfile")
        case .credential: Label("kluis/slot-creds")
        }
    }

    fileprivate var derivationLabel: Label {
        switch self {
        case .passphrase: Label("kluis/key-passwd")
        case .keyFile: Label("kluis/key-kfile ")
        case .credential: Label("kluis/key-creds ")
        }
    }
}
