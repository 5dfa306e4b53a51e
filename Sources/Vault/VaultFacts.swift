import GRDB
public import Household
public import Policy
public import ReferenceMonitor
public import Storage
import Synchronization

extension Vault: FactSource {
    /// Moves with every commit that changed records.
    public var revision: UInt64 { registry.revision.load(ordering: .acquiring) }

    /// The facts for one decision. Every row that they rest on was verified in this transaction, and no name was opened.
    ///
    /// - Throws: ``VaultError/doesNotVerify(_:)``: the store was changed from outside, and nothing may be decided on it.
    public func facts(
        for subject: Policy.Subject, asker: Asker, at moment: Moment, in transaction: borrowing Transaction
    ) throws -> Facts {
        do {
            return try readFacts(for: subject, asker: asker, at: moment, transaction.sql)
        } catch is HouseholdError {
            // A change that would leave records that contradict each other is undone; so these are not what the vault wrote.
            throw VaultError.doesNotVerify(.brokenReference)
        }
    }

    /// Presented plan versions that lack nothing any more: what a crash between the last signature and the activation leaves. Facts only.
    ///
    /// - Returns: these, and the households whose records contradict each other. Nothing is decided on those, and the others are served.
    public func plansToActivate(
        at moment: Moment, in transaction: borrowing Transaction
    ) throws -> (plans: [PlanID], unsound: [HouseholdID]) {
        var plans: [PlanID] = []
        var unsound: [HouseholdID] = []
        for household in registry.spaces.compactMap(\.household) {
            do {
                var loader = FactLoader(registry, transaction.sql)
                guard let view = try loader.view(household) else { continue }
                plans += view.facts.plans.filter { $0.state == .presented && view.activation(of: $0, at: moment).lacks.isEmpty }.map(\.id)
            } catch is HouseholdError {
                unsound.append(household)
            }
        }
        return (plans, unsound)
    }

    public func doesNotVerify(_ error: any Error) -> Bool {
        if case VaultError.doesNotVerify = error { true } else { false }
    }

    private func readFacts(for subject: Policy.Subject, asker: Asker, at moment: Moment, _ sql: GRDB.Database) throws -> Facts {
        try registry.checkCommitRecord(sql)
        // The keys too, although deciding opens nothing: what is decided will be written, and carried out, under them.
        _ = try registry.wraps(of: .zero, sql)
        func make() throws -> GatheredFacts { try gather(for: subject, asker: asker, at: moment, sql) }
        let gathered = try HouseholdQuestion(subject, asker).map { try registry.workedOut($0, make: make) } ?? make()
        return gathered.facts(at: moment, revision: revision)
    }

    private func gather(
        for subject: Policy.Subject, asker: Asker, at moment: Moment, _ sql: GRDB.Database
    ) throws -> GatheredFacts {
        var loader = FactLoader(registry, sql)
        let organisations = try loader.organisations()
        let worker = try asker.worker.flatMap { try loader.workerFacts($0, organisations) }
        let household = try household(of: subject, loader)
        if let household { _ = try registry.wraps(of: Octets16(household), sql) }
        let known = [asker.worker].compactMap { $0 } + subject.workers
        let view = try household.flatMap {
            try loader.view($0, items: subject.item.map { .these([$0]) } ?? .none, workers: known)
        }
        if view == nil { try readDecoy(for: subject, workers: known, organisations, sql) }
        let named = try self.named(subject, view, organisations, &loader)
        let engaged = try engaged(subject, moment, &loader)
        let directs =
            try subject.needsDirection
            && asker.worker.map { worker in try has(worker, &loader) { $0.directs(worker, at: moment) } } ?? false
        let accounts = try subject.needsAccounts ? accounts(organisations, &loader) : nil
        let matches = try searchMatches(subject, asker.worker, moment, &loader)
        return GatheredFacts(
            worker: worker, view: view, item: subject.item.flatMap { view?.item($0) }, named: named, engaged: engaged,
            directs: directs, accounts: accounts, organisations: organisations, matches: matches, moment: moment,
            digest: try loader.trail.digest().bytes)
    }

    /// Which of the workers named have to do with a household, now or later. Looked for where it matters only.
    private func engaged(_ subject: Policy.Subject, _ moment: Moment, _ loader: inout FactLoader) throws -> Set<WorkerID> {
        guard let engagement = subject.engagement else { return [] }
        return try Set(subject.workers).filter { worker in
            try has(worker, &loader) { view in
                switch engagement {
                case .involved: view.hasInvolvement(worker, at: moment)
                case .involvedOrDirecting: view.isEngaged(worker, at: moment)
                }
            }
        }
    }

    /// Whether `isSo` of one of the households that the worker ever had to do with; they are read one by one.
    private func has(_ worker: WorkerID, _ loader: inout FactLoader, _ isSo: (HouseholdView) -> Bool) throws -> Bool {
        for household in Set(try registry.lookUp(.householdsOfWorker, worker.bytes, loader.sql).compactMap(\.household)).sorted() {
            if try loader.view(household, workers: [worker]).map(isSo) == true { return true }
        }
        return false
    }

    private func accounts(_ organisations: [Organisation], _ loader: inout FactLoader) throws -> Accounts {
        let all = try loader.accounts(organisations)
        // Who declared a tie with a household stands there too: that is taken for more than it is, and never for less.
        let hasLetIn = try all.contains { try !registry.lookUp(.householdsOfWorker, $0.facts.worker.id.bytes, loader.sql).isEmpty }
        return Accounts(
            all, guardsHouseholds: registry.spaces.contains { $0.household != nil }, hasLetIn: hasLetIn,
            shareMachineAccounts: header.isRehearsal)
    }

    /// How many functional administrators can sign in at `moment`, and how many coordinators and overseers there are beside them: with one of
    /// either, the vault depends on one key and one person.
    public func keepers(at moment: Moment, in transaction: borrowing Transaction) throws -> (administrators: Int, seconds: Int) {
        var loader = FactLoader(registry, transaction.sql)
        let organisations = try loader.organisations()
        let accounts = try accounts(organisations, &loader)
        return (accounts.administrators(at: moment).count, accounts.seconds(at: moment).count)
    }

    /// What was asked about is not there. Some other household is read instead and thrown away, so that the work does not tell (PR-1.6).
    private func readDecoy(
        for subject: Policy.Subject, workers: [WorkerID], _ organisations: [Organisation], _ sql: GRDB.Database
    ) throws {
        let octets: Octets16
        switch subject.resource {
        case .vault, .ledger: return
        case .household, .item: octets = subject.household.map { Octets16($0) } ?? .zero
        case .consent: octets = subject.consent.map { Octets16($0) } ?? .zero
        case .plan: octets = subject.plan.map { Octets16($0) } ?? .zero
        }
        guard let decoy = registry.household(near: octets) else { return }
        _ = try registry.wraps(of: Octets16(decoy), sql)
        var loader = FactLoader(registry, sql)
        let view = try loader.view(decoy, items: subject.item.map { .these([$0]) } ?? .none, workers: workers)
        _ = try self.named(Policy.Subject(.household), view, organisations, &loader)
        _ = try loader.trail.digest()
    }

    /// The household that a question is about: named, or found by the consent or plan; nil when these do not belong together.
    private func household(of subject: Policy.Subject, _ loader: FactLoader) throws -> HouseholdID? {
        var household = subject.household
        let found = [
            try subject.consent.map { try loader.household(of: $0, .consent) },
            try subject.plan.map { try loader.household(of: $0, .plan) },
        ]
        for case .some(let one) in found {
            if let named = household, one != named { return nil }
            household = one
        }
        return household
    }

    /// Workers named in the question, and those on whose registration a record rests.
    private func named(
        _ subject: Policy.Subject, _ view: HouseholdView?, _ organisations: [Organisation], _ loader: inout FactLoader
    ) throws -> [WorkerFacts] {
        var ids = Set(subject.workers)
        if let facts = view?.facts {
            ids.formUnion(facts.incapacities.map(\.judgedBy))
            ids.formUnion(facts.excuses.flatMap { $0.signatures.map(\.worker) })
        }
        return try ids.sorted().compactMap { try loader.workerFacts($0, organisations) }
    }

    private func searchMatches(
        _ subject: Policy.Subject, _ asker: WorkerID?, _ moment: Moment, _ loader: inout FactLoader
    ) throws -> (blocked: Bool, any: Bool) {
        guard let term = subject.searchTerm, let token = Octets16(term.bytes) else { return (false, false) }
        let households = Set(try registry.lookUp(token, loader.sql).compactMap(\.household))
        var blocked = false
        for household in households.sorted() {
            guard let asker, let view = try loader.view(household, workers: [asker]) else { continue }
            if view.isBlocked(asker, at: moment) { blocked = true }
        }
        return (blocked, !households.isEmpty)
    }

    /// The first moment at which time alone changes something that these facts say.
    fileprivate static func nextExpiry(_ workers: [WorkerFacts], _ view: HouseholdView?, after moment: Moment) -> Moment? {
        var next = view?.nextTurningPoint(after: moment)
        func consider(_ candidate: Moment?) {
            guard let candidate, candidate > moment else { return }
            next = next.map { min($0, candidate) } ?? candidate
        }
        for facts in workers {
            consider(facts.worker.endedAt)
            consider(facts.worker.secrecyDeclaredOn?.start)
            for registration in facts.worker.registrations { consider(registration.validUntil.end) }
            for role in facts.roles {
                consider(role.from)
                consider(role.until)
            }
            consider(facts.organisation.convenantSignedOn?.start)
            consider(facts.organisation.endsOn?.end)
        }
        for worker in view?.team.facts.workers ?? [] {
            for registration in worker.registrations { consider(registration.validUntil.end) }
        }
        return next
    }
}

/// A question about a household as a whole, and nothing in it: those that ask it in one transaction get the same facts.
private struct HouseholdQuestion: Hashable, Sendable {
    let household: HouseholdID
    let workers: [WorkerID]
    let asker: WorkerID?

    init?(_ subject: Policy.Subject, _ asker: Asker) {
        guard let household = subject.household, subject.item == nil, subject.consent == nil, subject.plan == nil, subject.searchTerm == nil
        else { return nil }
        self.household = household
        workers = subject.workers
        self.asker = asker.worker
    }
}

/// Facts without what passes: the moment of asking and the revision.
private struct GatheredFacts: Sendable {
    let worker: WorkerFacts?
    let view: HouseholdView?
    let item: Item?
    let named: [WorkerFacts]
    let engaged: Set<WorkerID>
    let directs: Bool
    let accounts: Accounts?
    let organisations: [Organisation]
    let matches: (blocked: Bool, any: Bool)
    /// When they were gathered, and what then was the first moment at which time alone changes them.
    let moment: Moment
    let nextExpiry: Moment?
    let digest: [UInt8]
    /// What questions that share these facts made of them.
    let shared = SharedGround()
    let answers = SharedAnswers()

    init(
        worker: WorkerFacts?, view: HouseholdView?, item: Item?, named: [WorkerFacts], engaged: Set<WorkerID>,
        directs: Bool, accounts: Accounts?, organisations: [Organisation], matches: (blocked: Bool, any: Bool), moment: Moment,
        digest: [UInt8]
    ) {
        self.worker = worker
        self.view = view
        self.item = item
        self.named = named
        self.engaged = engaged
        self.directs = directs
        self.accounts = accounts
        self.organisations = organisations
        self.matches = matches
        self.moment = moment
        self.digest = digest
        nextExpiry = Vault.nextExpiry([worker].compactMap { $0 } + named, view, after: moment)
    }

    func facts(at moment: Moment, revision: UInt64) -> Facts {
        // Between the two moments nothing ran out, so the next that does is the same; otherwise it is looked for again.
        let isSame = moment >= self.moment && (nextExpiry.map { moment < $0 } ?? true)
        let next = isSame ? nextExpiry : Vault.nextExpiry([worker].compactMap { $0 } + named, view, after: moment)
        return Facts(
            worker: worker, household: view, item: item, namedWorkers: named, engaged: engaged, directs: directs,
            accounts: accounts, organisations: organisations, searchMatches: matches, revision: revision, nextExpiry: next,
            digest: digest, shared: shared, answers: answers)
    }
}

extension Vault: CredentialSource {
    public func credentials(of handle: String, in transaction: borrowing Transaction) throws -> Credentials? {
        let sql = transaction.sql
        try registry.checkCommitRecord(sql)
        _ = try registry.wraps(of: .zero, sql)
        guard let id = try worker(handle: handle, in: transaction) else { return nil }
        var loader = FactLoader(registry, sql)
        guard let (worker, roles) = try loader.worker(id) else { throw VaultError.doesNotVerify(.brokenReference) }
        let keys = try loader.keys(of: id).filter { $0.state == .active }
        let counters = try keys.map { key in
            (publicKey: key.publicKey.bytes, counter: try counter(of: key, sql), uids: Set(key.peerUIDs))
        }
        return Credentials(
            worker: worker.id, organisation: worker.organisation, isActive: worker.state == .active && worker.endedAt == nil,
            isLocked: worker.state == .suspended, failures: try number(.ofWorker(id, .signInFailures, id), sql), roles: roles,
            keys: counters)
    }

    public func remember(failures: UInt32, of worker: WorkerID, in transaction: borrowing Transaction) throws {
        try write(failures, .ofWorker(worker, .signInFailures, worker), transaction.sql)
    }

    public func lock(_ worker: WorkerID, at moment: Moment, in transaction: borrowing Transaction) throws {
        let key = RecordKey.ofWorker(worker, .worker, worker)
        guard let (before, version, _) = try registry.read(Worker.self, key, transaction.sql) else { throw VaultError.noSuchThing }
        var facts = before
        facts.state = try facts.state.next(.suspend)
        try registry.write(facts, key, expecting: .version(version), transaction.sql)
    }

    public func remember(useOf publicKey: [UInt8], worker: WorkerID, at moment: Moment, in transaction: borrowing Transaction) throws {
        var key = try activeKey(publicKey, of: worker, transaction.sql)
        guard key.usedAt == nil else { return }
        key.usedAt = moment
        try registry.write(key, .ofWorker(worker, .workerKey, key.id), expecting: .present, transaction.sql)
    }

    public func remember(counter: UInt32, of publicKey: [UInt8], worker: WorkerID, in transaction: borrowing Transaction) throws {
        let key = try activeKey(publicKey, of: worker, transaction.sql)
        try write(counter, .ofWorker(worker, .keyCounter, key.id), transaction.sql)
    }

    /// The key that signs in; one with the same bytes may have been revoked before anybody used it.
    private func activeKey(_ publicKey: [UInt8], of worker: WorkerID, _ sql: GRDB.Database) throws -> WorkerKey {
        var loader = FactLoader(registry, sql)
        guard let key = try loader.keys(of: worker).first(where: { $0.state == .active && $0.publicKey.bytes == publicKey }) else {
            throw VaultError.noSuchThing
        }
        return key
    }

    private func counter(of key: WorkerKey, _ sql: GRDB.Database) throws -> UInt32 {
        try number(.ofWorker(key.worker, .keyCounter, key.id), sql)
    }

    /// A record that is one number; 0 where there is none.
    private func number(_ key: RecordKey, _ sql: GRDB.Database) throws -> UInt32 {
        guard let record = try registry.record(key, sql) else { return 0 }
        var reader = ByteReader(try registry.openFacts(record, sql))
        guard let number = reader.number(), let small = UInt32(exactly: number) else { throw VaultError.doesNotVerify(.recordMalformed) }
        return small
    }

    private func write(_ number: UInt32, _ key: RecordKey, _ sql: GRDB.Database) throws {
        var writer = ByteWriter()
        writer.append(number: UInt64(number))
        try registry.write(bytes: writer.bytes, key, expecting: .anything, sql)
    }
}
