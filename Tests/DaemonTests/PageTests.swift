import Foundation
import Testing
import Wire

/// Lists come in pages, over the real socket.
@Suite(.timeLimit(.minutes(2))) struct PageTests {
    private struct Listed: Decodable {
        struct Entry: Decodable, Equatable { let id: String }
        let entries: [Entry]
        let next: String?
    }

    private func page(_ daemon: Kluisd, _ path: String, as token: String, purpose: String = "D2") async throws -> Listed {
        let reply = try await daemon.ask("GET", path, as: token, purpose: purpose)
        try #require(reply.status == 200, "\(path): \(reply.text)")
        return try JSONDecoder().decode(Listed.self, from: reply.body)
    }

    /// Every list that has pages gives the same entries page by page as at once.
    @Test func pagesTogetherAreTheList() async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        let lotte = try await daemon.signIn("lotte")
        for draft in 1...2 {
            let plan = try await daemon.ask(
                "POST", "/v1/households/\(furnished.household)/plans", as: joost, purpose: "D2",
                json: """
                    {"goals":[{"label":"a","domain":"housing","subject":"household","result":"r\(draft)","due":"2026-06-01"}],
                    "actions":[{"label":"b","goal":"a","actor":{"kind":"network"},"text":"t","due":"2026-03-01"}],"reviewDueOn":"2026-07-01"}
                    """)
            try #require(plan.status == 201, "\(plan.text)")
        }
        _ = try await daemon.ask("POST", "/v1/households", as: joost, purpose: "D1", json: "{}").id()
        _ = try await daemon.consent(furnished, as: joost).id()
        let routes = Route.allCases.filter { route in
            route != .ledgerEntries && route.queryParameters.contains { $0.name == "after" }
        }
        #expect(routes.count == 8)
        for route in routes {
            let isRegistry = route == .listWorkers || route == .listOrganisations
            let token = isRegistry ? lotte : joost
            func path(_ query: [(name: String, value: String?)]) -> String { route.path([furnished.household], query: query) }
            let whole = try await page(daemon, path([]), as: token, purpose: isRegistry ? "D8" : "D2")
            #expect(whole.next == nil && whole.entries.count > 1, "\(route): \(whole)")
            var gathered: [Listed.Entry] = []
            var after: String?
            repeat {
                let part = try await page(daemon, path([("after", after), ("limit", "1")]), as: token, purpose: isRegistry ? "D8" : "D2")
                #expect(part.entries.count == 1 && (part.next == nil || part.next == part.entries.last?.id), "\(route): \(part)")
                gathered += part.entries
                after = part.next
            } while after != nil && gathered.count < 100
            #expect(gathered == whole.entries, "\(route)")
            // A cursor of nothing, and one of another list.
            for cursor in ["x", "", furnished.household + "x", "i-bbbbbbbbbbbbbbbbbbbbbbbbba"] {
                let reply = try await daemon.ask("GET", path([("after", cursor)]), as: token, purpose: isRegistry ? "D8" : "D2")
                #expect(reply.status == 400 && reply.field("field") == "after", "\(route) \(cursor): \(reply.status) \(reply.text)")
                #expect(reply.field("detail")?.contains("begin again without one") == true, "\(reply.text)")
            }
        }
        // Who may not see the list does not hear what is a cursor.
        let bram = try await daemon.signIn("bram")
        for cursor in [furnished.small, "x"] {
            let reply = try await daemon.ask(
                "GET", "/v1/households/\(furnished.household)/items?after=\(cursor)", as: bram, purpose: "D2")
            #expect(reply.status == 404, "\(reply.text)")
        }
        #expect(try await daemon.stop() == 0)
    }

    /// The log has cursors of its own: the index of a line.
    @Test func theLogComesInPagesToo() async throws {
        let (daemon, _) = try await Kluisd.furnished()
        let renske = try await daemon.signIn("renske")
        struct Lines: Decodable {
            struct Line: Decodable { let index: Int }
            let entries: [Line]
            let next: String?
        }
        func lines(_ query: String) async throws -> Lines {
            let reply = try await daemon.ask("GET", "/v1/ledger/entries?\(query)", as: renske, purpose: "D8")
            #expect(reply.status == 200, "\(query): \(reply.text)")
            return try JSONDecoder().decode(Lines.self, from: reply.body)
        }
        let first = try await lines("limit=2")
        #expect(first.entries.map(\.index) == [0, 1] && first.next == "1")
        let second = try await lines("limit=2&after=1")
        #expect(second.entries.map(\.index) == [2, 3] && second.next == "3")
        for query in [
            "after=1000000", "after=18446744073709551615", "after=x", "after=-1", "limit=0", "limit=1001", "last=0", "last=x", "last=1001",
        ] {
            let reply = try await daemon.ask("GET", "/v1/ledger/entries?\(query)", as: renske, purpose: "D8")
            #expect(
                reply.status == 400 && reply.field("field") == query.split(separator: "=").first.map(String.init), "\(query): \(reply.text)"
            )
        }
        // How long the log is shows to nobody who may not read it.
        let joost = try await daemon.signIn("joost", hat: "direction")
        for query in ["after=1", "after=1000000"] {
            #expect(try await daemon.ask("GET", "/v1/ledger/entries?\(query)", as: joost, purpose: "D8").status == 403, "\(query)")
        }
        #expect(try await daemon.stop() == 0)
    }

    /// `--limit` and `--after` do what the command line says that they do.
    @Test func theCommandLineTurnsPages() async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        try await daemon.login("joost", hat: "direction")
        let list = ["item", "list", furnished.household, "--purpose", "D2", "--limit", "2"]
        let first = try await daemon.kluis(list, account: "joost")
        #expect(first.status == 0 && first.text.matches(of: /(?m)^i-/).count == 2, "\(first.text) \(first.errors)")
        let cursor = String(try #require(first.errors.firstMatch(of: /kluis: hint: .* --after (i-[a-z2-7]+)/), "\(first.errors)").1)
        let second = try await daemon.kluis(list + ["--after", cursor], account: "joost")
        #expect(second.status == 0 && second.text.matches(of: /(?m)^i-/).count == 1, "\(second.text) \(second.errors)")
        #expect(!second.errors.contains("--after"))
        #expect(try await daemon.kluis(list + ["--after", "x"], account: "joost").status == 2)
        #expect(try await daemon.stop() == 0)
    }
}
