/// A day of the Gregorian calendar, year 1 to 9999; Codable as `YYYY-MM-DD`.
///
/// Days say when a right begins and ends. Where a record has `from` and `until` as days, both belong to the period: it lasts from 00:00 of
/// the first to 24:00 of the last, in Europe/Amsterdam. Arithmetic stays within the years 1 to 9999 and never traps.
public struct CalendarDay: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// 1...9999.
    public let year: Int
    /// 1...12.
    public let month: Int
    /// 1...31.
    public let day: Int

    /// 0001-01-01.
    public static let earliest = CalendarDay(unchecked: 1, 1, 1)
    /// 9999-12-31.
    public static let latest = CalendarDay(unchecked: 9999, 12, 31)

    private init(unchecked year: Int, _ month: Int, _ day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The day, or nil when the calendar has no such day.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1, day <= Self.length(ofMonth: month, in: year) else {
            return nil
        }
        self.init(unchecked: year, month, day)
    }

    /// Reads `YYYY-MM-DD`, ten ASCII characters; nil for anything else.
    public init?(_ text: String) { self.init(utf8: Array(text.utf8)) }

    init?(utf8: some RandomAccessCollection<UInt8>) {
        let bytes = Array(utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"), let year = Digits.number(bytes[0..<4]),
            let month = Digits.number(bytes[5..<7]), let day = Digits.number(bytes[8..<10])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// The day with this number, counted from 1970-01-01 = 0; the earliest or latest day when out of range.
    public init(daysSince1970 number: Int) {
        guard number > Self.earliest.daysSince1970 else { self = .earliest; return }
        guard number < Self.latest.daysSince1970 else { self = .latest; return }
        // Eras of 400 years that begin on 1 March. Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
        let shifted = number + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        self.init(unchecked: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// Days since 1970-01-01; negative before.
    public var daysSince1970: Int {
        // Source: H. Hinnant, days_from_civil.
        let y = month <= 2 ? year - 1 : year
        let era = y / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// 1 = Monday … 7 = Sunday. Source: ISO 8601.
    public var weekday: Int {
        let remainder = (daysSince1970 + 3) % 7
        return (remainder < 0 ? remainder + 7 : remainder) + 1
    }

    /// Whether the Gregorian year has a 29 February.
    public static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    /// 28...31; 0 for a month outside 1...12.
    public static func length(ofMonth month: Int, in year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        case 1...12: 31
        default: 0
        }
    }

    /// The day `count` days later (earlier when negative).
    public func adding(days count: Int) -> CalendarDay {
        let bounded = max(-4_000_000, min(4_000_000, count))
        return CalendarDay(daysSince1970: daysSince1970 + bounded)
    }

    /// The same day of the month `count` months later, or the last day of that month where it has no such day.
    public func adding(months count: Int) -> CalendarDay {
        let bounded = max(-200_000, min(200_000, count))
        let index = year * 12 + (month - 1) + bounded
        guard index >= 12 else { return .earliest }
        guard index < 10_000 * 12 else { return .latest }
        let (y, m) = (index / 12, index % 12 + 1)
        return CalendarDay(unchecked: y, m, min(day, Self.length(ofMonth: m, in: y)))
    }

    /// ``adding(months:)`` with twelve months to the year.
    public func adding(years count: Int) -> CalendarDay { adding(months: 12 * max(-20_000, min(20_000, count))) }

    /// The day on which somebody born on this day turns `age` (0 or more).
    ///
    /// Who is born on 29 February turns a year older on 1 March in years without that day: only then is the year full.
    public func birthday(turning age: Int) -> CalendarDay {
        let target = year + max(0, min(9_999, age))
        guard target <= 9_999 else { return .latest }
        if month == 2, day == 29, !Self.isLeap(target) { return CalendarDay(unchecked: target, 3, 1) }
        return CalendarDay(unchecked: target, month, day)
    }

    /// Full years lived on `day` by somebody born on this day; 0 before birth.
    public func age(on day: CalendarDay) -> Int {
        guard day > self else { return 0 }
        let years = day.year - year
        return day < birthday(turning: years) ? max(0, years - 1) : years
    }

    public var description: String { Digits.padded(year, 4) + "-" + Digits.padded(month, 2) + "-" + Digits.padded(day, 2) }

    public static func < (a: CalendarDay, b: CalendarDay) -> Bool { (a.year, a.month, a.day) < (b.year, b.month, b.day) }

    /// Throws ``HouseholdError`` `malformedDay`.
    public init(from decoder: any Decoder) throws {
        guard let day = CalendarDay(try decoder.singleValueContainer().decode(String.self)) else { throw HouseholdError(.malformedDay) }
        self = day
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
