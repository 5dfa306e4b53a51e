public import Household

/// An item as it is offered, before it exists.
public struct ItemDraft: Hashable, Sendable {
    /// One resident, or the household as a whole (PR-5.3).
    public let subject: Household.Subject
    public let layer: Layer
    /// The life domain; nil stands for "all", which is refused (PR-3.4).
    public let domain: LifeDomain?
    public let kind: ItemKind
    public let basis: LegalBasis
    /// The provision of law that allows data about health or criminal law (PR-10.5).
    public let provision: Label?
    public let retentionClass: RetentionClass
    /// Whether the one sentence was written that a score needs (PR-3.4).
    public let scoreReasonGiven: Bool
    public let sizeBucket: SizeBucket

    public init(
        subject: Household.Subject, layer: Layer, domain: LifeDomain?, kind: ItemKind, basis: LegalBasis, provision: Label?,
        retentionClass: RetentionClass, scoreReasonGiven: Bool, sizeBucket: SizeBucket
    ) {
        self.subject = subject
        self.layer = layer
        self.domain = domain
        self.kind = kind
        self.basis = basis
        self.provision = provision
        self.retentionClass = retentionClass
        self.scoreReasonGiven = scoreReasonGiven
        self.sizeBucket = sizeBucket
    }
}

/// Adds an item on the asker's own name and organisation, in the hat of the session (PR-5.3, 18.2).
public struct AddItem: Question {
    public static let action = ActionName.addItem
    public let household: HouseholdID
    public let draft: ItemDraft

    public init(household: HouseholdID, draft: ItemDraft) {
        self.household = household
        self.draft = draft
    }

    public var about: Subject { Subject(.household, household: household, person: draft.subject.person) }
}

/// Reads the content of an item (PR-18.2, 18.3).
public struct ReadItem: Question {
    public static let action = ActionName.readItem
    public let household: HouseholdID
    public let item: ItemID

    public init(household: HouseholdID, item: ItemID) {
        self.household = household
        self.item = item
    }

    public var about: Subject { Subject(.item, household: household, item: item) }
}

/// Lists which organisations have items: that, not what (PR-6.4). Which items appear is decided for each (``PolicyEngine/mayKnow(_:on:)``).
public struct ListItems: Question {
    public static let action = ActionName.listItems
    public let household: HouseholdID

    public init(household: HouseholdID) { self.household = household }

    public var about: Subject { Subject(.household, household: household) }
}
