public import Policy

// Which questions change something and which let something out. A question that stands in neither list cannot be carried out.

extension CreateHousehold: Change {}
extension AddPerson: Change {}
extension RecordAuthority: Change {}
extension RecordRepresentation: Change {}
extension RecordIncapacity: Change {}
extension DeclareConflict: Change {}
extension AppointDirector: Change {}
extension GrantInvolvement: Change {}
extension EndInvolvement: Change {}
extension RegisterConsent: Change {}
extension SignConsent: Change {}
extension WithdrawConsent: Change {}
extension RefuseConsent: Change {}
extension AddItem: Change {}
extension DraftPlan: Change {}
extension PresentPlan: Change {}
extension SignPlan: Change {}
extension ActivatePlan: Change {}
extension ChangePlanAction: Change {}
extension RecordProgress: Change {}
extension AddOrganisation: Change {}
extension AddWorker: Change {}
extension AssignRole: Change {}
extension EnrolKey: Change {}
extension UnlockWorker: Change {}
extension EndWorker: Change {}

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
