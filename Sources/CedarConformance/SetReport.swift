import Cedar

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

    /// Runs one case. One that cannot be read is a difference, and does not keep the others from being run.
    mutating func attempt(_ name: String, _ body: (_ name: String, _ report: inout SetReport) throws(CedarError) -> Void) {
        cases += 1
        do throws(CedarError) {
            try body(name, &self)
        } catch {
            differ("\(name): \(error)")
        }
    }

    /// Counts a difference.
    public mutating func differ(_ line: String) {
        differences.append(line)
    }
}
