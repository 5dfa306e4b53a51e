import Foundation
import Testing
import Wire

/// Whoever lost an answer asks again with the same idempotency key, and hears what was done: also where doing it is why it may not be done again.
@Suite(.timeLimit(.minutes(2))) struct RepeatTests {
    /// A request of each kind that changes something, in an order in which each can be done.
    private struct Repeating {
        let daemon: Kluisd
        var done: Set<String> = []
        var tokens: [String: String] = [:]

        mutating func token(_ who: String, _ hat: String?) async throws -> String {
            if let known = tokens[who] { return known }
            let token = try await daemon.signIn(who, hat: hat)
            tokens[who] = token
            return token
        }

        /// Sends it twice under one key; the answer of the second.
        @discardableResult
        mutating func twice(
            _ route: Route, _ things: [String] = [], by who: String, hat: String? = nil, _ purpose: String, _ body: String? = nil,
            for person: String? = nil, _ place: SourceLocation = #_sourceLocation
        ) async throws -> Reply {
            let token = try await token(who, hat)
            let key = UUID().uuidString
            var headers = [("Idempotency-Key", key)] + (person.map { [("Kluis-For", $0)] } ?? [])
            if route == .addItem { headers.append(Kluisd.item(title: "twice", subject: "household")) }
            func send(_ key: String? = nil) async throws -> Reply {
                let all = headers.map { $0.0 == "Idempotency-Key" ? ($0.0, key ?? $0.1) : $0 }
                return try await daemon.ask(
                    route.method.rawValue, route.path(things), as: token, purpose: purpose, all, body: Data((body ?? "").utf8))
            }
            let first = try await send(), again = try await send()
            #expect(route.statuses.contains(first.status), "\(route): \(first.status) \(first.text)", sourceLocation: place)
            #expect(again.status == first.status, "\(route): \(again.status) \(again.text)", sourceLocation: place)
            let id = try first.id(place)
            #expect(again.field("id") == id, "\(route): \(again.text)", sourceLocation: place)
            #expect(again.field("state") == first.field("state"), "\(route): \(again.text)", sourceLocation: place)
            // Each attempt has a line of its own.
            #expect(again.receipt != nil && again.receipt != first.receipt, "\(route): \(again.text)", sourceLocation: place)
            done.insert("\(route)")
            return again
        }
    }

    @Test func aChangeThatIsRepeatedIsAnsweredAsItWas() async throws {
        let (daemon, _) = try await Kluisd.furnished()
        var all = Repeating(daemon: daemon)
        let home = try await all.twice(.createHousehold, by: "joost", hat: "direction", "D1", #"{"municipality":"waterwolde"}"#).id()
        for (name, born, relation) in [
            ("ali", "2016-04-01", "child"), ("bea", "1985-04-01", "parent"), ("cor", "1950-04-01", "grandparent"),
        ] {
            try await all.twice(
                .addPerson, [home], by: "joost", "D1",
                #"{"givenName":"\#(name)","familyName":"X","birthDate":"\#(born)","relation":"\#(relation)"}"#)
        }
        try await all.twice(
            .recordAuthority, [home], by: "joost", "D1", #"{"child":"ali","holder":"bea","kind":"sole","evidence":"authorityRegister"}"#)
        try await all.twice(
            .recordRepresentation, [home], by: "joost", "D1",
            #"{"person":"cor","representative":"bea","kind":"mentor","evidence":"courtDecision"}"#)
        try await all.twice(.appointDirector, [home], by: "mirjam", hat: "direction", "D3", #"{"worker":"joost","preference":"followed"}"#)
        let involvement = try await all.twice(
            .grantInvolvement, [home], by: "joost", "D3", #"{"worker":"wendy","role":"teamMember","purpose":"D2","until":"2026-06-01"}"#
        ).id()
        try await all.twice(
            .recordIncapacity, [home], by: "wendy", hat: "help", "D2", #"{"person":"cor","reason":"x","until":"2026-06-01"}"#)
        try await all.twice(.declareConflict, [home], by: "nico", hat: "help", "D8", #"{"kind":"neighbour"}"#)
        let consent = try await all.twice(
            .registerConsent, [home], by: "joost", "D2",
            #"{"subject":"bea","recipient":"balans","domains":["housing"],"purpose":"D2","until":"2026-06-01","leaflet":"2026-1","form":"written","signatures":[]}"#
        ).id()
        try await all.twice(.signConsent, [consent], by: "joost", "D2", "{}", for: "bea")
        try await all.twice(.withdrawConsent, [consent], by: "joost", "D7", "{}", for: "bea")
        try await all.twice(
            .refuseConsent, [home], by: "joost", "D2", #"{"subject":"bea","recipient":"balans","domains":["health"],"purpose":"D2"}"#)
        try await all.twice(.addItem, [home], by: "joost", "D2", "content")
        let plan = try await all.twice(
            .draftPlan, [home], by: "joost", "D2",
            #"{"goals":[{"label":"a","domain":"housing","subject":"household","result":"droog","due":"2026-06-01"}],"actions":[{"label":"b","goal":"a","actor":{"kind":"network"},"text":"bellen","due":"2026-03-01"}],"reviewDueOn":"2026-07-01"}"#
        ).id()
        try await all.twice(.presentPlan, [plan], by: "joost", "D2")
        try await all.twice(.signPlan, [plan], by: "joost", "D2", #"{"signer":{"kind":"director"}}"#)
        // The last one brings it into force, which a second signature would find in force already.
        let last = try await all.twice(.signPlan, [plan], by: "joost", "D2", "{}", for: "bea")
        #expect(last.field("state") == "inForce", "\(last.text)")
        let read = try await daemon.ask("GET", "/v1/plans/\(plan)", as: all.token("joost", nil), purpose: "D2")
        let action = String(try #require(read.text.firstMatch(of: /"id":"(a-[a-z2-7]+)"/), "\(read.text)").1)
        try await all.twice(.changePlanAction, [plan, action], by: "joost", "D2", #"{"done":true}"#)
        try await all.twice(.endInvolvement, [home, involvement], by: "joost", "D3")

        let organisation = #"{"handle":"nieuw","name":"Nieuw","kind":"partner","convenantSignedOn":"2026-01-02"}"#
        try await all.twice(.addOrganisation, by: "lotte", "D8", organisation)
        try await all.twice(
            .addWorker, by: "lotte", "D8", #"{"handle":"anouk","name":"A","organisation":"nieuw","secrecyDeclaredOn":"2026-01-02"}"#)
        try await all.twice(.assignRole, ["anouk"], by: "lotte", "D8", #"{"role":"teamMember"}"#)
        let made = try await Built.run("/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", daemon.directory + "/new"])
        try #require(made.status == 0, "\(made.errors)")
        let line = try String(contentsOfFile: daemon.directory + "/new.pub", encoding: .utf8).split(separator: " ").prefix(2)
        try await all.twice(
            .enrolKey, ["anouk"], by: "lotte", "D8", #"{"publicKey":"\#(line.joined(separator: " "))","storedApart":true}"#)
        for _ in 0..<5 {
            let challenge = try await daemon.challenge("kees", hat: "help")
            _ = try await daemon.login(challenge.text, daemon.sign(challenge.text, challenge.namespace, key: "fatima"))
        }
        try await all.twice(.unlockWorker, ["kees"], by: "lotte", "D8")
        try await all.twice(.endRole, ["anouk"], by: "lotte", "D8", #"{"role":"teamMember"}"#)
        try await all.twice(.endWorker, ["anouk"], by: "lotte", "D8", "{}")
        // A witness's cosignature is added in `WitnessedTests`; who adds it again hears that it is known.
        let changes = Set(Route.allCases.filter { $0.isChange && $0 != .ledgerCosignature }.map { "\($0)" })
        #expect(all.done == changes, "\(changes.symmetricDifference(all.done).sorted())")
        #expect(try await daemon.stop() == 0)
    }

    /// A large content is refused before it comes. Whether it came before shows only in it, so who was answered under this key is let send it.
    @Test(arguments: [false, true]) func aLargeUploadThatIsRepeatedIsAnsweredAsItWas(isChunked: Bool) async throws {
        let (daemon, furnished) = try await Kluisd.copy()
        try await daemon.start(["--stall-seconds", "20"])
        let joost = try await daemon.signIn("joost", hat: "direction")
        let kees = try await daemon.signIn("kees", hat: "help")
        let household = "/v1/households/\(furnished.household)"
        func head(_ key: String) -> Data {
            Kluisd.request(
                "POST", household + "/items",
                Kluisd.headers(kees, "D2") + [
                    Kluisd.item(title: "twice", subject: furnished.selma), ("Idempotency-Key", key),
                    isChunked ? ("Transfer-Encoding", "chunked") : ("Content-Length", "300000"),
                ])
        }
        func send(_ content: Data, _ key: String = "one") async throws -> Reply {
            let chunk = Data((String(content.count, radix: 16) + "\r\n").utf8) + content + Data("\r\n0\r\n\r\n".utf8)
            return try #require(Reply(try await daemon.raw(head(key) + (isChunked ? chunk : content))), "\(daemon.errors)")
        }
        var content = Data(repeating: 7, count: 300_000)
        let first = try await send(content)
        #expect(first.status == 201, "\(first.text)")
        // The right to add anything ends.
        let team = try await daemon.ask("GET", household + "/involvements", as: joost, purpose: "D2")
        let object = try JSONSerialization.jsonObject(with: team.body) as? [String: Any]
        let lines = try #require(object?["entries"] as? [[String: Any]], "\(team.text)")
        var ended = 0
        for line in lines where (line["worker"] as? [String: Any])?["handle"] as? String == "kees" && line["state"] as? String != "ended" {
            let involvement = try #require(line["id"] as? String)
            let reply = try await daemon.ask("DELETE", household + "/involvements/" + involvement, as: joost, purpose: "D3")
            #expect(reply.status == 200, "\(reply.text)")
            ended += 1
        }
        #expect(ended > 0, "\(team.text)")
        // Under a key that was not answered he hears so before a byte was sent.
        let early = try #require(Reply(try await Held(daemon, sending: head("two")).take()), "nothing was said before the bytes came")
        #expect([403, 404].contains(early.status), "\(early.status) \(early.text)")
        let again = try await send(content)
        #expect(again.status == 201, "\(again.text)")
        #expect(try again.id() == first.id())
        // That it was asked again is one line, and that says what was decided now.
        let page = try await daemon.ask("GET", "/v1/ledger/entries?last=8", as: daemon.signIn("renske"), purpose: "D8")
        let refusals = page.text.matches(of: /\{[^{}]*"action":"addItem"[^{}]*"outcome":"refuse"[^{}]*\}/)
        #expect(refusals.count == 2 && again.receipt != first.receipt, "\(page.text)")
        // Another content under that key is another request.
        content[299_999] = 8
        #expect(try await [403, 404].contains(send(content).status))
        #expect(try await daemon.stop() == 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: daemon.state + "/blobs/tmp").isEmpty)
    }

    /// What it is for, and the version that it was meant for, make a request what it is: under another purpose, or none, the same key tells what
    /// is decided now, and where that is a permit, that the key is taken.
    @Test func aKeyStandsForOnePurposeAndOneVersion() async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        func create(_ purpose: String?) async throws -> Reply {
            try await daemon.ask(
                "POST", "/v1/households", as: joost, purpose: purpose, [("Idempotency-Key", "one")],
                json: #"{"municipality":"waterwolde"}"#)
        }
        let first = try await create("D1")
        #expect(first.status == 201, "\(first.text)")
        for purpose in ["D9", nil] {
            let other = try await create(purpose)
            #expect(other.status == 403 && other.problem == "refused", "\(purpose ?? "none"): \(other.status) \(other.text)")
        }
        #expect(try await create("D1").id() == first.id())
        func add(_ purpose: String, _ version: String? = nil) async throws -> Reply {
            try await daemon.ask(
                "POST", "/v1/households/\(furnished.household)/items", as: joost, purpose: purpose,
                [Kluisd.item(title: "once", subject: furnished.selma), ("Idempotency-Key", "two")]
                    + (version.map { [("If-Match", $0)] } ?? []),
                body: Data("once".utf8))
        }
        let item = try await add("D2")
        #expect(item.status == 201, "\(item.text)")
        for other in [try await add("D3"), try await add("D2", "1")] {
            #expect(other.status == 409 && other.problem == "conflict", "\(other.status) \(other.text)")
        }
        #expect(try await add("D2").id() == item.id())
        #expect(try await daemon.stop() == 0)
    }

    /// The answer is the caller's own: the same key tells nobody else anything, and another request under it nothing either.
    @Test func aRefusalStaysOneForWhoWasNeverAnswered() async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let path = "/v1/households/\(furnished.household)/director"
        let key = [("Idempotency-Key", "one")]
        let mirjam = try await daemon.signIn("mirjam", hat: "direction")
        let gone = try await daemon.ask("POST", "/v1/workers/joost/end", as: daemon.signIn("lotte"), purpose: "D8", json: "{}")
        try #require(gone.status == 200, "\(gone.text)")
        func appoint(_ worker: String, as token: String) async throws -> Reply {
            try await daemon.ask(
                "POST", path, as: token, purpose: "D3", key, json: #"{"worker":"\#(worker)","preference":"followed"}"#)
        }
        #expect(try await appoint("nico", as: mirjam).status == 201)
        let other = try await appoint("fatima", as: mirjam)
        #expect([403, 409].contains(other.status), "\(other.status) \(other.text)")
        let bram = try await daemon.signIn("bram")
        #expect(try await appoint("nico", as: bram).status == 404)
        #expect(try await appoint("nico", as: mirjam).status == 201)
        #expect(try await daemon.stop() == 0)
    }
}
