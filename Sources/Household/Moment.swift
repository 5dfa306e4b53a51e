/// A moment in time: milliseconds since 1970-01-01T00:00:00Z, within the years 1 to 9999; Codable as that whole number.
public struct Moment: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    /// Milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
    public let millisecondsSince1970: Int64

    static let millisecondsPerDay: Int64 = 86_400_000
    /// 0001-01-01T00:00:00.000Z.
    public static let earliest = Moment(unchecked: -62_135_596_800_000)
    /// 9999-12-31T23:59:59.999Z.
    public static let latest = Moment(unchecked: 253_402_300_799_999)

    private init(unchecked milliseconds: Int64) { millisecondsSince1970 = milliseconds }

    /// The moment, or nil outside the years 1 to 9999. For input.
    public init?(millisecondsSince1970 milliseconds: Int64) {
        guard (Self.earliest.millisecondsSince1970...Self.latest.millisecondsSince1970).contains(milliseconds) else { return nil }
        self.init(unchecked: milliseconds)
    }

    /// The moment, or the earliest or latest one when out of range. For clocks and arithmetic.
    public init(clampingMillisecondsSince1970 milliseconds: Int64) {
        self.init(unchecked: max(Self.earliest.millisecondsSince1970, min(Self.latest.millisecondsSince1970, milliseconds)))
    }

    /// The moment `count` milliseconds later (earlier when negative), held within the range.
    public func adding(milliseconds count: Int64) -> Moment {
        let (sum, overflow) = millisecondsSince1970.addingReportingOverflow(count)
        if overflow { return count < 0 ? .earliest : .latest }
        return Moment(clampingMillisecondsSince1970: sum)
    }

    /// The calendar day of this moment in Europe/Amsterdam.
    public var day: CalendarDay { AmsterdamTime.day(of: self) }

    public static func < (a: Moment, b: Moment) -> Bool { a.millisecondsSince1970 < b.millisecondsSince1970 }

    /// Throws ``HouseholdError`` `malformedMoment`.
    public init(from decoder: any Decoder) throws {
        let milliseconds = try decoder.singleValueContainer().decode(Int64.self)
        guard let moment = Moment(millisecondsSince1970: milliseconds) else { throw HouseholdError(.malformedMoment) }
        self = moment
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(millisecondsSince1970)
    }

    // MARK: text

    /// Reads `YYYY-MM-DDThh:mm:ss[.f…](Z|±hh:mm)`; up to nine decimals, cut to milliseconds. Nil for anything else, a leap second included.
    ///
    /// Source: RFC 3339 section 5.6, with upper-case `T` and `Z` only.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard (20...35).contains(bytes.count), bytes[10] == UInt8(ascii: "T"), let day = CalendarDay(utf8: bytes[0..<10]),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"), let hour = Digits.number(bytes[11..<13]), hour <= 23,
            let minute = Digits.number(bytes[14..<16]), minute <= 59, let second = Digits.number(bytes[17..<19]), second <= 59
        else { return nil }
        var rest = bytes[19...]
        var fraction = 0
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            guard Digits.number(digits) != nil, let cut = Digits.number(Array((digits + [48, 48]).prefix(3))) else { return nil }
            fraction = cut
            rest = rest.dropFirst(1 + digits.count)
        }
        var offsetMinutes = 0
        if !rest.elementsEqual([UInt8(ascii: "Z")]) {
            let zone = Array(rest)
            guard zone.count == 6, zone[3] == UInt8(ascii: ":"), zone[0] == UInt8(ascii: "+") || zone[0] == UInt8(ascii: "-"),
                let hours = Digits.number(zone[1..<3]), hours <= 23, let minutes = Digits.number(zone[4..<6]), minutes <= 59
            else { return nil }
            offsetMinutes = (hours * 60 + minutes) * (zone[0] == UInt8(ascii: "-") ? -1 : 1)
        }
        let seconds = ((hour * 60 + minute - offsetMinutes) * 60 + second)
        self.init(millisecondsSince1970: Int64(day.daysSince1970) * Self.millisecondsPerDay + Int64(seconds * 1_000 + fraction))
    }

    /// ISO 8601 in UTC, `…Z`; the milliseconds only when not zero.
    public var description: String { text(offsetMinutes: 0) + "Z" }

    /// ISO 8601 in local time of Europe/Amsterdam with its offset, for example `2026-01-14T19:00:00+01:00`.
    public var amsterdamText: String {
        let offset = AmsterdamTime.offsetMinutes(at: self)
        return text(offsetMinutes: offset) + "+" + Digits.padded(offset / 60, 2) + ":" + Digits.padded(offset % 60, 2)
    }

    private func text(offsetMinutes: Int) -> String {
        let local = millisecondsSince1970 + Int64(offsetMinutes) * 60_000
        let (dayNumber, inDay) = local.floorDivided(by: Self.millisecondsPerDay)
        let seconds = Int(inDay / 1_000)
        let fraction = Int(inDay % 1_000)
        let clock = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map { Digits.padded($0, 2) }.joined(separator: ":")
        return "\(CalendarDay(daysSince1970: Int(dayNumber)))T\(clock)" + (fraction == 0 ? "" : "." + Digits.padded(fraction, 3))
    }
}

extension Int64 {
    /// Quotient rounded down and the remainder, which is never negative; `divisor` is positive.
    func floorDivided(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (q, r) = quotientAndRemainder(dividingBy: divisor)
        return r < 0 ? (q - 1, r + divisor) : (q, r)
    }
}
