import Foundation
import GRDB
import Household
import Ledger
import LedgerFormat
import Policy
import Storage
import Synchronization
import Testing

@testable import ReferenceMonitor
@testable import Vault

private final class Count: Sendable {
    private let number = Atomic(0)
    var value: Int { number.load(ordering: .acquiring) }
    func add(_ more: Int) { number.add(more, ordering: .acquiringAndReleasing) }
}

/// The reference monitor over a real vault, a real log and the reglement's own policies.
private final class Gate: Sendable {
    let test: TestVault
    let monitor: ReferenceMonitor
    let household: HouseholdID
    let item: ItemID
    let content = Array("aan de keukentafel".utf8)
    /// How often the monitor has read the clock.
    let looks = Count()

    init() async throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let folder = root.appending(path: "Policies")
        func text(_ name: String) throws -> String { try String(contentsOf: folder.appending(path: name), encoding: .utf8) }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().filter { $0.hasSuffix(".cedar") }
        let engine = try PolicyEngine(policies: names.map { (file: $0, text: try text($0)) }, schema: text("kluis.cedarschema"))
        test = try await TestVault.make()
        household = try await test.household()
        try await test.direct(household)
        _ = try await test.involve(test.cast.kees, household)
        item = try await test.item(content, household, by: test.cast.kees)
        let start = test.cast.start.adding(milliseconds: 60_000)
        monitor = ReferenceMonitor(
            writer: test.writer, log: test.log, engine: engine, source: test.vault,
            clock: Clock(
                now: { [looks] in
                    looks.add(1)
                    return start
                }, elapsed: { .zero }))
    }

    /// The same vault and log behind a monitor whose policies hold one that cannot be evaluated.
    func erring(_ heard: @escaping @Sendable ([String]) -> Void) throws -> ReferenceMonitor {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let schema = try String(contentsOf: root.appending(path: "Policies/kluis.cedarschema"), encoding: .utf8)
        // An overflow is found by no validation.
        let erring = """
            @id("PR-7.1-overflows") @artikel("PR-7.1") @uitleg("Zin.") @explain("Sentence.")
            permit (principal is Worker, action, resource) when { 9223372036854775807 + 1 > 0 };
            """
        let start = test.cast.start.adding(milliseconds: 60_000)
        return ReferenceMonitor(
            writer: test.writer, log: test.log, engine: try PolicyEngine(policies: [(file: "99.cedar", text: erring)], schema: schema),
            source: test.vault, clock: Clock(now: { start }, elapsed: { .zero }), policyFailure: heard)
    }

    func attempt<A: Action>(_ action: A, by worker: WorkerID?, hat: Hat? = .help, purpose: Purpose? = .plan) throws -> Attempt<A> {
        let caller = worker.map { test.caller($0, hat: hat, at: test.cast.start) } ?? Caller(asker: .system(.planEngine), session: nil)
        return Attempt(action, by: caller, purpose: purpose, trace: try #require(TraceID(bytes: [UInt8](repeating: 7, count: 16))))
    }

    /// What lies in the file, as another process sees it: only what is durable.
    func durable() throws -> (lines: Int, blocks: Int) {
        let queue = try DatabaseQueue(path: test.paths.database)
        defer { try? queue.close() }
        return try queue.read { sql in
            (
                try Int.fetchOne(sql, sql: "SELECT count(*) FROM ledger_leaf") ?? -1,
                try Int.fetchOne(sql, sql: "SELECT count(*) FROM record WHERE kind = 25") ?? -1
            )
        }
    }

    func lines(from first: Int) async throws -> [LogLine] {
        try await test.writer.perform { [log = test.log] transaction in
            try log.lines(UInt64(first)..<UInt64(first + 100), in: transaction).compactMap(\.line)
        }
    }

    /// A change that a worker may make: to declare a tie of his own.
    func declare(by worker: WorkerID, during body: @escaping @Sendable () throws -> Void = {}) async throws -> Outcome<ConflictID> {
        try await monitor.change(try attempt(DeclareConflict(household: household, kind: .family), by: worker)) {
            [vault = test.vault] grant, transaction in
            try body()
            return try vault.declareConflict(grant, note: "buurvrouw", in: transaction).id
        }
    }

    /// A change that Kees may not make: to make himself the director.
    func appoint(by worker: WorkerID) async throws -> Outcome<Int> {
        try await monitor.change(
            try attempt(AppointDirector(household: household, worker: worker, preference: .followed), by: worker)
        ) { _, _ in
            Issue.record("the body of a refused change ran")
            return 0
        }
    }

    func read(by worker: WorkerID, during body: @escaping @Sendable () async throws -> Void = {}) async throws -> Outcome<[UInt8]> {
        try await monitor.read(try attempt(ReadItem(household: household, item: item), by: worker)) { [vault = test.vault] grant in
            let bytes = Mutex<[UInt8]>([])
            try await vault.readItem(grant) { _ in
                try await body()
            } sink: { chunk in
                unsafe chunk.withUnsafeBytes { part in bytes.withLock { unsafe $0.append(contentsOf: part) } }
            }
            return bytes.withLock { $0 }
        }
    }
}

/// One test for each of the rules at the top of `ReferenceMonitor.swift`.
@Suite struct MonitorRuleTests {
    /// Ways to have something decided.
    enum Way: CaseIterable { case read, change, screen, check }

    /// PR-13.2: what waits behind a withdrawal is decided at a moment after it.
    @Test(arguments: Way.allCases) func theMomentIsThatOfTheTransaction(way: Way) async throws {
        let gate = try await Gate()
        let conflict = try gate.attempt(DeclareConflict(household: gate.household, kind: .family), by: gate.test.cast.fatima)
        let (entered, left) = (Count(), Count())
        let before = gate.looks.value
        async let busy: Void = gate.test.writer.perform { _ in
            entered.add(1)
            while left.value == 0 { usleep(1_000) }
        }
        while entered.value == 0 { try await Task.sleep(for: .milliseconds(1)) }
        async let decided: Void = {
            switch way {
            case .read: _ = try await gate.read(by: gate.test.cast.kees)
            case .change: _ = try await gate.declare(by: gate.test.cast.fatima)
            case .screen: _ = try await gate.monitor.screen(conflict)
            case .check: _ = try await gate.monitor.check(conflict)
            }
        }()
        // Long enough to have come to the writer; what came later would have looked no earlier.
        try await Task.sleep(for: .milliseconds(300))
        #expect(gate.looks.value == before)
        left.add(1)
        try await busy
        try await decided
        #expect(gate.looks.value > before)
    }

    private func isRefused<Output>(_ outcome: Outcome<Output>) -> Bool { if case .refused = outcome { true } else { false } }
    private func receipt<Output>(_ outcome: Outcome<Output>) -> Int? {
        switch outcome {
        case .done(_, let cited), .failed(_, let cited): Int(cited.receipt)
        case .refused(let refused): Int(refused.receipt)
        }
    }

    /// A policy that errs is no damaged store: the line says which of the two it was, and who keeps the policies hears which one.
    @Test func aPolicyThatErrsIsNamed() async throws {
        let gate = try await Gate()
        let heard = Mutex<[[String]]>([])
        let monitor = try gate.erring { policies in heard.withLock { $0.append(policies) } }
        let first = try gate.durable().lines
        let attempt = try gate.attempt(ReadCard(household: gate.household), by: gate.test.cast.kees)
        let outcome = try await monitor.read(attempt) { _ in Issue.record("the body of a refused reading ran") }
        guard case .refused(let refused) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(refused.refusal.reason == .policyError && refused.refusal.articles.isEmpty && !refused.mayKnow)
        let line = try #require(try await gate.lines(from: first).last)
        #expect(line.note == .policyFailure && line.articles.isEmpty)
        #expect(heard.withLock { $0 } == [["PR-7.1-overflows"]])
        // The same for who only asks.
        #expect(try await monitor.check(attempt).explanation.reason == .policyError)
        #expect(heard.withLock { $0 }.count == 2)
    }

    /// The write of the log line itself: each attempt leaves exactly its own.
    @Test func everyAttemptLeavesExactlyItsLines() async throws {
        let gate = try await Gate()
        let kees = gate.test.cast.kees, fatima = gate.test.cast.fatima
        var first = try gate.durable().lines
        func left(_ name: String) async throws -> [String] {
            // An outcome rides with the next commit, whoever makes it.
            try await gate.test.writer.perform { _ in }
            let lines = try await gate.lines(from: first)
            #expect(try gate.durable().lines == first + lines.count, "\(name)")
            first = try gate.durable().lines
            return lines.map { line in
                switch line.phase {
                case .decision(let verdict, _): "\(line.caller.text) \(line.action.text) \(verdict.rawValue)"
                case .outcome(_, let effect): "\(line.caller.text) \(line.action.text) \(effect.rawValue)"
                }
            }
        }
        guard case .done = try await gate.read(by: kees) else { return #expect(Bool(false), "Kees reads his own") }
        #expect(try await left("permitted read") == ["\(kees) readItem permit", "\(kees) readItem completed"])
        #expect(isRefused(try await gate.read(by: fatima)))
        #expect(try await left("refused read") == ["\(fatima) readItem refuse"])
        #expect(isRefused(try await gate.appoint(by: kees)))
        #expect(try await left("refused change") == ["\(kees) appointDirector refuse"])
        guard case .done = try await gate.declare(by: kees) else { return #expect(Bool(false), "Kees declares a tie") }
        #expect(try await left("permitted change").filter { !$0.hasSuffix("oblige") } == ["\(kees) declareConflict permit"])
        // Asking what would be decided is an attempt as well.
        for (worker, verdict) in [(kees, "refuse"), (gate.test.cast.joost, "permit")] {
            let asked = try gate.attempt(ReadItem(household: gate.household, item: gate.item), by: worker, hat: .direction)
            _ = try await gate.monitor.check(asked)
            let said = try await left("asked")
            #expect(said.count == 1 && said[0].hasPrefix("\(worker) check:readItem"), "\(verdict): \(said)")
        }
    }

    /// Whom a line concerns can be told from it (PR-22.4): a signature concerns the child, whoever gives it, and nobody else of the household.
    @Test func aLineOfASignatureConcernsWhomTheConsentIsAbout() async throws {
        let gate = try await Gate()
        let (test, body) = (gate.test, gate.test.cast.jeugdkompas)
        let selma = try await test.person(gate.household, "Selma")
        let sem = try await test.person(gate.household, "Sem", "de Wit", born: "2018-04-02", relation: .child)
        for (holder, kind) in [(Party.person(selma), AuthorityKind.sole), (.organisation(body), .guardianBody)] {
            let record = Authority(
                id: .random(), household: gate.household, child: sem, holder: holder, kind: kind, evidence: .courtDecision,
                from: day("2026-01-01"))
            _ = try await test.change(RecordAuthority(household: gate.household, record: record), by: test.cast.joost) {
                [vault = test.vault] grant, transaction in try vault.recordAuthority(grant, in: transaction)
            }
        }
        let draft = ConsentDraft(
            subject: sem, recipients: .one(test.cast.balans), domains: .these([.finance]), purpose: .plan, from: test.cast.start.day,
            until: day("2027-01-07"), leafletVersion: Household.Label("folder-1"), signers: [], method: .written)
        let consent = try await test.change(RegisterConsent(household: gate.household, draft: draft), by: test.cast.joost) {
            [vault = test.vault] grant, transaction in try vault.registerConsent(grant, in: transaction).id
        }
        for (signer, concerned, holds) in [(Party.person(selma), [sem, selma], false), (.organisation(body), [sem], true)] {
            let first = try gate.durable().lines
            let attempt = try gate.attempt(SignConsent(consent: consent, signer: signer), by: test.cast.joost, hat: .direction)
            let outcome = try await gate.monitor.change(attempt) { [vault = test.vault] grant, transaction in
                try vault.signConsent(grant, in: transaction).standing
            }
            // PR-12.1: the guardian body signs, and the mother's signature is not asked beside it.
            if case .done(let now, _) = outcome { #expect(holds && now == .active) } else { #expect(isRefused(outcome) && !holds) }
            let lines = try await gate.lines(from: first)
            #expect(lines.map(\.action.text) == ["signConsent"])
            #expect(lines.first?.residents.map(\.resident.text) == concerned.sorted().map(\.description))
        }
    }

    @Test func rule1NothingLeavesAndNothingIsAnsweredBeforeItsLineIsDurable() async throws {
        let gate = try await Gate()
        let before = try gate.durable()
        let seen = Mutex<(lines: Int, blocks: Int)?>(nil)
        // Inside the reading, before its first byte: the line is in the file.
        guard case .done = try await gate.read(by: gate.test.cast.kees, during: { try seen.withLock { $0 = try gate.durable() } }) else {
            Issue.record("Kees reads his own")
            return
        }
        #expect(try #require(seen.withLock { $0 }).lines == before.lines + 1)
        // Inside the change neither line nor effect is; at the answer both are.
        let middle = try gate.durable()
        let done = try await gate.declare(by: gate.test.cast.kees) { try seen.withLock { $0 = try gate.durable() } }
        let during = try #require(seen.withLock { $0 })
        let after = try gate.durable()
        #expect(during == middle)
        let line = try #require(receipt(done))
        #expect(after.blocks == middle.blocks + 1 && after.lines > middle.lines && line < after.lines)
        // A refusal's answer too.
        let refused = try await gate.read(by: gate.test.cast.fatima)
        #expect(isRefused(refused) && receipt(refused) == after.lines)
        #expect(try gate.durable().lines == after.lines + 1)
    }

    @Test func rule2WithoutItsLineNothingIsDone() async throws {
        let gate = try await Gate()
        let before = try gate.durable()
        let kees = gate.test.cast.kees
        func armed() { #expect(gate.test.faults.arm(.ledgerAppend)) }
        armed()
        await #expect(throws: MonitorError.notRecorded) { _ = try await gate.declare(by: kees) { Issue.record("it was carried out") } }
        armed()
        await #expect(throws: MonitorError.notRecorded) { _ = try await gate.read(by: kees) { Issue.record("it was read") } }
        armed()
        await #expect(throws: MonitorError.notRecorded) { _ = try await gate.appoint(by: kees) }
        armed()
        await #expect(throws: MonitorError.notRecorded) { _ = try await gate.read(by: gate.test.cast.fatima) }
        let after = try gate.durable()
        #expect(after == before)
        guard case .done(let bytes, _) = try await gate.read(by: kees) else { return #expect(Bool(false), "Kees reads his own") }
        #expect(bytes == gate.content)
    }

    @Test func rule3ARefusalIsAnOutcomeAndKnowingIsDecidedWithIt() async throws {
        let gate = try await Gate()
        let first = try gate.durable().lines
        // An item that does not exist is refused as one of which the asker may not know, by the same way.
        let nobody = try await gate.monitor.read(
            try gate.attempt(ReadItem(household: HouseholdID.random(), item: .random()), by: gate.test.cast.fatima)
        ) { _ in 0 }
        let stranger = try await gate.read(by: gate.test.cast.fatima)
        guard case .refused(let one) = nobody, case .refused(let other) = stranger else {
            Issue.record("both are refused")
            return
        }
        #expect(!one.mayKnow && !other.mayKnow)
        // The log keeps the difference.
        let lines = try await gate.lines(from: first)
        #expect(lines.map(\.note) == [.noSuchThing, nil] && lines.allSatisfy { !$0.isVisible })
    }

    @Test func rule4WhatIsReadIsWhatWasDecidedOn() async throws {
        let gate = try await Gate()
        let kees = gate.test.cast.kees
        // After the decision and before the bytes the row is taken away: the content is that of the deciding transaction.
        let outcome = try await gate.read(by: kees) { try gate.test.tamper("UPDATE item_version SET small = zeroblob(8)") }
        guard case .done(let bytes, _) = outcome else { return #expect(Bool(false), "\(outcome)") }
        #expect(bytes == gate.content)
        // A change decides in the transaction that carries it out: of many at once each sees what the one before it did.
        let fresh = try await Gate()
        let done = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 { group.addTask { if case .done = try await fresh.declare(by: kees0(fresh)) { true } else { false } } }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        // Once the tie stands, PR-10.1 lets him do nothing here any more.
        #expect(try fresh.durable().blocks == done)
    }
    private func kees0(_ gate: Gate) -> WorkerID { gate.test.cast.kees }

    @Test func rule5AGrantIsDeadWhenItsRequestHasEnded() async throws {
        let gate = try await Gate()
        final class Hidden: Sendable {
            let grant = Mutex<Lease?>(nil)
        }
        let hidden = Hidden()
        _ = try await gate.monitor.read(
            try gate.attempt(ReadItem(household: gate.household, item: gate.item), by: gate.test.cast.kees)
        ) { grant in
            let isLive = grant.isLive
            #expect(isLive)
            hidden.grant.withLock { $0 = grant.lease }
        }
        // What was hidden in an object is of no use; the compiler refuses the rest (Tests/MustNotCompile).
        let lease = try #require(hidden.grant.withLock { $0 })
        #expect(!lease.isLive)
        // Nor is that of a change.
        _ = try await gate.monitor.change(
            try gate.attempt(DeclareConflict(household: gate.household, kind: .family), by: gate.test.cast.kees)
        ) { grant, _ in
            let isLive = grant.isLive
            #expect(isLive)
            hidden.grant.withLock { $0 = grant.lease }
        }
        let ofChange = try #require(hidden.grant.withLock { $0 })
        #expect(ofChange !== lease && !ofChange.isLive)
        await #expect(throws: VaultError.grantIsDead) {
            try await gate.test.change(DeclareConflict(household: gate.household, kind: .family), by: gate.test.cast.kees, live: false) {
                [vault = gate.test.vault] grant, transaction in
                try vault.declareConflict(grant, note: "", in: transaction).id
            }
        }
    }

    @Test func rule6WorkWithoutAPersonGoesTheSameWay() async throws {
        let gate = try await Gate()
        let first = try gate.durable().lines
        let outcome = try await gate.monitor.change(
            try gate.attempt(DeclareConflict(household: gate.household, kind: .family), by: nil, hat: nil)
        ) { _, _ in Issue.record("the system has no ambient authority") }
        #expect(isRefused(outcome))
        let lines = try await gate.lines(from: first)
        #expect(lines.map(\.caller.text) == ["system:planEngine"])
    }

    @Test func rule7OnlyFactsAreReadUndecided() async throws {
        let gate = try await Gate()
        // The content's key row is no fact: without it everything is still decided, and only the permitted reading finds out.
        try gate.test.tamper("UPDATE item_version SET wrapped = zeroblob(105)")
        try gate.test.tamper("UPDATE record SET words = words WHERE kind = 40")
        #expect(isRefused(try await gate.read(by: gate.test.cast.fatima)))
        await #expect(throws: VaultError.doesNotVerify(.contentRowAltered)) { _ = try await gate.read(by: gate.test.cast.kees) }
    }

    @Test func rule8OneDecisionLineAndAtMostOneOutcomeLine() async throws {
        let gate = try await Gate()
        let kees = gate.test.cast.kees
        struct Broken: Error {}
        let first = try gate.durable().lines
        // A change that fails after its decision: its line stays and says so, the effect does not.
        #expect(gate.test.faults.arm(.effectFails))
        guard case .failed = try await gate.declare(by: kees) else { return #expect(Bool(false), "it fails") }
        // A reading that breaks off.
        guard case .failed = try await gate.read(by: kees, during: { throw Broken() }) else { return #expect(Bool(false), "it breaks") }
        // A screening that permits leaves none; one that refuses leaves one.
        #expect(
            try await gate.monitor.screen(try gate.attempt(DeclareConflict(household: gate.household, kind: .family), by: kees)) == nil)
        try await gate.test.writer.perform { _ in }
        let lines = try await gate.lines(from: first)
        #expect(lines.count == 3)
        var effects: [LedgerFormat.LogLine.Effect?] = []
        var outcomes: [LedgerFormat.LogLine.Effect] = []
        for line in lines {
            switch line.phase {
            case .decision(_, let effect): effects.append(effect)
            case .outcome(_, let effect): outcomes.append(effect)
            }
        }
        // The change's own line says what became of it; only the reading has a line for that.
        #expect(effects == [.failed, nil])
        #expect(outcomes == [.failed])
        #expect(try gate.durable().blocks == 0)
    }
}
