import Testing

@testable import Household

/// Making items (PR-3.4, 5, 10.1, 10.5, 19.1, 25.2; invariants 7 and 8): the scenario's step 8.
struct ItemTests {
    static func proposal(_ change: (inout ItemProposal) -> Void = { _ in }) -> ItemProposal {
        // SC-033.
        var proposal = ItemProposal(
            layer: .personalFile, subject: .person(Home.selma), author: Team.kees, domains: .named([.finance]), hat: .help,
            basis: .debtReliefAct, retentionClass: .debtRelief, kind: .overview)
        change(&proposal)
        return proposal
    }

    static let rows: [(String, [ItemDefect], [Article], @Sendable (inout ItemProposal) -> Void)] = [
        ("SC-033", [], [], { _ in }),
        (
            "SC-034", [.scoreForAllDomains, .scoreWithoutReason, .provisionMissing], [.pr(3, 4), .pr(10, 5)],
            {
                $0.kind = .score; $0.domains = .all
            }
        ),
        ("a score without a reason", [.scoreWithoutReason], [.pr(3, 4)], { $0.kind = .score }),
        (
            "a score with its reason", [], [],
            {
                $0.kind = .score; $0.scoreReasonGiven = true
            }
        ),
        (
            "a score for two domains", [.scoreForAllDomains], [.pr(3, 4)],
            {
                $0.kind = .score; $0.scoreReasonGiven = true; $0.domains = .named([.finance, .housing])
            }
        ),
        (
            "SC-029", [.kindNotInLayer], [.pr(5, 2), .pr(5, 3)],
            {
                $0.kind = .report; $0.layer = .plan
            }
        ),
        (
            "assessment in the plan", [.kindNotInLayer], [.pr(5, 2), .pr(5, 3)],
            {
                $0.kind = .assessment; $0.layer = .plan
            }
        ),
        (
            "diagnosis in the plan", [.provisionMissing, .kindNotInLayer], [.pr(5, 2), .pr(5, 3), .pr(10, 5)],
            {
                $0.kind = .diagnosis; $0.layer = .plan
            }
        ),
        (
            "background in the plan", [.kindNotInLayer], [.pr(5, 2), .pr(5, 3)],
            {
                $0.kind = .background; $0.layer = .plan
            }
        ),
        (
            "agreement in the plan", [], [],
            {
                $0.kind = .agreement; $0.layer = .plan
            }
        ),
        (
            "Veilig Thuis outside the folder", [.mustBeSealed], [.pr(19, 1)],
            {
                $0.kind = .safeHomeReport; $0.domains = .named([.safety])
            }
        ),
        (
            "Veilig Thuis in the folder", [], [],
            {
                $0.kind = .safeHomeReport; $0.domains = .named([.safety]); $0.layer = .sealedFolder
            }
        ),
        ("nobody", [.subjectMissing], [.pr(5, 3)], { $0.subject = nil }),
        ("a stranger", [.subjectUnknown], [.pr(5, 3)], { $0.subject = .person(make(99)) }),
        ("another household", [.subjectUnknown], [.pr(5, 3)], { $0.subject = .household(make(99)) }),
        ("the household", [], [], { $0.subject = .household(Home.id) }),
        ("no domain", [.domainMissing], [.pr(5, 3)], { $0.domains = .named([]) }),
        ("two domains", [.severalDomains], [.pr(5, 3)], { $0.domains = .named([.finance, .housing]) }),
        ("no basis", [.basisMissing], [.pr(5, 3), .pr(10, 1)], { $0.basis = nil }),
        ("G10", [.basisNotAvailable], [.pr(10, 1)], { $0.basis = .coordinatedApproach }),
        ("no retention class", [.retentionMissing], [.pr(25, 2)], { $0.retentionClass = nil }),
        ("the log's class", [.retentionNotForItems], [.pr(25, 2)], { $0.retentionClass = .ledger }),
        ("health without provision", [.provisionMissing], [.pr(10, 5)], { $0.domains = .named([.health]) }),
        (
            "health with provision", [], [],
            {
                $0.domains = .named([.health]); $0.provision = label("UAVG 30(3)(a)")
            }
        ),
        ("unknown author", [.authorUnknown], [.pr(5, 3)], { $0.author = make(99) }),
        ("no hat", [.hatMissing], [.pr(1, 9), .pr(17, 1)], { $0.hat = nil }),
    ]

    @Test(arguments: rows.map(\.0))
    func defects(name: String) throws {
        let (_, expected, articles, change) = try #require(Self.rows.first { $0.0 == name })
        let view = try Home.view()
        let proposal = Self.proposal(change)
        #expect(view.defects(of: proposal) == expected)
        if expected.isEmpty {
            let item = try view.makeItem(proposal, id: make(1), size: SizeBucket(bytes: 5_000), at: Home.kitchenTable)
            #expect(item.organisation == Team.balans && item.author == Team.kees && item.createdAt == Home.kitchenTable && !item.frozen)
            // What can be made can be held.
            #expect(try view.with { $0.items = [item] }.item(make(1)) == item)
        } else {
            let error = #expect(throws: HouseholdError.self) {
                try view.makeItem(proposal, id: make(1), size: SizeBucket(bytes: 1), at: Home.kitchenTable)
            }
            #expect(error?.articles == articles)
        }
    }

    @Test func coordinatedApproachOnceInForce() throws {
        var parameters = Parameters.waterwolde2026
        parameters.coordinatedApproachInForce = true
        let view = try HouseholdView(Home.facts, team: Team.view(), parameters: parameters)
        #expect(view.defects(of: Self.proposal { $0.basis = .coordinatedApproach }).isEmpty)
    }

    @Test func planLayerNeverHoldsContent() {
        // Invariant 8.
        for kind in [ItemKind.diagnosis, .assessment, .report] { #expect(!kind.layers.contains(.plan) && !kind.layers.contains(.card)) }
        for kind in ItemKind.allCases { #expect(!kind.layers.isEmpty && kind.layers.contains(.sealedFolder)) }
    }
}
