import TLogConformance
import Testing
import TransparencyLog

@Suite struct TileTests {
    @Test func pathsAreThoseOfTheSpecification() throws {
        let table: [(Tile.Content, UInt64, Int, String)] = [
            (.hashes(level: 0), 0, 256, "tile/0/000"),
            (.hashes(level: 0), 273, 112, "tile/0/273.p/112"),
            (.hashes(level: 1), 1_234_067, 256, "tile/1/x001/x234/067"),
            (.entries, 1000, 1, "tile/entries/x001/000.p/1"),
            (.entries, 999, 255, "tile/entries/999.p/255"),
            (.hashes(level: 63), UInt64(Int64.max), 256, "tile/63/x009/x223/x372/x036/x854/x775/807"),
        ]
        for (content, index, width, path) in table {
            let tile = try Tile(content, index: index, width: width)
            #expect(tile.path == path)
            #expect(try Tile(path: path) == tile)
        }
    }

    @Test func otherPathsNameNothing() {
        let paths = [
            "", "tile", "tile/0", "tile/0/", "tile/0/0", "tile/0/00", "tile/0/0000", "tile/00/000", "tile/64/000", "tile/-1/000",
            "tile/0/x000/000", "tile/0/001/000", "tile/0/x001/x000", "tile/0/x01/000", "tile/0/000.p/0", "tile/0/000.p/256",
            "tile/0/000.p/01", "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/1/2", "tile/0/000/1", "tile/Entries/000", "tile/entries/abc",
            "/tile/0/000", "tile/0/../000", "tile/0/000 ", "tile//0/000", "tile/0/x999/x999/x999/x999/x999/x999/999", "checkpoint",
            "tile/0/x009/x223/x372/x036/x854/x775/808", "tile/0/０００",
        ]
        for path in paths { #expect(throws: TransparencyLogError.malformedPath, "\(path)") { try Tile(path: path) } }
        #expect(throws: TransparencyLogError.malformedPath) { try Tile(.entries, index: 0, width: 0) }
        #expect(throws: TransparencyLogError.malformedPath) { try Tile(.entries, index: 0, width: 257) }
        #expect(throws: TransparencyLogError.malformedPath) { try Tile(.hashes(level: 64), index: 0) }
    }

    /// The example of the specification.
    @Test func layoutOf70000() throws {
        let layout = try TileLayout(size: 70_000)
        #expect(layout.fullTileCount(level: 0) == 273)
        #expect(layout.partialTile(level: 0)?.path == "tile/0/273.p/112")
        #expect(layout.fullTileCount(level: 1) == 1)
        #expect(layout.partialTile(level: 1)?.path == "tile/1/001.p/17")
        #expect(layout.partialTile(level: 2)?.path == "tile/2/000.p/1")
        #expect(layout.levelCount == 3)
        #expect(layout.tile(level: 0, index: 274) == nil)
        let exact = try TileLayout(size: 256)
        #expect(exact.partialTile(level: 0) == nil)
        #expect(exact.partialTile(level: 1)?.width == 1)
        #expect(exact.bundleCount == 1)
        #expect(try TileLayout(size: 0).bundleCount == 0)
        #expect(throws: TransparencyLogError.sizeOutOfRange) { try TileLayout(size: UInt64(Int64.max) + 1) }
    }

    @Test func bundlesAreReadStrictly() throws {
        var bundle: [UInt8] = []
        try EntryBundle.append([], to: &bundle)
        try EntryBundle.append([1, 2, 3], to: &bundle)
        #expect(bundle == [0, 0, 0, 3, 1, 2, 3])
        #expect(EntryBundle.entries(of: bundle, width: 2) == [[], [1, 2, 3]])
        for (bytes, width) in [(bundle, 1), (bundle, 3), (bundle + [0], 2), (Array(bundle.dropLast()), 2), ([0], 1), ([], 1)] {
            #expect(EntryBundle.entries(of: bytes, width: width) == nil)
        }
        try EntryBundle.append([UInt8](repeating: 0, count: 65_535), to: &bundle)
        #expect(throws: TransparencyLogError.entryTooLarge(byteCount: 65_536)) {
            try EntryBundle.append([UInt8](repeating: 0, count: 65_536), to: &bundle)
        }
    }

    /// Property: however a log grows, each export has exactly the files that the size has, and they do not depend on the steps.
    @Test(arguments: [UInt64.random(in: 0...UInt64.max), 3])
    func exportsDoNotDependOnTheSteps(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var grown = try SampleLog()
        while grown.size < 1500 {
            let step = Int.random(in: 0...300, using: &random)
            let first = Int(grown.size)
            try grown.append((first..<(first + step)).map { Array("entry \($0)".utf8) })
            let layout = try TileLayout(size: grown.size)
            let whole = try SampleLog(count: Int(grown.size))
            for (path, bytes) in whole.files { #expect(grown.files[path] == bytes, "seed \(seed), size \(grown.size), \(path)") }
            #expect(whole.files.count == Int(layout.bundleCount) + tileCount(layout) + 2, "seed \(seed)")
        }
    }

    private func tileCount(_ layout: TileLayout) -> Int {
        (0..<layout.levelCount).reduce(0) { $0 + Int(layout.fullTileCount(level: $1)) + (layout.partialTile(level: $1) == nil ? 0 : 1) }
    }

    @Test func anExportWithoutGrowthWritesNothing() throws {
        let entry = Array("x".utf8)
        #expect(try TileExport(from: 5, to: 5).files { _ throws(TransparencyLogError) in entry }.isEmpty)
        #expect(try TileExport(from: 0, to: 0).files { _ throws(TransparencyLogError) in entry }.isEmpty)
        #expect(throws: TransparencyLogError.sizeOutOfRange) { try TileExport(from: 6, to: 5) }
    }

    @Test func growthReadsOnlyWhatIsNew() throws {
        let log = try SampleLog(count: 66_000)
        var asked: [UInt64] = []
        let root = try TileExport(from: 66_000, to: 66_010).forEachFile(
            entry: { index throws(TransparencyLogError) in
                asked.append(index)
                return Array("entry \(index)".utf8)
            },
            earlier: log.read, write: { _ throws(TransparencyLogError) in })
        #expect(asked == Array(UInt64(65_792)..<66_010))
        #expect(root == (try SampleLog(count: 66_010).root(at: 66_010)))
        // An altered earlier tile gives another root, and a missing one is named.
        var altered = log
        altered.files["tile/1/001.p/1"]?[0] ^= 1
        let entry: (UInt64) throws(TransparencyLogError) -> [UInt8] = { index throws(TransparencyLogError) in Array("entry \(index)".utf8) }
        let export = try TileExport(from: 66_000, to: 66_200)
        #expect(try export.forEachFile(entry: entry, earlier: altered.read, write: { _ throws(TransparencyLogError) in }) != root)
        altered.files["tile/1/001.p/1"] = nil
        #expect(throws: TransparencyLogError.missing(path: "tile/1/001.p/1")) {
            try export.forEachFile(entry: entry, earlier: altered.read, write: { _ throws(TransparencyLogError) in })
        }
    }

    @Test func replacedPartialFilesAreNamed() throws {
        let replaced = try TileExport(from: 300, to: 700).replaced.map(\.path)
        #expect(Set(replaced) == ["tile/0/001.p/44", "tile/entries/001.p/44"])
        #expect(try TileExport(from: 300, to: 301).replaced.isEmpty)
        #expect(try TileExport(from: 65_500, to: 65_536).replaced.map(\.path).contains("tile/1/000.p/255"))
    }
}
