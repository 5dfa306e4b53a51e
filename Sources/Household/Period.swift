/// Periods of whole days: from 00:00 of the first to 24:00 of the last, in Europe/Amsterdam; nil is open.
public enum Period {
    /// Whether `moment` falls within the period.
    public static func covers(_ from: CalendarDay?, _ until: CalendarDay?, _ moment: Moment) -> Bool {
        let day = moment.day
        if let from, day < from { return false }
        if let until, until < day { return false }
        return true
    }

    /// Whether `until` lies no more than `months` calendar months after `from`.
    public static func isWithin(months: Int, from: CalendarDay, until: CalendarDay) -> Bool { until <= from.adding(months: months) }
}

/// The size of an item to a power of two, so that a fact does not give away the exact size. Codable as the exponent.
public struct SizeBucket: Hashable, Comparable, Sendable, Codable {
    /// The item has at most 2^exponent bytes (and more than half of that, from exponent 1 up); 0...63.
    public let exponent: UInt8

    public init(bytes: UInt64) { exponent = bytes <= 1 ? 0 : UInt8(min(63, 64 - (bytes - 1).leadingZeroBitCount)) }

    public static func < (a: SizeBucket, b: SizeBucket) -> Bool { a.exponent < b.exponent }

    public init(from decoder: any Decoder) throws {
        exponent = try decoder.singleValueContainer().decode(UInt8.self)
        guard exponent <= 63 else { throw HouseholdError(.inconsistentRecord, about: "sizeBucket") }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(exponent)
    }
}
