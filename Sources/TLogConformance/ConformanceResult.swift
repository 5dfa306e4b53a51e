/// What running one set of vectors gave.
public struct ConformanceResult: Sendable, Hashable {
    /// For instance `tlog-merkle`.
    public let name: String
    /// Cases that were checked.
    public private(set) var cases = 0
    /// One sentence for each case whose result is not the one that the vectors give.
    public private(set) var differences: [String] = []
    /// Whether the set was not there.
    public private(set) var isAbsent = false
    /// Cases that the set has at least; fewer mean that it was cut short.
    public fileprivate(set) var expectedCases = 0

    /// Whether the whole set was there and every case of it came out right.
    public var isPassed: Bool { !isAbsent && cases >= expectedCases && differences.isEmpty }

    init(_ name: String) {
        self.name = name
    }

    static func absent(_ name: String) -> ConformanceResult {
        var result = ConformanceResult(name)
        result.isAbsent = true
        return result
    }

    /// Counts one case.
    mutating func check(_ label: @autoclosure () -> String, _ isAsExpected: Bool) {
        cases += 1
        if !isAsExpected { differences.append(label()) }
    }

    /// Counts one case, which must not throw and must give true.
    mutating func check(_ label: @autoclosure () -> String, _ body: () throws -> Bool) {
        do {
            check(label(), try body())
        } catch {
            check("\(label()): \(error)", false)
        }
    }
}

/// The sets of vectors for transparency logs.
public enum TLogConformance {
    /// Runs every set that is there.
    ///
    /// - Parameter directory: the folder that holds `tlog/`.
    public static func run(vectors directory: String) -> [ConformanceResult] {
        sets.map { set in
            let folder = VectorFolder(directory + "/tlog/" + set.folder)
            var result = folder.exists ? set.run(folder) : .absent(set.name)
            result.expectedCases = set.cases
            return result
        }
    }

    /// One set: the name of its result, its folder below `tlog/`, the cases that it has at least, and how it is run.
    struct VectorSet: Sendable {
        let name: String
        let folder: String
        let cases: Int
        let run: @Sendable (VectorFolder) -> ConformanceResult
    }

    static let sets = [
        VectorSet(name: "tlog-merkle", folder: "merkle", cases: 518, run: merkle),
        VectorSet(name: "tlog-merkle-hash", folder: "merkle", cases: 5, run: merkleHashes),
        VectorSet(name: "tlog-tessera", folder: "tessera-golden-log", cases: 157, run: tessera),
        VectorSet(name: "tlog-skylight", folder: "skylight-tree", cases: 8, run: skylight),
        VectorSet(name: "tlog-notes", folder: "notes", cases: 2295, run: notes),
        VectorSet(name: "tlog-witness", folder: "witness", cases: 19, run: witness),
        VectorSet(name: "tlog-generated-70000", folder: "generated", cases: 53, run: generated),
        VectorSet(name: "tlog-generated-700", folder: "generated/log-700", cases: 1105, run: generated700),
    ]
}
