import Household
import Hummingbird
import Policy
import ReferenceMonitor
import Vault
import Wire

extension VaultServer {
    func draftPlan(_ request: Hummingbird.Request, _ state: RequestState, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let household: HouseholdID = try identifier("h", state)
        let message = try await body(Wire.DraftPlan.self, request)
        var goals: [Goal] = [], goalWords: [GoalWords] = []
        var byLabel: [String: GoalID] = [:]
        for goal in message.goals {
            let id = GoalID.random()
            guard byLabel.updateValue(id, forKey: goal.label) == nil else {
                throw Terms.fail("goals", "geef elk doel een eigen label", "give each goal a label of its own")
            }
            goals.append(
                Goal(
                    id: id, domain: try Terms.domain(goal.domain, "goals.domain"),
                    subject: try await subject(goal.subject, in: household, "goals.subject", exchange),
                    due: try Terms.day(goal.due, "goals.due"),
                    audience: try goal.audience.map { try Terms.term(GoalAudience.self, $0, "goals.audience") } ?? .household))
            goalWords.append(GoalWords(id: id, wantedResult: try Terms.words(goal.result, "goals.result")))
        }
        var actions: [Household.PlanAction] = [], actionWords: [PlanActionWords] = []
        for action in message.actions {
            guard let goal = byLabel[action.goal] else {
                throw Terms.fail("actions.goal", "noem het label van een doel in dit plan", "name the label of a goal in this plan")
            }
            let worker: WorkerID? = if let text = action.worker { try await worker(text, "actions.worker", exchange) } else { nil }
            let id = PlanActionID.random()
            actions.append(
                Household.PlanAction(
                    id: id, goal: goal, actor: try await planActor(action.actor, in: household, exchange), worker: worker,
                    due: try Terms.day(action.due, "actions.due")))
            actionWords.append(PlanActionWords(id: id, description: try Terms.words(action.text, "actions.text")))
        }
        let wording = PlanWording(goals: goalWords, actions: actionWords)
        let expected = exchange.ifMatch
        return try await change(
            Policy.DraftPlan(
                household: household, goals: goals, actions: actions, reviewDueOn: try Terms.day(message.reviewDueOn, "reviewDueOn")),
            exchange,
            by: caller, request: [Array(household.description.utf8), try WireJSON.encode(message)]
        ) { [vault] grant, transaction in
            ChangeAnswer(try vault.draftPlan(grant, words: wording, expected: expected, in: transaction))
        }
    }

    private func planActor(_ party: PlanParty, in household: HouseholdID, _ exchange: Exchange) async throws -> Actor {
        switch (party.kind, party.id) {
        case ("network", nil): return .network
        case ("person", let text?): return .person(try await person(text, in: household, "actions.actor", exchange))
        case ("organisation", let text?): return .organisation(try await organisation(text, "actions.actor", exchange))
        default:
            throw Terms.fail(
                "actions.actor", "kies uit: person, organisation (elk met id) of network",
                "choose from: person, organisation (each with an id) or network")
        }
    }

    func presentPlan(_ state: RequestState, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let plan: PlanID = try identifier("n", state)
        let expected = exchange.ifMatch
        return try await change(
            Policy.PresentPlan(plan: plan), exchange, by: caller, created: false, request: [Array(plan.description.utf8)]
        ) { [vault] grant, transaction in
            ChangeAnswer(try vault.presentPlan(grant, expected: expected, in: transaction))
        }
    }

    /// Records a signature, and then lets the plan engine decide whether the plan takes force: a system caller, with a line of its own.
    func signPlan(_ request: Hummingbird.Request, _ state: RequestState, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let plan: PlanID = try identifier("n", state)
        let message = try await body(Wire.SignPlan.self, request)
        let household = try await monitor.references { [vault] in try vault.household(of: plan, in: $0) }
        let behalf = try await actor(exchange, in: household)
        let signer: PlanSignatory
        switch (message.signer?.kind, message.signer?.id) {
        case ("director", _): signer = .director
        case ("organisation", _): signer = .organisation
        case ("person", let text?):
            let id: PersonID =
                if let household { try await person(text, in: household, "signer", exchange) } else { PersonID(text) ?? .random() }
            signer = .party(.person(id))
        case (nil, _):
            guard let behalf else {
                throw Terms.fail(
                    "signer", "noem wie tekent: de inwoner met --for, of signer", "name who signs: the resident with --for, or signer")
            }
            signer = .party(behalf)
        default:
            throw Terms.fail(
                "signer", "kies uit: person (met id), organisation of director",
                "choose from: person (with an id), organisation or director")
        }
        let method = try message.method.map { try Terms.term(SigningMethod.self, $0, "method") } ?? .written
        let action = Policy.SignPlan(plan: plan, signer: signer, method: method)
        let attempt = Attempt(action, by: caller, purpose: exchange.purpose, onBehalfOf: behalf?.person, trace: exchange.trace)
        if exchange.whyOnly { return try await why(attempt, exchange) }
        let expected = exchange.ifMatch
        var (answer, cited) = try await perform(
            attempt, exchange,
            request: [Array(plan.description.utf8), try WireJSON.encode(message), Array((behalf?.description ?? "").utf8)]
        ) { [vault] grant, transaction in
            ChangeAnswer(try vault.signPlan(grant, expected: expected, in: transaction))
        }
        if answer.state == PlanState.presented.rawValue {
            let activation = Attempt(
                ActivatePlan(plan: plan), by: authenticator.system(.planEngine), purpose: .plan, trace: exchange.trace)
            // The signature is durable: whatever becomes of the activation, nobody hears that nothing was done.
            // Under the worker's key as well: who repeats the signature that brought the plan into force hears that it did.
            let activated = try? await perform(
                activation, exchange, of: caller, step: "activation", request: [Array(plan.description.utf8)]
            ) {
                [vault] grant, transaction in ChangeAnswer(try vault.activatePlan(grant, in: transaction))
            }
            if let activated { answer = activated.0 }
        }
        return try self.answer(changed: answer, cited, exchange, created: false)
    }

    func changePlanAction(_ request: Hummingbird.Request, _ state: RequestState, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let plan: PlanID = try identifier("n", state)
        let action: PlanActionID = try identifier("a", state)
        let message = try await body(Wire.ChangePlanAction.self, request)
        let expected = exchange.ifMatch
        let request = [Array(plan.description.utf8), Array(action.description.utf8), try WireJSON.encode(message)]
        // Whether an action is done is another question than what it says: the signed text stays as it is (PR-8.4).
        switch (message.done, message.due, message.text) {
        case (let done?, nil, nil):
            let day = done ? operations.clock.now().day : nil
            return try await change(
                RecordProgress(plan: plan, planAction: action, doneOn: day), exchange, by: caller, created: false, request: request
            ) { [vault] grant, transaction in
                ChangeAnswer(try vault.recordProgress(grant, expected: expected, in: transaction))
            }
        case (nil, nil, nil), (.some, _, _):
            throw Terms.fail("done", "geef of done, of due en text", "give either done, or due and text")
        case (nil, let due, let text):
            let becoming = PlanActionChange(
                due: try Terms.day(due, "due"), description: try text.map { try Terms.words($0, "text") })
            return try await change(
                Policy.ChangePlanAction(plan: plan, planAction: action), exchange, by: caller, created: false, request: request
            ) { [vault] grant, transaction in
                ChangeAnswer(try vault.changePlanAction(grant, to: becoming, expected: expected, in: transaction))
            }
        }
    }

    func readPlan(_ state: RequestState, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let plan: PlanID = try identifier("n", state)
        let household = try await monitor.references { [vault] in try vault.household(of: plan, in: $0) }
        let behalf = try await onBehalfOf(exchange, in: household)
        let action = Policy.ReadPlan(plan: plan)
        if exchange.whyOnly {
            return try await why(
                Attempt(action, by: caller, purpose: exchange.purpose, onBehalfOf: behalf, trace: exchange.trace), exchange)
        }
        var (answer, cited) = try await read(action, exchange, by: caller, for: behalf) { [vault] grant in
            PlanAnswer(try vault.readPlan(grant))
        }
        answer.articles = cited.articles
        answer.receipt = cited.receipt
        return try json(answer, cited.receipt, version: answer.version)
    }

    func listPlans(_ state: RequestState, _ exchange: Exchange) async throws -> Response {
        let caller = try caller(exchange)
        let household: HouseholdID = try identifier("h", state)
        if exchange.whyOnly {
            let attempt = Attempt(Policy.ReadCard(household: household), by: caller, purpose: exchange.purpose, trace: exchange.trace)
            return try await why(attempt, exchange)
        }
        let (page, cited) = try await read(Policy.ReadCard(household: household), exchange, by: caller) { [vault] grant in
            // Which versions there are is read with the card's right, out of the transaction that decided.
            let plans = try vault.readCard(grant).plans
            return try exchange.page(
                of: plans.sorted { $0.number < $1.number }.map {
                    PlanBrief(
                        id: $0.id.description, number: $0.number, state: $0.state.rawValue, presentedOn: $0.presentedOn?.description,
                        inForceOn: $0.inForceOn?.description)
                }, by: \.id)
        }
        return try json(cite(page, cited), cited.receipt)
    }
}

extension ChangeAnswer {
    init(_ result: PlanResult) {
        self.init(
            id: result.id.description, state: result.state.rawValue,
            missing: result.lacks.compactMap { MissingSignature($0)?.named(result.names) }, articles: [],
            version: result.revision)
    }
}

extension MissingSignature {
    /// A signature that a plan still lacks; nil for a lack that no signature fills.
    init?(_ lack: PlanLack) {
        if let party = lack.party {
            switch party {
            case .person(let id): self.init(kind: "person", id: id.description)
            case .organisation(let id): self.init(kind: "organisation", id: id.description)
            }
        } else if let worker = lack.worker {
            self.init(kind: "director", id: worker.description)
        } else {
            return nil
        }
    }
}

extension PlanAnswer {
    init(_ reading: PlanReading) {
        let goalWords = Dictionary(reading.words.goals.map { ($0.id, $0.wantedResult) }) { first, _ in first }
        let actionWords = Dictionary(reading.words.actions.map { ($0.id, $0.description) }) { first, _ in first }
        let plan = reading.plan
        self.init(
            id: plan.id.description, household: plan.household.description, number: plan.number, state: plan.state.rawValue,
            goals: plan.goals.map {
                PlanGoal(
                    id: $0.id.description, domain: $0.domain.rawValue, subject: $0.subject.description, result: goalWords[$0.id] ?? "",
                    due: $0.due.description, outcome: $0.outcome?.rawValue)
            },
            actions: plan.actions.map {
                Wire.PlanAction(
                    id: $0.id.description, goal: $0.goal.description, actor: PlanParty($0.actor), text: actionWords[$0.id] ?? "",
                    due: $0.due.description, done: $0.doneOn != nil)
            },
            signatures: plan.signatures.map {
                Wire.PlanSignature(
                    signer: PlanParty($0.signer), capacity: $0.signer.capacity?.rawValue, at: $0.at.description, method: $0.method.rawValue)
            }, missing: reading.lacks.compactMap { MissingSignature($0)?.named(reading.names) }, names: Names(reading.names))
        reviewDueOn = plan.reviewDueOn?.description
        presentedOn = plan.presentedOn?.description
        inForceOn = plan.inForceOn?.description
        digest = plan.contentHash?.description
        version = reading.revision
    }
}

extension PlanParty {
    init(_ actor: Actor) {
        switch actor {
        case .network: self.init(kind: "network")
        case .organisation(let id): self.init(kind: "organisation", id: id.description)
        case .person(let id): self.init(kind: "person", id: id.description)
        }
    }

    init(_ signer: PlanSigner) {
        switch signer {
        case .worker(let id): self.init(kind: "director", id: id.description)
        case .party(.organisation(let id), _): self.init(kind: "organisation", id: id.description)
        case .party(.person(let id), _): self.init(kind: "person", id: id.description)
        }
    }
}
