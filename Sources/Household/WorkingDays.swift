/// Working days: not Saturday, Sunday, or a public holiday of the Netherlands.
///
/// Source: Algemene termijnenwet, article 3: New Year's Day, Good Friday (equated), Easter Monday, Ascension Day, Whit Monday, both Christmas
/// days, the King's birthday, and 5 May in every year.
public enum WorkingDays {
    /// Whether people work on it.
    public static func isWorkingDay(_ day: CalendarDay) -> Bool { day.weekday <= 5 && !isPublicHoliday(day) }

    /// Whether it is a public holiday, on whatever day of the week.
    public static func isPublicHoliday(_ day: CalendarDay) -> Bool {
        switch (day.month, day.day) {
        case (1, 1), (5, 5), (12, 25), (12, 26): return true
        default: break
        }
        if day == kingsDay(in: day.year) { return true }
        // Good Friday −2, Easter Sunday 0, Easter Monday +1, Ascension Day +39, Whit Sunday +49, Whit Monday +50.
        return [-2, 0, 1, 39, 49, 50].contains(day.daysSince1970 - easterSunday(in: day.year).daysSince1970)
    }

    /// 27 April, a day earlier where that is a Sunday; before 2014 30 April, a day earlier where that is a Sunday.
    static func kingsDay(in year: Int) -> CalendarDay {
        let day = CalendarDay(year: year, month: 4, day: year >= 2014 ? 27 : 30) ?? .earliest
        return day.weekday == 7 ? day.adding(days: -1) : day
    }

    /// Easter Sunday of a Gregorian year. Source: J. Meeus, Astronomical Algorithms, chapter 8.
    public static func easterSunday(in year: Int) -> CalendarDay {
        let a = year % 19
        let (b, c) = (year / 100, year % 100)
        let (d, e) = (b / 4, b % 4)
        let f = (b + 8) / 25
        let g = (b - f + 1) / 3
        let h = (19 * a + b - d - g + 15) % 30
        let (i, k) = (c / 4, c % 4)
        let l = (32 + 2 * e + 2 * i - h - k) % 7
        let m = (a + 11 * h + 22 * l) / 451
        let n = h + l - 7 * m + 114
        return CalendarDay(year: year, month: n / 31, day: n % 31 + 1) ?? .earliest
    }

    /// The `count`-th working day after `day`; `day` itself does not count. `count` is held within 0...10,000, and 0 gives `day`.
    public static func adding(_ count: Int, to day: CalendarDay) -> CalendarDay {
        var left = max(0, min(10_000, count))
        var current = day
        while left > 0, current < .latest {
            current = current.adding(days: 1)
            if isWorkingDay(current) { left -= 1 }
        }
        return current
    }
}
