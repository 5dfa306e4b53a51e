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
}
