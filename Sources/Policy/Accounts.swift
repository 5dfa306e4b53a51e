public import Household

/// Every account of the vault: what a question about one account rests on when it matters who else there is.
public struct Accounts: Sendable {
    /// One account, of a worker who may have left.
    public struct Account: Sendable {
        public let facts: WorkerFacts
        /// Every key, revoked ones included.
        public let keys: [WorkerKey]

        public init(_ facts: WorkerFacts, keys: [WorkerKey]) {
            self.facts = facts
            self.keys = keys
        }
    }

    public let all: [Account]
    /// Whether the vault holds a household: before that there is nothing that an account could open.
    public let guardsHouseholds: Bool
    /// Whether anybody was ever let in to a household: the first was let in by a coordinator, whether or not his signing in was written down.
    public let hasLetIn: Bool
    /// Whether one machine account plays several people, as in a practice vault.
    public let shareMachineAccounts: Bool

    /// Who gives the roles that open something without an involvement, beside the administrator who keeps the accounts (PR-4.5).
    static let secondRoles: Set<Role> = [.teamCoordinator, .privacyOfficer, .dpo]
    /// The other roles that open something without an involvement.
    static let openingRoles: Set<Role> = [.intakeWorker, .adminSupport, .accessOfficer]

    public init(_ all: [Account], guardsHouseholds: Bool, hasLetIn: Bool, shareMachineAccounts: Bool) {
        // A key that goes with no machine account signs nobody in: it counts nowhere.
        self.all = shareMachineAccounts ? all : all.map { Account($0.facts, keys: $0.keys.filter { !$0.peerUIDs.isEmpty }) }
        self.guardsHouseholds = guardsHouseholds
        self.hasLetIn = hasLetIn
        self.shareMachineAccounts = shareMachineAccounts
    }

    /// The functional administrators who can sign in and act at `moment`: without a key or with a locked account one keeps nothing. That a key
    /// opens the account is known once somebody has signed in with it: before that its machine account may be mistyped.
    public func administrators(at moment: Moment) -> Set<WorkerID> {
        ids { account in
            account.facts.worker.isActive(at: moment) && account.isMember(at: moment)
                && account.roles(at: moment).contains(.functionalAdmin)
                && account.hasSignedIn(at: moment)
        }
    }

    /// The coordinators and overseers who are not functional administrators themselves. As long as one of them has signed in, whose key never did
    /// does not count, as with administrators; where nobody has, all of them are still expected.
    public func seconds(at moment: Moment) -> Set<WorkerID> {
        let all = ids { $0.isSecond(at: moment) }
        let heard = ids { $0.isSecond(at: moment) && $0.hasSignedIn(at: moment) }
        return heard.isEmpty ? all : heard
    }

    /// Whether a second person is asked for: there is something to open, and there is somebody to ask, or ever was. That the last one has left
    /// does not bring the beginning back.
    func isSettled(at moment: Moment) -> Bool { guardsHouseholds && all.contains { $0.hasBeenSecond(by: moment) } }

    /// Whether one of those who were there to ask ever signed in, whoever has left since.
    func hasHeardSecond(at moment: Moment) -> Bool {
        all.contains { account in account.hasBeenSecond(by: moment) && account.keys.contains { $0.usedAt != nil } }
    }

    /// Whether the administrator alone mends the key of `worker`, the slip that keeps out who is to be asked: of a coordinator or overseer who opens
    /// nothing else, as long as none of them has signed in and nobody was let in to a household. Of who opens nothing she does at any time.
    func canBeMended(_ worker: WorkerID, at moment: Moment) -> Bool {
        roles(of: worker, at: moment).isDisjoint(with: Self.openingRoles) && !hasLetIn && !hasHeardSecond(at: moment)
    }

    /// Whether somebody was there to ask, and nobody is left; not even one who has still to sign in, so that one successor is named and not more.
    func hasLostSeconds(at moment: Moment) -> Bool { isSettled(at: moment) && !all.contains { $0.isSecond(at: moment) } }

    /// Whether nobody could keep the accounts any more without `worker`.
    func isLastAdministrator(_ worker: WorkerID, at moment: Moment) -> Bool { administrators(at: moment) == [worker] }

    /// Whether nobody but administrators would be left to give such roles without `worker`.
    func isLastSecond(_ worker: WorkerID, at moment: Moment) -> Bool { guardsHouseholds && seconds(at: moment) == [worker] }

    func roles(of worker: WorkerID, at moment: Moment) -> Set<Role> { account(worker)?.roles(at: moment) ?? [] }

    /// Whether a key of `worker` would be the first: nobody ever signed in as him, with a key that was revoked since either. Who has left gets none.
    func lacksFirstKey(_ worker: WorkerID) -> Bool {
        guard let account = account(worker) else { return true }
        return account.facts.worker.endedAt == nil && !account.keys.contains { $0.usedAt != nil }
    }

    /// Whether one of `uids` is bound to a key with which somebody else signs in (PR-26.2).
    func isTaken(_ uids: SortedSet<UInt32>, by worker: WorkerID) -> Bool {
        !shareMachineAccounts
            && all.contains { account in
                account.facts.worker.id != worker
                    && account.keys.contains { $0.state == .active && !$0.peerUIDs.intersection(uids).isEmpty }
            }
    }

    private func account(_ worker: WorkerID) -> Account? { all.first { $0.facts.worker.id == worker } }

    private func ids(_ isIncluded: (Account) -> Bool) -> Set<WorkerID> { Set(all.filter(isIncluded).map(\.facts.worker.id)) }
}

extension Accounts.Account {
    fileprivate func roles(at moment: Moment) -> Set<Role> { Set(facts.roles.filter { $0.isHeld(at: moment) }.map(\.role)) }

    /// Whether this is a coordinator or overseer who is not functional administrator as well. A locked account counts: an administrator opens it
    /// again, and can make nobody else of its holder.
    fileprivate func isSecond(at moment: Moment) -> Bool {
        let roles = roles(at: moment)
        return isMember(at: moment) && !roles.isDisjoint(with: Accounts.secondRoles) && !roles.contains(.functionalAdmin)
    }

    /// Whether somebody who has or had a key was coordinator or overseer by `moment`, and no functional administrator at the time. What once was so
    /// stays so, whoever leaves and whatever role ends or begins.
    fileprivate func hasBeenSecond(by moment: Moment) -> Bool {
        guard !keys.isEmpty else { return false }
        let second = facts.roles.filter { Accounts.secondRoles.contains($0.role) }
        // That begins with such a role, or where the other one ends.
        let beginnings = second.map(\.from) + facts.roles.filter { $0.role == .functionalAdmin }.compactMap(\.until)
        return beginnings.contains { then in
            then <= moment && second.contains { $0.isHeld(at: then) } && !roles(at: then).contains(.functionalAdmin)
        }
    }

    /// Whether somebody has signed in with a key that he can still sign in with.
    fileprivate func hasSignedIn(at moment: Moment) -> Bool { keys.contains { $0.isUsable(at: moment) && $0.usedAt != nil } }

    /// Has a key, has not left, and comes from a party to the convenant; the account may be locked.
    fileprivate func isMember(at moment: Moment) -> Bool {
        var worker = facts.worker
        if worker.state == .suspended { worker.state = .active }
        return worker.isActive(at: moment) && facts.organisation.isParty(on: moment.day) && keys.contains { $0.isUsable(at: moment) }
    }
}
