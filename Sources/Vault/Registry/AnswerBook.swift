// How the kept answers are vouched for:
// 1. Each day's answers form a chain of digests in the order in which they were given; the heads of the chains stand, as one digest, in the
//    registry's manifest. So a commit with an answer hashes the answer and a few heads, whatever else is kept.
// 2. Unsealing walks through all rows and recomputes the chains. From then on memory knows which answers there are, 32 bytes for each: whether
//    one is kept is never asked of the file, and one that is kept must be there as it was written.

import GRDB
import Sealing
import Synchronization

/// A change to the kept answers within a transaction.
enum AnswerStep {
    case added(Octets16, KeptAnswer)
    /// All days before this one go.
    case dropped(before: UInt64)
}

/// What memory keeps of an answer.
struct KeptAnswer: Equatable {
    /// The number of its row: rows are chained in this order.
    let seq: UInt64
    let day: UInt64
    let digest: Digest32
    /// Half of the digest: enough to know the row again.
    var short: Octets16 { Octets16(high: digest.words.0, low: digest.words.1) }
}

/// The steps of the open transaction, in order.
struct AnswerSteps {
    private(set) var steps: [AnswerStep] = []
    private(set) var added: [Octets16: KeptAnswer] = [:]
    private(set) var droppedBefore: UInt64 = 0
    private(set) var last: UInt64 = 0

    mutating func add(_ request: Octets16, _ answer: KeptAnswer) {
        steps.append(.added(request, answer))
        added[request] = answer
        last = answer.seq
    }

    mutating func drop(before day: UInt64) {
        steps.append(.dropped(before: day))
        droppedBefore = max(droppedBefore, day)
        added = added.filter { $0.value.day >= day }
    }

    /// Undoes the last step, which is this one.
    mutating func undo(_: AnswerStep) {
        steps.removeLast()
        let rest = steps
        self = AnswerSteps()
        for step in rest {
            switch step {
            case .added(let request, let answer): add(request, answer)
            case .dropped(let day): drop(before: day)
            }
        }
    }
}

/// Which answers are kept, as the last commit left them.
struct AnswerBook {
    private struct Chain {
        var count: UInt64 = 0
        var head = Digest32.zero
    }
    /// The requests of a day, and by what their rows are known again.
    private var kept: [UInt64: [Octets16: Octets16]] = [:]
    private var chains: [UInt64: Chain] = [:]
    /// The number of the last row.
    private(set) var last: UInt64 = 0

    /// The day and the known half of the digest; nil when no answer is kept.
    func find(_ request: Octets16, _ steps: AnswerSteps) -> (day: UInt64, short: Octets16)? {
        if let added = steps.added[request] { return (added.day, added.short) }
        for (day, requests) in kept where day >= steps.droppedBefore {
            if let short = requests[request] { return (day, short) }
        }
        return nil
    }

    /// How many answers of days before `day` are kept.
    func count(before day: UInt64, _ steps: AnswerSteps) -> Int {
        kept.filter { $0.key < day && $0.key >= steps.droppedBefore }.reduce(0) { $0 + $1.value.count }
            + steps.added.values.filter { $0.day < day }.count
    }

    /// What the registry's manifest says once the steps are taken.
    func digest(_ steps: AnswerSteps) -> Digest32 {
        var next = chains
        for step in steps.steps { Self.follow(step, &next) }
        return RegistryDigest.answers(next.sorted { $0.key < $1.key }.map { ($0.key, $0.value.count, $0.value.head) })
    }

    private static func follow(_ step: AnswerStep, _ chains: inout [UInt64: Chain]) {
        switch step {
        case .added(_, let answer):
            let chain = chains[answer.day] ?? Chain()
            chains[answer.day] = Chain(count: chain.count + 1, head: RegistryDigest.chain(chain.head, answer.digest))
        case .dropped(let day): chains = chains.filter { $0.key >= day }
        }
    }

    /// The transaction is durable.
    mutating func apply(_ steps: AnswerSteps) {
        for step in steps.steps {
            Self.follow(step, &chains)
            switch step {
            case .added(let request, let answer):
                kept[answer.day, default: [:]][request] = answer.short
                last = max(last, answer.seq)
            case .dropped(let day): for old in kept.keys where old < day { kept[old] = nil }
            }
        }
    }

    /// Reads all rows.
    /// - Throws: `doesNotVerify(answersAltered)` for rows that the vault does not write.
    init(_ sql: GRDB.Database) throws {
        let rows = try Row.fetchCursor(sql, sql: "SELECT seq, request, day, body FROM answer ORDER BY seq")
        while let row = try rows.next() {
            guard let seq = row.unsigned(0), let request = row.octets(1), let name = Octets16(request.prefix(16)), request.count == 32,
                let day = row.unsigned(2), let body = row.octets(3)
            else { throw VaultError.doesNotVerify(.answersAltered) }
            let digest = RegistryDigest.answer(seq, request: request, day: day, body: body)
            var one = AnswerSteps()
            one.add(name, KeptAnswer(seq: seq, day: day, digest: digest))
            apply(one)
        }
    }

    init() {}
}

extension Registry {
    /// The kept answer's row, verified; nil when none is kept, whatever lies in the file.
    func keptAnswer(_ request: [UInt8], _ sql: GRDB.Database) throws -> (day: UInt64, body: [UInt8])? {
        try checkCommitRecord(sql)
        guard let name = Octets16(request.prefix(16)) else { return nil }
        let found = state.withLock { $0.answers.find(name, $0.batch?.answers ?? AnswerSteps()) }
        guard let found else { return nil }
        let statement = try sql.cachedStatement(sql: "SELECT seq, day, body FROM answer WHERE request = ?")
        guard let row = try Row.fetchOne(statement, arguments: [request.sql]), let seq = row.unsigned(0), let day = row.unsigned(1),
            let body = row.octets(2), day == found.day,
            KeptAnswer(seq: seq, day: day, digest: RegistryDigest.answer(seq, request: request, day: day, body: body)).short == found.short
        else { throw VaultError.doesNotVerify(.answersAltered) }
        return (day, body)
    }

    /// Keeps an answer.
    /// - Throws: ``VaultError/alreadyExists`` when one is kept; `doesNotVerify(answersAltered)` when the file has one that was never kept.
    func keepAnswer(_ request: [UInt8], day: UInt64, body: [UInt8], _ sql: GRDB.Database) throws {
        try checkCommitRecord(sql)
        guard let name = Octets16(request.prefix(16)) else { throw VaultError.noSuchThing }
        let (isKept, seq) = state.withLock { state in
            let steps = state.batch?.answers ?? AnswerSteps()
            return (state.answers.find(name, steps) != nil, max(state.answers.last, steps.last) + 1)
        }
        guard !isKept else { throw VaultError.alreadyExists }
        do {
            try sql.changeOne(
                "INSERT INTO answer(seq, request, day, body) VALUES (?, ?, ?, ?)",
                [Int64(clamping: seq), request.sql, Int64(clamping: day), body.sql])
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            throw VaultError.doesNotVerify(.answersAltered)
        }
        let kept = KeptAnswer(seq: seq, day: day, digest: RegistryDigest.answer(seq, request: request, day: day, body: body))
        state.withLock { state in
            state.batch?.answers.add(name, kept)
            state.batch?.undo.append(.answer(.added(name, kept)))
        }
    }

    /// Lets go of the answers of all days before this one.
    func dropAnswers(before day: UInt64, _ sql: GRDB.Database) throws {
        let count = state.withLock { $0.answers.count(before: day, $0.batch?.answers ?? AnswerSteps()) }
        guard count > 0 else { return }
        do {
            try sql.change(count, "DELETE FROM answer WHERE day < ?", [Int64(clamping: day)])
        } catch VaultError.doesNotVerify(.writeSwallowed) {
            throw VaultError.doesNotVerify(.answersAltered)
        }
        state.withLock { state in
            state.batch?.answers.drop(before: day)
            state.batch?.undo.append(.answer(.dropped(before: day)))
        }
    }

    /// Before a commit: the registry's manifest says which answers are kept.
    func settleAnswers(_ sql: GRDB.Database) throws {
        let digest = state.withLock { state -> Digest32? in
            guard let steps = state.batch?.answers, !steps.steps.isEmpty else { return nil }
            return state.answers.digest(steps)
        }
        guard let digest, var manifest = try manifest(of: .registry, sql) else { return }
        manifest.answers = digest
        // Not a change of facts: streams need not be decided again.
        let next = SpaceState(manifest: manifest, isDirty: true)
        state.withLock { $0.batch?.spaces[.registry] = next }
    }

    /// Reads the kept answers at an opening, and holds them against the registry's manifest.
    func loadAnswers(_ sql: GRDB.Database) throws {
        let book = try AnswerBook(sql)
        try requireManifest(of: book, sql)
        state.withLock { $0.answers = book }
    }

    /// Reads the rows again, and holds them against the manifest.
    func verifyAnswers(_ sql: GRDB.Database) throws { try requireManifest(of: try AnswerBook(sql), sql) }

    private func requireManifest(of book: AnswerBook, _ sql: GRDB.Database) throws {
        guard let manifest = try manifest(of: .registry, sql) else { throw VaultError.doesNotVerify(.manifestMissing) }
        guard book.digest(AnswerSteps()) == manifest.answers else { throw VaultError.doesNotVerify(.answersAltered) }
    }
}
