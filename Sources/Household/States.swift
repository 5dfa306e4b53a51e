/// A closed set of states with its steps. Nothing but `next` moves a state; what is not listed is refused.
public protocol StateMachine: VocabularyTerm {
    associatedtype Event: VocabularyTerm
    /// Every allowed step. From one state one event leads to one state.
    static var steps: [Step<Self>] { get }
}

/// One allowed step of a state machine.
public struct Step<State: StateMachine>: Hashable, Sendable {
    /// The state before.
    public let from: State
    /// What happens.
    public let event: State.Event
    /// The state after.
    public let to: State

    init(_ from: State, _ event: State.Event, _ to: State) {
        self.from = from
        self.event = event
        self.to = to
    }
}

extension StateMachine {
    /// The state after `event`. Throws `illegalTransition`, about `state/event`.
    public func next(_ event: Event) throws(HouseholdError) -> Self {
        guard let step = Self.steps.first(where: { $0.from == self && $0.event == event }) else {
            throw HouseholdError(.illegalTransition, about: "\(self)/\(event)")
        }
        return step.to
    }

    /// Whether no step leaves this state.
    public var isFinal: Bool { !Self.steps.contains { $0.from == self } }
}

/// State of a household file.
public enum HouseholdState: String, StateMachine {
    case intake, triaged, active, watchFlame, closed, retained, destroyed
    /// What can happen to it.
    public enum Event: String, VocabularyTerm { case triage, activate, scaleDown, scaleUp, close, retain, destroy }
    public static let steps: [Step<HouseholdState>] = [
        Step(.intake, .triage, .triaged),
        Step(.triaged, .activate, .active),
        // PR-9.5: an outcome without the team ends the file.
        Step(.triaged, .close, .closed),
        Step(.active, .scaleDown, .watchFlame),
        Step(.watchFlame, .scaleUp, .active),
        // PR-21.1: from active, or from watch-flame when it has ended.
        Step(.active, .close, .closed),
        Step(.watchFlame, .close, .closed),
        Step(.closed, .retain, .retained),
        Step(.retained, .destroy, .destroyed),
    ]

    /// Whether the household is being helped, so that it has exactly one director (PR-6.1).
    public var needsDirector: Bool { self == .active || self == .watchFlame }
    /// Whether nobody reads along any more, but for the functions of PR-21.5.
    public var isEnded: Bool { self == .closed || self == .retained || self == .destroyed }
}

/// State of a plan version (PR-8.1).
public enum PlanState: String, StateMachine {
    case draft, presented, inForce, superseded, withdrawn, lapsed
    /// What can happen to it.
    public enum Event: String, VocabularyTerm { case present, activate, supersede, withdraw, closeFile }
    public static let steps: [Step<PlanState>] = [
        Step(.draft, .present, .presented),
        Step(.presented, .activate, .inForce),
        Step(.presented, .withdraw, .withdrawn),
        Step(.inForce, .supersede, .superseded),
        // PR-11.2, 21.5: at closing every version that still meant something lapses.
        Step(.draft, .closeFile, .lapsed),
        Step(.presented, .closeFile, .lapsed),
        Step(.inForce, .closeFile, .lapsed),
    ]
}

/// Recorded state of a consent. What it is worth at a moment is said by ``ConsentStanding``.
public enum ConsentState: String, StateMachine {
    case draft, active, withdrawn, expired, lapsed, superseded, refused
    /// What can happen to it.
    public enum Event: String, VocabularyTerm { case complete, refuse, withdraw, expire, lapse, supersede }
    public static let steps: [Step<ConsentState>] = [
        Step(.draft, .complete, .active),
        Step(.draft, .refuse, .refused),
        // PR-13.1: at any moment, so also while other signatures are missing, and of what has lapsed or was refused since: it ends what was given
        // before as well.
        Step(.draft, .withdraw, .withdrawn),
        Step(.active, .withdraw, .withdrawn),
        Step(.lapsed, .withdraw, .withdrawn),
        Step(.refused, .withdraw, .withdrawn),
        Step(.active, .expire, .expired),
        // PR-11.2, 11.4, 12.7: at closing, unconfirmed oral consent, birthdays.
        Step(.active, .lapse, .lapsed),
        Step(.active, .supersede, .superseded),
    ]
}

/// State of an involvement (PR-7.2).
public enum InvolvementState: String, StateMachine {
    case granted, live, ended
    /// What can happen to it.
    public enum Event: String, VocabularyTerm { case begin, expire, revoke, leave, close }
    public static let steps: [Step<InvolvementState>] = [
        Step(.granted, .begin, .live),
        Step(.granted, .expire, .ended), Step(.granted, .revoke, .ended), Step(.granted, .leave, .ended), Step(.granted, .close, .ended),
        Step(.live, .expire, .ended), Step(.live, .revoke, .ended), Step(.live, .leave, .ended), Step(.live, .close, .ended),
    ]
}

/// Why an involvement ended.
public enum InvolvementEnd: String, VocabularyTerm {
    case expired, revoked, leaver, closing
}

/// State of a worker's membership of the team.
public enum WorkerState: String, StateMachine {
    case invited, active, suspended, ended
    /// What can happen to it.
    public enum Event: String, VocabularyTerm { case join, suspend, resume, leave }
    public static let steps: [Step<WorkerState>] = [
        Step(.invited, .join, .active),
        Step(.active, .suspend, .suspended),
        Step(.suspended, .resume, .active),
        // PR-20.3: who leaves ends the same day, from whatever state.
        Step(.invited, .leave, .ended), Step(.active, .leave, .ended), Step(.suspended, .leave, .ended),
    ]
}

/// State of a directorship (PR-6.1).
public enum DirectorshipState: String, StateMachine {
    case appointed, active, handingOver, ended
    /// What can happen to it.
    public enum Event: String, VocabularyTerm { case confirm, proposeHandover, cancelHandover, handOver, decline, close }
    public static let steps: [Step<DirectorshipState>] = [
        Step(.appointed, .confirm, .active),
        Step(.appointed, .decline, .ended),
        Step(.active, .proposeHandover, .handingOver),
        Step(.handingOver, .cancelHandover, .active),
        Step(.handingOver, .handOver, .ended),
        Step(.appointed, .close, .ended), Step(.active, .close, .ended), Step(.handingOver, .close, .ended),
    ]

    /// Whether this is the household's director; the old one stays so until the new one has confirmed (PR-6.1).
    public var isDirecting: Bool { self == .active || self == .handingOver }
}
