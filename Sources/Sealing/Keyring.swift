/// The keys that live in the keyring file: never in a backup, never snapshotted, replaced as a whole at each change.
///
/// Keys stand in guarded memory and are lent as ``KeyBox``es. A keyring is a value: a change gives a new one, which the caller writes
/// before it uses what is new. Values derived from one another share their keys, so ``wipe()`` ends them for all.
///
/// Every key is random; none follows from another.
public struct Keyring: Sendable {
    /// The keys of one epoch.
    public struct Epoch: Sendable {
        /// Wraps the household keys of this epoch.
        public let wrappingKey: KeyBox
        /// Keys the blind indexes of this epoch.
        public let indexKey: KeyBox
    }

    /// Counts the changes, from 1.
    public let revision: UInt64

    /// The epoch that new wraps are made under.
    public let currentEpoch: UInt32

    /// The incarnation whose ledger is written now.
    public let currentIncarnation: UInt32

    private let epochs: [UInt32: Epoch]
    private let ledgerSeeds: [UInt32: KeyBox]
    private let months: [MonthKeyName: KeyBox]

    /// Months whose key was destroyed: they never get another one.
    private let ended: Set<MonthKeyName>

    /// Most epochs and incarnations, each: 256.
    public static let mostEpochs = 256

    /// Most month keys: 4,096, because each stands in a locked page of its own.
    public static let mostMonths = 4_096

    /// Most names of months whose key was destroyed: 65,536.
    public static let mostEnded = 65_536

    private init(
        revision: UInt64, currentEpoch: UInt32, currentIncarnation: UInt32, epochs: [UInt32: Epoch], ledgerSeeds: [UInt32: KeyBox],
        months: [MonthKeyName: KeyBox], ended: Set<MonthKeyName>
    ) {
        self.revision = revision
        self.currentEpoch = currentEpoch
        self.currentIncarnation = currentIncarnation
        self.epochs = epochs
        self.ledgerSeeds = ledgerSeeds
        self.months = months
        self.ended = ended
    }

    /// The keyring of a new vault: epoch 1, incarnation 1, no month keys.
    ///
    /// - Throws: `outOfMemory`, `unavailable`.
    public static func generate() throws(SealingError) -> Keyring {
        let epoch = Epoch(wrappingKey: try KeyBox.random(), indexKey: try KeyBox.random())
        return Keyring(
            revision: 1, currentEpoch: 1, currentIncarnation: 1, epochs: [1: epoch], ledgerSeeds: [1: try KeyBox.random()],
            months: [:], ended: [])
    }

    // MARK: Keys

    /// The numbers of all epochs, ascending.
    public var epochNumbers: [UInt32] { epochs.keys.sorted() }

    /// The keys of an epoch.
    ///
    /// - Throws: `unknownEntry`.
    public func epoch(_ number: UInt32) throws(SealingError) -> Epoch {
        guard let epoch = epochs[number] else { throw .unknownEntry }
        return epoch
    }

    /// The keys of the current epoch.
    ///
    /// - Throws: never in practice: a keyring always holds its current epoch.
    public func current() throws(SealingError) -> Epoch {
        try epoch(currentEpoch)
    }

    /// The numbers of all incarnations, ascending.
    public var incarnationNumbers: [UInt32] { ledgerSeeds.keys.sorted() }

    /// The seed of an incarnation's ledger signing key.
    ///
    /// - Throws: `unknownEntry`.
    public func ledgerSeed(_ incarnation: UInt32) throws(SealingError) -> KeyBox {
        guard let seed = ledgerSeeds[incarnation] else { throw .unknownEntry }
        return seed
    }

    /// The signing key of an incarnation's ledger.
    ///
    /// - Throws: `unknownEntry`, `outOfMemory`, `keyWiped`.
    public func ledgerSigningKey(_ incarnation: UInt32) throws(SealingError) -> Ed25519.SigningKey {
        try Ed25519.SigningKey(seed: try ledgerSeed(incarnation))
    }

    /// All month keys, ordered by controller and month.
    public var monthKeyNames: [MonthKeyName] { months.keys.sorted() }

    /// The key of one controller's month, nil when there is none (yet, or any more).
    public func monthKey(_ name: MonthKeyName) -> KeyBox? {
        months[name]
    }

    /// Whether the key of a controller's month was destroyed. Then it gets no other: what was written later would be taken for erased.
    public func hasEnded(_ name: MonthKeyName) -> Bool { ended.contains(name) }

    /// Ends every key, in this keyring and in all that share keys with it.
    public func wipe() {
        for epoch in epochs.values {
            epoch.wrappingKey.wipe()
            epoch.indexKey.wipe()
        }
        for seed in ledgerSeeds.values { seed.wipe() }
        for key in months.values { key.wipe() }
    }

    // MARK: Changing

    /// A keyring with one more epoch, which becomes the current one.
    ///
    /// - Throws: `tooManyEntries`, `outOfMemory`.
    public func addingEpoch() throws(SealingError) -> Keyring {
        let (number, overflow) = currentEpoch.addingReportingOverflow(1)
        guard !overflow, epochs.count < Keyring.mostEpochs else { throw .tooManyEntries }
        var epochs = epochs
        epochs[number] = Epoch(wrappingKey: try KeyBox.random(), indexKey: try KeyBox.random())
        return try changed(currentEpoch: number, epochs: epochs)
    }

    /// A keyring without an old epoch; its key boxes are not wiped, because the caller writes the new keyring first.
    ///
    /// - Throws: `unknownEntry` when there is none, or it is the current one.
    public func removingEpoch(_ number: UInt32) throws(SealingError) -> Keyring {
        guard number != currentEpoch, epochs[number] != nil else { throw .unknownEntry }
        var epochs = epochs
        epochs[number] = nil
        return try changed(epochs: epochs)
    }

    /// A keyring with one more incarnation, which becomes the current one.
    ///
    /// - Throws: `tooManyEntries`, `outOfMemory`.
    public func addingIncarnation() throws(SealingError) -> Keyring {
        let (number, overflow) = currentIncarnation.addingReportingOverflow(1)
        guard !overflow, ledgerSeeds.count < Keyring.mostEpochs else { throw .tooManyEntries }
        var seeds = ledgerSeeds
        seeds[number] = try KeyBox.random()
        return try changed(currentIncarnation: number, ledgerSeeds: seeds)
    }

    /// A keyring with a fresh key for one controller's month.
    ///
    /// - Throws: `duplicateEntry` when there is one already, or was one; `tooManyEntries`, `outOfMemory`.
    public func addingMonthKey(_ name: MonthKeyName) throws(SealingError) -> Keyring {
        guard months[name] == nil, !ended.contains(name) else { throw .duplicateEntry }
        guard months.count < Keyring.mostMonths else { throw .tooManyEntries }
        var months = months
        months[name] = try KeyBox.random()
        return try changed(months: months)
    }

    /// A keyring without the key of one controller's month: everything under it is erased once no older keyring exists.
    ///
    /// The month's name stays, as one that has ended.
    /// - Throws: `unknownEntry`; `tooManyEntries`.
    public func removingMonthKey(_ name: MonthKeyName) throws(SealingError) -> Keyring {
        guard months[name] != nil else { throw .unknownEntry }
        guard ended.count < Keyring.mostEnded else { throw .tooManyEntries }
        var months = months
        months[name] = nil
        return try changed(months: months, ended: ended.union([name]))
    }

    private func changed(
        currentEpoch: UInt32? = nil, currentIncarnation: UInt32? = nil, epochs: [UInt32: Epoch]? = nil,
        ledgerSeeds: [UInt32: KeyBox]? = nil, months: [MonthKeyName: KeyBox]? = nil, ended: Set<MonthKeyName>? = nil
    ) throws(SealingError) -> Keyring {
        let (next, overflow) = revision.addingReportingOverflow(1)
        guard !overflow else { throw .tooManyEntries }
        return Keyring(
            revision: next, currentEpoch: currentEpoch ?? self.currentEpoch,
            currentIncarnation: currentIncarnation ?? self.currentIncarnation, epochs: epochs ?? self.epochs,
            ledgerSeeds: ledgerSeeds ?? self.ledgerSeeds, months: months ?? self.months, ended: ended ?? self.ended)
    }

    // MARK: Sealing

    /// The keyring as it stands in its file: a committing envelope under a subkey of the root key, bound to the vault.
    ///
    /// - Throws: `keyWiped` when this keyring or the root key was wiped; `outOfMemory`.
    public func seal(vault: [UInt8], under root: borrowing RootKey) throws(SealingError) -> [UInt8] {
        let content = try encoded()
        let key = try root.subkey(.keyringWrap)
        return try Envelope.sealSecret(content, under: key, label: .keyring, meaning: Keyring.meaning(vault))
    }

    /// Reads a keyring file.
    ///
    /// - Throws: `tooShort`, `unknownSuite`, `wrongKeyOrContext` (another root key or vault), `forged`; `malformed`; `outOfMemory`.
    public static func open(_ sealed: [UInt8], vault: [UInt8], under root: borrowing RootKey) throws(SealingError) -> Keyring {
        let key = try root.subkey(.keyringWrap)
        let content = try Envelope.openSecret(sealed, under: key, label: .keyring, meaning: meaning(vault))
        return try content.withBytes { span throws(SealingError) in try Keyring(decoding: span) }
    }

    private static func meaning(_ vault: [UInt8]) -> AssociatedData {
        AssociatedData("keyring").adding("vault", bytes: vault).adding("format", number: UInt64(format))
    }

    // MARK: Encoding

    private static let format: UInt8 = 2

    /// `2 ‖ LE64 revision ‖ LE32 current epoch ‖ LE32 current incarnation ‖ LE32 epochs, incarnations, months, ended months ‖ {LE32 number ‖
    /// wrapping key ‖ index key} ‖ {LE32 number ‖ seed} ‖ {length(1) ‖ controller ‖ "YYYY-MM" ‖ key} ‖ {length(1) ‖ controller ‖ "YYYY-MM"}`,
    /// each list strictly ascending.
    private func encoded() throws(SealingError) -> SecretBytes {
        let names = monthKeyNames
        let gone = ended.sorted()
        let fixed = 33 + epochs.count * 68 + ledgerSeeds.count * 36 + names.count * SecretKey.byteCount
        let total = (names + gone).reduce(fixed) { $0 + 1 + $1.controllerBytes.count + MonthKeyName.monthCount }
        var writer = try GuardedWriter(count: total)
        try writer.append([Keyring.format] + LittleEndian.bytes(revision))
        try writer.append(LittleEndian.bytes(currentEpoch) + LittleEndian.bytes(currentIncarnation))
        for count in [epochs.count, ledgerSeeds.count, names.count, gone.count] {
            try writer.append(LittleEndian.bytes(UInt32(truncatingIfNeeded: count)))
        }
        for number in epochNumbers {
            let epoch = try epoch(number)
            try writer.append(LittleEndian.bytes(number))
            try writer.append(key: epoch.wrappingKey)
            try writer.append(key: epoch.indexKey)
        }
        for number in incarnationNumbers {
            try writer.append(LittleEndian.bytes(number))
            try writer.append(key: try ledgerSeed(number))
        }
        for name in names {
            guard let key = months[name] else { throw .unknownEntry }
            try writer.append(name.encoded)
            try writer.append(key: key)
        }
        for name in gone { try writer.append(name.encoded) }
        return try writer.finish()
    }

    private init(decoding span: RawSpan) throws(SealingError) {
        var reader = StrictReader()
        guard try reader.byte(span) == Keyring.format else { throw .malformed }
        let revision = try reader.number64(span)
        let currentEpoch = try reader.number32(span)
        let currentIncarnation = try reader.number32(span)
        let epochCount = Int(try reader.number32(span))
        let seedCount = Int(try reader.number32(span))
        let monthCount = Int(try reader.number32(span))
        let endedCount = Int(try reader.number32(span))
        guard epochCount <= Keyring.mostEpochs, seedCount <= Keyring.mostEpochs, monthCount <= Keyring.mostMonths,
            endedCount <= Keyring.mostEnded
        else { throw .malformed }
        var epochs: [UInt32: Epoch] = [:]
        var last: UInt32?
        for _ in 0..<epochCount {
            let number = try Keyring.ascending(after: &last, try reader.number32(span))
            let wrappingKey = KeyBox(try reader.key(span))
            epochs[number] = Epoch(wrappingKey: wrappingKey, indexKey: KeyBox(try reader.key(span)))
        }
        var seeds: [UInt32: KeyBox] = [:]
        last = nil
        for _ in 0..<seedCount {
            let number = try Keyring.ascending(after: &last, try reader.number32(span))
            seeds[number] = KeyBox(try reader.key(span))
        }
        var months: [MonthKeyName: KeyBox] = [:]
        var lastName: MonthKeyName?
        for _ in 0..<monthCount {
            let name = try Keyring.ascending(after: &lastName, &reader, span)
            months[name] = KeyBox(try reader.key(span))
        }
        var ended: Set<MonthKeyName> = []
        lastName = nil
        for _ in 0..<endedCount {
            let name = try Keyring.ascending(after: &lastName, &reader, span)
            guard months[name] == nil else { throw .malformed }
            ended.insert(name)
        }
        try reader.finish(span)
        guard revision >= 1, epochs[currentEpoch] != nil, seeds[currentIncarnation] != nil else { throw .malformed }
        self.init(
            revision: revision, currentEpoch: currentEpoch, currentIncarnation: currentIncarnation, epochs: epochs,
            ledgerSeeds: seeds, months: months, ended: ended)
    }

    private static func ascending(
        after last: inout MonthKeyName?, _ reader: inout StrictReader, _ span: RawSpan
    ) throws(SealingError) -> MonthKeyName {
        let controller = try reader.text(span)
        let month = String(decoding: try reader.bytes(MonthKeyName.monthCount, span), as: UTF8.self)
        guard let name = MonthKeyName(controller: controller, month: month) else { throw .malformed }
        if let last, !(last < name) { throw .malformed }
        last = name
        return name
    }

    private static func ascending(after last: inout UInt32?, _ number: UInt32) throws(SealingError) -> UInt32 {
        if let last, number <= last { throw .malformed }
        last = number
        return number
    }
}

/// Whose month key: one controller, one calendar month.
///
/// Compared and ordered as UTF-8 bytes, so names that only look alike stay apart.
public struct MonthKeyName: Hashable, Comparable, Sendable {
    let controllerBytes: [UInt8]
    let monthBytes: [UInt8]

    static let monthCount = 7

    /// `length(1) ‖ controller ‖ "YYYY-MM"`.
    fileprivate var encoded: [UInt8] { [UInt8(truncatingIfNeeded: controllerBytes.count)] + controllerBytes + monthBytes }

    /// The controller's identifier.
    public var controller: String { String(decoding: controllerBytes, as: UTF8.self) }

    /// The month, as `YYYY-MM`.
    public var month: String { String(decoding: monthBytes, as: UTF8.self) }

    /// Nil unless `controller` has 1–255 bytes of UTF-8 and `month` is `YYYY-MM` with a month of 01–12.
    public init?(controller: String, month: String) {
        let controllerBytes = Array(controller.utf8)
        let monthBytes = Array(month.utf8)
        guard (1...255).contains(controllerBytes.count), monthBytes.count == MonthKeyName.monthCount else { return nil }
        let digits = [0, 1, 2, 3, 5, 6].map { monthBytes[$0] }
        guard digits.allSatisfy({ (0x30...0x39).contains($0) }), monthBytes[4] == 0x2D else { return nil }
        guard (1...12).contains((Int(digits[4]) - 0x30) * 10 + Int(digits[5]) - 0x30) else { return nil }
        self.controllerBytes = controllerBytes
        self.monthBytes = monthBytes
    }

    public static func < (left: MonthKeyName, right: MonthKeyName) -> Bool {
        if left.controllerBytes != right.controllerBytes {
            return left.controllerBytes.lexicographicallyPrecedes(right.controllerBytes)
        }
        return left.monthBytes.lexicographicallyPrecedes(right.monthBytes)
    }
}

extension Label {
    static let keyring = Label("kluis/keyring   ")
}
