/// A goal of a plan version (PR-8.5).
public struct Goal: CanonicalRecord {
    /// Its identifier within the plan.
    public var id: GoalID
    /// Its one life domain.
    public var domain: LifeDomain
    /// A resident, or the household.
    public var subject: Subject
    /// By when.
    public var due: CalendarDay
    /// Who of the household may read it (PR-8.6).
    public var audience: GoalAudience
    /// Progress, not content: set at a review, outside the signed content.
    public var outcome: GoalOutcome?

    public init(
        id: GoalID, domain: LifeDomain, subject: Subject, due: CalendarDay, audience: GoalAudience = .household,
        outcome: GoalOutcome? = nil
    ) {
        self.id = id
        self.domain = domain
        self.subject = subject
        self.due = due
        self.audience = audience
        self.outcome = outcome
    }
}

/// The words of a goal.
public struct GoalWords: CanonicalRecord {
    /// The goal concerned.
    public var id: GoalID
    /// What shall be reached.
    public var wantedResult: String

    public init(id: GoalID, wantedResult: String) {
        self.id = id
        self.wantedResult = wantedResult
    }
}

/// An action under a goal: who does what, by when.
public struct PlanAction: CanonicalRecord {
    /// Its identifier within the plan.
    public var id: PlanActionID
    /// The goal it serves.
    public var goal: GoalID
    /// Who does it.
    public var actor: Actor
    /// The worker who does it for the organisation; nil for any of its workers.
    public var worker: WorkerID?
    /// By when.
    public var due: CalendarDay
    /// Progress, not content: outside the signed content.
    public var doneOn: CalendarDay?

    public init(id: PlanActionID, goal: GoalID, actor: Actor, worker: WorkerID? = nil, due: CalendarDay, doneOn: CalendarDay? = nil) {
        self.id = id
        self.goal = goal
        self.actor = actor
        self.worker = worker
        self.due = due
        self.doneOn = doneOn
    }
}

/// The words of an action.
public struct PlanActionWords: CanonicalRecord {
    /// The action concerned.
    public var id: PlanActionID
    /// What is done.
    public var description: String

    public init(id: PlanActionID, description: String) {
        self.id = id
        self.description = description
    }
}

/// A signature under a plan version (PR-8.2).
public struct PlanSignature: CanonicalRecord {
    /// Who signed, and as what.
    public var signer: PlanSigner
    /// When.
    public var at: Moment
    /// How.
    public var method: SigningMethod
    /// Hash of the content that was signed.
    public var contentHash: Bytes32
    /// The worker who signed, or who recorded a resident's signature.
    public var notedBy: WorkerID

    public init(signer: PlanSigner, at: Moment, method: SigningMethod, contentHash: Bytes32, notedBy: WorkerID) {
        self.signer = signer
        self.at = at
        self.method = method
        self.contentHash = contentHash
        self.notedBy = notedBy
    }
}

/// A resident who will not sign (PR-8.3).
public struct PlanRefusal: CanonicalRecord {
    /// The resident concerned.
    public var person: PersonID
    /// When.
    public var at: Moment
    /// Whether the resident's view is attached.
    public var viewAttached: Bool
    /// The worker who recorded it.
    public var notedBy: WorkerID

    public init(person: PersonID, at: Moment, viewAttached: Bool, notedBy: WorkerID) {
        self.person = person
        self.at = at
        self.viewAttached = viewAttached
        self.notedBy = notedBy
    }
}

/// One version of the household's plan (PR-8.1).
public struct PlanVersion: FactRecord {
    /// Its identifier; facts and words of one thing share it.
    public var id: PlanID
    /// The household file it belongs to.
    public var household: HouseholdID
    /// From 1.
    public var number: Int
    /// Recorded state (PR-8.1).
    public var state: PlanState
    /// In the order of the plan.
    public var goals: [Goal]
    /// In the order of the plan.
    public var actions: [PlanAction]
    /// SHA-256 of ``PlanContent``; set when presented, constant from then on.
    public var contentHash: Bytes32?
    /// Day of presentation.
    public var presentedOn: CalendarDay?
    /// Day of taking force.
    public var inForceOn: CalendarDay?
    /// Day of the next review (PR-8.5).
    public var reviewDueOn: CalendarDay?
    /// In the order of signing.
    public var signatures: [PlanSignature]
    /// Residents who would not sign (PR-8.3); one each.
    public var refusals: [PlanRefusal]
    /// Actions that did not take force because the resident concerned would not sign (PR-8.3).
    public var excludedActions: SortedSet<PlanActionID>

    public init(
        id: PlanID, household: HouseholdID, number: Int, state: PlanState, goals: [Goal], actions: [PlanAction],
        contentHash: Bytes32? = nil, presentedOn: CalendarDay? = nil, inForceOn: CalendarDay? = nil, reviewDueOn: CalendarDay? = nil,
        signatures: [PlanSignature] = [], refusals: [PlanRefusal] = [], excludedActions: SortedSet<PlanActionID> = []
    ) {
        self.id = id
        self.household = household
        self.number = number
        self.state = state
        self.goals = goals
        self.actions = actions
        self.contentHash = contentHash
        self.presentedOn = presentedOn
        self.inForceOn = inForceOn
        self.reviewDueOn = reviewDueOn
        self.signatures = signatures
        self.refusals = refusals
        self.excludedActions = excludedActions
    }
}

/// The words of a plan version.
public struct PlanWords: WordsRecord {
    /// Its identifier; facts and words of one thing share it.
    public var id: PlanID
    /// In the order of the plan.
    public var goals: [GoalWords]
    /// In the order of the plan.
    public var actions: [PlanActionWords]
    /// Views of residents who would not sign (PR-8.3).
    public var views: [PlanViewWords]

    public init(id: PlanID, goals: [GoalWords] = [], actions: [PlanActionWords] = [], views: [PlanViewWords] = []) {
        self.id = id
        self.goals = goals
        self.actions = actions
        self.views = views
    }
}

/// The view of a resident who would not sign.
public struct PlanViewWords: CanonicalRecord {
    /// The resident concerned.
    public var person: PersonID
    /// The view.
    public var text: String

    public init(person: PersonID, text: String) {
        self.person = person
        self.text = text
    }
}

/// Who signed a plan version, and as what.
public enum PlanSigner: Hashable, Sendable, Codable {
    /// A worker of the team: as director where that is what the worker is, and for the parent organisation.
    case worker(WorkerID)
    /// A resident or representative, in this capacity.
    case party(Party, SigningCapacity)

    /// In which capacity; nil for a worker.
    public var capacity: SigningCapacity? { if case .party(_, let capacity) = self { capacity } else { nil } }

    /// The resident or representative, where it is a person.
    public var person: PersonID? { if case .party(let party, _) = self { party.person } else { nil } }

    private enum Key: String, CodingKey { case worker, party, capacity }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        if let worker = try container.decodeIfPresent(WorkerID.self, forKey: .worker) {
            guard !container.contains(.party), !container.contains(.capacity) else {
                throw HouseholdError(.inconsistentRecord, about: "signer")
            }
            self = .worker(worker)
        } else {
            self = .party(try container.decode(Party.self, forKey: .party), try container.decode(SigningCapacity.self, forKey: .capacity))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .worker(let worker): try container.encode(worker, forKey: .worker)
        case .party(let party, let capacity):
            try container.encode(party, forKey: .party)
            try container.encode(capacity, forKey: .capacity)
        }
    }
}

/// The content of a plan version that is signed: goals, actions and their words, without outcomes and progress.
///
/// Its canonical JSON is what ``PlanVersion/contentHash`` is the SHA-256 of. Goals, actions and words are in the order of the version's own
/// lists, so that equal versions give equal bytes.
public struct PlanContent: CanonicalRecord {
    public let household: HouseholdID
    public let plan: PlanID
    public let number: Int
    public let goals: [Goal]
    public let actions: [PlanAction]
    public let goalWords: [GoalWords]
    public let actionWords: [PlanActionWords]

    /// Throws `brokenReference` when a goal or action has no words, and `duplicateIdentifier` when it has them twice.
    public init(_ version: PlanVersion, _ words: PlanWords) throws(HouseholdError) {
        household = version.household
        plan = version.id
        number = version.number
        goals = version.goals.map {
            var goal = $0; goal.outcome = nil; return goal
        }
        actions = version.actions.map {
            var action = $0; action.doneOn = nil; return action
        }
        goalWords = try Self.inOrder(version.goals.map(\.id), words.goals.map { ($0.id, $0) })
        actionWords = try Self.inOrder(version.actions.map(\.id), words.actions.map { ($0.id, $0) })
    }

    private static func inOrder<Key: Hashable & CustomStringConvertible, Value>(_ keys: [Key], _ pairs: [(Key, Value)])
        throws(HouseholdError) -> [Value]
    {
        var byKey: [Key: Value] = [:]
        for (key, value) in pairs {
            guard byKey.updateValue(value, forKey: key) == nil else { throw HouseholdError(.duplicateIdentifier, about: key.description) }
        }
        var result: [Value] = []
        for key in keys {
            guard let value = byKey[key] else { throw HouseholdError(.brokenReference, about: key.description) }
            result.append(value)
        }
        return result
    }
}
