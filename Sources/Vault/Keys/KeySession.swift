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
        var isSealed = false
        /// Unwrapped keys, by the wrap they came out of: a wrap that was rolled back can never give its key to another.
        var unwrapped = BoundedCache<[UInt8], KeyBox>(limit: 256)
    }
    private let state: Mutex<State>

    init(vault: Octets16, root: consuming RootKey, keyring: Keyring, keyringPath: String) throws(SealingError) {
        let commitMAC = KeyBox(try root.subkey(.commitRecordMAC))
        let fingerprints = KeyBox(try root.subkey(.uploadFingerprints))
        vaultID = vault
        self.commitMAC = commitMAC
        self.fingerprints = fingerprints
        self.root = root
        self.keyringPath = keyringPath
        state = Mutex(State(keyring: keyring))
    }

    deinit { seal() }

    /// Destroys every key. Whatever still runs fails with `isSealed` or `keyWiped`.
    public func seal() {
        let boxes = state.withLock { state in
            state.isSealed = true
            state.keyring.wipe()
            defer { state.unwrapped.removeAll() }
            return state.unwrapped.values
        }
        for box in boxes { box.wipe() }
        commitMAC.wipe()
        fingerprints.wipe()
        root.wipe()
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

    /// The key of one controller's month; made, and durable in the keyring file, before it is first lent.
    ///
    /// - Parameters:
    ///   - controller: 1–255 bytes.
    ///   - month: `YYYY-MM`.
    /// - Throws: ``VaultError/isSealed``; ``VaultError/file(_:errno:)`` when the keyring cannot be written; `badName` for a malformed month.
    public func monthKey(controller: String, month: String) throws -> KeyBox {
        guard let name = MonthKeyName(controller: controller, month: month) else { throw SealingError.badName }
        return try state.withLock { state in
            guard !state.isSealed else { throw VaultError.isSealed }
            if let key = state.keyring.monthKey(name) { return key }
            let next = try state.keyring.addingMonthKey(name)
            // ORDER: nothing is sealed under a key that is not in the file.
            try Files.replace(keyringPath, with: try next.seal(vault: vaultID.bytes, under: root), .keyring)
            state.keyring = next
            guard let key = next.monthKey(name) else { throw SealingError.unknownEntry }
            return key
        }
    }

    func currentKeyring() throws(VaultError) -> Keyring {
        let (keyring, isSealed) = state.withLock { ($0.keyring, $0.isSealed) }
        guard !isSealed else { throw .isSealed }
        return keyring
    }

    /// The key of the blind indexes of the current epoch.
    func indexKey() throws -> KeyBox { try currentKeyring().current().indexKey }

    // MARK: - Wrapped keys

    /// What a row of wrapped keys holds.
    enum WrapKind: UInt16 {
        /// The vault's own compartment: what belongs to no household.
        case vault = 1
        case household = 2
        /// Beside the household's key, not under it: it outlives the content.
        case audit = 3
        case compartment = 4
    }

    /// Names one wrapped key.
    struct WrapName: Hashable {
        let household: Octets16
        let kind: WrapKind
        let id: Octets16

        static let vault = WrapName(household: .zero, kind: .vault, id: .zero)
        static func household(_ id: HouseholdID) -> WrapName { WrapName(household: Octets16(id), kind: .household, id: .zero) }
        /// Nil: of what belongs to no household.
        static func audit(_ id: HouseholdID?) -> WrapName { WrapName(household: id.map { Octets16($0) } ?? .zero, kind: .audit, id: .zero) }
        static func compartment(_ household: HouseholdID, _ compartment: Compartment) -> WrapName {
            WrapName(household: Octets16(household), kind: .compartment, id: compartment.octets)
        }
    }

    /// The key of a space: the vault's for what belongs to no household, the household's for what is its own.
    func key(of space: Space, _ sql: GRDB.Database) throws -> KeyBox {
        switch space {
        case .registry, .index: try key(.vault, sql)
        case .household(let id): try key(.household(id), sql)
        }
    }

    /// Unwraps a key. Throws `doesNotVerify(keyForged)` when its row is missing or does not open.
    func key(_ name: WrapName, _ sql: GRDB.Database) throws -> KeyBox {
        guard let key = try keyIfPresent(name, sql) else { throw VaultError.doesNotVerify(.keyForged) }
        return key
    }

    func keyIfPresent(_ name: WrapName, _ sql: GRDB.Database) throws -> KeyBox? {
        let statement = try sql.cachedStatement(sql: "SELECT epoch, envelope FROM wrap WHERE household = ? AND kind = ? AND id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [name.household.sql, Int(name.kind.rawValue), name.id.sql]) else {
            return nil
        }
        guard let number = row.unsigned(0), let epoch = UInt32(exactly: number), let envelope = row.octets(1) else {
            throw VaultError.doesNotVerify(.keyForged)
        }
        let keyring = try currentKeyring()
        // Found by everything that opening it would bind: a known wrap in another row must not give its key.
        let cached = envelope + meaning(name, epoch: epoch).bytes
        if let key = state.withLock({ $0.unwrapped[cached] }) { return key }
        let wrapping = try wrappingKey(of: name, epoch: epoch, keyring, sql)
        let key: KeyBox
        do {
            key = KeyBox(try Envelope.unwrap(envelope, under: wrapping, label: .keyWrap, meaning: meaning(name, epoch: epoch)))
        } catch SealingError.keyWiped {
            throw VaultError.isSealed
        } catch SealingError.outOfMemory {
            throw SealingError.outOfMemory
        } catch {
            throw VaultError.doesNotVerify(.keyForged)
        }
        let isSealed = state.withLock { state in
            if !state.isSealed { state.unwrapped.insert(key, for: cached) }
            return state.isSealed
        }
        if isSealed {
            key.wipe()
            throw VaultError.isSealed
        }
        return key
    }

    /// Unwraps every key there is, and those that each of `households` must have. Throws `doesNotVerify(keyForged)`.
    func verifyWraps(_ households: [HouseholdID], _ sql: GRDB.Database) throws {
        let rows = try Row.fetchCursor(sql, sql: "SELECT household, kind, id FROM wrap")
        var names: [WrapName] = [.vault, .audit(nil)]
        while let row = try rows.next() {
            guard let household = row.octets16(0), let number = row.unsigned(1), let raw = UInt16(exactly: number),
                let kind = WrapKind(rawValue: raw), let id = row.octets16(2)
            else { throw VaultError.doesNotVerify(.keyForged) }
            names.append(WrapName(household: household, kind: kind, id: id))
        }
        for household in households { names += [.household(household), .audit(household)] }
        for name in names { _ = try key(name, sql) }
    }

    /// Makes a key and its row. Throws ``VaultError/alreadyExists`` when there is one.
    func makeKey(_ name: WrapName, _ sql: GRDB.Database) throws {
        let keyring = try currentKeyring()
        let epoch = keyring.currentEpoch
        let key = try SecretKey.random()
        let wrapping = try wrappingKey(of: name, epoch: epoch, keyring, sql)
        let envelope = try Envelope.wrap(key, under: wrapping, label: .keyWrap, meaning: meaning(name, epoch: epoch))
        do {
            try sql.cachedStatement(sql: "INSERT INTO wrap(household, kind, id, epoch, envelope) VALUES (?, ?, ?, ?, ?)")
                .execute(arguments: [name.household.sql, Int(name.kind.rawValue), name.id.sql, Int64(epoch), envelope.sql])
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            throw VaultError.alreadyExists
        }
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
