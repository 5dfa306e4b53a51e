import Testing

@testable import Sealing

@Suite("Keyring")
struct KeyringTests {
    static let vault = Array("vault-0123456789".utf8)

    static func month(_ controller: String, _ month: String) throws -> MonthKeyName {
        try #require(MonthKeyName(controller: controller, month: month))
    }

    static func sample() throws -> Keyring {
        try Keyring.generate()
            .addingEpoch()
            .addingIncarnation()
            .addingMonthKey(month("org-b", "2026-11"))
            .addingMonthKey(month("org-a", "2026-12"))
            .addingMonthKey(month("org-a", "2026-11"))
    }

    static func fingerprint(_ keyring: Keyring) throws -> [[UInt8]] {
        var all: [[UInt8]] = []
        for number in keyring.epochNumbers {
            let epoch = try keyring.epoch(number)
            all += [exposed(epoch.wrappingKey), exposed(epoch.indexKey)]
        }
        for number in keyring.incarnationNumbers { all.append(exposed(try keyring.ledgerSeed(number))) }
        for name in keyring.monthKeyNames { all.append(exposed(try #require(keyring.monthKey(name)))) }
        return all
    }

    @Test func comesBackWhole() throws {
        let root = try RootKey.generate()
        let keyring = try KeyringTests.sample()
        #expect(keyring.revision == 6)
        let sealed = try keyring.seal(vault: KeyringTests.vault, under: root)
        let opened = try Keyring.open(sealed, vault: KeyringTests.vault, under: root)
        #expect(opened.revision == 6)
        #expect(opened.currentEpoch == 2 && opened.epochNumbers == [1, 2])
        #expect(opened.currentIncarnation == 2 && opened.incarnationNumbers == [1, 2])
        #expect(opened.monthKeyNames.map { "\($0.controller) \($0.month)" } == ["org-a 2026-11", "org-a 2026-12", "org-b 2026-11"])
        let keys = try KeyringTests.fingerprint(opened)
        #expect(keys == (try KeyringTests.fingerprint(keyring)))
        #expect(keys.count == 9 && Set(keys).count == 9)
        let signing = try keyring.ledgerSigningKey(2)
        let again = try opened.ledgerSigningKey(2)
        #expect(signing.publicKey == again.publicKey)
    }

    @Test func opensOnlyUnderItsRootAndVault() throws {
        let root = try RootKey.generate()
        let otherRoot = try RootKey.generate()
        let sealed = try KeyringTests.sample().seal(vault: KeyringTests.vault, under: root)
        #expect(throws: SealingError.wrongKeyOrContext) { try Keyring.open(sealed, vault: KeyringTests.vault, under: otherRoot) }
        #expect(throws: SealingError.wrongKeyOrContext) { try Keyring.open(sealed, vault: [1], under: root) }
        for index in sealed.indices {
            var altered = sealed
            altered[index] ^= 0x20
            #expect(throws: SealingError.self) { try Keyring.open(altered, vault: KeyringTests.vault, under: root) }
        }
    }

    @Test func changesKeepTheOldValue() throws {
        let first = try Keyring.generate()
        let second = try first.addingEpoch()
        #expect(first.epochNumbers == [1] && first.currentEpoch == 1 && first.revision == 1)
        #expect(second.epochNumbers == [1, 2] && second.currentEpoch == 2 && second.revision == 2)
        let kept = try second.epoch(1)
        #expect(exposed(kept.wrappingKey) == exposed(try first.epoch(1).wrappingKey))
        #expect(throws: SealingError.unknownEntry) { try first.epoch(2) }
        #expect(throws: SealingError.unknownEntry) { try second.removingEpoch(2) }
        #expect(throws: SealingError.unknownEntry) { try second.removingEpoch(7) }
        let third = try second.removingEpoch(1)
        #expect(third.epochNumbers == [2])

        let name = try KeyringTests.month("org-a", "2026-11")
        let with = try third.addingMonthKey(name)
        #expect(third.monthKey(name) == nil)
        #expect(with.monthKey(name) != nil)
        #expect(throws: SealingError.duplicateEntry) { try with.addingMonthKey(name) }
        let without = try with.removingMonthKey(name)
        #expect(without.monthKey(name) == nil)
        // A month that ended gets no other key, also after the keyring was read again.
        let root = try RootKey.generate()
        let again = try Keyring.open(
            try without.seal(vault: KeyringTests.vault, under: root), vault: KeyringTests.vault, under: root)
        for keyring in [without, again] {
            #expect(keyring.hasEnded(name) && !with.hasEnded(name))
            #expect(throws: SealingError.duplicateEntry) { try keyring.addingMonthKey(name) }
        }
        #expect(throws: SealingError.unknownEntry) { try third.removingMonthKey(name) }
    }

    @Test func wipingEndsEveryKey() throws {
        let root = try RootKey.generate()
        let keyring = try KeyringTests.sample()
        let derived = try keyring.addingEpoch()
        let box = try keyring.current().wrappingKey
        keyring.wipe()
        #expect(throws: SealingError.keyWiped) { try Envelope.seal([1], under: box, label: .test, meaning: .sample) }
        #expect(throws: SealingError.keyWiped) { try keyring.seal(vault: KeyringTests.vault, under: root) }
        #expect(throws: SealingError.keyWiped) { try derived.seal(vault: KeyringTests.vault, under: root) }
        #expect(throws: SealingError.keyWiped) { _ = try derived.ledgerSigningKey(1) }
    }

    /// Seals content of a test's choice as the product seals a keyring.
    static func seal(_ content: [UInt8], under root: borrowing RootKey) throws -> [UInt8] {
        let key = try root.subkey(.keyringWrap)
        let meaning = AssociatedData("keyring").adding("vault", bytes: vault).adding("format", number: 2)
        return try Envelope.seal(content, under: key, label: .keyring, meaning: meaning)
    }

    static func content(of keyring: Keyring, under root: borrowing RootKey) throws -> [UInt8] {
        let key = try root.subkey(.keyringWrap)
        let meaning = AssociatedData("keyring").adding("vault", bytes: vault).adding("format", number: 2)
        return try Envelope.open(
            try keyring.seal(vault: vault, under: root), under: key, label: .keyring, meaning: meaning)
    }

    @Test("only the one encoding is read")
    func strictDecoding() throws {
        let root = try RootKey.generate()
        let content = try KeyringTests.content(of: try KeyringTests.sample(), under: root)
        _ = try Keyring.open(try KeyringTests.seal(content, under: root), vault: KeyringTests.vault, under: root)

        var cases: [(String, [UInt8])] = []
        for count in stride(from: 0, to: content.count, by: 7) { cases.append(("\(count) bytes", Array(content.prefix(count)))) }
        cases.append(("one byte more", content + [0]))
        func altered(_ name: String, _ index: Int, _ value: UInt8) {
            var copy = content
            copy[index] = value
            cases.append((name, copy))
        }
        altered("another format", 0, 1)
        altered("revision 0", 1, 0)
        altered("a current epoch that is not there", 9, 3)
        altered("a current incarnation that is not there", 13, 0)
        altered("more epochs than there are", 17, 3)
        altered("very many epochs", 20, 0xFF)
        altered("very many months", 28, 0xFF)
        altered("very many ended months", 32, 0xFF)
        altered("epochs not ascending", 33, 2)
        altered("epochs twice", 33 + 68, 1)
        let months = 33 + 2 * 68 + 2 * 36
        altered("an empty controller", months, 0)
        altered("a controller that is not UTF-8", months + 1, 0xFF)
        altered("a month without a dash", months + 1 + 5 + 4, 0x30)
        altered("month 21", months + 1 + 5 + 5, 0x32)
        altered("months not ascending", months + 1 + 4, UInt8(ascii: "c"))
        for (name, bytes) in cases {
            let sealed = try KeyringTests.seal(bytes, under: root)
            #expect(throws: SealingError.malformed, "\(name)") {
                try Keyring.open(sealed, vault: KeyringTests.vault, under: root)
            }
        }
    }

    @Test func monthNames() throws {
        #expect(MonthKeyName(controller: "", month: "2026-11") == nil)
        #expect(MonthKeyName(controller: String(repeating: "x", count: 256), month: "2026-11") == nil)
        for month in ["", "2026-00", "2026-13", "2026-1", "2026-111", "2026/11", "202a-11", "2026-1x", "٢٠٢٦-11"] {
            #expect(MonthKeyName(controller: "org", month: month) == nil, "\(month)")
        }
        let composed = try KeyringTests.month("café", "2026-11")
        let decomposed = try KeyringTests.month("cafe\u{301}", "2026-11")
        #expect(composed != decomposed)
        let keyring = try Keyring.generate().addingMonthKey(composed)
        #expect(keyring.monthKey(decomposed) == nil)
    }
}
