import Foundation
import Testing
import Wire

/// What a careless or hostile client can send: each a clear error, and nothing done.
@Suite(.timeLimit(.minutes(2))) struct BadInputTests {
    /// Bodies that must be refused before anything is decided.
    private static let bodies: [(what: String, body: Data, status: Int, detail: String)] = [
        ("oversize", Data(#"{"municipality":""#.utf8) + Data(repeating: UInt8(ascii: "w"), count: 300_000) + Data("\"}".utf8), 413, ""),
        ("deep arrays", Data((String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)).utf8), 400, ""),
        (
            "deep objects",
            Data((#"{"municipality":"# + String(repeating: "{\"a\":", count: 40) + "1" + String(repeating: "}", count: 41)).utf8), 400,
            ""
        ),
        ("a key twice", Data(#"{"municipality":"waterwolde","municipality":"waterwolde"}"#.utf8), 400, ""),
        ("a key twice, once escaped", Data(#"{"municipality":"waterwolde","munic\u0069pality":"waterwolde"}"#.utf8), 400, ""),
        ("an unknown field", Data(#"{"municipality":"waterwolde","municipalty":"x"}"#.utf8), 400, "municipalty"),
        ("nothing", Data(), 400, ""),
        ("cut off", Data("{".utf8), 400, ""),
        ("null", Data("null".utf8), 400, ""),
        ("an array", Data("[]".utf8), 400, ""),
        ("a number for a text", Data(#"{"municipality":1}"#.utf8), 400, ""),
        ("something behind it", Data(#"{"municipality":"waterwolde"} {}"#.utf8), 400, ""),
        ("a control character", Data("{\"municipality\":\"\u{0}\"}".utf8), 400, ""),
        ("no UTF-8", Data(#"{"municipality":""#.utf8) + Data([0xff, 0xc0]) + Data("\"}".utf8), 400, ""),
    ]

    @Test func bodiesThatAreRefused() async throws {
        let (daemon, _) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        let before = try await daemon.households(as: joost)
        for (what, body, status, detail) in Self.bodies {
            let reply = try await daemon.ask(
                "POST", "/v1/households", as: joost, purpose: "D1", [("Content-Type", "application/json")], body: body)
            #expect(reply.status == status && reply.problem == "invalid", "\(what): \(reply.status) \(reply.text)")
            #expect(reply.head.lowercased().contains("content-type: application/problem+json"), "\(what)")
            #expect(detail.isEmpty || reply.text.contains(detail), "\(what): \(reply.text)")
            #expect(reply.field("next")?.isEmpty == false, "\(what) says what to do: \(reply.text)")
        }
        #expect(try await daemon.households(as: joost) == before)
        let good = try await daemon.ask("POST", "/v1/households", as: joost, purpose: "D1", json: #"{"municipality":"waterwolde"}"#)
        #expect(good.status == 201, "what differs from a good body is what is refused")
        #expect(try await daemon.stop() == 0)
    }

    /// What HTTP says of a path that is there and of a method that is not, and a body where none is read.
    @Test func edgesOfHTTP() async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        for (method, path, allowed) in [
            ("PUT", "/v1/status", "GET"), ("OPTIONS", "/v1/status", "GET"), ("DELETE", "/v1/households", "GET, POST"),
            ("PUT", "/v1/households/\(furnished.household)", "GET"), ("PUT", "/v1/households/h-nowhere", "GET"),
        ] {
            let reply = try await daemon.ask(method, path, as: joost, purpose: "D1")
            #expect(reply.status == 405 && reply.problem == "invalid", "\(method) \(path): \(reply.status) \(reply.text)")
            #expect(reply.head.lowercased().contains("\r\nallow: \(allowed.lowercased())"), "\(reply.head)")
        }
        #expect(try await daemon.ask("PUT", "/v1/nowhere", as: joost).status == 404)
        let head = try await daemon.raw(Kluisd.request("HEAD", "/v1/status", []))
        #expect(String(decoding: head, as: UTF8.self).hasPrefix("HTTP/1.1 405 ") && head.suffix(4) == Data("\r\n\r\n".utf8))
        let before = try await daemon.ask("GET", "/v1/session", as: joost)
        for (method, path) in [("GET", "/v1/households"), ("DELETE", "/v1/session"), ("POST", "/v1/ledger/verification")] {
            let reply = try await daemon.ask(method, path, as: joost, purpose: "D1", json: "{}")
            #expect(reply.status == 400 && reply.field("field") == "Content-Length", "\(path): \(reply.status) \(reply.text)")
        }
        #expect(try await daemon.ask("GET", "/v1/session", as: joost).status == before.status, "still signed in")
        #expect(try await daemon.stop() == 0)
    }

    /// Names in a message are looked up before anybody decides: no list of them is longer than fifty.
    @Test func listsAreBounded() async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let bram = try await daemon.signIn("bram")
        func grant(_ count: Int) async throws -> Reply {
            let names = (0..<count).map { "\"n\($0)\"" }.joined(separator: ",")
            return try await daemon.ask(
                "POST", "/v1/households/\(furnished.household)/involvements", as: bram, purpose: "D3",
                json: #"{"worker":"kees","role":"teamMember","persons":[\#(names)],"purpose":"D2","until":"2026-06-01"}"#)
        }
        #expect(try await grant(50).status == 404)
        let reply = try await grant(51)
        #expect(reply.status == 400 && reply.problem == "invalid", "\(reply.status) \(reply.text)")
        #expect(reply.field("detail")?.hasPrefix("more than 50 in one list") == true, "\(reply.text)")
        #expect(reply.field("next") == "send lists of at most 50", "\(reply.text)")
        #expect(try await daemon.stop() == 0)
    }

    /// A name that nobody has: the director hears which field it is in, whatever the reglement says of nobody; a stranger hears nothing.
    @Test func aMistypedNameIsToldToTheDirector() async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let household = "/v1/households/\(furnished.household)"
        struct Slip {
            let path: String, purpose: String, field: String
            var json: String?
            var headers: [(String, String)] = []
            var content = Data("content".utf8)
        }
        func consent(of subject: String, by signer: String = "selma") -> String {
            #"{"subject":"\#(subject)","recipient":"jeugdkompas","domains":["housing"],"purpose":"D2","until":"2026-12-31","form":"written","#
                + #""signatures":[{"person":"\#(signer)"}]}"#
        }
        let slips = [
            Slip(
                path: "/representations", purpose: "D2", field: "representative",
                json: #"{"person":"hatice","representative":"slema","kind":"mentor","evidence":"courtDecision"}"#),
            Slip(
                path: "/authorities", purpose: "D2", field: "child",
                json: #"{"child":"semm","holder":"selma","kind":"joint","evidence":"authorityRegister"}"#),
            Slip(
                path: "/involvements", purpose: "D3", field: "persons",
                json: #"{"worker":"nico","role":"teamMember","persons":["selma","slema"],"purpose":"D2","until":"2026-06-01"}"#),
            Slip(
                path: "/plans", purpose: "D2", field: "goals.subject",
                json:
                    #"{"goals":[{"label":"a","domain":"housing","subject":"slema","result":"droog","due":"2026-06-01"}],"actions":[],"reviewDueOn":"2026-07-01"}"#
            ),
            Slip(path: "/items", purpose: "D2", field: "subject", headers: [Kluisd.item(title: "x", subject: "slema")]),
            Slip(
                path: "/items", purpose: "D2", field: "subject", headers: [Kluisd.item(title: "x", subject: "slema")],
                content: Kluisd.largeContent),
            Slip(path: "/consents", purpose: "D2", field: "subject", json: consent(of: "slema")),
            Slip(path: "/consents", purpose: "D2", field: "signatures", json: consent(of: "selma", by: "slema")),
            Slip(path: "/consents", purpose: "D2", field: "Kluis-For", json: consent(of: "selma"), headers: [("Kluis-For", "slema")]),
            Slip(
                path: "/refusals", purpose: "D2", field: "by",
                json: #"{"subject":"selma","recipient":"jeugdkompas","domains":["housing"],"purpose":"D2","by":"slema"}"#),
        ]
        let joost = try await daemon.signIn("joost", hat: "direction")
        let bram = try await daemon.signIn("bram")
        for slip in slips {
            func ask(_ token: String) async throws -> Reply {
                try await daemon.ask(
                    "POST", household + slip.path, as: token, purpose: slip.purpose, slip.headers, json: slip.json,
                    body: slip.json == nil ? slip.content : nil)
            }
            let told = try await ask(joost)
            #expect(told.status == 400 && told.field("field") == slip.field, "\(slip.path): \(told.status) \(told.text)")
            #expect(told.field("detail")?.hasPrefix("nobody in this household") == true && !told.text.contains("p-"), "\(told.text)")
            #expect(try await ask(bram).status == 404, "\(slip.path)")
        }
        for (path, field, purpose) in [("signatures", "person", "D2"), ("withdrawal", "by", "D7")] {
            for consent in [furnished.consent, "c-" + furnished.selma.dropFirst(2)] {
                let reply = try await daemon.ask(
                    "POST", "/v1/consents/\(consent)/\(path)", as: joost, purpose: purpose, json: #"{"\#(field)":"slema"}"#)
                if consent == furnished.consent {
                    #expect(reply.status == 400 && reply.field("field") == field, "\(path): \(reply.status) \(reply.text)")
                } else {
                    #expect(reply.status == 404, "\(path): \(reply.status) \(reply.text)")
                }
            }
        }
        #expect(try await daemon.stop() == 0)
    }

    /// What is wrong with which field, and what to do next, in both languages.
    @Test func whatIsWrongIsSaidWithTheNextStep() async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        let household = "/v1/households/\(furnished.household)"
        let item = "\(household)/items"
        struct Fault {
            let path: String
            var headers: [(String, String)] = []
            var json: String?
            let field: String?
            let dutch: String, english: String
        }
        let faults = [
            Fault(
                path: "/v1/households", json: #"{"municipality":"waterwolde","municipalty":"x"}"#, field: "municipalty",
                dutch: "onbekend veld", english: "unknown field"),
            Fault(path: "/v1/households/search", json: "{}", field: "term", dutch: "veld term ontbreekt", english: "missing field term"),
            Fault(
                path: "/v1/households", json: #"{"municipality":1}"#, field: "municipality", dutch: "verkeerde soort",
                english: "wrong type"),
            Fault(
                path: "/v1/households", json: #""x""#, field: nil, dutch: "een bericht van een verkeerde soort",
                english: "a message of the wrong type"),
            Fault(path: "/v1/households", json: "{", field: nil, dutch: "geen JSON bij byte 1", english: "not JSON at byte 1"),
            Fault(
                path: "/v1/households/search", json: #"{"term":""}"#, field: "term", dutch: "geef een zoekterm",
                english: "give a search term"),
            Fault(
                path: household + "/persons",
                json: #"{"givenName":"A","familyName":"B","birthDate":"1 mei","relation":"child"}"#, field: "birthDate",
                dutch: "schrijf een dag als", english: "write a day like"),
            Fault(
                path: household + "/persons",
                json: #"{"givenName":"A","familyName":"B","birthDate":"2001-05-01","relation":"buurvrouw"}"#, field: "relation",
                dutch: "kies uit: ", english: "choose from: "),
            Fault(
                path: "/v1/households", headers: [("If-Match", "x")], json: #"{"municipality":"waterwolde"}"#, field: "If-Match",
                dutch: "uit de ETag", english: "in the ETag"),
            Fault(
                path: "/v1/households", headers: [("Idempotency-Key", String(repeating: "k", count: 65))],
                json: #"{"municipality":"waterwolde"}"#, field: "Idempotency-Key", dutch: "1 tot 64 zichtbare", english: "1 to 64 visible"),
            Fault(
                path: "/v1/workers",
                json: #"{"handle":"newcomer","name":"x","organisation":"debrug","secrecyDeclaredOn":"2099-01-01"}"#,
                field: "secrecyDeclaredOn", dutch: "deze dag ligt na vandaag (20", english: "this day lies after today (20"),
            Fault(path: item, field: "Kluis-Item", dutch: "beschrijf het stuk", english: "describe the item"),
            Fault(path: item, headers: [("Kluis-Item", "!")], field: nil, dutch: "een kop die niet", english: "a header that cannot"),
        ]
        for fault in faults {
            for (language, words) in [("nl", fault.dutch), ("en", fault.english)] {
                let reply = try await daemon.ask(
                    "POST", fault.path, as: joost, purpose: "D1", [("Accept-Language", language)] + fault.headers, json: fault.json)
                #expect(reply.status == 400 && reply.problem == "invalid", "\(fault.path): \(reply.status) \(reply.text)")
                #expect(reply.field("field") == fault.field, "\(reply.text)")
                #expect(reply.field("detail")?.contains(words) == true, "\(reply.text)")
                let next = try #require(reply.field("next"), "\(reply.text)")
                #expect(next.contains(language == "nl" ? /verbeter|stuur|geef/ : /correct|send|give/), "\(next)")
            }
        }
        #expect(try await daemon.stop() == 0)
    }

    /// Whoever can reach the socket can send these, and has not signed in.
    @Test func aHeadOfAnyFormEndsNobody() async throws {
        let (daemon, _) = try await Kluisd.furnished()
        for language in [";", ";q=1", "en,;q=1", ",;,", ";;,;", "", "*", "en;", ";nl", "\u{e9}", String(repeating: ";", count: 4000)] {
            for path in ["/v1/status", "/v1/nowhere", "/v1/session"] {
                let reply = try await daemon.ask("GET", path, [("Accept-Language", language)])
                #expect(reply.status == ["/v1/status": 200, "/v1/nowhere": 404, "/v1/session": 401][path], "\(language): \(reply.text)")
            }
        }
        let odd = [
            ("traceparent", "00-" + String(repeating: "g", count: 32) + "-0-0"), ("traceparent", "-"), ("If-Match", "\"\"\""),
            ("Authorization", "Bearer"), ("Authorization", "Bearer "), ("Kluis-Item", "="), ("Content-Length", "-1"),
        ]
        for header in odd {
            let answer = try await daemon.raw(Kluisd.request("GET", "/v1/households", [header]))
            #expect(String(decoding: answer, as: UTF8.self).hasPrefix("HTTP/1.1 4"), "\(header)")
        }
        for path in ["*", "//", "/v1//status", "http://", "http://kluis", "/v1/households?", "/v1/households?&=&%", "/%ff?after=%ff", "?"] {
            let answer = String(decoding: try await daemon.raw(Kluisd.request("GET", path, [])), as: UTF8.self)
            #expect(answer.hasPrefix("HTTP/1.1 "), "\(path): \(answer.prefix(80))")
        }
        #expect(try await daemon.ask("GET", "/v1/status").status == 200)
        #expect(try await daemon.stop() == 0, "\(daemon.errors)")
    }

    /// What a request would not do although it says so: refused, and nothing done.
    @Test func whatARequestWouldPassOverIsRefused() async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        let before = try await daemon.households(as: joost)
        let persons = "/v1/households/\(furnished.household)/persons"
        let person = #"{"givenName":"A","familyName":"B","birthDate":"2001-05-01","relation":"child"}"#
        struct Passed {
            let method: String, path: String, headers: [(String, String)], json: String?, field: String, dutch: String, english: String
            init(
                _ method: String, _ path: String, _ headers: [(String, String)], _ json: String?, _ field: String, _ dutch: String,
                _ english: String
            ) {
                (self.method, self.path, self.headers, self.json) = (method, path, headers, json)
                (self.field, self.dutch, self.english) = (field, dutch, english)
            }
        }
        var all = ["true", "0", "yes", "", "1, 1", " 1 1", "01"].map {
            Passed("POST", "/v1/households", [("Kluis-Why", $0)], "{}", "Kluis-Why", "geef 1", "give 1")
        }
        all += [
            Passed("DELETE", "/v1/session", [("Kluis-Why", "1")], nil, "Kluis-Why", "laat deze kop weg", "leave this header out"),
            Passed("POST", persons, [("Kluis-For", "selma")], person, "Kluis-For", "handeling van een inwoner", "resident's act"),
            Passed("POST", "/v1/households", [("Kluis-For", "selma")], "{}", "Kluis-For", "handeling van een inwoner", "resident's act"),
            Passed("GET", "/v1/workers", [("Kluis-For", "selma")], nil, "Kluis-For", "handeling van een inwoner", "resident's act"),
            Passed("POST", "/v1/households", [("Kluis-Basis", "G1")], "{}", "Kluis-Basis", "leest geen stuk", "reads no item"),
            Passed("POST", persons, [("Kluis-Basis", "G1")], person, "Kluis-Basis", "leest geen stuk", "reads no item"),
            Passed(
                "GET", persons, [("Kluis-Basis", "G12")], nil, "Kluis-Basis", "laat deze kop (--basis) weg",
                "leave this header (--basis) out"),
            Passed(
                "POST", "/v1/households/\(furnished.household)/items",
                [Kluisd.item(title: "a", subject: furnished.selma), ("Kluis-Basis", "G7")],
                "content", "Kluis-Basis", "leest geen stuk", "reads no item"),
            Passed("POST", "/v1/households", [("If-Match", "1")], "{}", "If-Match", "vergelijkt geen versie", "compares no version"),
            Passed(
                "GET", persons, [("If-Match", "1")], nil, "If-Match", "laat deze kop (--if-match) weg",
                "leave this header (--if-match)"),
            Passed(
                "GET", persons, [("Idempotency-Key", "once")], nil, "Idempotency-Key", "laat deze kop (--idempotency-key) weg",
                "leave this header (--idempotency-key)"),
            Passed(
                "POST", "/v1/ledger/verification", [("Idempotency-Key", "once")], nil, "Idempotency-Key", "wijzigt niets", "changes nothing"
            ),
            Passed("GET", "/v1/households?limt=1", [], nil, "query", "kies uit: after, limit", "choose from: after, limit"),
            Passed("GET", "/v1/households?limit=1&limit=2", [], nil, "limit", "één keer", "once"),
            Passed("GET", "/v1/ledger/entries?last=3&after=1", [], nil, "last", "zonder after", "without after"),
            Passed("GET", "/v1/access/what", [], nil, "household", "vraagteken", "question mark"),
        ]
        // A reading for a resident that would show the worker all the same (PR-12.3).
        let household = "/v1/households/\(furnished.household)"
        for path in ["", "/persons", "/consents", "/items", "/items/\(furnished.small)", "/plans", "/involvements"] {
            all.append(
                Passed("GET", household + path, [("Kluis-For", "selma")], nil, "Kluis-For", "toont met haar niet minder", "shows no less"))
        }
        all += ["0", "-1", "501", "x", "", "9223372036854775808"].map {
            Passed("GET", "/v1/households?limit=\($0)", [], nil, "limit", "1 tot 500", "1 to 500")
        }
        for passed in all {
            for (language, words) in [("nl", passed.dutch), ("en", passed.english)] {
                let reply = try await daemon.ask(
                    passed.method, passed.path, as: joost, purpose: "D1", [("Accept-Language", language)] + passed.headers,
                    json: passed.json)
                #expect(reply.status == 400 && reply.problem == "invalid", "\(passed): \(reply.status) \(reply.text)")
                #expect(reply.field("field") == passed.field && reply.field("detail")?.contains(words) == true, "\(passed): \(reply.text)")
                #expect(
                    reply.field("next")?.contains(language == "nl" ? "er is niets gedaan" : "nothing was done") == true, "\(reply.text)")
            }
        }
        #expect(try await daemon.households(as: joost) == before, "only asked, or not at all")
        #expect(try await daemon.ask("GET", "/v1/session", as: joost).status == 200, "still signed in")
        let asked = try await daemon.ask("POST", "/v1/households", as: joost, purpose: "D1", [("Kluis-Why", "1")], json: "{}")
        #expect(asked.status == 200 && asked.field("outcome") == "permit", "\(asked.text)")
        #expect(try await daemon.households(as: joost) == before)
        // The command line hears it as wrong use.
        try await daemon.login("joost", hat: "direction")
        for arguments in [
            ["household", "create", "--purpose", "D1"], ["item", "list", furnished.household, "--purpose", "D2"],
            ["team", "list", furnished.household, "--purpose", "D2"], ["worker", "list", "--purpose", "D8"],
        ] {
            let ended = try await daemon.kluis(arguments + ["--for", "selma"], account: "joost")
            #expect(ended.status == 2 && ended.errors.contains("leave this header (--for) out"), "\(arguments): \(ended.errors)")
            #expect(ended.errors.contains("kluis: hint: "), "\(ended.errors)")
        }
        #expect(try await daemon.stop() == 0)
    }

    @Test func oversizeChunkedJSON() async throws {
        let chunk = Data("10000\r\n".utf8) + Data(repeating: UInt8(ascii: " "), count: 0x10000) + Data("\r\n".utf8)
        let body = (0..<8).reduce(Data()) { all, _ in all + chunk } + Data("0\r\n\r\n".utf8)
        let (daemon, _) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        let request = Kluisd.request("POST", "/v1/households", Kluisd.headers(joost, "D1") + [("Transfer-Encoding", "chunked")])
        let reply = try #require(Reply(await daemon.raw(request + body)))
        #expect(reply.status == 413 && reply.problem == "invalid")
        #expect(try await daemon.stop() == 0)
    }

    @Test func contentLengthBesideChunked() async throws {
        let (daemon, _) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        let before = try await daemon.households(as: joost)
        for order in [["Content-Length: 2", "Transfer-Encoding: chunked"], ["Transfer-Encoding: chunked", "Content-Length: 2"]] {
            let head =
                "POST /v1/households HTTP/1.1\r\nHost: kluis\r\nConnection: close\r\nAuthorization: Bearer \(joost)\r\nKluis-Purpose: D1\r\n"
                + order.joined(separator: "\r\n") + "\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
            let answer = try await daemon.raw(Data(head.utf8))
            let reply = try #require(Reply(answer), "\(String(decoding: answer, as: UTF8.self))")
            #expect(reply.status == 400 && reply.problem == "invalid", "\(reply.head) \(reply.text)")
            #expect(reply.field("next")?.contains("content-length of chunked, niet beide") == true, "\(reply.text)")
        }
        // Whatever else is no request is answered the same way.
        for bytes in ["NONSENSE\r\n\r\n", "GET /v1/status HTTP/1.1\r\nHost: kluis\r\nX: \(String(repeating: "x", count: 100_000))\r\n\r\n"]
        {
            let reply = try #require(Reply(await daemon.raw(Data(bytes.utf8))), "\(bytes.prefix(20))")
            #expect(reply.status == 400 && reply.problem == "invalid" && reply.head.contains("close"), "\(reply.head) \(reply.text)")
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
            ? Kluisd.request("POST", path, headers + [("Transfer-Encoding", "chunked")]) + Data("\(String(sent + 500, radix: 16))\r\n".utf8)
                + content
            : Kluisd.request("POST", path, headers + [("Content-Length", "\(sent + 500)")], body: content)
        let answer = try await daemon.raw(bytes, cutting: true)
        if let reply = Reply(answer) {
            #expect(reply.status == 400 && reply.problem == "invalid", "\(reply.text)")
            #expect(reply.field("next")?.contains("send all of it again") == true, "\(reply.text)")
        }
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
        func bytes(
            _ path: String, _ method: String = "GET", _ more: [(String, String)] = [], body: Data? = nil
        ) async throws -> [Substring] {
            let answer = String(
                decoding: try await daemon.raw(Kluisd.request(method, path, Kluisd.headers(bram, "D2") + more, body: body)), as: UTF8.self)
            return answer.split(separator: "\r\n", omittingEmptySubsequences: false).filter { !$0.lowercased().hasPrefix("date:") }
        }
        let there = try await bytes("/v1/households/\(furnished.household)")
        #expect(there.first?.hasPrefix("HTTP/1.1 404") == true)
        #expect(!there.contains { $0.lowercased().hasPrefix("kluis-receipt") })
        let known = try await Self.known(daemon, furnished)
        func nowhere(_ id: String) -> String { String(id.prefix { $0 != "-" }) + "-bbbbbbbbbbbbbbbbbbbbbbbbba" }
        var asked = 0
        for route in Route.allCases where route != .declareConflict {
            // Workers are told to be there or not as `HandleTests` says; their household is what is hidden here.
            let names = route.pathParameters.map(\.name).filter { $0 != "w" }
            let queries = route.queryParameters.map(\.name).filter { $0 == "household" || $0 == "item" }
            let things = names + queries.map { String($0.prefix(1)) }
            guard !things.isEmpty else { continue }
            let real = try things.map { try #require(known[$0], "\(route): \($0)") }
            // The thing itself, one that is nowhere, and one that is nowhere in a household that is there, or the other way round.
            var ways = [real, real.map(nowhere)]
            if real.count > 1 { ways += [[real[0]] + real.dropFirst().map(nowhere), [nowhere(real[0])] + real.dropFirst()] }
            for ids in ways {
                let path = route.path(Array(ids.prefix(names.count)), query: zip(queries, ids.dropFirst(names.count)).map { ($0, $1) })
                var headers = route == .addItem ? [Kluisd.item(title: "x", subject: "household")] : []
                if route.comparesVersion { headers.append(("If-Match", "1")) }
                for why in [[], [("Kluis-Why", "1")]] {
                    let body = Self.body(of: route).map { Data($0.utf8) }
                    let answer = try await bytes(path, route.method.rawValue, headers + why, body: body)
                    #expect(answer == there, "\(route) \(path) \(why): \(answer.joined(separator: "|"))")
                    asked += 1
                }
            }
        }
        #expect(asked > 100)
        // The one exception (PR-7.4): whoever declares a conflict is blocked for a household that is there, and hears so.
        for (household, status) in [(furnished.household, 201), (nowhere(furnished.household), 404)] {
            let declared = try await daemon.ask(
                "POST", "/v1/households/\(household)/conflicts", as: bram, purpose: "D2", json: #"{"kind":"neighbour"}"#)
            #expect(declared.status == status, "\(declared.status) \(declared.text)")
        }
        #expect(try await daemon.stop() == 0)
    }

    /// "May I" is decided as the reading itself is: with the same outcome, under the same articles, and about the same thing.
    @Test func askingAndReadingAgree() async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let known = try await Self.known(daemon, furnished)
        var outcomes: [String: Int] = [:]
        struct Answer: Decodable {
            var outcome: String?
            var articles: [String]?
        }
        for (who, hat) in [("joost", "direction"), ("kees", "help"), ("mirjam", "direction"), ("bram", nil as String?), ("renske", nil)] {
            let token = try await daemon.signIn(who, hat: hat)
            for route in Route.allCases where route.isDecided && route.method == .get {
                let names = route.pathParameters.map(\.name)
                let queries = route.queryParameters.map(\.name).filter { $0 == "household" || $0 == "item" }
                let path = route.path(
                    try names.map { try #require(known[$0]) }, query: queries.map { ($0, known[String($0.prefix(1))]) })
                for purpose in ["D2", "D8"] {
                    let what = "\(who) \(route) \(purpose)"
                    let done = try await daemon.ask("GET", path, as: token, purpose: purpose)
                    let asked = try await daemon.ask("GET", path, as: token, purpose: purpose, [("Kluis-Why", "1")])
                    outcomes["\(route) \(done.status)", default: 0] += 1
                    guard done.status != 404 else {
                        #expect(asked.status == 404, "\(what): \(asked.text)")
                        continue
                    }
                    let decision = try #require(try? JSONDecoder().decode(Answer.self, from: asked.body), "\(what): \(asked.text)")
                    #expect((decision.outcome == "refuse") == (done.status == 403), "\(what): \(done.status) \(asked.text)")
                    // The bytes of an item cite nothing.
                    guard route != .readItem || done.status == 403 else { continue }
                    let cited = try JSONDecoder().decode(Answer.self, from: done.body).articles
                    #expect(decision.articles == cited, "\(what): \(asked.text)")
                }
            }
        }
        #expect(outcomes["accessWho 200"] != nil && outcomes["accessWho 404"] != nil, "\(outcomes)")
        #expect(try await daemon.stop() == 0)
    }

    /// Something of each kind that a path or query names, by the letter that stands for it.
    private static func known(_ daemon: Kluisd, _ furnished: Kluisd.Furnished) async throws -> [String: String] {
        let joost = try await daemon.signIn("joost", hat: "direction")
        let household = "/v1/households/\(furnished.household)"
        let plan = try await daemon.ask("POST", household + "/plans", as: joost, purpose: "D2", json: body(of: .draftPlan))
            .id()
        let read = try await daemon.ask("GET", "/v1/plans/\(plan)", as: joost, purpose: "D2")
        let team = try await daemon.ask("GET", household + "/involvements", as: joost, purpose: "D2")
        return [
            "h": furnished.household, "i": furnished.small, "c": furnished.consent, "n": plan,
            "a": String(try #require(read.text.firstMatch(of: /"id":"(a-[a-z2-7]+)"/), "\(read.text)").1),
            "v": String(try #require(team.text.firstMatch(of: /"id":"(v-[a-z2-7]+)"/), "\(team.text)").1),
        ]
    }

    /// A body that is as it should be, so that nothing but the thing asked about decides on the answer. There is no default: whoever adds a route
    /// says here what is sent to it.
    private static func body(of route: Route) -> String? {
        switch route {
        case .status, .openAPI, .session, .signOut, .listHouseholds, .showHousehold, .listPersons, .listInvolvements, .endInvolvement,
            .listConsents, .listItems, .readItem, .listPlans, .readPlan, .presentPlan, .listOrganisations, .listWorkers, .unlockWorker,
            .ledgerEntries, .ledgerCheckpoint, .ledgerVerification, .ledgerFile, .accessWho, .accessWhat, .challenge, .signIn,
            .createHousehold, .searchHouseholds, .addOrganisation, .addWorker, .assignRole, .endRole, .enrolKey, .endWorker,
            .ledgerCosignature,
            .rehearsalClock, .rehearsalFault:
            nil
        case .addPerson: #"{"givenName":"A","familyName":"B","birthDate":"2001-05-01","relation":"child"}"#
        case .recordAuthority: #"{"child":"sem","holder":"selma","kind":"joint","evidence":"authorityRegister"}"#
        case .recordRepresentation: #"{"person":"hatice","representative":"selma","kind":"mentor","evidence":"courtDecision"}"#
        case .recordIncapacity: #"{"person":"hatice","reason":"x","until":"2026-06-01"}"#
        case .declareConflict: #"{"kind":"neighbour"}"#
        case .appointDirector: #"{"worker":"joost","preference":"none"}"#
        case .grantInvolvement: #"{"worker":"kees","role":"teamMember","purpose":"D2","until":"2026-06-01"}"#
        case .registerConsent:
            #"{"subject":"selma","recipient":"balans","domains":["housing"],"purpose":"D2","until":"2026-06-01","leaflet":"2026-1","form":"written","signatures":[{"person":"selma"}]}"#
        case .refuseConsent: #"{"subject":"selma","recipient":"balans","domains":["housing"],"purpose":"D2"}"#
        case .signConsent: #"{"person":"selma"}"#
        case .withdrawConsent: #"{"by":"selma"}"#
        case .addItem: "content"
        case .draftPlan:
            #"{"goals":[{"label":"a","domain":"housing","subject":"household","result":"droog","due":"2026-06-01"}],"actions":[{"label":"b","goal":"a","actor":{"kind":"network"},"text":"bellen","due":"2026-03-01"}],"reviewDueOn":"2026-07-01"}"#
        case .signPlan: #"{"signer":{"kind":"director"}}"#
        case .changePlanAction: #"{"done":true}"#
        }
    }

    /// `If-Match`: who changes what has changed meanwhile hears so, and changes nothing.
    @Test func aChangeOfWhatHasMovedIsRefused() async throws {
        let (daemon, furnished) = try await Kluisd.furnished()
        let joost = try await daemon.signIn("joost", hat: "direction")
        func tag(_ reply: Reply) throws -> String {
            try #require(reply.status < 300, "\(reply.text)")
            return String(try #require(reply.head.firstMatch(of: /(?i)\r\netag: (\S+)/), "\(reply.head)").1)
        }
        func add(_ name: String, _ match: String?) async throws -> Reply {
            try await daemon.ask(
                "POST", "/v1/households/\(furnished.household)/persons", as: joost, purpose: "D2", match.map { [("If-Match", $0)] } ?? [],
                json: #"{"givenName":"\#(name)","familyName":"Aydin","birthDate":"2001-01-01","relation":"child"}"#)
        }
        func moved(_ reply: Reply, _ place: SourceLocation = #_sourceLocation) {
            #expect(reply.status == 409 && reply.problem == "conflict", "\(reply.status) \(reply.text)", sourceLocation: place)
            #expect(reply.text.contains("something was changed meanwhile") && reply.text.contains("read again"), sourceLocation: place)
        }
        let first = try tag(try await add("Een", nil))
        let second = try tag(try await add("Twee", first))
        #expect(first != second)
        moved(try await add("Drie", first))
        #expect(try tag(try await add("Vier", second)) != second)
        // A plan version has one of its own.
        let draft = try await daemon.ask(
            "POST", "/v1/households/\(furnished.household)/plans", as: joost, purpose: "D2",
            json: """
                {"goals":[{"label":"a","domain":"housing","subject":"household","result":"droog","due":"2026-06-01"}],
                "actions":[{"label":"b","goal":"a","actor":{"kind":"organisation","id":"debrug"},"text":"bellen","due":"2026-03-01"}],"reviewDueOn":"2026-07-01"}
                """)
        let drafted = try tag(draft)
        func present(_ match: String) async throws -> Reply {
            try await daemon.ask("POST", "/v1/plans/\(draft.id())/presentation", as: joost, purpose: "D2", [("If-Match", match)])
        }
        let presented = try tag(try await present(drafted))
        #expect(presented != drafted)
        let again = try await daemon.ask(
            "POST", "/v1/plans/\(draft.id())/signatures", as: joost, purpose: "D2", [("If-Match", drafted)],
            json: #"{"signer":{"kind":"director"}}"#)
        moved(again)
        #expect(
            try await daemon.ask(
                "POST", "/v1/plans/\(draft.id())/signatures", as: joost, purpose: "D2", [("If-Match", presented)],
                json: #"{"signer":{"kind":"director"}}"#
            ).status < 300)
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
