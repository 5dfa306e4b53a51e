import Cedar
import Household
import Testing

@testable import Policy

/// Properties over every allowed example: what must refuse, refuses whatever else allows.
@Suite("What dominates")
struct DominanceTests {
    private let engine = Reglement.engine

    private var allowed: [Example] { ExampleBook.all.filter { $0.isAllowed && $0.request.action != .know } }

    private func decide(_ example: Example, _ request: Cedar.Request? = nil, changing entities: [Entity] = []) throws -> Response {
        var world = example.entities
        try world.replace(entities)
        return engine.texts.prepared.authorize(request ?? example.request, entities: world, mode: .strict)
    }

    private func changed(_ entity: Entity, _ name: Text, _ value: Value) -> Entity {
        let kept = entity.attributes.sorted.filter { $0.key != name }
        return Entity(uid: entity.uid, attributes: Record(kept + [(name, value)]), parents: entity.parents)
    }

    private func household(of example: Example) -> Entity? {
        guard let resource = example.entities[example.request.resource] else { return nil }
        if resource.uid.type == EntityTypes.household { return resource }
        guard case .entity(let uid)? = resource.attributes["household"] else { return nil }
        return example.entities[uid]
    }

    @Test("PR-7.4: a block turns every allowed action on a household into a refusal")
    func block() throws {
        var count = 0
        for example in allowed where example.request.principal.type == EntityTypes.worker {
            guard let household = household(of: example) else { continue }
            let blocked = changed(household, "blocked", [.entity(example.request.principal)])
            let response = try decide(example, changing: [blocked])
            #expect(response.decision == .deny && response.determining.contains("PR-7.4-blocked"), "\(example.name)")
            count += 1
        }
        #expect(count > 100)
    }

    /// The example's question without one attribute of its context.
    private func decide(_ example: Example, without attribute: Text) throws -> Response {
        let context = Record(example.request.context.sorted.filter { $0.key != attribute })
        return try decide(
            example,
            Cedar.Request(
                principal: example.request.principal, action: example.request.action, resource: example.request.resource, context: context))
    }

    @Test("PR-3.2: without a purpose nothing is allowed")
    func purpose() throws {
        for example in allowed {
            let response = try decide(example, without: "purpose")
            #expect(response.decision == .deny && response.determining.contains("PR-3.2-no-purpose"), "\(example.name)")
        }
    }

    @Test("PR-4.1: who is suspended, and whose organisation has left, does nothing")
    func active() throws {
        for example in allowed where example.request.principal.type == EntityTypes.worker {
            let worker = try #require(example.entities[example.request.principal])
            let suspended = try decide(example, changing: [changed(worker, "active", false)])
            #expect(suspended.decision == .deny && suspended.determining.contains("PR-4.1-not-active"), "\(example.name)")
            guard case .entity(let uid)? = worker.attributes["organisation"], let organisation = example.entities[uid] else {
                Issue.record("\(example.name)")
                continue
            }
            let left = try decide(example, changing: [changed(organisation, "party", false)])
            #expect(left.decision == .deny && left.determining.contains("PR-4.1-not-a-partner"), "\(example.name)")
        }
    }

    @Test("PR-21.5: in a closed file nothing is left but withdrawing, ending an involvement is over too")
    func closed() throws {
        for example in allowed {
            guard let household = household(of: example) else { continue }
            let response = try decide(example, changing: [changed(household, "state", .term(HouseholdState.closed, "HouseholdState"))])
            let open: Set<String> = ["withdrawConsent", "declareConflict"]
            #expect((response.decision == .deny) != open.contains(example.request.action.id.string), "\(example.name)")
        }
    }

    @Test("PR-27.2: what lies behind the card opens in a hat only")
    func hat() throws {
        for example in allowed where example.request.principal.type == EntityTypes.worker {
            guard groups(of: example).contains("content") else { continue }
            let response = try decide(example, without: "hat")
            #expect(response.decision == .deny && response.determining.contains("PR-27.2-no-hat"), "\(example.name)")
        }
    }

    /// These give nothing out: the list shows what its asker may know of, who knows somebody says so, a withdrawal is always heard.
    private let harmless: Set<String> = ["listHouseholds", "declareConflict", "withdrawConsent"]

    private func groups(of example: Example) -> [String] { engine.texts.schema.ancestors(of: example.request.action).map(\.id.string) }

    /// A new attribute is put in one of these lists, or a refusal that rests on it may tell what is on record to somebody who could not do it at all.
    @Test("whatever a change on a household is decided on is known to be said by who asks or to be on record")
    func attributesAreSaidOrOnRecord() throws {
        let said: Set<Text> = [
            // Of who asks, and how: his own involvement too.
            "purpose", "hat", "basis", "onBehalfOf", "moment", "involvement",
            // Of the deed.
            "judge", "reasonGiven", "endsLater", "preference", "role", "involvedFor", "today", "from", "until", "limit", "organisation",
            "allDomains", "domains", "consentPurpose", "explained", "oral", "signer", "body", "by", "layer", "domain", "kind", "itemBasis",
            "provisionGiven", "scoreReasonGiven", "signatory", "organisationActs",
            // Of a thing whose identifier only who may see it has: an action in the plan, an involvement.
            "owner", "assignee",
        ]
        let ordinary = Set(CedarRecord.ofOrdinaryRecords.map(\.key)).union(CedarRecord.naming).union([CedarRecord.gap])
        let anybody = Set(CedarRecord.ofAnybody.map(\.key)).union(["worker"])
        #expect(said.isDisjoint(with: ordinary) && said.isDisjoint(with: anybody) && ordinary.isDisjoint(with: anybody))
        // What each action's context holds, as the schema writes it.
        let readings: Set<String> = ["readCard", "listTeam", "listConsents", "listItems", "readItem", "readPlan", "know"]
        let declaration =
            /\naction ([^{]*?) appliesTo \{\s*principal: \w+,\s*resource: (?:Household|Plan|Consent),\s*context: \{(.*?)\n  \},/
            .dotMatchesNewlines()
        var seen: Set<Text> = []
        for match in Reglement.schema.matches(of: declaration) {
            let actions = match.1.split(separator: " in ")[0].split(separator: ",").map { String($0.filter { $0.isLetter }) }
            if readings.isSuperset(of: actions) { continue }
            for attribute in match.2.matches(of: #/\n\s+(\w+)\??: /#) {
                let name = Text(String(attribute.1))
                seen.insert(name)
                #expect(
                    said.contains(name) || ordinary.contains(name) || anybody.contains(name),
                    "\(name) of \(actions): said by who asks, or on record?")
            }
        }
        #expect(CedarRecord.takingBack.isSubset(of: said), "held against who may take a consent back")
        let unseen = said.union(ordinary).subtracting(seen)
        #expect(unseen.isEmpty, "no longer asked: \(unseen)")
        // Of a reading: his own, or what the residents have answered.
        let reading = try #require(
            Reglement.schema.firstMatch(of: /\naction readItem [^{]*\{.*?\n  context: \{(.*?)\n  \},/.dotMatchesNewlines()))
        let own: Set<Text> = ["purpose", "hat", "basis", "onBehalfOf", "moment", "involvement"]
        #expect(Set(reading.1.matches(of: #/\n\s+(\w+)\??: /#).map { Text(String($0.1)) }) == own.union(CedarRecord.answers))
        // Of the household itself: what its that-information is (PR-1.6), and who lives in it.
        let household = try #require(Reglement.schema.firstMatch(of: /\nentity Household \{(.*?)\n\};/.dotMatchesNewlines()))
        let attributes = Set(household.1.matches(of: #/\n\s+(\w+)\??: /#).map { String($0.1) })
        #expect(attributes == ["state", "director", "deputies", "directing", "involved", "blocked", "persons"])
        // Of a consent: what it says and what it is worth is for who may see it, and decides about a reading only. Who decides for its subject
        // makes no difference to a signature that completes nothing, and who may take it back is put in the place of who may.
        let consent = try #require(Reglement.schema.firstMatch(of: /\nentity Consent \{(.*?)\n\};/.dotMatchesNewlines()))
        #expect(
            Set(consent.1.matches(of: #/\n\s+(\w+)\??: /#).map { String($0.1) }) == [
                "household", "subject", "organisation", "domains", "purpose", "from", "until", "standing", "lapse", "regime", "signatories",
                "signatoryBodies",
            ])
    }

    /// Which roles open something without an involvement: those that a functional administrator does not give alone.
    @Test("PR-4.5: a role that an administrator gives alone opens nothing to who is not involved")
    func rolesThatOpenNothing() throws {
        let second: Set<Role> = [.teamCoordinator, .intakeWorker, .adminSupport, .accessOfficer, .privacyOfficer, .dpo]
        #expect(Accounts.secondRoles.union(Accounts.openingRoles) == second && Accounts.secondRoles.isDisjoint(with: Accounts.openingRoles))
        var opening: Set<Role> = []
        for example in allowed where example.request.principal.type == EntityTypes.worker {
            let worker = try #require(example.entities[example.request.principal])
            let organisation = try #require(worker.attributes["organisation"])
            guard case .entity(let uid) = organisation else { continue }
            // Who directs nothing stands in for nobody.
            let context = Record(
                example.request.context.sorted.filter { $0.key != "involvement" }.map { $0.key == "standsIn" ? ($0.key, false) : $0 })
            for role in Role.allCases {
                // Keeping the accounts, and opening them again, is what this one is for; it opens nothing of a household.
                if role == .functionalAdmin,
                    groups(of: example).contains("registry") || example.request.action.id.string == "unlockWorker"
                {
                    continue
                }
                // With the attributes of the one in the example, but a stranger to every household.
                let stranger = Entity(
                    uid: EntityUID(type: EntityTypes.worker, id: "stranger"), attributes: worker.attributes, parents: [.role(role), uid])
                let request = Cedar.Request(
                    principal: stranger.uid, action: example.request.action, resource: example.request.resource, context: context)
                guard try decide(example, request, changing: [stranger]).decision == .allow,
                    !harmless.contains(example.request.action.id.string)
                else { continue }
                opening.insert(role)
                #expect(second.contains(role), "\(example.name), as \(role)")
            }
        }
        #expect(opening == second, "the others need no second person")
    }

    @Test("PR-4.3, 4.4, 4.5: administrators and overseers never make content readable, whatever else they are")
    func administrators() throws {
        for example in allowed where example.request.principal.type == EntityTypes.worker {
            guard groups(of: example).contains(where: { ["content", "card"].contains($0) }) else { continue }
            let worker = try #require(example.entities[example.request.principal])
            for role in [Role.functionalAdmin, .technicalAdmin, .privacyOfficer, .dpo] {
                let both = Entity(uid: worker.uid, attributes: worker.attributes, parents: worker.parents.union([.role(role)]))
                #expect(try decide(example, changing: [both]).decision == .deny, "\(example.name), as \(role)")
            }
        }
    }

    @Test("PR-4.5: who keeps accounts or the machine opens nothing and lets nobody in, whatever else he is, and is let in by nobody")
    func administratorsAndHouseholds() throws {
        // To open an empty file shows nothing, and to end an involvement shuts.
        let left = harmless.union(["createHousehold", "endInvolvement", "unlockWorker"])
        var (refused, kept): (Set<String>, Set<String>) = ([], [])
        for example in allowed where example.request.principal.type == EntityTypes.worker {
            let action = example.request.action.id.string
            // The accounts are theirs, and the log is the overseers', who are no administrators (PR-4.7).
            guard !groups(of: example).contains(where: { ["registry", "oversight"].contains($0) }) else { continue }
            var concerned = [example.request.principal]
            if case .entity(let named)? = example.request.context["worker"], ["grantInvolvement", "appointDirector"].contains(action) {
                concerned.append(named)
            }
            for uid in concerned {
                let worker = try #require(example.entities[uid])
                for role in [Role.functionalAdmin, .technicalAdmin] {
                    let both = Entity(uid: uid, attributes: worker.attributes, parents: worker.parents.union([.role(role)]))
                    let decision = try decide(example, changing: [both]).decision
                    #expect(decision == .deny || left.contains(action), "\(example.name), where \(uid) is \(role) as well")
                    if decision == .deny { refused.insert(action) } else { kept.insert(action) }
                }
            }
        }
        #expect(kept == left && refused.isSuperset(of: ["readItem", "searchPerson", "grantInvolvement", "appointDirector"]))
    }
}
