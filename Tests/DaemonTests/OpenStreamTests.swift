import Foundation
import Testing

/// A right that ends while something is under way: the reading that flows is cut, and what comes in is not kept.
@Suite(.timeLimit(.minutes(2))) struct OpenStreamTests {
    enum End: String, CaseIterable, Sendable { case withdrawal, narrowing, term, signingOut }

    /// More than lies in any buffer between the vault and a client that does not read.
    private static let size = 24 << 20
    /// Rule 4 of the reference monitor.
    private static let mostAfterTheEnd = 256 << 10

    @Test(arguments: End.allCases)
    func aReadingIsCutWhenTheRightEnds(end: End) async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        let kees = try await daemon.signIn("kees", hat: "help")
        let item = try await daemon.add(Data(repeating: 9, count: Self.size), title: "long", to: furnished, as: joost).id()
        let held = try Held(
            daemon,
            sending: Kluisd.request("GET", "/v1/households/\(furnished.household)/items/\(item)", Kluisd.headers(kees, "D2")))
        // It flows.
        let first = try await held.take(100_000)
        #expect(first.starts(with: Data("HTTP/1.1 200".utf8)))
        switch end {
        case .withdrawal:
            let withdrawn = try await daemon.ask(
                "POST", "/v1/consents/\(furnished.consent)/withdrawal", as: daemon.signIn("kees", hat: "help"), purpose: "D7",
                json: #"{"by":"\#(furnished.selma)"}"#)
            try #require(withdrawn.status == 200, "\(withdrawn.text)")
        case .narrowing:
            // Another consent takes its place, without the life domain that is being read (PR-11.7).
            let narrowed = try await daemon.ask(
                "POST", "/v1/households/\(furnished.household)/consents", as: joost, purpose: "D2",
                json: """
                    {"subject":"\(furnished.selma)","recipient":"balans","domains":["participation"],"purpose":"D2","until":"2026-12-31",\
                    "leaflet":"2026-1","form":"written","signatures":[{"person":"\(furnished.selma)"}],"replaces":"\(furnished.consent)"}
                    """)
            try #require(narrowed.status == 201, "\(narrowed.text)")
        case .term:
            let moved = try await daemon.ask("POST", "/v1/rehearsal/clock", json: #"{"moment":"2027-01-02T10:00:00Z"}"#)
            try #require(moved.status == 200, "\(moved.text)")
        case .signingOut: try #require(try await daemon.ask("DELETE", "/v1/session", as: kees).status == 200)
        }
        // Nothing was read since: all that lies between the vault and the client comes out now.
        let rest = try await held.take()
        #expect(rest.count <= Self.mostAfterTheEnd, "\(rest.count) bytes came after the right had ended")
        // How it ended stands in the log.
        let renske = try await daemon.signIn("renske")
        let page = try await daemon.ask("GET", "/v1/ledger/entries?last=12", as: renske, purpose: "D8")
        let outcome = page.text.firstMatch(of: /\{[^{}]*"action":"readItem"[^{}]*"kind":"outcome"[^{}]*\}/)
        #expect(outcome?.0.contains(#""outcome":"interrupted""#) == true, "\(page.text)")
        #expect(try await daemon.stop() == 0)
    }

    /// A reading that ends in a month whose key cannot be written yet was completed all the same.
    /// Meanwhile it keeps no checkpoint from being published: also one that stops sees where the log stands.
    @Test(arguments: [false, true]) func aReadingThatEndsWhileTheKeyVolumeFails(isStopped: Bool) async throws {
        let (daemon, furnished) = try await Kluisd.copy()
        try await daemon.start(tick: 1)
        func move(to moment: String) async throws {
            let moved = try await daemon.ask("POST", "/v1/rehearsal/clock", json: #"{"moment":"\#(moment)"}"#)
            try #require(moved.status == 200, "\(moved.text)")
        }
        try await move(to: "2026-01-31T23:50:00Z")
        let joost = try await daemon.signIn("joost", hat: "direction")
        let item = try await daemon.add(Data(repeating: 9, count: Self.size), title: "long", to: furnished, as: joost).id()
        let path = "/v1/households/\(furnished.household)/items"
        let held = try Held(daemon, sending: Kluisd.request("GET", path + "/" + item, Kluisd.headers(joost, "D2")))
        let first = try await held.take(100_000)
        #expect(first.starts(with: Data("HTTP/1.1 200".utf8)))
        // What the keyring is written to is in the way.
        let obstacle = daemon.keys + "/keyring.new"
        try FileManager.default.createDirectory(atPath: obstacle, withIntermediateDirectories: false)
        try await move(to: "2026-02-01T00:00:10Z")
        let rest = try await held.take()
        #expect(Reply(first + rest)?.body.count == Self.size)
        // Nothing is read without its line, and what waits to be written waits on.
        #expect(try await daemon.ask("GET", path, as: joost, purpose: "D2").problem == "notRecorded")
        while !daemon.errors.contains("outcomes-not-") { try await Task.sleep(for: .milliseconds(100)) }
        #expect(daemon.errors.contains("outcomes-not-recorded-yet"), "\(daemon.errors)")
        if isStopped {
            // It may not end as if all were well: the outcome is not recorded.
            #expect(try await daemon.stop() == 70)
            let lines = Int(try await daemon.sqlite("SELECT count(*) FROM ledger_leaf").trimmingCharacters(in: .whitespacesAndNewlines))
            let checkpoint = try String(contentsOfFile: daemon.state + "/ledger/checkpoint", encoding: .utf8)
            let published = Int(checkpoint.split(separator: "\n").dropFirst().first ?? "")
            #expect(published != nil && published == lines, "\(checkpoint)")
            return
        }
        try FileManager.default.removeItem(atPath: obstacle)
        #expect(try await daemon.ask("GET", path, as: joost, purpose: "D2").status == 200)
        let page = try await daemon.ask("GET", "/v1/ledger/entries?last=12", as: daemon.signIn("renske"), purpose: "D8")
        let outcome = page.text.firstMatch(of: /\{[^{}]*"action":"readItem"[^{}]*"kind":"outcome"[^{}]*\}/)
        #expect(outcome?.0.contains(#""outcome":"completed""#) == true, "\(page.text)")
        #expect(try await daemon.stop() == 0)
    }

    /// The session is asked for again in the transaction that makes the item exist.
    @Test func anUploadWhoseSessionEndedIsNotKept() async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        let other = try await daemon.signIn("joost", hat: "direction")
        let list = "/v1/households/\(furnished.household)/items"
        func items() async throws -> Int {
            try await daemon.ask("GET", list, as: other, purpose: "D2").text.matches(of: /"id":"i-/).count
        }
        let before = try await items()
        let part = Data(repeating: 7, count: 800_000)
        let held = try Held(daemon, sending: StallTests.upload(furnished, joost, length: 900_000, part: part))
        // The upload has its place before the session ends: a part of it lies there.
        while try FileManager.default.contentsOfDirectory(atPath: daemon.state + "/blobs/tmp").isEmpty {
            try Task.checkCancellation()
            _ = try await daemon.ask("GET", "/v1/status")
        }
        try #require(try await daemon.ask("DELETE", "/v1/session", as: joost).status == 200)
        let answer = try await held.take(sending: Data(repeating: 7, count: 100_000))
        let reply = try #require(Reply(answer), "\(answer.count)")
        #expect(reply.status == 401 && reply.problem == "signInFirst", "\(reply.status) \(reply.text)")
        #expect(before > 0)
        #expect(try await items() == before)
        #expect(try await daemon.stop() == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: daemon.state + "/blobs/tmp").isEmpty)
    }

    /// Who may not add it hears so before a byte of it was sent.
    @Test func aLargeUploadIsRefusedBeforeItsBytes() async throws {
        let (daemon, furnished) = try await Kluisd.copy()
        try await daemon.start(["--stall-seconds", "20"])
        let bram = try await daemon.signIn("bram")
        let held = try Held(daemon, sending: StallTests.upload(furnished, bram, length: 900_000, part: Data()))
        let answer = try await held.take()
        let reply = try #require(Reply(answer), "nothing was said before the bytes came")
        #expect(reply.status == 404 && reply.problem == "notFound", "\(reply.status) \(reply.text)")
        let page = try await daemon.ask("GET", "/v1/ledger/entries?last=4", as: daemon.signIn("renske"), purpose: "D8")
        let line = page.text.firstMatch(of: /\{[^{}]*"action":"addItem"[^{}]*\}/)
        #expect(line?.0.contains(#""outcome":"refuse""#) == true, "\(page.text)")
        #expect(try await daemon.stop() == 0)
    }
}
