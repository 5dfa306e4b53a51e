import Foundation
import GRDB
import Household
import Ledger
import Policy
import Sealing
import Storage
import Synchronization
import Testing

@testable import ReferenceMonitor
@testable import Vault

/// A folder for one test, removed when the test is done with it.
final class Scratch: Sendable {
    let path: String

    init() throws {
        // In memory where there is such a place: what these tests show does not depend on a disk.
        let memory = "/dev/shm"
        let folder = FileManager.default.isWritableFile(atPath: memory) ? memory + "/" : NSTemporaryDirectory()
        path = folder + "vault-test-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

func moment(_ text: String) -> Moment { Moment(text) ?? .earliest }
func day(_ text: String) -> CalendarDay { CalendarDay(text) ?? moment("2000-01-01T00:00:00Z").day }

/// The people of Waterwolde that these tests need.
struct Cast: Sendable {
    let waterwolde = OrganisationID.random(), debrug = OrganisationID.random(), jeugdkompas = OrganisationID.random()
    let balans = OrganisationID.random()
    let mirjam = WorkerID.random(), joost = WorkerID.random(), fatima = WorkerID.random(), kees = WorkerID.random()
    let nico = WorkerID.random(), lotte = WorkerID.random()
    let start = moment("2026-01-08T09:00:00Z")

    func organisation(of worker: WorkerID) -> OrganisationID {
        switch worker {
        case joost, nico: debrug
        case fatima: jeugdkompas
        case kees: balans
        default: waterwolde
        }
    }

    var founding: Founding {
        let signed = day("2026-01-01")
        func organisation(_ id: OrganisationID, _ kind: OrganisationKind, _ name: String, _ handle: String) -> Founding.NewOrganisation {
            .init(
                Organisation(id: id, kind: kind, convenantSignedOn: signed),
                OrganisationWords(id: id, name: name, contactRoute: name + " loket"), handle: Handle(handle)!)
        }
        func worker(_ id: WorkerID, _ name: String, _ handle: String, _ roles: [Role], _ registers: [Register] = []) -> Founding.NewWorker {
            .init(
                Worker(
                    id: id, organisation: self.organisation(of: id), state: .active, secrecyDeclaredOn: signed,
                    registrations: registers.map { Registration(id: .random(), register: $0, validUntil: day("2028-01-01")) }),
                WorkerWords(id: id, name: name, discipline: "team"), handle: Handle(handle)!,
                roles: roles.map { RoleAssignment(id: .random(), worker: id, role: $0, from: start) },
                keys: [
                    WorkerKey(
                        id: .random(), worker: id, type: .ed25519, publicKey: Bytes32(RandomBytes.generate(32))!, peerUIDs: [1000],
                        addedAt: start, state: .active)
                ])
        }
        return Founding(
            header: VaultHeader(
                isRehearsal: true, createdAt: start, policyDigest: Bytes32([UInt8](repeating: 7, count: 32))!,
                reglementVersion: Household.Label("PR-2026-01")!),
            organisations: [
                organisation(waterwolde, .municipality, "Gemeente Waterwolde", "waterwolde"),
                organisation(debrug, .partner, "Welzijn De Brug", "debrug"),
                organisation(jeugdkompas, .partner, "Stichting Jeugdkompas", "jeugdkompas"),
                organisation(balans, .partner, "Schuldhulp Balans", "balans"),
            ],
            workers: [
                worker(mirjam, "Mirjam Haverkort", "mirjam", [.teamCoordinator]),
                worker(joost, "Joost Terpstra", "joost", [.intakeWorker, .teamMember], [.socialWork]),
                worker(fatima, "Fatima El Idrissi", "fatima", [.teamMember], [.skj]),
                worker(kees, "Kees Blokland", "kees", [.teamMember]),
                worker(nico, "Nico Verstraten", "nico", [.teamMember], [.socialWork]),
                worker(lotte, "Lotte Smid", "lotte", [.functionalAdmin]),
            ])
    }
}

/// A vault over a real database in a folder of its own, with the grants that a permit would have given.
final class TestVault: Sendable {
    let scratch: Scratch
    let paths: VaultPaths
    let cast: Cast
    let store: Store
    let keys: KeySession
    let log: AuditLog
    let vault: Vault
    let writer: Writer
    let faults: Faults

    static func secret() throws -> SlotSecret {
        var bytes = [UInt8](repeating: 42, count: 32)
        return try SlotSecret.keyFile(SecretBytes(moving: &bytes))
    }

    /// The root key, as only somebody with the secret gets it.
    func root() throws -> RootKey { try SlotList.decode([UInt8](Data(contentsOf: URL(filePath: paths.slots)))).open(with: Self.secret()) }

    /// A new vault, made once and kept in memory: every test gets a copy of its files.
    private static let template = Task {
        let scratch = try Scratch()
        let cast = Cast()
        try await VaultFiles.create(paths(scratch), secret: secret(), label: "test", founding: cast.founding)
        var files: [String: [UInt8]] = [:]
        for name in ["keyring", "slots", "state/vault.db"] {
            files[name] = [UInt8](try Data(contentsOf: URL(filePath: scratch.path + "/" + name)))
        }
        return (files, cast)
    }

    static func paths(_ scratch: Scratch) -> VaultPaths {
        VaultPaths(state: scratch.path + "/state", keyring: scratch.path + "/keyring", slots: scratch.path + "/slots")
    }

    /// A vault with the cast and nothing else, open.
    static func make() async throws -> TestVault {
        let (files, cast) = try await template.value
        let scratch = try Scratch()
        try Files.makeFolder(scratch.path + "/state")
        for (name, bytes) in files { try write(scratch.path + "/" + name, bytes) }
        return try TestVault(scratch, paths(scratch), cast)
    }

    init(_ scratch: Scratch, _ paths: VaultPaths, _ cast: Cast) throws {
        self.scratch = scratch
        self.paths = paths
        self.cast = cast
        faults = Faults(enabled: true)
        store = try Store(path: paths.database, faults: faults)
        keys = try VaultFiles.unseal(paths, with: try Self.secret())
        let log = try AuditLog(store: store, keys: keys, published: nil, faults: faults)
        self.log = log
        vault = try VaultFiles.open(
            paths, store: store, keys: keys, faults: faults,
            ledger: LedgerHead(log.head)
        ) { _ in LedgerHead(log.preparedHead) }
        writer = Writer(store: store, participants: [log, vault.participant]) { _ in }
    }

    /// Closes everything and opens it again, as a restart would.
    func reopened() async throws -> TestVault {
        await writer.stop()
        vault.seal()
        try store.close()
        return try TestVault(scratch, paths, cast)
    }

    func caller(_ worker: WorkerID, hat: Hat? = .help, at now: Moment) -> Caller {
        Caller(
            session: Session(
                worker: worker, handle: "somebody", organisation: cast.organisation(of: worker), hat: hat, peer: 1000, started: now,
                at: .zero))
    }

    /// Reads the facts as a decision would, and carries a change out.
    func change<A: Change, Output: Sendable>(
        _ asked: A, by worker: WorkerID?, hat: Hat? = .help, at now: Moment? = nil, live: Bool = true,
        _ body: @escaping @Sendable (consuming Grant<A>, borrowing Transaction) throws -> Output
    ) async throws -> Output {
        let now = now ?? cast.start
        let caller = worker.map { self.caller($0, hat: hat, at: now) } ?? Caller(asker: .system(.planEngine), session: nil)
        return try await writer.perform { [vault] transaction in
            _ = try vault.facts(for: asked.about, asker: caller.asker, at: now, in: transaction)
            let lease = Lease { () throws(MonitorError) in }
            if !live { lease.end() }
            defer { lease.end() }
            return try transaction.attempt { inner in
                try body(
                    Grant(
                        asked: asked, caller: caller, onBehalfOf: nil, moment: now, line: 0, sealedContent: nil, thatOnly: false,
                        lease: lease),
                    inner)
            }
        }
    }

    /// Reads the facts and the sealed content as a decision would, and carries a reading out.
    func read<A: Reading, Output>(
        _ asked: A, by worker: WorkerID, hat: Hat? = .help, at now: Moment? = nil, onBehalfOf: PersonID? = nil, thatOnly: Bool = false,
        recheck: @escaping @Sendable () async throws(MonitorError) -> Void = { () throws(MonitorError) in },
        _ body: (consuming Grant<A>) async throws -> Output
    ) async throws -> Output {
        let now = now ?? cast.start
        let caller = self.caller(worker, hat: hat, at: now)
        let content = try await writer.perform { [vault] transaction in
            _ = try vault.facts(for: asked.about, asker: caller.asker, at: now, in: transaction)
            return try vault.sealedContent(for: asked.about, action: A.action, in: transaction)
        }
        let lease = Lease(check: recheck)
        defer { lease.end() }
        return try await body(
            Grant(
                asked: asked, caller: caller, onBehalfOf: onBehalfOf, moment: now, line: 0, sealedContent: content, thatOnly: thatOnly,
                lease: lease))
    }

    func facts(_ subject: Policy.Subject, _ worker: WorkerID, at now: Moment? = nil) async throws -> Facts {
        let now = now ?? cast.start
        let asker = caller(worker, at: now).asker
        return try await writer.perform { [vault] in try vault.facts(for: subject, asker: asker, at: now, in: $0) }
    }

    /// What an SQLite shell would do to the file.
    func tamper(_ statement: String, _ arguments: [any Sendable & DatabaseValueConvertible] = []) throws {
        let queue = try DatabaseQueue(path: paths.database)
        try queue.write {
            try $0.execute(sql: statement, arguments: StatementArguments(arguments.map { $0 as (any DatabaseValueConvertible)? }))
        }
        try queue.close()
    }

    /// SQL for a blob with another last byte, whatever byte it was: a fixed one would change nothing once in 256 runs.
    static func flipped(_ blob: String) -> String {
        "CAST(substr(\(blob), 1, length(\(blob)) - 1) || CASE WHEN substr(\(blob), -1) = x'55' THEN x'aa' ELSE x'55' END AS BLOB)"
    }

    // MARK: - Making things

    func household(number: String = "H-0147", address: String = "Dorpsstraat 12, 1234 AB Waterwolde") async throws -> HouseholdID {
        try await change(CreateHousehold(municipality: cast.waterwolde), by: cast.joost) { [vault] grant, transaction in
            try vault.createHousehold(grant, words: HouseholdWording(number: number, address: address), in: transaction).id
        }
    }

    func person(
        _ household: HouseholdID, _ given: String, _ family: String = "Aydin", born: String = "1987-03-11", relation: Relation = .parent,
        address: String = ""
    ) async throws -> PersonID {
        let person = Person(
            id: .random(), household: household, birthDay: day(born), relation: relation, livesIn: true)
        return try await change(AddPerson(household: household, person: person), by: cast.joost) { [vault] grant, transaction in
            try vault.addPerson(
                grant, words: PersonWords(id: person.id, givenName: given, familyName: family, address: address), in: transaction
            ).id
        }
    }

    func direct(_ household: HouseholdID) async throws {
        _ = try await change(
            AppointDirector(household: household, worker: cast.joost, preference: .followed), by: cast.mirjam, hat: .direction
        ) { [vault] grant, transaction in
            try vault.appointDirector(grant, words: AppointmentWording(preference: "Joost graag"), in: transaction)
        }
    }

    func involve(_ worker: WorkerID, _ household: HouseholdID) async throws -> InvolvementID {
        try await change(
            GrantInvolvement(
                household: household, worker: worker, role: .teamMember, persons: nil, purpose: .plan, from: cast.start.day,
                until: day("2026-07-08")), by: cast.joost, hat: .direction
        ) { [vault] grant, transaction in try vault.grantInvolvement(grant, in: transaction).id }
    }

    func upload(
        _ bytes: [UInt8], _ household: HouseholdID, by worker: WorkerID, layer: Layer = .personalFile, kind: ItemKind = .note
    ) async throws -> FinishedUpload {
        let sink = try vault.receive(
            household: household, organisation: cast.organisation(of: worker), layer: layer, kind: kind, length: UInt64(bytes.count))
        try await sink.send(bytes)
        return try await sink.finish()
    }

    func add(
        _ upload: FinishedUpload, _ household: HouseholdID, by worker: WorkerID, subject: PersonID? = nil, layer: Layer = .personalFile,
        kind: ItemKind = .note, title: String = "Gesprek aan de keukentafel"
    ) async throws -> Made<ItemID> {
        let draft = ItemDraft(
            subject: subject.map { .person($0) } ?? .household(household), layer: layer, domain: .finance, kind: kind,
            basis: .debtReliefAct, provision: nil, retentionClass: .debtRelief, scoreReasonGiven: false,
            sizeBucket: SizeBucket(bytes: upload.length))
        let made = try await change(AddItem(household: household, draft: draft), by: worker) { [vault] grant, transaction in
            try vault.addItem(grant, upload: upload, words: ItemWording(title: title, fileName: "brief.txt"), in: transaction)
        }
        upload.keep()
        return made
    }

    func item(_ bytes: [UInt8], _ household: HouseholdID, by worker: WorkerID) async throws -> ItemID {
        try await add(try await upload(bytes, household, by: worker), household, by: worker).id
    }

    func content(_ item: ItemID, _ household: HouseholdID, by worker: WorkerID) async throws -> [UInt8] {
        let bytes = Mutex<[UInt8]>([])
        try await read(ReadItem(household: household, item: item), by: worker) { [vault] grant in
            try await vault.readItem(grant) { _ in
            } sink: { chunk in
                unsafe chunk.withUnsafeBytes { part in bytes.withLock { unsafe $0.append(contentsOf: part) } }
            }
        }
        return bytes.withLock { $0 }
    }
}

extension UploadSink {
    /// Sends everything, as a handler would.
    func send(_ bytes: [UInt8], by step: Int = 100_000) async throws {
        var start = 0
        while start < bytes.count {
            let end = min(start + step, bytes.count)
            let taken = try unsafe bytes.withUnsafeBytes { try unsafe take(UnsafeRawBufferPointer(rebasing: $0[start..<end])) }
            start += taken
            if start < end { try await room() }
        }
    }
}

/// Repeatable randomness.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }
}

/// Content of a size that repeats nothing within a chunk.
func pattern(_ count: Int, _ seed: UInt64 = 1) -> [UInt8] {
    var random = Seeded(seed)
    let words = (0..<(count + 7) / 8).map { _ in random.next() }
    return unsafe words.withUnsafeBytes { unsafe [UInt8]($0.prefix(count)) }
}

/// The finding that an operation stopped at; nil when it did not, or for another reason.
func finding(_ body: () async throws -> Void) async -> VaultError.Finding? {
    do {
        try await body()
        return nil
    } catch VaultError.doesNotVerify(let finding) {
        return finding
    } catch {
        return nil
    }
}
