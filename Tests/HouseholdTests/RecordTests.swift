import Foundation
import Testing

@testable import Household

struct RecordTests {
    @Test func factsRoundTrip() throws {
        let facts = Home.facts
        let bytes = try facts.canonicalJSON()
        #expect(try HouseholdFacts.decodeCanonical(bytes) == facts)
        let team = try Team.facts.canonicalJSON()
        #expect(try TeamFacts.decodeCanonical(team) == Team.facts)
        for person in facts.persons { #expect(try Person.decodeCanonical(person.canonicalJSON()) == person) }
    }

    @Test func everyKindOfRecordRoundTrips() throws {
        let at = Home.kitchenTable
        let view = try Home.view()
        let (consent, _) = try view.register(
            Home.proposal(Home.noor, Team.jeugdkompas, [.parenting, .health], givers: [Home.giver(Home.noor, at: at)]), id: make(1),
            by: Team.joost, at: at)
        var withdrawn = consent
        withdrawn.withdrawals = [ConsentWithdrawal(at: at, by: .person(Home.noor), domains: [.health], notedBy: Team.kees)]
        try check(withdrawn)
        try check(ConsentWords(id: make(1), note: "é / \"q\"\n"))
        try check(
            Refusal(
                id: make(1), household: Home.id, subject: Home.emre, recipient: .person(Home.selma), domains: [.health], purpose: .plan,
                by: .person(Home.emre), askedOn: at, recordedBy: Team.joost))
        try check(
            SignatureExcuse(
                id: make(1), household: Home.id, consent: make(1), excused: .person(Home.ronald), ground: .unreachable, recordedAt: at,
                signatures: [], attempts: [at]))
        try check(
            SignatureExcuse(
                id: make(1), household: Home.id, consent: make(1), excused: .person(Home.ronald), ground: .seriousHarm, recordedAt: at,
                signatures: [ProfessionalSignature(worker: Team.fatima, at: at)]))
        try check(
            WorkerKey(
                id: make(1), worker: Team.joost, type: .securityKeyEd25519, publicKey: hash(7), peerUIDs: [1_001, 1_000], addedAt: at,
                usedAt: at, state: .active, declaredApart: true))
        try check(
            Item(
                id: make(1), household: Home.id, layer: .personalFile, subject: .person(Home.noor), author: Team.joost,
                organisation: Team.deBrug, domain: .health, hat: .help, basis: .youthAct, provision: label("UAVG 30(3)(a)"),
                retentionClass: .youthCare, kind: .report, createdAt: at, lastChangedAt: at, frozen: true, designatedForAccess: true,
                sizeBucket: SizeBucket(bytes: 99_999)))
        try check(ItemWords(id: make(1), title: "Überweisung", fileName: "a/b.pdf", mediaType: "application/pdf"))
        try check(
            HouseholdWords(id: Home.id, number: "H-0147", address: "Dijk 1", legacyNumbers: [LegacyNumber(system: "RIS", number: "77120")]))
        try check(PersonWords(id: Home.selma, givenName: "Selma", familyName: "Aydin"))
        try check(OrganisationWords(id: Team.deBrug, name: "Welzijn De Brug", disciplines: ["AMW"]))
        try check(WorkerWords(id: Team.joost, name: "Joost Terpstra", registrations: [RegistrationWords(id: make(1), number: "1")]))
        try check(Plans.version())
        try check(Plans.words)
        try check(PlanSignature(signer: .worker(Team.joost), at: at, method: .digital, contentHash: hash(1), notedBy: Team.joost))
        try check(
            PlanSignature(
                signer: .party(.organisation(Team.instelling), .guardianBody), at: at, method: .written, contentHash: hash(1),
                notedBy: Team.joost))
        try check(IncapacityWords(id: make(1), reason: "r"))
        try check(ConflictWords(id: make(1), note: "n"))
        try check(RefusalWords(id: make(1), note: "n"))
        try check(ExcuseWords(id: make(1), report: "r"))
        try check(DirectorshipWords(id: make(1), preference: "p"))
        try check(Home.directorship)
    }

    private func check<Record: CanonicalRecord>(_ record: Record) throws {
        let bytes = try record.canonicalJSON()
        let again = try Record.decodeCanonical(bytes)
        let repeated = try again.canonicalJSON()
        #expect(again == record && bytes == repeated, "\(Record.self)")
        #expect(!bytes.contains(0x0A) || Record.self == ConsentWords.self, "\(Record.self)")
        checkKeys(bytes, "\(Record.self)")
    }

    /// Keys at the top level stand in ascending order of bytes.
    private func checkKeys(_ bytes: [UInt8], _ about: String) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let object = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] else { return }
        let positions = object.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.compactMap {
            text.range(of: "\"\($0)\":")?.lowerBound
        }
        #expect(positions.count == object.count && text.hasPrefix("{\""), "\(about)")
    }

    @Test func canonicalFormIsExactlyThis() throws {
        let person = Person(id: make(1), household: make(2), birthDay: day("2011-09-03"), relation: .child, livesIn: true)
        let text =
            #"{"birthDay":"2011-09-03","household":"h-aaaaaaaaaaaaaaaaaaaaaaaaai","id":"p-aaaaaaaaaaaaaaaaaaaaaaaaae","livesIn":true,"relation":"child","secretAddress":false}"#
        #expect(String(decoding: try person.canonicalJSON(), as: UTF8.self) == text)
        let bad = [
            text + " ", text + "\n", text.replacingOccurrences(of: ",", with: ", "), text.replacingOccurrences(of: "true", with: "1"),
            text.replacingOccurrences(of: "}", with: #","until":null}"#), text.replacingOccurrences(of: "}", with: #","zz":1}"#),
            text.replacingOccurrences(of: #","relation":"child""#, with: #","relation":"child","relation":"child""#),
            text.replacingOccurrences(of: #""child""#, with: #""chil\u0064""#), text.replacingOccurrences(of: "2011", with: "11"),
            text.replacingOccurrences(of: #""livesIn":true,"#, with: ""), "", "[]", "null", text.replacingOccurrences(of: "p-", with: "i-"),
            #"{"household":"h-aaaaaaaaaaaaaaaaaaaaaaaaai","birthDay":"2011-09-03","id":"p-aaaaaaaaaaaaaaaaaaaaaaaaae","livesIn":true,"relation":"child","secretAddress":false}"#,
        ]
        for wrong in bad { #expect(throws: HouseholdError.self, "\(wrong)") { try Person.decodeCanonical(Array(wrong.utf8)) } }
    }

    @Test func deepJSONIsRefused() {
        let deep = [UInt8](repeating: UInt8(ascii: "["), count: 200_000)
        #expect(throws: HouseholdError.self) { try HouseholdFacts.decodeCanonical(deep) }
    }

    @Test func orderOfListsDoesNotMatter() throws {
        let facts = Home.facts
        let shuffled = HouseholdFacts(
            household: facts.household, persons: facts.persons.reversed(), authorities: facts.authorities.reversed(),
            representations: facts.representations, incapacities: facts.incapacities, involvements: facts.involvements.reversed(),
            directorships: facts.directorships, conflicts: facts.conflicts)
        #expect(try shuffled.canonicalJSON() == facts.canonicalJSON())
    }

    /// Facts have no field that could hold a name: every text in them is an identifier, a day, a hash, a label or a term of a vocabulary.
    @Test func factsHoldNoFreeText() throws {
        var facts = Home.facts
        facts.plans = [Plans.version()]
        var terms: Set<String> = ["network"]
        for type in VocabularyTests.spoken { terms.formUnion(Self.texts(type)) }
        terms.formUnion(SSHKeyType.allCases.map(\.rawValue))
        var count = 0
        for bytes in [try facts.canonicalJSON(), try Team.facts.canonicalJSON()] {
            for text in Self.strings(try JSONSerialization.jsonObject(with: Data(bytes))) {
                count += 1
                let known =
                    terms.contains(text) || CalendarDay(text) != nil || Bytes32(hex: text) != nil
                    || text.wholeMatch(of: /[a-z]{1,2}-[a-z2-7]{26}/) != nil
                #expect(known, "\(text)")
            }
        }
        #expect(count > 200)
    }

    private static func texts<Term: SpokenTerm>(_ type: Term.Type) -> [String] { type.allCases.map(\.rawValue) }

    private static func strings(_ json: Any) -> [String] {
        switch json {
        case let text as String: [text]
        case let list as [Any]: list.flatMap(strings)
        case let object as [String: Any]: object.values.flatMap(strings)
        default: []
        }
    }

    // MARK: the snapshot checks what it is built of

    @Test func snapshotOfTheScenarioIsSound() throws {
        let view = try Home.view()
        #expect(view.residents(at: Home.kitchenTable).count == 5)
        #expect(view.contains(.person(Home.noor)) && view.contains(.household(Home.id)) && !view.contains(.person(make(99))))
    }

    static let broken: [(String, @Sendable (inout HouseholdFacts) -> Void)] = [
        ("municipality", { $0.household.municipality = make(99) }),
        ("person of another household", { $0.persons[0].household = make(99) }),
        ("authority over nobody", { $0.authorities[0].child = make(99) }),
        ("authority of nobody", { $0.authorities[0].holder = .person(make(99)) }),
        ("authority elsewhere", { $0.authorities[0].household = make(99) }),
        ("representation of nobody", { $0.representations[0].person = make(99) }),
        ("representation by nobody", { $0.representations[0].representative = .organisation(make(99)) }),
        ("judgement of nobody", { $0.incapacities[0].person = make(99) }),
        ("judgement by nobody", { $0.incapacities[0].judgedBy = make(99) }),
        ("involvement of nobody", { $0.involvements[0].worker = make(99) }),
        ("involvement by nobody", { $0.involvements[0].grantedBy = make(99) }),
        ("involvement for nobody", { $0.involvements[0].persons = [make(99)] }),
        ("director nobody", { $0.directorships[0].worker = make(99) }),
        (
            "deputy for nobody",
            {
                $0.directorships[0].deputyFor = make(99); $0.directorships[0].deputyUntil = day("2026-02-01")
            }
        ),
        ("conflict of nobody", { $0.conflicts[0].worker = make(99) }),
        ("watch contact nobody", { $0.household.watchContact = make(99) }),
        (
            "consent for nobody",
            {
                $0.consents = [Consents.active()]; $0.consents[0].subject = make(99)
            }
        ),
        (
            "consent to nobody",
            {
                $0.consents = [Consents.active()]; $0.consents[0].recipient = make(99)
            }
        ),
        (
            "consent by nobody",
            {
                $0.consents = [Consents.active()]; $0.consents[0].givers[0].party = .person(make(99))
            }
        ),
        (
            "consent noted by nobody",
            {
                $0.consents = [Consents.active()]; $0.consents[0].givers[0].notedBy = make(99)
            }
        ),
        (
            "consent recorded by nobody",
            {
                $0.consents = [Consents.active()]; $0.consents[0].recordedBy = make(99)
            }
        ),
        (
            "consent in place of none",
            {
                $0.consents = [Consents.active()]; $0.consents[0].replaces = make(99)
            }
        ),
        (
            "withdrawal by nobody",
            {
                $0.consents = [Consents.active()]
                $0.consents[0].withdrawals = [
                    ConsentWithdrawal(at: Home.kitchenTable, by: .person(make(99)), domains: [.finance], notedBy: Team.kees)
                ]
            }
        ),
        (
            "withdrawal noted by nobody",
            {
                $0.consents = [Consents.active()]
                $0.consents[0].withdrawals = [
                    ConsentWithdrawal(at: Home.kitchenTable, by: .person(Home.selma), domains: [.finance], notedBy: make(99))
                ]
            }
        ),
        ("refusal recorded by nobody", { $0.refusals = [RecordTests.refusal(recordedBy: make(99))] }),
        (
            "plan signature noted by nobody",
            {
                $0.plans = [Plans.version()]; $0.plans[0].signatures = [Plans.signature(Home.selma)];
                $0.plans[0].signatures[0].notedBy = make(99)
            }
        ),
        (
            "block lifted by nobody",
            {
                $0.conflicts[0].liftedAt = Home.kitchenTable; $0.conflicts[0].liftedBy = make(99)
            }
        ),
        (
            "excuse for no consent",
            {
                $0.excuses = [
                    SignatureExcuse(
                        id: make(1), household: Home.id, consent: make(99), excused: .person(Home.ronald), ground: .seriousHarm,
                        recordedAt: Home.kitchenTable, signatures: [])
                ]
            }
        ),
        (
            "plan signed by nobody",
            {
                $0.plans = [Plans.version()]; $0.plans[0].signatures = [Plans.signature(.worker(make(99)))]
            }
        ),
        (
            "plan signed by a stranger",
            {
                $0.plans = [Plans.version()]; $0.plans[0].signatures = [Plans.signature(make(99))]
            }
        ),
        (
            "plan elsewhere",
            {
                $0.plans = [Plans.version()]; $0.plans[0].household = make(99)
            }
        ),
        (
            "goal about nobody",
            {
                $0.plans = [Plans.version()]; $0.plans[0].goals[0].subject = .person(make(99))
            }
        ),
        (
            "action without goal",
            {
                $0.plans = [Plans.version()]; $0.plans[0].actions[0].goal = make(99)
            }
        ),
        (
            "action by nobody",
            {
                $0.plans = [Plans.version()]; $0.plans[0].actions[0].actor = .organisation(make(99))
            }
        ),
    ]

    @Test(arguments: broken.map(\.0))
    func brokenReferencesAreRefused(name: String) throws {
        let change = try #require(Self.broken.first { $0.0 == name }?.1)
        let error = #expect(throws: HouseholdError.self) { try Home.view(change) }
        #expect(error?.code == .brokenReference)
    }

    private static func refusal(recordedBy worker: WorkerID) -> Refusal {
        Refusal(
            id: make(1), household: Home.id, subject: Home.selma, recipient: .organisation(Team.deBrug), domains: [.finance],
            purpose: .plan,
            by: .person(Home.selma), askedOn: Home.kitchenTable, recordedBy: worker)
    }

    /// Another worker in every place that can name one; whoever a record names in its written form stands in the list, and nobody else.
    @Test func everyWorkerThatIsNamedIsDemandedAndLoaded() throws {
        var facts = Home.facts
        facts.items = [
            Item(
                id: make(1), household: Home.id, layer: .personalFile, subject: .person(Home.noor), author: Team.fatima,
                organisation: Team.jeugdkompas, domain: .health, hat: .help, basis: .youthAct, retentionClass: .youthCare, kind: .report,
                createdAt: Home.kitchenTable, lastChangedAt: Home.kitchenTable)
        ]
        facts.household.watchContact = Team.kees
        facts.conflicts[0].liftedAt = Home.kitchenTable
        facts.conflicts[0].liftedBy = Team.mirjam
        facts.consents = [Consents.active()]
        facts.consents[0].withdrawals = [
            ConsentWithdrawal(at: Home.kitchenTable, by: .person(Home.selma), domains: [.finance], notedBy: Team.kees)
        ]
        facts.refusals = [Self.refusal(recordedBy: Team.kees)]
        facts.excuses = [
            SignatureExcuse(
                id: make(1), household: Home.id, consent: make(1), excused: .person(Home.ronald), ground: .seriousHarm,
                recordedAt: Home.kitchenTable, signatures: [ProfessionalSignature(worker: Team.fatima, at: Home.kitchenTable)])
        ]
        facts.plans = [Plans.version(state: .presented)]
        facts.plans[0].signatures = [Plans.signature(.worker(Team.kees)), Plans.signature(Home.selma)]
        facts.plans[0].refusals = [PlanRefusal(person: Home.emre, at: Home.kitchenTable, viewAttached: true, notedBy: Team.joost)]
        // One place after the other gets a worker of its own, so that none stands in for another.
        let text = String(decoding: try facts.canonicalJSON(), as: UTF8.self)
        let places = text.ranges(of: /"w-[a-z2-7]{26}"/)
        #expect(places.count > 25)
        var team = Team.facts
        for (number, place) in places.enumerated() {
            let worker: WorkerID = make(200 + number)
            var changed = text
            changed.replaceSubrange(place, with: "\"\(worker)\"")
            let named = try HouseholdFacts.decodeCanonical(Array(changed.utf8))
            #expect(named.workers.contains(worker), "\(text[place]) at \(text[..<place.lowerBound].suffix(40))")
            let missing = #expect(throws: HouseholdError.self) { try HouseholdView(named, team: TeamView(Team.facts)) }
            #expect(missing?.code == .brokenReference && missing?.about == worker.description)
            team.workers = Team.facts.workers + [Team.worker(worker, Team.deBrug)]
            _ = try HouseholdView(named, team: TeamView(team))
        }
        let written = Set(places.map { String(text[$0].dropFirst().dropLast()) })
        #expect(written == Set(facts.workers.map(\.description)))
    }

    static let inconsistent: [(String, HouseholdError.Code, @Sendable (inout HouseholdFacts) -> Void)] = [
        ("self-granted", .inconsistentRecord, { $0.involvements[0].grantedBy = $0.involvements[0].worker }),
        ("ended without end", .inconsistentRecord, { $0.involvements[0].state = .ended }),
        ("directs from nowhere", .inconsistentRecord, { $0.directorships[0].activeFrom = nil }),
        ("deputy without end", .inconsistentRecord, { $0.directorships[0].deputyUntil = day("2026-02-01") }),
        (
            "block lifted by the blocked", .inconsistentRecord,
            {
                $0.conflicts[0].liftedAt = Home.kitchenTable; $0.conflicts[0].liftedBy = Team.nico
            }
        ),
        ("authority over oneself", .inconsistentRecord, { $0.authorities[0].holder = .person($0.authorities[0].child) }),
        ("guardian body as a person", .inconsistentRecord, { $0.authorities[0].kind = .guardianBody }),
        ("represents himself", .inconsistentRecord, { $0.representations[0].representative = .person($0.representations[0].person) }),
        (
            "active without a moment", .inconsistentRecord,
            {
                $0.consents = [Consents.active()]; $0.consents[0].activatedAt = nil
            }
        ),
        (
            "draft with a moment", .inconsistentRecord,
            {
                $0.consents = [Consents.active()]; $0.consents[0].state = .draft
            }
        ),
        (
            "withdrawn beyond its domains", .inconsistentRecord,
            {
                $0.consents = [Consents.active()]
                $0.consents[0].withdrawals = [
                    ConsentWithdrawal(at: Home.kitchenTable, by: .person(Home.selma), domains: [.safety], notedBy: Team.kees)
                ]
            }
        ),
        ("two consents in one", .duplicateIdentifier, { $0.consents = [Consents.active(), Consents.active()] }),
        ("two persons in one", .duplicateIdentifier, { $0.persons.append($0.persons[0]) }),
        ("two authorities in one", .duplicateIdentifier, { $0.authorities.append($0.authorities[0]) }),
        ("two involvements in one", .duplicateIdentifier, { $0.involvements.append($0.involvements[0]) }),
        (
            "two goals in one", .duplicateIdentifier,
            {
                $0.plans = [Plans.version()]; $0.plans[0].goals.append($0.plans[0].goals[0])
            }
        ),
        (
            "presented without hash", .inconsistentRecord,
            {
                $0.plans = [Plans.version()]; $0.plans[0].state = .presented; $0.plans[0].contentHash = nil
            }
        ),
        (
            "two plans in force", .inconsistentRecord,
            {
                $0.plans = [Plans.version(), Plans.version()]
                $0.plans[1].id = make(2)
                $0.plans[1].number = 2
                for index in 0...1 { $0.plans[index].state = .inForce; $0.plans[index].contentHash = hash(1) }
            }
        ),
        (
            "two versions with one number", .inconsistentRecord,
            {
                $0.plans = [Plans.version(), Plans.version()]
                $0.plans[1].id = make(2)
            }
        ),
        (
            // Invariant 8.
            "diagnosis in the plan", .inconsistentRecord,
            { facts in
                facts.items = [
                    Item(
                        id: make(1), household: Home.id, layer: .plan, subject: .person(Home.noor), author: Team.fatima,
                        organisation: Team.jeugdkompas, domain: .health, hat: .help, basis: .youthAct, retentionClass: .youthCare,
                        kind: .diagnosis, createdAt: Home.kitchenTable, lastChangedAt: Home.kitchenTable)
                ]
            }
        ),
    ]

    @Test(arguments: inconsistent.map(\.0))
    func inconsistenciesAreRefused(name: String) throws {
        let (_, code, change) = try #require(Self.inconsistent.first { $0.0 == name })
        let error = #expect(throws: HouseholdError.self) { try Home.view(change) }
        #expect(error?.code == code)
    }

    @Test func teamIsChecked() throws {
        var facts = Team.facts
        facts.workers[0].organisation = make(99)
        #expect(throws: HouseholdError.self) { try TeamView(facts) }
        facts = Team.facts
        facts.organisations[1].convenantSignedOn = nil
        #expect(throws: HouseholdError.self) { try TeamView(facts) }
        facts = Team.facts
        facts.roles[0].worker = make(99)
        #expect(throws: HouseholdError.self) { try TeamView(facts) }
    }

    @Test func workersAreActiveOrNot() throws {
        let at = Home.kitchenTable
        func isActive(_ change: (inout TeamFacts) -> Void) throws -> Bool {
            var facts = Team.facts
            change(&facts)
            return try TeamView(facts).isActive(Team.joost, at: at)
        }
        let joost = try #require(Team.facts.workers.firstIndex { $0.id == Team.joost })
        let deBrug = try #require(Team.facts.organisations.firstIndex { $0.id == Team.deBrug })
        #expect(try isActive { _ in })
        #expect(try !isActive { $0.workers[joost].state = .suspended })
        #expect(try !isActive { $0.workers[joost].state = .invited })
        #expect(try !isActive { $0.workers[joost].secrecyDeclaredOn = nil })
        #expect(try !isActive { $0.workers[joost].secrecyDeclaredOn = day("2026-01-15") })
        #expect(try !isActive { $0.workers[joost].endedAt = at })
        #expect(try isActive { $0.workers[joost].endedAt = at.adding(milliseconds: 1) })
        #expect(try !isActive { $0.organisations[deBrug].endsOn = day("2026-01-13") })
        #expect(try isActive { $0.organisations[deBrug].endsOn = day("2026-01-14") })
        #expect(try Team.view().roles(of: Team.joost, at: at) == [.intakeWorker, .teamMember])
        #expect(try Team.view().roles(of: Team.joost, at: moment("2025-12-31T12:00:00+01:00")).isEmpty)
    }
}
