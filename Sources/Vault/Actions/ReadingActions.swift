public import Household
public import Policy
public import ReferenceMonitor
import Sealing

/// The card of a household (L1): who belongs to it, and that-information (PR-5.1).
public struct Card: Sendable {
    public let household: HouseholdRecord
    public let words: HouseholdWords?
    /// Nobody, and no authority, representation or plan, where only that-information shows; else all who ever belonged to it.
    public let persons: [(person: Person, words: PersonWords?)]
    /// How many belong to it; nil where they are shown.
    public let count: Int?
    public let authorities: [Authority]
    public let representations: [Representation]
    public let director: (worker: WorkerID, organisation: OrganisationID?, name: String)?
    /// Which versions of the plan there are; what is in them is another reading.
    public let plans: [PlanVersion]
    /// Organisations with somebody involved: that they are and how they are reached, not what they do (PR-1.6).
    public let organisations: [(id: OrganisationID, kind: OrganisationKind?, words: OrganisationWords?)]
    /// Of everybody on the card, the household, the municipality and those organisations.
    public let names: NameTable
    /// For the next `If-Match`.
    public let revision: UInt64
}

/// One line of the list of households.
public struct HouseholdLine: Sendable {
    public let household: HouseholdRecord
    /// Nil where only the existence shows.
    public let number: String?
    /// Nil where there is none, or only the existence shows.
    public let director: WorkerID?
    public let revision: UInt64
}

/// The households whose existence the caller may know.
public struct HouseholdList: Sendable {
    public let lines: [HouseholdLine]
    /// Of the directors.
    public let names: NameTable
}

/// One member of the team around a household.
public struct TeamMember: Sendable {
    public let involvement: Involvement
    public let isLive: Bool
    public let organisation: OrganisationID
}

/// The team around a household.
public struct Team: Sendable {
    public let director: WorkerID?
    public let members: [TeamMember]
    /// Of the workers, their organisations and the residents concerned.
    public let names: NameTable
    public let revision: UInt64
}

/// A consent, and what it is worth at the moment of reading.
public struct ConsentLine: Sendable {
    public let consent: Consent
    public let standing: ConsentStanding
    /// Domains that it still names.
    public let domains: SortedSet<LifeDomain>
    public let missing: SortedSet<RequiredSigner>
    public let gap: AuthorityGap?
    public let note: String
}

/// The consents and refusals of a household.
public struct ConsentList: Sendable {
    public let consents: [ConsentLine]
    public let refusals: [Household.Refusal]
    /// Of the residents and organisations that they name.
    public let names: NameTable
    public let revision: UInt64
}

/// One line of the list of items.
public struct ItemLine: Sendable {
    public let item: Item
    /// Nil where only the existence shows.
    public let title: String?
}

/// The items of a household that the caller may know of.
public struct ItemList: Sendable {
    public let lines: [ItemLine]
    /// Of the residents they are about and their organisations, and of the authors of those whose content may be read.
    public let names: NameTable
}

/// A plan version with its words.
public struct PlanReading: Sendable {
    public let plan: PlanVersion
    public let words: PlanWords
    /// What it lacks before it can take force; empty unless it is presented.
    public let lacks: [PlanLack]
    /// Of the residents, organisations and workers in it; on behalf of a resident only of those whose goals and actions show.
    public let names: NameTable
    /// For the next `If-Match`.
    public let revision: UInt64
}

/// What a search says (PR-7.5).
public struct SearchHit: Sendable {
    /// Only for who is involved there.
    public let household: HouseholdID?
    public let hasDirector: Bool
    /// How the team can be reached.
    public let contactRoute: String
}

/// A registered worker.
public struct WorkerLine: Sendable {
    public let worker: Worker
    public let handle: String
    public let words: WorkerWords
    public let roles: SortedSet<Role>
}

/// A registered organisation.
public struct OrganisationLine: Sendable {
    public let organisation: Organisation
    public let handle: String
    public let words: OrganisationWords
}

extension Vault {
    private func captured(_ content: (any SealedContent)?) throws -> CapturedRecords {
        guard let captured = content as? CapturedRecords else { throw VaultError.noSuchThing }
        return captured
    }

    private func household(
        _ id: HouseholdID, _ captured: CapturedRecords
    ) throws -> (view: HouseholdView, part: CapturedRecords.Part, revision: UInt64) {
        guard let found = captured.households.first(where: { $0.view.id == id }) else { throw VaultError.noSuchThing }
        return found
    }

    /// Reads the card.
    public func readCard(_ grant: consuming Grant<ReadCard>) throws -> Card {
        try require(grant.isLive)
        let captured = try captured(grant.sealedContent)
        let (view, part, revision) = try household(grant.asked.household, captured)
        let moment = grant.moment
        // Not opened where it does not show.
        let shown = grant.thatOnly ? HouseholdFacts(household: view.household) : view.facts
        let persons = try shown.persons.map { person in
            (person, try part.first(.person, Octets16(person.id)).flatMap { try captured.words(PersonWords.self, $0, part) })
        }
        let words = try part.first(.household, Octets16(view.id)).flatMap { try captured.words(HouseholdWords.self, $0, part) }
        let director = view.activeDirector(at: moment)?.worker
        let organisation = director.flatMap { view.team.worker($0)?.organisation }
        let involved = view.involvedOrganisations(at: moment)
        let holders =
            shown.authorities.compactMap(\.holder.organisation) + shown.representations.compactMap(\.representative.organisation)
        var names = try captured.names(
            workers: [director].compactMap { $0 },
            organisations: involved + holders + [view.household.municipality] + [organisation].compactMap { $0 },
            persons: shown.persons.map(\.id), in: part)
        if let words { names.put(view.id, words.number, handle: nil) }
        return Card(
            household: view.household, words: words, persons: persons,
            count: grant.thatOnly ? view.facts.persons.count { $0.belongs(at: moment) } : nil, authorities: shown.authorities,
            representations: shown.representations,
            director: try director.map { ($0, organisation, try captured.name($0) ?? "") }, plans: shown.plans,
            organisations: try involved.map { id in
                let words = try captured.team.first(.organisation, Octets16(id)).flatMap {
                    try captured.words(OrganisationWords.self, $0, captured.team)
                }
                return (id, captured.organisations.first { $0.id == id }?.kind, words)
            }, names: names, revision: revision)
    }

    /// Lists households.
    /// - Parameter showing: decides for each whether the caller may know of it, on the facts that deciding needs.
    public func listHouseholds(
        _ grant: consuming Grant<ListHouseholds>, showing: (Facts) throws -> Showing
    ) throws -> HouseholdList {
        try require(grant.isLive)
        let captured = try captured(grant.sealedContent)
        var lines: [HouseholdLine] = []
        for (view, part, revision) in captured.households {
            switch try showing(try captured.facts(grant.caller.asker, view)) {
            case .nothing: continue
            case .existence:
                lines.append(HouseholdLine(household: view.household, number: nil, director: nil, revision: revision))
            case .everything:
                let words = try part.first(.household, Octets16(view.id)).flatMap { try captured.words(HouseholdWords.self, $0, part) }
                lines.append(
                    HouseholdLine(
                        household: view.household, number: words?.number, director: view.activeDirector(at: grant.moment)?.worker,
                        revision: revision))
            }
        }
        let directors = lines.compactMap(\.director)
        return HouseholdList(lines: lines, names: try captured.names(workers: directors, organisations: [], persons: [], in: nil))
    }

    /// Looks whether a resident is known. Who is not involved hears only whether there is a director and how the team can be reached.
    public func searchPerson(_ grant: consuming Grant<SearchPerson>) throws -> [SearchHit] {
        try require(grant.isLive)
        let captured = try captured(grant.sealedContent)
        let moment = grant.moment
        let asker = grant.caller.worker
        return try captured.households.map { view, _, _ in
            let isInvolved = asker.map { view.isInvolved($0, at: moment) } ?? false
            let director = view.activeDirector(at: moment)
            let organisation = director.flatMap { view.team.worker($0.worker)?.organisation } ?? view.household.municipality
            let words = try captured.team.first(.organisation, Octets16(organisation)).flatMap {
                try captured.words(OrganisationWords.self, $0, captured.team)
            }
            return SearchHit(
                household: isInvolved ? view.id : nil, hasDirector: director != nil,
                contactRoute: words.map { $0.contactRoute.isEmpty ? $0.name : $0.contactRoute } ?? "")
        }
    }

    /// Lists the team around a household.
    public func listTeam(_ grant: consuming Grant<ListTeam>) throws -> Team {
        try require(grant.isLive)
        let captured = try captured(grant.sealedContent)
        let (view, part, revision) = try household(grant.asked.household, captured)
        let (moment, thatOnly) = (grant.moment, grant.thatOnly)
        let members = try view.facts.involvements.map { involvement in
            guard let organisation = view.team.worker(involvement.worker)?.organisation else {
                throw VaultError.doesNotVerify(.brokenReference)
            }
            // That-information ties nobody to a resident, by name or identifier (PR-1.6).
            var shown = involvement
            if thatOnly { shown.persons = nil }
            return TeamMember(
                involvement: shown,
                isLive: view.liveInvolvements(of: involvement.worker, at: moment).contains { $0.id == involvement.id },
                organisation: organisation)
        }
        let names = try captured.names(
            workers: members.map(\.involvement.worker), organisations: members.map(\.organisation),
            persons: members.flatMap { $0.involvement.persons.map { Array($0) } ?? [] }, in: part)
        return Team(director: view.activeDirector(at: moment)?.worker, members: members, names: names, revision: revision)
    }

    /// Lists consents and refusals.
    public func listConsents(_ grant: consuming Grant<ListConsents>) throws -> ConsentList {
        try require(grant.isLive)
        let captured = try captured(grant.sealedContent)
        let (view, part, revision) = try household(grant.asked.household, captured)
        let moment = grant.moment
        let consents = try view.facts.consents.map { consent in
            guard let assessment = view.assess(consent, at: moment) else { throw VaultError.doesNotVerify(.brokenReference) }
            let note = try part.first(.consent, Octets16(consent.id)).flatMap { try captured.words(ConsentWords.self, $0, part) }
            return ConsentLine(
                consent: consent, standing: assessment.standing, domains: assessment.domains, missing: assessment.toSign,
                gap: assessment.signatures.requirement.gap, note: note?.note ?? "")
        }
        let refusals = view.facts.refusals
        let parties =
            consents.flatMap { $0.missing.map(\.party) + $0.consent.givers.map(\.party) } + refusals.flatMap { [$0.recipient, $0.by] }
        let names = try captured.names(
            workers: [], organisations: parties.compactMap(\.organisation) + consents.map(\.consent.recipient),
            persons: parties.compactMap(\.person) + consents.map(\.consent.subject) + refusals.map(\.subject), in: part)
        return ConsentList(consents: consents, refusals: refusals, names: names, revision: revision)
    }

    /// Lists the items of a household.
    /// - Parameter showing: decides for each how much of it shows, on the facts that deciding needs.
    public func listItems(
        _ grant: consuming Grant<ListItems>, showing: (Facts) throws -> Showing
    ) throws -> ItemList {
        try require(grant.isLive)
        let captured = try captured(grant.sealedContent)
        let (view, part, _) = try household(grant.asked.household, captured)
        var lines: [ItemLine] = []
        for (item, record, key) in captured.items {
            switch try showing(try captured.facts(grant.caller.asker, view, item: item)) {
            case .nothing: continue
            case .existence: lines.append(ItemLine(item: item, title: nil))
            case .everything: lines.append(ItemLine(item: item, title: try registry.words(ItemWords.self, of: record, under: key)?.title))
            }
        }
        lines.sort { ($0.item.createdAt, $0.item.id) < ($1.item.createdAt, $1.item.id) }
        let names = try captured.names(
            workers: lines.filter { $0.title != nil }.map(\.item.author), organisations: lines.map(\.item.organisation),
            persons: lines.compactMap(\.item.subject.person), in: part)
        return ItemList(lines: lines, names: names)
    }

    /// Reads a plan version. On behalf of a resident only the goals that this resident may read, and their actions (PR-8.6).
    public func readPlan(_ grant: consuming Grant<ReadPlan>) throws -> PlanReading {
        try require(grant.isLive)
        let captured = try captured(grant.sealedContent)
        guard let (view, part, _) = captured.households.first, captured.plan == grant.asked.plan, var plan = view.plan(grant.asked.plan),
            let record = part.first(.plan, Octets16(grant.asked.plan)), var words = try captured.words(PlanWords.self, record, part)
        else { throw VaultError.noSuchThing }
        let subjects = Set(plan.goals.compactMap(\.subject.person))
        if let reader = grant.onBehalfOf {
            let goals = Set(view.readableGoals(of: plan, reader: reader, at: grant.moment).map(\.id))
            plan.goals.removeAll { !goals.contains($0.id) }
            plan.actions.removeAll { !goals.contains($0.goal) }
            let actions = Set(plan.actions.map(\.id))
            words.goals.removeAll { !goals.contains($0.id) }
            words.actions.removeAll { !actions.contains($0.id) }
            words.views.removeAll { $0.person != reader }
        }
        let lacks = plan.state == .presented ? view.activation(of: plan, at: grant.moment).lacks : []
        if let reader = grant.onBehalfOf {
            // That somebody signs, or will not, tells that there is a goal about him (PR-8.2): of who has only such as the reader may not read it is
            // left out, once it has been counted.
            let unread = subjects.subtracting(plan.goals.compactMap(\.subject.person) + [reader])
            plan.signatures.removeAll { $0.signer.person.map { unread.contains($0) } ?? false }
            plan.refusals.removeAll { unread.contains($0.person) }
        }
        return PlanReading(
            plan: plan, words: words, lacks: lacks,
            names: try names(in: plan, lacks, captured, part, reader: grant.onBehalfOf), revision: record.version)
    }

    private func names(
        in plan: PlanVersion, _ lacks: [PlanLack], _ captured: CapturedRecords, _ part: CapturedRecords.Part, reader: PersonID?
    ) throws -> NameTable {
        var persons = plan.goals.compactMap(\.subject.person) + [reader].compactMap { $0 }
        var organisations: [OrganisationID] = []
        for action in plan.actions {
            switch action.actor {
            case .person(let id): persons.append(id)
            case .organisation(let id): organisations.append(id)
            case .network: break
            }
        }
        var workers = plan.actions.compactMap(\.worker) + lacks.compactMap(\.worker)
        var signers = lacks.compactMap(\.party)
        for signature in plan.signatures {
            switch signature.signer {
            case .worker(let id): workers.append(id)
            case .party(let party, _): signers.append(party)
            }
        }
        organisations += signers.compactMap(\.organisation)
        if reader == nil { persons += signers.compactMap(\.person) }
        return try captured.names(workers: workers, organisations: organisations, persons: persons, in: part)
    }

    /// Lists the registered workers, and names their organisations.
    public func listWorkers(_ grant: consuming Grant<ListWorkers>) throws -> (lines: [WorkerLine], organisations: NameTable) {
        try require(grant.isLive)
        let captured = try captured(grant.sealedContent)
        let moment = grant.moment
        let lines = try captured.workers.map { facts in
            let id = Octets16(facts.worker.id)
            guard let record = captured.team.first(.worker, id), let words = try captured.words(WorkerWords.self, record, captured.team)
            else {
                throw VaultError.doesNotVerify(.recordMalformed)
            }
            return WorkerLine(
                worker: facts.worker, handle: try captured.handle(id) ?? "", words: words,
                roles: SortedSet(facts.roles.filter { $0.isHeld(at: moment) }.map(\.role)))
        }
        return (lines, try captured.names(workers: [], organisations: lines.map(\.worker.organisation), persons: [], in: nil))
    }

    /// Lists the registered organisations.
    public func listOrganisations(_ grant: consuming Grant<ListOrganisations>) throws -> [OrganisationLine] {
        try require(grant.isLive)
        let captured = try captured(grant.sealedContent)
        return try captured.team.all(.organisation).map { record in
            guard let id: OrganisationID = record.key.id.identifier(),
                let words = try captured.words(OrganisationWords.self, record, captured.team),
                let organisation = captured.organisations.first(where: { $0.id == id })
            else { throw VaultError.doesNotVerify(.recordMalformed) }
            return OrganisationLine(organisation: organisation, handle: try captured.handle(record.key.id) ?? "", words: words)
        }
    }
}
