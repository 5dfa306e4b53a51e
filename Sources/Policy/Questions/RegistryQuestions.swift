public import Household

/// Registers an organisation.
public struct AddOrganisation: Question {
    public static let action = ActionName.addOrganisation
    public let organisation: Organisation

    public init(organisation: Organisation) { self.organisation = organisation }

    public var about: Subject { Subject(.vault) }
}

/// Registers a worker whom a partner brings in (PR-1.4).
public struct AddWorker: Question {
    public static let action = ActionName.addWorker
    public let worker: Worker

    public init(worker: Worker) { self.worker = worker }

    public var about: Subject { Subject(.vault, organisation: worker.organisation) }
}

/// Gives a worker a role (PR-4.5, 4.7).
public struct AssignRole: Question {
    public static let action = ActionName.assignRole
    public let worker: WorkerID
    public let role: Role

    public init(worker: WorkerID, role: Role) {
        self.worker = worker
        self.role = role
    }

    public var about: Subject {
        Subject(
            .vault, workers: [worker], engagement: SeparationOfDuties.withoutHousehold.contains(role) ? .involvedOrDirecting : nil,
            needsDirection: role == .teamCoordinator, needsAccounts: true)
    }
}

/// Ends a role that a worker holds (PR-4.5, 4.7).
public struct EndRole: Question {
    public static let action = ActionName.endRole
    public let worker: WorkerID
    public let role: Role

    public init(worker: WorkerID, role: Role) {
        self.worker = worker
        self.role = role
    }

    public var about: Subject { Subject(.vault, workers: [worker], needsAccounts: true) }
}

/// Registers a sign-in key of a worker: the first by the administrator, the next ones by the worker himself (PR-4.5, 26.2).
public struct EnrolKey: Question {
    public static let action = ActionName.enrolKey
    public let key: WorkerKey

    public init(key: WorkerKey) { self.key = key }

    public var about: Subject { Subject(.vault, workers: [key.worker], engagement: .involved, needsAccounts: true) }
}

/// Unlocks an account that failed sign-ins have locked (PR-26.3).
public struct UnlockWorker: Question {
    public static let action = ActionName.unlockWorker
    public let worker: WorkerID

    public init(worker: WorkerID) { self.worker = worker }

    public var about: Subject { Subject(.vault, workers: [worker]) }
}

/// Ends a worker's membership: account, involvements and key with it.
public struct EndWorker: Question {
    public static let action = ActionName.endWorker
    public let worker: WorkerID

    public init(worker: WorkerID) { self.worker = worker }

    public var about: Subject { Subject(.vault, workers: [worker], needsAccounts: true) }
}

/// Lists the registered workers.
public struct ListWorkers: Question {
    public static let action = ActionName.listWorkers

    public init() {}

    public var about: Subject { Subject(.vault) }
}

/// Lists the registered organisations.
public struct ListOrganisations: Question {
    public static let action = ActionName.listOrganisations

    public init() {}

    public var about: Subject { Subject(.vault) }
}
