import Foundation
import Testing

@testable import Household

/// Seeded properties over made-up households: the invariants of the domain model, section 3, as far as they are pure.
struct PropertyTests {
    /// A household made from a seed: up to five persons of all ages, authority as it comes, consents signed by chance.
    struct World {
        var random: SplitMix64
        var facts: HouseholdFacts
        static let start = moment("2026-01-01T00:00:00+01:00").millisecondsSince1970
        static let end = moment("2029-01-01T00:00:00+01:00").millisecondsSince1970

        init(seed: UInt64) {
            random = SplitMix64(seed: seed)
            facts = Home.facts
            let ages = [3, 8, 11, 12, 14, 15, 16, 17, 30]
            facts.persons = (1...6).map { number in
                let years = ages.randomElement(using: &random) ?? 3
                let born = day("2027-06-15").adding(years: -years).adding(days: Int.random(in: -400...400, using: &random))
                return Person(id: make(number), household: Home.id, birthDay: born, relation: .child, livesIn: Bool.random(using: &random))
            }
            facts.authorities = (1...Int.random(in: 1...10, using: &random)).map { number in
                let kind = AuthorityKind.allCases.randomElement(using: &random) ?? .sole
                let child = Int.random(in: 1...6, using: &random)
                let holder = (child + Int.random(in: 1...5, using: &random) - 1) % 6 + 1
                return Authority(
                    id: make(number), household: Home.id, child: make(child),
                    holder: kind == .guardianBody ? .organisation(Team.instelling) : .person(make(holder)), kind: kind,
                    evidence: Int.random(in: 0..<6, using: &random) == 0 ? .statement : .courtDecision, from: randomDay(-500),
                    until: Bool.random(using: &random) ? nil : randomDay())
            }
            facts.representations = (1...3).map { number in
                Representation(
                    id: make(number), household: Home.id, person: make(Int.random(in: 1...3, using: &random)),
                    representative: .person(make(Int.random(in: 4...6, using: &random))),
                    kind: RepresentationKind.allCases.randomElement(using: &random) ?? .mentor,
                    evidence: .courtDecision, from: randomDay(-300))
            }
            facts.incapacities = (1...2).map { number in
                IncapacityJudgement(
                    id: make(number), household: Home.id, person: make(Int.random(in: 1...6, using: &random)), judgedBy: Team.wendy,
                    judgedAt: randomMoment(), until: randomDay())
            }
            facts.consents = (1...4).map { randomConsent($0) }
            facts.excuses = (1...2).map { number in
                SignatureExcuse(
                    id: make(number), household: Home.id, consent: make(Int.random(in: 1...4, using: &random)),
                    excused: .person(make(Int.random(in: 1...6, using: &random))),
                    ground: ExcuseGround.allCases.randomElement(using: &random) ?? .unreachable, recordedAt: randomMoment(),
                    signatures: [Team.fatima, Team.wendy].map {
                        ProfessionalSignature(worker: $0, at: moment("2026-02-01T00:00:00+01:00"))
                    },
                    attempts: [moment("2026-01-02T00:00:00+01:00")])
            }
        }

        mutating func randomMoment() -> Moment {
            Moment(clampingMillisecondsSince1970: Int64.random(in: Self.start...Self.end, using: &random))
        }
        mutating func randomDay(_ shift: Int = 0) -> CalendarDay {
            day("2026-01-01").adding(days: shift + Int.random(in: 0...1_000, using: &random))
        }

        /// Signatures that would fit at some moment, and others.
        mutating func randomConsent(_ number: Int) -> Consent {
            let subject = Int.random(in: 1...6, using: &random)
            let from = randomDay()
            let recorded = max(from.start, moment("2026-01-01T00:00:00+01:00"))
            let view = try? HouseholdView(facts.with(consents: []), team: TeamView(Team.facts))
            var givers: [ConsentGiver] = []
            for signer in view?.required(make(subject), at: recorded)?.signers ?? [] where Int.random(in: 0..<8, using: &random) > 0 {
                givers.append(
                    ConsentGiver(
                        party: signer.party, capacity: signer.capacity, at: recorded,
                        method: Int.random(in: 0..<5, using: &random) == 0 ? .oral : .digital, notedBy: Team.joost))
            }
            let domains = SortedSet((0..<3).compactMap { _ in LifeDomain.allCases.randomElement(using: &random) })
            return Consent(
                id: make(number), household: Home.id, subject: make(subject),
                recipient: Bool.random(using: &random) ? Team.balans : Team.jeugdkompas,
                domains: domains, purpose: .plan, from: from, until: from.adding(days: Int.random(in: 0...380, using: &random)),
                leafletVersion: label("1"), givers: givers, state: .active, recordedAt: recorded, recordedBy: Team.joost,
                activatedAt: recorded)
        }

        func view() throws -> HouseholdView { try HouseholdView(facts, team: TeamView(Team.facts)) }
    }

    /// Local age by Foundation's calendar: another road to the same number.
    static let calendar: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: "Europe/Amsterdam") ?? .gmt
        return calendar
    }()

    static func age(_ born: CalendarDay, at: Moment) -> Int {
        let parts = calendar.dateComponents(
            [.year, .month, .day], from: Date(timeIntervalSince1970: Double(at.millisecondsSince1970) / 1_000))
        guard let year = parts.year, let month = parts.month, let day = parts.day else { return -1 }
        return max(0, year - born.year - ((month, day) < (born.month, born.day) ? 1 : 0))
    }

    /// Who must sign, written down once more and naively; nil where authority is not known.
    static func oracle(_ world: World, _ person: Person, at: Moment) -> Set<String>? {
        let years = age(person.birthDay, at: at)
        func held(_ from: CalendarDay, _ until: CalendarDay?) -> Bool {
            from.start <= at && (until == nil || at < until!.adding(days: 1).start)
        }
        let judged = world.facts.incapacities.contains {
            $0.person == person.id && $0.judgedAt <= at && at < $0.until.adding(days: 1).start
                && age(person.birthDay, at: $0.judgedAt) >= 12
        }
        // A minor, or somebody judged himself, decides for nobody.
        func unable(_ party: Party) -> Bool {
            guard let decider = world.facts.persons.first(where: { .person($0.id) == party }) else { return false }
            return age(decider.birthDay, at: at) < 18
                || world.facts.incapacities.contains {
                    $0.person == decider.id && $0.judgedAt <= at && at < $0.until.adding(days: 1).start
                        && age(decider.birthDay, at: $0.judgedAt) >= 12
                }
        }
        var holders: Set<String>?
        if years < 18 {
            let all = world.facts.authorities.filter { $0.child == person.id && held($0.from, $0.until) }
            let guardians = all.filter { $0.kind == .guardian || $0.kind == .guardianBody }
            let chosen = guardians.isEmpty ? all : guardians
            let names = Set(
                chosen.map {
                    "\($0.holder) \($0.kind == .guardian ? "guardian" : $0.kind == .guardianBody ? "guardianBody" : "parentWithAuthority")"
                })
            let sole = chosen.filter { $0.kind == .sole }.count
            let fine =
                !chosen.isEmpty && !chosen.contains { $0.evidence == .statement || unable($0.holder) }
                && (!guardians.isEmpty || (sole == 0 ? names.count >= 2 : sole == chosen.count && names.count == 1))
            holders = fine ? names : nil
        }
        if years >= 12 && judged {
            if years < 18 { return holders }
            let all = world.facts.representations.filter { $0.person == person.id && held($0.from, $0.until) }
            for kind in ["curator", "mentor", "authorised", "partner", "family"] {
                let found = all.filter { $0.kind.rawValue == kind }
                if found.contains(where: { unable($0.representative) }) { return nil }
                if !found.isEmpty { return Set(found.map { "\($0.representative) \(kind)" }) }
            }
            return nil
        }
        if years >= 16 { return ["\(person.id) ownBehalf"] }
        guard let holders else { return nil }
        return years >= 12 ? holders.union(["\(person.id) ownBehalf"]) : holders
    }

    @Test(arguments: UInt64(0)..<60)
    func requirementAgreesWithTheOracle(seed: UInt64) throws {
        var world = World(seed: seed)
        let view = try world.view()
        for _ in 0..<12 {
            let at = world.randomMoment()
            for person in world.facts.persons {
                let found = try #require(view.required(person.id, at: at))
                let expected = Self.oracle(world, person, at: at)
                #expect((found.gap == nil) == (expected != nil), "seed \(seed): \(person.id) at \(at)")
                if let expected { #expect(Set(found.signers.map(\.description)) == expected, "seed \(seed): \(person.id) at \(at)") }
                #expect((found.rule == .unknownAuthority) == (found.gap != nil) && !found.articles.isEmpty, "seed \(seed)")
            }
        }
    }

    /// Invariants 4 and 5.
    @Test(arguments: UInt64(0)..<60)
    func activeConsentIsComplete(seed: UInt64) throws {
        var world = World(seed: seed)
        var withdrawn: [ConsentID: [(Moment, SortedSet<LifeDomain>)]] = [:]
        for index in world.facts.consents.indices where Bool.random(using: &world.random) {
            let consent = world.facts.consents[index]
            guard let domain = consent.domains.randomElement(using: &world.random) else { continue }
            let at = world.randomMoment()
            world.facts.consents[index].withdrawals = [
                ConsentWithdrawal(at: at, by: .person(consent.subject), domains: SortedSet([domain]), notedBy: Team.kees)
            ]
            withdrawn[consent.id] = [(at, SortedSet([domain]))]
        }
        let view = try world.view()
        for _ in 0..<25 {
            let at = world.randomMoment()
            for consent in world.facts.consents {
                let assessment = try #require(view.assess(consent, at: at))
                guard assessment.isActive else { continue }
                let person = try #require(view.person(consent.subject))
                let required = try #require(Self.oracle(world, person, at: at), "seed \(seed): active without known authority at \(at)")
                let signed = Set(consent.givers.filter { $0.at <= at }.map { "\($0.party) \($0.capacity)" })
                let excused = Set(
                    world.facts.excuses.filter { $0.consent == consent.id && $0.recordedAt <= at }.map {
                        "\($0.excused) parentWithAuthority"
                    })
                #expect(required.isSubset(of: signed.union(excused)), "seed \(seed): \(consent.id) at \(at)")
                // The youth's own signature and a guardian's are never excused.
                #expect(required.filter { !$0.hasSuffix("parentWithAuthority") }.allSatisfy(signed.contains), "seed \(seed)")
                #expect((1...7).contains(consent.domains.count) && consent.until <= consent.from.adding(months: 12), "seed \(seed)")
                #expect(consent.from.start <= at && at < consent.until.end, "seed \(seed)")
            }
            for domain in LifeDomain.allCases {
                for subject in world.facts.persons {
                    let found = view.consentCandidate(
                        subject: .person(subject.id), organisation: Team.balans, domain: domain, purpose: .plan, at: at)
                    guard let found, found.suffices else { continue }
                    let consent = found.assessment.consent
                    #expect(
                        consent.domains.contains(domain) && consent.recipient == Team.balans && consent.subject == subject.id,
                        "seed \(seed)")
                    // Invariant 5: nothing rests on what was withdrawn.
                    for (since, domains) in withdrawn[consent.id] ?? [] {
                        #expect(at < since || !domains.contains(domain), "seed \(seed) at \(at)")
                    }
                }
            }
        }
    }

    /// The property above must not hold for want of active consents.
    @Test func worldsHaveActiveConsents() throws {
        var active = 0
        for seed in UInt64(0)..<60 {
            var world = World(seed: seed)
            let view = try world.view()
            for _ in 0..<25 {
                let at = world.randomMoment()
                active += world.facts.consents.filter { view.assess($0, at: at)?.isActive == true }.count
            }
        }
        #expect(active > 100, "only \(active)")
    }

    /// Invariant 5 through the step itself: after withdrawing, no later moment finds the consent sufficient.
    @Test(arguments: UInt64(100)..<120)
    func withdrawingIsForEver(seed: UInt64) throws {
        var world = World(seed: seed)
        let view = try world.view()
        for consent in world.facts.consents {
            let at = world.randomMoment()
            guard view.assess(consent, at: at)?.isActive == true, let giver = consent.givers.first else { continue }
            let withdrawn = try view.withdrawing(consent, by: giver.party, notedBy: Team.kees, at: at)
            let after = try view.with {
                $0.consents = [withdrawn]; $0.excuses.removeAll { $0.consent != withdrawn.id }
            }
            for _ in 0..<10 {
                let later = at.adding(milliseconds: Int64.random(in: 0...100_000_000_000, using: &world.random))
                for domain in consent.domains {
                    let found = after.consentCandidate(
                        subject: .person(consent.subject), organisation: consent.recipient, domain: domain, purpose: .plan, at: later)
                    #expect(found?.suffices == false, "seed \(seed) at \(later)")
                }
            }
        }
    }

    /// PR-11.4, written down once more and naively: a word about a life domain ends with the one that ends first of those said before in another
    /// consent which it still counted beside, else on its own day; a word about several ends with the first of these.
    @Test(arguments: UInt64(200)..<240)
    func aWordEndsAsTheOracleSays(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let view = try Home.view()
        let domains: [LifeDomain] = [.finance, .housing, .health]
        // No two at the same moment.
        var signed: Int64 = 0
        func giver(_ method: SigningMethod) -> ConsentGiver {
            signed += 1
            let halfDays = Int64.random(in: 0...40, using: &random)
            return Home.giver(Home.selma, at: ConsentTests.at.adding(milliseconds: halfDays * 43_200_000 + signed), method)
        }
        let one = try ConsentTests.registered(
            view, Home.proposal(Home.selma, Team.balans, [.finance], givers: [Home.giver(Home.selma, at: ConsentTests.at)]))
        var consents: [Consent] = []
        for number in 1...12 {
            let named = domains.filter { _ in Bool.random(using: &random) }
            var consent = one
            (consent.id, consent.domains, consent.givers) = (make(number), named.isEmpty ? [.finance] : SortedSet(named), [giver(.oral)])
            // Some are confirmed, some say it twice.
            for method in [SigningMethod.written, .oral] where Int.random(in: 0..<3, using: &random) == 0 {
                consent.givers.append(giver(method))
            }
            consents.append(consent)
        }
        func words(_ consent: Consent, before: Moment) -> [ConsentGiver] { consent.givers.filter { $0.method == .oral && $0.at < before } }
        func own(_ at: Moment) -> Moment { WorkingDays.adding(5, to: at.day).end }
        func end(_ word: ConsentGiver, _ consent: Consent, _ domain: LifeDomain, besides asked: Consent) -> Moment {
            let earlier = consents.filter { $0.id != consent.id && $0.id != asked.id && $0.domains.contains(domain) }.flatMap { other in
                words(other, before: word.at).filter { said in
                    !other.givers.contains { $0.method != .oral && $0.at < word.at } && said.at < word.at
                }.map { end($0, other, domain, besides: asked) }
            }
            return earlier.filter { word.at < $0 }.min() ?? own(word.at)
        }
        let stored = try view.with { $0.consents = consents }
        var (shared, alone) = (0, 0)
        for consent in consents {
            for word in words(consent, before: .latest) {
                let expected = consent.domains.map { end(word, consent, $0, besides: consent) }.min()
                #expect(stored.oralEnd(word, of: consent) == expected, "seed \(seed): \(consent.id) at \(word.at)")
                if expected == own(word.at) { alone += 1 } else { shared += 1 }
            }
        }
        #expect(shared > 0 && alone > 0, "seed \(seed): \(shared) of an earlier word, \(alone) of their own")
    }

    /// Invariant 16: the rule changes exactly at local midnight of the birthday, for every day of birth.
    @Test func ageRulesTurnAtMidnight() {
        var random = SplitMix64(seed: 4)
        for round in 0..<1_000 {
            // Every 29 February, and days around both clock changes, come often enough.
            let born: CalendarDay =
                switch round % 4 {
                case 0: day("2008-02-29").adding(years: 4 * Int.random(in: 0...4, using: &random))
                case 1:
                    AmsterdamTime.lastSunday(ofMonth: 3, in: 2026).adding(days: Int.random(in: -1...1, using: &random)).adding(years: -12)
                default: day("2000-01-01").adding(days: Int.random(in: 0...9_000, using: &random))
                }
            let person = Person(id: make(1), household: Home.id, birthDay: born, relation: .child, livesIn: true)
            let evidence = Signatories.Knowledge(authorities: SignatoryTests.jointParents)
            for (years, before, after) in [
                (12, SignatoryRule.unknownAuthority, SignatoryRule.unknownAuthority), (16, .unknownAuthority, .from16),
            ] {
                let turn = born.birthday(turning: years).start
                let last = turn.adding(milliseconds: -1)
                #expect(Self.age(born, at: turn) == years && Self.age(born, at: last) == years - 1, "seed 4: \(born) \(years)")
                #expect(person.age(at: turn) == years && person.age(at: last) == years - 1, "seed 4: \(born) \(years)")
                // Authority of others than this child is none: what matters here is which side of the line the moment lies.
                #expect(Signatories.required(person, at: last, knowing: evidence).rule == before, "seed 4: \(born)")
                #expect(Signatories.required(person, at: turn, knowing: evidence).rule == after, "seed 4: \(born)")
                let own = RequiredSigner(.person(person.id), .ownBehalf)
                #expect(Signatories.required(person, at: last, knowing: evidence).signers.contains(own) == (years == 16), "seed 4: \(born)")
                #expect(Signatories.required(person, at: turn, knowing: evidence).signers.contains(own), "seed 4: \(born)")
            }
        }
    }

    /// Between two turning points no answer changes by the clock alone.
    @Test(arguments: UInt64(200)..<230)
    func nothingChangesBetweenTurningPoints(seed: UInt64) throws {
        var world = World(seed: seed)
        for (number, consent) in world.facts.consents.enumerated() {
            guard let giver = consent.givers.first, let domain = consent.domains.first else { continue }
            world.facts.refusals.append(
                Refusal(
                    id: make(number + 1), household: Home.id, subject: consent.subject, recipient: .organisation(consent.recipient),
                    domains: [domain], purpose: .plan, by: giver.party, askedOn: world.randomMoment(), recordedBy: Team.joost))
        }
        let view = try world.view()
        var at = moment("2026-01-01T00:00:00+01:00")
        var points = 0
        while let next = view.nextTurningPoint(after: at), points < 80 {
            #expect(next > at)
            points += 1
            let answers = Self.answers(view, at: at)
            let between = Moment(
                clampingMillisecondsSince1970: Int64.random(in: at.millisecondsSince1970..<next.millisecondsSince1970, using: &world.random)
            )
            #expect(Self.answers(view, at: between) == answers, "seed \(seed): \(at) and \(between)")
            #expect(Self.answers(view, at: next.adding(milliseconds: -1)) == answers, "seed \(seed): \(at) to \(next)")
            at = next
        }
        #expect(points > 10)
    }

    static func answers(_ view: HouseholdView, at: Moment) -> [String] {
        view.facts.consents.compactMap {
            view.assess($0, at: at).map { "\($0.standing) \($0.missing.map(\.description)) \($0.domains.map(\.rawValue))" }
        }
            + view.facts.persons.compactMap { view.required($0.id, at: at).map { "\($0.rule) \($0.signers.map(\.description))" } }
            + view.team.facts.workers.map { worker in
                "\(view.isInvolved(worker.id, at: at)) \(view.householdRoles(of: worker.id, at: at).map(\.rawValue)) \(view.isBlocked(worker.id, at: at)) \(view.team.roles(of: worker.id, at: at).map(\.rawValue))"
            } + [view.activeDirector(at: at)?.id.description ?? "", "\(view.isEnded(at: at))"]
    }

    /// Invariant 1: whatever acts are tried, in whatever order, there is exactly one director from the first appointment on.
    @Test(arguments: UInt64(300)..<330)
    func exactlyOneDirector(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var view = try InvolvementTests.triaged()
        var at = Home.appointed
        var number = 1
        var done = 0
        let workers = [Team.joost, Team.fatima, Team.kees, Team.wendy, Team.nico, Team.mirjam]
        var changes: [Moment] = []
        for _ in 0..<60 {
            at = at.adding(milliseconds: Int64.random(in: 1...200_000_000, using: &random))
            number += 1
            let worker = workers.randomElement(using: &random) ?? Team.joost
            let by = Bool.random(using: &random) ? Team.mirjam : workers.randomElement(using: &random) ?? Team.joost
            let appointed = view.facts.directorships.first { $0.state == .appointed }
            var changed: [Directorship] = []
            switch Int.random(in: 0..<5, using: &random) {
            case 0: changed = (try? view.appointDirector(worker, id: make(number), by: by, at: at)).map { [$0] } ?? []
            case 1: changed = (try? view.proposeHandover(to: worker, id: make(number), by: by, at: at)).map { [$0.old, $0.new] } ?? []
            case 2:
                guard let appointed else { continue }
                changed = (try? view.confirmHandover(appointed, by: worker, discussedOn: at.day, at: at)).map { [$0.old, $0.new] } ?? []
            case 3:
                guard let appointed else { continue }
                changed = (try? view.cancelHandover(appointed, at: at)).map { [$0.old, $0.new] } ?? []
            default:
                changed =
                    (try? view.appointDeputy(
                        worker, id: make(number), absentSince: day("2026-01-01"), until: at.day.adding(days: 9), by: by, at: at)).map {
                        [$0]
                    } ?? []
            }
            guard !changed.isEmpty else { continue }
            done += 1
            changes.append(at)
            view = try view.with { facts in
                facts.directorships = facts.directorships.filter { old in !changed.contains { $0.id == old.id } } + changed
                facts.household.state = .active
            }
            #expect(view.hasRightNumberOfDirectors(at: at), "seed \(seed) at \(at)")
            for change in changes {
                #expect(view.directors(at: change).count == 1, "seed \(seed) at \(change)")
                if change > changes[0] {
                    #expect(view.directors(at: change.adding(milliseconds: -1)).count == 1, "seed \(seed) before \(change)")
                }
            }
        }
        #expect(done >= 1, "seed \(seed)")
    }

    /// Invariant 6: in force only with every signature, whichever subset is there; the content is constant afterwards.
    @Test func planTakesForceOnlyWhenComplete() throws {
        let view = try Home.view()
        for mask in 0..<(1 << Plans.all.count) {
            var version = Plans.version(state: .presented)
            version.signatures = Plans.all.enumerated().filter { mask & (1 << $0.offset) != 0 }.map(\.element)
            let complete = mask == (1 << Plans.all.count) - 1
            let result = try? view.activate(version, at: PlanTests.at)
            #expect((result != nil) == complete, "signatures \(String(mask, radix: 2))")
            guard let inForce = result?.inForce else { continue }
            #expect(inForce.contentHash == version.contentHash && inForce.hasSameContent(as: version))
            for worker in Team.facts.workers.map(\.id) {
                #expect(view.objections(to: .content, in: inForce, by: worker, at: PlanTests.at).contains(.signed))
                for action in inForce.actions {
                    #expect(view.objections(to: .action(action), in: inForce, by: worker, at: PlanTests.at).contains(.signed))
                }
            }
            #expect(throws: HouseholdError.self) { try view.present(inForce, contentHash: hash(9), by: Team.joost, at: PlanTests.at) }
            #expect(throws: HouseholdError.self) { try view.sign(inForce, Plans.signature(Home.selma), at: PlanTests.at) }
        }
    }

    /// Invariants 7 and 8: whatever is asked for, an item that is made has one of everything and lies where its kind may lie.
    @Test func itemsHaveOneOfEverything() throws {
        var random = SplitMix64(seed: 5)
        let view = try Home.view()
        var made = 0
        for _ in 0..<3_000 {
            func maybe<T>(_ value: T?) -> T? { Int.random(in: 0..<10, using: &random) == 0 ? nil : value }
            let proposal = ItemProposal(
                layer: Layer.allCases.randomElement(using: &random) ?? .card, subject: maybe(.person(Home.noor)), author: Team.fatima,
                domains: Int.random(in: 0..<10, using: &random) == 0
                    ? .all
                    : .named(
                        (0..<Int.random(in: 0...2, using: &random)).compactMap { _ in LifeDomain.allCases.randomElement(using: &random) }),
                hat: maybe(.help), basis: maybe(LegalBasis.allCases.randomElement(using: &random)), provision: maybe(label("UAVG 30")),
                retentionClass: maybe(RetentionClass.allCases.randomElement(using: &random)),
                kind: ItemKind.allCases.randomElement(using: &random) ?? .note,
                scoreReasonGiven: Bool.random(using: &random))
            guard let item = try? view.makeItem(proposal, id: make(1), size: SizeBucket(bytes: 1), at: Home.kitchenTable) else {
                #expect(!view.defects(of: proposal).isEmpty, "seed 5: \(proposal)")
                continue
            }
            made += 1
            guard case .named(let domains) = proposal.domains else { Issue.record("seed 5: \(proposal)"); continue }
            #expect(
                domains == [item.domain] && item.organisation == Team.jeugdkompas && item.retentionClass.isForItems, "seed 5: \(proposal)")
            #expect(item.layer != .plan || ![ItemKind.diagnosis, .assessment, .report].contains(item.kind), "seed 5: \(proposal)")
            #expect(item.basis != .coordinatedApproach, "seed 5: \(proposal)")
            #expect(try view.with { $0.items = [item] }.facts.items.count == 1)
        }
        #expect(made > 100)
    }

    /// Invariant 9: whatever rights a blocked worker is given, none of them works while the block stands.
    @Test(arguments: UInt64(400)..<430)
    func blockDominates(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let worker = Team.facts.workers.map(\.id).randomElement(using: &random) ?? Team.nico
        let since = moment("2026-01-15T00:00:00+01:00").adding(milliseconds: Int64.random(in: 0...2_000_000_000, using: &random))
        let view = try Home.view { facts in
            for number in 20..<24 {
                facts.involvements.append(
                    Home.involvement(
                        number, worker, Role.allCases.filter(\.isForHousehold).randomElement(using: &random) ?? .guest,
                        by: worker == Team.mirjam ? Team.joost : Team.mirjam))
            }
            if Bool.random(using: &random) { facts.directorships[0].worker = worker }
            facts.conflicts = [
                ConflictBlock(
                    id: make(1), household: Home.id, worker: worker, kind: ConflictKind.allCases.randomElement(using: &random) ?? .friend,
                    declaredBy: Team.mirjam, declaredAt: since)
            ]
        }
        for _ in 0..<20 {
            let at = since.adding(milliseconds: Int64.random(in: 0...10_000_000_000, using: &random))
            #expect(
                view.isBlocked(worker, at: at) && !view.isInvolved(worker, at: at) && view.liveInvolvements(of: worker, at: at).isEmpty,
                "seed \(seed) at \(at)")
            #expect(!view.isActingDirector(worker, at: at) && view.householdRoles(of: worker, at: at).isEmpty, "seed \(seed) at \(at)")
            #expect(view.objections(to: .content, in: Plans.version(), by: worker, at: at).contains(.blocked), "seed \(seed) at \(at)")
            #expect(!view.objections(to: InvolvementTests.proposal(Team.ilse), by: worker, at: at).isEmpty, "seed \(seed) at \(at)")
            #expect(throws: HouseholdError.self) {
                try view.sign(Plans.version(state: .presented), Plans.signature(.worker(worker)), at: at)
            }
        }
        #expect(view.isInvolved(worker, at: since.adding(milliseconds: -1)), "seed \(seed)")
    }
}

extension HouseholdFacts {
    func with(consents: [Consent]) -> HouseholdFacts {
        var copy = self
        copy.consents = consents
        copy.excuses = []
        return copy
    }
}
