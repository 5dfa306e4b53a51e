/// The functions of the extension types, constructors and methods.
///
/// Source: Cedar policy language, extension types decimal, ipaddr, datetime and duration.
public enum ExtensionFunction: String, Sendable, Hashable, CaseIterable {
    /// From a string: the constructors.
    case decimal, ip, datetime, duration
    /// Of two decimals.
    case lessThan, lessThanOrEqual, greaterThan, greaterThanOrEqual
    /// Of an address, the last one of two.
    case isIpv4, isIpv6, isLoopback, isMulticast, isInRange
    /// Of a moment: with a duration, with another moment, its day, its time of day.
    case offset, durationSince, toDate, toTime
    /// Of a duration: whole units, towards zero.
    case toMilliseconds, toSeconds, toMinutes, toHours, toDays

    /// Whether it is written `f(x)` and makes a value from a string; all others are written `x.f(…)`.
    public var isConstructor: Bool {
        switch self {
        case .decimal, .ip, .datetime, .duration: true
        default: false
        }
    }

    /// How many operands it takes, the receiver included.
    public var operandCount: Int {
        switch self {
        case .lessThan, .lessThanOrEqual, .greaterThan, .greaterThanOrEqual, .isInRange, .offset, .durationSince: 2
        default: 1
        }
    }
}
