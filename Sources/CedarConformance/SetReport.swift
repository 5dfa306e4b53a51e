/// What running one set of vectors came to.
public struct SetReport: Sendable {
    /// The name the figures are printed under.
    public let name: String
    /// Cases read.
    public var cases = 0
    /// Requests, or other single questions, put.
    public var requests = 0
    /// One line for every answer that differed.
    public var differences: [String] = []
    /// Whether the set was there at all.
    public var isPresent = true

    /// An empty report.
    public init(_ name: String) {
        self.name = name
    }

    /// The report of a set that is not there.
    public static func absent(_ name: String) -> SetReport {
        var report = SetReport(name)
        report.isPresent = false
        return report
    }

    /// Counts a difference.
    public mutating func differ(_ line: String) {
        differences.append(line)
    }
}
