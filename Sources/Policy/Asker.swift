public import Household

/// Who asks, as the policies see them.
public enum Asker: Hashable, Sendable {
    /// A signed-in worker: for which organisation, in which hat (nil for functions that have none), since when.
    case worker(WorkerID, organisation: OrganisationID, hat: Hat?, sessionStarted: Moment)
    /// Work without a person.
    case system(SystemCaller)

    /// The worker; nil for the system.
    public var worker: WorkerID? {
        if case .worker(let id, _, _, _) = self { id } else { nil }
    }

    /// The organisation a worker acts for; nil for the system.
    public var organisation: OrganisationID? {
        if case .worker(_, let organisation, _, _) = self { organisation } else { nil }
    }

    /// The hat of the session; nil for the system and for functions without one.
    public var hat: Hat? {
        if case .worker(_, _, let hat, _) = self { hat } else { nil }
    }
}

/// The parts of the system that act without a person. The raw value is the identifier of the `System` entity.
public enum SystemCaller: String, CaseIterable, Hashable, Sendable {
    /// Puts a plan in force once every signature is there.
    case planEngine
    /// Ends what has run out.
    case clock
    /// Destroys what must not be kept.
    case retention
    /// Takes over files of an earlier system.
    case importer
}
