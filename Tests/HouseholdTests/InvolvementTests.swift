import Testing

@testable import Household

/// Involvement, conflict and the one director (PR-6, 7; invariants 1 and 9): the scenario's steps 3, 4 and 16.
struct InvolvementTests {
    static let at = moment("2026-01-13T10:00:00+01:00")

    static func proposal(
        _ worker: WorkerID, _ role: Role = .teamMember, until: String = "2026-07-12", from: String = "2026-01-13",
        persons: SortedSet<PersonID>? = nil
    ) -> InvolvementProposal {
        InvolvementProposal(worker: worker, role: role, persons: persons, purpose: .plan, from: day(from), until: day(until))
    }

    /// Step 3: triage said *team*, nobody directs yet.
    static func triaged() throws -> HouseholdView {
        try Home.view {
            $0.household.state = .triaged; $0.directorships = []; $0.involvements = []; $0.conflicts = []
        }
    }

    @Test(
        arguments: [
            // SC-012, SC-013, SC-010 and their neighbours.
            ("SC-012", Team.joost, InvolvementTests.proposal(Team.ilse), []),
            ("last day allowed", Team.joost, proposal(Team.ilse, until: "2026-07-13"), []),
            ("SC-013", Team.joost, proposal(Team.ilse, until: "2027-01-13"), [.tooFarAhead]),
            ("a day too far", Team.joost, proposal(Team.ilse, until: "2026-07-14"), [.tooFarAhead]),
            ("far ahead, later start", Team.joost, proposal(Team.ilse, until: "2026-07-20", from: "2026-02-01"), [.tooFarAhead]),
            ("SC-010", Team.joost, proposal(Team.joost), [.selfGrant]), ("by a member", Team.fatima, proposal(Team.ilse), [.notDirector]),
            ("by the coordinator beside a director", Team.mirjam, proposal(Team.ilse), [.notDirector]),
            ("the director's own, by the coordinator", Team.mirjam, proposal(Team.joost, .caseDirector), []),
            ("to the blocked", Team.joost, proposal(Team.nico), [.blocked]),
            ("to nobody", Team.joost, proposal(make(99)), [.workerUnknown]),
            ("yesterday", Team.joost, proposal(Team.ilse, from: "2026-01-12"), [.startsInPast]),
            ("backwards", Team.joost, proposal(Team.ilse, until: "2026-01-31", from: "2026-02-01"), [.endsBeforeStart]),
            ("a team role", Team.joost, proposal(Team.ilse, .privacyOfficer), [.roleNotForHousehold]),
            ("for a stranger", Team.joost, proposal(Team.ilse, persons: [make(99)]), [.personUnknown]),
            ("for nobody", Team.joost, proposal(Team.ilse, persons: []), [.personUnknown]),
            ("for Noor", Team.joost, proposal(Team.ilse, persons: [Home.noor]), []),
        ] as [(String, WorkerID, InvolvementProposal, [InvolvementObjection])])
    func granting(name: String, granter: WorkerID, proposal: InvolvementProposal, expected: [InvolvementObjection]) throws {
        // The block is declared at 10:20.
        let at = moment("2026-01-13T10:30:00+01:00")
        let view = try Home.view()
        #expect(view.objections(to: proposal, by: granter, at: at) == expected)
        if expected.isEmpty {
            #expect(try view.grant(proposal, id: make(50), by: granter, at: at).grantedBy == granter)
        } else {
            let error = #expect(throws: HouseholdError.self) { try view.grant(proposal, id: make(50), by: granter, at: at) }
            #expect(error?.articles == Array(SortedSet(expected.flatMap(\.articles))))
        }
    }

    @Test func articlesOfTheScenario() {
        #expect(InvolvementObjection.selfGrant.articles == [.pr(7, 3)] && InvolvementObjection.tooFarAhead.articles == [.pr(7, 2)])
        #expect(InvolvementObjection.blocked.articles == [.pr(7, 4)])
    }

    @Test func coordinatorGrantsUntilThereIsADirector() throws {
        let view = try Self.triaged()
        #expect(view.objections(to: Self.proposal(Team.joost, .intakeWorker), by: Team.mirjam, at: Self.at).isEmpty)
        #expect(view.objections(to: Self.proposal(Team.joost, .intakeWorker), by: Team.fatima, at: Self.at) == [.notDirector])
    }

    @Test func suspendedWorkersGetNone() throws {
        var team = Team.facts
        for index in team.workers.indices where team.workers[index].id == Team.ilse { team.workers[index].state = .suspended }
        #expect(try Home.view(team: team).objections(to: Self.proposal(Team.ilse), by: Team.joost, at: Self.at) == [.workerInactive])
    }

    @Test func involvementBeginsAndEnds() throws {
        let view = try Home.view()
        func involved(_ text: String) -> Bool { view.isInvolved(Team.fatima, at: moment(text)) }
        #expect(!involved("2026-01-12T23:59:59.999+01:00") && involved("2026-01-13T00:00:00+01:00"))
        #expect(involved("2026-07-12T23:59:59.999+02:00") && !involved("2026-07-13T00:00:00+02:00"))
        #expect(!view.isInvolved(Team.sander, at: Self.at))
        // Granted during the day: not before that moment.
        let later = try Home.view { $0.involvements[1].grantedAt = Self.at }
        #expect(!later.isInvolved(Team.fatima, at: Self.at.adding(milliseconds: -1)) && later.isInvolved(Team.fatima, at: Self.at))
        // Ended at a moment.
        let revoked = try view.facts.involvements[1].ended(.revoked, at: Self.at)
        let ended = try Home.view { $0.involvements[1] = revoked }
        #expect(!ended.isInvolved(Team.fatima, at: Self.at) && ended.isInvolved(Team.fatima, at: Self.at.adding(milliseconds: -1)) == false)
        #expect(revoked.end == .revoked && revoked.state == .ended)
        #expect(throws: HouseholdError.self) { try ended.facts.involvements[1].ended(.leaver, at: Self.at) }
    }

    @Test func involvementMayBeForSomeResidents() throws {
        let view = try Home.view { $0.involvements[1].persons = [Home.noor] }
        #expect(view.isInvolved(Team.fatima, with: .person(Home.noor), at: Self.at))
        #expect(
            !view.isInvolved(Team.fatima, with: .person(Home.sem), at: Self.at)
                && !view.isInvolved(Team.fatima, with: .household(Home.id), at: Self.at))
        #expect(
            view.isInvolved(Team.kees, with: .household(Home.id), at: Self.at)
                && view.isInvolved(Team.kees, with: .person(Home.sem), at: Self.at))
    }

    @Test func leaversAndClosedFilesHaveNoInvolvement() throws {
        var team = Team.facts
        for index in team.workers.indices where team.workers[index].id == Team.fatima { team.workers[index].endedAt = Self.at }
        #expect(try !Home.view(team: team).isInvolved(Team.fatima, at: Self.at))
        #expect(try Home.view(team: team).isInvolved(Team.fatima, at: Self.at.adding(milliseconds: -1)))
        #expect(
            try !Home.view {
                $0.household.state = .closed; $0.household.closedAt = Self.at
            }.isInvolved(Team.fatima, at: Self.at))
    }

    @Test func extendingIsAnActOfAnother() throws {
        // SC-079: the coordinator extends the director, the director extends the others, nobody himself; at most six months.
        let at = moment("2026-07-06T09:00:00+02:00")
        let view = try Home.view()
        let (joost, fatima) = (view.facts.involvements[0], view.facts.involvements[1])
        #expect(try view.extend(joost, until: day("2027-01-05"), by: Team.mirjam, at: at).until == day("2027-01-05"))
        #expect(try view.extend(fatima, until: day("2027-01-06"), by: Team.joost, at: at).until == day("2027-01-06"))
        for (involvement, until, by) in [
            (fatima, "2027-01-05", Team.mirjam), (fatima, "2027-01-05", Team.fatima), (fatima, "2027-01-07", Team.joost),
            (joost, "2027-01-05", Team.joost),
        ] {
            #expect(throws: HouseholdError.self) { try view.extend(involvement, until: day(until), by: by, at: at) }
        }
        #expect(throws: HouseholdError.self) {
            try view.extend(fatima, until: day("2027-01-05"), by: Team.joost, at: moment("2026-07-13T00:00:00+02:00"))
        }
    }

    @Test func blockBeatsEverything() throws {
        // SC-014, SC-015; invariant 9. Nico is given every right there is, and has none from the moment he is blocked.
        let declared = moment("2026-01-13T10:20:00+01:00")
        let view = try Home.view { facts in
            facts.involvements.append(Home.involvement(9, Team.nico, .teamMember, by: Team.joost))
            facts.directorships[0].worker = Team.nico
        }
        let before = declared.adding(milliseconds: -1)
        #expect(
            view.isInvolved(Team.nico, at: before) && view.isActingDirector(Team.nico, at: before) && !view.isBlocked(Team.nico, at: before)
        )
        #expect(
            view.isBlocked(Team.nico, at: declared) && !view.isInvolved(Team.nico, at: declared)
                && !view.isActingDirector(Team.nico, at: declared))
        #expect(
            view.householdRoles(of: Team.nico, at: before) == [.teamMember, .caseDirector]
                && view.householdRoles(of: Team.nico, at: declared).isEmpty)
        #expect(view.objections(to: Self.proposal(Team.ilse), by: Team.nico, at: declared).contains(.notDirector))
        let lifted = try Home.view {
            $0.conflicts[0].liftedAt = Self.at; $0.conflicts[0].liftedBy = Team.mirjam
        }
        #expect(!lifted.isBlocked(Team.nico, at: Self.at))
    }

    @Test func involvedOrganisationsAreThatInformation() throws {
        let view = try Home.view()
        #expect(view.involvedOrganisations(at: Self.at) == [Team.deBrug, Team.jeugdkompas, Team.balans, Team.hetAnker])
    }

    // MARK: the director

    @Test func coordinatorAppointsTheFirst() throws {
        // SC-009.
        let view = try Self.triaged()
        let joost = try view.appointDirector(Team.joost, id: make(1), by: Team.mirjam, at: Home.appointed)
        #expect(joost.state == .active && joost.activeFrom == Home.appointed)
        let directed = try view.with {
            $0.directorships = [joost]; $0.household.state = .active
        }
        #expect(directed.activeDirector(at: Home.appointed)?.worker == Team.joost && directed.hasRightNumberOfDirectors(at: Home.appointed))
        #expect(directed.activeDirector(at: Home.appointed.adding(milliseconds: -1)) == nil)
        // Not by a member, not a second one, not the blocked, not against the preference without a reason.
        func articles(_ body: () throws -> Directorship) -> [Article]? { #expect(throws: HouseholdError.self) { try body() }?.articles }
        #expect(articles { try view.appointDirector(Team.joost, id: make(1), by: Team.fatima, at: Home.appointed) } == [.pr(4, 2)])
        #expect(articles { try directed.appointDirector(Team.fatima, id: make(2), by: Team.mirjam, at: Self.at) } == [.pr(6, 1)])
        #expect(
            articles {
                try Home.view { $0.directorships = [] }.appointDirector(
                    Team.nico, id: make(2), by: Team.mirjam, at: moment("2026-01-14T00:00:00+01:00"))
            } == [.pr(7, 4)])
        #expect(
            articles {
                try view.appointDirector(Team.joost, id: make(1), deviatesFromPreference: true, by: Team.mirjam, at: Home.appointed)
            } == [.pr(6, 2)])
        #expect(
            try view.appointDirector(
                Team.joost, id: make(1), deviatesFromPreference: true, reasonGiven: true, by: Team.mirjam, at: Home.appointed
            ).deviatesFromPreference)
    }

    @Test func aDirectorWhoIsGoneIsReplaced() throws {
        let appointed = try Home.view().facts.directorships.map(\.id)
        func articles(_ view: HouseholdView) -> [Article]? {
            do {
                _ = try view.appointDirector(Team.fatima, id: make(2), by: Team.mirjam, at: Self.at)
                return nil
            } catch { return error.articles }
        }
        #expect(try articles(Home.view()) == [.pr(6, 1)] && Home.view().overtakenDirectorships(at: Self.at).isEmpty)
        // Blocked, and back when the block is lifted.
        let declared = try Home.view {
            $0.conflicts.append(
                ConflictBlock(
                    id: make(90), household: $0.household.id, worker: Team.joost, kind: .friend, declaredBy: Team.joost,
                    declaredAt: Self.at))
        }
        let before = Self.at.adding(milliseconds: -1)
        #expect(declared.activeDirector(at: before)?.worker == Team.joost && declared.activeDirector(at: Self.at) == nil)
        #expect(articles(declared) == nil)
        let ended = try declared.overtakenDirectorships(at: Self.at)
        #expect(ended.map(\.id) == appointed && ended.allSatisfy { $0.state == .ended && $0.endedAt == Self.at })
        // The one who is replaced and the one who replaces are together exactly one.
        let next = try declared.appointDirector(Team.fatima, id: make(2), by: Team.mirjam, at: Self.at)
        let after = try declared.with { $0.directorships = ended + [next] }
        #expect(after.activeDirector(at: Self.at)?.worker == Team.fatima && after.hasRightNumberOfDirectors(at: Self.at))
        #expect(after.nextTurningPoint(after: before) == Self.at, "an open reading is decided again")
    }

    @Test func oldDirectorStaysUntilTheNewConfirms() throws {
        // SC-067, SC-068, SC-069.
        let view = try Home.view()
        let proposed = moment("2026-01-30T09:00:00+01:00")
        let confirmed = moment("2026-01-30T15:00:00+01:00")
        let (old, new) = try view.proposeHandover(to: Team.fatima, id: make(2), by: Team.joost, at: proposed)
        let between = try view.with { $0.directorships = [old, new] }
        #expect(
            between.activeDirector(at: confirmed.adding(milliseconds: -1))?.worker == Team.joost
                && between.hasRightNumberOfDirectors(at: confirmed))
        #expect(between.isActingDirector(Team.joost, at: proposed) && !between.isActingDirector(Team.fatima, at: proposed))
        func articles<T>(_ body: () throws -> T) -> [Article]? { #expect(throws: HouseholdError.self) { try body() }?.articles }
        #expect(
            articles { try between.confirmHandover(new, by: Team.joost, discussedOn: confirmed.day, at: confirmed) } == [
                .pr(6, 1), .pr(20, 1),
            ])
        #expect(articles { try between.confirmHandover(new, by: Team.fatima, discussedOn: nil, at: confirmed) } == [.pr(20, 1)])
        #expect(
            articles { try between.confirmHandover(new, by: Team.fatima, discussedOn: day("2026-01-31"), at: confirmed) } == [.pr(20, 1)])
        #expect(articles { try between.proposeHandover(to: Team.wendy, id: make(3), by: Team.joost, at: confirmed) } != nil)
        let (ended, active) = try between.confirmHandover(new, by: Team.fatima, discussedOn: confirmed.day, at: confirmed)
        let after = try view.with { $0.directorships = [ended, active] }
        #expect(after.activeDirector(at: confirmed)?.worker == Team.fatima && !after.isActingDirector(Team.joost, at: confirmed))
        #expect(
            after.activeDirector(at: confirmed.adding(milliseconds: -1))?.worker == Team.joost
                && after.hasRightNumberOfDirectors(at: confirmed))
        #expect(
            after.householdRoles(of: Team.joost, at: confirmed).isEmpty
                && after.householdRoles(of: Team.fatima, at: confirmed) == [.teamMember, .caseDirector])
        // Called off: the old one stays.
        let (stays, declined) = try between.cancelHandover(new, at: confirmed)
        #expect(stays.state == .active && declined.state == .ended)
        #expect(articles { try view.proposeHandover(to: Team.joost, id: make(3), by: Team.joost, at: proposed) } == [.pr(6, 1)])
        #expect(articles { try view.proposeHandover(to: Team.wendy, id: make(3), by: Team.kees, at: proposed) } == [.pr(6, 1)])
    }

    @Test func deputyIsAnOverlay() throws {
        // PR-6.5: Joost is ill from Monday 2 February; five working days are over after Friday 6 February.
        let view = try Home.view()
        let monday = moment("2026-02-09T09:00:00+01:00")
        let friday = moment("2026-02-06T09:00:00+01:00")
        func appoint(_ at: Moment, _ until: CalendarDay?, _ by: WorkerID = Team.mirjam, _ worker: WorkerID = Team.fatima) throws
            -> Directorship
        {
            try view.appointDeputy(worker, id: make(2), absentSince: day("2026-02-02"), until: until, by: by, at: at)
        }
        func articles(_ body: () throws -> Directorship) -> [Article]? { #expect(throws: HouseholdError.self) { try body() }?.articles }
        #expect(articles { try appoint(friday, day("2026-02-20")) } == [.pr(6, 5)])
        #expect(articles { try appoint(monday, nil) } == [.pr(6, 5)])
        #expect(articles { try appoint(monday, day("2026-02-20"), Team.kees) } == [.pr(4, 2)])
        #expect(articles { try appoint(monday, day("2026-02-20"), Team.mirjam, Team.joost) } == [.pr(6, 1)])
        let deputy = try appoint(monday, day("2026-02-20"))
        let both = try view.with { $0.directorships.append(deputy) }
        #expect(both.activeDirector(at: monday)?.worker == Team.joost && both.hasRightNumberOfDirectors(at: monday))
        #expect(both.isActingDirector(Team.fatima, at: monday) && both.isActingDirector(Team.joost, at: monday))
        #expect(
            both.isActingDirector(Team.fatima, at: moment("2026-02-20T23:59:59.999+01:00"))
                && !both.isActingDirector(Team.fatima, at: moment("2026-02-21T00:00:00+01:00")))
    }

    @Test func twoDirectorsAreNone() throws {
        // A store that was edited to hold two: neither has the rights.
        var second = Home.directorship
        second.id = make(2)
        second.worker = Team.fatima
        let view = try Home.view { $0.directorships.append(second) }
        #expect(
            view.activeDirector(at: Self.at) == nil && !view.isActingDirector(Team.joost, at: Self.at)
                && !view.hasRightNumberOfDirectors(at: Self.at))
        #expect(try !Home.view { $0.directorships = [] }.hasRightNumberOfDirectors(at: Self.at))
        #expect(try Home.view().facts.directorships[0].closed(at: Self.at).state == .ended)
    }
}
