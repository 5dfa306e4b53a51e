import Household
import Hummingbird
import Policy
import ReferenceMonitor
import Vault
import Wire

extension VaultServer {
    func status(_ exchange: Exchange) throws -> Response {
        let header = vault.header
        let identity = vault.identity
        let counters = operations.counters()
        var answer = StatusAnswer(
            state: "open", rehearsal: header.isRehearsal, version: version, vault: identity.vault, incarnation: identity.incarnation,
            reglement: header.reglementVersion.description, policies: header.policyDigest.description,
            moment: operations.clock.now().description)
        // What checkpoints show is public; nothing newer is told here.
        let standing = operations.witnesses()
        answer.witnesses = standing.witnesses
        answer.unwitnessedSince = standing.since?.description
        answer.unwitnessedEntries = standing.entries
        answer.readOnlyFrom = standing.readOnlyFrom?.description
        // How much was done shows what others do: only a practice vault tells.
        if header.isRehearsal {
            answer.ledgerSize = monitor.logSize
            answer.commits = counters.commits
            answer.requests = counters.requests
        }
        return try json(answer, nil)
    }

    func openAPI() throws -> Response { try json(try OpenAPI(version: version), nil) }

    func challenge(_ request: Hummingbird.Request, _ exchange: Exchange) async throws -> Response {
        let message = try await body(ChallengeRequest.self, request)
        guard Handle(message.worker) != nil else {
            throw Terms.fail("worker", "geef de korte naam van een medewerker", "give the handle of a worker")
        }
        let hat = try message.hat.map {
            try Terms.term(Hat.self, $0, "hat", aliases: ["hulp": .help, "toegang": .access, "regie": .direction])
        }
        let challenge = authenticator.challenge(worker: message.worker, hat: hat, peer: exchange.peer.uid)
        let expires = operations.clock.now().adding(milliseconds: Int64(Challenge.lifetime) * 1000)
        return try json(
            ChallengeAnswer(challenge: challenge.text, namespace: challenge.namespace, expires: expires.description), nil)
    }

    func signIn(_ request: Hummingbird.Request, _ exchange: Exchange) async throws -> Response {
        let message = try await body(SignInRequest.self, request)
        let (token, caller, roles, receipt) = try await authenticator.signIn(
            challenge: message.challenge, signature: message.signature, peer: exchange.peer.uid, trace: exchange.trace)
        // Nothing that is needed is read after the session exists: what is durable is never answered as if it were not.
        var answer = try await describe(caller, roles: roles.map(\.rawValue))
        answer.token = token.text
        return try json(answer, receipt, status: .created)
    }

    func session(_ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let now = operations.clock.now()
        let roles = try await monitor.references { [vault] transaction in
            try vault.facts(for: Policy.Subject(.vault), asker: caller.asker, at: now, in: transaction).worker?.roles
                .filter { $0.isHeld(at: now) }.map(\.role.rawValue) ?? []
        }
        return try json(try await describe(caller, roles: roles), nil)
    }

    func signOut(_ exchange: Exchange) async throws -> Response {
        guard let token = exchange.token else { throw Problem.signInFirst(.noSession) }
        let receipt = try await authenticator.signOut(token: token, peer: exchange.peer.uid, trace: exchange.trace)
        return try json(ChangeAnswer(id: "session", state: "ended", articles: ["PR-26.2"], receipt: receipt), receipt)
    }

    /// Who is signed in, as the registry knows it; handles, no names.
    private func describe(_ caller: Caller, roles: [String]) async throws -> SessionAnswer {
        guard let worker = caller.worker, let organisation = caller.organisation,
            case .worker(_, _, _, let started) = caller.asker
        else { throw Problem.signInFirst(.noSession) }
        // A convenience that may fail: the session stands, and is answered as standing.
        let organisationHandle = try? await monitor.references { [vault] in try vault.handle(of: organisation, in: $0) }
        return SessionAnswer(
            worker: worker.description, handle: caller.handle, organisation: organisation.description,
            organisationHandle: organisationHandle ?? nil, roles: roles,
            hat: caller.hat?.rawValue,
            started: started.description, idleSeconds: Caller.idleSeconds, rehearsal: vault.header.isRehearsal)
    }

    func rehearsalClock(_ request: Hummingbird.Request) async throws -> Response {
        let message = try await body(RehearsalClock.self, request)
        guard let moment = Moment(message.moment) else {
            throw Terms.fail("moment", "geef een moment als 2026-01-14T19:00:00+01:00", "give a moment like 2026-01-14T19:00:00+01:00")
        }
        guard let move = operations.moveClock else { throw Problem.notFound }
        guard move(moment) else {
            throw Terms.fail("moment", "de klok gaat niet terug; geef een later moment", "the clock does not go back; give a later moment")
        }
        return try json(RehearsalClock(moment: operations.clock.now().description), nil)
    }

    func rehearsalFault(_ request: Hummingbird.Request) async throws -> Response {
        let message = try await body(RehearsalFault.self, request)
        guard let arm = operations.armFault else { throw Problem.notFound }
        guard arm(message.name) else { throw Terms.fail("name", "deze fout bestaat niet", "there is no such fault") }
        return try json(message, nil)
    }
}
