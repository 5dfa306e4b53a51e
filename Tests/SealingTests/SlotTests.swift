import Testing

@testable import Sealing

@Suite("Slots")
struct SlotTests {
    static let vault = Array("vault-0123456789".utf8)

    static func passphrase(_ text: String) throws -> SlotSecret {
        try SlotSecret.passphrase(try secretBytes(text))
    }

    static func keyFile(_ byte: UInt8) throws -> SlotSecret {
        var bytes = [UInt8](repeating: byte, count: 32)
        return try SlotSecret.keyFile(try SecretBytes(moving: &bytes))
    }

    static func credential(_ byte: UInt8) throws -> SlotSecret {
        var bytes = [UInt8](repeating: byte, count: 32)
        return try SlotSecret.credential(try SecretBytes(moving: &bytes))
    }

    /// One slot of each kind.
    static func sample(root: borrowing RootKey, vault: [UInt8] = vault) throws -> SlotList {
        let word = try passphrase("een lange zin")
        let file = try keyFile(1)
        let credential = try credential(1)
        var list = try SlotList(vault: vault, root: root, first: word, label: "kluis in de brandkast", cost: .worthlessButFast)
        try list.add(file, label: "sleutelbestand", root: root)
        try list.add(credential, label: "deze machine", root: root)
        return list
    }

    static func rootBytes(_ root: borrowing RootKey) -> [UInt8] {
        exposed(root.key)
    }

    static func open(_ list: SlotList, _ secret: borrowing SlotSecret) throws(SealingError) -> [UInt8] {
        let root = try list.open(with: secret)
        return rootBytes(root)
    }

    @Test func everyKindOpensToTheSameRoot() throws {
        let root = try RootKey.generate()
        let list = try SlotList.decode(try SlotTests.sample(root: root).encode())
        #expect(list.slots.map(\.kind) == [.passphrase, .keyFile, .credential])
        #expect(list.generation == 3)
        let wanted = SlotTests.rootBytes(root)
        let word = try SlotTests.passphrase("een lange zin")
        let file = try SlotTests.keyFile(1)
        let credential = try SlotTests.credential(1)
        #expect(try SlotTests.open(list, word) == wanted)
        #expect(try SlotTests.open(list, file) == wanted)
        #expect(try SlotTests.open(list, credential) == wanted)
        #expect(try list.slot(openedBy: credential) == list.slots[2].id)
        #expect(wanted.count == 32 && wanted != [UInt8](repeating: 0, count: 32))
    }

    @Test func nothingElseOpens() throws {
        let root = try RootKey.generate()
        let list = try SlotTests.sample(root: root)
        // The right bytes as another kind of secret are another secret.
        let asFile = try SlotTests.keyFile(2)
        let asCredential = try SlotTests.credential(2)
        var fileBytes = [UInt8](repeating: 1, count: 32)
        let asWord = try SlotSecret.passphrase(try SecretBytes(moving: &fileBytes))
        let wrongWord = try SlotTests.passphrase("een lange zin ")
        #expect(throws: SealingError.wrongSecret) { try SlotTests.open(list, wrongWord) }
        #expect(throws: SealingError.wrongSecret) { try SlotTests.open(list, asFile) }
        #expect(throws: SealingError.wrongSecret) { try SlotTests.open(list, asCredential) }
        #expect(throws: SealingError.wrongSecret) { try SlotTests.open(list, asWord) }
    }

    @Test func secretsHaveBounds() throws {
        for count in [0, 31, 4_097] {
            let file = try SecretBytes(count: count)
            #expect(throws: SealingError.wrongLength) { _ = try SlotSecret.keyFile(copy(file)) }
            #expect(throws: SealingError.wrongLength) { _ = try SlotSecret.credential(copy(file)) }
        }
        let empty = try SecretBytes(count: 0)
        #expect(throws: SealingError.wrongLength) { _ = try SlotSecret.passphrase(copy(empty)) }
        let long = try SecretBytes(count: 4_097)
        #expect(throws: SealingError.wrongLength) { _ = try SlotSecret.passphrase(copy(long)) }
    }

    private func copy(_ secret: borrowing SecretBytes) throws(SealingError) -> SecretBytes {
        try secret.prefix(secret.count)
    }

    @Test("no flipped bit of the list is accepted")
    func flippedBits() throws {
        let root = try RootKey.generate()
        let list = try SlotTests.sample(root: root)
        let bytes = list.encode()
        let file = try SlotTests.keyFile(1)
        try #require(try SlotTests.open(list, file) == SlotTests.rootBytes(root))
        var outcomes: [SealingError: Int] = [:]
        for index in bytes.indices {
            for bit in [0, 3, 7] as [UInt8] {
                var altered = bytes
                altered[index] ^= 1 << bit
                do throws(SealingError) {
                    let decoded = try SlotList.decode(altered)
                    _ = try SlotTests.open(decoded, file)
                    Issue.record("byte \(index) bit \(bit) was accepted")
                } catch {
                    outcomes[error, default: 0] += 1
                }
            }
        }
        #expect(Set(outcomes.keys).isSubset(of: [.malformed, .costOutOfRange, .wrongSecret, .slotListForged]))
        // The slot itself, and the rest of the list, are each guarded by something.
        #expect(outcomes[.wrongSecret, default: 0] > 300)
        #expect(outcomes[.slotListForged, default: 0] > 300)
    }

    @Test("a slot authenticates every one of its own bytes, without the list's help")
    func slotsStandAlone() throws {
        let root = try RootKey.generate()
        let list = try SlotTests.sample(root: root)
        let file = try SlotTests.keyFile(1)
        let slot = list.slots[1]
        var encoded: [UInt8] = []
        slot.append(to: &encoded)
        for index in encoded.indices {
            var altered = encoded
            altered[index] ^= 0x01
            #expect(throws: SealingError.self, "byte \(index)") {
                try SlotTests.open(slot: altered, with: file, vault: SlotTests.vault)
            }
        }
        #expect(try SlotTests.open(slot: encoded, with: file, vault: SlotTests.vault) == SlotTests.rootBytes(root))
    }

    static func open(slot bytes: [UInt8], with secret: borrowing SlotSecret, vault: [UInt8]) throws -> [UInt8] {
        var reader = StrictReader()
        // SAFETY: an array of UInt8 has no padding.
        let slot = try unsafe KeySlot(from: &reader, bytes.span.bytes)
        let root = try slot.open(with: secret, vault: vault)
        return rootBytes(root)
    }

    @Test func slotKeysDependOnSaltAndKind() throws {
        let file = try SlotTests.keyFile(1)
        let credential = try SlotTests.credential(1)
        let word = try SlotTests.passphrase("een lange zin")
        var seen: Set<[UInt8]> = []
        for salt in [[UInt8](repeating: 1, count: 16), [UInt8](repeating: 2, count: 16)] {
            let keys = [
                exposed(try file.key(salt: salt, cost: nil)), exposed(try credential.key(salt: salt, cost: nil)),
                exposed(try word.key(salt: salt, cost: .worthlessButFast)),
            ]
            for key in keys { #expect(seen.insert(key).inserted) }
        }
        #expect(seen.count == 6)
    }

    @Test func aSlotMovedToAnotherVaultDoesNotOpen() throws {
        let root = try RootKey.generate()
        let list = try SlotTests.sample(root: root)
        let other = try SlotTests.sample(root: root, vault: Array("vault-9876543210".utf8))
        let file = try SlotTests.keyFile(1)
        // Same root key, same secret: only the vault differs.
        let slot = list.slots[1]
        var opens = false
        do throws(SealingError) {
            _ = try slot.open(with: file, vault: other.vault)
            opens = true
        } catch {
            #expect(error == .wrongKeyOrContext)
        }
        #expect(!opens)
        // The whole list under another vault's name, in a file of the same shape.
        var bytes = list.encode()
        bytes.replaceSubrange(10..<26, with: other.vault)
        let moved = try SlotList.decode(bytes)
        #expect(throws: SealingError.wrongSecret) { try SlotTests.open(moved, file) }
    }

    @Test func slotsOfAnOlderListDoNotMix() throws {
        let root = try RootKey.generate()
        var list = try SlotTests.sample(root: root)
        let old = list
        let file = try SlotTests.keyFile(1)
        try list.remove(list.slots[0].id, root: root)
        #expect(list.generation == old.generation + 1)
        #expect(list.slots.map(\.kind) == [.keyFile, .credential])
        // The removed slot put back, with the count right and everything else untouched.
        var bytes = list.encode()
        var slot: [UInt8] = []
        old.slots[0].append(to: &slot)
        bytes[34] = 3
        bytes.insert(contentsOf: slot, at: 35)
        let mixed = try SlotList.decode(bytes)
        try #require(mixed.slots.count == 3)
        let word = try SlotTests.passphrase("een lange zin")
        #expect(throws: SealingError.slotListForged) { try SlotTests.open(mixed, word) }
        #expect(throws: SealingError.slotListForged) { try SlotTests.open(mixed, file) }
        #expect(throws: SealingError.wrongSecret) { try SlotTests.open(list, word) }
    }

    @Test func theLastSlotStays() throws {
        let root = try RootKey.generate()
        var list = try SlotTests.sample(root: root)
        try list.remove(list.slots[2].id, root: root)
        try list.remove(list.slots[0].id, root: root)
        let before = list
        #expect(throws: SealingError.unknownEntry) { try list.remove(SlotID.random(), root: root) }
        let last = list.slots[0].id
        #expect(throws: SealingError.lastSlot) { try list.remove(last, root: root) }
        #expect(list == before)
        let file = try SlotTests.keyFile(1)
        #expect(try SlotTests.open(list, file) == SlotTests.rootBytes(root))
    }

    @Test func aForgedListIsNotChanged() throws {
        let root = try RootKey.generate()
        let otherRoot = try RootKey.generate()
        let list = try SlotTests.sample(root: root)
        let extra = try SlotTests.keyFile(9)
        var bytes = list.encode()
        bytes[bytes.count - 1] ^= 1
        var forged = try SlotList.decode(bytes)
        #expect(throws: SealingError.slotListForged) { try forged.add(extra, label: "x", root: root) }
        let id = forged.slots[0].id
        #expect(throws: SealingError.slotListForged) { try forged.remove(id, root: root) }
        #expect(forged.encode() == bytes)
        var honest = list
        #expect(throws: SealingError.slotListForged) { try honest.add(extra, label: "x", root: otherRoot) }
        #expect(throws: SealingError.slotListForged) { try honest.verify(under: otherRoot) }
        try honest.verify(under: root)
        #expect(honest == list)
    }

    @Test func labelsAndCountsAreBounded() throws {
        let root = try RootKey.generate()
        let file = try SlotTests.keyFile(1)
        for label in ["", String(repeating: "x", count: 65), "regel\neinde", "nul\0", "\u{85}"] {
            #expect(throws: SealingError.badName) {
                _ = try SlotList(vault: SlotTests.vault, root: root, first: file, label: label)
            }
        }
        for count in [0, 65] {
            #expect(throws: SealingError.wrongLength) {
                _ = try SlotList(vault: [UInt8](repeating: 1, count: count), root: root, first: file, label: "x")
            }
        }
        var list = try SlotList(vault: SlotTests.vault, root: root, first: file, label: "é")
        for number in 1..<SlotList.mostSlots { try list.add(file, label: "nr \(number)", root: root) }
        #expect(list.slots.count == 128)
        #expect(throws: SealingError.tooManyEntries) { try list.add(file, label: "te veel", root: root) }
        #expect(try SlotList.decode(list.encode()) == list)
    }

    @Test("only the one encoding is read")
    func strictDecoding() throws {
        let root = try RootKey.generate()
        let bytes = try SlotTests.sample(root: root).encode()
        #expect(try SlotList.decode(bytes).encode() == bytes)
        for count in 0..<bytes.count {
            #expect(throws: SealingError.self, "\(count) bytes") { try SlotList.decode(Array(bytes.prefix(count))) }
        }
        #expect(throws: SealingError.malformed) { try SlotList.decode(bytes + [0]) }
        // A slot twice.
        let list = try SlotList.decode(bytes)
        var slot: [UInt8] = []
        list.slots[0].append(to: &slot)
        var doubled = bytes
        doubled[34] = 4
        doubled.insert(contentsOf: slot, at: 35)
        #expect(throws: SealingError.malformed) { try SlotList.decode(doubled) }
    }

    @Test("random bytes never trap the reader")
    func randomInput() {
        let seed = freshSeed()
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<3_000 {
            var bytes = Array("KLUISLOT".utf8) + [1] + generator.bytes(Int.random(in: 0...300, using: &generator))
            if bytes.count > 40 { bytes[9] = 16 }
            #expect(throws: SealingError.self, "seed \(seed)") { try SlotList.decode(bytes) }
        }
    }
}
