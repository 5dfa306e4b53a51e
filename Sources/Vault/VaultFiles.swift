import GRDB
import Glibc
public import Household
import Policy
import ReferenceMonitor
public import Sealing
public import Storage

/// What a new vault starts with: nobody could let the first ones in.
public struct Founding: Sendable {
    public struct NewOrganisation: Sendable {
        public let organisation: Organisation
        public let words: OrganisationWords
        public let handle: Handle

        public init(_ organisation: Organisation, _ words: OrganisationWords, handle: Handle) {
            self.organisation = organisation
            self.words = words
            self.handle = handle
        }
    }
    public struct NewWorker: Sendable {
        public let worker: Worker
        public let words: WorkerWords
        public let handle: Handle
        public let roles: [RoleAssignment]
        public let keys: [WorkerKey]

        public init(_ worker: Worker, _ words: WorkerWords, handle: Handle, roles: [RoleAssignment], keys: [WorkerKey]) {
            self.worker = worker
            self.words = words
            self.handle = handle
            self.roles = roles
            self.keys = keys
        }
    }
    public let header: VaultHeader
    public let organisations: [NewOrganisation]
    public let workers: [NewWorker]

    public init(header: VaultHeader, organisations: [NewOrganisation], workers: [NewWorker]) {
        self.header = header
        self.organisations = organisations
        self.workers = workers
    }
}

/// A folder or file of a vault that is not the daemon's alone. For whoever is to mend it: unlike ``VaultError`` it carries a path.
public struct ExposedFile: Sendable, Equatable {
    public enum Fault: Sendable, Equatable {
        case belongsToAnother
        /// The permission bits, which give others something.
        case openToOthers(mode: UInt32)
        /// No folder where a folder must be, or no file where a file must be; a link is neither.
        case otherKind
    }
    public let path: String
    /// Whether a folder must be there.
    public let isFolder: Bool
    public let fault: Fault
}

/// Makes, unseals and opens vaults.
public enum VaultFiles {
    private static let slotsLimit = 1 << 20
    private static let keyringLimit = 16 << 20

    /// Whether there is a vault here.
    public static func exists(_ paths: VaultPaths) -> Bool {
        ((try? FileStatus(of: paths.slots, .slots)) ?? nil) != nil || ((try? FileStatus(of: paths.database, .database)) ?? nil) != nil
    }

    /// Requires a vault, as far as its files tell.
    ///
    /// - Throws: ``VaultError/noVault``, ``VaultError/unfinished``, or ``VaultError/missing(_:)`` with `slots`, `database` or `keyring`;
    ///   ``VaultError/file(_:errno:)`` where it cannot be told.
    public static func requireVault(_ paths: VaultPaths) throws(VaultError) {
        let hasSlots = try FileStatus(of: paths.slots, .slots) != nil
        let hasDatabase = try FileStatus(of: paths.database, .database) != nil
        let hasKeyring = try FileStatus(of: paths.keyring, .keyring) != nil
        if hasSlots, hasDatabase, hasKeyring { return }
        if hasSlots, hasDatabase { throw .missing(.keyring) }
        if hasSlots { throw .missing(.database) }
        if try FileStatus(of: paths.unfinished, .folder) != nil { throw .unfinished }
        guard hasDatabase || hasKeyring else { throw .noVault }
        throw .missing(.slots)
    }

    /// The first folder or key file of a vault that is not private to this account; nil when all that is there is. What is not there is passed over.
    ///
    /// The same that opening a vault requires, for whoever wants to know which one it is, and before anything is opened.
    /// - Throws: ``VaultError/file(_:errno:)`` where it cannot be told.
    public static func exposed(_ paths: VaultPaths) throws(VaultError) -> ExposedFile? {
        // ORDER: from the outside inwards, for in another account's folder nothing can be told.
        let folders = [paths.state, Files.folder(of: paths.slots), Files.folder(of: paths.keyring)]
        for folder in folders { if let found = try exposed(folder, isFolder: true, .folder) { return found } }
        if let found = try exposed(paths.slots, isFolder: false, .slots) { return found }
        if let found = try exposed(paths.keyring, isFolder: false, .keyring) { return found }
        for folder in paths.blobFolders { if let found = try exposed(folder, isFolder: true, .folder) { return found } }
        return nil
    }

    private static func exposed(_ path: String, isFolder: Bool, _ step: VaultError.FileStep) throws(VaultError) -> ExposedFile? {
        guard let status = try FileStatus(of: path, step) else { return nil }
        let fault: ExposedFile.Fault
        if !(isFolder ? status.isFolder : status.isRegular) {
            fault = .otherKind
        } else if status.owner != geteuid() {
            fault = .belongsToAnother
        } else if !status.isPrivate {
            fault = .openToOthers(mode: status.mode)
        } else {
            return nil
        }
        return ExposedFile(path: path, isFolder: isFolder, fault: fault)
    }

    /// Requires a place for a new vault.
    ///
    /// - Throws: ``VaultError/vaultExists``; as ``requireVault(_:)`` for what is neither nothing nor a vault.
    public static func requireNone(_ paths: VaultPaths) throws(VaultError) {
        do throws(VaultError) { try requireVault(paths) } catch {
            guard error == .noVault else { throw error }
            return
        }
        throw .vaultExists
    }

    /// Makes a folder that only its owner may enter, so that it is there after a crash too; one that is there must be like that already.
    ///
    /// - Throws: ``VaultError/unsafeFile(_:)`` for a folder that others may enter; ``VaultError/file(_:errno:)``.
    public static func makeFolder(_ path: String) throws(VaultError) {
        if try Files.makeFolder(path) { try Files.syncFolder(Files.folder(of: path)) }
    }

    /// Makes a new vault: folders, slots, keyring, and a registry with its founders. Nothing that is there is overwritten.
    ///
    /// - Parameters:
    ///   - secret: opens the first slot.
    ///   - cost: of guessing a passphrase.
    /// - Throws: as ``requireNone(_:)``; ``VaultError/unsafeFile(_:)`` for a folder that others may enter.
    public static func create(
        _ paths: VaultPaths, secret: borrowing SlotSecret, label: String, cost: Argon2id.Cost = .moderate, founding: Founding
    ) async throws {
        try requireNone(paths)
        try makeFolder(paths.state)
        // ORDER: before the first file, so that an attempt that broke off can be told from a vault whose slots are lost.
        try Files.replace(paths.unfinished, with: [], .folder)
        try BlobFolder(paths: paths, faults: Faults(enabled: false)).prepare()
        let vault = Octets16.random()
        let root = try RootKey.generate()
        let slots = try SlotList(vault: vault.bytes, root: root, first: secret, label: label, cost: cost)
        let keyring = try Keyring.generate()
        let sealed = try keyring.seal(vault: vault.bytes, under: root)
        try Files.replace(paths.keyring, with: sealed, .keyring)
        let session = try KeySession(vault: vault, root: root, keyring: keyring, sealed: sealed, keyringPath: paths.keyring)
        defer { session.seal() }
        let store = try Store(path: paths.database, faults: Faults(enabled: false))
        try await found(founding, paths, store, session)
        try store.close()
        try Files.restrict(paths.database)
        // ORDER: gone for good before there are slots: never may a vault that was in use pass for one that was not.
        try Files.remove(paths.unfinished, .folder)
        try Files.syncFolder(paths.state)
        // ORDER: last, for it is what says that there is a vault.
        try Files.replace(paths.slots, with: slots.encode(), .slots)
    }

    private static func found(_ founding: Founding, _ paths: VaultPaths, _ store: Store, _ keys: KeySession) async throws {
        let faults = Faults(enabled: false)
        try store.migrate(Schema.everything)
        let empty = LedgerHead.empty
        let tree = ManifestTree()
        let record = CommitRecord(
            vault: keys.vaultID, incarnation: UInt64(keys.incarnation), generation: 0, ledger: empty, root: tree.root, spaces: 0,
            keyring: keys.keyringMark)
        try store.read { try record.write(to: $0, key: keys.commitMAC) }
        let registry = Registry(tree: tree, record: record, keys: keys, schema: nil, faults: faults) { _ in empty }
        let vault = Vault(
            registry: registry, keys: keys, blobs: BlobFolder(paths: paths, faults: faults), header: founding.header, faults: faults)
        let writer = Writer(store: store, participants: [registry]) { _ in }
        try await writer.perform { transaction in
            let sql = transaction.sql
            // ORDER: the manifest first, which vouches for the rows of keys.
            try registry.create(.registry)
            try keys.makeKey(.vault, sql)
            try keys.makeKey(.audit(nil), sql)
            try registry.create(.index)
            try registry.write(founding.header, .header, expecting: .absent, sql)
            for new in founding.organisations { _ = try vault.add(new.organisation, new.words, new.handle, sql) }
            for new in founding.workers {
                _ = try vault.add(new.worker, new.words, new.handle, sql)
                for role in new.roles {
                    guard role.worker == new.worker.id else { throw HouseholdError(.brokenReference, about: role.id.description) }
                    _ = try vault.add(role, at: founding.header.createdAt, sql)
                }
                for key in new.keys {
                    guard key.worker == new.worker.id else { throw HouseholdError(.brokenReference, about: key.id.description) }
                    _ = try vault.add(key, sql)
                }
            }
        }
        await writer.stop()
    }

    /// Opens the slots with a secret, and the keyring with what they hold.
    ///
    /// - Throws: as ``requireVault(_:)``; ``VaultError/otherFormat(_:)``; ``VaultError/wrongSecret``;
    ///   ``VaultError/doesNotVerify(_:)`` with
    ///   `slotsForged` or `keyringForged`; ``VaultError/unsafeFile(_:)`` when others may read or write the files.
    public static func unseal(_ paths: VaultPaths, with secret: borrowing SlotSecret) throws -> KeySession {
        let list = try readSlots(paths)
        let root: RootKey
        do throws(SealingError) { root = try list.open(with: secret) } catch { throw told(error) }
        guard let vault = Octets16(list.vault) else { throw VaultError.doesNotVerify(.slotsForged) }
        let sealed = try Files.readPrivate(paths.keyring, limit: keyringLimit, .keyring)
        let keyring: Keyring
        do throws(SealingError) {
            keyring = try Keyring.open(sealed, vault: list.vault, under: root)
        } catch {
            throw error == .outOfMemory ? error : VaultError.doesNotVerify(.keyringForged)
        }
        return try KeySession(vault: vault, root: root, keyring: keyring, sealed: sealed, keyringPath: paths.keyring)
    }

    private static func readSlots(_ paths: VaultPaths) throws -> SlotList {
        try requireVault(paths)
        // ORDER: before any key is asked for, so that a vault of another format is told as that and not as forged.
        try requireFormat(paths)
        let bytes = try Files.readPrivate(paths.slots, limit: slotsLimit, .slots)
        do throws(SealingError) { return try SlotList.decode(bytes) } catch { throw VaultError.doesNotVerify(.slotsForged) }
    }

    /// What went wrong with a secret, in the vault's own terms.
    private static func told(_ error: SealingError) -> any Error {
        switch error {
        case .wrongSecret: VaultError.wrongSecret
        case .slotListForged: VaultError.doesNotVerify(.slotsForged)
        default: error
        }
    }

    // MARK: - Ways to open

    /// Opens a vault with a secret as a start does, up to the keys, and closes it again: which ways there are, and which of them it was.
    ///
    /// - Throws: as ``unseal(_:with:)``.
    public static func rehearse(_ paths: VaultPaths, with secret: borrowing SlotSecret) throws -> (ways: [KeySlot], opened: SlotID) {
        try unseal(paths, with: secret).seal()
        let list = try readSlots(paths)
        do throws(SealingError) { return (list.slots, try list.slot(openedBy: secret)) } catch { throw told(error) }
    }

    /// Changes the ways to open a vault. Whatever happens on the way, the file holds the old list or the new one. Call only while nobody serves
    /// the vault: the file is replaced without looking who else does.
    ///
    /// - Throws: as ``unseal(_:with:)``, and what `change` throws; nothing was changed then.
    public static func changeSlots<Output>(
        _ paths: VaultPaths, with secret: borrowing SlotSecret, _ change: (inout SlotList, borrowing RootKey) throws -> Output
    ) throws -> Output {
        var list = try readSlots(paths)
        let root: RootKey
        do throws(SealingError) { root = try list.open(with: secret) } catch { throw told(error) }
        let output = try change(&list, root)
        try Files.replace(paths.slots, with: list.encode(), .slots)
        return output
    }

    /// The ways to open a vault as they stand in the file: nothing vouches for them. All is required that ``unseal(_:with:)`` requires of the files
    /// before it asks for a secret.
    ///
    /// - Throws: as ``unseal(_:with:)``.
    public static func ways(_ paths: VaultPaths) throws -> [KeySlot] { try readSlots(paths).slots }

    /// The ways to open a vault as they stand in the file, for advice: nothing vouches for them. Nil where they cannot be read.
    public static func claimedWays(_ paths: VaultPaths) -> [KeySlot]? {
        guard let file = try? OpenFile.read(paths.slots, .slots), let bytes = try? file.readAll(limit: slotsLimit, .slots) else {
            return nil
        }
        return try? SlotList.decode(bytes).slots
    }

    /// The format stands in the database file's own header, where the vault's tables put it.
    ///
    /// Source: SQLite documentation, "Database File Format", 1.3: the user version is a big-endian number at offset 60.
    private static func requireFormat(_ paths: VaultPaths) throws(VaultError) {
        let file = try OpenFile.read(paths.database, .database)
        var head = [UInt8](repeating: 0, count: 100)
        var failure: VaultError?
        var count = 0
        unsafe head.withUnsafeMutableBytes { buffer in
            do throws(VaultError) { count = try unsafe file.read(into: buffer, .database) } catch { failure = error }
        }
        if let failure { throw failure }
        let format = count == 100 ? head[60..<64].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } : 0
        guard format == Schema.format else { throw .otherFormat(format) }
    }

    /// Opens the database of a vault, and compares its schema with the one that the vault makes, byte for byte, before anything is read from it.
    /// - Throws: `StorageError.cannotOpen` with `schema` and the first name that differs.
    public static func openStore(_ paths: VaultPaths, faults: Faults) throws -> Store {
        let store = try Store(path: paths.database, faults: faults)
        _ = try store.requireSchema(of: Schema.everything)
        return store
    }

    /// Opens a vault over its store and verifies all of its registry.
    ///
    /// - Parameters:
    ///   - ledger: where the ledger found itself to stand.
    ///   - ledgerHead: where the ledger will stand, asked in each transaction after the ledger prepared.
    /// - Throws: ``VaultError/doesNotVerify(_:)``: the vault must not serve.
    public static func open(
        _ paths: VaultPaths, store: Store, keys: KeySession, faults: Faults, ledger: LedgerHead,
        ledgerHead: @escaping @Sendable (borrowing Transaction) throws -> LedgerHead
    ) throws -> Vault {
        let schema = try store.requireSchema(of: Schema.everything)
        let blobs = BlobFolder(paths: paths, faults: faults)
        try blobs.prepare()
        let (registry, inUse) = try Registry.openAndVerify(
            store, keys: keys, schema: schema, faults: faults, ledger: ledger, ledgerHead: ledgerHead)
        let header = try store.read { sql in
            guard let (header, _, _) = try registry.read(VaultHeader.self, .header, sql) else {
                throw VaultError.doesNotVerify(.recordMalformed)
            }
            return header
        }
        return Vault(registry: registry, keys: keys, blobs: blobs, verifiedBlobs: inUse, header: header, faults: faults)
    }
}
