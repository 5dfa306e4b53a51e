public import Household

/// What is asked. Its stored properties are the parsed input: decided on, and then carried out.
public protocol Question: Sendable {
    /// The `Action` entity that the policies know it by.
    static var action: ActionName { get }

    /// What it is about: which facts deciding needs, and which entity is the resource.
    var about: Subject { get }

    /// An item that the answer tells of although it is not what is decided on: the line in the log names it.
    var mentioned: ItemID? { get }

    /// The attributes of the context that belong to this action alone, out of the question and the facts.
    ///
    /// The attributes every action has (purpose, hat, moment, …) are added by ``PolicyEngine``.
    func context(in circumstances: Circumstances) -> CedarRecord
}

extension Question {
    public var mentioned: ItemID? { nil }
}

/// Which thing a question is about, and which facts deciding needs besides.
public struct Subject: Sendable {
    /// The kind of thing that is the resource of the decision.
    public enum Resource: String, Hashable, Sendable {
        /// The registry as a whole: workers, organisations, the list of households.
        case vault
        /// The log.
        case ledger
        case household, item, plan, consent
    }

    public let resource: Resource
    /// The household, where the asker named it. Facts for an item, plan or consent hold its household too.
    public let household: HouseholdID?
    public let item: ItemID?
    public let consent: ConsentID?
    public let plan: PlanID?
    /// A resident whose records matter (the subject of an item, the signer of a consent).
    public let person: PersonID?
    /// Workers other than the asker whose records matter.
    public let workers: [WorkerID]
    /// What it matters that those workers have to do with some household (PR-4.5, 4.7); nil where it does not.
    public let engagement: Engagement?
    /// Whether it matters that the asker directs some household (PR-4.5).
    public let needsDirection: Bool
    /// Whether it matters who else has an account, as what and with which keys (PR-4.5).
    public let needsAccounts: Bool
    public let organisation: OrganisationID?
    /// What was searched for, as a blind index knows it.
    public let searchTerm: BlindIndexToken?

    public init(
        _ resource: Resource, household: HouseholdID? = nil, item: ItemID? = nil, consent: ConsentID? = nil, plan: PlanID? = nil,
        person: PersonID? = nil, workers: [WorkerID] = [], engagement: Engagement? = nil,
        needsDirection: Bool = false, needsAccounts: Bool = false, organisation: OrganisationID? = nil, searchTerm: BlindIndexToken? = nil
    ) {
        self.resource = resource
        self.household = household
        self.item = item
        self.consent = consent
        self.plan = plan
        self.person = person
        self.workers = workers
        self.engagement = engagement
        self.needsDirection = needsDirection
        self.needsAccounts = needsAccounts
        self.organisation = organisation
        self.searchTerm = searchTerm
    }
}

/// What a worker has to do with a household, now or from a later day.
public enum Engagement: Hashable, Sendable {
    /// An involvement that is not over: what opens something.
    case involved
    /// That, or a directorship, which by itself opens nothing (PR-7.1).
    case involvedOrDirecting
}

/// A search term under the key of the blind index: equal terms give equal tokens, and a token gives no term back.
public struct BlindIndexToken: Hashable, Sendable {
    public let bytes: [UInt8]

    public init(bytes: [UInt8]) { self.bytes = bytes }
}
