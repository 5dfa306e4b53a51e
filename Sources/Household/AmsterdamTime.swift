/// Local time of Europe/Amsterdam: UTC+1, and UTC+2 from the last Sunday of March to the last Sunday of October, both at 01:00 UTC.
///
/// Written out here, not taken from the machine's time-zone files, so that replaying an old decision gives the same day everywhere. The
/// rule holds from 1996; for earlier moments it is extended backwards (the vault's moments begin in 2026, and dates of birth are days, which
/// need no zone). Source: Directive 2000/84/EC, articles 2 and 3.
public enum AmsterdamTime {
    /// The day on which local time runs at this moment.
    public static func day(of moment: Moment) -> CalendarDay {
        let local = moment.millisecondsSince1970 + Int64(offsetMinutes(at: moment)) * 60_000
        return CalendarDay(daysSince1970: Int(local.floorDivided(by: Moment.millisecondsPerDay).quotient))
    }

    /// Minutes to add to UTC at this moment: 60 or 120.
    public static func offsetMinutes(at moment: Moment) -> Int {
        let (dayNumber, inDay) = moment.millisecondsSince1970.floorDivided(by: Moment.millisecondsPerDay)
        let day = CalendarDay(daysSince1970: Int(dayNumber))
        let afterChange = inDay >= 3_600_000
        let (start, end) = (lastSunday(ofMonth: 3, in: day.year), lastSunday(ofMonth: 10, in: day.year))
        let summer = (day > start || day == start && afterChange) && (day < end || day == end && !afterChange)
        return summer ? 120 : 60
    }

    static func lastSunday(ofMonth month: Int, in year: Int) -> CalendarDay {
        let last = CalendarDay(year: year, month: month, day: CalendarDay.length(ofMonth: month, in: year)) ?? .earliest
        return last.adding(days: -(last.weekday % 7))
    }
}

extension CalendarDay {
    /// 00:00 of this day in Europe/Amsterdam: the first moment of the day.
    public var start: Moment {
        // The clock changes at 02:00 or 03:00 local time, so midnight of a day of change still has the old offset.
        let summer =
            self > AmsterdamTime.lastSunday(ofMonth: 3, in: year) && self <= AmsterdamTime.lastSunday(ofMonth: 10, in: year)
        let midnight = Int64(daysSince1970) * Moment.millisecondsPerDay
        return Moment(clampingMillisecondsSince1970: midnight - (summer ? 7_200_000 : 3_600_000))
    }

    /// 24:00 of this day in Europe/Amsterdam: the first moment that no longer belongs to it.
    public var end: Moment { self == .latest ? .latest : adding(days: 1).start }
}
