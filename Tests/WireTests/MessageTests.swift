import Encodings
import Testing

@testable import Wire

@Suite struct MessageTests {
    private func decode<Message: Codable>(_ type: Message.Type, _ text: String) throws(WireError) -> Message {
        try WireJSON.decode(type, from: Array(text.utf8))
    }

    @Test func messagesComeBackEqual() throws {
        func same<Message: Codable & Equatable>(_ message: Message) throws {
            let text = try WireJSON.encode(message)
            #expect(try WireJSON.decode(Message.self, from: text) == message)
            #expect(try WireJSON.encode(message) == text)
        }
        try same(CreateHousehold(municipality: "waterwolde"))
        try same(
            AddPerson(
                givenName: "Zoë", familyName: "d’Arc", birthDate: "2011-09-03", relation: "daughter", livesIn: false, address: "Kade 1/a",
                secretAddress: true))
        try same(
            RegisterConsent(
                subject: "p", recipient: "*", domains: ["*"], purpose: "D2", form: "oral", signatures: [ConsentSignature(person: "p")]))
        try same(
            DraftPlan(
                goals: [DraftGoal(label: "g", domain: "housing", subject: "household", result: "stays", due: "2026-06-30")],
                actions: [
                    DraftAction(label: "a", goal: "g", actor: PlanParty(kind: "organisation", id: "balans"), text: "t", due: "2026-03-01")
                ]))
        try same(Page(entries: [HouseholdBrief(id: "h", state: "active")], next: "c", articles: ["PR-5.1"], receipt: .max))
        try same(DecisionAnswer(outcome: "refuse", articles: ["PR-13.2"], sentences: ["s"], next: ["n"]))
        try same(DecisionAnswer(outcome: "permit", articles: ["PR-13.3"], notices: ["t"]))
        try same(ChangeAnswer(id: "c", state: "withdrawn", notices: ["t"]))
        try same(ChangeAnswer(id: "c", state: "draft", missing: [MissingSignature(kind: "person", id: "p")], duties: ["d"]))
        try same(
            LedgerLine(index: 7, kind: "outcome", of: 6, moment: "2026-01-14T19:00:00+01:00", action: "readItem", outcome: "completed"))
        try same(SearchRequest(term: "Aydin"))
    }

    @Test func anUnknownFieldIsNamedWithItsPath() {
        #expect(throws: WireError.unknownField(path: "unitl")) {
            try decode(
                RegisterConsent.self,
                #"{"subject":"p","recipient":"balans","domains":["housing"],"purpose":"D2","form":"written","signatures":[],"unitl":"2027-01-13"}"#
            )
        }
        #expect(throws: WireError.unknownField(path: "signatures[1].perso")) {
            try decode(
                RegisterConsent.self,
                #"{"subject":"p","recipient":"b","domains":[],"purpose":"D2","form":"oral","signatures":[{"person":"a"},{"person":"b","perso":"c"}]}"#
            )
        }
    }

    @Test func aMissingFieldAndAWrongTypeAreNamedWithTheirPath() {
        #expect(throws: WireError.missingField(path: "kind")) { try decode(DeclareConflict.self, "{}") }
        #expect(throws: WireError.missingField(path: "goals[0].label")) {
            try decode(DraftPlan.self, #"{"goals":[{"domain":"housing"}],"actions":[]}"#)
        }
        #expect(throws: WireError.wrongType(path: "kind")) { try decode(DeclareConflict.self, #"{"kind":1}"#) }
        #expect(throws: WireError.wrongType(path: "domains[1]")) { try decode(WithdrawConsent.self, #"{"domains":["a",{}]}"#) }
    }

    @Test func nullCountsAsAbsent() throws {
        #expect(try decode(WithdrawConsent.self, #"{"domains":null,"nothing":null}"#) == WithdrawConsent())
    }

    @Test func duplicateKeysAreRefusedBeforeDecoding() {
        #expect(throws: WireError.duplicateKey(at: 14)) {
            try decode(SearchRequest.self, #"{"term":"Aydin","term":"x"}"#.replacing("Aydin", with: "Ayd"))
        }
    }

    @Test func anItemTravelsInAHeader() throws {
        let item = ItemMetadata(
            subject: "household", domain: "finance", kind: "score", basis: "G4", retentionClass: "debt", title: "Schulden — Zoë 😀",
            scoreReasons: ["finance": "nodig voor het plan"])
        let header = try item.header()
        #expect(header.utf8.allSatisfy { $0 < 0x80 && $0 != UInt8(ascii: "=") })
        #expect(try ItemMetadata(header: header) == item)
        #expect(throws: WireError.badHeader) { try ItemMetadata(header: header + "=") }
        #expect(throws: WireError.badHeader) { try ItemMetadata(header: String(repeating: "A", count: 22_001)) }
        #expect(throws: WireError.self) { try ItemMetadata(header: Base64URL.encode(Array(#"{"subject":"a","subject":"b"}"#.utf8))) }
    }

}

@Suite struct ProblemTests {
    @Test(arguments: [
        (ProblemCode.refused, 403, Int32(1)), (.invalid, 400, 2), (.notFound, 404, 3), (.sealed, 503, 4), (.verificationFailed, 500, 5),
        (.conflict, 409, 6), (.signInFirst, 401, 7), (.notRecorded, 503, 8), (.busy, 503, 8), (.unknown, 503, 8), (.internal, 500, 70),
    ])
    func codesStatusesAndExitCodes(code: ProblemCode, status: Int, exit: Int32) {
        #expect(code.statuses.first == status)
        #expect(code.exitCode == exit)
        #expect(ProblemCode(type: code.type) == code)
        #expect(ProblemDocument(code: code, title: "t").status == status)
        #expect(ProblemDocument(code: code, title: "t").code == code)
    }

    @Test func whatOnlyAClientSaysHasNoStatus() {
        #expect(ProblemCode.unreachable.statuses.isEmpty && ProblemCode.unreachable.exitCode == 4)
        #expect(ProblemCode.interrupted.statuses.isEmpty && ProblemCode.interrupted.exitCode == 1)
    }

    @Test func everyStatusLeadsToACodeThatCarriesIt() {
        for status in 400..<600 {
            let code = ProblemCode(status: status)
            #expect(code.exitCode != 0)
            if ProblemCode.allCases.contains(where: { $0.statuses.contains(status) }) {
                #expect(code.statuses.contains(status), "\(status)")
            }
        }
        #expect(ProblemCode(type: "urn:kluis:problem:nonsense") == nil)
        #expect(ProblemCode(type: "about:blank") == nil)
    }

    @Test func anUnknownTypeIsReadByItsStatus() {
        var problem = ProblemDocument(code: .conflict, status: 412, title: "t")
        problem.type = "urn:kluis:problem:later"
        #expect(problem.code == .conflict)
    }
}

@Suite struct RouteTests {
    @Test func noTwoRoutesAreTheSame() {
        let all = Route.allCases.map { "\($0.method.rawValue) \($0.template)" }
        #expect(Set(all).count == all.count)
        #expect(all.allSatisfy { $0.contains(" /v1/") })
    }

    @Test func parametersAndQueriesAreEncoded() {
        #expect(Route.readItem.path("h-1", "i/../2") == "/v1/households/h-1/items/i%2F..%2F2")
        #expect(Route.ledgerEntries.path(query: [("after", nil), ("last", "20")]) == "/v1/ledger/entries?last=20")
        #expect(Route.accessWho.path(query: [("household", "é &="), ("item", "i")]) == "/v1/access/who?household=%C3%A9%20%26%3D&item=i")
        #expect(Route.readItem.path("h") == "/v1/households/h/items/{i}")
        #expect(Route.status.path("extra") == "/v1/status")
    }

    @Test func onlyTheDoorsOfAPracticeVaultAndTheSignInNeedNoSession() {
        let open = Route.allCases.filter { !$0.needsSession }
        #expect(open == [.status, .openAPI, .challenge, .signIn, .rehearsalClock, .rehearsalFault])
        #expect(Route.allCases.filter(\.rehearsalOnly) == [.rehearsalClock, .rehearsalFault])
    }
}
