import Foundation
import Testing

/// What a careless or hostile client can send: each a clear error, and nothing done.
@Suite struct BadInputTests {
    /// Asks for a household with a body, and expects a problem that leaves none behind.
    private func refuses(
        _ body: Data, status: Int, _ extra: [(String, String)] = [], detail: Regex<Substring>? = nil, _ place: SourceLocation = #_sourceLocation
    ) async throws {
        let (daemon, _) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        let before = try await daemon.households(as: joost)
        let reply = try await daemon.ask(
            "POST", "/v1/households", as: joost, purpose: "D1", [("Content-Type", "application/json")] + extra, body: body, place)
        #expect(reply.status == status && reply.problem == "invalid", "\(reply.status) \(reply.text)", sourceLocation: place)
        #expect(reply.head.lowercased().contains("content-type: application/problem+json"), sourceLocation: place)
        if let detail { #expect(reply.text.firstMatch(of: detail) != nil, "\(reply.text)", sourceLocation: place) }
        #expect(try await daemon.households(as: joost) == before, sourceLocation: place)
        #expect(try await daemon.stop() == 0, sourceLocation: place)
    }

    @Test func oversizeJSON() async throws {
        try await refuses(Data(#"{"municipality":""#.utf8) + Data(repeating: UInt8(ascii: "w"), count: 300_000) + Data("\"}".utf8), status: 413)
    }
    @Test func oversizeChunkedJSON() async throws {
        let chunk = Data("10000\r\n".utf8) + Data(repeating: UInt8(ascii: " "), count: 0x10000) + Data("\r\n".utf8)
        let body = (0..<8).reduce(Data()) { all, _ in all + chunk } + Data("0\r\n\r\n".utf8)
        let (daemon, _) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        let head = "POST /v1/households HTTP/1.1\r\nHost: kluis\r\nConnection: close\r\nAuthorization: Bearer \(joost)\r\nKluis-Purpose: D1\r\nTransfer-Encoding: chunked\r\n\r\n"
        let reply = try #require(Reply(await daemon.raw(Data(head.utf8) + body)))
        #expect(reply.status == 413 && reply.problem == "invalid")
        #expect(try await daemon.stop() == 0)
    }
    @Test func deeplyNestedJSON() async throws {
        try await refuses(Data((String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)).utf8), status: 400)
        try await refuses(Data((#"{"municipality":"# + String(repeating: "{\"a\":", count: 40) + "1" + String(repeating: "}", count: 41)).utf8), status: 400)
    }
    @Test func duplicateKeys() async throws {
        try await refuses(Data(#"{"municipality":"waterwolde","municipality":"waterwolde"}"#.utf8), status: 400)
        try await refuses(Data(#"{"municipality":"waterwolde","munic\u0069pality":"waterwolde"}"#.utf8), status: 400)
    }
    @Test func unknownField() async throws {
        try await refuses(Data(#"{"municipality":"waterwolde","municipalty":"x"}"#.utf8), status: 400, detail: /municipalty/)
    }
    @Test(arguments: ["", "{", "null", "[]", "{\"municipality\":1}", "{\"municipality\":\"waterwolde\"} {}", "{\"municipality\":\"\u{0}\"}"])
    func brokenJSON(text: String) async throws { try await refuses(Data(text.utf8), status: 400) }
    @Test func invalidUTF8() async throws { try await refuses(Data(#"{"municipality":""#.utf8) + Data([0xff, 0xc0]) + Data("\"}".utf8), status: 400) }

    @Test func contentLengthBesideChunked() async throws {
        let (daemon, _) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        let before = try await daemon.households(as: joost)
        for order in [["Content-Length: 2", "Transfer-Encoding: chunked"], ["Transfer-Encoding: chunked", "Content-Length: 2"]] {
            let head =
                "POST /v1/households HTTP/1.1\r\nHost: kluis\r\nConnection: close\r\nAuthorization: Bearer \(joost)\r\nKluis-Purpose: D1\r\n"
                + order.joined(separator: "\r\n") + "\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
            let answer = try await daemon.raw(Data(head.utf8))
            #expect(String(decoding: answer, as: UTF8.self).hasPrefix("HTTP/1.1 400 "), "\(String(decoding: answer, as: UTF8.self))")
        }
        #expect(try await daemon.households(as: joost) == before)
        #expect(try await daemon.stop() == 0)
    }

    /// A client that goes away in the middle: no item, no part file, and nobody else notices.
    @Test(arguments: [1_000, 600_000], [true, false])
    func truncatedUpload(sent: Int, chunked: Bool) async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        let rows = "SELECT (SELECT count(*) FROM item_version) || '/' || (SELECT count(*) FROM record WHERE kind = 40)"
        let before = try await daemon.sqlite(rows)
        let blobs = try Self.files(daemon)
        let headers = Kluisd.headers(joost, "D2") + [Kluisd.item(title: "cut", subject: furnished.selma)]
        let path = "/v1/households/\(furnished.household)/items"
        let content = Data(repeating: 7, count: sent)
        let bytes =
            chunked
            ? Kluisd.request("POST", path, headers + [("Transfer-Encoding", "chunked")]) + Data("\(String(sent + 500, radix: 16))\r\n".utf8) + content
            : Kluisd.request("POST", path, headers + [("Content-Length", "\(sent + 500)")], body: content)
        let answer = try await daemon.raw(bytes, cutting: true)
        if let reply = Reply(answer) { #expect(reply.status == 400 && reply.problem == "invalid", "\(reply.text)") }
        // The next request is answered after the writer has done with this one, and an orderly stop waits for what still runs.
        #expect(try await daemon.add(Data("whole".utf8), title: "whole", to: furnished, as: joost).status == 201)
        #expect(try await daemon.stop() == 0)
        let counts = before.split(separator: "/").compactMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
        #expect(try await daemon.sqlite(rows) == "\(counts[0] + 1)/\(counts[1] + 1)\n")
        #expect(try Self.files(daemon) == blobs)
    }
    private static func files(_ daemon: Kluisd) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: daemon.state + "/blobs").filter { $0.utf8.count >= 32 }.sorted()
    }

    @Test func aMissingPurposeIsRefusedAndRecorded() async throws {
        let (daemon, _) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        let reply = try await daemon.ask("POST", "/v1/households", as: joost, json: #"{"municipality":"waterwolde"}"#)
        #expect(reply.status == 403 && reply.problem == "refused" && reply.articles.contains("PR-3.2"), "\(reply.text)")
        let receipt = try #require(reply.receipt)
        let renske = try await daemon.signIn("renske")
        let page = try await daemon.ask("GET", "/v1/ledger/entries?last=8", as: renske, purpose: "D8")
        struct Page: Decodable {
            struct Line: Decodable {
                let index: Int
                let action: String
                let outcome: String?
                let articles: [String]?
            }
            let entries: [Line]
        }
        let line = try #require(JSONDecoder().decode(Page.self, from: page.body).entries.first { $0.index == receipt }, "\(page.text)")
        #expect(line.action == "createHousehold" && line.outcome == "refuse" && line.articles?.contains { $0.hasSuffix("3.2") } == true)
        let wrong = try await daemon.ask("POST", "/v1/households", as: joost, purpose: "D17", json: #"{"municipality":"waterwolde"}"#)
        #expect(wrong.status == 400 && wrong.problem == "invalid")
        #expect(try await daemon.stop() == 0)
    }

    /// Who may not know of a thing hears the same bytes whether it exists or not.
    @Test func notFoundIsOneAnswer() async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let bram = try await daemon.signIn("bram")
        func bytes(_ path: String) async throws -> [Substring] {
            let answer = String(decoding: try await daemon.raw(Kluisd.request("GET", path, Kluisd.headers(bram, "D2"))), as: UTF8.self)
            return answer.split(separator: "\r\n", omittingEmptySubsequences: false).filter { !$0.lowercased().hasPrefix("date:") }
        }
        let there = try await bytes("/v1/households/\(furnished.household)")
        #expect(there.first?.hasPrefix("HTTP/1.1 404") == true)
        #expect(!there.contains { $0.lowercased().hasPrefix("kluis-receipt") })
        let nowhere = "h-bbbbbbbbbbbbbbbbbbbbbbbbba"
        for path in [
            "/v1/households/\(nowhere)", "/v1/households/\(furnished.household)/items/\(furnished.small)",
            "/v1/households/\(furnished.household)/items/i-bbbbbbbbbbbbbbbbbbbbbbbbba", "/v1/households/\(nowhere)/items/\(furnished.small)",
        ] { #expect(try await bytes(path) == there, "\(path)") }
        #expect(try await daemon.stop() == 0)
    }

    @Test func aSecondDaemonDoesNotStart() async throws {
        let (daemon, _) = try await Kluisd.furnished()
        let second = try await daemon.startRefused()
        #expect(second.status == 4)
        #expect(second.errors.hasPrefix("kluisd: error: another kluisd serves this state directory\nkluisd: hint: "), "\(second.errors)")
        #expect(try await daemon.ask("GET", "/v1/status").status == 200, "the first one serves on")
        #expect(try await daemon.stop() == 0)
    }
}
