/// The functions of the extension types, constructors and methods.
///
/// Source: Cedar policy language, extension types decimal, ipaddr, datetime and duration.
public enum ExtensionFunction: String, Sendable, Hashable, CaseIterable {
    case decimal, ip, datetime, duration
    case lessThan, lessThanOrEqual, greaterThan, greaterThanOrEqual
    case isIpv4, isIpv6, isLoopback, isMulticast, isInRange
    case offset, durationSince, toDate, toTime
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
