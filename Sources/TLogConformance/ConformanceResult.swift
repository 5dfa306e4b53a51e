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
            return folder.exists ? set.run(folder) : .absent(set.name)
        }
    }

    /// One set: the name of its result, its folder below `tlog/`, and how it is run.
    struct VectorSet: Sendable {
        let name: String
        let folder: String
        let run: @Sendable (VectorFolder) -> ConformanceResult
    }

    static let sets = [
        VectorSet(name: "tlog-merkle", folder: "merkle", run: merkle),
        VectorSet(name: "tlog-merkle-hash", folder: "merkle", run: merkleHashes),
        VectorSet(name: "tlog-tessera", folder: "tessera-golden-log", run: tessera),
        VectorSet(name: "tlog-skylight", folder: "skylight-tree", run: skylight),
        VectorSet(name: "tlog-notes", folder: "notes", run: notes),
        VectorSet(name: "tlog-witness", folder: "witness", run: witness),
        VectorSet(name: "tlog-generated-70000", folder: "generated", run: generated),
        VectorSet(name: "tlog-generated-700", folder: "generated/log-700", run: generated700),
    ]
}
