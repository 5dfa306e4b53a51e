import Foundation
import Testing

@testable import Household

struct TimeTests {
    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2026-01-14T19:00:00+01:00", 1_768_413_600_000), ("2026-01-14T18:00:00Z", 1_768_413_600_000),
            ("2026-01-14T18:00:00.5Z", 1_768_413_600_500), ("2026-01-14T18:00:00.123456789Z", 1_768_413_600_123),
            ("1969-12-31T23:59:59.999Z", -1), ("0001-01-01T00:00:00Z", -62_135_596_800_000),
            ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
            ("2026-01-14T00:30:00-05:30", 1_768_370_400_000),
        ] as [(String, Int64)])
    func readsMoments(text: String, milliseconds: Int64) { #expect(Moment(text)?.millisecondsSince1970 == milliseconds) }

    @Test(arguments: [
        "", "2026-01-14", "2026-01-14T19:00:00", "2026-01-14 19:00:00Z", "2026-01-14t19:00:00Z", "2026-01-14T19:00:00z",
        "2026-02-29T00:00:00Z",
        "2026-01-14T24:00:00Z", "2026-01-14T23:60:00Z", "2026-01-14T23:59:60Z", "2026-01-14T19:00:00.Z", "2026-01-14T19:00:00.1234567890Z",
        "2026-01-14T19:00:00+0100", "2026-01-14T19:00:00+24:00", "2026-01-14T19:00:00+01:60", "2026-01-14T19:00:00+01:00Z",
        "+2026-01-14T19:00Z",
        "0000-12-31T23:59:59Z", "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-00:01", "2026-01-14T19:00:00Z ",
        "2026-1-14T19:00:00.000Z",
    ])
    func refusesMoments(text: String) { #expect(Moment(text) == nil) }

    @Test func printsMoments() {
        #expect(moment("2026-01-14T19:00:00+01:00").description == "2026-01-14T18:00:00Z")
        #expect(moment("2026-01-14T19:00:00+01:00").amsterdamText == "2026-01-14T19:00:00+01:00")
        #expect(moment("2026-07-14T19:00:00.007Z").amsterdamText == "2026-07-14T21:00:00.007+02:00")
        #expect(Moment.earliest.description == "0001-01-01T00:00:00Z")
    }

    @Test func arithmeticStaysInRange() {
        #expect(Moment.latest.adding(milliseconds: .max) == .latest)
        #expect(Moment.earliest.adding(milliseconds: .min) == .earliest)
        #expect(Moment(millisecondsSince1970: .max) == nil && Moment(millisecondsSince1970: .min) == nil)
        #expect(CalendarDay.latest.adding(days: .max) == .latest && CalendarDay.earliest.adding(days: .min) == .earliest)
        #expect(CalendarDay.latest.adding(months: .max) == .latest && CalendarDay.earliest.adding(months: .min) == .earliest)
        #expect(CalendarDay.latest.adding(years: .max) == .latest && CalendarDay.latest.end == .latest)
        #expect(CalendarDay(daysSince1970: .max) == .latest && CalendarDay(daysSince1970: .min) == .earliest)
        #expect(day("2000-01-01").birthday(turning: .max) == .latest)
        _ = (Moment.earliest.day, Moment.latest.day, Moment.earliest.amsterdamText, Moment.latest.amsterdamText, CalendarDay.earliest.start)
    }

    @Test(arguments: [
        "2026-02-29", "2026-13-01", "2026-00-01", "2026-01-00", "2026-04-31", "0000-01-01", "26-01-01", "2026-1-1", "2026-01-01 ",
        "2026/01/01", "1900-02-29",
    ])
    func refusesDays(text: String) { #expect(CalendarDay(text) == nil) }

    @Test func daysAgreeWithFoundation() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "Europe/Amsterdam"))
        var random = SplitMix64(seed: 2)
        for _ in 0..<2_000 {
            // From 1996, since when one rule holds, to 2037.
            let instant = try #require(Moment(millisecondsSince1970: Int64.random(in: 820_454_400_000...2_145_916_800_000, using: &random)))
            let date = Date(timeIntervalSince1970: Double(instant.millisecondsSince1970) / 1_000)
            let parts = calendar.dateComponents([.year, .month, .day, .weekday], from: date)
            let found = instant.day
            #expect([parts.year, parts.month, parts.day] == [found.year, found.month, found.day], "seed 2: \(instant)")
            #expect(parts.weekday == found.weekday % 7 + 1, "seed 2: \(instant)")
            let start = Int64(calendar.startOfDay(for: date).timeIntervalSince1970 * 1_000)
            #expect(found.start.millisecondsSince1970 == start, "seed 2: \(instant)")
            #expect(CalendarDay(daysSince1970: found.daysSince1970) == found)
        }
    }

    @Test func dayNumbersRunOn() {
        var current = day("1899-12-25")
        for _ in 0..<80_000 {
            let next = current.adding(days: 1)
            guard next > current, next.daysSince1970 == current.daysSince1970 + 1, next.weekday == current.weekday % 7 + 1,
                CalendarDay(next.description) == next
            else { Issue.record("after \(current)"); return }
            current = next
        }
        #expect(CalendarDay(daysSince1970: 0) == day("1970-01-01"))
        #expect(day("0001-01-01").daysSince1970 == -719_162)
    }

    @Test(arguments: [
        // 2026: the clock goes forward on 29 March and back on 25 October, at 01:00 UTC.
        ("2026-03-29T00:59:59.999Z", 60), ("2026-03-29T01:00:00Z", 120), ("2026-10-25T00:59:59.999Z", 120), ("2026-10-25T01:00:00Z", 60),
        ("2027-03-28T01:00:00Z", 120), ("2027-10-31T01:00:00Z", 60),
    ])
    func clockChanges(text: String, offset: Int) { #expect(AmsterdamTime.offsetMinutes(at: moment(text)) == offset) }

    @Test func daysOfClockChangeHave23And25Hours() {
        func hours(_ text: String) -> Int64 { (day(text).end.millisecondsSince1970 - day(text).start.millisecondsSince1970) / 3_600_000 }
        #expect(hours("2026-03-29") == 23 && hours("2026-10-25") == 25 && hours("2026-03-28") == 24 && hours("2026-10-26") == 24)
    }

    @Test(arguments: [
        ("2026-01-31", 1, "2026-02-28"), ("2024-01-31", 1, "2024-02-29"), ("2026-01-13", 6, "2026-07-13"), ("2026-08-31", 6, "2027-02-28"),
        ("2026-03-31", -1, "2026-02-28"), ("2026-01-15", -1, "2025-12-15"), ("2024-02-29", 12, "2025-02-28"),
        ("2026-12-31", 2, "2027-02-28"),
    ])
    func addsMonths(from: String, months: Int, to: String) { #expect(day(from).adding(months: months) == day(to)) }

    @Test(arguments: [
        // Born on, age, birthday: who is born on 29 February turns older on 1 March in years without that day.
        ("2018-05-02", 12, "2030-05-02"), ("2012-02-29", 12, "2024-02-29"), ("2012-02-29", 16, "2028-02-29"),
        ("2012-02-29", 18, "2030-03-01"),
        ("2010-02-28", 16, "2026-02-28"), ("2010-03-01", 16, "2026-03-01"), ("2010-12-31", 16, "2026-12-31"),
    ])
    func birthdays(born: String, age: Int, on: String) {
        #expect(day(born).birthday(turning: age) == day(on))
        #expect(day(born).age(on: day(on)) == age)
        #expect(day(born).age(on: day(on).adding(days: -1)) == age - 1)
    }

    @Test func agesOutsideLife() {
        #expect(day("2018-05-02").age(on: day("2018-05-02")) == 0)
        #expect(day("2018-05-02").age(on: day("2010-01-01")) == 0)
        #expect(day("2018-05-02").age(on: day("2019-05-01")) == 0)
        #expect(day("1900-01-01").age(on: day("2026-01-01")) == 126)
    }

    @Test(arguments: [
        (2024, "2024-03-31"), (2025, "2025-04-20"), (2026, "2026-04-05"), (2027, "2027-03-28"), (2038, "2038-04-25"), (2285, "2285-03-22"),
    ])
    func easter(year: Int, on: String) { #expect(WorkingDays.easterSunday(in: year) == day(on)) }

    @Test func publicHolidaysOf2026() {
        let found = (0..<365).map { day("2026-01-01").adding(days: $0) }.filter(WorkingDays.isPublicHoliday).map(\.description)
        #expect(
            found == [
                "2026-01-01", "2026-04-03", "2026-04-05", "2026-04-06", "2026-04-27", "2026-05-05", "2026-05-14", "2026-05-24",
                "2026-05-25",
                "2026-12-25", "2026-12-26",
            ])
        // 27 April 2025 was a Sunday.
        #expect(WorkingDays.isPublicHoliday(day("2025-04-26")) && !WorkingDays.isPublicHoliday(day("2025-04-27")))
    }

    @Test(arguments: [
        // The scenario's own deadlines: a notice after Saturday 24 January, and one after Monday 26 January.
        ("2026-01-24", 5, "2026-01-30"), ("2026-01-26", 5, "2026-02-02"), ("2026-01-14", 5, "2026-01-21"), ("2026-04-02", 1, "2026-04-07"),
        ("2026-12-24", 1, "2026-12-28"), ("2026-01-14", 0, "2026-01-14"), ("2026-01-14", -3, "2026-01-14"), ("2026-04-24", 2, "2026-04-29"),
    ])
    func workingDays(from: String, count: Int, to: String) { #expect(WorkingDays.adding(count, to: day(from)) == day(to)) }
}
