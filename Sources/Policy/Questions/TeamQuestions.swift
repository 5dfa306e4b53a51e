public import Household

/// How an appointment relates to what the residents would like (PR-6.2).
public enum DirectorPreference: Hashable, Sendable {
    /// The residents named nobody.
    case none
    /// The residents want this worker.
    case followed
    /// The residents want somebody else; whether the reason was written down.
    case deviated(reasonGiven: Bool)
}

/// Appoints the one director of a household (PR-4.2, 6.1).
public struct AppointDirector: Question {
    public static let action = ActionName.appointDirector
    public let household: HouseholdID
    public let worker: WorkerID
    public let preference: DirectorPreference

    public init(household: HouseholdID, worker: WorkerID, preference: DirectorPreference) {
        self.household = household
        self.worker = worker
        self.preference = preference
    }

    public var about: Subject { Subject(.household, household: household, workers: [worker]) }
}

/// Ties a worker to a household for a time, with a role and a purpose (PR-7.2, 7.3).
public struct GrantInvolvement: Question {
    public static let action = ActionName.grantInvolvement
    public let household: HouseholdID
    public let worker: WorkerID
    public let role: Role
    /// The residents concerned; nil for the whole household.
    public let persons: SortedSet<PersonID>?
    public let purpose: Purpose
    /// First day.
    public let from: CalendarDay
    /// Last day.
    public let until: CalendarDay

    public init(
        household: HouseholdID, worker: WorkerID, role: Role, persons: SortedSet<PersonID>?, purpose: Purpose, from: CalendarDay,
        until: CalendarDay
    ) {
        self.household = household
        self.worker = worker
        self.role = role
        self.persons = persons
        self.purpose = purpose
        self.from = from
        self.until = until
    }

    public var about: Subject { Subject(.household, household: household, workers: [worker]) }
}

/// Ends an involvement at once (PR-7.2, 7.3).
public struct EndInvolvement: Question {
    public static let action = ActionName.endInvolvement
    public let household: HouseholdID
    public let involvement: InvolvementID

    public init(household: HouseholdID, involvement: InvolvementID) {
        self.household = household
        self.involvement = involvement
    }

    public var about: Subject { Subject(.household, household: household) }
}

/// Lists who is involved: that, not what (PR-1.6).
public struct ListTeam: Question {
    public static let action = ActionName.listTeam
    public let household: HouseholdID
    /// Set where it is asked who of the team may read this item.
    public let mentioned: ItemID?

    public init(household: HouseholdID, readersOf item: ItemID? = nil) {
        self.household = household
        mentioned = item
    }

    public var about: Subject { Subject(.household, household: household) }
}
