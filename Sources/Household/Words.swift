/// A language in which people are spoken to.
public enum Language: String, CaseIterable, Sendable {
    case dutch = "nl"
    case english = "en"

    /// Its catalogue.
    public var words: any Words {
        switch self {
        case .dutch: DutchWords()
        case .english: EnglishWords()
        }
    }
}

/// A term that people see; it has words in every language.
public protocol SpokenTerm: VocabularyTerm {
    /// The word or clause for this term: no capital at the start, no full stop.
    func word(in words: any Words) -> String
}

extension SpokenTerm {
    public func word(in language: Language) -> String { word(in: language.words) }
}

/// The catalogue of one language. Every term has its word because every switch is exhaustive; a test checks that none is empty or given twice.
public protocol Words: Sendable {
    func word(for term: LifeDomain) -> String
    func word(for term: Layer) -> String
    func word(for term: Purpose) -> String
    func word(for term: Hat) -> String
    func word(for term: LegalBasis) -> String
    func word(for term: Role) -> String
    func word(for term: OrganisationKind) -> String
    func word(for term: Register) -> String
    func word(for term: ItemKind) -> String
    func word(for term: Relation) -> String
    func word(for term: AuthorityKind) -> String
    func word(for term: RepresentationKind) -> String
    func word(for term: Evidence) -> String
    func word(for term: SigningCapacity) -> String
    func word(for term: SigningMethod) -> String
    func word(for term: ConflictKind) -> String
    func word(for term: TriageOutcome) -> String
    func word(for term: GoalOutcome) -> String
    func word(for term: GoalAudience) -> String
    func word(for term: ExcuseGround) -> String
    func word(for term: RetentionClass) -> String
    func word(for term: RetentionTerm.Trigger) -> String
    func word(for term: HouseholdState) -> String
    func word(for term: PlanState) -> String
    func word(for term: ConsentState) -> String
    func word(for term: InvolvementState) -> String
    func word(for term: InvolvementEnd) -> String
    func word(for term: WorkerState) -> String
    func word(for term: WorkerKeyState) -> String
    func word(for term: DirectorshipState) -> String
    func word(for term: SignatoryRule) -> String
    func word(for term: AuthorityGap) -> String
    func word(for term: ConsentStanding) -> String
    func word(for term: ConsentLapse) -> String
    func word(for term: ConsentDefect) -> String
    func word(for term: InvolvementObjection) -> String
    func word(for term: DirectorshipObjection) -> String
    func word(for term: PlanGap) -> String
    func word(for term: PlanObjection) -> String
    func word(for term: ItemDefect) -> String
}

extension LifeDomain: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension Layer: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension Purpose: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension Hat: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension LegalBasis: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension Role: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension OrganisationKind: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension Register: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension ItemKind: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension Relation: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension AuthorityKind: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension RepresentationKind: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension Evidence: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension SigningCapacity: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension SigningMethod: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension ConflictKind: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension TriageOutcome: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension GoalOutcome: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension GoalAudience: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension ExcuseGround: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension RetentionClass: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension RetentionTerm.Trigger: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension HouseholdState: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension PlanState: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension ConsentState: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension InvolvementState: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension InvolvementEnd: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension WorkerState: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension WorkerKeyState: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension DirectorshipState: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension SignatoryRule: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension AuthorityGap: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension ConsentStanding: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension ConsentLapse: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension ConsentDefect: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension InvolvementObjection: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension DirectorshipObjection: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension PlanGap: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension PlanObjection: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
extension ItemDefect: SpokenTerm { public func word(in words: any Words) -> String { words.word(for: self) } }
