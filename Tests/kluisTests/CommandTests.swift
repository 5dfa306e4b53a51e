import Foundation
import NIOHTTP1
import TLogConformance
import Testing
import TransparencyLog
import Wire

/// The real program against a daemon that says what each test needs.
@Suite struct CommandTests {
    private let refusal = ProblemDocument(
        code: .refused, title: "geweigerd.", detail: "The youth has not signed.\nAnother sentence", next: "Have Ronald de Wit sign.",
        articles: ["PR-10.4", "PR-12.2"], receipt: 77)

    @Test(arguments: ProblemCode.allCases.filter { !$0.statuses.isEmpty })
    func everyProblemEndsWithItsExitCodeAndItsForm(code: ProblemCode) async throws {
        for status in code.statuses {
            let daemon = try await FakeDaemon { _ in
                .problem(ProblemDocument(code: code, status: status, title: "Something is wrong.", receipt: 5))
            }
            let ended = try await Built.kluis(["household", "show", "h-1", "--purpose", "D2"], on: daemon)
            #expect(ended.exitCode == code.exitCode, "\(code) \(status)")
            #expect(ended.output.isEmpty)
            let lines = ended.errors.split(separator: "\n")
            #expect(lines.first == "kluis: error: something is wrong")
            #expect(lines.contains("kluis: hint: the log line to quote is 5"))
            #expect(lines.allSatisfy { $0.hasPrefix("kluis: ") && !$0.hasSuffix(".") })
        }
    }

    @Test func aStatusWithoutADocumentStillHasItsCode() async throws {
        let daemon = try await FakeDaemon { _ in .whole(412, [], Array("nonsense".utf8)) }
        let ended = try await Built.kluis(["household", "show", "h-1"], on: daemon)
        #expect(ended.exitCode == 6)
        #expect(ended.errors == "kluis: error: somebody was first\n")
    }

    @Test func aRefusalNamesArticlesSentencesAndTheNextStep() async throws {
        let daemon = try await FakeDaemon { [refusal] _ in .problem(refusal) }
        let ended = try await Built.kluis(["consent", "list", "h-1", "--purpose", "D2"], on: daemon)
        #expect(
            ended.errors == """
                kluis: error: geweigerd (PR-10.4, PR-12.2): The youth has not signed; Another sentence
                kluis: hint: next lawful step: Have Ronald de Wit sign
                kluis: hint: the log line to quote is 77

                """)
        let dutch = try await Built.kluis(["toestemming", "lijst", "h-1", "--purpose", "D2", "--lang", "nl"], on: daemon)
        #expect(dutch.errors.hasPrefix("kluis: fout: geweigerd (PR-10.4"))
        #expect(dutch.errors.contains("kluis: tip: volgende stap die wel mag: Have"))
        #expect(daemon.heard.map { $0.headers.first(name: "accept-language") } == ["en", "nl"])
        let json = try await Built.kluis(["--json", "consent", "list", "h-1", "--purpose", "D2"], on: daemon)
        #expect(json.exitCode == 1)
        #expect(try WireJSON.decodeLeniently(ProblemDocument.self, from: Array(json.output)) == refusal)
    }

    @Test func theHeadersSayWhyForWhomAndInWhoseName() async throws {
        let daemon = try await FakeDaemon { _ in .json(ChangeAnswer(id: "c-1")) }
        let ended = try await Built.kluis(
            ["consent", "withdraw", "c-1", "--for", "selma", "--purpose", "D7", "--if-match", "4", "--idempotency-key", "mine"], on: daemon)
        #expect(ended.exitCode == 0 && ended.text == "c-1\n")
        let heard = try #require(daemon.heard.first)
        #expect(heard.method == "POST" && heard.path == "/v1/consents/c-1/withdrawal")
        #expect(heard.headers.first(name: "kluis-purpose") == "D7")
        #expect(heard.headers.first(name: "kluis-for") == "selma")
        #expect(heard.headers.first(name: "if-match") == "4")
        #expect(heard.headers.first(name: "idempotency-key") == "mine")
        #expect(heard.headers.first(name: "kluis-why") == nil)
        #expect(heard.headers.first(name: "traceparent")?.wholeMatch(of: /00-[0-9a-f]{32}-[0-9a-f]{16}-01/) != nil)
        #expect(heard.headers.first(name: "authorization") == nil)
    }

    @Test func whatIsMadeIsNamedAloneOnTheFirstLine() async throws {
        let daemon = try await FakeDaemon { _ in
            .json(
                ChangeAnswer(
                    id: "c-1", state: "draft",
                    missing: [MissingSignature(kind: "person", id: "p-2", name: "Ronald de Wit"), MissingSignature(kind: "director")],
                    duties: ["have the father sign"], articles: ["PR-12.2"], receipt: 9))
        }
        let arguments = [
            "consent", "register", "h-1", "--subject", "noor", "--to", "jeugdkompas", "--domain", "school", "--signed", "selma:ouder",
            "--purpose", "D2",
        ]
        let ended = try await Built.kluis(arguments, on: daemon)
        #expect(ended.exitCode == 0)
        #expect(ended.text == "c-1\n")
        #expect(
            ended.errors
                == "kluis: warning: duty: have the father sign\nkluis: hint: state: draft\nkluis: hint: still to sign: Ronald de Wit, the director\n"
        )
        let sent = try WireJSON.decode(RegisterConsent.self, from: try #require(daemon.heard.first).body)
        #expect(sent.domains == ["schoolWorkDaytime"] && sent.purpose == "D2")
        #expect(sent.signatures == [ConsentSignature(person: "selma", capacity: "parentWithAuthority")])
        let json = try await Built.kluis(arguments + ["--json"], on: daemon)
        #expect(json.text.hasPrefix(#"{"articles":["PR-12.2"],"duties":["have the father sign"],"id":"c-1""#))
        #expect(json.errors.isEmpty)
    }

    @Test func whyDecidesAndDoesNothing() async throws {
        let daemon = try await FakeDaemon { heard in
            heard.path.contains("consents")
                ? .json(
                    DecisionAnswer(
                        outcome: "refuse", articles: ["PR-11.3"], sentences: ["Blanket consent is void"], next: ["Name one"], receipt: 3))
                : .json(DecisionAnswer(outcome: "oblige", articles: ["PR-12.2"], duties: ["sign"]))
        }
        let refused = try await Built.kluis(
            ["consent", "register", "h-1", "--subject", "p", "--to", "*", "--domain", "*", "--purpose", "D2", "--why"], on: daemon)
        #expect(refused.exitCode == 1)
        #expect(refused.text == "refused under PR-11.3\nBlanket consent is void\nnext lawful step: Name one\nthe log line to quote is 3\n")
        #expect(refused.errors.isEmpty)
        let permitted = try await Built.kluis(["access", "check", "read-item", "h-1", "i-1", "--json"], on: daemon)
        #expect(permitted.exitCode == 0)
        #expect(permitted.text.contains(#""outcome":"oblige""#))
        #expect(daemon.heard.allSatisfy { $0.headers.first(name: "kluis-why") == "1" })
        #expect(daemon.heard.last?.path == "/v1/households/h-1/items/i-1")
    }

    @Test func nobodyThereIsExitFour() async throws {
        let daemon = try await FakeDaemon { _ in .hangUp }
        let nobody = try await Built.kluis(["status", "--socket", "\(daemon.directory)/nobody"], on: daemon)
        #expect(nobody.exitCode == 4)
        #expect(nobody.errors.hasPrefix("kluis: error: nobody answers on \(daemon.directory)/nobody\nkluis: hint: "))
        // Somebody there who says nothing: a question may be asked again; of a change nobody knows what became of it.
        #expect(try await Built.kluis(["household", "list"], on: daemon).exitCode == 1)
        let change = try await Built.kluis(["household", "create"], on: daemon)
        #expect(change.exitCode == 8)
        let key = try #require(daemon.heard.last?.headers.first(name: "idempotency-key"))
        #expect(change.errors.contains("--idempotency-key \(key)"))
    }

    @Test(arguments: [
        ["fly"], ["item"], ["item", "fly"], ["item", "read"], ["item", "read", "h", "i", "j"], ["item", "read", "h", "i", "--nonsense"],
        ["item", "list", "h", "--limit", "many"], ["login", "kees", "--key"], ["status", "--lang", "fr"],
        ["item", "read", "h", "i", "--json"],
        ["consent", "refuse", "h", "--subject", "p"], ["consent", "refuse", "h", "--subject", "p", "--to", "o", "--towards", "q"],
        ["plan", "edit", "n", "a"], ["plan", "sign", "n", "--as", "king"], ["team", "appoint", "h", "w", "--preference", "perhaps"],
        ["access", "check", "fly", "h"], ["access", "check", "read-item", "h"], ["login", "kees"], ["status", "--why"],
        ["item", "add", "h", "/nonexistent", "--domain", "housing", "--kind", "note", "--basis", "G1", "--class", "youthCare"],
        ["consent", "register", "h", "--subject", "p", "--to", "o", "--signed", "p:"], ["ledger", "verify", "--offline", "/nonexistent"],
        ["ledger", "verify", "--offline", "/", "--idempotency-key", "k"], ["ledger", "verify", "--offline", "/", "--if-match", "1"],
        ["ledger", "verify", "--proof", "p", "--for", "q"], ["ledger", "verify", "--key", "k"],
        ["ledger", "witness", "show", "w", "--if-match", "1"],
    ])
    func wrongUseIsExitTwoInBothLanguages(arguments: [String]) async throws {
        let daemon = try await FakeDaemon { _ in .hangUp }
        for (language, word) in [("en", "error"), ("nl", "fout")] {
            let ended = try await Built.kluis(arguments, on: daemon, environment: ["KLUIS_LANG": language])
            if arguments == ["item"] {
                // A noun alone shows its help.
                #expect(ended.exitCode == 0)
                continue
            }
            #expect(ended.exitCode == 2, "\(arguments) \(ended.errors)")
            // Tools read the standard output.
            #expect(ended.text.contains(ProblemCode.invalid.type) == arguments.contains("--json"))
            let first = ended.errors.split(separator: "\n").first ?? ""
            #expect(first.hasPrefix("kluis: \(word): "), "\(ended.errors)")
            #expect(!first.dropFirst("kluis: \(word): ".count).first!.isUppercase && !first.hasSuffix("."), "\(first)")
        }
        #expect(daemon.heard.isEmpty)
    }

    @Test func theParsersWordsAreOurs() async throws {
        let daemon = try await FakeDaemon { _ in .hangUp }
        func dutch(_ arguments: [String]) async throws -> String {
            try await Built.kluis(arguments + ["--lang", "nl"], on: daemon).errors.split(separator: "\n").first.map { String($0) } ?? ""
        }
        #expect(try await dutch(["item", "read"]) == "kluis: fout: <household> ontbreekt")
        #expect(try await dutch(["item", "list", "h", "--nonsense"]) == "kluis: fout: onbekende optie --nonsense")
        #expect(try await dutch(["item", "list", "h", "i"]) == "kluis: fout: i hoort hier niet")
        #expect(try await dutch(["item", "list", "h", "i", "j"]) == "kluis: fout: i, j hoort hier niet")
        #expect(try await dutch(["item", "list", "h", "--limit", "many"]) == "kluis: fout: de waarde many past niet bij --limit <number>")
    }

    @Test func listsAreTablesAndSayWhenThereIsMore() async throws {
        let daemon = try await FakeDaemon { _ in
            .json(
                Page(
                    entries: [
                        HouseholdBrief(id: "h-1", number: "H-0147", state: "active", director: "w-1"),
                        HouseholdBrief(id: "h-2", state: "closed"),
                    ],
                    next: "cur", names: ["w-1": Named(name: "Joost Terpstra", handle: "joost")]))
        }
        let ended = try await Built.kluis(["household", "list", "--limit", "1"], on: daemon)
        #expect(
            ended.text == """
                id   household  state   director
                h-1  H-0147     active  Joost Terpstra (joost)
                h-2             closed

                """)
        #expect(ended.errors == "kluis: hint: there is more: ask again with --after cur\n")
        #expect(daemon.heard.first?.path == "/v1/households?limit=1")
    }

    /// A title or detail with a place that nobody filled in says nothing.
    @Test func noErrorHasAnUnfilledPlace() async throws {
        let daemon = try await FakeDaemon { _ in .hangUp }
        for (language, title) in [("nl", "niemand antwoordt"), ("en", "nobody answers")] {
            let ended = try await Built.kluis(["status", "--json", "--socket", "/nope", "--lang", language], on: daemon)
            let document = try WireJSON.decodeLeniently(ProblemDocument.self, from: Array(ended.output))
            #expect(ended.exitCode == 4 && document.title == title && document.detail?.hasSuffix(" /nope") == true, "\(ended.text)")
        }
    }

    @Test func aNounOrVerbThatThereIsNoneOfIsNamed() async throws {
        let daemon = try await FakeDaemon { _ in .hangUp }
        let slips: [(arguments: [String], word: String, choice: String)] = [
            (["item", "ad", "--json"], "ad", "add, list, read"), (["--lang", "nl", "item", "ad"], "ad", "voegtoe, lijst, lees"),
            (["bananas", "--help"], "bananas", "household"), (["role", "--help"], "role", "worker"),
            (["ledger", "witness", "fly", "--help"], "fly", "init"),
        ]
        for slip in slips {
            let ended = try await Built.kluis(slip.arguments, on: daemon)
            #expect(ended.exitCode == 2, "\(slip.arguments)")
            let first = ended.errors.split(separator: "\n").first ?? ""
            #expect(first.contains(": \(slip.word) is ") && first.contains(slip.choice), "\(first)")
            #expect(ended.text.contains(ProblemCode.invalid.type) == slip.arguments.contains("--json"), "\(ended.text)")
        }
        for arguments in [["--help"], ["help"], ["help", "item"], ["item", "--help"], ["item", "add", "--help"], ["--version"], []] {
            #expect(try await Built.kluis(arguments, on: daemon).exitCode == 0, "\(arguments)")
        }
        // What the daemon always refuses is no option.
        for arguments in [["worker", "role", "w", "teamMember", "--until", "2026-06-01"], ["worker", "end", "w", "--on", "2026-06-01"]] {
            let ended = try await Built.kluis(arguments, on: daemon)
            #expect(ended.exitCode == 2 && ended.errors.contains("unknown option"), "\(ended.errors)")
        }
        #expect(daemon.heard.isEmpty)
    }

    @Test func aTitleThatCannotBeKeptIsRefusedHere() async throws {
        let daemon = try await FakeDaemon { _ in .hangUp }
        let (title, file) = ("\(daemon.directory)/title", "\(daemon.directory)/visit.txt")
        try Scratch.write("text", to: file)
        let add = ["item", "add", "h-1", file, "--domain", "housing", "--kind", "note", "--basis", "G1", "--class", "youthCare"]
        for (language, words) in [("en", "the title of \(file) has 70000 bytes"), ("nl", "de titel van \(file) heeft 70000 bytes")] {
            try Scratch.write(String(repeating: "a", count: 70_000), to: title)
            let long = try await Built.kluis(add + ["--title-file", title, "--lang", language], on: daemon)
            #expect(long.exitCode == 2 && long.errors.contains(words), "\(long.errors)")
        }
        try Data([0xFF, 0xFE, 0x41, 0x00]).write(to: URL(fileURLWithPath: title))
        let foreign = try await Built.kluis(add + ["--title-file", title], on: daemon)
        #expect(foreign.exitCode == 2 && foreign.errors.contains("\(title) is not text in UTF-8"), "\(foreign.errors)")
        let reasons = try await Built.kluis(add + ["--reasons-file", title], on: daemon)
        #expect(reasons.exitCode == 2 && reasons.errors.contains("is not text in UTF-8"), "\(reasons.errors)")
        #expect(daemon.heard.isEmpty)
    }

    @Test func fieldsAndChoicesAreSaidAsTheyAreGivenHere() async throws {
        let daemon = try await FakeDaemon { heard in
            let isDutch = heard.headers.first(name: "accept-language") == "nl"
            return .problem(
                ProblemDocument(
                    code: .invalid, title: isDutch ? "het verzoek klopt niet" : "the request is not valid",
                    detail: isDutch ? "kies uit: finance, schoolWorkDaytime" : "choose from: finance, schoolWorkDaytime",
                    field: heard.path.hasSuffix("consents") ? "Kluis-Purpose" : "retentionClass"))
        }
        let dutch = try await Built.kluis(["consent", "list", "h-1", "--lang", "nl"], on: daemon)
        #expect(
            dutch.errors.hasPrefix("kluis: fout: het verzoek klopt niet (--purpose): kies uit: geldzaken, school/werk\n"),
            "\(dutch.errors)")
        let english = try await Built.kluis(["item", "list", "h-1"], on: daemon)
        #expect(
            english.errors.hasPrefix("kluis: error: the request is not valid (--class): choose from: finance, schoolWorkDaytime\n"),
            "\(english.errors)")
    }

    /// The key of an attempt and the version to compare with are the user's: he hears when they count for nothing.
    @Test func aKeyOfAReadingIsNotPassedOver() async throws {
        let daemon = try await FakeDaemon { _ in .json(SearchAnswer(hasDirector: true)) }
        _ = try await Built.kluis(["household", "list", "--idempotency-key", "mine", "--if-match", "3"], on: daemon)
        #expect(daemon.heard.last?.headers.first(name: "idempotency-key") == "mine")
        #expect(daemon.heard.last?.headers.first(name: "if-match") == "3")
        _ = try await Built.kluis(["household", "find"], on: daemon, input: "Aydin\n")
        #expect(daemon.heard.last?.path == "/v1/households/search" && daemon.heard.last?.headers.first(name: "idempotency-key") == nil)
    }

    @Test func thePlanOfAHouseholdIsTheOneInForce() async throws {
        let plans = [
            PlanBrief(id: "n-1", number: 1, state: "superseded"), PlanBrief(id: "n-2", number: 2, state: "inForce"),
            PlanBrief(id: "n-3", number: 3, state: "draft"),
        ]
        let cases: [(there: [PlanBrief], wanted: String?)] = [(plans, "n-2"), ([plans[0], plans[2]], "n-3"), ([], nil)]
        for (there, wanted) in cases {
            let daemon = try await FakeDaemon { heard in
                heard.path.hasPrefix("/v1/households/h-1/plans")
                    ? .json(Page(entries: there)) : .problem(ProblemDocument(code: .notFound, title: "not found"))
            }
            let ended = try await Built.kluis(["plan", "show", "h-1", "--purpose", "D2"], on: daemon)
            #expect(ended.exitCode == 3)
            #expect(daemon.heard.map(\.path).last == wanted.map { "/v1/plans/\($0)" } ?? "/v1/households/h-1/plans")
            #expect(ended.errors.contains("this household has no plan yet") == (wanted == nil), "\(ended.errors)")
        }
    }

    @Test func theLogSaysWhatWasLookedAt() async throws {
        func line(_ index: UInt64, _ action: String, _ outcome: String) -> LedgerLine {
            LedgerLine(
                index: index, kind: "decision", moment: "2026-07-14T17:59:59.999Z", action: action, caller: "w-1", organisation: "o-1",
                hat: "help", household: "h-1", purpose: "D2", outcome: outcome)
        }
        var read = line(7, "readItem", "permit")
        (read.item, read.residents, read.articles) = ("i-1", ["p-1"], ["PR-18.2"])
        var asked = line(8, "readItem", "refuse")
        (asked.item, asked.check) = ("i-1", true)
        var added = line(9, "withdrawConsent", "permit")
        added.residents = ["p-1"]
        var card = line(10, "readCard", "permit")
        card.residents = ["p-1", "p-2"]
        let daemon = try await FakeDaemon { [read, asked, added, card] heard in
            heard.path.hasPrefix("/v1/ledger/entries")
                ? .json(
                    LedgerPage(
                        entries: [read, asked, added, card], names: ["w-1": Named(name: "kees"), "o-1": Named(name: "balans")]))
                : .problem(ProblemDocument(code: .notFound, title: "not found"))
        }
        // A zone that needs no files of the system.
        let zone = ["TZ": "CET-1CEST,M3.5.0,M10.5.0/3"]
        let english = try await Built.kluis(["ledger", "show", "--purpose", "D8"], on: daemon, environment: zone)
        #expect(
            english.text == """
                line  moment                     caller  organisation  hat   action                    purpose  outcome  household  item or resident  articles  of line
                7     2026-07-14T19:59:59+02:00  kees    balans        help  read an item              D2       permit   h-1        i-1               PR-18.2
                8     2026-07-14T19:59:59+02:00  kees    balans        help  only asked: read an item  D2       refuse   h-1        i-1
                9     2026-07-14T19:59:59+02:00  kees    balans        help  withdraw a consent        D2       permit   h-1        p-1
                10    2026-07-14T19:59:59+02:00  kees    balans        help  read the card             D2       permit   h-1

                """)
        let dutch = try await Built.kluis(["logboek", "toon", "--purpose", "D8", "--lang", "nl"], on: daemon, environment: zone)
        #expect(dutch.text.contains("alleen gevraagd: stuk lezen") && dutch.text.contains("toestemming intrekken"), "\(dutch.text)")
        #expect(!dutch.text.contains("readItem") && !dutch.text.contains("17:59:59"), "\(dutch.text)")
        let json = try await Built.kluis(["ledger", "show", "--purpose", "D8", "--json"], on: daemon, environment: zone)
        #expect(json.text.contains(#""moment":"2026-07-14T17:59:59.999Z""#) && json.text.contains(#""action":"readItem""#))
    }

    @Test func aDamagedStoreIsLeftAlone() async throws {
        let daemon = try await FakeDaemon { _ in
            .json(VerificationAnswer(size: 3, root: "", opened: 3, erased: 0, problems: ["altered 2"]))
        }
        let ended = try await Built.kluis(["ledger", "verify", "--purpose", "D8", "--lang", "nl"], on: daemon)
        #expect(ended.exitCode == 5 && ended.text.contains("altered 2"))
        #expect(ended.errors.contains("tip: raak niets aan en bel de privacy officer"), "\(ended.errors)")
    }

    @Test func aSearchTermComesFromStandardInput() async throws {
        let daemon = try await FakeDaemon { _ in .json(SearchAnswer(hasDirector: true, contactRoute: "14 0500")) }
        let ended = try await Built.kluis(["household", "find", "--purpose", "D1"], on: daemon, input: "  Aydin \n")
        #expect(ended.exitCode == 0)
        #expect(try WireJSON.decode(SearchRequest.self, from: try #require(daemon.heard.first).body) == SearchRequest(term: "Aydin"))
        #expect(try await Built.kluis(["household", "find"], on: daemon, input: "\n").exitCode == 2)
    }
}

@Suite struct SignInTests {
    private static let challenge = "kluis-challenge/v1\nvault v-1\nworker kees\nhat help\n\(String(repeating: "ab", count: 32))\n"

    private func daemon(namespace: String = SignInNamespace.rehearsal) async throws -> FakeDaemon {
        try await FakeDaemon { heard in
            let session = SessionAnswer(
                token: "secret-token", worker: "w-1", handle: "kees", name: "Kees Blokland", organisation: "balans", roles: ["teamMember"],
                hat: "help",
                started: "2026-01-14T20:00:00+01:00", idleSeconds: 600, rehearsal: true)
            switch heard.path {
            case "/v1/login/challenge":
                return .json(ChallengeAnswer(challenge: Self.challenge, namespace: namespace, expires: "2026-01-14T20:01:00+01:00"))
            case "/v1/login": return .json(session)
            case "/v1/session" where heard.method == "DELETE": return .whole(204, [], [])
            // A vault that has published nothing yet.
            case "/v1/ledger/file?path=log.vkey":
                return .whole(200, [], Array("\((try? SampleLog().signer.key.text) ?? "")\n".utf8))
            case "/v1/ledger/file?path=checkpoint":
                return .problem(ProblemDocument(code: .notFound, status: 404, title: "not found"))
            default: return .json(session)
            }
        }
    }

    private func key(in daemon: FakeDaemon) throws -> String {
        let path = "\(daemon.directory)/key"
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/ssh-keygen")
        process.arguments = ["-q", "-t", "ed25519", "-N", "", "-f", path]
        try process.run()
        process.waitUntilExit()
        return path
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/ssh-keygen"), "needs openssh-client"))
    func signingInKeepsAToken() async throws {
        let daemon = try await daemon()
        let key = try key(in: daemon)
        let ended = try await Built.kluis(["login", "kees", "--hat", "hulp", "--key", key], on: daemon)
        #expect(ended.exitCode == 0, "\(ended.errors)")
        #expect(ended.text == "Kees Blokland of balans is signed in, hat help\n")
        #expect(ended.errors == "kluis: warning: this is a rehearsal vault: nothing in it is real\n")
        #expect(!ended.text.contains("secret-token"))
        let heard = daemon.heard
        // Then a look at whether the log is the one that was seen before.
        let files = ["log.vkey", "checkpoint"].map { "/v1/ledger/file?path=\($0)" }
        #expect(heard.map(\.path) == ["/v1/login/challenge", "/v1/login"] + files)
        #expect(Set(heard.map(\.connection)).count == 1, "challenge and signature travel on one connection")
        #expect(try WireJSON.decode(ChallengeRequest.self, from: heard[0].body) == ChallengeRequest(worker: "kees", hat: "help"))
        let request = try WireJSON.decode(SignInRequest.self, from: heard[1].body)
        #expect(request.challenge == Self.challenge && request.signature.hasPrefix("-----BEGIN SSH SIGNATURE-----"))

        #expect(try await Built.kluis(["whoami"], on: daemon).exitCode == 0)
        #expect(daemon.heard.last?.headers.first(name: "authorization") == "Bearer secret-token")
        // Another person's runtime directory knows nothing of it.
        #expect(try await Built.kluis(["whoami"], on: daemon, runtime: "other").exitCode == 7)
        #expect(try await Built.kluis(["logout"], on: daemon).exitCode == 0)
        #expect(daemon.heard.last?.method == "DELETE")
        let after = try await Built.kluis(["whoami"], on: daemon)
        #expect(after.exitCode == 7)
        #expect(after.errors.contains("kluis: hint: kluis login"))
    }

    /// What ssh-keygen says is English and long: what to do stands behind it in the user's language.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/ssh-keygen"), "needs openssh-client"))
    func aKeyThatOthersMayReadIsNotSignedWith() async throws {
        let daemon = try await daemon()
        let key = try key(in: daemon)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: key)
        let ended = try await Built.kluis(["login", "kees", "--key", key, "--lang", "nl"], on: daemon)
        #expect(ended.exitCode == 2 && ended.errors.contains("kluis: tip: ") && ended.errors.contains("chmod 600"), "\(ended.errors)")
        #expect(ended.errors.contains("ssh-add"), "\(ended.errors)")
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/ssh-keygen"), "needs openssh-client"))
    func aForeignNamespaceIsNotSigned() async throws {
        let daemon = try await daemon(namespace: "git")
        let ended = try await Built.kluis(["login", "kees", "--key", try key(in: daemon)], on: daemon)
        #expect(ended.exitCode == 5)
        #expect(daemon.heard.map(\.path) == ["/v1/login/challenge"])
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/ssh-keygen"), "needs openssh-client"))
    func theTokenGoesToItsOwnSocketOnly() async throws {
        let first = try await daemon()
        let second = try await daemon()
        #expect(try await Built.kluis(["login", "kees", "--key", try key(in: first)], on: first).exitCode == 0)
        _ = try await Built.kluis(["household", "list", "--socket", second.socket], on: first)
        #expect(second.heard.count == 1)
        #expect(second.heard.first?.headers.first(name: "authorization") == nil)
    }
}
