// The rules that this file keeps:
// 1. Nothing is allowed unless a permit says so; a forbid beats every permit (PR-18.1, 7.4).
// 2. Any evaluation error, and facts that do not fit the schema, refuse (reason `policyError`).
// 3. Whether the asker may know that the thing exists is decided beside every question, allowed or not; a thing that does not exist is refused
//    after the same work.
// 4. Who could not do this to any worker, whatever is on record about the residents, hears the same about every worker, registered or not, and
//    whatever is on record: neither handles nor given names can be tried out, and no refusal tells what a household's records hold.
// 5. Of several involvements the one that suffices counts; where none does, the refusal speaks of the closest.
// 6. Who may not list the consents of a household reads and hears the same, whatever its residents have answered, but for what one took back.

import Cedar
import Household

/// The reglement, ready to decide. Immutable; safe to share between threads.
public struct PolicyEngine: Sendable {
    /// The version of the reglement that these policies carry out (PR-2.4).
    public static let reglementVersion = "PR-2026-01"

    let texts: PolicyTexts
    /// SHA-256 of ``canonicalText``, 32 bytes: names this very set of policies.
    public var digest: [UInt8] { texts.digest }

    /// The reglement's version that every decision is recorded with.
    public var reglementVersion: String { Self.reglementVersion }

    /// Schema and policies in one fixed order, as UTF-8.
    public var canonicalText: [UInt8] { texts.canonicalText }

    /// Takes a policy set into service.
    ///
    /// - Parameters:
    ///   - policies: the files with their names; their order does not matter.
    ///   - schema: the text of `kluis.cedarschema`.
    /// - Throws: ``PolicyError`` for templates, policies without `@id`, `@artikel`, `@uitleg` and `@explain` or with the same `@id`, articles or terms
    ///   that do not exist, and anything that strict validation finds.
    public init(policies: [(file: String, text: String)], schema: String) throws(PolicyError) {
        texts = try PolicyTexts(policies: policies, schema: schema)
    }

    /// Decides. Takes no lock, reads no clock, and gives the same verdict for the same request and facts.
    public func decide<Q: Question>(_ request: Request<Q>, on facts: Facts) -> Verdict {
        let decision = decision(on: request, facts)
        switch decision.outcome {
        case .allowed(let policies):
            return .permit(
                Permit(
                    articles: articles(of: policies), policies: policies.map(\.id).sorted(by: Self.byBytes), duties: duties(of: policies),
                    notices: notices(of: policies), thatOnly: policies.allSatisfy(\.thatOnly)))
        case .failed(let policies): return .refuse(failure(policies, mayKnow: decision.mayKnow))
        case .refused(let reason, let forbids, let nearest):
            let directs = request.asker.worker.flatMap { facts.household?.isActingDirector($0, at: request.moment) } ?? false
            return .refuse(refusal(reason, forbids, nearest, mayKnow: decision.mayKnow, byDirector: directs))
        }
    }

    /// Whether the asker may know that the subject of this question exists: what lists show, and what tells a refusal from a not-found.
    ///
    /// False for a thing that does not exist, and whenever a policy could not be evaluated.
    public func mayKnow<Q: Question>(_ request: Request<Q>, on facts: Facts) -> Bool {
        guard let frame = try? Frame(request, facts, over: texts), fits(frame) else { return false }
        return mayKnow(frame)
    }

    /// Decides and says why. The outcome is that of ``decide(_:on:)``; this takes many times as long.
    public func explain<Q: Question>(_ request: Request<Q>, on facts: Facts) -> Explanation {
        let decision = decision(on: request, facts)
        let explained = decision.frame.map {
            texts.prepared.explain($0.request, entities: $0.entities, mode: .strict, limit: Self.nearestLimit.looked)
        }
        func traces(_ reports: [PolicyReport]) -> [PolicyTrace] {
            reports.compactMap { report in texts.notes[report.id].map { PolicyTrace(report, $0) } }
        }
        switch decision.outcome {
        case .allowed(let policies):
            let duties = duties(of: policies)
            return Explanation(
                outcome: duties.isEmpty ? .permit : .oblige, reason: nil, mayKnow: decision.mayKnow, articles: articles(of: policies),
                determining: traces(explained?.determining ?? []), nearest: [], duties: duties, notices: notices(of: policies),
                nextSteps: [], failedPolicies: [])
        case .failed(let policies):
            return Explanation(
                outcome: .refuse, reason: .policyError, mayKnow: decision.mayKnow, articles: [], determining: [], nearest: [], duties: [],
                notices: [],
                nextSteps: [], failedPolicies: policies)
        case .refused(let reason, let forbids, let nearest):
            let refusal = refusal(reason, forbids, nearest, mayKnow: decision.mayKnow)
            let shown = Set(nearest.map(\.id))
            return Explanation(
                outcome: .refuse, reason: reason, mayKnow: refusal.mayKnow, articles: refusal.articles,
                determining: traces(explained?.determining ?? []),
                nearest: traces(explained?.nearest ?? []).filter { shown.contains($0.policy) }, duties: [], notices: [],
                nextSteps: refusal.nextSteps, failedPolicies: [])
        }
    }
}

// MARK: - One decision

extension PolicyEngine {
    enum Decided {
        case allowed([PolicyNotes])
        case refused(Refusal.Reason, forbids: [PolicyNotes], nearest: [PolicyNotes])
        /// These policies could not be evaluated; none, when the facts do not fit the schema.
        case failed([String])
    }

    /// How many of the permits that did not apply are looked at, and how many of the nearest are named.
    private static let nearestLimit = (looked: 64, named: 3)

    private func decision<Q: Question>(on request: Request<Q>, _ facts: Facts) -> (outcome: Decided, mayKnow: Bool, frame: Frame?) {
        guard var frame = try? Frame(request, facts, over: texts), fits(frame) else {
            return (.failed([]), false, nil)
        }
        // Rule 6.
        let hidesAnswers = frame.restsOnAnswers && !mayList(request, facts)
        if hidesAnswers {
            guard let other = try? Frame(request, facts, over: texts, about: .nobodyWhoGave), fits(other) else {
                return (.failed([]), false, nil)
            }
            frame = other
        }
        let mayKnow = mayKnow(frame)
        var decided = decided(&frame)
        // Rule 4.
        if case .refused = decided, frame.canBeTried {
            guard let other = self.decided(request, facts, about: .anybody) else { return (.failed([]), false, nil) }
            if case .allowed = other.outcome {} else { (decided, frame) = other }
        }
        // Rule 6: what a withdrawal takes from him that he would read otherwise he hears.
        if case .refused = decided, hidesAnswers {
            guard let other = self.decided(request, facts, about: .nobodyWhoAnswered) else { return (.failed([]), false, nil) }
            if case .allowed = other.outcome {} else { (decided, frame) = other }
        }
        // What forbids decided is not explained by what permits would have wanted.
        // ORDER: last, and for what is told only: this takes many times as long as deciding, and would tell what was decided before.
        if case .refused(let reason, let forbids, let nearest) = decided, forbids.isEmpty, nearest.isEmpty {
            decided = .refused(reason, forbids: [], nearest: nearestPermits(frame))
        }
        return (decided, mayKnow, frame)
    }

    /// The same question put about somebody else; nil when its facts do not fit.
    private func decided<Q: Question>(_ request: Request<Q>, _ facts: Facts, about: Frame.About) -> (outcome: Decided, frame: Frame)? {
        guard var frame = try? Frame(request, facts, over: texts, about: about), fits(frame) else { return nil }
        let outcome = decided(&frame)
        return (outcome, frame)
    }

    /// Whether who asks may list the consents of the household that he asks about (PR-11.7).
    private func mayList<Q: Question>(_ request: Request<Q>, _ facts: Facts) -> Bool {
        guard let household = request.question.about.household ?? facts.household?.id else { return false }
        let list = Request(
            asker: request.asker, question: ListConsents(household: household), purpose: request.purpose, onBehalfOf: request.onBehalfOf,
            basis: request.basis, moment: request.moment, trace: request.trace)
        if case .allowed = decided(list, facts, about: .whoeverIsNamed)?.outcome { return true }
        return false
    }

    private func decided(_ frame: inout Frame) -> Decided {
        var response = texts.prepared.authorize(frame.request, entities: frame.entities, mode: .strict)
        // Rule 5, within rule 2: what cannot be evaluated under one of them is not decided under another.
        for other in frame.others where response.decision == .deny && response.errors.isEmpty {
            let next = texts.prepared.authorize(other, entities: frame.entities, mode: .strict)
            if next.decision == .allow || !next.errors.isEmpty { (frame.request, response) = (other, next) }
        }
        guard response.errors.isEmpty else {
            return .failed(response.errors.compactMap { texts.notes[$0.policy]?.id }.sorted(by: Self.byBytes))
        }
        let determining = response.determining.compactMap { texts.notes[$0] }
        if response.decision == .allow {
            return frame.exists ? .allowed(determining) : .refused(.noSuchThing, forbids: [], nearest: determining)
        }
        return .refused(frame.exists ? .byReglement : .noSuchThing, forbids: determining, nearest: [])
    }

    /// Facts that do not fit the schema make policies mean something else: such a request is not decided but refused.
    private func fits(_ frame: Frame) -> Bool {
        frame.entitiesFit && texts.schema.validate(frame.request).isEmpty
    }

    private func mayKnow(_ frame: Frame) -> Bool {
        guard let know = frame.know else { return frame.exists }
        let response = texts.prepared.authorize(know, entities: frame.entities, mode: .strict)
        return frame.exists && response.decision == .allow && response.errors.isEmpty
    }

    /// The permits with the fewest unmet demands. One whose scope the asker does not meet, say for another role, counts only where there is no
    /// other: an involvement can be asked for, a role hardly.
    private func nearestPermits(_ frame: Frame) -> [PolicyNotes] {
        let explained = texts.prepared.explain(frame.request, entities: frame.entities, mode: .strict, limit: Self.nearestLimit.looked)
        let inScope = explained.nearest.filter { report in
            report.clauses.allSatisfy { $0.holds || $0.part == .when || $0.part == .unless }
        }
        let candidates = inScope.isEmpty ? explained.nearest : inScope
        guard let first = candidates.first else { return [] }
        let unmet = first.clauses.count - first.heldCount
        let nearest = candidates.filter { $0.clauses.count - $0.heldCount == unmet }
        return nearest.prefix(Self.nearestLimit.named).compactMap { texts.notes[$0.id] }
    }

    private func refusal(
        _ reason: Refusal.Reason, _ forbids: [PolicyNotes], _ nearest: [PolicyNotes], mayKnow: Bool, byDirector: Bool = false
    ) -> Refusal {
        // What forbids decided is what the asker hears; the nearest permits speak where none did.
        let speaking = (forbids.isEmpty ? nearest : forbids).sorted { Self.byBytes($0.id, $1.id) }
        let superseded = Set(speaking.flatMap(\.insteadOf))
        var steps: [Bilingual] = []
        for step in speaking.filter({ !superseded.contains($0.id) }).compactMap(\.step) where !steps.contains(step) { steps.append(step) }
        let cited = articles(of: forbids + nearest)
        return Refusal(
            reason: reason, articles: cited.isEmpty ? Self.closedTable : cited, policies: speaking.map(\.id),
            sentences: speaking.isEmpty ? [Self.notInTable] : speaking.map(\.sentence), nextSteps: steps, mayKnow: mayKnow,
            byDirector: byDirector)
    }

    private func failure(_ policies: [String], mayKnow: Bool) -> Refusal {
        Refusal(
            reason: .policyError, articles: [], policies: [], sentences: [Self.failed], nextSteps: [], mayKnow: mayKnow,
            failedPolicies: policies)
    }

    /// What is not in the access table is forbidden (PR-18.1): the last word when no policy has one.
    private static let closedTable: [Article] = [Article(18, 1)].compactMap { $0 }
    private static let notInTable = Bilingual(
        nl: "Toegang volgt de tabel in de bijlage; wat daar niet staat, is verboden.",
        en: "Access follows the table in the annex; what is not in it is forbidden.")
    private static let failed = Bilingual(
        nl: "De regels konden niet worden toegepast; er is niets gedaan. De beheerder moet dit nakijken.",
        en: "The rules could not be applied; nothing was done. The administrator has to look into this.")

    private func articles(of notes: [PolicyNotes]) -> [Article] { Set(notes.flatMap(\.articles)).sorted() }

    private func duties(of notes: [PolicyNotes]) -> [Duty] {
        notes.sorted { Self.byBytes($0.id, $1.id) }.compactMap { note in note.duty.map { Duty(policy: note.id, sentence: $0) } }
    }

    private func notices(of notes: [PolicyNotes]) -> [Notice] {
        notes.sorted { Self.byBytes($0.id, $1.id) }.compactMap { note in note.notice.map { Notice(policy: note.id, sentence: $0) } }
    }

    private static func byBytes(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }
}
