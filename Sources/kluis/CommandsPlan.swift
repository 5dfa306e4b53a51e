internal import ArgumentParser
internal import Wire

struct PlanCommands: AsyncParsableCommand {
    static let configuration = kluis.configuration(
        "plan", help: .helpPlan,
        subcommands: [
            DraftPlanCommand.self, ShowPlanCommand.self, EditPlanCommand.self, PresentPlanCommand.self, SignPlanCommand.self,
            PlanHistoryCommand.self,
        ])
}

struct DraftPlanCommand: TalkingCommand {
    static let configuration = kluis.configuration("draft", dutch: "concept", "ontwerp", help: .helpPlanDraft)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpArgHousehold)))
    var household: String

    @Option(name: .long, help: ArgumentHelp(say(.helpPlanFile)))
    var file: String?

    func run(with client: Client) async throws {
        let draft = try Written.plan(Input.bytes(file))
        try show(try await client.ask(.draftPlan, [household], sending: draft, for: ChangeAnswer.self), on: client.console)
    }
}

struct ShowPlanCommand: TalkingCommand {
    static let configuration = kluis.configuration("show", dutch: "toon", help: .helpPlanShow)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpArgPlanShown)))
    var plan: String

    func run(with client: Client) async throws {
        let plan = try await client.ask(.readPlan, [identifier(client)], for: PlanAnswer.self)
        try client.console.show(plan) {
            var lines = particulars(
                (.headID, plan.id), (.headNumber, String(plan.number)), (.headState, plan.state), (.headPresented, plan.presentedOn),
                (.headInForce, plan.inForceOn), (.headReview, plan.reviewDueOn),
                (.headMissing, plan.missing.isEmpty ? nil : names(plan.missing)))
            var goals = Table(.headGoal, .headSubject, .headDomain, .headDue, .headResult, .headOutcome)
            for goal in plan.goals {
                let subject = goal.subject == plan.household ? Spoken.word("household") : plan.names.name(goal.subject)
                goals.add(goal.id, subject, goal.domain, goal.due, goal.result, goal.outcome)
            }
            lines += [""] + goals.lines
            var actions = Table(.headAction, .headGoal, .headActor, .headDue, .headDone, .headTitle)
            for action in plan.actions {
                actions.add(
                    action.id, action.goal, action.actor.spoken(plan.names), action.due, say(action.done ? .yes : .no), action.text)
            }
            lines += [""] + actions.lines
            var signatures = Table(.headSigned, .headMoment)
            for one in plan.signatures {
                let capacity = one.capacity.flatMap { $0 == "ownBehalf" ? nil : " (\(Spoken.word($0)))" }
                signatures.add(one.signer.spoken(plan.names) + (capacity ?? ""), LocalTime.text(one.at))
            }
            return lines + [""] + signatures.lines
        }
    }

    /// The plan that is meant: of a household the one in force, else the newest. Whether there is one is told to whoever may read the card.
    private func identifier(_ client: Client) async throws -> String {
        guard plan.hasPrefix("h-") else { return plan }
        if common.why { throw Failure.invalid(.planNeeded) }
        // `--for` is a matter of reading the plan.
        var asking = client.circumstances
        asking.onBehalfOf = nil
        let page = try await client.asking(asking).ask(.listPlans, [plan], for: Page<PlanBrief>.self)
        guard let found = page.entries.last(where: { $0.state == "inForce" }) ?? page.entries.last else {
            throw Failure(.notFound, say(.noPlanYet), hints: [say(.hintDraftPlan, plan)])
        }
        return found.id
    }
}

struct EditPlanCommand: TalkingCommand {
    static let configuration = kluis.configuration("edit", dutch: "wijzig", help: .helpPlanEdit)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpArgPlan)))
    var plan: String

    @Argument(help: ArgumentHelp(say(.helpPlanAction)))
    var action: String

    @Option(name: .long, help: ArgumentHelp(say(.helpTextFile), valueName: "file"))
    var textFile: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpDue)))
    var due: String?

    @Flag(name: .long, inversion: .prefixedNo, help: ArgumentHelp(say(.helpDone)))
    var done: Bool?

    func run(with client: Client) async throws {
        guard textFile != nil || due != nil || done != nil else { throw Failure.invalid(.nothingToChange) }
        let text = try textFile.map { try Input.text($0, asking: .promptText) }
        let change = ChangePlanAction(text: text, due: due, done: done)
        try show(try await client.ask(.changePlanAction, [plan, action], sending: change, for: ChangeAnswer.self), on: client.console)
    }
}

struct PresentPlanCommand: TalkingCommand {
    static let configuration = kluis.configuration("present", dutch: "legvoor", "voorleggen", help: .helpPlanPresent)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpArgPlan)))
    var plan: String

    func run(with client: Client) async throws {
        try show(try await client.ask(.presentPlan, [plan], for: ChangeAnswer.self), on: client.console)
    }
}

struct SignPlanCommand: TalkingCommand {
    static let configuration = kluis.configuration("sign", dutch: "teken", help: .helpPlanSign)
    @OptionGroup var common: CommonOptions

    @Argument(help: ArgumentHelp(say(.helpArgPlan)))
    var plan: String

    @Option(name: .customLong("as"), help: ArgumentHelp(say(.helpSignAs)))
    var capacity: String?

    @Option(name: .long, help: ArgumentHelp(say(.helpMethod)))
    var method: String?

    func run(with client: Client) async throws {
        let signature = SignPlan(signer: try signer(hat: client.circumstances.hat), method: method.map(Vocabulary.form))
        try show(try await client.ask(.signPlan, [plan], sending: signature, for: ChangeAnswer.self), on: client.console)
    }

    /// For a resident the header says who; else the hat tells whether it is the director or the organisation that signs.
    private func signer(hat: String?) throws(Failure) -> PlanParty? {
        if common.onBehalfOf != nil, capacity == nil { return nil }
        switch capacity ?? (hat == "direction" ? "director" : "organisation") {
        case "director", "regisseur": return PlanParty(kind: "director")
        case "organisation", "organisatie": return PlanParty(kind: "organisation")
        default: throw .invalid(.chooseDirectorOrOrganisation)
        }
    }
}

struct PlanHistoryCommand: TalkingCommand {
    static let configuration = kluis.configuration("history", dutch: "verloop", "versies", help: .helpPlanHistory)
    @OptionGroup var common: CommonOptions
    @OptionGroup var paging: PagingOptions

    @Argument(help: ArgumentHelp(say(.helpArgHousehold)))
    var household: String

    func run(with client: Client) async throws {
        let page = try await client.ask(.listPlans, [household], query: paging.query, for: Page<PlanBrief>.self)
        try client.console.show(page) {
            var table = Table(.headID, .headNumber, .headState, .headPresented, .headInForce)
            for plan in page.entries { table.add(plan.id, String(plan.number), plan.state, plan.presentedOn, plan.inForceOn) }
            return table.lines
        }
        paging.remark(page.next)
    }
}
