import FoundationEssentials
import Household
import Hummingbird
import Policy
import ReferenceMonitor
import Vault
import Wire

extension VaultServer {
    func ledgerEntries(_ request: Hummingbird.Request, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let query = request.uri.queryParameters
        let limit = min(query["limit"].flatMap { UInt64($0) } ?? 100, 1000)
        let size = monitor.logSize
        let range: Range<UInt64>
        if let last = query["last"].flatMap({ UInt64($0) }) {
            range = (size - min(size, min(last, 1000)))..<size
        } else {
            let first = query["after"].flatMap { UInt64($0) }.map { $0 &+ 1 } ?? 0
            range = min(first, size)..<min(min(first, size) + limit, size)
        }
        let action = ReadLog(range: range)
        if exchange.whyOnly {
            return try await why(Attempt(action, by: caller, purpose: exchange.purpose, trace: exchange.trace), exchange)
        }
        let (page, cited) = try await read(action, exchange, by: caller) { [monitor] grant in
            let lines = try await monitor.lines(grant)
            return LedgerPage(
                entries: lines.map(LedgerLine.init),
                next: range.upperBound < size && !range.isEmpty ? (range.upperBound - 1).description : nil)
        }
        return try json(cite(page, cited), cited.receipt)
    }

    func ledgerCheckpoint(_ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let action = VerifyLog()
        if exchange.whyOnly {
            return try await why(Attempt(action, by: caller, purpose: exchange.purpose, trace: exchange.trace), exchange)
        }
        var (answer, cited) = try await read(action, exchange, by: caller) { [operations] grant in
            guard grant.isLive else { throw MonitorError.grantIsDead }
            let checkpoint = try await operations.checkpoint()
            return CheckpointAnswer(
                note: String(decoding: checkpoint.note, as: UTF8.self), size: checkpoint.size,
                root: Data(checkpoint.root).base64EncodedString())
        }
        answer.articles = cited.articles
        answer.receipt = cited.receipt
        return try json(answer, cited.receipt)
    }

    func ledgerVerification(_ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let action = VerifyLog()
        if exchange.whyOnly {
            return try await why(Attempt(action, by: caller, purpose: exchange.purpose, trace: exchange.trace), exchange)
        }
        var (answer, cited) = try await read(action, exchange, by: caller) { [monitor, operations] grant in
            let report = try await monitor.verify(grant)
            let store = try await operations.verifyStore()
            return VerificationAnswer(
                size: report.size, root: report.root, opened: report.opened, erased: report.erased, problems: report.problems + store)
        }
        answer.articles = cited.articles
        answer.receipt = cited.receipt
        return try json(answer, cited.receipt)
    }

    /// Who may, what may I: each question is decided by the same engine, and that it was asked is recorded once.
    func access(_ route: Route, _ request: Hummingbird.Request, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        guard let household = request.uri.queryParameters["household"].flatMap({ HouseholdID(String($0)) }) else { throw Problem.notFound }
        let now = operations.clock.now()
        let purpose = exchange.purpose
        if exchange.whyOnly {
            return try await why(
                Attempt(Policy.ListItems(household: household), by: caller, purpose: purpose, trace: exchange.trace), exchange)
        }
        if route == .accessWhat {
            let (page, cited) = try await read(Policy.ListItems(household: household), exchange, by: caller) { [vault, monitor] grant in
                let lines = try vault.listItems(grant) { facts in
                    guard let item = facts.item?.id else { return .nothing }
                    return monitor.showing(
                        Policy.ReadItem(household: household, item: item), for: caller.asker, purpose: purpose, at: now, on: facts)
                }
                return Page(
                    entries: lines.map {
                        AccessRow(
                            item: $0.item.id.description, action: "readItem", purpose: purpose?.rawValue,
                            outcome: $0.title == nil ? "refuse" : "permit", articles: [])
                    })
            }
            return try json(cite(page, cited), cited.receipt)
        }
        guard let item = request.uri.queryParameters["item"].flatMap({ ItemID(String($0)) }) else { throw Problem.notFound }
        let (page, cited) = try await read(Policy.ListTeam(household: household), exchange, by: caller) { [vault, monitor] grant in
            let own = try await monitor.references { transaction in
                try vault.facts(for: Policy.ReadItem(household: household, item: item).about, asker: caller.asker, at: now, in: transaction)
            }
            if case .nothing = monitor.showing(
                Policy.ReadItem(household: household, item: item), for: caller.asker, purpose: purpose, at: now, on: own)
            {
                throw Problem.notFound
            }
            let members = try vault.listTeam(grant).members
            var rows: [AccessRow] = []
            for worker in SortedSet(members.filter(\.isLive).map(\.involvement.worker)) {
                guard let organisation = members.first(where: { $0.involvement.worker == worker })?.organisation.id else { continue }
                for hat in Hat.allCases {
                    let other = Asker.worker(worker, organisation: organisation, hat: hat, sessionStarted: now)
                    let facts = try await monitor.references { transaction in
                        try vault.facts(
                            for: Policy.ReadItem(household: household, item: item).about, asker: other, at: now, in: transaction)
                    }
                    let showing = monitor.showing(
                        Policy.ReadItem(household: household, item: item), for: other, purpose: purpose, at: now, on: facts)
                    guard case .nothing = showing else {
                        if case .everything = showing {
                            rows.append(
                                AccessRow(
                                    worker: worker.description, organisation: organisation.description, hat: hat.rawValue,
                                    item: item.description, action: "readItem", purpose: purpose?.rawValue, outcome: "permit", articles: [])
                            )
                        }
                        continue
                    }
                }
            }
            return Page(entries: rows)
        }
        return try json(cite(page, cited), cited.receipt)
    }
}

extension LedgerLine {
    init(_ line: LoggedLine) {
        self.init(
            index: line.index, kind: line.kind, of: line.of, moment: line.moment?.description ?? "", action: line.action,
            caller: line.caller,
            organisation: line.organisation, role: line.role, hat: line.hat, household: line.household, residents: line.residents,
            item: line.item, layer: line.layer, domain: line.domains.first, purpose: line.purpose, basis: line.basis, consent: line.consent,
            outcome: line.outcome, articles: line.articles, reglement: line.reglement, policies: line.policySet, facts: line.facts,
            trace: line.trace, check: line.isCheck ? true : nil)
    }
}
