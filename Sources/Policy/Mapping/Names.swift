import Cedar
import Household

/// Entity types of `kluis.cedarschema`.
enum EntityTypes {
    static let worker = EntityTypeName("Worker")
    static let system = EntityTypeName("System")
    static let organisation = EntityTypeName("Organisation")
    static let role = EntityTypeName("Role")
    static let person = EntityTypeName("Person")
    static let household = EntityTypeName("Household")
    static let item = EntityTypeName("Item")
    static let consent = EntityTypeName("Consent")
    static let plan = EntityTypeName("Plan")
    static let vault = EntityTypeName("Vault")
    static let ledger = EntityTypeName("Ledger")
    static let action = EntityTypeName("Action")
}

extension EntityUID {
    init(_ type: EntityTypeName, _ id: some CustomStringConvertible) { self.init(type: type, id: Text(id.description)) }

    static func worker(_ id: WorkerID) -> EntityUID { EntityUID(EntityTypes.worker, id) }
    static func organisation(_ id: OrganisationID) -> EntityUID { EntityUID(EntityTypes.organisation, id) }
    static func person(_ id: PersonID) -> EntityUID { EntityUID(EntityTypes.person, id) }
    static func household(_ id: HouseholdID) -> EntityUID { EntityUID(EntityTypes.household, id) }
    static func item(_ id: ItemID) -> EntityUID { EntityUID(EntityTypes.item, id) }
    static func consent(_ id: ConsentID) -> EntityUID { EntityUID(EntityTypes.consent, id) }
    static func plan(_ id: PlanID) -> EntityUID { EntityUID(EntityTypes.plan, id) }
    static func role(_ role: Role) -> EntityUID { EntityUID(EntityTypes.role, role.rawValue) }
    static func action(_ name: ActionName) -> EntityUID { EntityUID(EntityTypes.action, name.rawValue) }
    /// The action that decides whether the asker may know that the thing exists.
    static let know = EntityUID(EntityTypes.action, "know")
    /// The entity of a type that stands for what is not there; no identifier is empty.
    static func absent(_ type: EntityTypeName) -> EntityUID { EntityUID(type: type, id: "") }
    static let vault = EntityUID(EntityTypes.vault, "vault")
    static let ledger = EntityUID(EntityTypes.ledger, "ledger")
}

/// One closed list as Cedar values, made once: every question names some of them.
private struct Terms<Term: VocabularyTerm>: Sendable {
    private let type: EntityTypeName
    private let values: [Term: Value]

    init(_ type: EntityTypeName) {
        self.type = type
        values = Dictionary(uniqueKeysWithValues: Term.allCases.map { ($0, .term($0, type)) })
    }

    func callAsFunction(_ term: Term) -> Value { values[term] ?? .term(term, type) }
}

extension Terms<Purpose> { fileprivate static let purposes = Terms("Purpose") }
extension Terms<Hat> { fileprivate static let hats = Terms("Hat") }
extension Terms<LifeDomain> { fileprivate static let domains = Terms("Domain") }
extension Terms<LegalBasis> { fileprivate static let bases = Terms("LegalBasis") }
extension Terms<Layer> { fileprivate static let layers = Terms("Layer") }
extension Terms<ItemKind> { fileprivate static let kinds = Terms("ItemKind") }
extension Terms<Role> { fileprivate static let roles = Terms(EntityTypes.role) }

extension Value {
    static func entity(of type: EntityTypeName, _ id: some CustomStringConvertible) -> Value { .entity(EntityUID(type, id)) }

    /// A member of one of the closed lists; the schema's type has the name given.
    static func term(_ term: some VocabularyTerm, _ type: EntityTypeName) -> Value { .entity(EntityUID(type, term.rawValue)) }

    static func purpose(_ term: Purpose) -> Value { Terms<Purpose>.purposes(term) }
    static func hat(_ term: Hat) -> Value { Terms<Hat>.hats(term) }
    static func domain(_ term: LifeDomain) -> Value { Terms<LifeDomain>.domains(term) }
    static func basis(_ term: LegalBasis) -> Value { Terms<LegalBasis>.bases(term) }
    static func layer(_ term: Layer) -> Value { Terms<Layer>.layers(term) }
    static func kind(_ term: ItemKind) -> Value { Terms<ItemKind>.kinds(term) }
    static func role(_ term: Role) -> Value { Terms<Role>.roles(term) }
    static func person(_ id: PersonID) -> Value { .entity(.person(id)) }
    static func worker(_ id: WorkerID) -> Value { .entity(.worker(id)) }
    static func organisation(_ id: OrganisationID) -> Value { .entity(.organisation(id)) }

    static func domains(_ terms: some Sequence<LifeDomain>) -> Value { .set(ValueSet(terms.map { .domain($0) })) }
    static func persons(_ ids: some Sequence<PersonID>) -> Value { .set(ValueSet(ids.map { .person($0) })) }
    static func organisations(_ ids: some Sequence<OrganisationID>) -> Value { .set(ValueSet(ids.map { .organisation($0) })) }
    static func workers(_ ids: some Sequence<WorkerID>) -> Value { .set(ValueSet(ids.map { .worker($0) })) }

    static func moment(_ moment: Moment) -> Value { .datetime(CedarDateTime(milliseconds: moment.millisecondsSince1970)) }
    /// The first moment of a day.
    static func day(_ day: CalendarDay) -> Value { .moment(day.start) }
}
