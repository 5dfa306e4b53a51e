// Who must sign for a person at a moment (PR-12). The heart of the domain.
//
//   under 12                     all parents with authority, or the guardian                                   PR-12.1
//   12 to 15                     the youth, and all parents with authority or the guardian                     PR-12.2
//   16 and older                 the person alone                                                             PR-12.3
//   12 and older, incapacitated  the legal representative: parents with authority, guardian, curator, mentor;
//                                else for an adult the authorised person, the partner, a near relative         PR-12.4
//   authority not known          nobody's signature suffices until it is                                       PR-2.2
//   holder or representative     a minor, or incapacitated himself: nobody's signature suffices                PR-2.2
//
// Ages are those of the moment asked about; a birthday counts from 00:00 in Europe/Amsterdam (invariant 16). Excuses for a missing
// parental signature (PR-12.5, 12.6) do not change the requirement; they are weighed in SignatureStatus.

/// Which rule of PR-12 decides who signs.
public enum SignatoryRule: String, VocabularyTerm {
    case under12, youth12to15, from16, incapacitated
    /// A guardian, or a guardian body where the court said so, stands in the parents' place for a child under sixteen.
    case guardian
    /// Authority or representation is not known or not proven; it is asked for, not guessed.
    case unknownAuthority
}

/// Why authority or representation is not known.
public enum AuthorityGap: String, VocabularyTerm {
    /// Nobody is recorded as holder of authority.
    case noneRecorded
    /// A record rests on somebody's word alone.
    case unproven
    /// Joint authority with only one known holder.
    case secondHolderUnknown
    /// Records exclude one another: sole authority beside another holder.
    case contradictory
    /// An incapacitated adult without anybody who can decide in his place.
    case noRepresentative
    /// Who holds authority, or represents, is a minor himself or cannot oversee decisions himself.
    case unable
}

/// Somebody whose signature is required, and the capacity in which it must be given.
public struct RequiredSigner: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// Whose signature.
    public let party: Party
    /// In which capacity.
    public let capacity: SigningCapacity

    public init(_ party: Party, _ capacity: SigningCapacity) {
        self.party = party
        self.capacity = capacity
    }

    public var description: String { "\(party) \(capacity)" }
    public static func < (a: RequiredSigner, b: RequiredSigner) -> Bool { (a.party, a.capacity) < (b.party, b.capacity) }
}

/// Who must sign for one person at one moment.
public struct SignatureRequirement: Hashable, Sendable {
    /// For whom is signed.
    public let subject: PersonID
    /// Which rule decides.
    public let rule: SignatoryRule
    /// All of these must sign. Under `unknownAuthority` these are the ones that are known; their signatures alone never suffice.
    public let signers: SortedSet<RequiredSigner>
    /// Set under `unknownAuthority`, and only then.
    public let gap: AuthorityGap?
    /// The articles of that rule.
    public let articles: [Article]
}

/// Who holds authority over a minor.
public struct Custody: Hashable, Sendable {
    /// Parents with authority, or in their place the guardians; also those who cannot exercise it now.
    public let holders: SortedSet<RequiredSigner>
    /// Whether a guardian or guardian body stands in the parents' place.
    public let isGuardian: Bool
    /// Why the holders are not known for certain; nil when they are.
    public let gap: AuthorityGap?
}

extension HouseholdView {
    /// Who must sign for this person at `moment` (PR-12); nil when the snapshot does not hold the person.
    public func required(_ person: PersonID, at moment: Moment) -> SignatureRequirement? {
        personsByID[person].map { Signatories.required($0, at: moment, knowing: knowledge(about: person)) }
    }

    /// What the snapshot knows about authority, representation and capacity of a person, and of those who decide in his place.
    func knowledge(about person: PersonID) -> Signatories.Knowledge {
        let authorities = authoritiesByChild[person] ?? []
        let representations = representationsByPerson[person] ?? []
        let deciders = Set(authorities.compactMap(\.holder.person) + representations.compactMap(\.representative.person))
        return Signatories.Knowledge(
            authorities: authorities, representations: representations, judgements: judgements(about: person),
            deciders: deciders.compactMap { decider in
                personsByID[decider].map { Signatories.Decider(person: $0, judgements: judgements(about: decider)) }
            })
    }

    /// PR-12.4: only the judgements of registered professionals.
    private func judgements(about person: PersonID) -> [IncapacityJudgement] {
        (incapacitiesByPerson[person] ?? []).filter {
            team.wasRegistered($0.judgedBy, in: SortedSet(Register.allCases), at: $0.judgedAt)
        }
    }

    /// Whether `party` can decide in somebody else's place at `moment`: an institution, or an adult who oversees decisions himself.
    public func canDecideForOthers(_ party: Party, at moment: Moment) -> Bool {
        guard let id = party.person else { return true }
        return personsByID[id].map { Signatories.Decider(person: $0, judgements: judgements(about: id)).isAble(at: moment) } ?? false
    }

    /// Whether a valid judgement says at `moment` that the person cannot oversee a decision (PR-12.4).
    public func isIncapacitated(_ person: PersonID, at moment: Moment) -> Bool {
        personsByID[person].map { Signatories.isIncapacitated($0, at: moment, judgements: judgements(about: person)) } ?? false
    }

    /// Who holds authority over this person at `moment`; nobody over an adult.
    public func custody(of person: PersonID, at moment: Moment) -> Custody? {
        guard let child = personsByID[person], !child.isAdult(at: moment) else { return nil }
        return Signatories.custody(of: child, at: moment, knowing: knowledge(about: person))
    }

    /// Whether `holder` is known to hold authority over `child`, a minor, at `moment`.
    public func holdsAuthority(_ holder: Party, over child: PersonID, at moment: Moment) -> Bool {
        custody(of: child, at: moment)?.holders.contains { $0.party == holder } ?? false
    }
}

/// The requirement function, over plain lists.
public enum Signatories {
    /// What is known about one person.
    public struct Knowledge: Sendable {
        /// Authority over the person, past and present.
        public let authorities: [Authority]
        /// Representation of the person, past and present.
        public let representations: [Representation]
        /// Only judgements by professionals who were registered when they judged.
        public let judgements: [IncapacityJudgement]
        /// The persons who hold that authority or represent; one who is not among them is taken to be able.
        public let deciders: [Decider]

        public init(
            authorities: [Authority] = [], representations: [Representation] = [], judgements: [IncapacityJudgement] = [],
            deciders: [Decider] = []
        ) {
            self.authorities = authorities
            self.representations = representations
            self.judgements = judgements
            self.deciders = deciders
        }

        /// Whether `party` can decide in somebody else's place at `moment`.
        func isAble(_ party: Party, at moment: Moment) -> Bool {
            deciders.filter { .person($0.person.id) == party }.allSatisfy { $0.isAble(at: moment) }
        }
    }

    /// Somebody who decides in another's place.
    public struct Decider: Sendable {
        /// Who.
        public let person: Person
        /// Only judgements about him by professionals who were registered when they judged.
        public let judgements: [IncapacityJudgement]

        public init(person: Person, judgements: [IncapacityJudgement] = []) {
            self.person = person
            self.judgements = judgements
        }

        /// Whether he is an adult who oversees decisions himself at `moment`. The reglement is silent about a parent or representative who is not:
        /// the strictest reading lets him decide for nobody (PR-2.2).
        public func isAble(at moment: Moment) -> Bool {
            person.isAdult(at: moment) && !Signatories.isIncapacitated(person, at: moment, judgements: judgements)
        }
    }

    /// Who must sign for `person` at `moment`. Records about others are ignored.
    public static func required(_ person: Person, at moment: Moment, knowing known: Knowledge) -> SignatureRequirement {
        let age = person.age(at: moment)
        if isIncapacitated(person, at: moment, judgements: known.judgements) { return incapacitated(person, age, moment, known) }
        // PR-12.3
        if age >= 16 {
            return SignatureRequirement(
                subject: person.id, rule: .from16, signers: [RequiredSigner(.person(person.id), .ownBehalf)], gap: nil,
                articles: [.pr(12, 3)])
        }
        let custody = custody(of: person, at: moment, knowing: known)
        // PR-12.1 and 12.2: below twelve the holders alone, from twelve the youth beside them.
        let own: SortedSet<RequiredSigner> = age >= 12 ? [RequiredSigner(.person(person.id), .ownBehalf)] : []
        let article: Article = age >= 12 ? .pr(12, 2) : .pr(12, 1)
        let signers = own.union(custody.holders.filter { known.isAble($0.party, at: moment) })
        if let gap = custody.gap {
            return SignatureRequirement(
                subject: person.id, rule: .unknownAuthority, signers: signers, gap: gap, articles: [.pr(2, 2), article])
        }
        let rule: SignatoryRule = custody.isGuardian ? .guardian : age >= 12 ? .youth12to15 : .under12
        return SignatureRequirement(subject: person.id, rule: rule, signers: signers, gap: nil, articles: [article])
    }

    /// Whether a judgement stands for `person`, twelve or older both now and when judged (PR-12.4).
    public static func isIncapacitated(_ person: Person, at moment: Moment, judgements: [IncapacityJudgement]) -> Bool {
        guard person.age(at: moment) >= 12 else { return false }
        return judgements.contains {
            $0.person == person.id && $0.isStanding(at: moment) && person.age(at: $0.judgedAt) >= 12
        }
    }

    /// Who holds authority over `child` at `moment`. The caller knows that the child is a minor.
    ///
    /// A guardian replaces the parents where the court said so (model section 4): proven guardianship counts alone, whatever is still recorded
    /// about parents. A record that proves nothing leaves a gap, for the strictest reading applies in doubt (PR-2.2).
    public static func custody(of child: Person, at moment: Moment, knowing known: Knowledge) -> Custody {
        let held = known.authorities.filter { $0.child == child.id && $0.isHeld(at: moment) }
        let guardians = held.filter { $0.kind == .guardian || $0.kind == .guardianBody }
        let relevant = guardians.isEmpty ? held : guardians
        let proven = relevant.filter(\.isProven)
        let holders = SortedSet(proven.map { RequiredSigner($0.holder, $0.capacity) })
        let unable: AuthorityGap? = holders.contains { !known.isAble($0.party, at: moment) } ? .unable : nil
        return Custody(
            holders: holders, isGuardian: !guardians.isEmpty, gap: gap(relevant, proven, guardians: !guardians.isEmpty) ?? unable)
    }

    private static func gap(_ relevant: [Authority], _ proven: [Authority], guardians: Bool) -> AuthorityGap? {
        if relevant.isEmpty { return .noneRecorded }
        if proven.count < relevant.count { return .unproven }
        if guardians { return nil }
        let holders = Set(proven.map(\.holder))
        if proven.contains(where: { $0.kind == .sole }) {
            return proven.contains { $0.kind == .joint } || holders.count > 1 ? .contradictory : nil
        }
        return holders.count < 2 ? .secondHolderUnknown : nil
    }

    /// PR-12.4: the legal representative decides in the person's place.
    private static func incapacitated(_ person: Person, _ age: Int, _ moment: Moment, _ known: Knowledge) -> SignatureRequirement {
        var signers: SortedSet<RequiredSigner> = []
        var gap: AuthorityGap?
        if age < 18 {
            let custody = custody(of: person, at: moment, knowing: known)
            (signers, gap) = (custody.holders, custody.gap)
        } else {
            // The strongest kind that is held decides, all of it; a weaker one never beside a stronger one.
            let held = known.representations.filter { $0.person == person.id && $0.isHeld(at: moment) }
            let ranks = RepresentationKind.allCases.map { kind in held.filter { $0.kind == kind } }
            let strongest = ranks.first { !$0.isEmpty } ?? []
            signers = SortedSet(strongest.filter(\.isProven).map { RequiredSigner($0.representative, $0.capacity) })
            if strongest.isEmpty { gap = .noRepresentative } else if !strongest.allSatisfy(\.isProven) { gap = .unproven }
            if gap == nil, !signers.allSatisfy({ known.isAble($0.party, at: moment) }) { gap = .unable }
        }
        signers = SortedSet(signers.filter { known.isAble($0.party, at: moment) })
        return SignatureRequirement(
            subject: person.id, rule: gap == nil ? .incapacitated : .unknownAuthority, signers: signers, gap: gap,
            articles: gap == nil ? [.pr(12, 4)] : [.pr(2, 2), .pr(12, 4)])
    }
}
