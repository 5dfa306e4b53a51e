import Hummingbird
import Wire

extension VaultServer {
    /// The one table from routes to handlers.
    func answer(_ route: Route, _ request: Hummingbird.Request, _ state: RequestState, _ exchange: Exchange) async throws -> Response {
        if route.needsSession { _ = try caller(exchange) }
        return switch route {
        case .status: try status(exchange)
        case .openAPI: try openAPI()
        case .challenge: try await challenge(request, exchange)
        case .signIn: try await signIn(request, exchange)
        case .session: try await session(exchange)
        case .signOut: try await signOut(exchange)
        case .createHousehold: try await createHousehold(request, exchange)
        case .listHouseholds: try await listHouseholds(exchange)
        case .showHousehold, .listPersons: try await showHousehold(state, exchange, personsOnly: route == .listPersons)
        case .searchHouseholds: try await searchHouseholds(request, exchange)
        case .addPerson: try await addPerson(request, state, exchange)
        case .recordAuthority: try await recordAuthority(request, state, exchange)
        case .recordRepresentation: try await recordRepresentation(request, state, exchange)
        case .recordIncapacity: try await recordIncapacity(request, state, exchange)
        case .declareConflict: try await declareConflict(request, state, exchange)
        case .appointDirector: try await appointDirector(request, state, exchange)
        case .grantInvolvement: try await grantInvolvement(request, state, exchange)
        case .listInvolvements: try await listInvolvements(state, exchange)
        case .endInvolvement: try await endInvolvement(state, exchange)
        case .registerConsent: try await registerConsent(request, state, exchange)
        case .listConsents: try await listConsents(state, exchange)
        case .refuseConsent: try await refuseConsent(request, state, exchange)
        case .signConsent: try await signConsent(request, state, exchange)
        case .withdrawConsent: try await withdrawConsent(request, state, exchange)
        case .addItem: try await addItem(request, state, exchange)
        case .listItems: try await listItems(state, exchange)
        case .readItem: try await readItem(state, exchange)
        case .draftPlan: try await draftPlan(request, state, exchange)
        case .listPlans: try await listPlans(state, exchange)
        case .readPlan: try await readPlan(state, exchange)
        case .presentPlan: try await presentPlan(state, exchange)
        case .signPlan: try await signPlan(request, state, exchange)
        case .changePlanAction: try await changePlanAction(request, state, exchange)
        case .addOrganisation: try await addOrganisation(request, exchange)
        case .listOrganisations: try await listOrganisations(exchange)
        case .addWorker: try await addWorker(request, exchange)
        case .listWorkers: try await listWorkers(exchange)
        case .assignRole: try await assignRole(request, state, exchange)
        case .endRole: try await endRole(request, state, exchange)
        case .enrolKey: try await enrolKey(request, state, exchange)
        case .unlockWorker: try await unlockWorker(state, exchange)
        case .endWorker: try await endWorker(request, state, exchange)
        case .ledgerEntries: try await ledgerEntries(exchange)
        case .ledgerCheckpoint: try await ledgerCheckpoint(exchange)
        case .ledgerCosignature: try await ledgerCosignature(request, exchange)
        case .ledgerVerification: try await ledgerVerification(exchange)
        case .ledgerFile: try ledgerFile(exchange)
        case .accessWho, .accessWhat: try await access(route, exchange)
        case .rehearsalClock: try await rehearsalClock(request)
        case .rehearsalFault: try await rehearsalFault(request)
        }
    }

    func body<Message: Codable>(_ type: Message.Type, _ request: Hummingbird.Request) async throws -> Message {
        try await Body.read(type, of: request, limit: limits.json)
    }
}
