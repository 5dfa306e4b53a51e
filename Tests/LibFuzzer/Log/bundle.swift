@testable import TransparencyLog

/// Entry bundles, tiles of hashes and their paths. The first byte is the width less one, the rest the file.
func probe(_ input: [UInt8]) {
    checkPath(input)
    guard let first = input.first else { return }
    let width = Int(first) + 1
    let file = Array(input.dropFirst())
    checkEntries(file, width)
    checkHashes(file, width)
    checkForgery(file)
}

private func checkPath(_ input: [UInt8]) {
    let path = String(decoding: input, as: UTF8.self)
    guard let tile = try? Tile(path: path) else { return }
    require(tile.path.utf8.elementsEqual(path.utf8), "a path is written as it was read")
}

private func checkEntries(_ file: [UInt8], _ width: Int) {
    let entries = EntryBundle.entries(of: file, width: width)
    var scratch = file
    var hashes = [Hash](repeating: .emptyTree, count: Tile.fullWidth)
    var seen: [[UInt8]] = []
    let result = BundleHashing.hashEntries(of: &scratch, width: width, into: &hashes) { position, entry in
        require(position == seen.count, "entries are shown in order")
        // SAFETY: the bytes are copied while they are lent.
        unsafe seen.append(entry.withUnsafeBytes { unsafe Array($0) })
    }
    require((result == nil) == (entries == nil), "both readers of bundles accept the same")
    guard let entries else { return }
    require(entries.count == width && seen == entries, "both readers of bundles see the same entries")
    require(zip(entries, hashes).allSatisfy { Hash.leaf($0) == $1 }, "entries hash in place as they do apart")
    require(EntryBundle.entries(of: file, width: width + 1) == nil, "a bundle has one width")
    require(EntryBundle.entries(of: file, width: width - 1) == nil, "a bundle has one width")
    var written: [UInt8] = []
    for entry in entries { must("an entry that was read can be written") { try EntryBundle.append(entry, to: &written) } }
    require(written == file, "a bundle is written as it was read")

    checkLog(file, entries)
}

/// A log made of the one bundle verifies, and gives back the entries.
private func checkLog(_ file: [UInt8], _ entries: [[UInt8]]) {
    let leaves = entries.map { Hash.leaf($0) }
    let read = reader(entries: file, hashes: TileHashes.serialize(leaves), width: entries.count, upper: nil)
    must("a log made of an accepted bundle verifies") {
        var frontier = Frontier()
        for leaf in leaves { try frontier.append(leafHash: leaf) }
        var upper = leaves
        let full: @Sendable (String) throws -> [UInt8]?
        if entries.count == Tile.fullWidth {
            let root = TileHashes.reduce(&upper, count: Tile.fullWidth).bytes
            full = { $0 == "tile/1/000.p/1" ? root : try read($0) }
        } else {
            full = read
        }
        let checkpoint = try Checkpoint(origin: Origin(Fixture.log.key.name), size: UInt64(entries.count), root: frontier.root)
        _ = try LogVerification(checkpoint: checkpoint, read: full).verify()
        var stored = try StoredLog(checkpoint: checkpoint, read: full)
        for index in [0, entries.count / 2, entries.count - 1] {
            require(try stored.entry(at: UInt64(index)) == entries[index], "an entry is read back")
        }
    }
}

private func reader(entries: [UInt8], hashes: [UInt8], width: Int, upper: [UInt8]?) -> FileReader {
    let suffix = width == Tile.fullWidth ? "" : ".p/\(width)"
    let paths = ["tile/entries/000\(suffix)", "tile/0/000\(suffix)"]
    return { $0 == paths[0] ? entries : $0 == paths[1] ? hashes : nil }
}

private func checkHashes(_ file: [UInt8], _ width: Int) {
    guard let hashes = TileHashes.parse(file, width: width) else {
        return require(file.count != width * Hash.byteCount, "a tile of the right size is read")
    }
    require(TileHashes.serialize(hashes) == file, "a tile is written as it was read")
    require(TileHashes.firstDifference(between: hashes, and: file, width: width) == nil, "a tile is like itself")
}

/// The fixture's log at size 200 with the file in the place of one of its own: refused, unless it is the same.
private func checkForgery(_ file: [UInt8]) {
    let leaves = TileHashes.serialize(Array(Fixture.tree.leaves[..<200]))
    let honest = bundle200
    let checkpoint = Fixture.checkpoint(Fixture.tree, 200)
    for (entries, hashes, isHonest) in [(file, leaves, file == honest), (honest, file, file == leaves)] {
        let read = reader(entries: entries, hashes: hashes, width: 200, upper: nil)
        let accepted = must("verification begins") { try LogVerification(checkpoint: checkpoint, read: read) }
        require(((try? accepted.verify()) != nil) == isHonest, "a log with a file replaced does not verify")
    }
}

private let bundle200: [UInt8] = {
    var bundle: [UInt8] = []
    for entry in Fixture.tree.entries[..<200] { must("an entry fits") { try EntryBundle.append(entry, to: &bundle) } }
    return bundle
}()
