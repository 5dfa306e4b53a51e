import Foundation
import Testing

/// Handles cannot be tried out: who may not know hears the same about a worker or organisation that is registered and about nobody.
@Suite(.timeLimit(.minutes(2))) struct HandleTests {
    /// The body of an answer without the line's number, which grows with every attempt.
    private func body(_ reply: Reply) throws -> String {
        let object = try #require(try JSONSerialization.jsonObject(with: reply.body) as? [String: Any], "\(reply.text)")
        let kept = object.filter { $0.key != "receipt" }
        return String(decoding: try JSONSerialization.data(withJSONObject: kept, options: .sortedKeys), as: UTF8.self)
    }

    private let unknown = "nobody-at-all"
    private func key(_ number: Int) -> String {
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE5T2q0yHc6fZ1y0m7dVb5tJm3pYl8h1c0wJ9rUoK2aF x\(number)"
    }

    @Test func whoMayNotKeepAccountsLearnsNoHandle() async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let renske = try await daemon.signIn("renske")
        let household = "/v1/households/\(furnished.household)"
        // By whom, what, and about which handles: all of them registered but the last, with different roles, blocks and organisations.
        let workers = ["joost", "lotte", "renske", "nico", "otto", unknown]
        var attempts:
            [(who: String, hat: String?, purpose: String, make: @Sendable (String) -> (path: String, json: String), handles: [String])] = []
        for (who, hat) in [("bram", nil as String?), ("fatima", "help"), ("mirjam", "direction"), ("tim", nil)] {
            // The coordinator gives some roles, and so hears about workers.
            for role in who == "mirjam" ? ["teamMember"] : ["teamMember", "privacyOfficer"] {
                attempts.append((who, hat, "D8", { ("/v1/workers/\($0)/roles", #"{"role":"\#(role)"}"#) }, workers))
            }
            attempts.append((who, hat, "D8", { ("/v1/workers/\($0)/end", "{}") }, workers))
            let line = key(1)
            attempts.append((who, hat, "D8", { ("/v1/workers/\($0)/keys", #"{"publicKey":"\#(line)","storedApart":true}"#) }, workers))
            attempts.append(
                (
                    who, hat, "D8",
                    { ("/v1/workers", #"{"handle":"newcomer","name":"x","organisation":"\#($0)","secrecyDeclaredOn":"2026-01-01"}"#) },
                    ["waterwolde", "balans", "nowhere-at-all"]
                ))
        }
        for who in [("fatima", "help"), ("bram", nil as String?), ("kees", "help")] {
            attempts.append(
                (
                    who.0, who.1, "D3",
                    { (household + "/involvements", #"{"worker":"\#($0)","role":"teamMember","purpose":"D2","until":"2026-03-01"}"#) },
                    workers
                ))
            attempts.append(
                (who.0, who.1, "D3", { (household + "/director", #"{"worker":"\#($0)","preference":"followed"}"#) }, workers))
        }
        attempts.append(
            (
                "bram", nil, "D2",
                {
                    (
                        household + "/consents",
                        #"{"subject":"selma","recipient":"\#($0)","domains":["housing"],"purpose":"D2","until":"2026-12-31","form":"written","signatures":[]}"#
                    )
                }, ["balans", "nowhere-at-all"]
            ))
        attempts.append(
            ("bram", nil, "D1", { ("/v1/households", #"{"municipality":"\#($0)"}"#) }, ["waterwolde", "balans", "nowhere-at-all"]))
        var tokens: [String: String] = [:]
        for (who, hat, purpose, make, handles) in attempts {
            let token: String
            if let known = tokens[who] { token = known } else { token = try await daemon.signIn(who, hat: hat) }
            tokens[who] = token
            for why in [false, true] {
                var answers: Set<String> = []
                for handle in handles where handle != who {
                    let (path, json) = make(handle)
                    let reply = try await daemon.ask("POST", path, as: token, purpose: purpose, why ? [("Kluis-Why", "1")] : [], json: json)
                    #expect(
                        why ? [200, 404].contains(reply.status) : [403, 404].contains(reply.status),
                        "\(who) \(path): \(reply.status) \(reply.text)")
                    #expect(!reply.text.contains(handle), "\(reply.text)")
                    answers.insert("\(reply.status) \(try body(reply))")
                }
                #expect(answers.count == 1, "\(who) \(make("…").path): \(answers.sorted().joined(separator: "\n"))")
            }
        }
        // Every attempt is one decision line, about nobody as about somebody.
        for handle in ["lotte", unknown] {
            let path = "/v1/workers/\(handle)/roles"
            let reply = try await daemon.ask("POST", path, as: tokens["bram"], purpose: "D8", json: #"{"role":"teamMember"}"#)
            let receipt = try #require(reply.receipt)
            let page = try await daemon.ask("GET", "/v1/ledger/entries?after=\(receipt - 1)&limit=1", as: renske, purpose: "D8")
            #expect(page.text.contains(#""action":"assignRole""#) && page.text.contains(#""outcome":"refuse""#), "\(page.text)")
        }
        #expect(try await daemon.ledgerVerifies())
        #expect(try await daemon.stop() == 0)
    }

    /// Nobody finds out who lives in a household, what they refused or who has proven authority by trying what he could not do anyway.
    @Test func whoCouldNotDoItLearnsNothingThatIsOnRecord() async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let household = "/v1/households/\(furnished.household)"
        let joost = try await daemon.signIn("joost", hat: "direction")
        let refusal = #"{"subject":"selma","recipient":"hetanker","domains":["finance"],"purpose":"D2"}"#
        #expect(try await daemon.ask("POST", household + "/refusals", as: joost, purpose: "D2", json: refusal).status == 201)
        for invitation in [
            #"{"worker":"ilse","role":"guest","purpose":"D2","until":"2026-03-01"}"#,
            #"{"worker":"tim","role":"teamMember","purpose":"D2","until":"2026-03-01","persons":["sem"]}"#,
        ] {
            let reply = try await daemon.ask("POST", household + "/involvements", as: joost, purpose: "D3", json: invitation)
            #expect(reply.status == 201, "\(reply.text)")
        }
        @Sendable func consent(_ subject: String, signed: String = "", _ domain: String = "finance") -> String {
            let signatures = signed.isEmpty ? "" : #"{"person":"\#(signed)"}"#
            return #"{"subject":"\#(subject)","recipient":"hetanker","domains":["\#(domain)"],"purpose":"D2","until":"2026-12-31","#
                + #""leaflet":"2026-1","form":"written","signatures":[\#(signatures)]}"#
        }
        // What, and about whom: whatever is on record about them, and nobody.
        let names = ["selma", "noor", "emre", "hatice", "zebedeus"]
        let attempts: [(path: String, json: @Sendable (String) -> String, names: [String])] = [
            ("/consents", { consent($0) }, names), ("/consents", { consent("selma", signed: $0) }, names),
            ("/consents", { consent("selma", $0) }, ["finance", "housing"]),
            (
                "/refusals", { #"{"subject":"\#($0)","recipient":"hetanker","domains":["finance"],"purpose":"D2","by":"\#($0)"}"# }, names
            ),
            (
                "/refusals", { #"{"subject":"selma","recipient":"hetanker","domains":["finance"],"purpose":"D2","by":"\#($0)"}"# }, names
            ),
            ("/authorities", { #"{"child":"noor","holder":"\#($0)","kind":"sole","evidence":"statement"}"# }, names),
            ("/authorities", { #"{"child":"\#($0)","holder":"ronald","kind":"joint","evidence":"statement"}"# }, names),
            ("/representations", { #"{"person":"\#($0)","representative":"selma","kind":"mentor","evidence":"statement"}"# }, names),
            ("/incapacities", { #"{"person":"\#($0)","until":"2026-03-01","reason":"x"}"# }, names),
            (
                "/involvements",
                { #"{"worker":"fatima","role":"teamMember","purpose":"D2","until":"2026-03-01","persons":["\#($0)"]}"# }, names
            ),
        ]
        for (who, hat, purpose) in [("mirjam", "direction", "D3"), ("ilse", "help", "D2"), ("tim", "help", "D2")] {
            let token = try await daemon.signIn(who, hat: hat)
            for why in [false, true] {
                let asked = why ? [("Kluis-Why", "1")] : []
                func tried(_ answers: [Reply], _ what: String) throws {
                    #expect(answers.allSatisfy { $0.status == (why ? 200 : 403) }, "\(who) \(what): \(answers.map(\.text))")
                    #expect(!why || answers.allSatisfy { $0.text.contains(#""outcome":"refuse""#) }, "\(answers.map(\.text))")
                    #expect(Set(try answers.map(body)).count == 1, "\(who) \(what): \(answers.map(\.text).joined(separator: "\n"))")
                }
                for (path, json, names) in attempts {
                    var answers: [Reply] = []
                    for name in names {
                        answers.append(
                            try await daemon.ask("POST", household + path, as: token, purpose: purpose, asked, json: json(name)))
                    }
                    try tried(answers, json("…"))
                }
                for size in [7, Kluisd.largeContent.count] {
                    var answers: [Reply] = []
                    for name in names {
                        let headers = asked + [Kluisd.item(title: "x", subject: name)]
                        answers.append(
                            try await daemon.ask(
                                "POST", household + "/items", as: token, purpose: purpose, headers, body: Kluisd.largeContent.prefix(size)))
                    }
                    try tried(answers, "items of \(size) bytes")
                }
            }
        }
        // The director hears what is the matter.
        let put = try await daemon.ask("POST", household + "/consents", as: joost, purpose: "D2", json: consent("selma"))
        #expect(put.status == 403 && put.articles == ["PR-13.5"], "\(put.text)")
        let proof = try await daemon.ask(
            "POST", household + "/authorities", as: joost, purpose: "D3",
            json: #"{"child":"noor","holder":"selma","kind":"sole","evidence":"statement"}"#)
        #expect(proof.status == 403 && proof.articles.contains("PR-2.2"), "\(proof.text)")
        #expect(try await daemon.ledgerVerifies())
        #expect(try await daemon.stop() == 0)
    }

    /// Who may do it hears what is wrong, and nothing is done.
    @Test func whoKeepsAccountsHearsThatNobodyGoesByIt() async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let lotte = try await daemon.signIn("lotte")
        for (path, json, field) in [
            ("/v1/workers/\(unknown)/roles", #"{"role":"teamMember"}"#, "worker"), ("/v1/workers/\(unknown)/end", "{}", "worker"),
            ("/v1/workers/\(unknown)/keys", #"{"publicKey":"\#(key(2))","storedApart":true}"#, "worker"),
            (
                "/v1/workers", #"{"handle":"newcomer","name":"x","organisation":"nowhere-at-all","secrecyDeclaredOn":"2026-01-01"}"#,
                "organisation"
            ),
        ] {
            for why in [false, true] {
                let reply = try await daemon.ask("POST", path, as: lotte, purpose: "D8", why ? [("Kluis-Why", "1")] : [], json: json)
                #expect(reply.status == 400 && reply.problem == "invalid" && reply.field("field") == field, "\(path): \(reply.text)")
                #expect(reply.text.contains("is not registered"), "\(reply.text)")
            }
        }
        let joost = try await daemon.signIn("joost", hat: "direction")
        let invited = try await daemon.ask(
            "POST", "/v1/households/\(furnished.household)/involvements", as: joost, purpose: "D3",
            json: #"{"worker":"\#(unknown)","role":"teamMember","purpose":"D2","until":"2026-03-01"}"#)
        #expect(invited.status == 403 && invited.articles.contains("PR-4.1"), "\(invited.text)")
        let plan = try await daemon.ask(
            "POST", "/v1/households/\(furnished.household)/plans", as: joost, purpose: "D3",
            json: """
                {"goals":[{"label":"g","domain":"housing","subject":"household","result":"x","due":"2026-06-01"}],"reviewDueOn":"2026-06-01",\
                "actions":[{"label":"a","goal":"g","actor":{"kind":"organisation","id":"nowhere-at-all"},"text":"x","due":"2026-05-01"}]}
                """)
        #expect(plan.status == 400 && plan.field("field") == "actions.actor" && plan.text.contains("is not registered"), "\(plan.text)")
        #expect(try await daemon.ledgerVerifies())
        #expect(try await daemon.stop() == 0)
    }
}
