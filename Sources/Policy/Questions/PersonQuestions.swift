public import Household

/// Writes a resident on the card (PR-5.1, L1).
public struct AddPerson: Question {
    public static let action = ActionName.addPerson
    public let household: HouseholdID
    public let person: Person

    public init(household: HouseholdID, person: Person) {
        self.household = household
        self.person = person
    }

    public var about: Subject { Subject(.household, household: household) }
}

/// Records who has authority over a child (PR-5.1, L1).
public struct RecordAuthority: Question {
    public static let action = ActionName.recordAuthority
    public let household: HouseholdID
    public let record: Authority

    public init(household: HouseholdID, record: Authority) {
        self.household = household
        self.record = record
    }

    public var about: Subject { Subject(.household, household: household, person: record.child) }
}

/// Records who represents a person (PR-12.4).
public struct RecordRepresentation: Question {
    public static let action = ActionName.recordRepresentation
    public let household: HouseholdID
    public let record: Representation

    public init(household: HouseholdID, record: Representation) {
        self.household = household
        self.record = record
    }

    public var about: Subject { Subject(.household, household: household, person: record.person) }
}

/// Records the judgement that a person of twelve or older cannot oversee a decision (PR-12.4).
public struct RecordIncapacity: Question {
    public static let action = ActionName.recordIncapacity
    public let household: HouseholdID
    public let record: IncapacityJudgement
    /// Whether a reason was written down; the reason itself stands in the words.
    public let reasonGiven: Bool

    public init(household: HouseholdID, record: IncapacityJudgement, reasonGiven: Bool) {
        self.household = household
        self.record = record
        self.reasonGiven = reasonGiven
    }

    public var about: Subject { Subject(.household, household: household, person: record.person) }
}
