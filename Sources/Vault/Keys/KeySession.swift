import GRDB
import Household
public import Sealing
import Synchronization

extension Sealing.Label {
    static let keyWrap = Sealing.Label("kluis/key-wrap  ")
}

/// The keys of an open vault. Made by unsealing, and destroyed, all of them, by ``seal()``.
///
/// Keys are lent, never given: a ``KeyBox`` stays in guarded memory, and once the session is sealed each throws `keyWiped` for whoever still
/// holds it.
public final class KeySession: Sendable {
    /// The vault's identifier: 16 random bytes.
    public var vault: [UInt8] { vaultID.bytes }
    let vaultID: Octets16
    /// MACs the commit records.
    let commitMAC: KeyBox
    /// Tells the contents of uploads apart.
    let fingerprints: KeyBox

    private let root: RootKey
    private let keyringPath: String
    private struct State {
        var keyring: Keyring
        var mark: KeyringMark
        var isSealed = false
        weak var rows: (any KeyRows)?
        /// Everything that holds or uses a key of this session, for as long as anybody has it.
        var mortals: [Mortality] = []
        var pruneAt = 256
        /// Unwrapped keys, by the wrap they came out of: a wrap that was rolled back can never give its key to another.
        var unwrapped = BoundedCache<[UInt8], KeyBox>(limit: 256)
    }
    private struct Mortality { weak var thing: (any Mortal)? }
    private let state: Mutex<State>

    /// - Parameter sealed: the bytes of the keyring file.
    init(
        vault: Octets16, root: consuming RootKey, keyring: Keyring, sealed: [UInt8], keyringPath: String
    ) throws(SealingError) {
        let mark = try KeyringMark(keyring, sealed: sealed)
        let commitMAC = KeyBox(try root.subkey(.commitRecordMAC))
        let fingerprints = KeyBox(try root.subkey(.uploadFingerprints))
        vaultID = vault
        self.commitMAC = commitMAC
        self.fingerprints = fingerprints
        self.root = root
        self.keyringPath = keyringPath
        state = Mutex(State(keyring: keyring, mark: mark))
    }

    deinit { seal() }

    /// Destroys every key, also those that were lent and those of contents on their way in or out. Whatever still runs fails with `isSealed` or
    /// `keyWiped`.
    public func seal() {
        let mortals = state.withLock { state in
            state.isSealed = true
            state.keyring.wipe()
            state.unwrapped.removeAll()
            defer { state.mortals = [] }
            return state.mortals
        }
        for mortal in mortals { mortal.thing?.end() }
        commitMAC.wipe()
        fingerprints.wipe()
        root.wipe()
    }

    /// Has a key, or what uses one, end with the session at the latest.
    /// - Throws: ``VaultError/isSealed``, and the thing has ended.
    @discardableResult
    func ending<Thing: Mortal>(_ thing: Thing) throws(VaultError) -> Thing {
        let isSealed = state.withLock { state in
            if state.isSealed { return true }
            if state.mortals.count >= state.pruneAt {
                state.mortals.removeAll { $0.thing == nil }
                state.pruneAt = max(256, 2 * state.mortals.count)
            }
            state.mortals.append(Mortality(thing: thing))
            return false
        }
        if isSealed {
            thing.end()
            throw .isSealed
        }
        return thing
    }

    /// Whether the keys are gone.
    public var isSealed: Bool { state.withLock { $0.isSealed } }

    // MARK: - Keys for others

    /// The signing key of the current incarnation's ledger.
    public func ledgerSigningKey() throws -> Ed25519.SigningKey {
        let keyring = try currentKeyring()
        return try keyring.ledgerSigningKey(keyring.currentIncarnation)
    }

    /// Which incarnation the ledger is in.
    public var incarnation: UInt32 { state.withLock { $0.keyring.currentIncarnation } }

    /// A subkey of the root key for a module that has a use of its own.
    public func subkey(_ use: RootKey.Use) throws(SealingError) -> SecretKey { try root.subkey(use) }

    /// The key of one controller's month, to write under; made, and durable in the keyring file, when the month is new.
    ///
    /// - Parameters:
    ///   - controller: 1–255 bytes.
    ///   - month: `YYYY-MM`.
    /// - Throws: ``VaultError/isSealed``; ``VaultError/monthHasEnded`` when the key was destroyed: what is written now would come under a key
    ///   that everybody believes gone; ``VaultError/file(_:errno:)`` when the keyring cannot be written; `badName` for a malformed month.
    public func monthKeyForWriting(controller: String, month: String) throws -> KeyBox {
        guard let name = MonthKeyName(controller: controller, month: month) else { throw SealingError.badName }
        return try state.withLock { state in
            guard !state.isSealed else { throw VaultError.isSealed }
            if let key = state.keyring.monthKey(name) { return key }
            guard !state.keyring.hasEnded(name) else { throw VaultError.monthHasEnded }
            let next = try state.keyring.addingMonthKey(name)
            let sealed = try next.seal(vault: vaultID.bytes, under: root)
            let mark = try KeyringMark(next, sealed: sealed)
            // ORDER: nothing is sealed under a key that is not in the file; and the file is ahead of the commit record, never behind it.
            try Files.replace(keyringPath, with: sealed, .keyring)
            state.keyring = next
            state.mark = mark
            guard let key = next.monthKey(name) else { throw SealingError.unknownEntry }
            return key
        }
    }

    /// The key of one controller's month, to read with; nil when there is none, or none any more. Makes nothing.
    public func monthKeyIfPresent(controller: String, month: String) throws -> KeyBox? {
        guard let name = MonthKeyName(controller: controller, month: month) else { throw SealingError.badName }
        return try currentKeyring().monthKey(name)
    }

    /// Whether the key of one controller's month was there and was destroyed.
    func monthHasEnded(controller: String, month: String) throws -> Bool {
        guard let name = MonthKeyName(controller: controller, month: month) else { throw SealingError.badName }
        return try currentKeyring().hasEnded(name)
    }

    func currentKeyring() throws(VaultError) -> Keyring {
        let (keyring, isSealed) = state.withLock { ($0.keyring, $0.isSealed) }
        guard !isSealed else { throw .isSealed }
        return keyring
    }

    /// The registry vouches for the rows of wrapped keys.
    ///
    /// ORDER: attached as the registry is made; until then no key of a row is lent.
    func attach(_ rows: any KeyRows) { state.withLock { $0.rows = rows } }

    private func keyRows() throws(VaultError) -> any KeyRows {
        let (rows, isSealed) = state.withLock { ($0.rows, $0.isSealed) }
        guard let rows, !isSealed else { throw .isSealed }
        return rows
    }

    /// What the keyring file holds now, for the commit record.
    var keyringMark: KeyringMark { state.withLock { $0.mark } }

    /// The key of the blind indexes of the current epoch.
    func indexKey() throws -> KeyBox { try currentKeyring().current().indexKey }

    // MARK: - Wrapped keys

    /// The key of a space: the vault's for what belongs to no household, the household's for what is its own.
    func key(of space: Space, _ sql: GRDB.Database) throws -> KeyBox {
        try key(.space(space), sql)
    }

    /// Unwraps a key. Throws `doesNotVerify(keyForged)` when its row is missing or does not open, `keyRowsAltered` when the rows of its
    /// household are not those that the manifest names.
    func key(_ name: WrapName, _ sql: GRDB.Database) throws -> KeyBox {
        guard let key = try keyIfPresent(name, sql) else { throw VaultError.doesNotVerify(.keyForged) }
        return key
    }

    /// As ``key(_:_:)``; nil when the manifest says that there is no such key.
    func keyIfPresent(_ name: WrapName, _ sql: GRDB.Database) throws -> KeyBox? {
        let rows = try keyRows()
        if let key = rows.lentKey(name) { return key }
        guard let wrap = try rows.wraps(of: name.household, sql)[name] else { return nil }
        let key = try unwrapped(name, wrap, sql)
        rows.lend(key, as: name)
        return key
    }

    /// The key of a space out of a row that nothing vouches for yet: only to open the manifest that does.
    ///
    /// Whether it is the right key shows at once, because the manifest's bytes are known and their envelope commits to its key; whether it stands
    /// in the right row shows before any key is lent.
    func keyToOpenManifest(of space: Space, _ sql: GRDB.Database) throws -> KeyBox {
        let name = WrapName.space(space)
        let statement = try sql.cachedStatement(sql: "SELECT epoch, envelope FROM wrap WHERE household = ? AND kind = ? AND id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [name.household.sql, Int(name.kind.rawValue), name.id.sql]),
            let wrap = Wrap(row, 0)
        else { throw VaultError.doesNotVerify(.keyForged) }
        return try unwrapped(name, wrap, sql)
    }

    private func unwrapped(_ name: WrapName, _ wrap: Wrap, _ sql: GRDB.Database) throws -> KeyBox {
        let keyring = try currentKeyring()
        // Found by everything that opening it would bind: a known wrap in another row must not give its key.
        let meaning = meaning(name, epoch: wrap.epoch)
        let cached = wrap.envelope + meaning.bytes
        if let key = state.withLock({ $0.unwrapped[cached] }) { return key }
        let wrapping = try wrappingKey(of: name, epoch: wrap.epoch, keyring, sql)
        let key: KeyBox
        do {
            key = KeyBox(try Envelope.unwrap(wrap.envelope, under: wrapping, label: .keyWrap, meaning: meaning))
        } catch SealingError.keyWiped {
            throw VaultError.isSealed
        } catch SealingError.outOfMemory {
            throw SealingError.outOfMemory
        } catch {
            throw VaultError.doesNotVerify(.keyForged)
        }
        try ending(key)
        state.withLock { state in
            if !state.isSealed { state.unwrapped.insert(key, for: cached) }
        }
        return key
    }

    /// Makes a key and its row, under its household's manifest. Throws ``VaultError/alreadyExists`` when there is one.
    func makeKey(_ name: WrapName, _ sql: GRDB.Database) throws {
        let keyring = try currentKeyring()
        let epoch = keyring.currentEpoch
        let key = try SecretKey.random()
        let wrapping = try wrappingKey(of: name, epoch: epoch, keyring, sql)
        let envelope = try Envelope.wrap(key, under: wrapping, label: .keyWrap, meaning: meaning(name, epoch: epoch))
        try keyRows().add(Wrap(epoch: epoch, envelope: envelope), as: name, sql)
    }

    /// Compartment keys stand under their household's key, all others under the epoch's.
    private func wrappingKey(of name: WrapName, epoch: UInt32, _ keyring: Keyring, _ sql: GRDB.Database) throws -> KeyBox {
        switch name.kind {
        case .vault, .household, .audit:
            do throws(SealingError) {
                return try keyring.epoch(epoch).wrappingKey
            } catch {
                throw VaultError.doesNotVerify(.keyForged)
            }
        case .compartment:
            return try key(WrapName(household: name.household, kind: .household, id: .zero), sql)
        }
    }

    private func meaning(_ name: WrapName, epoch: UInt32) -> AssociatedData {
        AssociatedData("key-wrap").adding("vault", bytes: vaultID.bytes).adding("household", bytes: name.household.bytes)
            .adding("kind", number: UInt64(name.kind.rawValue)).adding("id", bytes: name.id.bytes).adding("epoch", number: UInt64(epoch))
    }
}

/// Whose key an item lies under, within its household.
enum Compartment: Hashable, Sendable {
    /// Card and plan: shared by all partners.
    case shared
    /// The personal files of one organisation.
    case organisation(OrganisationID)
    case sealedFolder

    /// Of an item.
    init(layer: Layer, organisation: OrganisationID) {
        switch layer {
        case .card, .plan: self = .shared
        case .personalFile: self = .organisation(organisation)
        case .sealedFolder: self = .sealedFolder
        }
    }

    /// What stands in the rows; organisations' identifiers are random and are none of the others.
    var octets: Octets16 {
        switch self {
        case .shared: Octets16(high: 0, low: 1)
        case .sealedFolder: Octets16(high: 0, low: 2)
        case .organisation(let id): Octets16(id)
        }
    }
}

/// What must not outlive the session: a key, or work that goes on with one.
protocol Mortal: AnyObject, Sendable {
    func end()
}

extension KeyBox: Mortal {
    func end() { wipe() }
}
