/// A moment: milliseconds since 1970-01-01T00:00:00Z, any 64-bit number, proleptic Gregorian calendar, no leap seconds.
///
/// Source: Cedar policy language, extension type `datetime`.
public struct CedarDateTime: Sendable, Hashable, Comparable, CustomStringConvertible {
    static let millisecondsPerDay: Int64 = 86_400_000

    /// Milliseconds since the epoch; negative before 1970.
    public let milliseconds: Int64

    /// Creates a moment from milliseconds since the epoch.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Reads `YYYY-MM-DD`, or that with `Thh:mm:ss`, an optional `.SSS`, and `Z` or `±hhmm`.
    ///
    /// - Throws: `extensionFailure` when the form is another, or a field is out of range (offsets stay below 24 hours).
    public init(parsing text: Text) throws(CedarError) {
        var reader = FieldReader(text)
        let year = try reader.number(digits: 4)
        try reader.expect("-")
        let month = try reader.number(digits: 2)
        try reader.expect("-")
        let day = try reader.number(digits: 2)
        guard (1...12).contains(month), day >= 1, day <= CedarDateTime.daysInMonth(month, year: year) else { throw reader.failure }
        let days = CedarDateTime.daysSinceEpoch(year: year, month: month, day: day)
        if reader.isAtEnd {
            milliseconds = days * CedarDateTime.millisecondsPerDay
            return
        }
        try reader.expect("T")
        let hour = try reader.number(digits: 2)
        try reader.expect(":")
        let minute = try reader.number(digits: 2)
        try reader.expect(":")
        let second = try reader.number(digits: 2)
        guard hour < 24, minute < 60, second < 60 else { throw reader.failure }
        let fraction = reader.take(".") ? try reader.number(digits: 3) : 0
        var offset: Int64 = 0
        if !reader.take("Z") {
            let sign: Int64 = reader.take("+") ? 1 : -1
            if sign < 0 { try reader.expect("-") }
            let offsetHours = try reader.number(digits: 2)
            let offsetMinutes = try reader.number(digits: 2)
            guard offsetHours < 24, offsetMinutes < 60 else { throw reader.failure }
            offset = sign * (offsetHours * 60 + offsetMinutes) * 60_000
        }
        guard reader.isAtEnd else { throw reader.failure }
        // Years have four digits, so none of this can overflow.
        milliseconds = days * CedarDateTime.millisecondsPerDay + ((hour * 60 + minute) * 60 + second) * 1_000 + fraction - offset
    }

    /// The moment that much later; nil on overflow.
    public func offset(by duration: CedarDuration) -> CedarDateTime? {
        let (sum, overflow) = milliseconds.addingReportingOverflow(duration.milliseconds)
        return overflow ? nil : CedarDateTime(milliseconds: sum)
    }

    /// The time from `other` to this moment; nil on overflow.
    public func durationSince(_ other: CedarDateTime) -> CedarDuration? {
        let (difference, overflow) = milliseconds.subtractingReportingOverflow(other.milliseconds)
        return overflow ? nil : CedarDuration(milliseconds: difference)
    }

    /// Midnight UTC at or before this moment, before 1970 too; nil on overflow.
    public var startOfDay: CedarDateTime? {
        let (start, overflow) = milliseconds.subtractingReportingOverflow(timeOfDay.milliseconds)
        return overflow ? nil : CedarDateTime(milliseconds: start)
    }

    /// The time since midnight UTC, never negative.
    public var timeOfDay: CedarDuration {
        let remainder = milliseconds % CedarDateTime.millisecondsPerDay
        return CedarDuration(milliseconds: remainder < 0 ? remainder + CedarDateTime.millisecondsPerDay : remainder)
    }

    public static func < (lhs: CedarDateTime, rhs: CedarDateTime) -> Bool { lhs.milliseconds < rhs.milliseconds }

    /// `YYYY-MM-DDThh:mm:ss.SSSZ`; years beyond four digits are written with all of theirs.
    public var description: String {
        let time = timeOfDay.milliseconds
        let borrowed: Int64 = milliseconds < 0 && time > 0 ? 1 : 0
        let days = milliseconds / CedarDateTime.millisecondsPerDay - borrowed
        let (year, month, day) = CedarDateTime.civil(days)
        func padded(_ value: Int64, _ width: Int) -> String {
            let digits = String(value.magnitude)
            return (value < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        }
        let date = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
        let clock = "\(padded(time / 3_600_000, 2)):\(padded(time / 60_000 % 60, 2)):\(padded(time / 1_000 % 60, 2))"
        return "\(date)T\(clock).\(padded(time % 1_000, 3))Z"
    }

    private static func isLeap(_ year: Int64) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    private static func daysInMonth(_ month: Int64, year: Int64) -> Int64 {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    // Both count in years that begin in March, so that the leap day comes last.
    private static func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }
}

/// A length of time in milliseconds, any 64-bit number.
///
/// Source: Cedar policy language, extension type `duration`.
public struct CedarDuration: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Milliseconds, negative for a time that runs backwards.
    public let milliseconds: Int64

    /// Creates a length from milliseconds.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Reads `-?` and then, each at most once and in this order, `Nd`, `Nh`, `Nm`, `Ns`, `Nms`; at least one of them.
    ///
    /// - Throws: `extensionFailure` when the form is another or the sum is out of range.
    public init(parsing text: Text) throws(CedarError) {
        let units: [(suffix: String, milliseconds: UInt64)] = [
            ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
        ]
        let malformed = CedarError(.extensionFailure, "\(text.quoted) is not a duration such as `1d2h3m4s5ms`")
        let overflow = CedarError(.extensionFailure, "the duration \(text.quoted) is out of range")
        var rest = text.utf8[...]
        let negative = rest.first == UInt8(ascii: "-")
        if negative { rest = rest.dropFirst() }
        guard !rest.isEmpty else { throw malformed }
        var total: UInt64 = 0
        var nextUnit = 0
        var overflowed = false
        while !rest.isEmpty {
            let digits = rest.prefix { Identifier.isDigit($0) }
            rest = rest.dropFirst(digits.count)
            let suffix = rest.prefix { !Identifier.isDigit($0) }
            rest = rest.dropFirst(suffix.count)
            guard !digits.isEmpty,
                let unit = units.indices.dropFirst(nextUnit).first(where: { suffix.elementsEqual(units[$0].suffix.utf8) })
            else { throw malformed }
            nextUnit = unit + 1
            var number: UInt64 = 0
            for byte in digits {
                let (product, high) = number.multipliedReportingOverflow(by: 10)
                let (sum, carry) = product.addingReportingOverflow(UInt64(byte) - 48)
                overflowed = overflowed || high || carry
                number = sum
            }
            let (part, high) = number.multipliedReportingOverflow(by: units[unit].milliseconds)
            let (sum, carry) = total.addingReportingOverflow(part)
            overflowed = overflowed || high || carry
            total = sum
        }
        guard !overflowed, total <= (negative ? Int64.min.magnitude : Int64.max.magnitude) else { throw overflow }
        milliseconds = negative ? Int64(truncatingIfNeeded: 0 &- total) : Int64(total)
    }

    public static func < (lhs: CedarDuration, rhs: CedarDuration) -> Bool { lhs.milliseconds < rhs.milliseconds }

    /// The whole length in milliseconds, as `Nms`.
    public var description: String { "\(milliseconds)ms" }
}

/// Reads fields of a fixed width.
private struct FieldReader {
    private let text: Text
    private var rest: Substring.UTF8View

    init(_ text: Text) {
        self.text = text
        rest = text.string[...].utf8
    }

    var isAtEnd: Bool { rest.isEmpty }

    var failure: CedarError {
        CedarError(.extensionFailure, "\(text.quoted) is not a date or moment such as `2024-01-31` or `2024-01-31T08:30:00.000Z`")
    }

    mutating func number(digits: Int) throws(CedarError) -> Int64 {
        let field = rest.prefix(digits)
        guard field.count == digits, field.allSatisfy(Identifier.isDigit), let value = signedInteger(field, negative: false) else {
            throw failure
        }
        rest = rest.dropFirst(digits)
        return value
    }

    mutating func take(_ symbol: Unicode.Scalar) -> Bool {
        guard let byte = rest.first, UInt32(byte) == symbol.value else { return false }
        rest = rest.dropFirst()
        return true
    }

    mutating func expect(_ symbol: Unicode.Scalar) throws(CedarError) {
        guard take(symbol) else { throw failure }
    }
}
