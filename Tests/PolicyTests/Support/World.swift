import Household

@testable import Policy

/// The household H-0147 and its team, as far as the story has got. Questions are decided on it as the vault would have them decided.
struct World {
    var team = Cast.team
    var facts: HouseholdFacts
    /// Who the searches of this world find.
    var searchMatches: (blocked: Bool, any: Bool) = (false, false)
    /// Who has to do with a household in this world, this one or another.
    var engaged: Set<WorkerID> = []
    /// Whether there is any household in this world, for questions about accounts.
    var guardsHouseholds = true
    /// Whether anybody was ever let in to one.
    var hasLetIn = true
    var engine = Reglement.engine
    private var count = 0

    static let household: HouseholdID = named("H-0147")

    /// The household at intake: six persons, authority, a mentor; nobody involved.
    init() {
        let home = Self.household
        func person(_ name: String, _ birth: String, _ relation: Relation, livesIn: Bool = true) -> Person {
            Person(
                id: named(name), household: home, birthDay: day(birth), relation: relation, livesIn: livesIn, secretAddress: !livesIn)
        }
        func authority(_ holder: String, _ child: String, _ kind: AuthorityKind) -> Authority {
            Authority(
                id: named("\(holder)/\(child)"), household: home, child: named(child), holder: .person(named(holder)), kind: kind,
                evidence: .authorityRegister, from: day("2018-06-01"))
        }
        facts = HouseholdFacts(
            household: HouseholdRecord(id: home, state: .intake, municipality: named("waterwolde"), openedAt: at("01-09T09:30")),
            persons: [
                person("selma", "1987-03-11", .parent), person("ronald", "1984-06-25", .formerPartner, livesIn: false),
                person("emre", "2008-11-20", .child), person("noor", "2011-09-03", .child), person("sem", "2018-05-02", .child),
                person("hatice", "1953-02-17", .grandparent),
            ],
            authorities: [
                authority("selma", "emre", .sole), authority("selma", "noor", .joint), authority("ronald", "noor", .joint),
                authority("selma", "sem", .joint), authority("ronald", "sem", .joint),
            ],
            representations: [
                Representation(
                    id: named("selma/hatice"), household: home, person: named("hatice"), representative: .person(named("selma")),
                    kind: .mentor,
                    evidence: .courtDecision, from: day("2025-01-01"))
            ])
    }

    var view: HouseholdView {
        do { return try HouseholdView(facts, team: try TeamView(team)) } catch { fatalError("\(error)") }
    }

    // MARK: deciding

    func worker(_ name: String) -> WorkerFacts? {
        let id: WorkerID = named(name)
        guard let worker = team.workers.first(where: { $0.id == id }),
            let organisation = team.organisations.first(where: { $0.id == worker.organisation })
        else { return nil }
        return WorkerFacts(worker: worker, roles: team.roles.filter { $0.worker == id }, organisation: organisation)
    }

    func asker(_ name: String, _ hat: Hat?) -> Asker {
        guard let worker = worker(name) else {
            return .worker(named(name), organisation: named("waterwolde"), hat: hat, sessionStarted: at("01-09T08:00"))
        }
        return .worker(worker.worker.id, organisation: worker.organisation.id, hat: hat, sessionStarted: at("01-09T08:00"))
    }

    func facts(for subject: Policy.Subject, asker: Asker, at moment: Moment) -> Facts {
        let view = view
        let inHousehold = subject.resource != .vault && subject.resource != .ledger && (subject.household.map { $0 == view.id } ?? true)
        let names = Cast.members.map(\.name)
        func find(_ id: WorkerID) -> WorkerFacts? { names.first { named($0) == id }.flatMap(worker) }
        return Facts(
            worker: asker.worker.flatMap(find), household: inHousehold ? view : nil, item: subject.item.flatMap(view.item),
            namedWorkers: subject.workers.compactMap(find), engaged: subject.engagement == nil ? [] : engaged,
            directs: subject.needsDirection && asker.worker.map { view.directs($0, at: moment) } ?? false,
            accounts: subject.needsAccounts ? accounts : nil, organisations: team.organisations, searchMatches: searchMatches, revision: 1,
            nextExpiry: nil, digest: [UInt8](repeating: 0, count: 32))
    }

    var accounts: Accounts {
        Accounts(
            Cast.members.compactMap { worker($0.name) }.map { facts in
                Accounts.Account(facts, keys: team.keys.filter { $0.worker == facts.worker.id })
            }, guardsHouseholds: guardsHouseholds, hasLetIn: hasLetIn, shareMachineAccounts: false)
    }

    func request<Q: Question>(
        _ question: Q, _ asker: Asker, purpose: Purpose?, basis: LegalBasis? = nil, at moment: Moment
    ) -> (Request<Q>, Facts) {
        guard let trace = TraceID(bytes: [UInt8](repeating: 1, count: 16)) else { fatalError("trace") }
        let request = Request(asker: asker, question: question, purpose: purpose, basis: basis, moment: moment, trace: trace)
        return (request, facts(for: question.about, asker: asker, at: moment))
    }

    func decide<Q: Question>(
        _ question: Q, by name: String, hat: Hat? = nil, purpose: Purpose?, basis: LegalBasis? = nil, at moment: Moment
    ) -> Decided {
        let (request, facts) = request(question, asker(name, hat), purpose: purpose, basis: basis, at: moment)
        return Decided(engine.decide(request, on: facts))
    }

    func decide<Q: Question>(_ question: Q, system: SystemCaller, purpose: Purpose?, at moment: Moment) -> Decided {
        let (request, facts) = request(question, .system(system), purpose: purpose, at: moment)
        return Decided(engine.decide(request, on: facts))
    }

    // MARK: what happens after a yes

    mutating func next<Kind: IdentifierKind>(_: Kind.Type = Kind.self) -> Identifier<Kind> {
        count += 1
        return named("#\(count)")
    }

    mutating func appoint(_ name: String, at moment: Moment) {
        facts.household.state = .active
        facts.directorships.append(
            Directorship(
                id: next(), household: Self.household, worker: named(name), state: .active, appointedBy: named("mirjam"),
                appointedAt: moment,
                activeFrom: moment))
        // As the act of appointing does.
        involve(
            name, purpose: .direction, role: .caseDirector, until: moment.day.adding(months: 6).description, by: "mirjam", at: moment)
    }

    mutating func involve(
        _ name: String, purpose: Purpose = .plan, role: Role = .teamMember, persons: SortedSet<PersonID>? = nil,
        until: String = "2026-07-12",
        by granter: String = "joost", at moment: Moment
    ) {
        facts.involvements.append(
            Involvement(
                id: next(), household: Self.household, worker: named(name), role: role, persons: persons, purpose: purpose,
                grantedBy: named(granter), grantedAt: moment, from: moment.day, until: day(until), state: .granted))
    }

    mutating func block(_ name: String, at moment: Moment) {
        facts.conflicts.append(
            ConflictBlock(
                id: next(), household: Self.household, worker: named(name), kind: .neighbour, declaredBy: named(name), declaredAt: moment))
    }

    /// Registers a consent with signatures given on the spot; gives its name.
    mutating func consent(
        _ name: String, _ subject: String, to organisation: String, _ domains: SortedSet<LifeDomain>, signed: [String],
        method: SigningMethod = .written, by worker: String = "joost", at moment: Moment
    ) {
        let draft = draftConsent(subject, to: organisation, domains, signed: signed, method: method, at: moment)
        do {
            let view = view
            let (consent, _) = try view.register(
                draft.proposal(in: view, notedBy: named(worker), at: moment), id: named(name), by: named(worker), at: moment)
            facts.consents.append(consent)
        } catch { fatalError("\(name): \(error)") }
    }

    func draftConsent(
        _ subject: String, to organisation: String, _ domains: SortedSet<LifeDomain>, signed: [String], method: SigningMethod = .written,
        at moment: Moment
    ) -> ConsentDraft {
        ConsentDraft(
            subject: named(subject), recipients: .one(named(organisation)), domains: .these(domains), purpose: .plan, from: moment.day,
            until: moment.day.adding(years: 1).adding(days: -1), leafletVersion: Label("2026-1"),
            signers: SortedSet(signed.map { .person(named($0)) }), method: method)
    }

    mutating func change(_ consent: String, _ step: (HouseholdView, Consent) throws -> Consent) {
        guard let index = facts.consents.firstIndex(where: { $0.id == named(consent) }) else { fatalError(consent) }
        do { facts.consents[index] = try step(view, facts.consents[index]) } catch { fatalError("\(consent): \(error)") }
    }

    mutating func sign(_ consent: String, _ signer: String, at moment: Moment) {
        change(consent) { view, consent in
            let required = view.required(consent.subject, at: moment)?.signers.first { $0.party == .person(named(signer)) }
            let giver = ConsentGiver(
                party: .person(named(signer)), capacity: required?.capacity ?? .ownBehalf, at: moment, method: .written,
                notedBy: named("joost"))
            return try view.signing(consent, giver, at: moment).consent
        }
    }

    mutating func withdraw(_ consent: String, _ domains: SortedSet<LifeDomain>?, by person: String, at moment: Moment) {
        change(consent) { view, consent in
            try view.withdrawing(consent, domains: domains, by: .person(named(person)), notedBy: named("kees"), at: moment)
        }
    }

    mutating func item(
        _ name: String, about subject: String?, by author: String, _ domain: LifeDomain, kind: ItemKind = .report,
        layer: Layer = .personalFile,
        hat: Hat = .help, basis: LegalBasis = .socialSupportAct, at moment: Moment, designated: Bool = false
    ) {
        guard let worker = worker(author) else { fatalError(author) }
        facts.items.append(
            Item(
                id: named(name), household: Self.household, layer: layer,
                subject: subject.map { .person(named($0)) } ?? .household(Self.household), author: worker.worker.id,
                organisation: worker.organisation.id, domain: domain, hat: hat, basis: basis, retentionClass: .socialSupport, kind: kind,
                createdAt: moment, lastChangedAt: moment, designatedForAccess: designated))
    }
}

/// A verdict that can be copied and compared.
struct Decided: Equatable, CustomStringConvertible {
    let outcome: String
    let articles: [String]
    let policies: [String]
    let mayKnow: Bool
    let reason: String
    let duties: Int
    var notices: [Notice] = []
    var sentences: [Bilingual] = []
    var nextSteps: [Bilingual] = []
    var failed: [String] = []
    var thatOnly = false

    init(_ verdict: consuming Verdict) {
        switch consume verdict {
        case .permit(let permit):
            outcome = permit.duties.isEmpty ? "permit" : "oblige"
            articles = permit.articles.map(\.description)
            policies = permit.policies
            mayKnow = true
            reason = ""
            duties = permit.duties.count
            notices = permit.notices
            thatOnly = permit.thatOnly
        case .refuse(let refusal):
            outcome = "refuse"
            articles = refusal.articles.map(\.description)
            policies = refusal.policies
            mayKnow = refusal.mayKnow
            reason = refusal.reason.rawValue
            duties = 0
            sentences = refusal.sentences
            nextSteps = refusal.nextSteps
            failed = refusal.failedPolicies
        }
    }

    var description: String {
        "\(outcome) \(articles.joined(separator: ";")) by \(policies.joined(separator: ", "))\(mayKnow ? "" : " (unknown)")"
    }
}
