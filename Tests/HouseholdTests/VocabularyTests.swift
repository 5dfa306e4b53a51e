import Foundation
import Testing

@testable import Household

struct VocabularyTests {
    static let spoken: [any SpokenTerm.Type] = [
        LifeDomain.self, Layer.self, Purpose.self, Hat.self, LegalBasis.self, Role.self, OrganisationKind.self, Register.self,
        ItemKind.self,
        Relation.self, AuthorityKind.self, RepresentationKind.self, Evidence.self, SigningCapacity.self, SigningMethod.self,
        ConflictKind.self,
        TriageOutcome.self, GoalOutcome.self, GoalAudience.self, ExcuseGround.self, RetentionClass.self, RetentionTerm.Trigger.self,
        HouseholdState.self, PlanState.self, ConsentState.self, InvolvementState.self, InvolvementEnd.self, WorkerState.self,
        WorkerKeyState.self, DirectorshipState.self, SignatoryRule.self, AuthorityGap.self, ConsentStanding.self, ConsentLapse.self,
        ConsentDefect.self, InvolvementObjection.self, DirectorshipObjection.self, PlanGap.self, PlanObjection.self, ItemDefect.self,
    ]

    @Test func everyTermHasItsOwnWordInEveryLanguage() {
        for type in Self.spoken { check(type) }
    }

    private func check<Term: SpokenTerm>(_ type: Term.Type) {
        for language in Language.allCases {
            let words = type.allCases.map { $0.word(in: language) }
            #expect(Set(words).count == words.count, "\(type) in \(language): a word is given twice")
            for word in words {
                #expect(!word.isEmpty && !word.hasSuffix(".") && !word.hasPrefix(" ") && !word.hasSuffix(" "), "\(type): '\(word)'")
            }
        }
    }

    /// A vocabulary added to the sources without words is found here.
    @Test func noVocabularyIsWithoutWords() throws {
        let spoken = Set(Self.spoken.map { "\($0)" })
        // Never shown to people: the type of a key is shown in OpenSSH's own words; events are steps, not values.
        let silent: Set = ["SSHKeyType", "Event"]
        var found: Set<String> = []
        for text in try Self.sources() {
            for match in text.matches(of: /enum (\w+): String, (VocabularyTerm|StateMachine|Reason)\b/) { found.insert(String(match.1)) }
        }
        #expect(found.count == spoken.count + silent.count)
        #expect(found.subtracting(silent) == spoken, "\(found.subtracting(silent).symmetricDifference(spoken))")
    }

    /// Every article that the sources cite exists in the reglement.
    @Test func everyCitationExists() throws {
        var count = 0
        for text in try Self.sources() {
            for match in text.matches(of: /\.pr\((\d+), (\d+)\)/) {
                count += 1
                let (number, paragraph) = (try #require(Int(match.1)), try #require(Int(match.2)))
                #expect(Article(number, paragraph) != nil, "PR-\(number).\(paragraph)")
            }
        }
        #expect(count > 100)
        for reasons in [
            ConsentDefect.self, InvolvementObjection.self, DirectorshipObjection.self, PlanGap.self, PlanObjection.self, ItemDefect.self,
        ] as [any Reason.Type] {
            checkArticles(reasons)
        }
    }

    private func checkArticles<Term: Reason>(_ type: Term.Type) {
        for reason in type.allCases { #expect(!reason.articles.isEmpty, "\(type).\(reason)") }
    }

    private static func sources() throws -> [String] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources/Household").standardizedFileURL
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil).filter {
            $0.pathExtension == "swift"
        }
        return try files.map { try String(contentsOf: $0, encoding: .utf8) }
    }

    @Test func textsAreThoseOfTheDomain() {
        #expect(
            LifeDomain.allCases.map(\.rawValue) == [
                "parenting", "schoolWorkDaytime", "selfReliance", "participation", "finance", "housing", "health", "safety",
            ])
        #expect(Layer.allCases.map(\.rawValue) == (1...4).map { "L\($0)" })
        #expect(Purpose.allCases.map(\.rawValue) == (1...9).map { "D\($0)" })
        #expect(LegalBasis.allCases.map(\.rawValue) == (1...11).map { "G\($0)" })
        #expect(Hat.allCases.map(\.rawValue) == ["help", "access", "direction"])
        #expect(Role.allCases.count == 18)
        #expect(Register.allCases.map(\.rawValue) == ["SKJ", "BIG", "sociaalWerk"])
    }

    @Test func lookAlikesAreRefused() {
        // The Kelvin sign is canonically equivalent to K, so Swift's == calls these equal.
        #expect("S\u{212A}J" == "SKJ")
        #expect(Register(text: "S\u{212A}J") == nil && Register(text: "SKJ") == .skj)
        #expect(throws: HouseholdError.self) { try JSONDecoder().decode([Register].self, from: Data("[\"S\u{212A}J\"]".utf8)) }
        #expect(throws: HouseholdError.self) { try JSONDecoder().decode([Hat].self, from: Data(#"["hulp"]"#.utf8)) }
    }

    @Test(arguments: ["PR-13.2", "PR-1.1", "PR-30.5", "PR-12.8"])
    func readsArticles(text: String) { #expect(Article(text)?.description == text) }

    @Test(arguments: [
        "", "PR-", "13.2", "PR-13", "PR-13.6", "PR-31.1", "PR-0.1", "PR-13.0", "PR-013.2", "PR-13.2 ", "pr-13.2", "PR-13.2.1", "PR-1.10",
    ])
    func refusesArticles(text: String) { #expect(Article(text) == nil) }

    @Test func purposesFitHats() {
        // PR-17.1, 17.3: the scenario's SC-039, and the hats of its permitted rows.
        #expect(
            !Purpose.provisionDecision.fits(.help) && !Purpose.provisionDecision.fits(.direction) && !Purpose.provisionDecision.fits(nil))
        #expect(Purpose.provisionDecision.fits(.access))
        #expect(Purpose.plan.fits(.help) && Purpose.plan.fits(.direction) && !Purpose.plan.fits(.access))
        #expect(Purpose.oversight.fits(nil) && Purpose.oversight.fits(.help) && Purpose.residentRights.fits(.access))
    }

    @Test func separationOfDuties() throws {
        // PR-4.7, over every pair of roles.
        let reviewers: Set<Role> = [.privacyOfficer, .dpo]
        let free: Set<Role> = [.guest, .clientSupporter, .resident, .analyst, .tool]
        for a in Role.allCases {
            for b in Role.allCases {
                let clash = reviewers.contains(a) != reviewers.contains(b) && !free.contains(a) && !free.contains(b)
                #expect(SeparationOfDuties.allows([a, b]) == !clash, "\(a) \(b)")
            }
        }
        let error = #expect(throws: HouseholdError.self) { try SeparationOfDuties.check(adding: .dpo, to: [.teamMember, .analyst]) }
        #expect(error?.articles == [.pr(4, 7)])
        try SeparationOfDuties.check(adding: .teamCoordinator, to: [.teamMember])
    }

    @Test(arguments: [
        // PR-25.1, with the days of the scenario's SC-089 to SC-092.
        (RetentionClass.debtRelief, RetentionTerm.Trigger.endOfHelp, "2027-06-03", "2032-06-03"),
        (.youthCare, .lastChange, "2027-06-03", "2047-06-03"),
        (.socialSupport, .creation, "2026-01-21", "2041-01-21"), (.treatment, .lastChange, "2024-02-29", "2044-02-29"),
        (.incomeAndParticipation, .endOfHelp, "2026-01-21", "2036-01-21"), (.watchFlame, .endOfWatchFlame, "2027-06-01", "2029-06-01"),
        (.noFollowUp, .endOfTriage, "2026-01-12", "2026-02-23"), (.ledger, .creation, "2026-01-01", "2031-01-01"),
    ])
    func retentionTerms(retention: RetentionClass, trigger: RetentionTerm.Trigger, from: String, last: String) {
        let term = retention.term(.waterwolde2026)
        #expect(term.from == trigger)
        #expect(term.lastDay(from: day(from)) == day(last))
    }

    @Test func consentsAreKeptAsLongAsTheItems() {
        #expect(RetentionClass.consentRecord.term(.waterwolde2026).lastDay(from: day("2026-01-01")) == nil)
        #expect(RetentionClass.allCases.filter { !$0.isForItems } == [.consentRecord, .ledger])
    }

    @Test func sizeBuckets() {
        #expect([0, 1, 2, 3, 4, 5, 1_024, 1_025, UInt64.max].map { SizeBucket(bytes: $0).exponent } == [0, 0, 1, 2, 2, 3, 10, 11, 63])
    }
}
