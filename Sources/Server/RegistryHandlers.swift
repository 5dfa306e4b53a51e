import Household
import Hummingbird
import Policy
import ReferenceMonitor
import Vault
import Wire

extension VaultServer {
    private func handle(_ text: String) throws -> Handle {
        guard let handle = Handle(text) else {
            throw Terms.fail(
                "handle", "geef 2 tot 32 kleine letters, cijfers of streepjes", "give 2 to 32 lower-case letters, digits or dashes")
        }
        return handle
    }

    func addOrganisation(_ request: Hummingbird.Request, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let message = try await body(Wire.AddOrganisation.self, request)
        let handle = try handle(message.handle)
        let organisation = Organisation(
            id: .random(), kind: try Terms.term(OrganisationKind.self, message.kind, "kind"),
            convenantSignedOn: try Terms.day(message.convenantSignedOn, "convenantSignedOn"))
        let words = OrganisationWords(
            id: organisation.id, name: try Terms.words(message.name, "name", limit: 200),
            contactRoute: try Terms.words(message.contactRoute ?? "", "contactRoute", limit: 400), disciplines: message.disciplines ?? [])
        return try await change(
            Policy.AddOrganisation(organisation: organisation), exchange, by: caller, request: [try WireJSON.encode(message)]
        ) { [vault] grant, transaction in
            let made = try vault.addOrganisation(grant, words: words, handle: handle, in: transaction)
            return ChangeAnswer(id: made.id.description, articles: [], version: made.revision)
        }
    }

    func addWorker(_ request: Hummingbird.Request, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let message = try await body(Wire.AddWorker.self, request)
        let handle = try handle(message.handle)
        var registrations: [Household.Registration] = [], numbers: [RegistrationWords] = []
        for registration in message.registrations ?? [] {
            let id = RegistrationID.random()
            registrations.append(
                Household.Registration(
                    id: id, register: try Terms.term(Register.self, registration.register, "registrations.register"),
                    validUntil: try Terms.day(registration.validUntil, "registrations.validUntil")))
            numbers.append(RegistrationWords(id: id, number: try Terms.words(registration.number, "registrations.number", limit: 40)))
        }
        // Without the declaration nobody is a team member, and nothing records it afterwards.
        guard let secrecyDeclaredOn = try Terms.day(message.secrecyDeclaredOn, "secrecyDeclaredOn") else {
            throw Terms.fail(
                "secrecyDeclaredOn",
                "geef de dag waarop dit teamlid de geheimhoudingsverklaring tekende; zonder die verklaring werkt niemand (PR-1.4)",
                "give the day on which this worker signed the declaration of secrecy; without it nobody works here (PR-1.4)")
        }
        // Nor is anybody a team member on a promise to sign it.
        let today = operations.clock.now().day
        guard secrecyDeclaredOn <= today else {
            throw Terms.fail(
                "secrecyDeclaredOn",
                "deze dag ligt na vandaag (\(today)); geef de dag waarop de geheimhoudingsverklaring is getekend, of wacht daarop (PR-1.4)",
                "this day lies after today (\(today)); give the day on which the declaration of secrecy was signed, or wait for that (PR-1.4)"
            )
        }
        let worker = Worker(
            id: .random(), organisation: try await organisation(message.organisation, "organisation", exchange), state: .active,
            secrecyDeclaredOn: secrecyDeclaredOn, registrations: registrations)
        let words = WorkerWords(
            id: worker.id, name: try Terms.words(message.name, "name", limit: 200),
            discipline: try Terms.words(message.discipline ?? "", "discipline", limit: 200), registrations: numbers)
        return try await change(
            Policy.AddWorker(worker: worker), exchange, by: caller, request: [try WireJSON.encode(message)]
        ) { [vault] grant, transaction in
            let made = try vault.addWorker(grant, words: words, handle: handle, in: transaction)
            return ChangeAnswer(id: made.id.description, state: worker.state.rawValue, articles: [], version: made.revision)
        }
    }

    func assignRole(_ request: Hummingbird.Request, _ state: RequestState, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        guard let text = state.parameters.get("w") else { throw Problem.notFound }
        let worker = try await worker(text, "worker", exchange)
        let message = try await body(Wire.AssignRole.self, request)
        guard message.from == nil, message.until == nil else {
            throw Terms.fail(
                "from", "een rol geldt vanaf nu en tot zij wordt beëindigd, zonder vooraf gekozen einde; laat from en until weg",
                "a role begins now, holds until it is ended, and has no end that is chosen beforehand; leave out from and until")
        }
        return try await change(
            Policy.AssignRole(worker: worker, role: try Terms.term(Role.self, message.role, "role")), exchange, by: caller,
            request: [Array(worker.description.utf8), try WireJSON.encode(message)]
        ) { [vault] grant, transaction in
            let made = try vault.assignRole(grant, in: transaction)
            return ChangeAnswer(id: made.id.description, articles: [], version: made.revision)
        }
    }

    func endRole(_ request: Hummingbird.Request, _ state: RequestState, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        guard let text = state.parameters.get("w") else { throw Problem.notFound }
        let worker = try await worker(text, "worker", exchange)
        let message = try await body(Wire.EndRole.self, request)
        return try await change(
            Policy.EndRole(worker: worker, role: try Terms.term(Role.self, message.role, "role")), exchange, by: caller, created: false,
            request: [Array(worker.description.utf8), try WireJSON.encode(message)]
        ) { [vault] grant, transaction in
            let made = try vault.endRole(grant, in: transaction)
            return ChangeAnswer(id: made.id.description, state: "ended", articles: [], version: made.revision)
        }
    }

    func enrolKey(_ request: Hummingbird.Request, _ state: RequestState, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        guard let text = state.parameters.get("w") else { throw Problem.notFound }
        let worker = try await worker(text, "worker", exchange)
        let message = try await body(Wire.EnrolKey.self, request)
        guard let (type, bytes) = SSHPublicKey.parse(message.publicKey), let publicKey = Bytes32(bytes) else {
            throw Terms.fail(
                "publicKey", "geef één regel uit een bestand als id_ed25519.pub", "give one line of a file like id_ed25519.pub")
        }
        guard type == .securityKeyEd25519 || message.storedApart == true else {
            throw Terms.fail(
                "storedApart", "gebruik een hardwaresleutel, of verklaar dat de sleutel apart wordt bewaard",
                "use a hardware key, or declare that the key is stored apart")
        }
        let uids = message.uids ?? []
        guard vault.header.isRehearsal || !uids.isEmpty else {
            throw Terms.fail(
                "uids", "noem met --uid het machineaccount waarvan dit teamlid zich aanmeldt: het nummer dat id -u NAAM geeft",
                "name the machine account with --uid: the number that id -u NAME prints for the account that this worker signs in from")
        }
        let key = WorkerKey(
            id: .random(), worker: worker, type: type, publicKey: publicKey, peerUIDs: SortedSet(uids),
            addedAt: operations.clock.now(), state: .active, declaredApart: message.storedApart ?? false)
        return try await change(
            Policy.EnrolKey(key: key), exchange, by: caller, request: [Array(worker.description.utf8), try WireJSON.encode(message)]
        ) { [vault] grant, transaction in
            let made = try vault.enrolKey(grant, in: transaction)
            return ChangeAnswer(id: made.id.description, state: "active", articles: [], version: made.revision)
        }
    }

    func unlockWorker(_ state: RequestState, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        guard let text = state.parameters.get("w") else { throw Problem.notFound }
        let worker = try await worker(text, "worker", exchange)
        return try await change(
            Policy.UnlockWorker(worker: worker), exchange, by: caller, created: false, request: [Array(worker.description.utf8)]
        ) { [vault] grant, transaction in
            let made = try vault.unlockWorker(grant, in: transaction)
            return ChangeAnswer(id: made.id.description, state: "active", articles: [], version: made.revision)
        }
    }

    func endWorker(_ request: Hummingbird.Request, _ state: RequestState, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        guard let text = state.parameters.get("w") else { throw Problem.notFound }
        let worker = try await worker(text, "worker", exchange)
        guard try await body(Wire.EndWorker.self, request).on == nil else {
            throw Terms.fail("on", "een vertrek geldt meteen; laat de dag weg", "leaving takes effect at once; leave out the day")
        }
        return try await change(
            Policy.EndWorker(worker: worker), exchange, by: caller, created: false, request: [Array(worker.description.utf8)]
        ) { [vault] grant, transaction in
            let made = try vault.endWorker(grant, in: transaction)
            return ChangeAnswer(id: made.id.description, state: "ended", articles: [], version: made.revision)
        }
    }

    func listWorkers(_ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let action = Policy.ListWorkers()
        if exchange.whyOnly {
            return try await why(Attempt(action, by: caller, purpose: exchange.purpose, trace: exchange.trace), exchange)
        }
        let (page, cited) = try await read(action, exchange, by: caller) { [vault] grant in
            let (workers, names) = try vault.listWorkers(grant)
            return try exchange.page(
                of: workers.map {
                    WorkerBrief(
                        id: $0.worker.id.description, handle: $0.handle, name: $0.words.name,
                        organisation: $0.worker.organisation.description,
                        roles: $0.roles.map(\.rawValue), state: $0.worker.state.rawValue)
                }, names: Names(names), by: \.id)
        }
        return try json(cite(page, cited), cited.receipt)
    }

    func listOrganisations(_ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let action = Policy.ListOrganisations()
        if exchange.whyOnly {
            return try await why(Attempt(action, by: caller, purpose: exchange.purpose, trace: exchange.trace), exchange)
        }
        let (page, cited) = try await read(action, exchange, by: caller) { [vault] grant in
            try exchange.page(
                of: try vault.listOrganisations(grant).map {
                    OrganisationBrief(
                        id: $0.organisation.id.description, handle: $0.handle, name: $0.words.name, kind: $0.organisation.kind.rawValue,
                        contactRoute: $0.words.contactRoute)
                }, by: \.id)
        }
        return try json(cite(page, cited), cited.receipt)
    }
}
