public import Household

/// Writes a new version of the plan, in state *draft* (PR-8.1, 8.4).
public struct DraftPlan: Question {
    public static let action = ActionName.draftPlan
    public let household: HouseholdID
    public let goals: [Goal]
    public let actions: [PlanAction]
    /// Day of the next review; nil when the draft does not say (PR-8.5).
    public let reviewDueOn: CalendarDay?

    public init(household: HouseholdID, goals: [Goal], actions: [PlanAction], reviewDueOn: CalendarDay?) {
        self.household = household
        self.goals = goals
        self.actions = actions
        self.reviewDueOn = reviewDueOn
    }

    public var about: Subject { Subject(.household, household: household) }
}

/// Puts a draft before the household and the partners (PR-8.1).
public struct PresentPlan: Question {
    public static let action = ActionName.presentPlan
    public let plan: PlanID

    public init(plan: PlanID) { self.plan = plan }

    public var about: Subject { Subject(.plan, plan: plan) }
}

/// In which place under the plan a signature stands (PR-8.2).
public enum PlanSignatory: Hashable, Sendable {
    /// The asker, as director.
    case director
    /// The asker, for the own organisation.
    case organisation
    /// A resident, or a resident's representative: a person, or the guardian body. The asker records the signature.
    case party(Party)
}

/// Signs a presented plan (PR-8.2).
public struct SignPlan: Question {
    public static let action = ActionName.signPlan
    public let plan: PlanID
    public let signer: PlanSignatory
    public let method: SigningMethod

    public init(plan: PlanID, signer: PlanSignatory, method: SigningMethod = .written) {
        self.plan = plan
        self.signer = signer
        self.method = method
    }

    public var about: Subject {
        let person: PersonID? = if case .party(let party) = signer { party.person } else { nil }
        return Subject(.plan, plan: plan, person: person)
    }
}

/// Puts a presented plan in force. Asked by the plan engine after each signature (PR-8.2).
public struct ActivatePlan: Question {
    public static let action = ActionName.activatePlan
    public let plan: PlanID

    public init(plan: PlanID) { self.plan = plan }

    public var about: Subject { Subject(.plan, plan: plan) }
}

/// Changes what one action of a plan version says: its words or its term (PR-8.4, 8.6).
public struct ChangePlanAction: Question {
    public static let action = ActionName.changePlanAction
    public let plan: PlanID
    public let planAction: PlanActionID

    public init(plan: PlanID, planAction: PlanActionID) {
        self.plan = plan
        self.planAction = planAction
    }

    public var about: Subject { Subject(.plan, plan: plan) }
}

/// Notes whether one action of the plan in force is done. What was signed does not change by it (PR-8.4, 8.6).
public struct RecordProgress: Question {
    public static let action = ActionName.recordProgress
    public let plan: PlanID
    public let planAction: PlanActionID
    /// The day on which it was done; nil when it is not done after all.
    public let doneOn: CalendarDay?

    public init(plan: PlanID, planAction: PlanActionID, doneOn: CalendarDay?) {
        self.plan = plan
        self.planAction = planAction
        self.doneOn = doneOn
    }

    public var about: Subject { Subject(.plan, plan: plan) }
}

/// Reads a version of the plan (PR-8.6).
public struct ReadPlan: Question {
    public static let action = ActionName.readPlan
    public let plan: PlanID

    public init(plan: PlanID) { self.plan = plan }

    public var about: Subject { Subject(.plan, plan: plan) }
}
