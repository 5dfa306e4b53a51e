/// Policies made ready for decisions: found by action and by the types of the ends, constants computed, nothing parsed any more.
///
/// Immutable, and safe to share between threads.
public struct PreparedPolicySet: Sendable {
    /// What is done with a set that holds templates.
    public enum TemplateHandling: Sendable, Hashable {
        /// The set is refused.
        case refuse
        /// Templates are passed over; they have no links and so never apply.
        case ignore
    }

    /// Policies that share an action, divided by a type they demand.
    struct Bucket: Sendable {
        var byResource: [EntityTypeName: [CompiledPolicy]] = [:]
        var byPrincipal: [EntityTypeName: [CompiledPolicy]] = [:]
        var rest: [CompiledPolicy] = []

        mutating func add(_ policy: CompiledPolicy) {
            if let type = policy.resource.type {
                byResource[type, default: []].append(policy)
            } else if let type = policy.principal.type {
                byPrincipal[type, default: []].append(policy)
            } else {
                rest.append(policy)
            }
        }
    }

    private final class Storage: Sendable {
        let source: PolicySet
        let policies: [CompiledPolicy]
        let anyAction: Bucket
        let exactAction: [EntityUID: Bucket]
        let actionGroup: [EntityUID: Bucket]

        init(_ source: PolicySet, _ policies: [CompiledPolicy]) {
            self.source = source
            self.policies = policies
            var anyAction = Bucket()
            var exactAction: [EntityUID: Bucket] = [:]
            var actionGroup: [EntityUID: Bucket] = [:]
            for policy in policies {
                switch policy.action {
                case .any: anyAction.add(policy)
                case .equal(let uid): exactAction[uid, default: Bucket()].add(policy)
                case .in(let list):
                    for uid in Set(list) { actionGroup[uid, default: Bucket()].add(policy) }
                }
            }
            self.anyAction = anyAction
            self.exactAction = exactAction
            self.actionGroup = actionGroup
        }
    }

    private let storage: Storage

    /// The policies as written.
    public var source: PolicySet { storage.source }

    /// The policies that can apply, templates left out, in their order.
    var policies: [CompiledPolicy] { storage.policies }

    /// Prepares a set.
    ///
    /// - Throws: `templateSlot` when the set holds a template and templates are refused.
    public init(_ source: PolicySet, templates: TemplateHandling = .refuse) throws(CedarError) {
        var policies: [CompiledPolicy] = []
        policies.reserveCapacity(source.policies.count)
        for policy in source.policies {
            if policy.isTemplate, templates == .ignore { continue }
            policies.append(try CompiledPolicy(policy, position: policies.count))
        }
        storage = Storage(source, policies)
    }

    /// Decides a request.
    ///
    /// - Parameters:
    ///   - entities: the entities, actions and their groups among them; without those no policy on a group of actions applies.
    ///   - mode: what an evaluation error does.
    /// Source: Cedar policy language, "Authorization": a satisfied forbid denies, else a satisfied permit allows, else denied.
    public func authorize(_ request: Request, entities: Entities, mode: EvaluationMode) -> Response {
        let frame = Frame(request, entities)
        var tally = Tally()
        visit(frame) { policy in tally.count(policy, frame) }
        return tally.response(mode, storage.policies)
    }

    /// Calls the closure once with every policy whose action constraint the request meets and whose demands on types may be met.
    func visit(_ frame: Frame, _ body: (CompiledPolicy) -> Void) {
        visit(storage.anyAction, frame, via: nil, body)
        if let bucket = storage.exactAction[frame.action] { visit(bucket, frame, via: nil, body) }
        guard !storage.actionGroup.isEmpty else { return }
        if let bucket = storage.actionGroup[frame.action] { visit(bucket, frame, via: frame.action, body) }
        guard let ancestors = frame.actionNode?.ancestors.elements else { return }
        for ancestor in ancestors {
            if let bucket = storage.actionGroup[ancestor] { visit(bucket, frame, via: ancestor, body) }
        }
    }

    private func visit(_ bucket: Bucket, _ frame: Frame, via action: EntityUID?, _ body: (CompiledPolicy) -> Void) {
        if !bucket.byResource.isEmpty, let list = bucket.byResource[frame.resource.type] { visit(list, frame, via: action, body) }
        if !bucket.byPrincipal.isEmpty, let list = bucket.byPrincipal[frame.principal.type] { visit(list, frame, via: action, body) }
        visit(bucket.rest, frame, via: action, body)
    }

    private func visit(_ list: [CompiledPolicy], _ frame: Frame, via action: EntityUID?, _ body: (CompiledPolicy) -> Void) {
        for policy in list {
            // A policy on several actions is visited by way of the first of them that matches only.
            if !policy.severalActions.isEmpty, let action {
                let first = policy.severalActions.first {
                    $0 == frame.action || frame.actionNode?.ancestors.contains($0) ?? false
                }
                if first != action { continue }
            }
            body(policy)
        }
    }
}

/// What the policies said so far.
private struct Tally {
    private var permits: [Int] = []
    private var forbids: [Int] = []
    private var faults: [(position: Int, fault: Fault)] = []

    mutating func count(_ policy: CompiledPolicy, _ frame: Frame) {
        guard policy.matchesEnds(frame) else { return }
        do {
            guard try policy.holds(frame) else { return }
            if policy.effect == .permit { permits.append(policy.position) } else { forbids.append(policy.position) }
        } catch {
            faults.append((position: policy.position, fault: error))
        }
    }

    func response(_ mode: EvaluationMode, _ policies: [CompiledPolicy]) -> Response {
        let refused = !forbids.isEmpty || (mode == .strict && !faults.isEmpty)
        let decision: Decision = !refused && !permits.isEmpty ? .allow : .deny
        let determining = refused ? forbids : permits
        let errors = faults.sorted { $0.position < $1.position }.map {
            PolicyError(policy: policies[$0.position].policy.id, error: $0.fault.error)
        }
        return Response(decision: decision, determining: determining.sorted().map { policies[$0].policy.id }, errors: errors)
    }
}
