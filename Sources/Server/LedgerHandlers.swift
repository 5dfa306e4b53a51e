import FoundationEssentials
import Household
import HTTPTypes
import Hummingbird
import NIOCore
import Policy
import ReferenceMonitor
import Vault
import Wire

extension VaultServer {
    func ledgerEntries(_ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let size = monitor.logSize
        let (range, isUnknown) = try range(of: exchange, size: size)
        let action = ReadLog(range: range)
        if exchange.whyOnly {
            return try await why(Attempt(action, by: caller, purpose: exchange.purpose, trace: exchange.trace), exchange)
        }
        let (page, cited) = try await read(action, exchange, by: caller) { [monitor] grant in
            if isUnknown { throw Exchange.unknownCursor }
            let lines = try await monitor.lines(grant)
            return LedgerPage(
                entries: lines.map(LedgerLine.init),
                next: range.upperBound < size && !range.isEmpty ? (range.upperBound - 1).description : nil,
                names: try await handles(in: lines))
        }
        return try json(cite(page, cited), cited.receipt)
    }

    /// The lines that were asked for, of a log of this size; and whether the cursor is of no line, which is told after a permit only, for it says
    /// how long the log is.
    private func range(of exchange: Exchange, size: UInt64) throws(Problem) -> (Range<UInt64>, isUnknown: Bool) {
        let limit = try exchange.number("limit", upTo: Route.ledgerPageLimit)
        if let last = try exchange.number("last", upTo: Route.ledgerPageLimit) {
            guard limit == nil, exchange.query["after"] == nil else {
                throw .invalidField("last", Sentence(nl: "geef dit zonder after en limit", en: "give this without after and limit"))
            }
            return (size - min(size, UInt64(last))..<size, false)
        }
        var first: UInt64 = 0
        var isUnknown = false
        if let text = exchange.query["after"] {
            guard let after = UInt64(text) else { throw Exchange.unknownCursor }
            isUnknown = after >= size
            first = isUnknown ? size : after + 1
        }
        return (first..<min(first + UInt64(limit ?? 100), size), isUnknown)
    }

    /// Workers and organisations by what people type for them: a reviewer reads `kees`, and no name is opened for it.
    private func handles(in lines: [LoggedLine]) async throws -> Names {
        let workers = Set(lines.compactMap { WorkerID($0.caller) })
        let organisations = Set(lines.compactMap { $0.organisation.flatMap { OrganisationID($0) } })
        return try await monitor.references { [vault] transaction in
            var names = Names()
            for worker in workers {
                guard let handle = try vault.handle(of: worker, in: transaction) else { continue }
                names[worker.description] = Named(name: handle, handle: handle)
            }
            for organisation in organisations {
                guard let handle = try vault.handle(of: organisation, in: transaction) else { continue }
                names[organisation.description] = Named(name: handle, handle: handle)
            }
            return names
        }
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

    /// Cosignatures that a witness gave as a file: decided, kept, anchored and logged in one transaction, then shown to outsiders.
    func ledgerCosignature(_ request: Hummingbird.Request, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let attempt = Attempt(AddCosignature(), by: caller, purpose: exchange.purpose, trace: exchange.trace)
        if exchange.whyOnly { return try await why(attempt, exchange) }
        let file = Array(try await body(CosignatureMessage.self, request).cosignatures.utf8)
        let (answer, cited) = try await perform(attempt, exchange, request: [file]) { [operations] grant, transaction in
            let taken = try operations.takeCosignatures(grant, file, transaction)
            return ChangeAnswer(id: taken.size.description, state: taken.isNew ? "added" : "known", articles: [])
        }
        if let size = UInt64(answer.id) { try await operations.showCosignatures(size) }
        return try self.answer(changed: answer, cited, exchange, created: answer.state == "added")
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

    /// A file of the public copy, as any web server would give it: `?path=checkpoint`, `?path=tile/0/000`. For whoever is signed in; nothing
    /// in it is about anybody, so nothing is decided and no line is written.
    func ledgerFile(_ exchange: Exchange) throws -> Response {
        _ = try caller(exchange)
        guard let path = exchange.query["path"], let bytes = try operations.ledgerFile(path) else {
            throw Problem.notFound
        }
        return Response(
            status: .ok, headers: [.contentType: "application/octet-stream"], body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// Who may, what may I: each question is decided by the same engine, and that it was asked is recorded once.
    func access(_ route: Route, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        guard let household = exchange.query["household"].flatMap({ HouseholdID($0) }) else { throw Problem.notFound }
        if route == .accessWhat {
            if exchange.whyOnly {
                return try await why(
                    Attempt(Policy.ListItems(household: household), by: caller, purpose: exchange.purpose, trace: exchange.trace), exchange)
            }
            let (page, cited) = try await read(Policy.ListItems(household: household), exchange, by: caller) { [vault] grant in
                var rows: [ItemID: AccessRow] = [:]
                let moment = grant.moment
                let list = try vault.listItems(grant) { facts in
                    guard let item = facts.item?.id else { return .nothing }
                    let (shown, row) = weighed(
                        Policy.ReadItem(household: household, item: item), for: caller.asker, exchange, at: moment, on: facts)
                    rows[item] = row
                    return shown
                }
                return Page(
                    entries: list.lines.compactMap { line in
                        var row = rows[line.item.id]
                        row?.organisation = line.item.organisation.description
                        row?.item = line.item.id.description
                        row?.title = line.title
                        return row
                    }, names: Names(list.names))
            }
            return try json(cite(page, cited), cited.receipt)
        }
        guard let item = exchange.query["item"].flatMap({ ItemID($0) }) else { throw Problem.notFound }
        let reading = Policy.ReadItem(household: household, item: item)
        // Who may see the team hears nothing of an item that is not for them to know of.
        @Sendable func requireKnown(at moment: Moment? = nil) async throws {
            let (own, moment) = try await monitor.references { [vault, operations] transaction in
                // What came before this transaction is not to be held against an earlier moment.
                let moment = moment ?? operations.clock.now()
                return (try vault.facts(for: reading.about, asker: caller.asker, at: moment, in: transaction), moment)
            }
            if case .nothing = weighed(reading, for: caller.asker, exchange, at: moment, on: own).shown { throw Problem.notFound }
        }
        let listing = Policy.ListTeam(household: household, readersOf: item)
        if exchange.whyOnly {
            let attempt = Attempt(listing, by: caller, purpose: exchange.purpose, trace: exchange.trace)
            return try await why(attempt, exchange) { try await requireKnown() }
        }
        let (page, cited) = try await read(listing, exchange, by: caller) { [vault, monitor] grant in
            let moment = grant.moment
            try await requireKnown(at: moment)
            let team = try vault.listTeam(grant)
            let members = team.members
            var rows: [AccessRow] = []
            for worker in SortedSet(members.filter(\.isLive).map(\.involvement.worker)) {
                guard let organisation = members.first(where: { $0.involvement.worker == worker })?.organisation else { continue }
                var permitted = false
                var refused: AccessRow?
                for hat in Hat.allCases {
                    let other = Asker.worker(worker, organisation: organisation, hat: hat, sessionStarted: moment)
                    let facts = try await monitor.references { transaction in
                        try vault.facts(for: reading.about, asker: other, at: moment, in: transaction)
                    }
                    var row = weighed(reading, for: other, exchange, at: moment, on: facts).row
                    row.worker = worker.description
                    row.organisation = organisation.description
                    row.item = item.description
                    if row.outcome == "permit" {
                        permitted = true
                        row.hat = hat.rawValue
                        rows.append(row)
                    } else if refused == nil {
                        refused = row
                    }
                }
                // Who may in no hat is told once, with what stands in the way in the hat of help.
                if !permitted, let refused { rows.append(refused) }
            }
            return Page(entries: rows, names: Names(team.names))
        }
        return try json(cite(page, cited), cited.receipt)
    }

    /// What reading an item would give: how much of it is shown to who asks as the request does, and the row that says whether it may be read. Where
    /// no task is named that is tried under the item's own too, as the hats are: a colleague who reads names it (PR-10.3).
    private func weighed(
        _ reading: Policy.ReadItem, for asker: Asker, _ exchange: Exchange, at now: Moment, on facts: Facts
    ) -> (shown: Showing, row: AccessRow) {
        func weigh(_ basis: LegalBasis?) -> (showing: Showing, articles: [String]) {
            monitor.weighing(reading, for: asker, purpose: exchange.purpose, basis: basis, at: now, on: facts)
        }
        let asked = weigh(exchange.basis)
        var row = AccessRow(
            action: "readItem", purpose: exchange.purpose?.rawValue, basis: exchange.basis?.rawValue, outcome: "permit",
            articles: asked.articles)
        if case .everything = asked.showing { return (asked.showing, row) }
        // G5 is no task to name: who relies on it has a consent.
        if exchange.basis == nil, let own = facts.item?.basis, own != .consentToDisclose {
            let named = weigh(own)
            row.articles = named.articles
            if case .everything = named.showing {
                row.basis = "own"
                return (asked.showing, row)
            }
        }
        row.outcome = "refuse"
        return (asked.showing, row)
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
