import Cedar
import Household
import Testing

@testable import Policy

@Suite("Examples beside the policies")
struct ExampleTests {
    private let engine = Reglement.engine
    private var ids: [String] { engine.texts.prepared.source.policies.map { $0.id.text.string } }

    private func cited(_ id: String) -> [String]? { engine.texts.notes[PolicyID(id)]?.articles.map(\.description) }

    @Test("each example is decided as written, by exactly those policies, citing exactly those articles")
    func examplesHold() {
        for example in ExampleBook.all {
            #expect(engine.texts.schema.validate(example.request).isEmpty, "\(example.name)")
            let misfits = example.entities.all.flatMap { $0.uid.type.isAction ? [] : engine.texts.schema.validate($0) }
            #expect(misfits.isEmpty, "\(example.name): \(misfits)")
            if let mismatch = example.mismatch(engine.texts.prepared, cited) { Issue.record("\(mismatch)") }
        }
    }

    @Test("each policy decides one of its examples and not the other: a permit the allowed one, a forbid the refused one")
    func bothSides() {
        for policy in engine.texts.prepared.source.policies {
            let id = policy.id.text.string
            let own = ExampleBook.all.filter { $0.policy == id }
            let decides = own.filter { $0.policies[id] != nil }
            let stays = own.filter { $0.policies[id] == nil }
            let onYes = policy.effect == .permit
            #expect(decides.count == 1 && decides.allSatisfy { $0.isAllowed == onYes }, "\(id)")
            #expect(stays.count == 1 && stays.allSatisfy { $0.isAllowed != onYes }, "\(id)")
        }
        #expect(Set(ExampleBook.all.compactMap(\.policy)) == Set(ids), "no examples of policies that are gone")
    }

    @Test("removing any single policy makes an example fail")
    func removal() throws {
        let source = engine.texts.prepared.source
        for id in ids {
            let without = try PreparedPolicySet(source.filter { $0.id != PolicyID(id) })
            let touched = ExampleBook.all.filter { $0.policies[id] != nil }
            #expect(touched.contains { $0.mismatch(without, cited) != nil }, "\(id) can be removed unnoticed")
        }
    }

    @Test("removing or adding any @artikel makes an example fail, or the set is not loaded")
    func articles() throws {
        for (id, note) in engine.texts.notes {
            let examples = ExampleBook.all.filter { $0.policies[id.text.string] != nil }
            var variants = note.articles.map { gone in note.articles.filter { $0 != gone } }
            variants.append((note.articles + [try #require(Article(30, 5))]).sorted())
            for variant in variants {
                func changed(_ other: String) -> [String]? {
                    other == id.text.string ? variant.map(\.description) : cited(other)
                }
                #expect(examples.contains { $0.mismatch(engine.texts.prepared, changed) != nil }, "\(id): \(variant)")
            }
        }
    }

    @Test("each policy is exercised, each clause of its condition is reached, and none errs")
    func clausesAreReached() {
        var coverage = Coverage(of: engine.texts.prepared)
        for example in ExampleBook.all { coverage.record(example.request, entities: example.entities) }
        #expect(coverage.neverApplied.isEmpty)
        let unreached = coverage.policies.flatMap { policy in policy.clauses.filter { !$0.isReached }.map { "\(policy.id): \($0.text)" } }
        #expect(unreached.isEmpty)
        let erring = coverage.policies.filter { $0.erred > 0 }.map(\.id)
        #expect(erring.isEmpty)
    }

    /// Conditions of permits behind which a forbid stands that refuses the same: two locks on one door. With these forbids removed as well, an
    /// example notices.
    private static let doubleLocks: [(clause: String, forbids: Set<String>)] = [
        ("PR-4.2-coordinator-appoints: !(resource has director)", ["PR-6.1-one-director"]),
        ("PR-7.5-triage-searches:", ["PR-7.5-search-without-intake"]),
        ("PR-8.6-own-action: !(context has assignee)", ["PR-8.6-not-anothers-action"]),
        ("PR-8.6-own-progress: !(context has assignee)", ["PR-8.6-not-anothers-progress"]),
        ("PR-11.1-still-missing: context.capacity", ["PR-11.1-signer-has-no-say"]),
        ("PR-11.4-oral-signature: context.capacity", ["PR-11.1-signer-has-no-say"]),
        ("PR-13.1-withdraw: context has by", ["PR-13.1-not-a-signatory"]),
        (
            "PR-17.1-designated: context.hat ==",
            ["PR-7.1-no-involvement", "PR-10.4-needs-consent", "PR-17.1-decides-in-the-access-hat", "PR-17.3-purpose-fits-hat"]
        ),
        ("PR-18.1-director-writes-card-and-plan: context has domain", ["PR-3.4-all-domains"]),
        ("PR-18.2-write-own-organisation: context has domain", ["PR-3.4-all-domains"]),
        ("PR-18.3-read-with-consent: context.consent.", ["PR-10.4-needs-consent"]),
        ("PR-18.3-read-with-consent: context.moment < context.consent.until", ["PR-10.4-needs-consent"]),
        (": context.involvement.purposes.contains(context.purpose)", ["PR-7.2-other-purpose"]),
        (": context has involvement", ["PR-7.1-no-involvement"]),
        (": resource.involved.contains(principal)", ["PR-7.1-no-involvement"]),
        (": resource.household.involved.contains(principal)", ["PR-7.1-no-involvement"]),
    ]

    @Test("removing any clause makes an example fail or the set invalid; behind what a forbid refuses as well, without that forbid")
    func clauses() throws {
        let source = engine.texts.prepared.source
        let byID = Dictionary(uniqueKeysWithValues: source.policies.map { ($0.id, $0) })
        for counts in Coverage(of: engine.texts.prepared).policies {
            let policy = try #require(byID[counts.id])
            let text = Array(source.text(in: policy.range).utf8)
            let original = try PreparedPolicySet(source.filter { $0.id == counts.id })
            for clause in counts.clauses {
                let start = clause.range.start.offset - policy.range.start.offset
                let end = clause.range.endOffset - policy.range.start.offset
                let neutral = Array((clause.kind == .when ? "true" : "false").utf8)
                let mutant = String(decoding: text[..<start] + neutral + text[end...], as: UTF8.self)
                let set = try PolicySet(parsing: mutant, naming: .idAnnotation)
                guard engine.texts.schema.validate(set).isEmpty else { continue }
                let changed = try PreparedPolicySet(set)
                let touched = ExampleBook.all.filter { applies(original, $0) != applies(changed, $0) }
                // A permit shows where no forbid speaks; a forbid always.
                func isNoticed(without forbids: Set<String>) -> Bool {
                    touched.contains { policy.effect == .forbid || $0.isAllowed || forbids.isSuperset(of: $0.policies.keys) }
                }
                if isNoticed(without: []) { continue }
                let name = "\(counts.id): \(clause.text.split(whereSeparator: \.isWhitespace).joined(separator: " "))"
                let behind = Self.doubleLocks.first { name.contains($0.clause) }?.forbids ?? []
                #expect(!behind.isEmpty && isNoticed(without: behind), "\(name) can be removed unnoticed")
            }
        }
    }

    private func applies(_ set: PreparedPolicySet, _ example: Example) -> Bool {
        let response = set.authorize(example.request, entities: example.entities, mode: .conformance)
        return !response.determining.isEmpty
    }
}
