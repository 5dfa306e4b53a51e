internal import Glibc
internal import Wire

// Answers keep identifiers; people read what they stand for. An identifier without a name is shown as it is.

extension Names? {
    /// The name, else the identifier itself.
    func name(_ identifier: String?) -> String? { identifier.map { self?[$0]?.name ?? $0 } }

    /// The name, and behind it what commands take in the identifier's place.
    func both(_ identifier: String?) -> String? {
        guard let identifier, let named = self?[identifier] else { return identifier }
        return named.handle.map { "\(named.name) (\($0))" } ?? named.name
    }

    /// The names of several, joined with commas.
    func names(_ identifiers: [String]?) -> String? {
        guard let identifiers, !identifiers.isEmpty else { return nil }
        return identifiers.compactMap { name($0) }.joined(separator: ", ")
    }
}

extension PlanParty {
    /// Who it is, in words: a name, or what kind of party it is.
    func spoken(_ names: Names?) -> String { names.name(id) ?? Spoken.word(kind) }
}

/// Moments as people read them in a table.
enum LocalTime {
    /// A moment in this machine's time, to the second, with its distance from UTC; what is no moment stays as it is.
    static func text(_ moment: String) -> String {
        guard let seconds = seconds(of: moment) else { return moment }
        var time = time_t(seconds)
        // SAFETY: plain numbers, and both live for the call; the pointer to the zone's name is not read.
        var parts = unsafe tm()
        guard unsafe localtime_r(&time, &parts) != nil else { return moment }
        let (year, month, day) = unsafe (parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday)
        let (hour, minute, second) = unsafe (parts.tm_hour, parts.tm_min, parts.tm_sec)
        let offset = unsafe parts.tm_gmtoff / 60
        let zone = "\(offset < 0 ? "-" : "+")\(two(abs(offset) / 60)):\(two(abs(offset) % 60))"
        return "\(year)-\(two(Int(month)))-\(two(Int(day)))T\(two(Int(hour))):\(two(Int(minute))):\(two(Int(second)))\(zone)"
    }

    private static func two(_ number: Int) -> String { (number < 10 ? "0" : "") + String(number) }

    /// Seconds since 1970 of `2026-01-14T18:00:00.000Z` or `2026-01-14T19:00:00+01:00`; the part of a second is left out.
    private static func seconds(of moment: String) -> Int? {
        let form = /(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:Z|([+-])(\d\d):(\d\d))/
        guard let match = moment.wholeMatch(of: form)?.output, let year = Int32(match.1), let month = Int32(match.2),
            let day = Int32(match.3), let hour = Int32(match.4), let minute = Int32(match.5), let second = Int32(match.6)
        else { return nil }
        // SAFETY: plain numbers, and it lives for the call.
        var parts = unsafe tm(
            tm_sec: second, tm_min: minute, tm_hour: hour, tm_mday: day, tm_mon: month - 1, tm_year: year - 1900, tm_wday: 0, tm_yday: 0,
            tm_isdst: 0, tm_gmtoff: 0, tm_zone: nil)
        let local = unsafe timegm(&parts)
        let offset = (match.8.flatMap { Int($0) } ?? 0) * 3600 + (match.9.flatMap { Int($0) } ?? 0) * 60
        return Int(local) - (match.7 == "-" ? -offset : offset)
    }
}

/// A size as people say it: `12 kB`, powers of 1,024, rounded up.
func size(_ bytes: UInt64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var (amount, unit) = (bytes, 0)
    while amount >= 1024, unit + 1 < units.count {
        amount = (amount + 1023) / 1024
        unit += 1
    }
    return "\(amount) \(units[unit])"
}
