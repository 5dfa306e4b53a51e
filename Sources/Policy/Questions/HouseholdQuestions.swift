public import Household

/// Opens a file for a household (PR-5.1).
public struct CreateHousehold: Question {
    public static let action = ActionName.createHousehold
    /// The municipality that the household lives in.
    public let municipality: OrganisationID

    public init(municipality: OrganisationID) { self.municipality = municipality }

    public var about: Subject { Subject(.vault, organisation: municipality) }
}

/// Lists the households that the asker may know of. Which those are is decided for each (``PolicyEngine/mayKnow(_:on:)``).
public struct ListHouseholds: Question {
    public static let action = ActionName.listHouseholds

    public init() {}

    public var about: Subject { Subject(.vault) }
}

/// Reads the card: names of persons, the director, the organisations involved (PR-5.1, L1).
public struct ReadCard: Question {
    public static let action = ActionName.readCard
    public let household: HouseholdID

    public init(household: HouseholdID) { self.household = household }

    public var about: Subject { Subject(.household, household: household) }
}

/// Looks whether a resident is known (PR-7.5).
public struct SearchPerson: Question {
    public static let action = ActionName.searchPerson
    public let token: BlindIndexToken

    public init(token: BlindIndexToken) { self.token = token }

    public var about: Subject { Subject(.vault, searchTerm: token) }
}

/// Says of oneself that one is family, neighbour, friend, former partner or colleague of somebody in the household (PR-7.4).
public struct DeclareConflict: Question {
    public static let action = ActionName.declareConflict
    public let household: HouseholdID
    public let kind: ConflictKind

    public init(household: HouseholdID, kind: ConflictKind) {
        self.household = household
        self.kind = kind
    }

    public var about: Subject { Subject(.household, household: household) }
}
