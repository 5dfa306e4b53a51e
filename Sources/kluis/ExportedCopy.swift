internal import Glibc
internal import LedgerFormat
internal import TransparencyLog
internal import Wire

/// A directory with a log that any static web server could serve, also while it is brought up to date.
///
/// ORDER: what is new is fetched aside and verified together with what is here. Only then tiles and bundles take their places, then the checkpoint
/// that speaks of them, then the openings that speak of its leaves. So whoever reads meanwhile, or after a crash in between, finds a checkpoint
/// with all its files; and a source that lies changes nothing.
struct ExportedCopy {
    let directory: String

    /// Where what was fetched waits; below the directory, so that it takes its place by a change of name.
    private var incoming: String { "\(directory)/.incoming" }

    /// What the copy shows now: a checkpoint that was signed with the key beside it; nil when there is none.
    var standing: Pins.Pin? {
        guard let key = try? OfflineVerification.key(in: "\(directory)/log.vkey"),
            let bytes = try? OfflineVerification.contents(of: "checkpoint", below: directory), let note = try? SignedNote(parsing: bytes),
            let verified = try? VerifiedCheckpoint.verify(note, log: VerifierKeys(key))
        else { return nil }
        return Pins.Pin(key: key, checkpoint: verified.checkpoint, note: note)
    }

    /// Brings the copy up to a checkpoint that was held against what this account saw before.
    ///
    /// The copy remembers too, also when it is updated by an account that saw nothing yet: what does not continue it never takes its place.
    ///
    /// - Parameter before: what stood here before the checkpoint was asked for.
    /// - Throws: `conflict` for the directory of another log, and when another run writes to it; `verificationFailed`.
    func update(to seen: SeenCheckpoint, after before: Pins.Pin?) async throws -> OfflineVerification.Report {
        let lock = try claim(for: seen.key)
        defer { withExtendedLifetime(lock) {} }
        guard standing == before else { throw Failure(.conflict, say(.exportBusy, directory)) }
        if let before {
            try await Pins.hold(
                seen.checkpoint, of: seen.key, against: before, file: "\(directory)/checkpoint", proof: seen.log.consistencyProof)
        }
        Paths.removeTree(incoming)
        defer { Paths.removeTree(incoming) }

        var front = ["checkpoint": seen.note.bytes]
        front["officers.vkey"] = try await seen.log.file("officers.vkey")
        front["openings"] = try await seen.log.file("openings").map { try openings(in: $0, upTo: seen.checkpoint.size) }
        let known = OfflineVerification.Known(key: seen.key)
        let read: FileReader = { [front, directory, incoming] path in
            if let bytes = front[path] { return bytes }
            return try OfflineVerification.contents(of: path, below: incoming) ?? OfflineVerification.contents(of: path, below: directory)
        }

        var fetched: [Tile] = []
        var kept: [Tile] = []
        try await ExportedCopy.forEachTile(size: seen.checkpoint.size) { tile in
            // A full tile never changes: what is here is fetched again only if it turns out to be damaged.
            if tile.isFull, has(tile.path) { return kept.append(tile) }
            try await fetch(tile, from: seen)
            fetched.append(tile)
        }
        let report: OfflineVerification.Report
        do { report = try OfflineVerification.check(known, read: read) } catch {
            guard !kept.isEmpty else { throw error }
            for tile in kept { try await fetch(tile, from: seen) }
            fetched += kept
            report = try OfflineVerification.check(known, read: read)
        }

        try place(fetched)
        for name in ["checkpoint", "officers.vkey", "openings"] {
            if let bytes = front[name] { try write(bytes, to: "\(directory)/\(name)") }
        }
        return report
    }

    /// Every tile and bundle of a log of this size, bundles first; one after another, for the size is only what a checkpoint claims.
    private static func forEachTile(size: UInt64, _ body: (Tile) async throws -> Void) async throws {
        let layout: TileLayout
        do { layout = try TileLayout(size: size) } catch { throw Failure.unverified(error.code) }
        for index in 0..<layout.bundleCount { if let bundle = layout.bundle(index: index) { try await body(bundle) } }
        for level in 0..<layout.levelCount {
            for index in 0..<layout.fullTileCount(level: level) {
                if let tile = layout.tile(level: level, index: index) { try await body(tile) }
            }
            if let partial = layout.partialTile(level: level) { try await body(partial) }
        }
    }

    /// Makes the directory this log's, or sees that it is; nobody else writes to it while the lock is held.
    private func claim(for key: VerifierKey) throws(Failure) -> OpenFile {
        let lock: OpenFile
        do throws(SystemFault) { lock = try ExportedCopy.lock(directory) } catch {
            if error.code == EWOULDBLOCK { throw Failure(.conflict, say(.exportBusy, directory)) }
            throw .invalid(.cannotWrite, directory, error.words)
        }
        if has("log.vkey") {
            guard try OfflineVerification.key(in: "\(directory)/log.vkey") == key else {
                throw Failure(.conflict, say(.exportOfAnother, directory))
            }
        } else {
            // Whose it is and how far it came cannot be told without its key, and nothing takes the place of what may have been seen.
            guard !has("checkpoint") else { throw Failure(.conflict, say(.exportWithoutKey, directory)) }
            try write(Array("\(key.text)\n".utf8), to: "\(directory)/log.vkey")
        }
        return lock
    }

    private static func lock(_ directory: String) throws(SystemFault) -> OpenFile {
        try Paths.makePublicDirectories("\(directory)/")
        let lock = try OpenFile(directory, O_RDONLY | O_DIRECTORY)
        guard flock(lock.descriptor, LOCK_EX | LOCK_NB) == 0 else { throw .last }
        return lock
    }

    private func has(_ path: String) -> Bool { (try? PathKind("\(directory)/\(path)")) != nil }

    private func fetch(_ tile: Tile, from seen: SeenCheckpoint) async throws {
        // A tile that was partial when the checkpoint was made may be full by now, and its partial file gone: its beginning is the same.
        let bytes = try await seen.log.apart.reading { read throws(TransparencyLogError) in try TileFile.bytes(of: tile, read: read) }
        try write(bytes, to: "\(incoming)/\(tile.path)")
    }

    /// The openings without those of leaves that the checkpoint does not reach yet.
    private func openings(in file: [UInt8], upTo size: UInt64) throws(Failure) -> [UInt8] {
        do { return Openings.serialize(try Openings.parse(file).filter { $0.seq < size }) } catch { throw Failure.unverified(error.code) }
    }

    /// Gives what was fetched its names, and returns when they are durable.
    private func place(_ tiles: [Tile]) throws(Failure) {
        var folders: Set<String> = []
        for tile in tiles {
            let file = "\(directory)/\(tile.path)"
            do throws(SystemFault) {
                try Paths.makePublicDirectories(file)
                try Paths.rename("\(incoming)/\(tile.path)", file)
            } catch { throw .invalid(.cannotWrite, file, error.words) }
            folders.insert(Paths.folder(of: file))
        }
        for folder in folders {
            do throws(SystemFault) { try Paths.sync(folder: folder) } catch {
                throw .invalid(.cannotWrite, folder, error.words)
            }
        }
    }

    private func write(_ bytes: [UInt8], to file: String) throws(Failure) {
        do throws(SystemFault) {
            try Paths.makePublicDirectories(file)
            try StateFile.write(bytes, to: file, mode: 0o644)
        } catch { throw .invalid(.cannotWrite, file, error.words) }
    }
}
