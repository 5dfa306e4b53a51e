import Foundation
import Household
import Testing

@testable import Policy

@Suite("Reglement and policies cover each other")
struct CoverageTests {
    private let engine = Reglement.engine
    private let articles = [3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 17, 18]

    private var paragraphs: [Article] { articles.flatMap { number in (1...9).compactMap { Article(number, $0) } } }
    private var cited: Set<Article> { Set(engine.texts.notes.values.flatMap(\.articles)) }

    private var table: [(article: Article, reason: String)] {
        Reglement.text("reglement/without-policy.md").split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 2, let article = Article(cells[0]) else { return nil }
            return (article, cells[1])
        }
    }

    @Test("each paragraph has a policy, or a reason why it needs none; never both")
    func everyParagraph() {
        let excused = table.map(\.article)
        #expect(Set(excused).count == excused.count)
        #expect(table.allSatisfy { $0.reason.count > 40 })
        for paragraph in paragraphs {
            #expect(cited.contains(paragraph) != excused.contains(paragraph), "\(paragraph)")
        }
        #expect(Set(excused).isSubset(of: paragraphs))
    }

    @Test("what is carried out in part is cited by a policy, and the table says what is and what is not")
    func inPart() {
        let rows = Reglement.text("reglement/without-policy.md").split(separator: "\n").compactMap {
            line -> (article: Article, words: [String])? in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 3, let article = Article(cells[0]) else { return nil }
            return (article, Array(cells[1...]))
        }
        #expect(rows.count > 5 && Set(rows.map(\.article)).count == rows.count)
        for row in rows { #expect(cited.contains(row.article) && row.words.allSatisfy { $0.count > 20 }, "\(row)") }
    }

    @Test("no step after a refusal sends anybody to an act that does not exist")
    func stepsLeadSomewhere() {
        // Acts of the reglement that no action carries out yet; with the action its words go from here.
        let missing: [(action: String, words: [String])] = [
            ("nameForSealedFolder", ["map wordt aangewezen", "named for the sealed folder"]),
            ("handOver", ["draag de regie over", "hand the direction over"]), ("designate", ["wil aanwijzen", "to designate"]),
            ("refuseToSign", ["standpunt van de inwoner bij", "attach the resident"]),
            ("appointDeputy", ["waarnemer aan", "appoint a deputy"]),
        ]
        for act in missing { #expect(ActionName(rawValue: act.action) == nil, "\(act.action) exists") }
        for note in engine.texts.notes.values {
            guard let step = note.step else { continue }
            let text = (step.nl + " " + step.en).lowercased()
            for word in missing.flatMap(\.words) { #expect(!text.contains(word), "\(note.id): \(word)") }
        }
    }

    @Test("a step is left out only for a policy that has one")
    func stepsInThePlaceOfOthers() {
        let forbids = Dictionary(uniqueKeysWithValues: engine.texts.notes.values.filter { $0.step != nil }.map { ($0.id, $0) })
        let better = engine.texts.notes.values.filter { !$0.insteadOf.isEmpty }
        #expect(!better.isEmpty)
        for note in better {
            #expect(note.step != nil && !note.insteadOf.contains(note.id), "\(note.id)")
            for other in note.insteadOf { #expect(forbids[other]?.insteadOf.contains(note.id) == false, "\(note.id): \(other)") }
        }
    }

    @Test("each paragraph that policies cite stands in the text of the reglement beside them")
    func textIsBeside() {
        let text = Reglement.text("reglement/PR-2026-01.md")
        #expect(text.contains("`\(PolicyEngine.reglementVersion)`"))
        let lines = text.split(separator: "\n").map(String.init)
        for article in cited {
            guard let start = lines.firstIndex(where: { $0.hasPrefix("### Artikel \(article.number) ") }) else {
                Issue.record("\(article): no such article in the text")
                continue
            }
            let body = lines[(start + 1)...].prefix { !$0.hasPrefix("#") }
            #expect(body.contains { $0.hasPrefix("\(article.paragraph). ") }, "\(article)")
        }
    }

    @Test("each file of policies is named after the article most of its policies begin with")
    func files() throws {
        for (file, text) in Reglement.files {
            let ids = text.matches(of: /@id\("PR-(\d+)\./).map { String($0.1) }
            let number = file.prefix { $0.isNumber }.drop { $0 == "0" }
            let most = Dictionary(grouping: ids) { $0 }.max { $0.value.count < $1.value.count }?.key
            #expect(most == String(number), "\(file)")
        }
    }

    @Test("sentences are whole: they end with a full stop or a question, and the two languages differ")
    func sentences() {
        for note in engine.texts.notes.values {
            for text in [note.sentence, note.step, note.duty, note.notice].compactMap({ $0 }) {
                #expect(text.nl.hasSuffix(".") && text.en.hasSuffix("."), "\(note.id)")
                #expect(text.nl != text.en, "\(note.id)")
            }
        }
    }
}
