import Foundation
import Testing

/// "Is this person known" is looked up with a reason, is recorded, and cannot be asked about everybody.
@Suite(.timeLimit(.minutes(2))) struct SearchTests {
    @Test func searchesAreRationed() async throws {
        let (daemon, _) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        func search(_ term: String, as token: String, _ headers: [(String, String)] = []) async throws -> Reply {
            try await daemon.ask(
                "POST", "/v1/households/search", as: token, purpose: "D1", headers, json: Kluisd.json(["term": term]))
        }
        var answers: [Reply] = []
        while answers.count < 60, answers.last?.status != 429 { answers.append(try await search("Nobody \(answers.count)", as: joost)) }
        let last = answers.popLast()
        let limited = try #require(last)
        #expect(answers.count >= 20 && answers.allSatisfy { $0.status == 200 }, "\(answers.map(\.status))")
        #expect(limited.status == 429 && limited.problem == "refused" && limited.articles == ["PR-7.5"], "\(limited.text)")
        let after = try #require(limited.head.firstMatch(of: /(?i)retry-after: (\d+)/))
        #expect((1...30).contains(Int(after.1) ?? 0))
        #expect(limited.text.contains("search again in \(after.1) seconds") && !limited.text.contains("Nobody"))
        // In Dutch, and for the question whether one may as well.
        let dutch = try await search("x", as: joost, [("Kluis-Why", "1"), ("Accept-Language", "nl")])
        #expect(dutch.status == 429, "\(dutch.text)")
        // Recorded as what it is, and nobody else waits for it.
        let page = try await daemon.ask(
            "GET", "/v1/ledger/entries?after=\(try #require(limited.receipt) - 1)&limit=1", as: daemon.signIn("renske"), purpose: "D8")
        #expect(page.text.contains(#""action":"searchPerson""#) && page.text.contains(#""outcome":"refuse""#), "\(page.text)")
        #expect(page.text.contains(#""purpose":"D1""#) && page.text.contains("PR-7.5"))
        #expect(try await search("Aydin", as: daemon.signIn("mirjam", hat: "direction")).status == 200)
        #expect(try await daemon.ask("GET", "/v1/households", as: joost, purpose: "D1").status == 200, "only searching waits")
        #expect(try await daemon.ledgerVerifies())
        #expect(try await daemon.stop() == 0)
    }
}
