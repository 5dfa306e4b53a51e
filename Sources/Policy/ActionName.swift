/// The actions the policies know; each is the identifier of an `Action` entity in `kluis.cedarschema`, letter for letter.
///
/// A closed set: an action that is not here cannot be asked, hence cannot be allowed.
public enum ActionName: String, CaseIterable, Hashable, Sendable, CustomStringConvertible {
    case createHousehold, listHouseholds, readCard, searchPerson, addPerson
    case recordAuthority, recordRepresentation, recordIncapacity, declareConflict
    case appointDirector, grantInvolvement, endInvolvement, listTeam
    case registerConsent, signConsent, withdrawConsent, refuseConsent, listConsents
    case addItem, readItem, listItems
    case draftPlan, presentPlan, signPlan, activatePlan, changePlanAction, recordProgress, readPlan
    case addOrganisation, addWorker, assignRole, endRole, enrolKey, unlockWorker, endWorker
    case listWorkers, listOrganisations
    case readLog, verifyLog, addCosignature

    public var description: String { rawValue }
}
