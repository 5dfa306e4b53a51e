public import Household

/// The time, as it is handed in: nobody below the executables asks the system.
public struct Clock: Sendable {
    /// The moment now, by the wall clock or by the clock of a rehearsal.
    public let now: @Sendable () -> Moment
    /// Time that only goes forward, for idle times and deadlines; its zero means nothing.
    public let elapsed: @Sendable () -> Duration

    public init(now: @escaping @Sendable () -> Moment, elapsed: @escaping @Sendable () -> Duration) {
        self.now = now
        self.elapsed = elapsed
    }
}
