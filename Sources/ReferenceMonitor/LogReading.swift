import Encodings
public import Household
import Ledger
import LedgerFormat
public import Policy
import Sealing
public import Storage

/// One line of the log as an officer reads it, as plain values.
public struct LoggedLine: Sendable {
    public let index: UInt64
    /// `decision`, `outcome`, or `erased` when its keys are gone.
    public let kind: String
    /// The line whose outcome this is.
    public let of: UInt64?
    public let moment: Moment?
    /// The action; a check has the action that was asked about.
    public let action: String
    public let isCheck: Bool
    /// `permit`, `refuse`, `oblige`; of an outcome `completed`, `failed`, `interrupted`.
    public let outcome: String
    public let told: Bool
    public let caller: String
    public let organisation: String?
    public let role: String?
    public let hat: String?
    public let household: String?
    public let residents: [String]
    public let item: String?
    public let layer: String?
    public let domains: [String]
    public let purpose: String?
    public let basis: String?
    public let consent: String?
    public let articles: [String]
    public let reglement: String?
    public let policySet: String?
    public let facts: String?
    public let trace: String?
}

/// What checking the stored log gave.
public struct LogReport: Sendable {
    public let size: UInt64
    /// Root of the tree, in hexadecimal.
    public let root: String
    /// Lines whose encrypted side was opened and matches its commitments.
    public let opened: UInt64
    public let erased: UInt64
    /// What is wrong, as codes with an index.
    public let problems: [String]
}

extension ReferenceMonitor {
    /// Reads lines, for an officer who was granted that.
    public func lines(_ grant: consuming Grant<ReadLog>) async throws -> [LoggedLine] {
        guard grant.isLive else { throw MonitorError.grantIsDead }
        let range = grant.asked.range
        return try await monitored {
            try await writer.perform { [log] transaction in
                try log.lines(range, in: transaction).map { LoggedLine(index: $0.index, line: $0.line) }
            }
        }
    }

    /// Hashes every row of the stored log again and opens every line, for an officer who was granted that: what was changed, removed or added
    /// since the vault was opened is found too. Outsiders rebuild the tree from the exported files.
    /// - Throws: ``MonitorError/notRecorded`` when the log could not be looked at, which says nothing about it.
    public func verify(_ grant: consuming Grant<VerifyLog>) async throws -> LogReport {
        guard grant.isLive else { throw MonitorError.grantIsDead }
        let check = try await monitored {
            var check = LogCheck()
            while !check.isDone {
                check = try await writer.perform { [log, check] transaction in try check.advanced(along: log, in: transaction) }
            }
            return check
        }
        return LogReport(
            size: check.size, root: Hexadecimal.text(check.root), opened: check.opened, erased: check.erased,
            problems: check.problems.map(\.description))
    }

    /// Durable lines of the log.
    public var logSize: UInt64 { log.size }

    /// Resolves references, which opens no names and decides nothing: identifiers behind handles, and what lists need.
    public func references<Output: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> Output
    ) async throws -> Output {
        try await monitored { try await writer.perform(body) }
    }

    /// How much of one thing a list may show: decided for each on the facts of the listing, whose own line stands in the log.
    public func showing<A: Reading>(
        _ action: A, for asker: Asker, purpose: Purpose?, basis: LegalBasis? = nil, at moment: Moment, on facts: Facts
    ) -> Showing {
        weighing(action, for: asker, purpose: purpose, basis: basis, at: moment, on: facts).showing
    }

    /// As ``showing(_:for:purpose:basis:at:on:)``, with the articles behind the answer, in the form of a log line.
    public func weighing<A: Reading>(
        _ action: A, for asker: Asker, purpose: Purpose?, basis: LegalBasis? = nil, at moment: Moment, on facts: Facts
    ) -> (showing: Showing, articles: [String]) {
        let request = Request(
            asker: asker, question: action, purpose: purpose, basis: basis, moment: moment, trace: .random())
        switch engine.decide(request, on: facts) {
        case .permit(let permit): return (.everything, permit.articles.map(\.description))
        case .refuse(let refusal): return (refusal.mayKnow ? .existence : .nothing, refusal.articles.map(\.description))
        }
    }
}

extension TraceID {
    /// A fresh one: 16 random bytes.
    public static func random() -> TraceID {
        // All zeros is no trace, and does not happen twice.
        while true { if let trace = TraceID(bytes: RandomBytes.generate(16)) { return trace } }
    }
}

/// How much of a thing a list shows.
public enum Showing: Sendable { case nothing, existence, everything }

/// A digest that tells one request from another, for idempotency keys.
public enum RequestDigest {
    /// SHA-256 over the parts, each with its length before it: 32 bytes.
    public static func of(_ parts: [[UInt8]]) -> [UInt8] {
        var data = AssociatedData("request")
        for part in parts { data.append("part", bytes: part) }
        return SHA256.hash(data.bytes).bytes
    }
}

extension LoggedLine {
    init(index: UInt64, line: LogLine?) {
        self.index = index
        guard let line else {
            kind = "erased"
            of = nil
            moment = nil
            action = ""
            isCheck = false
            outcome = ""
            told = false
            caller = ""
            (organisation, role, hat, household, item, layer, purpose, basis, consent) = (nil, nil, nil, nil, nil, nil, nil, nil, nil)
            (residents, domains, articles) = ([], [], [])
            (reglement, policySet, facts, trace) = (nil, nil, nil, nil)
            return
        }
        switch line.phase {
        case .decision(let verdict, _):
            kind = "decision"
            of = nil
            outcome = verdict.rawValue
        case .outcome(let decision, let effect):
            kind = "outcome"
            of = decision
            outcome = effect.rawValue
        }
        moment = Moment(millisecondsSince1970: line.moment)
        isCheck = line.action.text.hasPrefix("check:")
        action = isCheck ? String(line.action.text.dropFirst(6)) : line.action.text
        told = line.isVisible
        caller = line.caller.text
        organisation = line.organisation?.text
        role = line.role?.text
        hat = line.hat?.text
        household = line.household?.text
        residents = line.residents.map(\.resident.text)
        item = line.item?.text
        layer = line.layer?.text
        domains = line.lifeDomains.map(\.text)
        purpose = line.purpose?.text
        basis = line.legalBasis?.text
        consent = line.consent?.text
        articles = line.articles.map(\.text)
        reglement = line.reglementVersion?.text
        policySet = line.policySetDigest?.text
        facts = line.factsDigest?.text
        trace = line.traceID?.text
    }
}
