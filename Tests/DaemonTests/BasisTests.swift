import Foundation
import Testing

/// The task that a reading is for comes in a header, and reaches the decision, the list and the log (PR-10.3).
@Suite(.timeLimit(.minutes(2))) struct BasisTests {
    @Test func theHeaderReachesTheDecision() async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let household = "/v1/households/\(furnished.household)"
        let joost = try await daemon.signIn("joost", hat: "direction")
        // Of the same organisation as Joost, who made the item for G1.
        _ = try await daemon.ask(
            "POST", household + "/involvements", as: joost, purpose: "D3",
            json: #"{"worker":"nico","role":"teamMember","purpose":"D2","until":"2026-03-01"}"#
        ).id()
        let nico = try await daemon.signIn("nico", hat: "help")
        func get(_ path: String, _ basis: String?, _ extra: [(String, String)] = []) async throws -> Reply {
            try await daemon.ask("GET", household + path, as: nico, purpose: "D2", (basis.map { [("Kluis-Basis", $0)] } ?? []) + extra)
        }
        let item = "/items/\(furnished.small)"
        let unnamed = try await get(item, nil)
        #expect(unnamed.problem == "refused" && unnamed.articles == ["PR-10.3"], "\(unnamed.text)")
        #expect(unnamed.field("next")?.contains("G1 to G4") == true, "\(unnamed.text)")
        for (basis, article) in [("G2", "PR-10.3"), ("G5", "PR-10.3"), ("G9", "PR-10.3"), ("G10", "PR-10.1")] {
            let refused = try await get(item, basis)
            #expect(refused.problem == "refused" && refused.articles.contains(article), "\(basis): \(refused.text)")
        }
        for basis in ["G12", "", "g1"] {
            let invalid = try await get(item, basis)
            #expect(invalid.status == 400 && invalid.field("field") == "Kluis-Basis", "\(basis): \(invalid.text)")
        }
        let read = try await get(item, "G1")
        #expect(read.status == 200 && read.text == "the first small one", "\(read.text)")
        // Asking beforehand says the same.
        let why = [("Kluis-Why", "1")]
        #expect(try await get(item, "G1", why).field("outcome") == "permit")
        #expect(try await get(item, "G2", why).field("outcome") == "refuse")
        #expect(try await get(item, "G10", why).field("outcome") == "refuse")
        // Who may and what may I answer as the reading would.
        func access(_ path: String, _ basis: String?) async throws -> Reply {
            let path = "/v1/access/\(path)household=\(furnished.household)"
            return try await daemon.ask("GET", path, as: nico, purpose: "D2", basis.map { [("Kluis-Basis", $0)] } ?? [])
        }
        func row(_ reply: Reply, _ mark: String) throws -> String {
            let rows = reply.text.matches(of: /\{[^{}]*"action":"readItem"[^{}]*\}/).map { String($0.0) }
            return try #require(rows.first { $0.contains(mark) }, "\(reply.text)")
        }
        let person = try await daemon.ask("GET", "/v1/session", as: nico).field("worker")
        let worker = try #require(person.map { #""worker":"\#($0)""# })
        let small = #""item":"\#(furnished.small)""#
        let title = #""title":"#
        // Where none is named it is the item's own that a colleague names; its title stays closed until he did.
        for (question, mark) in [("what?", small), ("who?item=\(furnished.small)&", worker)] {
            let own = try row(try await access(question, nil), mark)
            #expect(own.contains(#""basis":"own""#) && own.contains(#""outcome":"permit""#) && !own.contains(title), "\(own)")
            let named = try row(try await access(question, "G1"), mark)
            #expect(named.contains(#""basis":"G1""#) && named.contains(#""outcome":"permit""#), "\(named)")
            #expect(named.contains(title) == (question == "what?"), "\(named)")
            let other = try row(try await access(question, "G2"), mark)
            #expect(other.contains(#""outcome":"refuse""#) && other.contains("PR-10.3") && !other.contains(title), "\(other)")
            #expect(try await access(question, "G10").articles.contains("PR-10.1"))
        }
        // A list shows the titles of what could be read.
        #expect(try await get("/items", "G1").text.contains("Verslag over small"))
        #expect(try await !get("/items", nil).text.contains("Verslag over small"))
        let page = try await daemon.ask("GET", "/v1/ledger/entries?last=200", as: daemon.signIn("renske"), purpose: "D8")
        let lines = page.text.matches(of: /\{[^{}]*"action":"readItem"[^{}]*\}/).map { String($0.0) }
        #expect(lines.contains { $0.contains(#""basis":"G2""#) && $0.contains(#""outcome":"refuse""#) }, "\(page.text)")
        #expect(try await daemon.stop() == 0)
    }
}
