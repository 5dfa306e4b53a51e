/// Lets each asker do something so often and no oftener: a few times at once, and after that one at a time as time passes.
///
/// Holds one moment for each asker who was heard of lately: up to when what he did is accounted for.
/// Source: the virtual scheduling form of the generic cell rate algorithm, ITU-T I.371 annex A.
struct Throttle<Asker: Hashable & Sendable>: Sendable {
    /// How many at once.
    let burst: Int
    /// After how long one more.
    let interval: Duration
    private var accounted: [Asker: Duration] = [:]

    /// Askers that are remembered at most; those who are due for nothing are forgotten first.
    static var limit: Int { 4096 }

    init(burst: Int, interval: Duration) {
        self.burst = max(burst, 1)
        self.interval = interval
    }

    /// How long an asker has to wait; nil when not at all.
    func wait(_ asker: Asker, at elapsed: Duration) -> Duration? {
        guard let until = accounted[asker] else { return nil }
        let early = until + interval - (elapsed + interval * burst)
        return early > .zero ? early : nil
    }

    /// Accounts for one more.
    mutating func spend(_ asker: Asker, at elapsed: Duration) {
        if accounted.count >= Self.limit, accounted[asker] == nil {
            accounted = accounted.filter { $0.value > elapsed }
            // All of them busy: who is accounted for the least gives way.
            if accounted.count >= Self.limit, let least = accounted.min(by: { $0.value < $1.value }) { accounted[least.key] = nil }
        }
        accounted[asker] = max(accounted[asker] ?? elapsed, elapsed) + interval
    }
}

extension Duration {
    /// Whole seconds, rounded up; at least 1.
    var wholeSeconds: Int { max(Int(components.seconds) + (components.attoseconds > 0 ? 1 : 0), 1) }
}

/// Somebody did something too often in too short a time. It was recorded, and not decided.
public struct Throttled: Error, Equatable, Sendable {
    public enum Deed: Sendable { case search, signIn }
    public let deed: Deed
    /// Seconds after which it may be tried again; at least 1.
    public let seconds: Int
    /// Articles that it rests on.
    public let articles: [String]
    /// Index of the line in the log.
    public let receipt: UInt64
}
