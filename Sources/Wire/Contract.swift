// What each route takes and gives, in one table. The server refuses whatever else is sent to it, and the OpenAPI document is made from the
// same table: neither can say something that the other does not.

extension Route {
    /// What a body holds.
    public enum Content: Sendable {
        case nothing
        case message(any (Codable & Sendable).Type)
        /// A message that is described elsewhere.
        case document
        case bytes
    }

    /// A parameter in a path or a query.
    public struct Parameter: Sendable {
        public let name: String
        public let isRequired: Bool
        /// The most that a number may be, counted from 1; nil for a text.
        public let most: Int?
        /// What it is, in English.
        public let meaning: String

        init(_ name: String, _ meaning: String, isRequired: Bool = false, most: Int? = nil) {
            self.name = name
            self.isRequired = isRequired
            self.most = most
            self.meaning = meaning
        }
    }

    /// Most entries of a page, and how many there are without `limit`.
    public static let pageLimit = 500
    /// As ``pageLimit``, for lines of the log.
    public static let ledgerPageLimit = 1000

    /// Most elements of one list in a message that is sent: names in it are looked up before anybody decides.
    public static let listLimit = 50

    /// The parameters of the path, in order.
    public var pathParameters: [Parameter] {
        template.split(separator: "/").filter { $0.utf8.first == UInt8(ascii: "{") }.map { segment in
            let name = String(segment.dropFirst().dropLast())
            let meaning =
                switch name {
                case "h": "a household, by identifier"
                case "v": "an involvement, by identifier"
                case "c": "a consent, by identifier"
                case "i": "an item, by identifier"
                case "n": "a plan version, by identifier"
                case "a": "an action of a plan, by identifier"
                case "w": "a worker, by identifier or handle"
                default: name
                }
            return Parameter(name, meaning, isRequired: true)
        }
    }

    /// The parameters of the query. Where there are any, any other is refused, and any of them twice.
    public var queryParameters: [Parameter] {
        func pages(_ most: Int) -> [Parameter] {
            [
                Parameter("after", "the cursor of the page before (its `next`); absent for the first"),
                Parameter("limit", "most entries of this page", most: most),
            ]
        }
        let household = Parameter("household", "a household, by identifier", isRequired: true)
        return switch self {
        case .listHouseholds, .listPersons, .listInvolvements, .listConsents, .listItems, .listPlans, .listOrganisations, .listWorkers:
            pages(Self.pageLimit)
        case .ledgerEntries:
            pages(Self.ledgerPageLimit) + [
                Parameter("last", "so many of the newest, without `after` and `limit`", most: Self.ledgerPageLimit)
            ]
        case .ledgerFile: [Parameter("path", "`checkpoint`, or the path of a tile, as an export has it", isRequired: true)]
        case .accessWho: [household, Parameter("item", "an item, by identifier", isRequired: true)]
        case .accessWhat: [household]
        default: []
        }
    }

    /// Whether the reglement decides on it: then it takes `Kluis-Purpose` and `Kluis-Why`, and may be refused.
    public var isDecided: Bool { needsSession && self != .session && self != .signOut && self != .ledgerFile }

    /// Whether it can be a resident's act that the worker records, or a reading that shows no more than that resident may see: then it takes
    /// `Kluis-For`.
    public var takesResident: Bool {
        switch self {
        case .registerConsent, .refuseConsent, .signConsent, .withdrawConsent, .readPlan, .signPlan: true
        default: false
        }
    }

    /// Whether it reads items, or asks who may: then it takes `Kluis-Basis`. An item that is added says its own basis in its description.
    public var takesBasis: Bool {
        switch self {
        case .listItems, .readItem, .accessWho, .accessWhat: true
        default: false
        }
    }

    /// Whether it changes something that has a version: then it takes `If-Match`.
    public var comparesVersion: Bool {
        switch self {
        case .addPerson, .recordAuthority, .recordRepresentation, .recordIncapacity, .appointDirector, .grantInvolvement, .endInvolvement,
            .registerConsent, .refuseConsent, .signConsent, .withdrawConsent, .addItem, .draftPlan, .presentPlan, .signPlan,
            .changePlanAction:
            true
        default: false
        }
    }

    /// Whether it is decided on and changes something: then an `Idempotency-Key` makes it happen once.
    public var isChange: Bool {
        switch self {
        case .searchHouseholds, .ledgerCheckpoint, .ledgerVerification: false
        default: isDecided && method != .get
        }
    }

    /// What is sent.
    public var request: Content {
        switch self {
        case .challenge: .message(ChallengeRequest.self)
        case .signIn: .message(SignInRequest.self)
        case .createHousehold: .message(CreateHousehold.self)
        case .searchHouseholds: .message(SearchRequest.self)
        case .addPerson: .message(AddPerson.self)
        case .recordAuthority: .message(RecordAuthority.self)
        case .recordRepresentation: .message(RecordRepresentation.self)
        case .recordIncapacity: .message(RecordIncapacity.self)
        case .declareConflict: .message(DeclareConflict.self)
        case .appointDirector: .message(AppointDirector.self)
        case .grantInvolvement: .message(GrantInvolvement.self)
        case .registerConsent: .message(RegisterConsent.self)
        case .refuseConsent: .message(RegisterRefusal.self)
        case .signConsent: .message(ConsentSignature.self)
        case .withdrawConsent: .message(WithdrawConsent.self)
        case .addItem: .bytes
        case .draftPlan: .message(DraftPlan.self)
        case .signPlan: .message(SignPlan.self)
        case .changePlanAction: .message(ChangePlanAction.self)
        case .addOrganisation: .message(AddOrganisation.self)
        case .addWorker: .message(AddWorker.self)
        case .assignRole: .message(AssignRole.self)
        case .endRole: .message(EndRole.self)
        case .enrolKey: .message(EnrolKey.self)
        case .endWorker: .message(EndWorker.self)
        case .ledgerCosignature: .message(CosignatureMessage.self)
        case .rehearsalClock: .message(RehearsalClock.self)
        case .rehearsalFault: .message(RehearsalFault.self)
        case .status, .openAPI, .session, .signOut, .listHouseholds, .showHousehold, .listPersons, .listInvolvements, .endInvolvement,
            .listConsents, .listItems, .readItem, .listPlans, .readPlan, .presentPlan, .listOrganisations, .listWorkers, .unlockWorker,
            .ledgerEntries, .ledgerCheckpoint, .ledgerVerification, .ledgerFile, .accessWho, .accessWhat:
            .nothing
        }
    }

    /// What is answered when it succeeds; to a request that only asks whether it may, a ``DecisionAnswer``.
    public var answer: Content {
        switch self {
        case .status: .message(StatusAnswer.self)
        case .openAPI: .document
        case .challenge: .message(ChallengeAnswer.self)
        case .signIn, .session: .message(SessionAnswer.self)
        case .showHousehold: .message(HouseholdCard.self)
        case .searchHouseholds: .message(SearchAnswer.self)
        case .listHouseholds: .message(Page<HouseholdBrief>.self)
        case .listPersons: .message(Page<PersonBrief>.self)
        case .listInvolvements: .message(Page<InvolvementBrief>.self)
        case .listConsents: .message(Page<ConsentBrief>.self)
        case .listItems: .message(Page<ItemBrief>.self)
        case .readItem, .ledgerFile: .bytes
        case .listPlans: .message(Page<PlanBrief>.self)
        case .readPlan: .message(PlanAnswer.self)
        case .listOrganisations: .message(Page<OrganisationBrief>.self)
        case .listWorkers: .message(Page<WorkerBrief>.self)
        case .ledgerEntries: .message(LedgerPage.self)
        case .ledgerCheckpoint: .message(CheckpointAnswer.self)
        case .ledgerVerification: .message(VerificationAnswer.self)
        case .accessWho, .accessWhat: .message(Page<AccessRow>.self)
        case .rehearsalClock: .message(RehearsalClock.self)
        case .rehearsalFault: .message(RehearsalFault.self)
        case .signOut, .createHousehold, .addPerson, .recordAuthority, .recordRepresentation, .recordIncapacity, .declareConflict,
            .appointDirector, .grantInvolvement, .endInvolvement, .registerConsent, .refuseConsent, .signConsent, .withdrawConsent,
            .addItem, .draftPlan, .presentPlan, .signPlan, .changePlanAction, .addOrganisation, .addWorker, .assignRole, .endRole,
            .enrolKey, .unlockWorker, .endWorker, .ledgerCosignature:
            .message(ChangeAnswer.self)
        }
    }

    /// The statuses of a success, the usual one first.
    public var statuses: [Int] {
        switch self {
        case .signIn: [201]
        // Cosignatures that were known already are answered with 200.
        case .ledgerCosignature: [201, 200]
        case .createHousehold, .addPerson, .recordAuthority, .recordRepresentation, .recordIncapacity, .declareConflict, .appointDirector,
            .grantInvolvement, .registerConsent, .refuseConsent, .addItem, .draftPlan, .addOrganisation, .addWorker, .assignRole, .enrolKey:
            [201]
        default: [200]
        }
    }

    /// The statuses of the problem documents that it may answer with.
    public var problemStatuses: [Int] {
        var statuses: Set = [400, 500, 503]
        if needsSession { statuses.formUnion([401, 404]) }
        if isDecided { statuses.insert(403) }
        if isChange { statuses.insert(409) }
        if case .nothing = request {} else { statuses.insert(413) }
        if self == .signIn { statuses.formUnion([401, 429]) }
        if self == .searchHouseholds { statuses.insert(429) }
        if rehearsalOnly { statuses.insert(404) }
        return statuses.sorted()
    }
}
