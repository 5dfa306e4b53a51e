/// `POST /v1/households/{h}/plans`: a draft version of the one plan.
public struct DraftPlan: Codable, Equatable, Sendable {
    public var goals: [DraftGoal]
    public var actions: [DraftAction]
    /// `YYYY-MM-DD` (PR-8.5).
    public var reviewDueOn: String?

    public init(goals: [DraftGoal], actions: [DraftAction], reviewDueOn: String? = nil) {
        self.goals = goals
        self.actions = actions
        self.reviewDueOn = reviewDueOn
    }
}

/// A goal as it is drafted.
public struct DraftGoal: Codable, Equatable, Sendable {
    /// The caller's own label, to which actions refer: `[a-z0-9-]{1,32}`, unique in the draft.
    public var label: String
    public var domain: String
    /// A person, or `household`.
    public var subject: String
    /// What is wanted, in words.
    public var result: String
    /// `YYYY-MM-DD`.
    public var due: String
    /// `household`, or `ownerAndTeam` to hide it from housemates (PR-8.6); absent: `household`.
    public var audience: String?

    public init(label: String, domain: String, subject: String, result: String, due: String, audience: String? = nil) {
        self.label = label
        self.domain = domain
        self.subject = subject
        self.result = result
        self.due = due
        self.audience = audience
    }
}

/// Who carries out an action or signs a plan.
public struct PlanParty: Codable, Equatable, Sendable {
    /// `person`, `organisation`, `network` (carries out only) or `director` (signs only).
    public var kind: String
    /// The person or organisation; absent for `network` and `director`.
    public var id: String?

    public init(kind: String, id: String? = nil) {
        self.kind = kind
        self.id = id
    }
}

/// An action as it is drafted.
public struct DraftAction: Codable, Equatable, Sendable {
    /// The caller's own label; unique among the actions of the draft.
    public var label: String
    /// Label of the goal it serves.
    public var goal: String
    public var actor: PlanParty
    /// For an organisation: its worker who does it.
    public var worker: String?
    /// What is done, in words.
    public var text: String
    /// `YYYY-MM-DD`.
    public var due: String

    public init(label: String, goal: String, actor: PlanParty, worker: String? = nil, text: String, due: String) {
        self.label = label
        self.goal = goal
        self.actor = actor
        self.worker = worker
        self.text = text
        self.due = due
    }
}

/// `PATCH /v1/plans/{n}/actions/{a}`; what is absent stays as it is.
public struct ChangePlanAction: Codable, Equatable, Sendable {
    public var text: String?
    public var due: String?
    public var done: Bool?

    public init(text: String? = nil, due: String? = nil, done: Bool? = nil) {
        self.text = text
        self.due = due
        self.done = done
    }
}

/// `POST /v1/plans/{n}/signatures`. Activation is decided after each, in the same request; the answer's `state` says how that went.
public struct SignPlan: Codable, Equatable, Sendable {
    /// Absent: the resident or guardian body in `Kluis-For`.
    public var signer: PlanParty?
    /// `written` or `digital`.
    public var method: String?

    public init(signer: PlanParty? = nil, method: String? = nil) {
        self.signer = signer
        self.method = method
    }
}

/// One version in `GET /v1/households/{h}/plans`.
public struct PlanBrief: Codable, Equatable, Sendable {
    public var id: String
    /// Counted from 1 within the household.
    public var number: Int
    /// `draft`, `presented`, `inForce`, `superseded`, `withdrawn` or `lapsed`.
    public var state: String
    public var presentedOn: String?
    public var inForceOn: String?

    public init(id: String, number: Int, state: String, presentedOn: String? = nil, inForceOn: String? = nil) {
        self.id = id
        self.number = number
        self.state = state
        self.presentedOn = presentedOn
        self.inForceOn = inForceOn
    }
}

/// A goal of a plan as it is read.
public struct PlanGoal: Codable, Equatable, Sendable {
    public var id: String
    public var label: String?
    public var domain: String
    public var subject: String
    public var result: String
    public var due: String
    public var outcome: String?

    public init(
        id: String, label: String? = nil, domain: String, subject: String, result: String, due: String, outcome: String? = nil
    ) {
        self.id = id
        self.label = label
        self.domain = domain
        self.subject = subject
        self.result = result
        self.due = due
        self.outcome = outcome
    }
}

/// An action of a plan as it is read.
public struct PlanAction: Codable, Equatable, Sendable {
    public var id: String
    public var label: String?
    /// The goal's identifier.
    public var goal: String
    public var actor: PlanParty
    public var text: String
    public var due: String
    public var done: Bool

    public init(id: String, label: String? = nil, goal: String, actor: PlanParty, text: String, due: String, done: Bool) {
        self.id = id
        self.label = label
        self.goal = goal
        self.actor = actor
        self.text = text
        self.due = due
        self.done = done
    }
}

/// One signature under a plan.
public struct PlanSignature: Codable, Equatable, Sendable {
    public var signer: PlanParty
    /// In which capacity a resident or representative signed; none for a worker.
    public var capacity: String?
    /// RFC 3339.
    public var at: String
    public var method: String?

    public init(signer: PlanParty, capacity: String? = nil, at: String, method: String? = nil) {
        self.signer = signer
        self.capacity = capacity
        self.at = at
        self.method = method
    }
}

/// `GET /v1/plans/{n}`.
public struct PlanAnswer: Codable, Equatable, Sendable {
    public var id: String
    public var household: String
    public var number: Int
    public var state: String
    public var goals: [PlanGoal]
    public var actions: [PlanAction]
    public var signatures: [PlanSignature]
    public var missing: [MissingSignature]
    /// Names for the persons, organisations and workers in it.
    public var names: Names?
    public var reviewDueOn: String?
    public var presentedOn: String?
    public var inForceOn: String?
    /// Digest of what is signed, hexadecimal.
    public var digest: String?
    public var version: UInt64?
    public var articles: [String]?
    public var receipt: UInt64?

    public init(
        id: String, household: String, number: Int, state: String, goals: [PlanGoal], actions: [PlanAction],
        signatures: [PlanSignature], missing: [MissingSignature], names: Names? = nil, reviewDueOn: String? = nil,
        presentedOn: String? = nil,
        inForceOn: String? = nil, digest: String? = nil, version: UInt64? = nil, articles: [String]? = nil, receipt: UInt64? = nil
    ) {
        self.id = id
        self.household = household
        self.number = number
        self.state = state
        self.goals = goals
        self.actions = actions
        self.signatures = signatures
        self.missing = missing
        self.names = names
        self.reviewDueOn = reviewDueOn
        self.presentedOn = presentedOn
        self.inForceOn = inForceOn
        self.digest = digest
        self.version = version
        self.articles = articles
        self.receipt = receipt
    }
}
