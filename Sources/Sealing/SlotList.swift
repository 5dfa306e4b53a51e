/// All ways to open one vault, as they stand in the vault's slot file.
///
/// Format: `"KLUISLOT" ‖ 1 ‖ vault length(1) ‖ vault ‖ LE64 generation ‖ count(1) ‖ slots ‖ MAC(32)`; the MAC is keyed BLAKE2b-256 under
/// a subkey of the root key, over everything before it. There is one encoding of each list, and only that one is read.
///
/// 1. A list that was read says nothing about itself until ``open(with:)`` or ``verify(under:)`` has checked its MAC.
/// 2. A list is changed only under the root key, after its MAC was checked: a change cannot launder a forgery.
/// 3. The last slot cannot be removed.
/// 4. Whoever kept a copy of an old list and its secret still opens with it: removing a slot from everybody's hands means a new root key.
public struct SlotList: Hashable, Sendable {
    /// The vault's identifier: 1–64 bytes.
    public let vault: [UInt8]

    /// Counts the changes, from 1; whoever anchors it can tell an old list from the current one.
    public private(set) var generation: UInt64

    /// The slots, in the order in which they were added: 1–128.
    public private(set) var slots: [KeySlot]

    private var code: [UInt8]

    /// 128.
    public static let mostSlots = 128

    private static let magic = Array("KLUISLOT".utf8)
    private static let format: UInt8 = 1
    private static let codeCount = 32

    /// A new list with its first slot.
    ///
    /// - Parameters:
    ///   - vault: 1–64 bytes.
    ///   - label: 1–64 bytes of UTF-8 without control characters.
    ///   - cost: used for a passphrase only.
    /// - Throws: `wrongLength` for the vault; `badName` for the label; `outOfMemory`, `unavailable`.
    public init(
        vault: [UInt8], root: borrowing RootKey, first secret: borrowing SlotSecret, label: String, cost: Argon2id.Cost = .moderate
    ) throws(SealingError) {
        guard (1...64).contains(vault.count) else { throw .wrongLength }
        let slot = try KeySlot(wrapping: root, under: secret, vault: vault, label: label, cost: cost)
        self.vault = vault
        generation = 1
        slots = [slot]
        code = []
        code = try computedCode(under: root)
    }

    // MARK: Opening

    /// The root key, by the first slot that opens with `secret`; the whole list is then checked under it.
    ///
    /// Only slots of the secret's kind are tried. Each passphrase slot costs one Argon2id derivation.
    ///
    /// - Throws: `wrongSecret` when no slot opens (another secret, or altered slots: the two cannot be told apart); `slotListForged`
    ///   when one opens but the list is not the one that was MACed; `outOfMemory`, `unavailable`.
    public func open(with secret: borrowing SlotSecret) throws(SealingError) -> RootKey {
        for slot in slots where slot.kind == secret.kind {
            do throws(SealingError) {
                let root = try slot.open(with: secret, vault: vault)
                try verify(under: root)
                return root
            } catch {
                switch error {
                case .wrongKeyOrContext, .forged, .unknownSuite: continue
                default: throw error
                }
            }
        }
        throw .wrongSecret
    }

    /// Which slot opens with `secret`, for a rehearsal; the list is not checked.
    ///
    /// - Throws: `wrongSecret`, `outOfMemory`, `unavailable`.
    public func slot(openedBy secret: borrowing SlotSecret) throws(SealingError) -> SlotID {
        for slot in slots where slot.kind == secret.kind {
            do throws(SealingError) {
                _ = try slot.open(with: secret, vault: vault)
                return slot.id
            } catch {
                switch error {
                case .wrongKeyOrContext, .forged, .unknownSuite: continue
                default: throw error
                }
            }
        }
        throw .wrongSecret
    }

    /// Checks the list's MAC.
    ///
    /// - Throws: `slotListForged`; `outOfMemory`, `keyWiped`.
    public func verify(under root: borrowing RootKey) throws(SealingError) {
        guard ConstantTime.equal(try computedCode(under: root), code) else { throw .slotListForged }
    }

    // MARK: Changing

    /// Adds a slot. Any other slot keeps working.
    ///
    /// - Returns: the new slot's identifier.
    /// - Throws: `slotListForged` when the list is not authentic under `root`; `tooManyEntries`; `badName`; `outOfMemory`. The list is
    ///   unchanged then.
    @discardableResult
    public mutating func add(
        _ secret: borrowing SlotSecret, label: String, cost: Argon2id.Cost = .moderate, root: borrowing RootKey
    ) throws(SealingError) -> SlotID {
        try verify(under: root)
        guard slots.count < SlotList.mostSlots else { throw .tooManyEntries }
        let slot = try KeySlot(wrapping: root, under: secret, vault: vault, label: label, cost: cost)
        try change(under: root) { $0.append(slot) }
        return slot.id
    }

    /// Removes a slot.
    ///
    /// - Throws: `slotListForged`; `unknownEntry`; `lastSlot`; `outOfMemory`. The list is unchanged then.
    public mutating func remove(_ id: SlotID, root: borrowing RootKey) throws(SealingError) {
        try verify(under: root)
        guard slots.contains(where: { $0.id == id }) else { throw .unknownEntry }
        guard slots.count > 1 else { throw .lastSlot }
        try change(under: root) { $0.removeAll { $0.id == id } }
    }

    private mutating func change(under root: borrowing RootKey, _ body: (inout [KeySlot]) -> Void) throws(SealingError) {
        let (next, overflow) = generation.addingReportingOverflow(1)
        guard !overflow else { throw .tooManyEntries }
        var changed = self
        body(&changed.slots)
        changed.generation = next
        changed.code = try changed.computedCode(under: root)
        self = changed
    }

    // MARK: Encoding

    /// The one encoding of the list, with its MAC.
    public func encode() -> [UInt8] {
        encodedWithoutCode() + code
    }

    /// Reads the one encoding of a list; the MAC is not checked yet.
    ///
    /// - Throws: `malformed`; `costOutOfRange`.
    public static func decode(_ bytes: [UInt8]) throws(SealingError) -> SlotList {
        // SAFETY: an array of UInt8 has no padding.
        try SlotList(decoding: unsafe bytes.span.bytes)
    }

    private init(decoding span: RawSpan) throws(SealingError) {
        var reader = StrictReader()
        guard try reader.bytes(SlotList.magic.count, span) == SlotList.magic, try reader.byte(span) == SlotList.format else {
            throw .malformed
        }
        let vaultCount = Int(try reader.byte(span))
        guard (1...64).contains(vaultCount) else { throw .malformed }
        vault = try reader.bytes(vaultCount, span)
        generation = try reader.number64(span)
        let count = Int(try reader.byte(span))
        guard generation >= 1, (1...SlotList.mostSlots).contains(count) else { throw .malformed }
        var slots: [KeySlot] = []
        for _ in 0..<count { slots.append(try KeySlot(from: &reader, span)) }
        guard Set(slots.map(\.id)).count == count else { throw .malformed }
        self.slots = slots
        code = try reader.bytes(SlotList.codeCount, span)
        try reader.finish(span)
    }

    private func encodedWithoutCode() -> [UInt8] {
        var bytes = SlotList.magic
        bytes.append(SlotList.format)
        bytes.append(UInt8(truncatingIfNeeded: vault.count))
        bytes += vault
        bytes += LittleEndian.bytes(generation)
        bytes.append(UInt8(truncatingIfNeeded: slots.count))
        for slot in slots { slot.append(to: &bytes) }
        return bytes
    }

    private func computedCode(under root: borrowing RootKey) throws(SealingError) -> [UInt8] {
        let key = try root.subkey(.slotListMAC)
        return try BLAKE2b.authenticate(encodedWithoutCode(), key: key, label: .slotList)
    }
}

extension Label {
    static let slotList = Label("kluis/slot-list ")
}
