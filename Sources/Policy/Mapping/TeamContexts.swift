import Cedar
import Household

// Contexts of actions about the household file and its team. The names are those of `kluis.cedarschema`.

extension SearchPerson {
    public func context(in circumstances: Circumstances) -> CedarRecord {
        var record = CedarRecord()
        record.set("blockedMatch", .bool(circumstances.facts.searchMatches.blocked))
        return record
    }
}

extension ReadCard {
    public func context(in circumstances: Circumstances) -> CedarRecord { CedarRecord(fileOf: circumstances) }
}

extension ListTeam {
    public func context(in circumstances: Circumstances) -> CedarRecord {
        var context = CedarRecord(fileOf: circumstances)
        context.set("readers", .bool(mentioned != nil))
        return context
    }
}

extension AddPerson {
    public func context(in circumstances: Circumstances) -> CedarRecord { CedarRecord(fileOf: circumstances) }
}

extension RecordAuthority {
    public func context(in circumstances: Circumstances) -> CedarRecord {
        var context = CedarRecord(fileOf: circumstances)
        context.set("endsProof", .bool(circumstances.facts.household?.endsProof(record) ?? false))
        return context
    }
}

extension RecordRepresentation {
    public func context(in circumstances: Circumstances) -> CedarRecord {
        var context = CedarRecord(fileOf: circumstances)
        context.set("endsProof", .bool(circumstances.facts.household?.endsProof(record) ?? false))
        return context
    }
}

extension RecordIncapacity {
    public func context(in circumstances: Circumstances) -> CedarRecord {
        let moment = circumstances.moment
        var context = CedarRecord(fileOf: circumstances, about: .person(record.person))
        context.set("person", .person(record.person))
        context.set("judge", .worker(record.judgedBy))
        context.set("twelveOrOlder", .bool((circumstances.facts.household?.person(record.person)?.age(at: moment) ?? 0) >= 12))
        context.set("reasonGiven", .bool(reasonGiven))
        context.set("endsLater", .bool(record.until >= moment.day))
        return context
    }
}

extension AppointDirector {
    public func context(in circumstances: Circumstances) -> CedarRecord {
        var record = CedarRecord()
        record.set("worker", worker: worker, circumstances)
        let (name, reason) =
            switch preference {
            case .none: ("none", false)
            case .followed: ("followed", false)
            case .deviated(let reasonGiven): ("deviated", reasonGiven)
            }
        record.set("preference", .entity(of: "Preference", name))
        record.set("reasonGiven", .bool(reason))
        return record
    }
}

extension GrantInvolvement {
    public func context(in circumstances: Circumstances) -> CedarRecord {
        let today = circumstances.moment.day
        let months = (circumstances.facts.household?.parameters ?? .waterwolde2026).involvementMonths
        var record = CedarRecord()
        record.set("worker", worker: worker, circumstances)
        record.set("role", .role(role))
        record.set("persons", .persons(persons ?? []))
        record.set("involvedFor", .purpose(purpose))
        record.set("today", .day(today))
        record.set("from", .day(from))
        record.set("until", .day(until))
        record.set("limit", .day(today.adding(months: months)))
        return record
    }
}

extension EndInvolvement {
    public func context(in circumstances: Circumstances) -> CedarRecord {
        var record = CedarRecord()
        let ending = circumstances.facts.household?.facts.involvements.first { $0.id == involvement }
        record.set("worker", ending.map { .worker($0.worker) })
        return record
    }
}

extension AssignRole {
    public func context(in circumstances: Circumstances) -> CedarRecord {
        var record = CedarRecord()
        record.set("worker", worker: worker, circumstances)
        record.set("role", .role(role))
        record.set("engaged", .bool(circumstances.facts.engaged.contains(worker)))
        record.set("settled", .bool(circumstances.isSettled))
        record.set("standsIn", .bool(circumstances.facts.directs && circumstances.hasLostSeconds))
        // Who administers is no second person any more.
        record.set("lastSecondPerson", .bool(role == .functionalAdmin && circumstances.isLastSecond(worker)))
        return record
    }
}

extension EndRole {
    public func context(in circumstances: Circumstances) -> CedarRecord {
        var record = CedarRecord()
        record.set("worker", worker: worker, circumstances)
        record.set("role", .role(role))
        record.set("lastAdministrator", .bool(role == .functionalAdmin && circumstances.isLastAdministrator(worker)))
        let left = (circumstances.facts.accounts?.roles(of: worker, at: circumstances.moment) ?? []).subtracting([role])
        record.set("lastSecondPerson", .bool(left.isDisjoint(with: Accounts.secondRoles) && circumstances.isLastSecond(worker)))
        return record
    }
}

extension EnrolKey {
    public func context(in circumstances: Circumstances) -> CedarRecord {
        let accounts = circumstances.facts.accounts
        var record = CedarRecord()
        record.set("worker", worker: key.worker, circumstances)
        record.set("firstKey", .bool(accounts?.lacksFirstKey(key.worker) ?? false))
        record.set("engaged", .bool(circumstances.facts.engaged.contains(key.worker)))
        let canBeMended = accounts?.canBeMended(key.worker, at: circumstances.moment) ?? false
        record.set("settled", .bool(circumstances.isSettled && !canBeMended))
        record.set("accountTaken", .bool(accounts?.isTaken(key.peerUIDs, by: key.worker) ?? true))
        return record
    }
}

extension EndWorker {
    public func context(in circumstances: Circumstances) -> CedarRecord {
        var record = CedarRecord()
        record.set("worker", worker: worker, circumstances)
        record.set("lastAdministrator", .bool(circumstances.isLastAdministrator(worker)))
        return record
    }
}

extension UnlockWorker {
    public func context(in circumstances: Circumstances) -> CedarRecord {
        var record = CedarRecord()
        record.set("worker", worker: worker, circumstances)
        return record
    }
}

extension CedarRecord {
    /// Adds a worker named in the question, with the parent organisation; one that the registry does not hold is not active.
    mutating func set(_ name: Text, worker id: WorkerID, _ circumstances: Circumstances) {
        let named = circumstances.worker(id)
        let organisation = named.map { EntityUID.organisation($0.organisation.id) } ?? .absent(EntityTypes.organisation)
        set(name, Entity.worker(named, id: id, actingFor: organisation, at: circumstances.moment))
        entities.append(.organisation(named?.organisation, uid: organisation, at: circumstances.moment))
    }
}

// Without the accounts nobody is the last one for sure, and so everybody may be.
extension Circumstances {
    fileprivate var isSettled: Bool { facts.accounts?.isSettled(at: moment) ?? true }
    fileprivate var hasLostSeconds: Bool { facts.accounts?.hasLostSeconds(at: moment) ?? false }
    fileprivate func isLastAdministrator(_ worker: WorkerID) -> Bool { facts.accounts?.isLastAdministrator(worker, at: moment) ?? true }
    fileprivate func isLastSecond(_ worker: WorkerID) -> Bool { facts.accounts?.isLastSecond(worker, at: moment) ?? true }
}

extension Circumstances {
    /// What is known about a worker: among those named, the asker, or in the team.
    func worker(_ id: WorkerID) -> WorkerFacts? {
        if let named = facts.namedWorkers.first(where: { $0.worker.id == id }) { return named }
        if let asker = facts.worker, asker.worker.id == id { return asker }
        guard let team = facts.household?.team, let worker = team.worker(id), let organisation = team.organisation(worker.organisation)
        else {
            return nil
        }
        return WorkerFacts(worker: worker, roles: team.facts.roles.filter { $0.worker == id }, organisation: organisation)
    }
}
