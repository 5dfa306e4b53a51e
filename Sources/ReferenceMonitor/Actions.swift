public import Policy

// Which questions change something and which let something out. A question that stands in neither list cannot be carried out.

extension CreateHousehold: Change {}
extension AddPerson: Change {}
extension RecordAuthority: Change {}
extension RecordRepresentation: Change {}
extension RecordIncapacity: Change {}
extension AppointDirector: Change {}
extension GrantInvolvement: Change {}
extension RegisterConsent: Change {}
extension SignConsent: Change {}
extension AddItem: Change {}
extension DraftPlan: Change {}
extension PresentPlan: Change {}
extension SignPlan: Change {}
extension ChangePlanAction: Change {}
extension RecordProgress: Change {}
extension AddOrganisation: Change {}
extension AddWorker: Change {}
extension AssignRole: Change {}
extension EnrolKey: Change {}
extension UnlockWorker: Change {}

// A resident who withdraws or refuses, and whoever takes rights away, is not kept waiting for a witness.
extension WithdrawConsent: Change { public static var goesOnUnwitnessed: Bool { true } }
extension RefuseConsent: Change { public static var goesOnUnwitnessed: Bool { true } }
extension EndInvolvement: Change { public static var goesOnUnwitnessed: Bool { true } }
extension EndRole: Change { public static var goesOnUnwitnessed: Bool { true } }
extension EndWorker: Change { public static var goesOnUnwitnessed: Bool { true } }
extension DeclareConflict: Change { public static var goesOnUnwitnessed: Bool { true } }
// Its signatures were given and recorded before.
extension ActivatePlan: Change { public static var goesOnUnwitnessed: Bool { true } }
// The way out.
extension AddCosignature: Change { public static var goesOnUnwitnessed: Bool { true } }

extension ListHouseholds: Reading {}
extension ReadCard: Reading {}
extension SearchPerson: Reading {}
extension ListTeam: Reading {}
extension ListConsents: Reading {}
extension ReadItem: Reading {}
extension ListItems: Reading {}
extension ReadPlan: Reading {}
extension ListWorkers: Reading {}
extension ListOrganisations: Reading {}
extension ReadLog: Reading {}
extension VerifyLog: Reading {}
